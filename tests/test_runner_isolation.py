"""Hostile files and sudden ends: what each costs, and what it must not cost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from record_examples import fake_extract, full_record
from vnadmin_extract import batch
from vnadmin_extract.batch import RunOptions, RunSummary
from vnadmin_extract.batch.pool import Limits, LocalPool, WorkerStartError
from vnadmin_extract.batch.work import Job, Task
from vnadmin_extract.catalogue.types import FileOutcome
from vnadmin_extract.config import Config
from vnadmin_extract.errors import InputError
from vnadmin_extract.exports.jsonl import read_records
from vnadmin_extract.record import Record

TESTS = Path(__file__).parent
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals and process groups are different there")


def fill(folder: Path, files: dict[str, str]) -> Path:
    for name, order in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{order} {name}", encoding="utf-8")
    return folder


def statuses(summary: RunSummary) -> dict[str, str]:
    return {report.file: report.status for report in summary.reports}


def test_a_poisoned_folder(tmp_path: Path) -> None:
    """One file hangs, one takes all memory, one aborts, one ends the process: the others are done."""
    poison = {"03.txt": "hang", "06.txt": "balloon", "09.txt": "abort", "12.txt": "crash"}
    files = {f"{number:02}.txt": "one" for number in range(16)} | poison
    folder = fill(tmp_path / "in", files)
    options = RunOptions(jobs=2, timeout=6, memory=400 << 20, exports=())
    summary = batch.run([folder], tmp_path / "out", None, options, extract=fake_extract)
    became = {"hang": "timeout", "balloon": "memory", "abort": "crashed", "crash": "crashed", "one": "ok"}
    assert statuses(summary) == {name: became[order] for name, order in sorted(files.items())}
    messages = {report.file: report.message for report in summary.failed}
    assert messages == {
        "03.txt": "03.txt: took longer than 6 seconds.",
        "06.txt": "06.txt: took more memory than 400 MiB.",
        "09.txt": "09.txt: the worker process died (SIGABRT).",
        "12.txt": "12.txt: the worker process died (exit code 139).",
    }
    records = read_records(tmp_path / "out" / "records.jsonl")
    assert [record.source.file for record in records] == sorted(set(files) - set(poison))


def grows_at_once(path: Path, name: str, config: Config) -> list[Record]:
    if name == "big.txt":
        held = bytearray(3 << 30)
        raise AssertionError(len(held))
    return [full_record(name)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no limit on data elsewhere")
def test_one_huge_allocation_fails_before_it_is_made(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", {"big.txt": "x", "small.txt": "x"})
    options = RunOptions(jobs=1, memory=500 << 20, exports=())
    summary = batch.run([folder], tmp_path / "out", None, options, extract=grows_at_once)
    assert statuses(summary) == {"big.txt": "memory", "small.txt": "ok"}


def job(extract: batch.ExtractFunction) -> Job:
    return Job(Config(), extract, "test")


def collect_all(pool: LocalPool, tasks: list[Task]) -> list[FileOutcome]:
    waiting, outcomes = list(tasks), []
    while len(outcomes) < len(tasks):
        while waiting and pool.room():
            pool.submit(waiting.pop(0))
        outcomes += pool.collect(1)
    return outcomes


def tells_its_process(path: Path, name: str, config: Config) -> list[Record]:
    raise RuntimeError(str(os.getpid()))


def test_workers_are_replaced_after_some_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with LocalPool(job(tells_its_process), 1, Limits(files_per_worker=3)) as pool:
        tasks = [Task(str(number), tmp_path / "a.txt", 1, 1) for number in range(7)]
        messages = [outcome.message for outcome in collect_all(pool, tasks)]
    processes = [str(message).rpartition(" ")[2] for message in messages]
    assert [processes.count(process) for process in dict.fromkeys(processes)] == [3, 3, 1]


kept: list[bytes] = []


def leaks(path: Path, name: str, config: Config) -> list[Record]:
    kept.append(os.urandom(30 << 20))
    raise RuntimeError(str(os.getpid()))


def test_workers_are_replaced_when_they_have_grown(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with LocalPool(job(leaks), 1, Limits(growth=50 << 20)) as pool:
        tasks = [Task(str(number), tmp_path / "a.txt", 1, 1) for number in range(6)]
        processes = {str(outcome.message).rpartition(" ")[2] for outcome in collect_all(pool, tasks)}
    assert len(processes) == 3


def starts_a_program(path: Path, name: str, config: Config) -> list[Record]:
    """As recognition does: a program in a session of its own, which then takes too long."""
    program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    path.with_suffix(".pid").write_text(str(program.pid))
    if name == "crash":
        time.sleep(1.5)
        os.abort()
    time.sleep(600)
    raise AssertionError


def until(true: Callable[[], object], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@POSIX
@pytest.mark.parametrize("name", ["hang", "crash"])
def test_programs_end_with_the_worker_that_started_them(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    with LocalPool(job(starts_a_program), 1, Limits(timeout=3)) as pool:
        (outcome,) = collect_all(pool, [Task(name, path, 1, 1)])
    assert outcome.status == {"hang": "timeout", "crash": "crashed"}[name]
    assert until(lambda: is_gone(int(path.with_suffix(".pid").read_text())))


@POSIX
def test_workers_and_their_programs_end_when_the_run_is_killed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    program = """
if __name__ == "__main__":
    from pathlib import Path
    from test_runner_isolation import job, starts_a_program
    from vnadmin_extract.batch.pool import LocalPool
    from vnadmin_extract.batch.work import Task
    pool = LocalPool(job(starts_a_program), 1)
    pool.submit(Task("hang", Path("a.txt"), 1, 1))
    while True:
        pool.collect(1)
"""
    (tmp_path / "program.py").write_text(program)
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    process = subprocess.Popen([sys.executable, "program.py"], cwd=tmp_path, env=environment)
    note = tmp_path / "a.pid"
    assert until(lambda: note.exists() and note.read_text(), 60)
    members = psutil.Process(process.pid).children(recursive=True)
    assert int(note.read_text()) in {member.pid for member in members}
    process.kill()
    process.wait()
    assert until(lambda: all(is_gone(member.pid) for member in members))


def broken_import(path: Path, name: str, config: Config) -> list[Record]:
    raise AssertionError


def test_workers_that_never_come_up_end_the_run_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("x")
    # The workers look for a module that only this process has.
    monkeypatch.setattr(broken_import, "__module__", "only_here")
    monkeypatch.setitem(sys.modules, "only_here", sys.modules[__name__])
    with (
        LocalPool(job(broken_import), 1) as pool,
        pytest.raises(WorkerStartError, match="cannot be started"),
    ):
        collect_all(pool, [Task("a", tmp_path / "a.txt", 1, 1)])


PROGRAM = """
import sys
from pathlib import Path
if __name__ == "__main__":
    import record_examples
    from vnadmin_extract import batch
    batch.work.extract_file = record_examples.fake_extract
    batch.runner.extract_file = record_examples.fake_extract
    from vnadmin_extract.cli import main
    sys.argv[0] = "vnadmin-extract"
    main()
"""


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """The command with :func:`fake_extract` instead of the extractor."""
    (folder / "program.py").write_text(PROGRAM)
    return subprocess.Popen(
        [sys.executable, "program.py", "run", *arguments, "-e", "table"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def events(path: Path) -> list[str]:
    return [json.loads(line)["event"] for line in path.read_text().splitlines()] if path.exists() else []


@POSIX
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_stopped_run_says_how_to_go_on_and_goes_on(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("the signal is ignored here (nohup), and programs started here ignore it, too")
    fill(tmp_path / "in", {"a.txt": "one", "b.txt": "one", "c.txt": "hang", "d.txt": "one"})
    process = start(tmp_path, "in", "-o", "out", "-j", "1", "--log", "log")
    assert until(lambda: events(tmp_path / "log").count("file") == 2, 60)
    members = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == code
    assert said.splitlines()[-1].startswith("stopped: what was read is kept, and the same command goes on")
    assert until(lambda: all(is_gone(member.pid) for member in members), 5)
    assert events(tmp_path / "log")[-2:] == ["stored", "stopped"]
    assert not (tmp_path / "out" / "records.jsonl").exists()
    fill(tmp_path / "in", {"c.txt": "two"})
    second = start(tmp_path, "in", "-o", "out", "-j", "1")
    _, said = second.communicate(timeout=120)
    assert second.returncode == 0, said
    assert "2 files are done already, 2 to do" in said
    lines = (tmp_path / "out" / "records.jsonl").read_text().splitlines()
    assert [json.loads(line)["source"]["file"] for line in lines] == [
        "a.txt",
        "b.txt",
        "c.txt",
        "c.txt",
        "d.txt",
    ]


@POSIX
def test_a_watched_folder(tmp_path: Path) -> None:
    """What comes in is read when it no longer grows; Ctrl-C ends the watch, and nothing is left half-done."""
    inbox = fill(tmp_path / "in", {"a.txt": "one"})
    process = start(tmp_path, "in", "-o", "out", "-j", "1", "--watch", "--interval", "0.3")
    records = tmp_path / "out" / "records.jsonl"

    def files() -> list[str]:
        if not records.exists():
            return []
        return [json.loads(line)["source"]["file"] for line in records.read_text().splitlines()]

    try:
        assert until(lambda: files() == ["a.txt"], 60)
        stop = threading.Event()

        def write_slowly() -> None:
            with (inbox / "b.txt").open("w") as handle:
                handle.write("two ")
                while not stop.wait(0.1):
                    handle.write("and more ")
                    handle.flush()

        writer = threading.Thread(target=write_slowly)
        writer.start()
        fill(inbox, {"c.txt": "one"})
        assert until(lambda: "c.txt" in files())
        assert files() == ["a.txt", "c.txt"]
        stop.set()
        writer.join()
        assert until(lambda: files() == ["a.txt", "b.txt", "b.txt", "c.txt"])
        (inbox / "a.txt").unlink()
        assert until(lambda: files() == ["b.txt", "b.txt", "c.txt"])
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "goes on from there" in said


def test_a_cluster_where_nobody_listens_is_told_at_once() -> None:
    from vnadmin_extract.batch.ray_engine import _must_answer

    for address in ("127.0.0.1:9", "ray://127.0.0.1:9"):
        with pytest.raises(InputError, match="no Ray cluster there"):
            _must_answer(address)
    for somewhere in (None, "auto", "local"):
        _must_answer(somewhere)  # Ray itself finds these
