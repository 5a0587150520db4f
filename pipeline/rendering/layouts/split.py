"""A picture on one side, words on the other; where one stacks, the picture stands above them.

The wider the picture, the more of the width it gets: little of it is cut off. Above words there is no room for one that
is upright: it fills a picture that is as tall as a phone, with the words on it, and others from top to bottom at their
side, as long as all words fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import SceneryScene, SplitScene, Still, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts import scenery
from pipeline.rendering.layouts.components import accent_bar, entrance, kicker, scaled_sizes, source_line
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
)
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.styles import BODY, HEADING
from pipeline.rendering.type_scale import HEADING_SIZES, TEXT_SIZES

_LIGHTS = (
    Light(role="glow", x=0.84, y=0.30, width=0.46, height=0.66, strength=0.55),
    Light(role="glow_far", x=0.06, y=0.95, width=0.40, height=0.50, strength=0.34),
)
# Columns of a picture by its shape, widest first: width over height from which it gets them; and how much of one that
# is upright is cut off.
_COLUMNS = ((1.2, 7), (0.85, 6), (0.0, 5))
_GIVE_UPRIGHT = 1.12
_GAP, _GAP_STACKED = 80, 64
_AFTER_LABEL, _AFTER_HEADING, _AFTER_BAR, _ABOVE_CREDIT = 40, 48, 48, 28
# Of a stacked picture: the least that it may be high, as a share of the whole, and how much of it may be cut off.
_MIN_HEIGHT, _GIVE_STACKED = 0.24, 1.6
# Of a tall frame: a picture that is no higher than this share of it stands below what apps show at the top.
_BAND = 0.26
# Width over height below which a picture is upright, and below which it is none that lies.
_UPRIGHT, _SQUARISH = 0.85, 1.1
# Beside words: how much of the width a picture takes that is upright or not, and the room between.
_SHARE_UPRIGHT, _SHARE_SQUARISH, _GAP_BESIDE = 0.44, 0.5, 56
# From which share of the room on it is taken up to the top.
_TALL_BESIDE = 0.8
# Below stacked words: captions of two lines come close otherwise.
_ABOVE_CAPTIONS = 32


def lay_out(scene: SplitScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `LookupError` if the look does not have the picture."""
    still = look.still(scene.picture)
    if still is None:
        raise LookupError(scene.picture)
    is_background = still.aspect < _UPRIGHT and not is_page(still)
    if look.grid.is_tall and is_background and (found := _filling(scene, words, look)):
        return found
    if not look.grid.is_stacked:
        elements = _side_by_side(scene, still, look)
    else:
        beside = _beside(scene, still, look) if _is_better_beside(scene, still, look) else None
        elements = beside or _stacked(scene, still, look)
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


@dataclass(frozen=True, kw_only=True)
class _Words:
    """The texts on their lines."""

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
            found += text_sprites(self.label, left=left, top=top, colours=(theme.accent,), motion=entrance(grid, 4))
            top += self.label.height_px + grid.px(_AFTER_LABEL) + self.heading.clearance_px
        found += text_sprites(self.heading, left=left, top=top, colours=(theme.text,), motion=entrance(grid, 6))
        if self.text.lines:
            top += self.heading.height_px + self.heading.clearance_px + grid.px(_AFTER_HEADING)
            found.append(accent_bar(look, left=left, top=top, frame=12))
            top += grid.px(8 + _AFTER_BAR)
            found += text_sprites(
                self.text, left=left, top=top, colours=(theme.text,), motion=entrance(grid, 14, rise=24)
            )
        return found


def _words(scene: SplitScene, look: Look, width_px: int, height_px: int, max_lines: int) -> _Words:
    """The texts in a room of so many pixels; where they need more, the text gives."""
    grid = look.grid
    heading = fit(
        scene.heading, look.styled(HEADING), scaled_sizes(grid, HEADING_SIZES), width_px=width_px, max_lines=3
    )
    words = _Words(
        label=kicker(scene.kicker, look, width_px=width_px),
        heading=heading,
        text=fit(scene.text, look.styled(BODY), scaled_sizes(grid, TEXT_SIZES), width_px=width_px, max_lines=max_lines),
    )
    over = words.height_px(look) - height_px
    if over <= 0 or not words.text.lines:
        return words
    text = fit(
        scene.text,
        look.styled(BODY),
        scaled_sizes(grid, TEXT_SIZES),
        width_px=width_px,
        height_px=words.text.height_px - over,
        max_lines=max_lines,
    )
    return replace(words, text=text)


def _side_by_side(scene: SplitScene, still: Still, look: Look) -> list[Element]:
    """Words on the left, the picture on the right edge."""
    grid, content = look.grid, picture_area(look)
    columns = next(columns for least, columns in _COLUMNS if still.aspect >= least)
    credit = source_line(still.credit, look, width_px=grid.columns(columns))
    below = grid.px(_ABOVE_CREDIT) + credit.height_px if credit.lines else 0
    give = crop_tolerance(still, MAX_CROP if still.aspect > 1 else _GIVE_UPRIGHT)
    width, height = frame_size(still.aspect, grid.columns(columns), content.height - below, tolerance=give)
    top = content.top + (content.height - height - below) // 2
    box = Box(content.right - width, top, content.right, top + height)
    words = _words(scene, look, box.left - grid.px(_GAP) - content.left, content.height, 7)
    at = box.centre_y - words.height_px(look) // 2
    return [
        photograph_sprite(look, still, box, motion=entrance(grid, 0, rise=24)),
        *text_sprites(
            credit,
            left=box.left,
            top=box.bottom + grid.px(_ABOVE_CREDIT),
            colours=(look.theme.muted,),
            motion=entrance(grid, 12, rise=16),
        ),
        *words.elements(look, left=content.left, top=at),
    ]


def _filling(scene: SplitScene, words: Sequence[Word], look: Look) -> Composition | None:
    """The picture over all of the frame, the words low on it; None: they need more room."""
    if scene.kicker:
        return None
    whole = SceneryScene(lines=scene.lines, picture=scene.picture, heading=scene.heading, subtitle=scene.text)
    found = scenery.lay_out(whole, words, look)
    return None if any(isinstance(each, Sprite) and each.is_truncated for each in found.elements) else found


def _is_better_beside(scene: SplitScene, still: Still, look: Look) -> bool:
    """Whether a picture would lose too much above the words, and has room at their side."""
    if look.grid.is_tall or still.aspect < _UPRIGHT:
        return not look.grid.is_tall
    _, height, _ = _above(scene, still, look)
    shape = look.format.width_px / height
    loses_much = still.aspect < _SQUARISH and shape > _GIVE_STACKED * still.aspect
    return not still.has_alpha and (loses_much or is_cropped(still, shape))


def _beside(scene: SplitScene, still: Still, look: Look) -> list[Element] | None:
    """The picture at the right edge, words on the left; None: they need more room.

    From the top to the captions, if so much of its sides can be cut off; else in the middle.
    """
    grid, content = look.grid, picture_area(look)
    right = look.format.width_px
    most = round(right * (_SHARE_UPRIGHT if still.aspect < _UPRIGHT else _SHARE_SQUARISH))
    credit = source_line(still.credit, look, width_px=most)
    below = grid.px(_ABOVE_CREDIT) + credit.height_px if credit.lines else 0
    room = content.bottom - below
    shape = min(still.aspect, max(most / room, narrowest_aspect(still)))
    height = min(room, round(most / shape)) & ~1
    top = 0 if height > _TALL_BESIDE * room else max(0, content.centre_y - (height + below) // 2)
    box = Box(right - min(most, round(height * shape)), top, right, top + height)
    words = _words(scene, look, box.left - grid.px(_GAP_BESIDE) - content.left, content.height, 7)
    if words.is_truncated or words.height_px(look) > content.height:
        return None
    return [
        photograph_sprite(look, still, box, motion=entrance(grid, 0, rise=0), radius_px=0),
        *text_sprites(
            credit,
            left=box.left,
            top=box.bottom + grid.px(_ABOVE_CREDIT),
            colours=(look.theme.muted,),
            motion=entrance(grid, 12, rise=16),
        ),
        *words.elements(look, left=content.left, top=content.centre_y - words.height_px(look) // 2),
    ]


def _above(scene: SplitScene, still: Still, look: Look) -> tuple[_Words, int, int]:
    """Words with a picture above them, its height, and what is left over."""
    grid, content = look.grid, picture_area(look)
    room = content.bottom - _credit_px(still, look) - grid.px(_GAP_STACKED + _ABOVE_CAPTIONS)
    words = _words(scene, look, content.width, room - round(look.format.height_px * _MIN_HEIGHT), 5)
    room -= words.height_px(look)
    _, height = frame_size(still.aspect, look.format.width_px, room, tolerance=crop_tolerance(still, _GIVE_STACKED))
    return words, height, room - height


def _credit_px(still: Still, look: Look) -> int:
    """What whose it is takes below a picture above words."""
    credit = source_line(still.credit, look, width_px=look.grid.content.width)
    return look.grid.px(_ABOVE_CREDIT) + credit.height_px if credit.lines else 0


def _stacked(scene: SplitScene, still: Still, look: Look) -> list[Element]:
    """The picture above, from edge to edge: it may run under what apps show up there, as no word may. Words below."""
    grid, content = look.grid, picture_area(look)
    words, height, spare = _above(scene, still, look)
    is_band = grid.is_tall and height < _BAND * look.format.height_px and spare > content.top
    first = content.top if is_band else 0
    box = Box(0, first, look.format.width_px, first + height)
    spare -= first
    top = box.bottom + _credit_px(still, look) + grid.px(_GAP_STACKED) + spare // 3
    return [
        *full_bleed(look, still, box, motion=entrance(grid, 0, rise=0)),
        *text_sprites(
            source_line(still.credit, look, width_px=content.width),
            left=content.left,
            top=box.bottom + grid.px(_ABOVE_CREDIT),
            colours=(look.theme.muted,),
            motion=entrance(grid, 12, rise=16),
        ),
        # What is left over stands above and below the words.
        *words.elements(look, left=content.left, top=top),
    ]
