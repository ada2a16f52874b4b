"""The commands."""

from __future__ import annotations

import inspect
import json
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vnadmin_extract import __version__
from vnadmin_extract.cli import annotate, catalogue, push
from vnadmin_extract.cli.evaluate import compare, evaluate
from vnadmin_extract.cli.export import export
from vnadmin_extract.cli.options import with_config
from vnadmin_extract.cli.output import emit, say, show
from vnadmin_extract.cli.run import run
from vnadmin_extract.cli.train import train
from vnadmin_extract.config import Config
from vnadmin_extract.errors import ExitCode, VnadminError
from vnadmin_extract.exports.labels import Language

if TYPE_CHECKING:
    from vnadmin_extract.extractor import Extractor
    from vnadmin_extract.record import Record

app = typer.Typer(
    help="Structured records from Vietnamese administrative documents: who must do what, with whom, by when.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_STDIN = Path("-")

Lang = Annotated[Language, typer.Option("--lang", help="Language of labels in views and tables.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks of unexpected errors.")]


def _version(wanted: bool) -> None:
    if wanted:
        emit(f"vnadmin-extract {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass


@app.command()
@with_config
def extract(
    config: Config,
    files: Annotated[
        list[Path], typer.Argument(help="Files to read; - reads standard input.", metavar="FILE…")
    ],
    view: Annotated[bool, typer.Option("--view", help="Readable view instead of JSON.")] = False,
    lang: Lang = "en",
    debug: Debug = False,
) -> None:
    """Print the record of each FILE as JSON: one object for one file with one document, else a list."""
    from vnadmin_extract.extractor import Extractor

    extractor = Extractor(config)
    records: list[Record] = []
    codes: list[ExitCode] = []
    for file in files:
        codes.append(guarded(str(file), partial(_extract, extractor, file, records), debug))
    if view:
        from vnadmin_extract.cli.view import record_view

        show(*(record_view(record, lang) for record in records))
    elif len(files) == 1 and len(records) == 1:
        emit(records[0].model_dump_json(indent=2))
    elif records or len(files) > 1:
        emit(_json([record.model_dump(mode="json") for record in records]))
    raise typer.Exit(_overall(codes))


@app.command()
@with_config
def text(
    config: Config,
    file: Annotated[Path, typer.Argument(help="File to read; - reads standard input.", metavar="FILE")],
    as_json: Annotated[bool, typer.Option("--json", help="Pages, lines and words with their boxes.")] = False,
    debug: Debug = False,
) -> None:
    """Print the text of FILE as it was read, page by page."""
    from vnadmin_extract.cli.pages import document_json, pages_text
    from vnadmin_extract.readers import read

    def work() -> None:
        document = (
            read(sys.stdin.buffer.read(), config, name="<stdin>") if file == _STDIN else read(file, config)
        )
        for warning in document.warnings:
            say(f"warning: {document.name}: {warning}")
        emit(_json(document_json(document)) if as_json else pages_text(document))

    raise typer.Exit(guarded(str(file), work, debug))


app.command()(run)
app.command()(export)
app.command()(evaluate)
app.command()(compare)
app.command()(train)
app.add_typer(annotate.app, name="annotate")
catalogue.register(app)
app.add_typer(push.app, name="push")


@app.command()
def schema() -> None:
    """Print the JSON Schema of a record."""
    from vnadmin_extract.schema import schema_text

    emit(schema_text())


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say what is installed, what is missing, and the command that installs it."""
    from dataclasses import asdict

    from rich.table import Table
    from rich.text import Text

    from vnadmin_extract.doctor import run_checks

    checks = run_checks()
    if as_json:
        emit(_json([{**asdict(check), "ok": check.ok} for check in checks]))
    else:
        table = Table("", "what", "found", "needed for", "to install")
        for column in table.columns:
            column.overflow = "fold"
        for check in checks:
            mark = "ok" if check.ok else "MISSING" if check.required else "absent"
            style = "green" if check.ok else "red" if check.required else "yellow"
            remedy = "" if check.ok else check.remedy or ""
            table.add_row(
                Text(mark, style), Text(check.name), Text(check.found or "-"), check.needed_for, Text(remedy)
            )
        show(table)
    if any(check.required and not check.ok for check in checks):
        raise typer.Exit(ExitCode.MISSING_PROGRAM)


def _flowing(commands: typer.Typer) -> None:
    """Let the terminal break the lines of descriptions, not the source code."""
    for command in commands.registered_commands:
        text = command.help or inspect.getdoc(command.callback) or ""
        command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    for group in commands.registered_groups:
        if group.typer_instance is not None:
            _flowing(group.typer_instance)


_flowing(app)


def _extract(extractor: Extractor, file: Path, records: list[Record]) -> None:
    if file == _STDIN:
        records += extractor.extract_all(sys.stdin.buffer.read(), name="<stdin>")
    else:
        records += extractor.extract_all(file)


def guarded(file: str, work: Callable[[], None], debug: bool) -> ExitCode:
    """Do something with a file; an error becomes one line on standard error and an exit code."""
    try:
        work()
    except typer.Exit:  # the reader of our output went away
        raise
    except VnadminError as error:
        say(f"error: {error}")
        if debug:
            say(traceback.format_exc())
        return error.exit_code
    except OSError as error:
        say(f"error: {error.filename or file}: {error.strerror or error}.")
        return ExitCode.BAD_INPUT
    except Exception as error:
        # A defect of this program: say so, and go on with the other files.
        say(f"internal error: {file}: {type(error).__name__}: {error} (--debug shows more)")
        if debug:
            say(traceback.format_exc())
        return ExitCode.INTERNAL
    return ExitCode.OK


def _overall(codes: list[ExitCode]) -> ExitCode:
    """One file: its own code. Several: ``SOME_FAILED`` where any failed."""
    if len(codes) == 1:
        return codes[0]
    return ExitCode.SOME_FAILED if any(codes) else ExitCode.OK


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
