"""Label Studio's JSON: tasks with pre-annotations going out, tasks with annotations coming back.

The labelling configuration that fits is :data:`CONFIG`; ``vnadmin-extract annotate export`` writes it beside the tasks.
Exports as JSON and as JSON-MIN are read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from vnadmin_extract.annotation.native import MALFORMED, checked, context, malformed, opened, point_of
from vnadmin_extract.exports.atomic import replacing
from vnadmin_extract.model.labels import ROLES, SPANS
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan

_SPANS: Final = "spans"
_ROLE: Final = "role"
_TEXT: Final = "text"

CONFIG: Final = "\n".join(
    (
        "<View>",
        # Without it, runs of blanks are drawn as one, and the offsets of what people mark are others.
        "  <Style>.htx-text { white-space: pre-wrap; }</Style>",
        '  <Text name="above" value="$context" selectionEnabled="false"/>',
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
    """Read Label Studio's JSON or JSON-MIN export.

    Of several annotations of a task, the ground truth counts, else the last; cancelled ones and tasks that nobody
    annotated are left out.
    """
    with opened(path) as handle:
        try:
            tasks = json.load(handle)
            if not isinstance(tasks, list):
                raise TypeError("it holds no list of tasks")
        except MALFORMED as error:
            raise malformed(path, "this is no export of Label Studio's tasks", error) from error
    for number, task in enumerate(tasks, start=1):
        try:
            point = _point(task) if _TEXT not in task else _flat_point(task)
        except MALFORMED as error:
            name = f"task {number}"
            if isinstance(task, dict) and "id" in task:
                name += f" (id {task['id']})"
            raise malformed(path, f"{name} is no annotated point", error) from error
        if point is not None:
            yield point


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
    chosen = next((a for a in reversed(done) if a.get("ground_truth")), done[-1])
    regions: list[dict[str, Any]] = []
    roles: list[str] = []
    for item in chosen["result"]:
        # Relations and other regions have another type, and no value.
        if item.get("type") == "labels":
            regions.append(item["value"])
        elif item.get("type") == "choices":
            roles += [str(choice) for choice in item["value"]["choices"]]
    return _made(task["data"], regions, roles)


def _flat_point(task: dict[str, Any]) -> LabelledPoint | None:
    """JSON-MIN: one object for each annotation, the values under the names of the configuration's tags."""
    if _ROLE not in task and _SPANS not in task:
        return None
    role = task.get(_ROLE, ())
    roles = [role] if isinstance(role, str) else [str(choice) for choice in role.get("choices", ())]
    return _made(task, list(task.get(_SPANS) or ()), roles)


def _made(data: dict[str, Any], regions: list[dict[str, Any]], roles: list[str]) -> LabelledPoint:
    text = str(data[_TEXT])
    if len(roles) != 1:
        raise ValueError(f"a point has one role, this one has {', '.join(roles) or 'none'}")
    spans = []
    for region in regions:
        start, end = _place(text, region)
        spans += [LabelledSpan(start, end, str(label)) for label in region["labels"]]
    return checked(point_of(text, data.get("point") or {}), roles[0], spans)


def _place(text: str, region: dict[str, Any]) -> tuple[int, int]:
    """Where a region stands; the end is the offset after its last character, as in Python.

    Earlier versions count in UTF-16 units, where an emoji or a symbol of a private font is two.
    """
    start, end = int(region["start"]), int(region["end"])
    marked = region.get("text")
    if not marked or text[start:end] == marked:
        return start, end
    wide = text.encode("utf-16-le", "surrogatepass")
    before = len(wide[: 2 * start].decode("utf-16-le", "ignore"))
    inside = wide[2 * start : 2 * end].decode("utf-16-le", "ignore")
    if inside == marked:
        return before, before + len(inside)
    raise ValueError(f"at {start}-{end} stands {text[start:end]!r}, not {marked!r}")
