"""Put lines together: paragraphs, and the one normalised text with its map back to the page."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from vnadmin_extract.layout.lines import Seg, is_caps
from vnadmin_extract.layout.model import Block, CellRef, FlowText, Piece, Zone

# A code or range split over two lines: "57-" + "KL/TW", "187-" + "KH-HU", "203/" + "KH-UBND", "2020-" + "2025".
# Vietnamese has no hyphenation: a hyphen glued to the last word belongs to a code, a range or a name.
_SPLIT_END = regex.compile(r"(?:[\p{Lu}\d][-/]|[\p{L}\d]/|\d[-–])$")
_SPLIT_START = regex.compile(r"^[\p{Lu}\d]")
_CODE_TAIL = regex.compile(r"\d/(?:\d{4}/)?$|\d-$|\p{Lu}[-/]$")


def glue_over_line(previous: str, following: str) -> str:
    """What stands between the last word of a line and the first of the next: a blank, or nothing inside a code.

    >>> glue_over_line("57-", "KL/TW")
    ''
    >>> glue_over_line("hội", "nhập")
    ' '
    """
    if _SPLIT_END.search(previous) and _SPLIT_START.match(following):
        return ""
    if _CODE_TAIL.search(previous) and _SPLIT_START.match(following):
        return ""
    if following[:1] in "-/" and len(following) > 1 and following[1:2].isupper() and previous[-1:].isdigit():
        return ""
    return " "


class FlowBuilder:
    """Builds the text block by block."""

    def __init__(self, geometric: frozenset[int]) -> None:
        self._parts: list[str] = []
        self._pieces: list[Piece] = []
        self._length = 0
        self._geometric = geometric
        self.blocks: list[Block] = []

    def add(
        self,
        zone: Zone,
        segs: Sequence[Seg],
        *,
        left: float = 0.0,
        centered: bool = False,
        cell: CellRef | None = None,
        appendix: int | None = None,
    ) -> Block | None:
        """Add lines as one block; ``None`` where they hold no words.

        Args:
            zone: the block's zone.
            segs: its printed lines, in order.
            left: the text's left margin, for :attr:`Block.indent`.
            centered: whether it stands in the middle of the page.
            cell: the table cell that it fills.
            appendix: number of its appendix.
        """
        if not any(seg.tokens for seg in segs):
            return None
        if self._length:
            self._append("\n")
        start = position = self._length
        parts, pieces = self._parts, self._pieces
        previous: str | None = None
        for seg in segs:
            page, line = seg.page, seg.line
            first_of_line = True
            for token in seg.tokens:
                word = token.text
                if previous is not None:
                    glue = glue_over_line(previous, word) if first_of_line else " "
                    parts.append(glue)
                    position += len(glue)
                first_of_line = False
                end = position + len(word)
                pieces.append(Piece(position, end, page, line, token.word, token.origins))
                parts.append(word)
                position = end
                previous = word
        self._length = position
        first = segs[0]
        text_tokens = sum(len(s.text) for s in segs)
        block = Block(
            start,
            self._length,
            zone,
            first.page,
            bold=sum(len(s.text) for s in segs if s.bold) > 0.5 * text_tokens,
            italic=sum(len(s.text) for s in segs if s.italic) > 0.5 * text_tokens,
            centered=centered,
            caps=is_caps("".join(s.text for s in segs)),
            indent=first.x0 - left,
            size=first.size,
            heading_level=first.heading_level,
            cell=cell,
            appendix=appendix,
        )
        self.blocks.append(block)
        return block

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    @property
    def length(self) -> int:
        """Length of the text so far."""
        return self._length

    def text(self) -> FlowText:
        """The finished text."""
        return FlowText("".join(self._parts), tuple(self._pieces), self._geometric)
