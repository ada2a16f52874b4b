"""The README tells the truth: its code is executed, and printed output is compared."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import pytest
import regex

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "corpus" / "samples"
_BLOCK = regex.compile(r"```python\n(?P<code>[^`]*)```(?:\n\n```text\n(?P<output>[^`]*)```)?")

pytestmark = pytest.mark.skipif(not any(SAMPLES.glob("*.pdf")), reason="the samples have not been made")


def executed(code: str, name: str, names: dict[str, Any]) -> str:
    """What a piece of code prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, name, "exec"), names)
    return output.getvalue()


def test_code_in_the_readme_runs_and_prints_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    blocks = list(_BLOCK.finditer((ROOT / "README.md").read_text(encoding="utf-8")))
    compared = 0
    for number, block in enumerate(blocks):
        printed = executed(block["code"], f"README.md, block {number}", names)
        if block["output"] is not None:
            assert printed == block["output"]
            compared += 1
    assert len(blocks) >= 4
    assert compared >= 2


def test_links_in_the_documents_lead_somewhere() -> None:
    pattern = regex.compile(r"\]\((?P<target>[^)#:\s]+)\)")
    targets = [
        (document.name, match["target"])
        for document in ROOT.glob("*.md")
        for match in pattern.finditer(document.read_text(encoding="utf-8"))
    ]
    assert targets
    assert [item for item in targets if not (ROOT / item[1]).exists()] == []
