"""A list that lies on the disk instead of in memory: what a run has still to do, and which names it has seen."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar, cast

T = TypeVar("T")


class Spool(Generic[T]):
    """Items are appended, then read from the first on, as often as wanted. Gone with the process that made it."""

    def __init__(self) -> None:
        """Make an empty list in the system's folder for temporary files."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._count = 0

    def append(self, item: T) -> None:
        """Add an item that can be pickled."""
        pickle.dump(item, self._file, pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        self._file.flush()
        position = 0
        for _ in range(self._count):
            self._file.seek(position)
            item = cast(T, pickle.load(self._file))
            position = self._file.tell()
            yield item

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
