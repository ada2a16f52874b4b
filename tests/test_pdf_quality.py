"""Telling sound Vietnamese text layers from broken ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin_extract.readers.pdf_quality import USABLE, assess, is_syllable, text_quality

SOUND = (
    "Thực hiện Kế hoạch số 15-KH/TU của Tỉnh ủy về đẩy mạnh chuyển đổi số, Ủy ban nhân dân tỉnh yêu cầu các sở, ban,"
    " ngành, Ủy ban nhân dân các huyện khẩn trương rà soát, báo cáo kết quả trước ngày 15 tháng 11 năm 2024."
)


@pytest.mark.parametrize(
    "word",
    [
        "nghiêng",
        "quốc",
        "khuỷu",
        "gì",
        "giếng",
        "Ủy",
        "uỷ",
        "đường",
        "quyết",
        "hoà",
        "thuở",
        "xoong",
        "ĐẮK",
        "y",
        "Ðảng",
    ],
)
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize(
    "word", ["HQI", "CQNG", "VIPT", "kjt", "tion", "phö", "Céng".replace("é", "ë"), "strong", ""]
)
def test_not_syllables(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        (SOUND, 0.9, 1.0),
        (SOUND.upper(), 0.9, 1.0),
        ("CQNG HOA XA HQI CHU NGHIA VIPT NAM Dgc lap Tu do Hanh phuc kinh gui cac so ban nganh", 0.0, USABLE),
        (
            "The meeting will take place on Monday and everybody should bring their own papers along",
            0.0,
            USABLE,
        ),
        ("\ufffd\ufffd\ufffd \ufffd\ufffd abc \ufffd\ufffd", 0.0, 0.1),
        ("1.250.000 12,5 2024 35/QĐ-UBND", 1.0, 1.0),
        ("", 0.0, 0.0),
    ],
)
def test_quality(text: str, low: float, high: float) -> None:
    assert low <= text_quality(text.split()) <= high


@pytest.mark.parametrize(
    ("text", "scanned", "warning", "unusable"),
    [
        (SOUND, True, None, False),
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM " + SOUND, True, None, False),
        ("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM " + SOUND, True, None, False),
        ("CỘNG HÕA XÃ HỘI CHỦ NGHĨA VIỆT NAM " + SOUND, False, "motto is misread in 1 letters", False),
        ("CQNG HOA XA HQI CHU NGHIA VIPT NAM " + SOUND, True, "motto is misread in 7 letters", True),
        ("tỉnh QUẢNG PHÖ và huyện PHÖ YÊN " + SOUND, False, "letters that Vietnamese does not have", False),
        (
            "thuc hien ke hoach cua uy ban nhan dan tinh ve cai cach hanh chinh",
            True,
            "without its diacritics",
            True,
        ),
        (
            "thuc hien ke hoach cua uy ban nhan dan tinh ve cai cach hanh chinh",
            False,
            "without its diacritics",
            False,
        ),
        ("the quick brown fox jumps over that lazy dog again with pleasure", True, "bad recognition", True),
        (
            "the quick brown fox jumps over that lazy dog again with pleasure",
            False,
            "another language",
            False,
        ),
        (SOUND.encode().decode("cp1252", "replace"), False, "mojibake", True),
        ("\ue012\ue034\ue051 \ue012\ue01f \ue033\ue034", False, "no known meaning", True),
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam §éc lËp Tù do H¹nh phóc cña tØnh", False, "TCVN3", True),
    ],
)
def test_what_is_said_about_a_text_layer(
    text: str, scanned: bool, warning: str | None, unusable: bool
) -> None:
    verdict = assess(text.split(), scanned=scanned)
    assert verdict.unusable is unusable
    if warning is None:
        assert verdict.warnings == ()
    else:
        assert any(warning in given for given in verdict.warnings), verdict.warnings


@given(st.lists(st.text(max_size=12), max_size=80), st.booleans())
def test_any_text_gets_a_score_between_nought_and_one(words: list[str], scanned: bool) -> None:
    assert 0.0 <= assess(words, scanned=scanned).score <= 1.0


def test_a_megabyte_is_judged_in_time() -> None:
    assert text_quality(["Ã" * 500_000, "®" * 500_000]) <= 1.0
    assess(["á»" * 250_000, "aµ" * 250_000], scanned=True)
