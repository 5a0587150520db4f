"""Animation of elements: an entrance, opacity levels afterwards, and rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from pipeline.theme.theme import Ease, Manner

# Animation frames per second: all animation times are in frames of 1/30 s, whatever the frame rate of the film.
MOTION_RATE = 30

ENTRANCE_FRAMES = 15
FADE_FRAMES = 8
STAGGER_FRAMES = 3
# A figure is drawn on within about a second.
DRAWING_FRAMES = 30
# A frame after all entrances.
AT_REST = 1e6

_IMPERCEPTIBLE = 0.012
_POWERS: Mapping[Ease, int] = {"cubic": 3, "quint": 5}

FULL = 255
DIMMED = 153  # 60 %


class Pose(NamedTuple):
    """The state of an element in one frame. Frames with equal poses look the same."""

    # 1 to 255.
    opacity: int
    # Pixels below its final position.
    drop_px: int
    # Progress of being drawn on, 0 to 255 (complete).
    drawn: int

    @property
    def is_being_drawn(self) -> bool:
        """Whether it is being drawn on in place, or just was."""
        return not self.drop_px and (self.drawn < FULL or self.opacity == FULL)


class Level(NamedTuple):
    """A fade to an opacity (0 to 255) that begins at a frame."""

    frame: int
    opacity: int


@dataclass(frozen=True, kw_only=True)
class Motion:
    """An entrance of `frames` frames from frame `enters` on (fade, rise or being drawn on), then fades to levels."""

    enters: int = 0
    frames: int = ENTRANCE_FRAMES
    rise_px: int = 0
    # Whether it is drawn on along its order map instead of rising.
    drawn: bool = False
    levels: tuple[Level, ...] = ()
    ease: Ease = "cubic"
    # Duration of fades to a level.
    fade_frames: int = FADE_FRAMES

    def until(self, frame: int | None, opacity: int = 0) -> Motion:
        """This motion, then a fade to an opacity from a frame on; None: it stays."""
        return self if frame is None else replace(self, levels=(*self.levels, Level(frame, opacity)))

    def entering(self, manner: Manner) -> Motion:
        """This motion adjusted to `manner`.

        Reduced motion replaces rising and drawing on by a fade; otherwise only rises are adjusted.
        """
        if manner.amount == "none":
            return replace(self, rise_px=0, drawn=False, frames=1, fade_frames=1)
        if manner.amount == "reduced":
            return replace(self, rise_px=0, drawn=False, frames=min(self.frames, FADE_FRAMES))
        if not self.rise_px or self.drawn:
            return self
        frames = round(self.frames * manner.enter_s * MOTION_RATE / ENTRANCE_FRAMES)
        return replace(self, frames=frames, rise_px=round(self.rise_px * manner.rise), ease=manner.ease)

    def pose(self, frame: float) -> Pose | None:
        """The pose in a frame, or between two; None while it is invisible."""
        if frame < self.enters:
            return None
        if frame >= self.rests_from:
            return self._rest
        progress = min(1.0, (frame - self.enters + 1) / self.frames)
        eased = ease_out(progress, self.ease)
        drop_px = 0 if self.drawn else round(self.rise_px * (1 - eased))
        eased = eased if drop_px else _snap(eased)
        opacity = round(self._level(frame) * (min(1.0, 3 * progress) if self.drawn else eased))
        return Pose(opacity, drop_px, round(FULL * eased) if self.drawn else FULL) if opacity > 0 else None

    # Cached: most frames of most scenes need only these two.
    @cached_property
    def rests_from(self) -> int:
        """The frame from which the pose is constant."""
        return max(self.enters + self.frames, *(change.frame + self.fade_frames for change in self.levels), 0)

    @cached_property
    def _rest(self) -> Pose | None:
        opacity = self.levels[-1].opacity if self.levels else FULL
        return Pose(opacity, 0, FULL) if opacity > 0 else None

    def _level(self, frame: float) -> float:
        level = float(FULL)
        for change in self.levels:
            if frame >= change.frame:
                # Ease-out makes it nearly invisible at once, so that nothing overlaps it: a quarter of a second in all.
                eased = _snap(ease_out(min(1.0, (frame - change.frame + 1) / self.fade_frames)))
                level += (change.opacity - level) * eased
        return level


# No entrance: visible from the first frame on.
AT_ONCE = Motion(frames=1)


def _snap(progress: float) -> float:
    """1 from the last imperceptible hundredth on: two levels of brightness are not worth the frames they would cost."""
    return 1.0 if 1 - progress <= _IMPERCEPTIBLE else progress


def animated_length(frame: float, stages: Sequence[tuple[int, int]], frames: int) -> int:
    """The length in pixels of something that grows or shrinks to a new length at each frame of `stages`.

    Each transition takes `frames` frames.
    """
    length = 0.0
    for start, wanted in stages:
        if frame >= start:
            length += (wanted - length) * ease_out(min(1.0, (frame - start + 1) / frames))
    return round(length)


def ease_out(progress: float, ease: Ease = "cubic") -> float:
    """Eased progress: fast at first, decelerating to rest."""
    return 1 - (1 - progress) ** _POWERS[ease]
