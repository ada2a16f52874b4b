"""What passes between a batch and its catalogue. Importing this costs nothing: no database, no models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

OK: Final = "ok"
"""Status of a file whose content was read and whose records stand under its name."""
DUPLICATE: Final = "duplicate"
"""Status of a file with the same content as another: the records stand under the other's name."""
SKIPPED: Final = "skipped"
"""Status of a file that is no document by its name or kind."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What the catalogue knows of a file name."""

    name: str
    """As in reports: the path relative to its folder with ``/``, or a URL; with several folders prefixed by the
    folder's name."""
    sha256: str | None
    """Hash of the content; ``None`` where the file could not even be read."""
    size: int
    """Bytes."""
    modified_ns: int
    """Time of the last change, nanoseconds since the epoch."""
    status: str
    """``ok``, ``duplicate``, ``skipped``, an error's status (:mod:`vnadmin_extract.errors`), ``internal_error``,
    ``crashed``, ``timeout`` or ``memory``."""
    engine: str | None
    """The version (:func:`vnadmin_extract.catalogue.engine.engine_version`) with which its content was read."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What one worker made of one file."""

    name: str
    """As in :class:`FileState`."""
    sha256: str | None
    size: int
    modified_ns: int
    status: str
    message: str | None = None
    """One sentence about what went wrong."""
    warnings: tuple[str, ...] = ()
    traceback: str | None = None
    seconds: float = 0.0
    """Time that the work took; volatile, no part of the catalogue's dump."""
    peak_memory: int | None = None
    """Bytes of the worker; ``None`` where not measured."""
    engine: str = ""
    """The version with which it was read."""
    records: tuple[bytes, ...] = ()
    """Each record as JSON (``record.model_dump_json().encode()``), in the order of the file."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records or assignments are wanted; ``None`` is any."""

    unit: str | None = None
    """A unit that leads or takes part, compared without case, tone placement and abbreviations."""
    kind: str | None = None
    """Kind of the document, by name or abbreviation: ``"Kế hoạch"`` or ``"KH"``."""
    status: str | None = None
    """Status of the file."""
    issued_from: date | None = None
    issued_to: date | None = None
    """Bounds of the day of issue, both included."""
    due_from: date | None = None
    due_to: date | None = None
    """Bounds of the last day of a deadline, both included."""
    folder: str | None = None
    """First part of the file's name, up to a ``/``: the folder, or a folder and its sub-folders."""
