"""Command-line options made from :class:`~vnadmin_extract.config.Config`: a new setting is a new option by itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from vnadmin_extract.config import Config

if TYPE_CHECKING:
    from vnadmin_extract.catalogue.types import Filter

PANEL = "Settings"


def option_name(field: str) -> str:
    """``max_pages`` → ``--max-pages``."""
    return "--" + field.replace("_", "-")


def with_config(command: Callable[..., None]) -> Callable[..., None]:
    """Replace a command's ``config`` parameter by one option for each setting.

    The options' defaults are the model's, and the model checks the values.
    """
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.name != "config"]
    options = [_parameter(name, info) for name, info in Config.model_fields.items()]

    @wraps(command)
    def wrapper(**values: Any) -> None:
        settings = {name: values.pop(name) for name in Config.model_fields}
        command(config=_config(settings), **values)

    parameters = [*own, *options]
    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


def day_of(text: str | None, option: str) -> date | None:
    """The day that an option gives, as people write it: ``2024-11-05`` or ``05/11/2024``.

    Raises:
        typer.BadParameter: it is no day.
    """
    if text is None:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    raise typer.BadParameter(f"not a day: {text!r} (write 2024-11-05 or 05/11/2024)", param_hint=option)


def wanted(
    unit: str | None,
    kind: str | None,
    issued_from: str | None,
    issued_to: str | None,
    due_from: str | None,
    due_to: str | None,
    folder: str | None,
    status: str | None = None,
) -> Filter:
    """What the options of choosing (``--unit`` … ``--status``), as they are written, ask for.

    Raises:
        typer.BadParameter: a day is none.
    """
    from vnadmin_extract.catalogue.types import Filter

    return Filter(
        unit=unit,
        kind=kind,
        status=status,
        issued_from=day_of(issued_from, "--from"),
        issued_to=day_of(issued_to, "--to"),
        due_from=day_of(due_from, "--due-from"),
        due_to=day_of(due_to, "--due-to"),
        folder=folder,
    )


def _config(settings: dict[str, Any]) -> Config:
    try:
        return Config(**settings)
    except ValidationError as error:
        problem = error.errors()[0]
        name = option_name(str(problem["loc"][0])) if problem["loc"] else "settings"
        raise typer.BadParameter(problem["msg"], param_hint=name) from error


def _parameter(name: str, info: FieldInfo) -> inspect.Parameter:
    kind = _plain_type(info.annotation)
    declaration = option_name(name)
    common: dict[str, Any] = {"help": info.description, "rich_help_panel": PANEL}
    if kind is bool:
        option = typer.Option(f"{declaration}/--no-{declaration[2:]}", **common)
    elif kind is date:
        kind = str  # the model turns ISO 8601 into a date
        option = typer.Option(declaration, metavar="YYYY-MM-DD", **common)
    elif kind in (str, int, float, Path) or get_origin(kind) is Literal:
        option = typer.Option(declaration, **common)
    else:
        raise TypeError(f"no command-line form for the setting {name} of type {kind}")
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=info.default, annotation=Annotated[kind | None, option]
    )


def _plain_type(annotation: Any) -> Any:
    """The type without ``| None``."""
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        if len(kinds) == 1:
            return kinds[0]
    return annotation
