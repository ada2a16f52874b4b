"""A clerk's notes in the sources of the corpus, and the gold records that they compile to."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from corpus.typeset import check, notes, source  # noqa: E402
from corpus.typeset import compile as compiler  # noqa: E402
from corpus.typeset.notes import DeadlineNote, parse_code, parse_note  # noqa: E402

# -- Codes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number", "year", "notation", "kept"),
    [
        ("42/KH-UBND", "42", None, "KH-UBND", "42/KH-UBND"),
        ("254-KH/TU", "254", None, "KH/TU", "254-KH/TU"),
        ("168/2017/NĐ-CP", "168", 2017, "NĐ-CP", "168/2017/NĐ-CP"),
        ("15/2023/QH15", "15", 2023, "QH15", "15/2023/QH15"),
        ("30c/NQ-CP", "30c", None, "NQ-CP", "30c/NQ-CP"),
        ("11.602/BTC-QLCS", "11.602", None, "BTC-QLCS", "11.602/BTC-QLCS"),
        ("/QĐ-SYT", None, None, "QĐ-SYT", "/QĐ-SYT"),
        ("……/QĐ-SYT", None, None, "QĐ-SYT", "/QĐ-SYT"),
        ("437/", "437", None, None, "437"),
        ("437", "437", None, None, "437"),
        ("12 / UB - VP", "12", None, "UB-VP", "12/UB-VP"),
        # the typist forgot the separator
        ("26NQ-TW", "26", None, "NQ-TW", "26NQ-TW"),
    ],
)
def test_a_code_is_cut_at_its_first_separator(
    text: str, number: str | None, year: int | None, notation: str | None, kept: str
) -> None:
    assert parse_code(text) == notes.Code(number, year, notation, kept)


def test_a_code_of_another_form_needs_its_parts() -> None:
    with pytest.raises(notes.NoteError, match="cannot cut the code"):
        parse_note("@r mentions | Văn bản | VP12/x | - | - | -")
    note = parse_note("@r mentions | Văn bản | VP12/x | - | - | - | number=12 | notation=x")
    assert isinstance(note, notes.ReferenceNote)
    assert note.code == notes.Code("12", None, "x", "VP12/x")


# -- Deadlines -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (
            '"trước 17 giờ 00 ngày 15/3/2026" date 2026-03-15 before 17:00',
            DeadlineNote("trước 17 giờ 00 ngày 15/3/2026", "date", "2026-03-15", time="17:00", bound="before"),
        ),
        ('"trong quý II/2024" period 2024-34 within', DeadlineNote("trong quý II/2024", "period", "2024-34", bound="within")),
        (
            '"từ 01/6 đến 31/8/2024" period 2024-06-01/2024-08-31',
            DeadlineNote("từ 01/6 đến 31/8/2024", "period", "2024-06-01/2024-08-31"),
        ),
        ('"từ tháng 6/2024" date 2024-06 start', DeadlineNote("từ tháng 6/2024", "date", "2024-06", bound="from")),
        (
            '"trước ngày 15 hằng tháng" recurring monthly FREQ=MONTHLY;BYMONTHDAY=15 before',
            DeadlineNote(
                "trước ngày 15 hằng tháng", "recurring", frequency="monthly", rrule="FREQ=MONTHLY;BYMONTHDAY=15", bound="before"
            ),
        ),
        (
            '"05 ngày làm việc kể từ ngày nhận được" relative P5D working before from "ngày nhận được"',
            DeadlineNote(
                "05 ngày làm việc kể từ ngày nhận được", "relative", duration="P5D", working_days=True, anchor="ngày nhận được",
                bound="before",
            ),
        ),
        (
            '"30 ngày kể từ ngày ký" relative P30D calendar within from "ngày ký" due 2024-06-01',
            DeadlineNote(
                "30 ngày kể từ ngày ký", "relative", due="2024-06-01", duration="P30D", working_days=False, anchor="ngày ký",
                bound="within",
            ),
        ),
        # hours are never working days; a negative duration is counted back
        (
            '"trong 24 giờ kể từ khi phát hiện" relative PT24H within from "khi phát hiện"',
            DeadlineNote(
                "trong 24 giờ kể từ khi phát hiện", "relative", duration="PT24H", working_days=False, anchor="khi phát hiện",
                bound="within",
            ),
        ),
        (
            '"trước kỳ họp ít nhất 10 ngày" relative -P10D calendar before from "kỳ họp"',
            DeadlineNote(
                "trước kỳ họp ít nhất 10 ngày", "relative", duration="-P10D", working_days=False, anchor="kỳ họp", bound="before"
            ),
        ),
        ("=d3", "d3"),
    ],
)  # fmt: skip
def test_deadlines(text: str, note: DeadlineNote | str) -> None:
    read = parse_note(f"@a 1 | lead: Sở A | d: {text}")
    assert isinstance(read, notes.AssignmentNote)
    assert read.deadlines == (note,)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("@b 1", "no such note '@b'"),
        ("@a | lead: Sở A", "first part of an assignment is its path"),
        ("@a 1 | with: Sở A", "needs a lead"),
        ("@a 1 | lead: Sở A | bis: x", "no such part 'bis'"),
        ("@a 1 | lead: Sở A | d: trước ngày 5/3", "begins with its printed words in quotes"),
        ('@a 1 | lead: Sở A | d: "trước 5/3" date before', "lacks a date"),
        ('@a 1 | lead: Sở A | d: "trước 5/3" date 2026-02-30 before', "not understood"),
        ('@a 1 | lead: Sở A | d: "hằng tháng" recurring monthly', "lacks rrule"),
        ('@a 1 | lead: Sở A | d: "hằng tháng" recurring monthly FREQ=LUNAR', "no recurrence rule"),
        ('@a 1 | lead: Sở A | d: "05 ngày" relative P5D before', "lacks 'working' or 'calendar', from"),
        ("@r cites | Kế hoạch | 1/KH", "no such relation 'cites'"),
        ("@r mentions | Kế hoạch | 1/KH | 05/3/2024", "no date of the form"),
        ("@link r1 knows r2", "a link is"),
        ("@role hero", "no such role"),
    ],
)
def test_a_note_that_cannot_be_understood_says_why(line: str, message: str) -> None:
    with pytest.raises(notes.NoteError, match=message) as caught:
        parse_note(line)
    assert caught.value.line == line


# -- Marks, tasks, places ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mark", "rest"),
    [
        ("1. Sở Y tế chủ trì", "1", "Sở Y tế chủ trì"),
        ("1.2. Nội dung", "1.2", "Nội dung"),
        ("1.2 Nội dung", "1.2", "Nội dung"),
        ("a) Rà soát", "a", "Rà soát"),
        ("đ) Rà soát", "đ", "Rà soát"),
        ("- Rà soát", "-", "Rà soát"),
        ("+ Rà soát", "+", "Rà soát"),
        ("II. MỤC ĐÍCH", "II", "MỤC ĐÍCH"),
        ("II- MỤC ĐÍCH", "II", "MỤC ĐÍCH"),
        ("1/ Sở Y tế", "1", "Sở Y tế"),
        ("Điều 3. Giám đốc Sở", "Điều 3", "Giám đốc Sở"),
        ("Giao Sở Y tế", None, "Giao Sở Y tế"),
        ("20 tỷ đồng", None, "20 tỷ đồng"),
    ],
)
def test_list_marks(text: str, mark: str | None, rest: str) -> None:
    assert notes.printed_mark(text) == mark
    assert notes.strip_mark(text) == rest


def test_words_are_found_whatever_their_case_and_spaces_but_only_whole() -> None:
    text = "Trưởng Công an  xã; công an xã Lộc Điềm"
    assert notes.locate("Công an xã", text) == (7, 18)
    assert notes.locate("Công an", "Công anh") is None
    assert notes.locate("2023 - 2024", "năm học 2023 – 2024") == (8, 19)


TABLE = source.Table(
    (("STT", "Việc", "Chủ trì"), ("1", "**Lập** danh mục", "Sở A"), ("2", "", "Sở B")), (1, 3, 2)
)


@pytest.mark.parametrize(
    ("line", "block", "task"),
    [
        ("@a 1 | lead: Sở A", source.Paragraph("1. **Sở A** lập kế hoạch."), "Sở A lập kế hoạch."),
        ("@a 1 | lead: Sở A | cut: Sở A:", source.Paragraph("1. Sở A: Lập kế hoạch."), "Lập kế hoạch."),
        ("@a 1 | lead: Sở A | cut: Sở A", source.Paragraph("1. Sở A: Lập kế hoạch."), "Lập kế hoạch."),
        (
            "@a 1 | lead: Sở A | task: lập kế hoạch",
            source.Paragraph("1. Giao Sở A lập kế hoạch."),
            "lập kế hoạch",
        ),
        ("@a table 1 row 1 | lead: Sở A | col: 2", TABLE, "Lập danh mục"),
    ],
)
def test_the_task_is_the_block_without_its_mark(line: str, block: source.Block, task: str) -> None:
    note = parse_note(line)
    assert isinstance(note, notes.AssignmentNote)
    assert notes.task_of(note, block) == task


@pytest.mark.parametrize(
    ("line", "block", "message"),
    [
        ("@a 1 | lead: Sở A | cut: Sở B", source.Paragraph("1. Sở A lập kế hoạch."), "words to cut"),
        ("@a table 1 row 3 | lead: Sở A | col: 2", TABLE, "has 2 rows"),
        ("@a table 1 row 2 | lead: Sở A | col: 2", TABLE, "is empty"),
        ("@a table 1 row 1 | lead: Sở A", TABLE, "needs 'col: N'"),
        ("@a 1 | lead: Sở A | col: 2", TABLE, "table N row M"),
    ],
)
def test_a_task_that_cannot_be_made_says_why(line: str, block: source.Block, message: str) -> None:
    note = parse_note(line)
    assert isinstance(note, notes.AssignmentNote)
    with pytest.raises(notes.NoteError, match=message):
        notes.task_of(note, block)


# -- A whole document ----------------------------------------------------------------------------------------

DOCUMENT = '''
formats = ["pdf"]
recipients = ["Như trên;", "Thường trực Đảng ủy (b/c);", "Lưu: VT, KT (3b)."]
body = """
Thực hiện Quyết định số 9/QĐ-UBND ngày 02/02/2026 của UBND tỉnh về kiểm kê đất, theo Luật Đất đai, Ủy ban nhân dân xã yêu cầu:
@r implements | Quyết định | 9/QĐ-UBND | 2026-02-02 | UBND tỉnh | kiểm kê đất
@r mentions | Luật | - | - | - | Đất đai
@link r1 implements r2
@role lead-in

# 1. Phòng Kinh tế

a) Lập danh sách, xong trước ngày 15/3/2026.
@a 1.a | lead: Phòng Kinh tế | d: "trước ngày 15/3/2026" date 2026-03-15 before

b) Phối hợp với Công an xã, Trưởng Công an xã đo đạc.
@a 1.b | lead: Phòng Kinh tế | with: Công an xã; Trưởng Công an xã | d: =d1 | r: r1

2. Rà soát hộ nghèo.
@a 2 | lead: Các thôn | d: "Chậm nhất ngày 20/3/2026" date 2026-03-20 by

Thực hiện: Các thôn.

Thời gian: Chậm nhất ngày 20/3/2026.

Các thôn gửi báo cáo về UBND xã (qua Phòng Kinh tế)./.
@a paragraph | lead: Các thôn
@role report
@channel Phòng Kinh tế
"""
[header]
parent = ["HUYỆN TÂN KHÊ"]
issuer = ["ỦY BAN NHÂN DÂN", "XÃ LỘC ĐIỀM"]
number = "Số: 78/UBND-KT"
place_date = "Lộc Điềm, ngày 05 tháng 3 năm 2026"
abstract = "V/v kiểm kê đất đai"
urgency = "HỎA TỐC"
addressees = ["Phòng Kinh tế;", "Các thôn."]
[signature]
lines = ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
name = "Cao Đức Nhượng"
[gold]
issuer = "Ủy ban nhân dân xã Lộc Điềm"
type = "Công văn"
abbreviation = "CV"
date = "2026-03-05"
position = "Phó Chủ tịch"
authority = "KT."
on_behalf_of = "Chủ tịch"
'''


def load(tmp_path: Path, text: str = DOCUMENT) -> source.Source:
    path = tmp_path / "cv-xa-kiem-ke.toml"
    path.write_text(text, "utf-8")
    return source.load_source(path)


def test_gold_takes_from_the_header_what_the_clerk_need_not_write(tmp_path: Path) -> None:
    record = compiler.compile_source(load(tmp_path))
    assert record["code"] == {"number": "78", "year": None, "notation": "UBND-KT", "text": "78/UBND-KT"}
    assert record["issued"] == {"place": "Lộc Điềm", "date": "2026-03-05"}
    assert record["subject"] == {"text": "kiểm kê đất đai"}
    assert record["urgency"] == {"level": "hỏa tốc"}
    assert record["secrecy"] is None
    assert record["addressees"] == [{"name": "Phòng Kinh tế"}, {"name": "Các thôn"}]
    assert record["recipients"] == [
        {"name": "Như trên", "purpose": None, "copies": None},
        {"name": "Thường trực Đảng ủy", "purpose": "b/c", "copies": None},
        {"name": "Lưu: VT, KT (3b)", "purpose": None, "copies": None},
    ]
    assert record["signer"] == {
        "name": "Cao Đức Nhượng", "position": "Phó Chủ tịch", "authority": "KT.", "on_behalf_of": "Chủ tịch",
    }  # fmt: skip


def test_references_assignments_and_deadlines_are_numbered_and_bound(tmp_path: Path) -> None:
    record = compiler.compile_source(load(tmp_path))
    assert [(item["id"], item["type"], item["relates_to"]) for item in record["references"]] == [
        ("r1", "Quyết định", [{"relation": "implements", "target": "r2"}]),
        ("r2", "Luật", []),
    ]
    found = [
        (item["path"], item["task"], item["deadlines"], item["references"]) for item in record["assignments"]
    ]
    assert found == [
        ("1.a", "Lập danh sách, xong trước ngày 15/3/2026.", ["d1"], []),
        ("1.b", "Phối hợp với Công an xã, Trưởng Công an xã đo đạc.", ["d1"], ["r1"]),
        ("2", "Rà soát hộ nghèo.", ["d2"], []),
        ("paragraph 4", "Các thôn gửi báo cáo về UBND xã (qua Phòng Kinh tế)./.", [], []),
    ]
    assert [(item["id"], item["assignments"]) for item in record["deadlines"]] == [
        ("d1", ["a1", "a2"]),
        ("d2", ["a3"]),
    ]


def test_what_compiles_passes_the_check_and_a_changed_record_does_not(tmp_path: Path) -> None:
    item = load(tmp_path)
    path = tmp_path / f"{item.name}.json"
    record = compiler.compile_source(item)
    path.write_text(compiler.render_record(record), "utf-8")
    assert check.check_corpus([item], tmp_path, tmp_path, whole=False) == []
    record["assignments"][0]["path"] = "1.b"
    path.write_text(json.dumps(record), "utf-8")
    assert any(
        "compile to (assignments)" in fault
        for fault in check.check_corpus([item], tmp_path, tmp_path, whole=False)
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("@a 1.a |", "@a 1.c |", "begins with 'a', its path is '1.c'"),
        ("@a 1.b |", "@a 1.a |", "stands under two blocks"),
        ('d: "Chậm nhất ngày 20/3/2026"', 'd: "trước ngày 20/3/2026"', "do not stand in the block"),
        ("@channel Phòng Kinh tế", "@channel Văn phòng", "the channel 'Văn phòng'"),
        ("| 9/QĐ-UBND |", "| 8/QĐ-UBND |", "'8/QĐ-UBND' does not stand in the block"),
        ("| Đất đai", "| Nhà ở", "'Nhà ở' does not stand"),
        ("with: Công an xã;", "with: Công an tỉnh;", "'Công an tỉnh' does not stand"),
        ("date 2026-03-15", "date 2026-03-16", "due 2026-03-16 is not in its text"),
        ('date = "2026-03-05"', 'date = "2026-03-06"', "does not stand in the date line"),
    ],
)
def test_the_check_names_the_fault_and_its_line(old: str, new: str, fault: str, tmp_path: Path) -> None:
    assert old in DOCUMENT
    item = load(tmp_path, DOCUMENT.replace(old, new))
    record = compiler.compile_source(item)
    (tmp_path / f"{item.name}.json").write_text(compiler.render_record(record), "utf-8")
    assert any(fault in line for line in check.check_corpus([item], tmp_path, tmp_path, whole=False))


def test_a_code_noted_after_its_first_mention_is_a_fault(tmp_path: Path) -> None:
    text = DOCUMENT.replace("@r implements | Quyết định", "@r mentions | Quyết định", 1)
    line = next(line for line in text.splitlines() if line.startswith("@r mentions | Quyết định"))
    text = text.replace(f"{line}\n", "").replace("@link r1 implements r2\n", "")
    text = text.replace("đo đạc.\n", f"đo đạc theo Quyết định số 9/QĐ-UBND.\n{line}\n").replace(
        "r: r1", "r: r2"
    )
    assert any("earlier block" in fault for fault in check.check_notes(load(tmp_path, text)))


def test_faults_of_the_compiler_name_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = DOCUMENT.replace("d: =d1 | r: r1", "d: =d9 | r: r7").replace('position = "Phó Chủ tịch"\n', "")
    load(tmp_path, text)
    assert compiler.main(["cv-xa-kiem-ke", "--sources", str(tmp_path), "--gold", str(tmp_path)]) == 1
    printed = capsys.readouterr().err
    assert "cv-xa-kiem-ke.toml:17: no deadline d9 is noted" in printed
    assert "no reference r7 is noted" in printed
    assert "[gold] lacks 'position'" in printed
    assert not (tmp_path / "cv-xa-kiem-ke.json").exists()


# -- Training material ---------------------------------------------------------------------------------------


def labelled(item: source.Source) -> list[dict[str, Any]]:
    return [
        {
            "text": block.text,
            "role": block.role,
            "path": block.path,
            "spans": [(span.kind, block.text[span.start : span.end]) for span in block.spans],
        }
        for block in notes.labelled_blocks(item)
    ]


def test_labelled_blocks_give_roles_and_the_places_of_noted_words(tmp_path: Path) -> None:
    blocks = labelled(load(tmp_path))
    assert [block["role"] for block in blocks] == [
        "lead-in", "other", "assignment", "assignment", "assignment", "other", "other", "assignment",
    ]  # fmt: skip
    assert blocks[0]["spans"] == [("citation", "Quyết định số 9/QĐ-UBND"), ("citation", "Luật Đất đai")]
    # a heading gives the lead to the points below it
    assert blocks[1]["spans"] == [("lead", "Phòng Kinh tế")]
    assert blocks[2]["spans"] == [("deadline", "trước ngày 15/3/2026")]
    # a name within a longer one is not taken for it
    assert blocks[3]["spans"] == [("coordinating", "Công an xã"), ("coordinating", "Trưởng Công an xã")]
    # lines of their own under a point
    assert blocks[5]["spans"] == [("lead", "Các thôn")]
    assert blocks[6]["spans"] == [("deadline", "Chậm nhất ngày 20/3/2026")]
    assert blocks[7]["spans"] == [("lead", "Các thôn"), ("channel", "Phòng Kinh tế")]
    made = notes.labelled_blocks(load(tmp_path))
    assert made[7].roles == ("assignment", "report")
    assert made[3].lead_from == 1


def test_table_rows_are_blocks_of_their_own(tmp_path: Path) -> None:
    text = DOCUMENT.replace(
        "2. Rà soát hộ nghèo.\n@a 2 |",
        "| STT | Việc | Chủ trì | Thời gian |\n| 1 | Rà soát hộ nghèo | Các thôn | Chậm nhất ngày 20/3/2026 |\n"
        "@a table 1 row 1 | col: 2 |",
    )
    rows = [block for block in notes.labelled_blocks(load(tmp_path, text)) if block.row is not None]
    assert [(block.row, block.role) for block in rows] == [(0, "other"), (1, "assignment")]
    assert rows[1].text == "1 | Rà soát hộ nghèo | Các thôn | Chậm nhất ngày 20/3/2026"
    assert [rows[1].text[span.start : span.end] for span in rows[1].spans] == [
        "Các thôn",
        "Chậm nhất ngày 20/3/2026",
    ]


# -- The corpus itself ---------------------------------------------------------------------------------------

NOTED = [
    path.stem
    for path in sorted((ROOT / "corpus" / "sources").glob("*.toml"))
    if "\n[gold]" in path.read_text("utf-8")
]


@pytest.mark.skipif(not NOTED, reason="no source with notes")
def test_every_noted_place_lies_within_its_block() -> None:
    for name in NOTED:
        for block in notes.labelled_blocks(source.load_source(ROOT / "corpus" / "sources" / f"{name}.toml")):
            for span in block.spans:
                assert 0 <= span.start < span.end <= len(block.text)
                assert block.text[span.start : span.end].strip() == block.text[span.start : span.end]


def test_the_compiler_knows_nothing_of_the_extractor() -> None:
    import subprocess

    code = "import sys, corpus.typeset.compile; print([m for m in sys.modules if m.startswith('vnadmin')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_doubts_point_at_notes_that_may_be_missing(tmp_path: Path) -> None:
    from corpus.typeset.doubts import doubts

    assert list(doubts(load(tmp_path))) == []
    text = DOCUMENT.replace(
        "@r implements | Quyết định | 9/QĐ-UBND | 2026-02-02 | UBND tỉnh | kiểm kê đất\n", ""
    )
    text = text.replace("@link r1 implements r2\n", "").replace(
        'd: "trước ngày 15/3/2026" date 2026-03-15 before', "cut: Lập"
    )
    text = text.replace("2. Rà soát", "Văn phòng chủ trì việc chung.\n\n2. Rà soát").replace("d: =d1 | ", "")
    found = list(doubts(load(tmp_path, text)))
    assert [line.split(":")[0] for line in found] == ["no reference", "1.a, no deadline", "no assignment"]
