"""Records with the stable ids that a catalogue keeps for them.

An id is computed from the file and the place in it (:mod:`.identity`). Where a task moved to another place between
two readings, the catalogue carries its first id over; such a record takes its ids along through the exports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from vnadmin_extract.exports.identity import Identities, identify
from vnadmin_extract.record import Record


class Identified(Protocol):
    """What a catalogue gives (:class:`vnadmin_extract.catalogue.store.Entry`)."""

    @property
    def record(self) -> Record:
        """The record."""

    @property
    def ids(self) -> Identities:
        """The stable ids of its parts."""


def carrying(entries: Iterable[Identified]) -> Iterator[Record]:
    """The records of catalogue entries; :func:`ids_of` gives the catalogue's ids for them."""
    for entry in entries:
        record = entry.record.model_copy()
        record._ids = entry.ids
        yield record


def ids_of(record: Record) -> Identities:
    """The stable ids of a record's parts: a catalogue's where the record came from one, else computed."""
    ids = record._ids
    return ids if isinstance(ids, Identities) else identify(record)
