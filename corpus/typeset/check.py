"""Checking that sources, samples and gold records belong together and that gold says what the text says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import regex

from corpus.typeset.source import Source, source_text

_LEFT_OUT = {"evidence", "confidence", "source", "unit_code", "canonical"}
_RELATIONS = {
    "based_on", "implements", "replies_to", "proposed_by", "promulgates", "amends", "replaces", "repeals",
    "mentions",
}  # fmt: skip
_KINDS = {"date", "period", "recurring", "relative"}
_BOUNDS = {None, "before", "by", "on", "within", "from"}
_FREQUENCIES = {None, "daily", "weekly", "monthly", "quarterly", "semiannual", "yearly"}
_TOP = {
    "schema_version", "issuer", "type", "code", "issued", "subject", "urgency", "secrecy", "addressees",
    "recipients", "references", "assignments", "deadlines", "signer",
}  # fmt: skip


def check_corpus(sources: Iterable[Source], samples: Path, gold: Path) -> list[str]:
    """Every fault found, one line each; an empty list where all is well."""
    faults: list[str] = []
    names: set[str] = set()
    expected: set[str] = set()
    for source in sources:
        names.add(source.name)
        for suffix in source.formats:
            expected.add(f"{source.name}.{suffix}")
            if not (samples / f"{source.name}.{suffix}").is_file():
                faults.append(f"{source.name}: no rendered file {source.name}.{suffix}")
        path = gold / f"{source.name}.json"
        if not path.is_file():
            faults.append(f"{source.name}: no gold record")
            continue
        try:
            record = json.loads(path.read_text("utf-8"))
        except json.JSONDecodeError as exc:
            faults.append(f"{source.name}: gold is no JSON: {exc}")
            continue
        faults += [f"{source.name}: {fault}" for fault in (*_shape(record), *_words(record, source))]
    faults += [
        f"{path.name}: gold without a source"
        for path in sorted(gold.glob("*.json"))
        if path.stem not in names
    ]
    faults += [
        f"{path.name}: sample without a source"
        for path in sorted(samples.glob("*.*"))
        if path.name not in expected
    ]
    return faults


# -- Shape ---------------------------------------------------------------------------------------------------


def _shape(record: dict[str, Any]) -> Iterator[str]:
    if set(record) != _TOP:
        yield f"keys missing {sorted(_TOP - set(record))}, not known {sorted(set(record) - _TOP)}"
        return
    yield from (f"gold must leave out {key!r}" for key in _keys(record) if key in _LEFT_OUT)
    if "level" in record["issuer"]:
        yield "gold must leave out the issuer's level"
    yield from _against_models(record)
    references = {item["id"] for item in record["references"]}
    assignments = {item["id"]: item for item in record["assignments"]}
    deadlines = {item["id"]: item for item in record["deadlines"]}
    for reference in record["references"]:
        if reference["relation"] not in _RELATIONS:
            yield f"{reference['id']}: relation {reference['relation']!r}"
        for link in reference["relates_to"]:
            if link["target"] not in references or link["relation"] not in _RELATIONS:
                yield f"{reference['id']}: relates_to {link}"
    for assignment in record["assignments"]:
        if not assignment["lead"]:
            yield f"{assignment['id']}: no lead"
        yield from (
            f"{assignment['id']}: reference {i}" for i in assignment["references"] if i not in references
        )
        for identifier in assignment["deadlines"]:
            if assignment["id"] not in deadlines.get(identifier, {}).get("assignments", ()):
                yield f"{assignment['id']}: deadline {identifier} does not point back"
    for deadline in record["deadlines"]:
        yield from _deadline(deadline, assignments)


def _deadline(deadline: dict[str, Any], assignments: dict[str, Any]) -> Iterator[str]:
    name, kind = deadline["id"], deadline["kind"]
    if kind not in _KINDS or deadline["bound"] not in _BOUNDS or deadline["frequency"] not in _FREQUENCIES:
        yield f"{name}: kind, bound or frequency out of its list"
    if kind in ("date", "period") and not deadline["due"]:
        yield f"{name}: a {kind} needs due"
    if kind == "recurring" and not (deadline["frequency"] and deadline["rrule"]):
        yield f"{name}: recurring needs frequency and rrule"
    if kind == "relative" and not (deadline["anchor"] and deadline["working_days"] is not None):
        yield f"{name}: relative needs anchor and working_days"
    if not deadline["assignments"]:
        yield f"{name}: binds nothing"
    for identifier in deadline["assignments"]:
        if name not in assignments.get(identifier, {}).get("deadlines", ()):
            yield f"{name}: assignment {identifier} does not point back"


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _against_models(record: dict[str, Any]) -> Iterator[str]:
    """Each part must be accepted by the record's own models."""
    from pydantic import ValidationError

    from vnadmin_extract import record as models

    single: dict[str, type[models.Model]] = {
        "issuer": models.Issuer, "type": models.DocumentType, "code": models.OwnCode, "issued": models.Issued,
        "subject": models.Subject, "urgency": models.Urgency, "secrecy": models.Secrecy, "signer": models.Signer,
    }  # fmt: skip
    many: dict[str, type[models.Model]] = {
        "addressees": models.Addressee, "recipients": models.Recipient, "references": models.Reference,
        "assignments": models.Assignment, "deadlines": models.Deadline,
    }  # fmt: skip
    parts = [(key, model, record[key]) for key, model in single.items() if record[key] is not None]
    parts += [
        (f"{key} {n}", model, item) for key, model in many.items() for n, item in enumerate(record[key])
    ]
    for label, model, value in parts:
        try:
            model.model_validate(value)
        except ValidationError as exc:
            yield f"{label}: {exc.errors()[0]['loc']} {exc.errors()[0]['msg']}"


# -- Words: what gold says stands in the text ----------------------------------------------------------------


def fold(text: str) -> str:
    """Lower case, one space, plain dashes and quotes: for finding words whatever their case."""
    return regex.sub(r"\s+", " ", text.replace("–", "-")).casefold().strip()


def _words(record: dict[str, Any], source: Source) -> Iterator[str]:
    text = fold(source_text(source))

    def missing(label: str, value: str | None) -> Iterator[str]:
        if value and fold(value) not in text:
            yield f"{label} {value!r} does not stand in the text"

    yield from missing("issuer", record["issuer"]["name"])
    yield from missing("issuer.parent", record["issuer"]["parent"])
    yield from missing("code.number", record["code"]["number"])
    yield from missing("code.notation", record["code"]["notation"])
    yield from missing("place", record["issued"]["place"])
    yield from missing("subject", record["subject"]["text"])
    yield from missing("signer", record["signer"]["name"])
    yield from missing("position", record["signer"]["position"])
    for key in ("addressees", "recipients"):
        for item in record[key]:
            yield from missing(key, item["name"])
            yield from missing(key, item.get("purpose"))
    for item in record["references"]:
        if item["code"]:
            yield from missing(item["id"], item["code"]["text"])
        yield from missing(item["id"], item["type"])
        yield from missing(item["id"], item["title"])
        yield from missing(item["id"], item["issuer"])
        if item["date"] and not any(form in text for form in date_forms(item["date"])):
            yield f"{item['id']}: date {item['date']} does not stand in the text"
    if record["issued"]["date"] and not _issued_matches(record["issued"]["date"], source):
        yield f"issued {record['issued']['date']} does not stand in the date line"
    for item in record["assignments"]:
        for unit in (*item["lead"], *item["coordinating"]):
            yield from missing(f"{item['id']} unit", unit["name"])
        yield from missing(f"{item['id']} task", item["task"])
    for item in record["deadlines"]:
        yield from missing(item["id"], item["text"])
        yield from missing(f"{item['id']} anchor", item["anchor"])
        if item["time"]:
            hour, minute = item["time"].split(":")
            if not any(form in fold(item["text"]) for form in (f"{hour} giờ {minute}", f"{hour}h{minute}")):
                yield f"{item['id']}: time {item['time']} is not in its text"
        due = item["due"]
        if item["kind"] == "date" and due and regex.fullmatch(r"\d{4}-\d\d-\d\d", due):
            _year, month, day = due.split("-")
            bare = (f"{day}/{int(month)}", f"{day}/{month}")
            if not any(form in fold(item["text"]) for form in (*date_forms(due), *bare)):
                yield f"{item['id']}: due {due} is not in its text {item['text']!r}"


def date_forms(date: str) -> list[str]:
    """The ways in which a full EDTF date is printed: 05/11/2024, ngày 05 tháng 11 năm 2024, …"""
    if not regex.fullmatch(r"\d{4}-\d\d-\d\d", date):
        return [date[:4]]
    year, month, day = date.split("-")
    days, months = {day, str(int(day))}, {month, str(int(month))}
    return [f"{d}/{m}/{year}" for d in days for m in months] + [
        f"{d} tháng {m} năm {year}" for d in days for m in months
    ]


def _issued_matches(date: str, source: Source) -> bool:
    line = source.header.place_date
    if source.fields:
        line = regex.sub(r" {3,}", f" {source.fields.day} ", line, count=1)
    return any(form in fold(line) for form in date_forms(date))
