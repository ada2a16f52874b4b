"""From positioned characters to words and lines: the same code for every reader that knows positions.

A PDF holds characters at places, in the order in which they were drawn, which need not be the order in which
they are read. Both PDF readers reduce a page to :class:`Glyph` objects; what is one word and what is one line
is decided here, from the places alone, so that the readers agree.

Coordinates are those of :mod:`vnadmin_extract.document`: points from the top-left corner of the page as shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter

import regex

from vnadmin_extract.document import BBox, Layer, Line, Word, union
from vnadmin_extract.text import legacy

ASCENT = 0.9
"""Height of a line of text above its baseline, in ems. Boxes are made from the baseline and the font size, not
from the font's own metrics, which differ between readers and are often missing or wrong."""
DESCENT = 0.22
"""Depth below the baseline, in ems."""

SAME_BASELINE = 0.12
"""Baselines closer than this many ems belong to one run of print (slight shifts of single glyphs)."""
SAME_LINE = 0.3
"""Words whose baselines are closer than this many ems stand on one line."""
CERTAIN_GAP = 0.2
"""A gap this wide (ems) between characters ends a word, blank or not. A blank of Times is 0.25 em wide."""
BLANKLESS_GAP = 0.16
"""The same where the run has no blank characters at all (programs that move instead of printing blanks)."""
BLANK_GAP = 0.08
"""A blank character that was drawn elsewhere in the page's order only counts if the letters leave this much room:
blanks that lie under a number filled in later must not cut it."""
OTHER_SIZE = 1.2
"""Characters whose sizes differ by more than this factor are not one word."""
GUESSED = -1
"""``Glyph.index`` of a blank that the file does not hold but the reader's engine supposes."""
SAMPLE = 80
"""Characters of a strip that are looked at for its usual spacing."""
SPACED_OUT = 0.15
"""The most (ems) that is taken for spacing between the letters of a word."""
MARK_REACH = 0.7
"""How far (ems) above or below its letter's baseline a separately drawn mark may have its own."""


@dataclass(frozen=True, slots=True)
class Font:
    """What a font's name says."""

    name: str
    bold: bool = False
    italic: bool = False
    convert: Callable[[str], str] | None = None
    """From the font's legacy encoding (TCVN3, VNI) to Unicode."""


@dataclass(slots=True)
class Glyph:
    """One character as drawn. ``index`` is its place in the page's drawing order."""

    text: str
    x0: float
    x1: float
    baseline: float
    size: float
    font: Font | None
    index: int
    box: BBox | None = None
    """Only for characters that are not upright: their box."""


_by_baseline = attrgetter("baseline")
_by_place = attrgetter("x0")
_MARKS = frozenset(map(chr, range(0x300, 0x370)))
"""Combining marks."""
_SUBSET = regex.compile(r"^[A-Z]{6}\+")
_BOLD = regex.compile(r"bold|black|heavy|(?<=[,-])b(?:i)?$|(?<=Vn\w{3,20})B(?:I)?$", regex.I)
_ITALIC = regex.compile(r"italic|oblique|(?<=[,-])b?i$", regex.I)


@lru_cache(maxsize=4096)
def font_of(name: str) -> Font:
    """What a font's name (with or without subset prefix) says about weight, slant and encoding."""
    plain = _SUBSET.sub("", name)
    return Font(
        plain, bool(_BOLD.search(plain)), bool(_ITALIC.search(plain)), convert=_legacy_conversion(plain)
    )


def _legacy_conversion(name: str) -> Callable[[str], str] | None:
    encoding = legacy.encoding_of_font(name)
    if encoding is None:
        return None
    # The capitals of TCVN3 are a font of their own over the codes of the small letters (.VnTimeH).
    capitals = legacy.is_capital_font(name)

    def convert(text: str) -> str:
        if legacy.has_unicode_vietnamese(text):
            return text  # the file's character map tells the letters already
        result = legacy.convert(text, encoding)
        return result.upper() if capitals else result

    return convert


def box_at(x0: float, x1: float, baseline: float, size: float) -> BBox:
    """The box of a piece of upright text."""
    return (x0, baseline - ASCENT * size, x1, baseline + DESCENT * size)


def baseline_of(word: Word) -> float:
    """The baseline of an upright word, from its box."""
    return word.bbox[3] - DESCENT * (word.bbox[3] - word.bbox[1]) / (ASCENT + DESCENT)


def height_of(word: Word) -> float:
    """The em size that a word's box was made from."""
    return (word.bbox[3] - word.bbox[1]) / (ASCENT + DESCENT)


def words_of(glyphs: Iterable[Glyph], *, layer: Layer = "text") -> list[Word]:
    """The words that characters form, in no particular order.

    Characters that are not upright (a turned stamp, text in the margin) are kept in drawing order.

    Args:
        glyphs: the characters of one page, blanks included, in any order.
        layer: where they come from.
    """
    upright: list[Glyph] = []
    turned: list[Glyph] = []
    for glyph in glyphs:
        (upright if glyph.box is None else turned).append(glyph)
    words: list[Word] = []
    for strip in _strips(_attach_marks(upright)):
        words.extend(_cut(strip, layer))
    words.extend(_turned_words(turned, layer))
    return words


def _attach_marks(glyphs: list[Glyph]) -> list[Glyph]:
    """Put combining marks that were drawn as characters of their own behind the letter they stand over."""
    marks = [glyph for glyph in glyphs if glyph.text in _MARKS]
    if not marks:
        return glyphs
    letters = [glyph for glyph in glyphs if glyph.text[0].isalpha()]
    letters.sort(key=_by_baseline)
    added: dict[int, str] = {}
    attached: set[int] = set()
    for mark in marks:
        host = _host(mark, letters)
        if host is not None:
            added[id(host)] = added.get(id(host), "") + mark.text
            attached.add(id(mark))
    return [
        replace(glyph, text=glyph.text + added[id(glyph)]) if id(glyph) in added else glyph
        for glyph in glyphs
        if id(glyph) not in attached
    ]


def _host(mark: Glyph, letters: list[Glyph]) -> Glyph | None:
    """The letter under a mark.

    A mark without a width of its own is drawn at the pen's place, over the letter that ends there; one with
    a width stands over the letter whose middle is nearest to its own.
    """
    reach = MARK_REACH * mark.size
    low = bisect_left(letters, mark.baseline - reach, key=_by_baseline)
    high = bisect_right(letters, mark.baseline + reach, key=_by_baseline)
    best: Glyph | None = None
    best_cost = 0.5 * mark.size
    spacing = mark.x1 - mark.x0 > 0.1 * mark.size
    middle = (mark.x0 + mark.x1) / 2
    for letter in letters[low:high]:
        if spacing:
            cost = abs((letter.x0 + letter.x1) / 2 - middle)
        elif letter.x0 - 0.05 * mark.size <= mark.x0 <= letter.x1 + 0.15 * mark.size:
            # At the end of a letter and at the start of the next: it belongs to the one that it follows.
            cost = abs(letter.x1 - mark.x0) * (1.0 if letter.index < mark.index else 1.2)
        else:
            continue
        cost += 0.3 * abs(letter.baseline - mark.baseline)
        if cost < best_cost:
            best, best_cost = letter, cost
    return best


def _strips(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Characters on (nearly) the same baseline, each strip from left to right."""
    strips: list[list[Glyph]] = []
    current: list[Glyph] = []
    anchor = size = 0.0
    for glyph in sorted(glyphs, key=_by_baseline):
        if glyph.baseline - anchor > SAME_BASELINE * (size if size < glyph.size else glyph.size) and current:
            strips.append(current)
            current = []
        if not current:
            anchor, size = glyph.baseline, glyph.size
        current.append(glyph)
    if current:
        strips.append(current)
    strips = [part for strip in strips for part in _by_size(strip)]
    for strip in strips:
        strip.sort(key=_by_place)
    return strips


def _by_size(strip: list[Glyph]) -> list[list[Glyph]]:
    """A strip's characters apart by size: stamps in another size that lie over a line must not be mixed into it."""
    sizes = {glyph.size for glyph in strip}
    if max(sizes) <= OTHER_SIZE * min(sizes):
        return [strip]
    classes: list[float] = []
    for size in sorted(sizes):
        if not classes or size > OTHER_SIZE * classes[-1]:
            classes.append(size)
    parts: dict[int, list[Glyph]] = {}
    for glyph in strip:
        parts.setdefault(bisect_right(classes, glyph.size) - 1, []).append(glyph)
    return list(parts.values())


def _cut(strip: list[Glyph], layer: Layer) -> list[Word]:
    words: list[Word] = []
    run: list[Glyph] = []
    blank: Glyph | None = None
    blankless, usual = _spacing(strip)
    wide = BLANKLESS_GAP if blankless else CERTAIN_GAP
    end = 0.0
    mixed = False
    last = strip[0]
    for glyph in strip:
        text = glyph.text
        if text == " " or text.isspace():
            blank = glyph
            continue
        x0, x1 = glyph.x0, glyph.x1
        if run:
            size = last.size
            other = glyph.font is not last.font or glyph.size != size
            if other and glyph.size < size:
                size = glyph.size
            gap = x0 - end - usual
            if x0 < end and text == last.text and x0 - last.x0 < 0.1 * size:
                continue  # drawn twice to look bold
            if gap > wide * size or (
                blank is not None
                and (gap > BLANK_GAP * size or (last.index < blank.index < glyph.index < last.index + 8))
            ):
                words.append(_word(run, layer, end, mixed))
                run = []
                mixed = False
                end = x1
            else:
                mixed = mixed or other
                if x1 > end:
                    end = x1
        else:
            end = x1
        run.append(glyph)
        last = glyph
        blank = None
    if run:
        words.append(_word(run, layer, end, mixed))
    return words


def _spacing(strip: list[Glyph]) -> tuple[bool, float]:
    """Whether a strip has no blanks, and the usual room between its characters (their median).

    It is 0 unless the print is spaced out, or the font's boxes are wider than its letters stand.
    """
    blankless = True
    gaps: list[float] = []
    last: Glyph | None = None
    for glyph in strip[:SAMPLE]:
        if glyph.text == " ":
            blankless = False
            last = None
            continue
        if last is not None:
            gaps.append(glyph.x0 - last.x1)
        last = glyph
    if len(gaps) < 6:
        return blankless, 0.0
    gaps.sort()
    limit = SPACED_OUT * strip[0].size
    return blankless, max(-limit, min(limit, gaps[len(gaps) // 2]))


def _word(run: Sequence[Glyph], layer: Layer, right: float, mixed: bool) -> Word:
    """A word of characters in order.

    Args:
        run: its characters.
        layer: where they come from.
        right: where the last of them ends.
        mixed: whether they differ in font or size.
    """
    first = run[0]
    font, size, baseline = first.font, first.size, first.baseline
    if mixed:
        legacy = any(glyph.font is not None and glyph.font.convert is not None for glyph in run)
        font = Counter(glyph.font for glyph in run).most_common(1)[0][0]
        size = Counter(glyph.size for glyph in run).most_common(1)[0][0]
        baseline = sum(glyph.baseline for glyph in run) / len(run)
    else:
        legacy = font is not None and font.convert is not None
    text = _converted(run) if legacy else "".join([glyph.text for glyph in run])
    box = (
        box_at(first.x0, right, baseline, size)
        if first.box is None
        else union(glyph.box for glyph in run if glyph.box)
    )
    return Word(
        text=text,
        bbox=(round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2)),
        font=font.name if font else None,
        size=round(size, 1),
        bold=font.bold if font else False,
        italic=font.italic if font else False,
        layer=layer,
    )


def _converted(run: Sequence[Glyph]) -> str:
    """The run's characters; those in a font of a legacy encoding converted, together where they stand together."""
    parts: list[str] = []
    start = 0
    for index in range(1, len(run) + 1):
        font = run[start].font
        convert = font.convert if font else None
        if index < len(run):
            following = run[index].font
            if (following.convert if following else None) is convert:
                continue
        text = "".join(glyph.text for glyph in run[start:index])
        parts.append(convert(text) if convert else text)
        start = index
    return "".join(parts)


def _turned_words(glyphs: list[Glyph], layer: Layer) -> list[Word]:
    words: list[Word] = []
    run: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda g: g.index):
        if run and (glyph.text.isspace() or _distance(run[-1].box, glyph.box) > CERTAIN_GAP * glyph.size):
            words.append(_word(run, layer, 0.0, True))
            run = []
        if not glyph.text.isspace():
            run.append(glyph)
    if run:
        words.append(_word(run, layer, 0.0, True))
    return words


def _distance(a: BBox | None, b: BBox | None) -> float:
    """The empty room between two boxes along the axis where they are further apart."""
    if a is None or b is None:
        return 0.0
    return max(b[0] - a[2], a[0] - b[2], b[1] - a[3], a[1] - b[3])


def lines_of(words: Iterable[Word]) -> list[Line]:
    """Words in lines, top to bottom; all words on one baseline are one line, however wide the gaps.

    Raised or lowered small print (footnote marks, exponents) joins the line that it touches. Words of forms and
    annotations join the line that they overlap in height: software places them a little above or below the
    printed baseline.
    """
    upright: list[Word] = []
    loose: list[Word] = []
    turned: list[Word] = []
    for word in words:
        if word.size is not None and abs(height_of(word) - word.size) > 0.25:
            turned.append(word)
        elif word.layer in ("form", "annotation"):
            loose.append(word)
        else:
            upright.append(word)
    rows = _rows(upright)
    rows = _join_raised(rows)
    for word in sorted(loose, key=baseline_of):
        row = _row_beside(word, rows)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    rows.extend(_turned_rows(turned))
    rows.sort(key=lambda row: (min(word.bbox[3] for word in row), row[0].bbox[0]))
    return [Line(tuple(sorted(row, key=lambda word: (word.bbox[0], word.bbox[2])))) for row in rows]


def _rows(words: list[Word]) -> list[list[Word]]:
    rows: list[list[Word]] = []
    current: list[Word] = []
    anchor = 0.0
    size = 0.0
    for word in sorted(words, key=baseline_of):
        baseline, height = baseline_of(word), height_of(word)
        if current and baseline - anchor > SAME_LINE * min(height, size):
            rows.append(current)
            current = []
        if not current:
            anchor, size = baseline, height
        current.append(word)
    if current:
        rows.append(current)
    return rows


def _join_raised(rows: list[list[Word]]) -> list[list[Word]]:
    result: list[list[Word]] = []
    for index, row in enumerate(rows):
        if len(row) <= 4 and all(len(word.text) <= 6 for word in row):
            near = [rows[i] for i in (index - 1, index + 1) if 0 <= i < len(rows)]
            hosts = [next((other for other in near if _touches(word, other)), None) for word in row]
            if all(host is not None for host in hosts):
                for word, host in zip(row, hosts, strict=True):
                    if host is not None:
                        host.append(word)
                continue
        result.append(row)
    return result


def _touches(word: Word, row: list[Word]) -> bool:
    """Whether a small word stands right beside a larger word of the row, overlapping it by half its height."""
    for other in row:
        if height_of(other) <= 1.15 * height_of(word):
            continue
        gap = max(other.bbox[0] - word.bbox[2], word.bbox[0] - other.bbox[2])
        if gap < 0.5 * height_of(word) and _overlap(word, other) >= 0.5:
            return True
    return False


def _overlap(a: Word, b: Word) -> float:
    """Share of the lower of two words' heights that both cover."""
    common = min(a.bbox[3], b.bbox[3]) - max(a.bbox[1], b.bbox[1])
    return common / max(0.01, min(a.bbox[3] - a.bbox[1], b.bbox[3] - b.bbox[1]))


def _row_beside(word: Word, rows: list[list[Word]]) -> list[Word] | None:
    """The row that a filled-in word belongs to: at least half overlapping in height, the nearest beside it."""
    best: list[Word] | None = None
    best_cost = float("inf")
    middle = (word.bbox[1] + word.bbox[3]) / 2
    for row in rows:
        for other in row:
            if _overlap(word, other) < 0.5:
                continue
            gap = max(0.0, other.bbox[0] - word.bbox[2], word.bbox[0] - other.bbox[2])
            cost = gap + 4 * abs(middle - (other.bbox[1] + other.bbox[3]) / 2)
            if cost < best_cost:
                best, best_cost = row, cost
    return best


def _turned_rows(words: list[Word]) -> list[list[Word]]:
    """Turned words in runs: one line for each run of neighbours in drawing order.

    A turned line keeps its words sorted by their left edge, as any line: for text that runs upwards the order
    along the page's height is lost, which no rule needs.
    """
    rows: list[list[Word]] = []
    for word in words:
        if rows and _distance(rows[-1][-1].bbox, word.bbox) < (word.size or 10.0):
            rows[-1].append(word)
        else:
            rows.append([word])
    return rows
