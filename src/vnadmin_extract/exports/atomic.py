"""Files that are either the old one or the whole new one, whatever happens in between."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside ``path`` for writing; on success it takes the place of ``path``.

    The bytes are on the disk (fsync) before the name changes. On any exception, Ctrl-C included, the temporary
    file is removed and ``path`` stays as it was. The handle's ``name`` is the temporary path.

    Raises:
        OSError: the folder cannot be written to, or the disk is full.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename == str(temporary):
            error.filename = str(path)  # the name that people know
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
