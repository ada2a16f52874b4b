"""A PostgreSQL server for the time of the tests, where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def _program(name: str) -> Path | None:
    found = shutil.which(name)
    if found:
        return Path(found)
    # Debian keeps the server's programs out of the search path.
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return installed[-1] if installed else None


def _user() -> str | None:
    """Whose name the server gets: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("no unprivileged user to run PostgreSQL")


@contextmanager
def postgres_server() -> Iterator[str]:
    """The server's URL without a database name; skips the test where the programs are absent."""
    initdb, postgres = _program("initdb"), _program("postgres")
    if initdb is None or postgres is None:
        pytest.skip("the programs of a PostgreSQL server (initdb, postgres) are not installed")
    pytest.importorskip("pg8000")
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="catalogue-pg-"))
    common: dict[str, Any] = {
        "user": user,
        "cwd": folder,
        "env": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(folder)},
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.STDOUT,
    }
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = str(folder / "data")
        arguments = ["-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([initdb, *arguments], check=True, timeout=120, **common)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = (
            f"port={port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            "fsync=off",
        )
        options = [part for setting in settings for part in ("-c", setting)]
        # The server itself, not pg_ctl: it stays our child and is gone when it ends.
        server = subprocess.Popen([postgres, "-D", data, *options], **common)
        try:
            _wait_until_it_answers(server, port)
            yield f"postgresql+pg8000://tests@127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGINT)  # fast shutdown
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    import pg8000.native

    for _ in range(300):
        assert server.poll() is None, "the PostgreSQL server ended at once"
        try:
            pg8000.native.Connection("tests", host="127.0.0.1", port=port, database="postgres").close()
            return
        except (pg8000.native.InterfaceError, pg8000.native.DatabaseError):
            time.sleep(0.1)
    raise AssertionError("the PostgreSQL server does not answer")
