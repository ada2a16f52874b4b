"""Whether a page's text layer says what the page shows: damage that can be told from the text alone.

Text layers lie in several ways: a bad recognition under a scan ("CQNG HOA XA HQI CHU NGHIA VIPT NAM"), a font
whose codes are mapped to the wrong letters ("QUẢNG PHÖ"), UTF-8 read as Windows-1252 ("Cá»™ng hÃ²a"), TCVN3 codes
("Céng hoµ x· héi") under a font name that does not say so, or no meaning at all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import regex

from vnadmin_extract.document import Word
from vnadmin_extract.readers.pdf_knowledge import knowledge

USABLE = 0.5
"""Quality below which a scan's text layer is not used."""
_FEW_TOKENS = 8
"""Fewer words than this say nothing about the language."""
_USUAL_DIACRITICS = 0.45
"""At least this share of the syllables of Vietnamese text carries a mark (about three quarters on average)."""
_USUAL_SYLLABLES = 0.85
"""At least this share of the words of a Vietnamese page are possible syllables; names and loans are not."""

_TOKEN = regex.compile(r"[\p{L}\p{M}\ufffd\p{Co}]+")
_DECODED_WRONG = regex.compile(r"á[º»]|Ã[\u0080-\u00bf\u0160-\u0161]|Æ[°¡¯]|Ä[\u0090\u0091‘ƒ‚\u0083]|â€")
_TCVN3 = regex.compile(r"(?<=\p{L})[®µ¸¹»¼½¾×¬¶·¨©ª«ÖÞ]|[®µ¸¹»¼½¾×¬¶·¨©ª«](?=\p{L})")
_TONES = dict.fromkeys((0x300, 0x301, 0x303, 0x309, 0x323))
_BASE_LETTERS = frozenset("aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz")
_ZERO_WIDTH = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a page's text is worth."""

    score: float
    """0 to 1."""
    unusable: bool
    """Whether reading the page from its picture would be better."""
    warnings: tuple[str, ...]


@dataclass(slots=True)
class _Counts:
    characters: int = 0
    bad: int = 0
    tokens: int = 0
    """Words that should be syllables (abbreviations and single letters left out)."""
    syllables: int = 0
    marked: int = 0
    """Syllables with at least one mark, or đ."""
    foreign: int = 0
    """Words with letters that Vietnamese does not have (ö, å, ß…)."""


def text_quality(words: Iterable[Word | str]) -> float:
    """How much a page's words look like sound Vietnamese text, 0 to 1.

    A page of too few words, or of numbers only, counts as sound as long as its characters are.
    """
    return _score(_count([word if isinstance(word, str) else word.text for word in words]))


def assess(words: Sequence[Word | str], *, scanned: bool) -> Assessment:
    """Judge a page's text layer.

    Args:
        words: the page's words as printed, in reading order.
        scanned: whether a picture fills the page, so that the text is somebody's recognition of it. Only then
            is text without marks, or in another language, held to be bad: a born-digital page may be in
            English, and looking at its picture would give the same.
    """
    texts = [word if isinstance(word, str) else word.text for word in words]
    counts = _count(texts)
    score = _score(counts)
    warnings: list[str] = []
    unusable = False
    joined = " ".join(texts)
    enough = counts.tokens >= _FEW_TOKENS
    if counts.bad > max(2, 0.03 * counts.characters):
        share = counts.bad / counts.characters
        warnings.append(
            f"text layer: {share:.0%} of the characters have no known meaning (broken ToUnicode map)"
        )
        unusable = unusable or share > 0.1
    wrong = sum(1 for _ in _DECODED_WRONG.finditer(joined))
    if wrong > max(2, 0.02 * len(texts)):
        warnings.append(f"text layer: {wrong} places where UTF-8 was decoded as Windows-1252 (mojibake)")
        unusable = unusable or wrong > 0.1 * len(texts)
    old = sum(1 for _ in _TCVN3.finditer(joined))
    legacy = enough and old > 0.12 * len(texts) and score < USABLE + 0.2
    if legacy:
        warnings.append("text layer: looks like TCVN3 codes under a font whose name does not say so")
        unusable = True
    if enough and counts.foreign >= 2 and not legacy and not wrong:
        warnings.append(
            f"text layer: {counts.foreign} words hold letters that Vietnamese does not have (wrong letter map)"
        )
    distance = _motto_distance(texts)
    if 0 < distance <= knowledge().motto_reach:
        warnings.append(f"text layer: the motto is misread in {distance} letters")
        unusable = unusable or (scanned and distance >= 4)
    if enough:
        share = counts.marked / max(1, counts.syllables)
        likely = counts.syllables / counts.tokens
        if likely >= 0.6 and share < 0.25:
            warnings.append("text layer: Vietnamese without its diacritics")
            unusable = unusable or scanned
        elif scanned and score < USABLE:
            warnings.append(f"text layer: bad recognition under a scan (quality {score:.2f})")
            unusable = True
        elif likely < 0.35:
            warnings.append("text layer: hardly any Vietnamese syllable (another language, or wrong letters)")
    return Assessment(score, unusable, tuple(warnings))


def is_syllable(text: str) -> bool:
    """Whether a word could be a Vietnamese syllable, with or without its marks' being right."""
    known = knowledge()
    plain = unicodedata.normalize(
        "NFC", unicodedata.normalize("NFD", text.lower().replace("ð", "đ")).translate(_TONES)
    )
    for length in (3, 2, 1, 0):
        if plain[:length] in known.initials and plain[length:] in known.rimes and len(plain) > length:
            return True
    # "gì", "giếng": the i of gi- is the rime's too; "quốc": q + uô.
    return plain == "gi" or (plain.startswith("gi") and "i" + plain[2:] in known.rimes)


def _count(texts: Sequence[str]) -> _Counts:
    counts = _Counts()
    for text in texts:
        for char in text:
            counts.characters += 1
            if char == "\ufffd" or (
                unicodedata.category(char) in ("Co", "Cc", "Cn", "Cs") and char not in _ZERO_WIDTH
            ):
                counts.bad += 1
        if any(sign in text for sign in ("@", "://", "www.")):
            continue
        for token in _TOKEN.findall(text):
            _count_token(token, counts)
    return counts


def _count_token(token: str, counts: _Counts) -> None:
    nfc = unicodedata.normalize("NFC", token)
    if len(nfc) < 2:
        return
    base = {c for c in unicodedata.normalize("NFD", nfc.lower()) if c.isalpha()}
    foreign = any(c not in _BASE_LETTERS and c not in "aeiou" for c in base) or _foreign_marks(nfc)
    counts.foreign += foreign
    good = not foreign and is_syllable(nfc)
    if not good and nfc.isupper() and len(nfc) <= 6:
        return  # an abbreviation
    counts.tokens += 1
    if good:
        counts.syllables += 1
        decomposed = unicodedata.normalize("NFD", nfc.lower())
        counts.marked += any(c == "đ" or unicodedata.category(c) == "Mn" for c in decomposed)


_VIETNAMESE_MARKS = frozenset("\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323")


def _foreign_marks(text: str) -> bool:
    return any(
        unicodedata.category(c) == "Mn" and c not in _VIETNAMESE_MARKS
        for c in unicodedata.normalize("NFD", text)
    )


def _score(counts: _Counts) -> float:
    if counts.characters == 0:
        return 0.0
    sound = max(0.0, 1 - 6 * counts.bad / counts.characters)
    if counts.tokens < _FEW_TOKENS:
        return sound
    syllables = counts.syllables / counts.tokens
    fit = min(1.0, max(0.0, (syllables - 0.4) / (_USUAL_SYLLABLES - 0.4)))
    marks = min(1.0, counts.marked / max(1, counts.syllables) / _USUAL_DIACRITICS)
    return round(sound * fit * (0.35 + 0.65 * marks), 3)


def _motto_distance(texts: Sequence[str]) -> int:
    """How many letters of the motto near the page's start are wrong (0: right, or not found).

    The tone of "HÒA" may stand on either vowel.
    """
    known = knowledge()
    target = known.motto.replace("HOÀ", "HÒA")
    count = len(target.split())
    head = [
        unicodedata.normalize("NFC", text).upper().replace("Ð", "Đ").replace("HOÀ", "HÒA")
        for text in texts[:60]
    ]
    best = known.motto_reach + 1
    for start in range(len(head) - count + 1):
        window = head[start : start + count]
        if not all(
            part.isalpha() and abs(len(part) - len(word)) <= 1
            for part, word in zip(window, target.split(), strict=True)
        ):
            continue
        letters = sum(_different(part, word) for part, word in zip(window, target.split(), strict=True))
        best = min(best, letters)
    return best if best <= known.motto_reach else 0


def _different(a: str, b: str) -> int:
    return sum(x != y for x, y in zip(a, b, strict=False)) + abs(len(a) - len(b))
