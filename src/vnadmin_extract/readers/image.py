"""Pictures of documents (PNG, JPEG, TIFF of several pages…), recognised as scans are.

Where the settings turn recognition off, each picture gives an empty page marked ``needs_ocr``.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

from PIL import Image, ImageOps, UnidentifiedImageError

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document, Page, TextOrigin
from vnadmin_extract.errors import DamagedFileError, LimitExceededError
from vnadmin_extract.ocr.engine import Refiner
from vnadmin_extract.ocr.pages import Picture, read_pictures, require_engine
from vnadmin_extract.ocr.reading import Progress
from vnadmin_extract.ocr.refine import refine_page
from vnadmin_extract.readers.sniff import sniff

MAX_PIXELS = 120_000_000
"""Largest picture that is decoded (an A0 page at 200 dpi has 62 million pixels)."""
PAGE_INCHES = 8.27
"""Width of an A4 page, for pictures that do not tell their resolution, or tell a screen's."""
MAX_DPI = 300


def read(
    data: bytes,
    *,
    name: str,
    config: Config,
    refine: Refiner | None = refine_page,
    on_page: Progress | None = None,
) -> Document:
    """Read a picture's bytes.

    Args:
        data: the whole file; nothing is written to it.
        name: file name for messages.
        config: settings ``ocr…`` and ``max_pages``.
        refine: step over each page's recognised words.
        on_page: called after each page.

    Raises:
        DamagedFileError: it cannot be decoded.
        LimitExceededError: it has too many pages or pixels.
        MissingProgramError: no recognition engine is installed.
    """
    count = _check(data, name, config)
    document = Document(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=sniff(data, name),
        pages=tuple(Page(n, 0.0, 0.0, origin=TextOrigin.OCR, needs_ocr=True) for n in range(1, count + 1)),
        reader="image",
    )
    if config.ocr == "off":
        return document
    engine = require_engine(config, name)
    pictures = [Picture(n, None, _Frame(data, n - 1, config.ocr_dpi)) for n in range(1, count + 1)]
    pages = read_pictures(pictures, engine, config, refine=refine, on_page=on_page)
    return replace(document, pages=tuple(pages), reader=f"image+{engine.name}")


def _check(data: bytes, name: str, config: Config) -> int:
    """The number of pictures in the file."""
    remedy = "Ask the sender for the file again"
    try:
        with Image.open(io.BytesIO(data)) as image:
            count = int(getattr(image, "n_frames", 1)) if image.format in ("TIFF", "MPO") else 1
            count = 1 if image.format == "MPO" else count
            width, height = image.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise DamagedFileError("the picture is damaged or cut off", file=name, remedy=remedy) from error
    except Image.DecompressionBombError as error:
        raise LimitExceededError(
            "the picture has too many pixels", file=name, remedy="Scan it at 300 dpi or less"
        ) from error
    if width * height > MAX_PIXELS:
        raise LimitExceededError(
            f"the picture has {width:,} × {height:,} pixels", file=name, remedy="Scan it at 300 dpi or less"
        )
    if count > config.max_pages:
        raise LimitExceededError(
            f"the file has {count:,} pages, more than the limit of {config.max_pages:,}",
            file=name,
            remedy="Raise max_pages in the settings, or split the file",
        )
    return count


class _Frame:
    """Gives one picture's pixels, at a resolution that recognition can use."""

    def __init__(self, data: bytes, index: int, dpi: int | None) -> None:
        self._data = data
        self._index = index
        self._dpi = dpi

    def __call__(self) -> tuple[Image.Image, int]:
        with Image.open(io.BytesIO(self._data)) as image:
            if self._index:
                image.seek(self._index)
            told = image.info.get("dpi", (0, 0))
            picture: Image.Image = ImageOps.exif_transpose(image) or image
            if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
                ground = Image.new("RGBA", picture.size, "white")
                picture = Image.alpha_composite(ground, picture.convert("RGBA"))
            picture = picture.convert("L" if picture.mode in ("1", "L", "I;16", "I") else "RGB")
        dpi = _resolution(picture.size, told)
        target = self._dpi or min(MAX_DPI, max(dpi, 200))
        if target != dpi:
            scale = target / dpi
            picture = picture.resize(
                (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))),
                Image.Resampling.LANCZOS,
            )
        return picture, target


def _resolution(size: tuple[int, int], told: tuple[float, float]) -> int:
    """Dots per inch: as told where it gives a page of a plausible size, else as if the picture were of an A4 page."""
    short = min(size)
    value = float(told[0] or 0)
    if value > 0 and 4.0 <= short / value <= 17.0:
        return max(50, round(value))
    return max(50, round(short / PAGE_INCHES))
