"""Reading the source form of a document: one TOML file, header fields by name, the body as marked text.

Body marks, one block for each run of non-blank lines:

- a block is a paragraph; its line ends are only for the reader's eye
- ``# text``   a heading (bold, kept with what follows)
- ``^ text``   centred and bold (appendix titles); ``^/ text`` centred and italic
- ``/ text``   italic (the grounds of a decision)
- ``> text``   without first-line indent
- ``| a | b |`` table rows; the first row is the header; a cell ``<`` is merged with the cell on its left;
  a row ``|: 8 | 40 | ...`` gives the columns' relative widths
- ``===``      a page break
- ``**text**`` bold within a paragraph

Lines that begin with ``@`` under a block are a clerk's notes about it (see ``notes.py``); they are never printed. An
indented line under a note goes on with it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

Role = Literal["body", "heading", "centred", "centred-italic", "italic", "flush"]


@dataclass(frozen=True)
class Paragraph:
    """One paragraph, its text with inline ``**bold**`` marks."""

    text: str
    role: Role = "body"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A ruled table; the first row is the header and is repeated on each page."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageBreak:
    """The next block starts a new page."""


Block = Paragraph | Table | PageBreak


@dataclass(frozen=True)
class Header:
    """The two columns above the text, and the title or abstract under them."""

    issuer: tuple[str, ...]
    number: str
    place_date: str
    parent: tuple[str, ...] = ()
    abstract: str | None = None
    kind: str | None = None
    title: tuple[str, ...] = ()
    urgency: str | None = None
    secrecy: str | None = None
    call: str = "Kính gửi"
    addressees: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signature:
    """Authority and position lines above the signature, the name below it."""

    lines: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Fields:
    """Number and day, drawn by signing software over the blanks of the finished page.

    ``kind`` "text" makes them form fields with a value; "signature" makes them the appearance of signature
    fields, which hold no value that a program could read.
    """

    number: str
    day: str
    month: str | None = None
    kind: Literal["text", "signature"] = "text"


@dataclass(frozen=True)
class Stamp:
    """The visible part of a digital signature: text in a widget's appearance, never in the page's text."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """One document, ready to be typeset."""

    name: str
    style: Literal["state", "party"]
    formats: tuple[str, ...]
    header: Header
    blocks: tuple[Block, ...]
    signature: Signature | None
    recipients: tuple[str, ...]
    about: str = ""
    after: tuple[Block, ...] = ()
    fields: Fields | None = None
    stamp: Stamp | None = None
    second_signature: Signature | None = None
    gold: dict[str, Any] | None = None
    auto_numbers: bool = False
    size: float = 14.0
    raw: str = field(default="", repr=False)


def load_sources(folder: Path) -> list[Source]:
    """All sources of ``folder``, by name."""
    return [load_source(path) for path in sorted(folder.glob("*.toml"))]


def source_of(name: str, data: dict[str, Any], raw: str = "") -> Source:
    """A source from the data of its file. Raises ``ValueError`` where something is missing or misspelt."""
    try:
        return _source(name, data, raw)
    except (KeyError, TypeError, ValueError) as exc:
        raise ValueError(f"{name}: {exc}") from exc


def load_source(path: Path) -> Source:
    """Read one source file. Raises ``ValueError`` naming the file where something is missing or misspelt."""
    raw = path.read_text("utf-8")
    data = tomllib.loads(raw)
    try:
        return _source(path.stem, data, raw)
    except (KeyError, TypeError, ValueError) as exc:
        raise ValueError(f"{path}: {exc}") from exc


def _source(name: str, data: dict[str, Any], raw: str) -> Source:
    known = {
        "about", "style", "formats", "auto_numbers", "size", "header", "body", "appendix", "signature",
        "recipients", "fields", "stamp", "second_signature", "gold",
    }  # fmt: skip
    if unknown := set(data) - known:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    if unknown := set(data["formats"]) - {"pdf", "docx", "txt"}:
        raise ValueError(f"unknown formats {sorted(unknown)}")
    signature, second = data.get("signature"), data.get("second_signature")
    return Source(
        name=name,
        about=data.get("about", ""),
        style=data.get("style", "state"),
        formats=tuple(data["formats"]),
        header=Header(**_tuples(data["header"])),
        blocks=parse_blocks(data["body"]),
        after=parse_blocks(data.get("appendix", "")),
        signature=Signature(**_tuples(signature)) if signature else None,
        recipients=tuple(data.get("recipients", ())),
        fields=Fields(**data["fields"]) if "fields" in data else None,
        stamp=Stamp(**_tuples(data["stamp"])) if "stamp" in data else None,
        second_signature=Signature(**_tuples(second)) if second else None,
        gold=data.get("gold"),
        auto_numbers=data.get("auto_numbers", False),
        size=data.get("size", 14.0),
        raw=raw,
    )


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


_MARKS: tuple[tuple[str, Role], ...] = (
    ("# ", "heading"),
    ("^/ ", "centred-italic"),
    ("^ ", "centred"),
    ("/ ", "italic"),
    ("> ", "flush"),
)


def parse_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a marked text; blank lines part them. Raises ``ValueError`` for a note without a block."""
    blocks: list[Block] = []
    for chunk in re.split(r"\n[ \t]*\n", text.strip()):
        lines, notes = _split_notes(chunk)
        if not lines and not notes:
            continue
        if not lines:
            # Notes parted from their block by a blank line still belong to it.
            if not blocks or isinstance(blocks[-1], PageBreak):
                raise ValueError(f"a note that stands under no block: {notes[0]}")
            blocks[-1] = replace(blocks[-1], notes=(*blocks[-1].notes, *notes))
            continue
        if lines == ["==="]:
            if notes:
                raise ValueError(f"a note under a page break: {notes[0]}")
            blocks.append(PageBreak())
        elif lines[0].startswith("|"):
            blocks.append(replace(_table(lines), notes=notes))
        else:
            joined = " ".join(lines)
            for mark, role in _MARKS:
                if joined.startswith(mark):
                    blocks.append(Paragraph(joined[len(mark) :].strip(), role, notes))
                    break
            else:
                blocks.append(Paragraph(joined, notes=notes))
    return tuple(blocks)


def _split_notes(chunk: str) -> tuple[list[str], tuple[str, ...]]:
    """The printed lines of a chunk, and the notes under them."""
    lines: list[str] = []
    notes: list[str] = []
    for line in chunk.splitlines():
        bare = line.strip()
        if not bare:
            continue
        if bare.startswith("@"):
            notes.append(bare)
        elif not notes:
            lines.append(bare)
        elif line[0].isspace():
            notes[-1] += f" {bare}"
        else:
            raise ValueError(f"printed text under a note; a blank line must part them: {bare}")
    return lines, tuple(notes)


def _table(lines: list[str]) -> Table:
    rows: list[tuple[str, ...]] = []
    widths: tuple[float, ...] = ()
    for line in lines:
        if line.startswith("|:"):
            widths = tuple(float(cell) for cell in line[2:].strip("|").split("|"))
            continue
        if not line.startswith("|"):
            # A long cell may go on in the next line of the file.
            rows[-1] = (*rows[-1][:-1], f"{rows[-1][-1]} {line.rstrip('|').strip()}")
            continue
        rows.append(
            tuple(cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|"))
        )
    columns = len(rows[0])
    for row in rows:
        if len(row) != columns:
            raise ValueError(f"table row with {len(row)} cells, expected {columns}: {row}")
    return Table(tuple(rows), widths or (1.0,) * columns)


def plain(text: str) -> str:
    """``text`` without its inline marks."""
    return text.replace("**", "")


def source_text(source: Source) -> str:
    """Everything that a reader of the finished document sees, as one text (fields and stamp included)."""
    head = source.header
    parts = [*head.parent, *head.issuer, head.number, head.place_date]
    parts += [part for part in (head.abstract, head.kind, head.urgency, head.secrecy) if part]
    parts += [*head.title, head.call, *head.addressees]
    for block in (*source.blocks, *source.after):
        if isinstance(block, Paragraph):
            parts.append(plain(block.text))
        elif isinstance(block, Table):
            parts += [plain(cell) for row in block.rows for cell in row if cell != "<"]
    for signature in (source.signature, source.second_signature):
        if signature:
            parts += [*signature.lines, signature.name]
    parts += source.recipients
    if source.fields:
        parts += [source.fields.number, source.fields.day, source.fields.month or ""]
    if source.stamp:
        parts += source.stamp.lines
    return "\n".join(parts)
