"""Place and date (box 4; Decree 30/2020, Appendix I, II.4)."""

from __future__ import annotations

import regex

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.grammar import edtf
from vnadmin_extract.layout.lines import bare
from vnadmin_extract.layout.model import Layout, Zone
from vnadmin_extract.record import Issued

_DATE = regex.compile(
    r"\bngay(?P<day>.{0,14}?)t?hang\b(?P<month>.{0,12}?)\bn[ai]m\b[\s.:]*(?P<year>(?:\d\s?){4})?"
)
_NUMERIC = regex.compile(r"\bngay\s*(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>\d{4})")
_PLACE_END = regex.compile(r"[\s,.;:]*\bngay\b")


_ONE_OR_TWO_DIGITS = regex.compile(r"\d{1,2}")


_FILLED = regex.compile(r"[^\s.…_,:;/-]")
"""A sign in the slot of a day or month that is not a blank to fill in."""


_OUTER_SIGNS = regex.compile(r"^[^\p{L}]+|[^\p{L})]+$")


def extract_issued(draft: Draft) -> Issued | None:
    """Place and date of the document; a blank or unreadable day (or month) leaves the date shorter."""
    for block in draft.layout.in_zone(Zone.PLACE_DATE):
        found = place_and_date(draft.layout, draft.layout.block_text(block), block.start, block.end)
        if found is not None:
            return found
    return None


def place_and_date(layout: Layout, text: str, start: int, end: int) -> Issued | None:
    """Place and date that a line gives.

    Args:
        layout: the document's.
        text: what the line says.
        start: where it begins in the document's text.
        end: where it ends there.
    """
    low = bare(text)
    match = _DATE.search(low) or _NUMERIC.search(low)
    if match is None:
        return None
    place_end = _PLACE_END.search(low)
    place = _clean_place(text[: place_end.start()]) if place_end else None
    day, month = _number(match["day"]), _number(match["month"])
    year = int(match["year"].replace(" ", "")) if match["year"] else None
    date = _date(year, month, day)
    complete = date is not None and len(date) == 10
    reading = layout.text.confidence(start, end)
    rule = "issued" if complete else "issued.partial"
    filled = _FILLED.search(match["day"] if day is None else "") or _FILLED.search(
        match["month"] if month is None else ""
    )
    if not complete and (filled or reading is not None):
        rule = "issued.unreadable"
    parts = None
    if rule == "issued.unreadable" or (reading is not None and reading < 0.9):
        # Each part by itself: the month is usually printed where the day is written by hand.
        read = {"day": day, "month": month, "year": year}
        parts = {
            name: confidence(
                "issued.unreadable" if value is None else "issued", reading if name == "day" else None
            )
            for name, value in read.items()
        }
    return Issued(
        place=place,
        date=date,
        parts=parts,
        evidence=layout.evidence(start, end, f"rule:{rule}"),
        confidence=confidence(rule, reading),
    )


def _number(text: str) -> int | None:
    """A slot's number, only where the slot holds digits and nothing else."""
    text = text.strip(" .…_,:'\"")
    return int(text) if _ONE_OR_TWO_DIGITS.fullmatch(text) else None


def _date(year: int | None, month: int | None, day: int | None) -> str | None:
    if year is None or not 1945 <= year <= 2100:
        return None
    if month is None or not 1 <= month <= 12:
        return str(year)
    if day is not None and (full := edtf.day(year, month, day)) is not None:
        return full
    return edtf.month(year, month)


def _clean_place(text: str) -> str | None:
    text = _OUTER_SIGNS.sub("", text)
    return text or None
