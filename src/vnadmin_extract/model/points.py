"""Points: what the model reads. One point is one node of the outline with the words that stand above it.

A point by itself rarely says what it is: "Tăng cường công tác tuyên truyền" is a goal under "MỤC TIÊU" and work
under "2. Phòng Văn hóa". The model therefore sees the headings and lead-ins above a point, before its own words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from vnadmin_extract.layout.model import Layout, Node, NodeKind, Zone

HEADINGS: Final = 3
"""So many headings and lead-ins above a point are read, the nearest first."""
_TITLES: Final = frozenset(
    {NodeKind.APPENDIX, NodeKind.PART, NodeKind.CHAPTER, NodeKind.SECTION, NodeKind.ARTICLE, NodeKind.ROMAN}
)
"""What a lead-in paragraph before them does not open: "… như sau:" over the chapters of a plan says nothing of them."""
_HEADING_HEAD: Final = 9
_HEADING_TAIL: Final = 5
"""Syllables at the start and the end of a heading that are read: its unit and its "như sau:"."""
_LONG_PARAGRAPH: Final = 60
"""Characters from which on a paragraph ends what a lead-in before it opened."""
LONGEST: Final = 220
"""Syllables of a point that are read; what is longer says what it is before that."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a document.

    ``start`` and ``end`` are offsets of its own words, without its mark, into the document's normalised text.
    """

    text: str
    start: int
    end: int
    kind: str
    """Abbreviation of the document's kind, ``""`` where it is not known."""
    mark: str
    """Kind of the node (``"number"``, ``"dash"``, …)."""
    above: tuple[str, ...] = ()
    """Headings and lead-ins above it, the outermost first."""
    path: str = ""
    above_at: tuple[int, ...] = ()
    """Where each of ``above`` begins in the document's text."""


def points_of(layout: Layout, kind: str = "") -> list[Point]:
    """The points of a document's body and appendices, in the order of the text; cells of tables are none.

    Args:
        layout: the document, laid out.
        kind: abbreviation of its kind.
    """
    return list(_walk(layout, layout.outline, (), kind))


_Above = tuple[tuple[str, int], ...]


def _walk(layout: Layout, parent: Node, above: _Above, kind: str) -> Iterator[Point]:
    opened = above
    for node in parent.children:
        if node.kind is NodeKind.ROW or (node.block is not None and node.block.cell is not None):
            continue
        if node.block is not None and node.block.zone not in (Zone.BODY, Zone.APPENDIX):
            continue
        own = layout.slice(node.body_start, node.end)
        if node.kind in _TITLES:
            opened = above
        if own.strip():
            near = opened[-HEADINGS:]
            yield Point(
                own,
                node.body_start,
                node.end,
                kind,
                node.kind.value,
                tuple(text for text, _ in near),
                node.path,
                tuple(at for _, at in near),
            )
        own_above = (own, node.body_start)
        yield from _walk(layout, node, (*opened, own_above) if own.strip() else opened, kind)
        if node.kind is NodeKind.PARAGRAPH and own.rstrip().endswith(":"):
            opened = (*above, own_above)
        elif node.kind is NodeKind.PARAGRAPH and not node.children and len(own) > _LONG_PARAGRAPH:
            opened = above


def shortened(words: Sequence[str]) -> list[str]:
    """The words of a heading that are read: its start and its end."""
    if len(words) <= _HEADING_HEAD + _HEADING_TAIL:
        return list(words)
    return [*words[:_HEADING_HEAD], *words[-_HEADING_TAIL:]]
