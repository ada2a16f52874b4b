"""Both readers on real files with a text layer, where a folder of them is at hand beside the repository."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from vnadmin_extract.config import Config
from vnadmin_extract.document import Document
from vnadmin_extract.readers import read

REAL = Path(__file__).parents[1].parent / "shared" / "real"
FILES = sorted(REAL.glob("dev/*.pdf"))

pytestmark = pytest.mark.skipif(not FILES, reason="no real files at hand")


def both(path: Path) -> tuple[Document, Document]:
    fast = read(path, Config(reader="pdfium", check_signatures=False, ocr="off"))
    thorough = read(path, Config(reader="pdfplumber", check_signatures=False, ocr="off"))
    return fast, thorough


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_readers_agree(path: Path) -> None:
    """Word for word, but for the rare blank that pdfium leaves out; tables only pdfplumber takes apart."""
    fast, thorough = both(path)
    seen = wrong = 0
    for one, other in zip(fast.pages, thorough.pages, strict=True):
        assert (one.width, one.height) == (pytest.approx(other.width), pytest.approx(other.height))
        assert one.needs_ocr == other.needs_ocr
        assert one.stamps == other.stamps
        if other.tables:
            continue
        lines = {line.text for line in other.lines}
        seen += len(lines)
        wrong += len(lines - {line.text for line in one.lines})
    assert wrong <= 0.005 * seen


def is_white(path: Path, number: int) -> bool:
    with pypdfium2.PdfDocument(path) as document:
        return set(bytes(document[number - 1].render(scale=0.5).buffer)) == {255}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_page_has_text_or_needs_recognition_and_boxes_lie_on_it(path: Path) -> None:
    for page in read(path, Config(ocr="off")).pages:
        assert page.lines or page.tables or page.needs_ocr or is_white(path, page.number)
        for line in page.lines:
            x0, top, x1, bottom = line.bbox
            assert -2 <= x0 <= x1 <= page.width + 10
            assert -20 <= top < bottom <= page.height + 20
            assert list(line.words) == sorted(line.words, key=lambda word: (word.bbox[0], word.bbox[2]))
