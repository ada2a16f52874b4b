"""Whole records: those of the authored samples against their gold, and both PDF readers against each other."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vnadmin_extract.config import Config
from vnadmin_extract.extractor import Extractor
from vnadmin_extract.record import Record
from vnadmin_extract.text.fold import match_key

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = sorted(p for p in (ROOT / "corpus" / "samples").iterdir() if p.suffix in {".pdf", ".docx"})
REAL = [
    ROOT.parent / "shared" / "real" / "dev" / f"{name}.pdf" for name in ("d18", "d19", "d20", "d21", "d25")
]
PDFS = [p for p in (*SAMPLES, *REAL) if p.suffix == ".pdf" and p.exists()]


@cache
def record_of(path: Path, reader: str = "auto") -> Record:
    return Extractor(Config.model_validate({"reader": reader, "ocr": "off"})).extract(path)


def gold_of(path: Path) -> dict[str, Any]:
    return json.loads((ROOT / "corpus" / "gold" / f"{path.stem}.json").read_text("utf-8"))


def keys(items: Any) -> list[str]:
    return [match_key(item["name"] if isinstance(item, dict) else item.name) for item in items]


def part(value: Any, *names: str) -> tuple[Any, ...] | None:
    if value is None:
        return None
    return tuple(value.get(n) if isinstance(value, dict) else getattr(value, n) for n in names)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("code", ("number", "year", "notation", "text")),
        ("issued", ("place", "date")),
        ("type", ("name", "abbreviation")),
        ("issuer", ("name", "parent")),
        ("subject", ("text",)),
        ("urgency", ("level",)),
        ("signer", ("name", "position", "authority", "on_behalf_of")),
    ],
)
def test_head_and_signer_of_the_samples(path: Path, field: str, names: tuple[str, ...]) -> None:
    got, want = (part(value, *names) for value in (getattr(record_of(path), field), gold_of(path)[field]))
    if (
        field == "issuer"
    ):  # printed in capitals: small words of proper names are told by lists that gold need not share
        got, want = (v and tuple(match_key(x) if x else x for x in v) for v in (got, want))
    assert got == want


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_lists_of_the_samples(path: Path) -> None:
    record, gold = record_of(path), gold_of(path)
    assert keys(record.addressees) == keys(gold["addressees"])
    assert keys(record.recipients) == keys(gold["recipients"])


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_references_of_the_samples(path: Path) -> None:
    got = [(r.code.text if r.code else None, r.type, r.date, r.relation) for r in record_of(path).references]
    want = [
        (r["code"]["text"] if r["code"] else None, r["type"], r["date"], r["relation"])
        for r in gold_of(path)["references"]
    ]
    assert sorted(map(str, got)) == sorted(map(str, want))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_who_must_do_what_in_the_samples(path: Path) -> None:
    got = [(sorted(keys(a.lead)), sorted(keys(a.coordinating))) for a in record_of(path).assignments]
    want = [(sorted(keys(a["lead"])), sorted(keys(a["coordinating"]))) for a in gold_of(path)["assignments"]]
    assert got == want


def without_places(record: Record) -> dict[str, Any]:
    """A record without its source and boxes: what two readers of one file must agree on."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k not in {"source", "bbox", "evidence"}}
        return [strip(v) for v in value] if isinstance(value, list) else value

    stripped: dict[str, Any] = strip(record.model_dump(mode="json"))
    return stripped


@pytest.mark.parametrize("path", PDFS, ids=lambda p: p.stem)
def test_both_pdf_readers_give_the_same_record(path: Path) -> None:
    thorough = record_of(path, "pdfplumber")
    if any(a.path.startswith("table") for a in thorough.assignments):
        pytest.skip("ruled tables are pdfplumber's: auto gives such pages to it")
    assert without_places(record_of(path, "pdfium")) == without_places(thorough)


@pytest.mark.parametrize("path", PDFS, ids=lambda p: p.stem)
def test_auto_gives_what_the_thorough_reader_gives(path: Path) -> None:
    assert without_places(record_of(path)) == without_places(record_of(path, "pdfplumber"))
