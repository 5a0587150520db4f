"""Whether a speech of the Edge service is whole: a connection that breaks in the middle *ends normally* in edge-tts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.language.text import has_words
from pipeline.media.sound.audio import Samples
from pipeline.model import SAMPLE_RATE_HZ, Word
from pipeline.narration.alignment import Span, match_events
from pipeline.narration.estimate import min_duration_s
from pipeline.narration.trimming import audible_steps, rms_steps, seconds_of

# Speech ends in silence. What is this loud (against the loudest part) in its last 20 ms was cut there.
_LOUD_END_DB = -30.0
_END_STEPS = 4
# Events are counted from another clock than the sound: MP3 frames are 24 ms long, and a decoder drops the first.
_CLOCKS_DIFFER_S = 0.08


def is_complete(words: Sequence[str], events: Sequence[Word], sound: Samples, rate: float) -> bool:
    """Whether all of `words` is heard in `sound`, going by what is heard, and by the events where there are any.

    `rate` is how fast it was asked for: 1.0 is the voice's own. The service joins and drops events of words that it
    does speak; so words without an event count as spoken if there is sound for them.
    """
    levels = rms_steps(sound)
    heard = np.flatnonzero(audible_steps(sound))
    if not len(heard):
        return False
    if levels[-_END_STEPS:].max() > levels.max() * 10 ** (_LOUD_END_DB / 20):
        return False
    heard_until_s = seconds_of(int(heard[-1]) + 1)
    if not events:
        return heard_until_s >= min_duration_s(words, rate)
    last_event = events[-1]
    if last_event.end_s > len(sound) / SAMPLE_RATE_HZ + _CLOCKS_DIFFER_S:
        return False
    matched = match_events(words, events)
    has_time = _leaves_time(words, matched.spans, seconds_of(int(heard[0])), rate)
    if not has_time or heard_until_s < (last_event.start_s + last_event.end_s) / 2:
        return False
    unheard = matched.unmatched_at_end
    last = [word for word in words if has_words(word)][-unheard:] if unheard else []
    # Where all have an event, half of the last one is enough: a consonant may be too soft to be heard until it ends.
    return not last or heard_until_s - last_event.end_s >= min_duration_s(last, rate)


def _leaves_time(words: Sequence[str], spans: Sequence[Span | None], heard_from_s: float, rate: float) -> bool:
    """Whether words without an event, before one that has it, have the time that they take at the least.

    Of a text that lost its beginning, or a part of it, the rest may be told and spoken as it should be.
    """
    first, since_s = 0, heard_from_s
    for index, span in enumerate(spans):
        if span is None:
            continue
        untold = [word for word in words[first:index] if has_words(word)]
        is_start = first == 0 and spans[0] is None
        # One word alone is often joined to its neighbour.
        if len(untold) > (1 if is_start else 2) and span[0] - since_s + _CLOCKS_DIFFER_S < min_duration_s(untold, rate):
            return False
        first, since_s = index, span[0]
    return True
