"""Administrative units of Viet Nam and the days on which they existed.

The table (``knowledge/admin_units.csv``) holds the units before and after 1 July 2025, when the district level
ended and 63 provinces became 34 (Resolution 202/2025/QH15; names and codes after Decision 19/2025/QĐ-TTg). Codes
are used again for other units, so that a code means something only together with a level and a day.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Final, Literal

import regex

from vnadmin_extract.text.fold import fold, strip_marks

AdminLevel = Literal["province", "district", "commune"]

LEVELS: Final[tuple[AdminLevel, ...]] = ("province", "district", "commune")


@dataclass(frozen=True, slots=True)
class AdminUnit:
    """A unit in one period of its life."""

    code: str
    """Code of the General Statistics Office: 2 digits for a province, 3 for a district, 5 for a commune."""
    level: AdminLevel
    kind: str
    """"tỉnh", "thành phố", "huyện", "quận", "thị xã", "thành phố thuộc tỉnh", "xã", "phường", "đặc khu" …"""
    name: str
    """Without the kind: "Bình Sơn"."""
    parent: str | None
    """Code of the unit above it in this period (a province, or a district before July 2025)."""
    valid_from: date | None
    """First day; ``None``: since before the table's history begins."""
    valid_to: date | None
    """Last day; ``None``: still so."""
    aliases: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """Kind and name as in running text: "huyện Bình Sơn", "thành phố Thủ Đức"."""
        return f"{self.kind.removesuffix(' thuộc tỉnh').removesuffix(' thuộc thành phố')} {self.name}"

    def valid_on(self, first: date, last: date | None = None) -> bool:
        """Whether the unit existed on a day, or on any day from ``first`` to ``last``."""
        last = first if last is None else last
        return (self.valid_from is None or self.valid_from <= last) and (
            self.valid_to is None or first <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class UnitMention:
    """A unit named in a text."""

    start: int
    end: int
    """Offsets into the text given, kind word included."""
    kind: str | None
    """The kind word in full ("thành phố" for "TP."), ``None`` where the bare name stands."""
    name: str
    """The name as the text has it."""
    units: tuple[AdminUnit, ...] = field(repr=False)
    """All units that it may be: one entry, or several where the text alone does not decide."""

    @property
    def level(self) -> AdminLevel | None:
        """The level, where all the possible units share it."""
        levels = {unit.level for unit in self.units}
        return levels.pop() if len(levels) == 1 else None


# A kind word of a header or text → the kinds of the table that it may stand for.
_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "tỉnh": ("tỉnh",),
    "thành phố": ("thành phố", "thành phố thuộc tỉnh", "thành phố thuộc thành phố"),
    "huyện": ("huyện",),
    "quận": ("quận",),
    "thị xã": ("thị xã",),
    "xã": ("xã",),
    "phường": ("phường",),
    "thị trấn": ("thị trấn",),
    "đặc khu": ("đặc khu",),
}
_KIND_LEVELS: Final[dict[str, tuple[AdminLevel, ...]]] = {
    "tỉnh": ("province",),
    "thành phố": ("province", "district"),
    "huyện": ("district",),
    "quận": ("district",),
    "thị xã": ("district",),
    "xã": ("commune",),
    "phường": ("commune",),
    "thị trấn": ("commune",),
    "đặc khu": ("commune",),
}
# Party committees name the unit's kind in one word.
_KIND_WORDS: Final[dict[str, str]] = {
    **{word: word for word in _KINDS},
    "tp": "thành phố",
    "thành": "thành phố",
    "tx": "thị xã",
    "thị": "thị xã",
    "tt": "thị trấn",
}
_RANK: Final[dict[str, int]] = {
    "huyện": 0,
    "xã": 0,
    "tỉnh": 0,
    "thị xã": 1,
    "thị trấn": 1,
    "thành phố": 2,
    "thành phố thuộc tỉnh": 2,
    "thành phố thuộc thành phố": 2,
    "quận": 2,
    "phường": 2,
    "đặc khu": 2,
}

_BODY: Final = regex.compile(
    r"^(?:(?:u[ỷy]|ủy|uỷ) ban nhân dân|ubnd|hội đồng nhân dân|hđnd|đảng (?:ủy|bộ)|ban chấp hành|bch|văn phòng)\s+",
    regex.IGNORECASE,
)
_COMMITTEE: Final = regex.compile(r"^(tỉnh|thành|huyện|quận|thị) (?:ủy|đoàn)\s+", regex.IGNORECASE)
_KIND_PREFIX: Final = regex.compile(
    r"^(?:(tp|tx|tt)(?:\.\s*|\s+)|(tỉnh|thành phố|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu)\s+|(tp)(?=\p{Lu}))",
    regex.IGNORECASE,
)
_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*")
_DATE: Final = regex.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def _first_last(value: date | str | None) -> tuple[date, date] | None:
    """The first and last day of an EDTF date or interval; ``None`` for none or what is not one."""
    if value is None:
        return None
    if isinstance(value, date):
        return value, value
    ends = [_DATE.fullmatch(part.strip()) for part in value.split("/")]
    if not 1 <= len(ends) <= 2 or any(end is None for end in ends):
        return None
    try:
        spans = [_span(*(int(x) if x else None for x in end.groups())) for end in ends if end is not None]
    except ValueError:
        return None
    return spans[0][0], spans[-1][1]


def _span(year: int | None, month: int | None, day: int | None) -> tuple[date, date]:
    if year is None:
        raise ValueError("a date needs a year")
    if month is None or month > 12:  # above 12: seasons, quarters, halves
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        after = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
        return date(year, month, 1), after - timedelta(days=1)
    return date(year, month, day), date(year, month, day)


@lru_cache(maxsize=32768)
def bare_key(name: str) -> str:
    """Letters and digits only, without marks: one key for all spellings of a name, and some more names."""
    words = (
        str(int(word)) if word.isdecimal() else word for word in _WORD.findall(strip_marks(name).lower())
    )
    return "".join(c for word in words for c in word if c.isalnum()).replace("y", "i")


@lru_cache(maxsize=32768)
def _tone_key(name: str) -> str:
    """As :func:`bare_key`, with tones and diacritics; Đăk and Đak are Đắk."""
    words = (str(int(word)) if word.isdecimal() else word for word in _WORD.findall(fold(name)))
    joined = "".join(c for word in words for c in word if c.isalnum())
    return joined.replace("đăk", "đắk").replace("đak", "đắk").replace("lăk", "lắk").replace("y", "i")


class AdminUnits:
    """The table, indexed by name. Use :func:`admin_units` to share one."""

    def __init__(self, rows: list[AdminUnit]) -> None:
        """Make an index.

        Args:
            rows: the units, one for each period.
        """
        self._rows = rows

    @classmethod
    def bundled(cls) -> AdminUnits:
        """The table that comes with the package."""
        path = resources.files("vnadmin_extract.knowledge") / "admin_units.csv"
        lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
        return cls([_unit(row) for row in csv.DictReader(lines)])

    def __iter__(self) -> Iterator[AdminUnit]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @cached_property
    def _upper(self) -> dict[str, list[AdminUnit]]:
        return self._by_name(("province", "district"))

    @cached_property
    def _communes(self) -> dict[str, list[AdminUnit]]:
        return self._by_name(("commune",))

    def _by_name(self, levels: tuple[AdminLevel, ...]) -> dict[str, list[AdminUnit]]:
        index: dict[str, list[AdminUnit]] = {}
        for unit in self._rows:
            if unit.level in levels:
                for key in {bare_key(name) for name in (unit.name, *unit.aliases)}:
                    index.setdefault(key, []).append(unit)
        return index

    @cached_property
    def _by_code(self) -> dict[tuple[str, str], list[AdminUnit]]:
        index: dict[tuple[str, str], list[AdminUnit]] = {}
        for unit in self._rows:
            index.setdefault((unit.level, unit.code), []).append(unit)
        return index

    @cached_property
    def _province_keys(self) -> dict[str, list[AdminUnit]]:
        return self._by_name(("province",))

    def province_names(self, on: date | str | None = None) -> list[str]:
        """Names of all provinces and central cities, without the kind, now and before (or on a day)."""
        span = _first_last(on)
        names = (u.name for u in self._rows if u.level == "province" and (span is None or u.valid_on(*span)))
        return list(dict.fromkeys(names))

    def by_code(self, code: str, *, level: AdminLevel, on: date | str | None = None) -> AdminUnit | None:
        """The unit with a code; the latest of those on that day."""
        span = _first_last(on)
        units = [u for u in self._by_code.get((level, code), ()) if span is None or u.valid_on(*span)]
        return max(units, key=lambda u: u.valid_to or date.max, default=None)

    def province_of(self, unit: AdminUnit) -> AdminUnit | None:
        """The province in which a unit lay in the last days of its period."""
        while unit.level != "province":
            if unit.parent is None:
                return None
            level: AdminLevel = "province" if len(unit.parent) == 2 else "district"
            day = unit.valid_to or date.max
            above = [u for u in self._by_code.get((level, unit.parent), ()) if u.valid_on(day)]
            if not above:
                return None
            unit = above[0]
        return unit

    def candidates(
        self,
        name: str,
        *,
        level: str | None = None,
        province: str | None = None,
        on: date | str | None = None,
        loose: bool = False,
    ) -> list[AdminUnit]:
        """All units that a printed name may mean.

        Args:
            name: with or without its kind and the body before it: "Bình Sơn", "huyện Bình Sơn",
                "UBND huyện Bình Sơn, tỉnh Quảng Ngãi", "Tỉnh ủy Bắc Giang".
            level: only units of this level.
            province: name (or code) of the province in which the unit lies.
            on: only units that existed on that day; an EDTF string may leave the day or the month open.
            loose: where no name is equal, take names that are equal without tones and diacritics (OCR).
        """
        parts = [part.strip() for part in name.split(",") if part.strip()]
        if not parts:
            return []
        kind, bare = split_kind(parts[0])
        key = bare_key(bare)
        if not key:
            return []
        span = _first_last(on)
        levels: tuple[str, ...] = LEVELS if kind is None else _KIND_LEVELS[kind]
        if level is not None:
            levels = tuple(x for x in levels if x == level)
        found: list[AdminUnit] = []
        if "province" in levels or "district" in levels:
            found += [u for u in self._upper.get(key, ()) if u.level in levels]
        if "commune" in levels:
            found += self._communes.get(key, ())
        if span is not None:
            found = [u for u in found if u.valid_on(*span)]
        tone = _tone_key(bare)
        equal = [u for u in found if any(_tone_key(n) == tone for n in (u.name, *u.aliases))]
        found = equal if equal or not loose else found
        if kind is None and key.isdigit():
            return []  # "1" alone is no name
        found = self._inside(found, [*parts[1:], *([province] if province else [])])
        return self._of_kind(found, kind)

    @staticmethod
    def _of_kind(units: list[AdminUnit], kind: str | None) -> list[AdminUnit]:
        """Those of a kind; else those that may have been of that kind at the time.

        A unit keeps its code when its kind is raised (huyện → thị xã → thành phố, xã → phường). The table does
        not hold the kinds before the last, nor the wards that Resolution 30/2026/QH16 made of ten communes.
        """
        if kind is None:
            return units
        exact = [u for u in units if u.kind in _KINDS[kind]]
        if exact or kind == "đặc khu":
            return exact
        commune = "commune" in _KIND_LEVELS[kind]
        return [
            u
            for u in units
            if u.kind != "đặc khu"
            and not u.name.isdigit()
            and (
                (u.valid_from is None and _RANK[u.kind] >= _RANK[kind])
                or (commune and u.valid_to is None)
                or (u.level == "province" and u.valid_to is not None and u.valid_to.year >= 2026)
            )
        ]

    def _inside(self, units: list[AdminUnit], containers: list[str]) -> list[AdminUnit]:
        """Those inside all the named districts and provinces."""
        for container in containers:
            if not units:
                break
            _, bare = split_kind(container)
            key = container if container.isdigit() and len(container) == 2 else bare_key(bare)
            kept = []
            for unit in units:
                if any(key in self._keys(above) for above in self._above(unit)):
                    kept.append(unit)
            units = kept
        return units

    def _above(self, unit: AdminUnit) -> list[AdminUnit]:
        """The units above in the unit's own period, and the unit itself if it is a province."""
        if unit.level == "province":
            return [unit]
        result: list[AdminUnit] = []
        if unit.parent is not None and len(unit.parent) == 3:
            result += self._by_code.get(("district", unit.parent), [])
        province = self.province_of(unit)
        if province is not None:
            # A province renamed within the unit's life (Thừa Thiên Huế, Huế) counts under both names.
            first, last = unit.valid_from or date.min, unit.valid_to or date.max
            result += [u for u in self._by_code[("province", province.code)] if u.valid_on(first, last)]
        return result

    @staticmethod
    def _keys(unit: AdminUnit) -> set[str]:
        return {bare_key(name) for name in (unit.name, *unit.aliases)} | {unit.code}

    def resolve(
        self,
        name: str,
        *,
        level: str | None = None,
        province: str | None = None,
        on: date | str | None = None,
        loose: bool = False,
    ) -> AdminUnit | None:
        """The one unit that a name means; ``None`` where it is unknown, ambiguous or not valid on that day.

        A bare name that is a province's is the province ("Quảng Ngãi", though its town had the same name).
        Arguments as for :meth:`candidates`.
        """
        units = self.candidates(name, level=level, province=province, on=on, loose=loose)
        if len({(u.level, u.code) for u in units}) > 1 and level is None:
            units = [u for u in units if u.level == "province"]
        if len({(u.level, u.code) for u in units}) != 1:
            return None
        return max(units, key=lambda u: u.valid_to or date.max)

    def find_in(self, text: str, *, on: date | str | None = None) -> list[UnitMention]:
        """The units named in a text, in order, not overlapping.

        Provinces are found with or without their kind, other units only after a kind word ("huyện Bình Sơn",
        "P. 12" is not looked for). Time is linear in the text.

        Args:
            text: any text; all-caps headers too.
            on: only units that existed on that day.
        """
        span = _first_last(on)
        words = list(_WORD.finditer(text))
        folded = [fold(word.group()) for word in words]
        mentions: list[UnitMention] = []
        index = 0
        while index < len(words):
            mention, used = self._mention_at(text, words, folded, index, span)
            if mention is not None:
                mentions.append(mention)
            index += used
        return mentions

    def _mention_at(
        self,
        text: str,
        words: list[regex.Match[str]],
        folded: list[str],
        index: int,
        span: tuple[date, date] | None,
    ) -> tuple[UnitMention | None, int]:
        kind, length = None, 0
        for size in (2, 1):
            word = " ".join(folded[index : index + size])
            if word in _KINDS or word == "tp":
                kind, length = _KIND_WORDS[word], size
                break
        for size in range(min(5, len(words) - index - length), 0, -1):
            first, last = words[index + length], words[index + length + size - 1]
            name = text[first.start() : last.end()]
            if len(name) > 40 or not (name[0].isupper() or name[0].isdigit()):
                continue
            if kind is None and size == 1:
                continue  # no province has a name of one syllable but Huế
            units = self._named(name, kind, span)
            if units:
                start = words[index].start()
                return UnitMention(start, last.end(), kind, name, tuple(units)), length + size
        return None, max(1, length)

    def _named(self, name: str, kind: str | None, span: tuple[date, date] | None) -> list[AdminUnit]:
        key, tone = bare_key(name), _tone_key(name)
        if kind is None:
            units = self._province_keys.get(key, [])
        elif "commune" in _KIND_LEVELS[kind]:
            units = self._communes.get(key, [])
        else:
            units = [u for u in self._upper.get(key, []) if u.level in _KIND_LEVELS[kind]]
        units = [u for u in units if span is None or u.valid_on(*span)]
        units = [u for u in units if any(_tone_key(n) == tone for n in (u.name, *u.aliases))]
        return self._of_kind(units, kind)


def split_kind(name: str) -> tuple[str | None, str]:
    """``"UBND huyện Bình Sơn"`` → ``("huyện", "Bình Sơn")``; no kind: ``(None, name)``.

    Leading bodies ("UBND", "HĐND", "Đảng ủy" …) are dropped; "Tỉnh ủy" and the like give the kind.
    """
    rest = unicodedata.normalize("NFC", " ".join(name.split()))
    for _ in range(3):
        match = _BODY.match(rest)
        if match is None:
            break
        rest = rest[match.end() :]
    committee = _COMMITTEE.match(_committee_spelling(rest))
    if committee is not None:
        return _KIND_WORDS[committee.group(1).lower()], rest[committee.end() :]
    match = _KIND_PREFIX.match(rest)
    if match is None or match.end() >= len(rest):
        return None, rest
    word = next(group for group in match.groups() if group).lower()
    return _KIND_WORDS[word], rest[match.end() :]


def _committee_spelling(text: str) -> str:
    return text.replace("uỷ", "ủy").replace("Uỷ", "Ủy").replace("UỶ", "ỦY")


def _unit(row: dict[str, str]) -> AdminUnit:
    level = row["level"]
    if level not in LEVELS:
        raise ValueError(f"unknown level {level!r}")
    return AdminUnit(
        code=row["code"],
        level=level,
        kind=row["kind"],
        name=row["name"],
        parent=row["parent"] or None,
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        aliases=tuple(row["aliases"].split("|")) if row["aliases"] else (),
    )


@cache
def admin_units() -> AdminUnits:
    """The bundled table, loaded once."""
    return AdminUnits.bundled()
