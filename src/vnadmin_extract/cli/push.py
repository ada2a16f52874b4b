"""The ``push`` commands: tasks to an issue tracker or a calendar, over the network."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, cast

import typer

from vnadmin_extract.cli.export import from_catalogue, from_file
from vnadmin_extract.cli.options import wanted
from vnadmin_extract.cli.output import emit, say
from vnadmin_extract.errors import ExitCode, InputError, MissingProgramError
from vnadmin_extract.exports.labels import Language

if TYPE_CHECKING:
    from vnadmin_extract.catalogue.types import Filter
    from vnadmin_extract.exports.tasks import Task
    from vnadmin_extract.feeds.base import Feed
    from vnadmin_extract.feeds.http import Options
    from vnadmin_extract.feeds.push import Outcome
    from vnadmin_extract.feeds.redmine import FieldName
    from vnadmin_extract.record import Record

app = typer.Typer(
    help="Send tasks to an issue tracker or a calendar: new ones are made, changed ones brought up to date, nothing twice.",
    no_args_is_help=True,
)

_WHICH: Final = "Which documents and tasks"
_HOW: Final = "How"
_STREAM: Final = Path("-")
_LEDGER: Final = "feeds.sqlite"

Records = Annotated[
    Path | None,
    typer.Argument(
        help="Records, one JSON object a line, or a run's folder; - reads standard input.",
        metavar="RECORDS.jsonl",
        show_default=False,
        allow_dash=True,
    ),
]
CatalogueAddress = Annotated[
    str | None,
    typer.Option(
        "--catalogue",
        "-c",
        help="The catalogue: a SQLite file, the folder of a run's results, or a database URL.",
        metavar="PATH_OR_URL",
    ),
]
Url = Annotated[str, typer.Option("--url", help="Address of the server, without user and password.")]
Unit = Annotated[
    str | None,
    typer.Option(
        "--unit",
        "-u",
        help='Only what this unit leads or takes part in: "Phòng Nội vụ".',
        rich_help_panel=_WHICH,
    ),
]
Kind = Annotated[
    str | None,
    typer.Option(
        "--kind", "-k", help='Only documents of this kind: "KH", "Kế hoạch".', rich_help_panel=_WHICH
    ),
]
IssuedFrom = Annotated[
    str | None,
    typer.Option(
        "--from", help="Documents issued on this day or later.", metavar="DATE", rich_help_panel=_WHICH
    ),
]
IssuedTo = Annotated[
    str | None,
    typer.Option(
        "--to", help="Documents issued on this day or before.", metavar="DATE", rich_help_panel=_WHICH
    ),
]
DueFrom = Annotated[
    str | None,
    typer.Option("--due-from", help="Work due on this day or later.", metavar="DATE", rich_help_panel=_WHICH),
]
DueTo = Annotated[
    str | None,
    typer.Option("--due-to", help="Work due on this day or before.", metavar="DATE", rich_help_panel=_WHICH),
]
Folder = Annotated[
    str | None, typer.Option("--folder", help="Only files below this folder.", rich_help_panel=_WHICH)
]
LedgerFile = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        help="File that remembers what was sent.",
        metavar="FILE",
        show_default=f"{_LEDGER} beside the catalogue or the records",
        rich_help_panel=_HOW,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Only say what would be made, changed or left; the server is asked, nothing is sent.",
        rich_help_panel=_HOW,
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON object a line for each task.", rich_help_panel=_HOW)
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", help="Seconds to wait for an answer.", min=0.1, rich_help_panel=_HOW),
]
Attempts = Annotated[
    int,
    typer.Option(
        "--attempts", help="How often a request is sent at most.", min=1, max=20, rich_help_panel=_HOW
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        "--ca-file",
        help="Certificates of authorities to trust instead of the usual ones (PEM).",
        exists=True,
        dir_okay=False,
        metavar="FILE",
        rich_help_panel=_HOW,
    ),
]
Lang = Annotated[Language, typer.Option("--lang", help="Language of labels.", rich_help_panel=_HOW)]
Debug = Annotated[
    bool,
    typer.Option("--debug", help="Show tracebacks of unexpected errors.", rich_help_panel=_HOW),
]


@app.command()
def redmine(
    url: Url,
    project: Annotated[
        str, typer.Option("--project", help="Project: its identifier, as in its address, or number.")
    ],
    records: Records = None,
    catalogue: CatalogueAddress = None,
    tracker: Annotated[
        str | None,
        typer.Option("--tracker", help="Tracker of new issues.", show_default="the project's first"),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field",
            help="A custom field's name or number: lead=…, coordinating=…, source=…, id=…; empty: not sent.",
            metavar="KEY=NAME",
            show_default="Chủ trì, Phối hợp, Nguồn, Mã nhiệm vụ",
        ),
    ] = None,
    unit: Unit = None,
    kind: Kind = None,
    issued_from: IssuedFrom = None,
    issued_to: IssuedTo = None,
    due_from: DueFrom = None,
    due_to: DueTo = None,
    folder: Folder = None,
    ledger: LedgerFile = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    timeout: Timeout = 60.0,
    attempts: Attempts = 6,
    ca_file: CaFile = None,
    lang: Lang = "vi",
    debug: Debug = False,
) -> None:
    """Issues in a project of a Redmine server (REST API).

    The key is read from the environment variable VNADMIN_REDMINE_KEY or the key ring. State, assignee and comments of
    issues are never touched.
    """
    fields = _fields(field or [])
    where = wanted(unit, kind, issued_from, issued_to, due_from, due_to, folder)

    def connect() -> Feed:
        from vnadmin_extract.feeds.redmine import RedmineFeed, Settings

        options = _options(timeout, attempts, ca_file)
        return RedmineFeed.connect(Settings(url, project, tracker, fields, lang, options))

    _push(connect, records, catalogue, where, ledger, dry_run, as_json, debug)


@app.command()
def caldav(
    url: Url,
    calendar: Annotated[
        str, typer.Option("--calendar", help="The calendar's name, or its whole path on the server.")
    ],
    records: Records = None,
    catalogue: CatalogueAddress = None,
    user: Annotated[
        str | None,
        typer.Option("--user", help="Who logs in.", show_default="environment: VNADMIN_CALDAV_USER"),
    ] = None,
    unit: Unit = None,
    kind: Kind = None,
    issued_from: IssuedFrom = None,
    issued_to: IssuedTo = None,
    due_from: DueFrom = None,
    due_to: DueTo = None,
    folder: Folder = None,
    ledger: LedgerFile = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    timeout: Timeout = 60.0,
    attempts: Attempts = 6,
    ca_file: CaFile = None,
    lang: Lang = "vi",
    debug: Debug = False,
) -> None:
    """To-dos in a calendar of a CalDAV server (Nextcloud, Radicale, Zimbra, …).

    The password is read from the environment variable VNADMIN_CALDAV_PASSWORD or the key ring. Whether a to-do is
    done, comments and own alarms stay as people set them.
    """
    where = wanted(unit, kind, issued_from, issued_to, due_from, due_to, folder)

    def connect() -> Feed:
        from vnadmin_extract.feeds.caldav import CaldavFeed, Settings

        options = _options(timeout, attempts, ca_file)
        return CaldavFeed.connect(Settings(url, calendar, user, lang, options))

    _push(connect, records, catalogue, where, ledger, dry_run, as_json, debug)


def _push(
    connect: Callable[[], Feed],
    records: Path | None,
    catalogue: str | None,
    where: Filter,
    ledger: Path | None,
    dry_run: bool,
    as_json: bool,
    debug: bool,
) -> None:
    from vnadmin_extract.cli.app import guarded

    if (records is None) == (catalogue is None):
        raise typer.BadParameter("give RECORDS.jsonl or --catalogue", param_hint="RECORDS.jsonl")
    counts: Counter[str] = Counter()

    def work() -> None:
        # Everything that can be wrong on this side is looked at before the first request.
        file = ledger or _ledger_beside(records, catalogue)
        found = from_catalogue(catalogue, where) if catalogue else from_file(records or _STREAM, where)
        tasks = list(_tasks(found, where))
        with ExitStack() as stack:
            feed = _connected(connect)
            stack.callback(feed.close)
            if feed.in_clear:
                say(
                    "warning: the address begins with http://, so the secret crosses the network unencrypted."
                )
            _send(stack, feed, tasks, file, dry_run, as_json, counts)

    code = guarded(str(records or catalogue), work, debug)
    if counts:
        say(_summary(counts, dry_run))
    if code == ExitCode.OK and counts["failed"]:
        code = ExitCode.SOME_FAILED
    raise typer.Exit(code)


def _send(
    stack: ExitStack,
    feed: Feed,
    tasks: list[Task],
    file: Path,
    dry_run: bool,
    as_json: bool,
    counts: Counter[str],
) -> None:
    from vnadmin_extract.feeds.ledger import Ledger, alone_with
    from vnadmin_extract.feeds.push import push

    if not dry_run:
        stack.enter_context(alone_with(file))
    opened = stack.enter_context(Ledger.open(file, create=not dry_run))
    feed.open()
    counts["unsent"] = len(tasks)
    for outcome in push(tasks, feed, opened, dry_run=dry_run):
        counts[outcome.action] += 1
        counts["unsent"] -= 1
        _report(outcome, as_json, dry_run)


def _connected(connect: Callable[[], Feed]) -> Feed:
    try:
        return connect()
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] == "vnadmin_extract":
            raise
        raise MissingProgramError(
            f"the package {error.name} is not installed",
            remedy="Install it with: pip install 'vnadmin-extract[feeds]'",
        ) from error


def _tasks(records: Iterator[Record], where: Filter) -> Iterator[Task]:
    from vnadmin_extract.exports.selection import narrowed
    from vnadmin_extract.exports.tasks import all_tasks

    return all_tasks(narrowed(record, where) for record in records)


def _report(outcome: Outcome, as_json: bool, dry_run: bool) -> None:
    if as_json:
        line = {
            "id": outcome.task.id,
            "action": outcome.action,
            "remote": outcome.remote_id,
            "title": outcome.task.title,
            "due": outcome.task.due.isoformat() if outcome.task.due else None,
            "error": outcome.message,
        }
        emit(json.dumps(line, ensure_ascii=False))
    elif outcome.action == "failed":
        say(f"error: {outcome.task.title} ({outcome.task.mark}): {outcome.message}")
    elif outcome.action != "unchanged" or dry_run:
        due = f" ({outcome.task.due})" if outcome.task.due else ""
        emit(f"{_WORDS[outcome.action][dry_run]}  {outcome.task.id}  {outcome.task.title}{due}")


_WORDS: Final = {
    "created": ("created  ", "create   "),
    "updated": ("updated  ", "update   "),
    "unchanged": ("unchanged", "unchanged"),
}


def _summary(counts: Counter[str], dry_run: bool) -> str:
    parts = [f"{counts[name]} {name}" for name in ("created", "updated", "unchanged", "failed")]
    if counts["unsent"]:
        parts.append(f"{counts['unsent']} not reached")
    return ("Would be: " if dry_run else "") + ", ".join(parts) + "."


def _ledger_beside(records: Path | None, catalogue: str | None) -> Path:
    place: Path | None = None
    if catalogue is not None and "://" not in catalogue:
        place = Path(catalogue) if Path(catalogue).is_dir() else Path(catalogue).parent
    elif records is not None and records != _STREAM:
        place = records if records.is_dir() else records.parent
    if place is None:
        raise InputError("a file for the ledger is needed", remedy="Give --ledger FILE, always the same one")
    return place / _LEDGER


def _options(timeout: float, attempts: int, ca_file: Path | None) -> Options:
    from vnadmin_extract.feeds.http import Options

    return Options(timeout=timeout, attempts=attempts, ca_file=str(ca_file) if ca_file else None)


def _fields(given: list[str]) -> dict[FieldName, str]:
    fields: dict[FieldName, str] = {}
    for text in given:
        key, sign, name = text.partition("=")
        if not sign or key not in _FIELD_KEYS:
            raise typer.BadParameter(
                f"{text!r} is not KEY=NAME with one of {', '.join(_FIELD_KEYS)}", param_hint="--field"
            )
        fields[cast("FieldName", key)] = name
    return fields


_FIELD_KEYS: Final = ("lead", "coordinating", "source", "id")
