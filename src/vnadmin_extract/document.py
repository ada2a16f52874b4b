"""What a reader gives: a :class:`Document` of pages, lines and words with positions.

All readers (pdfplumber, pdfium, DOCX, plain text, later OCR) give these same types, so that every later
stage is the same for all of them. The text here is *as printed*; normalising happens once, in
:mod:`vnadmin_extract.layout`.

Coordinates are PDF points (1/72 inch) from the page's top-left corner, x to the right, y downwards, of the
page as shown (after its /Rotate). Formats without pages (DOCX, plain text, HTML) get *synthetic* positions
(:attr:`Page.geometric` is false) that say only what stands left, right, above or below; they are never
reported as evidence boxes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

BBox = tuple[float, float, float, float]
"""``(x0, top, x1, bottom)``."""

Layer = Literal["text", "form", "annotation", "ocr"]
"""Where a word was printed: the page's text, a form field's or annotation's appearance, or a picture."""


class TextOrigin(StrEnum):
    """Where the text of a page comes from (``source.text_origin`` of the record)."""

    TEXT_LAYER = "text_layer"
    OCR = "ocr"
    MIXED = "mixed"
    OFFICE = "office"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without a blank, as printed (not normalised)."""

    text: str
    bbox: BBox
    font: str | None = None
    size: float | None = None
    bold: bool = False
    italic: bool = False
    layer: Layer = "text"
    confidence: float | None = None
    """The reader's own confidence in [0, 1] (OCR engines); ``None`` where the characters are certain."""
    raw: str | None = None
    """What the engine read, where :attr:`text` was set right afterwards; ``None`` where nothing was changed."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline, left to right. A wide gap inside is kept: columns are cut by the layout stage."""

    words: tuple[Word, ...]
    starts_paragraph: bool | None = None
    """Office readers know (True/False); ``None``: the layout stage infers it from position and text."""
    heading_level: int | None = None
    """Outline level from the file's own styles (1 = highest), where the format has them."""

    @property
    def text(self) -> str:
        """The words joined by single spaces, as printed."""
        return " ".join(word.text for word in self.words)

    @property
    def bbox(self) -> BBox:
        """The smallest box around the words."""
        return union(word.bbox for word in self.words)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a ruled table. A merged cell stands once, at its first row and column."""

    row: int
    column: int
    lines: tuple[Line, ...]
    bbox: BBox | None = None
    row_span: int = 1
    column_span: int = 1

    @property
    def text(self) -> str:
        """The cell's lines joined by single spaces, as printed."""
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled (or office) table of data. Its lines are *not* in :attr:`Page.lines`."""

    bbox: BBox
    cells: tuple[Cell, ...]
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """Something laid over the page by software or by hand that is not the document's own text."""

    kind: Literal["signature", "received", "other"]
    text: str
    bbox: BBox
    page: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page: lines in the order top to bottom, tables apart, stamps apart."""

    number: int
    """From 1, in the file."""
    width: float
    height: float
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    origin: TextOrigin = TextOrigin.TEXT_LAYER
    geometric: bool = True
    """Whether positions are real places on a printed page (and may be reported as evidence)."""
    needs_ocr: bool = False
    """The page shows something but has no usable text."""
    turned: float = 0.0
    """Degrees clockwise by which a scan was turned to be read (quarter turn and skew together). Size and positions
    are those of the upright, straightened page; :func:`vnadmin_extract.geometry.box_as_shown` leads back."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigitalSignature:
    """A digital signature of the PDF itself, as far as it can be checked without a network."""

    signer: str | None
    organization: str | None
    time: str | None
    """ISO 8601 with zone."""
    intact: bool | None
    """Whether the signed bytes are unchanged; ``None`` where it could not be computed."""
    covers_document: bool | None
    """Whether the signature covers the whole file as it is now."""
    coverage: float | None = None
    """Share of the file's bytes that the signature covers, 0 to 1."""
    field_name: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read."""

    name: str
    """File name as given (no folder), or ``"<bytes>"``."""
    sha256: str
    media_type: str
    pages: tuple[Page, ...]
    reader: str
    """Name of the reader that made it, e.g. ``"pdfplumber"``, ``"pdfium"``, ``"docx"``."""
    signatures: tuple[DigitalSignature, ...] = ()
    warnings: tuple[str, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def text_origin(self) -> TextOrigin:
        """The pages' common origin, or ``mixed``."""
        origins = {page.origin for page in self.pages if page.lines or page.tables}
        if len(origins) == 1:
            return origins.pop()
        return TextOrigin.MIXED if origins else TextOrigin.TEXT_LAYER

    @property
    def text(self) -> str:
        """All lines as printed, pages separated by form feeds."""
        return "\f".join("\n".join(line.text for line in page.lines) for page in self.pages)


def union(boxes: Iterable[BBox]) -> BBox:
    """The smallest box around several boxes (at least one)."""
    x0s, tops, x1s, bottoms = zip(*boxes, strict=True)
    return (min(x0s), min(tops), max(x1s), max(bottoms))
