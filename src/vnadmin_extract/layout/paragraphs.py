"""Join the body's printed lines to paragraphs.

Signs of a new paragraph, the sure ones first: the reader says so (office formats), a list mark, a first-line
indent, a short line before, a change of weight, a wider gap. Plain text has neither indents nor margins: there a
short line that ends a sentence, or a blank line where blank lines are rare, makes the break.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import regex

from vnadmin_extract.layout import cues
from vnadmin_extract.layout.lines import Seg, is_caps, page_margins
from vnadmin_extract.layout.model import NodeKind
from vnadmin_extract.layout.outline import find_mark
from vnadmin_extract.layout.unfold import is_unwrapped

_ENDS = (".", ";", ":", "!", "?", "./.", ".”", '."', "/.")
_OPEN_END = regex.compile(
    r"(?:[,\-–(“/]|\b(?:và|của|các|số|ngày|tháng|năm|theo|tại|với|cho|về|là|từ|đến|hoặc|để|do|trong))$"
)
_SAFE_MARK = {
    NodeKind.PART,
    NodeKind.CHAPTER,
    NodeKind.SECTION,
    NodeKind.ARTICLE,
    NodeKind.APPENDIX,
    NodeKind.PLUS,
    NodeKind.POINT,
}


_TORN = regex.compile(r"^(?:\p{Ll}|[,;.)])")


def split_paragraphs(segs: Sequence[Seg], positional: bool) -> list[list[Seg]]:
    """Group consecutive lines of the body into paragraphs.

    Args:
        segs: lines in reading order, possibly over several pages.
        positional: whether indents and margins mean something.
    """
    if not segs:
        return []
    margins = _margins_by_page(segs)
    spaced = _blank_lines_are_common(segs)
    if not positional and is_unwrapped(segs):
        return _unwrapped(segs)
    lengths = sorted(len(s.text) for s in segs)
    usual = lengths[min(len(lengths) - 1, int(len(lengths) * 0.8))]
    paragraphs: list[list[Seg]] = [[segs[0]]]
    for previous, seg in itertools.pairwise(segs):
        if _breaks(previous, seg, margins, positional, spaced, usual, paragraphs[-1]):
            paragraphs.append([seg])
        else:
            paragraphs[-1].append(seg)
    return paragraphs


def _unwrapped(segs: Sequence[Seg]) -> list[list[Seg]]:
    """Each line is a paragraph, save what a link or a lone mark has torn off."""
    paragraphs = [[segs[0]]]
    for previous, seg in itertools.pairwise(segs):
        mark = find_mark(previous.text + " X")
        lone = mark is not None and mark.end >= len(previous.text) and previous is paragraphs[-1][0]
        torn = not previous.text.rstrip().endswith(_ENDS) and bool(_TORN.match(seg.text))
        if lone or (torn and find_mark(seg.text) is None):
            paragraphs[-1].append(seg)
        else:
            paragraphs.append([seg])
    return paragraphs


def _margins_by_page(segs: Sequence[Seg]) -> dict[int, tuple[float, float]]:
    pages: dict[int, list[Seg]] = {}
    for seg in segs:
        pages.setdefault(seg.page, []).append(seg)
    whole = page_margins(segs)
    result = {}
    for page, lines in pages.items():
        if sum(len(s.text) > 30 for s in lines) < 5:
            result[page] = whole
            continue
        left, right = page_margins(lines)
        if left > whole[0] + 5 and any(abs(s.x0 - whole[0]) < 6 for s in lines):
            left = whole[0]  # a page of list items: most of its lines are indented ones
        result[page] = left, right
    return result


def _blank_lines_are_common(segs: Sequence[Seg]) -> bool:
    """Whether blank lines stand between nearly all lines, so that they say nothing."""
    inner = [s for a, s in itertools.pairwise(segs) if a.page == s.page]
    return len(inner) > 3 and sum(s.gap > 0.6 * _height(s) for s in inner) > 0.6 * len(inner)


def _height(seg: Seg) -> float:
    return max(4.0, seg.bbox[3] - seg.bbox[1])


def _breaks(
    previous: Seg,
    seg: Seg,
    margins: dict[int, tuple[float, float]],
    positional: bool,
    spaced: bool,
    usual: int,
    paragraph: list[Seg],
) -> bool:
    if seg.starts_paragraph is not None:
        return seg.starts_paragraph
    left, right = margins[seg.page]
    p_left, p_right = margins[previous.page]
    text = previous.text.rstrip()
    ended = text.endswith(_ENDS)
    open_end = bool(_OPEN_END.search(text))
    mark = find_mark(seg.text)
    width = max(1.0, right - left)
    if positional:
        indent = seg.x0 - left
        short = previous.x1 < p_right - 0.12 * width
        full = not short
        if mark is not None and mark.kind in _SAFE_MARK and not (full and open_end and indent < 5):
            return True
        if mark is not None and (indent > 5 or ended or short):
            # a hanging list at the margin, or an indented point; "- xã hội" at the margin after a full line is none
            if (
                full
                and not ended
                and indent < 5
                and mark.kind in (NodeKind.DASH, NodeKind.LETTER_UPPER, NodeKind.ROMAN)
            ):
                return False
            return not (full and open_end and indent < 5)
        if (
            previous.bold != seg.bold
            and (previous.bold or seg.bold)
            and len(paragraph) <= 3
            and (short or indent > 5)
        ):
            return True
        if is_caps(previous.text) != is_caps(seg.text) and (short or indent > 5) and len(previous.text) > 5:
            return True
        centred = (
            abs((seg.x0 + seg.x1) / 2 - (left + right) / 2) < 0.04 * width
            and seg.x1 < right - 20
            and (indent > 45 or (indent > 25 and (seg.bold or is_caps(seg.text))))
        )
        if indent > 12 and not centred:
            # A first-line indent. A whole block set in (a quotation) keeps its lines together while they are full.
            first = paragraph[-1].x0 - p_left
            return not (abs(first - indent) < 4 and len(paragraph) > 1 and full and not ended)
        if centred and short:
            return not _same_heading(previous, seg)
        if short and ended:
            return True
        if short and seg.gap > 0.75 * _height(seg) and seg.page == previous.page and not open_end:
            return True
        return bool(short and previous.x1 < p_right - 0.4 * width and seg.text[:1].isupper() and not open_end)
    # Plain text: lengths in characters.
    short = len(text) < 0.72 * usual
    blank = not spaced and seg.gap > 0.6 * _height(seg)
    if mark is not None:
        if mark.kind in _SAFE_MARK or ended or short or blank:
            return not (open_end and not blank and mark.kind is NodeKind.DASH)
        if mark.kind is NodeKind.DASH:
            return (
                seg.text[:2] in {"- ", "– ", "+ "} and not open_end and seg.text.lstrip("-– ")[:1].isupper()
            )
        return mark.kind is NodeKind.NUMBER and mark.style.endswith(".") and not open_end
    if blank and (ended or short) and not open_end:
        return True
    if is_caps(previous.text) != is_caps(seg.text) and short and len(text) > 5:
        return True
    if short and ended and seg.text[:1].isupper():
        return True
    previous_mark = find_mark(paragraph[0].text)
    if len(text) < 0.5 * usual and seg.text[:1].isupper() and not open_end:
        return True
    if ended and text.endswith(":") and seg.text[:1].isupper() and short:
        return True
    return bool(
        ended
        and not text.endswith((";", ":"))
        and len(text) < 0.9 * usual
        and seg.text[:1].isupper()
        and (previous_mark is not None or cues.starts_with_any(seg.bare, cues.cue_words()["body_openers"]))
    )


def _same_heading(previous: Seg, seg: Seg) -> bool:
    """Whether two centred lines are one heading over two lines."""
    if is_caps(previous.text) != is_caps(seg.text):
        return False
    if abs((previous.x0 + previous.x1) / 2 - (seg.x0 + seg.x1) / 2) > 25:
        return False
    return previous.bold == seg.bold and seg.gap < 0.8 * _height(seg) and find_mark(seg.text) is None
