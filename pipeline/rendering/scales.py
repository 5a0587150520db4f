"""Axes of charts: scales with round ticks (1, 2 or 5 times a power of ten), and labels spread so that none overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# A narrower range has no steps that a float can represent.
_MIN_RANGE = 1e-300


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A linear scale; `low` maps to `start_px`, `high` to `end_px`."""

    low: float
    high: float
    start_px: int
    end_px: int

    def px(self, value: float) -> int:
        """The position of a value."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start_px + share * (self.end_px - self.start_px))


def ticks(low: float, high: float, *, most: int) -> tuple[float, ...]:
    """Round numbers from `low` to `high` (included if round), as many as possible up to `most` (2 or more).

    `low` must be below `high`.
    """
    # Usually the finest step that fits; a range of two wide steps may contain no multiple, so the next finer is tried.
    return _multiples_in(low, high, (high - low) / most, most) or _multiples_in(
        low, high, (high - low) / (most + 1), most
    )


def _multiples_in(low: float, high: float, least_step: float, most: int) -> tuple[float, ...]:
    step = _step_above(least_step)
    while True:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            # Multiples, not sums, and rounded: 0.1 + 0.2 and 3 * 0.1 are not 0.3.
            return tuple(float(f"{number * step:.12g}") for number in range(first, last + 1))
        step = _step_above(step * 1.01)


def round_range(values: Sequence[float], *, most: int) -> tuple[float, float]:
    """A range with round ends that contains all values, starting at zero if that wastes little space.

    `most` (3 or more) is the maximum number of ticks; of the steps that give nearly as many, the one that wastes least
    space is taken.
    """
    low, high = min(values), max(values)
    if 0 <= low < 0.5 * high:
        low = min(low, 0.0)
    if 0.5 * low < high <= 0:
        high = max(high, 0.0)
    if high - low <= 1e-9 * max(abs(high), abs(low)):
        low, high = (min(low, 0.0), max(high, 0.0)) if low else (0.0, 1.0)
    if high - low < _MIN_RANGE:
        low, high = (-1.0 if low < 0 else 0.0), (1.0 if high > 0 else 0.0)
    ranges = [_rounded(low, high, count) for count in range(max(3, most - 2), most + 1)]
    return min(ranges, key=lambda found: found[1] - found[0])


def _rounded(low: float, high: float, most: int) -> tuple[float, float]:
    step = _step_above((high - low) / most)
    while True:
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first < most:
            return float(f"{first * step:.12g}"), float(f"{last * step:.12g}")
        step = _step_above(step * 1.01)


def spread_labels(wanted: Sequence[int], heights: Sequence[int], *, low: int, high: int, gap: int) -> tuple[int, ...]:
    """Centres of labels, as close to the `wanted` ones as possible without overlap, between `low` and `high`.

    Labels keep their order; if space is short, they come closer than `gap` and finally overlap.
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    room = (high - low - sum(heights)) // max(1, len(heights) - 1)
    gap = min(gap, room)
    placed: list[int] = []
    # Labels that touch form blocks, each placed at the mean of what its labels want.
    blocks: list[tuple[float, list[int]]] = []
    for index in order:
        blocks.append((float(wanted[index]), [index]))
        while len(blocks) > 1 and _overlap(blocks[-2], blocks[-1], heights, gap):
            (_, above), (_, below) = blocks[-2:]
            both = [*above, *below]
            blocks[-2:] = [(_best_centre(both, wanted, heights, gap), both)]
    for middle, members in _clamp_blocks(blocks, heights, low=low, high=high, gap=gap):
        top = middle - _block_height(members, heights, gap) / 2
        for index in members:
            placed.append(round(top + heights[index] / 2))
            top += heights[index] + gap
    found = dict(zip([index for _, members in blocks for index in members], placed, strict=True))
    return tuple(found[index] for index in range(len(wanted)))


def _clamp_blocks(
    blocks: list[tuple[float, list[int]]], heights: Sequence[int], *, low: int, high: int, gap: int
) -> list[tuple[float, list[int]]]:
    """The blocks moved down from above `low` and up from below `high`."""
    moved: list[tuple[float, list[int]]] = []
    edge = float(low)
    for middle, members in blocks:
        reach = _block_height(members, heights, gap)
        moved.append((max(middle, edge + reach / 2), members))
        edge = moved[-1][0] + reach / 2 + gap
    edge = float(high)
    for number in range(len(moved) - 1, -1, -1):
        middle, members = moved[number]
        reach = _block_height(members, heights, gap)
        moved[number] = (min(middle, edge - reach / 2), members)
        edge = moved[number][0] - reach / 2 - gap
    return moved


def _overlap(above: tuple[float, list[int]], below: tuple[float, list[int]], heights: Sequence[int], gap: int) -> bool:
    apart = (_block_height(above[1], heights, gap) + _block_height(below[1], heights, gap)) / 2 + gap
    return below[0] - above[0] < apart


def _best_centre(members: Sequence[int], wanted: Sequence[int], heights: Sequence[int], gap: int) -> float:
    """The centre at which the block is closest to what its labels want, on average."""
    top = -_block_height(members, heights, gap) / 2
    offsets = 0.0
    for index in members:
        offsets += wanted[index] - (top + heights[index] / 2)
        top += heights[index] + gap
    return offsets / len(members)


def _block_height(members: Sequence[int], heights: Sequence[int], gap: int) -> int:
    return sum(heights[index] for index in members) + gap * (len(members) - 1)


def _step_above(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, 50… times a power of ten that is at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    for factor in (1, 2, 5, 10):
        if factor * power >= least * (1 - 1e-9):
            return factor * power
    return 10 * power
