"""The ``export`` command, and which documents and tasks it takes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from record_examples import full_record, minimal_record
from vnadmin_extract.catalogue.store import Catalogue
from vnadmin_extract.catalogue.types import FileOutcome, Filter
from vnadmin_extract.cli.app import app
from vnadmin_extract.errors import ExitCode
from vnadmin_extract.exports import EXPORTS, get_export
from vnadmin_extract.exports.selection import is_wanted, names_unit, narrowed
from vnadmin_extract.exports.tasks import tasks_of
from vnadmin_extract.record import DocumentType, Issued, Record


def document(file: str, sha: str, **fields: Any) -> Record:
    record = full_record(file)
    return record.model_copy(
        update={"source": record.source.model_copy(update={"sha256": sha * 64}), **fields}
    )


RECORDS = [
    document("2024/cong-van.pdf", "a"),
    document(
        "2025/ke-hoach.pdf",
        "b",
        type=DocumentType(name="Kế hoạch", abbreviation="KH"),
        issued=Issued(date="2025-02"),
        assignments=(full_record().assignments[1],),
    ),
    document("2025/khac.pdf", "c", type=None, issued=None, assignments=(), deadlines=()),
]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"".join(record.model_dump_json().encode() + b"\n" for record in RECORDS))
    return path


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.sqlite"
    fill(path)
    return path


def fill(path: Path, records: list[Record] = RECORDS, engine: str = "1") -> None:
    with Catalogue.open(path) as opened:
        opened.store(
            [
                FileOutcome(
                    record.source.file,
                    record.source.sha256,
                    1,
                    1,
                    "ok",
                    engine=engine,
                    records=(record.model_dump_json().encode(),),
                )
                for record in records
            ]
        )


def call(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["export", *map(str, arguments)], input=stdin, env={"COLUMNS": "200"})


def uids(data: bytes) -> list[str]:
    calendar = vobject.readOne(data.decode())
    return [item.uid.value.partition("@")[0] for item in getattr(calendar, "vtodo_list", [])]


# The command


@pytest.mark.parametrize("name", EXPORTS)
def test_a_catalogue_and_its_records_give_the_same_file(
    name: str, lines: Path, catalogue: Path, tmp_path: Path
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert call(name, lines, "-o", one).exit_code == 0
    assert call(name, "--catalogue", catalogue, "-o", two).exit_code == 0
    assert one.read_bytes() == two.read_bytes() != b""


def test_the_folder_of_a_run_stands_for_its_catalogue(catalogue: Path, tmp_path: Path) -> None:
    result = call("jira", "--catalogue", tmp_path, "-o", "-")
    assert result.exit_code == 0
    assert len(result.stdout_bytes.splitlines()) > 1


def test_the_folder_of_a_run_stands_for_its_records(lines: Path) -> None:
    lines.rename(lines.with_name("records.jsonl"))
    result = call("jira", lines.parent, "-o", "-")
    assert result.exit_code == 0, result.stderr
    assert len(result.stdout_bytes.splitlines()) > 1


def test_without_a_name_the_file_is_called_by_its_format(
    lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("ical", lines)
    assert f"3 documents. Written: {get_export('ical').FILE_NAME}" in result.stderr
    call("parquet", lines, "--table", "assignments")
    assert (tmp_path / "assignments.parquet").exists()
    assert (tmp_path / get_export("ical").FILE_NAME).exists()


def test_records_come_from_standard_input_and_go_to_standard_output(lines: Path) -> None:
    result = call("jsonl", "-", "-o", "-", "--kind", "KH", stdin=lines.read_bytes())
    assert [json.loads(line)["source"]["file"] for line in result.stdout.splitlines()] == [
        "2025/ke-hoach.pdf"
    ]


def test_only_a_unit_s_tasks_go_into_its_calendar(lines: Path) -> None:
    found = uids(call("ical", lines, "-o", "-", "--unit", "phong noi vu").stdout_bytes)
    assert found == [next(tasks_of(RECORDS[0])).id]


def test_a_narrowed_export_has_the_ids_of_the_whole_one(lines: Path) -> None:
    whole = uids(call("ical", lines, "-o", "-").stdout_bytes)
    for options in (("--unit", "UBND các xã"), ("--due-from", "2024-04-01"), ("--kind", "Kế hoạch")):
        part = uids(call("ical", lines, "-o", "-", *options).stdout_bytes)
        assert part
        assert set(part) < set(whole)


def test_documents_stay_whole_where_documents_are_exported(lines: Path) -> None:
    result = call("jsonl", lines, "-o", "-", "--unit", "Phòng Nội vụ")
    assert Record.model_validate_json(result.stdout) == RECORDS[0]


def test_importing_again_after_a_new_reading_updates_the_same_tasks(catalogue: Path) -> None:
    before = uids(call("ical", "--catalogue", catalogue, "-o", "-").stdout_bytes)
    # A newer version reads another day, and finds that the tasks stand one point further down.
    [first, *others] = RECORDS
    moved = first.model_copy(
        update={
            "assignments": tuple(a.model_copy(update={"path": f"{a.path}.x"}) for a in first.assignments),
            "deadlines": (first.deadlines[0].model_copy(update={"due": "2024-04-01"}), *first.deadlines[1:]),
        }
    )
    assert [task.id for task in tasks_of(moved)] != [task.id for task in tasks_of(first)]
    fill(catalogue, [moved, *others], engine="2")
    after = call("ical", "--catalogue", catalogue, "-o", "-").stdout_bytes
    assert uids(after) == before
    assert b"DUE;TZID=Asia/Ho_Chi_Minh:20240401T170000" in after


def test_what_a_tracker_has_is_not_sent_again(lines: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.csv"
    call("gitlab", lines, "-o", first, "--kind", "KH")
    again = call("gitlab", lines, "-o", "-", "--known", first).stdout
    everything = call("gitlab", lines, "-o", "-").stdout
    count = [
        len(list(csv.DictReader(io.StringIO(text)))) for text in (first.read_text("utf-8"), again, everything)
    ]
    assert count[0] > 0
    assert count[0] + count[1] == count[2]


def test_ids_of_bodies_come_from_a_file(lines: Path, tmp_path: Path) -> None:
    ids = tmp_path / "ids.csv"
    ids.write_text("Tên,Mã\nUBND huyện Sơn Trà,H99.7\n", encoding="utf-8")
    out = tmp_path / "out.zip"
    assert call("edxml", lines, "-o", out, "--organ-ids", ids).exit_code == 0
    archive = zipfile.ZipFile(out)
    assert b">H99.7<" in archive.read(archive.namelist()[0])


def test_days_are_written_as_in_questions(lines: Path) -> None:
    assert call("csv", lines, "-o", "-", "--table", "documents", "--from", "2025-01-05").stdout == (
        call("csv", lines, "-o", "-", "--table", "documents", "--from", "05/01/2025").stdout
    )


def test_a_folder_that_is_not_there_is_named_as_it_was_given(lines: Path, tmp_path: Path) -> None:
    result = call("ical", lines, "-o", tmp_path / "none" / "tasks.ics")
    assert result.exit_code == 3
    assert str(tmp_path / "none" / "tasks.ics") in result.stderr
    assert ".tmp" not in result.stderr.replace(str(tmp_path), "")


def test_an_export_that_fails_leaves_the_old_file(lines: Path, tmp_path: Path) -> None:
    out = tmp_path / "tasks.ics"
    out.write_text("old")
    lines.write_bytes(lines.read_bytes() + b'{"no": "record"}\n')
    result = call("ical", lines, "-o", out)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "line 4 is no record" in result.stderr
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["records.jsonl", "tasks.ics"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("yaml", "x.jsonl"), "no export 'yaml'"),
        (("csv",), "give RECORDS.jsonl or --catalogue"),
        (("csv", "x.jsonl", "--catalogue", "y"), "give RECORDS.jsonl or --catalogue"),
        (("csv", "x.jsonl", "--table", "people"), "no table 'people'"),
        (("ical", "x.jsonl", "--table", "documents"), "no table 'documents' in ical"),
        (("csv", "x.jsonl", "--from", "5 tháng 11"), "not a day"),
        (("csv", "x.jsonl", "--status", "ok"), "only a catalogue knows"),
    ],
)
def test_wrong_usage_is_said(arguments: tuple[str, ...], message: str) -> None:
    result = call(*arguments)
    assert result.exit_code == ExitCode.USAGE
    assert message in result.stderr


def test_a_catalogue_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert call("csv", "--catalogue", tmp_path / "no.sqlite", "-o", "-").exit_code == ExitCode.BAD_INPUT
    assert not list(tmp_path.iterdir())


# Which documents


@pytest.mark.parametrize(
    ("wanted", "name", "fits"),
    [
        ("Phòng Nội vụ", "Phòng Nội vụ", True),
        ("phòng nội vụ", "PHÒNG NỘI VỤ", True),
        ("phong noi vu", "Phòng Nội vụ", True),
        ("Phòng Nội vụ", "Phòng Nội vụ huyện Sơn Trà", True),
        ("UBND huyện", "Ủy ban nhân dân huyện", True),
        ("Uỷ ban nhân dân huyện", "Ủy ban nhân dân huyện", True),
        ("Phòng Nội", "Phòng Nội vụ", False),
        ("Phòng Nội vụ", "Phòng Nội vụ và Lao động", False),
        ("Phòng Nội vụ huyện Sơn Trà", "Phòng Nội vụ", False),
    ],
)
def test_units_are_known_by_their_names(wanted: str, name: str, fits: bool) -> None:
    assert names_unit(name, wanted) is fits


filters = st.builds(
    Filter,
    unit=st.sampled_from([None, "Phòng Nội vụ", "ubnd cac xa", "Sở Xây dựng"]),
    kind=st.sampled_from([None, "KH", "công văn", "cv", "x"]),
    issued_from=st.sampled_from([None, date(2024, 3, 5), date(2024, 3, 6), date(2025, 2, 28)]),
    issued_to=st.sampled_from([None, date(2024, 3, 5), date(2025, 2, 1)]),
    due_from=st.sampled_from([None, date(2024, 3, 20), date(2024, 6, 30), date(2030, 1, 1)]),
    due_to=st.sampled_from([None, date(2024, 3, 20), date(2024, 6, 29)]),
    folder=st.sampled_from([None, "2025", "2025/", "202", "2024/cong-van.pdf"]),
)


@given(filters)
@settings(max_examples=150, deadline=None)
def test_records_are_chosen_as_the_catalogue_chooses_them(opened: Catalogue, where: Filter) -> None:
    chosen = [record.source.file for record in opened.records(where)]
    assert chosen == [record.source.file for record in RECORDS if is_wanted(record, where)]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    fill(path)
    with Catalogue.open(path) as found:
        yield found


@given(filters)
@settings(max_examples=100, deadline=None)
def test_what_is_left_of_a_record_is_a_part_of_it(where: Filter) -> None:
    for record in (*RECORDS, minimal_record()):
        left = narrowed(record, where)
        assert set(left.assignments) <= set(record.assignments)
        assert set(left.deadlines) <= set(record.deadlines)
        assert {task.id for task in tasks_of(left)} <= {task.id for task in tasks_of(record)}
        if (
            is_wanted(record, where)
            and where.unit is None
            and where.due_from is None
            and where.due_to is None
        ):
            assert left == record
