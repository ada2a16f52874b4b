"""The document's own number and notation (box 3; Decree 30/2020, Article 15 and Appendix I, II.3)."""

from __future__ import annotations

from dataclasses import replace

import regex

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.grammar.code import ParsedCode, parse_code
from vnadmin_extract.layout.model import Layout, Zone
from vnadmin_extract.record import OwnCode

_INTRO = regex.compile(r"^\W{0,3}s[ốôỐÔóÓỏoO6]\s*[:.;]?\s*", regex.IGNORECASE)


_NOTATION = regex.compile(
    r"(?P<sep>[/\\|\-])?\s*(?P<notation>\p{Lu}[\p{L}&]{1,12}(?:\s*[-–/.]\s*\p{Lu}[\p{L}\d&]{0,14}){0,4})[^\p{L}\d]*$"
)


_BLANKS = regex.compile(r"\s+")


def _notation_only(text: str) -> ParsedCode | None:
    """The printed notation at the end of a number line whose number is a scribble: the number is null."""
    match = _NOTATION.search(text)
    if match is None:
        return None
    separator = "-" if match["sep"] == "-" else "/"
    parsed = parse_code(separator + _BLANKS.sub("", match["notation"]))
    return replace(parsed, number=None, damaged=True) if parsed is not None else None


def extract_code(draft: Draft) -> OwnCode | None:
    """The code from the number line; an unreadable or blank number is null."""
    for block in draft.layout.in_zone(Zone.CODE):
        found = own_code(draft.layout, draft.layout.block_text(block), block.start, block.end)
        if found is not None:
            return found
    return None


def own_code(layout: Layout, text: str, start: int, end: int) -> OwnCode | None:
    """The code that a number line gives.

    Args:
        layout: the document's.
        text: what the line says.
        start: where it begins in the document's text.
        end: where it ends there.
    """
    match = _INTRO.match(text)
    skipped = match.end() if match else 0
    parsed = parse_code(text[skipped:]) or parse_code(text) or _notation_only(text[skipped:])
    if parsed is None:
        return None
    reading = layout.text.confidence(start, end)
    rule = "code.blank" if parsed.number is None else "code"
    scanned = any(p.word.layer == "ocr" for p in layout.text.pieces_between(start, end))
    if parsed.damaged:
        rule = "code.damaged"
    elif parsed.number is None and scanned:
        rule = "code.unread"  # on a scan a blank may be a number in handwriting that could not be read
    sure = confidence(rule, reading)
    number = None if parsed.damaged else parsed.number
    parts = None
    if rule in ("code.damaged", "code.unread") or (reading is not None and reading < 0.9):
        parts = {"number": confidence(rule, reading), "notation": confidence("code")}
    return OwnCode(
        number=number,
        year=parsed.year,
        notation=parsed.notation,
        text=parsed.text,
        # a number still to be given leaves the notation as the form for matching: "/UBND"
        canonical=parsed.canonical or (None if number or parsed.damaged else parsed.text),
        parts=parts,
        evidence=layout.evidence(start + skipped, end, f"rule:{rule}"),
        confidence=sure,
    )
