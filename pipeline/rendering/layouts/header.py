"""The header of a scene: kicker and heading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.rendering.layouts.components import entrance, fit_text, heading, kicker
from pipeline.rendering.look import Look
from pipeline.rendering.motion.sprites import Sprite, text_sprites
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.styles import HEADING
from pipeline.rendering.type_scale import HEADING_SIZES

# At 1080: from kicker to heading, and from the heading's last baseline to the content; normal and compact.
_BELOW_KICKER, _BELOW = 40, 80
_BELOW_KICKER_COMPACT, _BELOW_COMPACT = 32, 48
# Columns of a heading across the whole width: longer lines are hard to read.
_COLUMNS = 10
# Maximum lines of a heading in a column of its own.
_MAX_LINES = 5


@dataclass(frozen=True, kw_only=True)
class Header:
    """Kicker and heading, fitted; `below_px` is the space below them."""

    label: TextBlock
    heading: TextBlock
    label_gap_px: int
    below_px: int

    @property
    def height_px(self) -> int:
        """Height with the space below; 0 without text."""
        above = self.label.height_px + self.label_gap_px if self.label.lines else 0
        height = above + self.heading.height_px
        return height + self.below_px if height else 0


def header(label: str, title: str, look: Look, *, compact: bool = False) -> Header:
    """The header of a scene; if `compact`, with less space and on one line if possible."""
    grid = look.grid
    width = grid.columns(_COLUMNS)
    broken = heading(title, look, width_px=width)
    if compact:
        broken = fit_text(title, HEADING, HEADING_SIZES[2:], look, width_px=grid.content.width, spare_lines=2)
    return Header(
        label=kicker(label, look, width_px=width),
        heading=broken,
        label_gap_px=grid.px(_BELOW_KICKER_COMPACT if compact else _BELOW_KICKER) + broken.clearance_px,
        below_px=grid.px(_BELOW_COMPACT if compact else _BELOW) + broken.clearance_px,
    )


def narrow_header(title: str, look: Look, *, columns: int) -> Header:
    """The heading of a scene whose content is beside it, in a column."""
    width = look.grid.columns(columns)
    broken = fit_text(title, HEADING, HEADING_SIZES[:-1], look, width_px=width, max_lines=_MAX_LINES)
    return Header(label=kicker("", look, width_px=width), heading=broken, label_gap_px=0, below_px=0)


def header_sprites(head: Header, look: Look, *, top: int) -> Iterable[Sprite]:
    """The sprites of a header; `top` in pixels."""
    grid, theme, left = look.grid, look.theme, look.grid.content.left
    yield from text_sprites(head.label, left=left, top=top, colour=theme.accent, motion=entrance(grid, 0))
    if head.label.lines:
        top += head.label.height_px + head.label_gap_px
    yield from text_sprites(head.heading, left=left, top=top, colour=theme.text, motion=entrance(grid, 2))
