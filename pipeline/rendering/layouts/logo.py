"""Placement of the user's logo.

Large above the text of title scenes, and instead of the motif in closing scenes; small in the others, in the upper
right margin, which has no text. Tall pictures have no such margin, because apps draw their controls there. Scenes that
are all picture, or have a motif in that corner, get no logo.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.model import ClosingScene, Scene, TitleScene
from pipeline.rendering.grid import Box
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import AT_ONCE, AT_REST, Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, solid_sprite
from pipeline.rendering.motion.ycbcr import Picture, tile
from pipeline.rendering.surface.logos import LogoLimits, RenderedLogo, fit_logo, render_logo

# Maximum widths allow for a name on one line, fifteen times as wide as high: smaller would be illegible.
_CLOSING = LogoLimits(52_000, 880, 168)
_OPENING = (LogoLimits(18_000, 540, 88), LogoLimits(10_000, 400, 64))
_SMALL = LogoLimits(9_000, 420, 36)
# From a small logo to the content below it; minimum distance of large and small logos to other elements.
_ABOVE_CONTENT, _CLEAR, _NEAR = 4, 40, 12


def with_logo(composition: Composition, scene: Scene, look: Look) -> Composition:
    """The composition with the logo, if it fits; closing scenes place it themselves."""
    grid = look.grid
    if look.logo is None or isinstance(scene, ClosingScene):
        return composition
    content, others = grid.content, composition.elements
    bottom = content.top - grid.px(_ABOVE_CONTENT)
    tries: list[tuple[LogoLimits, int, Callable[[int, int], Box]]] = []
    if isinstance(scene, TitleScene):
        tries += [(most, _CLEAR, lambda w, h: _box(content.left, content.top, w, h)) for most in _OPENING]
    if not grid.is_tall:
        tries.append((_SMALL, _NEAR, lambda w, h: _box(content.right - w, bottom - h, w, h)))
    for most, clear, place in tries:
        mark, box = _render_at(look, most, composition.ground(), place)
        if _is_free(box, others, grid.px(clear)):
            return composition.under(_sprites(mark, box, AT_ONCE))
    return composition


class ClosingLogo(NamedTuple):
    """The logo in place of a motif, horizontally centred."""

    mark: RenderedLogo
    centre: int

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.mark.size[1]

    def at(self, top: int) -> list[Sprite]:
        """The sprites of the logo, with its top at `top`."""
        width, height = self.mark.size
        return _sprites(self.mark, _box(self.centre - width // 2, top, width, height), Motion())


def closing_logo(look: Look, ground: Callable[[], Picture]) -> ClosingLogo | None:
    """The logo for a closing scene; None without a logo."""
    if look.logo is None:
        return None
    content = look.grid.content
    mark, _ = _render_at(look, _CLOSING, ground(), lambda w, h: _box(content.centre_x - w // 2, content.top, w, h))
    return ClosingLogo(mark, content.centre_x)


def _box(left: int, top: int, width: int, height: int) -> Box:
    return Box(left, top, left + width, top + height)


def _render_at(
    look: Look, most: LogoLimits, ground: Picture, place: Callable[[int, int], Box]
) -> tuple[RenderedLogo, Box]:
    """The logo and its box; `place` maps a width and height to a box."""
    assert look.logo is not None
    size = fit_logo(look.logo, most, look.grid.type_px)
    screen = Box(0, 0, *ground.size)
    behind = ground.crop(place(*size).clipped_to(screen).even().clipped_to(screen)).to_rgb()
    mark = render_logo(look.logo, size, behind, look.theme)
    return mark, place(*mark.size)


def _is_free(box: Box, others: Sequence[Element], clear_px: int) -> bool:
    """Whether nothing else is within `clear_px` of a box."""
    around = box.grown(clear_px)
    poses = ((each, each.pose(AT_REST)) for each in others)
    return not any(each.box(pose).intersects(around) for each, pose in poses if pose is not None)


def _sprites(mark: RenderedLogo, box: Box, motion: Motion) -> list[Sprite]:
    """The plate and the logo on it, mirrored as one."""
    right, down = mark.inset
    sprites = (
        [solid_sprite(mark.plate, mark.plate_colour, left=box.left, top=box.top, motion=motion)] if mark.plate else []
    )
    logo = Sprite(mask=mark.mask, ink=tile(mark.image), left=box.left + right, top=box.top + down, motion=motion)
    return [*sprites, logo]
