"""Sizes, rates and the finished film."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, get_args

from pipeline.choices import Shape

SAMPLE_RATE_HZ = 48_000
# An AAC packet holds 1,024 samples; a picture at 30 frames/s lasts 1,600. Both divide 25,600 samples (16 pictures, 25
# packets), so scenes whose length is a multiple of it are joined by copying packets and stay exactly in step. At other
# rates a scene may end within a picture: see `VideoFormat.frames_of` and `media.join`.
SCENE_QUANTUM_SAMPLES = 25_600
Codec = Literal["h264", "h265", "av1"]
# From one scene to the next.
Transition = Literal["cut", "fade", "slide", "wipe"]
# How much moves. Reduced: things fade in where they stay, and nothing is moved over. None: they are there at once.
MotionAmount = Literal["full", "reduced", "none"]
SHAPES: Final = get_args(Shape)


@dataclass(frozen=True, kw_only=True)
class VideoFormat:
    """The size of the picture, in pixels, both even, and how many there are in a second."""

    width_px: int = 1920
    height_px: int = 1080
    frame_rate: int = 30

    @property
    def is_upright(self) -> bool:
        """Whether it is higher than wide."""
        return self.height_px > self.width_px

    @property
    def thumbnail_px(self) -> tuple[int, int]:
        """Width and height of a film's still: what YouTube asks for, and for phones that are held upright."""
        return (1080, 1920) if 2 * self.height_px >= 3 * self.width_px else (1280, 720)

    def in_shape(self, shape: Shape) -> VideoFormat:
        """The same as wide and high as `shape` says; the shorter side stays: 1920x1080 in 9:16 is 1080x1920."""
        across, down = map(int, shape.split(":"))
        short = min(self.width_px, self.height_px)
        # Even, as the planes of colour have half the size.
        long = round(short * max(across, down) / min(across, down) / 2) * 2
        width, height = (short, long) if across <= down else (long, short)
        return replace(self, width_px=width, height_px=height)

    def frames_of(self, samples: int) -> int:
        """How many pictures it takes to last as long as `samples` of sound; the last may reach beyond its end."""
        return -(-samples * self.frame_rate // SAMPLE_RATE_HZ)


FULL_HD = VideoFormat()


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One scene as a playable MP4: pictures and sound start at 0 and end together, or within the last picture."""

    path: Path
    frames: int


@dataclass(frozen=True, kw_only=True)
class Video:
    """A finished film, wherever it lies: MP4 with AAC-LC, index first."""

    frames: int
    frame_rate: int = 30
    bytes: int
    sha256: str

    @property
    def duration_s(self) -> float:
        """Length of the film in seconds."""
        return self.frames / self.frame_rate
