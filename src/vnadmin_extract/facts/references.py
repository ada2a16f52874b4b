"""References: every document that this one cites, once, with all its mentions.

The mentions come from :mod:`vnadmin_extract.grammar.citation`; this stage knows where in the document they stand,
merges them, and says what they have to do with one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import regex

from vnadmin_extract.facts.base import Draft
from vnadmin_extract.facts.confidence import confidence
from vnadmin_extract.grammar.citation import NOWHERE, Citation, Context, find_citations
from vnadmin_extract.grammar.code import ParsedCode
from vnadmin_extract.grammar.kinds import kind_by_name
from vnadmin_extract.layout.model import Block, NodeKind, Zone
from vnadmin_extract.record import Code, Reference, ReferenceRelation, Relation
from vnadmin_extract.text.fold import match_key, unmark

_STRENGTH: Final[tuple[Relation, ...]] = (
    "repeals",
    "replaces",
    "amends",
    "promulgates",
    "proposed_by",
    "replies_to",
    "implements",
    "based_on",
    "mentions",
)
"""Strongest first: the relation of a reference is the strongest that any mention says."""

_ZONES: Final = (Zone.SUBJECT, Zone.BODY, Zone.APPENDIX)
_NUMBERED_KINDS: Final = frozenset({"Nghị định", "Thông tư", "Thông tư liên tịch", "Quyết định"})
"""Kinds of which one in force is cited with its number or at least its day."""
_LIST_MARK: Final = regex.compile(r"\s*(?:[-–+•*▪➢]|\(?[a-zđ0-9]{1,2}[.)])\s*")
_HEADING: Final = regex.compile(
    r"\s*(?:[IVX]{1,5}\s*[.\-–)]|[0-9]{1,2}\s*[.\-)/]|Điều\s+[0-9]|Phần\s|Chương\s|[A-Z]\s*[.\-]\s)"
)
_LEAD_IN: Final = regex.compile(
    r"\s*(?:[-+•*]\s*)?(?:(?P<based>can cu)|(?P<does>(?:de\s+)?(?:tiep tuc\s+)?(?:trien khai|thuc hien|thi hanh)))\b"
)
_BASES: Final = regex.compile(
    r"\s*(?:(?:[ivx]{1,5}|[0-9]{1,2}|[a-z])\s*[.)\-/]\s*){0,2}(?:cac\s+|nhung\s+)?(?:can cu|co so)(?:\s+(?:phap ly|xay dung|lap|ban hanh|de an|ke hoach|chuong trinh|phuong an|de|va)){0,6}\s*[.:]?\s*"
)
_PAPERS: Final = regex.compile(
    r"(?:van ban|nghi quyet|ke hoach|quyet dinh|chi thi|chi dao|nghi dinh)(?![a-z])"
)
_ENCLOSED: Final = regex.compile(r"(?:ban hanh\s+)?kem theo\s*$")
_ONLY_DEED: Final = regex.compile(
    r"\s*(?:viec\s+|tiep tuc\s+|to chuc\s+|tang cuong\s+|day manh\s+)*(?:trien khai|thuc hien|thi hanh|sua doi|bo sung|thay the|huong dan|,|va|\s)+"
    r"(?:\s*(?:mot so|cac|noi dung|nhiem vu|dieu|cua|tai|chi dao|y kien|theo)\b)*\s*"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the document to look for citations in."""

    offset: int
    """Of its first character in the document's text."""
    text: str
    context: Context = NOWHERE
    appendix: bool = False


@dataclass(slots=True)
class Cited:
    """One cited document, while its mentions are being gathered."""

    code: ParsedCode | None
    type: str | None
    general: bool
    title: str | None
    date: str | None
    issuer: str | None
    relation: Relation
    mentions: list[tuple[int, int, Citation]] = field(default_factory=list)
    """Start and end in the document's text, and the citation itself."""
    relates_to: dict[int, Relation] = field(default_factory=dict)
    """Position of another cited document in the list → relation."""
    first: int = 0


def passages(draft: Draft) -> list[Passage]:
    """The blocks that may cite (abstract, body, tables, appendices), with what is known about their place."""
    blocks = draft.layout.in_zone(*_ZONES)
    marked = {
        node.start
        for node in draft.layout.outline.walk()
        if node.kind not in {NodeKind.ROOT, NodeKind.PARAGRAPH, NodeKind.DASH, NodeKind.PLUS}
    }
    return list(_passages([(b, draft.layout.block_text(b)) for b in blocks], marked))


def _passages(blocks: Sequence[tuple[Block, str]], marked: set[int]) -> Iterable[Passage]:
    opening = True
    lead: Relation | None = None
    in_list = False
    section, bases = (
        False,
        False,
    )  # under a heading "Căn cứ pháp lý", and whether that has a number like its points
    for index, (block, text) in enumerate(blocks):
        if block.zone is Zone.SUBJECT:
            yield Passage(block.start, text, Context(subject=True))
            continue
        if block.cell is not None or block.zone is Zone.APPENDIX:
            opening = False
        if block.start in marked or _HEADING.match(text):
            opening = False
        inherited = lead if in_list or text[:1].isupper() else None
        bare = unmark(text)
        start = _LEAD_IN.match(bare)
        if _BASES.fullmatch(bare):
            bases = bare.strip()[:1].isdigit()
            section = True
        elif section and _HEADING.match(text) and (bases or not text.strip()[:1].isdigit()):
            section = False
        if section and inherited is None and block.cell is None:
            inherited = "based_on"
        context = Context(opening=opening and index < 25, inherited=inherited if block.cell is None else None)
        yield Passage(block.start, text, context, block.zone is Zone.APPENDIX or block.appendix is not None)
        stripped = text.rstrip()
        if stripped.endswith(":"):
            # a lead-in before a list: "Căn cứ:", "Thực hiện các văn bản sau:"
            named = start is not None and (start["based"] is not None or _PAPERS.search(bare) is not None)
            plain = named and len(stripped) < 200 and "nhu sau" not in bare
            lead = None if not plain or start is None else ("based_on" if start["based"] else "implements")
            in_list = lead is not None
            opening = opening and lead is not None
        elif stripped.endswith((";", ",")) and (start is not None or lead is not None):
            if start is not None:
                lead = "based_on" if start["based"] else "implements"
        elif in_list and _LIST_MARK.match(text):
            pass
        else:
            lead, in_list = None, False
        if "nhu sau" in bare[-60:]:
            opening, lead, in_list = False, None, False


def extract_references(draft: Draft) -> tuple[Reference, ...]:
    """All cited documents, in the order of their first mention.

    Args:
        draft: with ``code`` where the document's own number is known: it is no reference.
    """
    cited = collect(passages(draft), draft.code)
    layout = draft.layout
    ids = {index: f"r{index + 1}" for index in range(len(cited))}
    references: list[Reference] = []
    for index, item in enumerate(cited):
        evidence = tuple(
            entry
            for start, end, citation in item.mentions
            for entry in layout.evidence(start, end, f"rule:references.{_rule(citation)}")
        )
        # read once without a doubt is read well
        readings = [
            reading
            for start, end, _ in item.mentions
            if (reading := layout.text.confidence(start, end)) is not None
        ]
        references.append(
            Reference(
                id=ids[index],
                type=item.type,
                code=item.code.to_code() if item.code else None,
                title=item.title,
                date=item.date,
                issuer=item.issuer,
                relation=item.relation,
                relates_to=tuple(
                    ReferenceRelation(relation=relation, target=ids[target])
                    for target, relation in sorted(item.relates_to.items())
                ),
                evidence=evidence,
                confidence=_confidence(item, max(readings, default=None)),
            )
        )
    return tuple(references)


def _rule(citation: Citation) -> str:
    if citation.code is None:
        return "law" if (kind := kind_by_name(citation.type or "")) is not None and kind.law else "title"
    return citation.code.style


def _confidence(item: Cited, reading: float | None) -> float:
    """How sure it is that the document is cited and its number is read right."""
    return confidence(f"references.{_certainty(item)}", reading)


def _certainty(item: Cited) -> str:
    if item.code is None:
        return "uncoded.dated" if item.date or len(item.mentions) > 1 else "uncoded"
    if item.code.damaged:
        return "repaired" if item.code.number else "unreadable"
    if item.code.number is None:
        return "blank"
    if item.code.style == "bare":
        return "bare.dated" if item.date or item.issuer else "bare"
    if not any(c.written_kind for _, _, c in item.mentions):
        return "kindless"
    return "certain" if item.date or len(item.mentions) > 1 else "coded"


def collect(parts: Iterable[Passage], own: Code | None = None) -> list[Cited]:
    """Find and merge the citations of several passages of one document.

    Args:
        parts: in the order of the text.
        own: the document's own number, whose mentions are left out.
    """
    found: list[Cited] = []
    index = _Index()
    nested_laws: list[tuple[int, Citation, int | None]] = []
    places: dict[tuple[int, int], int] = {}
    pending: list[tuple[int, int, int, Relation]] = []
    for number, part in enumerate(parts):
        citations = find_citations(part.text, part.context)
        bare = unmark(part.text) if citations else ""
        for position, citation in enumerate(citations):
            if _is_own(citation, own, part, bare) or _is_to_come(citation, part):
                continue
            if citation.parent is not None and citation.code is None:
                nested_laws.append((part.offset, citation, places.get((number, citation.parent))))
                continue
            relation = citation.relation
            if citation.parent is not None and part.context.opening:
                outer = citations[citation.parent]
                while outer.parent is not None:
                    outer = citations[outer.parent]
                # "in a letter's opening list introduced by Thực hiện, all that the list names"
                relation = "implements" if outer.relation == "implements" else relation
            target = _find(found, index, citation)
            if target is None:
                target = len(found)
                found.append(
                    Cited(
                        citation.code,
                        None,
                        True,
                        None,
                        None,
                        None,
                        "mentions",
                        first=part.offset + citation.start,
                    )
                )
            _add(found[target], citation, part, citations, relation)
            index.add(target, citation)
            places[number, position] = target
            if citation.parent is not None and citation.parent_relation:
                pending.append((number, citation.parent, target, citation.parent_relation))
            if citation.acts_on is not None and citation.acts_relation is not None:
                other = places.get((number, citation.acts_on))
                if other is not None and other != target:
                    found[target].relates_to.setdefault(other, citation.acts_relation)
    for number, parent, target, relation in pending:
        source = places.get((number, parent))
        if source is not None and source != target and relation != "mentions":
            found[source].relates_to.setdefault(target, relation)
    for offset, citation, parent_place in nested_laws:
        target = _find(found, index, citation)
        if target is None:
            continue
        found[target].mentions.append((offset + citation.start, offset + citation.end, citation))
        relation_ = citation.parent_relation
        if parent_place is not None and parent_place != target and relation_ and relation_ != "mentions":
            found[parent_place].relates_to.setdefault(target, relation_)
    for item in found:
        item.mentions.sort(key=lambda m: m[0])
    return _resolved(found)


def _notation_key(code: ParsedCode) -> str | None:
    if code.notation is None:
        return None
    groups = code.canonical.split("/")[-1] if code.canonical and code.style in {"norm", "assembly"} else None
    if groups is None and code.canonical and code.number:
        groups = code.canonical[len(code.number) + 1 :]
    return regex.sub(r"[-./_ ]+", "-", groups or code.notation).upper()


def _plain_number(code: ParsedCode) -> str | None:
    return code.number.lstrip("0") or code.number if code.number else None


class _Index:
    """Where to look for a document that is cited already, so that long lists stay cheap."""

    def __init__(self) -> None:
        self.numbers: dict[str | None, list[int]] = {}
        self.titles: dict[str, list[int]] = {}

    def add(self, place: int, citation: Citation) -> None:
        """Remember that a mention belongs to the document at ``place``."""
        if citation.code is not None:
            known = self.numbers.setdefault(_plain_number(citation.code), [])
            if place not in known[-8:]:
                known.append(place)
        if citation.title is not None:
            known = self.titles.setdefault(_title_key(citation.title), [])
            if place not in known[-8:]:
                known.append(place)

    def candidates(self, code: ParsedCode) -> list[int]:
        """Documents with this number, and those whose number could not be read; at most the last 200 of each."""
        number = _plain_number(code)
        places = self.numbers.get(number, [])[-200:]
        if code.damaged and number is None:
            places = [p for known in list(self.numbers.values())[-200:] for p in known[-3:]]
        elif number is not None:
            places = self.numbers.get(None, [])[-200:] + places
        return sorted(set(places))


def _find(found: list[Cited], index: _Index, citation: Citation) -> int | None:
    """The cited document that a mention means, if it is known already."""
    code = citation.code
    if code is None:
        return _find_uncoded(found, index, citation)
    key = (_plain_number(code), _notation_key(code))
    if code.notation is None:
        for place in reversed(index.candidates(code)):
            item = found[place]
            other = item.code
            if other is None or _plain_number(other) != key[0]:
                continue
            if code.year and other.year and code.year != other.year:
                continue
            if not _dates_agree(citation.date, item.date):
                continue
            if citation.type == item.type or citation.general or item.general:
                return place
        return None
    candidates: list[int] = []
    for place in index.candidates(code):
        item = found[place]
        other = item.code
        if other is None or other.notation is None or _notation_key(other) != key[1]:
            continue
        if code.year and other.year and code.year != other.year:
            continue
        number = _plain_number(other)
        if number != key[0]:
            # an unreadable number with the same notation and day is the same document
            if (
                not (code.damaged or other.damaged)
                or (number and key[0])
                or not citation.date
                or citation.date != item.date
            ):
                continue
        elif number is None and not _dates_agree(citation.date, item.date):
            continue
        if citation.date and item.date and citation.date[:4] != item.date[:4]:
            continue
        if (
            citation.issuer
            and item.issuer
            and citation.date
            and item.date
            and not _dates_agree(citation.date, item.date)
            and not _same_issuer(citation.issuer, item.issuer)
        ):
            continue
        candidates.append(place)
    return candidates[-1] if candidates else None


def _find_uncoded(found: list[Cited], index: _Index, citation: Citation) -> int | None:
    if citation.title is None:
        return None
    for place in index.titles.get(_title_key(citation.title), [])[-200:]:
        item = found[place]
        if item.type == citation.type and _dates_agree(citation.date, item.date):
            return place
    return None


def _title_key(title: str) -> str:
    return unmark(match_key(title))


def _same_issuer(a: str, b: str) -> bool:
    """Whether two names may be one body's: the same, or one the beginning of the other ("Sở Nội vụ")."""
    first, second = sorted((match_key(a), match_key(b)), key=len)
    return second.startswith(first)


def _dates_agree(a: str | None, b: str | None) -> bool:
    return a is None or b is None or a.startswith(b) or b.startswith(a)


def _add(
    item: Cited, citation: Citation, part: Passage, citations: Sequence[Citation], relation: Relation
) -> None:
    item.mentions.append((part.offset + citation.start, part.offset + citation.end, citation))
    code = citation.code
    if code is not None and item.code is not None:
        better = (
            (item.code.notation is None and code.notation is not None)
            or (item.code.damaged and not code.damaged)
            or (item.code.year is None and code.year is not None)
        )
        if better:
            item.code = code
    elif code is not None:
        item.code = code
    if citation.type is not None and (item.type is None or (item.general and not citation.general)):
        item.type, item.general = citation.type, citation.general
    day = citation.date
    if day is not None and code is not None and code.year is not None and abs(int(day[:4]) - code.year) > 1:
        day = None  # misread: a number with a year was given in that year
    if day is not None and (item.date is None or len(day) > len(item.date)):
        item.date = day
    item.issuer = item.issuer or citation.issuer
    if item.title is None and citation.title is not None and not _only_deed(citation, citations):
        item.title = citation.title
    if _STRENGTH.index(relation) < _STRENGTH.index(item.relation):
        item.relation = relation


def _only_deed(citation: Citation, citations: Sequence[Citation]) -> bool:
    """Whether a title only says what the document does to another one: then ``relates_to`` says it."""
    span = citation.title_span
    if span is None or citation.title is None or citation.code is None:
        return False
    inner = next((c for c in citations if span[0] <= c.start < span[1]), None)
    if inner is None or inner.code is None:
        return False
    return _ONLY_DEED.fullmatch(unmark(citation.title)[: max(0, inner.start - span[0])]) is not None


def _is_own(citation: Citation, own: Code | None, part: Passage, bare: str) -> bool:
    """Whether a mention is of the document itself."""
    code = citation.code
    if own is None or code is None or not code.notation or not own.notation:
        return False
    notation = regex.sub(r"[-./_ ]+", "-", code.notation).upper()
    if notation != regex.sub(r"[-./_ ]+", "-", own.notation).upper():
        return False
    if code.number and own.number and code.number.lstrip("0") == own.number.lstrip("0"):
        return not (code.year and own.year and code.year != own.year)
    # "(Kèm theo Kế hoạch số …/KH-UBND ngày … của …)" over an appendix: the document itself, its number blank
    enclosed = _ENCLOSED.search(bare, max(0, citation.start - 24), citation.start) is not None
    blank = code.number is None or own.number is None
    if code.number is not None and not (
        part.appendix or part.text[: citation.start].lstrip().startswith("(")
    ):
        enclosed = False  # "Quy chế … ban hành kèm theo Quyết định số 12/QĐ-UBND": an older one
    return blank and (enclosed or (code.number is None and own.number is None))


def _is_to_come(citation: Citation, part: Passage) -> bool:
    """Whether an appendix lists a decree, circular or decision to be written: it has neither number nor day."""
    return (
        part.appendix
        and citation.code is None
        and citation.date is None
        and citation.relation == "mentions"
        and citation.type in _NUMBERED_KINDS
    )


def _resolved(found: list[Cited]) -> list[Cited]:
    """Join short mentions that came before the full one, and put all in the order of the first mention."""
    target: dict[int, int] = {}
    # read backwards, so that the first full mention after a short one is the one remembered
    numbers: dict[tuple[str | None, str | None], int] = {}
    titles: dict[tuple[str, str | None], int] = {}
    for index in range(len(found) - 1, -1, -1):
        item = found[index]
        later: int | None = None
        if item.code is not None and item.code.notation is None:
            later = numbers.get((_plain_number(item.code), item.type))
        elif item.code is None and item.title is not None:
            later = titles.get((_title_key(item.title), item.type))
        if later is not None and _dates_agree(found[later].date, item.date):
            target[index] = later
        if item.code is not None and item.code.notation is not None:
            numbers[_plain_number(item.code), item.type] = index
            if item.title is not None:
                titles[_title_key(item.title), item.type] = index
    for source, into in target.items():
        item, kept = found[source], found[into]
        kept.mentions = sorted(item.mentions + kept.mentions, key=lambda m: m[0])
        kept.first = min(item.first, kept.first)
        kept.date = kept.date or item.date
        kept.issuer = kept.issuer or item.issuer
        kept.title = kept.title or item.title
        if _STRENGTH.index(item.relation) < _STRENGTH.index(kept.relation):
            kept.relation = item.relation
        for other_index, relation in item.relates_to.items():
            kept.relates_to.setdefault(other_index, relation)
    order = sorted((i for i in range(len(found)) if i not in target), key=lambda i: (found[i].first, i))
    place = {old: new for new, old in enumerate(order)}
    for source, into in target.items():
        place[source] = place[into]
    result: list[Cited] = []
    for old in order:
        item = found[old]
        item.relates_to = {place[t]: r for t, r in item.relates_to.items() if place[t] != place[old]}
        result.append(item)
    return result
