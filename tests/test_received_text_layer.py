"""The received stamp in a PDF's own text: taken out of the page, so that the header is read as if it were not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from corpus.typeset.pdf import STANDARD, render_pdf
from corpus.typeset.source import load_source

from vnadmin_extract import Config, extract
from vnadmin_extract.document import Word
from vnadmin_extract.readers.received_stamp import received_stamp

SOURCES = Path(__file__).parents[1] / "corpus" / "sources"


@pytest.mark.parametrize("name", ["kh-xa-ve-sinh-moi-truong", "cv-dang-uy-sinh-hoat", "qd-tinh-du-lich"])
def test_header_beside_a_received_stamp(name: str, tmp_path: Path) -> None:
    source = load_source(SOURCES / f"{name}.toml")
    render_pdf(source, tmp_path / "plain.pdf")
    render_pdf(source, tmp_path / "stamped.pdf", replace(STANDARD, received=("412", "09/5/2026")))
    config = Config(models=False, ocr="off")
    plain, stamped = extract(tmp_path / "plain.pdf", config), extract(tmp_path / "stamped.pdf", config)
    assert stamped.received is not None
    assert (stamped.received.number, stamped.received.date) == ("412", "2026-05-09")
    for field in ("code", "issued", "type", "issuer", "subject"):
        one, two = getattr(plain, field), getattr(stamped, field)
        assert one.model_copy(update={"evidence": ()}) == two.model_copy(update={"evidence": ()}), field


def line(text: str, x: float, y: float) -> list[Word]:
    words = []
    for part in text.split():
        words.append(Word(part, (x, y, x + 7 * len(part), y + 12)))
        x += 7 * len(part) + 4
    return words


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([("CÔNG VĂN ĐẾN", 60, 40), ("Số: 412", 60, 56), ("Ngày: 09/5/2026", 60, 72)], True),
        ([("ĐẾN", 80, 56), ("Số: ........", 60, 72), ("Ngày: ..../..../20...", 60, 88)], True),
        # a title whose line goes on after the word
        ([("TẦM NHÌN ĐẾN NĂM 2030", 60, 72), ("Số: 12/KH-UBND", 60, 40), ("Ngày: 05", 60, 56)], False),
        ([("ĐẾN", 80, 56), ("CỘNG HÒA XÃ HỘI", 200, 56)], False),
    ],
)
def test_what_is_a_stamp(lines: list[tuple[str, float, float]], found: bool) -> None:
    words = [word for text, x, y in lines for word in line(text, x, y)]
    stamp, taken = received_stamp(words, 1, 842.0)
    assert (stamp is not None) is found
    assert bool(taken) is found
