"""The sound of a film by anybody, as it is decoded."""

from __future__ import annotations

from av.audio.stream import AudioStream

from pipeline.media.analysis.results import AudioAnalysis
from pipeline.media.analysis.timestamps import Times
from pipeline.media.container.mux import Packet
from pipeline.media.filters import AudioFilters


class AudioTrack:
    """Takes the packets of a stream, one after the other."""

    def __init__(self, stream: AudioStream) -> None:
        self.stream = stream
        if not stream.codec_context.channels:
            # FFmpeg found nothing from which it could tell, as where a transport stream ends right behind its head.
            raise ValueError("has no sound that can be decoded: it is cut short")
        self._times, self._watch = Times(stream), AudioFilters(stream)
        self._heard_s, self._last_s, self._drift_s = 0.0, 0.0, 0.0
        # Channels and samples a second, as the first piece has them.
        self._kind = ""

    def take(self, packet: Packet | None) -> None:
        """The next packet; None: there is no more."""
        if packet is not None:
            self._times.note(packet)
        for piece in self.stream.decode(packet):
            self._times.show(piece.pts)
            # What a decoder (WMA) gives at its end may have no time: it follows.
            begins_s = self._last_s if piece.pts is None else float(piece.pts * (piece.time_base or 0))
            kind = f"{piece.layout.name} at {piece.sample_rate} Hz"
            self._kind = self._kind or kind
            if kind != self._kind:
                raise ValueError(f"its sound is {self._kind}, but {kind} from {begins_s:.2f} s on")
            self._drift_s = max(self._drift_s, begins_s - self._times.start_s - self._heard_s, key=abs)
            self._heard_s += piece.samples / piece.sample_rate
            self._last_s = begins_s + piece.samples / piece.sample_rate
            self._watch.hear(piece)
        if packet is None:
            self._watch.hear(None)

    @property
    def start_s(self) -> float:
        """When the first of it is heard."""
        return self._times.start_s

    @property
    def end_s(self) -> float:
        """When the last is over."""
        return self._times.end_s

    @property
    def track(self) -> AudioAnalysis:
        """What was found, when all was heard."""
        codec, times = self.stream.codec_context, self._times
        return AudioAnalysis(
            codec=codec.codec.canonical_name,
            profile=codec.profile or "",
            sample_rate_hz=codec.sample_rate,
            channels=codec.channels,
            start_s=times.start_s,
            end_s=times.end_s,
            drift_s=self._drift_s,
            meter=self._watch.meter,
            clipped_runs=self._watch.clipped_runs,
            torn=self._watch.torn,
            bursts=self._watch.bursts,
            silent=self._watch.silent(max(times.end_s, self._last_s)),
            steady=self._watch.steady,
            spoken=self._watch.spoken,
            stereo=self._watch.stereo,
            moments_lufs=self._watch.moments_lufs,
        )
