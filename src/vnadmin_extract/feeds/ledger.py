"""The ledger: what was sent where, so that only changes are sent, and an interrupted push goes on.

It is a SQLite file of one table (:class:`SentRow`), beside the catalogue. It holds ids and hashes, no texts of
documents and no secrets. Losing it costs time and nothing else: tasks are found again on the server by their ids.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Engine, String, create_engine, delete, event, inspect, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from vnadmin_extract.errors import DamagedFileError, InputError
from vnadmin_extract.locks import locked

FILE_NAME: Final = "feeds.sqlite"
VERSION: Final = 1
_FIRST_BYTES: Final = b"SQLite format 3\0"


class Base(DeclarativeBase):
    """Base of the table."""


class SentRow(Base):
    """A task that a server has."""

    __tablename__ = "sent"

    target: Mapped[str] = mapped_column(primary_key=True)
    """The place: kind of feed, address, project or calendar."""
    task_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Stable id (:attr:`vnadmin_extract.exports.tasks.Task.id`)."""
    remote_id: Mapped[str]
    """The server's name for it."""
    content: Mapped[str] = mapped_column(String(64))
    """Hash of what was sent; empty where the server did not take all of it."""
    etag: Mapped[str | None]
    """The server's version of it after sending, where it told."""
    sent: Mapped[datetime]
    """UTC."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the ledger knows of one task at one place."""

    remote_id: str
    content: str
    etag: str | None


class Ledger:
    """An open ledger; use it in a ``with`` block."""

    def __init__(self, engine: Engine | None) -> None:
        """Use :meth:`open`."""
        self._engine = engine

    @classmethod
    def open(cls, file: Path, *, create: bool = True) -> Self:
        """Open a ledger.

        Args:
            file: the SQLite file.
            create: make it where there is none; else a missing one counts as empty.

        Raises:
            DamagedFileError: the file is no SQLite database.
            InputError: it is another one's, of a newer version, or cannot be opened.
        """
        if not file.exists():
            if not create:
                return cls(None)
            file.parent.mkdir(parents=True, exist_ok=True)
        try:
            _check_first_bytes(file)
            engine = create_engine(URL.create("sqlite", database=str(file)))
            event.listen(engine, "connect", _prepare)
            try:
                _prepare_table(engine, file)
            except BaseException:
                engine.dispose()
                raise
        except OperationalError as error:
            raise InputError(
                f"the ledger cannot be opened ({error.orig})", file=str(file), remedy="Check the permissions"
            ) from error
        except DatabaseError as error:
            raise DamagedFileError(
                f"the ledger is damaged ({error.orig})",
                file=str(file),
                remedy="Delete it: what was sent is found again on the server",
            ) from error
        return cls(engine)

    def close(self) -> None:
        """Let the database go."""
        if self._engine is not None:
            self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def lines(self, target: str, ids: Sequence[str]) -> dict[str, Line]:
        """What is known of some tasks (a few hundred at most), by id."""
        if self._engine is None:
            return {}
        query = select(SentRow.task_id, SentRow.remote_id, SentRow.content, SentRow.etag)
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(SentRow.target == target, SentRow.task_id.in_(ids)))
            return {row.task_id: Line(row.remote_id, row.content, row.etag) for row in rows}

    def write(self, target: str, id: str, line: Line) -> None:
        """Note that the server has a task. It is on disk when this returns."""
        if self._engine is None:
            raise ValueError("this ledger was opened for reading")
        values = {
            "remote_id": line.remote_id,
            "content": line.content,
            "etag": line.etag,
            "sent": datetime.now(UTC).replace(tzinfo=None),
        }
        statement = insert(SentRow).values(target=target, task_id=id, **values)
        with self._engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(["target", "task_id"], set_=values))

    def forget(self, target: str, id: str) -> None:
        """Note that the server no longer has a task."""
        if self._engine is None:
            raise ValueError("this ledger was opened for reading")
        with self._engine.begin() as connection:
            connection.execute(delete(SentRow).where(SentRow.target == target, SentRow.task_id == id))


@contextmanager
def alone_with(file: Path) -> Iterator[None]:
    """Let no second push use the same ledger: both would create what neither finds yet.

    The lock is the operating system's, on a file beside the ledger (closing the ledger itself would undo SQLite's
    own locks), and ends with the process. Where files cannot be locked there is none.

    Raises:
        InputError: another push is at work.
    """
    taken = InputError(
        "another push is using this ledger",
        file=str(file),
        remedy="Wait for its end, or give another --ledger",
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    with locked(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT, taken):
        yield


def _check_first_bytes(file: Path) -> None:
    if not file.exists():
        return
    try:
        with file.open("rb") as handle:
            first = handle.read(len(_FIRST_BYTES))
    except OSError as error:
        raise InputError(
            f"the ledger cannot be opened ({error.strerror})", file=str(file), remedy="Check the path"
        ) from error
    if first and first != _FIRST_BYTES:
        raise DamagedFileError("this is no ledger", file=str(file), remedy="Give another --ledger")


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 60000")
    # What was sent must still be known after a power cut, or it would have to be looked for.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _prepare_table(engine: Engine, file: Path) -> None:
    with engine.connect() as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        tables = set(inspect(connection).get_table_names())
        if version > VERSION:
            raise InputError(
                "the ledger was written by a newer version of this program",
                file=str(file),
                remedy="Install the newer version, or give another --ledger",
            )
        if tables and SentRow.__tablename__ not in tables:
            raise InputError(
                "this database holds something else than a ledger",
                file=str(file),
                remedy="Give another --ledger",
            )
        if version == 0:
            Base.metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
            connection.commit()
