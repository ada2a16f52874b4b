"""Urgency and secrecy stamps: found by their shape, straightened, taken only for one of a few texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from vnadmin_extract.ocr import urgency
from vnadmin_extract.ocr.engine import OcrWord

DPI = 200
POINT = DPI / 72
SIZE = (round(595 * POINT), round(842 * POINT))
HEAD = [
    OcrWord(text, (x * POINT, 60 * POINT, (x + 40) * POINT, 70 * POINT), 0.95, 1)
    for x, text in ((300, "Độc"), (345, "lập"), (390, "Hạnh"), (435, "phúc"))
]


@dataclass
class Reader:
    """An engine that gives one text for every picture, and keeps the pictures it was shown."""

    text: str
    confidence: float
    shown: list[Image.Image]
    name: str = "told"

    def settings_key(self) -> str:
        return self.name

    def read(self, image: Image.Image, dpi: int) -> list[OcrWord]:
        self.shown.append(image)
        return [OcrWord(part, (0, 0, 10, 10), self.confidence, 1) for part in self.text.split()]


def stamped(degrees: float, *, colour: tuple[int, int, int] = (0, 0, 0), framed: bool = True) -> Image.Image:
    """A page with a stamp of seven letters that rises to the right by an angle."""
    stamp = Image.new("RGB", (round(110 * POINT), round(34 * POINT)), "white")
    draw = ImageDraw.Draw(stamp)
    if framed:
        draw.rectangle((4, 4, stamp.width - 5, stamp.height - 5), outline=colour, width=3)
    for index in range(7):
        left = (10 + 13 * index) * POINT
        draw.rectangle((left, 11 * POINT, left + 7 * POINT, 23 * POINT), fill=colour)
    turned = stamp.rotate(degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    picture = Image.new("RGB", SIZE, "white")
    picture.paste(turned, (round(40 * POINT), round(130 * POINT)))
    return picture


@pytest.mark.parametrize("degrees", [0, 6, -6, 15, 28, 36])
@pytest.mark.parametrize("colour", [(0, 0, 0), (210, 20, 30)])
def test_slanting_stamp_is_shown_level_and_without_its_frame(
    degrees: float, colour: tuple[int, int, int]
) -> None:
    engine = Reader("HỎA TỐC", 0.9, [])
    result = urgency.UrgencyStamps(engine)(stamped(degrees, colour=colour), HEAD, DPI)
    assert [word.text for word in result[len(HEAD) :]] == ["HỎA", "TỐC"]
    ink = np.asarray(engine.shown[-1]) < 128
    rows = np.flatnonzero(ink.any(axis=1))
    assert rows[-1] - rows[0] < 20 * urgency.DPI / 72  # one line of 12 pt letters, no frame of 34 pt


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("HỎA TỐC", "hoa toc"),
        ("HOATÔC", "hoa toc"),
        ("H ATÔỐC", "hoa toc"),
        ("„;HöATô", "hoa toc"),
        ("THƯỢNG KHẦN", "thuong khan"),
        ("KHẨN", "khan"),
        ("TUYỆT MẬT", "tuyet mat"),
        ("MẬT", "mat"),
        ("KHÁN GIẢ", None),
        ("MẶT TRẬN", None),
        ("KHA", None),
        ("SỞ Y TẾ", None),
        ("TOÀ ÁN", None),
        ("", None),
    ],
)
def test_few_texts_are_stamps(text: str, level: str | None) -> None:
    assert urgency.level_of(text) == level


@given(st.text(max_size=40))
def test_any_text_is_judged(text: str) -> None:
    assert urgency.level_of(text) is None or len(text) >= 3


@pytest.mark.parametrize("text", ["SỞ Y TẾ", "CÔNG VĂN ĐẾN", "", "12/4"])
def test_other_stamps_are_left_alone(text: str) -> None:
    engine = Reader(text, 0.95, [])
    assert urgency.UrgencyStamps(engine)(stamped(20), HEAD, DPI) == HEAD
    assert engine.shown  # it was looked at


@pytest.mark.parametrize(
    ("text", "confidence", "count"), [("KHẨN", 0.9, 1), ("KHẨN", 0.5, 0), ("HỎA TỐC", 0.3, 2)]
)
def test_short_text_must_be_read_surely(text: str, confidence: float, count: int) -> None:
    result = urgency.UrgencyStamps(Reader(text, confidence, []))(stamped(20), HEAD, DPI)
    assert len(result) == len(HEAD) + count


def test_page_without_head_is_not_looked_at() -> None:
    engine = Reader("HỎA TỐC", 0.9, [])
    words = [OcrWord("Điều", (100, 100, 160, 120), 0.9, 1)]
    assert urgency.UrgencyStamps(engine)(stamped(20), words, DPI) == words
    assert engine.shown == []


def test_print_that_was_read_is_no_stamp() -> None:
    engine = Reader("HỎA TỐC", 0.9, [])
    read = OcrWord("KẾHOẠCH", (40 * POINT, 128 * POINT, 152 * POINT, 166 * POINT), 0.95, 2)
    words = [*HEAD, read]
    assert urgency.UrgencyStamps(engine)(stamped(0, framed=False), words, DPI) == words
    assert engine.shown == []


def test_stamp_gets_a_row_of_its_own() -> None:
    engine = Reader("HỎA TỐC", 0.9, [])
    beside = OcrWord("Kính", (300 * POINT, 150 * POINT, 340 * POINT, 162 * POINT), 0.95, 2)
    result = urgency.UrgencyStamps(engine)(stamped(25), [*HEAD, beside], DPI)
    stamp = [word for word in result if word.text in ("HỎA", "TỐC")]
    assert len(stamp) == 2
    assert all(w.box[3] < beside.box[1] or w.box[1] > beside.box[3] for w in stamp)
    assert len({word.line for word in stamp} - {1, 2}) == 1
