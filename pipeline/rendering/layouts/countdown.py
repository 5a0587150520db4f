"""A ring that counts whole seconds while the viewer thinks, and closes around a tick when the answer is there.

Every second a part of the ring goes and the number in its middle changes; between the seconds it rests.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import MOTION_RATE, Level, Motion
from pipeline.rendering.motion.sprites import Sprite, solid_sprite
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.shapes import arc, ring, tick
from pipeline.rendering.text.line import Line, shape
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import TextStyle

# More is not waited for.
_MOST_S = 5
_NUMERAL = TextStyle(weight=560, tracking=-0.03, is_heading=True)
# Of the side: numbers, the question mark, the tick.
_NUMERAL_SHARE, _TICK_SHARE = 0.46, 0.44
_WIDTH_SHARE = 0.035
# Between parts, in turns.
_GAP = 0.02
# How visible the ring is before it counts (0 to 255).
_WAITING = 150
# The old numeral is nearly gone when the new one arrives.
_NUMERAL_AFTER = 4
_CLOSING_FRAMES = 18


def seconds_before(answer: int, since: int) -> tuple[int, ...]:
    """The frames in which the last whole seconds before `answer` begin, at most five, none before frame `since`."""
    count = min(_MOST_S, round((answer - since) / MOTION_RATE - 0.2))
    return tuple(answer - MOTION_RATE * left for left in range(count, 0, -1))


def countdown(
    seconds: Sequence[int], answer: int, look: Look, *, side_px: int, centre: tuple[int, int]
) -> list[Sprite]:
    """The sprites of a ring that counts at the frames in `seconds` until frame `answer`; `centre` (x, y) in px."""
    theme = look.theme
    left, top = centre[0] - side_px // 2, centre[1] - side_px // 2
    width = max(5.0, side_px * _WIDTH_SHARE)
    # Round ends reach beyond a part by half the line's width.
    margin = _GAP / 2 + width / 2 / (math.pi * (side_px - width))
    begins = seconds[0] if seconds else answer
    waiting = Motion(enters=3, frames=12, levels=(Level(0, _WAITING),))
    sprites = [solid_sprite(ring(side_px, width), theme.line, left=left, top=top, motion=waiting)]
    # Clockwise from twelve: what is over goes first.
    for number, goes in enumerate((*seconds[1:], answer) if seconds else ()):
        mask, order = arc(side_px, width, number / len(seconds) + margin, (number + 1) / len(seconds) - margin)
        motion = Motion(enters=begins, frames=10, drawn=True, levels=(Level(goes, 0),))
        sprites.append(Sprite(mask=mask, ink=colour(theme.accent), left=left, top=top, motion=motion, order=order))
    until = (Level(begins, 0),)
    style = _NUMERAL.in_fonts(look.fonts)
    motion = Motion(enters=6, frames=12, levels=until)
    sprites += _numeral(shape("?", style), theme.muted, motion, side_px, centre)
    for number, (comes, goes) in enumerate(pairwise((*seconds, answer))):
        motion = Motion(enters=comes + _NUMERAL_AFTER, frames=8, levels=(Level(goes, 0),))
        sprites += _numeral(shape(str(len(seconds) - number), style), theme.text, motion, side_px, centre)
    sprites += _answered(answer, look, side_px, width, centre)
    return [replace(sprite, span=(left, left + side_px)) for sprite in sprites]


def _numeral(text: Line, ink: str, motion: Motion, side_px: int, centre: tuple[int, int]) -> list[Sprite]:
    """A number with its ink in the middle."""
    drawn = draw_ink(text, round(side_px * _NUMERAL_SHARE))
    if drawn is None:
        return []
    x, y = centre[0] - drawn.mask.width // 2, centre[1] - drawn.mask.height // 2
    return [solid_sprite(drawn.mask, ink, left=x, top=y, motion=motion)]


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
