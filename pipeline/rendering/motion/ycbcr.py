"""A picture the way it is encoded: brightness, and two planes of colour at half the size.

Drawing on these planes instead of on RGB halves the bytes that are touched, and nothing has to be converted for the
encoder. Blending is linear, so the result is the same: a mask for the planes of colour is the mask at half the size.
Whatever is cut out or pasted begins and ends at even pixels (`Box.even`).

The numbers are those of ITU-R BT.709, limited range: brightness 16 to 235, colours 16 to 240 around 128.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

from pipeline.rendering.grid import Box
from pipeline.theme.colours import rgb

Levels = npt.NDArray[np.float32]

_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722
_LUMA, _CHROMA = 219 / 255, 224 / 255
# From RGB to brightness, blueness and redness, before they are shifted; rows are what comes out.
_FROM_RGB = np.array(
    [
        [_LUMA * _RED, _LUMA * _GREEN, _LUMA * _BLUE],
        [-_CHROMA * _RED / 1.8556, -_CHROMA * _GREEN / 1.8556, _CHROMA / 2],
        [_CHROMA / 2, -_CHROMA * _GREEN / 1.5748, -_CHROMA * _BLUE / 1.5748],
    ],
    dtype=np.float32,
)
_TO_RGB = np.linalg.inv(_FROM_RGB).astype(np.float32)
_SHIFT = np.array([16, 128, 128], dtype=np.float32)
# Pixels of colour around a tile, so that a part of it may begin at an odd pixel.
_RIM_PX = 2


class Colour(NamedTuple):
    """A colour as three levels."""

    y: int
    cb: int
    cr: int


class Picture(NamedTuple):
    """Three images of mode L, the second and third with half the width and height of the first, which are even."""

    y: Image.Image
    cb: Image.Image
    cr: Image.Image

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.y.size

    def copy(self) -> Picture:
        """Another one of the same look."""
        return Picture(*(plane.copy() for plane in self))

    def crop(self, box: Box) -> Picture:
        """What it shows in an even box."""
        half = _half(box)
        return Picture(self.y.crop(box), self.cb.crop(half), self.cr.crop(half))

    def paste(self, patch: Picture, box: Box) -> None:
        """Put `patch` into an even box of its size."""
        self.y.paste(patch.y, box[:2])
        self.cb.paste(patch.cb, (box.left // 2, box.top // 2))
        self.cr.paste(patch.cr, (box.left // 2, box.top // 2))

    def fill(self, ink: Colour | Picture, mask: Image.Image, box: Box) -> None:
        """Put `ink` into an even box of it, as far as `mask` (mode L, of the size of the box) lets it through."""
        half, half_mask = _half(box), mask.reduce(2)
        self.y.paste(ink.y, box, mask)
        self.cb.paste(ink.cb, half, half_mask)
        self.cr.paste(ink.cr, half, half_mask)

    def differs(self, patch: Picture, box: Box) -> bool:
        """Whether `patch` looks different from what is shown in an even box of its size."""
        boxes = (box, _half(box), _half(box))
        # The first plane that does is enough.
        return any(
            ImageChops.difference(new, old.crop(part)).getbbox()
            for new, old, part in zip(patch, self, boxes, strict=True)
        )

    def mirrored(self) -> Picture:
        """Left and right exchanged."""
        return Picture(*(plane.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for plane in self))

    def to_rgb(self) -> Image.Image:
        """The picture in mode RGB."""
        colours = (plane.resize(self.size, Image.Resampling.BILINEAR) for plane in (self.cb, self.cr))
        planes = [
            np.asarray(plane, np.float32) - shift for plane, shift in zip((self.y, *colours), _SHIFT, strict=True)
        ]
        # Colour by colour: numpy is three times slower where the last axis has three.
        levels = (sum(plane * part for plane, part in zip(planes, parts, strict=True)) for parts in _TO_RGB)
        return Image.merge("RGB", [Image.fromarray(_levels(np.asarray(level))) for level in levels])

    @staticmethod
    def of(image: Image.Image) -> Picture:
        """A picture of an image of mode RGB and even size."""
        bright = np.asarray(image, np.float32) @ _FROM_RGB[0] + _SHIFT[0]
        colours = from_rgb(np.asarray(image.reduce(2), np.float32))
        return Picture(*(Image.fromarray(_levels(plane)) for plane in (bright, colours[:, :, 1], colours[:, :, 2])))


@lru_cache(maxsize=256)
def colour(name: str) -> Colour:
    """From #RRGGBB."""
    levels = from_rgb(np.array(rgb(name), np.float32)) + 0.5
    return Colour(*(int(level) for level in levels))


def tile(image: Image.Image) -> Picture:
    """An image of mode RGB as something to fill a mask with, with a rim of its outermost pixels around it."""
    return Picture.of(rimmed(image))


def rimmed(image: Image.Image) -> Image.Image:
    """An image with the rim of a tile, its size even."""
    width, height = image.size
    rims = ((_RIM_PX, _RIM_PX + height % 2), (_RIM_PX, _RIM_PX + width % 2), *[(0, 0)] * (len(image.getbands()) > 1))
    return Image.fromarray(np.pad(np.asarray(image), rims, mode="edge"))


def part_of(ink: Colour | Picture, box: Box) -> Colour | Picture:
    """What fills `box` of a mask whose tile is `ink`; its colours may be off by a pixel if it begins at an odd one."""
    return ink.crop(box.moved(_RIM_PX, _RIM_PX)) if isinstance(ink, Picture) else ink


def from_rgb(values: Levels) -> Levels:
    """Levels from red, green and blue (0 to 255, in the last axis), not rounded."""
    return np.asarray(values @ _FROM_RGB.T + _SHIFT, np.float32)


def _levels(values: Levels) -> npt.NDArray[np.uint8]:
    rounded: npt.NDArray[np.uint8] = np.clip(values + 0.5, 0, 255).astype(np.uint8)
    return rounded


def _half(box: Box) -> Box:
    left, top = box.left // 2, box.top // 2
    return Box(left, top, left + box.width // 2, top + box.height // 2)
