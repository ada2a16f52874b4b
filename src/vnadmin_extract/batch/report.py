"""What a run tells: a report for each file, and a summary of all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, PrivateAttr

from vnadmin_extract.catalogue.types import DUPLICATE, OK, SKIPPED
from vnadmin_extract.errors import ExitCode

INTERNAL_ERROR: Final = "internal_error"
"""A defect of the library; the report holds the traceback."""
CRASHED: Final = "crashed"
"""The worker process died while it read the file."""
TIMEOUT: Final = "timeout"
"""The file took longer than the limit."""
MEMORY: Final = "memory"
"""The file took more memory than the limit."""

NO_FAILURE: Final = frozenset({OK, DUPLICATE, SKIPPED})


class FileReport(BaseModel):
    """What became of one file."""

    model_config = ConfigDict(frozen=True)

    file: str
    """Path relative to the folder, with ``/``; a URL; with several folders it begins with the folder's name."""
    status: str
    """``ok``, ``duplicate``, ``skipped``, an error's status (``needs_ocr``, ``encrypted``, …),
    ``internal_error``, ``crashed``, ``timeout`` or ``memory``."""
    records: int = 0
    message: str | None = None
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    """Time that reading took; 0 where the report comes from a written summary."""
    traceback: str | None = None
    """Only for ``internal_error``."""

    @property
    def failed(self) -> bool:
        """Whether the file should have given a record and did not."""
        return self.status not in NO_FAILURE


class RunSummary(BaseModel):
    """What became of the files given to a run."""

    model_config = ConfigDict(frozen=True)

    version: str
    inputs: tuple[str, ...]
    files: int
    """Files that the catalogue holds now, those of earlier runs included."""
    records: int
    statuses: dict[str, int]
    """Status → number of files."""
    outputs: tuple[str, ...]
    """Names of the files written into the output folder."""
    seconds: float = 0.0
    read: int = 0
    """Files that this run read."""
    linked: int = 0
    """Files whose content had been read already under another name, or before they were touched."""
    unchanged: int = 0
    """Files that this run passed over, because an earlier one had read them."""

    _file: Path | None = PrivateAttr(default=None)

    @property
    def reports(self) -> tuple[FileReport, ...]:
        """A report for each file, by name; read from the written summary, so that a run need not keep them."""
        if self._file is None:
            return ()
        with self._file.open(encoding="utf-8") as handle:
            return tuple(FileReport(**entry) for entry in json.load(handle)["reports"])

    @property
    def failed(self) -> tuple[FileReport, ...]:
        """The files that gave no record though they should have."""
        return tuple(report for report in self.reports if report.failed)

    @property
    def exit_code(self) -> ExitCode:
        """``OK`` or ``SOME_FAILED``."""
        return ExitCode.SOME_FAILED if failures(self.statuses) else ExitCode.OK


def failures(statuses: Mapping[str, int]) -> int:
    """How many files failed, by the counts of statuses."""
    return sum(count for status, count in statuses.items() if status not in NO_FAILURE)


def report_json(report: Any) -> str:
    """One line of ``summary.json``: only what is the same whenever and wherever the file is read."""
    values: dict[str, Any] = {"file": report.name, "status": report.status, "records": report.records}
    if report.message:
        values["message"] = report.message
    if report.warnings:
        values["warnings"] = list(report.warnings)
    return json.dumps(values, ensure_ascii=False)
