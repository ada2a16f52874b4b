"""Tesseract through its command line, one process and one thread for each image.

With more than one thread a page takes many times the processor time on a busy machine, hence
``OMP_THREAD_LIMIT=1``; pages are what is read in parallel.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

from vnadmin_extract.document import BBox
from vnadmin_extract.ocr.engine import OcrFailedError, OcrWord, missing_engine

LANGUAGE = "vie"
PAGE_MODE = 4
"""Page segmentation: one column of text of variable sizes. Modes that look for columns (3) tear a header's or a
table's columns apart and lose short lines; sparse text (11) loses the order of tones' marks on close lines."""

SCATTERED_MODE = 11
"""For what is left over when the page's lines were read: names under signatures, stamps, lone lines."""


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The ``tesseract`` program with Vietnamese language data."""

    program: str
    version: str
    timeout: float = 120.0
    """Seconds for one image."""
    page_mode: int = PAGE_MODE
    language: str = LANGUAGE

    @property
    def name(self) -> str:
        """Name of the engine."""
        return "tesseract"

    def settings_key(self) -> str:
        """Version, language and page mode."""
        return f"tesseract {self.version} {self.language} psm{self.page_mode}"

    def read(self, image: Image.Image, dpi: int) -> list[OcrWord]:
        """Read an image; see :class:`~vnadmin_extract.ocr.engine.Engine`."""
        return words_of_tsv(self._run(image, dpi, str(self.page_mode), "tsv"))

    def read_scattered(self, image: Image.Image, dpi: int) -> list[OcrWord]:
        """Read print that stands in pieces here and there."""
        return words_of_tsv(self._run(image, dpi, str(SCATTERED_MODE), "tsv"))

    def turn(self, image: Image.Image, dpi: int) -> tuple[int, float] | None:
        """Degrees (0, 90, 180, 270) clockwise by which the image must be turned to stand upright, and how sure.

        ``None`` where Tesseract has no data for that (``osd.traineddata``) or sees too little print.
        """
        if "osd" not in languages(self.program):
            return None
        try:
            output = self._run(image, dpi, "0", None)
        except OcrFailedError:
            return None
        found = dict(line.split(": ", 1) for line in output.splitlines() if ": " in line)
        try:
            return int(found["Rotate"]), float(found["Orientation confidence"])
        except (KeyError, ValueError):
            return None

    def _run(self, image: Image.Image, dpi: int, page_mode: str, output: str | None) -> str:
        with tempfile.TemporaryDirectory(prefix="vnadmin-ocr-") as folder:
            picture = Path(folder) / "page.png"
            image.save(picture, compress_level=1)
            command = [self.program, str(picture), "stdout", "--dpi", str(dpi), "--psm", page_mode]
            command += ["-l", self.language if output else "osd", *([output] if output else [])]
            done = _run_limited(command, self.timeout)
        if done is None:
            raise OcrFailedError(
                f"Tesseract took more than {self.timeout:g} seconds for one page",
                remedy="Raise ocr_timeout in the settings",
            )
        code, text, errors = done
        if code != 0:
            reason = errors.strip().splitlines()[-1:] or [f"exit status {code}"]
            raise OcrFailedError(f"Tesseract failed ({reason[0]})", remedy="Run vnadmin-extract doctor")
        return text


def _run_limited(command: list[str], timeout: float) -> tuple[int, str, str] | None:
    """Exit status, output and messages of a program; ``None`` where it had to be stopped.

    It runs in a process group of its own, so that stopping it leaves none of its children behind.
    """
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}
    posix = os.name == "posix"
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=posix,
        )
    except OSError as error:
        raise missing_engine(f"Tesseract cannot be started ({error.strerror or error})") from error
    try:
        output, errors = process.communicate(timeout=timeout)
    except BaseException as error:
        try:
            if posix:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        except ProcessLookupError:
            pass
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            return None
        raise
    return process.returncode, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")


def words_of_tsv(text: str) -> list[OcrWord]:
    """The words of Tesseract's TSV output, boxes in pixels."""
    words: list[OcrWord] = []
    line, line_box = 0, None
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        try:
            left, top = float(row["left"]), float(row["top"])
            box: BBox = (left, top, left + float(row["width"]), top + float(row["height"]))
            level, confidence = row["level"], float(row["conf"])
        except (KeyError, TypeError, ValueError):
            continue
        if level == "4":
            line += 1
            line_box = box
        content = (row.get("text") or "").strip()
        if level == "5" and content:
            for part, part_box in _parts(content, box):
                words.append(OcrWord(part, part_box, max(0.0, min(1.0, confidence / 100)), line, line_box))
    return words


def _parts(text: str, box: BBox) -> list[tuple[str, BBox]]:
    """Blank-separated parts of a "word", each with its share of the box."""
    parts = text.split()
    if len(parts) == 1:
        return [(text, box)]
    width = (box[2] - box[0]) / len(text)
    result, start = [], 0
    for part in parts:
        start = text.index(part, start)
        x0 = box[0] + start * width
        result.append((part, (x0, box[1], x0 + len(part) * width, box[3])))
        start += len(part)
    return result


@lru_cache(maxsize=8)
def languages(program: str) -> frozenset[str]:
    """Names of the language data that a Tesseract program finds."""
    try:
        done = _run_limited([program, "--list-langs"], 20.0)
    except OSError:
        return frozenset()
    if done is None or done[0] != 0:
        return frozenset()
    lines = (done[1] or done[2]).splitlines()
    return frozenset(line.strip() for line in lines[1:] if line.strip())


@lru_cache(maxsize=8)
def _version(program: str) -> str:
    done = _run_limited([program, "--version"], 20.0)
    first = ((done[1] or done[2]) if done else "").splitlines()[:1]
    return first[0].removeprefix("tesseract ").strip() if first else "unknown"


def find_program() -> str | None:
    """Path of the ``tesseract`` program, or ``None``."""
    found = shutil.which("tesseract")
    if found is None and os.name == "nt":
        usual = Path(os.environ.get("PROGRAMFILES", r"C:\Program Files")) / "Tesseract-OCR" / "tesseract.exe"
        found = str(usual) if usual.exists() else None
    return found


def find_tesseract(*, timeout: float = 120.0) -> Tesseract | None:
    """Tesseract, where the program and its Vietnamese data are installed."""
    program = find_program()
    if program is None or LANGUAGE not in languages(program):
        return None
    return Tesseract(program, _version(program), timeout)
