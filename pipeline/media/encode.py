"""Pictures to H.264, sound to AAC-LC: the two encoders of an MP4 that is being written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter
from PIL.Image import Image

from pipeline.media.audio import Samples
from pipeline.media.mux import Packet
from pipeline.model import FRAME_RATE, SAMPLE_RATE_HZ, VideoFormat

Picture = av.VideoFrame

_AUDIO_BIT_RATE = 192_000
_AAC_PACKET_SAMPLES = 1_024
# x264 introduces itself, with version and options, in the first packet (an SEI unit, type 6). Films carry no versions.
_DROP_SEI = "filter_units=remove_types=6"


class PictureEncoder:
    """H.264 at `FRAME_RATE`, constant, BT.709, limited range. `options` are those of FFmpeg's libx264."""

    def __init__(self, film: OutputContainer, video_format: VideoFormat, options: Mapping[str, str]) -> None:
        self._size = (video_format.width_px, video_format.height_px)
        self._time_base = Fraction(1, FRAME_RATE)
        self._stream = film.add_stream(
            "libx264",
            rate=FRAME_RATE,
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
        self._without_sei = av.BitStreamFilterContext(_DROP_SEI, self._stream)
        self._reformatter = VideoReformatter()

    def convert(self, picture: Image) -> Picture:
        """An RGB picture as the encoder wants it: yuv420p, really converted with the BT.709 matrix.

        Raises `ValueError` for a picture of another size or mode, a defect of who drew it.
        """
        if picture.mode != "RGB" or picture.size != self._size:
            raise ValueError(f"a picture is {picture.mode} {picture.size}, must be RGB {self._size}")
        return self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(np.asarray(picture), format="rgb24"),
            format="yuv420p",
            # FFmpeg reads RGB as BT.601 unless the matrix is named on both sides.
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.AREA,
            threads=1,
        )

    def encode(self, picture: Picture, *, at: int) -> list[Packet]:
        """Show `picture` for one frame time, the `at`-th (0-based). The same picture may be encoded again."""
        picture.pts, picture.time_base = at, self._time_base
        return self._filtered(self._stream.encode(picture))

    def finish(self) -> list[Packet]:
        """The packets that are still to come."""
        return self._filtered(self._stream.encode(None))

    def _filtered(self, packets: list[Packet]) -> list[Packet]:
        return [clean for packet in packets for clean in self._without_sei.filter(packet)]


class SoundEncoder:
    """AAC-LC, stereo, 48 kHz, 192 kbit/s, without the priming packet."""

    def __init__(self, film: OutputContainer) -> None:
        # The default coder ("twoloop", with temporal noise shaping) takes twice the time for what only shows at half
        # this bit rate; measured on speech: 59 dB signal to noise this way, 31 dB that way.
        options = {"aac_coder": "fast", "aac_tns": "0"}
        self._stream = film.add_stream("aac", rate=SAMPLE_RATE_HZ, options=options, bit_rate=_AUDIO_BIT_RATE)
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
