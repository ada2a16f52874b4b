"""From pages to text with positions, zones and an outline.

:func:`lay_out` gives one :class:`~vnadmin_extract.layout.model.Layout` for each document in a file.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from vnadmin_extract.document import Document, TextOrigin
from vnadmin_extract.layout import cues
from vnadmin_extract.layout.appendices import split_after_closing
from vnadmin_extract.layout.closing import Closing, find_closing
from vnadmin_extract.layout.documents import document_starts
from vnadmin_extract.layout.flow import FlowBuilder
from vnadmin_extract.layout.header import Group, Header, parse_header
from vnadmin_extract.layout.lines import (
    PageItems,
    Seg,
    TableItem,
    make_seg,
    page_items,
    page_margins,
    tokens_of,
)
from vnadmin_extract.layout.model import Block, CellRef, FlowCell, FlowTable, Layout, Zone
from vnadmin_extract.layout.outline import build_outline
from vnadmin_extract.layout.paragraphs import split_paragraphs
from vnadmin_extract.layout.unfold import unfold

__all__ = ["lay_out"]

_OUTLINE_ZONES = frozenset({Zone.BODY, Zone.APPENDIX})


def lay_out(document: Document) -> list[Layout]:
    """Lay a file out: one layout for each document that it holds, in order; none for a file without words.

    A new document begins on a page whose head shows the emblem or the Party's name together with a number line,
    after an earlier one has been signed.
    """
    pages = page_items(document)
    pages = [page for page in pages if page.items]
    if not pages:
        return []
    starts = document_starts(pages)
    bounds = [*starts, len(pages)]
    return [_lay_out_one(document, pages[a:b]) for a, b in itertools.pairwise(bounds)]


def _lay_out_one(document: Document, pages: Sequence[PageItems]) -> Layout:
    geometric = frozenset(page.page.number for page in pages if page.page.geometric)
    positional = pages[0].page.origin is not TextOrigin.PLAIN
    width = pages[0].page.width or 595.0
    items: list[Seg | TableItem] = [item for page in pages for item in page.items]
    items = _undo_header_tables(items)
    if not positional:
        items = _unfold(items)
    first_page = [i for i in items if isinstance(i, Seg) and i.page == pages[0].page.number]
    header = parse_header(first_page, width, positional)
    rest = _after(items, header, first_page)
    lines = [item for item in rest if isinstance(item, Seg)]
    closing = find_closing(lines, width, positional)
    builder = FlowBuilder(geometric)
    tables: list[FlowTable] = []
    _add_header(builder, header)
    if closing is None:
        body, after = rest, []
    else:
        cut = rest.index(lines[closing.first]) if closing.first < len(lines) else len(rest)
        body = rest[:cut]
        body += closing.body
        last = lines[closing.end - 1] if closing.end > closing.first else None
        after = rest[rest.index(last) + 1 :] if last is not None else rest[cut:]
        # a table beside the closing block is part of the body
        between = rest[cut : len(rest) - len(after)]
        body += [item for item in between if isinstance(item, TableItem)]
    _add_flow(builder, tables, body, Zone.BODY, positional, None)
    if closing is not None:
        _add_closing(builder, closing, positional)
    appendix = 0
    for extra in split_after_closing(after):
        if extra.zone is Zone.APPENDIX:
            _add_flow(builder, tables, extra.items, Zone.APPENDIX, positional, appendix)
            appendix += 1
        else:
            _add_flow(builder, tables, extra.items, Zone.OTHER, positional, None)
    text = builder.text()
    outline = build_outline(text.text, builder.blocks, tables, _OUTLINE_ZONES)
    numbers = [page.page.number for page in pages]
    return Layout(
        document,
        (min(numbers), max(numbers)),
        text,
        tuple(builder.blocks),
        outline,
        tuple(tables),
        tuple(warning for page in pages for warning in page.page.warnings),
    )


def _unfold(items: list[Seg | TableItem]) -> list[Seg | TableItem]:
    """Cut up lines of plain text that hold several parts of the head or the closing block."""
    result: list[Seg | TableItem] = []
    run: list[Seg] = []
    for item in [*items, None]:
        if isinstance(item, Seg):
            run.append(item)
            continue
        result += unfold(run, at_head=not any(isinstance(i, TableItem) for i in result))
        run = []
        if item is not None:
            result.append(item)
    number = -1
    for index, item in enumerate(result):
        if isinstance(item, Seg):
            number += 1
            result[index] = replace(item, line=number)
    return result


def _undo_header_tables(items: list[Seg | TableItem]) -> list[Seg | TableItem]:
    """A "table" that holds the emblem or "Nơi nhận" is a layout table: its cells are lines of the two columns."""
    result: list[Seg | TableItem] = []
    for item in items:
        if isinstance(item, Seg) or not _is_layout_table(item):
            result.append(item)
            continue
        number = max((i.line for i in result if isinstance(i, Seg)), default=-1)
        loose = [
            make_seg(tokens, item.page, 0)
            for cell in item.table.cells
            for line in cell.lines
            if (tokens := tokens_of(line))
        ]
        loose.sort(key=lambda seg: (round(seg.top), seg.x0))
        rows: list[list[Seg]] = []
        for seg in loose:
            if rows and abs(rows[-1][0].top - seg.top) < 4:
                rows[-1].append(seg)
            else:
                rows.append([seg])
        for row in rows:
            number += 1
            tokens = tuple(t for seg in sorted(row, key=lambda s: s.x0) for t in seg.tokens)
            result.append(make_seg(tokens, item.page, number))
    return result


def _is_layout_table(item: TableItem) -> bool:
    for cell in item.table.cells:
        for line in cell.lines[:3]:
            tokens = tokens_of(line)
            if not tokens:
                continue
            seg = make_seg(tokens, item.page, 0)
            if cues.find_motto(seg) is not None or (cues.is_recipient_opener(seg) and item.table.rows <= 4):
                return True
    return False


def _after(items: list[Seg | TableItem], header: Header, first_page: list[Seg]) -> list[Seg | TableItem]:
    """What follows the head: from its first line that is not the head's."""
    if header.used >= len(first_page):
        last = first_page[-1] if first_page else None
        if last is None:
            return list(items)
        return list(items[items.index(last) + 1 :])
    return list(items[items.index(first_page[header.used]) :])


_HEADER_ORDER = (
    Zone.ISSUER,
    Zone.MOTTO,
    Zone.URGENCY,
    Zone.SECRECY,
    Zone.CODE,
    Zone.PLACE_DATE,
    Zone.OTHER,
    Zone.TITLE,
    Zone.SUBJECT,
    Zone.ADDRESSEES,
)
_JOINED = {Zone.SUBJECT, Zone.TITLE}


def _add_header(builder: FlowBuilder, header: Header) -> None:
    """The head's zones in their proper order: left column, right column, title, abstract, address block."""
    for zone in _HEADER_ORDER:
        groups = [g for g in header.groups if g.zone is zone]
        if zone in _JOINED and groups:
            groups = [Group(zone, [seg for g in groups for seg in g.segs])]
        for group in groups:
            builder.add(zone, group.segs)


def _add_closing(builder: FlowBuilder, closing: Closing, positional: bool) -> None:
    item: list[Seg] = []
    # One item for each dash ("+" lines belong to the dash above); without dashes, one for each semicolon.
    dashed = any(seg.text[:1] in "-–—~" for seg in closing.recipients)
    marks = "-–—~" if dashed else "+*•"
    for seg in closing.recipients:
        opener = cues.is_recipient_opener(seg)
        lost = dashed and bool(item) and _lost_dash(item, seg)
        starts = (
            opener or lost or seg.text[:1] in marks or seg.bare.startswith("luu") or _is_list_heading(seg)
        )
        ended = bool(item) and not dashed and item[-1].text.rstrip().endswith(";")
        if item and (starts or ended or cues.is_recipient_opener(item[0]) or _is_list_heading(item[-1])):
            builder.add(Zone.RECIPIENTS, item)
            item = []
        item.append(seg)
    if item:
        builder.add(Zone.RECIPIENTS, item)
    for seg in closing.signature:
        builder.add(Zone.SIGNATURE, [seg])
    for seg in closing.other:
        builder.add(Zone.OTHER, [seg])


def _lost_dash(item: list[Seg], seg: Seg) -> bool:
    """Whether a line whose dash a scan has lost opens an item: after a closed one, set in as far as items' texts."""
    scanned = seg.tokens[0].word.layer == "ocr"
    closed = item[-1].text.rstrip(" /|").endswith((";", ":", "."))
    return scanned and closed and seg.text[:1].isupper()


def _is_list_heading(seg: Seg) -> bool:
    """ "Bản điện tử:" between the items of the list."""
    return seg.text.rstrip().endswith(":") and seg.text[:1].isupper() and len(seg.text) < 30


def _add_flow(
    builder: FlowBuilder,
    tables: list[FlowTable],
    items: Sequence[Seg | TableItem],
    zone: Zone,
    positional: bool,
    appendix: int | None,
) -> None:
    """Paragraphs and tables in order."""
    run: list[Seg] = []

    def flush() -> None:
        if not run:
            return
        left, right = page_margins(run)
        for paragraph in split_paragraphs(run, positional):
            middle = (paragraph[0].x0 + paragraph[0].x1) / 2
            centred = positional and paragraph[0].x0 > left + 25 and abs(middle - (left + right) / 2) < 20
            builder.add(zone, paragraph, left=left, centered=centred, appendix=appendix)
        run.clear()

    for item in items:
        if isinstance(item, Seg):
            run.append(item)
        else:
            flush()
            _add_table(builder, tables, item, zone, appendix)
    flush()


def _add_table(
    builder: FlowBuilder, tables: list[FlowTable], item: TableItem, zone: Zone, appendix: int | None
) -> None:
    index = len(tables)
    number = builder.blocks[-1].end if builder.blocks else 0
    cells: list[FlowCell] = []
    line = 1_000_000 + 1000 * number  # line numbers only tell printed lines of one page apart
    for cell in sorted(item.table.cells, key=lambda c: (c.row, c.column)):
        ref = CellRef(index, cell.row, cell.column, cell.row_span, cell.column_span)
        segs = []
        for printed in cell.lines:
            tokens = tokens_of(printed)
            if tokens:
                line += 1
                segs.append(replace(make_seg(tokens, item.page, line), cell=ref))
        block: Block | None = builder.add(zone, segs, cell=ref, appendix=appendix) if segs else None
        place = (block.start, block.end) if block is not None else (builder.length, builder.length)
        cells.append(FlowCell(cell.row, cell.column, *place, cell.row_span, cell.column_span))
    tables.append(FlowTable(index, item.page, item.table.rows, item.table.columns, tuple(cells), appendix))
