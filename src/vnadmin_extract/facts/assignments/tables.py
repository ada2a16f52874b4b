"""Tables of tasks: columns for the work, who leads, who helps, by when (domain rule 5.6, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from vnadmin_extract.facts.assignments.items import Item, Span, add_names
from vnadmin_extract.facts.assignments.reading import names_in
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.layout.model import FlowCell, FlowTable
from vnadmin_extract.nlp.lexicon import load
from vnadmin_extract.nlp.names import read
from vnadmin_extract.text.fold import fold, strip_marks

_HEADER_ROWS: Final = 4
_SAMPLE: Final = 12  # cells that tell what a column holds
_COLUMNS: Final = ("number", "coordinating", "lead", "time", "product", "task")


@dataclass(slots=True)
class _Header:
    """Which column holds what, and the first row below the heads."""

    columns: dict[str, list[int]]
    first: int
    width: int
    titles: tuple[str, ...] = ()


@dataclass(slots=True)
class _Above:
    """The cells that a merged or repeating cell stands for."""

    lead: list[str] = field(default_factory=list)
    lead_span: Span | None = None
    coordinating: list[str] = field(default_factory=list)
    time: Span | None = None


def read_tables(draft: Draft) -> list[Item]:
    """The assignments of all tables with a column of responsible units."""
    items: list[Item] = []
    header: _Header | None = None
    previous: FlowTable | None = None
    above = _Above()
    for table in draft.layout.tables:
        grid = table.grid()
        found = _header(draft.text, table, grid)
        if (
            found is None
            and header is not None
            and previous is not None
            and _goes_on(previous, table, header)
        ):
            found = _Header(header.columns, 0, header.width, header.titles)
        else:
            above = _Above()
        header = found
        previous = table
        if header is not None and "lead" in header.columns and "task" in header.columns:
            above = _rows(draft, table, grid, header, above, items)
    return items


def _goes_on(previous: FlowTable, table: FlowTable, header: _Header) -> bool:
    """Whether a table without heads is the rest of the one before it."""
    return (
        table.columns == header.width
        and previous.appendix == table.appendix
        and table.page - previous.page <= 1
    )


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, ...]]:
    cues = load("assignment_cues.toml")
    return {column: tuple(_key(word) for word in cues[f"column_{column}"]["words"]) for column in _COLUMNS}


@lru_cache(maxsize=1)
def _repeats() -> frozenset[str]:
    return frozenset(fold(word) for word in load("assignment_cues.toml")["repeat_cell"]["words"])


def _key(text: str) -> str:
    return strip_marks(fold(text))


def _cell(text: str, cell: FlowCell | None) -> str:
    return " ".join(text[cell.start : cell.end].split()) if cell is not None else ""


def _column_kind(title: str) -> str:
    """What a column holds, after its head; the words at the head's start say more than those behind."""
    key = _key(title).strip(" .:")
    if not key or len(key) > 90:
        return ""
    words = _words()
    for column in ("number", "coordinating"):
        if key in words[column] or (column == "coordinating" and "phoi hop" in key and "chu tri" not in key):
            return column
    for column in ("time", "lead", "product", "task"):
        if key in words[column]:
            return column
    opening = max(
        ((len(word), column) for column in _COLUMNS for word in words[column] if key.startswith(word + " ")),
        default=(0, ""),
    )
    if opening[0] > 5:
        return opening[1]
    for column in ("time", "lead", "product", "task"):
        if any(word in key for word in words[column] if len(word) > 5):
            return column
    return ""


def _header(text: str, table: FlowTable, grid: Sequence[Sequence[FlowCell | None]]) -> _Header | None:
    """The heads of a table's columns, where it is a table of tasks. Heads may stand in two rows."""
    kinds: dict[int, str] = {}
    best: _Header | None = None
    for row in range(min(_HEADER_ROWS, table.rows)):
        titles = [_cell(text, cell) for cell in grid[row]]
        if any(len(title) > 90 for title in titles):
            break
        found = {c: kind for c, title in enumerate(titles) if (kind := _column_kind(title))}
        if not found and kinds:
            break
        kinds.update(found)
        columns: dict[str, list[int]] = {}
        for column, kind in sorted(kinds.items()):
            columns.setdefault(kind, []).append(column)
        if "lead" in columns and "task" in columns:
            best = _Header(columns, row + 1, table.columns, tuple(titles))
        elif best is None and len(columns) < 2:
            kinds.clear()
    if best is None:
        best = _told_by_cells(text, table, grid)
    if best is None:
        return None
    # a row that numbers the columns: (1) (2) (3)
    while best.first < table.rows and all(
        (t := _cell(text, c).strip("() .")) == "" or (t.isdigit() and len(t) < 3) for c in grid[best.first]
    ):
        best.first += 1
    return best


def _told_by_cells(text: str, table: FlowTable, grid: Sequence[Sequence[FlowCell | None]]) -> _Header | None:
    """The columns of a table whose heads name the work or the workers in no usual words: its cells tell.

    A head such as "Nhà thầu" or "Đơn vị cung cấp" is enough for the workers; the work is then the column with the
    longest texts. A head that only says "Đơn vị" counts where most of its cells are names of units and other heads
    tell of work or time.
    """
    titles = [_cell(text, cell) for cell in grid[0]] if table.rows > 1 else []
    if len(titles) < 2 or any(len(title) > 90 for title in titles) or len(set(titles)) < len(titles):
        return None
    columns: dict[str, list[int]] = {}
    for column, title in enumerate(titles):
        if kind := _column_kind(title):
            columns.setdefault(kind, []).append(column)
    if "lead" not in columns:
        working = "time" in columns or any(_key(t) in _body_words()[1] for t in titles)
        bodies = [c for c, title in enumerate(titles) if _key(title) in _body_words()[0]]
        if not ("task" in columns and working) or len(bodies) != 1 or not _holds_names(text, grid, bodies[0]):
            return None
        columns["lead"] = bodies
        return _Header(columns, 1, table.columns, tuple(titles))
    taken = {c for kind in columns.values() for c in kind}
    free = [c for c in range(len(titles)) if c not in taken and titles[c]]
    if "task" in columns or not free or not _holds_names(text, grid, columns["lead"][0]):
        return None

    def length(column: int) -> int:
        return sum(len(_cell(text, row[column])) for row in grid[1:] if column < len(row))

    columns["task"] = [max(free, key=length)]
    return _Header(columns, 1, table.columns, tuple(titles))


def _holds_names(text: str, grid: Sequence[Sequence[FlowCell | None]], column: int) -> bool:
    """Whether most cells of a column, blank ones aside, begin with the name of a unit or a post."""
    shown = [value for row in grid[1:] if column < len(row) and (value := _cell(text, row[column]))]
    named = sum(bool(read(value).name(0)) or fold(value) in _repeats() for value in shown[:_SAMPLE])
    return bool(shown) and named * 2 > len(shown[:_SAMPLE])


@lru_cache(maxsize=1)
def _body_words() -> tuple[frozenset[str], frozenset[str]]:
    """Heads that only name bodies, and heads of tasks that tell of work."""
    table = load("assignment_cues.toml")["column_body"]
    return frozenset(map(_key, table["words"])), frozenset(map(_key, table["column_work"]))


def _rows(
    draft: Draft,
    table: FlowTable,
    grid: Sequence[Sequence[FlowCell | None]],
    header: _Header,
    above: _Above,
    items: list[Item],
) -> _Above:
    """Add a table's assignments to ``items``. Returns the cells that a table which goes on may repeat."""
    text = draft.text
    paths = {
        (node.table, node.row): node.path for node in draft.layout.outline.walk() if node.table is not None
    }
    for row in range(header.first, table.rows):
        cells = grid[row]
        titles = tuple(_cell(text, cell) for cell in cells)
        if header.titles and titles == header.titles:
            continue  # heads repeated on a new page
        task = _first(text, cells, header.columns["task"])
        lead = _first(text, cells, header.columns["lead"])
        if task is None or (lead is not None and lead is task):
            above = _Above()  # a group row over the whole width
            continue
        lead_text = _cell(text, lead)
        number = _first(text, cells, header.columns.get("number", []))
        if fold(lead_text) in _repeats() or (lead is None and above.lead and number is None):
            pass  # the cell above, merged or repeated
        elif lead is not None and any(c.isalpha() and c not in "IVXLC" for c in lead_text):
            above.lead = _names(text[lead.start : lead.end], above.lead)
            above.lead_span = (lead.start, lead.end)
        else:
            continue  # a group row, or a row for nobody
        item = Item(
            paths.get((table.index, row), f"table {table.index + 1} row {row + 1}"),
            "table",
            [(task.start, task.end)],
        )
        if not above.lead:
            continue
        add_names(item.lead, above.lead)
        if above.lead_span is not None:
            item.lead_spans.append(above.lead_span)
        _others(text, cells, header, above, item)
        items.append(item)
    return above


def _names(cell: str, above: list[str]) -> list[str]:
    """The names in a cell; "nt; Chi đoàn thôn" repeats those above and adds one. A post's label is no name."""
    label, colon, rest = cell.partition(":")
    if colon and _is_post(label):
        cell = rest  # "Trưởng đoàn: Kỹ sư A"
    names: list[str] = []
    for name in names_in(cell):
        add_names(names, above if fold(name) in _repeats() else [name])
    return names


def _is_post(label: str) -> bool:
    """Whether a label is nothing but a post: "Trưởng đoàn"."""
    reader = read(label)
    return 0 < len(reader) == reader.hit(0, "post")


def _others(text: str, cells: Sequence[FlowCell | None], header: _Header, above: _Above, item: Item) -> None:
    """The coordinating units and the time of a row."""
    helper = _first(text, cells, header.columns.get("coordinating", []))
    shown = _cell(text, helper)
    if helper is not None and fold(shown) not in _repeats():
        above.coordinating = (
            _names(text[helper.start : helper.end], above.coordinating)
            if any(c.isalpha() for c in shown)
            else []
        )
    elif helper is None:
        above.coordinating = []
    add_names(item.coordinating, above.coordinating)
    time = _first(text, cells, header.columns.get("time", []))
    if time is not None:
        if fold(_cell(text, time)) not in _repeats():
            above.time = (time.start, time.end)
    else:
        above.time = None
    if above.time is not None:
        item.time_spans.append(above.time)


def _first(text: str, cells: Sequence[FlowCell | None], columns: Sequence[int]) -> FlowCell | None:
    """The first cell of these columns that holds something."""
    for column in columns:
        cell = cells[column] if column < len(cells) else None
        if cell is not None and _cell(text, cell):
            return cell
    return None
