"""One sentence, large, with its key phrase lit; a rule at its side and a figure, cropped, behind.

When the sentence is spoken later than the scene begins, the name of the section stands in its place until then: nobody
reads the point before it is made, and the picture is not empty meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import StatementScene, Word
from pipeline.rendering.background import Light, background
from pipeline.rendering.composition import Composition
from pipeline.rendering.emblem import Emblem
from pipeline.rendering.fitting import fit
from pipeline.rendering.layouts.parts import (
    INDENT,
    announcement,
    corner_motif,
    enter,
    kicker,
    low_top,
    motif,
    side_rule,
    sizes,
)
from pipeline.rendering.look import Look
from pipeline.rendering.sprites import Element, Sprite, letters
from pipeline.rendering.styles import STATEMENT
from pipeline.rendering.theme import STATEMENT_SIZES
from pipeline.rendering.timeline import frame_at, line_frames

_LIGHTS = (
    Light(role="glow_far", x=1.0, y=0.10, width=0.50, height=0.80, strength=0.62),
    Light(role="glow", x=0.86, y=0.86, width=0.42, height=0.46, strength=0.42),
)

# In frames. A sentence that is spoken sooner simply stands there from the start; one that is over sooner than it can
# be read appears early enough for that.
_WORTH_ANNOUNCING = 45
_STANDS_AT_LEAST = 60


def lay_out(scene: StatementScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    enters = _entrance(scene, words)
    sentence, top = _sentence(scene, look, enters=enters)
    elements: list[Element] = [*_figure(look, above=top)]
    if enters:
        elements += announcement(scene.kicker, look, width_px=_width(look), until=enters)
    elements += sentence
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


def _figure(look: Look, *, above: int) -> list[Emblem]:
    """The figure at the edge; where text takes the whole width, in the corner above it, out of its way."""
    grid = look.grid
    if grid.is_stacked:
        return corner_motif(look, above=above)
    centre = (grid.format.width_px - grid.px(152), grid.content.middle)
    return [motif(look, side_px=grid.px(832), centre=centre, opacity=0.5)]


def _entrance(scene: StatementScene, words: Sequence[Word]) -> int:
    """The frame in which the sentence appears; 0 if nothing announces it."""
    spoken = line_frames(scene, words).get(0, 0)
    if not spoken:
        return 0
    enters = min(spoken, frame_at(words[-1].end_s) - _STANDS_AT_LEAST)
    return enters if scene.kicker and enters >= _WORTH_ANNOUNCING else 0


def _sentence(scene: StatementScene, look: Look, *, enters: int) -> tuple[list[Sprite], int]:
    """Kicker and sentence, entering from that frame on, and the row in which they begin."""
    grid, theme = look.grid, look.theme
    label = kicker(scene.kicker, look, width_px=_width(look))
    sentence = fit(
        scene.text,
        look.styled(STATEMENT),
        sizes(grid, STATEMENT_SIZES),
        width_px=_width(look),
        height_px=grid.type_px(600),
        most_lines=6,
        emphasis=scene.emphasis,
    )
    gap = grid.px(48) + sentence.reach_px if label.lines else 0
    height = label.height_px + gap + sentence.height_px
    top = low_top(grid, height) if grid.is_stacked else grid.content.middle - height // 2
    left = grid.content.left + grid.px(INDENT)
    sprites = [
        side_rule(look, top=top, height_px=height, frame=enters),
        *letters(label, left=left, top=top, colours=(theme.accent,), motion=enter(grid, enters + 2)),
        *letters(
            sentence,
            left=left,
            top=top + label.height_px + gap,
            colours=(theme.text, theme.accent),
            motion=enter(grid, enters + 5, rise=40),
        ),
    ]
    return sprites, top


def _width(look: Look) -> int:
    return look.grid.columns(9) - look.grid.px(INDENT)
