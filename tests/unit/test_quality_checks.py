"""Each check by itself, on made-up measurements."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.media.sound.loudness import Loudness
from pipeline.media.span import Span, append_merged
from pipeline.model import (
    STANDARD,
    ClosingScene,
    QuizScene,
    Script,
    SpokenLine,
    Subtitles,
    VideoFormat,
    Word,
)
from pipeline.quality import Expected, checks, findings, profile_checks
from pipeline.quality.findings import Brightness
from pipeline.quality.judge import judge_file
from tests.standins.films import spoken_cue

CLOSING = ClosingScene(lines=(), text="Drink it.")


def test_times_of_cues_count_from_the_start_of_the_film():
    expected = Expected(
        video_format=VideoFormat(),
        lengths=(96_000, 48_000),
        subtitles=Subtitles(scenes=((spoken_cue("One,\ntwo.", 0.0, 1.5),), (spoken_cue("Three.", 0.25, 0.75),))),
    )

    assert [(cue.start_s, cue.end_s, cue.text) for cue in expected.cues] == [
        (0.0, 1.5, "One,\ntwo."),
        (2.25, 2.75, "Three."),
    ]
    assert expected.resting_s == (1.5, 2.75)
    assert expected.duration_s == 3.0
    assert expected.pictures == (60, 30)


def test_an_intended_pause_counts_in_its_scene_only():
    lines = (SpokenLine(text="Which is it?"), SpokenLine(text="Tea.", reveals=2))
    quiz = QuizScene(lines=lines, text="Which is it?", items=("Tea", "Coffee"))
    expected = Expected(
        video_format=VideoFormat(),
        lengths=(480_000, 480_000, 480_000),
        subtitles=Subtitles(scenes=((), (), ())),
        script=Script(title="Tea", language="en", scenes=(CLOSING, quiz, CLOSING)),
    )

    spans = [(0, 4), (0, 10), (9, 11), (12, 15), (19, 25), (20, 25)]
    assert [expected.pause_s(*span) for span in spans] == [0, 0, 3, 3, 3, 0]
    assert replace(expected, script=None).pause_s(12, 15) == 0
    assert silence(expected, quiet=(11, 18.5)).passed
    assert silence(expected, quiet=(11, 19.5)).measured == "5.50 s"
    assert silence(expected, quiet=(1, 6.5)).measured == "5.50 s"
    # Every silence counts, not only the last.
    assert not silence(expected, quiet=(1, 6.5), also=(22, 24)).passed


def silence(expected, *, quiet, also=(0, 0)):
    """The check of a film that is silent in these spans, in seconds."""
    heard = np.ones(round(expected.duration_s * 30))
    for start_s, end_s in (quiet, also):
        heard[round(start_s * 30) : round(end_s * 30)] = 0
    measured = Loudness(integrated_lufs=-15.0, true_peak_dbtp=-3.0, powers=tuple(heard))
    return profile_checks.silence(measured, expected, STANDARD)


@pytest.mark.parametrize(("of_film", "told"), [("ab", "another encoding of the sound"), ("bb", " and ")])
def test_a_film_with_other_extradata_than_its_scenes_fails(of_film, told):
    def configured(name):
        return SimpleNamespace(configuration=name, packets=())

    found = SimpleNamespace(pictures=(configured("a"),), sounds=(configured("a"),), packets={"video": (), "audio": ()})

    assert checks.parts(configured("a"), configured("a"), found).passed
    check = checks.parts(*map(configured, of_film), found)
    assert (check.passed, told in check.measured) == (False, True)


def test_the_longest_span_is_reported():
    spans = [Span(start_s=start_s, end_s=end_s) for start_s, end_s in ((0, 1), (5, 8), (10, 12))]

    assert profile_checks.longest_of(spans) == (3.0, "3.00 s at 5.00 s")
    assert profile_checks.longest_of([]) == (0.0, "none")


def test_silent_words_are_reported_where_most_of_them_are():
    words = tuple(Word(text="tea", start_s=at, end_s=at + 0.5) for at in (1.0, 3.0, 3.5, 4.0, 4.5))
    expected = Expected(
        video_format=VideoFormat(), lengths=(480_000,), subtitles=Subtitles(scenes=((),)), words=(words,)
    )

    assert silence(expected, quiet=(3, 4.5)).passed
    assert silence(expected, quiet=(3, 4.8), also=(0.5, 1.5)).measured == ("1.80 s of words without sound at 3.00 s")
    # Shorter than a pause between words.
    assert silence(expected, quiet=(3, 3.4)).measured == "0.00 s"


@pytest.mark.parametrize(
    ("lufs", "passed"), [(-15.0, True), (-16.0, True), (-16.01, False), (-14.0, True), (-13.99, False), (None, False)]
)
def test_loudness_is_checked_against_its_limits(lufs, passed):
    assert profile_checks.loudness(lufs, STANDARD).passed is passed


@pytest.mark.parametrize(
    ("dbtp", "passed"), [(-math.inf, True), (-2.0, True), (-1.0, True), (-0.99, False), (0.5, False)]
)
def test_a_true_peak_above_minus_one_fails(dbtp, passed):
    assert checks.true_peak(Loudness(integrated_lufs=-15.0, true_peak_dbtp=dbtp)).passed is passed


@pytest.mark.parametrize(
    ("mean", "spread", "passed"),
    [(16.0, 0.0, False), (19.9, 3.9, False), (19.9, 4.0, True), (20.0, 1.0, True), (120.0, 0.9, False)],
)
def test_a_dark_picture_passes_if_it_has_more_than_noise(mean, spread, passed):
    assert checks.pictures([Brightness(mean=mean, spread=spread)]).passed is passed


@pytest.mark.parametrize(
    ("still", "told"),
    [
        ([], "every scene begins anew"),
        # Frozen to the end of its scene, or from the start of the next one.
        ([Span(start_s=1.0, end_s=5.0), Span(start_s=5.0, end_s=8.0)], "every scene begins anew"),
        ([Span(start_s=1.0, end_s=5.9)], "every scene begins anew"),
        ([Span(start_s=4.1, end_s=9.0)], "every scene begins anew"),
        ([Span(start_s=3.9, end_s=6.1)], "nothing changes where scene 2 begins"),
        ([Span(start_s=3.0, end_s=12.0)], "nothing changes where scene 2, 3 begins"),
    ],
)
def test_a_picture_that_does_not_change_at_a_scene_boundary_is_frozen(still, told):
    found = checks.frozen(still, [0.0, 5.0, 9.0])

    assert (found.measured, found.passed) == (told, told.startswith("every"))


def test_a_missing_film_is_a_failed_verdict(tmp_path):
    verdict, portrait = judge_file(tmp_path / "gone.mp4", STANDARD)
    (check,) = verdict.checks

    assert (check.name, check.passed, check.measured) == ("file", False, "it can't be read (FileNotFoundError)")
    assert portrait is None


def luma(value, *, text=0.0, gradient=0):
    picture = np.full((45, 80), value, np.uint8) + np.linspace(0, gradient, 80).astype(np.uint8)
    picture[: round(45 * text)] = 220
    return Brightness.of(picture)


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
def test_an_empty_picture_is_recognised(picture, passed):
    assert checks.pictures([picture]).passed is passed


def test_the_value_of_the_pictures_is_their_mean_brightness_in_percent():
    def value(*levels):
        return checks.pictures([Brightness(mean=level, spread=20.0) for level in levels]).value

    assert (value(16), value(235), value(16, 235), value(70.75)) == (0, 100, 50, 25)
    assert checks.pictures([]).value == 0


def test_a_range_is_only_measured_from_a_minute_on():
    def spread(frames):
        powers = ((1.0,) * 900 + (0.1,) * 900)[:frames]
        measured = Loudness(integrated_lufs=-15.0, true_peak_dbtp=-3.0, powers=powers)
        return profile_checks.loudness_range(measured, STANDARD).value

    assert spread(1_799) == 0
    assert spread(1_800) == pytest.approx(10, abs=0.1)


def test_one_empty_scene_fails_the_film():
    black, drawn = luma(16), luma(24, text=0.2)

    assert checks.pictures([drawn] * 4).passed
    assert checks.pictures([drawn, drawn, black, drawn]).measured == "black or empty in scene 3 of 4"


def test_no_pictures_at_all_fail():
    assert not checks.pictures([]).passed


def test_black_that_goes_on_in_the_next_scene_is_one_span():
    spans = [Span(start_s=start_s, end_s=end_s) for start_s, end_s in ((0, 1), (1.02, 2), (5, 6), (9, 10))]

    merged = []
    for span in spans:
        append_merged(merged, span, findings._MERGE_S)
    assert [(span.start_s, span.end_s) for span in merged] == [(0, 2), (5, 6), (9, 10)]
