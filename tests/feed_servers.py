"""Servers for the time of the tests of the feeds: Radicale, Redmine, a small stand-in for Redmine, a faulty proxy."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import Result

from record_examples import full_record
from vnadmin_extract.record import Record

USER, PASSWORD = "van-thu", "mat-khau-bi-mat"
CALENDAR = "Việc của cơ quan"
PROJECT = "giao-viec"
FIELDS = ("Chủ trì", "Phối hợp", "Nguồn", "Mã nhiệm vụ")
REDMINE = Path(os.environ.get("VNADMIN_TEST_REDMINE", "/usr/local/lib/vnadmin-test-redmine"))
"""Where ``scripts/install_test_servers.sh`` puts Redmine's files."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_answers(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(1200):
        assert server.poll() is None, log.read_text(errors="replace")[-2000:]
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the server does not answer: " + log.read_text(errors="replace")[-2000:])


def stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(10)


# What is pushed


def saved(folder: Path, *records: Record) -> Path:
    file = folder / "records.jsonl"
    file.write_text("\n".join(record.model_dump_json() for record in records), encoding="utf-8")
    return file


def with_due(due: str) -> Record:
    record = full_record()
    first, *others = record.deadlines
    return record.model_copy(update={"deadlines": (first.model_copy(update={"due": due}), *others)})


def summary(result: Result) -> str:
    return result.stderr.splitlines()[-1]


# A proxy with faults


@dataclass
class Fault:
    """What happens to the next request of a method instead of what should."""

    method: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    carried_out: bool = False
    """The server gets the request, but its answer is lost."""
    body: bytes = b""


class Proxy:
    """Hands requests on to a server, notes them, and misbehaves when told to."""

    def __init__(self, backend: str) -> None:
        self.backend = urlsplit(backend)
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.url = ""

    def count(self, *methods: str) -> int:
        return sum(method in methods for method, _ in self.requests)


@contextmanager
def proxy(backend: str) -> Iterator[Proxy]:
    state = Proxy(backend)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            state.requests.append((self.command, self.path))
            fault = next((f for f in state.faults if f.method == self.command), None)
            if fault is not None:
                state.faults.remove(fault)
                if fault.carried_out:
                    self._forward(body)
                if fault.status is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self._answer(fault.status, list(fault.headers.items()), fault.body)
                return
            self._answer(*self._forward(body))

        def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            connection = http.client.HTTPConnection(
                state.backend.hostname or "", state.backend.port, timeout=60
            )
            headers = {k: v for k, v in self.headers.items() if k.lower() not in ("connection",)}
            headers["Accept-Encoding"] = "identity"
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            kept = [
                (name, value)
                for name, value in answer.getheaders()
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server")
            ]
            connection.close()
            return answer.status, kept, content

        def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any
        do_PROPFIND = do_REPORT = do_MKCALENDAR = do_OPTIONS = do_PROPPATCH = handle_any

        def log_message(self, *_: Any) -> None:
            pass

    with served(Handler) as url:
        state.url = url
        yield state


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server with this handler; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


# Radicale


@contextmanager
def radicale_server(folder: Path) -> Iterator[str]:
    """A Radicale server with one user."""
    pytest.importorskip("radicale")
    port = free_port()
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    settings = folder / "config"
    settings.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder / 'users'}\nhtpasswd_encryption = plain\ndelay = 0\n"
        "[rights]\ntype = owner_only\n"
        f"[storage]\nfilesystem_folder = {folder / 'collections'}\n"
    )
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "radicale", "--config", str(settings)], stdout=output, stderr=output
        )
        try:
            wait_until_it_answers(server, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(server)


# Redmine itself


_PREPARE = """
Redmine::DefaultData::Loader.load('en')
Setting.rest_api_enabled = '1'
project = Project.create!(name: 'Giao viec', identifier: 'giao-viec', is_public: false,
                          trackers: Tracker.all.to_a, enabled_module_names: ['issue_tracking'])
Project.create!(name: 'Trong', identifier: 'trong', is_public: false,
                trackers: [], enabled_module_names: ['issue_tracking'])
fields = ['Chủ trì', 'Phối hợp', 'Nguồn', 'Mã nhiệm vụ'].map do |name|
  IssueCustomField.create!(name: name, field_format: 'string', is_filter: name.start_with?('Mã'),
                           is_for_all: true, trackers: Tracker.all.to_a)
end
admin = User.find_by(login: 'admin')
admin.update!(must_change_passwd: false)
clerk = User.new(firstname: 'Mai', lastname: 'Le', mail: 'mai@example.org', language: 'en')
clerk.login = 'mai'
clerk.password = 'khong-dung-den'
clerk.save!
role = Role.find_by(name: 'Reporter')
role.add_permission!(:edit_issues)
Member.create!(project: project, principal: clerk, roles: [role])
require 'json'
puts 'READY ' + JSON.generate(admin: admin.api_key, clerk: clerk.api_key, fields: fields.map(&:id))
"""


def _prepared(folder: Path) -> dict[str, Any]:
    """A Redmine of its own in a folder, from the files of the Debian package; made once for all test processes.

    The application is copied, because it writes into its own folder.
    """
    import fcntl

    with (folder.parent / ".redmine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = folder / "ready.json"
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            app = folder / "app"
            skipped = shutil.ignore_patterns("instances", "Gemfile.lock", "database.yml")
            shutil.copytree(REDMINE, app, ignore=skipped, ignore_dangling_symlinks=True)
            for name in ("config", "log", "tmp", "files"):
                (app / "instances" / "default" / name).mkdir(parents=True)
            database = "production:\n  adapter: sqlite3\n  database: <%= ENV['TEST_DATABASE'] %>\n"
            (app / "config" / "database.yml").write_text(database)
            (app / "instances" / "default" / "config" / "database.yml").write_text(database)
            (app / "instances" / "default" / "config" / "secret_key.txt").write_text("0" * 32)
            (app / "Gemfile.local").write_text("gem 'sqlite3'\ngem 'puma'\n")
            (folder / "prepare.rb").write_text(_PREPARE, encoding="utf-8")
            for command in (
                ["bundle", "lock", "--local"],
                ["bundle", "exec", "rake", "db:migrate", "SCHEMA=/dev/null"],
                ["bundle", "exec", "rails", "runner", str(folder / "prepare.rb")],
            ):
                result = subprocess.run(
                    command,
                    cwd=app,
                    env=_ruby_environment(folder / "redmine.sqlite"),
                    capture_output=True,
                    text=True,
                    timeout=300,
                )
                if result.returncode:
                    pytest.skip(
                        f"Redmine cannot be prepared: {(result.stderr or result.stdout).strip()[-300:]}"
                    )
            line = next(line for line in result.stdout.splitlines() if line.startswith("READY "))
            ready.write_text(line.removeprefix("READY "))
    found: dict[str, Any] = json.loads(ready.read_text())
    return found


def _ruby_environment(database: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    return {
        **kept,
        "RAILS_ENV": "production",
        "LC_ALL": "C.UTF-8",
        "REDMINE_LANG": "en",
        "TEST_DATABASE": str(database),
    }


@contextmanager
def redmine_server(shared: Path, own: Path) -> Iterator[dict[str, Any]]:
    """A Redmine server: ``url``, keys of ``admin`` and ``clerk``, numbers of the custom ``fields``.

    Args:
        shared: folder in which the application is prepared once.
        own: folder for this server's database.
    """
    missing = [name for name in ("bundle", "ruby") if shutil.which(name) is None]
    if missing or not (REDMINE / "config.ru").exists():
        pytest.skip("Redmine is not installed (scripts/install_test_servers.sh)")
    found = _prepared(shared / "redmine")
    database = shutil.copy(shared / "redmine" / "redmine.sqlite", own)
    port = free_port()
    log = own / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["bundle", "exec", "puma", "-b", f"tcp://127.0.0.1:{port}", "-e", "production", "-t", "1:2"],
            cwd=shared / "redmine" / "app",
            env=_ruby_environment(Path(database)),
            stdout=output,
            stderr=output,
        )
        try:
            wait_until_it_answers(server, port, log)
            yield {**found, "url": f"http://127.0.0.1:{port}"}
        finally:
            stop(server)


# A stand-in for Redmine


class StandIn:
    """The part of Redmine's REST API that the feed uses, with the behaviour that was seen at Redmine 5.0.

    Searches for a field that is no filter are ignored, names of fields are told to administrators only, issues are
    refused whose start lies after their due date.
    """

    def __init__(self) -> None:
        self.url = ""
        self.keys = {"admin": "1111admin1111key1111", "clerk": "2222clerk2222key2222"}
        self.fields = dict(enumerate(FIELDS, 1))
        self.filters = {4}
        self.ignored: set[int] = set()
        """Custom fields that an issue's tracker does not have."""
        self.issues: dict[int, dict[str, Any]] = {}
        self.listed = True
        """Whether the project names its custom fields (it leaves out those that are for all projects)."""
        self.lock = threading.Lock()

    def answer(self, method: str, path: str, query: dict[str, str], key: str, body: Any) -> tuple[int, Any]:
        if key not in self.keys.values():
            return 401, None
        if path == "/custom_fields.json":
            if key != self.keys["admin"]:
                return 403, None
            return 200, {
                "custom_fields": [
                    {"id": n, "name": name, "customized_type": "issue"} for n, name in self.fields.items()
                ]
            }
        if path == f"/projects/{PROJECT}.json":
            listed = [{"id": n, "name": name} for n, name in self.fields.items()] if self.listed else []
            return 200, {
                "project": {"id": 1, "trackers": [{"id": 1, "name": "Bug"}], "issue_custom_fields": listed}
            }
        if path == "/issues.json" and method == "GET":
            found = list(self.issues.values())
            for number in self.filters:
                if f"cf_{number}" in query:
                    wanted = query[f"cf_{number}"].split("|")
                    found = [issue for issue in found if self._value(issue, number) in wanted]
            start, limit = int(query.get("offset", 0)), int(query.get("limit", 25))
            return 200, {"issues": found[start : start + limit], "total_count": len(found)}
        if path == "/issues.json" and method == "POST":
            return self._change(None, body["issue"])
        if path.startswith("/issues/"):
            number = int(path.removeprefix("/issues/").removesuffix(".json"))
            if number not in self.issues:
                return 404, None
            if method == "PUT":
                return self._change(number, body["issue"])
            if method == "DELETE":
                del self.issues[number]
                return 204, None
            return 200, {"issue": self.issues[number]}
        return 404, None

    def _change(self, number: int | None, given: dict[str, Any]) -> tuple[int, Any]:
        if given.get("start_date") and given.get("due_date") and given["start_date"] > given["due_date"]:
            return 422, {"errors": ["Due date must be greater than start date"]}
        if len(given.get("subject", "x")) > 255:
            return 422, {"errors": ["Subject is too long (maximum is 255 characters)"]}
        new = number is None
        number = number or max(self.issues, default=0) + 1
        issue = self.issues.setdefault(number, {"id": number, "custom_fields": [], "status": "New"})
        values = {item["id"]: item["value"] for item in issue["custom_fields"]}
        values |= {item["id"]: item["value"] for item in given.pop("custom_fields", [])}
        issue |= given
        issue["custom_fields"] = [
            {"id": n, "name": name, "value": values.get(n)}
            for n, name in self.fields.items()
            if n not in self.ignored
        ]
        return (201, {"issue": issue}) if new else (204, None)

    @staticmethod
    def _value(issue: dict[str, Any], number: int) -> str | None:
        return next((item["value"] for item in issue["custom_fields"] if item["id"] == number), None)


@contextmanager
def stand_in() -> Iterator[StandIn]:
    state = StandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            key = self.headers.get("X-Redmine-API-Key", "")
            with state.lock:
                status, value = state.answer(
                    self.command, parts.path, query, key, json.loads(text) if text else None
                )
                content = json.dumps(value).encode() if value is not None else b""
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = handle_any

        def log_message(self, *_: Any) -> None:
            pass

    with served(Handler) as url:
        state.url = url
        yield state
