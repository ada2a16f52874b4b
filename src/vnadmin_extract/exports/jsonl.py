"""JSON Lines: one record a line, UTF-8. The form that everything else is made from, and the lossless one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from vnadmin_extract.exports import ExportOptions
from vnadmin_extract.record import Record

FILE_NAME = "records.jsonl"
WHOLE_DOCUMENTS = True


def write(records: Iterable[Record], target: BinaryIO, options: ExportOptions) -> None:
    """Write one record a line."""
    for record in records:
        target.write(record.model_dump_json().encode() + b"\n")


def read_records(path: Path) -> Iterator[Record]:
    """The records of a file that :func:`write` wrote, one at a time."""
    with path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield Record.model_validate_json(line)
