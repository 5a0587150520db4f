"""Pictures as planar YCbCr 4:2:0, the format that encoders take.

Drawing on these planes instead of on RGB halves the bytes touched and saves the conversion. Blending is linear, so the
result is the same: the mask for the chroma planes is the mask at half the size. Boxes to crop or paste must have even
coordinates (`Box.even`). Levels are ITU-R BT.709, limited range: luma 16 to 235, chroma 16 to 240 around 128.
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
# From RGB to Y, Cb and Cr without offsets; one row per output.
_FROM_RGB = np.array(
    [
        [_LUMA * _RED, _LUMA * _GREEN, _LUMA * _BLUE],
        [-_CHROMA * _RED / 1.8556, -_CHROMA * _GREEN / 1.8556, _CHROMA / 2],
        [_CHROMA / 2, -_CHROMA * _GREEN / 1.5748, -_CHROMA * _BLUE / 1.5748],
    ],
    dtype=np.float32,
)
_TO_RGB = np.linalg.inv(_FROM_RGB).astype(np.float32)
_OFFSETS = np.array([16, 128, 128], dtype=np.float32)
# Padding around a tile, so that a part of it may begin at an odd pixel.
_PADDING_PX = 2


class Colour(NamedTuple):
    """A YCbCr colour."""

    y: int
    cb: int
    cr: int


class Picture(NamedTuple):
    """Three planes of mode L, chroma at half the width and height of luma, which are even."""

    y: Image.Image
    cb: Image.Image
    cr: Image.Image

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.y.size

    def copy(self) -> Picture:
        """A copy of all planes."""
        return Picture(*(plane.copy() for plane in self))

    def crop(self, box: Box) -> Picture:
        """The part inside an even box."""
        half = _half(box)
        return Picture(self.y.crop(box), self.cb.crop(half), self.cr.crop(half))

    def paste(self, patch: Picture, box: Box) -> None:
        """Paste `patch` into an even box of its size."""
        self.y.paste(patch.y, box[:2])
        self.cb.paste(patch.cb, (box.left // 2, box.top // 2))
        self.cr.paste(patch.cr, (box.left // 2, box.top // 2))

    def fill(self, ink: Colour | Picture, mask: Image.Image, box: Box) -> None:
        """Fill an even box with `ink` through `mask` (mode L, of the size of the box)."""
        half, half_mask = _half(box), mask.reduce(2)
        self.y.paste(ink.y, box, mask)
        self.cb.paste(ink.cb, half, half_mask)
        self.cr.paste(ink.cr, half, half_mask)

    def differs(self, patch: Picture, box: Box) -> bool:
        """Whether `patch` differs from the content of an even box of its size."""
        boxes = (box, _half(box), _half(box))
        # Lazily: the first plane that differs is enough.
        return any(
            ImageChops.difference(new, old.crop(part)).getbbox()
            for new, old, part in zip(patch, self, boxes, strict=True)
        )

    def mirrored(self) -> Picture:
        """Flipped horizontally."""
        return Picture(*(plane.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for plane in self))

    def to_rgb(self) -> Image.Image:
        """The picture in mode RGB."""
        colours = (plane.resize(self.size, Image.Resampling.BILINEAR) for plane in (self.cb, self.cr))
        planes = [
            np.asarray(plane, np.float32) - shift for plane, shift in zip((self.y, *colours), _OFFSETS, strict=True)
        ]
        # Channel by channel: numpy is three times slower with a last axis of length three.
        levels = (sum(plane * part for plane, part in zip(planes, parts, strict=True)) for parts in _TO_RGB)
        return Image.merge("RGB", [Image.fromarray(_levels(np.asarray(level))) for level in levels])

    @staticmethod
    def of(image: Image.Image) -> Picture:
        """A picture from an image of mode RGB and even size."""
        bright = np.asarray(image, np.float32) @ _FROM_RGB[0] + _OFFSETS[0]
        colours = from_rgb(np.asarray(image.reduce(2), np.float32))
        return Picture(*(Image.fromarray(_levels(plane)) for plane in (bright, colours[:, :, 1], colours[:, :, 2])))


@lru_cache(maxsize=256)
def colour(name: str) -> Colour:
    """The YCbCr colour of #RRGGBB."""
    levels = from_rgb(np.array(rgb(name), np.float32)) + 0.5
    return Colour(*(int(level) for level in levels))


def tile(image: Image.Image) -> Picture:
    """An image of mode RGB as ink to fill masks with, padded by repeating its outermost pixels."""
    return Picture.of(padded(image))


def padded(image: Image.Image) -> Image.Image:
    """An image with the padding of a tile, its size made even."""
    width, height = image.size
    rims = (
        (_PADDING_PX, _PADDING_PX + height % 2),
        (_PADDING_PX, _PADDING_PX + width % 2),
        *[(0, 0)] * (len(image.getbands()) > 1),
    )
    return Image.fromarray(np.pad(np.asarray(image), rims, mode="edge"))


def crop_ink(ink: Colour | Picture, box: Box) -> Colour | Picture:
    """The part of a tile that fills `box` of its mask; chroma may be off by a pixel if the box begins at an odd one."""
    return ink.crop(box.moved(_PADDING_PX, _PADDING_PX)) if isinstance(ink, Picture) else ink


def from_rgb(values: Levels) -> Levels:
    """YCbCr levels from RGB (0 to 255, in the last axis), not rounded."""
    return np.asarray(values @ _FROM_RGB.T + _OFFSETS, np.float32)


def _levels(values: Levels) -> npt.NDArray[np.uint8]:
    rounded: npt.NDArray[np.uint8] = np.clip(values + 0.5, 0, 255).astype(np.uint8)
    return rounded


def _half(box: Box) -> Box:
    left, top = box.left // 2, box.top // 2
    return Box(left, top, left + box.width // 2, top + box.height // 2)
