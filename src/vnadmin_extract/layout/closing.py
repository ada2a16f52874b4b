"""The closing block: recipients on the left, signature on the right (boxes 7 and 9b of Decree 30/2020).

In the order of the text the two columns come mixed ("- Như trên; PHÓ GIÁM ĐỐC"): they are parted by position,
and where there is none, at the run of capitals that is a signer's authority or position.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import regex

from vnadmin_extract.layout import cues
from vnadmin_extract.layout.lines import Seg, cut_at_gaps, mostly_caps

_MAX_LINES = 45
_GAP = 12.0


_FIRST_ITEM = regex.compile(r"^\W*(?:nhu |luu)|^\s*[-–—~]\s")


_FILING = regex.compile(r"^\W*l[uư]u\b")


_ITEM = regex.compile(r"^\s*[-–—~+*]\s*\p{L}")


_DASH_ITEM = regex.compile(r"^\s*[-–—~]\s*\p{L}")


@dataclass(slots=True)
class Closing:
    """The closing block's lines."""

    first: int
    """Index of its first line among the lines given."""
    end: int
    """Index after its last line."""
    recipients: list[Seg] = field(default_factory=list)
    signature: list[Seg] = field(default_factory=list)
    other: list[Seg] = field(default_factory=list)
    body: list[Seg] = field(default_factory=list)
    """Left parts of lines above "Nơi nhận" that still belong to the text."""


def find_closing(lines: list[Seg], page_width: float, positional: bool) -> Closing | None:
    """Find the closing block of the main document.

    Args:
        lines: the document's lines after the head, in order.
        page_width: in points.
        positional: whether left and right mean something (not so in plain text).
    """
    opener = next((i for i, seg in enumerate(lines) if _is_opener(lines, i)), None)
    unopened = opener is None
    if opener is None:
        opener = _list_without_opener(lines, page_width, positional)
    if opener is None:
        opener_free = _signature_alone(lines, page_width, positional)
        if opener_free is None:
            return None
        first = opener_free
    else:
        first = opener
        # The signer's authority may stand a line or more above "Nơi nhận", in the right column.
        while (
            first > 0 and first > opener - 6 and _is_right_signature(lines[first - 1], page_width, positional)
        ):
            first -= 1
    closing = Closing(first, first)
    boundary = _boundary(lines[first : first + _MAX_LINES], page_width) if positional else None
    _take(lines, closing, boundary, positional, has_recipients=opener is not None, started=unopened)
    return closing


_FILED = regex.compile(r"^\W*l[uư]u\s*[:;.,]?\s*(?:vt|van thu|vp|hc|hs|tt|ho so|vpd)")
_SAME_AS = regex.compile(r"^\W*nhu (?:tren|kinh gui|dieu|thanh phan|de gui)\b")


def _list_without_opener(lines: list[Seg], page_width: float, positional: bool) -> int | None:
    """Where the list of recipients begins when a scan has lost "Nơi nhận": above its "Như trên" or "Lưu: VT"."""
    boundary = 0.5 * page_width if positional else None
    for index, seg in enumerate(lines):
        left, _ = _split(seg, boundary, positional, False)
        if left is None or len(left.text) > 60:
            continue
        if not (_FILED.match(left.bare) or (_SAME_AS.match(left.bare) and len(left.text) < 40)):
            continue
        first = index
        while first > 0 and lines[first - 1].page == seg.page and index - first < 14:
            above, right = _split(lines[first - 1], boundary, positional, False)
            item = above is not None and len(above.text) < 60 and above.text.rstrip(" .").endswith((";", ","))
            dashed = above is not None and len(above.text) < 60 and bool(_ITEM.match(above.text))
            signed = right is not None and cues.is_signature_text(right.text)
            if not (item or dashed or signed):
                break
            first -= 1
        return first
    return None


def _is_opener(lines: list[Seg], index: int) -> bool:
    seg = lines[index]
    if not cues.is_recipient_opener(seg):
        return False
    if ":" in seg.text or len(seg.text.split()) <= 3:
        return True
    following = lines[index + 1 : index + 4]
    return any(_FIRST_ITEM.match(s.bare) for s in following)


def _is_right_signature(seg: Seg, page_width: float, positional: bool) -> bool:
    if not cues.is_signature_text(seg.text):
        return False
    return not positional or (seg.x0 + seg.x1) / 2 > 0.5 * page_width


def _signature_alone(lines: list[Seg], page_width: float, positional: bool) -> int | None:
    """Where a document without "Nơi nhận" is signed: capitals with a position, then a person's name."""
    for index in range(len(lines) - 1, max(-1, len(lines) - 400), -1):
        seg = lines[index]
        if len(seg.text) > 70 or not _is_right_signature(seg, page_width, positional):
            continue
        following = lines[index + 1 : index + 9]
        if any(cues.is_person_name(s.text) for s in following) or index >= len(lines) - 4:
            first = index
            while first > 0 and _is_right_signature(lines[first - 1], page_width, positional):
                first -= 1
            return first
    return None


def _boundary(lines: list[Seg], page_width: float) -> float | None:
    """Where the right column begins: the leftmost edge of a signature line that stands right of the middle."""
    lefts = []
    for seg in lines:
        for part in cut_at_gaps(seg, _GAP):
            right = part.x0 > 0.36 * page_width and (part.x0 + part.x1) / 2 > 0.5 * page_width
            if right and (cues.is_signature_text(part.text) or cues.is_person_name(part.text)):
                lefts.append(part.x0)
    return min(lefts) - 4 if lefts else 0.5 * page_width


def _take(
    lines: list[Seg],
    closing: Closing,
    boundary: float | None,
    positional: bool,
    *,
    has_recipients: bool,
    started: bool,
) -> None:
    filed = named = False
    page = lines[closing.first].page
    for index in range(closing.first, min(len(lines), closing.first + _MAX_LINES)):
        seg = lines[index]
        if seg.page != page and _ends_at_page(seg, filed, named):
            break
        if index > closing.first + 1 and _opens_next(seg, filed or named):
            break
        left, right = _split(seg, boundary, positional, named)
        for part in (left, right):
            if part is None:
                continue
            if part is right:
                closing.signature.append(part)
                named = named or cues.is_person_name(part.text)
            elif cues.is_recipient_opener(part):
                started = True
                closing.recipients.append(part)
            elif started and has_recipients:
                if filed and not _continues_filing(part, closing.recipients, positional):
                    closing.other.append(part)
                    continue
                closing.recipients.append(part)
                filed = filed or bool(_FILING.match(part.bare))
            elif has_recipients:
                closing.body.append(part)
            else:
                closing.other.append(part)
        closing.end = index + 1
        if filed and named and index + 1 < len(lines) and not _more(lines[index + 1], boundary, positional):
            break


def _ends_at_page(seg: Seg, filed: bool, named: bool) -> bool:
    """Whether the closing block stops before a new page: it goes on only while the signer's name is missing."""
    if named or cues.find_motto(seg) is not None or cues.title_of(seg) is not None:
        return True
    if filed:
        return not (cues.is_person_name(seg.text) or cues.is_signature_text(seg.text))
    return False


_NEXT = regex.compile(
    r"^\W*(?:phu luc|bieu mau|mau so|mau\s+\d|danh sach|phan|quy che|quy dinh|dieu le|the le|bang tong hop)\b"
)


def _opens_next(seg: Seg, closed: bool) -> bool:
    if cues.find_motto(seg) is not None:
        return True
    return (
        closed
        and bool(_NEXT.match(seg.bare))
        and seg.text[:1].isupper()
        and not cues.is_person_name(seg.text)
    )


def _split(seg: Seg, boundary: float | None, positional: bool, named: bool) -> tuple[Seg | None, Seg | None]:
    """A line's left and right part."""
    if positional and boundary is not None:
        cut = next((i for i, t in enumerate(seg.tokens) if t.word.bbox[0] >= boundary), len(seg.tokens))
        while 0 < cut < len(seg.tokens):
            blank = seg.tokens[cut].word.bbox[0] - seg.tokens[cut - 1].word.bbox[2]
            if blank > 5:
                break
            cut += 1
        return seg.part(0, cut) if cut else None, seg.part(cut)
    start = cues.find_signature_start(seg, at_line_start=True)
    if start is not None:
        return (seg.part(0, start) if start else None), seg.part(start)
    gaps = cut_at_gaps(seg, _GAP)
    if len(gaps) > 1 and cues.is_person_name(gaps[-1].text):
        count = len(seg.tokens) - len(gaps[-1].tokens)
        return seg.part(0, count), seg.part(count)
    if cues.is_person_name(seg.text):
        return None, seg
    if not named:
        for count in (4, 3, 5):
            if len(seg.tokens) <= count:
                continue
            tail, head = seg.part(len(seg.tokens) - count), seg.part(0, len(seg.tokens) - count)
            if tail is None or head is None or not cues.is_person_name(tail.text):
                continue
            if head.text.rstrip().endswith((";", ".", ",", ")")):
                return head, tail
    return seg, None


def _continues_filing(part: Seg, recipients: list[Seg], positional: bool) -> bool:
    """Whether a line after "Lưu: …" still belongs to the list of recipients."""
    if _ITEM.match(part.text):
        return True
    last = recipients[-1]
    height = last.bbox[3] - last.bbox[1]
    if (
        positional
        and len(part.text) < 60
        and part.page == last.page
        and part.top - last.bbox[3] < 0.8 * height
    ):
        # Directly below, at the items' edge or their text's: an item whose dash the scan lost, or a heading.
        edge = min(abs(part.x0 - seg.x0) for seg in recipients)
        words = sum(c.isalpha() for c in part.text)
        if edge < 8 and words >= 4 and part.text.rstrip(" /|").endswith((";", ".", ":", ")")):
            return True
    if last.text.rstrip().endswith((".", ";")):
        return False
    return len(part.text) < 30 and positional and not mostly_caps(part.text)


def _more(seg: Seg, boundary: float | None, positional: bool) -> bool:
    """Whether the next line still belongs to the closing block although both columns seem complete."""
    left, right = _split(seg, boundary, positional, True)
    if right is not None and cues.is_person_name(right.text):
        return True
    return left is not None and bool(_DASH_ITEM.match(left.text)) and len(left.text) < 60
