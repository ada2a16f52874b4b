"""The kind of document (box 5a; Decree 30/2020, Article 7; Party kinds after Regulation 399-QĐ/TW)."""

from __future__ import annotations

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.grammar.code import parse_code
from vnadmin_extract.grammar.kinds import Kind, kind_by_abbreviation, kind_by_name
from vnadmin_extract.layout import cues
from vnadmin_extract.layout.lines import bare
from vnadmin_extract.layout.model import Zone
from vnadmin_extract.record import DocumentType

LETTER = DocumentType(name="Công văn", abbreviation="CV")


def extract_type(draft: Draft) -> DocumentType | None:
    """The kind that the title names; without a title, a letter (công văn), unless the notation names a kind.

    In Party documents the abbreviation QĐ stands for quyết định and quy định alike: there only the title tells.
    """
    layout = draft.layout
    for block in layout.in_zone(Zone.TITLE):
        kind, rule = kind_of_title(layout.block_text(block))
        if kind is not None:
            reading = layout.text.confidence(block.start, block.end)
            return DocumentType(
                name=kind.name,
                abbreviation=kind.abbreviation,
                evidence=layout.evidence(block.start, block.end, f"rule:{rule}"),
                confidence=confidence(rule, reading),
            )
    codes = layout.in_zone(Zone.CODE)
    if codes:
        kind = _kind_of_notation(draft)
        if kind is not None and not _has_letter_shape(draft):
            return DocumentType(
                name=kind.name,
                abbreviation=kind.abbreviation,
                evidence=layout.evidence(codes[0].start, codes[0].end, "rule:type.abbreviation"),
                confidence=confidence("type.abbreviation"),
            )
    shape = layout.in_zone(Zone.ADDRESSEES) or layout.in_zone(Zone.SUBJECT) or codes
    if shape:
        return LETTER.model_copy(
            update={
                "evidence": layout.evidence(shape[0].start, shape[0].end, "rule:type.letter"),
                "confidence": confidence("type.letter"),
            }
        )
    return None


def kind_of_title(text: str) -> tuple[Kind | None, str]:
    """The kind that a title line names, and the rule that told it."""
    title = bare(text).strip(" .:*-_")
    name = next((proper for known, proper in cues.kind_titles() if title.startswith(known)), None)
    rule = "type.title" if name is not None else "type.nearest"
    if name is None:
        name = cues.nearest_kind(title)
    return (kind_by_name(name) if name else None), rule


def _kind_of_notation(draft: Draft) -> Kind | None:
    if draft.code is None or not draft.code.notation:
        return None
    parsed = parse_code(draft.code.text)
    if parsed is None or parsed.kind_abbreviation is None:
        return None
    return kind_by_abbreviation(parsed.kind_abbreviation, parsed.is_party)


def _has_letter_shape(draft: Draft) -> bool:
    """ "V/v …" under the number, or "Kính gửi": the shape of a công văn (Appendix I, boxes 5b and 9a)."""
    return bool(draft.layout.in_zone(Zone.ADDRESSEES))
