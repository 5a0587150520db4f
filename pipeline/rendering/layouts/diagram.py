"""Boxes and arrows on a grid, drawn in the order in which they are spoken of; the box that is spoken of is framed.

The boxes stand there from the start, empty. An arrow is drawn when both its boxes have been spoken of. Where words
would be torn in a row of narrow boxes, these stand below each other beside the heading.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops

from pipeline.model import DiagramScene, Word
from pipeline.rendering.background import Light, background
from pipeline.rendering.composition import Composition
from pipeline.rendering.fitting import TextBlock, fit, fit_alike
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.arrows import Point, between, drawn, head_of, ways
from pipeline.rendering.layouts.header import Header, header, header_letters, narrow_header
from pipeline.rendering.layouts.network import Arrow, Network, Place, arrange
from pipeline.rendering.layouts.parts import panel, placeholder, sizes
from pipeline.rendering.look import Look
from pipeline.rendering.motion import FADE_FRAMES, Level, Motion
from pipeline.rendering.shapes import rounded
from pipeline.rendering.sprites import Element, Sprite, flat, letters
from pipeline.rendering.styles import BODY, HEADING
from pipeline.rendering.text import measure, presentable
from pipeline.rendering.theme import HEADING_SIZES
from pipeline.rendering.timeline import item_frames

_LIGHTS = (
    Light(role="glow", x=0.92, y=0.30, width=0.46, height=0.66, strength=0.50),
    Light(role="glow_far", x=0.10, y=1.00, width=0.50, height=0.50, strength=0.42),
)
# More would leave the picture; no template allows more.
MOST_ITEMS = 6
_SIZES = (*HEADING_SIZES[3:], 40, 36, 32)
_LINK_SIZES = (32,)
# At 1080: between columns, without words at the arrows between them and with, each where columns are few and many.
_COLUMN_GAP, _COLUMN_GAP_CROWDED, _COLUMN_GAP_WORDS, _COLUMN_GAP_WORDS_CROWDED = 96, 72, 200, 144
_COLUMN_GAP_BRANCHING = 136
_MANY_COLUMNS = 4
# Between rows: a share of the height of a box, within these, and more where there are words.
_ROW_GAP_SHARE, _LEAST_ROW_GAP, _MOST_ROW_GAP = 0.55, 44, 80
_LEAST_ROW_GAP_WORDS, _MOST_ROW_GAP_WORDS = 56, 120
# Inside a box, beside and above its words; the highest one, alone in its column and not.
_PADDING, _PADDING_ABOVE = 24, 16
_MOST_HEIGHT, _MOST_HEIGHT_ALONE = 232, 272
# What an arrow is longer than the words above it: its head keeps clear of them.
_BESIDE_HEAD = 80
# From an arrow to words above or below it, and at its side; around them; the widest.
_ABOVE_ARROW, _BESIDE_ARROW, _AROUND, _WORDS_WIDTH = 16, 24, 8, 360
# How much further away they may be where there is no room closer.
_FURTHER = 72
# Columns of a heading beside the boxes, and its distance from them.
_BESIDE, _AFTER_HEADING = 4, 64
_FRAME = 4
_CLOSE_PX = 4
_AIR = 32
_DRAWING_FRAMES = 18
# A box comes when the arrow that leads to it is half there.
_AFTER_ARROW = 8


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Sizes and breaks that fit, and the grid in pixels, from the left margin and the end of the header."""

    head: Header
    network: Network
    labels: tuple[TextBlock, ...]
    box: tuple[int, int]
    gaps: tuple[int, int]
    # Whether the heading has a column of its own, on the left.
    beside: bool = False

    @property
    def body_px(self) -> int:
        return round(self.network.rows * self._pitch[1]) - self.gaps[1]

    @property
    def width_px(self) -> int:
        return round(self.network.columns * self._pitch[0]) - self.gaps[0]

    @property
    def height_px(self) -> int:
        return self.body_px if self.beside else self.head.height_px + self.body_px

    @property
    def is_cut(self) -> bool:
        return any(label.cut for label in self.labels)

    @property
    def _pitch(self) -> tuple[int, int]:
        return self.box[0] + self.gaps[0], self.box[1] + self.gaps[1]

    def box_px(self, place: Place) -> int:
        """How wide the box of a place is."""
        return math.floor(place.span * self._pitch[0]) - self.gaps[0]

    def middle(self, place: Place) -> Point:
        """The pixel in the middle of a place."""
        return place.x * self._pitch[0] - self.gaps[0] / 2, place.y * self._pitch[1] - self.gaps[1] / 2

    def box_at(self, place: Place) -> Box:
        """The box in pixels."""
        x, y = self.middle(place)
        width = self.box_px(place)
        left, top = round(x - width / 2), round(y - self.box[1] / 2)
        return Box(left, top, left + width, top + self.box[1])


def lay_out(scene: DiagramScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `ValueError` for more items than there is room for."""
    if len(scene.items) > MOST_ITEMS:
        raise ValueError(f"{len(scene.items)} items on a picture that holds {MOST_ITEMS}")
    content = look.grid.content
    arrows = _arrows(scene)
    plan = _plan(scene, arrows, look)
    starts = item_frames(scene, words, len(scene.items))
    top = content.middle - plan.height_px // 2
    head_top = content.middle - plan.head.height_px // 2 if plan.beside else top
    elements: list[Element] = [*header_letters(plan.head, look, top=head_top)]
    top += plan.height_px - plan.body_px
    left = content.right - plan.width_px if plan.beside else content.left + (content.width - plan.width_px) // 2
    boxes = [plan.box_at(place).moved(left, top) for place in plan.network.places]
    # A lane at the edge is wider than its share of whole pixels by a part of one.
    lanes = {
        arrow: tuple((min(x + left, content.right), y + top) for x, y in map(plan.middle, places))
        for arrow, places in plan.network.lanes.items()
    }
    elements += [placeholder(look, box, frame=3 * index) for index, box in enumerate(boxes)]
    for index, (box, label) in enumerate(zip(boxes, plan.labels, strict=True)):
        ends = starts[index + 1] if index + 1 < len(starts) else None
        elements += _box(box, label, look, start=starts[index] + (_AFTER_ARROW if index else 0), ends=ends)
    found = ways(plan.network, boxes, lanes, list(arrows), look)
    taken = [*boxes, *(Box(*map(round, (x - 4, y - 4, x + 4, y + 4))) for way in found for x, y in _points_on(way))]
    taken += [head_of(way, look) for way in found]
    right = content.left + plan.head.heading.width_px if plan.beside else content.right
    air = look.grid.px(_AIR) if plan.beside else 0
    taken.append(Box(content.left, head_top - air, right, head_top + plan.head.height_px + air))
    for (arrow, words_at), way in zip(arrows.items(), found, strict=True):
        # It leads to a box that is about to come, or back to one that is there.
        frame = starts[max(arrow)] + (2 * _AFTER_ARROW if arrow[0] > arrow[1] else 0)
        elements.append(drawn(way, look, frame=frame, over=_DRAWING_FRAMES))
        placed = _beside(_link_words(words_at, plan, arrow, look), way, taken, look)
        if placed:
            block, box = placed
            taken.append(box)
            motion = Motion(enters=frame + _AFTER_ARROW)
            elements += letters(
                block,
                left=box.left,
                top=box.top + look.grid.px(_AROUND),
                colours=(look.theme.muted,),
                motion=motion,
                centre_in_px=box.width,
            )
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


def _arrows(scene: DiagramScene) -> dict[Arrow, str]:
    """From box to box, counted from 0, with what stands beside each; without links, one box leads to the next."""
    count = len(scene.items)
    if not scene.links:
        return {(index, index + 1): "" for index in range(count - 1)}
    there = range(1, count + 1)
    return {
        (link.start - 1, link.end - 1): link.label
        for link in scene.links
        if link.start in there and link.end in there and link.start != link.end
    }


def _plan(scene: DiagramScene, arrows: dict[Arrow, str], look: Look) -> _Plan:
    """The largest type at which everything fits, under a lower header if need be, in fewer lines in the end."""
    plan = _planned(scene, arrows, look, beside=False)
    faults = _faults(scene, plan, arrows, look)
    if look.grid.is_stacked or not plan.network.in_ranks or not any(faults):
        return plan
    beside = _planned(scene, arrows, look, beside=True)
    fits = beside.height_px <= _room_px(look) and not beside.head.heading.cut
    return beside if fits and _faults(scene, beside, arrows, look) < faults else plan


def _planned(scene: DiagramScene, arrows: dict[Arrow, str], look: Look, *, beside: bool) -> _Plan:
    upright, wordy = look.grid.is_stacked or beside, any(arrows.values())
    network = arrange(len(scene.items), list(arrows), upright=upright, wordy=wordy)
    plan = None
    for low, lines in ((False, 4), (True, 5), (True, 3), (True, 2), (True, 1)):
        plan = _try(scene, network, arrows, look, low=low, lines=lines, beside=beside)
        if plan.height_px <= _room_px(look) and (not plan.is_cut or low):
            break
    assert plan is not None
    return plan


def _room_px(look: Look) -> int:
    return look.grid.content.height - look.grid.px(_AIR)


def _faults(scene: DiagramScene, plan: _Plan, arrows: dict[Arrow, str], look: Look) -> tuple[int, int]:
    """How many of the words in boxes and at arrows are cut, and how many have a line that ends inside a word."""
    blocks = [(node.label, label) for node, label in zip(scene.items, plan.labels, strict=True)]
    blocks += [(words, _link_words(words, plan, arrow, look)) for arrow, words in arrows.items()]
    cut = sum(block.cut for _, block in blocks)
    torn = sum(
        [word for line in block.lines for word in line.text.split()]
        != presentable(text, weight=block.style.weight).split()
        for text, block in blocks
    )
    return cut, torn


def _try(
    scene: DiagramScene,
    network: Network,
    arrows: dict[Arrow, str],
    look: Look,
    *,
    low: bool,
    lines: int,
    beside: bool,
) -> _Plan:
    grid = look.grid
    head = narrow_header(scene.heading, look, columns=_BESIDE) if beside else header("", scene.heading, look, low=low)
    gap_x = _column_gap(network, arrows, look)
    whole = grid.content.width - (grid.columns(_BESIDE) + grid.px(_AFTER_HEADING) if beside else 0)
    width = min(math.floor((whole + gap_x) / network.columns) - gap_x, whole)
    room_px = _room_px(look) - (0 if beside else head.height_px)
    # In boxes of the height of one, gaps are a share of it.
    most = room_px / (network.rows + _ROW_GAP_SHARE * (network.rows - 1))
    bounds = (_LEAST_ROW_GAP_WORDS, _MOST_ROW_GAP_WORDS) if any(arrows.values()) else (_LEAST_ROW_GAP, _MOST_ROW_GAP)
    gap_y = min(max(round(_ROW_GAP_SHARE * most), grid.px(bounds[0])), grid.px(bounds[1]))
    most = math.floor((room_px + gap_y) / network.rows) - gap_y
    padding_y = 2 * grid.px(_PADDING_ABOVE)
    steps = sizes(grid, _SIZES)
    for number in range(len(steps)):
        labels = fit_alike(
            [node.label for node in scene.items],
            look.styled(HEADING),
            steps[number:],
            width_px=[
                math.floor(place.span * (width + gap_x)) - gap_x - 2 * grid.px(_PADDING) for place in network.places
            ],
            height_px=max(grid.px(32), most - padding_y),
            most_lines=lines,
        )
        # Scripts with high marks need more than the height of their capitals.
        needed = max(label.height_px + 2 * label.reach_px for label in labels) + padding_y
        if needed <= most:
            break
    height = max(needed, min(most, grid.type_px(_MOST_HEIGHT if network.rows > 1 else _MOST_HEIGHT_ALONE)))
    return _Plan(head=head, network=network, labels=labels, box=(width, height), gaps=(gap_x, gap_y), beside=beside)


def _column_gap(network: Network, arrows: dict[Arrow, str], look: Look) -> int:
    """Wide enough for words above an arrow that has no other place for them."""
    grid = look.grid
    if network.is_upright:
        return grid.px(_COLUMN_GAP) // 2
    crowded = network.columns > _MANY_COLUMNS
    words = [label for arrow, label in arrows.items() if label and arrow not in network.lanes]
    if words:
        most = grid.px(_COLUMN_GAP_WORDS_CROWDED if crowded else _COLUMN_GAP_WORDS)
        # Where the picture is narrow, boxes need what words do not.
        widest = max(measure(label, look.styled(BODY)) for label in words) * grid.type_px(_LINK_SIZES[0])
        needed = math.ceil(widest) + grid.px(_BESIDE_HEAD)
        return min(most, max(needed, grid.px(_COLUMN_GAP))) if grid.is_stacked else most
    if crowded:
        return grid.px(_COLUMN_GAP_CROWDED)
    return grid.px(_COLUMN_GAP_BRANCHING if network.in_ranks and network.rows > 1 else _COLUMN_GAP)


def _box(box: Box, label: TextBlock, look: Look, *, start: int, ends: int | None) -> Iterable[Sprite]:
    """A box as it is filled, with a frame while it is spoken of."""
    grid, theme = look.grid, look.theme
    yield from panel(look, box, motion=Motion(enters=start, over=FADE_FRAMES))
    lit = Motion(enters=start, over=FADE_FRAMES, levels=(Level(ends, 0),) if ends is not None else ())
    yield flat(_frame(box, look), theme.accent, left=box.left, top=box.top, motion=lit)
    motion = Motion(enters=start + 2, rise_px=grid.px(16))
    top = box.middle - label.height_px // 2
    padding = grid.px(_PADDING)
    inner = box.width - 2 * padding
    yield from letters(
        label, left=box.left + padding, top=top, colours=(theme.text,), motion=motion, stagger=2, centre_in_px=inner
    )


def _frame(box: Box, look: Look) -> Image.Image:
    """The edge of a box as a mask."""
    width, radius = look.grid.px(_FRAME), look.grid.px(look.theme.radius_px)
    inner = Image.new("L", (box.width, box.height))
    inner.paste(rounded(box.width - 2 * width, box.height - 2 * width, radius=radius - width), (width, width))
    return ImageChops.subtract(rounded(box.width, box.height, radius=radius), inner)


def _link_words(text: str, plan: _Plan, arrow: Arrow, look: Look) -> TextBlock:
    grid = look.grid
    in_lane = arrow in plan.network.lanes
    if plan.network.is_upright and in_lane:
        # Between the last box and its arrow.
        width = plan.gaps[0] + round(plan.network.lane * (plan.box[0] + plan.gaps[0])) - 2 * grid.px(_BESIDE_ARROW)
    elif plan.network.is_upright or in_lane:
        width = grid.px(_WORDS_WIDTH)
    else:
        width = plan.gaps[0] - 2 * grid.px(_AROUND)
    return fit(text, look.styled(BODY), sizes(grid, _LINK_SIZES), width_px=width, most_lines=2)


def _points_on(way: Sequence[Point]) -> list[Point]:
    """Points along a way, close enough together to tell whether something lies on it."""
    points: list[Point] = []
    for one, other in pairwise(way):
        pieces = max(1, round(math.dist(one, other) / _CLOSE_PX))
        points += [between(one, other, number / pieces) for number in range(pieces)]
    return [*points, way[-1]]


def _beside(block: TextBlock, way: Sequence[Point], taken: Sequence[Box], look: Look) -> tuple[TextBlock, Box] | None:
    """Where words stand free beside an arrow, as near to its middle as possible; None: there is no such place."""
    if not block.lines:
        return None
    grid, content = look.grid, look.grid.content
    around, above, beside = grid.px(_AROUND), grid.px(_ABOVE_ARROW) - grid.px(_AROUND), grid.px(_BESIDE_ARROW)
    width, height = block.width_px, block.height_px + 2 * around + 2 * block.reach_px
    points = _points_on(way)
    # Past an arrow that is close to this one, if need be.
    for further, share in itertools.product((0, grid.px(_FURTHER)), (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)):
        x, y = points[round(share * (len(points) - 1))]
        places = [
            (x - width / 2, y - above - height - further),
            (x - width / 2, y + above + further),
            (x + beside + further, y - height / 2),
            (x - beside - width - further, y - height / 2),
        ]
        for left, top in places:
            box = Box(round(left), round(top), round(left) + width, round(top) + height)
            if box.within(content) == box and not any(box.meets(other) for other in taken):
                return block, box
    return None
