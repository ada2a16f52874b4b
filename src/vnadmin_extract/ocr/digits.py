"""Reader of handwritten numbers: a small convolutional network over a strip of the page, in numpy alone.

The strip (:data:`HEIGHT` rows) is scaled so that the capitals of the printed line are :data:`CAP` pixels high and
stand on row :data:`BASELINE`. The network gives, for every second column, the chances of each digit, of a mark that
is no digit, and of nothing; the chances of whole numbers follow from summing over all their alignments (CTC). The
strip is looked at several times, a little larger, smaller, higher, lower and slanted, and the looks are averaged:
a number on which they differ gets a low probability.

How the weights were trained: ``models/digits/README.md`` and ``scripts/train_digits.py`` of the repository.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

HEIGHT = 40
CAP = 16
BASELINE = 29
OTHER, BLANK = 10, 11
"""Classes after the ten digits: a mark that is no digit, and nothing."""
LONGEST = 7
"""No number of a document is longer; longer readings are not followed."""

Strip = npt.NDArray[np.float32]
"""Ink from 0 (paper) to 1, :data:`HEIGHT` rows."""
_Weights = dict[str, npt.NDArray[np.float32]]
_LOW = -1e5


@dataclass(frozen=True, slots=True)
class Guess:
    """A number as the network reads it."""

    text: str
    """Digits; ``"?"`` stands for a mark that is no digit."""
    probability: float
    """Of the whole, 0 to 1, among all readings, the looks averaged."""


@lru_cache(maxsize=1)
def weights() -> _Weights:
    """The shipped weights.

    Raises:
        ValueError: the file is not the one that was released.
    """
    folder = files("vnadmin_extract") / "data"
    raw = (folder / "digits.npz").read_bytes()
    said = json.loads((folder / "digits.json").read_text("utf-8"))
    if hashlib.sha256(raw).hexdigest() != said["sha256"]:
        raise ValueError("digits.npz does not have the checksum in digits.json; reinstall the package")
    with np.load(io.BytesIO(raw), allow_pickle=False) as held:
        return {name: held[name].astype(np.float32) for name in held.files}


def _convolve(x: Strip, weight: Strip, bias: Strip, rows: int, columns: int) -> Strip:
    """Convolution with ``rows`` and ``columns`` zeros around (channels last)."""
    x = np.pad(x, ((rows, rows), (columns, columns), (0, 0)))
    height, width = weight.shape[:2]
    out_h, out_w = x.shape[0] - height + 1, x.shape[1] - width + 1
    patches = np.concatenate(
        [x[i : i + out_h, j : j + out_w] for i in range(height) for j in range(width)], axis=-1
    )
    result: Strip = patches @ weight.reshape(-1, weight.shape[-1]) + bias
    return result


def _shrink(x: Strip, rows: int, columns: int) -> Strip:
    """The strongest of each ``rows`` × ``columns`` field, below zero nothing."""
    height, width, channels = x.shape
    width -= width % columns
    fields = x[:, :width].reshape(height // rows, rows, width // columns, columns, channels)
    result: Strip = np.maximum(fields.max((1, 3)), 0)
    return result


def log_chances(strip: Strip, net: _Weights | None = None) -> Strip:
    """Log-probabilities by frame (every second column) and class."""
    net = net or weights()
    x = np.asarray(strip, np.float32)[:, :, None]
    x = _shrink(_convolve(x, net["w1"], net["b1"], 1, 1), 2, 2)
    x = _shrink(_convolve(x, net["w2"], net["b2"], 1, 1), 2, 1)
    x = _shrink(_convolve(x, net["w3"], net["b3"], 1, 1), 2, 1)
    x = np.maximum(_convolve(x, net["w4"], net["b4"], 0, 1), 0)
    x = _convolve(x, net["w5"], net["b5"], 0, 2)[0]
    x = x - x.max(-1, keepdims=True)
    result: Strip = x - np.log(np.exp(x).sum(-1, keepdims=True))
    return result


def _add(a: float, b: float) -> float:
    return float(np.logaddexp(a, b))


def _search(logs: Strip, beam: int = 12) -> list[tuple[int, ...]]:
    """The likeliest class rows (prefix beam search)."""
    prefixes: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, _LOW)}
    for frame in logs:
        following: dict[tuple[int, ...], list[float]] = defaultdict(lambda: [_LOW, _LOW])
        classes = [c for c in range(BLANK) if frame[c] > -7.0]
        for prefix, (ends_blank, ends_mark) in prefixes.items():
            both = _add(ends_blank, ends_mark)
            held = following[prefix]
            held[0] = _add(held[0], both + float(frame[BLANK]))
            if prefix:
                held[1] = _add(held[1], ends_mark + float(frame[prefix[-1]]))
            if len(prefix) >= LONGEST:
                continue
            for c in classes:
                base = ends_blank if prefix and prefix[-1] == c else both
                longer = following[(*prefix, c)]
                longer[1] = _add(longer[1], base + float(frame[c]))
        best = sorted(following.items(), key=lambda item: -_add(*item[1]))[:beam]
        prefixes = {prefix: (scores[0], scores[1]) for prefix, scores in best}
    return list(prefixes)


def _score(logs: Strip, row: tuple[int, ...]) -> float:
    """Log-probability of a class row: the sum over all its alignments."""
    states = np.full(2 * len(row) + 1, BLANK)
    states[1::2] = row
    skip = np.zeros(len(states), bool)
    skip[3::2] = states[3::2] != states[1:-2:2]
    a = np.full(len(states), _LOW)
    a[:2] = logs[0, states[:2]]
    for frame in logs[1:]:
        one = np.r_[_LOW, a[:-1]]
        two = np.where(skip, np.r_[_LOW, _LOW, a][: len(a)], _LOW)
        a = np.logaddexp(np.logaddexp(a, one), two) + frame[states]
    return float(np.logaddexp(a[-1], a[-2])) if len(a) > 1 else float(a[-1])


def read_strips(looks: list[Strip], *, net: Any = None, keep: int = 5) -> list[Guess]:
    """Read one number of which several looks are given.

    Args:
        looks: strips of the same place, of any width.
        net: other weights than the shipped ones.
        keep: how many guesses to give.

    Returns:
        The likeliest numbers, best first; their probabilities sum to at most 1. An empty text says that nothing
        is written there.
    """
    if not looks:
        return []
    logs = [
        log_chances(look if look.shape[1] >= 8 else np.pad(look, ((0, 0), (0, 8))), net) for look in looks
    ]
    rows = {row for log in logs for row in _search(log)}
    # the mean of the looks' log-probabilities, weakened: they are looks at the same ink, not independent
    scored = {row: float(np.mean([max(_score(log, row), -25.0) for log in logs])) for row in rows}
    total = float(np.logaddexp.reduce(list(scored.values())))
    total = max(total, 0.0) if total > 0 else total
    best = sorted(scored.items(), key=lambda item: -item[1])[:keep]
    return [
        Guess("".join("0123456789?"[c] for c in row), float(np.exp(score - total))) for row, score in best
    ]
