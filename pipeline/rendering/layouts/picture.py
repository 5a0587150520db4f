"""Picture scenes: a picture on the grid with caption and credit below it, or beside it if it is narrow.

Cropped as little as possible: unused space in the frame is better than a lost part of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import PictureScene, Still, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.components import accent_bar, entrance, fit_text, source_line
from pipeline.rendering.look import Look
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.surface.photographs import crop_tolerance, frame_size, photograph_sprite, picture_area
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.styles import BODY, STATEMENT
from pipeline.rendering.type_scale import TEXT_SIZES

_LIGHTS = (
    Light(role="glow", x=0.16, y=0.20, width=0.46, height=0.60, strength=0.50),
    Light(role="glow_far", x=0.92, y=0.90, width=0.40, height=0.50, strength=0.34),
)
# Aspect below which the caption goes beside the picture, on wide formats.
_BESIDE_BELOW = 1.25
# Maximum cropping there: the space beside it is free.
_MAX_CROP_BESIDE = 1.06
_ABOVE_CAPTION, _ABOVE_CREDIT = 40, 36
# Maximum lines of a caption that does not fit on two.
_MAX_LINES = 4
_BESIDE_SIZES = (56, 50, 44, 40, 36)


def lay_out(scene: PictureScene, words: Sequence[Word], look: Look) -> Composition:  # noqa: ARG001 - the signature of layouts
    """See the module. Raises `LookupError` if the look does not have the picture."""
    still = look.still(scene.picture)
    beside = not look.grid.is_stacked and still.aspect < _BESIDE_BELOW and scene.text
    elements = _beside(scene, still, look) if beside else _below(scene, still, look)
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


def _below(scene: PictureScene, still: Still, look: Look) -> list[Element]:
    grid, content = look.grid, picture_area(look)
    width, tolerance = content.width, crop_tolerance(still)
    for _ in range(2):
        # Iterated: the caption is as wide as the picture, whose height depends on the caption.
        _, _, below = _fit_texts(scene, still, look, width)
        width, height = frame_size(still.aspect, content.width, content.height - below, tolerance=tolerance)
    caption, credit, below = _fit_texts(scene, still, look, max(width, content.width // 2))
    left = content.left + (content.width - width) // 2
    top = content.top + (content.height - height - below) // 2
    box, theme = Box(left, top, left + width, top + height), look.theme
    captioned, credited = box.bottom + grid.px(_ABOVE_CAPTION), box.bottom + below - credit.height_px
    return [
        photograph_sprite(look, still, box, motion=entrance(grid, 0, rise=24)),
        *text_sprites(caption, left=left, top=captioned, colour=theme.text, motion=entrance(grid, 8, rise=24)),
        *text_sprites(credit, left=left, top=credited, colour=theme.muted, motion=entrance(grid, 12, rise=16)),
    ]


def _fit_texts(scene: PictureScene, still: Still, look: Look, width_px: int) -> tuple[TextBlock, TextBlock, int]:
    """Caption and credit, and their height with the space above them."""
    grid, credit = look.grid, source_line(still.credit, look, width_px=width_px)
    caption = fit_text(scene.text, BODY, TEXT_SIZES, look, width_px=width_px, max_lines=2)
    if caption.is_truncated:
        caption = fit_text(scene.text, BODY, TEXT_SIZES[1:], look, width_px=width_px, max_lines=_MAX_LINES)
    height = grid.px(_ABOVE_CAPTION) + caption.height_px if caption.lines else 0
    return caption, credit, height + (grid.px(_ABOVE_CREDIT) + credit.height_px if credit.lines else 0)


def _beside(scene: PictureScene, still: Still, look: Look) -> list[Element]:
    """The picture on the left at full height, with the caption vertically centred beside it."""
    grid, content = look.grid, picture_area(look)
    gap = grid.px(96)
    give = crop_tolerance(still, _MAX_CROP_BESIDE)
    width, height = frame_size(still.aspect, grid.columns(7) - gap, content.height, tolerance=give)
    # Centred together.
    room = min(content.width - width - gap, grid.columns(5))
    caption = fit_text(scene.text, STATEMENT, _BESIDE_SIZES, look, width_px=room, max_lines=6)
    credit = source_line(still.credit, look, width_px=room)
    left = content.left + max(0, (content.width - width - gap - max(caption.width_px, room * 2 // 3)) // 2)
    top = content.top + (content.height - height) // 2
    box = Box(left, top, left + width, top + height)
    beside, theme, above = box.right + gap, look.theme, grid.px(8 + 56)
    bar, credited = box.centre_y - (caption.height_px + above) // 2, box.bottom - credit.height_px
    return [
        photograph_sprite(look, still, box, motion=entrance(grid, 0, rise=24)),
        accent_bar(look, left=beside, top=bar, frame=8),
        *text_sprites(caption, left=beside, top=bar + above, colour=theme.text, motion=entrance(grid, 10)),
        *text_sprites(credit, left=beside, top=credited, colour=theme.muted, motion=entrance(grid, 14, rise=16)),
    ]
