"""Colours: OKLCH, blending, WCAG contrast.

OKLCH (Björn Ottosson, 2020) is perceptually uniform: equal steps of lightness look equal at every hue, so a colour can
be lightened until it is legible and keeps its hue. Contrast is that of WCAG 2.2, 1.4.3.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
# Step of searches for a lightness or an in-gamut chroma.
_STEP = 0.005
# Tolerance of channels for a colour to count as in gamut.
_GAMUT = 1e-4


RGB = tuple[int, int, int]


class Lch(NamedTuple):
    """Lightness 0 to 1, chroma 0 (grey) to about 0.35, hue in degrees."""

    lightness: float
    chroma: float
    hue: float


def is_hex(text: str) -> bool:
    """Whether `text` is #RRGGBB."""
    return _HEX.fullmatch(text) is not None


def to_hex(colour: Lch) -> str:
    """#RRGGBB of an OKLCH colour; a chroma outside the sRGB gamut is reduced."""
    channels = _linear(colour)
    while colour.chroma > 0 and not all(-_GAMUT <= channel <= 1 + _GAMUT for channel in channels):
        colour = colour._replace(chroma=max(0.0, colour.chroma - _STEP))
        channels = _linear(colour)
    return "#" + "".join(f"{round(255 * _encoded(channel)):02X}" for channel in channels)


def to_lch(colour: str) -> Lch:
    """#RRGGBB as OKLCH."""
    red, green, blue = (_decoded(channel) for channel in _channels(colour))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    return Lch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, #RRGGBB: 1 (none) to 21 (black on white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, 0 to 1."""
    red, green, blue = (_decoded(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rgb(colour: str) -> RGB:
    """Red, green and blue of #RRGGBB, 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def blend(colour: str, other: str, share: float) -> str:
    """`colour` with a share (0 to 1) of `other`, interpolated in sRGB; all #RRGGBB."""
    pairs = zip(rgb(colour), rgb(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02X}" for one, two in pairs)


def readable(colour: str, grounds: tuple[str, ...], least: float) -> str:
    """The colour closest to `colour`, of the same hue, with a contrast of at least `least` to all `grounds`.

    White or black, whichever has more contrast, if there is none.
    """
    if all(contrast(colour, ground) >= least for ground in grounds):
        return colour
    wanted = to_lch(colour)
    steps = [number * _STEP for number in range(round(1 / _STEP) + 1)]
    for lightness in sorted(steps, key=lambda step: abs(step - wanted.lightness)):
        found = to_hex(wanted._replace(lightness=lightness))
        if all(contrast(found, ground) >= least for ground in grounds):
            return found
    return max(("#FFFFFF", "#000000"), key=lambda each: min(contrast(each, ground) for ground in grounds))


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = rgb(colour)
    return red / 255, green / 255, blue / 255


def _linear(colour: Lch) -> tuple[float, float, float]:
    a = colour.chroma * math.cos(math.radians(colour.hue))
    b = colour.chroma * math.sin(math.radians(colour.hue))
    long = (colour.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (colour.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (colour.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _encoded(channel: float) -> float:
    """The sRGB level of a linear one (IEC 61966-2-1)."""
    channel = min(1.0, max(0.0, channel))
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _decoded(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
