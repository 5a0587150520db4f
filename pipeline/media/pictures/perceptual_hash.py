"""A 64-bit perceptual hash (pHash) of a picture, which scaling and encoding hardly change.

The picture is downscaled to 32 by 32 and transformed (DCT). Each of the 8 by 8 lowest frequencies above zero is a bit:
is it above their median? (C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010.)
Without frequency zero, the mean, brightness does not matter.
"""

from __future__ import annotations

from statistics import median

import numpy as np
from numpy.typing import NDArray

from pipeline.media.pictures.subsampling import block_means

# Hamming distance up to which two pictures are the same: half the size and poor JPEG quality move a hash as far. The
# slides of two layouts are 18 to 40 bits apart.
MAX_DISTANCE_BITS = 14
_SIDE = 32
_LOWEST = 8
# Cosines of the DCT-II, a row per frequency.
_COSINES = np.cos(np.pi * np.outer(np.arange(1, _LOWEST + 1), np.arange(_SIDE) + 0.5) / _SIDE)


def perceptual_hash(luma: NDArray[np.uint8]) -> int:
    """The 64-bit hash of a picture of any size, from its luma. 0 for a picture without any detail."""
    for axis in (0, 1):
        luma = np.repeat(luma, -(-_SIDE // luma.shape[axis]), axis=axis)
    frequencies = _COSINES @ block_means(luma, _SIDE, _SIDE) @ _COSINES.T
    # Less than one level of luma is rounding, not detail: it must not decide.
    frequencies[np.abs(frequencies) < _SIDE] = 0
    bits = frequencies > median(frequencies.ravel().tolist())  # numpy's own would load masked arrays
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hamming_distance(one: int, other: int) -> int:
    """The number of bits in which two hashes differ."""
    return (one ^ other).bit_count()
