"""Runs that are killed with all their processes, with the real extractor: see ``scripts/chaos.py``."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "chaos.py"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is different there")
def test_killed_runs_lose_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location("chaos", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    chaos = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(chaos)
    assert chaos.experiment(tmp_path, documents=60, kills=5, jobs=2, seed=3) == 0
    said = capsys.readouterr().out
    assert said.count("\nkill ") == 5
    assert "different: none" in said
