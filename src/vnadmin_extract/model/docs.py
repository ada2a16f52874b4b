"""From a point to a spaCy ``Doc`` with the features that the model reads, and back.

A point's Doc begins with one token for the document's kind, one for the point's mark, and the words above it;
then come the point's own words. The features of a token are ordinary attributes, so that the standard layers of
spaCy and Thinc read them:

- ``NORM``: the syllable, folded (small letters, one tone placement); ``<`` before it where it stands above;
- ``LEMMA``: the word that underthesea's segmentation finds it in (``ủy_ban``), folded; above the point, the syllable;
- ``TAG``: the syllable without its marks, for what a scan has lost;
- ``SHAPE``: as printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np
from spacy.tokens import Doc
from spacy.vocab import Vocab

from vnadmin_extract.model.points import LONGEST, Point, shortened
from vnadmin_extract.nlp.tokens import split
from vnadmin_extract.text.fold import fold_chars, strip_marks

OWN: Final = "vnadmin_own"
"""Key of ``doc.user_data``: index of the first token of the point's own words."""
_LONGEST_TEXT: Final = 24 * LONGEST
_HEADING_END: Final = 400
"""Characters within which the syllables that are read stand, in any text of words."""
_DIGIT: Final = str.maketrans("123456789", "000000000")


def point_doc(vocab: Vocab, point: Point) -> Doc:
    """The Doc of a point; its own words are cut at :data:`~vnadmin_extract.model.points.LONGEST` syllables."""
    words = [f"‹{point.kind or '?'}›", f"‹{point.mark}›"]
    spaces = [True, True]
    for heading in point.above:
        words += heading_words(heading)
        words.append("‹/›")
    spaces = [True] * len(words)
    own = len(words)
    own_words, own_spaces = split(point.text[:_LONGEST_TEXT])
    words += own_words[:LONGEST]
    spaces += own_spaces[:LONGEST]
    doc = Doc(vocab, words=words, spaces=spaces)
    doc.user_data[OWN] = own
    return doc


@lru_cache(maxsize=4096)
def _short_heading(heading: str) -> tuple[str, ...]:
    words, _ = split(heading)
    return tuple(shortened([word for word in words if not word.isspace()]))


def heading_words(heading: str) -> tuple[str, ...]:
    """The words of a heading that are read; of a very long one only its two ends are looked at."""
    if len(heading) > 2 * _HEADING_END:
        heading = f"{heading[:_HEADING_END]} {heading[-_HEADING_END:]}"
    return _short_heading(heading)


def own_offset(doc: Doc) -> int:
    """Character offset in ``doc.text`` at which the point's own words begin."""
    own: int = doc.user_data[OWN]
    return doc[own].idx if own < len(doc) else len(doc.text)


def set_features(doc: Doc, *, segment: bool = True) -> Doc:
    """Set the features of every token.

    Args:
        doc: a Doc of :func:`point_doc`; any other is read as own words throughout.
        segment: look for words; without, each syllable is a word of its own.
    """
    own = doc.user_data.get(OWN, 0)
    words = [token.text for token in doc]
    folded = [_features(word) for word in words]
    lemmas = [norm for norm, _ in folded]
    if segment:
        _words(words, lemmas, own, len(words))
    add = doc.vocab.strings.add
    values = np.empty((len(words), 3), dtype=np.uint64)
    for i, (norm, bare) in enumerate(folded):
        values[i, 0] = add(norm if i >= own else f"<{norm}")
        values[i, 1] = add(lemmas[i])
        values[i, 2] = add(bare)
    doc.from_array(["NORM", "LEMMA", "TAG"], cast(Any, values))
    return doc


@lru_cache(maxsize=65536)
def _features(word: str) -> tuple[str, str]:
    norm = fold_chars(word).translate(_DIGIT)
    return norm, strip_marks(norm)


def _words(words: list[str], lemmas: list[str], first: int, last: int) -> None:
    """Give the syllables of each word the word as lemma; ``lemmas`` holds the folded syllables."""
    run: list[int] = []
    for i in [*range(first, last), -1]:
        if i >= 0 and words[i][:1] not in "‹\n" and not words[i].isspace():
            run.append(i)
            continue
        if len(run) > 1:
            sizes = segment_sizes(tuple(words[j] for j in run))
            place = 0
            for size in sizes:
                if size > 1:
                    word = "_".join(lemmas[j] for j in run[place : place + size])
                    for j in run[place : place + size]:
                        lemmas[j] = word
                place += size
        run = []


@lru_cache(maxsize=2048)
def segment_sizes(syllables: tuple[str, ...]) -> tuple[int, ...]:
    """How many of the tokens make each word, by underthesea's segmentation; their sum is the number of tokens.

    underthesea's own tagger is asked, not ``word_tokenize``: it takes our tokens, so that offsets stay.
    """
    sizes: list[int] = []
    for tag in _segmenter().predict([[syllable] for syllable in syllables]):
        if tag == "I-W" and sizes:
            sizes[-1] += 1
        else:
            sizes.append(1)
    return tuple(sizes)


@lru_cache(maxsize=1)
def _segmenter() -> Any:
    from underthesea.pipeline import word_tokenize as stage  # heavy: only when first needed

    stage.word_tokenize("văn bản")  # loads its model
    return stage.word_tokenize_model


def docs_of(vocab: Vocab, points: Iterable[Point], *, segment: bool = True) -> list[Doc]:
    """Docs with features for points."""
    return [set_features(point_doc(vocab, point), segment=segment) for point in points]
