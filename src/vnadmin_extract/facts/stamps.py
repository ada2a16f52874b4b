"""Urgency and secrecy (boxes 10a and 10b; Decree 30/2020, Appendix I, II.9)."""

from __future__ import annotations

from typing import cast

import regex

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.layout.cues import cue_words
from vnadmin_extract.layout.lines import bare
from vnadmin_extract.layout.model import Zone
from vnadmin_extract.record import Secrecy, Urgency

_URGENT = regex.compile(r"\b(thuong khan|hoa toc|khan)\b")


def extract_urgency(draft: Draft) -> Urgency | None:
    """The urgency stamp, or "CÔNG ĐIỆN KHẨN" in the title."""
    found = _stamp(draft, Zone.URGENCY, "urgency")
    if found is None:
        for block in draft.layout.in_zone(Zone.TITLE):
            match = _URGENT.search(bare(draft.layout.block_text(block)))
            if match:
                found = (
                    cue_words()["urgency"][match[1]],
                    block.start + match.start(),
                    block.start + match.end(),
                )
    if found is None:
        return None
    level, start, end = found
    return Urgency.model_validate(
        {
            "level": level,
            "evidence": draft.layout.evidence(start, end, "rule:urgency"),
            "confidence": confidence("urgency"),
        }
    )


def extract_secrecy(draft: Draft) -> Secrecy | None:
    """The secrecy stamp."""
    found = _stamp(draft, Zone.SECRECY, "secrecy")
    if found is None:
        return None
    level, start, end = found
    return Secrecy.model_validate(
        {
            "level": level,
            "evidence": draft.layout.evidence(start, end, "rule:secrecy"),
            "confidence": confidence("secrecy"),
        }
    )


def _stamp(draft: Draft, zone: Zone, group: str) -> tuple[str, int, int] | None:
    for block in draft.layout.in_zone(zone):
        text = bare(draft.layout.block_text(block)).strip(" .:*-_!()[]|")
        level = cast("str | None", cue_words()[group].get(text))
        if level is not None:
            return level, block.start, block.end
    return None
