"""One program at a time: a lock of the operating system on a file or folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vnadmin_extract.errors import VnadminError


@contextmanager
def locked(path: Path, flags: int, taken: VnadminError) -> Iterator[None]:
    """Hold an exclusive lock, which ends with the process, too. Where nothing can be locked there is none.

    Args:
        path: file or folder.
        flags: how it is opened (``os.O_RDONLY`` for a folder).
        taken: what is raised where another process holds it.
    """
    handle: int | None = None
    with suppress(ImportError, OSError):
        import fcntl

        handle = os.open(path, flags, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise taken from None
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)
