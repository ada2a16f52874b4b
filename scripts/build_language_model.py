"""Count syllables and pairs of syllables and write ``src/vnadmin_extract/data/syllable_lm.txt``.

Sources, all of this repository: the phrases of ``knowledge/phrases/*.txt``, the sample documents' texts
(train split of ``corpus``), names of provinces and districts (``knowledge/admin_units.csv``), and the names in the other
tables of ``knowledge``. Run it again after a change to any of them: ``python scripts/build_language_model.py``;
``--check`` only says whether the shipped file is up to date.

The phrase files: ``#`` begins a comment; phrases are separated by line ends, ``;`` or ``.``. A line
``= NAME: a | b | c`` defines a list; ``{NAME}`` in a later phrase stands for each of its entries. Phrases of the
files ``common*.txt`` (ordinary words) and those with lists count once, all others three times.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import regex

from vnadmin_extract.ocr.language_model import BREAK, CODE, NAME, NUMBER, serialise, stream

ROOT: Final = Path(__file__).parents[1]
KNOWLEDGE: Final = ROOT / "src" / "vnadmin_extract" / "knowledge"
TARGET: Final = ROOT / "src" / "vnadmin_extract" / "data" / "syllable_lm.txt"

NAME_TABLES: Final = (
    "abbreviations",
    "bodies",
    "kinds",
    "organs",
    "unit_heads",
    "verbs",
    "assignment_cues",
    "time",
)
"""Tables of ``knowledge`` whose strings are read as phrases."""

_SLOT: Final = regex.compile(r"\{(\w+)\}")
_CUT: Final = regex.compile(r"[;.:]+(?=\s|$)|\n")


def expand(phrase: str, lists: dict[str, list[str]]) -> Iterator[str]:
    """All phrases that a line with ``{NAME}`` stands for."""
    names = _SLOT.findall(phrase)
    if not names:
        yield phrase
        return
    for choice in itertools.product(*(lists[name] for name in names)):
        entries = iter(choice)
        yield _SLOT.sub(lambda _, entries=entries: next(entries), phrase)


def authored() -> Iterator[tuple[str, int]]:
    """The phrases of ``knowledge/phrases``, with weights: set phrases of administration count three times."""
    for path in sorted((KNOWLEDGE / "phrases").glob("*.txt")):
        lists: dict[str, list[str]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("="):
                name, _, entries = line[1:].partition(":")
                lists[name.strip()] = [entry.strip() for entry in entries.split("|")]
                for entry in lists[name.strip()]:
                    yield entry, 1
                continue
            for phrase in _CUT.split(line):
                if phrase.strip():
                    weight = 1 if "{" in phrase or path.stem.startswith("common") else 3
                    for text in expand(phrase.strip(), lists):
                        yield text, weight


def strings(value: object) -> Iterator[str]:
    """All strings inside a table read from TOML."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)


def tables() -> Iterator[tuple[str, int]]:
    """Names and set words in the other tables of ``knowledge``."""
    for name in NAME_TABLES:
        path = KNOWLEDGE / f"{name}.toml"
        for text in strings(tomllib.loads(path.read_text(encoding="utf-8"))):
            # Patterns and unmarked spellings teach nothing about marks.
            if text.isascii() or any(sign in text for sign in "\\[]()|*?"):
                continue
            yield text, 1


def units() -> Iterator[tuple[str, int]]:
    """Names of provinces and districts with the word for what they are, and their other spellings."""
    lines = (KNOWLEDGE / "admin_units.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    for row in rows:
        if row["level"] not in ("province", "district"):
            continue
        province = row["level"] == "province"
        weight = 3 if province else 1
        for name in [row["name"], *row["aliases"].split("|")]:
            # Aliases without marks (HN) are abbreviations.
            if name.isascii() and name != row["name"]:
                continue
            yield f"{row['kind']} {name}", weight
            if province:
                yield name, weight


SLIPS = regex.compile(r"slip|misprint|typing|typed", regex.IGNORECASE)


def samples() -> Iterator[tuple[str, int]]:
    """The running texts of the corpus's train split, without the clerk's notes and what is misspelt on purpose."""
    splits = tomllib.loads((ROOT / "corpus" / "splits.toml").read_text(encoding="utf-8"))
    for name in sorted(splits["train"]):
        data = tomllib.loads((ROOT / "corpus" / "sources" / f"{name}.toml").read_text(encoding="utf-8"))
        if SLIPS.search(data.get("about", "")):
            continue
        body = regex.sub(r"(?m)^@.*(?:\n[ \t]+\S.*)*$", "", data.get("body", ""))
        for text in strings(body):
            for phrase in _CUT.split(text):
                if phrase.strip():
                    yield phrase, 2


def build() -> str:
    """The model file's text."""
    counts: Counter[str] = Counter()
    followers: dict[str, Counter[str]] = {}
    for text, weight in itertools.chain(authored(), tables(), units(), samples()):
        keys = [(BREAK, False), *stream(text), (BREAK, False)]
        for (first, first_title), (second, second_title) in itertools.pairwise(keys):
            if first == second and first in (BREAK, CODE, NUMBER):
                continue
            if first_title and second_title:
                followers.setdefault(NAME + first, Counter())[second] += 1
                counts[NAME + first] += 1
            followers.setdefault(first, Counter())[second] += weight
            counts[first] += weight
    return serialise(counts, {key: dict(row) for key, row in followers.items()})


def main() -> int:
    """Write the file, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="say whether the shipped file is up to date")
    arguments = parser.parse_args()
    data = build()
    if arguments.check:
        fresh = TARGET.exists() and TARGET.read_text(encoding="utf-8") == data
        print(
            "up to date"
            if fresh
            else f"{TARGET} is not what its sources give; run this script without --check"
        )
        return 0 if fresh else 1
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(data, encoding="utf-8")
    print(f"{TARGET}: {data.count(chr(10)) - 1} syllables, {len(data.encode()):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
