"""Varied documents, scans and noisy texts made from the corpus."""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from corpus.generate import noise, vary  # noqa: E402
from corpus.generate.__main__ import (  # noqa: E402
    Job,
    load_bundles,
    main,
    make,
    make_bundle,
    printed_fields,
    variant_of,
)
from corpus.typeset import check, fonts, load_source  # noqa: E402

SOURCES = ROOT / "corpus" / "sources"
NAME = "kh-xa-ve-sinh-moi-truong"  # its record is kept by hand
NOTED = next(path.stem for path in sorted(SOURCES.glob("kh-*.toml")) if "\n[gold]" in path.read_text("utf-8"))
TEXT = (
    "Thực hiện Kế hoạch số 42/KH-UBND ngày 12/02/2026 của UBND tỉnh An Bình,\n"
    "Ủy ban nhân dân xã yêu cầu Phòng Kinh tế chủ trì,\nhoàn thành trước ngày 15/3/2026."
)


@pytest.fixture(scope="module")
def family() -> str:
    try:
        return fonts.register()
    except fonts.FontError as exc:
        pytest.skip(str(exc))


# -- Noise ---------------------------------------------------------------------------------------------------


def test_without_noise_the_text_stays() -> None:
    made = noise.noisy(TEXT, "none")
    assert made.text == TEXT
    assert made.origins == tuple(range(len(TEXT) + 1))


@pytest.mark.parametrize("level", ["light", "medium", "heavy", "unmarked"])
def test_a_level_changes_the_text_and_heavier_ones_more(level: str) -> None:
    text = TEXT * 20
    changed = sum(a != b for a, b in zip(noise.noisy(text, level, 3).text, text, strict=False))
    assert changed > 0
    assert noise.noisy(text, level, 3) == noise.noisy(text, level, 3)
    assert noise.noisy(text, level, 3).text != noise.noisy(text, level, 4).text


@pytest.mark.parametrize(
    ("chances", "text", "expected"),
    [
        (noise.Noise(tone=1.0), "đặt", ("đăt", "đắt", "đằt", "đẳt", "đẵt", "đặt")),
        (noise.Noise(shape=1.0), "đường ưu", ("dùơng uu", "duòng uu", "duờng uu")),
        (noise.Noise(space_lost=1.0), "một hai", ("mộthai",)),
        (noise.Noise(line_broken=1.0), "một hai", ("một\nhai",)),
        (noise.Noise(line_joined=1.0), "một\nhai", ("một hai", "một\n\nhai")),
        (noise.Noise(mark_lost=1.0), "12/KH-UBND.", ("12KHUBND",)),
        (noise.Noise(run=1.0), "thanh", ("tbanb",)),
    ],
)
def test_each_fault_by_itself(chances: noise.Noise, text: str, expected: tuple[str, ...]) -> None:
    assert noise.noisy(text, chances, 1).text in expected


def test_a_line_of_the_other_column_comes_between() -> None:
    made = noise.noisy("ỦY BAN NHÂN DÂN\nXÃ LỘC ĐIỀM", noise.Noise(header_line=1.0), 1)
    assert made.text.splitlines()[1] in noise.HEADER_LINES
    place = made.place(16, 27)
    assert place is not None
    assert made.text[slice(*place)] == "XÃ LỘC ĐIỀM"


@given(
    st.text(alphabet="aăâbcdđeêioôơuưyàảãáạ ẤỢỮ0123456789/-.,\n", max_size=300),
    st.sampled_from([*noise.LEVELS]),
    st.integers(0, 5),
)
@settings(max_examples=150, deadline=None)
def test_offsets_never_fall_and_cover_the_text(text: str, level: str, seed: int) -> None:
    made = noise.noisy(text, level, seed)
    assert len(made.origins) == len(made.text) + 1
    assert list(made.origins) == sorted(made.origins)
    assert made.origins[-1] == len(text)
    assert unicodedata.is_normalized("NFC", made.text)
    for start in range(0, len(text), 17):
        place = made.place(start, min(start + 9, len(text)))
        if place is not None:
            assert 0 <= place[0] < place[1] <= len(made.text)


def test_a_noted_span_is_carried_over() -> None:
    start = TEXT.index("trước ngày 15/3/2026")
    end = start + len("trước ngày 15/3/2026")
    for seed in range(20):
        made = noise.noisy(TEXT, "medium", seed)
        place = made.place(start, end)
        assert place is not None
        # The noisy words are alike: most of their letters without marks are the same.
        clean = noise.stripped(TEXT[start:end])
        found = noise.stripped(made.text[slice(*place)])
        assert abs(len(found) - len(clean)) <= 6
        assert len(set(clean) & set(found)) >= 7


def test_stripped_keeps_the_length() -> None:
    assert noise.stripped("Ủy ban nhân dân tỉnh Đắk Ngưỡng") == "Uy ban nhan dan tinh Dak Nguong"


# -- Variants ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [NAME, NOTED])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_variant_differs_and_its_record_says_what_its_text_says(name: str, number: int) -> None:
    variant = variant_of(name, number, 5)
    assert variant.changed
    assert check.check_notes(variant.source) == []
    assert list(check.word_faults(variant.gold, variant.source)) == []
    assert variant == variant_of(name, number, 5)


def test_variant_0_is_as_written() -> None:
    variant = variant_of(NAME, 0, 5)
    assert variant.changed == ()
    assert variant.source == load_source(SOURCES / f"{NAME}.toml")
    assert variant.gold == json.loads((ROOT / "corpus" / "gold" / f"{NAME}.json").read_text("utf-8"))


DOCUMENT = '''
formats = ["pdf"]
body = """
Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05/3/2020 của Chính phủ và Kế hoạch số 42/KH-UBND ngày 12/02/2019 của UBND xã Tân Khê:
@r based_on | Nghị định | 30/2020/NĐ-CP | 2020-03-05 | Chính phủ | -
@r mentions | Kế hoạch | 42/KH-UBND | 2019-02-12 | UBND xã Tân Khê | -

1. UBND xã Tân Khê báo cáo trước ngày 15/3/2019, cả năm 2019; hoà giải ở thôn.
@a 1 | lead: UBND xã Tân Khê | d: "trước ngày 15/3/2019" date 2019-03-15 before
"""
[header]
issuer = ["UBND HUYỆN SƠN KHÊ"]
number = "Số: 78/UBND-KT"
place_date = "Sơn Khê, ngày 05 tháng 3 năm 2019"
abstract = "V/v báo cáo"
[signature]
lines = ["CHỦ TỊCH"]
name = "Cao Đức Nhượng"
[gold]
issuer = "UBND huyện Sơn Khê"
type = "Công văn"
abbreviation = "CV"
date = "2019-03-05"
position = "Chủ tịch"
'''


def made(part: str, seed: int = 1) -> vary.Variant:
    import tomllib

    return vary._made("x", tomllib.loads(DOCUMENT), None, [part], seed)


def test_dates_move_with_deadlines_and_gold_but_not_those_of_central_documents() -> None:
    variant = made("dates")
    year = int(variant.gold["issued"]["date"][:4])
    assert year != 2019
    assert f"năm {year}" in variant.source.header.place_date
    assert variant.gold["deadlines"][0]["due"] == f"{year}-03-15"
    assert variant.gold["deadlines"][0]["text"] == f"trước ngày 15/3/{year}"
    assert [item["date"] for item in variant.gold["references"]] == ["2020-03-05", f"{year}-02-12"]
    assert variant.gold["references"][0]["code"]["year"] == 2020


def test_numbers_of_invented_documents_change_wherever_they_are_printed() -> None:
    variant = made("numbers")
    own, (central, local) = variant.gold["code"], variant.gold["references"]
    assert own["number"] != "78"
    assert variant.source.header.number == f"Số: {own['number']}/UBND-KT"
    assert central["code"]["text"] == "30/2020/NĐ-CP"
    assert local["code"]["number"] != "42"
    assert local["code"]["text"] in check.source_text(variant.source)


def test_places_change_in_both_sizes_of_letters() -> None:
    variant = made("places")
    place = variant.gold["issued"]["place"]
    assert place != "Sơn Khê"
    assert variant.source.header.issuer == (f"UBND HUYỆN {place.upper()}",)
    assert variant.gold["issuer"]["name"] == f"UBND huyện {place}"
    assert "Tân Khê" not in check.source_text(variant.source)


def test_the_signer_changes_with_the_record() -> None:
    variant = made("persons")
    assert variant.source.signature is not None
    assert variant.gold["signer"]["name"] == variant.source.signature.name != "Cao Đức Nhượng"


def test_misprints_keep_off_the_noted_words() -> None:
    for seed in range(30):
        variant = made("misprints", seed)
        assert check.check_notes(variant.source) == []
        assert list(check.word_faults(variant.gold, variant.source)) == []


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("hòa thuận", "hoà thuận"),
        ("Ủy ban", "Uỷ ban"),
        ("HỎA TỐC", "HOẢ TỐC"),
        ("quý II", "quý II"),
        ("toán", "toán"),
    ],
)
def test_the_place_of_tone_marks(new: str, old: str) -> None:
    assert vary._old_tones(new) == old
    assert vary._new_tones(old) == new


# -- Files ---------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_files(family: str, tmp_path: Path) -> None:
    found = []
    for run in ("a", "b"):
        out = tmp_path / run
        for folder in ("files", "gold"):
            (out / folder).mkdir(parents=True)
        names = make(Job(NAME, 1, ("pdf", "docx", "txt", "scan"), 3, out))
        found.append({path.name: path.read_bytes() for path in sorted(out.rglob("*.*"))})
        assert names == [f"{NAME}--v1.pdf", f"{NAME}--v1.docx", f"{NAME}--v1.txt", f"{NAME}--v1--scan.pdf"]
    assert found[0] == found[1]
    assert {f"{NAME}--v1.json", f"{NAME}--v1--scan.json"} <= set(found[0])


def test_a_scan_has_no_text(family: str, tmp_path: Path) -> None:
    import pypdfium2

    assert main([str(tmp_path), "--names", NAME, "--formats", "scan"]) == 0
    with pypdfium2.PdfDocument(tmp_path / "files" / f"{NAME}--scan.pdf") as document:
        assert all(page.get_textpage().count_chars() == 0 for page in document)
    assert not (tmp_path / "gold" / f"{NAME}.json").exists()


def test_fields_are_printed_where_no_program_draws_them() -> None:
    item = load_source(SOURCES / "tb-phuong-ngung-tiep-nhan.toml")
    printed = printed_fields(item).header
    assert printed.number == "Số: 141/TB-UBND"
    assert "ngày 14 " in printed.place_date


def test_an_unknown_name_or_format_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--names", "no-such"]) == 2
    assert main([str(tmp_path), "--formats", "pdf,odt"]) == 2
    assert "no such source: no-such" in capsys.readouterr().err


def test_a_bundle_holds_its_documents_one_after_the_other(family: str, tmp_path: Path) -> None:
    import pypdfium2

    for folder in ("files", "gold"):
        (tmp_path / folder).mkdir()
    make_bundle("two", [NAME, "gm-huyen-hop"], tmp_path)
    with pypdfium2.PdfDocument(tmp_path / "files" / "two.pdf") as document:
        heads = [n for n, page in enumerate(document) if "Độc lập" in page.get_textpage().get_text_range()]
    assert len(heads) == 2
    assert heads[0] == 0
    assert json.loads((tmp_path / "gold" / "two.2.json").read_text("utf-8"))["type"]["abbreviation"] == "GM"


def test_bundles_name_documents_that_are_there() -> None:
    for name, parts in load_bundles().items():
        assert len(parts) > 1, name
        assert all((SOURCES / f"{part}.toml").is_file() for part in parts), name
