"""Are confidences honest: of the facts given at about 0.9, nine in ten should be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vnadmin_extract.evaluation.likeness import Matcher
from vnadmin_extract.evaluation.outcomes import Outcome
from vnadmin_extract.evaluation.scores import Judged

JUDGED_FIELDS = frozenset(
    {
        "code.notation", "issued.date", "type.name", "issuer.name", "subject.text", "urgency.level", "signer.name",
        "addressees", "recipients", "references", "references.uncoded", "assignments", "assignments.lead", "deadlines",
    }
)  # fmt: skip
"""One field for each fact that bears a confidence, so that no fact is counted for each of its parts; an
assignment counts for its task and for each of its leads."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Facts of about the same confidence."""

    low: float
    high: float
    facts: int
    confidence: float
    """Their mean."""
    accuracy: float
    """Share of them that is right."""


def with_confidence(documents: Iterable[Judged], matcher: Matcher = Matcher.SOFT) -> list[Outcome]:
    """The given facts that say how sure they are."""
    return [
        outcome
        for document in documents
        for outcome in document.outcomes[matcher]
        if outcome.confidence is not None and outcome.predicted is not None and outcome.field in JUDGED_FIELDS
    ]


def reliability(outcomes: Iterable[Outcome], bins: int = 10) -> list[Bin]:
    """The reliability table: equal steps of confidence, empty ones left out."""
    filled: list[list[Outcome]] = [[] for _ in range(bins)]
    for outcome in outcomes:
        filled[min(bins - 1, int((outcome.confidence or 0.0) * bins))].append(outcome)
    return [
        Bin(
            index / bins,
            (index + 1) / bins,
            len(facts),
            sum(f.confidence or 0.0 for f in facts) / len(facts),
            sum(f.right for f in facts) / len(facts),
        )
        for index, facts in enumerate(filled)
        if facts
    ]


def expected_calibration_error(outcomes: Iterable[Outcome], bins: int = 10) -> float | None:
    """Mean distance of confidence and accuracy over the bins, weighted by facts; ``None`` where there are none."""
    table = reliability(outcomes, bins)
    total = sum(row.facts for row in table)
    return sum(row.facts * abs(row.confidence - row.accuracy) for row in table) / total if total else None
