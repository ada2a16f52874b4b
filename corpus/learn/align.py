"""Labels for the points of a laid-out document, from its gold record and the roles noted in its source.

The points are those that the program will meet: the outline of the rendered (or scanned) document. A gold task is
looked for among them by its words, so that a label is right also where a scan has lost a letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import regex

from vnadmin_extract.model.labels import CHANNEL, CITATION, COORDINATING, DEADLINE, LEAD, ROLES
from vnadmin_extract.model.points import Point
from vnadmin_extract.model.training import LabelledPoint, LabelledSpan
from vnadmin_extract.text.fold import fold_chars, strip_marks

_WORD = regex.compile(r"\w+")
_SAME = 0.72
"""Share of words that a point and a task (or block) must have in common."""
_TOGETHER = regex.compile(r"phối hợp|cùng với|(?<!\w)cùng ")
_KINDS = (
    "nghị quyết", "quyết định", "chỉ thị", "kế hoạch", "công văn", "thông báo", "kết luận", "hướng dẫn", "chương trình",
    "nghị định", "thông tư", "báo cáo", "tờ trình", "quy định", "quy chế", "văn bản", "công điện", "luật", "đề án",
)  # fmt: skip
_BEFORE_CODE = regex.compile(rf"(?:{'|'.join(_KINDS)})(?: (?:liên tịch|cá biệt))?(?: số)?:? ?$")


def label_points(
    points: Sequence[Point], gold: dict[str, Any], roles: Iterable[tuple[str, str, str | None]] = ()
) -> list[LabelledPoint]:
    """Give every point its role and spans.

    Args:
        points: the document's points, in order.
        gold: its gold record.
        roles: (text of a block, its noted role, the channel named in it) of the source.
    """
    folded = [_fold(point.text) for point in points]
    bags = [Counter(_WORD.findall(strip_marks(text))) for text in folded]
    given: list[str | None] = [None] * len(points)
    spans: list[list[LabelledSpan]] = [[] for _ in points]
    for text, role, channel in roles:
        at = _best(text, bags, folded, ())
        if at is None:
            continue
        if role in ROLES and given[at] is None:
            given[at] = role
        if channel:
            _mark(spans[at], folded[at], channel, CHANNEL)
    deadlines = {d["id"]: d["text"] for d in gold["deadlines"]}
    used: set[int] = set()
    for item in gold["assignments"]:
        if item["path"].startswith("table"):
            continue
        at = _best(item["task"], bags, folded, used)
        if at is None:
            at = _holding(item["task"], folded)  # one of several in a paragraph
        if at is None:
            continue
        used.add(at)
        given[at] = "assignment"
        together = _TOGETHER.search(folded[at])
        for unit in item["lead"]:
            if not _mark(spans[at], folded[at], unit["name"], LEAD):
                for above in range(at - 1, max(-1, at - 40), -1):
                    if points[above].text in points[at].above and _mark(
                        spans[above], folded[above], unit["name"], LEAD
                    ):
                        break
        for unit in item["coordinating"]:
            _mark(spans[at], folded[at], unit["name"], COORDINATING, together.start() if together else 0)
        for identifier in item["deadlines"]:
            if identifier in deadlines:
                _mark(spans[at], folded[at], deadlines[identifier], DEADLINE)
    for reference in gold["references"]:
        code = (reference["code"] or {}).get("text")
        for i, text in enumerate(folded):
            if code:
                _mark_code(spans[i], text, code)
    return [
        LabelledPoint(point, role or "other", tuple(sorted(found, key=lambda s: (s.start, -s.end))))
        for point, role, found in zip(points, given, spans, strict=True)
    ]


def _fold(text: str) -> str:
    return fold_chars(text)


def _best(text: str, bags: Sequence[Counter[str]], folded: Sequence[str], used: Iterable[int]) -> int | None:
    """The point that holds a text: the one with most words in common, the first of equals."""
    wanted = Counter(_WORD.findall(strip_marks(_fold(text))))
    total = wanted.total()
    best, best_share = None, _SAME
    for i, bag in enumerate(bags):
        if i in used or not bag:
            continue
        same = (wanted & bag).total()
        share = 2 * same / (total + bag.total()) if total else 0.0
        # A task may leave out its unit's name, or go on in the points below.
        if same >= 0.95 * total and total > 5:
            share = max(share, 0.9 * total / bag.total() if bag.total() < 3 * total else 0.0)
        if share > best_share + 1e-9:
            best, best_share = i, share
    return best


def _holding(text: str, folded: Sequence[str]) -> int | None:
    """The point that a task is a part of, word for word."""
    wanted = _fold(text).strip(" .;")
    return next((i for i, words in enumerate(folded) if wanted and wanted in words), None)


def _mark(spans: list[LabelledSpan], text: str, words: str, label: str, start: int = 0) -> bool:
    """Mark the first place of some words from ``start`` on; whether they stand there."""
    wanted = " ".join(_fold(words).split())
    at = text.find(wanted, start)
    if at < 0 and start:
        at = text.find(wanted)
    if at < 0:
        return False
    span = LabelledSpan(at, at + len(wanted), label)
    if span not in spans and not any(s.start < span.end and span.start < s.end for s in spans):
        spans.append(span)
    return True


def _mark_code(spans: list[LabelledSpan], text: str, code: str) -> None:
    wanted = _fold(code)
    at = text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        alone = not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum()
        if alone:
            before = _BEFORE_CODE.search(text[max(0, at - 40) : at])
            start = at - len(before.group()) if before else at
            if not any(s.start < end and start < s.end for s in spans):
                spans.append(LabelledSpan(start, end, CITATION))
        at = text.find(wanted, end)
