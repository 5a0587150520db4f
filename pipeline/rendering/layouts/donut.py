"""A donut: geometry of its segments, sweeping them on, and leader lines to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.charts import GROWTH_FRAMES
from pipeline.rendering.layouts.growth import FLIP, FlippedSprite
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.sprites import Element
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.shapes import polyline, sector

# Width of the ring as a share of its diameter; opacity of its track.
_WIDTH, _TRACK_OPACITY = 0.17, 0.45
# Radius of the hole as a share of the diameter.
HOLE = 0.5 - _WIDTH
# At 1080: gap between segments, and from the ring to the elbow of leader lines.
_SEGMENT_GAP, _ELBOW = 6, 64
# Minimum length of a segment, in turns.
_MIN_TURNS = 0.004


@dataclass(frozen=True, kw_only=True)
class Donut:
    """A ring and the boundaries of its segments, in turns from twelve o'clock, clockwise unless `backwards`."""

    centre: tuple[int, int]
    side: int
    turns: tuple[float, ...]
    backwards: bool = False

    def part(self, number: int) -> tuple[float, float]:
        """Start and end of a segment."""
        return self.turns[number], self.turns[number + 1]

    def at(self, turn: float, beyond_px: float) -> tuple[float, float]:
        """The point at a turn, `beyond_px` outside the ring."""
        angle = math.tau * (-turn if self.backwards else turn)
        radius = self.side / 2 + beyond_px
        return self.centre[0] + radius * math.sin(angle), self.centre[1] - radius * math.cos(angle)

    def facing(self, number: int, x: float, y: float) -> float:
        """The turn within a segment, away from its ends, that is closest to the direction of a point."""
        begin, end = self.part(number)
        turn = math.atan2(x - self.centre[0], self.centre[1] - y) / math.tau
        off = ((-turn if self.backwards else turn) - (begin + end) / 2 + 0.5) % 1.0 - 0.5
        reach = 0.3 * (end - begin)
        return (begin + end) / 2 + min(max(off, -reach), reach)

    @staticmethod
    def of(amounts: Sequence[float], centre: tuple[int, int], side: int) -> Donut:
        """Segments proportional to the amounts, clockwise from twelve o'clock."""
        total, turns = sum(amounts), [0.0]
        for amount in amounts:
            turns.append(turns[-1] + amount / total)
        return Donut(centre=centre, side=side // 2 * 2, turns=tuple(turns))

    def turned_away(self, number: int) -> Donut:
        """The donut rotated with that segment at the right: the others face left, in order from top to bottom."""
        begin, end = self.part(number)
        # Three o'clock is three quarters of a turn anticlockwise.
        turn = 0.75 - (begin + end) / 2
        return replace(self, turns=tuple(each + turn for each in self.turns), backwards=True)


def swept_segments(donut: Donut, colours: Sequence[str], starts: Sequence[int], look: Look) -> list[Element]:
    """The track, and the segments in their colours, each swept on from its frame."""
    width = donut.side * _WIDTH
    track, _ = sector(donut.side, width, 0.0, 1.0)
    elements: list[Element] = [_cropped(track, None, look.theme.line, donut, Motion(frames=12), opacity=_TRACK_OPACITY)]
    gap = look.grid.px(_SEGMENT_GAP) / (math.pi * (donut.side - width))
    for number, (name, start) in enumerate(zip(colours, starts, strict=True)):
        begin, end = donut.part(number)
        if end <= begin:
            continue
        if end - begin < 1:
            begin, end = begin + gap / 2, max(end - gap / 2, begin + gap / 2 + _MIN_TURNS)
        mask, order = sector(donut.side, width, begin, end)
        if donut.backwards:
            mask, order = mask.transpose(FLIP), order.transpose(FLIP)
        motion = Motion(enters=start, frames=GROWTH_FRAMES, drawn=True)
        elements.append(_cropped(mask, order, name, donut, motion))
    return elements


def _cropped(
    mask: Image.Image,
    order: Image.Image | None,
    name: str,
    donut: Donut,
    motion: Motion,
    *,
    opacity: float = 1.0,
) -> FlippedSprite:
    """A segment as a sprite cropped to its bounding box."""
    bounds = Box(*(mask.getbbox() or (0, 0, 1, 1)))
    left, top = donut.centre[0] - donut.side // 2, donut.centre[1] - donut.side // 2
    seen = mask.crop(bounds)
    return FlippedSprite(
        mask=seen.point([round(level * opacity) for level in range(256)]) if opacity < 1 else seen,
        ink=colour(name),
        left=left + bounds.left,
        top=top + bounds.top,
        motion=motion,
        order=order.crop(bounds) if order else None,
        span=(left, left + donut.side),
    )


def leader_lines(
    donut: Donut, others: Sequence[int], ends: Sequence[tuple[int, int]], look: Look
) -> list[FlippedSprite]:
    """Thin lines from rows, which end at `ends`, to their segments; empty if any would cross the ring."""
    found: list[FlippedSprite] = []
    elbow_x = donut.centre[0] - donut.side // 2 - look.grid.px(_ELBOW)
    previous = -1.0
    for number, (x, y) in zip(others, ends, strict=True):
        turn = donut.facing(number, elbow_x, y)
        target = donut.at(turn, look.grid.px(12))
        if x > elbow_x or _distance_to(donut.centre, (elbow_x, y), target) < donut.side / 2 + 4 or target[1] < previous:
            return []
        previous = target[1]
        points = ((x, y), (elbow_x, y), target)
        left, top = int(min(x for x, _ in points)) - 2, int(min(y for _, y in points)) - 2
        size = (int(max(x for x, _ in points)) + 3 - left, int(max(y for _, y in points)) + 3 - top)
        mask = polyline([(x - left, y - top) for x, y in points], max(1.5, look.grid.px(2)), size)
        found.append(FlippedSprite(mask=mask, ink=colour(look.theme.line), left=left, top=top, motion=Motion()))
    return found


def _distance_to(centre: tuple[int, int], start: tuple[float, float], end: tuple[float, float]) -> float:
    """The distance of a line segment from a point."""
    across, down = end[0] - start[0], end[1] - start[1]
    along = (centre[0] - start[0]) * across + (centre[1] - start[1]) * down
    share = min(1.0, max(0.0, along / max(1e-6, across**2 + down**2)))
    return math.hypot(start[0] + share * across - centre[0], start[1] + share * down - centre[1])
