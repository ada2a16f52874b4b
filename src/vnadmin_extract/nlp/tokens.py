"""A spaCy tokenizer for Vietnamese syllables that keeps every offset.

spaCy's own Vietnamese tokenizer wants pyvi (whose licence and speed do not fit here); without pyvi it splits at
blanks only, so that ``"hội,"`` is one token. Names of units end at a comma more often than at a blank.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import regex
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

_TOKEN: Final = regex.compile(r"\n|[^\S\n]|[\p{L}\p{M}\p{N}]++|[^\s\p{L}\p{M}\p{N}]")


def split(text: str) -> tuple[list[str], list[bool]]:
    """The tokens of a text, and whether a blank follows each."""
    words: list[str] = []
    spaces: list[bool] = []
    for token in _TOKEN.findall(text):
        if token == " " and spaces and not spaces[-1] and words[-1] != "\n":
            spaces[-1] = True
        else:
            words.append(token)
            spaces.append(False)
    return words, spaces


class SyllableTokenizer:
    """One token for each syllable, number, sign and line feed; ``doc.text == text`` always holds."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Tokenise a text."""
        words, spaces = split(text)
        return Doc(self.vocab, words=words, spaces=spaces)

    # spaCy writes a pipeline to disk part by part; this part has nothing to write.
    def to_bytes(self, **_: Any) -> bytes:
        """Nothing to keep."""
        return b""

    def from_bytes(self, _data: bytes, **_: Any) -> SyllableTokenizer:
        """Nothing to read."""
        return self

    def to_disk(self, _path: str | Path, **_: Any) -> None:
        """Nothing to keep."""

    def from_disk(self, _path: str | Path, **_: Any) -> SyllableTokenizer:
        """Nothing to read."""
        return self


@registry.tokenizers("vnadmin_extract.SyllableTokenizer.v1")  # type: ignore[untyped-decorator]
def _make_tokenizer() -> Any:
    def create(nlp: Any) -> SyllableTokenizer:
        return SyllableTokenizer(nlp.vocab)

    return create
