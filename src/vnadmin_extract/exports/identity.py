"""Stable ids: the same document, assignment or deadline has the same id in every export and every run.

An id is made from what does not change when the same file is read again: the content's hash, the page on which the
document begins, and the place of the assignment in it. The record's own ids (``a1``, ``d2``) only number what one
reading found. The catalogue carries an id over where a task moved to another place
(:mod:`vnadmin_extract.catalogue.carry`).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vnadmin_extract.record import Assignment, Deadline, Record

LENGTH: Final = 16
"""Hexadecimal digits of an id: 64 bits."""


@dataclass(frozen=True, slots=True)
class Identities:
    """The stable ids of one document and its parts."""

    document: str
    assignments: Mapping[str, str]
    """The record's own id (``a1``) → stable id."""
    deadlines: Mapping[str, str]


def identify(record: Record) -> Identities:
    """All ids of a record at once, the same as the functions below give one by one."""
    document = document_id(record)
    seen: Counter[tuple[str, ...]] = Counter()
    places: dict[str, tuple[str | int, ...]] = {}
    assignments: dict[str, str] = {}
    for item in record.assignments:
        place = (item.path, seen[(item.path,)])
        seen[(item.path,)] += 1
        assignments[item.id] = _digest(document, "assignment", *place)
        for number, deadline in enumerate(item.deadlines):
            places.setdefault(deadline, ("of", *place, number))
    deadlines: dict[str, str] = {}
    for one in record.deadlines:
        alone = ("alone", one.text)
        deadlines[one.id] = _digest(document, "deadline", *places.get(one.id, (*alone, seen[alone])))
        seen[alone] += 1
    return Identities(document, assignments, deadlines)


def document_id(record: Record) -> str:
    """Id of a document: from the hash of its file and its first page."""
    return _digest(record.source.sha256, record.source.pages[0])


def assignment_id(record: Record, assignment: Assignment) -> str:
    """Id of an assignment: from the document's, the path, and its place among those with the same path."""
    return _digest(document_id(record), "assignment", *_place(record, assignment))


def deadline_id(record: Record, deadline: Deadline) -> str:
    """Id of a deadline: from the document's, its first assignment's path, and its place among that one's deadlines.

    A deadline of no assignment is told by its words and its place among those with the same words.
    """
    holder = next((a for a in record.assignments if deadline.id in a.deadlines), None)
    if holder is not None:
        place: tuple[str | int, ...] = ("of", *_place(record, holder), holder.deadlines.index(deadline.id))
    else:
        alike = [d.id for d in record.deadlines if d.text == deadline.text]
        place = ("alone", deadline.text, alike.index(deadline.id) if deadline.id in alike else 0)
    return _digest(document_id(record), "deadline", *place)


def _place(record: Record, assignment: Assignment) -> tuple[str, int]:
    alike = [a.id for a in record.assignments if a.path == assignment.path]
    return assignment.path, alike.index(assignment.id) if assignment.id in alike else 0


def _digest(*parts: str | int) -> str:
    # A unit separator cannot stand in a path or a hash, so that no two lists of parts are the same text.
    text = "\x1f".join(map(str, parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]
