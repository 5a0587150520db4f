"""Contact sheets: pictures side by side with their names, to show a template at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from pipeline.model import Cue, Scene, VideoFormat, Word
from pipeline.rendering.captions import captions
from pipeline.rendering.layouts import lay_out
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import MOTION_RATE
from pipeline.rendering.motion.canvas import Canvas
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.rendering.text.fitting import fit
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import BODY, HEADING, TextStyle
from pipeline.theme.colours import rgb

# In pixels of the sheet: margin, space between pictures and between tiles, space below a row for the names, and corner
# radius.
_MARGIN, _GAP, _TILE_GAP, _NAME_SPACE, _RADIUS = 72, 16, 64, 72, 8
_TITLE_PX, _LINE_PX, _NAME_PX = 44, 24, 22
_HEAD_PX = 132


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A scene in several formats, with its name."""

    name: str
    pictures: tuple[Image.Image, ...]

    @property
    def width_px(self) -> int:
        """Width of the whole tile."""
        return sum(picture.width for picture in self.pictures) + _GAP * (len(self.pictures) - 1)


def draw_still(scene: Scene, *, words: tuple[Word, ...], cues: tuple[Cue, ...], at_s: float, look: Look) -> Image.Image:
    """The picture of a scene at a time in seconds, mode RGB; no earlier frame is drawn."""
    composition = lay_out(scene, words, look).under(captions(cues, look))
    canvas = Canvas(composition.ground(), composition.elements)
    canvas.apply(canvas.advance(int(at_s * MOTION_RATE)))
    return canvas.picture.to_rgb()


def compose_sheet(tiles: Sequence[Tile], look: Look, *, title: str, line: str, width_px: int) -> Image.Image:
    """The tiles in rows of at most `width_px`, below a title and a line about them; mode RGB."""
    rows = _rows(tiles, width_px - 2 * _MARGIN)
    heights = [max(picture.height for tile in row for picture in tile.pictures) + _NAME_SPACE for row in rows]
    # As wide as the widest row.
    width = 2 * _MARGIN + max((_width(row) for row in rows), default=0)
    sheet = Image.new("RGB", (width, 2 * _MARGIN + _HEAD_PX + sum(heights) - _NAME_SPACE // 2), rgb(look.theme.surface))
    room = width - 2 * _MARGIN
    _draw_text(sheet, title, HEADING, _TITLE_PX, look.theme.text, at=(_MARGIN, _MARGIN), room_px=room)
    _draw_text(sheet, line, BODY, _LINE_PX, look.theme.muted, at=(_MARGIN, _MARGIN + 64), room_px=room)
    top = _MARGIN + _HEAD_PX
    for row, height in zip(rows, heights, strict=True):
        left = _MARGIN
        for tile in row:
            _paste_tile(sheet, tile, look, left=left, top=top)
            left += tile.width_px + _TILE_GAP
        top += height
    return sheet


def scaled_format(video_format: VideoFormat, height_px: int) -> VideoFormat:
    """`video_format` scaled to a height of `height_px`, with even sides."""
    width = round(video_format.width_px * height_px / video_format.height_px / 2) * 2
    return VideoFormat(width_px=width, height_px=height_px, frame_rate=video_format.frame_rate)


def _rows(tiles: Sequence[Tile], room_px: int) -> list[list[Tile]]:
    """The tiles in as few rows as possible, of as equal length as possible."""
    widest = max((tile.width_px for tile in tiles), default=0)
    max_per_row = max(1, (room_px + _TILE_GAP) // (widest + _TILE_GAP))
    count = -(-len(tiles) // max_per_row)
    per_row = -(-len(tiles) // count) if count else 0
    return [list(tiles[start : start + per_row]) for start in range(0, len(tiles), per_row)] if per_row else []


def _width(row: Sequence[Tile]) -> int:
    return sum(tile.width_px for tile in row) + _TILE_GAP * (len(row) - 1)


def _paste_tile(sheet: Image.Image, tile: Tile, look: Look, *, left: int, top: int) -> None:
    for picture in tile.pictures:
        sheet.paste(picture, (left, top), rounded_rectangle(picture.width, picture.height, radius=_RADIUS))
        edge = (left, top, left + picture.width - 1, top + picture.height - 1)
        ImageDraw.Draw(sheet).rounded_rectangle(edge, radius=_RADIUS, outline=rgb(look.theme.line))
        left += picture.width + _GAP
    start, height = left - tile.width_px - _GAP, max(picture.height for picture in tile.pictures)
    at = (start, top + height + 14)
    _draw_text(sheet, tile.name, BODY, _NAME_PX, look.theme.muted, at=at, room_px=tile.width_px)


def _draw_text(
    sheet: Image.Image, text: str, style: TextStyle, size_px: int, colour: str, *, at: tuple[int, int], room_px: int
) -> None:
    block = fit(text, style, (size_px,), width_px=room_px)
    for line in block.lines:
        ink = draw_ink(line, size_px)
        if ink:
            corner = (at[0] + ink.left, at[1] + block.cap_px + ink.top)
            sheet.paste(Image.new("RGB", ink.mask.size, rgb(colour)), corner, ink.mask)
