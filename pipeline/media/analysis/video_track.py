"""The video track of a third-party film, decoded once; every detector sees every picture."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipeline.media.analysis.black_bars import BlackBarDetector
from pipeline.media.analysis.combing import CombingDetector
from pipeline.media.analysis.dark_scenes import DarkSceneDetector
from pipeline.media.analysis.flashes import FlashDetector, to_planar
from pipeline.media.analysis.frame_order import FrameOrderDetector
from pipeline.media.analysis.missing_frames import MissingFrameDetector
from pipeline.media.analysis.missing_slices import MissingSliceDetector
from pipeline.media.analysis.partial_freeze import PartialFreezeDetector
from pipeline.media.analysis.results import VideoAnalysis
from pipeline.media.analysis.small_motion import SmallMotionDetector
from pipeline.media.analysis.snow import SnowDetector
from pipeline.media.analysis.solid_colour import LOST_PLANE_MIN_S, PredicateDetector, has_lost_plane, is_solid
from pipeline.media.analysis.timestamps import PacketTimes, presentation_time
from pipeline.media.container.mux import Packet
from pipeline.media.filters import BLACK, VideoFilters
from pipeline.media.pictures.perceptual_hash import perceptual_hash
from pipeline.media.span import Span

# ITU-T H.273: "unspecified", in all three tables.
_UNSPECIFIED = 2
# Where in each second a picture is hashed, and at which size: more than the hash needs.
_MIDDLE_S, _HASH_PX = 0.5, 64
# Video calls change the resolution on the way, but not the aspect ratio.
_SAME_ASPECT = 0.02


class VideoTrack:
    """Decodes the packets of a stream and passes the pictures to all detectors."""

    def __init__(self, stream: VideoStream, *, begins_at_zero: bool) -> None:
        self.stream, self._begins_at_zero = stream, begins_at_zero
        # All cores: nothing else runs beside it.
        stream.thread_type = "AUTO"
        self._times, self._filters = PacketTimes(stream), VideoFilters(stream)
        self._missing_frames = MissingFrameDetector(stream)
        self._solid_colour = PredicateDetector(is_solid, min_s=BLACK["min_s"])
        self._lost_plane = PredicateDetector(has_lost_plane, min_s=LOST_PLANE_MIN_S)
        self._flashes, self._dark_scenes, self._snow = FlashDetector(), DarkSceneDetector(), SnowDetector()
        self._missing_slices, self._partial_freeze = MissingSliceDetector(), PartialFreezeDetector()
        self._frame_order, self._small_motion = FrameOrderDetector(), SmallMotionDetector()
        self._combing, self._black_bars = CombingDetector(), BlackBarDetector()
        self._detectors = (
            self._flashes, self._solid_colour, self._dark_scenes, self._snow, self._missing_slices,
            self._partial_freeze, self._lost_plane, self._frame_order, self._small_motion, self._combing,
            self._black_bars,
        )  # fmt: skip
        self._pictures, self._rotation = 0, 0
        self._aspect, self._reshaped_s = 0.0, math.inf
        self._hashes: list[int] = []

    def push(self, packet: Packet | None) -> None:
        """The next packet; None after the last."""
        if packet is not None:
            self._times.add(packet)
            if self._missing_frames.is_missing_before(packet):
                at_s = float(presentation_time(packet) * packet.time_base)
                raise ValueError(f"a picture is missing at {at_s:.2f} s")
        for picture in self.stream.decode(packet):
            if not self._times.has_pts:
                picture.pts = self._times.starts[self._pictures]
            at_s = float((picture.pts or 0) * (self.stream.time_base or 0))
            if picture.is_corrupt:
                raise ValueError(f"its pictures are damaged at {at_s:.2f} s")
            self._pictures, self._rotation = self._pictures + 1, picture.rotation
            self._aspect = self._aspect or picture.width / picture.height
            if abs(picture.width / picture.height / self._aspect - 1) > _SAME_ASPECT:
                self._reshaped_s = min(self._reshaped_s, at_s)
            self._times.mark_decoded(picture.pts)
            self._filters.push(picture)
            planar = to_planar(picture)
            for detector in self._detectors:
                detector.push(planar, at_s)
            if at_s - self._times.start_s >= len(self._hashes) + _MIDDLE_S:
                # One per second. Gaps between timestamps are not filled.
                self._hashes.append(perceptual_hash(_thumbnail(picture)))
        if packet is None:
            self._filters.push(None)

    @property
    def start_s(self) -> float:
        """Presentation time of the first picture."""
        return self._times.start_s

    @property
    def end_s(self) -> float:
        """End of the last packet."""
        return self._times.end_s

    def _from_start(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Spans counted from the first picture: the timestamps of recordings begin anywhere."""
        return tuple(span.since(self.start_s) for span in spans)

    @property
    def result(self) -> VideoAnalysis:
        """The findings, after the last packet. Raises `ValueError` if no picture was decoded."""
        if not self._pictures:
            raise ValueError("has no picture that can be decoded")
        codec, times = self.stream.codec_context, self._times
        unlit = self._from_start(self._dark_scenes.unlit(self._filters.black(times.end_s), times.end_s))
        if self._begins_at_zero and times.start_s >= BLACK["min_s"]:
            # Players show nothing before the first picture.
            unlit = (Span(start_s=0.0, end_s=times.start_s), *unlit)
        return VideoAnalysis(
            codec=codec.codec.canonical_name,
            profile=codec.profile or "",
            pixel_format=codec.pix_fmt or "",
            width_px=codec.width,
            height_px=codec.height,
            pixel_aspect=Fraction(codec.sample_aspect_ratio or 0) or Fraction(1),
            rotation=self._rotation,
            reshaped_s=self._reshaped_s if self._reshaped_s < math.inf else None,
            constant_rate=times.constant_rate,
            start_s=times.start_s,
            end_s=times.end_s,
            keyframe_s=times.keyframe_s,
            colours=_colours(self.stream),
            unlit=unlit,
            plain=self._from_start(self._solid_colour.spans(times.end_s)),
            snow=self._from_start(self._snow.spans(times.end_s)),
            missing=self._from_start(self._missing_slices.spans(times.end_s)),
            stuck=self._from_start(self._partial_freeze.spans()),
            tinted=self._from_start(self._lost_plane.spans(times.end_s)),
            combed_percent=self._combing.percent,
            bars=self._black_bars.bars,
            still=self._from_start(self._small_motion.still(self._filters.frozen(times.end_s))),
            jumps_s=tuple(max(0.0, at_s - times.start_s) for at_s in self._frame_order.jumps_s),
            blinks_s=tuple(max(0.0, at_s - times.start_s) for at_s in self._frame_order.blinks_s),
            flashes=self._flashes.worst,
            flashes_at_s=max(0.0, self._flashes.worst_at_s - times.start_s),
            hashes=tuple(self._hashes),
        )


def _thumbnail(picture: av.VideoFrame) -> NDArray[np.uint8]:
    """The luma of a picture in any pixel format, downscaled."""
    small = picture.reformat(_HASH_PX, _HASH_PX, "gray", interpolation=Interpolation.AREA)
    return small.to_ndarray().astype(np.uint8, copy=False)


def _colours(stream: VideoStream) -> str:
    codec = stream.codec_context
    codes = (codec.color_primaries, codec.color_trc, codec.colorspace)
    if _UNSPECIFIED in codes or not codec.color_range:
        return ""
    is_bt709 = codes == (ColorPrimaries.BT709, ColorTrc.BT709, Colorspace.ITU709)
    return "BT.709" if is_bt709 and codec.color_range == ColorRange.MPEG else "codes {}, {}, {}".format(*codes)
