"""Closing scenes: a motif, one sentence, a short bar and the film's title, centred.

A logo replaces the motif; a call to action on a button replaces the bar.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import ClosingScene, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.components import accent_bar, entrance, fit_text, motif, panel
from pipeline.rendering.layouts.logo import closing_logo
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, text_sprites
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.styles import BODY, HEADING, TextStyle
from pipeline.rendering.type_scale import HEADING_SIZES, TEXT_SIZES

_LIGHTS = (
    Light(role="glow", x=0.5, y=0.30, width=0.42, height=0.55, strength=0.62),
    Light(role="glow_far", x=0.5, y=0.62, width=0.60, height=0.45, strength=0.28),
)


_ACTION = TextStyle(weight=620, tracking=-0.01, leading=1.2, optical_size=28)
# At 1080: from the motif to the sentence, from there to the bar or button, from there to the title; height of the bar.
_BELOW_MOTIF, _ABOVE_BAR, _ABOVE_BUTTON, _ABOVE_NAME, _BAR = 72, 56, 80, 48, 8
# Space above captions, so that the title does not look like one; minimum space above and below the block, in total.
_ABOVE_CAPTIONS, _AIR = 40, 24
# Vertical padding of a button, from its capitals, and horizontal padding.
_PAD_Y, _PAD_X = 32, 56


def lay_out(scene: ClosingScene, words: Sequence[Word], look: Look) -> Composition:  # noqa: ARG001 - the signature of layouts
    """See the module."""
    grid, theme, content = look.grid, look.theme, look.grid.content
    content = content._replace(bottom=content.bottom - grid.px(_ABOVE_CAPTIONS))
    width = grid.columns(9)
    action = fit_text(scene.action, _ACTION, TEXT_SIZES, look, width_px=width - 2 * grid.px(_PAD_X))
    between = _button_height(action, look) if action.lines else grid.px(_BAR)
    below_sentence = grid.px(_ABOVE_BUTTON if action.lines else _ABOVE_BAR)
    name = fit_text(
        scene.subtitle or look.title, BODY, TEXT_SIZES[1:], look, width_px=width, max_lines=2, spare_lines=1
    )
    ground = background(look.format, theme, _LIGHTS)
    logo = closing_logo(look, ground)
    side = logo.height if logo else grid.px(208)
    others = side + grid.px(_BELOW_MOTIF) + below_sentence + between + grid.px(_ABOVE_NAME) + name.height_px
    room = min(grid.type_px(320), content.height - others - grid.px(_AIR))
    sentence = fit_text(scene.text, HEADING, HEADING_SIZES, look, width_px=width, height_px=room, max_lines=4)
    height = others + sentence.height_px
    top = content.centre_y - height // 2
    left = content.centre_x - width // 2

    elements: list[Element] = []
    elements += logo.at(top) if logo else [motif(look, side_px=side, centre=(content.centre_x, top + side // 2))]
    top += side + grid.px(_BELOW_MOTIF)
    elements += text_sprites(
        sentence, left=left, top=top, colour=theme.text, motion=entrance(grid, 6), centre_in_px=width
    )
    top += sentence.height_px + below_sentence
    frame = 12 + 3 * len(sentence.lines)
    if action.lines:
        elements += _button(action, look, top=top, motion=entrance(grid, frame, rise=24))
    else:
        bar_width = grid.px(96)
        elements.append(
            accent_bar(look, left=content.centre_x - bar_width // 2, top=top, frame=frame, width_px=bar_width)
        )
    top += between + grid.px(_ABOVE_NAME)
    elements += text_sprites(
        name, left=left, top=top, colour=theme.muted, motion=entrance(grid, frame + 3, rise=24), centre_in_px=width
    )
    return Composition(ground=ground, elements=elements)


def _button_height(action: TextBlock, look: Look) -> int:
    return action.height_px + 2 * (look.grid.px(_PAD_Y) + action.clearance_px)


def _button(action: TextBlock, look: Look, *, top: int, motion: Motion) -> list[Sprite]:
    """The call to action as a pill-shaped button in the accent colour."""
    grid, middle = look.grid, look.grid.content.centre_x
    width, height = action.width_px + 2 * grid.px(_PAD_X), _button_height(action, look)
    left = middle - width // 2
    box, ink = Box(left, top, left + width, top + height), look.theme.on_accent
    top += (height - action.cap_px) // 2
    return [
        *panel(look, box, motion=motion, role="accent", radius_px=height // 2),
        *text_sprites(action, left=left, top=top, colour=ink, motion=motion, centre_in_px=width),
    ]
