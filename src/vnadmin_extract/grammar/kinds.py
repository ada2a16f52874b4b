"""Kinds of documents (tên loại văn bản) and their abbreviations.

The data are in ``knowledge/kinds.toml``: Decree 30/2020/NĐ-CP, Article 7 and Appendix III (state), Regulation
399-QĐ/TW (Party), and the normative kinds.
"""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from vnadmin_extract.text.fold import unmark


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document."""

    name: str
    """As in the record: ``"Kế hoạch"``."""
    abbreviation: str | None
    """``"KH"``; ``None`` for kinds without one (Luật, Thư công)."""
    families: frozenset[str] = frozenset()
    """Where it comes from: ``state``, ``party``, ``norm``, ``copy``, ``mass``."""
    aliases: tuple[str, ...] = ()
    """Other names under which it is titled or cited."""
    abbreviations: tuple[str, ...] = ()
    """Further spellings of the abbreviation."""
    bare: bool = True
    """Whether the name with a bare number names a document ("Kế hoạch 437"; but not "Chương trình 135")."""
    uncoded: bool = False
    """Whether "‹kind› của ‹body› về ‹matter›" without a number names one certain document."""
    law: bool = False
    """Cited by its title rather than by a number."""
    general: bool = False
    """A general word ("Văn bản") that gives way to a more precise type at another mention."""
    derived: bool = True
    """Whether the abbreviation alone may give this name."""


def _load() -> tuple[Kind, ...]:
    path = resources.files("vnadmin_extract.knowledge") / "kinds.toml"
    rows = tomllib.loads(path.read_text("utf-8"))["kind"]
    return tuple(
        Kind(
            name=row["name"],
            abbreviation=row["abbreviation"] or None,
            families=frozenset(row["families"]),
            aliases=tuple(row.get("aliases", ())),
            abbreviations=tuple(row.get("abbreviations", ())),
            bare=row.get("bare", True),
            uncoded=row.get("uncoded", False),
            law=row.get("law", False),
            general=row.get("general", False),
            derived=row.get("derived", True),
        )
        for row in rows
    )


KINDS: Final[tuple[Kind, ...]] = _load()
"""All kinds, in the order of the data file."""


@cache
def _names() -> dict[str, Kind]:
    table: dict[str, Kind] = {}
    for kind in KINDS:
        table.setdefault(unmark(kind.name), kind)
    for kind in KINDS:
        for alias in kind.aliases:
            table.setdefault(unmark(alias), kind)
    return table


@lru_cache(maxsize=1024)
def kind_by_name(name: str) -> Kind | None:
    """The kind with this name or alias, compared without case and marks (``"KẾ HOẠCH"``, ``"Quyêt định"``)."""
    return _names().get(" ".join(unmark(unicodedata.normalize("NFC", name)).split()))


@cache
def _abbreviations() -> dict[bool, dict[str, Kind]]:
    tables: dict[bool, dict[str, Kind]] = {}
    for party in (False, True):
        table: dict[str, Kind] = {}
        # where two kinds share an abbreviation (TT: thông tư or thông tri), the family of the number decides
        for wanted in ({"party"} if party else {"state", "norm"}, {"party", "state", "norm", "copy", "mass"}):
            for kind in KINDS:
                if kind.derived and kind.abbreviation and kind.families & wanted:
                    table.setdefault(kind.abbreviation, kind)
        for kind in KINDS:
            for spelling in kind.abbreviations:
                table.setdefault(spelling, kind)
        tables[party] = table
    return tables


def fold_d(text: str) -> str:
    """Upper case with every kind of Đ as D, a doubled one as one: for comparing abbreviations."""
    return text.upper().replace("Đ", "D").replace("Ð", "D").replace("Ɖ", "D").replace("DD", "D")


@cache
def _folded_abbreviations() -> dict[bool, dict[str, str]]:
    tables: dict[bool, dict[str, str]] = {}
    for party, table in _abbreviations().items():
        folded: dict[str, str] = {}
        for abbreviation in table:
            folded.setdefault(fold_d(abbreviation), abbreviation)
        tables[party] = folded
    return tables


def right_abbreviation(abbreviation: str, party: bool = False) -> str | None:
    """The right spelling of a kind's abbreviation: ``"QD"``, ``"QĐÐ"`` → ``"QĐ"``; ``None`` for no kind's."""
    if abbreviation in _abbreviations()[party]:
        return abbreviation
    return _folded_abbreviations()[party].get(fold_d(abbreviation))


@lru_cache(maxsize=1024)
def kind_by_abbreviation(abbreviation: str, party: bool = False) -> Kind | None:
    """The kind of an abbreviation, D/Đ slips and case forgiven.

    Args:
        abbreviation: ``"QĐ"``, ``"KH"``.
        party: whether it stands in a Party number. There ``QĐ`` is both quyết định and quy định (Regulation
            66-QĐ/TW): the answer is then only the likelier one; take the type from the words where there are any.
    """
    right = right_abbreviation(abbreviation, party)
    return None if right is None else _abbreviations()[party][right]
