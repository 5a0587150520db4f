"""Timeline scenes: a line with a dot per event, filled while the event is spoken; the line is drawn on from dot to dot.

From left to right, times are above the line and texts below it; with many events, every other one has all of its text
above the line, so that lines of text are longer. On narrow pictures the line runs downwards, with the times above the
texts, or left of the line if that takes too much space.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from PIL import Image

from pipeline.model import TimelineScene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.components import hairline, require_at_most
from pipeline.rendering.layouts.header import header_sprites
from pipeline.rendering.layouts.timeline_fitting import DOT, TimelinePlan, fit_timeline
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import DIMMED, FADE_FRAMES, Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, solid_sprite, text_sprites
from pipeline.rendering.motion.timeline import item_frames
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.surface.shapes import disc, ring

_LIGHTS = (
    Light(role="glow", x=0.88, y=0.90, width=0.48, height=0.62, strength=0.50),
    Light(role="glow_far", x=0.06, y=0.10, width=0.44, height=0.56, strength=0.40),
)
# Maximum that fits; no template allows more.
MAX_ITEMS = 6
# At 1080: line width, diameter of the halo around a filled dot, and line width of an empty dot.
_LINE, _HALO, _DOT_LINE = 4, 64, 4
# Opacity of the halo (0 to 255).
_HALO_LEVEL = 56


def lay_out(scene: TimelineScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `ValueError` for more items than fit."""
    require_at_most(MAX_ITEMS, scene.items)
    content = look.grid.content
    plan = fit_timeline(scene, look)
    starts = item_frames(scene, words, len(scene.items))
    top = content.centre_y - plan.height_px // 2
    elements: list[Element] = [*header_sprites(plan.head, look, top=top)]
    top += plan.head.height_px
    elements += _line(plan, starts, look, top=top)
    for index, (start, ends) in enumerate(zip(starts, (*starts[1:], None), strict=True)):
        elements += _dot(plan.places[index].dot, look, top=top, delay=3 * index, start=start, ends=ends)
        elements += _texts(plan, index, look, top=top, start=start, ends=ends)
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


def _line(plan: TimelinePlan, starts: Sequence[int], look: Look, *, top: int) -> Iterable[Sprite]:
    """The muted line from dot to dot and on to the end, and over it the accent line up to the current event."""
    grid, content = look.grid, look.grid.content
    half, radius = max(1, grid.px(_LINE) // 2), grid.px(DOT) // 2
    upright = grid.is_stacked
    dots = [place.dot for place in plan.places]
    (last_x, last_y) = dots[-1]
    end = (last_x, plan.body_px + radius) if upright else (content.width + radius, last_y)
    for index, ((from_x, from_y), (to_x, to_y)) in enumerate(pairwise([*dots, end])):
        if upright:
            box = Box(from_x - half, from_y + radius, from_x + half, to_y - radius)
        else:
            box = Box(from_x + radius, from_y - half, to_x - radius, from_y + half)
        if box.width <= 0 or box.height <= 0:
            continue
        box = box.moved(content.left, top)
        yield hairline(look, box, frame=4 + 3 * index, upright=upright)
        if index + 1 < len(dots):
            yield replace(hairline(look, box, frame=starts[index + 1], upright=upright), ink=colour(look.theme.accent))


def _dot(at: tuple[int, int], look: Look, *, top: int, delay: int, start: int, ends: int | None) -> Iterable[Sprite]:
    """A ring while pending; filled, with a halo, while its event is spoken; an accent ring afterwards."""
    grid, theme = look.grid, look.theme
    x, y = look.grid.content.left + at[0], top + at[1]

    def centred(mask: Image.Image, name: str, motion: Motion) -> Sprite:
        return solid_sprite(mask, name, left=x - mask.width // 2, top=y - mask.height // 2, motion=motion)

    circle = ring(grid.px(DOT), grid.px(_DOT_LINE))
    yield centred(circle, theme.line, Motion(enters=delay))
    # After the line has arrived.
    current = Motion(enters=start + (FADE_FRAMES if delay else 0), frames=FADE_FRAMES)
    yield centred(disc(grid.px(_HALO)), theme.accent, current.until(0, _HALO_LEVEL).until(ends))
    yield centred(circle, theme.accent, current)
    yield centred(disc(grid.px(DOT)), theme.accent, current.until(ends))


def _texts(plan: TimelinePlan, index: int, look: Look, *, top: int, start: int, ends: int | None) -> Iterable[Sprite]:
    """The time and text of an event; the time is dimmed when the next one is spoken."""
    theme, left = look.theme, look.grid.content.left
    motion = Motion(enters=start, rise_px=look.grid.px(24))
    place = plan.places[index]
    (x, y), dimmed = place.when, motion.until(ends, DIMMED)
    yield from text_sprites(plan.whens[index], left=left + x, top=top + y, colour=theme.text, motion=dimmed)
    (x, y) = place.text
    later = replace(motion, enters=start + 3)
    yield from text_sprites(plan.texts[index], left=left + x, top=top + y, colour=theme.muted, motion=later, stagger=2)
