"""Shaping: which glyphs draw a few letters, and how far these move the pen.

HarfBuzz is asked directly. Through Pillow, whose libraqm reads a font's tables anew for every call, one letter of Inter
takes fifty times as long: it was a twelfth of what a short film took. Drawing stays Pillow's.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import uharfbuzz as harfbuzz

from pipeline.rendering.fonts import Face, axes_at

# Letters of these scripts join or stack: a run of them is measured and drawn in one go, and never tracked.
_JOINED = (range(0x0590, 0x1100), range(0x1780, 0x18B0), range(0xA840, 0xAC00), range(0xFB1D, 0xFE00))


class Shaped(NamedTuple):
    """What becomes of letters; `advance_em` is how far they move the pen."""

    advance_em: float
    # Whether it is one character, drawn by its own glyph where the pen stands: it can be drawn without shaping.
    plain: bool


def joins(text: str) -> bool:
    """Whether its letters hang together, so that one changes with its neighbours."""
    return any(ord(c) in block for c in text for block in _JOINED)


@lru_cache(maxsize=8192)
def shaped(text: str, face: Face, *, weight: int, optical_size: int, right_to_left: bool = False) -> Shaped | None:
    """One letter, or two that may be kerned; None: to be measured by Pillow, as it is drawn.

    Those are letters that join, marks without a letter, and all of a font that HarfBuzz can't read (WOFF, say).
    """
    pillows = joins(text) or unicodedata.combining(text[0])
    font = None if pillows else _font(face, weight=weight, optical_size=optical_size)
    if font is None:
        return None
    buffer = harfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    if right_to_left:
        buffer.direction = "rtl"
    harfbuzz.shape(font, buffer)
    glyphs, places = buffer.glyph_infos, buffer.glyph_positions
    plain = (
        len(text) == len(glyphs) == 1
        and glyphs[0].codepoint == font.get_nominal_glyph(ord(text))
        and not any((places[0].x_offset, places[0].y_offset))
    )
    return Shaped(face.scale * sum(place.x_advance for place in places) / font.face.upem, plain)


@lru_cache(maxsize=64)
def _font(face: Face, *, weight: int, optical_size: int) -> harfbuzz.Font | None:
    read = harfbuzz.Face(harfbuzz.Blob.from_file_path(face.path), face.index)
    if not read.glyph_count:
        return None
    font = harfbuzz.Font(read)
    if face.axes:
        at = axes_at(face, weight=weight, optical_size=optical_size)
        font.set_variations({axis.tag: value for axis, value in zip(face.axes, at, strict=True)})
    return font
