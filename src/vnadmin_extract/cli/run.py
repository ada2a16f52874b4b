"""The ``run`` command: many files, into a catalogue and exports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vnadmin_extract.cli.options import with_config
from vnadmin_extract.cli.output import say, show
from vnadmin_extract.config import Config
from vnadmin_extract.errors import ExitCode
from vnadmin_extract.exports import EXPORTS
from vnadmin_extract.exports.labels import Language

if TYPE_CHECKING:
    from vnadmin_extract.batch import RunOptions, RunSummary

_TABLE_ROWS = 40
_TABLE_FILES = 2000
"""Of more files no table is printed: it would have to sort all their deadlines in memory."""
_STOPPED = 128 + 2

_INPUTS = "What to read"
_LIMITS = "Workers and limits"


@with_config
def run(
    config: Config,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.", metavar="OUT")],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Folders with documents (sub-folders too), single files, or URLs that fsspec knows.",
            metavar="FOLDER…",
            show_default=False,
        ),
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(
            "--include",
            help='Only files that fit: "*.pdf", "2024/**/*.docx".',
            metavar="PATTERN",
            rich_help_panel=_INPUTS,
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", help="No files that fit.", metavar="PATTERN", rich_help_panel=_INPUTS),
    ] = None,
    files_from: Annotated[
        Path | None,
        typer.Option(
            "--files-from",
            help="Read names of files, folders or URLs from a file, one a line; - is standard input.",
            metavar="FILE",
            allow_dash=True,
            rich_help_panel=_INPUTS,
        ),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Go on, and read what comes in, until stopped.", rich_help_panel=_INPUTS
        ),
    ] = False,
    interval: Annotated[
        float,
        typer.Option(
            "--interval",
            help="Seconds between two looks at a watched folder.",
            min=0.05,
            rich_help_panel=_INPUTS,
        ),
    ] = 5.0,
    refresh: Annotated[
        bool,
        typer.Option(
            "--refresh",
            help="Read again what an older version, or other settings, have read.",
            rich_help_panel=_INPUTS,
        ),
    ] = False,
    retry: Annotated[
        bool,
        typer.Option(
            "--retry/--no-retry", help="Read again what failed in an earlier run.", rich_help_panel=_INPUTS
        ),
    ] = True,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=0,
            help="Files read at a time; 0: in this process, for debugging.",
            show_default="cores, at most 8",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option("--timeout", help="Seconds for one file; 0: no limit.", min=0, rich_help_panel=_LIMITS),
    ] = 3600,
    memory: Annotated[
        str | None,
        typer.Option(
            "--memory",
            help="Memory for one file with the programs it needs, as 1.5G or 800M.",
            show_default="no limit",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    engine: Annotated[
        Literal["local", "ray"],
        typer.Option("--engine", help="This machine, or a Ray cluster.", rich_help_panel=_LIMITS),
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            help="Address of the Ray cluster.",
            show_default="one on this machine",
            rich_help_panel=_LIMITS,
        ),
    ] = None,
    catalogue: Annotated[
        str | None,
        typer.Option(
            "--catalogue",
            help="SQLite file, or postgresql:// URL, that keeps what was read.",
            show_default="OUT/catalogue.sqlite",
        ),
    ] = None,
    export: Annotated[
        list[str] | None,
        typer.Option(
            "--export",
            "-e",
            help=f"What to write beside records.jsonl: {', '.join(EXPORTS)}.",
            show_default="workbook",
        ),
    ] = None,
    log: Annotated[
        Path | None, typer.Option("--log", help="File for a log, one JSON object a line.", metavar="FILE")
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of labels in views and tables.")] = "en",
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of unexpected errors.")] = False,
) -> None:
    """Extract every file of FOLDER into OUT: a catalogue, records.jsonl, an Excel workbook, summary.json.

    What an earlier run has read is not read again, whether it ended, was stopped or was killed: only new and changed
    files are, and those that failed. A file that fails is reported and does not stop the rest. Exit code 0: all files
    done; 1: some failed; 130 or 143: stopped by Ctrl-C or SIGTERM.
    """
    from vnadmin_extract.cli.app import guarded

    options = _options(
        jobs,
        timeout or None,
        memory,
        export,
        catalogue,
        refresh,
        retry,
        include,
        exclude,
        engine,
        address,
        log,
    )
    if watch:
        from dataclasses import replace

        options = replace(options, watch=interval)
    if not inputs and files_from is None:
        raise typer.BadParameter("give a folder, a file, a URL or --files-from", param_hint="FOLDER")
    if config.ocr_cache is None:
        # A page is recognised once: a second run over the same folder takes its words from here.
        config = config.model_copy(update={"ocr_cache": out / ".cache" / "ocr"})
    codes: list[ExitCode] = []

    def work() -> None:
        from vnadmin_extract import batch
        from vnadmin_extract.cli.progress import RunProgress

        lines = None
        if files_from is not None:
            lines = sys.stdin if files_from == Path("-") else files_from.open(encoding="utf-8")
        with RunProgress(debug=debug) as progress:
            summary = batch.run(inputs or [], out, config, options, lines=lines, listener=progress)
        codes.append(summary.exit_code)
        _tell(summary, out, lang)

    try:
        codes.append(guarded(" ".join(inputs or []) or str(files_from), work, debug))
    except KeyboardInterrupt as error:
        say(
            "stopped: what was read is kept, and the same command goes on from there; "
            f"the exports in {out} stay as they were"
        )
        raise typer.Exit(getattr(error, "exit_code", _STOPPED)) from None
    raise typer.Exit(max(codes))


def _options(
    jobs: int | None,
    timeout: float | None,
    memory: str | None,
    export: list[str] | None,
    catalogue: str | None,
    refresh: bool,
    retry: bool,
    include: list[str] | None,
    exclude: list[str] | None,
    engine: Literal["local", "ray"],
    address: str | None,
    log: Path | None,
) -> RunOptions:
    unknown = [name for name in export or () if name not in EXPORTS]
    if unknown:
        raise typer.BadParameter(
            f"no export {unknown[0]!r}; there are {', '.join(EXPORTS)}", param_hint="--export"
        )
    from vnadmin_extract.batch import RunOptions
    from vnadmin_extract.batch.guard import parse_size

    try:
        limit = None if memory is None else parse_size(memory)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--memory") from error
    return RunOptions(
        jobs=jobs,
        timeout=timeout,
        memory=limit,
        exports=tuple(export) if export else ("workbook",),
        catalogue=catalogue,
        refresh=refresh,
        retry=retry,
        include=tuple(include or ()),
        exclude=tuple(exclude or ()),
        engine=engine,
        address=address,
        log=log,
    )


def _tell(summary: RunSummary, out: Path, lang: Language) -> None:
    from vnadmin_extract.batch import RECORDS_FILE
    from vnadmin_extract.exports.jsonl import read_records
    from vnadmin_extract.exports.table import deadline_table

    counts = ", ".join(f"{count} {status}" for status, count in summary.statuses.items()) or "none fits"
    written = ", ".join(str(out / name) for name in summary.outputs)
    before = f", {summary.unchanged} of them earlier" if summary.unchanged else ""
    say(
        f"{summary.files} files{before} ({counts}), {summary.records} records in {summary.seconds:.1f} s. "
        f"Written: {written}"
    )
    if summary.files <= _TABLE_FILES:
        show(deadline_table(read_records(out / RECORDS_FILE), lang, limit=_TABLE_ROWS))
