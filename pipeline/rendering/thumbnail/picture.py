"""Thumbnails with a picture of the film: words on it, in the dark at one edge; beside it, or beside what is cut out."""

from __future__ import annotations

import math
from typing import NamedTuple

from PIL import Image

from pipeline.model import Script, Still, named_picture
from pipeline.rendering.grid import Box
from pipeline.rendering.look import Look
from pipeline.rendering.surface.photographs import covering, fitted, is_page, lowest, whole
from pipeline.rendering.surface.scrims import Edge, accent_on, hardest_behind, needed_opacity, scrim_on, side_scrim_mask
from pipeline.rendering.surface.shapes import disc
from pipeline.rendering.text.fitting import TextBlock
from pipeline.rendering.thumbnail.canvas import MARGIN, Sheet
from pipeline.theme.colours import rgb
from pipeline.theme.theme import TEXT_CONTRAST

# A picture with fewer pixels is taken only if there is no other.
_LEAST_PX = 480 * 270
# Where the point that draws the eye is brought to: beside the words, or below them, above them as far from the edge.
_FOCUS_X, _FOCUS_Y = 0.71, 0.66
# How much closer one may go for it, and how much larger than its own pixels the picture may get; and how far off the
# point may stay rather than going twice as close, having the words where reading does not begin, or having them at the
# top of a photograph that is no wider than high, as those of people are: over their heads.
_CLOSEST, _STEP, _ENLARGED = 1.4, 0.05, 1.6
_PRICE_OF_CLOSER, _PRICE_OF_ACROSS, _PRICE_OF_HEADS = 0.3, 0.12, 0.3
# Around words on a picture, where there is as much scrim as behind them, and around a line that has to be read.
_PAD, _NEAR = 36, 12
# The words' width, and that of words beside a disc; and how high they may be at the right, where sites put the length
# below them.
_ON_PICTURE, _BESIDE_DISC, _LOW_SIDE = 640, 620, 500
# On an upright still, where words below end: under them, apps write the title.
_LOWEST = 0.8
# How dark, or pale, a picture gets for the accent: then the accent gets lighter, or darker, instead.
_DARK, _PALE = 0.68, 0.4
# A photograph of which a lying or an upright still would show less than so much stands beside the words, from edge to
# edge: a face would be cut off, or have words on it. Its width; its least height on an upright one; from it to words.
_LEAST_SEEN, _LEAST_SEEN_UPRIGHT, _WIDE, _HIGH, _BESIDE = 0.6, 0.5, (460, 576), 700, 48
# How much higher than it has to be one gets above which there is room.
_TALLER = 1.5
# What is cut out stands on a disc, which it is a little higher than; both as shares of the still's height or width.
_DISC, _STANDS = 0.70, 0.80


def picture_of(script: Script, look: Look) -> Still | None:
    """The first picture that a scene shows and that is large enough, a page of text last; None: the film has none."""
    named = dict.fromkeys(map(named_picture, script.scenes))
    stills = [still for still in map(look.still, named) if still]
    large = [still for still in stills if still.has_alpha or still.width_px * still.height_px >= _LEAST_PX]
    return next(iter([still for still in large if not is_page(still)] or large or stills), None)


def is_better_beside(still: Still, look: Look) -> bool:
    """Whether too much of a photograph would be cut off behind words; a page is no photograph."""
    width, height = look.format.thumbnail_px
    seen, least = still.aspect * height / width, _LEAST_SEEN
    if width < height:
        seen, least = 1 / seen, _LEAST_SEEN_UPRIGHT
    return seen < least and not still.has_alpha and not is_page(still)


class Framing(NamedTuple):
    """A picture, mode RGB, that fills a still, and whether the words on it stand across: where reading does not begin.

    On an upright still, that is below.
    """

    picture: Image.Image
    across: bool


def framed(still: Still, look: Look) -> Framing:
    """The picture of a still, cut so that what it is about stands where the words do not."""
    width, height = look.format.thumbnail_px
    scale = max(width / still.width_px, height / still.height_px)
    closest = max(1.0, min(_CLOSEST, _ENLARGED / scale))
    found = []
    for number in range(round((closest - 1) / _STEP) + 1):
        closer = _STEP * number
        size = (width / scale / (1 + closer), height / scale / (1 + closer))
        for across in (False, True):
            x = 1 - _FOCUS_X if across is not look.right_to_left else _FOCUS_X
            y = 1 - _FOCUS_Y if across else _FOCUS_Y
            off, part = _part(still, size, (x, 0.5) if width > height else (0.5, y))
            over_heads = not across and width < height and still.aspect <= 1
            place = _PRICE_OF_HEADS * over_heads or _PRICE_OF_ACROSS * across
            found.append((off + _PRICE_OF_CLOSER * closer + place, across, part))
    _, across, part = min(found)
    return Framing(whole(still, (width, height), ground=look.theme.surface, part=part), across)


def _part(
    still: Still, size: tuple[float, float], wanted: tuple[float, float]
) -> tuple[float, tuple[float, float, float, float]]:
    """The part of a size whose point of interest is as near as can be to where it is wanted, and how far it is off."""
    corner, off = [], 0.0
    low = max(0.0, lowest(still.focus[1], size[1] / still.height_px) * still.height_px - size[1] / 2)
    sides = zip(still.focus, (still.width_px, still.height_px), size, wanted, (math.inf, low), strict=True)
    for at, whole_px, shown_px, share, most in sides:
        first = min(max(0.0, at * whole_px - share * shown_px), max(0.0, whole_px - shown_px), most)
        corner.append(first)
        off += abs((at * whole_px - first) / shown_px - share)
    left, top = corner
    return off, (left, top, min(still.width_px, left + size[0]), min(still.height_px, top + size[1]))


def on_picture(sheet: Sheet, *, across: bool) -> None:
    """The words at one side (above or below, on an upright still), in the dark as far as it takes to read them."""
    theme, (width, height) = sheet.look.theme, sheet.picture.size
    block, top, edge = _at_an_edge(sheet, across=across)
    across = across and not sheet.is_upright
    text = sheet.place(block, top, across=across)
    screen = Box(0, 0, width, height)
    around = text.grown(_PAD).clipped_to(screen)
    lines = (line.grown(_NEAR).clipped_to(screen) for line in sheet.lines(block, top, across=across))
    behind = [sheet.picture.crop(line) for line in lines]
    scrim = scrim_on(behind, theme)
    # What the accent asks for: the theme's own on a dark scrim, what can be read on a light one.
    most = _PALE if scrim.is_light else _DARK
    accent = accent_on(scrim.colour, theme, is_light=scrim.is_light, least=TEXT_CONTRAST)
    opacity = max(scrim.opacity, min(most, needed_opacity(behind, text=accent, scrim=scrim.colour)))
    ground = hardest_behind(behind, text=scrim.ink, scrim=scrim.colour, opacity=opacity)
    inks = (scrim.ink, accent_on(ground, theme, is_light=scrim.is_light, least=TEXT_CONTRAST))
    mask = side_scrim_mask((width, height), around, opacity, edge=edge, is_light=scrim.is_light)
    sheet.picture.paste(rgb(scrim.colour), (0, 0), mask)
    sheet.write(block, top, inks, across=across)


def _at_an_edge(sheet: Sheet, *, across: bool) -> tuple[TextBlock, int, Edge]:
    """The words, where they begin, and the edge that they stand at."""
    height = sheet.picture.height
    if not sheet.is_upright:
        block = sheet.fitted(sheet.words, sheet.sizes, _ON_PICTURE, min(_LOW_SIDE, sheet.most_height))
        is_right = across is not sheet.look.right_to_left
        return block, (height - block.height_px) // 2, "right" if is_right else "left"
    if across:
        block = sheet.fitted(sheet.words, sheet.sizes, sheet.width, height // 4)
        return block, round(height * _LOWEST) - block.height_px, "bottom"
    return sheet.fitted(sheet.words, sheet.sizes, sheet.width, height // 3), height // 8, "top"


def beside_photograph(sheet: Sheet, still: Still) -> None:
    """The words beside a photograph that lies or stands where the still does not; above it, on an upright one."""
    theme, (width, height) = sheet.look.theme, sheet.picture.size
    if sheet.is_upright:
        left, least = 0, min(max(width / still.aspect, _HIGH), height / 2)
        block = sheet.fitted(sheet.words, sheet.sizes, sheet.width, height - round(least) - height // 8 - _BESIDE)
        # What few words leave is the photograph's, as far as little of it is cut off for that.
        room = height - height // 8 - block.height_px - 2 * _BESIDE
        top = height - round(max(least, min(room, _TALLER * least)))
        first = max(height // 8, (top - block.height_px) // 2)
    else:
        left, top = width - round(min(max(height * still.aspect, _WIDE[0]), _WIDE[1])), 0
        block = sheet.fitted(sheet.words, sheet.sizes, left - _BESIDE - MARGIN, sheet.most_height)
        first = (height - block.height_px) // 2
    image = covering(still, width - left, height - top, ground=theme.surface)
    sheet.put(image, Image.new("L", image.size, 255), left, top)
    sheet.write(block, first, (theme.text, theme.accent), across=False)


def beside_cut_out(sheet: Sheet, still: Still) -> None:
    """The words beside what is cut out, which stands on a disc of the accent."""
    theme, (width, height) = sheet.look.theme, sheet.picture.size
    side, tall = (round(share * min(width, height)) for share in (_DISC, _STANDS))
    x, y = (width // 2, height * 2 // 3) if sheet.is_upright else (width - MARGIN - side // 2, height // 2)
    wide, high = (sheet.width, height // 3) if sheet.is_upright else (_BESIDE_DISC, sheet.most_height)
    block = sheet.fitted(sheet.words, sheet.sizes, wide, high)
    top = height // 8 if sheet.is_upright else (height - block.height_px) // 2
    image, mask = fitted(still, tall, tall)
    sheet.put(Image.new("RGB", (side, side), rgb(theme.accent)), disc(side), x - side // 2, y - side // 2)
    sheet.put(image, mask, x - image.width // 2, y - image.height // 2)
    sheet.write(block, top, (theme.text, theme.accent))
