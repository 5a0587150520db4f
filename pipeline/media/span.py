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


class Spells:
    """The spans in which something is so, put together of what is told at one time after the other."""

    def __init__(self, least_s: float) -> None:
        self._least_s = least_s
        self._since_s: float | None = None
        self._found: list[Span] = []

    def note(self, at_s: float, *, is_so: bool) -> None:
        """How it is from now on."""
        if not is_so:
            self._end(at_s)
        elif self._since_s is None:
            self._since_s = at_s

    def until(self, end_s: float) -> tuple[Span, ...]:
        """Those of so many seconds and more, in a film that ends then."""
        self._end(end_s)
        return tuple(self._found)

    def _end(self, at_s: float) -> None:
        if self._since_s is not None and at_s - self._since_s >= self._least_s - 1e-6:
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
