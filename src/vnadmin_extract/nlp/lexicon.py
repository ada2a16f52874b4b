"""The words of ``unit_heads.toml``, ``verbs.toml`` and ``assignment_cues.toml``, found in a text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from vnadmin_extract.errors import KnowledgeError
from vnadmin_extract.nlp.words import split
from vnadmin_extract.text.fold import fold_chars, strip_marks

_FILES: Final = ("unit_heads.toml", "verbs.toml", "assignment_cues.toml")


@lru_cache(maxsize=16)
def load(name: str) -> dict[str, Any]:
    """A data file of ``vnadmin_extract.knowledge``, read once: the tables are shared, do not change them.

    Raises:
        KnowledgeError: the file is malformed.
    """
    source = resources.files("vnadmin_extract.knowledge") / name
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"not a TOML file ({error})", file=name) from error


@lru_cache(maxsize=32768)
def key(token: str) -> str:
    """The form in which tokens are compared: no case, one tone placement, one dash."""
    return fold_chars(token)


@lru_cache(maxsize=32768)
def skeleton(token: str) -> str:
    """A token without tones and diacritics, for scans that lost them."""
    return strip_marks(key(token))


class Lexicon:
    """Phrases by category, found word by word in a tree of syllables.

    Args:
        extra: categories beside those of the data files.
    """

    def __init__(self, extra: dict[str, Iterable[str]] | None = None) -> None:
        self.flags: dict[str, frozenset[tuple[str, ...]]] = {}
        categories: dict[str, list[str]] = {}
        for name in _FILES:
            for category, table in load(name).items():
                for label, words in table.items():
                    if label == "words":
                        categories[category] = list(words)
                    elif isinstance(words, list):
                        self.flags[label] = frozenset(tuple(map(key, split(w))) for w in words)
        for category, words in (extra or {}).items():
            categories[category] = list(words)
        self._exact = _Step()
        self._loose = _Step()
        for category, words in categories.items():
            for phrase in {tuple(map(key, split(w))) for w in words}:
                self._exact.add(phrase, category)
                # One bare syllable says nothing ("so" is sở, số, so); two or more do.
                bare = tuple(map(skeleton, phrase))
                if sum(t.isalnum() for t in phrase) > 1 and len("".join(bare)) > 5:
                    self._loose.add(bare, category)

    def hits(self, words: list[str]) -> list[dict[str, int]]:
        """For each token, the categories of which a phrase begins there, with the end of the longest one."""
        result: list[dict[str, int]] = [{} for _ in words]
        # Ends of the longest phrases of two or more syllables found with their marks, for each first token.
        known = [0] * (len(words) + 1)
        size = len(words)
        for root, form in ((self._exact, key), (self._loose, skeleton)):
            forms = [form(w) for w in words]
            firsts = root.after
            for start, first in enumerate(forms):
                if first not in firsts:
                    continue
                step: _Step | None = firsts[first]
                end = start
                while step is not None:
                    end += 1
                    # "cung cấp" is a word of its own, not "cùng cấp" without a mark; in "Vật tư kiểm tra" the
                    # verb begins behind "tư".
                    if step.categories and (root is self._exact or end > max(known[start], known[start + 1])):
                        found = result[start]
                        for category in step.categories:
                            if end > found.get(category, 0):
                                found[category] = end
                        if root is self._exact and end > start + 1:
                            known[start] = end
                    if end == size or not step.after:
                        break
                    step = step.after.get(forms[end])
        return result


class _Step:
    """A node of the tree: the categories of the phrase that ends here, and the syllables that go on."""

    __slots__ = ("after", "categories")

    def __init__(self) -> None:
        self.after: dict[str, _Step] = {}
        self.categories: tuple[str, ...] = ()

    def add(self, phrase: tuple[str, ...], category: str) -> None:
        step = self
        for syllable in phrase:
            step = step.after.setdefault(syllable, _Step())
        if category not in step.categories:
            step.categories += (category,)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The word lists, loaded once."""
    return Lexicon()
