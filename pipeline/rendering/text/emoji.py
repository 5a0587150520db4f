"""Colour emoji, scaled to the text around them and centred on its cap height.

Bitmap emoji are enlarged for titles, more so at 4K. Their edges are then smoothed and sharpened again, without the
halos of plain sharpening.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from pipeline.rendering.text.fonts import Face

# The reference emoji of a font, and its height in em.
_REFERENCE, _HEIGHT_EM = "😀", 0.96

# Maximum enlargement that stays sharp, and enlargement from which edges are sharpened.
_MAX_ZOOM, _SHARPEN_FROM = 2.7, 1.05
# Smoothing radius and sharpening radius in pixels of the font, sharpening in per cent, and the transparent rim it
# needs.
_SMOOTHED_PX, _SHARPENED_PX, _SHARPENED_PERCENT, _RIM_PX = 0.45, 0.8, 300, 2


class EmojiImage(NamedTuple):
    """A picture (mode RGBA, or RGBa at the font's size) and its corner, from the pen on the baseline, in pixels."""

    image: Image.Image
    left: int
    top: int


class _Scale(NamedTuple):
    # Size of a pixel of the strike.
    em: float
    # Vertical centre of the reference emoji, in pixels of the strike below the baseline.
    middle: float


def draw_emoji(cluster: str, face: Face, size_px: int, *, cap_height_em: float) -> EmojiImage | None:
    """An emoji at a size; None if it leaves no mark."""
    drawn = _rendered(cluster, face)
    if drawn is None:
        return None
    scale = _scale(face)
    zoom = scale.em * size_px
    image = ImageOps.expand(drawn.image, _RIM_PX)
    size = (max(1, round(image.width * zoom)), max(1, round(image.height * zoom)))
    left, top = drawn.left - _RIM_PX, drawn.top - _RIM_PX - scale.middle
    image = image.resize(size, Image.Resampling.LANCZOS)
    if zoom > _SHARPEN_FROM:
        image = _sharpened(image, zoom)
    return EmojiImage(image.convert("RGBA"), round(left * zoom), round(top * zoom - cap_height_em * size_px / 2))


def _sharpened(image: Image.Image, zoom: float) -> Image.Image:
    """An enlarged picture with sharp edges, clamped to the local minimum and maximum within a pixel of the font."""
    smooth = image.filter(ImageFilter.GaussianBlur(_SMOOTHED_PX * zoom))
    sharp = smooth.filter(ImageFilter.UnsharpMask(_SHARPENED_PX * zoom, _SHARPENED_PERCENT, 0))
    around = 2 * round(zoom) + 1
    sharp = ImageChops.darker(sharp, smooth.filter(ImageFilter.MaxFilter(around)))
    return ImageChops.lighter(sharp, smooth.filter(ImageFilter.MinFilter(around)))


def max_sharp_px(face: Face) -> int:
    """The largest text size at which emoji are sharp."""
    return int(_MAX_ZOOM / _scale(face).em)


def advance_em(cluster: str, face: Face) -> float:
    """The advance width of an emoji, in em."""
    return float(_font(face).getlength(cluster)) * _scale(face).em


def ink_em(cluster: str, face: Face) -> tuple[float, float]:
    """The left and right edge of its picture from the pen, in em."""
    drawn, em = _rendered(cluster, face), _scale(face).em
    return (drawn.left * em, (drawn.left + drawn.image.width) * em) if drawn else (0.0, 0.0)


@lru_cache(maxsize=4)
def _scale(face: Face) -> _Scale:
    measure = _rendered(_REFERENCE, face)
    if measure is None:
        return _Scale(_HEIGHT_EM / face.strike_px, -face.strike_px / 2)
    return _Scale(_HEIGHT_EM / measure.image.height, measure.top + measure.image.height / 2)


@lru_cache(maxsize=256)
def _rendered(cluster: str, face: Face) -> EmojiImage | None:
    """An emoji at the font's size; joined emoji are one picture only if the font has a ligature for them."""
    font, edge = _font(face), face.strike_px
    sheet = Image.new("RGBA", (round(font.getlength(cluster)) + 2 * edge, 3 * edge))
    ImageDraw.Draw(sheet).text((edge, 2 * edge), cluster, font=font, embedded_color=True, anchor="ls")
    box = sheet.getbbox()
    if not box:
        return None
    # Pillow blended the colours with transparent black: they are premultiplied already.
    return EmojiImage(Image.merge("RGBa", sheet.crop(box).split()), box[0] - edge, box[1] - 2 * edge)


@lru_cache(maxsize=4)
def _font(face: Face) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(face.path, face.strike_px, index=face.index)
