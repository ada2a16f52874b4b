"""Vietnamese and Roman numerals as administrative texts print them."""

from __future__ import annotations

import regex

_UNITS = {
    "không": 0,
    "một": 1,
    "mốt": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "lăm": 5,
    "nhăm": 5,
    "sáu": 6,
    "bảy": 7,
    "bẩy": 7,
    "tám": 8,
    "chín": 9,
}
_DIGIT = "một|hai|ba|bốn|năm|sáu|bảy|bẩy|tám|chín"
_LAST = "mốt|một|hai|ba|bốn|tư|lăm|nhăm|năm|sáu|bảy|bẩy|tám|chín"
_S = r"\s{1,3}"

NUMBER_WORDS = (
    rf"(?:(?:{_DIGIT}){_S}trăm(?:{_S}(?:(?:{_DIGIT}){_S}mươi|mười)(?:{_S}(?:{_LAST}))?"
    rf"|{_S}(?:linh|lẻ){_S}(?:{_LAST}))?"
    rf"|(?:{_DIGIT}){_S}mươi(?:{_S}(?:{_LAST}))?"
    rf"|mười(?:{_S}(?:{_LAST}))?"
    rf"|{_DIGIT})"
)
"""Pattern for the numbers 1 to 999 in words (use it with IGNORECASE and word bounds)."""

_WORDS = regex.compile(NUMBER_WORDS, regex.IGNORECASE)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}


def parse_number_words(text: str) -> int | None:
    """``"mười lăm"`` → 15, ``"ba mươi"`` → 30, ``"một trăm hai mươi"`` → 120; ``None`` for anything else."""
    words = text.lower().split()
    if not words or not _WORDS.fullmatch(" ".join(words)):
        return None
    total = current = 0
    for word in words:
        if word == "trăm":
            total += current * 100
            current = 0
        elif word == "mươi":
            total += current * 10
            current = 0
        elif word == "mười":
            total += 10
        elif word in ("linh", "lẻ"):
            continue
        else:
            current = _UNITS[word]
    return total + current


def parse_quarter(text: str) -> int | None:
    """Quarter number 1 to 4 from ``"II"``, ``"2"``; OCR's ``l``, ``1``, ``|`` for I and ``H`` for II are read.

    ``None`` where the mark is no quarter.
    """
    mark = text.strip().upper()
    if len(mark) == 1 and mark in "1234":
        return int(mark)
    mark = mark.replace("H", "II").translate(str.maketrans("L1|!", "IIII"))
    number = _ROMAN.get(mark)
    return number if number is not None and number <= 4 else None
