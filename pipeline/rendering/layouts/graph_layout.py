"""Layered graph layout: positions of a diagram's boxes on a grid, and the lanes on which arrows pass other boxes.

Cycles are arranged clockwise, and chains too long for one row turn back in a second row. Other graphs are arranged in
ranks (as in Sugiyama's method): each box after all that lead to it. Arrows that skip a rank use a lane beside all
boxes, and arrows that lead back are routed like those that lead forward, so that no arrow crosses a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# Maximum number of boxes in one row.
_MAX_IN_A_ROW = 4
# Width of lanes, as shares of a row and of a column (wider), without and with labels; and the position of arrows in a
# lane: labels are on the side of the boxes. Together they keep arrows inside the grid whatever the gaps are.
_LANE, _UPRIGHT_LANE, _UPRIGHT_LANE_LABELS = 0.50, 0.16, 0.50
_IN_LANE, _IN_LANE_LABELS = 0.6, 0.8
_SWEEPS = 4

Arrow = tuple[int, int]


class GridPosition(NamedTuple):
    """The centre of a box, in columns and rows from the upper left corner; the first box is at (0.5, 0.5)."""

    x: float
    y: float
    # Number of columns that the box spans.
    span: float = 1.0


@dataclass(frozen=True, kw_only=True)
class GraphLayout:
    """The grid of a diagram."""

    places: tuple[GridPosition, ...]
    columns: float
    rows: float
    # By arrow that skips ranks, the centres of its lane in the first and last of these, in rank order.
    lanes: dict[Arrow, tuple[GridPosition, GridPosition]] = field(default_factory=dict)
    # From the last box to the centre of the nearest lane, in columns or rows.
    lane: float = 0.0
    in_ranks: bool = False
    # Whether ranks go downwards.
    is_upright: bool = False


def arrange(count: int, arrows: Sequence[Arrow], *, upright: bool, has_labels: bool = False) -> GraphLayout:
    """The layout of `count` boxes; `arrows` from box to box, counted from 0, distinct, none from a box to itself.

    If `upright`, ranks go downwards; with `has_labels`, lanes leave space for labels.
    """
    chain = [(index, index + 1) for index in range(count - 1)]
    if count > 2 and set(arrows) == {*chain, (count - 1, 0)}:
        return _cycle(count, upright=upright)
    if count > _MAX_IN_A_ROW and not upright and set(arrows) == set(chain):
        return _two_rows(count)
    if not upright:
        return _ranks(count, arrows, upright=False, lane=_LANE, runs_at=_IN_LANE)
    if has_labels:
        return _ranks(count, arrows, upright=True, lane=_UPRIGHT_LANE_LABELS, runs_at=_IN_LANE_LABELS)
    return _ranks(count, arrows, upright=True, lane=_UPRIGHT_LANE, runs_at=_IN_LANE)


def _two_rows(count: int) -> GraphLayout:
    """Left to right, then back in a second row."""
    columns = (count + 1) // 2
    places = [GridPosition(index + 0.5, 0.5) for index in range(columns)]
    places += [GridPosition(columns - 0.5 - index, 1.5) for index in range(count - columns)]
    return GraphLayout(places=tuple(places), columns=columns, rows=2)


def _cycle(count: int, *, upright: bool) -> GraphLayout:
    """Clockwise from the upper left corner, on two sides; with an odd count, one box closes the cycle between them."""
    if upright:
        rows = (count + 1) // 2
        right = [GridPosition(1.5, row + 0.5) for row in range(count // 2)]
        last = [GridPosition(1.0, rows - 0.5)] if count % 2 else []
        left = [GridPosition(0.5, row + 0.5) for row in reversed(range(1, count // 2))]
        return GraphLayout(places=(GridPosition(0.5, 0.5), *right, *last, *left), columns=2, rows=rows)
    columns = (count + 1) // 2
    shift = 1.0 if count % 2 else 0.5
    above = [GridPosition(index + 0.5, 0.5) for index in range(columns)]
    below = [GridPosition(index + shift, 1.5) for index in reversed(range(count // 2))]
    return GraphLayout(places=(*above, *below), columns=columns, rows=2)


def _ranks(count: int, arrows: Sequence[Arrow], *, upright: bool, lane: float, runs_at: float) -> GraphLayout:
    rank = _longest_paths(count, _without_cycles(count, arrows))
    boxes: list[list[int]] = [[] for _ in range(max(rank) + 1)]
    for box in range(count):
        boxes[rank[box]].append(box)
    _reduce_crossings(boxes, rank, arrows)
    beside = max(len(row) for row in boxes)

    def place(across: float, along: float) -> GridPosition:
        return GridPosition(across, along) if upright else GridPosition(along, across)

    places = [GridPosition(0, 0)] * count
    for row in boxes:
        # If upright, the boxes of a rank share the width, so that few of them are wider.
        share = beside / len(row) if upright else 1.0
        for number, box in enumerate(row):
            across = (beside - share * len(row)) / 2 + share * (number + 0.5)
            places[box] = place(across, rank[box] + 0.5)._replace(span=share)
    lanes: dict[Arrow, tuple[GridPosition, GridPosition]] = {}
    passed: list[set[int]] = []
    for arrow in sorted(arrows, key=lambda arrow: abs(rank[arrow[0]] - rank[arrow[1]])):
        between = range(min(rank[box] for box in arrow) + 1, max(rank[box] for box in arrow))
        if not between:
            continue
        free = next((number for number, ranks in enumerate(passed) if not ranks & set(between)), len(passed))
        if free == len(passed):
            passed.append(set())
        passed[free] |= set(between)
        across = beside + (free + runs_at) * lane
        lanes[arrow] = (place(across, between[0] + 0.5), place(across, between[-1] + 0.5))
    across, along = beside + len(passed) * lane, float(len(boxes))
    columns, rows = (across, along) if upright else (along, across)
    return GraphLayout(
        places=tuple(places),
        columns=columns,
        rows=rows,
        lanes=lanes,
        lane=runs_at * lane,
        in_ranks=True,
        is_upright=upright,
    )


def _without_cycles(count: int, arrows: Sequence[Arrow]) -> list[Arrow]:
    """The arrows, with those that would close a cycle reversed."""
    after: list[set[int]] = [set() for _ in range(count)]

    def reaches(start: int, end: int) -> bool:
        return start == end or any(reaches(box, end) for box in after[start])

    forward = []
    for start, end in arrows:
        first, last = (end, start) if reaches(end, start) else (start, end)
        after[first].add(last)
        forward.append((first, last))
    return forward


def _longest_paths(count: int, forward: Sequence[Arrow]) -> list[int]:
    rank = [0] * count
    for _ in range(count):
        for start, end in forward:
            rank[end] = max(rank[end], rank[start] + 1)
    return rank


def _reduce_crossings(boxes: list[list[int]], rank: Sequence[int], arrows: Sequence[Arrow]) -> None:
    """Reorder ranks by the mean position of neighbours in the previous and next rank (barycentre heuristic).

    Boxes linked past a rank are placed near the lanes, at the end.
    """
    for sweep in range(_SWEEPS):
        step = 1 if sweep % 2 == 0 else -1
        for at in range(len(boxes))[::step]:
            if not 0 <= at - step < len(boxes):
                continue
            barycentres = {}
            for number, box in enumerate(boxes[at]):
                linked = [start if end == box else end for start, end in arrows if box in (start, end)]
                places = [boxes[at - step].index(other) for other in linked if rank[other] == at - step]
                # Relative positions, so that ranks of different lengths are comparable.
                shares = [(place + 0.5) / len(boxes[at - step]) for place in places]
                shares += [1.0 for other in linked if abs(rank[other] - rank[box]) > 1]
                barycentres[box] = sum(shares) / len(shares) if shares else (number + 0.5) / len(boxes[at])
            boxes[at].sort(key=lambda box, barycentres=barycentres: barycentres[box])  # type: ignore[misc]
