"""Text as scans leave it never breaks a stage: letters lost, swapped, doubled; lines cut, joined and shuffled."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from vnadmin_extract.extractor import Extractor

ROOT = Path(__file__).resolve().parents[1]
TEXTS = sorted((ROOT / "corpus" / "samples").glob("*.txt"))
NOISE = "|~_^`'\".,;:-–/\\()[]0123456789ÀÂĂăâđơưổịạXZ  \n"


def damaged(text: str, seed: int) -> str:
    """A text with about one character in twelve lost, changed or doubled, and some lines cut or joined."""
    chance = random.Random(seed)
    result = []
    for character in text:
        roll = chance.random()
        if roll < 0.03:
            continue
        if roll < 0.06:
            result.append(chance.choice(NOISE))
            continue
        result.append(character * 2 if roll < 0.08 else character)
    lines = "".join(result).split("\n")
    for _ in range(len(lines) // 10):
        i, j = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[i], lines[j] = lines[j], lines[i]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.stem)
def test_damaged_texts_still_give_a_record(path: Path, seed: int) -> None:
    text = damaged(path.read_text("utf-8"), seed)
    for record in Extractor().extract_all(text.encode("utf-8"), name="damaged.txt"):
        ids = {a.id for a in record.assignments}
        for deadline in record.deadlines:
            assert set(deadline.assignments) <= ids
        for name, fact in record.facts():
            for e in fact.evidence:
                assert record.text[e.start : e.end] == e.text, name
