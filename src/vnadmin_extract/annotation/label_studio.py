"""Label Studio's JSON: tasks with pre-annotations going out, tasks with annotations coming back.

The labelling configuration that fits is :data:`CONFIG`; ``vnadmin-extract annotate export`` writes it beside the tasks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from vnadmin_extract.annotation.native import checked, context, opened, point_of
from vnadmin_extract.errors import InputError
from vnadmin_extract.exports.atomic import replacing
from vnadmin_extract.model.labels import ROLES, SPANS
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan

_SPANS: Final = "spans"
_ROLE: Final = "role"
_TEXT: Final = "text"

CONFIG: Final = "\n".join(
    (
        "<View>",
        '  <Text name="above" value="$context"/>',
        f'  <Labels name="{_SPANS}" toName="{_TEXT}">',
        *(f'    <Label value="{label}"/>' for label in SPANS),
        "  </Labels>",
        f'  <Text name="{_TEXT}" value="$text"/>',
        f'  <Choices name="{_ROLE}" toName="{_TEXT}" choice="single" required="true">',
        *(f'    <Choice value="{role}"/>' for role in ROLES),
        "  </Choices>",
        "</View>",
        "",
    )
)
"""Labelling interface: the headings above the point, its text with spans, and its role."""


def write(points: Iterable[LabelledPoint], path: Path) -> int:
    """Write tasks with predictions (a JSON list) and the labelling configuration beside it (``….xml``)."""
    count = 0
    with replacing(path) as target:
        for point in points:
            target.write(b",\n" if count else b"[\n")
            target.write(json.dumps(_task(point), ensure_ascii=False).encode())
            count += 1
        target.write(b"\n]\n" if count else b"[]\n")
    with replacing(path.with_suffix(".xml")) as target:
        target.write(CONFIG.encode())
    return count


def read(path: Path) -> Iterator[LabelledPoint]:
    """Read Label Studio's JSON export: the last annotation of each task that was not cancelled.

    Tasks that nobody annotated are left out.
    """
    with opened(path) as handle:
        try:
            tasks = json.load(handle)
            for task in tasks:
                if (point := _point(task)) is not None:
                    yield point
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"this is no export of Label Studio's tasks ({error!s})",
                file=str(path),
                remedy="Export as JSON",
            ) from error


def _task(labelled: LabelledPoint) -> dict[str, Any]:
    text = labelled.point.text
    result: list[dict[str, Any]] = [
        {
            "id": f"s{number}",
            "from_name": _SPANS,
            "to_name": _TEXT,
            "type": "labels",
            "value": {"start": s.start, "end": s.end, "text": text[s.start : s.end], "labels": [s.label]},
        }
        for number, s in enumerate(labelled.spans)
    ]
    result.append(
        {
            "id": "role",
            "from_name": _ROLE,
            "to_name": _TEXT,
            "type": "choices",
            "value": {"choices": [labelled.role]},
        }
    )
    meta = context(labelled.point)
    data = {"text": text, "context": " › ".join(labelled.point.above) or " ", "point": meta}
    return {"data": data, "predictions": [{"model_version": "vnadmin-extract", "result": result}]}


def _point(task: dict[str, Any]) -> LabelledPoint | None:
    done = [a for a in task.get("annotations") or () if not a.get("was_cancelled")]
    if not done:
        return None
    text = str(task["data"]["text"])
    role, spans = "other", []
    for item in done[-1]["result"]:
        value = item["value"]
        if item["type"] == "labels":
            # The end is where the offset after the last character is, as in Python.
            spans += [LabelledSpan(int(value["start"]), int(value["end"]), str(x)) for x in value["labels"]]
        elif item["type"] == "choices":
            role = str(value["choices"][-1])
    return checked(point_of(text, task["data"].get("point") or {}), role, tuple(spans))
