"""A countdown ring: counts whole seconds while viewers think, and closes around a tick when the answer appears.

Every second a segment disappears and the number in the centre changes; between seconds nothing moves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.rendering.layouts.components import centred_text
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import MOTION_RATE, Level, Motion
from pipeline.rendering.motion.sprites import Sprite, solid_sprite
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.shapes import arc, ring, tick
from pipeline.rendering.text.line import shape
from pipeline.rendering.text.styles import TextStyle

# Maximum seconds counted.
_MAX_S = 5
_NUMERAL = TextStyle(weight=560, tracking=-0.03, is_heading=True)
# Sizes of numerals and tick, as shares of the diameter.
_NUMERAL_SHARE, _TICK_SHARE = 0.46, 0.44
_WIDTH_SHARE = 0.035
# Gap between segments, in turns.
_GAP = 0.02
# Opacity of the ring before it counts (0 to 255).
_PENDING_OPACITY = 150
# The new numeral enters when the old one has nearly faded out.
_NUMERAL_AFTER = 4
_CLOSING_FRAMES = 18


def seconds_before(answer: int, since: int) -> tuple[int, ...]:
    """The frames in which the last whole seconds before `answer` begin, at most five, none before frame `since`."""
    count = min(_MAX_S, round((answer - since) / MOTION_RATE - 0.2))
    return tuple(answer - MOTION_RATE * left for left in range(count, 0, -1))


def countdown(
    seconds: Sequence[int], answer: int, look: Look, *, side_px: int, centre: tuple[int, int]
) -> list[Sprite]:
    """The sprites of a ring that counts at the frames in `seconds` until frame `answer`; `centre` in pixels."""
    theme = look.theme
    left, top = centre[0] - side_px // 2, centre[1] - side_px // 2
    width = max(5.0, side_px * _WIDTH_SHARE)
    # Round caps extend a segment by half the line width.
    margin = _GAP / 2 + width / 2 / (math.pi * (side_px - width))
    first = seconds[0] if seconds else answer
    waiting = Motion(enters=3, frames=12, levels=(Level(0, _PENDING_OPACITY),))
    sprites = [solid_sprite(ring(side_px, width), theme.line, left=left, top=top, motion=waiting)]
    # Segments disappear clockwise from twelve.
    for number, disappears in enumerate((*seconds[1:], answer) if seconds else ()):
        mask, order = arc(side_px, width, number / len(seconds) + margin, (number + 1) / len(seconds) - margin)
        motion = Motion(enters=first, frames=10, drawn=True, levels=(Level(disappears, 0),))
        sprites.append(Sprite(mask=mask, ink=colour(theme.accent), left=left, top=top, motion=motion, order=order))
    until = (Level(first, 0),)
    style = _NUMERAL.in_fonts(look.fonts)
    motion = Motion(enters=6, frames=12, levels=until)
    numeral_px = round(side_px * _NUMERAL_SHARE)
    sprites += centred_text(shape("?", style), numeral_px, theme.muted, centre=centre, motion=motion)
    for number, (appears, disappears) in enumerate(pairwise((*seconds, answer))):
        motion = Motion(enters=appears + _NUMERAL_AFTER, frames=8, levels=(Level(disappears, 0),))
        line = shape(str(len(seconds) - number), style)
        sprites += centred_text(line, numeral_px, theme.text, centre=centre, motion=motion)
    sprites += _answered(answer, look, side_px, width, centre)
    return [replace(sprite, span=(left, left + side_px)) for sprite in sprites]


def _answered(answer: int, look: Look, side_px: int, width: float, centre: tuple[int, int]) -> list[Sprite]:
    ink = colour(look.theme.positive)
    left, top = centre[0] - side_px // 2, centre[1] - side_px // 2
    closed, round_ = arc(side_px, width, 0.0, 1.0)
    size = round(side_px * _TICK_SHARE)
    mark, along = tick(size, max(6.0, side_px * 0.05))
    return [
        Sprite(
            mask=closed,
            ink=ink,
            left=left,
            top=top,
            motion=Motion(enters=answer, frames=_CLOSING_FRAMES, drawn=True),
            order=round_,
        ),
        Sprite(
            mask=mark,
            ink=ink,
            left=centre[0] - size // 2,
            top=centre[1] - size // 2,
            motion=Motion(enters=answer + _NUMERAL_AFTER, frames=12, drawn=True),
            order=along,
        ),
    ]
