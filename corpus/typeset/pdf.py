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
TOP, BOTTOM, LEFT, RIGHT = 20 * mm, 20 * mm, 30 * mm, 18 * mm
TEXT_WIDTH = PAGE_WIDTH - LEFT - RIGHT
# The header's columns as parts of the text width: the motto needs the wider one.
LEFT_COLUMN = 0.42 * TEXT_WIDTH
LEFT_CENTRE = 0.20 * TEXT_WIDTH
RIGHT_CENTRE = 0.695 * TEXT_WIDTH
SIGNATURE_CENTRE = 0.75 * TEXT_WIDTH

STATE_TOP = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
PARTY_TOP = "ĐẢNG CỘNG SẢN VIỆT NAM"
# Room between position and name, where signature and seal go.
SIGNING_GAP = 62.0


def render_pdf(source: src.Source, path: Path) -> None:
    """Write ``source`` as PDF to ``path``. Raises ``fonts.FontError`` where no font fits."""
    fonts.register()
    template = _Template(str(path), source)
    story: list[Flowable] = [_Header(source)]
    if source.header.addressees:
        story.append(_Addressees(source))
    story += _blocks(source.blocks, source)
    if source.signature:
        # A signature never stands alone on a page: the last paragraph goes over with it.
        last = [story.pop()] if isinstance(story[-1], Paragraph) else []
        story.append(KeepTogether([*last, _SignatureBlock(source)]))
    if source.after:
        story.append(PageBreak())
        story += _blocks(source.after, source)
    template.build(story)


class _Template(BaseDocTemplate):  # type: ignore[misc]
    def __init__(self, path: str, source: src.Source) -> None:
        super().__init__(
            path, pagesize=A4, invariant=1, lang="vi-VN", title=source.name, author="", creator=""
        )
        frame = Frame(
            LEFT,
            BOTTOM,
            TEXT_WIDTH,
            PAGE_HEIGHT - TOP - BOTTOM,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )
        self.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=self._number_page)])

    @staticmethod
    def _number_page(canvas: Any, _doc: Any) -> None:
        # ND30, Appendix I, II.2: page numbers stand centred in the top margin, none on page 1.
        if canvas.getPageNumber() > 1:
            canvas.setFont("Body", 13)
            canvas.drawCentredString(PAGE_WIDTH / 2, PAGE_HEIGHT - 12.5 * mm, str(canvas.getPageNumber()))


# -- Text blocks ---------------------------------------------------------------------------------------------


def markup(text: str) -> str:
    """Inline marks as the mark-up that reportlab's paragraphs read."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text))


def _style(role: str, size: float) -> ParagraphStyle:
    base: dict[str, Any] = {
        "fontName": "Body",
        "fontSize": size,
        "leading": size * 1.25,
        "alignment": TA_JUSTIFY,
        "firstLineIndent": 1.0 * 28.35,
        "spaceBefore": 5,
        "spaceAfter": 1,
        "allowWidows": 0,
        "allowOrphans": 0,
    }
    if role == "heading":
        base |= {"fontName": "Body-Bold", "keepWithNext": 1}
    elif role == "centred":
        base |= {"fontName": "Body-Bold", "alignment": TA_CENTER, "firstLineIndent": 0, "keepWithNext": 1}
    elif role == "centred-italic":
        base |= {"fontName": "Body-Italic", "alignment": TA_CENTER, "firstLineIndent": 0, "keepWithNext": 1}
    elif role == "italic":
        base |= {"fontName": "Body-Italic"}
    elif role == "flush":
        base |= {"firstLineIndent": 0}
    return ParagraphStyle(role, **base)


def _blocks(blocks: Sequence[src.Block], source: src.Source) -> list[Flowable]:
    story: list[Flowable] = []
    for block in blocks:
        if isinstance(block, src.Paragraph):
            story.append(Paragraph(markup(block.text), _style(block.role, source.size)))
        elif isinstance(block, src.PageBreak):
            story.append(PageBreak())
        else:
            story += [Spacer(1, 6), _ruled_table(block), Spacer(1, 6)]
    return story


def _ruled_table(table: src.Table) -> Table:
    size = 12.0
    cell = ParagraphStyle("cell", fontName="Body", fontSize=size, leading=size * 1.2, alignment=TA_LEFT)
    centred = ParagraphStyle("cell-centred", parent=cell, alignment=TA_CENTER)
    head = ParagraphStyle("cell-head", parent=centred, fontName="Body-Bold")
    commands: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.6, colors.black),
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
    widths = [TEXT_WIDTH * width / total for width in table.widths]
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

    def __init__(self) -> None:
        super().__init__()
        self.width = TEXT_WIDTH
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


class _Header(_Placed):
    def __init__(self, source: src.Source) -> None:
        super().__init__()
        head, party = source.header, source.style == "party"
        left = 13.0
        for text in head.parent:
            self._centred(text, LEFT_CENTRE, left, "Body", 12.5)
            left += 15.5
        for text in head.issuer:
            self._centred(text, LEFT_CENTRE, left, "Body-Bold", 12.5)
            left += 15.5
        if party:
            self._centred("*", LEFT_CENTRE, left, "Body", 14)
            left += 12
            self._centred(PARTY_TOP, RIGHT_CENTRE, 13, "Body-Bold", 14.5)
            self.rule(RIGHT_CENTRE, 19, stringWidth(PARTY_TOP, "Body-Bold", 14.5))
            right = 30.0
        else:
            self.rule(LEFT_CENTRE, left - 11, stringWidth(head.issuer[-1], "Body-Bold", 12.5) * 0.45)
            self._centred(STATE_TOP[0], RIGHT_CENTRE, 13, "Body-Bold", 12.5)
            self._centred(STATE_TOP[1], RIGHT_CENTRE, 29.5, "Body-Bold", 13.5)
            self.rule(RIGHT_CENTRE, 34, stringWidth(STATE_TOP[1], "Body-Bold", 13.5))
            right = 45.0
        y = max(left, right) + 9
        self._centred(head.number, LEFT_CENTRE, y, "Body", 13)
        self._centred(head.place_date, RIGHT_CENTRE, y, "Body-Italic", 13.5)
        if source.fields:
            self._fields(source, y)
        if head.abstract:
            font = "Body-Italic" if party else "Body"
            for text in wrap(head.abstract, font, 12, LEFT_COLUMN * 0.92):
                y += 15
                self._centred(text, LEFT_CENTRE, y, font, 12)
        for stamp in (head.secrecy, head.urgency):  # ND30, Appendix I, boxes 10a and 10b
            if stamp:
                y += 24 if stamp == (head.secrecy or head.urgency) else 26
                self._stamp(stamp, y)
        if head.kind:
            y += 34
            self._centred(head.kind, TEXT_WIDTH / 2, y, "Body-Bold", 15 if party else 14)
            for text in head.title:
                y += 18
                self._centred(text, TEXT_WIDTH / 2, y, "Body-Bold", 14)
            y += 7
            if party:
                self._centred("-----", TEXT_WIDTH / 2, y + 5, "Body", 14)
                y += 5
            else:
                self.rule(TEXT_WIDTH / 2, y, TEXT_WIDTH * 0.2)
        self.height = y + 12

    def _centred(self, text: str, x: float, y: float, font: str, size: float) -> None:
        self.lines.append(_Line(text, x, y, font, size))

    def _stamp(self, text: str, y: float) -> None:
        width = stringWidth(text, "Body-Bold", 14) + 16

        def draw(canvas: Any) -> None:
            canvas.setLineWidth(1.2)
            canvas.rect(LEFT_CENTRE - width / 2, self.height - y - 5, width, 21)

        self.drawings.append(draw)
        self._centred(text, LEFT_CENTRE, y, "Body-Bold", 14)

    def _fields(self, source: src.Source, y: float) -> None:
        """Widgets over the blanks of number and day, as the signing software of the offices draws them."""
        fields, head = source.fields, source.header
        assert fields is not None
        slots = [("number", fields.number, head.number, LEFT_CENTRE, "Body", 13.0, 0)]
        slots.append(("day", fields.day, head.place_date, RIGHT_CENTRE, "Body-Italic", 13.5, 0))
        if fields.month:
            slots.append(("month", fields.month, head.place_date, RIGHT_CENTRE, "Body-Italic", 13.5, 1))
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

    def __init__(self, source: src.Source) -> None:
        super().__init__()
        items, size = source.header.addressees, source.size
        label = f"{source.header.call}:"
        start = 0.14 * TEXT_WIDTH
        y = 14.0
        self.lines.append(_Line(label, start, y, "Body", size, centred=False))
        after = start + stringWidth(f"{label} ", "Body", size)
        if len(items) == 1:
            for text in wrap(items[0], "Body", size, TEXT_WIDTH - after):
                self.lines.append(_Line(text, after, y, "Body", size, centred=False))
                y += 18
        else:
            y += 18
            after = min(after, 0.28 * TEXT_WIDTH)
            for item in items:
                for number, text in enumerate(wrap(f"- {item}", "Body", size, TEXT_WIDTH - after)):
                    indent = after if number == 0 else after + stringWidth("- ", "Body", size)
                    self.lines.append(_Line(text, indent, y, "Body", size, centred=False))
                    y += 18
        self.height = y - 4


class _SignatureBlock(_Placed):
    """Nơi nhận on the left, level with authority, position and name on the right.

    Where two sign, the second stands on the left, and Nơi nhận below both.
    """

    def __init__(self, source: src.Source) -> None:
        super().__init__()
        assert source.signature is not None
        self.spaceBefore = 10
        self.party = source.style == "party"
        second = source.second_signature
        y = 14.0
        if second:
            y = self._signed(second, 0.22 * TEXT_WIDTH, y, None)
        elif source.recipients:
            y = self._recipients(source.recipients, y)
        y = max(y, self._signed(source.signature, SIGNATURE_CENTRE, 14.0, source.stamp))
        if second and source.recipients:
            y = self._recipients(source.recipients, y + 22)
        self.height = y + 8

    def _recipients(self, items: Sequence[str], y: float) -> float:
        label_font = "Body" if self.party else "Body-BoldItalic"
        self.lines.append(_Line("Nơi nhận:", 0, y, label_font, 12, centred=False))
        if self.party:
            self.rule(stringWidth("Nơi nhận", "Body", 12) / 2, y + 2, stringWidth("Nơi nhận", "Body", 12))
        for item in items:
            for text in wrap(f"- {item}", "Body", 11, 0.46 * TEXT_WIDTH):
                y += 13.5
                self.lines.append(_Line(text, 0, y, "Body", 11, centred=False))
        return y

    def _signed(self, signature: src.Signature, x: float, y: float, stamp: src.Stamp | None) -> float:
        """Authority, position and name centred on ``x``; the baseline of the name."""
        for number, text in enumerate(signature.lines):
            # Party guides print the body in bold and the position below it in plain capitals.
            font = "Body" if self.party and number == len(signature.lines) - 1 else "Body-Bold"
            for part in wrap(text, font, 13.5, 0.5 * TEXT_WIDTH):
                self.lines.append(_Line(part, x, y, font, 13.5))
                y += 17
        if stamp:
            self._digital_stamp(stamp, y)
        y += SIGNING_GAP
        self.lines.append(_Line(signature.name, x, y, "Body-Bold", 14))
        return y

    def _digital_stamp(self, stamp: src.Stamp, y: float) -> None:
        def draw(canvas: Any) -> None:
            width = max(stringWidth(text, "Body", 8) for text in stamp.lines) + 8
            left, high = canvas.absolutePosition(SIGNATURE_CENTRE - width / 2, self.height - y + 6)
            low, right = high - SIGNING_GAP + 14, left + width

            def ink(form: Any) -> None:
                form.setStrokeColor(colors.Color(0.75, 0.1, 0.1))
                form.setFillColor(colors.Color(0.75, 0.1, 0.1))
                form.rect(0.5, 0.5, right - left - 1, high - low - 1)
                for number, text in enumerate(stamp.lines):
                    form.setFont("Body", 8)
                    form.drawString(4, high - low - 11 - 10 * number, text)

            add_widget(canvas, "Signature1", (left, low, right, high), ink, None)

        self.drawings.append(draw)


__all__ = ["add_widget", "markup", "render_pdf", "wrap"]
