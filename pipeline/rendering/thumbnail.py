"""The still that sells the film: few words, very large, and the figure with a bold pen."""

from __future__ import annotations

from PIL import Image

from pipeline.model import Script, VideoFormat
from pipeline.rendering.background import Light, background
from pipeline.rendering.fitting import Setting, fit
from pipeline.rendering.grid import Grid
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
# The figure keeps clear of the lower right, where sites put the film's length.
_FIGURE_PX, _FIGURE_CENTRE = 496, (972, 324)
_TEXT_WIDTH, _TEXT_HEIGHT = 736, 560


def draw(script: Script, look: Look) -> Image.Image:
    """A picture of 1280x720, mode RGB. Shows the script's thumbnail text, or its title."""
    picture = background(_SIZE, look.theme, _LIGHTS).copy()
    tile, mask, _order = figure(look.seed, _FIGURE_PX, look.theme, bold=True)
    corner = (_FIGURE_CENTRE[0] - _FIGURE_PX // 2, _FIGURE_CENTRE[1] - _FIGURE_PX // 2)
    picture.paste(tile, corner, mask)
    words = script.thumbnail_text or script.title
    setting = fit(words, _STYLE, _SIZES, width_px=_TEXT_WIDTH, height_px=_TEXT_HEIGHT, most_lines=4)
    _draw_words(picture, setting, look)
    return picture


def _draw_words(picture: Image.Image, setting: Setting, look: Look) -> None:
    """The words, the last line in the accent colour if there are several."""
    top = (Grid(format=_SIZE).picture.height - setting.height_px) // 2
    for number, line in enumerate(setting.lines):
        ink = draw_ink(line, setting.size_px)
        if ink is None:
            continue
        last = number == len(setting.lines) - 1 and number > 0
        colour = rgb(look.theme.accent if last else look.theme.text)
        baseline = top + setting.cap_px + number * setting.leading_px
        at = (_MARGIN + ink.left, baseline + ink.top)
        picture.paste(Image.new("RGB", ink.mask.size, colour), at, ink.mask)
