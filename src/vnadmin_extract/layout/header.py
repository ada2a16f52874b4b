"""The first page's head: issuer, motto, number, place and date, kind, abstract, address block.

Boxes 1-5, 9a and 10 of Decree 30/2020, Appendix I, Part I. The two columns are kept apart by position, and where
a format has none (plain text with both columns run together), by what the words are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import regex

from vnadmin_extract.layout import cues
from vnadmin_extract.layout.lines import Seg, cut_at_gaps, mostly_caps, page_margins
from vnadmin_extract.layout.model import Zone

MAX_HEADER_LINES = 60
_FIRST_INDENT = 60.0
"""Points: running text is set in by 1 to 1.27 cm (Decree 30/2020, Appendix I, II.5), a crooked scan adds to it."""
_RAGGED = 14.0
"""Points that a justified line may end before the right margin."""
_GAP = 14.0
"""Blank, in points, that parts two columns in the head (a justified line's blanks are narrower)."""


_ABSTRACT_INSIDE = regex.compile(r"\bv\s*/\s*v\b|\bve viec\b")


_DIGIT_OR_SLASH = regex.compile(r"\d|/")


_NUMBER_ALONE = regex.compile(r"^\d{1,5}\p{L}?\s*[/-]\s*[\p{Lu}\d]")


_DASH_ITEM = regex.compile(r"^\s*[-–—~]\s+\p{Lu}")


_DISPATCH_INSIDE = regex.compile(r"\bdien\s*:")


_ENCLOSED = regex.compile(r"^\(?\s*(?:ban hanh )?kem theo\b|^\(\s*\w+ .{0,60}kem theo")


_MARKED = regex.compile(r"^(?:[ivx]{1,4}|\d{1,2}|[a-z])\s*[.)-]\s")


_ADDRESS_ITEM = regex.compile(r"^\s*(?:[-–—+•*~_]|[-–]?\s*\d\s*[.)])\s*\p{L}")


_POINT = regex.compile(r"^\s*\d\s*[.)]")


_LIST_MARK = regex.compile(r"^\s*[-–—+•*]")


_ARTICLE = regex.compile(r"^\s*(?:dieu|chuong|phan)\s+(?:\d{1,2}|[ivx]+)\b")


@dataclass(slots=True)
class Group:
    """Lines of one zone that make one block."""

    zone: Zone
    segs: list[Seg] = field(default_factory=list)


@dataclass(slots=True)
class Header:
    """The head's groups, and how many of the page's lines it took."""

    groups: list[Group]
    used: int
    """Number of the document's lines (from the first) that belong to the head."""
    has_motto: bool = False
    has_code: bool = False


def split_columns(seg: Seg, boundary: float | None) -> list[tuple[Seg, str]]:
    """A header line's parts with their sides: ``"L"``, ``"R"`` or ``"F"`` (full width)."""
    motto = cues.find_motto(seg)
    if motto is not None:
        parts: list[tuple[Seg, str]] = []
        left = seg.part(0, motto[0]) if motto[0] else None
        if left is not None:
            parts.append((left, "L"))
        middle = seg.part(motto[0], motto[1])
        rest = seg.part(motto[1])
        if middle is not None:
            parts.append((middle, "M"))
        if rest is not None:
            parts.append((rest, "R"))
        return parts
    date = cues.find_place_date(seg)
    if date is not None:
        left = seg.part(0, date) if date else None
        right = seg.part(date)
        parts = [(left, "L")] if left is not None else []
        if right is not None:
            parts.append((right, "D"))
        return parts
    pieces = cut_at_gaps(seg, _GAP, keep=_inside_code)
    if len(pieces) == 1:
        piece = pieces[0]
        if boundary is None or piece.x0 < boundary < piece.x1:
            return [(piece, "F")]
        return [(piece, "L" if (piece.x0 + piece.x1) / 2 < boundary else "R")]
    result = []
    for index, piece in enumerate(pieces):
        if boundary is not None:
            side = "L" if (piece.x0 + piece.x1) / 2 < boundary else "R"
        else:
            side = "L" if index == 0 else "R"
        result.append((piece, side))
    return result


_NUMBER_WORD = regex.compile(r"^(?:s[ốôỐÔóÓ][:.]?|[:.…_]+)$", regex.I)


def _inside_code(before: str, token: str) -> bool:
    """Whether a wide blank is the blank of a number still to be given: "Số:          /UBND"."""
    return bool(_NUMBER_WORD.match(before)) or (
        token[:1] in "/-–" and len(token) > 2 and token[1:2].isupper()
    )


def parse_header(lines: list[Seg], page_width: float, positional: bool) -> Header:
    """Read the head of a document.

    Args:
        lines: the document's lines from its first one.
        page_width: in points.
        positional: whether left and right, indents and centring mean something (not so in plain text).
    """
    lines = lines[:MAX_HEADER_LINES]
    boundary = _boundary(lines, page_width) if positional else None
    state = _State(lines, page_width, boundary, positional)
    for index, seg in enumerate(lines):
        if not state.take(index, seg):
            return Header(state.groups, index, state.motto, state.code)
    return Header(state.groups, len(lines), state.motto, state.code)


def _boundary(lines: list[Seg], page_width: float) -> float | None:
    """Where the right column begins: left of the motto, or of the place and date."""
    lefts: list[float] = []
    for seg in lines[:25]:
        found = cues.find_motto(seg)
        if found is not None:
            if (
                found[0] == 0
                and found[1] == len(seg.tokens)
                and abs((seg.x0 + seg.x1) / 2 - page_width / 2) < 25
            ):
                continue  # a motto across the page's middle: one column
            lefts.append(seg.tokens[found[0]].word.bbox[0])
            # The left column's end bounds it as well.
            if found[0] > 0:
                lefts.append((seg.tokens[found[0] - 1].word.bbox[2] + seg.tokens[found[0]].word.bbox[0]) / 2)
    return min(lefts) - 2 if lefts else None


class _State:
    """Walks down the head's lines and says which zone each part belongs to."""

    def __init__(self, lines: list[Seg], page_width: float, boundary: float | None, positional: bool) -> None:
        self.positional = positional
        self.lines = lines
        self.width = page_width
        self.boundary = boundary
        self.groups: list[Group] = []
        self.motto = False
        self.code = False
        self.date = False
        self.phase = "head"  # head → abstract (V/v) | title → subject → address → body
        self.address_done = False
        body = [s for s in lines if len(s.text) > 60]
        self.left, self.right = page_margins(body or lines)
        self.max_chars = max((len(s.text) for s in lines), default=0)
        self.code_index: int | None = None
        self.index = 0
        self.spaced = _line_gaps_everywhere(lines)

    def add(self, zone: Zone, seg: Seg, *, join: bool = False) -> None:
        if join and self.groups and self.groups[-1].zone is zone:
            self.groups[-1].segs.append(seg)
            return
        if join:
            for group in reversed(self.groups[-4:]):
                if group.zone is zone:
                    group.segs.append(seg)
                    return
        self.groups.append(Group(zone, [seg]))

    def take(self, index: int, seg: Seg) -> bool:
        """Take a line into the head; ``False`` where the body begins with it."""
        self.index = index
        level = cues.stamp_level(seg, "urgency")
        if level and self.phase != "address":
            self.add(Zone.URGENCY, seg)
            return True
        if cues.stamp_level(seg, "secrecy") and self.phase != "address":
            self.add(Zone.SECRECY, seg)
            return True
        if self.phase == "address":
            return self._address(seg)
        if cues.is_addressee_opener(seg) or (
            self.phase in {"title", "subject"} and cues.is_dispatch_opener(seg)
        ):
            self.phase = "address"
            self.add(Zone.ADDRESSEES, seg)
            return True
        if self.phase in {"title", "subject"}:
            return self._subject(seg)
        parts = split_columns(seg, self.boundary)
        return self._head(seg, parts)

    # -- the two columns -------------------------------------------------------------------------------

    def _head(self, seg: Seg, parts: list[tuple[Seg, str]]) -> bool:
        marked = any(side in "MD" for _, side in parts)
        if not marked and self._title(seg):
            return True
        parted = self._parted_at_boundary(parts)
        if not marked and not parted and not cues.is_subject_opener(seg) and self._opens_body(seg):
            return False
        for part, side in _parted_at_address(parts):
            if side == "M":
                self.motto = True
                self.add(Zone.MOTTO, part)
            elif side == "D":
                self.date = True
                self.add(Zone.PLACE_DATE, part)
            elif cues.stamp_level(part, "urgency"):
                self.add(Zone.URGENCY, part)
            elif cues.stamp_level(part, "secrecy"):
                self.add(Zone.SECRECY, part)
            elif cues.is_code_line(part) and not self.code:
                self._code(part)
            elif self._goes_on_with_code(part):
                self.groups[-1].segs.append(part)
            elif not _has_letters(part):
                continue
            elif side == "R" and not cues.is_subject_opener(part):
                self._right(part)
            elif cues.is_addressee_opener(part):
                self.phase = "address"
                self.add(Zone.ADDRESSEES, part)
            else:
                self._left(part)
        return True

    def _without_stamp(self, seg: Seg, label: Seg) -> Seg:
        """An address line without what a received stamp puts left of it.

        The address block is set in as far as its "Kính gửi"; a line of running text is not, but has no wide blank.
        """
        if not self.positional:
            return seg
        for index in range(1, len(seg.tokens)):
            left, right = seg.tokens[index - 1].word.bbox[2], seg.tokens[index].word.bbox[0]
            if right >= label.x0 - 15 and left < label.x0 + 70:
                if right - left > _BESIDE and (seg.x0 < label.x0 - 15 or _SPECK.match(seg.text)):
                    return seg.part(index) or seg
                break
        return (seg.part(1) or seg) if _SPECK.match(seg.text) else seg

    def _parted_at_boundary(self, parts: list[tuple[Seg, str]]) -> bool:
        """Whether a line's two parts stand in the two columns (a stamp beside the abstract): no running text."""
        if self.boundary is None or len(parts) < 2:
            return False
        (left, first), (right, second) = parts[0], parts[-1]
        return (
            first == "L" and second == "R" and left.x1 < self.boundary + 20 and right.x0 > self.boundary - 20
        )

    def _code(self, part: Seg) -> None:
        self.code = True
        self.code_index = self.index
        match = _ABSTRACT_INSIDE.search(part.bare)
        if match and match.start() > 0:  # "Số: 12/UBND-VX V/v …" on one line
            cut = _token_index(part, match.start())
            code, rest = part.part(0, cut), part.part(cut)
            if code is not None and rest is not None:
                self.add(Zone.CODE, code)
                self.add(Zone.SUBJECT, rest)
                return
        self.add(Zone.CODE, part)

    def _goes_on_with_code(self, part: Seg) -> bool:
        """Whether the number stands on the line below its "Số:" ("Nghị quyết số:" / "132/2020/QH14")."""
        last = self.groups[-1] if self.groups else None
        if last is None or last.zone is not Zone.CODE or _DIGIT_OR_SLASH.search(last.segs[-1].text):
            return False
        return bool(_NUMBER_ALONE.match(part.text)) and len(part.text) < 40

    def _right(self, part: Seg) -> None:
        if not self.motto and not self.code and mostly_caps(part.text):
            self.add(Zone.ISSUER, part)
        else:
            self.add(Zone.OTHER, part)

    def _left(self, part: Seg) -> None:
        if cues.is_subject_opener(part):
            self.add(Zone.SUBJECT, part)
        elif (self.code or self.date) and _DASH_ITEM.match(part.text):
            # A dash list under the number: the address block, its "Kính gửi" lost by the reader.
            self.phase = "address"
            self.add(Zone.ADDRESSEES, part)
        elif self.code or self.date:
            # Under the number, in the left column: the abstract of a công văn, with or without its "V/v".
            subject = next((g for g in reversed(self.groups) if g.zone is Zone.SUBJECT), None)
            if subject is not None:
                subject.segs.append(part)
            elif self.date and not self.code and mostly_caps(part.text):
                self.add(Zone.ISSUER, part)
            elif len(part.text) >= 8 and not mostly_caps(part.text):
                self.add(Zone.SUBJECT, part)
            else:
                self.add(Zone.OTHER, part)
        elif cues.names_a_document(part):
            self.add(Zone.OTHER, part)  # the heading of a web page: "Công văn 778/TCHQ-GSQL năm 2017 …"
        else:
            self.add(Zone.ISSUER, part)

    def _title(self, seg: Seg) -> bool:
        # Specks and rules that a scan reads as signs may stand before the title.
        first = next((i for i, t in enumerate(seg.tokens) if sum(c.isalpha() for c in t.text) >= 2), 0)
        seg = seg.part(first) or seg
        found = cues.title_of(seg, exact=not (self.code or self.date))
        if found is None or not (self.motto or self.code or self.date or self.index < 6):
            return False
        if self._in_left_column(seg):
            return False
        _, count = found
        if len(seg.tokens) > count and not mostly_caps(seg.text):
            following = seg.tokens[count].text
            if not following[0].isupper() and count == 1:
                return False
        title, rest = seg.part(0, count), seg.part(count)
        if title is None:
            return False
        self.phase = "title"
        self.add(Zone.TITLE, title)
        if rest is not None and rest.bare.strip(" .:*-") in {"khan", "hoa toc"}:
            self.add(Zone.URGENCY, rest)
        elif rest is not None:
            self.add(Zone.SUBJECT, rest)
            self.phase = "subject"
        return True

    def _in_left_column(self, seg: Seg) -> bool:
        """Whether a line goes on with the issuer: "PHÒNG TÀI CHÍNH / - KẾ HOẠCH". Titles stand in the page's middle."""
        return (
            self.positional
            and self.boundary is not None
            and not self.code
            and seg.x1 <= self.boundary
            and any(group.zone is Zone.ISSUER for group in self.groups)
        )

    def _opens_body(self, seg: Seg) -> bool:
        """Whether running text begins with this line although neither title nor address block came."""
        subject = any(g.zone is Zone.SUBJECT for g in self.groups)
        wide = (seg.x1 - seg.x0) > 0.62 * self.width if self.positional else len(seg.text) > 64
        if mostly_caps(seg.text):
            return False
        if (self.code or self.date or subject) and wide:
            return True
        return self.index > 3 and wide and cues.starts_with_any(seg.bare, cues.cue_words()["body_openers"])

    # -- kind and abstract -----------------------------------------------------------------------------

    def _subject(self, seg: Seg) -> bool:
        has = any(g.zone is Zone.SUBJECT for g in self.groups)
        date = cues.find_place_date(seg)
        if date == 0 and not self.date:
            self.date = True
            self.add(Zone.PLACE_DATE, seg)
            return True
        if cues.is_code_line(seg) and not self.code and not has:
            self._code(seg)
            return True
        if not _has_letters(seg):
            return True
        if _opens_article(seg.bare):
            return False
        if has and _DISPATCH_INSIDE.search(seg.bare) and self.code_index != self.index:
            self.phase = "address"
            self.add(Zone.ADDRESSEES, seg)
            return True
        if (
            mostly_caps(seg.text)
            and cues.starts_with_any(seg.bare, cues.cue_words()["authority_heads"])
            and has
            and seg.starts_paragraph is not False
        ):
            self.add(Zone.OTHER, seg)
            self.phase = "subject"
            return True
        if any(
            g.zone is Zone.OTHER and g.segs[-1].line == seg.line - 1 for g in self.groups[-1:]
        ) and mostly_caps(seg.text):
            self.add(Zone.OTHER, seg)
            return True
        if _ENCLOSED.match(seg.bare):
            self.add(Zone.OTHER, seg)
            return True
        if self._abstract_ends(seg, has):
            return False
        self.add(Zone.SUBJECT, seg, join=has)
        self.phase = "subject"
        return True

    def _abstract_ends(self, seg: Seg, has: bool) -> bool:
        previous = next(
            (g.segs[-1] for g in reversed(self.groups) if g.zone in (Zone.SUBJECT, Zone.TITLE)), None
        )
        if previous is None:
            return True
        opener = cues.starts_with_any(seg.bare, cues.cue_words()["body_openers"])
        marked = bool(_MARKED.match(seg.bare))
        if not has:
            # The first line under the kind is the abstract unless it is plainly running text.
            if self._centred(seg) or (seg.bold and previous.bold):
                return False
            return (marked and not mostly_caps(seg.text)) or (
                opener and len(seg.text) > 0.85 * self.max_chars
            )
        if seg.starts_paragraph is False:
            return False  # the reader knows that the paragraph goes on
        if previous.bold != seg.bold and (previous.bold or seg.bold):
            return True
        close = self.positional and seg.gap < 0.9 * (seg.bbox[3] - seg.bbox[1])
        alike = (previous.bold and seg.bold) or (mostly_caps(previous.text) and mostly_caps(seg.text))
        if close and alike and not marked:
            return False  # a long abstract fills its lines, and then they are not centred
        centred = self._centred(seg)
        if centred is not None:
            if not centred or (opener and self._fills_line(seg) and not (seg.bold or previous.bold)):
                return True
            return marked or (opener and seg.gap > 1.5 * (seg.bbox[3] - seg.bbox[1]) and not seg.bold)
        if not self.spaced and seg.gap > 6 and not previous.text.rstrip().endswith((",", "-", "–")):
            return True
        return marked or opener or len(seg.text) > 0.92 * self.max_chars

    def _fills_line(self, seg: Seg) -> bool:
        """Whether a line that begins with a capital runs from a first-line indent to the right margin.

        Such a line is nearly centred, too; on a scan nothing but its first words tells it from an abstract's.
        """
        return seg.text[:1].isupper() and seg.x0 < self.left + _FIRST_INDENT and seg.x1 > self.right - _RAGGED

    def _centred(self, seg: Seg) -> bool | None:
        """Whether a line stands in the middle of the text; ``None`` where positions say nothing."""
        if not self.positional or self.right - self.left < 50:
            return None
        middle = (self.left + self.right) / 2
        inner = seg.x0 > self.left + 10 and seg.x1 < self.right + 12
        return inner and abs((seg.x0 + seg.x1) / 2 - middle) < 0.07 * (self.right - self.left)

    # -- address block ---------------------------------------------------------------------------------

    def _address(self, seg: Seg) -> bool:
        previous = next(g.segs[-1] for g in reversed(self.groups) if g.zone is Zone.ADDRESSEES)
        group = next(g for g in reversed(self.groups) if g.zone is Zone.ADDRESSEES)
        if cues.find_motto(seg) is not None or cues.find_place_date(seg) == 0:
            self.add(Zone.OTHER, seg)
            return True
        seg = self._without_stamp(seg, next(g.segs[0] for g in self.groups if g.zone is Zone.ADDRESSEES))
        text = seg.bare
        item = bool(_ADDRESS_ITEM.match(text)) and not text.startswith("---")
        first = len(group.segs) == 1 and _bare_opener(previous)
        if item and _looks_like_point(seg) and not first and not _looks_like_point(previous):
            return False  # "1. …" after a finished address opens the content
        ended = previous.text.rstrip().endswith((".", "./.")) and not first
        open_end = previous.text.rstrip().endswith((";", ",", ":"))
        deep = self.positional and seg.x0 > self.left + 45
        opener = cues.starts_with_any(text, cues.cue_words()["body_openers"]) and not item
        if item:
            if ended and not deep and _looks_like_point(seg):
                return False
            if ended and not _same_list(group.segs, seg):
                return False
            self.add(Zone.ADDRESSEES, seg)
            return True
        if not _has_letters(seg):
            return True
        if ended:
            return False
        if first and not opener:
            self.add(Zone.ADDRESSEES, seg)
            return True
        wide = len(seg.text) > 0.8 * self.max_chars
        if opener and (wide or not open_end) and not (deep and open_end):
            return False
        if open_end:
            self.add(Zone.ADDRESSEES, seg) if previous.text.rstrip().endswith(";") else group.segs.append(seg)
            return True
        if deep and seg.x0 >= group.segs[0].x0 - 12 and not wide:
            group.segs.append(seg)
            return True
        if not deep:
            short = (
                len(seg.text) < 0.6 * self.max_chars and len(previous.text) > 30 and seg.text[:1].islower()
            )
            if short:
                group.segs.append(seg)
                return True
        return False


_BESIDE = 7.0
"""Blank, in points, between a stamp and the address block beside it."""
_SPECK = regex.compile(r"^[^\s-]{1,3}\s+[-–—]\s+\p{L}")


def _parted_at_address(parts: list[tuple[Seg, str]]) -> list[tuple[Seg, str]]:
    """Cut a part before a "Kính gửi" that stands inside it (stamps and lost gaps run lines together)."""
    result: list[tuple[Seg, str]] = []
    for part, side in parts:
        words = part.bare.split()
        at = next(
            (
                i
                for i in range(1, len(words) - 1)
                if words[i] == "kinh" and words[i + 1].startswith(("gui", "trinh"))
            ),
            None,
        )
        before, after = (part.part(0, at), part.part(at)) if at is not None else (part, None)
        if before is not None:
            result.append((before, side))
        if after is not None:
            result.append((after, "L"))
    return result


def _looks_like_point(seg: Seg) -> bool:
    return bool(_POINT.match(seg.bare))


def _same_list(segs: list[Seg], seg: Seg) -> bool:
    return any(_LIST_MARK.match(s.text) for s in segs) and abs(segs[-1].x0 - seg.x0) < 40


def _bare_opener(seg: Seg) -> bool:
    """ "Kính gửi:" alone on its line."""
    return len(seg.text.strip(" .:")) <= 12


def _opens_article(text: str) -> bool:
    return bool(_ARTICLE.match(text))


def _has_letters(seg: Seg) -> bool:
    return sum(c.isalnum() for c in seg.text) >= 2


def _line_gaps_everywhere(lines: list[Seg]) -> bool:
    """Whether nearly every line has a blank line above it (some readers give text so): then gaps say nothing."""
    gaps = [s for s in lines[1:] if s.gap > 6]
    return len(lines) > 6 and len(gaps) > 0.7 * len(lines)


def _token_index(seg: Seg, offset: int) -> int:
    position = 0
    for index, token in enumerate(seg.tokens):
        position += len(token.text) + 1
        if offset < position:
            return index
    return len(seg.tokens)
