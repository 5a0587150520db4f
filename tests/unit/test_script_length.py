"""Scripts that are too long or too short are returned with numbers a model can act on."""

from __future__ import annotations

import re

import pytest

from pipeline.model import Pace, QuizScene, Script, SpokenLine, StatementScene
from pipeline.script.length import length_problem, predicted_s

PACE = Pace(weight_s=0.08, breath_s=0.36, scene_s=1.0, word_weight=5.0)


def script(words: int, scenes: int = 2) -> Script:
    spoken = ("word." if number % 9 == 8 else "word" for number in range(words // scenes))
    said = (SpokenLine(text=" ".join(spoken)),)
    return Script(title="T", language="en", scenes=(StatementScene(lines=said, text="T"),) * scenes)


def test_the_predicted_length_is_the_sum_of_the_scenes() -> None:
    assert predicted_s(script(100), PACE) == pytest.approx(2 * 1.0 + 100 * 5 * 0.08 + 2 * 5 * 0.36)


def test_the_predicted_length_includes_the_pause_before_a_quiz_answer() -> None:
    lines = (SpokenLine(text="word", reveals=0), SpokenLine(text="word", reveals=1), SpokenLine(text="word", reveals=2))
    quiz = QuizScene(lines=lines, text="T", items=("T", "T"))
    same = StatementScene(lines=lines, text="T")
    films = [Script(title="T", language="en", scenes=(scene,)) for scene in (quiz, same)]

    assert predicted_s(films[0], PACE) == pytest.approx(predicted_s(films[1], PACE) + 3.0)


@pytest.mark.parametrize("words", [124, 132, 142])
def test_a_script_within_the_tolerance_passes(words: int) -> None:
    assert length_problem(script(words), 60, PACE) == ""


@pytest.mark.parametrize(("words", "which"), [(100, "more"), (115, "more"), (155, "fewer"), (300, "fewer")])
def test_a_script_outside_the_tolerance_is_told_the_number_of_words(words: int, which: str) -> None:
    told = length_problem(script(words), 60, PACE)

    assert re.fullmatch(
        rf"the film would last \d+ s; 55 to 65 s are wanted: say about \d+ words {which}, in all scenes together", told
    )


@pytest.mark.parametrize("words", [60, 100, 200, 400])
def test_following_the_feedback_on_length_leads_to_the_right_length(words: int) -> None:
    told = re.search(r"about (\d+) words (more|fewer)", length_problem(script(words), 60, PACE))
    assert told

    changed = words + int(told[1]) * (1 if told[2] == "more" else -1)

    assert length_problem(script(changed), 60, PACE) == ""
