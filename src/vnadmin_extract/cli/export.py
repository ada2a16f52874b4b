"""The ``export`` command: what was read, as files for people and other programs."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import regex
import typer

from vnadmin_extract.cli.options import wanted
from vnadmin_extract.cli.output import PIPE_CLOSED, say
from vnadmin_extract.errors import InputError
from vnadmin_extract.exports import EXPORTS, ExportOptions, get_export, gives_whole_documents
from vnadmin_extract.exports.labels import Language
from vnadmin_extract.exports.tables import TABLES, TableName

if TYPE_CHECKING:
    from vnadmin_extract.catalogue.types import Filter
    from vnadmin_extract.record import Record

_TABLE_EXPORTS: Final = ("csv", "parquet")
_CATALOGUE: Final = "catalogue.sqlite"
_MARK: Final = regex.compile(r"\b(?:vnadmin:)?([0-9a-f]{16}(?:-[0-9]{1,4})?)\b")
_WHICH: Final = "Which documents and tasks"


def export(
    format: Annotated[
        str,
        typer.Argument(help=f"What to write: {', '.join(EXPORTS)}.", metavar="FORMAT", show_default=False),
    ],
    records: Annotated[
        Path | None,
        typer.Argument(
            help="Records, one JSON object a line, or a run's folder; - reads standard input.",
            metavar="RECORDS.jsonl",
            show_default=False,
            allow_dash=True,
        ),
    ] = None,
    catalogue: Annotated[
        str | None,
        typer.Option(
            "--catalogue",
            "-c",
            help="The catalogue: a SQLite file, the folder of a run's results, or a database URL.",
            metavar="PATH_OR_URL",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="File to write; - is standard output.",
            metavar="FILE",
            show_default="a name by the format, here",
            allow_dash=True,
        ),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(
            "--unit",
            "-u",
            help='Only what this unit leads or takes part in: "Phòng Nội vụ".',
            rich_help_panel=_WHICH,
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", "-k", help='Only documents of this kind: "KH", "Kế hoạch".', rich_help_panel=_WHICH
        ),
    ] = None,
    issued_from: Annotated[
        str | None,
        typer.Option(
            "--from", help="Documents issued on this day or later.", metavar="DATE", rich_help_panel=_WHICH
        ),
    ] = None,
    issued_to: Annotated[
        str | None,
        typer.Option(
            "--to", help="Documents issued on this day or before.", metavar="DATE", rich_help_panel=_WHICH
        ),
    ] = None,
    due_from: Annotated[
        str | None,
        typer.Option(
            "--due-from", help="Work due on this day or later.", metavar="DATE", rich_help_panel=_WHICH
        ),
    ] = None,
    due_to: Annotated[
        str | None,
        typer.Option(
            "--due-to", help="Work due on this day or before.", metavar="DATE", rich_help_panel=_WHICH
        ),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            help="Only files with this status, as ok (needs --catalogue).",
            rich_help_panel=_WHICH,
        ),
    ] = None,
    folder: Annotated[
        str | None,
        typer.Option("--folder", help="Only files below this folder.", rich_help_panel=_WHICH),
    ] = None,
    known: Annotated[
        Path | None,
        typer.Option(
            "--known",
            help="File with the ids of tasks to leave out: any text in which they stand, as a tracker's own export.",
            metavar="FILE",
            rich_help_panel=_WHICH,
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option("--table", help=f"csv, parquet: this table alone: {', '.join(TABLES)}."),
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="CSV: begin with a byte order mark, which Excel needs.")
    ] = False,
    organ_ids: Annotated[
        Path | None,
        typer.Option(
            "--organ-ids",
            help="edxml: CSV file with a name and its identification code (mã định danh) a line.",
            metavar="FILE",
        ),
    ] = None,
    files_root: Annotated[
        Path | None,
        typer.Option(
            "--files", help="workbook: folder that the documents lie in, for links to them.", metavar="FOLDER"
        ),
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of headings and labels.")] = "vi",
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of unexpected errors.")] = False,
) -> None:
    """Write what was read as FORMAT, from a catalogue or from records.

    Tasks, documents and deadlines have ids that stay the same, so that a calendar or a tracker is brought up to date by
    importing again. The file takes its name when it is whole.
    """
    from vnadmin_extract.cli.app import guarded

    if format not in EXPORTS:
        raise typer.BadParameter(f"no export {format!r}; there are {', '.join(EXPORTS)}", param_hint="FORMAT")
    if (records is None) == (catalogue is None):
        raise typer.BadParameter("give RECORDS.jsonl or --catalogue", param_hint="RECORDS.jsonl")
    if status is not None and catalogue is None:
        raise typer.BadParameter("only a catalogue knows the files' statuses", param_hint="--status")
    if table is not None and (table not in TABLES or format not in _TABLE_EXPORTS):
        raise typer.BadParameter(
            f"no table {table!r} in {format}; {' and '.join(_TABLE_EXPORTS)} have {', '.join(TABLES)}",
            param_hint="--table",
        )
    where = wanted(unit, kind, issued_from, issued_to, due_from, due_to, folder, status)
    name: TableName | None = next((name for name in TABLES if name == table), None)

    def work() -> None:
        target = out or Path(_file_name(format, name))
        options = ExportOptions(
            files_root=files_root,
            target_folder=target.parent if target != _STREAM else None,
            lang=lang,
            table=name,
            bom=bom,
            known=_known(known) if known else frozenset(),
            organ_ids=_organ_ids(organ_ids) if organ_ids else {},
            warn=lambda message: say(f"warning: {message}"),
        )
        found = from_catalogue(catalogue, where) if catalogue else from_file(records or _STREAM, where)
        _write(format, found, target, options, where)

    raise typer.Exit(guarded(str(records or catalogue), work, debug))


_STREAM: Final = Path("-")
_RECORDS: Final = "records.jsonl"


def _write(
    format: str, records: Iterable[Record], target: Path, options: ExportOptions, where: Filter
) -> None:
    from vnadmin_extract.exports.atomic import replacing
    from vnadmin_extract.exports.selection import narrowed

    module = get_export(format)
    count = 0

    def counted() -> Iterator[Record]:
        nonlocal count
        whole = gives_whole_documents(module)
        for record in records:
            count += 1
            yield record if whole else narrowed(record, where)

    if target == _STREAM:
        try:
            module.write(counted(), sys.stdout.buffer, options)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # Python flushes standard output once more when it ends; give it somewhere to flush to.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(PIPE_CLOSED) from None
        return
    with replacing(target) as handle:
        module.write(counted(), handle, options)
    say(f"{count} documents. Written: {target}")


def from_catalogue(address: str, where: Filter) -> Iterator[Record]:
    """The wanted records of a catalogue, with its stable ids. ``address`` as ``--catalogue`` takes it."""
    from vnadmin_extract.catalogue.store import Catalogue
    from vnadmin_extract.exports.carried import carrying

    place: str | Path = address
    if "://" not in address:
        place = Path(address) / _CATALOGUE if Path(address).is_dir() else Path(address)
    with Catalogue.open(place, create=False) as opened:
        yield from carrying(opened.entries(where))


def from_file(file: Path, where: Filter) -> Iterator[Record]:
    """The wanted records of a JSON Lines file, or of the one in a run's folder; ``-`` is standard input."""
    from vnadmin_extract.exports.selection import is_wanted

    if file.is_dir():
        file = file / _RECORDS
    return (record for record in _records(file) if is_wanted(record, where))


def _records(file: Path) -> Iterator[Record]:
    from pydantic import ValidationError

    from vnadmin_extract.record import Record

    with nullcontext(sys.stdin.buffer) if file == _STREAM else file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield Record.model_validate_json(line)
            except ValidationError as error:
                raise InputError(
                    f"line {number} is no record ({error.errors()[0]['msg']})",
                    file=str(file),
                    remedy="Give a records.jsonl as `vnadmin-extract run` writes it",
                ) from error


def _known(file: Path) -> frozenset[str]:
    """The ids of tasks that stand in a file of any kind of text."""
    found: set[str] = set()
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            found.update(_MARK.findall(line))
    return frozenset(found)


def _organ_ids(file: Path) -> dict[str, str]:
    from vnadmin_extract.text.fold import match_key

    found: dict[str, str] = {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.reader(lines):
            if len(row) >= 2 and row[0].strip() and _ORGAN_ID.fullmatch(row[1].strip()):
                found[match_key(row[0])] = row[1].strip()
    if not found:
        raise InputError(
            "no identification code is in this file",
            file=str(file),
            remedy="Write lines like: Sở Nội vụ tỉnh Lam Giang,H99.12",
        )
    return found


_ORGAN_ID: Final = regex.compile(r"(?=.{1,35}\Z)[0-9A-Z]++(?:\.[0-9A-Z]++)*+")
"""Decision 20/2020/QĐ-TTg: up to 35 characters, groups joined by points."""


def _file_name(format: str, table: TableName | None) -> str:
    if table is not None:
        return f"{table}.{format}"
    return get_export(format).FILE_NAME
