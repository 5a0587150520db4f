"""Mean colours of the tiles of a picture: they show another picture, swapped planes or another range of levels.

An encoder's losses average out in tiles of that size: the coarsest quantisers change one by up to 9 levels of 255 in a
picture of 320 by 180 pixels, and by 4 in larger ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import av
import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from pipeline.media.pictures.subsampling import STEP_PX, Luma, block_means, subsample_plane

_ROWS, _COLUMNS = 4, 6
# Per plane, in levels of 8 bits.
TileColours = tuple[NDArray[np.float64], ...]


def decoded_colours(picture: av.VideoFrame) -> TileColours:
    """The tile colours of a decoded picture with three planes."""
    return _tile_colours([subsample_plane(picture, number) for number in range(3)])


def drawn_colours(planes: Sequence[Image]) -> TileColours:
    """The tile colours of a drawn picture: its planes Y, Cb and Cr, of mode L."""
    return _tile_colours([np.asarray(plane)[::STEP_PX, ::STEP_PX] for plane in planes])


def difference(one: TileColours, other: TileColours) -> float:
    """The largest difference between two pictures of the same size, over all tiles and planes."""
    return max(float(np.abs(ours - theirs).max()) for ours, theirs in zip(one, other, strict=True))


def _tile_colours(planes: Sequence[Luma]) -> TileColours:
    return tuple(block_means(plane, _ROWS, _COLUMNS) for plane in planes)
