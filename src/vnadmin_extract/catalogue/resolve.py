"""Which document of the catalogue a citation means, and which citations mean the same document.

Number and notation are no key: state numbers begin again each year in each body, Party numbers with each term of a
committee. Two mentions are of one document where number and notation agree (slips set right), nothing contradicts
(date, year in the number, issuer, region), and of several that fit none fits better. Where several fit equally well
the answer says so instead of choosing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal

from vnadmin_extract.catalogue.bodies import (
    NOWHERE,
    Body,
    Region,
    body,
    document_region,
    national_notation,
    same_body,
)
from vnadmin_extract.grammar.edtf import first_day, last_day
from vnadmin_extract.text.fold import match_key

Certainty = Literal["sure", "likely", "ambiguous"]


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document of the catalogue."""

    id: str
    file: str
    first_page: int
    type: str | None
    code: str | None
    code_key: str | None
    code_year: int | None
    issuer: str | None
    issuer_parent: str | None
    level: str | None
    unit_code: str | None
    issued: str | None
    subject: str | None


@dataclass(frozen=True, slots=True)
class ReferenceInfo:
    """A citation."""

    document_id: str
    ordinal: int
    type: str | None
    code: str | None
    code_key: str | None
    code_year: int | None
    title: str | None
    issued: str | None
    issuer: str | None
    relation: str


@dataclass(frozen=True, slots=True)
class Mention:
    """What a document says of itself, or of another one that it cites: all that tells documents apart."""

    key: str
    """Number and notation; the title for documents without a number."""
    year: int | None
    first: date | None
    last: date | None
    body: Body | None
    region: Region
    national: bool
    not_after: date | None = None
    """For a citation: the last day on which the citing document may have been issued."""

    @property
    def exactness(self) -> int:
        """How much it says; the more, the earlier it is asked for."""
        days = (self.last - self.first).days if self.first and self.last else 9999
        dated = 3 if days == 0 else 2 if days < 400 else 1 if self.year else 0
        return dated * 2 + (self.body is not None or self.national)


@dataclass(slots=True, eq=False)
class Work:
    """One document as people know it: all copies in the catalogue and all citations of it."""

    number: int
    """Its place among the works of a network, from 0."""
    mentions: list[Mention] = field(default_factory=list)
    documents: list[DocumentInfo] = field(default_factory=list)
    references: list[ReferenceInfo] = field(default_factory=list)

    @property
    def here(self) -> bool:
        """Whether the catalogue has the document itself."""
        return bool(self.documents)

    @property
    def type(self) -> str | None:
        """Its kind."""
        return _first(d.type for d in self.documents) or _commonest(r.type for r in self.references)

    @property
    def code(self) -> str | None:
        """Number and notation as printed on it, or as cited most often."""
        return _first(d.code for d in self.documents) or _commonest(r.code for r in self.references)

    @property
    def issued(self) -> str | None:
        """Its date (EDTF), the most exact one that is known."""
        dates = [d.issued for d in self.documents] + [r.issued for r in self.references]
        known = [value for value in dates if value]
        longest = max(map(len, known), default=0)
        return _commonest(value for value in known if len(value) == longest)

    @property
    def issuer(self) -> str | None:
        """Who issued it: its own header, or the fullest of the names in citations."""
        own = _first(d.issuer for d in self.documents)
        names = sorted({r.issuer for r in self.references if r.issuer}, key=lambda name: (-len(name), name))
        return own or (names[0] if names else None)

    @property
    def title(self) -> str | None:
        """Its abstract or title."""
        return _first(d.subject for d in self.documents) or _commonest(r.title for r in self.references)

    @property
    def name(self) -> str:
        """How people call it: kind and code, or the best there is."""
        parts = [part for part in (self.type, self.code) if part]
        numbered = self.code is not None and any(c.isdigit() for c in self.code.split("/")[0])
        if not numbered and self.title:
            title = self.title
            parts = [
                title
                if self.type and title.lower().startswith(self.type.lower())
                else f"{self.type or ''} {title}"
            ]
        return " ".join(parts).strip() or (self.documents[0].file if self.documents else "?")


@dataclass(frozen=True, slots=True)
class Link:
    """A citation's target."""

    work: Work
    certainty: Certainty


_TITLE: Final = "title:"


class Resolver:
    """Puts documents and citations together into works."""

    def __init__(self, documents: Iterable[DocumentInfo], references: Iterable[ReferenceInfo]) -> None:
        """Resolve.

        Args:
            documents: those of the catalogue, in a fixed order.
            references: citations in these documents.
        """
        self.works: list[Work] = []
        self._by_key: dict[str, list[Work]] = {}
        self._work_of: dict[str, Work] = {}
        self._links: dict[tuple[str, int], tuple[Link, ...]] = {}
        self._own: dict[str, Mention] = {}
        known = {document.id: document for document in documents}
        for document in known.values():
            self._own[document.id] = _own_mention(document)
        for document in sorted(
            known.values(), key=lambda d: (-self._own[d.id].exactness, d.file, d.first_page)
        ):
            self._add_document(document)
        cited = [(self._cited_mention(reference), reference) for reference in references]
        cited.sort(key=lambda pair: (-pair[0].exactness, pair[1].document_id, pair[1].ordinal))
        for mention, reference in cited:
            self._add_reference(mention, reference)

    def work_of(self, document_id: str) -> Work:
        """The work of a document."""
        return self._work_of[document_id]

    def links(self, reference: ReferenceInfo) -> tuple[Link, ...]:
        """What a citation means: one work, or several where it is ambiguous; none for a citation without words."""
        return self._links.get((reference.document_id, reference.ordinal), ())

    def find(self, key: str, year: int | None = None) -> list[Work]:
        """The works with a number (:func:`~vnadmin_extract.catalogue.codes.code_key`)."""
        works = self._by_key.get(key, ())
        return [
            work
            for work in works
            if year is None or any(_year_agrees(mention, year) for mention in work.mentions)
        ]

    def find_title(self, title: str) -> list[Work]:
        """The works without a number that are cited by a title that begins with these words."""
        wanted = _TITLE + match_key(title)
        return [
            work
            for key, works in self._by_key.items()
            if key == wanted or key.startswith(wanted + " ")
            for work in works
        ]

    def _add_document(self, document: DocumentInfo) -> None:
        mention = self._own[document.id]
        work = None
        if document.code_key is not None:
            # Two files are copies of one document only where date and issuer say so.
            copies = [
                w
                for w in self._by_key.get(mention.key, ())
                if _agreement(mention, w.mentions[0]) == (True, True)
            ]
            work = copies[0] if len(copies) == 1 else None
        if work is None:
            work = self._new(mention.key if document.code_key is not None else None)
        work.mentions.append(mention)
        work.documents.append(document)
        self._work_of[document.id] = work

    def _add_reference(self, mention: Mention, reference: ReferenceInfo) -> None:
        place = (reference.document_id, reference.ordinal)
        if mention.key == _TITLE:
            return
        own = self._work_of.get(reference.document_id)
        fitting = []
        for work in self._by_key.get(mention.key, ()):
            if work is own:
                continue
            agreements = [_agreement(mention, m) for m in work.mentions]
            if all(a is not None for a in agreements):
                best = max((_strength(a) for a in agreements if a is not None), default=0)
                fitting.append((best, work))
        best = max((strength for strength, _ in fitting), default=0)
        chosen = [work for strength, work in fitting if strength == best]
        if not chosen:
            chosen = [self._new(mention.key)]
            best = 2 if mention.exactness >= 5 else 1
        certainty: Certainty = "ambiguous" if len(chosen) > 1 else "sure" if best >= 2 else "likely"
        if len(chosen) == 1:
            chosen[0].references.append(reference)
            told = replace(mention, not_after=None)
            if told not in chosen[0].mentions:  # documents that all cite are cited in few ways
                chosen[0].mentions.append(told)
        self._links[place] = tuple(Link(work, certainty) for work in chosen)

    def _cited_mention(self, reference: ReferenceInfo) -> Mention:
        citing = self._own.get(reference.document_id)
        region = citing.region if citing else NOWHERE
        key = reference.code_key
        by = body(reference.issuer, region) if reference.issuer else None
        national = (by.national if by else False) or (key is not None and national_notation(key))
        return Mention(
            key=key if key is not None else _TITLE + match_key(reference.title or ""),
            year=reference.code_year,
            first=first_day(reference.issued),
            last=last_day(reference.issued),
            body=by,
            region=NOWHERE if national else by.region if by else region,
            national=national,
            not_after=citing.last if citing else None,
        )

    def _new(self, key: str | None) -> Work:
        work = Work(len(self.works))
        self.works.append(work)
        if key is not None:
            self._by_key.setdefault(key, []).append(work)
        return work


def _own_mention(document: DocumentInfo) -> Mention:
    region = document_region(
        document.issuer, document.issuer_parent, document.unit_code, document.level, document.issued
    )
    by = body(document.issuer, region) if document.issuer else None
    key = document.code_key
    return Mention(
        key=key if key is not None else "",
        year=document.code_year,
        first=first_day(document.issued),
        last=last_day(document.issued),
        body=by,
        region=region,
        national=(by.national if by else False) or (key is not None and national_notation(key)),
    )


def _agreement(a: Mention, b: Mention) -> tuple[bool | None, bool | None] | None:
    """What two mentions with one number say of date and of body: the same, or unknown; ``None``: they contradict."""
    day: bool | None = None
    if a.first and a.last and b.first and b.last:
        if a.first > b.last or b.first > a.last:
            return None
        day = True
    for one, other in ((a, b), (b, a)):
        if one.year is not None:
            if not _year_agrees(other, one.year):
                return None
            # A number with its year is as good as a date: the series begins again each year.
            day = day or (True if other.year or other.first else None)
        if one.not_after and other.first and other.first > one.not_after:
            return None
    who = same_body(a.body, b.body)
    if who is False:
        return None
    if who is None and a.national and b.national:
        who = True
    unnamed = a.body is None or b.body is None
    if who is None and unnamed and not (a.national or b.national) and a.region.differs(b.region):
        # A body cites its own documents and those of bodies above it; one of another province would be named.
        return None
    return day, who


def _strength(agreement: tuple[bool | None, bool | None]) -> int:
    """2: date and body agree; 1: one of them; 0: only the number."""
    day, who = agreement
    return bool(day) + bool(who)


def _year_agrees(mention: Mention, year: int) -> bool:
    if mention.year is not None:
        return mention.year == year
    if mention.first and mention.last:
        return mention.first.year <= year <= mention.last.year
    return True


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _commonest(values: Iterable[str | None]) -> str | None:
    known: Sequence[str] = sorted(value for value in values if value)
    return max(known, key=lambda value: (known.count(value), len(value)), default=None)
