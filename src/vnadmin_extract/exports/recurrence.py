"""Recurrence rules as calendar programs understand them.

A record's rule says what the document says: "hằng quý" is ``FREQ=MONTHLY;INTERVAL=3``, with no day. A calendar counts
such a rule from the day on which it begins, so that the day must be named: the last day of each week (Sunday), month,
quarter, half or year, as in the questions over a catalogue (:func:`vnadmin_extract.catalogue.queries.occurrences`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from dateutil.rrule import rrulestr

_FREQUENCIES: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_LONGEST: Final = 200
_YEARS: Final = 10
"""How far to look for the first day."""


def named_days(rule: str) -> str | None:
    """The rule with its days named; ``None`` for what is no rule of days."""
    parts: dict[str, str] = {}
    for part in rule[: _LONGEST + 1].removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        parts[name.strip().upper()] = value.strip().upper()
    if len(rule) > _LONGEST or not all(parts.values()) or parts.get("FREQ") not in _FREQUENCIES:
        return None
    interval = parts.get("INTERVAL", "1")
    if not interval.isdecimal() or not 0 < int(interval) < 1000:
        return None
    months = int(interval) if parts["FREQ"] == "MONTHLY" else 0
    if months and 12 % months == 0:
        # Stretches are those of the calendar: a quarter ends in March, not three months after the day of issue.
        parts.pop("INTERVAL", None)
        if months > 1:
            parts.setdefault("BYMONTH", ",".join(str(month) for month in range(months, 13, months)))
    if any(name.startswith("BY") and name != "BYMONTH" for name in parts):
        _keep_short_months(parts)
    elif parts["FREQ"] == "WEEKLY":
        parts["BYDAY"] = "SU"
    elif parts["FREQ"] in ("MONTHLY", "YEARLY"):
        parts["BYMONTHDAY"] = "-1"
        if parts["FREQ"] == "YEARLY":
            parts.setdefault("BYMONTH", "12")
    return ";".join(f"{name}={value}" for name, value in parts.items())


def first_occurrence(rule: str, since: date) -> date | None:
    """The first day of a rule of :func:`named_days` that is not before ``since``; ``None`` where there is none."""
    try:
        start = datetime(since.year, since.month, since.day)
        days = rrulestr(rule, dtstart=start)
        found = next(days.xafter(start, count=1, inc=True), None)
    except (ValueError, TypeError, OverflowError):
        return None  # a rule that no calendar understands
    if found is None or found - start > timedelta(days=366 * _YEARS):
        return None
    return found.date()


def _keep_short_months(parts: dict[str, str]) -> None:
    """ "Ngày 30 hằng tháng" is the last day of February too (Civil Code, Article 147(4), by analogy)."""
    day = parts.get("BYMONTHDAY", "")
    if parts["FREQ"] == "MONTHLY" and day in ("29", "30", "31") and "BYSETPOS" not in parts:
        parts["BYMONTHDAY"] = ",".join(str(number) for number in range(28, int(day) + 1))
        parts["BYSETPOS"] = "-1"
