"""Fitting a diagram: boxes and their labels as large as they fit, below the heading or beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.model import DiagramScene
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.components import fit_text, scaled_sizes
from pipeline.rendering.layouts.graph_layout import Arrow, GraphLayout, GridPosition, arrange
from pipeline.rendering.layouts.header import Header, header, narrow_header
from pipeline.rendering.layouts.routing import Point
from pipeline.rendering.look import Look
from pipeline.rendering.text.fitting import TextBlock, fit_uniform
from pipeline.rendering.text.line import drawable_text, measure
from pipeline.rendering.text.styles import BODY, HEADING
from pipeline.rendering.type_scale import HEADING_SIZES

_SIZES = (*HEADING_SIZES[3:], 40, 36, 32)
_LINK_SIZES = (32,)
# At 1080: gaps between columns, without and with labels at the arrows, each for few and many columns.
_COLUMN_GAP, _COLUMN_GAP_CROWDED, _COLUMN_GAP_WORDS, _COLUMN_GAP_WORDS_CROWDED = 96, 72, 200, 144
_COLUMN_GAP_BRANCHING = 136
_MANY_COLUMNS = 4
# Gaps between rows: a share of a box's height, within these limits, which are higher with labels.
_ROW_GAP_SHARE, _MIN_ROW_GAP, _MAX_ROW_GAP = 0.55, 44, 80
_MIN_ROW_GAP_WORDS, _MAX_ROW_GAP_WORDS = 56, 120
# Padding of boxes; maximum height of a box, in several rows and in a single one.
PADDING, _PADDING_ABOVE = 24, 16
_MAX_HEIGHT, _MAX_HEIGHT_ALONE = 232, 272
# How much longer an arrow is than its label, for its head to keep clear of that.
_ARROW_EXTRA = 80
# Columns of a heading beside the boxes, and its distance from them.
_BESIDE, _AFTER_HEADING = 4, 64
# Padding of arrow labels, their distance to an arrow at their side, and their maximum width.
AROUND, BESIDE_ARROW, _WORDS_WIDTH = 8, 24, 360
# Above and below the block, in total.
AIR = 32


@dataclass(frozen=True, kw_only=True)
class DiagramPlan:
    """Fitted labels, and the grid in pixels, from the left margin and the end of the header."""

    head: Header
    graph: GraphLayout
    # With the label of each.
    arrows: Mapping[Arrow, str]
    labels: tuple[TextBlock, ...]
    box: tuple[int, int]
    gaps: tuple[int, int]
    # Whether the heading is in a column on the left.
    beside: bool = False

    @property
    def body_px(self) -> int:
        """Height below the header."""
        return round(self.graph.rows * self._pitch[1]) - self.gaps[1]

    @property
    def width_px(self) -> int:
        """From the first column to the last."""
        return round(self.graph.columns * self._pitch[0]) - self.gaps[0]

    @property
    def height_px(self) -> int:
        """Height with the header, unless that is beside the boxes."""
        return self.body_px if self.beside else self.head.height_px + self.body_px

    @property
    def is_truncated(self) -> bool:
        """Whether the label of any box is truncated."""
        return any(label.is_truncated for label in self.labels)

    @property
    def _pitch(self) -> tuple[int, int]:
        return self.box[0] + self.gaps[0], self.box[1] + self.gaps[1]

    def box_px(self, place: GridPosition) -> int:
        """Width of the box at a place."""
        return math.floor(place.span * self._pitch[0]) - self.gaps[0]

    def middle(self, place: GridPosition) -> Point:
        """The centre of a place in pixels."""
        return place.x * self._pitch[0] - self.gaps[0] / 2, place.y * self._pitch[1] - self.gaps[1] / 2

    def box_at(self, place: GridPosition) -> Box:
        """The box in pixels."""
        x, y = self.middle(place)
        width = self.box_px(place)
        left, top = round(x - width / 2), round(y - self.box[1] / 2)
        return Box(left, top, left + width, top + self.box[1])

    def label_at(self, arrow: Arrow, look: Look) -> TextBlock:
        """The label of an arrow, wrapped to the space at its place."""
        grid = look.grid
        in_lane = arrow in self.graph.lanes
        if self.graph.is_upright and in_lane:
            # Between the last box and the arrow.
            width = self.gaps[0] + round(self.graph.lane * self._pitch[0]) - 2 * grid.px(BESIDE_ARROW)
        elif self.graph.is_upright or in_lane:
            width = grid.px(_WORDS_WIDTH)
        else:
            width = self.gaps[0] - 2 * grid.px(AROUND)
        return fit_text(self.arrows[arrow], BODY, _LINK_SIZES, look, width_px=width, max_lines=2)


def fit_diagram(scene: DiagramScene, look: Look) -> DiagramPlan:
    """The largest font size at which everything fits, with a compact header if necessary, finally in fewer lines."""
    plan = _plan(scene, look, beside=False)
    faults = _faults(scene, plan, look)
    if look.grid.is_stacked or not plan.graph.in_ranks or not any(faults):
        return plan
    beside = _plan(scene, look, beside=True)
    fits = beside.height_px <= _available_px(look) and not beside.head.heading.is_truncated
    return beside if fits and _faults(scene, beside, look) < faults else plan


def _plan(scene: DiagramScene, look: Look, *, beside: bool) -> DiagramPlan:
    arrows = _arrows(scene)
    upright, has_labels = look.grid.is_stacked or beside, any(arrows.values())
    graph = arrange(len(scene.items), list(arrows), upright=upright, has_labels=has_labels)
    plan = None
    for compact, lines in ((False, 4), (True, 5), (True, 3), (True, 2), (True, 1)):
        plan = _plan_at(scene, graph, arrows, look, compact=compact, lines=lines, beside=beside)
        if plan.height_px <= _available_px(look) and (not plan.is_truncated or compact):
            break
    assert plan is not None
    return plan


def _arrows(scene: DiagramScene) -> dict[Arrow, str]:
    """Arrows from box to box, counted from 0, with their labels; without links, each box leads to the next."""
    count = len(scene.items)
    if not scene.links:
        return {(index, index + 1): "" for index in range(count - 1)}
    there = range(1, count + 1)
    return {
        (link.start - 1, link.end - 1): link.label
        for link in scene.links
        if link.start in there and link.end in there and link.start != link.end
    }


def _available_px(look: Look) -> int:
    return look.grid.content.height - look.grid.px(AIR)


def _faults(scene: DiagramScene, plan: DiagramPlan, look: Look) -> tuple[int, int]:
    """The number of truncated labels, and of labels with a hyphenated word."""
    blocks = [(node.label, label) for node, label in zip(scene.items, plan.labels, strict=True)]
    blocks += [(words, plan.label_at(arrow, look)) for arrow, words in plan.arrows.items()]
    truncated = sum(block.is_truncated for _, block in blocks)
    hyphenated = sum(
        [word for line in block.lines for word in line.text.split()]
        != drawable_text(text, weight=block.style.weight).split()
        for text, block in blocks
    )
    return truncated, hyphenated


def _plan_at(
    scene: DiagramScene,
    graph: GraphLayout,
    arrows: Mapping[Arrow, str],
    look: Look,
    *,
    compact: bool,
    lines: int,
    beside: bool,
) -> DiagramPlan:
    grid = look.grid
    if beside:
        head = narrow_header(scene.heading, look, columns=_BESIDE)
    else:
        head = header("", scene.heading, look, compact=compact)
    gap_x = _column_gap(graph, arrows, look)
    whole = grid.content.width - (grid.columns(_BESIDE) + grid.px(_AFTER_HEADING) if beside else 0)
    width = min(math.floor((whole + gap_x) / graph.columns) - gap_x, whole)
    room_px = _available_px(look) - (0 if beside else head.height_px)
    # Gaps are a share of a box's height.
    most = room_px / (graph.rows + _ROW_GAP_SHARE * (graph.rows - 1))
    bounds = (_MIN_ROW_GAP_WORDS, _MAX_ROW_GAP_WORDS) if any(arrows.values()) else (_MIN_ROW_GAP, _MAX_ROW_GAP)
    gap_y = min(max(round(_ROW_GAP_SHARE * most), grid.px(bounds[0])), grid.px(bounds[1]))
    most = math.floor((room_px + gap_y) / graph.rows) - gap_y
    padding_y = 2 * grid.px(_PADDING_ABOVE)
    steps, style, inner = scaled_sizes(grid, _SIZES), look.styled(HEADING), max(grid.px(32), most - padding_y)
    widths = [math.floor(place.span * (width + gap_x)) - gap_x - 2 * grid.px(PADDING) for place in graph.places]
    texts = [node.label for node in scene.items]
    for number in range(len(steps)):
        labels = fit_uniform(texts, style, steps[number:], width_px=widths, height_px=inner, max_lines=lines)
        # Tall scripts need more than the cap height.
        needed = max(label.height_px + 2 * label.clearance_px for label in labels) + padding_y
        if needed <= most:
            break
    height = max(needed, min(most, grid.type_px(_MAX_HEIGHT if graph.rows > 1 else _MAX_HEIGHT_ALONE)))
    box, gaps = (width, height), (gap_x, gap_y)
    return DiagramPlan(head=head, graph=graph, arrows=arrows, labels=labels, box=box, gaps=gaps, beside=beside)


def _column_gap(graph: GraphLayout, arrows: Mapping[Arrow, str], look: Look) -> int:
    """The gap between columns, wide enough for arrow labels that have no other place."""
    grid = look.grid
    if graph.is_upright:
        return grid.px(_COLUMN_GAP) // 2
    crowded = graph.columns > _MANY_COLUMNS
    words = [label for arrow, label in arrows.items() if label and arrow not in graph.lanes]
    if words:
        most = grid.px(_COLUMN_GAP_WORDS_CROWDED if crowded else _COLUMN_GAP_WORDS)
        # On narrow pictures, spare width goes to the boxes.
        widest = max(measure(label, look.styled(BODY)) for label in words) * grid.type_px(_LINK_SIZES[0])
        needed = math.ceil(widest) + grid.px(_ARROW_EXTRA)
        return min(most, max(needed, grid.px(_COLUMN_GAP))) if grid.is_stacked else most
    if crowded:
        return grid.px(_COLUMN_GAP_CROWDED)
    return grid.px(_COLUMN_GAP_BRANCHING if graph.in_ranks and graph.rows > 1 else _COLUMN_GAP)
