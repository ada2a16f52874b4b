"""What the layout stage gives: one normalised text with a map back to the page, blocks in zones, an outline.

All offsets in this module are character offsets into :attr:`FlowText.text`, ``start`` included, ``end``
excluded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from vnadmin_extract.document import BBox, Document, Word, union
from vnadmin_extract.geometry import box_as_shown
from vnadmin_extract.record import Evidence


class Zone(StrEnum):
    """Parts of a document, after the boxes of Decree 30/2020, Appendix I, Part I, Section IV."""

    ISSUER = "issuer"  # box 2
    MOTTO = "motto"  # box 1, or the Party's name
    CODE = "code"  # box 3
    PLACE_DATE = "place_date"  # box 4
    TITLE = "title"  # box 5a, the kind
    SUBJECT = "subject"  # box 5a/5b, the abstract (V/v)
    URGENCY = "urgency"  # box 10b
    SECRECY = "secrecy"  # box 10a
    ADDRESSEES = "addressees"  # box 9a
    BODY = "body"  # box 6
    SIGNATURE = "signature"  # boxes 7a-7c
    RECIPIENTS = "recipients"  # box 9b
    APPENDIX = "appendix"
    OTHER = "other"  # form to fill in after the signature, contact block, what no zone takes


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of normalised characters that comes from one word of the page."""

    start: int
    end: int
    page: int
    line: int
    """Running number of the printed line in the document (evidence has one entry for each)."""
    word: Word
    origins: tuple[int, ...] | None = None
    """For each character, its index in ``word.text``; ``None`` where the two are the same."""


@dataclass(frozen=True, slots=True)
class Region:
    """A place on one printed line."""

    page: int
    start: int
    end: int
    bbox: BBox | None


class FlowText:
    """The document's normalised text in reading order, with the map from every character back to the page.

    Characters that stand in no piece (the blanks and line feeds put between words and blocks) have no place
    of their own.
    """

    __slots__ = ("_starts", "geometric", "pieces", "text")

    def __init__(self, text: str, pieces: tuple[Piece, ...], geometric: frozenset[int]) -> None:
        """Make a text.

        Args:
            text: the normalised text.
            pieces: in the order of the text, not overlapping.
            geometric: numbers of the pages whose positions are real and may be reported.
        """
        self.text = text
        self.pieces = pieces
        self.geometric = geometric
        self._starts = [piece.start for piece in pieces]

    def __len__(self) -> int:
        return len(self.text)

    def pieces_between(self, start: int, end: int) -> Iterator[Piece]:
        """The pieces that share a character with ``[start, end)``."""
        for index in range(max(0, bisect_right(self._starts, start) - 1), len(self.pieces)):
            piece = self.pieces[index]
            if piece.start >= end:
                break
            if piece.end > start:
                yield piece

    def regions(self, start: int, end: int) -> list[Region]:
        """Where ``[start, end)`` stands: one region for each printed line, in reading order."""
        result: list[Region] = []
        run: list[Piece] = []

        def close() -> None:
            if not run:
                return
            page = run[0].page
            box = union(_part_box(p, start, end) for p in run) if page in self.geometric else None
            result.append(Region(page, max(start, run[0].start), min(end, run[-1].end), box))
            run.clear()

        for piece in self.pieces_between(start, end):
            if run and (piece.line != run[-1].line or piece.page != run[-1].page):
                close()
            run.append(piece)
        close()
        return result

    def page_at(self, offset: int) -> int:
        """The page on which the character at ``offset`` stands (that of the nearest word before it)."""
        if not self.pieces:
            return 1
        return self.pieces[max(0, bisect_right(self._starts, offset) - 1)].page

    def confidence(self, start: int, end: int) -> float | None:
        """The lowest reading confidence of the words in ``[start, end)``; ``None`` where all are certain."""
        values = [p.word.confidence for p in self.pieces_between(start, end) if p.word.confidence is not None]
        return min(values) if values else None


def _part_box(piece: Piece, start: int, end: int) -> BBox:
    """The box of the part of a word inside ``[start, end)``, its width shared evenly over the characters."""
    x0, top, x1, bottom = piece.word.bbox
    length = piece.end - piece.start
    if length <= 0:
        return piece.word.bbox
    left = x0 + (x1 - x0) * max(0, start - piece.start) / length
    right = x0 + (x1 - x0) * (min(end, piece.end) - piece.start) / length
    return (left, top, right, bottom)


@dataclass(frozen=True, slots=True)
class CellRef:
    """Which cell of which table a block stands in (all from 0; ``table`` counts over the document)."""

    table: int
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (or a printed line of a header) of the text, in one zone."""

    start: int
    end: int
    zone: Zone
    page: int
    bold: bool = False
    """Most of its letters are bold."""
    italic: bool = False
    centered: bool = False
    caps: bool = False
    """All its letters are capitals."""
    indent: float = 0.0
    """First line's left edge minus the text's left margin, in points."""
    size: float | None = None
    heading_level: int | None = None
    """Outline level from the file's own styles, where it has them."""
    cell: CellRef | None = None
    appendix: int | None = None
    """Number of the appendix it belongs to (from 0), ``None`` in the main document."""


class NodeKind(StrEnum):
    """Kinds of node in the outline of the body (Decree 30/2020, Appendix I, Section II.6)."""

    ROOT = "root"
    APPENDIX = "appendix"  # Phụ lục I
    PART = "part"  # Phần
    CHAPTER = "chapter"  # Chương
    SECTION = "section"  # Mục, Tiểu mục
    ARTICLE = "article"  # Điều 1.
    ROMAN = "roman"  # I.
    LETTER_UPPER = "letter_upper"  # A.
    NUMBER = "number"  # 1.  1.1.  1)
    POINT = "point"  # a)
    DASH = "dash"  # -
    PLUS = "plus"  # +
    PARAGRAPH = "paragraph"  # unmarked
    ROW = "row"  # a table row


@dataclass(eq=False, slots=True)
class Node:
    """A node of the outline. ``start``/``end`` span the node's own block, not its children."""

    kind: NodeKind
    start: int
    end: int
    body_start: int
    """Where the text begins after the mark (and, for articles and the like, its number)."""
    mark: str = ""
    """The mark as printed: ``"1."``, ``"a)"``, ``"Điều 3."``, ``"-"``, or ``""``."""
    label: str = ""
    """The mark without its punctuation: ``"1"``, ``"a"``, ``"Điều 3"``; for unmarked nodes a number in words."""
    block: Block | None = None
    children: list[Node] = field(default_factory=list, repr=False)
    parent: Node | None = field(default=None, repr=False)
    table: int | None = None
    """For rows: the table's number in the document, from 0."""
    row: int | None = None

    @property
    def path(self) -> str:
        """Where the node stands: ``"1.a"``, ``"II.2 dash 1"``, ``"Điều 3"``, ``"table 1 row 4"``.

        Misnumbering stays as printed. A row is named by its table alone.
        """
        if self.kind is NodeKind.ROW:
            return self.label
        path = ""
        for node in (*reversed(tuple(self.ancestors())), self):
            if not node.label:
                continue
            unmarked = node.kind in (NodeKind.DASH, NodeKind.PLUS, NodeKind.PARAGRAPH, NodeKind.APPENDIX)
            if not path:
                path = node.label
            elif unmarked:
                path += f" {node.label}"
            elif path.startswith("Phụ lục") and "," not in path:
                path += f", {node.label}"
            elif node.kind is NodeKind.NUMBER and "." in node.label and node.parent is not None:
                # "2.1" below "2" says its parent again
                above = node.parent.label
                path = (
                    path.removesuffix(above) + node.label
                    if node.label.startswith(f"{above}.")
                    else f"{path}.{node.label}"
                )
            else:
                path += f".{node.label}"
        return path

    def ancestors(self) -> Iterator[Node]:
        """The parents, nearest first, without the root."""
        node = self.parent
        while node is not None and node.kind is not NodeKind.ROOT:
            yield node
            node = node.parent

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class FlowCell:
    """A table cell's place in the text (``start == end`` for an empty one)."""

    row: int
    column: int
    start: int
    end: int
    row_span: int = 1
    column_span: int = 1


@dataclass(frozen=True, slots=True)
class FlowTable:
    """A table of data, its cells placed in the text row by row."""

    index: int
    page: int
    rows: int
    columns: int
    cells: tuple[FlowCell, ...]
    appendix: int | None = None

    def grid(self) -> list[list[FlowCell | None]]:
        """``rows`` × ``columns``; a merged cell stands in all the places that it covers."""
        result: list[list[FlowCell | None]] = [[None] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            for r in range(cell.row, min(self.rows, cell.row + cell.row_span)):
                for c in range(cell.column, min(self.columns, cell.column + cell.column_span)):
                    result[r][c] = cell
        return result


@dataclass(frozen=True, slots=True)
class Layout:
    """One document (a file may hold several) laid out: the input of all rule and model stages."""

    document: Document
    pages: tuple[int, int]
    """First and last page of this document in the file."""
    text: FlowText
    blocks: tuple[Block, ...]
    outline: Node
    tables: tuple[FlowTable, ...] = ()
    warnings: tuple[str, ...] = ()

    def in_zone(self, *zones: Zone) -> list[Block]:
        """The blocks of these zones, in the order of the text."""
        return [block for block in self.blocks if block.zone in zones]

    def slice(self, start: int, end: int) -> str:
        """The text between two offsets."""
        return self.text.text[start:end]

    def block_text(self, block: Block) -> str:
        """A block's text."""
        return self.text.text[block.start : block.end]

    def evidence(self, start: int, end: int, source: str) -> tuple[Evidence, ...]:
        """Evidence entries for ``[start, end)``, one for each printed line.

        Args:
            start: first character.
            end: after the last character.
            source: ``"rule:<name>"`` or ``"model:<name>"``.
        """
        return tuple(
            Evidence(
                page=region.page,
                start=region.start,
                end=region.end,
                bbox=self._box_as_shown(region),
                text=self.text.text[region.start : region.end],
                source=source,
            )
            for region in self.text.regions(start, end)
        )

    def _box_as_shown(self, region: Region) -> BBox | None:
        """A region's box on the page as shown: a scan's own positions are those of the page set straight."""
        if region.bbox is None:
            return None
        box = region.bbox
        page = next((p for p in self.document.pages if p.number == region.page), None)
        if page is not None and page.turned:
            box = box_as_shown(box, (page.width, page.height), page.turned)
        return (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))
