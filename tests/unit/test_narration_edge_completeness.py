"""Each sign of truncated speech by itself, since a service may show any one of them."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.media.sound.audio import Samples
from pipeline.model import SAMPLE_RATE_HZ, Word
from pipeline.narration.edge.completeness import is_complete

WORDS = ("Tea", "is", "hot", "water.")
EVENTS = (
    Word(text="Tea", start_s=0.1, end_s=0.4),
    Word(text="is", start_s=0.45, end_s=0.6),
    Word(text="hot", start_s=0.65, end_s=0.95),
    Word(text="water", start_s=1.0, end_s=1.5),
)


def sound(*, until_s: float, length_s: float) -> Samples:
    """A voice that starts at 0.1 s, followed by silence."""
    at_s = np.arange(round(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    voice = 0.3 * np.sin(2 * np.pi * 220 * at_s) * ((at_s >= 0.1) & (at_s < until_s))
    return np.repeat(voice.astype(np.float32)[:, None], 2, axis=1)


def test_speech_that_reaches_its_last_word_and_ends_in_silence_is_complete() -> None:
    assert is_complete(WORDS, EVENTS, sound(until_s=1.5, length_s=2.3), 1.0)


def test_a_last_word_that_fades_below_the_threshold_counts_as_spoken() -> None:
    assert is_complete(WORDS, EVENTS, sound(until_s=1.4, length_s=2.3), 1.0)


def test_a_last_word_merged_with_the_one_before_needs_no_event_if_it_is_audible() -> None:
    assert is_complete(WORDS, EVENTS[:-1], sound(until_s=1.5, length_s=2.3), 1.0)


@pytest.mark.parametrize(
    ("events", "until_s", "length_s"),
    [
        pytest.param(EVENTS, 0.0, 2.3, id="nothing is heard"),
        pytest.param(EVENTS, 1.5, 1.5, id="it is loud to the end"),
        pytest.param(EVENTS, 1.3, 1.36, id="the last word goes on after the sound"),
        pytest.param(EVENTS, 1.1, 2.3, id="silence where the last word should be"),
        pytest.param(EVENTS[:-1], 0.95, 1.7, id="the last word has no event and no sound"),
        pytest.param((), 0.3, 1.0, id="no events, and a sound too short for the words"),
    ],
)
def test_any_single_sign_of_truncation_is_enough(events: tuple[Word, ...], until_s: float, length_s: float) -> None:
    assert not is_complete(WORDS, events, sound(until_s=until_s, length_s=length_s), 1.0)
