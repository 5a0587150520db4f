"""The digits of a number scene with their unit, as large as they fit on one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.model import NumberScene
from pipeline.rendering.layouts.amount import Amount, format_amount
from pipeline.rendering.layouts.counter import FIGURE, counter, figure_width_em, overhang_em
from pipeline.rendering.look import Look
from pipeline.rendering.motion.animation import Motion
from pipeline.rendering.motion.sprites import Element, text_sprites
from pipeline.rendering.text.fitting import TextBlock, fit
from pipeline.rendering.text.styles import CAP_HEIGHT_EM, TextStyle

# Font sizes at 1080: cap heights of 300 to 220, and smaller ones for long numbers.
_SIZES = (412, 384, 356, 328, 302, 264, 232, 200, 172, 148)
# Below the first size a number gets the whole width; below the last of `_SIZES` it is shortened ("1.2 million"), down
# to the second.
_LARGE, _SMALLEST = 302, 124
_UNIT = TextStyle(weight=620, tracking=-0.02, leading=1.0, is_heading=True)
# Sizes of the unit, as shares of the digits' size, smaller for long units; and its minimum, in px at 1080.
_UNIT_SHARES, _MIN_UNIT = (0.4, 0.32, 0.25), 50
_UNIT_GAP_EM, _CLEAR_EM = 0.1, 0.025
# Depth of a comma below the digits.
_COMMA_EM = 0.12
# Aligned at the top of the digits: on their baseline a degree sign reads as a zero.
_RAISED_SIGNS = ("°", "′", "″")


class Digits(NamedTuple):
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


def fit_digits(scene: NumberScene, look: Look, columns: int) -> tuple[Digits, bool]:
    """The digits as large as they fit, and whether they fit the `columns`, which leave space beside them."""
    large = [size for size in _SIZES if size >= _LARGE]
    for short, sizes in ((False, _SIZES), (True, (*_SIZES, *range(_SMALLEST, 0, -8)))):
        amount = format_amount(scene.value, scene.unit, look.language, short=short)
        for leaves_space, width, at_1080 in ((True, columns, large), (False, 12, sizes)):
            if found := _largest_digits(amount, look, look.grid.columns(width), at_1080):
                return found, leaves_space
    raise AssertionError("a number in its smallest size fits any width")


def _largest_digits(amount: Amount, look: Look, width_px: int, at_1080: Sequence[int]) -> Digits | None:
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
            digits = Digits(
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


def digit_sprites(digits: Digits, look: Look, *, top: int, enters: int, frames: int) -> list[Element]:
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
