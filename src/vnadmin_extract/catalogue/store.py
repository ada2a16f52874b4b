"""The catalogue itself: what was read, under which names, with which records.

One process writes, any number read. Every call that writes is one transaction: a process that is killed at any time
leaves the catalogue as it was before or after the call. Storing the same outcome twice changes nothing, and the order
in which outcomes come does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TextIO, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    inspect,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from vnadmin_extract.catalogue.carry import Known, identities
from vnadmin_extract.catalogue.codes import bare, kind_key
from vnadmin_extract.catalogue.database import open_database, writing
from vnadmin_extract.catalogue.models import (
    AssignmentDeadline,
    AssignmentReference,
    AssignmentRow,
    AssignmentUnit,
    Base,
    Content,
    DeadlineRow,
    DocumentRow,
    File,
    Recipient,
    ReferenceRelationRow,
    ReferenceRow,
    Run,
    clean_text,
)
from vnadmin_extract.catalogue.rows import Row, load_record, rows
from vnadmin_extract.catalogue.types import DUPLICATE, OK, FileOutcome, FileState, Filter
from vnadmin_extract.exports.identity import Identities
from vnadmin_extract.record import Record
from vnadmin_extract.text.fold import match_key, strip_marks

_AT_A_TIME: Final = 400
"""Values in one statement; SQLite allows 999 in old versions."""
_PAGE: Final = 100
"""Records read at a time."""
_UNLUCKY: Final = ("memory", "timeout", "crashed")
"""Statuses that say more about the machine's day than about the file, from the least to the most so."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as the reports show it."""

    name: str
    sha256: str | None
    size: int
    modified_ns: int
    status: str
    engine: str | None
    message: str | None
    """What went wrong, with the file's name."""
    warnings: tuple[str, ...]
    seconds: float
    """Time of reading; 0 for a name that was not read itself (duplicates)."""
    peak_memory: int | None
    traceback: str | None
    records: int
    """Records that stand under this name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with the stable ids of its parts."""

    record: Record
    ids: Identities


class Catalogue:
    """A catalogue; use it in a ``with`` block, or :meth:`close` it."""

    def __init__(self, engine: Engine, url: str) -> None:
        """Use :meth:`open`."""
        self.engine = engine
        """The database, for questions of one's own (tables: :mod:`vnadmin_extract.catalogue.models`)."""
        self.url = url
        self._writing = writing(engine)

    @classmethod
    def open(cls, url: str | Path, *, create: bool = True) -> Self:
        """Open a catalogue, and bring the tables of an older version up to date.

        Args:
            url: path of a SQLite file, or a SQLAlchemy URL (``postgresql+pg8000://user@host/database``).
            create: make it where there is none.

        Raises:
            VnadminError: see :func:`vnadmin_extract.catalogue.database.open_database`.
        """
        return cls(open_database(url, create=create), str(url))

    def close(self) -> None:
        """Let the database go."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What is known

    def states(self, names: Sequence[str]) -> dict[str, FileState]:
        """What is known of some file names. Names that were never seen, or were gone, are not in it."""
        query = (
            select(File.name, File.sha256, File.size, File.modified_ns, File.status, Content.engine)
            .join(Content, Content.sha256 == File.sha256, isouter=True)
            .where(~File.gone)
        )
        found: dict[str, FileState] = {}
        with self.engine.connect() as connection:
            for some in _chunks(names):
                for row in connection.execute(query.where(File.name.in_(some))):
                    found[row.name] = FileState(*row)
        return found

    def contents(self, digests: Sequence[str]) -> dict[str, FileState]:
        """What is known of some contents, by hash: read before, under this or another name.

        ``modified_ns`` is 0; ``status`` is what reading gave (never ``duplicate``).
        """
        query = select(
            Content.sha256, Content.name, Content.read_as, Content.size, Content.status, Content.engine
        )
        found: dict[str, FileState] = {}
        with self.engine.connect() as connection:
            for some in _chunks(digests):
                for row in connection.execute(query.where(Content.sha256.in_(some))):
                    found[row.sha256] = FileState(
                        row.name or row.read_as, row.sha256, row.size, 0, row.status, row.engine
                    )
        return found

    # Writing

    def store(self, outcomes: Sequence[FileOutcome]) -> None:
        """Keep what workers made of files, in one transaction.

        Of two outcomes of one content with the same engine, the better is kept (records before errors, errors of
        the file before accidents such as a time limit); an outcome of another engine replaces what was there.

        Raises:
            KeyError: a ``duplicate`` of a content that is not in the catalogue.
            ValueError: a record that is not one.
        """
        if outcomes:
            with self._writing.begin() as connection:
                _Storing(connection).run(outcomes)

    def link(self, name: str, sha256: str, size: int, modified_ns: int) -> None:
        """Give a content that was read already another name (a renamed or copied file).

        Raises:
            KeyError: no such content; read the file instead.
        """
        self.store([FileOutcome(name, sha256, size, modified_ns, DUPLICATE)])

    def missing(self, present: Iterable[str], folder: str = "") -> None:
        """Mark the names of a folder that are no longer there as gone.

        Their records stay, for a file may come back, but exports and questions leave them out.

        Args:
            present: the names that are there; read once, may be more than fit into memory.
            folder: first part of the names in question, without the last ``/``; ``""`` is all names.
        """
        with self._writing.begin() as connection:
            connection.execute(text("CREATE TEMPORARY TABLE present_names (name TEXT PRIMARY KEY)"))
            adding = text("INSERT INTO present_names (name) VALUES (:name) ON CONFLICT DO NOTHING")
            for some in _chunks(present):
                connection.execute(adding, [{"name": clean_text(name)} for name in some])
            lost = and_(
                ~File.gone,
                _below(File.name, folder),
                text("NOT EXISTS (SELECT 1 FROM present_names p WHERE p.name = files.name)"),
            )
            digests: set[str | None] = set(connection.scalars(select(File.sha256).where(lost).distinct()))
            connection.execute(update(File).where(lost).values(gone=True))
            _rename(connection, digests)
            connection.execute(text("DROP TABLE present_names"))

    def begin_run(self, engine: str, sources: Sequence[str]) -> int:
        """Note that a batch begins; gives its number."""
        row = {
            "engine": engine,
            "sources": json.dumps(list(sources), ensure_ascii=False),
            "started": _now(),
            "files": 0,
        }
        with self._writing.begin() as connection:
            return int(connection.execute(insert(Run).values(**row).returning(Run.id)).scalar_one())

    def end_run(self, run: int, result: str, files: int) -> None:
        """Note how a batch ended (``done``, ``stopped``) and how many files it read."""
        with self._writing.begin() as connection:
            connection.execute(
                update(Run).where(Run.id == run).values(finished=_now(), result=result, files=files)
            )

    # Reading

    def records(self, where: Filter | None = None) -> Iterator[Record]:
        """The records, by file name and by their order in the file; read in small portions."""
        for row in self._documents(where):
            yield load_record(row.record, row.name)

    def entries(self, where: Filter | None = None) -> Iterator[Entry]:
        """As :meth:`records`, with stable ids."""
        with self.engine.connect() as connection:
            for row in self._documents(where):
                record = load_record(row.record, row.name)
                yield Entry(record, _identities(connection, row.id))

    def _documents(self, where: Filter | None) -> Iterator[Any]:
        place = (Content.name, DocumentRow.number)
        query = (
            select(Content.name, DocumentRow.number, DocumentRow.id, DocumentRow.record)
            .join(Content, Content.sha256 == DocumentRow.sha256)
            .where(Content.name.is_not(None))
            .order_by(*place)
            .limit(_PAGE)
        )
        if where is not None:
            query = query.where(*document_conditions(where))
        after: tuple[str, int] | None = None
        while True:
            page = query if after is None else query.where(tuple_(*place) > after)
            with self.engine.connect() as connection:
                found = connection.execute(page).all()
            yield from found
            if len(found) < _PAGE:
                return
            after = (found[-1].name, found[-1].number)

    def reports(self) -> Iterator[FileRow]:
        """What became of each file that is there, by name; read in small portions."""
        counts = (
            select(func.count())
            .select_from(DocumentRow)
            .where(DocumentRow.sha256 == File.sha256, Content.name == File.name)
            .correlate(File, Content)
            .scalar_subquery()
        )
        columns = select(
            File.name,
            File.sha256,
            File.size,
            File.modified_ns,
            File.status,
            File.message,
            Content.engine,
            Content.message.label("content_message"),
            Content.name.label("content_name"),
            Content.warnings,
            Content.seconds,
            Content.peak_memory,
            Content.traceback,
            counts.label("records"),
        )
        query = (
            columns.join(Content, Content.sha256 == File.sha256, isouter=True)
            .where(~File.gone)
            .order_by(File.name)
            .limit(_AT_A_TIME)
        )
        last: str | None = None
        while True:
            page = query if last is None else query.where(File.name > last)
            with self.engine.connect() as connection:
                found = connection.execute(page).all()
            for row in found:
                own = row.content_name == row.name
                message = row.message if row.content_message is None else row.content_message
                yield FileRow(
                    name=row.name,
                    sha256=row.sha256,
                    size=row.size,
                    modified_ns=row.modified_ns,
                    status=row.status,
                    engine=row.engine,
                    message=None if message is None else f"{row.name}: {message}",
                    warnings=tuple(json.loads(row.warnings)) if own else (),
                    seconds=row.seconds if own else 0.0,
                    peak_memory=row.peak_memory if own else None,
                    traceback=row.traceback if own else None,
                    records=row.records,
                )
            if len(found) < _AT_A_TIME:
                return
            last = found[-1].name

    def statuses(self) -> dict[str, int]:
        """How many of the files that are there have each status, by status."""
        query = select(File.status, func.count()).where(~File.gone).group_by(File.status)
        with self.engine.connect() as connection:
            return dict(sorted((status, count) for status, count in connection.execute(query)))

    def record_count(self, where: Filter | None = None) -> int:
        """How many records :meth:`records` would give."""
        query = (
            select(func.count())
            .select_from(DocumentRow)
            .join(Content, Content.sha256 == DocumentRow.sha256)
            .where(Content.name.is_not(None))
        )
        if where is not None:
            query = query.where(*document_conditions(where))
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def dump(self, target: TextIO) -> None:
        """Write everything as text, for comparing two catalogues.

        Equal contents give equal text, in whatever order they were stored. Left out is what differs from one run to
        the next: clock times, seconds, memory, tracebacks, the list of runs.
        """
        for model, order, columns in _DUMPED:
            target.write(f"[{model.__tablename__}]\n")
            wanted = [getattr(model, name) for name in columns]
            keys = [getattr(model, name) for name in order]
            after: tuple[Any, ...] | None = None
            while True:
                page = select(*wanted).order_by(*keys).limit(_AT_A_TIME)
                if after is not None:
                    page = page.where(tuple_(*keys) > after)
                with self.engine.connect() as connection:
                    found = connection.execute(page).mappings().all()
                for row in found:
                    target.write(json.dumps(dict(row), ensure_ascii=False, default=str) + "\n")
                if len(found) < _AT_A_TIME:
                    break
                after = tuple(found[-1][name] for name in order)


_VOLATILE: Final = frozenset({"seconds", "peak_memory", "traceback"})


def _dumped() -> list[tuple[type[Base], tuple[str, ...], tuple[str, ...]]]:
    models: tuple[type[Base], ...] = (
        Content,
        File,
        DocumentRow,
        AssignmentRow,
        AssignmentUnit,
        DeadlineRow,
        AssignmentDeadline,
        ReferenceRow,
        ReferenceRelationRow,
        AssignmentReference,
        Recipient,
    )
    return [
        (
            model,
            tuple(column.name for column in inspect(model).primary_key),
            tuple(column.name for column in model.__table__.columns if column.name not in _VOLATILE),
        )
        for model in models
    ]


_DUMPED: Final = _dumped()


class _Storing:
    """One transaction that keeps outcomes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, outcomes: Sequence[FileOutcome]) -> None:
        latest: dict[str, FileOutcome] = {}
        for outcome in outcomes:
            mine = replace(outcome, name=clean_text(outcome.name))
            latest[mine.name] = mine
        before = self._contents_of_names(latest)
        now = {outcome.sha256 for outcome in latest.values() if outcome.sha256 is not None}
        involved = now | {digest for digest in before.values() if digest is not None}
        superseded = self._superseded(involved - now, latest, before)
        existing = self._existing(involved)
        winners = self._winners(outcomes, latest, existing)
        missing = now - set(existing) - set(winners)
        if missing:
            raise KeyError(f"no content {min(missing)} in the catalogue")
        self._read_again(winners, existing, superseded)
        self._files(latest)
        for some in _chunks(superseded):
            self._connection.execute(delete(Content).where(Content.sha256.in_(some)))
        _rename(self._connection, involved)

    def _contents_of_names(self, names: Collection[str]) -> dict[str, str | None]:
        query = select(File.name, File.sha256)
        return {
            name: digest
            for some in _chunks(names)
            for name, digest in self._connection.execute(query.where(File.name.in_(some)))
        }

    def _superseded(
        self, digests: set[str], latest: dict[str, FileOutcome], before: dict[str, str | None]
    ) -> dict[str, set[str]]:
        """Contents of which no name is left, not even a gone one → the contents that took their names."""
        left: set[str] = set()
        query = select(File.sha256, File.name)
        for some in _chunks(digests):
            for digest, name in self._connection.execute(query.where(File.sha256.in_(some))):
                if digest is not None and name not in latest:
                    left.add(digest)
        # A file that cannot be read for the moment does not cost its records: they wait for it without a name.
        result: dict[str, set[str]] = {}
        for name, outcome in latest.items():
            old = before.get(name)
            if old is not None and old in digests and old not in left and outcome.sha256 is not None:
                result.setdefault(old, set()).add(outcome.sha256)
        return result

    def _existing(self, digests: set[str]) -> dict[str, Any]:
        query = select(Content.sha256, Content.status, Content.engine, Content.read_as)
        return {
            row.sha256: row
            for some in _chunks(digests)
            for row in self._connection.execute(query.where(Content.sha256.in_(some)))
        }

    def _winners(
        self, outcomes: Sequence[FileOutcome], latest: dict[str, FileOutcome], existing: dict[str, Any]
    ) -> dict[str, FileOutcome]:
        """For each content the outcome to keep; none where the catalogue's is better."""
        winners: dict[str, FileOutcome] = {}
        for outcome in outcomes:
            digest = outcome.sha256
            mine = replace(outcome, name=clean_text(outcome.name))
            if digest is None or digest != latest[mine.name].sha256 or mine.status == DUPLICATE:
                continue
            rival = winners.get(digest)
            held = existing.get(digest)
            if rival is not None:
                if rival.engine == mine.engine and _goodness(rival.status, rival.name) < _goodness(
                    mine.status, mine.name
                ):
                    continue
            elif (
                held is not None
                and held.engine == clean_text(mine.engine)
                and _goodness(held.status, held.read_as) < _goodness(mine.status, mine.name)
            ):
                continue
            winners[digest] = mine
        return winners

    def _read_again(
        self,
        winners: dict[str, FileOutcome],
        existing: dict[str, Any],
        superseded: dict[str, set[str]],
    ) -> None:
        """Put the documents of contents in the place of those that were there, keeping ids."""
        parsed = {
            digest: [_record(data, digest) for data in outcome.records] for digest, outcome in winners.items()
        }
        known: dict[str, list[Known]] = {}
        for digest in (set(winners) & set(existing)) | set(superseded):
            documents = self._known(digest)
            for heir in {digest} | superseded.get(digest, set()):
                known.setdefault(heir, []).extend(documents)
        for some in _chunks([*winners, *superseded]):
            self._connection.execute(delete(DocumentRow).where(DocumentRow.sha256.in_(some)))
        contents = [_content_row(digest, outcome) for digest, outcome in sorted(winners.items())]
        self._upsert(Content, ("sha256",), contents)
        for digest, records in sorted(parsed.items()):
            batch: dict[type[Base], list[Row]] = {}
            ids = identities(records, known.get(digest, []), self._taken)
            for number, (record, own) in enumerate(zip(records, ids, strict=True), 1):
                for model, row in rows(record, number, own):
                    batch.setdefault(model, []).append(row)
            for model in _INSERT_ORDER:
                if model in batch:
                    self._connection.execute(insert(model), batch[model])

    def _known(self, digest: str) -> list[Known]:
        query = (
            select(DocumentRow.id, DocumentRow.record)
            .where(DocumentRow.sha256 == digest)
            .order_by(DocumentRow.number)
        )
        return [
            Known(load_record(row.record, ""), _identities(self._connection, row.id))
            for row in self._connection.execute(query).all()
        ]

    def _taken(self, ids: Collection[str]) -> set[str]:
        found: set[str] = set()
        for model in (DocumentRow, AssignmentRow, DeadlineRow):
            for some in _chunks(ids):
                found.update(self._connection.scalars(select(model.id).where(model.id.in_(some))))
        return found

    def _files(self, latest: dict[str, FileOutcome]) -> None:
        self._upsert(
            File,
            ("name",),
            [
                {
                    "name": outcome.name,
                    "sha256": outcome.sha256,
                    "size": outcome.size,
                    "modified_ns": outcome.modified_ns,
                    "status": outcome.status,
                    "message": None if outcome.sha256 else _message(outcome),
                    "gone": False,
                }
                for _, outcome in sorted(latest.items())
            ],
        )

    def _upsert(self, model: type[Base], keys: tuple[str, ...], values: list[Row]) -> None:
        if not values:
            return
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(model)
        changes = {name: statement.excluded[name] for name in values[0] if name not in keys}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=list(keys), set_=changes), values
        )


_INSERT_ORDER: Final[tuple[type[Base], ...]] = (
    DocumentRow,
    DeadlineRow,
    ReferenceRow,
    ReferenceRelationRow,
    AssignmentRow,
    AssignmentUnit,
    AssignmentDeadline,
    AssignmentReference,
    Recipient,
)
"""Parents before children."""


def document_conditions(where: Filter) -> list[Any]:
    """A filter as conditions on ``documents`` joined with ``contents``."""
    found: list[Any] = []
    if where.folder:
        found.append(_below(Content.name, where.folder))
    if where.status is not None:
        found.append(Content.status == where.status)
    if where.kind is not None:
        found.append(
            or_(
                DocumentRow.type_key == kind_key(where.kind),
                func.lower(DocumentRow.type_abbreviation) == where.kind.lower(),
            )
        )
    if where.issued_from is not None:
        found.append(DocumentRow.issued_last >= where.issued_from)
    if where.issued_to is not None:
        found.append(DocumentRow.issued_first <= where.issued_to)
    if where.unit is not None:
        found.append(
            exists()
            .where(AssignmentRow.document_id == DocumentRow.id)
            .where(AssignmentUnit.assignment_id == AssignmentRow.id)
            .where(unit_condition(where.unit))
        )
    if where.due_from is not None or where.due_to is not None:
        due = exists().where(DeadlineRow.document_id == DocumentRow.id)
        if where.due_from is not None:
            due = due.where(DeadlineRow.due_last >= where.due_from)
        if where.due_to is not None:
            due = due.where(DeadlineRow.due_last <= where.due_to)
        found.append(due)
    return found


_PLACE_KINDS: Final = (
    "tỉnh",
    "thành phố",
    "huyện",
    "quận",
    "thị xã",
    "xã",
    "phường",
    "thị trấn",
    "đặc khu",
)
"""Words that begin the place in a unit's full name: "Phòng Nội vụ" is also "Phòng Nội vụ huyện Sơn Trà"."""


def unit_condition(unit: str) -> Any:
    """The units that a person means: of this name, or of this name at some place.

    Abbreviations, tone placement and case do not matter. A name typed without any marks finds all that it may be.
    """
    key = match_key(unit)
    column, wanted, kinds = AssignmentUnit.name_key, key, list(_PLACE_KINDS)
    if strip_marks(unit) == unit:
        column, wanted, kinds = AssignmentUnit.name_bare, bare(key), [bare(kind) for kind in _PLACE_KINDS]
    return or_(column == wanted, *(_begins(column, f"{wanted} {match_key(kind)}") for kind in kinds))


def _begins(column: Any, words: str) -> Any:
    """Whether a column is these words or goes on after them with another word."""
    return or_(column == words, column.startswith(words + " ", autoescape=True))


def _below(column: Any, folder: str) -> Any:
    """Whether a file name lies in a folder; ``""`` holds all."""
    folder = clean_text(folder).rstrip("/")
    if not folder:
        return column.is_not(None)
    # "/" is followed by "0": a range, so that the index serves, and no LIKE that ignores case.
    return or_(column == folder, and_(column >= folder + "/", column < folder + "0"))


def _rename(connection: Connection, digests: Iterable[str | None]) -> None:
    """Set each content's name, and the status of all its files, after names came or went."""
    for some in _chunks(digest for digest in set(digests) if digest is not None):
        smallest = (
            select(func.min(File.name))
            .where(File.sha256 == Content.sha256, ~File.gone)
            .correlate(Content)
            .scalar_subquery()
        )
        connection.execute(update(Content).where(Content.sha256.in_(some)).values(name=smallest))
        status = (
            select(
                case((and_(Content.status == OK, Content.name != File.name), DUPLICATE), else_=Content.status)
            )
            .where(Content.sha256 == File.sha256)
            .correlate(File)
            .scalar_subquery()
        )
        connection.execute(update(File).where(File.sha256.in_(some), ~File.gone).values(status=status))


def _identities(connection: Connection, document: str) -> Identities:
    parts = [
        {
            row.local_id: row.id
            for row in connection.execute(
                select(model.local_id, model.id).where(model.document_id == document)
            )
        }
        for model in (AssignmentRow, DeadlineRow)
    ]
    return Identities(document, parts[0], parts[1])


def _goodness(status: str, name: str) -> tuple[int, str]:
    """Which of two outcomes of one content counts: the smaller."""
    if status == OK:
        rank = 0
    elif status in _UNLUCKY:
        rank = 3 + _UNLUCKY.index(status)
    else:
        rank = 2 if status == "internal_error" else 1
    return rank, name


def _content_row(digest: str, outcome: FileOutcome) -> Row:
    return {
        "sha256": digest,
        "size": outcome.size,
        "name": None,
        "status": outcome.status,
        "message": _message(outcome),
        "warnings": json.dumps(list(outcome.warnings), ensure_ascii=False),
        "traceback": outcome.traceback,
        "engine": outcome.engine,
        "read_as": outcome.name,
        "seconds": outcome.seconds,
        "peak_memory": outcome.peak_memory,
    }


def _message(outcome: FileOutcome) -> str | None:
    """The message without the file's name, which may change."""
    return None if outcome.message is None else outcome.message.removeprefix(f"{outcome.name}: ")


def _record(data: bytes, digest: str) -> Record:
    record = Record.model_validate_json(data)
    if record.source.sha256 == digest:
        return record
    return record.model_copy(update={"source": record.source.model_copy(update={"sha256": digest})})


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _chunks(items: Iterable[_T], size: int = _AT_A_TIME) -> Iterator[list[_T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
