"""The evaluation as one HTML page without scripts or outside files: figures, reliability, errors on their text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from html import escape
from importlib import resources
from string import Template

from vnadmin_extract.evaluation.likeness import Matcher
from vnadmin_extract.evaluation.outcomes import FIELDS, GROUPS, Outcome
from vnadmin_extract.evaluation.reliability import (
    Bin,
    expected_calibration_error,
    reliability,
    with_confidence,
)
from vnadmin_extract.evaluation.scores import BREAKDOWNS, Judged, Scores, by_group, count

_AROUND = 90
"""Characters of text shown before and after a fact."""
_LONGEST = 700


def html_report(
    documents: Sequence[Judged], texts: Mapping[str, str] | None = None, title: str = "Evaluation"
) -> str:
    """The page.

    Args:
        documents: the judged documents.
        texts: the normalised text of each document (``record.text``), by name: errors are then shown in it.
        title: heading of the page.
    """
    page = Template((resources.files("vnadmin_extract.evaluation") / "report.html").read_text("utf-8"))
    scores = {matcher: count(documents, matcher) for matcher in Matcher}
    return page.substitute(
        title=escape(title),
        overall=_overall(scores),
        fields=_fields(scores),
        breakdowns="".join(_breakdown(name, documents) for name in BREAKDOWNS),
        reliability=_reliability(documents),
        errors=_errors(documents, texts or {}),
    )


def _cell(value: float | None, *, tone: bool = True) -> str:
    if value is None:
        return "<td class=n>-</td>"
    shade = (
        f' style="background:hsl({round(120 * max(0.0, min(1.0, (value - 0.5) * 2)))} 60% 88%)"'
        if tone
        else ""
    )
    return f"<td class=n{shade}>{value:.3f}</td>"


def _row(cells: Sequence[str], tag: str = "td") -> str:
    return "<tr>" + "".join(c if c.startswith("<t") else f"<{tag}>{c}</{tag}>" for c in cells) + "</tr>"


def _overall(scores: Mapping[Matcher, Scores]) -> str:
    head = _row(["matcher", "overall", *GROUPS, "whole records right"], "th")
    rows = [
        _row(
            [
                matcher.value,
                _cell(score.overall),
                *(_cell(value) for value in score.groups.values()),
                f"{score.whole} of {score.documents}",
            ]
        )
        for matcher, score in scores.items()
    ]
    return f"<table>{head}{''.join(rows)}</table>"


def _fields(scores: Mapping[Matcher, Scores]) -> str:
    soft = scores[Matcher.SOFT]
    head = _row(
        ["field", "precision", "recall", "F1", "F1 strict", "F1 edit", "gold", "given", "right"], "th"
    )
    rows = []
    for name in FIELDS:
        if name not in soft.fields:
            continue
        one = soft.fields[name]
        rows.append(
            _row(
                [
                    name, _cell(one.precision), _cell(one.recall), _cell(one.f1),
                    _cell(scores[Matcher.STRICT].fields[name].f1, tone=False),
                    _cell(scores[Matcher.EDIT].fields[name].f1, tone=False),
                    f"<td class=n>{one.gold}</td>", f"<td class=n>{one.given}</td>", f"<td class=n>{one.right}</td>",
                ]
            )
        )  # fmt: skip
    return f"<table>{head}{''.join(rows)}</table>"


def _breakdown(name: str, documents: Sequence[Judged]) -> str:
    head = _row([f"by {name}", "documents", "overall", *GROUPS], "th")
    rows = []
    for value, group in by_group(documents, BREAKDOWNS[name]).items():
        score = count(group)
        rows.append(
            _row(
                [
                    escape(value),
                    f"<td class=n>{len(group)}</td>",
                    _cell(score.overall),
                    *(_cell(v) for v in score.groups.values()),
                ]
            )
        )
    return f"<table>{head}{''.join(rows)}</table>"


def _reliability(documents: Sequence[Judged]) -> str:
    facts = with_confidence(documents)
    error = expected_calibration_error(facts)
    if error is None:
        return "<p>The records say no confidences.</p>"
    table = reliability(facts)
    rows = "".join(
        _row(
            [
                f"{row.low:.1f}–{row.high:.1f}",
                f"<td class=n>{row.facts}</td>",
                _cell(row.confidence, tone=False),
                _cell(row.accuracy, tone=False),
            ]
        )
        for row in table
    )
    head = _row(["confidence", "facts", "mean confidence", "right"], "th")
    return (
        f"<p>Expected calibration error {error:.3f} over {len(facts)} facts.</p>"
        f"<div class=side>{_diagram(table)}<table>{head}{rows}</table></div>"
    )


def _diagram(table: Sequence[Bin]) -> str:
    """The reliability diagram: accuracy over confidence, the diagonal is honest; areas of points as facts."""
    most = max(row.facts for row in table)
    points = "".join(
        f'<circle cx="{20 + 200 * row.confidence:.1f}" cy="{220 - 200 * row.accuracy:.1f}" '
        f'r="{2 + 8 * (row.facts / most) ** 0.5:.1f}"><title>{row.facts} facts: {row.accuracy:.3f} right, given at '
        f"{row.confidence:.3f}</title></circle>"
        for row in table
    )
    return (
        '<svg viewBox="0 0 240 240" width="240" height="240" role="img" aria-label="reliability diagram">'
        '<rect x="20" y="20" width="200" height="200" class="frame"/><line x1="20" y1="220" x2="220" y2="20"/>'
        f'{points}<text x="120" y="237">confidence</text>'
        '<text x="12" y="120" transform="rotate(-90 12 120)">right</text></svg>'
    )


def _errors(documents: Sequence[Judged], texts: Mapping[str, str]) -> str:
    parts = []
    for document in documents:
        wrong = [o for o in document.outcomes[Matcher.SOFT] if not o.right]
        if not wrong:
            continue
        items = "".join(_error(outcome, texts.get(document.name)) for outcome in wrong)
        parts.append(
            f"<details><summary>{escape(document.name)} <span>{escape(document.kind)}, {len(wrong)} "
            f"error{'s' if len(wrong) > 1 else ''}</span></summary>{items}</details>"
        )
    return "".join(parts) or "<p>None.</p>"


def _error(outcome: Outcome, text: str | None) -> str:
    what = "made up" if outcome.gold is None else "missed" if outcome.predicted is None else "wrong"
    label = f" {escape(outcome.label)}" if outcome.label else ""
    sure = f" · confidence {outcome.confidence:.2f}" if outcome.confidence is not None else ""
    by = f" · {escape(', '.join(outcome.found_by))}" if outcome.found_by else ""
    gold, given = _difference(outcome.gold, outcome.predicted)
    lines = "".join(
        f"<div><b>{name}</b> {value}</div>"
        for name, value in (("gold", gold), ("given", given))
        if value is not None
    )
    return (
        f'<div class="error {what.replace(" ", "-")}"><h4>{escape(outcome.field)}{label} <i>{what}{sure}{by}</i></h4>'
        f"{lines}{_context(outcome, text)}</div>"
    )


def _difference(gold: str | None, given: str | None) -> tuple[str | None, str | None]:
    """Both values with their differing words marked."""
    if gold is None or given is None:
        return (escape(gold[:_LONGEST]) if gold is not None else None,
                escape(given[:_LONGEST]) if given is not None else None)  # fmt: skip
    left, right = gold[:_LONGEST].split(), given[:_LONGEST].split()
    one: list[str] = []
    two: list[str] = []
    for kind, a0, a1, b0, b1 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for words, target, tag in ((left[a0:a1], one, "del"), (right[b0:b1], two, "ins")):
            if words:
                joined = escape(" ".join(words))
                target.append(joined if kind == "equal" else f"<{tag}>{joined}</{tag}>")
    return " ".join(one), " ".join(two)


def _context(outcome: Outcome, text: str | None) -> str:
    """The place in the text: where the given fact stands, else where gold's words are found."""
    if text is None:
        return ""
    place = outcome.places[0] if outcome.places else None
    if place is None and outcome.gold:
        words = outcome.gold[:60]
        at = text.find(words)
        place = (at, at + len(words)) if at >= 0 else None
    if place is None or place[1] > len(text):
        return ""
    start, end = place
    before, inside, after = text[max(0, start - _AROUND) : start], text[start:end], text[end : end + _AROUND]
    inside = inside if len(inside) <= _LONGEST else inside[:_LONGEST] + " …"
    return f"<blockquote>…{escape(before)}<mark>{escape(inside)}</mark>{escape(after)}…</blockquote>"
