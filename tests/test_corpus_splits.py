"""Which documents of the corpus train, choose and measure; and that none of them leaks into another part."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from corpus.typeset import load_source, load_sources, splits  # noqa: E402

SOURCES = ROOT / "corpus" / "sources"
FIRST = "kh-xa-ve-sinh-moi-truong"
SECOND = "cv-dang-uy-sinh-hoat"
MANY = [
    f"{kind}-{level}-{number}"
    for kind in ("cv", "kh", "qd", "tb")
    for level in ("tinh", "xa")
    for number in range(25)
]


def test_each_kind_has_its_share_in_each_part() -> None:
    places = splits.assign(MANY, {})
    for kind in ("cv", "kh", "qd", "tb"):
        counts = Counter(place for name, place in places.items() if name.startswith(kind))
        for part, share in splits.SHARES.items():
            assert counts[part] == pytest.approx(50 * share, abs=4), (kind, part)


@given(st.sets(st.sampled_from(MANY)), st.sets(st.sampled_from(MANY)))
@settings(max_examples=25, deadline=None)
def test_a_name_never_moves(first: set[str], second: set[str]) -> None:
    before = splits.assign(first, {})
    after = splits.assign(second, before)
    assert {name: after[name] for name in before} == before
    assert set(after) == first | second
    assert splits.assign(second, before) == after


def test_the_file_is_read_back_and_no_name_stands_twice(tmp_path: Path) -> None:
    path = tmp_path / "splits.toml"
    places = splits.assign(MANY[:20], {})
    path.write_text(splits.render_splits(places), "utf-8")
    assert splits.load_splits(path) == places
    path.write_text('train = ["a"]\ntest = ["a"]\n', "utf-8")
    with pytest.raises(ValueError, match="a stands in train and in test"):
        splits.load_splits(path)


def test_the_check_finds_copies_missing_and_superfluous_names() -> None:
    one = load_source(SOURCES / f"{FIRST}.toml")
    other = load_source(SOURCES / f"{SECOND}.toml")
    copy = replace(one, name="copy", blocks=(*one.blocks[3:], *other.blocks[:2]))
    assert splits.check_splits([one, other], {FIRST: "train", SECOND: "test"}) == []
    # copies within one part do no harm
    assert splits.check_splits([one, copy], {FIRST: "train", "copy": "train"}) == []
    (fault,) = splits.check_splits([one, copy], {FIRST: "train", "copy": "test"})
    assert f"{FIRST} (train) and copy (test) share" in fault
    faults = splits.check_splits([one], {SECOND: "dev"})
    assert any(f"{FIRST}: stands in no part" in line for line in faults)
    assert any(f"{SECOND}: stands in dev, but has no source" in line for line in faults)


def test_every_document_of_the_corpus_has_a_part_and_none_leaks() -> None:
    assert splits.check_splits(load_sources(SOURCES), splits.load_splits()) == []
