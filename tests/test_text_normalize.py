"""Normalising keeps the text readable and every character traceable."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin_extract.text.normalize import normalize_text, normalize_word


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Quyết", "Quyết"),
        (unicodedata.normalize("NFD", "Quyết định"), "Quyết định"),
        ("viê\u0323t", "việt"),
        ("254\u2011KH/TU", "254-KH/TU"),
        ("1001\u2044UBND", "1001/UBND"),
        ("2021\u20132025", "2021\u20132025"),
        ("\u201cvăn bản\u201d", "\u201cvăn bản\u201d"),
        ("Q\u00d0-UBND", "QĐ-UBND"),
        ("\u00f0ồng", "đồng"),
        ("Bình\u00a0Sơn", "Bình Sơn"),
        ("\u00a0Sơn\u2003", "Sơn"),
        ("văn\u00adbản\u200b", "vănbản"),
        ("57-\ufffe", "57-"),
        ("\uf0b7", "\u2022"),
        ("\uf0e0", ""),
        ("o\ufb03ce", "office"),
        ("uỷ", "uỷ"),
    ],
)
def test_words(raw: str, expected: str) -> None:
    assert normalize_word(raw)[0] == expected


def test_unchanged_words_need_no_map() -> None:
    assert normalize_word("Nghị") == ("Nghị", None)


def test_map_points_at_the_letter_that_carries_the_marks() -> None:
    assert normalize_word("e\u0302\u0323m\u00ad-") == ("ệm-", (0, 3, 5))


@given(st.text())
def test_properties(raw: str) -> None:
    text, origins = normalize_word(raw)
    assert unicodedata.is_normalized("NFC", text)
    assert normalize_word(text) == (text, None)
    if origins is None:
        assert text == raw
    else:
        assert len(origins) == len(text)
        assert list(origins) == sorted(origins)
        assert all(0 <= index < len(raw) for index in origins)


@given(st.text(alphabet="aàâấeệđÐ\u0300\u0302\u0323\u031b\u00a0\u00ad\u1100\u1161\u11a8- \uf02d"))
def test_properties_on_marks_and_odd_characters(raw: str) -> None:
    test_properties.hypothesis.inner_test(raw)  # type: ignore[attr-defined]


def test_hostile_text_is_linear() -> None:
    started = time.process_time()
    normalize_text("a" + "\u0323" * 300_000 + "\u00a0" * 300_000 + "\u00ad" * 300_000)
    assert time.process_time() - started < 5
