"""Dates of the record: EDTF (ISO 8601-2) level 0, with the level 1 codes for quarters and halves.

The forms used: ``2024-11-05`` (day), ``2024-03`` (month), ``2024`` (year), ``2024-33`` … ``2024-36``
(quarters I to IV), ``2024-40`` and ``2024-41`` (first and second half), and intervals ``A/B`` of any two of
them. Nothing here raises on a string: what is no such form is ``None`` (or ``False``).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

import regex

QUARTER_CODES = {1: 33, 2: 34, 3: 35, 4: 36}
"""Quarter (1 to 4) → sub-year code."""
HALF_CODES = {1: 40, 2: 41}
"""Half (1 or 2) → sub-year code."""

_SINGLE = regex.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_SPANS = {33: (1, 3), 34: (4, 6), 35: (7, 9), 36: (10, 12), 40: (1, 6), 41: (7, 12)}


@dataclass(frozen=True, slots=True)
class _Span:
    first: date
    last: date


def _single(text: str) -> _Span | None:
    match = _SINGLE.fullmatch(text)
    if match is None:
        return None
    year = int(match[1])
    if year < 1:
        return None
    if match[2] is None:
        return _Span(date(year, 1, 1), date(year, 12, 31))
    part = int(match[2])
    if match[3] is not None:
        try:
            day = date(year, part, int(match[3]))
        except ValueError:
            return None
        return _Span(day, day)
    if 1 <= part <= 12:
        return _Span(date(year, part, 1), date(year, part, month_length(year, part)))
    if part in _SPANS:
        begin, end = _SPANS[part]
        return _Span(date(year, begin, 1), date(year, end, month_length(year, end)))
    return None


def _span(text: str | None) -> _Span | None:
    if not text or len(text) > 21:
        return None
    first, slash, second = text.partition("/")
    begin = _single(first)
    if not slash or begin is None:
        return begin
    end = _single(second)
    if end is None or end.last < begin.first:
        return None
    return _Span(begin.first, end.last)


def month_length(year: int, month: int) -> int:
    """Number of days of a month."""
    return calendar.monthrange(year, month)[1]


def first_day(edtf: str | None) -> date | None:
    """The first day that a value covers: ``2024-34`` → 1 April 2024. ``None`` for what is no EDTF form."""
    span = _span(edtf)
    return span.first if span else None


def last_day(edtf: str | None) -> date | None:
    """The last day that a value covers: ``2024-34`` → 30 June 2024. ``None`` for what is no EDTF form."""
    span = _span(edtf)
    return span.last if span else None


def is_valid(edtf: str | None) -> bool:
    """Whether a text is one of the forms of this module, with a day that exists and ends in order."""
    return _span(edtf) is not None


def day(year: int, month: int, day_of_month: int) -> str | None:
    """``2024-11-05``, or ``None`` for a day that does not exist."""
    return _checked(f"{year:04d}-{month:02d}-{day_of_month:02d}")


def month(year: int, number: int) -> str | None:
    """``2024-03``, or ``None`` for a month that does not exist."""
    return _checked(f"{year:04d}-{number:02d}") if 1 <= number <= 12 else None


def quarter(year: int, number: int) -> str | None:
    """``2024-34`` for quarter 2, or ``None`` where ``number`` is not 1 to 4."""
    return _checked(f"{year:04d}-{QUARTER_CODES[number]}") if number in QUARTER_CODES else None


def half(year: int, number: int) -> str | None:
    """``2024-40`` for the first half, or ``None`` where ``number`` is not 1 or 2."""
    return _checked(f"{year:04d}-{HALF_CODES[number]}") if number in HALF_CODES else None


def interval(begin: str | None, end: str | None) -> str | None:
    """``A/B``, or ``None`` where an end is missing or the second lies before the first."""
    if not begin or not end or "/" in begin or "/" in end:
        return None
    return _checked(f"{begin}/{end}")


def _checked(text: str) -> str | None:
    return text if is_valid(text) else None
