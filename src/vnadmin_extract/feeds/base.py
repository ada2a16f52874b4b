"""What a feed is, and how it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vnadmin_extract.errors import ExitCode, VnadminError
from vnadmin_extract.exports.tasks import Task


class FeedError(VnadminError):
    """The server cannot be used: address, secret, permission or settings are wrong, or it does not answer.

    ``file`` is the server's address. A push ends with it; what was sent before is in the ledger.
    """

    status = "feed"
    exit_code = ExitCode.FEED


class TaskError(Exception):
    """The server does not take one task. The push goes on with the next."""


class ServerError(TaskError):
    """The server failed (5xx) over one task, several times. Where this goes on, the push ends."""


class GoneError(Exception):
    """What is to be updated is no longer on the server."""


@dataclass(frozen=True, slots=True)
class Found:
    """A task as the server has it already."""

    remote_id: str
    """The server's name for it: an issue's number, a resource's path."""
    etag: str | None
    current: bool
    """Whether the server has all that would be sent."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the server made of a task."""

    remote_id: str
    etag: str | None = None
    ignored: tuple[str, ...] = ()
    """Names of what the server did not take, though it reported no error. The next push tries again."""
    stop: str | None = None
    """Why nothing more may be sent: the server does not keep what tasks are found again by."""


class Feed(Protocol):
    """A place that tasks are sent to. Every method may raise :class:`FeedError`."""

    @property
    def target(self) -> str:
        """The place, as the ledger names it; the same in every push. Holds no secret. Known after :meth:`open`."""

    @property
    def in_clear(self) -> bool:
        """Whether the secret crosses a network unencrypted."""

    def open(self) -> None:
        """Look whether the place is there and can be used. Changes nothing."""

    def digest(self, task: Task) -> str:
        """Hash of all that would be sent."""

    def find(self, tasks: Sequence[Task]) -> dict[str, Found]:
        """Which of these tasks the server has already, by the tasks' ids.

        Raises:
            ServerError: the server failed.
        """

    def create(self, task: Task) -> Sent:
        """Make a new entry. An entry of the same id that appeared meanwhile is brought up to date instead.

        Raises:
            TaskError: the server refuses the task.
        """

    def update(self, task: Task, remote_id: str) -> Sent:
        """Bring an entry up to date. What people changed beside (state, comments, percentage) stays.

        Raises:
            GoneError: there is no such entry any more.
            TaskError: the server refuses the task.
        """

    def close(self) -> None:
        """Let the connections go."""
