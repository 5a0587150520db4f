"""Finished segments joined into one film by copying their packets; nothing is decoded."""

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
    """What decoders are told once, at the start of a film: it must hold for all segments."""

    width_px: int
    height_px: int
    # The codec as MP4 names it: "avc1".
    video_tag: str
    # Parameter sets of H.264, configuration of AAC.
    video_extradata: bytes
    audio_extradata: bytes
    time_bases: tuple[Fraction, ...]
    # How many frame times before the first picture is shown the first is decoded.
    delay: int


def join_mp4(segments: Sequence[Segment], path: Path, *, frame_rate: int, title: str | None, sound: Path | None) -> int:
    """Write the packets of all `segments`, one after the other, to `path`; how many pictures the film has.

    `sound` is an MP4 with one audio track as long as all of them: its packets take the places of theirs.

    Every segment must have one video and one audio stream that start at 0, have no gaps and end together (or the sound
    within the last picture), and all the same parameters; that is what makes the result one stream for every decoder.
    Raises `CheckpointError` naming the segment that is not so, and `OSError` when `path` can't be written.

    A scene whose sound ends within a picture has that picture whole. Pictures are counted from the start of the film,
    where each scene begins with the picture nearest to its sound: if one would be too many, the scene's last is left
    out, which no other refers to. So picture and sound are never further apart than half a picture.
    """
    with open_mp4(path, title=title) as film:
        with _opened(segments[0].path) as first:
            streams = _streams(first, segments[0].path)
            parameters = _parameters(*streams)
            outputs: dict[str, VideoStream | AudioStream] = {
                stream.type: film.add_stream_from_template(stream, opaque=True) for stream in streams
            }
        # The kind of H.265 is not taken over with the rest of the stream.
        outputs["video"].codec_context.codec_tag = parameters.video_tag
        packets = _all_packets(segments, parameters, frame_rate)
        end = 0
        for packet in _with_sound(packets, sound, parameters) if sound else packets:
            kind = packet.stream.type
            if kind == "video":
                end = max(end, (packet.pts or 0) + (packet.duration or 0))
            packet.stream = outputs[kind]
            film.mux(packet)
    return int(end * parameters.time_bases[0] * frame_rate)


def _all_packets(segments: Iterable[Segment], parameters: _Parameters, frame_rate: int) -> Iterator[Packet]:
    """The packets of all segments, with their times in the film. Pictures that would be too many are left out."""
    heard_s = Fraction(0)
    # In units of the time bases, of which a picture and a sample have whole numbers.
    picture, sample = 1 / (frame_rate * parameters.time_bases[0]), parameters.time_bases[1]
    decoded = {"video": -int(parameters.delay * picture), "audio": 0}
    for segment in segments:
        with _opened(segment.path) as source:
            sound_s = _sound_s(source, segment, parameters)
            first, after = (_nearest(time_s * frame_rate) for time_s in (heard_s, heard_s + sound_s))
            begins = {"video": int(first * picture), "audio": int(heard_s / sample)}
            room = int((after - first) * picture)
            for packet in _packets(source, segment, frame_rate, sound_s):
                kind, at = packet.stream.type, packet.pts or 0
                if kind == "video":
                    # At a variable rate the last picture is long, and only ends sooner.
                    packet.duration = min(packet.duration or 0, room - at)
                    if packet.duration <= 0:
                        continue
                packet.pts = begins[kind] + at
                # A segment that makes no use of the delay is read as if it had none.
                packet.dts = decoded[kind]
                decoded[kind] += packet.duration or 0
                yield packet
        heard_s += sound_s


def _sound_s(source: InputContainer, segment: Segment, parameters: _Parameters) -> Fraction:
    """How long the sound of a segment lasts. Raises `CheckpointError` for one that was encoded in another way."""
    video, audio = _streams(source, segment.path)
    if _parameters(video, audio) != parameters:
        message = "the segment was encoded in another way than the first"
        raise CheckpointError(message, where=str(segment.path), hint=_HINT)
    return (audio.duration or 0) * (audio.time_base or Fraction(0))


def _packets(source: InputContainer, segment: Segment, frame_rate: int, sound_s: Fraction) -> Iterator[Packet]:
    """All packets of a segment, with times as they are in it; checked on the way."""
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
            f"sound or picture of the segment has a gap, or does not last {segment.frames} frames",
            where=str(segment.path),
            hint=_HINT,
        )


def _has_no_gap(shown: list[tuple[int, int]], end: Fraction) -> bool:
    """Whether packets that are shown from when to when follow each other from 0 to the end."""
    starts, ends = zip(*sorted(shown), strict=True) if shown else ((), ())
    return (*starts, end) == (0, *ends) and all(start < after for start, after in shown)


def _nearest(pictures: Fraction) -> int:
    return int(pictures + Fraction(1, 2))


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
        with open_packets(part) as source:
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
        video_tag=video.codec_context.codec_tag,
        video_extradata=bytes(video.codec_context.extradata or b""),
        audio_extradata=bytes(audio.codec_context.extradata or b""),
        time_bases=bases,
        delay=_delay(bytes(video.codec_context.extradata or b"")),
    )


def _delay(configuration: bytes) -> int:
    """With B-frames, a picture's place is told in its slices; a decoder that has not seen any does not know of them."""
    _, sequence = syntax.parse_avcc(configuration)
    return REORDER_DELAY if sequence and sequence.poc_type == 0 else 0
