"""A ring in parts: where each lies, how it is swept, and thin lines from texts beside it to its parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.charts import GROWTH_FRAMES
from pipeline.rendering.layouts.growth import FLIP, Drawing
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.sprites import Element
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.shapes import polyline, sector

# Width of the ring, of its diameter; how visible its track is.
_WIDTH, _TRACK_OPACITY = 0.17, 0.45
# Radius of the hole, likewise.
HOLE = 0.5 - _WIDTH
# At 1080: between parts, and from the ring to where a line to it bends.
_PART_GAP, _ELBOW = 6, 64
# No part is so small that it is not seen, in turns.
_LEAST = 0.004


@dataclass(frozen=True, kw_only=True)
class Ring:
    """Where the ring is, and where its parts begin and end, in turns from twelve; clockwise or the other way round."""

    centre: tuple[int, int]
    side: int
    turns: tuple[float, ...]
    backwards: bool = False

    def part(self, number: int) -> tuple[float, float]:
        """Beginning and end of a part."""
        return self.turns[number], self.turns[number + 1]

    def at(self, turn: float, beyond_px: float) -> tuple[float, float]:
        """The point of the picture at such a turn, so far outside the ring."""
        angle = math.tau * (-turn if self.backwards else turn)
        radius = self.side / 2 + beyond_px
        return self.centre[0] + radius * math.sin(angle), self.centre[1] - radius * math.cos(angle)

    def facing(self, number: int, x: float, y: float) -> float:
        """The turn within a part, not too near its ends, that is nearest to the direction of a point."""
        begin, end = self.part(number)
        turn = math.atan2(x - self.centre[0], self.centre[1] - y) / math.tau
        off = ((-turn if self.backwards else turn) - (begin + end) / 2 + 0.5) % 1.0 - 0.5
        reach = 0.3 * (end - begin)
        return (begin + end) / 2 + min(max(off, -reach), reach)

    @staticmethod
    def of(amounts: Sequence[float], centre: tuple[int, int], side: int) -> Ring:
        """Parts as large as their amounts, clockwise from twelve."""
        total, turns = sum(amounts), [0.0]
        for amount in amounts:
            turns.append(turns[-1] + amount / total)
        return Ring(centre=centre, side=side // 2 * 2, turns=tuple(turns))

    def turned_away(self, number: int) -> Ring:
        """The same with that part at its right: the others face to the left, from top to bottom in their order."""
        begin, end = self.part(number)
        # Three o'clock is three quarters of a turn, counted the other way round.
        turn = 0.75 - (begin + end) / 2
        return replace(self, turns=tuple(each + turn for each in self.turns), backwards=True)


def swept(ring: Ring, colours: Sequence[str], starts: Sequence[int], look: Look) -> list[Element]:
    """The track, and the parts of the ring in their colours, each swept from its frame on."""
    width = ring.side * _WIDTH
    track, _ = sector(ring.side, width, 0.0, 1.0)
    elements: list[Element] = [_cut(track, None, look.theme.line, ring, Motion(frames=12), opacity=_TRACK_OPACITY)]
    gap = look.grid.px(_PART_GAP) / (math.pi * (ring.side - width))
    for number, (name, start) in enumerate(zip(colours, starts, strict=True)):
        begin, end = ring.part(number)
        if end <= begin:
            continue
        if end - begin < 1:
            begin, end = begin + gap / 2, max(end - gap / 2, begin + gap / 2 + _LEAST)
        mask, order = sector(ring.side, width, begin, end)
        if ring.backwards:
            mask, order = mask.transpose(FLIP), order.transpose(FLIP)
        motion = Motion(enters=start, frames=GROWTH_FRAMES, drawn=True)
        elements.append(_cut(mask, order, name, ring, motion))
    return elements


def _cut(
    mask: Image.Image,
    order: Image.Image | None,
    name: str,
    ring: Ring,
    motion: Motion,
    *,
    opacity: float = 1.0,
) -> Drawing:
    """A part of the ring as a sprite no larger than it needs to be."""
    bounds = Box(*(mask.getbbox() or (0, 0, 1, 1)))
    left, top = ring.centre[0] - ring.side // 2, ring.centre[1] - ring.side // 2
    seen = mask.crop(bounds)
    return Drawing(
        mask=seen.point([round(level * opacity) for level in range(256)]) if opacity < 1 else seen,
        ink=colour(name),
        left=left + bounds.left,
        top=top + bounds.top,
        motion=motion,
        order=order.crop(bounds) if order else None,
        span=(left, left + ring.side),
    )


def ties(ring: Ring, others: Sequence[int], ends: Sequence[tuple[int, int]], look: Look) -> list[Drawing]:
    """Thin lines from rows, which end at `ends`, to their parts; none at all if one of them would cross the ring."""
    found: list[Drawing] = []
    elbow_x = ring.centre[0] - ring.side // 2 - look.grid.px(_ELBOW)
    previous = -1.0
    for number, (x, y) in zip(others, ends, strict=True):
        turn = ring.facing(number, elbow_x, y)
        target = ring.at(turn, look.grid.px(12))
        if x > elbow_x or _nearest(ring.centre, (elbow_x, y), target) < ring.side / 2 + 4 or target[1] < previous:
            return []
        previous = target[1]
        points = ((x, y), (elbow_x, y), target)
        left, top = int(min(x for x, _ in points)) - 2, int(min(y for _, y in points)) - 2
        size = (int(max(x for x, _ in points)) + 3 - left, int(max(y for _, y in points)) + 3 - top)
        mask = polyline([(x - left, y - top) for x, y in points], max(1.5, look.grid.px(2)), size)
        found.append(Drawing(mask=mask, ink=colour(look.theme.line), left=left, top=top, motion=Motion()))
    return found


def _nearest(centre: tuple[int, int], start: tuple[float, float], end: tuple[float, float]) -> float:
    """How near a line comes to a point."""
    across, down = end[0] - start[0], end[1] - start[1]
    along = (centre[0] - start[0]) * across + (centre[1] - start[1]) * down
    share = min(1.0, max(0.0, along / max(1e-6, across**2 + down**2)))
    return math.hypot(start[0] + share * across - centre[0], start[1] + share * down - centre[1])
