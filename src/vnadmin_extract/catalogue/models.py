"""The tables of the catalogue.

They are made to be queried by hand too. Units, deadlines and references stand in rows of their own; every name that
people spell in several ways has a column ``…_key`` beside it: the name written out and folded
(:func:`vnadmin_extract.text.fold.match_key`), so that ``UBND`` and ``Uỷ ban nhân dân`` are the same text. Days are
stored twice: as the record has them (EDTF, ``2024-34`` for quarter II) and as ``…_first`` and ``…_last``, the first
and last day that they cover. Ids are texts and stay the same when a document is read again.

Who must do what in the next weeks, in plain SQL::

    SELECT d.due_last, u.name, a.task, doc.code, f.name
    FROM deadlines d
    JOIN assignment_deadlines x ON x.deadline_id = d.id
    JOIN assignments a ON a.id = x.assignment_id
    JOIN assignment_units u ON u.assignment_id = a.id AND u.role = 'lead'
    JOIN documents doc ON doc.id = d.document_id
    JOIN contents f ON f.sha256 = doc.sha256
    WHERE d.due_last BETWEEN '2024-11-01' AND '2024-11-14' AND f.name IS NOT NULL
    ORDER BY d.due_last;
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect, ForeignKey, Index, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Words(TypeDecorator[str]):
    """Text of any document, ordered by code points in every database.

    NUL characters and lone surrogates, which PostgreSQL (and UTF-8) cannot hold, become U+FFFD.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """PostgreSQL would sort by the server's language; SQLite compares bytes of UTF-8 by itself."""
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make the text one that every database can hold."""
        return None if value is None else clean_text(value)


def clean_text(text: str) -> str:
    """A text as every database can hold it: NUL characters and lone surrogates become U+FFFD."""
    text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)
    return text


class Base(DeclarativeBase):
    """Base of the tables."""


class Run(Base):
    """One call of the batch. Volatile: no part of the catalogue's dump."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    engine: Mapped[str] = mapped_column(Words)
    """Version with which it read."""
    sources: Mapped[str] = mapped_column(Words)
    """Folders and files given, as a JSON list."""
    started: Mapped[datetime]
    """UTC."""
    finished: Mapped[datetime | None]
    """UTC; empty while it goes on, and for ever where it was killed."""
    result: Mapped[str | None] = mapped_column(Words)
    """``done`` or ``stopped``; empty as ``finished``."""
    files: Mapped[int]
    """Files that it read."""


class Content(Base):
    """What a file holds, told by its hash: the same bytes under several names are one content, read once."""

    __tablename__ = "contents"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    name: Mapped[str | None] = mapped_column(Words, index=True)
    """The smallest of its present file names, under which its records stand; empty where all are gone."""
    status: Mapped[str] = mapped_column(String(32))
    """``ok``, or why it gave no records."""
    message: Mapped[str | None] = mapped_column(Words)
    """What went wrong, without the file's name."""
    warnings: Mapped[str] = mapped_column(Words)
    """A JSON list of texts."""
    traceback: Mapped[str | None] = mapped_column(Words)
    engine: Mapped[str] = mapped_column(Words)
    """Version with which it was read."""
    read_as: Mapped[str] = mapped_column(Words)
    """File name under which it was read."""
    seconds: Mapped[float]
    """Volatile."""
    peak_memory: Mapped[int | None] = mapped_column(BigInteger)
    """Bytes of the worker. Volatile."""


class File(Base):
    """A file name."""

    __tablename__ = "files"

    name: Mapped[str] = mapped_column(Words, primary_key=True)
    """Path relative to its folder, with ``/``, or a URL."""
    sha256: Mapped[str | None] = mapped_column(ForeignKey("contents.sha256"), index=True)
    """Its content; empty where it could not be read at all, or was passed over."""
    size: Mapped[int] = mapped_column(BigInteger)
    modified_ns: Mapped[int] = mapped_column(BigInteger)
    """Time of the last change, nanoseconds since 1970."""
    status: Mapped[str] = mapped_column(String(32), index=True)
    """``ok``, ``duplicate`` (of the content's name), ``skipped``, or what went wrong."""
    message: Mapped[str | None] = mapped_column(Words)
    """What went wrong, for a file without content."""
    gone: Mapped[bool] = mapped_column(default=False)
    """Whether it was no longer there when its folder was last read."""


class DocumentRow(Base):
    """A document: its record, and the columns by which it is found."""

    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    """Stable id (:func:`vnadmin_extract.exports.identity.document_id`)."""
    sha256: Mapped[str] = mapped_column(ForeignKey("contents.sha256", ondelete="CASCADE"))
    number: Mapped[int]
    """Which document of its file, from 1."""
    first_page: Mapped[int]
    last_page: Mapped[int]
    issuer: Mapped[str | None] = mapped_column(Words)
    issuer_key: Mapped[str | None] = mapped_column(Words, index=True)
    issuer_parent: Mapped[str | None] = mapped_column(Words)
    level: Mapped[str | None] = mapped_column(String(16))
    """``central``, ``province``, ``district``, ``commune``, ``party``, ``other``."""
    unit_code: Mapped[str | None] = mapped_column(String(16))
    """Code of the administrative unit (General Statistics Office)."""
    type: Mapped[str | None] = mapped_column(Words)
    type_abbreviation: Mapped[str | None] = mapped_column(Words)
    type_key: Mapped[str | None] = mapped_column(Words, index=True)
    code: Mapped[str | None] = mapped_column(Words)
    """Number and notation as printed."""
    code_key: Mapped[str | None] = mapped_column(Words, index=True)
    """Number and notation for matching (:func:`vnadmin_extract.catalogue.codes.code_key`); empty without a number."""
    code_year: Mapped[int | None]
    """The year within the number (``30/2020/NĐ-CP``)."""
    place: Mapped[str | None] = mapped_column(Words)
    issued: Mapped[str | None] = mapped_column(String(24))
    """EDTF."""
    issued_first: Mapped[date | None] = mapped_column(index=True)
    issued_last: Mapped[date | None] = mapped_column(index=True)
    subject: Mapped[str | None] = mapped_column(Words)
    urgency: Mapped[str | None] = mapped_column(String(16))
    secrecy: Mapped[str | None] = mapped_column(String(16))
    signer: Mapped[str | None] = mapped_column(Words)
    position: Mapped[str | None] = mapped_column(Words)
    authority: Mapped[str | None] = mapped_column(String(16))
    received_number: Mapped[str | None] = mapped_column(Words)
    received: Mapped[str | None] = mapped_column(String(24))
    """EDTF."""
    record: Mapped[str] = mapped_column(Words)
    """The whole record as JSON; its ``source.file`` is empty, for the file's name may change."""

    __table_args__ = (Index("documents_by_content", "sha256", "number", unique=True),)


class AssignmentRow(Base):
    """Work given to somebody."""

    __tablename__ = "assignments"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    """Stable id (:func:`vnadmin_extract.exports.identity.assignment_id`)."""
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    """Its place in the record, from 1."""
    local_id: Mapped[str] = mapped_column(Words)
    """Its id within the record (``a1``)."""
    path: Mapped[str] = mapped_column(Words)
    """Where it stands: ``1.a``, ``II.2``, ``table 1 row 4``."""
    task: Mapped[str] = mapped_column(Words)
    page: Mapped[int | None]
    confidence: Mapped[float]


class AssignmentUnit(Base):
    """A unit or post that leads or takes part in an assignment."""

    __tablename__ = "assignment_units"

    assignment_id: Mapped[str] = mapped_column(
        ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(16), primary_key=True)
    """``lead`` or ``coordinating``."""
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    """Its place in the list, from 1."""
    name: Mapped[str] = mapped_column(Words)
    """As printed."""
    name_key: Mapped[str] = mapped_column(Words, index=True)
    """Written out and folded."""
    name_bare: Mapped[str] = mapped_column(Words, index=True)
    """``name_key`` without tones and diacritics, for questions typed without them."""


class DeadlineRow(Base):
    """A bound in time."""

    __tablename__ = "deadlines"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    """Stable id (:func:`vnadmin_extract.exports.identity.deadline_id`)."""
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    local_id: Mapped[str] = mapped_column(Words)
    text: Mapped[str] = mapped_column(Words)
    """As printed."""
    kind: Mapped[str] = mapped_column(String(16), index=True)
    """``date``, ``period``, ``recurring``, ``relative``."""
    due: Mapped[str | None] = mapped_column(String(24))
    """EDTF."""
    due_first: Mapped[date | None]
    due_last: Mapped[date | None] = mapped_column(index=True)
    """The last day of ``due``: the one that counts."""
    time: Mapped[str | None] = mapped_column(String(16))
    bound: Mapped[str | None] = mapped_column(String(16))
    """``before``, ``by``, ``on``, ``within``, ``from``."""
    frequency: Mapped[str | None] = mapped_column(String(16))
    rrule: Mapped[str | None] = mapped_column(Words)
    """RFC 5545 recurrence rule."""
    duration: Mapped[str | None] = mapped_column(Words)
    working_days: Mapped[bool | None]
    anchor: Mapped[str | None] = mapped_column(Words)
    confidence: Mapped[float]


class AssignmentDeadline(Base):
    """Which deadlines an assignment has."""

    __tablename__ = "assignment_deadlines"

    assignment_id: Mapped[str] = mapped_column(
        ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True
    )
    deadline_id: Mapped[str] = mapped_column(
        ForeignKey("deadlines.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ReferenceRow(Base):
    """A document that a document cites (one row however often it does)."""

    __tablename__ = "document_references"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    """Its place in the record, from 1."""
    local_id: Mapped[str] = mapped_column(Words)
    type: Mapped[str | None] = mapped_column(Words)
    code: Mapped[str | None] = mapped_column(Words)
    """As printed."""
    code_key: Mapped[str | None] = mapped_column(Words, index=True)
    """As in ``documents``."""
    code_year: Mapped[int | None]
    title: Mapped[str | None] = mapped_column(Words)
    issued: Mapped[str | None] = mapped_column(String(24))
    """EDTF."""
    issuer: Mapped[str | None] = mapped_column(Words)
    relation: Mapped[str] = mapped_column(String(16))
    """``implements``, ``based_on``, ``replies_to`` …: what the citing document does to the cited one."""
    mentions: Mapped[int]
    """How often it is cited."""
    page: Mapped[int | None]
    confidence: Mapped[float]


class ReferenceRelationRow(Base):
    """What one cited document is said to do to another one cited by the same document."""

    __tablename__ = "reference_relations"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[int] = mapped_column(primary_key=True)
    """``ordinal`` of the one that does it."""
    target: Mapped[int] = mapped_column(primary_key=True)
    """``ordinal`` of the one that it is done to."""
    relation: Mapped[str] = mapped_column(String(16), primary_key=True)


class AssignmentReference(Base):
    """Which documents an assignment cites."""

    __tablename__ = "assignment_references"

    assignment_id: Mapped[str] = mapped_column(
        ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True
    )
    reference: Mapped[int] = mapped_column(primary_key=True)
    """``ordinal`` of the reference in the same document."""


class Recipient(Base):
    """Whom a document is addressed or sent to."""

    __tablename__ = "recipients"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)
    """``addressee`` (Kính gửi) or ``recipient`` (Nơi nhận)."""
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Words)
    name_key: Mapped[str] = mapped_column(Words, index=True)
    purpose: Mapped[str | None] = mapped_column(Words)
    copies: Mapped[int | None]
