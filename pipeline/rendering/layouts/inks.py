"""Colours that follow from a theme's roles: for a dark surface in any theme, and for letters on what is coloured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pipeline.rendering.theme import Theme, rgb

# WCAG 2.2, 1.4.3: letters against what is behind them.
_CONTRAST = 4.5
# What has to be seen, and not read.
_SEEN = 3.0
_STEPS = 20
# A theme whose cards are brighter than that is a light one.
_DARK_BELOW = 0.18


@dataclass(frozen=True, kw_only=True)
class CodeInks:
    """What a program is set in: a dark surface, the band behind what is spoken of, letters by what they are."""

    surface: str
    band: str
    edge: str
    numbers: str
    plain: str
    keyword: str
    name: str
    text: str
    number: str
    comment: str


@lru_cache(maxsize=32)
def code_inks(theme: Theme) -> CodeInks:
    """The colours of a theme on a dark surface; each is lightened until it can be read there."""
    light = max(theme.text, theme.background_top, key=luminance)
    if luminance(theme.surface) < _DARK_BELOW:
        surface = mixed(theme.plate, theme.surface, 0.5)
        band = mixed(surface, theme.line, 0.4)
    else:
        surface = mixed(theme.plate, theme.text, 0.4)
        band = mixed(surface, light, 0.1)

    def read(role: str, least: float = _CONTRAST) -> str:
        return lightened(role, light, on=band, least=least)

    return CodeInks(
        surface=surface,
        band=band,
        edge=read(theme.accent, _SEEN),
        numbers=mixed(light, band, 0.62),
        plain=mixed(light, surface, 0.06),
        keyword=read(theme.accent_2),
        name=read(theme.accent),
        text=read(theme.positive),
        number=read(theme.accent_light),
        comment=read(mixed(theme.muted, surface, 0.25)),
    )


def readable(theme: Theme, on: str) -> str:
    """The theme's own colour that is read best on another."""
    return max(
        (theme.background_bottom, theme.background_top, theme.text, theme.plate), key=lambda of: contrast(of, on)
    )


def lightened(colour: str, light: str, *, on: str, least: float) -> str:
    """The colour, with as much of a lighter one in it as it needs to stand out from what is behind it."""
    steps = (mixed(colour, light, step / _STEPS) for step in range(_STEPS + 1))
    return next((each for each in steps if contrast(each, on) >= least), light)


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share (0 to 1) of another in it."""
    pairs = zip(rgb(colour), rgb(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02X}" for one, two in pairs)


def contrast(one: str, other: str) -> float:
    """Of two colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Of a colour #RRGGBB, 0 to 1 (WCAG 2.2)."""
    levels = (value / 255 for value in rgb(colour))
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
