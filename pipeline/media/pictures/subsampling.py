"""Subsampled planes of decoded pictures, as arrays: what all analysis of pictures works on."""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

# One byte per pixel in limited range: 16 is black, 235 white.
Luma = NDArray[np.uint8]

# Every fourth pixel: enough to see a line of text, for a sixteenth of the work.
STEP_PX = 4


def block_starts(length: int, count: int) -> NDArray[np.intp]:
    """The first index of each of `count` parts of about equal length; of a shorter length, as many as it has."""
    count = min(count, length)
    return np.arange(count) * length // count


def block_means(plane: NDArray[np.generic], rows: int, columns: int) -> NDArray[np.float64]:
    """The means of blocks of a plane, `rows` by `columns` of about equal size, in single precision."""
    tops, lefts = block_starts(plane.shape[0], rows), block_starts(plane.shape[1], columns)
    by_rows = np.add.reduceat(plane, tops, axis=0, dtype=np.float32)
    pixels = np.outer(np.diff(tops, append=plane.shape[0]), np.diff(lefts, append=plane.shape[1]))
    means: NDArray[np.float64] = np.add.reduceat(by_rows, lefts, axis=1) / pixels
    return means


def subsample_plane(picture: av.VideoFrame, number: int, row_step: int = STEP_PX, *, slanted: bool = False) -> Luma:
    """Every fourth pixel of every `row_step`-th row of a plane (0 is luma), as 8 bits.

    With `slanted`, the columns shift from row to row: otherwise a vertical line would be sampled in full, or not at
    all.
    """
    plane, bits = picture.planes[number], picture.format.components[number].bits
    # Four pixels are read as one integer and truncated to the first: numpy is faster that way than with a stride.
    four_bytes = STEP_PX * (1 if bits == 8 else 2)
    fours = np.frombuffer(memoryview(plane), f"<u{four_bytes}").reshape(-1, plane.line_size // four_bytes)
    thin = fours[: plane.height : row_step, : -(-plane.width // STEP_PX)]
    if slanted:
        # An incomplete group of four at the right is left out.
        thin = thin[:, : max(1, plane.width // STEP_PX)]
        offsets = np.arange(len(thin)) % (STEP_PX if plane.width >= STEP_PX else 1)
        thin = thin >> (offsets * 2 * four_bytes)[:, None].astype(thin.dtype)
    return (thin >> (bits - 8) if bits > 8 else thin).astype(np.uint8)
