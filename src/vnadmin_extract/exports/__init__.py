"""From records to files that people and other programs use.

An export is a module with what :class:`Export` describes, registered in :data:`EXPORTS` under its name. Modules
are imported when first used, so that ``import vnadmin_extract`` stays fast. To add one: write the module, and
add its line below; ``vnadmin-extract run --export NAME`` and ``vnadmin-extract export NAME`` then know it.

What a row of a table holds is said once for all exports, in :mod:`vnadmin_extract.exports.tables`; headings and
the words for enumerated values are in ``knowledge/labels_*.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from vnadmin_extract.exports.labels import Language
from vnadmin_extract.exports.tables import TableName
from vnadmin_extract.record import Record


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What an export may need to know beside the records."""

    files_root: Path | None = None
    """Folder that ``source.file`` is relative to; links to the files are made where it is known."""
    target_folder: Path | None = None
    """Folder in which the export will lie; links are relative to it, so that both can be moved together."""
    lang: Language = "vi"
    """Language of headings and of enumerated values."""
    table: TableName | None = None
    """The one table that exports of several tables are to write, as a file of its own; all where ``None``."""
    bom: bool = False
    """Begin CSV files with a byte order mark, without which Excel takes UTF-8 for something else."""
    known: frozenset[str] = frozenset()
    """Ids of tasks (:attr:`.tasks.Task.id`) that another program has already; they are left out."""
    organ_ids: Mapping[str, str] = field(default_factory=dict)
    """Name of a body, folded with :func:`vnadmin_extract.text.fold.match_key` → its identification code (mã định danh)."""
    warn: Callable[[str], None] = lambda _: None
    """Told, in one sentence, of what could not be written."""


class Export(Protocol):
    """What an export module looks like."""

    FILE_NAME: str
    """Name of the file that a folder run writes."""

    # A module that gives whole documents, whatever part of their tasks is asked for, has WHOLE_DOCUMENTS = True.

    def write(self, records: Iterable[Record], target: BinaryIO, options: ExportOptions) -> None:
        """Write the records.

        Args:
            records: read once, in order; may be a generator over more records than fit into memory.
            target: an empty file opened for writing; the caller closes it.
            options: links and language.
        """


EXPORTS: dict[str, str] = {
    "jsonl": "vnadmin_extract.exports.jsonl",
    "workbook": "vnadmin_extract.exports.workbook",
    "table": "vnadmin_extract.exports.table",
    "csv": "vnadmin_extract.exports.csv_tables",
    "parquet": "vnadmin_extract.exports.parquet",
    "ical": "vnadmin_extract.exports.ical",
    "edxml": "vnadmin_extract.exports.edxml",
    "gitlab": "vnadmin_extract.exports.gitlab",
    "jira": "vnadmin_extract.exports.jira",
}
"""Name → module."""


def get_export(name: str) -> Export:
    """The export with this name. Raises ``KeyError`` where there is none."""
    return cast(Export, import_module(EXPORTS[name]))


def gives_whole_documents(export: Export) -> bool:
    """Whether the export is of whole documents, even where only some of their tasks are asked for."""
    return bool(getattr(export, "WHOLE_DOCUMENTS", False))
