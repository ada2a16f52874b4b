"""The spaCy component ``vnadmin_unit_names`` and the pipeline that the fact stages use."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from vnadmin_extract.nlp.lexicon import lexicon
from vnadmin_extract.nlp.names import NameReader, read
from vnadmin_extract.nlp.tokens import SyllableTokenizer
from vnadmin_extract.nlp.words import EDGES

SPANS: Final = "units"
"""Key of ``doc.spans`` under which the names stand."""


class UnitNames:
    """Finds names of units and posts; works with any tokenizer that splits signs from words.

    Args:
        nlp: the pipeline.
        name: the component's name in it.
        spans_key: key of ``doc.spans`` to fill.
    """

    def __init__(self, nlp: Language, name: str, spans_key: str = SPANS) -> None:
        self.name = name
        self.spans_key = spans_key
        self.lexicon = lexicon()

    def __call__(self, doc: Doc) -> Doc:
        """Fill ``doc.spans[spans_key]`` with the names, left to right, not overlapping."""
        tokens = [t for t in doc if (not t.is_space or t.text == "\n") and t.text not in EDGES]
        reader = NameReader(doc.text, [t.text for t in tokens], [t.idx for t in tokens], self.lexicon)
        doc.spans[self.spans_key] = [
            Span(doc, tokens[name.first].i, tokens[name.last - 1].i + 1, label="UNIT")
            for name in reader.all_names()
        ]
        return doc


@Language.factory("vnadmin_unit_names", assigns=["doc.spans"], default_config={"spans_key": SPANS})
def _make_unit_names(nlp: Language, name: str, spans_key: str) -> UnitNames:
    return UnitNames(nlp, name, spans_key)


@lru_cache(maxsize=1)
def pipeline() -> Language:
    """A blank Vietnamese pipeline with exact offsets and the unit names."""
    nlp = spacy.blank(
        "vi", config={"nlp": {"tokenizer": {"@tokenizers": "vnadmin_extract.SyllableTokenizer.v1"}}}
    )
    nlp.max_length = 100_000_000
    nlp.add_pipe("vnadmin_unit_names")
    return nlp


__all__ = ["SPANS", "SyllableTokenizer", "UnitNames", "lexicon", "pipeline", "read"]
