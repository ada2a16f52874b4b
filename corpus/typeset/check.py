"""Checking that sources, samples and gold records belong together and that gold says what the text says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import regex

from corpus.typeset import notes as nt
from corpus.typeset import source as src
from corpus.typeset.compile import GoldError, compile_source, describe
from corpus.typeset.source import Source, source_text

_LEFT_OUT = {"evidence", "confidence", "source", "unit_code", "canonical"}
_RELATIONS = {
    "based_on", "implements", "replies_to", "proposed_by", "promulgates", "amends", "replaces", "repeals",
    "mentions",
}  # fmt: skip
_KINDS = {"date", "period", "recurring", "relative"}
_BOUNDS = {None, "before", "by", "on", "within", "from"}
_FREQUENCIES = {None, "daily", "weekly", "monthly", "quarterly", "semiannual", "yearly"}
_TOP = {
    "schema_version", "issuer", "type", "code", "issued", "subject", "urgency", "secrecy", "addressees",
    "recipients", "references", "assignments", "deadlines", "signer",
}  # fmt: skip


def check_corpus(sources: Iterable[Source], samples: Path, gold: Path, *, whole: bool = True) -> list[str]:
    """Every fault found, one line each; an empty list where all is well.

    Documents whose record is kept by hand must be among the samples; the others need not be, they are rendered when
    they are wanted. ``whole``: the sources are all there are, so records and samples without one are faults.
    """
    faults: list[str] = []
    names: set[str] = set()
    expected: set[str] = set()
    for source in sources:
        names.add(source.name)
        faults += check_notes(source)
        for suffix in source.formats:
            expected.add(f"{source.name}.{suffix}")
            if source.gold is None and not (samples / f"{source.name}.{suffix}").is_file():
                faults.append(f"{source.name}: no rendered file {source.name}.{suffix}")
        path = gold / f"{source.name}.json"
        if not path.is_file():
            faults.append(
                f"{source.name}: no gold record; run python -m corpus.typeset.compile {source.name}"
            )
            continue
        try:
            record = json.loads(path.read_text("utf-8"))
        except json.JSONDecodeError as exc:
            faults.append(f"{source.name}: gold is no JSON: {exc}")
            continue
        shape = list(_shape(record))
        faults += [f"{source.name}: {fault}" for fault in shape]
        if not any(fault.startswith("keys") for fault in shape):
            faults += [f"{source.name}: {fault}" for fault in word_faults(record, source)]
        faults += _compiles(source, record)
    if not whole:
        return faults
    faults += [
        f"{path.name}: gold without a source"
        for path in sorted(gold.glob("*.json"))
        if path.stem not in names
    ]
    faults += [
        f"{path.name}: sample without a source"
        for path in sorted(samples.glob("*.*"))
        if path.name not in expected
    ]
    return faults


# -- Shape ---------------------------------------------------------------------------------------------------


def _shape(record: dict[str, Any]) -> Iterator[str]:
    if set(record) != _TOP:
        yield f"keys missing {sorted(_TOP - set(record))}, not known {sorted(set(record) - _TOP)}"
        return
    yield from (f"gold must leave out {key!r}" for key in _keys(record) if key in _LEFT_OUT)
    if "level" in (record["issuer"] or {}):
        yield "gold must leave out the issuer's level"
    yield from _against_models(record)
    references = {item["id"] for item in record["references"]}
    assignments = {item["id"]: item for item in record["assignments"]}
    deadlines = {item["id"]: item for item in record["deadlines"]}
    for reference in record["references"]:
        if reference["relation"] not in _RELATIONS:
            yield f"{reference['id']}: relation {reference['relation']!r}"
        for link in reference["relates_to"]:
            if link["target"] not in references or link["relation"] not in _RELATIONS:
                yield f"{reference['id']}: relates_to {link}"
    for assignment in record["assignments"]:
        if not assignment["lead"]:
            yield f"{assignment['id']}: no lead"
        yield from (
            f"{assignment['id']}: reference {i}" for i in assignment["references"] if i not in references
        )
        for identifier in assignment["deadlines"]:
            if assignment["id"] not in deadlines.get(identifier, {}).get("assignments", ()):
                yield f"{assignment['id']}: deadline {identifier} does not point back"
    for deadline in record["deadlines"]:
        yield from _deadline(deadline, assignments)


def _deadline(deadline: dict[str, Any], assignments: dict[str, Any]) -> Iterator[str]:
    name, kind = deadline["id"], deadline["kind"]
    if kind not in _KINDS or deadline["bound"] not in _BOUNDS or deadline["frequency"] not in _FREQUENCIES:
        yield f"{name}: kind, bound or frequency out of its list"
    if kind in ("date", "period") and not deadline["due"]:
        yield f"{name}: a {kind} needs due"
    if kind == "recurring" and not (deadline["frequency"] and deadline["rrule"]):
        yield f"{name}: recurring needs frequency and rrule"
    if kind == "relative" and not (deadline["anchor"] and deadline["working_days"] is not None):
        yield f"{name}: relative needs anchor and working_days"
    if not deadline["assignments"]:
        yield f"{name}: binds nothing"
    for identifier in deadline["assignments"]:
        if name not in assignments.get(identifier, {}).get("deadlines", ()):
            yield f"{name}: assignment {identifier} does not point back"


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _against_models(record: dict[str, Any]) -> Iterator[str]:
    """Each part must be accepted by the record's own models."""
    from pydantic import ValidationError

    from vnadmin_extract import record as models

    single: dict[str, type[models.Model]] = {
        "issuer": models.Issuer, "type": models.DocumentType, "code": models.OwnCode, "issued": models.Issued,
        "subject": models.Subject, "urgency": models.Urgency, "secrecy": models.Secrecy, "signer": models.Signer,
    }  # fmt: skip
    many: dict[str, type[models.Model]] = {
        "addressees": models.Addressee, "recipients": models.Recipient, "references": models.Reference,
        "assignments": models.Assignment, "deadlines": models.Deadline,
    }  # fmt: skip
    parts = [(key, model, record[key]) for key, model in single.items() if record[key] is not None]
    parts += [
        (f"{key} {n}", model, item) for key, model in many.items() for n, item in enumerate(record[key])
    ]
    for label, model, value in parts:
        try:
            model.model_validate(value)
        except ValidationError as exc:
            yield f"{label}: {exc.errors()[0]['loc']} {exc.errors()[0]['msg']}"


# -- Notes ---------------------------------------------------------------------------------------------------

# A deadline may stand in a line of its own near its task ("Thời gian: …"), or in the lead-in of a list.
_NEAR = 8


def check_notes(source: Source) -> list[str]:
    """Faults of a source's notes by themselves: marks, places and order."""
    if source.gold is None:
        return []
    found: list[tuple[str, str | None]] = []
    try:
        noted = nt.noted_blocks(source)
    except nt.NoteError as exc:
        return describe(Path(f"{source.name}.toml"), source, [(str(exc), exc.line)])
    texts = [_block_text(block) for block, _notes in noted]
    head = "\n".join((*source.header.title, source.header.abstract or ""))
    marked: dict[tuple[bool, str], int] = {}
    dashes = _dash_numbers([block for block, _notes in noted])
    for place, (block, notes) in enumerate(noted):
        appendix = place >= len(source.blocks)
        near = "\n".join(texts[max(0, place - _NEAR) : place + _NEAR + 1])
        for note in notes:
            if isinstance(note, nt.ReferenceNote):
                found += _cited_here(note, head + "\n" + texts[place], "\n".join(texts[:place]))
            elif isinstance(note, nt.ChannelNote):
                if not nt.locate(note.name, texts[place]):
                    found.append((f"the channel {note.name!r} does not stand in the block", note.line))
            elif isinstance(note, nt.AssignmentNote):
                key = (appendix, note.path)
                if marked.setdefault(key, place) != place and not _printed_twice(note, block):
                    found.append((f"the path {note.path!r} stands under two blocks", note.line))
                found += _path_fits(note, block, dashes.get(place))
                for deadline in note.deadlines:
                    if isinstance(deadline, nt.DeadlineNote):
                        if not nt.locate(deadline.text, near):
                            found.append(
                                (f"the words {deadline.text!r} do not stand in the block", note.line)
                            )
                        if deadline.anchor and not nt.locate(deadline.anchor, near):
                            found.append(
                                (f"the anchor {deadline.anchor!r} does not stand in the block", note.line)
                            )
    return describe(Path(f"{source.name}.toml"), source, found)


def _block_text(block: src.Block) -> str:
    if isinstance(block, src.Paragraph):
        return src.plain(block.text)
    if isinstance(block, src.Table):
        return "\n".join(src.plain(cell) for row in block.rows for cell in row)
    return ""


def _cited_here(note: nt.ReferenceNote, here: str, before: str) -> Iterator[tuple[str, str]]:
    code = note.code
    if code is None:
        if note.title and not nt.locate(note.title, here):
            yield f"the title {note.title!r} does not stand in the block", note.line
        return
    number, notation = code.number, code.notation
    if (number and not regex.search(rf"(?<!\d){regex.escape(number)}(?!\d)", here)) or (
        notation and squeezed(notation) not in squeezed(here)
    ):
        yield f"the code {code.text!r} does not stand in the block", note.line
    elif any(True for _span in nt.citation_spans(note, before, "")):
        yield f"the code {code.text!r} is mentioned in an earlier block: note it there", note.line


def _path_fits(note: nt.AssignmentNote, block: src.Block, dash: set[int] | None) -> Iterator[tuple[str, str]]:
    if isinstance(block, src.Table):
        if note.row is None:
            yield f"under a table the path is 'table N row M', not {note.path!r}", note.line
        return
    assert isinstance(block, src.Paragraph)
    if note.row is not None:
        yield f"the path {note.path!r} is that of a table, the block is none", note.line
        return
    mark = nt.printed_mark(src.plain(block.text))
    if mark is None:
        return
    if mark in ("-", "–"):
        found = regex.search(r"dash (\d+)$", note.path)
        if not found:
            yield f"the block is a dash item, its path {note.path!r} ends otherwise", note.line
        elif dash and int(found[1]) not in dash:
            yield (
                f"the block is dash {' or '.join(map(str, sorted(dash)))}, its path says {found[0]!r}",
                note.line,
            )
    elif mark not in ("+", "*", "•") and not note.path.endswith(mark) and "paragraph" not in note.path:
        yield f"the block begins with {mark!r}, its path is {note.path!r}", note.line


def _dash_numbers(blocks: list[src.Block]) -> dict[int, set[int]]:
    """Place of each dash item → the number it may have: counted from the last numbered block, or from the last
    block that is no dash."""
    made: dict[int, set[int]] = {}
    since_mark = since_other = 0
    for place, block in enumerate(blocks):
        mark = nt.printed_mark(src.plain(block.text)) if isinstance(block, src.Paragraph) else None
        if mark in ("-", "–"):
            since_mark, since_other = since_mark + 1, since_other + 1
            made[place] = {since_mark, since_other}
        elif mark not in ("+", "*", "•"):
            since_other = 0
            if mark is not None or (isinstance(block, src.Paragraph) and block.role != "body"):
                since_mark = 0
    return made


def _printed_twice(note: nt.AssignmentNote, block: src.Block) -> bool:
    """Whether the block itself prints the path's last mark: a slip of the numbering stays as printed."""
    mark = nt.printed_mark(src.plain(block.text)) if isinstance(block, src.Paragraph) else None
    return mark is not None and mark not in "-–+*•" and note.path.endswith(mark)


def _compiles(source: Source, record: dict[str, Any]) -> list[str]:
    if source.gold is None:
        return []
    try:
        compiled = compile_source(source)
    except GoldError as exc:
        return describe(Path(f"{source.name}.toml"), source, exc.faults)
    different = [key for key in compiled if compiled[key] != record.get(key)]
    if different:
        return [f"{source.name}: gold is not what the notes compile to ({', '.join(different)})"]
    return []


# -- Words: what gold says stands in the text ----------------------------------------------------------------


def fold(text: str) -> str:
    """Lower case, one space, plain dashes and quotes: for finding words whatever their case."""
    return regex.sub(r"\s+", " ", text.replace("–", "-")).casefold().strip()


def word_faults(record: dict[str, Any], source: Source) -> Iterator[str]:
    """Facts of a gold record that do not stand in the document."""
    text = fold(source_text(source))
    dense = squeezed(text)

    def missing(label: str, value: str | None) -> Iterator[str]:
        if value and fold(value) not in text:
            yield f"{label} {value!r} does not stand in the text"

    yield from missing("issuer", record["issuer"]["name"])
    yield from missing("issuer.parent", record["issuer"]["parent"])
    for label, (key, part) in {
        "code.number": ("code", "number"), "place": ("issued", "place"), "subject": ("subject", "text"),
        "signer": ("signer", "name"), "position": ("signer", "position"),
    }.items():  # fmt: skip
        yield from missing(label, (record[key] or {}).get(part))
    for label, code in (("code.notation", (record["code"] or {}).get("notation")),):
        if code and squeezed(code) not in dense:
            yield f"{label} {code!r} does not stand in the text"
    for key in ("addressees", "recipients"):
        for item in record[key]:
            yield from missing(key, item["name"])
            yield from missing(key, item.get("purpose"))
    for item in record["references"]:
        if item["code"] and not _code_stands(item["code"], text, dense):
            yield f"{item['id']} {item['code']['text']!r} does not stand in the text"
        yield from missing(item["id"], item["type"])
        yield from missing(item["id"], item["title"])
        yield from missing(item["id"], item["issuer"])
        if item["date"] and not any(form in text for form in date_forms(item["date"])):
            yield f"{item['id']}: date {item['date']} does not stand in the text"
    if record["issued"]["date"] and not _issued_matches(record["issued"]["date"], source):
        yield f"issued {record['issued']['date']} does not stand in the date line"
    for item in record["assignments"]:
        for unit in (*item["lead"], *item["coordinating"]):
            yield from missing(f"{item['id']} unit", unit["name"])
        yield from missing(f"{item['id']} task", item["task"])
    for item in record["deadlines"]:
        yield from missing(item["id"], item["text"])
        yield from missing(f"{item['id']} anchor", item["anchor"])
        if item["time"]:
            hour = item["time"].split(":")[0]
            hours = {hour, str(int(hour))}
            forms = [f"{h}{mark}" for h in hours for mark in (" giờ", "h", "g", ":", " h")]
            if not any(form in fold(item["text"]) for form in forms):
                yield f"{item['id']}: time {item['time']} is not in its text"
        due = item["due"]
        if item["kind"] == "date" and due and regex.fullmatch(r"\d{4}-\d\d-\d\d", due):
            year, month, day = due.split("-")
            bare = [f"{d}{m}" for d in {day, str(int(day))} for m in _months(month)]
            # "cuối tháng 6/2024", "hết năm 2024": the day follows from the month or year.
            edge = [f"{m}{mark}{year}" for m in {month, str(int(month))} for mark in ("/", "-", " năm ")]
            quarter = ("i", "ii", "iii", "iv")[(int(month) - 1) // 3]
            edge += [f"quý {quarter}/{year}", f"quý {quarter} năm {year}", f"quý {quarter}"]
            edge += [f"năm {year}"] if (month, day) in (("12", "31"), ("01", "01"), ("06", "30")) else []
            words = fold(item["text"])
            if (
                regex.search(r"\d", words)
                and not any(form in words for form in (*date_forms(due), *bare))
                and not any(
                    # not the month of a whole date
                    regex.search(rf"(?<!\d\s*[/.-]\s*)(?<!\d\s*tháng\s*)(?<!\d){form}", words)
                    for form in edge
                )
            ):
                yield f"{item['id']}: due {due} is not in its text {item['text']!r}"


def squeezed(text: str) -> str:
    """Folded, without any blanks: codes are printed with and without blanks at their separators."""
    return regex.sub(r"\s+", "", fold(text))


def _code_stands(code: dict[str, Any], text: str, dense: str) -> bool:
    """The whole code; or, where one notation is printed for several numbers, each part by itself."""
    if squeezed(code["text"]) in dense:
        return True
    number, notation = code["number"], code["notation"]
    return (not number or bool(regex.search(rf"(?<!\w){regex.escape(fold(number))}(?!\w)", text))) and (
        not notation or squeezed(notation) in dense
    )


def date_forms(date: str) -> list[str]:
    """The ways in which a full EDTF date is printed: 05/11/2024, ngày 05 tháng 11 năm 2024, …"""
    if not regex.fullmatch(r"\d{4}-\d\d-\d\d", date):
        return [date[:4]]
    year, month, day = date.split("-")
    days, months = {day, str(int(day))}, {month, str(int(month))}
    forms: tuple[str, ...] = (
        "{d}/{m}/{y}",
        "{d}-{m}-{y}",
        "{d}.{m}.{y}",
        "{d} tháng {m} năm {y}",
        "{d} tháng {m}, {y}",
    )
    forms += ("{d}/{m}/{s}", "{d}-{m}-{s}") if year < "2000" else ()  # typewriters left the century out
    return [
        form.format(d=d, m=m, y=year, s=year[2:])
        for form in forms
        for d in sorted(days)
        for m in sorted(months)
    ]


def _months(month: str) -> list[str]:
    return [f"{mark}{m}" for mark in ("/", "-", ".", " tháng ") for m in {month, str(int(month))}]


def _issued_matches(date: str, source: Source) -> bool:
    line = source.header.place_date
    if source.fields:
        line = regex.sub(r" {3,}", f" {source.fields.day} ", line, count=1)
        if source.fields.month:
            line = regex.sub(r" {3,}", f" {source.fields.month} ", line, count=1)
    parts = date.split("-")
    if len(parts) < 3:
        # A day left blank: month and year stand there.
        return parts[0] in line and (len(parts) < 2 or str(int(parts[1])) in line)
    return any(form in fold(line) for form in date_forms(date))
