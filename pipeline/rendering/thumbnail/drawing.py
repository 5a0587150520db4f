"""The stills that sell the film: few words, very large. Three to choose from.

1   the words on the film's first picture, or beside it where something shows through it; in films without pictures,
    beside the film's figure, drawn with a bold pen
2   the words on the accent, as a poster
3   the number that the film is about above the words; where it has none, the figure, larger than the picture

The lower right stays free: sites put the film's length there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from PIL import Image

from pipeline.model import NumberScene, Script, VideoFormat
from pipeline.rendering.look import Look
from pipeline.rendering.number_format import format_number
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.surface.motif import Figure, figure
from pipeline.rendering.thumbnail.badge import number_badge
from pipeline.rendering.thumbnail.canvas import MARGIN, SIZES, Sheet
from pipeline.rendering.thumbnail.picture import (
    beside_cut_out,
    beside_photograph,
    framed,
    is_better_beside,
    on_picture,
    picture_of,
)
from pipeline.theme.colours import rgb
from pipeline.theme.theme import Theme

COUNT = 3
_NUMBER_SIZES = (340, 300, 260, 220, 180, 150)
_LIGHTS = (
    Light(role="glow", x=0.80, y=0.36, width=0.44, height=0.72, strength=1.0),
    Light(role="glow_far", x=0.05, y=0.0, width=0.40, height=0.60, strength=0.35),
)
_GAP = 40
# Where the figure stands beside the words: a little high, as sites put the film's length below it.
_FIGURE_LEFT, _FIGURE_RIGHT, _FIGURE_MIDDLE = 724, 1220, 324
# Height of the words below a number: three lines in the smallest size.
_BELOW_NUMBER = 272
# Of the figure on a poster.
_FAINT = 0.22


def draw(script: Script, look: Look, number: int = 1, *, episode: int = 0) -> Image.Image:
    """One of the stills, mode RGB, of `look.format.thumbnail_px`. Shows the script's thumbnail text, or its title.

    That of an `episode` shows its number, too; 0: it is none.
    """
    width, height = look.format.thumbnail_px
    still = picture_of(script, look) if number == 1 else None
    is_beside = still is not None and is_better_beside(still, look)
    framing = framed(still, look) if still and not still.has_alpha and not is_beside else None
    if framing:
        ground = framing.picture
    else:
        ground = _poster((width, height), look) if number == 2 else _quiet((width, height), look)
    sheet = Sheet(picture=ground, look=look, words=script.thumbnail_text or script.title)
    told = next((scene for scene in script.scenes if isinstance(scene, NumberScene)), None)
    if still and still.has_alpha:
        beside_cut_out(sheet, still)
    elif still and is_beside:
        beside_photograph(sheet, still)
    elif framing:
        on_picture(sheet, across=framing.across)
    elif number == 2:
        _on_accent(sheet)
    elif number == 3 and told is not None:
        _with_number(sheet, told)
    elif number == 3:
        _behind(sheet)
    else:
        _beside(sheet)
    if episode:
        number_badge(sheet, episode, is_poster=number == 2 and framing is None)
    sheet.sign()
    return sheet.picture


def draw_all(script: Script, look: Look, *, episode: int) -> Iterator[Image.Image]:
    """All of them, the best first; each is drawn when it is asked for."""
    return (draw(script, look, number, episode=episode) for number in range(1, COUNT + 1))


def _beside(sheet: Sheet) -> None:
    theme, height = sheet.look.theme, sheet.picture.height
    room = sheet.most_height if not sheet.is_upright else height * 2 // 5
    block = sheet.fitted(sheet.words, sheet.sizes, sheet.width, room)
    if sheet.is_upright:
        top, side = height // 8, 760
        # Cut firmly, or not at all.
        left, high = sheet.picture.width - side * 4 // 5, height // 2
    else:
        top = (height - block.height_px) // 2
        # Beside long words it is smaller.
        left = max(_FIGURE_LEFT, MARGIN + block.width_px + _GAP)
        side = _FIGURE_RIGHT - left
        high = _FIGURE_MIDDLE - side // 2
    drawn = figure(sheet.look.seed, side, bold=True)
    sheet.put(drawn.rgb(theme), drawn.mask, left, high)
    sheet.write(block, top, (theme.text, theme.accent))


def _on_accent(sheet: Sheet) -> None:
    theme, (width, height) = sheet.look.theme, sheet.picture.size
    drawn = _large_figure(sheet)
    side = drawn.mask.width
    faint = drawn.mask.point([round(level * _FAINT) for level in range(256)])
    sheet.put(Image.new("RGB", faint.size, rgb(theme.on_accent)), faint, width - side * 5 // 8, (height - side) // 2)
    room = sheet.most_height if not sheet.is_upright else height // 2
    block = sheet.fitted(sheet.words, sheet.sizes, width - 3 * MARGIN, room)
    top = (height - block.height_px) // 2 if not sheet.is_upright else height // 5
    sheet.write(block, top, (theme.on_accent,))


def _with_number(sheet: Sheet, scene: NumberScene) -> None:
    theme, (width, height) = sheet.look.theme, sheet.picture.size
    number = sheet.fitted(
        format_number(scene.value, sheet.look.language, scene.unit),
        _NUMBER_SIZES,
        width - 2 * MARGIN,
        height // 2,
        lines=1,
    )
    block = sheet.fitted(sheet.words, SIZES[4:], sheet.width + 200 * (not sheet.is_upright), _BELOW_NUMBER, lines=3)
    gap = max(_GAP, min(2 * _GAP, sheet.most_height - number.height_px - block.height_px))
    whole = number.height_px + gap + block.height_px
    top = (height - whole) // 2 if not sheet.is_upright else height // 6
    if sheet.is_upright:
        # Words alone would leave the lower half empty.
        drawn = _large_figure(sheet)
        sheet.put(drawn.rgb(theme), drawn.mask, width - drawn.mask.width * 3 // 5, height // 2)
    # Both move up together where the words would stand in the corner of the film's length.
    top -= top + number.height_px + gap - sheet.place(block, top + number.height_px + gap).top
    sheet.write(number, top, (theme.accent,))
    sheet.write(block, top + number.height_px + gap, (theme.text,))


def _behind(sheet: Sheet) -> None:
    theme, (width, height) = sheet.look.theme, sheet.picture.size
    drawn = _large_figure(sheet)
    side = drawn.mask.width
    top = -side // 3 if not sheet.is_upright else height // 3
    sheet.put(drawn.rgb(theme), drawn.mask, width - side * 3 // 5, top)
    room = height * 2 // 3 if not sheet.is_upright else height // 3
    block = sheet.fitted(sheet.words, sheet.sizes[2:], sheet.width - 80 * (not sheet.is_upright), room)
    low = height - MARGIN - block.height_px if not sheet.is_upright else height // 8
    sheet.write(block, low, (theme.text, theme.accent))


def _large_figure(sheet: Sheet) -> Figure:
    """Larger than the picture; the second and the third have the same one, which takes the most time of a still."""
    width, height = sheet.picture.size
    return figure(sheet.look.seed, height * 3 // 2 if not sheet.is_upright else width * 4 // 3, bold=True)


def _quiet(size: tuple[int, int], look: Look) -> Image.Image:
    return _lit(size, look.theme, mirrored=look.right_to_left).copy()


@lru_cache(maxsize=2)
def _lit(size: tuple[int, int], theme: Theme, *, mirrored: bool) -> Image.Image:
    ground = background(VideoFormat(width_px=size[0], height_px=size[1]), theme, _LIGHTS)
    return (ground.mirrored() if mirrored else ground).to_rgb()


def _poster(size: tuple[int, int], look: Look) -> Image.Image:
    """The accent, a shade lighter in the upper left and a shade deeper in the lower right."""
    x, y = (np.arange(side, dtype=np.float32) * np.float32(0.35 / 2 / side) for side in size)
    accent, deep = (np.array(rgb(name), np.float32) for name in (look.theme.accent, look.theme.accent_deep))
    shades = []
    # Colour by colour: numpy is three times slower where the last axis has three.
    for first, last in zip(accent, deep, strict=True):
        shade = np.empty((size[1], size[0]), np.uint8)
        column, row = first + np.float32(0.5) + (last - first) * y[:, None], (last - first) * x[None, :]
        np.add(column, row, out=shade, casting="unsafe")
        shades.append(Image.fromarray(shade))
    return Image.merge("RGB", shades)
