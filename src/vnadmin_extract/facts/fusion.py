"""Where rules and model meet: which points are assignments, who leads them, and how sure that is.

Rules say what they were written for and are mostly right; the model has seen many documents and is never sure. A
point that both call an assignment is one. Where they differ, the weights of ``data/fusion.json`` decide, which
were fitted on documents of the corpus that trained neither (``python -m corpus.learn``): a logistic model over how
sure each of them is and whether they name the same lead. Its probability is the assignment's confidence.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final, Literal

import regex

from vnadmin_extract.facts.assignments.reading import PointReader, starts_with_verb
from vnadmin_extract.facts.assignments.walk import is_amount
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.model.labels import COORDINATING, LEAD
from vnadmin_extract.model.points import Point
from vnadmin_extract.model.reading import PointReading
from vnadmin_extract.nlp.lexicon import load
from vnadmin_extract.nlp.names import read as read_names
from vnadmin_extract.record import Assignment, Evidence, Unit
from vnadmin_extract.text.fold import fold

SOURCE: Final = "model:points"
Agreement = Literal["same", "differ", "silent"]
"""How the model's lead stands to the rules': the same, another one, or none found."""

_HEAD: Final = regex.compile(r"^[\s,;:\-–]*|[\s,;:\-–.]*$")
_LIST: Final = regex.compile(r"\s*(?:,|;|\svà\s)\s*$")
_OPENING: Final = 80
"""Characters of a point in which its first verb stands."""
_LEAST: Final = 12
"""Characters of a point below which it is no work of its own."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of the logistic models, and from which probability on an assignment is given."""

    rule: tuple[float, float, float, float, float]
    """Constant; log-odds of the rule, of the model; lead the same; lead another."""
    table: tuple[float, float]
    """For what the model does not read (tables): constant, log-odds of the rule."""
    model: tuple[float, float, float, float]
    """For what rules do not find: constant, log-odds of the model; its lead opens the point; the point opens with a
    verb."""
    keep: float
    """Least probability of an assignment that rules found."""
    add: float
    """Least probability of an assignment that only the model found."""
    replace_lead: float
    """Least probability of the role from which on the model's own lead goes before the rules'."""


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The fitted weights."""
    path = resources.files("vnadmin_extract") / "data" / "fusion.json"
    values = json.loads(path.read_text("utf-8"))["assignments"]
    return Weights(
        rule=tuple(values["rule"]),
        table=tuple(values["table"]),
        model=tuple(values["model"]),
        keep=values["keep"],
        add=values["add"],
        replace_lead=values["replace_lead"],
    )


def fuse_assignments(draft: Draft) -> tuple[Assignment, ...]:
    """The assignments of rules and model together, in the order of the text, numbered anew.

    Without readings (models are off) they are the rules' own.
    """
    if not draft.readings:
        return draft.assignments
    found = Candidates(draft)
    chosen = weights()
    result: list[Assignment] = []
    for candidate in found.of_rules():
        sure = probability_of_rule(candidate, chosen)
        if sure >= chosen.keep:
            result.append(_confirmed(draft, candidate, sure, chosen))
    for point in found.of_model():
        sure = probability_of_model(point, chosen)
        if sure >= chosen.add and point.leads and point.named:
            result.append(_added(draft, point, sure))
    result.sort(key=lambda item: item.evidence[0].start)
    return tuple(item.model_copy(update={"id": f"a{n}"}) for n, item in enumerate(result, 1))


# -- Candidates ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleCandidate:
    """An assignment of the rules, and what the model says of its point."""

    assignment: Assignment
    reading: PointReading | None
    agreement: Agreement
    leads: tuple[tuple[int, int], ...] = ()
    """The model's leads inside the point."""


@dataclass(frozen=True, slots=True)
class ModelCandidate:
    """A point that only the model may call an assignment, with those whom it gives the work to."""

    reading: PointReading
    leads: tuple[str, ...]
    lead_spans: tuple[tuple[int, int], ...]
    own_lead: bool
    """They stand in the point itself."""
    opens: bool
    """The first of them begins the point."""
    verb_first: bool
    """The point opens with a verb of work."""
    named: bool
    """All of them are names of units or posts by the rules' reading of names."""


class Candidates:
    """Rule assignments beside the points of the model."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.text = draft.text
        self.readings = draft.readings
        self._starts = [reading.point.start for reading in self.readings]
        kind = draft.type.name if draft.type else ""
        self._normative = kind in load("assignment_cues.toml")["kind"]["normative"]
        self._rules = PointReader(draft.issuer.name if draft.issuer else "")
        self._at = {reading.point.start: reading for reading in self.readings}

    def of_rules(self) -> Iterator[RuleCandidate]:
        """Every assignment of the rules."""
        for assignment in self.draft.assignments:
            reading = self._point_of(assignment)
            if reading is None:
                yield RuleCandidate(assignment, None, "silent")
                continue
            spans = tuple((s.start, s.end) for s in reading.labelled(LEAD))
            leads = self._names(spans)
            if not leads:
                leads, _ = self._inherited(reading)
            named = {fold(unit.name) for unit in assignment.lead}
            agreement: Agreement = (
                "silent" if not leads else "same" if set(map(fold, leads)) == named else "differ"
            )
            yield RuleCandidate(assignment, reading, agreement, spans)

    def of_model(self) -> Iterator[ModelCandidate]:
        """Points that no assignment of the rules covers and whose likeliest role may be an assignment."""
        covered = sorted((e.start, e.end) for a in self.draft.assignments for e in _task_places(a))
        for reading in self.readings:
            point = reading.point
            if reading.roles.get("assignment", 0.0) < 0.2 or len(point.text.strip()) < _LEAST:
                continue
            if any(start < point.end and end > point.start for start, end in covered):
                continue
            if self._is_regulation(point) or self._is_no_work(point.text):
                continue
            spans = tuple((s.start, s.end) for s in reading.labelled(LEAD))
            leads = self._names(spans)
            own = bool(leads)
            if own and not self._says_more(point, spans):
                continue
            if not own:
                leads, spans = self._inherited(reading, strict=True)
            if any(map(self._rules.speaks, leads)):
                continue  # the issuer's own doing or promise
            opens = own and not self.text[point.start : min(start for start, _ in spans)].strip(" -:\n")
            yield ModelCandidate(
                reading,
                leads,
                spans,
                own,
                opens,
                starts_with_verb(point.text[:_OPENING]),
                all(map(_is_name, leads)),
            )

    def _is_regulation(self, point: Point) -> bool:
        """Whether a point stands in rules for everybody, which describe procedures: chapters, promulgated articles."""
        return (
            self._normative
            or "Chương" in point.path
            or (point.path.startswith("Phụ lục") and "Điều" in point.path)
        )

    def _says_more(self, point: Point, spans: Sequence[tuple[int, int]]) -> bool:
        """Whether a point says more than who: "Trung tâm Y tế (để biết);" does not, nor does a signature's title."""
        names = sum(end - start for start, end in spans)
        words = point.text[max(end for _, end in spans) - point.start :].split("(")[0]
        return (
            len(point.text) - names >= _LEAST
            and any(len(word) > 1 for word in words.split())
            and (any(map(str.islower, self.text[spans[0][0] : spans[0][1]])))
        )

    def _is_no_work(self, text: str) -> bool:
        """Whether the rules are certain that a point is no work of its own.

        "Thời gian: …" belongs to the point above, a unit by itself to those below; "Việc tổ chức …" names a matter,
        "Tổ trưởng: 200.000 đồng" a rate.
        """
        reading = self._rules.read(text)
        return reading.kind in ("line", "heading") or reading.thing == "nominal" or is_amount(text)

    def _point_of(self, assignment: Assignment) -> PointReading | None:
        places = _task_places(assignment)
        if not places or assignment.path.startswith("table"):
            return None
        start = places[0].start
        index = bisect_right(self._starts, start) - 1
        if index < 0:
            return None
        reading = self.readings[index]
        return reading if reading.point.start <= start < reading.point.end else None

    def _inherited(
        self, reading: PointReading, *, strict: bool = False
    ) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
        """The leads named by the nearest heading or lead-in above a point.

        Args:
            reading: the point.
            strict: only where that is a heading or lead-in by its role, not any point that names a unit.
        """
        for at in reversed(reading.point.above_at):
            above = self._at.get(at)
            if above is None:
                continue
            spans = tuple((s.start, s.end) for s in above.labelled(LEAD))
            if leads := self._names(spans):
                if strict and above.role != "lead-in":
                    return (), ()
                return leads, spans
        return (), ()

    def _names(self, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
        names = (_tidy(self.text[start:end]) for start, end in spans)
        return tuple(dict.fromkeys(name for name in names if name))


def _task_places(assignment: Assignment) -> list[Evidence]:
    return [e for e in assignment.evidence if not e.source.endswith(("-lead", "-cell"))]


def _is_name(name: str) -> bool:
    """Whether a name begins as the name of a unit or post does."""
    found = read_names(name).all_names()
    return bool(found) and found[0].start == 0


def _tidy(name: str) -> str:
    return _LIST.sub("", _HEAD.sub("", " ".join(name.split())))


# -- Probabilities -------------------------------------------------------------------------------------------


def logit(probability: float) -> float:
    """Log-odds, cut at 1 and 99 in 100."""
    p = min(0.99, max(0.01, probability))
    return math.log(p / (1 - p))


def rule_features(candidate: RuleCandidate) -> tuple[float, ...]:
    """What the weights ``rule`` (or ``table``) are for, the constant first."""
    rule = logit(candidate.assignment.confidence)
    if candidate.reading is None:
        return (1.0, rule)
    return (
        1.0,
        rule,
        logit(candidate.reading.roles.get("assignment", 0.0)),
        float(candidate.agreement == "same"),
        float(candidate.agreement == "differ"),
    )


def model_features(candidate: ModelCandidate) -> tuple[float, ...]:
    """What the weights ``model`` are for, the constant first."""
    return (
        1.0,
        logit(candidate.reading.roles.get("assignment", 0.0)),
        float(candidate.opens),
        float(candidate.verb_first),
    )


def _probability(features: Sequence[float], values: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-sum(f * v for f, v in zip(features, values, strict=True))))


def probability_of_rule(candidate: RuleCandidate, values: Weights) -> float:
    """How likely an assignment of the rules is right."""
    features = rule_features(candidate)
    return _probability(features, values.rule if candidate.reading is not None else values.table)


def probability_of_model(candidate: ModelCandidate, values: Weights) -> float:
    """How likely a point of the model is an assignment."""
    return _probability(model_features(candidate), values.model)


# -- Results -------------------------------------------------------------------------------------------------


def _confirmed(draft: Draft, candidate: RuleCandidate, sure: float, values: Weights) -> Assignment:
    """An assignment of the rules with the fused confidence; the model's evidence stands beside the rules'."""
    item = candidate.assignment
    update: dict[str, object] = {"confidence": round(sure, 3)}
    reading = candidate.reading
    if reading is not None and reading.role == "assignment":
        places = _task_places(item)
        update["evidence"] = (*item.evidence, places[0].model_copy(update={"source": SOURCE}))
        if (
            candidate.agreement == "differ"
            and candidate.leads
            and reading.roles["assignment"] >= values.replace_lead
            and _cut_short(draft, item, candidate.leads)
        ):
            names = tuple(
                dict.fromkeys(n for start, end in candidate.leads if (n := _tidy(draft.text[start:end])))
            )
            update["lead"] = tuple(Unit(name=name) for name in names)
    return item.model_copy(update=update)


def _cut_short(draft: Draft, item: Assignment, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether the rules stopped after the first word of a name ("UBND") and the model's leads go on."""
    names = [fold(_tidy(draft.text[start:end])) for start, end in spans]
    return all(
        len(unit.name.split()) == 1 and any(name.startswith(f"{fold(unit.name)} ") for name in names)
        for unit in item.lead
    )


def _added(draft: Draft, candidate: ModelCandidate, sure: float) -> Assignment:
    """An assignment that only the model found."""
    point = candidate.reading.point
    text = draft.text
    start = point.start
    if candidate.own_lead:
        # "Trạm Y tế: Bố trí …": the unit before a colon is no part of the task.
        after = max(end for _, end in candidate.lead_spans)
        colon = regex.compile(r"\s*:\s*").match(text, after)
        first = min(begin for begin, _ in candidate.lead_spans)
        if colon is not None and not text[start:first].strip() and colon.end() < point.end:
            start = colon.end()
    evidence = [*draft.layout.evidence(start, point.end, SOURCE)]
    for begin, end in candidate.lead_spans:
        evidence += draft.layout.evidence(begin, end, f"{SOURCE}-lead")
    together = [_tidy(text[s.start : s.end]) for s in candidate.reading.labelled(COORDINATING)]
    return Assignment(
        id="a0",
        path=point.path,
        lead=tuple(Unit(name=name) for name in candidate.leads),
        coordinating=tuple(Unit(name=name) for name in dict.fromkeys(together) if name),
        task=" ".join(text[start : point.end].split()).removesuffix("./.").strip(" ;"),
        references=tuple(
            reference.id
            for reference in draft.references
            if any(start <= mention.start and mention.end <= point.end for mention in reference.evidence)
        ),
        evidence=tuple(evidence),
        confidence=round(sure, 3),
    )
