"""Edge routing: the ways of arrows from box to box, so that none crosses another where it need not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.graph_layout import Arrow, Network
from pipeline.rendering.look import Look

Point = tuple[float, float]

# At 1080: air between an arrow and its boxes, roundness of corners.
_AIR, _CORNER = 12, 32
# Between two arrows at the same side of a box; how far an arrow runs straight at its ends.
_APART, _STUB = 64, 20
_STEPS = 20
# How much wider than long a swing is that is no curve any more.
_SLANT = 3


@dataclass(frozen=True, kw_only=True)
class _Port:
    """An end of an arrow at a side of a box: which box, whether at its far side, and where the arrow comes from."""

    arrow: Arrow
    box: int
    far: bool
    comes_from: float


def ways(
    network: Network, boxes: Sequence[Box], lanes: dict[Arrow, tuple[Point, ...]], arrows: Sequence[Arrow], look: Look
) -> list[list[Point]]:
    """For each arrow its way in pixels, from box to box; `lanes` are the middles of the lanes in pixels."""
    if not network.in_ranks:
        return [
            _trimmed(_rounded(_elbow(boxes[start], boxes[end]), look.grid.px(_CORNER)), look) for start, end in arrows
        ]
    turned = network.is_upright
    # From here on ranks follow each other along the first axis.
    flat = [_turned(box) if turned else box for box in boxes]
    sides = {
        arrow: _sides(arrow, flat, [_swapped(point) if turned else point for point in lanes.get(arrow, ())])
        for arrow in arrows
    }
    offsets = _port_offsets(sides, flat, look)
    swinging = _swinging(sides, flat, offsets)
    found = []
    for arrow in arrows:
        first, last, middles = sides[arrow]
        before, after = flat[first], flat[last]
        air = look.grid.px(_AIR)
        gap = (middles[0][0] - before.width / 2 if middles else after.left) - before.right
        stub = min(look.grid.px(_STUB), (gap - 2 * air) / 4)
        bent = air + stub
        begins = (before.right + air, before.centre_y + offsets[arrow, first])
        ends = (after.left - air, after.centre_y + offsets[arrow, last])
        # All of a gap swing between the same two lines: those that begin and end in the same order never cross.
        swings: list[Point] = [(before.right + bent, begins[1])]
        if middles:
            (from_x, y), (to_x, _) = middles
            swings += [(from_x - before.width / 2 - bent, y), (to_x + before.width / 2 + bent, y)]
        swings.append((after.left - bent, ends[1]))
        alone = swinging[before.right] == 1, swinging[after.left] == 1
        way = [begins, *_curved(swings, alone), ends]
        if turned:
            way = [_swapped(point) for point in way]
        found.append(way if first == arrow[0] else way[::-1])
    return found


def _sides(arrow: Arrow, boxes: Sequence[Box], middles: Sequence[Point]) -> tuple[int, int, Sequence[Point]]:
    """The box of an arrow that stands in the earlier rank, the other one, and its lanes between them."""
    start, end = arrow
    return (start, end, middles) if boxes[start].left < boxes[end].left else (end, start, middles)


def _port_offsets(
    sides: dict[Arrow, tuple[int, int, Sequence[Point]]], boxes: Sequence[Box], look: Look
) -> dict[tuple[Arrow, int], float]:
    """How far from the middle of a side each arrow begins or ends, so that no two share a place or cross there."""
    ports: list[_Port] = []
    for arrow, (first, last, middles) in sides.items():
        to = middles[0][1] if middles else boxes[last].centre_y
        came = middles[-1][1] if middles else boxes[first].centre_y
        ports.append(_Port(arrow=arrow, box=first, far=True, comes_from=to))
        ports.append(_Port(arrow=arrow, box=last, far=False, comes_from=came))
    offsets: dict[tuple[Arrow, int], float] = {}
    narrowest = min(box.height for box in boxes) + 1
    for box, far in {(port.box, port.far): None for port in ports}:
        here = sorted((p for p in ports if p.box == box and p.far == far), key=lambda p: (p.comes_from, p.arrow))
        wanted = [port.comes_from - boxes[box].centre_y for port in here]
        places = _spread(wanted)
        apart = min(look.grid.px(_APART), boxes[box].height / (2 * max(map(abs, places)) + 1.5))
        if boxes[box].height > narrowest:
            # A wide side is met where one comes from: such arrows are straight.
            reach = boxes[box].height / 2 - apart
            found = _spread_out([min(max(each, -reach), reach) for each in wanted], apart=apart, reach=reach)
        else:
            found = [place * apart for place in places]
        for port, at in zip(here, found, strict=True):
            offsets[port.arrow, box] = at
    return offsets


def _spread(comes_from: Sequence[float]) -> list[float]:
    """Places around the middle of a side, in steps; what comes straight stays in the middle."""
    straight = sum(abs(offset) < 1 for offset in comes_from)
    before = sum(offset <= -1 for offset in comes_from)
    first = -before - (straight - 1) / 2 if straight else -(len(comes_from) - 1) / 2
    return [first + number for number in range(len(comes_from))]


def _spread_out(wanted: Sequence[float], *, apart: float, reach: float) -> list[float]:
    """Places in the same order, as near to the wanted ones as can be, so far apart and none beyond `reach`."""
    places: list[float] = []
    for at in wanted:
        places.append(max(at, places[-1] + apart) if places else at)
    for number in reversed(range(len(places))):
        places[number] = min(places[number], reach - apart * (len(places) - 1 - number))
    return places


def _elbow(start: Box, end: Box) -> list[Point]:
    """Straight where two boxes stand beside or above each other, else with one corner: down first, up last."""
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
    """The same way with its corner rounded off."""
    if len(points) < 3:
        return points
    start, corner, end = points
    reach = min(radius, math.dist(start, corner) / 2, math.dist(corner, end) / 2)
    into = between(corner, start, reach / math.dist(corner, start))
    out = between(corner, end, reach / math.dist(corner, end))
    bend = [between(between(into, corner, t), between(corner, out, t), t) for t in _shares()]
    return [start, *bend, end]


def _swinging(
    sides: dict[Arrow, tuple[int, int, Sequence[Point]]], boxes: Sequence[Box], offsets: dict[tuple[Arrow, int], float]
) -> Counter[int]:
    """By the edge of a rank, how many arrows leave their line between it and the next one."""
    found: Counter[int] = Counter()
    for arrow, (first, last, middles) in sides.items():
        before, after = boxes[first], boxes[last]
        aside = after.centre_y + offsets[arrow, last] - before.centre_y - offsets[arrow, first]
        if middles or abs(aside) >= 1:
            found.update({before.right, after.left})
    return found


def _curved(points: Sequence[Point], alone: Sequence[bool]) -> list[Point]:
    """Through pairs of points: a swing from the first to the second, straight on to the third, and so on.

    A swing that is far wider than long would be a slant: one that is `alone` there turns two corners instead.
    """
    way: list[Point] = []
    pairs = list(zip(points[::2], points[1::2], strict=True))
    for ((from_x, from_y), (to_x, to_y)), is_alone in zip(pairs, alone[-len(pairs) :], strict=True):
        bend = (to_x - from_x) / 2
        if is_alone and abs(to_y - from_y) > _SLANT * (to_x - from_x):
            turn = from_x + bend
            half = (turn, (from_y + to_y) / 2)
            way += _rounded([(from_x, from_y), (turn, from_y), half], bend)
            way += _rounded([half, (turn, to_y), (to_x, to_y)], bend)
            continue
        for t in _shares():
            rest = 1 - t
            x = from_x + 3 * rest * rest * t * bend + 3 * rest * t * t * bend + t**3 * 2 * bend
            y = from_y + (3 * rest * t * t + t**3) * (to_y - from_y)
            way.append((x, y))
    return way


def _trimmed(way: list[Point], look: Look) -> list[Point]:
    """The way without the last few pixels at both ends: arrows do not touch boxes."""
    air = look.grid.px(_AIR)
    return _shortened(_shortened(way, air)[::-1], air)[::-1]


def _shortened(way: list[Point], length: float) -> list[Point]:
    for number, (one, other) in enumerate(pairwise(way)):
        step = math.dist(one, other)
        if step > length:
            return [between(one, other, length / step), *way[number + 1 :]]
        length -= step
    return way[-2:]


def _shares() -> list[float]:
    return [step / _STEPS for step in range(_STEPS + 1)]


def between(one: Point, other: Point, share: float) -> Point:
    """The point that lies this share of the way from one to the other."""
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def _swapped(point: Point) -> Point:
    return point[1], point[0]


def _turned(box: Box) -> Box:
    return Box(box.top, box.left, box.bottom, box.right)
