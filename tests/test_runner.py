"""Runs over folders: what is read, what is left out, under which names, and what stands in the results."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from record_examples import fake_extract, full_record
from vnadmin_extract import batch
from vnadmin_extract.batch import FileReport, RunOptions, RunSummary
from vnadmin_extract.batch.guard import parse_size
from vnadmin_extract.batch.inputs import FolderSource, Patterns, is_url
from vnadmin_extract.batch.spool import Spool
from vnadmin_extract.catalogue.store import Catalogue
from vnadmin_extract.catalogue.types import FileOutcome
from vnadmin_extract.config import Config
from vnadmin_extract.errors import InputError
from vnadmin_extract.exports.jsonl import read_records
from vnadmin_extract.record import Record, Subject

calls: list[str] = []
"""Names of the files that were read by :func:`noted`, in this process."""


def noted(path: Path, name: str, config: Config) -> list[Record]:
    calls.append(name)
    return fake_extract(path, name, config)


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()


def fill(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def run(
    inputs: Path | str | Sequence[Path | str], out: Path, config: Config | None = None, **options: Any
) -> RunSummary:
    given = [inputs] if isinstance(inputs, Path | str) else inputs
    lines = options.pop("lines", None)
    options = {"jobs": 0, "exports": (), **options}
    # Workers need not load this module's imports.
    extract = noted if options["jobs"] == 0 else fake_extract
    return batch.run(given, out, config, RunOptions(**options), extract=extract, lines=lines)


def statuses(summary: RunSummary) -> dict[str, str]:
    return {report.file: report.status for report in summary.reports}


def read_now(*arguments: Any, **options: Any) -> list[str]:
    """The names of the files that a run reads."""
    calls.clear()
    run(*arguments, **options)
    return list(calls)


def record_files(out: Path) -> list[str]:
    return [record.source.file for record in read_records(out / "records.jsonl")]


def touch(path: Path) -> None:
    before = path.stat()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000_000))


# What is read again


def test_only_new_and_changed_files_are_read(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "one a", "b.txt": "one b"}), tmp_path / "out"
    assert read_now(folder, out) == ["a.txt", "b.txt"]
    assert read_now(folder, out) == []
    fill(folder, {"b.txt": "two changed", "c.txt": "one c"})
    assert read_now(folder, out) == ["b.txt", "c.txt"]
    assert record_files(out) == ["a.txt", "b.txt", "b.txt", "c.txt"]


def test_a_file_that_was_only_touched_is_hashed_but_not_read(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "one a"}), tmp_path / "out"
    run(folder, out)
    touch(folder / "a.txt")
    summary = run(folder, out)
    assert (calls, summary.linked, statuses(summary)) == (["a.txt"], 1, {"a.txt": "ok"})
    assert run(folder, out).unchanged == 1


def test_a_renamed_file_is_not_read_again(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "one a", "b.txt": "one b"}), tmp_path / "out"
    run(folder, out)
    (folder / "a.txt").rename(folder / "z.txt")
    assert read_now(folder, out) == []
    assert record_files(out) == ["b.txt", "z.txt"]


def test_a_file_that_took_the_name_of_another_is_told_apart_from_it(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "one a"}), tmp_path / "out"
    run(folder, out)
    (folder / "a.txt").rename(folder / "old.txt")
    fill(folder, {"a.txt": "two new text"})
    assert read_now(folder, out) == ["a.txt"]
    assert record_files(out) == ["a.txt", "a.txt", "old.txt"]


@pytest.mark.parametrize("jobs", [0, 3])
def test_copies_are_read_once_and_their_records_stand_under_the_smallest_name(
    tmp_path: Path, jobs: int
) -> None:
    folder = fill(tmp_path / "in", dict.fromkeys(("c.txt", "b/x.txt", "a.txt"), "slow same text"))
    summary = run(folder, tmp_path / "out", jobs=jobs)
    assert statuses(summary) == {"a.txt": "ok", "b/x.txt": "duplicate", "c.txt": "duplicate"}
    assert (summary.read, summary.linked) == (1, 2)
    assert record_files(tmp_path / "out") == ["a.txt"]


def test_copies_of_a_file_that_fails_fail_each_for_itself(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", {"a.txt": "scan same", "b.txt": "scan same"})
    assert statuses(run(folder, tmp_path / "out")) == {"a.txt": "needs_ocr", "b.txt": "needs_ocr"}


def test_failed_files_are_tried_again_unless_told_not_to(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "scan", "b.txt": "one"}), tmp_path / "out"
    run(folder, out)
    assert read_now(folder, out, retry=False) == []
    assert read_now(folder, out) == ["a.txt"]


def test_refresh_reads_what_other_settings_have_read(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "one a", "b.txt": "one a"}), tmp_path / "out"
    run(folder, out)
    other = Config(max_pages=7)
    assert read_now(folder, out, other) == []
    assert len(read_now(folder, out, other, refresh=True)) == 1
    assert read_now(folder, out, other, refresh=True) == []
    assert record_files(out) == ["a.txt"]


def test_a_deleted_file_leaves_the_results_and_comes_back_unread(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "one a", "b.txt": "one b"}), tmp_path / "out"
    run(folder, out)
    (folder / "a.txt").unlink()
    assert statuses(run(folder, out)) == {"b.txt": "ok"}
    assert record_files(out) == ["b.txt"]
    fill(folder, {"a.txt": "one a"})
    assert read_now(folder, out) == []
    assert record_files(out) == ["a.txt", "b.txt"]


def test_a_folder_that_is_suddenly_empty_loses_nothing(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "one a"}), tmp_path / "out"
    run(folder, out)
    (folder / "a.txt").unlink()  # as where a network drive is not mounted
    with pytest.raises(InputError, match="holds no files"):
        run(folder, out)
    assert record_files(out) == ["a.txt"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not stop this user")
def test_a_sub_folder_that_cannot_be_listed_loses_nothing(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "one a", "b/x.txt": "one x"}), tmp_path / "out"
    run(folder, out)
    (folder / "b").chmod(0)
    try:
        summary = run(folder, out)
    finally:
        (folder / "b").chmod(0o755)
    assert statuses(summary) == {"a.txt": "ok", "b/": "bad_input", "b/x.txt": "ok"}


def grows(path: Path, name: str, config: Config) -> list[Record]:
    with path.open("a") as handle:
        handle.write(" and more")
    return [full_record(name)]


def test_a_file_that_changes_while_it_is_read_is_not_believed(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "one a"}), tmp_path / "out"
    summary = batch.run([folder], out, None, RunOptions(jobs=0, exports=()), extract=grows)
    assert statuses(summary) == {"a.txt": "bad_input"}
    assert statuses(run(folder, out)) == {"a.txt": "ok"}


# Names and inputs


def test_several_folders_are_told_apart_by_their_names(tmp_path: Path) -> None:
    fill(tmp_path, {"cv/a.txt": "one cv", "kh/a.txt": "one kh"})
    summary = run([tmp_path / "cv", tmp_path / "kh"], tmp_path / "out")
    assert list(statuses(summary)) == ["cv/a.txt", "kh/a.txt"]


def test_folders_of_one_name_are_told_apart_by_their_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, {"2023/cv/a.txt": "one 2023", "2024/cv/a.txt": "one 2024"})
    monkeypatch.chdir(tmp_path)
    summary = run(["2023/cv", "2024/cv"], tmp_path / "out")
    assert list(statuses(summary)) == ["2023/cv/a.txt", "2024/cv/a.txt"]


def test_of_several_folders_only_their_own_files_can_be_gone(tmp_path: Path) -> None:
    fill(tmp_path, {"cv/a.txt": "one cv", "cv/b.txt": "one b", "kh/a.txt": "one kh"})
    run([tmp_path / "cv", tmp_path / "kh"], tmp_path / "out")
    (tmp_path / "cv" / "b.txt").unlink()
    (tmp_path / "kh" / "a.txt").unlink()  # kh holds nothing at all now: perhaps it is only not there
    assert list(statuses(run([tmp_path / "cv", tmp_path / "kh"], tmp_path / "out"))) == [
        "cv/a.txt",
        "kh/a.txt",
    ]


def test_single_files_keep_the_names_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, {"cv/a.txt": "one cv", "notes.md": "one asked for by name"})
    monkeypatch.chdir(tmp_path)
    assert statuses(run(["cv/a.txt", "notes.md"], tmp_path / "out")) == {"cv/a.txt": "ok", "notes.md": "ok"}


def test_a_list_names_files_and_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, {"cv/a.txt": "one a", "cv/b.txt": "one b", "x.txt": "one x"})
    monkeypatch.chdir(tmp_path)
    lines = iter(["x.txt\n", "\n", "cv\n", "gone.txt\n", "x.txt"])
    assert statuses(run([], tmp_path / "out", lines=lines)) == {
        "cv/a.txt": "ok",
        "cv/b.txt": "ok",
        "gone.txt": "bad_input",
        "x.txt": "ok",
    }


@pytest.mark.parametrize(
    ("include", "exclude", "wanted"),
    [
        ([], [], ["2023/a.pdf", "2024/T1/B.PDF", "2024/c.docx", "d.pdf"]),
        (["*.pdf"], [], ["2023/a.pdf", "2024/T1/B.PDF", "d.pdf"]),
        (["2024/*"], [], ["2024/c.docx"]),
        (["2024/**"], [], ["2024/T1/B.PDF", "2024/c.docx"]),
        (["**/t1/*.pdf"], [], ["2024/T1/B.PDF"]),
        (["**/*.pdf"], [], ["2023/a.pdf", "2024/T1/B.PDF", "d.pdf"]),
        ([], ["2024/**"], ["2023/a.pdf", "d.pdf"]),
        (["*.pdf"], ["a.*", "d*"], ["2024/T1/B.PDF"]),
        (["[a-b].*"], [], ["2023/a.pdf", "2024/T1/B.PDF"]),
        (["20?3/**"], [], ["2023/a.pdf"]),
    ],
)
def test_patterns(include: list[str], exclude: list[str], wanted: list[str]) -> None:
    names = ["2023/a.pdf", "2024/T1/B.PDF", "2024/c.docx", "d.pdf"]
    patterns = Patterns(include, exclude)
    assert [name for name in names if patterns.wanted(name)] == wanted


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not Patterns(["**/" * 200 + "*a" * 100 + "b"]).wanted("a/" * 500 + "a" * 200)


def test_what_the_patterns_leave_out_is_not_gone(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "one a", "b.dat": "one b"}), tmp_path / "out"
    run(folder, out)
    fill(folder, {"c.txt": "one c", "d.dat": "one d"})
    assert read_now(folder, out, include=("*.txt",)) == ["c.txt"]
    assert record_files(out) == ["a.txt", "b.dat", "c.txt"]


@given(
    st.sets(
        st.lists(st.sampled_from(["a", "b", "a.txt", "a-b", "B", "é"]), min_size=1, max_size=3).map("/".join),
        min_size=1,
    )
)
def test_a_folder_is_listed_in_the_order_of_names(
    tmp_path_factory: pytest.TempPathFactory, names: set[str]
) -> None:
    files = {name for name in names if not any(other.startswith(name + "/") for other in names)}
    folder = fill(tmp_path_factory.mktemp("in"), dict.fromkeys(files, "one"))
    assert [found.name for found in FolderSource(folder).files()] == sorted(files)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("s3://bucket/cv", True),
        ("zip://*.pdf::file:///tmp/a.zip", True),
        ("memory://cv", True),
        ("file:///tmp/cv", False),
        ("C:\\cong van", False),
        ("cv/a.txt", False),
        ("a::b", False),
    ],
)
def test_urls_and_paths(text: str, url: bool) -> None:
    assert is_url(text) == url


@pytest.fixture
def memory_store() -> Iterator[Any]:
    fsspec = pytest.importorskip("fsspec")
    store = fsspec.filesystem("memory")
    store.store.clear()
    yield store
    store.store.clear()


def test_documents_behind_urls(tmp_path: Path, memory_store: Any) -> None:
    memory_store.pipe(
        {"/cv/a.txt": b"one a", "/cv/t1/b.txt": b"two b", "/cv/n.md": b"# notes", "/x.txt": b"one x"}
    )
    out = tmp_path / "out"
    summary = run("memory://cv", out, jobs=2)
    assert statuses(summary) == {
        "memory:///cv/a.txt": "ok",
        "memory:///cv/n.md": "skipped",
        "memory:///cv/t1/b.txt": "ok",
    }
    assert run("memory://cv", out).unchanged == 3
    memory_store.mv("/cv/a.txt", "/cv/z.txt")
    summary = run("memory://cv", out)
    assert (summary.read, summary.linked) == (0, 1)
    assert record_files(out) == ["memory:///cv/t1/b.txt"] * 2 + ["memory:///cv/z.txt"]


def test_documents_in_an_archive(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    with zipfile.ZipFile(tmp_path / "cv.zip", "w") as archive:
        archive.writestr("2024/a.txt", "one a")
        archive.writestr("b.txt", "one b")
    url = f"zip://::file://{tmp_path}/cv.zip"
    rest = f"::file://{tmp_path}/cv.zip"
    summary = run(url, tmp_path / "out")
    assert statuses(summary) == {f"zip://2024/a.txt{rest}": "ok", f"zip://b.txt{rest}": "ok"}
    assert run(url, tmp_path / "out").unchanged == 2
    with zipfile.ZipFile(tmp_path / "cv.zip", "w") as archive:
        archive.writestr("2024/a.txt", "two a")
        archive.writestr("b.txt", "one b")
    assert read_now(url, tmp_path / "out") == [f"zip://2024/a.txt{rest}"]


def test_a_url_that_leads_nowhere_is_one_clear_error(tmp_path: Path, memory_store: Any) -> None:
    with pytest.raises(InputError, match="memory://nowhere: there is no such folder or file"):
        run("memory://nowhere", tmp_path / "out")
    with pytest.raises(InputError, match="cannot be opened"):
        run("nonsense://x", tmp_path / "out")


def test_a_remote_file_that_cannot_be_fetched_costs_only_itself(
    tmp_path: Path, memory_store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory_store.pipe({"/cv/a.txt": b"one a", "/cv/b.txt": b"one b"})
    right = type(memory_store)._open

    def broken(self: Any, path: str, *args: Any, **options: Any) -> Any:
        if path.endswith("a.txt"):
            raise ConnectionResetError("the line went dead")
        return right(self, path, *args, **options)

    monkeypatch.setattr(type(memory_store), "_open", broken)
    summary = run("memory://cv", tmp_path / "out")
    assert statuses(summary) == {"memory:///cv/a.txt": "bad_input", "memory:///cv/b.txt": "ok"}
    assert "the line went dead" in str(summary.reports[0].message)


# What is written


@pytest.mark.parametrize("exports", [("workbook",), ("table", "jsonl")])
def test_results_are_the_same_bytes_whatever_happened_between(
    tmp_path: Path, exports: tuple[str, ...]
) -> None:
    """One run over everything; or piece by piece, with failures, changes, renames, copies and other workers.

    A file that gave tasks and is replaced by another keeps their ids on purpose (tests/test_catalogue_ids.py), so the
    one that changes here gave none before.
    """
    final = {f"{number:02}.txt": f"{'two' if number % 3 else 'one'} {number % 17}" for number in range(20)}
    final["scan.txt"] = "scan"
    straight = fill(tmp_path / "straight" / "in", final)
    run(straight, tmp_path / "straight" / "out", exports=exports)

    crooked = fill(tmp_path / "crooked" / "in", {"01.txt": "scan 5", "07.txt": "scan 99", "zz.txt": "one 3"})
    run(crooked, tmp_path / "crooked" / "out", jobs=2)
    fill(crooked, {name: text for name, text in final.items() if name > "09.txt"})
    run(crooked, tmp_path / "crooked" / "out")
    (crooked / "zz.txt").unlink()
    fill(crooked, final)
    run(crooked, tmp_path / "crooked" / "out", jobs=1, exports=exports)

    for path in (tmp_path / "straight" / "out").iterdir():
        if path.name in ("catalogue.sqlite", "run.json"):
            continue
        ours, theirs = path.read_bytes(), (tmp_path / "crooked" / "out" / path.name).read_bytes()
        assert ours.replace(str(straight).encode(), b"IN") == theirs.replace(str(crooked).encode(), b"IN"), (
            path.name
        )


def dumped(out: Path) -> str:
    text = io.StringIO()
    with Catalogue.open(out / "catalogue.sqlite", create=False) as catalogue:
        catalogue.dump(text)
    return text.getvalue()


def test_workers_do_not_change_the_catalogue(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", {f"{number}.txt": f"two {number % 5}" for number in range(12)})
    for jobs in (0, 3):
        run(folder, tmp_path / str(jobs), jobs=jobs)
    assert dumped(tmp_path / "0") == dumped(tmp_path / "3")


def test_the_log_tells_each_step(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", {"a.txt": "one a", "b.txt": "defect"})
    run(folder, tmp_path / "out", log=tmp_path / "log" / "run.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "log" / "run.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == [
        "started",
        "listed",
        "file",
        "file",
        "stored",
        "exported",
        "finished",
    ]
    assert lines[3]["status"] == "internal_error"
    assert "ZeroDivisionError" in lines[3]["traceback"]
    report = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (report["read"], report["statuses"]) == (2, {"internal_error": 1, "ok": 1})


def test_a_password_does_not_get_into_logs(tmp_path: Path) -> None:
    from vnadmin_extract.batch.runner import _shown

    shown = _shown(RunOptions(catalogue="postgresql+pg8000://clerk:geheim@db/van_thu"))
    assert shown["catalogue"] == "postgresql+pg8000://clerk:***@db/van_thu"


def test_two_runs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    from vnadmin_extract.batch.outputs import alone_in

    folder, out = fill(tmp_path / "in", {"a.txt": "one a"}), tmp_path / "out"
    out.mkdir()
    with alone_in(out), pytest.raises(InputError, match="another run is writing"):
        run(folder, out)
    assert statuses(run(folder, out)) == {"a.txt": "ok"}


def test_what_a_killed_run_has_left_half_written_is_removed(tmp_path: Path) -> None:
    folder, out = fill(tmp_path / "in", {"a.txt": "one a"}), tmp_path / "out"
    fill(out, {".records.jsonl.0123abcd.tmp": "half", ".mine.tmp": "whole"})
    run(folder, out)
    assert {path.name for path in out.iterdir() if path.name.startswith(".")} == {".mine.tmp"}


class FullDisk(Catalogue):
    """A catalogue that can be written to only twice."""

    written = 0

    def store(self, outcomes: Sequence[FileOutcome]) -> None:
        self.written += 1
        if self.written > 2:
            raise OSError(28, "No space left on device")
        super().store(outcomes)


def test_a_full_disk_ends_the_run_and_keeps_what_was_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vnadmin_extract.batch.runner._STORE_COUNT", 3)
    folder, out = (
        fill(tmp_path / "in", {f"{number}.txt": f"one {number}" for number in range(9)}),
        tmp_path / "out",
    )
    out.mkdir()
    with FullDisk.open(out / "catalogue.sqlite") as store, pytest.raises(OSError, match="No space left"):
        batch.run([folder], out, None, RunOptions(jobs=0, exports=()), extract=noted, store=store)
    assert run(folder, out).unchanged == 6


def test_a_full_database_is_one_clear_error(tmp_path: Path) -> None:
    from sqlalchemy import event

    folder, out = fill(tmp_path / "in", {"a.txt": "two a"}), tmp_path / "out"
    out.mkdir()
    with Catalogue.open(out / "catalogue.sqlite") as store:

        def no_more_room(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # that is: the pages that there are

        store.engine.dispose()
        event.listen(store.engine, "connect", no_more_room)
        big = RunOptions(jobs=0, exports=())
        with pytest.raises(InputError, match=r"the catalogue cannot be written .*full"):
            batch.run([folder], out, None, big, extract=very_large, store=store)
    assert statuses(run(folder, out)) == {"a.txt": "ok"}


def very_large(path: Path, name: str, config: Config) -> list[Record]:
    record = full_record(name)
    return [record.model_copy(update={"subject": Subject(text="x" * 3_000_000)})]


class Stop(BaseException):
    """Ends a run at any place, as a signal would."""


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 9), max_size=4), st.integers(1, 5))
def test_however_often_a_run_is_stopped_the_result_is_that_of_one_run(
    tmp_path_factory: pytest.TempPathFactory, stops: list[int], at_once: int
) -> None:
    place = tmp_path_factory.mktemp("stops")
    texts = ("one 1", "two 2", "one 1", "scan 4", "defect 5", "two 6", "two 2", "one 8", "one 9")
    folder = fill(place / "in", {f"{number}.txt": text for number, text in enumerate(texts)})
    options = RunOptions(jobs=0, exports=("table",))
    batch.run([folder], place / "straight", None, options, extract=fake_extract)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vnadmin_extract.batch.runner._STORE_COUNT", at_once)
        for stop in stops:
            rest = iter(range(stop))

            def stopped(path: Path, name: str, config: Config, rest: Iterator[int] = rest) -> list[Record]:
                if next(rest, None) is None:
                    raise Stop
                return fake_extract(path, name, config)

            with contextlib.suppress(Stop):
                batch.run([folder], place / "stopped", None, options, extract=stopped)
        batch.run([folder], place / "stopped", None, options, extract=fake_extract)
    assert dumped(place / "straight") == dumped(place / "stopped")
    for name in ("records.jsonl", "deadlines.txt", "summary.json"):
        assert (place / "straight" / name).read_bytes() == (place / "stopped" / name).read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="paths cannot be so long there")
def test_folders_nested_very_deep(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    here = os.open(folder, os.O_RDONLY)
    for _ in range(
        1200
    ):  # step by step: the whole path is longer than a call may take only from about 2000 on
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    fill(folder, {"d/d/a.txt": "one a"})
    assert [found.name for found in FolderSource(folder).files()] == ["d/d/a.txt"]
    subprocess.run(["rm", "-rf", folder / "d"], check=True)  # the library's own way would recurse too deep


def test_outcomes_are_stored_in_batches_while_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vnadmin_extract.batch.runner._STORE_COUNT", 4)
    folder = fill(tmp_path / "in", {f"{number}.txt": f"one {number}" for number in range(10)})
    stored: list[int] = []
    with Catalogue.open(tmp_path / "catalogue.sqlite") as store:

        def look(report: FileReport, done: int, to_do: int) -> None:
            stored.append(sum(store.statuses().values()))

        options = RunOptions(jobs=0, exports=())
        listener = batch.runner._OnFile(look)
        batch.run([folder], tmp_path / "out", None, options, extract=noted, store=store, listener=listener)
    assert stored == [0, 0, 0, 0, 4, 4, 4, 4, 8, 8]


@pytest.mark.parametrize(
    ("text", "size"),
    [("1.5G", 3 << 29), ("800M", 800 << 20), ("2 GiB", 2 << 30), ("64kb", 64 << 10), ("1048576", 1 << 20)],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "0", "much", "-1G", "1.5X", "G"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="no size"):
        parse_size(text)


@given(st.lists(st.tuples(st.text(), st.integers())))
def test_a_list_on_the_disk_gives_back_what_it_got(items: list[tuple[str, int]]) -> None:
    with Spool[tuple[str, int]]() as spool:
        for item in items:
            spool.append(item)
        assert list(spool) == items
        assert list(spool) == items
        assert len(spool) == len(items)
