"""The number of an episode on a thumbnail: large, on a plate, in the corner that words leave free."""

from __future__ import annotations

from PIL import Image, ImageDraw

from pipeline.rendering.grid import Box
from pipeline.rendering.number_format import format_number
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.thumbnail.canvas import MARGIN, Sheet
from pipeline.theme.colours import rgb

# Of the plate; drawn four times as large, for smooth corners.
_HEIGHT, _RADIUS, _PAD, _TOP, _RIM, _FINER = 132, 28, 34, 44, 10, 4
_SIZES = (104, 96, 88, 80, 72)
_UPRIGHT = 1.4


def number_badge(sheet: Sheet, number: int, *, is_poster: bool) -> None:
    """Put the number where reading ends, at the top, else where a corner is free; on the accent, in its counterpart."""
    theme, look = sheet.look.theme, sheet.look
    scale = _UPRIGHT if sheet.is_upright else 1.0
    sizes = tuple(round(size * scale) for size in _SIZES)
    height = round(_HEIGHT * scale)
    block = sheet.fitted(format_number(float(number), look.language, ""), sizes, 400, height, lines=1)
    ink = draw_ink(block.lines[0], block.size_px)
    if ink is None:
        return
    width = max(height, ink.mask.width + 2 * round(_PAD * scale))
    box = _free(sheet, width, height)
    if box is None:
        return
    plate, letters = (theme.on_accent, theme.accent) if is_poster else (theme.accent, theme.on_accent)
    # On a figure of its own colour a plate would melt into it.
    rim, around = round(_RIM * scale), theme.accent if is_poster else theme.background_bottom
    radius = round(_RADIUS * scale)
    _plate(sheet, Box(box.left - rim, box.top - rim, box.right + rim, box.bottom + rim), radius + rim, around)
    _plate(sheet, box, radius, plate)
    at = (box.left + (width - ink.mask.width) // 2, box.top + (height - ink.mask.height) // 2)
    sheet.picture.paste(ink.painted(Image.new("RGB", ink.mask.size, rgb(letters))), at, ink.mask)
    sheet.taken.append(box)


def _plate(sheet: Sheet, box: Box, radius: int, colour: str) -> None:
    large = Image.new("L", (box.width * _FINER, box.height * _FINER))
    corners = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(corners, radius * _FINER, fill=255)
    mask = large.resize((box.width, box.height), Image.Resampling.LANCZOS)
    sheet.picture.paste(rgb(colour), box[:2], mask)


def _free(sheet: Sheet, width: int, height: int) -> Box | None:
    """The first place without words: at the top, where reading ends, then where it begins; below; beside the words.

    Never in the lower corner on the right, nor on words: None is free.
    """
    right, low = sheet.picture.width - MARGIN - width, sheet.picture.height - _TOP - height
    across, along = (MARGIN, right) if sheet.look.right_to_left else (right, MARGIN)
    middle = (sheet.picture.height - height) * 3 // 5
    corners = ((across, _TOP), (along, _TOP), (MARGIN, low), (across, middle))
    places = (Box(left, top, left + width, top + height) for left, top in corners)
    return next((box for box in places if not any(box.intersects(taken) for taken in sheet.taken)), None)
