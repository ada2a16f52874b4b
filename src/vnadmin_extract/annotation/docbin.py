"""spaCy's ``DocBin``: what ``spacy train`` and ``vnadmin-extract train`` learn from.

It holds what the model reads: of a point longer than :data:`vnadmin_extract.model.points.LONGEST` syllables, the
beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from vnadmin_extract.annotation.native import MALFORMED, checked, malformed, point_of
from vnadmin_extract.errors import InputError
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan, write_points

META: Final = "vnadmin_point"
"""Key of ``doc.user_data``: what the point has beside its own words."""


def write(points: Iterable[LabelledPoint], path: Path) -> int:
    """Write training data."""
    return write_points(path, points)


def read(path: Path) -> Iterator[LabelledPoint]:
    """Read training data back.

    Docs of other programs are read too: their text is a point without context, their entities are its spans, and the
    highest of ``doc.cats`` is its role.
    """
    import spacy
    from spacy.tokens import DocBin

    from vnadmin_extract.model.docs import OWN, own_offset

    try:
        docs = list(DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab))
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror})", file=str(path), remedy="Check the path"
        ) from error
    except Exception as error:  # zlib and msgpack have families of their own
        raise InputError(f"this is no DocBin ({error!s})", file=str(path), remedy="Check the file") from error
    for number, doc in enumerate(docs, start=1):
        try:
            offset = own_offset(doc) if OWN in doc.user_data else 0
            spans = [LabelledSpan(e.start_char - offset, e.end_char - offset, e.label_) for e in doc.ents]
            if not doc.cats:
                raise ValueError("it has no role (doc.cats)")
            role = max(doc.cats, key=lambda name: doc.cats[name])
            point = checked(point_of(doc.text[offset:], doc.user_data.get(META) or {}), role, spans)
        except MALFORMED as error:
            raise malformed(path, f"document {number} is no annotated point", error) from error
        yield point
