"""Themes as values: colour roles, type scale, corner radius, motion, and the contrasts that roles require."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final, Literal

from pipeline.model import MotionAmount
from pipeline.theme.colours import contrast, rgb

Ease = Literal["cubic", "quint"]

# Minimum contrast by WCAG 2.2: of text (1.4.3), and of large text and graphics (1.4.11).
TEXT_CONTRAST, LARGE_CONTRAST = 4.5, 3.0


@dataclass(frozen=True, kw_only=True)
class Palette:
    """Colour roles, each #RRGGBB."""

    # The two stops of the background, upper left and lower right.
    background_top: str
    background_bottom: str
    # Out-of-focus lights on the background: the theme's hue, an adjacent one, and a warm complement.
    glow: str
    glow_far: str
    ember: str
    # Cards on the background.
    surface: str
    text: str
    muted: str
    line: str
    # The accent, with a lighter and a deeper neighbour for gradients, and the colour of text on it.
    accent: str
    accent_light: str
    accent_deep: str
    on_accent: str
    # Motifs and charts.
    accent_2: str
    # Right or growing, and wrong or falling.
    positive: str
    negative: str
    # The dark plate behind captions (also the colour of shadows), its text, and the word being spoken.
    plate: str
    plate_text: str
    plate_accent: str


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How elements enter. Charts, counters and code keep the pace set by the narration."""

    # "reduced": elements fade in without moving; "none": they appear at once.
    amount: MotionAmount = "full"
    # Duration of an entrance, and a factor on the distance that elements rise.
    enter_s: float = 0.5
    rise: float = 1.0
    # The easing curve; "quint" is faster at first.
    ease: Ease = "cubic"


@dataclass(frozen=True, kw_only=True)
class Theme(Palette):
    """The appearance of a film beyond its layouts."""

    # "midnight", "midnight-light".
    name: str
    mode: Literal["dark", "light"] = "dark"
    # Factors on type sizes and on the margins of the picture.
    type_scale: float = 1.0
    margins: float = 1.0
    # Corner radius of cards, at a picture height of 1,080.
    radius_px: int = 28
    manner: Manner = Manner()


# Opacity of a light at the brightest place with text; motifs are in brighter ones.
_LIT = 0.66
_LIGHTS = ("glow", "glow_far")
_STOPS = ("background_top", "background_bottom")
_GROUNDS = (*_STOPS, *_LIGHTS, "surface")
# A text role, the roles it is set on, and the contrast required. Kickers and emphasis use the accent.
REQUIRED_CONTRASTS: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("text", _GROUNDS, TEXT_CONTRAST),
    ("muted", _GROUNDS, TEXT_CONTRAST),
    ("accent", _GROUNDS, TEXT_CONTRAST),
    ("positive", _GROUNDS, LARGE_CONTRAST),
    ("negative", _GROUNDS, LARGE_CONTRAST),
    ("accent_2", _GROUNDS, LARGE_CONTRAST),
    ("on_accent", ("accent",), TEXT_CONTRAST),
    ("plate_text", ("plate",), TEXT_CONTRAST),
    ("plate_accent", ("plate",), TEXT_CONTRAST),
)
ROLES = tuple(each.name for each in fields(Palette))


def backdrops(palette: Palette, ground: str) -> tuple[str, ...]:
    """The colours behind text on a role of `REQUIRED_CONTRASTS`: lights are over either stop of the background."""
    colour: str = getattr(palette, ground)
    return tuple(_lit(getattr(palette, stop), colour) for stop in _STOPS) if ground in _LIGHTS else (colour,)


def _lit(ground: str, light: str) -> str:
    """`ground` with a light over it, both #RRGGBB. Not `blend`, which rounds halves in another direction."""
    levels = (
        round(255 * (below / 255 * (1 - _LIT) + above / 255 * _LIT))
        for below, above in zip(rgb(ground), rgb(light), strict=True)
    )
    return "#" + "".join(f"{level:02X}" for level in levels)


def find_low_contrasts(palette: Palette) -> Iterator[tuple[str, str, float, float]]:
    """Violated contrasts: role, background role, contrast found, contrast required."""
    for role, grounds, least in REQUIRED_CONTRASTS:
        for ground in grounds:
            found = min(contrast(getattr(palette, role), each) for each in backdrops(palette, ground))
            if found < least:
                yield role, ground, found, least


# Equal to themes/midnight.toml; a test compares the two. Comments give OKLCH values.
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
