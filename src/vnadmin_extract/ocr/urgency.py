"""Urgency and secrecy stamps on scans: slanting, in a frame or an arrow, in any ink.

"HỎA TỐC", "THƯỢNG KHẨN", "KHẨN" (box 10b) and "TUYỆT MẬT", "TỐI MẬT", "MẬT" (box 10a; Decree 30/2020, Appendix I,
II.9) are stamped below the number, mostly slanting by 10 to 35°, and engines for upright print pass them over. Here
what looks like such a stamp is cut out, straightened, parted from its frame and read as one line. A word is given
only where it is one of those few: a stamp that is not there is worse than one that is missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt
from PIL import Image

from vnadmin_extract.document import BBox, union
from vnadmin_extract.layout import cues
from vnadmin_extract.layout.lines import bare
from vnadmin_extract.ocr import image as im
from vnadmin_extract.ocr.components import components_of
from vnadmin_extract.ocr.engine import Engine, OcrFailedError, OcrWord
from vnadmin_extract.ocr.tesseract import Tesseract, find_tesseract

GRID = 72
"""Cells per inch in which patches of ink are looked for."""
DPI = 300
"""Resolution at which a stamp is read."""
LINE_MODE = 7
"""Tesseract's page segmentation: one line."""
LOWER = 0.5
"""Share of the page's height within which stamps stand."""
RIGHT = 0.66
"""Share of the page's width within which stamps stand (the received stamp may stand further right)."""
LENGTH = (48.0, 200.0)
"""Points: shortest and longest stamp with its frame."""
BREADTH = (14.0, 75.0)
STEEPEST = 42.0
"""Degrees by which a stamp may slant."""
READ = 0.6
"""Confidence from which a word of the first reading is print that need not be looked at."""
ALIKE = 0.8
"""Likeness of letters from which a reading is a stamp's text of six letters or more; shorter ones must be the same."""
GIVEN = 0.65
"""Least confidence of what is given: place, slant and the closeness to one of few texts vouch for it."""
HEIGHT = 11.0
"""Points of the given words' boxes: a stamp's capitals with their marks."""
SHORT = 0.8
"""Confidence that "KHẨN" and "MẬT" need: short texts are easily read out of a drawing."""
MOST = 5
"""Patches that are looked at on one page."""


@dataclass(frozen=True, slots=True)
class UrgencyStamps:
    """The step itself: a :data:`~vnadmin_extract.ocr.engine.Refiner` that reads with an engine.

    Pages without a document's head (emblem or motto) are given back as they are.
    """

    engine: Engine

    def __call__(self, image: Image.Image, words: list[OcrWord], dpi: int) -> list[OcrWord]:
        """The words with those of urgency and secrecy stamps, upright, each stamp a line of its own."""
        top = _head(words, image.size)
        if top is None or any(level_of(text) for text in _texts(words)):
            return words
        result = list(words)
        for patch in patches_of(image, words, top, dpi)[:MOST]:
            stamp = self._read(image, words, patch, dpi)
            if stamp is not None:
                result = [w for w in result if w.confidence >= READ or not _inside(w.box, patch.box)]
                stamp = _on_free_row(stamp, patch.box, words, dpi)
                number = 1 + max(w.line for w in words)
                result += [replace(word, line=number, line_box=union(w.box for w in stamp)) for word in stamp]
                break
        return result

    def _read(
        self, image: Image.Image, words: Sequence[OcrWord], patch: Patch, dpi: int
    ) -> list[OcrWord] | None:
        engine = self.engine
        if isinstance(engine, Tesseract):
            engine = replace(engine, page_mode=LINE_MODE)
        for angle in dict.fromkeys((patch.angle, patch.angle - 4, patch.angle + 4)):
            picture = _upright(image, words, patch, angle, dpi)
            if picture is None:
                continue
            try:
                found = engine.read(Image.fromarray(picture), DPI)
            except OcrFailedError:
                return None
            level = level_of(" ".join(w.text for w in found))
            if level is None:
                continue
            sure = [w.confidence for w in found if any(c.isalpha() for c in w.text)]
            if len(level.replace(" ", "")) < 6 and sum(sure) < SHORT * len(sure):
                continue
            confidence = max(GIVEN, sum(sure) / max(1, len(sure)))
            return _words(level, patch.box, confidence, " ".join(w.text for w in found))
        return None


def refine(image: Image.Image, words: list[OcrWord], dpi: int) -> list[OcrWord]:
    """:class:`UrgencyStamps` with Tesseract; without it the words stay as they are.

    Args:
        image: the upright, straightened picture, with its colours where it has them.
        words: the page's words, in the picture's pixels.
        dpi: the picture's resolution.
    """
    engine = find_tesseract()
    return words if engine is None else UrgencyStamps(engine)(image, words, dpi)


@dataclass(frozen=True, slots=True)
class Patch:
    """Ink that may be a stamp."""

    box: BBox
    """Pixels of the page."""
    angle: float
    """Degrees by which it rises to the right."""


def _texts(words: Sequence[OcrWord]) -> list[str]:
    lines: dict[int, list[str]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word.text)
    return [" ".join(line) for line in lines.values() if " ".join(line).isupper()]


def _inside(box: BBox, area: BBox) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return area[0] <= x < area[2] and area[1] <= y < area[3]


def _head(words: Sequence[OcrWord], size: tuple[int, int]) -> float | None:
    """Row of the emblem or motto of a document that begins on the page."""
    lines: dict[int, list[OcrWord]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    tops = []
    for line in lines.values():
        text = bare(" ".join(w.text for w in line))
        if any(cue in text for cue in ("hanh phuc", "doc lap", "cong hoa", "chu nghia", "dang cong san")):
            tops.append(min(w.box[1] for w in line))
    top = min(tops, default=None)
    return top if top is not None and top < 0.4 * size[1] else None


def level_of(text: str) -> str | None:
    """The text of the stamp (as :mod:`~vnadmin_extract.layout.cues` lists them, bare) that a reading stands for."""
    letters = "".join(c for c in bare(text) if c.isalpha())
    for group in ("urgency", "secrecy"):
        for name in cues.cue_words()[group]:
            plain = name.replace(" ", "")
            if letters == plain:
                return str(name)
    for name in (*cues.cue_words()["urgency"], *cues.cue_words()["secrecy"]):
        plain = name.replace(" ", "")
        if len(plain) < 6 or abs(len(letters) - len(plain)) > 2:
            continue
        if SequenceMatcher(None, letters, plain, autojunk=False).ratio() >= ALIKE:
            return str(name)
    return None


def _proper(level: str) -> str:
    """The stamp's text in capitals with its marks."""
    for group in ("urgency", "secrecy"):
        proper = cues.cue_words()[group].get(level)
        if proper is not None:
            return str(proper).upper()
    return level.upper()


def _words(level: str, box: BBox, confidence: float, raw: str) -> list[OcrWord]:
    """A stamp's words, upright, in the middle of its box."""
    syllables = _proper(level).split()
    x0, y0, x1, y1 = box
    height = min((y1 - y0) * 0.5, (x1 - x0) / 6)
    middle = (y0 + y1) / 2
    width = (x1 - x0) / len(" ".join(syllables))
    result, x = [], x0
    for syllable in syllables:
        right = x + len(syllable) * width
        place = (x, middle - height / 2, right, middle + height / 2)
        result.append(
            OcrWord(syllable, place, round(confidence, 3), alternatives=((raw, round(confidence, 3)),))
        )
        x = right + width
    return result


def _on_free_row(stamp: Sequence[OcrWord], box: BBox, words: Sequence[OcrWord], dpi: int) -> list[OcrWord]:
    """The stamp's words on the highest row beside the stamp that no other print shares.

    A slanting stamp reaches over several lines of the header; on one of those it would be read as part of that line.
    """
    point = dpi / 72
    height = HEIGHT * point
    taken = [(w.box[1], w.box[3]) for w in words if w.confidence >= READ and any(c.isalpha() for c in w.text)]
    y = top = box[1] - 12 * point
    while y < box[3]:
        if not any(y0 < y + height + 2 * point and y1 > y - 2 * point for y0, y1 in taken):
            break
        y += point
    else:
        y = max(top, (box[1] + box[3] - height) / 2)
    return [replace(word, box=(word.box[0], y, word.box[2], y + height)) for word in stamp]


# --- where stamps are ----------------------------------------------------------------------------------------


def _grey(image: Image.Image) -> im.Grey:
    """Dark where there is ink of any colour."""
    if image.mode == "L":
        return np.asarray(image, dtype=np.uint8)
    darkest: im.Grey = np.asarray(image.convert("RGB"), dtype=np.uint8).min(axis=2)
    return darkest


def patches_of(image: Image.Image, words: Sequence[OcrWord], top: float, dpi: int) -> list[Patch]:
    """Patches of ink of a stamp's size below a row, outside the print that was read.

    Args:
        image: the page.
        words: the first reading's words.
        top: row of the page's head, in pixels.
        dpi: its resolution.
    """
    width, height = image.size
    grey = _painted(_grey(image.crop((0, 0, round(RIGHT * width), round(LOWER * height)))), words)
    grey[: round(top)] = im.PAPER
    ink = grey < min(200, im.threshold_of(grey) + 30)
    step = max(1, round(dpi / GRID))
    rows, columns = ink.shape[0] // step, ink.shape[1] // step
    cells: im.Mask = ink[: rows * step, : columns * step].reshape(rows, step, columns, step).max(axis=(1, 3))
    found = components_of(_joined(cells, 3))
    point = dpi / 72
    result: list[tuple[float, Patch]] = []
    for number in range(1, len(found.sizes)):
        x0, y0, x1, y1 = (int(v) for v in found.boxes[number])
        if max(x1 - x0, y1 - y0) * step < 0.7 * LENGTH[0] * point or y1 - y0 > 170 * point / step:
            continue
        inner = cells[y0:y1, x0:x1] & (found.labels[y0:y1, x0:x1] == number)
        ys, xs = np.nonzero(inner)
        if len(xs) < 40:
            continue
        angle, long, broad = _axis(xs * step / point, ys * step / point)
        if not (LENGTH[0] <= long <= LENGTH[1] and BREADTH[0] <= broad <= BREADTH[1]):
            continue
        if abs(angle) > STEEPEST or long < 1.6 * broad:
            continue
        box = (float(x0 * step), float(y0 * step), float(x1 * step), float(y1 * step))
        result.append((float(len(xs)), Patch(box, angle)))
    return [patch for _, patch in sorted(result, key=lambda item: -item[0])]


def _painted(grey: im.Grey, words: Sequence[OcrWord]) -> im.Grey:
    """The picture without the words that were read surely."""
    result = grey.copy()
    for word in words:
        # a slanting stamp's frame may have been taken for a letter
        if word.confidence < READ or sum(c.isalnum() for c in word.text) < 2:
            continue
        x0, y0, x1, y1 = (int(v) for v in word.box)
        result[max(0, y0 - 2) : y1 + 3, max(0, x0 - 2) : x1 + 3] = im.PAPER
    return result


def _joined(cells: im.Mask, by: int) -> im.Mask:
    """Cells spread to their neighbours, so that a stamp's letters and frame are one patch."""
    result = cells.copy()
    for shift in range(1, by + 1):
        result[:, shift:] |= cells[:, :-shift]
        result[:, :-shift] |= cells[:, shift:]
    wide = result.copy()
    for shift in range(1, by + 1):
        result[shift:] |= wide[:-shift]
        result[:-shift] |= wide[shift:]
    return result


def _axis(xs: npt.NDArray[np.float64], ys: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    """Degrees by which points rise to the right along their longest extent, that extent, and that across it.

    The box of least area around them decides: a frame's corners pull a principal axis askew.
    """
    best = (0.0, 0.0, 0.0)
    least = np.inf
    for degrees in range(-60, 61, 2):
        turn = np.radians(degrees)
        along = xs * np.cos(turn) - ys * np.sin(turn)
        across = xs * np.sin(turn) + ys * np.cos(turn)
        long, broad = float(np.ptp(along)) + 1, float(np.ptp(across)) + 1
        if long >= broad and long * broad < least:
            least = long * broad
            best = (float(degrees), long, broad)
    return best


def _upright(
    image: Image.Image, words: Sequence[OcrWord], patch: Patch, angle: float, dpi: int
) -> im.Grey | None:
    """A patch turned level, at :data:`DPI`, with nothing but patches of a letter's size; ``None`` if there are none."""
    point = dpi / 72
    x0, y0, x1, y1 = patch.box
    pad = 6 * point
    area = tuple(round(v) for v in (x0 - pad, y0 - pad, x1 + pad, y1 + pad))
    shifted = [
        replace(w, box=(w.box[0] - area[0], w.box[1] - area[1], w.box[2] - area[0], w.box[3] - area[1]))
        for w in words
        if w.box[2] > area[0] and w.box[0] < area[2] and w.box[3] > area[1] and w.box[1] < area[3]
    ]
    ground: int | tuple[int, int, int] = 255 if image.mode == "L" else (255, 255, 255)
    cut = Image.new(image.mode, (area[2] - area[0], area[3] - area[1]), ground)
    left, top = max(0, area[0]), max(0, area[1])
    cut.paste(
        image.crop((left, top, min(image.width, area[2]), min(image.height, area[3]))),
        (left - area[0], top - area[1]),
    )
    part = Image.fromarray(_painted(_grey(cut), shifted))
    scale = DPI / dpi
    part = part.resize((round(part.width * scale), round(part.height * scale)), Image.Resampling.BICUBIC)
    part = part.rotate(-angle, resample=Image.Resampling.BICUBIC, fillcolor=255, expand=True)
    grey = np.asarray(part, dtype=np.uint8)
    ink = grey < min(200, im.threshold_of(grey) + 20)
    found = components_of(ink)
    highs, wides = found.heights * 72 / DPI, found.widths * 72 / DPI
    letters = (highs >= 5) & (highs <= 30) & (wides >= 1.2) & (wides <= 36)
    letters[0] = False
    if letters.sum() < 3:
        return None
    boxes = found.boxes[letters]
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    level = float(np.median(middles))
    size = float(np.median(boxes[:, 3] - boxes[:, 1]))
    row = boxes[np.abs(middles - level) < 0.6 * size]
    bx0, by0, bx1, by1 = union([tuple(float(v) for v in box) for box in row.tolist()])  # type: ignore[misc]
    keep = np.zeros_like(letters)
    inside = (found.boxes[:, 1] > by0 - 0.6 * size) & (found.boxes[:, 3] < by1 + 0.5 * size)
    inside &= (found.boxes[:, 0] >= bx0 - 2) & (found.boxes[:, 2] <= bx1 + 2) & (wides <= 36) & (highs <= 30)
    keep |= inside
    result = np.full_like(grey, im.PAPER)
    mask = found.mask(keep)
    near = mask.copy()
    near[1:] |= mask[:-1]
    near[:-1] |= mask[1:]
    near[:, 1:] |= mask[:, :-1]
    near[:, :-1] |= mask[:, 1:]
    result[near] = grey[near]
    margin = round(0.5 * size)
    y0i, y1i = max(0, int(by0 - 0.7 * size)), int(by1 + 0.6 * size)
    cropped = result[y0i:y1i, max(0, int(bx0) - margin) : int(bx1) + margin]
    return np.pad(cropped, 20, constant_values=im.PAPER)
