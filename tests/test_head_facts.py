"""Facts of the head and the closing block, from small letters as they are printed."""

from __future__ import annotations

from typing import Any

import pytest

from pages import plain
from vnadmin_extract.config import Config
from vnadmin_extract.document import Line, Page, Word
from vnadmin_extract.extractor import Extractor
from vnadmin_extract.facts.base import Draft, Stage
from vnadmin_extract.facts.registry import STAGES, run_stages
from vnadmin_extract.facts.signer import _CODE_INSIDE, _position
from vnadmin_extract.layout import lay_out
from vnadmin_extract.record import Record

LETTER = """UBND TỈNH AN BÌNH{gap}CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
{issuer}{gap}Độc lập - Tự do - Hạnh phúc
{number}{gap}{place_date}
{subject}

{address}

Căn cứ tình hình thực tế, đề nghị các đơn vị báo cáo kết quả trước ngày 20/12/2017.

{closing}
"""
DEFAULTS = {
    "gap": " " * 12,
    "issuer": "SỞ Y TẾ",
    "number": "Số: 214/SYT-NVY",
    "place_date": "An Bình, ngày 7 tháng 11 năm 2017",
    "subject": "V/v báo cáo năm",
    "address": "Kính gửi: Các đơn vị trực thuộc.",
    "closing": "Nơi nhận:            GIÁM ĐỐC\n- Như trên;\n- Lưu: VT.\n                     Trần Thị Bình",
}


def record(**parts: str) -> Record:
    return Extractor().records(plain(LETTER.format(**(DEFAULTS | parts))))[0]


def dump(value: Any, *names: str) -> tuple[Any, ...] | None:
    return None if value is None else tuple(getattr(value, name) for name in names)


@pytest.mark.parametrize(
    ("printed", "number", "year", "notation", "text", "canonical"),
    [
        ("Số: 214/SYT-NVY", "214", None, "SYT-NVY", "214/SYT-NVY", "214/SYT-NVY"),
        ("Số: 02 /TB-SYT", "02", None, "TB-SYT", "02/TB-SYT", "02/TB-SYT"),
        ("Số 254-KH/TU", "254", None, "KH/TU", "254-KH/TU", "254-KH/TU"),
        ("Số: 01/2024/TT-BTTTT", "01", 2024, "TT-BTTTT", "01/2024/TT-BTTTT", "01/2024/TT-BTTTT"),
        ("Số: 30c/NQ-CP", "30c", None, "NQ-CP", "30c/NQ-CP", "30c/NQ-CP"),
        ("Số:          /UBND", None, None, "UBND", "/UBND", "/UBND"),
        ("Số: ……/KH-SYT", None, None, "KH-SYT", "/KH-SYT", "/KH-SYT"),
        ("Số: 187-KH-HU", "187", None, "KH-HU", "187-KH-HU", "187-KH/HU"),
    ],
)
def test_own_number(
    printed: str, number: str | None, year: int | None, notation: str, text: str, canonical: str
) -> None:
    code = record(number=printed).code
    assert dump(code, "number", "year", "notation", "text", "canonical") == (
        number,
        year,
        notation,
        text,
        canonical,
    )


@pytest.mark.parametrize("printed", ["Số: 4€4*†/SYT-NVY", "Số: éZ/SYT-NVY", "Số: )0@2/SYT-NVY"])
def test_a_scribbled_number_is_null_and_never_guessed(printed: str) -> None:
    code = record(number=printed).code
    assert code is not None
    assert code.number is None
    assert code.notation == "SYT-NVY"
    assert code.confidence < 0.6


@pytest.mark.parametrize(
    ("printed", "place", "date"),
    [
        ("An Bình, ngày 7 tháng 11 năm 2017", "An Bình", "2017-11-07"),
        ("An Bình, ngày 05 tháng 01 năm 2020", "An Bình", "2020-01-05"),
        ("An Bình, ngày       tháng 3 năm 2024", "An Bình", "2024-03"),
        ("An Bình, ngày … tháng … năm 2024", "An Bình", "2024"),
        ("An Bình, ngày 31 tháng 02 năm 2024", "An Bình", "2024-02"),
        ("TP. An Bình, ngày 1 tháng 7 năm 2025", "TP. An Bình", "2025-07-01"),
        ("An Bình, ngày 2Ctháng 3 năm 2018", "An Bình", "2018-03"),
    ],
)
def test_place_and_date(printed: str, place: str, date: str) -> None:
    assert dump(record(place_date=printed).issued, "place", "date") == (place, date)


@pytest.mark.parametrize(
    ("printed", "subject"),
    [
        ("V/v báo cáo năm", "báo cáo năm"),
        ("Về việc báo cáo năm.", "báo cáo năm"),
        ("v/v: triển khai Kế hoạch số 12/KH-UBND", "triển khai Kế hoạch số 12/KH-UBND"),
        ("V/v rà soát hộ nghèo,\ncận nghèo năm 2024", "rà soát hộ nghèo, cận nghèo năm 2024"),
    ],
)
def test_abstract_without_its_opening_words(printed: str, subject: str) -> None:
    assert dump(record(subject=printed).subject, "text") == (subject,)


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("Kính gửi: Các đơn vị trực thuộc.", ["Các đơn vị trực thuộc"]),
        (
            "Kính gửi:\n- Các phòng, ban thuộc huyện;\n- UBND các xã.",
            ["Các phòng, ban thuộc huyện", "UBND các xã"],
        ),
        ("Kính gửi: - Sở Nội vụ;\n- Sở Tài chính.", ["Sở Nội vụ", "Sở Tài chính"]),
        ("Kính gửi: Sở Nội vụ; Sở Tài chính.", ["Sở Nội vụ", "Sở Tài chính"]),
        ("Kính trình: Ban Thường vụ Huyện ủy.", ["Ban Thường vụ Huyện ủy"]),
    ],
)
def test_one_addressee_for_each_printed_item(printed: str, names: list[str]) -> None:
    assert [a.name for a in record(address=printed).addressees] == names


def test_recipients_with_purposes_copies_and_items_over_two_lines() -> None:
    closing = (
        "Nơi nhận:                GIÁM ĐỐC\n- Như trên;\n- UBND tỉnh (b/c);\n- Sở Nội vụ (để phối hợp);\n"
        "- Ủy ban MTTQ Việt Nam, các tổ chức\nchính trị - xã hội tỉnh;\n- Lưu: VT, NVY (3b).\nTrần Thị Bình"
    )
    assert [dump(r, "name", "purpose", "copies") for r in record(closing=closing).recipients] == [
        ("Như trên", None, None),
        ("UBND tỉnh", "b/c", None),
        ("Sở Nội vụ", "để phối hợp", None),
        ("Ủy ban MTTQ Việt Nam, các tổ chức chính trị - xã hội tỉnh", None, None),
        ("Lưu: VT, NVY (3b)", None, 3),
    ]


@pytest.mark.parametrize(
    ("lines", "authority", "behalf", "position"),
    [
        (["GIÁM ĐỐC"], None, None, "Giám đốc"),
        (["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "KT.", "Chủ tịch", "Phó Chủ tịch"),
        (["KT.GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "KT.", "Giám đốc", "Phó Giám đốc"),
        (["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], "TM.", "Ủy ban nhân dân", "Chủ tịch"),
        (["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "KT.", "Chủ tịch", "Phó Chủ tịch"),
        (["TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH"], "KT.", "Chủ tịch", "Phó Chủ tịch"),
        (["KT. BỘ TRƯỞNG THỨ TRƯỞNG"], "KT.", "Bộ trưởng", "Thứ trưởng"),
        (["TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"], "TL.", "Chủ tịch", "Chánh Văn phòng"),
        (
            ["TL. CHỦ TỊCH", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"],
            "KT.",
            "Chánh Văn phòng",
            "Phó Chánh Văn phòng",
        ),
        (["TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG"], "TUQ.", "Giám đốc", "Trưởng phòng"),
        (["Q. GIÁM ĐỐC"], "Q.", None, "Giám đốc"),
        (["T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ"], "TM.", "Ban Thường vụ", "Phó Bí thư"),
        (["KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "GIÁM ĐỐC SỞ TƯ PHÁP"], "KT.", "Trưởng ban", "Phó Trưởng ban"),
        (["PHÓ CHÁNH", "VĂN PHÒNG"], None, None, "Phó Chánh Văn phòng"),
    ],
)
def test_authority_and_position(
    lines: list[str], authority: str | None, behalf: str | None, position: str
) -> None:
    parts = [part for line in lines for part in _CODE_INSIDE.split(line) if part.strip()]
    assert _position(parts) == (authority, behalf, position)


def test_signer_beside_the_recipients() -> None:
    assert dump(record().signer, "name", "position", "authority") == ("Trần Thị Bình", "Giám đốc", None)


@pytest.mark.parametrize(
    ("title", "kind", "abbreviation"),
    [
        ("KẾ HOẠCH", "Kế hoạch", "KH"),
        ("QUYẾT ĐỊNH", "Quyết định", "QĐ"),
        ("THÔNG BÁO", "Thông báo", "TB"),
        ("GIẤY MỜI", "Giấy mời", "GM"),
        ("KÉ HOẠCH", "Kế hoạch", "KH"),
    ],
)
def test_kind_by_its_title(title: str, kind: str, abbreviation: str) -> None:
    made = record(subject=f"\n{title}\nTổ chức kiểm tra năm 2017", address="")
    assert dump(made.type, "name", "abbreviation") == (kind, abbreviation)
    assert dump(made.subject, "text") == ("Tổ chức kiểm tra năm 2017",)


def test_without_a_title_it_is_a_letter() -> None:
    assert dump(record().type, "name", "abbreviation") == ("Công văn", "CV")


def test_urgency_stamp() -> None:
    made = record(subject="HỎA TỐC\nV/v ứng phó bão")
    assert dump(made.urgency, "level") == ("hỏa tốc",)
    assert dump(made.subject, "text") == ("ứng phó bão",)


def test_every_fact_says_where_it_stands_and_who_found_it() -> None:
    made = record()
    for name, fact in made.facts():
        assert fact.evidence, name
        for e in fact.evidence:
            assert made.text[e.start : e.end] == e.text
            assert e.source.startswith(("rule:", "model:"))


def test_words_read_with_little_confidence_make_the_fact_as_unsure() -> None:
    sure = plain(LETTER.format(**DEFAULTS))
    lines = tuple(
        Line(tuple(Word(w.text, w.bbox, layer="ocr", confidence=0.6) for w in line.words))
        for line in sure.pages[0].lines
    )
    page = sure.pages[0]
    layout = lay_out(
        type(sure)(
            "x", "0", "image/png", (Page(1, page.width, page.height, lines, origin=page.origin),), "ocr"
        )
    )[0]
    draft = run_stages(Draft(layout, Config()))
    assert draft.code is not None
    assert draft.code.confidence < 0.65
    assert draft.code.parts is not None


def test_a_stage_before_what_it_needs_is_refused() -> None:
    needy = Stage("issuer", ("issuer",), lambda draft: None, needs=("issued",))
    later = Stage("issued", ("issued",), lambda draft: None)
    layout = lay_out(plain("A\nB"))[0]
    with pytest.raises(ValueError, match="stands before"):
        run_stages(Draft(layout, Config()), (needy, later))
    assert [s.name for s in STAGES if "issuer" in s.fields] == ["issuer", "zones", "calibration"]
