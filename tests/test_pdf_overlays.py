"""What software lays over the page: numbers and days as form fields, annotations, signature appearances."""

from __future__ import annotations

import pytest

from pdf_files import BODY, PdfFile, body, header
from vnadmin_extract.config import Config
from vnadmin_extract.document import Line, Page, Word
from vnadmin_extract.readers import read
from vnadmin_extract.readers.lines import box_at, lines_of
from vnadmin_extract.readers.pdf_overlays import cut_burnt_stamps

SIGNATURE = [
    "Người ký: Sở Tài chính",
    "Email: stc@example.gov.vn",
    "Thời gian ký: 18.06.2019",
    "11:03:02 +07:00",
]


@pytest.fixture(params=("pdfium", "pdfplumber"))
def reader(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def first_page(pdf: PdfFile, reader: str) -> Page:
    return read(pdf.bytes(), Config(reader=reader), name="thu.pdf").pages[0]  # type: ignore[arg-type]


def texts(page: Page) -> list[str]:
    return [line.text for line in page.lines]


@pytest.mark.parametrize("field_type", ["Tx", "Sig"])
def test_number_and_day_filled_in_as_fields_stand_in_their_line(reader: str, field_type: str) -> None:
    """Signing software uses signature fields too: their appearance is nothing but the number."""
    pdf = PdfFile()
    page = pdf.page()
    header(pdf, page)
    body(pdf, page)
    pdf.annotation(page, (86, 730, 110, 748), ["453"], field_type=field_type)
    pdf.annotation(page, (395, 729, 415, 747), ["29"], field_type=field_type)
    result = first_page(pdf, reader)
    assert texts(result)[2] == "Số: 453 /TB-UBND Suối Mơ, ngày 29 tháng 11 năm 2024"
    assert [(w.text, w.layer) for w in result.lines[2].words if w.layer != "text"] == [
        ("453", "form"),
        ("29", "form"),
    ]
    assert result.stamps == ()


def test_a_field_without_an_appearance_shows_its_value(reader: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    header(pdf, page)
    more = "/V (453) /DA (/Helv 12 Tf 0 g)"
    pdf.annotation(page, (82, 730, 112, 748), None, field_type="Tx", more=more)
    assert texts(first_page(pdf, reader))[2].startswith("Số: 453 /TB-UBND")


def test_free_text_is_read_hidden_fields_and_notes_are_not(reader: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    body(pdf, page)
    pdf.annotation(page, (60, 780, 200, 800), ["HỎA TỐC"], subtype="FreeText")
    pdf.annotation(page, (300, 780, 400, 800), ["ghi chú"], subtype="Text")
    pdf.annotation(page, (300, 740, 400, 760), ["ẩn"], subtype="FreeText")
    body_of_hidden, stream = page.annotations[-1]
    page.annotations[-1] = (body_of_hidden.replace("/F 4", "/F 2"), stream)
    result = first_page(pdf, reader)
    assert texts(result) == ["HỎA TỐC", *BODY]
    assert {word.layer for word in result.lines[0].words} == {"annotation"}


@pytest.mark.parametrize(("subtype", "field_type"), [("Widget", "Sig"), ("Stamp", None)])
def test_a_signature_appearance_is_a_stamp(reader: str, subtype: str, field_type: str | None) -> None:
    pdf = PdfFile()
    page = pdf.page()
    body(pdf, page)
    # over the body's lines, as software places it
    pdf.annotation(page, (300, 630, 480, 690), SIGNATURE, subtype=subtype, field_type=field_type)
    result = first_page(pdf, reader)
    assert texts(result) == list(BODY)
    (stamp,) = result.stamps
    assert (stamp.kind, stamp.page) == ("signature", 1)
    assert stamp.text == " ".join(SIGNATURE)
    assert 295 < stamp.bbox[0] < stamp.bbox[2] < 600


def test_a_signature_field_with_only_the_name_of_a_body_is_a_stamp(reader: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    body(pdf, page)
    pdf.annotation(page, (300, 200, 480, 230), ["Ủy ban nhân dân xã Suối Mơ"], field_type="Sig")
    pdf.annotation(page, (300, 150, 480, 180), ["Lò Thị Mây"], field_type="Sig")
    result = first_page(pdf, reader)
    assert texts(result) == [*BODY, "Lò Thị Mây"]
    assert [stamp.text for stamp in result.stamps] == ["Ủy ban nhân dân xã Suối Mơ"]


def test_the_same_text_burnt_into_the_page_is_a_stamp_too(reader: str) -> None:
    pdf = PdfFile()
    page = pdf.page()
    body(pdf, page)
    for row, text in enumerate(SIGNATURE):
        pdf.text(page, 380, 634 - 11 * row, text, size=8)
    pdf.text(
        page, 380, 500, "Người ký: đã ghi ở trên.", size=12
    )  # no field or time follows: text of the document
    result = first_page(pdf, reader)
    assert texts(result) == [*BODY, "Người ký: đã ghi ở trên."]
    (stamp,) = result.stamps
    assert stamp.text == " ".join(SIGNATURE)


# --- on lines, without a PDF ---------------------------------------------------------------------------------


def line(text: str, *, x: float = 60, baseline: float = 100, size: float = 12) -> list[Word]:
    words = []
    for part in text.split():
        width = 0.5 * size * len(part)
        words.append(Word(part, box_at(x, x + width, baseline, size), size=size))
        x += width + 0.25 * size
    return words


def cut(words: list[Word]) -> tuple[list[str], list[str]]:
    kept, stamps = cut_burnt_stamps(lines_of(words), 1)
    return [found.text for found in kept], [stamp.text for stamp in stamps]


@pytest.mark.parametrize(
    ("text", "kept", "burnt"),
    [
        (
            "04 tháng đầu năm 2019 09:19:56 +07:00 (Kèm theo",
            "04 tháng đầu năm 2019 (Kèm theo",
            ["09:19:56 +07:00"],
        ),
        ("họp lúc 14:30 ngày 18/6/2019", "họp lúc 14:30 ngày 18/6/2019", []),
        ("từ 08:00:00 đến 17:00:00", "từ 08:00:00 đến 17:00:00", []),
        ("Người ký văn bản chịu trách nhiệm", "Người ký văn bản chịu trách nhiệm", []),
        ("Email: ubnd@example.vn", "Email: ubnd@example.vn", []),
    ],
)
def test_times_with_zone_are_cut_out_of_body_lines(text: str, kept: str, burnt: list[str]) -> None:
    assert cut(line(text)) == ([kept], burnt)


def test_a_block_without_a_lead_ends_at_its_time_with_zone() -> None:
    words: list[Word] = line("Nội dung của văn bản", baseline=500)
    for row, text in enumerate(("Sở Tài chính", "Tỉnh Đắk Nông", "18.06.2019", "11:02:24", "+07:00")):
        words += line(text, x=400, baseline=560 + 22 * row, size=20)
    assert cut(words)[0] == [
        "Nội dung của văn bản",
        "Sở Tài chính",
        "Tỉnh Đắk Nông",
        "18.06.2019",
        "11:02:24",
        "+07:00",
    ]
    words = line("Nội dung của văn bản", baseline=500)
    for row, text in enumerate(("Sở Tài chính", "Tỉnh Đắk Nông", "18.06.2019", "11:02:24 +07:00")):
        words += line(text, x=400, baseline=560 + 22 * row, size=20)
    assert cut(words) == (["Nội dung của văn bản"], ["Sở Tài chính Tỉnh Đắk Nông 18.06.2019 11:02:24 +07:00"])


def test_a_filled_in_word_a_little_off_the_baseline_joins_the_line_that_it_overlaps() -> None:
    printed = line("Số: /TB-UBND", x=60, baseline=100)
    filled = Word("453", box_at(80, 98, 104, 12), size=12, layer="form")
    (joined,) = lines_of([*printed, filled])
    assert isinstance(joined, Line)
    assert sorted(word.text for word in joined.words) == ["/TB-UBND", "453", "Số:"]
