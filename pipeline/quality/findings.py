"""What was found out about a part of a film when it was decoded, kept in the part itself.

A scene is decoded once, in the worker process that made it, and so is the sound of a film with music. The findings are
appended to the file in a box that readers skip and joining drops. Nobody can separate them from it, and the seal of the
cache vouches for both; they tell the packets that were decoded, so that a film can be held against them without being
decoded again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.files import storage_errors
from pipeline.media.container.boxes import append_extra, read_extra
from pipeline.media.container.probe import PacketRun
from pipeline.media.pictures.decode import Luma
from pipeline.media.sound.loudness import Loudness, combine_loudness
from pipeline.media.span import Span
from pipeline.quality.expected import Parts

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# Longer than a picture, shorter than anything that anybody sees between two black ones.
_SAME_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Brightness:
    """The brightness of a picture: 16 is black, 235 white; a picture that shows something varies."""

    mean: float
    spread: float

    @classmethod
    def of(cls, luma: Luma) -> Brightness:
        """The brightness of a plane, measured."""
        return cls(mean=float(luma.mean()), spread=float(luma.std()))


@dataclass(frozen=True, kw_only=True)
class PictureFindings:
    """The pictures of a scene."""

    # All but the last, and the last, which is left out of a film where its sound ends within it.
    packets: tuple[PacketRun, ...]
    # Frame times that the scene lasts, and of these the last packet.
    frames: int
    last_frames: int
    # As in `PictureTrack`.
    configuration: str
    pixel_format: str
    # While all of the scene has come and nothing has gone.
    at_rest: Brightness
    # What it looks like then: `media.looks.perceptual_hash`.
    look: int
    # In which it is black, from the start of the scene.
    black: tuple[Span, ...]


@dataclass(frozen=True, kw_only=True)
class SoundFindings:
    """The sound of a scene, or of a film."""

    packets: PacketRun
    configuration: str
    loudness: Loudness


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All that was found in one file."""

    # None: a file of sound.
    picture: PictureFindings | None
    sound: SoundFindings


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a viewer of a film sees and hears, as far as it is measured."""

    pixel_format: str
    scenes: tuple[Brightness, ...]
    loudness: Loudness
    black: tuple[Span, ...]
    # How many pictures were decoded for it, and in which spans they do not move; None: it is known from the parts.
    decoded: int | None = None
    frozen: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PartFindings:
    """What is known of all of them, in order, and how many frame times of each the film shows."""

    pictures: tuple[PictureFindings, ...]
    sounds: tuple[SoundFindings, ...]
    shown: tuple[int, ...]

    @property
    def packets(self) -> dict[str, tuple[tuple[int, PacketRun], ...]]:
        """The packets that the film must have of video and audio, each piece with the number of its part."""
        pictures = [
            (number, packets)
            for number, (part, shown) in enumerate(zip(self.pictures, self.shown, strict=True), start=1)
            for packets in (part.packets if part.frames - shown < part.last_frames else part.packets[:-1])
        ]
        sounds = [(number, part.packets) for number, part in enumerate(self.sounds, start=1)]
        return {"video": tuple(pictures), "audio": tuple(sounds)}

    @property
    def counts(self) -> dict[str, tuple[int, ...]]:
        """How many packets each piece has."""
        return {kind: tuple(packets.count for _, packets in pieces) for kind, pieces in self.packets.items()}

    def seen(self, starts_s: Sequence[float]) -> Seen:
        """The film as it is seen, without being looked at; its scenes begin at these times."""
        black = (
            Span(start_s=start_s + span.start_s, end_s=start_s + span.end_s)
            for start_s, part in zip(starts_s, self.pictures, strict=True)
            for span in part.black
        )
        return Seen(
            pixel_format=" and ".join(sorted({part.pixel_format for part in self.pictures})),
            scenes=tuple(part.at_rest for part in self.pictures),
            loudness=combine_loudness(part.loudness for part in self.sounds),
            black=tuple(_joined(black)),
        )


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """The same, but that one that goes on in the next scene is one; scenes begin with the nearest picture."""
    last: Span | None = None
    for span in spans:
        if last and span.start_s - last.end_s <= _SAME_S:
            last = Span(start_s=last.start_s, end_s=max(last.end_s, span.end_s))
            continue
        if last:
            yield last
        last = span
    if last:
        yield last


def append_findings(path: Path, findings: Findings) -> None:
    """Put the findings into the file that they are about. Raises `StorageError`."""
    with storage_errors(path):
        append_extra(path, json.dumps(findings, default=vars, separators=(",", ":")).encode())


def read_findings(path: Path) -> Findings:
    """The findings that a file carries. Raises `InputError` if it has none that can be read."""
    try:
        return _adapter().validate_python(json.loads(read_extra(path)))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("was not inspected when it was made", where=path.name) from error


def read_part_findings(parts: Parts, shown: Sequence[int]) -> PartFindings:
    """What was found in all parts of a film, of which it shows so many frame times each.

    Raises `InputError` if one is not there, was not inspected, or is none of them.
    """
    scenes = [read_findings(path) for path in parts.segments]
    pictures = tuple(found.picture for found in scenes if found.picture)
    if len(pictures) != len(shown):
        raise InputError(f"there are pictures of {len(pictures)} scenes, must be {len(shown)}")
    sounds = [read_findings(parts.sound)] if parts.sound else scenes
    return PartFindings(pictures=pictures, sounds=tuple(found.sound for found in sounds), shown=tuple(shown))


@cache
def _adapter() -> TypeAdapter[Findings]:
    # Only who reads findings needs it, not the many workers that write them.
    from pydantic import TypeAdapter  # noqa: PLC0415

    return TypeAdapter(Findings)
