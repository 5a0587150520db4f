"""The type scale and the theme that films have by default: what every layout chooses from."""

from __future__ import annotations

from typing import Final

from pipeline.theme.theme import Theme

Colour = tuple[int, int, int]

# Type sizes at a picture height of 1080, a ratio of 1.25 from a 40 px body, with half steps where text is fitted.
DISPLAY_SIZES: Final = (156, 140, 124, 112, 100, 90, 80, 72, 64)
STATEMENT_SIZES: Final = (100, 90, 80, 72, 64, 56, 50)
HEADING_SIZES: Final = (80, 72, 64, 56, 50, 44)
ITEM_SIZES: Final = (48, 44, 40, 36, 32)
TEXT_SIZES: Final = (44, 40, 36, 32)
CODE_SIZES: Final = (56, 50, 44, 40, 36, 32)
CAPTION_SIZES: Final = (46, 44, 40, 36, 32, 28)
LARGE_SIZES: Final = (60, 54, 48, 44, 40, 36, 32)
LABEL_SIZES: Final = (32, 28)
LOW_LABEL_SIZES: Final = (40, 36, 32, 28)
SOURCE_SIZES: Final = (28,)


# What a film has when nobody says otherwise: themes/midnight.toml, as a test holds it to.
MIDNIGHT: Final = Theme(
    name="midnight",
    background_top="#121B31",  # 0.225 0.045 266
    background_bottom="#050714",  # 0.135 0.030 270
    glow="#034C76",  # 0.400 0.095 243
    glow_far="#2F3671",  # 0.360 0.100 275
    ember="#42270E",  # 0.300 0.055 60
    surface="#1B2539",  # 0.265 0.040 264
    text="#F1F5FC",  # 0.970 0.010 262
    muted="#A8B3C6",  # 0.765 0.030 262
    line="#3D4E69",  # 0.420 0.050 260
    accent="#F9B648",  # 0.820 0.145 76
    accent_light="#F8D376",  # 0.880 0.120 88
    accent_deep="#ED8725",  # 0.720 0.160 58
    on_accent="#070D1A",  # 0.160 0.030 266
    accent_2="#54C3EB",  # 0.770 0.115 225
    positive="#61DA92",  # 0.800 0.150 155
    negative="#F2716A",  # 0.700 0.160 25
    plate="#010207",  # 0.090 0.020 268
    plate_text="#F1F5FC",  # 0.970 0.010 262
    plate_accent="#F9B648",  # 0.820 0.145 76
)


def rgb(colour: str) -> Colour:
    """`#RRGGBB` as three numbers from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def between(one: str, other: str, share: float) -> str:
    """The colour (#RRGGBB) that lies so far (0 to 1) on the way from one to the other: a quieter role on a ground."""
    levels = (round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(other), strict=True))
    return "#{:02X}{:02X}{:02X}".format(*levels)
