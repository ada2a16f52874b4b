"""How a fact stage looks: it reads a :class:`Draft` and gives the value of one field of the record.

To add a field: write one module in this package with a function ``(Draft) -> value``, and register it in
:mod:`vnadmin_extract.facts.registry`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from vnadmin_extract.config import Config
from vnadmin_extract.layout.model import Layout
from vnadmin_extract.model.reading import PointReading
from vnadmin_extract.record import (
    Addressee,
    Assignment,
    Deadline,
    DocumentType,
    Issued,
    Issuer,
    OwnCode,
    Received,
    Recipient,
    Reference,
    Secrecy,
    Signature,
    Signer,
    Subject,
    Urgency,
)


@dataclass(slots=True)
class Draft:
    """A record being made: the layout, the settings, and the facts that earlier stages have given."""

    layout: Layout
    config: Config
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
    readings: tuple[PointReading, ...] = ()
    """What the model says of the document's points; empty where models are off."""
    warnings: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The normalised text."""
        return self.layout.text.text


@dataclass(frozen=True, slots=True)
class Stage:
    """One entry of the pipeline: which fields it gives and how.

    A stage with one field gives its value; one with several gives a tuple of values in the order of ``fields``.
    """

    name: str
    fields: tuple[str, ...]
    run: Callable[[Draft], Any]
    needs: tuple[str, ...] = ()
    """Fields that must be in the draft before."""
