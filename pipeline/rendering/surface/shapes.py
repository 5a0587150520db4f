"""Anti-aliased masks of simple shapes, computed from signed distances: every edge is exactly one pixel soft."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PIL import Image

Field = npt.NDArray[np.float32]
# A part of a tile: a rectangle, or a Boolean mask.
Part = tuple[slice, slice] | npt.NDArray[np.bool_]
WHOLE: Part = (slice(None), slice(None))


@dataclass(frozen=True)
class Plane:
    """Pixel centres of a tile, relative to the centre of a square one: a row of `x`, a column of `y`."""

    x: Field
    y: Field

    @staticmethod
    def of(side_px: int) -> Plane:
        """The plane of a square tile."""
        line = np.arange(side_px, dtype=np.float32) + np.float32(0.5 - side_px / 2)
        return Plane(line[None, :], line[:, None])

    @cached_property
    def radii(self) -> Field:
        """Distance from the centre in pixels."""
        return self.distance()

    @cached_property
    def _turns(self) -> Field:
        """Angle around the centre in turns, 0 to 1 clockwise from twelve o'clock."""
        # The other quadrants are mirrored: arctan2 takes longer than everything else drawn with it.
        side = self.x.shape[1]
        half = side // 2
        quarter = np.arctan2(self.x[:, half:], -self.y[: side - half]) * np.float32(1 / math.tau)
        turns = np.empty((side, side), np.float32)
        turns[: side - half, half:] = quarter
        turns[half:, half:] = np.float32(0.5) - quarter[::-1]
        turns[:, : side - half] = np.float32(1) - turns[:, half:][:, ::-1]
        return turns

    def distance(self, x: float = 0.0, y: float = 0.0) -> Field:
        """Distance from a point in pixels."""
        return np.asarray(np.sqrt((self.x - np.float32(x)) ** 2 + (self.y - np.float32(y)) ** 2), np.float32)

    def turn(self, start: float, part: Part = WHOLE) -> Field:
        """Angle around the centre in turns, 0 to 1 clockwise from `start` turns past twelve o'clock."""
        turns = self._turns[part] - np.float32(start % 1.0)
        turns += turns < 0
        return turns

    def around(self, x: float, y: float, clearance_px: float, down_px: float | None = None) -> tuple[slice, slice]:
        """The part within that distance of a point, horizontally and (if given) `down_px` vertically."""
        down = clearance_px if down_px is None else down_px
        return _slice_between(self.y[:, 0], y - down, y + down), _slice_between(
            self.x[0], x - clearance_px, x + clearance_px
        )

    def ring(self, radius_px: float, clearance_px: float) -> npt.NDArray[np.bool_]:
        """The part within that distance of a circle around the centre."""
        return np.asarray(np.abs(self.radii - np.float32(radius_px)) < clearance_px)

    def part(self, part: tuple[slice, slice]) -> Plane:
        """A rectangle of the plane, relative to the same centre."""
        return Plane(self.x[:, part[1]], self.y[part[0]])


def _slice_between(line: Field, least: float, most: float) -> slice:
    """The slice of an ascending line between two values."""
    return slice(int(np.searchsorted(line, least)), int(np.searchsorted(line, most, side="right")))


def fill(distance: Field) -> Field:
    """Coverage 0 to 1 of a shape from signed distances in pixels, negative inside."""
    return np.asarray(np.clip(np.float32(0.5) - distance, 0, 1), np.float32)


def stroke(distance: Field, width_px: float) -> Field:
    """Coverage of a line of that width along distance 0."""
    return fill(np.abs(distance) - np.float32(width_px / 2))


def to_mask(coverage: Field) -> Image.Image:
    """Coverage 0 to 1 as an image of mode L."""
    return Image.fromarray((np.clip(coverage, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8))


@lru_cache(maxsize=64)
def rounded_rectangle(width_px: int, height_px: int, *, radius: int, opacity: float = 1.0) -> Image.Image:
    """A rectangle with rounded corners as a mask."""
    radius = min(radius, width_px // 2, height_px // 2)
    x = np.abs(np.arange(width_px, dtype=np.float32) + 0.5 - width_px / 2) - np.float32(width_px / 2 - radius)
    y = np.abs(np.arange(height_px, dtype=np.float32) + 0.5 - height_px / 2) - np.float32(height_px / 2 - radius)
    beside, below = np.meshgrid(x, y)
    corner = np.sqrt(np.maximum(beside, 0) ** 2 + np.maximum(below, 0) ** 2)
    edge = np.minimum(np.maximum(beside, below), 0) + corner - np.float32(radius)
    return to_mask(fill(edge.astype(np.float32)) * np.float32(opacity))


@lru_cache(maxsize=32)
def disc(diameter_px: int) -> Image.Image:
    """A filled circle as a mask."""
    return to_mask(fill(Plane.of(diameter_px).distance() - np.float32(diameter_px / 2 - 0.5)))


@lru_cache(maxsize=32)
def ring(diameter_px: int, width_px: float) -> Image.Image:
    """A circle's line as a mask, inside the diameter."""
    return to_mask(stroke(Plane.of(diameter_px).distance() - np.float32((diameter_px - width_px) / 2 - 0.5), width_px))


def polyline(points: Sequence[tuple[float, float]], width_px: float, size: tuple[int, int]) -> Image.Image:
    """A line through points (pixels from the upper left of `size`) as a mask, with round joins and caps."""
    mask = np.zeros((size[1], size[0]), np.float32)
    reach = width_px / 2 + 1
    for (x0, y0), (x1, y1) in pairwise(points):
        left, top = max(0, int(min(x0, x1) - reach)), max(0, int(min(y0, y1) - reach))
        right, bottom = min(size[0], int(max(x0, x1) + reach) + 1), min(size[1], int(max(y0, y1) + reach) + 1)
        x = np.arange(left, right, dtype=np.float32)[None, :] + np.float32(0.5 - x0)
        y = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - y0)
        along = np.clip((x * (x1 - x0) + y * (y1 - y0)) / max(1e-6, (x1 - x0) ** 2 + (y1 - y0) ** 2), 0, 1)
        away = np.sqrt((x - along * (x1 - x0)) ** 2 + (y - along * (y1 - y0)) ** 2)
        part = mask[top:bottom, left:right]
        np.maximum(part, fill((away - width_px / 2).astype(np.float32)), out=part)
    return to_mask(mask)


def sector(diameter_px: int, width_px: float, start: float, end: float) -> tuple[Image.Image, Image.Image]:
    """A ring segment with butt ends, from `start` to `end` (turns clockwise from twelve), and its drawing order."""
    plane = Plane.of(diameter_px)
    turn, length, far = plane.turn(start), end - start, plane.distance()
    ring_edge = np.abs(far - np.float32((diameter_px - width_px) / 2 - 0.5)) - np.float32(width_px / 2)
    # Distance of a pixel from the middle of the segment along the circle, and so beyond its ends.
    off = np.abs((turn - np.float32(length / 2) + 0.5) % 1.0 - 0.5)
    ends = (off - np.float32(length / 2)) * np.float32(math.tau) * far
    edge = ring_edge if length >= 1 else np.maximum(ring_edge, ends)
    order = np.where(turn > (1 + length) / 2, np.float32(0), turn / np.float32(max(length, 1e-6)))
    return to_mask(fill(edge.astype(np.float32))), to_mask(order.astype(np.float32))


@lru_cache(maxsize=32)
def arc(diameter_px: int, width_px: float, start: float, end: float) -> tuple[Image.Image, Image.Image]:
    """A ring segment with round caps, from `start` to `end` (turns clockwise from twelve), and its drawing order."""
    plane = Plane.of(diameter_px)
    radius = (diameter_px - width_px) / 2 - 0.5
    turn = plane.turn(start)
    length = end - start
    shape = np.where(turn <= length, np.abs(plane.distance() - np.float32(radius)), np.float32(1e6))
    for at in (start, end):
        x, y = radius * math.sin(math.tau * at), -radius * math.cos(math.tau * at)
        shape = np.minimum(shape, plane.distance(x, y))
    # Just before the start the turn is nearly 1: the cap there belongs to the start.
    order = np.where(turn > (1 + length) / 2, np.float32(0), turn / np.float32(length))
    return to_mask(fill(shape - np.float32(width_px / 2))), to_mask(order.astype(np.float32))


def tick(side_px: int, width_px: float) -> tuple[Image.Image, Image.Image]:
    """A tick with round caps that fills a square, and its drawing order: down, then up."""
    middle, reach = side_px / 2, side_px / 2 - width_px / 2 - 0.5
    # Centred in its box.
    corners = [(middle + reach * x, middle + reach * y) for x, y in ((-1.0, 0.10), (-0.32, 0.76), (1.0, -0.76))]
    along = (Plane.of(side_px).x + np.float32(reach)) / np.float32(2 * reach)
    return polyline(corners, width_px, (side_px, side_px)), to_mask(np.broadcast_to(along, (side_px, side_px)))
