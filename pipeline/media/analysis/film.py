"""A film by anybody: what it is made of, and what is seen and heard when all of it is decoded.

Nothing is known of it beforehand. `probe` and `view` are for films of ours, of which much is.
"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.media.analysis.audio_track import AudioTrack
from pipeline.media.analysis.black_bars import BlackBarDetector
from pipeline.media.analysis.combing import CombingDetector
from pipeline.media.analysis.dark_scenes import DarkSceneDetector
from pipeline.media.analysis.flashes import FlashDetector, in_planes
from pipeline.media.analysis.frame_order import FrameOrderDetector
from pipeline.media.analysis.missing_frames import MissingFrameDetector
from pipeline.media.analysis.missing_slices import MissingSliceDetector
from pipeline.media.analysis.partial_freeze import PartialFreezeDetector
from pipeline.media.analysis.results import FilmAnalysis, VideoAnalysis
from pipeline.media.analysis.small_motion import SmallMotionDetector
from pipeline.media.analysis.snow import SnowDetector
from pipeline.media.analysis.solid_colour import lost_plane_detector, solid_colour_detector
from pipeline.media.analysis.timestamps import Times, start_of
from pipeline.media.container.boxes import Box, index_is_first, read_boxes
from pipeline.media.container.demux import open_film
from pipeline.media.container.mux import Packet
from pipeline.media.filters import BLACK, VideoFilters
from pipeline.media.pictures.perceptual_hash import perceptual_hash
from pipeline.media.span import Span

_HEAD_BYTES = 64
# Where it says how to decrypt it (ISO/IEC 23001-7).
_LOCKED = ("/pssh", "/senc")
# A film may end so much before its header says: a rounding of the last packet.
_CUT_S = 0.5
# ITU-T H.273: "unspecified", in all three tables.
_UNSAID = 2
# Where in a second it is looked at, and how large: more than `perceptual_hash` needs.
_MIDDLE_S, _LOOK_PX = 0.5, 64
# Who sends video from a browser makes it larger and smaller on the way; another shape it never gets.
_SAME_SHAPE = 0.02


def survey(path: Path) -> FilmAnalysis:
    """Decode a film from the first packet to the last. Memory does not grow with its length.

    Raises `InputError` for what is no film, is cut short, or can't be decoded somewhere; the message says where.
    """
    try:
        boxes = read_boxes(path)
        if not path.stat().st_size:
            raise ValueError("is empty")
        if boxes and boxes[0].path == "ftyp" and all(box.path != "moov" for box in boxes):
            raise ValueError("has no index: it is cut short, was never finished, or is no film")
        if sum(box.path == "moov" for box in boxes) > 1:
            raise ValueError("is two films in one file, of which players show the first")
        if any(box.path.endswith(_LOCKED) for box in boxes):
            raise ValueError("is encrypted")
        with open_film(path) as source:
            return _surveyed(path, source, boxes)
    except (OSError, ValueError, av.FFmpegError) as error:
        # What we raise ourselves is in plain words; of FFmpeg's, the class says more than the message.
        told = str(error) if type(error) is ValueError else f"can't be read as a film ({type(error).__name__})"
        raise InputError(told, where=path.name) from error


def _surveyed(path: Path, source: InputContainer, boxes: tuple[Box, ...]) -> FilmAnalysis:
    container = _container_of(path, source)
    has_boxes = container in {"mp4", "mov"}
    if has_boxes and _end_of(boxes) < path.stat().st_size:
        raise ValueError("is cut short, or damaged: its parts do not fill it")
    covers = [stream for stream in source.streams.video if stream.disposition & Disposition.attached_pic]
    pictures = [stream for stream in source.streams.video if stream not in covers]
    sounds = list(source.streams.audio)
    seeing = _Seeing(pictures[0], begins_at_zero=has_boxes) if pictures else None
    hearing = AudioTrack(sounds[0]) if sounds else None
    tracks = [each for each in (seeing, hearing) if each]
    others_end_s = _decode_all(source, tracks)
    promised_s = (source.duration or 0) / av.time_base
    # Matroska tells when a film ends, others how long it lasts: their times may begin anywhere.
    begins_s = 0.0 if container in {"webm", "matroska"} else min((each.start_s for each in tracks), default=0.0)
    end_s = max((each.end_s for each in tracks), default=0.0)
    if tracks and max(end_s, others_end_s) - begins_s < promised_s - _CUT_S and not has_boxes:
        raise ValueError("is cut short: it ends before its header says")
    return FilmAnalysis(
        container=container,
        counts=(len(pictures), len(sounds), len(source.streams) - len(pictures) - len(sounds)),
        picture=seeing.track if seeing else None,
        sound=hearing.track if hearing else None,
        index_first=not has_boxes or index_is_first(boxes),
    )


def _decode_all(source: InputContainer, watching: list[_Seeing | AudioTrack]) -> float:
    """Returns when the last of the streams that nobody watches ends: other sound, captions."""
    by_stream = {each.stream.index: each for each in watching}
    at_s = others_end_s = 0.0
    try:
        for packet in source.demux():
            if source.format.name == "avi":
                # It has no times of showing. Those that FFmpeg makes up are in a wrong order.
                packet.pts = None
            watch = by_stream.get(packet.stream_index)
            if packet.is_corrupt and watch:
                raise ValueError(f"is cut short at {at_s:.2f} s")
            if not packet.size:  # it marks the end of a stream
                continue
            if watch:
                at_s = float(start_of(packet) * packet.time_base)
                watch.take(packet)
            else:
                end = start_of(packet) + (packet.duration or 0)
                others_end_s = max(others_end_s, float(end * packet.time_base))
        for each in watching:
            each.take(None)
    except av.FFmpegError as error:
        raise ValueError(f"can't be decoded at {at_s:.2f} s ({type(error).__name__})") from error
    return others_end_s


class _Seeing:
    """The pictures, as they are decoded."""

    def __init__(self, stream: VideoStream, *, begins_at_zero: bool) -> None:
        self.stream, self._begins_at_zero = stream, begins_at_zero
        # All cores: nobody waits beside it.
        stream.thread_type = "AUTO"
        self._times, self._watch = Times(stream), VideoFilters(stream)
        self._flashes, self._plain, self._lights = FlashDetector(), solid_colour_detector(), DarkSceneDetector()
        self._lost = MissingFrameDetector(stream)
        self._snow, self._gaps, self._jumps, self._stirs = (
            SnowDetector(),
            MissingSliceDetector(),
            FrameOrderDetector(),
            SmallMotionDetector(),
        )
        self._stuck, self._tint, self._combs, self._bars = (
            PartialFreezeDetector(),
            lost_plane_detector(),
            CombingDetector(),
            BlackBarDetector(),
        )
        self._watches = (
            self._flashes, self._plain, self._lights, self._snow, self._gaps, self._stuck, self._tint, self._jumps,
            self._stirs, self._combs, self._bars,
        )  # fmt: skip
        self._pictures, self._rotation = 0, 0
        self._shape, self._reshaped_s = 0.0, math.inf
        self._looks: list[int] = []

    def take(self, packet: Packet | None) -> None:
        if packet is not None:
            self._times.note(packet)
            if self._lost.misses(packet):
                raise ValueError(f"a picture is missing at {float(start_of(packet) * packet.time_base):.2f} s")
        for picture in self.stream.decode(packet):
            if not self._times.are_told:
                picture.pts = self._times.starts[self._pictures]
            at_s = float((picture.pts or 0) * (self.stream.time_base or 0))
            if picture.is_corrupt:
                raise ValueError(f"its pictures are damaged at {at_s:.2f} s")
            self._pictures, self._rotation = self._pictures + 1, picture.rotation
            self._shape = self._shape or picture.width / picture.height
            if abs(picture.width / picture.height / self._shape - 1) > _SAME_SHAPE:
                self._reshaped_s = min(self._reshaped_s, at_s)
            self._times.show(picture.pts)
            self._watch.see(picture)
            planes = in_planes(picture)
            for watch in self._watches:
                watch.see(planes, at_s)
            self._look_at(picture, at_s - self._times.start_s)
        if packet is None:
            self._watch.see(None)

    def _look_at(self, picture: av.VideoFrame, at_s: float) -> None:
        """Once a second is enough to know it again."""
        if at_s >= len(self._looks) + _MIDDLE_S:
            # Times that leap leave no hole: nobody asks for a picture of an hour in which there is none.
            self._looks.append(perceptual_hash(_small(picture)))

    @property
    def start_s(self) -> float:
        return self._times.start_s

    @property
    def end_s(self) -> float:
        return self._times.end_s

    @property
    def track(self) -> VideoAnalysis:
        if not self._pictures:
            raise ValueError("has no picture that can be decoded")
        codec, times = self.stream.codec_context, self._times
        black, frozen = self._watch.black(times.end_s), self._watch.frozen(times.end_s)
        unlit = self._lights.unlit(black, times.end_s)
        if self._begins_at_zero and times.start_s >= BLACK["least_s"]:
            # Players wait for its first picture.
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
            pictures=self._pictures,
            black=black,
            unlit=unlit,
            plain=self._plain.spans(times.end_s),
            snow=self._snow.spans(times.end_s),
            missing=self._gaps.spans(times.end_s),
            stuck=self._stuck.spans(),
            tinted=self._tint.spans(times.end_s),
            combed_percent=self._combs.percent,
            bars=self._bars.bars,
            frozen=frozen,
            still=self._stirs.still(frozen),
            jumps_s=tuple(max(0.0, at_s - times.start_s) for at_s in self._jumps.times_s),
            blinks_s=tuple(max(0.0, at_s - times.start_s) for at_s in self._jumps.blinks_s),
            flashes=self._flashes.most,
            flashes_at_s=max(0.0, self._flashes.most_at_s - times.start_s),
            looks=tuple(self._looks),
        )


def _small(picture: av.VideoFrame) -> NDArray[np.uint8]:
    """The brightness of a picture of any kind, as it is displayed, shrunk."""
    small = picture.reformat(_LOOK_PX, _LOOK_PX, "gray", interpolation=Interpolation.AREA)
    return small.to_ndarray().astype(np.uint8, copy=False)


def _container_of(path: Path, source: InputContainer) -> str:
    """By what it is, whatever it is called."""
    names = source.format.name.split(",")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if "mp4" in names:
        return "mov" if source.metadata.get("major_brand", "qt").startswith("qt") else "mp4"
    if "matroska" in names:
        return "webm" if b"webm" in head else "matroska"
    return names[0]


def _end_of(boxes: tuple[Box, ...]) -> int:
    return max((box.start + box.length for box in boxes if "/" not in box.path), default=0)


def _colours(stream: VideoStream) -> str:
    codec = stream.codec_context
    numbers = (codec.color_primaries, codec.color_trc, codec.colorspace)
    if _UNSAID in numbers or not codec.color_range:
        return ""
    is_bt709 = numbers == (ColorPrimaries.BT709, ColorTrc.BT709, Colorspace.ITU709)
    return "BT.709" if is_bt709 and codec.color_range == ColorRange.MPEG else "codes {}, {}, {}".format(*numbers)
