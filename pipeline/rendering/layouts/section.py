"""Section scenes: the chapter's number in outline, as tall as possible, and its name."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageFilter

from pipeline.model import SectionScene, Word
from pipeline.rendering.layouts.amount import numeral
from pipeline.rendering.layouts.components import accent_bar, drawn_on, entrance, fit_text
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import DRAWING_FRAMES, Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.text.line import shape
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import BODY, CAP_HEIGHT_EM, DISPLAY, TextStyle
from pipeline.rendering.type_scale import DISPLAY_SIZES, TEXT_SIZES

_LIGHTS = (
    Light(role="glow_far", x=0.92, y=0.30, width=0.44, height=0.70, strength=0.66),
    Light(role="glow", x=0.70, y=1.02, width=0.50, height=0.46, strength=0.44),
)
_NUMERAL = TextStyle(weight=640, tracking=-0.03, leading=1.0, is_heading=True)
# Cap height of the number and width of its outline, at 1080; smaller if it would be too wide.
_NUMERAL_HEIGHT, _STACKED_NUMERAL_HEIGHT, _LINE = 576, 352, 5
_COLUMNS, _NUMERAL_COLUMNS = 7, 5
_BELOW_NUMERAL = 88
# Above and below the block, in total.
_AIR = 64
# Levels of a blurred edge that form the outline, either side of the middle, 0 to 0.5: within 1 sigma.
_BAND = 0.341


def lay_out(scene: SectionScene, words: Sequence[Word], look: Look) -> Composition:  # noqa: ARG001 - the signature of layouts
    """See the module."""
    grid, theme, content = look.grid, look.theme, look.grid.content
    left, width, most_px = content.left, grid.columns(_COLUMNS), grid.px(340 if grid.is_stacked else 480)
    sizes = DISPLAY_SIZES[1:]
    heading = fit_text(scene.heading, DISPLAY, sizes, look, width_px=width, height_px=most_px, max_lines=4)
    subtitle = fit_text(scene.subtitle, BODY, TEXT_SIZES, look, width_px=width, max_lines=2)
    bar = heading.height_px + heading.clearance_px + grid.type_px(64)
    height = bar + grid.px(8) + (grid.px(48) + subtitle.height_px if subtitle.lines else 0)
    outline = _outline(scene.number, look, below_px=height)
    if grid.is_stacked:
        above = outline.height + grid.px(_BELOW_NUMERAL)
        corner = (left, content.centre_y - (above + height) // 2)
        top = corner[1] + above
    else:
        corner = (content.right - outline.width, content.centre_y - outline.height // 2)
        top = content.centre_y - height // 2
    motion, frame = Motion(frames=DRAWING_FRAMES, drawn=True), 10 + 3 * len(heading.lines)
    elements: list[Element] = [
        drawn_on(look, outline, theme.accent, left=corner[0], top=corner[1], motion=motion),
        *text_sprites(heading, left=left, top=top, colour=theme.text, motion=entrance(grid, 6, rise=40)),
        accent_bar(look, left=left, top=top + bar, frame=frame),
    ]
    top += bar + grid.px(8 + 48)
    elements += text_sprites(subtitle, left=left, top=top, colour=theme.muted, motion=entrance(grid, frame + 2))
    return Composition(ground=background(look.format, theme, _LIGHTS), elements=elements)


def _outline(number: int, look: Look, *, below_px: int) -> Image.Image:
    """The number's outline as a mask, above or beside texts of that height; lower if it would be too wide.

    It is derived from the rasterised letters, not from their curves, which may overlap within a letter.
    """
    grid = look.grid
    tall = grid.px(_NUMERAL_HEIGHT)
    if grid.is_stacked:
        tall = min(grid.px(_STACKED_NUMERAL_HEIGHT), grid.content.height - below_px - grid.px(_BELOW_NUMERAL + _AIR))
    width, line_px = grid.columns(_NUMERAL_COLUMNS), grid.px(_LINE)
    line = shape(numeral(number, look.language), _NUMERAL.in_fonts(look.fonts))
    size_px = round(min(tall / CAP_HEIGHT_EM, (width - 2 * line_px) / max(0.1, line.width_em)))
    ink = draw_ink(line, max(8, size_px))
    assert ink is not None
    edge = 2 * line_px
    sheet = Image.new("L", (ink.mask.width + 2 * edge, ink.mask.height + 2 * edge))
    sheet.paste(ink.mask, (edge, edge))
    sigma = max(0.7, line_px / 2)
    blurred = sheet.filter(ImageFilter.GaussianBlur(sigma))
    # The slope of the blurred edge there, for an anti-aliased outline.
    slope = 0.242 / sigma
    band = [0.5 + (_BAND - abs(value / 255 - 0.5)) / slope for value in range(256)]
    contour = blurred.point([round(255 * min(1.0, max(0.0, share))) for share in band])
    return contour.crop(contour.getbbox())
