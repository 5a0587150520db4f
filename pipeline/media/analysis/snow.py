"""Spans of snow: pictures that are noise, in which nothing is like what is beside it, nor like what was there before.

Sand, leaves, rain and glitter are like their neighbours, or stay, or leave some ground between them. A picture is
looked at in 8 by 4 fields, of which noise fills nearly all.
"""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.decode import subsample_plane
from pipeline.media.span import Span, SpanCollector

_COLUMNS, _ROWS = 8, 4
_SHARE = 0.9
# How much two pixels beside each other differ, beside any two of the field (von Neumann's ratio, halved): 1 is noise.
_UNLIKE = 0.5
# Levels of brightness by which noise that is no grain varies.
_SPREAD = 14.0
# The mean deviation beside the standard deviation: 0.8 is a normal distribution, lights on a plain ground are below.
_DENSE = 0.7
# Where so much of a field is within so much of its deviation from its median, things lie on a ground: of noise it is a
# quarter to two fifths, whether even, normal, or coded coarsely.
_NEAR, _GROUND = 0.35, 0.6
# Correlation of a picture with the one before it.
_NEW, _SAME = 0.3, 0.98
# Slides that are shown for an instant are no film, either; but so many different ones are needed.
_LEAST_S, _LEAST_PICTURES = 0.5, 8


class SnowDetector:
    """Sees the pictures of a stream, one after the other."""

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None
        self._spells = SpanCollector(_LEAST_S, least_times=_LEAST_PICTURES)

    def see(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture, and when it is shown."""
        luma = subsample_plane(picture, 0).astype(np.float32)
        luma -= luma.mean()
        last, self._last = self._last, luma
        alike = _correlation(last, luma) if last is not None and last.shape == luma.shape else 0.0
        if alike < _SAME:
            self._spells.note(at_s, is_so=alike < _NEW and _is_noise(luma))

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """What was found, in a film that ends at `end_s`."""
        return self._spells.until(end_s)


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.vdot(one, other) / np.sqrt(np.vdot(one, one) * np.vdot(other, other) + 1))


def _is_noise(luma: NDArray[np.float32]) -> bool:
    """Whether nearly all fields of a picture are noise; `luma` is 0 on average."""
    if luma.std() < _SPREAD:
        return False
    rows, columns = (np.arange(n) * length // n for n, length in zip((_ROWS, _COLUMNS), luma.shape, strict=True))
    heights, widths = np.diff(rows, append=luma.shape[0]), np.diff(columns, append=luma.shape[1])

    def fields(plane: NDArray[np.float32]) -> NDArray[np.float64]:
        sums = np.add.reduceat(np.add.reduceat(plane, rows, axis=0), columns, axis=1)
        return sums / np.outer(heights, widths)

    mean = fields(luma)
    spread = np.maximum(fields(np.square(luma)) - np.square(mean), 1e-6)
    ground = np.repeat(np.repeat(mean, heights, axis=0), widths, axis=1).astype(np.float32)
    deviation = fields(np.abs(luma - ground))
    beside = fields(np.square(np.diff(luma, axis=1, append=luma[:, -2:-1])))
    above = fields(np.square(np.diff(luma, axis=0, append=luma[-2:-1])))
    unlike = np.minimum(beside, above) / spread / 2
    noisy = (unlike >= _UNLIKE) & (spread >= _SPREAD**2) & (deviation >= _DENSE * np.sqrt(spread))
    if noisy.mean() < _SHARE:
        return False
    whole = (np.hsplit(band, columns[1:]) for band in np.vsplit(luma, rows[1:]))
    return bool(np.mean([_has_ground(field) for band in whole for field in band]) < 1 - _SHARE)


def _has_ground(field: NDArray[np.float32]) -> bool:
    near = np.abs(field - np.median(field)) <= _NEAR * field.std()
    return bool(near.mean() >= _GROUND)
