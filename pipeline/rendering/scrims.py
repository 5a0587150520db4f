"""The darkness under text that stands on a picture: as much as it takes to read it, and no more.

How much that is, is computed from the picture itself: from the brightest red, green and blue of what passes behind the
text while the picture moves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.rendering.grid import Box
from pipeline.rendering.theme import rgb
from pipeline.theme.colours import contrast
from pipeline.theme.theme import TEXT_CONTRAST

# Rounding to the levels of a film, and letters' soft edges, take a little away.
_CONTRAST = TEXT_CONTRAST + 0.25
# There is always some, so that films look alike; and never so much that nothing is seen.
_LEAST, _STEP = 0.34, 0.01
# How far above the text it reaches, as a share of the picture's height, and what is left of it beside the text.
_REACH, _BESIDE = 0.28, 0.6
# How much of the picture has to lie beside the text for that, as a share.
_WIDE = 0.4
# From the end of a text beside which nothing is darkened, as shares of the picture.
_BEYOND, _BEYOND_DOWN = 0.24, 0.20
_NOISE_SEED = 7


def needed_opacity(parts: Sequence[Image.Image], *, text: str, scrim: str) -> float:
    """How opaque a scrim has to be for light text to be read on these parts of a picture (mode RGB), 0 to 1."""
    brightest = _brightest(parts)
    for number in range(round(1 / _STEP) + 1):
        opacity = max(_LEAST, number * _STEP)
        if contrast(text, _through(brightest, scrim, opacity)) >= _CONTRAST:
            return opacity
    return 1.0


def brightest_behind(parts: Sequence[Image.Image], *, scrim: str, opacity: float) -> str:
    """The brightest red, green and blue of these parts of a picture (mode RGB) through a scrim, #RRGGBB."""
    return _through(_brightest(parts), scrim, opacity)


def _brightest(parts: Sequence[Image.Image]) -> npt.NDArray[np.float64]:
    peaks = [np.asarray(part).reshape(-1, 3).max(axis=0) for part in parts if part.width and part.height]
    return np.asarray(np.max(peaks, axis=0) if peaks else np.zeros(3), np.float64)


def _through(levels: npt.NDArray[np.float64], scrim: str, opacity: float) -> str:
    return _hex(levels * (1 - opacity) + np.array(rgb(scrim), float) * opacity)


def scrim_mask(
    size: tuple[int, int], text: Box, opacity: float, *, from_top: bool = False, mirrored: bool
) -> Image.Image:
    """The scrim of a picture as a mask: full behind the text and below it, fading above and, in part, beside it.

    `from_top`: full above the text, fading below it, and as dark beside it: a sky is not dark on one side.
    """
    width, height = size
    rows = np.arange(height, dtype=np.float32)
    y = (text.bottom - rows if from_top else rows - text.top) / np.float32(_REACH * height) + 1
    x = 1 - (np.arange(width, dtype=np.float32) - text.right) / np.float32(max(1, width - text.right))
    # A narrow strip that is brighter than the rest would look like a fault.
    rest = min(1.0, (width - text.right) / (_WIDE * width))
    least = 1.0 if from_top else 1 - (1 - _BESIDE) * rest
    beside = least + (1 - least) * _eased(x)
    field = np.outer(_eased(y), beside) * np.float32(255 * opacity)
    return _noisy(field, mirrored=mirrored)


def side_scrim_mask(size: tuple[int, int], text: Box, opacity: float, *, from_top: bool, mirrored: bool) -> Image.Image:
    """Likewise from the left edge (or from above) to the end of the text; what lies beyond it is left as it is."""
    width, height = size
    along, end, reach = (height, text.bottom, _BEYOND_DOWN) if from_top else (width, text.right, _BEYOND)
    line = _eased(1 - (np.arange(along, dtype=np.float32) - end) / np.float32(reach * along))
    field = np.broadcast_to(line[:, None] if from_top else line[None, :], (height, width)) * np.float32(255 * opacity)
    return _noisy(field, mirrored=mirrored)


def _noisy(field: npt.NDArray[np.float32], *, mirrored: bool) -> Image.Image:
    """Levels as a mask. Without noise, so soft a slope shows its steps. It only ever adds."""
    noise = np.random.default_rng(_NOISE_SEED).random(field.shape, np.float32)
    mask = Image.fromarray(np.clip(np.ceil(field) + (noise > 0.5) * (field > 0), 0, 255).astype(np.uint8))
    return mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else mask


def _eased(share: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """0 to 1, slow at both ends."""
    share = np.clip(share, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _hex(levels: npt.NDArray[np.float64]) -> str:
    return "#" + "".join(f"{min(255, int(np.ceil(level))):02X}" for level in levels)
