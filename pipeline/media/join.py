"""Finished segments joined into one film by copying their packets; nothing is decoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from pipeline.errors import CheckpointError
from pipeline.media.demux import open_packets
from pipeline.media.mux import Packet, open_mp4
from pipeline.model import FRAME_RATE, Segment

_HINT = "Remove the file and run the command again"


@dataclass(frozen=True, kw_only=True)
class _Parameters:
    """What decoders are told once, at the start of a film: it must hold for all segments."""

    width_px: int
    height_px: int
    # Parameter sets of H.264, configuration of AAC.
    video_extradata: bytes
    audio_extradata: bytes
    time_bases: tuple[Fraction, ...]


def join_mp4(segments: Sequence[Segment], path: Path, *, title: str | None = None, sound: Path | None = None) -> None:
    """Write the packets of all `segments`, one after the other, to `path`.

    `sound` is an MP4 with one audio track as long as all of them: its packets take the places of theirs.

    Every segment must have one video and one audio stream that start at 0, have no gaps and end together, and all the
    same parameters; that is what makes the result one stream for every decoder. Raises `CheckpointError` naming the
    segment that is not so, and `OSError` when `path` can't be written.
    """
    with open_mp4(path, title=title) as film:
        with _opened(segments[0].path) as first:
            streams = _streams(first, segments[0].path)
            parameters = _parameters(*streams)
            outputs: dict[str, VideoStream | AudioStream] = {
                stream.type: film.add_stream_from_template(stream) for stream in streams
            }
        clocks = dict.fromkeys(outputs, 0)
        packets = (packet for segment in segments for packet in _packets(segment, parameters))
        for packet in _with_sound(packets, sound, parameters) if sound else packets:
            kind = packet.stream.type
            packet.stream = outputs[kind]
            packet.pts = packet.dts = clocks[kind]
            clocks[kind] += packet.duration or 0
            film.mux(packet)


def _packets(segment: Segment, parameters: _Parameters) -> Iterator[Packet]:
    """All packets of a segment, with times as they are in it; checked on the way."""
    part = segment.path
    with _opened(part) as source:
        video, audio = _streams(source, part)
        if _parameters(video, audio) != parameters:
            raise CheckpointError("the segment was encoded in another way than the first", where=str(part), hint=_HINT)
        clocks: dict[str, int] = {video.type: 0, audio.type: 0}
        for packet in source.demux(video, audio):
            # An empty packet marks the end of each stream.
            if packet.dts is None:
                continue
            kind = packet.stream.type
            if packet.pts != packet.dts or packet.dts != clocks[kind] or not packet.duration:
                raise CheckpointError("the segment has a gap", where=str(part), hint=_HINT)
            clocks[kind] += packet.duration
            yield packet
        ends = {clocks[stream.type] * (stream.time_base or 0) for stream in (video, audio)}
        if ends != {Fraction(segment.frames, FRAME_RATE)}:
            raise CheckpointError(
                f"sound and picture of the segment do not both last {segment.frames} frames",
                where=str(part),
                hint=_HINT,
            )


def _with_sound(packets: Iterable[Packet], sound: Path, parameters: _Parameters) -> Iterator[Packet]:
    """The packets, those of sound replaced one by one: each lasts as long as the one whose place it takes."""
    with _opened(sound) as source:
        others = (packet for packet in source.demux() if packet.dts is not None)
        if bytes(source.streams.audio[0].codec_context.extradata or b"") != parameters.audio_extradata:
            raise CheckpointError("the sound was encoded in another way than the film", where=str(sound), hint=_HINT)
        for packet in packets:
            if packet.stream.type == "video":
                yield packet
                continue
            other = next(others, None)
            if other is None or other.duration != packet.duration:
                raise CheckpointError("the sound ends before the film", where=str(sound), hint=_HINT)
            yield other
        if next(others, None):
            raise CheckpointError("the sound goes on after the film", where=str(sound), hint=_HINT)


@contextmanager
def _opened(part: Path) -> Iterator[InputContainer]:
    """The part, open; what FFmpeg has to say against it, in the block, becomes a `CheckpointError`."""
    try:
        with open_packets(part) as source:
            yield source
    except av.FFmpegError as error:
        raise CheckpointError("the segment is missing or damaged", where=str(part), hint=_HINT) from error


def _streams(source: InputContainer, part: Path) -> tuple[VideoStream, AudioStream]:
    if len(source.streams) != 2 or not source.streams.video or not source.streams.audio:
        raise CheckpointError("the segment is not one picture and one sound track", where=str(part), hint=_HINT)
    return source.streams.video[0], source.streams.audio[0]


def _parameters(video: VideoStream, audio: AudioStream) -> _Parameters:
    return _Parameters(
        width_px=video.codec_context.width,
        height_px=video.codec_context.height,
        video_extradata=bytes(video.codec_context.extradata or b""),
        audio_extradata=bytes(audio.codec_context.extradata or b""),
        time_bases=tuple(stream.time_base or Fraction(0) for stream in (video, audio)),
    )
