"""The command ``train``: a model of one's own from annotated points."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer

from vnadmin_extract.cli.annotate import FormOption
from vnadmin_extract.cli.output import emit, say, show
from vnadmin_extract.errors import ExitCode, VnadminError


def train(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Annotated points to learn from, in any form.", metavar="TRAIN…", show_default=False
        ),
    ],
    dev: Annotated[
        list[Path],
        typer.Option(
            "--dev", help="Annotated points that say when to stop; may be given again.", metavar="DEV"
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the model.", metavar="MODEL")],
    form: Annotated[
        FormOption | None,
        typer.Option("--form", help="Form of the files.", show_default="told by each file"),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Setting of the training, e.g. training.max_epochs=4; may be given again.",
            metavar="NAME=VALUE",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the performance as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress.")] = False,
) -> None:
    """Train the model of points on annotations of your own; --model-path of other commands takes it."""
    from vnadmin_extract.annotation.retrain import retrain

    overrides = _overrides(settings or [])
    try:
        with redirect_stdout(sys.stderr):  # spaCy's progress is no data
            performance = retrain(files, dev, out, form=form, overrides=overrides, quiet=quiet or as_json)
    except VnadminError as error:
        say(f"error: {error}")
        raise typer.Exit(error.exit_code) from None
    except ValueError as error:
        # A name or value that the training's configuration does not know.
        if not overrides:
            raise
        say(f"error: --set: {error}")
        raise typer.Exit(ExitCode.USAGE) from None
    if as_json:
        emit(json.dumps(performance, ensure_ascii=False, indent=1))
    else:
        _print(performance)
    say(f"written: {out} (--model-path {out} uses it)")


def _overrides(settings: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for setting in settings:
        name, given, value = setting.partition("=")
        if not given or "." not in name:
            raise typer.BadParameter(f"{setting!r} is not of the form section.name=value", param_hint="--set")
        try:
            result[name] = json.loads(value)
        except ValueError:
            result[name] = value
    return result


def _print(performance: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table("on the dev points", "precision", "recall", "F1")
    for column in table.columns[1:]:
        column.justify = "right"
    rows = {
        "roles, mean of all": {k: performance.get(f"cats_macro_{k}") for k in "prf"},
        **(performance.get("cats_f_per_type") or {}),
        "spans, all": {k: performance.get(f"ents_{k}") for k in "prf"},
        **(performance.get("ents_per_type") or {}),
    }
    for name, scores in rows.items():
        table.add_row(name, *(_figure(scores.get(key)) for key in "prf"))
    show(table)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
