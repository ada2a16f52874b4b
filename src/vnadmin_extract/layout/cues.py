"""Recognise single lines: motto, number, place and date, kind title, openings of blocks. Tolerant of scans.

All functions work on text without tones and diacritics (:attr:`Seg.bare`) and so on what an OCR engine leaves.
"""

from __future__ import annotations

import tomllib
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import regex

from vnadmin_extract.layout.lines import Seg, mostly_caps

_DEPARTMENT = regex.compile(
    r"^(?:y te|xay|tai|noi|cong|giao|tu phap|nong|khoa|van|lao|ke hoach|thong|ngoai)\b"
)  # "SỞ Y TẾ" without its hook reads like "Số"


_DIGIT = regex.compile(r"\d")


_ADDRESS = regex.compile(r"^\W*k[il1]nh\s+g[uiươ]")


_ABSTRACT = regex.compile(r"^\W*(?:v\s*[/.]\s*v\b|ve\s*viec\b|vv\b|v/\s*v|w[/%\W])")


_NAME_TITLES = regex.compile(r"(?:\p{L}{1,5}\.\s*)+")  # "PGS.TS.", "BS."


@cache
def cue_words() -> dict[str, Any]:
    """The cue words of ``knowledge/layout.toml``."""
    path = resources.files("vnadmin_extract.knowledge") / "layout.toml"
    return tomllib.loads(path.read_text("utf-8"))


@cache
def positions() -> dict[str, str]:
    """Signers' positions and signing bodies: bare form → proper form."""
    from vnadmin_extract.layout.lines import bare

    return {bare(name): name for name in cue_words()["positions"]}


@cache
def kind_titles() -> tuple[tuple[str, str], ...]:
    """Titles of kinds, bare, longest first, with their proper names."""
    from vnadmin_extract.grammar.kinds import KINDS
    from vnadmin_extract.layout.lines import bare

    names = {bare(kind.name): kind.name for kind in KINDS}
    return tuple(sorted(names.items(), key=lambda item: -len(item[0])))


_WORD = regex.compile(r"[a-z0-9]+")


@lru_cache(maxsize=4096)
def _likeness(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


_MOTTO_REACH = 40


@cache
def _motto_words() -> frozenset[str]:
    return frozenset(word for motto in cue_words()["mottos"] for word in motto.split() if word.isalpha())


def find_motto(seg: Seg) -> tuple[int, int] | None:
    """The tokens ``[first, last)`` of a line that are the national emblem's words, the motto or the Party's name."""
    if len(_motto_words().intersection(seg.bare.split())) < 3:
        return None
    # A head's line is short; of a longer one (columns run together) only the beginning can hold the motto.
    words = [_bare_token(token.text) for token in seg.tokens[:_MOTTO_REACH]]
    best: tuple[float, int, int] | None = None
    for motto in cue_words()["mottos"]:
        target = [w for w in motto.split() if w != "-"]
        if sum(w in words for w in target) < 2:
            continue
        size = len(motto.split())
        for first in range(len(words)):
            for last in range(max(first + 2, first + size - 2), min(len(words), first + size + 2) + 1):
                if not _printed_as_motto(seg, first, last):
                    continue
                score = _likeness("".join(words[first:last]), "".join(target))
                if score >= 0.72 and (best is None or score > best[0]):
                    best = (score, first, last)
    return best[1:] if best else None


def _printed_as_motto(seg: Seg, first: int, last: int) -> bool:
    """In capitals, or every word with a capital: not the State's name in running text."""
    words = [t.text for t in seg.tokens[first:last] if t.text[:1].isalpha()]
    capitals = sum(w[0].isupper() for w in words)
    return mostly_caps(" ".join(words)) or capitals >= 0.5 * len(words)


def _bare_token(text: str) -> str:
    from vnadmin_extract.layout.lines import bare

    return "".join(_WORD.findall(bare(text)))


_PLACE_DATE = regex.compile(
    r"\b(?:ngay|ngdy|ngiy|ngey|rgay)\b.{0,14}?(?:thang|thdng|thing)\b.{0,12}?\b(?:nam|nim|ndm)\b[\s.:]*(?P<year>\S{0,8})"
    r"(?P<tail>.*)$"
)
_NUMERIC_DATE = regex.compile(r",\s*ngay\s*\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4}\W*$")


def find_place_date(seg: Seg) -> int | None:
    """Index of the first token of a "place, ngày … tháng … năm …" that ends the line, or ``None``."""
    match = _PLACE_DATE.search(seg.bare)
    if match is None or len(match["tail"].strip(" .,;|'\"*_-")) > 6:
        match = _NUMERIC_DATE.search(seg.bare)
        if match is None:
            return None
    day = _token_at(seg, match.start())
    first = day
    while first > 0:
        token = seg.tokens[first - 1]
        text = token.text
        if first < day and text[-1:] in ",;:." and not text.lower().startswith(("tp", "tx", "tt")):
            break
        gap = seg.tokens[first].word.bbox[0] - token.word.bbox[2]
        if gap > 18 and first < day:
            break
        plain = text.strip(",.;: ")
        if not plain:
            first -= 1
            continue
        if any(c.isdigit() or c in "/:\\" for c in plain) and not plain.lower().startswith("tp"):
            break
        if (
            len(plain) > 1
            and plain.isupper()
            and not plain.startswith(("TP", "TX", "TT"))
            and first <= day - 1
        ):
            # an all-capitals word is the left column's, unless the whole place is printed so
            break
        if plain[0].islower() and plain.lower() not in {
            "tỉnh",
            "xã",
            "huyện",
            "phường",
            "thị",
            "thành",
            "quận",
        }:
            break
        if day - first >= 6:
            break
        first -= 1
    if first == 0:
        return 0
    # In running text ("Luật Đất đai ngày 29 tháng 11 năm 2013;") no place stands before the day.
    named = day > first and seg.tokens[day - 1].text[-1:] in ",;."
    apart = seg.tokens[first].word.bbox[0] - seg.tokens[first - 1].word.bbox[2] > 18
    return first if named or apart else None


def _token_at(seg: Seg, offset: int) -> int:
    position = 0
    for index, token in enumerate(seg.tokens):
        position += len(token.text) + 1
        if offset < position:
            return index
    return len(seg.tokens) - 1


_CODE = regex.compile(
    r"^\W{0,4}(?:(?:luat|nghi quyet|phap lenh|nghi dinh|thong tu|lenh)\s+)?(?:so|s6|s0|sé|sb|só)\b?\s*(?:van ban\s*)?[:.;]*\s*(?P<rest>.*)$"
)
# "Sá:202/SYT-NVY", "S: 443! /BĐH": the label lost its letters, the printed notation stands.
_DAMAGED_CODE = regex.compile(
    r"^\W{0,3}[S$5]\p{L}?\s*[:.;]\s*[^\n/]{0,14}/\s*\p{Lu}[\p{Lu}&]{1,9}(?:\s*-\s*\p{Lu}[\p{L}&]{0,9})*\W*$"
)
_CODE_REST = regex.compile(r"[/\u2044-]\s*[a-z]|^[\s.…_]*$|\d")


def is_code_line(seg: Seg) -> bool:
    """Whether a line is "Số: …/…" (box 3), with or without its number."""
    if _DAMAGED_CODE.match(seg.text):
        return True
    match = _CODE.match(seg.bare)
    if match is None or len(seg.text) > 70:
        return False
    rest = match["rest"]
    if _DEPARTMENT.match(rest):
        return False  # "SỞ Y TẾ" without its hook
    if seg.bare.startswith("so ") and mostly_caps(seg.text) and "/" not in seg.text and "-" not in seg.text:
        return False
    return bool(_CODE_REST.search(rest)) or not rest.strip(" .:…_")


def title_of(seg: Seg, *, exact: bool = False) -> tuple[str, int] | None:
    """The kind that a title line names, and how many of its tokens belong to the kind; ``None`` for other lines.

    Args:
        seg: the line.
        exact: whether no letter may differ (tone marks may): among the issuer's lines "HỘI ĐỒNG" is no "HỢP ĐỒNG",
            and "CÔNG AN" no "CÔNG VĂN".

    A title stands in capitals ("KẾ HOẠCH", "QUYẾT ĐỊNH"); what follows on the same line is the abstract.
    """
    # Nearly all lines of a document go here: most are told by their first word alone.
    if not seg.tokens or not mostly_caps(" ".join(t.text for t in seg.tokens[:2])):
        return None
    text = seg.bare
    for name, proper in kind_titles():
        words = name.split()
        count = len(words)
        head = " ".join(t for t in text.split()[:count])
        if head != name and (
            exact or name == "cong van" or abs(len(head) - len(name)) > 1 or _likeness(head, name) < 0.87
        ):
            continue
        printed = " ".join(t.text for t in seg.tokens[:count])
        if mostly_caps(printed):
            return proper, count
    return None


def names_a_document(seg: Seg) -> bool:
    """Whether a line in ordinary case begins with a kind and holds a number: a heading put over the document."""
    if mostly_caps(seg.text) or not _DIGIT.search(seg.text):
        return False
    return any(seg.bare.startswith(name + " ") for name, _ in kind_titles()) or seg.bare.startswith(
        "van ban "
    )


def nearest_kind(title: str) -> str | None:
    """The kind whose title a damaged bare title is nearest to, or ``None``."""
    head = title.replace(" ", "")
    best = max(
        kind_titles(),
        key=lambda item: _likeness(head[: len(item[0])], item[0].replace(" ", "")),
        default=None,
    )
    if best is None or _likeness(head[: len(best[0])], best[0].replace(" ", "")) < 0.8:
        return None
    return best[1]


def starts_with_any(text: str, cues: list[str]) -> bool:
    """Whether a bare text begins with one of the cue words (signs before it are passed over)."""
    head = text.lstrip(" \"'“”.,:;*•-–—_|~(")
    return any(head.startswith(cue) for cue in cues)


def is_addressee_opener(seg: Seg) -> bool:
    """ "Kính gửi", "Kính trình"."""
    return starts_with_any(seg.bare, cue_words()["addressee_openers"]) or bool(_ADDRESS.match(seg.bare))


_DISPATCH = regex.compile(r"\b(?:dien|gui)\s*:?\s*$")


def is_dispatch_opener(seg: Seg) -> bool:
    """The addressing line of a công điện: "CHỦ TỊCH UBND TỈNH điện:" (Decree 30/2020, Form 1.6)."""
    return bool(_DISPATCH.search(seg.bare)) and len(seg.text) < 120 and seg.text.rstrip().endswith(":")


def is_recipient_opener(seg: Seg) -> bool:
    """ "Nơi nhận"."""
    return starts_with_any(seg.bare, cue_words()["recipient_openers"]) and len(seg.text) < 90


def is_subject_opener(seg: Seg) -> bool:
    """ "V/v", "Về việc"."""
    return bool(_ABSTRACT.match(seg.bare))


def find_signature_start(seg: Seg, *, at_line_start: bool = True) -> int | None:
    """Index of the first token of a run in capitals at the line's end that is a signing authority or position.

    Args:
        seg: the line.
        at_line_start: whether the run may be the whole line.
    """
    tokens = seg.tokens
    first = len(tokens)
    while first > max(0, len(tokens) - 20) and _caps_token(tokens[first - 1].text):
        first -= 1
    for start in range(first, len(tokens)):
        if start == 0 and not at_line_start:
            continue
        tail = " ".join(t.text for t in tokens[start:])
        if is_signature_text(tail):
            return start
    return None


def _caps_token(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return text in {"-", "–", ",", "&", "/"}
    return sum(c.isupper() for c in letters) >= 0.75 * len(letters) and not any(c.isdigit() for c in text)


def is_signature_text(text: str) -> bool:
    """Whether a text in capitals is a signing authority or a signer's position."""
    from vnadmin_extract.layout.lines import bare

    if not mostly_caps(text):
        return False
    low = bare(text).strip(" .,;:-*_")
    words = cue_words()
    padded = low + " "
    for code in words["authority_codes"]:
        if padded.startswith(code) and len(low) > len(code) + 2:
            return True
    return any(low.startswith(position) or _near(low, position) for position in positions())


def nearly(text: str, position: str) -> bool:
    """Whether a bare text is a position but for a letter or two that a scan lost."""
    text = text.strip(" .,;:*_-")
    return len(position) >= 7 and abs(len(text) - len(position)) <= 2 and _likeness(text, position) >= 0.9


def _near(text: str, position: str) -> bool:
    head = text[: len(position)]
    return len(position) >= 7 and abs(len(text) - len(position)) < 12 and _likeness(head, position) >= 0.88


def stamp_level(seg: Seg, group: str) -> str | None:
    """The level that a stamp line says (``group``: ``"urgency"`` or ``"secrecy"``), ``None`` for other lines."""
    if not mostly_caps(seg.text):
        return None
    level: str | None = cue_words()[group].get(seg.bare.strip(" .:*-_!()[]|"))
    return level


_PERSON = regex.compile(
    r"^(?:(?:[A-ZĐ][a-zđA-ZĐ]{0,4}\.\s*){0,4})?(?:\p{Lu}\p{Ll}*['’]?\p{Ll}*\s+){1,4}\p{Lu}\p{Ll}+$"
)


_RANK = regex.compile(
    r"^(?:(?:Đại|Thượng|Trung|Thiếu)\s+(?:tướng|tá|[úu]y|uý)|(?:PGS|GS|TSKH|TS|ThS|BSCK(?:I{1,2}|[12])|BSCC|BS|DS|KS|CN|LS|NG[ƯU]T|NGND|TT[ƯU]T|TTND)[.,]?)"
    r"(?:\s*[.,]\s*|\s+)(?=\p{Lu})",
    regex.IGNORECASE,
)
"""Ranks of army and police, and academic titles, before a name."""


@cache
def surnames() -> frozenset[str]:
    """Vietnamese family names without diacritics, from ``knowledge/surnames.toml``."""
    path = resources.files("vnadmin_extract.knowledge") / "surnames.toml"
    return frozenset(tomllib.loads(path.read_text("utf-8"))["surnames"])


def is_person_name(text: str) -> bool:
    """Whether a short text looks like a Vietnamese person's name (after any title or rank)."""
    from vnadmin_extract.layout.lines import bare

    if text.rstrip().endswith((";", ",")):
        return False  # "UBND TP. / Hồ Chí Minh;" in a list
    text = _RANK.sub("", text.strip(" .,;:*_"))
    if not _PERSON.match(text):
        return False
    words = bare(_NAME_TITLES.sub("", text)).split()
    if len(words) == 2 and words[0] in {"van", "thi"}:
        return False  # a middle name first: the family name is lost
    if 3 <= len(words) <= 5 and words[1] in {"van", "thi"}:
        return True  # a middle name that only names of persons have
    return 2 <= len(words) <= 5 and words[0] in surnames()
