"""Which documents, and which of their tasks, an export is asked for.

The same conditions as a catalogue's (:class:`vnadmin_extract.catalogue.types.Filter`), for records that come from a
file, and for what is left of a record when only some of its tasks are wanted.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from vnadmin_extract.catalogue.codes import kind_key
from vnadmin_extract.catalogue.types import Filter
from vnadmin_extract.exports.carried import ids_of
from vnadmin_extract.grammar.edtf import first_day, last_day
from vnadmin_extract.record import Assignment, Deadline, Record
from vnadmin_extract.text.fold import match_key, strip_marks


def is_wanted(record: Record, where: Filter) -> bool:
    """Whether a document fits. ``where.status`` is about files and not looked at."""
    if where.folder and not _is_below(record.source.file, where.folder):
        return False
    if where.kind is not None and not _is_kind(record, where.kind):
        return False
    if not _is_issued(record, where):
        return False
    if where.unit is not None and not any(_has_unit(a, where.unit) for a in record.assignments):
        return False
    return not _bounds_days(where) or any(_is_due(d, where) for d in record.deadlines)


def narrowed(record: Record, where: Filter) -> Record:
    """The record with only the wanted unit's assignments, and only the deadlines in the wanted days.

    The stable ids are those of the whole record.
    """
    if where.unit is None and not _bounds_days(where):
        return record
    ids = ids_of(record)
    in_time = {d.id for d in record.deadlines if _is_due(d, where)}
    assignments = tuple(
        a
        for a in record.assignments
        if (where.unit is None or _has_unit(a, where.unit))
        and (not _bounds_days(where) or not in_time.isdisjoint(a.deadlines))
    )
    own = {id for a in assignments for id in a.deadlines}
    deadlines = tuple(
        d
        for d in record.deadlines
        if d.id in in_time and (d.id in own or (where.unit is None and not d.assignments))
    )
    left = record.model_copy(update={"assignments": assignments, "deadlines": deadlines})
    left._ids = ids
    return left


def names_unit(name: str, wanted: str) -> bool:
    """Whether a unit's name is the one that a person means: this name, or this name at some place.

    Abbreviations, tone placement and case do not matter. A name typed without any marks stands for all that it may
    be. "Phòng Nội vụ" is also "Phòng Nội vụ huyện Sơn Trà".
    """
    key, found, places = match_key(wanted), match_key(name), place_kinds()
    if strip_marks(wanted) == wanted:
        key, found, places = strip_marks(key), strip_marks(found), tuple(map(strip_marks, places))
    return found == key or any(f"{found} ".startswith(f"{key} {place} ") for place in places)


@cache
def place_kinds() -> tuple[str, ...]:
    """Words that begin the place in a unit's full name, as :func:`~vnadmin_extract.text.fold.match_key` gives them."""
    text = (files("vnadmin_extract.knowledge") / "exports.toml").read_text(encoding="utf-8")
    return tuple(match_key(kind) for kind in tomllib.loads(text)["selection"]["place_kinds"])


def _has_unit(assignment: Assignment, wanted: str) -> bool:
    return any(names_unit(unit.name, wanted) for unit in (*assignment.lead, *assignment.coordinating))


def _is_kind(record: Record, wanted: str) -> bool:
    kind = record.type
    if kind is None:
        return False
    return kind_key(kind.name) == kind_key(wanted) or (kind.abbreviation or "").lower() == wanted.lower()


def _is_issued(record: Record, where: Filter) -> bool:
    issued = record.issued.date if record.issued else None
    first, last = first_day(issued), last_day(issued)
    if where.issued_from is not None and (last is None or last < where.issued_from):
        return False
    return where.issued_to is None or (first is not None and first <= where.issued_to)


def _bounds_days(where: Filter) -> bool:
    return where.due_from is not None or where.due_to is not None


def _is_due(deadline: Deadline, where: Filter) -> bool:
    if not _bounds_days(where):
        return True
    day = last_day(deadline.due)
    return (
        day is not None
        and (where.due_from is None or day >= where.due_from)
        and (where.due_to is None or day <= where.due_to)
    )


def _is_below(file: str, folder: str) -> bool:
    folder = folder.rstrip("/")
    return not folder or file == folder or file.startswith(folder + "/")
