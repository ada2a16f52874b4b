"""The document's own number and notation (box 3; Decree 30/2020, Article 15 and Appendix I, II.3)."""

from __future__ import annotations

from dataclasses import replace

import regex

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.grammar.code import ParsedCode, parse_code
from vnadmin_extract.layout.model import Zone
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
        text = draft.layout.block_text(block)
        match = _INTRO.match(text)
        start = match.end() if match else 0
        parsed = parse_code(text[start:]) or parse_code(text) or _notation_only(text[start:])
        if parsed is None:
            continue
        reading = draft.layout.text.confidence(block.start, block.end)
        rule = "code.blank" if parsed.number is None else "code"
        scanned = any(p.word.layer == "ocr" for p in draft.layout.text.pieces_between(block.start, block.end))
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
            evidence=draft.layout.evidence(block.start + start, block.end, f"rule:{rule}"),
            confidence=sure,
        )
    return None
