"""Digital signatures of the file, as its reader listed them."""

from __future__ import annotations

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.record import Signature


def extract_signatures(draft: Draft) -> tuple[Signature, ...]:
    """One for each signature; they belong to the file, so all documents in it show the same."""
    return tuple(
        Signature(
            signer=s.signer,
            organization=s.organization,
            time=s.time,
            intact=s.intact,
            covers_document=s.covers_document,
            coverage=s.coverage,
        )
        for s in draft.layout.document.signatures
    )
