"""Plain text in which the printed lines of head and closing block have run together: cut them apart again.

Texts copied from web pages or forms hold "BỘ TƯ PHÁP -------", "Số: 173/QĐ-BTP V/v …", "Hà Nội, ngày … năm 2015
QUYẾT ĐỊNH BAN HÀNH …" and "KT. BỘ TRƯỞNG THỨ TRƯỞNG Đinh Văn A KẾ HOẠCH …" on one line each.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import regex

from vnadmin_extract.layout import cues
from vnadmin_extract.layout.lines import Seg, bare, make_seg, mostly_caps

_RULE = regex.compile(r"^[-–—*_=~]{4,}$")
_LETTER_OPENERS = (
    "phuc dap",
    "tra loi",
    "can cu",
    "thuc hien",
    "tiep theo",
    "xet",
    "nhan duoc",
    "ngay",
    "theo",
    "de",
)
_LONE_CODE = regex.compile(r"^(?:TM|KT|TL|TUQ|Q)\.$")
_SIGNATURE_REACH = 16
"""A signing authority with position takes no more words than this."""
_HEAD_LINES = 14
_YEAR = regex.compile(r"^(?:19|20)\d\d[.,]?$")


def unfold(segs: Sequence[Seg], *, at_head: bool = True) -> list[Seg]:
    """The lines of a plain text, those that hold several parts of the head or the closing block cut up.

    Args:
        segs: lines in order.
        at_head: whether the document's head is among them.
    """
    result: list[Seg] = []
    for index, seg in enumerate(_with_lone_codes(segs)):
        cuts = _signature_cuts(seg)
        if at_head and index < _HEAD_LINES:
            cuts |= _head_cuts(seg)
        cuts |= _rule_cuts(seg)
        if not cuts:
            result.append(seg)
            continue
        bounds = sorted({0, len(seg.tokens)} | cuts)
        for a, b in itertools.pairwise(bounds):
            part = seg.part(a, b)
            if part is not None and not all(_RULE.match(t.text) for t in part.tokens):
                result.append(part)
    return result


def _with_lone_codes(segs: Sequence[Seg]) -> list[Seg]:
    """Put "KT." back before the title that a link tore it from."""
    result: list[Seg] = []
    for seg in segs:
        if (
            result
            and _LONE_CODE.match(result[-1].text)
            and mostly_caps(" ".join(t.text for t in seg.tokens[:2]))
        ):
            lone = result.pop()
            result.append(make_seg(lone.tokens + seg.tokens, seg.page, seg.line, like=seg))
        else:
            result.append(seg)
    return result


def is_unwrapped(segs: Sequence[Seg]) -> bool:
    """Whether each line of a plain text is a whole paragraph (lines far longer than a printed one)."""
    long = sum(len(s.text) > 130 for s in segs)
    return long >= 2 and long > 0.12 * len(segs)


def _rule_cuts(seg: Seg) -> set[int]:
    cuts: set[int] = set()
    if len(seg.tokens) < 2:
        return cuts
    for index, token in enumerate(seg.tokens):
        if _RULE.match(token.text) and len(token.text) >= 5:
            cuts |= {index, index + 1}
    return cuts


def _head_cuts(seg: Seg) -> set[int]:
    cuts: set[int] = set()
    tokens = seg.tokens
    motto = cues.find_motto(seg)
    if motto is not None:
        cuts |= {motto[0], motto[1]}
    words = [bare(t.text) for t in tokens]
    if mostly_caps(seg.text) and len(words) <= 24:
        cuts |= _second_body(words)
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if index and (word.startswith("v/v") or (word == "kinh" and following.startswith(("gui", "trinh")))):
            cuts.add(index)
        if (
            index > 2
            and "kinh" in words[max(0, index - 30) : index]
            and tokens[index].text[:1].isupper()
            and tokens[index - 1].text[-1:] in ".);"
        ) and any(f"{word} {following} ".startswith(opener + " ") for opener in _LETTER_OPENERS):
            cuts.add(index)
        if (
            _YEAR.match(tokens[index].text)
            and index >= 5
            and words[index - 1] == "nam"
            and "ngay" in words[index - 6 : index]
        ):
            rest = " ".join(t.text for t in tokens[index + 1 : index + 4])
            if rest and (mostly_caps(rest) or bare(rest).startswith(("kinh gui", "v/v"))):
                cuts.add(index + 1)
    for start, end in _caps_runs(seg):
        part = seg.part(start, end)
        if part is None or cues.title_of(part) is None:
            continue
        cuts |= {start, end}
        authority = _authority_start(part)
        if authority is not None:
            cuts.add(start + authority)
    if (
        len(words) > 3
        and words[-2:] in (["quyet", "dinh:"], ["quyet", "nghi:"], ["quyet", "dinh"])
        and tokens[-1].text.isupper()
    ):
        cuts.add(len(tokens) - 2)
    return cuts


def _second_body(words: list[str]) -> set[int]:
    """Where, after a superior body in capitals, the issuing body begins ("BỘ TÀI CHÍNH | TỔNG CỤC HẢI QUAN")."""
    heads = cues.cue_words()
    if not any(words[: len(h)] == h for h in map(str.split, heads["superior_heads"])):
        return set()
    for index in range(2, len(words) - 1):
        if words[index - 1] in {"va", "-", "–", "cua", "thuoc"}:
            continue
        if any(words[index : index + len(h)] == h for h in map(str.split, heads["lower_heads"])):
            return {index}
    return set()


def _caps_runs(seg: Seg) -> list[tuple[int, int]]:
    """Runs of three or more tokens in capitals."""
    runs, start = [], 0
    for index in range(len(seg.tokens) + 1):
        token = seg.tokens[index].text if index < len(seg.tokens) else "x"
        if any(c.islower() for c in token) or token.startswith("("):
            while start < index and not any(c.isalpha() for c in seg.tokens[start].text):
                start += 1
            if index - start >= 2:
                runs.append((start, index))
            start = index + 1
    return runs


def _authority_start(part: Seg) -> int | None:
    """Where, in a title in capitals, the deciding authority begins ("… NĂM 2015 | BỘ TRƯỞNG BỘ TƯ PHÁP")."""
    words = [bare(t.text).strip(".,:;") for t in part.tokens]
    heads = [h.split() for h in cues.cue_words()["deciding_heads"]]
    for index in range(max(4, len(words) - 14), len(words) - 1):
        if any(words[index : index + len(h)] == h for h in heads):
            before = words[index - 1]
            if before in {"cua", "va", "do", "boi", "voi", "cac", "tong", "pho"}:
                continue
            return index
    return None


def _signature_cuts(seg: Seg) -> set[int]:
    """Around a signing authority in capitals that a person's name follows on the same line."""
    cuts: set[int] = set()
    for start, end in _caps_runs(seg):
        for first in range(max(start, end - _SIGNATURE_REACH), end):
            text = " ".join(t.text for t in seg.tokens[first:end])
            if not cues.is_signature_text(text):
                continue
            for count in (4, 3, 2, 5):
                name = seg.part(end, end + count)
                if name is not None and len(name.tokens) == count and cues.is_person_name(name.text):
                    cuts |= {first, end, end + count}
                    break
            else:
                continue
            tail = seg.part(end + count)
            if tail is not None:
                bracket = next((i for i, t in enumerate(tail.tokens) if t.text.startswith("(")), None)
                if bracket is not None:
                    cuts.add(end + count + bracket)
            break
    return {c for c in cuts if 0 < c < len(seg.tokens)}
