"""Scans made from typeset samples: what offices' scanners, fax machines and seals do to a page.

``python -m corpus.typeset.damage SAMPLE.pdf OUT.pdf --kind skew`` writes a PDF of pictures. The damage is the same on
every run (the noise is seeded), so that figures can be compared.
"""

from __future__ import annotations

import argparse
import io
import math
import random
from collections.abc import Callable
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

DPI = 200

Picture = Image.Image


def pages_of(path: Path, dpi: int) -> list[Picture]:
    """The pages of a PDF as pictures in colour, at ``dpi`` dots per inch."""
    with pypdfium2.PdfDocument(path) as document:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]


def skewed(page: Picture, degrees: float) -> Picture:
    """Laid askew on the glass: turned by a few degrees, the corners filled with white."""
    return page.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor="white")


def sealed(page: Picture) -> Picture:
    """A round red seal over the lower right part, where the signature stands, and a blue pen stroke."""
    width, height = page.size
    layer = Image.new("RGB", page.size, "white")
    draw = ImageDraw.Draw(layer)
    radius = int(0.085 * width)
    x, y = int(0.68 * width), int(0.80 * height)
    ink = (205, 40, 45)
    for ring, thick in ((1.0, 5), (0.72, 3)):
        r = int(radius * ring)
        draw.ellipse((x - r, y - r, x + r, y + r), outline=ink, width=thick)
    points = [
        (x + int(radius * 0.4 * math.cos(a) * k), y + int(radius * 0.4 * math.sin(a) * k))
        for n in range(10)
        for a, k in [(math.pi * n / 5 - math.pi / 2, 1.0 if n % 2 == 0 else 0.4)]
    ]
    draw.polygon(points, outline=ink, width=3)
    curve = [(x - radius + i * 6, y + int(30 * math.sin(i / 4)) + i) for i in range(60)]
    draw.line(curve, fill=(40, 60, 170), width=4)
    return ImageChops.multiply(page, layer)


def faxed(page: Picture) -> Picture:
    """Sent by fax: black and white at 100 by 200 dots, with specks."""
    grey = page.convert("L")
    small = grey.resize((grey.width * 3 // 4, grey.height * 3 // 4))
    bits = small.point(lambda v: 255 if v > 150 else 0)
    pixels = bits.load()
    chance = random.Random(7)
    if pixels is not None:
        for _ in range(bits.width * bits.height // 400):
            pixels[chance.randrange(bits.width), chance.randrange(bits.height)] = chance.choice((0, 255))
    return bits.resize(grey.size, Image.Resampling.NEAREST).convert("1").convert("RGB")


def compressed(page: Picture, quality: int = 30) -> Picture:
    """Saved as a JPEG of low quality."""
    buffer = io.BytesIO()
    page.filter(ImageFilter.GaussianBlur(0.6)).save(buffer, "JPEG", quality=quality)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")


KINDS: dict[str, tuple[int, Callable[[Picture], Picture]]] = {
    "clean": (DPI, lambda page: page),
    "skew -3": (DPI, lambda page: skewed(page, -3)),
    "skew -1": (DPI, lambda page: skewed(page, -1)),
    "skew 2": (DPI, lambda page: skewed(page, 2)),
    "seal": (DPI, sealed),
    "fax": (DPI, faxed),
    "jpeg 30": (DPI, compressed),
    "150 dpi": (150, lambda page: page),
    "turn 90": (DPI, lambda page: page.transpose(Image.Transpose.ROTATE_90)),
    "turn 180": (DPI, lambda page: page.transpose(Image.Transpose.ROTATE_180)),
}
"""Kind of damage → resolution and what is done to each page."""


def damage(source: Path, target: Path, kind: str) -> None:
    """Write a PDF of pictures of ``source``'s pages, damaged.

    Raises:
        KeyError: no such kind.
    """
    dpi, change = KINDS[kind]
    first, *rest = [change(page) for page in pages_of(source, dpi)]
    first.save(target, "PDF", save_all=True, append_images=rest, resolution=dpi, quality=85)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--kind", choices=KINDS, default="clean")
    arguments = parser.parse_args()
    damage(arguments.source, arguments.target, arguments.kind)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
