"""The command line: data on standard output, messages on standard error, exit codes that tell."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner, Result

from record_examples import fake_extract, full_record
from vnadmin_extract import __version__
from vnadmin_extract.cli.app import app
from vnadmin_extract.cli.options import option_name
from vnadmin_extract.config import Config
from vnadmin_extract.document import Cell, Document, Line, Page, Stamp, Table, Word
from vnadmin_extract.errors import ExitCode
from vnadmin_extract.record import Record

seen_configs: list[Config] = []


class FakeExtractor:
    """Gives what the file's text orders; see :func:`record_examples.fake_extract`."""

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        seen_configs.append(self.config)

    def extract_all(self, source: Path | bytes, *, name: str | None = None) -> list[Record]:
        if isinstance(source, bytes):
            return [full_record(name or "<bytes>")]
        return fake_extract(source, name or source.name, self.config)


@pytest.fixture(autouse=True)
def fake_extractor(monkeypatch: pytest.MonkeyPatch) -> None:
    from vnadmin_extract.batch import work

    module = ModuleType("vnadmin_extract.extractor")
    module.Extractor = FakeExtractor  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vnadmin_extract.extractor", module)
    work._extractor.cache_clear()
    seen_configs.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for order in ("one", "two", "scan", "defect"):
        (tmp_path / f"{order}.txt").write_text(order)
    return tmp_path


def call(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(
        app, [str(argument) for argument in arguments], input=stdin, env={"COLUMNS": "200"}
    )


def test_one_file_with_one_document_is_one_object(folder: Path) -> None:
    result = call("extract", folder / "one.txt")
    assert result.exit_code == ExitCode.OK
    assert Record.model_validate_json(result.stdout) == full_record("one.txt")
    assert "Ủy ban nhân dân" in result.stdout  # letters, not \u escapes
    assert result.stderr == ""


def test_one_file_with_two_documents_is_a_list(folder: Path) -> None:
    assert [item["source"]["file"] for item in json.loads(call("extract", folder / "two.txt").stdout)] == [
        "two.txt"
    ] * 2


def test_several_files_are_a_list_and_a_bad_one_does_not_stop_the_rest(folder: Path) -> None:
    result = call("extract", folder / "scan.txt", folder / "one.txt", folder / "defect.txt")
    assert [item["source"]["file"] for item in json.loads(result.stdout)] == ["one.txt"]
    assert result.stderr.splitlines() == [
        "error: scan.txt: the file is a scan. Use OCR.",
        f"internal error: {folder / 'defect.txt'}: ZeroDivisionError: a defect (--debug shows more)",
    ]
    assert result.exit_code == ExitCode.SOME_FAILED


@pytest.mark.parametrize(("order", "code"), [("scan", ExitCode.NEEDS_OCR), ("defect", ExitCode.INTERNAL)])
def test_one_bad_file_gives_its_own_exit_code_and_no_data(folder: Path, order: str, code: ExitCode) -> None:
    result = call("extract", folder / f"{order}.txt")
    assert (result.stdout, result.exit_code) == ("", code)
    assert "Traceback" not in result.stderr


def test_debug_shows_the_traceback(folder: Path) -> None:
    assert "Traceback" in call("extract", "--debug", folder / "defect.txt").stderr


def test_standard_input_is_a_file_too() -> None:
    assert json.loads(call("extract", "-", stdin=b"x").stdout)["source"]["file"] == "<stdin>"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Issuer", "References", "Coordinating", "17:00 2024-03-20", "implements"]),
        ("vi", ["Cơ quan ban hành", "Viện dẫn", "Phối hợp", "17:00 20/03/2024", "thực hiện"]),
    ],
)
def test_readable_view_in_both_languages(folder: Path, lang: str, words: list[str]) -> None:
    result = call("extract", "--view", "--lang", lang, folder / "one.txt")
    assert result.exit_code == ExitCode.OK
    for word in [
        *words,
        "Ủy ban nhân dân huyện Sơn Trà",
        "15/UBND-NV",
        "=SUM(1)",
        "[khẩn]",
        "05 ngày làm việc",
    ]:
        assert word in result.stdout


def printed_line(text: str, top: float) -> Line:
    words = text.split()
    boxes = [(10.0 + 50 * index, top, 55.0 + 50 * index, top + 12) for index in range(len(words))]
    return Line(tuple(Word(word, box) for word, box in zip(words, boxes, strict=True)))


@pytest.fixture
def read_document(monkeypatch: pytest.MonkeyPatch) -> Document:
    """Two pages, with a table between the lines and a stamp on the first; the second is a picture."""
    cells = (Cell(0, 1, (printed_line("Thời hạn", 50),)), Cell(0, 0, (printed_line("Việc", 50),)))
    first = Page(
        1,
        595,
        842,
        lines=(printed_line("Kính gửi:", 20), printed_line("Nơi nhận:", 90)),
        tables=(Table((10, 50, 200, 80), cells, rows=1, columns=2),),
        stamps=(Stamp("received", "ĐẾN 12", (0, 0, 9, 9), 1),),
    )
    pages = (first, Page(2, 595, 842, needs_ocr=True))
    document = Document("cv.pdf", "0" * 64, "application/pdf", pages, "pdfium", warnings=("bad font",))
    monkeypatch.setattr("vnadmin_extract.readers.read", lambda *args, **options: document)
    return document


def test_text_by_page_with_tables_where_they_stand(read_document: Document) -> None:
    result = call("text", "cv.pdf")
    assert result.stdout.splitlines() == [
        "--- page 1 of 2 ---",
        "Kính gửi:",
        "| Việc | Thời hạn |",
        "Nơi nhận:",
        "[received] ĐẾN 12",
        "--- page 2 of 2 ---",
        "[no usable text: this page needs OCR]",
    ]
    assert result.stderr == "warning: cv.pdf: bad font\n"


def test_text_as_json_has_boxes(read_document: Document) -> None:
    page = json.loads(call("text", "--json", "cv.pdf").stdout)["pages"][0]
    assert page["lines"][0]["text"] == "Kính gửi:"
    assert page["lines"][0]["bbox"] == [10.0, 20.0, 105.0, 32.0]
    assert page["lines"][0]["words"][1]["bbox"] == [60.0, 20.0, 105.0, 32.0]
    assert page["tables"][0]["cells"][1]["column"] == 0


def test_text_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = call("text", tmp_path / "no.pdf")
    assert (result.stdout, result.exit_code) == ("", ExitCode.BAD_INPUT)
    assert result.stderr.startswith("error: no.pdf: the file cannot be opened")


def test_every_setting_is_an_option_of_every_command_that_reads() -> None:
    for command in ("extract", "text", "run"):
        help_text = call(command, "--help").stdout
        for field, info in Config.model_fields.items():
            assert option_name(field) in help_text
            assert info.description
            assert info.description.split()[0] in help_text


def test_options_reach_the_settings(folder: Path) -> None:
    options = [
        "--reader",
        "pdfium",
        "--max-pages",
        7,
        "--no-check-signatures",
        "--reference-date",
        "2024-05-01",
    ]
    assert call("extract", *options, folder / "one.txt").exit_code == ExitCode.OK
    assert seen_configs == [
        Config(reader="pdfium", max_pages=7, check_signatures=False, reference_date=date(2024, 5, 1)),
    ]


def test_without_options_the_settings_are_the_defaults(folder: Path) -> None:
    call("extract", folder / "one.txt")
    assert seen_configs == [Config()]


@pytest.mark.parametrize(
    "arguments",
    [
        ["extract"],
        ["extract", "--max-pages", "0", "x.pdf"],
        ["extract", "--reference-date", "soon", "x.pdf"],
        ["extract", "--reader", "magic", "x.pdf"],
        ["run", "x", "-o", "y", "--export", "parchment"],
        ["nonsense"],
    ],
)
def test_wrong_usage_is_exit_code_two(arguments: list[str]) -> None:
    result = call(*arguments)
    assert (result.stdout, result.exit_code) == ("", ExitCode.USAGE)


def test_run_writes_all_outputs_and_prints_the_table(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = call("run", folder, "-o", out, "--jobs", 0, "--lang", "vi")
    assert result.exit_code == ExitCode.SOME_FAILED
    assert {path.name for path in out.iterdir()} == {
        "catalogue.sqlite",
        "records.jsonl",
        "records.xlsx",
        "run.json",
        "summary.json",
    }
    assert "Nhiệm vụ có thời hạn" in result.stdout
    assert "17:00 20/03/2024" in result.stdout
    assert "scan.txt" not in result.stdout
    assert "needs_ocr: scan.txt: the file is a scan. Use OCR." in result.stderr
    assert "4 files (1 internal_error, 1 needs_ocr, 2 ok), 3 records" in result.stderr


def test_run_without_a_failure_is_exit_code_zero(folder: Path, tmp_path: Path) -> None:
    for name in ("scan.txt", "defect.txt"):
        (folder / name).unlink()
    result = call("run", folder, "-o", tmp_path / "out", "-j", 0, "-e", "table")
    assert result.exit_code == ExitCode.OK
    assert (tmp_path / "out" / "deadlines.txt").exists()


def test_run_where_no_file_fits_says_so(folder: Path, tmp_path: Path) -> None:
    result = call("run", folder, "-o", tmp_path / "out", "-j", 0, "--include", "*.xyz")
    assert "0 files (none fits)" in result.stderr


def test_run_on_no_folder_is_one_line(tmp_path: Path) -> None:
    result = call("run", tmp_path / "missing", "-o", tmp_path / "out")
    assert "there is no such folder" in result.stderr
    assert (result.stdout, result.exit_code) == ("", ExitCode.BAD_INPUT)


def test_run_into_a_place_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    result = call("run", folder, "-o", tmp_path / "out", "-j", 0)
    assert "error:" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.exit_code == ExitCode.BAD_INPUT


def test_ctrl_c_stops_the_run_and_says_what_remains(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FakeExtractor, "extract_all", stop)
    result = call("run", folder, "-o", tmp_path / "out", "-j", 0)
    assert result.exit_code == 130
    assert "stopped: what was read is kept, and the same command goes on from there" in result.stderr
    assert not (tmp_path / "out" / "records.jsonl").exists()


def test_schema_is_json() -> None:
    assert json.loads(call("schema").stdout)["title"] == "Record"


def test_version() -> None:
    assert call("--version").stdout == f"vnadmin-extract {__version__}\n"


def test_doctor_names_what_is_missing_and_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    from vnadmin_extract.readers import libreoffice

    monkeypatch.setattr(libreoffice, "find_soffice", lambda: None)
    checks = {check["name"]: check for check in json.loads(call("doctor", "--json").stdout)}
    assert checks["libreoffice"]["ok"] is False
    assert "libreoffice" in checks["libreoffice"]["remedy"].lower()
    assert checks["pdfplumber"]["found"]
    assert call("doctor").exit_code == ExitCode.OK  # it is optional


def test_doctor_says_what_every_extra_is_needed_for() -> None:
    import tomllib

    from vnadmin_extract.doctor import EXTRAS

    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(EXTRAS) == set(project["project"]["optional-dependencies"]) - {"dev"}


def test_doctor_looks_at_the_files_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    from vnadmin_extract import doctor
    from vnadmin_extract.errors import KnowledgeError
    from vnadmin_extract.model import reading

    def changed(folder: Path) -> None:
        raise KnowledgeError("a file of the model is not the one that was trained", file=str(folder))

    assert doctor._model().ok
    monkeypatch.setattr(reading, "verify", changed)
    assert not doctor._model().ok
    assert "--no-models" in (doctor._model().remedy or "")


def test_descriptions_are_broken_by_the_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = " ".join(call("run", "--help").stdout.split())
    assert "only new and changed files are, and those that failed." in text
    lines = [line.strip() for line in call("run", "--help").stdout.splitlines()]
    assert not any(line.endswith("new and changed") for line in lines)


def test_doctor_fails_when_something_required_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import PackageNotFoundError, version

    from vnadmin_extract import doctor

    def without_regex(name: str) -> str:
        if name == "regex":
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(doctor, "version", without_regex)
    result = call("doctor")
    assert result.exit_code == ExitCode.MISSING_PROGRAM
    assert "pip install 'regex>=" in result.stdout


def python(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "vnadmin_extract", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    process = python("schema")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 141


def test_vietnamese_comes_out_where_the_locale_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    out, _ = python("schema").communicate()
    assert "Kính gửi" in out.decode("utf-8")
