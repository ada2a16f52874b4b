"""The structured log of a run: one JSON object a line, for programs that watch over it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO


class Log:
    """Lines are appended and written at once. Without a path nothing is kept.

    Each line has ``time`` (UTC, ISO 8601) and ``event``: ``started``, ``listed``, ``file``, ``stored``,
    ``exported``, ``stopped`` or ``finished``.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        """Open the file. Raises ``OSError`` where it cannot be written."""
        self._file: TextIO | None = None
        if path is not None:
            path = Path(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, event: str, **values: Any) -> None:
        """Add a line; values that are ``None`` or empty are left out."""
        if self._file is None:
            return
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event}
        line.update((key, value) for key, value in values.items() if value not in (None, "", (), [], {}))
        self._file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
