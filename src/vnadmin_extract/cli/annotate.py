"""The commands ``annotate export`` and ``annotate import``: points out to annotation tools, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vnadmin_extract.cli.options import with_config
from vnadmin_extract.cli.output import say
from vnadmin_extract.config import Config
from vnadmin_extract.errors import ExitCode, VnadminError

if TYPE_CHECKING:
    from vnadmin_extract.model.training import LabelledPoint

app = typer.Typer(
    help="Exchange points of documents with annotation tools (Label Studio, doccano, spaCy).",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

FormOption = Literal["label-studio", "doccano", "docbin", "points"]


@app.command("export")
@with_config
def export_tasks(
    config: Config,
    files: Annotated[list[Path], typer.Argument(help="Documents.", metavar="FILE…", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.", metavar="TASKS")],
    form: Annotated[FormOption, typer.Option("--form", help="Form of the file.")] = "label-studio",
) -> None:
    """Write the points of documents, with the roles and spans that were found, for people to correct."""
    from vnadmin_extract.annotation import get_form

    counter = Counter[str]()
    failures: list[ExitCode] = []

    def points() -> Iterator[LabelledPoint]:
        from vnadmin_extract.annotation.found import annotated_points

        for file in files:
            try:
                found = annotated_points(file, config)
            except VnadminError as error:
                say(f"error: {error}")
                failures.append(error.exit_code)
                continue
            yield from _counted(found, counter)

    try:
        count = get_form(form).write(points(), out)
    except OSError as error:
        _cannot_write(out, error)
    _report(count, counter, out)
    if failures:
        raise typer.Exit(failures[0] if len(files) == 1 else ExitCode.SOME_FAILED)


@app.command("import")
def import_tasks(
    files: Annotated[
        list[Path],
        typer.Argument(help="What the annotation tool exported.", metavar="TASKS…", show_default=False),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="File to write: ….jsonl, or ….spacy for spaCy.", metavar="POINTS"),
    ],
    form: Annotated[
        FormOption | None,
        typer.Option("--form", help="Form of the files.", show_default="told by each file"),
    ] = None,
) -> None:
    """Read back what people annotated, check it, and write it for training."""
    from vnadmin_extract.annotation import get_form, read_any

    if out.suffix not in (".jsonl", ".spacy"):
        raise typer.BadParameter("the file's name must end in .jsonl or .spacy", param_hint="--out")
    counter = Counter[str]()
    points = (point for file in files for point in read_any(file, form))
    try:
        target = get_form("docbin" if out.suffix == ".spacy" else "points")
        count = target.write(_counted(points, counter), out)
    except VnadminError as error:
        say(f"error: {error}")
        raise typer.Exit(error.exit_code) from None
    except OSError as error:
        _cannot_write(out, error)
    _report(count, counter, out)
    if not count:
        say(
            "warning: nobody has annotated anything there; what was found for people to correct does not count."
        )


def _counted(
    points: Iterator[LabelledPoint] | list[LabelledPoint], counter: Counter[str]
) -> Iterator[LabelledPoint]:
    for point in points:
        counter[point.role] += 1
        counter.update(span.label for span in point.spans)
        yield point


def _report(count: int, counter: Counter[str], out: Path) -> None:
    from vnadmin_extract.model.labels import ROLES, SPANS

    parts = [f"{name} {counter[name]}" for name in (*ROLES, *SPANS) if counter[name]]
    say(f"written: {out}, {count} points{': ' if parts else ''}{', '.join(parts)}")


def _cannot_write(out: Path, error: OSError) -> None:
    say(f"error: {error.filename or out}: {error.strerror or error}.")
    raise typer.Exit(ExitCode.BAD_INPUT) from None
