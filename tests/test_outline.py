"""List marks and the tree that they make, misnumbered lists included."""

from __future__ import annotations

import pytest

from pages import plain
from vnadmin_extract.layout import lay_out
from vnadmin_extract.layout.model import NodeKind
from vnadmin_extract.layout.outline import find_mark


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("PHẦN I. ĐÁNH GIÁ", NodeKind.PART, "Phần I"),
        ("Chương II QUY ĐỊNH CỤ THỂ", NodeKind.CHAPTER, "Chương II"),
        ("Mục 1. Quy trình", NodeKind.SECTION, "Mục 1"),
        ("Điều 3. Chánh Văn phòng", NodeKind.ARTICLE, "Điều 3"),
        ("Điều 12 Trách nhiệm", NodeKind.ARTICLE, "Điều 12"),
        ("II. TỔ CHỨC THỰC HIỆN", NodeKind.ROMAN, "II"),
        ("I- Mục đích", NodeKind.ROMAN, "I"),
        ("A. Phần chung", NodeKind.LETTER_UPPER, "A"),
        ("1. Phòng Nội vụ", NodeKind.NUMBER, "1"),
        ("1- Các đồng chí", NodeKind.NUMBER, "1"),
        ("2.Phòng Tài chính", NodeKind.NUMBER, "2"),
        ("2.1. Nhiệm vụ", NodeKind.NUMBER, "2.1"),
        ("2.1 Nhiệm vụ", NodeKind.NUMBER, "2.1"),
        ("1) Rà soát", NodeKind.NUMBER, "1"),
        ("(1) Rà soát", NodeKind.NUMBER, "(1)"),
        ("a) Chủ trì", NodeKind.POINT, "a"),
        ("đ) Phối hợp", NodeKind.POINT, "đ"),
        ("a. Chủ trì", NodeKind.POINT, "a"),
        ("- Sở Y tế", NodeKind.DASH, ""),
        ("– Sở Y tế", NodeKind.DASH, ""),
        ("+ Bệnh viện", NodeKind.PLUS, ""),
        ("PHỤ LỤC II", NodeKind.APPENDIX, "Phụ lục II"),
    ],
)
def test_marks(text: str, kind: NodeKind, label: str) -> None:
    mark = find_mark(text)
    assert mark is not None
    assert (mark.kind, mark.label) == (kind, label)


@pytest.mark.parametrize(
    "text",
    [
        "15/6/2023 là ngày",  # a date
        "30 ngày làm việc",  # a number of days
        "2 - 3 ngày",  # a range
        "Điều 5 Luật Đất đai quy định",  # a citation
        "Phòng Nội vụ",
        "57-KL/TW ngày 15/6/2023",
        "1.500 hộ",
        "100% số hộ",
    ],
)
def test_what_is_no_mark(text: str) -> None:
    assert find_mark(text) is None


def paths(text: str) -> list[str]:
    head = "UBND HUYỆN THANH LỘC\nSố: 3/UBND\nV/v việc\nKính gửi: Các xã.\n\n"
    layout = lay_out(plain(head + text))[0]
    return [n.path for n in layout.outline.walk() if n.kind is not NodeKind.ROOT]


def test_a_list_goes_on_where_its_like_was_open() -> None:
    assert paths(
        "I. NHIỆM VỤ\n1. Sở A:\na) Việc thứ nhất;\n- Ý một;\n- Ý hai.\nb) Việc thứ hai.\n2. Sở B.\nII. KINH PHÍ\n1. Nguồn chi."
    ) == ["I", "I.1", "I.1.a", "I.1.a dash 1", "I.1.a dash 2", "I.1.b", "I.2", "II", "II.1"]


def test_misnumbered_lists_keep_their_numbers() -> None:
    assert paths("1. Một.\n2. Hai.\n4. Bốn.\n6. Sáu.\na) Ý.\n6. Lại sáu.\na) Ý.") == [
        "1", "2", "4", "6", "6.a", "6", "6.a",
    ]  # fmt: skip


def test_numbers_of_two_levels_hang_below_the_first() -> None:
    assert paths("1. Một.\n1.1. Con một.\n1.2. Con hai.\n2. Hai.\n2.1. Con.") == [
        "1",
        "1.1",
        "1.2",
        "2",
        "2.1",
    ]


def test_articles_hold_clauses_and_points() -> None:
    assert paths("Điều 1. Phạm vi\n1. Khoản một.\na) Điểm a.\nĐiều 2. Đối tượng\n1. Khoản.") == [
        "Điều 1",
        "Điều 1.1",
        "Điều 1.1.a",
        "Điều 2",
        "Điều 2.1",
    ]
