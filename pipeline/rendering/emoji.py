"""Emoji: pictures in their own colours, as large as the text around them and in the middle of its capitals."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from pipeline.rendering.fonts import Face

# The one that all others of a font are measured by, and how high it is in a text, in em.
_MEASURE, _HEIGHT_EM = "😀", 0.96

_ENLARGED = 1.1


class Sign(NamedTuple):
    """A picture (mode RGBA), its corner in pixels from the pen on the baseline."""

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
    size = (max(1, round(drawn.image.width * zoom)), max(1, round(drawn.image.height * zoom)))
    top = (drawn.top - scale.middle) * zoom - cap_height_em * size_px / 2
    return Sign(drawn.image.resize(size, Image.Resampling.LANCZOS), round(drawn.left * zoom), round(top))


def sharp_px(face: Face) -> int:
    """The largest size of a text at which its emoji are sharp: enlarged by no more than a tenth."""
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
    return Sign(sheet.crop(box), box[0] - edge, box[1] - 2 * edge) if box else None


@lru_cache(maxsize=4)
def _font(face: Face) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(face.path, face.strike_px, index=face.index)
