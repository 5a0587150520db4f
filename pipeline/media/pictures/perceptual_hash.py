"""What a picture looks like, in 64 bits: a perceptual hash, which scaling and encoding hardly change.

The picture is shrunk to 32 by 32 and transformed (DCT); each of its 8 by 8 lowest frequencies above zero is a bit: is
it above the median of them? (C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010.)
Without the frequency zero, the mean, what is brighter is still the same picture.
"""

from __future__ import annotations

from statistics import median

import numpy as np
from numpy.typing import NDArray

# Of 64: as far as half the size and a JPEG of poor quality move a hash. The slides of two layouts are 18 to 40 apart.
MAX_DISTANCE_BITS = 14
_SIDE = 32
_LOWEST = 8
# The cosines of the type II transform, a row for each of these frequencies.
_COSINES = np.cos(np.pi * np.outer(np.arange(1, _LOWEST + 1), np.arange(_SIDE) + 0.5) / _SIDE)


def perceptual_hash(luma: NDArray[np.uint8]) -> int:
    """The hash of a picture by its brightness, of any size: 64 bits. What has no detail at all is 0."""
    waves = _COSINES @ _shrunk(luma) @ _COSINES.T
    # Less than a level of brightness is no detail, but rounding: it must not decide.
    waves[np.abs(waves) < _SIDE] = 0
    bits = waves > median(waves.ravel().tolist())  # numpy loads masked arrays for its own
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hamming_distance(one: int, other: int) -> int:
    """In how many of their 64 bits two hashes differ."""
    return (one ^ other).bit_count()


def _shrunk(luma: NDArray[np.uint8]) -> NDArray[np.float64]:
    """32 by 32 means of a picture; one that is smaller is repeated."""
    picture = luma.astype(np.float64)
    for axis in (0, 1):
        length = picture.shape[axis]
        if length < _SIDE:
            picture = np.repeat(picture, -(-_SIDE // length), axis=axis)
            length = picture.shape[axis]
        edges = np.arange(_SIDE) * length // _SIDE
        shape = [1, 1]
        shape[axis] = _SIDE
        picture = np.add.reduceat(picture, edges, axis=axis) / np.diff(edges, append=length).reshape(shape)
    return picture
