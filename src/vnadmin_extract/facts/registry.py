"""Rule stages: one module for each field of the record, run in the order of :data:`STAGES`.

To add a field: a module here with a function ``(Draft) -> value``, a line in :data:`STAGES`, and the field in
:class:`~vnadmin_extract.record.Record`.
"""

from __future__ import annotations

from vnadmin_extract.facts.addressees import extract_addressees
from vnadmin_extract.facts.assignments import extract_assignments
from vnadmin_extract.facts.base import Draft, Stage
from vnadmin_extract.facts.calibration import SEVERAL, SINGLE, calibrate
from vnadmin_extract.facts.code import extract_code
from vnadmin_extract.facts.deadlines import extract_deadlines
from vnadmin_extract.facts.document_type import extract_type
from vnadmin_extract.facts.fusion import fuse_assignments
from vnadmin_extract.facts.issued import extract_issued
from vnadmin_extract.facts.issuer import extract_issuer
from vnadmin_extract.facts.readings import read_model
from vnadmin_extract.facts.received import extract_received
from vnadmin_extract.facts.recipients import extract_recipients
from vnadmin_extract.facts.references import extract_references
from vnadmin_extract.facts.signatures import extract_signatures
from vnadmin_extract.facts.signer import extract_signer
from vnadmin_extract.facts.stamps import extract_secrecy, extract_urgency
from vnadmin_extract.facts.subject import extract_subject
from vnadmin_extract.facts.zones import FIELDS, extract_zones

__all__ = ["STAGES", "Draft", "Stage", "run_stages"]

STAGES: tuple[Stage, ...] = (
    Stage("code", ("code",), extract_code),
    Stage("issued", ("issued",), extract_issued),
    Stage("type", ("type",), extract_type, needs=("code",)),
    Stage("subject", ("subject",), extract_subject),
    Stage("urgency", ("urgency",), extract_urgency),
    Stage("secrecy", ("secrecy",), extract_secrecy),
    Stage("addressees", ("addressees",), extract_addressees),
    Stage("recipients", ("recipients",), extract_recipients),
    Stage("issuer", ("issuer",), extract_issuer, needs=("issued",)),
    Stage("references", ("references",), extract_references, needs=("code", "type")),
    Stage("assignments", ("assignments",), extract_assignments, needs=("references", "issuer", "addressees")),
    Stage("readings", ("readings",), read_model, needs=("type",)),
    Stage("fusion", ("assignments",), fuse_assignments, needs=("assignments", "readings", "references")),
    Stage("deadlines", ("assignments", "deadlines"), extract_deadlines, needs=("assignments", "issued")),
    Stage("signer", ("signer",), extract_signer),
    Stage("signatures", ("signatures",), extract_signatures),
    Stage("received", ("received",), extract_received),
    Stage("zones", FIELDS, extract_zones, needs=FIELDS),
    Stage("calibration", (*SINGLE, *SEVERAL), calibrate, needs=(*SINGLE, *SEVERAL, "readings")),
)
"""The pipeline, in order; each stage finds the fields that it needs in the draft."""


def run_stages(draft: Draft, stages: tuple[Stage, ...] = STAGES) -> Draft:
    """Run stages over a draft, in order, each filling its fields.

    Raises:
        ValueError: a stage stands before one that gives what it needs.
    """
    given: set[str] = set()
    offered = {name for stage in stages for name in stage.fields}
    for stage in stages:
        missing = [name for name in stage.needs if name in offered and name not in given]
        if missing:
            raise ValueError(f"stage {stage.name!r} stands before the one that gives {', '.join(missing)}")
        value = stage.run(draft)
        values = value if len(stage.fields) > 1 else (value,)
        for name, part in zip(stage.fields, values, strict=True):
            setattr(draft, name, part)
        given.update(stage.fields)
    return draft
