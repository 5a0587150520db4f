"""What a film is made of, found out by reading every packet and decoding none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from pipeline.errors import InputError
from pipeline.media.boxes import has_edit_list, index_is_first, read_boxes


@dataclass(frozen=True, kw_only=True)
class PictureTrack:
    """A video stream."""

    # Names as FFmpeg uses them: "h264", "High", "yuv420p".
    codec: str
    profile: str
    pixel_format: str
    width_px: int
    height_px: int
    # Primaries, transfer and matrix of BT.709, limited range: all four are said in the stream.
    is_bt709: bool
    frames: int
    # Pictures per second, if every one is shown as long as the others; None: variable.
    constant_rate: Fraction | None
    # From 0 to the end of the last picture.
    duration_s: float


@dataclass(frozen=True, kw_only=True)
class SoundTrack:
    """An audio stream."""

    codec: str
    profile: str
    sample_rate_hz: int
    channels: int
    duration_s: float


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


@dataclass(frozen=True, kw_only=True)
class _Timing:
    """When the packets of one stream are shown, in units of its time base: starts in order, and the last one's end."""

    starts: tuple[int, ...]
    end: int


def probe(path: Path) -> MediaInfo:
    """Read the headers and the times of all packets of a film. Raises `InputError` for what is none."""
    try:
        boxes = read_boxes(path)
        # Named, so that FFmpeg does not take a hostile file for a playlist and open what that lists.
        with av.open(str(path), format="mp4") as source:
            timings = _timings(source)
            return MediaInfo(
                pictures=tuple(_picture_track(stream, timings[stream.index]) for stream in source.streams.video),
                sounds=tuple(_sound_track(stream, timings[stream.index]) for stream in source.streams.audio),
                other_streams=len(source.streams) - len(source.streams.video) - len(source.streams.audio),
                is_complete=all(stream.frames <= len(timings[stream.index].starts) for stream in source.streams),
                index_first=index_is_first(boxes),
                has_edit_list=has_edit_list(boxes),
            )
    except (OSError, ValueError) as error:
        # PyAV's errors are one or the other.
        raise InputError(f"can't be read as a film ({type(error).__name__})", where=path.name) from error


def _timings(source: InputContainer) -> dict[int, _Timing]:
    starts: dict[int, list[int]] = {stream.index: [] for stream in source.streams}
    ends = dict.fromkeys(starts, 0)
    for packet in source.demux():
        # The last packet of a file that is cut short comes as far as it is there, and is marked.
        if packet.pts is not None and not packet.is_corrupt:
            starts[packet.stream_index].append(packet.pts)
            ends[packet.stream_index] = max(ends[packet.stream_index], packet.pts + (packet.duration or 0))
    return {index: _Timing(starts=tuple(sorted(starts[index])), end=ends[index]) for index in starts}


def _picture_track(stream: VideoStream, timing: _Timing) -> PictureTrack:
    codec = stream.codec_context
    return PictureTrack(
        # Not the decoder, of which there are several ("libdav1d").
        codec=codec.codec.canonical_name,
        profile=codec.profile or "",
        pixel_format=codec.pix_fmt or "",
        width_px=codec.width,
        height_px=codec.height,
        is_bt709=(codec.color_primaries, codec.color_trc, codec.colorspace, codec.color_range)
        == (ColorPrimaries.BT709, ColorTrc.BT709, Colorspace.ITU709, ColorRange.MPEG),
        frames=len(timing.starts),
        constant_rate=_constant_rate((*timing.starts, timing.end), _time_base(stream)),
        duration_s=float(timing.end * _time_base(stream)),
    )


def _sound_track(stream: AudioStream, timing: _Timing) -> SoundTrack:
    codec = stream.codec_context
    return SoundTrack(
        codec=codec.name,
        profile=codec.profile or "",
        sample_rate_hz=codec.sample_rate,
        channels=codec.channels,
        duration_s=float(timing.end * _time_base(stream)),
    )


def _constant_rate(times: Sequence[int], time_base: Fraction) -> Fraction | None:
    steps = {after - before for before, after in pairwise(times)}
    if len(steps) != 1 or times[0] != 0:
        return None
    step = steps.pop()
    return 1 / (step * time_base) if step > 0 else None


def _time_base(stream: Stream) -> Fraction:
    return stream.time_base or Fraction(0)
