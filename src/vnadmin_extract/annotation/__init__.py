"""Points with roles and spans in the forms of annotation tools, out and back in.

A form is a module with ``write(points, path)`` and ``read(path)``, registered in :data:`FORMS`. What goes out can be
what rules and model found already (:mod:`~vnadmin_extract.annotation.found`), so that people correct instead of
marking; what comes back trains a model (:mod:`~vnadmin_extract.annotation.retrain`). Every form keeps all that a point
has, its context too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Final, Literal, Protocol, cast, get_args

from vnadmin_extract.annotation.native import opened
from vnadmin_extract.errors import InputError
from vnadmin_extract.model.training import LabelledPoint

FormName = Literal["points", "label-studio", "doccano", "docbin"]


class Form(Protocol):
    """What a module for a form has."""

    def write(self, points: Iterable[LabelledPoint], path: Path) -> int:
        """Write points to a file; how many there were."""

    def read(self, path: Path) -> Iterator[LabelledPoint]:
        """Read points back, with what people changed; what nobody annotated is left out.

        Raises:
            InputError: the file is not in this form, or a role, label or offset in it is wrong.
        """


FORMS: Final[dict[FormName, str]] = {
    "points": "vnadmin_extract.annotation.native",
    "label-studio": "vnadmin_extract.annotation.label_studio",
    "doccano": "vnadmin_extract.annotation.doccano",
    "docbin": "vnadmin_extract.annotation.docbin",
}
"""Name → module."""


def get_form(name: FormName) -> Form:
    """The form with this name. Raises ``KeyError`` where there is none."""
    return cast(Form, import_module(FORMS[name]))


def form_of(path: Path) -> FormName:
    """The form that a file is in, told by its name (``….spacy``) and by its first words.

    Raises:
        InputError: it cannot be read, or is in none of the forms.
    """
    if path.suffix == ".spacy":
        return "docbin"
    with opened(path) as handle:
        try:
            first = next((line for line in handle if line.strip()), b"").strip()
            if first.startswith(b"["):
                return "label-studio"
            keys = json.loads(first).keys()
        except (AttributeError, ValueError, RecursionError):
            keys = set()
    if {"text", "role", "spans"} <= keys:
        return "points"
    if "text" in keys and keys & {"cats", "entities", "label", "labels"}:
        return "doccano"
    raise InputError(
        "it is in no form of annotated points that is known",
        file=str(path),
        remedy=f"Name the form (--form {', '.join(get_args(FormName))}) or export it again",
    )


def read_any(path: Path, form: FormName | None = None) -> Iterator[LabelledPoint]:
    """The points of a file in whatever form.

    Args:
        path: the file.
        form: its form; told by the file itself where ``None``.

    Raises:
        InputError: it cannot be read, or something in it is wrong.
    """
    return get_form(form or form_of(path)).read(path)
