"""Reading errors set right where it can be known.

Recognition engines lose or change the small marks of Vietnamese ("tô chức", "chuyên đổi số", "CHÍ THỊ"). The
letters are mostly right, so the syllables that could stand there are few, and the neighbours say which one it is.
The passage with the greatest probability is looked for (the engine's confidence and the table of usual slips
against the syllable model), and a syllable is changed only where keeping what was read would make the passage
clearly less probable *and* the new neighbours were seen in the model's texts.

Numbers, dates, codes, addresses and abbreviations are never looked into. A word inside a run of capitalised words
(a name) is changed only into a name that was seen. What the engine read stays in :attr:`Word.raw`.
"""

from __future__ import annotations

import math
import tomllib
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources

from vnadmin_extract.document import Line, Word
from vnadmin_extract.ocr.language_model import (
    BREAK,
    BREAK_PIECE,
    CODE,
    NUMBER,
    Piece,
    SyllableModel,
    pieces,
    shipped_model,
)
from vnadmin_extract.ocr.lexicon import anatomy, is_syllable, tone_custom, tone_on_second

_STAND_INS = (BREAK, CODE, NUMBER)


@dataclass(frozen=True, slots=True)
class _Table:
    """``knowledge/ocr_confusions.toml``."""

    tone: dict[tuple[int, int], float]
    tone_default: float
    quality: dict[tuple[str, str], float]
    quality_default: float
    letters: tuple[tuple[str, str], ...]
    letters_cost: float
    edit_cost: float
    edit_confidence: float
    confidences: tuple[float, ...]
    wrong: tuple[float, ...]
    unknown: float
    margin_syllable: float
    margin_other: float
    margin_name: float
    candidates: int

    def chance_wrong(self, confidence: float | None) -> float:
        """Chance that a reading of this confidence is wrong in its marks."""
        if confidence is None:
            return self.unknown
        value = min(max(confidence, self.confidences[0]), self.confidences[-1])
        index = min(bisect_right(self.confidences, value), len(self.confidences) - 1)
        low, high = self.confidences[index - 1], self.confidences[index]
        share = (value - low) / (high - low)
        return self.wrong[index - 1] + share * (self.wrong[index] - self.wrong[index - 1])


@cache
def _table() -> _Table:
    source = resources.files("vnadmin_extract.knowledge").joinpath("ocr_confusions.toml")
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    decision = data["decision"]
    return _Table(
        tone={(pair["read"], pair["printed"]): pair["cost"] for pair in data["tone"]["pairs"]},
        tone_default=data["tone"]["default"],
        quality={(pair["read"], pair["printed"]): pair["cost"] for pair in data["quality"]["pairs"]},
        quality_default=data["quality"]["default"],
        letters=tuple((read, printed) for read, printed in data["letters"]["pairs"]),
        letters_cost=data["letters"]["cost"],
        edit_cost=data["letters"]["edit_cost"],
        edit_confidence=data["letters"]["edit_confidence"],
        confidences=tuple(data["engine"]["confidence"]),
        wrong=tuple(data["engine"]["wrong"]),
        unknown=data["engine"]["unknown"],
        margin_syllable=decision["margin_syllable"],
        margin_other=decision["margin_other"],
        margin_name=decision["margin_name"],
        candidates=decision["candidates"],
    )


@lru_cache(maxsize=32768)
def _slip_cost(read: str, printed: str) -> float:
    """Cost of reading one syllable for another with the same letters."""
    table = _table()
    a, b = anatomy(read), anatomy(printed)
    cost = 0.0
    for mark_read, mark_printed in zip(a.qualities, b.qualities, strict=True):
        if mark_read != mark_printed:
            cost += table.quality.get((mark_read, mark_printed), table.quality_default)
    if a.tone != b.tone:
        cost += table.tone.get((a.tone, b.tone), table.tone_default)
    return cost


@lru_cache(maxsize=8192)
def _letter_variants(skeleton: str) -> tuple[str, ...]:
    """The letters with one of them (or one pair) taken for another."""
    out: dict[str, None] = {}
    for read, printed in _table().letters:
        at = skeleton.find(read)
        while at >= 0:
            out[skeleton[:at] + printed + skeleton[at + len(read) :]] = None
            at = skeleton.find(read, at + 1)
    out.pop(skeleton, None)
    return tuple(out)


@dataclass(slots=True)
class _Slot:
    """One element of the stream with what could stand there; the first choice is what was read."""

    keys: list[str]
    scores: list[float]
    piece: Piece = BREAK_PIECE
    line: int = -1
    word: int = -1
    confidence: float | None = None
    mutable: bool = False
    name_before: bool = False
    """It and the syllable before it begin with capitals: perhaps a name."""
    name_after: bool = False
    options: tuple[tuple[str, float], ...] = ()
    """Other readings and the cost of each, before the neighbours are asked."""
    chosen: str = ""
    """What is decided to stand there, where it is not what was read."""
    lowered: bool = False
    """Whether its capitals are a slip."""


def correct_lines(lines: Sequence[Line], *, model: SyllableModel | None = None) -> tuple[Line, ...]:
    """Set reading errors of an OCR engine right.

    Only words of layer ``"ocr"`` are touched; lines are taken as one running text in the order given. A changed
    word keeps what the engine read in :attr:`Word.raw` and has a lower confidence.

    Args:
        lines: lines of one page or region, in reading order.
        model: another syllable model than the shipped one.

    Returns:
        The same lines, with changed words where something was set right.

    Raises:
        ModelError: the shipped model is damaged.
    """
    table = _table()
    if model is None:
        model = shipped_model()
    slots = _slots(lines, model, table)
    changes: dict[tuple[int, int], list[tuple[_Slot, str, float]]] = {}
    for slot, key, margin in _decide(slots, model, table):
        slot.chosen = key
        changes.setdefault((slot.line, slot.word), []).append((slot, key, margin))
    for slot in _case_slips(slots, model):
        parts = changes.setdefault((slot.line, slot.word), [])
        if all(part[0] is not slot for part in parts):
            parts.append((slot, slot.chosen or slot.piece.key, table.margin_name))
    if not changes:
        return tuple(lines)
    out = list(lines)
    touched: dict[int, list[Word]] = {}
    for (line, index), parts in changes.items():
        words = touched.setdefault(line, list(lines[line].words))
        words[index] = _changed(words[index], parts, lines)
    for line, words in touched.items():
        out[line] = replace(lines[line], words=tuple(words))
    return tuple(out)


def _slots(lines: Sequence[Line], model: SyllableModel, table: _Table) -> list[_Slot]:
    """The stream of all lines, with candidates where something may be wrong."""
    slots = [_Slot([BREAK], [0.0])]
    open_slots: list[int] = []
    capital_before = False
    for line_number, line in enumerate(lines):
        for word_number, word in enumerate(line.words):
            text = word.text
            # Offsets hold only in composed text.
            mutable = word.layer == "ocr" and (text.isascii() or unicodedata.is_normalized("NFC", text))
            if not mutable:
                text = unicodedata.normalize("NFC", text)
            for piece in pieces(text):
                if not piece.printed:
                    if piece.key != BREAK or slots[-1].keys[0] != BREAK:
                        slots.append(_Slot([piece.key], [0.0]))
                    capital_before = False
                    continue
                slot = _Slot([piece.key], [0.0], piece, line_number, word_number, word.confidence, mutable)
                if piece.title and capital_before:
                    slot.name_before = True
                    slots[-1].name_after = True
                capital_before = piece.title
                if mutable and piece.changeable:
                    open_slots.append(len(slots))
                slots.append(slot)
    slots.append(_Slot([BREAK], [0.0]))
    suspects = [index for index in open_slots if not _vouched(slots, index, model)]
    for index in suspects:
        slot = slots[index]
        slot.options = _candidates(slot.keys[0], model)
        if _doubtful(slots, index, model, table):
            slot.options = slot.options + _edited_candidates(slots, index, model, table)
    for index in suspects:
        if slots[index].options:
            _settle(slots, index, model, table)
    return slots


def _vouched(slots: list[_Slot], index: int, model: SyllableModel) -> bool:
    """Whether what was read is known between both its neighbours."""
    key = slots[index].keys[0]
    before, after = slots[index - 1].keys[0], slots[index + 1].keys[0]
    return model.follows(before, key) and model.follows(key, after)


def _doubtful(slots: list[_Slot], index: int, model: SyllableModel, table: _Table) -> bool:
    """Whether even the letters of a reading may be wrong: it is no syllable, or the engine itself doubts it."""
    slot = slots[index]
    key = slot.keys[0]
    if len(key) < 2 or slot.piece.printed.isupper() or slot.name_before or slot.name_after:
        return False
    if not is_syllable(key):
        return True
    if slot.confidence is None or slot.confidence >= table.edit_confidence:
        return False
    return not (model.follows(slots[index - 1].keys[0], key) or model.follows(key, slots[index + 1].keys[0]))


@lru_cache(maxsize=16384)
def _candidates(read: str, model: SyllableModel) -> tuple[tuple[str, float], ...]:
    """Syllables of the model that could be read like this, each with the cost of the slip."""
    skeleton = anatomy(read).skeleton
    found = {key: _slip_cost(read, key) for key in model.with_skeleton(skeleton) if key != read}
    if not is_syllable(read) and not model.count(read) and len(read) > 2:
        cost = _table().letters_cost
        for variant in _letter_variants(skeleton):
            for key in model.with_skeleton(variant):
                found.setdefault(key, cost + _variant_cost(read, key))
    return tuple(found.items())


def _edited(read: str, printed: str) -> bool:
    """Whether two skeletons differ by one letter put in, left out or changed."""
    if len(read) > len(printed):
        read, printed = printed, read
    if len(printed) - len(read) > 1:
        return False
    start = 0
    while start < len(read) and read[start] == printed[start]:
        start += 1
    if len(read) == len(printed):
        return read[start + 1 :] == printed[start + 1 :]
    return read[start:] == printed[start + 1 :]


def _edited_candidates(
    slots: list[_Slot], index: int, model: SyllableModel, table: _Table
) -> tuple[tuple[str, float], ...]:
    """Syllables one letter away that were seen between both neighbours: for readings that fit neither."""
    slot = slots[index]
    before, after = slots[index - 1].keys[0], slots[index + 1].keys[0]
    if before in _STAND_INS or after in (CODE, NUMBER):
        return ()
    read = slot.keys[0]
    skeleton = anatomy(read).skeleton
    known = {key for key, _ in slot.options}
    return tuple(
        (key, table.edit_cost + _variant_cost(read, key))
        for key in model.row(before)[0]
        if abs(len(key) - len(skeleton)) <= 1
        and key not in known
        and key not in _STAND_INS
        and key != read
        and model.follows(key, after)
        and _edited(skeleton, anatomy(key).skeleton)
    )


def _variant_cost(read: str, printed: str) -> float:
    """Cost of the marks where the letters differ too: each mark of the print that the reading lacks."""
    a, b = anatomy(read), anatomy(printed)
    cost = 0.0 if a.tone == b.tone else 0.7
    marks_read = [mark for mark in a.qualities if mark]
    for mark in b.qualities:
        if not mark:
            continue
        if mark in marks_read:
            marks_read.remove(mark)
        else:
            cost += 0.7
    return cost + 0.7 * len(marks_read)


def _settle(slots: list[_Slot], index: int, model: SyllableModel, table: _Table) -> None:
    """Keep the likeliest candidates that were seen beside something that may stand next to them."""
    slot, left, right = slots[index], slots[index - 1], slots[index + 1]
    rows = [model.row(key)[0] for key in (left.keys[0], *(key for key, _ in left.options)) if key != BREAK]
    after = {key for key in (right.keys[0], *(key for key, _ in right.options)) if key != BREAK}
    kept = [
        (cost, key)
        for key, cost in slot.options
        if any(key in row for row in rows) or not after.isdisjoint(model.row(key)[0])
    ]
    if not kept:
        return
    kept.sort()
    del kept[table.candidates :]
    wrong = table.chance_wrong(slot.confidence)
    change = math.log(wrong)
    slot.scores[0] = math.log(1.0 - wrong)
    slot.keys += [key for _, key in kept]
    slot.scores += [change - cost for cost, _ in kept]


def _decide(slots: list[_Slot], model: SyllableModel, table: _Table) -> list[tuple[_Slot, str, float]]:
    """The changes, each with its margin. Stretches between certain elements are decided one by one."""
    out: list[tuple[_Slot, str, float]] = []
    index = 1
    while index < len(slots) - 1:
        if len(slots[index].keys) == 1:
            index += 1
            continue
        end = index
        while len(slots[end].keys) > 1:
            end += 1
        out.extend(_decide_stretch(slots, index, end, model, table))
        index = end
    return out


def _decide_stretch(
    slots: list[_Slot], start: int, end: int, model: SyllableModel, table: _Table
) -> list[tuple[_Slot, str, float]]:
    """Best passage through ``slots[start:end]`` and, for each place, how much worse what was read is."""
    stretch = slots[start:end]
    links = [
        [[model.log_probability(a, b) for b in right.keys] for a in left.keys]
        for left, right in zip(slots[start - 1 : end], slots[start : end + 1], strict=True)
    ]
    forward: list[list[float]] = []
    scores = [0.0]
    for slot, link in zip(stretch, links, strict=False):
        scores = [
            own + max(score + row[j] for score, row in zip(scores, link, strict=True))
            for j, own in enumerate(slot.scores)
        ]
        forward.append(scores)
    backward: list[list[float]] = []
    scores = [0.0]
    for position in range(len(stretch) - 1, -1, -1):
        own_next = stretch[position + 1].scores if position + 1 < len(stretch) else [0.0]
        ahead = [score + own for score, own in zip(scores, own_next, strict=True)]
        scores = [
            max(value + other for value, other in zip(row, ahead, strict=True)) for row in links[position + 1]
        ]
        backward.append(scores)
    backward.reverse()
    best: list[str] = []
    margins: list[float] = []
    for slot, ahead_scores, behind_scores in zip(stretch, forward, backward, strict=True):
        totals = [a + b for a, b in zip(ahead_scores, behind_scores, strict=True)]
        top = max(range(len(totals)), key=totals.__getitem__)
        best.append(slot.keys[top])
        margins.append(totals[top] - totals[0])
    out = []
    for offset, (slot, key, margin) in enumerate(zip(stretch, best, margins, strict=True)):
        read = slot.keys[0]
        if key == read:
            continue
        before = best[offset - 1] if offset else slots[start - 1].keys[0]
        after = best[offset + 1] if offset + 1 < len(best) else slots[end].keys[0]
        if not _supported(slot, key, before, after, model):
            continue
        if slot.name_before or slot.name_after:
            needed = table.margin_name
        elif is_syllable(read):
            needed = table.margin_syllable
        else:
            needed = table.margin_other
        if margin >= needed:
            out.append((slot, key, margin))
    return out


def _supported(slot: _Slot, key: str, before: str, after: str, model: SyllableModel) -> bool:
    """Whether the new syllable was seen beside a neighbour (a word, not punctuation) that now stands there."""
    if before not in _STAND_INS and (
        model.is_name(before, key) if slot.name_before else model.follows(before, key)
    ):
        return True
    return after not in _STAND_INS and (
        model.is_name(key, after) if slot.name_after else model.follows(key, after)
    )


def _case_slips(slots: list[_Slot], model: SyllableModel) -> Iterator[_Slot]:
    """Capitals read inside a sentence of small letters ("một sỐ điều", "Quyết định SỐ 800"); made small.

    Engines take small letters with marks for capitals. Abbreviations have no marks, and headings do not begin
    after a small word without punctuation.
    """
    for index in range(1, len(slots) - 1):
        slot = slots[index]
        printed = slot.piece.printed
        if len(printed) < 2 or not printed[1:].isupper() or not slot.mutable or printed.isascii():
            continue
        if printed.isupper() and not slot.piece.changeable:
            continue
        before, after = slots[index - 1], slots[index + 1]
        if not before.piece.printed.islower():
            continue
        if after.piece.printed and not after.piece.printed[-1].islower():
            continue
        key = slot.chosen or slot.piece.key
        if is_syllable(key) and model.follows(before.chosen or before.piece.key, key):
            slot.lowered = True
            yield slot


def _prefers_second(lines: Sequence[Line]) -> bool:
    """Whether the text writes ``hoà`` rather than ``hòa``."""
    first = second = 0
    for line in lines:
        for word in line.words:
            custom = tone_custom(word.text.strip(".,;:()\"'“”").lower())
            first += custom == 1
            second += custom == 2
    return second > first


def _changed(word: Word, parts: list[tuple[_Slot, str, float]], lines: Sequence[Line]) -> Word:
    text = word.text
    surest = 1.0
    for slot, key, margin in sorted(parts, key=lambda part: -part[0].piece.start):
        printed = slot.piece.printed
        custom = tone_custom(printed.lower())
        placed = tone_on_second(key)
        if placed == key or (custom != 2 and (custom == 1 or not _prefers_second(lines))):
            placed = key
        start, end = slot.piece.start, slot.piece.start + len(printed)
        text = text[:start] + _cased(placed, printed.lower() if slot.lowered else printed) + text[end:]
        surest = min(surest, 1.0 / (1.0 + math.exp(-margin)))
    confidence = None if word.confidence is None else round(min(word.confidence * 0.9, surest), 4)
    return replace(word, text=text, raw=word.raw or word.text, confidence=confidence)


def _cased(key: str, printed: str) -> str:
    """The syllable in the case in which the reading is printed."""
    if len(printed) > 1 and printed.isupper():
        return key.upper()
    return key[0].upper() + key[1:] if printed[0].isupper() else key


__all__ = ["correct_lines"]
