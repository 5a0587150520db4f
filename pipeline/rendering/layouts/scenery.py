"""A picture that fills the frame and is slowly moved over; a few words on it, low, at the left.

If it is much calmer there, they stand high on a picture that is not wide, smaller if that keeps them off what the
picture shows, and in a narrower column on one that is wide.
Under the words is a scrim, as much of it as it takes to read them wherever the picture has moved to: light words in the
dark, dark ones on a picture that is bright there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial, reduce
from typing import NamedTuple

import numpy as np
from PIL import Image

from pipeline.model import SceneryScene, Still, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.components import accent_bar, entrance, scaled_sizes, source_line
from pipeline.rendering.layouts.growth import Drawing
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
from pipeline.rendering.text.fitting import fit
from pipeline.rendering.text.styles import BODY, DISPLAY
from pipeline.rendering.type_scale import DISPLAY_SIZES, TEXT_SIZES
from pipeline.theme.theme import LARGE_CONTRAST

# How much closer the nearer end of the move is; for how long it goes on after the last word, and without any.
_ZOOM = 1.06
_AFTER_WORDS, _WITHOUT_WORDS = 24, 180
_HEADING_SIZES = (*DISPLAY_SIZES[3:], 56, 50)
_AFTER_BAR, _AFTER_HEADING, _ABOVE_CREDIT, _ABOVE_EDGE = 56, 60, 40, 16
# How far around all of the text, and around a line of it, a picture has to be calm and dark.
_PAD, _NEAR = 24, 12
# How busy it may be elsewhere, as a share of where they usually stand, also for smaller words; and the size at which
# that is seen.
_CALMER, _CALMER_IF_SMALLER, _SEEN_AT = 0.6, 0.5, (48, 24)
# What goes on where words need not get smaller, and at most where they do.
_QUIET, _CALM = 1.5, 5.5
# What light words cross, low on a picture that is not wide, is faded out under them: at least so much of it.
_FADED = 0.76


class _Place(NamedTuple):
    """How many columns text has, by how many steps its heading is smaller than it might be, and whether it is high."""

    columns: int = 9
    smaller: int = 0
    is_high: bool = False


_USUAL = _Place()
# What is tried: on a wide picture and on others.
_BESIDE = tuple(_Place(columns=columns, is_high=high) for columns in (6, 4) for high in (False, True))
_RAISED = tuple(_Place(smaller=steps, is_high=True) for steps in range(5))


def lay_out(scene: SceneryScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `LookupError` if the look does not have the picture."""
    still = look.still(scene.picture)
    if still is None:
        raise LookupError(scene.picture)
    screen = Box(0, 0, look.format.width_px, look.format.height_px)
    frames = frame_at(words[-1].end_s) + _AFTER_WORDS if words else _WITHOUT_WORDS
    image = _sized(still, screen, look)
    move = cache(partial(_moving, image, still, screen, frames))
    place = _calmest(scene, still, image, move, look)
    moving = move(place.is_high)
    text = _text(scene, still, look, place)
    elements: list[Element] = [moving]
    if text:
        scrim = choose_scrim([_behind([line], image, moving, look, _NEAR) for line in text], look.theme)
        if look.grid.is_stacked and not (place.is_high or scrim.is_light) and _busy(text, image, moving, look) > _CALM:
            scrim = scrim._replace(opacity=max(scrim.opacity, _FADED))
        text = _text(scene, still, look, place, ink=scrim.ink)
        elements += [*_scrim(text, scrim, moving.area, look, place), *_bar(scene, text, scrim, look), *text]
    return Composition(ground=background(look.format, look.theme, ()), elements=elements, is_picture=True)


def _calmest(
    scene: SceneryScene, still: Still, image: Image.Image, move: Callable[[bool], MovingStill], look: Look
) -> _Place:
    """Where the words stand: at another place than usual only if it is much calmer there, and they fit."""
    best = _USUAL
    text = _text(scene, still, look, best)
    busy = _busy(text, image, move(best.is_high), look) if text else 0.0
    for place in _RAISED if look.grid.is_stacked else _BESIDE:
        if not text or (place.smaller and busy < _QUIET):
            break
        other = _text(scene, still, look, place)
        found = _busy(other, image, move(place.is_high), look)
        is_smaller = place.smaller or place.columns < _BESIDE[0].columns
        most = min(_CALMER_IF_SMALLER * busy, _CALM) if is_smaller else _CALMER * busy
        if found < most and not any(line.is_truncated for line in other):
            best, busy = place, found
    return best


def _sized(still: Still, screen: Box, look: Look) -> Image.Image:
    """The picture, no larger than its closest view needs."""
    scale = min(1.0, max(screen.width / still.width_px, screen.height / still.height_px) * _ZOOM)
    size = (math.ceil(still.width_px * scale), math.ceil(still.height_px * scale))
    return resized(still, (size[0] + size[0] % 2, size[1] + size[1] % 2), ground=look.theme.surface)


def _moving(image: Image.Image, still: Still, screen: Box, frames: int, is_under: bool) -> MovingStill:  # noqa: FBT001
    """Closer to what is looked at, or away from it: not the same way in every scene.

    What `is_under` the words does not come up to them: the upper edge stays where it is.
    """
    shape = screen.width / screen.height
    x, y = crop_centre(still, shape)
    high = min(1.0, still.aspect / shape)
    far, near = Framing(x, y, 1.0), Framing(x, y - is_under * (high - high / _ZOOM) / 2, _ZOOM)
    away = int(still.sha256[:8], 16) % 2
    start, end = (near, far) if away else (far, near)
    return moving_still(image, screen, start=start, end=end, frames=frames)


def _around(text: Sequence[Sprite], screen: Box, look: Look, *, pad: int = _PAD) -> Box:
    """The place of the text, with some air."""
    pad = look.grid.px(pad)
    lines = [Box(each.left, each.top, each.left + each.mask.width, each.top + each.mask.height) for each in text]
    around = reduce(Box.union, lines)
    return around.grown(pad).clipped_to(screen)


def _behind(text: Sequence[Sprite], image: Image.Image, moving: MovingStill, look: Look, pad: int) -> Image.Image:
    """What of the picture is behind the text, and so near to it, at some time."""
    screen = moving.area
    box = _around(text, screen, look, pad=pad)
    if look.right_to_left:
        box = Box(screen.right - box.right, box.top, screen.right - box.left, box.bottom)
    return image.crop(moving.passes_behind(box, image.size))


def _busy(text: Sequence[Sprite], image: Image.Image, moving: MovingStill, look: Look) -> float:
    """How much goes on behind the text: the mean difference of neighbours, from afar."""
    seen = _behind(text, image, moving, look, _PAD).convert("L").resize(_SEEN_AT, Image.Resampling.BOX)
    levels = np.asarray(seen, float)
    return float(np.abs(np.diff(levels, axis=0)).mean() + np.abs(np.diff(levels, axis=1)).mean())


def _scrim(text: Sequence[Sprite], scrim: Scrim, screen: Box, look: Look, place: _Place) -> list[Sprite]:
    """The scrim under the text, if it takes one; text beside something leaves that as it is, a light one too."""
    if not scrim.opacity:
        return []
    box, size = _around(text, screen, look), (screen.width, screen.height)
    from_top = box.centre_y < screen.centre_y
    if place.columns < _USUAL.columns:
        mask = side_scrim_mask(size, box, scrim.opacity, is_light=scrim.is_light)
    elif from_top and scrim.is_light:
        near = _around(text, screen, look, pad=_NEAR)
        mask = scrim_mask(size, near, scrim.opacity, from_top=True, fade=FADE_LIGHT)
    else:
        mask = scrim_mask(size, box, scrim.opacity, from_top=from_top)
    # It is drawn on every frame: what lets all of the picture through is left out.
    part = Box(*(mask.getbbox() or screen)).even()
    ink = colour(scrim.colour)
    return [Drawing(mask=mask.crop(part), ink=ink, left=part.left, top=part.top, motion=AT_ONCE)]


def _text(scene: SceneryScene, still: Still, look: Look, place: _Place, *, ink: str = "") -> list[Sprite]:
    """From the bottom of the content upwards: whose it is, the subtitle, the heading, all in `ink`; empty: in light."""
    grid, content, ink = look.grid, look.grid.content, ink or look.theme.plate_text
    width, steps = grid.columns(place.columns), scaled_sizes(grid, _HEADING_SIZES[place.smaller :])
    heading = fit(scene.heading, look.styled(DISPLAY), steps, width_px=width, max_lines=3)
    subtitle = fit(scene.subtitle, look.styled(BODY), scaled_sizes(grid, TEXT_SIZES), width_px=width, max_lines=2)
    credit = source_line(still.credit, look, width_px=width)
    left, bottom = content.left, content.bottom - grid.px(_ABOVE_EDGE)
    found: list[Sprite] = []
    if credit.lines:
        top = bottom - credit.height_px
        found += text_sprites(credit, left=left, top=top, colours=(ink,), motion=entrance(grid, 14, rise=16))
        bottom = top - grid.px(_ABOVE_CREDIT)
    if subtitle.lines:
        top = bottom - subtitle.height_px
        found += text_sprites(subtitle, left=left, top=top, colours=(ink,), motion=entrance(grid, 12, rise=24))
        bottom = top - grid.px(_AFTER_HEADING)
    if heading.lines:
        top = bottom - heading.height_px - heading.clearance_px
        found += text_sprites(heading, left=left, top=top, colours=(ink,), motion=entrance(grid, 8, rise=40))
    return _raised(found, look) if place.is_high else found


def _raised(text: Sequence[Sprite], look: Look) -> list[Sprite]:
    """The same text at the top of the content, below its bar."""
    top = min((line.top for line in text), default=0)
    up = top - look.grid.content.top - look.grid.px(_AFTER_BAR)
    return [replace(line, top=line.top - up) for line in text]


def _bar(scene: SceneryScene, text: Sequence[Sprite], scrim: Scrim, look: Look) -> list[Sprite]:
    """The short bar above the highest line; none above nothing but whose the picture is."""
    if not (scene.heading or scene.subtitle):
        return []
    top = min(line.top for line in text) - look.grid.px(_AFTER_BAR)
    accent = accent_for(scrim.colour, look.theme, is_light=scrim.is_light, least=LARGE_CONTRAST)
    return [replace(accent_bar(look, left=look.grid.content.left, top=top, frame=4), ink=colour(accent))]
