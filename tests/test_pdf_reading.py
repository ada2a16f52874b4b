"""Words, lines and tables of PDFs: what stands where, whichever reader is asked."""

from __future__ import annotations

import pytest

from pdf_files import BODY, MOTTO, PdfFile, body, header
from vnadmin_extract.config import Config
from vnadmin_extract.document import Document, Page
from vnadmin_extract.readers import pdf as pdf_reader
from vnadmin_extract.readers import read

READERS = ("pdfium", "pdfplumber", "auto")


def open_pdf(pdf: PdfFile, reader: str = "auto") -> Document:
    return read(pdf.bytes(), Config(reader=reader, ocr="off"), name="thu.pdf")  # type: ignore[arg-type]


def texts(page: Page) -> list[str]:
    return [line.text for line in page.lines]


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_both_header_columns_on_one_baseline_are_one_line_with_the_gap_kept(reader: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    header(pdf, page)
    body(pdf, page)
    result = open_pdf(pdf, reader).pages[0]
    assert texts(result) == [
        f"ỦY BAN NHÂN DÂN {MOTTO}",
        "XÃ SUỐI MƠ Độc lập - Tự do - Hạnh phúc",
        "Số: /TB-UBND Suối Mơ, ngày tháng 11 năm 2024",
        *BODY,
    ]
    words = result.lines[0].words
    assert words[3].bbox[2] < 160
    assert words[4].bbox[0] == pytest.approx(300, abs=0.5)
    assert words[0].bold
    assert not words[0].italic
    assert result.lines[2].words[2].italic
    assert (words[0].font, words[0].size) == ("Minh-Bold", 12.0)


def test_positions_are_points_from_the_top_left(reader: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    pdf.text(page, 100, 742, "Thông", size=20)
    (word,) = open_pdf(pdf, reader).pages[0].lines[0].words
    x0, top, x1, bottom = word.bbox
    assert x0 == pytest.approx(100, abs=0.1)
    assert x1 == pytest.approx(
        150, abs=3
    )  # pdfium takes in what its substitute for the font draws further right
    assert top < 100 < bottom  # the baseline is 100 below the upper edge
    assert bottom - top == pytest.approx(1.12 * 20, abs=0.1)


@pytest.mark.parametrize(
    ("rotate", "turn", "place"),
    [
        (0, "1 0 0 1", (100, 742)),
        (90, "0 1 -1 0", (100, 100)),
        (180, "-1 0 0 -1", (495, 100)),
        (270, "0 -1 1 0", (495, 742)),
    ],
)
def test_a_rotated_page_reads_as_shown(
    reader: str, rotate: int, turn: str, place: tuple[float, float]
) -> None:
    """The text is written so that it is upright, 100 points from the left and from the top, when shown."""
    pdf = PdfFile()
    page = pdf.page(rotate=rotate)
    pdf.text(page, *place, "Kế hoạch", turn=turn)
    result = open_pdf(pdf, reader).pages[0]
    assert texts(result) == ["Kế hoạch"]
    sideways = rotate in (90, 270)
    assert (result.width, result.height) == ((842, 595) if sideways else (595, 842))
    box = result.lines[0].bbox
    assert box[0] == pytest.approx(100, abs=0.2)
    assert box[1] < 100 < box[3]


def test_what_lies_outside_the_crop_box_is_not_seen_and_coordinates_start_there(reader: str) -> None:
    pdf = PdfFile()
    page = pdf.page(media=(10, 20, 605, 862), crop=(60, 70, 555, 812))
    pdf.text(page, 160, 712, "Bên trong")
    pdf.text(page, 20, 30, "ngoài")
    result = open_pdf(pdf, reader).pages[0]
    assert texts(result) == ["Bên trong"]
    assert (result.width, result.height) == (495, 742)
    assert result.lines[0].bbox[0] == pytest.approx(100, abs=0.2)
    assert result.lines[0].bbox[1] < 100 < result.lines[0].bbox[3]


def test_a_word_that_changes_its_font_stays_one_word(reader: str) -> None:
    """Letters that the first font lacks come from a second one, in Word's exports often inside a word."""
    pdf = PdfFile()
    page = pdf.page()
    pdf.text(page, 60, 700, "truy", size=12)
    pdf.text(page, 84, 700, "ề", size=12, font="Minh-Sans")
    pdf.text(page, 90, 700, "n thông", size=12)
    assert texts(open_pdf(pdf, reader).pages[0]) == ["truyền thông"]


@pytest.mark.parametrize(
    ("letter", "marks", "composed"),
    [
        ("e", [("\u0302", 0.0), ("\u0323", 0.0)], "ệ"),
        ("a", [("\u0301", 0.0)], "á"),
        ("u", [("\u031b", 0.0)], "ư"),
    ],
)
def test_marks_drawn_apart_join_their_letter(
    reader: str, letter: str, marks: list[tuple[str, float]], composed: str
) -> None:
    import unicodedata

    pdf = PdfFile()
    page = pdf.page()
    pdf.text(page, 60, 700, f"m{letter}t hai", size=12)
    for mark, rise in marks:  # half an em wide, over the second letter, after everything else
        pdf.text(page, 66, 700 + rise, mark, size=12)
    (line,) = open_pdf(pdf, reader).pages[0].lines
    assert unicodedata.normalize("NFC", line.text) == f"m{composed}t hai"
    assert len(line.words) == 2


def test_letters_drawn_twice_for_boldness_count_once(reader: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    pdf.text(page, 60, 700, "THÔNG BÁO", size=14)
    pdf.text(page, 60.4, 700, "THÔNG BÁO", size=14)
    assert texts(open_pdf(pdf, reader).pages[0]) == ["THÔNG BÁO"]


def test_an_exponent_joins_its_line(reader: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    pdf.text(page, 60, 700, "120 m", size=12)
    pdf.text(page, 91, 705, "3", size=7)
    pdf.text(page, 105, 700, "nước", size=12)
    assert texts(open_pdf(pdf, reader).pages[0]) == ["120 m 3 nước"]


def test_tcvn3_is_converted_where_the_font_says_so(reader: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    pdf.text(page, 60, 700, "Céng hoµ x· héi", font=".VnTime")
    pdf.text(page, 60, 660, "céng hoµ x· héi", font=".VnTimeH")
    pdf.text(page, 60, 620, "Céng", font="Minh-Roman")
    assert texts(open_pdf(pdf, reader).pages[0]) == ["Cộng hoà xã hội", "CỘNG HOÀ XÃ HỘI", "Céng"]


# --- tables -------------------------------------------------------------------------------------------------


def table(pdf: PdfFile, page: object, *, top: float = 500) -> None:
    """Three columns, three rows; the first two cells of the last row are merged."""
    xs, ys = (60, 120, 320, 520), (top, top - 30, top - 60, top - 90)
    for y in ys:
        pdf.line(page, xs[0], y, xs[3], y)  # type: ignore[arg-type]
    for x in (xs[0], xs[2], xs[3]):
        pdf.line(page, x, ys[0], x, ys[3])  # type: ignore[arg-type]
    pdf.line(page, xs[1], ys[0], xs[1], ys[2])  # type: ignore[arg-type]
    rows = [
        ("STT", "Nhiệm vụ", "Đơn vị"),
        ("1", "Rà soát hộ nghèo", "Phòng Kinh tế"),
        ("Tổng cộng", "", "2 đơn vị"),
    ]
    for row, cells in enumerate(rows):
        for x, text in zip(xs, cells, strict=False):
            if text:
                pdf.text(page, x + 5, ys[row] - 20, text, size=11)  # type: ignore[arg-type]


@pytest.mark.parametrize("choice", ["pdfplumber", "auto"])
def test_a_ruled_table_is_apart_from_the_lines(choice: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    header(pdf, page)
    body(pdf, page)
    table(pdf, page)
    pdf.text(page, 60, 360, "Sau bảng là nội dung khác.", size=12)
    document = open_pdf(pdf, choice)
    result = document.pages[0]
    assert document.reader == "pdfplumber"
    (found,) = result.tables
    assert (found.rows, found.columns) == (3, 3)
    assert {(c.row, c.column, c.row_span, c.column_span): c.text for c in found.cells} == {
        (0, 0, 1, 1): "STT",
        (0, 1, 1, 1): "Nhiệm vụ",
        (0, 2, 1, 1): "Đơn vị",
        (1, 0, 1, 1): "1",
        (1, 1, 1, 1): "Rà soát hộ nghèo",
        (1, 2, 1, 1): "Phòng Kinh tế",
        (2, 0, 1, 2): "Tổng cộng",
        (2, 2, 1, 1): "2 đơn vị",
    }
    assert texts(result)[-1] == "Sau bảng là nội dung khác."
    assert not any("Nhiệm" in text for text in texts(result))


def test_a_table_on_a_cropped_rotated_page_takes_the_right_words() -> None:
    pdf = PdfFile()
    page = pdf.page(media=(10, 20, 605, 862), crop=(30, 40, 600, 842))
    table(pdf, page)
    assert open_pdf(pdf, "pdfplumber").pages[0].tables[0].cells[1].text == "Nhiệm vụ"


def test_one_row_goes_on_from_the_page_before() -> None:
    pdf = PdfFile()
    first, second = pdf.page(), pdf.page()
    table(pdf, first)
    xs = (60, 120, 320, 520)
    for y in (800, 770):
        pdf.line(second, xs[0], y, xs[3], y)
    for x in xs:
        pdf.line(second, x, 800, x, 770)
    for x, text in zip(xs, ("2", "Chi trả trợ cấp", "Trạm Y tế"), strict=False):
        pdf.text(second, x + 5, 780, text, size=11)
    pages = open_pdf(pdf, "pdfplumber").pages
    assert [cell.text for cell in pages[1].tables[0].cells] == ["2", "Chi trả trợ cấp", "Trạm Y tế"]


def draw_frame(pdf: PdfFile, page: object) -> None:
    pdf.box(page, 40, 690, 90, 30)  # type: ignore[arg-type]
    pdf.box(page, 42, 692, 86, 26)  # type: ignore[arg-type]
    pdf.text(page, 50, 700, "HỎA TỐC", size=12, font="Minh-Bold")  # type: ignore[arg-type]


def draw_border(pdf: PdfFile, page: object) -> None:
    pdf.box(page, 20, 20, 555, 800)  # type: ignore[arg-type]


def draw_header_table(pdf: PdfFile, page: object) -> None:
    for y in (800, 770, 750, 725):
        pdf.line(page, 50, y, 570, y)  # type: ignore[arg-type]
    for x in (50, 290, 570):
        pdf.line(page, x, 800, x, 725)  # type: ignore[arg-type]


def draw_shading(pdf: PdfFile, page: object) -> None:
    for row in range(3):
        pdf.box(page, 58, 676 - 20 * row, 250, 20, "1 g f 0 g")  # type: ignore[arg-type]
        pdf.box(page, 308, 676 - 20 * row, 200, 20, "1 g f 0 g")  # type: ignore[arg-type]


def draw_rules(pdf: PdfFile, page: object) -> None:
    pdf.line(page, 90, 760, 150, 760)  # type: ignore[arg-type]
    pdf.line(page, 340, 760, 480, 760)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "draw", [draw_frame, draw_border, draw_header_table, draw_shading, draw_rules], ids=lambda f: f.__name__
)
@pytest.mark.parametrize("choice", ["pdfplumber", "auto"])
def test_frames_rules_shading_and_layout_grids_are_no_tables(draw: object, choice: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    draw(pdf, page)  # type: ignore[operator]
    header(pdf, page)
    body(pdf, page)
    result = open_pdf(pdf, choice).pages[0]
    assert result.tables == ()
    assert set(BODY) <= set(texts(result))


# --- choosing the reader, triage ----------------------------------------------------------------------------


def test_auto_takes_pdfplumber_only_for_the_pages_that_need_it() -> None:
    pdf = PdfFile()
    plain, ruled = pdf.page(), pdf.page()
    body(pdf, plain)
    body(pdf, ruled)
    table(pdf, ruled)
    document = open_pdf(pdf)
    assert document.reader == "pdfium+pdfplumber"
    assert [len(page.tables) for page in document.pages] == [0, 1]


def test_fragmented_words_call_for_pdfplumber() -> None:
    pdf = PdfFile()
    page = pdf.page()
    for row in range(6):
        pdf.text(page, 60, 700 - 20 * row, "tr uy ền th ông cả i cá ch h ành ch ính", size=12)
    assert open_pdf(pdf).reader == "pdfplumber"


def test_a_page_that_pdfminer_cannot_read_is_read_by_pdfium(monkeypatch: pytest.MonkeyPatch) -> None:
    from vnadmin_extract.readers.pdf_plumber import PlumberFile

    def fail(self: object, index: int) -> None:
        raise KeyError("Resources")

    monkeypatch.setattr(PlumberFile, "read", fail)
    pdf = PdfFile()
    body(pdf, pdf.page())
    document = open_pdf(pdf, "pdfplumber")
    assert document.reader == "pdfium"
    assert texts(document.pages[0]) == list(BODY)
    assert "pdfplumber cannot read the page (KeyError)" in document.pages[0].warnings[0]


def test_triage_of_scans_and_blank_pages(reader: str) -> None:
    pdf = PdfFile()
    blank, scan, stamped, good = pdf.page(), pdf.page(), pdf.page(), pdf.page()
    pdf.picture(scan, 0, 0, 595, 842)
    pdf.picture(stamped, 0, 0, 595, 842)
    pdf.text(stamped, 500, 20, "Trang 3", size=8)
    body(pdf, good)
    pdf.picture(good, 300, 100, 60, 60)
    document = open_pdf(pdf, reader)
    assert [page.needs_ocr for page in document.pages] == [False, True, True, False]
    assert blank.drawn == []
    assert document.pages[2].lines, "the few words are kept"


def test_a_text_layer_of_nonsense_under_a_scan_is_not_used(reader: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    pdf.picture(page, 0, 0, 595, 842)
    pdf.text(page, 60, 780, "CQNG HOA XA HQI CHU NGHIA VIPT NAM", size=12)
    pdf.text(page, 60, 760, "Dgc lap - Tu do - Hanh phuc", size=12)
    pdf.text(page, 60, 740, "Kinh gui cac so ban nganh va uy ban nhan dan cac huyen", size=12)
    result = open_pdf(pdf, reader).pages[0]
    assert result.needs_ocr
    assert any("without its diacritics" in warning for warning in result.warnings)
    assert result.lines


def test_threads_wait_for_each_other() -> None:
    from concurrent.futures import ThreadPoolExecutor

    pdf = PdfFile()
    for _ in range(4):
        body(pdf, pdf.page())
    data = pdf.bytes()
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: read(data, name="a.pdf").text, range(12)))
    assert len(set(results)) == 1
    assert BODY[0] in results[0]


def test_document_facts() -> None:
    pdf = PdfFile()
    body(pdf, pdf.page())
    document = open_pdf(pdf)
    assert (document.name, document.media_type, document.signatures) == ("thu.pdf", "application/pdf", ())
    assert len(document.sha256) == 64
    assert document.pages[0].number == 1
    assert pdf_reader.is_fragmented(document.pages[0].lines[0].words) is False
