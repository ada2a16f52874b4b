"""What the rules hand over: one piece of work, with the places that prove it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import regex

from vnadmin_extract.layout.model import Layout

Span = tuple[int, int]
"""Offsets into the document's normalised text, the end excluded."""

_END_MARK: Final = regex.compile(r"\s?\.?\s?/\s?\.?[^\p{L}\p{N}]*$|\s+$")
"""The sign "./." that closes a document's content (Decree 30/2020, Appendix I) is not part of the task."""
_TAIL: Final = 40
"""Characters at the end of a task in which that sign is looked for."""


@dataclass(slots=True)
class Item:
    """An assignment being made."""

    path: str
    rule: str
    spans: list[Span]
    """The task's text; more than one where lines that belong to other fields stand between."""
    lead: list[str] = field(default_factory=list)
    coordinating: list[str] = field(default_factory=list)
    lead_spans: list[Span] = field(default_factory=list)
    time_spans: list[Span] = field(default_factory=list)

    def task(self, text: str) -> str:
        """The task in one line, without the document's end mark."""
        joined = " ".join(" ".join(text[start:end] for start, end in self.spans).split())
        return (joined[:-_TAIL] + _END_MARK.sub("", joined[-_TAIL:])).strip(" ;")


def add_names(target: list[str], names: list[str]) -> None:
    """Add names that are not there yet, compared without case and tone placement."""
    from vnadmin_extract.text.fold import fold

    seen = {fold(name) for name in target}
    for name in names:
        if fold(name) not in seen:
            seen.add(fold(name))
            target.append(name)


@lru_cache(maxsize=1)
def _confidences() -> dict[str, float]:
    from vnadmin_extract.nlp.lexicon import load

    return {rule: float(value) for rule, value in load("assignment_cues.toml")["confidence"].items()}


def confidence_of(item: Item, layout: Layout) -> float:
    """How sure an assignment is: its rule's record, lowered where the words themselves are unsure (OCR)."""
    value = _confidences().get(item.rule, 0.7)
    read = [layout.text.confidence(start, end) for start, end in item.lead_spans or item.spans[:1]]
    known = [r for r in read if r is not None]
    if known and min(known) < 0.5:
        value *= 0.9
    return round(value, 3)
