"""Tables drawn with vertical bars in plain text, as web pages saved as text have them.

| STT | Nội dung | Đơn vị chủ trì |
| --- | --- | --- |
| 1 | Rà soát | Sở Nội vụ |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from vnadmin_extract.document import Cell, Table
from vnadmin_extract.readers import grid

_ROW = regex.compile(r"^\s*\|(?P<cells>.*)\|\s*$")
_RULE = regex.compile(r"^\s*:?-{2,}:?\s*$")


@dataclass(frozen=True, slots=True)
class PipeTable:
    """A table and the text rows ``[first, end)`` that it takes."""

    first: int
    end: int
    table: Table


def find_pipe_tables(rows: Sequence[str]) -> Iterator[PipeTable]:
    """The tables among a page's rows of text: two rows with bars or more, two columns or more."""
    start: int | None = None
    for index in range(len(rows) + 1):
        inside = index < len(rows) and _ROW.match(rows[index]) is not None
        if inside and start is None:
            start = index
        elif not inside and start is not None:
            made = _table(rows[start:index], start)
            if made is not None:
                yield PipeTable(start, index, made)
            start = None


def _table(rows: Sequence[str], first: int) -> Table | None:
    grid_rows: list[tuple[int, list[str]]] = []
    for offset, row in enumerate(rows):
        match = _ROW.match(row)
        if match is None:
            continue
        cells = [cell.strip() for cell in match["cells"].split("|")]
        if all(_RULE.match(cell) for cell in cells) or not any(cells):
            continue
        grid_rows.append((first + offset, cells))
    columns = max((len(cells) for _, cells in grid_rows), default=0)
    if len(grid_rows) < 2 or columns < 2:
        return None
    made: list[Cell] = []
    for number, (place, texts) in enumerate(grid_rows):
        for column, text in enumerate(texts):
            line = grid.plain_line(text, place) if text else None
            made.append(Cell(number, column, (line,) if line is not None else ()))
    top = grid.TOP + first * grid.LINE_STEP
    bottom = grid.TOP + (first + len(rows)) * grid.LINE_STEP
    return Table((0.0, top, grid.PAGE_WIDTH, bottom), tuple(made), len(grid_rows), columns)
