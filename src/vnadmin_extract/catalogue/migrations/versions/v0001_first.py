"""The first version of the tables; :mod:`vnadmin_extract.catalogue.models` says what they hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_CASCADE = "CASCADE"


def _words() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str, *, required: bool = False) -> sa.Column[str]:
    return sa.Column(name, _words(), nullable=not required)


def _short(name: str, length: int, *, required: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=not required)


def _number(name: str, *, required: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=not required)


def _big(name: str, *, required: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=not required)


def _document(*, part_of_key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "document_id",
        sa.String(24),
        sa.ForeignKey("documents.id", ondelete=_CASCADE),
        primary_key=part_of_key,
        nullable=False,
    )


def _assignment() -> sa.Column[str]:
    return sa.Column(
        "assignment_id", sa.String(24), sa.ForeignKey("assignments.id", ondelete=_CASCADE), primary_key=True
    )


def _key_number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), primary_key=True, autoincrement=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), primary_key=True),
        _text("engine", required=True),
        _text("sources", required=True),
        sa.Column("started", sa.DateTime(), nullable=False),
        sa.Column("finished", sa.DateTime()),
        _text("result"),
        _number("files", required=True),
    )
    op.create_table(
        "contents",
        sa.Column("sha256", sa.String(64), primary_key=True),
        _big("size", required=True),
        _text("name"),
        _short("status", 32, required=True),
        _text("message"),
        _text("warnings", required=True),
        _text("traceback"),
        _text("engine", required=True),
        _text("read_as", required=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        _big("peak_memory"),
    )
    op.create_table(
        "files",
        sa.Column("name", _words(), primary_key=True),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("contents.sha256")),
        _big("size", required=True),
        _big("modified_ns", required=True),
        _short("status", 32, required=True),
        _text("message"),
        sa.Column("gone", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column(
            "sha256", sa.String(64), sa.ForeignKey("contents.sha256", ondelete=_CASCADE), nullable=False
        ),
        _number("number", required=True),
        _number("first_page", required=True),
        _number("last_page", required=True),
        _text("issuer"),
        _text("issuer_key"),
        _text("issuer_parent"),
        _short("level", 16),
        _short("unit_code", 16),
        _text("type"),
        _text("type_abbreviation"),
        _text("type_key"),
        _text("code"),
        _text("code_key"),
        _number("code_year"),
        _text("place"),
        _short("issued", 24),
        sa.Column("issued_first", sa.Date()),
        sa.Column("issued_last", sa.Date()),
        _text("subject"),
        _short("urgency", 16),
        _short("secrecy", 16),
        _text("signer"),
        _text("position"),
        _short("authority", 16),
        _text("received_number"),
        _short("received", 24),
        _text("record", required=True),
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.String(24), primary_key=True),
        _document(),
        _number("ordinal", required=True),
        _text("local_id", required=True),
        _text("path", required=True),
        _text("task", required=True),
        _number("page"),
        sa.Column("confidence", sa.Double(), nullable=False),
    )
    op.create_table(
        "assignment_units",
        _assignment(),
        sa.Column("role", sa.String(16), primary_key=True),
        _key_number("ordinal"),
        _text("name", required=True),
        _text("name_key", required=True),
        _text("name_bare", required=True),
    )
    op.create_table(
        "deadlines",
        sa.Column("id", sa.String(24), primary_key=True),
        _document(),
        _number("ordinal", required=True),
        _text("local_id", required=True),
        _text("text", required=True),
        _short("kind", 16, required=True),
        _short("due", 24),
        sa.Column("due_first", sa.Date()),
        sa.Column("due_last", sa.Date()),
        _short("time", 16),
        _short("bound", 16),
        _short("frequency", 16),
        _text("rrule"),
        _text("duration"),
        sa.Column("working_days", sa.Boolean()),
        _text("anchor"),
        sa.Column("confidence", sa.Double(), nullable=False),
    )
    op.create_table(
        "assignment_deadlines",
        _assignment(),
        sa.Column(
            "deadline_id", sa.String(24), sa.ForeignKey("deadlines.id", ondelete=_CASCADE), primary_key=True
        ),
    )
    op.create_table(
        "document_references",
        _document(part_of_key=True),
        _key_number("ordinal"),
        _text("local_id", required=True),
        _text("type"),
        _text("code"),
        _text("code_key"),
        _number("code_year"),
        _text("title"),
        _short("issued", 24),
        _text("issuer"),
        _short("relation", 16, required=True),
        _number("mentions", required=True),
        _number("page"),
        sa.Column("confidence", sa.Double(), nullable=False),
    )
    op.create_table(
        "reference_relations",
        _document(part_of_key=True),
        _key_number("source"),
        _key_number("target"),
        sa.Column("relation", sa.String(16), primary_key=True),
    )
    op.create_table("assignment_references", _assignment(), _key_number("reference"))
    op.create_table(
        "recipients",
        _document(part_of_key=True),
        sa.Column("role", sa.String(16), primary_key=True),
        _key_number("ordinal"),
        _text("name", required=True),
        _text("name_key", required=True),
        _text("purpose"),
        _number("copies"),
    )
    for table, columns in {
        "contents": ("name",),
        "files": ("sha256", "status"),
        "documents": ("issuer_key", "type_key", "code_key", "issued_first", "issued_last"),
        "assignments": ("document_id",),
        "assignment_units": ("name_key", "name_bare"),
        "deadlines": ("document_id", "kind", "due_last"),
        "assignment_deadlines": ("deadline_id",),
        "document_references": ("code_key",),
        "recipients": ("name_key",),
    }.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_index("documents_by_content", "documents", ["sha256", "number"], unique=True)
