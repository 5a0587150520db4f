"""Diagram scenes: boxes and arrows on a grid, drawn in the order in which they are spoken; the current box is framed.

Empty boxes are there from the start. An arrow is drawn on when both its boxes have been spoken. If words would have to
be hyphenated in a row of narrow boxes, the boxes are stacked beside the heading.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from PIL import Image, ImageChops

from pipeline.model import DiagramScene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.arrows import arrow_sprite, head_box
from pipeline.rendering.layouts.components import panel, placeholder, require_at_most
from pipeline.rendering.layouts.diagram_fitting import AIR, AROUND, BESIDE_ARROW, PADDING, fit_diagram
from pipeline.rendering.layouts.header import header_sprites
from pipeline.rendering.layouts.routing import Point, interpolate, route_arrows
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import FADE_FRAMES, Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, solid_sprite, text_sprites
from pipeline.rendering.motion.timeline import item_frames
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.rendering.text.fitting import TextBlock

_LIGHTS = (
    Light(role="glow", x=0.92, y=0.30, width=0.46, height=0.66, strength=0.50),
    Light(role="glow_far", x=0.10, y=1.00, width=0.50, height=0.50, strength=0.42),
)
# Maximum that fits; no template allows more.
MAX_ITEMS = 6
# From an arrow to a label above or below it, and the additional distance if there is no space closer.
_ABOVE_ARROW, _FURTHER = 16, 72
_FRAME = 4
_SAMPLE_PX = 4
_DRAWING_FRAMES = 18
# A box appears when the arrow to it is half drawn.
_AFTER_ARROW = 8


def lay_out(scene: DiagramScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `ValueError` for more items than fit."""
    require_at_most(MAX_ITEMS, scene.items)
    content = look.grid.content
    plan = fit_diagram(scene, look)
    starts = item_frames(scene, words, len(scene.items))
    top = content.centre_y - plan.height_px // 2
    head_top = content.centre_y - plan.head.height_px // 2 if plan.beside else top
    elements: list[Element] = [*header_sprites(plan.head, look, top=head_top)]
    top += plan.height_px - plan.body_px
    left = content.right - plan.width_px if plan.beside else content.left + (content.width - plan.width_px) // 2
    boxes = [plan.box_at(place).moved(left, top) for place in plan.graph.places]
    # Clamped, because rounding may put a lane at the edge a fraction of a pixel outside.
    lanes = {
        arrow: tuple((min(x + left, content.right), y + top) for x, y in map(plan.middle, places))
        for arrow, places in plan.graph.lanes.items()
    }
    elements += [placeholder(look, box, frame=3 * index) for index, box in enumerate(boxes)]
    for index, (box, label, ends) in enumerate(zip(boxes, plan.labels, (*starts[1:], None), strict=True)):
        elements += _box(box, label, look, start=starts[index] + (_AFTER_ARROW if index else 0), ends=ends)
    paths = route_arrows(plan.graph, boxes, lanes, list(plan.arrows), look)
    occupied = [*boxes, *(Box(*map(round, (x - 4, y - 4, x + 4, y + 4))) for path in paths for x, y in _sampled(path))]
    occupied += [head_box(path, look) for path in paths]
    right = content.left + plan.head.heading.width_px if plan.beside else content.right
    air = look.grid.px(AIR) if plan.beside else 0
    occupied.append(Box(content.left, head_top - air, right, head_top + plan.head.height_px + air))
    for arrow, path in zip(plan.arrows, paths, strict=True):
        # It leads to a box that is about to appear, or back to an existing one.
        frame = starts[max(arrow)] + (2 * _AFTER_ARROW if arrow[0] > arrow[1] else 0)
        elements.append(arrow_sprite(path, look, frame=frame, frames=_DRAWING_FRAMES))
        placed = _place_label(plan.label_at(arrow, look), path, occupied, look)
        if placed:
            block, box = placed
            occupied.append(box)
            motion, ink = Motion(enters=frame + _AFTER_ARROW), look.theme.muted
            at = box.left, box.top + look.grid.px(AROUND)
            elements += text_sprites(block, left=at[0], top=at[1], colour=ink, motion=motion, centre_in_px=box.width)
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


def _box(box: Box, label: TextBlock, look: Look, *, start: int, ends: int | None) -> Iterable[Sprite]:
    """A box being filled, with a frame while it is spoken."""
    grid, theme = look.grid, look.theme
    yield from panel(look, box, motion=Motion(enters=start, frames=FADE_FRAMES))
    highlighted = Motion(enters=start, frames=FADE_FRAMES).until(ends)
    yield solid_sprite(_frame(box, look), theme.accent, left=box.left, top=box.top, motion=highlighted)
    motion = Motion(enters=start + 2, rise_px=grid.px(16))
    top = box.centre_y - label.height_px // 2
    padding = grid.px(PADDING)
    inner = box.width - 2 * padding
    yield from text_sprites(
        label, left=box.left + padding, top=top, colour=theme.text, motion=motion, stagger=2, centre_in_px=inner
    )


def _frame(box: Box, look: Look) -> Image.Image:
    """The frame of a box as a mask."""
    width, radius = look.grid.px(_FRAME), look.grid.px(look.theme.radius_px)
    inner = Image.new("L", (box.width, box.height))
    inner.paste(rounded_rectangle(box.width - 2 * width, box.height - 2 * width, radius=radius - width), (width, width))
    return ImageChops.subtract(rounded_rectangle(box.width, box.height, radius=radius), inner)


def _sampled(path: Sequence[Point]) -> list[Point]:
    """Points along a path, close enough together to test whether something lies on it."""
    points: list[Point] = []
    for one, other in pairwise(path):
        pieces = max(1, round(math.dist(one, other) / _SAMPLE_PX))
        points += [interpolate(one, other, number / pieces) for number in range(pieces)]
    return [*points, path[-1]]


def _place_label(
    block: TextBlock, path: Sequence[Point], occupied: Sequence[Box], look: Look
) -> tuple[TextBlock, Box] | None:
    """A free box for a label beside an arrow, as close to its middle as possible; None if there is none."""
    if not block.lines:
        return None
    grid, content = look.grid, look.grid.content
    around, above, beside = grid.px(AROUND), grid.px(_ABOVE_ARROW) - grid.px(AROUND), grid.px(BESIDE_ARROW)
    width, height = block.width_px, block.height_px + 2 * around + 2 * block.clearance_px
    points = _sampled(path)
    # If necessary, beyond a neighbouring arrow.
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
            if box.clipped_to(content) == box and not any(box.intersects(other) for other in occupied):
                return block, box
    return None
