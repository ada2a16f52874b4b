"""Deadlines: every bound in time on work to be done.

The time expressions of :mod:`vnadmin_extract.grammar.time_expressions` are searched in the text of each
assignment and in its deadline cell, and those that bound no work are dropped: dates of cited documents, terms of office,
events and meetings, the span that a plan is for, reporting spans, dates of effect. What an expression is said of is told by
the words around it; the lists of words are data (``knowledge/time.toml``).

The functions on plain strings (:func:`deadlines_in`) need no document.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

import regex

from vnadmin_extract.calendar_vn import WorkCalendar, work_calendar
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.grammar import edtf
from vnadmin_extract.grammar.time_expressions import (
    WHITE,
    Role,
    TimeExpression,
    alternation,
    compile_pattern,
    find_time_expressions,
    time_words,
)
from vnadmin_extract.layout.model import Zone
from vnadmin_extract.record import Assignment, Deadline

Span = tuple[int, int]
"""Start and end offsets in a text."""

SOURCE = "rule:deadlines"
CELL_SOURCE = "rule:assignments.deadline-cell"
"""Source of those evidence entries of an assignment that are its deadline cell or line ("Thời gian hoàn thành")."""

_NEVER = frozenset({Role.CITED, Role.TERM, Role.EFFECT, Role.GLOSS})
_NOT_IN_TEXT = _NEVER | {Role.SPAN, Role.REPORT, Role.EVENT, Role.ATTRIBUTE}
_NOT_IN_CELLS = _NEVER | {Role.ATTRIBUTE}
_SLIP_DAYS = 120
"""A day that a slip of the year (an old year in January) puts into the past lies at most so far ahead."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    completing: regex.Pattern[str]
    completed: regex.Pattern[str]
    reporting: regex.Pattern[str]
    handing_in: regex.Pattern[str]
    attribute: regex.Pattern[str]
    verb: regex.Pattern[str]
    verb_next: regex.Pattern[str]
    noun: regex.Pattern[str]
    work_label: regex.Pattern[str]
    place: regex.Pattern[str]
    suspended: regex.Pattern[str]
    upward: regex.Pattern[str]
    season: regex.Pattern[str]
    sent: regex.Pattern[str]
    meeting: regex.Pattern[str]
    occasion: regex.Pattern[str]
    destined: regex.Pattern[str]


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    words = time_words()["words"]
    cues = time_words()["cues"]

    def word(name: str) -> str:
        return rf"(?<!\w){alternation(words[name])}(?!\w)"

    return _Patterns(
        completing=compile_pattern(rf"{word('completing')}[^.;:\n]{{0,60}}$"),
        completed=compile_pattern(word("completing")),
        reporting=compile_pattern(word("reporting")),
        handing_in=compile_pattern(word("handing_in")),
        attribute=compile_pattern(rf"(?<!\w){alternation(cues['attribute'])}~$"),
        verb=compile_pattern(word("repeated")),
        verb_next=compile_pattern(rf"~,?~(?:(?:và|còn|đều|tiến hành) )?{word('repeated')}"),
        noun=compile_pattern(word("qualified")),
        work_label=compile_pattern(word("work_labels")),
        suspended=compile_pattern(word("suspended")),
        upward=compile_pattern(word("upward")),
        season=compile_pattern(rf"(?<!\w)mùa~{alternation(words['seasons'])}(?!\w)"),
        sent=regex.compile(
            r"(?<!\w)(?i:trình|gửi|nộp|báo cáo)\s{1,3}(?:(?:về|cho|lên|tới)\s{1,3})?\p{Lu}[^,.;:\n]*$"
        ),
        meeting=compile_pattern(
            rf"(?<!\w)(?:tại|trong|vào)(?: [^\s,;.:]{{1,12}}){{0,3}}? {word('meetings')}[^,;.:]{{0,40}}$"
        ),
        occasion=compile_pattern(word("occasions")),
        destined=regex.compile(
            rf"(?<!\w)(?i:{alternation(words['reporting']).replace(' ', WHITE)})(?!\w)[^.;:\n]*"
            r"(?:,|\s(?:về|gửi|cho|lên|tới|với|trình)\s{1,3}\p{Lu})[^.;:\n]*$"
        ),
        place=compile_pattern(
            rf"(?:^|[\n;.])[\s\-–+•*]{{0,6}}{alternation(words['place_labels'])}[^:\n.;]{{0,25}}:"
        ),
    )


_LABEL_LINE = compile_pattern(r"[\s\-–+•*]{0,6}(?:\w{1,3}[.)])?~(?:thời gian|thời điểm)[^:\n.;]{0,40}:")
_CLAUSE = regex.compile(r"[.;:\n!?](?=\s)|\s[-–+•]\s")
_CLAUSE_OPEN = compile_pattern(r"(?:^|[.;:!?\n(,]|(?<!\w)(?:và|hoặc))~(?:(?:mỗi|theo|thực hiện|trong) )?$")
_HARD_OPEN = compile_pattern(r"(?:^|[.;:!?\n])[\s\-–+•*]{0,6}$")
_OF_NOUN = compile_pattern(
    r"(?<!\w)(?:của|cho|theo|trong|vào|từng|các|những|nhiều|lần thứ|thường kỳ|thường niên) $"
)
_BY_EACH = compile_pattern(r"(?<!\w)theo $")
_QUOTED = regex.compile('["“«]$')
_ALREADY = regex.compile(r"[^.;:\n]{0,60}\sđã\s", regex.IGNORECASE)
_DONE = compile_pattern(r"(?<!\w)(?:đã|đến nay|thời gian qua|vừa qua)(?!\w)")
_CAPITAL_NEXT = regex.compile(r"\s{0,3},?\s{0,3}\p{Lu}")


def deadlines_in(
    text: str,
    start: int = 0,
    end: int | None = None,
    *,
    cited_spans: Sequence[Span] = (),
    document_date: date | str | None = None,
    cell: bool = False,
) -> list[TimeExpression]:
    """The time expressions of a task's text that bound the work.

    Args:
        text: the whole text.
        start: where the task's text begins.
        end: where it ends; the text's end where ``None``.
        cited_spans: where documents are cited (offsets into ``text``); dates inside are theirs.
        document_date: the document's date (EDTF or a day), for missing years and for telling what is past.
        cell: the text is a deadline cell or line: any calendar expression in it is a deadline, with or
            without bound words.

    Returns:
        Expressions in the order of the text, their offsets into ``text``.
    """
    stop = len(text) if end is None else end
    if cell and _is_event_line(text, start, stop):
        return []
    part = text[start:stop]
    issued = edtf.first_day(document_date.isoformat() if isinstance(document_date, date) else document_date)
    result = []
    for expression in find_time_expressions(part, document_date, cell=cell):
        if _in_citation(expression, start, cited_spans):
            continue
        if _bounds_work(expression, part, issued, cell):
            result.append(
                replace(
                    expression,
                    start=expression.start + start,
                    end=expression.end + start,
                    core_start=expression.core_start + start,
                )
            )
    return result


def _is_event_line(text: str, start: int, end: int) -> bool:
    """Whether a time line belongs to an event: "Thời gian: …" with "Địa điểm: …" before or after it.

    "Thời gian thực hiện" and the like give the time of work wherever it is done.
    """
    line_start = max(text.rfind("\n", max(0, start - 120), start) + 1, start - 120, 0)
    label = _LABEL_LINE.match(text[line_start:end])
    if label is None or _patterns().work_label.search(label[0]):
        return False
    around = text[max(0, line_start - 200) : line_start] + "\n" + text[end : end + 200]
    return _patterns().place.search(around) is not None


def _in_citation(expression: TimeExpression, offset: int, spans: Sequence[Span]) -> bool:
    begin, core, end = expression.start + offset, expression.core_start + offset, expression.end + offset
    for span_start, span_end in spans:
        if expression.bound in ("before", "by") and begin < core:
            if span_start <= begin and end < span_end:
                return True
        elif span_start <= core < span_end:
            return True
    return False


def _bounds_work(expression: TimeExpression, text: str, issued: date | None, cell: bool) -> bool:
    """Whether an expression bounds work, by its role, its kind and the clause that it stands in."""
    if cell:
        if expression.role in _NOT_IN_CELLS:
            return False
        return expression.kind != "relative" or expression.duration is not None
    if expression.role in _NOT_IN_TEXT:
        return False
    if (
        expression.kind != "relative"
        and expression.due is None
        and _patterns().season.search(expression.text)
    ):
        return False  # "trước mùa mưa" names no time
    clause = _clause_before(text, expression.start)
    if expression.kind == "relative":
        completing = _patterns().completing.search(clause) is not None
        if expression.duration is None:
            return expression.bound == "before" and completing
        if expression.role is Role.BARE:
            return expression.bound == "within" and (completing or _handing_in(clause))
        return expression.role is Role.BOUND
    if expression.kind == "recurring":
        return _frequency_binds(expression, text, clause)
    if _past(expression, issued):
        return False
    if expression.kind == "date":
        return _date_binds(expression, text, clause)
    return _period_binds(expression, text, clause, issued)


def _clause_before(text: str, at: int) -> str:
    left = text[max(0, at - 200) : at]
    last = None
    for match in _CLAUSE.finditer(left):
        last = match
    return left[last.end() :] if last else left


def _past(expression: TimeExpression, issued: date | None) -> bool:
    """Whether the bound lies before the document, so that it reports or cites.

    A day given with "trước", "chậm nhất" that would be due soon in the next year is a slip of the year (the
    old year written in January) and still a deadline.
    """
    last = edtf.last_day(expression.due)
    if issued is None or last is None or last >= issued:
        return False
    if expression.bound in ("before", "by"):
        return not timedelta(0) <= last + timedelta(days=365) - issued <= timedelta(days=_SLIP_DAYS)
    return True


def _handing_in(clause: str) -> bool:
    return _patterns().handing_in.search(clause) is not None


def _is_goal(expression: TimeExpression, text: str, clause: str) -> bool:
    """ "đến (hết, cuối) năm 2030 …": a goal, unless something is to be handed in or completed by then."""
    words = " ".join(text[expression.start : expression.core_start].lower().split())
    if expression.bound != "by" or not words.startswith(("đến", "tới", "cho đến", "cho tới")):
        return False
    core = text[expression.core_start : expression.end].lower()
    if "tháng" in core or "qu" in core or "ngày" in core or "/" in core:
        return False
    after = text[expression.end : expression.end + 40].partition(".")[0]
    return not (
        _handing_in(clause) or _patterns().completing.search(clause) or _patterns().completed.search(after)
    )


def _date_binds(expression: TimeExpression, text: str, clause: str) -> bool:
    if expression.role is Role.LABELLED:
        return True
    if expression.bound in ("before", "by"):
        return not _is_goal(expression, text, clause)
    if expression.bound == "on":
        return _day_of_work(expression, clause)
    if expression.bound is None:  # "Cuối năm, báo cáo …"
        right = text[expression.end : expression.end + 40]
        left = text[max(0, expression.start - 40) : expression.start]
        return _HARD_OPEN.search(left) is not None and _patterns().verb_next.match(right) is not None
    if expression.role is not Role.BOUND:
        return False
    if expression.bound == "from":
        # "từ năm 2011" tells what is meant, "từ quý II/2026" when the work begins.
        return len(expression.due or "") != 4
    return _handing_in(clause)


def _day_of_work(expression: TimeExpression, clause: str) -> bool:
    """Whether work is to be done on a day ("bàn giao ngày 24/3", "dọn vệ sinh vào Chủ nhật, ngày 10/5"), not an event."""
    if expression.time is None and _handing_in(clause[-60:]) and expression.role is not Role.BARE:
        return True
    if _patterns().occasion.search(clause):
        return False
    if expression.role is Role.BARE:
        return _handing_in(clause[-40:])
    return expression.role is Role.BOUND and expression.time is None


def _period_binds(expression: TimeExpression, text: str, clause: str, issued: date | None) -> bool:
    if expression.role is Role.LABELLED:
        return True
    patterns = _patterns()
    if patterns.meeting.search(clause) and _handing_in(clause):
        return True  # "báo cáo UBND tỉnh tại phiên họp thường kỳ tháng 6"
    if expression.role is Role.BARE and len(expression.due or "") == 7 and expression.bound == "within":
        sent = patterns.sent.search(clause)
        return sent is not None and not patterns.reporting.search(clause, sent.start() + 8)
    if expression.role is not Role.BOUND:
        return False
    if expression.bound in ("before", "by"):
        return not _is_goal(expression, text, clause)
    if patterns.completing.search(clause):
        return True
    if _ALREADY.match(text, expression.end):
        return False
    first = edtf.first_day(expression.due)
    ahead = issued is not None and first is not None and first > issued
    if patterns.attribute.search(clause) and not (ahead and len(expression.due or "") > 4):
        return False
    if expression.bound == "on":
        return _handing_in(clause) or (ahead and patterns.occasion.search(clause) is None)
    if ahead or patterns.destined.search(clause):
        return True  # nobody reports on what has not begun; what is sent to somebody is handed in
    if expression.due is not None and "/" in expression.due and first is not None and issued is not None:
        return first >= issued or not patterns.reporting.search(clause)
    return patterns.reporting.search(clause) is None


def _frequency_binds(expression: TimeExpression, text: str, clause: str) -> bool:
    """Whether a frequency says how often work is done, and not what a plan or meeting is called."""
    if expression.role is Role.BOUND or expression.bound is not None:
        return True
    if expression.role is not Role.BARE:
        return expression.role is Role.LABELLED
    patterns = _patterns()
    left = text[max(0, expression.start - 40) : expression.start]
    right = text[expression.end : expression.end + 40]
    if _DONE.search(clause) or _ALREADY.match(text, expression.end):
        return False
    if _QUOTED.search(left):
        return False  # the name of a column or a campaign: "Mỗi ngày một số điện"
    if expression.counted:
        return True
    if patterns.meeting.search(clause) and _handing_in(clause):
        return True
    does = patterns.verb_next.match(right) is not None
    if expression.frequency == "daily" and not (expression.time or does or _handing_in(clause)):
        return False
    if expression.text[:5].lower() == "từng ":
        # "lập kế hoạch theo từng tuần" says how often, "tiến độ chi tiết đến từng tuần" how fine
        return _BY_EACH.search(left) is not None and patterns.verb.search(clause) is not None
    if _HARD_OPEN.search(left):
        return True
    if _CLAUSE_OPEN.search(left) and (patterns.verb_next.match(right) or _CAPITAL_NEXT.match(right)):
        return True
    if _OF_NOUN.search(left):
        return False
    verbs = [match.start() for match in patterns.verb.finditer(clause)]
    if not verbs:
        return does and patterns.noun.search(clause) is None
    nouns = [match.start() for match in patterns.noun.finditer(clause) if match[0].lower() != "báo cáo"]
    return not nouns or nouns[-1] < verbs[-1]


# --- the stage ------------------------------------------------------------------------------------------


class _Spans:
    """Spans of a text, to find those that share a character with a stretch of it."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = sorted(spans)
        self.reach = list(accumulate((end for _, end in self.spans), max))

    def over(self, start: int, end: int) -> list[Span]:
        """The spans that overlap the stretch, in order."""
        first, last = bisect_right(self.reach, start), bisect_left(self.spans, (end, 0))
        return [span for span in self.spans[first:last] if span[1] > start]


@dataclass(slots=True)
class _Found:
    expression: TimeExpression
    assignments: list[str]
    confidence: float


def extract_deadlines(draft: Draft) -> tuple[tuple[Assignment, ...], tuple[Deadline, ...]]:
    """The assignments with the ids of their deadlines, and the deadlines (ids ``d1`` … in the text's order).

    Runs after the assignments: their evidence says where their texts stand. A bound that stands outside of
    all assignments, on work of somebody who is not named, is a deadline of its own without assignments.

    Raises:
        KnowledgeError: the user's holidays file is malformed.
    """
    text = draft.text
    issued = draft.issued.date if draft.issued else None
    cited = _Spans((e.start, e.end) for reference in draft.references for e in reference.evidence)
    found: dict[Span, _Found] = {}
    widths: dict[Span, int] = {}
    covered: list[Span] = []
    shared = _shared_cells(draft.assignments)
    for assignment in draft.assignments:
        dated = False
        for start, end, cell in _places(assignment, text):
            covered.append((start, end))
            if cell and dated and (start, end) in shared:
                continue  # "Thời gian: Quý IV" of the point above; this point names a day of its own
            near = cited.over(start, end)
            for expression in deadlines_in(
                text, start, end, cited_spans=near, document_date=issued, cell=cell
            ):
                dated = dated or not cell
                key = (expression.core_start, expression.end)
                entry = found.get(key)
                if entry is None or end - start < widths[key]:
                    # A point inside a longer one takes the deadline: the smallest text binds.
                    found[key] = _Found(expression, [assignment.id], _confidence(expression, cell))
                    widths[key] = end - start
                elif end - start == widths[key] and assignment.id not in entry.assignments:
                    entry.assignments.append(assignment.id)
    for expression in _unassigned(draft, _Spans(covered), cited, issued):
        found.setdefault(
            (expression.core_start, expression.end),
            _Found(expression, [], confidence(f"deadlines.alone.{expression.kind}")),
        )

    calendar = work_calendar(draft.config)
    deadlines = []
    ids: dict[str, list[str]] = {}
    for number, (_, entry) in enumerate(sorted(found.items()), start=1):
        deadline = _deadline(f"d{number}", entry, draft, calendar)
        deadlines.append(deadline)
        for assignment_id in entry.assignments:
            ids.setdefault(assignment_id, []).append(deadline.id)
    assignments = tuple(
        assignment.model_copy(update={"deadlines": tuple(ids.get(assignment.id, ()))})
        for assignment in draft.assignments
    )
    return assignments, tuple(deadlines)


def _shared_cells(assignments: Sequence[Assignment]) -> frozenset[Span]:
    """Deadline cells and lines that stand for more than one assignment: their place is the point above."""
    counts = Counter(
        (entry.start, entry.end) for a in assignments for entry in a.evidence if entry.source == CELL_SOURCE
    )
    return frozenset(span for span, count in counts.items() if count > 1)


def _places(assignment: Assignment, text: str) -> list[tuple[int, int, bool]]:
    """Where an assignment's text stands: runs of evidence entries that only white space parts, and its cells."""
    result: list[tuple[int, int, bool]] = []
    for entry in sorted(assignment.evidence, key=lambda e: (e.source == CELL_SOURCE, e.start)):
        cell = entry.source == CELL_SOURCE
        if result and result[-1][2] == cell and entry.start <= result[-1][1] + 3:
            start, end, _ = result[-1]
            if not text[end : entry.start].strip():
                result[-1] = (start, max(end, entry.end), cell)
                continue
        result.append((entry.start, entry.end, cell))
    return result


def _unassigned(draft: Draft, covered: _Spans, cited: _Spans, issued: str | None) -> list[TimeExpression]:
    """Bounds in the body that no assignment holds: only days with bound words, and labelled periods."""
    text = draft.text
    result = []
    for block in draft.layout.in_zone(Zone.BODY, Zone.APPENDIX):
        if block.cell is not None:
            continue
        free = covered.over(block.start, block.end)
        if any(start <= block.start and end >= block.end for start, end in free):
            continue  # searched already with its assignment
        near = cited.over(block.start, block.end)
        for expression in deadlines_in(text, block.start, block.end, cited_spans=near, document_date=issued):
            if any(start < expression.end and end > expression.start for start, end in free):
                continue
            clause = _clause_before(text[block.start : expression.start], expression.start - block.start)
            label = _LABEL_LINE.search(text, block.start, expression.start)
            if label is not None and not _patterns().work_label.search(label[0]):
                continue  # "Thời gian tổ chức Hội thi: …" is the time of an event
            if stands_alone(expression, clause):
                result.append(expression)
    return result


def stands_alone(expression: TimeExpression, clause: str) -> bool:
    """Whether an expression is sure enough to be a deadline although no assignment was found around it.

    Args:
        expression: what :func:`deadlines_in` gave.
        clause: the text of its clause before it.
    """
    if _patterns().upward.search(clause):
        return False
    if expression.kind == "date":
        goal = expression.text.lower().startswith(("đến", "tới", "cho đến", "từ nay", "hết"))
        return (
            expression.bound in ("before", "by")
            and expression.due is not None
            and (not goal or _handing_in(clause))
        )
    if expression.kind == "period":
        if _patterns().suspended.search(clause):
            return False
        # a span of whole days; one of months is rather a season or a plan's own
        return len(expression.due or "") == 21 and expression.role is not Role.BARE
    return False


def _confidence(expression: TimeExpression, cell: bool) -> float:
    """How sure a deadline of this make is, if its words are read right."""
    if cell:
        return confidence("deadlines.cell")
    if expression.kind == "date":
        return confidence("deadlines.date" if expression.bound in ("before", "by") else "deadlines.day")
    if expression.kind == "period":
        return confidence("deadlines.period")
    if expression.kind == "recurring":
        bound = expression.bound is not None or expression.role is Role.BOUND
        return confidence("deadlines.recurring" if bound else "deadlines.frequency")
    return confidence("deadlines.relative" if expression.anchor else "deadlines.duration")


def _deadline(id: str, found: _Found, draft: Draft, calendar: WorkCalendar) -> Deadline:
    expression = found.expression
    due = expression.due
    if expression.kind == "relative" and expression.duration is not None:
        due = relative_due(
            expression,
            issued=draft.issued.date if draft.issued else None,
            received=draft.config.reference_date,
            calendar=calendar,
        )
    reading = draft.layout.text.confidence(expression.start, expression.end)
    return Deadline(
        id=id,
        text=" ".join(draft.text[expression.start : expression.end].split()),
        kind=expression.kind,
        due=due,
        time=expression.time,
        frequency=expression.frequency,
        rrule=expression.rrule,
        duration=expression.duration,
        working_days=expression.working_days,
        anchor=expression.anchor,
        bound=expression.bound,
        assignments=tuple(found.assignments),
        evidence=draft.layout.evidence(expression.start, expression.end, SOURCE),
        confidence=found.confidence if reading is None else min(found.confidence, reading),
    )


@lru_cache(maxsize=1)
def _anchor_patterns() -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    anchors = time_words()["anchors"]
    document = rf"(?:các )?{alternation(anchors['documents'])}(?: này)?"

    def pattern(name: str) -> regex.Pattern[str]:
        forms = "|".join(
            rf"{alternation([form.replace('{doc}', 'DOC')])}".replace("DOC", document)
            for form in anchors[name]
        )
        return compile_pattern(rf"(?:ngày|khi|thời điểm|lúc) (?:{forms})")

    return pattern("issued"), pattern("received")


def relative_due(
    expression: TimeExpression, *, issued: str | None, received: date | None, calendar: WorkCalendar
) -> str | None:
    """The last day of a relative period whose anchor's date is known, as EDTF; ``None`` where it is not.

    Args:
        expression: of kind relative.
        issued: the document's date; used only where it is a whole day.
        received: the day on which the document was received, if the user said so.
        calendar: which days are worked.
    """
    if expression.anchor is None or expression.duration is None:
        return None
    anchor = " ".join(expression.anchor.split())
    on_issue, on_receipt = _anchor_patterns()
    start: date | None = None
    if on_issue.fullmatch(anchor):
        start = _whole_day(issued)
    elif on_receipt.fullmatch(anchor):
        start = received
    else:
        dated = find_time_expressions(anchor, issued)
        if (
            len(dated) == 1
            and dated[0].kind == "date"
            and dated[0].end == len(anchor)
            and dated[0].start == 0
        ):
            start = _whole_day(dated[0].due)
    if start is None:
        return None
    try:
        return calendar.add_period(start, expression.duration, bool(expression.working_days)).isoformat()
    except ValueError:
        return None


def _whole_day(value: str | None) -> date | None:
    first, last = edtf.first_day(value), edtf.last_day(value)
    return first if first == last else None
