"""What damage costs: ``python benchmarks/damage.py [SAMPLE…]`` prints a table of record scores by kind of damage.

Each sample of ``corpus/samples`` (or those named) is made a scan of each kind, read, and compared with its gold
record: the share of right values in the head, recipients, references (by code), assignments (by their first words
and lead) and deadlines.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from corpus.typeset.damage import KINDS, damage  # noqa: E402

from vnadmin_extract.errors import VnadminError  # noqa: E402
from vnadmin_extract.extractor import Extractor  # noqa: E402
from vnadmin_extract.text.fold import fold  # noqa: E402

DEFAULT = ("cv-huyen-phong-chay-rung", "qd-tinh-du-lich", "cv-dang-uy-sinh-hoat")
GROUPS = ("head", "signer", "lists", "references", "assignments", "deadlines")


def values(record: dict[str, Any]) -> dict[str, list[str]]:
    """The comparable values of a record, by group."""

    def text(*path: str) -> str:
        value: Any = record
        for key in path:
            value = (value or {}).get(key)
        return f"{path[-1]}={fold(str(value))}" if value else ""

    head = [text("code", "number"), text("code", "notation"), text("issued", "date"), text("issued", "place")]
    head += [text("issuer", "name"), text("type", "name"), text("subject", "text")]
    lists = [fold(x["name"]) for key in ("addressees", "recipients") for x in record.get(key) or []]
    tasks = [
        " ".join(fold(a["task"]).split()[:5]) + "|" + ",".join(sorted(fold(u["name"]) for u in a["lead"]))
        for a in record.get("assignments") or []
    ]
    return {
        "head": [v for v in head if v],
        "signer": [
            v for v in (text("signer", "name"), text("signer", "position"), text("signer", "authority")) if v
        ],
        "lists": lists,
        "references": [fold(r["code"]["text"]) for r in record.get("references") or [] if r.get("code")],
        "assignments": tasks,
        "deadlines": [
            f"{d['kind']} {d['due']} {d['frequency']} {d['duration']}" for d in record.get("deadlines") or []
        ],
    }


def f1(gold: list[str], got: list[str]) -> tuple[int, int, int]:
    """Right, got, gold."""
    left = list(got)
    right = 0
    for value in gold:
        if value in left:
            left.remove(value)
            right += 1
    return right, len(got), len(gold)


def main() -> int:
    names = sys.argv[1:] or list(DEFAULT)
    print(f"{'damage':10}" + "".join(f"{group:>13}" for group in GROUPS) + f"{'mean':>8}")
    for kind in KINDS:
        totals = {group: [0, 0, 0] for group in GROUPS}
        for name in names:
            gold = values(json.loads((ROOT / "corpus" / "gold" / f"{name}.json").read_text("utf-8")))
            with tempfile.TemporaryDirectory() as folder:
                scan = Path(folder) / f"{name}.pdf"
                damage(ROOT / "corpus" / "samples" / f"{name}.pdf", scan, kind)
                try:
                    got = values(Extractor().extract(scan).model_dump(mode="json"))
                except VnadminError as error:
                    print(f"{name}, {kind}: {error}", file=sys.stderr)
                    got = {group: [] for group in GROUPS}
            for group in GROUPS:
                for index, number in enumerate(f1(gold[group], got[group])):
                    totals[group][index] += number
        scores = [2 * r / (p + g) if p + g else 1.0 for r, p, g in totals.values()]
        print(
            f"{kind:10}" + "".join(f"{s:13.2f}" for s in scores) + f"{sum(scores) / len(scores):8.2f}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
