"""What list items have in common: their mark in front and their sign at the end are not part of the name."""

from __future__ import annotations

import regex

_FRONT = regex.compile(r"[\s;:.,'\"|`~_]*(?:[-–—+•*~]+\s*|\d{1,2}\s*[.)]\s+)?[\s:.,'|`_]*")


def clean_item(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of an item's words inside ``[start, end)``, without mark, blanks and closing signs."""
    match = _FRONT.match(text, start, end)
    left = match.end() if match else start
    right = end
    while right > left and (
        text[right - 1] in " ;.,:/|~`'_\n-–—“‘*"
        or (text[right - 1] == "\u201d" and "“" not in text[left:right])
    ):
        right -= 1
    return left, right
