"""A time line that stands for several points binds those that name no day of their own."""

from __future__ import annotations

from pages import plain
from vnadmin_extract.config import Config
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.deadlines import CELL_SOURCE, extract_deadlines
from vnadmin_extract.layout import lay_out
from vnadmin_extract.record import Assignment, Issued

TEXT = """UBND XÃ AN HÒA
Số: 15/KH-UBND
V/v họp
Kính gửi: Các thôn.

1. Chuẩn bị tài liệu, chậm nhất ngày 10/12/2025.
2. Mời đại biểu dự họp.
Thời gian: Quý IV/2025.
"""


def test_a_points_own_day_wins_over_a_shared_time_line() -> None:
    layout = lay_out(plain(TEXT))[0]
    text = layout.text.text

    def place(words: str, source: str = "rule:assignments.point") -> tuple[object, ...]:
        start = text.index(words)
        return layout.evidence(start, start + len(words), source)

    cell = place("Quý IV/2025", CELL_SOURCE)
    tasks = {"a1": "Chuẩn bị tài liệu, chậm nhất ngày 10/12/2025", "a2": "Mời đại biểu dự họp"}
    draft = Draft(layout, Config(), issued=Issued(date="2025-10-01"))
    draft.assignments = tuple(
        Assignment.model_validate({"id": id, "path": id, "task": task, "evidence": (*place(task), *cell)})
        for id, task in tasks.items()
    )
    assignments, deadlines = extract_deadlines(draft)
    due = {d.id: d.due for d in deadlines}
    assert [[due[i] for i in a.deadlines] for a in assignments] == [["2025-12-10"], ["2025-36"]]
