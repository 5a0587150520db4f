"""Structural similarity (SSIM) of the pictures of two films, on luma.

The definition (Z. Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity", 2004) as
x264 and FFmpeg's `ssim` filter compute it: windows of 8 by 8 pixels, every 4 pixels, weighted equally.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.media.container.demux import open_film

# Pictures compared, spread evenly over a longer film; of a shorter one, all.
_MAX_PICTURES = 96
_BLOCK, _WINDOW_PX = 4, 64
# (k L) ** 2 of the definition, for 8 bits; scaled, because windows hold sums instead of means.
_C1 = (0.01 * 255) ** 2 * _WINDOW_PX
_C2 = (0.03 * 255) ** 2 * _WINDOW_PX * (_WINDOW_PX - 1)
_Luma = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Similarity:
    """SSIM of two films; 1 is identical."""

    mean: float
    # The lowest, and its presentation time, in seconds from the first picture.
    least: float
    least_at_s: float
    pictures: int
    # The size at which they were compared: the reference's.
    size_px: tuple[int, int]


def compare_pictures(film: Path, reference: Path) -> Similarity:
    """Compare a film's pictures with those of a reference at the same times, scaled to its size. Blocks.

    Both are decoded; one picture of each is in memory. Raises `InputError` for a film that can't be decoded.
    """
    head = _read_header(reference)
    times_s = _sample_times(_read_header(film), head)
    both = (_pictures_at(path, times_s, head.size) for path in (film, reference))
    found = [ssim(one, other) for one, other in zip(*both, strict=True)]
    least = int(np.argmin(found))
    return Similarity(
        mean=float(np.mean(found)),
        least=found[least],
        least_at_s=times_s[least],
        pictures=len(found),
        size_px=head.size,
    )


def ssim(one: _Luma, other: _Luma) -> float:
    """SSIM of two pictures of one size, at least 8 by 8 pixels."""
    first, second = (each.astype(np.int64) for each in (one, other))
    sum_1, sum_2 = _windows(first), _windows(second)
    squares, products = _windows(first**2 + second**2), _windows(first * second)
    variances = squares * _WINDOW_PX - sum_1**2 - sum_2**2
    covariance = products * _WINDOW_PX - sum_1 * sum_2
    numerator = (2 * sum_1 * sum_2 + _C1) * (2 * covariance + _C2)
    return float((numerator / ((sum_1**2 + sum_2**2 + _C1) * (variances + _C2))).mean())


def _windows(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums of 8 by 8 values, every 4; the remainder at the right and the bottom is left out."""
    rows, columns = (length // _BLOCK for length in values.shape)
    blocks = values[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK).sum(axis=(1, 3))
    pairs = blocks[1:] + blocks[:-1]
    windows: NDArray[np.int64] = pairs[:, 1:] + pairs[:, :-1]
    return windows


@dataclass(frozen=True, kw_only=True)
class _Header:
    """Duration, frame rate, and width and height in pixels."""

    length_s: float
    rate: float
    size: tuple[int, int]


def _sample_times(one: _Header, other: _Header) -> tuple[float, ...]:
    """The middle of equal parts of the shorter film, in seconds."""
    length_s = min(one.length_s, other.length_s)
    count = max(1, min(_MAX_PICTURES, round(length_s * max(one.rate, other.rate))))
    return tuple((number + 0.5) * length_s / count for number in range(count))


def _read_header(path: Path) -> _Header:
    try:
        with open_film(path) as source:
            stream = source.streams.video[0]
            codec = stream.codec_context
            length_s = float((stream.duration or 0) * (stream.time_base or 0)) or (source.duration or 0) / av.time_base
            return _Header(length_s=length_s, rate=float(stream.average_rate or 1), size=(codec.width, codec.height))
    except (OSError, ValueError, IndexError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(f"its pictures can't be decoded ({type(error).__name__})", where=path.name)


def _pictures_at(path: Path, times_s: Sequence[float], size: tuple[int, int]) -> Iterator[_Luma]:
    """The pictures at these ascending times, counted from the first picture; after the end, the last one."""
    index, shown, first_s = 0, None, 0.0
    try:
        with open_film(path) as source:
            stream = source.streams.video[0]
            stream.thread_type = "AUTO"
            for picture in source.decode(stream):
                at_s = float((picture.pts or 0) * (stream.time_base or 0))
                first_s = at_s if shown is None else first_s
                while shown is not None and index < len(times_s) and times_s[index] < at_s - first_s:
                    yield _luma(shown, size)
                    index += 1
                if index == len(times_s):
                    return
                shown = picture
    except (OSError, ValueError, IndexError) as error:
        raise _unreadable(path, error) from error
    if shown is None:
        raise _unreadable(path, ValueError())
    for _ in times_s[index:]:
        yield _luma(shown, size)


def _luma(picture: av.VideoFrame, size: tuple[int, int]) -> _Luma:
    """The luma plane, scaled to `size`."""
    plane = picture.reformat(*size, "yuv420p", interpolation=Interpolation.BICUBIC).planes[0]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
