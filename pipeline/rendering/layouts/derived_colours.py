"""Colours derived from a theme: for code on a dark surface, and for text on coloured surfaces."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.theme.colours import blend, contrast, luminance, readable
from pipeline.theme.theme import LARGE_CONTRAST, TEXT_CONTRAST, Theme

# Contrast of coloured code on the dark surface: more than for text, because its strokes are thin.
_CODE_CONTRAST = 6.0
# Contrast of comments, which stay legible (3 to 1) when their line is dimmed.
_COMMENT_CONTRAST = 5.2


@dataclass(frozen=True, kw_only=True)
class CodeColours:
    """Colours of code: a dark surface, the highlight band and its edge, line numbers, and tokens by kind."""

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


def code_colours(theme: Theme) -> CodeColours:
    """The code colours of a theme, each lightened until it is legible on the dark surface."""
    light = max(theme.text, theme.background_top, key=luminance)
    if theme.mode == "dark":
        surface = blend(theme.plate, theme.surface, 0.5)
        band = blend(surface, theme.line, 0.4)
    else:
        surface = blend(theme.plate, theme.text, 0.4)
        band = blend(surface, light, 0.1)

    def legible(colour: str, least: float = _CODE_CONTRAST) -> str:
        return readable(colour, (surface, band), least)

    return CodeColours(
        surface=surface,
        band=band,
        edge=legible(theme.accent, LARGE_CONTRAST),
        numbers=legible(blend(light, band, 0.5), TEXT_CONTRAST + 0.2),  # a reserve for rounding
        plain=blend(light, surface, 0.06),
        keyword=legible(theme.accent_2),
        name=legible(theme.accent),
        text=legible(theme.positive),
        number=legible(theme.accent_light),
        comment=legible(blend(theme.muted, surface, 0.25), _COMMENT_CONTRAST),
    )


def text_colour_on(theme: Theme, ground: str) -> str:
    """The theme colour with the highest contrast to `ground`."""
    own = (theme.background_bottom, theme.background_top, theme.text, theme.plate)
    return max(own, key=lambda colour: contrast(colour, ground))
