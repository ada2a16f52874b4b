"""The header's left column: which lines are the issuing body, which the superior, and where they belong."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_issuer import header_draft
from vnadmin_extract.document import Word
from vnadmin_extract.facts.issuer import extract_issuer
from vnadmin_extract.layout.model import FlowText, Piece
from vnadmin_extract.text.fold import fold


def names(lines: list[str]) -> tuple[str | None, str | None]:
    """(parent, name)"""
    issuer = extract_issuer(header_draft(lines))
    assert issuer is not None
    return issuer.parent, issuer.name


@pytest.mark.parametrize(
    ("lines", "parent", "name"),
    [
        # the same organ of two units, one above the other
        (
            ["VIỆN KIỂM SÁT NHÂN DÂN", "TỈNH ĐỒNG THÁP", "VIỆN KIỂM SÁT NHÂN DÂN", "HUYỆN LAI VUNG"],
            "Viện Kiểm sát nhân dân tỉnh Đồng Tháp",
            "Viện Kiểm sát nhân dân huyện Lai Vung",
        ),
        # bodies that issue together
        (["SỞ Y TẾ - SỞ TÀI CHÍNH"], None, "Sở Y tế - Sở Tài chính"),
        (
            ["CHÍNH PHỦ - ĐOÀN CHỦ TỊCH ỦY", "BAN TRUNG ƯƠNG MẶT TRẬN TỔ", "QUỐC VIỆT NAM"],
            None,
            "Chính phủ - Đoàn Chủ tịch Ủy ban Trung ương Mặt trận Tổ quốc Việt Nam",
        ),
        (
            ["TẬP ĐOÀN ĐIỆN LỰC VIỆT NAM", "TỔNG CÔNG TY ĐIỆN LỰC MIỀN BẮC"],
            "Tập đoàn Điện lực Việt Nam",
            "Tổng công ty Điện lực Miền Bắc",
        ),
        # one body over two or three lines
        (["ỦY BAN NHÂN DÂN", "HUYỆN BÌNH SƠN"], None, "Ủy ban nhân dân huyện Bình Sơn"),
        (["UỶ BAN NHÂN DÂN", "THÀNH PHỐ HÀ NỘI"], None, "Uỷ ban nhân dân thành phố Hà Nội"),
        (["HỘI ĐỒNG NHÂN DÂN", "QUẬN 1"], None, "Hội đồng nhân dân Quận 1"),
        (["ĐẢNG BỘ TỈNH HƯNG YÊN", "BAN CHẤP HÀNH"], None, "Đảng bộ tỉnh Hưng Yên Ban Chấp hành"),
        (
            ["VĂN PHÒNG", "ĐOÀN ĐẠI BIỂU QUỐC HỘI VÀ", "HỘI ĐỒNG NHÂN DÂN TỈNH"],
            None,
            "Văn phòng Đoàn đại biểu Quốc hội và Hội đồng nhân dân tỉnh",
        ),
        (["BAN CHỈ ĐẠO", "PHÒNG CHỐNG THIÊN TAI"], None, "Ban Chỉ đạo Phòng chống thiên tai"),
        # superior over body
        (["UBND TỈNH LAI CHÂU", "SỞ Y TẾ"], "UBND tỉnh Lai Châu", "Sở Y tế"),
        (
            ["UBND TỈNH LAI CHÂU", "SỞ LAO ĐỘNG - THƯƠNG BINH", "VÀ XÃ HỘI"],
            "UBND tỉnh Lai Châu",
            "Sở Lao động - Thương binh và Xã hội",
        ),
        (
            ["UBND TỈNH LAI CHÂU", "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ", "HỘI"],
            "UBND tỉnh Lai Châu",
            "Sở Lao động - Thương binh và Xã hội",
        ),
        (["BỘ TÀI CHÍNH", "TỔNG CỤC THUẾ"], "Bộ Tài chính", "Tổng cục Thuế"),
        (["TỔNG CỤC THUẾ", "CỤC THUẾ TỈNH LAI CHÂU"], "Tổng cục Thuế", "Cục Thuế tỉnh Lai Châu"),
        (
            ["UBND HUYỆN BÌNH SƠN", "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO"],
            "UBND huyện Bình Sơn",
            "Phòng Giáo dục và Đào tạo",
        ),
        (["BỘ CÔNG AN", "CÔNG AN TỈNH LAI CHÂU"], "Bộ Công an", "Công an tỉnh Lai Châu"),
        (
            ["BẢO HIỂM XÃ HỘI VIỆT NAM", "BẢO HIỂM XÃ HỘI", "TỈNH LAI CHÂU"],
            "Bảo hiểm xã hội Việt Nam",
            "Bảo hiểm xã hội tỉnh Lai Châu",
        ),
        (["SỞ Y TẾ LAI CHÂU", "THANH TRA"], "Sở Y tế Lai Châu", "Thanh tra"),
        (
            ["ỦY BAN MTTQ VIỆT NAM", "XÃ BÌNH SƠN", "BAN THƯỜNG TRỰC"],
            "Ủy ban MTTQ Việt Nam xã Bình Sơn",
            "Ban Thường trực",
        ),
        (
            ["ĐẢNG BỘ HUYỆN BÌNH SƠN", "ĐẢNG ỦY XÃ BÌNH AN", "*"],
            "Đảng bộ huyện Bình Sơn",
            "Đảng ủy xã Bình An",
        ),
        (["HUYỆN ỦY BÌNH SƠN", "BAN TUYÊN GIÁO", "*"], "Huyện ủy Bình Sơn", "Ban Tuyên giáo"),
        # the nearest of two superiors
        (
            ["ỦY BAN NHÂN DÂN", "TỈNH LAI CHÂU", "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG", "CHI CỤC KIỂM LÂM"],
            "Sở Nông nghiệp và Môi trường",
            "Chi cục Kiểm lâm",
        ),
        # a lost line break
        (["BỘ TÀI CHÍNH TỔNG CỤC HẢI QUAN -------"], "Bộ Tài chính", "Tổng cục Hải quan"),
        (["BỘ TÀI NGUYÊN VÀ MÔI TRƯỜNG -------"], None, "Bộ Tài nguyên và Môi trường"),
        # bold tells lines apart where head words cannot
        (["TỔNG CÔNG TY A", "**BAN DỰ ÁN**", "**ĐƯỜNG SẮT**"], "Tổng công ty A", "Ban Dự án Đường sắt"),
        (["**CÔNG TY CỔ PHẦN**", "**TẬP ĐOÀN HOA SEN**"], None, "Công ty Cổ phần Tập đoàn Hoa Sen"),
        (["HỘI NÔNG DÂN TỈNH", "**ĐOÀN CÔNG TÁC SỐ 2**"], "Hội Nông dân tỉnh", "Đoàn Công tác số 2"),
        # what is no body
        (["TỈNH ỦY LAI CHÂU", "*"], None, "Tỉnh ủy Lai Châu"),
        (
            ["UBND TỈNH LAI CHÂU CỘNG HOÀ XÃ HỌI CHỦ NGHĨA VIỆT NAM", "SỞ Y TẾ Độc lập - Tự do – Hạnh phúc"],
            "UBND tỉnh Lai Châu",
            "Sở Y tế",
        ),
    ],
)
def test_lines_to_bodies(lines: list[str], parent: str | None, name: str) -> None:
    assert names(lines) == (parent, name)


@pytest.mark.parametrize(
    ("lines", "parent", "name"),
    [
        (["UBND TÌNH LAI CHÂU", "SỞ Y TẺ"], "UBND tỉnh Lai Châu", "Sở Y tế"),
        ([". ` UBND TỈNH LAI CHÂU", "SƠ Y TE,"], "UBND tỉnh Lai Châu", "Sở Y tế"),
        (["ỦY BAN NHÂN DÂN", "| E  y |", "._ TĨNH LAI CHẤU"], None, "Ủy ban nhân dân tỉnh Lai Châu"),
        (
            ["UBND TỈNH LAI CHÂU", "SỞ THÔNG TIN VÀ TRUYÈN THỒNG"],
            "UBND tỉnh Lai Châu",
            "Sở Thông tin và Truyền thông",
        ),
        (["s sì", "UBND TỈNH LAI CHÂU", "SỞ TÀI CHÍNIH"], "UBND tỉnh Lai Châu", "Sở Tài chính"),
        (["ỦY BAN NHÂN DÂN", "HUYỆN BINH SƠN"], None, "Ủy ban nhân dân huyện Bình Sơn"),
    ],
)
def test_misread_headers(lines: list[str], parent: str | None, name: str) -> None:
    assert names(lines) == (parent, name)
    issuer = extract_issuer(header_draft(lines))
    assert issuer is not None
    assert issuer.confidence < 0.95


@pytest.mark.parametrize(
    "after",
    [
        "Số: 12/SYT-VP",
        "Lai Châu, ngày 05 tháng 3 năm 2024",
        "Kính gửi: Trường Tiểu học số 1",
        "Căn cứ Luật Đất đai",
    ],
)
def test_what_follows_the_header_is_no_part_of_it(after: str) -> None:
    lines = ["UBND TỈNH LAI CHÂU", "SỞ Y TẾ xx yy", after, "BAN CHỈ ĐẠO"]
    assert names(lines) == ("UBND tỉnh Lai Châu", "Sở Y tế")


def test_evidence_is_the_printed_line_as_read() -> None:
    lines = [". ` UBND TỈNH LAI CHÂU |", "SƠ Y TE, Độc lập - Tự do - Hạnh phúc"]
    draft = header_draft(lines)
    text = draft.text
    words = [Word(part, (0, 0, 1, 1)) for part in text.split()]
    pieces, at = [], 0
    for word in words:
        at = text.index(word.text, at)
        pieces.append(Piece(at, at + len(word.text), 1, text.count("\n", 0, at), word))
        at += len(word.text)
    draft.layout = replace(draft.layout, text=FlowText(text, tuple(pieces), frozenset()))
    issuer = extract_issuer(draft)
    assert issuer is not None
    assert issuer.name == "Sở Y tế"
    assert {e.text.strip(" ,") for e in issuer.evidence} == {"SƠ Y TE", "UBND TỈNH LAI CHÂU"}
    assert {e.source for e in issuer.evidence} == {"rule:issuer"}


def test_scraps_are_no_body() -> None:
    assert (
        extract_issuer(header_draft(["tháng 3 năm", "KÉHOẠCH ..", "(Trình hỗ trợ 4", "nghiệp dưới"])) is None
    )


def test_a_field_that_no_list_knows_stays_as_read_with_less_trust() -> None:
    issuer = extract_issuer(header_draft(["UBND TỈNH LAI CHÂU", "SỞ YT YTẺ"]))
    assert issuer is not None
    assert fold(issuer.name) == "sở yt ytẻ"
    assert issuer.confidence < 0.7


def test_spellings_that_lists_allow_stay_as_printed() -> None:
    assert names(["UBND TỈNH ĐĂK NÔNG", "SỞ VĂN HOÁ, THỂ THAO VÀ DU LỊCH"]) == (
        "UBND tỉnh Đăk Nông",
        "Sở Văn hoá, Thể thao và Du lịch",
    )


@pytest.mark.parametrize(
    ("lines", "place", "date", "level", "code"),
    [
        (["ỦY BAN NHÂN DÂN", "HUYỆN BÌNH SƠN"], "Bình Sơn", "2024-03", "district", "524"),
        (["UBND HUYỆN BÌNH SƠN", "PHÒNG NỘI VỤ"], "Bình Sơn", "2024-03", "district", "524"),
        (["ỦY BAN NHÂN DÂN", "TỈNH BẮC GIANG"], "Bắc Giang", "2012-04-18", "province", "24"),
        (["ỦY BAN NHÂN DÂN", "TỈNH BẮC NINH"], "Bắc Ninh", "2012-04-18", "province", "27"),
        (["ỦY BAN NHÂN DÂN", "TỈNH BẮC NINH"], "Bắc Giang", "2025-08-01", "province", "24"),
        (["ỦY BAN NHÂN DÂN", "THÀNH PHỐ BẮC NINH"], "Bắc Ninh", "2024-04-18", "district", "256"),
        (["ỦY BAN NHÂN DÂN", "THÀNH PHỐ HÀ NỘI"], "Hà Nội", "2026-04-28", "province", "01"),
        (["UBND TỈNH", "SỞ Y TẾ"], "Quảng Ngãi", "2024-08-08", "province", "51"),
        (["SỞ Y TẾ LAI CHÂU", "THANH TRA"], "Lai Châu", "2024-08-08", "province", "12"),
        (["HUYỆN ỦY BÌNH SƠN", "*"], "Bình Sơn", "2024-03", "party", "524"),
        (["BỘ TÀI CHÍNH", "CỤC THUẾ TỈNH LAI CHÂU"], "Lai Châu", "2024-03", "province", "12"),
        (["BỘ TÀI CHÍNH", "TỔNG CỤC THUẾ"], "Hà Nội", "2024-03", "central", None),
        (["VĂN PHÒNG CHÍNH PHỦ"], "Hà Nội", "2026-04-28", "central", None),
        (["SỞ GIÁO DỤC VÀ ĐÀO TẠO", "TRƯỜNG THPT BÌNH SƠN"], "Bình Sơn", "2024-03", "other", None),
        (["ỦY BAN NHÂN DÂN", "ĐẶC KHU LÝ SƠN"], "Lý Sơn", "2025-09", "commune", "21548"),
    ],
)
def test_level_and_unit(lines: list[str], place: str, date: str, level: str, code: str | None) -> None:
    draft = header_draft(lines, place=place, date=date)
    issuer = extract_issuer(draft)
    assert issuer is not None
    assert (issuer.level, issuer.unit_code) == (level, code)
    assert draft.warnings == []


def test_the_text_tells_which_of_several_communes() -> None:
    lines = ["ỦY BAN NHÂN DÂN", "XÃ BÌNH SƠN"]
    alone = extract_issuer(header_draft(lines, place="Bình Sơn", date="2025-09-10"))
    assert alone is not None
    assert alone.unit_code is None
    body = "Thực hiện chỉ đạo của Ủy ban nhân dân tỉnh Quảng Ngãi, tại tỉnh Quảng Ngãi (khác tỉnh An Giang)"
    told = extract_issuer(header_draft(lines, place="Bình Sơn", date="2025-09-10", body=body))
    assert told is not None
    assert told.unit_code == "21040"


@pytest.mark.parametrize(
    ("unit", "date"),
    [("HUYỆN BÌNH SƠN", "2025-07-01"), ("ĐẶC KHU LÝ SƠN", "2025-06-30"), ("TỈNH HÀ TÂY", "2011")],
)
def test_a_unit_that_did_not_exist_on_the_day(unit: str, date: str) -> None:
    draft = header_draft(["ỦY BAN NHÂN DÂN", unit], date=date)
    issuer = extract_issuer(draft)
    assert issuer is not None
    assert issuer.unit_code is None
    assert any(date in warning for warning in draft.warnings)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["*"],
        ["-----"],
        ["Số: 12/UBND"],
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["ĐẢNG CỘNG SẢN VIỆT NAM"],
    ],
)
def test_a_header_without_a_body(lines: list[str]) -> None:
    assert extract_issuer(header_draft(lines)) is None


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_lines_are_survived(lines: list[str]) -> None:
    issuer = extract_issuer(header_draft([line.replace("\n", " ") for line in lines]))
    if issuer is not None:
        assert issuer.name.strip()
        assert 0 <= issuer.confidence <= 1


def test_hostile_headers_take_little_time() -> None:
    begin = time.process_time()
    for lines in (
        ["A" * 1_000_000],
        ["UBND " * 200_000],
        ["SỞ Y TẾ"] * 5000,
        ["-" * 1_000_000],
        ["BAN " + "* " * 500_000],
    ):
        extract_issuer(header_draft(lines, place="Bình Sơn", date="2025-08-08"))
    assert time.process_time() - begin < 10
