"""Time spans of a film."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Spans are compared with thresholds in floating point.
_ROUNDING_S = 1e-6


@dataclass(frozen=True, kw_only=True)
class Span:
    """A part of a film, in seconds from its start."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """Its duration."""
        return self.end_s - self.start_s

    def since(self, start_s: float) -> Span:
        """The same span, counted from `start_s`."""
        return Span(start_s=max(0.0, self.start_s - start_s), end_s=self.end_s - start_s)


class SpanCollector:
    """Collects the spans during which a condition holds, from its value at ascending times."""

    def __init__(self, min_s: float, *, min_count: int = 1) -> None:
        """Spans shorter than `min_s`, or observed fewer than `min_count` times, are dropped."""
        self._min_s, self._min_count = min_s, min_count
        self._since_s: float | None = None
        # Observations in the open span.
        self._count = 0
        self._spans: list[Span] = []

    def update(self, at_s: float, *, holds: bool) -> None:
        """Set whether the condition holds from this time on."""
        if not holds:
            self._close(at_s)
            return
        if self._since_s is None:
            self._since_s, self._count = at_s, 0
        self._count += 1

    def spans(self, end_s: float) -> tuple[Span, ...]:
        """All spans of a film that ends at `end_s`."""
        self._close(end_s)
        return tuple(self._spans)

    def _close(self, at_s: float) -> None:
        is_enough = self._count >= self._min_count
        if self._since_s is not None and is_enough and at_s - self._since_s >= self._min_s - _ROUNDING_S:
            self._spans.append(Span(start_s=self._since_s, end_s=at_s))
        self._since_s = None


def append_merged(spans: list[Span], span: Span, gap_s: float) -> None:
    """Append a span, or extend the last one to its end if they are less than `gap_s` apart."""
    if spans and span.start_s - spans[-1].end_s < gap_s:
        span = Span(start_s=spans[-1].start_s, end_s=max(spans.pop().end_s, span.end_s))
    spans.append(span)


def true_runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The runs of True in a mask: the index of the first element, and past the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def subtract(spans: Iterable[Span], others: Sequence[Span], min_s: float) -> tuple[Span, ...]:
    """The parts of `spans` outside all `others`, if they last `min_s` or longer.

    `others` are ascending and do not overlap; an empty one splits a span in two.
    """
    return tuple(part for span in spans for part in _difference(span, others) if part.length_s >= min_s - _ROUNDING_S)


def _difference(span: Span, others: Sequence[Span]) -> Iterator[Span]:
    reached_s = span.start_s
    for number in range(bisect_right(others, reached_s, key=lambda other: other.end_s), len(others)):
        other = others[number]
        if other.start_s >= span.end_s:
            break
        yield Span(start_s=reached_s, end_s=max(reached_s, other.start_s))
        reached_s = other.end_s
    yield Span(start_s=reached_s, end_s=max(reached_s, span.end_s))
