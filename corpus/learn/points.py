"""Labelled points of a split of the corpus: rendered pages, laid out, and noisy copies of what they say."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpus.generate.__main__ import variant_of
from corpus.generate.noise import noisy
from corpus.learn.align import label_points
from corpus.typeset.notes import labelled_blocks
from corpus.typeset.pdf import render_pdf
from corpus.typeset.source import Source
from corpus.typeset.splits import load_splits
from vnadmin_extract.config import Config
from vnadmin_extract.layout import lay_out
from vnadmin_extract.layout.model import Layout
from vnadmin_extract.model.points import Point, points_of
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan
from vnadmin_extract.readers import read

SEED = 7


@dataclass(frozen=True)
class Learnt:
    """A document of the corpus as the program sees it, with its gold record."""

    name: str
    source: Source
    layout: Layout
    gold: dict[str, Any]


def documents(split: str, *, variant: int = 0, names: Sequence[str] | None = None) -> Iterator[Learnt]:
    """The documents of a split, rendered as PDF, read and laid out.

    Args:
        split: ``train``, ``dev`` or ``test``.
        variant: 0: as written; others: with other names, places, numbers and dates.
        names: only these.
    """
    config = Config(ocr="off", check_signatures=False)
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(n for n, s in load_splits().items() if s == split):
            if names is not None and name not in names:
                continue
            made = variant_of(name, variant, SEED)
            path = Path(folder) / f"{name}.pdf"
            render_pdf(made.source, path)
            yield Learnt(name, made.source, lay_out(read(path, config))[0], made.gold)


def labelled(document: Learnt) -> list[LabelledPoint]:
    """The points of a document with role and spans.

    A document whose source has no notes has no roles beside its assignments: the rest of its points is left out.
    """
    kind = (document.gold["type"] or {}).get("abbreviation") or ""
    blocks = labelled_blocks(document.source)
    roles = [
        (
            block.text,
            block.role,
            next((block.text[s.start : s.end] for s in block.spans if s.kind == "channel"), None),
        )
        for block in blocks
    ]
    points = label_points(points_of(document.layout, kind), document.gold, roles)
    noted = any(role != "other" for _, role, _ in roles)
    return points if noted else [point for point in points if point.role == "assignment"]


def with_noise(item: LabelledPoint, level: str, seed: int) -> LabelledPoint:
    """A point as a poor scan would give it, its spans carried over; those that are lost are left out."""
    made = noisy(item.point.text, level, seed)
    spans = []
    for span in item.spans:
        place = made.place(span.start, span.end)
        if place is not None:
            spans.append(LabelledSpan(*place, span.label))
    above = tuple(noisy(text, level, seed).text for text in item.point.above)
    # A broken line is no paragraph's end in the text that the layout stage gives.
    text = made.text.replace("\n", " ")
    point = replace(item.point, text=text, above=tuple(a.replace("\n", " ") for a in above))
    return LabelledPoint(point, item.role, tuple(spans))


def without_context(item: LabelledPoint) -> LabelledPoint:
    """A point as it stands where the outline was lost: no heading above it, its mark unknown."""
    return LabelledPoint(replace(item.point, above=(), mark="paragraph"), item.role, item.spans)


LEVELS: tuple[tuple[str, ...], ...] = (("none", "light"), ("none", "medium"), ("light", "heavy"))
"""Noise of the copies that are made of the documents as written, and of each of their variants."""


def training_points(split: str) -> Iterator[LabelledPoint]:
    """All that the model learns from: documents as written and varied, each point clean and with noise."""
    for variant, levels in enumerate(LEVELS):
        number = 0
        for document in documents(split, variant=variant):
            for item in labelled(document):
                number += 1
                for place, level in enumerate(levels):
                    yield item if level == "none" else with_noise(item, level, number + place)
                if number % 6 == variant:
                    yield with_noise(without_context(item), "light", number)
                if number % 9 == variant:
                    yield with_noise(item, "unmarked", number)


__all__ = ["Learnt", "Point", "documents", "labelled", "training_points", "with_noise"]
