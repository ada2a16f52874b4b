"""EDTF values of the record."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin_extract.grammar import edtf


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2024-11-05", date(2024, 11, 5), date(2024, 11, 5)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-34", date(2024, 4, 1), date(2024, 6, 30)),
        ("2024-36", date(2024, 10, 1), date(2024, 12, 31)),
        ("2024-40", date(2024, 1, 1), date(2024, 6, 30)),
        ("2024-41", date(2024, 7, 1), date(2024, 12, 31)),
        ("2025-36/2026-33", date(2025, 10, 1), date(2026, 3, 31)),
        ("2012-33/2012", date(2012, 1, 1), date(2012, 12, 31)),
    ],
)
def test_days(value: str, first: date, last: date) -> None:
    assert (edtf.first_day(value), edtf.last_day(value)) == (first, last)


@pytest.mark.parametrize(
    "value",
    ["", None, "2024-13", "2024-02-30", "2024-42", "0000", "2026/2025", "2024/", "24-01-01", "2024-1", "x"],
)
def test_not_edtf(value: str | None) -> None:
    assert not edtf.is_valid(value)
    assert edtf.last_day(value) is None


def test_making() -> None:
    assert edtf.day(2024, 2, 29) == "2024-02-29"
    assert edtf.day(2025, 2, 29) is None
    assert edtf.month(2024, 13) is None
    assert edtf.quarter(2024, 2) == "2024-34"
    assert edtf.quarter(2024, 5) is None
    assert edtf.half(2024, 2) == "2024-41"
    assert edtf.interval("2024-36", "2025-33") == "2024-36/2025-33"
    assert edtf.interval("2025", "2024-01") is None


@given(st.text(max_size=25))
def test_never_raises(text: str) -> None:
    assert (edtf.first_day(text) is None) == (edtf.last_day(text) is None)
