"""A part of a film."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Span:
    """A part of a film, in seconds from its start."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return self.end_s - self.start_s


class SpanCollector:
    """The spans in which something is so, put together of what is told at one time after the other."""

    def __init__(self, least_s: float, *, least_times: int = 1) -> None:
        self._least_s, self._least_times = least_s, least_times
        self._since_s: float | None = None
        # How often it was told to be so since then.
        self._times = 0
        self._found: list[Span] = []

    def note(self, at_s: float, *, is_so: bool) -> None:
        """Say whether it is so from this time on."""
        if not is_so:
            self._end(at_s)
            return
        if self._since_s is None:
            self._since_s, self._times = at_s, 0
        self._times += 1

    def until(self, end_s: float) -> tuple[Span, ...]:
        """The spans that are long enough and were told often enough, in a film that ends at `end_s`."""
        self._end(end_s)
        return tuple(self._found)

    def _end(self, at_s: float) -> None:
        is_enough = self._times >= self._least_times
        if self._since_s is not None and is_enough and at_s - self._since_s >= self._least_s - 1e-6:
            self._found.append(Span(start_s=self._since_s, end_s=at_s))
        self._since_s = None


def without(spans: Iterable[Span], others: Sequence[Span], least_s: float) -> tuple[Span, ...]:
    """What is left of spans where none of the others is, in pieces of so many seconds and more.

    The others come one after the other; one without length parts a span in two.
    """
    return tuple(piece for span in spans for piece in _pieces(span, others) if piece.length_s >= least_s - 1e-6)


def _pieces(span: Span, others: Sequence[Span]) -> Iterator[Span]:
    reached_s = span.start_s
    for number in range(bisect_right(others, reached_s, key=lambda other: other.end_s), len(others)):
        other = others[number]
        if other.start_s >= span.end_s:
            break
        yield Span(start_s=reached_s, end_s=max(reached_s, other.start_s))
        reached_s = other.end_s
    yield Span(start_s=reached_s, end_s=max(reached_s, span.end_s))
