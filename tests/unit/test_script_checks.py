"""Checks that every script must pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.errors import PermanentError
from pipeline.model import Brief, BulletsScene, ClosingScene, Scene, Script, SpokenLine, StatementScene, TitleScene
from pipeline.script import write_script
from pipeline.script.checks import find_problems, without_stray_emphasis
from pipeline.template import Template, load_template

TEMPLATE = load_template("explainer", search=[])
SAID = (SpokenLine(text="Something is said."),)
TITLE = TitleScene(lines=SAID, heading="The sky")
STATEMENT = StatementScene(lines=SAID, text="It is blue.")
BULLETS = BulletsScene(
    lines=(*SAID, SpokenLine(text="One.", reveals=0), SpokenLine(text="Two.", reveals=1)), heading="H", items=("1", "2")
)
CLOSING = ClosingScene(lines=SAID, text="Look up.")


def script(*scenes: Scene) -> Script:
    return Script(title="The sky", language="en", scenes=scenes)


def test_a_valid_script_has_no_problems() -> None:
    assert find_problems(script(TITLE, BULLETS, STATEMENT, CLOSING), TEMPLATE) == ()


@pytest.mark.parametrize(
    ("scenes", "problem"),
    [
        ((), "at least 2"),
        ((TITLE,), "at least 2"),
        ((STATEMENT, TITLE), "must be a title scene"),
        ((TITLE, replace(STATEMENT, lines=())), "scene 2 (statement): it has no narration"),
        ((TITLE, replace(STATEMENT, lines=(SpokenLine(text="…"),))), "it has no narration"),
        ((TITLE, replace(STATEMENT, text="")), "text is empty"),
        ((TITLE, replace(STATEMENT, text="a" * 161)), "text has 161 characters, at most 160 fit"),
        ((TITLE, replace(STATEMENT, text="龘" * 81)), "text has 162 characters, at most 160 fit"),
        ((TITLE, replace(BULLETS, items=("1", "b" * 121))), "item 2 has 121 characters, at most 120 fit"),
        (
            (TITLE, replace(BULLETS, items=("1", "2", "3", "4", "b" * 81))),
            "item 5 has 81 characters, at most 80 fit",
        ),
        ((TITLE, replace(BULLETS, items=("1", " "))), "item 2 is empty"),
        ((TITLE, replace(BULLETS, items=(), lines=SAID)), "0 items, 1 to 5 fit"),
        ((TITLE, replace(BULLETS, items=("1",))), "each item must appear once"),
        ((TITLE, replace(BULLETS, items=("1", "2", "3"))), "each item must appear once"),
        ((TITLE, replace(STATEMENT, lines=(SpokenLine(text="a", reveals=1),))), "the scene has none"),
        ((TITLE, replace(STATEMENT, lines=(SpokenLine(text="word " * 6001),))), "6,004 words, at most 6,000"),
    ],
)
def test_problems_of_an_invalid_script_are_reported(scenes: tuple[Scene, ...], problem: str) -> None:
    assert any(problem in each for each in find_problems(script(*scenes), TEMPLATE))


def test_a_very_long_text_is_quoted_in_part() -> None:
    (problem,) = find_problems(script(TITLE, replace(STATEMENT, text="blue " * 10_000)), TEMPLATE)

    assert problem.startswith('scene 2 (statement): text has 50000 characters, at most 160 fit: "blue blue')
    assert len(problem) < 400


def test_a_layout_that_the_template_does_not_use_is_a_problem() -> None:
    bare = replace(TEMPLATE, layouts=tuple(layout for layout in TEMPLATE.layouts if layout.name != "closing"))

    assert "no such layout" in find_problems(script(TITLE, CLOSING), bare)[0]


def test_emphasis_on_a_phrase_that_is_not_shown_is_dropped() -> None:
    _, lost, kept = without_stray_emphasis(
        script(TITLE, replace(STATEMENT, emphasis="green"), replace(STATEMENT, emphasis="blue"))
    ).scenes

    assert (lost, kept) == (STATEMENT, replace(STATEMENT, emphasis="blue"))


async def test_an_invalid_script_is_rejected_whichever_writer_made_it() -> None:
    class Careless:
        name = "careless"
        needs_notes = False

        async def write(self, brief: Brief, template: Template, spent: object, *, pace: object) -> Script:
            return script(TITLE)

    with pytest.raises(PermanentError, match="careless wrote a script that can't be filmed"):
        await write_script(Brief(title="T"), writers=[Careless()], template=TEMPLATE)
