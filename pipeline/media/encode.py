"""Pictures to H.264, H.265 or AV1, sound to AAC-LC: the two encoders of an MP4 that is being written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Literal

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from pipeline.media.audio import Samples
from pipeline.media.mux import REORDER_DELAY, Packet
from pipeline.media.planes import Planar, Planes, Rectangle
from pipeline.model import SAMPLE_RATE_HZ, VideoFormat

Picture = av.VideoFrame

EncoderName = Literal["libx264", "libx265", "libsvtav1"]

_AAC_PACKET_SAMPLES = 1_024
# x264 introduces itself, with version and options, in the first packet (an SEI unit, type 6). Films carry no versions.
_DROP_SEI = "filter_units=remove_types=6"

# A picture, for how many frame times it stands, and where it differs from the one before it.
Drawn = tuple[Planar, int, tuple[Rectangle, ...]]


class PictureEncoder:
    """Pictures at a constant rate, BT.709, limited range; `name` and `options` of the encoder as FFmpeg knows them."""

    def __init__(
        self, film: OutputContainer, video_format: VideoFormat, options: Mapping[str, str], *, name: EncoderName
    ) -> None:
        self._size = (video_format.width_px, video_format.height_px)
        self._time_base = Fraction(1, video_format.frame_rate)
        self._stream = film.add_stream(
            name,
            rate=video_format.frame_rate,
            options=dict(options),
            width=video_format.width_px,
            height=video_format.height_px,
            time_base=self._time_base,
        )
        codec = self._stream.codec_context
        codec.pix_fmt = "yuv420p"
        codec.color_primaries = ColorPrimaries.BT709
        codec.color_trc = ColorTrc.BT709
        codec.colorspace = Colorspace.ITU709
        codec.color_range = ColorRange.MPEG
        # One thread: the bytes do not depend on the machine, and all cores are busy with scenes of their own.
        codec.thread_count = 1
        if name == "libsvtav1":
            # It greets on stderr, past every log level of FFmpeg's; 1 leaves errors.
            os.environ.setdefault("SVT_LOG", "1")
        if name == "libx265":
            # Apple's players know it by this name alone.
            codec.codec_tag = "hvc1"
        codec.open()
        self._without_sei = av.BitStreamFilterContext(_DROP_SEI, self._stream) if name == "libx264" else None
        self._picture = Planes(*self._size)

    @property
    def parameter_sets(self) -> bytes:
        """What decoders are told before the first picture: Annex B. May be set until the first packet is muxed."""
        return bytes(self._stream.codec_context.extradata or b"")

    @parameter_sets.setter
    def parameter_sets(self, sets: bytes) -> None:
        self._stream.codec_context.extradata = sets

    @property
    def delay(self) -> int:
        """Frame times between the decoding of the first picture and its show."""
        return REORDER_DELAY if self._stream.codec_context.has_b_frames else 0

    def convert(self, drawn: Drawn) -> Picture:
        """What is drawn, as the encoder wants it. One picture is kept and changed: each is valid until the next.

        Raises `ValueError` for a picture of another size, a defect of who drew it.
        """
        picture, _, changed = drawn
        sizes = [(plane.mode, plane.size) for plane in picture]
        if sizes != [("L", self._size), *[("L", (self._size[0] // 2, self._size[1] // 2))] * 2]:
            raise ValueError(f"a picture is {sizes}, must be planes for {self._size}")
        for box in changed:
            self._picture.put(picture, box)
        return self._picture.frame

    def encode(self, picture: Picture, *, at: int, is_key: bool = False) -> list[Packet]:
        """Show `picture` from the `at`-th frame time (0-based) on; the packets have that as their `pts`."""
        picture.pts, picture.time_base = at, self._time_base
        picture.pict_type = PictureType.I if is_key else PictureType.NONE
        return self._filtered(self._stream.encode(picture))

    def finish(self) -> list[Packet]:
        """The packets that are still to come."""
        return self._filtered(self._stream.encode(None))

    def packet(self, data: bytes, *, at: int, decoded_at: int, is_key: bool) -> Packet:
        """A packet of this stream with one picture for one frame time, the `at`-th."""
        packet: Packet = av.Packet(data)
        packet.stream, packet.time_base = self._stream, self._time_base
        packet.pts, packet.dts, packet.duration, packet.is_keyframe = at, decoded_at, 1, is_key
        return packet

    def _filtered(self, packets: list[Packet]) -> list[Packet]:
        if self._without_sei is None:
            return packets
        return [clean for packet in packets for clean in self._without_sei.filter(packet)]


class SoundEncoder:
    """AAC-LC, stereo, 48 kHz, without the priming packet."""

    def __init__(self, film: OutputContainer, *, bit_rate: int = 192_000) -> None:
        # The default coder ("twoloop", with temporal noise shaping) takes twice the time for what only shows at half
        # this bit rate; measured on speech: 59 dB signal to noise this way, 31 dB that way. Nor does it need noise in
        # place of sound: a fifth of the time for nothing.
        options = {"aac_coder": "fast", "aac_tns": "0", "aac_pns": "0"}
        self._stream = film.add_stream("aac", rate=SAMPLE_RATE_HZ, options=options, bit_rate=bit_rate)
        self._stream.codec_context.layout = "stereo"

    def encode(self, samples: Samples) -> Iterator[Packet]:
        """`samples`, (n, 2), as one packet per 1,024 of them, the first at time 0. See `encode_all`."""
        return self.encode_all([samples])

    def encode_all(self, sound: Iterable[Samples]) -> Iterator[Packet]:
        """Blocks of any length, one after the other, likewise; they are drawn on one by one.

        An AAC packet is decoded with the help of the one before it, so an encoder sends a packet ahead ("priming")
        that players hide with an edit list. Leaving it out keeps the sound in its place; only the first 1,024 samples
        lose their helper, and clips begin with more silence than that.
        """
        at = 0
        for samples in _in_packets(sound):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE_HZ, at, Fraction(1, SAMPLE_RATE_HZ)
            at += len(samples)
            yield from self._after_priming(self._stream.encode(frame))
        yield from self._after_priming(self._stream.encode(None))

    def _after_priming(self, packets: list[Packet]) -> list[Packet]:
        return [packet for packet in packets if packet.pts is not None and packet.pts >= 0]


def _in_packets(sound: Iterable[Samples]) -> Iterator[Samples]:
    """The same samples in blocks as long as a packet, and what is left in the end."""
    rest = np.zeros((0, 2), dtype=np.float32)
    for block in sound:
        samples = np.concatenate([rest, block]) if len(rest) else block
        whole = len(samples) // _AAC_PACKET_SAMPLES * _AAC_PACKET_SAMPLES
        for start in range(0, whole, _AAC_PACKET_SAMPLES):
            yield samples[start : start + _AAC_PACKET_SAMPLES]
        rest = samples[whole:]
    if len(rest):
        yield rest
