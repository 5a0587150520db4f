"""Sizes, rates and the finished film."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SAMPLE_RATE_HZ = 48_000
# An AAC packet holds 1,024 samples; a picture at 30 frames/s lasts 1,600. Both divide 25,600 samples (16 pictures, 25
# packets), so scenes whose length is a multiple of it are joined by copying packets and stay exactly in step.
SCENE_QUANTUM_SAMPLES = 25_600
FRAME_RATE = 30
SAMPLES_PER_FRAME = SAMPLE_RATE_HZ // FRAME_RATE


@dataclass(frozen=True, kw_only=True)
class VideoFormat:
    """The size of the picture, in pixels. The rate is always `FRAME_RATE`, constant."""

    width_px: int = 1920
    height_px: int = 1080


FORMATS = {"16:9": VideoFormat(width_px=1920, height_px=1080)}


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One scene as a playable MP4: pictures and sound start at 0 and end together."""

    path: Path
    frames: int


@dataclass(frozen=True, kw_only=True)
class Video:
    """A finished film, wherever it lies: MP4, H.264 High and AAC-LC, index first."""

    frames: int
    bytes: int
    sha256: str

    @property
    def duration_s(self) -> float:
        """Length of the film in seconds."""
        return self.frames / FRAME_RATE


def frames_of(samples: int) -> int:
    """How many pictures last as long as `samples` of sound."""
    return samples // SAMPLES_PER_FRAME


def total_frames(segments: Iterable[Segment]) -> int:
    """The length of the joined segments, in pictures."""
    return sum(segment.frames for segment in segments)
