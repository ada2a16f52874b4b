"""The commands ``evaluate`` and ``compare``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vnadmin_extract.cli.output import emit, say, show
from vnadmin_extract.errors import VnadminError

if TYPE_CHECKING:
    from vnadmin_extract.evaluation.compare import Comparison
    from vnadmin_extract.evaluation.scores import Judged

_RECORDS = "Folder of NAME.json, or a records.jsonl."
_NAMES = 10
"""So many documents without a partner are named."""


def evaluate(
    gold: Annotated[Path, typer.Argument(help=_RECORDS, metavar="GOLD", show_default=False)],
    predicted: Annotated[Path, typer.Argument(help=_RECORDS, metavar="PREDICTED", show_default=False)],
    errors: Annotated[int, typer.Option("--errors", min=0, help="Print so many errors of each field.")] = 0,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write a report with the errors to this file.", metavar="FILE"),
    ] = None,
    texts: Annotated[
        Path | None,
        typer.Option(
            "--texts",
            help="Folder of NAME.txt, the records' texts: the report shows errors in them.",
            metavar="FOLDER",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Compare extracted records with gold records, field by field, and say how honest confidences are."""
    from vnadmin_extract.evaluation.scores import evaluate as judge_all
    from vnadmin_extract.evaluation.scores import load_records

    try:
        wanted, given = load_records(gold), load_records(predicted)
    except VnadminError as error:
        say(f"error: {error}")
        raise typer.Exit(error.exit_code) from None
    documents = judge_all(wanted, given)
    if html is not None:
        from vnadmin_extract.evaluation.report import html_report
        from vnadmin_extract.exports.atomic import replacing

        read = {path.stem: path.read_text("utf-8") for path in sorted(texts.glob("*.txt"))} if texts else {}
        with replacing(html) as target:
            target.write(html_report(documents, read, f"Evaluation: {len(documents)} documents").encode())
        say(f"written: {html}")
    if as_json:
        emit(json.dumps(_figures(documents), ensure_ascii=False, indent=1))
        return
    _print(documents, sorted(set(wanted) - set(given)), errors)
    unknown = sorted(set(given) - set(wanted))
    if unknown:
        say(f"not judged, because there is no gold record of the same name: {_listed(unknown)}")


def compare(
    before: Annotated[Path, typer.Argument(help=_RECORDS, metavar="BEFORE", show_default=False)],
    after: Annotated[Path, typer.Argument(help=_RECORDS, metavar="AFTER", show_default=False)],
    gold: Annotated[
        Path | None,
        typer.Option("--gold", help="Gold records: gains and losses are judged by them.", metavar="GOLD"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the facts that a second run gained and lost against a first one."""
    from vnadmin_extract.evaluation.compare import compare as compare_runs
    from vnadmin_extract.evaluation.scores import load_records

    try:
        first, second = load_records(before), load_records(after)
        result = compare_runs(first, second, load_records(gold) if gold else None)
    except VnadminError as error:
        say(f"error: {error}")
        raise typer.Exit(error.exit_code) from None
    if as_json:
        emit(json.dumps({"gained": [asdict(c) for c in result.gained], "lost": [asdict(c) for c in result.lost]},
                        ensure_ascii=False, indent=1))  # fmt: skip
        return
    emit(comparison_text(result))
    for names, where in ((set(first) - set(second), before), (set(second) - set(first), after)):
        if names:
            say(f"only in {where}, with all their facts: {_listed(sorted(names))}")


def comparison_text(result: Comparison) -> str:
    """Gained and lost facts, one line each, and how many there are."""
    lines = []
    for sign, changes in (("+", result.gained), ("-", result.lost)):
        for change in changes:
            label = f" {change.label}" if change.label else ""
            value = f"{_cut(change.before)} → {_cut(change.after)}"
            gold = f"   (gold {_cut(change.gold)})" if change.gold is not None else ""
            lines.append(f"{sign} {change.document}: {change.field}{label}: {value}{gold}")
    lines.append(f"gained {len(result.gained)}, lost {len(result.lost)}")
    return "\n".join(lines)


def _cut(value: str | None, most: int = 90) -> str:
    if value is None:
        return "nothing"
    return f"“{value if len(value) <= most else value[: most - 1] + '…'}”"


def _listed(names: list[str]) -> str:
    """``"a, b and 3 more"``."""
    left = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {left} more" if left > 0 else "")


def _figures(documents: list[Judged]) -> dict[str, Any]:
    from vnadmin_extract.evaluation.likeness import Matcher
    from vnadmin_extract.evaluation.reliability import (
        expected_calibration_error,
        reliability,
        with_confidence,
    )
    from vnadmin_extract.evaluation.scores import BREAKDOWNS, Scores, by_group, count

    def figures(scores: Scores) -> dict[str, Any]:
        return {
            "documents": scores.documents,
            "whole_records": scores.whole,
            "overall": scores.overall,
            "groups": scores.groups,
            "fields": {
                name: {
                    "precision": c.precision,
                    "recall": c.recall,
                    "f1": c.f1,
                    "gold": c.gold,
                    "got": c.given,
                }
                for name, c in scores.fields.items()
            },
        }

    facts = with_confidence(documents)
    return {
        **figures(count(documents)),
        "matchers": {matcher.value: figures(count(documents, matcher)) for matcher in Matcher},
        "breakdowns": {
            name: {
                value: {
                    "documents": len(group),
                    "overall": count(group).overall,
                    "groups": count(group).groups,
                }
                for value, group in by_group(documents, key).items()
            }
            for name, key in BREAKDOWNS.items()
        },
        "calibration": {
            "facts": len(facts),
            "expected_calibration_error": expected_calibration_error(facts),
            "table": [asdict(row) for row in reliability(facts)],
        },
    }


def _print(documents: list[Judged], missing: list[str], errors: int) -> None:
    from rich.table import Table

    from vnadmin_extract.evaluation.likeness import Matcher
    from vnadmin_extract.evaluation.reliability import expected_calibration_error, with_confidence
    from vnadmin_extract.evaluation.scores import BREAKDOWNS, by_group, count

    scores = {matcher: count(documents, matcher) for matcher in Matcher}
    soft = scores[Matcher.SOFT]
    table = Table("field", *(("precision", "recall", "F1", "strict", "edit", "gold", "given")))
    for column in table.columns[1:]:
        column.justify = "right"
    for name, one in soft.fields.items():
        table.add_row(
            name, f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}",
            f"{scores[Matcher.STRICT].fields[name].f1:.3f}", f"{scores[Matcher.EDIT].fields[name].f1:.3f}",
            str(one.gold), str(one.given),
        )  # fmt: skip
    groups = Table("group", *(matcher.value for matcher in Matcher))
    for name in soft.groups:
        groups.add_row(name, *(_figure(scores[matcher].groups[name]) for matcher in Matcher))
    groups.add_row("overall", *(f"{scores[matcher].overall:.3f}" for matcher in Matcher))
    groups.add_row("whole records", *(f"{scores[m].whole} of {scores[m].documents}" for m in Matcher))
    kinds = Table("documents by", "", "number", "overall")
    for name, key in BREAKDOWNS.items():
        for value, group in by_group(documents, key).items():
            kinds.add_row(name, value, str(len(group)), f"{count(group).overall:.3f}")
    show(table, groups, kinds)
    facts = with_confidence(documents)
    error = expected_calibration_error(facts)
    if error is not None:
        emit(f"expected calibration error {error:.3f} over {len(facts)} facts")
    emit(f"{len(documents)} documents, without a prediction {len(missing)}")
    if missing:
        say(f"without a prediction, so that all their facts count as missed: {_listed(missing)}")
    if errors:
        _print_errors(documents, errors)


def _print_errors(documents: list[Judged], most: int) -> None:
    from vnadmin_extract.evaluation.likeness import Matcher

    shown: dict[str, int] = {}
    for document in documents:
        for outcome in document.outcomes[Matcher.SOFT]:
            if outcome.right or shown.get(outcome.field, 0) >= most:
                continue
            shown[outcome.field] = shown.get(outcome.field, 0) + 1
            label = f" {outcome.label}" if outcome.label else ""
            emit(
                f"{outcome.field}: {document.name}{label}: gold {_cut(outcome.gold)}, given {_cut(outcome.predicted)}"
            )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
