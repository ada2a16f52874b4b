"""Whether a table of an office or HTML file lays the page out or holds data.

Headers in two columns and signature blocks are set as tables without lines. Their cells are printed text with a
left and a right side, not rows of data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import regex

from vnadmin_extract.text.fold import strip_marks

MOTTO: Final = regex.compile(r"xa hoi chu nghia\s+viet\s*nam|doc lap\W+tu do|dang cong san viet\s*nam")
"""The state's or the Party's name, in text without marks and in lower case."""

_LAYOUT: Final = regex.compile(
    MOTTO.pattern + r"|\bnoi nhan\s*:|^\s*kinh gui\s*:?\s*$|^\s*(?:tm|kt|tl|tuq)\s*[./]\s*\p{L}", regex.M
)
_SIGNER: Final = regex.compile(
    r"^\s*(?:(?:tm|kt|tl|tuq|q)\s*[./]|(?:chu tich|pho chu tich|giam doc|pho giam doc|bo truong|thu truong"
    r"|chanh van phong|nguoi lap|thu ky|chu toa|truong phong|hieu truong|dai dien|ben a|ben b|xac nhan)\b"
    r"|\(?ky(?: ten)?,? )"
)
_NUMBER_COLUMN: Final = regex.compile(r"^\s*(?:stt|tt|so tt|so thu tu|no\.?)\s*$")


def bare(text: str) -> str:
    """Lower case without tones and diacritics."""
    return strip_marks(text).lower()


def is_layout_text(texts: Sequence[str], rows: int, columns: int, ruled: bool) -> bool:
    """Whether a table only lays the page out: header, signature block, a frame around text.

    Args:
        texts: the cells' texts, row by row.
        rows: number of rows.
        columns: number of columns.
        ruled: whether lines are drawn between its cells.
    """
    if columns == 1 or (rows == 1 and columns == 2):
        return True
    plain = [bare(text) for text in texts]
    if any(_NUMBER_COLUMN.match(text) for text in plain[: 2 * columns]):
        return False
    if rows <= 12 and columns <= 6 and any(_LAYOUT.search(text) for text in plain):
        return True
    if rows <= 6 and columns <= 3 and any(_SIGNER.match(text) for text in plain):
        return True
    if ruled:
        return False
    return columns <= 2 or sum(bool(text.strip()) for text in plain) <= columns
