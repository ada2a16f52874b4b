"""A run: list, leave out what is known, read the rest, store as it comes, write the exports at the end.

The state is in the catalogue, so a run can be stopped or killed at any time, and the next one goes on from there.
Memory does not grow with the number of files: the listing and what is to do lie on the disk, outcomes go into the
catalogue in small batches, and the exports stream out of it.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Literal, Protocol, Self, TypeVar, cast

from vnadmin_extract import __version__
from vnadmin_extract.batch.executor import Executor, InProcess
from vnadmin_extract.batch.inputs import FolderSource, Found, ListSource, Patterns, Source, is_url, sources
from vnadmin_extract.batch.log import Log
from vnadmin_extract.batch.outputs import Results, alone_in, write_outputs
from vnadmin_extract.batch.report import NO_FAILURE, FileReport, RunSummary
from vnadmin_extract.batch.spool import Spool
from vnadmin_extract.batch.stopping import Stopping
from vnadmin_extract.batch.work import ExtractFunction, Job, Task, extract_file
from vnadmin_extract.catalogue.types import DUPLICATE, OK, SKIPPED, FileOutcome, FileState
from vnadmin_extract.config import Config
from vnadmin_extract.errors import InputError, LimitExceededError, VnadminError
from vnadmin_extract.exports import get_export
from vnadmin_extract.exports.atomic import replacing

CATALOGUE_FILE: Final = "catalogue.sqlite"
RUN_FILE: Final = "run.json"
"""What the last run did: times and counts, which differ from run to run (``summary.json`` does not)."""

_ASK: Final = 256
"""File names that the catalogue is asked about at once."""
_STORE_COUNT: Final = 64
_STORE_SECONDS: Final = 1.0
_STORE_BYTES: Final = 16 << 20
"""Outcomes are stored when there are so many, when the first has waited so long, or when they are so large."""
_PATIENCE: Final = 0.25
"""Seconds after which somebody looks whether the run is to stop."""
_AHEAD: Final = 8
"""Files that are hashed, or fetched, before a worker is free for them."""
_REMEMBERED: Final = 4096
"""Hashes of contents read in this run that are remembered without asking the catalogue."""
_DEFERRED: Final = 1000

T = TypeVar("T")
U = TypeVar("U")


class Store(Results, Protocol):
    """What a run needs of a catalogue: :class:`vnadmin_extract.catalogue.store.Catalogue` has it."""

    def states(self, names: Sequence[str]) -> dict[str, FileState]:
        """What is known of file names."""

    def contents(self, digests: Sequence[str]) -> dict[str, FileState]:
        """What is known of contents, under any name."""

    def store(self, outcomes: Sequence[FileOutcome]) -> None:
        """Keep outcomes, in one transaction; ``duplicate`` is another name of content that is kept already."""

    def missing(self, present: Iterable[str], folder: str) -> None:
        """Mark those names of a folder that are not among the present ones as gone."""

    def begin_run(self, engine: str, sources: Sequence[str]) -> int:
        """Note that a run begins; gives its number."""

    def end_run(self, run: int, result: str, files: int) -> None:
        """Note how a run ended: ``done`` or ``stopped``."""


class Listener(Protocol):
    """Who wants to know how a run goes on. All calls come from the thread of the run."""

    def phase(self, name: Literal["listing", "reading", "exporting", "waiting"]) -> None:
        """A part of the run begins."""

    def listed(self, files: int) -> None:
        """So many files have been found up to now."""

    def planned(self, to_do: int, unchanged: int) -> None:
        """The listing is through."""

    def file(self, report: FileReport, done: int, to_do: int) -> None:
        """A file is done; ``done`` counts those of this run, ``to_do`` all that it has to do."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is to be done. None of it changes what a record says."""

    jobs: int | None = 1
    """Files read at a time; 0 works in this process. ``None``: all processors (of the cluster)."""
    timeout: float | None = None
    """Seconds for one file before its worker is killed."""
    memory: int | None = None
    """Bytes for one file, with the programs that reading it starts, before its worker is killed."""
    exports: tuple[str, ...] = ("workbook",)
    """Names from :data:`vnadmin_extract.exports.EXPORTS` beside JSON Lines, which is always written."""
    catalogue: str | Path | None = None
    """Path of the SQLite file, or a database URL; ``catalogue.sqlite`` in the output folder where ``None``."""
    refresh: bool = False
    """Read again what another version or other settings have read."""
    retry: bool = True
    """Read again what failed in an earlier run."""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """See :class:`~vnadmin_extract.batch.inputs.Patterns`."""
    engine: Literal["local", "ray"] = "local"
    address: str | None = None
    """Of the Ray cluster's head; one is started on this machine where ``None``."""
    watch: float | None = None
    """Do not end: look for new files each so many seconds."""
    log: str | Path | None = None
    """File that gets a JSON line for each event."""


def run_folder(
    folder: str | Path | Sequence[str | Path],
    out: str | Path,
    config: Config | None = None,
    *,
    jobs: int = 1,
    timeout: float | None = None,
    exports: Sequence[str] = ("workbook",),
    on_file: Callable[[FileReport, int, int], None] | None = None,
    extract: ExtractFunction | None = None,
    memory: int | None = None,
    catalogue: str | Path | None = None,
    refresh: bool = False,
    retry: bool = True,
) -> RunSummary:
    """Extract all files of a folder and its sub-folders; what an earlier run has done is not done again.

    Writes ``records.jsonl`` (one record a line, in the order of the files' names), the exports and
    ``summary.json`` from the catalogue, ``catalogue.sqlite``. Each of them takes its name only when it is whole. A
    run that is stopped (Ctrl-C, power cut, full disk) keeps what it has stored, and the same call goes on from
    there; files of an earlier run stay as they were until the end.

    Args:
        folder: or several, or single files, or URLs; hidden files, lock files of office programs and the output
            folder itself are passed over.
        out: made where it does not exist.
        config: settings; the defaults where ``None``.
        jobs: worker processes; 0 works in this process (for debugging: a crash then ends the run). Scripts that
            call this with workers need the usual ``if __name__ == "__main__":`` guard.
        timeout: seconds for one file before its worker is stopped.
        exports: names from :data:`vnadmin_extract.exports.EXPORTS` beside JSON Lines, which is always written.
        on_file: called with each report, the number of files done and of all files to do.
        extract: for tests and special pipelines, instead of :class:`~vnadmin_extract.Extractor`.
        memory: bytes that reading one file may take before its worker is stopped.
        catalogue: path or database URL, where it is not to lie in the output folder.
        refresh: read again what another version of the library or other settings have read.
        retry: read again what failed in an earlier run.

    Raises:
        InputError: the folder does not exist or cannot be listed, or holds no file.
        KeyError: there is no such export.
        OSError: the output cannot be written.
        Interrupted: Ctrl-C or SIGTERM came (a ``KeyboardInterrupt``).
    """
    options = RunOptions(
        jobs=jobs,
        timeout=timeout,
        memory=memory,
        exports=tuple(exports),
        catalogue=catalogue,
        refresh=refresh,
        retry=retry,
    )
    inputs = [folder] if isinstance(folder, str | Path) else list(folder)
    listener = _OnFile(on_file) if on_file is not None else None
    return run(inputs, out, config, options, listener=listener, extract=extract)


def run(
    inputs: Sequence[str | Path],
    out: str | Path,
    config: Config | None = None,
    options: RunOptions | None = None,
    *,
    lines: Iterable[str] | None = None,
    listener: Listener | None = None,
    extract: ExtractFunction | None = None,
    executor: Executor | None = None,
    store: Store | None = None,
) -> RunSummary:
    """Extract files as :func:`run_folder` does, with all options.

    Args:
        inputs: folders, files and URLs.
        out: folder for the results.
        config: settings of the extraction.
        options: how to run.
        lines: further inputs, one a line, read as they come.
        listener: is told how it goes.
        extract: instead of the extractor.
        executor: instead of the one that the options name; it is closed at the end.
        store: an open catalogue instead of the one that the options name; it stays open.

    Raises:
        InputError: there is nothing to read.
        KeyError: there is no such export.
        OSError: the output cannot be written.
        Interrupted: Ctrl-C or SIGTERM came (a ``KeyboardInterrupt``); the way in which ``watch`` ends.
    """
    out, config, options = Path(out), config or Config(), options or RunOptions()
    for name in options.exports:
        get_export(name)
    found = sources(inputs, out)
    if lines is not None:
        found.append(ListSource(lines, out))
    if not found:
        raise InputError("there is nothing to read", remedy="Give a folder or a file")
    with ExitStack() as stack:
        stopping = stack.enter_context(Stopping(immediate=executor is None and options.jobs == 0))
        log = stack.enter_context(Log(options.log))
        from vnadmin_extract.catalogue.engine import engine_version

        job = Job(config, extract or extract_file, engine_version(config))
        context = _Context(
            inputs=tuple(str(item) for item in inputs),
            out=out,
            options=options,
            job=job,
            sources=found,
            listener=listener or _Silent(),
            stopping=stopping,
            log=log,
            make_executor=(lambda: executor)
            if executor is not None
            else (lambda: make_executor(job, options)),
            store=store,
        )
        return stack.enter_context(_Run(context)).run()


def make_executor(job: Job, options: RunOptions) -> Executor:
    """The executor that the options name."""
    from vnadmin_extract.batch.pool import Limits, LocalPool

    limits = Limits(timeout=options.timeout, memory=options.memory)
    if options.engine == "ray":
        from vnadmin_extract.batch.ray_engine import RayPool

        return RayPool(job, options.jobs or None, limits, options.address)
    if options.jobs == 0:
        return InProcess(job)
    return LocalPool(job, options.jobs or processors(), limits)


def processors() -> int:
    """Processors that this process may use, at most 8."""
    import os

    affinity = getattr(os, "sched_getaffinity", None)
    count = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(count, 8)


@dataclass(frozen=True, slots=True)
class _Context:
    inputs: tuple[str, ...]
    out: Path
    options: RunOptions
    job: Job
    sources: Sequence[Source]
    listener: Listener
    stopping: Stopping
    log: Log
    make_executor: Callable[[], Executor]
    store: Store | None


@dataclass(slots=True)
class _Counts:
    """What one run did."""

    read: int = 0
    linked: int = 0
    unchanged: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    peak_memory: int = 0


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A file whose content lies on this machine, with its hash; or what went wrong on the way."""

    found: Found
    state: FileState | None
    path: Path
    sha256: str | None = None
    failed: VnadminError | None = None


class _Run:
    """One call of :func:`run`."""

    def __init__(self, context: _Context) -> None:
        self._c = context
        self._counts = _Counts()
        self._stack = ExitStack()
        self._executor: Executor | None = None
        self._store: Store = cast(
            Store, None
        )  # opened when the listing has shown that there is something to do
        self._folder = Path()
        self._begun = time.monotonic()
        self._started = datetime.now(UTC)
        # Of this cycle:
        self._done = 0
        self._to_do = 0
        self._number: int | None = None
        self._in_flight: dict[str, _Prepared] = {}
        self._deferred: dict[str, list[_Prepared]] = {}
        """Hash → files with the same content as one that is being read."""
        self._again: deque[_Prepared] = deque()
        self._recent: OrderedDict[str, None] = OrderedDict()
        # Not stored yet:
        self._outcomes: list[FileOutcome] = []
        self._bytes = 0
        self._waiting_since = 0.0
        # Of a watched folder:
        self._first = True
        self._unsettled: dict[str, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._c.stopping.held():
            self._stack.close()

    def run(self) -> RunSummary:
        c = self._c
        c.log.write(
            "started", version=__version__, engine=c.job.engine, inputs=c.inputs, options=_shown(c.options)
        )
        try:
            summary = self._cycle()
            while c.options.watch is not None:
                c.listener.phase("waiting")
                c.stopping.sleep(c.options.watch)
                try:
                    summary = self._cycle() or summary
                except VnadminError as error:  # a network drive that is away for a while
                    c.log.write("not_listed", message=str(error))
        except BaseException as error:
            self._keep_what_is_done(error)
            raise
        if summary is None:
            raise InputError("the folder holds no files", file=", ".join(c.inputs), remedy="Check the path")
        self._end_run("done")
        c.log.write("finished", seconds=summary.seconds, read=summary.read, statuses=summary.statuses)
        return summary

    def _cycle(self) -> RunSummary | None:
        """List, read, store, write; ``None`` where there is no file at all, or a watched folder has not changed."""
        c = self._c
        c.listener.phase("listing")
        listing = self._listing()
        first = next(listing, None)
        if first is None:
            return None
        if self._first:
            self._open()
        before = (self._counts.read, self._counts.linked)
        with ExitStack() as spools:
            todo: Spool[tuple[Found, FileState | None]] = spools.enter_context(Spool())
            present = {
                index: cast("Spool[str]", spools.enter_context(Spool())) for index in range(len(c.sources))
            }
            self._plan(_chain(first, listing), todo, present)
            c.listener.phase("reading")
            self._read(todo)
            self._flush()
            gone = self._mark_missing(present)
        changed = self._first or gone or before != (self._counts.read, self._counts.linked)
        self._first = False
        return self._finish() if changed else None

    def _open(self) -> None:
        c = self._c
        c.out.mkdir(parents=True, exist_ok=True)
        self._stack.enter_context(alone_in(c.out))
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="vnadmin-")))
        if c.store is not None:
            self._store = c.store
        else:
            from vnadmin_extract.catalogue.store import Catalogue

            place = c.options.catalogue or c.out / CATALOGUE_FILE
            self._store = self._stack.enter_context(Catalogue.open(place))
        self._number = self._store.begin_run(c.job.engine, c.inputs)

    # -----------------------------------------------------------------------------------------------------------
    # What is there, and what of it is to be read

    def _listing(self) -> Iterator[tuple[int, Found]]:
        patterns = Patterns(self._c.options.include, self._c.options.exclude)
        for index, source in enumerate(self._c.sources):
            for found in patterns.apply(source.files()):
                yield index, found

    def _plan(
        self,
        listing: Iterator[tuple[int, Found]],
        todo: Spool[tuple[Found, FileState | None]],
        present: dict[int, Spool[str]],
    ) -> None:
        c = self._c
        listed = unchanged = 0
        unsettled: dict[str, tuple[int, int]] = {}
        while batch := list(islice(listing, _ASK)):
            c.stopping.check()
            for index, found in batch:
                present[index].append(found.name)
            wanted = [found for _, found in batch if found.wanted]
            states = self._store.states([found.name for found in wanted]) if wanted else {}
            for found in wanted:
                state = states.get(found.name)
                if not self._is_due(found, state):
                    unchanged += 1
                elif self._is_settled(found, state, unsettled):
                    todo.append((found, state))
            listed += len(batch)
            c.listener.listed(listed)
        self._unsettled = unsettled
        self._counts.unchanged = unchanged
        self._done, self._to_do = 0, len(todo)
        if self._first or len(todo):
            c.log.write("listed", files=listed, to_do=len(todo), unchanged=unchanged)
        c.listener.planned(len(todo), unchanged)

    def _is_due(self, found: Found, state: FileState | None) -> bool:
        if state is None or not _same_file(found, state):
            return True
        if found.status is not None:
            return state.status != found.status
        if state.status == SKIPPED:
            return True
        if state.status in NO_FAILURE:
            return self._c.options.refresh and state.engine != self._c.job.engine
        return self._c.options.retry and self._first  # a watched folder's failures are not tried for ever

    def _is_settled(
        self, found: Found, state: FileState | None, unsettled: dict[str, tuple[int, int]]
    ) -> bool:
        """Whether a file in a watched folder is written to the end: it looks as it did the last time."""
        if self._c.options.watch is None or (state is not None and _same_file(found, state)):
            return True
        now = (found.size, found.modified_ns)
        if self._unsettled.get(found.name) == now:
            return True
        unsettled[found.name] = now
        return False

    def _mark_missing(self, present: dict[int, Spool[str]]) -> bool:
        """Let the catalogue know which files are gone; whether there are any.

        A folder that could not be listed to the end, or holds nothing at all (a drive that is not there), says
        nothing about its files.
        """
        before = sum(self._store.statuses().values())
        for index, source in enumerate(self._c.sources):
            if source.folder is not None and source.complete and len(present[index]):
                with self._c.stopping.held():
                    self._store.missing(present[index], source.folder.rstrip("/"))
        return before != sum(self._store.statuses().values())

    # -----------------------------------------------------------------------------------------------------------
    # Reading

    def _read(self, todo: Spool[tuple[Found, FileState | None]]) -> None:
        remote = any(not isinstance(source, FolderSource) for source in self._c.sources)
        prepared = _ahead(self._prepare, todo, workers=4 if remote else 1)
        try:
            exhausted = False
            while True:
                self._c.stopping.check()
                while (self._again or not exhausted) and self._room():
                    file = self._again.popleft() if self._again else next(prepared, None)
                    if file is None:
                        exhausted = True
                    else:
                        self._decide(file)
                if self._in_flight:
                    assert self._executor is not None
                    for outcome in self._executor.collect(_PATIENCE):
                        self._take(outcome)
                elif exhausted and not self._again:
                    break
                self._flush_when_due()
        finally:
            prepared.close()

    def _room(self) -> bool:
        if sum(map(len, self._deferred.values())) >= _DEFERRED:
            return False
        self._flush_when_due()
        return self._executor is None or self._executor.room() > 0

    def _prepare(self, item: tuple[Found, FileState | None]) -> _Prepared:
        """Hash a file, fetched before where it is remote. Runs in a thread."""
        found, state = item
        path = Path(found.place)
        if found.status is not None:
            return _Prepared(found, state, path)
        limit = self._c.job.config.max_bytes
        if not found.remote:
            if found.size > limit:  # the reader will refuse it
                return _Prepared(found, state, path)
            try:
                with path.open("rb") as handle:
                    return _Prepared(found, state, path, hashlib.file_digest(handle, "sha256").hexdigest())
            except OSError:  # the reader will say what is wrong
                return _Prepared(found, state, path)
        from vnadmin_extract.batch.remote import fetch

        path = self._folder / (hashlib.sha256(found.name.encode()).hexdigest()[:24] + ".part")
        try:
            if found.size > limit:
                raise LimitExceededError(
                    f"the file has {found.size:,} bytes, more than the limit of {limit:,}",
                    file=found.name,
                    remedy="Raise max_bytes in the settings if the file is really a document",
                )
            return _Prepared(found, state, path, fetch(found.place, path, limit))
        except VnadminError as error:
            path.unlink(missing_ok=True)
            return _Prepared(found, state, path, failed=error)

    def _decide(self, file: _Prepared) -> None:
        """Settle a file without reading it, let it wait for its twin, or submit it."""
        found, digest = file.found, file.sha256
        if found.status is not None:
            self._settle(_outcome(found, found.status, found.message))
        elif file.failed is not None:
            self._settle(_outcome(found, file.failed.status, str(file.failed), self._c.job.engine))
        elif digest is None:
            self._submit(file)
        elif digest in self._deferred:
            self._deferred[digest].append(file)
        elif self._is_known(digest):
            self._link(file, digest)
        else:
            self._deferred[digest] = []
            self._submit(file)

    def _is_known(self, digest: str) -> bool:
        if digest in self._recent:
            return True
        state = self._store.contents([digest]).get(digest)
        if state is None or state.status not in (OK, DUPLICATE):
            return False
        return not self._c.options.refresh or state.engine == self._c.job.engine

    def _submit(self, file: _Prepared) -> None:
        if self._executor is None:
            self._executor = self._stack.enter_context(self._c.make_executor())
        found = file.found
        if found.name in self._in_flight:  # named twice by a list
            self._to_do -= 1
            return
        self._in_flight[found.name] = file
        self._executor.submit(
            Task(found.name, file.path, found.size, found.modified_ns, file.sha256, fetched=found.remote)
        )

    def _take(self, outcome: FileOutcome) -> None:
        """An outcome has come in."""
        file = self._in_flight.pop(outcome.name)
        _drop_copy(file)
        self._settle(outcome)
        twins = self._deferred.pop(file.sha256, []) if file.sha256 is not None else []
        if outcome.status == OK and outcome.sha256 is not None:
            self._recent[outcome.sha256] = None
            if len(self._recent) > _REMEMBERED:
                self._recent.popitem(last=False)
            for twin in twins:
                self._link(twin, outcome.sha256)
        else:  # whatever failed here, each of them gets its own chance
            self._again.extend(twins)

    def _settle(self, outcome: FileOutcome) -> None:
        self._keep(outcome)
        self._counts.read += 1
        self._counts.peak_memory = max(self._counts.peak_memory, outcome.peak_memory or 0)
        report = FileReport(
            file=outcome.name,
            status=outcome.status,
            records=len(outcome.records),
            message=outcome.message,
            warnings=outcome.warnings,
            seconds=outcome.seconds,
            traceback=outcome.traceback,
        )
        self._tell(report, outcome.peak_memory)

    def _link(self, file: _Prepared, digest: str) -> None:
        found = file.found
        self._keep(FileOutcome(found.name, digest, found.size, found.modified_ns, status=DUPLICATE))
        _drop_copy(file)
        self._counts.linked += 1
        touched = file.state is not None and file.state.sha256 == digest
        self._tell(FileReport(file=found.name, status=OK if touched else DUPLICATE))

    def _tell(self, report: FileReport, peak_memory: int | None = None) -> None:
        self._done += 1
        self._counts.statuses[report.status] += 1
        self._c.log.write(
            "file",
            **report.model_dump(exclude={"traceback"}),
            traceback=report.traceback,
            peak_memory=peak_memory,
        )
        self._c.listener.file(report, self._done, self._to_do)

    # -----------------------------------------------------------------------------------------------------------
    # Storing and writing

    def _keep(self, outcome: FileOutcome) -> None:
        if not self._outcomes:
            self._waiting_since = time.monotonic()
        self._outcomes.append(outcome)
        self._bytes += sum(map(len, outcome.records))

    def _flush_when_due(self) -> None:
        count = len(self._outcomes)
        if count and (
            count >= _STORE_COUNT
            or self._bytes >= _STORE_BYTES
            or time.monotonic() - self._waiting_since >= _STORE_SECONDS
        ):
            self._flush()

    def _flush(self) -> None:
        if not self._outcomes:
            return
        with self._c.stopping.held():
            try:
                self._store.store(self._outcomes)
            except Exception as error:
                raise _not_stored(error) from error
            self._c.log.write("stored", files=len(self._outcomes))
            self._outcomes.clear()
            self._bytes = 0

    def _keep_what_is_done(self, error: BaseException) -> None:
        """The run ends early: stop the workers, and store what they have given."""
        with self._c.stopping.held():
            if self._executor is not None:
                with suppress(Exception):
                    self._executor.close()
            with suppress(Exception):  # where storing itself has failed, that is the error to tell
                self._flush()
                self._end_run("stopped")
            self._c.log.write("stopped", reason=str(error) or type(error).__name__, read=self._counts.read)
            with suppress(OSError):
                if self._c.out.is_dir():
                    self._write_run(type(error).__name__)

    def _end_run(self, result: str) -> None:
        if self._number is not None:
            self._store.end_run(self._number, result, self._counts.read)

    def _finish(self) -> RunSummary:
        c = self._c
        c.listener.phase("exporting")
        records, statuses, names = write_outputs(
            self._store,
            c.out,
            c.options.exports,
            inputs=c.inputs,
            files_root=_files_root(c.sources),
            check=c.stopping.check,
        )
        c.log.write("exported", outputs=names, records=records)
        self._write_run(None)
        summary = RunSummary(
            version=__version__,
            inputs=c.inputs,
            files=sum(statuses.values()),
            records=records,
            statuses=dict(statuses),
            outputs=names,
            seconds=round(time.monotonic() - self._begun, 3),
            read=self._counts.read,
            linked=self._counts.linked,
            unchanged=self._counts.unchanged,
        )
        summary._file = c.out / names[-1]
        return summary

    def _write_run(self, stopped: str | None) -> None:
        seconds = time.monotonic() - self._begun
        counts = self._counts
        values = {
            "version": __version__,
            "engine": self._c.job.engine,
            "inputs": list(self._c.inputs),
            "options": _shown(self._c.options),
            "started": self._started.isoformat(timespec="seconds"),
            "seconds": round(seconds, 3),
            "stopped": stopped,
            "read": counts.read,
            "linked": counts.linked,
            "unchanged": counts.unchanged,
            "statuses": dict(sorted(counts.statuses.items())),
            "files_per_second": round(counts.read / seconds, 3) if seconds else None,
            "peak_memory_of_workers": counts.peak_memory or None,
        }
        with replacing(self._c.out / RUN_FILE) as target:
            handle: BinaryIO = target
            handle.write(json.dumps(values, ensure_ascii=False, indent=2).encode() + b"\n")


def _not_stored(error: Exception) -> Exception:
    """What to say where the catalogue cannot be written: a full disk or a lost server is no defect of ours."""
    from sqlalchemy.exc import InterfaceError, OperationalError

    if not isinstance(error, OperationalError | InterfaceError):
        return error
    reason = " ".join(str(error.orig).split())[:200]
    return InputError(
        f"the catalogue cannot be written ({reason})",
        remedy="Set that right, and give the same command again: it goes on from there",
    )


def _same_file(found: Found, state: FileState) -> bool:
    return (found.size, found.modified_ns) == (state.size, state.modified_ns)


def _outcome(found: Found, status: str, message: str | None, engine: str = "") -> FileOutcome:
    """The outcome of a file that no worker has seen."""
    return FileOutcome(
        found.name, None, found.size, found.modified_ns, status=status, message=message, engine=engine
    )


def _drop_copy(file: _Prepared) -> None:
    if file.found.remote:
        file.path.unlink(missing_ok=True)


def _files_root(found: Sequence[Source]) -> Path | None:
    """The folder that all names are relative to, where there is one."""
    roots = {source.root for source in found}
    return roots.pop() if len(roots) == 1 else None


def _shown(options: RunOptions) -> dict[str, Any]:
    """Options as JSON; a password in the catalogue's URL is left out."""
    import dataclasses

    values = dataclasses.asdict(options)
    values["catalogue"] = _without_password(str(options.catalogue)) if options.catalogue else None
    values["log"] = str(options.log) if options.log else None
    return {key: value for key, value in values.items() if value not in (None, (), False)}


def _without_password(url: str) -> str:
    if not is_url(url):
        return url
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.password is None:
        return url
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")).geturl()


def _chain(first: T, rest: Iterator[T]) -> Iterator[T]:
    yield first
    yield from rest


def _ahead(function: Callable[[T], U], items: Iterable[T], workers: int) -> _Ahead[U]:
    return _Ahead(function, items, workers)


class _Ahead(Iterator[U]):
    """The results of a function over items, in their order, a few of them worked out ahead in threads."""

    def __init__(self, function: Callable[[Any], U], items: Iterable[Any], workers: int) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="ahead")
        self._function = function
        self._items = iter(items)
        self._futures: deque[Future[U]] = deque()

    def __next__(self) -> U:
        for item in islice(self._items, _AHEAD - len(self._futures)):
            self._futures.append(self._pool.submit(self._function, item))
        if not self._futures:
            raise StopIteration
        return self._futures.popleft().result()

    def close(self) -> None:
        """Give up what nobody has asked for yet."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class _Silent:
    """Nobody wants to know."""

    def phase(self, name: str) -> None:
        """See :class:`Listener`."""

    def listed(self, files: int) -> None:
        """See :class:`Listener`."""

    def planned(self, to_do: int, unchanged: int) -> None:
        """See :class:`Listener`."""

    def file(self, report: FileReport, done: int, to_do: int) -> None:
        """See :class:`Listener`."""


class _OnFile(_Silent):
    """Only reports are wanted."""

    def __init__(self, call: Callable[[FileReport, int, int], None]) -> None:
        self._call = call

    def file(self, report: FileReport, done: int, to_do: int) -> None:
        """Pass it on."""
        self._call(report, done, to_do)
