"""What was found out about a part of a film when it was decoded, kept in the part itself.

A scene is decoded once, in the worker process that made it, and so is the sound of a film with music. The findings are
appended to the file in a box that readers skip and joining drops. Nobody can separate them from it, and the seal of the
cache vouches for both; they tell the packets that were decoded, so that a film can be held against them without being
decoded again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import InputError
from pipeline.files import storage_errors
from pipeline.media.boxes import append_extra, read_extra
from pipeline.media.decode import Luma
from pipeline.media.loudness import Loudness, together
from pipeline.media.probe import Packets

# Part of the keys of cached parts: raise it with whatever is looked for in them, or kept of them.
INSPECTION_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Brightness:
    """Of a picture: 16 is black, 235 white; a picture that shows something varies."""

    mean: float
    spread: float

    @classmethod
    def of(cls, luma: Luma) -> Brightness:
        """As it is measured."""
        return cls(mean=float(luma.mean()), spread=float(luma.std()))


@dataclass(frozen=True, kw_only=True)
class PictureFindings:
    """The pictures of a scene."""

    packets: Packets
    # As in `PictureTrack`.
    configuration: str
    pixel_format: str
    # While all of the scene has come and nothing has gone.
    at_rest: Brightness


@dataclass(frozen=True, kw_only=True)
class SoundFindings:
    """The sound of a scene, or of a film."""

    packets: Packets
    configuration: str
    loudness: Loudness


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Of one file."""

    # None: a file of sound.
    picture: PictureFindings | None
    sound: SoundFindings


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a viewer of a film sees and hears, as far as it is measured."""

    pixel_format: str
    scenes: tuple[Brightness, ...]
    loudness: Loudness
    # How many pictures were decoded for it; None: it is known from the parts.
    decoded: int | None = None


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The files that a film was joined from."""

    segments: tuple[Path, ...]
    # The sound of the whole film, if it is not that of the segments.
    sound: Path | None = None


@dataclass(frozen=True, kw_only=True)
class FoundParts:
    """What is known of all of them, in order."""

    pictures: tuple[PictureFindings, ...]
    sounds: tuple[SoundFindings, ...]

    @property
    def packets(self) -> dict[str, tuple[int, ...]]:
        """How many packets of video and audio each part has."""
        return {
            "video": tuple(part.packets.count for part in self.pictures),
            "audio": tuple(part.packets.count for part in self.sounds),
        }

    @property
    def seen(self) -> Seen:
        """The film as it is seen, without being looked at."""
        return Seen(
            pixel_format=" and ".join(sorted({part.pixel_format for part in self.pictures})),
            scenes=tuple(part.at_rest for part in self.pictures),
            loudness=together(part.loudness for part in self.sounds),
        )


def keep_findings(path: Path, findings: Findings) -> None:
    """Put the findings into the file that they are about. Raises `StorageError`."""
    with storage_errors(path):
        append_extra(path, json.dumps(asdict(findings), separators=(",", ":")).encode())


def read_findings(path: Path) -> Findings:
    """The findings that a file carries. Raises `InputError` if it has none that can be read."""
    try:
        return _adapter().validate_python(json.loads(read_extra(path)))
    except (OSError, ValueError, RecursionError, ValidationError) as error:
        raise InputError("was not inspected when it was made", where=path.name) from error


def found_parts(parts: Parts) -> FoundParts:
    """What was found in all parts of a film. Raises `InputError` if one is not there or was not inspected."""
    scenes = [read_findings(path) for path in parts.segments]
    return FoundParts(
        pictures=_pictures(scenes),
        sounds=tuple(found.sound for found in ([read_findings(parts.sound)] if parts.sound else scenes)),
    )


def _pictures(scenes: Sequence[Findings]) -> tuple[PictureFindings, ...]:
    pictures = tuple(found.picture for found in scenes if found.picture)
    if len(pictures) != len(scenes):
        raise InputError("a scene without pictures")
    return pictures


@cache
def _adapter() -> TypeAdapter[Findings]:
    return TypeAdapter(Findings)
