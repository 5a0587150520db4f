"""Discontinuities are found equally in long films, of which only the last moments are kept in memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from pipeline.media.sound import discontinuities
from pipeline.media.sound.discontinuities import DiscontinuityDetector

# Two samples to a cell.
RATE_HZ, LENGTH_S = 2_000, 30


def hum(start, end):
    """A tone, as loud as a voice, by the numbers of its samples."""
    return (0.3 * np.sin(np.arange(start, end) * 0.05)).astype(np.float32)


def torn_at_random(seed):
    """A tone with 60 holes and clicks, some of them right beside each other."""
    random, wave = np.random.default_rng(seed), hum(0, RATE_HZ * LENGTH_S)
    for at in random.integers(0, len(wave), 30):
        wave[at : at + random.integers(10, 900)] = 0
    wave[random.integers(0, len(wave), 30)] += 0.6
    return wave


def heard(wave, piece):
    watch = DiscontinuityDetector(RATE_HZ)
    for start in range(0, len(wave), piece):
        watch.push(wave[start : start + piece])
    return watch.result


@pytest.mark.parametrize("together", [413, 1_000, 2_500])
@pytest.mark.parametrize("seed", range(6))
def test_discontinuities_do_not_depend_on_batch_boundaries(seed, together, monkeypatch):
    wave = torn_at_random(seed)
    at_once = heard(wave, 700)
    monkeypatch.setattr(discontinuities, "_BATCH", together)

    assert len(at_once.clicks_s) > 20
    assert len(at_once.dropouts) > 5
    assert heard(wave, 700) == at_once


def test_the_result_can_be_read_twice():
    watch = DiscontinuityDetector(RATE_HZ)
    watch.push(torn_at_random(1))

    assert watch.result == watch.result


def test_three_hours_of_sound_take_the_memory_of_minutes():
    watch, minute = DiscontinuityDetector(RATE_HZ), hum(0, 60 * RATE_HZ)
    tracemalloc.start()
    try:
        for _ in range(180):
            watch.push(minute)
        assert not watch.result.dropouts
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # All cells of three hours would take a gigabyte.
    assert most_bytes < 32 * 1024**2
