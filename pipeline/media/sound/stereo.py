"""Whether both ears hear a film: spans in which one channel is missing, and in which the two cancel each other out.

Second by second: how strong either channel is, and what they have in common. Seconds in which nothing is to be heard
neither begin a span nor end one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.media.span import Span

# A voice that is so much weaker in one ear is not in the middle of anything any more (a pan law ends at 3 to 6 dB).
ONE_SIDED_DB = 12.0
# A loudspeaker that plays both, as phones have, loses so much of the sound; of channels that have nothing in common, 3.
CANCELLED_DB = 10.0
# Fainter sound is no sound.
_FAINT_DB = -50.0
_PAUSE_S = 1.5


@dataclass(frozen=True, kw_only=True)
class Stereo:
    """What is wrong with the two channels of some sound; both empty: nothing."""

    # Spans that only one ear hears, and that a single loudspeaker does not play.
    one_sided: tuple[Span, ...] = ()
    cancelled: tuple[Span, ...] = ()
    # From the first to the last second in which something is to be heard; None: nothing is.
    audible: Span | None = None


NOTHING_AUDIBLE = Stereo()


def merge_stereo(parts: Iterable[tuple[float, Stereo]]) -> Stereo:
    """The same of a film by its parts, each with the time at which it begins, in seconds."""
    placed = [(start_s, part) for start_s, part in parts if part.audible]
    audible = [_moved(part.audible, start_s) for start_s, part in placed if part.audible]
    return Stereo(
        one_sided=_joined(_moved(span, start_s) for start_s, part in placed for span in part.one_sided),
        cancelled=_joined(_moved(span, start_s) for start_s, part in placed for span in part.cancelled),
        audible=Span(start_s=audible[0].start_s, end_s=audible[-1].end_s) if audible else None,
    )


class StereoAnalyser:
    """Hears two channels, piece by piece."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        # Of the second that has begun: the energy of the left, of the right, and of what they have in common.
        self._energy = np.zeros(3)
        self._samples, self._heard = 0, 0
        # A row for each second: when it begins and ends, in samples, and the mean powers.
        self._seconds: list[tuple[float, ...]] = []

    def hear(self, left: NDArray[np.floating], right: NDArray[np.floating]) -> None:
        """The next of both; the same array twice is a sound in the middle."""
        one = np.dot(left, left)
        self._energy += (one, one, one) if right is left else (one, np.dot(right, right), np.dot(left, right))
        self._samples += len(left)
        if self._samples >= self._rate_hz:
            self._end_second()

    @property
    def stereo(self) -> Stereo:
        """What was found, when all was heard."""
        if self._samples:
            self._end_second()
        table = np.array(self._seconds).reshape(-1, 5)
        starts_s, ends_s = table[:, :2].T / self._rate_hz
        left, right, common = table[:, 2:].T
        both = (left + right) / 2
        audible = both > 10 ** (_FAINT_DB / 10)
        if not audible.any():
            return NOTHING_AUDIBLE
        starts_s, ends_s = starts_s[audible], ends_s[audible]
        left, right, common, both = left[audible], right[audible], common[audible], both[audible]
        one_sided = np.minimum(left, right) <= np.maximum(left, right) * 10 ** (-ONE_SIDED_DB / 10)
        # The power of (left + right) / 2, beside what it would be if both were the same.
        cancelled = (both + common) / 2 <= both * 10 ** (-CANCELLED_DB / 10)
        return Stereo(
            one_sided=tuple(_spans(one_sided, starts_s, ends_s)),
            cancelled=tuple(_spans(cancelled, starts_s, ends_s)),
            audible=Span(start_s=float(starts_s[0]), end_s=float(ends_s[-1])),
        )

    def _end_second(self) -> None:
        end = self._heard + self._samples
        self._seconds.append((self._heard, end, *(self._energy / self._samples)))
        self._energy, self._samples, self._heard = np.zeros(3), 0, end


def _spans(found: NDArray[np.bool_], starts_s: NDArray[np.float64], ends_s: NDArray[np.float64]) -> Iterator[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], found.astype(np.int8), [0]])))
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        yield Span(start_s=float(starts_s[first]), end_s=float(ends_s[after - 1]))


def _moved(span: Span, by_s: float) -> Span:
    return Span(start_s=span.start_s + by_s, end_s=span.end_s + by_s)


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same, but that one that goes on in the next part is one; between parts there is some silence."""
    joined: list[Span] = []
    for span in spans:
        goes_on = bool(joined) and span.start_s - joined[-1].end_s < _PAUSE_S
        joined.append(Span(start_s=joined.pop().start_s, end_s=span.end_s) if goes_on else span)
    return tuple(joined)
