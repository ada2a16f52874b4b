"""Which documents are for training, which for choosing, which for measuring: ``python -m corpus.typeset.splits``.

``corpus/splits.toml`` is the list. A document stays where it once stands: ``--update`` only gives places to new names.
They are spread so that each kind of document (first word of the name, then the first two) has its share in each part;
a hash of the name decides between equals, so nobody chooses.

Without ``--update`` the command checks: every source has one place, and no two documents of different parts share
long passages.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, get_args

import regex

from corpus.typeset import source as src

ROOT = Path(__file__).resolve().parents[1]
SPLITS = ROOT / "splits.toml"
SHARES: dict[str, float] = {"train": 0.70, "dev": 0.12, "test": 0.18}

Split = Literal["train", "dev", "test"]
PARTS: tuple[Split, ...] = get_args(Split)

PASSAGE = 8
"""Words of a passage that two documents may share by chance."""

MOST_SHARED = 0.12
"""Share of the shorter document's passages above which two documents count as copies of each other. Titles of laws
and set phrases of the trade stay well below."""

_HEAD = """\
# Which documents train models (train), choose between them (dev), and measure them (test).
# Made by python -m corpus.typeset.splits --update; a name never moves once it stands here.
"""


def load_splits(path: Path = SPLITS) -> dict[str, Split]:
    """Name of document → its part. Raises ``ValueError`` where a name stands in two parts or a part is unknown."""
    if not path.is_file():
        return {}
    data = tomllib.loads(path.read_text("utf-8"))
    places: dict[str, Split] = {}
    for part, names in data.items():
        if part not in SHARES:
            raise ValueError(f"{path}: no such part {part!r}; known: {', '.join(SHARES)}")
        for name in names:
            if name in places:
                raise ValueError(f"{path}: {name} stands in {places[name]} and in {part}")
            places[name] = part  # type: ignore[assignment]
    return places


def assign(names: Iterable[str], places: Mapping[str, Split]) -> dict[str, Split]:
    """``places`` with every new name given a place; those that have one keep it."""
    made = dict(places)
    for name in sorted(set(names) - set(made), key=_digest):
        groups = [
            Counter(part for other, part in made.items() if _stratum(other, depth) == _stratum(name, depth))
            for depth in (2, 1, 0)
        ]

        # Within small groups the largest part would always come first: the hash breaks near-ties.
        wanted = {
            part: _lack(part, groups) + 0.5 * _fraction(f"{name} {part}") * SHARES[part] for part in PARTS
        }
        made[name] = max(PARTS, key=wanted.__getitem__)
    return made


def _lack(part: Split, groups: Sequence[Counter[Split]]) -> float:
    """How far a part is behind its share, in the narrow group, the kind, and the whole."""
    return sum(
        weight * (SHARES[part] * (group.total() + 1) - group[part])
        for weight, group in zip((0.6, 1.0, 0.4), groups, strict=True)
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _fraction(text: str) -> float:
    return int(_digest(text)[:8], 16) / 0xFFFFFFFF


def _stratum(name: str, depth: int) -> str:
    return "-".join(name.split("-")[:depth])


def render_splits(places: Mapping[str, Split]) -> str:
    """The text of the file."""
    lines = [_HEAD]
    for part in SHARES:
        lines.append(f"{part} = [")
        lines += [f'  "{name}",' for name in sorted(name for name, place in places.items() if place == part)]
        lines.append("]")
    return "\n".join(lines) + "\n"


# -- Checking ------------------------------------------------------------------------------------------------


def check_splits(sources: Iterable[src.Source], places: Mapping[str, Split]) -> list[str]:
    """Faults: sources without a place, names without a source, passages shared between the parts."""
    documents = list(sources)
    names = {document.name for document in documents}
    faults = [
        f"{name}: stands in no part; run python -m corpus.typeset.splits --update"
        for name in sorted(names - set(places))
    ]
    faults += [f"{name}: stands in {places[name]}, but has no source" for name in sorted(set(places) - names)]
    for first, second, share in shared_passages(documents):
        if share > MOST_SHARED and places.get(first) != places.get(second):
            faults.append(
                f"{first} ({places.get(first)}) and {second} ({places.get(second)}) share {share:.0%} of their passages"
            )
    return faults


def passages(source: src.Source) -> set[tuple[str, ...]]:
    """All runs of ``PASSAGE`` words in the document's text blocks."""
    made: set[tuple[str, ...]] = set()
    for block in (*source.blocks, *source.after):
        if isinstance(block, src.Paragraph):
            texts = [block.text]
        elif isinstance(block, src.Table):
            texts = [" ".join(row) for row in block.rows]
        else:
            continue
        for text in texts:
            words = regex.findall(r"\w+", src.plain(text).casefold())
            made |= {tuple(words[at : at + PASSAGE]) for at in range(len(words) - PASSAGE + 1)}
    return made


def shared_passages(sources: Iterable[src.Source]) -> list[tuple[str, str, float]]:
    """Pairs of documents that share a passage, and the share of the shorter one's passages, largest first."""
    sets = {source.name: passages(source) for source in sources}
    holders: dict[tuple[str, ...], list[str]] = {}
    for name, own in sets.items():
        for passage in own:
            holders.setdefault(passage, []).append(name)
    common: Counter[tuple[str, str]] = Counter()
    for names in holders.values():
        for at, first in enumerate(names):
            for second in names[at + 1 :]:
                common[first, second] += 1
    pairs = [
        (first, second, count / max(1, min(len(sets[first]), len(sets[second]))))
        for (first, second), count in common.items()
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 where there are faults."""
    parser = argparse.ArgumentParser(
        prog="python -m corpus.typeset.splits",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--update", action="store_true", help="give places to new names")
    parser.add_argument("--sources", type=Path, default=ROOT / "sources")
    parser.add_argument("--splits", type=Path, default=SPLITS)
    options = parser.parse_args(arguments)
    places = load_splits(options.splits)
    if options.update:
        places = assign((path.stem for path in options.sources.glob("*.toml")), places)
        options.splits.write_text(render_splits(places), "utf-8")
    sources = src.load_sources(options.sources)
    faults = check_splits(sources, places)
    for fault in faults:
        print(fault)
    counts = Counter(places.values())
    print(", ".join(f"{part} {counts[part]}" for part in PARTS), f"- {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
