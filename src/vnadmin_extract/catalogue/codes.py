"""Keys under which numbers of documents (số, ký hiệu), names and kinds are compared.

A number is matched by its canonical form (slips set right, see :mod:`vnadmin_extract.grammar.code`) with leading
zeros, separators and kinds of Đ made equal: ``57-KL/TW``, ``57 KL/TW`` and ``57/KL-TW`` are one number. Number and
notation alone are no key to a document: state numbers begin again each year in each body (Decree 30/2020/NĐ-CP,
Article 15), Party numbers with each term of a committee. :mod:`vnadmin_extract.catalogue.resolve` takes issuer and
date into account.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

import regex

from vnadmin_extract.grammar.code import parse_code
from vnadmin_extract.grammar.kinds import fold_d, kind_by_abbreviation, kind_by_name
from vnadmin_extract.record import Code
from vnadmin_extract.text.fold import match_key, strip_marks

_NUMBER: Final = regex.compile(r"0*+(?P<digits>[0-9]{1,6}+)(?P<letter>[a-zđ]?)", regex.IGNORECASE)
_ZERO: Final = regex.compile(r"0+[a-zđ]?", regex.IGNORECASE)
_GROUP: Final = regex.compile(r"[\p{L}\p{N}&]+")
_FORM: Final = regex.compile(
    r"\s*+(?P<number>[0-9]{1,6}[a-zđ]?)\s*+(?:/\s*+(?P<year>(?:19|20)[0-9]{2}))?+\s*+[-./_ ]?+\s*+(?P<notation>\p{L}.{0,80})",
    regex.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CodeKey:
    """A number for matching."""

    key: str
    """Number and notation: ``"57 KL-TW"``, ``"30 ND-CP"``."""
    year: int | None
    """The year within the number, where there is one."""


def code_key(code: Code | None) -> CodeKey | None:
    """The key of a code; ``None`` where the number or the notation is not known."""
    if code is None or code.number is None:
        return None
    notation = code.notation
    if code.canonical is not None and (match := _FORM.fullmatch(code.canonical)) is not None:
        notation = match["notation"]
    return _key(code.number, code.year, notation)


def parse_key(text: str) -> CodeKey | None:
    """The key of a number as a person types it: ``"57-KL/TW"``, ``"57 kl/tw"``, ``"số 30/2020/NĐ-CP"``."""
    parsed = parse_code(text)
    if parsed is not None and (key := code_key(parsed.to_code())) is not None:
        return key
    match = _FORM.fullmatch(unicodedata.normalize("NFC", text[:200]))
    if match is None:
        return None
    year = int(match["year"]) if match["year"] else None
    return _key(match["number"], year, match["notation"])


def _key(number: str, year: int | None, notation: str | None) -> CodeKey | None:
    groups = _GROUP.findall(unicodedata.normalize("NFC", notation or ""))
    match = _NUMBER.fullmatch(number)
    if not groups or (match is None and not _ZERO.fullmatch(number)):
        return None
    digits = match["digits"] + match["letter"].lower() if match else "0"
    return CodeKey(f"{digits} {'-'.join(fold_d(group) for group in groups)}", year)


def kind_key(name: str | None) -> str | None:
    """The key of a kind's name or abbreviation: ``"KH"``, ``"kế hoạch"`` and ``"Kế hoạch"`` give the same."""
    if not name:
        return None
    kind = kind_by_name(name) or (kind_by_abbreviation(name) if len(name) <= 6 else None)
    return match_key(kind.name if kind else name)


def bare(key: str) -> str:
    """A key without tones and diacritics."""
    return strip_marks(key)
