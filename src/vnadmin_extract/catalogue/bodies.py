"""Whether two names mean the same issuing body.

Citations name bodies as seen from the body that writes: "UBND tỉnh" is the committee of the writer's own province.
So a name is compared together with the region of the document in which it stands.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

import regex

from vnadmin_extract.text.fold import match_key, strip_marks

_TERM: Final = regex.compile(r"[0-9]+$")


@dataclass(frozen=True, slots=True)
class Region:
    """Where a body is: bare names, ``None`` where not known."""

    province: str | None = None
    district: str | None = None
    commune: str | None = None

    def differs(self, other: Region) -> bool:
        """Whether both are known at some level and are not the same there."""
        pairs = (
            (self.province, other.province),
            (self.district, other.district),
            (self.commune, other.commune),
        )
        return any(a is not None and b is not None and a != b for a, b in pairs)

    def agrees(self, other: Region) -> bool:
        """Whether both name the same province, or the same district."""
        if self.differs(other):
            return False
        return (self.province is not None and self.province == other.province) or (
            self.district is not None and self.district == other.district
        )

    def or_else(self, other: Region) -> Region:
        """This region, with what is not known taken from another."""
        return Region(
            self.province or other.province, self.district or other.district, self.commune or other.commune
        )


NOWHERE: Final = Region()


@dataclass(frozen=True, slots=True)
class Body:
    """A body as a document names it."""

    key: str
    """Its name for comparing: written out, folded, without marks, without those who act for it."""
    region: Region
    """Where it is: from its own name, else from the document in which the name stands."""
    national: bool
    """Whether the country has only one."""


@cache
def _data() -> dict[str, Any]:
    path = resources.files("vnadmin_extract.knowledge") / "catalogue_bodies.toml"
    return tomllib.loads(path.read_text("utf-8"))


@cache
def _words(table: str, key: str) -> tuple[str, ...]:
    source = _data()[table] if table else _data()
    return tuple(sorted((strip_marks(match_key(word)) for word in source[key]), key=len, reverse=True))


@cache
def _same() -> tuple[tuple[str, str], ...]:
    pairs = ((_bare(a), _bare(b)) for a, b in _data()["same"].items())
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _places() -> tuple[tuple[list[str], str | None], ...]:
    """Words that begin a place and its level, the longest first; no level for what only looks like one."""
    data = _data()
    pairs: list[tuple[list[str], str | None]] = [
        (match_key(word).split(), level) for word, level in data["places"].items()
    ]
    pairs += [(match_key(word).split(), None) for word in data["no_places"]["words"]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def _levels() -> dict[str, str]:
    return {_bare(words): level for words, level in _data()["levels"].items()}


_LONGEST: Final = 300
"""Characters of a name that are compared; a longer text is no name."""


def _bare(name: str) -> str:
    return strip_marks(match_key(name[:_LONGEST]))


def _begins(text: str, words: str) -> bool:
    return text == words or text.startswith(words + " ")


@lru_cache(maxsize=16384)
def body_key(name: str) -> str:
    """A body's name for comparing: ``"BTV Tỉnh uỷ"``, ``"Ban Thường vụ Tỉnh ủy"`` and ``"Tỉnh ủy"`` are the same."""
    key = _bare(name)
    cut = True
    while cut:
        cut = False
        for words in _words("", "leave_out"):
            rest = key.removeprefix(words + " ")
            if rest != key and not any(_begins(rest, kept) for kept in _words("", "keep")):
                key, cut = rest, True
                break
    for words, other in _same():
        if _begins(key, words):
            return other + key[len(words) :]
    return key


@lru_cache(maxsize=16384)
def _named_places(name: str) -> tuple[tuple[str, str], ...]:
    """Levels and bare names of the places in a name; an empty name where only the level stands ("UBND tỉnh")."""
    tokens = match_key(name[:_LONGEST]).split()
    found: list[tuple[str, str]] = []
    level: str | None = None
    start = at = 0
    while at < len(tokens):
        opened = next((p for p in _places() if tokens[at : at + len(p[0])] == p[0]), None)
        if opened is None:
            at += 1
            continue
        words, kind = opened
        if kind is not None:
            if level is not None:
                found.append((level, " ".join(tokens[start:at])))
            level, start = kind, at + len(words)
        at += len(words)
    if level is not None:
        found.append((level, " ".join(tokens[start:])))
    return tuple((level, strip_marks(place)) for level, place in found)


@lru_cache(maxsize=16384)
def region_of(name: str) -> Region:
    """The place that a name says: ``"UBND huyện Sơn Trà, tỉnh Bình Minh"`` → district and province."""
    found: dict[str, str] = {}
    for level, place in _named_places(name):
        if place:
            found.setdefault(level, place)
    # A city has a province's rank or a district's: beside the one, it is the other.
    if "city" in found and "province" in found:
        found.setdefault("district", found["city"])
    elif "city" in found and "district" in found:
        found.setdefault("province", found["city"])
    return Region(found.get("province"), found.get("district"), found.get("commune"))


@lru_cache(maxsize=16384)
def _level_of(name: str) -> str | None:
    """The level at which a body stands, from the first place word of its name ("UBND xã X, huyện Y": commune)."""
    places = _named_places(name)
    if places:
        return places[0][0]
    key = _bare(name)
    return next((level for words, level in _levels().items() if _begins(key, words)), None)


@lru_cache(maxsize=16384)
def _code_region(code: str, level: str | None, day: str | None) -> Region:
    from vnadmin_extract.admin_units import AdminLevel, admin_units

    levels: dict[int, AdminLevel] = {2: "province", 3: "district", 5: "commune"}
    kind = levels.get(len(code))
    if kind is None:
        return NOWHERE
    units = admin_units()
    unit = units.by_code(code, level=kind, on=day) or units.by_code(code, level=kind)
    if unit is None:
        return NOWHERE
    province = units.province_of(unit)
    own = _bare(unit.name)
    return Region(
        _bare(province.name) if province else None,
        own if kind == "district" else None,
        own if kind == "commune" else None,
    )


def document_region(
    issuer: str | None, parent: str | None, unit_code: str | None, level: str | None, day: str | None
) -> Region:
    """The region of a document's issuer, from its unit's code, its name, and the body above it."""
    region = _code_region(unit_code, level, day) if unit_code else NOWHERE
    for name in (issuer, parent):
        if name:
            region = region.or_else(region_of(name))
    return region


@lru_cache(maxsize=16384)
def is_national(key: str) -> bool:
    """Whether a body (by its key) is one of which the country has only one."""
    return any(_begins(key, words) for words in _words("national", "names")) and not any(
        _begins(key, words) for words in _words("national", "but_not")
    )


def national_notation(code_key: str) -> bool:
    """Whether a number's notation names a body of which the country has only one (``TW``, ``CP``, ``QH15``)."""
    organ = code_key.rpartition(" ")[2].rpartition("-")[2]
    table = _data()["national"]
    return organ in table["organs"] or _TERM.sub("", organ) in table["organs_with_term"]


def body(name: str, region: Region) -> Body:
    """A body as named in a document of some region."""
    key = body_key(name)
    national = is_national(key)
    if national:
        return Body(key, NOWHERE, True)
    own = region_of(name).or_else(region)
    # Seen from a district, "UBND tỉnh" is a body of the province, not of the district.
    match _level_of(name):
        case "province":
            own = Region(own.province)
        case "district":
            own = Region(own.province, own.district)
    return Body(key, own, False)


def same_body(a: Body | None, b: Body | None) -> bool | None:
    """Whether two names mean one body; ``None`` where that cannot be told."""
    if a is None or b is None:
        return None
    if a.key != b.key and not _begins(a.key, b.key) and not _begins(b.key, a.key):
        return False
    if a.national or b.national:
        return True if a.key == b.key else None
    if a.region.differs(b.region):
        return False
    return True if a.key == b.key or a.region.agrees(b.region) else None
