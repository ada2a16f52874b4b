"""iCalendar (RFC 5545): a to-do for each task.

The UID is the task's stable id, so that importing again updates what is there. Nothing depends on the clock: DTSTAMP
is the day of issue, and the same records give the same bytes. A recurring task begins with its first day on or after
the day of issue. No STATUS is given, because a program that imports again would set finished tasks back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import BinaryIO, Final

from icalendar import Alarm, Timezone, TimezoneStandard, Todo, vRecur, vText

from vnadmin_extract.exports import ExportOptions
from vnadmin_extract.exports.labels import Language
from vnadmin_extract.exports.recurrence import first_occurrence, named_days
from vnadmin_extract.exports.tasks import Task, all_tasks, task_details
from vnadmin_extract.grammar.edtf import first_day, last_day
from vnadmin_extract.record import Record

FILE_NAME = "tasks.ics"
ZONE: Final = "Asia/Ho_Chi_Minh"
UID_HOST: Final = "vnadmin-extract"
"""What follows the id in a UID."""
_NO_DAY: Final = date(1970, 1, 1)
_LAST_SECOND: Final = time(23, 59, 59)
_PRIORITY: Final = {"hỏa tốc": 1, "thượng khẩn": 2, "khẩn": 3}
"""RFC 5545: 1 is the highest, 5 in the middle."""
_REMIND_DAY: Final = timedelta(hours=-16)
"""Before a day (its first moment): 8 o'clock on the day before."""
_REMIND_HOUR: Final = timedelta(days=-1)
_HEAD: Final = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//vnadmin-extract//tasks//VI\r\nCALSCALE:GREGORIAN\r\n"
)
_FOOT: Final = b"END:VCALENDAR\r\n"


def write(records: Iterable[Record], target: BinaryIO, options: ExportOptions) -> None:
    """Write the calendar, one to-do after the other."""
    target.write(_HEAD)
    target.write(zone().to_ical())
    for task in all_tasks(records, options.known):
        target.write(todo(task, options.lang).to_ical())
    target.write(_FOOT)


def todo(task: Task, lang: Language) -> Todo:
    """A task as a to-do component."""
    item = Todo()
    item.add("uid", f"{task.id}@{UID_HOST}")
    item.add("dtstamp", datetime.combine(task.issued or _NO_DAY, time(), UTC))
    item.add("summary", task.title)
    details = [*task_details(task, lang), ("Id", task.mark)]
    item.add("description", "\n".join(f"{label}: {value}" for label, value in details))
    categories = list(dict.fromkeys(part for part in (task.kind, *task.lead) if part))
    if categories:
        item.add("categories", categories)
    if task.urgency in _PRIORITY:
        item.add("priority", _PRIORITY[task.urgency])
    remind = _add_days(item, task)
    if remind is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", task.title)
        alarm.add("trigger", remind, parameters={"RELATED": "END"})
        item.add_component(alarm)
    for name, value in _facts(task):
        item.add(f"x-vnadmin-{name}", vText(value))
    return item


def zone() -> Timezone:
    """Vietnam's time: UTC+7 since 13 June 1975, without summer time."""
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1975, 6, 13))
    standard.add("tzname", "+07")
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=7))
    found = Timezone()
    found.add("tzid", ZONE)
    found.add_component(standard)
    return found


def _add_days(item: Todo, task: Task) -> timedelta | None:
    """Say when the task is due; gives the time of the reminder, seen from there."""
    if task.rrule is not None and (found := _recurrence(task)) is not None:
        rule, first = found
        # The day itself is what recurs: it begins at midnight, and the task is due at its hour or its end.
        _add_moment(item, "dtstart", first, time())
        _add_moment(item, "due", first, task.time or _LAST_SECOND)
        item.add("rrule", vRecur.from_ical(rule))
        return _REMIND_HOUR
    if task.due is None:
        return None
    if task.time is not None:
        _add_moment(item, "due", task.due, task.time)
        return _REMIND_HOUR
    item.add("due", task.due)
    return _REMIND_DAY


def _recurrence(task: Task) -> tuple[str, date] | None:
    """The rule and its first day; ``None`` where the document does not say from when on."""
    rule = named_days(task.rrule or "")
    starts = [day for day in (task.issued, first_day(task.due_edtf)) if day is not None]
    if rule is None or not starts:
        return None
    first = first_occurrence(rule, max(starts))
    last = last_day(task.due_edtf)
    if first is None or (last is not None and first > last):
        return None
    if last is not None and "UNTIL=" not in rule and "COUNT=" not in rule:
        # With a start in local time the end is said in UTC: midnight in Vietnam is 17:00 UTC.
        rule += f";UNTIL={last:%Y%m%d}T165959Z"
    return rule, first


def _add_moment(item: Todo, name: str, day: date, hour: time) -> None:
    # The zone's name is said by hand: not every system knows the zone.
    item.add(name, datetime.combine(day, hour.replace(tzinfo=None)), parameters={"TZID": ZONE})


def _facts(task: Task) -> list[tuple[str, str]]:
    """What programs may want to know, beside what people read in the description."""
    box = " ".join(f"{number:g}" for number in task.bbox) if task.bbox else None
    found = (
        ("document-id", task.document_id),
        ("assignment-id", task.assignment_id),
        ("code", task.code),
        ("file", task.file),
        ("page", str(task.page) if task.page is not None else None),
        ("bbox", box),
        ("path", task.path),
        ("due", task.due_edtf),
        ("rrule", task.rrule),
        ("confidence", f"{task.confidence:.3f}"),
    )
    return [(name, value) for name, value in found if value]
