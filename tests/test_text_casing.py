"""ALL-CAPS headers in ordinary case (Decree 30/2020, Appendix II)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnadmin_extract.text.casing import is_all_caps, person_case, sentence_case_name

NAMES = [
    "Ủy ban nhân dân huyện Bình Sơn",
    "Sở Giáo dục và Đào tạo",
    "Bộ Tài nguyên và Môi trường",
    "Tỉnh ủy Quảng Ngãi",
    "Ủy ban nhân dân thành phố Hà Nội",
    "Ban Chấp hành Đảng bộ tỉnh",
    "Phó Chủ tịch",
    "Chánh Văn phòng",
    "Phó Chánh Văn phòng",
    "Bộ trưởng",
    "Cục trưởng",
    "Phó Giám đốc",
    "Phòng Lao động - Thương binh và Xã hội",
    "Trường Đại học Y Dược Cần Thơ",
    "Đảng ủy xã Bình Minh",
    "Mặt trận Tổ quốc Việt Nam",
    "Quận 1",
    "Kế hoạch",
    "Ủy ban nhân dân Quận 1",
    "Ủy ban nhân dân xã Đoàn Kết",
    "Ủy ban nhân dân huyện Hòa Bình",
    "Ủy ban nhân dân thị xã Đức Phổ",
    "Tờ trình",
    "Công điện",
    "Giấy mời",
    "Trường Tiểu học Nguyễn Du",
    "Chi cục Thuế khu vực Bình Sơn - Trà Bồng",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Sở Nông nghiệp và Phát triển nông thôn",
    "Sở Công Thương",
    "Bộ Công Thương",
    "Sở Nội vụ",
    "Văn phòng Quốc hội",
    "Thủ tướng Chính phủ",
    "Chính phủ",
    "Quốc hội",
    "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh Quảng Ngãi",
    "Ban Thường trực",
    "Hội Liên hiệp Phụ nữ Việt Nam",
    "Bộ Chỉ huy Quân sự tỉnh",
    "Công an tỉnh Quảng Ngãi",
    "Ban Quản lý các khu công nghiệp Bắc Ninh",
    "Ủy ban nhân dân tỉnh Thừa Thiên Huế",
    "Đảng ủy phường Trương Quang Trọng",
    "Ban Tổ chức Tỉnh ủy",
    "Đoàn đại biểu Quốc hội tỉnh Đắk Lắk",
    "Thanh tra Chính phủ",
    "Kho bạc Nhà nước Quảng Ngãi",
    "Bảo hiểm xã hội Việt Nam",
    "Viện Kiểm sát nhân dân tối cao",
    "Tòa án nhân dân huyện Trà Bồng",
    "Ngân hàng Nhà nước Việt Nam",
    "Hội đồng nhân dân xã Nghĩa Hành",
    "Cục Phòng bệnh",
    "Trung tâm Kiểm soát bệnh tật",
    "Phó Trưởng phòng",
    "Ủy viên Ban Thường vụ",
    "Đặc khu Lý Sơn",
    "Ủy ban nhân dân đặc khu Lý Sơn",
    "Cục Quản lý thị trường",
    "Tổng Giám đốc",
    "Trưởng ban",
    "Phó Trưởng ban Thường trực",
    "Công ty Cổ phần Hoàng Long",
    "Ban Chỉ đạo Chuyển đổi số",
    "Liên đoàn Lao động huyện Bình Sơn",
    "Ủy ban nhân dân thành phố Hồ Chí Minh",
    "Ban Tuyên giáo và Dân vận",
    "Quân khu V",
    "Bí thư",
    "Chi cục Thuế Bình Sơn",
    "Ban Quản lý dự án",
    "Ủy ban nhân dân huyện Krông Pắc",
    "Sở Xây dựng",
    "Sở Thông tin và Truyền thông",
    "Tổng cục Hải quan",
    "Đảng bộ huyện Bình Sơn",
    "Hội Nông dân",
    "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân",
    "Phòng Kinh tế - Hạ tầng",
    "Phòng Tài chính - Kế hoạch",
    "Kho bạc Nhà nước khu vực I",
    "UBND các huyện, thành phố",
    "Ban Quản lý Khu kinh tế Dung Quất",
    "Ủy ban nhân dân Phường 5, Quận 10",
    "Ủy ban nhân dân xã Ea H'Leo",
    "Hội đồng nhân dân huyện Trà Bồng khóa XII",
    "Ban Chỉ đạo 389 tỉnh",
    "UBND tỉnh Đắk Nông",
    "Văn phòng HĐND và UBND huyện Bình Sơn",
    "TM. Ủy ban nhân dân",
    "KT. Chủ tịch",
    "TL. Bộ trưởng",
    "Sở GD&ĐT",
    "Công ty TNHH MTV Hoàng Long",
    "Uỷ ban nhân dân TP. Hà Nội",
    "Ủy ban nhân dân huyện Đắk R'Lấp",
    "Phó Chủ tịch UBND huyện",
    "Huyện ủy Bình Sơn\nVăn phòng",
]


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    assert sentence_case_name(name.upper()) == name


@pytest.mark.parametrize("name", ["UBND huyện Bình Sơn", "Sở Y tế", "ban chấp hành", "", "123", "Hội LHPN"])
def test_mixed_case_stays_as_printed(name: str) -> None:
    assert sentence_case_name(name) == name


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("PHẠM VĂN A", "Phạm Văn A"),
        ("Lê Thị B", "Lê Thị B"),
        ("lê thị b", "Lê Thị B"),
        ("TS. NGUYỄN VĂN Á", "TS. Nguyễn Văn Á"),
        ("H'MI NIÊ", "H'Mi Niê"),
    ],
)
def test_people(printed: str, expected: str) -> None:
    assert person_case(printed) == expected


def test_one_misread_letter_does_not_hide_capitals() -> None:
    assert is_all_caps("ỦY BAN NHâN DÂN")
    assert not is_all_caps("UBND tỉnh")


@given(st.text(alphabet="ỦYBANHĐTỈXÃ QUẬN1IVX,-./&\n"))
def test_only_the_case_changes(text: str) -> None:
    result = sentence_case_name(text)
    assert result.upper() == text.upper()
    assert sentence_case_name(result) == result or is_all_caps(result)


def test_long_text_is_quick() -> None:
    assert sentence_case_name("TỈNH " * 20_000 + "Ủ" * 100_000).startswith("Tỉnh")


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("TRƯỜNG THCS TÂN KHÊ ĐÔNG", "Trường THCS Tân Khê Đông"),
        ("TRƯỜNG THPT AN HÒA THƯỢNG", "Trường THPT An Hòa Thượng"),
        ("TRƯỜNG MN SAO MAI", "Trường MN Sao Mai"),
    ],
)
def test_schools_by_their_short_level(printed: str, name: str) -> None:
    assert sentence_case_name(printed) == name
