"""Number scenes: one large number that counts up until it is spoken, its meaning below it, and the source.

A percentage fills a ring beside it while it counts; other numbers have a cropped motif there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.language.words import split_words
from pipeline.model import NumberScene, Word, first_word_indices
from pipeline.rendering.layouts.amount import Amount, format_amount
from pipeline.rendering.layouts.components import (
    INDENT,
    announcement,
    block_top,
    corner_motif,
    edge_motif,
    entrance,
    fit_text,
    kicker,
    source_line,
)
from pipeline.rendering.layouts.counter import FIGURE, counter, figure_width_em, overhang_em
from pipeline.rendering.layouts.rings import share_ring
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.composition import Composition
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.motion.timeline import frame_at, line_frames
from pipeline.rendering.surface.background import Light, background
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.styles import CAP_HEIGHT_EM, ITEM, TextStyle

_LIGHTS = (
    Light(role="glow", x=0.84, y=0.42, width=0.40, height=0.66, strength=0.62),
    Light(role="glow_far", x=0.08, y=1.0, width=0.46, height=0.50, strength=0.30),
)
# Font sizes at 1080: cap heights of 300 to 220, and smaller ones for long numbers.
_SIZES = (412, 384, 356, 328, 302, 264, 232, 200, 172, 148)
# Below the first size a number gets the whole width; below the last of `_SIZES` it is shortened ("1.2 million"), down
# to the second.
_LARGE, _SMALLEST = 302, 124
_MEANING_SIZES = (64, 56, 50, 44, 40)
_UNIT = TextStyle(weight=620, tracking=-0.02, leading=1.0, is_heading=True)
# Sizes of the unit, as shares of the digits' size, smaller for long units; and its minimum, in px at 1080.
_UNIT_SHARES, _MIN_UNIT = (0.4, 0.32, 0.25), 50
_UNIT_GAP_EM, _CLEAR_EM = 0.1, 0.025
# Columns of text beside a ring or motif.
_BESIDE = 8
_RING = 496
# A ring beside the digits: its distance, and its minimum diameter as a share of their height.
_BESIDE_DIGITS, _SMALLEST_RING = 64, 0.6
# Distances below kicker, digits and meaning, at 1080.
_BELOW_KICKER, _BELOW_FIGURE, _BELOW_MEANING = 80, 88, 64
# Depth of a comma below the digits.
_COMMA_EM = 0.12
# In frames: duration of counting, and if the number is spoken at once; earliest entrance.
_COUNTING, _COUNTING_FAST, _FIRST = 30, 24, 6
# In frames: numbers spoken later than this are announced; fade of the announcement; reading time of the meaning.
_ANNOUNCE_FROM, _FADE_OUT, _READING_FRAMES = 45, 8, 60


# Aligned at the top of the digits: on their baseline a degree sign reads as a zero.
_RAISED_SIGNS = ("°", "′", "″")


class _Digits(NamedTuple):
    """The number set on one line, in pixels."""

    amount: Amount
    size_px: int
    before: TextBlock
    behind: TextBlock
    # Gaps between each of these and the digits.
    before_gap_px: int
    behind_gap_px: int
    figure_px: int

    @property
    def width_px(self) -> int:
        """From the first to the last letter."""
        before = self.before.width_px + self.before_gap_px if self.before.lines else 0
        behind = self.behind.width_px + self.behind_gap_px if self.behind.lines else 0
        return before + self.figure_px + behind

    @property
    def cap_px(self) -> int:
        """Cap height of the digits."""
        return round(self.size_px * CAP_HEIGHT_EM)

    @property
    def descent_px(self) -> int:
        """Depth of a comma below the digits."""
        return round(self.size_px * _COMMA_EM) if "," in self.amount.figure else 0


@dataclass(frozen=True, kw_only=True)
class _Plan:
    label: TextBlock
    digits: _Digits
    meaning: TextBlock
    source: TextBlock
    # Whether a ring or motif fits beside the number.
    beside: bool
    height_px: int


def lay_out(scene: NumberScene, words: Sequence[Word], look: Look) -> Composition:
    """See the module."""
    grid, theme, content = look.grid, look.theme, look.grid.content
    plan = _plan(scene, look)
    enters, frames = _counting(scene, words)
    # If the number is spoken late, its kicker is shown large before it.
    announced = enters - _FADE_OUT if scene.kicker and enters >= _ANNOUNCE_FROM else 0
    top = block_top(grid, plan.height_px)
    left = content.left
    elements: list[Element] = [
        *_ring_or_motif(scene, plan, look, top=top, counts=Motion(enters=enters, frames=frames, drawn=True))
    ]
    if announced:
        elements += announcement(scene.kicker, look, width_px=_width(look) - grid.px(INDENT), until=announced)
    elements += text_sprites(plan.label, left=left, top=top, colour=theme.accent, motion=entrance(grid, 2 + announced))
    top += plan.label.height_px + grid.px(_BELOW_KICKER) if plan.label.lines else 0
    elements += _digits(plan.digits, look, top=top, enters=enters, frames=frames)
    top += plan.digits.cap_px + plan.digits.descent_px + grid.px(_BELOW_FIGURE)
    meaning_at = _meaning_frame(scene, words, enters, enters + frames)
    elements += text_sprites(plan.meaning, left=left, top=top, colour=theme.text, motion=entrance(grid, meaning_at))
    top += plan.meaning.height_px + grid.px(_BELOW_MEANING)
    meaning_at += 3 * len(plan.meaning.lines) + 3
    elements += text_sprites(
        plan.source, left=left, top=top, colour=theme.muted, motion=entrance(grid, meaning_at, rise=24)
    )
    return Composition(ground=background(look.format, theme, _LIGHTS), elements=elements)


def _meaning_frame(scene: NumberScene, words: Sequence[Word], enters: int, complete: int) -> int:
    """The frame in which the meaning enters: with the number, early enough to be read.

    If a late number is not announced, its meaning is shown first.
    """
    if not scene.kicker and enters >= _ANNOUNCE_FROM:
        return _FIRST
    ends = frame_at(words[-1].end_s) if words else complete
    return max(enters + _FIRST, min(complete - _FIRST, ends - _READING_FRAMES))


def _counting(scene: NumberScene, words: Sequence[Word]) -> tuple[int, int]:
    """When the counter enters and for how many frames it counts: until the number is spoken, if there is time."""
    spoken = _spoken(scene, words)
    complete = max(spoken, _FIRST + _COUNTING_FAST)
    frames = min(_COUNTING, complete - _FIRST)
    return complete - frames + 1, frames


def _spoken(scene: NumberScene, words: Sequence[Word]) -> int:
    """The frame in which the number is spoken: at the word with its digits, else at the beginning of the line."""
    line_start = line_frames(scene, words).get(0)
    if line_start is None:
        return 0
    number = next(index for index, line in enumerate(scene.lines) if line.reveals == 0)
    first = first_word_indices(scene)[number]
    line = words[first : first + len(split_words(scene.lines[number].text))]
    wanted = _digits_of(f"{abs(scene.value):.12g}")
    with_digits = [word for word in line if _digits_of(word.text)]
    said = next((word for word in with_digits if _digits_of(word.text) == wanted), None)
    said = said or next(iter(with_digits), None)
    if said:
        return frame_at(said.start_s)
    # Spelt out, it is probably spoken some words later, within the line.
    return min(line_start + _COUNTING, frame_at(line[-1].start_s))


def _digits_of(text: str) -> str:
    """The significant digits: "15" for "1,500,000" as well as for the "1.5" of "1.5 million"."""
    return "".join(character for character in text if character.isdecimal()).strip("0") or (
        "0" if any(character.isdecimal() for character in text) else ""
    )


def _plan(scene: NumberScene, look: Look) -> _Plan:
    grid = look.grid
    digits, beside = _fit_digits(scene, look)
    width = _width(look)
    label = kicker(scene.kicker, look, width_px=width)
    source = source_line(scene.source, look, width_px=width)
    above = label.height_px + grid.px(_BELOW_KICKER) if label.lines else 0
    above += digits.cap_px + digits.descent_px + grid.px(_BELOW_FIGURE)
    below = grid.px(_BELOW_MEANING) + source.height_px if source.lines else 0
    room = grid.content.height - above - below - grid.px(32)
    meaning = fit_text(scene.text, ITEM, _MEANING_SIZES, look, width_px=width, height_px=room, max_lines=3)
    height = above + meaning.height_px + below
    return _Plan(label=label, digits=digits, meaning=meaning, source=source, beside=beside, height_px=height)


def _width(look: Look) -> int:
    return look.grid.columns(_BESIDE)


def _fit_digits(scene: NumberScene, look: Look) -> tuple[_Digits, bool]:
    """The digits as large as they fit, and whether there is space beside them."""
    large = [size for size in _SIZES if size >= _LARGE]
    for short, sizes in ((False, _SIZES), (True, (*_SIZES, *range(_SMALLEST, 0, -8)))):
        amount = format_amount(scene.value, scene.unit, look.language, short=short)
        for columns, at_1080 in ((_BESIDE, large), (12, sizes)):
            if found := _largest_digits(amount, look, look.grid.columns(columns), at_1080):
                return found, columns == _BESIDE
    raise AssertionError("a number in its smallest size fits any width")


def _largest_digits(amount: Amount, look: Look, width_px: int, at_1080: Sequence[int]) -> _Digits | None:
    """The largest size at which number and unit fit the width; None if there is none."""
    style = look.styled(FIGURE)
    width_em, overhang = figure_width_em(amount.figure, style), overhang_em(amount.figure, style)
    # A unit on the right keeps clear of the digits shown while counting.
    gaps_em = [_UNIT_GAP_EM, max(_UNIT_GAP_EM, overhang + _CLEAR_EM)]
    before_em, behind_em = reversed(gaps_em) if look.right_to_left else gaps_em
    for size in at_1080:
        size_px = look.grid.px(size)
        for share in _UNIT_SHARES:
            unit_px = max(round(size_px * share), min(size_px, look.grid.type_px(_MIN_UNIT)))
            before, behind = (_unit(text, look, unit_px) for text in (amount.before, amount.behind))
            digits = _Digits(
                amount=amount,
                size_px=size_px,
                before=before,
                behind=behind,
                before_gap_px=round(before_em * size_px),
                behind_gap_px=round(behind_em * size_px),
                figure_px=round(width_em * size_px),
            )
            if digits.width_px <= width_px:
                return digits
    return None


def _unit(text: str, look: Look, size_px: int) -> TextBlock:
    return fit(text, look.styled(_UNIT), (size_px,), width_px=look.format.width_px * 2)


def _digits(digits: _Digits, look: Look, *, top: int, enters: int, frames: int) -> list[Element]:
    """Unit and number: the unit on the baseline of the digits, or at their top if it is raised."""
    theme, left = look.theme, look.grid.content.left
    motion = Motion(enters=enters)
    elements: list[Element] = []
    if digits.before.lines:
        foot = 0 if digits.amount.raised else digits.cap_px - digits.before.cap_px
        elements += text_sprites(digits.before, left=left, top=top + foot, colour=theme.accent, motion=motion)
        left += digits.before.width_px + digits.before_gap_px
    amount, style, size_px = digits.amount, look.styled(FIGURE), digits.size_px
    elements.append(
        counter(amount, style, theme.text, size_px=size_px, left=left, top=top, enters=enters, frames=frames)
    )
    left += digits.figure_px + digits.behind_gap_px
    if not digits.amount.behind.startswith(_RAISED_SIGNS):
        top += digits.cap_px - digits.behind.cap_px
    elements += text_sprites(digits.behind, left=left, top=top, colour=theme.accent, motion=motion)
    return elements


def _ring_or_motif(scene: NumberScene, plan: _Plan, look: Look, *, top: int, counts: Motion) -> Sequence[Element]:
    """What is beside the number: a ring filled while it counts, or a motif."""
    grid, content = look.grid, look.grid.content
    if grid.is_stacked:
        side = min(plan.digits.cap_px, content.width - plan.digits.width_px - grid.px(_BESIDE_DIGITS))
        if not _is_percentage(scene) or side < _SMALLEST_RING * plan.digits.cap_px:
            return corner_motif(look, above=top)
        row = top + (plan.label.height_px + grid.px(_BELOW_KICKER) if plan.label.lines else 0)
        centre = (content.right - side // 2, row + plan.digits.cap_px - side // 2)
        return share_ring(scene.value / 100, look, side_px=side, centre=centre, motion=counts)
    if not plan.beside:
        return []
    if _is_percentage(scene):
        side = grid.px(_RING)
        centre = (content.right - side // 2, content.centre_y)
        return share_ring(scene.value / 100, look, side_px=side, centre=centre, motion=counts)
    return [edge_motif(look)]


def _is_percentage(scene: NumberScene) -> bool:
    return scene.unit.strip() in {"%", "٪"} and 0 < scene.value <= 100
