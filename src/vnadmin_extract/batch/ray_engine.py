"""Work on a Ray cluster: many machines, or one.

A Ray task hosts a worker process of the local kind, so that a crash, a hang or a memory blow-up has the same status
as on one machine and is never repeated by Ray, while a machine that goes away costs nothing: Ray gives its tasks to
another one. Files are sent along with the tasks; the machines need no common disk, only this package.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

from vnadmin_extract.batch.executor import Closing
from vnadmin_extract.batch.pool import Limits, LocalPool
from vnadmin_extract.batch.report import CRASHED, MEMORY
from vnadmin_extract.batch.work import Job, Task, failure
from vnadmin_extract.catalogue.types import FileOutcome
from vnadmin_extract.errors import InputError, MissingProgramError

_ANSWER_SECONDS: Final = 10
_RETRIES: Final = 3
"""How often a task goes to another machine because its own has gone away."""
_TASKS_PER_PROCESS: Final = 1000


def _must_answer(address: str | None) -> None:
    """Look whether anybody listens there: Ray itself waits for minutes.

    Raises:
        InputError: nobody does.
    """
    host, colon, port = (address or "").removeprefix("ray://").rpartition(":")
    if not colon or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_SECONDS).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise InputError(
            f"no Ray cluster there ({error})", file=address, remedy="Check --address and the network"
        ) from error


class RayPool(Closing):
    """A Ray cluster; see :class:`~vnadmin_extract.batch.executor.Executor`."""

    def __init__(
        self, job: Job, jobs: int | None = None, limits: Limits | None = None, address: str | None = None
    ) -> None:
        """Connect to a cluster, or start one on this machine.

        Args:
            job: what is the same for all files.
            jobs: files that are read at a time; all processors of the cluster where ``None``.
            limits: what one file may take.
            address: of the cluster's head (``"10.0.0.1:6379"``, ``"ray://…"``, ``"auto"``); a cluster on this
                machine, for this run only, where ``None``.

        Raises:
            MissingProgramError: Ray is not installed.
            InputError: there is no such cluster.
        """
        try:
            import ray
        except ImportError as error:
            raise MissingProgramError(
                "the engine ray needs Ray", remedy="pip install 'vnadmin-extract[ray]'"
            ) from error
        self._ray: Any = ray
        self._ours = not ray.is_initialized()
        if self._ours:
            _must_answer(address)
            os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
            os.environ.setdefault(
                "RAY_USAGE_STATS_ENABLED", "0"
            )  # nothing about the user's work leaves the house
            try:
                ray.init(
                    address=address,
                    num_cpus=None if address else (jobs or None),
                    log_to_driver=False,
                    include_dashboard=None if address else False,
                    logging_level=logging.ERROR,
                )
            except (ConnectionError, ValueError, RuntimeError) as error:
                raise InputError(
                    f"no Ray cluster there ({error})", file=address, remedy="Check --address"
                ) from error
        self._jobs = jobs or max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        self._shared = ray.put((job, limits or Limits()))
        self._engine = job.engine
        remote = ray.remote(num_cpus=1, max_retries=_RETRIES, max_calls=_TASKS_PER_PROCESS)
        self._call = remote(_read_there)
        self._running: dict[Any, tuple[Task, float]] = {}
        self._done: list[FileOutcome] = []

    def room(self) -> int:
        """As many tasks as run at a time may wait."""
        return 2 * self._jobs - len(self._running)

    def submit(self, task: Task) -> None:
        """Send a task with its file."""
        started = time.monotonic()
        try:
            data = task.path.read_bytes()
        except OSError as error:
            wrong = InputError(
                f"the file cannot be opened ({error.strerror or error})",
                file=task.name,
                remedy="Check the path and the permissions",
            )
            self._done.append(failure(task, self._engine, wrong.status, str(wrong), started))
            return
        if task.sha256 is not None and hashlib.sha256(data).hexdigest() != task.sha256:
            wrong = InputError("the file changed while it was being read", file=task.name, remedy="Run again")
            self._done.append(failure(task, self._engine, wrong.status, str(wrong), started, content=False))
            return
        self._running[self._call.remote(data, task, self._shared)] = (task, started)

    def collect(self, patience: float) -> Sequence[FileOutcome]:
        """The outcomes that are ready."""
        done, self._done = self._done, []
        if not self._running or done:
            return done
        ready, _ = self._ray.wait(list(self._running), num_returns=len(self._running), timeout=0)
        if not ready:
            ready, _ = self._ray.wait(list(self._running), num_returns=1, timeout=patience)
        for reference in ready:
            task, started = self._running.pop(reference)
            done.append(self._outcome(reference, task, started))
        return done

    def close(self) -> None:
        """Cancel what is running; a cluster that this run has started ends with it."""
        for reference in self._running:
            with suppress(Exception):
                self._ray.cancel(reference, force=True)
        self._running.clear()
        if self._ours:
            self._ray.shutdown()

    def _outcome(self, reference: Any, task: Task, started: float) -> FileOutcome:
        errors = self._ray.exceptions
        try:
            return cast(FileOutcome, self._ray.get(reference))
        except errors.OutOfMemoryError:
            message = f"{task.name}: its machine ran out of memory."
            return failure(task, self._engine, MEMORY, message, started)
        except (errors.WorkerCrashedError, errors.NodeDiedError, errors.ObjectLostError) as error:
            message = f"{task.name}: the machines that it was given to went away ({type(error).__name__})."
            return failure(task, self._engine, CRASHED, message, started)


def _read_there(data: bytes, task: Task, shared: tuple[Job, Limits]) -> FileOutcome:
    """Read one file; this runs on the cluster."""
    job, limits = shared
    pool = _pool(job, limits)
    with tempfile.TemporaryDirectory(prefix="vnadmin-") as folder:
        path = Path(folder) / f"document{Path(task.name).suffix[:10]}"
        path.write_bytes(data)
        pool.submit(replace(task, path=path, fetched=True))
        while True:
            for outcome in pool.collect(60):
                return outcome


@lru_cache(maxsize=1)
def _pool(job: Job, limits: Limits) -> LocalPool:
    """This process's worker, kept from task to task."""
    return LocalPool(job, 1, limits)
