"""From records to files that people and other programs use.

An export is a module with what :class:`Export` describes, registered in :data:`EXPORTS` under its name. Modules
are imported when first used, so that ``import vnadmin_extract`` stays fast. To add one: write the module, and
add its line below; ``vnadmin-extract run --export NAME`` then knows it.

What a row of a table holds is said once for all exports, in :mod:`vnadmin_extract.exports.tables`; headings and
the words for enumerated values are in ``knowledge/labels_*.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from vnadmin_extract.exports.labels import Language
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


class Export(Protocol):
    """What an export module looks like."""

    FILE_NAME: str
    """Name of the file that a folder run writes."""

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
}
"""Name → module."""


def get_export(name: str) -> Export:
    """The export with this name. Raises ``KeyError`` where there is none."""
    return cast(Export, import_module(EXPORTS[name]))
