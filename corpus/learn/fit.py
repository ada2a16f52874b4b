"""Fitting of the fusion's weights on documents that the model was not trained on.

Every dev document is read twice: as printed, and as the plain text of a poor scan. What rules and model find in it is
matched with gold; a logistic model with a weak prior (few data) then says how likely each kind of finding is right.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sklearn.linear_model import LogisticRegression

from corpus.generate.noise import noisy
from corpus.learn.points import Learnt, documents
from corpus.typeset.plain import render_text
from vnadmin_extract.config import Config
from vnadmin_extract.evaluation.likeness import shared_words
from vnadmin_extract.evaluation.outcomes import match
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.fusion import Candidates, model_features, rule_features
from vnadmin_extract.facts.registry import STAGES, run_stages
from vnadmin_extract.layout import lay_out
from vnadmin_extract.layout.model import Layout
from vnadmin_extract.model.points import points_of
from vnadmin_extract.model.reading import read_points
from vnadmin_extract.readers import read

_SAME = 0.7
"""Share of words that a task has in common with gold's: the measure of the evaluation."""


@dataclass(frozen=True)
class Finding:
    """The features of a candidate, and whether it is right."""

    features: tuple[float, ...]
    right: bool


@dataclass
class Findings:
    """All candidates of some documents."""

    rule: list[Finding]
    table: list[Finding]
    model: list[Finding]


def layouts(split: str) -> Iterator[tuple[Learnt, Layout]]:
    """Every document of a split as printed, and again with noise."""
    for document in documents(split):
        yield document, document.layout
        for seed, level in enumerate(("light", "medium")):
            made = noisy_layout(document, level, seed)
            if made is not None:
                yield document, made


def noisy_layout(document: Learnt, level: str, seed: int) -> Layout | None:
    """A document laid out from the plain text of a poor scan."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{document.name}.txt"
        render_text(document.source, path)
        path.write_text(noisy(path.read_text("utf-8"), level, seed).text, "utf-8")
        found = lay_out(read(path, Config(ocr="off")))
        return found[0] if found else None


def findings(split: str, nlp: Any) -> Findings:
    """What rules and model find in a split, each candidate judged by gold."""
    result = Findings([], [], [])
    before = tuple(
        stage for stage in STAGES if stage.name not in ("readings", "fusion", "deadlines", "calibration")
    )
    for document, layout in layouts(split):
        draft = run_stages(Draft(layout, Config(models=False)), before)
        kind = draft.type.abbreviation if draft.type else None
        draft.readings = tuple(read_points(points_of(layout, kind or ""), nlp))
        candidates = Candidates(draft)
        of_rules, of_model = list(candidates.of_rules()), list(candidates.of_model())
        tasks = [c.assignment.task for c in of_rules] + [c.reading.point.text for c in of_model]
        right = set(
            match([a["task"] for a in document.gold["assignments"]], tasks, shared_words, _SAME).values()
        )
        for number, candidate in enumerate(of_rules):
            target = result.rule if candidate.reading is not None else result.table
            target.append(Finding(rule_features(candidate), number in right))
        for number, found in enumerate(of_model, len(of_rules)):
            if found.leads and found.named:
                result.model.append(Finding(model_features(found), number in right))
    return result


def fit(split: str, nlp: Any) -> dict[str, Any]:
    """The weights, as they are stored in ``data/fusion.json``."""
    found = findings(split, nlp)
    return {
        "assignments": {
            "rule": _logistic(found.rule),
            "table": _logistic(found.table),
            "model": _logistic(found.model),
            "keep": 0.2,
            "add": 0.8,
            "replace_lead": 0.8,
        },
        "fitted_on": {
            "split": split,
            "rule": [len(found.rule), sum(f.right for f in found.rule)],
            "table": [len(found.table), sum(f.right for f in found.table)],
            "model": [len(found.model), sum(f.right for f in found.model)],
        },
    }


def _logistic(found: Sequence[Finding]) -> list[float]:
    """Weights with a weak prior towards zero; the first feature is the constant, which has none of its own."""
    # One made-up finding of each kind: where all of few are right, that is no proof that all others are.
    average = [
        sum(column) / max(1, len(found)) for column in zip(*(f.features[1:] for f in found), strict=True)
    ]
    inputs = [*(f.features[1:] for f in found), average, average]
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit(inputs, [*(f.right for f in found), True, False])
    return [round(float(v), 4) for v in (model.intercept_[0], *model.coef_[0])]


def write_weights(path: Path, weights: dict[str, Any]) -> None:
    """Store the weights."""
    path.write_text(json.dumps(weights, indent=1) + "\n", "utf-8")
