"""A product's rating: five stars and the numbers beside them."""

from __future__ import annotations

import math

from babel.numbers import format_decimal
from PIL import Image, ImageChops, ImageDraw

from pipeline.language.locales import locale_of
from pipeline.model import ProductScene
from pipeline.rendering.layouts.components import entrance
from pipeline.rendering.look import Look
from pipeline.rendering.motion.sprites import Sprite, solid_sprite, text_sprites
from pipeline.rendering.number_format import localise
from pipeline.rendering.text.fitting import TextBlock

# Size of a star, and the space between two.
STAR, _STAR_GAP = 36, 8
_STARS = 5
# Radius of a star's inner corners relative to its outer ones: slightly plumper than a pentagram.
_WAIST = 0.46
_SUPERSAMPLING = 4


def rating_sprites(rating: float, block: TextBlock, look: Look, *, left: int, top: int) -> list[Sprite]:
    """Stars and numbers, vertically aligned."""
    grid, motion = look.grid, entrance(look.grid, 8, rise=24)
    side, gap = grid.px(STAR), grid.px(_STAR_GAP)
    row = star_row(side, gap)
    highlighted = filled_stars(row, side, gap, rating)
    if look.right_to_left:
        row, highlighted = (each.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for each in (row, highlighted))
    figures = top + (side - block.cap_px) // 2
    return [
        solid_sprite(row, look.theme.line, left=left, top=top, motion=motion),
        solid_sprite(highlighted, look.theme.accent, left=left, top=top, motion=motion),
        *text_sprites(block, left=left + stars_px(look), top=figures, colour=look.theme.muted, motion=motion),
    ]


def stars_px(look: Look) -> int:
    """Width of the stars with the space after them."""
    return look.grid.px(5 * STAR + 4 * _STAR_GAP + 24)


def rating_text(scene: ProductScene, look: Look) -> str:
    """The rating and the number of ratings, "4.6 (1,234)", in the language's format; empty without a rating."""
    if not scene.rating:
        return ""
    locale = locale_of(look.language)
    rating = localise(format_decimal(min(5.0, max(0.0, scene.rating)), format="0.0", locale=locale), locale)
    return (
        f"{rating} ({localise(format_decimal(scene.ratings, locale=locale), locale)})" if scene.ratings > 0 else rating
    )


def star_row(side_px: int, gap_px: int) -> Image.Image:
    """Five stars side by side as a mask."""
    side, width = side_px * _SUPERSAMPLING, _STARS * side_px + (_STARS - 1) * gap_px
    row = Image.new("L", (width * _SUPERSAMPLING, side))
    draw = ImageDraw.Draw(row)
    for number in range(_STARS):
        middle = number * (side_px + gap_px) * _SUPERSAMPLING + side / 2
        draw.polygon(_corners(middle, side * 0.525, side / 2), fill=255)
    return row.reduce(_SUPERSAMPLING)


def filled_stars(row: Image.Image, side_px: int, gap_px: int, rating: float) -> Image.Image:
    """The row cropped to a rating out of five."""
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
