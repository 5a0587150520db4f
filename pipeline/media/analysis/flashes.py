"""Flashes, which may trigger seizures in people with photosensitive epilepsy.

As in WCAG 2.2 (2.3.1) and ITU-R BT.1702: luminance rises by a tenth of the display's maximum or more and falls again,
or the other way round, the darker of the two below four fifths; or a saturated red comes and goes. It is a flash if a
quarter of the picture does so; the limit is three in a second. Slow changes, single cuts and small lights are no
flashes. The picture is divided into 16 by 9 blocks.
"""

from __future__ import annotations

from collections import deque

import av
import numpy as np
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from pipeline.media.pictures.subsampling import block_means, subsample_plane

_COLUMNS, _ROWS = 16, 9
# In a smaller picture some blocks would have no sampled pixel.
_MIN_PX = (8 * _COLUMNS, 8 * _ROWS)
# Every second row; of tall pictures this many. With fewer, scrolling lines would be seen in some pictures and missed in
# others.
_ROW_STEP, _MAX_ROWS = 2, 540
_AREA = _COLUMNS * _ROWS // 4
_SECOND_S = 1.0
_ROUNDING_S = 1e-6
# Relative luminance, 0 to 1; and red, 20 of 320 (WCAG).
_CHANGE, _DARKER = 0.10, 0.80
_RED_CHANGE = 0.0625
# Display gamma (ITU-R BT.1886).
_GAMMA = 2.4
# Black level, range of luma, range of chroma.
_LIMITED, _FULL = (16, 219, 224), (0, 255, 255)
_LUMINANCE = {
    levels: (np.clip((np.arange(256) - levels[0]) / levels[1], 0, 1) ** _GAMMA).astype(np.float32)
    for levels in (_LIMITED, _FULL)
}
_Blocks = NDArray[np.float64]


class FlashDetector:
    """Counts flashes in a sliding window of a second."""

    def __init__(self) -> None:
        self._luminance, self._red = _Transitions(_CHANGE, darker=_DARKER), _Transitions(_RED_CHANGE, darker=np.inf)
        self._has_red = False

    def push(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, in `to_planar`'s format, and its presentation time."""
        levels = _FULL if picture.color_range == ColorRange.JPEG else _LIMITED
        luma, *chroma = (
            subsample_plane(picture, number, _row_step(picture, number), slanted=True) for number in (0, 1, 2)
        )
        self._luminance.push(_block_means(_LUMINANCE[levels][luma]), at_s)
        cb, cr = map(_block_means, chroma)
        # Most films have no saturated red anywhere.
        self._has_red = self._has_red or bool(cr.max() > 128 + levels[2] / 8)
        if self._has_red:
            self._red.push(_saturated_red(_block_means(luma), cb, cr, levels), at_s)

    @property
    def worst(self) -> float:
        """Flashes in the worst second; a flash is two transitions."""
        return max(self._luminance.worst, self._red.worst) / 2

    @property
    def worst_at_s(self) -> float:
        """When the worst second begins."""
        return max(self._luminance, self._red, key=lambda each: each.worst).worst_at_s - _SECOND_S


class _Transitions:
    """Counts how often a quarter of all blocks goes up or down by a minimum within a second."""

    def __init__(self, min_change: float, *, darker: float) -> None:
        self.worst, self.worst_at_s = 0, 0.0
        self._min_change, self._darker = min_change, darker
        blocks = _COLUMNS * _ROWS
        # Per block: the last direction, up (1) or down (-1), and the extremes since.
        self._direction = np.zeros(blocks, np.int8)
        self._low, self._high = np.full(blocks, np.inf), np.full(blocks, -np.inf)
        self._recent: deque[tuple[float, NDArray[np.bool_]]] = deque()
        self._counts = np.zeros(blocks, np.int16)

    def push(self, blocks: _Blocks, at_s: float) -> None:
        """The values of all blocks at this time."""
        while self._recent and at_s - self._recent[0][0] >= _SECOND_S - _ROUNDING_S:
            self._counts -= self._recent.popleft()[1]
        np.minimum(self._low, blocks, out=self._low)
        np.maximum(self._high, blocks, out=self._high)
        rises = (self._direction != 1) & (blocks - self._low >= self._min_change) & (self._low < self._darker)
        falls = (self._direction != -1) & (self._high - blocks >= self._min_change) & (blocks < self._darker) & ~rises
        changed = rises | falls
        if not changed.any():
            return
        self._direction[rises], self._direction[falls] = 1, -1
        self._low[changed] = self._high[changed] = blocks[changed]
        self._recent.append((at_s, changed))
        self._counts += changed
        # The count that a quarter of all blocks reaches.
        reached = int(np.partition(self._counts, -_AREA)[-_AREA])
        if reached > self.worst:
            self.worst, self.worst_at_s = reached, at_s


def _saturated_red(luma: _Blocks, cb: _Blocks, cr: _Blocks, levels: tuple[int, int, int]) -> _Blocks:
    """R - G - B in linear light, where red is four fifths of the sum or more (ITU-R BT.709)."""
    black, white, chroma = levels
    y, b, r = (luma - black) / white, (cb - 128) / chroma, (cr - 128) / chroma
    rgb = np.clip(np.stack([y + 1.5748 * r, y - 0.1873 * b - 0.4681 * r, y + 1.8556 * b]), 0, 1) ** _GAMMA
    share = rgb[0] / np.maximum(rgb.sum(axis=0), 1e-6)
    # A soft threshold: a red right at the limit must not flicker because of it.
    found: _Blocks = np.maximum(0, rgb[0] - rgb[1] - rgb[2]) * np.clip((share - 0.7) / 0.1, 0, 1)
    return found


def _row_step(picture: av.VideoFrame, number: int) -> int:
    return max(_ROW_STEP, picture.planes[number].height // _MAX_ROWS)


def _block_means(plane: NDArray[np.generic]) -> _Blocks:
    return block_means(plane, _ROWS, _COLUMNS).ravel()


def to_planar(picture: av.VideoFrame) -> av.VideoFrame:
    """A picture of any pixel format as planar YUV, and of a minimum size."""
    name, width, height = picture.format.name, *_MIN_PX
    is_planar = name.startswith(("yuv4", "yuvj4")) and not name.endswith("be")
    if is_planar and picture.width >= width and picture.height >= height:
        return picture
    return picture.reformat(max(picture.width, width), max(picture.height, height), "yuv420p")
