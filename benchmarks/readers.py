"""Speed of the PDF readers: ``python benchmarks/readers.py FOLDER [--pages N]``.

Prints, for the pages with a text layer: pages per CPU second of each reader, their ratio, the share of pages that
``auto`` gave to pdfplumber, and how many lines the two readers read alike.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from vnadmin_extract.readers.lines import lines_of, words_of
from vnadmin_extract.readers.pdf import needs_pdfplumber
from vnadmin_extract.readers.pdf_pdfium import (
    geometry_of,
    loaded_page,
    open_document,
    read_drawings,
    read_glyphs,
)
from vnadmin_extract.readers.pdf_plumber import PlumberFile, table_of

T = TypeVar("T")


@dataclass
class Totals:
    pages: int = 0
    pdfium: float = 0.0
    pdfplumber: float = 0.0
    thorough: int = 0
    lines: int = 0
    alike: int = 0


def timed(call: Callable[[], T]) -> tuple[T, float]:
    start = time.process_time()
    result = call()
    return result, time.process_time() - start


def measure(path: Path, totals: Totals, limit: int) -> None:
    data = path.read_bytes()
    document = open_document(data)
    plumber = PlumberFile(data)
    try:
        for index in range(len(document)):
            if totals.pages >= limit:
                return

            def fast(index: int = index) -> tuple[list[str], bool]:
                with loaded_page(document, index) as page:
                    geometry = geometry_of(page)
                    words = words_of(read_glyphs(page, geometry))
                    thorough = needs_pdfplumber(words, read_drawings(page, geometry))
                return [line.text for line in lines_of(words)], thorough

            def slow(index: int = index) -> list[str]:
                page = plumber.read(index)
                words = words_of(page.glyphs)
                for grid in page.grids:
                    table_of(grid, words)
                return [line.text for line in lines_of(words)]

            (lines, thorough), seconds = timed(fast)
            if not lines:
                continue
            others, other_seconds = timed(slow)
            totals.pages += 1
            totals.pdfium += seconds
            totals.pdfplumber += other_seconds
            totals.thorough += thorough
            totals.lines += len(others)
            totals.alike += sum(line in lines for line in others)
    finally:
        plumber.close()
        document.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=200, help="stop after this many pages with text")
    options = parser.parse_args()
    totals = Totals()
    for path in sorted(options.folder.rglob("*.pdf")):
        measure(path, totals, options.pages)
    if not totals.pages:
        raise SystemExit(f"no page with a text layer in {options.folder}")
    fast, slow = totals.pages / totals.pdfium, totals.pages / totals.pdfplumber
    print(f"pages with text          {totals.pages}")
    print(f"pdfium                   {fast:.1f} pages per CPU second")
    print(f"pdfplumber               {slow:.1f} pages per CPU second")
    print(f"pdfium is faster by      {fast / slow:.1f} times")
    print(f"auto uses pdfplumber on  {totals.thorough / totals.pages:.0%} of the pages")
    print(f"lines read alike         {totals.alike / max(1, totals.lines):.2%} of {totals.lines}")


if __name__ == "__main__":
    main()
