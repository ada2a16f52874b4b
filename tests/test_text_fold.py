"""Two spellings of one thing compare equal; two things do not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin_extract.text.fold import expand_abbreviations, fold, fold_chars, match_key, strip_marks


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Uỷ ban", "Ủy ban"),
        ("Tỉnh uỷ", "TỈNH ỦY"),
        ("hoà bình", "hòa bình"),
        ("khoẻ", "khỏe"),
        ("hoàn", "hòan"),
        ("kỹ", "kĩ"),
        ("quý", "quí"),
        ("quý", "qúy"),
        ("lý do", "lí do"),
        ("Lao động – Thương binh", "lao động - thương binh"),
        ("a\u00a0 b", "a b"),
        (unicodedata.normalize("NFD", "Nghị quyết"), "nghị quyết"),
        ("Q\u00d0", "QĐ"),
    ],
)
def test_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hàng", "hằng"),
        ("ủy", "thủy"),
        ("Thy", "Thi"),
        ("quy", "quỳ"),
        ("hoa", "hòa"),
        ("tay", "tai"),
        ("ba", "bà"),
    ],
)
def test_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_offsets_stay(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(fold_chars(composed)) == len(composed)
    assert len(strip_marks(composed)) == len(composed)


@given(st.text(alphabet="hklmstquyiỳýỷoòóaàáe nQUYÀỶ-"))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("UBND huyện Bình Sơn", "Uỷ ban nhân dân huyện Bình Sơn"),
        ("UBND TP. Hà Nội", "Ủy ban nhân dân thành phố Hà Nội"),
        ("TP.HCM", "Thành phố Hồ Chí Minh"),
        ("Thường trực HĐND tỉnh", "TT.HĐND tỉnh"),
        ("TT. Châu Ổ", "thị trấn Châu Ổ"),
        ("Sở GD&ĐT", "Sở Giáo dục và Đào tạo"),
        ("Sở LĐTB&XH", "Sở Lao động, Thương binh và Xã hội"),
        ("Văn phòng TƯ Đảng", "Văn phòng Trung ương Đảng"),
        ("UBMTTQ Việt Nam xã", "Ủy ban MTTQVN xã"),
        ("PCT UBND", "Phó Chủ tịch Ủy ban nhân dân"),
        ("CA tỉnh", "Công an tỉnh"),
    ],
)
def test_match_keys(short: str, long: str) -> None:
    assert match_key(short) == match_key(long)


def test_capitals_do_not_make_a_word_an_abbreviation() -> None:
    assert match_key("SỞ KẾ HOẠCH VÀ ĐẦU TƯ") == "sở kế hoạch và đầu tư"


def test_written_out_text_keeps_the_rest() -> None:
    assert expand_abbreviations("Chánh Văn phòng HĐND huyện").split() == [
        "Chánh",
        "Văn",
        "phòng",
        "Hội",
        "đồng",
        "nhân",
        "dân",
        "huyện",
    ]


def test_bare_letters() -> None:
    assert strip_marks("ĐƯỜNG Nguyễn Huệ, đặc khu") == "DUONG Nguyen Hue, dac khu"
