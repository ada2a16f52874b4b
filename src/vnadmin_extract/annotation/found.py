"""Pre-annotation: the points of documents with what rules and model found in them, for people to correct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vnadmin_extract.config import Config
from vnadmin_extract.extractor import Extractor
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.layout.model import Layout
from vnadmin_extract.model.labels import CITATION, COORDINATING, DEADLINE, LEAD
from vnadmin_extract.model.points import Point, points_of
from vnadmin_extract.model.reading import PointReading
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan
from vnadmin_extract.record import Assignment, Evidence


def annotated_points(
    source: str | Path | bytes, config: Config, *, name: str | None = None
) -> list[LabelledPoint]:
    """The points of all documents in a file, with roles and spans as far as they were found.

    Args:
        source: path, or the file's bytes.
        config: settings; ``models`` and ``model_path`` say who finds what rules do not look for.
        name: name for messages when ``source`` is bytes.

    Raises:
        VnadminError: the file cannot be read, or has no text.
    """
    from vnadmin_extract.readers import read

    layouts = Extractor(config).layouts(read(source, config, name=name))
    return [point for layout in layouts for point in points_of_layout(layout, config)]


def points_of_layout(layout: Layout, config: Config) -> list[LabelledPoint]:
    """The points of one document that has been laid out.

    What the record says of a point goes first: its assignments, leads, deadlines and citations. Its role
    where it is no assignment, and the kinds of spans of which the record has none in it, are the model's.
    """
    from vnadmin_extract.facts.registry import run_stages

    draft = run_stages(Draft(layout, config))
    readings = {reading.point.start: reading for reading in draft.readings}
    kind = draft.type.abbreviation if draft.type else None
    return [_labelled(draft, point, readings.get(point.start)) for point in points_of(layout, kind or "")]


def _labelled(draft: Draft, point: Point, reading: PointReading | None) -> LabelledPoint:
    own = [a for a in draft.assignments if _begins(point, a)]
    role = "assignment" if own else reading.role if reading is not None else "other"
    spans = list(_known(draft, point, own))
    known = {span.label for span in spans}
    for found in reading.spans if reading is not None else ():
        if found.label not in known:
            spans.append(LabelledSpan(found.start - point.start, found.end - point.start, found.label))
    return LabelledPoint(point, role, _apart(spans))


def _known(draft: Draft, point: Point, own: Sequence[Assignment]) -> Iterator[LabelledSpan]:
    """The spans of a point that the record has evidence of."""
    for assignment in draft.assignments:
        leads = [e for e in assignment.evidence if e.source.endswith("-lead")]
        yield from _spans(draft.text, point, leads, LEAD)
    for deadline in draft.deadlines:
        yield from _spans(draft.text, point, deadline.evidence, DEADLINE)
    for reference in draft.references:
        if reference.code is not None:  # titles alone are not marked: they rarely tell where they end
            yield from _spans(draft.text, point, reference.evidence, CITATION)
    for assignment in own:
        for unit in assignment.coordinating:  # named without evidence of their own
            at = point.text.find(unit.name)
            if at >= 0:
                yield LabelledSpan(at, at + len(unit.name), COORDINATING)


def _spans(text: str, point: Point, places: Iterable[Evidence], label: str) -> Iterator[LabelledSpan]:
    """Evidence as spans of a point; entries of several printed lines are one span."""
    run: tuple[int, int] | None = None
    for place in sorted((p for p in places if _inside(point, p)), key=lambda p: p.start):
        if run is not None and not text[run[1] : place.start].strip():
            run = (run[0], max(run[1], place.end))
            continue
        if run is not None:
            yield LabelledSpan(run[0] - point.start, run[1] - point.start, label)
        run = (place.start, place.end)
    if run is not None:
        yield LabelledSpan(run[0] - point.start, run[1] - point.start, label)


def _inside(point: Point, place: Evidence) -> bool:
    return point.start <= place.start < place.end <= point.end


def _begins(point: Point, assignment: Assignment) -> bool:
    """Whether an assignment begins in a point; what goes on in the points below it belongs to it alone."""
    task = (e for e in assignment.evidence if not e.source.endswith(("-lead", "-cell")))
    first = next(task, None)
    return first is not None and point.start <= first.start < point.end


def _apart(spans: Iterable[LabelledSpan]) -> tuple[LabelledSpan, ...]:
    """Spans that do not overlap, each the earlier found one, in the order of the text."""
    kept: list[LabelledSpan] = []
    for span in spans:
        if not any(other.start < span.end and span.start < other.end for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda s: s.start))
