"""Time expressions: the printed forms of the domain's table, what is said of them, and strings of any kind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vnadmin_extract.grammar.edtf import is_valid
from vnadmin_extract.grammar.numerals import parse_number_words, parse_quarter
from vnadmin_extract.grammar.time_expressions import Role, TimeExpression, find_time_expressions

TABLE = Path(__file__).parent / "data" / "time_expressions.tsv"
ROWS = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]
FIELDS = ("kind", "due", "time", "frequency", "rrule", "duration", "working_days", "bound", "role", "anchor")


def described(expression: TimeExpression) -> str:
    values = ((name, getattr(expression, name)) for name in FIELDS)
    return " ".join(f"{name}={str(value).replace(' ', '_')}" for name, value in values if value is not None)


@pytest.mark.parametrize(("printed", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_table(printed: str, expected: str) -> None:
    found = find_time_expressions(printed, "2026-01-10")
    assert (" || ".join(described(e) for e in found) or "-") == expected


@pytest.mark.parametrize(
    ("text", "issued", "due"),
    [
        ("trước ngày 15/12", "2024-11-05", "2024-12-15"),
        ("trước ngày 15/01", "2024-11-05", "2025-01-15"),  # the day has passed: next year
        ("trước ngày 05/11", "2024-11-05", "2024-11-05"),  # the document's own day has not
        ("trước ngày 05/3", "2024-03", "2024-03-05"),  # a document with its day left blank
        ("trước ngày 05/3", "2024", "2024-03-05"),
        ("trước ngày 05/3", None, None),
        ("trong quý I", "2024-05-02", "2025-33"),
        ("trong ngày 29/02", "2025-01-10", None),  # no such day in that year: no guess
        ("nộp trước ngày 2510/2017", "2017-09-01", "2017-10-25"),  # the slash was lost
        ("nộp trước ngày 25102017", "2017-09-01", "2017-10-25"),
        ("ngày 31/02/2025", "2025-01-10", None),
        ("trước ngày 30.6.2025", "2025-01-10", "2025-06-30"),
        ("trước 15/11/2025", "2025-01-10", "2025-11-15"),
        ("trước 30/6", "2025-01-10", "2025-06-30"),
        ("đến ngày 10 tháng 5/2026", "2026-01-10", "2026-05-10"),
        ("từ ngày 10 đến ngày 14/5/2026", "2026-01-10", "2026-05-10/2026-05-14"),
        ("từ 1/5 đến 14/5/2026", "2026-01-10", "2026-05-01/2026-05-14"),
        ("từ tháng 11 đến tháng 4/2026", "2025-10-10", "2025-11/2026-04"),
        ("Từ quý I/2012 đến hết năm 2012", "2012-01-05", "2012-33/2012"),
        ("Quý I, II và III/2019", "2019-01-05", "2019-33/2019-35"),
        ("Quý IV/2025 và Quý I/2026", "2025-01-05", "2025-36/2026-33"),
        ("quý IH/2018", "2018-01-05", "2018-35"),  # OCR for III
        ("tháng 7, 8/2025", "2025-01-10", "2025-07/2025-08"),
        ("ngày 26, 27/12/2011", "2011-12-01", "2011-12-26/2011-12-27"),
        ("9 tháng đầu năm 2024", "2024-05-01", "2024-01/2024-09"),
        ("từ nay đến cuối năm", "2025-01-10", "2025-12-31"),
        ("cuối tháng 2/2024", "2024-01-10", "2024-02-29"),
        ("trong tháng này", "2024-12-10", "2024-12"),
        ("quý sau", "2024-12-10", "2025-33"),
    ],
)
def test_due(text: str, issued: str | None, due: str | None) -> None:
    found = find_time_expressions(text, issued)
    assert [e.due for e in found] == ([due] if found else [])
    assert due is None or found


def test_ambiguous_joined_date_is_left_alone() -> None:
    # 111/2017 is 1/11 or 11/1.
    assert find_time_expressions("trước ngày 111/2017", "2017-01-01") == []


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("báo cáo quý, 6 tháng, năm", ["quarterly", "semiannual", "yearly"]),
        ("báo cáo 06 tháng, hằng năm", ["semiannual", "yearly"]),
        ("định kỳ hằng tháng, quý, 6 tháng và năm", ["monthly", "quarterly", "semiannual", "yearly"]),
        ("02 lần/năm", ["semiannual"]),
        ("mỗi năm ít nhất 02 lần", ["semiannual"]),
        ("6 tháng một lần", ["semiannual"]),
        ("quý 01 lần", ["quarterly"]),
        ("báo cáo quý và năm 2025", []),
        ("hàng hóa, hàng không", []),
    ],
)
def test_frequencies(text: str, rules: list[str]) -> None:
    assert [e.frequency for e in find_time_expressions(text) if e.kind == "recurring"] == rules


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Công văn số 209/STC-VP ngày 23/01/2019", Role.CITED),
        ("Luật Ngân sách nhà nước ngày 25 tháng 6 năm 2015", Role.CITED),
        ("có hiệu lực thi hành kể từ ngày 10 tháng 3 năm 2026", Role.EFFECT),
        ("nhiệm kỳ 2020-2025", Role.TERM),
        ("giai đoạn 2021-2025", Role.SPAN),
        ("tầm nhìn đến năm 2050", Role.SPAN),
        ("số liệu tính đến 30/11/2017", Role.REPORT),
        ("sau 01 năm triển khai", Role.REPORT),
        ("trong 05 năm qua", Role.REPORT),
        ("Vào lúc 08 giờ 00 phút, ngày 09/11/2024", Role.BOUND),
        ("khai mạc ngày 09/11/2024", Role.EVENT),
        ("phương hướng, nhiệm vụ năm 2013", Role.ATTRIBUTE),
        ("Thời gian hoàn thành: Quý II/2025", Role.LABELLED),
        ("hoàn thành quý II/2025", Role.LABELLED),
        ("trước ngày 05/11/2024", Role.BOUND),
    ],
)
def test_role(text: str, role: Role) -> None:
    assert [e.role for e in find_time_expressions(text, "2017-01-01")] == [role]


@pytest.mark.parametrize(
    "text",
    [
        "Luật số 15/2017/QH14",
        "Thông tư 01/2024/TT-BTTTT",
        "từ 1/3 đến 1/2",
        "tỷ lệ 1/500",
        "năm ngón",
        "quý vị",
        "01/02 bản",
    ],
)
def test_no_time(text: str) -> None:
    assert find_time_expressions(text, "2024-01-01") == []


def test_cell_needs_no_words() -> None:
    values = [
        find_time_expressions(t, "2025-02-10", cell=True)[0].due
        for t in ("30/6", "6/2025", "2025", "Trong năm")
    ]
    assert values == ["2025-06-30", "2025-06", "2025", "2025"]
    assert find_time_expressions("30/6", "2025-02-10") == []


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("năm", 5),
        ("mười lăm", 15),
        ("hai mươi mốt", 21),
        ("ba mươi", 30),
        ("một trăm hai mươi", 120),
        ("một trăm linh năm", 105),
    ],
)
def test_number_words(words: str, number: int) -> None:
    assert parse_number_words(words) == number


def test_number_words_and_quarters_that_are_none() -> None:
    assert parse_number_words("hai ba bốn") is None
    assert parse_number_words("") is None
    assert [parse_quarter(mark) for mark in ("II", "3", "II1", "V", "x")] == [2, 3, 3, None, None]


PIECES = st.sampled_from(
    [
        "trước",
        "ngày",
        "tháng",
        "năm",
        "quý",
        "I",
        "IV",
        "hằng",
        "hàng",
        "kỳ",
        "định",
        "6",
        "30/6",
        "15/12/2024",
        "2025",
        "-",
        "đến",
        "từ",
        "kể",
        "trong",
        "thời",
        "hạn",
        "05",
        "làm",
        "việc",
        "17",
        "giờ",
        "00",
        "lần",
        "/",
        ",",
        ".",
        "(",
        ")",
        "và",
        "lăm",
        "mươi",
        "trăm",
        "đầu",
        "cuối",
        "chậm",
        "nhất",
        "là",
        "99",
        "0",
        "31/02/2025",
        "\n",
        "sau",
        "khi",
        "thứ",
        "tuần",
        "mùa",
        "mưa",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(PIECES, max_size=25).map(" ".join) | st.text(max_size=80),
    st.sampled_from([None, "2024", "2024-05", "9999-12-31", "x"]),
)
def test_any_string(text: str, issued: str | None) -> None:
    end = 0
    for expression in find_time_expressions(text, issued):
        assert end <= expression.start <= expression.core_start <= expression.end <= len(text)
        assert expression.text == text[expression.start : expression.end]
        assert expression.due is None or is_valid(expression.due)
        end = expression.end


@pytest.mark.parametrize(
    "unit", ["trước ", "ngày 1, 2, 3, ", "hằng năm, ", "trong 05 ngày kể từ ngày a a ", "1", " "]
)
def test_time_grows_with_length_only(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        begin = time.process_time()
        find_time_expressions(text, "2025-01-01")
        return time.process_time() - begin

    seconds(2000)
    assert seconds(40000) < 12 * max(seconds(10000), 0.02)
