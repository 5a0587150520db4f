"""How wide letters are, and where their ink is: measured once, in em, for all sizes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from pipeline.rendering.text import emoji, shaping
from pipeline.rendering.text.fonts import Face, load
from pipeline.rendering.text.shaping import Step, joins, stands_alone
from pipeline.rendering.text.styles import TextStyle

_MEASURED_AT_PX = 1000
# Size at which the white space before a letter is looked for.
_LOOKED_AT_PX = 200
# What is ink, 0 to 255; how far, in em, the eye goes into a letter from its edge; and how much of that is made up for.
_INKED, _SEEN_INTO, _STANDS_OUT = 127, 0.1, 0.33


class Pen(NamedTuple):
    """What Pillow draws letters with; `direction` as it wants it, None: whatever the letters say."""

    font: ImageFont.FreeTypeFont
    direction: str | None


def pen_for(text: str, face: Face, style: TextStyle, size_px: int, *, right_to_left: bool = False) -> Pen:
    """The font at a size; letters that need no shaping are not shaped, which draws them six times as fast."""
    weight, optical_size = style.weight, style.optical_size
    alone = stands_alone(text, face, weight=weight, optical_size=optical_size, right_to_left=right_to_left)
    font = load(face, size_px=size_px, weight=weight, optical_size=optical_size, plain=alone)
    return Pen(font, "rtl" if right_to_left and not alone else None)


def steps(graphemes: Sequence[str], face: Face, style: TextStyle, *, right_to_left: bool = False) -> list[Step]:
    """Each grapheme of a run of one font: how wide it is, and how far it moves the pen."""
    if face.strike_px:
        return [Step(width, width) for width in (emoji.advance_em(sign, face) for sign in graphemes)]
    return shaping.steps(
        graphemes, face, weight=style.weight, optical_size=style.optical_size, right_to_left=right_to_left
    )


@lru_cache(maxsize=2048)
def joined_width(text: str, face: Face, style: TextStyle, *, right_to_left: bool = False) -> float:
    """How wide a run of letters is that join: measured as it is drawn, by Pillow, script by script."""
    pen = pen_for(text, face, style, _MEASURED_AT_PX, right_to_left=right_to_left)
    return pen.font.getlength(text, direction=pen.direction) / _MEASURED_AT_PX


def width_of(grapheme: str, face: Face, style: TextStyle) -> float:
    """How wide a single one is."""
    if joins(grapheme) and not face.strike_px:
        return joined_width(grapheme, face, style)
    return steps((grapheme,), face, style)[0].width_em


@lru_cache(maxsize=128)
def digit_width(zero: int, face: Face, style: TextStyle) -> float:
    """The width of the widest digit of a script whose first digit is `zero`."""
    return max(width_of(chr(zero + digit), face, style) for digit in range(10))


@lru_cache(maxsize=1024)
def ink_edges(cluster: str, face: Face, style: TextStyle) -> tuple[float, float]:
    """Where a letter's ink begins and ends, from its origin. Pillow's boxes reach from there; only the pixels tell."""
    if face.strike_px:
        return emoji.ink_em(cluster, face)
    ink = _looked_at(cluster, face, style).getbbox()
    if not ink:
        return 0.0, width_of(cluster, face, style)
    return (ink[0] - _LOOKED_AT_PX) / _LOOKED_AT_PX, (ink[2] - _LOOKED_AT_PX) / _LOOKED_AT_PX


@lru_cache(maxsize=1024)
def overhang(cluster: str, face: Face, style: TextStyle, *, at_right: bool = False) -> float:
    """How far a letter has to stand out over the edge of a column to look as if it stood on it, in em.

    Nothing for an H, more for what is round, most for what is a point or a bar: a third of the white space that there
    is, in the mean, between the edge of its ink and the ink, as far as the eye goes into it. Digits keep their columns,
    and letters that join their line.
    """
    if face.strike_px or joins(cluster) or cluster.isdecimal():
        return 0.0
    sheet = _looked_at(cluster, face, style)
    ink = np.asarray(ImageOps.mirror(sheet) if at_right else sheet)[: 2 * _LOOKED_AT_PX] > _INKED
    starts = ink.argmax(axis=1)[ink.any(axis=1)]
    if not starts.size:
        return 0.0
    white = np.minimum(starts - starts.min(), _SEEN_INTO * _LOOKED_AT_PX).mean() / _LOOKED_AT_PX
    return float(round(_STANDS_OUT * white, 3))


def _looked_at(cluster: str, face: Face, style: TextStyle) -> Image.Image:
    """A letter, its origin `_LOOKED_AT_PX` from the left and twice that from the top."""
    font = pen_for(cluster, face, style, _LOOKED_AT_PX).font
    sheet = Image.new("L", (3 * _LOOKED_AT_PX, 3 * _LOOKED_AT_PX))
    # A whole sentence in one letter (U+FDFD) is more than FreeType draws at that size.
    with suppress(OSError):
        ImageDraw.Draw(sheet).text((_LOOKED_AT_PX, 2 * _LOOKED_AT_PX), cluster, font=font, fill=255, anchor="ls")
    return sheet


def rise(cluster: str, face: Face, style: TextStyle) -> float:
    """How far a letter reaches above the baseline."""
    top: float = pen_for(cluster, face, style, _LOOKED_AT_PX).font.getbbox(cluster, anchor="ls")[1]
    return -top / _LOOKED_AT_PX
