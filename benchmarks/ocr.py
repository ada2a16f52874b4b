"""Word errors of the reader for scans against plain Tesseract, page by page, and the time of its steps.

Give a folder of ``NAME-page-N.txt`` transcriptions with ``NAME.pdf`` beside them (or in another folder given with
``--files``). Without one, pages are set from the sample documents' own text layers, which the program reads and the
recognition does not see.

A page's words are compared as a bag, so that the order in which columns are read does not count: errors are the
larger of the words missed and the words made up. Quotation marks, dashes and the two ways of placing a tone mark
("hoà", "hòa") count as the same; ``[…]`` in a transcription excuses up to three words.

``--without STEP`` leaves a step out (deskew, borders, rules, median, second_look, orientation, correct).
"""

from __future__ import annotations

import argparse
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
from PIL import Image

from vnadmin_extract.config import Config
from vnadmin_extract.document import Line
from vnadmin_extract.ocr import cache
from vnadmin_extract.ocr.assembly import page_of
from vnadmin_extract.ocr.engine import Engine
from vnadmin_extract.ocr.pages import corrected, find_engine
from vnadmin_extract.ocr.reading import Reading, Settings, read_image
from vnadmin_extract.readers import read
from vnadmin_extract.readers.pdf_ocr import scan_dpi

GAP = "[…]"
_SAME = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "–": "-", "—": "-"})
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def words_in(text: str) -> list[str]:
    return [_plain(word) for word in text.translate(_SAME).split()]


def _plain(word: str) -> str:
    """The word with its tone behind its last letter, so that both ways of placing it are the same."""
    letters = unicodedata.normalize("NFD", word)
    tones = [c for c in letters if c in _TONES]
    return unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONES)) + "".join(tones)


def word_errors(truth: str, read_text: str) -> tuple[int, int]:
    """Errors and number of words of the truth."""
    wanted = [word for word in words_in(truth.replace(GAP, " ")) if word]
    found = words_in(read_text)
    common = sum((Counter(wanted) & Counter(found)).values())
    missed = len(wanted) - common
    made_up = max(0, len(found) - common - 3 * truth.count(GAP))
    return max(missed, made_up), len(wanted)


def transcribed(folder: Path, files: Path) -> Iterator[tuple[str, Path, int, str]]:
    for path in sorted(folder.glob("*-page-*.txt")):
        name, _, number = path.stem.rpartition("-page-")
        pdf = next((p for p in (folder / f"{name}.pdf", files / f"{name}.pdf") if p.exists()), None)
        if pdf is not None:
            yield name, pdf, int(number), path.read_text(encoding="utf-8")


def sample_pages(folder: Path) -> Iterator[tuple[str, Path, int, str]]:
    for path in sorted(folder.glob("*.pdf"))[:6]:
        page = read(path, Config(ocr="off")).pages[0]
        if page.lines and not page.tables:
            yield path.stem, path, 1, text_of(page.lines)


def text_of(lines: tuple[Line, ...]) -> str:
    return "\n".join(line.text for line in lines)


def render(pdf: Path, number: int, dpi: int | None) -> tuple[Image.Image, int]:
    document = pypdfium2.PdfDocument(pdf)
    page = document[number - 1]
    dpi = dpi or scan_dpi(page)
    picture = page.render(scale=dpi / 72, draw_annots=False).to_pil().convert("RGB")
    document.close()
    return picture, dpi


def kept_reading(
    picture: Image.Image, dpi: int, engine: Engine, settings: Settings, folder: Path | None
) -> Reading:
    if folder is None:
        return read_image(picture, dpi, engine, settings)
    key = cache.key_of(picture, dpi, engine, settings.key())
    reading = cache.load(folder, key)
    if reading is None:
        reading = read_image(picture, dpi, engine, settings)
        cache.store(folder, key, reading)
    return reading


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", help="transcriptions")
    parser.add_argument("--files", type=Path, default=Path(), help="where else the PDF files are")
    parser.add_argument("--engine", default="auto", choices=["auto", "tesseract", "trueocr"])
    parser.add_argument("--without", action="append", default=[], help="leave a step out")
    parser.add_argument("--cache", type=Path, help="folder in which readings are kept")
    arguments = parser.parse_args()
    engine = find_engine(Config(ocr_engine=arguments.engine))
    if engine is None:
        print("no recognition engine is installed: see vnadmin-extract doctor")
        return 5
    steps = [step for step in arguments.without if step != "correct"]
    settings = replace(Settings(), **dict.fromkeys(steps, False))
    plain = replace(Settings(), **dict.fromkeys(Settings.__dataclass_fields__, False))
    samples = Path(__file__).parents[1] / "corpus" / "samples"
    pages = transcribed(arguments.folder, arguments.files) if arguments.folder else sample_pages(samples)
    totals: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    worse = []
    print(f"{'page':32s} {'words':>6s} {'plain':>13s} {'ours':>13s} {'corrected':>13s}")
    for name, pdf, number, truth in pages:
        picture, _ = render(pdf, number, 200)
        first = kept_reading(picture.convert("L"), 200, engine, plain, arguments.cache)
        picture, dpi = render(pdf, number, None)
        reading = kept_reading(picture, dpi, engine, settings, arguments.cache)
        seconds.update(dict(reading.seconds))
        page = page_of(reading, number)
        texts = {
            "plain": " ".join(word.text for word in first.words),
            "ours": " ".join(
                [text_of(page.lines), *(cell.text for table in page.tables for cell in table.cells)]
            ),
        }
        if "correct" not in arguments.without:
            page = corrected(page)
            texts["corrected"] = " ".join(
                [text_of(page.lines), *(cell.text for table in page.tables for cell in table.cells)]
            )
        for stamp in page.stamps:  # a stamp's words were read, and stand beside the lines
            if stamp.kind == "received":
                for label in ("ours", "corrected"):
                    if label in texts:
                        texts[label] += " " + stamp.text
        counted = {label: word_errors(truth, text) for label, text in texts.items()}
        words = counted["plain"][1]
        totals["words"] += words
        row = f"{name[:32]:32s} {words:6d}"
        for label, (errors, _) in counted.items():
            totals[label] += errors
            row += f" {errors:5d} {100 * errors / words:5.1f} %"
        last = list(counted.values())[-1][0]
        if last > counted["plain"][0] + 0.005 * words:
            worse.append(name)
        print(row, flush=True)
    if not totals["words"]:
        print("no pages")
        return 2
    row = f"{'all':32s} {totals['words']:6d}"
    for label in ("plain", "ours", "corrected"):
        if label in totals:
            row += f" {totals[label]:5d} {100 * totals[label] / totals['words']:5.1f} %"
    print(row)
    print("worse than plain by more than half a point:", ", ".join(worse) or "none")
    print("seconds by step:", ", ".join(f"{step} {value:.1f}" for step, value in seconds.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
