"""Tasks, and the calendars and trackers that are made from them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from record_examples import full_record, minimal_record
from vnadmin_extract.catalogue.queries import occurrences
from vnadmin_extract.exports import ExportOptions, get_export, gitlab, ical, jira
from vnadmin_extract.exports.carried import carrying, ids_of
from vnadmin_extract.exports.identity import Identities, identify
from vnadmin_extract.exports.recurrence import first_occurrence, named_days
from vnadmin_extract.exports.tasks import TITLE_LENGTH, Task, all_tasks, task_details, tasks_of
from vnadmin_extract.record import Assignment, Deadline, Issued, Record, Unit

TRACKERS = ("ical", "gitlab", "jira")


def with_task(
    task: str, *deadlines: Deadline, lead: str = "Phòng Nội vụ", issued: str = "2024-03-05"
) -> Record:
    """A document with one assignment."""
    return full_record().model_copy(
        update={
            "assignments": (
                Assignment(
                    id="a1",
                    path="1",
                    lead=(Unit(name=lead),),
                    task=task,
                    deadlines=tuple(d.id for d in deadlines),
                ),
            ),
            "deadlines": deadlines,
            "issued": Issued(date=issued),
        }
    )


def deadline(due: str | None, id: str = "d1", **more: Any) -> Deadline:
    return Deadline(id=id, text="trước ngày ấy", kind=more.pop("kind", "date"), due=due, **more)


def exported(name: str, *records: Record, **options: Any) -> bytes:
    target = io.BytesIO()
    get_export(name).write(iter(records), target, ExportOptions(**options))
    return target.getvalue()


def todos(*records: Record) -> list[Any]:
    """The to-dos as another library reads them."""
    calendar = vobject.readOne(exported("ical", *records).decode())
    return list(getattr(calendar, "vtodo_list", []))


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


# Tasks


def test_there_is_one_task_for_each_assignment_and_deadline() -> None:
    found = [(task.text[:12], task.due, task.rrule) for task in tasks_of(full_record())]
    assert found == [
        ("=SUM(1) tham", date(2024, 3, 20), None),
        ("báo cáo", date(2024, 6, 30), None),  # quarter II ends
        ("báo cáo", None, "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("đưa tin", None, None),  # no deadline is a task too
    ]


def test_a_task_says_all_that_is_needed_to_do_it_and_to_check_it() -> None:
    task = next(tasks_of(full_record()))
    assert task.title == "Công văn 15/UBND-NV: =SUM(1) tham mưu kế hoạch [khẩn] và báo cáo kết quả"
    assert task.lead == ("Phòng Nội vụ", "Phòng Tài chính - Kế hoạch")
    assert task.coordinating == ("Công an huyện",)
    assert (task.due_edtf, task.time, task.due_text) == (
        "2024-03-20",
        time(17),
        "trước 17 giờ ngày 20/3/2024",
    )
    assert (task.file, task.page, task.bbox) == ("cong-van.pdf", 1, (85.0, 100.0, 300.0, 114.0))
    assert (task.kind, task.code, task.issued) == ("Công văn", "15/UBND-NV", date(2024, 3, 5))
    assert task.confidence == 0.9
    assert ("Hạn", "17:00 20/03/2024 (trước 17 giờ ngày 20/3/2024)") in task_details(task, "vi")
    assert ("Tệp", "cong-van.pdf, trang 1, mục 1.a") in task_details(task, "vi")


def test_titles_fit_into_trackers_and_are_one_line() -> None:
    [task] = tasks_of(with_task("báo cáo\nkết quả\x00 " * 200))
    assert len(task.title) <= TITLE_LENGTH
    assert task.title.startswith("Công văn 15/UBND-NV: báo cáo kết quả báo")
    assert task.title.endswith("…")
    assert "\n" not in task.text
    assert "\x00" not in task.text


def ids(record: Record) -> list[str]:
    return [task.id for task in tasks_of(record)]


def test_a_changed_day_keeps_the_id() -> None:
    before = with_task("báo cáo", deadline("2024-03-20"), deadline("2024-06-20", "d2"))
    after = with_task("báo cáo", deadline("2024-04-01"), deadline("2024-06-20", "d2"))
    assert ids(before) == ids(after)
    assert [t.due for t in tasks_of(before)] != [t.due for t in tasks_of(after)]


def test_a_deadline_that_is_added_or_taken_away_leaves_the_first_id() -> None:
    none, one, two = (
        with_task("báo cáo", *some)
        for some in ((), (deadline("2024-03-20"),), (deadline("2024-03-20"), deadline("2024-06-20", "d2")))
    )
    assert ids(none) == ids(one) == ids(two)[:1]


def test_the_id_is_the_assignment_s_in_every_table() -> None:
    assert [task.assignment_id for task in tasks_of(full_record())][:1] == [
        identify(full_record()).assignments["a1"]
    ]


def test_ids_that_a_catalogue_carried_over_are_used() -> None:
    class Entry:
        record = with_task("báo cáo", deadline("2024-03-20"))
        ids = Identities("d" * 16, {"a1": "a" * 16}, {"d1": "b" * 16})

    [record] = carrying([Entry()])
    [task] = tasks_of(record)
    assert (task.id, task.document_id) == ("a" * 16, "d" * 16)
    assert ids_of(Entry.record) == identify(Entry.record)  # the entry's own record is left alone
    assert [row["External issue ID"] for row in rows(exported("jira", record))] == ["a" * 16]


def test_a_document_that_comes_twice_gives_its_tasks_once() -> None:
    found = list(all_tasks([full_record("a.pdf"), full_record("b/a.pdf")]))
    assert len(found) == len(list(tasks_of(full_record()))) == len({task.id for task in found})


@pytest.mark.parametrize("name", TRACKERS)
def test_tasks_that_another_program_has_are_left_out(name: str) -> None:
    all_of_them = list(tasks_of(full_record()))
    data = exported(name, full_record(), known=frozenset(task.id for task in all_of_them[:-1])).decode()
    unfolded = data.replace("\r\n ", "")
    assert all_of_them[-1].id in unfolded
    assert all_of_them[0].mark not in unfolded


@pytest.mark.parametrize("name", TRACKERS)
def test_the_same_records_give_the_same_bytes(name: str) -> None:
    assert exported(name, full_record(), minimal_record()) == exported(name, full_record(), minimal_record())


# iCalendar


def test_another_library_reads_the_calendar() -> None:
    first, *_ = todos(full_record())
    task = next(tasks_of(full_record()))
    assert first.uid.value == f"{task.id}@vnadmin-extract"
    assert first.summary.value == task.title
    assert first.due.value.replace(tzinfo=None) == datetime(2024, 3, 20, 17)
    assert first.due.value.utcoffset() == timedelta(hours=7)
    assert "Chủ trì: Phòng Nội vụ; Phòng Tài chính - Kế hoạch\n" in first.description.value
    assert "Phối hợp: Công an huyện\n" in first.description.value
    assert "cong-van.pdf, trang 1" in first.description.value
    assert first.categories.value == ["Công văn", "Phòng Nội vụ", "Phòng Tài chính - Kế hoạch"]
    assert first.priority.value == "3"
    assert first.contents["x-vnadmin-page"][0].value == "1"
    assert first.valarm.action.value == "DISPLAY"


def test_a_day_without_an_hour_is_a_day() -> None:
    [item] = todos(with_task("báo cáo", deadline("2024-03-20")))
    assert item.due.value == date(2024, 3, 20)
    assert item.valarm.trigger.value == timedelta(hours=-16)  # 8 o'clock on the day before
    assert item.valarm.trigger.params == {"RELATED": ["END"]}


@pytest.mark.parametrize(
    ("edtf", "day"),
    [("2024-34", date(2024, 6, 30)), ("2024-02", date(2024, 2, 29)), ("2021/2025", date(2025, 12, 31))],
)
def test_a_period_is_due_on_its_last_day(edtf: str, day: date) -> None:
    assert todos(with_task("báo cáo", deadline(edtf, kind="period")))[0].due.value == day


def test_what_has_no_day_has_no_due_and_no_alarm() -> None:
    [item] = todos(with_task("báo cáo", deadline(None, kind="relative", duration="P5D")))
    assert not {"due", "dtstart", "rrule", "valarm"} & set(item.contents)
    assert "Hạn: trước ngày ấy" in item.description.value


@pytest.mark.parametrize(
    ("rule", "issued", "first", "written"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=15", "2024-03-05", date(2024, 3, 15), "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "2024-03-16", date(2024, 4, 15), "FREQ=MONTHLY;BYMONTHDAY=15"),
        ("FREQ=WEEKLY;BYDAY=FR", "2024-03-05", date(2024, 3, 8), "FREQ=WEEKLY;BYDAY=FR"),
        # "hằng tháng", "hằng quý", "hằng năm": by the end of each
        ("FREQ=MONTHLY", "2024-02-05", date(2024, 2, 29), "FREQ=MONTHLY;BYMONTHDAY=-1"),
        (
            "FREQ=MONTHLY;INTERVAL=3",
            "2024-02-05",
            date(2024, 3, 31),
            "FREQ=MONTHLY;BYMONTHDAY=-1;BYMONTH=3,6,9,12",
        ),
        ("FREQ=YEARLY", "2024-02-05", date(2024, 12, 31), "FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=12"),
        # counted from February, every third month would never be one of these
        (
            "FREQ=MONTHLY;INTERVAL=3;BYMONTH=3,6,9,12;BYMONTHDAY=20",
            "2024-02-05",
            date(2024, 3, 20),
            "FREQ=MONTHLY;BYMONTHDAY=20;BYMONTH=3,6,9,12",
        ),
    ],
)
def test_recurring_tasks_begin_with_their_first_day(
    rule: str, issued: str, first: date, written: str
) -> None:
    [item] = todos(with_task("báo cáo", deadline(None, kind="recurring", rrule=rule), issued=issued))
    assert item.dtstart.value.replace(tzinfo=None) == datetime.combine(first, time())
    assert item.due.value > item.dtstart.value  # RFC 5545, 3.8.2.3
    assert item.due.value.date() == first
    assert set(item.rrule.value.split(";")) == set(written.split(";"))
    assert item.contents["x-vnadmin-rrule"][0].value.replace("\\", "") == rule


def test_recurring_tasks_end_with_the_period_that_they_name() -> None:
    task = deadline("2024", kind="recurring", rrule="FREQ=MONTHLY;BYMONTHDAY=15")
    [item] = todos(with_task("báo cáo", task))
    assert "UNTIL=20241231T165959Z" in item.rrule.value  # the year's last second in Vietnam


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=MONTHLY;BYMONTHDAY=x", "BEGIN:VEVENT", "", "FREQ=DAILY;INTERVAL=0"]
)
def test_rules_that_no_calendar_understands_stay_words(rule: str) -> None:
    [item] = todos(with_task("báo cáo", deadline(None, kind="recurring", rrule=rule)))
    assert "rrule" not in item.contents


RULES = [
    "FREQ=DAILY",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
    "FREQ=WEEKLY;BYDAY=TU,FR",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYMONTHDAY=30",
    "FREQ=MONTHLY;INTERVAL=3;BYMONTH=1,4,7,10;BYMONTHDAY=5",
    "FREQ=MONTHLY;INTERVAL=6",
    "FREQ=YEARLY;BYMONTH=6,12",
    "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25",
]


@given(st.sampled_from(RULES), st.dates(date(2015, 1, 1), date(2035, 1, 1)))
@settings(max_examples=60, deadline=None)
def test_calendars_show_the_days_that_the_catalogue_tells(rule: str, since: date) -> None:
    last = since + timedelta(days=500)
    told = occurrences(rule, None, since, last, since=since)
    written = named_days(rule)
    assert written is not None
    first = first_occurrence(written, since)
    assert first == told[0]
    # A calendar counts from the first day, not from the day of issue.
    assert occurrences(written, None, first, last, since=first) == told


def test_the_stamp_is_the_document_s_day_not_the_clock_s() -> None:
    [item] = todos(with_task("báo cáo"))
    assert item.dtstamp.value == datetime(2024, 3, 5, tzinfo=UTC)


hostile = st.text(
    st.one_of(
        st.sampled_from("\r\n\t ,;:\\\"'=@/~\x00\u2028\ud800"),
        st.characters(),
        st.sampled_from("ếữợĐ𠀀👩‍👩‍👧"),
    ),
    max_size=300,
)


@given(hostile)
@settings(max_examples=60, deadline=None)
def test_lines_are_folded_at_75_octets_between_letters_and_come_back_whole(text: str) -> None:
    record = with_task(text, lead=text)
    data = exported("ical", record)
    lines = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no letter is cut
    assert b"\n" not in data.replace(b"\r\n", b"")
    [item] = todos(record)
    [task] = tasks_of(record)
    assert item.summary.value == task.title
    assert f": {task.text}\n" in item.description.value or not task.text
    assert data.count(b"BEGIN:VTODO") == data.count(b"END:VTODO") == 1


# GitLab and Jira


def test_gitlab_s_columns() -> None:
    first, _, recurring, _ = rows(exported("gitlab", full_record()))
    assert list(first) == ["title", "description", "due_date"]
    assert first["due_date"] == "2024-03-20"
    assert recurring["due_date"] == ""
    assert first["title"].startswith("Công văn 15/UBND-NV: ")
    assert (
        first["description"].splitlines()[-1]
        == '/label ~"Công văn" ~"Phòng Nội vụ" ~"Phòng Tài chính - Kế hoạch"'
    )
    assert next(tasks_of(full_record())).mark in first["description"]


def test_a_document_cannot_run_quick_actions_or_mention_people() -> None:
    record = with_task("/close\n/assign @admin ![x](http://x.example/i.png) <img src=x>", lead='a" ~"b')
    [row] = rows(exported("gitlab", record))
    actions = [line for line in row["description"].splitlines() if line.lstrip().startswith("/")]
    assert actions == ['/label ~"Công văn" ~"a b"']
    assert r"/close /assign \@admin \!\[x\](http" in row["description"]
    assert r"\<img src=x\>" in row["description"]


def test_jira_s_columns() -> None:
    data = exported("jira", full_record()).decode()
    header, *lines = csv.reader(io.StringIO(data, newline=""))
    assert header == [
        "Summary",
        "Issue Type",
        "Description",
        "Due Date",
        "External issue ID",
        "Labels",
        "Labels",
        "Labels",
    ]
    assert all(len(line) == len(header) for line in lines)  # Jira takes no shorter rows
    first = lines[0]
    assert first[3:] == [
        "2024-03-20",
        next(tasks_of(full_record())).id,
        "Công_văn",
        "Phòng_Nội_vụ",
        "Phòng_Tài_chính_-_Kế_hoạch",
    ]
    assert r"\[khẩn\]" in first[2]  # no link


@pytest.mark.parametrize("name", ["gitlab", "jira"])
@pytest.mark.parametrize("start", ["=1+1", "+84", "-1", "@x", "＝1"])
def test_no_cell_of_a_tracker_s_file_begins_like_a_formula(name: str, start: str) -> None:
    record = with_task("báo cáo", lead=start).model_copy(update={"type": None, "code": None, "subject": None})
    record = record.model_copy(update={"source": record.source.model_copy(update={"file": start})})
    for line in csv.reader(io.StringIO(exported(name, record).decode(), newline="")):
        assert not [cell for cell in line if cell.startswith(("=", "+", "-", "@", "＝"))]


def test_descriptions_are_in_the_language_asked_for() -> None:
    task = next(tasks_of(full_record()))
    assert "**Lead:** " in gitlab.description(task, "en")
    assert "*Lead:* " in jira.description(task, "en")
    assert "Lead: " in str(ical.todo(task, "en")["description"])


def test_task_is_all_that_other_trackers_need() -> None:
    assert {"id", "title", "due", "time", "rrule", "lead"} <= set(Task.__slots__)
