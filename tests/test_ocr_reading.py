"""The reader for scans around an engine that is only played."""

from __future__ import annotations

import io
import itertools
import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from vnadmin_extract.config import Config
from vnadmin_extract.document import TextOrigin
from vnadmin_extract.errors import DamagedFileError, MissingProgramError, NeedsOcrError
from vnadmin_extract.extractor import Extractor
from vnadmin_extract.ocr import cache, pages
from vnadmin_extract.ocr.engine import OcrFailedError, OcrWord
from vnadmin_extract.ocr.pages import Picture, find_engine, job_count, read_pictures
from vnadmin_extract.ocr.reading import Reading, merge_readings, read_image
from vnadmin_extract.ocr.tesseract import Tesseract, words_of_tsv
from vnadmin_extract.ocr.true_ocr import cut_line
from vnadmin_extract.readers import image, read

TEXT = "Căn cứ Luật Tổ chức chính quyền địa phương"


@dataclass
class Played:
    """Gives the same words for every picture, and counts the pictures."""

    text: str = TEXT
    fail_on: int = 0
    seen: list[tuple[int, int]] = field(default_factory=list)
    name: str = "played"

    def settings_key(self) -> str:
        return self.name

    def read(self, picture: Image.Image, dpi: int) -> list[OcrWord]:
        del dpi
        self.seen.append(picture.size)
        if len(self.seen) == self.fail_on:
            raise OcrFailedError("it broke off")
        return [
            OcrWord(part, (100.0 + 90 * i, 300.0, 170.0 + 90 * i, 322.0), 0.95, 1)
            for i, part in enumerate(self.text.split())
        ]


def drawn(size: tuple[int, int] = (1654, 2339)) -> Image.Image:
    picture = Image.new("L", size, 255)
    draw = ImageDraw.Draw(picture)
    for y in range(300, 1200, 50):
        for x in range(150, 1400, 110):
            draw.rectangle((x, y, x + 80, y + 18), fill=0)
    return picture


def encoded(*pictures: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": list(pictures[1:])} if len(pictures) > 1 else {}
    pictures[0].save(buffer, kind, dpi=(200, 200), **more)
    return buffer.getvalue()


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    engine = Played()
    monkeypatch.setattr(pages, "find_engine", lambda config: engine)
    return engine


PLAIN = Config(ocr_correct=False, ocr_jobs=1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_pictures_of_every_kind_are_read(played: Played, kind: str) -> None:
    document = read(encoded(drawn(), kind=kind), PLAIN, name="scan")
    assert document.text == TEXT
    assert document.text_origin is TextOrigin.OCR
    assert document.reader == "image+played"
    assert document.pages[0].width == pytest.approx(595, abs=2)


def test_a_tiff_of_several_pages(played: Played) -> None:
    blank = Image.new("L", (1654, 2339), 255)
    document = read(encoded(drawn(), blank, drawn(), kind="TIFF"), PLAIN, name="scan.tif")
    assert [len(page.lines) for page in document.pages] == [1, 0, 1]
    assert len(played.seen) == 2, "a blank page is not recognised"


def test_small_pictures_are_enlarged_for_recognition(played: Played) -> None:
    buffer = io.BytesIO()
    drawn().resize((827, 1169)).save(buffer, "PNG")
    read(buffer.getvalue(), PLAIN, name="photo.png")
    assert played.seen == [(1654, 2338)]


def test_nothing_is_recognised_when_it_is_turned_off(played: Played) -> None:
    document = read(encoded(drawn(), kind="PNG"), Config(ocr="off"), name="scan.png")
    assert not played.seen
    with pytest.raises(NeedsOcrError):
        Extractor().records(document)


def test_a_damaged_picture_is_told() -> None:
    with pytest.raises(DamagedFileError):
        image.read(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, name="scan.png", config=Config())


def test_without_an_engine_the_error_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "find_engine", lambda config: None)
    with pytest.raises(MissingProgramError, match="tesseract") as caught:
        read(encoded(drawn(), kind="PNG"), Config(), name="scan.png")
    assert "install" in str(caught.value).lower()


def test_a_page_that_fails_does_not_cost_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Played(fail_on=2)
    picture = drawn()
    todo = [Picture(number, None, lambda: (picture, 200)) for number in (1, 2, 3)]
    done: list[tuple[int, int]] = []
    result = read_pictures(todo, engine, PLAIN, on_page=lambda n, total: done.append((n, total)))
    assert [page.needs_ocr for page in result] == [False, True, False]
    assert "it broke off" in result[1].warnings[0]
    assert done == [(1, 3), (2, 3), (3, 3)]


def test_readings_are_kept_and_damaged_ones_read_again(tmp_path: Path) -> None:
    engine, picture = Played(), drawn()
    config = PLAIN.model_copy(update={"ocr_cache": tmp_path})
    first = pages.read_cached(picture, 200, engine, config)
    assert pages.read_cached(picture, 200, engine, config) == first
    assert len(engine.seen) == 1
    (entry,) = (tmp_path / "ocr").rglob("*.json")
    entry.write_text('{"width": 1', encoding="utf-8")
    assert pages.read_cached(picture, 200, engine, config).words == first.words
    assert len(engine.seen) == 2
    assert not list(tmp_path.rglob("*.part"))


def test_the_key_of_a_reading_depends_on_all_that_decides_it() -> None:
    picture, engine = drawn(), Played()
    keys = {
        cache.key_of(picture, 200, engine, "a"),
        cache.key_of(picture, 300, engine, "a"),
        cache.key_of(picture, 200, engine, "b"),
        cache.key_of(picture, 200, Played(name="other"), "a"),
        cache.key_of(drawn((1654, 2340)), 200, engine, "a"),
    }
    assert len(keys) == 5


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    cache.store(blocked, "ab" * 32, Reading(1, 1, 200, 0.0))
    assert cache.load(blocked, "ab" * 32) is None


def test_a_page_that_lies_sideways_is_turned() -> None:
    """The engine reads well only what stands upright (here: is higher than wide, as the page was drawn)."""

    class Upright(Played):
        def read(self, picture: Image.Image, dpi: int) -> list[OcrWord]:
            words = super().read(picture, dpi)
            dark_first = picture.getpixel((160, 305)) if picture.width > 1000 else 255
            return words if dark_first == 0 or picture.height < 1000 else []

        def turn(self, picture: Image.Image, dpi: int) -> tuple[int, float]:
            return 90, 5.0

    sideways = drawn().rotate(90, expand=True)
    reading = read_image(sideways, 200, Upright())
    assert reading.turned == 90
    assert (reading.width, reading.height) == (1654, 2339)
    assert len(reading.words) == len(TEXT.split())


def test_the_surer_reading_wins_and_the_other_is_kept() -> None:
    box = (10.0, 10.0, 60.0, 30.0)
    (word,) = merge_readings([OcrWord("tô", box, 0.6)], [OcrWord("tổ", (11.0, 10.0, 60.0, 31.0), 0.8)])
    assert (word.text, word.confidence) == ("tổ", 0.8)
    assert word.alternatives == (("tô", 0.6),)
    (word,) = merge_readings([OcrWord("tổ", box, 0.9)], [OcrWord("tô", box, 0.8)])
    assert word.text == "tổ"
    assert word.alternatives == (("tô", 0.8),)


def test_tesseracts_table_of_words() -> None:
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    rows = [
        "4\t1\t1\t1\t1\t0\t10\t20\t200\t30\t-1\t",
        '5\t1\t1\t1\t1\t1\t10\t20\t50\t30\t96.5\t"Toàn',
        "5\t1\t1\t1\t1\t2\t70\t20\t50\t30\t12.0\t ",
        "4\t1\t1\t1\t2\t0\t10\t60\t200\t30\t-1\t",
        "5\t1\t1\t1\t2\t1\t10\t60\t50\t30\t80\tdân",
        "broken",
    ]
    words = words_of_tsv(head + "\n".join(rows))
    assert [(w.text, w.line, w.confidence) for w in words] == [('"Toàn', 1, 0.965), ("dân", 2, 0.8)]
    assert words[0].box == (10, 20, 60, 50)


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_hanging_engine_is_stopped_with_its_children(tmp_path: Path) -> None:
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\nsleep 60 &\nwait\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    started = time.monotonic()
    with pytest.raises(OcrFailedError, match="more than"):
        Tesseract(str(program), "0", timeout=0.5).read(drawn((200, 200)), 200)
    assert time.monotonic() - started < 10


def test_a_line_is_cut_into_words_by_the_widths_of_its_letters() -> None:
    words = cut_line("Sở Nội vụ", (0.0, 0.0, 90.0, 10.0), 0.9, 3)
    assert [w.text for w in words] == ["Sở", "Nội", "vụ"]
    assert words[0].box[0] == 0
    assert words[-1].box[2] == pytest.approx(90)
    assert all(a.box[2] < b.box[0] for a, b in itertools.pairwise(words))


def test_workers_leave_the_other_processors_to_their_siblings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert job_count(Config(ocr_jobs=8), 3) == 3
    monkeypatch.setattr(pages.multiprocessing, "parent_process", lambda: object())
    assert job_count(Config(), 10) == 1


@pytest.mark.skipif(find_engine(Config()) is None, reason="needs a recognition engine")
def test_a_drawn_sentence_is_read_by_the_real_engine() -> None:
    from PIL import ImageFont

    picture = Image.new("L", (1654, 600), 255)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=38)
    for row in range(3):
        draw.text((150, 150 + 80 * row), "The office shall report before 30 June 2024", fill=0, font=font)
    document = read(encoded(picture, kind="PNG"), PLAIN, name="scan.png")
    assert document.text.count("2024") == 3


def test_a_page_on_its_head_is_turned() -> None:
    """Upside down, the engine gives letters without sense; it does so with some confidence."""

    class Headlong(Played):
        def read(self, picture: Image.Image, dpi: int) -> list[OcrWord]:
            words = super().read(picture, dpi)
            if picture.getpixel((160, 305)) == 0:
                return words
            return [OcrWord("wqx" * 2, word.box, 0.6, 1) for word in words]

    reading = read_image(drawn().rotate(180), 200, Headlong())
    assert reading.turned == 180
    assert " ".join(word.text for word in reading.words) == TEXT
