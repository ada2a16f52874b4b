"""Varied texts of a document: what is printed, the clerk's notes and so the gold record move along together.

A change is a function on strings that is applied to the whole source alike, so that printed words and notes stay the
same; the gold record is then compiled anew (or, where it is kept by hand, its strings are changed by the same
function). What is changed: numbers of invented documents, days or years of dates, persons, places, "UBND" written
out or not, the place of tone marks, misprints outside the noted words.

Every variant is held against the checks of the corpus; one that does not pass is made again with fewer changes.
"""

from __future__ import annotations

import copy
import random
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any

import regex

from corpus.typeset import check, notes
from corpus.typeset import source as src
from corpus.typeset.compile import compile_source

Change = Callable[[str], str]

# Documents of the State's and the Party's centre are cited as they exist: number and date stay.
_CENTRAL = regex.compile(
    r"/(?:19|20)\d\d/|[-/](?:TW|CP|TTg|QH\d*|UBTVQH\d*|CTN|HĐBT|VPTW|HĐBCQG)\b|[-/](?:TT|TTLT|NQLT)-"
)
_PARTS = ("numbers", "dates", "persons", "places", "ubnd", "tones", "misprints")


@dataclass(frozen=True)
class Variant:
    """A document and its gold record; ``changed`` names what differs from the source as written."""

    source: src.Source
    gold: dict[str, Any]
    changed: tuple[str, ...]


@lru_cache(maxsize=1)
def name_lists() -> dict[str, list[str]]:
    """The invented names, by their part."""
    text = resources.files("corpus.generate").joinpath("names.toml").read_text("utf-8")
    return tomllib.loads(text)


def vary(name: str, raw: str, gold: Mapping[str, Any] | None, seed: int) -> Variant:
    """A variant of the source file whose text is ``raw``.

    Args:
        name: of the source.
        raw: the text of its file.
        gold: its record where that is kept by hand, else ``None``.
        seed: the same seed gives the same variant.

    Raises:
        ValueError: the source cannot be read, or does not compile.
    """
    data = tomllib.loads(raw)
    chance = random.Random(f"{seed} {name}")
    wanted = [part for part in _PARTS if chance.random() < _CHANCE[part]]
    order = ["dates", "misprints", "ubnd", "places", "numbers", "tones", "persons"]
    while True:
        try:
            variant = _made(name, data, gold, wanted, seed)
            if not _faults(variant):
                return variant
        except ValueError:
            if not wanted:
                raise
        if not wanted:
            return _made(name, data, gold, [], seed)
        # The riskiest change goes first.
        wanted.remove(next(part for part in order if part in wanted))


_CHANCE = {
    "numbers": 0.9, "dates": 0.6, "persons": 0.9, "places": 0.85, "ubnd": 0.5, "tones": 0.35, "misprints": 0.4,
}  # fmt: skip


def _made(
    name: str, data: Mapping[str, Any], gold: Mapping[str, Any] | None, wanted: list[str], seed: int
) -> Variant:
    chance = random.Random(f"{seed} {name} text")
    made: dict[str, Any] = copy.deepcopy(dict(data))
    record: Any = copy.deepcopy(dict(gold)) if gold is not None else None
    changed: list[str] = []

    def apply(part: str, change: Change | None) -> None:
        nonlocal made, record
        if change is None:
            return
        new = _mapped(made, change)
        if new != made:
            changed.append(part)
        made, record = new, _mapped(record, change)

    if "dates" in wanted:
        apply("dates", _dates(made, record, chance))
    if "numbers" in wanted:
        apply("numbers", _numbers(made, record, chance))
    if "places" in wanted:
        apply("places", _places(made, chance))
    if "persons" in wanted:
        apply("persons", _persons(made, chance))
    # By-hand records name units as the header does and as the body does: only notes can follow the body alone.
    if "ubnd" in wanted and record is None:
        before = made["body"]
        change = chance.choice((_written_out, _abbreviated))
        made = made | {key: change(made[key]) for key in ("body", "appendix") if key in made}
        changed += ["ubnd"] if made["body"] != before else []
    if "tones" in wanted:
        apply("tones", chance.choice((_old_tones, _new_tones)))
    source = src.source_of(name, made)
    if "misprints" in wanted and record is None:
        source, count = _misprinted(source, chance)
        changed += ["misprints"] if count else []
    return Variant(source, record if record is not None else compile_source(source), tuple(changed))


def _mapped(value: Any, change: Change) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: inner if key in _FIXED else _mapped(inner, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(inner, change) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and 1900 < value < 2100:
        return int(change(str(value)))
    return value


# Keys whose values are no text of the document.
_FIXED = {
    "style", "formats", "about", "kind_of_field", "id", "relation", "target", "rrule", "duration", "frequency", "bound",
    "schema_version", "working_days", "path", "size", "auto_numbers", "year",
}  # fmt: skip


def _faults(variant: Variant) -> list[str]:
    return [
        *check.check_notes(variant.source),
        *check.word_faults(variant.gold, variant.source),
    ]


def _texts(data: Mapping[str, Any]) -> str:
    """All strings of a source's data, joined."""
    return "\n".join(_strings(data))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


# -- Numbers -------------------------------------------------------------------------------------------------

# The notation has two capitals in its first word: "7- Bộ Điện lực" is a point of a list.
_CODE = regex.compile(
    r"(?<![\w./-])(\d{1,5})(/|-(?=[\p{L}&]+[-/]))((?:\d{4}/)?(?=\p{Lu}\p{L}*\p{Lu})\p{L}[\p{L}&]*(?:[-/.][\p{L}\d&]+)*)"
)


def _numbers(data: Mapping[str, Any], record: Any, chance: random.Random) -> Change | None:
    """New numbers for codes; a code is changed wherever it is printed with its notation."""
    if regex.search(r"(?:number|text)\s*=", _texts({"b": data["body"], "a": data.get("appendix", "")})):
        return None  # codes whose parts are said outright are not cut again
    gold = data.get("gold") or {}
    if "number" in gold or "text" in gold:
        return None
    mapping: dict[str, str] = {}
    taken: set[str] = set()
    for found in _CODE.finditer(_texts(data) + "\n" + _texts({"r": record or {}})):
        key = _code_key(found)
        if key in mapping or _CENTRAL.search(found[0]):
            continue
        width, head = len(found[1]), found[1].startswith("0")
        low = 1 if head else 10 ** (width - 1)
        high = 10 ** (width - 1) - 1 if head and width > 1 else 10**width - 1
        for _attempt in range(20):
            number = str(chance.randint(max(low, 1), max(high, 1))).zfill(width if head else 1)
            if number not in taken:
                taken.add(number)
                mapping[key] = number
                break
    own = data.get("fields")
    printed = regex.sub(r"\s", "", data["header"]["number"])

    def change(text: str) -> str:
        return _CODE.sub(
            lambda found: mapping.get(_code_key(found), found[1]) + found[0][len(found[1]) :], text
        )

    if own and regex.search(r"[:.]?/", printed) and not regex.search(r"\d/", printed):
        return None  # the number stands in a field, the notation on the page: kept
    if record:
        # A record by hand holds the parts apart.
        return _with_parts(mapping, change)
    return change


def _code_key(found: regex.Match[str]) -> str:
    return f"{found[1]}|{regex.sub(r'[/-]', '-', found[3])}"


def _with_parts(mapping: Mapping[str, str], change: Change) -> Change | None:
    """A number that stands alone must mean one code only, or the record would be changed wrongly."""
    single: dict[str, str] = {}
    for key, new in mapping.items():
        old = key.split("|")[0]
        if old in single:
            return None
        single[old] = new

    def both(text: str) -> str:
        return single[text] if text in single else change(text)

    return both


# -- Dates ---------------------------------------------------------------------------------------------------

_FULL = regex.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2((?:19|20)\d\d)(?!\d)")
_SPOKEN = regex.compile(r"(?<!\d)(\d{1,2})( tháng )(\d{1,2})( năm |/)((?:19|20)\d\d)(?!\d)")
_ISO = regex.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
_YEAR = regex.compile(r"(?<![\d.,])((?:19|20)\d\d)(?![\d]|[.,]\d)")
_FRAGILE = regex.compile(
    r"(?i:(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy)|chủ nhật)\s*[,(]?\s*(?:ngày\s*)?\(?\d)"
    r"|UNTIL=|\bdue\b|\b29/0?2|âm lịch|Tết\b|\b(?:Giáp|Ất|Bính|Đinh|Mậu|Kỷ|Canh|Tân|Nhâm|Quý)\s+"
    r"(?:Tý|Sửu|Dần|Mão|Thìn|Tỵ|Ngọ|Mùi|Thân|Dậu|Tuất|Hợi)"
)


def _dates(data: Mapping[str, Any], record: Any, chance: random.Random) -> Change | None:
    """All years of the document's own time moved by the same count; dates of central documents stay.

    Days and months stay, so that quarters, months and days keep their meaning. Documents that name weekdays with
    days, or days counted from a known one, are left alone, and so is the change of July 2025 from three levels of
    government to two: a document stays on its side of it.
    """
    text = _texts({"d": data, "r": record or {}})
    issued = str(
        (data.get("gold") or {}).get("date", "") or ((record or {}).get("issued") or {}).get("date") or ""
    )
    if regex.search(r"\d[/-](?:19|20)\d\d[/-]", data["header"]["number"]):
        return None  # the year stands in the document's own code
    if len(issued) < 7 or _FRAGILE.search(text) or issued < "2000":
        return None
    if record and any(deadline["kind"] == "relative" and deadline["due"] for deadline in record["deadlines"]):
        return None
    year = int(issued[:4])
    if issued >= "2025-07":
        shift = 1 if year == 2025 and chance.random() < 0.7 else 0
    else:
        shift = -chance.randint(1, 3) if year >= 2008 else 1
        if year + shift < 2004:
            return None
    if not shift or (year == 2025 and shift > 0 and issued < "2025-08"):
        return None
    kept = _central_dates(data)

    def change(text: str) -> str:
        held: list[str] = []

        def hold(found: regex.Match[str]) -> str:
            held.append(found[0])
            return f"\ue000{len(held) - 1}\ue001"

        masked = kept.sub(hold, text) if kept else text
        masked = regex.sub(r"\d+[a-z]?/(?:19|20)\d\d/[\p{Lu}][\p{L}\d-]*", hold, masked)
        masked = _YEAR.sub(
            lambda found: str(int(found[1]) + shift) if year - 1 <= int(found[1]) <= year + 2 else found[1],
            masked,
        )
        return regex.sub("\ue000(\\d+)\ue001", lambda found: held[int(found[1])], masked)

    return change


def _central_dates(data: Mapping[str, Any]) -> regex.Pattern[str] | None:
    """A pattern of every printed or noted form of the dates that belong to central documents."""
    forms: set[str] = set()
    for line in regex.findall(r"(?m)^@r .*$", data["body"] + "\n" + data.get("appendix", "")):
        parts = [part.strip() for part in line.split("|")]
        date = next((part for part in parts if _ISO.fullmatch(part)), None)
        code = parts[2] if len(parts) > 2 else "-"
        if date and (code == "-" or _CENTRAL.search(code)):
            forms |= {date, *check.date_forms(date)}
    if not forms:
        return None
    return regex.compile("|".join(regex.escape(form) for form in sorted(forms, key=len, reverse=True)))


# -- Persons and places --------------------------------------------------------------------------------------


def new_person(chance: random.Random, like: str = "") -> str:
    """An invented name, of a woman where ``like`` has "Thị"."""
    lists = name_lists()
    kind = "woman" if "Thị" in like or (not like and chance.random() < 0.35) else "man"
    surnames = [name for name in lists["surname"] if not name.endswith("'")]
    return " ".join(
        chance.choice(options) for options in (surnames, lists[f"middle_{kind}"], lists[f"given_{kind}"])
    )


def new_place(chance: random.Random) -> str:
    """An invented place of two syllables."""
    lists = name_lists()
    return f"{chance.choice(lists['place_first'])} {chance.choice(lists['place_second'])}"


def _persons(data: Mapping[str, Any], chance: random.Random) -> Change | None:
    names = [data[key]["name"] for key in ("signature", "second_signature") if key in data]
    mapping = {name: new_person(chance, name) for name in names if len(name.split()) >= 2}
    return _replaced(mapping)


_SYLLABLE = r"\p{Lu}\p{Ll}+"
_PLACE = regex.compile(
    rf"(?<!\w)(?:tỉnh|huyện|xã|phường|quận|thị xã|thị trấn|thành phố)\s+({_SYLLABLE}(?:\s{_SYLLABLE}){{1,2}})(?!\s?\p{{Lu}}\p{{Ll}})"
)


def _places(data: Mapping[str, Any], chance: random.Random) -> Change | None:
    """Names of communes, districts and provinces, in both letter sizes."""
    lists = name_lists()
    text = _texts(data)
    found: dict[str, None] = {}
    place = data["header"]["place_date"].partition(",")[0].strip()
    if len(place.split()) in (2, 3) and regex.fullmatch(rf"{_SYLLABLE}(?:\s{_SYLLABLE})+", place):
        found[place] = None
    for match in _PLACE.finditer(text):
        words = match[1].split()
        while words and words[-1] in lists["heads"]:
            words.pop()
        if len(words) >= 2:
            found[" ".join(words)] = None
    names = [
        name
        for name in found
        if not any(kept in name or name in kept for kept in lists["kept"])
        and not any(name != other and name.startswith(f"{other} ") for other in found)
        and name.split()[0] not in lists["heads"]
    ]
    mapping: dict[str, str] = {}
    for name in names:
        new = new_place(chance)
        while new in mapping.values() or new in text:
            new = new_place(chance)
        mapping[name] = new
        mapping[name.upper()] = new.upper()
    return _replaced(mapping)


def _replaced(mapping: Mapping[str, str]) -> Change | None:
    if not mapping:
        return None
    pattern = regex.compile(
        r"(?<!\w)(?:"
        + "|".join(regex.escape(old) for old in sorted(mapping, key=len, reverse=True))
        + r")(?!\w)"
    )
    return lambda text: pattern.sub(lambda found: mapping[found[0]], text)


# -- Spelling ------------------------------------------------------------------------------------------------


def _written_out(text: str) -> str:
    return regex.sub(r"(?<![\p{L}\d/&-])UBND(?![\p{L}\d/&-])", "Ủy ban nhân dân", text)


def _abbreviated(text: str) -> str:
    return regex.sub(r"(?<!\w)(?:Ủy|Uỷ) ban nhân dân(?!\w)", "UBND", text)


_TONES = "\u0300\u0301\u0309\u0303\u0323"


def _tone_pairs() -> dict[str, str]:
    """New place of the tone mark → old place: "hòa" → "hoà"."""
    pairs: dict[str, str] = {}
    for first, second in ("oa", "oe", "uy"):
        for tone in _TONES:
            new, old = f"{first}{tone}{second}", f"{first}{second}{tone}"
            new, old = unicodedata.normalize("NFC", new), unicodedata.normalize("NFC", old)
            pairs |= {new: old, new.upper(): old.upper(), new.capitalize(): old.capitalize()}
    return pairs


_NEW_TO_OLD = _tone_pairs()
_OLD_TO_NEW = {old: new for new, old in _NEW_TO_OLD.items()}
# At a syllable's end only, and not in "quý", where the u belongs to the consonant.
_NEW = regex.compile(r"(?<![qQ])(?:" + "|".join(_NEW_TO_OLD) + r")(?!\p{L})")
_OLD = regex.compile(r"(?<![qQ])(?:" + "|".join(_OLD_TO_NEW) + r")(?!\p{L})")


def _old_tones(text: str) -> str:
    return _NEW.sub(lambda found: _NEW_TO_OLD[found[0]], text)


def _new_tones(text: str) -> str:
    return _OLD.sub(lambda found: _OLD_TO_NEW[found[0]], text)


# -- Misprints -----------------------------------------------------------------------------------------------


def _misprinted(source: src.Source, chance: random.Random) -> tuple[src.Source, int]:
    """About one slip in each 120 words of the body, never in noted words; the task follows what is printed."""
    count = 0
    by_index = [block for block in notes.labelled_blocks(source) if block.row in (None, 0)]
    labelled = iter(by_index)
    made: list[src.Block] = []
    for block in source.blocks:
        label = next(labelled) if not isinstance(block, src.PageBreak) else None
        if (
            isinstance(block, src.Paragraph)
            and label is not None
            and "**" not in block.text
            and not any(note.task or note.cut for note in label.assignments)
            and not any(line.startswith("@r") for line in block.notes)
        ):
            words = list(regex.finditer(r"\p{Ll}{3,}", block.text))
            free = [
                word
                for word in words
                if word.start() > 4
                and not any(
                    span.start - 1 < word.end() and word.start() < span.end + 1 for span in label.spans
                )
            ]
            if free and chance.random() < len(words) / 120:
                word = chance.choice(free)
                slip = _slip(word[0], chance)
                text = block.text[: word.start()] + slip + block.text[word.end() :]
                block, count = replace(block, text=text), count + 1
        made.append(block)
    return replace(source, blocks=tuple(made)), count


def _slip(word: str, chance: random.Random) -> str:
    """A typist's slip: letters swapped, one doubled or left out, a tone mark forgotten."""
    at = chance.randrange(1, len(word) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1 :]
    return "".join(
        unicodedata.normalize("NFC", regex.sub(f"[{_TONES}]", "", unicodedata.normalize("NFD", letter)))
        for letter in word
    )


__all__ = ["Variant", "name_lists", "new_person", "new_place", "vary"]
