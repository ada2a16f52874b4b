"""Recognition of the pages of a PDF that have no usable text of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PIL import Image

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document, Line, Page, TextOrigin, Word
from vnadmin_extract.ocr.engine import Refiner
from vnadmin_extract.ocr.pages import Picture, find_engine, read_pictures, require_engine
from vnadmin_extract.ocr.reading import Progress
from vnadmin_extract.ocr.refine import refine_page
from vnadmin_extract.readers.pdf_pdfium import PDFIUM_LOCK, geometry_of, loaded_page, open_document

MIN_DPI = 200
MAX_DPI = 300
"""Print is read best between these; more only costs time (and loses thin lines of bilevel scans)."""
MAX_PIXELS = 40_000_000
"""Larger pictures (posters, plans) are rendered at less resolution."""
FULL_PAGE = 0.5
"""Share of the page under a picture from which its resolution is the page's."""


def recognise(
    data: bytes,
    document: Document,
    config: Config,
    *,
    refine: Refiner | None = refine_page,
    on_page: Progress | None = None,
) -> Document:
    """The document with its unreadable pages (or all, if the settings say so) recognised.

    Args:
        data: the PDF's bytes.
        document: as read from its text layer.
        config: settings ``ocr…``.
        refine: step over each page's recognised words.
        on_page: called after each recognised page.

    Raises:
        MissingProgramError: no engine is installed and no page has usable text. Where some pages have, the others
            stay marked ``needs_ocr``, with a warning.
    """
    if config.ocr == "off":
        return document
    wanted = [page for page in document.pages if (page.needs_ocr or config.ocr == "force") and page.width > 0]
    if not wanted:
        return document
    engine = find_engine(config)
    if engine is None:
        readable = any(page.lines or page.tables for page in document.pages if not page.needs_ocr)
        if not readable or config.ocr == "force":
            require_engine(config, document.name)
        numbers = ", ".join(str(page.number) for page in wanted[:10])
        warning = (
            f"no recognition engine is installed: pages {numbers} were not read (see vnadmin-extract doctor)"
        )
        return replace(document, warnings=(*document.warnings, warning))
    with PDFIUM_LOCK:
        source = open_document(data)
    try:
        pictures = [
            Picture(
                page.number, (page.width, page.height), _Renderer(source, page.number - 1, config.ocr_dpi)
            )
            for page in wanted
        ]
        read = read_pictures(pictures, engine, config, refine=refine, on_page=on_page)
    finally:
        with PDFIUM_LOCK:
            source.close()
    recognised = {old.number: _joined(old, new) for old, new in zip(wanted, read, strict=True)}
    numbers = ", ".join(str(number) for number in list(recognised)[:10]) + (
        "…" if len(recognised) > 10 else ""
    )
    warning = f"pages read by text recognition ({engine.name}): {numbers}"
    return replace(
        document,
        pages=tuple(recognised.get(page.number, page) for page in document.pages),
        reader=f"{document.reader}+{engine.name}",
        warnings=(*document.warnings, warning),
    )


class _Renderer:
    """Gives a page's pixels, under pdfium's lock: without annotations, whose text is known already."""

    def __init__(self, source: Any, index: int, dpi: int | None) -> None:
        self._source = source
        self._index = index
        self._dpi = dpi

    def __call__(self) -> tuple[Image.Image, int]:
        with PDFIUM_LOCK, loaded_page(self._source, self._index) as page:
            dpi = self._dpi or scan_dpi(page)
            width, height = page.get_size()
            pixels = width * height * (dpi / 72) ** 2
            if pixels > MAX_PIXELS:
                dpi = max(72, int(dpi * (MAX_PIXELS / pixels) ** 0.5))
            bitmap = page.render(scale=dpi / 72, draw_annots=False)
            try:
                return bitmap.to_pil().convert("RGB"), dpi
            finally:
                bitmap.close()


def scan_dpi(page: Any) -> int:
    """The resolution of the picture that fills a page, within what recognition needs; the most where none does."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    geometry = geometry_of(page)
    area = geometry.width * geometry.height
    best = 0.0
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        try:
            columns, _ = item.get_px_size()
            left, bottom, right, top = item.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        if right > left and (right - left) * (top - bottom) > FULL_PAGE * area:
            best = max(best, columns / (right - left) * 72)
    return round(min(MAX_DPI, max(MIN_DPI, best))) if best else MAX_DPI


def _joined(old: Page, new: Page) -> Page:
    """The recognised page with what was laid over it by software: form fields and notes, whose text is certain."""
    if new.needs_ocr and old.lines and not old.needs_ocr:
        return replace(old, warnings=(*old.warnings, *new.warnings))
    if not new.lines and not new.tables and (old.lines or old.tables):
        return replace(old, warnings=(*old.warnings, "recognition found nothing on the page"))
    lines = new.lines
    if not new.turned:
        added = [w for line in old.lines for w in line.words if w.layer in ("form", "annotation")]
        lines = _with_words(lines, added)
    kinds = [stamp for stamp in old.stamps if stamp.kind == "signature"]
    return replace(
        new,
        lines=lines,
        stamps=(*kinds, *new.stamps),
        origin=TextOrigin.OCR,
        warnings=(*old.warnings, *new.warnings),
    )


def _with_words(lines: Sequence[Line], added: Sequence[Word]) -> tuple[Line, ...]:
    from vnadmin_extract.readers.lines import lines_of

    if not added:
        return tuple(lines)
    return tuple(lines_of([*(word for line in lines for word in line.words), *added]))
