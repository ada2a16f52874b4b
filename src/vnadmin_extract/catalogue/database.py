"""Opening a catalogue's database: SQLite or PostgreSQL, brought to this version's tables.

A SQLite catalogue is in WAL mode: others may read while a batch writes, and a process that is killed, or a power cut,
leaves the last whole transaction. Migrations run in one transaction too.
"""

from __future__ import annotations

import sqlite3
from getpass import getuser
from importlib import resources
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, NoSuchModuleError, OperationalError

from vnadmin_extract.errors import DamagedFileError, InputError, MissingProgramError, VnadminError

HEAD: Final = "0001"
"""Version of the tables that this library works with: the last migration's."""
_BUSY_SECONDS: Final = 60
_FIRST_BYTES: Final = b"SQLite format 3\0"
_LOCK: Final = 0x766E6164
"""Key of PostgreSQL's advisory lock during migrations ("vnad")."""


def database_url(url: str | Path) -> URL:
    """The address of a catalogue: a path is a SQLite file, anything with ``://`` a SQLAlchemy URL.

    Raises:
        InputError: the URL is malformed or names another kind of database.
    """
    if isinstance(url, Path) or "://" not in url:
        return URL.create("sqlite", database=str(url))
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InputError(
            "the catalogue's address is no URL", file=url, remedy="Write postgresql://user@host/database"
        ) from error
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+pg8000")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise InputError(
            f"a catalogue cannot be kept in {parsed.get_backend_name()}",
            file=parsed.render_as_string(),
            remedy="Give the path of a SQLite file, or a postgresql:// URL",
        )
    return parsed


def open_database(url: str | Path, *, create: bool) -> Engine:
    """An engine over a database whose tables are of this version.

    Args:
        url: as :func:`database_url` takes it.
        create: make the catalogue where there is none yet.

    Raises:
        InputError: there is no such catalogue, the server cannot be reached, or the database holds something else.
        DamagedFileError: the file is no SQLite database.
        MissingProgramError: the driver for PostgreSQL is not installed.
        VnadminError: the catalogue was written by a newer version.
    """
    address = database_url(url)
    if address.get_backend_name() == "postgresql" and not address.username:
        # As PostgreSQL's own programs do: who is logged in here.
        address = address.set(username=getuser())
    shown = address.render_as_string(hide_password=True)
    if address.get_backend_name() == "sqlite":
        shown = address.database or ":memory:"
        _check_file(shown, create)
    try:
        engine = create_engine(address)
    except (ImportError, NoSuchModuleError) as error:
        raise MissingProgramError(
            "the driver for this database is not installed",
            file=shown,
            remedy="Install it with: pip install 'vnadmin-extract[postgres]'",
        ) from error
    if address.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        _bring_up_to_date(engine, shown, create)
    except (OperationalError, InterfaceError) as error:
        engine.dispose()
        raise InputError(
            f"the catalogue cannot be opened ({_reason(error)})",
            file=shown,
            remedy="Check the address and the permissions",
        ) from error
    except DatabaseError as error:
        engine.dispose()
        if isinstance(error.orig, sqlite3.DatabaseError):
            raise DamagedFileError(
                f"the catalogue is damaged ({_reason(error)})",
                file=shown,
                remedy="Restore it from a copy, or give another --catalogue and read the folder again",
            ) from error
        raise InputError(
            f"the catalogue cannot be opened ({_reason(error)})", file=shown, remedy="Check the address"
        ) from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def writing(engine: Engine) -> Engine:
    """The same database for transactions that write: SQLite then takes its lock at the beginning."""
    return engine.execution_options(vnadmin_write=True)


def _check_file(path: str, create: bool) -> None:
    if path == ":memory:":
        return
    file = Path(path)
    if not file.exists():
        if not create:
            raise InputError(
                "there is no catalogue here",
                file=path,
                remedy="Read a folder first with: vnadmin-extract run FOLDER -o OUT",
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        return
    try:
        with file.open("rb") as handle:
            first = handle.read(len(_FIRST_BYTES))
    except OSError as error:
        raise InputError(
            f"the catalogue cannot be opened ({error.strerror})", file=path, remedy="Check the path"
        ) from error
    if first and first != _FIRST_BYTES:
        raise DamagedFileError("this is no catalogue", file=path, remedy="Give another --catalogue")


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver must not begin and end transactions by itself: it would do so around CREATE TABLE.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        cursor.execute("PRAGMA journal_mode = WAL")
    # FULL: what was stored is still there after a power cut; NORMAL would only keep the file consistent.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("vnadmin_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _version(connection: Connection) -> tuple[str | None, bool]:
    """The version of the tables, and whether the database holds any table at all."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        return None, bool(tables)
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar(), True


def _bring_up_to_date(engine: Engine, shown: str, create: bool) -> None:
    with engine.connect() as connection:
        version, _ = _version(connection)
    if version == HEAD:
        return
    with writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        version, occupied = _version(connection)  # another process may have been faster
        if version == HEAD:
            return
        if version is None and occupied:
            raise InputError(
                "this database holds something else than a catalogue",
                file=shown,
                remedy="Give another --catalogue",
            )
        if version is None and not create:
            raise InputError(
                "there is no catalogue in this database",
                file=shown,
                remedy="Read a folder first with: vnadmin-extract run FOLDER -o OUT",
            )
        _migrate(connection, version, shown)


def _migrate(connection: Connection, version: str | None, shown: str) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    with resources.as_file(resources.files("vnadmin_extract.catalogue.migrations")) as folder:
        config = Config()
        # No file of that name in the user's folder is to be read, and "%" in a path is no substitution.
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        scripts = ScriptDirectory.from_config(config)
        if version is not None and version not in {script.revision for script in scripts.walk_revisions()}:
            raise NewerCatalogueError(
                f"the catalogue was written by a newer version of this program (tables {version}, known up to {HEAD})",
                file=shown,
                remedy="Install the newer version, or give another --catalogue",
            )

        def steps(revision: Any, _: Any) -> Any:
            return scripts._upgrade_revs("head", revision)

        with EnvironmentContext(config, scripts, fn=steps, destination_rev="head") as environment:
            environment.configure(connection=connection, transactional_ddl=True)
            with environment.begin_transaction():
                environment.run_migrations()


class NewerCatalogueError(VnadminError):
    """The catalogue was written by a newer version of the library."""

    status = "newer_catalogue"
    exit_code = InputError.exit_code


def _reason(error: DatabaseError | InterfaceError) -> str:
    original: Any = error.orig
    if original is not None and original.args and isinstance(original.args[0], dict):
        return str(original.args[0].get("M", original))  # PostgreSQL's message, as pg8000 gives it
    return str(original).splitlines()[0] if str(original) else type(original).__name__
