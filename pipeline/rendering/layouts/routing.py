"""Edge routing: paths of arrows from box to box with as few crossings as possible."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.graph_layout import Arrow, GraphLayout
from pipeline.rendering.look import Look

Point = tuple[float, float]

# At 1080: distance between arrows and boxes, radius of corners.
_AIR, _CORNER = 12, 32
# At 1080: between two arrows at the same side of a box; length of the straight stubs at the ends of an arrow.
_APART, _STUB = 64, 20
_STEPS = 20
# A curve this many times wider than long becomes two corners.
_SLANT = 3


@dataclass(frozen=True, kw_only=True)
class _Port:
    """An end of an arrow at a side of a box: the box, whether at its far side, and where the arrow comes from."""

    arrow: Arrow
    box: int
    far: bool
    comes_from: float


def route_arrows(
    graph: GraphLayout,
    boxes: Sequence[Box],
    lanes: dict[Arrow, tuple[Point, ...]],
    arrows: Sequence[Arrow],
    look: Look,
) -> list[list[Point]]:
    """The path of each arrow in pixels, from box to box; `lanes` are the centre lines of lanes in pixels."""
    if not graph.in_ranks:
        return [
            _trimmed_at_ends(_rounded(_elbow(boxes[start], boxes[end]), look.grid.px(_CORNER)), look)
            for start, end in arrows
        ]
    turned = graph.is_upright
    # From here on ranks are along the first axis.
    flat = [_transposed(box) if turned else box for box in boxes]
    sides = {
        arrow: _ordered_ends(
            arrow, flat, [_transposed_point(point) if turned else point for point in lanes.get(arrow, ())]
        )
        for arrow in arrows
    }
    offsets = _port_offsets(sides, flat, look)
    swinging = _curve_counts(sides, flat, offsets)
    found = []
    for arrow in arrows:
        first, last, middles = sides[arrow]
        before, after = flat[first], flat[last]
        air = look.grid.px(_AIR)
        gap = (middles[0][0] - before.width / 2 if middles else after.left) - before.right
        stub = min(look.grid.px(_STUB), (gap - 2 * air) / 4)
        bent = air + stub
        start_point = (before.right + air, before.centre_y + offsets[arrow, first])
        end_point = (after.left - air, after.centre_y + offsets[arrow, last])
        # All curves of a gap span the same range: those that start and end in the same order never cross.
        swings: list[Point] = [(before.right + bent, start_point[1])]
        if middles:
            (from_x, y), (to_x, _) = middles
            swings += [(from_x - before.width / 2 - bent, y), (to_x + before.width / 2 + bent, y)]
        swings.append((after.left - bent, end_point[1]))
        alone = swinging[before.right] == 1, swinging[after.left] == 1
        path = [start_point, *_curves(swings, alone), end_point]
        if turned:
            path = [_transposed_point(point) for point in path]
        found.append(path if first == arrow[0] else path[::-1])
    return found


def _ordered_ends(arrow: Arrow, boxes: Sequence[Box], middles: Sequence[Point]) -> tuple[int, int, Sequence[Point]]:
    """The box of an arrow in the earlier rank, the other one, and its lanes between them."""
    start, end = arrow
    return (start, end, middles) if boxes[start].left < boxes[end].left else (end, start, middles)


def _port_offsets(
    sides: dict[Arrow, tuple[int, int, Sequence[Point]]], boxes: Sequence[Box], look: Look
) -> dict[tuple[Arrow, int], float]:
    """The offset of each arrow from the centre of a side, so that no two overlap or cross there."""
    ports: list[_Port] = []
    for arrow, (first, last, middles) in sides.items():
        to = middles[0][1] if middles else boxes[last].centre_y
        arrives_from = middles[-1][1] if middles else boxes[first].centre_y
        ports.append(_Port(arrow=arrow, box=first, far=True, comes_from=to))
        ports.append(_Port(arrow=arrow, box=last, far=False, comes_from=arrives_from))
    offsets: dict[tuple[Arrow, int], float] = {}
    narrowest = min(box.height for box in boxes) + 1
    for box, far in {(port.box, port.far): None for port in ports}:
        here = sorted((p for p in ports if p.box == box and p.far == far), key=lambda p: (p.comes_from, p.arrow))
        wanted = [port.comes_from - boxes[box].centre_y for port in here]
        places = _port_slots(wanted)
        apart = min(look.grid.px(_APART), boxes[box].height / (2 * max(map(abs, places)) + 1.5))
        if boxes[box].height > narrowest:
            # Arrows meet a wide side where they come from, and stay straight.
            reach = boxes[box].height / 2 - apart
            found = _spread_out([min(max(each, -reach), reach) for each in wanted], apart=apart, reach=reach)
        else:
            found = [place * apart for place in places]
        for port, at in zip(here, found, strict=True):
            offsets[port.arrow, box] = at
    return offsets


def _port_slots(comes_from: Sequence[float]) -> list[float]:
    """Slots around the centre of a side, in steps; arrows that come straight stay in the centre."""
    straight = sum(abs(offset) < 1 for offset in comes_from)
    before = sum(offset <= -1 for offset in comes_from)
    first = -before - (straight - 1) / 2 if straight else -(len(comes_from) - 1) / 2
    return [first + number for number in range(len(comes_from))]


def _spread_out(wanted: Sequence[float], *, apart: float, reach: float) -> list[float]:
    """Positions in the same order, close to the wanted ones, at least `apart` from each other, within `reach`."""
    places: list[float] = []
    for at in wanted:
        places.append(max(at, places[-1] + apart) if places else at)
    for number in reversed(range(len(places))):
        places[number] = min(places[number], reach - apart * (len(places) - 1 - number))
    return places


def _elbow(start: Box, end: Box) -> list[Point]:
    """A straight path between aligned boxes, else one with a single corner: down first, up last."""
    if start.centre_y == end.centre_y:
        rightwards = start.left < end.left
        return [
            (start.right if rightwards else start.left, start.centre_y),
            (end.left if rightwards else end.right, end.centre_y),
        ]
    downwards = start.centre_y < end.centre_y
    if start.centre_x == end.centre_x:
        return [
            (start.centre_x, start.bottom if downwards else start.top),
            (end.centre_x, end.top if downwards else end.bottom),
        ]
    if downwards:
        side = end.right if start.centre_x > end.centre_x else end.left
        return [(start.centre_x, start.bottom), (start.centre_x, end.centre_y), (side, end.centre_y)]
    side = start.left if start.centre_x > end.centre_x else start.right
    return [(side, start.centre_y), (end.centre_x, start.centre_y), (end.centre_x, end.bottom)]


def _rounded(points: list[Point], radius: float) -> list[Point]:
    """The path with its corner rounded."""
    if len(points) < 3:
        return points
    start, corner, end = points
    reach = min(radius, math.dist(start, corner) / 2, math.dist(corner, end) / 2)
    into = interpolate(corner, start, reach / math.dist(corner, start))
    out = interpolate(corner, end, reach / math.dist(corner, end))
    bend = [interpolate(interpolate(into, corner, t), interpolate(corner, out, t), t) for t in _parameters()]
    return [start, *bend, end]


def _curve_counts(
    sides: dict[Arrow, tuple[int, int, Sequence[Point]]], boxes: Sequence[Box], offsets: dict[tuple[Arrow, int], float]
) -> Counter[int]:
    """By the edge of a rank, the number of arrows that curve between it and the next rank."""
    found: Counter[int] = Counter()
    for arrow, (first, last, middles) in sides.items():
        before, after = boxes[first], boxes[last]
        aside = after.centre_y + offsets[arrow, last] - before.centre_y - offsets[arrow, first]
        if middles or abs(aside) >= 1:
            found.update({before.right, after.left})
    return found


def _curves(points: Sequence[Point], alone: Sequence[bool]) -> list[Point]:
    """A path through pairs of points: a curve from the first to the second, straight to the third, and so on.

    A curve far wider than long would be a slant: if it is `alone` there, it becomes two corners.
    """
    path: list[Point] = []
    pairs = list(zip(points[::2], points[1::2], strict=True))
    for ((from_x, from_y), (to_x, to_y)), is_alone in zip(pairs, alone[-len(pairs) :], strict=True):
        bend = (to_x - from_x) / 2
        if is_alone and abs(to_y - from_y) > _SLANT * (to_x - from_x):
            turn = from_x + bend
            half = (turn, (from_y + to_y) / 2)
            path += _rounded([(from_x, from_y), (turn, from_y), half], bend)
            path += _rounded([half, (turn, to_y), (to_x, to_y)], bend)
            continue
        for t in _parameters():
            rest = 1 - t
            x = from_x + 3 * rest * rest * t * bend + 3 * rest * t * t * bend + t**3 * 2 * bend
            y = from_y + (3 * rest * t * t + t**3) * (to_y - from_y)
            path.append((x, y))
    return path


def _trimmed_at_ends(path: list[Point], look: Look) -> list[Point]:
    """The path without the last few pixels at both ends, so that arrows do not touch boxes."""
    air = look.grid.px(_AIR)
    return _without_start(_without_start(path, air)[::-1], air)[::-1]


def _without_start(path: list[Point], length: float) -> list[Point]:
    for number, (one, other) in enumerate(pairwise(path)):
        step = math.dist(one, other)
        if step > length:
            return [interpolate(one, other, length / step), *path[number + 1 :]]
        length -= step
    return path[-2:]


def _parameters() -> list[float]:
    return [step / _STEPS for step in range(_STEPS + 1)]


def interpolate(one: Point, other: Point, share: float) -> Point:
    """The point at a share of the way between two points."""
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def _transposed_point(point: Point) -> Point:
    return point[1], point[0]


def _transposed(box: Box) -> Box:
    return Box(box.top, box.left, box.bottom, box.right)
