"""Silence trimming: cut at both ends of a speech, shortened inside it; word times move with the sound.

Silence is detected by the RMS level of 5 ms steps relative to the loudest one: soft consonants lie above the threshold,
the noise floor of a voice service below.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.media.sound.audio import Samples
from pipeline.model import SAMPLE_RATE_HZ, Word

STEP_SAMPLES = SAMPLE_RATE_HZ // 200
# Relative to the loudest vowel; "f" and "th" lie 20 to 35 dB below it.
_THRESHOLD_DB = -50.0
# Kept before and after audible steps, for plosives, breaths and fading vowels.
LEAD_S, TAIL_S = 0.03, 0.04
# Longer pauses inside a speech are shortened to this, lead and tail included.
_MAX_PAUSE_S = 0.35
# Cuts fade out and in over 4 ms, so that they don't click.
_FADE_SAMPLES = SAMPLE_RATE_HZ // 250

_Span = tuple[int, int]


def trim_silence(sound: Samples, words: Sequence[Word]) -> tuple[Samples, tuple[Word, ...]]:
    """The trimmed sound, and its words with adjusted times, none outside of it.

    A speech that is silent throughout is returned as it is.
    """
    spans = _kept(sound)
    if not spans:
        return sound, tuple(words)
    starts = [start for start, _ in spans]
    # Samples kept before each span.
    kept_before = np.cumsum([0, *(end - start for start, end in spans)])

    def moved(at_s: float) -> float:
        at = at_s * SAMPLE_RATE_HZ
        number = max(0, bisect_right(starts, at) - 1)
        start, end = spans[number]
        return float(kept_before[number] + min(max(at, start), end) - start) / SAMPLE_RATE_HZ

    placed = tuple(Word(text=word.text, start_s=moved(word.start_s), end_s=moved(word.end_s)) for word in words)
    return np.concatenate([_faded(sound[start:end]) for start, end in spans]), placed


def audible_steps(sound: Samples) -> NDArray[np.bool_]:
    """For each 5 ms step, whether it is above the silence threshold."""
    levels = rms_steps(sound)
    is_audible: NDArray[np.bool_] = levels > levels.max(initial=0.0) * 10 ** (_THRESHOLD_DB / 20)
    return is_audible


def rms_steps(sound: Samples) -> NDArray[np.float64]:
    """The RMS level of each 5 ms step; the last one may be shorter."""
    squares = np.square(sound[:, 0].astype(np.float64))
    edges = np.arange(0, len(squares), STEP_SAMPLES)
    if not len(edges):
        return np.zeros(0)
    lengths = np.minimum(STEP_SAMPLES, len(squares) - edges)
    levels: NDArray[np.float64] = np.sqrt(np.add.reduceat(squares, edges) / lengths)
    return levels


def seconds_of(steps: int) -> float:
    """The length of a number of steps."""
    return steps * STEP_SAMPLES / SAMPLE_RATE_HZ


def _kept(sound: Samples) -> list[_Span]:
    """The ranges of samples to keep, in order."""
    audible = np.flatnonzero(audible_steps(sound))
    if not len(audible):
        return []
    lead, tail, longest = (round(seconds * SAMPLE_RATE_HZ) for seconds in (LEAD_S, TAIL_S, _MAX_PAUSE_S))
    # Start and end of each long pause between two audible steps.
    gaps = np.flatnonzero(np.diff(audible) > 1)
    pauses = [
        (int(audible[gap] + 1) * STEP_SAMPLES, int(audible[gap + 1]) * STEP_SAMPLES)
        for gap in gaps
        if (audible[gap + 1] - audible[gap] - 1) * STEP_SAMPLES > longest
    ]
    first = max(0, int(audible[0]) * STEP_SAMPLES - lead)
    last = min(len(sound), int(audible[-1] + 1) * STEP_SAMPLES + tail)
    spans, start = [], first
    for silent_from, silent_to in pauses:
        # The sound decays at the beginning of the pause: more is kept of that than of its end.
        spans.append((start, silent_from + longest - lead))
        start = silent_to - lead
    return [*spans, (start, last)]


def _faded(sound: Samples) -> Samples:
    ramp = np.linspace(0.0, 1.0, min(_FADE_SAMPLES, len(sound) // 2), dtype=np.float32)
    envelope = np.ones(len(sound), dtype=np.float32)
    envelope[: len(ramp)] = ramp
    envelope[len(sound) - len(ramp) :] = ramp[::-1]
    return sound * envelope[:, None]
