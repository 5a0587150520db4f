"""A ring with a segment per item, drawn on when the item appears, and the item's number in the centre."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.amount import numeral
from pipeline.rendering.layouts.components import centred_text
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Level, Motion
from pipeline.rendering.motion.sprites import Sprite, solid_sprite
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.shapes import arc
from pipeline.rendering.text.line import shape
from pipeline.rendering.text.styles import TextStyle

_NUMERAL = TextStyle(weight=560, tracking=-0.03, is_heading=True)
# Gap between segments, in turns, and opacity of pending segments (0 to 255).
_GAP = 0.020
_PENDING_OPACITY = 120
_DRAWING_FRAMES = 20
# The new numeral enters when the old one has nearly faded out.
_NUMERAL_AFTER = 6


def progress_ring(
    starts: Sequence[int], look: Look, *, first: int, side_px: int, centre: tuple[int, int]
) -> list[Sprite]:
    """The sprites of a ring with a segment for each frame in `starts`, numbered from `first`; `centre` in pixels."""
    left, top = centre[0] - side_px // 2, centre[1] - side_px // 2
    width = max(6.0, side_px * 0.028)
    # Round caps extend a segment by half the line width.
    margin = _GAP / 2 + width / 2 / (math.pi * (side_px - width))
    sprites: list[Sprite] = []
    for number, start in enumerate(starts):
        mask, order = arc(side_px, width, number / len(starts) + margin, (number + 1) / len(starts) - margin)
        bounds = Box(*(mask.getbbox() or (0, 0, 1, 1)))
        mask, order = mask.crop(bounds), order.crop(bounds)
        x, y = left + bounds.left, top + bounds.top
        waiting = Motion(enters=3 * number, frames=12, levels=(Level(0, _PENDING_OPACITY),))
        sprites.append(solid_sprite(mask, look.theme.line, left=x, top=y, motion=waiting))
        drawn = Motion(enters=start, frames=_DRAWING_FRAMES, drawn=True)
        sprites.append(Sprite(mask=mask, ink=colour(look.theme.accent), left=x, top=y, motion=drawn, order=order))
    sprites += _numerals(starts, look, first, side_px, centre)
    return [replace(sprite, span=(left, left + side_px)) for sprite in sprites]


def _numerals(starts: Sequence[int], look: Look, first: int, side_px: int, centre: tuple[int, int]) -> list[Sprite]:
    """The numbers of the items, each shown while its item is current."""
    sprites: list[Sprite] = []
    for number, start in enumerate(starts):
        line = shape(numeral(first + number, look.language), _NUMERAL.in_fonts(look.fonts))
        levels = (Level(starts[number + 1], 0),) if number + 1 < len(starts) else ()
        motion = Motion(
            enters=start + (_NUMERAL_AFTER if number else 0), frames=12, rise_px=look.grid.px(24), levels=levels
        )
        sprites += centred_text(line, round(side_px * 0.46), look.theme.text, centre=centre, motion=motion)
    return sprites
