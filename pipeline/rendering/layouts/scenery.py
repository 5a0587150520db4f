"""Scenery scenes: a full-frame picture with a slow pan and zoom, and a short text at the lower left.

If it is much calmer there, the text is at the top on narrow pictures, in smaller type if that keeps it off the subject,
and in a narrower column on wide pictures. Under the text is a scrim, as opaque as legibility requires wherever the
picture has moved to: dark with light text, or light with dark text on bright pictures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from PIL import Image

from pipeline.model import SceneryScene, Still, Word
from pipeline.rendering.grid import Box, bounding_box
from pipeline.rendering.layouts.components import accent_bar, entrance, fit_text, source_line
from pipeline.rendering.layouts.growth import FlippedSprite
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import AT_ONCE
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.pan_zoom import Framing, MovingStill, moving_still
from pipeline.rendering.motion.sprites import Element, Sprite, text_sprites
from pipeline.rendering.motion.timeline import frame_at
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.background import background
from pipeline.rendering.surface.photographs import crop_centre, resized
from pipeline.rendering.surface.scrims import FADE_LIGHT, Scrim, accent_for, choose_scrim, scrim_mask, side_scrim_mask
from pipeline.rendering.text.styles import BODY, DISPLAY
from pipeline.rendering.type_scale import DISPLAY_SIZES, TEXT_SIZES
from pipeline.theme.theme import LARGE_CONTRAST

# Zoom of the closer end; how long it moves after the last word, and in total without words, in frames.
_ZOOM = 1.06
_AFTER_WORDS, _WITHOUT_WORDS = 24, 180
_HEADING_SIZES = (*DISPLAY_SIZES[3:], 56, 50)
_AFTER_BAR, _AFTER_HEADING, _ABOVE_CREDIT, _BELOW_DESCENT, _ABOVE_EDGE = 56, 60, 40, 14, 16
# Padding of the area around the whole text, and around a line, in which calmness and contrast are measured.
_PAD, _LINE_PAD = 24, 12
# Maximum busyness of another place relative to the default, also for smaller text; and the size at which it is
# measured.
_CALMER, _CALMER_FOR_SMALLER, _MEASURED_AT = 0.6, 0.5, (48, 24)
# Busyness below which text need not become smaller, and the maximum for smaller text.
_QUIET, _CALM = 1.5, 5.5
# Minimum opacity of a dark scrim over busy areas at the bottom of narrow pictures.
_MIN_SCRIM = 0.76


class _Placement(NamedTuple):
    """Columns of the text, reduction of its heading in steps of size, and whether it is at the top."""

    columns: int = 9
    smaller: int = 0
    is_high: bool = False


_DEFAULT = _Placement()
# Alternatives on wide pictures and on others.
_COLUMNS = tuple(_Placement(columns=columns, is_high=high) for columns in (6, 4) for high in (False, True))
_AT_TOP = tuple(_Placement(smaller=steps, is_high=True) for steps in range(5))


def lay_out(scene: SceneryScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `LookupError` if the look does not have the picture."""
    still = look.still(scene.picture)
    screen = Box(0, 0, look.format.width_px, look.format.height_px)
    frames = frame_at(words[-1].end_s) + _AFTER_WORDS if words else _WITHOUT_WORDS
    image = _scaled(still, screen, look)
    move = cache(partial(_pan_zoom, image, still, screen, frames))
    place = _calmest_placement(scene, still, image, move, look)
    moving = move(place.is_high)
    text = _text(scene, still, look, place)
    elements: list[Element] = [moving]
    if text:
        scrim = choose_scrim([_behind([line], image, moving, look, _LINE_PAD) for line in text], look.theme)
        if (
            look.grid.is_stacked
            and not (place.is_high or scrim.is_light)
            and _busyness(text, image, moving, look) > _CALM
        ):
            scrim = scrim._replace(opacity=max(scrim.opacity, _MIN_SCRIM))
        text = _text(scene, still, look, place, ink=scrim.ink)
        elements += [*_scrim(text, scrim, moving.area, look, place), *_bar(scene, text, scrim, look), *text]
    return Composition(ground=background(look.format, look.theme, ()), elements=elements, is_picture=True)


def _calmest_placement(
    scene: SceneryScene, still: Still, image: Image.Image, move: Callable[[bool], MovingStill], look: Look
) -> _Placement:
    """The placement of the text: another than the default only if it is much calmer and the text fits."""
    best = _DEFAULT
    text = _text(scene, still, look, best)
    busy = _busyness(text, image, move(best.is_high), look) if text else 0.0
    for place in _AT_TOP if look.grid.is_stacked else _COLUMNS:
        if not text or (place.smaller and busy < _QUIET):
            break
        other = _text(scene, still, look, place)
        found = _busyness(other, image, move(place.is_high), look)
        is_smaller = place.smaller or place.columns < _COLUMNS[0].columns
        most = min(_CALMER_FOR_SMALLER * busy, _CALM) if is_smaller else _CALMER * busy
        if found < most and not any(line.is_truncated for line in other):
            best, busy = place, found
    return best


def _scaled(still: Still, screen: Box, look: Look) -> Image.Image:
    """The picture, no larger than its closest view needs."""
    scale = min(1.0, max(screen.width / still.width_px, screen.height / still.height_px) * _ZOOM)
    size = (math.ceil(still.width_px * scale), math.ceil(still.height_px * scale))
    return resized(still, (size[0] + size[0] % 2, size[1] + size[1] % 2), ground=look.theme.surface)


def _pan_zoom(image: Image.Image, still: Still, screen: Box, frames: int, is_under: bool) -> MovingStill:  # noqa: FBT001
    """Zoom towards the focal point or away from it, alternating between pictures.

    If `is_under` the text, the upper edge stays fixed, so that the subject does not move up to the text.
    """
    shape = screen.width / screen.height
    x, y = crop_centre(still, shape)
    high = min(1.0, still.aspect / shape)
    far, near = Framing(x, y, 1.0), Framing(x, y - is_under * (high - high / _ZOOM) / 2, _ZOOM)
    away = int(still.sha256[:8], 16) % 2
    start, end = (near, far) if away else (far, near)
    return moving_still(image, screen, start=start, end=end, frames=frames)


def _text_box(text: Sequence[Sprite], screen: Box, look: Look, *, pad: int = _PAD) -> Box:
    """The bounding box of the text, padded."""
    return bounding_box(each.box(None) for each in text).grown(look.grid.px(pad)).clipped_to(screen)


def _behind(text: Sequence[Sprite], image: Image.Image, moving: MovingStill, look: Look, pad: int) -> Image.Image:
    """The part of the picture that is behind the text at any time, with padding."""
    screen = moving.area
    box = _text_box(text, screen, look, pad=pad)
    if look.right_to_left:
        box = Box(screen.right - box.right, box.top, screen.right - box.left, box.bottom)
    return image.crop(moving.passes_behind(box, image.size))


def _busyness(text: Sequence[Sprite], image: Image.Image, moving: MovingStill, look: Look) -> float:
    """How busy the picture is behind the text: mean difference of neighbouring pixels at low resolution."""
    seen = _behind(text, image, moving, look, _PAD).convert("L").resize(_MEASURED_AT, Image.Resampling.BOX)
    levels = np.asarray(seen, float)
    return float(np.abs(np.diff(levels, axis=0)).mean() + np.abs(np.diff(levels, axis=1)).mean())


def _scrim(text: Sequence[Sprite], scrim: Scrim, screen: Box, look: Look, place: _Placement) -> list[Sprite]:
    """The scrim under the text, if one is needed. Narrow columns have a scrim from the side."""
    if not scrim.opacity:
        return []
    box, size = _text_box(text, screen, look), (screen.width, screen.height)
    from_top = box.centre_y < screen.centre_y
    if place.columns < _DEFAULT.columns:
        mask = side_scrim_mask(size, box, scrim.opacity, is_light=scrim.is_light)
    elif from_top and scrim.is_light:
        near = _text_box(text, screen, look, pad=_LINE_PAD)
        mask = scrim_mask(size, near, scrim.opacity, from_top=True, fade=FADE_LIGHT)
    else:
        mask = scrim_mask(size, box, scrim.opacity, from_top=from_top)
    # Cropped to its visible part, because it is drawn in every frame.
    part = Box(*(mask.getbbox() or screen)).even()
    ink = colour(scrim.colour)
    return [FlippedSprite(mask=mask.crop(part), ink=ink, left=part.left, top=part.top, motion=AT_ONCE)]


def _text(scene: SceneryScene, still: Still, look: Look, place: _Placement, *, ink: str = "") -> list[Sprite]:
    """Credit, subtitle and heading, from the bottom of the content upwards, in `ink`; empty: in light."""
    grid, content, ink = look.grid, look.grid.content, ink or look.theme.plate_text
    width, steps = grid.columns(place.columns), _HEADING_SIZES[place.smaller :]
    heading = fit_text(scene.heading, DISPLAY, steps, look, width_px=width, max_lines=3, spare_lines=1)
    subtitle = fit_text(scene.subtitle, BODY, TEXT_SIZES, look, width_px=width, max_lines=2)
    credit = source_line(still.credit, look, width_px=width)
    left, bottom = content.left, content.bottom - grid.px(_ABOVE_EDGE)
    found: list[Sprite] = []
    if credit.lines:
        top = bottom - credit.height_px
        found += text_sprites(credit, left=left, top=top, colour=ink, motion=entrance(grid, 14, rise=16))
        descent_px = (subtitle if subtitle.lines else heading).descent_px
        bottom = top - max(grid.px(_ABOVE_CREDIT), descent_px + grid.px(_BELOW_DESCENT))
    if subtitle.lines:
        top = bottom - subtitle.height_px
        found += text_sprites(subtitle, left=left, top=top, colour=ink, motion=entrance(grid, 12, rise=24))
        bottom = top - grid.px(_AFTER_HEADING)
    if heading.lines:
        top = bottom - heading.height_px - heading.clearance_px
        found += text_sprites(heading, left=left, top=top, colour=ink, motion=entrance(grid, 8, rise=40))
    return _moved_to_top(found, look) if place.is_high else found


def _moved_to_top(text: Sequence[Sprite], look: Look) -> list[Sprite]:
    """The text moved to the top of the content, below its bar."""
    top = min((line.top for line in text), default=0)
    up = top - look.grid.content.top - look.grid.px(_AFTER_BAR)
    return [replace(line, top=line.top - up) for line in text]


def _bar(scene: SceneryScene, text: Sequence[Sprite], scrim: Scrim, look: Look) -> list[Sprite]:
    """The accent bar above the top line; none if there is only a credit."""
    if not (scene.heading or scene.subtitle):
        return []
    top = min(line.top for line in text) - look.grid.px(_AFTER_BAR)
    accent = accent_for(scrim.colour, look.theme, is_light=scrim.is_light, least=LARGE_CONTRAST)
    return [replace(accent_bar(look, left=look.grid.content.left, top=top, frame=4), ink=colour(accent))]
