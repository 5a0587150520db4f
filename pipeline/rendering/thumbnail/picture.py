"""Thumbnails with a picture of the film: text on it over a scrim at one edge, or beside it, or beside a cutout."""

from __future__ import annotations

import math
from typing import NamedTuple

from PIL import Image

from pipeline.model import Script, Still, named_picture
from pipeline.rendering.grid import Box
from pipeline.rendering.look import Look
from pipeline.rendering.surface.photographs import contain, cover, is_page, lowest_centre, resized
from pipeline.rendering.surface.scrims import (
    Edge,
    accent_for,
    choose_scrim,
    required_opacity,
    side_scrim_mask,
    worst_backdrop,
)
from pipeline.rendering.surface.shapes import disc
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.thumbnail.canvas import MARGIN, ThumbnailCanvas
from pipeline.theme.colours import rgb
from pipeline.theme.theme import TEXT_CONTRAST

# A picture with fewer pixels is used only if there is no other.
_MIN_PX = 480 * 270
# Target position of the focal point: beside the text, or below it; above it, at the same distance from the edge.
_FOCUS_X, _FOCUS_Y = 0.71, 0.66
# Maximum zoom and its step, and maximum upscaling. Penalties, in distances of the focal point from its target: for
# zooming to double size, for text where reading does not begin, and for text at the top of a photograph that is no
# wider than tall, as portraits are: over heads.
_MAX_ZOOM, _ZOOM_STEP, _MAX_UPSCALE = 1.4, 0.05, 1.6
_ZOOM_PENALTY, _ACROSS_PENALTY, _HEADS_PENALTY = 0.3, 0.12, 0.3
# Padding of the scrim around the text, and of the area of a line that must be legible.
_PAD, _LINE_PAD = 36, 12
# Width of text on pictures, and beside a disc; and its maximum height on the right, above the duration.
_WIDTH_ON_PICTURE, _WIDTH_BESIDE_DISC, _MAX_HEIGHT = 640, 620, 500
# On upright thumbnails, where text at the bottom ends: apps overlay the title below it.
_MAX_BOTTOM = 0.8
# Maximum opacity of dark and light scrims for the accent's sake; beyond it the accent is adjusted instead.
_MAX_DARK, _MAX_LIGHT = 0.68, 0.4
# A photograph of which a landscape or upright thumbnail would show less than this share stands beside the text: a face
# would be cropped, or covered by text. Its range of widths; its minimum height on upright ones; its distance to the
# text.
_MIN_VISIBLE, _MIN_VISIBLE_UPRIGHT, _WIDTHS, _MIN_HEIGHT, _GAP = 0.6, 0.5, (460, 576), 700, 48
# How much taller than that it may become if there is space.
_MAX_GROWTH = 1.5
# A cutout stands on a disc that it slightly exceeds; both as shares of the thumbnail's shorter side.
_DISC, _CUTOUT = 0.70, 0.80


def choose_picture(script: Script, look: Look) -> Still | None:
    """The first picture of a scene that is large enough, pages last; None if the film has none."""
    named = dict.fromkeys(map(named_picture, script.scenes))
    stills = [still for name in named for still in look.stills if still.name == name]
    large = [still for still in stills if still.has_alpha or still.width_px * still.height_px >= _MIN_PX]
    return next(iter([still for still in large if not is_page(still)] or large or stills), None)


def is_better_beside(still: Still, look: Look) -> bool:
    """Whether too much of a photograph would be cropped behind text; pages are no photographs."""
    width, height = look.format.thumbnail_px
    seen, least = still.aspect * height / width, _MIN_VISIBLE
    if width < height:
        seen, least = 1 / seen, _MIN_VISIBLE_UPRIGHT
    return seen < least and not still.has_alpha and not is_page(still)


class FramedPicture(NamedTuple):
    """A picture (mode RGB) that fills the thumbnail, and whether its text goes to the side where reading ends.

    On upright thumbnails, that is the bottom.
    """

    picture: Image.Image
    across: bool


def frame_for_text(still: Still, look: Look) -> FramedPicture:
    """A picture cropped so that its focal point is beside the text."""
    width, height = look.format.thumbnail_px
    scale = max(width / still.width_px, height / still.height_px)
    closest = max(1.0, min(_MAX_ZOOM, _MAX_UPSCALE / scale))
    found = []
    for number in range(round((closest - 1) / _ZOOM_STEP) + 1):
        closer = _ZOOM_STEP * number
        size = (width / scale / (1 + closer), height / scale / (1 + closer))
        for across in (False, True):
            x = 1 - _FOCUS_X if across is not look.right_to_left else _FOCUS_X
            y = 1 - _FOCUS_Y if across else _FOCUS_Y
            off, part = _crop_near(still, size, (x, 0.5) if width > height else (0.5, y))
            over_heads = not across and width < height and still.aspect <= 1
            place = _HEADS_PENALTY * over_heads or _ACROSS_PENALTY * across
            found.append((off + _ZOOM_PENALTY * closer + place, across, part))
    _, across, part = min(found)
    return FramedPicture(resized(still, (width, height), ground=look.theme.surface, part=part), across)


def _crop_near(
    still: Still, size: tuple[float, float], wanted: tuple[float, float]
) -> tuple[float, tuple[float, float, float, float]]:
    """The crop of a size whose focal point is as close as possible to `wanted`, and its distance from that."""
    corner, off = [], 0.0
    low = max(0.0, lowest_centre(still.focus[1], size[1] / still.height_px) * still.height_px - size[1] / 2)
    sides = zip(still.focus, (still.width_px, still.height_px), size, wanted, (math.inf, low), strict=True)
    for at, whole_px, shown_px, share, most in sides:
        first = min(max(0.0, at * whole_px - share * shown_px), max(0.0, whole_px - shown_px), most)
        corner.append(first)
        off += abs((at * whole_px - first) / shown_px - share)
    left, top = corner
    return off, (left, top, min(still.width_px, left + size[0]), min(still.height_px, top + size[1]))


def draw_on_picture(canvas: ThumbnailCanvas, *, across: bool) -> None:
    """Draw the text at one side (top or bottom, if upright), over a scrim as opaque as legibility requires."""
    theme, (width, height) = canvas.look.theme, canvas.picture.size
    block, top, edge = _fit_at_edge(canvas, across=across)
    across = across and not canvas.is_upright
    text = canvas.text_box(block, top, across=across)
    screen = Box(0, 0, width, height)
    around = text.grown(_PAD).clipped_to(screen)
    lines = (line.grown(_LINE_PAD).clipped_to(screen) for line in canvas.line_boxes(block, top, across=across))
    behind = [canvas.picture.crop(line) for line in lines]
    scrim = choose_scrim(behind, theme)
    # The opacity that the accent needs: the theme's own on a dark scrim, an adjusted one on a light scrim.
    most = _MAX_LIGHT if scrim.is_light else _MAX_DARK
    accent = accent_for(scrim.colour, theme, is_light=scrim.is_light, least=TEXT_CONTRAST)
    opacity = max(scrim.opacity, min(most, required_opacity(behind, text=accent, scrim=scrim.colour)))
    ground = worst_backdrop(behind, text=scrim.ink, scrim=scrim.colour, opacity=opacity)
    inks = (scrim.ink, accent_for(ground, theme, is_light=scrim.is_light, least=TEXT_CONTRAST))
    mask = side_scrim_mask((width, height), around, opacity, edge=edge, is_light=scrim.is_light)
    canvas.picture.paste(rgb(scrim.colour), (0, 0), mask)
    canvas.draw_text(block, top, inks, across=across)


def _fit_at_edge(canvas: ThumbnailCanvas, *, across: bool) -> tuple[TextBlock, int, Edge]:
    """The text block, its top, and the edge it stands at."""
    height = canvas.picture.height
    if not canvas.is_upright:
        block = canvas.fit_text(canvas.words, canvas.sizes, _WIDTH_ON_PICTURE, min(_MAX_HEIGHT, canvas.max_text_height))
        is_right = across is not canvas.look.right_to_left
        return block, (height - block.height_px) // 2, "right" if is_right else "left"
    if across:
        block = canvas.fit_text(canvas.words, canvas.sizes, canvas.text_width, height // 4)
        return block, round(height * _MAX_BOTTOM) - block.height_px, "bottom"
    return canvas.fit_text(canvas.words, canvas.sizes, canvas.text_width, height // 3), height // 8, "top"


def draw_beside_photograph(canvas: ThumbnailCanvas, still: Still) -> None:
    """Draw the text beside a photograph of the other orientation; above it, if upright."""
    theme, (width, height) = canvas.look.theme, canvas.picture.size
    if canvas.is_upright:
        left, least = 0, min(max(width / still.aspect, _MIN_HEIGHT), height / 2)
        block = canvas.fit_text(
            canvas.words, canvas.sizes, canvas.text_width, height - round(least) - height // 8 - _GAP
        )
        # A short text leaves more space to the photograph, as long as little of it is cropped.
        room = height - height // 8 - block.height_px - 2 * _GAP
        top = height - round(max(least, min(room, _MAX_GROWTH * least)))
        first = max(height // 8, (top - block.height_px) // 2)
    else:
        left, top = width - round(min(max(height * still.aspect, _WIDTHS[0]), _WIDTHS[1])), 0
        block = canvas.fit_text(canvas.words, canvas.sizes, left - _GAP - MARGIN, canvas.max_text_height)
        first = (height - block.height_px) // 2
    image = cover(still, width - left, height - top, ground=theme.surface)
    canvas.paste_tile(image, Image.new("L", image.size, 255), left, top)
    canvas.draw_text(block, first, (theme.text, theme.accent), across=False)


def draw_beside_cutout(canvas: ThumbnailCanvas, still: Still) -> None:
    """Draw the text beside a cutout on a disc in the accent colour."""
    theme, (width, height) = canvas.look.theme, canvas.picture.size
    side, tall = (round(share * min(width, height)) for share in (_DISC, _CUTOUT))
    x, y = (width // 2, height * 2 // 3) if canvas.is_upright else (width - MARGIN - side // 2, height // 2)
    wide, high = (canvas.text_width, height // 3) if canvas.is_upright else (_WIDTH_BESIDE_DISC, canvas.max_text_height)
    block = canvas.fit_text(canvas.words, canvas.sizes, wide, high)
    top = height // 8 if canvas.is_upright else (height - block.height_px) // 2
    image, mask = contain(still, tall, tall)
    canvas.paste_tile(Image.new("RGB", (side, side), rgb(theme.accent)), disc(side), x - side // 2, y - side // 2)
    canvas.paste_tile(image, mask, x - image.width // 2, y - image.height // 2)
    canvas.draw_text(block, top, (theme.text, theme.accent))
