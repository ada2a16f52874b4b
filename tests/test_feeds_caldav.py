"""To-dos pushed to a real CalDAV server (Radicale), through a proxy that misbehaves when told to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import regex
import vobject
from typer.testing import CliRunner, Result

from feed_servers import (
    CALENDAR,
    PASSWORD,
    USER,
    Fault,
    Proxy,
    proxy,
    radicale_server,
    saved,
    served,
    summary,
    with_due,
)
from record_examples import full_record
from vnadmin_extract.cli.app import app
from vnadmin_extract.exports.tasks import tasks_of
from vnadmin_extract.feeds import http, secrets
from vnadmin_extract.feeds.base import FeedError
from vnadmin_extract.record import Record

httpx = pytest.importorskip("httpx")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with radicale_server(tmp_path_factory.mktemp("radicale")) as url:
        yield url


@pytest.fixture
def place(server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Place]:
    """A new calendar for each test."""
    monkeypatch.setenv("VNADMIN_CALDAV_USER", USER)
    monkeypatch.setenv("VNADMIN_CALDAV_PASSWORD", PASSWORD)
    monkeypatch.setattr(http, "_FIRST_WAIT", 0.001)
    monkeypatch.setattr(secrets, "_from_key_ring", lambda entry: None)
    with proxy(server) as front:
        found = Place(front, f"/{USER}/{abs(hash(request.node.name))}/")
        found.make_calendar()
        yield found


class Place:
    """A calendar, and the front through which it is reached."""

    def __init__(self, front: Proxy, path: str) -> None:
        self.front = front
        self.path = path
        backend = front.backend.geturl()
        self.client = httpx.Client(base_url=backend, auth=(USER, PASSWORD), trust_env=False)

    def make_calendar(self, component: str = "VTODO", name: str = CALENDAR) -> None:
        self.client.delete(self.path)
        body = (
            '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            f"<D:displayname>{name}</D:displayname><C:supported-calendar-component-set>"
            f'<C:comp name="{component}"/></C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>'
        )
        assert self.client.request("MKCALENDAR", self.path, content=body.encode()).status_code == 201

    def push(self, records: Path, *options: str) -> Result:
        where = ("--url", self.front.url, "--calendar", self.path)
        return CliRunner().invoke(app, ["push", "caldav", str(records), *where, *options])

    def todos(self) -> dict[str, Any]:
        """The to-dos by UID, as another library reads them."""
        calendar = self.client.get(self.path).text
        found = [todo for part in vobject.readComponents(calendar) for todo in part.contents.get("vtodo", [])]
        assert len({todo.uid.value for todo in found}) == len(found), "a to-do is there twice"
        return {todo.uid.value: todo for todo in found}

    def change(self, uid: str, old: str, new: str) -> None:
        """Somebody changes a to-do in their own program."""
        path = f"{self.path}{uid.partition('@')[0]}.ics"
        body = self.client.get(path).text
        assert old in body
        answer = self.client.put(path, content=body.replace(old, new, 1).encode())
        assert answer.status_code in (201, 204)


def uids(record: Record) -> list[str]:
    return [f"{task.id}@vnadmin-extract" for task in tasks_of(record)]


def test_every_task_becomes_a_todo(place: Place, tmp_path: Path) -> None:
    result = place.push(saved(tmp_path, full_record()))
    assert (result.exit_code, summary(result)) == (0, "4 created, 0 updated, 0 unchanged, 0 failed.")
    todos = place.todos()
    assert sorted(todos) == sorted(uids(full_record()))
    first = todos[uids(full_record())[0]]
    assert first.summary.value.startswith("Công văn 15/UBND-NV: =SUM(1) tham mưu")
    assert "Phòng Nội vụ; Phòng Tài chính - Kế hoạch" in first.description.value
    assert first.due.value.isoformat() == "2024-03-20T17:00:00+07:00"


def test_pushing_again_sends_nothing(place: Place, tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    place.push(records)
    before = place.client.get(place.path).text
    place.front.requests.clear()
    result = place.push(records)
    assert summary(result) == "0 created, 0 updated, 4 unchanged, 0 failed."
    assert {method for method, _ in place.front.requests} == {"PROPFIND"}
    assert place.client.get(place.path).text == before


def test_a_changed_deadline_changes_its_todo_and_no_other(place: Place, tmp_path: Path) -> None:
    place.push(saved(tmp_path, full_record()))
    place.front.requests.clear()
    result = place.push(saved(tmp_path, with_due("2024-04-15")))
    assert summary(result) == "0 created, 1 updated, 3 unchanged, 0 failed."
    assert place.front.count("PUT") == 1
    assert place.todos()[uids(full_record())[0]].due.value.isoformat() == "2024-04-15T17:00:00+07:00"
    assert len(place.todos()) == 4


def test_what_people_did_stays_when_the_deadline_changes(place: Place, tmp_path: Path) -> None:
    place.push(saved(tmp_path, full_record()))
    done = "STATUS:COMPLETED\r\nPERCENT-COMPLETE:100\r\nCOMMENT:đã trình\r\nEND:VTODO"
    place.change(uids(full_record())[0], "END:VTODO", done)
    place.push(saved(tmp_path, with_due("2024-04-15")))
    todo = place.todos()[uids(full_record())[0]]
    assert (todo.status.value, todo.percent_complete.value, todo.comment.value) == (
        "COMPLETED",
        "100",
        "đã trình",
    )
    assert todo.due.value.isoformat() == "2024-04-15T17:00:00+07:00"
    assert len(todo.contents["valarm"]) == 1


def test_finished_days_of_a_recurring_task_and_own_alarms_stay(place: Place, tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    place.push(records)
    recurring = next(uid for uid, todo in place.todos().items() if "rrule" in todo.contents)
    extra = (
        "BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VTODO\r\nBEGIN:VTODO\r\n"
        f"UID:{recurring}\r\nDTSTAMP:20240401T000000Z\r\nRECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20240415T000000\r\n"
        "STATUS:COMPLETED\r\nSUMMARY:xong\r\nEND:VTODO"
    )
    place.change(recurring, "END:VTODO", extra)
    record = full_record()
    assignments = (*record.assignments[:1], record.assignments[1].model_copy(update={"task": "báo cáo mới"}))
    place.push(saved(tmp_path, record.model_copy(update={"assignments": assignments})))
    body = place.client.get(f"{place.path}{recurring.partition('@')[0]}.ics").text
    master, finished = sorted(
        vobject.readOne(body).contents["vtodo"], key=lambda todo: "recurrence-id" in todo.contents
    )
    assert master.summary.value.endswith("báo cáo mới")
    assert {alarm.action.value for alarm in master.contents["valarm"]} == {"DISPLAY", "AUDIO"}
    assert (finished.status.value, finished.summary.value) == ("COMPLETED", "xong")


def test_a_lost_ledger_makes_nothing_twice(place: Place, tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    place.push(records)
    (tmp_path / "feeds.sqlite").unlink()
    place.front.requests.clear()
    assert summary(place.push(records)) == "0 created, 0 updated, 4 unchanged, 0 failed."
    assert place.front.count("PUT") == 0
    (tmp_path / "feeds.sqlite").unlink()
    result = place.push(saved(tmp_path, with_due("2024-04-15")))
    assert summary(result) == "0 created, 1 updated, 3 unchanged, 0 failed."
    assert len(place.todos()) == 4


def test_a_todo_under_another_path_is_found_by_its_uid(place: Place, tmp_path: Path) -> None:
    """As when somebody imported the exported calendar before."""
    uid = uids(full_record())[0]
    body = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:{uid}\r\nDTSTAMP:20240101T000000Z\r\nSUMMARY:cũ\r\nSTATUS:IN-PROCESS\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    assert place.client.put(f"{place.path}imported.ics", content=body.encode()).status_code == 201
    result = place.push(saved(tmp_path, full_record()))
    assert summary(result) == "3 created, 1 updated, 0 unchanged, 0 failed."
    todo = place.todos()[uid]
    assert (todo.status.value, todo.summary.value[:7]) == ("IN-PROCESS", "Công vă")


def test_a_deleted_todo_stays_away_until_its_task_changes(place: Place, tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    place.push(records)
    uid = uids(full_record())[0]
    place.client.delete(f"{place.path}{uid.partition('@')[0]}.ics")
    assert summary(place.push(records)) == "0 created, 0 updated, 4 unchanged, 0 failed."
    result = place.push(saved(tmp_path, with_due("2024-04-15")))
    assert summary(result) == "1 created, 0 updated, 3 unchanged, 0 failed."
    assert uid in place.todos()


def test_a_trial_says_what_would_happen_and_does_nothing(place: Place, tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    result = place.push(records, "--dry-run", "--json")
    assert summary(result) == "Would be: 4 created, 0 updated, 0 unchanged, 0 failed."
    assert [json.loads(line)["action"] for line in result.stdout.splitlines()] == ["created"] * 4
    assert place.todos() == {}
    assert not (tmp_path / "feeds.sqlite").exists()
    place.push(records)
    result = place.push(saved(tmp_path, with_due("2024-04-15")), "--dry-run")
    assert summary(result) == "Would be: 0 created, 1 updated, 3 unchanged, 0 failed."
    assert result.stdout.splitlines()[0].startswith("update ")
    assert place.todos()[uids(full_record())[0]].due.value.isoformat() == "2024-03-20T17:00:00+07:00"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", 503),
        Fault("PUT", 429, {"Retry-After": "0"}),
        Fault("PUT"),
        Fault("PUT", carried_out=True),
        Fault("PUT", 502, carried_out=True),
        Fault("REPORT", 500),
        Fault("PROPFIND"),
    ],
    ids=lambda fault: f"{fault.method} {fault.status or 'cut off'}{' after' if fault.carried_out else ''}",
)
def test_after_a_fault_the_request_is_repeated_and_nothing_is_there_twice(
    place: Place, tmp_path: Path, fault: Fault
) -> None:
    place.front.faults.append(fault)
    result = place.push(saved(tmp_path, full_record()))
    assert (result.exit_code, len(place.todos())) == (0, 4)
    assert place.front.faults == []


def test_a_lost_answer_to_an_update_is_no_conflict(place: Place, tmp_path: Path) -> None:
    place.push(saved(tmp_path, full_record()))
    place.front.faults.append(Fault("PUT", carried_out=True))
    result = place.push(saved(tmp_path, with_due("2024-04-15")))
    assert (result.exit_code, summary(result)) == (0, "0 created, 1 updated, 3 unchanged, 0 failed.")


def test_one_refused_todo_does_not_stop_the_rest(place: Place, tmp_path: Path) -> None:
    place.front.faults.append(Fault("PUT", 415))
    records = saved(tmp_path, full_record())
    result = place.push(records)
    assert (result.exit_code, summary(result)) == (1, "3 created, 0 updated, 0 unchanged, 1 failed.")
    assert "vnadmin:" in result.stderr
    assert "HTTP 415" in result.stderr
    assert summary(place.push(records)) == "1 created, 0 updated, 3 unchanged, 0 failed."


def test_a_server_that_goes_away_ends_the_push_and_the_next_one_goes_on(place: Place, tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    place.push(records, "--due-from", "2024-03-01", "--due-to", "2024-03-31")
    assert len(place.todos()) == 1
    place.front.faults += [Fault("PUT")] * 3
    result = place.push(records, "--attempts", "3")
    assert (result.exit_code, summary(result)) == (
        7,
        "0 created, 0 updated, 1 unchanged, 0 failed, 3 not reached.",
    )
    assert "does not answer" in result.stderr
    assert summary(place.push(records)) == "3 created, 0 updated, 1 unchanged, 0 failed."


def test_calendars_are_found_by_the_name_that_people_see(place: Place, tmp_path: Path) -> None:
    place.make_calendar(name="Lịch công tác phòng")
    records = saved(tmp_path, full_record())
    options = ("--url", place.front.url, "--calendar", "lịch công tác phòng")
    result = CliRunner().invoke(app, ["push", "caldav", str(records), *options])
    assert (result.exit_code, len(place.todos())) == (0, 4), result.stderr
    place.make_calendar(name="Khác")
    result = CliRunner().invoke(app, ["push", "caldav", str(records), *options])
    assert result.exit_code == 7
    assert "there is no calendar “lịch công tác phòng”. There are: " in result.stderr
    assert "“Khác”" in result.stderr


def test_a_calendar_of_events_only_is_refused(place: Place, tmp_path: Path) -> None:
    place.make_calendar("VEVENT")
    result = place.push(saved(tmp_path, full_record()))
    assert result.exit_code == 7
    assert "takes no to-dos" in result.stderr


def test_a_place_that_is_no_calendar_is_refused(place: Place, tmp_path: Path) -> None:
    result = place.push(saved(tmp_path, full_record()), "--calendar", f"/{USER}/nowhere/")
    assert result.exit_code == 7
    assert "this is no calendar" in result.stderr


def test_a_wrong_password_gives_one_clear_error_and_shows_nothing(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VNADMIN_CALDAV_PASSWORD", "sai-hoan-toan-9431")
    result = place.push(saved(tmp_path, full_record()), "--debug")
    assert result.exit_code == 7
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "does not accept the user and password" in errors[0]
    assert "sai-hoan-toan-9431" not in result.output + result.stderr


def test_without_a_password_nothing_is_sent(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VNADMIN_CALDAV_PASSWORD")
    result = place.push(saved(tmp_path, full_record()))
    assert result.exit_code == 7
    assert "VNADMIN_CALDAV_PASSWORD" in result.stderr
    assert place.front.requests == []


def test_a_server_that_wants_the_password_hashed_gets_it_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP Digest (RFC 7616), as Baïkal asks for. The server here checks the hash by its own computation."""
    from vnadmin_extract.feeds.caldav import CaldavFeed, Settings
    from vnadmin_extract.feeds.secrets import Secret

    given: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PROPFIND(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = self.headers.get("Authorization", "")
            given.append(said.partition(" ")[0])
            parts = dict(regex.findall(r'(\w+)="?([^",]+)"?', said.partition(" ")[2]))
            first, second = (
                hashlib.md5(text.encode()).hexdigest()
                for text in (f"{USER}:lich:{PASSWORD}", f"PROPFIND:{self.path}")
            )
            middle = ":".join(parts.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
            wanted = hashlib.md5(f"{first}:{middle}:{second}".encode()).hexdigest()
            body = (
                f'<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response><d:href>{self.path}'
                "</d:href><d:propstat><d:prop><d:resourcetype><d:collection/><c:calendar/></d:resourcetype></d:prop>"
                "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>"
            ).encode()
            if parts.get("response") != wanted:
                self.send_response(401)
                self.send_header(
                    "WWW-Authenticate", 'Digest realm="lich", nonce="n0nce", qop="auth", algorithm=MD5'
                )
                body = b""
            else:
                self.send_response(207)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with served(Handler) as url:
        feed = CaldavFeed(Settings(url, "/lich/viec"), USER, Secret(PASSWORD))
        feed.open()
        assert feed.target == f"caldav {url}/lich/viec/"
        assert given == ["Basic", "", "Digest"]
        with pytest.raises(FeedError, match="does not accept the user and password"):
            CaldavFeed(Settings(url, "/lich/viec"), USER, Secret("sai")).open()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"\xff" * 100,
    ],
)
def test_an_answer_that_is_no_caldav_is_a_clear_error(place: Place, tmp_path: Path, body: bytes) -> None:
    place.front.faults.append(Fault("PROPFIND", 207, body=body))
    result = place.push(saved(tmp_path, full_record()))
    assert result.exit_code == 7
    assert "does not answer as a CalDAV server" in result.stderr
    assert "root:" not in result.stderr
