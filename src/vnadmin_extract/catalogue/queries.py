"""The questions that a registry office asks: what falls due, who has what to do, who implements which document."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any, Final, Literal

import regex
from sqlalchemy import Connection, and_, exists, or_, select

from vnadmin_extract.calendar_vn import WorkCalendar, work_calendar
from vnadmin_extract.catalogue.bodies import body, region_of, same_body
from vnadmin_extract.catalogue.codes import parse_key
from vnadmin_extract.catalogue.graph import Network, RelationInfo
from vnadmin_extract.catalogue.models import (
    AssignmentDeadline,
    AssignmentReference,
    AssignmentRow,
    AssignmentUnit,
    Content,
    DeadlineRow,
    DocumentRow,
    ReferenceRelationRow,
    ReferenceRow,
)
from vnadmin_extract.catalogue.resolve import DocumentInfo, Mention, ReferenceInfo, Work
from vnadmin_extract.catalogue.store import Catalogue, document_conditions, unit_condition
from vnadmin_extract.catalogue.types import Filter
from vnadmin_extract.grammar.edtf import first_day, last_day, month_length
from vnadmin_extract.text.fold import match_key

_Query = Any
"""A SELECT. Its type's parameters are not the same in SQLAlchemy 2.0 and 2.1."""
Role = Literal["lead", "coordinating", "any"]

_AT_A_TIME: Final = 400
"""Values in one statement."""
_PAIRS_AT_A_TIME: Final = 100
_WITHIN: Final = regex.compile(r"\s*(?P<count>[0-9]{1,4})\s*(?P<unit>wd|d|w|m)\s*", regex.IGNORECASE)
_OFTEN: Final[Mapping[str, Mapping[str, str]]] = {
    "daily": {"FREQ": "DAILY"},
    "weekly": {"FREQ": "WEEKLY"},
    "monthly": {"FREQ": "MONTHLY"},
    "quarterly": {"FREQ": "MONTHLY", "INTERVAL": "3"},
    "semiannual": {"FREQ": "MONTHLY", "INTERVAL": "6"},
    "yearly": {"FREQ": "YEARLY"},
}
"""The record's words for how often, as rules."""
_RULE_PARTS: Final = {
    "FREQ": regex.compile("DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": regex.compile("[1-9][0-9]?"),
    "COUNT": regex.compile("[1-9][0-9]{0,3}"),
    "UNTIL": regex.compile("[0-9]{8}(?:T[0-9]{6}Z?)?"),
    "WKST": regex.compile("MO|SU"),
    "BYDAY": regex.compile(
        "(?:-?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:-?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)){0,6}"
    ),
    "BYMONTHDAY": regex.compile("-?(?:[12][0-9]|3[01]|[1-9])(?:,-?(?:[12][0-9]|3[01]|[1-9])){0,30}"),
    "BYMONTH": regex.compile("(?:1[0-2]|[1-9])(?:,(?:1[0-2]|[1-9])){0,11}"),
    "BYSETPOS": regex.compile("-?1"),
}
"""Parts of a recurrence rule that deadlines have, and their values."""
_LONGEST_RULE: Final = 200
_TOO_MANY: Final = 4000
"""Days of one recurring deadline in a window at most."""


@dataclass(frozen=True, slots=True)
class AssignmentAnswer:
    """An assignment, with where it comes from."""

    id: str
    """Stable id."""
    document_id: str
    file: str
    document: str
    """Kind and code, or the best there is."""
    issuer: str | None
    issued: str | None
    path: str
    task: str
    lead: tuple[str, ...]
    coordinating: tuple[str, ...]
    deadlines: tuple[str, ...]
    """Each as EDTF, or as printed where it has no date."""
    page: int | None
    confidence: float


@dataclass(frozen=True, slots=True)
class DueAnswer:
    """Something that falls due on a day."""

    day: date
    """The last day: of a period its end, of a recurring deadline one of its days."""
    time: str | None
    kind: str
    bound: str | None
    """``before``: the day itself is too late."""
    due: str | None
    """EDTF; ``None`` for recurring ones."""
    text: str
    """The deadline as printed."""
    deadline_id: str
    assignment: AssignmentAnswer | None
    """``None`` for a deadline that belongs to no assignment."""
    document_id: str
    file: str
    document: str
    issuer: str | None
    issued: str | None


@dataclass(frozen=True, slots=True)
class DueList:
    """What falls due in a window."""

    first: date
    last: date
    items: tuple[DueAnswer, ...]
    undated: int
    """Deadlines of the same units that name no day ("5 days after receipt"), so that nothing is lost silently."""


def window_end(start: date, within: str, calendar: WorkCalendar | None = None) -> date:
    """The last day of a window: ``14d`` days, ``2w`` weeks, ``1m`` months or ``14wd`` working days after a day.

    Raises:
        ValueError: another form, or an end outside the calendar.
    """
    match = _WITHIN.fullmatch(within)
    if match is None:
        raise ValueError(f"not a length of time: {within!r} (write 14d, 2w, 1m, or 14wd for working days)")
    count = int(match["count"])
    try:
        match match["unit"].lower():
            case "d":
                return start + timedelta(days=count)
            case "w":
                return start + timedelta(weeks=count)
            case "m":
                from dateutil.relativedelta import relativedelta

                return start + relativedelta(months=count)
            case _:
                return (calendar or work_calendar()).add_working_days(start, count)
    except OverflowError as error:
        raise ValueError(f"{within} after {start} lies outside the calendar") from error


def due(
    catalogue: Catalogue,
    first: date,
    last: date,
    *,
    unit: str | None = None,
    role: Role = "any",
    where: Filter | None = None,
    recurring: bool = True,
) -> DueList:
    """What falls due from one day to another, both included, in the order of the days.

    A period (a month, quarter II, 2021–2025) counts by its last day; a recurring deadline stands in the list once for
    each of its days in the window (a daily one only for the first), and ends with the period that it names. Copies of one document count once.

    Args:
        catalogue: where to look.
        first: first day of the window.
        last: last day of the window.
        unit: only what this unit leads or takes part in.
        role: in which role.
        where: further conditions on the documents; its bounds of deadlines are not used.
        recurring: whether recurring deadlines are asked for.
    """
    items: list[DueAnswer] = []
    undated = 0
    with catalogue.engine.connect() as connection:
        query = _deadlines(unit, role, where)
        dated = query.where(DeadlineRow.kind != "recurring", DeadlineRow.due_last.between(first, last))
        again = query.where(DeadlineRow.kind == "recurring")
        undated_rows = query.where(DeadlineRow.kind != "recurring", DeadlineRow.due_last.is_(None))
        found = connection.execute(dated).all()
        repeated = connection.execute(again).all() if recurring else []
        undated = len(connection.execute(undated_rows.with_only_columns(DeadlineRow.id).distinct()).all())
        wanted = {row.assignment_id for row in (*found, *repeated) if row.assignment_id is not None}
        assignments = {item.id: item for item in _load_assignments(connection, wanted)}
    for row in found:
        items.append(_due(row, row.due_last, assignments))
    for row in repeated:
        span = (row.due_first, row.due_last)
        days = occurrences(row.rrule, row.frequency, first, last, since=row.issued_first, span=span)
        # What is due every day is one line, not one for each day.
        for day in days[:1] if row.frequency == "daily" else days:
            items.append(_due(row, day, assignments))
    unique = {_same_item(item): item for item in sorted(items, key=_item_order, reverse=True)}
    return DueList(first, last, tuple(sorted(unique.values(), key=_item_order)), undated)


def occurrences(
    rule: str | None,
    frequency: str | None,
    first: date,
    last: date,
    *,
    since: date | None = None,
    span: tuple[date | None, date | None] = (None, None),
) -> list[date]:
    """The days of a recurring deadline in a window.

    A rule that names its days (``FREQ=MONTHLY;BYMONTHDAY=15``) gives these; one that only says how often ("hằng quý")
    gives the last day of each week (Sunday), month, quarter, half or year. Rules of other forms give nothing.

    Args:
        rule: RFC 5545 RRULE without its name, or ``None``.
        frequency: the record's word for how often, where there is no rule.
        first: first day of the window.
        last: last day of the window.
        since: day from which the duty exists (the document's), if known.
        span: first and last day of the period in which it recurs, where the document names one.
    """
    begin = max(day for day in (first, since, span[0]) if day is not None)
    end = last if span[1] is None else min(last, span[1])
    parts = _rule_parts(rule) if rule else _OFTEN.get(frequency or "")
    if parts is None or begin > end:
        return []
    return _days(parts, begin, end, since or span[0])


def _rule_parts(rule: str) -> dict[str, str] | None:
    """A rule as its parts; ``None`` where it is none that a deadline may have.

    Only what can be followed in little time is taken: dateutil goes on to the year 9999 for a day that never comes.
    """
    if len(rule) > _LONGEST_RULE:
        return None
    parts: dict[str, str] = {}
    for part in rule.upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.strip().partition("=")
        form = _RULE_PARTS.get(name)
        if form is None or form.fullmatch(value) is None or name in parts:
            return None
        parts[name] = value
    by = [name for name in parts if name.startswith("BY")]
    months = [int(month) for month in parts.get("BYMONTH", "1").split(",")]
    days = [int(day) for day in parts.get("BYMONTHDAY", "1").split(",")]
    if "FREQ" not in parts or (
        parts["FREQ"] == "DAILY" and (set(by) - {"BYDAY"} or (by and _interval(parts) > 1))
    ):
        return None
    # 2024 is a leap year: 29 February is a day.
    return parts if any(abs(day) <= month_length(2024, month) for month in months for day in days) else None


def _days(rule: Mapping[str, str], begin: date, end: date, since: date | None) -> list[date]:
    from dateutil.rrule import rrulestr

    parts = _with_days(dict(rule))
    start = since if since is not None and since <= begin else begin
    if "COUNT" not in parts and _interval(parts) == 1 and begin.year > 2:
        # The days are named and do not depend on where counting begins: no need to go through years before the window.
        start = max(start, begin - timedelta(days=400))
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        found = rrulestr(text, dtstart=datetime(start.year, start.month, start.day))
        moments = found.xafter(datetime(begin.year, begin.month, begin.day), count=_TOO_MANY, inc=True)
        return [m.date() for m in takewhile(lambda moment: moment.date() <= end, moments)]
    except (ValueError, OverflowError, TypeError):
        return []  # a rule that no calendar understands


def _with_days(parts: dict[str, str]) -> dict[str, str]:
    """The rule with its days named: the end of each stretch where it only says how often."""
    months = _interval(parts) if parts["FREQ"] == "MONTHLY" else 0
    if months and 12 % months == 0:
        # Stretches are those of the calendar: a quarter ends in March, not three months after the day of issue.
        parts.pop("INTERVAL", None)
        if months > 1 and "BYMONTH" not in parts:
            parts["BYMONTH"] = ",".join(str(month) for month in range(months, 13, months))
    if any(name.startswith("BY") and name != "BYMONTH" for name in parts):
        day = parts.get("BYMONTHDAY", "")
        if day in ("29", "30", "31") and "BYSETPOS" not in parts:
            # "ngày 30 hằng tháng" is the last day of February too (Civil Code, Article 147(4), by analogy).
            parts["BYMONTHDAY"] = ",".join(str(number) for number in range(28, int(day) + 1))
            if parts["FREQ"] == "MONTHLY":
                parts["BYSETPOS"] = "-1"
            else:
                parts["BYMONTHDAY"] = day
    elif parts["FREQ"] == "WEEKLY":
        parts["BYDAY"] = "SU"
    elif parts["FREQ"] in ("MONTHLY", "YEARLY"):
        parts["BYMONTHDAY"] = "-1"
        if parts["FREQ"] == "YEARLY":
            parts.setdefault("BYMONTH", "12")
    return parts


def _interval(parts: dict[str, str]) -> int:
    return int(parts.get("INTERVAL", "1"))


def assignments(
    catalogue: Catalogue, where: Filter | None = None, *, role: Role = "any"
) -> Iterator[AssignmentAnswer]:
    """Assignments, in the order of the documents' files; read in small portions.

    Args:
        catalogue: where to look.
        where: conditions; ``unit`` and the bounds of deadlines are about the assignment itself.
        role: in which role ``where.unit`` has a part.
    """
    where = where or Filter()
    query = (
        select(AssignmentRow.id)
        .join(DocumentRow, DocumentRow.id == AssignmentRow.document_id)
        .join(Content, Content.sha256 == DocumentRow.sha256)
        .where(Content.name.is_not(None))
        .order_by(Content.name, DocumentRow.number, AssignmentRow.ordinal)
    )
    query = query.where(*document_conditions(_documents_only(where)))
    if where.unit is not None:
        query = query.where(_has_unit(AssignmentRow.id, where.unit, role))
    if where.due_from is not None or where.due_to is not None:
        ends = (
            exists()
            .where(AssignmentDeadline.assignment_id == AssignmentRow.id)
            .where(DeadlineRow.id == AssignmentDeadline.deadline_id)
        )
        if where.due_from is not None:
            ends = ends.where(DeadlineRow.due_last >= where.due_from)
        if where.due_to is not None:
            ends = ends.where(DeadlineRow.due_last <= where.due_to)
        query = query.where(ends)
    with catalogue.engine.connect() as connection:
        ids = list(connection.scalars(query))
        for start in range(0, len(ids), _AT_A_TIME):
            yield from _load_assignments(connection, ids[start : start + _AT_A_TIME])


def network(catalogue: Catalogue, where: Filter | None = None) -> Network:
    """All documents that meet some conditions, with all that they cite."""
    with catalogue.engine.connect() as connection:
        query = _document_query()
        if where is not None:
            query = query.where(*document_conditions(where))
        documents = [DocumentInfo(*row) for row in connection.execute(query)]
        return _network(connection, documents)


@dataclass(frozen=True, slots=True)
class ReferenceAnswer:
    """Who cites and implements a document."""

    network: Network
    works: tuple[Work, ...]
    """The documents that are meant; several where number and notation alone do not tell."""


def references(
    catalogue: Catalogue,
    wanted: str,
    *,
    issuer: str | None = None,
    day: str | None = None,
    relations: Collection[str] = ("implements",),
) -> ReferenceAnswer:
    """The documents with a number (or a title), and the network of what leads to them.

    Args:
        catalogue: where to look.
        wanted: ``"57-KL/TW"`` in any spelling, or the beginning of a title for documents without a number.
        issuer: only those of this body ("Bộ Chính trị", "UBND tỉnh Bình Minh").
        day: only those of this date (EDTF: a day, a month or a year).
        relations: those along which a chain is followed.

    Raises:
        ValueError: ``day`` is no date.
    """
    key = parse_key(wanted)
    first, last = first_day(day), last_day(day)
    if day is not None and first is None:
        raise ValueError(f"not a date: {day!r} (write 2024-03-05, 2024-03 or 2024)")
    with catalogue.engine.connect() as connection:
        if key is not None:
            found = _closure(connection, key.key, relations)
            works = found.resolver.find(key.key, key.year)
        else:
            found = _network(
                connection, [DocumentInfo(*row) for row in connection.execute(_document_query())]
            )
            works = _titled(found, wanted)
    by = body(issuer, region_of(issuer)) if issuer else None

    def fits(mention: Mention) -> bool:
        if same_body(by, mention.body) is False:
            return False
        if first is None or last is None or mention.first is None or mention.last is None:
            return True
        return mention.first <= last and first <= mention.last

    return ReferenceAnswer(found, tuple(work for work in works if all(map(fits, work.mentions))))


def assignments_citing(
    catalogue: Catalogue, answer: ReferenceAnswer, works: Collection[Work]
) -> list[AssignmentAnswer]:
    """Assignments whose own words cite one of some documents."""
    numbers = {work.number for work in works}
    places = {
        (reference.document_id, reference.ordinal)
        for work in answer.network.works
        for reference in work.references
        if any(link.work.number in numbers for link in answer.network.resolver.links(reference))
    }
    documents = sorted({document for document, _ in places})
    query = select(AssignmentRow.id, AssignmentRow.document_id, AssignmentReference.reference).join(
        AssignmentReference, AssignmentReference.assignment_id == AssignmentRow.id
    )
    with catalogue.engine.connect() as connection:
        wanted = {
            row.id
            for start in range(0, len(documents), _AT_A_TIME)
            for row in connection.execute(
                query.where(AssignmentRow.document_id.in_(documents[start : start + _AT_A_TIME]))
            )
            if (row.document_id, row.reference) in places
        }
        found = _load_assignments(connection, wanted)
    return sorted(found, key=lambda item: (item.file, item.document_id, item.path))


def _titled(found: Network, title: str) -> list[Work]:
    """Documents cited by a title, and documents of the catalogue whose subject begins like it."""
    wanted = match_key(title)
    own = [
        work
        for work in found.works
        if any(
            match_key(f"{d.type or ''} {d.subject}").startswith(wanted)
            or match_key(d.subject or "").startswith(wanted)
            for d in work.documents
        )
    ]
    return sorted({*found.resolver.find_title(title), *own}, key=lambda work: work.number) if wanted else []


def _document_query() -> _Query:
    return (
        select(
            DocumentRow.id,
            Content.name,
            DocumentRow.first_page,
            DocumentRow.type,
            DocumentRow.code,
            DocumentRow.code_key,
            DocumentRow.code_year,
            DocumentRow.issuer,
            DocumentRow.issuer_parent,
            DocumentRow.level,
            DocumentRow.unit_code,
            DocumentRow.issued,
            DocumentRow.subject,
        )
        .join(Content, Content.sha256 == DocumentRow.sha256)
        .where(Content.name.is_not(None))
        .order_by(Content.name, DocumentRow.number)
    )


def _reference_query() -> _Query:
    return select(
        ReferenceRow.document_id,
        ReferenceRow.ordinal,
        ReferenceRow.type,
        ReferenceRow.code,
        ReferenceRow.code_key,
        ReferenceRow.code_year,
        ReferenceRow.title,
        ReferenceRow.issued,
        ReferenceRow.issuer,
        ReferenceRow.relation,
    ).order_by(ReferenceRow.document_id, ReferenceRow.ordinal)


def _relation_query() -> _Query:
    return select(
        ReferenceRelationRow.document_id,
        ReferenceRelationRow.source,
        ReferenceRelationRow.target,
        ReferenceRelationRow.relation,
    ).order_by(ReferenceRelationRow.document_id, ReferenceRelationRow.source, ReferenceRelationRow.target)


def _network(connection: Connection, documents: list[DocumentInfo]) -> Network:
    """The network of some documents with all their citations."""
    ids = [document.id for document in documents]
    references: list[ReferenceInfo] = []
    relations: list[RelationInfo] = []
    for start in range(0, len(ids), _AT_A_TIME):
        some = ids[start : start + _AT_A_TIME]
        chosen = _reference_query().where(ReferenceRow.document_id.in_(some))
        references += [ReferenceInfo(*row) for row in connection.execute(chosen)]
        linked = _relation_query().where(ReferenceRelationRow.document_id.in_(some))
        relations += [RelationInfo(*row) for row in connection.execute(linked)]
    return Network(documents, references, relations)


def _closure(connection: Connection, key: str, followed: Collection[str]) -> Network:
    """The network of all that leads to a number along some relations, and of what cites the last links.

    All documents and citations of every number on the way are in it, so that they are told apart as in the whole
    catalogue.
    """
    documents: dict[str, DocumentInfo] = {}
    references: dict[tuple[str, int], ReferenceInfo] = {}
    relations: set[RelationInfo] = set()
    done: set[str] = set()
    frontier = {key}
    while frontier:
        some = sorted(frontier)[:_AT_A_TIME]
        done.update(some)
        found = [
            ReferenceInfo(*row)
            for row in connection.execute(_reference_query().where(ReferenceRow.code_key.in_(some)))
        ]
        citing = sorted({reference.document_id for reference in found})
        references |= {(r.document_id, r.ordinal): r for r in found}
        frontier -= set(some)
        for condition in (
            DocumentRow.code_key.in_(some),
            *(DocumentRow.id.in_(citing[i : i + _AT_A_TIME]) for i in range(0, len(citing), _AT_A_TIME)),
        ):
            for row in connection.execute(_document_query().where(condition)):
                documents.setdefault(row.id, DocumentInfo(*row))
        for reference in found:
            document = documents.get(reference.document_id)
            if document is not None and reference.relation in followed and document.code_key:
                frontier.add(document.code_key)
        places = {(r.document_id, r.ordinal) for r in found}
        for start in range(0, len(citing), _AT_A_TIME):
            chosen = _relation_query().where(
                ReferenceRelationRow.document_id.in_(citing[start : start + _AT_A_TIME]),
                ReferenceRelationRow.relation.in_(sorted(followed)),
            )
            relations |= {RelationInfo(*row) for row in connection.execute(chosen)}
        sources = sorted(
            {(r.document_id, r.source) for r in relations if (r.document_id, r.target) in places}
            - set(references)
        )
        for start in range(0, len(sources), _PAIRS_AT_A_TIME):
            at = or_(
                *(
                    and_(ReferenceRow.document_id == document, ReferenceRow.ordinal == ordinal)
                    for document, ordinal in sources[start : start + _PAIRS_AT_A_TIME]
                )
            )
            for row in connection.execute(_reference_query().where(at)):
                reference = ReferenceInfo(*row)
                references[reference.document_id, reference.ordinal] = reference
                if reference.code_key:
                    frontier.add(reference.code_key)
        frontier -= done
    known = {document.id: document for document in documents.values()}
    return Network(
        sorted(known.values(), key=lambda d: (d.file, d.first_page, d.id)),
        [references[place] for place in sorted(references) if place[0] in known],
        sorted(relations, key=lambda r: (r.document_id, r.source, r.target, r.relation)),
    )


def _documents_only(where: Filter) -> Filter:
    """The conditions that are about the document."""
    return replace(where, unit=None, due_from=None, due_to=None)


def _has_unit(assignment: Any, unit: str, role: Role) -> Any:
    condition = exists().where(AssignmentUnit.assignment_id == assignment).where(unit_condition(unit))
    return condition if role == "any" else condition.where(AssignmentUnit.role == role)


def _deadlines(unit: str | None, role: Role, where: Filter | None) -> _Query:
    """Deadlines with their documents, one row for each assignment that has them."""
    query = (
        select(
            DeadlineRow.id,
            DeadlineRow.kind,
            DeadlineRow.bound,
            DeadlineRow.due,
            DeadlineRow.due_first,
            DeadlineRow.due_last,
            DeadlineRow.time,
            DeadlineRow.text,
            DeadlineRow.rrule,
            DeadlineRow.frequency,
            AssignmentDeadline.assignment_id,
            DocumentRow.id.label("document_id"),
            DocumentRow.type,
            DocumentRow.code,
            DocumentRow.code_key,
            DocumentRow.subject,
            DocumentRow.issuer,
            DocumentRow.issued,
            DocumentRow.issued_first,
            Content.name.label("file"),
        )
        .join(DocumentRow, DocumentRow.id == DeadlineRow.document_id)
        .join(Content, Content.sha256 == DocumentRow.sha256)
        .join(AssignmentDeadline, AssignmentDeadline.deadline_id == DeadlineRow.id, isouter=True)
        .where(Content.name.is_not(None))
    )
    if where is not None:
        query = query.where(*document_conditions(_documents_only(where)))
        unit = unit or where.unit
    if unit is not None:
        query = query.where(_has_unit(AssignmentDeadline.assignment_id, unit, role))
    return query


def _due(row: Any, day: date, known: Mapping[str, AssignmentAnswer]) -> DueAnswer:
    return DueAnswer(
        day=day,
        time=row.time,
        kind=row.kind,
        bound=row.bound,
        due=None if row.kind == "recurring" else row.due,
        text=row.text,
        deadline_id=row.id,
        assignment=known.get(row.assignment_id),
        document_id=row.document_id,
        file=row.file,
        document=_document_name(row),
        issuer=row.issuer,
        issued=row.issued,
    )


def _item_order(item: DueAnswer) -> tuple[Any, ...]:
    place = item.assignment.path if item.assignment else ""
    return item.day, item.time or "99", item.document, item.file, place, item.deadline_id


def _same_item(item: DueAnswer) -> tuple[Any, ...]:
    """What copies of one document have in common: the same work, for the same units, on the same day."""
    work = item.assignment
    if work is None:
        return item.day, item.time, item.document, item.text, None, None
    return item.day, item.time, item.document, match_key(work.task), work.lead, work.path


def _load_assignments(connection: Connection, ids: Collection[str]) -> list[AssignmentAnswer]:
    """Assignments by id, in the order of ids where these are a list."""
    ordered = list(ids)
    result: dict[str, AssignmentAnswer] = {}
    for start in range(0, len(ordered), _AT_A_TIME):
        some = ordered[start : start + _AT_A_TIME]
        units: dict[tuple[str, str], list[str]] = {}
        for unit in connection.execute(
            select(AssignmentUnit.assignment_id, AssignmentUnit.role, AssignmentUnit.name)
            .where(AssignmentUnit.assignment_id.in_(some))
            .order_by(AssignmentUnit.ordinal)
        ):
            units.setdefault((unit.assignment_id, unit.role), []).append(unit.name)
        ends: dict[str, list[str]] = {}
        for end in connection.execute(
            select(AssignmentDeadline.assignment_id, DeadlineRow.due, DeadlineRow.text)
            .join(DeadlineRow, DeadlineRow.id == AssignmentDeadline.deadline_id)
            .where(AssignmentDeadline.assignment_id.in_(some))
            .order_by(DeadlineRow.ordinal)
        ):
            ends.setdefault(end.assignment_id, []).append(end.due or end.text)
        query = (
            select(
                AssignmentRow.id,
                AssignmentRow.path,
                AssignmentRow.task,
                AssignmentRow.page,
                AssignmentRow.confidence,
                DocumentRow.id.label("document_id"),
                DocumentRow.type,
                DocumentRow.code,
                DocumentRow.code_key,
                DocumentRow.subject,
                DocumentRow.issuer,
                DocumentRow.issued,
                Content.name.label("file"),
            )
            .join(DocumentRow, DocumentRow.id == AssignmentRow.document_id)
            .join(Content, Content.sha256 == DocumentRow.sha256)
            .where(AssignmentRow.id.in_(some))
        )
        for row in connection.execute(query):
            result[row.id] = AssignmentAnswer(
                id=row.id,
                document_id=row.document_id,
                file=row.file,
                document=_document_name(row),
                issuer=row.issuer,
                issued=row.issued,
                path=row.path,
                task=row.task,
                lead=tuple(units.get((row.id, "lead"), ())),
                coordinating=tuple(units.get((row.id, "coordinating"), ())),
                deadlines=tuple(dict.fromkeys(ends.get(row.id, ()))),
                page=row.page,
                confidence=row.confidence,
            )
    return [result[id] for id in ordered if id in result]


def _document_name(row: Any) -> str:
    """As :func:`vnadmin_extract.exports.tables.document_name`, from the columns."""
    if row.code and row.code_key:
        return f"{row.type} {row.code}" if row.type else str(row.code)
    return " ".join(part for part in (row.type, row.subject) if part) or str(row.file)
