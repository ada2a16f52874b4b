"""Cited documents in running text: kind, number, date, issuer, title, and the words that introduce them.

How documents are cited: Decree 30/2020/NĐ-CP, Appendix I, Part I, Section II.6 (kind, number, notation, date,
issuer and abstract at the first mention, kind and number later; laws by name), and the Party's guidance, which
puts a comma before "ngày". Word lists are in ``knowledge/citations.toml``.

All offsets are offsets into the text given. Words are compared without case and marks, because scans lose marks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

import regex

from vnadmin_extract.grammar.code import CodeMatch, ParsedCode, find_codes
from vnadmin_extract.grammar.kinds import KINDS, Kind, kind_by_abbreviation, kind_by_name
from vnadmin_extract.record import Relation
from vnadmin_extract.text.casing import is_all_caps, sentence_case_name
from vnadmin_extract.text.fold import unmark

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Citation:
    """One mention of another document."""

    start: int
    """First character of the kind's name (or of "số", or of the number)."""
    end: int
    """After the number, or after a law's name."""
    extent: int
    """After all that belongs to it: date, issuer, title."""
    type: str | None = None
    """The kind's name, from the words or, where there are none, from the notation."""
    code: ParsedCode | None = None
    date: str | None = None
    """EDTF."""
    issuer: str | None = None
    title: str | None = None
    date_span: Span | None = None
    issuer_span: Span | None = None
    title_span: Span | None = None
    description: Span | None = None
    """Where it is said what the document is about or does, with or without "về"."""
    relation: Relation = "mentions"
    """What the words before it say that the citing document does to it."""
    cue: str = ""
    """Those words, without marks."""
    parent: int | None = None
    """Index of the citation in whose description it stands."""
    parent_relation: Relation | None = None
    """What that citation is said to do to this one."""
    acts_on: int | None = None
    """Index of the citation before that this one is said to change ("… được sửa đổi bởi …")."""
    acts_relation: Relation | None = None
    general: bool = False
    """The kind is a general word ("văn bản")."""
    written_kind: bool = False
    """Whether the kind's name is printed here."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about the place of a text in its document."""

    opening: bool = False
    """The text stands in the opening, where the bases are named."""
    subject: bool = False
    """The text is the document's abstract."""
    inherited: Relation | None = None
    """The relation that a lead-in before this text gives to a list ("Căn cứ:")."""


NOWHERE: Final = Context()
"""Nothing is known about the place."""


@cache
def _data() -> dict[str, Any]:
    path = resources.files("vnadmin_extract.knowledge") / "citations.toml"
    return tomllib.loads(path.read_text("utf-8"))


def _any(words: Iterable[str], *, plain: bool = True) -> str:
    """An alternation of phrases, longest first, whole words, any blanks."""
    unique = sorted({unmark(w) if plain else w for w in words}, key=len, reverse=True)
    return "(?:" + "|".join(r"\s+".join(regex.escape(part) for part in w.split()) for w in unique) + ")"


_D: Final = _data()
# A cheap test on the text itself: a digit or slash, or the beginning of a kind that is cited without a number.
_MAYBE: Final = regex.compile(
    "[0-9/⁄∕]|(?<![\\p{L}])(?:"
    + "|".join(sorted({regex.escape(k.name[:2]) for k in KINDS if k.uncoded or k.law} | {"Ñg"}))
    + ")|[Cc]ăn"
)
_B: Final = r"(?<![a-z0-9])"
_E: Final = r"(?![a-z0-9])"
# Words of one syllable are compared with their marks: without them "tại" is "tài", "đúng" is "dung".
_CUES: Final[tuple[tuple[Relation, regex.Pattern[str]], ...]] = tuple(
    (name, regex.compile(_B + _any(w for w in words if " " in w) + _E))
    for name, words in _D["relations"].items()
    if name not in {"assessing", "promulgates", "drafting"}
)
_MARKED_CUES: Final = regex.compile(
    r"(?<!\p{L})"
    + _any((w for w in _D["relations"]["mentions"] if " " not in w), plain=False)
    + r"(?!\p{L})",
    regex.IGNORECASE,
)
_ASSESSING: Final = regex.compile(_B + _any(_D["relations"]["assessing"]) + _E)
_DRAFTING: Final = regex.compile(_B + _any(_D["relations"]["drafting"]) + _E)
_PROMULGATED: Final = regex.compile(
    _B + r"(?:ban\s+hanh|phe\s+duyet)\s+kem\s+theo\s+(?:[a-z]+\s+){1,3}nay" + _E
)
_REQUESTS: Final = regex.compile(_B + _any(_D["requests"]["words"]) + _E)
_ANSWERS: Final = regex.compile(_B + _any(_D["requests"]["answers"]) + _E)
_INSTRUCTIONS: Final = regex.compile(_B + _any(_D["requests"]["instructions"]) + _E)
_CARRIED: Final = regex.compile(
    r"(?:thuc\s+hien|trien\s+khai|thi\s+hanh)(?:\s+(?:nghiem|nghiem\s+tuc|tot|day\s+du|dong\s+bo|co\s+hieu\s+qua))?\s+(?:cac\s+)?"
    + _any(_D["requests"]["carried"])
    + r"(?:\s+(?:duoc\s+giao|neu|da\s+neu|trong\s+tam|chu\s+yeu|cu\s+the)){0,2}\s+(?:tai|trong)\s*(?:cac\s*)?$"
)
_MORE: Final = regex.compile(
    r"\s*(?:,|;|va)\s+(?:y\s+kien\s+)?(?:chi\s+dao|yeu\s+cau|ket\s+luan|huong\s+dan)\s[^;:\n]{2,90}\s(?:tai|trong)\s*(?:cac\s*)?$"
)
_AFTER_YEARS: Final = regex.compile(
    r"(?:qua|sau|hon|gan)\s+(?:hon\s+|gan\s+)?(?:[0-9]{1,2}|mot|hai|ba|muoi)\s+nam\s+(?:to\s+chuc\s+|trien\s+khai\s+)?$"
)
_OPENING: Final = regex.compile(_B + _any(_D["requests"]["opening_based_on"]) + _E)
_PASSIVE: Final = regex.compile(
    _B
    + _any(_D["passive"]["words"])
    + r"\s+(?P<verb>[a-z, ]{4,60}?)\s+(?:boi|tai|theo|bang|boi\s+cac)\s*(?:cac\s+)?$"
)
_DRAFT: Final = regex.compile(r"du\s+thao\s*(?:cac\s*)?$")
_CONNECTIVE: Final = regex.compile(
    r'[\s,;()"]*(?:(?:va|cung|cung\s+voi|hoac|cac|dong\s+thoi)\s*){0,3}[\s,;]*'
)
_AND_PAPER: Final = regex.compile(r"\s*,?\s*(?:va\s*)?(?:[a-z]+\s+){0,4}(?:so\s*)?")
_ENDS_IN_FORCE: Final = regex.compile(r"\s*,?\s*(?:nay\s+|se\s+)?het\s+hieu\s+luc")
# A paper's part that is changed: "Sửa đổi, bổ sung một số quy định tại …", "thay Mẫu 01 ban hành kèm theo …".
_PART_OF: Final = regex.compile(r"tai|trong|quy dinh tai|neu tai|ban hanh kem theo|kem theo|ban hanh|theo")
_DEED_OPENS: Final = regex.compile(
    r"[\s\-+*•(\"]*(?:dieu\s+[0-9]{1,3}\s*[.:]\s*|[0-9a-z]{1,3}(?:\.[0-9]{1,2})*\s*[.)]\s*)?(?:.{0,80}\bnay\s+)?"
    r"(?:(?:sua\s+doi|bo\s+sung|thay\s+the|bai\s+bo|,|va)\s*)*"
)
# Words between a deed and a paper that make the paper no object of it ("thay thế … trước khi Nghị định …").
_APART: Final = regex.compile(_B + r"(?:khi|truoc|sau|neu|duoc|do|de|thi|ma|nham|boi|trai)" + _E)
# Another paper does the deed: a law or a draft that is named without a number.
_OTHERS_DEED: Final = regex.compile(
    r"(?<!ban\s+hanh\s+)(?<![a-z])(?:bo\s+luat|luat|phap\s+lenh|nghi\s+dinh|nghi\s+quyet|thong\s+tu|quyet\s+dinh)\s+(?:(?:sua?\s+doi|bo\s+sung|,|va)\s*)*$"
)
_GUIDED: Final = regex.compile(
    r"duoc\s+(?:huong\s+dan|quy\s+dinh|cu\s+the\s+hoa|trien\s+khai)[a-z, ]{0,40}\s(?:boi|tai)" + _E
)
_ABOLISHED: Final = regex.compile(
    r"(?P<between>[^.;:\n]{0,160}?)\sbi\s+(?P<verb>bai\s+bo|huy\s+bo|thay\s+the)\s*(?:[.;]|$)"
)
_IF: Final = regex.compile(_B + r"(?:khi|neu|truong\s+hop|da|chua|khong)" + _E)
_SENTENCE: Final = regex.compile(r"(?:[.!?]\s+(?=\p{Lu})|\./\.|\n(?=\s*[-+•]))")

_DIGIT2: Final = r"[0-9lio]{1,2}"
_DATE: Final = regex.compile(
    r"[\s,(]{0,6}(?:(?:de\s+)?ngay[\s:]{0,4}"
    rf"(?:(?P<d1>{_DIGIT2})\s?[/.\-]\s?(?P<m1>{_DIGIT2})\s?[/.\-]\s?(?P<y1>(?:19|20)[0-9]{{2}})"
    rf"|(?P<d2>{_DIGIT2}|[._…\s]{{0,40}}+)\s{{0,4}}(?:thang|/)[\s:]{{0,4}}(?P<m2>{_DIGIT2}|[._…\s]{{0,40}}+)\s{{0,4}}(?:nam|/)\s{{0,4}}(?P<y2>(?:19|20)[0-9]{{2}}))"
    rf"|thang\s(?P<m3>{_DIGIT2})\s?(?:nam|/|-)\s?(?P<y3>(?:19|20)[0-9]{{2}})"
    r"|(?:nam\s)(?P<y4>(?:19|20)[0-9]{2}))(?![0-9])\)?"
)
_YEAR_ONLY: Final = regex.compile(r"\s(?P<y4>(?:19|20)[0-9]{2})(?![0-9/\-])")
_REPAIR: Final = str.maketrans("lio", "110")
_OF: Final = regex.compile(r"[\s,.]{0,4}(?:cua|do)\s{1,3}")
_HEADS: Final = regex.compile(r"[\s,]{0,4}(?=" + _any(_D["issuer"]["heads"], plain=False) + r"(?!\p{L}))")
_HEAD_AT: Final = regex.compile(
    _any(_D["issuer"]["heads"] + _D["issuer"]["posts"], plain=False) + r"(?!\p{L})"
)
# Words that end a body's name: single ones as printed (marks tell "về" from "vệ"), longer ones also without marks
# and with a capital ("Ban hành", "Hướng dẫn"), for scans.
_STOP: Final = regex.compile(
    r"(?<=[\s,])(?<!(?:công|chương|quy|lộ|tiến|giáo|truyền)\s)(?:v[eêèéẻẽẹềếểễ]|"
    + _any(_D["issuer"]["stops"], plain=False)
    + r")(?!\p{L})"
)
_STOP_BARE: Final = regex.compile(r"(?<=[\s,])" + _any(w for w in _D["issuer"]["stops"] if " " in w) + _E)
_STOP_CAPITAL: Final = regex.compile(_any(_D["issuer"]["capital_stops"]) + _E)
_OPEN_HEAD: Final = regex.compile(r"(?:.*\s)?" + _any(_D["issuer"]["open_heads"], plain=False) + r"\s+")
_FIELD_WORD: Final = regex.compile(_any(_D["issuer"]["field_words"], plain=False) + r"(?!\p{L})")
_NUMBERED: Final = regex.compile(_B + _any(_D["issuer"]["numbered"]) + r"\s$")
_TERM: Final = regex.compile(r"\(kho[aá]\s[ivxlc0-9]+\)", regex.IGNORECASE)
_LIST_END: Final = regex.compile(r"[\s,]+(?:và|cùng|cũng như|hoặc|các|của|-|–)*[\s,]*$")
_LONG_STOP: Final = regex.compile(
    r"(?<=[\s,])" + _any(_D["issuer"]["long_stops"], plain=False) + r"(?!\p{L})"
)
_LONG_HEAD: Final = regex.compile(_any(_D["issuer"]["long_heads"], plain=False) + r"(?!\p{L})")
_COMMA_PART: Final = regex.compile(r",\s*" + _any(_D["issuer"]["comma_parts"], plain=False))
_POST: Final = regex.compile(
    r"(?:"
    + _any(_D["issuer"]["posts"], plain=False)
    + r")\s+(?="
    + _any(_D["issuer"]["heads"], plain=False)
    + r"(?!\p{L}))"
    + r"|(?:Phó )?Trưởng\s+(?=[Pp]hòng\s|[Bb]an\s|Công an\s)"
)
_OPENER: Final = regex.compile(
    rf"[\s,;]{{0,4}}(?:{_any(_D['title']['bridges'])}\s+)?{_any(_D['title']['openers'])}(?:\s{{1,3}}|:\s?)"
)
_QUOTED: Final = regex.compile(r'[\s,]{0,4}(?:(?:va|ve)\s+)?"(?P<title>[^"\n]{8,400})"')
_DESCRIBED: Final = regex.compile(rf"\s{{0,3}},?\s{{0,3}}{_any(_D['title']['descriptions'])}{_E}")
_MAIN_CLAUSE: Final = regex.compile(r"\s*" + _any(_D["title"]["main_clause"]) + _E)
_TITLE_ENDS: Final = regex.compile(_B + _any(_D["title"]["ends"]) + _E)
_CLAUSE_VERB: Final = regex.compile(
    _B
    + _any(
        [
            "có ý kiến",
            "yêu cầu",
            "đề nghị",
            "ban hành",
            "xây dựng",
            "thông báo",
            "báo cáo",
            "hướng dẫn",
            "giao",
            "chỉ đạo",
            "triển khai",
            "trình",
            "kính",
            "tổ chức",
            "quyết định",
            "phúc đáp",
            "trả lời",
        ]
    )
    + _E
)
_AS_FOLLOWS: Final = regex.compile(
    r"(?<![a-z0-9])(?:nhu\s+sau|co\s+y\s+kien)(?![a-z0-9])[^;]{0,40}(?:[:.]|$)"
)
_ASKED: Final = regex.compile(
    _B
    + r"(?:de\s+nghi|y\s+kien(?:\s+chi\s+dao|\s+giai\s+trinh)?|uy\s+quyen|chi\s+dao|yeu\s+cau|bao\s+cao|kien\s+nghi|de\s+xuat|va(?=\s+cua)|(?=do\s)|(?<=[;,]\s?)(?=cua))(?=\s*(?:cua|do)\s(?P<body>[^;:\n]{2,160}?)(?:\s+(?:trinh|gui|lap|xay\s+dung|de\s+xuat))?\s+(?:tai|trong)\s*(?:cac\s*)?$)"
)
_ISSUED: Final = regex.compile(
    r"\s(?:(?:da|vua|moi|co)\s+)?(?:(?:ban\s+hanh|co|trinh\s+bay)\s*(?:cac\s*)?|"
    + _any(_D["issuer"]["deeds"])
    + r"\s+(?:tai|trong)\s*(?:cac\s*)?)$"
)
_SHARED_HEAD: Final = regex.compile(r"(?<![a-z])cac\s+(?P<head>bo|so|ban|phong|tinh|huyen)\s?:")
_HEAD_WORD: Final = regex.compile(r"(?<!\p{L})" + _any(_D["issuer"]["heads"], plain=False) + r"(?!\p{L})")
_ALSO_OF: Final = regex.compile(r"\s*[,;]?\s*(?:va\s+)?cua\s[^;:\n]{2,140}\s(?:tai|trong)\s*(?:cac\s*)?")
_ONLY_MARK: Final = regex.compile(r'[\s\-+*•("]*(?:\(?[0-9]{1,2}[.)]|[a-z][.)])?[\s("]*')
_TITLE_BREAK: Final = regex.compile(r"[;:\n]|\./\.|\.(?=\s+\p{Lu}|\s*$|\s+[-+•(\d])|,|\(|\)")
_LAW_NAMES: Final = _any(_D["laws"]["names"]).replace(
    "mat\\s+tran\\s+to\\s+quoc", "(?:mat\\s+tran\\s+to\\s+quoc|mttq)"
)
_LAW_END: Final = r"(?=[,;.:()\n]|\s+(?:ngay|nam|so|va|cua|quy|duoc|da|ve|co|nay|do|neu|tai|theo|thi|se|phai|doi|trong|hien|de|la|khong|voi|tren|chua|khi|dang|can|cung|nhu|bi|vao|tu|den|sua|het|gom|bao\s+gom|ngoai|phat|(?:19|20)[0-9]{2})(?![a-z0-9])|\s*$)"
_LAW: Final = regex.compile(
    _B
    + r"(?P<head>bo\s+luat|luat|phap\s+lenh|hien\s+phap)(?P<gap>\s{1,3})(?:(?P<changing>(?:sua?\s+doi|bo\s+sung)[^;.\n]{0,300}?(?=\s+(?:so\s+[0-9]|ngay\s+[0-9]|nam\s+[0-9])|[;.\n]|$))"
    rf"|(?P<name>{_LAW_NAMES}){_E}|(?P<other>(?=[a-z]).{{1,120}}?){_LAW_END})"
)
_ONLY_CHANGING: Final = regex.compile(r"(?:\s|,|va|sua?\s+doi|bo\s+sung)+")
_LAW_NAME: Final = regex.compile(_LAW_NAMES)
_SHORT: Final = regex.compile(r"\p{Lu}{2,6}")
_CONSTITUTION: Final = regex.compile(
    _B + r"hien\s+phap(?:\s+nuoc\s+cong\s+hoa\s+xa\s+hoi\s+chu\s+nghia\s+viet\s+nam)?" + _E
)
_CONGRESS: Final = regex.compile(_B + r"nghi\s+quyet\s+(?=dai\s+hoi" + _E + ")")
_CONGRESS_NEXT: Final = regex.compile(r"\s*(?:,|va)\s*(?=dai\s+hoi(?![a-z]))")
_CONGRESS_WORD: Final = regex.compile(
    r"\s*,?\s*(?:"
    + _any(_D["congress"]["members"])
    + r"(?![a-z])|[ivxlc]+(?![a-z])|(?:19|20)[0-9]{2}\s?-\s?(?:19|20)[0-9]{2})"
)
_UNCODED_NAMES: Final = _any([k.name for k in KINDS if k.uncoded])
_UNCODED: Final = regex.compile(rf"{_B}(?P<kind>{_UNCODED_NAMES})(?=\s+(?:cua\s|ngay\s[0-9]))")
# The statutes of the Party and of mass organisations are cited by name among the bases.
_STATUTES: Final = regex.compile(
    rf"{_B}can\s+cu\s+(?P<kind>dieu\s+le)\s+(?P<title>(?:dang|cong\s+doan|hoi|doan|mat\s+tran){_E}[^;.,:()\n]{{0,80}}?)(?=\s*(?:[;.,:(\n]|$)|\s+(?:va|khoa|ve|duoc|da){_E})"
)
_APPROVED: Final = regex.compile(
    rf"{_B}can\s+cu\s+(?P<kind>{_any([k.name for k in KINDS if 'state' in k.families and not k.general])})\s+"
    r"(?P<title>[^;.\n]{4,200}?)\s+(?:da\s+)?duoc\s+(?P<by>[^;.\n]{0,80}?)\s*(?:phe\s+duyet|ban\s+hanh|thong\s+qua)"
)


def find_date(bare: str, at: int, *, year_alone: bool = False) -> tuple[str, int] | None:
    """The date that a citation goes on with at ``at``.

    Args:
        bare: the text after :func:`~vnadmin_extract.grammar.kinds.unmark`.
        at: where to look.
        year_alone: whether a year without "năm" counts ("Luật Đất đai 2024").

    Returns:
        EDTF (``2024-03`` where the day is blank) and the offset after it.
    """
    match = _DATE.match(bare, at) or (_YEAR_ONLY.match(bare, at) if year_alone else None)
    if match is None:
        return None
    groups = match.groupdict()
    year = next(v for key in ("y1", "y2", "y3", "y4") if (v := groups.get(key)))
    month = _small(groups.get("m1") or groups.get("m2") or groups.get("m3"))
    day = _small(groups.get("d1") or groups.get("d2"))
    value = year
    if month and 1 <= month <= 12:
        value = f"{year}-{month:02}"
        if day:
            try:
                value = date(int(year), month, day).isoformat()
            except ValueError:
                pass
    return value, match.end()


def _small(text: str | None) -> int | None:
    repaired = (text or "").strip().translate(_REPAIR)
    return int(repaired) if repaired.isdigit() else None


def find_issuer(
    text: str, bare: str, at: int, limit: int, *, named: bool = False
) -> tuple[str, int, int] | None:
    """The body after "của" (or, after a date, a body's name that follows at once).

    Args:
        text: the text.
        bare: the same without marks.
        at: where to look.
        limit: the name ends here at the latest.
        named: whether a name without "của" counts.

    Returns:
        The name as printed (a post before it left out: "Giám đốc Sở X" is "Sở X"), and its span.
    """
    match = _OF.match(bare, at) or (_HEADS.match(text, at) if named else None)
    if match is None:
        return None
    start = match.end()
    limit = min(limit, start + 220)
    if start >= limit or not text[start].isupper():
        return None
    long = _LONG_HEAD.match(text, start) is not None
    stop = _stop(text, bare, start, limit, long)
    end = limit if stop is None else stop
    for index in range(start, end):
        char = text[index]
        if char == ":" and text[index - 1] == " " and text[index + 1 : index + 3].strip()[:1].islower():
            continue  # a speck that a scan reads as a colon
        if char in "()" and _TERM.match(
            bare, index if char == "(" else max(start, bare.rfind("(", start, index))
        ):
            continue  # "Ban Chấp hành Trung ương Đảng (khóa XI)"
        if char in ';:\n/"“”' or (char in "()" and not (long and stop is not None)):
            end = index
            break
        if char == "." and not (
            index >= 2
            and text[index - 1].isalpha()
            and text[index - 2 : index].lower() in {"tp", "tx", "tt", "q."}
        ):
            end = index
            break
        if char == "," and not _COMMA_PART.match(text, index):
            after = index + 1
            while after < end and text[after] == " ":
                after += 1
            if not (long and stop is not None) or _HEAD_AT.match(text, after):
                end = index
                break
        if (
            char.isdigit()
            and not long
            and not text[index - 1].isdigit()
            and not _NUMBERED.search(bare, max(start, index - 12), index)
        ):
            end = index
            break
    name = text[start:end]
    stripped = _LIST_END.sub("", name)
    while stripped != name:
        name, stripped = stripped, _LIST_END.sub("", stripped)
    shown = sentence_case_name(name) if len(name) > 6 and " " in name and is_all_caps(name) else name
    post = _POST.match(shown)
    begin = start + (post.end() if post else 0)
    shown = shown[post.end() :] if post else shown
    if len(shown) < 2:
        return None
    shown = " ".join(shown.replace(" : ", " ").split())
    return shown[:1].upper() + shown[1:], begin, start + len(name)


def _stop(text: str, bare: str, start: int, limit: int, long: bool) -> int | None:
    """Where the words that cannot belong to a body's name begin; ``None`` where there are none."""
    stop = (_LONG_STOP if long else _STOP).search(text, start + 1, limit)
    while stop is not None and not long and _is_field(text, start, stop.start()):
        stop = _STOP.search(text, stop.end(), limit)
    end = stop.start() if stop is not None else limit
    found = stop is not None
    for loose in _STOP_BARE.finditer(bare, start + 1, end):
        at = loose.start()
        if text[at].isupper() and not _STOP_CAPITAL.match(bare, at):
            continue  # "Sở Xây dựng", "Ủy ban Kiểm tra Trung ương"
        if long and not (text[at].isupper() or _LONG_STOP.match(text, at)):
            continue
        if not _is_field(text, start, at):
            return at
    return end if found else None


def _is_field(text: str, start: int, at: int) -> bool:
    """Whether the word at ``at`` says which body it is: the name before it is not whole ("Sở xây dựng")."""
    if not (text[at].isupper() or _FIELD_WORD.match(text, at)):
        return False
    return _OPEN_HEAD.fullmatch(text, start, at) is not None


@dataclass(slots=True)
class _Anchor:
    start: int
    end: int
    kind: Kind | None
    code: ParsedCode | None = None
    law: bool = False
    title: str | None = None
    title_span: Span | None = None
    type: str | None = None
    shared: bool = False
    written: bool = False
    self_contained: bool = False
    parts: tuple[str | None, str | None] = (None, None)


def _laws(text: str, bare: str) -> list[_Anchor]:
    anchors: list[_Anchor] = []
    if "luat" not in bare and "phap" not in bare:
        return anchors
    position = 0
    while (match := _LAW.search(bare, position)) is not None:
        # what is no law may hold one: "Luật này thay thế Luật Hải quan"
        position = match.end("head")
        start = match.start()
        if not text[start].isupper() or text[start : start + 3].isupper():
            continue
        kind = kind_by_name(match["head"])
        end = match.end()
        if match["other"] is not None:
            first = match.start("other")
            words = match["other"].split()
            if (
                not text[first].isupper()
                or len(words) > 14
                or match["head"].startswith("hien")
                or (len(words) < 2 and not _SHORT.fullmatch(text, first, match.end("other")))
            ):
                known = _LAW_NAME.match(bare, first)
                if known is None or (known.end() < len(bare) and bare[known.end()].isalnum()):
                    continue
                end = known.end()
        if match["changing"] is not None and _ONLY_CHANGING.fullmatch(match["changing"]):
            continue  # "các Luật sửa đổi, bổ sung" names none
        if match["name"] is not None and " " not in match["name"] and not text[match.start("name")].isupper():
            continue  # "Hội Luật gia" is no law on prices
        position = end
        span = (match.end("gap"), end)
        title = " ".join(text[span[0] : span[1]].split())
        anchors.append(_Anchor(start, end, kind, None, True, title, span, written=True))
    for match in _CONSTITUTION.finditer(bare):
        if text[match.start()].isupper() and not text[match.start() : match.start() + 3].isupper():
            following = find_date(bare, match.end(), year_alone=True)
            if following or len(match.group()) > 12:
                title = " ".join(text[match.start() : match.end()].split())
                span = match.span()
                anchors.append(
                    _Anchor(*span, kind_by_name("Hiến pháp"), None, True, title, span, written=True)
                )
    return anchors


def _congresses(text: str, bare: str) -> list[_Anchor]:
    kind = kind_by_name("Nghị quyết")
    anchors: list[_Anchor] = []
    if "dai hoi" not in bare:
        return anchors
    for match in _CONGRESS.finditer(bare):
        if not text[match.start()].isupper():
            continue
        start, head = match.start(), text[match.start() : match.end()].strip()
        position = match.end()
        while True:
            begin = position
            position += len("dai hoi")
            while (word := _CONGRESS_WORD.match(bare, position)) is not None:
                position = word.end()
            # a place's name ("Đảng bộ tỉnh Quảng Ninh lần thứ XX")
            place = regex.match(r"(?:\s\p{Lu}[\p{Ll}]+){1,4}", text[position : position + 60])
            if place:
                position += place.end()
                while (word := _CONGRESS_WORD.match(bare, position)) is not None:
                    position = word.end()
            name = " ".join(text[begin:position].split())
            if len(name) > 12:
                full = f"{head} {name}"
                anchors.append(
                    _Anchor(
                        start,
                        position,
                        kind,
                        None,
                        False,
                        full,
                        (begin, position),
                        written=True,
                        self_contained=True,
                    )
                )
            following = _CONGRESS_NEXT.match(bare, position)
            if following is None or not text[following.end()].isupper():
                break
            start = position = following.end()
    return anchors


def _uncoded(text: str, bare: str) -> list[_Anchor]:
    anchors: list[_Anchor] = []
    for match in _UNCODED.finditer(bare):
        if text[match.start()].isupper():
            anchors.append(_Anchor(match.start(), match.end(), kind_by_name(match["kind"]), written=True))
    for match in _STATUTES.finditer(bare):
        span = match.span("title")
        if text[match.start("kind")].isupper() and text[span[0]].isupper():
            title = " ".join(text[span[0] : span[1]].split())
            anchors.append(
                _Anchor(
                    match.start("kind"), span[1], kind_by_name("Điều lệ"), None, False, title, span,
                    written=True, self_contained=True,
                )
            )  # fmt: skip
    for match in _APPROVED.finditer(bare) if "can cu" in bare else ():
        span = match.span("title")
        if find_codes(text[match.start("kind") : match.end()]) or bare.startswith(("cua ", "so "), span[0]):
            continue
        title = " ".join(text[span[0] : span[1]].split())
        anchors.append(
            _Anchor(
                match.start("kind"),
                span[1],
                kind_by_name(match["kind"]),
                None,
                False,
                title,
                span,
                written=True,
                self_contained=True,
            )
        )
    return anchors


def _anchors(text: str, bare: str) -> list[_Anchor]:
    codes = find_codes(text, bare)
    laws = _laws(text, bare)
    anchors = [_from_code(code, bare) for code in codes]
    # "Luật Dược số 105/2016/QH13": the law's name stands before the number
    by_end = {law.end: law for law in laws}
    for anchor, code in zip(anchors, codes, strict=True):
        before = code.intro
        while before > 0 and bare[before - 1] in " (,":
            before -= 1
        law = by_end.get(before)
        if law is None and code.kind is not None and code.kind.law:
            # the law's name itself ends in "luật": "Luật Ban hành văn bản quy phạm pháp luật số 64/2025/QH15"
            law = next((v for v in laws if v.start < code.intro < v.end <= code.start), None)
        if law is not None and (code.kind is None or code.kind.law):
            anchor.start, anchor.kind, anchor.law = law.start, law.kind, True
            anchor.title, anchor.title_span, anchor.written = law.title, law.title_span, True
            if anchor.end < len(bare) and bare[anchor.end] == ")" and "(" in bare[before : code.intro + 1]:
                anchor.end += 1
        elif code.kind is not None and code.kind.law:
            anchor.law = True
    anchors += laws
    anchors += _congresses(text, bare)
    anchors += _uncoded(text, bare)
    anchors.sort(key=lambda a: (a.start, a.code is None, -a.end))
    kept: list[_Anchor] = []
    for anchor in anchors:
        if kept and anchor.start < kept[-1].end:
            continue
        kept.append(anchor)
    return kept


def _from_code(match: CodeMatch, bare: str) -> _Anchor:
    return _Anchor(
        match.intro, match.end, match.kind, match.code, shared=match.shared, written=match.kind is not None
    )


def _type_of(anchor: _Anchor) -> tuple[str | None, bool]:
    """The type's name, and whether the word was a general one."""
    code = anchor.code
    derived: Kind | None = None
    if code is not None and code.kind_abbreviation:
        derived = kind_by_abbreviation(code.kind_abbreviation, code.is_party)
    if anchor.kind is not None:
        # "Thông báo kết luận số 57-KL/TW" is a Kết luận
        return anchor.kind.name, anchor.kind.general
    if code is None:
        return None, False
    if derived is not None:
        return derived.name, False
    if code.style in {"assembly", "bare"} or code.year is not None:
        return None, False
    return ("Công văn", False) if code.style in {"state", "organ_only", "mass", "blank"} else (None, False)


def _same_body(a: ParsedCode | None, b: ParsedCode | None) -> bool:
    """Whether two numbers were given by one body, as far as the notations say."""
    if a is None or b is None or not a.notation or not b.notation:
        return False
    return bool(set(a.groups) & set(b.groups)) or a.notation[-2:] == b.notation[-2:]


def _title_end(
    text: str, bare: str, start: int, limit: int, starts: Sequence[int], ends: dict[int, int]
) -> int:
    """Where a title that begins at ``start`` ends.

    Args:
        text: the text.
        bare: the same without marks.
        start: the title's first character.
        limit: it ends here at the latest.
        starts: where the citations after it begin, in order.
        ends: for those that were read already, where they end with all that belongs to them.
    """
    position = start
    last = start
    queue = [s for s in starts if start <= s < limit]
    while position < limit:
        match = _TITLE_BREAK.search(text, position, limit)
        phrase = _TITLE_ENDS.search(bare, position, match.start() if match else limit)
        here = phrase.start() if phrase else (match.start() if match else limit)
        # a citation before the break: part of the title if words lead to it, else the next one of a list
        while queue and queue[0] < position:
            queue.pop(0)
        if queue and queue[0] <= here:
            nested = queue.pop(0)
            lead = bare[position:nested]
            joined = regex.search(r"(?:,|\bva|\bcung|\bcung voi|\btheo)\s*(?:cac\s*)?$", lead)
            chained = (
                (joined is not None or not lead.strip())
                and position > start
                and bare.startswith("luat", nested)
                and bare.startswith("luat", last)
            )
            last = nested
            if nested > start and not chained and (joined or (lead.strip() == "" and position > start)):
                return position + (joined.start() if joined else 0)
            position = max(nested + 1, ends.get(nested, nested + 1))
            continue
        if phrase:
            return phrase.start()
        if match is None:
            return limit
        sign = match.group()
        if sign == "(":
            close = text.find(")", match.end(), match.end() + 200)
            if close < 0:
                return match.start()
            position = close + 1
            continue
        if sign == ",":
            after = match.end()
            while after < limit and text[after].isspace():
                after += 1
            chain = (
                queue
                and queue[0] == after
                and bare.startswith("luat", after)
                and bare.startswith("luat", last)
            )
            if chain:
                position = after
                continue
            if queue and queue[0] <= after + 5:
                return match.start()
            if _MAIN_CLAUSE.match(bare, after):
                return match.start()
            if text[after : after + 1].isupper() and _AS_FOLLOWS.search(bare, after, min(limit, after + 260)):
                return match.start()
            if _HEAD_AT.match(text, after):
                clause_end = text.find(";", after, limit)
                clause_end = limit if clause_end < 0 else clause_end
                verb = _CLAUSE_VERB.search(bare, after, min(clause_end, after + 160))
                if verb and ";" not in text[after : verb.start()]:
                    return match.start()
            position = after
            continue
        return match.start()
    return limit


def _clean_title(raw: str) -> str:
    title = " ".join(raw.split()).strip(" ,;:.-–/")
    if title[:1] in '"“' and title[-1:] in '"”' and not any(c in '"“”' for c in title[1:-1]):
        title = title[1:-1].strip()
    return title


@dataclass(slots=True)
class _Tail:
    date: str | None = None
    date_span: Span | None = None
    issuer: str | None = None
    issuer_span: Span | None = None
    title: str | None = None
    title_span: Span | None = None
    description: Span | None = None
    end: int = 0


def _read_tail(
    text: str, bare: str, anchor: _Anchor, limit: int, starts: Sequence[int], ends: dict[int, int]
) -> _Tail:
    """Date, issuer and title after a number or a law's name. ``limit``: the end of the text."""
    tail = _Tail(end=anchor.end)
    if anchor.self_contained:
        return tail
    next_start = next((s for s in starts if s >= anchor.end), limit)
    position = anchor.end
    for _ in range(3):
        if tail.date is None:
            found = find_date(bare, position, year_alone=anchor.law)
            if found is not None and found[1] <= next_start:
                begin = position
                while bare[begin] in " ,(\n":
                    begin += 1
                tail.date, tail.date_span = found[0], (begin, found[1])
                position = found[1]
                continue
        if tail.issuer is None and not (anchor.law and tail.date is None and anchor.code is None):
            body = find_issuer(text, bare, position, next_start, named=tail.date is not None)
            if body is not None and "," in text[position : body[1]] and _CLAUSE_VERB.match(bare, body[2] + 1):
                body = None  # "…, UBND tỉnh ban hành Kế hoạch": the subject of the main clause
            if body is not None:
                tail.issuer, tail.issuer_span = body[0], (body[1], body[2])
                position = body[2]
                continue
        break
    tail.end = position
    quoted = _QUOTED.match(bare, position)
    opener = _OPENER.match(bare, position)
    described = _DESCRIBED.match(bare, position)
    if described is not None and starts and described.end() > next_start:
        described = None  # "Luật Thú y, Quyết định số …": the next document, no verb
    if quoted is not None:
        span = quoted.span("title")
        tail.title, tail.title_span, tail.description = _clean_title(text[slice(*span)]), span, span
        tail.end = quoted.end()
    elif opener is not None and opener.end() < limit:
        begin = opener.end()
        end = _title_end(text, bare, begin, min(limit, begin + 900), starts, ends)
        title = _clean_title(text[begin:end])
        if len(title) >= 3:
            tail.title, tail.title_span = title, (begin, end)
            tail.description, tail.end = (position, end), end
    elif described is not None:
        end = _title_end(text, bare, described.end(), min(limit, described.end() + 900), starts, ends)
        tail.description, tail.end = (position, end), end
        inner = regex.search(
            rf"\s{_any(_D['title']['openers'])}\s+", bare[position : min(end, position + 60)]
        )
        if inner is not None and described.end() - position <= inner.start() + 1:
            begin = position + inner.end()
            tail.title, tail.title_span = _clean_title(text[begin:end]), (begin, end)
    return tail


def find_citations(text: str, context: Context = Context()) -> list[Citation]:
    """All mentions of other documents in a paragraph, in order.

    Args:
        text: one paragraph (or cell, or line) of normalised text.
        context: where it stands.

    Returns:
        One entry for each mention; mentions of one document are not merged here.
    """
    if len(text) <= _LONG:
        return _find(text, context)
    result: list[Citation] = []
    for begin, end in _pieces(text):
        base = len(result)
        result.extend(_moved(citation, begin, base) for citation in _find(text[begin:end], context))
    return result


_LONG: Final = 6000
"""A longer paragraph is read in pieces: some patterns look ahead to the end of what they are given, and no real
sentence is that long."""


def _pieces(text: str) -> Iterable[Span]:
    """Cut a long text after a line, a list's item, a sentence or at least a word."""
    begin = 0
    while len(text) - begin > _LONG:
        low, high = begin + _LONG // 2, begin + _LONG
        cut = max(text.rfind("\n", low, high), text.rfind("; ", low, high))
        if cut < 0:
            cut = text.rfind(". ", low, high)
        if cut < 0:
            cut = text.rfind(" ", low, high)
        end = cut + 1 if cut >= 0 else high
        yield begin, end
        begin = end
    yield begin, len(text)


def _moved(citation: Citation, by: int, base: int) -> Citation:
    """The same mention in the whole text: offsets by ``by``, indices by ``base`` higher."""

    def span(value: Span | None) -> Span | None:
        return None if value is None else (value[0] + by, value[1] + by)

    return replace(
        citation,
        start=citation.start + by,
        end=citation.end + by,
        extent=citation.extent + by,
        date_span=span(citation.date_span),
        issuer_span=span(citation.issuer_span),
        title_span=span(citation.title_span),
        description=span(citation.description),
        parent=None if citation.parent is None else citation.parent + base,
        acts_on=None if citation.acts_on is None else citation.acts_on + base,
    )


def _find(text: str, context: Context) -> list[Citation]:
    if not _MAYBE.search(text):
        return []
    bare = unmark(text)
    anchors = _anchors(text, bare)
    if not anchors:
        return []
    starts = [a.start for a in anchors]
    ends: dict[int, int] = {}
    tails: list[_Tail] = [_Tail()] * len(anchors)
    # from the last to the first, so that a title knows where the citations inside it end
    for index in range(len(anchors) - 1, -1, -1):
        following = starts[index + 1 : index + 40]
        tails[index] = _read_tail(text, bare, anchors[index], len(text), following, ends)
        ends[anchors[index].start] = tails[index].end
    _share_tails(bare, anchors, tails)
    citations: list[Citation] = []
    read: list[_Anchor] = []
    for anchor, tail in zip(anchors, tails, strict=True):
        if anchor.code is None and anchor.title is None and tail.title is None and tail.date is None:
            continue  # "các Nghị quyết của Chính phủ" names no certain document
        if (
            anchor.code is None
            and not anchor.law
            and _DRAFT.search(bare, max(0, anchor.start - 24), anchor.start)
        ):
            continue
        before = read[-1] if read else None
        if anchor.kind is None and anchor.code is not None and before is not None and before.kind is not None:
            # "các văn bản số … ngày … và số …": the kind's name stands once
            gap = bare[citations[-1].extent : anchor.start]
            if not anchor.code.kind_abbreviation and gap.strip() and _CONNECTIVE.fullmatch(gap):
                anchor.kind = before.kind
        read.append(anchor)
        name, general = _type_of(anchor)
        citations.append(
            Citation(
                start=anchor.start,
                end=anchor.end,
                extent=max(tail.end, anchor.end),
                type=name,
                code=anchor.code,
                date=tail.date,
                issuer=None if anchor.law and anchor.code is None else tail.issuer,
                title=anchor.title if anchor.title is not None else tail.title,
                date_span=tail.date_span,
                issuer_span=tail.issuer_span,
                title_span=anchor.title_span if anchor.title is not None else tail.title_span,
                description=tail.description,
                general=general,
                written_kind=anchor.written,
            )
        )
    citations = _nest(bare, citations, read)
    return _relate(text, bare, citations, context)


def _share_tails(bare: str, anchors: list[_Anchor], tails: list[_Tail]) -> None:
    """One date, issuer and title after several numbers hold for all of them."""
    for index in range(len(anchors) - 2, -1, -1):
        this, following = anchors[index], anchors[index + 1]
        tail, source = tails[index], tails[index + 1]
        if this.code is None or following.code is None or tail.issuer or tail.title:
            continue
        if tail.date:
            # "Tờ trình số … ngày … và Báo cáo thẩm tra số … ngày … của …": the body holds for both
            between = bare[tail.end : following.start]
            if source.issuer and _same_body(this.code, following.code) and _AND_PAPER.fullmatch(between):
                tail.issuer, tail.issuer_span = source.issuer, source.issuer_span
            continue
        between = bare[this.end : following.start]
        if len(between) > 12 or not _CONNECTIVE.fullmatch(between) or ";" in between:
            continue
        if following.shared or _same_body(this.code, following.code):
            tail.date, tail.date_span = source.date, source.date_span
            tail.issuer, tail.issuer_span = source.issuer, source.issuer_span
            tail.title, tail.title_span = source.title, source.title_span


def _nest(bare: str, citations: list[Citation], anchors: list[_Anchor]) -> list[Citation]:
    """Say which citations stand inside the description of another, and what that one does to them."""
    result: list[Citation] = []
    open_parents: list[int] = []
    for index, citation in enumerate(citations):
        open_parents = [p for p in open_parents if citations[p].extent > citation.start]
        parent = None
        for candidate in reversed(open_parents):
            description = result[candidate].description
            if description is not None and description[0] <= citation.start < description[1]:
                parent = candidate
                break
        if parent is not None:
            begin = (result[parent].description or (0, 0))[0]
            previous = result[index - 1]
            siblings = previous.parent == parent and previous.extent <= citation.start
            between = bare[previous.extent : citation.start] if siblings else ""
            if siblings and _CONNECTIVE.fullmatch(between):
                relation = previous.parent_relation
            else:
                relation = _deed(bare[max(begin, citation.start - 160) : citation.start])
            citation = replace(citation, parent=parent, parent_relation=relation)
        elif index:
            previous = result[index - 1]
            passive = _PASSIVE.search(bare[max(previous.end, citation.start - 90) : citation.start])
            between = bare[previous.extent : citation.start]
            if (
                previous.acts_on is not None
                and 0 < len(between) < 30
                and ";" not in between
                and _CONNECTIVE.fullmatch(between)
            ):
                citation = replace(citation, acts_on=previous.acts_on, acts_relation=previous.acts_relation)
            elif passive is not None and previous.extent <= citation.start:
                verb = _deed(passive["verb"])
                if verb in {"amends", "replaces", "repeals"}:
                    citation = replace(citation, acts_on=index - 1, acts_relation=verb)
        if (
            anchors[index].law
            and anchors[index].title
            and regex.match(r"(?:sua\s+doi|bo\s+sung)", unmark(anchors[index].title or ""))
        ):
            citation = replace(citation, description=citation.description or citation.title_span)
        result.append(citation)
        open_parents.append(index)
    return result


def _deed(words: str) -> Relation | None:
    """What a description says that its document does to the one cited after these words (without marks)."""
    best: tuple[int, Relation] | None = None
    for relation, pattern in _CUES:
        if relation in {"mentions", "based_on", "replies_to"}:
            continue
        for match in pattern.finditer(words):
            if best is None or match.end() >= best[0]:
                best = (match.end(), relation)
    if best is None:
        if regex.search(r"(?:quy|qui) dinh chi tiet|huong dan", words):
            return "implements"
        return None
    return best[1]


def _sentence_start(text: str, at: int, floor: int) -> int:
    """Where the sentence that holds ``at`` begins, not before ``floor``."""
    low = max(floor, at - 600)
    start = low
    for match in _SENTENCE.finditer(text, low, at + 1):  # one more: the pattern looks at the letter after it
        start = min(match.end(), at)
    return start


def _relate(text: str, bare: str, citations: list[Citation], context: Context) -> list[Citation]:
    """Give every citation the relation that the words before it say."""
    result: list[Citation] = []
    previous: Citation | None = None
    for citation in citations:
        if citation.parent is not None:
            result.append(citation)
            continue
        relation, cue = _relation(text, bare, citation, previous, context)
        if _ENDS_IN_FORCE.match(bare, citation.extent) or _ENDS_IN_FORCE.match(bare, citation.end):
            relation, cue = "repeals", "het hieu luc"
        elif (over := _abolished(text, bare, citation, citations)) is not None:
            relation, cue = over, "bi bai bo"
        citation = replace(citation, relation=relation, cue=cue)
        if citation.issuer is None and citation.code is not None and previous is not None:
            # "đề nghị của Bộ … tại Tờ trình số … và Báo cáo số …": the body holds for both
            between = bare[previous.extent : citation.start]
            asked_before = previous.issuer_span is not None and previous.issuer_span[0] < previous.start
            named = previous.relation == relation and previous.issuer and not previous.title
            named = named and (relation == "proposed_by" or (asked_before and relation == "implements"))
            if named and _same_body(previous.code, citation.code) and _CONNECTIVE.fullmatch(between):
                citation = replace(citation, issuer=previous.issuer, issuer_span=previous.issuer_span)
        if citation.issuer is None and citation.code is not None:
            floor = max(previous.extent if previous else 0, citation.start - 260)
            asked = _ASKED.search(bare, min(floor, citation.start), citation.start)
            body = find_issuer(text, bare, asked.end(), citation.start) if asked else None
            if body is None:
                body = _bracketed(text, bare, citation)
            if body is None:
                citation = _issued_by(text, bare, citation, min(floor, citation.start))
            else:
                citation = replace(citation, issuer=body[0], issuer_span=(body[1], body[2]))
        result.append(citation)
        previous = citation
    return result


def _abolished(text: str, bare: str, citation: Citation, citations: Sequence[Citation]) -> Relation | None:
    """What a sentence that ends in "bị bãi bỏ" does to the paper that it names."""
    match = _ABOLISHED.match(bare, citation.extent)
    if match is None:
        return None
    if any(citation.end <= c.start < match.end() and c.parent is None for c in citations):
        return None
    start = _sentence_start(text, citation.start, 0)
    if _IF.search(bare, start, citation.start) or _IF.search(match["between"]):
        return None
    return "replaces" if match["verb"].startswith("thay") else "repeals"


def _bracketed(text: str, bare: str, citation: Citation) -> tuple[str, int, int] | None:
    """The body whose paper is named in brackets after it: "báo cáo của Bộ X (Báo cáo số …)".

    Also in lists under one head: "các Bộ: Tài chính (Công văn số …), Nội vụ (Công văn số …)".
    """
    if citation.start == 0 or text[citation.start - 1] != "(":
        return None
    end = citation.start - 1
    low = max(0, end - 120)
    begin = max(text.rfind(sign, low, end) + 1 for sign in ",;:)(.\n")
    of = bare.rfind(" cua ", begin, end)
    begin = of + 5 if of >= 0 else begin
    begin = max(begin, low)
    while begin < end and text[begin].isspace():
        begin += 1
    begin = begin + 3 if bare.startswith("va ", begin) else begin
    name = " ".join(text[begin:end].split())
    if not name or not name[0].isupper() or len(name) > 90:
        return None
    if of >= 0:
        found = find_issuer(text, bare, of, end)
        return found if found is not None and found[2] >= end - 1 else None
    heads = list(_SHARED_HEAD.finditer(bare, max(0, end - 500), end))
    if not heads or any(sign in text[heads[-1].end() : end] for sign in ";\n"):
        return None
    head = text[heads[-1].start("head") : heads[-1].end("head")]
    return (name if _HEAD_AT.match(name) else f"{head} {name}"), begin, end


def _issued_by(text: str, bare: str, citation: Citation, floor: int) -> Citation:
    """Issuer and date that stand before: "ngày 31/10/2017 Bộ Y tế ban hành Công điện số …"."""
    issued = _ISSUED.search(bare, max(floor, citation.start - 140), citation.start)
    if issued is None:
        return citation
    begin = max(floor, issued.start() - 120)
    heads = [m.start() for m in _HEAD_WORD.finditer(text, begin, issued.start())]
    for start in heads:
        name = text[start : issued.start()].strip()
        if (
            _STOP.search(text, start + 1, issued.start())
            or any(c in name for c in ",;:.()\n")
            or len(name) > 90
        ):
            continue
        citation = replace(citation, issuer=" ".join(name.split()), issuer_span=(start, issued.start()))
        if citation.date is None:
            before = bare.rfind("ngay", max(floor, start - 32), start)
            day = find_date(bare, before) if before >= 0 else None
            if day is not None and not bare[day[1] : start].strip(" ,"):
                citation = replace(citation, date=day[0], date_span=(before, day[1]))
        return citation
    return citation


def _relation(
    text: str, bare: str, citation: Citation, previous: Citation | None, context: Context
) -> tuple[Relation, str]:
    floor = previous.extent if previous is not None and previous.extent <= citation.start else 0
    start = _sentence_start(text, citation.start, floor)
    words = bare[start : citation.start]
    if previous is not None and start == floor:
        if citation.acts_on is not None:
            return previous.relation, previous.cue
        if _CONNECTIVE.fullmatch(words):
            return previous.relation, previous.cue
        if previous.relation == "proposed_by" and (
            _ALSO_OF.fullmatch(words)
            or (_same_body(previous.code, citation.code) and _AND_PAPER.fullmatch(words))
        ):
            return "proposed_by", previous.cue
        if previous.relation == "implements" and _MORE.fullmatch(words):
            return "implements", previous.cue
        if (
            previous.relation == "based_on"
            and ";" in words
            and _CONNECTIVE.fullmatch(words[words.rfind(";") :])
        ):
            return "based_on", previous.cue  # "Căn cứ Luật …, được sửa đổi năm 2020; Luật …"
        tail = regex.search(r"(?:;|,|\bva)\s*(?:cac\s*)?$", words)
        if tail is not None and not _cues(words[: tail.start()], text[start : start + tail.start()]):
            return previous.relation, previous.cue
    if _ONLY_MARK.fullmatch(words):
        if context.inherited is not None:
            return context.inherited, ""
        if context.subject:
            return "implements", ""
        return "mentions", ""
    clause = words[max(words.rfind(";"), 0) :] if ";" in words else words
    if _REQUESTS.search(clause) or (
        regex.search(r"\b(?:theo|xet)\s*$", clause) and citation.type == "Tờ trình"
    ):
        return "proposed_by", "de nghi"
    answered = _ANSWERS.search(bare, start, citation.end)
    if answered is not None and answered.end() >= citation.start:
        return "replies_to", "xet"
    promulgated = _PROMULGATED.search(clause)
    if promulgated is not None and not _cues(clause[promulgated.end() :], ""):
        return "promulgates", "kem theo"
    if _GUIDED.search(clause, max(0, len(clause) - 90)):
        return "mentions", "huong dan boi"
    found = _cues(clause, text[citation.start - len(clause) : citation.start])
    if not found:
        return ("implements", "") if context.subject and citation.start < 40 else ("mentions", "")
    head = clause.lstrip(" -+•*;,.()")
    if clause.rstrip().endswith("(") and found[0][1] > 12:
        return "mentions", "("
    if head.startswith("can cu") and "mentions" not in {r for r, _, _ in found[1:]}:
        return "based_on", "can cu"
    if head.startswith("can cu") and len(clause) < 160 and (context.opening or found[-1][0] == "mentions"):
        return "based_on", "can cu"
    relation, begin, end = found[-1]
    cue = clause[begin:end]
    distance = len(clause) - end
    if relation in {"amends", "replaces", "repeals"}:
        drafted = _DRAFTING.search(clause, 0, begin)
        if distance > 90 or drafted is not None or ")" in clause[end : end + 2] or _APART.search(clause, end):
            return "mentions", cue
        other = _OTHERS_DEED.search(clause, max(0, begin - 60), begin)
        if other is not None and not context.subject:
            return "mentions", cue
        return relation, cue
    if relation == "implements":
        assessed = _ASSESSING.search(clause, max(0, begin - 30), begin)
        if _AFTER_YEARS.search(clause, max(0, begin - 40), begin):
            return "mentions", clause[begin:end]
        if assessed is not None and len(clause[assessed.end() : begin].split()) <= 4:
            return "mentions", clause[assessed.start() : end]
        return relation, cue
    if relation == "mentions" and _PART_OF.fullmatch(cue):
        changed = next((f for f in reversed(found) if f[0] != "mentions"), None)
        if changed is not None and changed[0] in {"amends", "replaces", "repeals"}:
            opened = _DEED_OPENS.fullmatch(clause, 0, changed[1])
            if opened is not None and distance < 40 and len(clause) - changed[2] < 200:
                # another form in place of one of its forms changes the paper
                deed: Relation = "amends" if changed[0] == "replaces" else changed[0]
                return deed, clause[changed[1] : changed[2]]
    if relation == "mentions":
        if _CARRIED.search(clause, max(0, len(clause) - 90)):
            return "implements", "thuc hien"
        instructed = _INSTRUCTIONS.search(clause)
        if instructed is not None and any(r == "implements" and e <= instructed.start() for r, _, e in found):
            return "implements", "thuc hien"
        opening = _OPENING.search(clause, max(0, len(clause) - 60))
        if (
            context.opening
            and opening is not None
            and (
                head.startswith(("theo", "tren co so"))
                or "tinh than" in clause[-20:]
                or "theo chi dao" in clause
            )
        ):
            return "based_on", "theo"
    return relation, cue


def _cues(words: str, printed: str) -> list[tuple[Relation, int, int]]:
    """The governing words of a stretch (without marks, and as printed), in order of their ends.

    Longer ones hide those inside.
    """
    found = [(r, m.start(), m.end()) for r, pattern in _CUES for m in pattern.finditer(words)]
    found += [("mentions", m.start(), m.end()) for m in _MARKED_CUES.finditer(printed)]
    found.sort(key=lambda item: (item[2], -item[1]))
    return [
        item
        for item in found
        if not any(
            o is not item and o[1] <= item[1] and item[2] <= o[2] and o[2] - o[1] > item[2] - item[1]
            for o in found
        )
    ]
