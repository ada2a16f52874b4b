"""Commands that ask the catalogue: ``due``, ``assignments``, ``refs`` and ``graph``."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from vnadmin_extract.cli.options import day_of
from vnadmin_extract.cli.output import emit, say, show
from vnadmin_extract.errors import ExitCode, VnadminError
from vnadmin_extract.exports.labels import Labels, Language, labels
from vnadmin_extract.record import Relation

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from vnadmin_extract.catalogue.graph import Edge
    from vnadmin_extract.catalogue.queries import AssignmentAnswer, DueAnswer, ReferenceAnswer
    from vnadmin_extract.catalogue.resolve import Work
    from vnadmin_extract.catalogue.store import Catalogue
    from vnadmin_extract.catalogue.types import Filter

DEFAULT = Path("out") / "catalogue.sqlite"
FILE_NAME = "catalogue.sqlite"
_LIMIT = 200
_TASK_LENGTH = 160
_RELATIONS = ", ".join(get_args(Relation))

Address = Annotated[
    str,
    typer.Option(
        "--catalogue",
        "-c",
        help="The catalogue: a SQLite file, the folder of a run's results, or a database URL.",
        metavar="PATH_OR_URL",
    ),
]
Lang = Annotated[Language, typer.Option("--lang", help="Language of labels.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Unit = Annotated[
    str | None,
    typer.Option(
        "--unit",
        "-u",
        help='Only this unit\'s: "Phòng Nội vụ"; abbreviations, case, tone placement and missing marks are forgiven.',
    ),
]
RoleName = Annotated[
    Literal["lead", "coordinating", "any"], typer.Option("--role", help="The unit's part in the work.")
]
Kind = Annotated[
    str | None, typer.Option("--kind", "-k", help='Only documents of this kind: "KH", "Kế hoạch".')
]
Folder = Annotated[
    str | None, typer.Option("--folder", help="Only files below this folder (first part of their names).")
]
Limit = Annotated[int, typer.Option("--limit", help="Rows of the table at most; 0: all.", min=0)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (due, assignments, refs, graph):
        app.command()(command)


def due(
    within: Annotated[
        str, typer.Option("--within", "-w", help="14d days, 2w weeks, 1m months, 14wd working days.")
    ] = "14d",
    unit: Unit = None,
    role: RoleName = "any",
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="First day of the window.", metavar="DATE", show_default="today"),
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Also what fell due before (recurring work excepted).")
    ] = False,
    kind: Kind = None,
    folder: Folder = None,
    saturday_works: Annotated[
        bool, typer.Option("--saturday-works", help="Count Saturday as a working day.")
    ] = False,
    holidays_file: Annotated[
        Path | None, typer.Option("--holidays-file", help="TOML file with days off and swapped days.")
    ] = None,
    catalogue: Address = str(DEFAULT),
    lang: Lang = "en",
    limit: Limit = _LIMIT,
    as_json: AsJson = False,
) -> None:
    """What falls due in the next days, for whom. Periods count by their end, recurring work by each of its days."""

    def work(opened: Catalogue) -> None:
        from vnadmin_extract.calendar_vn import work_calendar
        from vnadmin_extract.catalogue import queries
        from vnadmin_extract.catalogue.types import Filter
        from vnadmin_extract.config import Config

        first = day_of(as_of, "--as-of") or date.today()
        calendar = work_calendar(Config(saturday_works=saturday_works, holidays_file=holidays_file))
        try:
            last = queries.window_end(first, within, calendar)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--within") from error
        where = Filter(kind=kind, folder=folder)
        found = queries.due(opened, first, last, unit=unit, role=role, where=where)
        late: tuple[DueAnswer, ...] = ()
        if overdue and first > date.min:
            before = date.fromordinal(first.toordinal() - 1)
            late = queries.due(
                opened, date.min, before, unit=unit, role=role, where=where, recurring=False
            ).items
        if as_json:
            answer = {
                "first": first,
                "last": last,
                "undated": found.undated,
                "items": [asdict(item) for item in found.items],
            }
            if overdue:
                answer["overdue"] = [asdict(item) for item in late]
            emit(_json(answer))
            return
        words, own = labels(lang), _words(lang)
        span = {"first": words.date(first.isoformat()), "last": words.date(last.isoformat())}
        parts: list[RenderableType] = []
        if late:
            parts.append(_due_table(late, own["overdue"].format(**span), words, own, limit))
        if found.items:
            parts.append(_due_table(found.items, own["due"].format(**span), words, own, limit))
        show(*(parts or [own["nothing_due"]]))
        if found.undated:
            say(own["undated"].format(count=found.undated))

    _ask(catalogue, work)


def assignments(
    unit: Unit = None,
    role: RoleName = "any",
    kind: Kind = None,
    issued_from: Annotated[
        str | None, typer.Option("--from", help="Documents issued on this day or later.", metavar="DATE")
    ] = None,
    issued_to: Annotated[
        str | None, typer.Option("--to", help="Documents issued on this day or before.", metavar="DATE")
    ] = None,
    due_from: Annotated[
        str | None, typer.Option("--due-from", help="Work due on this day or later.", metavar="DATE")
    ] = None,
    due_to: Annotated[
        str | None, typer.Option("--due-to", help="Work due on this day or before.", metavar="DATE")
    ] = None,
    folder: Folder = None,
    catalogue: Address = str(DEFAULT),
    lang: Lang = "en",
    limit: Limit = _LIMIT,
    as_json: AsJson = False,
) -> None:
    """Who has what to do, by document."""

    def work(opened: Catalogue) -> None:
        from vnadmin_extract.catalogue import queries
        from vnadmin_extract.catalogue.types import Filter

        where: Filter = Filter(
            unit=unit,
            kind=kind,
            issued_from=day_of(issued_from, "--from"),
            issued_to=day_of(issued_to, "--to"),
            due_from=day_of(due_from, "--due-from"),
            due_to=day_of(due_to, "--due-to"),
            folder=folder,
        )
        found = queries.assignments(opened, where, role=role)
        if as_json:
            _emit_list(asdict(item) for item in found)
            return
        words, own = labels(lang), _words(lang)
        table = _table(own["assignments"], words, ("document", "path", "lead", "coordinating", "task", "due"))
        shown = 0
        for item in islice(found, limit or None):
            shown += 1
            _add(table, _assignment_cells(item, words))
        left = sum(1 for _ in found)
        if left:
            _add(table, ("", "", "", "", own["more"].format(count=left), ""))
        show(table if shown else own["no_assignments"])

    _ask(catalogue, work)


def refs(
    wanted: Annotated[
        str,
        typer.Argument(
            help='Number and notation ("57-KL/TW"), or the beginning of a title for laws and the like.',
            metavar="DOCUMENT",
        ),
    ],
    issuer: Annotated[
        str | None, typer.Option("--issuer", help='Only the one of this body: "Bộ Chính trị".')
    ] = None,
    issued: Annotated[
        str | None,
        typer.Option("--date", help="Only the one of this day, month or year.", metavar="DATE"),
    ] = None,
    relation: Annotated[
        list[str] | None,
        typer.Option(
            "--relation",
            help=f"Relations along which the chain is followed: {_RELATIONS}.",
            show_default="implements",
        ),
    ] = None,
    catalogue: Address = str(DEFAULT),
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Who cites and who implements a document, through all documents in between. Exit code 1: nobody."""
    followed = tuple(dict.fromkeys(relation or ("implements",)))
    for name in followed:
        if name not in get_args(Relation):
            raise typer.BadParameter(f"no relation {name!r}; there are {_RELATIONS}", param_hint="--relation")

    def work(opened: Catalogue) -> None:
        from vnadmin_extract.catalogue import queries

        try:
            answer = queries.references(opened, wanted, issuer=issuer, day=_edtf(issued), relations=followed)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--date") from error
        if as_json:
            emit(_json([_work_json(opened, answer, root, followed) for root in answer.works]))
        else:
            words, own = labels(lang), _words(lang)
            if len(answer.works) > 1:
                show(own["several"].format(count=len(answer.works), wanted=wanted))
            for root in answer.works:
                show(*_work_view(opened, answer, root, followed, words, own))
            if not answer.works:
                say(own["not_cited"].format(wanted=wanted))
        if not answer.works:
            raise typer.Exit(ExitCode.SOME_FAILED)

    _ask(catalogue, work)


def graph(
    form: Annotated[
        Literal["mermaid", "graphml", "dot"],
        typer.Option("--format", "-f", help="For Markdown, for graph programs, or for Graphviz."),
    ] = "mermaid",
    root: Annotated[
        str | None, typer.Option("--root", help="Only what leads to or from this document.", metavar="NUMBER")
    ] = None,
    relation: Annotated[
        list[str] | None,
        typer.Option("--relation", help=f"Only these relations: {_RELATIONS}.", show_default="all"),
    ] = None,
    kind: Kind = None,
    folder: Folder = None,
    catalogue: Address = str(DEFAULT),
    lang: Lang = "en",
) -> None:
    """The network of documents and what they do to each other, as a graph."""
    for name in relation or ():
        if name not in get_args(Relation):
            raise typer.BadParameter(f"no relation {name!r}; there are {_RELATIONS}", param_hint="--relation")

    def work(opened: Catalogue) -> None:
        from vnadmin_extract.catalogue import queries
        from vnadmin_extract.catalogue.codes import parse_key
        from vnadmin_extract.catalogue.graph import write_graph
        from vnadmin_extract.catalogue.types import Filter

        net = queries.network(opened, Filter(kind=kind, folder=folder))
        only = None
        if root is not None:
            key = parse_key(root)
            starts = net.resolver.find(key.key, key.year) if key else net.resolver.find_title(root)
            if not starts:
                say(_words(lang)["not_cited"].format(wanted=root))
                raise typer.Exit(ExitCode.SOME_FAILED)
            only = net.around(starts)
        words = labels(lang)
        lines = write_graph(
            net,
            form,
            only=only,
            relations=relation or None,
            relation_name=lambda name: words.value("relation", name),
        )
        emit("\n".join(lines))

    _ask(catalogue, work)


def _ask(address: str, work: Callable[[Catalogue], None]) -> None:
    """Open the catalogue and answer; an error becomes one line on standard error and an exit code."""
    from sqlalchemy.exc import SQLAlchemyError

    from vnadmin_extract.catalogue.store import Catalogue

    place: str | Path = address
    if "://" not in address:
        place = Path(address)
        if place.is_dir():
            place = place / FILE_NAME
    try:
        with Catalogue.open(place, create=False) as opened:
            work(opened)
    except VnadminError as error:
        say(f"error: {error}")
        raise typer.Exit(error.exit_code) from error
    except SQLAlchemyError as error:
        say(f"error: {place}: the catalogue cannot be read ({str(error).splitlines()[0]}).")
        raise typer.Exit(ExitCode.BAD_INPUT) from error


def _edtf(text: str | None) -> str | None:
    """A date for comparing; ``05/11/2024`` as EDTF, other forms as they are."""
    if text is not None and text.count("/") == 2:
        day = day_of(text, "--date")
        return day.isoformat() if day else None
    return text


@cache
def _words(lang: Language) -> dict[str, str]:
    text = (files("vnadmin_extract.knowledge") / "catalogue_labels.toml").read_text(encoding="utf-8")
    words: dict[str, str] = tomllib.loads(text)[lang]
    return words


_RATIOS = {"task": 9, "lead": 4, "coordinating": 4, "document": 4, "path": 2, "due": 3}
_WIDTHS = {"due": 10, "document": 16, "path": 6}
_MANY = 5
"""Where there are many columns: a date, and most numbers of documents, are not broken."""


def _table(title: str, words: Labels, columns: tuple[str, ...]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", show_lines=True, expand=True)
    for key in columns:
        width = _WIDTHS.get(key) if len(columns) >= _MANY else None
        ratio = None if width else _RATIOS.get(key, 3)
        table.add_column(words.columns[key], overflow="fold", ratio=ratio, width=width)
    return table


def _add(table: Table, cells: Iterable[str]) -> None:
    from rich.text import Text

    table.add_row(*(Text(cell) for cell in cells))  # Text: brackets of a document are no mark-up


def _due_table(
    items: tuple[DueAnswer, ...], title: str, words: Labels, own: dict[str, str], limit: int
) -> Table:
    table = _table(title, words, ("due", "lead", "task", "document"))
    for item in items[: limit or None]:
        when = words.date(item.day.isoformat())
        when = f"{item.time} {when}" if item.time else when
        if item.bound == "before":
            when = f"{words.value('bound', 'before')} {when}"
        notes = [] if item.kind == "date" else [f"({item.text})"]
        work = item.assignment
        _add(
            table,
            (
                "\n".join((when, *notes)),
                "; ".join(work.lead) if work else "",
                _shortened(work.task if work else item.text),
                "\n".join(part for part in (item.document, item.issuer) if part),
            ),
        )
    if limit and len(items) > limit:
        _add(table, ("", "", own["more"].format(count=len(items) - limit), ""))
    return table


def _assignment_cells(item: AssignmentAnswer, words: Labels) -> tuple[str, ...]:
    return (
        "\n".join(part for part in (item.document, item.issuer) if part),
        item.path,
        "\n".join(item.lead),
        "\n".join(item.coordinating),
        _shortened(item.task),
        "\n".join(words.date(value) for value in item.deadlines),
    )


def _work_view(
    opened: Catalogue,
    answer: ReferenceAnswer,
    root: Work,
    followed: tuple[str, ...],
    words: Labels,
    own: dict[str, str],
) -> Iterator[RenderableType]:
    from rich.text import Text
    from rich.tree import Tree

    from vnadmin_extract.catalogue import queries

    steps = answer.network.chain(root, followed)
    head = Text(_title(root, words), style="bold")
    head.append(f"\n{_where(root, own)}", style="dim")
    tree = Tree(head)
    branches = {root.number: tree}
    for step in steps:
        text = Text(_title(step.edge.source, words))
        text.append(f"\n{_how(step.edge, words, own)}; {_where(step.edge.source, own)}", style="dim")
        if step.also:
            names = ", ".join(_shortened(work.name) for work in step.also)
            text.append(f"\n{own['also_implements'].format(names=names)}", style="dim")
        branches[step.edge.source.number] = branches[step.edge.target.number].add(text)
    if not steps:
        tree.add(Text(own["nobody_implements"]))
    yield tree
    chain = {step.edge.source.number for step in steps}
    others = [edge for edge in answer.network.citing(root) if edge.source.number not in chain]
    if others:
        yield Text(f"\n{own['also_cited']}:", style="bold")
        for edge in others:
            yield Text(
                f"  {_title(edge.source, words)} ({_how(edge, words, own)}; {_where(edge.source, own)})"
            )
    tasks = queries.assignments_citing(opened, answer, [root, *(step.edge.source for step in steps)])
    if tasks:
        yield Text()
        table = _table(own["units"], words, ("document", "path", "lead", "coordinating", "task", "due"))
        for item in tasks:
            _add(table, _assignment_cells(item, words))
        yield table


def _work_json(
    opened: Catalogue, answer: ReferenceAnswer, root: Work, followed: tuple[str, ...]
) -> dict[str, Any]:
    from vnadmin_extract.catalogue import queries

    steps = answer.network.chain(root, followed)
    chain = {step.edge.source.number for step in steps}
    others = [edge for edge in answer.network.citing(root) if edge.source.number not in chain]
    tasks = queries.assignments_citing(opened, answer, [root, *(step.edge.source for step in steps)])
    return {
        **_work(root),
        "implemented_by": [
            {
                **_work(step.edge.source),
                **_edge(step.edge),
                "depth": step.depth,
                "of": step.edge.target.name,
                "also": [work.name for work in step.also],
            }
            for step in steps
        ],
        "cited_by": [{**_work(edge.source), **_edge(edge)} for edge in others],
        "assignments": [asdict(item) for item in tasks],
    }


def _work(work: Work) -> dict[str, Any]:
    return {
        "name": work.name,
        "type": work.type,
        "code": work.code,
        "issuer": work.issuer,
        "date": work.issued,
        "title": work.title,
        "documents": [{"id": document.id, "file": document.file} for document in work.documents],
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "relation": edge.relation,
        "certainty": edge.certainty,
        "stated_in": edge.stated_in.file,
        "stated_by_itself": edge.own,
    }


def _title(work: Work, words: Labels) -> str:
    about = ", ".join(
        part for part in (work.issuer, words.date(work.issued) if work.issued else None) if part
    )
    return f"{_shortened(work.name)} ({about})" if about else _shortened(work.name)


def _where(work: Work, own: dict[str, str]) -> str:
    return "; ".join(document.file for document in work.documents) or own["only_cited"]


def _how(edge: Edge, words: Labels, own: dict[str, str]) -> str:
    said = words.value("relation", edge.relation)
    if edge.certainty != "sure":
        said += f" ({own[edge.certainty]})"
    return said if edge.own else f"{said}, {own['stated_in'].format(file=edge.stated_in.file)}"


def _shortened(text: str) -> str:
    from vnadmin_extract.exports.table import shortened

    return shortened(text, _TASK_LENGTH)


def _emit_list(items: Iterable[Any]) -> None:
    """A JSON list, written as its items come."""
    first = True
    for item in items:
        emit(("[\n" if first else ",\n") + _json(item))
        first = False
    emit("[]" if first else "]")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)
