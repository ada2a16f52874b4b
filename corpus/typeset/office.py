"""Typesetting a source as an office file: header in a borderless table, ruled tables, automatic numbers."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt

from corpus.typeset import source as src

FONT = "Times New Roman"
# Rebuilding must give the same bytes: no clock in the file.
STAMP = datetime(2026, 1, 1)
_ZIP_TIME = (2026, 1, 1, 0, 0, 0)

_LIST_MARKS = (re.compile(r"^\d{1,2}\. "), re.compile(r"^[a-z]\) "), re.compile(r"^- "))


def render_docx(source: src.Source, path: Path) -> None:
    """Write ``source`` as DOCX to ``path``."""
    document = Document()
    _page(document)
    _header(document, source)
    head = source.header
    if head.kind:
        _centred(document.add_paragraph(), head.kind, bold=True, before=12)
        for text in head.title:
            _centred(document.add_paragraph(), text, bold=True)
        _rule(document.add_paragraph(), share=0.38)
    _addressees(document, source)
    numbering = _Numbering(document) if source.auto_numbers else None
    _blocks(document, source.blocks, numbering)
    _signature(document, source)
    if source.after:
        document.add_page_break()
        _blocks(document, source.after, numbering)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "", source.name, ""
    properties.created = properties.modified = STAMP
    buffer = BytesIO()
    document.save(buffer)
    _repack(buffer, path)


def _repack(buffer: BytesIO, path: Path) -> None:
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kept:
        for info in made.infolist():
            fixed = zipfile.ZipInfo(info.filename, _ZIP_TIME)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(fixed, made.read(info.filename))


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(18)
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(0)


def _runs(
    paragraph: Any, text: str, *, size: float | None = None, bold: bool = False, italic: bool = False
) -> None:
    for number, part in enumerate(text.split("**")):
        if part:
            run = paragraph.add_run(part)
            run.bold, run.italic = bold or number % 2 == 1, italic
            if size:
                run.font.size = Pt(size)


def _centred(paragraph: Any, text: str, *, before: float = 0, **look: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = Pt(before)
    _runs(paragraph, text, **look)


def _rule(paragraph: Any, share: float, width: float = 16.2) -> None:
    """A short centred rule: an empty paragraph with a top border between wide indents."""
    side = Cm(width * (1 - share) / 2)
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = side
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "auto")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().append(borders)
    form.line_spacing = Pt(8)


def _two_columns(document: Any, left: float, right: float) -> tuple[Any, Any]:
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, cell, width in zip(table.columns, table.rows[0].cells, (left, right), strict=True):
        column.width = cell.width = Cm(width)
    # The block stays on one page.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return table.rows[0].cells[0], table.rows[0].cells[1]


def _add(cell: Any, first: bool) -> Any:
    return cell.paragraphs[0] if first else cell.add_paragraph()


def _header(document: Any, source: src.Source) -> None:
    head, party = source.header, source.style == "party"
    left, right = _two_columns(document, 6.5, 9.9)
    first = True
    for text in head.parent:
        _centred(_add(left, first), text, size=12.5)
        first = False
    for text in head.issuer:
        _centred(_add(left, first), text, size=12.5, bold=True)
        first = False
    if party:
        _centred(left.add_paragraph(), "*", size=14)
        _centred(right.paragraphs[0], "ĐẢNG CỘNG SẢN VIỆT NAM", size=14.5, bold=True)
        _rule(right.add_paragraph(), 0.75, 9.2)
    else:
        _rule(left.add_paragraph(), 0.3, 6.2)
        _centred(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12.5, bold=True)
        _centred(right.add_paragraph(), "Độc lập - Tự do - Hạnh phúc", size=13.5, bold=True)
        _rule(right.add_paragraph(), 0.6, 9.2)
    cells = document.tables[-1].add_row().cells
    _centred(cells[0].paragraphs[0], head.number, size=13)
    if head.abstract:
        _centred(cells[0].add_paragraph(), head.abstract, size=12, italic=party)
    for stamp in (head.secrecy, head.urgency):
        if stamp:
            _centred(cells[0].add_paragraph(), stamp, bold=True, before=6)
    _centred(cells[1].paragraphs[0], head.place_date, size=13.5, italic=True)


def _addressees(document: Any, source: src.Source) -> None:
    head = source.header
    if not head.addressees:
        return
    first = document.add_paragraph()
    first.paragraph_format.space_before = Pt(12)
    first.paragraph_format.left_indent = Cm(2.2)
    if len(head.addressees) == 1:
        _runs(first, f"{head.call}: {head.addressees[0]}")
        return
    _runs(first, f"{head.call}:")
    for item in head.addressees:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.left_indent = Cm(4.4)
        _runs(paragraph, f"- {item}")


def _blocks(document: Any, blocks: Sequence[src.Block], numbering: _Numbering | None) -> None:
    for block in blocks:
        if isinstance(block, src.PageBreak):
            document.add_page_break()
        elif isinstance(block, src.Table):
            _table(document, block)
        else:
            _paragraph(document.add_paragraph(), block, numbering)


def _paragraph(paragraph: Any, block: src.Paragraph, numbering: _Numbering | None) -> None:
    form = paragraph.paragraph_format
    form.space_before = Pt(6)
    text = block.text
    if block.role.startswith("centred"):
        _centred(paragraph, text, bold=block.role == "centred", italic=block.role != "centred", before=6)
        return
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    if block.role != "flush":
        form.first_line_indent = Cm(1)
    if numbering:
        text = numbering.apply(paragraph, text)
    form.keep_with_next = block.role == "heading"
    _runs(paragraph, text, bold=block.role == "heading", italic=block.role == "italic")


def _table(document: Any, table: src.Table) -> None:
    made = document.add_table(rows=0, cols=len(table.widths))
    made.style = "Table Grid"
    made.autofit = False
    total = sum(table.widths)
    for column, width in zip(made.columns, table.widths, strict=True):
        column.width = Cm(16.2 * width / total)
    for number, row in enumerate(table.rows):
        line = made.add_row()
        cells = line.cells
        if number == 0:
            repeat = OxmlElement("w:tblHeader")
            repeat.set(qn("w:val"), "true")
            line._tr.get_or_add_trPr().append(repeat)
        for column, (text, width) in enumerate(zip(row, table.widths, strict=True)):
            cells[column].width = Cm(16.2 * width / total)
            if text == "<":
                continue
            paragraph = cells[column].paragraphs[0]
            _runs(paragraph, text, size=12, bold=number == 0)
            if number == 0 or column == 0:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for column in range(len(row) - 1, 0, -1):
            if row[column] == "<":
                cells[column - 1].merge(cells[column])


def _signature(document: Any, source: src.Source) -> None:
    if source.signature is None:
        return
    # A signature never stands alone on a page: the last paragraph goes over with it.
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    spacer = document.add_paragraph().paragraph_format
    spacer.line_spacing, spacer.keep_with_next = Pt(8), True
    party = source.style == "party"
    left, right = _two_columns(document, 8.2, 8.0)
    _signed(right, source.signature, party)
    second = source.second_signature
    if second:
        _signed(left, second, party)
    if source.recipients:
        first = document.add_paragraph() if second else left.paragraphs[0]
        _runs(first, "Nơi nhận:", size=12, bold=not party, italic=not party)
    for item in source.recipients:
        _runs((document if second else left).add_paragraph(), f"- {item}", size=11)


def _signed(cell: Any, signature: src.Signature, party: bool) -> None:
    """Authority and position, room for the signature, and the name."""
    for number, text in enumerate(signature.lines):
        plain_position = party and number == len(signature.lines) - 1
        _centred(_add(cell, number == 0), text, size=13.5, bold=not plain_position)
    for _ in range(4):
        cell.add_paragraph()
    _centred(cell.add_paragraph(), signature.name, bold=True)


class _Numbering:
    """Automatic list numbers: the marks "1.", "a)" and "-" leave the text and become list levels."""

    _LEVELS = (("decimal", "%1."), ("lowerLetter", "%2)"), ("bullet", "-"))

    def __init__(self, document: Any) -> None:
        self._part = document.part.numbering_part.element
        self._abstract = "90"
        self._expected = 1
        self._add_abstract()
        self._current = self._add_list(restart=False)

    def apply(self, paragraph: Any, text: str) -> str:
        """Make ``paragraph`` a list item where ``text`` starts with a mark; the text left over."""
        for level, mark in enumerate(_LIST_MARKS):
            found = mark.match(text)
            if not found:
                continue
            if level == 0:
                number = int(found[0].rstrip(". "))
                if number == 1 and self._expected != 1:
                    self._current = self._add_list(restart=True)
                elif number != self._expected:
                    return text  # a slip in the numbering stays typed
                self._expected = number + 1
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = level
            properties.get_or_add_numId().val = self._current
            return text[found.end() :]
        return text

    def _add_abstract(self) -> None:
        abstract = _element("w:abstractNum", abstractNumId=self._abstract)
        abstract.append(_element("w:multiLevelType", val="multilevel"))
        for level, (form, text) in enumerate(self._LEVELS):
            entry = _element("w:lvl", ilvl=str(level))
            for tag, value in (
                ("w:start", "1"),
                ("w:numFmt", form),
                ("w:suff", "space"),
                ("w:lvlText", text),
            ):
                entry.append(_element(tag, val=value))
            abstract.append(entry)
        first = self._part.find(qn("w:num"))
        if first is None:
            self._part.append(abstract)
        else:
            first.addprevious(abstract)

    def _add_list(self, *, restart: bool) -> int:
        taken = [int(num.get(qn("w:numId"))) for num in self._part.findall(qn("w:num"))]
        identifier = max(taken, default=0) + 1
        entry = _element("w:num", numId=str(identifier))
        entry.append(_element("w:abstractNumId", val=self._abstract))
        if restart:
            override = _element("w:lvlOverride", ilvl="0")
            override.append(_element("w:startOverride", val="1"))
            entry.append(override)
        self._part.append(entry)
        return identifier


def _element(tag: str, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element
