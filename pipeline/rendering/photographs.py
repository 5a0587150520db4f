"""Pictures that somebody brought along, cut to a shape around the point that people look at."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from pipeline.model import Still
from pipeline.rendering.grid import Box
from pipeline.rendering.picture import tile
from pipeline.rendering.shapes import rounded
from pipeline.rendering.sprites import Sprite
from pipeline.rendering.theme import rgb

if TYPE_CHECKING:
    from pipeline.rendering.look import Look
    from pipeline.rendering.motion import Motion

# How much wider or narrower than it is a picture may be cut: about a fifth of it goes.
GIVE = 1.25
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


def photograph(look: Look, still: Still, box: Box, *, motion: Motion, radius_px: int | None = None) -> Sprite:
    """A picture that fills a box with barely round corners; what shows through is filled with the surface."""
    image = covering(still, box.width, box.height, ground=look.theme.surface)
    radius = look.grid.px(look.theme.radius_px) // 2 if radius_px is None else radius_px
    mask = rounded(box.width, box.height, radius=radius)
    return Sprite(mask=mask, ink=tile(image), left=box.left, top=box.top, motion=motion)


def cut_out(still: Still, box: Box, *, motion: Motion) -> Sprite:
    """The whole of a picture in the middle of a box, as large as fits; what is behind it shows through."""
    image, mask = fitted(still, box.width, box.height)
    left, top = box.centre - image.width // 2, box.middle - image.height // 2
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
    # Floats may make the part a hair larger than the whole.
    left = max(0.0, min(still.focus[0] * still.width_px - wide / 2, still.width_px - wide))
    top = max(0.0, min(still.focus[1] * still.height_px - high / 2, still.height_px - high))
    return whole(still, (width_px, height_px), ground=ground, part=(left, top, left + wide, top + high))


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
