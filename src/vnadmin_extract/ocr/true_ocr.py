"""TrueOCR: a small recogniser whose models come in its package (``pip install 'vnadmin-extract[ocr]'``).

It needs no system package, stands skew well and is weak on tone marks: the fallback where Tesseract is not
installed, and a second opinion. It gives lines; words are cut from them in proportion to their letters' widths.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from threading import Lock
from typing import Any

from PIL import Image

from vnadmin_extract.document import BBox
from vnadmin_extract.ocr.engine import OcrFailedError, OcrWord, missing_engine

_LOCK = Lock()
_NARROW = frozenset("iíìỉĩịljtfrI.,;:'!|()[]-/ ")
_WIDE = frozenset("mMWwƯƠĐOÔQGHNU%@&—")


@dataclass(frozen=True, slots=True)
class TrueOcr:
    """The ``trueocr`` package."""

    version: str

    @property
    def name(self) -> str:
        """Name of the engine."""
        return "trueocr"

    def settings_key(self) -> str:
        """Version."""
        return f"trueocr {self.version}"

    def read(self, image: Image.Image, dpi: int) -> list[OcrWord]:
        """Read an image; see :class:`~vnadmin_extract.ocr.engine.Engine`."""
        del dpi
        with _LOCK:  # one page at a time: it keeps buffers of the page's size
            try:
                result = _model().predict(image.convert("RGB"))
            except ImportError as error:
                raise missing_engine(f"TrueOCR cannot be loaded ({error})") from error
            except (RuntimeError, ValueError) as error:
                raise OcrFailedError(
                    f"TrueOCR failed ({type(error).__name__})", remedy="Install Tesseract and try again"
                ) from error
        words: list[OcrWord] = []
        for number, line in enumerate(result.lines, start=1):
            x0, y0, x1, y1 = (float(value) for value in line["bbox"])
            words.extend(cut_line(line["text"], (x0, y0, x1, y1), float(line["confidence"]), number))
        return words


def cut_line(text: str, box: BBox, confidence: float, number: int) -> list[OcrWord]:
    """A line's words, each with the share of the line's box that its letters take."""
    widths = [0.55 if c in _NARROW else 1.35 if c in _WIDE else 1.0 for c in text]
    total = sum(widths)
    if total <= 0:
        return []
    unit = (box[2] - box[0]) / total
    words, start, place = [], 0, box[0]
    for part in text.split(" "):
        width = sum(widths[start : start + len(part)]) * unit
        if part:
            words.append(OcrWord(part, (place, box[1], place + width, box[3]), confidence, number, box))
        gap = widths[start + len(part)] * unit if start + len(part) < len(widths) else 0.0
        place += width + gap
        start += len(part) + 1
    return words


@lru_cache(maxsize=1)
def _model() -> Any:
    from importlib import import_module

    # By name: the package is optional, and has no type information.
    return import_module("trueocr").load_model(auto_rotate=False, save_outputs=False, threads=1)


def find_true_ocr() -> TrueOcr | None:
    """TrueOCR, where its package is installed. Nothing of it is imported."""
    if find_spec("trueocr") is None:
        return None
    try:
        return TrueOcr(version("trueocr"))
    except PackageNotFoundError:
        return TrueOcr("unknown")
