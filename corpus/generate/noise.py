"""Text as a poor recogniser gives it, with a map of offsets: training material that needs no images.

What is imitated, in the order of what scans of offices show most: lost or changed tone marks ("ngày" → "ngay",
"của" → "cùa"), lost hooks and hats ("đ" → "d", "ơ" → "o", "ề" → "ê"), letters of the same shape ("l", "1", "I"; "0",
"O"; "rn", "m"), lost and extra spaces, broken and joined lines, smeared numbers, lost or added marks, lines of
the other column of the header among those of this one, specks.

All of it is decided by the seed: the same text, level and seed give the same noise.
"""

from __future__ import annotations

import random
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

HEADER_LINES = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "ĐẢNG CỘNG SẢN VIỆT NAM",
)

# Letters that a recogniser takes for each other.
_ALIKE: dict[str, str] = {
    "l": "1I|i", "1": "lI|", "I": "l1|", "i": "íìl", "0": "Oo", "O": "0Q", "o": "0ơ", "5": "S", "S": "5", "8": "B",
    "B": "8", "6": "b", "b": "6", "2": "Z", "g": "q9", "q": "g", "9": "g", "c": "e", "e": "c", "n": "u", "u": "n",
    "h": "b", "t": "f", "f": "t", "r": "n", "v": "y", "y": "v", "Đ": "D", "D": "Đ", "đ": "d", "/": "l1I", "-": "–_.",
    ":": ".;", ";": ":,", ".": ",", ",": ".", "a": "o", "C": "G", "G": "C", "3": "8", "7": "1", "4": "1",
}  # fmt: skip
_RUNS: tuple[tuple[str, str], ...] = (
    ("rn", "m"), ("m", "rn"), ("cl", "d"), ("ii", "ü"), ("nh", "nb"), ("th", "tb"), ("ng", "nq"), ("ti", "ü"),
)  # fmt: skip
_TONES = "\N{COMBINING GRAVE ACCENT}\N{COMBINING ACUTE ACCENT}\N{COMBINING TILDE}\N{COMBINING HOOK ABOVE}\N{COMBINING DOT BELOW}"
_SHAPES = "\N{COMBINING CIRCUMFLEX ACCENT}\N{COMBINING BREVE}\N{COMBINING HORN}"
_SPECKS = "'`.·,~*|^"


@dataclass(frozen=True)
class Noise:
    """Chances, each per place where the fault can happen."""

    tone: float = 0.0
    """A tone mark is lost or becomes another."""
    shape: float = 0.0
    """A hat, breve or horn is lost; "đ" becomes "d"."""
    alike: float = 0.0
    """A letter or figure becomes one of the same shape."""
    run: float = 0.0
    """Letters that melt together or fall apart: "rn" and "m"."""
    space_lost: float = 0.0
    space_added: float = 0.0
    line_broken: float = 0.0
    """A space becomes a line's end."""
    line_joined: float = 0.0
    """A line's end is lost, or becomes a blank line."""
    digit: float = 0.0
    """A figure is smeared: another one, or dots."""
    mark_lost: float = 0.0
    """A full stop, comma, slash or hyphen is lost."""
    speck: float = 0.0
    """Dirt that is read as a mark."""
    case: float = 0.0
    """A letter's size is mistaken."""
    word_lost: float = 0.0
    """A whole word is not read, as under a seal."""
    header_line: float = 0.0
    """For each line's end: a line of the page's other column comes in between."""


LEVELS: dict[str, Noise] = {
    "none": Noise(),
    "light": Noise(
        tone=0.01, shape=0.006, alike=0.002, run=0.001, space_lost=0.004, space_added=0.001, line_broken=0.004,
        line_joined=0.03, digit=0.003, mark_lost=0.006, speck=0.001, case=0.001,
    ),
    "medium": Noise(
        tone=0.06, shape=0.04, alike=0.008, run=0.006, space_lost=0.015, space_added=0.004, line_broken=0.015,
        line_joined=0.08, digit=0.01, mark_lost=0.03, speck=0.004, case=0.004, word_lost=0.002, header_line=0.01,
    ),
    "heavy": Noise(
        tone=0.2, shape=0.15, alike=0.025, run=0.02, space_lost=0.04, space_added=0.012, line_broken=0.03,
        line_joined=0.15, digit=0.03, mark_lost=0.08, speck=0.012, case=0.012, word_lost=0.008, header_line=0.03,
    ),
    "unmarked": Noise(tone=0.97, shape=0.97, space_lost=0.005, alike=0.003, line_joined=0.05),
}  # fmt: skip
"""Names of ready levels. ``unmarked`` is the text of a recogniser that knows no Vietnamese."""


@dataclass(frozen=True)
class Noisy:
    """A noisy text; ``origins[i]`` is the offset in the clean text of the ``i``-th character, which for one that was
    put in is the offset of what follows it. ``origins`` never falls, and ends with the clean text's length."""

    text: str
    origins: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Where the clean text's ``[start, end)`` stands now; ``None`` where nothing of it is left."""
        first = bisect_left(self.origins, start, 0, len(self.text))
        last = bisect_left(self.origins, end, 0, len(self.text))
        # Characters put in at the edges (specks, blanks) are no part of it.
        while first < last and self.text[first].isspace():
            first += 1
        while last > first and self.text[last - 1].isspace():
            last -= 1
        return (first, last) if first < last else None

    def places(self, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int] | None]:
        """``place`` for each of ``spans``."""
        return [self.place(start, end) for start, end in spans]


def noisy(text: str, noise: Noise | str, seed: int = 0) -> Noisy:
    """``text`` with noise: a level's name or chances of one's own.

    Args:
        text: the clean text; NFC letters are assumed, others pass as they are.
        noise: a name in ``LEVELS`` or a ``Noise``.
        seed: the same seed gives the same noise.

    Raises:
        KeyError: no such level.
    """
    chances = LEVELS[noise] if isinstance(noise, str) else noise
    chance = random.Random(f"{seed} {len(text)} {text[:64]}")
    out: list[str] = []
    origins: list[int] = []

    def put(made: str, origin: int) -> None:
        out.extend(made)
        origins.extend([origin] * len(made))

    at, lost_until = 0, 0
    while at < len(text):
        letter = text[at]
        if at < lost_until:
            at += 1
            continue
        if letter.isspace():
            put(_blank(letter, chances, chance), at)
            at += 1
            if chance.random() < chances.word_lost:
                end = at
                while end < len(text) and not text[end].isspace():
                    end += 1
                lost_until = end
            continue
        run = next(((old, new) for old, new in _RUNS if text.startswith(old, at)), None)
        if run and chance.random() < chances.run:
            put(run[1], at)
            at += len(run[0])
            continue
        put(_letter(letter, chances, chance), at)
        if chance.random() < chances.speck:
            put(chance.choice(_SPECKS), at + 1)
        if chance.random() < chances.space_added and at + 1 < len(text) and not text[at + 1].isspace():
            put(" ", at + 1)
        at += 1
    origins.append(len(text))
    return Noisy("".join(out), tuple(origins))


def _blank(letter: str, chances: Noise, chance: random.Random) -> str:
    if letter == "\n":
        if chance.random() < chances.header_line:
            return f"\n{chance.choice(HEADER_LINES)}\n"
        if chance.random() < chances.line_joined:
            return chance.choice((" ", " ", "\n\n"))
        return letter
    if chance.random() < chances.space_lost:
        return ""
    if chance.random() < chances.line_broken:
        return "\n"
    return letter


def _letter(letter: str, chances: Noise, chance: random.Random) -> str:
    if letter.isdigit() and chance.random() < chances.digit:
        return chance.choice((chance.choice("0123456789"), ".", "", "·"))
    if letter in ".,;:/-–" and chance.random() < chances.mark_lost:
        return ""
    if letter in _ALIKE and chance.random() < chances.alike:
        return chance.choice(_ALIKE[letter])
    letter = _marks(letter, chances, chance)
    if chance.random() < chances.case:
        return letter.swapcase()
    return letter


def _marks(letter: str, chances: Noise, chance: random.Random) -> str:
    """Tone and shape marks lost or changed, each by its own chance."""
    if letter.isascii():
        return letter
    if letter in "đĐ":
        return ("d" if letter == "đ" else "D") if chance.random() < chances.shape else letter
    base, *marks = list(unicodedata.normalize("NFD", letter))
    kept: list[str] = []
    for mark in marks:
        if mark in _TONES and chance.random() < chances.tone:
            # More often lost than changed.
            if chance.random() < 0.3:
                kept.append(chance.choice(_TONES))
        elif mark not in _SHAPES or chance.random() >= chances.shape:
            kept.append(mark)
    # The letter's shape before its tone: only so do they melt into one character.
    kept.sort(key=lambda mark: mark in _TONES)
    made = unicodedata.normalize("NFC", base + "".join(kept))
    return made if len(made) == 1 else base


def stripped(text: str) -> str:
    """``text`` without any marks on its letters, one for one: offsets stay."""
    return "".join(_marks(letter, Noise(tone=1.0, shape=1.0), _NEVER) for letter in text)


class _Never(random.Random):
    """Chance that always takes the mark away and never puts another."""

    def random(self) -> float:
        return 0.5


_NEVER = _Never(0)

__all__ = ["LEVELS", "Noise", "Noisy", "noisy", "stripped"]
