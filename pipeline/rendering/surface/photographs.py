"""Photographs cropped to a frame around their focal point.

The subject is kept whole where possible, moving the crop as little as possible.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from pipeline.model import Still
from pipeline.rendering.grid import Box
from pipeline.rendering.motion.sprites import Sprite, solid_sprite
from pipeline.rendering.motion.ycbcr import tile
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.theme.colours import rgb

if TYPE_CHECKING:
    from pipeline.rendering.look import Look
    from pipeline.rendering.motion.animation import Motion

# Maximum ratio of the frame's aspect to the picture's: about a fifth is cropped.
MAX_CROP = 1.25
# Margin around the subject, as a share of the picture; and around a cutout, as a share of its box.
SUBJECT_MARGIN, _PAD = 0.03, 0.08
# Maximum width of a compact subject, relative to the picture's height: wider ones are views, which may be cropped.
_COMPACT = 1.18
# Minimum share of a page, in both directions, that its content takes.
_PAGE_SHARE = 0.6
# By how much, as a share of the height, the upper margin of a page may exceed the lower one.
_PAGE_UNEVEN = 0.1
# Tolerance for frames rounded to even pixels.
_TOLERANCE = 1.005
# Heads are at the top: at most this share of what is cropped vertically is cropped above, as long as the focal point
# has that share of the visible part below it.
_MAX_CROPPED_ABOVE, _MIN_BELOW_FOCUS = 0.25, 0.2
# Margin below pictures and their credits.
_BOTTOM_MARGIN = 16


def picture_area(look: Look) -> Box:
    """The area for pictures: the content, slightly shorter, because pictures have a hard edge."""
    content = look.grid.content
    return content._replace(bottom=content.bottom - look.grid.px(_BOTTOM_MARGIN))


def frame_size(aspect: float, width_px: int, height_px: int, *, tolerance: float = MAX_CROP) -> tuple[int, int]:
    """Width and height of the largest frame in an area for a picture of that aspect, cropped by at most `tolerance`."""
    shape = min(max(width_px / height_px, aspect / tolerance), aspect * tolerance)
    width = min(width_px, round(height_px * shape))
    height = min(height_px, round(width / shape))
    return max(2, width & ~1), max(2, height & ~1)


def crop_tolerance(still: Still, tolerance: float = MAX_CROP) -> float:
    """How much a picture may be cropped: pages, whose margins belong to them, not at all."""
    return 1.0 if is_page(still) else tolerance


def is_page(still: Still) -> bool:
    """Whether the subject ends on all sides and takes most of the picture both ways, as text and charts do.

    Its upper margin is hardly larger than its lower one, unlike the sky of a landscape.
    """
    left, top, right, bottom = still.subject
    ends = left > 0 and top > 0 and right < 1 and bottom < 1
    return ends and top - (1 - bottom) <= _PAGE_UNEVEN and min(right - left, bottom - top) >= _PAGE_SHARE


def photograph_sprite(look: Look, still: Still, box: Box, *, motion: Motion, radius_px: int | None = None) -> Sprite:
    """A picture that fills a box with slightly rounded corners; transparent parts show the surface colour."""
    image = _on_surface(still, box, look) if still.has_alpha else cover(still, *box.size, ground=look.theme.surface)
    radius = look.grid.px(look.theme.radius_px) // 2 if radius_px is None else radius_px
    mask = rounded_rectangle(box.width, box.height, radius=radius)
    return Sprite(mask=mask, ink=tile(image), left=box.left, top=box.top, motion=motion)


def full_bleed(look: Look, still: Still, box: Box, *, motion: Motion) -> list[Sprite]:
    """A picture that fills a box at the frame's edges; a subject that would be cropped stands whole on a surface."""
    if not is_cropped(still, box.width / box.height):
        return [photograph_sprite(look, still, box, motion=motion, radius_px=0)]
    width = round(box.height * widest_aspect(still)) & ~1
    left = box.centre_x - width // 2
    frame = Box(left, box.top, left + width, box.bottom)
    return [surface_sprite(look, box, motion=motion), photograph_sprite(look, still, frame, motion=motion, radius_px=0)]


def surface_sprite(look: Look, box: Box, *, motion: Motion) -> Sprite:
    """The surface behind pictures that don't fill their box."""
    whole_box = Image.new("L", box.size, 255)
    return solid_sprite(whole_box, look.theme.surface, left=box.left, top=box.top, motion=motion)


def _on_surface(still: Still, box: Box, look: Look) -> Image.Image:
    """A cutout centred on a surface."""
    pad = round(_PAD * min(box.size))
    image, mask = contain(still, box.width - 2 * pad, box.height - 2 * pad)
    filled = Image.new("RGB", box.size, rgb(look.theme.surface))
    filled.paste(image, ((box.width - image.width) // 2, (box.height - image.height) // 2), mask)
    return filled


def cutout_sprite(still: Still, box: Box, *, motion: Motion) -> Sprite:
    """A whole picture centred in a box, as large as fits; its transparent parts show what is behind it."""
    image, mask = contain(still, box.width, box.height)
    left, top = box.centre_x - image.width // 2, box.centre_y - image.height // 2
    return Sprite(mask=mask, ink=tile(image), left=left, top=top, motion=motion)


def contain(still: Still, width_px: int, height_px: int) -> tuple[Image.Image, Image.Image]:
    """A whole picture as large as fits (CSS `object-fit: contain`): mode RGB, and its mask (mode L)."""
    scale = min(width_px / still.width_px, height_px / still.height_px)
    size = (max(1, round(still.width_px * scale)), max(1, round(still.height_px * scale)))
    image = _open(still.path, still.sha256, size).resize(size, Image.Resampling.LANCZOS)
    mask = image.getchannel("A") if image.mode == "RGBA" else Image.new("L", size, 255)
    return image.convert("RGB"), mask


def cover(still: Still, width_px: int, height_px: int, *, ground: str) -> Image.Image:
    """A picture filling a size, cropped around its focus (CSS `object-fit: cover`), mode RGB, on a `ground` colour."""
    scale = max(width_px / still.width_px, height_px / still.height_px)
    wide, high = width_px / scale, height_px / scale
    x, y = crop_centre(still, width_px / height_px)
    # Clamped against float errors.
    left = max(0.0, min(x * still.width_px - wide / 2, still.width_px - wide))
    top = max(0.0, min(y * still.height_px - high / 2, still.height_px - high))
    return resized(still, (width_px, height_px), ground=ground, part=(left, top, left + wide, top + high))


def crop_centre(still: Still, aspect: float) -> tuple[float, float]:
    """The centre of the crop for a frame of that aspect (width over height), from 0 to 1."""
    left, top, right, bottom = still.subject
    wide, high = min(1.0, aspect / still.aspect), min(1.0, still.aspect / aspect)
    x, y = still.focus
    return _crop_centre_along(x, left, right, wide), _crop_centre_along(
        y, top, bottom, high, most=lowest_centre(y, high)
    )


def lowest_centre(focus: float, seen: float) -> float:
    """The lowest centre of a crop with height `seen` that keeps heads in the picture."""
    return max(_MAX_CROPPED_ABOVE * (1 - seen) + seen / 2, focus - (1 / 2 - _MIN_BELOW_FOCUS) * seen)


def widest_aspect(still: Still) -> float:
    """The widest aspect in which the subject is whole vertically; infinite without a subject."""
    if is_page(still):
        return still.aspect
    _, top, _, bottom = still.subject
    return still.aspect / min(1.0, bottom - top + 2 * SUBJECT_MARGIN) if top > 0 and bottom < 1 else math.inf


def is_cropped(still: Still, aspect: float) -> bool:
    """Whether a frame of that aspect crops a compact subject vertically."""
    return aspect > _TOLERANCE * widest_aspect(still) and (is_page(still) or narrowest_aspect(still) <= _COMPACT)


def narrowest_aspect(still: Still) -> float:
    """The narrowest aspect, at the picture's height, in which the subject is whole; without one, by `MAX_CROP`.

    A subject is a cutout, or ends inside the picture at the top and at the bottom.
    """
    if is_page(still):
        return still.aspect
    left, top, right, bottom = still.subject
    has_subject = still.has_alpha or (top > 0 and bottom < 1)
    return still.aspect * (
        min(1.0, right - left + SUBJECT_MARGIN * ((left > 0) + (right < 1))) if has_subject else 1 / MAX_CROP
    )


def _crop_centre_along(focus: float, first: float, last: float, seen: float, *, most: float = 1.0) -> float:
    """The centre of a crop of length `seen` around a focus, shifted to contain `first` to `last` if possible.

    Before that shift it is at most `most`.
    """
    start = min(focus, most) - seen / 2
    # A subject that extends beyond the picture is cropped anyway.
    around = min(SUBJECT_MARGIN, (seen - (last - first)) / 2) if first > 0 and last < 1 else SUBJECT_MARGIN
    if around >= 0:
        start = max(start, last + around - seen) if last < 1 else start
        start = min(start, first - around) if first > 0 else start
        # Whatever the subject is, the focal point stays visible.
        inside = min(SUBJECT_MARGIN, seen / 2)
        start = min(max(start, focus + inside - seen), focus - inside)
    return max(0.0, min(start, 1 - seen)) + seen / 2


def resized(
    still: Still, size: tuple[int, int], *, ground: str, part: tuple[float, float, float, float] | None = None
) -> Image.Image:
    """The picture, or a part of it (in its own pixels), at a size in mode RGB, over `ground`."""
    left, top, right, bottom = part or (0.0, 0.0, still.width_px, still.height_px)
    enough = (
        round(size[0] * still.width_px / max(1.0, right - left)),
        round(size[1] * still.height_px / max(1.0, bottom - top)),
    )
    image = _open(still.path, still.sha256, enough)
    # JPEG draft mode may have decoded it at a half or a quarter of its size.
    across, down = image.width / still.width_px, image.height / still.height_px
    box = (left * across, top * down, min(image.width, right * across), min(image.height, bottom * down))
    image = image.resize(size, Image.Resampling.LANCZOS, box=box)
    if image.mode == "RGBA":
        filled = Image.new("RGB", size, rgb(ground))
        filled.paste(image, mask=image.getchannel("A"))
        return filled
    return image


@lru_cache(maxsize=2)
def _open(path: Path, sha256: str, size: tuple[int, int]) -> Image.Image:  # noqa: ARG001 - the file of a path may change
    """The file, decoded no larger than needed for that size of the whole picture."""
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        image.draft("RGB", size)
        image.load()
        return image.copy()
