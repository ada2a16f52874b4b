"""A record as a person wants to read it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from vnadmin_extract.exports.labels import Labels, Language, labels
from vnadmin_extract.exports.table import due_text
from vnadmin_extract.exports.tables import TABLES, Row, Value, document_name
from vnadmin_extract.record import Record

_RATIOS = {"task": 8, "title": 6, "path": 2}
"""Widths of columns relative to each other; 3 for those that are not here."""
_NOT_SHOWN = frozenset({"file", "assignments_count", "deadlines_count", "references_count"})


def record_view(record: Record, lang: Language = "en") -> RenderableType:
    """One record: its head as a list, then references and assignments as tables, then lone deadlines."""
    words = labels(lang)
    title = Text(f"{document_name(record)}", style="bold")
    parts: list[RenderableType] = [_head(record, words)]
    if record.references:
        parts += [Text(), _references(record, words)]
    if record.assignments:
        parts += [Text(), _assignments(record, words, lang)]
    lone = [deadline for deadline in record.deadlines if not deadline.assignments]
    if lone:
        parts += [Text(), Text(words.tables["deadlines"], style="bold")]
        parts += [Text(f"  {due_text(deadline, lang)}  ({deadline.text})") for deadline in lone]
    return Panel(Group(*parts), title=title, subtitle=Text(record.source.file), title_align="left")


def _head(record: Record, words: Labels) -> Table:
    definition = TABLES["documents"]
    row: Row = next(iter(definition.rows(record)))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for column in definition.columns:
        value = row[column.key]
        if column.key in _NOT_SHOWN or value is None or value == ():
            continue
        if column.kind == "edtf":
            shown = words.date(str(value))
        elif column.kind == "enum":
            shown = words.value(column.key, str(value))
        else:
            shown = "\n".join(_texts(value))
        grid.add_row(Text(words.columns[column.key]), Text(shown))
    return grid


def _references(record: Record, words: Labels) -> Table:
    table = _table(words, "references", ("code", "type", "date", "issuer", "title", "relation"))
    for row in TABLES["references"].rows(record):
        table.add_row(
            Text(str(row["code"] or "")),
            Text(str(row["type"] or "")),
            Text(words.date(str(row["date"])) if row["date"] else ""),
            Text(str(row["issuer"] or "")),
            Text(str(row["title"] or "")),
            Text(words.value("relation", str(row["relation"]))),
        )
    return table


def _assignments(record: Record, words: Labels, lang: Language) -> Table:
    deadlines = {deadline.id: deadline for deadline in record.deadlines}
    table = _table(words, "assignments", ("path", "lead", "coordinating", "task", "due"))
    for item in record.assignments:
        due = [due_text(deadlines[id], lang) for id in item.deadlines if id in deadlines]
        table.add_row(
            Text(item.path),
            Text("\n".join(unit.name for unit in item.lead)),
            Text("\n".join(unit.name for unit in item.coordinating)),
            Text(item.task),
            Text("\n".join(dict.fromkeys(due))),
        )
    return table


def _table(words: Labels, name: str, columns: tuple[str, ...]) -> Table:
    title = words.tables[name]
    table = Table(title=title, title_justify="left", title_style="bold", show_lines=True, expand=True)
    for key in columns:
        table.add_column(words.columns[key], overflow="fold", ratio=_RATIOS.get(key, 3))
    return table


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, tuple):
        yield from value
    elif value is not None:
        yield str(value)
