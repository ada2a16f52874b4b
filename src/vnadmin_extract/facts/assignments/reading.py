"""Reading one point by itself: what units it names, and what they are to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from vnadmin_extract.nlp.lexicon import load
from vnadmin_extract.nlp.names import Name, NameReader, read
from vnadmin_extract.nlp.words import split
from vnadmin_extract.text.fold import fold

Kind = Literal["line", "heading", "lead-in", "own", "plain", "none"]

_ENDS: Final = frozenset({".", ";", "!", "?"})
_LONG_HEADING: Final = 60  # tokens
_FAR: Final = 70  # tokens that a clause before the subject may have
_CUTS: Final = frozenset({".", ";"})  # signs that part the work of one unit from that of the next
_LABEL: Final = 24  # tokens that a label before the first of several units may have
_CLAUSE: Final = 24  # tokens of a clause before an order in a later sentence


@dataclass(slots=True)
class Reading:
    """What a point says. All offsets are in the point's own text."""

    kind: Kind
    rule: str = ""
    lead: list[Name] = field(default_factory=list)
    coordinating: list[Name] = field(default_factory=list)
    task_start: int = 0
    """Where the task begins, after a unit and colon."""
    task_end: int | None = None
    """Where it ends, before lines of other fields in the same paragraph."""
    line: str = ""
    """For lines: lead, coordinating, time."""
    lines: list[tuple[str, int, int]] = field(default_factory=list)
    """Lines of other fields inside the paragraph: field, start and end of the value."""
    strong: bool = False
    """Whether a duty word or an order says that this is work, not a description."""
    verb_first: bool = False
    """Whether the text begins with a verb of work."""
    upward: bool = False
    """A request to a superior ("đề nghị … xem xét, quyết định")."""
    begins_together: bool = False
    """Whether the text begins with "phối hợp"."""
    bound: bool = True
    """For lead-ins: the named units are bound to what follows."""
    late: bool = False
    """The order stands behind the first sentence."""
    thing: str = ""
    """For texts that open with a noun: "nominal" (a thing or person), "matter" (a matter); else empty."""
    giver: str = ""
    """For orders: who is said to give it, where a unit stands right before the verb."""
    pieces: list[tuple[int, int]] = field(default_factory=list)
    """Where one text gives work to several units in turn: start and end of each part; else empty."""


def tidy(names: list[Name]) -> list[str]:
    """Names for the record."""
    return [printed for name in names if (printed := name.printed)]


class Point:
    """One point's text, tokenised."""

    def __init__(self, text: str) -> None:
        self.reader: NameReader = read(text)
        self.text = text
        self.size = len(self.reader)

    # -- small questions -------------------------------------------------------------------------------------

    def is_end(self, i: int) -> bool:
        """Whether only closing signs follow token ``i``."""
        return all(w in ".;:,/ \n-" for w in self.reader.words[i:])

    def colon(self, i: int) -> bool:
        """Whether token ``i`` is a colon."""
        return i < self.size and self.reader.words[i] == ":"

    def before(self, i: int, category: str) -> bool:
        """Whether a phrase of ``category`` covers token ``i`` (begins up to four tokens before, or there)."""
        return any(self.reader.hit(j, category) > i for j in range(max(0, i - 4), min(i + 1, self.size)))

    def sentence_start(self, i: int) -> bool:
        """Whether token ``i`` opens the text or a sentence."""
        return i == 0 or self.reader.words[i - 1] in {".", ";", ":", "\n"}


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Words by which the name of the issuer, its head or its office is told from others."""

    heads: frozenset[str]
    offices: tuple[str, ...]
    short: dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def _speaker() -> _Speaker:
    table = load("assignment_cues.toml")["speaker"]
    return _Speaker(
        frozenset(word for phrase in table["heads"] for word in split(fold(phrase))),
        tuple(fold(word) for word in table["offices"]),
        {fold(short): frozenset(split(fold(long))) for short, long in table["short"].items()},
    )


class PointReader:
    """Reads points; the rules of annotation 9 in their order of strength.

    Args:
        issuer: the name of the body that issues the document, where it is known.
    """

    def __init__(self, issuer: str = "") -> None:
        self.issuer = frozenset(split(fold(issuer)))

    def read(self, text: str) -> Reading:
        """Read one point's text (without its mark)."""
        point = Point(text)
        if point.size == 0:
            return Reading("none")
        line = self._line(point, 0)
        if line is not None:
            return line
        reading = self._classify(point)
        self._inline_lines(point, reading)
        if reading.kind in {"own", "plain", "lead-in"}:
            reading.coordinating = self._coordinating(point, reading)
        if reading.kind in {"own", "plain"} and not reading.lines:
            reading.pieces = self._pieces(point, reading)
        return reading

    # -- several units in turn -------------------------------------------------------------------------------

    def _pieces(self, point: Point, reading: Reading) -> list[tuple[int, int]]:
        """Parts of a text that gives work to several units in turn: "Sở A …; Sở B …. Giao Sở C …".

        Parts that name different units are work of their own (annotation 9, its hard cases).
        """
        r = point.reader
        seen: set[str] = set()
        leads = sorted(reading.lead, key=lambda name: -name.last)  # those of the parts before, one by one
        lists = {name.last for name in (*reading.lead, *reading.coordinating)}  # "các sở; các xã" is a list
        cuts: list[int] = []
        reach = 0  # end of the last list of names: a sign inside it parts names, not work
        i = 1
        while i < point.size - 2:
            stop = r.words[i]
            if (
                stop in _CUTS
                and i >= reach
                and i not in lists
                and (stop != "." or (r.caps[i + 1] and r.starts[i] + 1 < r.starts[i + 1]))
            ):
                names, reach = self._piece_leads(point, i + 1, sentence=stop == ".")
                while names and leads and leads[-1].last <= i:
                    seen.add(fold(leads.pop().printed))
                if names and fold(names[0].printed) not in seen:
                    seen.add(fold(names[0].printed))
                    cuts.append(r.starts[i + 1])
                    i = names[-1].last
                    continue
            i += 1
        if not cuts:
            return []
        first = self._label_end(point, cuts[0])
        return list(zip([first, *cuts], [*cuts, len(point.text)], strict=True))

    def _label_end(self, point: Point, limit: int) -> int:
        """Where the first part begins: behind a label and colon, "Các phòng: Phòng A …; Phòng B …"."""
        r = point.reader
        for i in range(min(point.size - 1, _LABEL)):
            if r.starts[i] >= limit or r.words[i] in _ENDS:
                break
            if r.words[i] == ":" and self._piece_leads(point, i + 1, sentence=False)[0]:
                return r.starts[i + 1]
        return 0

    def _piece_leads(self, point: Point, i: int, *, sentence: bool) -> tuple[list[Name], int]:
        """The units that the clause at token ``i`` gives work to, if any, and the end of the names read."""
        r = point.reader
        i = r.hit(i, "connective") or i
        while i < point.size and r.words[i] in {",", ":"}:
            i += 1
        if sentence and r.hit(i, "preamble") and not r.hit(i, "trigger"):
            # "Trong thời gian xác minh, yêu cầu Công ty A tạm dừng …"
            for k in range(i, min(point.size - 1, i + _CLAUSE)):
                if r.words[k] in _ENDS:
                    break
                if r.words[k] == "," and r.hit(k + 1, "trigger"):
                    i = k + 1
                    break
        order = r.hit(i, "trigger")
        if order and not point.before(i, "not_trigger") and not r.flagged(i, order, "weak_trigger"):
            names, last = r.names(order)
            if names and self._orders_to(point, last) and not self._upward(point, last):
                return (names if self._single(point, names[0]) else []), last
            return [], last
        names, last = r.names(i)
        if not names or self._common(point, names) or r.keys[i] in {"mỗi", "từng", "những", "một"}:
            return [], last
        if not r.caps[names[0].first] and not (r.hit(i, "quantifier") or r.hit(i, "place")):
            return [], last
        if self._subject_verb(point, last) <= 0 or (self.issuer and self.speaks(names[0].printed)):
            return [], last
        if not self._single(point, names[0]):
            return [], last
        answers = r.keys[last : last + 2] == ["chịu", "trách"] or r.hit(last, "described") > r.hit(
            last, "verb"
        )
        return ([] if answers else names), last

    @staticmethod
    def _single(point: Point, name: Name) -> bool:
        """Whether a name is one body's or some by their own names, not a group ("các đơn vị", "UBND các xã").

        Work that goes on to a group stays one with the work before it: "UBND các xã …; Thủ trưởng các đơn vị …".
        """
        r = point.reader
        for i in range(name.first, name.last):
            if r.keys[i] == "các":
                named = i + 2 < name.last and r.caps[i + 2]
                return named or (i + 3 < name.last and r.caps[i + 3] and bool(r.hit(i + 1, "place")))
        kind = r.hit(name.first, "generic")
        return not kind or r.caps[name.first] or kind < name.last

    # -- lines of other fields -------------------------------------------------------------------------------

    def _line_key(self, point: Point, i: int) -> tuple[str, int]:
        """Which field's line begins at token ``i``, and the token after its colon; ``("", 0)`` for none."""
        r = point.reader
        for category in ("line_coordinating", "line_lead", "line_time"):
            end = r.hit(i, category)
            if not end:
                continue
            if end < point.size and r.words[end] == "(":
                while end < min(point.size, i + 16) and r.words[end] != ")":
                    end += 1
                end += 1
            if point.colon(end):
                return category.removeprefix("line_"), end + 1
        return "", 0

    def _line(self, point: Point, i: int) -> Reading | None:
        name, after = self._line_key(point, i)
        if not name:
            return None
        reading = Reading("line", "line", line=name)
        rest = Reading("plain")
        self._inline_lines(point, rest, after)
        reading.lines = [(name, *self._value(point, after, rest)), *rest.lines]
        return reading

    def _value(self, point: Point, after: int, rest: Reading) -> tuple[int, int]:
        start = point.reader.starts[after] if after < point.size else len(point.text)
        end = rest.task_end if rest.task_end is not None else len(point.text)
        return start, max(start, end)

    def _inline_lines(self, point: Point, reading: Reading, first: int = 1) -> None:
        """Lines of other fields that the page's paragraphs have run together with the task."""
        r = point.reader
        found: list[tuple[str, int, int]] = []  # field, start of the key, start of the value
        for i in range(max(1, first), point.size):
            hits = r.hits[i]
            if not r.caps[i]:
                continue
            loose = r.words[i - 1] not in {".", ";", ",", "\n", "-", ")", "–"}
            if "line_lead" in hits or "line_coordinating" in hits or "line_time" in hits:
                name, after = self._line_key(point, i)
                if name and not (loose and after - i < 4):
                    start = r.starts[after] if after < point.size else len(point.text)
                    found.append((name, r.starts[i], start))
        if not found or (reading.kind != "plain" and not any(f[0] == "lead" for f in found)):
            return
        ends = [f[1] for f in found[1:]] + [len(point.text)]
        reading.lines = [(name, start, end) for (name, _, start), end in zip(found, ends, strict=True)]
        reading.task_end = found[0][1]

    # -- kinds -----------------------------------------------------------------------------------------------

    def _classify(self, point: Point) -> Reading:
        r = point.reader
        first = 0
        while first < point.size and not r.is_word(first) and r.words[first] not in '“"':
            first += 1
        if first >= point.size:
            return Reading("none")
        if self._closing_formula(point) or point.text.rstrip().endswith("!"):
            return Reading("none")
        opened = self._opening_unit(point, first)
        if opened is not None:
            return opened
        orders = self._orders(point)
        if (
            (other := r.hit(first, "line_other"))
            and point.colon(other)
            and not (orders and orders[0][0] > other)
        ):
            works = bool(r.hit(other + 1, "verb")) and not r.hit(other + 1, "nominal")
            return Reading("plain", "", thing="" if works else "nominal")
        announces = self._announces(point)
        if orders:
            names = orders[-1][1] if announces else [n for _, part in orders for n in part]
            upward = self._upward(point, orders[0][1][-1].last)
            late = any(r.words[i] in {".", ";"} for i in range(orders[0][0]))
            if announces and self._sentence_ends(point, orders[-1][1][-1].last):
                announces, names = False, [n for _, part in orders for n in part]
            if late and not announces:
                names = self._first_subject(point, first) + names
            giver = next((n.printed for n in r.all_names() if n.last == orders[0][0]), "")
            return Reading(
                "lead-in" if announces else "own",
                "order",
                names,
                strong=True,
                upward=upward,
                late=late,
                giver=giver,
            )
        skip = r.hit(first, "skip_opening")
        subject = self._subject(point, first)
        if subject is not None and (not skip or subject.strong):
            if announces:
                if self._issuer_speaks(point, subject):
                    return Reading("lead-in", "")
                subject.kind, subject.bound = "lead-in", self._bound(point, subject)
            return subject
        verb_first = bool(r.hit(first, "verb") or r.hit(first, "coordination")) or self._late_verb(
            point, first
        )
        thing = self._thing(point, first, verb_first=verb_first)
        if thing == "nominal":
            verb_first = False
        if skip:
            return Reading("none")
        together = bool(r.hit(first, "coordination"))
        if announces:
            return Reading("lead-in", "", verb_first=verb_first, thing=thing)
        return Reading("plain", "", verb_first=verb_first, begins_together=together, thing=thing)

    def _thing(self, point: Point, first: int, *, verb_first: bool) -> str:
        """Whether the text opens with a noun that lists things or people: "nominal", "matter" or ""."""
        r = point.reader
        nominal = r.hit(first, "nominal")
        if nominal and nominal >= r.hit(first, "verb"):
            return "nominal"
        if verb_first:
            return ""
        told = any(
            r.words[i] == ":" and r.hit(i + 1, "verb") for i in range(first, min(point.size, first + 20))
        )
        return "matter" if r.hit(first, "matter") and not told else ""

    def _first_subject(self, point: Point, first: int) -> list[Name]:
        """The units bound by the first sentence of a text whose second one orders something."""
        subject = self._subject(point, first)
        bound = subject is not None and subject.rule == "duty" and not subject.late
        return subject.lead if subject is not None and bound and subject.lead[0].first == first else []

    def speaks(self, name: str) -> bool:
        """Whether a name is the issuer, its head or its office; true where the issuer is not known."""
        speaker = _speaker()
        folded = fold(name)
        if not self.issuer or any(office in folded for office in speaker.offices):
            return True
        words = {w for w in split(folded) if w.isalnum()}
        for short, long in speaker.short.items():
            if short in words:
                words = words - {short} | long
        return words - speaker.heads <= self.issuer

    def _tells(self, point: Point, names: list[Name], end: int) -> bool:
        """Whether somebody else than the issuer is to tell or ask: "Tổ trưởng … thông báo đến từng hộ"."""
        r = point.reader
        told = r.keys[end : end + 2] in (["thông", "báo"], ["yêu", "cầu"])
        return told and bool(self.issuer) and not any(self.speaks(name.printed) for name in names)

    def _bound(self, point: Point, subject: Reading) -> bool:
        """Whether a lead-in says that its subject is bound to do what follows: "Sở A có trách nhiệm:"."""
        if not subject.lead:
            return False
        r = point.reader
        i = subject.lead[-1].last
        return any(
            r.keys[k] in {"trách", "nhiệm"} or r.keys[k : k + 2] in (["chủ", "trì"], ["phải", "cần"])
            for k in range(i, min(point.size, i + 6))
        )

    def _issuer_speaks(self, point: Point, subject: Reading) -> bool:
        """ "Sở A xây dựng kế hoạch … như sau:": the issuer makes the paper; nobody is ordered."""
        if not subject.lead:
            return False
        r = point.reader
        i = subject.lead[-1].last
        return bool(r.hit(i, "issuer_verb")) and subject.rule != "article"

    def _late_verb(self, point: Point, first: int) -> bool:
        """Whether a clause opens the text and a verb of work follows its comma: "Căn cứ …, tổ chức …"."""
        r = point.reader
        if not r.hit(first, "preamble"):
            return False
        return any(
            r.words[i] == "," and r.hit(i + 1, "verb")
            for i in range(first, min(point.size - 1, first + _FAR))
        )

    def _closing_formula(self, point: Point) -> bool:
        """ "Nay thông báo để các cơ quan biết, thực hiện", "Kính chuyển … để nghiên cứu, tham khảo"."""
        r = point.reader
        for i in range(min(point.size, 60)):
            end = r.hit(i, "no_work")
            if not end:
                continue
            if any("trigger" in r.hits[k] and not point.before(k, "not_trigger") for k in range(i)):
                return False
            head = r.keys[i]
            if head in {"trân", "rất", "kính", "xin"}:
                return not any(
                    "trigger" in h and not point.before(k, "not_trigger")
                    for k, h in enumerate(r.hits[end:], end)
                )
            for k in range(end, min(point.size, end + 45)):
                if "for_information" in r.hits[k]:
                    return True
        return False

    def _sentence_ends(self, point: Point, i: int) -> bool:
        """Whether a sentence ends between token ``i`` and the text's end: what is announced is not the order."""
        r = point.reader
        return any(
            r.words[k] == "." and r.caps[k + 1] and r.is_word(k + 1) and len(r.words[k - 1]) > 2
            for k in range(i, point.size - 1)
        )

    def _announces(self, point: Point) -> bool:
        """Whether the text ends by announcing the points after it."""
        r = point.reader
        last = point.size - 1
        while last >= 0 and r.words[last] in {".", "\n", "/", "-"}:
            last -= 1
        if last < 0:
            return False
        if r.words[last] == ":":
            return True
        for i in range(max(0, last - 5), last + 1):
            end = r.hit(i, "announce")
            if end == last + 1 and r.keys[last] in {"sau", "đây"}:
                return True
        return False

    def _upward(self, point: Point, i: int) -> bool:
        r = point.reader
        return any("upward" in r.hits[k] for k in range(i, min(point.size, i + 30)))

    def _opening_unit(self, point: Point, first: int) -> Reading | None:
        """A unit at the start: a heading, or "unit: text", or "Sở A có trách nhiệm:"."""
        r = point.reader
        i = first
        prefix = r.hit(i, "heading_before")
        starts = [i]
        if prefix:
            starts = [prefix, i] if not r.hit(i, "quantifier") else [i, prefix]
        for start in starts:
            names, end = r.names(start)
            if not names:
                continue
            by_trigger = start != i and bool(r.hit(i, "trigger"))
            if end < point.size and r.words[end] == "(":
                close = next((k for k in range(end, min(point.size, end + 25)) if r.words[k] == ")"), 0)
                if close and (point.is_end(close + 1) or point.colon(close + 1)):
                    end = close + 1
            if point.is_end(end) and end <= _LONG_HEADING:
                return Reading("heading", "heading", names, strong=True)
            after = r.hit(end, "heading_after") if end < point.size else 0
            if after and point.is_end(after) and (point.text.rstrip().endswith(":") or after > end + 1):
                return Reading("heading", "heading", names, strong=True)
            if point.colon(end):
                inner, inner_end = r.names(end + 1)
                if inner and self._subject_verb(point, inner_end) > 0 and not by_trigger:
                    return Reading("own", "duty", inner, strong=True)
                if self._colon_kind(point, end + 1):
                    return Reading("own", "unit-colon", names, task_start=r.starts[end + 1], strong=True)
                if r.hit(end + 1, "nominal"):  # "Trưởng đoàn: Đại diện …"
                    return Reading("plain", "", thing="nominal")
                continue
            stopped = end + 1 < point.size and r.words[end] == "." and not by_trigger and start == i
            if stopped and r.hit(end + 1, "verb") and r.caps[end + 1]:
                # "- Các phòng, ban. Báo cáo …": a full stop where a colon is meant.
                return Reading("own", "unit-colon", names, strong=True)
            if after and point.colon(after) and not point.is_end(after) and not by_trigger:
                return Reading("own", "duty", names, strong=True)
        return None

    def _colon_kind(self, point: Point, i: int) -> bool:
        """Whether what follows "unit:" is work (and not a list of names or a number)."""
        r = point.reader
        if i < point.size and r.words[i] == "(":  # "Sở A: (a) Hướng dẫn …"
            i = next((k + 1 for k in range(i, min(point.size, i + 4)) if r.words[k] == ")"), i)
        if i >= point.size or not r.words[i][0].isalpha():
            return False
        if r.keys[i] in {"gồm", "bao", "là"} and not r.hit(i, "verb"):
            return False
        if r.hit(i, "nominal") or (r.hit(i, "line_other") and not r.hit(i, "verb")):
            return False
        if r.hit(i, "tail") > r.hit(i, "verb") and r.keys[i] == "cấp":  # "cấp tỉnh: 3.300.000 đồng"
            return False
        near = range(i, min(point.size, i + 16))
        if any(r.hit(k, "verb") or r.hit(k, "obligation") or r.hit(k, "coordination") for k in near[:3]):
            return True
        return (
            point.size - i > 8
            and any(
                "obligation" in r.hits[k] or ("verb" in r.hits[k] and not r.words[k][0].isupper())
                for k in near
            )
            and not any(r.words[k].isdigit() for k in near[:6])
        )

    # -- orders ----------------------------------------------------------------------------------------------

    def _orders(self, point: Point) -> list[tuple[int, list[Name]]]:
        """Orders in the text: the token of the trigger and the units after it."""
        r = point.reader
        found: list[tuple[int, list[Name]]] = []
        i = 0
        while i < point.size:
            end = r.hit(i, "trigger")
            if not end or point.before(i, "not_trigger"):
                i += 1
                continue
            weak = r.flagged(i, end, "weak_trigger")
            if weak and not point.sentence_start(i):
                i = end
                continue
            previous = r.keys[i - 1] if i else ""
            if previous in {
                "được",
                "đã",
                "của",
                "theo",
                "những",
                "các",
                "có",
                "dung",
                "khi",
                "sự",
                "việc",
                "bị",
                "và",
                "thể",
                "hoặc",
                "quyền",
                "nhu",
            } and not (previous == "và" and r.hit(end, "quantifier")):
                i = end
                continue
            start = end
            while start < point.size and r.words[start] in {":", "-", "\n"} and start < end + 2:
                start += 1
            names, last = r.names(start)
            if (
                not names
                and r.keys[start - 1] != ":"
                and start < point.size
                and r.keys[start] in {"với", "đến", "cho", "đối"}
            ):
                skip = start + (2 if r.keys[start] == "đối" else 1)
                names, last = r.names(skip)
            if names and self._orders_to(point, last):
                found.append((i, names))
                i = last
            else:
                i = end
        return found

    def _orders_to(self, point: Point, i: int) -> bool:
        """Whether what follows the units of an order is work: not "yêu cầu của", not the end of a list."""
        r = point.reader
        if i >= point.size:
            return True
        return r.keys[i] not in {"của", "là", "đã", "được", "bị"} or r.hit(i, "obligation") > 0

    # -- subjects --------------------------------------------------------------------------------------------

    def _subject(self, point: Point, first: int) -> Reading | None:
        r = point.reader
        candidates = [first]
        if r.hit(first, "preamble"):
            clean = True  # no verb since the clause began
            for i in range(r.hit(first, "preamble"), min(point.size - 1, first + _FAR)):
                clean = (clean and not (r.hit(i, "verb") or r.hit(i, "coordination"))) or r.words[i] == ","
                if r.words[i] == "." and r.starts[i] + 1 < len(point.text):
                    break
                if r.words[i] == ",":
                    candidates.append(i + 1)
                elif (
                    clean
                    and r.hit(i, "quantifier")
                    and r.words[i - 1] != ","
                    and r.keys[i - 1]
                    not in {
                        "của",
                        "với",
                        "cho",
                        "và",
                        "về",
                        "tại",
                        "đến",
                        "giữa",
                        "các",
                        "theo",
                        "từ",
                        "để",
                        "do",
                        "bởi",
                        "trong",
                        "trên",
                    }
                    and not r.hit(i - 1, "verb")
                    and not (i > 1 and r.hit(i - 2, "verb") >= i)
                ):
                    candidates.append(i)
        else:
            for i in range(first + 1, min(point.size - 1, first + 22)):
                if r.words[i] == ":":
                    candidates.append(i + 1)  # "Cán bộ chuyên trách: Mỗi đơn vị cử …"
                    break
                if r.words[i] in _ENDS:
                    break
        starts = {name.first for name in r.all_names()}
        answerable = point.text.rfind("chịu trách nhiệm")
        sentences: list[int] = []
        for i in range(first + 1, point.size - 1):
            if r.words[i] in _CUTS and i + 1 in starts and i + 1 not in candidates:
                sentences.append(i + 1)  # "Quyết định này có hiệu lực … Chánh Văn phòng … chịu trách nhiệm"
            elif r.keys[i] == "do" and i + 1 in starts and r.starts[i] < answerable:
                sentences.append(i + 1)
        fallback: Reading | None = None
        for start in candidates:
            names, end = r.names(start)
            if not names or (start != first and start not in starts) or self._common(point, names):
                continue
            verdict = self._subject_verb(point, end)
            if verdict == 0 and self._tells(point, names, end):
                verdict = 1
            if verdict > 0:
                later = self._later_subjects(point, end)
                return Reading("own", "duty" if verdict > 1 else "subject", names + later, strong=verdict > 1)
            if stop := self._implementing(point, end):
                return Reading("own", "article", r.split(start, stop), strong=True)
            if verdict < 0 and start == first and point.size - end >= 8:
                # A verb that no list knows counts at the start of a sentence of some length.
                fallback = Reading("own", "subject", names)
        reach = 0  # end of the last list of names, whose signs part no sentences
        for start in sentences:
            if start < reach:
                continue
            names, reach = r.names(start)
            end = reach
            least = 0 if r.keys[start - 1] == "do" or (names and self._single(point, names[0])) else 1
            if names and self._subject_verb(point, end) > least:
                return Reading("own", "duty", names, strong=True, late=True)
        if fallback is not None:
            return fallback
        return self._sent_paper(point, first)

    @staticmethod
    def _common(point: Point, names: list[Name]) -> bool:
        """Whether the only name is a bare common noun for people: "Cán bộ chuyên trách: …"."""
        r = point.reader
        first = names[0].first
        end = r.hit(first, "generic")
        return end == names[0].last and end > r.hit(first, "post") and r.flagged(first, end, "people")

    def _implementing(self, point: Point, end: int) -> int:
        """The token of "chịu trách nhiệm" that closes a list of leads which the lists could not read to its end."""
        r = point.reader
        for i in range(end, min(point.size, end + 150)):
            if r.words[i] == "." and i + 1 < point.size and r.caps[i + 1] and i - end > 2:
                return 0
            if (
                r.keys[i] == "chịu"
                and r.hit(i, "obligation")
                and "thi hành" in point.text[r.starts[i] : r.starts[i] + 60]
            ):
                return i
        return 0

    def _later_subjects(self, point: Point, end: int) -> list[Name]:
        """Units that begin a clause after a semicolon: "UBND các xã …; Thủ trưởng các đơn vị chỉ đạo …"."""
        r = point.reader
        found: list[Name] = []
        reach = 0  # end of the last list of names, whose signs part no clauses
        for i in range(end, point.size - 1):
            if r.words[i] == ";" and i >= reach:
                names, last = r.names(i + 1)
                reach = last
                if (
                    names
                    and self._subject_verb(point, last) > 0
                    and (r.caps[i + 1] or r.hit(i + 1, "quantifier"))
                ):
                    found += names
        return found

    def _subject_verb(self, point: Point, i: int) -> int:
        """What follows a subject: 2 a duty word, 1 a verb of work, 0 neither."""
        r = point.reader
        if i < point.size and r.words[i] == "(":
            i = next((k + 1 for k in range(i, min(point.size, i + 25)) if r.words[k] == ")"), i)
        if i < point.size and r.words[i] == "," and i + 1 < point.size:
            i += 1
            label = next((k for k in range(i, min(i + 4, point.size - 1)) if r.words[k] == ":"), 0)
            title, after = r.names(label + 1 if label else i)
            if title and r.hit(title[0].first, "post"):  # "Đồng chí A, Chức vụ: Phó Giám đốc …"
                return self._subject_verb(point, after)
            if not (r.hit(i, "preamble") or r.hit(i, "adverb") or r.hit(i, "verb")):
                return 0
        if i >= point.size:
            return 0
        issuer = r.hit(i, "issuer_verb")
        if issuer and r.flagged(i, issuer, "issuer_always") and not r.hit(i, "not_trigger"):
            return 0
        if r.hit(i, "coordination") and not r.hit(i, "not_coordination"):
            return 2
        duty, adverb, verb, described = (r.hit(i, c) for c in ("obligation", "adverb", "verb", "described"))
        if duty and duty >= described:
            return 2 if duty >= verb or duty > i + 1 else 1
        if max(adverb, verb) > described or ((adverb or verb) and not described):
            return 1
        if described or not r.is_word(i) or r.caps[i]:
            return 0
        if not (r.hit(i, "stop") or r.hit(i, "quantifier") or len(r.words[i]) < 2):
            return -1
        if r.hit(i, "quantifier"):  # "Các sở của tỉnh mỗi đơn vị cử …"
            names, end = r.names(i)
            return max(0, self._subject_verb(point, end)) if names and end > i else 0
        return 0

    def _sent_paper(self, point: Point, first: int) -> Reading | None:
        """ "Báo cáo … của các cơ quan, đơn vị gửi về UBND tỉnh trước ngày …"."""
        r = point.reader
        if not r.hit(first, "paper"):
            return None
        for i in range(first + 1, min(point.size, first + 40)):
            if r.keys[i] == "của":
                names, end = r.names(i + 1)
                if names and r.hit(end, "send"):
                    return Reading("own", "paper", names, strong=True)
            elif r.hit(i, "send") and r.hit(first, "paper") == i:
                return Reading("plain", "continued", verb_first=True, strong=True)
            elif r.words[i] in _ENDS:
                break
        return None

    # -- coordinating ----------------------------------------------------------------------------------------

    def _coordinating(self, point: Point, reading: Reading) -> list[Name]:
        """The units after "phối hợp với", "cùng với", up to the next verb."""
        r = point.reader
        found: list[Name] = []
        limit = reading.task_end
        i = 0
        while i < point.size:
            end = r.hit(i, "coordination")
            if not end or point.before(i, "not_coordination") or (limit is not None and r.starts[i] >= limit):
                i += 1
                continue
            weak = r.keys[i] == "cùng"
            names, last = r.names(end)
            # "phối hợp hướng dẫn các đơn vị": a verb stands between, the units are its objects.
            if names and not (weak and not self._after_duty(point, i)):
                found += names
                i = last
            else:
                i = end
        lead = {n.start for n in reading.lead}
        return [n for n in found if n.start not in lead]

    def _after_duty(self, point: Point, i: int) -> bool:
        """Whether "cùng (với)" joins those who work together, not things."""
        r = point.reader
        names, _ = r.names(r.hit(i, "coordination"))
        return bool(names) and not r.hit(names[-1].first, "place")


@lru_cache(maxsize=4096)
def names_in(text: str) -> tuple[str, ...]:
    """The names in a text that holds nothing else (a table cell, the value of a line)."""
    reader = read(text)
    return tuple(tidy(reader.split(0, len(reader))))


def starts_with_verb(text: str) -> bool:
    """Whether a heading opens with a verb of work."""
    reader = read(text)
    first = next((i for i in range(len(reader)) if reader.is_word(i)), 0)
    return bool(reader.hit(first, "verb"))
