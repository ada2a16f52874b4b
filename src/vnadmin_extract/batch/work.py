"""What a worker does with one file. Every exception becomes a status; nothing here knows of processes."""

from __future__ import annotations

import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, cast

from vnadmin_extract.batch.report import INTERNAL_ERROR, MEMORY
from vnadmin_extract.catalogue.types import OK, FileOutcome
from vnadmin_extract.config import Config
from vnadmin_extract.errors import InputError, VnadminError
from vnadmin_extract.record import Record


@dataclass(frozen=True, slots=True)
class Task:
    """One file to read."""

    name: str
    """As in reports."""
    path: Path
    """Where its bytes lie on this machine."""
    size: int
    """Bytes, as listed."""
    modified_ns: int
    """Time of the last change, as listed."""
    sha256: str | None = None
    """Hash of the content, where it could be read."""
    fetched: bool = False
    """Whether ``path`` is a copy made for this run (of a remote file), not the file itself."""


class ExtractFunction(Protocol):
    """What a worker calls for each file. It must be importable by name (it is sent to another process)."""

    def __call__(self, path: Path, name: str, config: Config) -> list[Record]:
        """Give the records of a file."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for all files of a run. Hashable and picklable, so that workers can keep it."""

    config: Config
    extract: ExtractFunction
    engine: str
    """Version string that outcomes carry."""


@lru_cache(maxsize=1)
def _extractor(config: Config) -> Any:
    from vnadmin_extract.extractor import Extractor

    return Extractor(config)


def extract_file(path: Path, name: str, config: Config) -> list[Record]:
    """The records of a file, by an extractor that is made once in each process."""
    return cast("list[Record]", _extractor(config).extract_all(path, name=name))


_WARMING = """ỦY BAN NHÂN DÂN\nXÃ MẪU\n\nSố: 01/UBND\nMẫu, ngày 02 tháng 01 năm 2024\n
Kính gửi: Các ban, ngành.\n\n1. Ban Văn hóa chủ trì, phối hợp với Công an xã báo cáo trước ngày 15/01/2024.\n"""


def warm_up(job: Job) -> None:
    """Load models and data before the first file comes, so that no file's time is spent on it."""
    if job.extract is extract_file:
        with suppress(Exception):  # what is wrong will show with the first file
            _extractor(job.config).extract_all(_WARMING.encode(), name="warming up")


def read_file(task: Task, job: Job) -> FileOutcome:
    """Extract one file."""
    started = time.monotonic()
    try:
        records = job.extract(task.path, task.name, job.config)
        lines = tuple(record.model_dump_json().encode() for record in records)
    except VnadminError as error:
        return failure(task, job.engine, error.status, str(error), started)
    except MemoryError:
        return failure(task, job.engine, MEMORY, f"{task.name}: there was not enough memory.", started)
    except Exception as error:  # an error of the library must not stop the other files
        message = f"{task.name}: {type(error).__name__}: {error}"
        return failure(task, job.engine, INTERNAL_ERROR, message, started, traceback.format_exc())
    if _changed(task):
        reason = InputError("the file changed while it was being read", file=task.name, remedy="Run again")
        return failure(task, job.engine, reason.status, str(reason), started, content=False)
    return FileOutcome(
        name=task.name,
        sha256=task.sha256,
        size=task.size,
        modified_ns=task.modified_ns,
        status=OK,
        warnings=tuple(dict.fromkeys(warning for record in records for warning in record.source.warnings)),
        seconds=round(time.monotonic() - started, 3),
        engine=job.engine,
        records=lines,
    )


def failure(
    task: Task,
    engine: str,
    status: str,
    message: str,
    started: float,
    trace: str | None = None,
    *,
    content: bool = True,
    peak_memory: int | None = None,
) -> FileOutcome:
    """The outcome of a file that gave no record.

    Args:
        task: the file.
        engine: version string of the reading.
        status: see :class:`~vnadmin_extract.batch.report.FileReport`.
        message: one sentence.
        started: ``time.monotonic()`` when the work began.
        trace: traceback of a defect.
        content: whether the hash given with the task is that of the content which failed.
        peak_memory: bytes of the worker, where they were measured.
    """
    return FileOutcome(
        name=task.name,
        sha256=task.sha256 if content else None,
        size=task.size,
        modified_ns=task.modified_ns,
        status=status,
        message=message,
        traceback=trace,
        seconds=round(time.monotonic() - started, 3),
        peak_memory=peak_memory,
        engine=engine,
    )


def _changed(task: Task) -> bool:
    if task.fetched or task.sha256 is None:
        return False
    try:
        now = task.path.stat()
    except OSError:
        return True
    return (now.st_size, now.st_mtime_ns) != (task.size, task.modified_ns)
