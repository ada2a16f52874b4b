"""spaCy's ``DocBin``: what ``spacy train`` and ``vnadmin-extract train`` learn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from vnadmin_extract.annotation.native import checked, point_of
from vnadmin_extract.errors import InputError
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan, write_points

META = "vnadmin_point"
"""Key of ``doc.user_data``: what the point has beside its own words."""


def write(points: Iterable[LabelledPoint], path: Path) -> int:
    """Write training data."""
    return write_points(path, points)


def read(path: Path) -> Iterator[LabelledPoint]:
    """Read training data back."""
    import spacy
    from spacy.tokens import DocBin

    from vnadmin_extract.model.docs import own_offset

    try:
        docs = list(DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab))
    except Exception as error:  # zlib and msgpack have families of their own
        raise InputError(f"this is no DocBin ({error!s})", file=str(path), remedy="Check the file") from error
    for doc in docs:
        offset = own_offset(doc)
        spans = tuple(LabelledSpan(e.start_char - offset, e.end_char - offset, e.label_) for e in doc.ents)
        role = max(doc.cats, key=lambda name: doc.cats[name]) if doc.cats else "other"
        yield checked(point_of(doc.text[offset:], doc.user_data.get(META) or {}), role, spans)
