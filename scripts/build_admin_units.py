"""Write ``src/vnadmin_extract/knowledge/admin_units.csv``.

Source: the data set of the package ``vietnamadminunits`` (1.0.4, MIT licence, Tran Ngoc Minh Hieu), which holds
the lists of the General Statistics Office before and after 1 July 2025, and our own
``knowledge/admin_changes.toml``. The package is not a dependency; unpack it anywhere and name its data file::

    python scripts/build_admin_units.py path/to/vietnamadminunits/data/dataset.db
"""

from __future__ import annotations

import argparse
import csv
import sqlite3
import tomllib
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

KNOWLEDGE = Path(__file__).parents[1] / "src" / "vnadmin_extract" / "knowledge"
LAST_OLD = "2025-06-30"
FIRST_NEW = "2025-07-01"
LEVELS = ("province", "district", "commune")

# Provinces whose land did not change on 1 July 2025 (Resolution 202/2025/QH15, Article 1(24)): one period.
UNCHANGED = frozenset(
    {
        "Cao Bằng",
        "Điện Biên",
        "Hà Nội",
        "Hà Tĩnh",
        "Huế",
        "Lai Châu",
        "Lạng Sơn",
        "Nghệ An",
        "Quảng Ninh",
        "Sơn La",
        "Thanh Hóa",
    }
)

HEADER = """\
# Administrative units of Viet Nam before and after 1 July 2025. Written by scripts/build_admin_units.py.
# Names and codes: General Statistics Office, from the data set of vietnamadminunits 1.0.4
# (MIT licence, Copyright (c) 2025 Tran Ngoc Minh Hieu); changes from admin_changes.toml. See ADMIN_UNITS.md.
"""


class Row(NamedTuple):
    level: str
    code: str
    kind: str
    name: str
    parent: str
    valid_from: str
    valid_to: str
    aliases: str = ""


def split_kind(full: str, level: str) -> tuple[str, str]:
    """``("Huyện Bình Sơn", "district")`` → ``("huyện", "Bình Sơn")``."""
    full = unicodedata.normalize("NFC", " ".join(full.split()))
    for word in ("thành phố", "thị xã", "thị trấn", "đặc khu", "tỉnh", "huyện", "quận", "xã", "phường"):
        if full.lower().startswith(word + " "):
            name = full[len(word) + 1 :]
            kind = "thành phố thuộc tỉnh" if word == "thành phố" and level == "district" else word
            return kind, str(int(name)) if name.isdigit() else name
    raise ValueError(f"no kind of unit in {full!r}")


def read_dataset(path: Path) -> list[Row]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        old = db.execute(
            "select provinceCode, province, districtCode, district, wardCode, ward from admin_units_legacy"
        ).fetchall()
        new = db.execute("select provinceCode, province, wardCode, ward from admin_units").fetchall()
    rows: set[Row] = set()
    for province_code, province, district_code, district, code, commune in old:
        kind, name = split_kind(province, "province")
        rows.add(Row("province", province_code, kind, name, "", "", "" if name in UNCHANGED else LAST_OLD))
        kind, name = split_kind(district, "district")
        rows.add(Row("district", district_code, kind, name, province_code, "", LAST_OLD))
        if commune:  # five island districts have no communes
            kind, name = split_kind(commune, "commune")
            rows.add(Row("commune", code, kind, name, district_code, "", LAST_OLD))
    for province_code, province, code, commune in new:
        kind, name = split_kind(province, "province")
        if name not in UNCHANGED:
            rows.add(Row("province", province_code, kind, name, "", FIRST_NEW, ""))
        kind, name = split_kind(commune, "commune")
        rows.add(Row("commune", code, kind, name, province_code, FIRST_NEW, ""))
    return sorted(rows)


def merge(rows: list[Row], changes: dict[str, Any]) -> list[Row]:
    units = changes["unit"]
    replaced = {(unit["level"], unit["code"]) for unit in units}
    result = [row for row in rows if (row.level, row.code) not in replaced]
    result += [Row(**{key: unit.get(key, "") for key in Row._fields if key != "aliases"}) for unit in units]
    aliases: dict[str, list[str]] = changes["aliases"]
    result = [row._replace(aliases="|".join(aliases.get(row.name, []))) for row in result]
    return sorted(result, key=lambda row: (LEVELS.index(row.level), row.code, row.valid_to or "9999"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path, help="vietnamadminunits/data/dataset.db")
    parser.add_argument("--output", type=Path, default=KNOWLEDGE / "admin_units.csv")
    arguments = parser.parse_args()
    changes = tomllib.loads((KNOWLEDGE / "admin_changes.toml").read_text(encoding="utf-8"))
    rows = merge(read_dataset(arguments.dataset), changes)
    with arguments.output.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(rows)
    print(f"{len(rows)} rows")


if __name__ == "__main__":
    main()
