"""Title scenes: kicker, display title, accent bar and subtitle on the left, the film's motif on the right.

Without space beside the text, the motif is cropped by the corner above it. Kicker, title and most of the motif are
there in the first frame, because players and feeds show it while nothing plays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.model import TitleScene, Word
from pipeline.rendering.layouts.components import (
    accent_bar,
    block_top,
    corner_motif,
    entrance,
    fit_text,
    kicker,
    motif,
)
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import AT_ONCE
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.styles import BODY, DISPLAY
from pipeline.rendering.type_scale import DISPLAY_SIZES, TEXT_SIZES

LIGHTS = (
    Light(role="glow", x=0.80, y=0.22, width=0.46, height=0.66, strength=0.86),
    Light(role="glow_far", x=0.97, y=0.60, width=0.28, height=0.50, strength=0.28),
    Light(role="ember", x=0.92, y=1.02, width=0.30, height=0.42, strength=0.80),
)


_MOTIF = 752
# Below this size a title gets a wider column, and half of the motif leaves the picture.
_WIDE_BELOW = 100
# Maximum height of the heading: as a share of the content below a motif, and elsewhere at 1080.
_MAX_SHARE_STACKED, _MAX_HEIGHT = 0.48, 520
# From the kicker to the heading's capitals, which may have accents, and from its last line to the bar; at 1080.
_BELOW_KICKER, _ABOVE_BAR = 56, 64
# How many frames before the first the motif began to be drawn on: three quarters of it are visible.
_BEGUN = 10


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """The three texts and the motif's horizontal centre."""

    label: TextBlock
    heading: TextBlock
    subtitle: TextBlock
    motif_x: int


def lay_out(scene: TitleScene, words: Sequence[Word], look: Look) -> Composition:  # noqa: ARG001 - the signature of layouts
    """See the module."""
    grid, theme, left = look.grid, look.theme, look.grid.content.left
    plan = _plan(scene, look)
    label, heading, subtitle = plan.label, plan.heading, plan.subtitle
    above, below = _heights_around(label, heading, subtitle, look)
    height = above + heading.height_px + below
    top = block_top(grid, height)
    elements: list[Element] = []
    if grid.is_stacked:
        elements += corner_motif(look, above=top, opacity=1.0, begun=_BEGUN)
    else:
        centre = (plan.motif_x, grid.content.centre_y)
        elements.append(motif(look, side_px=grid.px(_MOTIF), centre=centre, begun=_BEGUN))
    elements += text_sprites(label, left=left, top=top, colour=theme.accent, motion=AT_ONCE)
    top += above
    elements += text_sprites(heading, left=left, top=top, colour=theme.text, motion=AT_ONCE, stagger=0)
    top += heading.height_px + heading.clearance_px + grid.type_px(_ABOVE_BAR)
    elements.append(accent_bar(look, left=left, top=top, frame=8))
    top += grid.px(8 + 48)
    elements += text_sprites(subtitle, left=left, top=top, colour=theme.muted, motion=entrance(grid, 10))
    return Composition(ground=background(look.format, theme, LIGHTS), elements=elements)


def _heights_around(label: TextBlock, heading: TextBlock, subtitle: TextBlock, look: Look) -> tuple[int, int]:
    """Heights above and below the heading, with gaps, in pixels."""
    grid = look.grid
    above = label.height_px + grid.px(_BELOW_KICKER) + heading.clearance_px if label.lines else 0
    below = heading.clearance_px + grid.type_px(_ABOVE_BAR) + grid.px(8)
    below += grid.px(48) + subtitle.height_px if subtitle.lines else 0
    return above, below


def _plan(scene: TitleScene, look: Look) -> _Plan:
    grid = look.grid
    plan = _plan_in(scene, look, grid.columns(7), grid.content.right - grid.px(_MOTIF) // 2 + grid.px(40))
    if plan.heading.size_px >= grid.px(_WIDE_BELOW):
        return plan
    return _plan_in(scene, look, grid.columns(9), grid.format.width_px - grid.px(56))


def _plan_in(scene: TitleScene, look: Look, width_px: int, motif_x: int) -> _Plan:
    grid = look.grid
    high = round(_MAX_SHARE_STACKED * grid.content.height) if grid.is_stacked else grid.px(_MAX_HEIGHT)
    label = kicker(scene.kicker, look, width_px=width_px)
    subtitle = fit_text(scene.subtitle, BODY, TEXT_SIZES, look, width_px=width_px, max_lines=2)

    def title(high: int) -> TextBlock:
        return fit_text(scene.heading, DISPLAY, DISPLAY_SIZES, look, width_px=width_px, height_px=high, max_lines=5)

    heading = title(high)
    over = sum(_heights_around(label, heading, subtitle, look)) + heading.height_px - grid.content.height
    # Tall scripts with other texts above and below leave it less space.
    heading = title(heading.height_px - over) if over > 0 else heading
    return _Plan(label=label, heading=heading, subtitle=subtitle, motif_x=motif_x)
