"""The steps that look at the ink again after a page's words are recognised, one module each.

To add a step: a module beside this one with a function of the type
:data:`~vnadmin_extract.ocr.engine.Refiner`, and a line in :data:`STEPS`.
"""

from __future__ import annotations

from PIL import Image

from vnadmin_extract.ocr import signature_area, slots, urgency
from vnadmin_extract.ocr.engine import OcrWord, Refiner

STEPS: tuple[Refiner, ...] = (slots.refine, urgency.refine, signature_area.refine)
"""In the order in which they run."""
VERSION = 2
"""Changes whenever a step gives something else for the same page (part of the OCR cache's key)."""


def refine_page(picture: Image.Image, words: list[OcrWord], dpi: int) -> list[OcrWord]:
    """Run all steps over a page's words.

    Args:
        picture: the page upright and straight, with its colours.
        words: recognised words with boxes in that picture.
        dpi: its resolution.
    """
    for step in STEPS:
        words = step(picture, words, dpi)
    return words
