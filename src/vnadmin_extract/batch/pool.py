"""Worker processes on this machine.

PDF libraries can crash on hostile files, take all memory or never come back, and pdfium must not run in threads: so
each file is read in a process, and a crash, a hang or a memory blow-up costs the one file that caused it.
"""

from __future__ import annotations

import faulthandler
import gc
import signal
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Final

import psutil

from vnadmin_extract.batch import guard
from vnadmin_extract.batch.executor import Closing
from vnadmin_extract.batch.report import CRASHED, MEMORY, TIMEOUT
from vnadmin_extract.batch.work import Job, Task, failure, read_file, warm_up
from vnadmin_extract.catalogue.types import FileOutcome

FILES_PER_WORKER: Final = 200
"""A worker is replaced after so many files: PDF libraries keep memory."""
GROWTH: Final = 600 << 20
"""A worker is replaced when it holds so many bytes more than before its first file."""
_START_TIMEOUT: Final = 300.0
_FAILED_STARTS: Final = 3
_LOOK_EVERY: Final = 0.5
"""Seconds between two looks at a worker's children."""
_MEASURE_EVERY: Final = 0.05
"""Seconds between two measurements of memory, where it is limited."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take."""

    timeout: float | None = None
    """Seconds."""
    memory: int | None = None
    """Bytes of a worker and the programs that it has started."""
    files_per_worker: int = FILES_PER_WORKER
    growth: int = GROWTH


class WorkerStartError(RuntimeError):
    """No worker process can be started."""


class LocalPool(Closing):
    """Worker processes on this machine; see :class:`~vnadmin_extract.batch.executor.Executor`."""

    def __init__(self, job: Job, jobs: int, limits: Limits | None = None) -> None:
        """Make a pool; processes start when there is work.

        Args:
            job: what is the same for all files.
            jobs: worker processes.
            limits: what one file may take.
        """
        self._job = job
        self._jobs = max(1, jobs)
        self._limits = limits or Limits()
        self._waiting: deque[Task] = deque()
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def room(self) -> int:
        """As many tasks as there are workers may wait."""
        busy = sum(worker.task is not None for worker in self._workers)
        return 2 * self._jobs - busy - len(self._waiting)

    def submit(self, task: Task) -> None:
        """Take a task."""
        self._waiting.append(task)

    def collect(self, patience: float) -> Sequence[FileOutcome]:
        """Outcomes as workers finish. A worker that dies or hangs is replaced; only its file is lost.

        Raises:
            WorkerStartError: processes cannot be started, time after time.
        """
        end = time.monotonic() + patience
        outcomes: list[FileOutcome] = []
        while not outcomes:
            self._assign()
            watched = [worker for worker in self._workers if worker.task is not None or not worker.ready]
            if not watched:
                break
            ready = set(wait([w.connection for w in watched], max(0.0, self._pause(watched, end))))
            for worker in watched:
                if worker.connection in ready:
                    if worker.ready:
                        outcomes.append(worker.finish())
                    else:
                        self._started(worker)
                elif worker.task is not None and (outcome := worker.check()) is not None:
                    outcomes.append(outcome)
                elif not worker.ready and time.monotonic() - worker.since > _START_TIMEOUT:
                    worker.stop()
                    self._failed("they do not come up")
            self._workers = [worker for worker in self._workers if worker.usable()]
            if time.monotonic() >= end:
                break
        self._assign()  # no worker waits while the caller stores what it has got
        return outcomes

    def close(self) -> None:
        """Kill the workers and what they have started."""
        for worker in self._workers:
            worker.stop()
        self._workers.clear()
        self._waiting.clear()

    def _assign(self) -> None:
        for worker in self._workers:
            if self._waiting and worker.idle:
                worker.start(self._waiting.popleft())
        coming = sum(not worker.ready for worker in self._workers)
        while len(self._waiting) > coming and len(self._workers) < self._jobs:
            self._workers.append(_Worker(self._job, self._limits))
            coming += 1

    def _pause(self, watched: Sequence[_Worker], end: float) -> float:
        now = time.monotonic()
        pause = end - now
        busy = [worker for worker in watched if worker.task is not None]
        if busy:
            pause = min(pause, _LOOK_EVERY if self._limits.memory is None else _MEASURE_EVERY)
            if self._limits.timeout is not None:
                pause = min(pause, min(w.since for w in busy) + self._limits.timeout - now)
        return pause

    def _started(self, worker: _Worker) -> None:
        if worker.greet():
            self._failed_starts = 0
        else:
            self._failed(worker.reason())

    def _failed(self, reason: str) -> None:
        self._failed_starts += 1
        if self._failed_starts >= _FAILED_STARTS:
            raise WorkerStartError(
                f"worker processes cannot be started ({reason}). "
                'A script that starts a run needs the usual `if __name__ == "__main__":` guard.'
            )


class _Worker:
    """A process that reads one file after another, and the parent's end of the pipe to it."""

    def __init__(self, job: Job, limits: Limits) -> None:
        context = get_context("spawn")  # fork would copy locks and threads of the caller
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, job, limits), daemon=True)
        self._process.start()
        theirs.close()  # so that the pipe ends when the worker does
        self._engine = job.engine
        self._limits = limits
        self._noted: set[psutil.Process] = set()
        self._count = 0
        self._first_size = 0
        self._size = 0
        self._peak = 0
        self._worn = False
        self.ready = False
        self.task: Task | None = None
        self.since = time.monotonic()
        """When its task, or its start, began."""
        self._looked = self.since

    @property
    def idle(self) -> bool:
        return self.ready and self.task is None and not self._worn

    def usable(self) -> bool:
        """Whether it may go on; a worker that has done its share, or holds too much memory, is stopped."""
        if self.task is not None:
            return True
        if not self._worn and self._process.is_alive():
            allowed = self._limits.growth
            if self._limits.memory is not None:
                # A file must not fail because of what earlier files have left behind.
                allowed = min(allowed, max(0, self._limits.memory - self._first_size) // 2)
            grown = self._size - self._first_size
            if self._count == 0 or (self._count < self._limits.files_per_worker and grown <= allowed):
                return True
        self.stop()
        return False

    def greet(self) -> bool:
        """Take the worker's first word; whether it has come up."""
        try:
            self._first_size = self._size = self.connection.recv()
        except (EOFError, OSError):
            self._process.join(10)
            self._worn = True
            return False
        self.ready = True
        return True

    def start(self, task: Task) -> None:
        self.task = task
        self._count += 1
        self._peak = 0
        self.since = self._looked = time.monotonic()
        with suppress(BrokenPipeError, ConnectionResetError):  # it died while idle: finish() reports it
            self.connection.send(task)

    def finish(self) -> FileOutcome:
        """The outcome that is ready, or the news that the worker is dead."""
        task = self._end()
        try:
            answer: tuple[FileOutcome, int] = self.connection.recv()
        except (EOFError, OSError):
            self._worn = True
            self._process.join(10)
            guard.kill(self._noted)
            return self._failure(task, CRASHED, f"the worker process died ({self.reason()})")
        outcome, self._size = answer
        self._noted.clear()
        self._worn = self._worn or outcome.status == MEMORY
        return replace(outcome, peak_memory=max(self._peak, self._size) or None)

    def check(self) -> FileOutcome | None:
        """Look at a worker at work; the outcome of its file where it has gone beyond a limit."""
        now = time.monotonic()
        if self._limits.timeout is not None and now - self.since >= self._limits.timeout:
            return self._give_up(TIMEOUT, f"took longer than {self._limits.timeout:g} seconds")
        measured = self._limits.memory is not None
        if now - self._looked < (_MEASURE_EVERY if measured else _LOOK_EVERY):
            return None
        self._looked = now
        children = guard.descendants(self._process.pid or 0)
        self._noted.update(children)
        if self._limits.memory is not None:
            self._peak = max(self._peak, guard.resident(self._process.pid or 0, children))
            if self._peak > self._limits.memory:
                return self._give_up(
                    MEMORY, f"took more memory than {self._limits.memory / (1 << 20):,.0f} MiB"
                )
        return None

    def stop(self) -> None:
        """End it at once. It holds nothing that could be lost."""
        self._worn = True
        if self._process.is_alive():
            guard.kill_tree(self._process.pid or 0, self._noted)
            self._process.join()
        self._noted.clear()
        self.connection.close()

    def reason(self) -> str:
        """What its exit code says."""
        exit_code = self._process.exitcode
        if exit_code is not None and exit_code < 0:
            with suppress(ValueError):
                name = signal.Signals(-exit_code).name
                return f"{name}, often for want of memory" if name == "SIGKILL" else name
        return f"exit code {exit_code}"

    def _give_up(self, status: str, what: str) -> FileOutcome:
        task = self._end()
        self.stop()
        return self._failure(task, status, what)

    def _end(self) -> Task:
        assert self.task is not None
        ended, self.task = self.task, None
        return ended

    def _failure(self, task: Task, status: str, what: str) -> FileOutcome:
        message = f"{task.name}: {what}."
        return failure(task, self._engine, status, message, self.since, peak_memory=self._peak or None)


def _serve(connection: Connection[Any, Any], job: Job, limits: Limits) -> None:
    """The worker's loop: when ready the bytes that it holds; then a task in, an outcome and the bytes out."""
    guard.settle_in(limits.memory)
    warm_up(job)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        connection.send(psutil.Process().memory_info().rss)
        while True:
            task = connection.recv()
            if limits.timeout is not None:
                # The parent keeps the time; this is for a worker that hangs when its parent is gone.
                faulthandler.dump_traceback_later(limits.timeout + 30, exit=True)
            outcome = read_file(task, job)
            if limits.timeout is not None:
                faulthandler.cancel_dump_traceback_later()
            if outcome.status == MEMORY:
                gc.collect()
            connection.send((outcome, psutil.Process().memory_info().rss))
