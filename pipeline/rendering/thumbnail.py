"""The stills that sell the film: few words, very large. Three to choose from.

1   the words beside the film's figure, drawn with a bold pen
2   the words on the accent, as a poster
3   the number that the film is about above the words; where it has none, the figure, larger than the picture

The lower right stays free: sites put the film's length there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from pipeline.model import NumberScene, Script, VideoFormat
from pipeline.rendering.background import Light, background
from pipeline.rendering.fitting import TextBlock, fit
from pipeline.rendering.look import Look
from pipeline.rendering.motif import figure
from pipeline.rendering.numbers import write_number
from pipeline.rendering.text import TextStyle, draw_ink
from pipeline.rendering.theme import rgb
from pipeline.theme.theme import Theme

COUNT = 3
_STYLE = TextStyle(weight=800, tracking=-0.026, leading=1.04, rarely_divided=True)
_SIZES = (180, 166, 152, 140, 128, 116, 104, 92, 80, 70, 60, 50)
# Of a single short word: a name, a year.
_WORD_SIZES = (340, 300, 260, 220, *_SIZES)
_SHORT_CHARS = 7
_NUMBER_SIZES = (340, 300, 260, 220, 180, 150)
_LIGHTS = (
    Light(role="glow", x=0.80, y=0.36, width=0.44, height=0.72, strength=1.0),
    Light(role="glow_far", x=0.05, y=0.0, width=0.40, height=0.60, strength=0.35),
)
_MARGIN, _GAP = 64, 40
_LINES = 4
# Of the figure on a poster.
_FAINT = 0.22


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """A still in the making. On an upright one, words stand above and figures below them."""

    picture: Image.Image
    look: Look
    words: str

    @property
    def is_upright(self) -> bool:
        return self.picture.height > self.picture.width

    @property
    def width(self) -> int:
        """Of the words: more than half, so that the figure has its place beside them."""
        return self.picture.width - 2 * _MARGIN if self.is_upright else 720

    @property
    def sizes(self) -> tuple[int, ...]:
        """Of the words, largest first."""
        return _WORD_SIZES if len(self.words) <= _SHORT_CHARS else _SIZES

    def fitted(self, text: str, sizes: Sequence[int], width: int, height: int, lines: int = _LINES) -> TextBlock:
        style = _STYLE.in_language(self.look.language)
        return fit(text, style, sizes, width_px=width, height_px=height, most_lines=lines)

    def write(self, block: TextBlock, top: int, colours: Sequence[str]) -> None:
        """The lines from `top`, pixels; the last of several in the last colour."""
        for number, line in enumerate(block.lines):
            ink = draw_ink(line, block.size_px)
            if ink is None:
                continue
            last = number == len(block.lines) - 1 and number > 0
            start = _MARGIN
            if self.look.right_to_left:
                start = self.picture.width - _MARGIN - round(line.width_em * block.size_px)
            at = (start + ink.left, top + block.cap_px + number * block.leading_px + ink.top)
            inked = ink.painted(Image.new("RGB", ink.mask.size, rgb(colours[-1] if last else colours[0])))
            self.picture.paste(inked, at, ink.mask)

    def put(self, tile: Image.Image, mask: Image.Image, left: int, top: int) -> None:
        """A tile; where text runs from the right, on the other side."""
        if self.look.right_to_left:
            left = self.picture.width - left - tile.width
        self.picture.paste(tile, (left, top), mask)


def draw(script: Script, look: Look, number: int = 1) -> Image.Image:
    """One of the stills, mode RGB, of `look.format.thumbnail_px`. Shows the script's thumbnail text, or its title."""
    width, height = look.format.thumbnail_px
    ground = _poster((width, height), look) if number == 2 else _quiet((width, height), look)
    sheet = _Sheet(picture=ground, look=look, words=script.thumbnail_text or script.title)
    told = next((scene for scene in script.scenes if isinstance(scene, NumberScene)), None)
    if number == 2:
        _on_accent(sheet)
    elif number == 3 and told is not None:
        _with_number(sheet, told)
    elif number == 3:
        _behind(sheet)
    else:
        _beside(sheet)
    return sheet.picture


def _beside(sheet: _Sheet) -> None:
    theme, height = sheet.look.theme, sheet.picture.height
    room = height - 2 * _MARGIN if not sheet.is_upright else height * 2 // 5
    block = sheet.fitted(sheet.words, sheet.sizes, sheet.width, min(room, 560 if not sheet.is_upright else room))
    side = 496 if not sheet.is_upright else 760
    tile, mask, _order = figure(sheet.look.seed, side, theme, bold=True)
    if sheet.is_upright:
        top = height // 8
        sheet.put(tile, mask, sheet.picture.width - side * 4 // 5, height // 2)
    else:
        top = (height - block.height_px) // 2
        # It makes room for long words by leaving the picture on the right.
        sheet.put(tile, mask, max(724, _MARGIN + block.width_px + _GAP), 76)
    sheet.write(block, top, (theme.text, theme.accent))


def _on_accent(sheet: _Sheet) -> None:
    theme, (width, height) = sheet.look.theme, sheet.picture.size
    side = height * 5 // 4 if not sheet.is_upright else width * 6 // 5
    _tile, mask, _order = figure(sheet.look.seed, side, theme, bold=True)
    faint = mask.point([round(level * _FAINT) for level in range(256)])
    sheet.put(Image.new("RGB", mask.size, rgb(theme.on_accent)), faint, width - side * 2 // 3, (height - side) // 2)
    room = height - 2 * _MARGIN if not sheet.is_upright else height // 2
    block = sheet.fitted(sheet.words, sheet.sizes, width - 3 * _MARGIN, room)
    top = (height - block.height_px) // 2 if not sheet.is_upright else height // 5
    sheet.write(block, top, (theme.on_accent,))


def _with_number(sheet: _Sheet, scene: NumberScene) -> None:
    theme, (width, height) = sheet.look.theme, sheet.picture.size
    number = sheet.fitted(
        write_number(scene.value, sheet.look.language, scene.unit),
        _NUMBER_SIZES,
        width - 2 * _MARGIN,
        height // 2,
        lines=1,
    )
    block = sheet.fitted(sheet.words, _SIZES[4:], sheet.width + 200 * (not sheet.is_upright), height // 3, lines=3)
    whole = number.height_px + 2 * _GAP + block.height_px
    top = (height - whole) // 2 if not sheet.is_upright else height // 6
    sheet.write(number, top, (theme.accent,))
    sheet.write(block, top + number.height_px + 2 * _GAP, (theme.text,))


def _behind(sheet: _Sheet) -> None:
    theme, (width, height) = sheet.look.theme, sheet.picture.size
    side = height * 3 // 2 if not sheet.is_upright else width * 4 // 3
    tile, mask, _order = figure(sheet.look.seed, side, theme, bold=True)
    top = -side // 3 if not sheet.is_upright else height // 3
    sheet.put(tile, mask, width - side * 3 // 5, top)
    room = height * 3 // 5 if not sheet.is_upright else height // 3
    block = sheet.fitted(sheet.words, _SIZES[2:], sheet.width - 80 * (not sheet.is_upright), room)
    low = height - _MARGIN - block.height_px if not sheet.is_upright else height // 8
    sheet.write(block, low, (theme.text, theme.accent))


def _quiet(size: tuple[int, int], look: Look) -> Image.Image:
    return _lit(size, look.theme, mirrored=look.right_to_left).copy()


@lru_cache(maxsize=2)
def _lit(size: tuple[int, int], theme: Theme, *, mirrored: bool) -> Image.Image:
    ground = background(VideoFormat(width_px=size[0], height_px=size[1]), theme, _LIGHTS)
    return (ground.mirrored() if mirrored else ground).to_rgb()


def _poster(size: tuple[int, int], look: Look) -> Image.Image:
    """The accent, a shade lighter in the upper left and a shade deeper in the lower right."""
    x, y = (np.arange(side, dtype=np.float32) / side for side in size)
    along = (x[None, :] + y[:, None]) / 2
    accent, deep = (np.array(rgb(name), np.float32) for name in (look.theme.accent, look.theme.accent_deep))
    # Colour by colour: numpy is three times slower where the last axis has three.
    shades = (first + (last - first) * np.float32(0.35) * along for first, last in zip(accent, deep, strict=True))
    return Image.merge("RGB", [Image.fromarray(np.asarray(shade + np.float32(0.5), np.uint8)) for shade in shades])
