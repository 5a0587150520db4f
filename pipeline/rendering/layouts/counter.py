"""A counter: each digit has a fixed cell, is drawn once, and only cells that change are repainted."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from pipeline.rendering.grid import Box, bounding_box
from pipeline.rendering.layouts.amount import Amount, partial_figure
from pipeline.rendering.motion.animation import FADE_FRAMES, FULL, Motion, Pose, ease_out
from pipeline.rendering.motion.sprites import Sprite, solid_sprite
from pipeline.rendering.motion.ycbcr import Picture
from pipeline.rendering.text.line import Line, measure, shape
from pipeline.rendering.text.rasterising import Ink, draw_ink
from pipeline.rendering.text.styles import CAP_HEIGHT_EM, TextStyle
from pipeline.theme.theme import Manner

FIGURE = TextStyle(weight=700, tracking=-0.035, leading=1.0, is_heading=True)
# The cell of a narrow digit has at least this share of the widest digit's, so that digits don't touch while counting.
_MIN_CELL_SHARE = 0.84
# How far the first digit may extend beyond the left edge while counting.
_OVERHANG_EM = 0.05
_NO_MOTION, _SHOWN = Motion(), Pose(FULL, 0, FULL)
# Size at which the ink of the last character is measured.
_MEASURING_PX = 200


class Reading(NamedTuple):
    """Pose of a counter: the text shown, and its opacity (1 to 255)."""

    text: str
    opacity: int


class _Cell(NamedTuple):
    """The cell of a character, from the left edge of the number, in em."""

    left_em: float
    width_em: float


@dataclass(frozen=True, kw_only=True)
class Counter:
    """An element: a number that counts up from the frame in which it enters."""

    # By index and character: every character ever shown there.
    sprites: Mapping[tuple[int, str], Sprite]
    # The text shown in each frame.
    readings: tuple[str, ...]
    enters: int
    fade_frames: int = FADE_FRAMES

    @property
    def rests_from(self) -> int:
        """See `sprites.Element`."""
        return self.enters + max(self.fade_frames, len(self.readings))

    def pose(self, frame: float) -> Reading | None:
        """See `sprites.Element`."""
        if frame < self.enters:
            return None
        shown = min(1.0, (frame - self.enters + 1) / self.fade_frames)
        return Reading(
            self.readings[min(int(frame - self.enters), len(self.readings) - 1)], round(FULL * ease_out(shown))
        )

    def box(self, pose: Hashable) -> Box:
        """See `sprites.Element`."""
        assert isinstance(pose, Reading)
        return bounding_box(self.sprites[at].box(_SHOWN) for at in enumerate(pose.text) if at in self.sprites)

    def changes(self, before: Hashable | None, now: Hashable | None) -> list[Box]:
        """See `sprites.Element`: from one reading to the next only cells that differ."""
        if isinstance(before, Reading) and isinstance(now, Reading) and before.opacity == now.opacity:
            different = set(enumerate(before.text)) ^ set(enumerate(now.text))
            return [self.sprites[at].box(_SHOWN) for at in sorted(different) if at in self.sprites]
        return [self.box(pose) for pose in (before, now) if pose is not None]

    def paint(self, patch: Picture, origin: Box, pose: Hashable) -> None:
        """See `sprites.Element`."""
        assert isinstance(pose, Reading)
        for at in enumerate(pose.text):
            if at in self.sprites:
                self.sprites[at].paint(patch, origin, Pose(pose.opacity, 0, FULL))

    def entering(self, manner: Manner) -> Counter:
        """See `sprites.Element`: with less motion it does not count."""
        if manner.amount == "full":
            return self
        return replace(
            self, readings=self.readings[-1:], fade_frames=1 if manner.amount == "none" else self.fade_frames
        )

    def mirrored(self, width_px: int) -> Counter:
        """See `sprites.Element`: it is moved as a unit; digits run left to right everywhere."""
        return replace(self, sprites={at: sprite.mirrored(width_px) for at, sprite in self.sprites.items()})


def figure_width_em(figure: str, style: TextStyle) -> float:
    """From the ink of the first character to that of the last, in em."""
    return _ink_right(figure[-1], style, _cells(figure, style)[-1])


def overhang_em(figure: str, style: TextStyle) -> float:
    """How much further to the right than the last digit other digits extend while counting, in em."""
    last = _cells(figure, style)[-1]
    return max(_ink_right(digit, style, last) for digit in _digits_like(figure)) - figure_width_em(figure, style)


def counter(
    amount: Amount, style: TextStyle, colour: str, *, size_px: int, left: int, top: int, enters: int, frames: int
) -> Counter:
    """The counter of `amount`, with its cap height from `top` on; complete in frame `enters + frames - 1`."""
    places = _cells(amount.figure, style)
    readings = _readings(amount, style, places[0], frames)
    baseline = top + round(size_px * CAP_HEIGHT_EM)
    span = (left, left + round(figure_width_em(amount.figure, style) * size_px))
    sprites: dict[tuple[int, str], Sprite] = {}
    for at in dict.fromkeys(at for reading in readings for at in enumerate(reading)):
        line, ink = _drawn(at[1], style, size_px)
        if ink is None:
            continue
        place = places[at[0]]
        x = left + round(_ink_left(line, place) * size_px) + ink.left
        sprites[at] = replace(
            solid_sprite(ink.mask, colour, left=x, top=baseline + ink.top, motion=_NO_MOTION), span=span
        )
    return Counter(sprites=sprites, readings=readings, enters=enters)


def _readings(amount: Amount, style: TextStyle, first: _Cell, frames: int) -> tuple[str, ...]:
    """The text in each of `frames` frames.

    "1.5" counts from 1 on: a zero in the cell of a one would extend beyond the edge and touch what follows.
    """
    readings = [partial_figure(amount, ease_out((step + 1) / frames)) for step in range(frames)]
    fitting = [_ink_left(shape(reading[0], style), first) >= -_OVERHANG_EM for reading in readings]
    earliest = readings[fitting.index(True)]
    return tuple(reading if fits else earliest for reading, fits in zip(readings, fitting, strict=True))


@lru_cache(maxsize=64)
def _cells(figure: str, style: TextStyle) -> tuple[_Cell, ...]:
    """A cell for each character, with the spacing of the final reading, but none too narrow for any digit."""
    widest = max(measure(character, style) for character in _digits_like(figure))
    places: list[_Cell] = []
    left = 0.0
    for index, character in enumerate(figure):
        width = measure(character, style)
        if character.isdecimal():
            width = max(width, _MIN_CELL_SHARE * widest)
        if not places:
            # The ink of the first character is aligned with the edge.
            left = -_ink_left(shape(character, style), _Cell(0.0, width))
        else:
            pair = figure[index - 1 : index + 1]
            left += measure(pair, style) - sum(measure(each, style) for each in pair)
        places.append(_Cell(left, width))
        left += width
    return tuple(places)


def _ink_left(line: Line, place: _Cell) -> float:
    """Where the ink of a character centred in its cell begins, in em."""
    return place.left_em + (place.width_em - line.bearing_em - line.width_em) / 2 + line.bearing_em


def _ink_right(character: str, style: TextStyle, place: _Cell) -> float:
    line, ink = _drawn(character, style, _MEASURING_PX)
    return _ink_left(line, place) + (ink.mask.width / _MEASURING_PX if ink else 0.0)


def _digits_like(figure: str) -> Sequence[str]:
    """All ten digits in the script of the last character; only that character if it is no digit."""
    last = figure[-1]
    return [chr(ord(last) - int(last) + digit) for digit in range(10)] if last.isdecimal() else last


@lru_cache(maxsize=64)
def _drawn(character: str, style: TextStyle, size_px: int) -> tuple[Line, Ink | None]:
    line = shape(character, style)
    return line, draw_ink(line, size_px)
