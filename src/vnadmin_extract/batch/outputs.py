"""What is written from the catalogue when a run is through: the exports and the summary.

Everything streams from the catalogue in its order, and nothing that depends on when, where or in which order files
were read gets in: so the files are the same, byte for byte, whatever happened between.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import regex

from vnadmin_extract import __version__
from vnadmin_extract.batch.report import report_json
from vnadmin_extract.errors import InputError
from vnadmin_extract.exports import ExportOptions, get_export, jsonl
from vnadmin_extract.exports.atomic import replacing
from vnadmin_extract.exports.carried import Identified, carrying
from vnadmin_extract.locks import locked
from vnadmin_extract.record import Record

RECORDS_FILE = jsonl.FILE_NAME
SUMMARY_FILE = "summary.json"
_HALF_WRITTEN: Final = regex.compile(r"\.[\w.\-]+\.[0-9a-f]{8}\.tmp")
"""Files that :func:`~vnadmin_extract.exports.atomic.replacing` was writing when its process was killed."""


class Results(Protocol):
    """The part of a catalogue that is written."""

    def entries(self) -> Iterator[Identified]:
        """All records in the catalogue's order, with the stable ids of their parts."""

    def reports(self) -> Iterator[Any]:
        """A row for each file, by name."""

    def statuses(self) -> dict[str, int]:
        """Status → number of files."""


@contextmanager
def alone_in(out: Path) -> Iterator[None]:
    """Let no second run write into the same folder; what a killed one has left half-written is removed.

    The lock is the operating system's on the folder, so it ends with the process. Where folders cannot be locked
    (Windows, some network drives) there is none.

    Raises:
        InputError: another run is at work there.
    """
    taken = InputError(
        "another run is writing into this folder",
        file=str(out),
        remedy="Wait for its end, or give another output folder",
    )
    with locked(out, os.O_RDONLY, taken):
        for path in out.glob(".*.tmp"):
            if _HALF_WRITTEN.fullmatch(path.name):
                path.unlink(missing_ok=True)
        yield


def write_outputs(
    results: Results,
    out: Path,
    exports: Sequence[str],
    *,
    inputs: Sequence[str],
    files_root: Path | None,
    check: Callable[[], None],
) -> tuple[int, Mapping[str, int], tuple[str, ...]]:
    """Write ``records.jsonl``, the exports and ``summary.json``.

    They take their names one after the other when all of them are whole.

    Args:
        results: the catalogue.
        out: folder.
        exports: names from :data:`vnadmin_extract.exports.EXPORTS`.
        inputs: what the run was about, for the summary.
        files_root: folder that the files' names are relative to.
        check: called between records; raises to stop.

    Returns:
        number of records, statuses, and the names of the files written.

    Raises:
        KeyError: there is no such export.
        OSError: the output cannot be written.
    """
    modules = [get_export(name) for name in dict.fromkeys(exports) if name != "jsonl"]
    options = ExportOptions(files_root=files_root, target_folder=out)
    names = (RECORDS_FILE, *(module.FILE_NAME for module in modules), SUMMARY_FILE)
    count = 0

    def counted() -> Iterator[Record]:
        nonlocal count
        for record in _checked(carrying(results.entries()), check):
            count += 1
            yield record

    with ExitStack() as files:
        jsonl.write(counted(), files.enter_context(replacing(out / RECORDS_FILE)), options)
        for module in modules:
            target = files.enter_context(replacing(out / module.FILE_NAME))
            module.write(_checked(carrying(results.entries()), check), target, options)
        statuses = dict(sorted(results.statuses().items()))
        head = {
            "version": __version__,
            "inputs": list(inputs),
            "files": sum(statuses.values()),
            "records": count,
            "statuses": statuses,
            "outputs": list(names),
        }
        summary = files.enter_context(replacing(out / SUMMARY_FILE))
        summary.write(json.dumps(head, ensure_ascii=False, indent=2).removesuffix("\n}").encode())
        summary.write(b',\n  "reports": [')
        separator = b"\n    "
        for report in _checked(results.reports(), check):
            summary.write(separator + report_json(report).encode())
            separator = b",\n    "
        summary.write(b"\n  ]\n}\n")
    return count, statuses, names


def _checked(items: Iterable[Any], check: Callable[[], None]) -> Iterator[Any]:
    for item in items:
        check()
        yield item
