"""The signer's position and name on scans, under the seal and the pen's strokes, read once more.

Seal and signature are laid over the signer's position and name (boxes 7a to 7d of Decree 30/2020, Appendix I), and a
reading of the whole page loses them. The list of recipients on the left tells where they stand. That area is read
again in several looks: as it is, without coloured ink, with nothing but red ink (positions and names are stamped,
too), without what is too large for a letter, without thin strokes; then each line that looks like a position or a
name in all looks at once.

What is given must have been read: each word of a name twice alike, or once with high confidence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np
import regex
from PIL import Image

from vnadmin_extract.document import BBox, union
from vnadmin_extract.layout import cues
from vnadmin_extract.layout.lines import bare, mostly_caps
from vnadmin_extract.ocr import image as im
from vnadmin_extract.ocr.components import components_of
from vnadmin_extract.ocr.engine import Engine, OcrFailedError, OcrWord
from vnadmin_extract.ocr.language_model import shipped_model
from vnadmin_extract.ocr.lexicon import is_syllable
from vnadmin_extract.ocr.tesseract import Tesseract, find_tesseract

DPI = 300
"""Resolution at which the area is read."""
LINE_MODE = 7
"""… for one line."""
BLOCK_MODE = 6
"""Tesseract's page segmentation for the area: one block of lines."""
ABOVE = 46.0
"""Points above the list of recipients where the signing body's line may stand ("TM. ỦY BAN NHÂN DÂN")."""
BELOW = 230.0
"""Points below the list's head within which the name stands."""
LEFT = 0.36
"""Share of the page's width from which the signature stands."""
LARGE = 20.0
"""Points of height from which a patch of ink is no letter (with its marks): seal, signature."""
SURE = 0.8
"""Confidence of a word that needs no second look."""
LIKELY = 0.3
"""Least confidence of a word on which two looks agree."""
NEAR_DEPUTY = 0.66
"""Likeness from which what is left of a line under "KT. …" is the deputy's position."""
NEAR = 0.86
"""Likeness from which a damaged line in capitals is a position."""
REACH = 90.0
"""Points to the left and right of a row's free letters in which the rest of the line may be hidden."""
MOST = 7
"""Rows of print that are read closely; the signature has at most five lines."""
GAP = 25.0
"""Points between two words from which they belong to different columns."""

_OPENER = regex.compile(r"^\W*n\w{1,3} nh[a-z]n\b|^\W*noi gui\b")
_SAME = regex.compile(r"^\W*nhu (?:tren|kinh gui|dieu|thanh phan|de gui)\b")
_FILED = regex.compile(r"^\W*l[uư]u\s*[:;.,]?\s*(?:vt|van thu|vp|hc|hs|tt|ho so|tc)")
_EDGES = regex.compile(r"^[^\p{Lu}\p{Ll}]+|[^\p{Lu}\p{Ll}.,;]+$")
_RUN_ON = regex.compile(r"(?<=\p{Ll})(?=\p{Lu}\p{Ll})")
"""Where two words of a name have run together: "HảiNam"."""
_NAME_WORD = regex.compile(r"^\p{Lu}\p{Ll}{1,6}$")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the area as one look saw it; boxes in the area's pixels."""

    words: tuple[OcrWord, ...]
    look: str

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> BBox:
        return union(word.box for word in self.words)


@dataclass(frozen=True, slots=True)
class SignatureArea:
    """The step itself: a :data:`~vnadmin_extract.ocr.engine.Refiner` that reads with an engine.

    Pages without a list of recipients are given back as they are.
    """

    engine: Engine

    def __call__(self, image: Image.Image, words: list[OcrWord], dpi: int) -> list[OcrWord]:
        """The words with those of the signature's area read again."""
        area = find_area(words, image.size, dpi)
        if area is None:
            return words
        left = _left_column(words, image.size, dpi)
        try:
            lines = self._lines(image, words, left, area, dpi)
        except OcrFailedError:
            return words
        if not lines:
            return words
        return _replaced(words, lines, left, area, dpi)

    def _lines(
        self, image: Image.Image, words: Sequence[OcrWord], left: set[int], area: BBox, dpi: int
    ) -> list[tuple[OcrWord, ...]]:
        """Positions and names that were read, top to bottom, boxes in the page's pixels."""
        looks, rows = looks_of(image, [w.box for w in words if id(w) in left], area, dpi)
        scale = DPI / dpi
        first = [
            replace(w, box=_moved(w.box, -area[0], -area[1], scale))
            for w in words
            if id(w) not in left and _inside(w.box, area)
        ]
        seen = _lines_of(first, "page")
        bands = _bands(rows, seen, looks["print"].shape)
        seen += self._closer(looks, bands)
        on = [[line for line in seen if _on(line, band)] for band in bands]
        best = [_best(lines) for lines in on]
        if best and not any(line and name_span(line) == (0, len(line)) for line in best):
            for index in self._unread(best, bands):
                on[index] += self._alone(looks, bands[index])
                best[index] = _best(on[index])
        for index in range(1, len(best)):
            upper = best[index - 1]
            if upper is not None and (best[index] is None or _same_post(upper, best[index] or ())):
                best[index] = _deputy(upper, on[index]) or best[index]
        lines = _with_authority(_once(line for line in best if line is not None), seen)
        return [tuple(replace(w, box=_back(w.box, area, scale)) for w in line) for line in lines]

    def _unread(self, best: Sequence[tuple[OcrWord, ...] | None], bands: Sequence[BBox]) -> list[int]:
        """Which bands may hold the name that was not read: the lowest ones below the position."""
        first = next((index for index, line in enumerate(best) if line is not None), -1)
        wide = [i for i in range(first + 1, len(bands)) if best[i] is None]
        return wide[-2:]

    def _alone(self, looks: dict[str, im.Grey], band: BBox) -> list[_Line]:
        """One band read by itself, as a single line."""
        x0, y0, x1, y1 = band
        result = []
        margin = round(8 / 72 * DPI)
        for name in ("black" if "black" in looks else "print", "thick"):
            strip = _single_line(looks[name][int(y0) : int(y1), int(x0) : int(x1)])
            found = self._read(np.pad(strip, margin, constant_values=im.PAPER), LINE_MODE)
            moved = [replace(w, box=_moved(w.box, x0 - margin, y0 - margin, 1.0)) for w in found]
            result += _lines_of(moved, name + " alone")
        return result

    def _closer(self, looks: dict[str, im.Grey], bands: Sequence[BBox]) -> list[_Line]:
        """The bands read line by line, all looks of all bands on one sheet."""
        if not bands:
            return []
        margin = round(8 / 72 * DPI)
        strips: list[tuple[im.Grey, BBox, str, int]] = []
        top = margin
        for x0, y0, x1, y1 in bands:
            for name, look in looks.items():
                strip = _single_line(look[int(y0) : int(y1), int(x0) : int(x1)])
                strips.append((strip, (x0, y0, x1, y1), name, top))
                top += strip.shape[0] + margin
        sheet = np.full((top, max(s[0].shape[1] for s in strips) + 2 * margin), im.PAPER, dtype=np.uint8)
        for strip, _, _, y in strips:
            sheet[y : y + strip.shape[0], margin : margin + strip.shape[1]] = strip
        result = []
        found = self._read(sheet, BLOCK_MODE)
        for strip, box, name, y in strips:
            inside = [
                replace(w, box=_moved(w.box, box[0] - margin, box[1] - y, 1.0))
                for w in found
                if y <= (w.box[1] + w.box[3]) / 2 < y + strip.shape[0]
            ]
            result += _lines_of(inside, name)
        return result

    def _read(self, grey: im.Grey, mode: int) -> list[OcrWord]:
        engine = self.engine
        if isinstance(engine, Tesseract):
            engine = replace(engine, page_mode=mode)
        return engine.read(Image.fromarray(np.ascontiguousarray(grey)), DPI)


def refine(image: Image.Image, words: list[OcrWord], dpi: int) -> list[OcrWord]:
    """:class:`SignatureArea` with Tesseract; without it the words stay as they are.

    Args:
        image: the upright, straightened picture, with its colours where it has them.
        words: the page's words, in the picture's pixels.
        dpi: the picture's resolution.
    """
    engine = find_tesseract()
    return words if engine is None else SignatureArea(engine)(image, words, dpi)


def _single_line(strip: im.Grey) -> im.Grey:
    """A strip without pieces of the lines above and below, and without specks that stand alone."""
    ink = im.ink_of(strip)
    found = components_of(ink)
    height = strip.shape[0]
    tops, bottoms, highs = found.boxes[:, 1], found.boxes[:, 3], found.heights
    cut = ((tops <= 1) & (bottoms < 0.3 * height)) | ((bottoms >= height - 1) & (tops > 0.7 * height))
    small = (highs < 2 * DPI / 72) & (found.widths < 2 * DPI / 72)
    letters = ~small & ~cut & (highs > 4 * DPI / 72)
    letters[0] = False
    near = np.zeros(strip.shape[1], dtype=bool)
    for x0, _, x1, _ in found.boxes[letters].tolist():
        near[max(0, x0 - 10) : x1 + 10] = True
    speck = np.array([not near[x0:x1].any() for x0, _, x1, _ in found.boxes.tolist()], dtype=bool) & small
    gone = found.mask(cut | speck)
    if not gone.any():
        return strip
    return _without(strip, _spread(gone, 1))


def _moved(box: BBox, dx: float, dy: float, scale: float) -> BBox:
    return ((box[0] + dx) * scale, (box[1] + dy) * scale, (box[2] + dx) * scale, (box[3] + dy) * scale)


def _back(box: BBox, area: BBox, scale: float) -> BBox:
    return (
        area[0] + box[0] / scale,
        area[1] + box[1] / scale,
        area[0] + box[2] / scale,
        area[1] + box[3] / scale,
    )


def _inside(box: BBox, area: BBox) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return area[0] <= x < area[2] and area[1] <= y < area[3]


# --- where it is ---------------------------------------------------------------------------------------------


def _pieces(words: Sequence[OcrWord], dpi: int) -> list[list[OcrWord]]:
    """The engine's lines, cut where columns part."""
    lines: dict[int, list[OcrWord]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    pieces: list[list[OcrWord]] = []
    for line in lines.values():
        line.sort(key=lambda w: w.box[0])
        pieces.append([line[0]])
        for before, word in pairwise(line):
            if word.box[0] - before.box[2] > GAP / 72 * dpi:
                pieces.append([])
            pieces[-1].append(word)
    return pieces


def find_area(words: Sequence[OcrWord], size: tuple[int, int], dpi: int) -> BBox | None:
    """Where the signature stands, in pixels; ``None`` where the page has no list of recipients.

    Args:
        words: the page's words.
        size: width and height of its picture.
        dpi: its resolution.
    """
    width, height = size
    point = dpi / 72
    pieces = _pieces(words, dpi)
    opener: float | None = None
    listed: list[float] = []
    for piece in pieces:
        if piece[0].box[0] > 0.4 * width:
            continue
        text = bare(" ".join(word.text for word in piece))
        top = min(word.box[1] for word in piece)
        if _OPENER.search(text) and len(text) < 60:
            opener = top if opener is None else max(opener, top)
        elif (_SAME.search(text) and len(text) < 45) or _FILED.search(text):
            listed.append(top)
    if opener is None:
        if not listed:
            return None
        opener = min(listed) - 20 * point
    top = max(0.0, opener - ABOVE * point)
    for piece in pieces:
        x0, _y0, x1, y1 = union(word.box for word in piece)
        sure = sum(word.confidence for word in piece) / len(piece) > 0.6
        if sure and x0 < 0.3 * width and x1 > 0.6 * width and y1 < opener and len(piece) > 5:
            top = max(top, y1 - 1 * point)
    bottom = min(float(height), opener + BELOW * point)
    if bottom - top < 40 * point:
        return None
    return (LEFT * width, top, width - 12 * point, bottom)


def _left_column(words: Sequence[OcrWord], size: tuple[int, int], dpi: int) -> set[int]:
    """The words (by ``id``) of what begins on the left: the list of recipients, the text above it."""
    return {
        id(word)
        for piece in _pieces(words, dpi)
        if piece[0].box[0] < LEFT * size[0]
        for word in piece
        if word.confidence >= 0.4
    }


# --- how it is looked at -------------------------------------------------------------------------------------


def looks_of(
    image: Image.Image, known: Sequence[BBox], area: BBox, dpi: int
) -> tuple[dict[str, im.Grey], list[BBox]]:
    """Pictures of the area at 300 dpi, and boxes of the rows of print in them.

    Args:
        image: the page.
        known: boxes of words that need no reading; they are painted over.
        area: what to cut out, in pixels.
        dpi: the page's resolution.
    """
    x0, y0, x1, y1 = (round(value) for value in area)
    part = image.crop((x0, y0, x1, y1))
    pad = max(1, dpi // 100)
    for box in known:
        place = (
            max(0, int(box[0]) - x0 - pad), max(0, int(box[1]) - y0 - pad),
            int(box[2]) - x0 + pad, int(box[3]) - y0 + pad,
        )  # fmt: skip
        if place[2] > place[0] and place[3] > place[1] and place[0] < part.width and place[1] < part.height:
            part.paste(im.PAPER if part.mode == "L" else (255, 255, 255), place)
    if dpi != DPI:
        scale = DPI / dpi
        part = part.resize((round(part.width * scale), round(part.height * scale)), Image.Resampling.BICUBIC)
    grey = np.asarray(part.convert("L"), dtype=np.uint8)
    looks: dict[str, im.Grey] = {"print": grey}
    base = grey
    if part.mode != "L":
        rgb = np.asarray(part.convert("RGB"), dtype=np.uint8).astype(np.int16)
        redness = rgb[..., 0] - np.maximum(rgb[..., 1], rgb[..., 2])
        coloured = rgb.max(axis=2) - rgb.min(axis=2) > im.COLOURED
        if np.count_nonzero(coloured) > 0.002 * coloured.size:
            looks["black"] = rgb.max(axis=2).astype(np.uint8)
            base = rgb[..., 2].astype(np.uint8)  # blue pens fade, red and black stand
        if np.count_nonzero(redness > im.COLOURED) > 0.002 * redness.size:
            looks["red"] = (im.PAPER - np.clip(2 * redness, 0, im.PAPER)).astype(np.uint8)
    ink = im.ink_of(base)
    letters, large = _parted(ink)
    ring, seal = _ring(ink, large)
    bare_ink = ink & ~ring
    if ring.any():
        letters, large = _parted(bare_ink)
        looks["no ring"] = _without(base, ring)
    looks["thick"] = _without(base, ring | (large & ~_core(large & bare_ink)))
    rows = _rows(letters)
    for name in ("black", "red"):
        if name in looks:
            rows += _rows(_parted(im.ink_of(looks[name]))[0])
    return looks, [row for row in rows if seal is None or not _within(row, seal)]


def _without(grey: im.Grey, mask: im.Mask) -> im.Grey:
    """The picture with an area of ink, and the grey around it, turned into paper."""
    result = grey.copy()
    result[mask] = im.PAPER
    return result


def _spread(mask: im.Mask, by: int) -> im.Mask:
    """Each pixel spread ``by`` pixels to all sides."""
    for axis in (0, 1):
        wide = mask.copy()
        for shift in range(1, by + 1):
            if axis == 0:
                wide[shift:] |= mask[:-shift]
                wide[:-shift] |= mask[shift:]
            else:
                wide[:, shift:] |= mask[:, :-shift]
                wide[:, :-shift] |= mask[:, shift:]
        mask = wide
    return mask


def _core(mask: im.Mask) -> im.Mask:
    """Strokes of bold print's thickness with what stands around them; a pen's strokes go."""
    return _spread(~_spread(~mask, 2), 5)


def _parted(ink: im.Mask) -> tuple[list[BBox], im.Mask]:
    """Boxes of patches of a letter's size, and the ink of patches that are larger."""
    point = DPI / 72
    height, width = ink.shape[0] // 2 * 2, ink.shape[1] // 2 * 2
    half: im.Mask = ink[:height, :width].reshape(height // 2, 2, width // 2, 2).max(axis=(1, 3))
    found = components_of(half)
    highs, wides = 2 * found.heights / point, 2 * found.widths / point
    large = np.zeros_like(ink)
    over = (highs > LARGE) | (wides > 3 * LARGE)
    large[:height, :width] = np.repeat(np.repeat(found.mask(over), 2, axis=0), 2, axis=1)
    letters = (highs >= 4.5) & (highs <= 17) & (wides >= 1.0) & (wides <= 3 * LARGE)
    boxes = [(2.0 * x0, 2.0 * y0, 2.0 * x1, 2.0 * y1) for x0, y0, x1, y1 in found.boxes[letters].tolist()]
    return boxes, large & ink


def _rows(letters: Sequence[BBox]) -> list[BBox]:
    """Boxes of rows of print: four letters or more that stand on one line, close together."""
    point = DPI / 72
    rows: list[list[BBox]] = []
    for box in sorted(letters, key=lambda b: b[0]):
        middle = (box[1] + box[3]) / 2
        best: list[BBox] | None = None
        for row in rows:
            near = row[-1]
            gap = box[0] - near[2]
            level = abs((near[1] + near[3]) / 2 - middle)
            if gap < 14 * point and level < 3.2 * point and abs(near[3] - box[3]) < 4 * point:
                best = row if best is None or row[-1][2] > best[-1][2] else best
        if best is None:
            rows.append([box])
        else:
            best.append(box)
    result = []
    for row in rows:
        if len(row) >= 3 and row[-1][2] - row[0][0] > 18 * point:
            tops, bottoms = sorted(b[1] for b in row), sorted(b[3] for b in row)
            top, bottom = tops[len(row) // 2], bottoms[len(row) // 2]
            if bottom - top < 16 * point:
                result.append((row[0][0], top, max(b[2] for b in row), bottom))
    return result


def _within(row: BBox, seal: tuple[float, float, float]) -> bool:
    """Whether a row stands in the inner part of a seal: the seal's own words."""
    x, y, radius = seal
    return abs(y - (row[1] + row[3]) / 2) < 0.8 * radius and x - radius < row[0] and row[2] < x + radius


def _ring(ink: im.Mask, large: im.Mask) -> tuple[im.Mask, tuple[float, float, float] | None]:
    """The ink of a round seal's circles, and its middle and radius; letters' strokes that cross the circles stay.

    Circles are found by trying those through three points each of the large patches of ink; office seals are 36 mm
    wide, those of the State and the Party up to 42 mm (Circular 21/2012/TT-BCA).
    """
    nothing = np.zeros_like(ink)
    ys, xs = np.nonzero(large[::3, ::3])
    if len(xs) < 100:
        return nothing, None
    points = np.stack([xs, ys], axis=1).astype(np.float64) * 3
    chance = np.random.default_rng(7)
    sample = points[chance.integers(0, len(points), 1500)]
    a, b, c = (points[chance.integers(0, len(points), 4000)] for _ in range(3))
    ab, ac = b - a, c - a
    cross = 2 * (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])
    cross[np.abs(cross) < 1e-6] = np.inf
    ab2, ac2 = (ab**2).sum(axis=1), (ac**2).sum(axis=1)
    centre = (
        a
        + np.stack([ac[:, 1] * ab2 - ab[:, 1] * ac2, ab[:, 0] * ac2 - ac[:, 0] * ab2], axis=1)
        / cross[:, None]
    )
    radius = np.hypot(*(centre - a).T)
    fits = (radius > 43 * DPI / 72) & (radius < 64 * DPI / 72)
    centre, radius = centre[fits][:500], radius[fits][:500]
    if not len(radius):
        return nothing, None
    distance = np.hypot(sample[None, :, 0] - centre[:, 0, None], sample[None, :, 1] - centre[:, 1, None])
    votes = (np.abs(distance - radius[:, None]) < 4).sum(axis=1)
    best = int(votes.argmax())
    (cx, cy), size = centre[best], float(radius[best])
    angles = np.arange(0, 2 * np.pi, 1 / size)
    reach = np.arange(round(0.5 * size), round(1.12 * size))
    px = np.rint(cx + reach[:, None] * np.cos(angles)).astype(np.int64)
    py = np.rint(cy + reach[:, None] * np.sin(angles)).astype(np.int64)
    within = (px >= 0) & (py >= 0) & (px < ink.shape[1]) & (py < ink.shape[0])
    polar = np.zeros(px.shape, dtype=bool)
    polar[within] = ink[py[within], px[within]]
    full = polar.sum(axis=1) > 0.5 * np.maximum(within.sum(axis=1), 0.4 * len(angles))
    gone = np.zeros_like(polar)
    starts = np.flatnonzero(full & ~np.roll(full, 1))
    for start in starts.tolist():
        end = start
        while end < len(full) and full[end]:
            end += 1
        if end - start > 5 * DPI / 72:
            continue
        first, last = max(0, start - 3), min(len(full) - 1, end + 2)
        crossed = polar[max(0, first - 2)] & polar[min(len(full) - 1, last + 2)]
        gone[first : last + 1] |= ~crossed
    removed = np.zeros_like(ink)
    chosen = gone & within
    removed[py[chosen], px[chosen]] = True
    if not removed.any():
        return removed, None
    return _spread(removed, 1), (float(cx), float(cy), size)


# --- what is a position, what is a name ----------------------------------------------------------------------


def _lines_of(words: Sequence[OcrWord], look: str) -> list[_Line]:
    lines = []
    plain: list[OcrWord] = []
    for word in words:
        text = _EDGES.sub("", word.text)
        parts = _RUN_ON.split(text) if word.text else []
        width = (word.box[2] - word.box[0]) / max(1, len(text))
        x = word.box[0]
        for part in parts:
            if part:
                box = (x, word.box[1], x + len(part) * width, word.box[3])
                plain.append(replace(word, text=part, box=box))
            x += len(part) * width
    for piece in _pieces(plain, DPI):
        lines.append(_Line(tuple(piece), look))
    return lines


def position_words(text: str) -> int:
    """How many words of a line, from its end, are a signer's position or signing body; 0 for other lines.

    "L^L GIÁM ĐỐC" gives 2: what stands before was written with a pen.
    """
    words = text.split()
    for first in range(len(words)):
        tail = " ".join(words[first:])
        if mostly_caps(tail) and cues.is_signature_text(tail):
            return len(words) - first
    return 0


def name_span(words: Sequence[OcrWord]) -> tuple[int, int] | None:
    """The longest run of a line's words that is a person's name."""
    for length in range(min(len(words), 5), 1, -1):
        for first in range(len(words) - length, -1, -1):
            run = words[first : first + length]
            if all(
                is_syllable(w.text.lower()) and _NAME_WORD.match(w.text) for w in run
            ) and cues.is_person_name(" ".join(w.text for w in run)):
                return first, first + length
    return None


def _bands(rows: Sequence[BBox], seen: Sequence[_Line], shape: tuple[int, ...]) -> list[BBox]:
    """Strips of the area, top to bottom, in which there is a row of print, or a line that was read before."""
    point = DPI / 72
    boxes = list(rows)
    for line in seen:
        count = position_words(line.text)
        good = line.words[-count:] if count else [w for w in line.words if _NAME_WORD.match(w.text)]
        boxes.extend(w.box for w in good if 5 * point < w.box[3] - w.box[1] < 20 * point and len(w.text) > 2)
    bands: list[BBox] = []
    for x0, y0, x1, y1 in sorted(boxes, key=lambda b: b[0] - b[2]):
        for index, other in enumerate(bands):
            shared = min(other[3], y1) - max(other[1], y0)
            if shared > 0.55 * min(other[3] - other[1], y1 - y0):
                bands[index] = (min(other[0], x0), other[1], max(other[2], x1), other[3])
                break
        else:
            bands.append((x0, y0, x1, y1))
    bands = sorted(bands, key=lambda b: b[0] - b[2])[:MOST]
    return sorted(
        (
            (
                max(0.0, x0 - REACH * point),
                max(0.0, y0 - 6 * point),
                min(float(shape[1]), x1 + REACH * point),
                y1 + 5 * point,
            )
            for x0, y0, x1, y1 in bands
        ),
        key=lambda band: band[1],
    )


def _on(line: _Line, band: BBox) -> bool:
    _, y0, _, y1 = line.box
    return abs((y0 + y1) / 2 - (band[1] + band[3]) / 2) < 6 * DPI / 72


def _best(lines: Sequence[_Line]) -> tuple[OcrWord, ...] | None:
    """What the looks together say about one line: a position or a name, ``None`` where they do not say it surely."""
    found: list[tuple[float, tuple[OcrWord, ...]]] = []
    for line in lines:
        count = position_words(line.text)
        if not count:
            continue
        words = line.words[-count:]
        letters = sum(len(w.text) for w in words)
        sure = sum(w.confidence * len(w.text) for w in words) / letters
        text = bare(" ".join(w.text for w in words))
        agreeing = sum(bare(other.text).endswith(text) for other in lines if other.look != line.look)
        if sure >= SURE or (agreeing and sure >= 0.5):
            found.append((letters / 40 + sure + 0.05 * agreeing, words))
    name = _name(lines)
    best = max(found, key=lambda item: item[0])[1] if found else None
    nearest = None if name is not None else _nearest_position(lines)
    if best is None or (nearest is not None and len(nearest) > len(best)):
        return nearest or name
    return _spelt(best)


def _spelt(words: tuple[OcrWord, ...]) -> tuple[OcrWord, ...]:
    """A position with the tones and hooks of its proper form, which capitals lose first ("GIÁM ĐÓC")."""
    plain = [bare(w.text).strip(" .,;:") for w in words]
    codes = {code.strip(" .") for code in cues.cue_words()["authority_codes"]}
    for first in range(len(words)):
        if plain[first] in codes:
            continue
        for last in range(len(words), first, -1):
            text = " ".join(plain[first:last])
            proper = cues.positions().get(text)
            if proper is None and last - first > 1:
                near = _near(text)
                proper = cues.positions()[near] if near is not None else None
            if proper is None or len(proper.split()) != last - first:
                continue
            result = list(words)
            for index, syllable in enumerate(proper.upper().replace(",", "").split(), start=first):
                word = words[index]
                end = word.text[-1] if word.text[-1] in ",.;" else ""
                if word.text != syllable + end:
                    raw = ((word.text, word.confidence),)
                    result[index] = replace(word, text=syllable + end, alternatives=raw)
            return tuple(result)
    return words


def _nearest_position(lines: Sequence[_Line]) -> tuple[OcrWord, ...] | None:
    """A deputy's or head's position of which single letters are lost, where two looks come to the same one."""
    votes: dict[str, list[_Line]] = {}
    for line in lines:
        for first in range(max(0, len(line.words) - 5), len(line.words)):
            words = line.words[first:]
            text = " ".join(w.text for w in words)
            if len(text) < 8 or not mostly_caps(text):
                continue
            near = _near(bare(text).strip(" .,;:'_-"))
            if near is not None:
                votes.setdefault(near, []).append(_Line(words, line.look))
                break
    good = {name: found for name, found in votes.items() if len({line.look for line in found}) > 1}
    if not good:
        return None
    name, found = max(good.items(), key=lambda item: len(item[1]))
    return _placed(name, found[0].words)


def _placed(position: str, words: Sequence[OcrWord]) -> tuple[OcrWord, ...]:
    """A position in place of words that were read for it."""
    box = union(w.box for w in words)
    raw = ((" ".join(w.text for w in words), round(sum(w.confidence for w in words) / len(words), 3)),)
    syllables = cues.positions()[position].upper().split()
    width = (box[2] - box[0]) / len(" ".join(syllables))
    result, x = [], box[0]
    for syllable in syllables:
        right = x + len(syllable) * width
        result.append(OcrWord(syllable, (x, box[1], right, box[3]), 0.6, alternatives=raw))
        x = right + width
    return tuple(result)


def _deputy(upper: Sequence[OcrWord], lines: Sequence[_Line]) -> tuple[OcrWord, ...] | None:
    """The deputy's position under "KT. GIÁM ĐỐC", where what is left of a line is like "PHÓ GIÁM ĐỐC"."""
    head = bare(" ".join(w.text for w in upper))
    if not head.startswith("kt"):
        return None
    best: tuple[float, str, tuple[OcrWord, ...]] | None = None
    for position in cues.positions():
        deputy = position.startswith("pho ") and head.endswith(position[4:])
        if not deputy and not (position == "thu truong" and head.endswith("bo truong")):
            continue
        for line in lines:
            for first in range(len(line.words)):
                words = line.words[first:]
                text = "".join(bare(w.text) for w in words)
                likeness = SequenceMatcher(None, text, position.replace(" ", ""), autojunk=False).ratio()
                if likeness >= NEAR_DEPUTY and (best is None or likeness > best[0]):
                    best = (likeness, position, words)
    return _placed(best[1], best[2]) if best else None


def _same_post(upper: Sequence[OcrWord], lower: Sequence[OcrWord]) -> bool:
    """Whether "KT. TRƯỞNG BAN" is followed by "TRƯỞNG BAN" again: then the lower one's "PHÓ" is under the seal."""
    head = bare(" ".join(w.text for w in upper))
    return bool(lower) and head.startswith("kt") and head.endswith(bare(" ".join(w.text for w in lower)))


def _once(lines: Iterable[tuple[OcrWord, ...]]) -> list[tuple[OcrWord, ...]]:
    """The lines without those of overlapping bands that are the same print."""
    kept: list[tuple[OcrWord, ...]] = []
    for line in lines:
        box = union(w.box for w in line)
        middle = (box[1] + box[3]) / 2
        again = any(
            other[1] < middle < other[3] and min(other[2], box[2]) > max(other[0], box[0])
            for other in (union(w.box for w in k) for k in kept)
        )
        if not again:
            kept.append(line)
    return kept


def _near(text: str) -> str | None:
    """The position (bare) that a damaged bare text stands for."""
    best: tuple[float, str] | None = None
    for position in cues.positions():
        if len(position) < 8 or " " not in position or abs(len(position) - len(text)) > 2:
            continue
        likeness = SequenceMatcher(None, text, position, autojunk=False).ratio()
        if likeness >= NEAR and (best is None or likeness > best[0]):
            best = (likeness, position)
    return best[1] if best else None


def _with_authority(lines: list[tuple[OcrWord, ...]], seen: Sequence[_Line]) -> list[tuple[OcrWord, ...]]:
    """The lines with the "KT." that was written with a pen before a head's position.

    A deputy signs under the head's position, and then for the head ("ký thay", Decree 30/2020, Article 13): where
    "PHÓ GIÁM ĐỐC" follows "GIÁM ĐỐC" and something stands before the latter, it is "KT.".
    """
    for index, (upper, lower) in enumerate(pairwise(lines)):
        head = bare(" ".join(w.text for w in upper)).strip(" .,;:")
        deputy = bare(" ".join(w.text for w in lower)).strip(" .,;:")
        if deputy != "pho " + head:
            continue
        x0, y0, _x1, y1 = union(w.box for w in upper)
        point = DPI / 72
        before = [
            word
            for line in seen
            for word in line.words
            if y0 - 4 * point < (word.box[1] + word.box[3]) / 2 < y1 + 4 * point
            and -25 * point < word.box[2] - x0 < 3 * point
            and word.box[2] - word.box[0] > 5 * point
        ]
        if not before:
            continue
        word = max(before, key=lambda w: w.box[2] - w.box[0])
        raw = tuple((w.text, w.confidence) for w in before[:3])
        box = (max(word.box[0], x0 - 40 * point), y0, min(word.box[2], x0 - 1), y1)
        kept = OcrWord("KT.", box, 0.6, alternatives=raw)
        return [*lines[:index], (kept, *upper), *lines[index + 1 :]]
    return lines


def _name(lines: Sequence[_Line]) -> tuple[OcrWord, ...] | None:
    """A person's name, each word in the reading on which most looks agree."""
    clusters: list[list[tuple[OcrWord, str]]] = []
    for line in lines:
        for word in line.words:
            if not (_NAME_WORD.match(word.text) and is_syllable(word.text.lower())):
                continue
            for cluster in clusters:
                if _same_place(cluster[0][0].box, word.box):
                    cluster.append((word, line.look))
                    break
            else:
                clusters.append([(word, line.look)])
    chosen: list[OcrWord] = []
    for cluster in sorted(clusters, key=lambda c: c[0][0].box[0]):
        votes: dict[str, float] = {}
        for word, _ in cluster:
            known = shipped_model().count(word.text.lower()) > 0
            votes[word.text] = votes.get(word.text, 0.0) + word.confidence * (1.0 if known else 0.7)
        text = max(votes, key=lambda t: votes[t])
        same = [(word, look) for word, look in cluster if word.text == text]
        best = max((word for word, _ in same), key=lambda w: w.confidence)
        looks = {look for word, look in same if word.confidence >= LIKELY}
        sure = max(best.confidence, SURE) if len(looks) > 1 else best.confidence
        family = text if chosen else _family_name(text, votes)
        others = tuple((t, round(v / len(cluster), 3)) for t, v in votes.items() if t != family)
        chosen.append(replace(best, text=family, confidence=sure, alternatives=others))
    while chosen:
        span = name_span(chosen)
        if span is None:
            return None
        words = chosen[span[0] : span[1]]
        gaps = [b.box[0] - a.box[2] for a, b in pairwise(words)]
        if (
            all(w.confidence >= SURE for w in words)
            and len({w.text for w in words}) == len(words)
            and max(gaps) < 14 * DPI / 72
            and not _cut_off(words, lines)
        ):
            return tuple(words)
        chosen = chosen[span[0] + 1 :]
    return None


@cache
def _family_names() -> dict[str, tuple[str, ...]]:
    """Family names by their form without marks, from ``knowledge/family_names.toml``."""
    path = resources.files("vnadmin_extract.knowledge") / "family_names.toml"
    result: dict[str, tuple[str, ...]] = {}
    for name in tomllib.loads(path.read_text("utf-8"))["names"]:
        result[bare(name)] = (*result.get(bare(name), ()), name)
    return result


def _family_name(text: str, votes: dict[str, float]) -> str:
    """A name's first word in a spelling that is a family name: another look's, or the only one there is."""
    spelt = _family_names().get(bare(text), ())
    if not spelt or (text in spelt and len(spelt) == 1):
        return text
    read = [name for name in spelt if name in votes]
    if read:
        return max(read, key=lambda name: votes[name])
    return spelt[0] if len(spelt) == 1 else text


def _cut_off(words: Sequence[OcrWord], lines: Sequence[_Line]) -> bool:
    """Whether letters stand right before what looks like a name: its family name was not made out.

    Middle names can be family names, too, and two words alone would pass for a whole name.
    """
    if len(words) > 2:
        return False
    x0 = words[0].box[0]
    before = [
        w
        for line in lines
        for w in line.words
        if sum(c.isalpha() for c in w.text) > 2 and -10 * DPI / 72 < w.box[2] - x0 < 2 * DPI / 72
    ]
    joined = [
        w for line in lines for w in line.words
        if w.box[0] < x0 - 15 * DPI / 72 and w.box[2] > x0 + 5 * DPI / 72 and len(w.text) > 3
    ]  # fmt: skip
    return len(before) + len(joined) > 0


def _same_place(a: BBox, b: BBox) -> bool:
    across = min(a[2], b[2]) - max(a[0], b[0])
    return across > 0.5 * min(a[2] - a[0], b[2] - b[0])


def _replaced(
    words: Sequence[OcrWord], lines: Sequence[tuple[OcrWord, ...]], left: set[int], area: BBox, dpi: int
) -> list[OcrWord]:
    """The page's words with the lines in place of what the first reading had in the area."""
    point = dpi / 72
    named = any(name_span(line) == (0, len(line)) for line in lines)
    boxes = [union(w.box for w in line) for line in lines]
    limit = 0.9 if named else 0.6
    safe = set(left)
    bottom = max(box[3] for box in boxes)
    # Between position and name, only further lines in capitals, or "kiêm …", are print; the rest is the seal's.
    printed = {
        id(word)
        for piece in _pieces([w for w in words if _inside(w.box, area)], dpi)
        if len(piece) > 1 and all(w.confidence >= SURE for w in piece)
        if mostly_caps(" ".join(w.text for w in piece)) or bare(piece[0].text) == "kiem"
        for word in piece
    }

    def gone(word: OcrWord) -> bool:
        if id(word) in safe or not _inside(word.box, area):
            return False
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        for x0, y0, x1, y1 in boxes:
            if y0 - 2 * point < y < y1 + 2 * point and x0 - 45 * point < x < x1 + 20 * point:
                return True
        if named and top - 14 * point < y < bottom and id(word) not in printed:
            return True
        return word.confidence < limit and y > top - 4 * point

    result = list(words)
    number = 1 + max((word.line for word in words), default=0)
    for index, line in enumerate(lines):
        well = _read_well(line, boxes[index], words, area)
        if well:
            safe |= {id(w) for w in well}
            boxes[index] = (0.0, 0.0, 0.0, 0.0)
    top = min((union(w.box for w in line)[1] for line in lines), default=0.0)
    result = [word for word in words if not gone(word)]
    for index, line in enumerate(lines):
        if boxes[index][2]:
            result.extend(replace(w, line=number + index, line_box=boxes[index]) for w in line)
    return result


def _read_well(line: Sequence[OcrWord], box: BBox, words: Sequence[OcrWord], area: BBox) -> list[OcrWord]:
    """The first reading's words of a line if it has all of the line, and surely, and perhaps more of it."""
    there = [
        word
        for word in words
        if _inside(word.box, area)
        and box[1] < (word.box[1] + word.box[3]) / 2 < box[3]
        and word.box[2] > box[0] - (box[3] - box[1])
        and any(c.isalpha() for c in word.text)
    ]
    there.sort(key=lambda w: w.box[0])
    text = bare(" ".join(w.text for w in there))
    sure = all(word.confidence >= SURE for word in there)
    return there if sure and text.endswith(bare(" ".join(w.text for w in line))) else []
