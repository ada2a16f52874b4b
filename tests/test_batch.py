"""A folder run: all files, in order, each failure its own, outputs whole or untouched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from record_examples import fake_extract, full_record
from vnadmin_extract.batch import RunSummary, run_folder
from vnadmin_extract.batch.inputs import FolderSource
from vnadmin_extract.config import Config
from vnadmin_extract.errors import ExitCode, InputError
from vnadmin_extract.exports.atomic import replacing
from vnadmin_extract.exports.jsonl import read_records
from vnadmin_extract.record import Record


def fill(folder: Path, files: dict[str, str]) -> Path:
    """Files whose first word is an order; their name makes each of them a content of its own."""
    for name, order in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{order} {name}", encoding="utf-8")
    return folder


KEPT = {"catalogue.sqlite", "run.json"}
"""What a run leaves beside its outputs."""


def without_hash(record: Record) -> Record:
    return record.model_copy(update={"source": record.source.model_copy(update={"sha256": "0" * 64})})


def run(folder: Path, out: Path, *, jobs: int = 0, timeout: float | None = None) -> RunSummary:
    return run_folder(folder, out, jobs=jobs, timeout=timeout, exports=(), extract=fake_extract)


def statuses(summary: RunSummary) -> dict[str, str]:
    return {report.file: report.status for report in summary.reports}


def names(out: Path) -> set[str]:
    return {path.name for path in out.iterdir()}


def test_every_file_gets_a_status_and_every_record_a_line(tmp_path: Path) -> None:
    files = {"b.txt": "two", "a/x.txt": "one", "c.txt": "scan", "d.txt": "defect", "notes.md": "# notes"}
    summary = run(fill(tmp_path / "in", files), tmp_path / "out")
    assert statuses(summary) == {
        "a/x.txt": "ok",
        "b.txt": "ok",
        "c.txt": "needs_ocr",
        "d.txt": "internal_error",
        "notes.md": "skipped",
    }
    assert summary.exit_code == ExitCode.SOME_FAILED
    records = list(read_records(tmp_path / "out" / "records.jsonl"))
    assert [record.source.file for record in records] == ["a/x.txt", "b.txt", "b.txt"]
    assert without_hash(records[0]) == full_record("a/x.txt")
    written = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert written["statuses"] == {"internal_error": 1, "needs_ocr": 1, "ok": 2, "skipped": 1}
    by_file = {report["file"]: report for report in written["reports"]}
    assert by_file["c.txt"]["message"] == "c.txt: the file is a scan. Use OCR."
    assert "ZeroDivisionError: a defect" in by_file["d.txt"]["message"]
    assert by_file["b.txt"]["records"] == 2
    assert by_file["b.txt"]["warnings"] == ["trang 2 không có chữ"]


def test_all_well_is_exit_code_zero_even_with_skipped_files(tmp_path: Path) -> None:
    summary = run(fill(tmp_path / "in", {"a.txt": "one", "b.json": "{}"}), tmp_path / "out")
    assert summary.exit_code == ExitCode.OK


def test_a_crash_or_a_hang_costs_only_its_file(tmp_path: Path) -> None:
    files = {
        "1.txt": "slow",
        "2.txt": "crash",
        "3.txt": "hang",
        "4.txt": "one",
        "5.txt": "crash",
        "6.txt": "two",
    }
    summary = run(fill(tmp_path / "in", files), tmp_path / "out", jobs=2, timeout=10)
    assert statuses(summary) == {
        "1.txt": "ok",
        "2.txt": "crashed",
        "3.txt": "timeout",
        "4.txt": "ok",
        "5.txt": "crashed",
        "6.txt": "ok",
    }
    assert "exit code 139" in str(summary.reports[1].message)
    lines = read_records(tmp_path / "out" / "records.jsonl")
    assert [record.source.file for record in lines] == ["1.txt", "4.txt", "6.txt", "6.txt"]


def test_number_of_workers_does_not_change_the_output(tmp_path: Path) -> None:
    files = {f"{number:02}.txt": "slow" if number % 3 == 0 else "two" for number in range(7)}
    folder = fill(tmp_path / "in", files)
    for jobs in (0, 1, 3):
        run(folder, tmp_path / str(jobs), jobs=jobs)
    texts = {(tmp_path / str(jobs) / "records.jsonl").read_bytes() for jobs in (0, 1, 3)}
    assert len(texts) == 1


def stopped_by_user(path: Path, name: str, config: Config) -> list[Record]:
    if name == "b.txt":
        raise KeyboardInterrupt
    return [full_record(name)]


def test_a_stopped_run_leaves_the_earlier_results_untouched_and_the_next_goes_on(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", {"c.txt": "one"})
    out = tmp_path / "out"
    run(folder, out)
    before = {name: (out / name).read_bytes() for name in names(out) - KEPT}
    fill(folder, {"a.txt": "one", "b.txt": "one"})
    with pytest.raises(KeyboardInterrupt):
        run_folder(folder, out, jobs=0, exports=(), extract=stopped_by_user)
    assert {name: (out / name).read_bytes() for name in names(out) - KEPT} == before
    summary = run(folder, out)
    assert statuses(summary) == {"a.txt": "ok", "b.txt": "ok", "c.txt": "ok"}
    assert (summary.read, summary.unchanged) == (1, 2)


def test_nothing_is_replaced_when_an_export_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vnadmin_extract.exports import table

    def full_disk(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(table, "write", full_disk)
    folder = fill(tmp_path / "in", {"a.txt": "one"})
    with pytest.raises(OSError, match="No space"):
        run_folder(folder, tmp_path / "out", jobs=0, exports=("table",), extract=fake_extract)
    assert names(tmp_path / "out") - KEPT == set()


def write_half(target: Path) -> None:
    with replacing(target) as handle:
        handle.write(b"half")
        raise RuntimeError


def test_files_replace_only_when_whole(tmp_path: Path) -> None:
    target = tmp_path / "records.jsonl"
    target.write_text("old")
    with pytest.raises(RuntimeError):
        write_half(target)
    assert (target.read_text(), names(tmp_path)) == ("old", {"records.jsonl"})
    with replacing(target) as handle:
        handle.write(b"new")
        assert target.read_text() == "old"
    assert (target.read_text(), names(tmp_path)) == ("new", {"records.jsonl"})


def test_the_output_folder_inside_the_input_is_not_read(tmp_path: Path) -> None:
    fill(tmp_path, {"a.txt": "one", "out/earlier.txt": "one", "outer/b.txt": "one"})
    assert statuses(run(tmp_path, tmp_path / "out")) == {"a.txt": "ok", "outer/b.txt": "ok"}


def test_hidden_and_lock_files_are_passed_over(tmp_path: Path) -> None:
    fill(tmp_path, {".hidden": "", "~$cv.docx": "", "Thumbs.db": "", ".git/a.txt": "", "cv.txt": "one"})
    assert [file.name for file in FolderSource(tmp_path).files()] == ["cv.txt"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders there")
def test_a_pipe_in_the_folder_does_not_stop_the_run(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", {"a.txt": "one"})
    os.mkfifo(folder / "pipe.pdf")
    assert statuses(run(folder, tmp_path / "out")) == {"a.txt": "ok", "pipe.pdf": "skipped"}


@pytest.mark.skipif(os.name == "nt", reason="file names are Unicode there")
def test_a_file_name_that_is_no_utf8_still_gives_a_report(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/c\xf4ng.txt")).write_text("one")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    assert list(statuses(run(tmp_path, tmp_path / "out"))) == ["c\ufffdng.txt"]


@pytest.mark.parametrize(
    ("folder", "out", "message"),
    [
        ("missing", "out", "there is no such folder or file"),
        ("empty", "out", "the folder holds no files"),
        (".", ".", "the output folder is the folder of the documents"),
    ],
)
def test_a_wrong_folder_is_one_clear_error(tmp_path: Path, folder: str, out: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("one ")
    with pytest.raises(InputError, match=message):
        run(tmp_path / folder, tmp_path / out)
    assert not (tmp_path / "out").exists()
