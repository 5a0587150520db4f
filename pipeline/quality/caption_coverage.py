"""Whether captions go on for as long as somebody speaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from pipeline.media.span import Span
from pipeline.quality.expected import TimedText

# Captions of signs and foreign words alone, which leave out the rest on purpose.
_PARTIAL = ("forced", "signs")
# What is so much quieter or louder than what has captions is something else.
_OTHER_LU = 6.0


def is_partial(name: str) -> bool:
    """Whether captions of that file name are meant for a part of what is said."""
    return any(part in _PARTIAL for part in name.lower().split("."))


def longest_uncaptioned(
    cues: Sequence[TimedText], spoken: Sequence[Span], levels_lufs: Sequence[float], end_s: float
) -> Span:
    """The longest span without a cue in which it sounds as in those that have one.

    `spoken` are spans that sound like speech, one after the other, and `levels_lufs` tell how loud each second is.
    Works in proportion to their number: a film may have ten hours of both.
    """
    nothing = Span(start_s=0.0, end_s=0.0)
    shown = list(_shown(cues))
    captioned = [_level(levels_lufs, span) for span in shown]
    told = [level for level in captioned if level is not None]
    if not told or _length_s(_common(shown, spoken)) < _length_s(shown) / 2:
        # Where it is known that somebody speaks, it does not sound like it: then nothing is known of the rest.
        return nothing
    usual = median(told)
    edges = (nothing, *shown, Span(start_s=end_s, end_s=end_s))
    gaps = [Span(start_s=before.end_s, end_s=after.start_s) for before, after in pairwise(edges)]
    found = nothing
    for span in _common(gaps, spoken):
        level = _level(levels_lufs, span)
        if level is not None and abs(level - usual) <= _OTHER_LU and span.length_s > found.length_s:
            found = span
    return found


def _shown(cues: Sequence[TimedText]) -> Iterator[Span]:
    """When there are cues: each from its beginning, or from the end of those before it."""
    reached_s = 0.0
    for cue in sorted(cues, key=lambda cue: cue.start_s):
        if cue.end_s > max(reached_s, cue.start_s):
            yield Span(start_s=max(reached_s, cue.start_s), end_s=cue.end_s)
            reached_s = cue.end_s


def _common(some: Sequence[Span], others: Sequence[Span]) -> Iterator[Span]:
    """What lies in a span of both; of each, one comes after the other."""
    at = 0
    for span in some:
        while at < len(others) and others[at].end_s <= span.start_s:
            at += 1
        for number in range(at, len(others)):
            start_s, end_s = max(span.start_s, others[number].start_s), min(span.end_s, others[number].end_s)
            if others[number].start_s >= span.end_s:
                break
            if start_s < end_s:
                yield Span(start_s=start_s, end_s=end_s)


def _length_s(spans: Iterable[Span]) -> float:
    return sum(span.length_s for span in spans)


def _level(levels_lufs: Sequence[float], span: Span) -> float | None:
    """How loud most seconds of a span are; None: there is none."""
    part = levels_lufs[max(0, round(span.start_s)) : max(0, round(span.end_s))]
    return median(part) if part else None
