"""Rasterising a line of text as a mask.

Lines are drawn at two or four times their size and reduced: FreeType puts glyphs on whole pixels, and letters that are
off by up to half a pixel look unevenly spaced.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageDraw

from pipeline.rendering.text import emoji
from pipeline.rendering.text.advances import pen_for
from pipeline.rendering.text.fonts import Face
from pipeline.rendering.text.line import Line, Piece
from pipeline.rendering.text.styles import CAP_HEIGHT_EM, TextStyle

# Margins around the letters of a line for marks above and descenders below, in em.
_ASCENT_EM, _DESCENT_EM, _SIDE_EM = 1.45, 0.7, 0.4


class Ink(NamedTuple):
    """Rasterised text: a mask (mode L) and its corner from the line's start and baseline, in pixels."""

    mask: Image.Image
    left: int
    top: int
    # Emoji in their own colours, an image of mode RGBA and the mask's size; the mask covers them, too.
    emoji_layer: Image.Image | None = None

    def painted(self, letters: Image.Image) -> Image.Image:
        """The image to fill the mask with: `letters`, of the mask's size and mode RGB, with the emoji pasted on it."""
        if self.emoji_layer is not None:
            letters.paste(
                self.emoji_layer.convert("RGB"), mask=self.emoji_layer.getchannel("A").point([0] + [255] * 255)
            )
        return letters


def draw_ink(line: Line, size_px: int, group: int | None = None) -> Ink | None:
    """The letters of a line, or of one group of it, as a mask; None if they leave no mark."""
    pieces = [piece for piece in line.pieces if group is None or piece.group == group]
    if not pieces:
        return None
    zoom = 4 if size_px <= 64 else 2
    big = size_px * zoom
    left_px = int((min(p.left_em for p in pieces) - _SIDE_EM) * size_px) - 1
    right_px = int((max(p.left_em + p.width_em for p in pieces) + _SIDE_EM) * size_px) + 1
    top_px, bottom_px = -round(_ASCENT_EM * size_px), round(_DESCENT_EM * size_px)
    sheet = Image.new("L", ((right_px - left_px) * zoom, (bottom_px - top_px) * zoom))
    for piece in (piece for piece in pieces if not piece.face.strike_px):
        shape, left, top = _letters(piece.text, piece.face, line.style, big, piece.right_to_left)
        if shape:
            at = (round(piece.left_em * big) - left_px * zoom + left, -top_px * zoom + top)
            sheet.paste(255, (*at, at[0] + shape.width, at[1] + shape.height), shape)
    mask = sheet.reduce(zoom)
    emoji_layer = _emoji_layer([piece for piece in pieces if piece.face.strike_px], size_px, mask, (-left_px, -top_px))
    bounds = mask.getbbox()
    if bounds is None:
        return None
    return Ink(
        mask.crop(bounds), left_px + bounds[0], top_px + bounds[1], emoji_layer.crop(bounds) if emoji_layer else None
    )


def _emoji_layer(pieces: Sequence[Piece], size_px: int, mask: Image.Image, pen: tuple[int, int]) -> Image.Image | None:
    """Emoji on an image of their own, which also marks them in the mask; `pen` is the start of the line on both."""
    if not pieces:
        return None
    sheet = Image.new("RGBA", mask.size)
    for piece in pieces:
        sign = emoji.draw_emoji(piece.text, piece.face, size_px, cap_height_em=CAP_HEIGHT_EM)
        if sign:
            at = (pen[0] + round(piece.left_em * size_px) + sign.left, pen[1] + sign.top)
            sheet.paste(sign.image, at)
            mask.paste(255, (*at, at[0] + sign.image.width, at[1] + sign.image.height), sign.image.getchannel("A"))
    return sheet


@lru_cache(maxsize=2048)
def _letters(
    text: str,
    face: Face,
    style: TextStyle,
    size_px: int,
    right_to_left: bool,  # noqa: FBT001 - given by the piece
) -> tuple[Image.Image | None, int, int]:
    """A mask of letters and its corner from the pen. Cached: a film reuses few letters."""
    pen = pen_for(text, face, style, size_px, right_to_left=right_to_left)
    box = pen.font.getbbox(text, anchor="ls", direction=pen.direction)
    left, top, right, bottom = math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3])
    if left >= right or top >= bottom:
        return None, 0, 0
    mask = Image.new("L", (right - left, bottom - top))
    sheet = ImageDraw.Draw(mask)
    sheet.text((-left, -top), text, font=pen.font, fill=255, anchor="ls", direction=pen.direction)
    return mask, left, top
