"""Addressees: one for each printed item after "Kính gửi" (box 9a)."""

from __future__ import annotations

import itertools

import regex

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.facts.items import clean_item
from vnadmin_extract.layout.lines import bare
from vnadmin_extract.layout.model import Block, Zone
from vnadmin_extract.record import Addressee

_OPENER = regex.compile(r"^\W*k[il1]nh\s+(?:g\w{1,3}|trinh|moi)\b[\s:.;,]*")
_DISPATCH = regex.compile(r"^.*\b(?:dien|gui)\s*:\s*")


_DASH_FIRST = regex.compile(r"^\W*[-–]")


_LIST_MARK = regex.compile(r"^\s*[-–—+•*]")


_PART = regex.compile(r";\s*(?=[-–—+•]?\s*\p{L})")


_DASHED_PART = regex.compile(r";\s*[-–—+•]")


def extract_addressees(draft: Draft) -> tuple[Addressee, ...]:
    """The address block's items: a dash each, or the parts between semicolons of a running text."""
    result: list[Addressee] = []
    blocks = draft.layout.in_zone(Zone.ADDRESSEES)
    for index, block in enumerate(blocks):
        text = draft.layout.block_text(block)
        start = _opener_end(text, index == 0)
        if not any(c.isalpha() for c in text[start:]):
            continue
        result += _items(draft, block, start)
    return tuple(result)


def _opener_end(text: str, first: bool) -> int:
    low = bare(text)
    match = _OPENER.match(low)
    if match is None and first and not _DASH_FIRST.match(text):
        match = _DISPATCH.match(low)
    return match.end() if match else 0


def _items(draft: Draft, block: Block, start: int) -> list[Addressee]:
    text = draft.layout.block_text(block)
    dash = bool(_LIST_MARK.match(text[start:]))
    # "Kính gửi: - A; - B" run together on a line: every dash after a semicolon opens an item.
    cuts = [m.start() for m in _PART.finditer(text) if m.start() > start]
    if dash:
        cuts = [c for c in cuts if _DASHED_PART.match(text[c:])]
    bounds = [start, *cuts, len(text)]
    items = []
    for a, b in itertools.pairwise(bounds):
        left, right = clean_item(text, a, b)
        if left >= right:
            continue
        where = (block.start + left, block.start + right)
        items.append(
            Addressee(
                name=text[left:right],
                evidence=draft.layout.evidence(*where, "rule:addressees"),
                confidence=confidence("addressees", draft.layout.text.confidence(*where)),
            )
        )
    return items
