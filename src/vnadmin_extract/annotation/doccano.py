"""doccano's JSON Lines for sequence labelling: ``{"text", "label": [[start, end, label]], …}``.

doccano has no classes beside spans in one project; the role travels as a span over the whole text whose label is
``role:…``. Where people mark another, the last one counts. Other keys come back as they went (doccano keeps them as
the document's metadata).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from vnadmin_extract.annotation.native import checked, context, point_of, read_lines, write_lines
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan

_ROLE: Final = "role:"


def write(points: Iterable[LabelledPoint], path: Path) -> int:
    """Write points for doccano's import (sequence labelling, JSONL)."""
    return write_lines((_row(point) for point in points), path)


def read(path: Path) -> Iterator[LabelledPoint]:
    """Read doccano's export."""
    return read_lines(path, _point)


def _row(labelled: LabelledPoint) -> dict[str, Any]:
    text = labelled.point.text
    spans: list[list[Any]] = [[0, len(text), f"{_ROLE}{labelled.role}"]]
    spans += [[span.start, span.end, span.label] for span in labelled.spans]
    return {"text": text, "label": spans, "meta": context(labelled.point)}


def _point(row: dict[str, Any]) -> LabelledPoint:
    text = str(row["text"])
    labels = row.get("label", row.get("labels", ()))
    roles = [str(label).removeprefix(_ROLE) for _, _, label in labels if str(label).startswith(_ROLE)]
    spans = tuple(
        LabelledSpan(int(start), int(end), str(label))
        for start, end, label in labels
        if not str(label).startswith(_ROLE)
    )
    meta = row.get("meta") or row
    return checked(point_of(text, meta), roles[-1] if roles else "other", spans)
