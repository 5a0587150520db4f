"""Stars of a rating, drawn as shapes."""

from __future__ import annotations

import math
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw

_STARS = 5
# Inner corners of a star, as a share of its outer ones: a little rounder than a pentagram's.
_WAIST = 0.46
_FINER = 4


@lru_cache(maxsize=16)
def star_row(side_px: int, gap_px: int) -> Image.Image:
    """Five stars side by side as a mask."""
    side, width = side_px * _FINER, _STARS * side_px + (_STARS - 1) * gap_px
    row = Image.new("L", (width * _FINER, side))
    draw = ImageDraw.Draw(row)
    for number in range(_STARS):
        middle = number * (side_px + gap_px) * _FINER + side / 2
        draw.polygon(_corners(middle, side * 0.525, side / 2), fill=255)
    return row.reduce(_FINER)


def filled(row: Image.Image, side_px: int, gap_px: int, rating: float) -> Image.Image:
    """The same row as far as a rating out of five goes."""
    rating = min(float(_STARS), max(0.0, rating))
    stars = math.floor(rating)
    cut = stars * (side_px + gap_px) + round((rating - stars) * side_px)
    kept = Image.new("L", row.size)
    kept.paste(255, (0, 0, cut, row.height))
    return ImageChops.multiply(row, kept)


def _corners(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    turns = [math.tau * corner / 10 for corner in range(10)]
    reach = [radius if corner % 2 == 0 else radius * _WAIST for corner in range(10)]
    return [(x + r * math.sin(turn), y - r * math.cos(turn)) for turn, r in zip(turns, reach, strict=True)]
