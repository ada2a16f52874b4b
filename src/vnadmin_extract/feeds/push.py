"""Pushing: every task to one feed, each once, with the ledger written after each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from vnadmin_extract.exports.tasks import Task
from vnadmin_extract.feeds.base import Feed, FeedError, Found, GoneError, Sent, ServerError, TaskError
from vnadmin_extract.feeds.ledger import Ledger, Line

Action = Literal["created", "updated", "unchanged", "failed"]
_BATCH: Final = 40
"""Tasks that are looked for together."""
_TOO_MANY: Final = 3
"""Failures of the server in a row after which a push ends."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task; in a trial, what would."""

    task: Task
    action: Action
    remote_id: str | None = None
    message: str | None = None
    """What went wrong."""


def push(tasks: Iterable[Task], feed: Feed, ledger: Ledger, *, dry_run: bool = False) -> Iterator[Outcome]:
    """Send tasks; gives each one's outcome as it is known.

    Nothing is sent for a task whose content is the same as when it was sent last. A task that the ledger does not know
    is looked for on the server first, so that nothing is there twice.

    Args:
        tasks: no two with the same id.
        feed: an open feed.
        ledger: written after each task, so that a push that was interrupted goes on.
        dry_run: send nothing and write nothing.

    Raises:
        FeedError: nothing more can be sent.
    """
    failures = 0
    rest = iter(tasks)
    while batch := list(islice(rest, _BATCH)):
        lines = ledger.lines(feed.target, [task.id for task in batch])
        found = _found(feed, [task for task in batch if task.id not in lines])
        for task in batch:
            try:
                yield _push_one(task, feed, ledger, lines.get(task.id), found.get(task.id), dry_run)
                failures = 0
            except TaskError as error:
                failures = failures + 1 if isinstance(error, ServerError) else 0
                yield Outcome(task, "failed", message=str(error))
                if failures >= _TOO_MANY:
                    raise FeedError(
                        f"the server fails over and over ({error})",
                        file=feed.target,
                        remedy="Push again later: it goes on where it stopped",
                    ) from error


def _found(feed: Feed, tasks: list[Task]) -> dict[str, Found]:
    if not tasks:
        return {}
    try:
        return feed.find(tasks)
    except ServerError as error:
        # Sending without looking could make duplicates.
        raise FeedError(
            f"the server cannot be searched ({error})", file=feed.target, remedy="Push again later"
        ) from error


def _push_one(
    task: Task, feed: Feed, ledger: Ledger, line: Line | None, found: Found | None, dry_run: bool
) -> Outcome:
    content = feed.digest(task)
    if line is not None and line.content == content:
        return Outcome(task, "unchanged", line.remote_id)
    if dry_run:
        if line is not None:
            return Outcome(task, "updated", line.remote_id)
        if found is not None:
            return Outcome(task, "unchanged" if found.current else "updated", found.remote_id)
        return Outcome(task, "created")

    if line is not None:
        try:
            return _note(task, feed, ledger, content, "updated", feed.update(task, line.remote_id))
        except GoneError:
            ledger.forget(feed.target, task.id)
            found = _found(feed, [task]).get(task.id)  # it may only have moved
    if found is not None and found.current:
        ledger.write(feed.target, task.id, Line(found.remote_id, content, found.etag))
        return Outcome(task, "unchanged", found.remote_id)
    if found is not None:
        try:
            return _note(task, feed, ledger, content, "updated", feed.update(task, found.remote_id))
        except GoneError:
            pass  # deleted this moment
    return _note(task, feed, ledger, content, "created", feed.create(task))


def _note(task: Task, feed: Feed, ledger: Ledger, content: str, action: Action, sent: Sent) -> Outcome:
    ledger.write(feed.target, task.id, Line(sent.remote_id, "" if sent.ignored else content, sent.etag))
    if sent.stop is not None:
        raise FeedError(sent.stop, file=feed.target)
    if sent.ignored:
        names = ", ".join(sent.ignored)
        message = f"{action} as {sent.remote_id}, but the server did not take: {names}"
        return Outcome(task, "failed", sent.remote_id, message)
    return Outcome(task, action, sent.remote_id)
