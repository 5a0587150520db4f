"""Where drawing and encoding meet: one scene becomes one segment, in one worker process.

The pictures of a scene never leave the process that draws them; what comes back is the name of a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.assembly import ASSEMBLY_VERSION, EncoderPlan, encode_segment, join_segments, write_jpeg
from pipeline.keys import content_key
from pipeline.model import Clip, Cue, Scene, Script, Segment, Video
from pipeline.rendering import RENDERING_VERSION, Look, draw_scene, draw_thumbnail


@dataclass(frozen=True, kw_only=True)
class SegmentOrder:
    """Everything a worker needs to make one segment, and nothing else."""

    scene: Scene
    cues: tuple[Cue, ...]
    clip: Clip
    look: Look
    # Digest of the font files it will be set in.
    fonts: str
    encoder: EncoderPlan

    @property
    def frames(self) -> int:
        """How many pictures the scene lasts."""
        return self.look.format.frames_of(self.clip.samples)

    @property
    def key(self) -> str:
        """Names the segment by its content: the same order, made by the same code, is made once."""
        versions = (RENDERING_VERSION, ASSEMBLY_VERSION, self.fonts)
        sound = (self.clip.sha256, self.clip.words)
        return content_key(versions, sound, self.scene, self.cues, self.look, self.encoder)


def make_segment(order: SegmentOrder, path: Path) -> None:
    """Draw the scene and encode it, with its sound, to `path`. Runs in a worker process."""
    frames = draw_scene(
        order.scene,
        words=order.clip.words,
        cues=order.cues,
        frames=order.frames,
        look=order.look,
    )
    encode_segment(
        frames,
        clip=order.clip.path,
        samples=order.clip.samples,
        path=path,
        video_format=order.look.format,
        encoder=order.encoder,
    )


def join_film(segments: tuple[Segment, ...], sound: Path | None, title: str, path: Path, frame_rate: int) -> Video:
    """Join the scenes of a film to `path`, with a sound of its own if it has one. Runs in a worker process."""
    return join_segments(segments, path=path, frame_rate=frame_rate, title=title, sound=sound)


def make_thumbnail(script: Script, look: Look, path: Path) -> None:
    """Draw the thumbnail of a film to `path`, a JPEG. Runs in a worker process."""
    write_jpeg(draw_thumbnail(script, look), path)
