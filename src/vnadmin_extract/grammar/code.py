"""Numbers and notations of documents (số, ký hiệu): ``203/KH-UBND``, ``254-KH/TU``, ``30/2020/NĐ-CP``.

Sources: Decree 30/2020/NĐ-CP, Articles 7 and 15 and Appendix I, II.3 (state documents); Decree 34/2016, Article 58,
and 78/2025, Article 71 (normative documents, with the year); Guidance 36-HD/VPTW and 05-HD/VPTW (Party documents,
``number-kind/body``).

All offsets are offsets into the text given. The text should be NFC; dashes, slashes and blanks of every kind, one
line break and odd blanks inside a code are forgiven.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

import regex

from vnadmin_extract.grammar.kinds import KINDS, Kind, kind_by_name, right_abbreviation
from vnadmin_extract.record import Code
from vnadmin_extract.text.fold import unmark

Style = Literal["state", "norm", "party", "assembly", "organ_only", "blank", "mass", "bare"]


@dataclass(frozen=True, slots=True)
class ParsedCode:
    """A document's number and notation, taken apart."""

    number: str | None
    """As printed, leading zeros and letters kept (``"30c"``); ``None`` where blank or unreadable."""
    year: int | None
    notation: str | None
    """All after the number (and the year) and its separator, as printed, without blanks."""
    text: str
    """The tidy printed form."""
    canonical: str | None
    """The form for matching, slips set right; ``None`` where the number is not known or there is no notation."""
    style: Style
    separator: str = "/"
    """What stands before the notation: ``/``, ``-``, a blank or nothing."""
    damaged: bool = False
    """The number's slot holds something else than digits (a scan's slip or handwriting). ``number`` is then what it
    surely means (``l`` for 1, ``O`` for 0) or ``None``; either way it deserves less confidence."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The parts of the notation: ``("QĐ", "UBND")``."""
        return tuple(_GROUP.findall(self.notation)) if self.notation else ()

    @property
    def kind_abbreviation(self) -> str | None:
        """The kind's abbreviation in its right spelling, where the notation begins with one."""
        groups = self.groups
        if len(groups) < 2:
            return None
        return right_abbreviation(groups[0], self.is_party)

    @property
    def is_party(self) -> bool:
        """Whether it is a Party number (also one printed the state way, ``31/QĐ-TW``)."""
        return self.style == "party" or _is_party_organ(self.groups[-1] if self.groups else "")

    def to_code(self) -> Code:
        """The same as a part of the record."""
        return Code(
            number=self.number,
            year=self.year,
            notation=self.notation,
            text=self.text,
            canonical=self.canonical,
        )


@dataclass(frozen=True, slots=True)
class CodeMatch:
    """A code in a text."""

    start: int
    """First character of the number (of the gap before the separator, where the number is blank)."""
    end: int
    code: ParsedCode
    intro: int
    """First character of the kind's name and "số" before it; ``start`` where there are none."""
    kind: Kind | None = None
    """The kind whose name stands before the number, also the one shared by a list."""
    numbered: bool = False
    """Whether "số" stands before it."""
    plural: bool = False
    """Whether the kind's name opens a list ("các Quyết định số …")."""
    shared: bool = False
    """Whether kind (and "số") stand before an earlier code of the same list."""


def _knowledge() -> dict[str, Any]:
    path = resources.files("vnadmin_extract.knowledge") / "organs.toml"
    return tomllib.loads(path.read_text("utf-8"))


_DATA: Final = _knowledge()
_ORGANS: Final = frozenset(_DATA["state"]["codes"]) | frozenset(_DATA["mass"]["codes"])
_MASS: Final = frozenset(_DATA["mass"]["codes"])
_SPELLINGS: Final[dict[str, str]] = _DATA["state"]["spellings"]
_PARTY: Final = frozenset(u + level for u in _DATA["party"]["units"] for level in _DATA["party"]["levels"])
_ASSEMBLY: Final = regex.compile("(?:" + "|".join(_DATA["assembly"]["codes"]) + r")\d{1,2}")

_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−\ufe63\uff0d", "-"),
        **dict.fromkeys("⁄∕", "/"),
        **dict.fromkeys("\t\u00a0\u2007\u2009\u200a\u202f\u3000", " "),
        "Ð": "Đ",
        "Ɖ": "Đ",
    }
)

# Every repetition is bounded or possessive, so that each start costs at most a constant.
_SP = r"[ \n]{0,3}+"
_WORD = r"\p{Lu}[\p{L}\p{N}&]{0,40}+"
_SYMBOL = rf"{_WORD}(?:{_SP}[-./_]{_SP}{_WORD}){{0,7}}+"
_SO = r"(?:[Ss$][ốồổỗộôoóòỏõọơớờởỡợöỐỒỔỖỘÔOÓÒỎÕỌƠ0])"
_YEAR = r"(?:19|20)[0-9]{2}(?![0-9])"
_GROUP: Final = regex.compile(r"[\p{L}\p{N}&]+")
_CORE: Final = regex.compile(
    rf"(?=[0-9])(?:(?<![\p{{L}}\p{{N}}/]|[0-9][.,:\-])|(?<={_SO}))"
    rf"(?P<number>[0-9]{{1,6}}+(?:[a-z](?![\p{{Ll}}]))?+)"
    rf"(?:{_SP}/{_SP}(?P<year>{_YEAR}))?+"
    rf"(?P<separator>{_SP}[/\-]{_SP}| ?)(?P<symbol>{_SYMBOL})"
)
_ALONE: Final = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}/\-]|[0-9][.,:])([0-9]{{1,5}}){_SP}/{_SP}({_YEAR})(?!{_SP}[/\-.]{_SP}[\p{{L}}\p{{N}}])"
)
_BLANK: Final = regex.compile(
    rf"(?:(?<=[\s:])|(?<![._…])[._…‥·]{{2,200}}+{_SP}|(?<={_SO})|(?<={_SO}\.))(?P<separator>[/\-]){_SP}(?P<symbol>{_SYMBOL})"
)
_DAMAGED: Final = regex.compile(
    rf"(?<!\p{{L}}){_SO}{_SP}[:.]?{_SP}(?P<number>[^\s/:][^/\n:;]{{0,13}}?){_SP}(?:/{_SP}(?P<year>{_YEAR}){_SP})?(?P<separator>[/\-])"
    rf"{_SP}(?P<symbol>{_SYMBOL})"
)
_NAMES: Final = "|".join(
    regex.escape(name).replace(r"\ ", r"\s+")
    for name in sorted({unmark(n) for k in KINDS for n in (k.name, *k.aliases)}, key=len, reverse=True)
)
_INTRO: Final = regex.compile(
    rf"(?<![a-z0-9])(?:(?P<plural>cac|nhung|hai|02)\s+)?(?P<kind>{_NAMES})?(?P<so>\s*(?<![a-z])[s$][o0])?\s*[:.]?\s*$"
)
# "số" with no kind's name before it, as in the later codes of a list: seen without the long search for a name.
_SO_ALONE: Final = regex.compile(
    r"(?:[,;:(]|^)(?P<plural>)(?P<kind>(?!))?(?P<so>\s{0,3}(?<![a-z])[s$][o0])\s{0,3}[:.]?\s{0,3}$"
)
_DENIED: Final = regex.compile(
    r"(?<![a-z0-9])(?:"
    + "|".join(regex.escape(w).replace(r"\ ", r"\s+") for w in _DATA["not_codes"]["before"])
    + r")\s*[:.]?\s*$"
)
_LIST: Final = regex.compile(
    r"\s*(?:[,;]|(?:,\s*)?(?:va|hoac|cung|voi)\b)\s*(?:(?:va|cac)\s+)?(?P<so>[s$]o\s*)?$"
)
_BARE: Final = regex.compile(
    rf"(?<=[\s.:])[0-9]{{1,5}}[a-z]?+(?![^\s.,;:)\]\x22]|{_SP}[/\-]|[.:,][0-9])"
    rf"(?P<more>(?:\s*(?:,|va)\s*(?:[s$]o\s*)?[0-9]{{1,5}}[a-z]?+(?![^\s.,;:)\]\x22]|{_SP}[/\-]|[.:,][0-9])){{0,30}}+)"
)
_ODD_SIGN: Final = regex.compile("[‐‑‒–—―−\ufe63\uff0d⁄∕\t\u00a0\u2007\u2009\u200a\u202f\u3000ÐƉ]")
_NUMBER: Final = regex.compile(r"[0-9]{1,5}[a-z]?(?![a-z])")
# A bare number after a kind's name is a document's number only where the sentence goes on about a document.
_AFTER_BARE: Final = regex.compile(
    r"\s*(?:[.,;:)\]\"”]|$|(?:cua|ve|va|hoac|tai|do|neu|duoc|da|la|noi|tren|nay|quy|ban|doi|dang|trong|theo|voi|den|cung)\b"
    r"|ngay\s+[0-9.…_/]|nam\s+(?:19|20)[0-9]{2})"
)
_COUNTED: Final = regex.compile(
    r"\s*(?:thang|nam|quy|tuan|gio|lan|ban|trang|nguoi|dieu|khoan|muc|chuong|dong|trieu|ty|phan|noi\s+dung|don\s+vi|can\s+bo|dia\s+phuong"
    r"|huyen|xa|tinh|phuong|bo|so|nganh|linh\s+vuc|nhiem\s+vu|giai|chi\s+tieu|m2|ha|km|ngay(?!\s+[0-9.…_/]))\b"
)
_GLUED_KIND: Final = regex.compile(r"[0-9]{1,6}[a-z]?\s?(\p{Lu}[\p{L}]{1,5})")
_SEVERAL: Final = regex.compile(r",\s|\bva\b|-\s*$")
_MAYBE: Final = regex.compile(r"[0-9/⁄∕]|[._…]\s*-")
_DIGITS: Final = regex.compile(r"[0-9]{1,6}[a-z]?")
_THOUSANDS: Final = regex.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
"""A number with its thousands parted, as offices of many letters print it: ``11.602/BTC-QLCS``."""
_ALMOST: Final = regex.compile(r"[0-9lIOo|]{1,6}")
_REPAIR: Final = str.maketrans("lIOo|", "11001")
_LETTERS3: Final = regex.compile(r"\p{L}{3}")
_ROMAN: Final = regex.compile(r"[IVXLC]+")
_TAIL: Final = regex.compile(r"(?<=[\p{Lu}\p{N}])(?:" + "|".join(_DATA["not_codes"]["glued"]) + ")$")


@cache
def _is_party_organ(group: str) -> bool:
    return group in _PARTY


def _fix_organ(group: str) -> str:
    return _SPELLINGS.get(group, group)


def _is_group(group: str, first: bool) -> bool:
    """Whether a run of letters looks like a part of a notation and not like a word."""
    if _fix_organ(group) in _ORGANS or _is_party_organ(group):
        return True
    upper = sum(c.isupper() or c.isdigit() or c == "&" for c in group)
    lower = len(group) - upper
    if len(group) == 1:
        return not first or group == "L"
    if first and _ROMAN.fullmatch(group) and right_abbreviation(group, True) != group:
        return False
    return upper >= 2 and lower <= 3


def _symbol(raw: str) -> tuple[str, tuple[str, ...], str, int] | None:
    """The notation that a run of capitals begins with: tidy text, groups, first separator, length in ``raw``."""
    groups: list[str] = []
    text, end, first_separator, loose = "", 0, "", False
    for match in _GROUP.finditer(raw):
        group = match.group()
        between = raw[end : match.start()]
        separator = between.strip()
        if groups and separator in {".", "_"} and between != separator:
            break
        tail = _TAIL.search(group)
        cut = group[: tail.start()] if tail else group
        if not _is_group(cut, not groups):
            break
        spaced = between[:1].isspace() and between[-1:].isspace()
        if len(groups) >= 2 and spaced and not loose:
            # "12/QĐ-UBND - UBND tỉnh": the dash stands between two phrases
            break
        loose = loose or (bool(groups) and spaced)
        groups.append(cut)
        text += separator + cut
        if len(groups) == 2:
            first_separator = separator
        end = match.start() + len(cut)
        if tail:
            break
    return (text, tuple(groups), first_separator, end) if groups else None


def _build(
    number: str | None,
    year: int | None,
    separator: str,
    notation: str,
    groups: tuple[str, ...],
    *,
    printed: str | None = None,
    damaged: bool = False,
) -> ParsedCode:
    """Put a code together from its parts, telling its style and the form for matching."""
    head = "" if number is None and printed is None else (printed if printed is not None else number or "")
    text = f"{head}/{year}/{notation}" if year is not None else f"{head}{separator}{notation}"
    party_kind = right_abbreviation(groups[0], True) if len(groups) > 1 else None
    state_kind = right_abbreviation(groups[0], False) if len(groups) > 1 else None
    party_organ = len(groups) == 2 and _is_party_organ(_fix_organ(groups[-1]))
    mass = any(g in _MASS for g in groups)
    style: Style
    if number is None and not damaged:
        style = "blank"
    elif year is not None:
        style = "assembly" if _ASSEMBLY.fullmatch(groups[0]) else "norm"
    elif mass:
        style = "mass"
    elif separator != "/":
        style = "party"
    elif len(groups) == 1:
        style = "organ_only"
    else:
        style = "state"
    canonical: str | None = None
    if number is not None:
        organs = [_fix_organ(g) for g in groups]
        if year is not None:
            organs[0] = state_kind or organs[0]
            canonical = f"{number}/{year}/{'-'.join(organs)}"
        elif party_kind and (separator != "/" or party_organ):
            canonical = f"{number}-{party_kind}/{'-'.join(organs[1:])}"
        else:
            organs[0] = state_kind or organs[0]
            canonical = f"{number}/{'-'.join(organs)}"
    return ParsedCode(number, year, notation, text, canonical, style, separator, damaged)


def format_code(code: ParsedCode) -> str:
    """The tidy printed form; parsing it again gives an equal code."""
    return code.text


def _number(raw: str) -> tuple[str | None, bool]:
    """What a number's slot says, and whether it is damaged."""
    raw = raw.strip(" .\n")
    if _DIGITS.fullmatch(raw) and raw[-1] not in "lo":
        return raw, False
    squeezed = raw.replace(" ", "")
    if _ALMOST.fullmatch(raw) and any(c.isdigit() for c in raw):
        return squeezed.translate(_REPAIR), True
    return None, True


def _last_word(bare: str, at: int) -> str:
    """The word before ``at``: a cheap test before the patterns that look back."""
    end = at
    while end > 0 and at - end < 20 and bare[end - 1] in " \n:.":
        end -= 1
    start = end
    while start > 0 and end - start < 12 and (bare[start - 1].isalnum() or bare[start - 1] == "$"):
        start -= 1
    return bare[start:end]


_INTRO_LAST: Final = frozenset(
    {unmark(n).split()[-1] for k in KINDS for n in (k.name, *k.aliases)} | {"so", "s0", "$o"}
)
_DENIED_LAST: Final = frozenset(w.split()[-1] for w in _DATA["not_codes"]["before"])


@dataclass(frozen=True, slots=True)
class _Intro:
    start: int
    kind: Kind | None
    numbered: bool
    plural: bool


def _intro(bare: str, at: int) -> _Intro | None:
    """The kind's name and "số" that end at ``at``; ``None`` where there are none."""
    if _last_word(bare, at) not in _INTRO_LAST:
        return None
    match = _SO_ALONE.search(bare, max(0, at - 12), at) or _INTRO.search(bare, max(0, at - 60), at)
    if match is None or not (match["kind"] or match["so"]):
        return None
    if match["so"] and not match["kind"]:
        start = match.start("so")
        while bare[start].isspace():
            start += 1
        # "số 26/…" where "so" is the end of another word is no introduction
        if start > 0 and bare[start - 1].isalnum():
            return None
        return _Intro(start, None, True, False)
    return _Intro(match.start("kind"), kind_by_name(match["kind"]), bool(match["so"]), bool(match["plural"]))


def _denied(bare: str, at: int) -> bool:
    return _last_word(bare, at) in _DENIED_LAST and _DENIED.search(bare, max(0, at - 40), at) is not None


def _accepted(
    groups: tuple[str, ...], separator: str, first: str, year: int | None, intro: _Intro | None
) -> bool:
    """Whether number and capitals make a document's number, or only look like one."""
    party_kind = right_abbreviation(groups[0], True) if len(groups) > 1 else None
    kind = right_abbreviation(groups[0], False) if len(groups) > 1 else None
    known = any(_fix_organ(g) in _ORGANS or _is_party_organ(g) for g in groups)
    if year is not None:
        return bool(_ASSEMBLY.fullmatch(groups[0])) or len(groups) > 1 or intro is not None or known
    if separator == "/":
        if len(groups) == 1:
            return intro is not None or (known and len(groups[0]) >= 2)
        return kind is not None or known or intro is not None
    if separator == "-":
        if intro is not None and intro.kind is not None and intro.numbered and party_kind is None:
            return known or (
                first == "/" and len(groups) == 2
            )  # before 1990: "Quyết định số 93-CP", "số 1022-LN/KH"
        return party_kind is not None and (first == "/" or known or intro is not None)
    return (
        party_kind is not None and first in {"/", "-"} and (intro is not None or _is_party_organ(groups[-1]))
    )


_POINT: Final = regex.compile(r"/\s")


def _opens(text: str, at: int) -> bool:
    """Whether a line or a sentence begins here."""
    before = text[max(0, at - 3) : at].rstrip(" ")
    return not before or before[-1] in ".;:\n"


def _coded(text: str, bare: str) -> Iterator[CodeMatch]:
    """Codes with a notation, not yet in order and perhaps overlapping; the first of two that overlap is better."""
    for match in _DAMAGED.finditer(text):
        raw = match["number"]
        number, damaged = _number(raw)
        if not damaged or _LETTERS3.search(raw) or not any(not c.isspace() and c not in ".…_-" for c in raw):
            continue
        glued = _GLUED_KIND.fullmatch(raw)
        if glued is not None and right_abbreviation(glued[1], True) == glued[1]:
            continue  # "84 QĐ/TWĐTN": the kind, not a misread number
        if _SEVERAL.search(unmark(raw)) or _denied(bare, match.start()):
            continue
        symbol = _symbol(match["symbol"])
        if symbol is None:
            continue
        notation, groups, first, length = symbol
        year = int(match["year"]) if match["year"] else None
        separator = match["separator"]
        if separator == "-" and (right_abbreviation(groups[0], True) is None or first != "/"):
            continue
        if len(groups) == 1 and groups[0] not in _ORGANS:
            continue
        printed = " ".join(raw.split())
        if _THOUSANDS.fullmatch(printed):
            code = _build(printed, year, separator, notation, groups)
        else:
            code = _build(number, year, separator, notation, groups, printed=printed, damaged=True)
        intro = _intro(bare, match.start("number"))
        start = match.start("number")
        yield CodeMatch(
            start,
            match.start("symbol") + length,
            code,
            intro.start if intro else start,
            intro.kind if intro else None,
            intro.numbered if intro else False,
            intro.plural if intro else False,
        )
    position = 0
    while True:
        core = _CORE.search(text, position)
        if core is None:
            break
        match = core
        position = match.end("number")
        symbol = _symbol(match["symbol"])
        if symbol is None:
            continue
        notation, groups, first, length = symbol
        separator = match["separator"].strip() or match["separator"][:1]
        year = int(match["year"]) if match["year"] else None
        if year is not None and separator != "/":
            continue
        start = match.start()
        intro = _intro(bare, start)
        if not _accepted(groups, separator, first, year, intro) or _denied(bare, start):
            continue
        if len(groups) == 1 and intro is None and _POINT.match(match["separator"]) and _opens(text, start):
            continue  # "4/ UBND huyện …": the mark of a point
        number, damaged = _number(match["number"])
        code = _build(
            number,
            year,
            separator,
            notation,
            groups,
            printed=match["number"] if damaged else None,
            damaged=damaged,
        )
        position = match.start("symbol") + length
        yield CodeMatch(
            start,
            position,
            code,
            intro.start if intro else start,
            intro.kind if intro else None,
            intro.numbered if intro else False,
            intro.plural if intro else False,
        )
    for match in _BLANK.finditer(text):
        start = match.start()
        while start > 0 and match.start() - start < 200 and text[start - 1] in " \n":
            start -= 1
        intro = _intro(bare, start)
        symbol = _symbol(match["symbol"])
        if intro is None or symbol is None or _denied(bare, start):
            continue
        notation, groups, first, length = symbol
        separator = match["separator"]
        if separator == "-" and (
            not intro.numbered or right_abbreviation(groups[0], True) is None or first != "/"
        ):
            continue
        if not intro.numbered and len(groups) < 2:
            continue
        code = _build(None, None, separator, notation, groups)
        yield CodeMatch(
            match.start("separator"),
            match.start("symbol") + length,
            code,
            intro.start,
            intro.kind,
            intro.numbered,
            intro.plural,
        )
    for match in _ALONE.finditer(text):
        intro = _intro(bare, match.start())
        if intro is None or intro.kind is None or _denied(bare, match.start()):
            continue
        number, year = match[1], int(match[2])
        code = ParsedCode(number, year, None, f"{number}/{year}", None, "bare")
        yield CodeMatch(
            match.start(), match.end(2), code, intro.start, intro.kind, intro.numbered, intro.plural
        )


def _bare_numbers(text: str, bare: str) -> Iterator[CodeMatch]:
    """Numbers without a notation after a kind's name: "Kế hoạch 437", "các Nghị quyết số 18, 19"."""
    for match in _BARE.finditer(bare):
        at = match.start()
        intro = _intro(bare, at)
        if intro is None or intro.kind is None:
            continue
        kind, numbered = intro.kind, intro.numbered
        if not kind.bare and (kind.law or not numbered):
            continue
        if not numbered and not text[intro.start].isupper():
            continue
        first = _NUMBER.match(bare, at)
        if first is None or (not numbered and len(first.group()) == 4 and first.group()[:2] in {"19", "20"}):
            continue
        spans = [first.span()]
        spans += [m.span() for m in _NUMBER.finditer(bare, match.start("more"), match.end("more"))]
        after = match.end()
        if _COUNTED.match(bare, after) or not (numbered or _AFTER_BARE.match(bare, after)):
            if len(spans) == 1:
                continue
            spans.pop()
        for index, (start, end) in enumerate(spans):
            number = text[start:end]
            code = ParsedCode(number, None, None, number, None, "bare")
            yield CodeMatch(
                start,
                end,
                code,
                intro.start if index == 0 else start,
                kind,
                numbered,
                intro.plural,
                index > 0,
            )


def find_codes(text: str, bare: str | None = None) -> list[CodeMatch]:
    """All document numbers in a text, in order, without overlaps.

    A kind before a list ("các Quyết định số 12/QĐ-UBND, 13/QĐ-UBND") is given to all of the list; numbers without
    a notation before one that has it ("Nghị định số 15, 30/2020/NĐ-CP") share the notation but not the year, which
    the text does not say.

    Args:
        text: any text, best NFC; blanks and single line breaks inside codes are forgiven.
        bare: the same after :func:`~vnadmin_extract.grammar.kinds.unmark`, where the caller has it already.
    """
    if not _MAYBE.search(text):
        return []
    signs = text.translate(_SIGNS) if _ODD_SIGN.search(text) else text
    bare = unmark(text) if bare is None else bare
    found: list[CodeMatch] = []
    taken: list[tuple[int, int]] = []
    candidates = [(0, m) for m in _coded(signs, bare)] + [(1, m) for m in _bare_numbers(text, bare)]
    # stable: of two that start together, the one found first (damaged before plain, coded before bare) stays
    ordered = sorted(candidates, key=lambda item: (min(item[1].intro, item[1].start), item[0]))
    for _, match in ordered:
        if taken and match.start < taken[-1][1]:
            continue
        found.append(match)
        taken.append((match.start, match.end))
    return _shared(found, bare)


def _shared(found: list[CodeMatch], bare: str) -> list[CodeMatch]:
    """Hand kinds on along lists, and notations back to the bare numbers before them."""
    result: list[CodeMatch] = []
    for match in found:
        if result:
            last = result[-1]
            between = bare[last.end : match.intro]
            if match.kind is None and last.kind is not None and len(between) <= 16:
                joined = _LIST.fullmatch(between) or (match.numbered and _LIST.fullmatch(between + "so"))
                fits = (
                    match.code.kind_abbreviation == last.code.kind_abbreviation or last.code.style == "bare"
                )
                if joined and fits:
                    match = replace(match, kind=last.kind, shared=True)
        result.append(match)
    for index in range(len(result) - 1, 0, -1):
        this, last = result[index], result[index - 1]
        if (
            this.shared
            and this.code.notation
            and last.code.style == "bare"
            and last.code.year is None
            and this.code.style != "blank"
        ):
            shared = replace(last.code, notation=this.code.notation, separator=this.code.separator)
            result[index - 1] = replace(last, code=shared, shared=last.shared)
    return result


_WHOLE_PREFIX: Final = regex.compile(rf"\s*(?:(?:{_NAMES})\s*)?(?:[s$][o0]\s*[:.]?)?\s*")


def parse_code(text: str) -> ParsedCode | None:
    """Read a text that is one document number and nothing else.

    A kind's name and "Số:" before it, and a closing ``.``, ``,`` or ``;``, are forgiven.

    Args:
        text: e.g. ``"Số: 02 /TB-UBND"``, ``"57-\\nKL/TW"``, ``"/UBND"``.

    Returns:
        The code, or ``None`` for anything that is no document number.
    """
    text = unicodedata.normalize("NFC", text).translate(_SIGNS)
    if len(text) > 400:
        text = regex.sub(r"[ \n._…]{4,}+", "   ", text)
        if len(text) > 400:
            return None
    bare = unmark(text)
    prefix = _WHOLE_PREFIX.match(bare)
    begin = prefix.end() if prefix else 0
    rest = text[begin:].rstrip(" \n.,;:")
    for candidate in ("số " + rest, "Quyết định số " + rest):
        offset = len(candidate) - len(rest)
        for match in _coded(candidate, unmark(candidate)):
            if match.end == len(candidate) and match.start <= offset + _gap(rest):
                return match.code
    return None


def _gap(rest: str) -> int:
    return len(rest) - len(rest.lstrip(" \n._…‥·"))
