"""The text of a file as it was read, for people (by page) and for programs (with boxes)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vnadmin_extract.document import Document, Page, Table


def pages_text(document: Document) -> str:
    """All pages, each under a line with its number: lines and tables from top to bottom, then stamps."""
    return "\n".join(_page(page, len(document.pages)) for page in document.pages)


def document_json(document: Document) -> dict[str, Any]:
    """The document as plain data: pages, lines, words with boxes, tables, stamps.

    Boxes are ``[x0, top, x1, bottom]`` in PDF points from the page's top-left corner. On pages of formats
    without pages (``geometric`` is false) they say only what stands left, right, above or below.
    """
    data = asdict(document)
    for page, entry in zip(document.pages, data["pages"], strict=True):
        for line, line_entry in zip(page.lines, entry["lines"], strict=True):
            line_entry["text"] = line.text
            line_entry["bbox"] = line.bbox if line.words else None
    return data


def _page(page: Page, count: int) -> str:
    items: list[tuple[float, str]] = [(line.bbox[1], line.text) for line in page.lines if line.words]
    items += [(table.bbox[1], _table(table)) for table in page.tables]
    items.sort(key=lambda item: item[0])
    texts = [text for _, text in items] + [f"[{stamp.kind}] {stamp.text}" for stamp in page.stamps]
    if page.needs_ocr:
        texts.append("[no usable text: this page needs OCR]")
    return "\n".join([f"--- page {page.number} of {count} ---", *texts])


def _table(table: Table) -> str:
    rows: dict[int, list[str]] = {}
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        rows.setdefault(cell.row, []).append(cell.text)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows.values())
