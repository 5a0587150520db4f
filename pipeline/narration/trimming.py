"""Silence that nobody needs: cut off around a speech, shortened inside it; the words move with the sound.

What is silent is measured, in steps of 5 ms, against the loudest of them: a soft consonant stays above the threshold,
the hiss that a voice service sends as silence stays below.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.media.sound.audio import Samples
from pipeline.model import SAMPLE_RATE_HZ, Word

STEP_SAMPLES = SAMPLE_RATE_HZ // 200
# Below the loudest vowel; "f" and "th" lie 20 to 35 dB below it.
_SILENCE_DB = -50.0
# Kept before and after what is heard, so that plosives, breaths and fading vowels live.
LEAD_S, TAIL_S = 0.03, 0.04
# A pause inside a speech that is longer is shortened to this, the rests of the sound beside it included.
_LONGEST_PAUSE_S = 0.35
# Where sound is cut it falls to silence and rises from it in this time, so that no edge clicks.
_FADE_SAMPLES = SAMPLE_RATE_HZ // 250

_Span = tuple[int, int]


def trimmed(sound: Samples, words: Sequence[Word]) -> tuple[Samples, tuple[Word, ...]]:
    """The sound without idle silence, and its words where they are then, none outside of it.

    A speech in which nothing is heard at all stays as long as it is.
    """
    spans = _kept(sound)
    if not spans:
        return sound, tuple(words)
    starts = [start for start, _ in spans]
    # How much of the sound is kept before each span.
    before = np.cumsum([0, *(end - start for start, end in spans)])

    def moved(at_s: float) -> float:
        at = at_s * SAMPLE_RATE_HZ
        number = max(0, bisect_right(starts, at) - 1)
        start, end = spans[number]
        return float(before[number] + min(max(at, start), end) - start) / SAMPLE_RATE_HZ

    placed = tuple(Word(text=word.text, start_s=moved(word.start_s), end_s=moved(word.end_s)) for word in words)
    return np.concatenate([_faded(sound[start:end]) for start, end in spans]), placed


def audible(sound: Samples) -> NDArray[np.bool_]:
    """For each step of 5 ms, whether something is heard in it."""
    levels = rms_steps(sound)
    heard: NDArray[np.bool_] = levels > levels.max(initial=0.0) * 10 ** (_SILENCE_DB / 20)
    return heard


def rms_steps(sound: Samples) -> NDArray[np.float64]:
    """The root mean square of each step of 5 ms; the last one may be shorter."""
    squares = np.square(sound[:, 0].astype(np.float64))
    edges = np.arange(0, len(squares), STEP_SAMPLES)
    if not len(edges):
        return np.zeros(0)
    lengths = np.minimum(STEP_SAMPLES, len(squares) - edges)
    levels: NDArray[np.float64] = np.sqrt(np.add.reduceat(squares, edges) / lengths)
    return levels


def seconds_of(steps: int) -> float:
    """How long so many steps are."""
    return steps * STEP_SAMPLES / SAMPLE_RATE_HZ


def _kept(sound: Samples) -> list[_Span]:
    """What is kept of the sound, in order: samples from, and up to."""
    heard = np.flatnonzero(audible(sound))
    if not len(heard):
        return []
    lead, tail, longest = (round(seconds * SAMPLE_RATE_HZ) for seconds in (LEAD_S, TAIL_S, _LONGEST_PAUSE_S))
    # Each pause between two steps that are heard: where it begins and ends.
    gaps = np.flatnonzero(np.diff(heard) > 1)
    pauses = [
        (int(heard[gap] + 1) * STEP_SAMPLES, int(heard[gap + 1]) * STEP_SAMPLES)
        for gap in gaps
        if (heard[gap + 1] - heard[gap] - 1) * STEP_SAMPLES > longest
    ]
    first = max(0, int(heard[0]) * STEP_SAMPLES - lead)
    last = min(len(sound), int(heard[-1] + 1) * STEP_SAMPLES + tail)
    spans, start = [], first
    for silent_from, silent_to in pauses:
        # Its beginning is where the sound rings out: more of that is kept than of its end.
        spans.append((start, silent_from + longest - lead))
        start = silent_to - lead
    return [*spans, (start, last)]


def _faded(sound: Samples) -> Samples:
    """The sound rising from and falling to silence at its ends."""
    ramp = np.linspace(0.0, 1.0, min(_FADE_SAMPLES, len(sound) // 2), dtype=np.float32)
    envelope = np.ones(len(sound), dtype=np.float32)
    envelope[: len(ramp)] = ramp
    envelope[len(sound) - len(ramp) :] = ramp[::-1]
    return sound * envelope[:, None]
