"""A clerk's notes in a source: what ``@`` lines under a block say, as typed objects.

The grammar is described in ``corpus/FORMAT.md``. Nothing here knows the extractor: notes are read by themselves, so
that gold never comes from the program which it measures.

``labelled_blocks`` gives the same notes as training material: each block's text, its role, and the places of the
noted words in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from corpus.typeset import source as src

Relation = Literal[
    "based_on", "implements", "replies_to", "proposed_by", "promulgates", "amends", "replaces", "repeals", "mentions"
]  # fmt: skip
Kind = Literal["date", "period", "recurring", "relative"]
Role = Literal["assignment", "lead-in", "basis", "report", "closing", "goal", "other"]
SpanKind = Literal["lead", "coordinating", "deadline", "citation", "channel"]

RELATIONS: tuple[str, ...] = get_args(Relation)
KINDS: tuple[str, ...] = get_args(Kind)
ROLES: tuple[str, ...] = get_args(Role)
# What the notes call a bound → what the record calls it.
BOUNDS = {"before": "before", "by": "by", "on": "on", "within": "within", "start": "from"}
FREQUENCIES = ("daily", "weekly", "monthly", "quarterly", "semiannual", "yearly")


class NoteError(ValueError):
    """A note that cannot be understood; ``line`` is its text as written."""

    def __init__(self, message: str, line: str) -> None:
        super().__init__(message)
        self.line = line


# -- The notes -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Code:
    """Number and notation of a cited document, cut at the first separator or as the note says outright."""

    number: str | None
    year: int | None
    notation: str | None
    text: str


@dataclass(frozen=True)
class ReferenceNote:
    """``@r``: a cited document, at its first mention."""

    line: str
    relation: str
    type: str | None
    code: Code | None
    date: str | None
    issuer: str | None
    title: str | None


@dataclass(frozen=True)
class LinkNote:
    """``@link r1 implements r2``: what one cited document does to another."""

    line: str
    source: str
    relation: str
    target: str


@dataclass(frozen=True)
class DeadlineNote:
    """``d:`` of an assignment: a bound in time, its words as printed."""

    text: str
    kind: str
    due: str | None = None
    time: str | None = None
    frequency: str | None = None
    rrule: str | None = None
    duration: str | None = None
    working_days: bool | None = None
    anchor: str | None = None
    bound: str | None = None


@dataclass(frozen=True)
class AssignmentNote:
    """``@a``: work given to somebody who is named. ``deadlines`` holds new ones, or ids of earlier ones."""

    line: str
    path: str
    lead: tuple[str, ...]
    coordinating: tuple[str, ...] = ()
    deadlines: tuple[DeadlineNote | str, ...] = ()
    references: tuple[str, ...] = ()
    task: str | None = None
    cut: tuple[str, ...] = ()
    column: int | None = None

    @property
    def row(self) -> int | None:
        """The table row meant by the path, counted without the header row; ``None`` outside tables."""
        found = _TABLE_PATH.fullmatch(self.path)
        return int(found[2]) if found else None


@dataclass(frozen=True)
class RoleNote:
    """``@role``: the part that a block plays where it is no assignment (or beside one, for ``report``)."""

    line: str
    role: str


@dataclass(frozen=True)
class ChannelNote:
    """``@channel``: the unit through which a report goes."""

    line: str
    name: str


Note = ReferenceNote | LinkNote | AssignmentNote | RoleNote | ChannelNote

_TABLE_PATH = re.compile(r"(?:.* )?table (\d+) row (\d+)")


# -- Reading one note ----------------------------------------------------------------------------------------


def parse_note(line: str) -> Note:
    """Read one ``@`` line. Raises ``NoteError`` that says what is wrong with it."""
    head, _, rest = src.plain(line).partition(" ")
    parts = [part.strip() for part in re.split(r"(?:^|\s)\|(?:\s|$)", rest.strip())]
    if head == "@r":
        return _reference(line, parts)
    if head == "@a":
        return _assignment(line, parts)
    if head == "@link":
        words = rest.split()
        if len(words) != 3 or words[1] not in RELATIONS:
            raise NoteError("a link is '@link r1 RELATION r2'", line)
        return LinkNote(line, *words)
    if head == "@role":
        if rest.strip() not in ROLES:
            raise NoteError(f"no such role {rest.strip()!r}; known: {', '.join(ROLES)}", line)
        return RoleNote(line, rest.strip())
    if head == "@channel":
        if not rest.strip():
            raise NoteError("a channel needs a name", line)
        return ChannelNote(line, rest.strip())
    raise NoteError(f"no such note {head!r}; known: @r @link @a @role @channel", line)


def noted_blocks(
    source: src.Source, fault: Callable[[NoteError], None] | None = None
) -> list[tuple[src.Block, tuple[Note, ...]]]:
    """Every block of a document (appendix last) with its notes; the path "paragraph" gets its number.

    Unnumbered paragraphs are counted in the whole document, without headings, centred lines and list items.

    Args:
        source: the document.
        fault: what is done with a note that cannot be understood; without it, ``NoteError`` is raised.
    """
    made: list[tuple[src.Block, tuple[Note, ...]]] = []
    paragraphs = 0
    for block in (*source.blocks, *source.after):
        if (
            isinstance(block, src.Paragraph)
            and block.role in ("body", "flush", "italic")
            and printed_mark(src.plain(block.text)) is None
        ):
            paragraphs += 1
        notes: list[Note] = []
        for line in () if isinstance(block, src.PageBreak) else block.notes:
            try:
                note: Note = parse_note(line)
            except NoteError as exc:
                if fault is None:
                    raise
                fault(exc)
                continue
            if isinstance(note, AssignmentNote) and note.path in _PARAGRAPH:
                note = replace(note, path=f"paragraph {paragraphs}")
            notes.append(note)
        made.append((block, tuple(notes)))
    return made


_PARAGRAPH = ("paragraph", "paragraph N", "para", "P")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in re.split(r";(?:\s+|$)", text) if (name := part.strip()))


_OVERRIDE = re.compile(r"(number|year|notation|text)\s*=\s*(.*)")


def _reference(line: str, parts: list[str]) -> ReferenceNote:
    overrides: dict[str, str] = {}
    plain: list[str] = []
    for part in parts:
        if found := _OVERRIDE.fullmatch(part):
            overrides[found[1]] = found[2].strip()
        else:
            plain.append(part)
    if len(plain) > 6:
        raise NoteError(f"{len(plain)} parts, expected relation | type | code | date | issuer | title", line)
    plain += ["-"] * (6 - len(plain))
    relation, kind, code, date, issuer, title = (None if part in ("-", "") else part for part in plain)
    if relation not in RELATIONS:
        raise NoteError(f"no such relation {relation!r}; known: {', '.join(RELATIONS)}", line)
    if date is not None and not is_edtf(date):
        raise NoteError(f"no date of the form 2024-11-05 (EDTF): {date!r}", line)
    if code is None and title is None and kind is None:
        raise NoteError("a cited document needs a code or a title", line)
    return ReferenceNote(line, relation, kind, _code(line, code, overrides), date, issuer, title)


_BLANKS = re.compile(r"[.…_]{2,}|…")
_NUMBER = re.compile(r"(?:\d+|\d{1,3}(?:\.\d{3})+)[A-Za-zĐđ]?")
# A slip of the typist, its separator forgotten: "26NQ-TW".
_JOINED = re.compile(r"(\d+)([A-ZĐ]{2,}[/-]?.*)")


def squeeze(code: str) -> str:
    """A code as printed without the blanks around and inside it, and without dots that stand for a blank number."""
    return re.sub(r"\s+", "", _BLANKS.sub("", code)).replace("–", "-")


def parse_code(text: str) -> Code | None:
    """Cut a code at its first separator "/" or "-"; ``None`` where that does not give a number and a notation.

    A year may stand between number and notation ("01/2024/TT-BTTTT"). Before the first separator stands a number
    with at most one letter, or nothing; any other form needs its parts said outright.
    """
    squeezed = squeeze(text)
    if joined := _JOINED.fullmatch(squeezed):
        return Code(joined[1], None, joined[2], squeezed)
    found = re.match(r"([^/-]*)([/-])?(.*)", squeezed)
    assert found is not None
    number, separator, rest = found[1] or None, found[2], found[3]
    if number and not _NUMBER.fullmatch(number):
        return None
    if not number and not (separator and rest):
        return None
    year = None
    if dated := re.match(r"((?:19|20)\d\d)(?:[/-](.*))?$", rest):
        year, rest = int(dated[1]), dated[2] or ""
    return Code(number, year, rest or None, squeezed.rstrip("/-") if number else squeezed)


def _code(line: str, text: str | None, overrides: dict[str, str]) -> Code | None:
    if text is None:
        if overrides:
            raise NoteError("number=, year= and notation= need a code", line)
        return None
    code = parse_code(text)
    if not overrides:
        if code is None:
            raise NoteError(f"cannot cut the code {text!r}; add number=…, notation=… as further parts", line)
        return code
    year = overrides.get("year", "" if code is None or code.year is None else str(code.year))
    if year and not re.fullmatch(r"\d{4}", year):
        raise NoteError(f"no year: {year!r}", line)
    return Code(
        number=_given(overrides, "number", code.number if code else None),
        year=int(year) if year else None,
        notation=_given(overrides, "notation", code.notation if code else None),
        text=overrides.get("text") or (code.text if code else squeeze(text)),
    )


def _given(overrides: dict[str, str], key: str, default: str | None) -> str | None:
    value = overrides.get(key, default)
    return None if value in ("", "-") else value


def _assignment(line: str, parts: list[str]) -> AssignmentNote:
    path, *rest = parts
    if not path or ":" in path:
        raise NoteError("the first part of an assignment is its path", line)
    lead: tuple[str, ...] = ()
    coordinating: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    deadlines: list[DeadlineNote | str] = []
    cut: list[str] = []
    task: str | None = None
    column: int | None = None
    for part in rest:
        if not part:
            continue
        key, colon, value = part.partition(":")
        key, value = key.strip(), value.strip()
        if not colon or not value:
            raise NoteError(f"expected 'key: value', found {part!r}", line)
        if key == "lead":
            lead += _names(value)
        elif key == "with":
            coordinating += _names(value)
        elif key == "d":
            deadlines.append(_deadline(value, line))
        elif key == "r":
            references += tuple(re.split(r"[;,\s]+", value.strip(" ;,")))
        elif key == "task":
            task = value
        elif key == "cut":
            cut.append(value)
        elif key == "col":
            if not value.isdigit():
                raise NoteError(f"col needs a number: {value!r}", line)
            column = int(value)
        else:
            raise NoteError(f"no such part {key!r}; known: lead with d r task cut col", line)
    if not lead:
        raise NoteError("an assignment needs a lead", line)
    for reference in references:
        if not re.fullmatch(r"r\d+", reference):
            raise NoteError(f"no id of a reference: {reference!r}", line)
    return AssignmentNote(
        line, path, lead, coordinating, tuple(deadlines), references, task, tuple(cut), column
    )


_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”')
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_DURATION = re.compile(r"-?P(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?)?")


def _deadline(text: str, line: str) -> DeadlineNote | str:
    if bound := re.fullmatch(r"=\s*(d\d+)", text):
        return bound[1]
    printed = _QUOTED.match(text)
    if not printed:
        raise NoteError('a deadline begins with its printed words in quotes: d: "trước ngày …" date …', line)
    words = printed[1] or printed[2] or ""
    tokens = [
        (found[1] is not None or found[2] is not None, found[1] or found[2] or found[3])
        for found in re.finditer(_QUOTED.pattern + r"|(\S+)", text[printed.end() :])
    ]
    if not words or not tokens or tokens[0][1] not in KINDS:
        raise NoteError(f"after the printed words stands one of {', '.join(KINDS)}", line)
    kind = tokens[0][1]
    values: dict[str, str | bool | None] = {}

    def put(key: str, value: str | bool) -> None:
        if key in values:
            raise NoteError(f"two values for {key} of the deadline {words!r}", line)
        values[key] = value

    position = 1
    while position < len(tokens):
        quoted, token = tokens[position]
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        position += 1
        if quoted:
            raise NoteError(f"words in quotes that no 'from' announces: {token!r}", line)
        if token == "from" and following and following[0]:
            put("anchor", following[1])
            position += 1
        elif token == "due" and following and is_edtf(following[1]):
            put("due", following[1])
            position += 1
        elif token in BOUNDS or token == "from":
            put("bound", BOUNDS.get(token, token))
        elif token in FREQUENCIES:
            put("frequency", token)
        elif token.startswith("FREQ="):
            if not _is_rrule(token):
                raise NoteError(f"no recurrence rule (RFC 5545): {token!r}", line)
            put("rrule", token)
        elif token in ("working", "calendar"):
            put("working_days", token == "working")
        elif found := _TIME.fullmatch(token):
            put("time", f"{int(found[1]):02}:{found[2]}")
        elif _DURATION.fullmatch(token):
            put("duration", token)
        elif is_edtf(token):
            put("due", token)
        else:
            raise NoteError(f"not understood in the deadline {words!r}: {token!r}", line)
    if "T" in str(values.get("duration", "")):
        values.setdefault("working_days", False)  # hours are never working days
    note = DeadlineNote(words, kind, **values)  # type: ignore[arg-type]
    _complete(note, line)
    return note


def _complete(note: DeadlineNote, line: str) -> None:
    lacking: list[str] = []
    if note.kind in ("date", "period") and not note.due:
        lacking.append("a date")
    if note.kind == "recurring":
        lacking += [name for name in ("frequency", "rrule") if not getattr(note, name)]
    if note.kind == "relative":
        lacking += ["duration"] if not note.duration else []
        lacking += ["'working' or 'calendar'"] if note.working_days is None else []
        lacking += ['from "…"'] if not note.anchor else []
    if lacking:
        raise NoteError(f"the {note.kind} {note.text!r} lacks {', '.join(lacking)}", line)
    if note.kind != "relative" and (note.duration or note.working_days is not None):
        raise NoteError(f"only a relative deadline has a duration: {note.text!r}", line)
    if note.kind != "recurring" and (note.frequency or note.rrule):
        raise NoteError(f"only a recurring deadline has a frequency: {note.text!r}", line)


_EDTF_POINT = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def is_edtf(text: str) -> bool:
    """Whether ``text`` is a date as the record writes it: 2024-11-05, 2024-03, 2024, 2024-34, or two with "/"."""
    first, slash, last = text.partition("/")
    if not slash:
        return _is_point(text)
    return (_is_point(first) or first == "..") and (_is_point(last) or last == "..")


def _is_point(text: str) -> bool:
    found = _EDTF_POINT.fullmatch(text)
    if not found:
        return False
    month, day = int(found[2] or 1), int(found[3] or 1)
    if found[3] is None and 33 <= month <= 41:
        return True
    if not 1 <= month <= 12:
        return False
    leap = int(found[1]) % 4 == 0
    return 1 <= day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _is_rrule(text: str) -> bool:
    rule = re.compile(
        r"(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)|INTERVAL=\d+|COUNT=\d+|UNTIL=\d{8}(T\d{6}Z)?|BYHOUR=[\d,]+|BYSETPOS=[-\d,]+"
        r"|BYMINUTE=[\d,]+|BYMONTHDAY=[-\d,]+|BYMONTH=[\d,]+|BYYEARDAY=[-\d,]+"
        r"|BYDAY=[-+\d]*(MO|TU|WE|TH|FR|SA|SU)(,[-+\d]*(MO|TU|WE|TH|FR|SA|SU))*)"
    )
    return all(rule.fullmatch(part) for part in text.split(";"))


# -- Text of a block -----------------------------------------------------------------------------------------

LIST_MARK = re.compile(
    r"(?P<article>(?:Điều|ĐIỀU)\s+(?P<article_number>\d+[a-zđ]?))\s*[.:]?\s+"
    r"|(?P<dash>[-–+•*])\s*(?=\S)"
    r"|(?P<deep>\d{1,2}(?:\.\d{1,2})+)(?=\s)\s*"
    r"|\(?(?P<mark>[IVXL]+(?:\.\d+)*|\d{1,2}(?:\.\d+)*[a-zđ]?|[a-zđA-Z]{1,2})\s?(?:[.)/]-?|-(?=\s))\s*(?=\D)"
)
"""The mark at a block's start: "Điều 3.", "-", "1.", "1.2.", "a)", "II -". A bare word is none."""


def strip_mark(text: str) -> str:
    """``text`` without the list mark at its start."""
    found = LIST_MARK.match(text)
    return text[found.end() :] if found else text


def printed_mark(text: str) -> str | None:
    """The list mark at the start of ``text``: "Điều 3", "1", "a", "II", "-"; ``None`` where there is none."""
    found = LIST_MARK.match(text)
    if not found:
        return None
    if found["article"]:
        return f"Điều {found['article_number']}"
    return found["dash"] or found["deep"] or found["mark"]


def locate(words: str, text: str, start: int = 0) -> tuple[int, int] | None:
    """Where ``words`` stand in ``text`` (from ``start``), whatever their case, spaces and dashes; offsets in ``text``."""
    pieces = [re.escape(piece) for piece in re.split(r"[\s]+", words.strip()) if piece]
    if not pieces:
        return None
    pattern = r"\s+".join(re.sub(r"\\-|–", "[-–]", piece) for piece in pieces)
    edges = (
        r"(?<!\w)" if words.strip()[0].isalnum() else "",
        r"(?!\w)" if words.strip()[-1].isalnum() else "",
    )
    found = re.compile(edges[0] + pattern + edges[1], re.IGNORECASE).search(text, start)
    return found.span() if found else None


def task_of(note: AssignmentNote, block: src.Block) -> str:
    """The task that ``note`` gives, from the block's text. Raises ``NoteError`` where that cannot be."""
    if note.task is not None:
        return note.task
    if isinstance(block, src.Table):
        row = note.row
        if row is None:
            raise NoteError("under a table the path is 'table N row M'", note.line)
        if not 1 <= row < len(block.rows):
            raise NoteError(f"the table has {len(block.rows) - 1} rows without its header row", note.line)
        if note.column is None or not 1 <= note.column <= len(block.rows[row]):
            raise NoteError("a table row needs 'col: N' for the cell with the task, or 'task: …'", note.line)
        text = src.plain(block.rows[row][note.column - 1])
        if text in ("", "<"):
            raise NoteError(f"column {note.column} of row {row} is empty", note.line)
    else:
        assert isinstance(block, src.Paragraph)
        text = src.plain(block.text)
    stripped = strip_mark(text).strip()
    for words in note.cut:
        for candidate in (stripped, text):
            found = locate(words, candidate)
            if found and found[0] == 0:
                stripped = candidate[found[1] :].lstrip(" :;,.-–")
                break
        else:
            raise NoteError(f"the words to cut do not stand at the start of the block: {words!r}", note.line)
    if not stripped:
        raise NoteError("nothing is left of the task", note.line)
    return stripped


# -- Blocks with their labels, for training ------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A noted word or run of words: offsets in the block's text. ``label``: the id or name that it belongs to."""

    kind: SpanKind
    start: int
    end: int
    label: str


@dataclass(frozen=True)
class LabelledBlock:
    """One printed paragraph, or one row of a table (its cells joined with " | "), with what is known of it.

    ``role`` is the part it plays; ``roles`` holds all of them where it plays several (an assignment that also says
    how to report). ``path`` is that of its first assignment. ``index`` counts the document's blocks from 0 (rows of
    one table share it). ``lead_from`` is the index of the heading or lead-in that names the lead where the block
    itself does not.
    """

    index: int
    text: str
    role: Role
    roles: tuple[Role, ...]
    spans: tuple[Span, ...]
    path: str | None
    style: str
    row: int | None = None
    appendix: bool = False
    lead_from: int | None = None
    assignments: tuple[AssignmentNote, ...] = field(default=(), repr=False)


def labelled_blocks(source: src.Source) -> list[LabelledBlock]:
    """The blocks of a document in order, each with its role and the noted words in it (page breaks left out).

    Raises:
        NoteError: a note cannot be understood.
    """
    noted = noted_blocks(source)
    references = [note for _block, notes in noted for note in notes if isinstance(note, ReferenceNote)]
    made: list[LabelledBlock] = []
    index = 0
    for place, (block, notes) in enumerate(noted):
        if isinstance(block, src.PageBreak):
            continue
        appendix = place >= len(source.blocks)
        if isinstance(block, src.Table):
            made += _rows(index, block, notes, references, appendix)
        else:
            made.append(
                _labelled(index, src.plain(block.text), notes, references, block.role, None, appendix)
            )
        index += 1
    return _with_leads(made)


def _rows(
    index: int, table: src.Table, notes: Sequence[Note], references: Sequence[ReferenceNote], appendix: bool
) -> Iterator[LabelledBlock]:
    for number, row in enumerate(table.rows):
        text = " | ".join("" if cell == "<" else src.plain(cell) for cell in row)
        own = [note for note in notes if isinstance(note, AssignmentNote) and note.row == number]
        yield _labelled(
            index, text, own, references, "table-head" if number == 0 else "table-row", number, appendix
        )


def _labelled(
    index: int,
    text: str,
    notes: Sequence[Note],
    references: Sequence[ReferenceNote],
    style: str,
    row: int | None,
    appendix: bool,
) -> LabelledBlock:
    assignments = tuple(note for note in notes if isinstance(note, AssignmentNote))
    roles: list[str] = ["assignment"] if assignments else []
    roles += [note.role for note in notes if isinstance(note, RoleNote) and note.role not in roles]
    spans: list[Span] = []
    for assignment in assignments:
        spans += _assignment_spans(assignment, text)
    for number, reference in enumerate(references, start=1):
        spans += citation_spans(reference, text, f"r{number}")
    for note in notes:
        if isinstance(note, ChannelNote) and (found := locate(note.name, text)):
            spans.append(Span("channel", *found, note.name))
    unique = sorted(set(spans), key=lambda span: (span.start, -span.end, span.kind))
    return LabelledBlock(
        index=index,
        text=text,
        role=roles[0] if roles else "other",  # type: ignore[arg-type]
        roles=tuple(roles) or ("other",),  # type: ignore[arg-type]
        spans=tuple(unique),
        path=assignments[0].path if assignments else None,
        style=style,
        row=row,
        appendix=appendix,
        assignments=assignments,
    )


_WITH = re.compile(r"(?<!\w)(?:phối\s+hợp|cùng\s+với|cùng|với)(?!\w)", re.IGNORECASE)


def _assignment_spans(note: AssignmentNote, text: str) -> Iterator[Span]:
    cue = _WITH.search(text)
    taken: list[tuple[int, int]] = []

    def free(name: str, start: int) -> tuple[int, int] | None:
        while found := locate(name, text, start):
            if not any(found[0] < end and begin < found[1] for begin, end in taken):
                return found
            start = found[1]
        return None

    # Longest first: "Công an xã" must not be found within "Trưởng Công an xã".
    for name in sorted(note.coordinating, key=len, reverse=True):
        if found := (free(name, cue.end()) if cue else None) or free(name, 0):
            taken.append(found)
            yield Span("coordinating", *found, name)
    for name in sorted(note.lead, key=len, reverse=True):
        if found := free(name, 0):
            taken.append(found)
            yield Span("lead", *found, name)
    for deadline in note.deadlines:
        if isinstance(deadline, DeadlineNote) and (found := locate(deadline.text, text)):
            yield Span("deadline", *found, deadline.kind)


_SPACED = {"/": r"\s*/\s*", "-": r"\s*[-–]\s*"}


def citation_spans(reference: ReferenceNote, text: str, label: str) -> Iterator[Span]:
    """Every place in ``text`` that prints the cited code, with the words of type and "số" before it."""
    kind = r"\s+".join(map(re.escape, reference.type.split())) if reference.type else ""
    if reference.code is None:
        if not reference.title:
            return
        title = r"\s+".join(map(re.escape, reference.title.split()))
        pattern = (rf"(?:{kind}\s+(?:về\s+)?)?" if kind else "") + title
    else:
        if not reference.code.number or not reference.code.notation:
            return
        code = "".join(_SPACED.get(letter, re.escape(letter)) for letter in reference.code.text)
        pattern = (rf"(?:{kind}\s+)?" if kind else "") + rf"(?:số\s*:?\s*)?(?<![\w/-]){code}(?![\w/])"
    for found in re.finditer(pattern, text, re.IGNORECASE):
        yield Span("citation", found.start(), found.end(), label)


# A lead is looked for at most so many blocks above; details ("Thời gian: …") so many below.
_ABOVE, _BELOW = 60, 8


def _with_leads(blocks: list[LabelledBlock]) -> list[LabelledBlock]:
    """Spans of what an assignment takes from other blocks: headings and lead-ins above it (leads, days), and lines of
    their own below it ("Đơn vị phối hợp: …", "Thời gian: …")."""
    added: dict[int, set[Span]] = {}
    origin: dict[int, int] = {}
    for place, block in enumerate(blocks):
        if block.row is not None:
            continue
        here = {(span.kind, span.start, span.end) for span in block.spans}
        for note in block.assignments:
            wanted: list[tuple[SpanKind, str, str]] = [("lead", name, name) for name in note.lead]
            wanted += [("coordinating", name, name) for name in note.coordinating]
            wanted += [
                ("deadline", deadline.text, deadline.kind)
                for deadline in note.deadlines
                if isinstance(deadline, DeadlineNote)
            ]
            for kind, words, label in wanted:
                own = locate(words, block.text)
                if own and (kind, *own) in here:
                    continue
                for other in (*_details(blocks, place), *_giving(blocks, place)):
                    if found := locate(words, blocks[other].text):
                        added.setdefault(other, set()).add(Span(kind, *found, label))
                        if kind == "lead" and other < place:
                            origin[place] = blocks[other].index
                        break
    return [
        replace(
            block,
            spans=tuple(
                sorted({*block.spans, *added.get(place, ())}, key=lambda s: (s.start, -s.end, s.kind))
            ),
            lead_from=origin.get(place),
        )
        for place, block in enumerate(blocks)
    ]


def _details(blocks: Sequence[LabelledBlock], place: int) -> Iterator[int]:
    """The lines of their own under an assignment: up to the next assignment or numbered point."""
    for other in range(place + 1, min(len(blocks), place + 1 + _BELOW)):
        block = blocks[other]
        mark = printed_mark(block.text)
        if (
            block.assignments
            or block.row is not None
            or block.style == "heading"
            or (mark and mark not in "-–+*•")
        ):
            return
        yield other


def _giving(blocks: Sequence[LabelledBlock], place: int) -> Iterator[int]:
    """Headings and lead-ins above, nearest first."""
    for other in range(place - 1, max(-1, place - 1 - _ABOVE), -1):
        block = blocks[other]
        if block.row is None and (
            block.style == "heading" or "lead-in" in block.roles or block.text.rstrip().endswith(":")
        ):
            yield other
