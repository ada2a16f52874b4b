"""Zones told by a model on scans: labels, features, what is recovered, and what is left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from corpus.learn.zones import FAULTS, FoundFact, clean_lines, damaged, damaged_lines, fit

from pages import document, printed
from vnadmin_extract.config import Config
from vnadmin_extract.document import Document, Page, TextOrigin
from vnadmin_extract.extractor import Extractor
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.registry import STAGES
from vnadmin_extract.facts.zones import FIELDS, SOURCE, dated, missing, without_specks
from vnadmin_extract.layout import lay_out
from vnadmin_extract.layout.model import Layout
from vnadmin_extract.model.docs import OWN
from vnadmin_extract.model.zones import MODEL, ZONES, head_lines, marks_of, settings, tail_lines, zone_doc

DATE = "Thanh Lộc, ngày 05 tháng 3 năm 2024"
HEAD = ("ỦY BAN NHÂN DÂN", "HUYỆN THANH LỘC", "Số: 15/KH-UBND")


def page(date: str = DATE, head: tuple[str, str, str] = HEAD) -> Page:
    """A plan's only page, with its place and date as given."""
    return printed(
        [
            (90, f"{head[0]} |260| CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            (84, f"{head[1]} |300| Độc lập - Tự do - Hạnh phúc"),
            (95, f"{head[2]} |310| {date}", 6),
            (265, "KẾ HOẠCH", 12),
            (200, "Rà soát hộ nghèo năm 2024"),
            (113, "Thực hiện Kế hoạch số 254-KH/TU ngày 19/01/2024 của Ban Thường vụ Tỉnh", 8),
            (85, "ủy, UBND huyện ban hành Kế hoạch rà soát hộ nghèo với các nội dung sau:"),
            (113, "1. Phòng Nội vụ rà soát danh sách hộ nghèo trên địa bàn huyện."),
            (113, "Yêu cầu các đơn vị nghiêm túc thực hiện./."),
            (85, "Nơi nhận: |400| KT. CHỦ TỊCH", 260),
            (85, "- Như trên; |395| PHÓ CHỦ TỊCH"),
            (85, "- Lưu: VT, NV.", 0),
            (390, "Nguyễn Văn Lộc", 30),
        ]
    )


def scan(made: Page) -> Document:
    """The same page as recognition gives it."""
    lines = tuple(
        replace(line, words=tuple(replace(w, layer="ocr", confidence=0.9, size=None) for w in line.words))
        for line in made.lines
    )
    return document(replace(made, lines=lines, origin=TextOrigin.OCR))


@pytest.fixture(scope="module")
def layout() -> Layout:
    return lay_out(document(page()))[0]


# --- lines and labels -------------------------------------------------------------------------------------------


def test_a_printed_line_is_one_line_for_each_of_its_columns(layout: Layout) -> None:
    texts = [line.text for line in head_lines(layout)]
    assert texts[:3] == [HEAD[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", HEAD[1]]
    for line in (*head_lines(layout), *tail_lines(layout)):
        assert layout.slice(line.start, line.end) == line.text


def test_the_closing_block_is_read_from_the_lower_part(layout: Layout) -> None:
    assert [line.text for line in tail_lines(layout)][-1] == "Nguyễn Văn Lộc"
    assert HEAD[0] not in [line.text for line in tail_lines(layout)]


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        (HEAD[0], "issuer"),
        (HEAD[2], "code"),
        (DATE, "place_date"),
        ("KẾ HOẠCH", "title"),
        ("Nguyễn Văn Lộc", "signature"),
        ("- Lưu: VT, NV.", "recipients"),
    ],
)
def test_labels_come_from_the_zones_of_a_clean_page(layout: Layout, text: str, zone: str) -> None:
    found = [item for item in clean_lines(layout) if item.line.text == text]
    assert [item.zones for item in found] == [{zone}]


@pytest.mark.parametrize("level", sorted(FAULTS))
def test_damaged_copies_keep_the_labels_and_are_the_same_for_the_same_seed(
    layout: Layout, level: str
) -> None:
    first = list(damaged_lines(layout, level, 3))
    assert first == list(damaged_lines(layout, level, 3))
    assert {"issuer", "body"} <= {zone for item in first for zone in item.zones} <= set(ZONES)
    copy = damaged(layout, level, 3)
    assert copy is not None
    assert copy.document.text_origin is TextOrigin.OCR


def test_columns_run_together_are_in_both_zones(layout: Layout) -> None:
    both = [
        item.zones
        for seed in range(60)
        for item in damaged_lines(layout, "heavy", seed)
        if {"code", "place_date"} <= item.zones
    ]
    assert both


# --- features ---------------------------------------------------------------------------------------------------


def test_marks_say_where_a_line_stands(layout: Layout) -> None:
    marks = {line.text: marks_of(line) for line in (*head_lines(layout), *tail_lines(layout))}
    assert "‹left›" in marks[HEAD[2]]
    assert "‹right›" in marks[DATE]
    assert "‹head›" in marks[DATE]
    assert "‹tail›" in marks["Nguyễn Văn Lộc"]
    assert "‹capitals3›" in marks["KẾ HOẠCH"]


def test_a_doc_holds_its_neighbours_apart_from_its_own_words(layout: Layout) -> None:
    line = next(x for x in head_lines(layout) if x.text == HEAD[2])
    assert line.above == HEAD[1]
    assert line.beside == DATE
    doc = zone_doc(spacy.blank("xx").vocab, line)
    norms = [token.norm_ for token in doc]
    own = doc.user_data[OWN]
    assert norms[own:] == ["số", ":", "00", "/", "kh", "-", "ubnd"]
    assert all(norm.startswith("<") for norm in norms[:own])
    assert "<thanh" in norms[:own]


# --- what a scan does to letters --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Yên Khê, ngàv 08 thảng4 nam 2010", "Yên Khê, ngày 08 tháng 4 năm 2010"),
        ("Bắc Lộc, ngà 3 tháng 3 năm 2012", "Bắc Lộc, ngày 3 tháng 3 năm 2012"),
        ("Sa Lộc, ngày06 th~áng 4 nă m 2015", "Sa Lộc, ngày 06 tháng 4 năm 2015"),
        ("Hoà Nam, ngày 3 t háng 4 năm 2020", "Hoà Nam, ngày 3 tháng 4 năm 2020"),
        ("Thanh Hoá", "Thanh Hoá"),
        ("Ngã Bảy", "Ngã Bảy"),
        ("Hoà Nam", "Hoà Nam"),
    ],
)
def test_words_of_a_date_are_set_right(read: str, meant: str) -> None:
    assert dated(read) == meant


def test_hostile_lines_are_read_in_no_time() -> None:
    for text in ("n " * 200_000, "t h" * 200_000, "ng ay 1" * 100_000, "~" * 1_000_000):
        dated(text[:400])
        without_specks(text)


# --- the stage --------------------------------------------------------------------------------------------------

BAD_NUMBERS = ("S,ố: 15/KH-UBND", "Só: 15/KH-UBN D", "Số: 15/K~H-UBND")
BAD_DATES = ("Thanh Lộc, ngàv 05 tháug 3 năm 2024", "Thanh Lộc, ngày05 tháug 3 nam 2024")


@pytest.mark.parametrize("date", BAD_DATES)
def test_a_date_that_rules_miss_is_recovered_on_a_scan(date: str) -> None:
    rules = Extractor(Config(models=False)).records(scan(page(date)))[0]
    record = Extractor(Config()).records(scan(page(date)))[0]
    assert rules.issued is None
    assert record.issued is not None
    assert (record.issued.place, record.issued.date) == ("Thanh Lộc", "2024-03-05")
    assert {e.source for e in record.issued.evidence} == {SOURCE}
    assert "".join(e.text for e in record.issued.evidence) == date
    assert 0 < record.issued.confidence < 1


@pytest.mark.parametrize("number", BAD_NUMBERS)
def test_a_number_that_rules_miss_is_recovered_on_a_scan(number: str) -> None:
    made = scan(page(head=(HEAD[0], HEAD[1], number)))
    rules = Extractor(Config(models=False)).records(made)[0]
    record = Extractor(Config()).records(made)[0]
    assert rules.code is None
    assert record.code is not None
    assert record.code.canonical == "15/KH-UBND"
    assert {e.source for e in record.code.evidence} == {SOURCE}


def test_nothing_that_rules_found_is_overwritten() -> None:
    date = BAD_DATES[0]
    rules = Extractor(Config(models=False)).records(scan(page(date)))[0]
    record = Extractor(Config()).records(scan(page(date)))[0]
    for name in FIELDS:
        if getattr(rules, name) is not None:
            assert getattr(record, name) == getattr(rules, name), name


def test_a_scan_on_which_rules_find_all_is_not_read_by_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("the model was asked")

    monkeypatch.setattr("vnadmin_extract.model.zones.read_zones", fail)
    record = Extractor(Config()).records(scan(page()))[0]
    assert record.issued is not None
    assert record.signer is not None


@pytest.mark.parametrize("origin", [TextOrigin.TEXT_LAYER, TextOrigin.PLAIN])
def test_documents_with_a_text_of_their_own_are_left_to_the_rules(origin: TextOrigin) -> None:
    made = document(replace(page(BAD_DATES[0]), origin=origin))
    assert Extractor(Config()).records(made)[0].issued is None


def test_the_stage_stands_after_its_fields_and_before_the_calibration() -> None:
    names = [stage.name for stage in STAGES]
    assert all(names.index(name) < names.index("zones") for name in FIELDS)
    assert names.index("zones") < names.index("calibration")


def test_a_signer_without_a_name_counts_as_missing(layout: Layout) -> None:
    draft = Draft(layout, Config())
    assert missing(draft) == list(FIELDS)


# --- thresholds -------------------------------------------------------------------------------------------------


def test_a_threshold_keeps_the_sure_and_right() -> None:
    good = [FoundFact("issued", 0.99 - n / 1000, True) for n in range(10)]
    bad = [FoundFact("issued", 0.4 - n / 1000, False) for n in range(20)]
    fields = fit([*good, *bad])["fields"]
    assert 0.4 < fields["issued"]["threshold"] < 0.99


def test_a_field_that_the_model_gets_wrong_is_not_read_by_it() -> None:
    facts = [FoundFact("subject", 0.9, False) for _ in range(20)]
    assert fit([*facts, FoundFact("type", 0.9, True)])["fields"] == {}


def test_the_shipped_model_is_small_and_says_which_fields_it_reads() -> None:
    import vnadmin_extract

    folder = Path(vnadmin_extract.__file__).parent / "data" / "models" / MODEL
    assert sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) < 2_000_000
    assert settings()
    assert set(settings()) <= set(FIELDS)
    assert all(0 < s.threshold < 1 for s in settings().values())
