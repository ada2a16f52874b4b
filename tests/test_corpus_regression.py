"""The corpus's test split: what has been reached stays, and confidences stay honest."""

from __future__ import annotations

from typing import Any

import pytest
from corpus import regression

from vnadmin_extract.evaluation.scores import count, evaluate


def test_no_regression_against_the_accepted_run(capsys: pytest.CaptureFixture[str]) -> None:
    code = regression.main([])
    printed = capsys.readouterr().out
    with capsys.disabled():
        print(f"\n{printed}")
    assert code == 0, printed
    assert "gained" in printed, "there is no accepted run to compare with"


def record(**fields: Any) -> dict[str, Any]:
    return {"type": {"name": "Công văn"}, "recipients": [{"name": f"Sở {n}"} for n in "ABCDEFGH"], **fields}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"recipients": [{"name": f"Sở {n}"} for n in "ABCDEFG"]}, "recipients"),
        ({"type": {"name": "Kế hoạch"}}, "header"),
    ],
)
def test_a_fall_beyond_the_tolerance_is_named(change: dict[str, Any], words: str | None) -> None:
    gold = {"d": record()}
    tolerance = {"overall": 0.002, "group": 0.005, "facts": 2, "share": 0.01}
    found = regression.regressions(
        count(evaluate(gold, gold)), count(evaluate(gold, {"d": record(**change)})), tolerance
    )
    assert (found == []) if words is None else any(line.startswith(words) for line in found)
