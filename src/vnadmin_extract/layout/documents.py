"""Where in a file a new document begins."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from vnadmin_extract.layout import cues
from vnadmin_extract.layout.header import parse_header
from vnadmin_extract.layout.lines import PageItems, Seg
from vnadmin_extract.layout.model import Zone

_HEAD_LINES = 14
_PLACEHOLDER = regex.compile(r"ten don vi|ten co quan|\(1\)|mau so|\.{4}|…{2}")


_FILING = regex.compile(r"^\W*luu\s*[:;]?\s*(?:vt|van thu|vp|hs)")


_LETTERS = regex.compile(r"\p{L}{2,}")


def document_starts(pages: Sequence[PageItems]) -> list[int]:
    """Indices of the pages (among those given) on which a document begins; the first is always 0.

    A page begins another document when its top shows a whole head (emblem or Party's name, number line that is
    not a form's blank, issuer) and the document before has been closed by its recipients or signature.
    """
    starts = [0]
    closed = False
    for index, page in enumerate(pages):
        segs = page.segs
        if index > 0 and closed and _has_own_head(page):
            starts.append(index)
            closed = False
        closed = closed or any(_closes(seg) for seg in segs)
    return starts


def _closes(seg: Seg) -> bool:
    return cues.is_recipient_opener(seg) or bool(_FILING.match(seg.bare))


def _has_own_head(page: PageItems) -> bool:
    top = page.segs[:_HEAD_LINES]
    if not any(cues.find_motto(seg) is not None for seg in top[:6]):
        return False
    if any(_PLACEHOLDER.search(seg.bare) for seg in top[:8]):
        return False
    groups = parse_header(page.segs, page.page.width or 595.0, page.page.geometric).groups
    zones = {group.zone for group in groups}
    if Zone.ISSUER not in zones or Zone.CODE not in zones:
        return False
    code = next(seg for group in groups if group.zone is Zone.CODE for seg in group.segs)
    return bool(_LETTERS.search(code.text.partition("/")[2] or code.text.partition("-")[2])) and (
        Zone.PLACE_DATE in zones
    )
