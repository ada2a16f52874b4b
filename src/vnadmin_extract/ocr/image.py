"""Picture operations that a scan needs before recognition, on plain arrays.

Arrays are ``uint8`` grey (0 black, 255 white) of shape ``(height, width)``, or ``bool`` masks of that shape with
true for ink. Lengths are in pixels unless they are named otherwise; inches become pixels with the page's
resolution. Nothing here changes its arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from vnadmin_extract.document import BBox

Grey = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

PAPER = 255
COLOURED = 45
"""Distance of the largest from the smallest of R, G and B from which a pixel is coloured (JPEG noise stays below)."""
RULE_INCHES = 0.55
"""Shortest straight run that is a rule and no letter: the rule under an issuer's name is about this long."""
RULE_THICK_INCHES = 0.035
"""Thickest rule; anything thicker is a bar, a border or a blot."""
SEAL_INCHES = 2.6
"""Highest patch that may be a seal with a title above it and a name below."""


def grey_of(image: Image.Image) -> Grey:
    """Grey by the largest of R, G and B: red and blue ink fades, black print stays.

    The seal over a signer's name goes and the name comes back; masking by hue leaves holes instead.
    """
    if image.mode in ("1", "L", "I", "I;16", "F"):
        return np.asarray(image.convert("L"), dtype=np.uint8)
    largest: Grey = np.asarray(image.convert("RGB"), dtype=np.uint8).max(axis=2)
    return largest


def colour_box(image: Image.Image, dpi: int) -> tuple[BBox, ...]:
    """Boxes of large patches of coloured ink (seals, coloured stamps), in pixels; none on a grey page."""
    if image.mode in ("1", "L"):
        return ()
    rgb = np.asarray(image.convert("RGB"), dtype=np.uint8)
    coloured = (rgb.max(axis=2).astype(np.int16) - rgb.min(axis=2)) > COLOURED
    step = max(1, dpi // 25)
    cells = _shares(coloured, step) > 0.06
    if cells.mean() > 0.5:
        return ()  # a photograph or tinted paper
    boxes = []
    for left, top, right, bottom in patches(_grow(cells, 1)):
        if (right - left) * step > 0.35 * dpi and (bottom - top) * step > 0.2 * dpi:
            boxes.append((float(left * step), float(top * step), float(right * step), float(bottom * step)))
    return tuple(boxes)


def colour_layer(image: Image.Image, boxes: Sequence[BBox], dpi: int) -> Grey:
    """Only the coloured ink inside boxes, dark on white: what :func:`grey_of` takes away.

    Stamps are set down slanting, and framed: each box is straightened by itself and its frame erased.
    """
    rgb = np.asarray(image.convert("RGB"), dtype=np.uint8)
    result = np.full(rgb.shape[:2], PAPER, dtype=np.uint8)
    for x0, y0, x1, y1 in boxes:
        area = np.s_[max(0, int(y0)) : int(y1), max(0, int(x0)) : int(x1)]
        part = rgb[area]
        colour = part.max(axis=2).astype(np.int16) - part.min(axis=2)
        ink = (PAPER - np.minimum(PAPER, 2 * colour)).astype(np.uint8)
        slant = skew_of(ink < 128, dpi, limit=15.0)
        if abs(slant) > 0.5:
            ink = rotate(ink, slant).copy()
        labels, found = _labelled(ink < 170)
        for number, (left, _, right, _) in enumerate(found, start=1):
            if right - left > 0.6 * ink.shape[1]:
                ink[labels == number] = PAPER
        result[area] = ink
    return result


def threshold_of(grey: Grey) -> int:
    """The grey value that best parts ink from paper (Otsu), kept within what printing gives."""
    counts = np.bincount(grey.ravel(), minlength=256).astype(np.float64)
    values = np.arange(256)
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * values)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    best = int(np.nanargmax(np.nan_to_num(between)))
    return min(190, max(90, best + 1))


def ink_of(grey: Grey) -> Mask:
    """Where there is ink."""
    return grey < threshold_of(grey)


def is_blank(grey: Grey, dpi: int) -> bool:
    """Whether there is nothing to read: less ink than a page number has, specks and edges apart."""
    margin = round(0.3 * dpi)
    inner = grey[margin:-margin, margin:-margin] if min(grey.shape) > 4 * margin else grey
    if float(inner.std()) < 3.0:
        return True
    cells = _shares(ink_of(inner), max(1, dpi // 20)) > 0.12
    return int(cells.sum()) < 6


def is_bilevel(grey: Grey) -> bool:
    """Whether nearly all pixels are black or white (fax, CCITT, JBIG2)."""
    middle = np.count_nonzero((grey > 40) & (grey < 215))
    return bool(middle < 0.005 * grey.size)


def speckle(ink: Mask) -> float:
    """Specks of one or two pixels, as a share of all ink pixels: the noise of a bad fax."""
    total = int(ink.sum())
    if total == 0:
        return 0.0
    near = np.zeros(ink.shape, dtype=np.uint8)
    padded = np.pad(ink, 1).astype(np.uint8)
    height, width = ink.shape
    for dy in range(3):
        for dx in range(3):
            near += padded[dy : dy + height, dx : dx + width]
    return float((ink & (near <= 2)).sum()) / total


def median3(grey: Grey) -> Grey:
    """The 3×3 median."""
    return np.asarray(Image.fromarray(grey).filter(ImageFilter.MedianFilter(3)), dtype=np.uint8)


def _runs(mask: Mask, length: int, axis: int) -> Mask:
    """The pixels that lie in a straight, unbroken run of at least ``length`` along an axis."""
    work = mask if axis == 1 else mask.T
    if work.shape[1] < length:
        return np.zeros(mask.shape, dtype=bool)
    padded = np.zeros((work.shape[0], work.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = work
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    long = (ends - starts) >= length
    marks = np.zeros((work.shape[0], work.shape[1] + 1), dtype=np.int8)
    marks[rows[long], starts[long]] = 1
    marks[rows[long], ends[long]] -= 1
    result = np.cumsum(marks, axis=1)[:, :-1].astype(bool)
    return result if axis == 1 else result.T


def _widen(mask: Mask, by: int, axis: int) -> Mask:
    """Each pixel spread ``by`` pixels to both sides along an axis."""
    result = mask.copy()
    for shift in range(1, by + 1):
        if axis == 0:
            result[shift:] |= mask[:-shift]
            result[:-shift] |= mask[shift:]
        else:
            result[:, shift:] |= mask[:, :-shift]
            result[:, :-shift] |= mask[:, shift:]
    return result


def _grow(mask: Mask, by: int) -> Mask:
    return _widen(_widen(mask, by, 0), by, 1)


def _shares(mask: Mask, step: int) -> npt.NDArray[np.float64]:
    """The share of true pixels in each cell of ``step`` × ``step``."""
    height, width = (-(-mask.shape[0] // step) * step, -(-mask.shape[1] // step) * step)
    padded = np.zeros((height, width), dtype=np.float32)
    padded[: mask.shape[0], : mask.shape[1]] = mask
    cells = padded.reshape(height // step, step, width // step, step).mean(axis=(1, 3))
    shares: npt.NDArray[np.float64] = cells.astype(np.float64)
    return shares


def patches(cells: Mask) -> list[tuple[int, int, int, int]]:
    """Boxes ``(left, top, right, bottom)`` of the connected true cells of a small grid (8 neighbours)."""
    return _labelled(cells)[1]


def _labelled(cells: Mask) -> tuple[npt.NDArray[np.int32], list[tuple[int, int, int, int]]]:
    """Numbers (from 1) of the patches that cells belong to, and the patches' boxes."""
    labels = np.zeros(cells.shape, dtype=np.int32)
    boxes: list[tuple[int, int, int, int]] = []
    height, width = cells.shape
    for y, x in zip(*np.nonzero(cells), strict=True):
        if labels[y, x]:
            continue
        label = len(boxes) + 1
        stack = [(int(y), int(x))]
        labels[y, x] = label
        top, left, bottom, right = int(y), int(x), int(y), int(x)
        while stack:
            cy, cx = stack.pop()
            top, bottom, left, right = min(top, cy), max(bottom, cy), min(left, cx), max(right, cx)
            for ny in range(max(0, cy - 1), min(height, cy + 2)):
                for nx in range(max(0, cx - 1), min(width, cx + 2)):
                    if cells[ny, nx] and not labels[ny, nx]:
                        labels[ny, nx] = label
                        stack.append((ny, nx))
        boxes.append((left, top, right + 1, bottom + 1))
    return labels, boxes


def left_over(grey: Grey, read: Sequence[BBox], line_height: float, dpi: int) -> Grey | None:
    """The picture with nothing but print-sized patches that no word was read from; ``None`` if there are none.

    What is much higher than a line (seals, signatures) or smaller than two letters (specks) is left out, but of
    what is as high as a seal the lowest line's height stays: a signer's name often stands across a seal's rim.
    """
    rest = grey.copy()
    pad = max(1, dpi // 100)
    for x0, y0, x1, y1 in read:
        rest[max(0, int(y0) - pad) : int(y1) + pad, max(0, int(x0) - pad) : int(x1) + pad] = PAPER
    step = max(1, dpi // 40)
    cells = _shares(ink_of(rest), step) > 0.06
    result = np.full_like(grey, PAPER)
    found = False
    for left, top, right, bottom in patches(_widen(cells, 2, 1)):
        height, width = (bottom - top) * step, (right - left) * step
        first = top * step
        if 2.4 * line_height < height <= SEAL_INCHES * dpi and 4.0 * line_height <= width:
            first = round(bottom * step - 2.0 * line_height)
        elif not (0.6 * line_height <= height <= 2.4 * line_height and width >= 2.0 * line_height):
            continue
        margin = step
        area = np.s_[
            max(0, first - margin) : bottom * step + margin,
            max(0, left * step - margin) : right * step + margin,
        ]
        result[area] = rest[area]
        found = True
    return result if found else None


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight horizontal or vertical line, in pixels."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def horizontal(self) -> bool:
        """Whether it is wider than high."""
        return self.x1 - self.x0 >= self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class Rules:
    """The straight lines of a page, and which pixels they are."""

    horizontal: tuple[Rule, ...]
    vertical: tuple[Rule, ...]
    horizontal_mask: Mask
    vertical_mask: Mask


def find_rules(ink: Mask, dpi: int) -> Rules:
    """Long thin straight lines: table rules, underlines, frames, scanner streaks."""
    masks = []
    found: list[tuple[Rule, ...]] = []
    length = round(RULE_INCHES * dpi)
    thick = max(2, round(RULE_THICK_INCHES * dpi))
    for axis in (1, 0):
        across = 1 - axis
        # A slightly slanting or ragged line is unbroken once neighbours across it are joined.
        mask = _runs(_widen(ink, 1, across), length, axis)
        mask &= ~_runs(mask, thick + 3, across)
        masks.append(mask & _widen(ink, 1, across))
        found.append(tuple(_rules_of(mask, length, horizontal=axis == 1, dpi=dpi)))
    return Rules(found[0], found[1], masks[0], masks[1])


def _rules_of(mask: Mask, length: int, *, horizontal: bool, dpi: int) -> list[Rule]:
    """Rules from their pixels: pieces that go on within a tenth of an inch are one."""
    work = mask if horizontal else mask.T
    step = max(1, dpi // 50)
    cells = _shares(work, step) > 0.0
    rules: list[tuple[float, float, float, float]] = []
    for left, top, right, bottom in patches(_widen(cells, 1, 1)):
        part = work[top * step : bottom * step, left * step : right * step]
        ys, xs = np.nonzero(part)
        if len(xs) == 0:
            continue
        x0, x1 = left * step + int(xs.min()), left * step + int(xs.max()) + 1
        y0, y1 = top * step + int(ys.min()), top * step + int(ys.max()) + 1
        if x1 - x0 < length:
            continue
        if y1 - y0 > 0.25 * (x1 - x0):
            continue
        rules.append((x0, y0, x1, y1))
    if horizontal:
        return [Rule(*r) for r in rules]
    return [Rule(y0, x0, y1, x1) for x0, y0, x1, y1 in rules]


def erase_rules(grey: Grey, ink: Mask, rules: Rules, dpi: int) -> Grey:
    """The picture without its rules; strokes of letters that cross them are kept whole."""
    result = grey.copy()
    thick = max(2, round(RULE_THICK_INCHES * dpi)) + 1
    for mask, across in ((rules.horizontal_mask, 0), (rules.vertical_mask, 1)):
        if not mask.any():
            continue
        mask = _widen(mask, 1, across)
        rest = ink & ~mask
        before, after = np.zeros_like(rest), np.zeros_like(rest)
        for shift in range(1, thick + 1):
            if across == 0:
                before[shift:] |= rest[:-shift]
                after[:-shift] |= rest[shift:]
            else:
                before[:, shift:] |= rest[:, :-shift]
                after[:, :-shift] |= rest[:, shift:]
        result[mask & ~(before & after)] = PAPER
    return result


def erase_borders(grey: Grey, dpi: int) -> Grey:
    """The picture without dark areas that reach the edge: the scanner's lid, the desk, a shadow in the fold."""
    step = max(2, dpi // 25)
    dark = _shares(grey < 128, step) > 0.7
    reached = np.zeros_like(dark)
    for edge in (np.s_[0, :], np.s_[-1, :], np.s_[:, 0], np.s_[:, -1]):
        reached[edge] |= dark[edge]
    # The last row and column of cells are only partly filled.
    reached[-2, :] |= dark[-2, :]
    reached[:, -2] |= dark[:, -2]
    if not reached.any():
        return grey
    count = -1
    while count != int(reached.sum()):
        count = int(reached.sum())
        for _ in range(8):
            reached = _grow(reached, 1) & dark
    area = _grow(reached, 1)
    if area.mean() > 0.6:
        return grey  # white print on black, or a photograph
    full = np.repeat(np.repeat(area, step, axis=0), step, axis=1)[: grey.shape[0], : grey.shape[1]]
    result = grey.copy()
    result[full] = PAPER
    return result


def skew_of(ink: Mask, dpi: int, *, limit: float = 8.0) -> float:
    """Degrees by which the lines of print rise to the right (positive: turn clockwise to mend), 0 if unsure.

    The angle at which the rows' ink counts differ most from row to row.
    """
    step = max(1, dpi // 100)
    small = ink[::step, ::step] if step > 1 else ink
    margin_y, margin_x = small.shape[0] // 30, small.shape[1] // 20
    small = small[margin_y : small.shape[0] - margin_y, margin_x : small.shape[1] - margin_x]
    ys, xs = np.nonzero(small)
    if len(xs) < 500:
        return 0.0
    if len(xs) > 80_000:
        keep = np.linspace(0, len(xs) - 1, 80_000).astype(np.int64)
        ys, xs = ys[keep], xs[keep]
    offset = xs - xs.mean()

    def sharpness(angle: float) -> float:
        shifted = np.rint(ys + offset * np.tan(np.radians(angle))).astype(np.int64)
        rows = np.bincount(shifted - shifted.min()).astype(np.float64)
        return float(np.square(np.diff(rows)).sum())

    def best(angles: Sequence[float]) -> float:
        return max(angles, key=sharpness)

    level = sharpness(0.0)
    rough = best([float(a) for a in np.arange(-limit, limit + 0.01, 0.5)])
    fine = best([float(a) for a in np.arange(rough - 0.5, rough + 0.51, 0.1)])
    if abs(fine) >= limit or sharpness(fine) < 1.05 * level:
        return 0.0
    return round(fine, 2)


def rotate(grey: Grey, degrees: float) -> Grey:
    """Turned clockwise around its middle, same size, white corners."""
    turned = Image.fromarray(grey).rotate(-degrees, resample=Image.Resampling.BICUBIC, fillcolor=PAPER)
    return np.asarray(turned, dtype=np.uint8)


def quarter_turn(grey: Grey, degrees: int) -> Grey:
    """Turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(grey, -(degrees // 90) % 4))


def row_contrast(ink: Mask) -> float:
    """How much the rows' ink differs from row to row against the columns': above 1 where lines run across."""
    rows = ink.mean(axis=1)
    columns = ink.mean(axis=0)
    down, across = (
        float(np.abs(np.diff(rows)).sum()) / len(rows),
        float(np.abs(np.diff(columns)).sum()) / len(columns),
    )
    return down / across if across > 0 else float("inf")
