"""ALL-CAPS headers in ordinary case, by the rules of Decree 30/2020, Appendix II.

The first syllable of a body's head word and of each field is a capital (*Sở Giáo dục và Đào tạo*), place names
and people have a capital in every syllable, words for levels are small (*huyện Bình Sơn*) unless a number
follows (*Quận 1*), positions in signatures are capitals (*Phó Chủ tịch*). The words themselves stand in
``knowledge/casing.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

import regex

from vnadmin_extract.text.fold import fold, strip_marks

_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_SYLLABLE: Final = regex.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|kr|br|dr|pl|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnptk])?"
)
_ROMAN: Final = regex.compile(r"(?=[IVXLC])(?:X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_CUES: Final = frozenset(
    {"khóa", "vực", "thứ", "loại", "hạng", "số", "kì", "khu", "kv", "đoạn", "cấp", "nhóm"}
)


@dataclass(frozen=True)
class _Phrase:
    kind: str
    """head, name_head, level_head, field, phrase, small, level, area, place"""
    capitals: tuple[bool, ...]


@dataclass(frozen=True)
class _Lexicon:
    phrases: dict[tuple[str, ...], _Phrase]
    longest: int
    abbreviations: frozenset[str]
    surnames: frozenset[str]
    schools: frozenset[str]


@cache
def _lexicon() -> _Lexicon:
    import tomllib

    data = tomllib.loads((resources.files("vnadmin_extract.knowledge") / "casing.toml").read_text("utf-8"))
    phrases: dict[tuple[str, ...], _Phrase] = {}
    lists = (
        ("small", "small"),
        ("levels", "level"),
        ("areas", "area"),
        ("fields", "field"),
        ("heads", "head"),
        ("name_heads", "name_head"),
        ("level_heads", "level_head"),
        ("places", "place"),
        ("phrases", "phrase"),
    )
    for name, kind in lists:
        for entry in data[name]:
            words = _WORD.findall(entry)
            phrases[tuple(fold(w) for w in words)] = _Phrase(kind, tuple(w[0].isupper() for w in words))
    return _Lexicon(
        phrases=phrases,
        longest=max(len(key) for key in phrases),
        abbreviations=frozenset(data["abbreviations"]),
        surnames=frozenset(fold(name) for name in data["surnames"]),
        schools=frozenset(data["schools"]),
    )


def is_all_caps(text: str) -> bool:
    """Whether a text is printed in capitals (one stray small letter in ten is taken for a misreading)."""
    upper = sum(c.isupper() for c in text)
    lower = sum(c.islower() for c in text)
    return upper > 0 and (lower == 0 or (upper >= 10 and lower * 10 <= upper))


@lru_cache(maxsize=8192)
def sentence_case_name(text: str) -> str:
    """Write an ALL-CAPS name of a body, a position or a kind of document in ordinary case.

    ``ỦY BAN NHÂN DÂN HUYỆN BÌNH SƠN`` → ``Ủy ban nhân dân huyện Bình Sơn``. Short forms stay (``UBND``), as do
    spacing, punctuation and the placement of tone marks. Text that is not all capitals is returned unchanged.
    """
    if not is_all_caps(text):
        return text
    lexicon = _lexicon()
    matches = list(_WORD.finditer(text))
    words = [m.group() for m in matches]
    keys = [fold(w) for w in words]
    cased: list[str | None] = [None] * len(words)
    # What may come next: "start" (nothing yet), "field" (after a head or a connector), "name" (after a field or a
    # head that is followed by proper names), "place" (after a level word).
    state = "start"
    in_place = False
    i = 0
    while i < len(words):
        gap = text[matches[i - 1].end() : matches[i].start()] if i else ""
        if i and _breaks(gap):
            if "/" in gap or "\n" in gap:
                state = "start"
            elif in_place and _longest(lexicon, keys, i) is None:
                state = "place"
            else:
                state = "field"
        if state == "place":
            i = _place(lexicon, words, keys, matches, text, cased, i)
            state, in_place = "name", True
            continue
        in_place = False
        found = _longest(lexicon, keys, i)
        if found is None or (len(found.capitals) == 1 and _stays(lexicon, words, keys, i)):
            i, state = _unknown(lexicon, words, keys, matches, text, cased, i, state)
            continue
        size = len(found.capitals)
        for offset, capital in enumerate(found.capitals):
            cased[i + offset] = _capital(words[i + offset]) if capital else words[i + offset].lower()
        following = keys[i + size] if i + size < len(keys) else ""
        if state == "start" or (found.kind == "level" and following.isdigit()):
            cased[i] = _capital(words[i])
        state = {
            "small": "field",
            "level": "place",
            "area": "place",
            "level_head": "place",
            "field": "name",
            "head": "field",
            "name_head": "name",
            "place": "name",
            "phrase": "field",
        }[found.kind]
        i += size
    out: list[str] = []
    last = 0
    for match, word in zip(matches, cased, strict=True):
        out.append(text[last : match.start()])
        out.append(word if word is not None else match.group())
        last = match.end()
    out.append(text[last:])
    return "".join(out)


def person_case(text: str) -> str:
    """Write a person's name that is all capitals (or all small) with a capital in every syllable.

    ``PHẠM VĂN A`` → ``Phạm Văn A``; titles without a vowel (``TS.``, ``PGS.``) stay; mixed case stays unchanged.
    """
    if not is_all_caps(text) and any(c.isupper() for c in text):
        return text
    return _WORD.sub(lambda m: m.group() if _stays_in_person(m.group()) else _capital(m.group()), text)


def _stays_in_person(word: str) -> bool:
    return len(word) > 1 and not _SYLLABLE.fullmatch(strip_marks(word).lower()) and word.isascii()


def _breaks(gap: str) -> bool:
    return any(c in gap for c in ",-–—/;:&(\n")


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:].lower()


def _longest(lexicon: _Lexicon, keys: list[str], i: int) -> _Phrase | None:
    for size in range(min(lexicon.longest, len(keys) - i), 0, -1):
        found = lexicon.phrases.get(tuple(keys[i : i + size]))
        if found is not None:
            return found
    return None


def _stays(lexicon: _Lexicon, words: list[str], keys: list[str], i: int) -> bool:
    """Short forms, Roman numbers, codes."""
    word = words[i]
    if word in lexicon.abbreviations or any(c.isdigit() for c in word):
        return True
    if _ROMAN.fullmatch(word) and (len(word) == 1 or (i > 0 and keys[i - 1] in _ROMAN_CUES)):
        return True
    bare = strip_marks(word).lower()
    if len(word) > 1 and not any(c in "aeiouy" for c in bare):
        return True
    # Not a Vietnamese syllable and no mark on it: a short form or a foreign brand.
    return word.isascii() and not _SYLLABLE.fullmatch(bare)


def _place(
    lexicon: _Lexicon,
    words: list[str],
    keys: list[str],
    matches: list[regex.Match[str]],
    text: str,
    cased: list[str | None],
    i: int,
) -> int:
    """Case a place name from word ``i`` on; gives the index after it."""
    begin = i
    while i < len(words):
        if i > begin and _breaks(text[matches[i - 1].end() : matches[i].start()]):
            break
        if (_stays(lexicon, words, keys, i) and len(words[i]) > 1) or words[i].isdigit():
            if i == begin:
                cased[i] = words[i]
                i += 1
            break
        found = _longest(lexicon, keys, i)
        if found is not None and (i == begin or i >= begin + 2 or found.kind in ("level", "small")):
            # A known phrase ends the name, but its first two syllables may look like one ("huyện Hòa Bình",
            # "xã Đoàn Kết"): there only connectors, levels and phrases of two or more syllables count.
            if found.kind == "place":
                for offset in range(len(found.capitals)):
                    cased[i + offset] = _capital(words[i + offset])
                i += len(found.capitals)
                continue
            if i > begin or found.kind in ("level", "small") or len(found.capitals) > 1:
                break
        cased[i] = _capital(words[i])
        i += 1
    return i


def _unknown(
    lexicon: _Lexicon,
    words: list[str],
    keys: list[str],
    matches: list[regex.Match[str]],
    text: str,
    cased: list[str | None],
    i: int,
    state: str,
) -> tuple[int, str]:
    """Case a run of words that the lexicon does not have; gives the index after it and the next state."""
    begin = i
    if _stays(lexicon, words, keys, i):
        cased[i] = words[i]
        if words[i] in lexicon.schools:
            return i + 1, "name"
        known_body = words[i] in lexicon.abbreviations or len(words[i]) > 1
        return i + 1, ("field" if known_body else state)
    while i < len(words):
        if i > begin:
            if _breaks(text[matches[i - 1].end() : matches[i].start()]):
                break
            if _longest(lexicon, keys, i) is not None or _stays(lexicon, words, keys, i):
                break
        i += 1
    proper = state == "name" or keys[begin] in lexicon.surnames
    for j in range(begin, i):
        cased[j] = _capital(words[j]) if proper or j == begin else words[j].lower()
    return i, "name"
