"""CalDAV (RFC 4791): a to-do for each task in a calendar of a server such as Nextcloud, Radicale or Zimbra.

The to-do is that of the iCalendar export; its UID is made of the task's stable id. It is written with plain PUT requests
that name the version they replace (``If-Match``) or that there must be none (``If-None-Match: *``), so that nothing that
somebody else writes at the same time is lost. When a to-do is brought up to date, what people added stays: state,
percentage, comments, attachments, their own alarms, finished days of a recurring task.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

import httpx
from icalendar import Calendar, Component, Todo, vText
from lxml import etree

from vnadmin_extract.exports import ical
from vnadmin_extract.exports.labels import Language
from vnadmin_extract.exports.tasks import Task
from vnadmin_extract.feeds.base import FeedError, Found, GoneError, Sent, ServerError, TaskError
from vnadmin_extract.feeds.http import Answer, Client, LoginError, Options
from vnadmin_extract.feeds.secrets import Secret, find_secret
from vnadmin_extract.text.fold import match_key

USER_VARIABLE: Final = "VNADMIN_CALDAV_USER"
PASSWORD_VARIABLE: Final = "VNADMIN_CALDAV_PASSWORD"
_DAV: Final = "DAV:"
_CAL: Final = "urn:ietf:params:xml:ns:caldav"
_CONTENT: Final = "X-VNADMIN-CONTENT"
"""Property with the hash of what was sent: a server may write the to-do anew in its own way."""
_OWN_ALARM: Final = "X-VNADMIN-ALARM"
_OWN: Final = frozenset(
    {
        "UID",
        "DTSTAMP",
        "SUMMARY",
        "DESCRIPTION",
        "CATEGORIES",
        "DTSTART",
        "DUE",
        "DURATION",
        "RRULE",
        "LAST-MODIFIED",
    }
)
"""Properties that the task alone decides. Others that are there stay."""
_OWN_PREFIX: Final = "X-VNADMIN-"
_CONFLICTS: Final = frozenset({400, 403, 405, 409, 412})
"""Answers to a PUT that may mean: there is a to-do with this UID already (RFC 4791, 5.3.2.1, and what servers say)."""
_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to-dos go."""

    url: str
    calendar: str
    """Name of the calendar as people see it, or its path or address."""
    user: str | None = None
    """Who logs in; from the environment where ``None``."""
    lang: Language = "vi"
    """Language of the labels in the description."""
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class _Resource:
    """A to-do on the server."""

    path: str
    etag: str | None
    content: str | None
    """Hash that was sent with it."""


class CaldavFeed:
    """A calendar; see :class:`vnadmin_extract.feeds.base.Feed`."""

    def __init__(self, settings: Settings, user: str, password: Secret) -> None:
        """Prepare; nothing is sent before :meth:`open`."""
        self._settings = settings
        self._login = (user, password)
        self.client = Client(
            settings.url,
            settings.options,
            auth=httpx.BasicAuth(user, password.reveal()),
            secrets=(password,),
        )
        self._collection = ""
        self._index: dict[str, _Resource] | None = None

    @classmethod
    def connect(cls, settings: Settings) -> CaldavFeed:
        """A feed with the user and password of the environment or the key ring."""
        import os

        from vnadmin_extract.feeds.http import checked_url

        url = checked_url(settings.url)
        user = settings.user or os.environ.get(USER_VARIABLE, "").strip()
        if not user:
            raise FeedError(
                "a user is needed",
                file=url,
                remedy=f"Give --user, or set the environment variable {USER_VARIABLE}",
            )
        host = urlsplit(url).netloc
        password = find_secret(
            PASSWORD_VARIABLE, f"caldav:{user}@{host}", what=f"the password of {user}", server=url
        )
        return cls(settings, user, password)

    @property
    def target(self) -> str:
        """Address of the calendar."""
        return f"caldav {self._collection}"

    @property
    def in_clear(self) -> bool:
        """Whether the secret crosses a network unencrypted."""
        return self.client.in_clear

    def close(self) -> None:
        """Let the connections go."""
        self.client.close()

    def open(self) -> None:
        """Find the calendar, and look whether it takes to-dos."""
        wanted = self._settings.calendar
        if "/" in wanted:
            url = self.client.address(urljoin(self.client.url + "/", wanted)).rstrip("/") + "/"
        else:
            url = self._discovered(wanted)
        self._collection = url
        found = self._properties(url, 0, "resourcetype", "supported-calendar-component-set")
        if not found or not _is_calendar(found[0][1]):
            raise FeedError(
                "this is no calendar", file=url, remedy="Give --calendar as its name or its whole path"
            )
        if not _takes_todos(found[0][1]):
            raise FeedError(
                "this calendar takes no to-dos", file=url, remedy="Give a calendar or task list that does"
            )

    def digest(self, task: Task) -> str:
        """Hash of the to-do."""
        return hashlib.sha256(ical.todo(task, self._settings.lang).to_ical()).hexdigest()

    def find(self, tasks: Sequence[Task]) -> dict[str, Found]:
        """To-dos with the tasks' UIDs, under whatever path."""
        if self._index is None:
            self._index = self._todos()
        found: dict[str, Found] = {}
        for task in tasks:
            resource = self._index.get(_uid(task))
            if resource is not None:
                found[task.id] = Found(resource.path, resource.etag, resource.content == self.digest(task))
        return found

    def create(self, task: Task) -> Sent:
        """Make a to-do."""
        path = urlsplit(self._collection).path + f"{task.id}.ics"
        answer = self._put(path, self._calendar(task, None), {"If-None-Match": "*"})
        if answer.status in (200, 201, 204):
            return Sent(path, answer.headers.get("ETag"))
        if answer.status in _CONFLICTS:
            # Another client was faster, or the answer to our own request was lost.
            self._index = None
            found = self.find([task]).get(task.id)
            if found is not None:
                return (
                    Sent(found.remote_id, found.etag) if found.current else self.update(task, found.remote_id)
                )
        raise self._refusal(answer)

    def update(self, task: Task, remote_id: str) -> Sent:
        """Put the task into the to-do that is there."""
        for _ in range(_ROUNDS):
            present = self._call("GET", remote_id)
            if present.status in (404, 410):
                raise GoneError
            if present.status != 200:
                raise self._refusal(present)
            etag = present.headers.get("ETag")
            body = self._calendar(task, present.content)
            # A weak tag cannot be matched (RFC 9110, 13.1.1).
            match = {"If-Match": etag} if etag and not etag.startswith("W/") else {}
            answer = self._put(remote_id, body, match)
            if answer.status in (200, 201, 204):
                return Sent(remote_id, answer.headers.get("ETag"))
            if answer.status != 412:
                raise self._refusal(answer)
            # Somebody changed it between the two requests.
        raise TaskError(f"{remote_id} is being changed by somebody else all the time")

    # To-dos

    def _calendar(self, task: Task, present: bytes | None) -> bytes:
        """The to-do in a calendar, with what people added to the present one."""
        todo = ical.todo(task, self._settings.lang)
        todo.add(_CONTENT, vText(self.digest(task)))
        for alarm in todo.walk("VALARM"):
            alarm.add(_OWN_ALARM, vText("1"))
        calendar = Calendar()
        calendar.add("version", "2.0")
        calendar.add("prodid", "-//vnadmin-extract//tasks//VI")
        others: list[Component] = []
        if present is not None:
            others = _merge(todo, present)
        zones = {str(part.get("TZID")) for part in others if part.name == "VTIMEZONE"}
        if ical.ZONE not in zones and f"TZID={ical.ZONE}".encode() in todo.to_ical():
            calendar.add_component(ical.zone())
        for part in others:
            calendar.add_component(part)
        calendar.add_component(todo)
        written: bytes = calendar.to_ical()
        return written

    def _todos(self) -> dict[str, _Resource]:
        """All to-dos of the calendar, by UID."""
        query = (
            f'<C:calendar-query xmlns:D="{_DAV}" xmlns:C="{_CAL}"><D:prop><D:getetag/><C:calendar-data>'
            '<C:comp name="VCALENDAR"><C:comp name="VTODO"><C:prop name="UID"/>'
            f'<C:prop name="RECURRENCE-ID"/><C:prop name="{_CONTENT}"/></C:comp></C:comp></C:calendar-data></D:prop>'
            '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VTODO"/></C:comp-filter></C:filter>'
            "</C:calendar-query>"
        )
        answer = self._xml("REPORT", self._collection, query, depth=1)
        if answer.status != 207:
            raise FeedError(
                f"the calendar cannot be searched ({self.client.told(answer)})",
                file=self._collection,
                remedy="Check --calendar and the user's rights",
            )
        found: dict[str, _Resource] = {}
        for path, properties in self._responses(answer):
            data = _text(properties, _CAL, "calendar-data")
            if not data:
                continue
            try:
                todos = Calendar.from_ical(data).walk("VTODO")
            except (ValueError, IndexError, KeyError):
                continue  # somebody's own, which nobody can read
            etag = _text(properties, _DAV, "getetag")
            for todo in todos:
                uid, content = todo.get("UID"), todo.get(_CONTENT)
                if uid is not None and "RECURRENCE-ID" not in todo:
                    found.setdefault(str(uid), _Resource(path, etag, str(content) if content else None))
        return found

    # Discovery (RFC 5397, RFC 6764, RFC 4791)

    def _discovered(self, wanted: str) -> str:
        seen: dict[str, str] = {}
        for home in self._homes():
            for url, properties in self._properties(
                home, 1, "resourcetype", "displayname", "supported-calendar-component-set"
            ):
                if _is_calendar(properties):
                    last = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
                    seen.setdefault(url, _text(properties, _DAV, "displayname") or last)
                    if last == wanted:
                        return url
            if seen:
                break
        matching = [url for url, name in seen.items() if match_key(name) == match_key(wanted)]
        if len(matching) == 1:
            return matching[0]
        if matching:
            raise FeedError(
                f"several calendars are called “{wanted}”",
                file=self.client.url,
                remedy="Give the path of one as --calendar: "
                + ", ".join(urlsplit(url).path for url in matching),
            )
        names = ", ".join(f"“{self.client.cleaned(name)}”" for name in seen.values())
        raise FeedError(
            f"there is no calendar “{wanted}”",
            file=self.client.url,
            remedy=f"There are: {names}" if names else "Give the calendar's whole path as --calendar",
        )

    def _homes(self) -> Iterator[str]:
        """Where calendars may lie: the user's home as the server tells it, and the address itself."""
        for start in (self.client.url + "/", self.client.address("/.well-known/caldav")):
            found = self._properties(start, 0, "current-user-principal", "calendar-home-set")
            for _, properties in found:
                home = _link(properties, _CAL, "calendar-home-set")
                principal = _link(properties, _DAV, "current-user-principal")
                if home is None and principal is not None:
                    address = self.client.address(principal)
                    for _, more in self._properties(address, 0, "calendar-home-set"):
                        home = home or _link(more, _CAL, "calendar-home-set")
                if home is not None:
                    yield self.client.address(home)
        yield self.client.url + "/"

    def _properties(self, url: str, depth: int, *names: str) -> list[tuple[str, Any]]:
        """Address and properties of a resource, or of it and what is in it; nothing where there is none."""
        asked = "".join(f"<{'C' if 'calendar' in name else 'D'}:{name}/>" for name in names)
        body = f'<D:propfind xmlns:D="{_DAV}" xmlns:C="{_CAL}"><D:prop>{asked}</D:prop></D:propfind>'
        answer = self._xml("PROPFIND", url, body, depth=depth)
        if answer.status != 207:
            return []
        return [(self.client.address(path), found) for path, found in self._responses(answer)]

    def _responses(self, answer: Answer) -> list[tuple[str, Any]]:
        """Path and properties (an XML element) of each resource of a multistatus answer."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            root = etree.fromstring(answer.content, parser)
        except etree.XMLSyntaxError:
            root = None
        if root is None or root.tag != f"{{{_DAV}}}multistatus":
            raise FeedError(
                "the server does not answer as a CalDAV server", file=self.client.url, remedy="Check --url"
            )
        found: list[tuple[str, Any]] = []
        for response in root.iterfind(f"{{{_DAV}}}response"):
            href = (response.findtext(f"{{{_DAV}}}href") or "").strip()
            for stat in response.iterfind(f"{{{_DAV}}}propstat"):
                status = stat.findtext(f"{{{_DAV}}}status") or ""
                properties = stat.find(f"{{{_DAV}}}prop")
                if " 200 " in f"{status} " and properties is not None and href:
                    found.append((urlsplit(urljoin(answer.url, href)).path, properties))
        return found

    # HTTP

    def _put(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        return self._call(
            "PUT", path, body, {"Content-Type": "text/calendar; charset=utf-8; component=VTODO", **headers}
        )

    def _xml(self, method: str, url: str, body: str, *, depth: int) -> Answer:
        content = f'<?xml version="1.0" encoding="utf-8"?>{body}'.encode()
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": str(depth)}
        return self._call(method, url, content, headers)

    def _call(
        self, method: str, path: str, content: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        url = self.client.address(path)
        try:
            return self.client.request(method, url, headers=headers, content=content)
        except LoginError:
            pass
        if isinstance(self.client.auth, httpx.BasicAuth):
            # Some servers want the password hashed (RFC 7616).
            self.client.auth = httpx.DigestAuth(self._login[0], self._login[1].reveal())
            try:
                return self.client.request(method, url, headers=headers, content=content)
            except LoginError:
                pass
        raise FeedError(
            "the server does not accept the user and password",
            file=self.client.url,
            remedy=f"Check {USER_VARIABLE} (or --user) and {PASSWORD_VARIABLE}; some servers want a password made"
            " for this program (app password)",
        )

    def _refusal(self, answer: Answer) -> Exception:
        told = self.client.told(answer)
        if answer.status == 403 and (not answer.content or b"need-privileges" in answer.content):
            return FeedError(
                f"the user may not write into this calendar ({told})",
                file=self._collection,
                remedy="Ask its owner for the right to change it",
            )
        return ServerError(told) if answer.status >= 500 else TaskError(f"the server refuses it ({told})")


def _uid(task: Task) -> str:
    return f"{task.id}@{ical.UID_HOST}"


def _merge(todo: Todo, present: bytes) -> list[Component]:
    """Put what people added into a to-do; gives the present calendar's other parts."""
    try:
        calendar = Calendar.from_ical(present)
    except (ValueError, IndexError, KeyError):
        return []  # nothing that can be read is lost
    others: list[Component] = []
    for part in calendar.subcomponents:
        if part.name == "VTODO" and "RECURRENCE-ID" not in part:
            for name, value in part.items():
                if name not in _OWN and not name.startswith(_OWN_PREFIX) and name not in todo:
                    todo[name] = value
            for alarm in part.subcomponents:
                if _OWN_ALARM not in alarm:
                    todo.add_component(alarm)
        else:
            others.append(part)
    return others


def _is_calendar(properties: Any) -> bool:
    return properties.find(f"{{{_DAV}}}resourcetype/{{{_CAL}}}calendar") is not None


def _takes_todos(properties: Any) -> bool:
    components = properties.find(f"{{{_CAL}}}supported-calendar-component-set")
    if components is None:
        return True  # RFC 4791, 5.2.3: without the property, any
    return any(comp.get("name") == "VTODO" for comp in components.iterfind(f"{{{_CAL}}}comp"))


def _text(properties: Any, space: str, name: str) -> str | None:
    text: str | None = properties.findtext(f"{{{space}}}{name}")
    return text


def _link(properties: Any, space: str, name: str) -> str | None:
    text = properties.findtext(f"{{{space}}}{name}/{{{_DAV}}}href")
    return str(text).strip() if text else None
