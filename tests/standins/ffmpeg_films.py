"""Small third-party films, written by FFmpeg alone, with configurable faults."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from fractions import Fraction
from functools import cache, partial
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from pipeline.media.sound.loudness import normalise_loudness
from tests.standins.films import voice

OURS = {"movflags": "+faststart", "use_editlist": "0"}
LENGTH_S = 3.2
_BT709 = 1


@cache
def talk(length_s: float = LENGTH_S, seed: int = 0) -> NDArray[np.float32]:
    """A voice-like sound at -15 LUFS, stereo, 48 kHz, with words and phrases."""
    samples = round(length_s * 48_000)
    at_s = np.arange(samples, dtype=np.float32)[:, None] / 48_000
    words = 0.65 + 0.2 * np.sin(2 * np.pi * 3.1 * at_s + seed) + 0.15 * np.sin(2 * np.pi * 0.83 * at_s + seed)
    wave, _ = normalise_loudness(voice(-(-samples // 25_600), seed=seed)[:samples] * words)
    # The same seed for all.
    wave.flags.writeable = False
    return wave


def moving(at: int, width: int, height: int, seed: int = 0) -> NDArray[np.uint8]:
    """A bar moving over a gradient of greys, with a line of text below it."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = np.linspace(40 + seed % 40, 150, width, dtype=np.uint8)[None, :, None]
    left = (at * 4 + seed * 7) % (width - width // 8)
    picture[height // 3 : height // 2, left : left + width // 8] = (230, 220, 90)
    picture[3 * height // 4 : 3 * height // 4 + 8, width // 8 : 7 * width // 8 : 5] = 235
    return picture


def still(_at: int, width: int, height: int) -> NDArray[np.uint8]:
    """A still picture."""
    return moving(0, width, height)


def black(_at: int, width: int, height: int) -> NDArray[np.uint8]:
    """A black picture."""
    return np.zeros((height, width, 3), np.uint8)


def write_film(
    path: Path,
    *,
    picture: Callable[[int, int, int], NDArray[np.uint8]] | None = moving,
    sound: NDArray[np.float32] | Callable[[], NDArray[np.float32]] | None = None,
    silent: bool = False,
    length_s: float = LENGTH_S,
    size: tuple[int, int] = (320, 180),
    rate: int | Fraction = 30,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    form: str = "mp4",
    options: dict[str, str] = OURS,
    colour: int | None = _BT709,
    keyframe: int = 30,
    bframes: int = 0,
    pixel_aspect: Fraction | None = None,
    sound_codec: str = "aac",
    sound_rate: int = 48_000,
    layout: str = "stereo",
    sound_delay_s: float = 0.0,
    sound_times: Callable[[float], float] | None = None,
    skip: Collection[int] = (),
    sounds: int = 1,
    lost: Mapping[int, int] | None = None,
) -> Path:
    """Write a film to `path`; by default a good one. `picture` None: only sound; `silent`: only pictures.

    `sound` is a waveform, or a function that makes one.
    `lost` are chroma planes, 1 or 2, that are constant in all pictures.
    `sound_times` maps the correct time of sound to its timestamp, in seconds.
    """
    with av.open(str(path), "w", format=form, container_options=options if form in {"mp4", "mov"} else {}) as film:
        packets = []
        if picture is not None:
            wanted = {
                "rate": rate,
                "size": size,
                "pixels": pixels,
                "keyframe": keyframe,
                "colour": colour,
                "bframes": bframes,
            }
            stream = _picture_stream(film, codec, **wanted)
            if pixel_aspect:
                stream.codec_context.sample_aspect_ratio = pixel_aspect
            times = tuple(at for at in range(round(length_s * rate)) if at not in skip)
            packets += _once(
                (picture, codec, *wanted.values(), pixel_aspect, times, form)
                if picture in (moving, black) and not lost
                else None,
                stream,
                partial(_pictures, stream, picture, times, lost or {}),
            )
        for number in range(0 if silent else sounds):
            stream = film.add_stream(sound_codec, rate=sound_rate)
            stream.layout = layout
            if sound_codec.startswith("wma"):
                stream.bit_rate = 128_000
            packets += _once(
                (number, length_s, sound_codec, sound_rate, layout, sound_delay_s, form)
                if sound is None and sound_times is None
                else None,
                stream,
                partial(
                    _sound,
                    stream,
                    talk(length_s) if sound is None else sound() if callable(sound) else sound,
                    sound_times or (lambda time_s: time_s + sound_delay_s),
                ),
            )
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            film.mux(packet)
    return path


# Most films differ in one stream only, so the other one is encoded once.
_KNOWN: dict[Hashable, list[av.Packet]] = {}


def _once(known_by: Hashable | None, stream, encode):
    """The packets of a stream, from the last film with the same content; None: they are not shared."""
    if known_by is None:
        return encode()
    if known_by not in _KNOWN:
        _KNOWN[known_by] = encode()
    for packet in _KNOWN[known_by]:
        packet.stream = stream
    return _KNOWN[known_by]


def _picture_stream(film, codec, *, rate, size, pixels, keyframe, colour, bframes):
    stream = film.add_stream(codec, rate=rate)
    stream.width, stream.height, stream.pix_fmt = *size, pixels
    stream.options = {
        "libx264": {"preset": "ultrafast", "x264-params": f"keyint={keyframe}:scenecut=0:bframes={bframes}"},
        "libx265": {"preset": "ultrafast", "x265-params": f"keyint={keyframe}:bframes=0:log-level=none"},
        "libvpx-vp9": {"cpu-used": "8", "deadline": "realtime", "g": str(keyframe)},
    }.get(codec, {"g": str(keyframe)})
    context = stream.codec_context
    context.gop_size = keyframe
    if colour is not None:
        context.color_primaries = context.color_trc = context.colorspace = colour
        context.color_range = 1
    return stream


def _pictures(stream, picture, times, lost):
    packets = []
    # Shared, because setting up a conversion takes longer than ten conversions.
    reformatter = VideoReformatter()
    for at in times:
        frame = av.VideoFrame.from_ndarray(picture(at, stream.width, stream.height), format="rgb24")
        frame = reformatter.reformat(frame, format=stream.pix_fmt)
        for number, level in lost.items():
            plane = frame.planes[number]
            plane.update(bytes([level]) * plane.buffer_size)
        if stream.codec_context.color_range:
            frame.colorspace, frame.color_range = stream.codec_context.colorspace, 1
        frame.pts, frame.time_base = at, 1 / stream.codec_context.framerate
        packets += stream.encode(frame)
    return packets + stream.encode(None)


def _sound(stream, wave, times):
    context = stream.codec_context
    rate, layout, codec = context.sample_rate, context.layout.name, context.name
    base = Fraction(1, rate)
    source = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave.T), format="fltp", layout="stereo")
    source.sample_rate, source.pts, source.time_base = 48_000, 0, Fraction(1, 48_000)
    shape = stream.codec_context.format.name
    resampler = av.AudioResampler(format=shape, layout=layout, rate=rate, frame_size=stream.codec_context.frame_size)
    packets, at = [], 0
    for piece in (*resampler.resample(source), *resampler.resample(None)):
        piece.pts, piece.time_base = at, base
        at += piece.samples
        packets += stream.encode(piece)
    packets += stream.encode(None)
    if codec == "aac":
        # Without an edit list, the decoder's priming packet is left out.
        packets = [packet for packet in packets if packet.pts >= 0]
    for packet in packets:
        packet.pts = packet.dts = round(times(float(packet.pts * packet.time_base)) / packet.time_base)
    return packets
