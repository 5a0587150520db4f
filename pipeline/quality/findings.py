"""Measurements of a part of a film, made when it was decoded, and stored in the part's file.

A scene is decoded once, in the worker process that made it, and so is the sound of a film with music. The findings are
appended to the file as a box that readers skip and joining drops. So they can't be separated from it, and the cache's
checksum covers both. They contain the hashes of the decoded packets, so that a film can be compared with them without
decoding it again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.files import storage_errors
from pipeline.media.container.boxes import append_extra, read_extra
from pipeline.media.container.probe import PacketRun
from pipeline.media.pictures.subsampling import Luma
from pipeline.media.sound.loudness import Loudness, combine_loudness
from pipeline.media.span import Span, append_merged
from pipeline.quality.expected import Parts

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# Black spans so close together are one: longer than a frame, shorter than anything visible between them.
_MERGE_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Brightness:
    """Mean and standard deviation of a picture's luma (16 is black, 235 white)."""

    mean: float
    spread: float

    @classmethod
    def of(cls, luma: Luma) -> Brightness:
        """Measure a plane."""
        return cls(mean=float(luma.mean()), spread=float(luma.std()))


@dataclass(frozen=True, kw_only=True)
class PictureFindings:
    """The video of a scene."""

    # All packets but the last, and the last one, which joining may drop.
    packets: tuple[PacketRun, ...]
    # Duration of the scene, and of its last packet, in frames.
    frames: int
    last_frames: int
    # As in `PictureTrack`.
    configuration: str
    pixel_format: str
    # While everything is drawn and no transition has begun.
    at_rest: Brightness
    # The perceptual hash at the same time.
    look: int
    # Black spans, from the start of the scene.
    black: tuple[Span, ...]


@dataclass(frozen=True, kw_only=True)
class SoundFindings:
    """The audio of a scene, or of a film."""

    packets: PacketRun
    configuration: str
    loudness: Loudness


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All findings of one file, as stored: raise `INSPECTION_VERSION` when a field changes."""

    # None: an audio file.
    picture: PictureFindings | None
    sound: SoundFindings


@dataclass(frozen=True, kw_only=True)
class FilmFindings:
    """Measurements of a whole film."""

    pixel_format: str
    scenes: tuple[Brightness, ...]
    loudness: Loudness
    black: tuple[Span, ...]
    # Decoded pictures, and spans without motion. None: the measurements are those of the parts.
    decoded: int | None = None
    frozen: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PartFindings:
    """The findings of all parts in order, and how many frames of each the film shows."""

    pictures: tuple[PictureFindings, ...]
    sounds: tuple[SoundFindings, ...]
    shown: tuple[int, ...]

    @property
    def packets(self) -> dict[str, tuple[tuple[int, PacketRun], ...]]:
        """The packets that the film must have, "video" and "audio", each run with the 1-based number of its part."""
        pictures = [
            (number, packets)
            for number, (part, shown) in enumerate(zip(self.pictures, self.shown, strict=True), start=1)
            for packets in (part.packets if part.frames - shown < part.last_frames else part.packets[:-1])
        ]
        sounds = [(number, part.packets) for number, part in enumerate(self.sounds, start=1)]
        return {"video": tuple(pictures), "audio": tuple(sounds)}

    @property
    def counts(self) -> dict[str, tuple[int, ...]]:
        """The number of packets in each run."""
        return {kind: tuple(packets.count for _, packets in runs) for kind, runs in self.packets.items()}

    def combined(self, starts_s: Sequence[float]) -> FilmFindings:
        """The measurements of the film without decoding it; its scenes begin at these times."""
        black: list[Span] = []
        for start_s, part in zip(starts_s, self.pictures, strict=True):
            for span in part.black:
                append_merged(black, Span(start_s=start_s + span.start_s, end_s=start_s + span.end_s), _MERGE_S)
        return FilmFindings(
            pixel_format=" and ".join(sorted({part.pixel_format for part in self.pictures})),
            scenes=tuple(part.at_rest for part in self.pictures),
            loudness=combine_loudness(part.loudness for part in self.sounds),
            black=tuple(black),
        )


def append_findings(path: Path, findings: Findings) -> None:
    """Append the findings to their file. Raises `StorageError`."""
    with storage_errors(path):
        append_extra(path, json.dumps(findings, default=vars, separators=(",", ":")).encode())


def read_findings(path: Path) -> Findings:
    """The findings stored in a file. Raises `InputError` if it has none that can be read."""
    try:
        return _adapter().validate_python(json.loads(read_extra(path)))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("it has no findings of an inspection", where=path.name) from error


def read_part_findings(parts: Parts, shown: Sequence[int]) -> PartFindings:
    """The findings of all parts of a film, which shows `shown` frames of each.

    Raises `InputError` if a part is missing, was not inspected, or is one too many.
    """
    scenes = [read_findings(path) for path in parts.segments]
    pictures = tuple(found.picture for found in scenes if found.picture)
    if len(pictures) != len(shown):
        raise InputError(f"findings of {len(pictures)} scenes, must be {len(shown)}")
    sounds = [read_findings(parts.sound)] if parts.sound else scenes
    return PartFindings(pictures=pictures, sounds=tuple(found.sound for found in sounds), shown=tuple(shown))


@cache
def _adapter() -> TypeAdapter[Findings]:
    # Needed only to read findings, not in the many workers that write them.
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(Findings)
