"""Text from before Unicode is recognised only where it clearly is one, and converted exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin_extract.text import legacy

PLAIN = "Ủy ban nhân dân huyện đề nghị các đơn vị khẩn trương thực hiện, báo cáo trước ngày mười tháng tới"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        ("§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
        ("Tr\u00adëng phßng", "Trưởng phòng"),
        ("quyÕt ®Þnh", "quyết định"),
    ],
)
def test_tcvn3(printed: str, expected: str) -> None:
    assert legacy.convert(printed, "tcvn3") == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("chaøo caùc baïn", "chào các bạn"),
        ("COÄNG HOØA XAÕ HOÄI CHUÛ NGHÓA VIEÄT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"),
        ("tröôûng phoøng, baèng caáp", "trưởng phòng, bằng cấp"),
    ],
)
def test_vni(printed: str, expected: str) -> None:
    assert legacy.convert(printed, "vni") == expected


@pytest.mark.parametrize(
    ("font", "encoding", "capitals"),
    [
        (".VnTime", "tcvn3", False),
        (".VnTimeH", "tcvn3", True),
        ("ABCDEF+.VnArialH-Bold", "tcvn3", True),
        ("VNI-Times", "vni", False),
        ("VNI-Helve-Condense", "vni", False),
        ("Times New Roman", None, False),
        ("Vnunicode", None, False),
        (None, None, False),
    ],
)
def test_fonts(font: str | None, encoding: str | None, capitals: bool) -> None:
    assert legacy.encoding_of_font(font) == encoding
    assert legacy.is_capital_font(font) is capitals


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam, §éc lËp - Tù do - H¹nh phóc", "tcvn3"),
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "vni"),
        (PLAIN, None),
        ("Hoà bình, khoá, tuỳ", None),
        ("Le café de la forêt près de l'hôtel français", None),
        ("Tất cả ©2020 ®", None),
        ("", None),
        ("plain ascii text with nothing in it", None),
    ],
)
def test_detection_needs_a_clear_win(text: str, encoding: str | None) -> None:
    assert legacy.detect(text) == encoding


def test_mojibake_is_repaired_where_nothing_was_lost() -> None:
    damaged = PLAIN.encode().decode("latin-1")
    assert legacy.looks_like_mojibake(damaged)
    assert legacy.repair_mojibake(damaged) == (PLAIN, True)


def test_mojibake_with_lost_bytes_is_left_and_said() -> None:
    damaged = PLAIN.encode().decode("latin-1").replace("\u00bb", "?")
    assert legacy.repair_mojibake(damaged) == (damaged, False)


def test_good_text_is_not_mojibake() -> None:
    assert not legacy.looks_like_mojibake(PLAIN)
    assert legacy.repair_mojibake(PLAIN) == (PLAIN, True)


@given(st.text())
def test_conversion_never_fails(text: str) -> None:
    legacy.convert(text, "tcvn3")
    legacy.convert(text, "vni")
    legacy.detect(text)
    legacy.repair_mojibake(text)
