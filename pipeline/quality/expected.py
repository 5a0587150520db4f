"""What a film must be, known before it is opened."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model import SAMPLE_RATE_HZ, Subtitles, VideoFormat


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The film as it was ordered."""

    video_format: VideoFormat
    # Samples of narration in each scene.
    lengths: tuple[int, ...]
    # The cues of the same scenes.
    subtitles: Subtitles
    # No voice was asked for, so that nobody misses one.
    silent: bool = False

    @property
    def duration_s(self) -> float:
        """Length of the narration."""
        return sum(self.lengths) / SAMPLE_RATE_HZ

    @property
    def cue_times_s(self) -> tuple[tuple[float, float], ...]:
        """Start and end of every cue, counted from the start of the film."""
        times: list[tuple[float, float]] = []
        start_s = 0.0
        for length, cues in zip(self.lengths, self.subtitles.scenes, strict=True):
            times.extend((start_s + cue.start_s, start_s + cue.end_s) for cue in cues)
            start_s += length / SAMPLE_RATE_HZ
        return tuple(times)
