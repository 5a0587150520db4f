"""Presentation times of packets, whatever the container stores of them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from av.stream import Stream

from pipeline.media.container.mux import Packet


class PacketTimes:
    """The presentation times of a stream's packets, in units of its time base."""

    def __init__(self, stream: Stream) -> None:
        self._time_base = stream.time_base or Fraction(1, 1)
        self.starts: list[int] = []
        # Whether the container stores presentation times; without them, pictures are shown in decoding order.
        self.has_pts = False
        # Of the first decoded frame: some packets may only prime the decoder.
        self._first: int | None = None
        self._keyframes: list[int] = []
        self._end = 0

    def add(self, packet: Packet) -> None:
        """The next packet, in decoding order."""
        start = presentation_time(packet)
        self.starts.append(start)
        self.has_pts = self.has_pts or packet.pts is not None
        self._end = max(self._end, start + (packet.duration or 0))
        if packet.is_keyframe:
            self._keyframes.append(start)

    def mark_decoded(self, pts: int | None) -> None:
        """The timestamp of a decoded frame."""
        if self._first is None:
            self._first = pts

    @property
    def start_s(self) -> float:
        """Presentation time of the first decoded frame."""
        return float((min(self.starts, default=0) if self._first is None else self._first) * self._time_base)

    @property
    def is_trimmed(self) -> bool:
        """Whether the decoder left out the beginning, as the container says."""
        return self._first is not None and self._first > min(self.starts, default=0)

    @property
    def end_s(self) -> float:
        """End of the last packet."""
        return float(self._end * self._time_base)

    @property
    def keyframe_s(self) -> float:
        """The longest distance between keyframes, or from the last one to the end, in seconds."""
        times = sorted({min(self.starts, default=0), *self._keyframes, self._end})
        return float(max((after - before for before, after in pairwise(times)), default=0) * self._time_base)

    @property
    def constant_rate(self) -> Fraction | None:
        """Frames per second, if every timestamp fits to a unit of the time base; None: variable."""
        starts = sorted(self.starts)
        if len(starts) < 2 or starts[-1] == starts[0]:
            return None
        step = Fraction(starts[-1] - starts[0], len(starts) - 1)
        is_constant = all(abs(start - starts[0] - number * step) <= 1 for number, start in enumerate(starts))
        return 1 / (step * self._time_base) if is_constant else None


def presentation_time(packet: Packet) -> int:
    """The packet's pts; where the container stores none (AVI), its dts."""
    return next((time for time in (packet.pts, packet.dts) if time is not None), 0)
