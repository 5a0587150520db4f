"""How wide letters are, and where their ink is: measured once, in em, for all sizes."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

from PIL import Image, ImageDraw

from pipeline.rendering import emoji
from pipeline.rendering.fonts import Face, load
from pipeline.rendering.styles import TextStyle

_MEASURED_AT_PX = 1000
# Size at which the white space before a letter is looked for.
_LOOKED_AT_PX = 200


def direction(right_to_left: bool) -> str | None:  # noqa: FBT001 - a piece says which
    """As Pillow wants it; None: whatever the letters say."""
    return "rtl" if right_to_left else None


@lru_cache(maxsize=8192)
def advance(text: str, face: Face, style: TextStyle, *, right_to_left: bool = False) -> float:
    """How far a text moves the pen, without kerning between it and what follows."""
    if face.strike_px:
        return emoji.advance_em(text, face)
    font = load(face, size_px=_MEASURED_AT_PX, weight=style.weight, optical_size=style.optical_size)
    return font.getlength(text, direction=direction(right_to_left)) / _MEASURED_AT_PX


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
    font = load(face, size_px=_LOOKED_AT_PX, weight=style.weight, optical_size=style.optical_size)
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
    font = load(face, size_px=_LOOKED_AT_PX, weight=style.weight, optical_size=style.optical_size)
    top: float = font.getbbox(cluster, anchor="ls")[1]
    return -top / _LOOKED_AT_PX
