"""The thorough PDF reader: characters and ruled tables of a page through pdfplumber.

About eight times as slow as :mod:`~vnadmin_extract.readers.pdf_pdfium`, but it knows ruled tables and trusts no
guess about blanks. Needs no lock.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pdfplumber
import regex

from vnadmin_extract.document import BBox, Cell, Table, Word
from vnadmin_extract.readers.lines import Glyph, font_of, lines_of
from vnadmin_extract.readers.pdf_pdfium import RULE_WIDTH, UNKNOWN

_CID = regex.compile(r"\(cid:\d+\)")
_TURNED = 0.18
_MAX_EDGES = 3000
"""Rules on a page beyond which no table is looked for: it is a drawing, and the search is quadratic."""
_SNAP = 3.0
"""Points within which two cell edges are the same grid line."""

TABLE_SETTINGS = {
    "vertical_strategy": "lines",
    "horizontal_strategy": "lines",
    "snap_tolerance": 3,
    "join_tolerance": 3,
    "intersection_tolerance": 4,
    "edge_min_length": 4,
}


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled grid as drawn, before it is known whether it is a table of data."""

    bbox: BBox
    cells: tuple[BBox, ...]


@dataclass(frozen=True, slots=True)
class PlumberPage:
    """What pdfplumber sees of a page."""

    glyphs: list[Glyph]
    grids: list[Grid]
    warnings: tuple[str, ...] = ()


class PlumberFile:
    """A PDF opened with pdfplumber, at the first page that needs it. Close it after use."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pdf: Any = None

    def close(self) -> None:
        """Free everything."""
        if self._pdf is not None:
            self._pdf.close()

    def read(self, index: int) -> PlumberPage:
        """Characters and grids of page ``index`` (from 0).

        Raises:
            Exception: whatever pdfminer raises on a damaged page; it has no common base.
        """
        with _quiet():
            if self._pdf is None:
                self._pdf = pdfplumber.open(io.BytesIO(self._data), password="")
            page = self._pdf.pages[index]
            try:
                glyphs = _read_glyphs(page)
                grids, warnings = _read_grids(page)
                return PlumberPage(glyphs, grids, warnings)
            finally:
                page.close()  # frees its objects: they are kept otherwise, gigabytes for a large file


@contextmanager
def _quiet() -> Iterator[None]:
    """pdfminer logs every oddity of every file as a warning; the reader gives its own warnings."""
    logger = logging.getLogger("pdfminer")
    level = logger.level
    if level == logging.NOTSET:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


class _Frame:
    """From pdfminer's coordinates (rotated already, MediaBox at the origin) to those of the page as shown."""

    def __init__(self, page: Any) -> None:
        x0, y0, x1, y1 = (float(v) for v in _mediabox(page))
        rotation = (int(page.page_obj.rotate or 0) // 90) % 4
        width, height = x1 - x0, y1 - y0
        crop = page.page_obj.cropbox or (x0, y0, x1, y1)
        cx0, cx1 = sorted((float(crop[0]), float(crop[2])))
        cy0, cy1 = sorted((float(crop[1]), float(crop[3])))
        cx0, cy0, cx1, cy1 = max(cx0, x0), max(cy0, y0), min(cx1, x1), min(cy1, y1)
        if cx0 >= cx1 or cy0 >= cy1:
            cx0, cy0, cx1, cy1 = x0, y0, x1, y1
        cx0, cx1, cy0, cy1 = cx0 - x0, cx1 - x0, cy0 - y0, cy1 - y0
        corners = {
            0: (cx0, cy0, cx1, cy1),
            1: (cy0, width - cx1, cy1, width - cx0),
            2: (width - cx1, height - cy1, width - cx0, height - cy0),
            3: (height - cy1, cx0, height - cy0, cx1),
        }[rotation]
        self.left, self.bottom, self.right, self.top = corners
        self.full_height = width if rotation % 2 else height

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom


def _mediabox(page: Any) -> Sequence[float]:
    box = page.page_obj.mediabox
    return (min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3]))


def _read_glyphs(page: Any) -> list[Glyph]:
    frame = _Frame(page)
    left = frame.left + page.mediabox[0]
    glyphs: list[Glyph] = []
    for index, char in enumerate(page.chars):
        a, b, c, _, _, f = char["matrix"]
        text = _CID.sub(UNKNOWN, char["text"])
        if not text or text == "\x00":
            text = UNKNOWN
        x0, x1 = char["x0"] - left, char["x1"] - left
        em = float(char["size"]) if c == 0 and b == 0 else _em(char)
        upright = a > 0 and abs(b) <= _TURNED * a
        top, bottom = frame.top - char["y1"], frame.top - char["y0"]
        low = frame.top - f if upright else (top + bottom) / 2
        if not (-1 <= (x0 + x1) / 2 <= frame.width + 1 and -1 <= low <= frame.height + em):
            continue
        box = None if upright else (x0, top, x1, bottom)
        glyphs.append(Glyph(text, x0, x1, low, em, font_of(char["fontname"] or ""), index, box))
    return glyphs


def _em(char: Any) -> float:
    """The font size of a turned character: its box is as wide as the em across its own direction."""
    _, b, _, d, _, _ = char["matrix"]
    if abs(b) > abs(d):
        return float(char["x1"] - char["x0"]) or 1.0
    return float(char["y1"] - char["y0"]) or 1.0


def _may_rule(item: Any) -> bool:
    """Whether an object may be a table's rule: stroked, or a filled rectangle as thin as a line.

    Word draws shading behind paragraphs as filled rectangles, one for each line of text: no rules.
    """
    if item["object_type"] not in ("rect", "curve") or item.get("stroke"):
        return True
    return bool(item.get("fill")) and min(item["width"], item["height"]) <= RULE_WIDTH


def _read_grids(page: Any) -> tuple[list[Grid], tuple[str, ...]]:
    if not (page.rects or page.lines or page.curves):
        return [], ()
    ruled = page.filter(_may_rule)
    edges = ruled.edges
    if len(edges) < 4:
        return [], ()
    if len(edges) > _MAX_EDGES:
        return [], (f"{len(edges):,} drawn lines: no table was looked for",)
    frame = _Frame(page)
    # pdfplumber counts x from the MediaBox's own origin and y from its top.
    dx = frame.left + page.mediabox[0]
    dy = frame.full_height - frame.top + page.mediabox[1]

    def shown(box: Sequence[float]) -> BBox:
        return (box[0] - dx, box[1] - dy, box[2] - dx, box[3] - dy)

    return [
        Grid(shown(table.bbox), tuple(shown(cell) for cell in table.cells))
        for table in ruled.find_tables(TABLE_SETTINGS)
    ], ()


def table_of(grid: Grid, words: Sequence[Word]) -> tuple[Table, list[Word]] | None:
    """A grid with its words as a table of data, and the words it took; ``None`` where it is only a frame.

    Frames around an urgency stamp, rules under a header, a page border or a box around signatures are no
    tables: there must be text in at least two rows and two columns.
    """
    columns = _grid_lines([cell[0] for cell in grid.cells] + [cell[2] for cell in grid.cells])
    rows = _grid_lines([cell[1] for cell in grid.cells] + [cell[3] for cell in grid.cells])
    if len(columns) < 3 or len(rows) < 2:
        return None
    inside = [word for word in words if _holds(grid.bbox, word)]
    cells: list[Cell] = []
    taken: list[Word] = []
    left = inside
    for box in sorted(set(grid.cells), key=lambda cell: (cell[1], cell[0])):
        row, row_end = _index(rows, box[1]), _index(rows, box[3])
        column, column_end = _index(columns, box[0]), _index(columns, box[2])
        own = [word for word in left if _holds(box, word)]
        left = [word for word in left if not _holds(box, word)]
        taken.extend(own)
        cells.append(
            Cell(
                row=row,
                column=column,
                lines=tuple(lines_of(own)),
                bbox=box,
                row_span=max(1, row_end - row),
                column_span=max(1, column_end - column),
            )
        )
    filled = [cell for cell in cells if cell.lines]
    if len({cell.column for cell in filled}) < 2 or len(filled) < 2:
        return None
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return Table(grid.bbox, tuple(cells), len(rows) - 1, len(columns) - 1), taken


def filled_rows(table: Table) -> int:
    """How many rows of a table have text."""
    return len({cell.row for cell in table.cells if cell.lines})


def column_lines(table: Table) -> list[float]:
    """Where a table's columns begin and end."""
    edges = [cell.bbox[i] for cell in table.cells if cell.bbox for i in (0, 2)]
    return _grid_lines(edges)


def _grid_lines(values: list[float]) -> list[float]:
    result: list[float] = []
    for value in sorted(values):
        if not result or value - result[-1] > _SNAP:
            result.append(value)
    return result


def _index(lines: list[float], value: float) -> int:
    return min(range(len(lines)), key=lambda i: abs(lines[i] - value))


def _holds(box: BBox, word: Word) -> bool:
    x = (word.bbox[0] + word.bbox[2]) / 2
    y = (word.bbox[1] + word.bbox[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
