"""ZIP archives that say nothing of the clock: the same content gives the same bytes."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP archive can say."""


class StillArchive(zipfile.ZipFile):
    """A new ZIP archive whose entries all have the same time and permissions."""

    def __init__(self, target: BinaryIO, compression: int = zipfile.ZIP_DEFLATED) -> None:
        super().__init__(target, "w", compression)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """Add an entry."""
        super().writestr(self._entry(str(zinfo_or_arcname)), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add a file as an entry."""
        with Path(filename).open("rb") as source:
            self.copy(source, str(arcname or Path(filename).name))

    def copy(self, source: IO[bytes], name: str) -> None:
        """Add what an open file holds, from its beginning, as an entry."""
        entry = self._entry(name)
        source.seek(0, os.SEEK_END)
        entry.file_size = source.tell()  # so that large entries get their large headers
        source.seek(0)
        with self.open(entry, "w") as target:
            shutil.copyfileobj(source, target, 1 << 20)

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, FIRST_DAY)
        entry.compress_type = self.compression
        entry.create_system = 3  # the same on every system
        entry.external_attr = 0o644 << 16
        return entry
