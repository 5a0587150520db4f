"""Tasks for worker processes: draw a scene and encode it to a segment, join the segments, draw the stills.

Frames never leave the process that draws them. A task returns when its file is written; segments are also decoded and
inspected by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline import assembly, quality, rendering
from pipeline.assembly import ASSEMBLY_VERSION, EncoderPlan, encode_segment, join_segments, write_stills
from pipeline.files import discard_stale_temporaries
from pipeline.keys import content_key
from pipeline.model import Clip, Cue, Scene, Script, Segment, Subtitles, Transition, Video
from pipeline.quality import INSPECTION_VERSION, Expected, SegmentSource, inspect_segment
from pipeline.rendering import RENDERING_VERSION, Frame, Look, draw_scene, draw_thumbnails


@dataclass(frozen=True, kw_only=True)
class SegmentTask:
    """Everything a worker needs to make one segment."""

    scene: Scene
    cues: tuple[Cue, ...]
    clip: Clip
    look: Look
    # Digest of the font files that its texts are set in.
    fonts: str
    encoder: EncoderPlan
    # The scene before, and the transition from it. None after a cut, so that films can share the segment.
    after: Scene | None = None
    transition: Transition = "cut"
    # Whether the scene opens the film and its layout depends on that.
    opens: bool = False

    @property
    def frames(self) -> int:
        """The duration of the scene in frames."""
        return self.look.format.frames_of(self.clip.samples)

    @cached_property
    def key(self) -> str:
        """The cache key: a hash of everything that shapes the segment, and of the versions of the code."""
        versions = (RENDERING_VERSION, ASSEMBLY_VERSION, INSPECTION_VERSION, self.fonts)
        sound = (self.clip.sha256, self.clip.words)
        opening = (self.after, self.transition, self.opens)
        return content_key(versions, sound, self.scene, self.cues, self.look, self.encoder, *opening)


def preload_worker_modules() -> None:
    """Import everything that worker processes use. The command itself does without these imports."""
    from pipeline.media import versions  # noqa: F401, PLC0415
    from pipeline.narration import clips, mastering  # noqa: F401, PLC0415
    from pipeline.orchestrator.film import scene_fit  # noqa: F401, PLC0415
    from pipeline.orchestrator.processes import worker_entry  # noqa: F401, PLC0415

    rendering.preload()
    assembly.load()
    quality.load()


def make_segment(task: SegmentTask, path: Path) -> None:
    """Draw the scene, encode it with its audio to `path`, and inspect the result. Runs in a worker process.

    Raises `QualityError` for a segment that fails inspection.
    """
    frames = draw_scene(
        task.scene,
        words=task.clip.words,
        cues=task.cues,
        frames=task.frames,
        look=task.look,
        after=task.after,
        transition=task.transition,
        opens=task.opens,
    )
    expected = Expected(
        video_format=task.look.format,
        lengths=(task.clip.samples,),
        subtitles=Subtitles(scenes=(task.cues,)),
        codec=task.encoder.codec,
        variable_rate=task.encoder.effective_holds == "variable",
    )
    recorder = _Recorder(expected.resting_s[0] * expected.frame_rate)
    encode_segment(
        recorder.pass_on(frames),
        clip=task.clip.path,
        samples=task.clip.samples,
        path=path,
        video_format=task.look.format,
        encoder=task.encoder,
    )
    source = SegmentSource(
        changes=recorder.changes,
        rest_db=task.encoder.min_hold_psnr_db,
        at_rest=recorder.at_rest,
        clip=task.clip.path,
        clip_lufs=task.clip.loudness_lufs,
    )
    inspect_segment(path, expected, source)


class _Recorder:
    """Keeps of the frames that pass by what the inspection compares the segment with."""

    def __init__(self, rest: float) -> None:
        # When the picture is at rest, in frames.
        self._rest = rest
        # The frame number at which each picture begins.
        self.changes: set[int] = set()

    def pass_on(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The same frames."""
        at = 0
        for frame in frames:
            self.changes.add(at)
            if at <= self._rest < at + frame.hold:
                # A copy: it may be drawn on.
                self.at_rest = frame.picture.copy()
            yield frame
            at += frame.hold


def join_film(segments: tuple[Segment, ...], sound: Path | None, title: str, path: Path, frame_rate: int) -> Video:
    """Join segments to a film at `path`; `sound` replaces their audio. Runs in a worker process."""
    # Remove partial files of a worker that was killed.
    discard_stale_temporaries(path)
    return join_segments(segments, path=path, frame_rate=frame_rate, title=title, sound=sound)


@dataclass(frozen=True, kw_only=True)
class StillsTask:
    """Everything a worker needs to draw a film's stills. One task for all, since they have parts in common."""

    script: Script
    look: Look
    # Digest of the font files that their texts are set in.
    fonts: str
    # The episode number that they show; 0: none.
    episode: int = 0

    @cached_property
    def key(self) -> str:
        """The cache key."""
        return content_key(RENDERING_VERSION, self.fonts, self.script, self.look, self.episode)


def make_stills(task: StillsTask, path: Path) -> None:
    """Draw the stills of a film into one file. Runs in a worker process."""
    write_stills(draw_thumbnails(task.script, task.look, episode=task.episode), path)
