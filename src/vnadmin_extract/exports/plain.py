"""Text of documents as other programs can take it."""

from __future__ import annotations

from typing import Final

import regex

_ILLEGAL: Final = regex.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
_SPACES: Final = regex.compile(r"[\s\u2028\u2029]+")
FORMULA_START: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet program take a text for a formula, full-width forms too."""


def clean(text: str) -> str:
    """The text without characters that XML and spreadsheets cannot hold (control characters, lone surrogates)."""
    return _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """The text in one line: :func:`clean`, with all white space as single blanks."""
    return _SPACES.sub(" ", clean(text)).strip()


def harmless(text: str) -> str:
    """The text so that no spreadsheet program runs it as a formula: with an apostrophe before it where needed.

    A document can say ``=cmd|…`` or ``@SUM(…)``, and a CSV file has no other way to say that this is text.
    """
    return "'" + text if text.startswith(FORMULA_START) else text


def shortened(text: str, length: int) -> str:
    """The text cut at a blank, with an ellipsis, where it is longer than ``length`` characters."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…"
