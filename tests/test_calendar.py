"""Working days and the ends of periods (Civil Code 2015, Articles 145-148)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from vnadmin_extract.calendar_vn import add_period, add_working_days, is_working_day
from vnadmin_extract.config import Config
from vnadmin_extract.errors import KnowledgeError


@pytest.mark.parametrize(
    ("start", "duration", "working", "end"),
    [
        (date(2024, 10, 31), "P5D", False, date(2024, 11, 5)),
        (date(2024, 10, 31), "P5D", True, date(2024, 11, 7)),
        (date(2025, 4, 28), "P3D", False, date(2025, 5, 5)),  # 1 May, then a swapped day off, then a weekend
        (date(2024, 1, 31), "P1M", False, date(2024, 2, 29)),  # no 31 February
        (date(2024, 2, 29), "P1Y", False, date(2025, 2, 28)),
        (date(2024, 11, 4), "P2W", False, date(2024, 11, 18)),
        (date(2024, 11, 4), "PT72H", False, date(2024, 11, 7)),
        (date(2026, 3, 15), "-P70D", False, date(2026, 1, 4)),  # counted back: a Sunday stays
    ],
)
def test_add_period(start: date, duration: str, working: bool, end: date) -> None:
    assert add_period(start, duration, working) == end


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2025, 4, 26), True),  # Saturday worked for 2 May
        (date(2025, 5, 2), False),
        (date(2026, 8, 22), True),
        (date(2026, 8, 31), False),
        (date(2026, 11, 24), False),  # Ngày Văn hóa Việt Nam, from 2026
        (date(2025, 11, 24), True),
        (date(2024, 11, 2), False),  # Saturday
        (date(2024, 2, 12), False),  # Tết
        (date(2024, 11, 4), True),
    ],
)
def test_working_days(day: date, worked: bool) -> None:
    assert is_working_day(day) is worked


def test_saturday_may_be_worked() -> None:
    assert is_working_day(date(2024, 11, 2), Config(saturday_works=True))
    assert add_working_days(date(2024, 11, 1), 1, Config(saturday_works=True)) == date(2024, 11, 2)


def test_counting_back() -> None:
    assert add_working_days(date(2024, 11, 4), -1) == date(2024, 11, 1)


def test_own_file_extends_and_overrides(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        '[[off]]\ndate = 2024-11-05\nname = "Nghỉ"\n[[off]]\ndate = 2025-04-26\n[[working]]\ndate = 2024-09-02\n',
        "utf-8",
    )
    config = Config(holidays_file=path)
    assert not is_working_day(date(2024, 11, 5), config)
    assert not is_working_day(date(2025, 4, 26), config)
    assert is_working_day(date(2024, 9, 2), config)
    assert not is_working_day(date(2026, 11, 24), config)


@pytest.mark.parametrize(
    "content",
    [
        "[[off]",
        "off = 3",
        "[[off]]\nname = 'x'",
        "[[holiday]]\ndate = 2024-01-01",
        "[[yearly]]\nmonth = 2\nday = 31",
    ],
)
def test_malformed_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(KnowledgeError, match=r"bad\.toml"):
        is_working_day(date(2024, 11, 5), Config(holidays_file=path))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="cannot be opened"):
        is_working_day(date(2024, 11, 5), Config(holidays_file=tmp_path / "none.toml"))


@pytest.mark.parametrize("duration", ["", "P", "5D", "P1.5D", "PT"])
def test_not_a_duration(duration: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        add_period(date(2024, 1, 1), duration)


def test_end_outside_the_calendar() -> None:
    with pytest.raises(ValueError, match="outside"):
        add_period(date(9999, 12, 1), "P9999Y")
