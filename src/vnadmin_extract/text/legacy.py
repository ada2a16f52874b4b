"""Text from before Unicode: TCVN3 (ABC, fonts ``.Vn*``), VNI (fonts ``VNI-*``), and UTF-8 read as cp1252.

Such text comes as Latin letters and signs (``Céng hoµ x· héi``, ``Coäng hoøa``, ``Cá»™ng hÃ²a``). Where the font is
known it decides at once (:func:`encoding_of_font`); where it is not, :func:`detect` asks for a clear win of
well-formed Vietnamese syllables after conversion over those before it.

Do all of this *before* normalising: the soft hyphen (U+00AD) is the letter ``ư`` in TCVN3.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, Literal

import regex

LegacyEncoding = Literal["tcvn3", "vni"]
"""Names of the 8-bit encodings known here."""

# TCVN 5712:1993, VN3: code → letter, codes written as their cp1252/Latin-1 characters. The codes for capitals with
# tone (¯ º ¿ À …) hardly occur: capitals were written with a second font (.VnTimeH) over the small letters' codes.
_TCVN3: Final[dict[str, str]] = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ¯º¿ÀÁÂÃÄÅÍÙÚÛàð",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵẰẲẴẮẦẨẪẤỀỂỄẾỒỔỖ",
        strict=True,
    )
)
# Windows with a Vietnamese code page stores the same bytes as cp1258 characters.
_CP1258: Final = {
    "\u0300": "Ì", "\u0309": "Ò", "\u0303": "Þ", "\u0301": "ì", "\u0323": "ò", "Đ": "Ð", "đ": "ð", "Ă": "Ã", "ă": "ã",
    "Ơ": "Õ", "ơ": "õ", "Ư": "Ý", "ư": "ý", "₫": "þ",
}  # fmt: skip
_TCVN3_TABLE: Final = str.maketrans(_TCVN3)
_CP1258_TABLE: Final = str.maketrans(_CP1258)


def _vni() -> dict[str, str]:
    tones = dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True))
    circumflex = {"â": "", **dict(zip("áàåãä", "\u0301\u0300\u0309\u0303\u0323", strict=True))}
    breve = {"ê": "", **dict(zip("éèúüë", "\u0301\u0300\u0309\u0303\u0323", strict=True))}
    table = {"ô": "ơ", "ö": "ư", "ñ": "đ", "î": "ỵ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị"}
    for base, letter in (*((c, c) for c in "aeouy"), ("ô", "ơ"), ("ö", "ư")):
        for mark, tone in tones.items():
            table[base + mark] = unicodedata.normalize("NFC", letter + tone)
    for base in "aeo":
        for mark, tone in circumflex.items():
            table[base + mark] = unicodedata.normalize("NFC", base + "\u0302" + tone)
    for mark, tone in breve.items():
        table["a" + mark] = unicodedata.normalize("NFC", "a\u0306" + tone)
    both = dict(table)
    for code, letter in table.items():
        both[code.upper()] = letter.upper()
        both[code[0].upper() + code[1:]] = letter.upper()
    return both


_VNI: Final = _vni()
_VNI_CODE: Final = regex.compile("|".join(sorted((regex.escape(c) for c in _VNI), key=len, reverse=True)))

_FONT: Final = regex.compile(
    r"(?:[A-Z]{6}\+)?(?:(?P<tcvn3>\.Vn|Vn(?=[A-Z][a-z]))|(?P<vni>VNI[- ]))(?P<rest>.*)", regex.S
)
_CAPS_FONT: Final = regex.compile(r"\w*H(?:$|[^\w])")


def encoding_of_font(font: str | None) -> LegacyEncoding | None:
    """The encoding that a font's name stands for: ``.VnTime`` → ``"tcvn3"``, ``VNI-Times`` → ``"vni"``."""
    match = _FONT.match(font) if font else None
    if match is None:
        return None
    return "tcvn3" if match["tcvn3"] else "vni"


def is_capital_font(font: str | None) -> bool:
    """Whether a TCVN3 font draws small letters' codes as capitals (``.VnTimeH``): convert, then upper-case."""
    match = _FONT.match(font) if font else None
    return bool(match and match["tcvn3"] and _CAPS_FONT.match(match["rest"]))


def convert(text: str, encoding: LegacyEncoding) -> str:
    """Convert legacy characters to Unicode (NFC); characters that have no code there stay."""
    if encoding == "tcvn3":
        return text.translate(_CP1258_TABLE).translate(_TCVN3_TABLE)
    return _VNI_CODE.sub(lambda m: _VNI[m.group()], text)


def has_unicode_vietnamese(text: str) -> bool:
    """Whether a text has Vietnamese letters that no 8-bit font can hold (it is Unicode, whatever its font says)."""
    return bool(_BEYOND.search(text))


_BEYOND: Final = regex.compile(r"[\u1ea0-\u1ef9]")

# A well-formed syllable without its tone: onset, one of the vowel groups of the language, coda.
_SYLLABLE: Final = regex.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?"
    r"(?:iêu|oai|oao|oay|oeo|uây|uôi|uya|uyê|uyu|ươi|ươu|yêu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|ôi|ơi|ua|uâ"
    r"|ue|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|[aăâeêioôơuưy])"
    r"(?:ch|ng|nh|[cmnpt])?"
)
_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")
_TOKEN: Final = regex.compile(r"[^\s!-/:-@\[-`{-~0-9“”‘’…–—]+")
_TONED: Final = regex.compile(r"[^\x00-\x7f]")


def _well_formed(token: str) -> bool:
    decomposed = unicodedata.normalize("NFD", token.lower())
    toneless = "".join(c for c in decomposed if c not in _TONES)
    if len(decomposed) - len(toneless) > 1:
        return False
    return bool(_SYLLABLE.fullmatch(unicodedata.normalize("NFC", toneless)))


def vietnamese_share(text: str) -> float:
    """How many of a text's words with characters above ASCII are well-formed Vietnamese syllables, 0 to 1."""
    composed = unicodedata.normalize("NFC", text[:50_000])
    return _share([t for t in _TOKEN.findall(composed) if _TONED.search(t)])


def _share(tokens: list[str]) -> float:
    return sum(map(_well_formed, tokens)) / len(tokens) if tokens else 0.0


def detect(text: str) -> LegacyEncoding | None:
    """The legacy encoding of a text, or ``None`` for anything that is not clearly one.

    Only words with characters above ASCII count. After conversion most of them must be well-formed Vietnamese
    syllables, and clearly more than before; at least three such words are needed.
    """
    return _detect(text[:50_000])


@lru_cache(maxsize=128)
def _detect(sample: str) -> LegacyEncoding | None:
    tokens = [t for t in _TOKEN.findall(sample) if _TONED.search(t)]
    if len(tokens) < 3 or sum(1 for t in tokens if _BEYOND.search(t)) > len(tokens) // 20:
        return None
    before = _share(tokens)
    best: LegacyEncoding | None = None
    best_share = 0.0
    for encoding in ("tcvn3", "vni"):
        share = _share([convert(t, encoding) for t in tokens])
        if share > best_share:
            best, best_share = encoding, share
    return best if best_share >= 0.75 and best_share - before >= 0.3 else None


_MOJIBAKE: Final = regex.compile(
    "[\u00c2-\u00c6][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    "|\u00e1[\u00ba\u00bb]|\u00e2\u20ac"
)
_CP1252_HOLES: Final = {0x81, 0x8D, 0x8F, 0x90, 0x9D}


def looks_like_mojibake(text: str) -> bool:
    """Whether a text has the look of UTF-8 read as cp1252 or Latin-1 (``Cá»™ng hÃ²a``)."""
    return len(_MOJIBAKE.findall(text[:50_000])) >= 3


def repair_mojibake(text: str) -> tuple[str, bool]:
    """Undo a reading of UTF-8 as cp1252 or Latin-1, line by line.

    Returns:
        The text and whether every damaged line came out as valid UTF-8. A line that does not is left as it is:
        characters were lost in it and any repair would be a guess.
    """
    lines: list[str] = []
    complete = True
    for line in text.split("\n"):
        if not _MOJIBAKE.search(line):
            lines.append(line)
            continue
        try:
            lines.append(b"".join(map(_byte, line)).decode("utf-8"))
        except ValueError:
            lines.append(line)
            complete = False
    return "\n".join(lines), complete


def _byte(character: str) -> bytes:
    if character.isascii() or ord(character) in _CP1252_HOLES:
        return bytes([ord(character)])
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")
