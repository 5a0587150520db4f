"""Discontinuities are found equally in long films, of which only the last moments are kept in memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from pipeline.media.sound import discontinuities
from pipeline.media.sound.discontinuities import DiscontinuityDetector

# Two samples per cell.
RATE_HZ, LENGTH_S = 2_000, 30


def hum(start, end):
    """A tone, as loud as a voice, from one sample to another."""
    return (0.3 * np.sin(np.arange(start, end) * 0.05)).astype(np.float32)


def broken_tone(seed):
    """A tone with 60 random dropouts and clicks, some adjacent."""
    random, wave = np.random.default_rng(seed), hum(0, RATE_HZ * LENGTH_S)
    for at in random.integers(0, len(wave), 30):
        wave[at : at + random.integers(10, 900)] = 0
    wave[random.integers(0, len(wave), 30)] += 0.6
    return wave


def detect(wave, block):
    detector = DiscontinuityDetector(RATE_HZ)
    for start in range(0, len(wave), block):
        detector.push(wave[start : start + block])
    return detector.result


@pytest.mark.parametrize("batch", [413, 1_000, 2_500])
@pytest.mark.parametrize("seed", range(6))
def test_discontinuities_do_not_depend_on_batch_boundaries(seed, batch, monkeypatch):
    wave = broken_tone(seed)
    at_once = detect(wave, 700)
    monkeypatch.setattr(discontinuities, "_BATCH", batch)

    assert len(at_once.clicks_s) > 20
    assert len(at_once.dropouts) > 5
    assert detect(wave, 700) == at_once


def test_the_result_can_be_read_twice():
    detector = DiscontinuityDetector(RATE_HZ)
    detector.push(broken_tone(1))

    assert detector.result == detector.result


def test_three_hours_of_sound_take_the_memory_of_minutes():
    detector, minute = DiscontinuityDetector(RATE_HZ), hum(0, 60 * RATE_HZ)
    tracemalloc.start()
    try:
        for _ in range(180):
            detector.push(minute)
        assert not detector.result.dropouts
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # All cells of three hours would take a gigabyte.
    assert most_bytes < 32 * 1024**2
