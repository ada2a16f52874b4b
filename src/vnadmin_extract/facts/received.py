"""The received stamp ("CÔNG VĂN ĐẾN / Số … / Ngày …") that the receiving office puts on the page."""

from __future__ import annotations

import regex

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.grammar import edtf
from vnadmin_extract.layout.lines import bare
from vnadmin_extract.layout.model import Zone
from vnadmin_extract.record import Received

_NUMBER = regex.compile(r"\bso\b\W*(?:den\W*)?(?P<no>\d{1,6})\b")
_DATE = regex.compile(
    r"\bngay\b\W*(?:den\W*)?(?P<d>\d{1,2})\s*[/.-]\s*(?P<m>\d{1,2})\s*[/.-]\s*(?P<y>\d{4}|\d{2})\b"
)


def extract_received(draft: Draft) -> Received | None:
    """Number and day of the stamp, each only where it is printed or stamped legibly."""
    blocks = draft.layout.in_zone(Zone.RECEIVED)
    if not blocks:
        return None
    start, end = blocks[0].start, blocks[-1].end
    text = bare(draft.layout.slice(start, end)).replace("\n", " ")
    number, day = _NUMBER.search(text), _DATE.search(text)
    date = None
    if day is not None:
        year = int(day["y"]) if len(day["y"]) == 4 else 2000 + int(day["y"])
        date = edtf.day(year, int(day["m"]), int(day["d"]))
    return Received(
        number=number["no"] if number else None,
        date=date,
        evidence=draft.layout.evidence(start, end, "rule:received"),
        confidence=confidence("received", draft.layout.text.confidence(start, end)),
    )
