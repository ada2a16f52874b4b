"""Time expressions of Vietnamese administrative texts: what they say, and what they are said of.

:func:`find_time_expressions` reads any string and gives the dates, periods, recurrences and relative periods
in it, with their bound words, each resolved against the document's date. It does not decide what is a
deadline; :attr:`TimeExpression.role` only says what the words around an expression tell about it (a cited
document's date, a term of office, a span that is reported on …).

Rules: Civil Code 2015, Articles 145 to 148, for the ends of months and years; RFC 5545 for ``rrule``; EDTF
for ``due``. The words are data (``knowledge/time.toml``).

Every pattern here has bounded repetitions only, so that the work for one character is bounded and the whole
is linear in the length of the text.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from itertools import chain, pairwise
from typing import Any, cast

import regex

from vnadmin_extract.grammar import edtf
from vnadmin_extract.grammar.numerals import NUMBER_WORDS, parse_number_words, parse_quarter
from vnadmin_extract.record import Bound, DeadlineKind, Frequency
from vnadmin_extract.text.fold import lower_chars


class Role(StrEnum):
    """What the words around a time expression say about it."""

    BOUND = "bound"
    """Bound words stand before it ("trước ngày …", "trong thời hạn …", "định kỳ …")."""
    BARE = "bare"
    """Nothing is said."""
    LABELLED = "labelled"
    """A label or completing verb stands before it ("Thời gian hoàn thành: …", "hoàn thành quý II/2025")."""
    CITED = "cited"
    """The date of a cited document."""
    TERM = "term"
    """A term of office, a school year."""
    SPAN = "span"
    """The span or horizon of a plan ("giai đoạn 2021-2025", "đến năm 2030")."""
    EFFECT = "effect"
    """When something takes effect or applies."""
    REPORT = "report"
    """What is reported on, or looks back."""
    EVENT = "event"
    """When an event or a meeting takes place."""
    ATTRIBUTE = "attribute"
    """It tells a noun apart ("kế hoạch hằng năm", "nhiệm vụ năm 2013")."""
    GLOSS = "gloss"
    """It explains the expression before it ("… (trước ngày bầu cử 95 ngày)")."""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """One time expression. Offsets are into the text that was searched."""

    start: int
    end: int
    text: str
    kind: DeadlineKind
    due: str | None = None
    """EDTF."""
    time: str | None = None
    """``"17:00"``."""
    frequency: Frequency | None = None
    rrule: str | None = None
    duration: str | None = None
    """ISO 8601; negative for "… ngày trước …"."""
    working_days: bool | None = None
    anchor: str | None = None
    """The words that say from when."""
    bound: Bound | None = None
    role: Role = Role.BARE
    core_start: int = 0
    """Where the expression itself begins, after its bound words."""
    year_given: bool = True
    """Whether the year is printed (otherwise it was taken from the document's date)."""
    counted: bool = False
    """Whether a frequency says how many times ("mỗi tuần 02 số", "3 tháng một lần"): then it is surely one of work."""


def find_time_expressions(
    text: str, document_date: date | str | None = None, *, cell: bool = False
) -> list[TimeExpression]:
    """All time expressions of a text, in its order, not overlapping.

    Args:
        text: any text; better in NFC. White space of any kind may stand between words.
        document_date: the document's date (a day, or EDTF ``2024-11-05``, ``2024-03``, ``2024``), from which
            a missing year is taken: the document's, or the next where the day lies before the document's date.
            Without it such expressions have no ``due``.
        cell: the text is the cell or line of a deadline, in which "30/6" is a day, "6/2025" a month, "2025" a year
            and "tháng, quý" are frequencies without any word that says so.
    """
    return _Parser(text, document_date, cell).run()


# --- words ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def time_words() -> dict[str, dict[str, list[str]]]:
    """The word lists of ``knowledge/time.toml``."""
    text = files("vnadmin_extract.knowledge").joinpath("time.toml").read_text("utf-8")
    return cast("dict[str, dict[str, list[str]]]", tomllib.loads(text))


def alternation(phrases: Iterable[str]) -> str:
    """A pattern for any of some phrases, the longest first, with any white space between their words."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return (
        "(?:" + "|".join(" ".join(regex.escape(word) for word in phrase.split()) for phrase in ordered) + ")"
    )


WHITE = r"\s{1,3}"
"""White space between two words, in a pattern."""


def prefix_tree(phrases: Iterable[str]) -> str:
    """A pattern for any of some phrases, the longest first, that tries every common beginning only once."""
    root: dict[str, Any] = {}
    for phrase in phrases:
        node = root
        for word in phrase.split():
            node = node.setdefault(word, {})
        node[""] = {}

    def pattern(node: dict[str, Any]) -> str:
        by_letter: dict[str, list[str]] = {}
        for word in sorted(filter(None, node), key=lambda w: (-len(w), w)):
            rest = pattern(node[word])
            tail = f"(?:{WHITE}{rest})" + ("?" if "" in node[word] else "") if rest else ""
            by_letter.setdefault(word[0], []).append(regex.escape(word[1:]) + tail)
        parts = [f"{regex.escape(letter)}(?:{'|'.join(ends)})" for letter, ends in sorted(by_letter.items())]
        return f"(?:{'|'.join(parts)})" if parts else ""

    return pattern(root)


def compile_pattern(pattern: str) -> regex.Pattern[str]:
    """Compile, with a blank for 1 to 3 white-space characters and ``~`` for 0 to 3, without case."""
    return regex.compile(pattern.replace(" ", r"\s{1,3}").replace("~", r"\s{0,3}"), regex.IGNORECASE)


class _Opening:
    """A pattern that is matched at a position only where one of some letters stands there (which is cheap)."""

    __slots__ = ("initials", "pattern")

    def __init__(self, pattern: str, initials: str) -> None:
        self.pattern = compile_pattern(pattern)
        self.initials = frozenset(initials.lower() + initials.upper())

    def match(self, text: str, at: int) -> regex.Match[str] | None:
        return self.pattern.match(text, at) if text[at : at + 1] in self.initials else None


_DIGITS = "0123456789"
_NUMBERS = _DIGITS + "mhbnstc"
"""Digits, and the first letters of numbers in words."""
_WORDS = time_words()
_BOUND_OF: dict[str, Bound] = {
    phrase: cast(Bound, bound)
    for bound, phrases in _WORDS["bounds"].items()
    if bound != "fillers"
    for phrase in phrases
}
_BOUND = _Opening(
    rf"\b({alternation(_BOUND_OF)})((?:~:?~\b{alternation(_WORDS['bounds']['fillers'])}){{0,3}})~:?~(?=\S)",
    "".join({phrase[0] for phrase in _BOUND_OF}),
)

# --- atoms ----------------------------------------------------------------------------------------------

_SEP = r"[/⁄∕]"
_ANYSEP = r"[/⁄∕.\-–]"
_END = rf"(?!\d|~{_SEP}~[\w.]|-\p{{L}}|\.\d)"
_YEAR_TAIL = rf"(?:~,?~năm~|~{_ANYSEP}~)(?P<y>(?:19|20)\d\d)"
_NUM = rf"(?:(?P<n>\d{{1,3}})(?:~\(~{NUMBER_WORDS}~\))?|(?P<w>{NUMBER_WORDS}))"

_CLOCK = _Opening(
    r"(?<![\w/])(?P<h>[01]?\d|2[0-4])(?:~(?:giờ|h|g)(?:~(?P<min>[0-5]\d)(?!\d|~[/.]~\d)(?:~(?:phút|p\b|['’`′]))?)?|:(?P<min2>[0-5]\d))(?![\w])",
    _DIGITS,
)
_AND_CLOCK = compile_pattern(r"~(?:,|và)~(?:[01]?\d|2[0-4])~(?:giờ|h|g)(?:~[0-5]\d(?!\d))?(?:~phút)?(?!\w)")
_AFTER_CLOCK = compile_pattern(
    r"~,?~(?:(?:của|vào|buổi|sáng|chiều|tối) ){0,2}(?:\(?(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật)\)?~,?~\(?)?"
)
_PART_OF_DAY = "(?:sáng|trưa|chiều|tối|đêm)"
_DAY = _Opening(
    rf"(?P<head>(?:(?:(?:thứ (?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ nhật)~,?~)?(?:{_PART_OF_DAY} )?ngày~:?~(?:mùng |mồng )?|mùng |mồng |{_PART_OF_DAY} ))?(?<![\d/.,])(?P<d>\d{{1,2}})"
    rf"(?:~(?P<sep>{_ANYSEP})~(?P<m>\d{{1,2}})(?:~{_ANYSEP}~(?P<y>\d{{4}}|\d{{2}}))?"
    rf"|~tháng~(?P<m2>\d{{1,2}})(?:(?:~,?~năm~|~{_ANYSEP}~)(?P<y2>\d{{4}}))?){_END}",
    _DIGITS + "nmsctđ",
)
_OF_MONTH = compile_pattern(r"~(?:tháng|hằng|hàng|mỗi|của) ")
_DAY_LIST = _Opening(
    rf"(?:(?:các|những|hai|ba) )?(?:ngày|{_PART_OF_DAY})~:?~(?P<ds>\d{{1,2}}(?:~(?:,|;|và|hoặc|-|–)~(?:ngày )?\d{{1,2}}){{1,6}})"
    rf"(?:(?:~{_SEP}~|~tháng~)(?P<m>\d{{1,2}})(?:(?:~,?~năm~|~{_ANYSEP}~)(?P<y>\d{{4}}))?)?{_END}",
    "cnhbstđ",
)
_DASHED_DAYS = _Opening(
    rf"(?<![\d/.])(?P<a>\d{{1,2}})~(?:[-–]|đến(?: hết)?|tới)~(?P<b>\d{{1,2}})(?:~{_SEP}~|~tháng~)(?P<m>\d{{1,2}})(?:(?:~,?~năm~|~{_SEP}~)(?P<y>\d{{4}}))?{_END}",
    _DIGITS,
)
_DAY_ONLY = _Opening(rf"(?:ngày (?:mùng |mồng )?|mùng |mồng )(?P<d>\d{{1,2}})(?!~(?:ngày|làm) ){_END}", "nm")
_DAY_JOINED = _Opening(
    rf"ngày (?:(?P<a>\d{{3,4}}){_SEP}(?P<ay>(?:19|20)\d\d)|(?P<b>\d{{1,2}}){_SEP}(?P<by>\d{{1,2}}(?:19|20)\d\d)|(?P<c>\d{{2}}\d{{1,2}}(?:19|20)\d\d)){_END}",
    "n",
)
_MONTH = _Opening(
    rf"(?:(?:các|những|các kỳ) )?tháng (?P<m>\d{{1,2}})(?!\d)(?:{_YEAR_TAIL})?(?!\d){_END}", "cnt"
)
_MONTH_LIST = _Opening(
    rf"(?:(?:các|những) )?tháng (?P<m>\d{{1,2}}(?:~(?:,|và|-|–)~(?:tháng )?\d{{1,2}}){{1,5}}){_YEAR_TAIL}{_END}",
    "cnt",
)
_MONTHS_APART = _Opening(
    rf"(?:(?:các|những) )?tháng (?P<m>\d{{1,2}}(?:~(?:,|và)~(?:tháng )?\d{{1,2}}){{1,5}})(?!\d)(?:{_YEAR_TAIL})?{_END}",
    "cnt",
)
_MONTH_BARE = _Opening(rf"(?<![\d/.])(?P<m>\d{{1,2}})~{_SEP}~(?P<y>(?:19|20)\d\d){_END}", _DIGITS)
_ROMAN = r"[IVHL1-4|!]{1,3}"
_QUARTER = _Opening(
    rf"(?:(?:các|những) )?qu[ýí] (?P<q>{_ROMAN}(?:~(?:,|và|-|–|\+)~(?:qu[ýí] )?{_ROMAN}(?![\w])){{0,3}})(?![\w(])(?:(?:~,?~(?:của )?năm~|~[/⁄∕.\-–]{{1,2}}~)(?P<y>(?:19|20)\d\d))?(?!\d)",
    "cnq",
)
_QUARTER_MARK = compile_pattern(rf"(?<!\w){_ROMAN}(?!\w)")
_HALF = _Opening(
    rf"(?<!\w){_NUM} tháng (?P<side>đầu|cuối)(?: (?:của )?năm(?:~(?P<y>(?:19|20)\d\d))?)(?!\d)(?! \d{{4}})",
    _NUMBERS,
)
_HALF_WORD = _Opening(
    r"nửa (?P<side>đầu|cuối|năm đầu|năm cuối)(?: (?:của )?năm(?:~(?P<y>(?:19|20)\d\d))?)?(?!\w)", "n"
)
_HALF_MONTH = _Opening(
    rf"nửa (?P<side>đầu|cuối) (?:của )?tháng (?P<m>\d{{1,2}})(?!\d)(?:{_YEAR_TAIL})?(?!\d){_END}", "n"
)
_WEEK = _Opening(
    rf"(?:các )?tuần (?:(?:lễ )?(?:thứ )?(?P<a>[1-4]|nhất|hai|ba|tư)(?:~(?:,|và|-|–|đến)~(?:tuần )?(?P<b>[1-4]))?|(?P<edge>đầu|cuối)(?: cùng| tiên)?)"
    rf" (?:của )?tháng (?P<m>\d{{1,2}})(?!\d)(?:{_YEAR_TAIL})?(?!\d){_END}",
    "ct",
)
_EDGE = _Opening(r"(?P<edge>đầu|giữa|cuối)(?: (?:của )?)", "đgc")
_YEAR = _Opening(
    r"(?:(?:các|cả|trong) )?năm~(?P<y>(?:19|20)\d\d)(?:~[-–]~(?:năm )?(?P<z>(?:19|20)\d\d))?(?![\d/]|~-~\d)|cả năm(?! \d)(?!\w)|năm (?P<this>nay|này|tới|sau)(?!\w)",
    "ctn",
)
_YEAR_BARE = _Opening(r"năm(?!\w)(?! \d)", "n")
_CELL_YEAR = _Opening(
    r"(?<=^\s{0,3})(?P<y>(?:19|20)\d\d)(?=\s{0,3}[.;]?\s{0,3}$)|(?<=(?:^|\s)trong\s{1,3})năm(?! \d)(?!\w)",
    _DIGITS + "n",
)
_THIS = _Opening(r"(?P<unit>tháng|quý|quí) (?P<which>này|nay|sau|tới)(?!\w)", "tq")
_YEARS = _Opening(r"(?<![\d/.])(?P<y>(?:19|20)\d\d)~[-–]~(?P<z>(?:19|20)\d\d)(?![\d/]|-\p{L})", _DIGITS)
_SEASON = _Opening(
    rf"mùa {alternation(_WORDS['words']['seasons'])}(?!\w)(?:,? (?:của )?năm (?P<y>(?:19|20)\d\d))?", "m"
)
_SPAN = _Opening(
    rf"(?P<cue>{alternation([*_WORDS['cues']['term'], 'giai đoạn', 'thời kỳ', 'thời kì'])})~:?~(?:từ )?(?:năm )?(?P<y>(?:19|20)\d\d)(?:~(?:[-–/]|đến|đến hết)~(?:năm )?(?P<z>(?:19|20)\d\d))?(?![\d/])",
    "nkgt",
)
_CALENDAR_WORD = compile_pattern(r"(?<!\w)(?:ngày|tháng|mùng|mồng)(?!\w)")
_HOURS_BEFORE = compile_pattern(r"(?<!\w)(?:từ|-|–)? ?\d{1,2}~(?:giờ|h|g)(?:~\d{2})?(?:~phút|['’])?~$")
_CONNECT = compile_pattern(
    r"~,?~(?P<word>(?:cho )?(?:đến|tới) hết|(?:cho )?(?:đến|tới)(?: trước)?|[-–]|(?:,|và)(?= (?:tháng|qu[ýí]) ))~(?:cuối )?"
)

# --- frequencies ----------------------------------------------------------------------------------------

_UNIT_WORD = r"(?P<u>ngày|tuần|tuân|tháng|quý|quí|năm)"
_LAST = r"(?!\w)(?!~\d)"
_TIMES = r"(?:~(?:/|một|mỗi|là|\()~(?:0?1 |một )?lần\)?)"
_COUNTERS = alternation(_WORDS["words"]["counters"])
_EACH = _Opening(
    rf"(?:hằng|hàng|mỗi|mổi|từng) (?:{_NUM} )?{_UNIT_WORD}(?!\w)"
    rf"(?:,? (?:ít nhất |tối thiểu |có |phát |tổ chức )?(?P<k>\d{{1,2}}|một|hai|ba|bốn)(?:~\([^()]{{1,10}}\))? (?P<what>{_COUNTERS})(?!\w)|(?!~\d))",
    "hmt",
)
_EVERY = _Opening(
    rf"(?<!\w){_NUM}~{_UNIT_WORD}(?: (?:báo cáo|họp|kiểm tra|tổ chức) (?:0?1|một) lần|{_TIMES})(?!\w)|(?<!\w)(?P<u2>tháng|quý|quí|năm|tuần)~/~(?:0?1~|một )?lần(?!\w)",
    _NUMBERS + "tqn",
)
_TIMES_PER = _Opening(
    rf"(?:(?:ít nhất|tối thiểu) )?(?<!\w){_NUM} (?P<what>{_COUNTERS})~(?:/|trong|mỗi|một|trên)~(?:(?:0?1|một|mỗi) )?{_UNIT_WORD}{_LAST}",
    _NUMBERS + "ít",
)
_UNIT_TIMES = _Opening(
    rf"(?<!\w)(?:(?:0?1|một|mỗi) )?(?:(?P<u>năm|quý|quí|tháng|tuần) (?P<k>\d{{1,2}}|một|hai|ba|bốn) lần(?!\w)"
    rf"|(?P<u3>tuần) (?P<k3>\d{{1,2}}|một|hai|ba|bốn) {_COUNTERS}(?!\w))",
    _DIGITS + "mnqt",
)
_ITEM = _Opening(
    rf"(?:(?:hằng|hàng|mỗi|từng) )?(?:{_NUM}~)?(?P<u>tháng|quý|quí|năm|tuần){_LAST}(?! (?:đầu|cuối|qua|trước(?! (?:ngày|\d)))(?!\w)){_TIMES}?",
    _NUMBERS + "hmtqn",
)
_PERIODIC = _Opening(
    r"định k[ỳì](?!\w)(?:~[,:(]?~(?:theo |vào |(?:ít nhất|tối thiểu) (?!\d{1,2} lần)|là |cứ )?)?", "đ"
)
_LIST_SEP = compile_pattern(r"~(?:,|;|/|và|hoặc|,~và)~(?=\w)")
_SUFFIX = compile_pattern(
    r"~,?~\(?(?:của )?(?:(?P<each>hằng|hàng|mỗi|từng) (?P<u>năm|tháng|quý|quí|tuần|tuân|ngày)(?!\w)"
    r"|(?P<of>tháng (?:kế tiếp|tiếp theo|sau liền kề|liền kề|sau))(?: (?:của )?(?P<q1>quý))?(?!\w)"
    r"|tháng (?P<edge>đầu|cuối|giữa)(?: cùng| tiên)?(?: (?:của )?(?:(?:mỗi|hằng|hàng) )?qu[ýí](?: (?:sau|kế tiếp|tiếp theo|báo cáo))?)"
    r"|của (?P<noun>năm|tháng|quý) \p{L})(?:\))?"
)
_WEEKDAY = _Opening(
    rf"(?:(?:các|vào|ngày|chiều|sáng) ){{0,3}}(?:thứ~(?P<wd>{alternation(chain.from_iterable(_WORDS['weekdays'].values()))})(?!\w)|(?P<sun>chủ nhật))",
    "cvnst",
)
_EDGE_OF_EACH = _Opening(
    rf"(?:thứ~(?P<wd>{alternation(chain.from_iterable(_WORDS['weekdays'].values()))}) (?:của )?)?(?P<part>tuần|tháng|ngày) (?P<edge>đầu|cuối)(?: cùng| tiên)?"
    r" (?P<of>của )?(?:(?P<each>hằng|hàng|mỗi|từng) )?(?P<u>tháng|quý|quí|năm|tuần|học k[ỳì])(?!\w)(?!~\d)",
    "tn",
)
_DAY_CLAUSE_OPEN = compile_pattern(r"~[,(]?~(?:(?:báo cáo|gửi|nộp|chốt)[^,.;:()\n]{0,40}? (?=trước|chậm))?")
_EXCEPTION = compile_pattern(r"(?:trường hợp )?đặc biệt[^.;:\n]{0,40}$")
_REPORT_LIST = compile_pattern(
    r"(?:báo cáo|sơ kết|tổng kết|đánh giá|giao ban|kiểm tra|kỳ)~:?~(?:\(|theo |định kỳ )?$"
)
_OPENS = regex.compile(r"(?:^|[;.:\n,])\s{0,3}$")
_REPORTS_NEXT = compile_pattern(
    r"~,?~(?:phải |có |tổng hợp |đánh giá |tổ chức )?(?:báo cáo|sơ kết|tổng kết)(?!\w)"
)

# --- relative -------------------------------------------------------------------------------------------

_DURATION = _Opening(
    rf"(?:(?:ít nhất|tối thiểu|tối đa|không quá|là) ){{0,2}}(?<![\w/.,]){_NUM}~(?P<u>ngày~\(~làm việc~\)|ngày~làm việc|ngày|tuần|tháng|năm|giờ|tiếng|phút|quý|h)(?P<wd>(?: làm việc)?)(?!\w)(?!~\d)(?! (?:tháng|năm|ngày) \d)",
    _NUMBERS + "íktl",
)
_EVENTS = alternation(_WORDS["words"]["events"])
_ANCHOR_HEAD = compile_pattern(
    r"~,?~(?P<how>(?:được )?(?:tính )?kể từ|tính từ|bắt đầu từ|từ|ngay sau|sau|trước) (?=\p{L})(?P<what>(?:khi|ngày|thời điểm|lúc|bầu|"
    + _EVENTS
    + r")(?!\w)(?!~\d))"
)
_ANCHOR_DATE = compile_pattern(r"~,?~(?:tính )?(?:kể từ|từ) (?=ngày~\d)")
_ANCHOR_WORD = compile_pattern(r"\s{0,2}[^\s,;.:()!?…]{1,30}")
_ANCHOR_TAIL = compile_pattern(r" (?:và|hoặc|với|của|là|từ|đến)$")
_ANCHOR_END = compile_pattern(rf"\s{{1,3}}{alternation(_WORDS['words']['anchor_end'])}(?!\w)")
_FIRST_DAYS = compile_pattern(r" đầu(?: tiên)?(?= của (?P<what>mỗi|từng|các|đợt)|~(?:[.,;:)]|$))")
_BEFORE_EVENT = _Opening(
    rf"(?P<how>trước|sau) (?P<anchor>(?:(?:ngày|khi|thời điểm)(?!~\d)(?: [^\s\d,;.:()]{{1,12}}){{1,8}}?|{_EVENTS}(?: [^\s\d,;.:()]{{1,12}}){{0,5}}?)) (?:(?:ít nhất|tối thiểu|là) ){{0,2}}(?=\d|một|hai|ba|bốn|năm|sáu|bảy|mười)",
    "ts",
)
_EVENT = _Opening(r"(?P<how>ngay (?:sau )?(?=khi)|trước (?=thời điểm))(?P<what>khi|thời điểm)(?!\w)", "nt")
_DATED_EVENT = _Opening(
    rf"trước (?:khi|ngày|{_EVENTS})(?!~\d)(?: [^\s\d,;.:()]{{1,12}}){{1,8}} \((?:ngày )?(?=\d)", "t"
)
_BRACKET_ANCHOR = compile_pattern(r"~\((?P<anchor>(?:ngay )?sau khi [^()]{1,200})\)")
_RETRO = compile_pattern(rf"~(?:nay )?{alternation(_WORDS['words']['retrospective'])}(?!\w)")

# --- what stands before -----------------------------------------------------------------------------------

_CUE_ROLES = (
    (Role.TERM, compile_pattern(rf"\b{alternation(_WORDS['cues']['term'])}~[:(,]?~(?:từ )?(?:năm )?$")),
    (Role.SPAN, compile_pattern(rf"\b{alternation(_WORDS['cues']['span'])}~[:(]?~(?:từ )?(?:năm )?$")),
    (
        Role.EFFECT,
        compile_pattern(
            rf"\b{alternation(_WORDS['cues']['effect'])}~(?:thi hành |áp dụng )?(?:bắt đầu |kể |là )?$"
        ),
    ),
    (
        Role.REPORT,
        compile_pattern(
            rf"\b{alternation(_WORDS['cues']['report'])}~(?:là |được |tính |vào |:~|\(~){{0,2}}$"
        ),
    ),
)
_REPORT_BEFORE = compile_pattern(
    r"\b(?:tính đến|tính từ|số liệu|đã|chốt số liệu|thời điểm)(?: [^\s.,;:]{1,12}){0,4}\s{0,3}$"
)
_ISSUING = compile_pattern(rf"\b{alternation(_WORDS['cues']['issuing'])}~$")
_CLEAR_LABEL = compile_pattern(
    r"(?:\b(?:thời hạn|tiến độ|hạn|kỳ hạn|hạn chót)(?!\w)[^:.;\n()]{0,40}|(?:^|[\n;.+•–-])~(?:thời điểm|thời gian)):~$"
)
_ATTRIBUTE = compile_pattern(rf"\b{alternation(_WORDS['cues']['attribute'])}(?: của đơn vị)?~$")
_LABEL = compile_pattern(
    rf"\b{alternation(_WORDS['words']['labels'])}(?!\w)[^:.;\n()]{{0,40}}:~(?:[-–+]~)?(?:ngày |dự kiến~:?~){{0,2}}$"
    rf"|\b{alternation(_WORDS['words']['completing'])}~(?:trong |vào )?$"
)
_CODE_BEFORE = compile_pattern(
    r"(?:(?<!\S)[^\s,;()]{0,20}\d[^\s,;()]{0,20}[/\-–][^\s,;()]{0,6}\p{Lu}[^\s,;()]{0,20}|số (?=[^\s,;()]{0,30}[\d/])[^\s,;()]{1,30})~,?~(?:ký |ban hành )?$"
)
_KIND_BEFORE = compile_pattern(rf"\b{alternation(_WORDS['words']['cited_kinds'])}(?!\w)[^.;:\n()]{{0,90}}$")
_EVENT_BEFORE = compile_pattern(
    r"(?:vào (?:lúc|hồi)|(?:bắt đầu|khai mạc|diễn ra|tổ chức|họp)(?: [^\s.;:]{1,12}){0,3}|thời gian(?:[,\s]+địa điểm)?~:)\s{0,3}(?:từ |vào |lúc |hồi ){0,2}$"
)
_LATEST = compile_pattern(
    r"(?:chậm nhất|muộn nhất|trễ nhất|hạn chót|hạn cuối|xong trước|không quá|không để)(?!\w)"
)
_YEAR_ONLY = regex.compile(r"\d{4}")
_INNER = regex.compile(r"\s\S")
_DAY_WORD = regex.compile(r"ngày\s", regex.IGNORECASE)
_NOUN = regex.compile(r"\p{L}{1,12}(?:\s\p{L}{1,12})?")
_SPACE = regex.compile(r"[\s,]{0,4}")

_TRIGGER_WORDS = (
    *_BOUND_OF,
    *_WORDS["cues"]["term"],
    *(
        "ngày",
        "mùng",
        "mồng",
        "các ngày",
        "tháng",
        "quý",
        "quí",
        "năm",
        "cả năm",
        "hằng",
        "hàng",
        "mỗi",
        "mổi",
        "từng",
        "ít nhất",
    ),
    *("tuần", "quý", "sau", "sáng", "trưa", "chiều", "tối", "đêm"),
    *("định kỳ", "định kì", "nửa", "đầu", "giữa", "cuối", "thứ", "chủ nhật", "ngay", "giai đoạn", "thời kỳ"),
    *("thời kì", "mùa", "trước"),
)
# Searched in the text in small letters: this is by far the most frequent search, and ignoring case is dear.
_AFTER_NUMBER = r"(?=\s{0,3}(?:[/⁄∕.,:;('’|–-]|h|g|phút|tiếng|ngày|tháng|tu[ầâ]n|năm|qu[ýí]|lần|làm|và|hoặc|đến|tới|số|lớp|kỳ|đợt|lượt|mô|buổi|cuộc|bài|tin|phiên|chuyên))"
"""What a number that begins a time expression goes on with; most numbers do not."""


_COUNTED = _COUNTERS.replace(" ", WHITE)


def _trigger(number: str) -> regex.Pattern[str]:
    return regex.compile(
        rf"\b(?:(?:{prefix_tree(_TRIGGER_WORDS)}|\d{{1,4}}{number}"
        rf"|(?=(?:m|hai|b|n|s|t|chín)){NUMBER_WORDS.replace(' ', WHITE)}(?={WHITE}(?:ngày|tháng|tuần|năm|quý|giờ|{_COUNTED})))"
        r"(?!\p{L})|[012]?\d(?=h(?!\p{L})))".replace("~", r"\s{0,3}")
    )


_TRIGGER = _trigger(_AFTER_NUMBER)
_CELL_TRIGGER = _trigger("")

_FREQUENCY: dict[tuple[str, int], tuple[Frequency, str]] = {
    ("ngày", 1): ("daily", "FREQ=DAILY"),
    ("tuần", 1): ("weekly", "FREQ=WEEKLY"),
    ("tháng", 1): ("monthly", "FREQ=MONTHLY"),
    ("tháng", 3): ("quarterly", "FREQ=MONTHLY;INTERVAL=3"),
    ("quý", 1): ("quarterly", "FREQ=MONTHLY;INTERVAL=3"),
    ("quý", 2): ("semiannual", "FREQ=MONTHLY;INTERVAL=6"),
    ("tháng", 6): ("semiannual", "FREQ=MONTHLY;INTERVAL=6"),
    ("tháng", 12): ("yearly", "FREQ=YEARLY"),
    ("năm", 1): ("yearly", "FREQ=YEARLY"),
}
_TO_WORDS = frozenset({"đến", "tới", "hết", "đến hết", "cho đến", "cho tới", "cho đến hết", "đến trước"})
_WEEK_NUMBERS = {"1": 1, "2": 2, "3": 3, "4": 4, "nhất": 1, "hai": 2, "ba": 3, "tư": 4}
_BASE: dict[str, tuple[Frequency, str]] = {
    "ngày": ("daily", "FREQ=DAILY"),
    "tuần": ("weekly", "FREQ=WEEKLY"),
    "tháng": ("monthly", "FREQ=MONTHLY"),
    "năm": ("yearly", "FREQ=YEARLY"),
}
_CLOCK_UNITS = ("giờ", "tiếng", "phút", "h")
_ISO_UNITS = {
    "ngày": "D",
    "tuần": "W",
    "tháng": "M",
    "năm": "Y",
    "giờ": "H",
    "tiếng": "H",
    "phút": "M",
    "h": "H",
}


@dataclass(frozen=True, slots=True)
class _Point:
    """A place or stretch in the calendar, its year perhaps not printed."""

    start: int
    end: int
    unit: str
    """day, month, months, quarter, half, year, edge, season, daynumber."""
    year: int | None = None
    month: int = 0
    day: int = 0
    last: int = 0
    """Second number of a stretch of days, months or quarters."""
    time: str | None = None
    edge: str = ""

    def edtf(self, year: int | None) -> str | None:
        """The value in a year."""
        if year is None:
            return None
        if self.unit == "day":
            first = edtf.day(year, self.month, self.day)
            return edtf.interval(first, edtf.day(year, self.month, self.last)) if self.last else first
        if self.unit == "month":
            first = edtf.month(year, self.month)
            return edtf.interval(first, edtf.month(year, self.last)) if self.last else first
        if self.unit == "quarter":
            first = edtf.quarter(year, self.month)
            return edtf.interval(first, edtf.quarter(year, self.last)) if self.last else first
        if self.unit == "half":
            return edtf.half(year, self.month)
        if self.unit == "year":
            return edtf.interval(f"{year:04d}", f"{self.last:04d}") if self.last else f"{year:04d}"
        return None


@dataclass(frozen=True, slots=True)
class _Repeat:
    """A frequency and the days to which it is bound."""

    start: int
    end: int
    frequency: Frequency
    rrule: str
    counted: bool = False


def _number(match: regex.Match[str]) -> int | None:
    if match["n"]:
        return int(match["n"])
    return parse_number_words(match["w"]) if match["w"] else None


def _times(text: str) -> int:
    return int(text) if text.isdigit() else parse_number_words(text) or 1


def _clock(match: regex.Match[str]) -> str | None:
    hour, minute = int(match["h"]), int(match["min"] or match["min2"] or 0)
    return f"{hour:02d}:{minute:02d}" if hour < 24 or minute == 0 else None


def _year(text: str | None) -> int | None:
    """A year of two or four digits; ``None`` where none is printed."""
    if not text:
        return None
    value = int(text)
    if len(text) == 2:
        return 2000 + value if value < 80 else 1900 + value
    return value


def _split_joined(digits: str) -> list[tuple[int, int]]:
    """Day and month from digits that ran together; all readings that could be a day of the year."""
    found = []
    for cut in (1, 2):
        d, m = digits[:cut], digits[cut:]
        if 1 <= len(m) <= 2 and edtf.day(2024, int(m) if int(m) <= 12 else 13, int(d) if int(d) <= 31 else 0):
            found.append((int(d), int(m)))
    return found


def _adjoining(first: str | None, second: str | None) -> bool:
    """Whether a stretch begins on the day after another ends ("quý IV/2025 và quý I/2026")."""
    end, begin = edtf.last_day(first), edtf.first_day(second)
    return end is not None and begin is not None and (begin - end).days == 1


def _is_proper_fraction(point: _Point, printed: str) -> bool:
    """Whether "1/3" may be a fraction: smaller above than below, no leading zero ("05/5", "10/3" are days)."""
    return point.day < point.month and printed.strip()[:1] != "0"


class _Parser:
    """Reads one text from left to right. Every method takes a position and gives what begins there."""

    def __init__(self, text: str, document_date: date | str | None, cell: bool) -> None:
        self.text = text
        self.cell = cell
        value = document_date.isoformat() if isinstance(document_date, date) else document_date
        self.first_day = edtf.first_day(value)
        self.result: list[TimeExpression] = []
        self.seen: dict[tuple[int, bool], tuple[_Point, ...]] = {}
        """Points read already, by position and looseness: bound words in a row lead to the same place."""

    def run(self) -> list[TimeExpression]:
        position = 0
        small = lower_chars(self.text)
        trigger = _CELL_TRIGGER if self.cell else _TRIGGER
        while match := trigger.search(small, position):
            found = self.phrase(match.start())
            if found:
                self.result.extend(found)
                position = max(match.start() + 1, max(e.end for e in found))
            else:
                position = match.end()
                # A bound word may be the end of a longer phrase that is not one; try the words inside it too.
                inner = _INNER.search(match[0])
                if inner:
                    position = match.start() + inner.start() + 1
        return self.result

    # -- phrases -------------------------------------------------------------------------------------------

    def phrase(self, at: int) -> list[TimeExpression]:
        """The expressions that one phrase at a position gives, or nothing."""
        span = _SPAN.match(self.text, at)
        if span:
            return [self.span(span)]
        return (
            self.frequencies(at)
            or self.before_event(at)
            or self.dated_event(at)
            or self.bounded(at)
            or self.unbounded(at)
            or self.event_anchored(at)
        )

    def span(self, match: regex.Match[str]) -> TimeExpression:
        first, last = match["y"], match["z"]
        term = " ".join(match["cue"].lower().split()) in _WORDS["cues"]["term"]
        due = edtf.interval(first, last) if last else first
        return self.make(
            match.start(),
            match.end(),
            "period",
            due=due,
            role=Role.TERM if term else Role.SPAN,
            core=match.start("y"),
        )

    def bounded(self, at: int) -> list[TimeExpression]:
        """Bound words and what follows."""
        match = _BOUND.match(self.text, at)
        if match is None:
            return []
        words = " ".join(match[1].lower().split())
        bound = _BOUND_OF[words]
        fillers = " ".join(match[2].lower().replace(":", " ").replace(",", " ").split())
        # The last words may belong to what follows ("cuối năm", "trong năm"): try without fillers too.
        for core in dict.fromkeys((match.end(), self.skip_space(match.end(1)))):
            used = fillers if core == match.end() else ""
            strength = self.strength(bound, words, used)
            found = (
                self.calendar(at, core, strength)
                or self.day_recurrence(at, core, strength)
                or self.relative(at, core, strength, words)
            )
            if found:
                return found
        return []

    @staticmethod
    def strength(bound: Bound, words: str, fillers: str) -> Bound:
        """Bound of several words together: "trong … không quá" includes the last day, "từ nay đến" is an end."""
        if bound in ("within", "on", "from"):
            if "trước" in fillers.split():
                return "before"
            if bound == "from" and fillers:
                return "by" if fillers.split()[0] in ("đến", "tới", "hết") else bound
            if "đến" in fillers.split() or "tới" in fillers.split():
                return "by"
        return "before" if words == "đến trước" else bound

    def unbounded(self, at: int) -> list[TimeExpression]:
        """A calendar expression, or a period with its anchor, without bound words."""
        return (
            self.calendar(at, at, None)
            or self.day_recurrence(at, at, None)
            or self.relative(at, at, None, "")
        )

    # -- calendar points -----------------------------------------------------------------------------------

    def calendar(self, at: int, core: int, bound: Bound | None) -> list[TimeExpression]:
        """Days, months, quarters, years and ranges of them."""
        points = self.points(core, loose=bound is not None or self.cell)
        if not points:
            return []
        if self.is_fraction(points[0], core, bound):
            return self.range_from(at, core, points[0], bound)
        last = points[-1]
        suffix = _SUFFIX.match(self.text, last.end)
        if suffix and all(
            p.unit in ("day", "month", "quarter", "daynumber") and p.year is None for p in points
        ):
            found = self.recurring_points(at, points, bound, suffix)
            if found:
                return found
        if any(p.unit == "daynumber" for p in points):
            # A day without its month says something only as the first end of a range, or after a recurrence.
            return self.range_from(at, core, points[0], bound) if len(points) == 1 else []
        if len(points) == 1:
            ranged = self.range_from(at, core, last, bound)
            if ranged:
                return ranged
        if self.inherits_recurrence(at, points):
            p = points[0]
            rrule = f"FREQ=YEARLY;BYMONTH={p.month};BYMONTHDAY={p.day}"
            return [
                self.make(
                    at, p.end, "recurring", bound=bound or "by", core=core, frequency="yearly", rrule=rrule
                )
            ]
        result = []
        years = self.years(points)
        for index, (point, year) in enumerate(zip(points, years, strict=True)):
            begin = at if index == 0 else point.start
            result.append(
                self.point_expression(begin, point, year, bound, core if index == 0 else point.start)
            )
        return result

    def is_fraction(self, point: _Point, core: int, bound: Bound | None) -> bool:
        """Whether "1/2" after "đến", "không quá", "từ" is rather a fraction than 1 February."""
        if (
            point.unit != "day"
            or point.last
            or point.year is not None
            or bound not in ("by", "from", "within")
        ):
            return False
        printed = self.text[core : point.end]
        if not (
            point.day < point.month and printed.strip()[:1].isdigit() and not _CALENDAR_WORD.search(printed)
        ):
            return False
        return point.time is None

    def years(self, points: list[_Point]) -> list[int | None]:
        """Each point's year: printed, or that of the points after it, or the document's or the next."""
        result: list[int | None] = []
        following: int | None = None
        for point in reversed(points):
            if point.year is not None:
                following = point.year
            result.append(point.year if point.year is not None else following or self.infer(point))
        return result[::-1]

    def infer(self, point: _Point) -> int | None:
        """The document's year, or the next one where the point then lies wholly before the document's date."""
        if self.first_day is None:
            return None
        year = self.first_day.year
        if point.unit == "edge":
            return year
        last = edtf.last_day(point.edtf(year))
        if last is None:
            # 29 February of a year that has none is no day; leave it to the caller.
            return year
        return year + 1 if last < self.first_day and year < 9999 else year

    def point_expression(
        self, at: int, point: _Point, year: int | None, bound: Bound | None, core: int
    ) -> TimeExpression:
        end, anchor = point.end, None
        bracket = _BRACKET_ANCHOR.match(self.text, end)
        if bracket and point.unit != "day":
            end, anchor = bracket.end(), " ".join(bracket["anchor"].split())
        unmarked = bound is None
        kind: DeadlineKind = "date" if point.unit == "day" and not point.last else "period"
        due = None
        if point.unit == "edge":
            due, kind = self.edge(point, year)
        elif point.unit != "season":
            due = point.edtf(year)
            if bound == "from" and point.last and point.unit == "day":
                bound = "within"  # "từ 01 đến 14/11"
            elif bound == "from":
                kind = "date"
            elif bound is None:
                bound = "on" if kind == "date" else "within"
            elif kind == "date" and bound == "within":
                bound = "on"
        return self.make(
            at,
            end,
            kind,
            due=due,
            bound=bound,
            core=core,
            year_given=point.year is not None,
            time=point.time,
            anchor=anchor,
            unmarked=unmarked,
        )

    def edge(self, point: _Point, year: int | None) -> tuple[str | None, DeadlineKind]:
        """Beginning, middle, end of a month or year (Civil Code, Article 146(3)); quarters by analogy."""
        if year is None:
            return None, "date"
        if point.edge == "year":
            month, day = {"đầu": (1, 1), "giữa": (6, 30), "cuối": (12, 31)}[self.edge_word(point)]
            return edtf.day(year, month, day), "date"
        word = self.edge_word(point)
        if point.edge == "month":
            day = {"đầu": 1, "giữa": 15}.get(word) or edtf.month_length(year, point.month)
            return edtf.day(year, point.month, day), "date"
        if word == "cuối":
            last = edtf.last_day(edtf.quarter(year, point.month))
            return (last.isoformat() if last else None), "date"
        return edtf.quarter(year, point.month), "period"

    def edge_word(self, point: _Point) -> str:
        match = _EDGE.match(self.text, point.start)
        return match["edge"].lower() if match else "cuối"

    def inherits_recurrence(self, at: int, points: list[_Point]) -> bool:
        """ "… hàng năm, trường hợp đặc biệt không quá 15/8": the exception recurs with its rule."""
        if len(points) != 1 or points[0].unit != "day" or points[0].year is not None or not self.result:
            return False
        before = self.result[-1]
        return (
            before.frequency == "yearly"
            and at - before.end < 60
            and _EXCEPTION.search(self.text[before.end : at]) is not None
        )

    def range_from(self, at: int, core: int, first: _Point, bound: Bound | None) -> list[TimeExpression]:
        """``A đến B`` as one period."""
        connect = _CONNECT.match(self.text, first.end)
        if connect is None:
            return []
        dash = connect["word"] in "-–"
        joined = connect["word"].lower() in (",", "và")
        target = connect.end()
        seconds = self.points(target, loose=not dash)
        if not seconds and "cuối" in connect[0].lower():
            seconds = self.points(connect.start() + connect[0].lower().rindex("cuối"), loose=True)
        if not seconds or seconds[0].unit in ("daynumber", "season"):
            return []
        second = seconds[0]
        if (dash or joined) and second.unit != first.unit:
            return []
        if dash and first.unit == "day" and first.year is None and second.year is None:
            return []
        if first.unit == "daynumber":
            if second.unit != "day":
                return []
            first = replace(first, unit="day", month=second.month)
        whole = (
            first.unit == "edge" and first.edge != "year" and second.unit != "day" and second.edge != "year"
        )
        if (
            whole
            and self.edge_word(first) == "đầu"
            and (second.unit == first.edge or self.edge_word(second) == "cuối")
        ):
            # "từ đầu tháng 8 đến hết tháng 9" is whole months
            first = replace(first, unit=first.edge)
            second = replace(second, unit=second.edge) if second.unit == "edge" else second
        year_b = second.year
        if year_b is None:
            year_b = self.infer(second) if first.year is None else first.year
        year_a = first.year if first.year is not None else year_b
        due_a, due_b = self.value(first, year_a), self.value(second, year_b)
        due = edtf.interval(due_a, due_b)
        if due is None and year_a is not None and year_b is not None:
            if first.year is None and second.year is not None:
                due = edtf.interval(self.value(first, year_a - 1), due_b)
            elif second.year is None:
                due = edtf.interval(due_a, self.value(second, year_b + 1))
            if due is None:
                return []
        if joined and not _adjoining(due_a, due_b):
            return []
        end, anchor = second.end, None
        bracket = _BRACKET_ANCHOR.match(self.text, end)
        if bracket:
            end, anchor = bracket.end(), " ".join(bracket["anchor"].split())
        marked = bound is not None
        opening = self.text[at:core].lower()
        words = self.text[core : second.end].lower()
        if (
            first.unit == "day"
            and first.year is None
            and second.year is None
            and not _CALENDAR_WORD.search(words)
            and _is_proper_fraction(first, words)
            and _is_proper_fraction(second, self.text[second.start : second.end])
        ):
            return []  # "từ 1/3 đến 1/2" is a pair of fractions
        role = Role.REPORT if "tính" in opening else None
        each = _SUFFIX.match(self.text, end)
        if each and each["each"] and first.unit == "day" and first.year is None and second.year is None:
            return [
                self.make(
                    at,
                    each.end(),
                    "recurring",
                    bound="within",
                    core=core,
                    frequency="yearly",
                    rrule=f"FREQ=YEARLY;BYMONTH={second.month};BYMONTHDAY={second.last or second.day}",
                    role=role,
                )
            ]
        return [
            self.make(
                at, end, "period", due=due, bound="within", core=core, time=second.time, anchor=anchor,
                year_given=first.year is not None or second.year is not None, unmarked=not marked  , role=role,
            )
        ]  # fmt: skip

    def value(self, point: _Point, year: int | None) -> str | None:
        return self.edge(point, year)[0] if point.unit == "edge" else point.edtf(year)

    def points(self, at: int, loose: bool) -> list[_Point]:
        """The calendar points at a position: one, or a list that shares month or year.

        Args:
            at: position.
            loose: bound words stand before, so that "30/6" is a day and "6/2025" a month.
        """
        seen = self.seen.get((at, loose))
        if seen is None:
            seen = self.seen[at, loose] = tuple(self._points(at, loose))
        return list(seen)

    def _points(self, at: int, loose: bool) -> list[_Point]:
        clock = _CLOCK.match(self.text, at)
        if clock and (time := _clock(clock)):
            after = _AFTER_CLOCK.match(self.text, clock.end())
            rest = after.end() if after else clock.end()
            days = self.days(rest, loose=True)
            if days:
                return [replace(days[0], start=at, time=time), *(replace(d, time=time) for d in days[1:])]
            return []
        return self.days(at, loose) or self.larger(at, loose)

    def days(self, at: int, loose: bool) -> list[_Point]:
        text = self.text
        match = _DAY_LIST.match(text, at)
        if match and (match["m"] or _SUFFIX.match(text, match.end())):
            marks = [
                m.span()
                for m in regex.finditer(r"\d{1,2}", text, pos=match.start("ds"), endpos=match.end("ds"))
            ]
            numbers = [int(text[i:j]) for i, j in marks]
            month, year = int(match["m"] or 0), _year(match["y"])
            if all(1 <= n <= 31 for n in numbers) and month <= 12:
                stretch = all(b - a == 1 for a, b in pairwise(numbers))
                if len(numbers) == 2 and numbers[0] < numbers[1]:
                    stretch = stretch or regex.search("[-–]", match["ds"]) is not None
                if stretch and month:
                    point = _Point(at, match.end(), "day", year, month, numbers[0], last=numbers[-1])
                    return [point] if point.edtf(year or 2024) else []
                unit = "day" if month else "daynumber"
                points = [
                    _Point(
                        at if k == 0 else i, match.end() if k == len(marks) - 1 else j, unit, year, month, n
                    )
                    for k, ((i, j), n) in enumerate(zip(marks, numbers, strict=True))
                ]
                if not month or all(p.edtf(year or 2024) for p in points):
                    return points
        if loose and (match := _DASHED_DAYS.match(text, at)):
            point = _Point(
                at,
                match.end(),
                "day",
                _year(match["y"]),
                int(match["m"]),
                int(match["a"]),
                last=int(match["b"]),
            )
            if point.edtf(point.year or 2024):
                return [point]
        points = []
        position = at
        while len(points) < 6:
            single = self.day(position, loose or bool(points))
            if single is None:
                break
            points.append(single)
            separator = _LIST_SEP.match(text, single.end)
            if separator is None:
                break
            position = separator.end()
            # Only days that are said to be days go on with a list: "20/6, 05 bản" must end it.
            if not _DAY_WORD.match(text, position):
                break
        return points

    def day(self, at: int, loose: bool) -> _Point | None:
        text = self.text
        match = _DAY.match(text, at)
        if match:
            day, month = int(match["d"]), int(match["m"] or match["m2"])
            year = _year(match["y"] or match["y2"])
            sure = match["head"] or match["m2"] or year is not None or (loose and match["sep"] in "/⁄∕")
            if match["sep"] in ("-", "–") and year is None:
                sure = bool(match["head"]) and loose and not _OF_MONTH.match(text, match.end())
            if match["y"] and len(match["y"]) == 2 and not match["head"] and not loose:
                sure = False
            point = _Point(at, match.end(), "day", year, month, day)
            if sure and 1 <= month <= 12 and 1 <= day <= 31 and (year is None or 1900 <= year <= 2199):
                return point if point.edtf(year or 2024) else None
        match = _DAY_JOINED.match(text, at)
        if match:
            if match["a"]:
                readings, year = _split_joined(match["a"]), int(match["ay"])
            elif match["b"]:
                readings, year = _split_joined(f"{match['b']}{match['by'][:-4]}"), int(match["by"][-4:])
                readings = [r for r in readings if r[0] == int(match["b"])]
            else:
                readings, year = _split_joined(match["c"][:-4]), int(match["c"][-4:])
            # Repaired only where exactly one reading is a day that exists.
            readings = [(d, m) for d, m in readings if edtf.day(year, m, d)]
            if len(readings) == 1:
                return _Point(at, match.end(), "day", year, readings[0][1], readings[0][0])
        match = _DAY_ONLY.match(text, at)
        if match and 1 <= int(match["d"]) <= 31:
            return _Point(at, match.end(), "daynumber", day=int(match["d"]))
        return None

    def larger(self, at: int, loose: bool) -> list[_Point]:
        """Months, quarters, halves, years, weeks of a month, and their beginnings and ends."""
        text = self.text
        if months := self.months(at):
            return months
        for parse in (
            self.half_month,
            self.week,
            self.half_year,
            self.month,
            self.quarters,
            self.year,
            self.this,
        ):
            point = parse(at)
            if point is not None:
                return [point]
        if loose and (match := _MONTH_BARE.match(text, at)) and 1 <= int(match["m"]) <= 12:
            return [_Point(at, match.end(), "month", _year(match["y"]), int(match["m"]))]
        if self.cell and (match := _CELL_YEAR.match(text, at)):
            if match["y"] is None and self.first_day is None:
                return []
            year = int(match["y"]) if match["y"] else self.first_day.year if self.first_day else None
            return [_Point(at, match.end(), "year", year)]
        if loose and (match := _YEARS.match(text, at)):
            return [_Point(at, match.end(), "year", int(match["y"]), last=int(match["z"]))]
        if match := _SEASON.match(text, at):
            return [_Point(at, match.end(), "season", _year(match["y"]))]
        match = _EDGE.match(text, at)
        if match:
            for parse in (self.month, self.quarters, self.year, self.this):
                point = parse(match.end())
                if point is not None and not point.last:
                    return [replace(point, start=at, unit="edge", edge=point.unit)]
            bare = _YEAR_BARE.match(text, match.end())
            if bare:
                return [_Point(at, bare.end(), "edge", edge="year")]
        return []

    def half_month(self, at: int) -> _Point | None:
        """ "nửa đầu tháng 9/2015": its first fifteen days, or the rest."""
        match = _HALF_MONTH.match(self.text, at)
        if match is None or not 1 <= int(match["m"]) <= 12:
            return None
        year, month = _year(match["y"]), int(match["m"])
        first, last = (
            (1, 15) if match["side"].lower() == "đầu" else (16, edtf.month_length(year or 2023, month))
        )
        return _Point(at, match.end(), "day", year, month, first, last=last)

    def week(self, at: int) -> _Point | None:
        """ "tuần 1, 2 tháng 6/2022", "tuần cuối tháng 02/2021": days 1 to 7, 8 to 14 …; the last seven days."""
        match = _WEEK.match(self.text, at)
        if match is None or not 1 <= int(match["m"]) <= 12:
            return None
        year, month = _year(match["y"]), int(match["m"])
        if match["edge"]:
            length = edtf.month_length(year or 2023, month)
            days = (1, 7) if match["edge"].lower() == "đầu" else (length - 6, length)
        else:
            first = _WEEK_NUMBERS[match["a"].lower()]
            last = int(match["b"]) if match["b"] else first
            days = (7 * first - 6, 7 * max(first, last))
        return _Point(at, match.end(), "day", year, month, days[0], last=days[1])

    def half_year(self, at: int) -> _Point | None:
        match = _HALF.match(self.text, at)
        if match is None:
            word = _HALF_WORD.match(self.text, at)
            if word is None:
                return None
            return _Point(at, word.end(), "half", _year(word["y"]), 1 if "đầu" in word["side"].lower() else 2)
        count, opening = _number(match), match["side"].lower() == "đầu"
        year = _year(match["y"])
        if count is None or not 1 <= count <= 12:
            return None
        if count == 6:
            return _Point(at, match.end(), "half", year, 1 if opening else 2)
        if count == 3:
            return _Point(at, match.end(), "quarter", year, 1 if opening else 4)
        first, last = (1, count) if opening else (13 - count, 12)
        return _Point(at, match.end(), "month", year, first, last=last if last != first else 0)

    def month(self, at: int) -> _Point | None:
        match = _MONTH_LIST.match(self.text, at)
        if match:
            numbers = [int(n) for n in regex.findall(r"\d{1,2}", match["m"])]
            stretch = regex.search("[-–]", match["m"]) or all(b - a == 1 for a, b in pairwise(numbers))
            if all(1 <= n <= 12 for n in numbers) and numbers[-1] > numbers[0] and stretch:
                return _Point(at, match.end(), "month", _year(match["y"]), numbers[0], last=numbers[-1])
        match = _MONTH.match(self.text, at)
        if match and 1 <= int(match["m"]) <= 12:
            return _Point(at, match.end(), "month", _year(match["y"]), int(match["m"]))
        return None

    def months(self, at: int) -> list[_Point]:
        """ "tháng 5 và tháng 11/2013": months that do not follow one another, each for itself."""
        match = _MONTHS_APART.match(self.text, at)
        if match is None:
            return []
        marks = [
            m.span()
            for m in regex.finditer(r"\d{1,2}", self.text, pos=match.start("m"), endpos=match.end("m"))
        ]
        numbers = [int(self.text[i:j]) for i, j in marks]
        if not all(1 <= n <= 12 for n in numbers) or all(b - a == 1 for a, b in pairwise(numbers)):
            return []
        year = _year(match["y"])
        ends = [j for _, j in marks[:-1]] + [match.end()]
        return [
            _Point(at if k == 0 else i, end, "month", year, n)
            for k, ((i, _), end, n) in enumerate(zip(marks, ends, numbers, strict=True))
        ]

    def quarters(self, at: int) -> _Point | None:
        match = _QUARTER.match(self.text, at)
        if match is None:
            return None
        numbers = [parse_quarter(mark) for mark in _QUARTER_MARK.findall(match["q"])]
        if not numbers or any(n is None for n in numbers):
            return None
        known = [n for n in numbers if n is not None]
        first, last = known[0], known[-1]
        return _Point(at, match.end(), "quarter", _year(match["y"]), first, last=last if last > first else 0)

    def year(self, at: int) -> _Point | None:
        match = _YEAR.match(self.text, at)
        if match is None:
            return None
        if match["y"]:
            last = int(match["z"]) if match["z"] and int(match["z"]) > int(match["y"]) else 0
            return _Point(at, match.end(), "year", int(match["y"]), last=last)
        if self.first_day is None:
            return _Point(at, match.end(), "year")
        later = match["this"] is not None and match["this"].lower() in ("tới", "sau")
        return _Point(at, match.end(), "year", min(9999, self.first_day.year + later))

    def this(self, at: int) -> _Point | None:
        """ "tháng này", "quý sau": only where the document's month is known."""
        match = _THIS.match(self.text, at)
        if match is None or self.first_day is None:
            return None
        later = match["which"].lower() in ("sau", "tới")
        if match["unit"].lower() == "tháng":
            index = self.first_day.year * 12 + self.first_day.month - 1 + later
            return _Point(at, match.end(), "month", index // 12, index % 12 + 1)
        index = self.first_day.year * 4 + (self.first_day.month - 1) // 3 + later
        return _Point(at, match.end(), "quarter", index // 4, index % 4 + 1)

    # -- recurring -------------------------------------------------------------------------------------------

    def frequencies(self, at: int) -> list[TimeExpression]:
        """ "định kỳ 6 tháng, hằng năm", "hằng quý (trước ngày 15 …)", "02 lần/năm": one for each frequency."""
        periodic = _PERIODIC.match(self.text, at)
        position = periodic.end() if periodic else at
        bare = periodic is not None
        first = self.repeat(position, bare)
        if (
            first is None
            and periodic is None
            and (
                self.cell
                or _REPORT_LIST.search(self.text[max(0, at - 20) : at])
                or _OPENS.search(self.text[max(0, at - 8) : at])
            )
        ):
            bare = True
            first = self.repeat(position, bare)
            if first is not None:
                items = self.repeats(first)
                item, clause = items[-1]
                opened = _REPORT_LIST.search(self.text[max(0, at - 20) : at]) or self.cell
                reported = _REPORTS_NEXT.match(self.text, clause.end if clause else item.end)
                # "6 tháng, năm báo cáo …"; "báo cáo năm trước ngày 10/12"
                if not ((opened or reported) and (len(items) > 1 or clause is not None)):
                    first = None
        if first is None:
            if periodic:
                # "định kỳ ngày 20 hàng tháng", "định kỳ trước ngày 15/12 hằng năm"
                found = self.bounded(position) or self.unbounded(position)
                if found and found[0].kind == "recurring" and found[0].start == position:
                    head = replace(
                        found[0],
                        start=at,
                        text=self.text[at : found[0].end],
                        role=self.role(at, position, True),
                    )
                    return [head, *found[1:]]
            return []
        result = []
        for index, (item, clause) in enumerate(self.repeats(first)):
            begin = at if index == 0 else item.start
            result.append(clause if clause is not None else self.recurring(begin, item, begin, bare or None))
            if clause is not None:
                result[-1] = replace(
                    clause, start=begin, text=self.text[begin : clause.end], core_start=begin
                )
        return result

    def recurring(self, at: int, item: _Repeat, core: int, marked: bool | None) -> TimeExpression:
        return self.make(
            at,
            item.end,
            "recurring",
            core=core,
            frequency=item.frequency,
            rrule=item.rrule,
            unmarked=not marked,
            counted=item.counted,
        )

    def repeats(self, first: _Repeat) -> list[tuple[_Repeat, TimeExpression | None]]:
        """A list of frequencies, each with the day clause that follows it."""
        items: list[tuple[_Repeat, TimeExpression | None]] = []
        item: _Repeat | None = first
        while item is not None and len(items) < 6:
            clause = self.day_clause(item)
            items.append((item, clause))
            end = clause.end if clause else item.end
            separator = _LIST_SEP.match(self.text, end)
            item = self.repeat(separator.end(), True) if separator else None
        return items

    def repeat(self, at: int, bare: bool) -> _Repeat | None:
        """One frequency at a position.

        Args:
            at: position.
            bare: inside "định kỳ …" or a list, where "quý" and "6 tháng" stand for themselves.
        """
        text = self.text
        match = _EVERY.match(text, at)
        if match:
            if match["u2"]:
                return self.as_repeat(at, match.end(), match["u2"], 1, counted=True)
            return self.as_repeat(at, match.end(), match["u"], _number(match) or 0, counted=True)
        match = _TIMES_PER.match(text, at)
        if match:
            times = (_number(match) or 0) if match["what"].lower() == "lần" else 1
            return self.as_times(at, match.end(), match["u"], times)
        match = _UNIT_TIMES.match(text, at)
        if match and match["u3"]:
            return self.as_times(at, match.end(), match["u3"], 1)
        if match:
            return self.as_times(at, match.end(), match["u"], _times(match["k"]))
        match = _EACH.match(text, at)
        if match:
            if match["k"]:
                times = _times(match["k"]) if match["what"].lower() == "lần" else 1
                return self.as_times(at, match.end(), match["u"], times)
            return self.as_repeat(at, match.end(), match["u"], _number(match) or 1)
        match = _ITEM.match(text, at) if bare else None
        if match:
            return self.as_repeat(at, match.end(), match["u"], _number(match) or 1)
        return None

    @staticmethod
    def unit(word: str) -> str:
        return {"tuân": "tuần", "quí": "quý"}.get(word.lower(), word.lower())

    def as_repeat(self, at: int, end: int, word: str, count: int, *, counted: bool = False) -> _Repeat | None:
        unit = self.unit(word)
        known = _FREQUENCY.get((unit, count))
        if known:
            return _Repeat(at, end, *known, counted)
        if count < 1 or unit not in _BASE:
            return None
        if unit == "tháng" and count % 12 == 0:
            unit, count = "năm", count // 12
        if unit == "tháng":
            return None  # 9 tháng: the record has no such frequency
        frequency, rrule = _BASE[unit]
        return _Repeat(at, end, frequency, f"{rrule};INTERVAL={count}", counted)

    def as_times(self, at: int, end: int, word: str, times: int) -> _Repeat | None:
        """``times`` per unit: "02 lần/năm" is semiannual, "04 lần/năm" quarterly."""
        unit = self.unit(word)
        if unit == "năm" and times in (2, 4, 12):
            return self.as_repeat(at, end, "tháng", 12 // times, counted=True)
        return self.as_repeat(at, end, unit, 1, counted=True)

    def day_clause(self, item: _Repeat) -> TimeExpression | None:
        """The day to which a frequency is bound: "hằng quý (trước ngày 15 của tháng kế tiếp)"."""
        text = self.text
        opening = _DAY_CLAUSE_OPEN.match(text, item.end)
        start = opening.end() if opening else item.end
        match = _BOUND.match(text, start)
        if match is None:
            return None
        bound = self.strength(
            _BOUND_OF[" ".join(match[1].lower().split())],
            match[1].lower(),
            " ".join(match[2].lower().split()),
        )
        if bound == "within":
            bound = "on"
        core = match.end()
        end, time, rrule = 0, None, item.rrule
        if item.frequency == "weekly":
            clock = _CLOCK.match(text, core)
            if clock:
                space = _SPACE.match(text, clock.end())
                core, time = space.end() if space else clock.end(), _clock(clock)
            weekday = self.weekday(core) or self.weekday(start)
            if weekday is None:
                return None
            end, rrule = weekday[0], f"FREQ=WEEKLY;BYDAY={weekday[1]}"
        else:
            points = self.points(core, loose=True)
            if not points or any(p.year is not None or p.last for p in points):
                return None
            end, time = points[-1].end, points[0].time
            days = ",".join(str(p.day) for p in points)
            if points[0].unit == "day":
                if item.frequency in ("monthly", "quarterly") and len(points) == 1:
                    return None
                months = ",".join(str(m) for m in dict.fromkeys(p.month for p in points))
                same = len({p.day for p in points}) == 1
                rrule = f"FREQ=YEARLY;BYMONTH={months};BYMONTHDAY={points[0].day if same else days}"
            elif points[0].unit == "daynumber":
                suffix = _SUFFIX.match(text, end)
                if item.frequency == "monthly":
                    rrule = f"FREQ=MONTHLY;BYMONTHDAY={days}"
                elif item.frequency == "quarterly":
                    months = self.quarter_months(suffix)
                    rrule = f"FREQ=MONTHLY;INTERVAL=3;BYMONTH={months};BYMONTHDAY={days}"
                elif item.frequency != "semiannual" and item.frequency != "yearly":
                    return None
                if suffix:
                    end = suffix.end()
            elif points[0].unit == "month" and item.frequency == "yearly":
                rrule = f"FREQ=YEARLY;BYMONTH={points[0].month}"
            else:
                return None
        if "(" in text[item.end : start] and text[end : end + 1] == ")":
            end += 1
        return self.make(
            item.start,
            end,
            "recurring",
            bound=bound,
            core=item.start,
            frequency=item.frequency,
            rrule=rrule,
            time=time,
        )

    @staticmethod
    def quarter_months(suffix: regex.Match[str] | None) -> str:
        """Months in which the day lies: "tháng cuối quý" 3, 6, 9, 12; "tháng kế tiếp", "tháng đầu quý sau" 1, 4, 7, 10."""
        edge = suffix["edge"].lower() if suffix and suffix["edge"] else None
        if edge == "giữa":
            return "2,5,8,11"
        return "3,6,9,12" if suffix is None or edge == "cuối" else "1,4,7,10"

    def recurring_points(
        self, at: int, points: list[_Point], bound: Bound | None, suffix: regex.Match[str]
    ) -> list[TimeExpression]:
        """Days or months and then "hằng năm", "hằng tháng", "của tháng cuối quý", "của năm kê khai"."""
        end, time = suffix.end(), points[0].time
        if suffix["noun"]:
            end = self.noun_end(suffix.end() - 1)
        if suffix[0].lstrip(" ,\n\t").startswith("(") != suffix[0].endswith(")"):
            end = suffix.end() - suffix[0].endswith(")")
        unit = points[0].unit
        days = ",".join(str(p.day) for p in points)
        frequency: Frequency
        noun = suffix["noun"].lower() if suffix["noun"] else None
        each = self.unit(suffix["u"]) if suffix["u"] else noun
        if unit == "day" and each == "năm":
            # A list of days of the year gives one expression each: each is a bound of its own.
            return [
                self.make(
                    at if i == 0 else p.start, p.end if i < len(points) - 1 else end, "recurring",
                    bound=bound, core=p.start, frequency="yearly", time=time,
                    rrule=f"FREQ=YEARLY;BYMONTH={p.month};BYMONTHDAY={p.day}", unmarked=False,
                )
                for i, p in enumerate(points)
            ]  # fmt: skip
        if unit == "month" and each == "năm":
            p = points[0]
            months = ",".join(str(m) for m in range(p.month, (p.last or p.month) + 1))
            frequency, rrule = "yearly", f"FREQ=YEARLY;BYMONTH={months}"
        elif unit == "quarter" and each == "năm":
            p = points[0]
            months = ",".join(str(m) for m in range(3 * p.month - 2, 3 * (p.last or p.month) + 1))
            frequency, rrule = "yearly", f"FREQ=YEARLY;BYMONTH={months}"
        elif unit == "daynumber" and suffix["edge"]:
            frequency, rrule = (
                "quarterly",
                f"FREQ=MONTHLY;INTERVAL=3;BYMONTH={self.quarter_months(suffix)};BYMONTHDAY={days}",
            )
        elif unit == "daynumber" and (each == "tháng" or suffix["of"]):
            frequency, rrule = "monthly", f"FREQ=MONTHLY;BYMONTHDAY={days}"
        else:
            return []
        return [
            self.make(
                at,
                end,
                "recurring",
                bound=bound,
                core=points[0].start,
                frequency=frequency,
                rrule=rrule,
                time=time,
            )
        ]

    def noun_end(self, at: int) -> int:
        """The end of the two words that follow "của năm" ("kê khai")."""
        match = _NOUN.match(self.text, at)
        return match.end() if match else at

    def weekday(self, at: int) -> tuple[int, str] | None:
        match = _WEEKDAY.match(self.text, at)
        if match is None:
            return None
        if match["sun"]:
            return match.end(), "SU"
        word = match["wd"].lower()
        return match.end(), next(code for code, words in _WORDS["weekdays"].items() if word in words)

    def edge_recurrence(self, at: int, core: int, bound: Bound | None) -> list[TimeExpression]:
        """ "tuần cuối hằng tháng", "tháng đầu mỗi quý", "thứ sáu tuần cuối của tháng"."""
        match = _EDGE_OF_EACH.match(self.text, core)
        if match is None or not (match["each"] or match["of"]):
            return []
        part, unit = match["part"].lower(), self.unit(match["u"])
        if (part, unit) not in {
            ("tuần", "tháng"),
            ("tuần", "học kỳ"),
            ("tháng", "quý"),
            ("tháng", "năm"),
            ("ngày", "tháng"),
            ("ngày", "tuần"),
        }:
            return []
        opening = match["edge"].lower() == "đầu"
        if unit == "học kỳ":
            frequency, rrule = _FREQUENCY["tháng", 6]
        else:
            frequency, rrule = _FREQUENCY[unit, 1]
        if unit == "quý":
            rrule += f";BYMONTH={'1,4,7,10' if opening else '3,6,9,12'}"
        elif match["wd"] and part == "tuần" and unit == "tháng":
            word = match["wd"].lower()
            code = next(code for code, words in _WORDS["weekdays"].items() if word in words)
            rrule += f";BYDAY={1 if opening else -1}{code}"
        return [
            self.make(
                at, match.end(), "recurring", bound=bound or "on", core=core, frequency=frequency, rrule=rrule,
                unmarked=bound is None,
            )
        ]  # fmt: skip

    def day_recurrence(self, at: int, core: int, bound: Bound | None) -> list[TimeExpression]:
        """ "thứ tư hàng tuần", "10 giờ hàng ngày", "11 giờ thứ sáu hằng tuần", "05h30 và 17h30 hằng ngày"."""
        position, time = core, None
        if found := self.edge_recurrence(at, core, bound):
            return found
        clock = _CLOCK.match(self.text, core)
        if clock:
            time = _clock(clock)
            another = _AND_CLOCK.match(self.text, clock.end())
            finish = another.end() if another else clock.end()
            after = _AFTER_CLOCK.match(self.text, finish)
            position = finish
            if after and self.weekday(after.end()) is None and "thứ" not in after[0].lower():
                position = after.end()
            each = _EACH.match(self.text, position)
            if each and self.unit(each["u"]) == "ngày" and not each["n"]:
                return [
                    self.make(
                        at, each.end(), "recurring", bound=bound, core=core, frequency="daily", rrule="FREQ=DAILY",
                        time=time, unmarked=bound is None,
                    )
                ]  # fmt: skip
            space = _SPACE.match(self.text, clock.end())
            position = space.end() if space else clock.end()
        weekday = self.weekday(position)
        if weekday is None:
            return []
        suffix = _SUFFIX.match(self.text, weekday[0])
        if suffix is None or not suffix["u"] or self.unit(suffix["u"]) != "tuần":
            return []
        return [
            self.make(
                at, suffix.end(), "recurring", bound=bound or "on", core=core, frequency="weekly",
                rrule=f"FREQ=WEEKLY;BYDAY={weekday[1]}", time=time, unmarked=bound is None,
            )
        ]  # fmt: skip

    # -- relative --------------------------------------------------------------------------------------------

    def relative(self, at: int, core: int, bound: Bound | None, words: str) -> list[TimeExpression]:
        """A duration, with bound words before it or an anchor after it."""
        match = _DURATION.match(self.text, core)
        if match is None:
            return []
        count = _number(match)
        unit_words = match["u"].lower().split()
        if count is None or count == 0:
            return []
        working = "làm" in match["u"].lower() or bool(match["wd"].strip())
        unit = unit_words[0].rstrip("(")
        if unit == "quý":
            unit, count = "tháng", count * 3
        # A lost blank glues the next word on: "ngàylàm việc".
        unit = next((known for known in _ISO_UNITS if unit.startswith(known)), "")
        if not unit:
            return []
        letter = _ISO_UNITS[unit]
        duration = f"PT{count}{letter}" if unit in _CLOCK_UNITS else f"P{count}{letter}"
        end = match.end()
        anchor_match = _ANCHOR_HEAD.match(self.text, end)
        anchor, how = None, ""
        if anchor_match:
            how = anchor_match["how"].lower()
            anchor_start = anchor_match.start("what")
            end = self.anchor_end(anchor_match.end())
            anchor = " ".join(self.text[anchor_start:end].split())
        elif dated := _ANCHOR_DATE.match(self.text, end):
            days = self.days(dated.end(), loose=True)
            if days and days[0].unit == "day":
                end = days[0].end
                anchor = " ".join(self.text[dated.end() : end].split())
        if bound is None:
            if anchor is None:
                if not self.cell:
                    return []
                return [
                    self.make(
                        at,
                        end,
                        "relative",
                        core=core,
                        duration=duration,
                        working_days=working,
                        bound="within",
                        role=Role.BARE,
                    )
                ]
            gloss = how == "trước"
            return [
                self.make(
                    at, end, "relative", core=core, duration=f"-{duration}" if gloss else duration,
                    working_days=working, anchor=anchor, bound="before" if gloss else "within", unmarked=gloss,
                )
            ]  # fmt: skip
        if (
            anchor is None
            and bound == "before"
            and duration.startswith("PT")
            and (letter == "M" or count < 24)
        ):
            return []  # "trước 11 giờ" is an hour of a day that is not named
        role: Role | None = None
        if how == "trước" or (bound == "before" and anchor is None):
            duration = f"-{duration}"
        if anchor is None:
            if words in _TO_WORDS:  # "trên 15 ngày đến 30 ngày" measures
                return []
            first = None
            if letter not in "MY" or duration.startswith("PT"):
                first = _FIRST_DAYS.match(
                    self.text, end
                )  # "trong hai ngày đầu của mỗi đợt", "trong 05 phút đầu"
                if first is not None:
                    if first["what"]:
                        end = self.anchor_end(first.start("what"))
                        anchor = " ".join(self.text[first.start("what") : end].split())
                    else:
                        end = first.end()
            if first is not None and bound == "within":
                pass
            elif bound == "from" or _RETRO.match(self.text, end):  # "sau 01 năm triển khai" looks back
                role = Role.REPORT
            elif bound == "on" or words in ("thời hạn", "thời gian", "dự kiến"):
                role = Role.EVENT
            elif working:
                pass
            elif words == "trong":  # "trong 02 ngày", "trong 6 tháng" may also measure; the clause decides
                role = Role.REPORT if letter in "MY" and not duration.startswith("PT") else Role.BARE
            elif words in ("tối đa", "không quá"):
                # "… trong 03 ngày kể từ …; trường hợp chất mới thì không quá 09 ngày" has the anchor of the first
                before = self.result[-1] if self.result else None
                if before is not None and before.anchor and before.duration and at - before.end < 150:
                    anchor = before.anchor
                else:
                    role = Role.ATTRIBUTE
        return [
            self.make(
                at, end, "relative", core=core, duration=duration, working_days=working, anchor=anchor, bound=bound,
                role=role,
            )
        ]  # fmt: skip

    def anchor_end(self, at: int) -> int:
        """Where the words that say from when end: at punctuation, a word that opens the next thought, 14 words."""
        position = at
        for _ in range(14):
            if _ANCHOR_END.match(self.text, position):
                break
            word = _ANCHOR_WORD.match(self.text, position)
            if word is None:
                break
            position = word.end()
        while position > at and (tail := _ANCHOR_TAIL.search(self.text, max(at, position - 12), position)):
            position = tail.start()
        return position

    def before_event(self, at: int) -> list[TimeExpression]:
        """ "trước ngày bầu cử 40 ngày", "trước kỳ họp ít nhất 10 ngày", "sau giao quân 05 ngày"."""
        match = _BEFORE_EVENT.match(self.text, at)
        duration = _DURATION.match(self.text, match.end()) if match else None
        if match is None or duration is None:
            return []
        count = _number(duration)
        if not count:
            return []
        unit = duration["u"].lower().split()[0].rstrip("(")
        letter = _ISO_UNITS.get(unit)
        if letter is None:
            return []
        after = match["how"].lower() == "sau"
        value = f"PT{count}{letter}" if unit in _CLOCK_UNITS else f"P{count}{letter}"
        if not after:
            value = f"-{value}"
        return [
            self.make(
                at, duration.end(), "relative", core=match.end(), duration=value,
                working_days="làm" in duration[0].lower(), anchor=" ".join(match["anchor"].split()),
                bound="by" if after else "before",
            )
        ]  # fmt: skip

    def dated_event(self, at: int) -> list[TimeExpression]:
        """ "trước lễ tổng kết năm học (25/5/2026)": the event's day is printed after it."""
        match = _DATED_EVENT.match(self.text, at)
        if match is None:
            return []
        days = self.days(match.end(), loose=True)
        if (
            len(days) != 1
            or days[0].unit != "day"
            or days[0].year is None
            or self.text[days[0].end : days[0].end + 1] != ")"
        ):
            return []
        return [
            self.make(
                at, days[0].end + 1, "date", due=days[0].edtf(days[0].year), bound="before",
                core=match.end(), time=days[0].time, role=Role.BOUND,
            )
        ]  # fmt: skip

    def event_anchored(self, at: int) -> list[TimeExpression]:
        """ "ngay sau khi kết thúc hội nghị", "trước thời điểm lấy phiếu": an anchor without a duration."""
        match = _EVENT.match(self.text, at)
        if match is None:
            return []
        end = self.anchor_end(match.end())
        if end == match.end():
            return []
        before = match["how"].lower().startswith("trước")
        start = match.start("what") if before else at + len("ngay ")
        anchor = " ".join(self.text[start:end].split())
        return [
            self.make(
                at, end, "relative", core=match.start("what"), anchor=anchor, bound="before" if before else None,
                unmarked=not before,
            )
        ]  # fmt: skip

    # -- making and judging ----------------------------------------------------------------------------------

    def skip_space(self, at: int) -> int:
        while at < len(self.text) and self.text[at].isspace():
            at += 1
        return at

    def make(
        self,
        start: int,
        end: int,
        kind: DeadlineKind,
        *,
        core: int,
        due: str | None = None,
        time: str | None = None,
        frequency: Frequency | None = None,
        rrule: str | None = None,
        duration: str | None = None,
        working_days: bool | None = None,
        anchor: str | None = None,
        bound: Bound | None = None,
        role: Role | None = None,
        year_given: bool = True,
        unmarked: bool = False,
        counted: bool = False,
    ) -> TimeExpression:
        expression = TimeExpression(
            start, end, self.text[start:end], kind, due, time, frequency, rrule, duration, working_days, anchor, bound,
            Role.BARE, core, year_given, counted,
        )  # fmt: skip
        if role is None:
            role = self.role(start, core, not unmarked)
            role = self.refine(expression, role)
        return replace(expression, role=role)

    def role(self, start: int, core: int, marked: bool) -> Role:
        """What the words before an expression say."""
        left = self.text[max(0, start - 120) : start]
        labelled = _CLEAR_LABEL.search(left[-80:]) is not None
        for role, cue in _CUE_ROLES:
            if cue.search(left[-60:]) and not (role is Role.REPORT and labelled):
                return role
        if not marked:
            if _ISSUING.search(left[-30:]):
                return Role.REPORT
            if _CODE_BEFORE.search(left[-70:]):
                return Role.CITED
            if _LABEL.search(left[-80:]):
                return Role.LABELLED
            if _ATTRIBUTE.search(left[-40:]):
                return Role.ATTRIBUTE
        if self.result and self.is_gloss(start):
            return Role.GLOSS
        if _HOURS_BEFORE.search(left[-30:]):
            return Role.EVENT
        return Role.BOUND if marked else Role.BARE

    def is_gloss(self, start: int) -> bool:
        """An explanation in brackets, or after a dash, of a date just before."""
        before = self.result[-1]
        between = self.text[before.end : start]
        return before.kind == "date" and len(between) <= 4 and between.strip() in ("(", "-", "–", "- ", "tức")

    def refine(self, expression: TimeExpression, role: Role) -> Role:
        """Adjust a role by the kind of expression."""
        left = self.text[max(0, expression.start - 120) : expression.start]
        if role is Role.TERM and (expression.kind == "relative" or len(expression.due or "") == 10):
            role = Role.BARE if expression.core_start == expression.start else Role.BOUND
        if role is Role.GLOSS and expression.kind != "relative":
            role = Role.BOUND
        if role is Role.BARE and expression.kind == "date":
            if _KIND_BEFORE.search(left):
                return Role.CITED
            if expression.time or _EVENT_BEFORE.search(left[-60:]):
                return Role.EVENT
        if role is Role.LABELLED and expression.time and expression.kind == "date":
            return Role.EVENT
        if role in (Role.BOUND, Role.BARE):
            if _REPORT_BEFORE.search(left[-60:]) and not (
                _LATEST.match(expression.text) or _CLEAR_LABEL.search(left[-80:])
            ):
                return Role.REPORT
            if (
                expression.kind == "period"
                and expression.bound == "by"
                and _YEAR_ONLY.fullmatch(expression.due or "")
            ):
                words = " ".join(self.text[expression.start : expression.core_start].lower().split())
                if words in ("đến", "tới", "cho đến"):
                    return Role.SPAN
        return role
