"""doccano's JSON Lines for projects of the kind "intent detection and slot filling".

Such a project has classes and spans beside each other: ``cats`` holds the point's role, ``entities`` its spans as
``[start, end, label]``. All other keys are the document's metadata in doccano; annotators see them, and they come back
with the export. Exports of sequence labelling (``label``) are read too; there, the role is a span whose label is
``role:…``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from vnadmin_extract.annotation.native import checked, context, point_of, read_lines, write_lines
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan

_ROLE: Final = "role:"


def write(points: Iterable[LabelledPoint], path: Path) -> int:
    """Write points for doccano's import (JSONL)."""
    return write_lines((_row(point) for point in points), path)


def read(path: Path) -> Iterator[LabelledPoint]:
    """Read doccano's export; what has neither role nor span was not annotated and is left out."""
    return read_lines(path, _point)


def _row(labelled: LabelledPoint) -> dict[str, Any]:
    return {
        "text": labelled.point.text,
        "cats": [labelled.role],
        "entities": [[span.start, span.end, span.label] for span in labelled.spans],
        **context(labelled.point),
    }


def _point(row: dict[str, Any]) -> LabelledPoint | None:
    text = str(row["text"])
    roles = [str(role) for role in row.get("cats") or ()]
    spans: list[LabelledSpan] = []
    for key in ("entities", "label", "labels"):
        for start, end, label in map(_span, row.get(key) or ()):
            if label.startswith(_ROLE):
                roles.append(label.removeprefix(_ROLE))
            else:
                spans.append(LabelledSpan(start, end, label))
    if not roles and not spans:
        return None
    roles = list(dict.fromkeys(roles))
    if len(roles) != 1:
        raise ValueError(f"a point has one role, this one has {', '.join(roles) or 'none'}")
    return checked(point_of(text, row), roles[0], spans)


def _span(value: Any) -> tuple[int, int, str]:
    """A span as a list, or as an object where the project also marks relations."""
    if isinstance(value, dict):
        return int(value["start_offset"]), int(value["end_offset"]), str(value["label"])
    start, end, label = value
    return int(start), int(end), str(label)
