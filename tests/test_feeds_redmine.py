"""Issues pushed to Redmine, through a proxy that misbehaves when told to.

Every test runs against a small stand-in for the REST API, and, marked slow, against Redmine itself where
``scripts/install_test_servers.sh`` has installed it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from feed_servers import (
    FIELDS,
    PROJECT,
    Fault,
    Proxy,
    StandIn,
    proxy,
    redmine_server,
    saved,
    stand_in,
    summary,
    with_due,
)
from record_examples import full_record, minimal_record
from vnadmin_extract.cli.app import app
from vnadmin_extract.exports.tasks import tasks_of
from vnadmin_extract.feeds import http, secrets
from vnadmin_extract.feeds.redmine import inert

httpx = pytest.importorskip("httpx")

IDS = [task.id for task in tasks_of(full_record())]


@dataclass
class Place:
    """A project, and the front through which it is reached."""

    front: Proxy
    keys: dict[str, str]
    numbers: list[int]
    fake: StandIn | None = None
    client: Any = field(init=False)

    def __post_init__(self) -> None:
        url = self.front.backend.geturl()
        headers = {"X-Redmine-API-Key": self.keys["admin"]}
        self.client = httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60)

    def push(self, records: Path, *options: str) -> Result:
        where = ("--url", self.front.url, "--project", PROJECT)
        return CliRunner().invoke(app, ["push", "redmine", str(records), *where, *options])

    def issues(self) -> dict[str, dict[str, Any]]:
        """All issues by the task's id in the custom field."""
        query = {"project_id": PROJECT, "status_id": "*", "limit": "100"}
        found = self.client.get("/issues.json", params=query).json()["issues"]
        by_id = {self.value(issue, 3): issue for issue in found}
        assert len(by_id) == len(found), "an issue is there twice"
        return by_id

    def value(self, issue: dict[str, Any], place: int) -> str:
        values = {item["id"]: item["value"] for item in issue["custom_fields"]}
        return str(values.get(self.numbers[place]) or "")

    def empty(self) -> None:
        query = {"project_id": PROJECT, "status_id": "*", "limit": "100"}
        for issue in self.client.get("/issues.json", params=query).json()["issues"]:
            assert self.client.delete(f"/issues/{issue['id']}.json").status_code in (200, 204)


@pytest.fixture(scope="module")
def real_redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    own = tmp_path_factory.mktemp("redmine-server")
    # One prepared Redmine for all processes of a parallel test run; each starts its own server on it.
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    with redmine_server(shared, own) as found:
        yield found


@pytest.fixture(params=["stand-in", pytest.param("Redmine", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(http, "_FIRST_WAIT", 0.001)
    monkeypatch.setattr(secrets, "_from_key_ring", lambda entry: None)
    if request.param == "stand-in":
        with stand_in() as fake, proxy(fake.url) as front:
            monkeypatch.setenv("VNADMIN_REDMINE_KEY", fake.keys["clerk"])
            yield Place(front, fake.keys, list(fake.fields), fake)
    else:
        found = request.getfixturevalue("real_redmine")
        with proxy(found["url"]) as front:
            monkeypatch.setenv("VNADMIN_REDMINE_KEY", found["admin"])
            made = Place(front, {"admin": found["admin"], "clerk": found["clerk"]}, found["fields"])
            made.empty()
            yield made


def test_every_task_becomes_an_issue(place: Place, tmp_path: Path) -> None:
    result = place.push(saved(tmp_path, full_record()))
    assert (result.exit_code, summary(result)) == (0, "4 created, 0 updated, 0 unchanged, 0 failed.")
    issues = place.issues()
    assert sorted(issues) == sorted(IDS)
    first = issues[IDS[0]]
    assert first["subject"].startswith("Công văn 15/UBND-NV: =SUM(1) tham mưu")
    assert (first["start_date"], first["due_date"]) == ("2024-03-05", "2024-03-20")
    assert place.value(first, 0) == "Phòng Nội vụ; Phòng Tài chính - Kế hoạch"
    assert place.value(first, 1) == "Công an huyện"
    assert place.value(first, 2) == "cong-van.pdf, tr. 1"
    assert "Hạn: 17:00 20/03/2024 (trước 17 giờ ngày 20/3/2024)" in first["description"]
    assert issues[IDS[3]]["due_date"] is None


def test_pushing_again_sends_nothing(place: Place, tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    place.push(records)
    before = place.issues()
    place.front.requests.clear()
    result = place.push(records)
    assert summary(result) == "0 created, 0 updated, 4 unchanged, 0 failed."
    assert place.front.count("POST", "PUT") == 0
    assert place.issues() == before


def test_a_changed_deadline_changes_its_issue_and_no_other(place: Place, tmp_path: Path) -> None:
    place.push(saved(tmp_path, full_record()))
    before = place.issues()
    place.front.requests.clear()
    result = place.push(saved(tmp_path, with_due("2024-04-15")))
    assert summary(result) == "0 created, 1 updated, 3 unchanged, 0 failed."
    assert place.front.count("POST", "PUT") == 1
    after = place.issues()
    assert after.pop(IDS[0])["due_date"] == "2024-04-15"
    before.pop(IDS[0])
    assert after == before


def test_a_deadline_before_the_document_is_taken(place: Place, tmp_path: Path) -> None:
    """Redmine refuses a due date before the start."""
    result = place.push(saved(tmp_path, with_due("2023-12-31")))
    assert result.exit_code == 0, result.stderr
    issue = place.issues()[IDS[0]]
    assert (issue["start_date"], issue["due_date"]) == (None, "2023-12-31")


def test_a_lost_ledger_makes_nothing_twice(place: Place, tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    place.push(records)
    (tmp_path / "feeds.sqlite").unlink()
    place.front.requests.clear()
    assert summary(place.push(records)) == "0 created, 0 updated, 4 unchanged, 0 failed."
    assert place.front.count("POST", "PUT") == 0
    (tmp_path / "feeds.sqlite").unlink()
    result = place.push(saved(tmp_path, with_due("2024-04-15")))
    assert summary(result) == "0 created, 1 updated, 3 unchanged, 0 failed."
    assert len(place.issues()) == 4


def test_what_people_did_stays_when_the_deadline_changes(place: Place, tmp_path: Path) -> None:
    place.push(saved(tmp_path, full_record()))
    path = f"/issues/{place.issues()[IDS[0]]['id']}.json"
    body = {"issue": {"done_ratio": 50, "estimated_hours": 3.0, "status_id": 5}}
    assert place.client.put(path, json=body).status_code in (200, 204)
    before = place.issues()[IDS[0]]
    place.push(saved(tmp_path, with_due("2024-04-15")))
    after = place.issues()[IDS[0]]
    assert after["due_date"] == "2024-04-15"
    assert [after.get(n) for n in ("done_ratio", "estimated_hours", "status", "status_id")] == [
        before.get(n) for n in ("done_ratio", "estimated_hours", "status", "status_id")
    ]


def test_a_deleted_issue_stays_away_until_its_task_changes(place: Place, tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    place.push(records)
    place.client.delete(f"/issues/{place.issues()[IDS[0]]['id']}.json")
    assert summary(place.push(records)) == "0 created, 0 updated, 4 unchanged, 0 failed."
    result = place.push(saved(tmp_path, with_due("2024-04-15")))
    assert summary(result) == "1 created, 0 updated, 3 unchanged, 0 failed."
    assert sorted(place.issues()) == sorted(IDS)


def test_a_trial_says_what_would_happen_and_does_nothing(place: Place, tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    result = place.push(records, "--dry-run")
    assert summary(result) == "Would be: 4 created, 0 updated, 0 unchanged, 0 failed."
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["create"] * 4
    assert place.front.count("POST", "PUT") == 0
    assert not (tmp_path / "feeds.sqlite").exists()
    place.push(records)
    (tmp_path / "feeds.sqlite").unlink()
    result = place.push(saved(tmp_path, with_due("2024-04-15")), "--dry-run", "--json")
    assert sorted(json.loads(line)["action"] for line in result.stdout.splitlines()) == [
        *["unchanged"] * 3,
        "updated",
    ]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", 503),
        Fault("POST", 503, {"Retry-After": "0"}),
        Fault("POST", 429),
        Fault("POST"),
        Fault("POST", carried_out=True),
        Fault("POST", 504, carried_out=True),
        Fault("GET", 500),
        Fault("GET"),
    ],
    ids=lambda fault: f"{fault.method} {fault.status or 'cut off'}{' after' if fault.carried_out else ''}",
)
def test_after_a_fault_the_request_is_repeated_and_nothing_is_there_twice(
    place: Place, tmp_path: Path, fault: Fault
) -> None:
    """A POST that was carried out, but whose answer was lost, must not be sent again."""
    place.front.faults.append(fault)
    result = place.push(saved(tmp_path, full_record()))
    assert (result.exit_code, sorted(place.issues())) == (0, sorted(IDS))
    assert place.front.faults == []


def test_one_refused_issue_does_not_stop_the_rest(place: Place, tmp_path: Path) -> None:
    refusal = json.dumps({"errors": ["Priority cannot be blank"]}).encode()
    place.front.faults.append(Fault("POST", 422, body=refusal))
    records = saved(tmp_path, full_record())
    result = place.push(records)
    assert (result.exit_code, summary(result)) == (1, "3 created, 0 updated, 0 unchanged, 1 failed.")
    assert "Priority cannot be blank" in result.stderr
    assert summary(place.push(records)) == "1 created, 0 updated, 3 unchanged, 0 failed."


def test_an_interrupted_push_goes_on(place: Place, tmp_path: Path) -> None:
    records = saved(tmp_path, full_record())
    place.front.faults += [Fault("POST", 422, body=b"{}"), *[Fault("POST", 500)] * 9]
    result = place.push(records, "--attempts", "3")
    assert result.exit_code == 7
    assert summary(result) == "0 created, 0 updated, 0 unchanged, 4 failed."
    assert "fails over and over" in result.stderr
    place.push(records, "--due-to", "2024-03-31")
    assert len(place.issues()) == 1
    assert summary(place.push(records)) == "3 created, 0 updated, 1 unchanged, 0 failed."


def test_a_wrong_key_gives_one_clear_error_and_shows_nothing(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VNADMIN_REDMINE_KEY", "saisaisaisaisai9431")
    result = place.push(saved(tmp_path, full_record()), "--debug")
    assert result.exit_code == 7
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "does not accept the API key. Set VNADMIN_REDMINE_KEY" in errors[0]
    assert "saisaisaisaisai9431" not in result.output + result.stderr


def test_an_unknown_project_is_named(place: Place, tmp_path: Path) -> None:
    result = place.push(saved(tmp_path, full_record()), "--project", "khong-co")
    assert result.exit_code == 7
    assert "there is no project “khong-co”" in result.stderr


def test_an_unknown_tracker_is_named_with_those_there_are(place: Place, tmp_path: Path) -> None:
    result = place.push(saved(tmp_path, full_record()), "--tracker", "Nhiệm vụ")
    assert result.exit_code == 7
    assert "no tracker “Nhiệm vụ”. It has: Bug" in result.stderr


def test_missing_custom_fields_are_named_with_how_to_make_them(place: Place, tmp_path: Path) -> None:
    place.push(saved(tmp_path, full_record()))
    options = ("--field", "lead=Đơn vị chính", "--field", "id=Mã số")
    result = place.push(saved(tmp_path, full_record()), *options)
    assert result.exit_code == 7
    assert "lack the custom fields “Đơn vị chính”, “Mã số”." in result.stderr
    assert "for “Mã số” also “Used as a filter”" in result.stderr


def test_a_field_that_is_no_filter_is_refused(place: Place, tmp_path: Path) -> None:
    """Redmine would answer a search for it with all issues."""
    place.push(saved(tmp_path, full_record()))
    result = place.push(saved(tmp_path, full_record()), "--field", "id=Nguồn", "--field", "source=")
    assert result.exit_code == 7
    assert "cannot be searched by the custom field “Nguồn”" in result.stderr
    assert len(place.issues()) == 4


def test_a_key_that_may_not_list_custom_fields_finds_them_in_an_issue(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place.fake:
        place.fake.listed = False
    monkeypatch.setenv("VNADMIN_REDMINE_KEY", place.keys["clerk"])
    records = saved(tmp_path, full_record())
    result = place.push(records)
    assert result.exit_code == 7
    assert "make one issue by hand first, or give the numbers" in result.stderr
    numbers = [
        part
        for key, number in zip(("lead", "coordinating", "source", "id"), place.numbers, strict=True)
        for part in ("--field", f"{key}={number}")
    ]
    assert summary(place.push(records, *numbers)) == "4 created, 0 updated, 0 unchanged, 0 failed."
    assert summary(place.push(records)) == "0 created, 0 updated, 4 unchanged, 0 failed."


def test_fields_are_found_however_they_are_typed_in(place: Place, tmp_path: Path) -> None:
    result = place.push(saved(tmp_path, full_record()), "--field", "lead=CHỦ TRÌ", "--field", "coordinating=")
    assert result.exit_code == 0, result.stderr
    issue = place.issues()[IDS[0]]
    assert (place.value(issue, 0)[:12], place.value(issue, 1)) == ("Phòng Nội vụ", "")


def test_many_tasks_are_looked_for_in_few_requests(place: Place, tmp_path: Path) -> None:
    record = full_record()
    base = record.assignments[2]
    many = tuple(base.model_copy(update={"id": f"a{n}", "path": str(n)}) for n in range(1, 46))
    records = saved(tmp_path, record.model_copy(update={"assignments": many, "deadlines": ()}))
    assert summary(place.push(records)) == "45 created, 0 updated, 0 unchanged, 0 failed."
    (tmp_path / "feeds.sqlite").unlink()
    place.front.requests.clear()
    assert summary(place.push(records)) == "0 created, 0 updated, 45 unchanged, 0 failed."
    assert len(place.front.requests) < 10


def test_documents_without_tasks_make_nothing(place: Place, tmp_path: Path) -> None:
    result = place.push(saved(tmp_path, minimal_record()))
    assert (result.exit_code, summary(result)) == (0, "0 created, 0 updated, 0 unchanged, 0 failed.")


def test_only_the_wanted_unit_is_pushed(place: Place, tmp_path: Path) -> None:
    result = place.push(saved(tmp_path, full_record()), "--unit", "Đài truyền thanh")
    assert summary(result) == "1 created, 0 updated, 0 unchanged, 0 failed."
    assert place.push(saved(tmp_path, full_record()), "--kind", "KH").exit_code == 0
    assert list(place.issues()) == [IDS[3]]


@pytest.mark.parametrize("missing", [0, 3], ids=["lead", "id"])
def test_a_field_that_the_server_passes_over_is_reported(
    missing: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redmine takes values for fields that an issue's tracker does not have, and forgets them."""
    monkeypatch.setattr(secrets, "_from_key_ring", lambda entry: None)
    with stand_in() as fake, proxy(fake.url) as front:
        fake.ignored.add(missing + 1)
        monkeypatch.setenv("VNADMIN_REDMINE_KEY", fake.keys["admin"])
        place = Place(front, fake.keys, list(fake.fields), fake)
        result = place.push(saved(tmp_path, full_record()))
        if FIELDS[missing] == "Mã nhiệm vụ":
            # Nothing would be found again, so nothing more is made; the one that was made is in the ledger.
            assert (result.exit_code, len(fake.issues)) == (7, 1)
            assert "without the field “Mã nhiệm vụ”" in result.stderr
        else:
            assert (result.exit_code, len(fake.issues)) == (1, 4)
            assert "but the server did not take: Chủ trì" in result.stderr
        fake.ignored.clear()
        place.push(saved(tmp_path, full_record()))
        assert sorted(place.issues()) == sorted(IDS)
        assert place.value(place.issues()[IDS[0]], 0).startswith("Phòng Nội vụ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("theo mẫu số #12", "theo mẫu số !#12"),
        ("{{include(Trang)}}", "!{{include(Trang)}}"),
        ("[[Trang chủ]]", "![[Trang chủ]]"),
        ("gửi @mai", "gửi !@mai"),
        ("thư mai@example.org", "thư mai@example.org"),
        ("!http://example.org/a.png!", "! http://example.org/a.png!"),
        ("Điều 5, khoản 2", "Điều 5, khoản 2"),
    ],
)
def test_words_of_documents_make_no_links_or_macros(text: str, expected: str) -> None:
    assert inert(text) == expected
