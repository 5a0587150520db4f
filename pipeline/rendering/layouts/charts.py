"""What charts and tables share: message, what is measured, source; when values come; colours; lines of an axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from pipeline.model import Scene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.components import entrance, heading, scaled_sizes, source_line
from pipeline.rendering.layouts.growth import Drawing
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import FULL, Level, Motion
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
# The same where numbers stand below each other.
VALUE_IN_COLUMN = replace(VALUE, tabular=True)
TICK = TextStyle(weight=440, optical_size=20, tabular=True)
STRONG = replace(ITEM, weight=640)
# A bar, a line or a part grows in so many frames; its number is there before it has come to rest.
GROWTH_FRAMES = 24
VALUE_AFTER = 14
# When what no line speaks of appears, and how far apart its values stand, in frames.
_UNSPOKEN_AFTER, _UNSPOKEN_APART = 14, 3
# From the heading to what is measured, from there to the drawing, from the drawing to its source, and below that, at
# 1080.
_AFTER_HEADING, _AFTER_HEAD, _BEFORE_SOURCE, _TAILS = 32, 72, 56, 12
# How far the greys of context are on the way from the colour of quiet text to that of lines; how visible the lines of
# an axis are, and labels whose values have not come (0 to 255).
_QUIET_BAR, _QUIET_LINE = 0.78, 0.40
_GRID_OPACITY, _AXIS_OPACITY, _WAITING = 96, 255, 150


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A scene without its drawing: what stands above and below it, and how high it may be."""

    look: Look
    heading: TextBlock
    subtitle: TextBlock
    source: TextBlock
    width_px: int
    room_px: int

    def place(self, height_px: int) -> tuple[list[Sprite], Box]:
        """Everything but a drawing of that height, and where that belongs: all of it in the middle of the picture."""
        look, content, theme = self.look, self.look.grid.content, self.look.theme
        top = content.centre_y - (content.height - self.room_px + height_px) // 2 + self.heading.clearance_px
        sprites = text_sprites(
            self.heading, left=content.left, top=top, colours=(theme.text,), motion=entrance(look.grid, 0)
        )
        top += self.heading.height_px
        if self.subtitle.lines:
            top += _gap_above(self.subtitle, self.heading, look)
            motion = entrance(look.grid, 4, rise=24)
            sprites += text_sprites(self.subtitle, left=content.left, top=top, colours=(theme.muted,), motion=motion)
            top += self.subtitle.height_px
        top += look.grid.px(_AFTER_HEAD)
        area = Box(content.left, top, content.left + self.width_px, top + height_px)
        if self.source.lines:
            top = area.bottom + look.grid.px(_BEFORE_SOURCE)
            motion = entrance(look.grid, 10, rise=0)
            sprites += text_sprites(self.source, left=content.left, top=top, colours=(theme.muted,), motion=motion)
        return sprites, area


def sheet(look: Look, *, message: str, subtitle: str = "", source: str = "", columns: int = 12) -> Sheet:
    """The texts around a drawing, set, on so many columns."""
    grid, width = look.grid, look.grid.columns(columns)
    # On the whole width, lines would be too long.
    text_width = grid.columns(min(columns, 11))
    title = heading(message, look, width_px=text_width)
    if len(title.lines) > 1:
        # A long message gives way to the drawing.
        style = look.styled(HEADING)
        title = fit(message, style, scaled_sizes(grid, HEADING_SIZES[2:]), width_px=text_width, max_lines=2)
    below = fit(
        subtitle,
        look.styled(BODY),
        scaled_sizes(grid, TEXT_SIZES[1:]),
        width_px=text_width,
        max_lines=2 if width < grid.content.width or grid.is_stacked else 1,
    )
    origin = source_line(source, look, width_px=width)
    used = title.height_px + title.clearance_px + grid.px(_AFTER_HEAD)
    used += _gap_above(below, title, look) + below.height_px if below.lines else 0
    # Tails of the last line stay inside the margin.
    used += grid.px(_BEFORE_SOURCE) + origin.height_px + grid.px(_TAILS) if origin.lines else 0
    return Sheet(
        look=look, heading=title, subtitle=below, source=origin, width_px=width, room_px=grid.content.height - used
    )


def _gap_above(subtitle: TextBlock, title: TextBlock, look: Look) -> int:
    return look.grid.px(_AFTER_HEADING) + title.size_px // 5 + subtitle.clearance_px


def measured(subtitle: str, unit: str, *, at_values: bool = True) -> str:
    """The line below the heading: what is measured, and its unit if it does not stand at every number.

    A long one never does. Without values at what is drawn (`at_values`), only a sign stands at the ticks of the axis;
    a letter alone would be no line, and comes with the last value.
    """
    is_told = len(unit) <= SHORT_UNIT_CHARS if at_values else is_symbol(unit) or (len(unit) == 1 and not subtitle)
    return " · ".join(part for part in (subtitle, "" if is_told else unit) if part)


def value_texts(values: Sequence[float], unit: str, look: Look) -> tuple[str, ...]:
    """Values as they stand at bars and lines."""
    return format_numbers(values, look.language, unit if len(unit) <= SHORT_UNIT_CHARS else "")


def tick_texts(values: Sequence[float], unit: str, look: Look) -> tuple[TextBlock, ...]:
    """Numbers of an axis, small; with their unit, if that is a sign. If some would look alike, only zero is written."""
    sign = unit if is_symbol(unit) else ""
    texts = format_numbers(values, look.language, sign)
    if len(set(texts)) < len(texts):
        texts = tuple("" if value else format_number(0, look.language, sign) for value in values)
    style, steps = look.styled(TICK), scaled_sizes(look.grid, SOURCE_SIZES)
    return tuple(fit(text, style, steps, width_px=look.grid.content.width) for text in texts)


def alike(
    texts: Sequence[str],
    styles: Sequence[TextStyle],
    look: Look,
    *,
    width_px: int,
    height_px: int | None = None,
    max_lines: int = 1,
    largest_px: int = 1 << 16,
) -> tuple[TextBlock, ...]:
    """Texts that stand beside each other, all in the largest size at which each of them fits its box."""
    steps = scaled_sizes(look.grid, ITEM_SIZES[1:])
    largest_px = min(largest_px, height_px or largest_px)
    steps = tuple(size for size in steps if size <= largest_px) or steps[-1:]
    styles = [look.styled(style) for style in styles]
    for number, size_px in enumerate(steps):
        blocks = tuple(
            fit(text, style, (size_px,), width_px=width_px, height_px=height_px, max_lines=max_lines)
            for text, style in zip(texts, styles, strict=True)
        )
        if number + 1 == len(steps) or not any(block.is_truncated for block in blocks):
            return blocks
    return ()


def value_frames(scene: Scene, words: Sequence[Word], count: int) -> tuple[int, ...]:
    """The frame in which each value appears: when its line begins; those that none speaks of come soon, together."""
    spoken = line_frames(scene, words)
    unspoken = [index for index in range(count) if index not in spoken]
    together = {index: _UNSPOKEN_AFTER + _UNSPOKEN_APART * rank for rank, index in enumerate(unspoken)}
    return tuple(max(_UNSPOKEN_AFTER, spoken.get(index, together.get(index, 0))) for index in range(count))


def waiting(motion: Motion, until: int) -> Motion:
    """The motion of a label that is there before its value, and quieter until the value comes."""
    return replace(motion, levels=(Level(0, _WAITING), Level(until, FULL)))


def quiet(theme: Theme) -> str:
    """Context, as a surface: a grey of the theme."""
    return blend(theme.muted, theme.line, _QUIET_BAR)


def quiet_line(theme: Theme) -> str:
    """Context, as a line."""
    return blend(theme.muted, theme.line, _QUIET_LINE)


def rule(look: Look, box: Box, *, frame: int, strong: bool = False) -> Sprite:
    """A line of an axis or a grid, faded in."""
    mask = Image.new("L", (box.width, box.height), _AXIS_OPACITY if strong else _GRID_OPACITY)
    motion = Motion(enters=frame, frames=12)
    return Drawing(mask=mask, ink=colour(look.theme.line), left=box.left, top=box.top, motion=motion)
