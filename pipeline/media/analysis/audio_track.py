"""The audio track of a third-party film, decoded and measured."""

from __future__ import annotations

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from pipeline.media.analysis.results import AudioAnalysis
from pipeline.media.analysis.timestamps import PacketTimes
from pipeline.media.container.mux import Packet
from pipeline.media.filters import BLOCK_S, STEPS_PER_S, AudioFilters
from pipeline.media.sound.clipping import ClippingDetector
from pipeline.media.sound.discontinuities import DiscontinuityDetector
from pipeline.media.sound.hum import PitchChangeDetector, longest_steady_span
from pipeline.media.sound.speech import spoken_spans
from pipeline.media.sound.stereo import StereoAnalyser

# PyAV misses the last plane of a frame with more than this: it reads past it.
_MAX_PLANES = 7
# Their encoders put a frame or so before the sound, which primes the decoder.
_PRIMED_CODECS = ("aac", "mp3")


class AudioTrack:
    """Decodes the packets of a stream and passes the samples to all detectors."""

    def __init__(self, stream: AudioStream) -> None:
        self.stream = stream
        if not stream.codec_context.channels:
            # FFmpeg could not find out, e.g. in a transport stream that ends right after its header.
            raise ValueError("has no sound that can be decoded: it is cut short")
        self._times, self._filters = PacketTimes(stream), AudioFilters(stream)
        self._samples_s, self._end_s, self._drift_s = 0.0, 0.0, 0.0
        # When the second frame begins.
        self._second_s: float | None = None
        # Layout and sample rate of the first frame.
        self._kind = ""
        self._detectors: _Detectors | None = None

    def push(self, packet: Packet | None) -> None:
        """The next packet; None after the last."""
        if packet is not None:
            self._times.add(packet)
        for frame in self.stream.decode(packet):
            self._times.mark_decoded(frame.pts)
            # The last frames of some decoders (WMA) have no timestamp: they follow on.
            start_s = self._end_s if frame.pts is None else float(frame.pts * (frame.time_base or 0))
            kind = f"{frame.layout.name} at {frame.sample_rate} Hz"
            self._kind = self._kind or kind
            if kind != self._kind:
                raise ValueError(f"its sound is {self._kind}, but {kind} from {start_s:.2f} s on")
            if self._samples_s and self._second_s is None:
                self._second_s = start_s
            self._drift_s = max(self._drift_s, start_s - self._times.start_s - self._samples_s, key=abs)
            self._samples_s += frame.samples / frame.sample_rate
            self._end_s = start_s + frame.samples / frame.sample_rate
            self._detectors = self._detectors or _Detectors(frame)
            self._detectors.push(frame)
            self._filters.push(frame)
        if packet is None:
            self._filters.push(None)

    @property
    def start_s(self) -> float:
        """Presentation time of the first sample."""
        return self._times.start_s

    @property
    def end_s(self) -> float:
        """End of the last packet."""
        return self._times.end_s

    @property
    def _priming_s(self) -> float:
        """Duration of a first frame that may only prime the decoder, with the gap after it."""
        may_be_primed = self.stream.codec_context.codec.canonical_name in _PRIMED_CODECS and not self._times.is_trimmed
        return self._second_s - self.start_s if may_be_primed and self._second_s is not None else 0.0

    @property
    def result(self) -> AudioAnalysis:
        """The findings, after the last packet."""
        codec, times = self.stream.codec_context, self._times
        detectors, momentary_lufs = self._detectors or _Detectors(codec), self._filters.momentary_lufs
        return AudioAnalysis(
            codec=codec.codec.canonical_name,
            sample_rate_hz=codec.sample_rate,
            channels=codec.channels,
            start_s=times.start_s,
            end_s=times.end_s,
            priming_s=self._priming_s,
            drift_s=self._drift_s,
            meter=self._filters.meter,
            clipped_runs=detectors.clipping.runs,
            discontinuities=detectors.discontinuities.result,
            bursts=detectors.discontinuities.bursts,
            silent=tuple(span.since(times.start_s) for span in self._filters.silent(max(times.end_s, self._end_s))),
            steady=longest_steady_span(
                momentary_lufs, per_s=STEPS_PER_S, window_s=BLOCK_S, pitch_changes_s=detectors.pitch.changes_s
            ),
            spoken=spoken_spans(momentary_lufs, per_s=STEPS_PER_S),
            stereo=detectors.stereo.result if detectors.stereo else None,
            momentary_lufs=momentary_lufs,
        )


class _Detectors:
    """The detectors that FFmpeg has no filter for."""

    def __init__(self, kind: av.AudioFrame | AudioCodecContext) -> None:
        rate_hz, channels = kind.sample_rate, kind.layout.nb_channels
        self.clipping = ClippingDetector(channels)
        self.discontinuities = DiscontinuityDetector(rate_hz, third_party=True)
        self.pitch = PitchChangeDetector(rate_hz)
        self.stereo = StereoAnalyser(rate_hz) if channels == 2 else None
        self._packer: av.AudioResampler | None = None

    def push(self, frame: av.AudioFrame) -> None:
        for packed in self._packed(frame):
            channels = _channels(packed)
            self.clipping.push(channels)
            mid = channels.mean(axis=0)
            self.discontinuities.push(mid)
            self.pitch.push(mid)
            if self.stereo:
                self.stereo.push(*channels)

    def _packed(self, frame: av.AudioFrame) -> list[av.AudioFrame]:
        """The same samples, interleaved if there are too many planes."""
        if not frame.format.is_planar or frame.layout.nb_channels <= _MAX_PLANES:
            return [frame]
        self._packer = self._packer or av.AudioResampler(format=frame.format.packed)
        return self._packer.resample(frame)


def _channels(frame: av.AudioFrame) -> NDArray[np.float64]:
    """The samples, shape (channels, n), full scale at ±1."""
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    channels = samples.astype(np.float64)
    if samples.dtype.kind == "f":
        return channels
    half = 2.0 ** (8 * samples.dtype.itemsize - 1)
    return channels / half - (1.0 if samples.dtype.kind == "u" else 0.0)
