"""Frames + clips -> Video: each scene is encoded to a segment, and segments are joined by copying packets.

plan             encoder settings
holds            unchanged pictures, written as skipped pictures instead of being encoded
frame_numbering  `frame_num` and picture order count of a stream with skipped pictures
segments         `encode_segment` (in a worker process) and `join_segments`
stills           `write_stills`: all thumbnails of a film in one file

PyAV and numpy are loaded by the first call, not by this import.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.assembly.plan import EncoderPlan, encoder_options
from pipeline.model import Segment, Video, VideoFormat

if TYPE_CHECKING:
    from PIL.Image import Image

    from pipeline.media.pictures.encode import Drawn

# Part of the cache key of every segment: raise it when the same frames and sound would give other bytes.
ASSEMBLY_VERSION = 12

__all__ = [
    "ASSEMBLY_VERSION",
    "EncoderPlan",
    "encode_segment",
    "encoder_options",
    "join_segments",
    "load",
    "read_stills",
    "write_stills",
]


def load() -> None:
    """Import the encoding modules now, so that the first call is not delayed."""
    from pipeline.assembly import segments, stills  # noqa: F401, PLC0415


def encode_segment(
    frames: Iterable[Drawn],
    *,
    clip: Path,
    samples: int,
    path: Path,
    video_format: VideoFormat,
    encoder: EncoderPlan,
) -> None:
    """Encode one scene to `path`, an MP4. Blocks; for worker processes: see `segments.encode_segment`."""
    from pipeline.assembly import segments  # noqa: PLC0415

    segments.encode_segment(frames, clip=clip, samples=samples, path=path, video_format=video_format, encoder=encoder)


def join_segments(
    segments: Sequence[Segment],
    *,
    path: Path,
    frame_rate: int = 30,
    title: str | None = None,
    sound: Path | None = None,
) -> Video:
    """Join segments into the film at `path`. Blocks: see `segments.join_segments`."""
    from pipeline.assembly.segments import join_segments as join  # noqa: PLC0415

    return join(segments, path=path, frame_rate=frame_rate, title=title, sound=sound)


def write_stills(pictures: Iterable[Image], path: Path) -> None:
    """Write the thumbnails of a film to one file. Blocks: see `stills.write_stills`."""
    from pipeline.assembly import stills  # noqa: PLC0415

    stills.write_stills(pictures, path)


def read_stills(path: Path) -> tuple[bytes, ...]:
    """The JPEGs that `write_stills` wrote, in their order. Blocks: see `stills.read_stills`."""
    from pipeline.assembly import stills  # noqa: PLC0415

    return stills.read_stills(path)
