"""Caption timing from cue times and loudness per tenth of a second."""

from __future__ import annotations

import random
from itertools import pairwise
from types import SimpleNamespace

import pysubs2
import pytest

from pipeline.media.span import Span
from pipeline.model import STANDARD
from pipeline.quality.caption_timing import PER_S, find_shift
from pipeline.quality.expected import TimedText
from pipeline.quality.sidecars import caption_checks

LENGTH_S = 60.0
WINDOW_S = 0.4


def phrases(seed):
    """Spans of speech, with pauses of a third of a second and more."""
    chance, at_s, found = random.Random(seed), 0.5, []
    while at_s < LENGTH_S - 6:
        end_s = at_s + chance.uniform(1.0, 4.5)
        found.append((at_s, end_s))
        at_s = end_s + chance.choice((0.3, 0.4, 0.8, 1.4))
    return found


def heard(spoken, pause_lufs=-60.0):
    """The momentary loudness (400 ms) of these spans."""

    def level(until_s):
        share = sum(max(0.0, min(end, until_s) - max(start, until_s - WINDOW_S)) for start, end in spoken) / WINDOW_S
        return -15.0 if share > 0.3 else pause_lufs

    return [level((at + 1) / PER_S) for at in range(round(LENGTH_S * PER_S))]


def captions(spoken, late_s=0.0, speed=1.0, stay_s=0.0):
    return [
        TimedText(start_s=start * speed + late_s, end_s=end * speed + late_s + stay_s, text="Tea cools.")
        for start, end in spoken
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("late_s", [1.0, 2.0, 5.0, -1.5, -3.0])
def test_the_shift_of_late_and_early_captions_is_measured(seed, late_s):
    spoken = phrases(seed)

    shift, speed = find_shift(captions(spoken, late_s), heard(spoken))

    assert (round(shift - late_s), speed) == (0, 1)
    assert abs(shift - late_s) <= 0.3


@pytest.mark.parametrize(("speed", "told"), [(25 / 23.976, 1.043), (23.976 / 25, 0.959)])
def test_captions_for_another_frame_rate_are_recognised(speed, told):
    spoken = phrases(1)

    _, found = find_shift(captions(spoken, speed=speed), heard(spoken))

    assert round(found, 3) == told


@pytest.mark.parametrize("seed", range(20))
def test_captions_in_time_have_no_shift(seed):
    spoken = phrases(seed)

    assert find_shift(captions(spoken, late_s=0.2, stay_s=0.2), heard(spoken)) is None


@pytest.mark.parametrize("seed", range(20))
def test_captions_that_are_early_or_late_by_less_than_a_second_are_found(seed):
    spoken = phrases(seed)

    early, late = (find_shift(captions(spoken, late_s, stay_s=0.2), heard(spoken)) for late_s in (-0.7, 0.6))

    assert early == (pytest.approx(-0.6, abs=0.15), 1)
    assert late == (pytest.approx(0.7, abs=0.15), 1)


@pytest.mark.parametrize("seed", range(20))
def test_captions_that_correlate_nowhere_have_no_shift(seed):
    assert find_shift(captions(phrases(seed + 100)), heard(phrases(seed))) is None


def test_without_pauses_there_is_no_shift():
    spoken = phrases(1)
    chained = [(start, after) for (start, _), (after, _) in pairwise(spoken)]

    assert find_shift(captions(chained, late_s=3.0), heard(spoken)) is None
    assert find_shift(captions(spoken, late_s=3.0), heard([(0.0, LENGTH_S)])) is None
    assert find_shift(captions(spoken, late_s=3.0), []) is None


def test_a_few_captions_have_no_shift():
    spoken = phrases(1)

    assert find_shift(captions(spoken[:4], late_s=3.0), heard(spoken)) is None


@pytest.mark.parametrize(
    ("speed", "measured"),
    [(1.0, None), (25 / 23.976, ", and 4 % too slow"), (23.976 / 25, ", and 4 % too fast")],
)
def test_the_check_says_how_much_too_slow_or_fast_captions_are(tmp_path, speed, measured):
    spoken = phrases(1)
    file = pysubs2.SSAFile()
    file.events = [
        pysubs2.SSAEvent(start=round(1000 * cue.start_s), end=round(1000 * cue.end_s), text=cue.text)
        for cue in captions(spoken, speed=speed)
    ]
    file.save(str(tmp_path / "film.srt"))
    sound = SimpleNamespace(
        spoken=[Span(start_s=start, end_s=end) for start, end in spoken],
        lufs_by_second=[-15.0] * round(LENGTH_S),
        momentary_lufs=heard(spoken),
    )

    (check,) = [
        check
        for check in caption_checks([tmp_path / "film.srt"], LENGTH_S + 5, STANDARD, sound)
        if check.name == "caption_timing"
    ]

    assert check.passed == (measured is None)
    assert check.measured.endswith(measured or "in time, as far as it is known")
