"""What extraction costs beside reading: ``python benchmarks/extraction.py FOLDER``.

Prints, over the PDF files with a text layer in a folder, milliseconds of CPU per page for reading with pdfplumber and
with pdfium, and for each step after reading (layout, then every fact stage), and their ratio to pdfplumber's reading.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from pathlib import Path

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document
from vnadmin_extract.errors import VnadminError
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.registry import STAGES, run_stages
from vnadmin_extract.layout import lay_out
from vnadmin_extract.readers import read


def clock() -> float:
    return time.process_time()


def read_with(path: Path, reader: str, spent: dict[str, float]) -> Document | None:
    start = clock()
    try:
        document = read(
            path, Config.model_validate({"reader": reader, "check_signatures": False, "ocr": "off"})
        )
    except VnadminError:
        return None
    if any(page.needs_ocr for page in document.pages) or not document.pages:
        return None
    spent[f"read: {reader}"] += clock() - start
    return document


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    spent: dict[str, float] = defaultdict(float)
    pages = files = 0
    # One document first, so that loading spaCy and the data files is not counted.
    for path in sorted(Path(sys.argv[1]).rglob("*.pdf")):
        plumber = read_with(path, "pdfplumber", spent)
        if plumber is None:
            continue
        document = read_with(path, "pdfium", spent)
        if document is None:
            continue
        if not files:
            for layout in lay_out(document):
                run_stages(Draft(layout, Config()))
        files += 1
        pages += len(document.pages)
        start = clock()
        layouts = lay_out(document)
        spent["layout"] += clock() - start
        for layout in layouts:
            draft = Draft(layout, Config())
            for stage in STAGES:
                start = clock()
                value = stage.run(draft)
                spent[f"stage: {stage.name}"] += clock() - start
                values = value if len(stage.fields) > 1 else (value,)
                for name, part in zip(stage.fields, values, strict=True):
                    setattr(draft, name, part)
    if not pages:
        print("no PDF file with a text layer there", file=sys.stderr)
        return 1
    slow = spent["read: pdfplumber"]
    print(f"{files} files, {pages} pages")
    for name, seconds in spent.items():
        print(
            f"{name:24} {1000 * seconds / pages:8.2f} ms per page   {seconds / slow:7.3f} of pdfplumber's reading"
        )
    after = sum(s for name, s in spent.items() if not name.startswith("read"))
    print(
        f"{'all after reading':24} {1000 * after / pages:8.2f} ms per page   {after / slow:7.3f} of pdfplumber's reading"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
