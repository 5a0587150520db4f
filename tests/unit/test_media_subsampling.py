"""Subsampled pictures, checked by their pixels."""

from __future__ import annotations

import av
import numpy as np
import pytest

from pipeline.media.pictures.subsampling import subsample_plane


@pytest.mark.parametrize(("name", "level", "up"), [("gray", np.uint8, 0), ("gray10le", np.uint16, 2)])
@pytest.mark.parametrize("width", [16, 18, 3])
def test_slanted_subsampling_shifts_the_columns_and_stays_inside_the_plane(name, level, up, width):
    columns = np.broadcast_to(np.arange(width, dtype=level) << up, (8, width))
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(columns), name)

    seen = subsample_plane(picture, 0, 1, slanted=True)

    wanted = [[4 * at + row % 4 for at in range(width // 4)] for row in range(8)] if width >= 4 else [[0]] * 8
    assert seen.tolist() == wanted
    assert subsample_plane(picture, 0, 1).tolist() == [list(range(0, width, 4))] * 8
