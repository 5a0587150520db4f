"""Colours that follow from a theme's roles: for a dark surface in any theme, and for letters on what is coloured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pipeline.theme.colours import blend, contrast, luminance, readable
from pipeline.theme.theme import LARGE_CONTRAST, TEXT_CONTRAST, Theme

# Of coloured letters on the dark surface: more than text needs, because they are thin.
_LIT_CONTRAST = 6.0
# Of comments, which are still to be read (3 to 1) when their line has stepped back.
_QUIET_CONTRAST = 5.2


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
    if theme.mode == "dark":
        surface = blend(theme.plate, theme.surface, 0.5)
        band = blend(surface, theme.line, 0.4)
    else:
        surface = blend(theme.plate, theme.text, 0.4)
        band = blend(surface, light, 0.1)

    def read(colour: str, least: float = _LIT_CONTRAST) -> str:
        return readable(colour, (surface, band), least)

    return CodeInks(
        surface=surface,
        band=band,
        edge=read(theme.accent, LARGE_CONTRAST),
        numbers=read(blend(light, band, 0.5), TEXT_CONTRAST + 0.2),  # for what is lost when levels are rounded
        plain=blend(light, surface, 0.06),
        keyword=read(theme.accent_2),
        name=read(theme.accent),
        text=read(theme.positive),
        number=read(theme.accent_light),
        comment=read(blend(theme.muted, surface, 0.25), _QUIET_CONTRAST),
    )


def written_on(theme: Theme, ground: str) -> str:
    """The theme's own colour that is read best on another."""
    own = (theme.background_bottom, theme.background_top, theme.text, theme.plate)
    return max(own, key=lambda colour: contrast(colour, ground))
