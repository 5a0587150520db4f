"""Arrows as they are drawn on, along their ways."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageDraw

from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.routing import Point, between
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.sprites import Sprite
from pipeline.rendering.motion.ycbcr import colour

# At 1080: thickness, and length of the two strokes of a head.
_WIDTH, _HEAD = 5, 22
_HEAD_TURN = math.radians(38)


def drawn(way: Sequence[Point], look: Look, *, frame: int, frames: int) -> Sprite:
    """An arrow along a way, drawn from its beginning on. It is turned round where layouts are mirrored."""
    width, head = look.grid.px(_WIDTH), look.grid.px(_HEAD)
    margin = head + width
    left = math.floor(min(x for x, _ in way)) - margin
    top = math.floor(min(y for _, y in way)) - margin
    size = math.ceil(max(x for x, _ in way)) + margin - left, math.ceil(max(y for _, y in way)) + margin - top
    zoom = 4 if size[0] * size[1] < 200_000 else 2
    sheet = Image.new("L", (size[0] * zoom, size[1] * zoom))
    pen = ImageDraw.Draw(sheet)
    placed = [(x - left, y - top) for x, y in way]
    for stroke in (placed, *([placed[-1], end] for end in _head_ends(placed, look))):
        _stroke(pen, [(x * zoom, y * zoom) for x, y in stroke], width * zoom)
    mask = sheet.reduce(zoom)
    bounds = mask.getbbox() or (0, 0, 1, 1)
    mask, order = mask.crop(bounds), _order(placed, size, 2 * head).crop(bounds)
    left, top = left + bounds[0], top + bounds[1]
    if look.right_to_left:
        flip = Image.Transpose.FLIP_LEFT_RIGHT
        mask, order = mask.transpose(flip), order.transpose(flip)
    motion = Motion(enters=frame, frames=frames, drawn=True)
    return Sprite(mask=mask, ink=colour(look.theme.accent_2), left=left, top=top, motion=motion, order=order)


def head_of(way: Sequence[Point], look: Look) -> Box:
    """Where the head of the arrow along a way is."""
    points, half = [way[-1], *_head_ends(way, look)], look.grid.px(_WIDTH)
    left, top = (math.floor(min(along) - half) for along in zip(*points, strict=True))
    right, bottom = (math.ceil(max(along) + half) for along in zip(*points, strict=True))
    return Box(left, top, right, bottom)


def _head_ends(way: Sequence[Point], look: Look) -> list[Point]:
    """Where the two strokes of a head end that begin at its tip."""
    (x, y), angle, length = way[-1], _angle(way), look.grid.px(_HEAD)
    backs = [angle + math.pi + turn for turn in (-_HEAD_TURN, _HEAD_TURN)]
    return [(x + length * math.cos(back), y + length * math.sin(back)) for back in backs]


def _stroke(pen: ImageDraw.ImageDraw, points: Sequence[Point], width: int) -> None:
    pen.line(points, fill=255, width=width, joint="curve")
    half = width / 2
    for x, y in (points[0], points[-1]):
        pen.ellipse((x - half, y - half, x + half, y + half), fill=255)


def _order(way: Sequence[Point], size: tuple[int, int], width: int) -> Image.Image:
    """When each pixel appears: as far along the way as it is."""
    order = Image.new("L", size, 255)
    pen = ImageDraw.Draw(order)
    lengths = [math.dist(one, other) for one, other in pairwise(way)]
    whole, done = sum(lengths) or 1.0, 0.0
    for (one, other), length in zip(pairwise(way), lengths, strict=True):
        # In short pieces, so that a straight line grows as smoothly as a bent one.
        pieces = max(1, round(length / 6))
        for piece in range(pieces):
            start, end = piece / pieces, (piece + 1) / pieces
            level = round(248 * (done + length * start) / whole)
            pen.line((*between(one, other, start), *between(one, other, end)), fill=level, width=width)
        done += length
    return order


def _angle(way: Sequence[Point]) -> float:
    """The direction in which a way ends."""
    x, y = next(point for point in reversed(way) if math.dist(point, way[-1]) > 1)
    return math.atan2(way[-1][1] - y, way[-1][0] - x)
