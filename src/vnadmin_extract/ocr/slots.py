"""The blanks for number, day and month in a scanned header: where they are, what fills them, what is written there.

On scans, number and day are usually written with a pen into printed lines ("Số: …/SYT-NVY", "ngày … tháng 11 năm
2017", Decree 30/2020, Appendix I, boxes 3 and 4). Engines for print read garbage there. The printed words around a
blank tell where it is: they are found in the engine's own words, and the widths of Times (the prescribed typeface)
tell where a word ends that the engine has run together with the handwriting.

A reading is given only where it can be relied on. In an administrative document an invented number is worse than
none, so anything doubtful is ``None``, and so is a number with a single mark that is no digit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import regex
from PIL import Image

from vnadmin_extract.document import BBox
from vnadmin_extract.ocr import digits
from vnadmin_extract.ocr.engine import OcrWord
from vnadmin_extract.text.fold import strip_marks

Picture = npt.NDArray[np.uint8]
"""A page, upright: grey ``(height, width)`` or RGB ``(height, width, 3)``."""
SlotName = Literal["number", "day", "month"]
Source = Literal["print", "handwriting"]
SecondReader = Callable[[Picture], str | None]
"""A second opinion: given a cleaned grey picture of one slot, the digits in it or ``None``."""

ACCEPT = 0.8
"""Least probability of a handwritten number that is given without a second reader's agreement. On drawn numbers that
the recogniser had not seen, 96 of 100 readings above it are right."""
AGREED = 0.5
"""Least probability where a second reader, or the engine's own words, give the same digits."""
ALONE = 0.95
"""Least probability of a single handwritten digit: numbers and days below ten are written with a leading zero
(Decree 30/2020, Appendix I, Part I, Section II), so a digit alone is most often the rest of a cut number."""
PRINTED = 0.85
"""Least confidence of the engine in digits that stand in the slot as print."""
RUN_ON = 0.5
"""Least confidence of the printed part of a word that the engine ran together with handwriting."""
HEADER_SHARE = 0.5
"""Headers stand in this upper part of the page."""
CAP_EM = 0.662
"""Height of Times' capitals, in em."""

# Widths of Times in 1/1000 em, for the characters around the blanks
_WIDTHS = {
    **dict.fromkeys("ABCRVXYKNDHUQOGĐÔÂƠƯĂ", 705),
    **dict.fromkeys("SPF", 556),
    **dict.fromkeys("TLEZÊ", 611),
    **dict.fromkeys("IJ", 360),
    **dict.fromkeys("MW", 915),
    **dict.fromkeys("0123456789bdđghknopquvxyôơư", 500),
    **dict.fromkeys("aăâceê", 444),
    **dict.fromkeys("ilt", 278),
    "r": 333, "s": 389, "m": 778,
    "-": 333, "–": 500, "&": 778, " ": 250, "/": 278, ".": 250, ":": 278,
}  # fmt: skip
_LABEL = regex.compile(r"^S(?:[ôốồổỗộóòỏõọoáéê0€](?=$|[^\p{L}]|.{0,40}[\d/⁄#])|[^\p{L}\d]|$)")
"""The printed "Số" or "Số:", its second letter often misread, alone or with the slot's ink run on."""
_NOTATION = regex.compile(r"[/⁄](?:(?:19|20)\d{2}[/⁄])?(?:[\p{Lu}&]{2,}|\p{Lu}\p{Ll}?\p{Lu})[\p{L}\d&–-]*")
_PARTY = regex.compile(r"(?:^|(?<=[^\p{L}]))-\p{Lu}\p{L}{1,4}/\p{Lu}{2,}")
_YEAR_LEFT = regex.compile(r"[/⁄][12I][09O]..$")
"""What may be "/2009" in front of a notation: then the slot holds more than the number."""
_DIGITS = regex.compile(r"\d{1,5}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What is written in a slot."""

    text: str
    """Digits as written, leading zeros included."""
    confidence: float
    """Probability that all of it is right, 0 to 1."""
    box: BBox
    """The slot, in the page's pixels."""
    source: Source
    """Printed digits (the engine's reading stands) or a pen's."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place where something is filled in."""

    name: SlotName
    box: BBox
    """Pixels: from the print on its left to that on its right, one capital's height."""
    cap: float
    """Height of the line's capitals, in pixels."""
    baseline: float
    """Row of the line's baseline in the slot's middle."""
    engine: str
    """What the engine read in it (without the print on both sides); may be empty."""
    engine_confidence: float | None
    """``None`` where the engine read nothing."""
    before: OcrWord
    """The printed word on its left (for numbers possibly the same as :attr:`after`)."""
    after: OcrWord
    between: tuple[OcrWord, ...] = ()
    """The engine's words that lie in the slot, without :attr:`before` and :attr:`after`."""


State = Literal["blank", "read", "unsure"]


@dataclass(frozen=True, slots=True)
class SlotResult:
    """A slot and what came of it."""

    slot: Slot
    state: State
    reading: Reading | None = None
    """Given for ``"read"`` alone."""
    guesses: tuple[digits.Guess, ...] = ()
    """The recogniser's readings, best first, for evidence."""


@dataclass(frozen=True, slots=True)
class SlotReadings:
    """The header's filled-in parts; ``None`` where there is no slot, nothing in it, or nothing sure."""

    number: Reading | None = None
    day: Reading | None = None
    month: Reading | None = None
    results: tuple[SlotResult, ...] = ()
    """All slots that were found, read or not."""

    def result(self, name: SlotName) -> SlotResult | None:
        """The slot of that name, where one was found."""
        return next((r for r in self.results if r.slot.name == name), None)


def find_slots(image: Picture, words: Sequence[OcrWord], *, dpi: int) -> list[Slot]:
    """The number, day and month slots of the page's first header.

    Args:
        image: the upright, straightened page that the words were read on.
        words: the engine's words, boxes in its pixels.
        dpi: its resolution.
    """
    height, width = image.shape[:2]
    head = [w for w in words if w.box[1] < HEADER_SHARE * height and w.text.strip()]
    found = []
    number = _number_slot(image, head, width, dpi)
    if number is not None:
        found.append(number)
    found += _date_slots(head, number, width, dpi)
    return found


def read_slots(
    image: Picture,
    words: Sequence[OcrWord],
    *,
    dpi: int,
    second: SecondReader | None = None,
) -> SlotReadings:
    """Find the slots of a page's header and read them.

    Args:
        image: the upright page, grey or RGB. In colour, red ink (seals, stamps) is left out and blue pen kept;
            a grey made by the largest of R, G and B has lost the blue pen.
        words: the engine's words, boxes in the picture's pixels.
        dpi: the picture's resolution.
        second: a second reader of digits, asked only where the first is in doubt.
    """
    results = [read_slot(image, slot, second=second) for slot in find_slots(image, words, dpi=dpi)]
    given = {r.slot.name: r.reading for r in results}
    return SlotReadings(given.get("number"), given.get("day"), given.get("month"), tuple(results))


def read_slot(image: Picture, slot: Slot, *, second: SecondReader | None = None) -> SlotResult:
    """Read one slot."""
    guesses = tuple(digits.read_strips(looks(image, slot)))
    printed = _digits_of(slot.engine)
    sure_print = (
        printed is not None
        and slot.engine == printed
        and (slot.engine_confidence or 0.0) >= PRINTED
        and _possible(slot.name, printed)
    )
    best = guesses[0] if guesses else digits.Guess("", 1.0)
    chance = {g.text: g.probability for g in guesses}
    if (
        sure_print
        and printed is not None
        and (chance.get(printed, 0.0) > 0.05 or _looks_printed(image, slot))
    ):
        confidence = max(slot.engine_confidence or 0.0, chance.get(printed, 0.0))
        return SlotResult(slot, "read", Reading(printed, confidence, slot.box, "print"), guesses)
    if best.text == "":
        return SlotResult(slot, "blank" if best.probability > 0.5 else "unsure", None, guesses)
    allowed = [g for g in guesses if _possible(slot.name, g.text)]
    if not allowed or "?" in best.text:
        return SlotResult(slot, "unsure", None, guesses)
    first = allowed[0]
    # a likelier reading that cannot be a number or a day is no good sign for the next
    confidence = first.probability if first is best else 0.5 * first.probability
    accept = ACCEPT if len(first.text) > 1 else ALONE
    agreed = printed == first.text and slot.engine == printed
    if not agreed and AGREED <= confidence < accept and second is not None:
        agreed = second(cleaned(image, slot)) == first.text
    if agreed:
        accept = AGREED
        confidence = 1 - (1 - confidence) * 0.5
    if confidence >= accept and first.probability >= AGREED:
        reading = Reading(first.text, round(confidence, 3), slot.box, "handwriting")
        return SlotResult(slot, "read", reading, guesses)
    return SlotResult(slot, "unsure", None, guesses)


def _possible(name: SlotName, text: str) -> bool:
    if not text.isdigit() or not text.isascii():
        return False
    if name == "number":
        return len(text) <= 5 and int(text) > 0
    return len(text) <= 2 and 1 <= int(text) <= (31 if name == "day" else 12)


def _digits_of(text: str) -> str | None:
    """All of a text's digits where nothing but punctuation stands beside them."""
    bare = text.strip(" .,:;…_'’|-")
    return bare if bare.isascii() and bare.isdigit() else None


def refine(image: Image.Image, words: list[OcrWord], dpi: int) -> list[OcrWord]:
    """The words of a page with the slots' words set right: a step for :func:`~vnadmin_extract.ocr.reading.read_image`.

    Printed digits stay as the engine read them. In a handwritten slot the engine's words go; in their place stands
    one word of digits where the reading is sure, and nothing where it is not, so that "Số: é#Z/SYT-NVY" becomes
    "Số: 204 /SYT-NVY" or "Số: /SYT-NVY". What the engine had read stays in the word's alternatives.

    Args:
        image: the upright, straightened picture, with its colours where it has them.
        words: the engine's words, in the picture's pixels.
        dpi: the picture's resolution.
    """
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    result = list(words)
    for found in read_slots(np.asarray(image), words, dpi=dpi).results:
        if found.reading is None or found.reading.source != "print":
            result = _replaced(result, found)
    return result


def _replaced(words: list[OcrWord], found: SlotResult) -> list[OcrWord]:
    """The words with those in a handwritten slot replaced by its reading."""
    slot = found.slot
    x0, top, x1, bottom = slot.box
    before, after = slot.before, slot.after
    gone = {id(word) for word in slot.between}
    pieces: list[OcrWord] = []

    def printed(word: OcrWord, text: str, left: float, right: float) -> None:
        """The printed part of a word with which the ink was run together; its box is that of print."""
        gone.add(id(word))
        # the run-on word's confidence was that of the ink
        sure = max(word.confidence, RUN_ON)
        pieces.append(
            replace(word, text=text, box=(left, top, max(left + 1, right), bottom), confidence=sure)
        )

    if slot.name == "number":
        cut = _notation(after.text)
        if before is after or before.text not in ("Số:", "Số"):
            printed(before, "Số:", before.box[0], min(x0 + 0.3 * slot.cap, before.box[2]))
        if cut:
            stroke = max(after.box[0], x1 - 0.42 * slot.cap)
            printed(after, after.text[cut:].replace("⁄", "/"), stroke, after.box[2])
        name = "Số:"
    else:
        name = "ngày" if slot.name == "day" else "tháng"
        if strip_marks(before.text).lower() != strip_marks(name):
            printed(before, name, before.box[0], min(before.box[2], x0 + 0.3 * slot.cap))
    if found.reading is not None:
        ends = [w.box[2] for w in pieces if w.text == name] or [before.box[2]]
        left = max(x0, ends[0] + 1) if ends[0] < x1 - slot.cap else x0
        right = x1 - (0.45 * slot.cap if slot.name == "number" else 1)
        engine = ((slot.engine, slot.engine_confidence or 0.0),) if slot.engine else ()
        digits_box = (left, top, max(left + 1, right), bottom)
        confidence = found.reading.confidence
        pieces.append(
            replace(
                after, text=found.reading.text, box=digits_box, confidence=confidence, alternatives=engine
            )
        )
    index = min(i for i, w in enumerate(words) if id(w) in gone or w is after)
    if id(after) not in gone:
        index = next(i for i, w in enumerate(words) if w is after)
    pieces.sort(key=lambda w: w.box[0])
    kept = [[w for w in part if id(w) not in gone] for part in (words[:index], words[index:])]
    return kept[0] + pieces + kept[1]


def _notation(text: str) -> int | None:
    """Where the printed notation begins in a word: at its stroke, or at a Party notation's dash."""
    match = _PARTY.search(text) or _NOTATION.search(text)
    return None if match is None else match.start()


# --- where the slots are -------------------------------------------------------------------------------------


def _middle(word: OcrWord) -> float:
    return (word.box[1] + word.box[3]) / 2


def _level(a: OcrWord, b: OcrWord, reach: float) -> bool:
    """Whether two words stand on one line; a tilt of 2° is allowed for."""
    tilt = 0.035 * abs(a.box[0] - b.box[0])
    return abs(_middle(a) - _middle(b)) < reach + tilt


def _em_width(text: str) -> float:
    return sum(_WIDTHS.get(c, 520) for c in text) / 1000


def _number_slot(image: Picture, words: list[OcrWord], width: int, dpi: int) -> Slot | None:
    labels = [w for w in words if _LABEL.search(w.text) and w.box[0] < 0.5 * width]
    for label in sorted(labels, key=lambda w: w.box[1]):
        line = sorted(
            (
                w
                for w in words
                if w is not label
                and label.box[0] <= w.box[0] < label.box[0] + 0.3 * width
                and _level(w, label, 0.14 * dpi)
            ),
            key=lambda w: w.box[0],
        )
        for word in (label, *line):
            cut = _notation(word.text)
            if cut is None:
                continue
            between = tuple(w for w in line if w.box[0] < word.box[0] and w is not word)
            return _number_between(image, label, word, cut, between, dpi)
    return None


def _number_between(
    image: Picture, label: OcrWord, word: OcrWord, cut: int, between: tuple[OcrWord, ...], dpi: int
) -> Slot | None:
    """The slot from the label's end to the stroke at ``word.text[cut]``."""
    tail = word.text[cut + 1 :]
    x1 = word.box[2]
    # rough size first: 13 pt, then the height of the letters after the stroke
    em = 13 / 72 * dpi
    guess = x1 - min(em * _em_width(tail), 0.9 * (x1 - word.box[0]))
    lines = _letters(image, (guess, word.box[1], x1, word.box[3]), dpi)
    if lines is not None:
        cap, baseline = lines
    else:
        cap, baseline = CAP_EM * em, word.box[3]
    em = min(max(cap / CAP_EM, 10 / 72 * dpi), 16 / 72 * dpi)
    cap = CAP_EM * em
    stroke = x1 - em * _em_width(tail)  # right end of the printed stroke
    if cut == 0:
        stroke = word.box[0] + 0.278 * em
    stroke = _stroke_near(image, stroke, baseline, cap)
    left = label.box[0] + 1.06 * em
    if label is not word and not any(c.isdigit() for c in label.text) and len(label.text) <= 3:
        left = max(left, min(label.box[2], label.box[0] + 1.35 * em) - 0.3 * em)
    if stroke - left < 0.2 * em or _YEAR_LEFT.search(word.text[:cut]):
        return None
    if label is word:
        inside = regex.sub(r"^S[^\d\s]{0,2}[:;.]?", "", word.text[:cut])
    else:
        pieces = [
            regex.sub(r"^S[^\d\s]{0,1}[:;.]?", "", label.text),
            *(w.text for w in between),
            word.text[:cut],
        ]
        inside = "".join(pieces)
    read = [w for w in (label, *between, word) if any(c.isdigit() for c in w.text)]
    confidence = min((w.confidence for w in read), default=None)
    return Slot(
        "number",
        (left, baseline - cap, stroke, baseline),
        cap,
        baseline,
        inside.strip(" :"),
        confidence if inside.strip(" :") else None,
        label,
        word,
        between,
    )


def _date_slots(words: list[OcrWord], number: Slot | None, width: int, dpi: int) -> list[Slot]:
    """Day and month in the first line "…, ngày … tháng … năm 2017" of the right column."""
    for month in sorted(
        (w for w in words if _is(w, "thang") and w.box[0] > 0.35 * width), key=lambda w: w.box[1]
    ):
        line = [w for w in words if w is not month and _level(w, month, 0.16 * dpi)]
        days = [w for w in line if _is(w, "ngay") and 0 < month.box[0] - w.box[0] < 0.2 * width]
        if not days:
            continue
        day = max(days, key=lambda w: w.box[0])
        years = [w for w in line if _is(w, "nam") and 0 < w.box[0] - month.box[0] < 0.2 * width]
        year = min(years, key=lambda w: w.box[0]) if years else None
        figures = [w for w in line if w.box[0] > day.box[0] and w.confidence > 0.85 and _DIGITS.match(w.text)]
        if figures:
            em = float(np.median([w.box[3] - w.box[1] for w in figures])) / 0.69
        else:
            em = (month.box[3] - month.box[1]) / 0.92
        em = min(max(em, 11 / 72 * dpi), 16 / 72 * dpi)
        result = [_date_slot("day", day, 1.8, month, 2.25, line, em)]
        if year is not None:
            result.append(_date_slot("month", month, 2.3, year, 1.75, line, em))
        return [slot for slot in result if slot is not None]
    return []


def _is(word: OcrWord, folded: str) -> bool:
    """Whether the engine's word is, or begins or ends with, a printed word (marks and run-on ink aside)."""
    text = regex.sub(r"[^a-z]", "", strip_marks(word.text).lower())
    return text == folded or (
        len(text) <= len(folded) + 2 and (text.startswith(folded) or text.endswith(folded))
    )


def _date_slot(
    name: SlotName,
    before: OcrWord,
    before_em: float,
    after: OcrWord,
    after_em: float,
    line: list[OcrWord],
    em: float,
) -> Slot | None:
    left = min(before.box[2], before.box[0] + before_em * em)
    right = max(after.box[0], after.box[2] - after_em * em - 0.15 * em)
    if name == "month":
        right = after.box[0]
    if right - left < 0.2 * em:
        return None
    # "y" and "g" hang 0.217 em under the line; the line may tilt, so both neighbours say where it is
    heights = [w.box[3] - 0.217 * em for w in (before, after) if name == "day" or w is before]
    baseline = float(np.mean(heights))
    if name == "month":
        baseline = (baseline + after.box[3]) / 2
    between = tuple(
        sorted(
            (
                w
                for w in line
                if w is not before
                and w.box[0] >= before.box[0] + em
                and w.box[2] <= after.box[2] - em
                and baseline - 0.95 * em < _middle(w) < baseline + 0.1 * em
                and w.box[3] - w.box[1] > 0.25 * em
            ),
            key=lambda w: w.box[0],
        )
    )
    text = "".join(w.text for w in between)
    # ink that the engine has run on to the printed word, unless it cut it off after all
    hanging = "" if _digits_of(text) else regex.sub(r"^\p{L}+", "", before.text)
    confidence = min((w.confidence for w in between), default=None)
    return Slot(
        name,
        (left, baseline - CAP_EM * em, right, baseline),
        CAP_EM * em,
        baseline,
        (hanging + text).strip(" .,"),
        confidence if text else None,
        before,
        after,
        between,
    )


# --- pixels --------------------------------------------------------------------------------------------------


def _ink_grey(image: Picture) -> npt.NDArray[np.uint8]:
    """Grey in which red ink is paper and blue or black ink is dark: the red channel."""
    return image if image.ndim == 2 else image[:, :, 0]


def _ink(image: Picture, box: BBox) -> digits.Strip:
    """Ink (0 to 1) in a box, paper and print being scaled to what they are around it."""
    grey = _ink_grey(image)
    height, width = grey.shape
    x0, y0, x1, y1 = (round(v) for v in box)
    inside = np.full((max(1, y1 - y0), max(1, x1 - x0)), 255, np.uint8)
    cx0, cy0, cx1, cy1 = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
    if cx0 < cx1 and cy0 < cy1:
        inside[cy0 - y0 : cy1 - y0, cx0 - x0 : cx1 - x0] = grey[cy0:cy1, cx0:cx1]
    paper = float(np.percentile(inside, 85))
    dark = min(float(np.percentile(inside, 1)), paper - 60)
    ink: digits.Strip = np.clip(
        (paper - 12 - inside.astype(np.float32)) / np.float32(paper - 12 - dark), 0, 1
    )
    return ink


def _letters(image: Picture, box: BBox, dpi: int) -> tuple[float, float] | None:
    """Height and baseline of the capitals in a box of print."""
    ink = _ink(image, box) > 0.5
    if ink.shape[1] < 4:
        return None
    tops, bottoms = [], []
    columns = np.flatnonzero(np.diff(np.r_[0, ink.any(0).astype(np.int8), 0]))
    for start, end in zip(columns[::2], columns[1::2], strict=True):
        rows = np.flatnonzero(ink[:, start:end].any(1))
        if rows[-1] - rows[0] + 1 >= 0.07 * dpi and end - start >= 0.02 * dpi:
            tops.append(rows[0])
            bottoms.append(rows[-1] + 1)
    if not tops:
        return None
    cap = float(np.median(np.array(bottoms) - np.array(tops)))
    return cap, box[1] + float(np.median(bottoms))


def _stroke_near(image: Picture, x: float, baseline: float, cap: float) -> float:
    """The right end of the printed stroke "/" nearest to where it should be; ``x`` itself where none is seen.

    The stroke is the one thin mark that leans right over the whole height of the capitals: its ink's middle moves
    evenly by 0.2 to 0.6 of the height from the top row to the baseline.
    """
    reach = 0.75 * cap
    box = (x - reach - 0.5 * cap, baseline - cap, x + reach, baseline)
    ink = _ink(image, box) > 0.5
    rows, width = ink.shape
    if rows < 8:
        return x
    best, best_score = x, 0.0
    t = np.arange(rows)[::-1] / (rows - 1)
    for lean in (0.28, 0.36, 0.44):
        shift = np.round(lean * cap * t).astype(int)
        for foot in range(width - int(lean * cap) - 2):
            columns = foot + shift
            on = np.maximum(ink[np.arange(rows), columns], ink[np.arange(rows), columns + 1])
            side = max(2, round(0.14 * cap))
            left = ink[np.arange(rows), np.maximum(columns - side, 0)]
            right = ink[np.arange(rows), np.minimum(columns + side + 1, width - 1)]
            end = box[0] + foot + lean * cap + 1
            score = on.mean() - 0.5 * (left.mean() + right.mean()) - 0.25 * abs(end - x) / reach
            if on.mean() > 0.85 and score > best_score:
                best, best_score = end, score
    return best


def _without_scratches(image: Picture, box: BBox, cap: float) -> digits.Strip:
    """Ink in a box, without vertical scratches that run on far above and below it."""
    more = 3.0 * cap
    tall = _ink(image, (box[0], box[1] - more, box[2], box[3] + more))
    top = round(box[1]) - round(box[1] - more)
    rows = round(box[3]) - round(box[1])
    ink = tall[top : top + rows].copy()
    above, below = tall[:top] > 0.4, tall[top + rows :] > 0.4
    if not len(above) or not len(below):
        return ink
    scratch = (above.mean(0) > 0.8) & (below.mean(0) > 0.8)
    edges = np.flatnonzero(np.diff(np.r_[0, scratch.astype(np.int8), 0]))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start > 0.4 * cap:
            continue
        left, right = max(0, start - 2), min(ink.shape[1] - 1, end + 1)
        # a pen stroke that crosses the scratch shows on both sides of it
        ink[:, max(0, start - 1) : end + 1] = np.minimum(ink[:, left], ink[:, right])[:, None]
    return ink


def _area(slot: Slot, more: float = 0.0) -> BBox:
    """The part of the page that the recogniser sees: some print on both sides, above and below.

    ``more`` pixels of the strip are added on the left.
    """
    unit = slot.cap / digits.CAP
    right = slot.box[2] + (4 if slot.name == "number" else 6) * unit
    return (
        slot.box[0] - (1 + more) * unit,
        slot.baseline - digits.BASELINE * unit,
        right,
        slot.baseline + (digits.HEIGHT - digits.BASELINE) * unit,
    )


LOOKS = (
    (1.0, 0.0, 0.0, 0.0),
    (0.92, 0.0, 0.0, 5.0),
    (1.08, 0.0, 0.0, 0.0),
    (1.0, 2.0, 0.0, 0.0),
    (1.0, -2.0, 0.0, 5.0),
    (1.0, 0.0, 0.15, 2.0),
    (0.85, 0.0, -0.15, 0.0),
)
"""Magnification, shift down (rows of the strip), slant, and more room on the left (columns) of each look."""
ROOM = 5.0


def looks(image: Picture, slot: Slot) -> list[digits.Strip]:
    """The slot as strips for :func:`vnadmin_extract.ocr.digits.read_strips`."""
    unit = slot.cap / digits.CAP
    area = _area(slot, ROOM)
    margin = 12 * unit
    wide = (area[0], area[1] - margin, area[2], area[3] + margin)
    ink = _without_scratches(image, wide, slot.cap)
    picture = Image.fromarray(np.round(ink * 255).astype(np.uint8))
    strips = []
    for zoom, down, slant, more in LOOKS:
        left = (ROOM - more) * unit
        size = (max(8, round((picture.width - left) / unit * zoom)), digits.HEIGHT)
        base = margin + digits.BASELINE * unit
        top = base - (digits.BASELINE + down) * unit / zoom
        bottom = top + digits.HEIGHT * unit / zoom
        part = picture.resize(
            size,
            Image.Resampling.BILINEAR,
            box=(left, max(0.0, top), picture.width, min(picture.height, bottom)),
        )
        if slant:
            part = part.transform(
                part.size,
                Image.Transform.AFFINE,
                (1, slant, -slant * digits.BASELINE, 0, 1, 0),
                Image.Resampling.BILINEAR,
            )
        strips.append(np.asarray(part, np.float32) / np.float32(255))
    return strips


def cleaned(image: Picture, slot: Slot) -> Picture:
    """The slot alone, dark on white, for a second reader."""
    ink = _without_scratches(image, _area(slot), slot.cap)
    return np.round(255 * (1 - np.pad(ink, 12))).astype(np.uint8)


def _looks_printed(image: Picture, slot: Slot) -> bool:
    """Whether the slot's marks have the height of the line's figures and stand on its baseline."""
    x0, _, x1, _ = slot.box
    if len(slot.between) == 1:
        _, top, _, foot = slot.between[0].box
        height = foot - top
    else:
        around = (x0, slot.baseline - 1.6 * slot.cap, x1 - 0.3 * slot.cap, slot.baseline + 0.5 * slot.cap)
        lines = _letters(image, around, 100)
        if lines is None:
            return False
        height, foot = lines
    return abs(height - slot.cap) < 0.15 * slot.cap and abs(foot - slot.baseline) < 0.18 * slot.cap
