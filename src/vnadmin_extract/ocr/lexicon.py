"""Written Vietnamese syllables: what is one, how its marks come apart, and where its tone is put.

The set of syllables is closed: an onset, a rhyme and a tone, with a few rules of spelling
(``knowledge/syllables.toml``). All functions take lower-case, composed (NFC) text.
"""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

_TONES: Final = {"\u0300": 1, "\u0301": 2, "\u0309": 3, "\u0303": 4, "\u0323": 5}
_QUALITIES: Final = {"\u0302": "^", "\u0306": "(", "\u031b": "+"}
_MARKS: Final = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A syllable taken apart."""

    skeleton: str
    """Its letters without any mark (``"chuyen"``); ``đ`` is ``d``."""
    qualities: tuple[str, ...]
    """For each letter of the skeleton the mark of the letter itself: ``""``, ``"^"``, ``"("``, ``"+"``, ``"-"``."""
    tone: int
    """0 none, 1 huyền, 2 sắc, 3 hỏi, 4 ngã, 5 nặng; -1 where more than one letter bears a tone."""
    toneless: str
    """The letters with their own marks but without the tone (``"chuyên"``)."""


@dataclass(frozen=True, slots=True)
class _Rules:
    onsets: tuple[str, ...]
    rhymes: frozenset[str]
    stops: tuple[str, ...]
    front: tuple[str, ...]
    only_front: frozenset[str]
    never_front: frozenset[str]


@cache
def _rules() -> _Rules:
    source = resources.files("vnadmin_extract.knowledge").joinpath("syllables.toml")
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    return _Rules(
        onsets=tuple(sorted(data["onsets"], key=len, reverse=True)),
        rhymes=frozenset(data["rhymes"]),
        stops=tuple(data["stops"]),
        front=tuple(data["front_letters"]),
        only_front=frozenset(data["only_before_front"]),
        never_front=frozenset(data["never_before_front"]),
    )


@lru_cache(maxsize=512)
def _letter(character: str) -> tuple[str, str, int, str]:
    """Plain letter, its own mark, its tone, and the letter without the tone."""
    if character == "đ":
        return "d", "-", 0, "đ"
    base, quality, tone, kept = "", "", 0, ""
    for part in unicodedata.normalize("NFD", character):
        if part in _TONES:
            tone = _TONES[part]
        elif part in _QUALITIES:
            quality = _QUALITIES[part]
            kept += part
        else:
            base += part
            kept += part
    return base, quality, tone, unicodedata.normalize("NFC", kept)


@lru_cache(maxsize=16384)
def anatomy(syllable: str) -> Anatomy:
    """Take a syllable apart into letters, marks of letters, and tone."""
    letters = [_letter(character) for character in syllable]
    tones = [letter[2] for letter in letters if letter[2]]
    return Anatomy(
        skeleton="".join(letter[0] for letter in letters),
        qualities=tuple(letter[1] for letter in letters),
        tone=tones[0] if len(tones) == 1 else (-1 if tones else 0),
        toneless="".join(letter[3] for letter in letters),
    )


@lru_cache(maxsize=16384)
def is_syllable(word: str) -> bool:
    """Whether a lower-case word is a well-formed Vietnamese syllable (it need not be in use)."""
    if not 1 <= len(word) <= 7:
        return False
    parts = anatomy(word)
    if parts.tone < 0:
        return False
    rules = _rules()
    text = parts.toneless
    for onset in rules.onsets:
        if not text.startswith(onset):
            continue
        rhyme = text[len(onset) :]
        if rhyme not in rules.rhymes:
            continue
        if onset == "q" and not rhyme.startswith("u"):
            continue
        front = rhyme.startswith(rules.front)
        if (onset in rules.only_front and not front) or (onset in rules.never_front and front):
            continue
        if rhyme.endswith(rules.stops) and parts.tone not in (2, 5):
            continue
        return True
    return False


# The tone of open oa, oe, uy stands on the first vowel by one custom and on the second by the other.
_SECOND_TO_FIRST: Final = {
    unicodedata.normalize("NFC", first + second + mark): unicodedata.normalize("NFC", first + mark + second)
    for first, second in ("oa", "oe", "uy")
    for mark in _MARKS[1:]
}
_FIRST_TO_SECOND: Final = {first: second for second, first in _SECOND_TO_FIRST.items()}


def canonical(syllable: str) -> str:
    """The syllable with the tone of open ``oa``, ``oe``, ``uy`` on the first vowel (``hoà`` → ``hòa``)."""
    moved = _SECOND_TO_FIRST.get(syllable[-2:])
    if moved is None or syllable.startswith("qu"):
        return syllable
    return syllable[:-2] + moved


def tone_on_second(syllable: str) -> str:
    """The other custom: ``hòa`` → ``hoà``."""
    moved = _FIRST_TO_SECOND.get(syllable[-2:])
    if moved is None or syllable.startswith("qu"):
        return syllable
    return syllable[:-2] + moved


def tone_custom(syllable: str) -> int:
    """1 where the tone stands on the first vowel of open ``oa/oe/uy``, 2 on the second, 0 where it does not show."""
    if syllable.startswith("qu"):
        return 0
    tail = syllable[-2:]
    return 1 if tail in _FIRST_TO_SECOND else 2 if tail in _SECOND_TO_FIRST else 0
