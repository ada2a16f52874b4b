"""Confidences set right: of the facts given at 0.9, nine in ten should be right.

Rules say how sure they are by a table that people wrote. ``data/calibration.json`` holds, for each field, how often
facts of a confidence were right on documents of the corpus that nothing was made with (isotonic regression, fitted by
``python -m corpus.learn``); between its points the line is straight. Assignments come calibrated from the fusion; a
field without a curve keeps what its rule says.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.record import Fact

SINGLE: Final = (
    "issuer", "type", "code", "issued", "subject", "urgency", "secrecy", "received", "signer",
)  # fmt: skip
CALIBRATED: Final = "model:zones"
"""Source of facts that come with a calibrated confidence (:mod:`vnadmin_extract.facts.zones`)."""
SEVERAL: Final = ("addressees", "recipients", "references", "deadlines", "assignments")


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising line through points."""

    x: tuple[float, ...]
    y: tuple[float, ...]

    def __call__(self, value: float) -> float:
        """The calibrated confidence."""
        if value <= self.x[0]:
            return self.y[0]
        if value >= self.x[-1]:
            return self.y[-1]
        at = bisect_right(self.x, value)
        x0, x1, y0, y1 = self.x[at - 1], self.x[at], self.y[at - 1], self.y[at]
        return y0 + (y1 - y0) * (value - x0) / (x1 - x0) if x1 > x0 else y1


@lru_cache(maxsize=1)
def curves() -> dict[str, Curve]:
    """The fitted curve of each field that has one."""
    path = resources.files("vnadmin_extract") / "data" / "calibration.json"
    fields = json.loads(path.read_text("utf-8"))["fields"]
    return {name: Curve(tuple(curve["x"]), tuple(curve["y"])) for name, curve in fields.items()}


def calibrate(draft: Draft) -> tuple[object, ...]:
    """The facts of :data:`SINGLE` and :data:`SEVERAL` with calibrated confidences, in that order.

    Rules alone (models off) are calibrated too: the curves are those of their fields. Assignments have one of their
    own for rules alone, since the fusion has not seen them then.
    """
    known = curves()
    result: list[object] = []
    for name in SINGLE:
        result.append(_set(getattr(draft, name), known.get(name)))
    for name in SEVERAL:
        curve = known.get(name) if name != "assignments" or not draft.readings else None
        result.append(tuple(_set(fact, curve) for fact in getattr(draft, name)))
    return tuple(result)


def _set(fact: Fact | None, curve: Curve | None) -> Fact | None:
    if fact is None or curve is None or any(e.source == CALIBRATED for e in fact.evidence):
        return fact
    return fact.model_copy(update={"confidence": round(curve(fact.confidence), 3)})
