"""When the packets of a film by anybody are shown, whatever its container says of times."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from av.stream import Stream

from pipeline.media.container.mux import Packet


class Times:
    """When the packets of a stream are shown, in units of its time base."""

    def __init__(self, stream: Stream) -> None:
        self._base = stream.time_base or Fraction(1, 1)
        self.starts: list[int] = []
        # Whether the container says when anything is shown; else it is as it comes.
        self.are_told = False
        # Of what was decoded first: of packets, some may only prime the decoder.
        self.first: int | None = None
        self._keys: list[int] = []
        self._end = 0

    def note(self, packet: Packet) -> None:
        """The next packet, in decoding order."""
        start = start_of(packet)
        self.starts.append(start)
        self.are_told = self.are_told or packet.pts is not None
        self._end = max(self._end, start + (packet.duration or 0))
        if packet.is_keyframe:
            self._keys.append(start)

    def show(self, pts: int | None) -> None:
        """When something that was decoded is shown or heard."""
        if self.first is None:
            self.first = pts

    @property
    def start_s(self) -> float:
        """When the first of what was decoded is shown."""
        return float((min(self.starts, default=0) if self.first is None else self.first) * self._base)

    @property
    def end_s(self) -> float:
        """When the last is over."""
        return float(self._end * self._base)

    @property
    def keyframe_s(self) -> float:
        """The longest time from one keyframe to the next, or to the end, in seconds."""
        times = sorted({min(self.starts, default=0), *self._keys, self._end})
        return float(max((after - before for before, after in pairwise(times)), default=0) * self._base)

    @property
    def constant_rate(self) -> Fraction | None:
        """Pictures a second, if each begins when it should, to a unit of the time base."""
        starts = sorted(self.starts)
        if len(starts) < 2 or starts[-1] == starts[0]:
            return None
        step = Fraction(starts[-1] - starts[0], len(starts) - 1)
        steady = all(abs(start - starts[0] - number * step) <= 1 for number, start in enumerate(starts))
        return 1 / (step * self._base) if steady else None


def start_of(packet: Packet) -> int:
    """When it is shown; where a container does not say (AVI), when it is decoded."""
    return next((time for time in (packet.pts, packet.dts) if time is not None), 0)
