"""Tables as CSV, Parquet and Excel, read back with other programs than wrote them."""

from __future__ import annotations

import csv
import io
import json
import sys
import tomllib
import weakref
import zipfile
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from record_examples import full_record, minimal_record, source
from vnadmin_extract.errors import MissingProgramError
from vnadmin_extract.exports import EXPORTS, ExportOptions, get_export, workbook
from vnadmin_extract.exports.columns import description, has_day, tables_text
from vnadmin_extract.exports.identity import identify
from vnadmin_extract.exports.plain import FORMULA_START, clean
from vnadmin_extract.exports.tables import TABLES, TableName
from vnadmin_extract.record import Recipient, Record, Subject

RECORDS = [full_record("thư mục/công văn #1.pdf"), minimal_record()]
SCHEMA = Path(__file__).parents[1] / "schema"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def exported(name: str, records: list[Record] = RECORDS, **options: Any) -> bytes:
    target = io.BytesIO()
    get_export(name).write(iter(records), target, ExportOptions(**options))
    return target.getvalue()


def entry(data: bytes, name: str) -> bytes:
    return zipfile.ZipFile(io.BytesIO(data)).read(name)


def csv_rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# Every export


@pytest.mark.parametrize("name", EXPORTS)
def test_the_same_records_give_the_same_bytes(name: str) -> None:
    assert exported(name) == exported(name)


@pytest.mark.parametrize("name", [name for name in EXPORTS if name != "table"])  # which is sorted by day
def test_records_are_read_once_and_let_go(name: str) -> None:
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    most = 0

    class Watched(Record):
        __hash__ = object.__hash__
        __eq__ = object.__eq__

    def many() -> Iterator[Record]:
        nonlocal most
        for number in range(40):
            record = Watched.model_validate(full_record(f"{number}.pdf").model_dump())
            alive.add(record)
            most = max(most, len(alive))
            yield record

    get_export(name).write(many(), io.BytesIO(), ExportOptions())
    assert most <= 3


# What the columns mean


def test_columns_are_documented_in_the_file_that_people_read() -> None:
    written = (SCHEMA / "tables.md").read_text(encoding="utf-8")
    assert written == tables_text(), "run: python -m vnadmin_extract.exports.columns > schema/tables.md"


def test_every_description_belongs_to_a_column() -> None:
    text = (files("vnadmin_extract.knowledge") / "export_columns.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text)
    assert set(known.pop("columns")) == {column.key for table in TABLES.values() for column in table.columns}
    for table in TABLES.values():
        assert set(known.pop(table.name, {})) <= {column.key for column in table.columns}
    assert not known


# CSV


@pytest.mark.parametrize("name", TABLES)
def test_csv_has_the_documented_columns(name: TableName) -> None:
    data = exported("csv")
    package = json.loads(entry(data, "datapackage.json"))
    [resource] = [item for item in package["resources"] if item["name"] == name]
    header, *lines = csv.reader(io.StringIO(entry(data, resource["path"]).decode(), newline=""))
    assert header == [field["name"] for field in resource["schema"]["fields"]]
    assert header == [column.key for column in TABLES[name].columns]
    assert [field["description"] for field in resource["schema"]["fields"]] == [
        description(name, key) for key in header
    ]
    assert len(lines) == sum(len(list(TABLES[name].rows(record))) for record in RECORDS)


def test_one_table_is_a_csv_file_of_its_own() -> None:
    data = exported("csv", table="assignments")
    assert data == entry(exported("csv"), "assignments.csv")
    first = csv_rows(data)[0]
    assert first["lead"] == "Phòng Nội vụ; Phòng Tài chính - Kế hoạch"
    assert (first["due"], first["due_last"], first["confidence"]) == ("2024-03-20", "2024-03-20", "0.9")
    assert csv_rows(data)[1]["due_last"] == "2024-06-30"  # quarter II
    assert csv_rows(exported("csv", table="deadlines"))[3]["working_days"] == "true"


def test_the_byte_order_mark_is_there_when_asked_for() -> None:
    plain, marked = (exported("csv", table="documents", bom=bom) for bom in (False, True))
    assert marked == b"\xef\xbb\xbf" + plain
    assert entry(exported("csv", bom=True), "documents.csv") == marked


@pytest.mark.parametrize("start", FORMULA_START)
def test_a_document_cannot_plant_a_formula(start: str) -> None:
    record = Record(source=source(f"{start}x"), subject=Subject(text=f"{start}cmd|' /C calc'!A0"))
    [row] = csv_rows(exported("csv", [record], table="documents"))
    assert row["file"].startswith("'")
    assert row["subject"].startswith("'")


@given(st.text(max_size=50), st.text(max_size=50))
@settings(max_examples=50, deadline=None)
def test_any_text_comes_back_in_its_cell(subject: str, name: str) -> None:
    record = Record(source=source(), subject=Subject(text=subject), recipients=(Recipient(name=name),))
    rows = list(csv.reader(io.StringIO(exported("csv", [record], table="documents").decode(), newline="")))
    assert len(rows) == 2
    assert len(rows[1]) == len(rows[0])
    cell = rows[1][rows[0].index("subject")]
    assert cell.removeprefix("'") == clean(subject).removeprefix("'")
    assert not cell.startswith(FORMULA_START)


@given(st.text())
def test_clean_text_loses_only_what_xml_cannot_hold(text: str) -> None:
    kept = clean(text)
    ElementTree.fromstring(f"<a>{escape(kept)}</a>")
    assert [c for c in text if c.isprintable() or c in "\t\n\r"] == [
        c for c in kept if c.isprintable() or c in "\t\n\r"
    ]


def test_tables_are_joined_by_ids() -> None:
    data = exported("csv")
    [document, _] = csv_rows(entry(data, "documents.csv"))
    assignments = csv_rows(entry(data, "assignments.csv"))
    deadlines = csv_rows(entry(data, "deadlines.csv"))
    assert {row["document_id"] for row in (*assignments, *deadlines)} == {document["document_id"]}
    known = identify(RECORDS[0])
    assert [row["assignment_id"] for row in assignments] == [
        known.assignments[row["id"]] for row in assignments
    ]
    assert [row["deadline_id"] for row in deadlines] == [known.deadlines[row["id"]] for row in deadlines]
    assert deadlines[0]["assignment_ids"] == assignments[0]["assignment_id"]


# Parquet


@pytest.fixture
def arrow() -> Any:
    return pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")


@pytest.mark.parametrize("name", TABLES)
def test_parquet_has_the_documented_columns_and_types(name: TableName, arrow: Any) -> None:
    import pyarrow

    read = arrow.read_table(io.BytesIO(entry(exported("parquet"), f"{name}.parquet")))
    expected = []
    for column in TABLES[name].columns:
        expected += [column.key, column.key + "_day"] if has_day(column) else [column.key]
    assert read.column_names == expected
    kinds = {"day": "date32", "number": "int32", "percent": "float64", "truth": "bool_"}
    for column in TABLES[name].columns:
        kind = getattr(pyarrow, kinds.get(column.kind, "string"))()
        field = read.schema.field(column.key)
        assert field.type == (pyarrow.list_(kind) if column.many else kind)
        assert field.metadata[b"description"].decode() == description(name, column.key)


def test_parquet_gives_days_as_dates_and_lists_as_lists(arrow: Any) -> None:
    assignments = arrow.read_table(io.BytesIO(exported("parquet", table="assignments"))).to_pylist()
    assert assignments[0]["lead"] == ["Phòng Nội vụ", "Phòng Tài chính - Kế hoạch"]
    assert [row["due_last"] for row in assignments] == [date(2024, 3, 20), date(2024, 6, 30), None]
    references = arrow.read_table(io.BytesIO(exported("parquet", table="references"))).to_pylist()
    assert [(row["date"], row["date_day"]) for row in references] == [
        ("2024-01", None),  # no full day
        ("2015-06-19", date(2015, 6, 19)),
    ]


def test_parquet_of_many_rows_is_written_in_portions(arrow: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vnadmin_extract.exports.parquet._ROWS", 4)
    read = arrow.ParquetFile(io.BytesIO(exported("parquet", RECORDS * 5, table="assignments")))
    assert read.metadata.num_rows == 15
    assert read.metadata.num_row_groups > 1


def test_parquet_of_nothing_keeps_its_columns(arrow: Any) -> None:
    read = arrow.read_table(io.BytesIO(exported("parquet", [], table="recipients")))
    assert (read.num_rows, read.num_columns) == (0, len(TABLES["recipients"].columns))


def test_without_pyarrow_the_error_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingProgramError, match=r"pip install 'vnadmin-extract\[parquet\]'"):
        exported("parquet")


# Excel


def sheet(data: bytes, number: int) -> ElementTree.Element:
    return ElementTree.fromstring(entry(data, f"xl/worksheets/sheet{number}.xml"))


def test_past_and_near_days_are_coloured_from_the_day_of_opening() -> None:
    data = exported("workbook")
    [coloured] = sheet(data, 2).iter(f"{MAIN}conditionalFormatting")
    keys = [column.key for column in TABLES["assignments"].columns]
    letter = chr(ord("A") + keys.index("due_last"))
    assert coloured.attrib["sqref"] == f"{letter}2:{letter}4"
    past, near = [rule.findtext(f"{MAIN}formula") for rule in coloured.iter(f"{MAIN}cfRule")]
    assert past == f"AND(ISNUMBER({letter}2),{letter}2<TODAY())"
    assert near == f"AND(ISNUMBER({letter}2),{letter}2>=TODAY(),{letter}2<=TODAY()+7)"


def test_the_stable_ids_stand_in_the_last_columns_and_are_not_printed() -> None:
    data = exported("workbook")
    cells = {cell.attrib["r"]: "".join(cell.itertext()) for cell in sheet(data, 2).iter(f"{MAIN}c")}
    ids = identify(RECORDS[0])
    assert (cells["N1"], cells["O1"]) == ("Mã nhiệm vụ (cố định)", "Mã văn bản (cố định)")
    assert (cells["N2"], cells["O2"]) == (ids.assignments["a1"], ids.document)
    areas = [
        item.text or ""
        for item in ElementTree.fromstring(entry(data, "xl/workbook.xml")).iter(f"{MAIN}definedName")
    ]
    assert any(area.endswith("$A$1:$M$4") for area in areas)


def test_a_sheet_has_no_more_links_than_excel_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_LINKS", 2)
    data = exported("workbook", files_root=Path("/data"), target_folder=Path("/data"))
    assert len(list(sheet(data, 2).iter(f"{MAIN}hyperlink"))) == 2


def test_the_workbook_does_not_say_when_it_was_written() -> None:
    archive = zipfile.ZipFile(io.BytesIO(exported("workbook")))
    assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert archive.read("docProps/core.xml").count(b"1980-01-01T00:00:00Z") == 2
