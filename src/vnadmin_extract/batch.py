"""A whole folder: every file extracted, each failure reported, nothing lost and nothing half-written.

Files are worked on in processes of their own, because PDF libraries can crash on hostile files and pdfium must
not run in threads: a crash, a hang or a memory kill costs the one file that caused it.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from pydantic import BaseModel, ConfigDict

from vnadmin_extract import __version__
from vnadmin_extract.config import Config
from vnadmin_extract.errors import ExitCode, InputError, VnadminError
from vnadmin_extract.exports import ExportOptions, get_export, jsonl
from vnadmin_extract.exports.atomic import replacing
from vnadmin_extract.record import Record

RECORDS_FILE = jsonl.FILE_NAME
SUMMARY_FILE = "summary.json"

OK = "ok"
SKIPPED = "skipped"
INTERNAL_ERROR = "internal_error"
CRASHED = "crashed"
TIMEOUT = "timeout"

_SKIPPED_SUFFIXES = frozenset(
    {
        ".cfg",
        ".css",
        ".csv",
        ".ini",
        ".js",
        ".json",
        ".jsonl",
        ".log",
        ".md",
        ".py",
        ".toml",
        ".tsv",
        ".xml",
        ".yaml",
        ".yml",
    }
)
"""Text files that are data or notes, never a document; read as plain text they would give nonsense records."""
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
_FILES_PER_WORKER = 200
"""A worker is replaced after so many files: PDF libraries keep memory."""


class ExtractFunction(Protocol):
    """What a worker calls for each file. It must be importable by name (it is sent to another process)."""

    def __call__(self, path: Path, name: str, config: Config) -> list[Record]:
        """Give the records of a file."""


class FileReport(BaseModel):
    """What became of one file."""

    model_config = ConfigDict(frozen=True)

    file: str
    """Path relative to the folder, with ``/``."""
    status: str
    """``ok``, an error's status (``needs_ocr``, ``encrypted``, …), ``skipped``, ``internal_error``, ``crashed`` or
    ``timeout``."""
    records: int = 0
    message: str | None = None
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    traceback: str | None = None
    """Only for ``internal_error``."""

    @property
    def failed(self) -> bool:
        """Whether the file should have given a record and did not."""
        return self.status not in (OK, SKIPPED)


class RunSummary(BaseModel):
    """What became of a folder; ``summary.json`` holds it."""

    model_config = ConfigDict(frozen=True)

    version: str
    folder: str
    files: int
    records: int
    statuses: dict[str, int]
    seconds: float
    outputs: tuple[str, ...]
    reports: tuple[FileReport, ...]

    @property
    def failed(self) -> tuple[FileReport, ...]:
        """The files that gave no record though they should have."""
        return tuple(report for report in self.reports if report.failed)

    @property
    def exit_code(self) -> ExitCode:
        """``OK`` or ``SOME_FAILED``."""
        return ExitCode.SOME_FAILED if self.failed else ExitCode.OK


def run_folder(
    folder: str | Path,
    out: str | Path,
    config: Config | None = None,
    *,
    jobs: int = 1,
    timeout: float | None = None,
    exports: Sequence[str] = ("workbook",),
    on_file: Callable[[FileReport, int, int], None] | None = None,
    extract: ExtractFunction | None = None,
) -> RunSummary:
    """Extract all files of a folder and its sub-folders.

    Writes ``records.jsonl`` (one record a line, in the order of the files' paths), the exports, and
    ``summary.json``. Each of them takes its name only when it is whole; when the run is stopped (Ctrl-C, full
    disk), files of an earlier run stay as they were.

    Args:
        folder: hidden files, lock files of office programs and the output folder itself are passed over.
        out: made where it does not exist.
        config: settings; the defaults where ``None``.
        jobs: worker processes; 0 works in this process (for debugging: a crash then ends the run). Scripts that
            call this with workers need the usual ``if __name__ == "__main__":`` guard.
        timeout: seconds for one file before its worker is stopped.
        exports: names from :data:`vnadmin_extract.exports.EXPORTS` beside JSON Lines, which is always written.
        on_file: called with each report, the number of files done and of all files.
        extract: for tests and special pipelines, instead of :class:`~vnadmin_extract.Extractor`.

    Raises:
        InputError: the folder does not exist or cannot be listed, or holds no file.
        KeyError: there is no such export.
        OSError: the output cannot be written.
    """
    started = time.monotonic()
    folder, out, config = Path(folder), Path(out), config or Config()
    modules = [get_export(name) for name in exports if name != "jsonl"]
    tasks = find_files(folder, out)
    if not tasks:
        raise InputError("the folder holds no files", file=str(folder), remedy="Check the path")
    out.mkdir(parents=True, exist_ok=True)
    reports: list[FileReport] = []
    with ExitStack() as files:
        lines = files.enter_context(replacing(out / RECORDS_FILE))
        for outcome in _in_order(tasks, config, jobs, timeout, extract or extract_file):
            lines.writelines(line + b"\n" for line in outcome.lines)
            reports.append(outcome.report)
            if on_file is not None:
                on_file(outcome.report, len(reports), len(tasks))
        lines.flush()
        options = ExportOptions(files_root=folder, target_folder=out)
        for module in modules:
            target = files.enter_context(replacing(out / module.FILE_NAME))
            module.write(jsonl.read_records(Path(lines.name)), target, options)
        summary = RunSummary(
            version=__version__,
            folder=str(folder),
            files=len(tasks),
            records=sum(report.records for report in reports),
            statuses=dict(sorted(Counter(report.status for report in reports).items())),
            seconds=round(time.monotonic() - started, 3),
            outputs=(RECORDS_FILE, *(module.FILE_NAME for module in modules), SUMMARY_FILE),
            reports=tuple(reports),
        )
        handle: BinaryIO = files.enter_context(replacing(out / SUMMARY_FILE))
        handle.write(summary.model_dump_json(indent=2).encode() + b"\n")
    return summary


@dataclass(frozen=True, slots=True)
class Task:
    """A file to work on, or the report of one that is passed over."""

    path: Path
    name: str
    report: FileReport | None = None


def find_files(folder: Path, out: Path | None = None) -> list[Task]:
    """The files of a folder and its sub-folders, sorted by relative path.

    Files that are data or notes by their suffix (``.json``, ``.md``, …) are in the list as ``skipped``.

    Raises:
        InputError: the folder does not exist or cannot be listed.
    """
    if not folder.is_dir():
        reason = "this is a file, not a folder" if folder.exists() else "there is no such folder"
        remedy = "Use the extract command for single files" if folder.exists() else "Check the path"
        raise InputError(reason, file=str(folder), remedy=remedy)
    own_output = out.resolve() if out is not None else None
    if own_output == folder.resolve():
        raise InputError(
            "the output folder is the folder of the documents",
            file=str(folder),
            remedy="Give another output folder, so that results and documents stay apart",
        )
    tasks: list[Task] = []

    def unreadable(error: OSError) -> None:
        path = Path(error.filename)
        if path == folder:
            raise InputError(
                f"the folder cannot be listed ({error.strerror})",
                file=str(folder),
                remedy="Check the permissions",
            ) from error
        name = _relative(path, folder) + "/"
        message = f"the folder cannot be listed ({error.strerror})"
        tasks.append(Task(path, name, FileReport(file=name, status=InputError.status, message=message)))

    for root, folders, names in os.walk(folder, onerror=unreadable):
        base = Path(root)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and (own_output is None or (base / name).resolve() != own_output)
        ]
        for file_name in names:
            if file_name.startswith((".", "~$")) or file_name.lower() in _SYSTEM_FILES:
                continue
            path = base / file_name
            name = _relative(path, folder)
            report = None
            if path.exists() and not path.is_file():  # a pipe or device would be waited for without end
                report = FileReport(file=name, status=SKIPPED, message="not a regular file")
            elif path.suffix.lower() in _SKIPPED_SUFFIXES:
                message = f"not a document by its name ({path.suffix})"
                report = FileReport(file=name, status=SKIPPED, message=message)
            tasks.append(Task(path, name, report))
    return sorted(tasks, key=lambda task: task.name)


def _relative(path: Path, folder: Path) -> str:
    # A file name that is no valid UTF-8 must not make the whole output unwritable.
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")


@lru_cache(maxsize=1)
def _extractor(config: Config) -> Any:
    from vnadmin_extract.extractor import Extractor

    return Extractor(config)


def extract_file(path: Path, name: str, config: Config) -> list[Record]:
    """The records of a file, by an extractor that is made once in each process."""
    return cast("list[Record]", _extractor(config).extract_all(path, name=name))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A file's report and its records, as JSON."""

    report: FileReport
    lines: list[bytes] = field(default_factory=list)


def _work(path: Path, name: str, config: Config, extract: ExtractFunction) -> _Outcome:
    """Extract one file; every exception becomes a status."""
    started = time.monotonic()

    def report(status: str, **values: Any) -> FileReport:
        return FileReport(file=name, status=status, seconds=round(time.monotonic() - started, 3), **values)

    try:
        records = extract(path, name, config)
        lines = [record.model_dump_json().encode() for record in records]
    except VnadminError as error:
        return _Outcome(report(error.status, message=str(error)))
    except Exception as error:  # an error of the library must not stop the other files
        message = f"{name}: {type(error).__name__}: {error}"
        return _Outcome(report(INTERNAL_ERROR, message=message, traceback=traceback.format_exc()))
    warnings = tuple(dict.fromkeys(warning for record in records for warning in record.source.warnings))
    return _Outcome(report(OK, records=len(records), warnings=warnings), lines)


def _in_order(
    tasks: Sequence[Task], config: Config, jobs: int, timeout: float | None, extract: ExtractFunction
) -> Iterator[_Outcome]:
    """The outcomes in the order of the tasks; those that are ready early wait."""
    to_do = [(index, task) for index, task in enumerate(tasks) if task.report is None]
    if jobs <= 0:
        for task in tasks:
            yield _Outcome(task.report) if task.report else _work(task.path, task.name, config, extract)
        return
    early = {index: _Outcome(task.report) for index, task in enumerate(tasks) if task.report is not None}
    results = _by_workers(to_do, config, min(jobs, len(to_do)), timeout, extract)
    for index in range(len(tasks)):
        while index not in early:
            done, outcome = next(results)
            early[done] = outcome
        yield early.pop(index)


def _by_workers(
    tasks: Sequence[tuple[int, Task]],
    config: Config,
    jobs: int,
    timeout: float | None,
    extract: ExtractFunction,
) -> Iterator[tuple[int, _Outcome]]:
    """Outcomes as workers finish. A worker that dies or hangs is replaced; only its file is lost."""
    waiting = deque(tasks)
    workers: list[_Worker] = []
    try:
        while waiting or any(worker.busy for worker in workers):
            workers = [worker for worker in workers if worker.usable]
            while waiting and len(workers) < jobs:
                workers.append(_Worker(config, extract))
            for worker in workers:
                if waiting and not worker.busy:
                    worker.start(*waiting.popleft())
            busy = [worker for worker in workers if worker.busy]
            patience = (
                None
                if timeout is None
                else max(0.0, min(w.started for w in busy) + timeout - time.monotonic())
            )
            ready = wait([worker.connection for worker in busy], patience)
            for worker in busy:
                if worker.connection in ready:
                    yield worker.finish()
                elif timeout is not None and time.monotonic() - worker.started >= timeout:
                    yield worker.give_up(timeout)
    finally:
        for worker in workers:
            worker.stop()


class _Worker:
    """A process that extracts one file after another, and the parent's end of the pipe to it."""

    def __init__(self, config: Config, extract: ExtractFunction) -> None:
        context = get_context("spawn")  # fork would copy locks and threads of the caller
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, config, extract), daemon=True)
        self._process.start()
        theirs.close()  # so that the pipe ends when the worker does
        self._task: tuple[int, Task] | None = None
        self._count = 0
        self.started = 0.0

    @property
    def busy(self) -> bool:
        return self._task is not None

    @property
    def usable(self) -> bool:
        """Whether it may get another file; a worker that has done its share is stopped."""
        if self.busy or (self._count < _FILES_PER_WORKER and self._process.is_alive()):
            return True
        self.stop()
        return False

    def start(self, index: int, task: Task) -> None:
        self._task = (index, task)
        self._count += 1
        self.started = time.monotonic()
        with suppress(BrokenPipeError):  # it died while idle: finish() reports it
            self.connection.send((task.path, task.name))

    def finish(self) -> tuple[int, _Outcome]:
        """The outcome that is ready, or the news that the worker is dead."""
        index, task = self._end()
        try:
            return index, cast(_Outcome, self.connection.recv())
        except (EOFError, OSError):
            self._process.join(10)
            return index, self._failure(
                task, CRASHED, f"the worker process died ({_reason(self._process.exitcode)})"
            )

    def give_up(self, timeout: float) -> tuple[int, _Outcome]:
        """Stop the worker because its file takes too long."""
        index, task = self._end()
        self.stop()
        return index, self._failure(task, TIMEOUT, f"took longer than {timeout:g} seconds")

    def _end(self) -> tuple[int, Task]:
        assert self._task is not None
        ended, self._task = self._task, None
        return ended

    def _failure(self, task: Task, status: str, what: str) -> _Outcome:
        seconds = round(time.monotonic() - self.started, 3)
        return _Outcome(
            FileReport(file=task.name, status=status, message=f"{task.name}: {what}.", seconds=seconds)
        )

    def stop(self) -> None:
        self.connection.close()
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _reason(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        with suppress(ValueError):
            name = signal.Signals(-exit_code).name
            return f"{name}, often for want of memory" if name == "SIGKILL" else name
    return f"exit code {exit_code}"


def _serve(connection: Connection[Any, Any], config: Config, extract: ExtractFunction) -> None:
    """The worker's loop: a path and a name in, an outcome out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which stops the workers
    with suppress(EOFError, BrokenPipeError):
        while True:
            path, name = connection.recv()
            connection.send(_work(path, name, config, extract))
