"""The episode number on a thumbnail: large, on a plate, in a corner without text."""

from __future__ import annotations

from PIL import Image

from pipeline.rendering.grid import Box
from pipeline.rendering.number_format import format_number
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.thumbnail.canvas import MARGIN, ThumbnailCanvas
from pipeline.theme.colours import rgb

# Of the plate.
_HEIGHT, _RADIUS, _PAD, _TOP, _RIM = 132, 28, 34, 44, 10
_SIZES = (104, 96, 88, 80, 72)
_UPRIGHT = 1.4


def draw_badge(canvas: ThumbnailCanvas, number: int, *, is_poster: bool) -> None:
    """Draw the number in a free corner, preferably at the top where reading ends; on the accent in inverse colours."""
    theme, look = canvas.look.theme, canvas.look
    scale = _UPRIGHT if canvas.is_upright else 1.0
    sizes = tuple(round(size * scale) for size in _SIZES)
    height = round(_HEIGHT * scale)
    block = canvas.fit_text(format_number(float(number), look.language, ""), sizes, 400, height, lines=1)
    ink = draw_ink(block.lines[0], block.size_px)
    if ink is None:
        return
    width = max(height, ink.mask.width + 2 * round(_PAD * scale))
    box = _free_corner(canvas, width, height)
    if box is None:
        return
    plate, letters = (theme.on_accent, theme.accent) if is_poster else (theme.accent, theme.on_accent)
    # A rim separates the plate from a motif in the same colour.
    rim, around = round(_RIM * scale), theme.accent if is_poster else theme.background_bottom
    radius = round(_RADIUS * scale)
    for area, corner, colour in ((box.grown(rim), radius + rim, around), (box, radius, plate)):
        canvas.picture.paste(rgb(colour), area[:2], rounded_rectangle(*area.size, radius=corner))
    at = (box.left + (width - ink.mask.width) // 2, box.top + (height - ink.mask.height) // 2)
    canvas.picture.paste(ink.painted(Image.new("RGB", ink.mask.size, rgb(letters))), at, ink.mask)
    canvas.occupied.append(box)


def _free_corner(canvas: ThumbnailCanvas, width: int, height: int) -> Box | None:
    """The first corner without text: top, where reading ends, then where it begins; bottom; beside the text.

    None if all are occupied. Never the lower right corner, where sites show the duration.
    """
    right, low = canvas.picture.width - MARGIN - width, canvas.picture.height - _TOP - height
    across, along = (MARGIN, right) if canvas.look.right_to_left else (right, MARGIN)
    middle = (canvas.picture.height - height) * 3 // 5
    corners = ((across, _TOP), (along, _TOP), (MARGIN, low), (across, middle))
    places = (Box(left, top, left + width, top + height) for left, top in corners)
    return next((box for box in places if not any(box.intersects(taken) for taken in canvas.occupied)), None)
