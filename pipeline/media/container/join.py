"""Concatenate segments into one film by stream copy; nothing is decoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from pipeline.errors import CheckpointError
from pipeline.media.container.demux import open_packets
from pipeline.media.container.mux import REORDER_DELAY, Packet, open_mp4
from pipeline.media.h264 import syntax
from pipeline.model import Segment

_HINT = "Remove the file and run the command again"


@dataclass(frozen=True, kw_only=True)
class _Parameters:
    """Stream parameters that are written once, at the start of a film: all segments must share them."""

    width_px: int
    height_px: int
    # The sample entry's type: "avc1".
    video_tag: str
    # `avcC` (or the like) and AudioSpecificConfig.
    video_extradata: bytes
    audio_extradata: bytes
    time_bases: tuple[Fraction, ...]
    # Frames between the decoding of the first picture and its presentation.
    delay: int


def join_mp4(segments: Sequence[Segment], path: Path, *, frame_rate: int, title: str | None, sound: Path | None) -> int:
    """Write the packets of all `segments` in order to `path`; returns the number of pictures.

    `sound` is an MP4 with one audio track as long as all segments: its packets replace theirs.

    Every segment must have one video and one audio stream that start at 0, have no gaps and end together (or the sound
    during the last picture), and all must share their parameters: that makes the result one stream for any decoder.
    Raises `CheckpointError` naming the segment that breaks this, and `OSError` if `path` can't be written.

    A scene whose sound ends during a picture has the whole picture. In the film, each scene begins with the picture
    nearest to the start of its sound; a scene that is one picture too long loses its last one, which no other refers
    to. So picture and sound are never further apart than half a picture.
    """
    with open_mp4(path, title=title) as film:
        with _opened(segments[0].path) as first:
            streams = _streams(first, segments[0].path)
            parameters = _parameters(*streams)
            outputs: dict[str, VideoStream | AudioStream] = {
                stream.type: film.add_stream_from_template(stream, opaque=True) for stream in streams
            }
        # The template does not carry the tag of H.265 (hvc1).
        outputs["video"].codec_context.codec_tag = parameters.video_tag
        packets = _all_packets(segments, parameters, frame_rate)
        end = 0
        for packet in _replace_audio(packets, sound, parameters) if sound else packets:
            kind = packet.stream.type
            if kind == "video":
                end = max(end, (packet.pts or 0) + (packet.duration or 0))
            packet.stream = outputs[kind]
            film.mux(packet)
    return int(end * parameters.time_bases[0] * frame_rate)


def _all_packets(segments: Iterable[Segment], parameters: _Parameters, frame_rate: int) -> Iterator[Packet]:
    """The packets of all segments with their times in the film, without surplus pictures."""
    begin_s = Fraction(0)
    # A picture and a sample in units of their time bases, whole numbers.
    picture, sample = 1 / (frame_rate * parameters.time_bases[0]), parameters.time_bases[1]
    decoded = {"video": -int(parameters.delay * picture), "audio": 0}
    for segment in segments:
        with _opened(segment.path) as source:
            sound_s = _sound_s(source, segment, parameters)
            first, after = (_round_half_up(time_s * frame_rate) for time_s in (begin_s, begin_s + sound_s))
            begins = {"video": int(first * picture), "audio": int(begin_s / sample)}
            room = int((after - first) * picture)
            for packet in _packets(source, segment, frame_rate, sound_s):
                kind, at = packet.stream.type, packet.pts or 0
                if kind == "video":
                    # At a variable frame rate the last picture is long, and is only shortened.
                    packet.duration = min(packet.duration or 0, room - at)
                    if packet.duration <= 0:
                        continue
                packet.pts = begins[kind] + at
                # Its own dts has no delay if the segment has no B-frames.
                packet.dts = decoded[kind]
                decoded[kind] += packet.duration or 0
                yield packet
        begin_s += sound_s


def _sound_s(source: InputContainer, segment: Segment, parameters: _Parameters) -> Fraction:
    """Duration of a segment's sound. Raises `CheckpointError` if its parameters are not those of the film."""
    video, audio = _streams(source, segment.path)
    if _parameters(video, audio) != parameters:
        raise CheckpointError(
            "the segment's encoding differs from the first one's", where=str(segment.path), hint=_HINT
        )
    return (audio.duration or 0) * (audio.time_base or Fraction(0))


def _packets(source: InputContainer, segment: Segment, frame_rate: int, sound_s: Fraction) -> Iterator[Packet]:
    """All packets of a segment with their own times. Raises `CheckpointError` at the end if there was a gap."""
    shown: dict[str, list[tuple[int, int]]] = {"video": [], "audio": []}
    for packet in source.demux():
        # An empty packet marks the end of each stream.
        if packet.dts is not None:
            start = packet.pts or 0
            shown[packet.stream.type].append((start, start + (packet.duration or 0)))
            yield packet
    video, audio = _streams(source, segment.path)
    lasts = {video: Fraction(segment.frames, frame_rate), audio: sound_s}
    if segment.frames != ceil(sound_s * frame_rate) or not all(
        _has_no_gap(shown[stream.type], lasts_s / (stream.time_base or 1)) for stream, lasts_s in lasts.items()
    ):
        raise CheckpointError(
            f"the sound or the picture of the segment has a gap, or does not last {segment.frames} frames",
            where=str(segment.path),
            hint=_HINT,
        )


def _has_no_gap(shown: list[tuple[int, int]], end: Fraction) -> bool:
    """Whether packets, by start and end, follow each other without a gap from 0 to `end`."""
    starts, ends = zip(*sorted(shown), strict=True) if shown else ((), ())
    return (*starts, end) == (0, *ends) and all(start < after for start, after in shown)


def _round_half_up(pictures: Fraction) -> int:
    return int(pictures + Fraction(1, 2))


def _replace_audio(packets: Iterable[Packet], sound: Path, parameters: _Parameters) -> Iterator[Packet]:
    """The packets, those of audio replaced one by one by packets of the same duration."""
    with _opened(sound) as source:
        others = (packet for packet in source.demux() if packet.dts is not None)
        if bytes(source.streams.audio[0].codec_context.extradata or b"") != parameters.audio_extradata:
            raise CheckpointError("the sound's encoding differs from the film's", where=str(sound), hint=_HINT)
        for packet in packets:
            if packet.stream.type == "video":
                yield packet
                continue
            other = next(others, None)
            if other is None or other.duration != packet.duration:
                raise CheckpointError("the sound is shorter than the film", where=str(sound), hint=_HINT)
            other.pts = other.dts = packet.pts
            yield other
        if next(others, None):
            raise CheckpointError("the sound is longer than the film", where=str(sound), hint=_HINT)


@contextmanager
def _opened(part: Path) -> Iterator[InputContainer]:
    """Open a part; FFmpeg's errors in the block become `CheckpointError`s."""
    try:
        with open_packets(part) as source:
            yield source
    except av.FFmpegError as error:
        raise CheckpointError("the segment is missing or damaged", where=str(part), hint=_HINT) from error


def _streams(source: InputContainer, part: Path) -> tuple[VideoStream, AudioStream]:
    if len(source.streams) != 2 or not source.streams.video or not source.streams.audio:
        raise CheckpointError("the segment has not exactly one video and one audio track", where=str(part), hint=_HINT)
    return source.streams.video[0], source.streams.audio[0]


def _parameters(video: VideoStream, audio: AudioStream) -> _Parameters:
    bases = tuple(stream.time_base or Fraction(1) for stream in (video, audio))
    return _Parameters(
        width_px=video.codec_context.width,
        height_px=video.codec_context.height,
        video_tag=video.codec_context.codec_tag,
        video_extradata=bytes(video.codec_context.extradata or b""),
        audio_extradata=bytes(audio.codec_context.extradata or b""),
        time_bases=bases,
        delay=_delay(bytes(video.codec_context.extradata or b"")),
    )


def _delay(configuration: bytes) -> int:
    """The reordering delay, from the SPS: without decoding, FFmpeg does not know whether there are B-frames."""
    _, sps = syntax.parse_avcc(configuration)
    return REORDER_DELAY if sps and sps.poc_type == 0 else 0
