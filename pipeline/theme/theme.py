"""A theme: what colours are for, how large type is, how round corners are, how things come into the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

from pipeline.model import MotionAmount
from pipeline.theme.colours import contrast, rgb

Ease = Literal["cubic", "quint"]

# WCAG 2.2, 1.4.3: what text needs, and what large text and drawings do (1.4.11).
TEXT_CONTRAST, LARGE_CONTRAST = 4.5, 3.0


@dataclass(frozen=True, kw_only=True)
class Palette:
    """What colours are for, each #RRGGBB."""

    # The two stops of the background, upper left and lower right.
    background_top: str
    background_bottom: str
    # Out-of-focus light on the background: the theme's own hue, a neighbour, and a warm counterpart.
    glow: str
    glow_far: str
    ember: str
    # Cards that stand on the background.
    surface: str
    text: str
    muted: str
    line: str
    # The one colour that asks to be looked at, with a lighter and a deeper neighbour for round shapes, and what is
    # written on it.
    accent: str
    accent_light: str
    accent_deep: str
    on_accent: str
    # Figures and drawings.
    accent_2: str
    # What is right or grows, and what is wrong or falls.
    positive: str
    negative: str
    # The dark plate behind captions, which shadows have as well; its text, and the word that is being said.
    plate: str
    plate_text: str
    plate_accent: str


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How things come into the picture. Charts, counters and code keep the pace that the words give them."""

    # With "reduced" they fade in where they stay, with "none" they are there at once.
    amount: MotionAmount = "full"
    # How long an entrance takes, and a factor on how far things rise on the way.
    enter_s: float = 0.5
    rise: float = 1.0
    # The curve on which they settle, faster at first with "quint".
    ease: Ease = "cubic"


@dataclass(frozen=True, kw_only=True)
class Theme(Palette):
    """What a film looks like beyond its layouts."""

    # "midnight", "midnight-light".
    name: str
    mode: Literal["dark", "light"] = "dark"
    # Factors on type sizes and on the margins of the picture.
    type_scale: float = 1.0
    margins: float = 1.0
    # Of cards, at a picture height of 1,080.
    radius_px: int = 28
    manner: Manner = Manner()


# How much of a light there is in the brightest place on which text stands; figures stand in brighter ones.
_LIT = 0.66
_LIGHTS = ("glow", "glow_far")
_STOPS = ("background_top", "background_bottom")
_GROUNDS = (*_STOPS, *_LIGHTS, "surface")
# Role of a text, the roles it stands on, and the contrast it needs. Kickers and emphasis have the accent.
READ_ON: tuple[tuple[str, tuple[str, ...], float], ...] = (
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


def behind(palette: Palette, ground: str) -> tuple[str, ...]:
    """The colours that text meets on a role of `READ_ON`: a light lies over either stop of the background."""
    colour: str = getattr(palette, ground)
    return tuple(_lit(getattr(palette, stop), colour) for stop in _STOPS) if ground in _LIGHTS else (colour,)


def _lit(ground: str, light: str) -> str:
    """`ground` with a light over it, both #RRGGBB. Not `blend`, which rounds halves in another direction."""
    levels = (
        round(255 * (below / 255 * (1 - _LIT) + above / 255 * _LIT))
        for below, above in zip(rgb(ground), rgb(light), strict=True)
    )
    return "#" + "".join(f"{level:02X}" for level in levels)


def find_faint(palette: Palette) -> Iterator[tuple[str, str, float, float]]:
    """What can't be read: role, the role it stands on, its contrast, and the contrast it needs."""
    for role, grounds, least in READ_ON:
        for ground in grounds:
            found = min(contrast(getattr(palette, role), each) for each in behind(palette, ground))
            if found < least:
                yield role, ground, found, least
