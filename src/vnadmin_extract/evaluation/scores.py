"""Counts of outcomes: precision, recall and F1 of each field, of groups of documents, and of whole records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vnadmin_extract.errors import InputError
from vnadmin_extract.evaluation.likeness import Matcher
from vnadmin_extract.evaluation.outcomes import FIELDS, GROUPS, Json, Outcome, judge


@dataclass(frozen=True, slots=True)
class Count:
    """How many facts gold has, how many were given, how many of these are right."""

    right: int = 0
    given: int = 0
    gold: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.right + other.right, self.given + other.given, self.gold + other.gold)

    @property
    def precision(self) -> float:
        """Share of the given facts that are right; 1.0 where nothing was given and nothing was to be found."""
        if self.given:
            return self.right / self.given
        return 0.0 if self.gold else 1.0

    @property
    def recall(self) -> float:
        """Share of gold's facts that were found; 1.0 where gold has none."""
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A document with its gold record, what was extracted, and the outcomes under each matcher."""

    name: str
    gold: Json
    predicted: Json
    outcomes: Mapping[Matcher, list[Outcome]]

    @property
    def kind(self) -> str:
        """The document's kind, by gold."""
        return str((self.gold.get("type") or {}).get("name") or "-")

    @property
    def level(self) -> str:
        """Level of the issuer, as extracted (gold leaves it out)."""
        return str((self.predicted.get("issuer") or {}).get("level") or "-")

    @property
    def origin(self) -> str:
        """Where the text comes from: ``text_layer``, ``ocr``, …"""
        return str((self.predicted.get("source") or {}).get("text_origin") or "-")

    def whole(self, matcher: Matcher) -> bool:
        """Whether every fact is right: nothing missed, nothing made up."""
        return all(outcome.right for outcome in self.outcomes[matcher])


@dataclass(frozen=True, slots=True)
class Scores:
    """The counts of some documents under one matcher."""

    documents: int
    whole: int
    """Documents without a single error."""
    fields: dict[str, Count]

    @property
    def groups(self) -> dict[str, float | None]:
        """Mean F1 of each group's fields that gold has facts of; ``None`` where it has none."""
        result: dict[str, float | None] = {}
        for group, names in GROUPS.items():
            have = [self.fields[name].f1 for name in names if name in self.fields and self.fields[name].gold]
            result[group] = sum(have) / len(have) if have else None
        return result

    @property
    def overall(self) -> float:
        """Mean of the groups; 0.0 where there is none."""
        known = [value for value in self.groups.values() if value is not None]
        return sum(known) / len(known) if known else 0.0


def evaluate(gold: Mapping[str, Json], predicted: Mapping[str, Json]) -> list[Judged]:
    """Judge every gold document; one without a prediction has missed everything."""
    return [
        Judged(
            name,
            record,
            predicted.get(name) or {},
            {matcher: judge(record, predicted.get(name) or {}, matcher) for matcher in Matcher},
        )
        for name, record in gold.items()
    ]


def count(documents: Iterable[Judged], matcher: Matcher = Matcher.SOFT) -> Scores:
    """Count the outcomes of some documents."""
    fields: dict[str, Count] = {}
    number = whole = 0
    for document in documents:
        number += 1
        whole += document.whole(matcher)
        for outcome in document.outcomes[matcher]:
            one = Count(int(outcome.right), int(outcome.predicted is not None), int(outcome.gold is not None))
            fields[outcome.field] = fields.get(outcome.field, Count()) + one
    return Scores(number, whole, {name: fields[name] for name in FIELDS if name in fields})


BREAKDOWNS: dict[str, Callable[[Judged], str]] = {
    "kind": lambda document: document.kind,
    "level": lambda document: document.level,
    "origin": lambda document: document.origin,
}
"""By what documents can be grouped."""


def by_group(documents: Iterable[Judged], group: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    """Documents by their group, the largest group first."""
    result: dict[str, list[Judged]] = {}
    for document in documents:
        result.setdefault(group(document), []).append(document)
    return dict(sorted(result.items(), key=lambda item: (-len(item[1]), item[0])))


def load_records(path: Path) -> dict[str, Json]:
    """Records by name: a folder of ``NAME.json``, or a JSON Lines file of records.

    A row of a JSON Lines file is named by its ``name``, else by its source file without suffix; further documents
    of one file are ``NAME-2``, ``NAME-3``.

    Raises:
        InputError: there is nothing there, or it is no JSON.
    """
    try:
        if path.is_dir():
            files = sorted(path.glob("*.json"))
            if not files:
                raise ValueError("the folder holds no .json file")
            return {file.stem: _object(file.read_text("utf-8")) for file in files}
        rows = [_object(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise InputError(f"no records can be read there ({reason})", file=str(path), remedy="Give a folder of "
                         "NAME.json files or a records.jsonl") from error  # fmt: skip
    result: dict[str, Json] = {}
    for row in rows:
        base = str(row.get("name") or Path(str((row.get("source") or {}).get("file", ""))).stem)
        name, number = base, 1
        while name in result:
            number += 1
            name = f"{base}-{number}"
        result[name] = row
    return result


def _object(text: str) -> Json:
    value: Any = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("a record is a JSON object")
    return value
