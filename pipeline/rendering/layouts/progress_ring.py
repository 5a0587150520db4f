"""A ring in as many parts as there are items; each is drawn when its item appears, its number in the middle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.amount import numeral
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Level, Motion
from pipeline.rendering.motion.sprites import Sprite, solid_sprite
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.shapes import arc
from pipeline.rendering.text.line import shape
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import TextStyle

_NUMERAL = TextStyle(weight=560, tracking=-0.03, is_heading=True)
# Gap between parts, in turns, and how visible the parts are that wait (0 to 255).
_GAP = 0.020
_WAITING = 120
_DRAWING_FRAMES = 20
# The old numeral is nearly gone when the new one arrives.
_NUMERAL_AFTER = 6


def dial(starts: Sequence[int], look: Look, *, first: int, side_px: int, centre: tuple[int, int]) -> list[Sprite]:
    """The sprites of a dial with a part for each frame in `starts`, numbered from `first`; `centre` (x, y) in px."""
    left, top = centre[0] - side_px // 2, centre[1] - side_px // 2
    width = max(6.0, side_px * 0.028)
    # Round ends reach beyond the part by half the line's width.
    margin = _GAP / 2 + width / 2 / (math.pi * (side_px - width))
    sprites: list[Sprite] = []
    for number, start in enumerate(starts):
        mask, order = arc(side_px, width, number / len(starts) + margin, (number + 1) / len(starts) - margin)
        bounds = Box(*(mask.getbbox() or (0, 0, 1, 1)))
        mask, order = mask.crop(bounds), order.crop(bounds)
        x, y = left + bounds.left, top + bounds.top
        waiting = Motion(enters=3 * number, frames=12, levels=(Level(0, _WAITING),))
        sprites.append(solid_sprite(mask, look.theme.line, left=x, top=y, motion=waiting))
        drawn = Motion(enters=start, frames=_DRAWING_FRAMES, drawn=True)
        sprites.append(Sprite(mask=mask, ink=colour(look.theme.accent), left=x, top=y, motion=drawn, order=order))
    sprites += _numerals(starts, look, first, side_px, centre)
    return [replace(sprite, span=(left, left + side_px)) for sprite in sprites]


def _numerals(starts: Sequence[int], look: Look, first: int, side_px: int, centre: tuple[int, int]) -> list[Sprite]:
    """The number of the item that is spoken of, its ink in the middle."""
    sprites: list[Sprite] = []
    for number, start in enumerate(starts):
        ink = draw_ink(
            shape(numeral(first + number, look.language), _NUMERAL.in_fonts(look.fonts)), round(side_px * 0.46)
        )
        if ink is None:
            continue
        levels = (Level(starts[number + 1], 0),) if number + 1 < len(starts) else ()
        motion = Motion(
            enters=start + (_NUMERAL_AFTER if number else 0), frames=12, rise_px=look.grid.px(24), levels=levels
        )
        x, y = centre[0] - ink.mask.width // 2, centre[1] - ink.mask.height // 2
        sprites.append(solid_sprite(ink.mask, look.theme.text, left=x, top=y, motion=motion))
    return sprites
