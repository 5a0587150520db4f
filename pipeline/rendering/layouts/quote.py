"""Quote scenes: a large opening quotation mark, the text, and below a short bar the speaker.

While something else is said first, mark and name stand alone: the text appears when it is spoken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image

from pipeline.language.writing_systems import writing_of
from pipeline.model import QuoteScene, Word
from pipeline.rendering.assets import Fonts
from pipeline.rendering.layouts.components import accent_bar, drawn_on, entrance, fit_text
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.motion.timeline import frame_at, line_frames
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.text.line import measure, shape
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import BODY, HEADING, STATEMENT, TextStyle
from pipeline.rendering.type_scale import STATEMENT_SIZES, TEXT_SIZES

_LIGHTS = (
    Light(role="glow_far", x=0.04, y=0.12, width=0.46, height=0.66, strength=0.60),
    Light(role="glow", x=0.96, y=0.96, width=0.46, height=0.52, strength=0.40),
)
# Opening marks other than “ (CLDR, delimiters). „ has the shape of ” and is positioned here; « in right-to-left text
# looks like ».
_MARKS = {
    **dict.fromkeys(("be", "ca", "el", "es", "fr", "hy", "it", "nb", "nn", "no", "ru", "uk"), "«"),
    **dict.fromkeys(("fa", "ps"), "»"),
    **dict.fromkeys(("ar", "bg", "cs", "de", "et", "fi", "he", "hr", "hu", "is", "lt", "pl", "ro"), "”"),
    **dict.fromkeys(("sk", "sl", "sr", "sv", "ur"), "”"),
    **dict.fromkeys(("ja", "yue"), "「"),
}
# Quotation marks of any language, except those that are also apostrophes.
_QUOTES = frozenset('"“”„‟«»‹›「」『』')
_MARK = TextStyle(weight=760, tracking=0.0, leading=1.0, is_heading=True)
_MARK_OPACITY = 0.20
# The mark at 1080: its height beside and above the text, and its distance from it.
_MARK_HEIGHT, _STACKED_MARK_HEIGHT = 232, 168
_BESIDE_MARK, _BELOW_MARK = 72, 56
_BELOW_TEXT, _BELOW_BAR, _BELOW_NAME = 72, 48, 28
# Sizes by number of lines: short quotations are set larger.
_LARGE = ((1, (156, 140)), (2, (140, 124, 112)), (3, (124, 112, 100)))
_FEW = (2, (112, 100))
# Above and below the block, in total; half of it on stacked pictures, which have space above the captions.
_AIR = 48
# In frames: text spoken later than the first appears when it is spoken; at the end it stands for at least the second.
_WAIT_FROM = 45
_MIN_FRAMES = 75


def lay_out(scene: QuoteScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    grid, theme, content = look.grid, look.theme, look.grid.content
    mark = _mark(
        look.language, look.fonts, grid.px(_STACKED_MARK_HEIGHT if grid.is_stacked else _MARK_HEIGHT), grid.columns(2)
    )
    beside = 0 if grid.is_stacked else mark.width + grid.px(_BESIDE_MARK)
    above = mark.height + grid.px(_BELOW_MARK) if grid.is_stacked else 0
    width = content.width - beside
    name = fit_text(scene.name, HEADING, TEXT_SIZES, look, width_px=width, spare_lines=1)
    role = fit_text(scene.role, BODY, TEXT_SIZES[2:], look, width_px=width, max_lines=2)
    below = grid.type_px(_BELOW_TEXT) + grid.px(8 + _BELOW_BAR) + name.height_px
    below += name.clearance_px + grid.px(_BELOW_NAME) + role.height_px if role.lines else 0
    room = content.height - above - below - grid.px(_AIR // 2 if grid.is_stacked else _AIR)
    text = _fit_text(scene.text, look, width_px=width, height_px=room)
    # Side by side they are centred; stacked, they are at the margin.
    spare = 0 if grid.is_stacked else width - max(each.width_px for each in (text, name, role))
    mark_left = content.left + spare // 2
    left, top = mark_left + beside, content.centre_y - (text.height_px + text.clearance_px + below) // 2 + above // 2
    enters = _entrance(scene, words)
    # While viewers wait for the text, they see the name.
    frame = 8 if enters > _WAIT_FROM else enters + 4 + 3 * len(text.lines)
    motion = Motion(frames=20, drawn=True)
    elements: list[Element] = [drawn_on(look, mark, theme.accent, left=mark_left, top=top - above, motion=motion)]
    elements += text_sprites(text, left=left, top=top, colour=theme.text, motion=entrance(grid, enters, rise=40))
    top += text.height_px + text.clearance_px + grid.type_px(_BELOW_TEXT)
    elements.append(accent_bar(look, left=left, top=top, frame=frame))
    top += grid.px(8 + _BELOW_BAR)
    elements += text_sprites(name, left=left, top=top, colour=theme.text, motion=entrance(grid, frame + 2, rise=24))
    top += name.height_px + name.clearance_px + grid.px(_BELOW_NAME)
    elements += text_sprites(role, left=left, top=top, colour=theme.muted, motion=entrance(grid, frame + 5, rise=24))
    return Composition(ground=background(look.format, theme, _LIGHTS), elements=elements)


def _entrance(scene: QuoteScene, words: Sequence[Word]) -> int:
    """The frame in which the text appears."""
    spoken = line_frames(scene, words).get(0, 0)
    enters = min(spoken, frame_at(words[-1].end_s) - _MIN_FRAMES) if words else 0
    return enters if enters >= _WAIT_FROM else 6


def _fit_text(text: str, look: Look, *, width_px: int, height_px: int) -> TextBlock:
    """The text, larger the shorter it is."""
    text, style, grid = _unquoted(text), look.styled(STATEMENT), look.grid
    # Verse keeps its lines.
    wide_em = math.inf if "\n" in text else measure(text, style)
    for lines, steps in (_FEW,) if grid.is_stacked else _LARGE:
        if wide_em * grid.type_px(steps[-1]) > lines * width_px:
            continue
        # Tall scripts need clearance above the first line and below the last.
        room = height_px - round(2 * style.clearance_em * grid.type_px(steps[0]))
        few = fit_text(text, STATEMENT, steps, look, width_px=width_px, height_px=room, max_lines=lines)
        if not few.is_truncated:
            return few
    most = 9 if grid.is_tall else 7
    room = height_px - round(2 * style.clearance_em * grid.type_px(STATEMENT_SIZES[1]))
    return fit_text(text, STATEMENT, STATEMENT_SIZES[1:], look, width_px=width_px, height_px=room, max_lines=most)


def _unquoted(text: str) -> str:
    """The text without quotation marks around all of it, which the large mark replaces."""
    text = text.strip()
    marks = [index for index, letter in enumerate(text) if letter in _QUOTES]
    return text[1:-1].strip() if marks == [0, len(text) - 1] else text


def _mark(language: str, fonts: Fonts, tall_px: int, width_px: int) -> Image.Image:
    """The opening mark of a language as a faint mask, its ink `tall_px` high, or lower if it would be too wide."""
    writing = writing_of(language)
    sign = "「" if writing.ideographs == "TC" else _MARKS.get(writing.language, "“")
    line = shape(sign, _MARK.in_language(language).in_fonts(fonts))
    probe = draw_ink(line, 200)
    assert probe is not None
    size_px = int(min(200 * tall_px / probe.mask.height, 200 * width_px / probe.mask.width))
    ink = draw_ink(line, size_px)
    assert ink is not None
    return ink.mask.point([round(_MARK_OPACITY * value) for value in range(256)])
