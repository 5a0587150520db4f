"""Emoji: pictures in their own colours, as large as the text around them and in the middle of its capitals.

Where a font has them as bitmaps, they are enlarged for titles, and more so at 4K: edges are then drawn anew, smooth and
sharp, without the rings that sharpening leaves beside them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from pipeline.rendering.text.fonts import Face

# The one that all others of a font are measured by, and how high it is in a text, in em.
_MEASURE, _HEIGHT_EM = "😀", 0.96

# How much they may be enlarged, and from where on their edges are drawn anew: how far steps are smoothed away and how
# far an edge is sharpened, in pixels of the font, by how many per cent, and the transparent rim that it takes.
_ENLARGED, _AS_THEY_ARE = 2.7, 1.05
_SMOOTHED_PX, _SHARPENED_PX, _SHARPENED_PERCENT, _RIM_PX = 0.45, 0.8, 300, 2


class Sign(NamedTuple):
    """A picture (mode RGBA; as the font has it, RGBa), its corner in pixels from the pen on the baseline."""

    image: Image.Image
    left: int
    top: int


class _Scale(NamedTuple):
    # Of a pixel of the font's pictures.
    em: float
    # Of the middle of such a picture, pixels below the baseline.
    middle: float


def draw_sign(cluster: str, face: Face, size_px: int, *, cap_height_em: float) -> Sign | None:
    """An emoji at a size; None if it leaves no mark."""
    drawn = _drawn(cluster, face)
    if drawn is None:
        return None
    scale = _scale(face)
    zoom = scale.em * size_px
    image = ImageOps.expand(drawn.image, _RIM_PX)
    size = (max(1, round(image.width * zoom)), max(1, round(image.height * zoom)))
    left, top = drawn.left - _RIM_PX, drawn.top - _RIM_PX - scale.middle
    image = image.resize(size, Image.Resampling.LANCZOS)
    if zoom > _AS_THEY_ARE:
        image = _redrawn(image, zoom)
    return Sign(image.convert("RGBA"), round(left * zoom), round(top * zoom - cap_height_em * size_px / 2))


def _redrawn(image: Image.Image, zoom: float) -> Image.Image:
    """An enlarged picture with sharp edges: nowhere lighter or darker than what is there a pixel of the font around."""
    smooth = image.filter(ImageFilter.GaussianBlur(_SMOOTHED_PX * zoom))
    sharp = smooth.filter(ImageFilter.UnsharpMask(_SHARPENED_PX * zoom, _SHARPENED_PERCENT, 0))
    around = 2 * round(zoom) + 1
    sharp = ImageChops.darker(sharp, smooth.filter(ImageFilter.MaxFilter(around)))
    return ImageChops.lighter(sharp, smooth.filter(ImageFilter.MinFilter(around)))


def sharp_px(face: Face) -> int:
    """The largest size of a text at which its emoji are sharp."""
    return int(_ENLARGED / _scale(face).em)


def advance_em(cluster: str, face: Face) -> float:
    """How much room an emoji takes in a line."""
    return float(_font(face).getlength(cluster)) * _scale(face).em


def ink_em(cluster: str, face: Face) -> tuple[float, float]:
    """Where its picture begins and ends, from the pen."""
    drawn, em = _drawn(cluster, face), _scale(face).em
    return (drawn.left * em, (drawn.left + drawn.image.width) * em) if drawn else (0.0, 0.0)


@lru_cache(maxsize=4)
def _scale(face: Face) -> _Scale:
    measure = _drawn(_MEASURE, face)
    if measure is None:
        return _Scale(_HEIGHT_EM / face.strike_px, -face.strike_px / 2)
    return _Scale(_HEIGHT_EM / measure.image.height, measure.top + measure.image.height / 2)


@lru_cache(maxsize=256)
def _drawn(cluster: str, face: Face) -> Sign | None:
    """As large as the font has it; what it needs of joined pictures is one only where the font has it as one."""
    font, edge = _font(face), face.strike_px
    sheet = Image.new("RGBA", (round(font.getlength(cluster)) + 2 * edge, 3 * edge))
    ImageDraw.Draw(sheet).text((edge, 2 * edge), cluster, font=font, embedded_color=True, anchor="ls")
    box = sheet.getbbox()
    if not box:
        return None
    # Pillow has mixed its colours with the black of what is transparent: they are multiplied by their opacity already.
    return Sign(Image.merge("RGBa", sheet.crop(box).split()), box[0] - edge, box[1] - 2 * edge)


@lru_cache(maxsize=4)
def _font(face: Face) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(face.path, face.strike_px, index=face.index)
