"""What all feeds share: secrets, patience with servers, the ledger, the command."""

from __future__ import annotations

import logging
import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from feed_servers import PROJECT, Fault, Proxy, proxy, saved, stand_in, summary, with_due
from record_examples import full_record
from vnadmin_extract.cli.app import app
from vnadmin_extract.errors import DamagedFileError, ExitCode, InputError
from vnadmin_extract.exports.tasks import Task, tasks_of
from vnadmin_extract.feeds.base import Feed, FeedError, Found, GoneError, Sent, ServerError, TaskError
from vnadmin_extract.feeds.ledger import Ledger, Line, alone_with
from vnadmin_extract.feeds.push import push
from vnadmin_extract.feeds.secrets import HIDDEN, Secret, find_secret, without_secrets

pytest.importorskip("httpx")

from vnadmin_extract.feeds.http import AlreadyDone, Client, Options, checked_url, retry_after

KEY = "bi-mat-7f3a91c2d4e8"
TASKS = list(tasks_of(full_record()))


# Secrets


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret(KEY)
    assert KEY not in f"{secret} {secret!r} {[secret]} {secret!s:>40}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert without_secrets(f"khoá {KEY}.", secret) == f"khoá {HIDDEN}."


def test_the_environment_comes_before_the_key_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring")
    asked: list[tuple[str, str]] = []

    def get_password(service: str, entry: str) -> str:
        asked.append((service, entry))
        return "from-the-ring"

    monkeypatch.setattr(keyring, "get_password", get_password)
    monkeypatch.setenv("A_KEY", f"{KEY}\n")
    assert find_secret("A_KEY", "redmine:host", what="a key", server="s").reveal() == KEY
    assert asked == []
    monkeypatch.setenv("A_KEY", "")
    assert find_secret("A_KEY", "redmine:host", what="a key", server="s").reveal() == "from-the-ring"
    assert asked == [("vnadmin-extract", "redmine:host")]


@pytest.mark.parametrize("failure", ["no key ring", "locked"])
def test_without_a_secret_the_error_says_where_it_is_looked_for(
    failure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = pytest.importorskip("keyring")

    def get_password(service: str, entry: str) -> str:
        raise (
            keyring.errors.NoKeyringError(failure)
            if failure == "no key ring"
            else keyring.errors.KeyringLocked(failure)
        )

    monkeypatch.setattr(keyring, "get_password", get_password)
    monkeypatch.delenv("A_KEY", raising=False)
    with pytest.raises(
        FeedError, match=r"variable A_KEY, or run: keyring set vnadmin-extract 'redmine:host'"
    ):
        find_secret("A_KEY", "redmine:host", what="a key", server="https://host")


def test_a_secret_with_a_line_break_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", f"{KEY}\r\nX-Other: 1")
    with pytest.raises(FeedError, match="line breaks") as caught:
        find_secret("A_KEY", "x", what="a key", server="s")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        f"https://mai:{KEY}@redmine.example.org",
        f"https://{KEY}@redmine.example.org/redmine",
        f"ftp://redmine.example.org/{KEY}",
        f"https://redmine.example.org/?key={KEY}",
        f"https://[{KEY}",
        KEY,
        "",
    ],
)
def test_addresses_with_secrets_or_of_another_kind_are_refused(url: str) -> None:
    with pytest.raises(FeedError) as caught:
        checked_url(url)
    assert KEY not in str(caught.value)


def test_no_secret_is_left_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not on the screen, in logs of any level, in the ledger, nor in arguments; even where the server sends it back."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("VNADMIN_REDMINE_KEY", KEY)
    with stand_in() as fake, proxy(fake.url) as front:
        fake.keys["clerk"] = KEY
        echo = f'{{"errors": ["key {KEY} is bad"]}}'.encode()
        plain = {"Content-Type": "text/plain"}
        front.faults += [
            Fault("POST", 422, body=echo),
            Fault("POST", 418, plain, body=f"your key {KEY}".encode()),
            *[Fault("POST", 500, plain, body=f"{KEY}".encode())] * 2,
        ]
        records = saved(tmp_path, full_record())
        where = ("--url", front.url, "--project", PROJECT, "--debug", "--attempts", "2")
        result = CliRunner().invoke(app, ["push", "redmine", str(records), *where])
        assert result.exit_code == ExitCode.SOME_FAILED
        assert f"key {HIDDEN} is bad" in result.stderr
        assert f"your key {HIDDEN}" in result.stderr
        assert KEY not in result.output + result.stderr
        assert "HTTP Request" in caplog.text  # logs were written
        assert KEY not in caplog.text
        for file in tmp_path.iterdir():
            assert KEY.encode() not in file.read_bytes()


def test_no_option_takes_a_secret() -> None:
    for name in ("redmine", "caldav"):
        told = CliRunner().invoke(app, ["push", name, "--help"], env={"COLUMNS": "200"}).output
        assert not [word for word in ("--key", "--password", "--token", "--secret") if word in told]


def test_a_plain_http_server_elsewhere_is_warned_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Client("http://redmine.example.org", Options()).in_clear
    assert not Client("https://redmine.example.org", Options()).in_clear
    assert not Client("http://127.0.0.1:8080", Options()).in_clear


# Patience


class Waits(list[float]):
    """Notes waits instead of waiting."""

    def options(self, **more: Any) -> Options:
        return Options(sleep=self.append, random=lambda: 1.0, **more)


@pytest.fixture
def front() -> Iterator[Proxy]:
    with stand_in() as fake, proxy(fake.url) as made:
        yield made


def get(front: Proxy, options: Options, method: str = "GET", **more: Any) -> int:
    client = Client(front.url, options)
    try:
        return client.request(method, f"{front.url}/nothing", **more).status
    except FeedError as error:
        if "does not accept the login" in str(error):
            return 401  # what the server behind answers, being asked without a key
        raise
    finally:
        client.close()


def test_waits_between_attempts_double(front: Proxy) -> None:
    waits = Waits()
    front.faults += [Fault("GET", 503)] * 4
    assert get(front, waits.options()) == 401
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_waits_are_spread_and_never_longer_than_half_a_minute() -> None:
    waits = Waits()
    client = Client("http://127.0.0.1:9", Options(sleep=waits.append, random=lambda: 0.0, attempts=12))
    with pytest.raises(FeedError, match="does not answer"):
        client.request("GET", "http://127.0.0.1:9/")
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, *[15.0] * 6]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("7", 7.0), ("0", 1.0), ("soon", 1.0), ("-5", 1.0), ("١", 1.0)],
)
def test_a_server_may_say_how_long_to_wait(front: Proxy, asked: str, expected: float) -> None:
    waits = Waits()
    front.faults.append(Fault("GET", 429, {"Retry-After": asked.encode().decode("latin-1")}))
    assert get(front, waits.options()) == 401
    assert waits == [expected]


def test_a_server_may_name_the_moment_to_come_back() -> None:
    later = datetime.now(UTC) + timedelta(seconds=90)
    assert 80 < (retry_after(format_datetime(later)) or 0) <= 90
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert retry_after(None) is None
    assert retry_after("9" * 400) is None


def test_a_server_that_wants_hours_is_left_for_later(front: Proxy) -> None:
    waits = Waits()
    front.faults.append(Fault("GET", 503, {"Retry-After": "7200"}))
    with pytest.raises(FeedError, match="come back in 7200 seconds"):
        get(front, waits.options())
    assert waits == []


def test_the_last_failure_ends_it(front: Proxy) -> None:
    front.faults += [Fault("GET", 502)] * 3
    with pytest.raises(ServerError, match="failed 3 times"):
        get(front, Waits().options(attempts=3))
    assert len(front.requests) == 3


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (Fault("POST", 429), 0),  # put off: it was surely not carried out
        (Fault("POST", 500), 1),
        (Fault("POST", carried_out=True), 1),
    ],
    ids=["put off", "failure", "cut off"],
)
def test_it_is_asked_whether_a_request_was_carried_out(front: Proxy, fault: Fault, asked: int) -> None:
    questions: list[bool] = []

    def done() -> bool:
        questions.append(True)
        return True

    front.faults.append(fault)
    if asked:
        with pytest.raises(AlreadyDone):
            get(front, Waits().options(), "POST", done=done, content=b"{}")
    else:
        assert get(front, Waits().options(), "POST", done=done, content=b"{}") == 401
    assert len(questions) == asked


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_login_is_not_taken_along_to_another_server(front: Proxy, status: int) -> None:
    front.faults.append(Fault("GET", status, {"Location": "http://127.0.0.1:9/elsewhere"}))
    with pytest.raises(FeedError, match=r"sends requests elsewhere \(http://127.0.0.1:9\)"):
        get(front, Waits().options())


def test_redirects_within_the_server_are_followed_but_not_for_ever(front: Proxy) -> None:
    front.faults.append(Fault("GET", 302, {"Location": "/there"}))
    assert get(front, Waits().options()) == 401
    assert front.requests[-1] == ("GET", "/there")
    front.faults += [Fault("GET", 302, {"Location": "/there"})] * 20
    with pytest.raises(FeedError, match="redirects without end"):
        get(front, Waits().options())


def test_a_moved_address_is_not_written_to(front: Proxy) -> None:
    """After 301 and 302 programs turn a POST into a GET, which would lose it silently."""
    front.faults.append(Fault("POST", 301, {"Location": "/there"}))
    with pytest.raises(FeedError, match="has moved"):
        get(front, Waits().options(), "POST", content=b"{}")


def test_a_silent_server_costs_the_time_limit(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = Client(url, Waits().options(timeout=0.1, attempts=2))
        with pytest.raises(FeedError, match=r"does not answer \(time limit\)"):
            client.request("GET", url + "/")


# Ledger


def test_the_ledger_remembers(tmp_path: Path) -> None:
    file = tmp_path / "new" / "feeds.sqlite"
    with Ledger.open(file) as ledger:
        ledger.write("here", "a", Line("1", "x", None))
        ledger.write("here", "a", Line("1", "y", '"2"'))
        ledger.write("there", "a", Line("9", "z", None))
        ledger.write("here", "b", Line("2", "x", None))
        ledger.forget("here", "b")
    with Ledger.open(file, create=False) as ledger:
        assert ledger.lines("here", ["a", "b", "c"]) == {"a": Line("1", "y", '"2"')}


def test_a_missing_ledger_is_empty_for_a_trial(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "feeds.sqlite", create=False) as ledger:
        assert ledger.lines("here", ["a"]) == {}
        with pytest.raises(ValueError, match="for reading"):
            ledger.write("here", "a", Line("1", "x", None))
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("records")
    with pytest.raises(DamagedFileError, match="no ledger"):
        Ledger.open(text)
    other = tmp_path / "catalogue.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE documents (id TEXT)")
    with pytest.raises(InputError, match="something else"):
        Ledger.open(other)
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    with pytest.raises(DamagedFileError, match="damaged"):
        Ledger.open(damaged)
    newer = tmp_path / "newer"
    Ledger.open(newer).close()
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match="newer version"):
        Ledger.open(newer)


@pytest.mark.skipif(os.name == "nt", reason="files are not locked there")
def test_two_pushes_do_not_share_a_ledger(tmp_path: Path) -> None:
    file = tmp_path / "feeds.sqlite"
    with alone_with(file), pytest.raises(InputError, match="another push"), alone_with(file):
        pass
    with alone_with(file):
        pass


# The loop


class Memory:
    """A feed whose server is a dictionary."""

    target = "memory"
    in_clear = False

    def __init__(self) -> None:
        self.has: dict[str, str] = {}
        self.calls: list[str] = []
        self.fails: dict[str, Exception] = {}

    def open(self) -> None: ...

    def close(self) -> None: ...

    def digest(self, task: Task) -> str:
        return f"{task.title} {task.due}"

    def find(self, tasks: Any) -> dict[str, Found]:
        self.calls.append("find")
        return {t.id: Found(t.id, None, self.has[t.id] == self.digest(t)) for t in tasks if t.id in self.has}

    def create(self, task: Task) -> Sent:
        return self._put("create", task)

    def update(self, task: Task, remote_id: str) -> Sent:
        if remote_id not in self.has:
            raise GoneError
        return self._put("update", task)

    def _put(self, name: str, task: Task) -> Sent:
        self.calls.append(name)
        if task.id in self.fails:
            raise self.fails[task.id]
        self.has[task.id] = self.digest(task)
        return Sent(task.id)


def actions(feed: Feed, file: Path, tasks: list[Task] = TASKS, **more: Any) -> list[str]:
    with Ledger.open(file) as ledger:
        return [outcome.action for outcome in push(tasks, feed, ledger, **more)]


def test_a_push_killed_at_any_place_goes_on_and_makes_nothing_twice(tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    class Deadly(Memory):
        """Dies after the server has taken a task, before anybody could write that down."""

        after = 0

        def _put(self, name: str, task: Task) -> Sent:
            sent = super()._put(name, task)
            if len(self.has) == self.after:
                raise Killed
            return sent

    for after in range(1, len(TASKS) + 1):
        feed = Deadly()
        feed.after = after
        with pytest.raises(Killed):
            actions(feed, tmp_path / str(after))
        feed.after = 0
        feed.calls.clear()
        assert actions(feed, tmp_path / str(after)) == ["unchanged"] * after + ["created"] * (
            len(TASKS) - after
        )
        assert feed.calls.count("create") == len(TASKS) - after


def test_servers_that_fail_three_times_in_a_row_are_left_alone(tmp_path: Path) -> None:
    feed = Memory()
    feed.fails = {task.id: ServerError("HTTP 500") for task in TASKS}
    with pytest.raises(FeedError, match="over and over"):
        actions(feed, tmp_path / "ledger")
    assert feed.calls.count("create") == 3
    feed = Memory()
    feed.fails = {task.id: TaskError("refused") for task in TASKS}
    assert actions(feed, tmp_path / "other") == ["failed"] * 4


def test_what_the_server_did_not_take_is_sent_again(tmp_path: Path) -> None:
    class Partial(Memory):
        def _put(self, name: str, task: Task) -> Sent:
            sent = super()._put(name, task)
            return Sent(sent.remote_id, ignored=("due_date",)) if name == "create" else sent

    feed = Partial()
    assert actions(feed, tmp_path / "ledger") == ["failed"] * 4
    assert actions(feed, tmp_path / "ledger") == ["updated"] * 4
    assert actions(feed, tmp_path / "ledger") == ["unchanged"] * 4


def test_a_trial_calls_nothing_that_changes(tmp_path: Path) -> None:
    feed = Memory()
    assert actions(feed, tmp_path / "ledger", dry_run=True) == ["created"] * 4
    assert (feed.calls, feed.has) == (["find"], {})


# The command


def test_the_ledger_lies_beside_the_catalogue_or_must_be_named(
    front: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vnadmin_extract.catalogue.store import Catalogue
    from vnadmin_extract.catalogue.types import OK, FileOutcome

    monkeypatch.setenv("VNADMIN_REDMINE_KEY", "2222clerk2222key2222")
    with Catalogue.open(tmp_path / "out" / "catalogue.sqlite") as catalogue:
        record = full_record()
        digest = record.source.sha256
        data = record.model_dump_json().encode()
        catalogue.store([FileOutcome("cong-van.pdf", digest, 1, 1, OK, engine="1", records=(data,))])
    where = ("--url", front.url, "--project", PROJECT)
    result = CliRunner().invoke(app, ["push", "redmine", *where, "--catalogue", str(tmp_path / "out")])
    assert summary(result) == "4 created, 0 updated, 0 unchanged, 0 failed."
    assert (tmp_path / "out" / "feeds.sqlite").exists()
    # The same tasks from the records' file: the same ids, so nothing new.
    ledger = ("--ledger", str(tmp_path / "out" / "feeds.sqlite"))
    result = CliRunner().invoke(
        app, ["push", "redmine", str(saved(tmp_path, with_due("2024-05-01"))), *where, *ledger]
    )
    assert summary(result) == "0 created, 1 updated, 3 unchanged, 0 failed."
    result = CliRunner().invoke(app, ["push", "redmine", "-", *where], input=full_record().model_dump_json())
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "Give --ledger FILE" in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "give RECORDS.jsonl or --catalogue"),
        (["r.jsonl", "--catalogue", "out"], "give RECORDS.jsonl or --catalogue"),
        (["r.jsonl", "--field", "leader=x"], "is not KEY=NAME"),
        (["r.jsonl", "--from", "yesterday"], "not a day"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_sent(options: list[str], said: str) -> None:
    where = ["--url", "http://127.0.0.1:9", "--project", "x"]
    result = CliRunner().invoke(app, ["push", "redmine", *options, *where], env={"COLUMNS": "200"})
    assert result.exit_code == ExitCode.USAGE
    assert said in result.stderr


def test_without_the_extra_packages_the_error_names_them(tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    program = (
        "import sys; sys.modules['httpx'] = None\n"
        "from vnadmin_extract.cli.app import app\n"
        f"app(['push', 'redmine', {str(records)!r}, '--url', 'http://127.0.0.1:9', '--project', 'x'])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == ExitCode.MISSING_PROGRAM
    assert "pip install 'vnadmin-extract[feeds]'" in result.stderr


def test_the_command_loads_no_network_packages_before_they_are_needed() -> None:
    program = (
        "import sys; import vnadmin_extract.cli.app; print('httpx' in sys.modules, 'keyring' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False False"
