"""Points with roles and spans in the forms of annotation tools, out and back in.

A form is a module with ``write(points, path)`` and ``read(path)``, registered in :data:`FORMS`. What goes out can be
what the rules and the model found already (pre-annotation), so that people correct instead of marking; what comes
back trains a model with ``vnadmin-extract train``. Every form keeps all that a point has: its context too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from vnadmin_extract.model.training import LabelledPoint


class Form(Protocol):
    """What a module for a form has."""

    def write(self, points: Iterable[LabelledPoint], path: Path) -> int:
        """Write points to a file; how many there were."""

    def read(self, path: Path) -> Iterator[LabelledPoint]:
        """Read points back, with what people changed.

        Raises:
            InputError: the file is not in this form.
        """


FORMS: dict[str, str] = {
    "points": "vnadmin_extract.annotation.native",
    "label-studio": "vnadmin_extract.annotation.label_studio",
    "doccano": "vnadmin_extract.annotation.doccano",
    "docbin": "vnadmin_extract.annotation.docbin",
}
"""Name → module."""


def get_form(name: str) -> Form:
    """The form with this name. Raises ``KeyError`` where there is none."""
    return cast(Form, import_module(FORMS[name]))
