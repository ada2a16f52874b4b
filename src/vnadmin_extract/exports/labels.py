"""Headings and words of the tables, in Vietnamese and English, from ``knowledge/labels_*.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import regex

Language = Literal["en", "vi"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_EDTF = regex.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")
_ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class Labels:
    """One language's labels."""

    tables: dict[str, str]
    columns: dict[str, str]
    values: dict[str, dict[str, str]]
    edtf: dict[str, str]
    messages: dict[str, str]

    def value(self, group: str, key: str) -> str:
        """The word for an enumerated value; the key itself where the file has none."""
        return self.values.get(group, {}).get(key, key)

    def date(self, edtf: str) -> str:
        """An EDTF date in words: a day, month, year, quarter (33-36), half (40, 41) or interval of these.

        What is none of these is given back as it is.
        """
        if "/" in edtf:
            start, _, end = edtf.partition("/")
            return self.edtf["interval"].format(start=self._bound(start), end=self._bound(end))
        match = _EDTF.fullmatch(edtf)
        if match is None:
            return edtf
        year = int(match["year"])
        if match["month"] is None:
            return self.edtf["year"].format(year=year)
        month = int(match["month"])
        if match["day"] is not None:
            return self.edtf["day"].format(year=year, month=month, day=int(match["day"]))
        if 33 <= month <= 36:
            return self.edtf["quarter"].format(year=year, quarter=month - 32, roman=_ROMAN[month - 33])
        if month in (40, 41):
            return self.edtf[f"half_{month - 39}"].format(year=year)
        return self.edtf["month"].format(year=year, month=month) if 1 <= month <= 12 else edtf

    def _bound(self, edtf: str) -> str:
        return self.edtf["open"] if edtf in ("", "..") else self.date(edtf)


@cache
def labels(lang: Language) -> Labels:
    """The labels of a language."""
    text = (files("vnadmin_extract.knowledge") / f"labels_{lang}.toml").read_text(encoding="utf-8")
    return Labels(**tomllib.loads(text))


def full_day(edtf: str) -> date | None:
    """The day that an EDTF string names, ``None`` where it is less exact than a day (or no date at all)."""
    match = _EDTF.fullmatch(edtf)
    if match is None or match["day"] is None:
        return None
    try:
        return date.fromisoformat(edtf)
    except ValueError:
        return None
