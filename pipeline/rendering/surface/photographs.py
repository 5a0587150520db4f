"""Pictures that somebody brought along, cut to a shape around the point that people look at.

What stands out is not cut where it can be whole: then as little as possible is moved for that.
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
from pipeline.rendering.surface.shapes import rounded
from pipeline.theme.colours import rgb

if TYPE_CHECKING:
    from pipeline.rendering.look import Look
    from pipeline.rendering.motion.animation import Motion

# How much wider or narrower than it is a picture may be cut: about a fifth of it goes.
GIVE = 1.25
# What is left around what stands out, as a share of the picture; and around a thing that is cut out, of its room.
AROUND, _PAD = 0.03, 0.08
# How wide a thing may be, for the height of its picture, to be shown whole where it would be cut: a view is no thing.
_COMPACT = 1.18
# A page has margins that are no wider than this leaves.
_OF_A_PAGE = 0.6
# Frames have whole pixels, even ones.
_NEARLY = 1.005
# Heads are at the top: of what is cut off above and below, at most this share goes above, as long as the point that
# draws the eye has that share of what is seen below it.
_ABOVE, _BELOW = 0.25, 0.2
# Below pictures, and what stands below them.
_ABOVE_EDGE = 16


def picture_room(look: Look) -> Box:
    """Where pictures may stand: the content, a little shorter: a picture has a hard edge."""
    content = look.grid.content
    return content._replace(bottom=content.bottom - look.grid.px(_ABOVE_EDGE))


def framed(aspect: float, width_px: int, height_px: int, *, give: float = GIVE) -> tuple[int, int]:
    """Width and height of the largest frame in an area for a picture of that shape, of which little may be cut off."""
    shape = min(max(width_px / height_px, aspect / give), aspect * give)
    width = min(width_px, round(height_px * shape))
    height = min(height_px, round(width / shape))
    return max(2, width & ~1), max(2, height & ~1)


def give_of(still: Still, give: float = GIVE) -> float:
    """How much wider or narrower than it is a picture may be cut: a page, whose margins belong to it, is not."""
    return 1.0 if is_page(still) else give


def is_page(still: Still) -> bool:
    """Whether what stands out ends on all sides and takes most of the picture both ways, as a text or a chart does."""
    left, top, right, bottom = still.subject
    ends = left > 0 and top > 0 and right < 1 and bottom < 1
    return ends and min(right - left, bottom - top) >= _OF_A_PAGE


def photograph(look: Look, still: Still, box: Box, *, motion: Motion, radius_px: int | None = None) -> Sprite:
    """A picture that fills a box with barely round corners; what shows through is filled with the surface."""
    image = _on_surface(still, box, look) if still.has_alpha else covering(still, *box.size, ground=look.theme.surface)
    radius = look.grid.px(look.theme.radius_px) // 2 if radius_px is None else radius_px
    mask = rounded(box.width, box.height, radius=radius)
    return Sprite(mask=mask, ink=tile(image), left=box.left, top=box.top, motion=motion)


def edge_to_edge(look: Look, still: Still, box: Box, *, motion: Motion) -> list[Sprite]:
    """A picture that fills a box at the edges of the frame; a thing that would be cut stands whole on a surface."""
    if not is_cropped(still, box.width / box.height):
        return [photograph(look, still, box, motion=motion, radius_px=0)]
    width = round(box.height * widest(still)) & ~1
    left = box.centre_x - width // 2
    frame = Box(left, box.top, left + width, box.bottom)
    return [surface(look, box, motion=motion), photograph(look, still, frame, motion=motion, radius_px=0)]


def surface(look: Look, box: Box, *, motion: Motion) -> Sprite:
    """What pictures stand on that don't fill their box."""
    whole_box = Image.new("L", box.size, 255)
    return solid_sprite(whole_box, look.theme.surface, left=box.left, top=box.top, motion=motion)


def _on_surface(still: Still, box: Box, look: Look) -> Image.Image:
    """A thing that is cut out, whole: in the middle of a surface."""
    pad = round(_PAD * min(box.size))
    image, mask = fitted(still, box.width - 2 * pad, box.height - 2 * pad)
    filled = Image.new("RGB", box.size, rgb(look.theme.surface))
    filled.paste(image, ((box.width - image.width) // 2, (box.height - image.height) // 2), mask)
    return filled


def cut_out(still: Still, box: Box, *, motion: Motion) -> Sprite:
    """The whole of a picture in the middle of a box, as large as fits; what is behind it shows through."""
    image, mask = fitted(still, box.width, box.height)
    left, top = box.centre_x - image.width // 2, box.centre_y - image.height // 2
    return Sprite(mask=mask, ink=tile(image), left=left, top=top, motion=motion)


def fitted(still: Still, width_px: int, height_px: int) -> tuple[Image.Image, Image.Image]:
    """The whole of a picture (mode RGB) and where it is seen (mode L), as large as fits."""
    scale = min(width_px / still.width_px, height_px / still.height_px)
    size = (max(1, round(still.width_px * scale)), max(1, round(still.height_px * scale)))
    image = _opened(still.path, still.sha256, size).resize(size, Image.Resampling.LANCZOS)
    mask = image.getchannel("A") if image.mode == "RGBA" else Image.new("L", size, 255)
    return image.convert("RGB"), mask


def covering(still: Still, width_px: int, height_px: int, *, ground: str) -> Image.Image:
    """The picture in mode RGB at a size, cut around its focal point, on a ground of that colour (#RRGGBB)."""
    scale = max(width_px / still.width_px, height_px / still.height_px)
    wide, high = width_px / scale, height_px / scale
    x, y = looked_at(still, width_px / height_px)
    # Floats may make the part a hair larger than the whole.
    left = max(0.0, min(x * still.width_px - wide / 2, still.width_px - wide))
    top = max(0.0, min(y * still.height_px - high / 2, still.height_px - high))
    return whole(still, (width_px, height_px), ground=ground, part=(left, top, left + wide, top + high))


def looked_at(still: Still, shape: float) -> tuple[float, float]:
    """The middle of what is seen of a picture in a frame of that shape (width over height), from 0 to 1."""
    left, top, right, bottom = still.subject
    wide, high = min(1.0, shape / still.aspect), min(1.0, still.aspect / shape)
    x, y = still.focus
    return _middle(x, left, right, wide), _middle(y, top, bottom, high, most=lowest(y, high))


def lowest(focus: float, seen: float) -> float:
    """How far down the middle may be of a part so high, of a picture with its focus there, for heads to stay in it."""
    return max(_ABOVE * (1 - seen) + seen / 2, focus - (1 / 2 - _BELOW) * seen)


def widest(still: Still) -> float:
    """The shape of the widest frame that a thing is whole in from its top to its bottom; of what is none, any."""
    if is_page(still):
        return still.aspect
    _, top, _, bottom = still.subject
    return still.aspect / min(1.0, bottom - top + 2 * AROUND) if top > 0 and bottom < 1 else math.inf


def is_cropped(still: Still, shape: float) -> bool:
    """Whether something compact is not whole in a frame of that shape from its top to its bottom."""
    return shape > _NEARLY * widest(still) and (is_page(still) or narrowest(still) <= _COMPACT)


def narrowest(still: Still) -> float:
    """The shape of the narrowest frame, as high as the picture, that a thing is whole in; of what is none, by `GIVE`.

    A thing ends in the picture, at its top and at its bottom.
    """
    if is_page(still):
        return still.aspect
    left, top, right, bottom = still.subject
    is_thing = still.has_alpha or (top > 0 and bottom < 1)
    return still.aspect * (min(1.0, right - left + AROUND * ((left > 0) + (right < 1))) if is_thing else 1 / GIVE)


def _middle(focus: float, first: float, last: float, seen: float, *, most: float = 1.0) -> float:
    """Of a part so long around a focus, moved by what it takes to have all from `first` to `last` in it, if it can.

    But for that, it is at most at `most`.
    """
    start = min(focus, most) - seen / 2
    # What goes on beyond the picture is cut anyway.
    around = min(AROUND, (seen - (last - first)) / 2) if first > 0 and last < 1 else AROUND
    if around >= 0:
        start = max(start, last + around - seen) if last < 1 else start
        start = min(start, first - around) if first > 0 else start
        # Whatever was taken for the thing, that point stays in sight.
        inside = min(AROUND, seen / 2)
        start = min(max(start, focus + inside - seen), focus - inside)
    return max(0.0, min(start, 1 - seen)) + seen / 2


def whole(
    still: Still, size: tuple[int, int], *, ground: str, part: tuple[float, float, float, float] | None = None
) -> Image.Image:
    """The picture (or a part of it, in its own pixels) in mode RGB at a size, on a ground of that colour."""
    left, top, right, bottom = part or (0.0, 0.0, still.width_px, still.height_px)
    enough = (
        round(size[0] * still.width_px / max(1.0, right - left)),
        round(size[1] * still.height_px / max(1.0, bottom - top)),
    )
    image = _opened(still.path, still.sha256, enough)
    # It may have been opened at a half or a quarter of its size.
    across, down = image.width / still.width_px, image.height / still.height_px
    box = (left * across, top * down, min(image.width, right * across), min(image.height, bottom * down))
    image = image.resize(size, Image.Resampling.LANCZOS, box=box)
    if image.mode == "RGBA":
        filled = Image.new("RGB", size, rgb(ground))
        filled.paste(image, mask=image.getchannel("A"))
        return filled
    return image


@lru_cache(maxsize=2)
def _opened(path: Path, sha256: str, size: tuple[int, int]) -> Image.Image:  # noqa: ARG001 - files of one name differ
    """The file, decoded no larger than it has to be for a size of the whole of it."""
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        image.draft("RGB", size)
        image.load()
        return image.copy()
