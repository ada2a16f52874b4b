"""The PDF readers' data file (``knowledge/pdf_reading.toml``), compiled once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import regex

Pattern = regex.Pattern[str]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What ``pdf_reading.toml`` holds."""

    stamp_lead: Pattern
    """Starts the visible appearance of a digital signature."""
    stamp_field: Pattern
    """Starts a line inside one."""
    timestamp: Pattern
    date: Pattern
    organization: Pattern
    """A certificate owner's name that is a body's."""
    layout_table: Pattern
    motto: str
    motto_reach: int
    initials: frozenset[str]
    rimes: frozenset[str]


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """The data file."""
    text = files("vnadmin_extract.knowledge").joinpath("pdf_reading.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    stamp, body = data["signature_stamp"], data["organization"]

    def alternatives(parts: list[str]) -> str:
        return "|".join(parts)

    def literal(parts: list[str]) -> str:
        return "|".join(regex.escape(part, literal_spaces=True) for part in parts)

    return Knowledge(
        stamp_lead=regex.compile(rf"^\W{{0,3}}(?:{alternatives(stamp['leads'])})", regex.I),
        stamp_field=regex.compile(rf"^\W{{0,3}}(?:{alternatives(stamp['fields'])})", regex.I),
        timestamp=regex.compile(stamp["timestamp"]),
        date=regex.compile(stamp["date"]),
        organization=regex.compile(
            rf"^(?:{literal(body['starts'])})\b|\b(?:{literal(body['anywhere'])})\b", regex.I
        ),
        layout_table=regex.compile(rf"^\W{{0,3}}(?:{literal(data['layout_table']['starts'])})", regex.I),
        motto=data["motto"]["text"],
        motto_reach=data["motto"]["reach"],
        initials=frozenset(data["syllable"]["initials"]),
        rimes=frozenset(data["syllable"]["rimes"].split()),
    )
