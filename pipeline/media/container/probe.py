"""What a film is made of, found out by reading every packet and decoding none."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from operator import itemgetter, sub
from pathlib import Path
from types import MappingProxyType

from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.stream import Stream
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from pipeline.errors import InputError
from pipeline.media.container.boxes import Box, has_edit_list, index_is_first, read_boxes
from pipeline.media.container.demux import OpenFilm, opened
from pipeline.media.container.mux import Packet


@dataclass(frozen=True, kw_only=True)
class Packets:
    """Packets of one stream that follow each other, told by their content."""

    count: int
    # Hexadecimal; of the bytes of all, of the length of each, and whether pictures can be decoded from it on.
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PictureTrack:
    """A video stream."""

    # Names as FFmpeg uses them: "h264", "High".
    codec: str
    profile: str
    width_px: int
    height_px: int
    # Primaries, transfer and matrix of BT.709, limited range: all four are said in the stream.
    is_bt709: bool
    frames: int
    # Pictures per second, if every one is shown as long as the others; None: variable.
    constant_rate: Fraction | None
    # From 0 to the end of the last picture.
    duration_s: float
    # When the last picture begins.
    last_s: float
    # From one picture that can be decoded by itself to the next, or to the end, at most.
    keyframe_s: float
    # What decoders are told first (parameter sets of H.264), in hexadecimal digits.
    configuration: str
    packets: tuple[Packets, ...]


@dataclass(frozen=True, kw_only=True)
class SoundTrack:
    """An audio stream."""

    codec: str
    profile: str
    sample_rate_hz: int
    channels: int
    # When it begins, and when it ends.
    start_s: float
    duration_s: float
    # All gaps between its packets, and from packets that overlap, together.
    gaps_s: float
    configuration: str
    packets: tuple[Packets, ...]


@dataclass(frozen=True, kw_only=True)
class MediaInfo:
    """A media file."""

    pictures: tuple[PictureTrack, ...]
    sounds: tuple[SoundTrack, ...]
    # Streams of any other kind: subtitles, data, attachments.
    other_streams: int
    # All packets that the index promises are there.
    is_complete: bool
    index_first: bool
    has_edit_list: bool


def probe(film: Path | OpenFilm, parts: Mapping[str, Sequence[int]] = MappingProxyType({})) -> MediaInfo:
    """Read the headers and all packets of a film. Raises `InputError` for what is none.

    `parts` tells of "video" and "audio" how many packets each part has (-1: all but the last); what is left, or all, is
    one part more.
    """
    with opened(film) as source:
        try:
            boxes = read_boxes(source.path)
            read = {stream.index: _Reading(stream, _lengths(stream, parts)) for stream in source.streams}
            if _index_is_enough(source, boxes):
                _read_by_index(source, read)
            else:
                _read_packets(source, read)
            return MediaInfo(
                pictures=tuple(_picture_track(stream, read[stream.index]) for stream in source.streams.video),
                sounds=tuple(_sound_track(stream, read[stream.index]) for stream in source.streams.audio),
                other_streams=len(source.streams) - len(source.streams.video) - len(source.streams.audio),
                is_complete=all(stream.frames <= len(read[stream.index].starts) for stream in source.streams),
                index_first=index_is_first(boxes),
                has_edit_list=has_edit_list(boxes),
            )
        except (OSError, ValueError) as error:
            raise InputError(f"can't be read as a film ({type(error).__name__})", where=source.path.name) from error


class _Part:
    """Packets that follow each other; the last part has as many as there are."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.content = hashlib.sha256()
        # The size of each, doubled, and one more for a keyframe.
        self.layout: list[int] = []

    @property
    def packets(self) -> Packets:
        whole = self.content.copy()
        whole.update(repr(self.layout).encode())
        return Packets(count=len(self.layout), sha256=whole.hexdigest())


class _Reading:
    """What the packets of one stream tell: times in units of its time base, and their content part by part."""

    def __init__(self, stream: Stream, parts: Sequence[int]) -> None:
        self.stream = stream
        self.starts: list[int] = []
        self.end = 0
        self._keys: list[int] = []
        self._lengths = iter(parts)
        self._parts = [_Part(next(self._lengths, 0))]

    def note(self, start: int, duration: int, size: int, *, is_key: bool) -> Callable[[Packet | bytes], None]:
        """The next one, in decoding order. What comes back wants its content, in this order, too."""
        self.starts.append(start)
        if is_key:
            self._keys.append(start)
        self.end = max(self.end, start + duration)
        part = self._parts[-1]
        part.layout.append(size << 1 | is_key)
        if len(part.layout) == part.length:
            self._parts.append(_Part(next(self._lengths, 0)))
        return part.content.update

    @property
    def packets(self) -> tuple[Packets, ...]:
        """The parts that are not empty."""
        return tuple(part.packets for part in self._parts if part.layout)

    @property
    def gaps(self) -> int:
        """By how much packets begin before or after their time, together, if each lasts as long as most do.

        What they say of their length is no help: in an MP4, a packet before a gap lasts until its end.
        """
        steps = Counter(map(sub, self.starts[1:], self.starts))
        usual = max(steps, key=lambda step: steps[step], default=0)
        return sum(count * abs(step - usual) for step, count in steps.items())

    @property
    def keyframes(self) -> int:
        """The longest way from one keyframe to the next, or to the end."""
        times = sorted({min(self.starts, default=0), *self._keys, self.end})
        return max((after - before for before, after in pairwise(times)), default=0)


def _read_packets(source: OpenFilm, read: Mapping[int, _Reading]) -> None:
    for packet in source.packets():
        note = read[packet.stream_index].note
        note(packet.pts or 0, packet.duration or 0, packet.size, is_key=packet.is_keyframe)(packet)


def _index_is_enough(source: OpenFilm, boxes: Sequence[Box]) -> bool:
    """Whether the index tells of all packets: pictures are shown in the order of decoding, and nothing is cut."""
    leaves = {box.path.rpartition("/")[2] for box in boxes}
    return not (source.is_held or leaves & {"ctts", "elst"}) and all(
        stream.frames == len(stream.index_entries) > 0 for stream in source.streams
    )


def _read_by_index(source: OpenFilm, read: Mapping[int, _Reading]) -> None:
    """The same of the packets that are there, without FFmpeg, which takes as long to give them as all else."""
    size = source.path.stat().st_size
    places: list[tuple[int, int, Callable[[bytes], None]]] = []
    for reading in read.values():
        entries = [(each.timestamp, each.pos, each.size, each.is_keyframe) for each in reading.stream.index_entries]
        ends = [start for start, *_ in entries[1:]] + [entries[0][0] + (reading.stream.duration or 0)]
        places += [
            (at, length, reading.note(start, end - start, length, is_key=is_key))
            for (start, at, length, is_key), end in zip(entries, ends, strict=True)
            if at + length <= size
        ]
    with source.path.open("rb") as file:
        here = 0
        for at, length, take in sorted(places, key=itemgetter(0)):
            if at != here:
                file.seek(at)
            take(file.read(length))
            here = at + length


def _lengths(stream: Stream, parts: Mapping[str, Sequence[int]]) -> list[int]:
    return [length if length >= 0 else stream.frames + length for length in parts.get(stream.type, ())]


def _picture_track(stream: VideoStream, reading: _Reading) -> PictureTrack:
    codec = stream.codec_context
    return PictureTrack(
        # Not the decoder, of which there are several ("libdav1d").
        codec=codec.codec.canonical_name,
        profile=codec.profile or "",
        width_px=codec.width,
        height_px=codec.height,
        is_bt709=(codec.color_primaries, codec.color_trc, codec.colorspace, codec.color_range)
        == (ColorPrimaries.BT709, ColorTrc.BT709, Colorspace.ITU709, ColorRange.MPEG),
        frames=len(reading.starts),
        constant_rate=_constant_rate((*sorted(reading.starts), reading.end), _time_base(stream)),
        duration_s=float(reading.end * _time_base(stream)),
        last_s=float(max(reading.starts, default=0) * _time_base(stream)),
        keyframe_s=float(reading.keyframes * _time_base(stream)),
        configuration=_configuration(codec),
        packets=reading.packets,
    )


def _sound_track(stream: AudioStream, reading: _Reading) -> SoundTrack:
    codec = stream.codec_context
    return SoundTrack(
        codec=codec.name,
        profile=_aac_profile(bytes(codec.extradata or b"")) if codec.name == "aac" else codec.profile or "",
        sample_rate_hz=codec.sample_rate,
        channels=codec.channels,
        start_s=float(min(reading.starts, default=0) * _time_base(stream)),
        gaps_s=float(reading.gaps * _time_base(stream)),
        duration_s=float(reading.end * _time_base(stream)),
        configuration=_configuration(codec),
        packets=reading.packets,
    )


def _aac_profile(configuration: bytes) -> str:
    """From the AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1): a decoder would have to hear a packet first."""
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
