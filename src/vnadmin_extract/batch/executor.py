"""Where the work is done: one interface, and its simplest form."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from vnadmin_extract.batch.work import Job, Task, read_file
from vnadmin_extract.catalogue.types import FileOutcome


class Executor(Protocol):
    """Takes tasks and gives outcomes, in any order, exactly one for each task.

    What a run writes does not depend on the executor. To add one, implement this and give it to
    :func:`vnadmin_extract.batch.run` as ``executor``.
    """

    def room(self) -> int:
        """How many tasks may be submitted now; the rest stays with the caller, so that memory is bounded."""

    def submit(self, task: Task) -> None:
        """Take a task."""

    def collect(self, patience: float) -> Sequence[FileOutcome]:
        """The outcomes that are ready; waits at most ``patience`` seconds for the first one."""

    def close(self) -> None:
        """Stop all work at once, with every process that belongs to it."""

    def __enter__(self) -> Self:
        """For ``with``."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""


class Closing:
    """``with`` for executors."""

    def close(self) -> None:
        """See :meth:`Executor.close`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class InProcess(Closing):
    """Works in this process, one file at a time: for debugging. A crash ends the run; there are no limits."""

    def __init__(self, job: Job) -> None:
        """Take what is the same for all files."""
        self._job = job
        self._tasks: deque[Task] = deque()

    def room(self) -> int:
        """One task at a time."""
        return 1 - len(self._tasks)

    def submit(self, task: Task) -> None:
        """Take a task."""
        self._tasks.append(task)

    def collect(self, patience: float) -> Sequence[FileOutcome]:
        """Read the next file."""
        return [read_file(self._tasks.popleft(), self._job)] if self._tasks else []
