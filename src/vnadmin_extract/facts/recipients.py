"""Recipients: one for each dash of "Nơi nhận" (box 9b; Decree 30/2020, Appendix I, II.8)."""

from __future__ import annotations

import regex

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.facts.items import clean_item
from vnadmin_extract.layout.lines import bare
from vnadmin_extract.layout.model import Zone
from vnadmin_extract.record import Recipient

_OPENER = regex.compile(r"^\W*n[o0]i?\s*(?:nhan|gui)\b[^\p{L}\d]*")
_PURPOSE = regex.compile(r"\s*[,;]?\s*\((?P<inside>[^()]{1,80})\)\W*$")
_LOOSE = regex.compile(
    r"[\s,;]+(?P<inside>(?:để|thay)\s+(?:b/c|báo cáo|biết|thực hiện|p/h|phối hợp|th|chỉ đạo|t/h)\b.*|b/c|\bbáo cáo|\bđể b/c)\W*$"
)
_FILING = regex.compile(r"^\W*l[uưứừ]u\b", regex.IGNORECASE)
_COPIES = regex.compile(r"\(?\b(?:[A-Z]+-)?0*(?P<n>\d{1,4})\s*(?:b|bản)?\)?\W*$")


_HOLDS_ITEM = regex.compile(r"[-–—~]\s*\p{L}|\p{L}{2,}.*;")


_LIST_MARK = regex.compile(r"^\s*[-–—~+*•]")


def extract_recipients(draft: Draft) -> tuple[Recipient, ...]:
    """The items of the list; brackets at an item's end, or "để báo cáo" after it, say the purpose."""
    result: list[Recipient] = []
    for index, block in enumerate(draft.layout.in_zone(Zone.RECIPIENTS)):
        text = draft.layout.block_text(block)
        start = 0
        if index == 0 and (match := _OPENER.match(bare(text))):
            start = match.end()
            while start > 0 and text[start - 1] in "-–—":
                start -= 1
            if not _HOLDS_ITEM.search(text[start:]):
                continue  # scraps of the signature beside the opening words
        if not any(c.isalpha() for c in text[start:]):
            continue
        if text.rstrip().endswith(":") and not _LIST_MARK.match(text):
            continue  # a heading inside the list ("Bản điện tử:")
        left, right = clean_item(text, start, len(text))
        if right - left < 2:
            continue
        name, purpose, copies = _parts(text[left:right], text[left:])
        where = (block.start + left, block.start + right)
        result.append(
            Recipient(
                name=name,
                purpose=purpose,
                copies=copies,
                evidence=draft.layout.evidence(*where, "rule:recipients"),
                confidence=confidence("recipients", draft.layout.text.confidence(*where)),
            )
        )
    return tuple(result)


def _parts(text: str, whole: str) -> tuple[str, str | None, int | None]:
    if _FILING.match(text):
        match = _COPIES.search(text)
        return text, None, int(match["n"]) if match else None
    match = _PURPOSE.search(whole)
    if match is not None and match.start() > 1:
        return whole[: match.start()].rstrip(" ;,."), match["inside"].strip(), None
    match = _LOOSE.search(text)
    if match is not None and match.start() > 1:
        return text[: match.start()].rstrip(" ;,."), match["inside"].strip(" ()"), None
    return text, None, None
