"""Each property by itself, measured values made up."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.loudness import Loudness
from pipeline.model import Cue, Subtitles, VideoFormat, Word
from pipeline.quality import Expected, checks


def cue(start_s, end_s):
    return Cue(start_s=start_s, end_s=end_s, lines=((Word(text="Hi", start_s=start_s, end_s=end_s),),))


@given(
    gaps=st.lists(st.tuples(st.floats(0, 2), st.floats(0.01, 7)), max_size=20),
    tail_s=st.floats(0, 3),
)
def test_cues_one_after_the_other_within_the_sound_pass(gaps, tail_s):
    times, now_s = [], 0.0
    for gap_s, length_s in gaps:
        times.append((now_s + gap_s, now_s + gap_s + length_s))
        now_s = times[-1][1]

    assert checks.cues(tuple(times), now_s + tail_s).passed


@pytest.mark.parametrize(
    ("times", "fault"),
    [
        (((0.0, 1.0), (0.9, 2.0)), "cue 2 from 0.90 s, before 1.00 s"),
        (((2.0, 3.0), (0.0, 1.0)), "cue 2 from 0.00 s, before 3.00 s"),
        (((-0.5, 1.0),), "cue 1 from -0.50 s, before 0.00 s"),
        (((1.0, 1.0),), "cue 1 from 1.00 s to 1.00 s"),
        (((3.0, 5.2),), "cue 1 until 5.20 s"),
    ],
    ids=["overlap", "disorder", "before the start", "no length", "past the end"],
)
def test_the_first_cue_that_is_wrong_is_named(times, fault):
    check = checks.cues(times, 5.0)

    assert not check.passed
    assert check.measured == fault


def test_cues_are_counted_from_the_start_of_the_film():
    expected = Expected(
        video_format=VideoFormat(),
        lengths=(96_000, 48_000),
        subtitles=Subtitles(scenes=((cue(0.0, 1.5),), (cue(0.25, 0.75),))),
    )

    assert expected.cue_times_s == ((0.0, 1.5), (2.25, 2.75))
    assert expected.duration_s == 3.0


@pytest.mark.parametrize(
    ("lufs", "passed"), [(-15.0, True), (-16.1, True), (-16.2, False), (-13.9, True), (-13.8, False), (None, False)]
)
def test_loudness_may_differ_from_its_limits_as_two_meters_do(lufs, passed):
    assert checks.loudness(Loudness(integrated_lufs=lufs, true_peak_dbtp=-3.0)).passed is passed


@pytest.mark.parametrize(
    ("dbtp", "passed"), [(-math.inf, True), (-1.0, True), (-0.8, True), (-0.7, False), (0.5, False)]
)
def test_a_true_peak_above_minus_one_fails(dbtp, passed):
    assert checks.true_peak(Loudness(integrated_lufs=-15.0, true_peak_dbtp=dbtp)).passed is passed


def luma(value, *, text=0.0, gradient=0):
    picture = np.full((45, 80), value, np.uint8) + np.linspace(0, gradient, 80).astype(np.uint8)
    picture[: round(45 * text)] = 220
    return picture


@pytest.mark.parametrize(
    ("picture", "passed"),
    [
        (luma(16), False),
        (luma(17, gradient=2), False),
        (luma(128), False),
        (luma(235), False),
        (luma(24, gradient=12), True),
        (luma(16, text=0.03), True),
    ],
    ids=["black", "nearly black", "plain grey", "plain white", "dark gradient", "a line of text on black"],
)
def test_a_picture_that_shows_nothing_is_known(picture, passed):
    assert checks.pictures([picture]).passed is passed


def test_a_film_may_begin_and_end_in_black():
    black, drawn = luma(16), luma(24, text=0.2)

    assert checks.pictures([black, drawn, drawn, black]).passed
    assert not checks.pictures([black, drawn, black]).passed


def test_no_pictures_at_all_fail():
    assert not checks.pictures([]).passed
