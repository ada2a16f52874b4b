"""The catalogue keeps what was read: in any order, under any name, once, and in SQLite as in PostgreSQL."""

from __future__ import annotations

import io
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from catalogue_examples import cites, deadline, digest, document, failure, outcome, task
from postgres_server import postgres_server
from record_examples import full_record
from vnadmin_extract.catalogue.engine import engine_version
from vnadmin_extract.catalogue.store import Catalogue
from vnadmin_extract.catalogue.types import DUPLICATE, OK, SKIPPED, FileOutcome, FileState, Filter
from vnadmin_extract.config import Config


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


numbers = itertools.count(1)


def new_database(server: str) -> str:
    name = f"catalogue_{next(numbers)}"
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{server}/{name}"


@pytest.fixture(scope="module")
def shared_database(server: str) -> str:
    return new_database(server)


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    if request.param == "sqlite":
        url = str(tmp_path / "catalogue.sqlite")
    else:
        url = request.getfixturevalue("shared_database")
    with Catalogue.open(url) as opened:
        if request.param == "postgresql":  # a new database for each test would take a second
            with opened.engine.begin() as connection:
                connection.execute(text("TRUNCATE runs, contents, files, documents CASCADE"))
        yield opened


def dump(catalogue: Catalogue) -> str:
    target = io.StringIO()
    catalogue.dump(target)
    return target.getvalue()


def names(catalogue: Catalogue, where: Filter | None = None) -> list[str]:
    return [record.source.file for record in catalogue.records(where)]


PLAN = document(
    "2024/ke-hoach.pdf",
    issuer="Ủy ban nhân dân tỉnh Bình Minh",
    type="Kế hoạch",
    number="12/KH-UBND",
    date="2024-03-05",
    references=[cites("Luật", title="Luật Đất đai", date="2024")],
    assignments=[
        task(
            "xây dựng kế hoạch chi tiết",
            "Sở Nội vụ",
            with_=["UBND các huyện"],
            due=[deadline("trước ngày 20/3/2024", "2024-03-20")],
        ),
        task(
            "báo cáo kết quả",
            "Uỷ ban nhân dân huyện Sơn Trà",
            due=[deadline("quý II/2024", "2024-34", kind="period")],
        ),
    ],
)
LETTER = document("2024/cong-van.pdf", number="45/UBND-NV", date="2024-04")
BUNDLE = [
    document("scan.pdf", number="1/QĐ-UBND", type="Quyết định", date="2023-01-09"),
    document("scan.pdf", number="2/QĐ-UBND", type="Quyết định", date="2023-02-10", page=4),
]


def test_records_come_back_as_they_were_by_file_and_place_in_the_file(catalogue: Catalogue) -> None:
    catalogue.store([outcome(*BUNDLE), outcome(PLAN), outcome(LETTER)])
    assert list(catalogue.records()) == [LETTER, PLAN, *BUNDLE]
    assert catalogue.record_count() == 4
    assert catalogue.statuses() == {OK: 3}


def test_a_record_with_all_there_is_comes_back_unchanged(catalogue: Catalogue) -> None:
    record = full_record("alles.pdf")
    catalogue.store([outcome(record)])
    assert list(catalogue.records()) == [record]


def test_names_are_ordered_by_code_points_whatever_the_language_of_the_database(catalogue: Catalogue) -> None:
    files = ["b.txt", "B.txt", "a b.txt", "a-b.txt", "ab.txt", "đ.txt", "e.txt", "ê.txt", "Ă.txt", "a/b.txt"]
    catalogue.store([outcome(document(name)) for name in files])
    assert names(catalogue) == sorted(files)
    assert [row.name for row in catalogue.reports()] == sorted(files)


def test_both_databases_give_the_same_dump(server: str, tmp_path: Path) -> None:
    outcomes = [outcome(PLAN), outcome(*BUNDLE), outcome(full_record()), failure("x.pdf", "encrypted")]
    dumps = []
    for url in (str(tmp_path / "c.sqlite"), new_database(server)):
        with Catalogue.open(url) as opened:
            opened.store(outcomes)
            opened.missing(["scan.pdf", "x.pdf", "cong-van.pdf"])
            dumps.append(dump(opened))
    assert dumps[0] == dumps[1]


def test_what_no_database_can_hold_is_replaced_and_stops_nothing(catalogue: Catalogue) -> None:
    catalogue.store([outcome(document("a.txt", subject="một\0hai")), failure("b\udc80.txt", "damaged")])
    assert [record.subject.text for record in catalogue.records() if record.subject] == ["một\0hai"]
    assert [row.name for row in catalogue.reports()] == ["a.txt", "b\ufffd.txt"]


def test_storing_an_outcome_again_changes_nothing(catalogue: Catalogue) -> None:
    outcomes = [outcome(PLAN), outcome(*BUNDLE), failure("x.pdf", "timeout")]
    catalogue.store(outcomes)
    before = dump(catalogue)
    catalogue.store(outcomes)
    catalogue.store(outcomes[:1])
    assert dump(catalogue) == before


def test_states_say_what_is_known_of_a_file(catalogue: Catalogue) -> None:
    catalogue.store(
        [replace(outcome(LETTER, engine="7"), size=5, modified_ns=2**62), failure("x.pdf", "needs_ocr")]
    )
    assert catalogue.states([LETTER.source.file, "x.pdf", "never seen"]) == {
        LETTER.source.file: FileState(LETTER.source.file, LETTER.source.sha256, 5, 2**62, OK, "7"),
        "x.pdf": FileState("x.pdf", digest("x.pdf"), 100, 1, "needs_ocr", "1"),
    }
    assert catalogue.contents([LETTER.source.sha256, "0" * 64]) == {
        LETTER.source.sha256: FileState(LETTER.source.file, LETTER.source.sha256, 5, 0, OK, "7")
    }


def test_many_names_can_be_asked_for_at_once(catalogue: Catalogue) -> None:
    catalogue.store([outcome(document(f"{n}.txt")) for n in range(30)])
    assert len(catalogue.states([f"{n}.txt" for n in range(3000)])) == 30


# One content, several names


def test_copies_give_their_records_once_under_the_smallest_name(catalogue: Catalogue) -> None:
    catalogue.store([outcome(document("b.txt", content="x")), outcome(document("a.txt", content="x"))])
    catalogue.link("c.txt", digest("x"), 100, 1)
    assert names(catalogue) == ["a.txt"]
    assert {name: state.status for name, state in catalogue.states(["a.txt", "b.txt", "c.txt"]).items()} == {
        "a.txt": OK,
        "b.txt": DUPLICATE,
        "c.txt": DUPLICATE,
    }
    assert [(row.name, row.records) for row in catalogue.reports()] == [
        ("a.txt", 1),
        ("b.txt", 0),
        ("c.txt", 0),
    ]


def test_a_renamed_file_keeps_its_records_and_ids(catalogue: Catalogue) -> None:
    catalogue.store([outcome(PLAN)])
    before = next(catalogue.entries()).ids
    catalogue.link("2025/moi.pdf", PLAN.source.sha256, 100, 2)
    catalogue.missing(["2025/moi.pdf"])
    assert names(catalogue) == ["2025/moi.pdf"]
    assert next(catalogue.entries()).ids == before
    assert catalogue.states([PLAN.source.file]) == {}
    assert catalogue.statuses() == {OK: 1}


def test_a_file_that_comes_back_has_its_records_again(catalogue: Catalogue) -> None:
    catalogue.store([outcome(PLAN), outcome(LETTER)])
    catalogue.missing([LETTER.source.file])
    assert names(catalogue) == [LETTER.source.file]
    assert catalogue.contents([PLAN.source.sha256])[PLAN.source.sha256].status == OK
    catalogue.link(PLAN.source.file, PLAN.source.sha256, 100, 1)
    assert names(catalogue) == [LETTER.source.file, PLAN.source.file]


def test_only_the_names_of_the_folder_go(catalogue: Catalogue) -> None:
    files = ["in/a.txt", "in/b.txt", "in2/a.txt", "in.txt", "out/a.txt"]
    catalogue.store([outcome(document(name)) for name in files])
    catalogue.missing((name for name in ["in/b.txt"]), "in")
    assert names(catalogue) == ["in.txt", "in/b.txt", "in2/a.txt", "out/a.txt"]


def test_linking_a_content_that_is_not_there_is_an_error_and_leaves_no_trace(catalogue: Catalogue) -> None:
    with pytest.raises(KeyError):
        catalogue.link("a.txt", digest("x"), 100, 1)
    assert catalogue.statuses() == {}


def test_a_changed_file_gives_its_new_records_only(catalogue: Catalogue) -> None:
    catalogue.store([outcome(document("a.txt", content="old", subject="cũ"))])
    catalogue.store([outcome(document("a.txt", content="new", subject="mới"))])
    assert [record.subject.text for record in catalogue.records() if record.subject] == ["mới"]
    assert catalogue.contents([digest("old")]) == {}


def test_two_files_that_change_names_keep_what_is_theirs(catalogue: Catalogue) -> None:
    a, b = document("a.txt", content="A", subject="một"), document("b.txt", content="B", subject="hai")
    catalogue.store([outcome(a), outcome(b)])
    catalogue.store(
        [
            FileOutcome("a.txt", digest("B"), 1, 1, DUPLICATE),
            FileOutcome("b.txt", digest("A"), 1, 1, DUPLICATE),
        ]
    )
    assert [(r.source.file, r.subject.text) for r in catalogue.records() if r.subject] == [
        ("a.txt", "hai"),
        ("b.txt", "một"),
    ]


# Failures


def test_reports_tell_what_went_wrong_with_the_name_of_the_file(catalogue: Catalogue) -> None:
    catalogue.store(
        [
            failure("b.pdf", "encrypted", content="x", message="b.pdf: it needs a password", warnings=("w",)),
            FileOutcome("notes.md", None, 3, 1, SKIPPED, message="notes.md: no document by its name"),
        ]
    )
    catalogue.link("a.pdf", digest("x"), 100, 1)
    assert [(row.name, row.status, row.message) for row in catalogue.reports()] == [
        ("a.pdf", "encrypted", "a.pdf: it needs a password"),
        ("b.pdf", "encrypted", "b.pdf: it needs a password"),
        ("notes.md", SKIPPED, "notes.md: no document by its name"),
    ]
    assert names(catalogue) == []


def test_a_file_that_cannot_be_read_for_a_while_loses_nothing(catalogue: Catalogue) -> None:
    catalogue.store([outcome(PLAN)])
    ids = next(catalogue.entries()).ids
    catalogue.store([FileOutcome(PLAN.source.file, None, 0, 0, "bad_input", message="no permission")])
    assert (names(catalogue), catalogue.statuses()) == ([], {"bad_input": 1})
    catalogue.link(PLAN.source.file, PLAN.source.sha256, 100, 1)
    assert next(catalogue.entries()).ids == ids


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("timeout", OK, OK),
        (OK, "crashed", OK),  # the same content was read well already
        ("crashed", "encrypted", "encrypted"),
        ("encrypted", "timeout", "encrypted"),
        ("memory", "internal_error", "internal_error"),
    ],
)
def test_of_two_outcomes_of_one_engine_the_better_counts(
    catalogue: Catalogue, first: str, second: str, kept: str
) -> None:
    for status in (first, second):
        good = status == OK
        catalogue.store([outcome(document("a.txt")) if good else failure("a.txt", status)])
    assert catalogue.statuses() == {kept: 1}


def test_another_engine_replaces_what_was_there(catalogue: Catalogue) -> None:
    catalogue.store([outcome(document("a.txt"), engine="1")])
    catalogue.store([failure("a.txt", "needs_ocr", engine="2")])
    assert catalogue.statuses() == {"needs_ocr": 1}
    assert names(catalogue) == []


# Filters


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(unit="sở nội vụ"), ["2024/ke-hoach.pdf"]),
        (Filter(unit="UBND các huyện"), ["2024/ke-hoach.pdf"]),
        (Filter(unit="Ủy ban nhân dân"), ["2024/ke-hoach.pdf"]),  # … huyện Sơn Trà
        (Filter(unit="uy ban nhan dan huyen son tra"), ["2024/ke-hoach.pdf"]),
        (Filter(unit="Sở"), []),
        (Filter(kind="KH"), ["2024/ke-hoach.pdf"]),
        (Filter(kind="quyết định"), ["scan.pdf", "scan.pdf"]),
        (Filter(issued_from=date(2024, 4, 15)), ["2024/cong-van.pdf"]),  # some day of April
        (Filter(issued_to=date(2023, 1, 31)), ["scan.pdf"]),
        (Filter(due_from=date(2024, 6, 30), due_to=date(2024, 6, 30)), ["2024/ke-hoach.pdf"]),
        (Filter(due_from=date(2024, 7, 1)), []),
        (Filter(folder="2024"), ["2024/cong-van.pdf", "2024/ke-hoach.pdf"]),
        (Filter(folder="2024/", kind="CV"), ["2024/cong-van.pdf"]),
        (Filter(status="encrypted"), []),
    ],
)
def test_records_by_filter(catalogue: Catalogue, where: Filter, expected: list[str]) -> None:
    catalogue.store([outcome(PLAN), outcome(LETTER), outcome(*BUNDLE), failure("x.pdf", "encrypted")])
    assert names(catalogue, where) == expected
    assert catalogue.record_count(where) == len(expected)


def test_records_are_read_in_portions(catalogue: Catalogue) -> None:
    files = [f"{n:04}.txt" for n in range(250)]
    catalogue.store([outcome(document(name)) for name in files])
    stream = catalogue.records()
    assert next(stream).source.file == "0000.txt"
    catalogue.store([outcome(document("later.txt"))])  # a batch may go on while an export reads
    assert [record.source.file for record in stream] == [*files[1:], "later.txt"]


def test_runs_are_noted(catalogue: Catalogue) -> None:
    run = catalogue.begin_run("1", ["công văn"])
    catalogue.end_run(run, "done", 3)
    with catalogue.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM runs")).one()
    assert (row.sources, row.result, row.files) == ('["công văn"]', "done", 3)
    assert row.finished >= row.started


# Order


def some_outcomes() -> list[FileOutcome]:
    shared = [task("một việc", "Phòng Nội vụ", due=[deadline("x", "2024-05-01")])]
    return [
        outcome(document("a.txt", content="x", assignments=shared)),
        outcome(document("b.txt", content="x", assignments=shared)),
        failure("c.txt", "timeout", content="x"),
        failure("d.txt", "crashed", content="y"),
        failure("e.txt", "memory", content="y"),
        outcome(PLAN),
        outcome(*BUNDLE),
        FileOutcome("f.md", None, 1, 1, SKIPPED),
        failure("g.pdf", "encrypted", content="z"),
        failure("h.pdf", "encrypted", content="z", message="h.pdf: another message"),
    ]


@pytest.fixture(scope="module")
def expected_dump(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An empty catalogue to copy, and what storing all at once gives."""
    empty = tmp_path_factory.mktemp("order") / "empty.sqlite"
    Catalogue.open(empty).close()
    with Catalogue.open(shutil.copy(empty, empty.with_name("all.sqlite"))) as stored:
        stored.store(some_outcomes())
        return empty, dump(stored)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_order_and_any_batches_give_the_same_catalogue(
    expected_dump: tuple[Path, str], data: st.DataObject
) -> None:
    empty, expected = expected_dump
    outcomes = some_outcomes()
    again = data.draw(st.lists(st.sampled_from(outcomes), max_size=4))
    shuffled = [*data.draw(st.permutations(outcomes)), *again]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(shuffled) - 1), max_size=4)))
    with Catalogue.open(shutil.copy(empty, empty.with_name("shuffled.sqlite"))) as got:
        for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
            got.store(shuffled[start:end])
        assert dump(got) == expected


# Engine


def test_the_engines_version_changes_with_what_changes_results_only(tmp_path: Path) -> None:
    usual = engine_version()
    assert usual == engine_version(Config(ocr_jobs=3, ocr_timeout=1, ocr_cache=tmp_path, office_timeout=9))
    assert usual != engine_version(Config(saturday_works=True))
    holidays = tmp_path / "days.toml"
    holidays.write_text("[[off]]\ndate = 2030-01-02\n")
    first = engine_version(Config(holidays_file=holidays))
    copy = tmp_path / "copy.toml"
    copy.write_bytes(holidays.read_bytes())
    assert engine_version(Config(holidays_file=copy)) == first
    holidays.write_text("[[off]]\ndate = 2030-01-03\n")
    assert engine_version(Config(holidays_file=holidays)) != first


def test_an_outcome_whose_record_is_none_is_refused_as_a_whole(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="validation error"):
        catalogue.store([outcome(PLAN), replace(outcome(LETTER), records=(b"{}",))])
    assert catalogue.statuses() == {}
