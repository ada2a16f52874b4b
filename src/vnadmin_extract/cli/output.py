"""Where the command line's words go: data to standard output, messages to standard error."""

from __future__ import annotations

import os
import sys

import typer
from rich.console import Console, RenderableType

PIPE_CLOSED = 128 + 13
"""Exit code when the reader of our output goes away (what a shell reports for SIGPIPE)."""
_WIDTH_WITHOUT_TERMINAL = 120


def emit(text: str) -> None:
    """Write data to standard output, with a final line break."""
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _pipe_closed()


def show(*renderables: RenderableType) -> None:
    """Write something readable (tables, colours in a terminal) to standard output."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDTH_WITHOUT_TERMINAL
    console = Console(file=sys.stdout, width=width, soft_wrap=False)
    try:
        for renderable in renderables:
            console.print(renderable)
        sys.stdout.flush()
    except BrokenPipeError:
        _pipe_closed()


def say(message: str) -> None:
    """Write a message to standard error."""
    print(message, file=sys.stderr, flush=True)


def _pipe_closed() -> None:
    # Python flushes standard output once more when it ends; give it somewhere to flush to.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise typer.Exit(PIPE_CLOSED)
