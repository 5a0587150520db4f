"""How wide letters are, and where their ink is: measured once, in em, for all sizes."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from pipeline.rendering import emoji
from pipeline.rendering.fonts import Face, load
from pipeline.rendering.shaping import Shaped, shaped
from pipeline.rendering.styles import TextStyle

_MEASURED_AT_PX = 1000
# Size at which the white space before a letter is looked for.
_LOOKED_AT_PX = 200


class Pen(NamedTuple):
    """What Pillow draws letters with; `direction` as it wants it, None: whatever the letters say."""

    font: ImageFont.FreeTypeFont
    direction: str | None


def pen_for(text: str, face: Face, style: TextStyle, size_px: int, *, right_to_left: bool = False) -> Pen:
    """The font at a size; letters that need no shaping are not shaped, which draws them six times as fast."""
    letters = _shaped(text, face, style, right_to_left=right_to_left)
    plain = letters is not None and letters.plain
    font = load(face, size_px=size_px, weight=style.weight, optical_size=style.optical_size, plain=plain)
    return Pen(font, "rtl" if right_to_left and not plain else None)


@lru_cache(maxsize=8192)
def advance(text: str, face: Face, style: TextStyle, *, right_to_left: bool = False) -> float:
    """How far a text moves the pen, without kerning between it and what follows."""
    if face.strike_px:
        return emoji.advance_em(text, face)
    letters = _shaped(text, face, style, right_to_left=right_to_left)
    if letters is not None:
        return letters.advance_em
    pen = pen_for(text, face, style, _MEASURED_AT_PX, right_to_left=right_to_left)
    return pen.font.getlength(text, direction=pen.direction) / _MEASURED_AT_PX


def _shaped(text: str, face: Face, style: TextStyle, *, right_to_left: bool) -> Shaped | None:
    return shaped(text, face, weight=style.weight, optical_size=style.optical_size, right_to_left=right_to_left)


@lru_cache(maxsize=128)
def digit_width(zero: int, face: Face, style: TextStyle) -> float:
    """Of the widest digit of a script, whose first is `zero`."""
    return max(advance(chr(zero + digit), face, style) for digit in range(10))


@lru_cache(maxsize=8192)
def kerning(left: str, right: str, face: Face, style: TextStyle) -> float:
    """What two letters are moved apart; less than nothing: closer."""
    pair = advance(left + right, face, style)
    return pair - advance(left, face, style) - advance(right, face, style)


@lru_cache(maxsize=1024)
def ink_edges(cluster: str, face: Face, style: TextStyle) -> tuple[float, float]:
    """Where a letter's ink begins and ends, from its origin. Pillow's boxes reach from there; only the pixels tell."""
    if face.strike_px:
        return emoji.ink_em(cluster, face)
    font = pen_for(cluster, face, style, _LOOKED_AT_PX).font
    sheet = Image.new("L", (3 * _LOOKED_AT_PX, 3 * _LOOKED_AT_PX))
    # A whole sentence in one letter (U+FDFD) is more than FreeType draws at that size.
    with suppress(OSError):
        ImageDraw.Draw(sheet).text((_LOOKED_AT_PX, 2 * _LOOKED_AT_PX), cluster, font=font, fill=255, anchor="ls")
    ink = sheet.getbbox()
    if not ink:
        return 0.0, advance(cluster, face, style)
    return (ink[0] - _LOOKED_AT_PX) / _LOOKED_AT_PX, (ink[2] - _LOOKED_AT_PX) / _LOOKED_AT_PX


def rise(cluster: str, face: Face, style: TextStyle) -> float:
    """How far a letter reaches above the baseline."""
    top: float = pen_for(cluster, face, style, _LOOKED_AT_PX).font.getbbox(cluster, anchor="ls")[1]
    return -top / _LOOKED_AT_PX
