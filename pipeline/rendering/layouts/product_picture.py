"""The picture of a product and its credit; without a picture, a motif."""

from __future__ import annotations

from pipeline.model import Still
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.components import credit_px, credit_sprites, entrance, motif, panel
from pipeline.rendering.look import Look
from pipeline.rendering.motion.sprites import Element, solid_sprite
from pipeline.rendering.surface.photographs import (
    cutout_sprite,
    frame_size,
    full_bleed,
    photograph_sprite,
    surface_sprite,
)
from pipeline.rendering.surface.shapes import disc

_PAD = 56
# Opacity of the accent disc behind a cutout, and the aspect from which on there is none, because it would be hidden.
_DISC, _MAX_DISC_ASPECT = 0.16, 1.4


def product_sprites(still: Still | None, box: Box, look: Look) -> list[Element]:
    """The picture with its credit: a cutout on a surface, or a photograph."""
    grid, stacked = look.grid, look.grid.is_stacked
    if still is None:
        return [motif(look, side_px=min(box.width, box.height), centre=(box.centre_x, box.centre_y))]
    room = box if stacked else box._replace(bottom=box.bottom - credit_px(still, look, width_px=grid.columns(5)))
    shown, frame = _cutout(still, room, look) if still.has_alpha else _photograph(still, room, look)
    left = max(frame.left, grid.content.left)
    return [*shown, *credit_sprites(still, look, width_px=grid.columns(5), left=left, bottom=frame.bottom)]


def _cutout(still: Still, box: Box, look: Look) -> tuple[list[Element], Box]:
    """A cutout on a surface, in front of a disc."""
    grid, pad = look.grid, look.grid.px(_PAD)
    motion = entrance(grid, 0, rise=0 if grid.is_stacked else 24)
    inner = box.grown(-pad)
    under: list[Element] = [*panel(look, box, motion=motion)]
    if grid.is_stacked:
        # Apps cover the top of tall pictures.
        inner = inner._replace(top=grid.content.top // 2 if grid.is_tall else pad)
        under = [surface_sprite(look, box, motion=motion)]
    side = min(inner.width, inner.height)
    spot = disc(side).point([round(level * _DISC) for level in range(256)])
    left, top = inner.centre_x - side // 2, inner.centre_y - side // 2
    if inner.width < _MAX_DISC_ASPECT * side:
        under.append(solid_sprite(spot, look.theme.accent, left=left, top=top, motion=entrance(grid, 3, rise=24)))
    return [*under, cutout_sprite(still, inner, motion=entrance(grid, 6, rise=40))], box


def _photograph(still: Still, box: Box, look: Look) -> tuple[list[Element], Box]:
    """A photograph centred in the box, as large as possible with little cropping; if stacked, filling the box."""
    if look.grid.is_stacked:
        return [*full_bleed(look, still, box, motion=entrance(look.grid, 0, rise=0))], box
    width, height = frame_size(still.aspect, box.width, box.height)
    left, top = box.left + (box.width - width) // 2, box.top + (box.height - height) // 2
    frame = Box(left, top, left + width, top + height)
    motion = entrance(look.grid, 0, rise=24)
    radius = look.grid.px(look.theme.radius_px)
    # With the shadow of a card.
    return [
        *panel(look, frame, motion=motion),
        photograph_sprite(look, still, frame, motion=motion, radius_px=radius),
    ], frame
