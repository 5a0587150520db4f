"""What a film must be, known before it is opened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model import SAMPLE_RATE_HZ, Codec, Script, Subtitles, VideoFormat, Word, pauses_of

if TYPE_CHECKING:
    from PIL.Image import Image

# Share of a scene's duration at which everything is drawn and no transition has begun.
_RESTS_AT = 0.75


@dataclass(frozen=True, kw_only=True)
class TimedText:
    """A cue: seconds from the start of the film, and text with line breaks."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, kw_only=True)
class NearDuplicate:
    """Another film that this one is similar to."""

    # Job or file, and the film's title; empty: unknown.
    name: str
    title: str = ""
    # Similarity, 0 to 1.
    share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The film as ordered."""

    video_format: VideoFormat
    # Samples of narration per scene.
    lengths: tuple[int, ...]
    # The cues of each scene.
    subtitles: Subtitles
    codec: Codec = "h264"
    # Ordered without a voice.
    silent: bool = False
    # Ordered with a variable frame rate.
    variable_rate: bool = False
    # Its script, and the words of each scene with their times; None and empty: unknown.
    script: Script | None = None
    # The cells of its row: data, never artefacts, whatever they look like.
    cells: tuple[str, ...] = ()
    # Its title on hosts; empty: the script's.
    title: str = ""
    words: tuple[tuple[Word, ...], ...] = ()
    # Characters that no installed font has.
    undrawable: str = ""
    # Whether it was compared with the films of its batch, and the most similar one; None: none is similar.
    compared: bool = False
    near_duplicate: NearDuplicate | None = None

    @property
    def duration_s(self) -> float:
        """Duration of the narration."""
        return sum(self.lengths) / SAMPLE_RATE_HZ

    @property
    def frame_rate(self) -> int:
        """Frames per second."""
        return self.video_format.frame_rate

    @property
    def pictures(self) -> tuple[int, ...]:
        """Frames of each scene: a scene begins with the frame nearest to the start of its sound."""
        starts = [
            (2 * samples * self.frame_rate + SAMPLE_RATE_HZ) // (2 * SAMPLE_RATE_HZ)
            for samples in accumulate(self.lengths, initial=0)
        ]
        return tuple(after - before for before, after in pairwise(starts))

    @property
    def starts_s(self) -> tuple[float, ...]:
        """The start of each scene."""
        return tuple(samples / SAMPLE_RATE_HZ for samples in accumulate(self.lengths, initial=0))[:-1]

    @property
    def resting_s(self) -> tuple[float, ...]:
        """A time in each scene when everything is drawn and no transition has begun."""
        return tuple(
            start_s + _RESTS_AT * samples / SAMPLE_RATE_HZ
            for start_s, samples in zip(self.starts_s, self.lengths, strict=True)
        )

    def spoken_s(self, start_s: float, end_s: float) -> float:
        """Seconds of speech in a span."""
        return sum(
            max(0.0, min(end_s, begin_s + word.end_s) - max(start_s, begin_s + word.start_s))
            for begin_s, scene in zip(self.starts_s, self.words, strict=False)
            for word in scene
        )

    def pause_s(self, start_s: float, end_s: float) -> float:
        """Seconds of intended pauses in the scenes of a span, for viewers to think."""
        if self.script is None:
            return 0.0
        scenes = zip(self.starts_s, self.lengths, self.script.scenes, strict=False)
        return sum(
            sum(pauses_of(scene).values())
            for begin_s, samples, scene in scenes
            if begin_s < end_s and start_s < begin_s + samples / SAMPLE_RATE_HZ
        )

    @cached_property
    def cues(self) -> tuple[TimedText, ...]:
        """All cues, with times from the start of the film."""
        return tuple(
            TimedText(start_s=start_s + cue.start_s, end_s=start_s + cue.end_s, text="\n".join(cue.texts))
            for start_s, scene in zip(self.starts_s, self.subtitles.scenes, strict=True)
            for cue in scene
        )


@dataclass(frozen=True, kw_only=True)
class SegmentSource:
    """What a segment was made from."""

    # The frames at which its picture changes, and the lowest PSNR at all others, in dB.
    changes: Collection[int]
    rest_db: float
    # The drawn picture at `Expected.resting_s`: planes of mode L.
    at_rest: tuple[Image, Image, Image]
    # Its clip, a WAV, and the clip's loudness; None: silent, or too short to measure.
    clip: Path
    clip_lufs: float | None


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The files that a film was joined from."""

    segments: tuple[Path, ...]
    # The audio of the whole film, if it is not that of the segments.
    sound: Path | None = None
