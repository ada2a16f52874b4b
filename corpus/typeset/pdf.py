"""Typesetting a source as PDF: the layout of Decree 30/2020/NĐ-CP, Appendix I, or the Party's layout.

The same font gives the same bytes: reportlab's invariant mode leaves out dates and random identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from corpus.typeset import fonts
from corpus.typeset import source as src

PAGE_WIDTH, PAGE_HEIGHT = A4


@dataclass(frozen=True)
class Look:
    """How a document is set: all lengths in points. The defaults are those of Decree 30/2020/NĐ-CP, Appendix I."""

    font: str = "Body"
    """Registered name of the regular face; "Body" is the first usable family."""
    left: float = 30 * mm
    right: float = 18 * mm
    top: float = 20 * mm
    bottom: float = 20 * mm
    leading: float = 1.25
    """Line height as a multiple of the size."""
    indent: float = 28.35
    before: float = 5.0
    """Space before a paragraph."""
    justified: bool = True
    table_size: float = 12.0
    ruled: bool = True
    """Tables have rules."""
    head_size: float = 12.5
    """Of the lines in the header's left column and of the country's name."""
    size: float | None = None
    """Of the text; ``None``: what the source says."""
    number_pages: bool = True
    received: tuple[str, str] | None = None
    """Number and day of a received stamp ("ĐẾN") in the upper left margin."""

    @property
    def width(self) -> float:
        """Of the text."""
        return float(PAGE_WIDTH - self.left - self.right)

    def face(self, style: str = "") -> str:
        """The registered name of "Bold", "Italic", "BoldItalic" or, without a style, of the regular face."""
        return f"{self.font}-{style}" if style else self.font


STANDARD = Look()
# The header's columns as parts of the text width: the motto needs the wider one.
LEFT_WIDEST = 0.40
LEFT_COLUMN, LEFT_CENTRE, RIGHT_CENTRE, SIGNATURE_CENTRE, SECOND_CENTRE = 0.42, 0.20, 0.695, 0.75, 0.22

STATE_TOP = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
PARTY_TOP = "ĐẢNG CỘNG SẢN VIỆT NAM"
# Room between position and name, where signature and seal go.
SIGNING_GAP = 62.0


def render_pdf(source: src.Source, path: Path, look: Look = STANDARD) -> None:
    """Write ``source`` as PDF to ``path``. Raises ``fonts.FontError`` where no font fits."""
    fonts.register(None if look.font == "Body" else look.font)
    template = _Template(str(path), source, look)
    story: list[Flowable] = [_Header(source, look)]
    if source.header.addressees:
        story.append(_Addressees(source, look))
    story += _blocks(source.blocks, source, look)
    if source.signature:
        # A signature never stands alone on a page: the last paragraph goes over with it.
        last = [story.pop()] if isinstance(story[-1], Paragraph) else []
        story.append(KeepTogether([*last, _SignatureBlock(source, look)]))
    if source.after:
        story.append(PageBreak())
        story += _blocks(source.after, source, look)
    template.build(story)


class _Template(BaseDocTemplate):  # type: ignore[misc]
    def __init__(self, path: str, source: src.Source, look: Look) -> None:
        super().__init__(
            path, pagesize=A4, invariant=1, lang="vi-VN", title=source.name, author="", creator=""
        )
        frame = Frame(
            look.left,
            look.bottom,
            look.width,
            PAGE_HEIGHT - look.top - look.bottom,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )
        self.look = look
        self.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=self._number_page)])

    def _number_page(self, canvas: Any, _doc: Any) -> None:
        page = canvas.getPageNumber()
        # ND30, Appendix I, II.2: page numbers stand centred in the top margin, none on page 1.
        if page > 1 and self.look.number_pages:
            canvas.setFont(self.look.face(), 13)
            canvas.drawCentredString(PAGE_WIDTH / 2, PAGE_HEIGHT - 12.5 * mm, str(page))
        if page == 1 and self.look.received:
            _received_stamp(canvas, self.look, *self.look.received)


def _received_stamp(canvas: Any, look: Look, number: str, day: str) -> None:
    """ND30, Appendix IV: the stamp by which an office books a document that came in."""
    left, high = 12 * mm, PAGE_HEIGHT - 6 * mm
    canvas.saveState()
    canvas.setStrokeColor(colors.Color(0.75, 0.1, 0.1))
    canvas.setFillColor(colors.Color(0.75, 0.1, 0.1))
    canvas.rect(left, high - 34, 50 * mm, 34)
    canvas.setFont(look.face("Bold"), 9)
    canvas.drawString(left + 6, high - 20, "ĐẾN")
    canvas.setFont(look.face(), 9)
    canvas.drawString(left + 34, high - 13, f"Số: {number}")
    canvas.drawString(left + 34, high - 27, f"Ngày: {day}")
    canvas.restoreState()


# -- Text blocks ---------------------------------------------------------------------------------------------


def markup(text: str) -> str:
    """Inline marks as the mark-up that reportlab's paragraphs read."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text))


def _style(role: str, size: float, look: Look) -> ParagraphStyle:
    base: dict[str, Any] = {
        "fontName": look.face(),
        "fontSize": size,
        "leading": size * look.leading,
        "alignment": TA_JUSTIFY if look.justified else TA_LEFT,
        "firstLineIndent": look.indent,
        "spaceBefore": look.before,
        "spaceAfter": 1,
        "allowWidows": 0,
        "allowOrphans": 0,
    }
    if role == "heading":
        base |= {"fontName": look.face("Bold"), "keepWithNext": 1}
    elif role == "centred":
        base |= {
            "fontName": look.face("Bold"),
            "alignment": TA_CENTER,
            "firstLineIndent": 0,
            "keepWithNext": 1,
        }
    elif role == "centred-italic":
        base |= {
            "fontName": look.face("Italic"),
            "alignment": TA_CENTER,
            "firstLineIndent": 0,
            "keepWithNext": 1,
        }
    elif role == "italic":
        base |= {"fontName": look.face("Italic")}
    elif role == "flush":
        base |= {"firstLineIndent": 0}
    return ParagraphStyle(role, **base)


def _blocks(blocks: Sequence[src.Block], source: src.Source, look: Look) -> list[Flowable]:
    story: list[Flowable] = []
    for block in blocks:
        if isinstance(block, src.Paragraph):
            story.append(Paragraph(markup(block.text), _style(block.role, look.size or source.size, look)))
        elif isinstance(block, src.PageBreak):
            story.append(PageBreak())
        else:
            story += [Spacer(1, 6), _table(block, look), Spacer(1, 6)]
    return story


def _table(table: src.Table, look: Look) -> Table:
    size = look.table_size
    cell = ParagraphStyle("cell", fontName=look.face(), fontSize=size, leading=size * 1.2, alignment=TA_LEFT)
    centred = ParagraphStyle("cell-centred", parent=cell, alignment=TA_CENTER)
    head = ParagraphStyle("cell-head", parent=centred, fontName=look.face("Bold"))
    commands: list[tuple[Any, ...]] = [
        *([("GRID", (0, 0), (-1, -1), 0.6, colors.black)] if look.ruled else []),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    cells: list[list[Any]] = []
    for number, row in enumerate(table.rows):
        line: list[Any] = []
        for column, text in enumerate(row):
            if text == "<":
                start = column - 1
                while row[start] == "<":
                    start -= 1
                commands.append(("SPAN", (start, number), (column, number)))
                line.append("")
            else:
                style = head if number == 0 else centred if column == 0 else cell
                line.append(Paragraph(markup(text), style))
        cells.append(line)
    total = sum(table.widths)
    widths = [look.width * width / total for width in table.widths]
    return Table(cells, colWidths=widths, repeatRows=1, style=TableStyle(commands))


# -- Blocks placed by position -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """One line of text, centred on ``x`` or starting there, its baseline ``y`` below the block's top."""

    text: str
    x: float
    y: float
    font: str
    size: float
    centred: bool = True


class _Placed(Flowable):  # type: ignore[misc]
    """A block of the text's width whose lines and rules stand at given places."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.width = look.width
        self.height = 0.0
        self.lines: list[_Line] = []
        self.drawings: list[Callable[[Any], None]] = []

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        for line in self.lines:
            self.canv.setFont(line.font, line.size)
            place = self.canv.drawCentredString if line.centred else self.canv.drawString
            place(line.x, self.height - line.y, line.text)
        for drawing in self.drawings:
            drawing(self.canv)

    def rule(self, x: float, y: float, length: float) -> None:
        def draw(canvas: Any) -> None:
            canvas.setLineWidth(0.7)
            canvas.line(x - length / 2, self.height - y, x + length / 2, self.height - y)

        self.drawings.append(draw)


def wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Break ``text`` at spaces into lines of at most ``width`` points."""
    lines: list[str] = []
    for word in text.split():
        if lines and stringWidth(f"{lines[-1]} {word}", font, size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def balanced(text: str, font: str, size: float, width: float) -> list[str]:
    """As ``wrap``, but with lines of like length, as a typist breaks a name."""
    lines = wrap(text, font, size, width)
    if len(lines) < 2:
        return [text]
    narrower = lines
    while len(narrower) == len(lines):
        lines, width = narrower, width * 0.95
        narrower = wrap(text, font, size, width)
    return lines


class _Header(_Placed):
    def __init__(self, source: src.Source, look: Look) -> None:
        super().__init__(look)
        head, party = source.header, source.style == "party"
        plain, bold, italic = look.face(), look.face("Bold"), look.face("Italic")
        left_x, right_x, middle = self.width * LEFT_CENTRE, self.width * RIGHT_CENTRE, self.width / 2
        # Wide letters: the motto must not run into the left column.
        fit = min(1.0, 0.6 * self.width / stringWidth(STATE_TOP[0], bold, look.head_size))
        size = look.head_size * fit
        self.sizes = (13.0 * min(1.0, fit + 0.05), 13.5 * fit)
        left = 13.0
        for text, font in (*((t, plain) for t in head.parent), *((t, bold) for t in head.issuer)):
            for part in balanced(text, font, size, LEFT_WIDEST * self.width):
                self._centred(part, left_x, left, font, size)
                left += 15.5
                last = part
        if party:
            self._centred("*", left_x, left, plain, 14)
            left += 12
            self._centred(PARTY_TOP, right_x, 13, bold, 14.5 * fit)
            self.rule(right_x, 19, stringWidth(PARTY_TOP, bold, 14.5 * fit))
            right = 30.0
        else:
            self.rule(left_x, left - 11, stringWidth(last, bold, size) * 0.45)
            self._centred(STATE_TOP[0], right_x, 13, bold, size)
            self._centred(STATE_TOP[1], right_x, 29.5, bold, (look.head_size + 1) * fit)
            self.rule(right_x, 34, stringWidth(STATE_TOP[1], bold, (look.head_size + 1) * fit))
            right = 45.0
        y = max(left, right) + 9
        self._centred(head.number, left_x, y, plain, self.sizes[0])
        self._centred(head.place_date, right_x, y, italic, self.sizes[1])
        if source.fields:
            self._fields(source, y)
        if head.abstract:
            font = italic if party else plain
            for text in wrap(head.abstract, font, 12, self.width * LEFT_COLUMN * 0.92):
                y += 15
                self._centred(text, left_x, y, font, 12)
        for stamp in (head.secrecy, head.urgency):  # ND30, Appendix I, boxes 10a and 10b
            if stamp:
                y += 24 if stamp == (head.secrecy or head.urgency) else 26
                self._stamp(stamp, y)
        if head.kind:
            y += 34
            self._centred(head.kind, middle, y, bold, 15 if party else 14)
            for line in head.title:
                for text in balanced(line, bold, 14, self.width):
                    y += 18
                    self._centred(text, middle, y, bold, 14)
            y += 7
            if party:
                self._centred("-----", middle, y + 5, plain, 14)
                y += 5
            else:
                self.rule(middle, y, self.width * 0.2)
        self.height = y + 12

    def _centred(self, text: str, x: float, y: float, font: str, size: float) -> None:
        self.lines.append(_Line(text, x, y, font, size))

    def _stamp(self, text: str, y: float) -> None:
        width = stringWidth(text, self.look.face("Bold"), 14) + 16

        def draw(canvas: Any) -> None:
            canvas.setLineWidth(1.2)
            canvas.rect(self.width * LEFT_CENTRE - width / 2, self.height - y - 5, width, 21)

        self.drawings.append(draw)
        self._centred(text, self.width * LEFT_CENTRE, y, self.look.face("Bold"), 14)

    def _fields(self, source: src.Source, y: float) -> None:
        """Widgets over the blanks of number and day, as the signing software of the offices draws them."""
        fields, head = source.fields, source.header
        assert fields is not None
        left, right = self.width * LEFT_CENTRE, self.width * RIGHT_CENTRE
        (number_size, date_size), italic = self.sizes, self.look.face("Italic")
        slots = [("number", fields.number, head.number, left, self.look.face(), number_size, 0)]
        slots.append(("day", fields.day, head.place_date, right, italic, date_size, 0))
        if fields.month:
            slots.append(("month", fields.month, head.place_date, right, italic, date_size, 1))
        for name, value, text, centre, font, size, nth in slots:
            gaps = list(re.finditer(r" {3,}", text))
            if len(gaps) <= nth:
                raise ValueError(f"{source.name}: no blank for the field {name} in {text!r}")
            start = centre - stringWidth(text, font, size) / 2
            x0 = start + stringWidth(text[: gaps[nth].start()], font, size)
            x1 = start + stringWidth(text[: gaps[nth].end()], font, size)

            def draw(
                canvas: Any,
                name: str = name,
                value: str = value,
                font: str = font,
                size: float = size,
                x0: float = x0,
                x1: float = x1,
            ) -> None:
                left, low = canvas.absolutePosition(x0, self.height - y - 4)
                right, high = canvas.absolutePosition(x1, self.height - y + size + 1)

                def ink(form: Any) -> None:
                    form.setFont(font, size)
                    form.drawCentredString((right - left) / 2, 4, value)

                add_widget(
                    canvas, name, (left, low, right, high), ink, value if fields.kind == "text" else None
                )

            self.drawings.append(draw)


def add_widget(
    canvas: Any,
    name: str,
    rect: tuple[float, float, float, float],
    ink: Callable[[Any], None],
    value: str | None,
) -> None:
    """Add a form field to the page whose look is what ``ink`` draws.

    With a ``value`` it is a read-only text field; without, it is a signature field, whose look alone tells what
    it says. ``rect`` is in page coordinates, ``ink`` draws from the rectangle's lower left corner.
    """
    left, low, right, high = rect
    look = f"look-{name}"
    canvas.beginForm(look, 0, 0, right - left, high - low)
    ink(canvas)
    canvas.endForm()
    entries: dict[str, Any] = {
        "Type": pdfdoc.PDFName("Annot"),
        "Subtype": pdfdoc.PDFName("Widget"),
        "FT": pdfdoc.PDFName("Sig" if value is None else "Tx"),
        "T": pdfdoc.PDFString(name),
        "Rect": pdfdoc.PDFArray([left, low, right, high]),
        "F": 132,  # printed, locked
        "AP": pdfdoc.PDFDictionary({"N": pdfdoc.PDFObjectReference(pdfdoc.xObjectName(look))}),
    }
    if value is not None:
        entries |= {"V": pdfdoc.PDFString(value), "Ff": 1, "DA": pdfdoc.PDFString("/Helv 13 Tf 0 g")}
    key = f"field-{name}"
    widget = pdfdoc.PDFDictionary(entries)
    canvas._addAnnotation(widget, key)
    canvas.acroForm.fields.append(widget)


class _Addressees(_Placed):
    """Kính gửi: one addressee on the same line, several as a dash list."""

    def __init__(self, source: src.Source, look: Look) -> None:
        super().__init__(look)
        items, size = source.header.addressees, source.size
        label = f"{source.header.call}:"
        start = 0.14 * self.width
        y = 14.0
        self.lines.append(_Line(label, start, y, self.look.face(), size, centred=False))
        after = start + stringWidth(f"{label} ", self.look.face(), size)
        if len(items) == 1:
            for text in wrap(items[0], self.look.face(), size, self.width - after):
                self.lines.append(_Line(text, after, y, self.look.face(), size, centred=False))
                y += 18
        else:
            y += 18
            after = min(after, 0.28 * self.width)
            for item in items:
                for number, text in enumerate(wrap(f"- {item}", self.look.face(), size, self.width - after)):
                    indent = after if number == 0 else after + stringWidth("- ", self.look.face(), size)
                    self.lines.append(_Line(text, indent, y, self.look.face(), size, centred=False))
                    y += 18
        self.height = y - 4


class _SignatureBlock(_Placed):
    """Nơi nhận on the left, level with authority, position and name on the right.

    Where two sign, the second stands on the left, and Nơi nhận below both.
    """

    def __init__(self, source: src.Source, look: Look) -> None:
        super().__init__(look)
        assert source.signature is not None
        self.spaceBefore = 10
        self.party = source.style == "party"
        second = source.second_signature
        y = 14.0
        if second:
            y = self._signed(second, SECOND_CENTRE * self.width, y, None)
        elif source.recipients:
            y = self._recipients(source.recipients, y)
        y = max(y, self._signed(source.signature, self.width * SIGNATURE_CENTRE, 14.0, source.stamp))
        if second and source.recipients:
            y = self._recipients(source.recipients, y + 22)
        self.height = y + 8

    def _recipients(self, items: Sequence[str], y: float) -> float:
        label_font = self.look.face() if self.party else self.look.face("BoldItalic")
        self.lines.append(_Line("Nơi nhận:", 0, y, label_font, 12, centred=False))
        if self.party:
            self.rule(
                stringWidth("Nơi nhận", self.look.face(), 12) / 2,
                y + 2,
                stringWidth("Nơi nhận", self.look.face(), 12),
            )
        for item in items:
            for text in wrap(f"- {item}", self.look.face(), 11, 0.46 * self.width):
                y += 13.5
                self.lines.append(_Line(text, 0, y, self.look.face(), 11, centred=False))
        return y

    def _signed(self, signature: src.Signature, x: float, y: float, stamp: src.Stamp | None) -> float:
        """Authority, position and name centred on ``x``; the baseline of the name."""
        for number, text in enumerate(signature.lines):
            # Party guides print the body in bold and the position below it in plain capitals.
            font = (
                self.look.face()
                if self.party and number == len(signature.lines) - 1
                else self.look.face("Bold")
            )
            for part in wrap(text, font, 13.5, 0.5 * self.width):
                self.lines.append(_Line(part, x, y, font, 13.5))
                y += 17
        if stamp:
            self._digital_stamp(stamp, y)
        y += SIGNING_GAP
        self.lines.append(_Line(signature.name, x, y, self.look.face("Bold"), 14))
        return y

    def _digital_stamp(self, stamp: src.Stamp, y: float) -> None:
        def draw(canvas: Any) -> None:
            width = max(stringWidth(text, self.look.face(), 8) for text in stamp.lines) + 8
            left, high = canvas.absolutePosition(
                self.width * SIGNATURE_CENTRE - width / 2, self.height - y + 6
            )
            low, right = high - SIGNING_GAP + 14, left + width

            def ink(form: Any) -> None:
                form.setStrokeColor(colors.Color(0.75, 0.1, 0.1))
                form.setFillColor(colors.Color(0.75, 0.1, 0.1))
                form.rect(0.5, 0.5, right - left - 1, high - low - 1)
                for number, text in enumerate(stamp.lines):
                    form.setFont(self.look.face(), 8)
                    form.drawString(4, high - low - 11 - 10 * number, text)

            add_widget(canvas, "Signature1", (left, low, right, high), ink, None)

        self.drawings.append(draw)


__all__ = ["add_widget", "markup", "render_pdf", "wrap"]
