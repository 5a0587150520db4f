"""Arrows that are drawn on along their paths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw

from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.routing import Point, interpolate
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.shapes import polyline

# At 1080: line width, and length of the two strokes of the head.
_WIDTH, _HEAD = 5, 22
_HEAD_TURN = math.radians(38)


def arrow_sprite(path: Sequence[Point], look: Look, *, frame: int, frames: int) -> Sprite:
    """An arrow along a path, drawn on from its start. It is flipped in mirrored layouts."""
    width, head = look.grid.px(_WIDTH), look.grid.px(_HEAD)
    margin = head + width
    left = math.floor(min(x for x, _ in path)) - margin
    top = math.floor(min(y for _, y in path)) - margin
    size = math.ceil(max(x for x, _ in path)) + margin - left, math.ceil(max(y for _, y in path)) + margin - top
    placed = [(x - left, y - top) for x, y in path]
    first, last = _head_ends(placed, look)
    mask = ImageChops.lighter(polyline(placed, width, size), polyline([first, placed[-1], last], width, size))
    bounds = mask.getbbox() or (0, 0, 1, 1)
    mask, order = mask.crop(bounds), _path_order(placed, size, 2 * head).crop(bounds)
    left, top = left + bounds[0], top + bounds[1]
    if look.right_to_left:
        flip = Image.Transpose.FLIP_LEFT_RIGHT
        mask, order = mask.transpose(flip), order.transpose(flip)
    motion = Motion(enters=frame, frames=frames, drawn=True)
    return Sprite(mask=mask, ink=colour(look.theme.accent_2), left=left, top=top, motion=motion, order=order)


def head_box(path: Sequence[Point], look: Look) -> Box:
    """The bounding box of an arrow's head."""
    points, half = [path[-1], *_head_ends(path, look)], look.grid.px(_WIDTH)
    left, top = (math.floor(min(along) - half) for along in zip(*points, strict=True))
    right, bottom = (math.ceil(max(along) + half) for along in zip(*points, strict=True))
    return Box(left, top, right, bottom)


def _head_ends(path: Sequence[Point], look: Look) -> list[Point]:
    """The outer ends of the two strokes of an arrow's head."""
    (x, y), angle, length = path[-1], _angle(path), look.grid.px(_HEAD)
    backs = [angle + math.pi + turn for turn in (-_HEAD_TURN, _HEAD_TURN)]
    return [(x + length * math.cos(back), y + length * math.sin(back)) for back in backs]


def _path_order(path: Sequence[Point], size: tuple[int, int], width: int) -> Image.Image:
    """The order in which pixels appear: their position along the path."""
    order = Image.new("L", size, 255)
    pen = ImageDraw.Draw(order)
    lengths = [math.dist(one, other) for one, other in pairwise(path)]
    whole, done = sum(lengths) or 1.0, 0.0
    for (one, other), length in zip(pairwise(path), lengths, strict=True):
        # In short pieces, so that straight lines grow as smoothly as curves.
        pieces = max(1, round(length / 6))
        for piece in range(pieces):
            start, end = piece / pieces, (piece + 1) / pieces
            level = round(248 * (done + length * start) / whole)
            pen.line((*interpolate(one, other, start), *interpolate(one, other, end)), fill=level, width=width)
        done += length
    return order


def _angle(path: Sequence[Point]) -> float:
    """The direction of the end of a path."""
    x, y = next(point for point in reversed(path) if math.dist(point, path[-1]) > 1)
    return math.atan2(path[-1][1] - y, path[-1][0] - x)
