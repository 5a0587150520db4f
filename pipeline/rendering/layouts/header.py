"""What stands above the content of a scene: kicker and heading at the left edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.rendering.layouts.components import enter, heading, kicker, sizes
from pipeline.rendering.look import Look
from pipeline.rendering.motion.sprites import Sprite, text_sprites
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.styles import HEADING
from pipeline.rendering.type_scale import HEADING_SIZES

# At 1080: from kicker to heading, and from the heading's last baseline to what it heads; less where room is short.
_BELOW_KICKER, _BELOW = 40, 80
_BELOW_KICKER_IF_LOW, _BELOW_IF_LOW = 32, 48
# Columns of a heading that has the whole width to itself: longer lines are hard to take in.
_COLUMNS = 10
# Lines of a heading in a column of its own.
_MOST_LINES = 5


@dataclass(frozen=True, kw_only=True)
class Header:
    """Kicker and heading, broken and sized; `below_px` is what is left free under them."""

    label: TextBlock
    heading: TextBlock
    label_gap_px: int
    below_px: int

    @property
    def height_px(self) -> int:
        """With the space below it; 0: there are no words."""
        above = self.label.height_px + self.label_gap_px if self.label.lines else 0
        height = above + self.heading.height_px
        return height + self.below_px if height else 0


def header(label: str, title: str, look: Look, *, low: bool = False) -> Header:
    """The header of a scene, as wide as lines may be. A `low` one is small rather than on two lines."""
    grid = look.grid
    width = grid.columns(_COLUMNS)
    broken = heading(title, look, width_px=width)
    if low:
        style = look.styled(HEADING)
        one_line = fit(title, style, sizes(grid, HEADING_SIZES[2:]), width_px=grid.content.width)
        smallest = sizes(grid, HEADING_SIZES[-1:])
        broken = fit(title, style, smallest, width_px=width, max_lines=2) if one_line.is_truncated else one_line
    return Header(
        label=kicker(label, look, width_px=width),
        heading=broken,
        label_gap_px=grid.px(_BELOW_KICKER_IF_LOW if low else _BELOW_KICKER) + broken.clearance_px,
        below_px=grid.px(_BELOW_IF_LOW if low else _BELOW) + broken.clearance_px,
    )


def narrow_header(title: str, look: Look, *, columns: int) -> Header:
    """The header of a scene whose content stands beside it: in a column, with nothing below."""
    style, steps = look.styled(HEADING), sizes(look.grid, HEADING_SIZES[:-1])
    broken = fit(title, style, steps, width_px=look.grid.columns(columns), max_lines=_MOST_LINES)
    nothing = kicker("", look, width_px=look.grid.columns(columns))
    return Header(label=nothing, heading=broken, label_gap_px=0, below_px=0)


def header_letters(head: Header, look: Look, *, top: int) -> Iterable[Sprite]:
    """Its sprites; `top` in pixels."""
    grid, theme, left = look.grid, look.theme, look.grid.content.left
    yield from text_sprites(head.label, left=left, top=top, colours=(theme.accent,), motion=enter(grid, 0))
    if head.label.lines:
        top += head.label.height_px + head.label_gap_px
    yield from text_sprites(head.heading, left=left, top=top, colours=(theme.text,), motion=enter(grid, 2))
