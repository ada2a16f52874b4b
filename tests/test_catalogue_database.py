"""The database of a catalogue: its tables, versions, and what a kill or a damaged file does to it."""

from __future__ import annotations

import io
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import event, text
from typer.testing import CliRunner

import vnadmin_extract.catalogue
from catalogue_examples import deadline, document, outcome, task
from vnadmin_extract.catalogue import database
from vnadmin_extract.catalogue.database import HEAD, NewerCatalogueError, database_url, open_database
from vnadmin_extract.catalogue.models import Base
from vnadmin_extract.catalogue.store import Catalogue
from vnadmin_extract.cli.app import app
from vnadmin_extract.errors import DamagedFileError, InputError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sub" / "catalogue.sqlite"


def dump(path: Path) -> str:
    target = io.StringIO()
    with Catalogue.open(path) as catalogue:
        catalogue.dump(target)
    return target.getvalue()


def test_the_migrations_make_the_tables_of_the_models(path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = open_database(path, create=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    engine.dispose()


def test_the_last_migration_is_the_version_that_the_library_works_with() -> None:
    versions = Path(vnadmin_extract.catalogue.__path__[0]) / "migrations" / "versions"
    revisions = [re.search(r'^revision = "(\d+)"', file.read_text(), re.M) for file in versions.glob("v*.py")]
    assert max(match[1] for match in revisions if match) == HEAD


def test_every_table_and_column_is_explained_and_the_queries_run(path: Path) -> None:
    """TABLES.md beside the models is what a person reads who asks with SQL."""
    guide = (Path(vnadmin_extract.catalogue.__path__[0]) / "TABLES.md").read_text(encoding="utf-8")
    for table in Base.metadata.tables.values():
        section = guide.split(f"## {table.name}\n")[1].split("\n## ")[0]
        for column in table.columns:
            assert f"`{column.name}`" in section, f"{table.name}.{column.name}"
    with Catalogue.open(path) as catalogue:
        item = task("báo cáo", "Phòng Nội vụ", due=[deadline("x", "2024-11-05")])
        catalogue.store([outcome(document("a.txt", number="1/UBND-NV", assignments=[item]))])
        queries = re.findall(r"```sql\n(.*?)```", guide, re.S)
        assert len(queries) >= 3
        with catalogue.engine.connect() as connection:
            found = [connection.execute(text(query)).all() for query in queries]
        assert found[0] == [("2024-11-05", "Phòng Nội vụ", "báo cáo", "1/UBND-NV", "a.txt")]


def test_a_catalogue_of_a_newer_version_is_left_alone(path: Path) -> None:
    Catalogue.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(
        NewerCatalogueError, match=r"written by a newer version .*9999.*Install the newer version"
    ):
        Catalogue.open(path)
    result = CliRunner().invoke(app, ["due", "--catalogue", str(path)])
    assert (result.exit_code, "newer version" in result.stderr) == (3, True)


def test_a_migration_that_fails_leaves_nothing_half_done(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = database._prepare_sqlite

    def failing(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.set_authorizer(
            lambda action, name, *_: (
                sqlite3.SQLITE_DENY
                if action == sqlite3.SQLITE_CREATE_TABLE and name == "assignments"
                else sqlite3.SQLITE_OK
            )
        )

    monkeypatch.setattr(database, "_prepare_sqlite", failing)
    with pytest.raises(DamagedFileError):
        Catalogue.open(path)
    monkeypatch.undo()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()
    with Catalogue.open(path) as catalogue:
        catalogue.store([outcome(document("a.txt"))])


def test_asking_makes_no_catalogue(path: Path) -> None:
    with pytest.raises(InputError, match="there is no catalogue here"):
        Catalogue.open(path, create=False)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Noi nhan: Nhu tren\n" * 100, "this is no catalogue"),
        (b"SQLite format 3\0" + b"x" * 5000, "damaged"),
    ],
)
def test_another_file_is_not_taken_for_a_catalogue(path: Path, content: bytes, message: str) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match=message):
        Catalogue.open(path)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE accounts (id INTEGER)")
    connection.close()
    with pytest.raises(InputError, match="something else than a catalogue"):
        Catalogue.open(path)


@pytest.mark.parametrize("url", ["mysql://u:secret@host/db", "nonsense://x", "://"])
def test_other_addresses_are_refused_without_showing_passwords(url: str) -> None:
    with pytest.raises(InputError) as error:
        database_url(url)
    assert "secret" not in str(error.value)


def test_a_server_that_does_not_answer_is_a_clear_error() -> None:
    pytest.importorskip("pg8000")
    with pytest.raises(InputError, match="cannot be opened") as error:
        Catalogue.open("postgresql://user:secret@127.0.0.1:9/db")
    assert "secret" not in str(error.value)


def test_without_a_name_the_server_is_asked_as_who_is_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pg8000")
    monkeypatch.setenv("LOGNAME", "van-thu")
    with pytest.raises(InputError, match=r"van-thu@127\.0\.0\.1"):
        Catalogue.open("postgresql://127.0.0.1:9/db")


def test_a_sqlite_catalogue_can_be_read_while_it_is_written(path: Path) -> None:
    with Catalogue.open(path) as writer, Catalogue.open(path, create=False) as reader:
        writer.store([outcome(document("a.txt"))])
        with writer._writing.begin() as connection:
            connection.execute(text("UPDATE files SET status = 'x'"))
            assert reader.statuses() == {"ok": 1}
        assert reader.statuses() == {"x": 1}
        with reader.engine.connect() as connection:
            settings = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "foreign_keys", "synchronous")
            ]
        assert settings == ["wal", 1, 2]


STORING = """
import sys
sys.path.insert(0, {tests!r})
from test_catalogue_database import batches
from vnadmin_extract.catalogue.store import Catalogue
with Catalogue.open({path!r}) as catalogue:
    print("open", flush=True)
    for batch in batches():
        catalogue.store(batch)
print("done", flush=True)
"""


def batches() -> list[list[object]]:
    """Thirty transactions, some of which put new content in the place of old."""
    made = []
    for number in range(30):
        name = f"{number % 20}.txt"
        tasks = [
            task(f"việc {place}", "Phòng Nội vụ", due=[deadline("x", "2024-05-01")]) for place in range(20)
        ]
        made.append(
            [
                outcome(document(name, content=f"{number}", number=f"{number + 1}/UBND", assignments=tasks)),
                outcome(
                    document(
                        f"copy {name}", content=f"{number}", number=f"{number + 1}/UBND", assignments=tasks
                    )
                ),
            ]
        )
    return made


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_process_that_is_killed_leaves_a_whole_catalogue_and_the_next_one_goes_on(path: Path) -> None:
    with Catalogue.open(path.with_name("undisturbed.sqlite")) as catalogue:
        for batch in batches():
            catalogue.store(batch)  # type: ignore[arg-type]
    program = STORING.format(tests=str(Path(__file__).parent), path=str(path))
    chance = random.Random(7)
    kills = 0
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        time.sleep(chance.uniform(0.01, 0.4))
        process.kill()
        rest = process.communicate()[0]
        kills += "done" not in rest
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        # Whole documents only: each has all its assignments, each assignment its unit and deadline.
        assert connection.execute(
            "SELECT count(*) FROM documents d WHERE 20 != (SELECT count(*) FROM assignments a WHERE a.document_id = d.id)"
        ).fetchone() == (0,)
        connection.close()
    assert kills >= 1
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "open\ndone\n"
    assert dump(path) == dump(path.with_name("undisturbed.sqlite"))


def test_writing_takes_its_lock_at_the_beginning(path: Path) -> None:
    """So that two writers wait for each other instead of failing halfway."""
    statements: list[str] = []
    with Catalogue.open(path) as catalogue:
        event.listen(
            catalogue.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
        )
        catalogue.store([outcome(document("a.txt"))])
        assert statements[0] == "BEGIN IMMEDIATE"
        statements.clear()
        catalogue.statuses()
        assert statements[0] == "BEGIN"
