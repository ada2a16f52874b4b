"""The rows of each table: one place that says which columns an export has and where their values come from.

A cell holds a text, a number, a truth value, a day, several texts (a tuple), or ``None`` where the document has
nothing. What documents date stays EDTF here; exports that know dates turn full days into real ones. What each column
means is said in ``knowledge/export_columns.toml``, for people in ``schema/tables.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from vnadmin_extract.exports.carried import ids_of
from vnadmin_extract.grammar.edtf import last_day
from vnadmin_extract.record import Fact, Record

Value = str | int | float | bool | date | tuple[str, ...] | None
Row = dict[str, Value]
TableName = Literal["documents", "assignments", "deadlines", "references", "recipients"]
Kind = Literal["text", "long", "edtf", "day", "number", "percent", "truth", "enum", "link", "id"]
"""What a column holds: words in one line or several, an EDTF date, a day, a whole number, a share from 0 to 1, a truth
value, one of a few values that languages have words for, a file, an id."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key (in the labels too), what it holds, and its width in characters."""

    key: str
    kind: Kind = "text"
    width: int = 16
    many: bool = False
    """Whether a cell holds several values (a tuple)."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of all records: columns, and the rows that one record gives."""

    name: TableName
    columns: tuple[Column, ...]
    rows: Callable[[Record], Iterator[Row]]


def document_name(record: Record) -> str:
    """How people call a document: kind and code, or the best there is."""
    kind = record.type.name if record.type else None
    # A code without a number ("/UBND", a draft) does not tell one document from another.
    code = record.code.text if record.code and record.code.number else None
    if code:
        return f"{kind} {code}" if kind else code
    subject = record.subject.text if record.subject else None
    return " ".join(part for part in (kind, subject) if part) or record.source.file


def _page(fact: Fact) -> int | None:
    return fact.evidence[0].page if fact.evidence else None


def _head(record: Record) -> Row:
    return {"file": record.source.file, "document": document_name(record)}


def _due_last(due: Iterable[str | None]) -> date | None:
    """The earliest of the last days of some dates."""
    return min((day for edtf in due if (day := last_day(edtf)) is not None), default=None)


def _documents(record: Record) -> Iterator[Row]:
    first, last = record.source.pages
    yield {
        "file": record.source.file,
        "pages": f"{first}-{last}" if last > first else str(first),
        "issuer": record.issuer.name if record.issuer else None,
        "parent": record.issuer.parent if record.issuer else None,
        "level": record.issuer.level if record.issuer else None,
        "unit_code": record.issuer.unit_code if record.issuer else None,
        "type": record.type.name if record.type else None,
        "code": record.code.text if record.code else None,
        "place": record.issued.place if record.issued else None,
        "issued": record.issued.date if record.issued else None,
        "subject": record.subject.text if record.subject else None,
        "urgency": record.urgency.level if record.urgency else None,
        "secrecy": record.secrecy.level if record.secrecy else None,
        "addressees": tuple(item.name for item in record.addressees),
        "recipients": tuple(item.name for item in record.recipients),
        "signer": record.signer.name if record.signer else None,
        "position": record.signer.position if record.signer else None,
        "authority": record.signer.authority if record.signer else None,
        "digital_signatures": tuple(
            ", ".join(part for part in (s.signer, s.organization, s.time) if part) for s in record.signatures
        ),
        "received_number": record.received.number if record.received else None,
        "received_date": record.received.date if record.received else None,
        "assignments_count": len(record.assignments),
        "deadlines_count": len(record.deadlines),
        "references_count": len(record.references),
        "warnings": record.source.warnings,
        "document_id": ids_of(record).document,
    }


def _assignments(record: Record) -> Iterator[Row]:
    deadlines = {item.id: item for item in record.deadlines}
    references = {item.id: item for item in record.references}
    ids = ids_of(record)
    for item in record.assignments:
        own = [deadlines[id] for id in item.deadlines if id in deadlines]
        cited = [references[id] for id in item.references if id in references]
        yield {
            **_head(record),
            "id": item.id,
            "path": item.path,
            "lead": tuple(unit.name for unit in item.lead),
            "coordinating": tuple(unit.name for unit in item.coordinating),
            "task": item.task,
            "due": tuple(dict.fromkeys(d.due for d in own if d.due)),
            "due_last": _due_last(d.due for d in own),
            "deadline_text": tuple(dict.fromkeys(d.text for d in own)),
            "references": tuple((r.code.text if r.code else None) or r.title or r.id for r in cited),
            "page": _page(item),
            "confidence": item.confidence,
            "assignment_id": ids.assignments[item.id],
            "document_id": ids.document,
        }


def _deadlines(record: Record) -> Iterator[Row]:
    assignments = {item.id: item for item in record.assignments}
    ids = ids_of(record)
    for item in record.deadlines:
        own = [assignments[id] for id in item.assignments if id in assignments]
        yield {
            **_head(record),
            "id": item.id,
            "due": item.due,
            "due_last": last_day(item.due),
            "deadline_text": item.text,
            "kind": item.kind,
            "bound": item.bound,
            "time": item.time,
            "frequency": item.frequency,
            "rrule": item.rrule,
            "duration": item.duration,
            "working_days": item.working_days,
            "anchor": item.anchor,
            "lead": tuple(dict.fromkeys(unit.name for a in own for unit in a.lead)),
            "task": tuple(a.task for a in own),
            "page": _page(item),
            "confidence": item.confidence,
            "deadline_id": ids.deadlines[item.id],
            "assignment_ids": tuple(ids.assignments[a.id] for a in own),
            "document_id": ids.document,
        }


def _references(record: Record) -> Iterator[Row]:
    document = ids_of(record).document
    names = {r.id: (r.code.text if r.code else None) or r.title or r.id for r in record.references}
    for item in record.references:
        yield {
            **_head(record),
            "id": item.id,
            "type": item.type,
            "code": item.code.text if item.code else None,
            "canonical": item.code.canonical if item.code else None,
            "title": item.title,
            "date": item.date,
            "issuer": item.issuer,
            "relation": item.relation,
            "relates_to": tuple(names.get(link.target, link.target) for link in item.relates_to),
            "mentions_count": len(item.evidence),
            "page": _page(item),
            "confidence": item.confidence,
            "document_id": document,
        }


def _recipients(record: Record) -> Iterator[Row]:
    document = ids_of(record).document
    for item in record.recipients:
        yield {
            **_head(record),
            "name": item.name,
            "purpose": item.purpose,
            "copies": item.copies,
            "page": _page(item),
            "confidence": item.confidence,
            "document_id": document,
        }


_HEAD = (Column("file", "link", 28), Column("document", "text", 26))
_TAIL = (Column("page", "number", 8), Column("confidence", "percent", 10))
_DOCUMENT_ID = Column("document_id", "id", 20)

TABLES: dict[TableName, Table] = {
    table.name: table
    for table in (
        Table(
            "documents",
            (
                Column("file", "link", 28),
                Column("pages", "text", 8),
                Column("issuer", "text", 30),
                Column("parent", "text", 26),
                Column("level", "enum", 12),
                Column("unit_code", "text", 12),
                Column("type", "text", 14),
                Column("code", "text", 20),
                Column("place", "text", 14),
                Column("issued", "edtf", 14),
                Column("subject", "long", 60),
                Column("urgency", "text", 12),
                Column("secrecy", "text", 10),
                Column("addressees", "long", 36, many=True),
                Column("recipients", "long", 36, many=True),
                Column("signer", "text", 22),
                Column("position", "text", 22),
                Column("authority", "text", 10),
                Column("digital_signatures", "long", 36, many=True),
                Column("received_number", "text", 10),
                Column("received_date", "edtf", 14),
                Column("assignments_count", "number", 10),
                Column("deadlines_count", "number", 10),
                Column("references_count", "number", 10),
                Column("warnings", "long", 40, many=True),
                _DOCUMENT_ID,
            ),
            _documents,
        ),
        Table(
            "assignments",
            (
                *_HEAD,
                Column("id", "text", 8),
                Column("path", "text", 16),
                Column("lead", "text", 30, many=True),
                Column("coordinating", "text", 30, many=True),
                Column("task", "long", 80),
                Column("due", "edtf", 14, many=True),
                Column("due_last", "day", 14),
                Column("deadline_text", "text", 30, many=True),
                Column("references", "text", 24, many=True),
                *_TAIL,
                Column("assignment_id", "id", 20),
                _DOCUMENT_ID,
            ),
            _assignments,
        ),
        Table(
            "deadlines",
            (
                *_HEAD,
                Column("id", "text", 8),
                Column("due", "edtf", 14),
                Column("due_last", "day", 14),
                Column("deadline_text", "text", 34),
                Column("kind", "enum", 16),
                Column("bound", "enum", 12),
                Column("time", "text", 8),
                Column("frequency", "enum", 12),
                Column("rrule", "text", 28),
                Column("duration", "text", 12),
                Column("working_days", "truth", 14),
                Column("anchor", "text", 28),
                Column("lead", "text", 30, many=True),
                Column("task", "long", 60, many=True),
                *_TAIL,
                Column("deadline_id", "id", 20),
                Column("assignment_ids", "id", 20, many=True),
                _DOCUMENT_ID,
            ),
            _deadlines,
        ),
        Table(
            "references",
            (
                *_HEAD,
                Column("id", "text", 8),
                Column("type", "text", 16),
                Column("code", "text", 22),
                Column("canonical", "text", 22),
                Column("title", "long", 60),
                Column("date", "edtf", 14),
                Column("issuer", "text", 28),
                Column("relation", "enum", 18),
                Column("relates_to", "text", 24, many=True),
                Column("mentions_count", "number", 10),
                *_TAIL,
                _DOCUMENT_ID,
            ),
            _references,
        ),
        Table(
            "recipients",
            (
                *_HEAD,
                Column("name", "text", 40),
                Column("purpose", "text", 24),
                Column("copies", "number", 8),
                *_TAIL,
                _DOCUMENT_ID,
            ),
            _recipients,
        ),
    )
}
"""Every table by its name."""
