"""Fitting of the confidence curves: how often facts of a confidence are right, field by field.

The dev split is read as printed, as noisy plain text, and as damaged scans where Tesseract is installed. A field with
few facts, or none wrong, gets no curve: its rules' own figures stay.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression

from corpus.learn.fit import noisy_layout
from corpus.learn.points import Learnt, documents
from corpus.typeset.damage import KINDS, damage
from corpus.typeset.pdf import render_pdf
from vnadmin_extract.config import Config
from vnadmin_extract.evaluation.outcomes import judge
from vnadmin_extract.evaluation.reliability import JUDGED_FIELDS
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.registry import STAGES, run_stages
from vnadmin_extract.layout import lay_out
from vnadmin_extract.layout.model import Layout
from vnadmin_extract.readers import read
from vnadmin_extract.record import Record

_LEAST = 60
"""Facts of a field below which no curve is fitted."""
_STEPS = 12
"""Points of a curve at most."""
_PRIOR = 4.0
"""Weight of the belief that the rules' own figures are right, in facts at each of ten confidences."""


def fit_curves(split: str, *, scans: bool) -> dict[str, Any]:
    """The curves, as they are stored in ``data/calibration.json``."""
    facts: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    alone: list[tuple[float, bool]] = []
    for document, layout in _layouts(split, scans=scans):
        for outcome in _outcomes(document, layout, models=True):
            if outcome.field.startswith("assignments"):
                continue
            facts[outcome.field.split(".")[0]].append((outcome.confidence, outcome.right))
        alone += [
            (o.confidence, o.right)
            for o in _outcomes(document, layout, models=False)
            if o.field in ("assignments", "assignments.lead")
        ]
    facts["assignments"] = alone
    curves = {}
    for name, pairs in sorted(facts.items()):
        wrong = sum(not right for _, right in pairs)
        if len(pairs) >= _LEAST and wrong >= 3:
            curves[name] = {**isotonic(pairs), "facts": len(pairs), "wrong": wrong}
    return {"fields": curves, "fitted_on": {"split": split, "scans": scans}}


def _layouts(split: str, *, scans: bool) -> Iterator[tuple[Learnt, Layout]]:
    for number, document in enumerate(documents(split)):
        yield document, document.layout
        noisy = noisy_layout(document, "light", 11)
        if noisy is not None:
            yield document, noisy
        if scans:
            found = scanned(document, number)
            if found is not None:
                yield document, found


def scanned(document: Learnt, number: int) -> Layout | None:
    """The document as a damaged scan, each with another kind of damage."""
    kinds = sorted(KINDS)
    with tempfile.TemporaryDirectory() as name:
        clean, scan = Path(name) / "clean.pdf", Path(name) / "scan.pdf"
        render_pdf(document.source, clean)
        damage(clean, scan, kinds[number % len(kinds)])
        found = lay_out(read(scan, Config(check_signatures=False)))
        return found[0] if found else None


def _outcomes(document: Learnt, layout: Layout, *, models: bool) -> list[Any]:
    """The facts that were given, with the confidence before calibration."""
    # What the zone model adds has been calibrated with its thresholds (corpus.learn.zones).
    stages = tuple(stage for stage in STAGES if stage.name not in ("zones", "calibration"))
    draft = run_stages(Draft(layout, Config(models=models)), stages)
    parts = {name: getattr(draft, name) for name in Record.model_fields if hasattr(draft, name)}
    record = {name: as_json(value) for name, value in parts.items()}
    return [
        outcome
        for outcome in judge(document.gold, record)
        if outcome.confidence is not None and outcome.predicted is not None and outcome.field in JUDGED_FIELDS
    ]


def as_json(value: Any) -> Any:
    """A record's field, or a list of facts, as JSON values."""
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def isotonic(pairs: list[tuple[float, bool]]) -> dict[str, list[float]]:
    """A rising curve with few points."""
    belief = np.linspace(0.05, 0.95, 10)
    x = np.array([*(confidence for confidence, _ in pairs), *belief])
    y = np.array([*(float(right) for _, right in pairs), *belief])
    weight = np.array([1.0] * len(pairs) + [_PRIOR] * len(belief))
    model = IsotonicRegression(y_min=0.02, y_max=0.99, out_of_bounds="clip").fit(x, y, sample_weight=weight)
    steps = np.unique(np.quantile(x, np.linspace(0, 1, _STEPS)))
    return {
        "x": [round(float(v), 4) for v in steps],
        "y": [round(float(v), 4) for v in model.predict(steps)],
    }


def have_tesseract() -> bool:
    """Whether scans can be read here."""
    return shutil.which("tesseract") is not None


def write_curves(path: Path, curves: dict[str, Any]) -> None:
    """Store the curves."""
    path.write_text(json.dumps(curves, indent=1) + "\n", "utf-8")
