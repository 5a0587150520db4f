"""Where drawing and encoding meet: one scene becomes one segment, in one worker process.

The pictures of a scene never leave the process that draws them; what comes back is the name of a file, decoded and
inspected.
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
from pipeline.quality import INSPECTION_VERSION, Expected, inspect_segment
from pipeline.rendering import RENDERING_VERSION, Frame, Look, draw_scene, draw_thumbnails


@dataclass(frozen=True, kw_only=True)
class SegmentTask:
    """Everything a worker needs to make one segment, and nothing else."""

    scene: Scene
    cues: tuple[Cue, ...]
    clip: Clip
    look: Look
    # Digest of the font files it will be set in.
    fonts: str
    encoder: EncoderPlan
    # What it comes from, and how. After a cut nobody has to know, and films share the scene wherever it stands.
    after: Scene | None = None
    transition: Transition = "cut"
    # Whether the film begins with it, and its layout has to be told so.
    opens: bool = False

    @property
    def frames(self) -> int:
        """How many pictures the scene lasts."""
        return self.look.format.frames_of(self.clip.samples)

    @cached_property
    def key(self) -> str:
        """Names the segment by its content: the same order, made by the same code, is made once."""
        versions = (RENDERING_VERSION, ASSEMBLY_VERSION, INSPECTION_VERSION, self.fonts)
        sound = (self.clip.sha256, self.clip.words)
        comes = (self.after, self.transition, self.opens)
        return content_key(versions, sound, self.scene, self.cues, self.look, self.encoder, *comes)


def preload_worker_modules() -> None:
    """Import what workers are asked to do (draw, encode, inspect, master): whoever only orders that does without."""
    from pipeline.media import versions  # noqa: F401, PLC0415
    from pipeline.narration import clips, mastering  # noqa: F401, PLC0415
    from pipeline.orchestrator.film import scene_fit  # noqa: F401, PLC0415
    from pipeline.orchestrator.processes import worker_entry  # noqa: F401, PLC0415

    rendering.preload()
    assembly.load()
    quality.load()


def make_segment(order: SegmentTask, path: Path) -> None:
    """Draw the scene, encode it, with its sound, to `path`, and inspect what came of it. Runs in a worker process.

    Raises `QualityError` for a segment that does not pass.
    """
    frames = draw_scene(
        order.scene,
        words=order.clip.words,
        cues=order.cues,
        frames=order.frames,
        look=order.look,
        after=order.after,
        transition=order.transition,
        opens=order.opens,
    )
    changes: set[int] = set()
    encode_segment(
        _noting(changes, frames),
        clip=order.clip.path,
        samples=order.clip.samples,
        path=path,
        video_format=order.look.format,
        encoder=order.encoder,
    )
    expected = Expected(
        video_format=order.look.format,
        lengths=(order.clip.samples,),
        subtitles=Subtitles(scenes=(order.cues,)),
        codec=order.encoder.codec,
        variable_rate=order.encoder.holds_of_codec == "variable",
    )
    inspect_segment(path, expected, changes=changes, rest_db=order.encoder.rest_db, clip_lufs=order.clip.loudness_lufs)


def _noting(changes: set[int], frames: Iterable[Frame]) -> Iterator[Frame]:
    """The same frames; the frame times at which each begins are put into `changes` as they go by."""
    at = 0
    for frame in frames:
        changes.add(at)
        yield frame
        at += frame.hold


def join_film(segments: tuple[Segment, ...], sound: Path | None, title: str, path: Path, frame_rate: int) -> Video:
    """Join the scenes of a film to `path`, with a sound of its own if it has one. Runs in a worker process."""
    # A worker that was killed while it joined them left as much as it had written.
    discard_stale_temporaries(path)
    return join_segments(segments, path=path, frame_rate=frame_rate, title=title, sound=sound)


@dataclass(frozen=True, kw_only=True)
class StillsTask:
    """Everything a worker needs to make a film's stills. One piece of work: what they have in common is drawn once."""

    script: Script
    look: Look
    # Digest of the font files it will be set in.
    fonts: str
    # That they name, 0: none.
    episode: int = 0

    @cached_property
    def key(self) -> str:
        """Names the stills by their content."""
        return content_key(RENDERING_VERSION, self.fonts, self.script, self.look, self.episode)


def make_stills(order: StillsTask, path: Path) -> None:
    """Draw the stills of a film to `path`, all in one file. Runs in a worker process."""
    write_stills(draw_thumbnails(order.script, order.look, episode=order.episode), path)
