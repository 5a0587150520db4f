"""Product scenes: a picture on a plain surface; name, rating, price and up to three facts beside or below it.

Facts appear when they are spoken. Without a picture, a motif takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from PIL import Image

from pipeline.model import ProductScene, Still, Word
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.components import credit_px, entrance, fit_text, kicker, scaled_sizes
from pipeline.rendering.layouts.plan_search import fit_alike
from pipeline.rendering.layouts.product_picture import product_sprites
from pipeline.rendering.layouts.rating import STAR, rating_sprites, rating_text, stars_px
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, solid_sprite, text_sprites
from pipeline.rendering.motion.timeline import item_frames
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.surface.photographs import frame_size, picture_area
from pipeline.rendering.surface.shapes import rounded_rectangle
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.styles import BODY, DISPLAY, HEADING
from pipeline.rendering.type_scale import TEXT_SIZES

_LIGHTS = (
    Light(role="glow", x=0.20, y=0.40, width=0.44, height=0.70, strength=0.60),
    Light(role="glow_far", x=0.96, y=0.94, width=0.36, height=0.46, strength=0.30),
)
# Sizes of name and price, which shrink together.
_NAME_SIZES = (80, 72, 64, 56, 50, 44, 40)
_PRICE_SIZES = (112, 100, 90, 80, 72, 64, 56)
_BEFORE_SIZES = (44, 40, 36, 32)
_AFTER_LABEL, _AFTER_NAME, _AFTER_RATING, _AFTER_PRICE, _AFTER_FACT = 40, 48, 64, 64, 44
_TICK, _AFTER_TICK = 28, 24
_BEFORE_GAP = 32
# Minimum and maximum columns of a picture beside the text.
_COLUMNS = (5, 6)
_GAP, _GAP_STACKED, _MAX_MOTIF = 96, 72, 400
# Minimum share of a stacked picture, and a smaller one if text would be truncated otherwise. On square pictures, facts
# go beside the other texts if they fit, which leaves more to the picture; on tall ones, texts may shrink by a few steps
# and move closer for its sake.
_PICTURE_SHARES, _SQUARE_SHARE = (0.32, 0.16), 0.46
_TALL_SHARE, _STEPS_TALL, _SPREAD_TALL = 0.46, 4, 0.75
# With facts beside them: the share of the other texts; the gap, and the space below all, at 1080.
_MAIN_SHARE, _BETWEEN_COLUMNS, _BELOW = 0.54, 48, 16
# Maximum height of a square picture relative to its width.
_SQUARE = 1.1


@dataclass(frozen=True, kw_only=True)
class _Texts:
    """The fitted texts."""

    look: Look
    label: TextBlock
    name: TextBlock
    rating: TextBlock
    price: TextBlock
    before: TextBlock
    facts: tuple[TextBlock, ...]
    # Left edge of facts beside the other texts, with aligned last baselines; 0: below them.
    facts_at_px: int = 0
    # Factor on the space between texts.
    spread: float = 1.0

    def gap_px(self, at_1080: int) -> int:
        return self.look.grid.px(self.spread * at_1080)

    @property
    def height_px(self) -> int:
        facts = self.facts_px
        if not facts:
            return self._main_px
        if self.facts_at_px:
            return max(self._main_px, facts)
        return self._main_px + self.gap_px(_AFTER_PRICE) + facts

    @property
    def width_px(self) -> int:
        """Width of the widest line, with facts below."""
        grid = self.look.grid
        lines = [self.label.width_px, self.name.width_px, self.price.width_px]
        lines.append(stars_px(self.look) + self.rating.width_px if self.rating.lines else 0)
        lines.append(self.price.width_px + grid.px(_BEFORE_GAP) + self.before.width_px if self.before.lines else 0)
        return max(*lines, *(grid.px(_TICK + _AFTER_TICK) + fact.width_px for fact in self.facts))

    @property
    def facts_px(self) -> int:
        """From the capitals of the first fact to the last baseline."""
        between = self.gap_px(_AFTER_FACT) * max(0, len(self.facts) - 1)
        return sum(fact.height_px for fact in self.facts) + between

    @property
    def descenders_px(self) -> int:
        """Space that descenders of the last lines need below what is free there."""
        last = next((each for each in (self.price, self.rating) if each.lines), self.name)
        ends = self.facts[-1:] if self.facts and not self.facts_at_px else (*self.facts[-1:], last)
        return max(0, max(each.descent_px for each in ends) - self.look.grid.px(_BELOW))

    @property
    def above_price_px(self) -> int:
        """From the stars, or the last baseline of the name, to the capitals of the price."""
        tails = 0 if self.rating.lines else self.name.clearance_px
        return self.gap_px(_AFTER_RATING) + tails + self.price.clearance_px

    @property
    def _main_px(self) -> int:
        after_label = self.gap_px(_AFTER_LABEL)
        height = self.label.height_px + after_label + self.name.clearance_px if self.label.lines else 0
        height += self.name.height_px
        height += self.gap_px(_AFTER_NAME) + self.look.grid.px(STAR) if self.rating.lines else 0
        return height + (self.above_price_px + self.price.height_px if self.price.lines else 0)


def lay_out(scene: ProductScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `LookupError` if the look does not have the picture."""
    still = look.still(scene.picture) if scene.picture else None
    starts = item_frames(scene, words, len(scene.items))
    grid, content = look.grid, picture_area(look)
    if grid.is_stacked:
        content = content._replace(bottom=content.bottom - grid.px(_BELOW))
        texts = _best_texts(scene, look, content.width, _options(scene, still, look, content.height))
        left, top = content.left, content.bottom - texts.descenders_px - texts.height_px
        bottom = top - grid.px(_GAP_STACKED) - credit_px(still, look, width_px=grid.columns(5))
        # Full bleed from the top: pictures may extend below the controls of apps, unlike text.
        box = Box(0, 0, look.format.width_px, bottom)
        if still is None:
            side = min(bottom - content.top, grid.px(_MAX_MOTIF))
            box = Box(left, bottom - side, left + side, bottom)
    else:
        gap = grid.px(_GAP)
        texts = _best_texts(scene, look, content.width - grid.columns(_COLUMNS[0]) - gap, [_Option(content.height)])
        # Short texts leave more columns to the picture.
        columns = [each for each in _COLUMNS if grid.columns(each) + gap + texts.width_px <= content.width]
        width = grid.columns(columns[-1] if columns else _COLUMNS[0])
        if still and not still.has_alpha:
            width = max(grid.columns(_COLUMNS[0]), frame_size(still.aspect, width, content.height)[0])
        box = Box(content.left, content.top, content.left + width, content.bottom)
        left = box.right + gap
        top = content.centre_y - (texts.height_px + texts.descenders_px) // 2
    elements = [*product_sprites(still, box, look), *_text_elements(scene, texts, starts, look, left=left, top=top)]
    return Composition(ground=background(look.format, look.theme, _LIGHTS), elements=elements)


class _Option(NamedTuple):
    """Maximum height of texts, whether facts are beside them, the number of sizes to try, and a spacing factor."""

    height_px: int
    is_beside: bool = False
    steps: int = len(_NAME_SIZES)
    spread: float = 1.0


def _options(scene: ProductScene, still: Still | None, look: Look, height_px: int) -> list[_Option]:
    """Options for stacked layouts, those with much space for the picture first."""
    tries = [_Option(round(height_px * (1 - share))) for share in _PICTURE_SHARES]
    if _is_square(look) and scene.items:
        tries.insert(0, _Option(round(height_px * (1 - _SQUARE_SHARE)), is_beside=True))
    elif look.grid.is_tall and still:
        low = _Option(round(height_px * (1 - _TALL_SHARE)), steps=1)
        tries = [low, low._replace(steps=_STEPS_TALL, spread=_SPREAD_TALL), *tries]
    return tries


def _is_square(look: Look) -> bool:
    return look.grid.is_stacked and look.format.height_px <= _SQUARE * look.format.width_px


def _best_texts(scene: ProductScene, look: Look, width_px: int, tries: Sequence[_Option]) -> _Texts:
    """The largest sizes at which everything fits, in the first option that allows it."""
    for height_px, is_beside, steps, spread in tries:
        for step in range(steps):
            texts = replace(_fit_texts(scene, look, width_px, step, 2, beside=is_beside), spread=spread)
            cut = any(each.is_truncated for each in (texts.name, texts.before, *texts.facts))
            cut = cut or bool(scene.price and scene.price_before and not texts.before.lines)
            if not cut and texts.height_px + texts.descenders_px <= height_px:
                return texts
    texts = _fit_texts(scene, look, width_px, len(_NAME_SIZES) - 1, 1)
    # A truncated price is misleading.
    return replace(texts, before=fit("", BODY, (1,), width_px=1)) if texts.before.is_truncated else texts


def _fit_texts(
    scene: ProductScene, look: Look, width_px: int, step: int, fact_lines: int, *, beside: bool = False
) -> _Texts:
    grid = look.grid
    facts_at, facts_width = 0, width_px
    if beside:
        facts_at = round(width_px * _MAIN_SHARE)
        facts_width, width_px = width_px - facts_at, facts_at - grid.px(_BETWEEN_COLUMNS)
    price = fit_text(scene.price, DISPLAY, _PRICE_SIZES[step:], look, width_px=width_px)
    room = width_px - price.width_px - grid.px(_BEFORE_GAP)
    # The old price is meaningless without the current one.
    before = scene.price_before if scene.price and room > grid.px(120) else ""
    indent = grid.px(_TICK + _AFTER_TICK)
    styles, fact_sizes = [look.styled(BODY)] * len(scene.items), scaled_sizes(grid, TEXT_SIZES[1 + min(step // 3, 1) :])
    return _Texts(
        look=look,
        label=kicker(scene.kicker, look, width_px=width_px),
        name=fit_text(scene.heading, HEADING, _NAME_SIZES[step:], look, width_px=width_px, max_lines=3),
        rating=fit_text(rating_text(scene, look), BODY, TEXT_SIZES[2:], look, width_px=width_px - stars_px(look)),
        price=price,
        before=fit_text(before, BODY, _BEFORE_SIZES, look, width_px=max(1, room)),
        facts=fit_alike(scene.items, styles, fact_sizes, width_px=facts_width - indent, max_lines=fact_lines),
        facts_at_px=facts_at,
    )


def _text_elements(
    scene: ProductScene, texts: _Texts, starts: Sequence[int], look: Look, *, left: int, top: int
) -> list[Element]:
    grid, theme = look.grid, look.theme
    found: list[Element] = []
    facts_top = top + texts.height_px - texts.facts_px
    if texts.label.lines:
        found += text_sprites(texts.label, left=left, top=top, colour=theme.accent, motion=entrance(grid, 3))
        top += texts.label.height_px + texts.gap_px(_AFTER_LABEL) + texts.name.clearance_px
    found += text_sprites(texts.name, left=left, top=top, colour=theme.text, motion=entrance(grid, 5))
    top += texts.name.height_px
    if texts.rating.lines:
        top += texts.gap_px(_AFTER_NAME)
        found += rating_sprites(scene.rating, texts.rating, look, left=left, top=top)
        top += grid.px(STAR)
    if texts.price.lines:
        top += texts.above_price_px
        found += text_sprites(texts.price, left=left, top=top, colour=theme.text, motion=entrance(grid, 11))
        beside = left + texts.price.width_px + grid.px(_BEFORE_GAP)
        found += _struck_price(texts.before, look, left=beside, baseline=top + texts.price.cap_px)
    left += texts.facts_at_px
    for fact, frame in zip(texts.facts, starts, strict=True):
        motion = entrance(grid, frame, rise=24)
        found.append(_tick(look, left=left, middle=facts_top + fact.cap_px // 2, motion=motion))
        at = left + grid.px(_TICK + _AFTER_TICK)
        found += text_sprites(fact, left=at, top=facts_top, colour=theme.text, motion=motion)
        facts_top += fact.height_px + texts.gap_px(_AFTER_FACT)
    return found


def _tick(look: Look, *, left: int, middle: int, motion: Motion) -> Sprite:
    """The short bar before a fact."""
    width, height = look.grid.px(_TICK), look.grid.px(6)
    mask = rounded_rectangle(width, height, radius=height // 2)
    return solid_sprite(mask, look.theme.accent, left=left, top=middle - height // 2, motion=motion)


def _struck_price(block: TextBlock, look: Look, *, left: int, baseline: int) -> list[Sprite]:
    """The old price, struck through, on the baseline of the current one."""
    if not block.lines:
        return []
    grid, ink, motion = look.grid, look.theme.muted, entrance(look.grid, 13)
    top = baseline - block.cap_px
    over, thick = grid.px(6), max(2, grid.px(4))
    line = Image.new("L", (block.width_px + 2 * over, thick), 255)
    strike = solid_sprite(line, ink, left=left - over, top=top + block.cap_px // 2 - thick // 2, motion=motion)
    span = (left, left + block.width_px)
    return [*text_sprites(block, left=left, top=top, colour=ink, motion=motion), replace(strike, span=span)]
