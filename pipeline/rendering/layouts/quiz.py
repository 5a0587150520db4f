"""Quiz scenes: a question and its options on cards, a countdown ring while viewers think, then the answer.

The ring is beside the cards; on upright and square pictures above the question. Cards are faint placeholders until
their option is spoken. Finally the right one turns to the positive colour and the others are dimmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

from pipeline.language.writing_systems import writing_of
from pipeline.model import QuizScene, Word, first_word_indices
from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.components import centred_text, entrance, kicker, panel, require_at_most, scaled_sizes
from pipeline.rendering.layouts.derived_colours import text_colour_on
from pipeline.rendering.layouts.rings import countdown, seconds_before
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import DIMMED, FADE_FRAMES, MOTION_RATE, Level, Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, Sprite, solid_sprite, text_sprites
from pipeline.rendering.motion.timeline import frame_at, item_frames
from pipeline.rendering.motion.ycbcr import colour
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.surface.shapes import disc, ring, rounded_rectangle, tick
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.line import shape
from pipeline.rendering.text.styles import HEADING, ITEM, TextStyle
from pipeline.rendering.type_scale import HEADING_SIZES, ITEM_SIZES

_LIGHTS = (
    Light(role="glow", x=0.88, y=0.62, width=0.34, height=0.60, strength=0.62),
    Light(role="glow_far", x=0.08, y=0.02, width=0.46, height=0.52, strength=0.40),
)
_STACKED_LIGHTS = (
    Light(role="glow", x=0.10, y=0.06, width=0.60, height=0.36, strength=0.56),
    Light(role="glow_far", x=0.96, y=0.84, width=0.56, height=0.36, strength=0.44),
)
# Maximum that fits; no template allows more.
MAX_OPTIONS = 4
# Option labels by language: letters of its alphabet, or numbers.
_LETTERS = {"el": "ΑΒΓΔ", "he": "אבגד", **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk", "kk"), "АБВГ")}
_NUMBERED = frozenset("ar fa ur ps ckb hi mr ne bn ta te kn ml si th lo km my ja zh yue ko am ka hy".split())  # noqa: SIM905
_MARK = TextStyle(weight=680, optical_size=24)
# Columns of the cards beside the ring, and its maximum and minimum diameter there (at 1080).
_CARD_COLUMNS, _RING, _SMALL_RING = 8, 400, 280
# From the ring to the kicker beside it, in stacked layouts.
_AFTER_RING = 32
# Inside a card: from its edge to the label, the label, from there to the text, and from the text to the other edge.
_PAD, _MARK_SIDE, _AFTER_MARK, _PAD_END = 32, 64, 32, 40
# Opacity of cards before their option is spoken (0 to 255).
_PENDING_OPACITY = 96
# With a shorter pause before the answer, the ring already counts while the last option is read.
_THINKING_FRAMES = 36
_QUESTION_LINES, _STACKED_QUESTION_LINES = 3, 5


class _Spacing(NamedTuple):
    """Distances at 1080; `ring` is the diameter of the ring above the question."""

    ring: int
    below_ring: int
    below_label: int
    below_question: int
    card_pad: int
    between_cards: int


_SPACINGS = (
    _Spacing(224, 64, 40, 72, 44, 24),
    _Spacing(176, 56, 40, 64, 36, 24),
    _Spacing(136, 40, 32, 48, 28, 16),
    _Spacing(112, 32, 24, 40, 20, 12),
)
# How much taller a card may become if there is space.
_GROWTH, _TALL_GROWTH = 24, 48


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Fitted texts and spacing."""

    label: TextBlock
    question: TextBlock
    options: tuple[TextBlock, ...]
    spacing: _Spacing
    card_px: int
    height_px: int


def lay_out(scene: QuizScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module. Raises `ValueError` for more options than fit."""
    require_at_most(MAX_OPTIONS, scene.items)
    grid, theme, content = look.grid, look.theme, look.grid.content
    plan = _plan(scene, look)
    *starts, answer = item_frames(scene, words, len(scene.items) + 1)
    seconds = _seconds(scene, words, starts[-1], answer)
    top = content.centre_y - plan.height_px // 2
    elements: list[Element] = []
    label_left, label_top = content.left, top
    if grid.is_stacked:
        side = grid.px(plan.spacing.ring)
        centre = (content.left + side // 2, top + _ring_row_px(plan.label, plan.spacing, look) // 2)
        elements += countdown(seconds, answer, look, side_px=side, centre=centre)
        label_left, label_top = content.left + side + grid.px(_AFTER_RING), centre[1] - plan.label.height_px // 2
    elements += text_sprites(plan.label, left=label_left, top=label_top, colour=theme.accent, motion=entrance(grid, 0))
    top += _above_question(plan.label, plan.question, plan.spacing, look)
    elements += text_sprites(plan.question, left=content.left, top=top, colour=theme.text, motion=entrance(grid, 2))
    top += plan.question.height_px + plan.question.clearance_px + grid.px(plan.spacing.below_question)
    cards = _cards(plan, top, look)
    if not grid.is_stacked:
        side = min(grid.px(_RING), max(cards[-1].bottom - top, grid.px(_SMALL_RING)))
        centre = (content.right - side // 2, (top + cards[-1].bottom) // 2)
        elements += countdown(seconds, answer, look, side_px=side, centre=centre)
    marks = _labels(look.language)
    for index, (card, option, start) in enumerate(zip(cards, plan.options, starts, strict=True)):
        right = answer if index + 1 == scene.answer else None
        elements += _placeholder(card, look)
        elements += _option(card, option, marks[index], look, start=start, answer=answer, right=right)
    lights = _STACKED_LIGHTS if grid.is_stacked else _LIGHTS
    return Composition(ground=background(look.format, theme, lights), elements=elements)


def _seconds(scene: QuizScene, words: Sequence[Word], last: int, answer: int) -> tuple[int, ...]:
    """The frames at which counted seconds begin: in the pause before the answer, if there is one."""
    firsts = zip(scene.lines, first_word_indices(scene), strict=True)
    first = next((first for line, first in firsts if line.reveals == len(scene.items)), 0)
    silent = frame_at(words[first - 1].end_s) if 0 < first <= len(words) else answer
    return seconds_before(answer, silent if answer - silent >= _THINKING_FRAMES else last + MOTION_RATE // 3)


def _plan(scene: QuizScene, look: Look) -> _Plan:
    """The largest sizes at which everything fits, with as much space as that leaves."""
    grid = look.grid
    if grid.is_stacked:
        beside_ring = grid.content.width - grid.px(_SPACINGS[0].ring + _AFTER_RING)
        label = kicker(scene.kicker, look, width_px=beside_ring)
    else:
        label = kicker(scene.kicker, look, width_px=grid.columns(_CARD_COLUMNS))
    questions = _question_sizes(scene.text, look)
    width = grid.columns(_CARD_COLUMNS) - grid.px(_PAD + _MARK_SIDE + _AFTER_MARK + _PAD_END)
    rows = [
        tuple(fit(item, look.styled(ITEM), (size,), width_px=width, max_lines=2) for item in scene.items)
        for size in scaled_sizes(grid, ITEM_SIZES)
    ]
    # Steps of the question's size, of the options' size and of the spacing are given up in turns.
    steps = product(range(len(questions)), range(len(rows)), range(len(_SPACINGS)))
    choices = sorted(steps, key=lambda each: (each[0] + each[1] + 1.5 * each[2], each))
    plans = (_plan_with(label, questions[q], rows[r], _SPACINGS[a], look) for q, r, a in choices)
    room = grid.content.height - grid.px(16)
    fits = (
        plan for plan in plans if plan.height_px <= room and not any(option.is_truncated for option in plan.options)
    )
    plan = next(fits, None) or _smallest_plan(scene.text, label, rows[-1], look, height_px=room)
    spare = (room - plan.height_px) // (2 * len(plan.options)) // grid.px(8) * grid.px(8)
    growth = max(0, min(spare, grid.px(_TALL_GROWTH if grid.is_tall else _GROWTH)))
    return replace(plan, card_px=plan.card_px + growth, height_px=plan.height_px + growth * len(plan.options))


def _question_sizes(text: str, look: Look) -> list[TextBlock]:
    """The question fitted at decreasing sizes, on few lines if possible."""
    sizes = scaled_sizes(look.grid, HEADING_SIZES[1:])
    most = _STACKED_QUESTION_LINES if look.grid.is_stacked else _QUESTION_LINES
    found = []
    for index in range(len(sizes)):
        block = _question(text, look, sizes[index:], max_lines=2 if index < 3 else most)
        if not block.is_truncated or index == len(sizes) - 1:
            found.append(block)
    return found


def _question(text: str, look: Look, sizes: Sequence[int], *, max_lines: int) -> TextBlock:
    return fit(text, look.styled(HEADING), sizes, width_px=look.grid.columns(11), max_lines=max_lines)


def _smallest_plan(text: str, label: TextBlock, options: tuple[TextBlock, ...], look: Look, *, height_px: int) -> _Plan:
    """The plan at the smallest sizes; the question has as many lines as there is space for."""
    sizes = scaled_sizes(look.grid, HEADING_SIZES)[-1:]
    for max_lines in range(_STACKED_QUESTION_LINES, 0, -1):
        question = _question(text, look, sizes, max_lines=max_lines)
        plan = _plan_with(label, question, options, _SPACINGS[-1], look)
        if plan.height_px <= height_px:
            break
    return plan


def _plan_with(
    label: TextBlock, question: TextBlock, options: tuple[TextBlock, ...], air: _Spacing, look: Look
) -> _Plan:
    grid = look.grid
    tallest = max(*(option.height_px + 2 * option.clearance_px for option in options), grid.px(_MARK_SIDE - 16))
    card = tallest + 2 * grid.px(air.card_pad)
    height = _above_question(label, question, air, look) + question.height_px + question.clearance_px
    height += grid.px(air.below_question) + card * len(options) + grid.px(air.between_cards) * (len(options) - 1)
    return _Plan(label=label, question=question, options=options, spacing=air, card_px=card, height_px=height)


def _above_question(label: TextBlock, question: TextBlock, air: _Spacing, look: Look) -> int:
    """From the top of the block to the question's capitals."""
    if look.grid.is_stacked:
        return _ring_row_px(label, air, look) + look.grid.px(air.below_ring) + question.clearance_px
    return label.height_px + look.grid.px(air.below_label) + question.clearance_px if label.lines else 0


def _ring_row_px(label: TextBlock, air: _Spacing, look: Look) -> int:
    """Height of the ring above the question with the kicker beside it."""
    return max(look.grid.px(air.ring), label.height_px + 2 * label.clearance_px)


def _cards(plan: _Plan, top: int, look: Look) -> list[Box]:
    grid, left = look.grid, look.grid.content.left
    step = plan.card_px + grid.px(plan.spacing.between_cards)
    tops = [top + step * index for index in range(len(plan.options))]
    return [Box(left, top, left + grid.columns(_CARD_COLUMNS), top + plan.card_px) for top in tops]


def _labels(language: str) -> str:
    """The labels of the options."""
    own = writing_of(language).language
    return "1234" if own in _NUMBERED else _LETTERS.get(own, "ABCD")


def _placeholder(card: Box, look: Look) -> list[Sprite]:
    """The faint card of an option not yet spoken."""
    motion = Motion(frames=1, levels=(Level(-FADE_FRAMES, _PENDING_OPACITY),))
    plate = rounded_rectangle(card.width, card.height, radius=look.grid.px(look.theme.radius_px))
    return [solid_sprite(plate, look.theme.surface, left=card.left, top=card.top, motion=motion)]


def _option(
    card: Box, option: TextBlock, mark: str, look: Look, *, start: int, answer: int, right: int | None
) -> list[Sprite]:
    """A card with its option from frame `start` on; at frame `answer` it is highlighted as right, or dimmed."""
    grid, theme, side = look.grid, look.theme, look.grid.px(_MARK_SIDE)
    circle = Box(0, 0, side, side).moved(card.left + grid.px(_PAD), card.centre_y - side // 2)
    left = circle.right + grid.px(_AFTER_MARK)
    top = card.centre_y - option.height_px // 2
    there = Motion(enters=start, frames=FADE_FRAMES)
    enters = entrance(grid, start, rise=16)
    shown = enters.until(answer, 0 if right else DIMMED)
    # Labels are muted already and not dimmed with their option.
    marked = enters.until(answer) if right else enters
    shadow, plate = panel(look, card, motion=there if right else there.until(answer, DIMMED))
    if right is None:  # a dimmed card casts no shadow: it would show through
        shadow = replace(shadow, motion=there.until(answer))
    sprites = [
        shadow,
        plate,
        solid_sprite(ring(circle.width, grid.px(3)), theme.line, left=circle.left, top=circle.top, motion=shown),
        *centred_text(
            shape(mark, _MARK.in_fonts(look.fonts)),
            grid.px(30),
            theme.muted,
            centre=(circle.centre_x, circle.centre_y),
            motion=marked,
        ),
        *text_sprites(option, left=left, top=top, colour=theme.text, motion=shown, stagger=2),
    ]
    if right is None:
        return sprites
    ink = text_colour_on(theme, theme.positive)
    turned = Motion(enters=answer, frames=10)
    return [
        *sprites,
        solid_sprite(plate.mask, theme.positive, left=card.left, top=card.top, motion=turned),
        solid_sprite(disc(circle.width), ink, left=circle.left, top=circle.top, motion=turned),
        _tick(circle, look, enters=answer + 4),
        *text_sprites(option, left=left, top=top, colour=ink, motion=turned, stagger=0),
    ]


def _tick(circle: Box, look: Look, *, enters: int) -> Sprite:
    side = round(circle.width * 0.46)
    mask, order = tick(side, max(3.0, circle.width * 0.08))
    left, top = circle.centre_x - side // 2, circle.centre_y - side // 2
    motion = Motion(enters=enters, frames=10, drawn=True)
    return Sprite(mask=mask, ink=colour(look.theme.positive), left=left, top=top, motion=motion, order=order)
