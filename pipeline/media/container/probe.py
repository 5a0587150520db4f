"""Streams and packets of a film, read without decoding anything."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from operator import sub
from pathlib import Path
from types import MappingProxyType

from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.stream import Stream
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from pipeline.errors import InputError
from pipeline.media.container.boxes import Box, has_edit_list, index_is_first, read_boxes
from pipeline.media.container.demux import opened, packets_of

# Packets of picture and sound alternate: most of the next ones of either are in the buffer.
_BUFFER_BYTES = 1 << 16


@dataclass(frozen=True, kw_only=True)
class PacketRun:
    """Consecutive packets of one stream, identified by a hash of their content."""

    count: int
    # Hexadecimal; of all bytes, of each packet's size, and of its keyframe flag.
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PictureTrack:
    """A video stream."""

    # FFmpeg's names: "h264", "High".
    codec: str
    profile: str
    width_px: int
    height_px: int
    # Sample aspect ratio: 1 is square.
    pixel_aspect: Fraction
    # Tagged with the primaries, transfer and matrix of BT.709, and limited range.
    is_bt709: bool
    frames: int
    # Frames per second; None: variable.
    constant_rate: Fraction | None
    # From 0 to the end of the last picture.
    duration_s: float
    # When the last picture begins.
    last_s: float
    # The longest distance between keyframes, or from the last one to the end.
    keyframe_s: float
    # The codec's extradata (H.264: `avcC`), hexadecimal.
    configuration: str
    packets: tuple[PacketRun, ...]


@dataclass(frozen=True, kw_only=True)
class SoundTrack:
    """An audio stream."""

    codec: str
    profile: str
    sample_rate_hz: int
    channels: int
    # Start, and end from 0.
    start_s: float
    duration_s: float
    # The sum of all gaps and overlaps of its packets.
    gaps_s: float
    configuration: str
    packets: tuple[PacketRun, ...]


@dataclass(frozen=True, kw_only=True)
class MediaInfo:
    """A media file."""

    pictures: tuple[PictureTrack, ...]
    sounds: tuple[SoundTrack, ...]
    # Streams of any other kind: subtitles, data, attachments.
    other_streams: int
    # Whether all packets that the index lists are there.
    is_complete: bool
    index_first: bool
    has_edit_list: bool


def probe(film: Path, parts: Mapping[str, Sequence[int]] = MappingProxyType({})) -> MediaInfo:
    """Read the headers and all packets of a film. Raises `InputError` for a file that is none.

    `parts` has for "video" and "audio" the number of packets in each part (-1: all but the last), to be hashed one by
    one; the remaining packets are one more part.
    """
    with opened(film) as source:
        try:
            boxes = read_boxes(film)
            readers = {stream.index: _PacketReader(stream, _lengths(stream, parts)) for stream in source.streams}
            if _index_is_enough(source, boxes):
                _read_by_index(film, readers)
            else:
                _read_packets(source, readers)
            return MediaInfo(
                pictures=tuple(_picture_track(stream, readers[stream.index]) for stream in source.streams.video),
                sounds=tuple(_sound_track(stream, readers[stream.index]) for stream in source.streams.audio),
                other_streams=len(source.streams) - len(source.streams.video) - len(source.streams.audio),
                is_complete=all(stream.frames <= len(readers[stream.index].starts) for stream in source.streams),
                index_first=index_is_first(boxes),
                has_edit_list=has_edit_list(boxes),
            )
        except (OSError, ValueError) as error:
            raise InputError(f"can't be read as a film ({type(error).__name__})", where=film.name) from error


class _Part:
    """The hash of consecutive packets. A length of 0 has no end."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.content = hashlib.sha256()
        # Per packet: its size doubled, plus one for a keyframe.
        self.layout: list[int] = []

    @property
    def packets(self) -> PacketRun:
        whole = self.content.copy()
        whole.update(repr(self.layout).encode())
        return PacketRun(count=len(self.layout), sha256=whole.hexdigest())


class _PacketReader:
    """Collects the timestamps of one stream, in units of its time base, and hashes its packets part by part."""

    def __init__(self, stream: Stream, parts: Sequence[int]) -> None:
        self.stream = stream
        self.starts: list[int] = []
        self.end = 0
        self._keys: list[int] = []
        self._lengths = iter(parts)
        self._parts = [_Part(next(self._lengths, 0))]

    def add(self, start: int, duration: int, content: bytes, *, is_key: bool) -> None:
        """The next packet, in decoding order."""
        self.starts.append(start)
        if is_key:
            self._keys.append(start)
        self.end = max(self.end, start + duration)
        part = self._parts[-1]
        part.content.update(content)
        part.layout.append(len(content) << 1 | is_key)
        if len(part.layout) == part.length:
            self._parts.append(_Part(next(self._lengths, 0)))

    @property
    def packets(self) -> tuple[PacketRun, ...]:
        """The parts that are not empty."""
        return tuple(part.packets for part in self._parts if part.layout)

    @property
    def gaps(self) -> int:
        """The sum of all deviations from the usual distance between packets.

        Packet durations do not help: in an MP4, a packet before a gap lasts until its end.
        """
        steps = Counter(map(sub, self.starts[1:], self.starts))
        usual = max(steps, key=lambda step: steps[step], default=0)
        return sum(count * abs(step - usual) for step, count in steps.items())

    @property
    def keyframes(self) -> int:
        """The longest distance between keyframes, or from the last one to the end."""
        times = sorted({min(self.starts, default=0), *self._keys, self.end})
        return max((after - before for before, after in pairwise(times)), default=0)


def _read_packets(source: InputContainer, readers: Mapping[int, _PacketReader]) -> None:
    for packet in packets_of(source):
        reader = readers[packet.stream_index]
        reader.add(packet.pts or 0, packet.duration or 0, bytes(packet), is_key=packet.is_keyframe)


def _index_is_enough(source: InputContainer, boxes: Sequence[Box]) -> bool:
    """Whether the index alone has all timestamps: decoding order is output order, and there is no edit list."""
    types = {box.path.rpartition("/")[2] for box in boxes}
    return not types & {"ctts", "elst"} and all(
        stream.frames == len(stream.index_entries) > 0 for stream in source.streams
    )


def _read_by_index(film: Path, readers: Mapping[int, _PacketReader]) -> None:
    """`_read_packets` straight from the file: demuxing with FFmpeg takes as long as all the rest."""
    with film.open("rb", buffering=_BUFFER_BYTES) as file:
        for reader in readers.values():
            entries = [(each.timestamp, each.pos, each.size, each.is_keyframe) for each in reader.stream.index_entries]
            ends = [start for start, *_ in entries[1:]] + [entries[0][0] + (reader.stream.duration or 0)]
            for (start, at, size, is_key), end in zip(entries, ends, strict=True):
                file.seek(at)
                content = file.read(size)
                if len(content) == size:
                    reader.add(start, end - start, content, is_key=is_key)


def _lengths(stream: Stream, parts: Mapping[str, Sequence[int]]) -> list[int]:
    return [length if length >= 0 else stream.frames + length for length in parts.get(stream.type, ())]


def _picture_track(stream: VideoStream, reader: _PacketReader) -> PictureTrack:
    codec = stream.codec_context
    return PictureTrack(
        # Not the decoder's name ("libdav1d").
        codec=codec.codec.canonical_name,
        profile=codec.profile or "",
        width_px=codec.width,
        height_px=codec.height,
        pixel_aspect=Fraction(stream.sample_aspect_ratio or 1),
        is_bt709=(codec.color_primaries, codec.color_trc, codec.colorspace, codec.color_range)
        == (ColorPrimaries.BT709, ColorTrc.BT709, Colorspace.ITU709, ColorRange.MPEG),
        frames=len(reader.starts),
        constant_rate=_constant_rate((*sorted(reader.starts), reader.end), _time_base(stream)),
        duration_s=float(reader.end * _time_base(stream)),
        last_s=float(max(reader.starts, default=0) * _time_base(stream)),
        keyframe_s=float(reader.keyframes * _time_base(stream)),
        configuration=_configuration(codec),
        packets=reader.packets,
    )


def _sound_track(stream: AudioStream, reader: _PacketReader) -> SoundTrack:
    codec = stream.codec_context
    return SoundTrack(
        codec=codec.name,
        profile=_aac_profile(bytes(codec.extradata or b"")) if codec.name == "aac" else codec.profile or "",
        sample_rate_hz=codec.sample_rate,
        channels=codec.channels,
        start_s=float(min(reader.starts, default=0) * _time_base(stream)),
        gaps_s=float(reader.gaps * _time_base(stream)),
        duration_s=float(reader.end * _time_base(stream)),
        configuration=_configuration(codec),
        packets=reader.packets,
    )


def _aac_profile(configuration: bytes) -> str:
    """From the AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1): FFmpeg would have to decode a packet first."""
    object_type = configuration[0] >> 3 if configuration else 0
    return "LC" if object_type == 2 else f"object type {object_type}"


def _constant_rate(times: Sequence[int], time_base: Fraction) -> Fraction | None:
    steps = set(map(sub, times[1:], times))
    if len(steps) != 1 or times[0] != 0:
        return None
    step = steps.pop()
    return 1 / (step * time_base) if step > 0 else None


def _configuration(codec: CodecContext) -> str:
    return bytes(codec.extradata or b"").hex()


def _time_base(stream: Stream) -> Fraction:
    return stream.time_base or Fraction(0)
