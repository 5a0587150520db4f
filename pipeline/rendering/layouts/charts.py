"""Shared by charts and tables: the frame of texts, value labels, ticks, timing, colours and rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from pipeline.model import Scene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.components import entrance, fit_text, heading, scaled_sizes, source_line
from pipeline.rendering.layouts.growth import FlippedSprite
from pipeline.rendering.layouts.plan_search import fit_alike
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import FULL, Motion
from pipeline.rendering.motion.sprites import Sprite, text_sprites
from pipeline.rendering.motion.timeline import line_frames
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.number_format import SHORT_UNIT_CHARS, format_number, format_numbers, is_symbol
from pipeline.rendering.surface.background import Light
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.styles import BODY, HEADING, ITEM, TextStyle
from pipeline.rendering.type_scale import HEADING_SIZES, ITEM_SIZES, SOURCE_SIZES, TEXT_SIZES
from pipeline.theme.colours import blend
from pipeline.theme.theme import Theme

LIGHTS = (
    Light(role="glow", x=0.04, y=0.02, width=0.50, height=0.60, strength=0.46),
    Light(role="glow_far", x=0.98, y=0.98, width=0.50, height=0.55, strength=0.34),
)
VALUE = TextStyle(weight=640, tracking=-0.012, optical_size=28)
# With tabular figures, for columns of numbers.
VALUE_IN_COLUMN = replace(VALUE, tabular=True)
TICK = TextStyle(weight=440, optical_size=20, tabular=True)
STRONG = replace(ITEM, weight=640)
# Duration of a bar, line or segment growing, and delay of its number.
GROWTH_FRAMES = 24
VALUE_AFTER = 14
# When values that no line mentions appear, and their stagger, in frames.
_UNMENTIONED_AT, _UNMENTIONED_STAGGER = 14, 3
# At 1080: from heading to subtitle, from there to the chart, from the chart to its source, and descenders of the
# source.
_AFTER_HEADING, _AFTER_HEAD, _BEFORE_SOURCE, _DESCENDERS = 32, 72, 56, 12
# Greys of context, as shares between the colours of muted text and of lines; opacity of grid lines, axes, and labels of
# pending values (0 to 255).
_MUTED_FILL, _MUTED_LINE = 0.78, 0.40
_GRID_OPACITY, _AXIS_OPACITY, _PENDING_OPACITY = 96, 255, 150


@dataclass(frozen=True, kw_only=True)
class ChartFrame:
    """The texts of a chart scene, and the height they leave to the chart."""

    look: Look
    heading: TextBlock
    subtitle: TextBlock
    source: TextBlock
    width_px: int
    room_px: int

    def place(self, height_px: int) -> tuple[list[Sprite], Box]:
        """The sprites of the texts around a chart of that height, and its box, all vertically centred."""
        look, content, theme = self.look, self.look.grid.content, self.look.theme
        top = content.centre_y - (content.height - self.room_px + height_px) // 2 + self.heading.clearance_px
        sprites = text_sprites(
            self.heading, left=content.left, top=top, colour=theme.text, motion=entrance(look.grid, 0)
        )
        top += self.heading.height_px
        if self.subtitle.lines:
            top += _gap_above(self.subtitle, self.heading, look)
            motion = entrance(look.grid, 4, rise=24)
            sprites += text_sprites(self.subtitle, left=content.left, top=top, colour=theme.muted, motion=motion)
            top += self.subtitle.height_px
        top += look.grid.px(_AFTER_HEAD)
        area = Box(content.left, top, content.left + self.width_px, top + height_px)
        if self.source.lines:
            top = area.bottom + look.grid.px(_BEFORE_SOURCE)
            motion = entrance(look.grid, 10, rise=0)
            sprites += text_sprites(self.source, left=content.left, top=top, colour=theme.muted, motion=motion)
        return sprites, area


def chart_frame(look: Look, *, message: str, subtitle: str = "", source: str = "", columns: int = 12) -> ChartFrame:
    """The texts around a chart, fitted to `columns` columns."""
    grid, width = look.grid, look.grid.columns(columns)
    # Across the whole width lines would be too long.
    text_width = grid.columns(min(columns, 11))
    title = heading(message, look, width_px=text_width)
    if len(title.lines) > 1:
        # A long message is set smaller, for the sake of the chart.
        title = fit_text(message, HEADING, HEADING_SIZES[2:], look, width_px=text_width, max_lines=2, spare_lines=2)
    lines = 2 if width < grid.content.width or grid.is_stacked else 1
    below = fit_text(subtitle, BODY, TEXT_SIZES[1:], look, width_px=text_width, max_lines=lines)
    origin = source_line(source, look, width_px=width)
    used = title.height_px + title.clearance_px + grid.px(_AFTER_HEAD)
    used += _gap_above(below, title, look) + below.height_px if below.lines else 0
    # Descenders of the last line stay inside the margin.
    used += grid.px(_BEFORE_SOURCE) + origin.height_px + grid.px(_DESCENDERS) if origin.lines else 0
    room = grid.content.height - used
    return ChartFrame(look=look, heading=title, subtitle=below, source=origin, width_px=width, room_px=room)


def _gap_above(subtitle: TextBlock, title: TextBlock, look: Look) -> int:
    return look.grid.px(_AFTER_HEADING) + title.size_px // 5 + subtitle.clearance_px


def subtitle_with_unit(subtitle: str, unit: str, *, at_values: bool = True) -> str:
    """The line below the heading: what is measured, with the unit unless that is shown at every number.

    A long unit never is. Without numbers at the marks (`at_values` False), ticks show only symbols; a single letter
    would be no subtitle and is shown with the last value.
    """
    is_shown_elsewhere = (
        len(unit) <= SHORT_UNIT_CHARS if at_values else is_symbol(unit) or (len(unit) == 1 and not subtitle)
    )
    # "Copies", and no "Copies · copies".
    is_repeated = unit.casefold() in subtitle.casefold().split()
    return " · ".join(part for part in (subtitle, "" if is_shown_elsewhere or is_repeated else unit) if part)


def value_texts(values: Sequence[float], unit: str, look: Look) -> tuple[str, ...]:
    """Values as labels of bars and lines."""
    return format_numbers(values, look.language, unit if len(unit) <= SHORT_UNIT_CHARS else "")


def tick_texts(values: Sequence[float], unit: str, look: Look) -> tuple[TextBlock, ...]:
    """Tick labels, with the unit if it is a symbol. If some would look the same, only zero is labelled."""
    sign = unit if is_symbol(unit) else ""
    texts = format_numbers(values, look.language, sign)
    if len(set(texts)) < len(texts):
        texts = tuple("" if value else format_number(0, look.language, sign) for value in values)
    style, steps = look.styled(TICK), scaled_sizes(look.grid, SOURCE_SIZES)
    return tuple(fit(text, style, steps, width_px=look.grid.content.width) for text in texts)


def fit_labels(
    texts: Sequence[str],
    styles: Sequence[TextStyle],
    look: Look,
    *,
    width_px: int,
    height_px: int | None = None,
    max_lines: int = 1,
    largest_px: int = 1 << 16,
) -> tuple[TextBlock, ...]:
    """Labels, all in the largest size at which each of them fits its box."""
    steps = scaled_sizes(look.grid, ITEM_SIZES[1:])
    largest_px = min(largest_px, height_px or largest_px)
    steps = tuple(size for size in steps if size <= largest_px) or steps[-1:]
    styles = [look.styled(style) for style in styles]
    return fit_alike(texts, styles, steps, width_px=width_px, height_px=height_px, max_lines=max_lines)


def value_frames(scene: Scene, words: Sequence[Word], count: int) -> tuple[int, ...]:
    """The frame in which each value appears: when its line begins; values without a line appear early, together."""
    spoken = line_frames(scene, words)
    unspoken = [index for index in range(count) if index not in spoken]
    together = {index: _UNMENTIONED_AT + _UNMENTIONED_STAGGER * rank for rank, index in enumerate(unspoken)}
    return tuple(max(_UNMENTIONED_AT, spoken.get(index, together.get(index, 0))) for index in range(count))


def pending_until(motion: Motion, until: int) -> Motion:
    """The motion of a label that is fainter until its value appears."""
    return motion.until(0, _PENDING_OPACITY).until(until, FULL)


def muted_fill(theme: Theme) -> str:
    """The grey of context, for surfaces."""
    return blend(theme.muted, theme.line, _MUTED_FILL)


def muted_line(theme: Theme) -> str:
    """The grey of context, for lines."""
    return blend(theme.muted, theme.line, _MUTED_LINE)


def chart_rule(look: Look, box: Box, *, frame: int, strong: bool = False) -> Sprite:
    """A line of an axis or grid, faded in."""
    mask = Image.new("L", (box.width, box.height), _AXIS_OPACITY if strong else _GRID_OPACITY)
    motion = Motion(enters=frame, frames=12)
    return FlippedSprite(mask=mask, ink=colour(look.theme.line), left=box.left, top=box.top, motion=motion)
