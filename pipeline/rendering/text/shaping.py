"""Shaping with HarfBuzz: kerned advances, and which letters need no shaping.

HarfBuzz is called directly, once per run. Through Pillow, whose libraqm parses the font's tables for every call, one
letter of Inter takes fifty times as long: a twelfth of the time of a short film. Drawing stays with Pillow.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import uharfbuzz as harfbuzz

from pipeline.errors import InputError
from pipeline.rendering.text.fonts import Face, axes_at

# Letters of these scripts join or stack: runs of them are measured and drawn as a whole, without tracking.
_JOINING_BLOCKS = (range(0x0590, 0x1100), range(0x1780, 0x18B0), range(0xA840, 0xAC00), range(0xFB1D, 0xFE00))
# Letters that are drawn one by one form no ligatures or contextual alternates.
_NO_LIGATURES = dict.fromkeys(("liga", "clig", "calt"), False)


class Advance(NamedTuple):
    """The advance width of a letter, and the distance to the next one's pen position with kerning."""

    width_em: float
    kerned_em: float


def is_joining(text: str) -> bool:
    """Whether letters join or stack, so that neighbours change each other; also a mark without a base letter."""
    if text.isascii():
        return False
    return any(ord(c) in block for c in text for block in _JOINING_BLOCKS) or unicodedata.combining(text[0]) > 0


def kerned_advances(
    graphemes: Sequence[str], face: Face, *, weight: int, optical_size: int, right_to_left: bool = False
) -> list[Advance]:
    """The advance of each grapheme of a run of non-joining letters, in logical order."""
    font = _font(face, weight=weight, optical_size=optical_size)
    buffer = _shaped("".join(graphemes), font, right_to_left=right_to_left)
    owner = [number for number, grapheme in enumerate(graphemes) for _ in grapheme]
    widths, moves = [0] * len(graphemes), [0] * len(graphemes)
    for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        number = owner[glyph.cluster]
        moves[number] += place.x_advance
        # Combining marks have no advance.
        widths[number] += font.get_glyph_h_advance(glyph.codepoint) if place.x_advance else 0
    em = face.scale / font.face.upem
    return [Advance(width * em, move * em) for width, move in zip(widths, moves, strict=True)]


@lru_cache(maxsize=8192)
def can_skip_shaping(text: str, face: Face, *, weight: int, optical_size: int, right_to_left: bool = False) -> bool:
    """Whether text is a single character drawn by its nominal glyph at the pen position."""
    if len(text) != 1 or is_joining(text):
        return False
    font = _font(face, weight=weight, optical_size=optical_size)
    buffer = _shaped(text, font, right_to_left=right_to_left)
    (glyph, *more), (place, *_) = buffer.glyph_infos, buffer.glyph_positions
    moved = place.x_offset or place.y_offset
    return not more and not moved and glyph.codepoint == font.get_nominal_glyph(ord(text))


def _shaped(text: str, font: harfbuzz.Font, *, right_to_left: bool) -> harfbuzz.Buffer:
    buffer = harfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if right_to_left else "ltr"
    harfbuzz.shape(font, buffer, _NO_LIGATURES)
    return buffer


@lru_cache(maxsize=64)
def _font(face: Face, *, weight: int, optical_size: int) -> harfbuzz.Font:
    read = harfbuzz.Face(harfbuzz.Blob.from_file_path(face.path), face.index)
    if not read.glyph_count:
        raise InputError("is not a readable font", where=face.path, hint="Remove or replace it")
    font = harfbuzz.Font(read)
    if face.axes:
        at = axes_at(face, weight=weight, optical_size=optical_size)
        font.set_variations({axis.tag: value for axis, value in zip(face.axes, at, strict=True)})
    return font
