"""Two runs beside each other: which facts the second gained, which it lost.

With gold records a fact is gained where it was wrong or missing and is right now; without, every fact that only one
of the runs has is listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from vnadmin_extract.evaluation.likeness import Matcher
from vnadmin_extract.evaluation.outcomes import Json, Outcome, judge


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that differs between two runs."""

    document: str
    field: str
    label: str
    before: str | None
    after: str | None
    gold: str | None = None
    """What gold has, where the change was judged by gold."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one run to another."""

    gained: tuple[Change, ...]
    """With gold: right now and not before (facts no longer made up too). Without: only in the second run."""
    lost: tuple[Change, ...]


def compare(
    before: Mapping[str, Json], after: Mapping[str, Json], gold: Mapping[str, Json] | None = None
) -> Comparison:
    """Compare two runs.

    Args:
        before: records of the first run, by name.
        after: records of the second.
        gold: gold records; only their documents are compared then.
    """
    gained: list[Change] = []
    lost: list[Change] = []
    for name in gold if gold is not None else sorted({*before, *after}):
        if gold is None:
            for outcome in judge(before.get(name) or {}, after.get(name) or {}, Matcher.STRICT):
                if outcome.right:
                    continue
                change = Change(name, outcome.field, outcome.label, outcome.gold, outcome.predicted)
                if outcome.predicted is not None:
                    gained.append(change)
                if outcome.gold is not None:
                    lost.append(change)
            continue
        old = judge(gold[name], before.get(name) or {})
        new = judge(gold[name], after.get(name) or {})
        plus, minus = _by_gold(name, old, new)
        gained += plus
        lost += minus
    return Comparison(tuple(gained), tuple(lost))


def _by_gold(name: str, old: list[Outcome], new: list[Outcome]) -> tuple[list[Change], list[Change]]:
    gained: list[Change] = []
    lost: list[Change] = []
    # Gold's facts: the same ones in the same order in both runs.
    per_field: dict[tuple[str, str, str], list[list[Outcome]]] = {}
    for side, outcomes in enumerate((old, new)):
        for outcome in outcomes:
            if outcome.gold is not None:
                key = (outcome.field, outcome.label, outcome.gold)
                per_field.setdefault(key, [[], []])[side].append(outcome)
    for (field, label, gold), (was, now) in per_field.items():
        right_before, right_after = sum(o.right for o in was), sum(o.right for o in now)
        change = Change(name, field, label, _seen(was), _seen(now), gold)
        gained += [change] * max(0, right_after - right_before)
        lost += [change] * max(0, right_before - right_after)
    # Facts that nobody noted: fewer of them is a gain.
    made_up = [
        Counter((o.field, o.label, o.predicted) for o in outcomes if o.gold is None and not o.right)
        for outcomes in (old, new)
    ]
    for (field, label, value), times in (made_up[0] - made_up[1]).items():
        gained += [Change(name, field, label, value, None)] * times
    for (field, label, value), times in (made_up[1] - made_up[0]).items():
        lost += [Change(name, field, label, None, value)] * times
    return gained, lost


def _seen(outcomes: list[Outcome]) -> str | None:
    return next((o.predicted for o in outcomes if o.predicted is not None), None)
