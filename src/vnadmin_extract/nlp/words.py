"""Syllables, numbers and signs of a text with their offsets; free of spaCy, whose import costs most of a second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import regex

_WORD: Final = regex.compile(r"\n|[\p{L}\p{M}\p{N}]++|[^\s\p{L}\p{M}\p{N}]")

EDGES: Final = frozenset("|¦")
"""A lone "|" is an edge of a table or a speck that a scan's reader took for a letter."""


def tokens_of(text: str) -> Iterator[tuple[str, int]]:
    """The tokens of a text with their offsets; blanks left out, line feeds kept."""
    for match in _WORD.finditer(text):
        yield match[0], match.start()


def split(text: str) -> list[str]:
    """Syllables, numbers and signs of a text, without blanks (line feeds count as signs)."""
    return _WORD.findall(text)


__all__ = ["EDGES", "split", "tokens_of"]
