"""Ctrl-C and SIGTERM: a run ends at a point where nothing is half-done."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self


class Interrupted(KeyboardInterrupt):
    """The run was stopped by a signal; what was stored is whole, and the same call goes on from there."""

    def __init__(self, number: int) -> None:
        """Note the signal's number."""
        self.number = number
        super().__init__(f"stopped by {signal.Signals(number).name}")

    @property
    def exit_code(self) -> int:
        """What a shell reports for this signal: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + self.number


class Stopping:
    """While active, the first signal only sets a flag that :meth:`check` looks at; a second one stops at once."""

    def __init__(self, *, immediate: bool = False) -> None:
        """Make it; signals are taken over with ``with``, in the main thread only.

        Args:
            immediate: raise where the program stands, except inside :meth:`held`: for work in this process, which
                could take minutes until somebody looks at the flag.
        """
        self._immediate = immediate
        self._number: int | None = None
        self._held = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            numbers = [signal.SIGINT, signal.SIGTERM]
            closed = getattr(
                signal, "SIGHUP", None
            )  # the terminal was closed; under nohup that is to be ignored
            if closed is not None and signal.getsignal(closed) == signal.SIG_DFL:
                numbers.append(closed)
            for number in numbers:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def check(self) -> None:
        """Raise :class:`Interrupted` where a signal has come."""
        if self._number is not None:
            raise Interrupted(self._number)

    def sleep(self, seconds: float) -> None:
        """Wait, but not longer than until a signal comes."""
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(rest, 0.1))
        self.check()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nothing be raised inside: a transaction is finished, not torn."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def _handle(self, number: int, frame: FrameType | None) -> None:
        again = self._number is not None
        self._number = number
        if not self._held and (again or self._immediate):
            raise Interrupted(number)
