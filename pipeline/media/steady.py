"""A sound that never changes: a hum, a tone, noise. Whatever speaks, sings or plays rises and falls."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from pipeline.media.span import Span

# Loudness over 400 ms. Of speech it moves by ten LU, of dense music by three; of a tone not at all, of noise by 0.1.
STEADY_LU = 1.0
_AUDIBLE_LUFS = -50.0


def longest_steady(levels_lufs: Sequence[float], *, per_s: int, window_s: float) -> Span:
    """The longest span in which a sound is heard and does not change.

    `levels_lufs` are told so many times a second, each of the time that a window lasts until then.
    """
    longest = Span(start_s=0.0, end_s=0.0)
    # Where the span begins, and in it the places of the levels that may become its highest and its lowest.
    start, highest, lowest = 0, deque[int](), deque[int]()
    for at, level in enumerate(levels_lufs):
        if level < _AUDIBLE_LUFS:
            start = at + 1
            highest.clear()
            lowest.clear()
            continue
        while highest and levels_lufs[highest[-1]] <= level:
            highest.pop()
        while lowest and levels_lufs[lowest[-1]] >= level:
            lowest.pop()
        highest.append(at)
        lowest.append(at)
        while levels_lufs[highest[0]] - levels_lufs[lowest[0]] > STEADY_LU:
            start += 1
            for places in (highest, lowest):
                if places[0] < start:
                    places.popleft()
        span = Span(start_s=max(0.0, (start + 1) / per_s - window_s), end_s=(at + 1) / per_s)
        longest = max(longest, span, key=lambda each: each.length_s)
    return longest
