"""The last picture: the figure as an emblem, one sentence, a short bar and the film's name, centred and quiet."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import ClosingScene, Word
from pipeline.rendering.background import Light, background
from pipeline.rendering.composition import Composition
from pipeline.rendering.fitting import fit
from pipeline.rendering.layouts.parts import bar, enter, motif, sizes
from pipeline.rendering.look import Look
from pipeline.rendering.sprites import Element, letters
from pipeline.rendering.text import BODY, HEADING
from pipeline.rendering.theme import HEADING_SIZES, TEXT_SIZES

_LIGHTS = (
    Light(role="glow", x=0.5, y=0.30, width=0.42, height=0.55, strength=0.62),
    Light(role="glow_far", x=0.5, y=0.62, width=0.60, height=0.45, strength=0.28),
)


def lay_out(scene: ClosingScene, words: Sequence[Word], look: Look) -> Composition:  # noqa: ARG001 - like every layout
    """See the module."""
    grid, theme, content = look.grid, look.theme, look.grid.content
    width = grid.columns(9)
    sentence = fit(
        scene.text,
        HEADING.in_language(look.language),
        sizes(grid, HEADING_SIZES),
        width_px=width,
        height_px=grid.type_px(320),
        most_lines=4,
    )
    name = fit(
        scene.subtitle or look.title,
        BODY.in_language(look.language),
        sizes(grid, TEXT_SIZES[1:]),
        width_px=width,
        most_lines=2,
    )
    side = grid.px(208)
    height = side + grid.px(72) + sentence.height_px + grid.px(56 + 8 + 48) + name.height_px
    top = content.middle - height // 2
    left = content.centre - width // 2

    elements: list[Element] = []
    elements.append(motif(look, side_px=side, centre=(content.centre, top + side // 2)))
    top += side + grid.px(72)
    elements += letters(sentence, left=left, top=top, colours=(theme.text,), motion=enter(grid, 6), centre_in_px=width)
    top += sentence.height_px + grid.px(56)
    frame = 12 + 3 * len(sentence.lines)
    bar_width = grid.px(96)
    elements.append(bar(look, left=content.centre - bar_width // 2, top=top, frame=frame, width_px=bar_width))
    top += grid.px(8 + 48)
    elements += letters(
        name, left=left, top=top, colours=(theme.muted,), motion=enter(grid, frame + 3, rise=24), centre_in_px=width
    )
    return Composition(ground=background(look.format, theme, _LIGHTS), elements=elements)
