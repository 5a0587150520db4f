"""Recolouring a theme for a brand, with legible text whatever the colours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pipeline.theme.colours import Lch, readable, to_hex, to_lch
from pipeline.theme.theme import REQUIRED_CONTRASTS, Theme, backdrops

# The accent's lighter and deeper neighbours: lightness offset, chroma factor, hue offset.
_LIGHTER, _DEEPER = (0.06, 0.85, 12), (-0.10, 1.1, -18)
# More would make backgrounds loud and greys colourful.
_MAX_CHROMA = 0.035


@dataclass(frozen=True, kw_only=True)
class Brand:
    """Brand colours, #RRGGBB; None: the theme's."""

    accent: str | None = None
    accent_2: str | None = None
    # Decides the hue of backgrounds, surfaces and greys; their lightness stays the theme's.
    background: str | None = None


def apply_brand(theme: Theme, brand: Brand) -> Theme:
    """`theme` in the colours of `brand`; colours that would be illegible are lightened or darkened."""
    changed: dict[str, Any] = {}
    if brand.background:
        changed |= _tinted(theme, to_lch(brand.background))
    if brand.accent:
        accent = to_lch(brand.accent)
        changed |= {
            "accent": brand.accent.upper(),
            "accent_light": to_hex(_shifted(accent, *_LIGHTER)),
            "accent_deep": to_hex(_shifted(accent, *_DEEPER)),
            "plate_accent": brand.accent.upper(),
        }
    if brand.accent_2:
        changed["accent_2"] = brand.accent_2.upper()
    theme = replace(theme, **changed)
    for role, grounds, least in REQUIRED_CONTRASTS:
        colours = tuple(colour for ground in grounds for colour in backdrops(theme, ground))
        found: dict[str, Any] = {role: readable(getattr(theme, role), colours, least)}
        theme = replace(theme, **found)
    return theme


def _tinted(theme: Theme, colour: Lch) -> dict[str, str]:
    """The neutral roles of a theme, with the hue of `colour`."""
    base = to_lch(theme.background_top)
    turn = colour.hue - base.hue
    strength = colour.chroma / max(base.chroma, 0.002)
    found = {}
    for role in ("background_top", "background_bottom", "surface", "text", "muted", "line", "plate", "plate_text"):
        own = to_lch(getattr(theme, role))
        found[role] = to_hex(Lch(own.lightness, min(own.chroma * strength, _MAX_CHROMA), (own.hue + turn) % 360))
    for role in ("glow", "glow_far"):
        own = to_lch(getattr(theme, role))
        found[role] = to_hex(own._replace(hue=(own.hue + turn) % 360))
    return found


def _shifted(colour: Lch, lighter: float, stronger: float, turn: float) -> Lch:
    lightness = min(0.97, max(0.05, colour.lightness + lighter))
    return Lch(lightness, colour.chroma * stronger, (colour.hue + turn) % 360)
