"""The typesetter of corpus/: sources, rendering, and the checks that tie gold records to their text."""

from __future__ import annotations

import ctypes
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from corpus.typeset import check, fonts, load_source, load_sources, source  # noqa: E402
from corpus.typeset.__main__ import main, render  # noqa: E402
from corpus.typeset.plain import text_of  # noqa: E402

SOURCES = ROOT / "corpus" / "sources"
SAMPLES = ROOT / "corpus" / "samples"
GOLD = ROOT / "corpus" / "gold"
NAMES = sorted({path.stem for path in SAMPLES.glob("*.*")})


@pytest.fixture(scope="module")
def family() -> str:
    try:
        return fonts.register()
    except fonts.FontError as exc:
        pytest.skip(str(exc))


def page_text(path: Path, page: int = 0) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return str(document[page].get_textpage().get_text_range()).replace("\r\n", "\n")


def widgets(path: Path) -> list[tuple[str, str, str, bool]]:
    """Name, field type, value and whether there is an appearance, of each widget of page 1."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    with pypdfium2.PdfDocument(path) as document:
        page = document[0]
        found = []
        for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
            annotation = pdfium.FPDFPage_GetAnnot(page, index)

            def value(key: bytes, annotation: object = annotation) -> str:
                size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
                buffer = (ctypes.c_ushort * (size // 2))()
                pdfium.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
                return bytes(buffer).decode("utf-16-le").rstrip("\0")

            look = pdfium.FPDFAnnot_GetAP(annotation, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0) > 2
            found.append((value(b"T"), value(b"FT"), value(b"V"), look))
            pdfium.FPDFPage_CloseAnnot(annotation)
        return found


# -- Sources -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("Một đoạn\ntiếp theo.", source.Paragraph("Một đoạn tiếp theo.")),
        ("# I. MỤC ĐÍCH", source.Paragraph("I. MỤC ĐÍCH", "heading")),
        ("^ QUYẾT ĐỊNH:", source.Paragraph("QUYẾT ĐỊNH:", "centred")),
        ("^/ (Kèm theo)", source.Paragraph("(Kèm theo)", "centred-italic")),
        ("/ Căn cứ Luật;", source.Paragraph("Căn cứ Luật;", "italic")),
        ("- Một gạch đầu dòng", source.Paragraph("- Một gạch đầu dòng")),
        ("===", source.PageBreak()),
        ("Một đoạn.\n@role goal", source.Paragraph("Một đoạn.", notes=("@role goal",))),
        (
            "Giao việc.\n@a 1 | lead: Sở A\n  | with: Sở B\n@role report",
            source.Paragraph("Giao việc.", notes=("@a 1 | lead: Sở A | with: Sở B", "@role report")),
        ),
        (
            "|: 1 | 3\n| STT | Nội dung\n| 1 | Việc",
            source.Table((("STT", "Nội dung"), ("1", "Việc")), (1.0, 3.0)),
        ),
        ("| STT | Nội dung |\n| 1 | |", source.Table((("STT", "Nội dung"), ("1", "")), (1.0, 1.0))),
    ],
)
def test_body_marks(text: str, block: source.Block) -> None:
    assert source.parse_blocks(text) == (block,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@role goal\n\nMột đoạn.", "under no block"),
        ("Một đoạn.\n@role goal\nChữ in.", "a blank line must part them"),
        ("===\n@role goal", "under a page break"),
    ],
)
def test_a_note_without_a_block_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        source.parse_blocks(text)


def test_a_table_row_with_a_missing_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells, expected 3"):
        source.parse_blocks("| a | b | c\n| d | e")


def test_a_misspelt_key_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text((SOURCES / f"{NAMES[0]}.toml").read_text("utf-8").replace("about =", "abuot ="), "utf-8")
    with pytest.raises(ValueError, match=r"x\.toml.*abuot"):
        load_source(path)


def test_enough_documents_of_different_kinds() -> None:
    sources = load_sources(SOURCES)
    assert len(sources) >= 12
    assert sum("docx" in item.formats for item in sources) >= 3
    kinds = {item.header.kind for item in sources}
    wanted = {None, "KẾ HOẠCH", "QUYẾT ĐỊNH", "CHỈ THỊ", "THÔNG BÁO", "GIẤY MỜI", "CÔNG ĐIỆN KHẨN", "BÁO CÁO"}
    assert wanted <= kinds
    assert {item.style for item in sources} == {"state", "party"}


# -- Rendering -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_pdf_text_has_header_and_signer(name: str, family: str, tmp_path: Path) -> None:
    from corpus.typeset.pdf import render_pdf

    item = replace(load_source(SOURCES / f"{name}.toml"), formats=("pdf",))
    render_pdf(item, tmp_path / "x.pdf")
    text = " ".join(page_text(tmp_path / "x.pdf").split())  # long lines of the header break
    for line in (*item.header.parent, *item.header.issuer, *item.header.title):
        assert line in text
    assert (
        "ĐẢNG CỘNG SẢN VIỆT NAM" if item.style == "party" else "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    ) in text


def test_header_columns_stand_side_by_side() -> None:
    import pdfplumber

    with pdfplumber.open(SAMPLES / "cv-huyen-phong-chay-rung.pdf") as document:
        words = document.pages[0].extract_words()
        place = {text: next(w for w in words if w["text"] == text) for text in ("ỦY", "CỘNG", "Số:", "ngày")}
        middle = document.pages[0].width / 2
        assert place["ỦY"]["x1"] < middle < place["CỘNG"]["x1"]
        assert abs(place["ỦY"]["top"] - place["CỘNG"]["top"]) < 3
        assert abs(place["Số:"]["top"] - place["ngày"]["top"]) < 3
        assert document.pages[0].lines, "the rules under motto and issuer"


def test_page_numbers_from_page_2_in_the_top_margin() -> None:
    import pdfplumber

    with pdfplumber.open(SAMPLES / "kh-tinh-so-hoa.pdf") as document:
        tops = [min(page.extract_words(), key=lambda word: word["top"]) for page in document.pages]
        assert [word["text"] for word in tops[1:]] == ["2", "3", "4"]
        assert all(word["bottom"] < 57 for word in tops[1:])
        assert tops[0]["text"] != "1"


def test_a_table_over_a_page_break_repeats_its_header() -> None:
    path = SAMPLES / "kh-tinh-so-hoa.pdf"
    assert "Nội dung nhiệm vụ" in page_text(path, 2)
    assert "Nội dung nhiệm vụ" in page_text(path, 3)


def test_form_fields_hold_number_and_day_that_the_page_text_lacks() -> None:
    path = SAMPLES / "tb-phuong-ngung-tiep-nhan.pdf"
    text = page_text(path)
    assert "141" not in text
    assert "ngày 14" not in text
    assert "/TB-UBND" in text
    found = {name: (kind, value, look) for name, kind, value, look in widgets(path)}
    assert found["number"] == ("Tx", "141", True)
    assert found["day"] == ("Tx", "14", True)


def test_signature_fields_show_number_and_day_without_any_value() -> None:
    path = SAMPLES / "tb-ket-luan-hop.pdf"
    assert "386" not in page_text(path)
    found = {name: (kind, value, look) for name, kind, value, look in widgets(path)}
    assert found["number"] == ("Sig", "", True)
    assert found["day"] == ("Sig", "", True)


def test_a_field_is_drawn_where_its_blank_is() -> None:
    """What a person sees: with its fields drawn, the page has ink in the blank between "Số:" and the notation."""
    import pypdfium2

    def ink(draw: bool) -> int:
        with pypdfium2.PdfDocument(SAMPLES / "tb-phuong-ngung-tiep-nhan.pdf") as document:
            document.init_forms()
            bitmap = document[0].render(scale=2, may_draw_forms=draw, draw_annots=draw, grayscale=True)
            data = bitmap.to_numpy().reshape(bitmap.height, bitmap.width)
            return int((data[190:250, :500] < 128).sum())

    assert ink(True) > ink(False)


@pytest.mark.parametrize("name", ["tb-phuong-ngung-tiep-nhan", "tb-ket-luan-hop"])
def test_the_stamp_is_no_page_text(name: str) -> None:
    import pypdfium2

    with pypdfium2.PdfDocument(SAMPLES / f"{name}.pdf") as document:
        text = "".join(str(page.get_textpage().get_text_range()) for page in document)
    assert "Thời gian ký" not in text
    assert "Thời gian ký" in source.source_text(load_source(SOURCES / f"{name}.toml"))


@pytest.mark.parametrize("name", ["tb-phuong-ngung-tiep-nhan", "kh-truong-chuyen-doi-so"])
def test_rendering_twice_gives_the_same_bytes(name: str, family: str, tmp_path: Path) -> None:
    item = load_source(SOURCES / f"{name}.toml")
    first = [path.read_bytes() for path in render(item, tmp_path)]
    assert first == [path.read_bytes() for path in render(item, tmp_path)]


def test_office_file_has_automatic_numbers_and_a_table_header() -> None:
    import docx

    document = docx.Document(str(SAMPLES / "ct-tinh-an-toan-thuc-pham.docx"))
    numbered = [p for p in document.paragraphs if p._p.pPr is not None and p._p.pPr.numPr is not None]
    assert numbered[0].text == "Sở Y tế"
    assert [p._p.pPr.numPr.ilvl.val for p in numbered[:4]] == [0, 1, 1, 1]
    header = document.tables[0]
    assert "ỦY BAN NHÂN DÂN" in header.cell(0, 0).text
    assert "Độc lập - Tự do - Hạnh phúc" in header.cell(0, 1).text


def test_plain_text_puts_the_columns_side_by_side() -> None:
    lines = text_of(load_source(SOURCES / "kh-xa-ve-sinh-moi-truong.toml")).splitlines()
    assert "ỦY BAN NHÂN DÂN" in lines[0]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in lines[0]
    assert any("Nơi nhận:" in line and "TM. ỦY BAN NHÂN DÂN" in line for line in lines)


TWO_SIGN = """
formats = ["pdf", "docx", "txt"]
recipients = ["Như trên;", "Lưu: VT."]
body = "Một đoạn."
[header]
issuer = ["ỦY BAN NHÂN DÂN", "XÃ LỘC ĐIỀM"]
number = "Số: 12/BB-UBND"
place_date = "Lộc Điềm, ngày 05 tháng 3 năm 2026"
kind = "BIÊN BẢN"
title = ["Họp giao ban"]
urgency = "HỎA TỐC"
secrecy = "MẬT"
[signature]
lines = ["CHỦ TỌA"]
name = "Cao Đức Nhượng"
[second_signature]
lines = ["THƯ KÝ"]
name = "Lê Thị Nhàn"
"""


def test_two_signatures_stand_side_by_side_and_both_stamps_are_printed(family: str, tmp_path: Path) -> None:
    import docx
    import pdfplumber

    path = tmp_path / "bb.toml"
    path.write_text(TWO_SIGN, "utf-8")
    item = load_source(path)
    render(item, tmp_path)
    with pdfplumber.open(tmp_path / "bb.pdf") as document:
        words = {word["text"]: word for word in document.pages[0].extract_words()}
    assert abs(words["THƯ"]["top"] - words["CHỦ"]["top"]) < 1
    assert words["THƯ"]["x0"] < words["CHỦ"]["x0"] - 100
    assert words["MẬT"]["top"] < words["HỎA"]["top"]
    assert words["Nơi"]["top"] > words["Nhượng"]["top"]
    lines = text_of(item).splitlines()
    assert any("THƯ KÝ" in line and "CHỦ TỌA" in line for line in lines)
    assert any("Lê Thị Nhàn" in line and "Cao Đức Nhượng" in line for line in lines)
    assert any(line.strip() == "MẬT" for line in lines)
    cells = docx.Document(str(tmp_path / "bb.docx")).tables[-1].rows[0].cells
    assert "THƯ KÝ" in cells[0].text
    assert "Cao Đức Nhượng" in cells[1].text


def test_a_long_issuer_breaks_and_keeps_clear_of_the_motto(family: str, tmp_path: Path) -> None:
    import pdfplumber
    from corpus.typeset.pdf import Look, render_pdf

    item = load_source(SOURCES / "kh-xa-ve-sinh-moi-truong.toml")
    item = replace(item, header=replace(item.header, issuer=("SỞ NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN",)))
    for look in (Look(), Look(left=95.0, right=40.0, head_size=13.0)):
        render_pdf(item, tmp_path / "x.pdf", look)
        with pdfplumber.open(tmp_path / "x.pdf") as document:
            words = document.pages[0].extract_words()
        motto = next(word for word in words if word["text"] == "CỘNG")
        issuer = [
            word
            for word in words
            if word["top"] < 110 and word["text"] in ["SỞ", "NÔNG", "NGHIỆP", "PHÁT", "TRIỂN"]
        ]
        assert len({round(word["top"]) for word in issuer}) == 2
        assert all(word["x1"] < motto["x0"] for word in issuer)


def test_without_a_font_the_message_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_font_files", list)
    fonts.find_family.cache_clear()
    try:
        with pytest.raises(fonts.FontError, match="apt install"):
            fonts.find_family()
    finally:
        fonts.find_family.cache_clear()


# -- Gold ----------------------------------------------------------------------------------------------------


def test_the_corpus_is_complete_and_gold_says_what_the_text_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "wrong", "fault"),
    [
        (("code", "number"), "9999", "code.number"),
        (("signer", "name"), "Không Có Ai", "signer"),
        (("issued", "date"), "2024-11-15", "date line"),
        (("references", 0, "date"), "2020-01-01", "does not stand"),
        (("assignments", 0, "lead", 0, "name"), "Sở Không Có", "unit"),
        (("assignments", 0, "deadlines"), [], "does not point back"),
        (("deadlines", 0, "due"), "2024-12-01", "is not in its text"),
        (("references", 0, "relation"), "cites", "relation"),
    ],
)
def test_the_check_finds_a_wrong_fact(
    path: tuple[str | int, ...], wrong: object, fault: str, tmp_path: Path
) -> None:
    name = "cv-huyen-phong-chay-rung"
    record = json.loads((GOLD / f"{name}.json").read_text("utf-8"))
    place = record
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = wrong
    (tmp_path / f"{name}.json").write_text(json.dumps(record), "utf-8")
    faults = check.check_corpus([load_source(SOURCES / f"{name}.toml")], SAMPLES, tmp_path)
    assert any(fault in line for line in faults if line.startswith(f"{name}:"))
