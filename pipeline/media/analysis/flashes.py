"""How often a film flashes: what may bring on a fit in people with photosensitive epilepsy.

As WCAG 2.2 (2.3.1) and ITU-R BT.1702 have it: light rises by a tenth of what a screen can give, or more, and falls
again, or the other way round, and the darker of both is below four fifths; or a saturated red comes and goes. A
quarter of the picture does so, more than three times in a second. Slow changes, single cuts and small lights are no
flashes. The picture is looked at in 16 by 9 fields.
"""

from __future__ import annotations

from collections import deque

import av
import numpy as np
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from pipeline.media.pictures.decode import subsample_plane

_COLUMNS, _ROWS = 16, 9
# A smaller picture would leave fields without a pixel that is looked at.
_LEAST_PX = (8 * _COLUMNS, 8 * _ROWS)
# Every second row, of large pictures so many: with fewer, lines that scroll are now seen, now not.
_ROW_STEP, _MANY_ROWS = 2, 540
_AREA = _COLUMNS * _ROWS // 4
_SECOND_S = 1.0
_ROUNDING_S = 1e-6
# Of light, 0 to 1; of red, 20 of 320 (WCAG).
_CHANGE, _DARKER = 0.10, 0.80
_RED_CHANGE = 0.0625
# From the signal to light, as displays do (ITU-R BT.1886).
_GAMMA = 2.4
# Where black is, how far it is from there to white, and from one end of a colour to the other.
_TELEVISION, _FULL = (16, 219, 224), (0, 255, 255)
_LIGHT = {
    levels: (np.clip((np.arange(256) - levels[0]) / levels[1], 0, 1) ** _GAMMA).astype(np.float32)
    for levels in (_TELEVISION, _FULL)
}
_Fields = NDArray[np.float64]


class FlashDetector:
    """Counts them, picture by picture."""

    def __init__(self) -> None:
        self._light, self._red = _Changes(_CHANGE, darker=_DARKER), _Changes(_RED_CHANGE, darker=np.inf)
        self._has_red = False

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, of `in_planes`, and when it is shown."""
        levels = _FULL if picture.color_range == ColorRange.JPEG else _TELEVISION
        luma, *colours = (
            subsample_plane(picture, number, _row_step(picture, number), slanted=True) for number in (0, 1, 2)
        )
        self._light.see(_fields(_LIGHT[levels][luma]), at_s)
        blue, red = map(_fields, colours)
        # Most films have no such red anywhere.
        self._has_red = self._has_red or bool(red.max() > 128 + levels[2] / 8)
        if self._has_red:
            self._red.see(_redness(_fields(luma), blue, red, levels), at_s)

    @property
    def most(self) -> float:
        """FlashDetector in the worst second; a flash is two changes."""
        return max(self._light.most, self._red.most) / 2

    @property
    def most_at_s(self) -> float:
        """When the worst second begins, in the times of the stream."""
        return max(self._light, self._red, key=lambda each: each.most).most_at_s - _SECOND_S


class _Changes:
    """Counts how often a quarter of all fields goes up or down by so much within a second."""

    def __init__(self, least: float, *, darker: float) -> None:
        self.most, self.most_at_s = 0, 0.0
        self._least, self._darker = least, darker
        fields = _COLUMNS * _ROWS
        # Of each: whether it went up (1) or down (-1) last, and its extremes since.
        self._way = np.zeros(fields, np.int8)
        self._low, self._high = np.full(fields, np.inf), np.full(fields, -np.inf)
        self._recent: deque[tuple[float, NDArray[np.bool_]]] = deque()
        self._counts = np.zeros(fields, np.int16)

    def see(self, fields: _Fields, at_s: float) -> None:
        """How much all of them have of it now."""
        while self._recent and at_s - self._recent[0][0] >= _SECOND_S - _ROUNDING_S:
            self._counts -= self._recent.popleft()[1]
        np.minimum(self._low, fields, out=self._low)
        np.maximum(self._high, fields, out=self._high)
        rises = (self._way != 1) & (fields - self._low >= self._least) & (self._low < self._darker)
        falls = (self._way != -1) & (self._high - fields >= self._least) & (fields < self._darker) & ~rises
        changed = rises | falls
        if not changed.any():
            return
        self._way[rises], self._way[falls] = 1, -1
        self._low[changed] = self._high[changed] = fields[changed]
        self._recent.append((at_s, changed))
        self._counts += changed
        # So many changes has each of the quarter of all fields that has most.
        reached = int(np.partition(self._counts, -_AREA)[-_AREA])
        if reached > self.most:
            self.most, self.most_at_s = reached, at_s


def _redness(luma: _Fields, blue: _Fields, red: _Fields, levels: tuple[int, int, int]) -> _Fields:
    """How much more red than green and blue a field gives, where red is four fifths of all it gives (ITU-R BT.709)."""
    black, white, colour = levels
    y, b, r = (luma - black) / white, (blue - 128) / colour, (red - 128) / colour
    signal = np.stack([y + 1.5748 * r, y - 0.1873 * b - 0.4681 * r, y + 1.8556 * b])
    light = np.clip(signal, 0, 1) ** _GAMMA
    share = light[0] / np.maximum(light.sum(axis=0), 1e-6)
    # Not all at once: a red that is just as saturated as it counts must not flicker for that.
    found: _Fields = np.maximum(0, light[0] - light[1] - light[2]) * np.clip((share - 0.7) / 0.1, 0, 1)
    return found


def _row_step(picture: av.VideoFrame, number: int) -> int:
    return max(_ROW_STEP, picture.planes[number].height // _MANY_ROWS)


def _fields(plane: NDArray[np.generic]) -> _Fields:
    """The mean of each field of a plane."""
    rows, columns = (np.arange(n) * length // n for n, length in zip((_ROWS, _COLUMNS), plane.shape, strict=True))
    by_rows = np.add.reduceat(plane, rows, axis=0, dtype=np.float32)
    sums = np.add.reduceat(by_rows, columns, axis=1)
    pixels = np.outer(np.diff(rows, append=plane.shape[0]), np.diff(columns, append=plane.shape[1]))
    return (sums / pixels).ravel().astype(np.float64)


def in_planes(picture: av.VideoFrame) -> av.VideoFrame:
    """A picture of any kind as one of three planes: brightness and two colours."""
    name, width, height = picture.format.name, *_LEAST_PX
    is_plain = name.startswith(("yuv4", "yuvj4")) and not name.endswith("be")
    if is_plain and picture.width >= width and picture.height >= height:
        return picture
    return picture.reformat(max(picture.width, width), max(picture.height, height), "yuv420p")
