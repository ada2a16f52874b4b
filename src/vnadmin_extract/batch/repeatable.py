"""Office files without the clock: the same content gives the same bytes.

Writers of office files put the time of writing into the properties and into each entry of the ZIP archive.
"""

from __future__ import annotations

import shutil
import zipfile
from typing import IO, Final

import regex

SUFFIXES: Final = (".xlsx", ".docx", ".ods", ".odt")
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP archive can say."""
_PROPERTIES: Final = ("docProps/core.xml", "meta.xml")
_TIME: Final = regex.compile(rb"(?<=>)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?(?=<)")


def without_clock(source: IO[bytes], target: IO[bytes]) -> None:
    """Copy an office file, with all times of writing set to the first of January 1980.

    Args:
        source: the file, open for reading.
        target: an empty file, open for writing.
    """
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            copy = zipfile.ZipInfo(entry.filename, _FIRST_DAY)
            copy.compress_type = entry.compress_type
            copy.external_attr = entry.external_attr
            if entry.filename in _PROPERTIES:
                new.writestr(copy, _TIME.sub(b"1980-01-01T00:00:00Z", old.read(entry)))
                continue
            copy.file_size = entry.file_size  # so that large entries get their large headers
            with old.open(entry) as reading, new.open(copy, "w") as writing:
                shutil.copyfileobj(reading, writing, 1 << 20)
