"""One sentence, large, with its key phrase lit; a rule at its side and the film's figure, cropped, behind."""

from __future__ import annotations

from PIL import Image

from pipeline.model import StatementScene
from pipeline.rendering.background import Light, background
from pipeline.rendering.fitting import fit
from pipeline.rendering.layouts.parts import enter, kicker, motif, sizes
from pipeline.rendering.look import Look
from pipeline.rendering.motion import Motion
from pipeline.rendering.shapes import rounded
from pipeline.rendering.sprites import Element, Sprite, letters
from pipeline.rendering.stage import Stage
from pipeline.rendering.text import STATEMENT
from pipeline.rendering.theme import STATEMENT_SIZES, rgb

_LIGHTS = (
    Light(role="glow_far", x=1.0, y=0.10, width=0.50, height=0.80, strength=0.62),
    Light(role="glow", x=0.86, y=0.86, width=0.42, height=0.46, strength=0.42),
)


def lay_out(scene: StatementScene, look: Look) -> Stage:
    """See the module."""
    grid, theme, content = look.grid, look.theme, look.grid.content
    indent = grid.px(48)
    width = grid.columns(9) - indent
    label = kicker(scene.kicker, look, width_px=width)
    sentence = fit(
        scene.text,
        STATEMENT,
        sizes(grid, STATEMENT_SIZES),
        width_px=width,
        height_px=grid.px(600),
        most_lines=6,
        emphasis=scene.emphasis,
    )
    gap = grid.px(48) if label.lines else 0
    height = label.height_px + gap + sentence.height_px
    top = content.middle - height // 2
    left = content.left + indent

    elements: list[Element] = []
    side = grid.px(832)
    elements.append(
        motif(look, side_px=side, centre=(grid.format.width_px - grid.px(152), content.middle), opacity=0.5)
    )
    elements.append(_side_rule(look, top=top, height_px=height))
    elements += letters(label, left=left, top=top, colours=(theme.accent,), motion=enter(grid, 2))
    elements += letters(
        sentence,
        left=left,
        top=top + label.height_px + gap,
        colours=(theme.text, theme.accent),
        motion=enter(grid, 5, rise=40),
    )
    return Stage(ground=background(look.format, theme, _LIGHTS), elements=elements)


def _side_rule(look: Look, *, top: int, height_px: int) -> Sprite:
    """The upright accent rule, drawn downwards, reaching a little beyond the text beside it."""
    width, overhang = look.grid.px(8), look.grid.px(24)
    mask = rounded(width, height_px + 2 * overhang, radius=width // 2)
    return Sprite(
        mask=mask,
        tile=Image.new("RGB", mask.size, rgb(look.theme.accent)),
        left=look.grid.content.left,
        top=top - overhang,
        motion=Motion(enters=0, over=20, drawn=True),
        order=Image.linear_gradient("L").resize(mask.size),
    )
