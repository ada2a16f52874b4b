"""Which time expressions bound work, and how the stage ties them to the assignments."""

from __future__ import annotations

from datetime import date

import pytest

from vnadmin_extract.calendar_vn import work_calendar
from vnadmin_extract.config import Config
from vnadmin_extract.document import Document
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.deadlines import CELL_SOURCE, deadlines_in, extract_deadlines, relative_due
from vnadmin_extract.grammar.time_expressions import find_time_expressions
from vnadmin_extract.layout.model import Block, FlowText, Layout, Node, NodeKind, Zone
from vnadmin_extract.record import Assignment, Evidence, Issued, Reference

ISSUED = "2024-10-15"


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("Báo cáo kết quả về Sở Nội vụ trước ngày 05/11/2024.", ["2024-11-05"]),
        ("hoàn thành trong quý IV/2024 và báo cáo trước ngày 15/01/2025", ["2024-36", "2025-01-15"]),
        ("Hoàn thành trong năm 2024", ["2024"]),
        ("Tổ chức tập huấn trong tháng 12/2024.", ["2024-12"]),
        ("treo cờ Tổ quốc từ ngày 10/12/2024 đến hết ngày 14/12/2024", ["2024-12-10/2024-12-14"]),
        ("Triển khai từ quý I/2025.", ["2025-33"]),
        ("gửi danh sách về Phòng Nội vụ vào ngày 20/11/2024", ["2024-11-20"]),
        ("Cuối năm, báo cáo kết quả thực hiện", ["2024-12-31"]),
        ("gửi báo cáo trước ngày 05/01/2024", ["2024-01-05"]),  # the old year: a slip, printed as it is
        # none of these bounds work
        ("Thực hiện Công văn số 12/SNV-VP ngày 20/12/2024 của Sở Nội vụ", []),
        ("Đánh giá kết quả công tác trong năm 2024 của đơn vị", []),
        ("phương hướng nhiệm vụ trong năm 2025", []),
        ("Bầu cử đại biểu Hội đồng nhân dân nhiệm kỳ 2026-2031", []),
        ("Kế hoạch phát triển giai đoạn 2025-2030", []),
        ("Quyết định này có hiệu lực kể từ ngày 01/12/2024", []),
        ("Tổ chức mít tinh cấp tỉnh ngày 25/11/2024", []),
        ("số liệu tính đến ngày 30/11/2024", []),
        ("Các dự án đã được phê duyệt trước ngày 01/7/2014", []),
        ("phấn đấu đến năm 2030 đạt 80%", []),
        ("Kịp thời, thường xuyên, khẩn trương, khi có yêu cầu", []),
    ],
)
def test_dates_and_periods(task: str, found: list[str]) -> None:
    assert [e.due for e in deadlines_in(task, document_date=ISSUED)] == found


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("hằng năm tổng hợp, báo cáo Ủy ban nhân dân huyện", ["yearly"]),
        ("Hằng năm, tổ chức kiểm tra việc thực hiện", ["yearly"]),
        ("định kỳ sáu tháng báo cáo", ["semiannual"]),
        ("Báo cáo Sở Xây dựng hàng tháng", ["monthly"]),
        ("Định kỳ 6 tháng, một năm tổng hợp, báo cáo", ["semiannual", "yearly"]),
        ("Gửi báo cáo trước ngày 15 hằng tháng", ["monthly"]),
        ("Xây dựng kế hoạch khoa học và công nghệ hàng năm và 5 năm.", []),
        ("Bố trí kinh phí cho nhiệm vụ hằng năm", []),
        ("Nêu tại các cuộc họp giao ban hàng tuần", []),
        ("kiểm tra sản phẩm, hàng hóa", []),
    ],
)
def test_recurring(task: str, found: list[str]) -> None:
    assert [e.frequency for e in deadlines_in(task, document_date=ISSUED)] == found


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("báo cáo trong 05 ngày làm việc kể từ ngày nhận được văn bản này", ["P5D"]),
        ("gửi trong thời hạn 07 (bảy) ngày, kể từ ngày ký", ["P7D"]),
        ("trong 05 năm qua đã đạt nhiều kết quả", []),
        ("Để đánh giá kết quả sau 01 năm triển khai", []),
        ("Chậm nhất ngày 10/12/2024 (trước ngày bầu cử 95 ngày)", [None]),  # the gloss is no second deadline
    ],
)
def test_relative(task: str, found: list[str | None]) -> None:
    assert [e.duration for e in deadlines_in(task, document_date=ISSUED)] == found


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("Quý II/2025", ["2025-34"]),
        ("Tháng 11/2024", ["2024-11"]),
        ("30/6", ["2025-06-30"]),
        ("Cả năm", ["2024"]),
        ("Thường xuyên", []),
        ("Hằng năm", [None]),
        ("Theo Kế hoạch số 12/KH-UBND ngày 20/12/2024", []),
    ],
)
def test_cell(cell: str, found: list[str | None]) -> None:
    assert [e.due for e in deadlines_in(cell, document_date=ISSUED, cell=True)] == found


def test_time_of_an_event_is_no_deadline() -> None:
    event = "- Thời gian dự kiến: ngày 12/12/2024.\n- Địa điểm: Hội trường tầng 2."
    work = "- Thời gian thực hiện: tháng 12/2024.\n- Địa điểm: Hội trường tầng 2."
    assert deadlines_in(event, 22, event.index("."), document_date=ISSUED, cell=True) == []
    assert [e.due for e in deadlines_in(work, 23, work.index("."), document_date=ISSUED, cell=True)] == [
        "2024-12"
    ]


def test_dates_inside_a_citation_are_its_own() -> None:
    text = "rà soát theo Hướng dẫn liên ngành từ ngày 01/12/2024, báo cáo trước ngày 20/12/2024"
    cited = [(text.index("Hướng"), text.index(","))]
    assert [e.due for e in deadlines_in(text, document_date=ISSUED, cited_spans=cited)] == ["2024-12-20"]
    assert len(deadlines_in(text, document_date=ISSUED)) == 2


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("trong 05 ngày kể từ ngày ký", "2024-11-05"),
        ("trong 05 ngày làm việc kể từ ngày ban hành Công văn này", "2024-11-07"),
        ("trong 05 ngày kể từ ngày nhận được văn bản này", "2024-11-11"),
        ("trong 05 ngày kể từ ngày 04/11/2024", "2024-11-11"),
        ("trong 05 ngày kể từ ngày nhận đủ hồ sơ", None),
        ("chậm nhất 70 ngày trước ngày bầu cử", None),
    ],
)
def test_due_of_a_relative_period(text: str, due: str | None) -> None:
    expression = find_time_expressions(text, "2024-10-31")[0]
    calendar = work_calendar(Config())
    assert relative_due(expression, issued="2024-10-31", received=date(2024, 11, 5), calendar=calendar) == due


def test_receipt_unknown_or_day_blank() -> None:
    calendar = work_calendar(Config())
    on_receipt = find_time_expressions("trong 05 ngày kể từ ngày nhận được văn bản", None)[0]
    on_issue = find_time_expressions("trong 05 ngày kể từ ngày ký", None)[0]
    assert relative_due(on_receipt, issued="2024-10-31", received=None, calendar=calendar) is None
    assert relative_due(on_issue, issued="2024-10", received=None, calendar=calendar) is None


# --- the stage ------------------------------------------------------------------------------------------


def draft(text: str, assignments: list[Assignment], **facts: object) -> Draft:
    blocks, at = [], 0
    for line in text.split("\n"):
        blocks.append(Block(at, at + len(line), Zone.BODY, 1))
        at += len(line) + 1
    document = Document("a.txt", "0" * 64, "text/plain", (), "plain")
    root = Node(NodeKind.ROOT, 0, len(text), 0)
    layout = Layout(document, (1, 1), FlowText(text, (), frozenset()), tuple(blocks), root)
    result = Draft(layout, Config(), issued=Issued(date=ISSUED), assignments=tuple(assignments))
    for name, value in facts.items():
        setattr(result, name, value)
    return result


def evidence(text: str, part: str, source: str = "rule:assignments") -> Evidence:
    start = text.index(part)
    return Evidence(page=1, start=start, end=start + len(part), bbox=None, text=part, source=source)


def test_stage_ties_deadlines_to_assignments() -> None:
    text = (
        "1. Phòng Nội vụ báo cáo trước ngày 05/11/2024.\n"
        "2. Phòng Tài chính thẩm định\nQuý I/2025\n"
        "3. Trung tâm Y tế cung cấp số liệu\n"
        "4. Kết quả gửi về trước ngày 20/12/2024."
    )
    given = [
        Assignment(
            id="a1",
            path="1",
            task="",
            evidence=(evidence(text, "Phòng Nội vụ báo cáo trước ngày 05/11/2024."),),
        ),
        Assignment(
            id="a2",
            path="2",
            task="",
            evidence=(evidence(text, "Phòng Tài chính thẩm định"), evidence(text, "Quý I/2025", CELL_SOURCE)),
        ),
        Assignment(
            id="a3",
            path="3",
            task="",
            evidence=(
                evidence(text, "Trung tâm Y tế cung cấp số liệu"),
                evidence(text, "Quý I/2025", CELL_SOURCE),
            ),
        ),
    ]
    assignments, deadlines = extract_deadlines(draft(text, given))
    assert [(d.id, d.due, d.bound, d.assignments) for d in deadlines] == [
        ("d1", "2024-11-05", "before", ("a1",)),
        ("d2", "2025-33", "within", ("a2", "a3")),
        ("d3", "2024-12-20", "before", ()),  # work of somebody who is not named
    ]
    assert [a.deadlines for a in assignments] == [("d1",), ("d2",), ("d2",)]


def test_expression_over_two_lines_of_evidence() -> None:
    text = "gửi về Sở trước ngày 10 tháng 12\nnăm 2024 để tổng hợp"
    first, second = text.split("\n")
    given = [Assignment(id="a1", path="1", task="", evidence=(evidence(text, first), evidence(text, second)))]
    _, deadlines = extract_deadlines(draft(text, given))
    assert [(d.text, d.due) for d in deadlines] == [("trước ngày 10 tháng 12 năm 2024", "2024-12-10")]


def test_smallest_text_takes_the_deadline() -> None:
    text = "Các phòng thực hiện: Phòng A báo cáo trước ngày 05/11/2024; Phòng B phối hợp"
    given = [
        Assignment(id="a1", path="1", task="", evidence=(evidence(text, text),)),
        Assignment(
            id="a2", path="1.a", task="", evidence=(evidence(text, "Phòng A báo cáo trước ngày 05/11/2024"),)
        ),
    ]
    assignments, deadlines = extract_deadlines(draft(text, given))
    assert [d.assignments for d in deadlines] == [("a2",)]
    assert [a.deadlines for a in assignments] == [(), ("d1",)]


def test_references_of_the_draft_are_respected() -> None:
    text = "thực hiện Phương án liên ngành từ ngày 01/12/2024"
    reference = Reference(id="r1", evidence=(evidence(text, "Phương án liên ngành từ ngày 01/12/2024"),))
    given = [Assignment(id="a1", path="1", task="", evidence=(evidence(text, text),))]
    assert extract_deadlines(draft(text, given, references=(reference,)))[1] == ()


def test_time_of_an_event_outside_of_assignments() -> None:
    text = "Thời gian tổ chức Hội thi: Dự kiến ngày 04 và 05/12/2024\nĐánh giá hồ sơ: dự kiến từ 10/12 đến 12/12/2024"
    assert [d.due for d in extract_deadlines(draft(text, []))[1]] == ["2024-12-10/2024-12-12"]


def test_nothing_from_nothing() -> None:
    assert extract_deadlines(draft("", [])) == ((), ())
