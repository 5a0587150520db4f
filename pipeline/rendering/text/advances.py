"""Glyph metrics: advance widths and ink extents, measured once in em for all sizes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from pipeline.rendering.text import emoji, shaping
from pipeline.rendering.text.fonts import Face, load_font
from pipeline.rendering.text.shaping import Advance, can_skip_shaping, is_joining
from pipeline.rendering.text.styles import TextStyle

_MEASURING_PX = 1000
# Size at which glyphs are rasterised to measure their ink.
_RASTER_PX = 200
# Level from which a pixel counts as ink, 0 to 255; how deep white space at a glyph's edge counts, in em; and the share
# of it that overhangs.
_INK_THRESHOLD, _EDGE_DEPTH_EM, _OVERHANG_SHARE = 127, 0.1, 0.33


class Pen(NamedTuple):
    """A font and direction for Pillow; `direction` None: derived from the letters."""

    font: ImageFont.FreeTypeFont
    direction: str | None


def pen_for(text: str, face: Face, style: TextStyle, size_px: int, *, right_to_left: bool = False) -> Pen:
    """The font at a size. Letters that need no shaping are drawn without it, six times as fast."""
    weight, optical_size = style.weight, style.optical_size
    alone = can_skip_shaping(text, face, weight=weight, optical_size=optical_size, right_to_left=right_to_left)
    font = load_font(face, size_px=size_px, weight=weight, optical_size=optical_size, plain=alone)
    return Pen(font, "rtl" if right_to_left and not alone else None)


def kerned_advances(
    graphemes: Sequence[str], face: Face, style: TextStyle, *, right_to_left: bool = False
) -> list[Advance]:
    """Width and kerned advance of each grapheme of a run in one font."""
    if face.strike_px:
        return [Advance(width, width) for width in (emoji.advance_em(sign, face) for sign in graphemes)]
    return shaping.kerned_advances(
        graphemes, face, weight=style.weight, optical_size=style.optical_size, right_to_left=right_to_left
    )


@lru_cache(maxsize=2048)
def run_width(text: str, face: Face, style: TextStyle, *, right_to_left: bool = False) -> float:
    """The width of a run in a joining script, in em: measured as a whole by Pillow."""
    pen = pen_for(text, face, style, _MEASURING_PX, right_to_left=right_to_left)
    return pen.font.getlength(text, direction=pen.direction) / _MEASURING_PX


def advance_width(grapheme: str, face: Face, style: TextStyle) -> float:
    """The advance width of a single grapheme, in em."""
    if is_joining(grapheme) and not face.strike_px:
        return run_width(grapheme, face, style)
    return kerned_advances((grapheme,), face, style)[0].width_em


@lru_cache(maxsize=128)
def tabular_width(zero: int, face: Face, style: TextStyle) -> float:
    """The width of the widest digit of the script whose digit zero is `zero`, in em."""
    return max(advance_width(chr(zero + digit), face, style) for digit in range(10))


@lru_cache(maxsize=1024)
def ink_edges(cluster: str, face: Face, style: TextStyle) -> tuple[float, float]:
    """Left and right edge of a glyph's ink, from its origin, in em. From pixels: Pillow's boxes start at the origin."""
    if face.strike_px:
        return emoji.ink_em(cluster, face)
    ink = _rasterised(cluster, face, style).getbbox()
    if not ink:
        return 0.0, advance_width(cluster, face, style)
    return (ink[0] - _RASTER_PX) / _RASTER_PX, (ink[2] - _RASTER_PX) / _RASTER_PX


@lru_cache(maxsize=1024)
def optical_overhang(cluster: str, face: Face, style: TextStyle, *, at_right: bool = False) -> float:
    """How far a glyph should overhang the column edge to look aligned with it (optical margin alignment), in em.

    Zero for an H, more for round letters, most for punctuation: a third of the mean white space between the edge of the
    glyph's ink and the ink, up to a certain depth. Digits keep their columns, and joining letters their line.
    """
    if face.strike_px or is_joining(cluster) or cluster.isdecimal():
        return 0.0
    sheet = _rasterised(cluster, face, style)
    # Down to the baseline, and no more than the glyph: the sheet is far larger.
    sheet = sheet.crop((0, 0, sheet.width, 2 * _RASTER_PX))
    sheet = sheet.crop(sheet.getbbox())
    ink = np.asarray(ImageOps.mirror(sheet) if at_right else sheet) > _INK_THRESHOLD
    starts = ink.argmax(axis=1)[ink.any(axis=1)]
    if not starts.size:
        return 0.0
    white = np.minimum(starts - starts.min(), _EDGE_DEPTH_EM * _RASTER_PX).mean() / _RASTER_PX
    return float(round(_OVERHANG_SHARE * white, 3))


@lru_cache(maxsize=1)  # edges and overhang of a glyph are measured one after the other
def _rasterised(cluster: str, face: Face, style: TextStyle) -> Image.Image:
    """A glyph with its origin `_RASTER_PX` from the left and twice that from the top."""
    font = pen_for(cluster, face, style, _RASTER_PX).font
    sheet = Image.new("L", (3 * _RASTER_PX, 3 * _RASTER_PX))
    # U+FDFD, a whole phrase in one character, is more than FreeType renders at that size.
    with suppress(OSError):
        ImageDraw.Draw(sheet).text((_RASTER_PX, 2 * _RASTER_PX), cluster, font=font, fill=255, anchor="ls")
    return sheet


def ink_reach(cluster: str, face: Face, style: TextStyle) -> tuple[float, float]:
    """How far a glyph's ink reaches above and below the baseline, in em."""
    _, top, _, bottom = pen_for(cluster, face, style, _RASTER_PX).font.getbbox(cluster, anchor="ls")
    return -top / _RASTER_PX, bottom / _RASTER_PX
