"""Whether speech from the Edge service is complete: in edge-tts, a connection that breaks off *ends normally*."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.language.text import has_words
from pipeline.media.sound.audio import Samples
from pipeline.model import SAMPLE_RATE_HZ, Word
from pipeline.narration.alignment import Span, match_events
from pipeline.narration.estimate import min_duration_s
from pipeline.narration.trimming import audible_steps, rms_steps, seconds_of

# Complete speech ends in silence: audio this loud (relative to its loudest step) in the last 20 ms was cut off.
_LOUD_END_DB = -30.0
_END_STEPS = 4
# Event times and audio differ: MP3 frames are 24 ms long, and a decoder drops the first.
_TOLERANCE_S = 0.08


def is_complete(words: Sequence[str], events: Sequence[Word], sound: Samples, rate: float) -> bool:
    """Whether all of `words` are in `sound`, judged by the audio, and by the word events if there are any.

    `rate` is the requested speaking rate: 1.0 is the voice's own. The service merges and drops events of words that it
    does speak; so words without an event count as spoken if there is enough audio for them.
    """
    levels = rms_steps(sound)
    audible = np.flatnonzero(audible_steps(sound))
    if not len(audible):
        return False
    if levels[-_END_STEPS:].max() > levels.max() * 10 ** (_LOUD_END_DB / 20):
        return False
    audible_until_s = seconds_of(int(audible[-1]) + 1)
    if not events:
        return audible_until_s >= min_duration_s(words, rate)
    last_event = events[-1]
    if last_event.end_s > len(sound) / SAMPLE_RATE_HZ + _TOLERANCE_S:
        return False
    matched = match_events(words, events)
    has_time = _has_time_for_all(words, matched.spans, seconds_of(int(audible[0])), rate)
    if not has_time or audible_until_s < (last_event.start_s + last_event.end_s) / 2:
        return False
    missing = matched.unmatched_at_end
    last = [word for word in words if has_words(word)][-missing:] if missing else []
    # If all have an event, half of the last one is enough: a final consonant may be below the threshold.
    return not last or audible_until_s - last_event.end_s >= min_duration_s(last, rate)


def _has_time_for_all(words: Sequence[str], spans: Sequence[Span | None], audible_from_s: float, rate: float) -> bool:
    """Whether words without an event have at least their minimum duration before the next word that has one.

    It detects text that was lost at the beginning or in the middle, while the rest is reported and spoken correctly.
    """
    first, since_s = 0, audible_from_s
    for index, span in enumerate(spans):
        if span is None:
            continue
        unreported = [word for word in words[first:index] if has_words(word)]
        is_start = first == 0 and spans[0] is None
        # The event of a single word is often merged with its neighbour's.
        if len(unreported) > (1 if is_start else 2) and span[0] - since_s + _TOLERANCE_S < min_duration_s(
            unreported, rate
        ):
            return False
        first, since_s = index, span[0]
    return True
