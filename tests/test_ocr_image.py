"""Picture operations on drawn pages."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vnadmin_extract.geometry import box_as_shown, turned_box
from vnadmin_extract.ocr import image as im

DPI = 100


def printed_page(lines: int = 20) -> Image.Image:
    """A page of bars that stand for words, in lines."""
    picture = Image.new("L", (827, 1169), 255)
    draw = ImageDraw.Draw(picture)
    for line in range(lines):
        y = 150 + 40 * line
        for word in range(8):
            draw.rectangle((90 + 80 * word, y, 145 + 80 * word, y + 10), fill=0)
    return picture


@pytest.mark.parametrize("angle", [-5.0, -2.0, -0.8, 0.8, 1.5, 3.0])
def test_skew_is_measured_and_mended(angle: float) -> None:
    slanting = im.rotate(np.asarray(printed_page()), -angle)
    assert im.skew_of(im.ink_of(slanting), DPI) == pytest.approx(angle, abs=0.15)


def test_a_straight_page_has_no_skew() -> None:
    assert im.skew_of(im.ink_of(np.asarray(printed_page())), DPI) == pytest.approx(0.0, abs=0.15)


def test_red_ink_fades_and_black_print_under_it_stays() -> None:
    picture = Image.new("RGB", (200, 200), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 20, 180, 180), fill=(225, 40, 50))
    draw.rectangle((60, 90, 140, 110), fill="black")
    grey = im.grey_of(picture)
    assert grey[50, 100] > 200
    assert grey[100, 100] == 0
    ((left, top, right, bottom),) = im.colour_box(picture, DPI)
    assert left < 40
    assert top < 40
    assert right > 160
    assert bottom > 160


def test_black_borders_go_and_print_stays() -> None:
    picture = printed_page()
    ImageDraw.Draw(picture).rectangle((0, 0, 40, 1169), fill=0)
    ImageDraw.Draw(picture).rectangle((0, 1120, 827, 1169), fill=10)
    clean = im.erase_borders(np.asarray(picture), DPI)
    assert clean[600, 10] == 255
    assert clean[1150, 400] == 255
    assert clean[155, 100] == 0


def test_a_streak_through_print_is_erased_and_crossed_strokes_are_kept() -> None:
    picture = printed_page()
    ImageDraw.Draw(picture).line((115, 0, 115, 1169), fill=0, width=2)
    grey = np.asarray(picture)
    ink = im.ink_of(grey)
    rules = im.find_rules(ink, DPI)
    assert len(rules.vertical) == 1
    assert not rules.horizontal
    clean = im.erase_rules(grey, ink, rules, DPI)
    assert clean[120, 115] == 255, "between lines"
    assert clean[155, 115] == 0, "inside a word"


def test_letters_are_no_rules() -> None:
    rules = im.find_rules(im.ink_of(np.asarray(printed_page())), DPI)
    assert not rules.horizontal
    assert not rules.vertical


def test_blank_pages_are_told_from_pages_with_a_line() -> None:
    noise = np.random.default_rng(0).random((1169, 827))
    specks = np.where(noise < 0.0005, 0, 255).astype(np.uint8)
    assert im.is_blank(specks, DPI)
    assert not im.is_blank(np.asarray(printed_page(lines=2)), DPI)


def test_specks_are_counted_and_the_median_removes_them() -> None:
    noise = np.random.default_rng(1).random((1169, 827))
    page = np.where(noise < 0.02, 0, np.asarray(printed_page())).astype(np.uint8)
    assert im.speckle(im.ink_of(page)) > 0.05
    assert im.speckle(im.ink_of(im.median3(page))) < 0.01


def test_lines_across_and_lines_down_are_told_apart() -> None:
    page = im.ink_of(np.asarray(printed_page()))
    assert im.row_contrast(page) > 1
    assert im.row_contrast(page.T) < 0.8


def test_what_was_not_read_is_left_over_but_neither_seals_nor_specks() -> None:
    picture = printed_page(lines=3)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((500, 600, 640, 740), outline=0, width=5)
    draw.rectangle((520, 800, 600, 811), fill=0)
    draw.rectangle((100, 900, 103, 903), fill=0)
    read = [
        (90.0 + 80 * w, 150.0 + 40 * n, 146.0 + 80 * w, 161.0 + 40 * n) for n in range(3) for w in range(8)
    ]
    rest = im.left_over(np.asarray(picture), read, 12, DPI)
    assert rest is not None
    assert rest[805, 560] == 0, "a line that was not read"
    assert rest[155, 100] == 255, "a word that was read"
    assert rest[670, 502] == 255, "a seal's side"
    assert rest[738, 570] == 0, "a seal's lower rim, across which names stand"
    assert rest[901, 101] == 255, "a speck"


@pytest.mark.parametrize("degrees", [0.0, 1.5, -2.0, 90.0, 91.2, 180.0, 270.0, 268.5])
def test_boxes_are_led_back_to_the_page_as_shown(degrees: float) -> None:
    size = (600.0, 800.0)
    box = (100.0, 200.0, 180.0, 212.0)
    turned = turned_box(box, size, degrees)
    upright = size if round(degrees / 90) % 2 == 0 else size[::-1]
    assert box_as_shown(turned, upright, degrees) == pytest.approx(box, abs=0.01)
