"""What a recognition engine is to this library: pixels in, words with boxes and confidences out.

Engines give words in pixels of the image they were shown. Nothing else of theirs is used: what stands on one
line, what is a column and what is a table is decided from the boxes (:mod:`vnadmin_extract.ocr.assembly`), so
that every engine, and every later stage, sees the same kind of page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from vnadmin_extract.document import BBox, Line
from vnadmin_extract.errors import MissingProgramError, VnadminError


@dataclass(frozen=True, slots=True)
class OcrWord:
    """A word as an engine read it."""

    text: str
    box: BBox
    """Pixels of the image that the engine was shown, from its top left corner."""
    confidence: float
    """The engine's own, 0 to 1."""
    line: int = 0
    """Words with the same number stand on one line in the engine's opinion (never joined across columns)."""
    line_box: BBox | None = None
    """The engine's box of that line, in pixels."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """Other readings of the same print with their confidences, best first (a second engine's, for one)."""


class Engine(Protocol):
    """A recognition engine. Instances are picklable and keep no state between images."""

    @property
    def name(self) -> str:
        """Short name, as in the settings: ``"tesseract"``."""

    def settings_key(self) -> str:
        """Everything that decides what the engine gives for an image (part of the cache's key)."""

    def read(self, image: Image.Image, dpi: int) -> list[OcrWord]:
        """Read an image of upright print.

        Args:
            image: grey (mode ``L``), dark print on light ground.
            dpi: its resolution.

        Raises:
            OcrFailedError: the engine broke off or took too long.
            MissingProgramError: the engine is not installed.
        """


class OcrFailedError(VnadminError):
    """A recognition engine broke off, or took too long, on one page. Other pages are not touched by it."""

    status = "ocr_failed"


Refiner = Callable[[Image.Image, list[OcrWord], int], list[OcrWord]]
"""A step between recognition and assembly, for what must see the ink (handwritten numbers, for one): it is given the
upright, straightened picture with its colours, a page's words with boxes in that picture, and its resolution, and
gives back the words that are to be assembled. What it replaces should stay in :attr:`OcrWord.alternatives`."""

LineCorrector = Callable[[Sequence[Line]], Sequence[Line]]
"""A step over assembled lines, in reading order, that may change words' texts (never their number or boxes)."""

INSTALL = {
    "Linux": "sudo apt-get install tesseract-ocr tesseract-ocr-vie",
    "Darwin": "brew install tesseract tesseract-lang",
    "Windows": "winget install UB-Mannheim.TesseractOCR (with Vietnamese among its language data)",
}
"""How Tesseract is installed, by the name of the system."""


def missing_engine(what: str, *, file: str | None = None) -> MissingProgramError:
    """The error for a scan that no installed engine can read, with the commands that install one."""
    import platform

    command = INSTALL.get(platform.system(), INSTALL["Linux"])
    return MissingProgramError(
        what,
        file=file,
        remedy=f"Install Tesseract ({command}) or TrueOCR (pip install 'vnadmin-extract[ocr]')",
    )
