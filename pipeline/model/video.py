"""Video formats, segments and the finished film."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, get_args

from pipeline.choices import Shape

SAMPLE_RATE_HZ = 48_000
# An AAC packet has 1,024 samples; a frame at 30 frames/s lasts 1,600. Both divide 25,600 samples (16 frames, 25
# packets), so scenes whose length is a multiple of it can be joined by copying packets without A/V drift. At other
# frame rates, a scene may end inside a frame: see `VideoFormat.frames_of` and `media.join`.
SCENE_QUANTUM_SAMPLES = 25_600
Codec = Literal["h264", "h265", "av1"]
# Between scenes.
Transition = Literal["cut", "fade", "slide", "wipe"]
# Animation. Reduced: elements fade in at their place, pictures are not panned. None: elements appear at once.
MotionAmount = Literal["full", "reduced", "none"]
SHAPES: Final = get_args(Shape)


@dataclass(frozen=True, kw_only=True)
class VideoFormat:
    """Frame size in pixels (both even), and frame rate."""

    width_px: int = 1920
    height_px: int = 1080
    frame_rate: int = 30

    @property
    def is_upright(self) -> bool:
        """Whether the format is portrait."""
        return self.height_px > self.width_px

    @property
    def thumbnail_px(self) -> tuple[int, int]:
        """Size of the thumbnail: YouTube's recommendation, and a portrait one for portrait films."""
        return (1080, 1920) if 2 * self.height_px >= 3 * self.width_px else (1280, 720)

    def with_aspect_ratio(self, shape: Shape) -> VideoFormat:
        """The format in another aspect ratio with the same shorter side: 1920x1080 in 9:16 is 1080x1920."""
        across, down = map(int, shape.split(":"))
        short = min(self.width_px, self.height_px)
        # Even, because chroma planes have half the size (4:2:0).
        long = round(short * max(across, down) / min(across, down) / 2) * 2
        width, height = (short, long) if across <= down else (long, short)
        return replace(self, width_px=width, height_px=height)

    def frames_of(self, samples: int) -> int:
        """The number of frames that cover `samples` of audio; the last may extend beyond the end."""
        return -(-samples * self.frame_rate // SAMPLE_RATE_HZ)


FULL_HD = VideoFormat()


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One scene as a playable MP4: video and audio start at 0 and end together, or within the last frame."""

    path: Path
    frames: int


@dataclass(frozen=True, kw_only=True)
class Video:
    """A finished film: MP4 with AAC-LC audio, moov atom first (fast start)."""

    frames: int
    frame_rate: int = 30
    bytes: int
    sha256: str

    @property
    def duration_s(self) -> float:
        """Length of the film in seconds."""
        return self.frames / self.frame_rate
