"""What FFmpeg's own filters find in a film: black, frozen and silent spans, and its loudness (EBU R 128).

The definitions are those of `blackdetect`, `freezedetect`, `silencedetect` and `ebur128`; the filters tell what they
find in the metadata of what comes out of them. A span that lasts to the end is told nowhere: it is ended here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.filter.context import FilterContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipeline.media.sound.discontinuities import Discontinuities, DiscontinuityDetector
from pipeline.media.sound.hum import PitchChangeDetector, longest_steady_span
from pipeline.media.sound.speech import spoken_spans
from pipeline.media.sound.stereo import Stereo, StereoAnalyser
from pipeline.media.span import Span

# Each as the filters have them by default, but for silence, which is -60 dB there: the hiss of a room is not said.
BLACK = {"least_s": 0.5, "picture": 0.98, "pixel": 0.10}
FROZEN = {"least_s": 2.0, "noise_db": -60.0}
SILENT = {"least_s": 1.0, "noise_db": -50.0}
_BLACK_LUMA, _WHITE_LUMA = 16, 235
# The meter reports ten times a second and drops what is left over: silence fills the last step.
_STEPS_PER_S = 10
_GATE_LUFS, BLOCK_S = -70.0, 0.4
_MOMENTARY = "lavfi.r128.M"
# So many samples in a row at full scale are no peak any more.
_RUN = 3
_FULL_SCALE = 1 - 2**-14
# Of more planes than these PyAV does not see the last: it reads on behind it.
_MOST_PLANES = 7


@dataclass(frozen=True, kw_only=True)
class Meter:
    """What the loudness meter says at the end of a film."""

    # None: silent, or shorter than the 400 ms that it needs.
    integrated_lufs: float | None
    range_lu: float
    # Relative to full scale, between the samples too; minus infinity: silent.
    true_peak_dbtp: float


def is_black(luma: NDArray[np.uint8]) -> bool:
    """Whether a picture is black for `blackdetect`, by its brightness as it is stored (16 is black, 235 white)."""
    darkest = _BLACK_LUMA + BLACK["pixel"] * (_WHITE_LUMA - _BLACK_LUMA)
    return bool(np.count_nonzero(luma <= int(darkest)) >= BLACK["picture"] * luma.size)


class VideoFilters:
    """Sees the pictures of a stream, one after the other."""

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        # Made for the first picture: before that, nobody may know what pictures are like.
        self._source: FilterContext | None = None
        self._black = _Spans("lavfi.black_start", "lavfi.black_end", BLACK["least_s"])
        self._frozen = _Spans("lavfi.freezedetect.freeze_start", "lavfi.freezedetect.freeze_end", FROZEN["least_s"])

    def see(self, picture: av.VideoFrame | None) -> None:
        """The next picture; None: it was the last."""
        if self._source is None:
            if picture is None:
                return
            self._source = self._set_up(picture)
        self._source.push(picture)
        for found in _metadata(self._sink):
            self._black.note(found)
            self._frozen.note(found)

    def _set_up(self, picture: av.VideoFrame) -> FilterContext:
        self._graph = av.filter.Graph()
        source = self._graph.add_buffer(
            width=picture.width,
            height=picture.height,
            format=picture.format,
            time_base=picture.time_base or self._stream.time_base,
        )
        black = "d={least_s}:pic_th={picture}:pix_th={pixel}".format(**BLACK)
        frozen = "d={least_s}:n={noise_db}dB".format(**FROZEN)
        self._sink = self._graph.add("buffersink")
        chain = (self._graph.add("blackdetect", black), self._graph.add("freezedetect", frozen))
        self._graph.link_nodes(source, *chain, self._sink).configure()
        return source

    def black(self, end_s: float) -> tuple[Span, ...]:
        """Spans of black pictures, in a film that ends at `end_s`."""
        return self._black.until(end_s)

    def frozen(self, end_s: float) -> tuple[Span, ...]:
        """Spans in which nothing moves."""
        return self._frozen.until(end_s)


class AudioFilters:
    """Hears the sound of a stream, piece by piece."""

    def __init__(self, stream: AudioStream) -> None:
        self._stream = stream
        # Made for the first piece: what a container says of sound may not be what its decoder makes.
        self._source: FilterContext | None = None
        self._silent = _Spans("lavfi.silence_start", "lavfi.silence_end", SILENT["least_s"])
        self._report: dict[str, str] = {}
        self._heard_s = 0.0
        self._levels: list[float] = []
        self._packer: av.AudioResampler | None = None

    def _set_up(self, piece: av.AudioFrame | AudioCodecContext) -> FilterContext:
        rate_hz, channels = piece.sample_rate, piece.layout.nb_channels
        self._flat = _FlatTops(channels)
        self._tears, self._tune = DiscontinuityDetector(rate_hz, anyones=True), PitchChangeDetector(rate_hz)
        # None: there are not two.
        self._stereo = StereoAnalyser(rate_hz) if channels == 2 else None
        self._graph = av.filter.Graph()
        source = self._graph.add_abuffer(
            sample_rate=rate_hz, format=piece.format, layout=piece.layout, time_base=self._stream.time_base
        )
        silent = "d={least_s}:n={noise_db}dB".format(**SILENT)
        self._sink = self._graph.add("abuffersink")
        chain = (
            self._graph.add("aformat", "sample_fmts=flt"),
            self._graph.add("apad", f"pad_dur={1 / _STEPS_PER_S}"),
            self._graph.add("ebur128", "metadata=1:peak=true:dualmono=true:framelog=quiet"),
            # Behind the meter, which cuts sound anew and forgets what was said of the pieces before.
            self._graph.add("silencedetect", silent),
        )
        self._graph.link_nodes(source, *chain, self._sink).configure()
        return source

    def hear(self, piece: av.AudioFrame | None) -> None:
        """The next of it; None: there is no more."""
        if self._source is None:
            self._source = self._set_up(piece or self._stream.codec_context)
        if piece is not None:
            self._heard_s += piece.samples / (piece.sample_rate or 1)
            for whole in self._packed(piece):
                waves = _planes(whole)
                self._flat.look_at(waves)
                middle = waves.mean(axis=0)
                self._tears.hear(middle)
                self._tune.hear(middle)
                if self._stereo:
                    self._stereo.hear(*waves)
        self._source.push(piece)
        for found in _metadata(self._sink):
            self._silent.note(found)
            self._report = {**self._report, **found}
            if _MOMENTARY in found:
                self._levels.append(max(_GATE_LUFS, float(found[_MOMENTARY])))

    def _packed(self, piece: av.AudioFrame) -> list[av.AudioFrame]:
        """The same samples, those of many channels in one plane."""
        if not piece.format.is_planar or piece.layout.nb_channels <= _MOST_PLANES:
            return [piece]
        self._packer = self._packer or av.AudioResampler(format=piece.format.packed)
        return self._packer.resample(piece)

    @property
    def moments_lufs(self) -> tuple[float, ...]:
        """How loud it is at the end of each tenth of a second, over 400 ms; -70: silent."""
        return tuple(self._levels)

    @property
    def steady(self) -> Span:
        """The longest span in which the sound does not change."""
        turns_s = self._tune.turns_s
        return longest_steady_span(self._levels, per_s=_STEPS_PER_S, window_s=BLOCK_S, turns_s=turns_s)

    @property
    def spoken(self) -> tuple[Span, ...]:
        """Spans that sound like speech."""
        return spoken_spans(self._levels, per_s=_STEPS_PER_S)

    @property
    def stereo(self) -> Stereo | None:
        """Whether both channels are there and go together; None: there are not two."""
        return self._stereo.stereo if self._stereo else None

    @property
    def clipped_runs(self) -> int:
        """How often the wave is cut off at full scale."""
        return self._flat.runs

    @property
    def torn(self) -> Discontinuities:
        """Where the wave leaps, and where it is torn out."""
        return self._tears.torn

    @property
    def bursts(self) -> tuple[Span, ...]:
        """Where it is white noise for a moment."""
        return self._tears.bursts

    def silent(self, end_s: float) -> tuple[Span, ...]:
        """Spans without sound, in a film whose sound ends at `end_s`."""
        return self._silent.until(end_s)

    @property
    def meter(self) -> Meter:
        """The loudness of all that was heard."""
        integrated = float(self._report.get("lavfi.r128.I", _GATE_LUFS))
        peak = float(self._report.get("lavfi.r128.true_peak", 0.0))
        return Meter(
            integrated_lufs=integrated if self._heard_s >= BLOCK_S and integrated > _GATE_LUFS else None,
            range_lu=float(self._report.get("lavfi.r128.LRA", 0.0)),
            true_peak_dbtp=20 * math.log10(peak) if peak > 0 else -math.inf,
        )


class _Spans:
    """Spans by what a filter says of their beginnings and ends."""

    def __init__(self, start: str, end: str, least_s: float) -> None:
        self._start, self._end, self._least_s = start, end, least_s
        self._open_s: float | None = None
        self._found: list[Span] = []

    def note(self, found: dict[str, str]) -> None:
        """What a filter says of one frame: of both, the earlier goes first."""
        told = [(float(found[name]), name) for name in (self._end, self._start) if name in found]
        for at_s, name in sorted(told, key=lambda each: each[0]):
            if name == self._start:
                self._open_s = at_s
            elif self._open_s is not None:
                self._found.append(Span(start_s=self._open_s, end_s=at_s))
                self._open_s = None

    def until(self, end_s: float) -> tuple[Span, ...]:
        last = [] if self._open_s is None else [Span(start_s=self._open_s, end_s=max(end_s, self._open_s))]
        return tuple(span for span in (*self._found, *last) if span.length_s >= self._least_s - 1e-6)


class _FlatTops:
    """Counts places where a wave is cut off."""

    def __init__(self, channels: int) -> None:
        self.runs = 0
        self._running = np.zeros(channels, np.int64)

    def look_at(self, samples: NDArray[np.float64]) -> None:
        if np.abs(samples).max(initial=0.0) < _FULL_SCALE:
            self._running[:] = 0
            return
        for channel, wave in enumerate(np.abs(samples) >= _FULL_SCALE):
            edges = np.flatnonzero(np.diff(np.concatenate([[0], wave.astype(np.int8), [0]])))
            for start, end in zip(edges[::2], edges[1::2], strict=True):
                before = self._running[channel] if start == 0 else 0
                self.runs += bool(before < _RUN <= before + end - start)
            last = edges[-1] - edges[-2] if len(edges) and wave[-1] else 0
            whole = bool(len(wave)) and bool(wave.all())
            self._running[channel] = last + (self._running[channel] if whole else 0)


def _planes(piece: av.AudioFrame) -> NDArray[np.float64]:
    """The samples by channel, full scale at ±1."""
    samples = piece.to_ndarray()
    if not piece.format.is_planar:
        samples = samples.reshape(-1, piece.layout.nb_channels).T
    waves = samples.astype(np.float64)
    if samples.dtype.kind == "f":
        return waves
    half = 2.0 ** (8 * samples.dtype.itemsize - 1)
    return waves / half - (1.0 if samples.dtype.kind == "u" else 0.0)


def _metadata(sink: FilterContext) -> Iterator[dict[str, str]]:
    while True:
        try:
            yield dict(sink.pull().metadata)
        except (av.BlockingIOError, av.EOFError):
            return
