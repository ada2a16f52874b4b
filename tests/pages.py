"""Pages made in tests: printed lines with positions, without any file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vnadmin_extract.document import Document, Line, Page, TextOrigin, Word

CHAR = 5.5
"""Width of a character, in points."""


def printed(
    rows: Sequence[tuple[float, str] | tuple[float, str, float]],
    *,
    top: float = 50.0,
    step: float = 16.0,
    number: int = 1,
    bold: frozenset[int] = frozenset(),
) -> Page:
    """A page of lines: each row is ``(x, text)`` or ``(x, text, gap above)``; ``|x|`` in a text jumps to that x."""
    lines = []
    y = top
    for index, row in enumerate(rows):
        y += step + (row[2] if len(row) == 3 else 0.0)
        x, words = row[0], []
        for piece in re.split(r"(\|\d+\|)", row[1]):
            if jump := re.fullmatch(r"\|(\d+)\|", piece):
                x = float(jump[1])
                continue
            for word in piece.split():
                width = CHAR * len(word)
                words.append(Word(word, (x, y, x + width, y + 12.0), size=13.0, bold=index in bold))
                x += width + CHAR
        lines.append(Line(tuple(words)))
    return Page(number, 595.0, 842.0, tuple(lines))


def document(*pages: Page) -> Document:
    """A PDF of these pages."""
    return Document("made.pdf", "0" * 64, "application/pdf", pages, "made")


def plain(text: str) -> Document:
    """A plain text file, read by the library's own reader."""
    from vnadmin_extract.readers import read

    return read(text.encode("utf-8"), name="made.txt")


PLAIN = TextOrigin.PLAIN
