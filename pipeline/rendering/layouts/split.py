"""Split scenes: a picture on one side, text on the other; in stacked layouts, the picture above the text.

The wider the picture, the wider its share, so that little is cropped. Above text there is no space for upright
pictures: on tall formats they fill the frame with the text on them; on others they stand beside the text at full
height, as long as all of it fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import SceneryScene, SplitScene, Still, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts import scenery
from pipeline.rendering.layouts.components import accent_bar, credit_px, credit_sprites, entrance, fit_text, kicker
from pipeline.rendering.look import Look
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, text_sprites
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.surface.photographs import (
    MAX_CROP,
    crop_tolerance,
    frame_size,
    full_bleed,
    is_cropped,
    is_page,
    narrowest_aspect,
    photograph_sprite,
    picture_area,
    widest_aspect,
)
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.styles import BODY, HEADING
from pipeline.rendering.type_scale import HEADING_SIZES, TEXT_SIZES

_LIGHTS = (
    Light(role="glow", x=0.84, y=0.30, width=0.46, height=0.66, strength=0.55),
    Light(role="glow_far", x=0.06, y=0.95, width=0.40, height=0.50, strength=0.34),
)
# Columns of a picture by its minimum aspect, widest first; and the maximum cropping of upright ones.
_COLUMNS = ((1.2, 7), (0.85, 6), (0.0, 5))
_MAX_CROP_UPRIGHT = 1.12
_GAP, _GAP_STACKED = 80, 64
_AFTER_LABEL, _AFTER_HEADING, _AFTER_BAR = 40, 48, 48
# Minimum height of a stacked picture, as a share of the frame, and its maximum cropping.
_MIN_HEIGHT, _MAX_CROP_STACKED = 0.24, 1.6
# On tall formats: a picture lower than this share of the frame goes below the controls of apps.
_BAND = 0.26
# Aspects below which a picture is upright, and below which it is not landscape.
_UPRIGHT, _SQUARISH = 0.85, 1.1
# Beside text: maximum share of the width for upright and other pictures, and the gap.
_SHARE_UPRIGHT, _SHARE_SQUARISH, _GAP_BESIDE = 0.44, 0.5, 56
# From this share of the height on a picture extends to the top.
_EXTEND_TO_TOP = 0.8
# Space below stacked text, because captions of two lines come close otherwise.
_ABOVE_CAPTIONS = 32


def lay_out(scene: SplitScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `LookupError` if the look does not have the picture."""
    still = look.still(scene.picture)
    is_background = still.aspect < _UPRIGHT and not is_page(still)
    if look.grid.is_tall and is_background and (found := _full_frame(scene, words, look)):
        return found
    if not look.grid.is_stacked:
        elements = _side_by_side(scene, still, look)
    else:
        beside = _beside(scene, still, look) if _prefers_beside(scene, still, look) else None
        elements = beside or _stacked(scene, still, look)
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


@dataclass(frozen=True, kw_only=True)
class _Texts:
    """The fitted texts."""

    label: TextBlock
    heading: TextBlock
    text: TextBlock

    @property
    def is_truncated(self) -> bool:
        return any(block.is_truncated for block in (self.label, self.heading, self.text))

    def height_px(self, look: Look) -> int:
        grid = look.grid
        above = self.label.height_px + grid.px(_AFTER_LABEL) + self.heading.clearance_px if self.label.lines else 0
        below = grid.px(_AFTER_HEADING + 8 + _AFTER_BAR) + self.heading.clearance_px + self.text.height_px
        return above + self.heading.height_px + (below if self.text.lines else 0)

    def elements(self, look: Look, *, left: int, top: int) -> list[Element]:
        grid, theme = look.grid, look.theme
        found: list[Element] = []
        if self.label.lines:
            found += text_sprites(self.label, left=left, top=top, colour=theme.accent, motion=entrance(grid, 4))
            top += self.label.height_px + grid.px(_AFTER_LABEL) + self.heading.clearance_px
        found += text_sprites(self.heading, left=left, top=top, colour=theme.text, motion=entrance(grid, 6))
        if self.text.lines:
            top += self.heading.height_px + self.heading.clearance_px + grid.px(_AFTER_HEADING)
            found.append(accent_bar(look, left=left, top=top, frame=12))
            top += grid.px(8 + _AFTER_BAR)
            found += text_sprites(self.text, left=left, top=top, colour=theme.text, motion=entrance(grid, 14, rise=24))
        return found


def _fit_texts(scene: SplitScene, look: Look, width_px: int, height_px: int, max_lines: int) -> _Texts:
    """The texts fitted to a box; if they need more, the body text shrinks."""

    def body(most_px: int | None = None) -> TextBlock:
        return fit_text(scene.text, BODY, TEXT_SIZES, look, width_px=width_px, height_px=most_px, max_lines=max_lines)

    words = _Texts(
        label=kicker(scene.kicker, look, width_px=width_px),
        heading=fit_text(scene.heading, HEADING, HEADING_SIZES, look, width_px=width_px, max_lines=3),
        text=body(),
    )
    over = words.height_px(look) - height_px
    is_too_high = over > 0 and words.text.lines
    return replace(words, text=body(words.text.height_px - over)) if is_too_high else words


def _side_by_side(scene: SplitScene, still: Still, look: Look) -> list[Element]:
    """Text on the left, the picture at the right edge."""
    grid, content = look.grid, picture_area(look)
    columns = next(columns for least, columns in _COLUMNS if still.aspect >= least)
    below = credit_px(still, look, width_px=grid.columns(columns))
    give = crop_tolerance(still, MAX_CROP if still.aspect > 1 else _MAX_CROP_UPRIGHT)
    width, height = frame_size(still.aspect, grid.columns(columns), content.height - below, tolerance=give)
    top = content.top + (content.height - height - below) // 2
    box = Box(content.right - width, top, content.right, top + height)
    words = _fit_texts(scene, look, box.left - grid.px(_GAP) - content.left, content.height, 7)
    at = box.centre_y - words.height_px(look) // 2
    return [
        photograph_sprite(look, still, box, motion=entrance(grid, 0, rise=24)),
        *credit_sprites(still, look, width_px=grid.columns(columns), left=box.left, bottom=box.bottom),
        *words.elements(look, left=content.left, top=at),
    ]


def _full_frame(scene: SplitScene, words: Sequence[Word], look: Look) -> Composition | None:
    """The picture full-frame with the text at the bottom; None if that does not fit."""
    if scene.kicker:
        return None
    whole = SceneryScene(lines=scene.lines, picture=scene.picture, heading=scene.heading, subtitle=scene.text)
    found = scenery.lay_out(whole, words, look)
    return None if any(isinstance(each, Sprite) and each.is_truncated for each in found.elements) else found


def _prefers_beside(scene: SplitScene, still: Still, look: Look) -> bool:
    """Whether above the text the picture would be cropped too much, or whole but smaller than at its side."""
    if look.grid.is_tall or still.aspect < _UPRIGHT:
        return not look.grid.is_tall
    _, height, _ = _above(scene, still, look)
    shape = look.format.width_px / height
    loses_much = still.aspect < _SQUARISH and shape > _MAX_CROP_STACKED * still.aspect
    is_small = is_cropped(still, shape) and height * widest_aspect(still) < _SHARE_SQUARISH * look.format.width_px
    return not still.has_alpha and (loses_much or is_small)


def _beside(scene: SplitScene, still: Still, look: Look) -> list[Element] | None:
    """The picture at the right edge, text on the left; None if that does not fit.

    From the top to the captions, if that much can be cropped from its sides; else vertically centred.
    """
    grid, content = look.grid, picture_area(look)
    right = look.format.width_px
    most = round(right * (_SHARE_UPRIGHT if still.aspect < _UPRIGHT else _SHARE_SQUARISH))
    below = credit_px(still, look, width_px=most)
    room = content.bottom - below
    shape = min(still.aspect, max(most / room, narrowest_aspect(still)))
    height = min(room, round(most / shape)) & ~1
    top = 0 if height > _EXTEND_TO_TOP * room else max(0, content.centre_y - (height + below) // 2)
    box = Box(right - min(most, round(height * shape)), top, right, top + height)
    words = _fit_texts(scene, look, box.left - grid.px(_GAP_BESIDE) - content.left, content.height, 7)
    if words.is_truncated or words.height_px(look) > content.height:
        return None
    return [
        photograph_sprite(look, still, box, motion=entrance(grid, 0, rise=0), radius_px=0),
        *credit_sprites(still, look, width_px=most, left=box.left, bottom=box.bottom),
        *words.elements(look, left=content.left, top=content.centre_y - words.height_px(look) // 2),
    ]


def _above(scene: SplitScene, still: Still, look: Look) -> tuple[_Texts, int, int]:
    """The texts with a picture above them, its height, and the spare height."""
    grid, content = look.grid, picture_area(look)
    room = content.bottom - credit_px(still, look, width_px=content.width) - grid.px(_GAP_STACKED + _ABOVE_CAPTIONS)
    words = _fit_texts(scene, look, content.width, room - round(look.format.height_px * _MIN_HEIGHT), 5)
    room -= words.height_px(look)
    _, height = frame_size(still.aspect, look.format.width_px, room, tolerance=crop_tolerance(still, _MAX_CROP_STACKED))
    return words, height, room - height


def _stacked(scene: SplitScene, still: Still, look: Look) -> list[Element]:
    """The picture at the top, full bleed: it may extend below the controls of apps, unlike text. Text below it."""
    grid, content = look.grid, picture_area(look)
    words, height, spare = _above(scene, still, look)
    is_band = grid.is_tall and height < _BAND * look.format.height_px and spare > content.top
    first = content.top if is_band else 0
    box = Box(0, first, look.format.width_px, first + height)
    spare -= first
    below = credit_px(still, look, width_px=content.width) + grid.px(_GAP_STACKED) + spare // 3
    return [
        *full_bleed(look, still, box, motion=entrance(grid, 0, rise=0)),
        *credit_sprites(still, look, width_px=content.width, left=content.left, bottom=box.bottom),
        # Spare height goes above and below the text.
        *words.elements(look, left=content.left, top=box.bottom + below),
    ]
