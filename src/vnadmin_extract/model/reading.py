"""What the model says of a document's points, and the trained pipeline that comes with the package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from vnadmin_extract.errors import KnowledgeError
from vnadmin_extract.model.points import Point

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.pipeline import TrainablePipe

MODEL: Final = "points"
"""Name of the shipped model: its folder in ``vnadmin_extract/data/models``."""
CHECKSUMS: Final = "checksums.json"
"""File beside the model's own: the SHA-256 of each of them."""
_REMEDY: Final = "Install the package again, or train your own model again"


@dataclass(frozen=True, slots=True)
class ModelSpan:
    """A span that the model found: offsets into the document's normalised text."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class PointReading:
    """What the model says of a point."""

    point: Point
    roles: dict[str, float]
    """Probability of each role; they sum to 1."""
    spans: tuple[ModelSpan, ...]

    @property
    def role(self) -> str:
        """The likeliest role."""
        return max(self.roles, key=lambda role: self.roles[role])

    def labelled(self, label: str) -> list[ModelSpan]:
        """The spans with a label."""
        return [span for span in self.spans if span.label == label]


def read_points(points: Sequence[Point], nlp: Language | None = None) -> list[PointReading]:
    """Read points with the model.

    Args:
        points: of one document, or of several.
        nlp: a pipeline of :func:`vnadmin_extract.model.training.train`; the shipped one where ``None``.
    """
    from vnadmin_extract.model.docs import docs_of, own_offset

    if not points:
        return []
    nlp = nlp or shipped()
    docs = docs_of(nlp.vocab, points)
    for name, component in nlp.pipeline:
        if name != "vnadmin_words":  # its features are set already
            # All points at once: batches are what makes a processor quick.
            pipe = cast("TrainablePipe", component)
            pipe.set_annotations(docs, pipe.predict(docs))
    readings = []
    for point, doc in zip(points, docs, strict=True):
        offset = own_offset(doc)
        spans = tuple(
            ModelSpan(point.start + e.start_char - offset, point.start + e.end_char - offset, e.label_)
            for e in doc.ents
            if e.start_char >= offset
        )
        readings.append(PointReading(point, dict(doc.cats), spans))
    return readings


@lru_cache(maxsize=1)
def shipped() -> Language:
    """The trained pipeline that comes with the package, loaded when first asked for.

    Raises:
        KnowledgeError: its files are not those that were signed.
    """
    with resources.as_file(resources.files("vnadmin_extract") / "data" / "models" / MODEL) as folder:
        return load(folder)


def load(folder: Path) -> Language:
    """A trained pipeline from a folder that was signed; loaded once, and again when it has been trained anew.

    Raises:
        KnowledgeError: its files are not those that were signed, or are no pipeline.
    """
    try:
        signed = (folder / CHECKSUMS).read_text("utf-8")
    except (OSError, ValueError):
        signed = ""  # verify says what is wrong
    return _loaded(folder, signed)


@lru_cache(maxsize=2)
def _loaded(folder: Path, signed: str) -> Language:
    import spacy

    verify(folder)
    try:
        return spacy.load(folder)
    except (OSError, ValueError, KeyError) as error:
        raise KnowledgeError(
            f"the model cannot be loaded ({error})", file=str(folder), remedy=_REMEDY
        ) from error


def verify(folder: Path) -> None:
    """Check a model's files against its list of checksums.

    Raises:
        KnowledgeError: a file is missing, changed, or not in the list.
    """
    try:
        listed = json.loads((folder / CHECKSUMS).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise KnowledgeError(
            f"the model has no list of checksums ({error})",
            file=str(folder),
            remedy=_REMEDY,
        ) from error
    if checksums(folder) != listed:
        raise KnowledgeError(
            "the model's files are not those that were made",
            file=str(folder),
            remedy=_REMEDY,
        )


def checksums(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file of a model, by its path in the folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != CHECKSUMS
    }


def sign(folder: Path) -> None:
    """Write a model's list of checksums."""
    (folder / CHECKSUMS).write_text(json.dumps(checksums(folder), indent=1) + "\n", "utf-8")


def available() -> bool:
    """Whether a model comes with this installation."""
    return (resources.files("vnadmin_extract") / "data" / "models" / MODEL / CHECKSUMS).is_file()
