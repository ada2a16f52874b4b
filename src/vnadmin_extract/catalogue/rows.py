"""From a record to the rows of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vnadmin_extract.catalogue.codes import bare, code_key, kind_key
from vnadmin_extract.catalogue.models import (
    AssignmentDeadline,
    AssignmentReference,
    AssignmentRow,
    AssignmentUnit,
    Base,
    DeadlineRow,
    DocumentRow,
    Recipient,
    ReferenceRelationRow,
    ReferenceRow,
)
from vnadmin_extract.exports.identity import Identities
from vnadmin_extract.grammar.edtf import first_day, last_day
from vnadmin_extract.record import Fact, Record
from vnadmin_extract.text.fold import match_key

Row = dict[str, Any]


def record_json(record: Record) -> str:
    """The record as it is kept: without the file's name, which may change."""
    return record.model_copy(
        update={"source": record.source.model_copy(update={"file": ""})}
    ).model_dump_json()


def load_record(text: str, name: str) -> Record:
    """The record of :func:`record_json`, with a file's name."""
    record = Record.model_validate_json(text)
    return record.model_copy(update={"source": record.source.model_copy(update={"file": name})})


def rows(record: Record, number: int, ids: Identities) -> Iterator[tuple[type[Base], Row]]:
    """The rows of a document, parents before children.

    Args:
        record: the document.
        number: which document of its file it is, from 1.
        ids: stable ids of all its assignments and deadlines.
    """
    yield DocumentRow, _document(record, number, ids.document)
    for ordinal, deadline in enumerate(record.deadlines, 1):
        yield (
            DeadlineRow,
            {
                "id": ids.deadlines[deadline.id],
                "document_id": ids.document,
                "ordinal": ordinal,
                "local_id": deadline.id,
                "text": deadline.text,
                "kind": deadline.kind,
                "due": _short(deadline.due, 24),
                "due_first": first_day(deadline.due),
                "due_last": last_day(deadline.due),
                "time": _short(deadline.time, 16),
                "bound": deadline.bound,
                "frequency": deadline.frequency,
                "rrule": deadline.rrule,
                "duration": deadline.duration,
                "working_days": deadline.working_days,
                "anchor": deadline.anchor,
                "confidence": deadline.confidence,
            },
        )
    yield from _references(record, ids.document)
    yield from _assignments(record, ids)
    for ordinal, addressee in enumerate(record.addressees, 1):
        yield Recipient, _recipient(ids.document, "addressee", ordinal, addressee.name)
    for ordinal, item in enumerate(record.recipients, 1):
        row = _recipient(ids.document, "recipient", ordinal, item.name)
        yield Recipient, {**row, "purpose": item.purpose, "copies": item.copies}


def _recipient(document: str, role: str, ordinal: int, name: str) -> Row:
    return {
        "document_id": document,
        "role": role,
        "ordinal": ordinal,
        "name": name,
        "name_key": match_key(name),
        "purpose": None,
        "copies": None,
    }


def _document(record: Record, number: int, id: str) -> Row:
    issuer, kind, code, issued, signer = record.issuer, record.type, record.code, record.issued, record.signer
    key = code_key(code)
    return {
        "id": id,
        "sha256": record.source.sha256,
        "number": number,
        "first_page": record.source.pages[0],
        "last_page": record.source.pages[1],
        "issuer": issuer.name if issuer else None,
        "issuer_key": match_key(issuer.name) if issuer else None,
        "issuer_parent": issuer.parent if issuer else None,
        "level": issuer.level if issuer else None,
        "unit_code": _short(issuer.unit_code, 16) if issuer else None,
        "type": kind.name if kind else None,
        "type_abbreviation": kind.abbreviation if kind else None,
        "type_key": kind_key(kind.name) if kind else None,
        "code": code.text if code else None,
        "code_key": key.key if key else None,
        "code_year": key.year if key else None,
        "place": issued.place if issued else None,
        "issued": _short(issued.date, 24) if issued else None,
        "issued_first": first_day(issued.date) if issued else None,
        "issued_last": last_day(issued.date) if issued else None,
        "subject": record.subject.text if record.subject else None,
        "urgency": record.urgency.level if record.urgency else None,
        "secrecy": record.secrecy.level if record.secrecy else None,
        "signer": signer.name if signer else None,
        "position": signer.position if signer else None,
        "authority": _short(signer.authority, 16) if signer else None,
        "received_number": record.received.number if record.received else None,
        "received": _short(record.received.date, 24) if record.received else None,
        "record": record_json(record),
    }


def _references(record: Record, document: str) -> Iterator[tuple[type[Base], Row]]:
    ordinals = {reference.id: ordinal for ordinal, reference in enumerate(record.references, 1)}
    for ordinal, reference in enumerate(record.references, 1):
        key = code_key(reference.code)
        yield (
            ReferenceRow,
            {
                "document_id": document,
                "ordinal": ordinal,
                "local_id": reference.id,
                "type": reference.type,
                "code": reference.code.text if reference.code else None,
                "code_key": key.key if key else None,
                "code_year": key.year if key else None,
                "title": reference.title,
                "issued": _short(reference.date, 24),
                "issuer": reference.issuer,
                "relation": reference.relation,
                "mentions": len(reference.evidence),
                "page": _page(reference),
                "confidence": reference.confidence,
            },
        )
    for reference in record.references:
        links = dict.fromkeys((link.target, link.relation) for link in reference.relates_to)
        for target, relation in links:
            if target in ordinals:
                yield (
                    ReferenceRelationRow,
                    {
                        "document_id": document,
                        "source": ordinals[reference.id],
                        "target": ordinals[target],
                        "relation": relation,
                    },
                )


def _assignments(record: Record, ids: Identities) -> Iterator[tuple[type[Base], Row]]:
    ordinals = {reference.id: ordinal for ordinal, reference in enumerate(record.references, 1)}
    for ordinal, item in enumerate(record.assignments, 1):
        id = ids.assignments[item.id]
        yield (
            AssignmentRow,
            {
                "id": id,
                "document_id": ids.document,
                "ordinal": ordinal,
                "local_id": item.id,
                "path": item.path,
                "task": item.task,
                "page": _page(item),
                "confidence": item.confidence,
            },
        )
        for role, units in (("lead", item.lead), ("coordinating", item.coordinating)):
            for place, unit in enumerate(units, 1):
                key = match_key(unit.name)
                yield (
                    AssignmentUnit,
                    {
                        "assignment_id": id,
                        "role": role,
                        "ordinal": place,
                        "name": unit.name,
                        "name_key": key,
                        "name_bare": bare(key),
                    },
                )
        for deadline in dict.fromkeys(item.deadlines):
            if deadline in ids.deadlines:
                yield (
                    AssignmentDeadline,
                    {"assignment_id": id, "deadline_id": ids.deadlines[deadline]},
                )
        for reference in dict.fromkeys(item.references):
            if reference in ordinals:
                yield AssignmentReference, {"assignment_id": id, "reference": ordinals[reference]}


def _page(fact: Fact) -> int | None:
    return fact.evidence[0].page if fact.evidence else None


def _short(text: str | None, length: int) -> str | None:
    """A text for a column of limited width; what is longer is none of the forms that the column is for."""
    return text if text is None or len(text) <= length else text[:length]
