"""Tasks: what calendars and issue trackers are told of a record, one for each assignment and deadline.

Every such export makes its items from :class:`Task` and nothing else, so that the same task has the same id, the same
title and the same facts everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from vnadmin_extract.exports.carried import ids_of
from vnadmin_extract.exports.labels import Language, labels
from vnadmin_extract.exports.plain import one_line, shortened
from vnadmin_extract.exports.tables import document_name
from vnadmin_extract.grammar.edtf import first_day, last_day
from vnadmin_extract.record import Assignment, Deadline, Record, Unit

TITLE_LENGTH: Final = 250
"""Characters of a title; issue trackers take 255."""
_NAME_LENGTH: Final = 100
_TASK_MARK: Final = "vnadmin:"
"""What stands before an id in texts that people see, so that a task is found again by its id."""


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work with at most one deadline. All texts are single lines."""

    id: str
    """Stable: the assignment's id, with ``-2``, ``-3`` … for its further deadlines. A changed day keeps it."""
    assignment_id: str
    document_id: str
    title: str
    """Kind and number of the document, a colon, the task; at most :data:`TITLE_LENGTH` characters."""
    text: str
    """The whole task."""
    path: str
    """Where the task stands in the document: ``II.2.a``."""
    lead: tuple[str, ...]
    coordinating: tuple[str, ...]
    due: date | None
    """Last day of the deadline; ``None`` where there is no deadline, or none with a day (recurring, relative)."""
    due_edtf: str | None
    """The deadline as the record has it: ``2024-34`` for quarter II."""
    due_text: str | None
    """The deadline's words."""
    time: time | None
    """Hour on the last day, in Vietnam's time."""
    rrule: str | None
    """RFC 5545 rule of a recurring deadline."""
    file: str
    page: int | None
    """Page in the file, from 1."""
    bbox: tuple[float, float, float, float] | None
    """``(x0, top, x1, bottom)`` in PDF points, of the task's first line."""
    document: str
    """Kind and number, or the best that the document has."""
    kind: str | None
    code: str | None
    issuer: str | None
    issued: date | None
    """Day of issue; the first day where only a month or year is known."""
    issued_edtf: str | None
    subject: str | None
    urgency: str | None
    confidence: float
    """Probability that the assignment, and the deadline where there is one, is right: the lower of the two."""

    @property
    def mark(self) -> str:
        """The id as it stands in texts that people see: ``vnadmin:0123456789abcdef``."""
        return _TASK_MARK + self.id


def tasks_of(record: Record) -> Iterator[Task]:
    """The tasks of a record: one for each assignment and deadline; an assignment without a deadline is one too."""
    deadlines = {deadline.id: deadline for deadline in record.deadlines}
    ids = ids_of(record)
    for assignment in record.assignments:
        id = ids.assignments[assignment.id]
        if not assignment.deadlines:
            yield _task(record, assignment, None, id, id, ids.document)
        # Numbered by place, so that an added, changed or left-out deadline leaves the others' ids as they are.
        for number, key in enumerate(assignment.deadlines, 1):
            if key in deadlines:
                own = id if number == 1 else f"{id}-{number}"
                yield _task(record, assignment, deadlines[key], own, id, ids.document)


def all_tasks(records: Iterable[Record], known: frozenset[str] = frozenset()) -> Iterator[Task]:
    """The tasks of many records; a document that comes twice gives its tasks once.

    Args:
        records: read once, in order.
        known: ids of tasks to leave out.
    """
    documents: set[str] = set()
    for record in records:
        document = ids_of(record).document
        if document not in documents:
            documents.add(document)
            yield from (task for task in tasks_of(record) if task.id not in known)


def task_details(task: Task, lang: Language) -> list[tuple[str, str]]:
    """What a person wants to know of a task beside its title, as labels and values in the order to be shown."""
    words = labels(lang)
    due = task.due_text
    if task.due_edtf is not None:
        day = words.date(task.due_edtf)
        clock = f"{task.time:%H:%M} " if task.time else ""
        due = f"{clock}{day} ({task.due_text})" if task.due_text else f"{clock}{day}"
    document = ", ".join(
        part
        for part in (task.document, task.issuer, words.date(task.issued_edtf) if task.issued_edtf else None)
        if part
    )
    place = task.file
    if task.page is not None:
        place += f", {words.columns['page'].lower()} {task.page}"
    if task.path:
        place += f", {words.columns['path'].lower()} {task.path}"
    found = (
        ("task", task.text),
        ("lead", "; ".join(task.lead)),
        ("coordinating", "; ".join(task.coordinating)),
        ("due", due),
        ("document", document),
        ("subject", task.subject),
        ("file", place),
        ("confidence", f"{task.confidence:.0%}"),
    )
    return [(words.columns[key], value) for key, value in found if value]


def _task(
    record: Record,
    assignment: Assignment,
    deadline: Deadline | None,
    id: str,
    assignment_id: str,
    document: str,
) -> Task:
    name = one_line(document_name(record))
    text = one_line(assignment.task)
    place = assignment.evidence[0] if assignment.evidence else None
    recurring = deadline is not None and deadline.kind == "recurring"
    issued = record.issued.date if record.issued else None
    return Task(
        id=id,
        assignment_id=assignment_id,
        document_id=document,
        title=shortened(f"{shortened(name, _NAME_LENGTH)}: {text}", TITLE_LENGTH),
        text=text,
        path=one_line(assignment.path),
        lead=_names(assignment.lead),
        coordinating=_names(assignment.coordinating),
        due=None if deadline is None or recurring else last_day(deadline.due),
        due_edtf=deadline.due if deadline else None,
        due_text=one_line(deadline.text) if deadline else None,
        time=_time(deadline.time) if deadline else None,
        rrule=deadline.rrule if deadline else None,
        file=one_line(record.source.file),
        page=place.page if place else None,
        bbox=place.bbox if place else None,
        document=name,
        kind=one_line(record.type.name) if record.type else None,
        code=one_line(record.code.text) if record.code else None,
        issuer=one_line(record.issuer.name) if record.issuer else None,
        issued=first_day(issued),
        issued_edtf=issued,
        subject=one_line(record.subject.text) if record.subject else None,
        urgency=record.urgency.level if record.urgency else None,
        confidence=min(assignment.confidence, deadline.confidence if deadline else 1.0),
    )


def _names(units: Iterable[Unit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for unit in units if (name := one_line(unit.name))))


def _time(text: str | None) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None  # "24:00": the end of the day, which the day says already
