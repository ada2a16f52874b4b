"""One record against its gold: an outcome for every fact that either of them has.

Records are taken as the JSON objects that they are written as, so that gold records need no evidence and records of
other versions, or of other programs, can be judged. The fields are listed in :data:`SCALARS` and :data:`LISTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vnadmin_extract.evaluation import likeness
from vnadmin_extract.evaluation.likeness import Likeness, Matcher

Json = dict[str, Any]
Place = tuple[int, int]
"""Offsets into the record's text."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A fact of the gold record, of the extracted one, or of both."""

    field: str
    gold: str | None
    """What gold has, as text; ``None``: gold has no such fact."""
    predicted: str | None
    right: bool
    label: str = ""
    """Which one it is, where a record has several: a code, a path."""
    confidence: float | None = None
    """What the extracted fact says of itself."""
    places: tuple[Place, ...] = ()
    """Where the extracted fact stands."""
    found_by: tuple[str, ...] = ()
    """Sources of its evidence (``rule:…``, ``model:…``)."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A field with at most one value."""

    name: str
    path: tuple[str, ...]
    compare: Callable[[Matcher], tuple[Likeness, float]]
    normal: Callable[[Any], Any] = lambda value: value


def _exact(_matcher: Matcher) -> tuple[Likeness, float]:
    return _equal, 1.0


def _equal(a: Any, b: Any) -> float:
    return float(a == b)


def _name(floor: float) -> Callable[[Matcher], tuple[Likeness, float]]:
    return lambda matcher: likeness.names(matcher, floor)


def _text(floor: float) -> Callable[[Matcher], tuple[Likeness, float]]:
    return lambda matcher: likeness.texts(matcher, floor)


SCALARS: Final = (
    Scalar("code.number", ("code", "number"), _exact, likeness.number),
    Scalar("code.notation", ("code", "notation"), _exact, likeness.notation),
    Scalar("issued.date", ("issued", "date"), _exact),
    Scalar("issued.place", ("issued", "place"), _name(0.9)),
    Scalar("type.name", ("type", "name"), _name(1.0)),
    Scalar("issuer.name", ("issuer", "name"), _name(0.9)),
    Scalar("subject.text", ("subject", "text"), _text(0.9)),
    Scalar("urgency.level", ("urgency", "level"), _name(1.0)),
    Scalar("signer.name", ("signer", "name"), _name(0.95)),
    Scalar("signer.position", ("signer", "position"), _name(0.9)),
    Scalar("signer.authority", ("signer", "authority"), _exact, likeness.notation),
)
REFERENCE_FIELDS: Final = (
    ("references.date", "date", _exact),
    ("references.type", "type", _name(1.0)),
    ("references.issuer", "issuer", _name(0.9)),
    ("references.relation", "relation", _exact),
)
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "header": (
        "code.number", "code.notation", "issued.date", "issued.place", "type.name", "issuer.name", "subject.text",
    ),
    "signer": ("signer.name", "signer.position", "signer.authority"),
    "recipients": ("addressees", "recipients"),
    "references": (
        "references", "references.date", "references.type", "references.issuer", "references.relation",
        "references.uncoded",
    ),
    "assignments": ("assignments", "assignments.lead", "assignments.coordinating", "assignments.deadlines"),
    "deadlines": ("deadlines",),
}  # fmt: skip
"""Fields by group; a score's overall figure is the mean of its groups, each the mean of its fields."""
FIELDS: Final = tuple(
    dict.fromkeys((*(s.name for s in SCALARS), *(f for fields in GROUPS.values() for f in fields)))
)


@dataclass(slots=True)
class _Judge:
    matcher: Matcher
    outcomes: list[Outcome] = field(default_factory=list)

    def add(
        self, name: str, gold: Any, predicted: Any, right: bool, label: str = "", fact: Json | None = None
    ) -> None:
        evidence = (fact or {}).get("evidence") or ()
        self.outcomes.append(
            Outcome(
                name,
                None if gold is None else _shown(gold),
                None if predicted is None else _shown(predicted),
                right,
                label,
                (fact or {}).get("confidence") if predicted is not None else None,
                tuple((e["start"], e["end"]) for e in evidence),
                tuple(dict.fromkeys(e["source"] for e in evidence)),
            )
        )

    def scalar(
        self,
        name: str,
        gold: Any,
        predicted: Any,
        compare: tuple[Likeness, float],
        label: str,
        fact: Json | None,
    ) -> None:
        if gold is None and predicted is None:
            return
        like, floor = compare
        right = gold is not None and predicted is not None and like(gold, predicted) >= floor
        self.add(name, gold, predicted, right, label, fact)

    def several(
        self, name: str, gold: Sequence[Any], predicted: Sequence[Any], like: Likeness, floor: float,
        show: Callable[[Any], Any], label: Callable[[Any], str] = lambda _item: "",
    ) -> list[tuple[int, int]]:  # fmt: skip
        """Match the items of a list one to one; the pairs of indices."""
        of_gold = match(gold, predicted, like, floor)
        for i, item in enumerate(gold):
            other = predicted[of_gold[i]] if i in of_gold else None
            self.add(
                name,
                show(item),
                None if other is None else show(other),
                other is not None,
                label(item),
                _fact(other),
            )
        for j, item in enumerate(predicted):
            if j not in of_gold.values():
                self.add(name, None, show(item), False, label(item), _fact(item))
        return sorted(of_gold.items())


def match(gold: Sequence[Any], predicted: Sequence[Any], like: Likeness, floor: float) -> dict[int, int]:
    """Pair the items of two lists one to one, the likest first: index in ``gold`` → index in ``predicted``."""
    table = sorted(
        ((like(g, p), i, j) for i, g in enumerate(gold) for j, p in enumerate(predicted)), reverse=True
    )
    result: dict[int, int] = {}
    taken: set[int] = set()
    for value, i, j in table:
        if value < floor:
            break
        if i not in result and j not in taken:
            result[i] = j
            taken.add(j)
    return result


def judge(gold: Json, predicted: Json, matcher: Matcher = Matcher.SOFT) -> list[Outcome]:
    """Every fact of a gold record and of an extracted one.

    Args:
        gold: a record, without evidence and confidence.
        predicted: a record; an empty object where the document gave none.
        matcher: which differences are overlooked.
    """
    judge = _Judge(matcher)
    for scalar in SCALARS:
        judge.scalar(
            scalar.name,
            scalar.normal(_get(gold, scalar.path)),
            scalar.normal(_get(predicted, scalar.path)),
            scalar.compare(matcher),
            "",
            predicted.get(scalar.path[0]),
        )
    like, floor = likeness.names(matcher, 0.85)
    for name in ("addressees", "recipients"):
        judge.several(
            name,
            _items(gold, name),
            _items(predicted, name),
            lambda a, b: like(_name_of(a), _name_of(b)),
            floor,
            _name_of,
        )
    _references(judge, gold, predicted)
    _assignments(judge, gold, predicted)
    return judge.outcomes


def _references(judge: _Judge, gold: Json, predicted: Json) -> None:
    want, have = _coded(gold, coded=True), _coded(predicted, coded=True)

    def same(a: Json, b: Json) -> float:
        return 1.0 + (a.get("date") == b.get("date")) if likeness.same_code(a["code"], b["code"]) else 0.0

    for i, j in judge.several("references", want, have, same, 1.0, _reference_shown, _code_text):
        a, b = want[i], have[j]
        for name, key, compare in REFERENCE_FIELDS:
            judge.scalar(name, a.get(key), b.get(key), compare(judge.matcher), _code_text(a), b)
    like, floor = likeness.texts(judge.matcher, 0.7)
    judge.several(
        "references.uncoded", _coded(gold, coded=False), _coded(predicted, coded=False),
        lambda a, b: like(_title(a), _title(b)), floor, _title,
    )  # fmt: skip


def _assignments(judge: _Judge, gold: Json, predicted: Json) -> None:
    want, have = _items(gold, "assignments"), _items(predicted, "assignments")
    like, floor = likeness.texts(judge.matcher, 0.7)
    matched = dict(
        judge.several(
            "assignments", want, have, lambda a, b: like(a["task"], b["task"]), floor,
            lambda item: item["task"], lambda item: str(item.get("path", "")),
        )
    )  # fmt: skip
    like, floor = likeness.names(judge.matcher, 0.85)
    for role in ("lead", "coordinating"):
        name = f"assignments.{role}"
        for i, item in enumerate(want):
            other = have[matched[i]] if i in matched else None
            _names(judge, name, item, other, role, like, floor)
        for j, item in enumerate(have):
            if j not in matched.values():
                for unit in _items(item, role):
                    judge.add(name, None, _name_of(unit), False, str(item.get("path", "")), item)
    due = {id(record): {d["id"]: d for d in _items(record, "deadlines")} for record in (gold, predicted)}
    for i, item in enumerate(want):
        other = have[matched[i]] if i in matched else None
        _bounds(judge, item, other, due[id(gold)], due[id(predicted)])
    for j, item in enumerate(have):
        if j not in matched.values():
            _bounds(judge, None, item, due[id(gold)], due[id(predicted)])
    judge.several(
        "deadlines", _items(gold, "deadlines"), _items(predicted, "deadlines"),
        lambda a, b: float(likeness.deadline_key(a) == likeness.deadline_key(b)), 1.0, _deadline_shown,
    )  # fmt: skip


def _names(
    judge: _Judge, name: str, gold: Json, predicted: Json | None, role: str, like: Likeness, floor: float
) -> None:
    """The units of one assignment; each gold name takes the likest of those left."""
    label = str(gold.get("path", ""))
    left = [_name_of(unit) for unit in _items(predicted or {}, role)]
    for unit in _items(gold, role):
        wanted = _name_of(unit)
        best = max(left, key=lambda other: like(wanted, other), default=None)
        if best is not None and like(wanted, best) >= floor:
            left.remove(best)
            judge.add(name, wanted, best, True, label, predicted)
        else:
            judge.add(name, wanted, None, False, label)
    for other in left:
        judge.add(name, None, other, False, label, predicted)


def _bounds(
    judge: _Judge, gold: Json | None, predicted: Json | None, of_gold: Json, of_predicted: Json
) -> None:
    """The deadlines of one assignment."""
    name, label = "assignments.deadlines", str((gold or predicted or {}).get("path", ""))
    left = [(id_, of_predicted.get(id_)) for id_ in (predicted or {}).get("deadlines") or ()]
    for id_ in (gold or {}).get("deadlines") or ():
        item = of_gold.get(id_)
        match = next(
            (
                pair
                for pair in left
                if (likeness.deadline_key(pair[1]) if pair[1] else None)
                == (likeness.deadline_key(item) if item else None)
            ),
            None,
        )
        shown = _deadline_shown(item) if item else id_
        if match is None:
            judge.add(name, shown, None, False, label)
        else:
            left.remove(match)
            judge.add(name, shown, _deadline_shown(match[1]) if match[1] else match[0], True, label, match[1])
    for id_, item in left:
        judge.add(name, None, _deadline_shown(item) if item else id_, False, label, item)


# -- Parts of a record ---------------------------------------------------------------------------------------


def _get(record: Json, path: tuple[str, ...]) -> Any:
    value: Any = record
    for step in path:
        if value is None:
            return None
        value = value.get(step)
    return value or None


def _items(record: Json, name: str) -> list[Any]:
    return list(record.get(name) or ())


def _name_of(item: Any) -> str:
    return item["name"] if isinstance(item, dict) else str(item)


def _fact(item: Any) -> Json | None:
    return item if isinstance(item, dict) else None


def _coded(record: Json, *, coded: bool) -> list[Json]:
    return [
        r for r in _items(record, "references") if (likeness.code_key(r.get("code")) is not None) == coded
    ]


def _code_text(reference: Json) -> str:
    return str((reference.get("code") or {}).get("text") or "")


def _title(reference: Json) -> str:
    return " ".join(str(reference[part]) for part in ("type", "title", "date") if reference.get(part))


def _reference_shown(reference: Json) -> str:
    return " ".join(
        str(part) for part in (reference.get("type"), _code_text(reference), reference.get("date")) if part
    )


def _deadline_shown(deadline: Json) -> str:
    value = " ".join(str(part) for part in likeness.deadline_key(deadline) if part)
    return f"{value} ({deadline['text']})" if deadline.get("text") else value


def _shown(value: Any) -> str:
    return str(value)


__all__ = ["FIELDS", "GROUPS", "Outcome", "judge"]
