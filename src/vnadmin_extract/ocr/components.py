"""Connected patches of ink: what on a page is a letter, a seal's ring, a pen's stroke or a stamp's frame.

Works on runs of ink along the rows, so that a page at full resolution takes a fraction of a second without a
library for pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vnadmin_extract.ocr.image import Mask

Labels = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Components:
    """The patches of connected ink (8 neighbours) of a picture."""

    labels: Labels
    """For each pixel the number of its patch, from 1; 0 where there is no ink."""
    boxes: npt.NDArray[np.int64]
    """For each number (row 0 unused) left, top, right, bottom in pixels; right and bottom are outside."""
    sizes: npt.NDArray[np.int64]
    """For each number (0 unused) its pixels of ink."""

    @property
    def widths(self) -> npt.NDArray[np.int64]:
        """For each number the box's width."""
        return self.boxes[:, 2] - self.boxes[:, 0]

    @property
    def heights(self) -> npt.NDArray[np.int64]:
        """For each number the box's height."""
        return self.boxes[:, 3] - self.boxes[:, 1]

    def mask(self, chosen: npt.NDArray[np.bool_]) -> Mask:
        """The ink of the patches whose numbers are true in ``chosen`` (entry 0 is not looked at)."""
        chosen = chosen.copy()
        chosen[0] = False
        result: Mask = chosen[self.labels]
        return result


def components_of(ink: Mask) -> Components:
    """Find the connected patches of ink.

    Args:
        ink: true where there is ink.
    """
    height, width = ink.shape
    padded = np.zeros((height, width + 2), dtype=np.int8)
    padded[:, 1:-1] = ink
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    numbers = _joined_runs(rows.tolist(), starts.tolist(), ends.tolist())
    labels = np.zeros((height, width), dtype=np.int32)
    count = int(numbers.max()) if len(numbers) else 0
    boxes = np.zeros((count + 1, 4), dtype=np.int64)
    boxes[:, :2] = max(height, width)
    lengths = ends - starts
    sizes = np.bincount(numbers, weights=lengths, minlength=count + 1).astype(np.int64)
    np.minimum.at(boxes[:, 0], numbers, starts)
    np.minimum.at(boxes[:, 1], numbers, rows)
    np.maximum.at(boxes[:, 2], numbers, ends)
    np.maximum.at(boxes[:, 3], numbers, rows + 1)
    boxes[0] = 0
    labels[ink] = np.repeat(numbers, lengths)
    return Components(labels, boxes, sizes)


def _joined_runs(rows: list[int], starts: list[int], ends: list[int]) -> npt.NDArray[np.int64]:
    """For each run (ordered by rows, then from the left) the number of its patch, from 1."""
    parent = list(range(len(rows)))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    above = 0
    for run, row in enumerate(rows):
        while above < run and (
            rows[above] < row - 1 or (rows[above] == row - 1 and ends[above] < starts[run])
        ):
            above += 1
        other = above
        while other < run and rows[other] == row - 1 and starts[other] <= ends[run]:
            a, b = root(other), root(run)
            if a != b:
                parent[max(a, b)] = min(a, b)
            other += 1
    roots = np.array([root(run) for run in range(len(rows))], dtype=np.int64)
    if not len(roots):
        return roots
    _, numbers = np.unique(roots, return_inverse=True)
    joined: npt.NDArray[np.int64] = numbers.reshape(-1).astype(np.int64) + 1
    return joined
