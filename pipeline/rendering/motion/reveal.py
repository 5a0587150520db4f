"""Drawing on (wipes along an order map): pixels appear in the order of the map, with a soft front."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from pipeline.rendering.grid import Box
from pipeline.rendering.motion.animation import FULL, Pose

# Width of the soft front, in steps of the map.
_FRONT = 24

Orders = npt.NDArray[np.int16]


@lru_cache(maxsize=256)
def opacities(pose: Pose | None) -> tuple[int, ...]:
    """Opacity by order, 0 to 255: full behind the front. None: all zero."""
    if pose is None:
        return (0,) * 256
    if pose.drawn >= FULL:
        return (pose.opacity,) * 256
    front = pose.drawn * (255 + _FRONT) / 255
    return tuple(round(pose.opacity * min(1.0, max(0.0, (front - order) / _FRONT))) for order in range(256))


class OrderRanges(NamedTuple):
    """The first and last order in each row and column of a map, among pixels where the mask is not empty.

    Pixels change only near the front. Knowing where those may be, the canvas repaints only that part of a figure.
    """

    rows: tuple[Orders, Orders]
    columns: tuple[Orders, Orders]

    @staticmethod
    def of(mask: Image.Image, order: Image.Image) -> OrderRanges:
        """The ranges of `order` within `mask`, two images of mode L and the same size."""
        when, is_seen = np.asarray(order), np.asarray(mask) > 0
        # Pixels outside the mask never count.
        firsts, lasts = np.where(is_seen, when, np.int16(256)), np.where(is_seen, when, np.int16(-1))
        rows, columns = ((firsts.min(axis), lasts.max(axis)) for axis in (1, 0))
        return OrderRanges(rows, columns)

    def between(self, before: Pose | None, now: Pose | None) -> Box:
        """The bounding box of all pixels that differ between two poses; empty if none does."""
        orders = _changed_orders(before, now)
        (top, bottom), (left, right) = (_span(*levels, orders) for levels in self)
        return Box(left, top, right, bottom)


def _span(firsts: Orders, lasts: Orders, orders: tuple[int, int]) -> tuple[int, int]:
    """From the first to past the last row (or column) that may contain one of these orders."""
    (at,) = np.nonzero((firsts <= orders[1]) & (lasts >= orders[0]))
    return (int(at[0]), int(at[-1]) + 1) if len(at) else (0, 0)


@lru_cache(maxsize=256)
def _changed_orders(before: Pose | None, now: Pose | None) -> tuple[int, int]:
    """The first and last order at which the opacities differ; (256, -1) if none do."""
    pairs = zip(opacities(before), opacities(now), strict=True)
    orders = [order for order, (was, is_) in enumerate(pairs) if was != is_]
    return (orders[0], orders[-1]) if orders else (256, -1)
