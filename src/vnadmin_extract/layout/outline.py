"""Marks of outline nodes and the tree that they make.

Decree 30/2020, Appendix I, Section II.6: Phần, Chương (Roman), Mục, Tiểu mục, Điều, Khoản (Arabic with a dot),
Điểm (a) b) c) d) đ) e)…); in practice also I. II., 1.1., dashes, pluses, and Party style "1-". Lists that are
misnumbered keep their numbers as printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from vnadmin_extract.layout.cues import cue_words, starts_with_any
from vnadmin_extract.layout.model import Block, FlowTable, Node, NodeKind, Zone
from vnadmin_extract.text.fold import strip_marks

_CITED_LAW = regex.compile(r"(?:Luật|Nghị|Thông|Quyết|Quy|Bộ luật|Điều lệ|Hiến)")
_TEXT_START = regex.compile(r"""[\p{Lu}\p{Ll}"“‘(\[<*_+\d-]""")


@dataclass(frozen=True, slots=True)
class Mark:
    """A list mark at a paragraph's start."""

    kind: NodeKind
    text: str
    """As printed, without the blank after it."""
    label: str
    end: int
    """Offset in the paragraph where the text begins."""
    depth: int = 1
    """For numbers: how many levels they show ("2.1." has two)."""
    style: str = ""
    """What sets apart siblings of one list from another list of the same kind: the closing sign, "(" …"""


_WORD_MARK = regex.compile(
    r"^(?P<word>PHẦN|Phần|PHỤ LỤC|Phụ lục|CHƯƠNG|Chương|MỤC|Mục|TIỂU MỤC|Tiểu mục|ĐIỀU|Điều|Đièu|Điêu|Diều)"
    r"\s*(?P<no>thứ\s\p{L}+|[IVXLC]{1,6}|\d{1,3}[a-zđ]?)\b(?P<sep>\s*[.:\-–)]?)\s*"
)
_ROMAN = regex.compile(
    r"^(?P<no>(?=[IVXL])(?:X{0,3})(?:IX|IV|V?I{0,3})|[IVX1l]{2,4}(?=\.))(?P<sep>\s*[.)/]|\s*[-–](?=\s))\s*(?=\S)"
)
_NUMBER = regex.compile(
    r"^(?P<open>\(?)(?P<no>\d{1,3}(?:\.\d{1,2}){0,4})(?P<sep>\s?[.)/](?!\d)|\s?[-–](?=\s)|:(?=\s)|,(?=\s\p{Lu}))?\s*(?=\S)"
)
_LETTER = regex.compile(
    r"^(?P<open>\(?)(?P<no>[a-zđ]\d?)\s?(?P<sep>[)/]|,(?=\s\p{Lu})|\.(?=\s)|\s?[-–](?=\s))\s*(?=\S)"
)
_UPPER = regex.compile(r"^(?P<no>[A-ZĐ])\s?(?P<sep>[.)/]|\s?[-–](?=\s))\s*(?=\S)")
_DASH = regex.compile(r"^(?P<no>[-–—~*•●○◦▪▫■□➢✓ØüÞo])(?P<sep>\s+|(?=\p{Lu}))(?=\S)")
_PLUS = regex.compile(r"^(?P<no>\+)\s*(?=\S)")

_WORD_KINDS = {
    "phan": NodeKind.PART,
    "phu luc": NodeKind.APPENDIX,
    "chuong": NodeKind.CHAPTER,
    "muc": NodeKind.SECTION,
    "tieu muc": NodeKind.SECTION,
    "dieu": NodeKind.ARTICLE,
}
_PROPER = {
    "phan": "Phần",
    "phu luc": "Phụ lục",
    "chuong": "Chương",
    "muc": "Mục",
    "tieu muc": "Tiểu mục",
    "dieu": "Điều",
}


def find_mark(text: str) -> Mark | None:
    """The list mark at the start of a paragraph, or ``None``.

    >>> find_mark("2.1. Phòng Nội vụ").label
    '2.1'
    >>> find_mark("15/6/2023 là ngày") is None
    True
    """
    match = _WORD_MARK.match(text)
    if match:
        word = strip_marks(match["word"]).lower()
        if match["word"][0].isupper() and _word_mark_holds(text, match, word):
            kind = _WORD_KINDS[word]
            return Mark(
                kind, match.group().strip(), f"{_PROPER[word]} {match['no']}", match.end(), style=word
            )
    match = _ROMAN.match(text)
    if match and match["no"]:
        return Mark(
            NodeKind.ROMAN,
            match.group().strip(),
            match["no"].replace("1", "I").replace("l", "I"),
            match.end(),
        )
    match = _NUMBER.match(text)
    if match:
        mark = _number(text, match)
        if mark is not None:
            return mark
    for pattern, kind in (
        (_LETTER, NodeKind.POINT),
        (_UPPER, NodeKind.LETTER_UPPER),
        (_PLUS, NodeKind.PLUS),
        (_DASH, NodeKind.DASH),
    ):
        match = pattern.match(text)
        if match:
            label = match["no"] if kind in (NodeKind.POINT, NodeKind.LETTER_UPPER) else ""
            style = (match.groupdict().get("sep") or "").strip()
            return Mark(kind, match.group().strip(), label, match.end(), style=style)
    return None


def _word_mark_holds(text: str, match: regex.Match[str], word: str) -> bool:
    """ "Điều 5 Luật …" inside running text is a citation, "Điều 5." or "Điều 5" + title is a mark."""
    rest = text[match.end() :]
    if match["sep"].strip():
        return True
    if not rest:
        return True
    if word == "dieu":
        return rest[:1].isupper() and not _CITED_LAW.match(rest)
    return rest[:1].isupper() or word == "phu luc"


def _number(text: str, match: regex.Match[str]) -> Mark | None:
    no, sep, opened = match["no"], (match["sep"] or "").strip(), match["open"]
    rest = text[match.end() :]
    if opened and sep != ")":
        return None
    depth = no.count(".") + 1
    if not sep:
        # "1.1 Phòng …" and "2 Phòng …" (a lost dot) are marks only before a capital, and not before a unit of measure.
        if depth == 1 or not rest[:1].isupper():
            return None
    elif (sep == "/" and not rest[:1].isupper()) or not _TEXT_START.match(rest):
        return None
    if sep in {"-", "–"} and not rest[:1].isupper():
        return None  # "2 - 3 ngày"
    if depth == 1 and int(no) > 200:
        return None
    return Mark(
        NodeKind.NUMBER, match.group().strip(), f"({no})" if opened else no, match.end(), depth, opened + sep
    )


_RANK = {
    NodeKind.APPENDIX: 0,
    NodeKind.PART: 1,
    NodeKind.CHAPTER: 2,
    NodeKind.SECTION: 3,
    NodeKind.LETTER_UPPER: 4,
    NodeKind.ARTICLE: 5,
    NodeKind.ROMAN: 5,
    NodeKind.NUMBER: 6,
    NodeKind.POINT: 10,
    NodeKind.DASH: 12,
    NodeKind.PLUS: 14,
    NodeKind.PARAGRAPH: 16,
    NodeKind.ROW: 16,
}


def _signature(mark: Mark) -> tuple[NodeKind, int, str]:
    """What the siblings of one list share."""
    style = mark.style if mark.kind is NodeKind.NUMBER and mark.depth == 1 else ""
    if style in {".", "", "-", "–", ":", "/"}:
        style = ""
    return mark.kind, mark.depth, style


def build_outline(
    text: str, blocks: Sequence[Block], tables: Sequence[FlowTable], main_zones: frozenset[Zone]
) -> Node:
    """The tree of a document's body and appendices.

    Args:
        text: the normalised text.
        blocks: all blocks in order; those of ``main_zones`` and table cells become nodes.
        tables: the tables, by index.
        main_zones: zones that the outline covers.
    """
    root = Node(NodeKind.ROOT, 0, 0, 0)
    stack: list[tuple[Node, tuple[NodeKind, int, str] | None]] = [(root, None)]
    appendix: int | None = None
    rows: dict[tuple[int, int], Node] = {}

    counts: Counter[tuple[int, NodeKind]] = Counter()

    def count(parent: Node, kind: NodeKind) -> int:
        """Number of the next child of a kind below a parent."""
        counts[id(parent), kind] += 1
        return counts[id(parent), kind]

    def attach(parent: Node, node: Node) -> None:
        node.parent = parent
        parent.children.append(node)

    for block in blocks:
        if block.cell is not None:
            key = (block.cell.table, block.cell.row)
            if key not in rows:
                start, end = _row_span(tables[block.cell.table], block.cell.row)
                row = Node(
                    NodeKind.ROW,
                    start,
                    end,
                    start,
                    label=f"table {block.cell.table + 1} row {block.cell.row + 1}",
                    block=block,
                    table=block.cell.table,
                    row=block.cell.row,
                )
                rows[key] = row
                attach(stack[-1][0] if stack[-1][0].kind is not NodeKind.PARAGRAPH else root, row)
            continue
        if block.zone not in main_zones:
            continue
        if block.appendix != appendix:
            appendix = block.appendix
            stack = [(root, None)]
            if appendix is not None:
                node = Node(
                    NodeKind.APPENDIX,
                    block.start,
                    block.end,
                    block.end,
                    label=f"Phụ lục {appendix + 1}",
                    block=block,
                )
                attach(root, node)
                stack.append((node, None))
                paragraph = text[block.start : block.end]
                mark = find_mark(paragraph)
                if mark is not None and mark.kind is NodeKind.APPENDIX:
                    node.mark, node.label, node.body_start = mark.text, mark.label, block.start + mark.end
                    continue
        paragraph = text[block.start : block.end]
        mark = find_mark(paragraph)
        if mark is not None and mark.kind is NodeKind.APPENDIX:
            mark = None
        if mark is None:
            parent = _paragraph_parent(stack, block)
            number = count(parent, NodeKind.PARAGRAPH)
            attach(
                parent,
                Node(
                    NodeKind.PARAGRAPH,
                    block.start,
                    block.end,
                    block.start,
                    label=f"paragraph {number}",
                    block=block,
                ),
            )
            continue
        sign = _signature(mark)
        _pop_to_parent(stack, mark, sign)
        parent = stack[-1][0]
        label = mark.label
        if mark.kind in (NodeKind.DASH, NodeKind.PLUS):
            word = "dash" if mark.kind is NodeKind.DASH else "plus"
            label = f"{word} {count(parent, mark.kind)}"
        node = Node(mark.kind, block.start, block.end, block.start + mark.end, mark.text, label, block)
        attach(parent, node)
        stack.append((node, sign))
    _lift_closing(root, text)
    return root


def _lift_closing(root: Node, text: str) -> None:
    """Hang the closing paragraphs of the main document ("Yêu cầu các đơn vị …") on the root.

    They follow the last point without a mark, and so would seem to belong to it.
    """
    nodes = [
        n
        for n in root.walk()
        if n.kind is not NodeKind.ROOT and (n.block is None or n.block.appendix is None)
    ]
    trailing: list[Node] = []
    for node in reversed(nodes):
        if node.kind is not NodeKind.PARAGRAPH:
            break
        trailing.append(node)
    if not any(n.mark for n in nodes):
        return
    trailing.reverse()
    openers = cue_words()["closing_openers"]
    first = next(
        (
            i
            for i, n in enumerate(trailing)
            if starts_with_any(strip_marks(text[n.start : n.end]).lower(), openers)
        ),
        None,
    )
    if first is None:
        return
    closing = trailing[first:]
    for number, node in enumerate(closing, 1):
        if node.parent is not None:
            node.parent.children.remove(node)
        node.parent = root
        node.label = "closing" if len(closing) == 1 else f"closing {number}"
    position = next(
        (i for i, c in enumerate(root.children) if c.kind is NodeKind.APPENDIX), len(root.children)
    )
    root.children[position:position] = closing


def _row_span(table: FlowTable, row: int) -> tuple[int, int]:
    cells = [c for c in table.cells if c.row == row and c.end > c.start]
    return (min(c.start for c in cells), max(c.end for c in cells)) if cells else (0, 0)


def _pop_to_parent(
    stack: list[tuple[Node, tuple[NodeKind, int, str] | None]], mark: Mark, sign: tuple[NodeKind, int, str]
) -> None:
    """Leave on the stack the nodes above the new one: a list goes on where its like was open."""
    for index in range(len(stack) - 1, 0, -1):
        if stack[index][1] == sign:
            # "1." under "II." after "1." under "I.": the nearest open list of the same kind is the one.
            del stack[index:]
            return
    rank = _RANK[mark.kind] + (mark.depth - 1 if mark.kind is NodeKind.NUMBER else 0)
    while len(stack) > 1:
        node, _ = stack[-1]
        if node.kind is NodeKind.APPENDIX and mark.kind is not NodeKind.APPENDIX:
            return
        top = _RANK[node.kind]
        if node.kind is NodeKind.NUMBER:
            top += node.label.count(".")
        if top < rank:
            return
        if node.kind is mark.kind is NodeKind.NUMBER and node.mark.endswith(".") and mark.style == "()":
            return  # (1) below 1.
        if node.kind is mark.kind is NodeKind.NUMBER and mark.style == ")" and node.mark.endswith("."):
            return  # 1) below 1.
        stack.pop()


def _paragraph_parent(stack: list[tuple[Node, tuple[NodeKind, int, str] | None]], block: Block) -> Node:
    """Where an unmarked paragraph hangs: under the innermost numbered node (not under a dash)."""
    for node, _ in reversed(stack):
        if node.kind not in (NodeKind.DASH, NodeKind.PLUS, NodeKind.PARAGRAPH, NodeKind.ROW):
            return node
    return stack[0][0]
