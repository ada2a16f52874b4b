"""Redmine: an issue for each task, through the REST API (Redmine 4.2 and later).

A task's stable id stands in a custom field of the issue, by which it is found again. What is sent: subject,
description, start (the document's day) and due date, and the custom fields. State, assignee, priority and comments
belong to the people there and are never touched.

The API tells the names of custom fields to administrators only (``/custom_fields.json``); for others they are read
from the project and from one of its issues.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args
from urllib.parse import quote

import regex

from vnadmin_extract.exports.labels import Language
from vnadmin_extract.exports.plain import shortened
from vnadmin_extract.exports.tasks import Task, task_details
from vnadmin_extract.feeds.base import FeedError, Found, GoneError, Sent, TaskError
from vnadmin_extract.feeds.http import AlreadyDone, Answer, Client, LoginError, Options
from vnadmin_extract.feeds.secrets import Secret, find_secret
from vnadmin_extract.text.fold import match_key

KEY_VARIABLE: Final = "VNADMIN_REDMINE_KEY"
FieldName = Literal["lead", "coordinating", "source", "id"]
FIELD_NAMES: Final[tuple[FieldName, ...]] = get_args(FieldName)
_SUBJECT_LENGTH: Final = 255
_AT_A_TIME: Final = 20
"""Ids looked for in one request; they stand in the address."""
_ISSUES: Final = 100
"""Issues in one answer; the server gives no more."""
_NEVER: Final = "0" * 15 + "-"
"""An id that no task has: a search for it finds nothing, unless the server ignores what is searched for."""
_OWN_SYNTAX: Final = regex.compile(r"\{\{|\[\[|(?<![\w&])(?:#{1,2}(?=[0-9])|@(?=\w))")
"""Macros, wiki links, issue numbers and users, which Redmine finds in any text format."""
_IMAGE: Final = regex.compile(r"!(?=[^\s!])")
_FOLLOWED: Final = ("subject", "description", "start_date", "due_date")
_REMEDY: Final = (
    "In Redmine, an administrator makes them under Administration, Custom fields, New custom field, Issues:"
    " format Text, the name exactly so, ticked for your tracker and project; for “{id}” also “Used as a filter”."
    " Other names or numbers are given with --field, as --field id=7; --field lead= leaves a field out"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where issues go."""

    url: str
    project: str
    """Identifier or number."""
    tracker: str | None = None
    """Name of the tracker for new issues; the project's first where ``None``."""
    fields: Mapping[FieldName, str] = field(default_factory=dict)
    """Custom fields by name or number, where they are not called as usual; empty: not sent."""
    lang: Language = "vi"
    """Language of the labels in the description."""
    options: Options = field(default_factory=Options)


class RedmineFeed:
    """A project of a Redmine server; see :class:`vnadmin_extract.feeds.base.Feed`."""

    def __init__(self, settings: Settings, key: Secret) -> None:
        """Prepare; nothing is sent before :meth:`open`."""
        text = key.reveal()
        if not text.isascii() or " " in text:
            raise FeedError(
                "the Redmine API key holds blanks or letters that keys do not have",
                file=settings.url,
                remedy=f"Set {KEY_VARIABLE} anew; the key stands on the page “My account”",
            )
        headers = {"X-Redmine-API-Key": text, "Accept": "application/json"}
        self._settings = settings
        self.client = Client(settings.url, settings.options, headers=headers, secrets=(key,))
        self._project = 0
        self._tracker: int | None = None
        self._numbers: dict[FieldName, int] = {}
        self._called: dict[FieldName, str] = {}

    @classmethod
    def connect(cls, settings: Settings) -> RedmineFeed:
        """A feed with the key of the environment or the key ring."""
        from vnadmin_extract.feeds.http import checked_url

        url = checked_url(settings.url)
        key = find_secret(
            KEY_VARIABLE, f"redmine:{url.partition('://')[2]}", what="a Redmine API key", server=url
        )
        return cls(settings, key)

    @property
    def target(self) -> str:
        """Address and number of the project."""
        return f"redmine {self.client.url} project {self._project}"

    @property
    def in_clear(self) -> bool:
        """Whether the secret crosses a network unencrypted."""
        return self.client.in_clear

    def close(self) -> None:
        """Let the connections go."""
        self.client.close()

    def open(self) -> None:
        """Find the project, the tracker and the custom fields."""
        project = self._get_project()
        self._project = int(project["id"])
        self._tracker = self._find_tracker(project.get("trackers", []))
        self._find_fields(project)
        self._check_filter()

    def digest(self, task: Task) -> str:
        """Hash of the issue."""
        text = json.dumps(self._issue(task), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def find(self, tasks: Sequence[Task]) -> dict[str, Found]:
        """Issues, closed ones too, whose custom field holds the ids. Of several for one id, the oldest counts."""
        found: dict[str, Found] = {}
        for start in range(0, len(tasks), _AT_A_TIME):
            wanted = {task.id: task for task in tasks[start : start + _AT_A_TIME]}
            for issue in self._search("|".join(wanted)):
                id = self._values(issue).get(self._numbers["id"], "")
                if id in wanted and id not in found:
                    current = not self._missing(issue, wanted[id])
                    found[id] = Found(str(issue["id"]), None, current)
        return found

    def create(self, task: Task) -> Sent:
        """Make an issue."""
        issue = {**self._issue(task), "project_id": self._project}
        if self._tracker is not None:
            issue["tracker_id"] = self._tracker
        present: dict[str, Found] = {}

        def done() -> bool:
            present.update(self.find([task]))
            return bool(present)

        try:
            answer = self._call("POST", "/issues.json", {"issue": issue}, done=done)
        except AlreadyDone:
            found = present[task.id]
            return Sent(found.remote_id) if found.current else self.update(task, found.remote_id)
        if answer.status == 403:
            raise FeedError(
                "the key may not make issues in this project",
                file=self.client.url,
                remedy="Ask for a role with the permission “Add issues”",
            )
        if answer.status != 201:
            raise TaskError(self._refusal(answer))
        made = self._json(answer).get("issue", {})
        ignored = self._missing(made, task)
        stop = None
        if self._called["id"] in ignored:
            stop = (
                f"the server made issue {made.get('id')} without the field “{self._called['id']}”, by which it would be"
                " found again. Tick the field for this tracker and project and give the role the right to set it"
            )
        return Sent(str(made.get("id", "")), ignored=ignored, stop=stop)

    def update(self, task: Task, remote_id: str) -> Sent:
        """Change an issue, and look whether the server took it: fields that may not be changed it passes over silently."""
        path = f"/issues/{quote(remote_id, safe='')}.json"
        answer = self._call("PUT", path, {"issue": self._issue(task)})
        if answer.status == 404:
            raise GoneError
        if answer.status not in (200, 204):
            raise TaskError(f"issue {remote_id}: {self._refusal(answer)}")
        answer = self._call("GET", path)
        if answer.status != 200:
            raise TaskError(f"issue {remote_id}: {self._refusal(answer)}")
        return Sent(remote_id, ignored=self._missing(self._json(answer).get("issue", {}), task))

    # What is sent

    def _issue(self, task: Task) -> dict[str, Any]:
        place = task.file if task.page is None else f"{task.file}, tr. {task.page}"
        values: dict[FieldName, str] = {
            "lead": "; ".join(task.lead),
            "coordinating": "; ".join(task.coordinating),
            "source": place,
            "id": task.id,
        }
        # Redmine refuses a start after the due date, and sets today where none is given.
        start = task.issued if task.issued and (task.due is None or task.issued <= task.due) else None
        return {
            "subject": shortened(task.title, _SUBJECT_LENGTH),
            "description": self._description(task),
            "start_date": start.isoformat() if start else None,
            "due_date": task.due.isoformat() if task.due else None,
            "custom_fields": [
                {"id": number, "value": values[name]} for name, number in sorted(self._numbers.items())
            ],
        }

    def _description(self, task: Task) -> str:
        lines = [f"{label}: {inert(value)}" for label, value in task_details(task, self._settings.lang)]
        return "\n".join([*lines, "", task.mark])

    def _missing(self, issue: Mapping[str, Any], task: Task) -> tuple[str, ...]:
        """Names of what an issue does not hold as it is sent."""
        wanted = self._issue(task)
        values = self._values(issue)
        missing = [name for name in _FOLLOWED if _plain(issue.get(name)) != _plain(wanted[name])]
        called = {number: self._called[name] for name, number in self._numbers.items()}
        for item in wanted["custom_fields"]:
            if values.get(item["id"], "") != _plain(item["value"]):
                missing.append(called[item["id"]])
        return tuple(missing)

    @staticmethod
    def _values(issue: Mapping[str, Any]) -> dict[int, str]:
        return {int(item["id"]): _plain(item.get("value")) for item in issue.get("custom_fields", [])}

    # What is there

    def _get_project(self) -> dict[str, Any]:
        # A dot would be taken for the end of the name.
        name = quote(self._settings.project, safe="")
        answer = self._call("GET", f"/projects/{name}.json", include="trackers,issue_custom_fields")
        if answer.status == 200:
            project: dict[str, Any] = self._json(answer).get("project", {})
            if "id" in project:
                return project
            raise FeedError(
                "the server does not answer as Redmine", file=self.client.url, remedy="Check --url"
            )
        if answer.status == 403:
            raise FeedError(
                f"the key may not see the project “{self._settings.project}”, or the REST API is switched off",
                file=self.client.url,
                remedy="Ask for a role in the project; an administrator switches the API on under Administration,"
                " Settings, API",
            )
        raise FeedError(
            f"there is no project “{self._settings.project}” ({self.client.told(answer)})",
            file=self.client.url,
            remedy="Give the identifier as it stands in the project's address, as giao-viec in /projects/giao-viec",
        )

    def _find_tracker(self, trackers: Sequence[Mapping[str, Any]]) -> int | None:
        wanted = self._settings.tracker
        if wanted is None:
            return int(trackers[0]["id"]) if trackers else None
        for tracker in trackers:
            if match_key(str(tracker["name"])) == match_key(wanted):
                return int(tracker["id"])
        raise FeedError(
            f"the project has no tracker “{wanted}”",
            file=self.client.url,
            remedy="It has: " + ", ".join(str(tracker["name"]) for tracker in trackers),
        )

    def _find_fields(self, project: Mapping[str, Any]) -> None:
        wanted: dict[FieldName, tuple[str, ...]] = {}
        for name in FIELD_NAMES:
            own = self._settings.fields.get(name)
            if own is None:
                wanted[name] = field_names()[name]
            elif own.strip():
                wanted[name] = (own.strip(),)
            elif name == "id":
                raise FeedError(
                    "the field for the task's id cannot be left out",
                    file=self.client.url,
                    remedy="Without it, issues could not be found again",
                )
        known = self._known_fields(project)
        missing: list[str] = []
        for key, names in wanted.items():
            if names[0].isascii() and names[0].isdigit():
                self._numbers[key] = int(names[0])
                self._called[key] = next((n for n, id in known.items() if id == int(names[0])), names[0])
                continue
            found = next((name for name in names if match_key(name) in known), None)
            if found is None:
                missing.append(names[0])
            else:
                self._numbers[key], self._called[key] = known[match_key(found)], found
        if missing:
            listed = ", ".join(f"“{name}”" for name in missing)
            remedy = _REMEDY.format(id=wanted["id"][0])
            if not known:
                remedy += (
                    ". If they exist: their names are told to administrators, and to others in an existing issue, so"
                    " make one issue by hand first, or give the numbers"
                )
            raise FeedError(
                f"the project's issues lack the custom fields {listed}", file=self.client.url, remedy=remedy
            )

    def _known_fields(self, project: Mapping[str, Any]) -> dict[str, int]:
        """Folded name → number."""
        answer = self._call("GET", "/custom_fields.json")
        if answer.status == 200:
            listed = self._json(answer).get("custom_fields", [])
            items = [item for item in listed if item.get("customized_type", "issue") == "issue"]
        else:
            query = {"project_id": str(self._project), "status_id": "*", "limit": "1", "sort": "id:desc"}
            if self._tracker is not None:
                query["tracker_id"] = str(self._tracker)
            answer = self._call("GET", "/issues.json", **query)
            issues = self._json(answer).get("issues", []) if answer.status == 200 else []
            items = [*project.get("issue_custom_fields", [])]
            for issue in issues:
                items += issue.get("custom_fields", [])
        return {match_key(str(item["name"])): int(item["id"]) for item in items}

    def _check_filter(self) -> None:
        """Redmine ignores a search for a field that is no filter, and gives all issues: nothing would be found again."""
        if self._search(_NEVER, limit=1):
            self._no_filter()

    def _no_filter(self) -> None:
        raise FeedError(
            f"issues cannot be searched by the custom field “{self._called['id']}”",
            file=self.client.url,
            remedy="An administrator ticks “Used as a filter” in the field's settings (its format must be Text)",
        )

    def _search(self, ids: str, limit: int = _ISSUES) -> list[Mapping[str, Any]]:
        number = self._numbers["id"]
        query = {
            "project_id": str(self._project),
            "status_id": "*",
            f"cf_{number}": ids,
            "sort": "id",
            "limit": str(limit),
        }
        found: list[Mapping[str, Any]] = []
        while True:
            answer = self._call("GET", "/issues.json", **query, offset=str(len(found)))
            if answer.status != 200:
                raise FeedError(
                    f"the project's issues cannot be read ({self.client.told(answer)})",
                    file=self.client.url,
                    remedy="Ask for a role with the permission “View issues”",
                )
            body = self._json(answer)
            issues = body.get("issues", [])
            if any(self._values(issue).get(number, "") not in ids.split("|") for issue in issues):
                self._no_filter()
            found += issues
            if not issues or len(found) >= int(body.get("total_count", 0)) or limit == 1:
                return found

    # HTTP

    def _call(self, method: str, path: str, body: Any = None, done: Any = None, **query: str) -> Answer:
        try:
            return self.client.request(
                method,
                self.client.url + path,
                headers={"Content-Type": "application/json"} if body is not None else None,
                content=json.dumps(body).encode() if body is not None else None,
                params=query or None,
                done=done,
            )
        except LoginError:
            raise FeedError(
                "the server does not accept the API key",
                file=self.client.url,
                remedy=f"Set {KEY_VARIABLE} to the key on the page “My account” of the server",
            ) from None

    def _json(self, answer: Answer) -> dict[str, Any]:
        try:
            value = json.loads(answer.content)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise FeedError(
                "the server does not answer as Redmine", file=self.client.url, remedy="Check --url"
            )
        return value

    def _refusal(self, answer: Answer) -> str:
        try:
            errors = json.loads(answer.content).get("errors", [])
        except (ValueError, AttributeError):
            errors = []
        if not errors:
            return self.client.told(answer)
        return self.client.cleaned("; ".join(str(error) for error in errors))


def inert(text: str) -> str:
    """Text of a document so that Redmine makes no macro, link, mention or image of it.

    An exclamation mark before them is Redmine's own sign for that, in Textile and Markdown alike.
    """
    return _OWN_SYNTAX.sub(r"!\g<0>", _IMAGE.sub("! ", text))


@cache
def field_names() -> dict[FieldName, tuple[str, ...]]:
    """The usual names of the custom fields."""
    text = (files("vnadmin_extract.knowledge") / "labels_feeds.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(text)["redmine"]["fields"]
    return {name: tuple(listed[name]) for name in FIELD_NAMES}


def _plain(value: Any) -> str:
    """A value as it is compared: servers change line ends, and give nothing for empty texts."""
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
