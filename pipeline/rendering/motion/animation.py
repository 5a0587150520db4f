"""How things move: an entrance, levels of brightness afterwards, and rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from pipeline.theme.theme import Ease, VoiceConfig

# Whatever the frame rate of the film: motions, and when things come and go, are told in frames of 1/30 s.
MOTION_RATE = 30

ENTRANCE_FRAMES = 15
FADE_FRAMES = 8
STAGGER_FRAMES = 3
# A figure or a rule is drawn once, in about a second, and then rests.
DRAWING_FRAMES = 30
# By this frame everything has come that ever does.
AT_REST = 1e6

_UNSEEN = 0.012
_POWERS: Mapping[Ease, int] = {"cubic": 3, "quint": 5}

FULL = 255
DIMMED = 153  # 60 %


class Pose(NamedTuple):
    """How something stands in one frame. Two frames with the same poses are the same picture."""

    # 1 to 255.
    opacity: int
    # Pixels below its resting place.
    drop_px: int
    # How much of it is drawn, 0 to 255; all of it at 255.
    drawn: int

    @property
    def is_being_drawn(self) -> bool:
        """Whether it stays in its place and is drawn on there, or just was."""
        return not self.drop_px and (self.drawn < FULL or self.opacity == FULL)


class Level(NamedTuple):
    """A fade that begins in a frame, to an opacity (0 to 255)."""

    frame: int
    opacity: int


@dataclass(frozen=True, kw_only=True)
class Motion:
    """An entrance at frame `enters`, `over` frames long (fade, with a rise or by being drawn), then levels."""

    enters: int = 0
    over: int = ENTRANCE_FRAMES
    rise_px: int = 0
    # Whether it is drawn on along its order map instead of risen.
    drawn: bool = False
    levels: tuple[Level, ...] = ()
    ease: Ease = "cubic"
    # In how many frames it fades to a level.
    fades_over: int = FADE_FRAMES

    def entering(self, manner: VoiceConfig) -> Motion:
        """The same in this manner. Reduced: it neither rises nor is it drawn on; else only what rises is changed."""
        if manner.amount == "none":
            return replace(self, rise_px=0, drawn=False, over=1, fades_over=1)
        if manner.amount == "reduced":
            return replace(self, rise_px=0, drawn=False, over=min(self.over, FADE_FRAMES))
        if not self.rise_px or self.drawn:
            return self
        over = round(self.over * manner.enter_s * MOTION_RATE / ENTRANCE_FRAMES)
        return replace(self, over=over, rise_px=round(self.rise_px * manner.rise), ease=manner.ease)

    def pose(self, frame: float) -> Pose | None:
        """The pose in a frame, or between two; None while nothing of it is to be seen."""
        if frame < self.enters:
            return None
        if frame >= self.rests_from:
            return self._rest
        progress = min(1.0, (frame - self.enters + 1) / self.over)
        eased = ease_out(progress, self.ease)
        drop_px = 0 if self.drawn else round(self.rise_px * (1 - eased))
        eased = eased if drop_px else _seen(eased)
        opacity = round(self._level(frame) * (min(1.0, 3 * progress) if self.drawn else eased))
        return Pose(opacity, drop_px, round(FULL * eased) if self.drawn else FULL) if opacity > 0 else None

    # Most frames of most scenes only ask for these two.
    @cached_property
    def rests_from(self) -> int:
        """The frame from which on its pose stays the same."""
        return max(self.enters + self.over, *(change.frame + self.fades_over for change in self.levels), 0)

    @cached_property
    def _rest(self) -> Pose | None:
        opacity = self.levels[-1].opacity if self.levels else FULL
        return Pose(opacity, 0, FULL) if opacity > 0 else None

    def _level(self, frame: float) -> float:
        level = float(FULL)
        for change in self.levels:
            if frame >= change.frame:
                # What leaves is nearly gone at once, so that nothing is written over it: a quarter of a second in all.
                eased = _seen(ease_out(min(1.0, (frame - change.frame + 1) / self.fades_over)))
                level += (change.opacity - level) * eased
        return level


# Without an entrance: there from the first picture on.
AT_ONCE = Motion(over=1)


def _seen(eased: float) -> float:
    """As far as anybody sees: the last hundredth is two levels of brightness, and each picture has its price."""
    return 1.0 if 1 - eased <= _UNSEEN else eased


def length_at(frame: float, stages: Sequence[tuple[int, int]], over: int) -> int:
    """How long something is that begins to grow or shrink to a length, in pixels, at each of these frames.

    Each time it takes `over` frames.
    """
    length = 0.0
    for start, wanted in stages:
        if frame >= start:
            length += (wanted - length) * ease_out(min(1.0, (frame - start + 1) / over))
    return round(length)


def ease_out(progress: float, ease: Ease = "cubic") -> float:
    """Fast at first, settling without a jolt."""
    return 1 - (1 - progress) ** _POWERS[ease]
