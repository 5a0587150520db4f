"""Rings: a share of a whole, a segment for each item, and a countdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.amount import numeral
from pipeline.rendering.layouts.components import centred_text
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import MOTION_RATE, Level, Motion
from pipeline.rendering.motion.sprites import Sprite, solid_sprite
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.shapes import arc, ring, tick
from pipeline.rendering.text.line import shape
from pipeline.rendering.text.styles import TextStyle

# Line widths as shares of the diameter, and their minimum: of a gauge, of segments, and of a countdown.
_GAUGE_WIDTH, _SEGMENT_WIDTH, _COUNTDOWN_WIDTH = (0.09, 6.0), (0.028, 6.0), (0.035, 5.0)
# Opacity of what is not reached yet (0 to 255): the track of a gauge, segments, and the ring before it counts.
_TRACK, _PENDING_SEGMENT, _PENDING_RING = 150, 120, 150
# Gap between segments, in turns.
_GAP = 0.02
_NUMERAL = TextStyle(weight=560, tracking=-0.03, is_heading=True)
# Sizes of numerals and tick, as shares of the diameter.
_NUMERAL_SHARE, _TICK_SHARE = 0.46, 0.44
# A new numeral enters when the old one has nearly faded out.
_NUMERAL_AFTER, _DIGIT_AFTER = 6, 4
_SEGMENT_FRAMES, _CLOSING_FRAMES = 20, 18
# Maximum seconds counted down.
_MAX_S = 5


def share_ring(share: float, look: Look, *, side_px: int, centre: tuple[int, int], motion: Motion) -> list[Sprite]:
    """A ring of which `share` (above 0, at most 1) is drawn on from twelve o'clock with `motion`."""
    width = _line_width(side_px, _GAUGE_WIDTH)
    waiting = Motion(frames=12, levels=(Level(0, _TRACK),))
    left, top = _corner(side_px, centre)
    track = solid_sprite(ring(side_px, width), look.theme.line, left=left, top=top, motion=waiting)
    filled = _segment(look.theme.accent, side_px, width, 0.0, share, centre=centre, motion=motion)
    return _as_one([track, filled], side_px, centre)


def progress_ring(
    starts: Sequence[int], look: Look, *, first: int, side_px: int, centre: tuple[int, int]
) -> list[Sprite]:
    """A ring with a segment for each frame in `starts`, and the item's number in the centre, counted from `first`."""
    sprites: list[Sprite] = []
    width = _line_width(side_px, _SEGMENT_WIDTH)
    for number, (start, (begin, end)) in enumerate(zip(starts, _segments(len(starts), side_px, width), strict=True)):
        motion = Motion(enters=start, frames=_SEGMENT_FRAMES, drawn=True)
        drawn = _segment(look.theme.accent, side_px, width, begin, end, centre=centre, motion=motion)
        waiting = Motion(enters=3 * number, frames=12, levels=(Level(0, _PENDING_SEGMENT),))
        sprites += [replace(drawn, ink=colour(look.theme.line), motion=waiting, order=None), drawn]
    for number, (start, ends) in enumerate(zip(starts, (*starts[1:], None), strict=True)):
        enters = start + (_NUMERAL_AFTER if number else 0)
        motion = Motion(enters=enters, frames=12, rise_px=look.grid.px(24)).until(ends)
        written = numeral(first + number, look.language)
        sprites += _numeral(written, look.theme.text, look, side_px, centre=centre, motion=motion)
    return _as_one(sprites, side_px, centre)


def seconds_before(answer: int, since: int) -> tuple[int, ...]:
    """The frames in which the last whole seconds before `answer` begin, at most five, none before frame `since`."""
    count = min(_MAX_S, round((answer - since) / MOTION_RATE - 0.2))
    return tuple(answer - MOTION_RATE * left for left in range(count, 0, -1))


def countdown(
    seconds: Sequence[int], answer: int, look: Look, *, side_px: int, centre: tuple[int, int]
) -> list[Sprite]:
    """A ring that counts at the frames in `seconds`, and closes around a tick in frame `answer`.

    Every second a segment disappears and the number in the centre changes; between seconds nothing moves.
    """
    theme, width = look.theme, _line_width(side_px, _COUNTDOWN_WIDTH)
    first = seconds[0] if seconds else answer
    waiting = Motion(enters=3, frames=12, levels=(Level(0, _PENDING_RING),))
    left, top = _corner(side_px, centre)
    sprites = [solid_sprite(ring(side_px, width), theme.line, left=left, top=top, motion=waiting)]
    # Segments disappear clockwise from twelve.
    disappearing = (*seconds[1:], answer) if seconds else ()
    for frame, (begin, end) in zip(disappearing, _segments(len(seconds), side_px, width), strict=True):
        motion = Motion(enters=first, frames=10, drawn=True).until(frame)
        sprites.append(_segment(theme.accent, side_px, width, begin, end, centre=centre, motion=motion))
    motion = Motion(enters=6, frames=12).until(first)
    sprites += _numeral("?", theme.muted, look, side_px, centre=centre, motion=motion)
    for number, (appears, disappears) in enumerate(pairwise((*seconds, answer))):
        motion = Motion(enters=appears + _DIGIT_AFTER, frames=8).until(disappears)
        sprites += _numeral(str(len(seconds) - number), theme.text, look, side_px, centre=centre, motion=motion)
    motion = Motion(enters=answer, frames=_CLOSING_FRAMES, drawn=True)
    sprites.append(_segment(theme.positive, side_px, width, 0.0, 1.0, centre=centre, motion=motion))
    size = round(side_px * _TICK_SHARE)
    mark, order = tick(size, max(6.0, side_px * 0.05))
    left, top = _corner(size, centre)
    motion = Motion(enters=answer + _DIGIT_AFTER, frames=12, drawn=True)
    sprites.append(Sprite(mask=mark, ink=colour(theme.positive), left=left, top=top, motion=motion, order=order))
    return _as_one(sprites, side_px, centre)


def _line_width(side_px: int, widths: tuple[float, float]) -> float:
    share, least = widths
    return max(least, side_px * share)


def _segments(count: int, side_px: int, width: float) -> list[tuple[float, float]]:
    """Start and end of segments, in turns. Round caps extend each by half the line width."""
    margin = _GAP / 2 + width / 2 / (math.pi * (side_px - width))
    return [(number / count + margin, (number + 1) / count - margin) for number in range(count)]


def _segment(
    name: str, side_px: int, width: float, begin: float, end: float, *, centre: tuple[int, int], motion: Motion
) -> Sprite:
    """A segment in a colour (#RRGGBB), cropped to its bounding box."""
    mask, order = arc(side_px, width, begin, end)
    bounds, (left, top) = Box(*(mask.getbbox() or (0, 0, 1, 1))), _corner(side_px, centre)
    mask, order = mask.crop(bounds), order.crop(bounds)
    left, top = left + bounds.left, top + bounds.top
    return Sprite(mask=mask, ink=colour(name), left=left, top=top, motion=motion, order=order)


def _numeral(
    written: str, name: str, look: Look, side_px: int, *, centre: tuple[int, int], motion: Motion
) -> list[Sprite]:
    line = shape(written, _NUMERAL.in_fonts(look.fonts))
    return centred_text(line, round(side_px * _NUMERAL_SHARE), name, centre=centre, motion=motion)


def _corner(side_px: int, centre: tuple[int, int]) -> tuple[int, int]:
    return centre[0] - side_px // 2, centre[1] - side_px // 2


def _as_one(sprites: Sequence[Sprite], side_px: int, centre: tuple[int, int]) -> list[Sprite]:
    """The sprites of a ring, mirrored together."""
    left, _ = _corner(side_px, centre)
    return [replace(sprite, span=(left, left + side_px)) for sprite in sprites]
