"""Missing and out-of-phase channels: spans heard in one ear only, and spans that cancel out in mono.

Measured second by second: the power of either channel, and their cross-correlation. Silent seconds neither begin a span
nor end one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.media.span import Span, append_merged, true_runs

# The level difference from which on one channel is missing: panning makes less (a pan law ends at 3 to 6 dB).
ONE_SIDED_DB = 12.0
# The loss in a mono mix, as on a phone's loudspeaker, from which on channels cancel; uncorrelated ones lose 3.
CANCELLED_DB = 10.0
_SILENT_DB = -50.0
_PAUSE_S = 1.5


@dataclass(frozen=True, kw_only=True)
class Stereo:
    """Faults of a stereo signal."""

    # Spans in one ear only, and spans that a mono loudspeaker does not play.
    one_sided: tuple[Span, ...] = ()
    cancelled: tuple[Span, ...] = ()
    # From the first to the last audible second; None: silent.
    audible: Span | None = None


NOTHING_AUDIBLE = Stereo()


def merge_stereo(parts: Iterable[tuple[float, Stereo]]) -> Stereo:
    """The faults of a film from those of its parts, each with its start in seconds."""
    placed = [(start_s, part) for start_s, part in parts if part.audible]
    audible = [_shifted(part.audible, start_s) for start_s, part in placed if part.audible]
    return Stereo(
        one_sided=_merged(_shifted(span, start_s) for start_s, part in placed for span in part.one_sided),
        cancelled=_merged(_shifted(span, start_s) for start_s, part in placed for span in part.cancelled),
        audible=Span(start_s=audible[0].start_s, end_s=audible[-1].end_s) if audible else None,
    )


class StereoAnalyser:
    """Measures two channels."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        # Of the second that has begun: sums of left squared, right squared, and their product.
        self._sums = np.zeros(3)
        self._samples, self._measured = 0, 0
        # One row per second: start and end in samples, then the mean powers.
        self._seconds: list[tuple[float, ...]] = []

    def push(self, left: NDArray[np.floating], right: NDArray[np.floating]) -> None:
        """The next samples of both; for mono, the same array twice."""
        power = np.dot(left, left)
        self._sums += (power, power, power) if right is left else (power, np.dot(right, right), np.dot(left, right))
        self._samples += len(left)
        if self._samples >= self._rate_hz:
            self._end_second()

    @property
    def result(self) -> Stereo:
        """The faults, after the last samples."""
        if self._samples:
            self._end_second()
        table = np.array(self._seconds).reshape(-1, 5)
        starts_s, ends_s = table[:, :2].T / self._rate_hz
        left, right, product = table[:, 2:].T
        mean = (left + right) / 2
        audible = mean > 10 ** (_SILENT_DB / 10)
        if not audible.any():
            return NOTHING_AUDIBLE
        starts_s, ends_s = starts_s[audible], ends_s[audible]
        left, right, product, mean = left[audible], right[audible], product[audible], mean[audible]
        one_sided = np.minimum(left, right) <= np.maximum(left, right) * 10 ** (-ONE_SIDED_DB / 10)
        # The power of the mono mix, (left + right) / 2, against that of two identical channels.
        cancelled = (mean + product) / 2 <= mean * 10 ** (-CANCELLED_DB / 10)
        return Stereo(
            one_sided=tuple(_spans(one_sided, starts_s, ends_s)),
            cancelled=tuple(_spans(cancelled, starts_s, ends_s)),
            audible=Span(start_s=float(starts_s[0]), end_s=float(ends_s[-1])),
        )

    def _end_second(self) -> None:
        end = self._measured + self._samples
        self._seconds.append((self._measured, end, *(self._sums / self._samples)))
        self._sums, self._samples, self._measured = np.zeros(3), 0, end


def _spans(marked: NDArray[np.bool_], starts_s: NDArray[np.float64], ends_s: NDArray[np.float64]) -> Iterator[Span]:
    for first, after in true_runs(marked):
        yield Span(start_s=float(starts_s[first]), end_s=float(ends_s[after - 1]))


def _shifted(span: Span, by_s: float) -> Span:
    return Span(start_s=span.start_s + by_s, end_s=span.end_s + by_s)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans, those that go on in the next part merged; there is a short pause between parts."""
    merged: list[Span] = []
    for span in spans:
        append_merged(merged, span, _PAUSE_S)
    return tuple(merged)
