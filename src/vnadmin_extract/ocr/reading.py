"""From a page's picture to its words: straightened, cleaned, recognised, looked at again where it was hard.

The order of the steps is that of what they need: dark borders go first (they hide the page's direction), then the
page is turned and straightened, and only on a straight page are straight rules found and erased.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from PIL import Image, ImageFilter

from vnadmin_extract.document import BBox
from vnadmin_extract.geometry import turned_box
from vnadmin_extract.ocr import image as im
from vnadmin_extract.ocr.engine import Engine, OcrFailedError, OcrWord, Refiner
from vnadmin_extract.readers.pdf_quality import is_syllable

PIPELINE = 8
"""Changes whenever a step changes what it gives for the same picture (part of the cache's key)."""
SKEW_DEGREES = 0.5
"""Skew from which the page is straightened. Turning blurs thin marks a little, so a straighter page stays as it is;
from about one degree Tesseract loses whole lines."""
SPECKLE = 0.02
"""Share of ink in one- and two-pixel specks from which a black and white page gets a median filter. On cleaner pages
the median eats the dots and hooks of tone marks."""
SECOND_BLUR = 1.0
"""Radius (pixels) of the blur for the second look: it joins the broken strokes of thresholded scans."""
DOUBTFUL = 0.8
"""Confidence below which a word was hard to read."""
SECOND_LOOK_SHARE = 0.05
"""Share of doubtful words from which the page is read a second time."""
NO_LANGUAGE = 0.5
"""Share of possible syllables among a page's words below which it may stand upside down."""
BELIEVED = 0.4
"""Confidence from which a word's place counts as read."""
FOUND = 0.6
"""Mean confidence of a line that is added from what was left over."""
UPSIDE_DOWN = 0.45
"""Mean confidence of a page's words below which it may stand upside down."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the reading of one picture depends on besides the engine."""

    second_look: bool = True
    deskew: bool = True
    borders: bool = True
    rules: bool = True
    median: bool = True
    orientation: bool = True
    left_over: bool = True
    colour: bool = True

    def key(self) -> str:
        """For the cache."""
        return f"pipeline {PIPELINE} {self}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read on one picture. All places are pixels of the *upright, straightened* page."""

    width: int
    height: int
    dpi: int
    turned: float
    """Degrees clockwise by which the picture was turned to be read (quarter turn and skew together)."""
    words: tuple[OcrWord, ...] = ()
    horizontal: tuple[im.Rule, ...] = ()
    vertical: tuple[im.Rule, ...] = ()
    coloured: tuple[BBox, ...] = ()
    """Patches of coloured ink: seals and coloured stamps."""
    blank: bool = False
    seconds: tuple[tuple[str, float], ...] = ()
    """Time by step, in seconds."""


class _Clock:
    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self._last = perf_counter()

    def __call__(self, step: str) -> None:
        now = perf_counter()
        self.steps[step] = self.steps.get(step, 0.0) + now - self._last
        self._last = now


def read_image(
    picture: Image.Image,
    dpi: int,
    engine: Engine,
    settings: Settings | None = None,
    *,
    refine: Refiner | None = None,
) -> Reading:
    """Read one page's picture.

    Args:
        picture: in any mode.
        dpi: its resolution.
        engine: what recognises the words.
        settings: steps that can be left out.
        refine: a step over the recognised words; see :data:`~vnadmin_extract.ocr.engine.Refiner`.

    Raises:
        OcrFailedError: the engine broke off or took too long.
    """
    settings = settings or Settings()
    clock = _Clock()
    grey = im.grey_of(picture)
    coloured = im.colour_box(picture, dpi)
    clock("grey")
    if settings.borders:
        grey = im.erase_borders(grey, dpi)
    clock("borders")
    height, width = grey.shape
    if im.is_blank(grey, dpi):
        return Reading(width, height, dpi, 0.0, blank=True, seconds=tuple(clock.steps.items()))
    quarter = 0
    if settings.orientation and _runs_sideways(grey, dpi):
        quarter = _sideways_turn(grey, dpi, engine)
    clock("orientation")
    page = _prepared(im.quarter_turn(grey, quarter), dpi, settings, clock)
    words = engine.read(Image.fromarray(page.grey), dpi)
    clock("recognition")
    if settings.orientation and _looks_upside_down(words):
        other = _prepared(im.quarter_turn(grey, (quarter + 180) % 360), dpi, settings, clock)
        other_words = engine.read(Image.fromarray(other.grey), dpi)
        if _sense(other_words) > 1.2 * _sense(words):
            quarter, page, words = (quarter + 180) % 360, other, other_words
        clock("orientation")
    if settings.second_look and needs_second_look(words):
        blurred = Image.fromarray(page.grey).filter(ImageFilter.GaussianBlur(SECOND_BLUR))
        try:
            words = merge_readings(words, engine.read(blurred, dpi))
        except OcrFailedError:
            pass  # the first reading stands
        clock("second look")
    if settings.left_over:
        words = [*words, *_left_over(page.grey, words, dpi, engine)]
        clock("left over")
    turned = quarter + page.skew
    coloured = tuple(turned_box(box, picture.size, turned) for box in coloured)
    if settings.colour:
        words = _with_coloured(words, straightened(picture, quarter, page.skew), coloured, dpi, engine)
        clock("coloured stamps")
    if refine is not None:
        words = refine(straightened(picture, quarter, page.skew), words, dpi)
        clock("refining")
    height, width = page.grey.shape
    return Reading(
        width=width,
        height=height,
        dpi=dpi,
        turned=turned,
        words=tuple(words),
        horizontal=page.rules.horizontal if page.rules else (),
        vertical=page.rules.vertical if page.rules else (),
        coloured=coloured,
        seconds=tuple(clock.steps.items()),
    )


def straightened(picture: Image.Image, quarter: int, skew: float) -> Image.Image:
    """The picture with its colours, turned clockwise by quarter turns (in degrees) and skew, as the words are placed."""
    colours = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    if quarter:
        colours = colours.rotate(-quarter, expand=True)
    if skew:
        white = 255 if colours.mode == "L" else (255, 255, 255)
        colours = colours.rotate(-skew, resample=Image.Resampling.BICUBIC, fillcolor=white)
    return colours


@dataclass(slots=True)
class _Page:
    grey: im.Grey
    skew: float
    rules: im.Rules | None


def _prepared(grey: im.Grey, dpi: int, settings: Settings, clock: _Clock) -> _Page:
    """An upright page straightened, without rules and specks."""
    ink = im.ink_of(grey)
    skew = 0.0
    if settings.deskew:
        skew = im.skew_of(ink, dpi)
        if abs(skew) < SKEW_DEGREES:
            skew = 0.0
        else:
            grey = im.rotate(grey, skew)
            ink = im.ink_of(grey)
    clock("skew")
    rules = None
    if settings.rules:
        rules = im.find_rules(ink, dpi)
        grey = im.erase_rules(grey, ink, rules, dpi)
    clock("rules")
    if settings.median and im.is_bilevel(grey) and im.speckle(ink) > SPECKLE:
        grey = im.median3(grey)
    clock("median")
    return _Page(grey, skew, rules)


def _runs_sideways(grey: im.Grey, dpi: int) -> bool:
    """Whether the lines of print seem to run from top to bottom."""
    step = max(1, dpi // 72)
    return im.row_contrast(im.ink_of(grey)[::step, ::step]) < 0.8


def _sideways_turn(grey: im.Grey, dpi: int, engine: Engine) -> int:
    """Degrees clockwise (0, 90 or 270) for a page whose lines seem to run from top to bottom."""
    turn = getattr(engine, "turn", None)
    if turn is not None:
        found = turn(Image.fromarray(grey), dpi)
        if found is not None and found[1] >= 1.0:
            return int(found[0])
    # Both ways and as it is, on a strip through the middle that holds enough lines to tell.
    best, best_worth = 0, 0.0
    for degrees in (0, 90, 270):
        turned = im.quarter_turn(grey, degrees)
        rows = turned.shape[0]
        strip = np.ascontiguousarray(turned[rows // 4 : rows * 3 // 5])
        worth = _worth(engine.read(Image.fromarray(strip), dpi))
        if worth > best_worth:
            best, best_worth = degrees, worth
    return best


def _worth(words: Sequence[OcrWord]) -> float:
    """How much was read with confidence: letters weighted by what exceeds doubt."""
    return sum(len(w.text) * max(0.0, w.confidence - 0.3) for w in words if any(c.isalnum() for c in w.text))


def _sense(words: Sequence[OcrWord]) -> float:
    """:func:`_worth` of what could be Vietnamese: upside-down print is read as letters without sense."""
    return _worth([word for word in words if is_syllable(word.text.strip(".,;:()\"'-/"))])


def _looks_upside_down(words: Sequence[OcrWord]) -> bool:
    """Whether so little of what was read is sure, or could be Vietnamese, that the page may stand on its head."""
    proper = [word for word in words if sum(c.isalpha() for c in word.text) >= 2]
    if not proper:
        return bool(words)
    sure = sum(word.confidence for word in proper) / len(proper)
    possible = sum(is_syllable(word.text.strip(".,;:()\"'-/")) for word in proper) / len(proper)
    return sure < UPSIDE_DOWN or possible < NO_LANGUAGE


def needs_second_look(words: Sequence[OcrWord]) -> bool:
    """Whether enough of a page was hard to read to pay for reading it again."""
    proper = [w for w in words if any(c.isalnum() for c in w.text)]
    doubtful = sum(w.confidence < DOUBTFUL for w in proper)
    return doubtful > max(3, SECOND_LOOK_SHARE * len(proper))


def _left_over(grey: im.Grey, words: Sequence[OcrWord], dpi: int, engine: Engine) -> list[OcrWord]:
    """Words of print that the first reading passed over: a signer's name below a seal, an urgency stamp."""
    read_scattered = getattr(engine, "read_scattered", None)
    known = [word for word in words if word.confidence >= BELIEVED and any(c.isalnum() for c in word.text)]
    if read_scattered is None or len(known) < 5:
        return []
    height = float(np.median([word.box[3] - word.box[1] for word in known]))
    picture = im.left_over(grey, [word.box for word in known], height, dpi)
    if picture is None:
        return []
    try:
        found: list[OcrWord] = read_scattered(Image.fromarray(picture), dpi)
    except OcrFailedError:
        return []
    number = 1 + max(word.line for word in words)
    lines: dict[int, list[OcrWord]] = {}
    for word in found:
        if any(c.isalnum() for c in word.text) or word.confidence > DOUBTFUL:
            lines.setdefault(word.line, []).append(word)
    result: list[OcrWord] = []
    for line in lines.values():
        # Strokes of seals and signatures stand at a line's ends.
        while line and line[-1].confidence < BELIEVED:
            line.pop()
        while line and line[0].confidence < BELIEVED:
            line.pop(0)
        letters = sum(len(word.text) for word in line)
        if letters < 4:
            continue
        sure = sum(len(word.text) * word.confidence for word in line) / letters
        if sure >= FOUND and not any(_same_print(w.box, o.box) for w in line for o in words):
            result.extend(replace(word, line=word.line + number) for word in line)
    return result


def _with_coloured(
    words: list[OcrWord], picture: Image.Image, boxes: Sequence[BBox], dpi: int, engine: Engine
) -> list[OcrWord]:
    """The words with those of stamps in coloured ink (urgency, received), which the grey picture does not show.

    Round seals are left alone: their circling letters say nothing that the page does not say in print.
    """
    read_scattered = getattr(engine, "read_scattered", None)
    stamps = [box for box in boxes if _is_flat(box, dpi)]
    if read_scattered is None or not stamps:
        return words
    try:
        found: list[OcrWord] = read_scattered(Image.fromarray(im.colour_layer(picture, stamps, dpi)), dpi)
    except OcrFailedError:
        return words
    found = [word for word in found if word.confidence >= FOUND and sum(c.isalnum() for c in word.text) > 1]
    if not found:
        return words

    def replaced(word: OcrWord) -> bool:
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        inside = any(box[0] < x < box[2] and box[1] < y < box[3] for box in stamps)
        return inside and (word.confidence < FOUND or any(_same_print(word.box, o.box) for o in found))

    number = 1 + max((word.line for word in words), default=0)
    kept = [word for word in words if not replaced(word)]
    return [*kept, *(replace(word, line=word.line + number) for word in found)]


def _is_flat(box: BBox, dpi: int) -> bool:
    """Whether a patch of colour is wider than high, and of a stamp's size."""
    width, height = (box[2] - box[0]) / dpi, (box[3] - box[1]) / dpi
    return width > 1.35 * height and 0.5 < width < 4.0 and 0.15 < height < 2.0


def merge_readings(first: Sequence[OcrWord], second: Sequence[OcrWord]) -> list[OcrWord]:
    """The first reading's words, each in the reading that its engine was surer of; the other is kept beside it.

    Only words that cover the same print are compared. What only the second reading has is not added: the first
    one's absence of words is mostly right (specks, rules, seals).
    """
    rows: dict[int, list[OcrWord]] = {}
    for word in second:
        for row in range(int(word.box[1]) // 64, int(word.box[3]) // 64 + 1):
            rows.setdefault(row, []).append(word)
    result = []
    for word in first:
        other = next(
            (o for o in rows.get(int(word.box[1] + word.box[3]) // 128, ()) if _same_print(word.box, o.box)),
            None,
        )
        if other is None or other.text == word.text:
            if other is not None and other.confidence > word.confidence:
                word = replace(word, confidence=other.confidence)
            result.append(word)
        elif other.confidence > word.confidence:
            result.append(
                replace(
                    word,
                    text=other.text,
                    confidence=other.confidence,
                    alternatives=((word.text, word.confidence), *word.alternatives),
                )
            )
        else:
            result.append(replace(word, alternatives=(*word.alternatives, (other.text, other.confidence))))
    return result


def _same_print(a: BBox, b: BBox) -> bool:
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return across > 0.7 * (max(a[2], b[2]) - min(a[0], b[0])) and down > 0.5 * min(a[3] - a[1], b[3] - b[1])


Progress = Callable[[int, int], None]
"""Called with the number of pages read and of all pages to be read."""
