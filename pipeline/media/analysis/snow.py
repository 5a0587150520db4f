"""Snow: pictures that are noise, uncorrelated with their neighbourhood and with the picture before them.

Sand, leaves, rain and glitter correlate with their neighbours, or stay, or leave some background visible. The picture
is divided into 8 by 4 blocks, and noise fills nearly all of them.
"""

from __future__ import annotations

from functools import partial

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.subsampling import block_means, block_starts, subsample_plane
from pipeline.media.span import Span, SpanCollector

_COLUMNS, _ROWS = 8, 4
_SHARE = 0.9
# The difference of adjacent pixels over that of any two in the block (von Neumann's ratio, halved): noise has 1.
_MIN_RATIO = 0.5
# Standard deviation, in levels: film grain has less.
_MIN_SPREAD = 14.0
# Mean absolute deviation over standard deviation: 0.8 for a normal distribution; lights on a plain background have
# less.
_MIN_DENSITY = 0.7
# With this share of a block within this multiple of the standard deviation around the median, there is a background.
# Noise has a quarter to two fifths, whether uniform, normal, or coarsely coded.
_NEAR, _BACKGROUND = 0.35, 0.6
# Correlation with the picture before: noise is below the first, a repeated picture above the second.
_NEW, _REPEATED = 0.3, 0.98
# A rapid slide show is no film either, but it takes this many different pictures.
_MIN_S, _MIN_PICTURES = 0.5, 8


class SnowDetector:
    """Finds spans of noise."""

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None
        self._collector = SpanCollector(_MIN_S, min_count=_MIN_PICTURES)

    def push(self, picture: av.VideoFrame, at_s: float) -> None:
        """The next picture and its presentation time."""
        luma = subsample_plane(picture, 0).astype(np.float32)
        luma -= luma.mean()
        last, self._last = self._last, luma
        correlation = _correlation(last, luma) if last is not None and last.shape == luma.shape else 0.0
        if correlation < _REPEATED:
            self._collector.update(at_s, holds=correlation < _NEW and _is_noise(luma))

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """All spans of a film that ends at `end_s`."""
        return self._collector.spans(end_s)


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.vdot(one, other) / np.sqrt(np.vdot(one, one) * np.vdot(other, other) + 1))


def _is_noise(luma: NDArray[np.float32]) -> bool:
    """Whether nearly all blocks of a picture are noise; the mean of `luma` is 0."""
    if luma.std() < _MIN_SPREAD:
        return False
    rows, columns = block_starts(luma.shape[0], _ROWS), block_starts(luma.shape[1], _COLUMNS)
    heights, widths = np.diff(rows, append=luma.shape[0]), np.diff(columns, append=luma.shape[1])
    means_of = partial(block_means, rows=_ROWS, columns=_COLUMNS)
    mean = means_of(luma)
    variance = np.maximum(means_of(np.square(luma)) - np.square(mean), 1e-6)
    means = np.repeat(np.repeat(mean, heights, axis=0), widths, axis=1).astype(np.float32)
    deviation = means_of(np.abs(luma - means))
    horizontal = means_of(np.square(np.diff(luma, axis=1, append=luma[:, -2:-1])))
    vertical = means_of(np.square(np.diff(luma, axis=0, append=luma[-2:-1])))
    ratio = np.minimum(horizontal, vertical) / variance / 2
    noisy = (ratio >= _MIN_RATIO) & (variance >= _MIN_SPREAD**2) & (deviation >= _MIN_DENSITY * np.sqrt(variance))
    if noisy.mean() < _SHARE:
        return False
    bands = (np.hsplit(band, columns[1:]) for band in np.vsplit(luma, rows[1:]))
    return bool(np.mean([_has_background(block) for band in bands for block in band]) < 1 - _SHARE)


def _has_background(block: NDArray[np.float32]) -> bool:
    near = np.abs(block - np.median(block)) <= _NEAR * block.std()
    return bool(near.mean() >= _BACKGROUND)
