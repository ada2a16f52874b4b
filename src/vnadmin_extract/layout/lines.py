"""Printed lines, normalised: the common ground of all layout steps.

Normalising happens here and nowhere else: each word is normalised once, and keeps the map back to its printed
characters.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from statistics import median

import regex

from vnadmin_extract.document import BBox, Document, Line, Page, Table, Word, union
from vnadmin_extract.layout.model import CellRef
from vnadmin_extract.text.fold import strip_marks
from vnadmin_extract.text.normalize import normalize_word

_DIGITS = regex.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its normalised text."""

    word: Word
    text: str
    origins: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Seg:
    """A printed line, or one column's part of it."""

    tokens: tuple[Token, ...]
    page: int
    line: int
    """Running number of the printed line in the document."""
    bbox: BBox
    text: str
    """The tokens joined by single blanks."""
    bare: str
    """``text`` in lower case without tones and diacritics, for recognising."""
    starts_paragraph: bool | None = None
    heading_level: int | None = None
    cell: CellRef | None = None
    gap: float = 0.0
    """Blank space above, in points; a page's first line has 0."""

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.bbox[0]

    @property
    def x1(self) -> float:
        """Right edge."""
        return self.bbox[2]

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.bbox[1]

    @property
    def bold(self) -> bool:
        """Most letters are bold."""
        return _share(self.tokens, "bold") > 0.5

    @property
    def italic(self) -> bool:
        """Most letters are italic."""
        return _share(self.tokens, "italic") > 0.5

    @property
    def size(self) -> float | None:
        """The most common font size, in points."""
        sizes = Counter(t.word.size for t in self.tokens if t.word.size)
        return sizes.most_common(1)[0][0] if sizes else None

    @property
    def caps(self) -> bool:
        """All its letters are capitals, and there are at least two of them."""
        return is_caps(self.text)

    def part(self, first: int, last: int | None = None) -> Seg | None:
        """The tokens ``[first:last]`` as a segment of the same line; ``None`` where none is left."""
        tokens = self.tokens[first:last]
        if not tokens:
            return None
        return make_seg(tokens, self.page, self.line, like=self)


def is_caps(text: str) -> bool:
    """Whether all letters of a text (two at least) are capitals."""
    return text.isupper() and sum(map(str.isalpha, text)) >= 2


def mostly_caps(text: str) -> bool:
    """Whether nearly all letters are capitals (OCR reads some capitals as small letters)."""
    letters = sum(map(str.isalpha, text))
    return letters >= 2 and (text.isupper() or sum(map(str.isupper, text)) >= 0.8 * letters)


def _share(tokens: tuple[Token, ...], name: str) -> float:
    """The share of the letters whose word has a flag set."""
    flags = [getattr(t.word, name) for t in tokens]
    if not any(flags):
        return 0.0
    if all(flags):
        return 1.0
    total = sum(len(t.text) for t in tokens)
    return sum(len(t.text) for t, flag in zip(tokens, flags, strict=True) if flag) / total if total else 0.0


def bare(text: str) -> str:
    """Lower case without tones and diacritics; same length as ``text`` (NFC)."""
    return strip_marks(text).lower()


def make_seg(tokens: tuple[Token, ...], page: int, line: int, *, like: Seg | None = None) -> Seg:
    """A segment of these tokens; flags are taken from ``like``."""
    text = " ".join(t.text for t in tokens)
    seg = Seg(tokens, page, line, union(t.word.bbox for t in tokens), text, bare(text))
    if like is not None:
        seg = replace(
            seg,
            starts_paragraph=like.starts_paragraph if tokens[0] is like.tokens[0] else None,
            heading_level=like.heading_level,
            cell=like.cell,
            gap=like.gap,
        )
    return seg


def cut_at_gaps(seg: Seg, gap: float, keep: Callable[[str, str], bool] | None = None) -> list[Seg]:
    """A line's parts between wide blanks.

    Args:
        seg: the line.
        gap: blank, in points, that parts two columns.
        keep: told the words on both sides of a wide blank, says whether it is no cut.
    """
    cuts = [0]
    for index, (before, token) in enumerate(itertools.pairwise(seg.tokens), 1):
        wide = token.word.bbox[0] - before.word.bbox[2] > gap
        if wide and not (keep is not None and keep(before.text, token.text)):
            cuts.append(index)
    cuts.append(len(seg.tokens))
    parts = (seg.part(a, b) for a, b in itertools.pairwise(cuts))
    return [part for part in parts if part is not None]


def tokens_of(line: Line) -> tuple[Token, ...]:
    """The line's words, normalised; words that vanish (zero-width characters) are dropped."""
    result = []
    for word in line.words:
        text, origins = normalize_word(word.text)
        if text and not text.isspace():
            result.append(Token(word, text, origins))
    return tuple(result)


@dataclass(frozen=True, slots=True)
class TableItem:
    """A table in the flow of a page."""

    table: Table
    page: int
    top: float


@dataclass(frozen=True, slots=True)
class PageItems:
    """A page's printed lines and tables, top to bottom, without page numbers and running heads."""

    page: Page
    items: tuple[Seg | TableItem, ...]

    @property
    def segs(self) -> list[Seg]:
        """The lines alone."""
        return [item for item in self.items if isinstance(item, Seg)]


def page_items(document: Document) -> list[PageItems]:
    """All pages' lines and tables in order, normalised, without furniture."""
    pages: list[PageItems] = []
    number = 0
    for page in document.pages:
        items: list[Seg | TableItem] = [TableItem(t, page.number, t.bbox[1]) for t in page.tables]
        bottom: float | None = None
        for line in page.lines:
            tokens = tokens_of(line)
            if not tokens:
                continue
            seg = make_seg(tokens, page.number, number)
            gap = 0.0 if bottom is None else max(0.0, seg.bbox[1] - bottom)
            items.append(
                replace(
                    seg, starts_paragraph=line.starts_paragraph, heading_level=line.heading_level, gap=gap
                )
            )
            bottom = seg.bbox[3]
            number += 1
        items.sort(
            key=lambda item: item.top if page.geometric or isinstance(item, TableItem) else item.bbox[1]
        )
        pages.append(PageItems(page, tuple(items)))
    return _without_furniture(pages)


_PAGE_NUMBER = regex.compile(
    r"^(?:[-–—~.\s|]*(?:trang|page|tr\.)?\s*\d{1,4}(?:\s*/\s*\d{1,4})?[-–—~.\s|]*)$", regex.I
)
_PAGE_ROMAN = regex.compile(r"^[-–—\s]*[ivx]{1,5}[-–—\s]*$", regex.I)


def _without_furniture(pages: list[PageItems]) -> list[PageItems]:
    """Drop page numbers, and heads or feet that stand on three pages or more at the same height."""
    heads: Counter[tuple[str, int]] = Counter()
    for page in pages:
        for seg in _edge_segs(page):
            heads[_furniture_key(seg)] += 1
    result = []
    for index, page in enumerate(pages):
        edge = {id(seg) for seg in _edge_segs(page)}
        kept = []
        for item in page.items:
            if isinstance(item, Seg) and id(item) in edge:
                first = item is next((s for s in page.items if isinstance(s, Seg)), None)
                if _PAGE_NUMBER.match(item.text) and (index > 0 or not first):
                    continue
                if index > 0 and first and _PAGE_ROMAN.match(item.text) and len(page.segs) > 3:
                    continue
                if heads[_furniture_key(item)] >= 3 and len(item.bare) > 3:
                    continue
            kept.append(item)
        result.append(PageItems(page.page, tuple(kept)))
    return result


def _furniture_key(seg: Seg) -> tuple[str, int]:
    return _DIGITS.sub("#", seg.bare), round(seg.top / 12)


def _edge_segs(page: PageItems) -> Iterable[Seg]:
    segs = page.segs
    return (*segs[:2], *segs[max(2, len(segs) - 2) :])


def page_margins(segs: Iterable[Seg]) -> tuple[float, float]:
    """Left and right margin of the running text of some lines: the commonest left edge, a high right edge."""
    lines = [s for s in segs if len(s.text) > 30] or list(segs)
    if not lines:
        return (0.0, 0.0)
    lefts = Counter(round(s.x0 / 4) for s in lines)
    top = max(lefts.values())
    # The smallest of the common left edges: continuation lines stand left of first lines.
    left = min(k for k, n in lefts.items() if n >= max(1, 0.34 * top)) * 4.0
    rights = sorted(s.x1 for s in lines)
    return left, rights[min(len(rights) - 1, int(len(rights) * 0.85))]


def line_height(segs: Iterable[Seg]) -> float:
    """The usual height of a line, in points."""
    heights = [s.bbox[3] - s.bbox[1] for s in segs]
    return median(heights) if heights else 12.0
