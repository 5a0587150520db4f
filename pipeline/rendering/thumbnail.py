"""The still that sells the film: few words, very large, and the figure with a bold pen."""

from __future__ import annotations

from PIL import Image

from pipeline.model import Script, VideoFormat
from pipeline.rendering.background import Light, background
from pipeline.rendering.fitting import TextBlock, fit
from pipeline.rendering.look import Look
from pipeline.rendering.motif import figure
from pipeline.rendering.text import TextStyle, draw_ink
from pipeline.rendering.theme import rgb

_SIZE = VideoFormat(width_px=1280, height_px=720)
_STYLE = TextStyle(weight=800, tracking=-0.026, leading=1.04)
_SIZES = (180, 166, 152, 140, 128, 116, 104, 92, 80, 70, 60, 50)
_LIGHTS = (
    Light(role="glow", x=0.80, y=0.36, width=0.44, height=0.72, strength=1.0),
    Light(role="glow_far", x=0.05, y=0.0, width=0.40, height=0.60, strength=0.35),
)
_MARGIN = 64
_TEXT_WIDTH, _TEXT_HEIGHT = 720, 560
# The figure keeps clear of the lower right, where sites put the film's length, and of the words: it makes room for
# long ones by leaving the picture on the right.
_FIGURE_PX, _FIGURE_LEFT, _FIGURE_TOP, _GAP = 496, 724, 76, 40


def draw(script: Script, look: Look) -> Image.Image:
    """A picture of 1280x720, mode RGB. Shows the script's thumbnail text, or its title.

    Mirrored for languages that run right to left.
    """
    picture = background(_SIZE, look.theme, _LIGHTS).to_rgb()
    tile, mask, _order = figure(look.seed, _FIGURE_PX, look.theme, bold=True)
    words = script.thumbnail_text or script.title
    style = _STYLE.in_language(look.language)
    block = fit(words, style, _SIZES, width_px=_TEXT_WIDTH, height_px=_TEXT_HEIGHT, most_lines=4)
    left = max(_FIGURE_LEFT, _MARGIN + block.width_px + _GAP)
    if look.right_to_left:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        left = _SIZE.width_px - left - tile.width
    picture.paste(tile, (left, _FIGURE_TOP), mask)
    _draw_words(picture, block, look)
    return picture


def _draw_words(picture: Image.Image, block: TextBlock, look: Look) -> None:
    """The words, the last line in the accent colour if there are several."""
    top = (_SIZE.height_px - block.height_px) // 2
    for number, line in enumerate(block.lines):
        ink = draw_ink(line, block.size_px)
        if ink is None:
            continue
        last = number == len(block.lines) - 1 and number > 0
        colour = rgb(look.theme.accent if last else look.theme.text)
        baseline = top + block.cap_px + number * block.leading_px
        start = _MARGIN
        if look.right_to_left:
            start = _SIZE.width_px - _MARGIN - round(line.width_em * block.size_px)
        at = (start + ink.left, baseline + ink.top)
        picture.paste(Image.new("RGB", ink.mask.size, colour), at, ink.mask)
