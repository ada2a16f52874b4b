"""Facts of the head and the signature that rules missed on a scan, from lines that a small model tells.

Asked only where a scan's record lacks its number, place and date, kind, issuer, abstract or signer: the model says
which printed lines hold it, and the grammar of that field reads them. What rules found stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import regex

from vnadmin_extract.document import TextOrigin
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.calibration import Curve
from vnadmin_extract.facts.code import own_code
from vnadmin_extract.facts.document_type import kind_of_title
from vnadmin_extract.facts.issued import place_and_date
from vnadmin_extract.facts.issuer import extract_issuer
from vnadmin_extract.facts.signer import SignatureLine, signer_of
from vnadmin_extract.facts.subject import abstract
from vnadmin_extract.grammar.code import find_codes
from vnadmin_extract.layout.lines import bare, mostly_caps
from vnadmin_extract.layout.model import Layout, Zone
from vnadmin_extract.record import DocumentType, Evidence, Issued, Issuer, OwnCode, Signer, Subject

if TYPE_CHECKING:
    from spacy.language import Language

    from vnadmin_extract.model.zones import FieldSetting, ZoneLine

FIELDS: Final = ("code", "issued", "type", "issuer", "subject", "signer")
SOURCE: Final = "model:zones"
_ZONE: Final = {
    "code": Zone.CODE,
    "issued": Zone.PLACE_DATE,
    "type": Zone.TITLE,
    "issuer": Zone.ISSUER,
    "subject": Zone.SUBJECT,
    "signer": Zone.SIGNATURE,
}
_SCANS: Final = frozenset({TextOrigin.OCR, TextOrigin.MIXED})

Facts = tuple[
    OwnCode | None, Issued | None, DocumentType | None, Issuer | None, Subject | None, Signer | None
]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Lines that may hold a field."""

    lines: tuple[ZoneLine, ...]
    text: str
    sure: float
    """The lowest of the lines' probabilities."""

    @property
    def start(self) -> int:
        """Where the first of its lines begins in the document's text."""
        return min(line.start for line in self.lines)

    @property
    def end(self) -> int:
        """Where the last of its lines ends."""
        return max(line.end for line in self.lines)


def extract_zones(draft: Draft) -> Facts:
    """The facts of :data:`FIELDS`: those of the rules, and on scans those that the model adds.

    Args:
        draft: with the facts of the rules.
    """
    given = {name: getattr(draft, name) for name in FIELDS}
    if draft.config.models and draft.layout.document.text_origin in _SCANS and missing(draft):
        from vnadmin_extract.model.zones import available, settings

        if available():
            for name, (value, sure) in found_by_model(draft, settings()).items():
                curve = settings()[name]
                given[name] = _with_source(value, given[name], round(Curve(curve.x, curve.y)(sure), 3))
    return tuple(given[name] for name in FIELDS)


def missing(draft: Draft) -> list[str]:
    """The fields that rules left open; a signer without a name is one."""
    names = [name for name in FIELDS if getattr(draft, name) is None]
    if draft.signer is not None and draft.signer.name is None:
        names.append("signer")
    return names


def found_by_model(
    draft: Draft, settings: Mapping[str, FieldSetting], nlp: Language | None = None
) -> dict[str, tuple[Any, float]]:
    """What the model's lines give for the missing fields, with the model's probability.

    Args:
        draft: with the facts of the rules.
        settings: the threshold of each field that is looked for.
        nlp: a trained pipeline; the shipped one where ``None``.
    """
    from vnadmin_extract.model.zones import head_lines, read_zones, tail_lines

    wanted = [name for name in missing(draft) if name in settings]
    result: dict[str, tuple[Any, float]] = {}
    read: dict[bool, tuple[list[ZoneLine], list[dict[str, float]]]] = {}
    for name in wanted:
        at_end = name == "signer"
        if at_end not in read:
            lines = tail_lines(draft.layout) if at_end else head_lines(draft.layout)
            read[at_end] = (lines, read_zones(lines, nlp))
        lines, zones = read[at_end]
        likely = [
            (line, zone[_ZONE[name].value])
            for line, zone in zip(lines, zones, strict=True)
            if zone[_ZONE[name].value] >= settings[name].threshold
        ]
        found = _READERS[name](draft, likely) if likely else None
        if found is not None:
            result[name] = found
    return result


def _with_source(found: Any, given: Any, sure: float) -> Any:
    """A fact of the model's lines; to a signer that rules know without a name only the name is added."""
    if isinstance(given, Signer):
        known = {item.start for item in given.evidence}
        added = [item for item in found.evidence if item.start not in known]
        evidence = (*given.evidence, *_as_model(added))
        update = {"name": found.name, "evidence": evidence, "confidence": min(sure, given.confidence)}
        return given.model_copy(update=update)
    update = {"evidence": _as_model(found.evidence), "confidence": sure}
    if getattr(found, "parts", None):
        update["parts"] = {part: min(sure, value) for part, value in found.parts.items()}
    return found.model_copy(update=update)


def _as_model(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple(item.model_copy(update={"source": SOURCE}) for item in evidence)


# --- lines -------------------------------------------------------------------------------------------------------

_Likely = Sequence[tuple["ZoneLine", float]]


def _single(likely: _Likely) -> Iterator[Candidate]:
    """Each printed line with all of its likely parts, the surest first, then the parts by themselves."""
    rows: dict[int, list[tuple[ZoneLine, float]]] = {}
    for line, sure in likely:
        rows.setdefault(line.line, []).append((line, sure))
    whole = [_joined(row) for row in rows.values() if len(row) > 1]
    parts = [_joined([item]) for item in likely]
    yield from sorted((*whole, *parts), key=lambda c: (-c.sure, -len(c.text)))


def _joined(items: _Likely) -> Candidate:
    lines = tuple(line for line, _ in items)
    return Candidate(lines, " ".join(line.text for line in lines), min(sure for _, sure in items))


def _evidence(layout: Layout, candidate: Candidate) -> tuple[Evidence, ...]:
    return tuple(e for line in candidate.lines for e in layout.evidence(line.start, line.end, SOURCE))


# --- what a scan does to letters ---------------------------------------------------------------------------------

_SPECKS: Final = regex.compile(r"[`'’‘·~*|^\"]+|(?<=\p{L})[.,](?=\p{L})")
_GLUED: Final = regex.compile(r"(?<=\p{L}{2})(?=\d)|(?<=\b\d{1,4})(?=\p{L}{2})")
_TORN: Final = regex.compile(
    r"\b(t)\s(h?[aáàảãạ]n[gqG9])\b|\b(th)\s([aáàảãạ]n[gqG9])\b|\b(th[aáàảãạ]n)\s([gqG9])\b|\b(ng)\s([aàáảãạ]y)\b|\b(n[ăa]?)\s([ăa]?m)(?=\s\W*\d)"
)
_WORDS: Final = regex.compile(r"\p{L}[\p{L}\d]{1,6}")
_FIGURE_NEXT: Final = regex.compile(r"\W*\d")
_CUES: Final = ("ngày", "tháng", "năm")
_BARE_CUES: Final = {cue: bare(cue) for cue in _CUES}


def without_specks(text: str) -> str:
    """A line without dirt that was read as signs."""
    return " ".join(_SPECKS.sub("", text).split())


def dated(text: str) -> str:
    """A line of place and date with "ngày", "tháng", "năm" set right where one letter of them was misread.

    >>> dated("Yên Khê, ngàv 08 thảng4 nam 2010")
    'Yên Khê, ngày 08 tháng 4 năm 2010'
    """
    text = _GLUED.sub(" ", without_specks(text))
    text = _TORN.sub(lambda m: "".join(g for g in m.groups() if g), text)
    found: dict[str, tuple[int, int]] = {}
    words = list(_WORDS.finditer(text))
    # From the right: the words stand in their order, and places have names like "Hoà Nam".
    last = len(words)
    for cue in reversed(_CUES):
        key = _BARE_CUES[cue]
        best = 2
        for index in range(last - 1, -1, -1):
            distance = _differ(bare(words[index].group()), key)
            fits = (
                (distance == 0 and cue != "năm")
                or (cue == "ngày" and "tháng" in found)
                or (cue != "ngày" and _FIGURE_NEXT.match(text, words[index].end()) is not None)
            )
            if distance < best and fits:
                best, found[cue] = distance, (words[index].start(), words[index].end())
                last = index
            if best == 0:
                break
    for cue, (start, end) in sorted(found.items(), key=lambda item: -item[1][0]):
        text = text[:start] + cue + text[end:]
    return text


def _differ(word: str, cue: str) -> int:
    """In how many letters a word differs from a cue word, at most one lost or put in; 2 stands for more."""
    if word == cue:
        return 0
    if len(word) == len(cue):
        return 1 if sum(a != b for a, b in zip(word, cue, strict=True)) == 1 else 2
    longer, shorter = (word, cue) if len(word) > len(cue) else (cue, word)
    if len(longer) - len(shorter) != 1 or len(shorter) < 3:
        return 2
    return 1 if any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))) else 2


# --- fields ------------------------------------------------------------------------------------------------------


_TORN_SYMBOL: Final = regex.compile(r"(?<=[\p{Lu}&/-])\s+(?=[\p{Lu}&/-]+(?:\s|[-/&]|$))")
"""A blank inside a notation: "588/SGTV T-QLKCHT"."""


def _code(draft: Draft, likely: _Likely) -> tuple[OwnCode, float] | None:
    for candidate in _single(likely):
        text = _TORN_SYMBOL.sub("", without_specks(candidate.text))
        found = own_code(draft.layout, text, candidate.start, candidate.end)
        if found is None:
            # Run together with the place and date of the other column.
            inside = find_codes(text)
            if inside:
                part = text[: inside[0].end]
                found = own_code(draft.layout, part[inside[0].start :], candidate.start, candidate.end)
        if found is not None and found.notation:
            evidence = _evidence(draft.layout, candidate)
            return found.model_copy(update={"evidence": evidence}), candidate.sure
    return None


_LEFT_COLUMN: Final = regex.compile(r"^.*(?:[\d/]\S*|\p{Lu}{2}\S*)\s+(?=\p{Lu}\p{Ll})")


def _issued(draft: Draft, likely: _Likely) -> tuple[Issued, float] | None:
    for candidate in _single(likely):
        text = dated(candidate.text)
        at = text.find("ngày")
        place = text[: max(0, at)]
        # A number run together with it from the left column ends in figures or capitals.
        beside = _LEFT_COLUMN.match(place)
        found = place_and_date(
            draft.layout, text[beside.end() :] if beside else text, candidate.start, candidate.end
        )
        if found is not None and len(found.date or "") < len("2024-01-31"):
            # A line so damaged that its day or month is lost is no ground for a shorter date: on the dev split none was right.
            found = found.model_copy(update={"date": None, "parts": None}) if found.place else None
        if found is not None:
            evidence = _evidence(draft.layout, candidate)
            return found.model_copy(update={"evidence": evidence}), candidate.sure
    return None


def _type(draft: Draft, likely: _Likely) -> tuple[DocumentType, float] | None:
    for candidate in _single(likely):
        kind, _ = kind_of_title(without_specks(candidate.text))
        if kind is not None:
            evidence = _evidence(draft.layout, candidate)
            return DocumentType(
                name=kind.name, abbreviation=kind.abbreviation, evidence=evidence
            ), candidate.sure
    return None


def _issuer(draft: Draft, likely: _Likely) -> tuple[Issuer, float] | None:
    printed = [(without_specks(line.text), line.start, False) for line, _ in likely]
    warned = len(draft.warnings)
    found = extract_issuer(draft, printed)
    if found is None:
        del draft.warnings[warned:]
        return None
    # The issuer's name is only as sure as the line of it that is least so.
    return found, min(sure for _, sure in likely)


def _subject(draft: Draft, likely: _Likely) -> tuple[Subject, float] | None:
    run = [likely[0]]
    for item in likely[1:]:
        if item[0].line - run[-1][0].line > 1:
            break
        run.append(item)
    candidate = _joined(run)
    found = abstract(draft.layout, without_specks(candidate.text), candidate.start, candidate.end)
    if found is None:
        return None
    return found.model_copy(update={"evidence": _evidence(draft.layout, candidate)}), candidate.sure


def _signer(draft: Draft, likely: _Likely) -> tuple[Signer, float] | None:
    lines = [SignatureLine(line.start, line.end, without_specks(line.text)) for line, _ in likely]
    found = signer_of(draft.layout, lines)
    if found is None or found.name is None or mostly_caps(found.evidence[-1].text):
        return None  # a name in capitals is rarer than a position that is in no list
    at = {e.start for e in found.evidence}
    return found, min((sure for line, sure in likely if line.start in at), default=likely[-1][1])


_READERS: Final[Mapping[str, Callable[[Draft, _Likely], tuple[Any, float] | None]]] = {
    "code": _code,
    "issued": _issued,
    "type": _type,
    "issuer": _issuer,
    "subject": _subject,
    "signer": _signer,
}
