"""The received stamp ("CÔNG VĂN ĐẾN / Số … / Ngày …") that the receiving office puts on the page.

It is not the document's text: readers keep it in :attr:`Page.stamps`, so its evidence has a page and a box but no
place in the text (``start`` and ``end`` are both 0).
"""

from __future__ import annotations

import regex

from vnadmin_extract.document import Stamp
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.grammar import edtf
from vnadmin_extract.layout.lines import bare
from vnadmin_extract.record import Evidence, Received

_NUMBER = regex.compile(r"\bso\b\W*(?:den\W*)?(?P<no>\d{1,6})\b")
_DATE = regex.compile(
    r"\bngay\b\W*(?:den\W*)?(?P<d>\d{1,2})\s*[/.-]\s*(?P<m>\d{1,2})\s*[/.-]\s*(?P<y>\d{4}|\d{2})\b"
)


def extract_received(draft: Draft) -> Received | None:
    """Number and day of the first received stamp, each only where it is legible; null without a stamp."""
    first, last = draft.layout.pages
    for page in draft.layout.document.pages:
        if not first <= page.number <= last:
            continue
        for stamp in page.stamps:
            if stamp.kind == "received":
                return _read(stamp, page.geometric)
    return None


def _read(stamp: Stamp, geometric: bool) -> Received:
    text = bare(stamp.text).replace("\n", " ")
    number, day = _NUMBER.search(text), _DATE.search(text)
    date = None
    if day is not None:
        year = int(day["y"]) if len(day["y"]) == 4 else 2000 + int(day["y"])
        date = edtf.day(year, int(day["m"]), int(day["d"]))
    x0, top, x1, bottom = stamp.bbox
    evidence = Evidence(
        page=stamp.page,
        start=0,
        end=0,
        bbox=(round(x0, 1), round(top, 1), round(x1, 1), round(bottom, 1)) if geometric else None,
        text=stamp.text,
        source="rule:received",
    )
    return Received(
        number=number["no"] if number else None,
        date=date,
        evidence=(evidence,),
        confidence=confidence("received"),
    )
