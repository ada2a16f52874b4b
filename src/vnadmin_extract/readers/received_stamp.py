"""The received stamp ("CÔNG VĂN ĐẾN / Số / Ngày") among the words of a page, printed or recognised.

The office that receives a paper sets it anywhere in the page's upper half, mostly left of or above the header, or
software prints it there. Its number and day are not the document's (Decree 30/2020, Article 22): the words are taken
out of the page and kept as a :class:`~vnadmin_extract.document.Stamp`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import regex

from vnadmin_extract.document import BBox, Stamp, Word, union
from vnadmin_extract.text.fold import strip_marks

REACH: Final = (120.0, 50.0)
"""Points left or right, and above or below, of the word ĐẾN within which the stamp's words stand."""
HEAD_SHARE: Final = 0.5
"""Share of the page's height in which a received stamp is looked for."""
_SAME_LINE: Final = 4.0
_NEXT_WORD: Final = 12.0
"""Points: words nearer than this on one line belong together."""
_BLANK: Final = 34.0
"""Points right of a field's name in which what was written into it may begin."""


@dataclass(frozen=True, slots=True)
class _Knowledge:
    word: regex.Pattern[str]
    field: regex.Pattern[str]
    before: frozenset[str]


@lru_cache(maxsize=1)
def _knowledge() -> _Knowledge:
    data = tomllib.loads(files("vnadmin_extract.knowledge").joinpath("ocr.toml").read_text(encoding="utf-8"))
    stamp = data["received_stamp"]
    return _Knowledge(
        regex.compile(stamp["word"]), regex.compile("|".join(stamp["fields"])), frozenset(stamp["before"])
    )


def received_stamp(
    words: Sequence[Word], number: int, height: float, frame_of: Callable[[BBox], BBox | None] | None = None
) -> tuple[Stamp | None, set[int]]:
    """The stamp in a page's upper half.

    Args:
        words: the page's words, boxes in points.
        number: the page's number.
        height: the page's height, in points.
        frame_of: the drawn frame of a stamp's size around a box, where frames are known.

    Returns:
        The stamp, its words line by line, and the ``id`` of each word that is part of it.
    """
    known = _knowledge()
    head = [word for word in words if word.bbox[3] < HEAD_SHARE * height]
    for anchor in head:
        text = regex.sub(r"\W", "", anchor.text)
        if not (text.isupper() and known.word.match(_bare(text))):
            continue
        frame = frame_of(anchor.bbox) if frame_of is not None else None
        if frame is not None:
            inside = [word for word in head if holds(frame, word.bbox)]
        elif _stands_alone(anchor, head):
            inside = _near(anchor, head)
        else:
            continue  # "… ĐẾN NĂM 2030" in a title
        fields = {
            _bare(w.text)[:4]
            for w in inside
            if w is not anchor and known.field.match(_bare(w.text).strip(" .:"))
        }
        if len(fields) < 2 and not (fields and frame is not None):
            continue
        box = frame or union(word.bbox for word in inside)
        shape = tuple(round(v, 2) for v in box)
        return (
            Stamp("received", _text(inside), (shape[0], shape[1], shape[2], shape[3]), number),
            {id(word) for word in inside},
        )
    return None, set()


def _stands_alone(anchor: Word, words: Sequence[Word]) -> bool:
    """Whether the word is a line of its own: alone, or after "CÔNG VĂN", "VĂN BẢN"."""
    known = _knowledge()
    middle = (anchor.bbox[1] + anchor.bbox[3]) / 2
    for word in words:
        if word is anchor or abs((word.bbox[1] + word.bbox[3]) / 2 - middle) > _SAME_LINE:
            continue
        before = 0 <= anchor.bbox[0] - word.bbox[2] < _NEXT_WORD
        after = 0 <= word.bbox[0] - anchor.bbox[2] < _NEXT_WORD
        if after and any(c.isalpha() for c in word.text):
            return False
        if before and _bare(word.text) not in known.before and any(c.isalpha() for c in word.text):
            return False
    return True


def _near(anchor: Word, words: Sequence[Word]) -> list[Word]:
    """A frameless stamp's words: its fields within reach of "ĐẾN", and what is between and behind them."""
    known = _knowledge()
    x, y = (anchor.bbox[0] + anchor.bbox[2]) / 2, (anchor.bbox[1] + anchor.bbox[3]) / 2
    near = [
        word
        for word in words
        if abs((word.bbox[0] + word.bbox[2]) / 2 - x) < REACH[0]
        and abs((word.bbox[1] + word.bbox[3]) / 2 - y) < REACH[1]
    ]
    seeds = [
        word
        for word in near
        if word is anchor or (_dotted(word.text) and known.field.match(_bare(word.text)))
    ]
    if len(seeds) < 2:
        return [anchor]
    box = union(word.bbox for word in seeds)
    box = (box[0] - 4, box[1] - 4, box[2] + _BLANK, box[3] + 4)
    return [word for word in near if holds(box, word.bbox)]


def _dotted(text: str) -> bool:
    """Whether a form's blank stands behind a word: "Ngày:", "Số...."."""
    return bool(regex.search(r"[.:…]\s*", text[2:]))


def _text(words: Sequence[Word]) -> str:
    """The words line by line."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.bbox[1] + w.bbox[3]) / 2):
        middle = (word.bbox[1] + word.bbox[3]) / 2
        if lines and abs((lines[-1][0].bbox[1] + lines[-1][0].bbox[3]) / 2 - middle) <= _SAME_LINE:
            lines[-1].append(word)
        else:
            lines.append([word])
    return "\n".join(" ".join(w.text for w in sorted(line, key=lambda w: w.bbox[0])) for line in lines)


def holds(box: BBox, inner: BBox) -> bool:
    """Whether the middle of ``inner`` lies in ``box``."""
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _bare(text: str) -> str:
    return strip_marks(text).lower()
