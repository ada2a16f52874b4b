"""Handwritten numbers: the slots in a header, the recogniser, and when it keeps silent."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from vnadmin_extract.ocr import digits, slots
from vnadmin_extract.ocr.engine import OcrWord

DPI = 200
CAP = 24  # 13 pt at 200 dpi
BASE = 300
STROKES: dict[str, list[list[tuple[float, float]]]] = {
    "0": [
        [
            (0.3, 0),
            (0.08, 0.2),
            (0, 0.5),
            (0.08, 0.8),
            (0.3, 1),
            (0.5, 0.8),
            (0.58, 0.5),
            (0.5, 0.2),
            (0.3, 0),
        ]
    ],
    "1": [[(0, 0.4), (0.3, 0), (0.26, 1)]],
    "2": [[(0.02, 0.25), (0.15, 0.04), (0.35, 0.02), (0.5, 0.18), (0.44, 0.42), (0, 1), (0.6, 0.97)]],
    "4": [[(0.3, 0), (0, 0.62), (0.6, 0.58)], [(0.45, 0.3), (0.4, 1)]],
    "7": [[(0, 0.04), (0.52, 0.02), (0.2, 1)], [(0.1, 0.5), (0.55, 0.47)]],
}


def word(text: str, x0: float, x1: float, confidence: float = 0.95, *, hangs: bool = False) -> OcrWord:
    return OcrWord(text, (x0, BASE - CAP, x1, BASE + (8 if hangs else 0)), confidence)


def page() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (1650, 2300), 255)
    return image, ImageDraw.Draw(image)


def write(draw: ImageDraw.ImageDraw, text: str, x: float, height: float = 32) -> float:
    """Write digits with a pen; returns where they end."""
    for char in text:
        right = x
        for stroke in STROKES[char]:
            points = [(x + px * height, BASE + 2 - height + py * height) for px, py in stroke]
            draw.line(points, fill=20, width=3, joint="curve")
            right = max(right, *(p[0] for p in points))
        x = right + 6
    return x


def bar(draw: ImageDraw.ImageDraw, x: float) -> float:
    """The printed stroke of "Số: /"."""
    draw.line([(x, BASE), (x + 9, BASE - CAP)], fill=0, width=2)
    return x + 10


def number_page(text: str, engine: str, *, confidence: float = 0.4) -> tuple[np.ndarray, list[OcrWord]]:
    image, draw = page()
    end = write(draw, text, 325) if text else 380
    stroke = bar(draw, end + 4)
    for i in range(7):  # the notation's letters, as plain bars
        draw.rectangle((stroke + 2 + i * 21, BASE - CAP, stroke + 14 + i * 21, BASE), fill=0)
    words = [word("Số:", 265, 312), word(f"{engine}/KHX-BCD", 325, stroke + 155, confidence)]
    return np.asarray(image), words


def date_page(text: str, engine: str | None) -> tuple[np.ndarray, list[OcrWord]]:
    image, draw = page()
    if text:
        write(draw, text, 1078)
    words = [word("ngày", 1000, 1070, hangs=True), word("tháng", 1160, 1242, hangs=True)]
    words += [word("11", 1260, 1290), word("năm", 1305, 1365), word("2031", 1380, 1450)]
    if engine is not None:
        words.append(word(engine, 1078, 1130, 0.3))
    return np.asarray(image), words


# --- the weights -------------------------------------------------------------------------------------------------


def test_weights_are_those_that_were_released() -> None:
    folder = files("vnadmin_extract") / "data"
    raw = (folder / "digits.npz").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == json.loads((folder / "digits.json").read_text())["sha256"]
    assert len(raw) < 2_000_000


def test_weights_with_another_checksum_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "digits.npz").write_bytes(b"not what was released")
    (tmp_path / "data" / "digits.json").write_text('{"sha256": "0"}')
    monkeypatch.setattr(digits, "files", lambda _: tmp_path)
    digits.weights.cache_clear()
    try:
        with pytest.raises(ValueError, match="checksum"):
            digits.weights()
    finally:
        digits.weights.cache_clear()


# --- the recogniser ----------------------------------------------------------------------------------------------


def strip_of(text: str) -> np.ndarray:
    image = Image.new("L", (128 * 3 // 2, 60), 0)
    draw = ImageDraw.Draw(image)
    x = 14.0
    for char in text:
        right = x
        for stroke in STROKES[char]:
            points = [(x + px * 32, 46 - 32 + py * 32) for px, py in stroke]
            draw.line(points, fill=255, width=3, joint="curve")
            right = max(right, *(p[0] for p in points))
        x = right + 6
    return np.asarray(image.resize((128, 40), Image.Resampling.BILINEAR), np.float32) / 255


@pytest.mark.parametrize("text", ["2", "10", "72", "204", "107", "2217"])
def test_pen_digits_are_read(text: str) -> None:
    assert digits.read_strips([strip_of(text)])[0].text == text


def test_nothing_is_read_on_paper() -> None:
    best = digits.read_strips([np.zeros((40, 100), np.float32)])[0]
    assert best.text == ""
    assert best.probability > 0.9


def test_no_looks_no_guesses() -> None:
    assert digits.read_strips([]) == []


@given(st.integers(0, 2**32 - 1), st.integers(1, 90))
@settings(max_examples=15, deadline=None)
def test_any_strip_gives_probabilities(seed: int, width: int) -> None:
    strip = np.random.default_rng(seed).random((40, width)).astype(np.float32)
    guesses = digits.read_strips([strip, strip])
    chances = [g.probability for g in guesses]
    assert all(0 <= c <= 1 for c in chances)
    assert sum(chances) <= 1 + 1e-6
    assert chances == sorted(chances, reverse=True)


def test_chances_of_a_number_sum_over_its_alignments() -> None:
    """Two frames, classes 1 and blank: "1" is 11, 1-, -1; "" is --; "11" needs a blank between and cannot be."""
    logs = np.full((2, 12), -50.0, np.float32)
    logs[:, 1], logs[:, digits.BLANK] = np.log(0.6), np.log(0.4)
    assert np.exp(digits._score(logs, (1,))) == pytest.approx(0.6 * 0.6 + 2 * 0.6 * 0.4, abs=1e-4)
    assert np.exp(digits._score(logs, ())) == pytest.approx(0.16, abs=1e-4)
    assert np.exp(digits._score(logs, (1, 1))) == pytest.approx(0, abs=1e-4)
    assert digits._search(logs)[0] == (1,)


# --- where slots are ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "engine"),
    [
        (["Số:", "é#Z/KHX-BCD"], "é#Z"),
        (["Số", "44/KHX-BCD"], "44"),
        (["Sốê4/KHX-BCD"], "4"),
        (["Số:2Z(/KHX-BCD"], "2Z("),
        (["Sá:1Ÿ/KHX-BCD"], "1Ÿ"),
        (["S:", "4", "/KHX-BCD"], "4"),
    ],
)
def test_number_slot_is_found_however_the_engine_cut_the_line(texts: list[str], engine: str) -> None:
    image, words = number_page("204", "x")
    left, right = words[0].box[0], words[-1].box[2]
    edges = {1: [left, right], 2: [left, 312, 325, right], 3: [left, 312, 325, 350, right - 175, right]}[
        len(texts)
    ]
    made = [word(t, edges[2 * i] if i else edges[0], edges[2 * i + 1]) for i, t in enumerate(texts)]
    found = {s.name: s for s in slots.find_slots(image, made, dpi=DPI)}
    slot = found["number"]
    assert engine in slot.engine
    stroke = words[-1].box[2] - 155
    assert slot.box[2] == pytest.approx(stroke, abs=9)
    assert slot.box[0] < 326
    assert slot.cap == pytest.approx(CAP, abs=2)
    assert slot.baseline == pytest.approx(BASE, abs=2)


@pytest.mark.parametrize(
    "texts",
    [
        ["số:", "204/KHX-BCD"],  # a reference in running text
        ["SỞ", "204/KHX-BCD"],  # another word in capitals
        ["Sau", "204/KHX-BCD"],
        ["Số:", "204"],  # a stamp's number without a notation
        ["KHX-BCD"],
    ],
)
def test_no_number_slot_elsewhere(texts: list[str]) -> None:
    image, _ = number_page("204", "x")
    made = [word(t, 265 + 70 * i, 325 + 70 * i) for i, t in enumerate(texts)]
    assert slots.find_slots(image, made, dpi=DPI) == []


def test_day_and_month_slots_lie_between_the_printed_words() -> None:
    image, words = date_page("12", "/#")
    found = {s.name: s for s in slots.find_slots(image, words, dpi=DPI)}
    assert found["day"].engine == "/#"
    assert found["day"].box[0] < 1078 < 1125 < found["day"].box[2] <= 1170
    assert found["month"].engine == "11"
    assert found["month"].box[2] == 1305


def test_dates_in_the_left_column_or_below_the_header_are_no_slots() -> None:
    image, words = date_page("12", "/#")
    left = [
        OcrWord(w.text, (w.box[0] - 900, w.box[1], w.box[2] - 900, w.box[3]), w.confidence) for w in words
    ]
    low = [
        OcrWord(w.text, (w.box[0], w.box[1] + 1200, w.box[2], w.box[3] + 1200), w.confidence) for w in words
    ]
    assert slots.find_slots(image, left, dpi=DPI) == []
    assert slots.find_slots(image, low, dpi=DPI) == []


# --- what is read in them ----------------------------------------------------------------------------------------


def test_handwritten_number_is_read_where_the_engine_saw_rubbish() -> None:
    image, words = number_page("204", "é#Z")
    reading = slots.read_slots(image, words, dpi=DPI).number
    assert reading is not None
    assert reading.text == "204"
    assert reading.source == "handwriting"
    assert reading.confidence >= slots.AGREED


def test_red_ink_over_a_number_is_left_out_and_blue_ink_kept() -> None:
    image, words = number_page("204", "é#Z")
    colour = np.repeat(image[:, :, None], 3, axis=2)
    colour[:, :, 2] = np.where(image < 128, 180, 255)  # blue pen: dark in red and green
    colour[270:310, 300:480] = np.where(
        image[270:310, 300:480, None] < 128, colour[270:310, 300:480], [255, 60, 60]
    )
    reading = slots.read_slots(colour.astype(np.uint8), words, dpi=DPI).number
    assert reading is not None
    assert reading.text == "204"


def test_blank_number_stays_blank() -> None:
    image, words = number_page("", "")
    readings = slots.read_slots(image, words, dpi=DPI)
    result = readings.result("number")
    assert readings.number is None
    assert result is not None
    assert result.state == "blank"


def test_handwritten_day() -> None:
    image, words = date_page("12", "/#")
    reading = slots.read_slots(image, words, dpi=DPI).day
    assert reading is None or reading.text == "12"
    assert slots.read_slots(image, words, dpi=DPI).result("day").guesses[0].text == "12"  # type: ignore[union-attr]


def test_printed_day_is_the_engines() -> None:
    image, draw = page()
    font = ImageFont.load_default(33)
    draw.text((1085, BASE), "17", fill=0, font=font, anchor="ls")
    _, words = date_page("", None)
    words.append(word("17", 1085, 1125, 0.96))
    reading = slots.read_slots(np.asarray(image), words, dpi=DPI).day
    assert reading is not None
    assert (reading.text, reading.source) == ("17", "print")


@pytest.mark.parametrize("text", ["42", "77", "00"])
def test_no_day_beyond_the_month(text: str) -> None:
    image, words = date_page(text, "/#")
    reading = slots.read_slots(image, words, dpi=DPI).day
    assert reading is None


def guessing(monkeypatch: pytest.MonkeyPatch, *guesses: tuple[str, float]) -> None:
    made = [digits.Guess(text, chance) for text, chance in guesses]
    monkeypatch.setattr(digits, "read_strips", lambda *_: made)


@pytest.mark.parametrize(
    ("guesses", "expected"),
    [
        ([("204", 0.97)], "204"),
        ([("204", 0.5), ("264", 0.45)], None),  # two readings
        ([("2?4", 0.6), ("204", 0.35)], None),  # one mark is no digit
        ([("000", 0.99)], None),  # no number is zero
        ([("123456", 0.99)], None),  # nor that long
        ([("", 0.99)], None),
        (
            [("4", 0.9)],
            None,
        ),  # numbers below ten have a leading zero, so this may be the rest of a longer one
        ([("04", 0.9)], "04"),
    ],
)
def test_only_what_is_sure_is_given(
    monkeypatch: pytest.MonkeyPatch, guesses: list[tuple[str, float]], expected: str | None
) -> None:
    image, words = number_page("204", "é#Z")
    guessing(monkeypatch, *guesses)
    reading = slots.read_slots(image, words, dpi=DPI).number
    assert (reading.text if reading else None) == expected


def test_a_second_reader_is_asked_in_doubt_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    image, words = number_page("204", "é#Z")
    asked: list[tuple[int, ...]] = []

    def second(picture: slots.Picture) -> str:
        asked.append(picture.shape)
        return "204"

    guessing(monkeypatch, ("204", 0.97))
    assert slots.read_slots(image, words, dpi=DPI, second=second).number is not None
    assert asked == []
    guessing(monkeypatch, ("204", 0.6), ("264", 0.2))
    assert slots.read_slots(image, words, dpi=DPI).number is None
    agreed = slots.read_slots(image, words, dpi=DPI, second=second).number
    assert agreed is not None
    assert agreed.confidence == pytest.approx(0.8)
    assert len(asked) == 1
    guessing(monkeypatch, ("264", 0.6), ("204", 0.2))
    assert slots.read_slots(image, words, dpi=DPI, second=second).number is None


# --- what the page's words become ----------------------------------------------------------------------------------


def texts(words: list[OcrWord]) -> list[str]:
    return [w.text for w in words]


def test_a_sure_number_takes_the_place_of_the_engines_rubbish(monkeypatch: pytest.MonkeyPatch) -> None:
    image, words = number_page("204", "é#Z")
    guessing(monkeypatch, ("204", 0.97))
    made = slots.refine(Image.fromarray(image), words, DPI)
    assert texts(made) == ["Số:", "204", "/KHX-BCD"]
    assert made[1].confidence == pytest.approx(0.97)
    assert made[1].alternatives[0][0] == "é#Z"
    assert made[0].box[2] <= made[1].box[0] < made[1].box[2] <= made[2].box[0] + 1


def test_an_unsure_number_leaves_a_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    image, words = number_page("204", "é#Z")
    guessing(monkeypatch, ("204", 0.5), ("264", 0.5))
    assert texts(slots.refine(Image.fromarray(image), words, DPI)) == ["Số:", "/KHX-BCD"]


def test_label_number_and_notation_in_one_word_come_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    image, words = number_page("204", "é#Z")
    joined = [word("Sốzé#Z/KHX-BCD", words[0].box[0], words[1].box[2], 0.1), word("V/v", 265, 300)]
    guessing(monkeypatch, ("204", 0.97))
    assert texts(slots.refine(Image.fromarray(image), joined, DPI)) == ["Số:", "204", "/KHX-BCD", "V/v"]


@pytest.mark.parametrize(("chance", "expected"), [(0.97, ["ngày", "12", "tháng"]), (0.3, ["ngày", "tháng"])])
def test_days(monkeypatch: pytest.MonkeyPatch, chance: float, expected: list[str]) -> None:
    image, words = date_page("12", None)
    words.insert(1, word("/#", 1078, 1130, 0.3))
    guessing(monkeypatch, ("12", chance), ("17", 0.97 - chance))
    made = slots.refine(Image.fromarray(image), words, DPI)
    assert texts(made)[: len(expected)] == expected
    assert texts(made)[-3:] == ["11", "năm", "2031"]


def test_printed_digits_stay_as_the_engine_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    image, words = number_page("204", "204", confidence=0.93)
    guessing(monkeypatch, ("204", 0.6), ("264", 0.3))
    assert slots.refine(Image.fromarray(image), words, DPI) == words


def test_a_year_between_number_and_notation_is_no_part_of_the_slot() -> None:
    image, words = number_page("204", "x")
    for text, engine in (("204/2009/KHX-BCD", "204"), ("204/20Q9/KHX-BCD", None)):
        made = [words[0], word(text, 325, words[1].box[2])]
        found = slots.find_slots(image, made, dpi=DPI)
        assert [s.engine for s in found] == ([engine] if engine else [])
