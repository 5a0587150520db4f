"""Whether captions cover all of the speech."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from pipeline.media.span import Span
from pipeline.quality.expected import TimedText

# Forced subtitles: only signs and foreign words, on purpose.
_PARTIAL = ("forced", "signs")
# What is quieter or louder than captioned speech by more than this is something else.
_OTHER_LU = 6.0


def is_partial(name: str) -> bool:
    """Whether a caption file's name says that it covers a part of the speech only."""
    return any(part in _PARTIAL for part in name.lower().split("."))


def longest_uncaptioned(
    cues: Sequence[TimedText], spoken: Sequence[Span], lufs_by_second: Sequence[float], end_s: float
) -> Span:
    """The longest span without a cue that sounds like the captioned ones; empty if there is none.

    `spoken` are ascending spans that sound like speech. Linear in their number and that of the seconds: a film may last
    ten hours.
    """
    nothing = Span(start_s=0.0, end_s=0.0)
    shown = list(_shown(cues))
    captioned = [_level(lufs_by_second, span) for span in shown]
    levels = [level for level in captioned if level is not None]
    if not levels or _length_s(_intersect(shown, spoken)) < _length_s(shown) / 2:
        # The captioned speech itself is not recognised: nothing can be said of the rest.
        return nothing
    usual = median(levels)
    edges = (nothing, *shown, Span(start_s=end_s, end_s=end_s))
    gaps = [Span(start_s=before.end_s, end_s=after.start_s) for before, after in pairwise(edges)]
    longest = nothing
    for span in _intersect(gaps, spoken):
        level = _level(lufs_by_second, span)
        if level is not None and abs(level - usual) <= _OTHER_LU and span.length_s > longest.length_s:
            longest = span
    return longest


def _shown(cues: Sequence[TimedText]) -> Iterator[Span]:
    """The times with a cue on screen, without overlaps."""
    reached_s = 0.0
    for cue in sorted(cues, key=lambda cue: cue.start_s):
        if cue.end_s > max(reached_s, cue.start_s):
            yield Span(start_s=max(reached_s, cue.start_s), end_s=cue.end_s)
            reached_s = cue.end_s


def _intersect(some: Sequence[Span], others: Sequence[Span]) -> Iterator[Span]:
    """The intersection of two ascending sequences of spans."""
    first = 0
    for span in some:
        while first < len(others) and others[first].end_s <= span.start_s:
            first += 1
        for number in range(first, len(others)):
            start_s, end_s = max(span.start_s, others[number].start_s), min(span.end_s, others[number].end_s)
            if others[number].start_s >= span.end_s:
                break
            if start_s < end_s:
                yield Span(start_s=start_s, end_s=end_s)


def _length_s(spans: Iterable[Span]) -> float:
    return sum(span.length_s for span in spans)


def _level(lufs_by_second: Sequence[float], span: Span) -> float | None:
    """The median loudness of a span; None if it has no whole second."""
    part = lufs_by_second[max(0, round(span.start_s)) : max(0, round(span.end_s))]
    return median(part) if part else None
