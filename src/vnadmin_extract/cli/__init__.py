"""The ``vnadmin-extract`` command. Data goes to standard output, messages to standard error."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the console script."""
    from vnadmin_extract.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        # Vietnamese must come out whole where the locale says ASCII or a Windows code page, too.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    app(prog_name="vnadmin-extract")
