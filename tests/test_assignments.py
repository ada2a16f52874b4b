"""Who must do what, with whom: from the body of a document to its assignments."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from vnadmin_extract.config import Config
from vnadmin_extract.document import Cell, Document, Line, Page, Table, TextOrigin, Word
from vnadmin_extract.facts.assignments import extract_assignments
from vnadmin_extract.facts.assignments.reading import PointReader
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.layout import lay_out
from vnadmin_extract.record import Assignment, DocumentType, Issuer

DATA = Path(__file__).parent / "data"
CASES = [
    case
    for name in ("assignments.toml", "assignments_styles.toml")
    for case in tomllib.loads((DATA / name).read_text(encoding="utf-8"))["case"]
]

HEAD = """UBND TỈNH AN PHÚ CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Số: 12/KH-UBND
An Phú, ngày 05 tháng 3 năm 2024
KẾ HOẠCH
Triển khai công tác năm 2024
"""


def line(text: str, top: float, *, paragraph: bool | None = True) -> Line:
    words, left = [], 60.0
    for word in text.split():
        words.append(Word(word, (left, top, left + 6.0 * len(word), top + 12.0)))
        left += 6.0 * len(word) + 6.0
    return Line(tuple(words), starts_paragraph=paragraph)


def document(body: str, tables: tuple[Table, ...] = ()) -> Document:
    lines = [line(text, 60.0 + 16.0 * i) for i, text in enumerate((HEAD + body.strip()).splitlines())]
    page = Page(1, 595.0, 842.0, tuple(lines), tables, origin=TextOrigin.OFFICE, geometric=False)
    return Document("a.docx", "0" * 64, "application/x", (page,), "docx")


def extract(
    body: str, tables: tuple[Table, ...] = (), kind: str | None = "Kế hoạch", issuer: str = ""
) -> tuple[Assignment, ...]:
    draft = Draft(lay_out(document(body, tables))[0], Config())
    if issuer:
        draft.issuer = Issuer(name=issuer)
    if kind:
        draft.type = DocumentType(name=kind)
    return extract_assignments(draft)


@pytest.mark.parametrize("case", CASES, ids=[case["name"][:60] for case in CASES])
def test_bodies(case: dict[str, Any]) -> None:
    found = extract(case["body"], kind=case.get("kind", "Kế hoạch"), issuer=case.get("issuer", ""))
    assert [[[u.name for u in a.lead], [u.name for u in a.coordinating]] for a in found] == [
        [lead, helpers] for _, lead, helpers, _ in case["expected"]
    ]
    for assignment, (path, _, _, beginning) in zip(found, case["expected"], strict=True):
        assert assignment.task.startswith(beginning)
        assert path in {"*", assignment.path}


def test_evidence_tells_the_rule_and_the_place() -> None:
    body = "1. Phòng Nội vụ\na) Tổ chức tốt công tác thi đua, khen thưởng."
    laid = lay_out(document(body))[0]
    (assignment,) = extract_assignments(Draft(laid, Config()))
    task, lead = assignment.evidence
    assert task.source == "rule:assignments.heading"
    assert laid.slice(task.start, task.end) == assignment.task
    assert lead.source == "rule:assignments.heading-lead"
    assert laid.slice(lead.start, lead.end) == "Phòng Nội vụ"
    assert 0.5 < assignment.confidence < 1.0


def test_lines_with_a_time_are_evidence_for_the_deadline() -> None:
    body = "1. Tổ chức hội nghị.\n- Đơn vị chủ trì: Phòng Tư pháp.\n- Thời gian hoàn thành: Quý IV/2025."
    (assignment,) = extract(body)
    times = [e.text for e in assignment.evidence if e.source == "rule:assignments.deadline-cell"]
    assert times == ["Quý IV/2025."]


def test_reports_tell_what_was_done() -> None:
    body = "II. KẾT QUẢ\n1. Sở Tài chính phối hợp với Sở Nội vụ tổ chức 03 lớp tập huấn."
    assert extract(body, kind="Báo cáo") == ()


def table(rows: list[list[str]], merged: dict[tuple[int, int], int] | None = None) -> Table:
    """A table; ``merged`` gives the row span of cells that reach over several rows."""
    spans = merged or {}
    covered = {(r + k, c) for (r, c), span in spans.items() for k in range(1, span)}
    cells = [
        Cell(r, c, (line(text, 400.0 + 20 * r),) if text else (), row_span=spans.get((r, c), 1))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if (r, c) not in covered
    ]
    return Table((60.0, 400.0, 500.0, 700.0), tuple(cells), len(rows), len(rows[0]))


def test_tables_of_tasks() -> None:
    """Heads found by their words; group rows are headings; merged and repeating cells carry down."""
    rows = [
        ["STT", "Nội dung công việc", "Đơn vị chủ trì", "Đơn vị phối hợp", "Thời gian hoàn thành"],
        ["I", "Lĩnh vực văn hóa", "", "", ""],
        [
            "1",
            "Tổ chức lễ hội truyền thống",
            "Sở Văn hóa và Thể thao",
            "Công an tỉnh; UBND các huyện",
            "Tháng 5/2024",
        ],
        ["2", "Kiểm tra dịch vụ văn hóa", "", "Thanh tra tỉnh", "Quý III/2024"],
        ["3", "Báo cáo kết quả", "Sở Nội vụ", "nt", "Trước ngày 15/12/2024"],
    ]
    found = extract("Nội dung cụ thể như sau:", (table(rows, {(2, 2): 2}),))
    assert [(a.task, [u.name for u in a.lead], [u.name for u in a.coordinating]) for a in found] == [
        ("Tổ chức lễ hội truyền thống", ["Sở Văn hóa và Thể thao"], ["Công an tỉnh", "UBND các huyện"]),
        ("Kiểm tra dịch vụ văn hóa", ["Sở Văn hóa và Thể thao"], ["Thanh tra tỉnh"]),
        ("Báo cáo kết quả", ["Sở Nội vụ"], ["Thanh tra tỉnh"]),
    ]
    assert found[0].path.startswith("table 1 row ")
    assert [e.text for e in found[2].evidence if e.source.endswith("deadline-cell")] == [
        "Trước ngày 15/12/2024"
    ]


def test_a_table_of_other_things_gives_nothing() -> None:
    rows = [["STT", "Họ và tên", "Số lượng"], ["1", "Nguyễn Thị Mẫu", "20"]]
    assert extract("Danh sách như sau:", (table(rows),)) == ()


@pytest.mark.parametrize(
    "piece", ["Sở Nội vụ; ", "UBND các xã An, Bình; ", "PC47; ", "Sở Y tế kiểm tra; ", "các đồng chí; "]
)
def test_long_lists_take_linear_time(piece: str) -> None:
    """Twice the text takes about twice the time, however many units stand in a row."""

    def seconds(size: int) -> float:
        text = "Sở A lập " + piece * (size // len(piece))
        start = time.process_time()
        PointReader("").read(text)
        return time.process_time() - start

    seconds(1_000)
    assert seconds(40_000) < 8 * max(seconds(10_000), 0.02)
