"""FFmpeg's detectors: black, frozen and silent spans, and loudness (EBU R 128).

The definitions are those of `blackdetect`, `freezedetect`, `silencedetect` and `ebur128`. The filters report what they
find in the metadata of the frames that they output. They do not report the end of a span that lasts to the end of the
film: it is closed here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import av
import numpy as np
from av.audio.stream import AudioStream
from av.filter.context import FilterContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipeline.media.span import Span

# The filters' defaults, except for silence (-60 dB there): room noise is silence too.
BLACK = {"min_s": 0.5, "picture": 0.98, "pixel": 0.10}
FROZEN = {"min_s": 2.0, "noise_db": -60.0}
SILENT = {"min_s": 1.0, "noise_db": -50.0}
_BLACK_LUMA, _WHITE_LUMA = 16, 235
# `ebur128` reports momentary loudness ten times a second and drops the remainder: silence pads the last step.
STEPS_PER_S = 10
BLOCK_S = 0.4
_GATE_LUFS = -70.0
_MOMENTARY = "lavfi.r128.M"


@dataclass(frozen=True, kw_only=True)
class Meter:
    """The final report of the loudness meter."""

    # None: silent, or shorter than a block of 400 ms.
    integrated_lufs: float | None
    range_lu: float
    # Minus infinity: silent.
    true_peak_dbtp: float


def is_black(luma: NDArray[np.uint8]) -> bool:
    """Whether `blackdetect` takes a picture for black, by its luma in limited range (16 is black, 235 white)."""
    darkest = _BLACK_LUMA + BLACK["pixel"] * (_WHITE_LUMA - _BLACK_LUMA)
    return bool(np.count_nonzero(luma <= int(darkest)) >= BLACK["picture"] * luma.size)


class VideoFilters:
    """`blackdetect` and `freezedetect` on a video stream."""

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        # Built for the first picture: before that, its size and format may be unknown.
        self._source: FilterContext | None = None
        self._black = _ReportedSpans("lavfi.black_start", "lavfi.black_end", BLACK["min_s"])
        self._frozen = _ReportedSpans(
            "lavfi.freezedetect.freeze_start", "lavfi.freezedetect.freeze_end", FROZEN["min_s"]
        )

    def push(self, picture: av.VideoFrame | None) -> None:
        """The next picture; None after the last."""
        if self._source is None:
            if picture is None:
                return
            self._source = self._build(picture)
        self._source.push(picture)
        for metadata in _pull_metadata(self._sink):
            self._black.read(metadata)
            self._frozen.read(metadata)

    def _build(self, picture: av.VideoFrame) -> FilterContext:
        self._graph = av.filter.Graph()
        source = self._graph.add_buffer(
            width=picture.width,
            height=picture.height,
            format=picture.format,
            time_base=picture.time_base or self._stream.time_base,
        )
        black = "d={min_s}:pic_th={picture}:pix_th={pixel}".format(**BLACK)
        frozen = "d={min_s}:n={noise_db}dB".format(**FROZEN)
        self._sink = self._graph.add("buffersink")
        chain = (self._graph.add("blackdetect", black), self._graph.add("freezedetect", frozen))
        self._graph.link_nodes(source, *chain, self._sink).configure()
        return source

    def black(self, end_s: float) -> tuple[Span, ...]:
        """Black spans of a film that ends at `end_s`."""
        return self._black.spans(end_s)

    def frozen(self, end_s: float) -> tuple[Span, ...]:
        """Spans without motion."""
        return self._frozen.spans(end_s)


class AudioFilters:
    """`silencedetect` and `ebur128` on an audio stream."""

    def __init__(self, stream: AudioStream) -> None:
        self._stream = stream
        # Built for the first frame: the decoder's output may differ from what the container says.
        self._source: FilterContext | None = None
        self._silent = _ReportedSpans("lavfi.silence_start", "lavfi.silence_end", SILENT["min_s"])
        self._report: dict[str, str] = {}
        self._pushed_s = 0.0
        self._momentary: list[float] = []

    def push(self, frame: av.AudioFrame | None) -> None:
        """The next frame; None after the last."""
        if self._source is None:
            self._source = self._build(frame)
        if frame is not None:
            self._pushed_s += frame.samples / (frame.sample_rate or 1)
        self._source.push(frame)
        for metadata in _pull_metadata(self._sink):
            self._silent.read(metadata)
            self._report = {**self._report, **metadata}
            if _MOMENTARY in metadata:
                self._momentary.append(max(_GATE_LUFS, float(metadata[_MOMENTARY])))

    def _build(self, frame: av.AudioFrame | None) -> FilterContext:
        kind = frame or self._stream.codec_context
        self._graph = av.filter.Graph()
        source = self._graph.add_abuffer(
            sample_rate=kind.sample_rate, format=kind.format, layout=kind.layout, time_base=self._stream.time_base
        )
        silent = "d={min_s}:n={noise_db}dB".format(**SILENT)
        self._sink = self._graph.add("abuffersink")
        chain = (
            self._graph.add("aformat", "sample_fmts=flt"),
            self._graph.add("apad", f"pad_dur={1 / STEPS_PER_S}"),
            self._graph.add("ebur128", "metadata=1:peak=true:dualmono=true:framelog=quiet"),
            # After the meter, which splits frames anew and drops the metadata of those before it.
            self._graph.add("silencedetect", silent),
        )
        self._graph.link_nodes(source, *chain, self._sink).configure()
        return source

    @property
    def momentary_lufs(self) -> tuple[float, ...]:
        """Momentary loudness (400 ms) at the end of each tenth of a second; -70: silent."""
        return tuple(self._momentary)

    def silent(self, end_s: float) -> tuple[Span, ...]:
        """Silent spans of a film whose sound ends at `end_s`."""
        return self._silent.spans(end_s)

    @property
    def meter(self) -> Meter:
        """Integrated loudness, loudness range and true peak."""
        integrated = float(self._report.get("lavfi.r128.I", _GATE_LUFS))
        peak = float(self._report.get("lavfi.r128.true_peak", 0.0))
        return Meter(
            integrated_lufs=integrated if self._pushed_s >= BLOCK_S and integrated > _GATE_LUFS else None,
            range_lu=float(self._report.get("lavfi.r128.LRA", 0.0)),
            true_peak_dbtp=20 * math.log10(peak) if peak > 0 else -math.inf,
        )


class _ReportedSpans:
    """Spans from a filter's metadata: a key for their start, a key for their end."""

    def __init__(self, start: str, end: str, min_s: float) -> None:
        self._start, self._end, self._min_s = start, end, min_s
        self._open_s: float | None = None
        self._spans: list[Span] = []

    def read(self, metadata: dict[str, str]) -> None:
        """The metadata of one frame. It may hold both an end and a start: the earlier one goes first."""
        events = [(float(metadata[key]), key) for key in (self._end, self._start) if key in metadata]
        for at_s, key in sorted(events, key=lambda event: event[0]):
            if key == self._start:
                self._open_s = at_s
            elif self._open_s is not None:
                self._spans.append(Span(start_s=self._open_s, end_s=at_s))
                self._open_s = None

    def spans(self, end_s: float) -> tuple[Span, ...]:
        last = [] if self._open_s is None else [Span(start_s=self._open_s, end_s=max(end_s, self._open_s))]
        return tuple(span for span in (*self._spans, *last) if span.length_s >= self._min_s - 1e-6)


def _pull_metadata(sink: FilterContext) -> Iterator[dict[str, str]]:
    while True:
        try:
            yield dict(sink.pull().metadata)
        except (av.BlockingIOError, av.EOFError):
            return
