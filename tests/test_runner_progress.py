"""What a run says while it goes on, and the options of the command that reach it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from record_examples import fake_extract
from vnadmin_extract import batch
from vnadmin_extract.batch import FileReport, RunOptions
from vnadmin_extract.cli import progress
from vnadmin_extract.cli.app import app
from vnadmin_extract.cli.progress import RunProgress, duration
from vnadmin_extract.errors import ExitCode


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (89, "89 s"), (91, "2 min"), (3600, "60 min"), (3 * 3600 + 300, "3 h 05 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


class Clock:
    """A clock that goes on when it is told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


def test_lines_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    monkeypatch.setattr(progress, "_LINE_SECONDS", 3.0)
    with RunProgress(terminal=False) as shown:
        shown.phase("listing")
        shown.listed(10)
        shown.planned(7, 4)
        for done in range(1, 8):
            clock.now += 1
            status = "needs_ocr" if done == 2 else "ok"
            report = FileReport(
                file="x", status=status, message="x: the file is a scan." if done == 2 else None
            )
            shown.file(report, done, 7)
        shown.phase("exporting")
    assert capsys.readouterr().err.splitlines() == [
        "4 files are done already, 7 to do",
        "needs_ocr: x: the file is a scan.",
        "3 of 7 files, 1.0/s, 4 s left, 1 failed",
        "6 of 7 files, 1.0/s, 1 s left, 1 failed",
        "7 of 7 files, 1.0/s, 0 s left, 1 failed",
    ]


def test_the_last_line_is_not_said_twice_and_one_file_tells_no_rate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    with RunProgress(terminal=False) as shown:
        shown.planned(2, 0)
        for done in (1, 2):
            clock.now += 20
            shown.file(FileReport(file="x", status="ok"), done, 2)
        shown.phase("exporting")
    assert capsys.readouterr().err.splitlines() == ["1 of 2 files", "2 of 2 files, 0.1/s, 0 s left"]


def test_a_bar_in_a_terminal() -> None:
    from rich.console import Console

    shown = RunProgress(debug=True, terminal=True)
    screen = io.StringIO()
    shown._console = Console(file=screen, force_terminal=True, width=100)
    with shown:
        shown.phase("listing")
        shown.listed(2)
        shown.planned(2, 0)
        shown.phase("reading")
        failed = FileReport(
            file="[b].txt", status="internal_error", message="[b].txt: odd", traceback="Traceback"
        )
        shown.file(failed, 1, 2)
        shown.file(FileReport(file="b", status="ok"), 2, 2)
    text = screen.getvalue()
    for part in ("Listing", "Reading", "2/2", "1 failed", "internal_error: [b].txt: odd", "Traceback"):
        assert part in text


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], RunOptions]]:
    """What the command hands on to the run; the run itself works with the tests' extractor."""
    calls: list[tuple[list[str], RunOptions]] = []
    right = batch.run

    def noted(inputs: list[str], out: Path, config: Any, options: RunOptions, **others: Any) -> Any:
        calls.append((inputs, options))
        return right(inputs, out, config, options, extract=fake_extract, **others)

    monkeypatch.setattr(batch, "run", noted)
    return calls


def call(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["run", *map(str, arguments)], input=stdin, env={"COLUMNS": "200"})


def test_options_reach_the_run(tmp_path: Path, seen: list[tuple[list[str], RunOptions]]) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("one x")
    (tmp_path / "b.txt").write_text("one b")
    arguments = (
        *(tmp_path / "a", tmp_path / "b.txt", "-o", tmp_path / "out", "-j", 0, "--timeout", 30),
        *("--memory", "1.5G", "--include", "*.txt", "--exclude", "c*", "--refresh", "--no-retry"),
        *("--catalogue", tmp_path / "kept.sqlite", "--log", tmp_path / "log.jsonl", "-e", "table"),
    )
    result = call(*arguments)
    assert result.exit_code == ExitCode.OK, result.stderr
    ((inputs, options),) = seen
    assert inputs == [str(tmp_path / "a"), str(tmp_path / "b.txt")]
    assert options == RunOptions(
        jobs=0,
        timeout=30,
        memory=3 << 29,
        exports=("table",),
        catalogue=str(tmp_path / "kept.sqlite"),
        refresh=True,
        retry=False,
        include=("*.txt",),
        exclude=("c*",),
        log=tmp_path / "log.jsonl",
    )
    assert (tmp_path / "kept.sqlite").exists()
    assert not (tmp_path / "out" / "catalogue.sqlite").exists()


def test_names_from_standard_input(tmp_path: Path, seen: list[tuple[list[str], RunOptions]]) -> None:
    (tmp_path / "a.txt").write_text("one a")
    result = call(
        "--files-from", "-", "-o", tmp_path / "out", "-j", 0, stdin=f"{tmp_path}/a.txt\n{tmp_path}/no.txt\n"
    )
    assert result.exit_code == ExitCode.SOME_FAILED
    assert "no.txt: there is no such file" in result.stderr
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["statuses"] == {
        "bad_input": 1,
        "ok": 1,
    }


def test_a_second_run_says_what_was_done_earlier(tmp_path: Path, seen: list[Any]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("one a")
    call(tmp_path / "in", "-o", tmp_path / "out", "-j", 0)
    result = call(tmp_path / "in", "-o", tmp_path / "out", "-j", 0)
    assert "1 files, 1 of them earlier (1 ok), 1 records" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give a folder"),
        (("x", "--memory", "much"), "no size: 'much'"),
        (("x", "--export", "parchment"), "no export 'parchment'"),
        (("x", "--engine", "steam"), "steam"),
    ],
)
def test_wrong_options(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    result = call(*arguments, "-o", tmp_path / "out")
    assert result.exit_code == ExitCode.USAGE
    assert message in result.stderr
    assert not (tmp_path / "out").exists()
