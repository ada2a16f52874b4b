"""An Excel workbook with sheets for documents, assignments, deadlines and references.

Dates that are exact to the day are real dates; what is less exact ("quý II/2024") is text. Texts are stored as
texts whatever they begin with: a document that says ``=cmd|…`` must not become a formula. Last days of deadlines are
red when they are past and yellow when they are near, seen from the day on which the workbook is opened. The same
records give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from lxml import etree
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.relationship import Relationship
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import REL_NS, SHEET_MAIN_NS

from vnadmin_extract.exports import ExportOptions
from vnadmin_extract.exports.archive import FIRST_DAY, StillArchive
from vnadmin_extract.exports.labels import Labels, full_day, labels
from vnadmin_extract.exports.plain import FORMULA_START, clean
from vnadmin_extract.exports.tables import TABLES, Column, Row, Table, TableName, Value

if TYPE_CHECKING:
    from vnadmin_extract.record import Record

FILE_NAME = "records.xlsx"
SHEETS: tuple[TableName, ...] = ("documents", "assignments", "deadlines", "references")

MAX_ROWS = 1_048_576
"""Rows of a sheet that spreadsheet programs can hold; further rows go to "<sheet> (2)"."""
MAX_TEXT = 32_767
"""Characters of a cell that spreadsheet programs can hold."""
MAX_LINKS = 65_530
"""Links of a sheet that Excel can hold; further cells stay texts."""
SOON = 7
"""Days before a last day in which it counts as near."""

LINE_HEIGHT = 15.0
"""Height of a line of text, in points."""
MAX_HEIGHT = 405.0
"""A row cannot be higher than 409 points."""

_HEADER_FILL = PatternFill("solid", start_color="FFD9E2F3")
_FONT = "Calibri"  # the default's, which other cells have
_HEADER_FONT = Font(_FONT, 11, bold=True)
_HEADER_ALIGNMENT = Alignment(wrap_text=True, vertical="center")
_LINK_FONT = Font(_FONT, 11, color="FF0563C1", underline="single")
_WRAP = Alignment(wrap_text=True, vertical="top")
_LEFT = Alignment(horizontal="left", vertical="top")
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "heading": {"font": _HEADER_FONT, "fill": _HEADER_FILL, "alignment": _HEADER_ALIGNMENT},
    "text": {"alignment": _WRAP},
    "quoted": {"alignment": _WRAP, "quotePrefix": True},
    "link": {"alignment": _WRAP, "font": _LINK_FONT},
    "quoted link": {"alignment": _WRAP, "font": _LINK_FONT, "quotePrefix": True},
    "day": {"alignment": _LEFT, "number_format": "dd/mm/yyyy"},
    "percent": {"alignment": _WRAP, "number_format": "0%"},
}
"""How cells look. "quoted" keeps a text a text when somebody edits a cell that begins like a formula."""
_PAST = {"fill": PatternFill("solid", bgColor="FFFFC7CE"), "font": Font(color="FF9C0006")}
_NEAR = {"fill": PatternFill("solid", bgColor="FFFFEB9C"), "font": Font(color="FF7F6000")}


def write(records: Iterable[Record], target: BinaryIO, options: ExportOptions) -> None:
    """Write the workbook. Rows are streamed, so that large folders do not need much memory."""
    book = Workbook(write_only=True)
    words = labels(options.lang)
    sheets = [_Sheet(book, TABLES[name], words, options) for name in SHEETS]
    for record in records:
        for sheet in sheets:
            for row in sheet.table.rows(record):
                sheet.add(row)
    for sheet in sheets:
        sheet.close()
    # As Workbook.save, but without the time of writing.
    book.properties.created = book.properties.modified = datetime(*FIRST_DAY)
    ExcelWriter(book, StillArchive(target)).save()


def _lines(cell: Any, column: Column) -> int:
    """How many lines a cell's text takes in its column (widths are in characters)."""
    if cell is None or not isinstance(cell.value, str):
        return 1
    # Words are not cut, so a line holds a little less than the column is wide.
    room = max(4.0, 0.92 * column.width)
    return sum(max(1, ceil(len(part) / room)) for part in cell.value.split("\n"))


class _Sheet:
    """One table's sheet, and the further ones when it is full."""

    def __init__(self, book: Any, table: Table, words: Labels, options: ExportOptions) -> None:
        self.table = table
        self._book = book
        self._words = words
        self._options = options
        self._number = 0
        self._styles: dict[str, Any] = {}
        self._open()

    def _open(self) -> None:
        self._number += 1
        title = self._words.tables[self.table.name]
        self._sheet = self._book.create_sheet(title if self._number == 1 else f"{title} ({self._number})")
        self._sheet.freeze_panes = "B2"
        for index, column in enumerate(self.table.columns, 1):
            self._sheet.column_dimensions[get_column_letter(index)].width = column.width
        self._sheet.print_title_rows = "1:1"
        self._sheet.page_setup.orientation = "landscape"
        self._sheet.page_setup.fitToHeight = 0
        self._sheet.sheet_properties.pageSetUpPr.fitToPage = True
        self._sheet.row_dimensions[1].height = 2 * LINE_HEIGHT + 4
        self._sheet.append([self._heading(column) for column in self.table.columns])
        self._rows = 1
        self._links: list[tuple[str, str]] = []
        # openpyxl holds 2.5 KB for a link until the book is saved, too much for many; these are written in its stead.
        writer, links = self._sheet._writer, self._links
        writer.write_hyperlinks = lambda: _write_links(writer, links)

    def add(self, row: Row) -> None:
        if self._rows >= MAX_ROWS:
            self.close()
            self._open()
        self._rows += 1
        cells = [self._cell(column, index, row) for index, column in enumerate(self.table.columns, 1)]
        # Not every program fits rows to wrapped text when it opens a file, so the height is given.
        lines = max(_lines(cell, column) for cell, column in zip(cells, self.table.columns, strict=True))
        self._sheet.row_dimensions[self._rows].height = min(MAX_HEIGHT, LINE_HEIGHT * lines)
        self._sheet.append(cells)
        del self._sheet.row_dimensions[self._rows]  # is written; would only fill the memory

    def close(self) -> None:
        last = get_column_letter(len(self.table.columns))
        self._sheet.auto_filter.ref = f"A1:{last}{self._rows}"
        # Ids are for programs; on paper they would only make the rest smaller.
        printed = sum(column.kind != "id" for column in self.table.columns)
        self._sheet.print_area = f"A1:{get_column_letter(printed)}{self._rows}"
        for index, column in enumerate(self.table.columns, 1):
            if column.kind == "day" and self._rows > 1:
                self._colour(get_column_letter(index))

    def _colour(self, letter: str) -> None:
        first = f"{letter}2"
        # In a rule's fill it is the background that shows.
        for formula, style in (
            (f"AND(ISNUMBER({first}),{first}<TODAY())", _PAST),
            (f"AND(ISNUMBER({first}),{first}>=TODAY(),{first}<=TODAY()+{SOON})", _NEAR),
        ):
            rule = FormulaRule(formula=[formula], stopIfTrue=True, **style)  # type: ignore[no-untyped-call]
            self._sheet.conditional_formatting.add(f"{first}:{letter}{self._rows}", rule)

    def _heading(self, column: Column) -> Any:
        return self._dressed(self._words.columns[column.key], "heading")

    def _cell(self, column: Column, index: int, row: Row) -> Any:
        value = row[column.key]
        if value is None or value == () or value == "":
            return None
        if column.kind == "edtf":
            return self._dates(value)
        if isinstance(value, date):
            return self._day(value) or self._text(self._words.date(value.isoformat()))
        if column.kind == "enum":
            return self._text(self._words.value(column.key, str(value)))
        if isinstance(value, bool):
            return self._text(self._words.value("truth", str(value).lower()))
        if isinstance(value, int | float):
            page = int(value) if column.key == "page" else None
            target = _link(str(row["file"]), self._options, page=page) if page is not None else None
            return self._linked(value, "percent" if column.kind == "percent" else "text", index, target)
        text = _joined(value, "\n" if column.kind == "long" else "; ")
        if column.kind == "link":
            return self._text(text, index, _link(text, self._options))
        return self._text(text)

    def _linked(self, value: Any, look: str, index: int, target: str | None) -> Any:
        if target is None or len(self._links) >= MAX_LINKS:
            return self._dressed(value, look)
        self._links.append((f"{get_column_letter(index)}{self._rows}", target))
        return self._dressed(value, "quoted link" if look == "quoted" else "link")

    def _dressed(self, value: Any, look: str) -> Any:
        """A cell with a look. Setting a look property by property is most of the work, so it is done once."""
        cell: Any = WriteOnlyCell(self._sheet, value)
        if isinstance(value, str):
            cell.data_type = "s"  # never a formula ("=…") or an error value ("#N/A")
        if look in self._styles:
            cell._style = self._styles[look]
        else:
            for name, part in _LOOKS[look].items():
                setattr(cell, name, part)
            self._styles[look] = cell._style
        return cell

    def _dates(self, value: Value) -> Any:
        dates = value if isinstance(value, tuple) else (str(value),)
        day = full_day(dates[0]) if len(dates) == 1 else None
        cell = self._day(day) if day is not None else None
        return cell or self._text("; ".join(self._words.date(item) for item in dates))

    def _day(self, day: date) -> Any:
        # Excel counts days from 1900 and gets the first two months of that year wrong.
        if day <= date(1900, 3, 1):
            return None
        return self._dressed(datetime.combine(day, time()), "day")

    def _text(self, text: str, index: int = 0, target: str | None = None) -> Any:
        text = clean(text)
        if len(text) > MAX_TEXT:
            text = text[: MAX_TEXT - 1] + "…"
        return self._linked(text, "quoted" if text.startswith(FORMULA_START) else "text", index, target)


def _write_links(writer: Any, links: list[tuple[str, str]]) -> None:
    """Write a sheet's links: places and targets. Cells with the same target share one relationship."""
    if not links:
        return
    ids: dict[str, str] = {}
    element = etree.Element(f"{{{SHEET_MAIN_NS}}}hyperlinks")
    for place, target in links:
        if target not in ids:
            # The list gives the id.
            relation: Any = Relationship(type="hyperlink", TargetMode="External", Target=target)  # type: ignore[call-overload]
            writer._rels.append(relation)
            ids[target] = relation.id
        etree.SubElement(
            element, f"{{{SHEET_MAIN_NS}}}hyperlink", {"ref": place, f"{{{REL_NS}}}id": ids[target]}
        )
    writer.xf.send(element)


def _joined(value: Value, separator: str) -> str:
    return separator.join(value) if isinstance(value, tuple) else str(value)


def _link(file: str, options: ExportOptions, *, page: int | None = None) -> str | None:
    """Target of the link to a file, or to a page of a PDF: relative to the workbook where that is possible."""
    if options.files_root is None or options.target_folder is None:
        return None
    if "://" in file:
        return None
    place = f"#page={page}" if page is not None and file.lower().endswith(".pdf") else ""
    path = Path(os.path.abspath(options.files_root / file))  # noqa: PTH100 - resolve() would follow links
    try:
        relative = os.path.relpath(path, os.path.abspath(options.target_folder))  # noqa: PTH100
    except ValueError:  # another drive
        return path.as_uri() + place
    return quote(Path(relative).as_posix()) + place
