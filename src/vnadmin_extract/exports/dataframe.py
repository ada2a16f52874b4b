"""Records as pandas tables. Unlike the other exports this one gives an object, not a file; it needs the extra
``vnadmin-extract[pandas]``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from vnadmin_extract.errors import MissingProgramError
from vnadmin_extract.exports.tables import TABLES, TableName

if TYPE_CHECKING:
    import pandas as pd

    from vnadmin_extract.record import Record


def record_dataframe(record: Record, table: TableName = "assignments") -> pd.DataFrame:
    """One of a record's lists as a table; see :func:`records_dataframe`."""
    return records_dataframe([record], table)


def records_dataframe(records: Iterable[Record], table: TableName = "assignments") -> pd.DataFrame:
    """A table over several records, one row for each item, columns as in :data:`~.tables.TABLES`.

    Several values in one cell (lead units, dates) are lists, ready for ``DataFrame.explode``. Dates are EDTF
    strings, because many are less exact than a day.

    Raises:
        MissingProgramError: pandas is not installed.
        ValueError: there is no such table.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingProgramError(
            "tables need pandas, which is not installed", remedy="Run: pip install 'vnadmin-extract[pandas]'"
        ) from error
    if table not in TABLES:
        raise ValueError(f"no table {table!r}; there are {', '.join(TABLES)}")
    definition = TABLES[table]
    rows: list[dict[str, Any]] = [
        {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}
        for record in records
        for row in definition.rows(record)
    ]
    return pd.DataFrame(rows, columns=[column.key for column in definition.columns])
