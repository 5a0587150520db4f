"""How things are drawn on: along a map of when each of their pixels appears, with a soft edge running ahead."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.rendering.grid import Box
from pipeline.rendering.motion.animation import FULL, Pose

# How soft the edge is, in steps of the map.
_EDGE = 24

Orders = npt.NDArray[np.int16]


@lru_cache(maxsize=256)
def opacities(pose: Pose | None) -> tuple[int, ...]:
    """Opacity by order, 0 to 255: everything before the front is there. None: nothing is."""
    if pose is None:
        return (0,) * 256
    if pose.drawn >= FULL:
        return (pose.opacity,) * 256
    front = pose.drawn * (255 + _EDGE) / 255
    return tuple(round(pose.opacity * min(1.0, max(0.0, (front - order) / _EDGE))) for order in range(256))


class Reach(NamedTuple):
    """What the rows and columns of a map have: the first and the last order, where a mask lets anything through.

    While a figure is drawn, its pixels change only near the front. Where those may be is found out once, so that the
    rest of it need not be painted for every picture.
    """

    rows: tuple[Orders, Orders]
    columns: tuple[Orders, Orders]

    @staticmethod
    def of(mask: Image.Image, order: Image.Image) -> Reach:
        """The reach between two images of mode L and the same size."""
        when, is_seen = np.asarray(order), np.asarray(mask) > 0
        # What lets nothing through is never drawn.
        firsts, lasts = np.where(is_seen, when, np.int16(256)), np.where(is_seen, when, np.int16(-1))
        rows, columns = ((firsts.min(axis), lasts.max(axis)) for axis in (1, 0))
        return Reach(rows, columns)

    def between(self, before: Pose | None, now: Pose | None) -> Box:
        """Around all pixels of the map that differ between two poses; empty if none does."""
        orders = _differing(before, now)
        (top, bottom), (left, right) = (_ends(*levels, orders) for levels in self)
        return Box(left, top, right, bottom)


def _ends(firsts: Orders, lasts: Orders, orders: tuple[int, int]) -> tuple[int, int]:
    """From the first to behind the last of the rows, or columns, that may have one of these orders."""
    (at,) = np.nonzero((firsts <= orders[1]) & (lasts >= orders[0]))
    return (int(at[0]), int(at[-1]) + 1) if len(at) else (0, 0)


@lru_cache(maxsize=256)
def _differing(before: Pose | None, now: Pose | None) -> tuple[int, int]:
    """The first and the last order at which the opacities differ; the first is greater if none do."""
    pairs = zip(opacities(before), opacities(now), strict=True)
    orders = [order for order, (was, is_) in enumerate(pairs) if was != is_]
    return (orders[0], orders[-1]) if orders else (256, -1)
