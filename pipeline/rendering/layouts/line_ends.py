"""The labels at the ends of the lines of a chart: names and last values, in one size, without overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import LinesScene
from pipeline.rendering.layouts.charts import STRONG, VALUE, fit_labels, subtitle_with_unit, value_texts
from pipeline.rendering.look import Look
from pipeline.rendering.text.break_opportunities import HYPHEN
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.styles import BODY

# Maximum width of names, as a share, and their maximum lines: wider ones are tried if names would be truncated or don't
# fit below each other.
_NAMES, _NAMES_NARROW = ((0.22, 2), (0.30, 1)), ((0.28, 2), (0.34, 2), (0.42, 1))
# At 1080: between a name and its value, and between names.
_BELOW_NAME, BETWEEN_NAMES = 16, 32


@dataclass(frozen=True, kw_only=True)
class LineEnd:
    """The label of a line: its name and, if it fits, its last value."""

    name: TextBlock
    value: TextBlock | None
    gap_px: int

    @property
    def height_px(self) -> int:
        """From the name's capitals to the last baseline."""
        return self.name.height_px + (self.gap_px + self.value.height_px if self.value else 0)

    @property
    def width_px(self) -> int:
        """Width of the wider of name and value."""
        return max(self.name.width_px, self.value.width_px if self.value else 0)


def fit_ends(scene: LinesScene, look: Look, *, room_px: int) -> tuple[LineEnd, ...]:
    """The labels of the lines: preferably whole words that don't overlap, at least no overlap."""
    tried = [
        _ends_within(scene, look, share, max_lines, room_px)
        for share, max_lines in (_NAMES_NARROW if look.grid.is_stacked else _NAMES)
    ]
    apart = [ends for ends in tried if _height(ends, look) <= room_px]
    whole = [ends for ends in apart if not any(end.name.is_truncated for end in ends)]
    unhyphenated = [ends for ends in whole if not any(_is_hyphenated(end.name) for end in ends)]
    return [*unhyphenated, *whole, *apart, tried[-1]][0]


def _is_named_above(scene: LinesScene) -> bool:
    """Whether heading or subtitle already name the only line."""
    above = f"{scene.heading}\n{subtitle_with_unit(scene.subtitle, scene.unit, at_values=False)}".casefold()
    return len(scene.items) == 1 and scene.items[0].label.removesuffix("…").casefold() in above


def _is_hyphenated(name: TextBlock) -> bool:
    return any(line.text.endswith(HYPHEN) for line in name.lines[:-1])


def _ends_within(scene: LinesScene, look: Look, share: float, max_lines: int, room_px: int) -> tuple[LineEnd, ...]:
    """Names, and last values if all of them fit; else only that of the key line."""
    grid = look.grid
    width = round(grid.content.width * share)
    styles = [STRONG if number + 1 == scene.point else BODY for number in range(len(scene.items))]
    styles = [replace(style, leading=1.15) for style in styles]
    labels, size_px = [series.label for series in scene.items], grid.type_px(36)
    height = max_lines * size_px
    names = fit_labels(labels, styles, look, width_px=width, height_px=height, max_lines=max_lines, largest_px=size_px)
    texts = value_texts([series.values[-1] for series in scene.items], scene.unit, look)
    values = fit_labels(texts, [VALUE] * len(texts), look, width_px=width, largest_px=size_px)
    gap = grid.px(_BELOW_NAME) + max(block.clearance_px for block in (*names, *values))
    if _is_named_above(scene):
        names, gap = tuple(replace(name, lines=()) for name in names), 0
    every = tuple(LineEnd(name=name, value=value, gap_px=gap) for name, value in zip(names, values, strict=True))
    if _height(every, look) + grid.px(BETWEEN_NAMES) <= 0.8 * room_px:
        return every
    return tuple(
        end if number + 1 == scene.point else LineEnd(name=end.name, value=None, gap_px=0)
        for number, end in enumerate(every)
    )


def _height(ends: Sequence[LineEnd], look: Look) -> int:
    """The total height of all labels, with space between them."""
    return sum(end.height_px for end in ends) + look.grid.px(BETWEEN_NAMES) * (len(ends) - 1)
