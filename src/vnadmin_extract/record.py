"""The record: what one document becomes.

These models fix the names, shapes and meanings of the output; ``vnadmin-extract schema`` prints their JSON
Schema. A fact that the document does not have is ``None`` or an empty tuple: never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = "1.0"

Level = Literal["central", "province", "district", "commune", "party", "other"]
Relation = Literal[
    "based_on",
    "implements",
    "replies_to",
    "proposed_by",
    "promulgates",
    "amends",
    "replaces",
    "repeals",
    "mentions",
]
DeadlineKind = Literal["date", "period", "recurring", "relative"]
Bound = Literal["before", "by", "on", "within", "from"]
Frequency = Literal["daily", "weekly", "monthly", "quarterly", "semiannual", "yearly"]


class Model(BaseModel):
    """Base of all parts of the record: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(Model):
    """One place on the page that proves a fact. A value over several lines has one entry for each line."""

    page: int = Field(description="Page in the file, from 1.")
    start: int = Field(description="Offset of the first character in the record's normalised text.")
    end: int = Field(description="Offset after the last character.")
    bbox: tuple[float, float, float, float] | None = Field(
        None,
        description="[x0, top, x1, bottom] in PDF points from the page's top-left; null without a page image.",
    )
    text: str = Field(description="The normalised text there.")
    source: str = Field(description="Who found it: rule:<name> or model:<name>.")


class Fact(Model):
    """Base of every fact: where it stands, and how sure it is."""

    evidence: tuple[Evidence, ...] = ()
    confidence: float = Field(
        1.0, ge=0.0, le=1.0, description="Calibrated probability that the fact is right."
    )


class Source(Model):
    """The file that the record was made from."""

    file: str
    sha256: str
    media_type: str
    page_count: int
    pages: tuple[int, int] = Field(description="First and last page of this document in the file.")
    text_origin: Literal["text_layer", "ocr", "mixed", "office", "plain"]
    reader: str
    warnings: tuple[str, ...] = ()


class Issuer(Fact):
    """The body that issues (cơ quan ban hành)."""

    name: str
    parent: str | None = Field(None, description="The superior body printed above it.")
    level: Level | None = None
    unit_code: str | None = Field(
        None, description="General Statistics Office code of the unit, valid at the document's date."
    )


class DocumentType(Fact):
    """The kind of document (tên loại văn bản), Decree 30/2020 Article 7 and the Party kinds."""

    name: str
    abbreviation: str | None = None


class Code(Model):
    """Number and notation (số, ký hiệu) of a document."""

    number: str | None = None
    year: int | None = None
    notation: str | None = None
    text: str
    canonical: str | None = Field(None, description="The form for matching, with slips set right.")


class OwnCode(Fact, Code):
    """The document's own number and notation."""

    parts: dict[str, float] | None = Field(None, description="Confidence of each part, where they differ.")


class Issued(Fact):
    """Place and date (địa danh và thời gian ban hành)."""

    place: str | None = None
    date: str | None = Field(None, description="EDTF level 0.")
    parts: dict[str, float] | None = None


class Subject(Fact):
    """The abstract (trích yếu nội dung), without "V/v", "Về việc"."""

    text: str


class Urgency(Fact):
    """Mức độ khẩn."""

    level: Literal["hỏa tốc", "thượng khẩn", "khẩn"]


class Secrecy(Fact):
    """Độ mật."""

    level: Literal["tuyệt mật", "tối mật", "mật"]


class Addressee(Fact):
    """One printed item after "Kính gửi"."""

    name: str


class Recipient(Fact):
    """One printed item of "Nơi nhận"."""

    name: str
    purpose: str | None = None
    copies: int | None = None


class ReferenceRelation(Model):
    """What one cited document is said to do to another cited one."""

    relation: Relation
    target: str = Field(description="Id of the other reference.")


class Reference(Fact):
    """A cited document; each mention is an evidence entry."""

    id: str
    type: str | None = None
    code: Code | None = None
    title: str | None = None
    date: str | None = None
    issuer: str | None = None
    relation: Relation = "mentions"
    relates_to: tuple[ReferenceRelation, ...] = ()


class Unit(Model):
    """A unit (or post) that has a part in an assignment, as printed."""

    name: str


class Assignment(Fact):
    """Work given to somebody who is named: the smallest point, dash, paragraph or table row."""

    id: str
    path: str
    lead: tuple[Unit, ...] = ()
    coordinating: tuple[Unit, ...] = ()
    task: str
    deadlines: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


class Deadline(Fact):
    """A bound in time on work to be done."""

    id: str
    text: str
    kind: DeadlineKind
    due: str | None = Field(None, description="EDTF; quarters 33-36, halves 40-41.")
    time: str | None = Field(None, description='"17:00".')
    frequency: Frequency | None = None
    rrule: str | None = Field(None, description="RFC 5545 recurrence rule.")
    duration: str | None = Field(None, description="ISO 8601, for kind relative.")
    working_days: bool | None = None
    anchor: str | None = Field(None, description="The words that say from when.")
    bound: Bound | None = None
    assignments: tuple[str, ...] = ()


class Signature(Model):
    """A digital signature of the PDF itself. No claim about trust or revocation."""

    signer: str | None = None
    organization: str | None = None
    time: str | None = None
    intact: bool | None = None
    covers_document: bool | None = None
    coverage: float | None = Field(None, description="Share of the file's bytes that is signed.")


class Received(Fact):
    """What a received stamp ("ĐẾN") says."""

    number: str | None = None
    date: str | None = None


class Signer(Fact):
    """Who signed: position and authority as printed."""

    name: str | None = None
    position: str | None = None
    authority: str | None = Field(None, description="KT. | TM. | TL. | TUQ. | Q.")
    on_behalf_of: str | None = None


class Record(Model):
    """The structured record of one document."""

    schema_version: str = SCHEMA_VERSION
    source: Source
    issuer: Issuer | None = None
    type: DocumentType | None = None
    code: OwnCode | None = None
    issued: Issued | None = None
    subject: Subject | None = None
    urgency: Urgency | None = None
    secrecy: Secrecy | None = None
    addressees: tuple[Addressee, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    references: tuple[Reference, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    signatures: tuple[Signature, ...] = ()
    received: Received | None = None
    signer: Signer | None = None

    _text: str = PrivateAttr(default="")
    _ids: Any = PrivateAttr(default=None)
    """Stable ids that a catalogue carried over from earlier readings (:mod:`vnadmin_extract.exports.carried`)."""

    @property
    def text(self) -> str:
        """The normalised text that evidence offsets point into (empty for a record loaded from JSON)."""
        return self._text

    def reference(self, id: str) -> Reference:
        """The cited document with this id. Raises ``KeyError`` where there is none."""
        return _by_id(self.references, id)

    def assignment(self, id: str) -> Assignment:
        """The assignment with this id. Raises ``KeyError`` where there is none."""
        return _by_id(self.assignments, id)

    def deadline(self, id: str) -> Deadline:
        """The deadline with this id. Raises ``KeyError`` where there is none."""
        return _by_id(self.deadlines, id)

    def assignments_for(
        self, unit: str, *, role: Literal["lead", "coordinating", "any"] = "any"
    ) -> tuple[Assignment, ...]:
        """Assignments in which a unit has a part, compared without case, tone placement and abbreviations.

        Args:
            unit: the unit's name, e.g. ``"Phòng Nội vụ"``; ``"UBND xã"`` also finds ``"Ủy ban nhân dân xã"``.
            role: only as lead, only as coordinating, or either.
        """
        from vnadmin_extract.text.fold import match_key

        wanted = match_key(unit)
        return tuple(
            a
            for a in self.assignments
            if (role != "coordinating" and any(match_key(u.name) == wanted for u in a.lead))
            or (role != "lead" and any(match_key(u.name) == wanted for u in a.coordinating))
        )

    def due_before(self, day: date) -> tuple[Deadline, ...]:
        """Deadlines whose last day lies before ``day`` (recurring and undated ones are not included)."""
        from vnadmin_extract.grammar.edtf import last_day

        return tuple(
            d
            for d in self.deadlines
            if d.due is not None and (last := last_day(d.due)) is not None and last < day
        )

    def to_dataframe(
        self, table: Literal["assignments", "deadlines", "references", "recipients"] = "assignments"
    ) -> pd.DataFrame:
        """One of the record's lists as a pandas table (needs the ``pandas`` extra)."""
        from vnadmin_extract.exports.dataframe import record_dataframe

        return record_dataframe(self, table)

    def facts(self) -> Iterator[tuple[str, Fact]]:
        """All facts with their field's name, in the record's order."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, Fact):
                    yield name, item


_WithId = TypeVar("_WithId", Reference, Assignment, Deadline)


def _by_id(items: tuple[_WithId, ...], id: str) -> _WithId:
    for item in items:
        if item.id == id:
            return item
    raise KeyError(id)
