"""Document numbers: the printed forms of real life, and what only looks like one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnadmin_extract.grammar.code import find_codes, format_code, parse_code
from vnadmin_extract.grammar.kinds import KINDS, kind_by_abbreviation, kind_by_name
from vnadmin_extract.text.fold import unmark

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "codes.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize("row", ROWS, ids=[row[1] for row in ROWS])
def test_printed_forms(row: list[str]) -> None:
    _, printed, number, year, separator, notation, canonical = row
    code = parse_code(printed)
    assert code is not None
    assert (code.number, code.year, code.notation) == (number, int(year) if year else None, notation)
    assert code.separator == {"space": " "}.get(separator, separator)
    assert code.canonical == canonical


@pytest.mark.parametrize("row", ROWS, ids=[row[1] for row in ROWS])
def test_found_inside_a_sentence(row: list[str]) -> None:
    printed = row[1]
    text = f"Thực hiện Quyết định số {printed} ngày 12/3/2024 của cơ quan cấp trên"
    (match,) = find_codes(text)
    assert text[match.start : match.end] == printed
    assert match.code == parse_code(printed)
    assert match.numbered
    assert match.kind is not None
    assert match.kind.name == "Quyết định"


@pytest.mark.parametrize(
    ("printed", "text", "canonical", "style"),
    [
        ("187-KH-HU", "187-KH-HU", "187-KH/HU", "party"),
        ("26NQ-TW", "26NQ-TW", "26-NQ/TW", "party"),
        ("31/QĐ-TW", "31/QĐ-TW", "31-QĐ/TW", "state"),
        ("57-\nKL/TW", "57-KL/TW", "57-KL/TW", "party"),
        ("56/ 2015/ NĐ - CP", "56/2015/NĐ-CP", "56/2015/NĐ-CP", "norm"),
        ("240/QD-TTg", "240/QD-TTg", "240/QĐ-TTg", "state"),
        ("15/2023/QH15", "15/2023/QH15", "15/2023/QH15", "assembly"),
        ("60/CP", "60/CP", "60/CP", "organ_only"),
        ("367 – QĐ/TWĐTN-VP", "367-QĐ/TWĐTN-VP", "367-QĐ/TWĐTN-VP", "mass"),
        ("79⁄QÐ-UBND", "79/QĐ-UBND", "79/QĐ-UBND", "state"),
    ],
)
def test_tidy_text_matching_form_and_style(printed: str, text: str, canonical: str, style: str) -> None:
    code = parse_code(printed)
    assert code is not None
    assert (code.text, code.canonical, code.style) == (text, canonical, style)


@pytest.mark.parametrize(
    ("printed", "notation", "text"),
    [
        ("Số:           /UBND", "UBND", "/UBND"),
        ("Số ……/QĐ-SYT", "QĐ-SYT", "/QĐ-SYT"),
        ("/UBND", "UBND", "/UBND"),
        ("Số: ........ /BC - UBND", "BC-UBND", "/BC-UBND"),
        ("Số    -KH/TU", "KH/TU", "-KH/TU"),
    ],
)
def test_a_number_not_yet_given_is_null(printed: str, notation: str, text: str) -> None:
    code = parse_code(printed)
    assert code is not None
    assert code.number is None
    assert code.canonical is None
    assert not code.damaged
    assert (code.notation, code.text, code.style) == (notation, text, "blank")


@pytest.mark.parametrize(
    ("printed", "number", "notation"),
    [
        ("8l/QĐ-TTg", "81", "QĐ-TTg"),
        ("Số: 1O2/KH-UBND", "102", "KH-UBND"),
        ("Số: 4€4*†/QĐ-SYT", None, "QĐ-SYT"),
        ("Số: Z4Z/UBND- VX", None, "UBND-VX"),
        ("Số 36§-CV/BTCTU", None, "CV/BTCTU"),
        ("Số:.2 912 /SYT-NVY", None, "SYT-NVY"),
    ],
)
def test_damage_is_told_and_never_guessed_away(printed: str, number: str | None, notation: str) -> None:
    code = parse_code(printed)
    assert code is not None
    assert code.damaged
    assert (code.number, code.notation) == (number, notation)


@pytest.mark.parametrize(
    "text",
    [
        "họp ngày 15/6/2023 và 16-7-2023",
        "bản đồ tỷ lệ 1/500",
        "điện thoại 0255.3822xxx/0912 000 000",
        "Mẫu số 02/BCĐBHĐND-MT",
        "số 12/3 đường Nguyễn Văn Mẫu",
        "QCVN 102:2016/BTTTT",
        "TCVN ISO 9001:2015",
        "CÔNG BÁO/Số 31 + 32/Ngày 06-01-2014",
        "giá 185đ/USD, 20.000đ/HS",
        "phòng, chống HIV/AIDS",
        "theo Khoản 2 Điều 5",
        "Báo cáo 6 tháng đầu năm, Kế hoạch 5 năm 2021-2025, Chương trình 135",
        "Kế hoạch 2024 của đơn vị",
        "Đại hội XIV/2026",
    ],
)
def test_false_friends(text: str) -> None:
    assert find_codes(text) == []


@pytest.mark.parametrize("text", ["", "15/6/2023", "1/500", "Quyết định", "số", "/", "-", "2024", "x" * 5000])
def test_no_code_at_all(text: str) -> None:
    assert parse_code(text) is None


@pytest.mark.parametrize(
    ("text", "number", "notation"),
    [
        ("Quyết định số 93-CP ngày 08/4/1977", "93", "CP"),
        ("Công văn số 1022-LN/KH ngày 30/11/1983", "1022", "LN/KH"),
        ("văn bản số 11.602/BTC-QLCS ngày 29/7/2025", "11.602", "BTC-QLCS"),
    ],
)
def test_old_shapes_and_thousands(text: str, number: str, notation: str) -> None:
    (match,) = find_codes(text)
    assert (match.code.number, match.code.notation, match.code.damaged) == (number, notation, False)


def test_the_mark_of_a_point_is_no_number() -> None:
    assert find_codes("4/ UBND huyện giao Phòng Nội vụ") == []
    assert [m.code.text for m in find_codes("4/UBND")] == ["4/UBND"]


def test_a_kind_goes_for_the_whole_list() -> None:
    text = "các Quyết định số 12/QĐ-UBND, 13/QĐ-UBND và 15/QĐ-UBND"
    found = find_codes(text)
    assert [m.code.number for m in found] == ["12", "13", "15"]
    assert [m.kind.name if m.kind else None for m in found] == ["Quyết định"] * 3
    assert [m.shared for m in found] == [False, True, True]


def test_numbers_without_notation_need_a_kind() -> None:
    found = find_codes("theo Kế hoạch 437 của Sở; các Nghị quyết số 18, 19 của Trung ương; Công văn số 2330.")
    assert [(m.kind.name if m.kind else None, m.code.text, m.code.style) for m in found] == [
        ("Kế hoạch", "437", "bare"),
        ("Nghị quyết", "18", "bare"),
        ("Nghị quyết", "19", "bare"),
        ("Công văn", "2330", "bare"),
    ]


def test_numbers_that_share_a_notation_do_not_share_the_year() -> None:
    first, second = find_codes("Nghị định số 15, 30/2020/NĐ-CP")
    assert (first.code.number, first.code.year, first.code.notation) == ("15", None, "NĐ-CP")
    assert second.code.text == "30/2020/NĐ-CP"


def test_kind_names_survive_a_scan() -> None:
    (match,) = find_codes("theo Quyêt đinh sô 12/QĐ-UBND")
    assert match.kind is not None
    assert match.kind.name == "Quyết định"
    assert match.intro == 5


numbers = st.one_of(
    st.integers(1, 99999).map(str), st.integers(1, 99).map(lambda n: f"{n:02}"), st.just("30c"), st.just("9a")
)
state_kinds = st.sampled_from([k.abbreviation for k in KINDS if k.abbreviation and "state" in k.families])
party_kinds = st.sampled_from([k.abbreviation for k in KINDS if k.abbreviation and "party" in k.families])
organs = st.sampled_from(["UBND", "SYT", "BKH&ĐT", "BNN-TCTL", "HĐND", "TTg", "VPCP", "SNV", "CP"])
organs_party = st.sampled_from(["TW", "TU", "HU", "ĐU", "VPTW", "UBKTTU", "BTGDVTU"])
codes = st.one_of(
    st.builds("{}/{}-{}".format, numbers, state_kinds, organs),
    st.builds("{}/{}/{}-{}".format, numbers, st.integers(1946, 2030), state_kinds, organs),
    st.builds("{}-{}/{}".format, numbers, party_kinds, organs_party),
    st.builds("{}/UBND-{}".format, numbers, st.sampled_from(["KGVX", "NC", "X", "P3"])),
    st.builds("/{}-{}".format, state_kinds, organs),
)


@given(codes)
def test_round_trip(text: str) -> None:
    code = parse_code(text)
    assert code is not None
    assert format_code(code) == text
    assert parse_code(format_code(code)) == code


@given(codes, st.sampled_from(["-", " - ", "– ", " —"]), st.sampled_from(["/", " / ", "/ ", "⁄"]))
def test_signs_and_blanks_do_not_matter(text: str, dash: str, slash: str) -> None:
    loose = text.replace("-", "\0").replace("/", slash).replace("\0", dash)
    assert parse_code("Số: " + loose) == parse_code(text)


@given(codes)
def test_the_matching_form_is_its_own_matching_form(text: str) -> None:
    code = parse_code(text)
    assert code is not None
    if code.canonical is not None:
        again = parse_code(code.canonical)
        assert again is not None
        assert again.canonical == code.canonical


@given(st.text(alphabet="0123456789/-. sốSKHQĐUBNDTWgl…\n", max_size=80))
@settings(max_examples=300)
def test_any_text_gives_ordered_spans_that_do_not_overlap(text: str) -> None:
    end = 0
    for match in find_codes(text):
        assert end <= match.start < match.end <= len(text)
        end = match.end


@given(st.text(max_size=60))
def test_unmark_keeps_every_offset(text: str) -> None:
    assert len(unmark(text)) == len(text)


@pytest.mark.parametrize("unit", ["1/1", "số ", "-/", "12/QĐ-", "…", "A-B/", " /UB", "Số: . "])
def test_hostile_text_takes_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        find_codes(text)
        return time.process_time() - start

    small, large = seconds(50_000), seconds(400_000)
    assert large < 8 * small * 4 + 1.0


def test_kinds() -> None:
    names = [kind.name for kind in KINDS]
    assert len(names) == len(set(names))
    for title, name in [
        ("KẾ HOẠCH", "Kế hoạch"),
        ("Tờ trinh", "Tờ trình"),
        ("Thông báo kết luận", "Thông báo"),
    ]:
        kind = kind_by_name(title)
        assert kind is not None
        assert kind.name == name
    assert kind_by_name("Bài hát") is None
    for abbreviation, party, name in [
        ("TT", False, "Thông tư"),
        ("TT", True, "Thông tri"),
        ("QD", False, "Quyết định"),
        ("HD", False, "Hướng dẫn"),
        ("HĐ", False, "Hợp đồng"),
        ("CTr", True, "Chương trình"),
    ]:
        kind = kind_by_abbreviation(abbreviation, party)
        assert kind is not None
        assert kind.name == name
    assert kind_by_abbreviation("XYZ") is None
