"""Compiling a source's notes into its gold record: ``python -m corpus.typeset.compile NAME ...``.

Gold is made from the notes alone, by the rules of ``corpus/FORMAT.md``; the extractor has no part in it. Sources
without ``[gold]`` keep the record that was written by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.typeset import source as src
from corpus.typeset.notes import (
    AssignmentNote,
    Code,
    DeadlineNote,
    LinkNote,
    NoteError,
    ReferenceNote,
    is_edtf,
    noted_blocks,
    parse_code,
    squeeze,
    task_of,
)

ROOT = Path(__file__).resolve().parents[1]

URGENCY = ("hỏa tốc", "thượng khẩn", "khẩn")
SECRECY = ("tuyệt mật", "tối mật", "mật")
AUTHORITIES = ("KT.", "TM.", "TL.", "TUQ.", "Q.")
_KEYS = {
    "issuer", "parent", "type", "abbreviation", "number", "year", "notation", "place", "date", "subject", "urgency",
    "secrecy", "addressees", "recipients", "signer", "position", "authority", "on_behalf_of", "text",
}  # fmt: skip


class GoldError(ValueError):
    """What is wrong with a source's notes: one message for each fault, with the line that it is about."""

    def __init__(self, faults: list[tuple[str, str | None]]) -> None:
        super().__init__("; ".join(message for message, _line in faults))
        self.faults = faults


def compile_source(source: src.Source) -> dict[str, Any]:
    """The gold record of ``source``. Raises ``GoldError`` with all faults that are found."""
    compiler = _Compiler(source)
    record = compiler.record()
    if compiler.faults:
        raise GoldError(compiler.faults)
    return record


def render_record(record: dict[str, Any]) -> str:
    """A gold record as the text of its file."""
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


@dataclass
class _Compiler:
    source: src.Source
    faults: list[tuple[str, str | None]] = field(default_factory=list)

    def fault(self, message: str, line: str | None = None) -> None:
        self.faults.append((message, line))

    def record(self) -> dict[str, Any]:
        gold = self.source.gold
        if gold is None:
            self.fault("no [gold]: its record is kept by hand")
            return {}
        for key in sorted(set(gold) - _KEYS):
            self.fault(f"[gold] has no key {key!r}; known: {', '.join(sorted(_KEYS))}")
        return {"schema_version": "1.0"} | self._head(gold) | self._lists() | {"signer": self._signer(gold)}

    # -- Head and foot ---------------------------------------------------------------------------------------

    def _written(self, key: str) -> str | None:
        """A value that [gold] must say; "" for none."""
        value = (self.source.gold or {}).get(key)
        if value is None:
            self.fault(f"[gold] lacks {key!r}")
        return value or None

    def _head(self, gold: dict[str, Any]) -> dict[str, Any]:
        head = self.source.header
        date = self._written("date")
        if date and not is_edtf(date):
            self.fault(f"[gold] date: not of the form 2024-11-05 (EDTF): {date!r}")
        issuer, kind, abbreviation = (
            self._written("issuer"),
            self._written("type"),
            self._written("abbreviation"),
        )
        subject = gold.get("subject", default_subject(head))
        return {
            "issuer": {"name": issuer, "parent": gold.get("parent") or None},
            "type": {"name": kind, "abbreviation": abbreviation},
            "code": self._code(gold),
            "issued": {"place": gold.get("place", default_place(head.place_date)) or None, "date": date},
            "subject": {"text": subject} if subject else None,
            "urgency": self._level("urgency", head.urgency, URGENCY),
            "secrecy": self._level("secrecy", head.secrecy, SECRECY),
            "addressees": [
                {"name": name} for name in gold.get("addressees", default_addressees(head.addressees))
            ],
            "recipients": self._recipients(gold),
        }

    def _level(self, key: str, printed: str | None, known: tuple[str, ...]) -> dict[str, str] | None:
        value = (self.source.gold or {}).get(key, printed)
        if not value:
            return None
        level = re.sub(r"\s+", " ", value).strip(" .").lower().replace("hoả", "hỏa")
        if level not in known:
            self.fault(f"{key}: {value!r} is none of {', '.join(known)}; write it in [gold]")
        return {"level": level}

    def _code(self, gold: dict[str, Any]) -> dict[str, Any] | None:
        printed = re.sub(r"^\s*Số\s*[:.]?\s*", "", self.source.header.number, flags=re.IGNORECASE)
        fields = self.source.fields
        squeezed = squeeze(printed)
        if fields and not re.match(r"\d", squeezed):
            squeezed = fields.number + squeezed
        given = {key for key in ("number", "notation", "year") if key in gold}
        parsed = parse_code(squeezed) if squeezed else None
        if parsed is None:
            if not squeezed and not given:
                return None
            if not {"number", "notation"} <= given:
                self.fault(
                    f"cannot cut the code {self.source.header.number!r}; write number and notation in [gold]"
                )
            parsed = Code(None, None, None, squeezed)
        number = gold.get("number", parsed.number) or None
        return {
            "number": number,
            "year": gold.get("year", parsed.year),
            "notation": gold.get("notation", parsed.notation) or None,
            "text": gold.get("text") or parsed.text,
        }

    def _recipients(self, gold: dict[str, Any]) -> list[dict[str, Any]]:
        made = []
        for item in gold.get("recipients") or []:
            name, *rest = (part.strip() for part in item.split("|"))
            purpose = rest[0] if rest and rest[0] not in ("", "-") else None
            copies = int(rest[1]) if len(rest) > 1 and rest[1].isdigit() else None
            made.append({"name": name, "purpose": purpose, "copies": copies})
        return made if "recipients" in gold else default_recipients(self.source.recipients)

    def _signer(self, gold: dict[str, Any]) -> dict[str, Any] | None:
        signature = self.source.signature
        if signature is None and "signer" not in gold:
            return None
        authority = gold.get("authority") or None
        if authority and authority not in AUTHORITIES:
            self.fault(f"[gold] authority: {authority!r} is none of {', '.join(AUTHORITIES)}")
        return {
            "name": gold.get("signer", signature.name if signature else "") or None,
            "position": self._written("position"),
            "authority": authority,
            "on_behalf_of": gold.get("on_behalf_of") or None,
        }

    # -- References, assignments, deadlines ------------------------------------------------------------------

    def _lists(self) -> dict[str, Any]:
        references: list[dict[str, Any]] = []
        links: list[LinkNote] = []
        assigned: list[tuple[AssignmentNote, str]] = []
        for block, notes in noted_blocks(self.source, lambda exc: self.fault(str(exc), exc.line)):
            for note in notes:
                if isinstance(note, ReferenceNote):
                    references.append(_reference(f"r{len(references) + 1}", note))
                elif isinstance(note, LinkNote):
                    links.append(note)
                elif isinstance(note, AssignmentNote):
                    try:
                        assigned.append((note, task_of(note, block)))
                    except NoteError as exc:
                        self.fault(str(exc), exc.line)
        known = {reference["id"]: reference for reference in references}
        for link in links:
            if link.source in known and link.target in known:
                known[link.source]["relates_to"].append({"relation": link.relation, "target": link.target})
            else:
                self.fault(f"a link between documents that are not noted ({', '.join(known)})", link.line)
        assignments: list[dict[str, Any]] = []
        deadlines: list[dict[str, Any]] = []
        for number, (note, task) in enumerate(assigned, start=1):
            identifier = f"a{number}"
            assignments.append(
                {
                    "id": identifier,
                    "path": note.path,
                    "lead": [{"name": name} for name in note.lead],
                    "coordinating": [{"name": name} for name in note.coordinating],
                    "task": task,
                    "deadlines": self._bind(note, identifier, deadlines),
                    "references": list(note.references),
                }
            )
            for reference in note.references:
                if reference not in known:
                    self.fault(f"no reference {reference} is noted", note.line)
        noted = {deadline["id"]: deadline for deadline in deadlines}
        for assignment, (note, _task) in zip(assignments, assigned, strict=True):
            for identifier in assignment["deadlines"]:
                if identifier not in noted:
                    self.fault(f"no deadline {identifier} is noted ({len(noted)} are)", note.line)
                elif assignment["id"] not in noted[identifier]["assignments"]:
                    # In the order of the assignments: one that binds a later deadline stands before its own.
                    bound = [*noted[identifier]["assignments"], assignment["id"]]
                    noted[identifier]["assignments"] = sorted(bound, key=lambda name: int(name[1:]))
        return {"references": references, "assignments": assignments, "deadlines": deadlines}

    def _bind(self, note: AssignmentNote, identifier: str, deadlines: list[dict[str, Any]]) -> list[str]:
        """Ids of the assignment's deadlines; new ones are appended to ``deadlines``."""
        bound: list[str] = []
        for item in note.deadlines:
            if isinstance(item, DeadlineNote):
                deadlines.append(_deadline(f"d{len(deadlines) + 1}", item) | {"assignments": [identifier]})
                item = deadlines[-1]["id"]
            if item not in bound:
                bound.append(item)
        return bound


def _reference(identifier: str, note: ReferenceNote) -> dict[str, Any]:
    code = note.code
    return {
        "id": identifier,
        "type": note.type,
        "code": None
        if code is None
        else {"number": code.number, "year": code.year, "notation": code.notation, "text": code.text},
        "title": note.title,
        "date": note.date,
        "issuer": note.issuer,
        "relation": note.relation,
        "relates_to": [],
    }


def _deadline(identifier: str, note: DeadlineNote) -> dict[str, Any]:
    return {
        "id": identifier,
        "text": note.text,
        "kind": note.kind,
        "due": note.due,
        "time": note.time,
        "frequency": note.frequency,
        "rrule": note.rrule,
        "duration": note.duration,
        "working_days": note.working_days,
        "anchor": note.anchor,
        "bound": note.bound,
    }


# -- Defaults from what is printed ---------------------------------------------------------------------------

_ABOUT = re.compile(r"^\(?\s*(?:V/v|Về việc|Về)\s*:?\s+", re.IGNORECASE)
_END_MARKS = " ;,./"


def default_subject(head: src.Header) -> str | None:
    """Title or abstract in one line, without "V/v", "Về việc", "Về"."""
    text = " ".join(head.title) or head.abstract or ""
    return re.sub(r"\s+", " ", _ABOUT.sub("", text.strip())).strip() or None


def default_place(place_date: str) -> str | None:
    """What stands before the comma of the date line, or before "ngày" where there is no comma."""
    text = re.split(r",|(?<!\w)ngày(?!\w)", place_date, maxsplit=1)[0]
    return re.sub(r"\s+", " ", text).strip(" .…") or None


def default_addressees(items: tuple[str, ...]) -> list[str]:
    """One for each printed item; a single line with semicolons has several."""
    parts = [part for item in items for part in (item.split(";") if len(items) == 1 else (item,))]
    return [name for part in parts if (name := part.strip().lstrip("-+ ").rstrip(_END_MARKS))]


def default_recipients(items: tuple[str, ...]) -> list[dict[str, Any]]:
    """One for each printed item; "(…)" at its end is its purpose, but not in the filing line."""
    made = []
    for item in items:
        text = item.strip().lstrip("-+ ").rstrip(_END_MARKS)
        found = re.fullmatch(r"(.*\S)\s*\(([^()]*)\)", text)
        if found and not text.startswith("Lưu"):
            made.append({"name": found[1].rstrip(_END_MARKS), "purpose": found[2].strip(), "copies": None})
        elif text:
            made.append({"name": text, "purpose": None, "copies": None})
    return made


# -- Command line --------------------------------------------------------------------------------------------


def place_of(line: str | None, raw: str) -> str:
    """ ":LINE" of a note in its file, or "" where it is not about one line."""
    if line:
        start = line.split(" | ")[0][:40]
        for number, text in enumerate(raw.splitlines(), start=1):
            if text.strip() == line or (text.strip().startswith(start) and line.startswith(text.strip())):
                return f":{number}"
    return ""


def describe(path: Path, source: src.Source, faults: list[tuple[str, str | None]]) -> list[str]:
    """Faults as lines for a person: file, line number, what is wrong, and the line's text."""
    return [
        f"{path.name}{place_of(line, source.raw)}: {message}" + (f"\n    {line}" if line else "")
        for message, line in faults
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 where a source has faults."""
    parser = argparse.ArgumentParser(prog="python -m corpus.typeset.compile", description=__doc__)
    parser.add_argument("names", nargs="*", help="sources to compile (default: all that have [gold])")
    parser.add_argument("--sources", type=Path, default=ROOT / "sources")
    parser.add_argument("--gold", type=Path, default=ROOT / "gold", help="folder of the gold records")
    options = parser.parse_args(arguments)
    paths = [options.sources / f"{name.removesuffix('.toml')}.toml" for name in options.names]
    wrong = made = 0
    for path in paths or sorted(options.sources.glob("*.toml")):
        try:
            source = src.load_source(path)
            if source.gold is None and not options.names:
                continue
            record = compile_source(source)
        except GoldError as exc:
            print("\n".join(describe(path, source, exc.faults)), file=sys.stderr)
            wrong += 1
            continue
        except (OSError, ValueError) as exc:
            print(f"{path.name}: {exc}", file=sys.stderr)
            wrong += 1
            continue
        (options.gold / f"{path.stem}.json").write_text(render_record(record), "utf-8")
        made += 1
    print(f"{made} records written" + (f", {wrong} sources with faults" if wrong else ""))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
