"""The signer's position and name, read again where seal and signature lie over them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw

from vnadmin_extract.ocr import signature_area as area
from vnadmin_extract.ocr.components import components_of
from vnadmin_extract.ocr.engine import OcrWord

DPI = 300
POINT = DPI / 72
SIZE = (round(595 * POINT), round(842 * POINT))


def words_at(x: float, y: float, text: str, line: int, confidence: float = 0.95) -> list[OcrWord]:
    """Words of one line, set at a place in points."""
    result = []
    for part in text.split():
        width = 6.0 * len(part)
        box = (x * POINT, y * POINT, (x + width) * POINT, (y + 9) * POINT)
        result.append(OcrWord(part, box, confidence, line))
        x += width + 4
    return result


RECIPIENTS = [
    *words_at(80, 500, "Nơi nhận:", 1),
    *words_at(80, 515, "- Như trên;", 2),
    *words_at(80, 530, "- Lưu: VT.", 3),
]


@dataclass
class Reader:
    """An engine that sees the rows of ink on the first picture it is shown, and reads each as it was told."""

    texts: list[tuple[str, float]]
    name: str = "told"
    seen: list[int] = field(default_factory=list)

    def settings_key(self) -> str:
        return self.name

    def read(self, image: Image.Image, dpi: int) -> list[OcrWord]:
        ink = (np.asarray(image) < 128).any(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], ink.astype(np.int8), [0]])))
        rows = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
        self.seen.append(len(rows))
        if len(self.seen) > 1:
            return []
        result: list[OcrWord] = []
        for line, ((top, bottom), (text, sure)) in enumerate(zip(rows, self.texts, strict=False)):
            right_edge = float(np.flatnonzero((np.asarray(image)[top:bottom] < 128).any(axis=0))[-1])
            x = right_edge - sum(6 * POINT * len(p) + 4 * POINT for p in text.split())
            for part in text.split():
                right = x + 6 * POINT * len(part)
                result.append(OcrWord(part, (x, top, right, bottom), sure, line))
                x = right + 4 * POINT
        return result


def page(*rows: tuple[float, float, int]) -> Image.Image:
    """A page with rows of letter-sized blocks: left edge, top (points) and how many letters."""
    picture = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(picture)
    for x, y, count in rows:
        for index in range(count):
            left = (x + 8 * index) * POINT
            draw.rectangle((left, y * POINT, left + 5 * POINT, (y + 9) * POINT), fill=0)
    return picture


def text_of(words: list[OcrWord], *, right: bool = True) -> list[str]:
    lines: dict[int, list[OcrWord]] = {}
    for word in words:
        if not right or word.box[0] > 200 * POINT:
            lines.setdefault(word.line, []).append(word)
    rows = sorted(lines.values(), key=lambda line: min(w.box[1] for w in line))
    return [" ".join(w.text for w in sorted(row, key=lambda w: w.box[0])) for row in rows]


def test_area_lies_right_of_the_list_and_reaches_down_to_the_name() -> None:
    found = area.find_area(RECIPIENTS, SIZE, DPI)
    assert found is not None
    x0, y0, x1, y1 = (value / POINT for value in found)
    assert x0 < 300 < x1
    assert y0 < 490
    assert y1 > 690


@pytest.mark.parametrize("opening", ["Nơi nhận:", "Not nhận:", "Nơi nhân", "- Như trên;", "- Lưu: VT, VX."])
def test_one_line_of_the_list_is_enough(opening: str) -> None:
    assert area.find_area(words_at(80, 500, opening, 1), SIZE, DPI) is not None


@pytest.mark.parametrize("text", ["Lưu ý các đơn vị", "Như vậy, đề nghị các cơ quan", "1. Nội dung"])
def test_running_text_opens_no_area(text: str) -> None:
    assert area.find_area(words_at(80, 500, text, 1), SIZE, DPI) is None


def test_page_without_list_is_left_alone_and_not_read() -> None:
    engine = Reader([("GIÁM ĐỐC", 0.9)])
    words = words_at(80, 100, "Điều 1. Phạm vi", 1)
    assert area.SignatureArea(engine)(page((400, 110, 8)), words, DPI) == words
    assert engine.seen == []


def test_lost_position_and_name_come_back() -> None:
    engine = Reader(
        [("GIÁM ĐÓC", 0.91), ("GIAM ĐÓC", 0.9), ("Nguyễn Minh Đăng", 0.95), ("Nguyễn Minh Đăng", 0.9)]
    )
    junk = words_at(380, 560, "(x3 L“L", 9, 0.2)
    result = area.SignatureArea(engine)(page((380, 505, 8), (370, 600, 12)), [*RECIPIENTS, *junk], DPI)
    assert text_of(result) == ["GIÁM ĐỐC", "Nguyễn Minh Đăng"]
    assert text_of(result, right=False)[0].startswith("Nơi nhận:")


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param([("Nguyễn Minh Đăng", 0.5), ("Trần Văn Đông", 0.5)], id="looks differ"),
        pytest.param([("Nguyễn Minh Đăng", 0.1), ("Nguyễn Minh Đăng", 0.1)], id="hardly read"),
        pytest.param([("Minh Đăng", 0.95), ("xuyến Minh Đăng", 0.95)], id="family name lost"),
    ],
)
def test_doubtful_name_is_not_given(looks: list[tuple[str, float]]) -> None:
    engine = Reader([("GIÁM ĐỐC", 0.9), ("GIÁM ĐỐC", 0.9), *looks])
    result = area.SignatureArea(engine)(page((380, 505, 8), (370, 600, 12)), RECIPIENTS, DPI)
    assert text_of(result) == ["GIÁM ĐỐC"]


def test_two_looks_that_agree_make_a_name() -> None:
    engine = Reader([("Hồ Minh Đăng", 0.5), ("Hồ Minh Đăng", 0.6)])
    result = area.SignatureArea(engine)(page((370, 600, 12)), RECIPIENTS, DPI)
    assert text_of(result) == ["Hồ Minh Đăng"]


def test_first_reading_stands_where_it_was_sure() -> None:
    words = [*RECIPIENTS, *words_at(380, 505, "GIÁM ĐỐC", 9)]
    engine = Reader([("GIÁM ĐỐC", 0.9), ("GIÁM ĐỐC", 0.9)])
    assert area.SignatureArea(engine)(page((380, 505, 8)), words, DPI) == words


@pytest.mark.parametrize(
    ("text", "count"),
    [("GIÁM ĐỐC", 2), ("L^L GIÁM ĐỐC", 2), ("KT. CHỦ TỊCH", 3), ("CỘNG HÒA", 0), ("Nguyễn Minh Đăng", 0)],
)
def test_position_words(text: str, count: int) -> None:
    assert area.position_words(text) == count


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Nguyễn Minh Đăng", (0, 3)),
        ("Sx Trần Thị Hòa", (1, 4)),
        ("GIÁM ĐỐC", None),
        ("Mlạnh Cưxng", None),
    ],
)
def test_name_span(text: str, span: tuple[int, int] | None) -> None:
    assert area.name_span(words_at(0, 0, text, 1)) == span


def test_pen_before_the_heads_position_is_the_authority() -> None:
    engine = Reader(
        [
            ("L^L, GIÁM ĐỐC", 0.85), ("L^L, GIÁM ĐỐC", 0.85),
            ("PHÓ GIÁM ĐỐC", 0.9), ("PHÓ GIÁM ĐỐC", 0.9),
        ]
    )  # fmt: skip
    result = area.SignatureArea(engine)(page((340, 503, 12), (350, 522, 12)), RECIPIENTS, DPI)
    assert text_of(result) == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]


def test_ring_of_a_seal_goes_and_letters_stay() -> None:
    picture = page((370, 600, 12))
    centre = (360 * POINT, 560 * POINT)
    radius = 52 * POINT
    box = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
    ImageDraw.Draw(picture).ellipse(box, outline=0, width=6)
    found = area.find_area(RECIPIENTS, SIZE, DPI)
    assert found is not None
    looks, _ = area.looks_of(picture, [], found, DPI)
    before, after = (int((looks[name] < 128).sum()) for name in ("print", "no ring"))
    letters = 12 * (5 * POINT) * (9 * POINT)
    assert before > letters + 4000
    assert abs(after - letters) < 0.15 * letters


@given(arrays(np.bool_, (9, 11)))
def test_components_are_the_connected_patches(ink: np.ndarray) -> None:
    found = components_of(ink)
    assert ((found.labels > 0) == ink).all()
    assert found.sizes[1:].sum() == ink.sum()
    height, width = ink.shape
    for y in range(height):
        for x in range(width):
            if not ink[y, x]:
                continue
            around = found.labels[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
            assert set(around[around > 0].tolist()) == {int(found.labels[y, x])}
    for number in range(1, len(found.sizes)):
        mask = found.labels == number
        ys, xs = np.nonzero(mask)
        assert found.boxes[number].tolist() == [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
        # one patch, not several under one number
        reached = np.zeros_like(mask)
        reached[ys[0], xs[0]] = True
        for _ in range(mask.size):
            grown = np.pad(reached, 1)
            grown = np.logical_or.reduce(
                [np.roll(grown, (a, b), (0, 1)) for a in (-1, 0, 1) for b in (-1, 0, 1)]
            )
            step = grown[1:-1, 1:-1] & mask
            if (step == reached).all():
                break
            reached = step
        assert (reached == mask).all()
