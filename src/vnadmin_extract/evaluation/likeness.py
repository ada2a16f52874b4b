"""When two values are the same: three matchers side by side, as GROBID's evaluation has them.

- *strict*: the same text after folding (case, tone placement, dashes, signs, a few abbreviations);
- *soft*: nearly the same (Ratcliff and Obershelp, or the bag of words for long texts); the project's main figure;
- *edit*: Levenshtein similarity of at least 0.8.

Numbers, notations, dates, relations and other codes are strict in all three.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import regex
from rapidfuzz.distance import Levenshtein


class Matcher(StrEnum):
    """Which differences are overlooked."""

    STRICT = "strict"
    SOFT = "soft"
    EDIT = "edit"


EDIT_FLOOR: Final = 0.8
_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")
_WORD: Final = regex.compile(r"\w+")
_ABBREVIATIONS: Final = (
    (regex.compile(r"(?<!\w)ubnd(?!\w)"), "ủy ban nhân dân"),
    (regex.compile(r"(?<!\w)hđnd(?!\w)"), "hội đồng nhân dân"),
    (regex.compile(r"(?<!\w)mttq(?!\w)"), "mặt trận tổ quốc"),
    (regex.compile(r"(?<!\w)ubmttq(?!\w)"), "ủy ban mặt trận tổ quốc"),
    (regex.compile(r"tp\."), "thành phố "),
    (regex.compile(r"tx\."), "thị xã "),
    (regex.compile(r"tt\."), "thị trấn "),
)
"""Spellings of one name; few, so that every one of them is beyond doubt."""


@lru_cache(maxsize=65536)
def key(text: str) -> str:
    """The form of a text for comparing: small letters, tone marks at the syllable's end, words parted by blanks."""
    text = unicodedata.normalize("NFC", text).lower().replace("\u2013", "-").replace("\u2014", "-")
    for pattern, full in _ABBREVIATIONS:
        text = pattern.sub(full, text)
    return " ".join(_syllable(word) for word in _WORD.findall(text))


@lru_cache(maxsize=65536)
def _syllable(word: str) -> str:
    marks: list[str] = []
    letters: list[str] = []
    for character in unicodedata.normalize("NFD", word):
        (marks if character in _TONES else letters).append(character)
    return unicodedata.normalize("NFC", "".join(letters)) + "".join(sorted(marks))


def alike(a: str, b: str) -> float:
    """Ratcliff and Obershelp's ratio of two folded texts, 1.0 where they are equal."""
    a, b = key(a), key(b)
    return 1.0 if a == b else difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()


def shared_words(a: str, b: str) -> float:
    """F1 of the words of two texts, as bags; 0.0 where one has none."""
    left, right = key(a).split(), key(b).split()
    if not left or not right:
        return 0.0
    return 2 * (Counter(left) & Counter(right)).total() / (len(left) + len(right))


def edit_similarity(a: str, b: str) -> float:
    """1 minus the Levenshtein distance over the longer length, of two folded texts."""
    return float(Levenshtein.normalized_similarity(key(a), key(b)))


Likeness = Callable[[Any, Any], float]


def names(matcher: Matcher, floor: float) -> tuple[Likeness, float]:
    """How names are compared, and from which likeness on they are the same."""
    if matcher is Matcher.STRICT:
        return _equal_keys, 1.0
    if matcher is Matcher.EDIT:
        return edit_similarity, EDIT_FLOOR
    return alike, floor


def texts(matcher: Matcher, floor: float) -> tuple[Likeness, float]:
    """How long texts (tasks, abstracts, titles) are compared."""
    if matcher is Matcher.SOFT:
        return shared_words, floor
    return names(matcher, floor)


def _equal_keys(a: str, b: str) -> float:
    return float(key(a) == key(b))


def number(value: Any) -> str | None:
    """A document's number for comparing: without leading zeros, small letters."""
    return regex.sub(r"^0+(?=\w)", "", str(value).strip().lower()) if value else None


def notation(value: str | None) -> str | None:
    """A notation for comparing: capitals, every run of signs and blanks one hyphen."""
    if not value:
        return None
    return regex.sub(r"[\s/\-\u2013_.]+", "-", unicodedata.normalize("NFC", value).upper()).strip("-")


def code_key(code: dict[str, Any] | None) -> tuple[str | None, int | None, str | None] | None:
    """What makes two codes the same; ``None`` for a document without number and notation."""
    if not code or not (code.get("number") or code.get("notation")):
        return None
    year = code.get("year")
    return number(code.get("number")), int(year) if year else None, notation(code.get("notation"))


def same_code(a: dict[str, Any] | None, b: dict[str, Any] | None) -> bool:
    """Whether two codes are the same; a year that only one of them prints is overlooked."""
    left, right = code_key(a), code_key(b)
    if left is None or right is None:
        return False
    return (left[0], left[2]) == (right[0], right[2]) and not (left[1] and right[1] and left[1] != right[1])


def deadline_key(deadline: dict[str, Any]) -> tuple[str, str | None]:
    """What makes two deadlines the same: the day or span, the rhythm, or the length."""
    kind = deadline.get("kind")
    if kind == "recurring":
        return "recurring", deadline.get("frequency")
    if kind == "relative":
        return "relative", deadline.get("duration")
    return "date", deadline.get("due")
