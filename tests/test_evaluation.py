"""Evaluation: what counts as right, agreement with the shared scorer, honest confidences, gained and lost facts."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from vnadmin_extract.cli.app import app
from vnadmin_extract.evaluation.compare import compare
from vnadmin_extract.evaluation.likeness import Matcher, key
from vnadmin_extract.evaluation.outcomes import judge
from vnadmin_extract.evaluation.reliability import expected_calibration_error, reliability, with_confidence
from vnadmin_extract.evaluation.report import html_report
from vnadmin_extract.evaluation.scores import count, evaluate, load_records

ROOT = Path(__file__).parents[1]
GOLD = ROOT / "corpus" / "gold"
SCORER = ROOT.parent / "shared" / "eval" / "score.py"


def record(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "issuer": {"name": "Ủy ban nhân dân xã Lộc Điềm"},
        "type": {"name": "Kế hoạch"},
        "code": {"number": "07", "year": None, "notation": "KH-UBND", "text": "07/KH-UBND"},
        "issued": {"place": "Lộc Điềm", "date": "2026-03-05"},
        "subject": {"text": "Ra quân vệ sinh môi trường năm 2026"},
        "signer": {"name": "Cao Đức Nhượng", "position": "Phó Chủ tịch", "authority": "KT."},
        "recipients": [{"name": "Như trên"}, {"name": "Lưu: VT"}],
        "references": [],
        "assignments": [
            {"id": "a1", "path": "1", "task": "Lập dự toán kinh phí trình phê duyệt", "deadlines": ["d1"],
             "lead": [{"name": "Phòng Kinh tế"}, {"name": "UBND xã"}], "coordinating": []},
        ],
        "deadlines": [{"id": "d1", "kind": "date", "due": "2026-04-05", "text": "trước ngày 05/4"}],
    }  # fmt: skip
    return {**base, **changes}


def errors(gold: dict[str, Any], given: dict[str, Any], matcher: Matcher = Matcher.SOFT) -> list[str]:
    return [o.field for o in judge(gold, given, matcher) if not o.right]


def test_a_record_is_right_against_itself() -> None:
    assert errors(record(), record()) == []


@pytest.mark.parametrize(
    ("change", "soft", "strict"),
    [
        # names: folding makes them equal, small differences are overlooked by the soft matcher
        ({"issuer": {"name": "UBND xã Lộc Điềm"}}, [], []),
        ({"issuer": {"name": "Uỷ ban nhân dân xã Lộc Điềm"}}, [], []),
        ({"issuer": {"name": "Ủy ban nhân dân xã Lộc Điêm"}}, [], ["issuer.name"]),
        # numbers: a leading zero is none, another digit is
        ({"code": {"number": "7", "notation": "KH - UBND"}}, [], []),
        ({"code": {"number": "17", "notation": "KH-UBND"}}, ["code.number"], ["code.number"]),
        # dates are strict in every matcher
        ({"issued": {"place": "Lộc Điềm", "date": "2026-03-06"}}, ["issued.date"], ["issued.date"]),
        ({"urgency": {"level": "khẩn"}}, ["urgency.level"], ["urgency.level"]),
        ({"recipients": [{"name": "Như trên"}]}, ["recipients"], ["recipients"]),
    ],
)
def test_what_counts_as_wrong(change: dict[str, Any], soft: list[str], strict: list[str]) -> None:
    given = record(**change)
    assert errors(record(), given) == soft
    assert errors(record(), given, Matcher.STRICT) == strict


def test_units_of_a_missed_assignment_are_missed_and_those_of_a_made_up_one_made_up() -> None:
    other = [{"id": "a9", "path": "9", "task": "Việc khác hẳn không ai giao", "lead": [{"name": "Sở Y tế"}]}]
    outcomes = judge(record(), record(assignments=other, deadlines=[]))
    found = {(o.field, o.gold, o.predicted) for o in outcomes if not o.right}
    assert ("assignments.lead", "Phòng Kinh tế", None) in found
    assert ("assignments.lead", None, "Sở Y tế") in found
    assert ("assignments.deadlines", "date 2026-04-05 (trước ngày 05/4)", None) in found


def test_tone_placement_and_dashes_do_not_count() -> None:
    assert key("Uỷ ban – Hoà Bình") == key("ủy ban - Hòa Bình")


def perturbed(rng: random.Random, value: Any) -> Any:
    """A record with facts dropped, doubled, and letters lost, as a bad extraction has them."""
    if isinstance(value, dict):
        return {k: (v if k in ("id", "kind") else perturbed(rng, v)) for k, v in value.items()}
    if isinstance(value, list):
        kept = [perturbed(rng, item) for item in value if rng.random() > 0.15]
        return kept + [kept[0]] * (rng.random() < 0.1) if kept else kept
    if isinstance(value, str) and len(value) > 3 and rng.random() < 0.2:
        at = rng.randrange(len(value))
        return value[:at] + rng.choice(["", "x", " ", "ộ"]) + value[at + 1 :]
    return value


@pytest.mark.skipif(not SCORER.is_file(), reason="the shared scorer is not here")
@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_the_shared_scorer(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    gold = load_records(GOLD)
    given = {name: perturbed(rng, value) for name, value in gold.items() if rng.random() > 0.05}
    for name, value in given.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    command = [sys.executable, str(SCORER), str(GOLD), str(tmp_path), "--json"]
    theirs = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    ours = count(evaluate(gold, given))
    assert ours.overall == pytest.approx(theirs["overall"])
    for field, figures in theirs["fields"].items():
        mine = ours.fields[field]
        assert (mine.precision, mine.recall, mine.gold, mine.given) == pytest.approx(
            (figures["precision"], figures["recall"], figures["gold"], figures["got"])
        ), field


def sure(value: str, confidence: float) -> dict[str, Any]:
    return {"name": value, "confidence": confidence, "evidence": []}


def test_calibration_error_is_the_distance_of_confidence_and_accuracy() -> None:
    gold = {"d": {"recipients": [{"name": "Sở Y tế"}, {"name": "Sở Nội vụ"}]}}
    given = {"d": {"recipients": [sure("Sở Y tế", 0.75), sure("Công an huyện Tân Khê", 0.75)]}}
    facts = with_confidence(evaluate(gold, given))
    assert [(row.facts, row.confidence, row.accuracy) for row in reliability(facts)] == [(2, 0.75, 0.5)]
    assert expected_calibration_error(facts) == pytest.approx(0.25)


def test_compare_lists_gained_and_lost_facts() -> None:
    gold = {"d": record()}
    before = {"d": record(issued={"place": "Lộc Điềm", "date": "2026-03-06"}, urgency={"level": "khẩn"})}
    after = {"d": record(signer=None)}
    result = compare(before, after, gold)
    assert {(c.field, c.before, c.after) for c in result.gained} == {
        ("issued.date", "2026-03-06", "2026-03-05"),
        ("urgency.level", "khẩn", None),
    }
    assert {c.field for c in result.lost} == {"signer.name", "signer.position", "signer.authority"}


def test_compare_without_gold_lists_every_difference() -> None:
    result = compare({"d": record()}, {"d": record(code={"number": "8", "notation": "KH-UBND"})})
    assert [(c.field, c.before, c.after) for c in result.gained] == [("code.number", "7", "8")]


def test_report_shows_errors_in_the_text_and_escapes_it() -> None:
    text = "Giao <Phòng Kinh tế> lập dự toán"
    gold = {"d": {"recipients": []}}
    fact = {
        "name": "<Phòng Kinh tế>",
        "confidence": 0.4,
        "evidence": [{"start": 5, "end": 20, "source": "rule:recipients"}],
    }
    page = html_report(evaluate(gold, {"d": {"recipients": [fact]}}), {"d": text})
    assert "Giao <mark>&lt;Phòng Kinh tế&gt;</mark> lập dự toán" in page
    assert "<Phòng" not in page
    assert "made up" in page


def test_commands(tmp_path: Path) -> None:
    run = CliRunner().invoke
    result = run(app, ["evaluate", str(GOLD), str(GOLD), "--html", str(tmp_path / "report.html")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
    figures = json.loads(run(app, ["evaluate", str(GOLD), str(GOLD), "--json"]).stdout)
    assert figures["overall"] == 1.0
    assert figures["whole_records"] == figures["documents"]
    assert "gained 0, lost 0" in run(app, ["compare", str(GOLD), str(GOLD)]).stdout


def test_a_folder_without_records_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[1, 2", "utf-8")
    result = CliRunner().invoke(app, ["evaluate", str(tmp_path), str(tmp_path)])
    assert result.exit_code == 3
    assert "no records can be read there" in result.output


def test_a_folder_of_other_files_is_no_run_that_missed_everything(tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(b"%PDF")
    result = CliRunner().invoke(app, ["evaluate", str(GOLD), str(tmp_path)])
    assert result.exit_code == 3
    assert "the folder holds no .json file" in result.output


def test_documents_without_a_partner_are_named_but_not_all(tmp_path: Path) -> None:
    name = next(GOLD.glob("*.json")).name
    (tmp_path / name).write_text((GOLD / name).read_text("utf-8"), "utf-8")
    (tmp_path / "la.json").write_text("{}", "utf-8")
    result = CliRunner().invoke(app, ["evaluate", str(GOLD), str(tmp_path)])
    assert result.exit_code == 0
    missing = len(list(GOLD.glob("*.json"))) - 1
    assert f"and {missing - 10} more" in result.stderr
    assert "no gold record of the same name: la" in result.stderr


def test_compare_names_what_only_one_run_has(tmp_path: Path) -> None:
    names = sorted(path.name for path in GOLD.glob("*.json"))[:2]
    for folder, chosen in (("before", names), ("after", names[:1])):
        (tmp_path / folder).mkdir()
        for name in chosen:
            (tmp_path / folder / name).write_text((GOLD / name).read_text("utf-8"), "utf-8")
    result = CliRunner().invoke(app, ["compare", str(tmp_path / "before"), str(tmp_path / "after")])
    assert f"only in {tmp_path / 'before'}, with all their facts: {Path(names[1]).stem}" in result.stderr
