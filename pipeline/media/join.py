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
from pipeline.media.mux import REORDER_DELAY, Packet, open_mp4
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
    # How long before the first picture is shown the first is decoded, in units of its time base.
    delay: int


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
        packets = _all_packets(segments, parameters)
        for packet in _with_sound(packets, sound, parameters) if sound else packets:
            packet.stream = outputs[packet.stream.type]
            film.mux(packet)


def _all_packets(segments: Iterable[Segment], parameters: _Parameters) -> Iterator[Packet]:
    """The packets of all segments, with their times in the film."""
    start_s = Fraction(0)
    decoded = {"video": -parameters.delay, "audio": 0}
    for segment in segments:
        for packet in _packets(segment, parameters):
            kind = packet.stream.type
            # A whole number: a segment ends where one of its packets does, in both streams.
            packet.pts = (packet.pts or 0) + int(start_s / packet.time_base)
            # A segment that makes no use of the delay is read as if it had none.
            packet.dts = decoded[kind]
            decoded[kind] += packet.duration or 0
            yield packet
        start_s += Fraction(segment.frames, FRAME_RATE)


def _packets(segment: Segment, parameters: _Parameters) -> Iterator[Packet]:
    """All packets of a segment, with times as they are in it; checked on the way."""
    part = segment.path
    with _opened(part) as source:
        video, audio = _streams(source, part)
        if _parameters(video, audio) != parameters:
            raise CheckpointError("the segment was encoded in another way than the first", where=str(part), hint=_HINT)
        shown: dict[str, list[tuple[int, int]]] = {video.type: [], audio.type: []}
        for packet in source.demux(video, audio):
            # An empty packet marks the end of each stream.
            if packet.dts is not None:
                start = packet.pts or 0
                shown[packet.stream.type].append((start, start + (packet.duration or 0)))
                yield packet
        for stream in (video, audio):
            _check_times(shown[stream.type], segment, stream.time_base or Fraction(1))


def _check_times(shown: list[tuple[int, int]], segment: Segment, time_base: Fraction) -> None:
    """From when to when packets are shown: one after the other, from the first moment of the segment to the last."""
    starts, ends = zip(*sorted(shown), strict=True) if shown else ((), ())
    is_whole = (*starts, segment.frames / (FRAME_RATE * time_base)) == (0, *ends)
    if not is_whole or any(start == end for start, end in shown):
        raise CheckpointError(
            f"sound or picture of the segment has a gap, or does not last {segment.frames} frames",
            where=str(segment.path),
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
            other.pts = other.dts = packet.pts
            yield other
        if next(others, None):
            raise CheckpointError("the sound goes on after the film", where=str(sound), hint=_HINT)


@contextmanager
def _opened(part: Path) -> Iterator[InputContainer]:
    """The part, open; what FFmpeg has to say against it, in the block, becomes a `CheckpointError`."""
    try:
        with av.open(str(part), format="mp4") as source:
            yield source
    except av.FFmpegError as error:
        raise CheckpointError("the segment is missing or damaged", where=str(part), hint=_HINT) from error


def _streams(source: InputContainer, part: Path) -> tuple[VideoStream, AudioStream]:
    if len(source.streams) != 2 or not source.streams.video or not source.streams.audio:
        raise CheckpointError("the segment is not one picture and one sound track", where=str(part), hint=_HINT)
    return source.streams.video[0], source.streams.audio[0]


def _parameters(video: VideoStream, audio: AudioStream) -> _Parameters:
    bases = tuple(stream.time_base or Fraction(1) for stream in (video, audio))
    return _Parameters(
        width_px=video.codec_context.width,
        height_px=video.codec_context.height,
        video_extradata=bytes(video.codec_context.extradata or b""),
        audio_extradata=bytes(audio.codec_context.extradata or b""),
        time_bases=bases,
        delay=int(REORDER_DELAY / (FRAME_RATE * bases[0])) if video.codec_context.has_b_frames else 0,
    )
