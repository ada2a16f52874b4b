"""Who signed, in what position and by what authority (boxes 7a-7c; Decree 30/2020, Article 13, Appendix I, II.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.layout import cues
from vnadmin_extract.layout.lines import bare, mostly_caps
from vnadmin_extract.layout.model import Layout, Zone
from vnadmin_extract.record import Signer
from vnadmin_extract.text.casing import person_case, sentence_case_name

_AUTHORITY = regex.compile(
    r"^\W*(?P<code>TUQ|TM|KT|TL|Q|T\s*/\s*M|K\s*/\s*T|T\s*/\s*L)\s*[.,:]?\s*(?=\p{Lu})(?P<rest>.*)$"
)
_CODE_INSIDE = regex.compile(r"(?<=\p{Lu}[\s,]+)(?=(?:KT|TL|TUQ|K/T|T/L)\.?\s*\p{Lu}{2})")
_CODES = {"T/M": "TM.", "K/T": "KT.", "T/L": "TL."}
_TITLES = regex.compile(
    r"^(?:(?:PGS|GS|TS|ThS|Ths|BS|BSCKI{1,2}|CK[I1]{1,2}|DS|KS|CN|LS|TSKH|NGND|NGƯT|TTND|TTƯT|Ông|Bà|Đ/c|"
    r"(?:Đại|Thượng|Trung|Thiếu)\s+(?:tướng|tá|úy)|Đại úy)\s*[.,]?\s*)+",
)
_NAME_SHAPE = regex.compile(r"(?:\p{Lu}\p{Ll}{0,6}\s+){1,4}\p{Lu}\p{Ll}{0,6}$")
_APPROVAL = regex.compile(r"^\W*(?:phe duyet|duyet|xac nhan|y kien)\b")
_SIGNED = regex.compile(r"^\W*\(?\s*(?:da ky|ky ten|ky|dong dau)[^a-z]*(?:dong dau|ky ten|ho ten)?\)?\W*$")


_BLANK = regex.compile(r"\s")


@dataclass(slots=True)
class SignatureLine:
    """A line of the signature, with its place in the document's text."""

    start: int
    end: int
    text: str


def extract_signer(draft: Draft) -> Signer | None:
    """The signer of the document; where two sign (issuer and approval), the issuer."""
    layout = draft.layout
    return signer_of(
        layout, [SignatureLine(b.start, b.end, layout.block_text(b)) for b in layout.in_zone(Zone.SIGNATURE)]
    )


def signer_of(layout: Layout, printed: Sequence[SignatureLine]) -> Signer | None:
    """The signer that the lines of a signature name; ``None`` where they hold neither name nor position."""
    lines = [SignatureLine(x.start, x.end, x.text.strip(" *_")) for x in printed]
    lines = [x for x in lines if sum(c.isalpha() for c in x.text) >= 2 and not _SIGNED.match(bare(x.text))]
    lines = _without_approval(lines)
    if not lines:
        return None
    name_at = next((i for i in range(len(lines) - 1, -1, -1) if _is_name(lines[i].text)), None)
    if name_at is None and len(lines) > 1 and _is_rare_name(lines[-1], layout):
        name_at = len(lines) - 1
    heads = lines[:name_at]
    authority, behalf, position = _position(
        [part for x in heads for part in _CODE_INSIDE.split(x.text) if part.strip()]
    )
    name = _name(lines[name_at].text) if name_at is not None else None
    if name is None and position is None:
        return None
    used = [*heads, *([lines[name_at]] if name_at is not None else [])]
    evidence = tuple(e for b in used for e in layout.evidence(b.start, b.end, "rule:signer"))
    reading = layout.text.confidence(used[-1].start, used[-1].end) if used else None
    return Signer(
        name=name,
        position=position,
        authority=authority,
        on_behalf_of=behalf,
        evidence=evidence,
        confidence=confidence("signer" if name else "signer.unnamed", reading),
    )


def _without_approval(lines: list[SignatureLine]) -> list[SignatureLine]:
    """Drop what belongs to an approving superior ("PHÊ DUYỆT / GIÁM ĐỐC SỞ …") beside the issuer's signature."""
    at = next((i for i, x in enumerate(lines) if _APPROVAL.match(bare(x.text)) and mostly_caps(x.text)), None)
    if at is None:
        return lines
    before = lines[:at]
    return before if any(_is_name(x.text) for x in before) else lines[at + 1 :]


def _is_name(text: str) -> bool:
    plain = _TITLES.sub("", text.strip(" .,;:"))
    if cues.is_person_name(plain):
        return True
    if mostly_caps(plain) and not cues.is_signature_text(plain):
        return cues.is_person_name(person_case(plain))
    return False


def _is_rare_name(line: SignatureLine, layout: Layout) -> bool:
    """Whether the last line of a signature is a name though its family name is in no list.

    Only where the characters are certain: a scan's rubbish has capitals, too.
    """
    plain = _TITLES.sub("", line.text.strip(" .,;:"))
    if layout.text.confidence(line.start, line.end) is not None:
        return False
    return _NAME_SHAPE.match(plain) is not None and not _starts_position(plain)


def _name(text: str) -> str:
    plain = _TITLES.sub("", text.strip(" .,;:*_"))
    return person_case(plain) if mostly_caps(plain) else plain


def _repair(line: str) -> str:
    """A line in capitals with what the seal has put around the position cut off ("ŒT GIÁM ĐỐC" → "GIÁM ĐỐC")."""
    if _AUTHORITY.match(line) or _starts_position(line) or not mostly_caps(line):
        return line
    low = bare(line)
    for known in sorted(cues.positions(), key=len, reverse=True):
        at = low.find(known)
        if at > 0 and not low[at - 1].isalpha() and len(known) >= 7 and at <= 6:
            return line[at:]
        if at < 0 and cues.nearly(low, known):
            return cues.positions()[known].upper()
    return line


def _position(lines: list[str]) -> tuple[str | None, str | None, str | None]:
    """Authority code, the title or body signed for, and the signer's own position."""
    authority = behalf = position = None
    open_behalf = False
    positions: list[str] = []
    for line in map(_repair, lines):
        match = _AUTHORITY.match(line)
        if match:
            code = _BLANK.sub("", match["code"])
            code = _CODES.get(code, f"{code}.")
            rest = match["rest"].strip(" .,:")
            if code == "Q.":
                authority, positions, open_behalf = authority or "Q.", [rest], False
                continue
            authority = code
            first, second = _two_positions(rest)
            behalf = first
            positions = [second] if second else []
            open_behalf = second is None
            continue
        if not (mostly_caps(line) or _starts_position(line)):
            continue
        if not positions and behalf is not None and authority == "KT." and bare(line).startswith("pho"):
            # Under "KT. X" stands a deputy of X, however the seal has cut the words.
            positions.append(line if len(line) > 5 and _starts_position(line) else f"PHÓ {behalf}")
            open_behalf = False
            continue
        if (
            len(positions) == 1
            and authority is None
            and bare(line).strip() == "pho " + bare(positions[0]).strip()
        ):
            # "GIÁM ĐỐC" over "PHÓ GIÁM ĐỐC": the "KT." before the upper one was lost (nobody else signs so).
            authority, behalf, positions = "KT.", positions[0], [line]
            continue
        if positions:
            if _joins(positions[-1], line):
                positions[-1] += " " + line
            continue  # a second title under the seal: the upper one counts
        if open_behalf and behalf is not None and not _starts_position(line):
            behalf += " " + line
            continue
        positions.append(line)
        open_behalf = False
    position = _proper(positions[0]) if positions else None
    return authority, _proper(behalf) if behalf is not None else None, position


def _proper(text: str) -> str:
    """A title in ordinary case; one that the list of positions knows is written as there (scans lose tones)."""
    text = text.strip(" .,;:*_")
    low = bare(text)
    for known, proper in sorted(cues.positions().items(), key=lambda item: -len(item[0])):
        if low == known or low.startswith(known + " "):
            rest = text[len(known) :]
            return proper + (f" {sentence_case_name(rest.strip())}" if rest.strip() else "")
    return sentence_case_name(text)


def _joins(position: str, line: str) -> bool:
    """Whether a line goes on with the position above it ("PHÓ CHÁNH" / "VĂN PHÒNG")."""
    low = bare(line).strip(" .,")
    if low.startswith("kiem") or bare(position).endswith("kiem"):
        return True
    return not _starts_position(line) or _unfinished(position)


def _unfinished(position: str) -> bool:
    return (
        bare(position).strip().endswith(("pho", "pho chanh", "chanh", "truong", "uy vien", ",", "-", "kiem"))
    )


def _starts_position(text: str) -> bool:
    low = bare(text).strip(" .,;:-*_")
    return any(low.startswith(p) for p in cues.positions())


def _two_positions(rest: str) -> tuple[str, str | None]:
    """ "BỘ TRƯỞNG THỨ TRƯỞNG" on one line: whom one signs for, and one's own position."""
    low = bare(rest)
    for position in sorted(cues.positions(), key=len, reverse=True):
        if not low.startswith(position + " "):
            continue
        tail = rest[len(position) :].strip(" ,.-–")
        if (
            tail
            and _starts_position(tail)
            and bare(tail).split()[0] in {"pho", "thu", "quyen", "chanh", "vu", "cuc", "truong"}
        ):
            return rest[: len(position)].strip(), tail
    return rest, None
