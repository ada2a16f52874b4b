"""How a run goes on, on standard error: a bar in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections import deque
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from vnadmin_extract.batch import FileReport

_LINE_SECONDS: Final = 10.0
_RATE_FILES: Final = 200
"""The rate is that of the last so many files, from the first one that is done: that one waits for the models to load."""


def duration(seconds: float) -> str:
    """``"45 s"``, ``"12 min"``, ``"3 h 05 min"``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


class RunProgress:
    """A :class:`~vnadmin_extract.batch.Listener` that shows progress."""

    def __init__(self, *, debug: bool = False, terminal: bool | None = None) -> None:
        """Make it.

        Args:
            debug: show the tracebacks of defects.
            terminal: whether to draw a bar; whether standard error is a terminal where ``None``.
        """
        self._debug = debug
        self._terminal = sys.stderr.isatty() if terminal is None else terminal
        self._console = Console(stderr=True)
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._moments: deque[float] = deque(maxlen=_RATE_FILES)
        self._last_line = time.monotonic()
        self._failed = 0
        self._done = 0
        self._shown = 0
        self._to_do = 0

    def __enter__(self) -> Self:
        if self._terminal:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[note]}"),
                console=self._console,
            )
            self._task = self._bar.add_task("Listing", total=None, note="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def phase(self, name: str) -> None:
        """Show what is going on."""
        if self._bar is not None:
            self._bar.update(self._task, description=name.capitalize())
        elif name == "exporting" and self._shown != self._done:
            self._line()

    def listed(self, files: int) -> None:
        """Show how far the listing is."""
        if self._bar is not None:
            self._bar.update(self._task, total=None, completed=files, note="")

    def planned(self, to_do: int, unchanged: int) -> None:
        """Show what there is to do."""
        self._to_do, self._done = to_do, 0
        self._moments.clear()
        if self._bar is not None:
            self._bar.update(self._task, total=to_do, completed=0)
        if unchanged and to_do:
            self._say(f"{unchanged} files are done already, {to_do} to do")

    def file(self, report: FileReport, done: int, to_do: int) -> None:
        """Show that a file is done, and what went wrong with it."""
        now = time.monotonic()
        self._done, self._to_do = done, to_do
        self._moments.append(now)
        if report.failed:
            self._failed += 1
            self._say(f"{report.status}: {report.message}")
            if self._debug and report.traceback:
                self._say(report.traceback)
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=to_do, note=self._note())
        elif now - self._last_line >= _LINE_SECONDS:
            self._line()

    def _note(self) -> str:
        span = self._moments[-1] - self._moments[0]
        parts = []
        if span > 0 and len(self._moments) > 1:
            rate = (len(self._moments) - 1) / span
            parts = [f"{rate:.1f}/s", f"{duration((self._to_do - self._done) / rate)} left"]
        if self._failed:
            parts.append(f"{self._failed} failed")
        return ", ".join(parts)

    def _line(self) -> None:
        self._last_line = time.monotonic()
        self._shown = self._done
        if self._done:
            note = self._note()
            self._say(f"{self._done} of {self._to_do} files" + (f", {note}" if note else ""))

    def _say(self, text: str) -> None:
        if self._bar is not None:
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(text, file=sys.stderr, flush=True)
