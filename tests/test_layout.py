"""Zones, columns, paragraphs: what stands where on the page, and in what order it comes out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages import document, plain, printed
from vnadmin_extract.document import Document, Line, Page, Word
from vnadmin_extract.layout import lay_out
from vnadmin_extract.layout.flow import glue_over_line
from vnadmin_extract.layout.model import Layout, NodeKind, Zone
from vnadmin_extract.text.normalize import normalize_word

LETTER = printed(
    [
        (90, "ỦY BAN NHÂN DÂN |260| CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (84, "HUYỆN THANH LỘC |300| Độc lập - Tự do - Hạnh phúc"),
        (95, "Số: 15 /UBND-VX |310| Thanh Lộc, ngày 05 tháng 3 năm 2024", 6),
        (80, "V/v rà soát hộ nghèo", 4),
        (95, "năm 2024"),
        (200, "Kính gửi:", 10),
        (230, "- Các phòng, ban thuộc huyện;"),
        (230, "- UBND các xã, thị trấn."),
        (113, "Thực hiện Kế hoạch số 254-KH/TU ngày 19/01/2024 của Ban Thường vụ Tỉnh", 8),
        (85, "ủy; Kế hoạch số 187-"),
        (85, "KH/HU ngày 09/11/2023, UBND huyện yêu cầu các đơn vị thực hiện nội dung sau:"),
        (113, "1. Phòng Nội vụ"),
        (113, "a) Rà soát danh sách hộ nghèo trên địa bàn huyện, hoàn thành trước ngày 15"),
        (85, "tháng 4 năm 2024."),
        (113, "- Công khai kết quả."),
        (113, "Yêu cầu các đơn vị nghiêm túc thực hiện./."),
        (85, "Nơi nhận: |400| KT. CHỦ TỊCH", 12),
        (85, "- Như trên; |395| PHÓ CHỦ TỊCH"),
        (85, "- Thường trực Huyện ủy (b/c);"),
        (85, "- Lưu: VT, NV.", 0),
        (390, "Nguyễn Văn Lộc", 30),
    ]
)


def zone_texts(layout: Layout, zone: Zone) -> list[str]:
    return [layout.block_text(b) for b in layout.in_zone(zone)]


@pytest.fixture(scope="module")
def letter() -> Layout:
    layouts = lay_out(document(LETTER))
    assert len(layouts) == 1
    return layouts[0]


@pytest.mark.parametrize(
    ("zone", "texts"),
    [
        (Zone.ISSUER, ["ỦY BAN NHÂN DÂN", "HUYỆN THANH LỘC"]),
        (Zone.MOTTO, ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]),
        (Zone.CODE, ["Số: 15 /UBND-VX"]),
        (Zone.PLACE_DATE, ["Thanh Lộc, ngày 05 tháng 3 năm 2024"]),
        (Zone.SUBJECT, ["V/v rà soát hộ nghèo năm 2024"]),
        (Zone.ADDRESSEES, ["Kính gửi:", "- Các phòng, ban thuộc huyện;", "- UBND các xã, thị trấn."]),
        (Zone.SIGNATURE, ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Nguyễn Văn Lộc"]),
        (Zone.RECIPIENTS, ["Nơi nhận:", "- Như trên;", "- Thường trực Huyện ủy (b/c);", "- Lưu: VT, NV."]),
    ],
)
def test_each_box_of_the_page_is_one_zone(letter: Layout, zone: Zone, texts: list[str]) -> None:
    assert zone_texts(letter, zone) == texts


def test_codes_split_over_a_line_are_joined_and_lines_unwrapped(letter: Layout) -> None:
    first = zone_texts(letter, Zone.BODY)[0]
    assert "187-KH/HU ngày 09/11/2023" in first
    assert "Tỉnh ủy; Kế hoạch" in first
    assert "\n" not in first


def test_outline_has_numbers_points_dashes_and_a_closing_paragraph(letter: Layout) -> None:
    paths = [(n.kind, n.path) for n in letter.outline.walk() if n.kind is not NodeKind.ROOT]
    assert paths == [
        (NodeKind.PARAGRAPH, "paragraph 1"),
        (NodeKind.NUMBER, "1"),
        (NodeKind.POINT, "1.a"),
        (NodeKind.DASH, "1.a dash 1"),
        (NodeKind.PARAGRAPH, "closing"),
    ]


def test_evidence_has_one_entry_for_each_printed_line(letter: Layout) -> None:
    block = letter.in_zone(Zone.SUBJECT)[0]
    evidence = letter.evidence(block.start, block.end, "rule:test")
    assert [e.text for e in evidence] == ["V/v rà soát hộ nghèo", "năm 2024"]
    assert all(e.page == 1 and e.bbox is not None for e in evidence)
    assert evidence[0].bbox is not None
    assert evidence[0].bbox[0] == 80.0


def test_formats_without_pages_report_no_boxes() -> None:
    layout = lay_out(
        plain("ỦY BAN NHÂN DÂN\nXÃ AN HÒA\nSố: 3/UBND\nKính gửi: Các thôn.\nĐề nghị các thôn báo cáo.")
    )[0]
    assert all(e.bbox is None for b in layout.blocks for e in layout.evidence(b.start, b.end, "rule:test"))


@pytest.mark.parametrize(
    ("before", "after", "glue"),
    [
        ("57-", "KL/TW", ""),
        ("187-", "KH-HU", ""),
        ("203/", "KH-UBND", ""),
        ("2020-", "2025", ""),
        ("1001/UBND-", "KGVX", ""),
        ("kinh tế -", "xã", " "),
        ("hội", "nhập", " "),
        ("tháng", "3", " "),
        ("và/", "hoặc", " "),
    ],
)
def test_what_joins_over_a_line(before: str, after: str, glue: str) -> None:
    assert glue_over_line(before, after) == glue


def test_columns_run_together_in_plain_text_are_parted_by_words() -> None:
    layout = lay_out(
        plain(
            "UBND TỈNH AN BÌNH CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
            "SỞ Y TẾ Độc lập - Tự do - Hạnh phúc\n"
            "Số: 214/SYT-NVY An Bình, ngày 7 tháng 11 năm 2017\n"
            "V/v báo cáo năm\n\nKính gửi: Các đơn vị trực thuộc.\n\n"
            "Đề nghị các đơn vị gửi báo cáo về Sở Y tế trước ngày 20/12/2017.\n\n"
            "Nơi nhận: KT. GIÁM ĐỐC\n- Như trên; PHÓ GIÁM ĐỐC\n- Lưu: VT.\nTrần Thị Bình\n"
        )
    )[0]
    assert zone_texts(layout, Zone.ISSUER) == ["UBND TỈNH AN BÌNH", "SỞ Y TẾ"]
    assert zone_texts(layout, Zone.CODE) == ["Số: 214/SYT-NVY"]
    assert zone_texts(layout, Zone.PLACE_DATE) == ["An Bình, ngày 7 tháng 11 năm 2017"]
    assert zone_texts(layout, Zone.RECIPIENTS) == ["Nơi nhận:", "- Như trên;", "- Lưu: VT."]
    assert zone_texts(layout, Zone.SIGNATURE) == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Trần Thị Bình"]


def test_lines_of_a_web_page_that_hold_several_parts_are_cut_up() -> None:
    layout = lay_out(
        plain(
            "Quyết định 173/QĐ-BXY năm 2015\nBỘ XY --------\n"
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc ---------------\nSố: 173/QĐ-BXY\n"
            "Hà Nội, ngày 29 tháng 01 năm 2015 QUYẾT ĐỊNH BAN HÀNH KẾ HOẠCH PHỐI HỢP NĂM 2015 BỘ TRƯỞNG BỘ XY\n"
            "Căn cứ Luật Đất đai ngày 29 tháng 11 năm 2013;\n"
            + "Điều 1.\nBan hành kế hoạch kèm theo. "
            * 8
            + "\n"
            "Nơi nhận:\n- Như Điều 3;\n- Lưu: VT.\n"
            "KT. BỘ TRƯỞNG THỨ TRƯỞNG Đinh Văn An KẾ HOẠCH PHỐI HỢP NĂM 2015 (Ban hành kèm theo Quyết định số 173/QĐ-BXY)\n"
            "I. MỤC ĐÍCH\n"
        )
    )[0]
    assert zone_texts(layout, Zone.ISSUER) == ["BỘ XY"]
    assert zone_texts(layout, Zone.TITLE) == ["QUYẾT ĐỊNH"]
    assert zone_texts(layout, Zone.SUBJECT) == ["BAN HÀNH KẾ HOẠCH PHỐI HỢP NĂM 2015"]
    assert zone_texts(layout, Zone.SIGNATURE) == ["KT. BỘ TRƯỞNG THỨ TRƯỞNG", "Đinh Văn An"]
    assert zone_texts(layout, Zone.APPENDIX)[0] == "KẾ HOẠCH PHỐI HỢP NĂM 2015"


def test_page_numbers_and_running_heads_are_dropped() -> None:
    body = [(113, "Đoạn văn thứ nhất của trang này nói về việc rà soát các hộ nghèo trong huyện.")] * 4
    pages = [
        printed([(280, str(n)), (90, "CÔNG BÁO CỦA TỈNH AN BÌNH"), *body], number=n) for n in (1, 2, 3, 4)
    ]
    text = lay_out(document(*pages))[0].text.text
    assert "CÔNG BÁO" not in text
    assert "2\n" not in text


def test_a_second_head_after_the_signature_begins_another_document() -> None:
    other = printed([(r[0], r[1].replace("/UBND-VX", "/UBND-NC")) for r in _rows()], number=2)
    layouts = lay_out(document(LETTER, other))
    assert [layout.pages for layout in layouts] == [(1, 1), (2, 2)]
    assert zone_texts(layouts[1], Zone.CODE) == ["Số: 15 /UBND-NC"]


def test_a_form_to_fill_in_is_not_another_document() -> None:
    form = printed(
        [
            (90, "TÊN ĐƠN VỊ |260| CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            (90, "Số: ……/BC |300| Độc lập - Tự do - Hạnh phúc"),
            (200, "BÁO CÁO"),
        ],
        number=2,
    )
    layouts = lay_out(document(LETTER, form))
    assert len(layouts) == 1
    assert any("TÊN ĐƠN VỊ" in t for t in zone_texts(layouts[0], Zone.OTHER))


def _rows() -> list[tuple[float, str]]:
    return [(line.words[0].bbox[0], _with_jumps(line)) for line in LETTER.lines]


def _with_jumps(line: Line) -> str:
    return " ".join(f"|{round(w.bbox[0])}| {w.text}" for w in line.words)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Zs", "Zl", "Zp", "Cc")), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=7), min_size=1, max_size=12),
    st.lists(st.floats(40, 300), min_size=12, max_size=12),
)
def test_offsets_map_back_to_the_same_characters(rows: list[list[str]], lefts: list[float]) -> None:
    lines = []
    for index, row in enumerate(rows):
        x, words = lefts[index], []
        for text in row:
            words.append(Word(text, (x, 20.0 * index, x + 6 * len(text), 20.0 * index + 12)))
            x += 6 * len(text) + 5
        lines.append(Line(tuple(words)))
    made = Document("x", "0", "application/pdf", (Page(1, 595, 842, tuple(lines)),), "made")
    for layout in lay_out(made):
        last = 0
        for piece in layout.text.pieces:
            assert piece.start >= last
            last = piece.end
            part = layout.text.text[piece.start : piece.end]
            assert part == normalize_word(piece.word.text)[0]
            if piece.origins is not None:
                assert len(piece.origins) == len(part)
                assert all(0 <= i < len(piece.word.text) for i in piece.origins)
        for block in layout.blocks:
            for region in layout.text.regions(block.start, block.end):
                assert block.start <= region.start < region.end <= block.end
                assert region.bbox is not None


def test_evidence_of_a_turned_scan_points_into_the_page_as_shown() -> None:
    from dataclasses import replace

    straight = lay_out(document(LETTER))[0]
    turned = lay_out(document(replace(LETTER, turned=180.0)))[0]
    block = straight.in_zone(Zone.SUBJECT)[0]
    (upright, *_), (shown, *_) = (
        layout.evidence(block.start, block.end, "rule:x") for layout in (straight, turned)
    )
    assert upright.bbox is not None
    x0, top, x1, bottom = upright.bbox
    assert shown.bbox == pytest.approx((595 - x1, 842 - bottom, 595 - x0, 842 - top), abs=0.11)
