"""Read a PDF: words with positions, ruled tables, what software laid over the page, digital signatures.

Two readers give the same :class:`~vnadmin_extract.document.Page`: pdfium (about eight times as fast) and pdfplumber
(which also finds ruled tables). ``auto`` decides page by page. pdfium opens the file in any case, to check it
and to see what is drawn and laid over each page. Pages without usable text are marked
:attr:`~vnadmin_extract.document.Page.needs_ocr` and, unless the settings forbid it, recognised by
:mod:`vnadmin_extract.readers.pdf_ocr`.
"""

from __future__ import annotations

import hashlib
import warnings as python_warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document, Line, Page, Stamp, Table, Word
from vnadmin_extract.errors import (
    DamagedFileError,
    EmptyFileError,
    EncryptedFileError,
    LimitExceededError,
    VnadminError,
)
from vnadmin_extract.readers.lines import Glyph, lines_of, words_of
from vnadmin_extract.readers.pdf_knowledge import knowledge
from vnadmin_extract.readers.pdf_overlays import cut_burnt_stamps, list_overlays, read_overlays
from vnadmin_extract.readers.pdf_pdfium import (
    NO_PAGES,
    PDFIUM_LOCK,
    Drawings,
    Geometry,
    geometry_of,
    loaded_page,
    open_document,
    read_drawings,
    read_glyphs,
)
from vnadmin_extract.readers.pdf_quality import assess
from vnadmin_extract.readers.pdf_signatures import read_signatures
from vnadmin_extract.readers.received_stamp import received_stamp
from vnadmin_extract.readers.sniff import PDF

TABLE_CROSSINGS = 6
"""Meetings of horizontal and vertical rules from which a page may hold a table: a frame has four."""
FRAGMENTS = 0.35
"""Share of one- and two-letter words from which words were probably cut at font changes (about 0.15 is usual)."""
FULL_PICTURE = 0.5
"""Share of the page under one picture from which the page counts as scanned."""
LITTLE_TEXT = 60
"""Fewer characters than this beside a full-page picture are not the page's text."""
DRAWN_TEXT = 40
"""Path segments from which a page without text shows something worth recognising (outlined letters)."""
_REPEATED_COLUMNS = 4.0
"""Points within which a table's columns are those of the table that ended the page before."""
_METADATA = ("Title", "Author", "Subject", "Creator", "Producer", "CreationDate", "ModDate")

_GET_AGAIN = "Ask the sender for the file again"


def read(data: bytes, *, name: str, config: Config) -> Document:
    """Read a PDF's bytes.

    Args:
        data: the whole file.
        name: file name for messages.
        config: settings: ``reader``, ``max_pages``, ``check_signatures``.

    Raises:
        EncryptedFileError: the file cannot be opened without a password.
        DamagedFileError: the file is cut off or no PDF.
        EmptyFileError: it has no page.
        LimitExceededError: it has more than ``config.max_pages``.
        MissingProgramError: it is a scan and no recognition engine is installed.
    """
    # pdfium must not run in two threads; processes are the way to read several files at once.
    with PDFIUM_LOCK:
        document = _open(data, name)
        try:
            count = len(document)
            if count == 0:
                raise EmptyFileError("the PDF has no pages", file=name, remedy=_GET_AGAIN)
            if count > config.max_pages:
                raise LimitExceededError(
                    f"the PDF has {count:,} pages, more than the limit of {config.max_pages:,}",
                    file=name,
                    remedy="Raise max_pages in the settings, or split the file",
                )
            reading = _Reading(data, document, config)
            try:
                pages = [reading.page(index) for index in range(count)]
            finally:
                reading.close()
            metadata = _metadata(document)
        finally:
            document.close()
    if reading.unreadable == count:
        raise DamagedFileError("no page of the PDF can be read", file=name, remedy=_GET_AGAIN)
    signatures, warnings = read_signatures(data) if config.check_signatures else ((), ())
    document_read = Document(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=PDF,
        pages=tuple(pages),
        reader="+".join(sorted(reading.readers)) or "pdfium",
        signatures=signatures,
        warnings=warnings,
        metadata=metadata,
    )
    if config.ocr == "force" or (config.ocr == "auto" and any(page.needs_ocr for page in pages)):
        from vnadmin_extract.readers.pdf_ocr import recognise

        return recognise(data, document_read, config)
    return document_read


def _open(data: bytes, name: str) -> Any:
    if data.rfind(b"startxref") < data.rfind(b" obj"):
        # The table at the end of the file (or of its last revision) is missing: pdfium would rebuild it from
        # what is there and silently lose the rest.
        raise DamagedFileError("the PDF is cut off", file=name, remedy=_GET_AGAIN)
    try:
        document = open_document(data)
    except pypdfium2.PdfiumError as error:
        raise _opening_error(error, name) from error
    if document.get_formtype() != pdfium.FORMTYPE_NONE:
        try:
            with python_warnings.catch_warnings():
                python_warnings.simplefilter("ignore")  # about XFA, which is not run
                document.init_forms()
        except pypdfium2.PdfiumError:
            pass  # field values without appearances cannot be read; appearances still can
    return document


def _opening_error(error: pypdfium2.PdfiumError, name: str) -> VnadminError:
    code = getattr(error, "err_code", None)
    if code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return EncryptedFileError(
            "the PDF is protected by a password",
            file=name,
            remedy="Save a copy without the password and read that",
        )
    if code in (NO_PAGES, pdfium.FPDF_ERR_PAGE):
        return EmptyFileError("the PDF has no pages", file=name, remedy=_GET_AGAIN)
    return DamagedFileError(
        "the file begins like a PDF but is damaged or cut off", file=name, remedy=_GET_AGAIN
    )


def _metadata(document: Any) -> dict[str, str]:
    try:
        found = document.get_metadata_dict(skip_empty=True)
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return {}
    return {key: found[key] for key in _METADATA if found.get(key)}


@dataclass(slots=True)
class _Printed:
    """A page's own text, as one of the readers gave it."""

    words: list[Word]
    tables: list[Table]
    warnings: list[str]


class _Reading:
    """The state of reading one file, page after page."""

    def __init__(self, data: bytes, document: Any, config: Config) -> None:
        self._data = data
        self._document = document
        self._config = config
        self._plumber: Any = None
        self._last_columns: list[float] = []
        self.readers: set[str] = set()
        self.unreadable = 0

    def close(self) -> None:
        if self._plumber is not None:
            self._plumber.close()

    def page(self, index: int) -> Page:
        try:
            with loaded_page(self._document, index) as page:
                geometry = geometry_of(page)
                glyphs = read_glyphs(page, geometry)
                drawings = read_drawings(page, geometry)
                overlays = list_overlays(self._document, page, geometry)
        except pypdfium2.PdfiumError:
            self.unreadable += 1
            return Page(
                number=index + 1, width=0.0, height=0.0, warnings=("the page is damaged and cannot be read",)
            )
        printed = self._printed(index, glyphs, drawings)
        added, stamps = (
            read_overlays(self._document, index, geometry, overlays, glyphs) if overlays else ([], [])
        )
        words = [*printed.words, *added]
        received, taken = received_stamp(words, index + 1, geometry.height)
        if received is not None:
            words = [word for word in words if id(word) not in taken]
            stamps = [*stamps, received]
        lines = lines_of(words)
        lines, burnt = cut_burnt_stamps(lines, index + 1)
        return _triaged(
            index + 1, geometry, lines, tuple(printed.tables), (*stamps, *burnt), drawings, printed.warnings
        )

    def _printed(self, index: int, glyphs: list[Glyph], drawings: Drawings) -> _Printed:
        """The page's own words and tables, by the reader that the settings or the page call for."""
        words = words_of(glyphs)
        wanted = self._config.reader
        if wanted == "pdfplumber" or (wanted == "auto" and needs_pdfplumber(words, drawings)):
            result = self._with_plumber(index)
            if isinstance(result, _Printed):
                self.readers.add("pdfplumber")
                return result
            self.readers.add("pdfium")
            return _Printed(words, [], [result])
        self.readers.add("pdfium")
        self._last_columns = []
        return _Printed(words, [], [])

    def _with_plumber(self, index: int) -> _Printed | str:
        """The page as pdfplumber sees it, or a warning that says why it could not."""
        from vnadmin_extract.readers.pdf_plumber import PlumberFile, column_lines, filled_rows, table_of

        if self._plumber is None:
            self._plumber = PlumberFile(self._data)
        try:
            page = self._plumber.read(index)
        except (MemoryError, KeyboardInterrupt):
            raise
        except Exception as error:  # pdfminer has no common base for what damaged pages do to it
            self._last_columns = []
            return f"pdfplumber cannot read the page ({type(error).__name__}): read without tables"
        words = words_of(page.glyphs)
        tables: list[Table] = []
        for grid in sorted(page.grids, key=lambda grid: (grid.bbox[1], grid.bbox[0])):
            found = table_of(grid, words)
            if found is None:
                continue
            table, taken = found
            goes_on = not tables and _same_columns(column_lines(table), self._last_columns)
            if _is_layout(table) or (filled_rows(table) < 2 and not goes_on):
                continue
            tables.append(table)
            used = {id(word) for word in taken}
            words = [word for word in words if id(word) not in used]
        self._last_columns = column_lines(tables[-1]) if tables else []
        return _Printed(words, tables, list(page.warnings))


def needs_pdfplumber(words: Sequence[Word], drawings: Drawings) -> bool:
    """Whether pdfium is not enough for a page: it may hold a ruled table, or its words are in pieces."""
    if not words:
        return False
    return drawings.crossings(TABLE_CROSSINGS) >= TABLE_CROSSINGS or is_fragmented(words)


def is_fragmented(words: Sequence[Word]) -> bool:
    """Whether words look cut (where letters fall back to a second font): many short pieces, close together."""
    letters = [word for word in words if word.text.isalpha()]
    if len(letters) < 20:
        return False
    return sum(len(word.text) <= 2 for word in letters) > FRAGMENTS * len(letters)


def _same_columns(columns: Sequence[float], last: Sequence[float]) -> bool:
    return (
        bool(last)
        and len(columns) == len(last)
        and all(abs(a - b) <= _REPEATED_COLUMNS for a, b in zip(columns, last, strict=True))
    )


def _is_layout(table: Table) -> bool:
    """Whether a ruled grid is page layout: a header or a signature block that was set as a table."""
    pattern = knowledge().layout_table
    return any(pattern.search(line.text) for cell in table.cells for line in cell.lines)


def _triaged(
    number: int,
    geometry: Geometry,
    lines: Sequence[Line],
    tables: tuple[Table, ...],
    stamps: tuple[Stamp, ...],
    drawings: Drawings,
    warnings: list[str],
) -> Page:
    """The page, with what its text is worth and whether it must be read from its picture."""
    words = [word for line in lines for word in line.words]
    cells = [word for table in tables for cell in table.cells for line in cell.lines for word in line.words]
    everything = [*words, *cells]
    scanned = drawings.image_share >= FULL_PICTURE
    characters = sum(len(word.text) for word in everything)
    needs_ocr = False
    if characters == 0:
        needs_ocr = drawings.images > 0 or drawings.segments >= DRAWN_TEXT
    elif scanned and characters < LITTLE_TEXT:
        needs_ocr = True
        warnings = [*warnings, "text layer: hardly any text beside a picture of the page"]
    else:
        verdict = assess(everything, scanned=scanned)
        warnings = [*warnings, *verdict.warnings]
        needs_ocr = verdict.unusable
    return Page(
        number=number,
        width=round(geometry.width, 2),
        height=round(geometry.height, 2),
        lines=tuple(lines),
        tables=tables,
        stamps=stamps,
        needs_ocr=needs_ocr,
        warnings=tuple(warnings),
    )
