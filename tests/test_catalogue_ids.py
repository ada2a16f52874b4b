"""Ids stay: when a document is read again, people and calendars find their tasks under the ids that they know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue_examples import deadline, document, outcome, task
from record_examples import full_record
from vnadmin_extract.catalogue.carry import Known, identities
from vnadmin_extract.catalogue.store import Catalogue, Entry
from vnadmin_extract.exports.identity import assignment_id, deadline_id, document_id, identify
from vnadmin_extract.record import Record

REPORT = "Báo cáo kết quả thực hiện về Sở Nội vụ để tổng hợp"
LIST = "Lập danh sách các hộ dân bị ảnh hưởng bởi dự án"
MEETING = "Chuẩn bị hội trường và tài liệu phục vụ hội nghị"


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "catalogue.sqlite") as opened:
        yield opened


def read(catalogue: Catalogue, *records: Record, engine: str = "1") -> list[Entry]:
    catalogue.store([outcome(*records, engine=engine)])
    return list(catalogue.entries())


def by_task(entry: Entry) -> dict[str, str]:
    return {item.task: entry.ids.assignments[item.id] for item in entry.record.assignments}


def letter(
    *tasks: dict, content: str = "first", number: str = "12/UBND-NV", date: str = "2024-03-05"
) -> Record:  # type: ignore[type-arg]
    return document("a.pdf", number=number, date=date, assignments=tasks, content=content)


def test_the_ids_of_a_record_are_the_same_one_by_one_and_at_once() -> None:
    twice = letter(task(REPORT, path="1.a"), task(LIST, path="1.a", due=[deadline("x"), deadline("x")]))
    for record in (full_record(), twice):
        ids = identify(record)
        assert ids.document == document_id(record)
        assert ids.assignments == {a.id: assignment_id(record, a) for a in record.assignments}
        assert ids.deadlines == {d.id: deadline_id(record, d) for d in record.deadlines}
        everything = [ids.document, *ids.assignments.values(), *ids.deadlines.values()]
        assert len(set(everything)) == len(everything)
        assert all(len(id) == 16 for id in everything)


def test_ids_do_not_depend_on_the_files_name_or_the_records_own_numbering() -> None:
    record = letter(task(REPORT), task(LIST))
    moved = record.model_copy(update={"source": record.source.model_copy(update={"file": "b.pdf"})})
    assert identify(moved) == identify(record)


def test_a_task_that_moved_keeps_its_id(catalogue: Catalogue) -> None:
    """A better reading finds a point above the others: 1 becomes 2, and 2 becomes 3."""
    before = by_task(read(catalogue, letter(task(REPORT), task(LIST)))[0])
    after = by_task(read(catalogue, letter(task(MEETING), task(REPORT), task(LIST)), engine="2")[0])
    assert {text: after[text] for text in before} == before
    assert after[MEETING] not in before.values()


def test_a_task_that_is_read_a_little_better_keeps_its_id(catalogue: Catalogue) -> None:
    """Tone marks lost in the first scan, one word read otherwise, the file replaced by a better scan."""
    poor = "Báo cáo kêt qua thưc hiên vê Sở Nội vụ đê tông hợp"
    first = read(catalogue, letter(task(LIST, "Phòng Nội vụ"), task(poor, "Phòng Nội vụ")))[0]
    again = read(catalogue, letter(task(REPORT, "Phòng Nội vụ"), content="better scan"))[0]
    assert by_task(again)[REPORT] == by_task(first)[poor]
    assert again.ids.document == first.ids.document
    assert again.record.source.sha256 != first.record.source.sha256


def test_another_task_at_the_same_place_gets_an_id_of_its_own(catalogue: Catalogue) -> None:
    before = by_task(read(catalogue, letter(task(REPORT)))[0])
    after = by_task(read(catalogue, letter(task(MEETING)), engine="2")[0])
    assert set(before.values()).isdisjoint(after.values())


def test_another_document_under_the_same_name_is_another_document(catalogue: Catalogue) -> None:
    """report.docx, overwritten each month."""
    first = read(catalogue, letter(task(REPORT)))[0]
    second = read(catalogue, letter(task(REPORT), content="next", number="13/UBND-NV", date="2024-04-05"))[0]
    same_number = read(
        catalogue, letter(task(REPORT), content="2025", number="13/UBND-NV", date="2025-04-05")
    )[0]
    assert len({entry.ids.document for entry in (first, second, same_number)}) == 3
    assert len({*by_task(first).values(), *by_task(second).values(), *by_task(same_number).values()}) == 3


def test_deadlines_keep_their_ids_with_their_tasks(catalogue: Catalogue) -> None:
    end = deadline("trước ngày 20/3/2024", "2024-03-20")
    other = deadline("trước ngày 25/3/2024", "2024-03-25")
    first = read(catalogue, letter(task(REPORT, due=[end]), task(LIST, due=[other])))[0]
    again = read(
        catalogue,
        letter(
            task(MEETING, due=[deadline("ngày 01/3/2024", "2024-03-01")]),
            task(REPORT, due=[end]),
            task(LIST, due=[other]),
        ),
        engine="2",
    )[0]
    assert [again.ids.deadlines[d] for d in ("d2", "d3")] == [first.ids.deadlines[d] for d in ("d1", "d2")]
    assert again.ids.deadlines["d1"] not in first.ids.deadlines.values()


def test_documents_of_one_file_keep_their_ids_when_another_is_found_before_them(catalogue: Catalogue) -> None:
    def part(number: str, page: int) -> Record:
        return document("a.pdf", number=number, page=page, assignments=[task(REPORT)])

    first = read(catalogue, part("1/UBND", 1), part("3/UBND", 5))
    again = read(catalogue, part("1/UBND", 1), part("2/UBND", 3), part("3/UBND", 5), engine="2")
    assert [again[0].ids, again[2].ids] == [entry.ids for entry in first]


def test_two_documents_that_begin_on_one_page_have_ids_of_their_own(catalogue: Catalogue) -> None:
    both = [document("a.pdf", number=number, assignments=[task(REPORT)]) for number in ("1/UBND", "2/UBND")]
    entries = read(catalogue, *both)
    assert entries[0].ids.document != entries[1].ids.document
    assert [entry.ids for entry in read(catalogue, *both)] == [entry.ids for entry in entries]


def test_a_copy_of_a_document_in_another_file_has_ids_of_its_own(catalogue: Catalogue) -> None:
    """The signed scan and the Word file of one letter are two files with a task each."""
    catalogue.store([outcome(letter(task(REPORT)))])
    catalogue.store(
        [outcome(document("b.docx", number="12/UBND-NV", date="2024-03-05", assignments=[task(REPORT)]))]
    )
    entries = list(catalogue.entries())
    assert len({id for entry in entries for id in entry.ids.assignments.values()}) == 2


words = st.lists(
    st.sampled_from(["báo", "cáo", "kế", "hoạch", "sở", "nội", "vụ", "huyện", "xã", "trước", "ngày"]),
    min_size=1,
    max_size=6,
)
tasks = st.lists(
    st.builds(
        lambda text, path, count: task(
            " ".join(text), path=path, due=[deadline("hạn", "2024-05-01")] * count
        ),
        words,
        st.sampled_from(["1", "1.a", "2"]),
        st.integers(0, 2),
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(tasks, tasks)
def test_ids_are_given_once_and_reading_the_same_again_keeps_all(first: list, second: list) -> None:  # type: ignore[type-arg]
    old, new = letter(*first), letter(*second)
    before = identities([old], [], lambda ids: set())[0]
    known = [Known(old, before)]
    assert identities([old], known, lambda ids: set()) == [before]
    after = identities([new], known, lambda ids: set())[0]
    everything = [after.document, *after.assignments.values(), *after.deadlines.values()]
    assert len(set(everything)) == len(everything)
    assert identities([new], [Known(new, after)], lambda ids: set()) == [after]


def test_ids_that_other_documents_have_are_not_given_again() -> None:
    record = letter(task(REPORT))
    usual = identify(record)
    given_ids = identities([record], [], lambda ids: {usual.document} & set(ids))[0]
    assert given_ids.document == f"{usual.document}-2"
    assert given_ids.assignments == usual.assignments


def test_a_very_long_list_of_changed_tasks_is_no_trouble() -> None:
    old = letter(*(task(f"việc số {n} " + "dài " * 300) for n in range(3000)))
    new = letter(*(task(f"nhiệm vụ {n} " + "ngắn " * 300) for n in range(3000)))
    known = [Known(old, identify(old))]
    after = identities([new], known, lambda ids: set())[0]
    assert len(set(after.assignments.values())) == 3000
