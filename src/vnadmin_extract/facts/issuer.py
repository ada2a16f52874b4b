"""The issuing body (box 2 of Decree 30/2020, Appendix I): name, superior, level, unit code.

The header's left column holds the superior body in light capitals over the issuing body in bold ones; each may
take several lines. Bold is used where it tells lines apart; else the ranks of the bodies' head words decide
(``knowledge/bodies.toml``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Final

import regex
from rapidfuzz.distance import Levenshtein

from vnadmin_extract.admin_units import AdminLevel, AdminUnit, AdminUnits, admin_units, bare_key, split_kind
from vnadmin_extract.facts.base import Draft
from vnadmin_extract.layout.model import Layout, Zone
from vnadmin_extract.record import Evidence, Issuer, Level
from vnadmin_extract.text.casing import is_all_caps, sentence_case_name
from vnadmin_extract.text.fold import fold, strip_marks

SOURCE: Final = "rule:issuer"

_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}&]+")
_LINE_JUNK: Final = regex.compile(r"^[^\p{L}\p{N}(]+|(?:(?![)\]])[^\p{L}\p{N}])+$")
# A lone letter at a line's end, but for those that number things (Trường THPT B, khu vực V).
_SPECK: Final = regex.compile(r"(?<=\p{L}{2})\s+[^ABCDIVXabc\P{L}]$")
_RULE: Final = regex.compile(r"[-_=*~.–—]{3,}|(?<!\S)[*_~|\\`'^¬]+(?!\S)")
_NUMBER_LINE: Final = regex.compile(r"^\W*S[ốỐoóÓòÒ6]\s*[:.;]|^\W*\d+\s*[/⁄]", regex.IGNORECASE)
_ABBREVIATED_HEADS: Final = frozenset({"UBND", "HĐND", "MTTQ", "UBMTTQ", "BHXH", "UBKT", "BCH"})
# What ends the header where the layout has put too much into it: a date, a sentence of the body.
_AFTER: Final = regex.compile(r"ngày\b.{0,20}?\btháng\b|^\W*(?:kính gửi|căn cứ|điều \d)", regex.IGNORECASE)
_DASH: Final = regex.compile(r"\s[-–—]\s+")
_PARTY_UNITS: Final = frozenset({"tỉnh", "thành", "huyện", "quận", "thị", "đảng", "chi", "khu", "cấp"})
_MAX_LINE: Final = 110
_MAX_LINES: Final = 16  # no header's left column has more
_HINT_CHARS: Final = 12_000
_PLACE_WEIGHT: Final = 2
_HEADER_WEIGHT: Final = 5


@dataclass(frozen=True, slots=True)
class _Head:
    """A word that begins a body's name; fields as in bodies.toml."""

    name: str
    rank: int
    level: str
    default: Level | None = None
    graded: bool = False
    needs: bool = False
    inline: bool = False
    not_before: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()
    words: int = 1


@dataclass(frozen=True)
class _Knowledge:
    heads: dict[str, _Head]
    """By folded words."""
    bare_heads: dict[str, tuple[_Head, str]]
    """By letters without marks, with the right spelling; heads of two or more syllables."""
    longest: int
    phrases: dict[str, str | None]
    """Known phrases by letters without marks (None: two phrases share them)."""
    folded: frozenset[str]
    one_word_heads: dict[str, str]
    party: tuple[str, ...]
    never: tuple[str, ...]
    open_end: frozenset[str]
    open_begin: frozenset[str]


@cache
def _knowledge() -> _Knowledge:
    import tomllib

    folder = resources.files("vnadmin_extract.knowledge")
    data = tomllib.loads((folder / "bodies.toml").read_text(encoding="utf-8"))
    casing = tomllib.loads((folder / "casing.toml").read_text(encoding="utf-8"))
    heads: dict[str, _Head] = {}
    bare_heads: dict[str, tuple[_Head, str]] = {}
    one_word: dict[str, str] = {}
    for entry in data["head"]:
        for name in entry["names"]:
            key = _folded(name)
            head = _Head(
                name=name,
                rank=entry["rank"],
                level=entry["level"],
                default=entry.get("default"),
                graded=entry.get("graded", False),
                needs=entry.get("needs", False),
                inline=entry.get("inline", False),
                not_before=frozenset(fold(word) for word in entry.get("not_before", ())),
                joins=frozenset(fold(word) for word in entry.get("joins", ())),
                words=len(key.split()),
            )
            heads[key] = head
            if head.words > 1:
                bare_heads[bare_key(name)] = (head, name)
            elif name in ("Sở", "Bộ", "Cục", "Phòng", "Ban"):
                one_word[bare_key(name)] = name
    phrases: dict[str, str | None] = {}
    folded: set[str] = set()
    units = admin_units()
    known = [
        *casing["fields"],
        *casing["heads"],
        *casing["phrases"],
        *casing["small"],
        *casing["places"],
        *units.province_names(),
    ]
    for phrase in [*known, *(head.name for head in heads.values())]:
        if len(_WORD.findall(phrase)) < 2:
            continue
        folded.add(_folded(phrase))
        key = bare_key(phrase)
        same = phrases.get(key, phrase)
        phrases[key] = phrase if same is not None and _folded(same) == _folded(phrase) else None
    for unit in units:
        if unit.level == "province":
            folded.update(_folded(alias) for alias in unit.aliases)  # right as they stand
    return _Knowledge(
        heads=heads,
        bare_heads=bare_heads,
        longest=max(head.words for head in heads.values()),
        phrases=phrases,
        folded=frozenset(folded),
        one_word_heads=one_word,
        party=tuple(fold(word) for word in data["party"]["words"]),
        never=tuple(bare_key(line) for line in data["header"]["never"]),
        open_end=frozenset(fold(word) for word in data["header"]["open_end"]),
        open_begin=frozenset(fold(word) for word in data["header"]["open_begin"]),
    )


def _folded(text: str) -> str:
    return " ".join(fold(word) for word in _WORD.findall(text))


@dataclass(frozen=True, slots=True)
class _Line:
    """A printed line of the header, cleaned, with its place in the text."""

    text: str
    start: int
    end: int
    bold: bool
    trust: float = 1.0
    """Below 1 where words were restored from a list."""


@dataclass(frozen=True, slots=True)
class _Body:
    lines: tuple[_Line, ...]
    sure: float
    """How sure it is that the body begins and ends here."""

    @property
    def text(self) -> str:
        return _join(line.text for line in self.lines)


def extract_issuer(draft: Draft, printed: Iterable[tuple[str, int, bool]] | None = None) -> Issuer | None:
    """The issuer of the document; ``None`` where the header names no body.

    Appends to ``draft.warnings`` when the unit in the header did not exist on the document's day.

    Args:
        draft: needs its layout, and ``issued`` for the day and place.
        printed: the header's lines (text, place in the document's text, bold); those of its zone where ``None``.
    """
    lines = _header_lines(_printed(draft.layout) if printed is None else printed)
    bodies = _bodies(lines)
    if not bodies:
        return None
    body = bodies[-1]
    above = bodies[-2] if len(bodies) > 1 else None
    # A unit's name misread by OCR is set right by the table of units, in both names.
    place = _Place.of(draft, [b.text for b in bodies])
    name, name_trust = _named(body, place)
    parent, parent_trust = (None, 1.0) if above is None else _named(above, place)
    level = _level(name, parent, place)
    unit, gone = (None, None) if level in ("central", "other") else place.unit(name, parent, level)
    if unit is None and gone is not None:
        draft.warnings.append(
            f"issuer: {gone.full_name} did not exist on {place.date}"
            + (f" (until {gone.valid_to})" if gone.valid_to is not None else "")
            + (f" (from {gone.valid_from})" if gone.valid_from is not None else "")
        )
    head = line_head(name)
    confidence = 0.97 * min(name_trust, parent_trust) * min(b.sure for b in bodies[-2:])
    if head is None:
        confidence *= 0.75
    elif not _field_known(name, head):
        confidence *= 0.6
    for line in (line for b in bodies[-2:] for line in b.lines):
        read = draft.layout.text.confidence(line.start, line.end)
        if read is not None:
            confidence = min(confidence, max(0.05, read))
    evidence: list[Evidence] = []
    for line in (*body.lines, *(above.lines if above else ())):
        evidence += draft.layout.evidence(line.start, line.end, SOURCE)
    return Issuer(
        name=name,
        parent=parent,
        level=level,
        unit_code=None if unit is None else unit.code,
        evidence=tuple(evidence),
        confidence=round(confidence, 3),
    )


# --- lines -------------------------------------------------------------------------------------------------------


def _header_lines(printed_lines: Iterable[tuple[str, int, bool]]) -> list[_Line]:
    """The issuer zone's printed lines without rules, motto, numbers and specks."""
    lines: list[_Line] = []
    found = False
    for text, start, bold in printed_lines:
        over = bool(_NUMBER_LINE.match(text) or _AFTER.search(text[:400]))
        line = None if over else _clean(text, start, bold)
        if line is not None and len(line.text) > _MAX_LINE and not is_all_caps(line.text):
            over, line = True, None
        if over and found:
            break
        if line is not None:
            lines.append(line)
            found = found or line_head(line.text) is not None
        if len(lines) == _MAX_LINES:
            break
    heads = [bool(line_head(line.text)) for line in lines]
    if any(heads):
        # Specks before the first body, and lines that are not capitals among capitals, are no part of it.
        first = heads.index(True)
        lines = [
            line
            for i, line in enumerate(lines)
            if (i >= first or _letters(line.text) >= 10) and not (_is_noise(line.text) and not heads[i])
        ]
        caps = [is_all_caps(line.text) for line in lines]
        if any(caps):
            lines = [line for line, cap in zip(lines, caps, strict=True) if cap or line_head(line.text)]
    elif len(lines) > 4 or not all(is_all_caps(line.text) for line in lines):
        return []  # scraps: no body is better than a made-up one
    return [_restore(line) for line in lines]


def _printed(layout: Layout) -> Iterator[tuple[str, int, bool]]:
    """The zone's lines: text, offset, bold."""
    for block in layout.in_zone(Zone.ISSUER):
        start = block.start
        for part in layout.block_text(block).split("\n"):
            yield part, start, block.bold
            start += len(part) + 1


def _clean(text: str, start: int, bold: bool) -> _Line | None:
    printed = text = _cut_tail(_cut_motto(text[:400]))
    text = " ".join(_RULE.sub(" ", text).split())
    text = _LINE_JUNK.sub("", text) if not text.rstrip().endswith("-") else _LINE_JUNK.sub("", text) + " -"
    text = _SPECK.sub("", text)
    if _letters(text) < 3:
        return None
    # The place of the cleaned text in the printed line.
    words = text.split()
    left = max(0, printed.find(words[0]))
    right = max(left, printed.rfind(words[-1])) + len(words[-1])
    return _Line(text, start + left, start + right, bold)


def _cut_tail(text: str) -> str:
    """Cut a few words with small letters off a line of capitals (scraps of a stamp or the right column)."""
    words = list(regex.finditer(r"\S+", text))
    small = [i for i, word in enumerate(words) if any(c.islower() for c in word.group())]
    if not small or small[0] < 3 or len(words) - small[0] > 4 or line_head(text[words[small[0]].start() :]):
        return text
    return text[: words[small[0]].start()]


def _letters(text: str) -> int:
    return sum(c.isalpha() for c in text)


def _is_noise(text: str) -> bool:
    """Few letters among signs, or scraps of one or two letters."""
    words = text.split()
    letters = _letters(text)
    return letters * 10 < len(text.replace(" ", "")) * 6 or letters < 2 * len(words)


def _cut_motto(text: str) -> str:
    """Cut the motto or the Party's name off a line of both columns."""
    words = list(_WORD.finditer(text))
    keys = [bare_key(word.group()) for word in words]
    best, cut = 4, len(text)
    for never in _knowledge().never:
        for i in range(len(words)):
            joined = ""
            for key in keys[i : i + 12]:
                joined += key
                if len(joined) > len(never) + 3:
                    break
                distance = _distance(joined, never, best - 1)
                if distance < best:
                    best, cut = distance, words[i].start()
    return text[:cut]


def _distance(a: str, b: str, most: int) -> int:
    """Edit distance, given up above ``most`` (then ``most + 1``)."""
    return int(Levenshtein.distance(a, b, score_cutoff=max(0, most))) if most >= 0 else most + 1


# --- OCR: words that a list vouches for --------------------------------------------------------------------------


def _restore(line: _Line) -> _Line:
    """Set right misread words of known phrases: marks freely, one letter in long phrases, with less trust."""
    knowledge = _knowledge()
    words = list(_WORD.finditer(line.text))
    out: list[str] = []
    trust, last, i = line.trust, 0, 0
    while i < len(words):
        size, right, factor = _vouched(knowledge, [w.group() for w in words[i : i + 8]], i == 0)
        if right is not None:
            out.append(line.text[last : words[i].start()])
            printed = line.text[words[i].start() : words[i + size - 1].end()]
            out.append(right.upper() if is_all_caps(printed) else right)
            last = words[i + size - 1].end()
            trust *= factor
        i += size
    out.append(line.text[last:])
    return replace(line, text="".join(out), trust=trust)


def _vouched(knowledge: _Knowledge, words: list[str], first: bool) -> tuple[int, str | None, float]:
    """How many words the phrase at this place takes, its right form if it was misread, and the trust in that."""
    keys = [bare_key(word) for word in words]
    folds = [fold(word) for word in words]
    for size in range(len(words), 1, -1):
        if " ".join(folds[:size]) in knowledge.folded:
            return size, None, 1.0
        right = knowledge.phrases.get("".join(keys[:size]))
        if right is not None and len(_WORD.findall(right)) == size:
            return size, right, 0.95
    if first and folds[0] not in knowledge.heads and keys[0] in knowledge.one_word_heads and len(words) > 1:
        size, _, _ = _vouched(knowledge, words[1:], first=False)
        if size > 1:  # a field follows: SƠ Y TẾ
            return 1, knowledge.one_word_heads[keys[0]], 0.95
    if keys[0] == "tinh" and folds[0] != "tỉnh" and len(words) > 1:
        rest = [bare_key("".join(words[1 : 1 + size])) for size in (2, 3, 1)]
        if any(key in _province_keys() for key in rest):
            return 1, "tỉnh", 0.97
    for size in range(min(6, len(words)), 1, -1):
        key = "".join(keys[:size])
        if len(key) >= 8:
            near = [
                phrase
                for known, phrase in _by_size().get(size, ())
                if abs(len(known) - len(key)) <= 1 and _distance(known, key, 1) <= 1
            ]
            if len(near) == 1:
                return size, near[0], 0.88
    return 1, None, 1.0


@cache
def _by_size() -> dict[int, list[tuple[str, str]]]:
    """Phrases that may be restored from one wrong letter, by their number of words."""
    provinces = _province_keys()
    result: dict[int, list[tuple[str, str]]] = {}
    for key, phrase in _knowledge().phrases.items():
        # Not place names: many places differ by one letter only (Thanh Hà, Thanh Hóa).
        if phrase is not None and len(key) >= 8 and key not in provinces:
            result.setdefault(len(_WORD.findall(phrase)), []).append((key, phrase))
    return result


@cache
def _province_keys() -> frozenset[str]:
    return frozenset(bare_key(name) for name in admin_units().province_names())


# --- bodies ------------------------------------------------------------------------------------------------------


def line_head(text: str) -> _Head | None:
    """The head word with which a line begins, misread marks and a wrong letter in long ones allowed."""
    knowledge = _knowledge()
    words = [m.group() for m in list(_WORD.finditer(text[:120]))[: knowledge.longest + 3]]
    if not words:
        return None
    folds = [fold(word) for word in words]
    if len(words) == 1 and words[0] not in _ABBREVIATED_HEADS:
        return None  # the end of a longer name (THƯƠNG BINH VÀ XÃ / HỘI)
    for size in range(min(len(words), knowledge.longest), 0, -1):
        head = knowledge.heads.get(" ".join(folds[:size]))
        if head is not None:
            following = {" ".join(folds[size : size + n]) for n in (1, 2)}
            if not head.not_before & following:
                return head
    for size in range(min(len(words), knowledge.longest), 0, -1):
        found = knowledge.bare_heads.get("".join(bare_key(word) for word in words[:size]))
        if found is not None and found[0].words == size:
            return found[0]
    right = _vouched(knowledge, words, first=True)[1]
    return None if right is None else knowledge.heads.get(_folded(right))


def _field_known(name: str, head: _Head) -> bool:
    """Whether what follows Sở or Bộ is a field of government; there are few, so others are misread."""
    if head.name not in ("Sở", "Bộ"):
        return True
    words = [m.group() for m in _WORD.finditer(name)][1:9]
    return len(words) > 1 and _vouched(_knowledge(), words, first=False)[0] > 1


def _bodies(lines: list[_Line]) -> list[_Body]:
    """Group lines into bodies, the highest first."""
    lines = [part for line in lines for part in _split_inline(line)]
    if not lines:
        return []
    mixed = len({line.bold for line in lines}) == 2
    groups: list[list[_Line]] = [[lines[0]]]
    sure = [1.0]
    for place, (before, line) in enumerate(pairwise(lines), start=1):
        ahead = lines[place + 1].text if place + 1 < len(lines) else ""
        begins, certainty = _begins(groups[-1], before, line, mixed, ahead)
        if begins:
            groups.append([line])
            sure.append(certainty)
        else:
            groups[-1].append(line)
            sure[-1] = min(sure[-1], certainty)
    groups, sure = _joint(groups, sure)
    # The certainty of a cut is shared by the bodies on both sides.
    return [_Body(tuple(group), s) for group, s in zip(groups, sure, strict=True)]


def _joint(groups: list[list[_Line]], sure: list[float]) -> tuple[list[list[_Line]], list[float]]:
    """Put bodies that issue together, with a dash between them, into one: "SỞ Y TẾ - SỞ TÀI CHÍNH"."""
    at = next((i for i, group in enumerate(groups) if _joins_body(_join(x.text for x in group))), None)
    if at is None:
        return groups, sure
    ranks = []
    for group in groups:
        text = _join(x.text for x in group)
        head = line_head(text)
        ranks.append(None if head is None else _rank(text, head))
    first = at
    while first > 0 and ranks[first - 1] is not None and ranks[first - 1] == ranks[at]:
        first -= 1
    merged = [line for group in groups[first:] for line in group]
    return [*groups[:first], merged], [*sure[:first], min(0.9, *sure[first:])]


def _joins_body(text: str) -> bool:
    """Whether a second body of about the same rank follows a dash in the name."""
    top = line_head(text)
    if top is None:
        return False
    for match in _DASH.finditer(text):
        head = line_head(text[match.end() :])
        if head is not None and abs(head.rank - top.rank) <= 3:
            return True
    return False


def _begins(
    group: list[_Line], before: _Line, line: _Line, mixed: bool, ahead: str = ""
) -> tuple[bool, float]:
    """Whether ``line`` begins a body under the one printed so far, and how sure that is.

    Args:
        group: the lines of the body printed so far.
        before: the last of them.
        line: the line in question.
        mixed: whether both light and bold lines are printed.
        ahead: the text of the line after it: it may hold the unit ("VIỆN KIỂM SÁT NHÂN DÂN" / "HUYỆN …").
    """
    upper = _join(item.text for item in group)
    head, top = line_head(line.text), line_head(upper)
    if _goes_on(upper, before.text, line.text, top):
        return False, 1.0
    if head is not None and top is not None and top.name and fold(top.name) in head.joins:
        return (before.bold != line.bold and mixed), 0.9
    if mixed and before.bold == line.bold and line.bold:
        return False, 0.97  # both lines of the issuer
    if mixed and line.bold and not before.bold:
        return True, 1.0 if head is not None else 0.9
    if head is None:
        return False, 0.97 if top is not None else 0.85
    if top is None:
        return True, 0.85
    own = line.text
    if head.graded and _named_level(own) is None and ahead and line_head(ahead) is None:
        own = f"{own} {ahead}"
    return (True, 0.98) if _rank(upper, top) < _rank(own, head) else (False, 0.9)


def _goes_on(upper: str, before: str, line: str, top: _Head | None) -> bool:
    """Whether a name is open at a line's end, so that the next line must belong to it."""
    knowledge = _knowledge()
    folded, following = _folded(before).split(), _folded(line).split()
    if not folded or not following:
        return True
    if before.rstrip().endswith(("-", ",", "&", "/")) or upper.count("(") > upper.count(")"):
        return True
    if line.lstrip().startswith(("-", "&", "(")) or following[0] in knowledge.open_begin:
        return True
    if folded[-1] == "ủy" and following[0] == "ban" and (len(folded) < 2 or folded[-2] not in _PARTY_UNITS):
        return True  # "ĐOÀN CHỦ TỊCH ỦY" / "BAN TRUNG ƯƠNG …"
    if folded[-1] in knowledge.open_end:
        return True
    if top is not None and top.needs and len(_WORD.findall(upper)) == top.words:
        return True
    # A line that begins with a kind of unit names the unit of the body above (HUYỆN BÌNH SƠN).
    return line_head(line) is None and split_kind(line)[0] is not None


def _rank(text: str, head: _Head) -> int:
    if not head.graded:
        return head.rank
    level = _named_level(text)
    return head.rank + {None: -1, "province": 0, "district": 10, "commune": 20}[level]


def _named_level(text: str) -> AdminLevel | None:
    """The level of the unit named in a body's name, by its kind word or its name."""
    kind, bare = split_kind(text)
    if kind is None:
        mentions = admin_units().find_in(text)
        if not mentions:
            return "province" if _folded(text).endswith(" tỉnh") else None
        kind, bare = mentions[-1].kind, mentions[-1].name
    if kind is None:
        return "province"
    if kind in ("huyện", "quận", "thị xã"):
        return "district"
    if kind == "tỉnh":
        return "province"
    if kind == "thành phố":
        provinces = [
            u for u in admin_units().candidates(bare, level="province", loose=True) if u.kind == "thành phố"
        ]
        return "province" if provinces else "district"
    return "commune"


def _split_inline(line: _Line) -> list[_Line]:
    """Cut "BỘ TÀI CHÍNH TỔNG CỤC HẢI QUAN" where the file has lost the line break."""
    words = list(_WORD.finditer(line.text))
    top = line_head(line.text)
    if top is None or top.rank not in (2, 10):
        return [line]
    for i in range(2, len(words) - 1):
        for size in (2, 1):
            head = _knowledge().heads.get(" ".join(fold(w.group()) for w in words[i : i + size]))
            if head is None or not head.inline:
                continue
            cut = words[i].start()
            rest = line_head(line.text[cut:])
            if rest is not None and rest.inline and top.rank < rest.rank:
                at = min(line.end, line.start + cut)
                return [
                    replace(line, text=line.text[:cut].rstrip(), end=at),
                    replace(line, text=line.text[cut:], start=at),
                ]
    return [line]


def _join(parts: Iterable[str]) -> str:
    return " ".join(parts)


# --- names and units ---------------------------------------------------------------------------------------------


def _named(body: _Body, place: _Place) -> tuple[str, float]:
    """A body's name in ordinary case, and the trust in its letters."""
    trust = 1.0
    for line in body.lines:
        trust *= line.trust
    joined = _restore(_Line(body.text.strip(" ,;.-"), 0, 0, False))  # phrases over a line's end
    trust *= joined.trust
    name = sentence_case_name(joined.text)
    repaired = place.repair(name)
    if repaired is not None:
        return repaired, trust * 0.92
    return name, trust


@dataclass(slots=True)
class _Place:
    """Where and when the document was issued, as far as it helps to find the unit."""

    units: AdminUnits
    date: str | None
    place: str | None
    header: str
    text: str
    _hints: Counter[tuple[str, str]] | None = None

    @classmethod
    def of(cls, draft: Draft, header: list[str]) -> _Place:
        issued = draft.issued
        return cls(
            admin_units(),
            issued.date if issued else None,
            issued.place if issued else None,
            "\n".join(header),
            draft.text,
        )

    def hints(self) -> Counter[tuple[str, str]]:
        """How often each province and district (level, code) is named on the document's day."""
        if self._hints is None:
            self._hints = Counter()
            weighted = ((self.header, _HEADER_WEIGHT), (self.place or "", _PLACE_WEIGHT), (self._window(), 1))
            for text, weight in weighted:
                for mention in self.units.find_in(text, on=self.date):
                    for key in {(u.level, u.code) for u in mention.units}:
                        self._hints[key] += weight
        return self._hints

    def _window(self) -> str:
        if len(self.text) <= 2 * _HINT_CHARS:
            return self.text
        return self.text[:_HINT_CHARS] + "\n" + self.text[-_HINT_CHARS:]

    def choose(self, units: list[AdminUnit]) -> AdminUnit | None:
        """The one unit meant, by the province that the document names most."""
        codes: set[tuple[str, str]] = {(u.level, u.code) for u in units}
        if len(codes) > 1:
            scores: dict[tuple[str, str], int] = {}
            for unit in units:
                province = self.units.province_of(unit)
                score = 0 if province is None else self.hints()["province", province.code]
                if unit.level == "commune" and unit.parent is not None and len(unit.parent) == 3:
                    score += self.hints()["district", unit.parent]
                scores[unit.level, unit.code] = score
            best = max(scores.values())
            codes = {key for key, score in scores.items() if score == best and best > 0}
        if len(codes) != 1:
            return None
        code = codes.pop()
        return max((u for u in units if (u.level, u.code) == code), key=lambda u: str(u.valid_to or "9999"))

    def named(self, text: str) -> tuple[AdminUnit | None, AdminUnit | None]:
        """The unit that a body's name holds: (on the document's day, only at another time)."""
        options = [text] if split_kind(text)[0] is not None else []
        options += [
            f"{m.kind} {m.name}" if m.kind else m.units[0].full_name
            for m in reversed(self.units.find_in(text))
        ]
        gone: AdminUnit | None = None
        for option in options:
            for loose in (False, True):
                units = self.units.candidates(option, on=self.date, loose=loose)
                if units:
                    return self.choose(units), None
                ever = self.units.candidates(option, loose=loose)
                if ever and self.date is not None:
                    gone = gone or self.choose(ever) or ever[0]
                    break
        return None, gone

    def unit(
        self, name: str, parent: str | None, level: Level | None
    ) -> tuple[AdminUnit | None, AdminUnit | None]:
        """The unit of which a body is an organ: in its name, in its parent's, else that of the place."""
        for text in (name, parent):
            if text is None:
                continue
            unit, gone = self.named(text)
            if unit is not None or gone is not None:
                return unit, gone
            if split_kind(text)[0] is not None:
                return None, None  # a unit is named, but which one is open
        if level == "province" and self.place:
            found = self.units.resolve(self.place, on=self.date)
            if found is not None:
                return self.units.province_of(found), None
            inside = self.units.candidates(self.place, on=self.date)
            provinces = {p.code: p for u in inside if (p := self.units.province_of(u)) is not None}
            if len(provinces) == 1:
                return next(iter(provinces.values())), None
        return None, None

    def repair(self, name: str) -> str | None:
        """The name with a misread unit set right, where the table knows one unit of those letters."""
        kind, bare = split_kind(name)
        if kind is None or self.units.candidates(name) or not name.endswith(bare):
            return None
        unit = self.choose(self.units.candidates(name, on=self.date, loose=True))
        if unit is None or strip_marks(unit.name).casefold() != strip_marks(bare).casefold():
            return None
        return name[: len(name) - len(bare)] + unit.name


def _level(name: str, parent: str | None, place: _Place) -> Level | None:
    """The level of a body, by its head word, its unit and the body above it."""
    folded = _folded(name)
    head = line_head(name)
    if any(f" {word} " in f" {folded} " for word in _knowledge().party):
        return "party"
    if head is None:
        above = None if parent is None else _level(parent, None, place)
        return above if above in ("party", "central", None) else "other"
    if head.level not in ("unit", "parent"):
        return head.level  # type: ignore[return-value]
    unit, gone = place.named(name)
    unit = unit or gone
    if unit is not None:
        return unit.level
    named = _named_level(name)
    if named is not None:
        return named
    if head.level == "parent" and parent is not None:
        above = _level(parent, None, place)
        if above is not None:
            return above
    return head.default
