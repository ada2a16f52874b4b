"""Files that are no sound PDF: one clear error each, with the file, the cause and what to do."""

from __future__ import annotations

import io
import pickle

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from pdf_files import BODY, PdfFile, body
from vnadmin_extract.config import Config
from vnadmin_extract.errors import (
    DamagedFileError,
    EmptyFileError,
    EncryptedFileError,
    LimitExceededError,
    VnadminError,
)
from vnadmin_extract.readers import read

READERS = ("pdfium", "pdfplumber", "auto")


def sound(pages: int = 1) -> bytes:
    pdf = PdfFile()
    for _ in range(pages):
        body(pdf, pdf.page())
    return pdf.bytes()


def encrypted(user: str, owner: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption(user, owner, canPrint=0, canCopy=0, strength=128))
    canvas.drawString(100, 700, "Thong bao so 15")
    canvas.save()
    return out.getvalue()


SOUND = sound()
CASES = {
    "needs a password": (encrypted("bi-mat", "chu"), EncryptedFileError, "protected by a password"),
    "header only": (b"%PDF-1.7\n", DamagedFileError, "damaged or cut off"),
    "garbage after the header": (
        b"%PDF-1.7\n" + bytes(range(256)) * 40,
        DamagedFileError,
        "damaged or cut off",
    ),
    "half a file": (SOUND[: len(SOUND) // 2], DamagedFileError, "cut off"),
    "end missing": (SOUND[: SOUND.rfind(b"xref")], DamagedFileError, "cut off"),
    "second revision cut off": (SOUND + b"\n9 0 obj\n<< /Type /Page /Par", DamagedFileError, "cut off"),
    "no pages": (PdfFile().bytes(), EmptyFileError, "no pages"),
    "too many pages": (sound(4), LimitExceededError, "4 pages, more than the limit of 3"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("case", CASES)
def test_each_broken_file_gives_one_clear_error(case: str, reader: str) -> None:
    data, kind, cause = CASES[case]
    with pytest.raises(kind) as caught:
        read(data, Config(reader=reader, max_pages=3), name="cong-van.pdf")  # type: ignore[arg-type]
    message = str(caught.value)
    assert message.startswith("cong-van.pdf: ")
    assert cause in message
    assert caught.value.remedy
    assert message.endswith(".")
    assert str(pickle.loads(pickle.dumps(caught.value))) == message


@pytest.mark.parametrize("reader", READERS)
def test_a_file_with_only_an_owner_password_opens(reader: str) -> None:
    document = read(encrypted("", "chu"), Config(reader=reader), name="a.pdf")  # type: ignore[arg-type]
    assert document.text == "Thong bao so 15"


def test_junk_before_the_header_and_after_the_end_does_no_harm() -> None:
    assert BODY[0] in read(b"\r\n\r\n" + SOUND, name="a.pdf").text
    assert BODY[0] in read(SOUND + b"\0" * 3000 + b"<!-- sent by mail -->", name="a.pdf").text


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("step", range(12))
def test_flipped_bytes_give_a_document_or_an_error_of_the_family(step: int, reader: str) -> None:
    data = bytearray(SOUND)
    for place in range(step, len(data), 97):
        data[place] ^= 0x15
    try:
        document = read(bytes(data), Config(reader=reader), name="a.pdf")  # type: ignore[arg-type]
    except VnadminError:
        return
    assert document.pages


def test_a_drawing_of_thousands_of_rules_is_no_table_and_takes_no_time() -> None:
    pdf = PdfFile()
    page = pdf.page()
    body(pdf, page)
    for step in range(4000):
        pdf.line(page, 10, 10 + step / 10, 60, 10 + step / 10)
        pdf.line(page, 100 + step / 10, 500, 100 + step / 10, 560)
    pdf.box(page, 20, 20, 300, 300)
    document = read(pdf.bytes(), Config(reader="pdfplumber"), name="a.pdf")
    assert document.pages[0].tables == ()
    assert "no table was looked for" in document.pages[0].warnings[0]


def test_long_lines_with_the_beginnings_of_stamps_take_linear_time() -> None:
    from vnadmin_extract.document import Line, Word
    from vnadmin_extract.readers.pdf_overlays import cut_burnt_stamps

    for text in ("1" * 500_000, "09:19:56 " * 60_000, "Người ký " * 60_000, "12:" * 200_000):
        word = Word(text, (0, 0, 500, 13.44), size=12)
        assert cut_burnt_stamps([Line((word,))], 1) == ([Line((word,))], [])
