"""From recognised words to a :class:`~vnadmin_extract.document.Page`: lines, tables, stamps, no rubbish.

Engines' own lines are trusted only within a column; what stands side by side is put on one line here, by
baselines, because a header's and a closing block's two columns must come out as the PDF readers give them. A
word's box is rebuilt from its line's baseline and type size, as :mod:`vnadmin_extract.readers.lines` does: an
engine's boxes hug the ink and say nothing about lines.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from statistics import median

import regex

from vnadmin_extract.document import BBox, Line, Page, Stamp, Table, TextOrigin, Word, union
from vnadmin_extract.ocr.engine import OcrWord
from vnadmin_extract.ocr.reading import Reading
from vnadmin_extract.ocr.rulings import grids_of
from vnadmin_extract.readers.lines import box_at
from vnadmin_extract.readers.pdf_knowledge import knowledge as pdf_knowledge
from vnadmin_extract.readers.pdf_quality import is_syllable
from vnadmin_extract.readers.received_stamp import received_stamp

CERTAIN = 0.6
"""Engine confidence from which a word is believed whatever it looks like."""
HOPELESS = 0.15
"""Confidence below which even a possible syllable standing alone is not believed."""
SAME_LINE = 0.38
"""Columns whose baselines differ by less than this many ems stand on one line."""

_EDGE_RUBBISH = regex.compile(
    r"^[|¦_~¬°`´‘'^*=\\{}<>«»•]+(?=[\p{L}\d\"“(\[+-])|(?<=[\p{L}\d.,;:)\]”\"/-])[|¦_~¬°`´^*=\\{}<>«»]+$"
)
_STROKES = frozenset("|¦_~¬°—=«»\\")
_BULLET = regex.compile(r"^[-–—+•*]$")
_LEADERS = regex.compile(r"^[.…_]{3,}$|^/?\.+/?$")
_PROPER_MARK = regex.compile(r"^(?:[-–+&]|[.…]{2,}|/|\./\.|:|;|,|\.|\(|\)|\"|”|“)$")
_UPPER_MARKS = frozenset("\u0302\u0306\u0300\u0301\u0309\u0303\u031b")


@dataclass(frozen=True, slots=True)
class _Knowledge:
    proper: tuple[regex.Pattern[str], ...]


@lru_cache(maxsize=1)
def _knowledge() -> _Knowledge:
    data = tomllib.loads(files("vnadmin_extract.knowledge").joinpath("ocr.toml").read_text(encoding="utf-8"))
    return _Knowledge(
        tuple(regex.compile(pattern) for pattern in data["shape"]["proper"]),
    )


def page_of(reading: Reading, number: int, size: tuple[float, float] | None = None) -> Page:
    """The page that was read on a picture.

    Args:
        reading: words and rules in pixels of the straightened picture.
        number: the page's number in its file, from 1.
        size: width and height of the page as shown, in points; from the picture's resolution where ``None``.
    """
    scale = 72.0 / reading.dpi
    width, height = reading.width * scale, reading.height * scale
    if size is not None:
        quarter = round(reading.turned / 90) % 2
        width, height = (size[1], size[0]) if quarter else size
    if reading.blank:
        return Page(number, round(width, 2), round(height, 2), origin=TextOrigin.OCR)
    groups = _groups(_tidied(reading.words), scale)
    groups = _without_rubbish(groups, (width, height))
    words = [word for group in groups for word in group.words]
    stamp, taken = received_stamp(words, number, height, lambda box: _frame_around(box, reading, scale))
    words = [word for word in words if id(word) not in taken]
    tables, words = _tables(words, reading, scale)
    kept = {id(word) for word in words}
    rows = _rows([[w for w in group.words if id(w) in kept] for group in groups])
    stamps = [stamp] if stamp else []
    stamps += [
        Stamp("other", "seal", _scaled(box, scale), number)
        for box in reading.coloured
        if _is_seal(_scaled(box, scale))
    ]
    return Page(
        number=number,
        width=round(width, 2),
        height=round(height, 2),
        lines=tuple(Line(tuple(row)) for row in rows),
        tables=tuple(tables),
        stamps=tuple(stamps),
        origin=TextOrigin.OCR,
        turned=round(reading.turned, 2),
    )


def _scaled(box: BBox, scale: float) -> BBox:
    x0, y0, x1, y1 = (round(value * scale, 2) for value in box)
    return (x0, y0, x1, y1)


def _is_seal(box: BBox) -> bool:
    """Round seals are 36 mm (office) to 42 mm wide; scans cut or fade their edges."""
    width, height = box[2] - box[0], box[3] - box[1]
    return 50 <= width <= 200 and 50 <= height <= 200 and 0.5 <= width / height <= 2.2


def _tidied(words: Iterable[OcrWord]) -> list[OcrWord]:
    """Words in composed form without the strokes of rules and specks at their edges; only strokes: gone."""
    result = []
    for word in words:
        text = unicodedata.normalize("NFC", word.text)
        text = _EDGE_RUBBISH.sub("", text)
        if text and (any(_is_letter(c) for c in text) or _is_mark(text, word.confidence)):
            result.append(word if text == word.text else replace(word, text=text))
    return result


def _is_letter(char: str) -> bool:
    """Whether a character is a letter or digit; accents standing alone ("ˆ") are not."""
    return char.isalnum() and unicodedata.category(char) != "Lm"


def _is_mark(text: str, confidence: float) -> bool:
    """Whether a word without letters is print: a bullet, a dotted line, punctuation read with confidence."""
    if _PROPER_MARK.match(text) or _LEADERS.match(text):
        return True
    return confidence >= CERTAIN and not set(text) & _STROKES


@dataclass(slots=True)
class _Group:
    """Words of one line of one column."""

    words: list[Word]
    baseline: float
    size: float


def _groups(words: Sequence[OcrWord], scale: float) -> list[_Group]:
    """The engine's lines, each with baseline and type size; boxes rebuilt from them, in points."""
    lines: dict[int, list[OcrWord]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    measured: list[tuple[list[OcrWord], float, float]] = []
    for line in lines.values():
        sizes, baselines = [], []
        for word in line:
            above, below = extents(word.text)
            height = word.box[3] - word.box[1]
            if above + below <= 0.3:
                continue
            size = height / (above + below)
            sizes.append((size, len(word.text)))
            baselines.append((word.box[3] - below * size, len(word.text)))
        if not sizes:
            box = union(word.box for word in line)
            measured.append((line, box[3], max(box[3] - box[1], 1.0)))
            continue
        measured.append((line, _weighted_median(baselines), _weighted_median(sizes)))
    usual = _weighted_median(
        [(size, sum(len(w.text) for w in line)) for line, _, size in measured] or [(1.0, 1)]
    )
    groups = []
    for line, baseline, size in measured:
        if 0.88 * usual < size < 1.35 * usual or (len(line) == 1 and 0.5 * usual < size < 1.6 * usual):
            size = usual
        made = []
        for word in sorted(line, key=lambda w: w.box[0]):
            x0, y0, x1, y1 = box_at(word.box[0] * scale, word.box[2] * scale, baseline * scale, size * scale)
            made.append(
                Word(
                    text=word.text,
                    bbox=(round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2)),
                    size=round(size * scale, 1),
                    layer="ocr",
                    confidence=round(word.confidence, 3),
                )
            )
        groups.append(_Group(made, baseline * scale, size * scale))
    return groups


def _weighted_median(values: Sequence[tuple[float, int]]) -> float:
    ordered = sorted(values)
    half = sum(weight for _, weight in ordered) / 2
    passed = 0.0
    for value, weight in ordered:
        passed += weight
        if passed >= half:
            return value
    return ordered[-1][0]


_DEEP = frozenset("gjpqyQ,;()[]/|")
_TALL = frozenset("bdđfhklt")


def extents(text: str) -> tuple[float, float]:
    """How far a word's ink reaches above and below its baseline, in ems of Times.

    The basis for telling the type size from a tight box: "ươm" is as high as half of "Ể".
    """
    above = below = 0.0
    for char in text:
        parts = unicodedata.normalize("NFD", char)
        base, marks = parts[0], parts[1:]
        if char in "-–—_~.…:·":
            above = max(above, 0.12 if char in "._…" else 0.28)
            continue
        if char in ",;":
            above, below = max(above, 0.1), max(below, 0.14)
            continue
        over = sum(mark in _UPPER_MARKS and mark != "\u031b" for mark in marks)
        if base.isupper():
            above = max(above, 0.66 + 0.2 * min(over, 1) + 0.06 * max(0, over - 1))
        elif base.isdigit() or base in _TALL or not base.isalpha():
            above = max(above, 0.68 + 0.14 * min(over, 1))
        else:
            above = max(above, 0.46 + 0.22 * min(over, 1) + 0.12 * max(0, over - 1))
        if base in _DEEP:
            below = max(below, 0.21)
        elif "\u0323" in marks:
            below = max(below, 0.18)
    return above, below


def _rows(groups: Iterable[Sequence[Word]]) -> list[list[Word]]:
    """Groups side by side on one baseline joined; rows top to bottom, words left to right."""
    rows: list[tuple[float, float, list[Word]]] = []
    parts = []
    for words in groups:
        if words:
            size = words[0].size or 1.0
            parts.append((words[0].bbox[1] + 0.9 * size, size, list(words)))
    for baseline, size, words in sorted(parts, key=lambda part: part[0]):
        best = None
        for index in range(len(rows) - 1, max(-1, len(rows) - 7), -1):
            other_base, other_size, other = rows[index]
            distance = abs(baseline - other_base)
            if distance >= SAME_LINE * min(size, other_size) or _collide(words, other):
                continue
            if best is None or distance < abs(baseline - rows[best][0]):
                best = index
        if best is None:
            rows.append((baseline, size, words))
        else:
            rows[best][2].extend(words)
    result = [sorted(words, key=lambda w: (w.bbox[0], w.bbox[2])) for _, _, words in rows]
    result.sort(key=lambda row: (median(word.bbox[3] for word in row), row[0].bbox[0]))
    return result


def _collide(a: Sequence[Word], b: Sequence[Word]) -> bool:
    """Whether words of two groups cover the same stretch of the line (then they are two lines)."""
    return any(
        min(w.bbox[2], o.bbox[2]) - max(w.bbox[0], o.bbox[0])
        > 0.3 * min(w.bbox[2] - w.bbox[0], o.bbox[2] - o.bbox[0])
        for w in a
        for o in b
    )


def is_proper(text: str) -> bool:
    """Whether a word looks like one of a document: a possible syllable, a number, a code, a mark of a list."""
    letters = regex.sub(r"^\W+|\W+$", "", text)
    cased = letters.islower() or letters.isupper() or letters.istitle()
    if len(letters) > 1 and letters.isalpha() and cased and is_syllable(letters):
        return True
    return any(pattern.match(text) for pattern in _knowledge().proper)


def _without_rubbish(groups: list[_Group], size: tuple[float, float]) -> list[_Group]:
    """Lines without what specks, seals, handwriting and edges were read as."""
    usual = median([group.size for group in groups]) if groups else 0.0
    result = []
    for group in groups:
        good = bad = 0
        for word in group.words:
            weight = len(word.text)
            if is_believable(word):
                good += weight
            else:
                bad += weight
        if good == 0 and (bad <= 3 or _mean(group.words) < CERTAIN):
            continue
        if not 0.35 * usual < group.size < 4.0 * usual and _mean(group.words) < CERTAIN:
            continue
        trusted = good >= bad
        words = [
            word
            for index, word in enumerate(group.words)
            if is_believable(word) or (trusted and _stays(word, index, group.words))
        ]
        if good < bad:
            words = [word for word in words if (word.confidence or 0) >= 0.3]
        words = [w for w in words if w.bbox[0] >= -2 and w.bbox[2] <= size[0] + 2]
        if words and any(any(c.isalnum() for c in w.text) for w in words):
            result.append(_Group(words, group.baseline, group.size))
    return result


def _stays(word: Word, index: int, words: Sequence[Word]) -> bool:
    """Whether a word of a good line that looks like nothing stays: print that was misread, not a speck."""
    confidence = word.confidence or 0.0
    if any(c.isalnum() for c in word.text):
        # At the line's ends stand specks and edges; inside it something was printed.
        inside = 0 < index < len(words) - 1
        return confidence >= (0.05 if inside else 0.25) or len(word.text) >= 4
    return bool(_BULLET.match(word.text) or _LEADERS.match(word.text)) or confidence >= 0.35


def is_believable(word: Word) -> bool:
    """Whether a word is trusted by itself: by its look or by its engine's confidence."""
    confidence = word.confidence if word.confidence is not None else 1.0
    if not any(c.isalnum() for c in word.text):
        return confidence >= 0.8
    return confidence >= HOPELESS and (
        (confidence >= 0.35 and is_proper(word.text))
        or confidence >= (0.75 if len(word.text) < 3 else CERTAIN)
    )


def _mean(words: Sequence[Word]) -> float:
    return sum(word.confidence or 0.0 for word in words) / len(words)


def _frame_around(box: BBox, reading: Reading, scale: float) -> BBox | None:
    """The smallest drawn frame (four rules) around a box, if it is of a stamp's size."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across = [_scaled((r.x0, r.y0, r.x1, r.y1), scale) for r in reading.horizontal]
    down = [_scaled((r.x0, r.y0, r.x1, r.y1), scale) for r in reading.vertical]
    best: BBox | None = None
    for top in across:
        if not (top[0] < x < top[2] and top[1] < y):
            continue
        for bottom in across:
            if not (bottom[0] < x < bottom[2] and bottom[3] > y and 20 < bottom[3] - top[1] < 120):
                continue
            x0, x1 = min(top[0], bottom[0]), max(top[2], bottom[2])
            if not 50 < x1 - x0 < 240:
                continue
            middle = (top[1] + bottom[3]) / 2
            sides = sum(
                any(abs((v[0] + v[2]) / 2 - edge) < 10 and v[1] < middle < v[3] for v in down)
                for edge in (x0, x1)
            )
            if sides == 0:
                continue
            found = (x0, top[1], x1, bottom[3])
            if best is None or (found[3] - found[1]) * (x1 - x0) < (best[3] - best[1]) * (best[2] - best[0]):
                best = found
    return best


def _tables(words: list[Word], reading: Reading, scale: float) -> tuple[list[Table], list[Word]]:
    """Ruled tables of data with the words in their cells, and the words outside of them."""
    from vnadmin_extract.readers.pdf_plumber import filled_rows, table_of

    tables: list[Table] = []
    layout = pdf_knowledge().layout_table
    for grid in grids_of(reading.horizontal, reading.vertical, scale):
        found = table_of(grid, words)
        if found is None:
            continue
        table, taken = found
        if filled_rows(table) < 2 or any(
            layout.search(line.text) for cell in table.cells for line in cell.lines
        ):
            continue
        tables.append(table)
        used = {id(word) for word in taken}
        words = [word for word in words if id(word) not in used]
    return tables, words
