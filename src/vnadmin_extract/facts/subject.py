"""The abstract (trích yếu, boxes 5a and 5b)."""

from __future__ import annotations

import regex

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.layout.lines import bare
from vnadmin_extract.layout.model import Zone
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
    text = draft.layout.block_text(block)
    match = _OPENER.match(bare(text))
    start = match.end() if match else 0
    while start > 0 and text[start - 1] in '“"(':
        start -= 1
    body = text[start:].rstrip(" .;:,*_-–—")
    if not any(c.isalpha() for c in body):
        return None
    end = block.start + start + len(body)
    return Subject(
        text=body,
        evidence=draft.layout.evidence(block.start + start, end, "rule:subject"),
        confidence=confidence("subject", draft.layout.text.confidence(block.start + start, end)),
    )
