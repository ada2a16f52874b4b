"""A compact model of which syllables follow each other in administrative Vietnamese.

Counts of syllables and of pairs, smoothed after Witten and Bell. The counts are plain text
(``data/syllable_lm.txt``, written by ``scripts/build_language_model.py``; see ``models/syllable-lm``): the first
line names the format and the SHA-256 of the rest, every other line is one syllable, its count, and its
followers with counts. Lines are taken apart only when they are first asked for.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

import regex

from vnadmin_extract.errors import VnadminError
from vnadmin_extract.ocr.lexicon import anatomy, canonical, is_syllable

FORMAT: Final = "syllable-lm 1"
NUMBER: Final = "#"
"""Stands in the stream for anything with digits."""
CODE: Final = "@"
"""Stands for codes, addresses and other words that are no running text."""
BREAK: Final = ","
"""Stands for punctuation."""
NAME: Final = "~"
"""Before a syllable's key: the row of syllables that follow it where both begin with a capital (names)."""

# Signs that do not stand beside letters in running text: what has them is dirt, and its letters guesses.
_ODD: Final = regex.compile(r"[^\p{L}.,;:()\"'“”‘’«»\-–/…?!*]")
_ROMAN: Final = frozenset("ivxlcdm")
_LONGEST: Final = 60
_LETTERS: Final = regex.compile(r"\p{L}+")
_DIGIT: Final = regex.compile(r"\d")
# Addresses, codes (NQ/TW, TB-UBND), dotted abbreviations: nothing in them is running text.
_CODE: Final = regex.compile(r"@|://|\bwww\.|\p{L}\.\p{L}|\p{Lu}[-–/_]|[-–/_]\p{Lu}\p{Lu}|[_\\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One element of the stream of a text: a syllable, or a stand-in."""

    key: str
    """Lower case, tone in its canonical place; or :data:`NUMBER`, :data:`CODE`, :data:`BREAK`."""
    printed: str = ""
    """As printed; empty for stand-ins."""
    start: int = 0
    """Offset in the printed word."""
    title: bool = False
    """Whether it begins with a capital and goes on in small letters."""
    changeable: bool = False
    """Whether it may be set right: no single letter, abbreviation or mixed case, in a word of plain signs."""


_NUMBER_PIECE: Final = Piece(NUMBER)
_CODE_PIECE: Final = Piece(CODE)
BREAK_PIECE: Final = Piece(BREAK)


def pieces(word: str) -> tuple[Piece, ...]:
    """Take a printed word (no blank inside, NFC) apart.

    ``"(huyện,"`` gives a break, ``huyện``, a break. Words with digits are one number; codes, addresses and what
    is longer than any word are one code: they bear context but are never looked into.
    """
    return _pieces(word) if len(word) <= _LONGEST else (_CODE_PIECE,)


@lru_cache(maxsize=16384)
def _pieces(word: str) -> tuple[Piece, ...]:
    if not word.isalpha():
        if _DIGIT.search(word):
            return (_NUMBER_PIECE, BREAK_PIECE) if word[-1] in ",;:.)" else (_NUMBER_PIECE,)
        if _CODE.search(word):
            return (_CODE_PIECE,)
    plain = word.isalpha() or not _ODD.search(word)
    out: list[Piece] = []
    position = 0
    for match in _LETTERS.finditer(word):
        if match.start() > position:
            out.append(BREAK_PIECE)
        printed = match.group()
        key = canonical(printed.lower())
        upper = len(printed) > 1 and printed.isupper()
        if upper:
            roman = _ROMAN.issuperset(anatomy(key).skeleton)
            changeable = plain and not roman and (is_syllable(key) or len(printed) > 4)
        else:
            changeable = plain and len(printed) > 1 and printed[1:].islower()
        out.append(Piece(key, printed, match.start(), printed[0].isupper() and not upper, changeable))
        position = match.end()
    if position < len(word):
        out.append(BREAK_PIECE)
    return tuple(out)


def stream(text: str) -> Iterator[tuple[str, bool]]:
    """The keys of a running text, for counting, and whether each begins with a capital (:attr:`Piece.title`)."""
    last = BREAK
    for word in unicodedata.normalize("NFC", text).split():
        for piece in pieces(word):
            if piece.key == BREAK and last == BREAK:
                continue
            last = piece.key
            yield last, piece.title


class ModelError(VnadminError):
    """The shipped model is damaged or of another format."""


class SyllableModel:
    """Probabilities of syllables after syllables (natural logarithms)."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._rows: dict[str, tuple[dict[str, float], float]] = {}
        total = 0
        for line in text.splitlines():
            key, count, followers = line.split("\t")
            self._lines[key] = followers
            if key.startswith(NAME):
                continue
            self._counts[key] = number = int(count)
            total += number
        # A syllable never seen is about as likely as one seen a third of a time.
        self._floor = math.log(0.3 / max(total, 1))
        self._log_total = math.log(max(total, 1))
        self._unigrams = {key: math.log(n) - self._log_total for key, n in self._counts.items()}
        self._groups: dict[str, list[str]] | None = None

    def count(self, key: str) -> int:
        """How often the syllable was seen."""
        return self._counts.get(key, 0)

    def row(self, key: str) -> tuple[dict[str, float], float]:
        """Followers of a syllable with their log probabilities, and the weight of backing off."""
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = self._parse(key)
        return row

    def follows(self, first: str, second: str) -> bool:
        """Whether the pair was seen."""
        return second in self.row(first)[0]

    def is_name(self, first: str, second: str) -> bool:
        """Whether the pair was seen with two capitals."""
        return second in self.row(NAME + first)[0]

    def log_probability(self, first: str, second: str) -> float:
        """Of ``second`` after ``first``."""
        seen, back_off = self.row(first)
        value = seen.get(second)
        if value is not None:
            return value
        return back_off + self._unigrams.get(second, self._floor)

    def with_skeleton(self, skeleton: str) -> list[str]:
        """All syllables of the model that have these letters when their marks are taken away."""
        if self._groups is None:
            groups: dict[str, list[str]] = {}
            for key in self._counts:
                if key not in (NUMBER, CODE, BREAK):
                    groups.setdefault(anatomy(key).skeleton, []).append(key)
            self._groups = groups
        return self._groups.get(skeleton, [])

    def _parse(self, key: str) -> tuple[dict[str, float], float]:
        line = self._lines.get(key)
        if not line:
            return {}, 0.0
        counts: dict[str, int] = {}
        for item in line.split(" "):
            follower, _, number = item.partition(":")
            counts[follower] = int(number or 1)
        total = sum(counts.values())
        share = total / (total + len(counts))
        back_off = math.log(1.0 - share)
        rest = math.exp(back_off)
        row = {
            follower: math.log(
                share * number / total + rest * math.exp(self._unigrams.get(follower, self._floor))
            )
            for follower, number in counts.items()
        }
        return row, back_off


def serialise(counts: dict[str, int], followers: dict[str, dict[str, int]]) -> str:
    """The model file for these counts: deterministic, with its checksum in the first line."""
    lines = []
    for key in sorted(counts):
        row = followers.get(key, {})
        items = " ".join(
            follower if number == 1 else f"{follower}:{number}" for follower, number in sorted(row.items())
        )
        lines.append(f"{key}\t{counts[key]}\t{items}\n")
    body = "".join(lines)
    digest = hashlib.sha256(body.encode("utf-8")).hexdigest()
    return f"{FORMAT} {digest}\n{body}"


def deserialise(data: str) -> SyllableModel:
    """Read a model file.

    Raises:
        ModelError: the format is another one, or the checksum does not fit.
    """
    head, _, body = data.partition("\n")
    name, _, digest = head.rpartition(" ")
    if name != FORMAT:
        raise ModelError("The syllable model has an unknown format", remedy="Install the package again")
    if hashlib.sha256(body.encode("utf-8")).hexdigest() != digest:
        raise ModelError("The syllable model is damaged", remedy="Install the package again")
    return SyllableModel(body)


@cache
def shipped_model() -> SyllableModel:
    """The model that comes with the package.

    Raises:
        ModelError: the file is damaged.
    """
    source = resources.files("vnadmin_extract").joinpath("data", "syllable_lm.txt")
    return deserialise(source.read_text(encoding="utf-8"))
