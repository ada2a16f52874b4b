"""HTML (also what is called .doc and is HTML, and web archives): blocks, layout tables, data tables."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import regex
from lxml import etree
from lxml import html as lxml_html

from vnadmin_extract.config import Config
from vnadmin_extract.document import BBox, Cell, Document, Line, Page, Table, TextOrigin
from vnadmin_extract.errors import DamagedFileError, EmptyFileError
from vnadmin_extract.readers import grid, plain
from vnadmin_extract.readers.grid import Paragraph, Style
from vnadmin_extract.readers.sniff import HTML
from vnadmin_extract.readers.tables import is_layout_text
from vnadmin_extract.text import legacy

_Element = etree._Element

_DROPPED: Final = frozenset(
    {
        "script", "style", "nav", "noscript", "template", "iframe", "object", "svg", "button", "select", "option",
        "textarea", "head", "footer", "aside", "form-control", "input", "img", "video", "audio", "link", "meta",
    }
)  # fmt: skip
_BLOCKS: Final = frozenset(
    {
        "address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "form",
        "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "ul",
        "caption", "figcaption", "details", "summary",
    }
)  # fmt: skip
_CHARSET: Final = regex.compile(rb"""charset\s*=\s*["']?\s*([\w-]{3,20})""", regex.I)
_BLANKS: Final = regex.compile(r"[ \t\r\n\f]+")
_ALIGN: Final = regex.compile(r"text-align\s*:\s*(left|right|center|justify)", regex.I)
_HIDDEN: Final = regex.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", regex.I)
_BOLD: Final = regex.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", regex.I)
_ITALIC: Final = regex.compile(r"font-style\s*:\s*italic", regex.I)
_FONT: Final = regex.compile(r"""font-family\s*:\s*["']?([^;,"']+)""", regex.I)
_MAX_DEPTH: Final = 150
_TAG: Final = regex.compile(r"<[^<>]*>")


def read(data: bytes, *, name: str, config: Config) -> Document:
    """Read an HTML file.

    Args:
        data: the whole file.
        name: file name for messages.
        config: settings (none is used).

    Raises:
        DamagedFileError: nothing of it can be parsed.
        EmptyFileError: no words.
    """
    warnings: list[str] = []
    source = _main_part(data)
    text = _decode(source, name, warnings)
    # The declaration of an encoding would make the parser refuse text that is decoded already.
    text = regex.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root = lxml_html.document_fromstring(
            text or " ",
            parser=lxml_html.HTMLParser(
                no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
            ),
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise DamagedFileError(
            "the HTML file cannot be parsed", file=name, remedy="Ask the sender for the file again"
        ) from error
    builder = _Builder()
    builder.walk(root, Style(), "left", 0)
    builder.close()
    if not builder.lines and not builder.tables and builder.deep:
        # The parser gives up on elements nested hundreds deep; their words are still there.
        warnings.append("the elements are nested too deep; only the words were read, without their places")
        for row in _TAG.split(text):
            builder.text(row, Style(), "left")
            builder.close()
    if not builder.lines and not builder.tables:
        raise EmptyFileError("the file has no words", file=name, remedy="Ask the sender for the file again")
    page = Page(
        number=1,
        width=grid.PAGE_WIDTH,
        height=max(grid.PAGE_HEIGHT, builder.y + grid.TOP),
        lines=tuple(builder.lines),
        tables=tuple(builder.tables),
        origin=TextOrigin.OFFICE,
        geometric=False,
    )
    title = root.findtext(".//title")
    return Document(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=HTML,
        pages=(page,),
        reader="html",
        warnings=tuple(warnings),
        metadata={"title": " ".join(title.split())} if title and title.strip() else {},
    )


def _main_part(data: bytes) -> bytes:
    """The HTML inside a web archive (MIME), or the bytes themselves."""
    if not data[:200].lstrip().lower().startswith(b"mime-version:"):
        return data
    import email
    import email.policy

    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return payload
    return data


def _decode(data: bytes, name: str, warnings: list[str]) -> str:
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        label = declared[1].decode("ascii").lower()
        if label not in ("utf-8", "utf8", "windows-1252", "iso-8859-1", "us-ascii", "unicode", "utf-16"):
            try:
                return data.decode(label)
            except (LookupError, UnicodeDecodeError):
                pass
    return plain.decode_markup(data, name, warnings)


@dataclass(slots=True)
class _Cell:
    element: _Element
    row: int
    column: int
    row_span: int
    column_span: int


@dataclass(slots=True)
class _Builder:
    """Walks down the elements and sets a paragraph whenever a block begins or ends."""

    lines: list[Line] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    x0: float = grid.LEFT
    x1: float = grid.RIGHT
    y: float = grid.TOP
    nested: bool = False
    """Inside a table cell: rows keep to the row grid, tables are flattened."""
    paragraph: Paragraph | None = None
    heading: int | None = None
    prefix: str = ""
    deep: bool = False
    """Whether elements were nested deeper than is followed."""

    def close(self) -> None:
        """Set the open paragraph, if there is one."""
        paragraph, self.paragraph = self.paragraph, None
        if paragraph is None or paragraph.blank:
            return
        step = grid.ROW_STEP if self.nested else None
        lines, self.y = grid.set_paragraph(
            paragraph, self.x0, self.x1, self.y, step=step, squeeze=1.6 if self.nested else 1.0
        )
        self.lines.extend(lines)

    def text(self, raw: str | None, style: Style, align: Literal["left", "center", "right"]) -> None:
        """Add characters to the open paragraph."""
        if not raw:
            return
        text = _BLANKS.sub(" ", raw)
        encoding = legacy.encoding_of_font(style.font)
        if encoding and not legacy.has_unicode_vietnamese(text):
            text = legacy.convert(text, encoding)
            text = text.upper() if legacy.is_capital_font(style.font) else text
        if self.paragraph is None:
            if not text.strip(" \u00a0"):
                return
            text = text.lstrip(" ")
            self.paragraph = Paragraph(align=align, heading_level=self.heading, after=3.0)
            if self.prefix:
                self.paragraph.lines[-1].append((self.prefix + " ", style))
                self.prefix = ""
        line = self.paragraph.lines[-1]
        if text.startswith(" ") and (not line or line[-1][0].endswith(" ")):
            text = text[1:]
        if text:
            line.append((text, style))

    def walk(
        self, element: _Element, style: Style, align: Literal["left", "center", "right"], depth: int
    ) -> None:
        """Take in an element and all below it."""
        tag = element.tag.lower() if isinstance(element.tag, str) else ""
        tag = tag.rpartition(":")[2] if tag.startswith(("o:", "w:", "st1:")) else tag
        look = element.get("style") or ""
        if not tag or tag in _DROPPED or _HIDDEN.search(look) or element.get("hidden") is not None:
            return
        if depth > _MAX_DEPTH:
            self.deep = True
            self.text("".join(str(t) for t in element.itertext()), style, align)
            return
        if tag == "br":
            if self.paragraph is not None:
                self.paragraph.lines.append([])
            return
        if tag == "table":
            self.close()
            self.table(element, style, depth)
            return
        style = _style(tag, look, element, style)
        block = tag in _BLOCKS
        if block:
            self.close()
            align = _alignment(tag, look, element, align)
            self.heading = int(tag[1]) if tag in ("h1", "h2", "h3", "h4", "h5", "h6") else None
            if tag == "li":
                self.prefix = _list_mark(element)
        self.text(element.text, style, align)
        for child in element:
            self.walk(child, style, align, depth + 1)
            self.text(child.tail, style, align)
        if block:
            self.close()
            self.heading = None

    def table(self, element: _Element, style: Style, depth: int) -> None:
        """Set a table as printed lines (layout) or as a table of data."""
        cells = _cells(element)
        if not cells:
            return
        rows = max(c.row + c.row_span for c in cells)
        columns = max(c.column + c.column_span for c in cells)
        edges = self._edges(cells, columns)
        texts = ["\n".join(str(t) for t in c.element.itertext()) for c in cells]
        border = (element.get("border") or "0").strip() not in ("", "0") or "border" in (
            element.get("style") or ""
        )
        ruled = border or any("border" in (c.element.get("style") or "") for c in cells)
        if self.nested or is_layout_text(texts, rows, columns, ruled):
            for row in range(rows):
                parts: list[list[Line]] = []
                for cell in cells:
                    if cell.row == row:
                        parts.append(self._cell_lines(cell, edges, style, depth))
                merged = grid.merge_rows(parts)
                if merged:
                    self.lines.extend(grid.shift(line, self.y) for line in merged)
                    self.y += max(line.bbox[1] for line in merged) + grid.ROW_STEP
            self.y += 0.0 if self.nested else 6.0
            return
        heights = [self.y]
        made: list[Cell] = []
        for row in range(rows):
            depth_of_row = grid.ROW_STEP
            for cell in cells:
                if cell.row != row:
                    continue
                lines = tuple(
                    grid.shift(x, heights[row] + 2) for x in self._cell_lines(cell, edges, style, depth)
                )
                if lines and cell.row_span == 1:
                    depth_of_row = max(depth_of_row, max(x.bbox[3] for x in lines) - heights[row] + 4)
                made.append(Cell(cell.row, cell.column, lines, None, cell.row_span, cell.column_span))
            heights.append(heights[row] + depth_of_row)
        boxed = tuple(
            replace(
                c,
                bbox=(
                    edges[c.column],
                    heights[c.row],
                    edges[min(columns, c.column + c.column_span)],
                    heights[min(rows, c.row + c.row_span)],
                ),
            )
            for c in made
        )
        if any(c.lines for c in boxed):
            box: BBox = (edges[0], self.y, edges[-1], heights[-1])
            self.tables.append(Table(box, boxed, rows, columns))
        self.y = heights[-1] + 6.0

    def _cell_lines(self, cell: _Cell, edges: list[float], style: Style, depth: int) -> list[Line]:
        right = edges[min(len(edges) - 1, cell.column + cell.column_span)]
        inner = _Builder(
            x0=edges[cell.column] + 4, x1=max(edges[cell.column] + 30, right - 4), y=0.0, nested=True
        )
        look = cell.element.get("style") or ""
        align = _alignment("td", look, cell.element, "left")
        cell_style = _style(str(cell.element.tag), look, cell.element, style)
        inner.text(cell.element.text, cell_style, align)
        for child in cell.element:
            inner.walk(child, cell_style, align, depth + 3)
            inner.text(child.tail, cell_style, align)
        inner.close()
        return inner.lines

    def _edges(self, cells: list[_Cell], columns: int) -> list[float]:
        widths = [0.0] * columns
        for cell in cells:
            if cell.column_span == 1:
                widths[cell.column] = max(widths[cell.column], _width(cell.element))
        if min(widths) <= 0:
            widths = [1.0] * columns
        scale = (self.x1 - self.x0) / sum(widths)
        edges = [self.x0]
        for width in widths:
            edges.append(edges[-1] + width * scale)
        return edges


def _cells(table: _Element) -> list[_Cell]:
    rows: list[_Element] = []
    for child in table:
        if child.tag == "tr":
            rows.append(child)
        elif child.tag in ("thead", "tbody", "tfoot"):
            rows.extend(r for r in child if r.tag == "tr")
    taken: set[tuple[int, int]] = set()
    cells: list[_Cell] = []
    for number, row in enumerate(rows):
        column = 0
        for element in row:
            if element.tag not in ("td", "th"):
                continue
            while (number, column) in taken:
                column += 1
            span = _span(element.get("colspan"), 100)
            depth = min(_span(element.get("rowspan"), 1000), len(rows) - number)
            for r in range(number, number + depth):
                for c in range(column, column + span):
                    taken.add((r, c))
            cells.append(_Cell(element, number, column, depth, span))
            column += span
    return cells


def _span(value: str | None, most: int) -> int:
    try:
        return max(1, min(most, int(value or 1)))
    except ValueError:
        return 1


def _width(element: _Element) -> float:
    raw = element.get("width") or ""
    match = regex.match(r"\s*(\d{1,5}(?:\.\d+)?)", raw) or regex.search(
        r"(?<![-\w])width\s*:\s*(\d{1,5}(?:\.\d+)?)", element.get("style") or ""
    )
    return float(match[1]) if match else 0.0


def _style(tag: str, look: str, element: _Element, style: Style) -> Style:
    if tag in ("b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6") or _BOLD.search(look):
        style = replace(style, bold=True)
    if tag in ("i", "em", "cite") or _ITALIC.search(look):
        style = replace(style, italic=True)
    face = element.get("face") if tag == "font" else None
    font = _FONT.search(look)
    if face or font:
        style = replace(style, font=(face or (font[1] if font else "")).strip())
    return style


def _alignment(
    tag: str, look: str, element: _Element, inherited: Literal["left", "center", "right"]
) -> Literal["left", "center", "right"]:
    match = _ALIGN.search(look)
    value = (match[1] if match else element.get("align") or ("center" if tag == "center" else "")).lower()
    if value == "center":
        return "center"
    if value == "right":
        return "right"
    return "left" if value in ("left", "justify") else inherited


def _list_mark(element: _Element) -> str:
    """What a browser prints before a list item."""
    parent = element.getparent()
    if parent is None or parent.tag != "ol":
        return "-"
    items = [child for child in parent if child.tag == "li"]
    try:
        number = int(element.get("value") or 0) or int(parent.get("start") or 1) + items.index(element)
    except ValueError:
        number = 1
    kind = parent.get("type") or "1"
    if kind in ("a", "A"):
        letter = chr(ord("a") + (number - 1) % 26)
        return f"{letter if kind == 'a' else letter.upper()}."
    return f"{number}."
