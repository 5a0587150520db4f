"""Backgrounds: a gradient of two stops, out-of-focus lights, and noise against banding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.model import VideoFormat
from pipeline.rendering.motion.ycbcr import Picture, from_rgb
from pipeline.theme.colours import rgb
from pipeline.theme.theme import Theme

# Lights are soft, so they are computed at a tenth of the size.
_COARSE = 10
# Side of the square of noise that tiles the picture, and its fixed seed.
_NOISE_PX, _NOISE_SEED = 512, 20
# Rows that are upscaled at a time.
_BAND_PX = 120


@dataclass(frozen=True, kw_only=True)
class Light:
    """An out-of-focus light. Position and radii in picture widths and heights, strength 0 to 1."""

    role: str
    x: float
    y: float
    width: float
    height: float
    strength: float = 1.0


def background(video_format: VideoFormat, theme: Theme, lights: tuple[Light, ...]) -> Callable[[], Picture]:
    """A function that draws the background of a layout: what is only measured needs none.

    Pictures are cached and shared: copy one before drawing on it.
    """
    return partial(_drawn, video_format, theme, lights)


@lru_cache(maxsize=6)
def _drawn(video_format: VideoFormat, theme: Theme, lights: tuple[Light, ...]) -> Picture:
    width, height = video_format.width_px, video_format.height_px
    coarse = from_rgb(_light_field(width // _COARSE, height // _COARSE, theme, lights))
    sizes = ((width, height), (width // 2, height // 2), (width // 2, height // 2))
    noises = (_noise(sizes[0]), _noise(sizes[1]), _noise(sizes[2])[::-1])
    return Picture(*(_upscaled(coarse[:, :, index], noise) for index, noise in enumerate(noises)))


def _upscaled(coarse: npt.NDArray[np.float32], noise: npt.NDArray[np.float32]) -> Image.Image:
    """A plane at the size of its noise, which is added. In bands: allocating fresh memory takes as long again."""
    light, (height, width) = Image.fromarray(np.ascontiguousarray(coarse)), noise.shape
    plane = np.empty(noise.shape, np.uint8)
    step = light.height / height
    for top in range(0, height, _BAND_PX):
        bottom = min(top + _BAND_PX, height)
        box = (0, top * step, light.width, bottom * step)
        band = light.resize((width, bottom - top), Image.Resampling.BICUBIC, box)
        np.add(np.asarray(band), noise[top:bottom], out=plane[top:bottom], casting="unsafe")
    return Image.fromarray(plane)


def _light_field(width: int, height: int, theme: Theme, lights: tuple[Light, ...]) -> npt.NDArray[np.float32]:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x + 0.5) / width, (y + 0.5) / height
    # From the upper left to the lower right, eased at both ends.
    along = np.clip(0.42 * x + 0.62 * y, 0, 1)
    along = (along * along * (3 - 2 * along))[:, :, None]
    field = _array(theme.background_top) * (1 - along) + _array(theme.background_bottom) * along
    for light in lights:
        distance = ((x - light.x) / light.width) ** 2 + ((y - light.y) / light.height) ** 2
        amount = (light.strength * np.exp(-distance * 2.2))[:, :, None]
        field = field + (_array(getattr(theme, light.role)) - field) * amount
    return np.asarray(field, dtype=np.float32)


@lru_cache(maxsize=2)
def _noise(size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Triangular noise of ±1 level for luma or chroma, plus half a level for rounding."""
    generator = np.random.default_rng(_NOISE_SEED)
    square = generator.random((_NOISE_PX, _NOISE_PX), np.float32) - generator.random((_NOISE_PX, _NOISE_PX), np.float32)
    square += np.float32(0.5)
    repeats = (-(-size[1] // _NOISE_PX), -(-size[0] // _NOISE_PX))
    return np.tile(square, repeats)[: size[1], : size[0]]


def _array(colour: str) -> npt.NDArray[np.float32]:
    return np.array(rgb(colour), dtype=np.float32)
