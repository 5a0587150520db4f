"""Where the boxes of a diagram stand on its grid, in columns and rows, and on which lanes its arrows pass other boxes.

A cycle goes round clockwise, and a chain that is too long for one row turns back in a second one. Anything else
stands in ranks: each box after all that lead to it. An arrow that passes a rank does so on a lane beside all boxes, and
an arrow that leads back takes the same way as one that leads forward, so that no arrow ever crosses a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# Boxes that stand in one row, at most, where there is room beside each other.
_MAX_IN_A_ROW = 4
# What lanes take of a row, and of a column, which is wider, without words and with; and where in it arrows run: words
# stand on the side of the boxes. Together they keep arrows inside the grid whatever the gaps are.
_LANE, _UPRIGHT_LANE, _UPRIGHT_LANE_WORDS = 0.50, 0.16, 0.50
_IN_LANE, _IN_LANE_WORDS = 0.6, 0.8
_SWEEPS = 4

Arrow = tuple[int, int]


class Place(NamedTuple):
    """The middle of a box, in columns and rows from the upper left corner; the first box is at (0.5, 0.5)."""

    x: float
    y: float
    # How many columns the box takes, with the gaps between them.
    span: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Network:
    """The grid of a diagram."""

    places: tuple[Place, ...]
    columns: float
    rows: float
    # By arrow that passes ranks, the middles of its lane's first and last stretch, in the order of ranks.
    lanes: dict[Arrow, tuple[Place, Place]] = field(default_factory=dict)
    # From the last box to the middle of the nearest one, in columns or rows.
    lane: float = 0.0
    in_ranks: bool = False
    # Whether ranks follow each other downwards.
    is_upright: bool = False


def arrange(count: int, arrows: Sequence[Arrow], *, upright: bool, wordy: bool = False) -> Network:
    """The grid for so many boxes; `arrows` from box to box, counted from 0, no two alike, none to its own box.

    Ranks follow each other downwards if it is `upright`; a `wordy` one has words beside the arrows on its lanes.
    """
    chain = [(index, index + 1) for index in range(count - 1)]
    if count > 2 and set(arrows) == {*chain, (count - 1, 0)}:
        return _circle(count, upright=upright)
    if count > _MAX_IN_A_ROW and not upright and set(arrows) == set(chain):
        return _two_rows(count)
    if not upright:
        return _ranks(count, arrows, upright=False, lane=_LANE, runs_at=_IN_LANE)
    if wordy:
        return _ranks(count, arrows, upright=True, lane=_UPRIGHT_LANE_WORDS, runs_at=_IN_LANE_WORDS)
    return _ranks(count, arrows, upright=True, lane=_UPRIGHT_LANE, runs_at=_IN_LANE)


def _two_rows(count: int) -> Network:
    """From left to right, down, and back."""
    columns = (count + 1) // 2
    places = [Place(index + 0.5, 0.5) for index in range(columns)]
    places += [Place(columns - 0.5 - index, 1.5) for index in range(count - columns)]
    return Network(places=tuple(places), columns=columns, rows=2)


def _circle(count: int, *, upright: bool) -> Network:
    """Clockwise from the upper left corner, on two sides; one box that is left over closes the circle half-way."""
    if upright:
        rows = (count + 1) // 2
        right = [Place(1.5, row + 0.5) for row in range(count // 2)]
        last = [Place(1.0, rows - 0.5)] if count % 2 else []
        left = [Place(0.5, row + 0.5) for row in reversed(range(1, count // 2))]
        return Network(places=(Place(0.5, 0.5), *right, *last, *left), columns=2, rows=rows)
    columns = (count + 1) // 2
    shift = 1.0 if count % 2 else 0.5
    above = [Place(index + 0.5, 0.5) for index in range(columns)]
    below = [Place(index + shift, 1.5) for index in reversed(range(count // 2))]
    return Network(places=(*above, *below), columns=columns, rows=2)


def _ranks(count: int, arrows: Sequence[Arrow], *, upright: bool, lane: float, runs_at: float) -> Network:
    rank = _longest_ways(count, _without_cycles(count, arrows))
    boxes: list[list[int]] = [[] for _ in range(max(rank) + 1)]
    for box in range(count):
        boxes[rank[box]].append(box)
    _untangle(boxes, rank, arrows)
    beside = max(len(row) for row in boxes)

    def place(across: float, along: float) -> Place:
        return Place(across, along) if upright else Place(along, across)

    places = [Place(0, 0)] * count
    for row in boxes:
        # Downwards, the boxes of a rank share the width: words in few of them have more room.
        share = beside / len(row) if upright else 1.0
        for number, box in enumerate(row):
            across = (beside - share * len(row)) / 2 + share * (number + 0.5)
            places[box] = place(across, rank[box] + 0.5)._replace(span=share)
    lanes: dict[Arrow, tuple[Place, Place]] = {}
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
    return Network(
        places=tuple(places),
        columns=columns,
        rows=rows,
        lanes=lanes,
        lane=runs_at * lane,
        in_ranks=True,
        is_upright=upright,
    )


def _without_cycles(count: int, arrows: Sequence[Arrow]) -> list[Arrow]:
    """The arrows, those turned round that would lead back to where one came from."""
    after: list[set[int]] = [set() for _ in range(count)]

    def reaches(start: int, end: int) -> bool:
        return start == end or any(reaches(box, end) for box in after[start])

    forward = []
    for start, end in arrows:
        first, last = (end, start) if reaches(end, start) else (start, end)
        after[first].add(last)
        forward.append((first, last))
    return forward


def _longest_ways(count: int, forward: Sequence[Arrow]) -> list[int]:
    rank = [0] * count
    for _ in range(count):
        for start, end in forward:
            rank[end] = max(rank[end], rank[start] + 1)
    return rank


def _untangle(boxes: list[list[int]], rank: Sequence[int], arrows: Sequence[Arrow]) -> None:
    """Order each rank by where what it is linked to stands in the one before, and after, a few times over.

    What is linked past a rank stands near the lanes, which are at the end.
    """
    for sweep in range(_SWEEPS):
        step = 1 if sweep % 2 == 0 else -1
        for at in range(len(boxes))[::step]:
            if not 0 <= at - step < len(boxes):
                continue
            wishes = {}
            for number, box in enumerate(boxes[at]):
                linked = [start if end == box else end for start, end in arrows if box in (start, end)]
                places = [boxes[at - step].index(other) for other in linked if rank[other] == at - step]
                # In shares of the rank, so that ranks of different lengths compare.
                shares = [(place + 0.5) / len(boxes[at - step]) for place in places]
                shares += [1.0 for other in linked if abs(rank[other] - rank[box]) > 1]
                wishes[box] = sum(shares) / len(shares) if shares else (number + 0.5) / len(boxes[at])
            boxes[at].sort(key=lambda box, wishes=wishes: wishes[box])  # type: ignore[misc]
