"""What the columns of the tables mean, from ``knowledge/export_columns.toml``.

``python -m vnadmin_extract.exports.columns`` prints ``schema/tables.md``.
"""

from __future__ import annotations

import sys
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from vnadmin_extract.exports.labels import labels
from vnadmin_extract.exports.tables import TABLES, Column, Kind, TableName

_TYPES: Final[dict[Kind, str]] = {
    "text": "string",
    "long": "string",
    "link": "string",
    "enum": "string",
    "id": "string",
    "edtf": "string",
    "day": "date",
    "number": "integer",
    "percent": "number",
    "truth": "boolean",
}
DAY_SUFFIX: Final = "_day"
"""Parquet only: what is added to the name of an EDTF column for the column of its full days."""


def description(table: TableName, column: str) -> str:
    """What a column of a table holds, one or two sentences."""
    known = _descriptions()
    return str(known.get(table, {}).get(column) or known["columns"][column])


def type_name(column: Column) -> str:
    """A column's type in words: string, date, integer, number or boolean, or a list of one of these."""
    name = _TYPES[column.kind]
    return f"list of {name}" if column.many else name


def has_day(column: Column) -> bool:
    """Whether Parquet files have a column with the full days of this one beside it."""
    return column.kind == "edtf" and not column.many


def tables_text() -> str:
    """All tables and columns as a Markdown document."""
    parts = [
        "# Tables of the exports",
        "",
        "The columns of the exports `csv`, `parquet`, `workbook` and of `Record.to_dataframe()`. A cell is empty where",
        "the document says nothing. Dates are EDTF (`2024-11-05`, `2024-03`, quarters `2024-33` to `2024-36`).",
        "",
        "- CSV: UTF-8, commas, one row a line as in RFC 4180; values of a list are joined with `; `; a text that a",
        "  spreadsheet program would run as a formula has an apostrophe before it.",
        f"- Parquet: for each single EDTF date `X` there is also `X{DAY_SUFFIX}`, a date, empty where it is no full day.",
    ]
    vietnamese = labels("vi")
    for name, table in TABLES.items():
        parts += [
            "",
            f"## {name} ({vietnamese.tables[name]})",
            "",
            "| column | heading | type | meaning |",
            "|---|---|---|---|",
        ]
        parts += [
            f"| `{c.key}` | {vietnamese.columns[c.key]} | {type_name(c)} | {description(name, c.key)} |"
            for c in table.columns
        ]
    return "\n".join(parts) + "\n"


@cache
def _descriptions() -> dict[str, Any]:
    text = (files("vnadmin_extract.knowledge") / "export_columns.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


if __name__ == "__main__":
    sys.stdout.write(tables_text())
