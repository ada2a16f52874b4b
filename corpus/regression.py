"""Guarding what has been reached: the corpus's test split against the last accepted run.

    python -m corpus.regression            # figures, gained and lost facts; exit code 1 on a regression
    python -m corpus.regression --accept   # this run becomes the accepted one (say why in the commit)

``accepted/records.jsonl`` holds the accepted run's records without evidence; ``accepted/tolerance.toml`` says how much
each figure may fall.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from corpus.learn.points import documents
from vnadmin_extract.cli.evaluate import comparison_text
from vnadmin_extract.config import Config
from vnadmin_extract.evaluation.compare import compare
from vnadmin_extract.evaluation.outcomes import Json
from vnadmin_extract.evaluation.reliability import expected_calibration_error, with_confidence
from vnadmin_extract.evaluation.scores import Scores, count, evaluate, load_records
from vnadmin_extract.extractor import Extractor

FOLDER = Path(__file__).resolve().parent / "accepted"
_LEFT_OUT = frozenset({"evidence", "source", "parts", "unit_code"})


def run(split: str = "test") -> tuple[dict[str, Json], dict[str, Json], dict[str, Json]]:
    """Gold records, extracted records, and the latter without what is not judged."""
    extractor = Extractor(Config(ocr="off"))
    gold: dict[str, Json] = {}
    found: dict[str, Json] = {}
    for document in documents(split):
        gold[document.name] = document.gold
        found[document.name] = extractor.record(document.layout).model_dump(mode="json")
    return gold, found, {name: bare(record) for name, record in found.items()}


def bare(value: Any) -> Any:
    """A record without evidence and what else is not judged."""
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items() if key not in _LEFT_OUT}
    return [bare(item) for item in value] if isinstance(value, list) else value


def regressions(before: Scores, after: Scores, tolerance: dict[str, Any]) -> list[str]:
    """Figures that fell by more than they may, one line each."""
    result = []
    if before.overall - after.overall > tolerance["overall"]:
        result.append(f"overall {before.overall:.4f} → {after.overall:.4f}")
    for group, value in before.groups.items():
        now = after.groups[group]
        if value is not None and (now is None or value - now > tolerance["group"]):
            result.append(f"{group} {value:.4f} → {now if now is None else round(now, 4)}")
    for name, one in before.fields.items():
        now_one = after.fields.get(name)
        fallen = one.right - (now_one.right if now_one else 0)
        if fallen > max(tolerance["facts"], tolerance["share"] * one.gold):
            result.append(f"{name}: {fallen} fewer right of {one.gold}")
    return result


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m corpus.regression", description=__doc__)
    parser.add_argument("--accept", action="store_true", help="make this run the accepted one")
    options = parser.parse_args(arguments)
    gold, found, now = run()
    judged = evaluate(gold, found)
    after = count(judged)
    error = expected_calibration_error(with_confidence(judged))
    print(f"test split: overall {after.overall:.4f}, whole records {after.whole} of {after.documents}, "
          f"calibration error {error:.3f}")  # fmt: skip
    accepted = FOLDER / "records.jsonl"
    faults: list[str] = []
    if accepted.is_file():
        before = load_records(accepted)
        print(comparison_text(compare(before, now, gold)))
        tolerance = tomllib.loads((FOLDER / "tolerance.toml").read_text("utf-8"))
        faults = regressions(count(evaluate(gold, before)), after, tolerance)
        if error is not None and error > tolerance["calibration"]:
            faults.append(f"expected calibration error {error:.3f}, more than {tolerance['calibration']}")
    if options.accept:
        FOLDER.mkdir(exist_ok=True)
        lines = (
            json.dumps({"name": name, **record}, ensure_ascii=False) for name, record in sorted(now.items())
        )
        accepted.write_text("\n".join(lines) + "\n", "utf-8")
        print(f"accepted: {accepted.relative_to(FOLDER.parents[1])}")
        return 0
    for fault in faults:
        print(f"regression: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
