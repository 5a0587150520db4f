"""The video encoder of an MP4 that is being written: H.264, H.265 or AV1."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray
from PIL.Image import Image

from pipeline.media.container.mux import REORDER_DELAY, Packet
from pipeline.model import VideoFormat

# Y, Cb and Cr (mode L), chroma at half the width and height (4:2:0); BT.709, limited range.
Planar = tuple[Image, Image, Image]
# FFmpeg's names, by bit depth.
PIXEL_FORMATS: Mapping[Literal[8, 10], str] = {8: "yuv420p", 10: "yuv420p10le"}
# Left, top, right and bottom in pixels, all even; right and bottom are exclusive.
Rectangle = tuple[int, int, int, int]
Picture = av.VideoFrame
EncoderName = Literal["libx264", "libx265", "libsvtav1"]
# x264 writes its version and options into the first packet, as SEI (NAL unit type 6). Films carry no versions.
_DROP_SEI = "filter_units=remove_types=6"
# A picture, its duration in frames, and the rectangles in which it differs from the picture before it.
Drawn = tuple[Planar, int, tuple[Rectangle, ...]]


class Planes:
    """A frame of even size: yuv420p, or yuv420p10le, with the 8-bit input as its upper bits."""

    def __init__(self, width_px: int, height_px: int, *, bits: Literal[8, 10] = 8) -> None:
        self.frame = av.VideoFrame(width_px, height_px, PIXEL_FORMATS[bits])
        self._shift = bits - 8
        self._planes = [_array(plane, np.uint16 if self._shift else np.uint8) for plane in self.frame.planes]

    def put(self, picture: Planar, box: Rectangle) -> None:
        """Copy the part of `picture`, of the same size, that is in `box`."""
        for plane, image, scale in zip(self._planes, picture, (1, 2, 2), strict=True):
            left, top, right, bottom = (edge // scale for edge in box)
            part = image.crop((left, top, right, bottom)).tobytes()
            shown = plane[top:bottom, left:right]
            shown[:] = np.frombuffer(part, np.uint8).reshape(bottom - top, right - left)
            if self._shift:
                shown <<= self._shift


def _array(plane: av.video.plane.VideoPlane, level: type[np.uint8 | np.uint16]) -> NDArray[Any]:
    """A writable view of a plane, shape (rows, columns)."""
    levels = np.frombuffer(memoryview(plane), level)
    return levels.reshape(-1, plane.line_size // levels.itemsize)[: plane.height, : plane.width]


class PictureEncoder:
    """Encodes at a constant frame rate, BT.709, limited range. `name` and `options` are FFmpeg's."""

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
        # SVT-AV1 smooths dither away: with 8 bits that leaves banding, with 10 the gradient.
        bits: Literal[8, 10] = 10 if name == "libsvtav1" else 8
        codec.pix_fmt = PIXEL_FORMATS[bits]
        codec.color_primaries = ColorPrimaries.BT709
        codec.color_trc = ColorTrc.BT709
        codec.colorspace = Colorspace.ITU709
        codec.color_range = ColorRange.MPEG
        # One thread: the output does not depend on the machine, and the other cores encode other scenes.
        codec.thread_count = 1
        if name == "libsvtav1":
            # It writes a banner to stderr, whatever FFmpeg's log level; 1 leaves errors.
            os.environ.setdefault("SVT_LOG", "1")
        if name == "libx265":
            # Apple's players accept only this sample entry.
            codec.codec_tag = "hvc1"
        with _normal_priority():
            codec.open()
        self._without_sei = av.BitStreamFilterContext(_DROP_SEI, self._stream) if name == "libx264" else None
        self._picture = Planes(*self._size, bits=bits)

    @property
    def parameter_sets(self) -> bytes:
        """The parameter sets in Annex B format. May be set until the first packet is muxed."""
        return bytes(self._stream.codec_context.extradata or b"")

    @parameter_sets.setter
    def parameter_sets(self, sets: bytes) -> None:
        self._stream.codec_context.extradata = sets

    @property
    def delay(self) -> int:
        """Frames between the decoding of the first picture and its presentation."""
        return REORDER_DELAY if self._stream.codec_context.has_b_frames else 0

    def convert(self, drawn: Drawn) -> Picture:
        """Apply the changed rectangles to the frame and return it. It is one buffer: valid until the next call.

        Raises `ValueError` for a picture of another size, a bug of the caller.
        """
        picture, _, changed = drawn
        sizes = [(plane.mode, plane.size) for plane in picture]
        if sizes != [("L", self._size), *[("L", (self._size[0] // 2, self._size[1] // 2))] * 2]:
            raise ValueError(f"a picture is {sizes}, must be planes for {self._size}")
        for box in changed:
            self._picture.put(picture, box)
        return self._picture.frame

    def encode(self, picture: Picture, *, at: int, is_key: bool = False) -> list[Packet]:
        """Encode `picture` as frame `at` (0-based), which is its pts."""
        picture.pts, picture.time_base = at, self._time_base
        picture.pict_type = PictureType.I if is_key else PictureType.NONE
        return self._filtered(self._stream.encode(picture))

    def finish(self) -> list[Packet]:
        """Flush the encoder."""
        return self._filtered(self._stream.encode(None))

    def packet(self, data: bytes, *, at: int, decoded_at: int, is_key: bool) -> Packet:
        """A packet of this stream with one picture for one frame: pts `at`, dts `decoded_at`."""
        packet: Packet = av.Packet(data)
        packet.stream, packet.time_base = self._stream, self._time_base
        packet.pts, packet.dts, packet.duration, packet.is_keyframe = at, decoded_at, 1, is_key
        return packet

    def _filtered(self, packets: list[Packet]) -> list[Packet]:
        if self._without_sei is None:
            return packets
        return [clean for packet in packets for clean in self._without_sei.filter(packet)]


@contextmanager
def _normal_priority() -> Iterator[None]:
    """Reset the scheduling of this thread, and of threads started in the block, to what it was before the block.

    SVT-AV1 gives them the highest real-time priority where it may, i.e. as root: everything else on the machine would
    wait for the encoder, and for whatever its worker process does afterwards.
    """
    if sys.platform != "linux":
        yield
        return
    others = _threads() - {threading.get_native_id()}
    try:
        before = os.sched_getscheduler(0), os.sched_getparam(0)
    except OSError:
        # musl, the C library of Alpine, has neither this call nor the one to undo it.
        yield
        return
    try:
        yield
    finally:
        for thread in _threads() - others:
            with suppress(ProcessLookupError):  # the thread has ended
                os.sched_setscheduler(thread, *before)


def _threads() -> set[int]:
    return {int(thread.name) for thread in Path("/proc/self/task").iterdir()}
