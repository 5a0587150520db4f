"""A ring gauge: a share of a whole as an arc on a muted track."""

from __future__ import annotations

from dataclasses import replace

from pipeline.rendering.grid import Box
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Level, Motion
from pipeline.rendering.motion.sprites import Sprite, solid_sprite
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.shapes import arc, ring

# Line width as a share of the diameter; opacity of the track (0 to 255).
_WIDTH, _TRACK = 0.09, 150


def share_ring(share: float, look: Look, *, side_px: int, centre: tuple[int, int], motion: Motion) -> list[Sprite]:
    """A ring of which `share` (above 0, at most 1) is drawn on from twelve o'clock with `motion`."""
    left, top = centre[0] - side_px // 2, centre[1] - side_px // 2
    width = max(6.0, _WIDTH * side_px)
    span = (left, left + side_px)
    track = solid_sprite(
        ring(side_px, width), look.theme.line, left=left, top=top, motion=Motion(frames=12, levels=(Level(0, _TRACK),))
    )
    mask, order = arc(side_px, width, 0.0, share)
    bounds = Box(*(mask.getbbox() or (0, 0, 1, 1)))
    filled = Sprite(
        mask=mask.crop(bounds),
        ink=colour(look.theme.accent),
        left=left + bounds.left,
        top=top + bounds.top,
        motion=motion,
        order=order.crop(bounds),
    )
    return [replace(sprite, span=span) for sprite in (track, filled)]
