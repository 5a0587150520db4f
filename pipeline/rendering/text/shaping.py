"""Shaping: where each letter of a run stands, and which are drawn by glyphs of their own.

HarfBuzz is asked directly, once for a run. Through Pillow, whose libraqm reads a font's tables anew for every call, one
letter of Inter takes fifty times as long: it was a twelfth of what a short film took. Drawing stays Pillow's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import uharfbuzz as harfbuzz

from pipeline.errors import InputError
from pipeline.rendering.text.fonts import Face, axes_at

# Letters of these scripts join or stack: a run of them is measured and drawn in one go, and never tracked.
_JOINED = (range(0x0590, 0x1100), range(0x1780, 0x18B0), range(0xA840, 0xAC00), range(0xFB1D, 0xFE00))
# Letters that are drawn one by one are not made into others by their neighbours.
_LETTER_BY_LETTER = dict.fromkeys(("liga", "clig", "calt"), False)


class Step(NamedTuple):
    """How wide a letter is, and how far it moves the pen: less, where the next one is kerned."""

    width_em: float
    move_em: float


def joins(text: str) -> bool:
    """Whether its letters hang together, so that one changes with its neighbours; a mark without a letter, too."""
    if text.isascii():
        return False
    return any(ord(c) in block for c in text for block in _JOINED) or unicodedata.combining(text[0]) > 0


def steps(
    graphemes: Sequence[str], face: Face, *, weight: int, optical_size: int, right_to_left: bool = False
) -> list[Step]:
    """Each grapheme of a run whose letters do not join, in the order in which they are read, kerned."""
    font = _font(face, weight=weight, optical_size=optical_size)
    buffer = _shaped("".join(graphemes), font, right_to_left=right_to_left)
    owner = [number for number, grapheme in enumerate(graphemes) for _ in grapheme]
    widths, moves = [0] * len(graphemes), [0] * len(graphemes)
    for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        number = owner[glyph.cluster]
        moves[number] += place.x_advance
        # Marks on a letter move nothing.
        widths[number] += font.get_glyph_h_advance(glyph.codepoint) if place.x_advance else 0
    em = face.scale / font.face.upem
    return [Step(width * em, move * em) for width, move in zip(widths, moves, strict=True)]


@lru_cache(maxsize=8192)
def stands_alone(text: str, face: Face, *, weight: int, optical_size: int, right_to_left: bool = False) -> bool:
    """Whether it is one character, drawn by its own glyph where the pen stands: it can be drawn without shaping."""
    if len(text) != 1 or joins(text):
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
    harfbuzz.shape(font, buffer, _LETTER_BY_LETTER)
    return buffer


@lru_cache(maxsize=64)
def _font(face: Face, *, weight: int, optical_size: int) -> harfbuzz.Font:
    read = harfbuzz.Face(harfbuzz.Blob.from_file_path(face.path), face.index)
    if not read.glyph_count:
        raise InputError("is no font that can be read", where=face.path, hint="Take it away, or another one")
    font = harfbuzz.Font(read)
    if face.axes:
        at = axes_at(face, weight=weight, optical_size=optical_size)
        font.set_variations({axis.tag: value for axis, value in zip(face.axes, at, strict=True)})
    return font
