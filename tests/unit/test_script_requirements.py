"""Additional requirements on models: length, facts from the notes only, metadata."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread, current_thread, main_thread
from typing import Any

import pytest

from pipeline.errors import InputError, PermanentError, TransientError
from pipeline.limits import Billing, RetryPolicy
from pipeline.model import Brief, Pace, Paragraph, Script, Section, narration_of
from pipeline.model.metadata import tags_chars
from pipeline.script import ModelWriter, OutlineWriter, write_script
from pipeline.script.chat import Answer, Question, Unusable, ask
from pipeline.script.chat.failures import TooLargeError
from pipeline.script.length import predicted_s
from pipeline.state import Cache
from pipeline.template import load_template

TEMPLATE = load_template("explainer", search=[])
ONCE = RetryPolicy(attempts=1, wait_initial_s=0, wait_max_s=0, retry_after_max_s=0)
PACE = Pace(weight_s=0.08, breath_s=0.36, scene_s=1.0, word_weight=5.0)
NOTES = Brief(
    title="Why the sky is blue",
    language="en",
    facts="notes",
    sections=(Section(heading="", blocks=(Paragraph(text="In 1871 Lord Rayleigh saw why: air scatters blue."),)),),
)


def answer(*said: str, **more: Any) -> str:
    """A script in JSON with these narrations, a scene for each."""
    first, *others = said
    title = {"layout": "title", "heading": "The sky", "kicker": "", "subtitle": "", "say": first}
    scenes = [
        {"layout": "statement", "kicker": "", "text": "It is blue.", "emphasis": "", "say": say} for say in others
    ]
    about = {"title": "The sky", "description": "About it.", "tags": ["sky"], "thumbnail_text": "Blue"}
    return json.dumps({**about, "scenes": [title, *scenes], **more})


def words(count: int) -> str:
    return answer(*[" ".join("word." if n % 9 == 8 else "word" for n in range(count // 2))] * 2)


class Model:
    """A model that returns the given answers in order."""

    service, model, version = "fake", "parrot", "1"

    def __init__(self, *answers: str | TooLargeError) -> None:
        self._answers = list(answers)
        self.asked: list[Question] = []

    def check(self) -> None:
        pass

    def check_size(self, question: Question) -> None:
        pass

    async def answer(self, question: Question, billing: Billing) -> Answer:
        self.asked.append(question)
        said = self._answers.pop(0)
        if isinstance(said, TooLargeError):
            raise said
        return Answer(text=said)

    @property
    def told(self) -> str:
        """The last thing that it was told."""
        return self.asked[-1].messages[-1].content


async def write(model: Model, folder: Path, brief: Brief, *, pace: Pace | None = None) -> Script:
    writer = ModelWriter([model], cache=Cache(folder), retry=ONCE)
    return await write_script(brief, writers=[writer], template=TEMPLATE, pace=pace)


# Length -----------------------------------------------------------------------------------------------------------

MINUTE = Brief(title="The sky", language="en", facts="open", length_s=60)


async def test_a_script_of_the_right_length_takes_one_request(tmp_path: Path) -> None:
    model = Model(words(132))

    await write(model, tmp_path, MINUTE, pace=PACE)

    assert len(model.asked) == 1
    assert "It lasts 60 seconds." in model.asked[0].messages[0].content


async def test_a_script_that_is_too_short_is_sent_back_with_numbers(tmp_path: Path) -> None:
    model = Model(words(80), words(132))

    script = await write(model, tmp_path, MINUTE, pace=PACE)

    assert "the film would last 37 s; 55 to 65 s are wanted: say about 53 words more" in model.told
    assert predicted_s(script, PACE) == pytest.approx(60, abs=3)


async def test_answers_are_parsed_in_a_thread(tmp_path: Path) -> None:
    threads: list[Thread] = []

    def read(text: str, *, last: bool) -> str:
        threads.append(current_thread())
        if text == "No." and not last:
            raise Unusable("say yes", error=PermanentError("it says no"))
        return text

    question = Question(messages=(), schema={}, schema_name="answer")
    wanted = {"read": read, "retry": ONCE, "billing": Billing()}
    await ask([Model("No.", "Yes.")], [question], cache=Cache(tmp_path), **wanted)
    await ask([Model("Yes.")], [question], cache=None, **wanted)

    assert len(threads) == 5
    assert main_thread() not in threads


async def test_a_wrong_length_takes_two_more_turns_and_is_then_accepted(tmp_path: Path) -> None:
    model = Model(words(80), words(200), words(110))

    script = await write(model, tmp_path, MINUTE, pace=PACE)

    assert predicted_s(script, PACE) == pytest.approx(50, abs=3)
    assert len(model.asked) == 3


async def test_feedback_includes_only_the_last_answer(tmp_path: Path) -> None:
    model = Model(words(80), words(200), words(132))

    await write(model, tmp_path, MINUTE, pace=PACE)

    assert [message.role for message in model.asked[2].messages] == ["system", "user", "assistant", "user"]
    assert model.asked[2].messages[2].content == words(200)
    assert "fewer" in model.told


async def test_a_long_film_gets_a_higher_output_limit(tmp_path: Path) -> None:
    model = Model(*[words(40)] * 3)

    await write(model, tmp_path, Brief(title="T", language="en", length_s=1200), pace=PACE)

    assert model.asked[0].max_tokens > 8000


async def test_the_output_limit_is_never_below_what_a_long_film_needs(tmp_path: Path) -> None:
    model = Model(TooLargeError("too large"))

    with pytest.raises(PermanentError, match="too large"):
        await write(model, tmp_path, Brief(title="T", language="en", length_s=600), pace=PACE)

    assert len(model.asked) == 1


async def test_an_answer_that_leaves_no_space_for_feedback_is_accepted_as_it_is(tmp_path: Path) -> None:
    model = Model(words(80), TooLargeError("too large"), TooLargeError("too large"))

    script = await write(model, tmp_path, MINUTE, pace=PACE)

    assert narration_of(script.scenes[0]).split() == (["word"] * 8 + ["word."]) * 4 + ["word"] * 4


async def test_an_invalid_answer_that_leaves_no_space_for_feedback_fails(tmp_path: Path) -> None:
    model = Model("{}", TooLargeError("too large"), TooLargeError("too large"))

    with pytest.raises(TransientError, match="the model wrote no script"):
        await write(model, tmp_path, MINUTE, pace=PACE)


async def test_the_outline_writer_ignores_a_requested_length() -> None:
    brief = Brief(title="T", language="en", length_s=600, variant=2, sections=NOTES.sections)

    script = await write_script(brief, writers=[OutlineWriter()], template=TEMPLATE, pace=PACE)

    assert "1871" in narration_of(script.scenes[-1])


# Facts ------------------------------------------------------------------------------------------------------------

INVENTED = answer("Look up.", "It was Sir Isaac Newton, in 1704.")
TRUE = answer("Look up.", "It was Lord Rayleigh, in 1871.")


async def test_ungrounded_facts_are_sent_back_to_the_model(tmp_path: Path) -> None:
    model = Model(INVENTED, TRUE)

    script = await write(model, tmp_path, NOTES)

    assert "the notes do not say 1704, Sir, Isaac, Newton: leave it out" in model.told
    assert "Rayleigh" in narration_of(script.scenes[1])


async def test_repeated_ungrounded_facts_fail_with_a_list(tmp_path: Path) -> None:
    model = Model(INVENTED, INVENTED)

    with pytest.raises(PermanentError, match=r"fake: the notes do not say 1704, Sir, Isaac, Newton\. Add"):
        await write(model, tmp_path, NOTES)


async def test_facts_are_not_checked_if_others_are_allowed(tmp_path: Path) -> None:
    script = await write(Model(INVENTED), tmp_path, Brief(title="T", language="en", facts="open"))

    assert "Newton" in narration_of(script.scenes[1])


async def test_facts_only_without_notes_is_refused_before_any_request(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="only the notes may be used, and there are none"):
        await write(Model(), tmp_path, Brief(title="T", language="en", facts="notes"))


# Metadata ---------------------------------------------------------------------------------------------------------


async def test_a_models_metadata_is_cut_to_the_limits_of_hosts(tmp_path: Path) -> None:
    tags = [f"a tag of many words, number {n}" for n in range(60)]
    said = answer("Look up.", "It is blue.", title="A <title> " * 30, description="A description. " * 600, tags=tags)

    script = await write(Model(said), tmp_path, Brief(title="T", language="en"))

    assert len(script.title) <= 100
    assert len(script.description.encode()) <= 5000
    assert tags_chars(script.tags) <= 480
    assert not set(script.title + script.description) & set("<>")
    assert script.tags[0] == "a tag of many words number 0"


async def test_variants_have_different_prompts(tmp_path: Path) -> None:
    model = Model(answer("One.", "Two."), answer("Three.", "Four."))

    scripts = [await write(model, tmp_path, Brief(title="T", language="en", variant=n)) for n in (1, 2, 1)]

    assert scripts[0] == scripts[2] != scripts[1]
    assert len(model.asked) == 2
