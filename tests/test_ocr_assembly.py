"""Recognised words become lines, stamps and tables."""

from __future__ import annotations

import pytest

from vnadmin_extract.document import Page
from vnadmin_extract.ocr.assembly import extents, is_proper, page_of
from vnadmin_extract.ocr.engine import OcrWord
from vnadmin_extract.ocr.image import Rule
from vnadmin_extract.ocr.reading import Reading
from vnadmin_extract.ocr.rulings import grids_of

DPI = 200
SIZE = 39  # 14 points at 200 dpi


def printed(text: str, x: float, baseline: float, line: int, confidence: float = 0.95) -> list[OcrWord]:
    """Words as an engine boxes them: tight around the ink."""
    words = []
    for part in text.split():
        above, below = extents(part)
        width = 0.45 * SIZE * len(part)
        box = (x, baseline - above * SIZE, x + width, baseline + below * SIZE)
        words.append(OcrWord(part, box, confidence, line))
        x += width + 0.3 * SIZE
    return words


def page(words: list[OcrWord], **more: object) -> Page:
    return page_of(Reading(1654, 2339, DPI, 0.0, words=tuple(words), **more), 1)  # type: ignore[arg-type]


def texts(result: Page) -> list[str]:
    return [line.text for line in result.lines]


def test_both_columns_of_a_header_stand_on_one_line() -> None:
    words = [
        *printed("ỦY BAN NHÂN DÂN", 150, 200, 1),
        *printed("TỈNH THỬ NGHIỆM", 150, 245, 2),
        *printed("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 700, 204, 3),
        *printed("Độc lập - Tự do - Hạnh phúc", 760, 248, 4),
    ]
    assert texts(page(words)) == [
        "ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "TỈNH THỬ NGHIỆM Độc lập - Tự do - Hạnh phúc",
    ]


def test_close_lines_of_one_column_stay_apart() -> None:
    words = [*printed("giao các sở ban ngành", 150, 600, 1), *printed("phối hợp thực hiện", 150, 640, 2)]
    assert texts(page(words)) == ["giao các sở ban ngành", "phối hợp thực hiện"]


def test_boxes_are_points_and_rebuilt_from_the_baseline() -> None:
    (line,) = page(printed("ươm Ễg", 200, 500, 1)).lines
    first, second = line.words
    assert first.bbox[1] == second.bbox[1]
    assert first.bbox[3] == second.bbox[3]
    assert first.bbox[0] == pytest.approx(72.0)
    assert first.size == pytest.approx(14.0, abs=1.5)
    assert first.layer == "ocr"
    assert first.confidence == pytest.approx(0.95)


@pytest.mark.parametrize("rubbish", ["|", "_—_", "¬", "=«", "~", "ˆ"])
def test_strokes_and_specks_are_dropped(rubbish: str) -> None:
    words = [*printed("Căn cứ Luật Tổ chức chính quyền", 150, 600, 1), *printed(rubbish, 1200, 600, 1, 0.4)]
    assert texts(page(words)) == ["Căn cứ Luật Tổ chức chính quyền"]


def test_what_a_seal_was_read_as_is_dropped() -> None:
    words = [
        *printed("CHỦ TỊCH", 1000, 1800, 1),
        *printed("Œ% +Jƒ tz#", 950, 1880, 2, 0.2),
        *printed("Nguyễn Văn Thử", 980, 2000, 3),
    ]
    assert texts(page(words)) == ["CHỦ TỊCH", "Nguyễn Văn Thử"]


def test_real_text_read_with_doubt_is_kept() -> None:
    words = [*printed("Giao Sở Nội vụ", 150, 600, 1), *printed("tông hợp", 600, 600, 1, 0.3)]
    words += printed("báo cáo kêt quả 15/6/2024", 150, 645, 2)
    assert texts(page(words)) == ["Giao Sở Nội vụ tông hợp", "báo cáo kêt quả 15/6/2024"]


@pytest.mark.parametrize("bullet", ["-", "+", "–"])
def test_bullets_are_kept(bullet: str) -> None:
    assert texts(page(printed(f"{bullet} Như trên;", 150, 600, 1))) == [f"{bullet} Như trên;"]


def test_rules_at_the_edges_of_words_are_cut() -> None:
    assert texts(page(printed("|Điều 2. Tổ chức thực hiện|", 150, 600, 1))) == ["Điều 2. Tổ chức thực hiện"]


@pytest.mark.parametrize(
    ("text", "proper"),
    [
        ("nghiêng", True),
        ("UBND", True),
        ("254-KH/TU", True),
        ("15/6/2024", True),
        ("a)", True),
        ("xqz", False),
        ("tz#", False),
        ("4Wÿ", False),
    ],
)
def test_what_looks_like_a_word_of_a_document(text: str, proper: bool) -> None:
    assert is_proper(text) is proper


def test_a_framed_received_stamp_leaves_the_lines() -> None:
    words = [
        *printed("Số: 12/TB-UBND", 150, 300, 1),
        *printed("ĐẾN", 160, 420, 2),
        *printed("Số: 345", 260, 400, 3),
        *printed("Ngày: 12/6/24", 260, 445, 4),
        *printed("Kính gửi: Các sở", 600, 430, 5),
    ]
    frame = {
        "horizontal": (Rule(150, 360, 520, 363), Rule(150, 470, 520, 473)),
        "vertical": (Rule(150, 360, 153, 473), Rule(517, 360, 520, 473)),
    }
    result = page(words, **frame)
    (stamp,) = result.stamps
    assert stamp.kind == "received"
    assert set(stamp.text.split()) == {"ĐẾN", "Số:", "345", "Ngày:", "12/6/24"}
    assert texts(result) == ["Số: 12/TB-UBND", "Kính gửi: Các sở"]


def test_the_word_den_in_a_sentence_is_no_stamp() -> None:
    words = [
        *printed("ĐẾN NĂM 2030 TẦM NHÌN", 400, 400, 1),
        *printed("ngày 12 tháng 6 năm 2024", 700, 300, 2),
    ]
    assert page(words).stamps == ()


def test_a_ruled_table_of_data_becomes_cells() -> None:
    rows, columns = [700, 760, 820, 880], [150, 250, 900, 1500]
    rules = {
        "horizontal": tuple(Rule(150, y, 1500, y + 3) for y in rows),
        "vertical": tuple(Rule(x, 700, x + 3, 880) for x in columns),
    }
    words = [*printed("Căn cứ kế hoạch", 150, 600, 1)]
    cells = [
        ["TT", "Nhiệm vụ", "Thời hạn"],
        ["1", "Rà soát hồ sơ", "30/6/2024"],
        ["2", "Tập huấn cán bộ", "Quý III"],
    ]
    for r, row in enumerate(cells):
        for c, text in enumerate(row):
            words += printed(text, columns[c] + 15, rows[r] + 42, 10 + 3 * r)
    result = page(words, **rules)
    (table,) = result.tables
    assert (table.rows, table.columns) == (3, 3)
    assert [cell.text for cell in table.cells] == [text for row in cells for text in row]
    assert texts(result) == ["Căn cứ kế hoạch"]


def test_a_missing_rule_merges_cells() -> None:
    across = [Rule(150, y, 1500, y + 3) for y in (700, 760, 820, 880)]
    down = [Rule(150, 700, 153, 880), Rule(700, 760, 703, 880), Rule(1500, 700, 1503, 880)]
    (grid,) = grids_of(across, down, 1.0)
    widths = sorted(round(cell[2] - cell[0]) for cell in grid.cells)
    assert widths == [550, 550, 800, 800, 1350]


def test_a_frame_is_no_table() -> None:
    rules = {
        "horizontal": (Rule(150, 100, 1500, 103), Rule(150, 2200, 1500, 2203)),
        "vertical": (Rule(150, 100, 153, 2203), Rule(1500, 100, 1503, 2203)),
    }
    result = page(printed("Căn cứ Luật Tổ chức chính quyền", 200, 600, 1), **rules)
    assert result.tables == ()
    assert texts(result) == ["Căn cứ Luật Tổ chức chính quyền"]
