"""Working days in Viet Nam, and the end of a period of time.

Sources: Labour Code 2019, Article 112 (public holidays; the Prime Minister fixes Tết and the National Day's
second day each year, so that future years are estimates); Civil Code 2015, Articles 145 to 148 (periods of
time). Days off come from the ``holidays`` package and from ``knowledge/holidays.toml``, over which a user's
own file may be laid (:attr:`Config.holidays_file`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import regex

from vnadmin_extract.config import Config
from vnadmin_extract.errors import KnowledgeError
from vnadmin_extract.grammar.edtf import month_length

_DURATION = regex.compile(
    r"(-)?P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?)?"
)
_TABLES = ("off", "working", "yearly")


@dataclass(frozen=True, slots=True)
class _Table:
    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()
    yearly: tuple[tuple[int, int, int], ...] = ()
    """(month, day, first year)."""


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked. Immutable; make one with :func:`work_calendar`."""

    table: _Table = field(default_factory=_Table)
    saturday_works: bool = False

    def is_holiday(self, day: date) -> bool:
        """Whether a day is off by law or by a swap, whatever day of the week it is."""
        if day in self.table.working:
            return False
        if day in self.table.off:
            return True
        if any((day.month, day.day) == (m, d) and day.year >= since for m, d, since in self.table.yearly):
            return True
        return day in _public_holidays(day.year)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on a day: no weekend (Saturday may be set to work), no holiday, swaps applied."""
        if day in self.table.working:
            return True
        weekend = day.weekday() == 6 or (day.weekday() == 5 and not self.saturday_works)
        if weekend and day not in _working_weekends(day.year):
            return False
        return not self.is_holiday(day)

    def next_working_day(self, day: date) -> date:
        """``day`` itself where it is worked, otherwise the first working day after it."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def add_working_days(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start``; before it for a negative count.

        ``start`` itself does not count (Civil Code, Article 147(2)). Zero gives ``start``.
        """
        step = timedelta(days=1 if count >= 0 else -1)
        day = start
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def add_period(self, start: date, duration: str, working_days: bool = False) -> date:
        """The last day of a period that an event on ``start`` begins.

        The first day does not count; weeks, months and years end on the corresponding day, or on the month's
        last day where there is none; a last day that is not worked moves to the next working day (Civil Code,
        Articles 147 and 148). Hours are rounded up to the day on which they end. A negative duration ("70
        days before") is counted back and does not move.

        Args:
            start: day of the event.
            duration: ISO 8601, ``"P5D"``, ``"P2W"``, ``"P12M"``, ``"P5Y"``, ``"PT72H"``, ``"-P70D"``.
            working_days: days of the duration are working days.

        Raises:
            ValueError: ``duration`` has another form, or the end lies outside the calendar.
        """
        match = _DURATION.fullmatch(duration)
        if match is None or not any(match.groups()[1:]):
            raise ValueError(f"not a duration of the supported form: {duration!r}")
        sign = -1 if match[1] else 1
        years, months, weeks, days, hours, minutes = (int(part or 0) for part in match.groups()[1:])
        try:
            end = _add_months(start, sign * (12 * years + months)) + timedelta(weeks=sign * weeks)
            days += -(-(hours * 60 + minutes) // (24 * 60))
            if working_days:
                if days > 20000:
                    raise ValueError(f"too many working days: {days}")
                end = self.add_working_days(end, sign * days)
            else:
                end += timedelta(days=sign * days)
            return self.next_working_day(end) if sign > 0 else end
        except OverflowError as error:
            raise ValueError(f"the end of {duration} after {start} lies outside the calendar") from error


def work_calendar(config: Config | None = None) -> WorkCalendar:
    """The calendar for some settings.

    Raises:
        KnowledgeError: the user's holidays file cannot be read or is malformed.
    """
    config = config or Config()
    table = _bundled()
    if config.holidays_file is not None:
        path = config.holidays_file
        try:
            changed = path.stat().st_mtime_ns
        except OSError as error:
            raise _bad(
                f"the holidays file cannot be opened ({error.strerror or error})", str(path)
            ) from error
        own = _user_table(path, changed)
        table = _Table(
            (table.off | own.off) - own.working,
            (table.working | own.working) - (own.off - own.working),
            table.yearly + own.yearly,
        )
    return WorkCalendar(table, config.saturday_works)


def is_working_day(day: date, config: Config | None = None) -> bool:
    """See :meth:`WorkCalendar.is_working_day`."""
    return work_calendar(config).is_working_day(day)


def add_working_days(start: date, count: int, config: Config | None = None) -> date:
    """See :meth:`WorkCalendar.add_working_days`."""
    return work_calendar(config).add_working_days(start, count)


def add_period(start: date, duration: str, working_days: bool = False, config: Config | None = None) -> date:
    """See :meth:`WorkCalendar.add_period`."""
    return work_calendar(config).add_period(start, duration, working_days)


def _add_months(day: date, months: int) -> date:
    if not months:
        return day
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return date(year, month + 1, min(day.day, month_length(year, month + 1)))


@lru_cache(maxsize=256)
def _country(year: int) -> Any:
    import holidays  # heavy: loaded when a working day is first asked for

    return holidays.country_holidays("VN", years=year)


def _public_holidays(year: int) -> Any:
    return _country(year)


@lru_cache(maxsize=256)
def _working_weekends(year: int) -> frozenset[date]:
    return frozenset(getattr(_country(year), "weekend_workdays", ()))


@lru_cache(maxsize=1)
def _bundled() -> _Table:
    name = "holidays.toml"
    text = files("vnadmin_extract.knowledge").joinpath(name).read_text("utf-8")
    return _parse(text, name)


@lru_cache(maxsize=32)
def _user_table(path: Path, changed: int) -> _Table:
    """``changed`` (the file's modification time) makes an edited file be read again."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(f"the holidays file cannot be read ({error})", str(path)) from error
    return _parse(text, str(path))


def _parse(text: str, name: str) -> _Table:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad(f"the holidays file is not TOML ({error})", name) from error
    unknown = set(data) - set(_TABLES)
    if unknown:
        raise _bad(f"unknown table {sorted(unknown)[0]!r} in the holidays file", name)
    return _Table(
        frozenset(_date(row, name) for row in _rows(data, "off", name)),
        frozenset(_date(row, name) for row in _rows(data, "working", name)),
        tuple(_yearly(row, name) for row in _rows(data, "yearly", name)),
    )


def _rows(data: Mapping[str, Any], table: str, name: str) -> list[Mapping[str, Any]]:
    rows = data.get(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _bad(f"{table!r} in the holidays file is not a list of tables", name)
    return rows


def _date(row: Mapping[str, Any], name: str) -> date:
    value = row.get("date")
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _bad(f"an entry of the holidays file has no date: {dict(row)!r}", name)
    return value


def _yearly(row: Mapping[str, Any], name: str) -> tuple[int, int, int]:
    month, day, since = row.get("month"), row.get("day"), row.get("from", 1)
    if not all(type(value) is int for value in (month, day, since)):
        raise _bad(f"a yearly entry of the holidays file needs month and day as numbers: {dict(row)!r}", name)
    assert isinstance(month, int)
    assert isinstance(day, int)
    assert isinstance(since, int)
    try:
        date(2024, month, day)  # a leap year, so that 29 February is allowed
    except ValueError as error:
        raise _bad(
            f"a yearly entry of the holidays file is no day of the year: {dict(row)!r}", name
        ) from error
    return month, day, since


def _bad(what: str, name: str) -> KnowledgeError:
    return KnowledgeError(
        what,
        file=name,
        remedy="Write [[off]], [[working]] with date = YYYY-MM-DD, and [[yearly]] with month, day and from",
    )
