"""One sentence, large, with its key phrase lit; a rule at its side and the film's figure, cropped, behind.

When the sentence is spoken later than the scene begins, the name of the section stands in its place until then: nobody
reads the point before it is made, and the picture is not empty meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from pipeline.model import StatementScene, Word
from pipeline.rendering.background import Light, background
from pipeline.rendering.composition import Composition
from pipeline.rendering.fitting import fit
from pipeline.rendering.layouts.parts import enter, kicker, motif, sizes
from pipeline.rendering.look import Look
from pipeline.rendering.motion import Level, Motion
from pipeline.rendering.picture import colour
from pipeline.rendering.shapes import rounded
from pipeline.rendering.sprites import Element, Sprite, letters
from pipeline.rendering.text import STATEMENT
from pipeline.rendering.theme import STATEMENT_SIZES
from pipeline.rendering.timeline import frame_at, line_frames

_LIGHTS = (
    Light(role="glow_far", x=1.0, y=0.10, width=0.50, height=0.80, strength=0.62),
    Light(role="glow", x=0.86, y=0.86, width=0.42, height=0.46, strength=0.42),
)

# From the margin to the text, past the rule.
_INDENT = 48
# In frames. A sentence that is spoken sooner simply stands there from the start; one that is over sooner than it can
# be read appears early enough for that.
_WORTH_ANNOUNCING = 45
_STANDS_AT_LEAST = 60


def lay_out(scene: StatementScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    enters = _entrance(scene, words)
    elements: list[Element] = [_figure(look)]
    if enters:
        elements += _announcement(scene, look, until=enters)
    elements += _sentence(scene, look, enters=enters)
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


def _figure(look: Look) -> Sprite:
    """The film's figure at the right edge; where text takes the whole width, in the upper corner, out of its way."""
    grid = look.grid
    if grid.is_stacked:
        return motif(look, side_px=grid.px(640), centre=(grid.format.width_px - grid.px(96), grid.px(160)), opacity=0.5)
    centre = (grid.format.width_px - grid.px(152), grid.content.middle)
    return motif(look, side_px=grid.px(832), centre=centre, opacity=0.5)


def _entrance(scene: StatementScene, words: Sequence[Word]) -> int:
    """The frame in which the sentence appears; 0 if nothing announces it."""
    spoken = line_frames(scene, words).get(0, 0)
    if not spoken:
        return 0
    enters = min(spoken, frame_at(words[-1].end_s) - _STANDS_AT_LEAST)
    return enters if scene.kicker and enters >= _WORTH_ANNOUNCING else 0


def _announcement(scene: StatementScene, look: Look, *, until: int) -> list[Element]:
    """The name of the section, alone, until the frame in which it fades."""
    grid, left = look.grid, look.grid.content.left + look.grid.px(_INDENT)
    name = fit(
        scene.kicker,
        STATEMENT.in_language(look.language),
        sizes(grid, STATEMENT_SIZES),
        width_px=_width(look),
        most_lines=2,
    )
    top = grid.content.middle - name.height_px // 2
    leaves = (Level(until, 0),)
    motion = replace(enter(grid, 3), levels=leaves)
    rule = _side_rule(look, top=top, height_px=name.height_px, frame=0)
    return [
        replace(rule, motion=replace(rule.motion, levels=leaves)),
        *letters(name, left=left, top=top, colours=(look.theme.text,), motion=motion),
    ]


def _sentence(scene: StatementScene, look: Look, *, enters: int) -> list[Element]:
    """Kicker and sentence, entering from that frame on."""
    grid, theme = look.grid, look.theme
    label = kicker(scene.kicker, look, width_px=_width(look))
    sentence = fit(
        scene.text,
        STATEMENT.in_language(look.language),
        sizes(grid, STATEMENT_SIZES),
        width_px=_width(look),
        height_px=grid.type_px(600),
        most_lines=6,
        emphasis=scene.emphasis,
    )
    gap = grid.px(48) + sentence.reach_px if label.lines else 0
    height = label.height_px + gap + sentence.height_px
    top = grid.content.middle - height // 2
    left = grid.content.left + grid.px(_INDENT)
    return [
        _side_rule(look, top=top, height_px=height, frame=enters),
        *letters(label, left=left, top=top, colours=(theme.accent,), motion=enter(grid, enters + 2)),
        *letters(
            sentence,
            left=left,
            top=top + label.height_px + gap,
            colours=(theme.text, theme.accent),
            motion=enter(grid, enters + 5, rise=40),
        ),
    ]


def _width(look: Look) -> int:
    return look.grid.columns(9) - look.grid.px(_INDENT)


def _side_rule(look: Look, *, top: int, height_px: int, frame: int) -> Sprite:
    """The upright accent rule, drawn downwards, reaching a little beyond the text beside it."""
    width, overhang = look.grid.px(8), look.grid.px(24)
    mask = rounded(width, height_px + 2 * overhang, radius=width // 2)
    return Sprite(
        mask=mask,
        ink=colour(look.theme.accent),
        left=look.grid.content.left,
        top=top - overhang,
        motion=Motion(enters=frame, over=20, drawn=True),
        order=Image.linear_gradient("L").resize(mask.size),
    )
