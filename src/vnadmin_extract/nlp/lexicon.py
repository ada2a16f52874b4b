"""The words of ``knowledge/unit_heads.toml`` and ``verbs.toml``, found in a text by spaCy's PhraseMatcher."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from vnadmin_extract.errors import KnowledgeError
from vnadmin_extract.nlp.tokens import split
from vnadmin_extract.text.fold import fold_chars, strip_marks

_FILES: Final = ("unit_heads.toml", "verbs.toml", "assignment_cues.toml")
_SKELETON: Final = "~"


def load(name: str) -> dict[str, Any]:
    """A data file of ``vnadmin_extract.knowledge``. Raises ``KnowledgeError`` where it is malformed."""
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
    """Phrases by category, and a matcher for them.

    Args:
        vocab: vocabulary that the matcher's patterns live in; need not be that of the texts.
        extra: categories beside those of the data files.
    """

    def __init__(self, vocab: Vocab, extra: dict[str, Iterable[str]] | None = None) -> None:
        self.vocab = vocab
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
        self._exact = PhraseMatcher(vocab, attr="ORTH")
        self._loose = PhraseMatcher(vocab, attr="ORTH")
        for category, words in categories.items():
            keys = {tuple(map(key, split(w))) for w in words}
            self._exact.add(category, [Doc(vocab, words=list(k)) for k in sorted(keys)])
            # One bare syllable says nothing ("so" is sở, số, so); two or more do.
            bare = {b for k in keys if sum(t.isalnum() for t in k) > 1 and len("".join(b := _bare(k))) > 5}
            if bare:
                self._loose.add(category, [Doc(vocab, words=list(b)) for b in sorted(bare)])

    def hits(self, words: list[str]) -> list[dict[str, int]]:
        """For each token, the categories of which a phrase begins there, with the end of the longest one."""
        result: list[dict[str, int]] = [{} for _ in words]
        if not words:
            return result
        strings = self.vocab.strings
        for matcher, form in ((self._exact, key), (self._loose, skeleton)):
            shadow = Doc(self.vocab, words=[form(w) or _SKELETON for w in words])
            for match, start, end in matcher(shadow):
                found = result[start]
                category = strings[match]
                if end > found.get(category, 0):
                    found[category] = end
        return result


def _bare(phrase: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(skeleton, phrase))
