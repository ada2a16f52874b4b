"""CSV files: a ZIP archive with one for each table, or one table alone.

UTF-8, commas, CRLF and quotes as in RFC 4180; the first line holds the columns' keys. Several values in a cell are
joined with ``; ``. The archive's ``datapackage.json`` (Frictionless Data) says what each column means.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import date
from typing import IO, Any, BinaryIO, Final

from vnadmin_extract.exports import ExportOptions
from vnadmin_extract.exports.archive import StillArchive
from vnadmin_extract.exports.columns import description, type_name
from vnadmin_extract.exports.plain import clean, harmless
from vnadmin_extract.exports.tables import TABLES, Table, TableName, Value
from vnadmin_extract.record import Record

FILE_NAME = "tables-csv.zip"
SEPARATOR: Final = "; "
"""Between several values of a cell."""
_BOM: Final = b"\xef\xbb\xbf"


def write(records: Iterable[Record], target: BinaryIO, options: ExportOptions) -> None:
    """Write the archive, or with ``options.table`` that table alone as a CSV file."""
    if options.table is not None:
        with _CsvTable(TABLES[options.table], target, options) as table:
            for record in records:
                table.add(record)
        return
    with ExitStack() as stack:
        # An archive takes one entry at a time, so the tables wait in files of their own.
        drafts = {name: stack.enter_context(tempfile.TemporaryFile()) for name in TABLES}
        with ExitStack() as open_tables:
            tables = [
                open_tables.enter_context(_CsvTable(TABLES[name], draft, options))
                for name, draft in drafts.items()
            ]
            for record in records:
                for table in tables:
                    table.add(record)
        with StillArchive(target) as archive:
            archive.writestr("datapackage.json", json.dumps(_package(), ensure_ascii=False, indent=2) + "\n")
            for name, draft in drafts.items():
                archive.copy(draft, f"{name}.csv")


class _CsvTable:
    """A CSV file that is being written."""

    def __init__(self, table: Table, target: IO[bytes], options: ExportOptions) -> None:
        self._table = table
        if options.bom:
            target.write(_BOM)
        self._text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=False)
        self._rows = csv.writer(self._text, lineterminator="\r\n")
        self._rows.writerow(column.key for column in table.columns)

    def __enter__(self) -> _CsvTable:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.flush()
        self._text.detach()  # the file below belongs to the caller

    def add(self, record: Record) -> None:
        for row in self._table.rows(record):
            self._rows.writerow(_cell(row[column.key]) for column in self._table.columns)


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    return harmless(clean(value if isinstance(value, str) else SEPARATOR.join(value)))


def _package() -> Mapping[str, Any]:
    return {
        "name": "vnadmin-extract-tables",
        "profile": "tabular-data-package",
        "resources": [_resource(name) for name in TABLES],
    }


def _resource(name: TableName) -> Mapping[str, Any]:
    fields = [
        {
            "name": column.key,
            "type": "string" if column.many else type_name(column),
            "description": description(name, column.key),
        }
        for column in TABLES[name].columns
    ]
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""]},
    }
