"""Colour roles and the type scale: the two lists that every layout chooses from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pipeline.errors import InputError, did_you_mean

Colour = tuple[int, int, int]

# Type sizes at a picture height of 1080, a ratio of 1.25 from a 40 px body, with half steps where text is fitted.
DISPLAY_SIZES: Final = (156, 140, 124, 112, 100, 90, 80, 72, 64)
STATEMENT_SIZES: Final = (100, 90, 80, 72, 64, 56, 50)
HEADING_SIZES: Final = (80, 72, 64, 56, 50, 44)
ITEM_SIZES: Final = (48, 44, 40, 36, 32)
TEXT_SIZES: Final = (44, 40, 36, 32)
CAPTION_SIZES: Final = (46, 44, 40, 36, 32, 28)
LABEL_SIZES: Final = (32, 28)
SOURCE_SIZES: Final = (28,)


@dataclass(frozen=True, kw_only=True)
class Theme:
    """What colours are for. Hex values are chosen in OKLCH; the comments give lightness, chroma and hue."""

    name: str
    # The two stops of the background, upper left and lower right.
    background_top: str
    background_bottom: str
    # Out-of-focus light on the background: the theme's own hue, a neighbour, and a warm counterpart.
    glow: str
    glow_far: str
    ember: str
    # Cards and plates that stand on the background.
    surface: str
    text: str
    muted: str
    line: str
    # The one colour that asks to be looked at, with a lighter and a deeper neighbour for round shapes.
    accent: str
    accent_light: str
    accent_deep: str
    # Figures and drawings.
    accent_2: str
    # What is right or grows, and what is wrong or falls.
    positive: str
    negative: str
    # Plate behind captions, and shadows.
    plate: str


MIDNIGHT: Final = Theme(
    name="midnight",
    background_top="#121B31",  # 0.225 0.045 266
    background_bottom="#050714",  # 0.135 0.030 270
    glow="#034C76",  # 0.40 0.095 243
    glow_far="#2F3671",  # 0.36 0.100 275
    ember="#42270E",  # 0.30 0.055 60
    surface="#1B2539",  # 0.265 0.040 264
    text="#F1F5FC",  # 0.97 0.010 262
    muted="#A8B3C6",  # 0.765 0.030 262
    line="#3D4E69",  # 0.42 0.050 260
    accent="#F9B648",  # 0.82 0.145 76
    accent_light="#F8D376",  # 0.88 0.120 88
    accent_deep="#ED8725",  # 0.72 0.160 58
    accent_2="#54C3EB",  # 0.77 0.115 225
    positive="#61DA92",  # 0.80 0.150 155
    negative="#F2716A",  # 0.70 0.160 25
    plate="#010207",  # 0.09 0.020 268
)

# By name, as templates name them. To add one, write it above and list it here.
THEMES: Final[Mapping[str, Theme]] = MappingProxyType({theme.name: theme for theme in (MIDNIGHT,)})


def theme_named(name: str) -> Theme:
    """The theme of that name. Raises `InputError` that names the nearest known one."""
    try:
        return THEMES[name]
    except KeyError:
        raise InputError(f"unknown theme {name}", hint=did_you_mean(name, THEMES)) from None


def rgb(colour: str) -> Colour:
    """`#RRGGBB` as three numbers from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def between(one: str, other: str, share: float) -> str:
    """The colour (#RRGGBB) that lies so far (0 to 1) on the way from one to the other: a quieter role on a ground."""
    levels = (round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(other), strict=True))
    return "#{:02X}{:02X}{:02X}".format(*levels)
