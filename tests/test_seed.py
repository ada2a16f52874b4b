"""The document that the project began with: its whole record, from its text and from a typeset PDF alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vnadmin_extract.extractor import extract

SHARED = Path(__file__).parents[1].parent / "shared"
TEXT = SHARED / "seed" / "000_932e5d4d18fbffd0.txt"
GOLD = SHARED / "spec" / "seed-record.json"

pytestmark = pytest.mark.skipif(not (TEXT.exists() and GOLD.exists()), reason="the seed document is not here")


def bare(value: Any) -> Any:
    """A record without what gold leaves out: source, evidence, confidence and the parts' own confidences."""
    if isinstance(value, dict):
        return {
            k: bare(v)
            for k, v in value.items()
            if k not in {"evidence", "confidence", "source", "parts", "secrecy"}
        }
    return [bare(v) for v in value] if isinstance(value, list) else value


@pytest.fixture(params=["text", "pdf-pdfium", "pdf-pdfplumber"])
def record(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    if request.param == "text":
        return extract(TEXT).model_dump(mode="json")
    from corpus.typeset.from_text import source_from_text
    from corpus.typeset.pdf import render_pdf

    from vnadmin_extract.config import Config

    pdf = tmp_path / "seed.pdf"
    render_pdf(source_from_text(TEXT.read_text("utf-8"), "seed"), pdf)
    return extract(pdf, Config(reader=request.param.removeprefix("pdf-"))).model_dump(mode="json")


@pytest.mark.parametrize("field", list(json.loads(GOLD.read_text("utf-8"))) if GOLD.exists() else ["-"])
def test_every_field_comes_out(record: dict[str, Any], field: str) -> None:
    want = json.loads(GOLD.read_text("utf-8"))[field]
    assert bare(record[field]) == bare(want)
