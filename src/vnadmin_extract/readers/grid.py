"""Synthetic positions for formats without pages (plain text, HTML, office files).

The layout stage tells left from right, indented from flush and paragraph from paragraph by position. These
formats have none, so words are set here on an imaginary page: plain text on a grid of characters, office text
with a rough type width inside its column or cell. The positions say only what stands left, right, above or
below; pages made from them have ``geometric=False`` and are never reported as evidence boxes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal

import regex

from vnadmin_extract.document import Line, Word

PAGE_WIDTH: Final = 595.0
PAGE_HEIGHT: Final = 842.0
LEFT: Final = 85.0
RIGHT: Final = 545.0
TOP: Final = 57.0
CHARACTER_WIDTH: Final = 6.0
"""Width of one character of plain text, in points."""
LINE_STEP: Final = 14.0
"""Distance of two lines of plain text, in points."""
ROW_STEP: Final = 16.0
"""Distance of two lines side by side in a layout table, in points."""

_PLAIN_LEFT: Final = 57.0
_PLAIN_WIDTH: Final = 480.0
_TOKEN: Final = regex.compile(r"\S+")
_PIECE: Final = regex.compile(r"\t|[^\S\t]+|\S+")


def plain_line(text: str, row: int) -> Line | None:
    """A line of plain text on the character grid; ``None`` for a blank one.

    Args:
        text: the line, tabs included (stops every eight characters).
        row: number of the line on its page, from 0; blank lines count, so that gaps stay visible.
    """
    text = text.expandtabs(8)
    top = TOP + row * LINE_STEP
    # A whole paragraph on one line is squeezed into the page's width; runs of blanks keep theirs.
    pitch = min(CHARACTER_WIDTH, _PLAIN_WIDTH / max(1, len(text)))
    words: list[Word] = []
    x = _PLAIN_LEFT
    end = 0
    for match in _TOKEN.finditer(text):
        blanks = match.start() - end
        x += blanks * (CHARACTER_WIDTH if blanks >= 3 or not words else pitch)
        width = len(match.group()) * pitch
        words.append(Word(match.group(), (x, top, x + width, top + LINE_STEP - 2.0)))
        x += width
        end = match.end()
    return Line(tuple(words)) if words else None


@dataclass(frozen=True, slots=True)
class Style:
    """How characters look."""

    font: str | None = None
    size: float = 13.0
    bold: bool = False
    italic: bool = False


@dataclass(slots=True)
class Paragraph:
    """A paragraph before it is set: its lines (parted by soft line breaks) of styled runs."""

    lines: list[list[tuple[str, Style]]] = field(default_factory=lambda: [[]])
    align: Literal["left", "center", "right"] = "left"
    indent: float = 0.0
    """Left indent of all lines, in points."""
    first: float = 0.0
    """Further indent of the first line, in points (negative: hanging)."""
    before: float = 0.0
    after: float = 3.0
    heading_level: int | None = None
    tab_stops: tuple[tuple[float, str], ...] = ()
    """Places in points from the column's left edge, with ``left``, ``center`` or ``right``."""

    @property
    def text(self) -> str:
        """The characters, soft breaks as line feeds."""
        return "\n".join("".join(run for run, _ in line) for line in self.lines)

    @property
    def blank(self) -> bool:
        """Whether there is nothing to print."""
        return not self.text.strip()


@dataclass(slots=True)
class _Item:
    """A word to be placed, with the blank before it."""

    text: str
    style: Style
    blank: float
    tabs: int
    width: float


_NARROW: Final = frozenset("iljtfrI.,;:'!|()[]-/ ")


def width_of(text: str, size: float) -> float:
    """A rough width of a text in a book face, in points."""
    return sum(map(_WIDTHS.__getitem__, text)) * size


class _Widths(dict[str, float]):
    """Character → width in ems, filled as characters are met."""

    def __missing__(self, character: str) -> float:
        width = 0.3 if character in _NARROW else 0.66 if character.isupper() else 0.46
        self[character] = width
        return width


_WIDTHS: Final = _Widths()


def set_paragraph(
    paragraph: Paragraph, x0: float, x1: float, y: float, *, step: float | None = None, squeeze: float = 1.0
) -> tuple[list[Line], float]:
    """Set a paragraph in a column.

    Args:
        paragraph: what to set.
        x0: left edge of the column.
        x1: right edge of the column.
        y: top of the first line.
        step: fixed distance of lines (rows side by side); by font size where ``None``.
        squeeze: a printed line up to this many times as wide as the column is still kept on one line.

    Returns:
        The lines and the place below the last one. A blank paragraph gives no line but takes its space.
    """
    result: list[Line] = []
    if step is None:
        y += paragraph.before
    left = min(x0 + max(0.0, paragraph.indent), x0 + 0.8 * (x1 - x0))
    for number, runs in enumerate(paragraph.lines):
        size = max((style.size for text, style in runs if text.strip()), default=13.0)
        height = step or size * 1.25
        items = _items(runs)
        if not items:
            y += height
            continue
        indent = paragraph.first if number == 0 else 0.0
        for part_number, part in enumerate(_wrap(items, left, indent, x1, squeeze)):
            words = _place(part, paragraph, x0, left + (indent if part_number == 0 else 0.0), x1, y)
            starts: bool | None
            if part_number:
                starts = False
            else:
                starts = True if number == 0 or not result else None
            result.append(Line(tuple(words), starts, paragraph.heading_level))
            y += height
    return result, y if step is not None else y + paragraph.after


def _items(runs: list[tuple[str, Style]]) -> list[_Item]:
    items: list[_Item] = []
    blank = 0.0
    tabs = 0
    # A word may run over many runs: its pieces are joined once, when it ends.
    pieces: list[str] = []

    def end() -> None:
        if len(pieces) > 1:
            items[-1].text = "".join(pieces)
        pieces.clear()

    for text, style in runs:
        for piece in _PIECE.findall(text):
            if piece == "\t":
                end()
                tabs += 1
                blank = 0.0
            elif piece.isspace():
                end()
                blank += len(piece) * 0.26 * style.size
            elif pieces:
                pieces.append(piece)
                items[-1].width += width_of(piece, style.size)
            else:
                pieces.append(piece)
                items.append(_Item(piece, style, blank, tabs, width_of(piece, style.size)))
                blank, tabs = 0.0, 0
    end()
    return items


def _wrap(items: list[_Item], left: float, first: float, right: float, squeeze: float) -> list[list[_Item]]:
    total = sum(item.blank + item.width + item.tabs * 36.0 for item in items)
    room = right - left - first
    if total <= room or (total <= room * squeeze and not any(item.tabs for item in items)):
        if total > room > 0:
            factor = room / total
            items = [replace(i, blank=i.blank * factor, width=i.width * factor) for i in items]
        return [items]
    parts: list[list[_Item]] = [[]]
    x = left + first
    for item in items:
        needed = item.blank + item.width + item.tabs * 36.0
        if parts[-1] and x + needed > right and not item.tabs:
            parts.append([replace(item, blank=0.0)])
            x = left + item.width
        else:
            parts[-1].append(item)
            x += needed
    return parts


def _place(
    items: list[_Item], paragraph: Paragraph, x0: float, start: float, right: float, y: float
) -> list[Word]:
    total = sum(item.blank + item.width for item in items)
    has_tabs = any(item.tabs for item in items)
    x = start
    if not has_tabs and paragraph.align != "left":
        room = max(0.0, right - start - total)
        x += room / 2 if paragraph.align == "center" else room
    words: list[Word] = []
    for index, item in enumerate(items):
        jumps = min(item.tabs, 40)
        for jump in range(jumps):
            x = _after_tab(items, index, paragraph, x0, x, last=jump == jumps - 1)
        x += item.blank
        style = item.style
        words.append(
            Word(
                item.text,
                (x, y, x + item.width, y + style.size),
                style.font,
                style.size,
                style.bold,
                style.italic,
            )
        )
        x += item.width
    return words


def _after_tab(
    items: list[_Item], index: int, paragraph: Paragraph, x0: float, x: float, *, last: bool
) -> float:
    """Where text goes on after a tab: the next stop of the paragraph, or of the default half-inch grid."""
    for place, kind in paragraph.tab_stops:
        if x0 + place <= x + 1.0:
            continue
        if kind in ("center", "right") and last:
            chunk = 0.0
            for later in items[index:]:
                if later.tabs and later is not items[index]:
                    break
                chunk += later.blank + later.width
            return max(x + 1.0, x0 + place - (chunk / 2 if kind == "center" else chunk))
        return x0 + place
    return x0 + 36.0 * (int((x - x0 + 0.5) // 36.0) + 1)


def merge_rows(columns: list[list[Line]]) -> list[Line]:
    """Lines of columns side by side, as printed lines: those at the same height become one, left to right."""
    rows: dict[int, list[Line]] = {}
    for lines in columns:
        for line in lines:
            rows.setdefault(round(line.bbox[1] / 4.0), []).append(line)
    result: list[Line] = []
    for key in sorted(rows):
        parts = sorted(rows[key], key=lambda line: line.bbox[0])
        if len(parts) == 1:
            result.append(parts[0])
        else:
            words = tuple(word for part in parts for word in part.words)
            result.append(Line(words, parts[0].starts_paragraph, parts[0].heading_level))
    return result


def shift(line: Line, dy: float) -> Line:
    """The line moved down by ``dy`` points."""
    words = tuple(replace(w, bbox=(w.bbox[0], w.bbox[1] + dy, w.bbox[2], w.bbox[3] + dy)) for w in line.words)
    return replace(line, words=words)
