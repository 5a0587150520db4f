"""Where the boxes of a diagram stand on its grid, in columns and rows, and on which lanes its arrows pass other boxes.

A cycle goes round clockwise, and a chain that is too long for one row turns back in a second one. Anything else
stands in ranks: each box after all that lead to it. An arrow that passes a rank has a lane of its own there, and an
arrow that leads back takes the same way as one that leads forward, so that no arrow ever crosses a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

# Boxes that stand in one row, at most, where there is room beside each other.
_MOST_IN_A_ROW = 4
# Of a row, what a lane takes.
_LANE = 0.5
_SWEEPS = 4

Arrow = tuple[int, int]


class Place(NamedTuple):
    """The middle of a box, in columns and rows from the upper left corner; the first box is at (0.5, 0.5)."""

    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class Network:
    """The grid of a diagram."""

    places: tuple[Place, ...]
    columns: float
    rows: float
    # By arrow, the middles of its lanes, in the order from its first end in rank to the other; None: not in ranks.
    lanes: dict[Arrow, tuple[Place, ...]] | None = None
    # Whether ranks follow each other downwards.
    is_upright: bool = False


def arrange(count: int, arrows: Sequence[Arrow], *, upright: bool) -> Network:
    """The grid for so many boxes; `arrows` from box to box, counted from 0, no two alike, none to its own box."""
    chain = [(index, index + 1) for index in range(count - 1)]
    if count > 2 and set(arrows) == {*chain, (count - 1, 0)}:
        return _circle(count, upright=upright)
    if count > _MOST_IN_A_ROW and not upright and set(arrows) == set(chain):
        return _two_rows(count)
    return _ranks(count, arrows, upright=upright)


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


def _ranks(count: int, arrows: Sequence[Arrow], *, upright: bool) -> Network:
    forward = _without_cycles(count, arrows)
    rank = _longest_ways(count, forward)
    # A slot of a rank is a box (its number) or the lane of an arrow.
    slots: list[list[int | Arrow]] = [[] for _ in range(max(rank, default=0) + 1)]
    for box in range(count):
        slots[rank[box]].append(box)
    neighbours: dict[int | Arrow, list[tuple[int, int | Arrow]]] = {}
    for arrow in arrows:
        first, last = sorted(arrow, key=lambda box: (rank[box], box))
        between = range(rank[first] + 1, rank[last])
        way: list[tuple[int, int | Arrow]] = [(rank[first], first)]
        for at in between:
            slots[at].append(arrow)
            way.append((at, arrow))
        way.append((rank[last], last))
        for one, other in pairwise(way):
            neighbours.setdefault(one[1], []).append(other)
            neighbours.setdefault(other[1], []).append(one)
    _untangle(slots, neighbours)
    return _placed(count, slots, upright=upright)


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


def _untangle(slots: list[list[int | Arrow]], neighbours: dict[int | Arrow, list[tuple[int, int | Arrow]]]) -> None:
    """Order each rank by where what it is linked to stands in the one before, and after, a few times over."""
    for sweep in range(_SWEEPS):
        step = 1 if sweep % 2 == 0 else -1
        for at in range(len(slots))[::step]:
            if not 0 <= at - step < len(slots):
                continue
            before = {slot: place for place, slot in enumerate(slots[at - step])}
            # In shares of the rank, so that ranks of different lengths compare.
            scale = max(1, len(before))

            def wish(
                item: tuple[int, int | Arrow],
                at: int = at,
                step: int = step,
                before: dict[int | Arrow, int] = before,
                scale: int = scale,
            ) -> float:
                place, slot = item
                linked = [before[other] for rank, other in neighbours.get(slot, []) if rank == at - step]
                return (sum(linked) / len(linked) + 0.5) / scale if linked else (place + 0.5) / len(slots[at])

            slots[at] = [slot for _, slot in sorted(enumerate(slots[at]), key=wish)]


def _placed(count: int, slots: list[list[int | Arrow]], *, upright: bool) -> Network:
    sizes = [sum(1.0 if isinstance(slot, int) else _LANE for slot in row) for row in slots]
    across = max(sizes)
    places = [Place(0, 0)] * count
    lanes: dict[Arrow, tuple[Place, ...]] = {}
    for at, row in enumerate(slots):
        middle = (across - sizes[at]) / 2
        for slot in row:
            size = 1.0 if isinstance(slot, int) else _LANE
            along, beside = at + 0.5, middle + size / 2
            place = Place(beside, along) if upright else Place(along, beside)
            if isinstance(slot, int):
                places[slot] = place
            else:
                lanes[slot] = (*lanes.get(slot, ()), place)
            middle += size
    columns, rows = (across, float(len(slots))) if upright else (float(len(slots)), across)
    return Network(places=tuple(places), columns=columns, rows=rows, lanes=lanes, is_upright=upright)
