"""What the model says of the document's points: the first half of the model stage (the second is the fusion)."""

from __future__ import annotations

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.model.reading import PointReading


def read_model(draft: Draft) -> tuple[PointReading, ...]:
    """The readings of all points, in the order of the text; none where models are off or there is no body."""
    if not draft.config.models:
        return ()
    from vnadmin_extract.model.points import points_of
    from vnadmin_extract.model.reading import available, load, read_points

    own = draft.config.model_path
    if own is None and not available():
        draft.warnings.append("the trained model is not in this installation: rules alone were used")
        return ()
    kind = draft.type.abbreviation if draft.type else None
    points = points_of(draft.layout, kind or "")
    return tuple(read_points(points, load(own) if own else None))
