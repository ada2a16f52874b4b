"""The abstract (trích yếu, boxes 5a and 5b)."""

from __future__ import annotations

import regex

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.layout.lines import bare
from vnadmin_extract.layout.model import Layout, Zone
from vnadmin_extract.record import Subject

_OPENER = regex.compile(
    r"^[\W_]*(?:(?:v\s*[/.\\]\s*[vw]\b|v/v|vv\b|[w/][/%\\w]{1,2}(?=\s))[\s:.]*|v[eé]\s+viec\b[\s:.]*|ve\s+(?!sinh|huu))?[\s\"'“(]*"
)


def extract_subject(draft: Draft) -> Subject | None:
    """The abstract in one line, without "V/v", "Về việc", "Về" at its start."""
    blocks = draft.layout.in_zone(Zone.SUBJECT)
    if not blocks:
        return None
    block = blocks[0]
    return abstract(draft.layout, draft.layout.block_text(block), block.start, block.end)


def abstract(layout: Layout, text: str, start: int, end: int) -> Subject | None:
    """The abstract that some lines give, ``None`` where they hold no words.

    Args:
        layout: the document's.
        text: what the lines say.
        start: where they begin in the document's text.
        end: where they end there.
    """
    match = _OPENER.match(bare(text))
    skipped = match.end() if match else 0
    while skipped > 0 and text[skipped - 1] in '“"(':
        skipped -= 1
    body = text[skipped:].rstrip(" .;:,*_-–—")
    if not any(c.isalpha() for c in body):
        return None
    end = min(end, start + skipped + len(body))
    return Subject(
        text=body,
        evidence=layout.evidence(start + skipped, end, "rule:subject"),
        confidence=confidence("subject", layout.text.confidence(start + skipped, end)),
    )
