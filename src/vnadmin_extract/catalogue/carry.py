"""Stable ids for a document that was read again.

An id is made from the content's hash and the place of the assignment (:mod:`vnadmin_extract.exports.identity`). When
a newer version of the library, or a better scan under the same file name, gives the same task at another place or in
slightly other words, the assignment keeps the id that people and calendars already know.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import regex

from vnadmin_extract.catalogue.codes import code_key
from vnadmin_extract.exports.identity import LENGTH, Identities, identify
from vnadmin_extract.grammar.edtf import first_day, last_day
from vnadmin_extract.record import Record
from vnadmin_extract.text.fold import unmark

_WORD: Final = regex.compile(r"[\p{L}\p{N}]+")
_SAME_TASK: Final = 0.75
"""Share of words that two readings of one task have in common at least."""
_SAME_PLACE: Final = 0.4
"""The same where the task stands at the same place and has the same leads."""
_SAME_SUBJECT: Final = 0.7

_COMPARED: Final = 200
"""Words of a text that are compared: enough to tell two tasks apart, and no more work for a long one."""

_PAIRED: Final = 250
"""Changed items that are compared with each other at most."""


@dataclass(frozen=True, slots=True)
class Known:
    """A document as it was read before, with its stable ids."""

    record: Record
    ids: Identities


def identities(
    records: Sequence[Record], known: Sequence[Known], is_taken: Callable[[Collection[str]], set[str]]
) -> list[Identities]:
    """Stable ids for the documents of one file.

    Args:
        records: the documents as they were read now, in order.
        known: the documents that an earlier reading of the same content, or of the file under the same name, gave.
            Their rows are out of the database already.
        is_taken: says which of some ids other documents of the catalogue have.
    """
    former = _same_documents(known, records)
    kept = [_kept(former.get(index), record) for index, record in enumerate(records)]
    own = [identify(record) for record in records]
    carried = {id for k in former.values() for id in _all_ids(k.ids)}
    ids = _Ids(is_taken, carried, is_taken(carried.union(*map(_all_ids, own))))
    # Ids that are carried over go first: a place whose task moved on may not give its id to the task that came there.
    held = [
        Identities(
            ids.hold(former[index].ids.document) if index in former else "",
            {local: ids.hold(id) for local, id in assignments.items()},
            {local: ids.hold(id) for local, id in deadlines.items()},
        )
        for index, (assignments, deadlines) in enumerate(kept)
    ]
    return [
        Identities(
            old.document or ids.new(new.document),
            {local: old.assignments.get(local) or ids.new(id) for local, id in new.assignments.items()},
            {local: old.deadlines.get(local) or ids.new(id) for local, id in new.deadlines.items()},
        )
        for old, new in zip(held, own, strict=True)
    ]


@dataclass
class _Ids:
    """Gives each id once."""

    is_taken: Callable[[Collection[str]], set[str]]
    carried: set[str]
    """Ids of the earlier reading: no new thing may have them."""
    taken: set[str]
    """Ids that others have, or that were given."""

    def hold(self, id: str) -> str:
        """An id that is carried over; empty where somebody else has got it."""
        if id in self.taken:
            return ""
        self.taken.add(id)
        return id

    def new(self, id: str) -> str:
        """An id that nobody has: the one wanted, or with a number behind it."""
        candidate, number = id, 1
        while (
            candidate in self.taken
            or candidate in self.carried
            or (number > 1 and self.is_taken([candidate]))
        ):
            number += 1
            candidate = f"{id[:LENGTH]}-{number}"
        self.taken.add(candidate)
        return candidate


def _all_ids(ids: Identities) -> Iterable[str]:
    return (ids.document, *ids.assignments.values(), *ids.deadlines.values())


def _same_documents(known: Sequence[Known], records: Sequence[Record]) -> dict[int, Known]:
    """Index of a document read now → the same document as it was read before."""
    free = list(known)
    found: dict[int, Known] = {}
    for index, record in enumerate(records):
        same = [k for k in free if _is_same(k.record, record)]
        if same:
            page = record.source.pages[0]
            best = min(same, key=lambda k: abs(k.record.source.pages[0] - page))
            found[index] = best
            free.remove(best)
    return found


def _is_same(old: Record, new: Record) -> bool:
    """Whether two readings are of one document."""
    if old.source.sha256 == new.source.sha256 and old.source.pages[0] == new.source.pages[0]:
        return True
    a, b = code_key(old.code), code_key(new.code)
    if a is not None and b is not None:
        return a == b and _may_be_same_day(old, new)
    subjects = [_words(record.subject.text) if record.subject else Counter() for record in (old, new)]
    return _alike(*subjects) >= _SAME_SUBJECT and _may_be_same_day(old, new)


def _may_be_same_day(old: Record, new: Record) -> bool:
    spans = [
        (first_day(record.issued.date), last_day(record.issued.date)) if record.issued else (None, None)
        for record in (old, new)
    ]
    (a, b), (c, d) = spans
    return a is None or b is None or c is None or d is None or (a <= d and c <= b)


def _kept(before: Known | None, record: Record) -> tuple[dict[str, str], dict[str, str]]:
    """Ids of the record's assignments and deadlines that an earlier reading knows."""
    if before is None:
        return {}, {}
    assignments = _matches(
        [(a.id, a.task, (a.path, *(u.name for u in a.lead))) for a in before.record.assignments],
        [(a.id, a.task, (a.path, *(u.name for u in a.lead))) for a in record.assignments],
    )
    # A deadline's place are its assignments, by the ids that they have now.
    now = {old: new for new, old in assignments.items()}
    deadlines = _matches(
        [
            (d.id, f"{d.kind} {d.due} {d.text}", tuple(now.get(a, "") for a in d.assignments))
            for d in before.record.deadlines
        ],
        [(d.id, f"{d.kind} {d.due} {d.text}", d.assignments) for d in record.deadlines],
    )
    return (
        {
            new: before.ids.assignments[old]
            for new, old in assignments.items()
            if old in before.ids.assignments
        },
        {new: before.ids.deadlines[old] for new, old in deadlines.items() if old in before.ids.deadlines},
    )


_Item = tuple[str, str, Hashable]
"""Id, text, place."""


def _matches(old: Sequence[_Item], new: Sequence[_Item]) -> dict[str, str]:
    """Id in the new reading → id in the old one, one to one, the most alike first."""
    found: dict[str, str] = {}
    # Nearly all are unchanged; only the rest is compared with each other.
    unchanged: dict[tuple[str, Hashable], deque[str]] = {}
    for id, text, place in old:
        unchanged.setdefault((text, place), deque()).append(id)
    for id, text, place in new:
        if alike := unchanged.get((text, place)):
            found[id] = alike.popleft()
    gone = set(found.values())
    left = [(id, _words(text), place) for id, text, place in old if id not in gone][:_PAIRED]
    fresh = [(id, _words(text), place) for id, text, place in new if id not in found][:_PAIRED]
    pairs = []
    for i, (_, words, place) in enumerate(fresh):
        for j, (_, others, there) in enumerate(left):
            likeness = _alike(words, others)
            here = likeness >= _SAME_PLACE and place == there
            if likeness >= _SAME_TASK or here:
                pairs.append((-likeness, not here, i, j))
    taken_new: set[int] = set()
    taken_old: set[int] = set()
    for _, _, i, j in sorted(pairs):
        if i not in taken_new and j not in taken_old:
            taken_new.add(i)
            taken_old.add(j)
            found[fresh[i][0]] = left[j][0]
    return found


def _words(text: str) -> Counter[str]:
    # Without marks: a better scan reads tones that the earlier one had lost.
    return Counter(_WORD.findall(unmark(text))[:_COMPARED])


def _alike(a: Counter[str], b: Counter[str]) -> float:
    """Share of words in common (Dice), 0 to 1."""
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0
