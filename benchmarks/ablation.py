"""What rules, model, and both together find, field by field.

python benchmarks/ablation.py --split test                 # the corpus's test split, rendered as PDF
python benchmarks/ablation.py --split test --scans         # the same as damaged scans (needs Tesseract)
python benchmarks/ablation.py FILES GOLD [--ocr-cache DIR]  # a folder of documents with gold/NAME.json
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from corpus.learn.calibrate import as_json

from vnadmin_extract.config import Config
from vnadmin_extract.errors import VnadminError
from vnadmin_extract.evaluation.reliability import expected_calibration_error, with_confidence
from vnadmin_extract.evaluation.scores import Judged, Scores, count, evaluate, load_records
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.registry import STAGES, run_stages
from vnadmin_extract.layout import lay_out
from vnadmin_extract.layout.model import Layout
from vnadmin_extract.readers import read
from vnadmin_extract.record import Record

SYSTEMS = ("rules", "model", "both")


def records(layout: Layout, config: Config) -> dict[str, dict[str, Any]]:
    """The record of each system."""
    result = {}
    for system in SYSTEMS:
        settings = config.model_copy(update={"models": system != "rules"})
        stages = STAGES
        if system == "model":
            stages = tuple(replace(s, run=lambda _: ()) if s.name == "assignments" else s for s in STAGES)
        draft = run_stages(Draft(layout, settings), stages)
        result[system] = {
            name: as_json(getattr(draft, name)) for name in Record.model_fields if hasattr(draft, name)
        } | {"source": {"text_origin": layout.document.text_origin.value}}
    return result


def of_corpus(split: str, *, scans: bool) -> Iterator[tuple[str, dict[str, Any], Layout]]:
    from corpus.learn.calibrate import scanned
    from corpus.learn.points import documents

    for number, document in enumerate(documents(split)):
        layout = scanned(document, number) if scans else document.layout
        if layout is not None:
            yield document.name, document.gold, layout


def of_folder(files: Path, gold: Path, config: Config) -> Iterator[tuple[str, dict[str, Any], Layout]]:
    wanted = load_records(gold)
    for path in sorted(p for p in files.iterdir() if p.stem in wanted):
        try:
            yield path.stem, wanted[path.stem], lay_out(read(path, config))[0]
        except VnadminError as error:
            print(f"{path.name}: {error}", file=sys.stderr)


def table(scores: dict[str, Scores]) -> str:
    lines = [f"{'field':26}" + "".join(f"{name:>9}" for name in SYSTEMS)]
    fields = [name for name in scores["rules"].fields if any(scores[s].fields.get(name) for s in SYSTEMS)]
    for name in fields:
        lines.append(f"{name:26}" + "".join(f"{scores[s].fields[name].f1:9.3f}" for s in SYSTEMS))
    for group in scores["rules"].groups:
        values = [scores[s].groups[group] for s in SYSTEMS]
        lines.append(f"{group:26}" + "".join(f"{v:9.3f}" if v is not None else f"{'-':>9}" for v in values))
    lines.append(f"{'overall':26}" + "".join(f"{scores[s].overall:9.3f}" for s in SYSTEMS))
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="?")
    parser.add_argument("gold", type=Path, nargs="?")
    parser.add_argument("--split", choices=("train", "dev", "test"))
    parser.add_argument("--scans", action="store_true")
    parser.add_argument("--ocr-cache", type=Path)
    options = parser.parse_args()
    if options.split:
        items = of_corpus(options.split, scans=options.scans)
    elif options.files and options.gold:
        items = of_folder(options.files, options.gold, Config(ocr_cache=options.ocr_cache))
    else:
        parser.error("give --split, or a folder of documents and one of gold records")
    gold: dict[str, Any] = {}
    found: dict[str, dict[str, Any]] = {system: {} for system in SYSTEMS}
    for name, record, layout in items:
        gold[name] = record
        for system, value in records(layout, Config(ocr_cache=options.ocr_cache)).items():
            found[system][name] = value
    judged = {system: evaluate(gold, found[system]) for system in SYSTEMS}
    print(f"{len(gold)} documents")
    print(table({system: count(judged[system]) for system in SYSTEMS}))
    for system in SYSTEMS:
        print(f"expected calibration error, {system}: {_error(judged[system])}")
    origins = sorted({document.origin for document in judged["both"]})
    if len(origins) > 1:
        for origin in origins:
            part = {s: count(d for d in judged[s] if d.origin == origin) for s in SYSTEMS}
            print(f"{origin:12} overall " + "  ".join(f"{s} {part[s].overall:.3f}" for s in SYSTEMS))
    return 0


def _error(judged: list[Judged]) -> str:
    facts = with_confidence(judged)
    value = expected_calibration_error(facts)
    return "-" if value is None else f"{value:.3f} over {len(facts)} facts"


if __name__ == "__main__":
    sys.exit(main())
