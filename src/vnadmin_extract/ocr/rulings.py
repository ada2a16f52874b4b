"""Table grids from a picture's straight rules."""

from __future__ import annotations

from collections.abc import Sequence

from vnadmin_extract.document import BBox
from vnadmin_extract.ocr.image import Rule
from vnadmin_extract.readers.pdf_plumber import Grid

REACH = 6.0
"""Points by which rules may miss each other and still meet (worn prints, residual skew)."""
COVERED = 0.6
"""Share of a cell's side that a rule must cover to part it from its neighbour."""


def grids_of(horizontal: Sequence[Rule], vertical: Sequence[Rule], scale: float) -> list[Grid]:
    """Grids of cells, in points, top to bottom: at least two rows or columns parted by rules.

    Args:
        horizontal: in pixels.
        vertical: in pixels.
        scale: points for each pixel.
    """
    across = [_points(rule, scale) for rule in horizontal]
    down = [_points(rule, scale) for rule in vertical]
    grids = []
    for rows, columns in _meeting(across, down):
        if len(rows) < 3 or len(columns) < 2:
            continue
        grid = _grid(rows, columns)
        if grid is not None:
            grids.append(grid)
    return sorted(grids, key=lambda grid: grid.bbox[1])


def _points(rule: Rule, scale: float) -> BBox:
    return (rule.x0 * scale, rule.y0 * scale, rule.x1 * scale, rule.y1 * scale)


def _meeting(across: list[BBox], down: list[BBox]) -> list[tuple[list[BBox], list[BBox]]]:
    """Rules in sets that touch each other."""
    everything = [(box, True) for box in across] + [(box, False) for box in down]
    parent = list(range(len(everything)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for i, row in enumerate(across):
        for j, column in enumerate(down, start=len(across)):
            if (
                row[0] - REACH <= (column[0] + column[2]) / 2 <= row[2] + REACH
                and column[1] - REACH <= (row[1] + row[3]) / 2 <= column[3] + REACH
            ):
                parent[root(i)] = root(j)
    sets: dict[int, tuple[list[BBox], list[BBox]]] = {}
    for index, (box, is_row) in enumerate(everything):
        rows, columns = sets.setdefault(root(index), ([], []))
        (rows if is_row else columns).append(box)
    return list(sets.values())


def _grid(rows: list[BBox], columns: list[BBox]) -> Grid | None:
    ys = _levels([(box[1] + box[3]) / 2 for box in rows])
    xs = _levels([(box[0] + box[2]) / 2 for box in columns])
    # A table whose outer sides are not drawn (or were cut off) still ends where its rows' rules do.
    left, right = min(box[0] for box in rows), max(box[2] for box in rows)
    if xs[0] - left > 3 * REACH:
        xs.insert(0, left)
    if right - xs[-1] > 3 * REACH:
        xs.append(right)
    if len(xs) < 3 or len(ys) < 3:
        return None
    regions: dict[tuple[int, int], int] = {}
    parent: list[int] = []

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    for r in range(len(ys) - 1):
        for c in range(len(xs) - 1):
            regions[r, c] = len(parent)
            parent.append(len(parent))
    for r in range(len(ys) - 1):
        for c in range(len(xs) - 1):
            if c + 2 < len(xs) and not _is_ruled(columns, xs[c + 1], ys[r], ys[r + 1], upright=True):
                parent[root(regions[r, c + 1])] = root(regions[r, c])
            if r + 2 < len(ys) and not _is_ruled(rows, ys[r + 1], xs[c], xs[c + 1], upright=False):
                parent[root(regions[r + 1, c])] = root(regions[r, c])
    boxes: dict[int, list[tuple[int, int]]] = {}
    for place, index in regions.items():
        boxes.setdefault(root(index), []).append(place)
    cells: list[BBox] = []
    for places in boxes.values():
        r0, r1 = min(r for r, _ in places), max(r for r, _ in places)
        c0, c1 = min(c for _, c in places), max(c for _, c in places)
        if (r1 - r0 + 1) * (c1 - c0 + 1) == len(places):
            cells.append((xs[c0], ys[r0], xs[c1 + 1], ys[r1 + 1]))
        else:
            # Not a rectangle: a rule was missed somewhere; its pieces stay apart.
            cells.extend((xs[c], ys[r], xs[c + 1], ys[r + 1]) for r, c in places)
    if len(cells) < 4:
        return None
    return Grid((xs[0], ys[0], xs[-1], ys[-1]), tuple(cells))


def _levels(values: list[float]) -> list[float]:
    """Places of rules, those closer than :data:`REACH` taken together."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= REACH:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _is_ruled(rules: list[BBox], level: float, start: float, end: float, *, upright: bool) -> bool:
    """Whether rules at a place cover most of the way from ``start`` to ``end``."""
    covered = 0.0
    for box in rules:
        place = (box[0] + box[2]) / 2 if upright else (box[1] + box[3]) / 2
        if abs(place - level) > REACH:
            continue
        low, high = (box[1], box[3]) if upright else (box[0], box[2])
        covered += max(0.0, min(high, end) - max(low, start))
    return covered >= COVERED * (end - start)
