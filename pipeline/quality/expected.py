"""What a film must be, known before it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path

from pipeline.model import SAMPLE_RATE_HZ, Codec, Script, Subtitles, VideoFormat, Word, pauses_of

# Share of a scene: what is drawn bit by bit is there, and no scene begins to leave before its last moments.
_RESTS_AT = 0.75


@dataclass(frozen=True, kw_only=True)
class TimedText:
    """A cue: seconds from the start of the film, lines separated by line breaks."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, kw_only=True)
class NearDuplicate:
    """Another film, and how much this one is like it."""

    # Job or file, and what the film is called; empty: nothing else.
    name: str
    title: str = ""
    # From 0 to 1.
    share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The film as it was ordered."""

    video_format: VideoFormat
    # Samples of narration in each scene.
    lengths: tuple[int, ...]
    # The cues of the same scenes.
    subtitles: Subtitles
    codec: Codec = "h264"
    # No voice was asked for, so that nobody misses one.
    silent: bool = False
    # Pictures may last longer than others: it was asked for.
    variable_rate: bool = False
    # What it says and shows, and when each word of each scene is said; None and empty: nobody has said.
    script: Script | None = None
    # What the row says that it is made of: data, whatever it looks like.
    cells: tuple[str, ...] = ()
    # What hosts call it; empty: as the script does.
    title: str = ""
    words: tuple[tuple[Word, ...], ...] = ()
    # Letters that no font here has.
    undrawable: str = ""
    # Whether it is compared with others, and the film of its batch that is most like it; None: none is.
    compared: bool = False
    twin: NearDuplicate | None = None

    @property
    def duration_s(self) -> float:
        """Length of the narration."""
        return sum(self.lengths) / SAMPLE_RATE_HZ

    @property
    def frame_rate(self) -> int:
        """Pictures a second."""
        return self.video_format.frame_rate

    @property
    def pictures(self) -> tuple[int, ...]:
        """How many pictures of each scene are shown: each begins with the picture that is nearest to its sound."""
        starts = [
            (2 * samples * self.frame_rate + SAMPLE_RATE_HZ) // (2 * SAMPLE_RATE_HZ)
            for samples in accumulate(self.lengths, initial=0)
        ]
        return tuple(after - before for before, after in pairwise(starts))

    @property
    def starts_s(self) -> tuple[float, ...]:
        """When each scene begins."""
        return tuple(samples / SAMPLE_RATE_HZ for samples in accumulate(self.lengths, initial=0))[:-1]

    @property
    def resting_s(self) -> tuple[float, ...]:
        """A time in each scene when all of it has come and nothing has gone."""
        return tuple(
            start_s + _RESTS_AT * samples / SAMPLE_RATE_HZ
            for start_s, samples in zip(self.starts_s, self.lengths, strict=True)
        )

    def spoken_s(self, start_s: float, end_s: float) -> float:
        """How many seconds of a span are spoken."""
        return sum(
            max(0.0, min(end_s, begin_s + word.end_s) - max(start_s, begin_s + word.start_s))
            for begin_s, scene in zip(self.starts_s, self.words, strict=False)
            for word in scene
        )

    def pause_s(self, start_s: float, end_s: float) -> float:
        """How many seconds of a span are a pause on purpose, in which a viewer thinks."""
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
        """All cues, counted from the start of the film."""
        return tuple(
            TimedText(start_s=start_s + cue.start_s, end_s=start_s + cue.end_s, text="\n".join(cue.texts))
            for start_s, scene in zip(self.starts_s, self.subtitles.scenes, strict=True)
            for cue in scene
        )


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The files that a film was joined from."""

    segments: tuple[Path, ...]
    # The sound of the whole film, if it is not that of the segments.
    sound: Path | None = None
