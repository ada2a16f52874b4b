"""Processes under guard: what they and their children take, and their end, whoever dies first.

Tesseract and LibreOffice run in sessions of their own, so killing a worker's process group does not reach them:
their process ids are noted while the worker works, and they are killed one by one.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path

import psutil
import regex

_SIZE = regex.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[KMGT]?)(?:i?B)?", regex.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_OUT_OF_MEMORY_SCORE = 700
"""Where the machine runs out of memory, a worker shall be killed and not the run (0 is usual, 1000 first)."""


def parse_size(text: str) -> int:
    """Bytes of ``"1.5G"``, ``"800M"``, ``"2 GiB"``, ``"123456"``.

    Raises:
        ValueError: this is no size, or it is nothing.
    """
    match = _SIZE.fullmatch(text.strip())
    size = int(float(match["number"]) * _UNITS[match["unit"].upper()]) if match else 0
    if size <= 0:
        raise ValueError(f"no size: {text!r}; sizes look like 800M or 1.5G")
    return size


def descendants(pid: int) -> list[psutil.Process]:
    """The living children of a process, and theirs."""
    found: list[psutil.Process] = []
    waiting = [pid]
    while waiting:
        for child in _children(waiting.pop()):
            with suppress(psutil.Error):
                found.append(psutil.Process(child))
                waiting.append(child)
    return found


def _children(pid: int) -> list[int]:
    try:
        # Linux keeps the children of each thread: far cheaper than looking at all processes of the machine.
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except (OSError, ValueError):
        if sys.platform.startswith("linux") and Path("/proc/self/task").exists():
            return []
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def resident(pid: int, children: Iterable[psutil.Process] = ()) -> int:
    """Bytes of physical memory that a process and its children hold; 0 where it is gone."""
    total = 0
    with suppress(psutil.Error):
        total = psutil.Process(pid).memory_info().rss
    for child in children:
        with suppress(psutil.Error):
            total += child.memory_info().rss
    return total


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill processes; those that are gone, and others that have got their ids since, are left alone."""
    for process in processes:
        with suppress(psutil.Error):
            process.kill()


def kill_tree(pid: int, noted: Iterable[psutil.Process] = ()) -> None:
    """Kill a worker, all its children, and those noted earlier, which may have lost their parent."""
    kill([*descendants(pid), *noted])
    with suppress(psutil.Error):
        worker = psutil.Process(pid)
        late = descendants(pid)
        worker.kill()
        kill(late)


def settle_in(memory: int | None) -> None:
    """What a worker does first: it leaves the caller's session, takes its limits, and dies with its parent.

    Args:
        memory: bytes after which allocations fail. The limit itself is measured from outside; this one is a
            backstop, a gigabyte above it, for what grows faster than it can be measured.
    """
    if hasattr(os, "setsid"):
        with suppress(OSError):
            os.setsid()  # Ctrl-C in the terminal is for the parent, which ends its workers itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        os.dup2(2, 1)  # standard output is for the run's own data, not for what a library prints
    if memory is not None and sys.platform.startswith("linux"):
        import resource

        limit = memory + (1 << 30)
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(_OUT_OF_MEMORY_SCORE))
    threading.Thread(target=_die_with_parent, daemon=True, name="parent-watch").start()


def _die_with_parent() -> None:
    parent = parent_process()
    if parent is None:
        return
    wait([parent.sentinel])
    kill(descendants(os.getpid()))
    os._exit(1)
