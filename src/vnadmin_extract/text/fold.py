"""Forms of a text for comparing only; the record always keeps the text as printed.

Vietnamese is written with two placements of the tone mark (``hòa``/``hoà``, ``ủy``/``uỷ``) and, after some
consonants, with ``i`` or ``y`` (``kỹ``/``kĩ``); both stand side by side in one document.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import Final

import regex

_ROWS: Final = ("aàáảãạ", "eèéẻẽẹ", "iìíỉĩị", "oòóỏõọ", "uùúủũụ", "yỳýỷỹỵ")
_TONE: Final[dict[str, tuple[str, int]]] = {c: (row[0], i) for row in _ROWS for i, c in enumerate(row)}
_MARKS: Final = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
_LETTER: Final[dict[tuple[str, int], str]] = {value: key for key, value in _TONE.items()}

_CACHED_LENGTH: Final = 200
"""Longer texts are not cached: they hardly come twice and would fill the memory."""

_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2044\u2215", "/"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u00b4\u0060", "'"),
        **dict.fromkeys("\t\n\v\f\r\u0085\u00a0\u2007\u2009\u200a\u202f\u3000", " "),
        "\u00d0": "\u0111",
        "\u00f0": "\u0111",
        "\u0189": "\u0111",
        "\u0110": "\u0111",
    }
)

# The tone belongs on the first vowel in open syllables (hòa, khỏe, ủy: the placement most texts use) and on the
# second in closed ones (hoàn), never on the u of "qu".
_OPEN: Final = regex.compile(r"(?:o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?![\p{L}\p{M}])")
_CLOSED: Final = regex.compile(r"[òóỏõọ][ae](?=\p{L})|(?<=q)[ùúủũụ][aăâeêioôơy]|[ùúủũụ]y(?=\p{L})")
_Y: Final = regex.compile(r"(?<=(?<!\p{L})(?:[hklmst]|qu))[yỳýỷỹỵ](?![\p{L}\p{M}])")


def _move_first(match: regex.Match[str]) -> str:
    pair = match.group()
    first, second = pair[0], pair[1]
    base, tone = _TONE[second]
    return _LETTER[_TONE[first][0], tone] + base


def _move_second(match: regex.Match[str]) -> str:
    pair = match.group()
    first, second = pair[0], pair[1]
    base, tone = _TONE[first]
    moved = unicodedata.normalize("NFC", unicodedata.normalize("NFD", second) + _MARKS[tone])
    return base + moved


def _to_i(match: regex.Match[str]) -> str:
    return _LETTER["i", _TONE[match.group()][1]]


def lower_chars(text: str) -> str:
    """A text in small letters, every character at its offset (``İ`` stays, whose small form is two characters)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def fold_chars(text: str) -> str:
    """Fold a text without changing the place of any character.

    Lower case, one placement of the tone mark, ``i`` for ``y`` after h, k, l, m, s, t, qu at a syllable's end,
    plain dashes, quotes and blanks. For NFC input, ``len(fold_chars(text)) == len(text)`` and every character
    keeps its offset; other input is composed first.
    """
    text = unicodedata.normalize("NFC", text)
    text = lower_chars(text).translate(_SIGNS)
    text = _CLOSED.sub(_move_second, text)
    text = _OPEN.sub(_move_first, text)
    return _Y.sub(_to_i, text)


def fold(text: str) -> str:
    """:func:`fold_chars` with runs of blanks collapsed and none at the ends."""
    return _fold(text) if len(text) <= _CACHED_LENGTH else _fold.__wrapped__(text)


@lru_cache(maxsize=65536)
def _fold(text: str) -> str:
    return " ".join(fold_chars(text).split())


def strip_marks(text: str) -> str:
    """A text without tones and diacritics, ``đ`` as ``d``, case kept: for comparing noisy text (OCR).

    For NFC text the length stays the same.
    """
    return _strip_marks(text) if len(text) <= _CACHED_LENGTH else _strip_marks.__wrapped__(text)


@lru_cache(maxsize=65536)
def _strip_marks(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_BARE)


class _Bare(dict[int, int]):
    """Code point → code point of the letter without marks, filled as letters are met."""

    def __missing__(self, code: int) -> int:
        bare = [c for c in unicodedata.normalize("NFD", chr(code)) if not unicodedata.combining(c)]
        # A mark that stands alone has no letter to give; it stays, so that no offset moves.
        self[code] = ord(bare[0]) if len(bare) == 1 else code
        return self[code]


_BARE: Final = _Bare({ord(c): ord(d) for c, d in zip("\u0111\u0110\u00d0\u00f0\u0189", "dDDdD", strict=True)})


def unmark(text: str) -> str:
    """The form in which patterns are matched: :func:`strip_marks` in lower case, with plain signs and blanks.

    Dashes, slashes, double quotes and blanks within a line become the plain ones; line breaks stay. Every character
    keeps its offset whatever the text (a mark that stands alone stays), so that what a pattern finds here stands at
    the same place in the text itself. This is how words are compared in scanned text, which loses marks
    ("Ñghị đinh", "sô").
    """
    return text.translate(_PLAIN)


class _Plain(dict[int, int]):
    """Code point → code point of the plain sign or lower-case letter without marks."""

    def __missing__(self, code: int) -> int:
        low = chr(_BARE[code]).lower()
        self[code] = ord(low) if len(low) == 1 else code
        return self[code]


_PLAIN: Final = _Plain(
    {
        **{code: ord(sign) for code, sign in _SIGNS.items() if sign in ("-", "/", '"')},
        **dict.fromkeys(map(ord, "\t\u00a0\u2007\u2009\u200a\u202f\u3000"), ord(" ")),
    }
)


@cache
def _abbreviations() -> tuple[
    regex.Pattern[str], regex.Pattern[str], dict[str, list[tuple[str, tuple[str, ...]]]]
]:
    """Patterns (any text; mixed-case text only) and the readings of each short form."""
    import tomllib

    data = tomllib.loads(
        (resources.files("vnadmin_extract.knowledge") / "abbreviations.toml").read_text(encoding="utf-8")
    )
    readings: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    mixed_only: set[str] = set()
    for entry in data["abbreviation"]:
        before = tuple(fold(word) for word in entry.get("before", ()))
        for short in entry["short"]:
            key = short.casefold()
            readings.setdefault(key, []).append((entry["long"], before))
            if entry.get("mixed_case_only", False):
                mixed_only.add(short)
    for options in readings.values():
        options.sort(key=lambda option: not option[1])

    def pattern(shorts: list[str], flags: int) -> regex.Pattern[str]:
        body = "|".join(
            regex.escape(s) + (r"\s*" if s.endswith(".") else r"(?![\p{L}\p{M}\p{N}])")
            for s in sorted(shorts, key=len, reverse=True)
        )
        return regex.compile(r"(?<![\p{L}\p{M}\p{N}])(?:" + (body or r"(?!)") + ")", flags)

    anywhere = [s for entry in data["abbreviation"] for s in entry["short"] if s not in mixed_only]
    return pattern(anywhere, regex.IGNORECASE), pattern(sorted(mixed_only), 0), readings


def expand_abbreviations(text: str) -> str:
    """Write out the short forms of ``knowledge/abbreviations.toml`` (``UBND`` → ``Ủy ban nhân dân``)."""
    anywhere, mixed, readings = _abbreviations()

    def replace(match: regex.Match[str]) -> str:
        following: str | None = None
        for long, before in readings[match.group().strip().casefold()]:
            if not before:
                return f"{long} "
            if following is None:
                following = fold(match.string[match.end() : match.end() + 40])
            if following.startswith(before):
                return f"{long} "
        return match.group()

    if any(c.islower() for c in text):
        text = mixed.sub(replace, text)
    return anywhere.sub(replace, text)


_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def match_key(name: str) -> str:
    """The form under which two spellings of one name are equal: folded, written out, words only.

    ``match_key("UBND TP. Hà Nội") == match_key("Uỷ ban nhân dân thành phố Hà Nội")``.
    """
    return _match_key(name) if len(name) <= _CACHED_LENGTH else _match_key.__wrapped__(name)


@lru_cache(maxsize=65536)
def _match_key(name: str) -> str:
    return " ".join(_WORD.findall(fold(expand_abbreviations(unicodedata.normalize("NFC", name)))))
