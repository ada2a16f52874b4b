"""How sure each rule is, from ``knowledge/confidence.toml``; lowered by what the reader says of its words."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def _table() -> dict[str, float]:
    path = resources.files("vnadmin_extract.knowledge") / "confidence.toml"
    return {str(k): float(v) for k, v in tomllib.loads(path.read_text("utf-8"))["rules"].items()}


def confidence(rule: str, reading: float | None = None) -> float:
    """The probability that a fact found by ``rule`` is right.

    Args:
        rule: name in the table; where it is missing, its prefix up to the last dot, and so on.
        reading: the reader's confidence in the words, ``None`` where they are certain.
    """
    table = _table()
    name = rule
    while name not in table and "." in name:
        name = name.rpartition(".")[0]
    value = table.get(name, table["default"])
    return round(value if reading is None else value * max(0.0, min(1.0, reading)), 3)
