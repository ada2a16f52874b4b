"""The project's own form: JSON Lines, one point a line, all of it in plain words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from vnadmin_extract.errors import InputError
from vnadmin_extract.exports.atomic import replacing
from vnadmin_extract.model.labels import ROLES, SPANS
from vnadmin_extract.model.points import Point
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan

MALFORMED: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading JSON of another shape than expected raises."""


def write(points: Iterable[LabelledPoint], path: Path) -> int:
    """Write points, one a line."""
    return write_lines((as_json(point) for point in points), path)


def read(path: Path) -> Iterator[LabelledPoint]:
    """Read points."""
    return read_lines(path, from_json)


def as_json(labelled: LabelledPoint) -> dict[str, Any]:
    """A labelled point as a JSON object."""
    return {
        "text": labelled.point.text,
        "role": labelled.role,
        "spans": [[span.start, span.end, span.label] for span in labelled.spans],
        **context(labelled.point),
    }


def context(point: Point) -> dict[str, Any]:
    """What a point has beside its text."""
    return {"kind": point.kind, "mark": point.mark, "above": list(point.above), "path": point.path}


def from_json(value: dict[str, Any]) -> LabelledPoint:
    """A labelled point from its JSON object."""
    spans = tuple(LabelledSpan(int(s), int(e), str(label)) for s, e, label in value["spans"])
    return checked(point_of(str(value["text"]), value), str(value["role"]), spans)


def point_of(text: str, value: dict[str, Any]) -> Point:
    """A point from its text and :func:`context`."""
    return Point(
        text,
        0,
        len(text),
        str(value.get("kind") or ""),
        str(value.get("mark") or "paragraph"),
        tuple(str(heading) for heading in value.get("above") or ()),
        str(value.get("path") or ""),
    )


def checked(point: Point, role: str, spans: Iterable[LabelledSpan]) -> LabelledPoint:
    """A labelled point whose labels exist and whose spans lie in its text.

    Raises:
        ValueError: they do not.
    """
    if role not in ROLES:
        raise ValueError(f"there is no role {role!r} (there are {', '.join(ROLES)})")
    kept = sorted(set(spans), key=lambda s: (s.start, s.end, s.label))
    for span in kept:
        if span.label not in SPANS:
            raise ValueError(f"there is no label {span.label!r} (there are {', '.join(SPANS)})")
        if not 0 <= span.start < span.end <= len(point.text):
            raise ValueError(f"the span {span.start}-{span.end} lies outside of the text")
    return LabelledPoint(point, role, tuple(kept))


def write_lines(values: Iterable[dict[str, Any]], path: Path) -> int:
    """Write JSON objects, one a line, all or nothing."""
    count = 0
    with replacing(path) as target:
        for value in values:
            target.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
            count += 1
    return count


def read_lines(
    path: Path, parse: Callable[[dict[str, Any]], LabelledPoint | None]
) -> Iterator[LabelledPoint]:
    """Read JSON Lines; an error names the file and the line.

    Args:
        path: the file.
        parse: makes a point of a line's object; ``None`` where nobody annotated it.
    """
    with opened(path) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                point = parse(json.loads(line)) if line.strip() else None
            except MALFORMED as error:
                raise malformed(path, f"line {number} is no annotated point", error) from error
            if point is not None:
                yield point


def malformed(path: Path, what: str, error: Exception) -> InputError:
    """The error for something in a file that is not as it should be."""
    why = str(error)
    if isinstance(error, KeyError):
        why = f"there is no {error}"
    elif isinstance(error, json.JSONDecodeError) and error.lineno == 1:
        why = f"{error.msg} column {error.colno}"  # "line 1" would be that of the object
    return InputError(
        f"{what}: {why}", file=str(path), remedy="Correct it, or export the file again in this form (--form)"
    )


def opened(path: Path) -> IO[bytes]:
    """A file opened for reading; ``json`` tells the encoding of its bytes.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror})", file=str(path), remedy="Check the path"
        ) from error
