"""The table that most readers want first: who must do what by when, as text for a terminal or a mail."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from vnadmin_extract.exports import ExportOptions
from vnadmin_extract.exports.labels import Language, labels
from vnadmin_extract.exports.plain import shortened as shortened
from vnadmin_extract.exports.tables import document_name
from vnadmin_extract.grammar.edtf import last_day

if TYPE_CHECKING:
    from vnadmin_extract.record import Assignment, Deadline, Record

FILE_NAME = "deadlines.txt"
_WIDTH = 120
_TASK_LENGTH = 110
_DUE_LENGTH = 60
_DUE_WIDTH = len("17:00 31/12/2024")


def write(records: Iterable[Record], target: BinaryIO, options: ExportOptions) -> None:
    """Write the table as plain text, 120 characters wide."""
    text = io.StringIO()
    console = Console(file=text, width=_WIDTH, force_terminal=False, color_system=None)
    console.print(deadline_table(records, options.lang))
    target.write(text.getvalue().encode())


def deadline_table(records: Iterable[Record], lang: Language = "en", *, limit: int | None = None) -> Table:
    """Assignments that have a deadline, the earliest first; those without a date (recurring, relative) last.

    Args:
        records: the documents.
        lang: language of the headings.
        limit: at most this many rows, then a row that says how many there are more.
    """
    words = labels(lang)
    sorted_rows = sorted(
        (_sort_key(deadlines), _cells(record, assignment, deadlines, lang))
        for record in records
        for assignment, deadlines in _with_deadlines(record)
    )
    # Folders often hold a document twice (signed and unsigned, PDF and DOCX): its rows are shown once.
    rows = list(dict.fromkeys(cells for _, cells in sorted_rows))
    table = Table(title=words.messages["assignments_with_deadlines"], title_justify="left", expand=True)
    table.add_column(words.columns["due"], width=_DUE_WIDTH, overflow="fold")
    for key, ratio in (("lead", 5), ("task", 10), ("document", 4)):
        table.add_column(words.columns[key], ratio=ratio, overflow="fold")
    for cells in rows[:limit]:
        table.add_row(
            *(Text(cell) for cell in cells)
        )  # Text, not str: a document's square brackets are no mark-up
    if not rows:
        table.add_row("", "", words.messages["no_assignments_with_deadlines"], "")
    elif limit is not None and len(rows) > limit:
        table.add_row("", "", words.messages["more_rows"].format(count=len(rows) - limit), "")
    return table


def due_text(deadline: Deadline, lang: Language) -> str:
    """A deadline in few words: its date and hour, or its words as printed where it has no date."""
    if deadline.due is None:
        return deadline.text
    day = labels(lang).date(deadline.due)
    return f"{deadline.time} {day}" if deadline.time else day


def _with_deadlines(record: Record) -> Iterable[tuple[Assignment, list[Deadline]]]:
    by_id = {deadline.id: deadline for deadline in record.deadlines}
    for assignment in record.assignments:
        own = [by_id[id] for id in assignment.deadlines if id in by_id]
        if own:
            yield assignment, own


def _cells(
    record: Record, assignment: Assignment, deadlines: list[Deadline], lang: Language
) -> tuple[str, str, str, str]:
    return (
        "\n".join(dict.fromkeys(shortened(due_text(d, lang), _DUE_LENGTH) for d in deadlines)),
        "; ".join(unit.name for unit in assignment.lead),
        shortened(assignment.task, _TASK_LENGTH),
        document_name(record) if record.code and record.code.number else record.source.file,
    )


def _sort_key(deadlines: list[Deadline]) -> str:
    days = [day for d in deadlines if d.due is not None and (day := last_day(d.due)) is not None]
    return min(days).isoformat() if days else "9999-99-99"
