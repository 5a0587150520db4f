"""Duration of a text at a speaking rate, and the text that fits a duration."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.words import split_words
from pipeline.model import Narration, Pace, Script, Word
from pipeline.model.pace import ends_sentence, weight
from pipeline.narration.estimate import estimate
from pipeline.narration.pace import estimate_pace, measure_pace, pace_of
from pipeline.narration.sample_texts import SAMPLE_TEXTS

PACE = Pace(weight_s=0.07, breath_s=0.36, scene_s=0.9, word_weight=5.5)


def test_a_scene_lasts_as_long_as_its_words_its_breaths_and_the_silence_around_it() -> None:
    words = split_words("One two. Three.")

    assert PACE.seconds(words) == pytest.approx(0.9 + 0.07 * sum(map(weight, words)) + 0.36)


@given(st.integers(min_value=10, max_value=1800))
def test_a_plan_holds_what_fits_its_length(length_s: int) -> None:
    plan = PACE.plan(length_s)

    assert 2 <= plan.fewest_scenes < plan.most_scenes
    middle = (plan.fewest_scenes + plan.most_scenes) / 2
    assert plan.words * PACE.word_s + middle * PACE.scene_s == pytest.approx(length_s, abs=0.5)


@pytest.mark.parametrize(("length_s", "scenes"), [(30, (2, 4)), (60, (5, 8)), (180, (15, 22))])
def test_a_scene_stands_for_8_to_12_seconds(length_s: int, scenes: tuple[int, int]) -> None:
    plan = PACE.plan(length_s)

    assert (plan.fewest_scenes, plan.most_scenes) == scenes


def test_a_pace_can_be_corrected_by_what_was_heard() -> None:
    words = split_words("One two. Three.")

    slower = PACE.corrected(1.5)

    assert slower.seconds(words) - 0.9 == pytest.approx(1.5 * (PACE.seconds(words) - 0.9))
    assert slower.word_s == pytest.approx(1.5 * PACE.word_s)


def test_sentences_end_in_every_script() -> None:
    assert [ends_sentence(word) for word in ("no,", "yes.", "yes!”", "い。", "है।", "؟")] == [
        False,
        True,
        True,
        True,
        True,
        True,
    ]


def test_a_pace_is_what_was_heard() -> None:
    words = (
        Word(text="Abcd", start_s=0.25, end_s=0.75),
        Word(text="efgh.", start_s=0.75, end_s=1.25),
        Word(text="Ijkl", start_s=1.65, end_s=2.15),
    )

    pace = pace_of(words, unit_sample="Abcd efgh. Ijkl")

    assert pace.breath_s == pytest.approx(0.4)
    assert pace.weight_s == pytest.approx(1.5 / 15)
    assert pace.word_weight == pytest.approx(5)
    assert pace.word_s == pytest.approx(0.5 + 0.4 / 9)
    assert pace.unit == "words"


async def test_a_language_without_a_sample_has_the_pace_of_a_calm_narrator() -> None:
    async def nobody(_script: Script) -> Narration:
        raise AssertionError

    pace = await measure_pace("tlh", speak=nobody)

    words = split_words("A calm narrator says this in about three seconds.")
    assert pace.seconds(words) - pace.scene_s == pytest.approx(estimate(words)[-1].end_s, rel=0.05)


def test_the_words_of_english_films_are_longer_than_those_of_the_sample() -> None:
    plain = pace_of(estimate(split_words(SAMPLE_TEXTS["en"])), unit_sample=SAMPLE_TEXTS["en"])

    assert estimate_pace("en-GB").word_weight == pytest.approx(1.1 * plain.word_weight)
    assert estimate_pace("en").plan(60).words < plain.plan(60).words
    assert estimate_pace("en").seconds(["a", "few", "words."]) == plain.seconds(["a", "few", "words."])
