"""A figure that counts up: each digit in a place of its own, drawn once, and only those that differ are changed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from pipeline.rendering.grid import Box
from pipeline.rendering.layouts.amount import Amount, counted
from pipeline.rendering.motion.animation import FADE_FRAMES, FULL, Motion, Pose, ease_out
from pipeline.rendering.motion.sprites import Sprite, solid_sprite
from pipeline.rendering.motion.ycbcr import Picture
from pipeline.rendering.text.line import Line, measure, shape
from pipeline.rendering.text.rasterising import Ink, draw_ink
from pipeline.rendering.text.styles import CAP_HEIGHT_EM, TextStyle
from pipeline.theme.theme import Manner

FIGURE = TextStyle(weight=700, tracking=-0.035, leading=1.0, is_heading=True)
# A narrow digit has at least this share of the widest one's place, so that others on their way do not touch.
_NARROWEST = 0.84
# How far the first digit may stand out over the left edge on its way.
_OVERHANG_EM = 0.05
_STILL = Motion()
# Size at which the end of the last character's ink is looked for.
_LOOKED_AT_PX = 200


class Reading(NamedTuple):
    """Pose of a counter: what it says, and how visible it is (1 to 255)."""

    text: str
    opacity: int


class _Place(NamedTuple):
    """Where a character of the figure stands, from the figure's left edge, in em."""

    left_em: float
    width_em: float


@dataclass(frozen=True, kw_only=True)
class Counter:
    """An element: a figure from the frame in which it enters; it stands still `over` frames later."""

    # By place and character: every character that ever stands there.
    sprites: Mapping[tuple[int, str], Sprite]
    # What it says in each frame.
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
        return _around(self.sprites[at] for at in enumerate(pose.text) if at in self.sprites)

    def changes(self, before: Hashable | None, now: Hashable | None) -> list[Box]:
        """See `sprites.Element`: from one reading to the next only the places that differ."""
        if isinstance(before, Reading) and isinstance(now, Reading) and before.opacity == now.opacity:
            different = set(enumerate(before.text)) ^ set(enumerate(now.text))
            return [self.sprites[at].box(_pose(FULL)) for at in sorted(different) if at in self.sprites]
        return [self.box(pose) for pose in (before, now) if pose is not None]

    def paint(self, patch: Picture, origin: Box, pose: Hashable) -> None:
        """See `sprites.Element`."""
        assert isinstance(pose, Reading)
        for at in enumerate(pose.text):
            if at in self.sprites:
                self.sprites[at].paint(patch, origin, _pose(pose.opacity))

    def entering(self, manner: Manner) -> Counter:
        """See `sprites.Element`: with less motion it does not count."""
        if manner.amount == "full":
            return self
        return replace(
            self, readings=self.readings[-1:], fade_frames=1 if manner.amount == "none" else self.fade_frames
        )

    def mirrored(self, width_px: int) -> Counter:
        """See `sprites.Element`: it moves as one, its digits run as they do everywhere."""
        return replace(self, sprites={at: sprite.mirrored(width_px) for at, sprite in self.sprites.items()})


def figure_width_em(figure: str, style: TextStyle) -> float:
    """From the ink of its first character to that of its last, in em."""
    return _ink_right(figure[-1], style, _places(figure, style)[-1])


def overhang_em(figure: str, style: TextStyle) -> float:
    """How much further to the right other digits reach on their way than the last one does, in em."""
    last = _places(figure, style)[-1]
    return max(_ink_right(digit, style, last) for digit in _alike(figure)) - figure_width_em(figure, style)


def counter(
    amount: Amount, style: TextStyle, colour: str, *, size_px: int, left: int, top: int, enters: int, frames: int
) -> Counter:
    """The figure of `amount`, its capital height from `top` on; it says all of it in frame `enters + over - 1`."""
    places = _places(amount.figure, style)
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
        sprites[at] = replace(solid_sprite(ink.mask, colour, left=x, top=baseline + ink.top, motion=_STILL), span=span)
    return Counter(sprites=sprites, readings=readings, enters=enters)


def _readings(amount: Amount, style: TextStyle, first: _Place, frames: int) -> tuple[str, ...]:
    """What it says in each of `over` frames.

    "1.5" counts from 1 on: a nought in the place of a one would stand out over the edge and touch what follows.
    """
    readings = [counted(amount, ease_out((step + 1) / frames)) for step in range(frames)]
    fitting = [_ink_left(shape(reading[0], style), first) >= -_OVERHANG_EM for reading in readings]
    begins = readings[fitting.index(True)]
    return tuple(reading if fits else begins for reading, fits in zip(readings, fitting, strict=True))


@lru_cache(maxsize=64)
def _places(figure: str, style: TextStyle) -> tuple[_Place, ...]:
    """A place for each character, the last reading's spacing, but none too narrow for any digit."""
    widest = max(measure(character, style) for character in _alike(figure))
    places: list[_Place] = []
    left = 0.0
    for index, character in enumerate(figure):
        width = measure(character, style)
        if character.isdecimal():
            width = max(width, _NARROWEST * widest)
        if not places:
            # The ink of the first character is what stands at the edge.
            left = -_ink_left(shape(character, style), _Place(0.0, width))
        else:
            pair = figure[index - 1 : index + 1]
            left += measure(pair, style) - sum(measure(each, style) for each in pair)
        places.append(_Place(left, width))
        left += width
    return tuple(places)


def _ink_left(line: Line, place: _Place) -> float:
    """Where the ink of a character begins that stands in the middle of its place, in em."""
    return place.left_em + (place.width_em - line.bearing_em - line.width_em) / 2 + line.bearing_em


def _ink_right(character: str, style: TextStyle, place: _Place) -> float:
    line, ink = _drawn(character, style, _LOOKED_AT_PX)
    return _ink_left(line, place) + (ink.mask.width / _LOOKED_AT_PX if ink else 0.0)


def _alike(figure: str) -> Sequence[str]:
    """All ten digits in the script of the last character of a figure; that character, where it is none."""
    last = figure[-1]
    return [chr(ord(last) - int(last) + digit) for digit in range(10)] if last.isdecimal() else last


@lru_cache(maxsize=64)
def _drawn(character: str, style: TextStyle, size_px: int) -> tuple[Line, Ink | None]:
    line = shape(character, style)
    return line, draw_ink(line, size_px)


@lru_cache(maxsize=256)
def _pose(opacity: int) -> Pose:
    return Pose(opacity, 0, FULL)


def _around(sprites: Iterable[Sprite]) -> Box:
    first, *others = (sprite.box(_pose(FULL)) for sprite in sprites)
    for box in others:
        first = first.union(box)
    return first
