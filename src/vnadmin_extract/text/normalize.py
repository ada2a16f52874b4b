"""The one place where printed characters become the record's characters.

Readers give text as printed; the layout stage normalises it once, word by word, and keeps for every character
the place it came from, so that evidence can point back to the page.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import regex

_SPACES: Final = (
    "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)

_REPLACED: Final[dict[str, str]] = {
    # Hyphens and the minus sign are one character for the eye and three for a search. En and em dashes are
    # other signs ("2021–2025", "A — B") and stay as printed.
    "\u2010": "-",
    "\u2011": "-",
    "\u2212": "-",
    "\ufe63": "-",
    "\uff0d": "-",
    "\u2044": "/",
    "\u2215": "/",
    # Icelandic eth and African d, drawn exactly like the Vietnamese letter.
    "\u00d0": "\u0110",
    "\u0189": "\u0110",
    "\u00f0": "\u0111",
    "\u0256": "\u0111",
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    # List marks of the Symbol and Wingdings fonts, stored in the private use area (U+F000 + code).
    "\uf02d": "-",
    "\uf0b7": "\u2022",
    "\uf0a7": "\u25aa",
    "\uf0d8": "\u27a2",
    **dict.fromkeys(_SPACES, " "),
}

# Invisible: soft hyphen, combining grapheme joiner, zero-width characters, direction marks, byte order mark,
# variation selectors. Not text at all: control characters, noncharacters (pdfium marks a line-end hyphen with
# U+FFFE), lone surrogates, private use.
_DROPPED: Final = regex.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
    r"\p{Cc}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}]"
)

_TOUCHED: Final = regex.compile(
    "[" + "".join(regex.escape(c) for c in _REPLACED if c != " ") + r"]|  |^ | $|" + _DROPPED.pattern
)


def normalize_word(raw: str) -> tuple[str, tuple[int, ...] | None]:
    """Normalise a word, keeping track of where each character came from.

    Unicode NFC; odd spaces become plain ones (runs collapsed, none at the ends); invisible and private-use
    characters are dropped; hyphen variants become ``-`` and fraction slashes ``/``; ``Ð``/``Ɖ`` become ``Đ``.
    En and em dashes, quotes and the placement of tone marks stay as printed.

    Args:
        raw: the word as printed.

    Returns:
        The normalised word and, for each of its characters, the index in ``raw`` that it came from
        (``None`` where the two are the same). Indices never decrease. The word may come out empty.
    """
    if (raw.isascii() or unicodedata.is_normalized("NFC", raw)) and not _TOUCHED.search(raw):
        return raw, None
    characters: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(raw):
        replacement = _REPLACED.get(character)
        if replacement is None:
            if _DROPPED.match(character):
                continue
            replacement = character
        if replacement == " " and (not characters or characters[-1] == " "):
            continue
        for part in replacement:
            characters.append(part)
            origins.append(index)
    while characters and characters[-1] == " ":
        characters.pop()
        origins.pop()
    text = "".join(characters)
    if not unicodedata.is_normalized("NFC", text):
        text, origins = _compose(characters, origins)
    if text == raw:
        return raw, None
    return text, tuple(origins)


def normalize_text(raw: str) -> str:
    """Normalise a text as :func:`normalize_word` does, without the map back; all blank runs become one space."""
    return normalize_word(raw)[0]


def _compose(characters: list[str], origins: list[int]) -> tuple[str, list[int]]:
    """Normalise to NFC cluster by cluster (a letter with its marks), so that origins can be kept."""
    out: list[str] = []
    places: list[int] = []
    cluster: list[str] = []
    indices: list[int] = []

    def close() -> None:
        for position, character in enumerate(unicodedata.normalize("NFC", "".join(cluster))):
            out.append(character)
            places.append(indices[min(position, len(indices) - 1)])
        cluster.clear()
        indices.clear()

    for character, index in zip(characters, origins, strict=True):
        if cluster and not unicodedata.combining(character) and not _joins("".join(cluster), character):
            close()
        cluster.append(character)
        indices.append(index)
    close()
    return "".join(out), places


def _joins(cluster: str, character: str) -> bool:
    """Whether a character that is no mark still composes with what stands before it (Hangul, some Indic)."""
    if character < "\u0300":
        return False
    apart = unicodedata.normalize("NFC", cluster) + unicodedata.normalize("NFC", character)
    return unicodedata.normalize("NFC", cluster + character) != apart
