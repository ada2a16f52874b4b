"""Counts of the corpus, as tables for its datasheet: ``python -m corpus.typeset.figures``."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from corpus.typeset import source as src
from corpus.typeset.notes import labelled_blocks
from corpus.typeset.splits import SHARES, load_splits

ROOT = Path(__file__).resolve().parents[1]

_BEGIN, _END = "<!-- figures -->\n", "<!-- end of figures -->\n"

# Tried in this order on the lines of the header; a rough guess, for counting only.
_LEVELS: tuple[tuple[str, str], ...] = (
    ("commune", r"XÃ(?! HỘI)|PHƯỜNG|THỊ TRẤN|ĐẶC KHU|THÔN\b|TRƯỜNG (?:MẦM NON|TIỂU HỌC|THCS)"),
    ("district", r"HUYỆN|QUẬN\b|THỊ XÃ|TX\b|THỊ ỦY|PHÒNG"),
    ("province", r"TỈNH|\bSỞ\b|THÀNH PHỐ|TRƯỜNG THPT|BỆNH VIỆN"),
    ("central", r"\bBỘ\b|CHÍNH PHỦ|TỔNG|\bCỤC\b|TRUNG ƯƠNG|ĐẠI HỌC"),
)
_SIZES = ((1, "1"), (2, "2"), (4, "3-4"), (99, "5 and more"))


def level_of(source: src.Source) -> str:
    """Commune, district, province, central or other, by the words of the header."""
    lines = " ".join((*source.header.issuer, *source.header.parent)).upper()
    issuer = " ".join(source.header.issuer).upper()
    for text in (issuer, lines):
        for name, pattern in _LEVELS:
            if re.search(pattern, text):
                return name
    return "other"


def decade_of(record: Mapping[str, Any]) -> str:
    """The decade of issue, and the time of two-level government by itself."""
    date = (record.get("issued") or {}).get("date")
    if not date:
        return "no date"
    if date >= "2025-07":
        return "since July 2025"
    return f"{date[:3]}0s"


def pages_of(sources: Iterable[src.Source]) -> dict[str, int]:
    """Pages of each document in the standard look."""
    import pypdfium2

    from corpus.typeset.pdf import render_pdf

    made: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for source in sources:
            path = Path(folder) / f"{source.name}.pdf"
            render_pdf(source, path)
            with pypdfium2.PdfDocument(path) as document:
                made[source.name] = len(document)
    return made


def table(title: str, groups: Mapping[str, str], places: Mapping[str, str]) -> list[str]:
    """Rows for a grouping of the documents, with a column for each part."""
    counts: dict[str, Counter[str]] = {}
    for name, group in groups.items():
        counts.setdefault(group, Counter())[places.get(name, "none")] += 1
    lines = [f"| {title} | " + " | ".join(SHARES) + " | all |", "|---|" + "---:|" * (len(SHARES) + 1)]
    for group, row in sorted(counts.items(), key=lambda item: (-item[1].total(), item[0])):
        lines.append(f"| {group} | " + " | ".join(str(row[part]) for part in SHARES) + f" | {row.total()} |")
    return [*lines, ""]


def report(sources: list[src.Source], gold: Path) -> str:
    """All tables as Markdown."""
    places: Mapping[str, str] = load_splits()
    records = {
        source.name: json.loads((gold / f"{source.name}.json").read_text("utf-8")) for source in sources
    }
    pages = pages_of(sources)
    kinds = Counter((record["type"] or {})["name"] for record in records.values())
    lines = table(
        "Kind",
        {
            name: kind
            if kinds[kind := (record["type"] or {})["name"]] > 2
            else "other kinds, one or two each"
            for name, record in records.items()
        },
        places,
    )
    lines += table(
        "Level",
        {
            source.name: f"{level_of(source)}{', Party' if source.style == 'party' else ''}"
            for source in sources
        },
        places,
    )
    lines += table("Issued", {name: decade_of(record) for name, record in records.items()}, places)
    lines += table(
        "Pages",
        {name: next(label for most, label in _SIZES if count <= most) for name, count in pages.items()},
        places,
    )
    facts: dict[str, Counter[str]] = {}
    for name, record in records.items():
        for key in ("references", "assignments", "deadlines", "recipients", "addressees"):
            facts.setdefault(key, Counter())[places.get(name, "none")] += len(record[key])
        for item in record["deadlines"]:
            facts.setdefault(f"deadlines: {item['kind']}", Counter())[places.get(name, "none")] += 1
    for source in sources:
        if source.gold is not None:
            for block in labelled_blocks(source):
                for role in block.roles:
                    facts.setdefault(f"blocks: {role}", Counter())[places.get(source.name, "none")] += 1
    lines += ["| Facts | " + " | ".join(SHARES) + " | all |", "|---|" + "---:|" * (len(SHARES) + 1)]
    for key in sorted(facts):
        row = facts[key]
        lines.append(f"| {key} | " + " | ".join(str(row[part]) for part in SHARES) + f" | {row.total()} |")
    by_hand = sum(source.gold is None for source in sources)
    lines += [
        "",
        f"{len(sources)} documents, {sum(pages.values())} pages; {by_hand} records by hand, the others from notes.",
    ]
    return "\n".join(lines)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m corpus.typeset.figures", description=__doc__)
    parser.add_argument("--sources", type=Path, default=ROOT / "sources")
    parser.add_argument("--gold", type=Path, default=ROOT / "gold")
    parser.add_argument("--write", action="store_true", help="put the tables into corpus/README.md")
    options = parser.parse_args()
    text = report(src.load_sources(options.sources), options.gold)
    if options.write:
        sheet = ROOT / "README.md"
        before, _, rest = sheet.read_text("utf-8").partition(_BEGIN)
        after = rest.partition(_END)[2]
        sheet.write_text(f"{before}{_BEGIN}{text}\n{_END}{after}", "utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
