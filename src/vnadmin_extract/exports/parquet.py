"""Parquet files: a ZIP archive with one for each table, or one table alone. Needs ``vnadmin-extract[parquet]``.

Columns as in :data:`.tables.TABLES`, typed; several values in a cell are a list. Beside each single EDTF date ``X``
stands ``X_day``, a date, empty where the document is less exact than a day.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date
from typing import IO, Any, BinaryIO, Final

from vnadmin_extract.errors import MissingProgramError
from vnadmin_extract.exports import ExportOptions
from vnadmin_extract.exports.archive import StillArchive
from vnadmin_extract.exports.columns import DAY_SUFFIX, description, has_day
from vnadmin_extract.exports.labels import full_day
from vnadmin_extract.exports.plain import clean
from vnadmin_extract.exports.tables import TABLES, Column, Row, Table, TableName, Value
from vnadmin_extract.record import Record

FILE_NAME = "tables-parquet.zip"
_ROWS: Final = 5_000
"""Rows of a row group: as many as are held in memory."""


def write(records: Iterable[Record], target: BinaryIO, options: ExportOptions) -> None:
    """Write the archive, or with ``options.table`` that table alone as a Parquet file.

    Raises:
        MissingProgramError: pyarrow is not installed.
    """
    _pyarrow()
    with ExitStack() as stack:
        if options.table is not None:
            tables = [stack.enter_context(_ParquetTable(TABLES[options.table], target))]
            drafts: dict[TableName, IO[bytes]] = {}
        else:
            drafts = {name: stack.enter_context(tempfile.TemporaryFile()) for name in TABLES}
            tables = [_ParquetTable(TABLES[name], draft) for name, draft in drafts.items()]
        for record in records:
            for table in tables:
                table.add(record)
        if drafts:
            for table in tables:
                table.close()
            # Parquet files are compressed themselves, and others read single pages out of the middle.
            with StillArchive(target, zipfile.ZIP_STORED) as archive:
                for name, draft in drafts.items():
                    archive.copy(draft, f"{name}.parquet")


class _ParquetTable:
    """A Parquet file that is being written."""

    def __init__(self, table: Table, target: IO[bytes]) -> None:
        arrow, parquet = _pyarrow()
        self._arrow = arrow
        self._table = table
        fields = []
        for column in table.columns:
            text = {"description": description(table.name, column.key)}
            fields.append(arrow.field(column.key, _type(arrow, column), metadata=text))
            if has_day(column):
                day = {"description": f"{column.key} as a day; empty where it is less exact"}
                fields.append(arrow.field(column.key + DAY_SUFFIX, arrow.date32(), metadata=day))
        self._schema = arrow.schema(fields)
        self._writer = parquet.ParquetWriter(target, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def __enter__(self) -> _ParquetTable:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()

    def add(self, record: Record) -> None:
        self._rows.extend(_values(self._table, row) for row in self._table.rows(record))
        if len(self._rows) >= _ROWS:
            self._flush()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


def _values(table: Table, row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in table.columns:
        value = row[column.key]
        values[column.key] = _plain(value)
        if has_day(column):
            values[column.key + DAY_SUFFIX] = full_day(str(value)) if value is not None else None
    return values


def _plain(value: Value) -> str | int | float | bool | date | list[str] | None:
    if isinstance(value, tuple):
        return [clean(item) for item in value]
    return clean(value) if isinstance(value, str) else value


def _type(arrow: Any, column: Column) -> Any:
    kind = {
        "day": arrow.date32(),
        "number": arrow.int32(),
        "percent": arrow.float64(),
        "truth": arrow.bool_(),
    }.get(column.kind, arrow.string())
    return arrow.list_(kind) if column.many else kind


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingProgramError(
            "Parquet files need pyarrow, which is not installed",
            remedy="Run: pip install 'vnadmin-extract[parquet]'",
        ) from error
    return pyarrow, pyarrow.parquet
