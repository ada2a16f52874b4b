"""The spaCy component ``vnadmin_words`` and the reader of training data, found through entry points."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.util import registry

from vnadmin_extract.model.docs import OWN, set_features

STORED: Final = ("ORTH", "SPACY", "NORM", "LEMMA", "TAG", "ENT_IOB", "ENT_TYPE")
"""Token attributes kept in training data; roles stand in ``doc.cats``."""


class Words:
    """Sets the features of tokens: folded syllables, and words by underthesea's segmentation.

    Args:
        name: the component's name in the pipeline.
        segment: look for words; without, each syllable is a word of its own.
    """

    def __init__(self, name: str, segment: bool = True) -> None:
        self.name = name
        self.segment = segment

    def __call__(self, doc: Doc) -> Doc:
        """Set the features of a Doc, unless it has them already."""
        if doc.has_annotation("LEMMA"):
            return doc
        return set_features(doc, segment=self.segment)


@Language.factory(
    "vnadmin_words",
    assigns=["token.norm", "token.lemma", "token.tag"],
    default_config={"segment": True},
)
def _make_words(nlp: Language, name: str, segment: bool) -> Words:
    return Words(name, segment)


@registry.readers("vnadmin_extract.Points.v1")  # type: ignore[untyped-decorator]
def _make_reader(path: Path, shuffle: bool) -> Any:
    return PointReader(Path(path), shuffle)


class PointReader:
    """Reads points with their roles and spans from a ``DocBin`` file, features included.

    Args:
        path: file written by :func:`vnadmin_extract.model.training.write_points`.
        shuffle: give them in another order each time (the generator of :mod:`random`, which training seeds).
    """

    def __init__(self, path: Path, shuffle: bool) -> None:
        self.path = path
        self.shuffle = shuffle
        self._docs: list[Doc] | None = None

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """One example for each point."""
        if self._docs is None:
            self._docs = list(DocBin().from_disk(self.path).get_docs(nlp.vocab))
        order = list(range(len(self._docs)))
        if self.shuffle:
            random.shuffle(order)
        for index in order:
            yield Example(bare(self._docs[index]), self._docs[index])


def bare(doc: Doc) -> Doc:
    """A copy with the tokens' features and nothing that a model should find."""
    copy = Doc(doc.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc])
    attrs: list[int | str] = ["NORM", "LEMMA", "TAG"]
    copy.from_array(attrs, cast(Any, doc.to_array(attrs)))
    copy.user_data[OWN] = doc.user_data.get(OWN, 0)
    return copy
