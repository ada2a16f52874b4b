"""Documents made by hand for the tests of the catalogue. Places, names and numbers are invented."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from vnadmin_extract.catalogue.types import OK, FileOutcome
from vnadmin_extract.grammar.code import parse_code
from vnadmin_extract.grammar.kinds import kind_by_name
from vnadmin_extract.record import (
    Assignment,
    Code,
    Deadline,
    DocumentType,
    Issued,
    Issuer,
    OwnCode,
    Record,
    Reference,
    ReferenceRelation,
    Source,
    Subject,
    Unit,
)

ENGINE = "1"


def digest(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()


def code(text: str) -> Code:
    parsed = parse_code(text)
    assert parsed is not None
    return parsed.to_code()


def cites(
    type: str | None,
    number: str | None = None,
    *,
    issuer: str | None = None,
    date: str | None = None,
    title: str | None = None,
    relation: Any = "implements",
    does: Sequence[tuple[Any, int]] = (),
) -> dict[str, Any]:
    """A citation; ``does`` says what it does to others, by their place in the list from 1."""
    return {
        "type": type,
        "code": code(number) if number else None,
        "issuer": issuer,
        "date": date,
        "title": title,
        "relation": relation,
        "relates_to": tuple(ReferenceRelation(relation=name, target=f"r{place}") for name, place in does),
    }


def task(
    text: str,
    *lead: str,
    with_: Sequence[str] = (),
    path: str | None = None,
    due: Sequence[Deadline] = (),
    refs: Sequence[int] = (),
) -> dict[str, Any]:
    return {"task": text, "lead": lead, "with": with_, "path": path, "due": due, "refs": refs}


def deadline(text: str, due: str | None = None, *, kind: Any = "date", **values: Any) -> Deadline:
    return Deadline(id="", text=text, kind=kind, due=due, **values)


def document(
    name: str,
    *,
    issuer: str | None = "Ủy ban nhân dân huyện Sơn Trà",
    parent: str | None = None,
    level: Any = None,
    unit_code: str | None = None,
    type: str | None = "Công văn",
    number: str | None = None,
    date: str | None = None,
    subject: str | None = None,
    references: Sequence[dict[str, Any]] = (),
    assignments: Sequence[dict[str, Any]] = (),
    content: str | None = None,
    page: int = 1,
) -> Record:
    """A record with the ids, paths and links that an extractor would give."""
    deadlines: list[Deadline] = []
    tasks: list[Assignment] = []
    for place, item in enumerate(assignments, 1):
        own = []
        for one in item["due"]:
            own.append(f"d{len(deadlines) + 1}")
            deadlines.append(one.model_copy(update={"id": own[-1], "assignments": (f"a{place}",)}))
        tasks.append(
            Assignment(
                id=f"a{place}",
                path=item["path"] or str(place),
                lead=tuple(Unit(name=unit) for unit in item["lead"]),
                coordinating=tuple(Unit(name=unit) for unit in item["with"]),
                task=item["task"],
                deadlines=tuple(own),
                references=tuple(f"r{number}" for number in item["refs"]),
            )
        )
    kind = kind_by_name(type) if type else None
    return Record(
        source=Source(
            file=name,
            sha256=digest(content or name),
            media_type="text/plain",
            page_count=page,
            pages=(page, page),
            text_origin="plain",
            reader="plain",
        ),
        issuer=Issuer(name=issuer, parent=parent, level=level, unit_code=unit_code) if issuer else None,
        type=DocumentType(name=type, abbreviation=kind.abbreviation if kind else None) if type else None,
        code=OwnCode(**code(number).model_dump()) if number else None,
        issued=Issued(date=date) if date else None,
        subject=Subject(text=subject) if subject else None,
        references=tuple(Reference(id=f"r{place}", **item) for place, item in enumerate(references, 1)),
        assignments=tuple(tasks),
        deadlines=tuple(deadlines),
    )


def outcome(*records: Record, engine: str = ENGINE, **values: Any) -> FileOutcome:
    """What a worker gives for a file with these documents."""
    first = records[0].source
    return FileOutcome(
        first.file,
        first.sha256,
        size=100,
        modified_ns=1,
        status=OK,
        engine=engine,
        records=tuple(record.model_dump_json().encode() for record in records),
        **values,
    )


def failure(name: str, status: str, *, content: str | None = None, **values: Any) -> FileOutcome:
    """What a worker gives for a file without records."""
    values.setdefault("engine", ENGINE)
    values.setdefault("message", f"{name}: it went wrong")
    return FileOutcome(name, digest(content or name), 100, 1, status, **values)
