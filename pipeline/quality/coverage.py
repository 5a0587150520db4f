"""Whether captions go on for as long as somebody speaks."""

from __future__ import annotations

from collections.abc import Sequence
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

    `spoken` are spans that sound like speech, and `levels_lufs` tell how loud each second is.
    """
    nothing = Span(start_s=0.0, end_s=0.0)
    shown = sorted((cue.start_s, cue.end_s) for cue in cues)
    captioned = [_level(levels_lufs, start_s, until_s) for start_s, until_s in shown]
    told = [level for level in captioned if level is not None]
    if not told or sum(_common_s(spoken, *each) for each in shown) < sum(end - start for start, end in shown) / 2:
        # Where it is known that somebody speaks, it does not sound like it: then nothing is known of the rest.
        return nothing
    usual = median(told)
    reached, gaps = 0.0, []
    for start_s, until_s in (*shown, (end_s, end_s)):
        gaps.append((reached, start_s))
        reached = max(reached, until_s)
    found = nothing
    for gap_start_s, gap_end_s in gaps:
        for span in spoken:
            start_s, until_s = max(gap_start_s, span.start_s), min(gap_end_s, span.end_s)
            level = _level(levels_lufs, start_s, until_s)
            if level is not None and abs(level - usual) <= _OTHER_LU and until_s - start_s > found.length_s:
                found = Span(start_s=start_s, end_s=until_s)
    return found


def _level(levels_lufs: Sequence[float], start_s: float, end_s: float) -> float | None:
    """How loud most seconds of a span are; None: there is none."""
    part = levels_lufs[max(0, round(start_s)) : max(0, round(end_s))]
    return median(part) if part else None


def _common_s(spans: Sequence[Span], start_s: float, end_s: float) -> float:
    return sum(max(0.0, min(end_s, span.end_s) - max(start_s, span.start_s)) for span in spans)
