"""Many pictures of pages, several at a time, one picture in memory for each.

Recognition runs in processes of its own (Tesseract's) or outside Python's lock (TrueOCR's), so threads are enough
to use all processors; the pictures themselves are made under pdfium's lock by whoever yields them.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from PIL import Image

from vnadmin_extract.config import Config
from vnadmin_extract.document import Page, TextOrigin
from vnadmin_extract.errors import MissingProgramError
from vnadmin_extract.ocr import cache
from vnadmin_extract.ocr.assembly import page_of
from vnadmin_extract.ocr.engine import Engine, LineCorrector, OcrFailedError, Refiner, missing_engine
from vnadmin_extract.ocr.reading import Progress, Reading, Settings, read_image
from vnadmin_extract.ocr.refine import VERSION as REFINE_VERSION


@dataclass(frozen=True, slots=True)
class Picture:
    """One page to be recognised; its pixels are made only when its turn comes."""

    number: int
    """The page's number in its file, from 1."""
    size: tuple[float, float] | None
    """Points, as shown; ``None``: from the picture's resolution."""
    load: Callable[[], tuple[Image.Image, int]]
    """Gives the pixels and their resolution. Called from another thread."""


def find_engine(config: Config) -> Engine | None:
    """The engine that the settings call for; ``None`` where it is not installed."""
    from vnadmin_extract.ocr.tesseract import find_tesseract
    from vnadmin_extract.ocr.true_ocr import find_true_ocr

    if config.ocr_engine in ("auto", "tesseract"):
        found = find_tesseract(timeout=config.ocr_timeout)
        if found is not None or config.ocr_engine == "tesseract":
            return found
    return find_true_ocr()


def require_engine(config: Config, name: str) -> Engine:
    """The engine that the settings call for.

    Raises:
        MissingProgramError: it is not installed; the message says how to install one.
    """
    engine = find_engine(config)
    if engine is None:
        wanted = {"tesseract": "Tesseract with Vietnamese data", "trueocr": "TrueOCR"}.get(
            config.ocr_engine, "a recognition engine"
        )
        raise missing_engine(f"the file is a scan, and {wanted} is not installed", file=name)
    return engine


def job_count(config: Config, pages: int) -> int:
    """How many pages to recognise at a time: one in a worker process, whose siblings use the other processors."""
    if config.ocr_jobs is not None:
        return max(1, min(config.ocr_jobs, pages))
    if multiprocessing.parent_process() is not None:
        return 1
    return max(1, min(os.cpu_count() or 1, pages))


def read_pictures(
    pictures: Sequence[Picture],
    engine: Engine,
    config: Config,
    *,
    refine: Refiner | None = None,
    on_page: Progress | None = None,
) -> list[Page]:
    """The pages of pictures, in their order.

    A page that the engine fails on comes back marked ``needs_ocr`` with a warning; the others are not lost.

    Args:
        pictures: what to read.
        engine: see :func:`find_engine`.
        config: settings.
        refine: step over each page's recognised words; see :data:`~vnadmin_extract.ocr.engine.Refiner`.
        on_page: called after each page.

    Raises:
        MissingProgramError: the engine went away.
    """
    pages: dict[int, Page] = {}
    todo = list(enumerate(pictures))
    jobs = job_count(config, len(todo))
    done = 0
    with ThreadPoolExecutor(jobs, thread_name_prefix="ocr") as pool:
        running: dict[Future[Page], int] = {}
        try:
            while todo or running:
                while todo and len(running) < jobs:
                    index, picture = todo.pop(0)
                    running[pool.submit(_read, picture, engine, config, refine)] = index
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    pages[running.pop(future)] = future.result()
                    done += 1
                    if on_page is not None:
                        on_page(done, len(pictures))
        except BaseException:
            for future in running:
                future.cancel()
            raise
    return [pages[index] for index in range(len(pictures))]


def _read(picture: Picture, engine: Engine, config: Config, refine: Refiner | None) -> Page:
    try:
        pixels, dpi = picture.load()
        reading = read_cached(pixels, dpi, engine, config, refine)
    except MissingProgramError:
        raise
    except OcrFailedError as error:
        return _failed(picture, f"page {picture.number} could not be recognised: {error.what}")
    except (OSError, ValueError, MemoryError, Image.DecompressionBombError) as error:
        return _failed(
            picture, f"page {picture.number} could not be recognised: {type(error).__name__} in its picture"
        )
    page = page_of(reading, picture.number, picture.size)
    return corrected(page) if config.ocr_correct else page


def corrected(page: Page, correct: LineCorrector | None = None) -> Page:
    """The page with reading errors set right in its lines and, cell by cell, in its tables.

    Args:
        page: as assembled.
        correct: the step; :func:`vnadmin_extract.ocr.correct.correct_lines` where ``None``.
    """
    step = correct
    if step is None:
        from vnadmin_extract.ocr.correct import correct_lines

        step = correct_lines
    tables = tuple(
        replace(table, cells=tuple(replace(cell, lines=tuple(step(cell.lines))) for cell in table.cells))
        for table in page.tables
    )
    return replace(page, lines=tuple(step(page.lines)), tables=tables)


def read_cached(
    pixels: Image.Image, dpi: int, engine: Engine, config: Config, refine: Refiner | None = None
) -> Reading:
    """A picture's reading, from the cache where the settings name one and it holds it."""
    settings = Settings(second_look=config.ocr_second_look)
    if config.ocr_cache is None:
        return read_image(pixels, dpi, engine, settings, refine=refine)
    step = (
        f" {getattr(refine, '__module__', '')}.{getattr(refine, '__qualname__', type(refine).__name__)}"
        if refine is not None
        else ""
    )
    key = cache.key_of(pixels, dpi, engine, f"{settings.key()}{step} {REFINE_VERSION}")
    kept = cache.load(config.ocr_cache, key)
    if kept is None:
        kept = read_image(pixels, dpi, engine, settings, refine=refine)
        cache.store(config.ocr_cache, key, kept)
    return kept


def _failed(picture: Picture, warning: str) -> Page:
    width, height = picture.size or (0.0, 0.0)
    return Page(picture.number, width, height, origin=TextOrigin.OCR, needs_ocr=True, warnings=(warning,))
