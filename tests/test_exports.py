"""What the exports write, read back with other programs than wrote it."""

from __future__ import annotations

import csv
import io
import posixpath
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from record_examples import full_record, minimal_record, source
from vnadmin_extract.errors import MissingProgramError
from vnadmin_extract.exports import EXPORTS, ExportOptions, get_export, jsonl, workbook
from vnadmin_extract.exports.dataframe import records_dataframe
from vnadmin_extract.exports.labels import LANGUAGES, full_day, labels
from vnadmin_extract.exports.tables import TABLES, document_name
from vnadmin_extract.record import Record, Subject

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

RECORDS = [full_record("thư mục/công văn #1.pdf"), minimal_record()]


class Sheet:
    """A sheet of a workbook, parsed from the file's own XML."""

    def __init__(self, archive: zipfile.ZipFile, path: str) -> None:
        self.root = ElementTree.fromstring(archive.read(path))
        relations = posixpath.join(posixpath.dirname(path), "_rels", posixpath.basename(path) + ".rels")
        self.targets: dict[str, str] = {}
        if relations in archive.namelist():
            for item in ElementTree.fromstring(archive.read(relations)):
                self.targets[item.attrib["Id"]] = item.attrib["Target"]
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
        formats = {
            item.attrib["numFmtId"]: item.attrib["formatCode"] for item in styles.iter(f"{MAIN}numFmt")
        }
        self.styles = list(styles.find(f"{MAIN}cellXfs") or [])
        self.formats = [formats.get(style.attrib["numFmtId"], "") for style in self.styles]

    def cell(self, place: str) -> ElementTree.Element:
        return next(cell for cell in self.root.iter(f"{MAIN}c") if cell.attrib["r"] == place)

    def text(self, place: str) -> str:
        return "".join(self.cell(place).itertext())

    def headings(self) -> list[str]:
        row = next(self.root.iter(f"{MAIN}row"))
        return ["".join(cell.itertext()) for cell in row]

    def column(self, heading: str) -> str:
        return chr(ord("A") + self.headings().index(heading))

    def links(self) -> dict[str, str]:
        return {
            item.attrib["ref"]: self.targets[item.attrib[LINK_ID]]
            for item in self.root.iter(f"{MAIN}hyperlink")
        }


def write_workbook(records: list[Record], options: ExportOptions | None = None) -> dict[str, Sheet]:
    target = io.BytesIO()
    workbook.write(iter(records), target, options or ExportOptions())
    return sheets(target.getvalue())


def sheets(data: bytes) -> dict[str, Sheet]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {item.attrib["Id"]: item.attrib["Target"] for item in relations}
    return {
        item.attrib["name"]: Sheet(archive, "xl/" + targets[item.attrib[LINK_ID]].removeprefix("/xl/"))
        for item in book.iter(f"{MAIN}sheet")
    }


@pytest.fixture(scope="module")
def book() -> dict[str, Sheet]:
    return write_workbook(
        RECORDS, ExportOptions(files_root=Path("/data/in"), target_folder=Path("/data/out"))
    )


def test_sheets_and_headings_are_vietnamese(book: dict[str, Sheet]) -> None:
    assert list(book) == ["Văn bản", "Nhiệm vụ", "Thời hạn", "Viện dẫn"]
    assert {"Số, ký hiệu", "Ngày ban hành", "Trích yếu"} <= set(book["Văn bản"].headings())
    assert {"Chủ trì", "Phối hợp", "Nhiệm vụ", "Hạn"} <= set(book["Nhiệm vụ"].headings())


def test_one_row_for_each_item(book: dict[str, Sheet]) -> None:
    assert {name: len(list(sheet.root.iter(f"{MAIN}row"))) - 1 for name, sheet in book.items()} == {
        "Văn bản": 2,
        "Nhiệm vụ": 3,
        "Thời hạn": 4,
        "Viện dẫn": 2,
    }


def test_full_days_are_real_dates(book: dict[str, Sheet]) -> None:
    deadlines = book["Thời hạn"]
    cell = deadlines.cell(deadlines.column("Hạn") + "2")
    serial = cell.findtext(f"{MAIN}v") or ""
    assert date(1899, 12, 30) + timedelta(days=float(serial)) == date(2024, 3, 20)
    assert deadlines.formats[int(cell.attrib["s"])].lower() == "dd/mm/yyyy"


def test_less_exact_dates_and_words_are_vietnamese_texts(book: dict[str, Sheet]) -> None:
    deadlines = book["Thời hạn"]
    assert deadlines.text(deadlines.column("Hạn") + "3") == "quý II/2024"
    assert deadlines.text(deadlines.column("Định kỳ") + "4") == "hằng tháng"
    assert deadlines.text(deadlines.column("Tính theo ngày làm việc") + "5") == "có"
    references = book["Viện dẫn"]
    assert references.text(references.column("Quan hệ") + "2") == "thực hiện"
    assert references.text(references.column("Ngày") + "2") == "tháng 1/2024"
    documents = book["Văn bản"]
    assert documents.text(documents.column("Cấp") + "2") == "Huyện"


def test_first_row_and_column_stay_in_sight_and_filters_are_on(book: dict[str, Sheet]) -> None:
    for sheet in book.values():
        pane = next(sheet.root.iter(f"{MAIN}pane"))
        assert (pane.attrib["topLeftCell"], pane.attrib["state"]) == ("B2", "frozen")
        rows = len(list(sheet.root.iter(f"{MAIN}row")))
        filtered = next(sheet.root.iter(f"{MAIN}autoFilter")).attrib["ref"]
        assert filtered == f"A1:{chr(ord('A') + len(sheet.headings()) - 1)}{rows}"


def test_links_lead_from_the_workbook_to_the_file(book: dict[str, Sheet]) -> None:
    links = book["Nhiệm vụ"].links()
    page = book["Nhiệm vụ"].column("Trang") + "2"  # the other assignments have no evidence
    assert set(links) == {"A2", "A3", "A4", page}
    assert "#" not in links["A2"]  # would cut the file name
    assert posixpath.normpath("/data/out/" + unquote(links["A2"])) == "/data/in/thư mục/công văn #1.pdf"
    assert links[page] == links["A2"] + "#page=1"


@pytest.mark.parametrize(
    "start", ["=1+1", "+84 mình", "-CT/TU", "@SUM(A1)", "=cmd|' /C calc'!A0", "#N/A", "#REF!"]
)
def test_a_document_cannot_plant_a_formula(start: str) -> None:
    record = Record(source=source(start), subject=Subject(text=start))
    sheet = write_workbook([record])["Văn bản"]
    place = sheet.column("Trích yếu") + "2"
    assert not list(sheet.root.iter(f"{MAIN}f"))
    assert (sheet.cell(place).attrib["t"], sheet.text(place)) == ("inlineStr", start)
    quoted = sheet.styles[int(sheet.cell(place).attrib["s"])].attrib.get("quotePrefix") in ("1", "true")
    assert quoted == (start[0] in "=+-@")


def test_texts_that_no_cell_can_hold_are_made_to_fit() -> None:
    record = Record(source=source("a\x0bb\ufffe.pdf"), subject=Subject(text="x" * 40_000))
    sheet = write_workbook([record])["Văn bản"]
    assert sheet.text("A2") == "ab.pdf"
    long = sheet.text(sheet.column("Trích yếu") + "2")
    assert len(long) == 32_767
    assert long.endswith("…")


def test_rows_beyond_a_sheet_go_to_a_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    book = write_workbook([full_record(f"{number}.pdf") for number in range(3)])
    assert [book[name].text("A2") for name in ("Văn bản", "Văn bản (2)")] == ["0.pdf", "2.pdf"]
    assert book["Văn bản (2)"].headings() == book["Văn bản"].headings()


@pytest.mark.office
@pytest.mark.skipif(shutil.which("localc") is None, reason="LibreOffice Calc is not installed")
def test_libreoffice_reads_the_workbook(tmp_path: Path) -> None:
    with (tmp_path / "records.xlsx").open("wb") as target:
        workbook.write(RECORDS, target, ExportOptions())
    # Filter options: comma, quote, UTF-8, from row 1, …, cells as shown, sheet 3 (deadlines).
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,3"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        form,
        "--outdir",
        str(tmp_path),
        "records.xlsx",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    [written] = tmp_path.glob("*.csv")
    rows = list(csv.DictReader(written.read_text(encoding="utf-8").splitlines()))
    assert [row["Hạn"] for row in rows] == ["20/03/2024", "quý II/2024", "", ""]


def test_json_lines_come_back_whole(tmp_path: Path) -> None:
    path = tmp_path / jsonl.FILE_NAME
    with path.open("wb") as target:
        jsonl.write(RECORDS, target, ExportOptions())
    assert list(jsonl.read_records(path)) == RECORDS
    assert path.read_text(encoding="utf-8").count("\n") == len(RECORDS)


def test_the_table_says_who_must_do_what_by_when() -> None:
    target = io.BytesIO()
    get_export("table").write(RECORDS, target, ExportOptions(lang="vi"))
    text = target.getvalue().decode()
    words = " ".join(text.replace("│", " ").split())
    assert "Nhiệm vụ có thời hạn" in text
    assert "17:00 20/03/2024" in words
    assert "[khẩn]" in words  # square brackets are not mark-up
    assert "Đài Truyền thanh" not in text  # has no deadline
    assert text.index("Phòng Nội vụ") < text.index("UBND các xã")  # March before quarter II


def test_a_document_that_a_folder_holds_twice_is_shown_once() -> None:
    tables = []
    for records in ([full_record("a.pdf")], [full_record("a.pdf"), full_record("a.docx")]):
        target = io.BytesIO()
        get_export("table").write(records, target, ExportOptions())
        tables.append(target.getvalue())
    assert tables[0] == tables[1]


def test_the_table_of_nothing_says_so() -> None:
    target = io.BytesIO()
    get_export("table").write([minimal_record()], target, ExportOptions(lang="en"))
    assert "No assignment with a deadline." in target.getvalue().decode()


@pytest.mark.parametrize("name", EXPORTS)
def test_every_registered_export_keeps_the_contract(name: str) -> None:
    export, target = get_export(name), io.BytesIO()
    export.write(iter(RECORDS), target, ExportOptions())
    assert target.getvalue()
    assert Path(export.FILE_NAME).name == export.FILE_NAME
    assert len({get_export(other).FILE_NAME for other in EXPORTS}) == len(EXPORTS)


def test_dataframe_has_a_row_for_each_item_and_lists_in_cells() -> None:
    frame = full_record().to_dataframe("assignments")
    assert list(frame["path"]) == ["1.a", "2", "3"]
    assert list(frame.explode("lead")["lead"])[:2] == ["Phòng Nội vụ", "Phòng Tài chính - Kế hoạch"]
    assert frame["due"][0] == ["2024-03-20"]
    assert list(records_dataframe(RECORDS, "documents")["file"]) == [record.source.file for record in RECORDS]


def test_empty_dataframe_keeps_its_columns() -> None:
    frame = minimal_record().to_dataframe("references")
    assert len(frame) == 0
    assert {"code", "relation"} <= set(frame.columns)


def test_without_pandas_the_error_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingProgramError, match=r"pip install 'vnadmin-extract\[pandas\]'"):
        full_record().to_dataframe()


@pytest.mark.parametrize("name", TABLES)
def test_rows_have_the_table_s_columns(name: str) -> None:
    table = next(table for table in TABLES.values() if table.name == name)
    keys = [column.key for column in table.columns]
    for row in table.rows(full_record()):
        assert list(row) == keys


def keys(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from keys(item, f"{path}.{key}")
    else:
        yield path


def test_all_languages_have_the_same_labels_and_all_columns_one() -> None:
    folder = files("vnadmin_extract.knowledge")
    english, vietnamese = (
        set(keys(tomllib.loads((folder / f"labels_{lang}.toml").read_text(encoding="utf-8"))))
        for lang in LANGUAGES
    )
    assert english == vietnamese
    for table in TABLES.values():
        assert {column.key for column in table.columns} <= set(labels("vi").columns)
        assert table.name in labels("vi").tables


@pytest.mark.parametrize(
    ("edtf", "vietnamese", "english"),
    [
        ("2024-11-05", "05/11/2024", "2024-11-05"),
        ("2024-03", "tháng 3/2024", "2024-03"),
        ("2024", "năm 2024", "2024"),
        ("2024-34", "quý II/2024", "Q2 2024"),
        ("2024-40", "6 tháng đầu năm 2024", "first half of 2024"),
        ("2024-41", "6 tháng cuối năm 2024", "second half of 2024"),
        ("2021/2025", "năm 2021 - năm 2025", "2021 to 2025"),
        ("2024-03-01/..", "01/03/2024 - ...", "2024-03-01 to ..."),
        ("2024-13", "2024-13", "2024-13"),
        ("no date", "no date", "no date"),
    ],
)
def test_dates_in_words(edtf: str, vietnamese: str, english: str) -> None:
    assert labels("vi").date(edtf) == vietnamese
    assert labels("en").date(edtf) == english


@given(st.text(st.sampled_from("0123456789-/. x")))
def test_dates_in_words_never_raise(edtf: str) -> None:
    assert labels("vi").date(edtf) or not edtf
    full_day(edtf)


@given(st.dates(date(1, 1, 1)))
def test_every_day_is_a_full_day(day: date) -> None:
    assert full_day(day.isoformat()) == day


def test_documents_are_called_by_kind_and_code() -> None:
    draft = full_record()
    assert document_name(draft) == "Công văn 15/UBND-NV"
    assert draft.code is not None
    unnumbered = draft.model_copy(update={"code": draft.code.model_copy(update={"number": None})})
    assert document_name(unnumbered) == "Công văn triển khai thực hiện Kế hoạch số 7-KH/TU"
    assert document_name(minimal_record("a.txt")) == "a.txt"
