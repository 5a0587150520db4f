"""Requirements on translations, and models that translate badly."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from anyio import CancelScope, to_thread

from pipeline.errors import ConfigurationError, NightreelError, PermanentError, TransientError
from pipeline.language.words import split_words
from pipeline.limits import Billing
from pipeline.model import ClosingScene, Cost, Pace, Scene, Script, SpokenLine, narration_of
from pipeline.script import TargetLength, Translation, cached_translation, translate_script
from pipeline.script.checks import find_problems
from pipeline.script.translation import cached_translation_paths
from pipeline.state import Cache
from pipeline.state.cache.digests import publish_with_digest, slot_of
from pipeline.template import Template
from tests.standins import translator
from tests.standins.groq import GroqStandIn
from tests.standins.models import IMPATIENT, groq_model
from tests.standins.scripts import SCRIPT, STATEMENT


@pytest.fixture
def options(groq: GroqStandIn, template: Template, tmp_path: Path) -> dict[str, Any]:
    """The arguments of a translation besides script and language."""
    return {"models": (groq_model(groq.url),), "template": template, "cache": Cache(tmp_path)}


def wanted(script: Script, options: dict[str, Any], language: str = "es") -> Translation:
    return Translation(script=script, language=language, **options)


async def translate(script: Script, options: dict[str, Any], language: str = "es", costs: list[Cost] | None = None):
    billing = Billing(on_cost=([] if costs is None else costs).append)
    return await translate_script(wanted(script, options, language), retry=IMPATIENT, billing=billing)


def shape(scene: Scene) -> tuple[object, ...]:
    """The parts of a scene that are the same in every language."""
    return (scene.layout, len(getattr(scene, "items", ())), [line.reveals for line in scene.lines])


async def test_a_translation_is_the_same_film_in_other_words(groq, options, template):
    script = await translate(SCRIPT, options)

    assert script.language == "es"
    assert find_problems(script, template) == ()
    assert [shape(scene) for scene in script.scenes] == [shape(scene) for scene in SCRIPT.scenes]
    for before, after in zip(SCRIPT.scenes, script.scenes, strict=True):
        assert narration_of(after) == translator.translated(narration_of(before), "es") != narration_of(before)


async def test_the_metadata_is_translated_too(groq, options):
    script = await translate(SCRIPT, options)

    assert script.title == translator.translated("Why tea cools", "es")
    assert script.scenes[-1].subtitle == script.title
    assert script.thumbnail_text == translator.translated("Tea cools", "es")
    assert script.tags == tuple(translator.translated(tag, "es") for tag in SCRIPT.tags)
    assert script.description.endswith(" https://example.org/tea")


async def test_emphasis_is_a_phrase_of_the_translated_text(groq, options):
    statement = (await translate(SCRIPT, options)).scenes[2]

    assert statement.emphasis
    assert statement.emphasis in statement.text


async def test_a_short_film_takes_one_request_and_reports_its_cost(groq, options):
    costs: list[Cost] = []

    await translate(SCRIPT, options, costs=costs)

    assert len(groq.history) == len(costs) == 1
    assert costs[0].tokens_in > 0


async def test_a_long_film_is_translated_in_several_requests_that_stay_small(groq, options):
    line = SpokenLine(text=f"{'The tea stands in the kitchen and cools. ' * 25}".strip())
    scenes = tuple(replace(STATEMENT, lines=(line,), text=f"Part {number}", emphasis="") for number in range(6))

    script = await translate(replace(SCRIPT, scenes=(SCRIPT.scenes[0], *scenes)), options)

    assert len(script.scenes) == 7
    assert len(groq.history) == 3
    assert all(len(request.prompt) < 6000 for request in groq.history)


async def test_a_cached_translation_is_not_paid_for_again(groq, options):
    first = await translate(SCRIPT, options)

    assert await translate(SCRIPT, options) == first
    assert await to_thread.run_sync(cached_translation, wanted(SCRIPT, options)) == first
    assert len(groq.history) == 1


async def test_only_the_changed_units_of_an_edited_script_are_translated(groq, options):
    await translate(SCRIPT, options)
    closing = ClosingScene(lines=(SpokenLine(text="So wait no more."),), text="Wait no more.", subtitle=SCRIPT.title)
    edited = replace(SCRIPT, scenes=(SCRIPT.scenes[0], *SCRIPT.scenes[2:3], closing))

    script = await translate(edited, options)

    assert narration_of(script.scenes[-1]) == translator.translated("So wait no more.", "es")
    assert asked_for(groq.history[-1].prompt) == {"scene_3"}


async def test_each_language_is_cached_separately(groq, options):
    spanish, french = await translate(SCRIPT, options), await translate(SCRIPT, options, "fr")

    assert spanish.title != french.title
    assert await to_thread.run_sync(cached_translation, wanted(SCRIPT, options, "de")) is None


async def test_the_source_language_is_part_of_the_cache_key(groq, options):
    await translate(SCRIPT, options)
    # "Gift" is no present in German.
    await translate(replace(SCRIPT, language="de"), options)

    assert len(groq.history) == 2


async def test_the_cache_files_of_a_translation_can_be_listed(groq, options):
    await translate(SCRIPT, options)

    kept = await to_thread.run_sync(cached_translation_paths, wanted(SCRIPT, options))
    for path in kept:
        await options["cache"].discard(path)
    await translate(SCRIPT, options)

    assert len(kept) == 5
    assert len(groq.history) == 2


@pytest.mark.parametrize("nonsense", [b'{"a": "b"}', b"[" * 100_000, b"\xff\xfe"], ids=["another", "nested", "no text"])
async def test_an_invalid_cache_file_is_replaced(groq, options, nonsense, tmp_path):
    first = await translate(SCRIPT, options)

    def spoil() -> None:
        for path in cached_translation_paths(wanted(SCRIPT, options)):
            path.unlink()
            (tmp_path / "nonsense").write_bytes(nonsense)
            publish_with_digest(tmp_path / "nonsense", Path(slot_of(path)))

    await to_thread.run_sync(spoil)

    assert [await translate(SCRIPT, options), await translate(SCRIPT, options)] == [first, first]
    assert len(groq.history) == 2


# Invalid translations ------------------------------------------------------------------------------------------

# Fault, feedback to the model, and the error if it repeats the fault; empty: the text is repaired.
BADLY = [
    ("drops_a_part", "scene 4 (closing): it is missing", "scene 4 (closing): it is missing"),
    ("too_long_translation", "film: title has 101 characters, at most 100 fit", "film: title has 101 characters"),
    ("loses_a_number", "scene 3 (statement): say_1 has lost the number 15", "has lost the number 15"),
    ("translates_the_names", "film: title is missing", "film: there is no"),
    ("invents_emphasis", "scene 3 (statement): emphasis must be copied", ""),
    ("translates_into_german", "everything must be written in es", "it is like de"),
    ("does_not_translate", "it is still in en, and must be in es", "it is still in en, and must be in es"),
]


def asked_for(prompt: str) -> set[str]:
    """The units of a request."""
    return {line.split(" ")[0] for line in prompt.splitlines() if line.startswith(("scene_", "film"))}


def test_every_fault_of_the_stand_in_has_its_outcome():
    assert {fault for fault, _, _ in BADLY} == set(translator.FAULTS)


@pytest.mark.parametrize(("fault", "told", "_error"), BADLY)
async def test_an_invalid_translation_is_sent_back_with_its_problems(groq, options, fault, told, _error):
    groq.enqueue(fault)

    script = await translate(SCRIPT, options)

    assert told in groq.history[1].prompt
    assert len(groq.history) == 2
    assert script.scenes[2].emphasis == translator.translated("it rests", "es")
    assert "15" in narration_of(script.scenes[2])


@pytest.mark.parametrize(("fault", "_told", "error"), [each for each in BADLY if each[2]])
async def test_a_unit_that_stays_invalid_fails_the_film_with_the_reason(groq, options, fault, _told, error):
    groq.enqueue(fault, fault)

    with pytest.raises(PermanentError) as caught:
        await translate(SCRIPT, options)

    assert error in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_stray_emphasis_is_dropped_in_the_end(groq, options):
    groq.enqueue("invents_emphasis", "invents_emphasis")

    script = await translate(SCRIPT, options)

    assert script.scenes[2].emphasis == ""


async def test_after_a_failure_only_the_invalid_unit_is_requested_again(groq, options):
    groq.enqueue("loses_a_number", "loses_a_number")
    with pytest.raises(PermanentError):
        await translate(SCRIPT, options)

    script = await translate(SCRIPT, options)

    assert asked_for(groq.history[-1].prompt) == {"scene_3"}
    assert "15" in narration_of(script.scenes[2])


async def test_a_cancelled_translation_keeps_its_valid_units(options, tmp_path):
    class Stopped(Cache):
        async def get_or_make(self, *args: Any) -> tuple[Path, bool]:
            stop.cancel()
            return await super().get_or_make(*args)

    with CancelScope() as stop:
        await translate(SCRIPT, {**options, "cache": Stopped(tmp_path)})
    kept = await to_thread.run_sync(cached_translation_paths, wanted(SCRIPT, options))

    assert len(kept) == len(SCRIPT.scenes) + 1


# Requested length ---------------------------------------------------------------------------------------------------

LENGTH = TargetLength(wanted_s=60, pace=Pace(weight_s=0.07, breath_s=0.36, scene_s=0.9, word_weight=5.5))


async def to_length(options: dict[str, Any], length: TargetLength, script: Script = SCRIPT) -> Script:
    return await translate(script, {**options, "length": length})


def words_asked_for(prompt: str, unit: str = "words") -> dict[str, int]:
    """The word budgets in a prompt, by the first two words of each line."""
    return {text: int(words) for words, text in re.findall(rf"\(about (\d+) {unit}\): (\w+ \w+)", prompt)}


async def test_the_prompt_has_word_budgets_for_a_requested_length(groq, options):
    await to_length(options, LENGTH)

    (request,) = groq.history
    asked = words_asked_for(request.prompt)
    assert "the film must last 60 seconds" in request.prompt
    # Every line has its share: 60 s without the silence of 4 scenes and 3 breaths, at 5.5 * 0.07 s a word.
    assert len(asked) == sum(len(scene.lines) for scene in SCRIPT.scenes)
    assert sum(asked.values()) == pytest.approx((60 - 4 * 0.9 - 3 * 0.36) / (5.5 * 0.07), abs=4)
    assert asked["Tea loses"] > 2 * asked["Steam leaves"]


async def test_budgets_of_languages_without_spaces_are_in_characters(groq, options):
    await to_length(options, replace(LENGTH, pace=replace(LENGTH.pace, unit="characters", word_weight=2.8)))

    assert len(words_asked_for(groq.history[0].prompt, "characters")) == 7


async def test_only_the_spoken_lines_are_translated_a_second_time(groq, options):
    first = await to_length(options, LENGTH)

    second = await to_length(options, replace(LENGTH, previous=first, previous_s=90))

    prompt = groq.history[1].prompt
    assert "they last 90 seconds instead of 60: they are too long" in prompt
    assert all(line.text in prompt for scene in first.scenes for line in scene.lines)
    assert asked_for(prompt) == {"scene_1", "scene_2", "scene_3", "scene_4"}
    assert not re.search("heading|item_|tag_|kicker", prompt.partition("----------")[2])
    before, after = (sum(len(split_words(narration_of(scene))) for scene in each.scenes) for each in (first, second))
    # As many fewer as seconds are too many beside the silence.
    assert sum(words_asked_for(prompt).values()) == pytest.approx(before * (60 - 3.6) / (90 - 3.6), abs=4)
    assert after < before
    assert (second.title, second.description, second.tags) == (first.title, first.description, first.tags)
    assert [scene.heading for scene in second.scenes[:2]] == [scene.heading for scene in first.scenes[:2]]


async def test_each_length_and_each_attempt_is_cached_separately(groq, options):
    first = await to_length(options, LENGTH)
    again = replace(LENGTH, previous=first, previous_s=90)
    second = await to_length(options, again)
    asked = len(groq.history)

    assert (await to_length(options, LENGTH), await to_length(options, again)) == (first, second)
    for length, known in ((again, second), (None, None), (replace(LENGTH, wanted_s=30), None)):
        in_length = wanted(SCRIPT, {**options, "length": length})
        assert await to_thread.run_sync(cached_translation, in_length) == known
    assert len(groq.history) == asked


async def test_numbers_are_checked_in_translations_to_a_length_too(groq, options):
    groq.enqueue("loses_a_number")

    script = await to_length(options, replace(LENGTH, wanted_s=10))

    assert "has lost the number 15" in groq.history[1].prompt
    assert "15" in narration_of(script.scenes[2])


@pytest.mark.parametrize("fault", ["invalid_json", "empty_content", "reset", "no_capacity"])
async def test_an_unreadable_answer_is_a_transient_error(groq, options, fault):
    groq.enqueue(fault, fault)

    with pytest.raises(TransientError):
        await translate(SCRIPT, options)


async def test_without_a_model_the_error_says_what_to_do(options):
    with pytest.raises(ConfigurationError) as caught:
        await translate(SCRIPT, {**options, "models": ()})

    assert str(caught.value) == (
        "a model is needed to translate films into es, and there is none. "
        "Set GROQ_API_KEY=... and drop --offline, or write the brief in es"
    )
    assert isinstance(caught.value, NightreelError)


async def test_glossary_terms_are_in_the_prompt_and_the_cache_key_where_they_occur(groq, options, template):
    first = await translate(SCRIPT, options)
    asked = len(groq.history)
    word = narration_of(SCRIPT.scenes[0]).split()[1].strip(".,;:")

    unused = await translate(SCRIPT, {**options, "terms": (("zyzzyva", "bicho"),)})
    assert (unused, len(groq.history)) == (first, asked)
    await translate(SCRIPT, {**options, "terms": ((word, "palabra"), ("zyzzyva", "bicho"))})

    assert len(groq.history) > asked
    assert f"- {word}: palabra" in groq.history[asked].prompt
    assert "zyzzyva" not in groq.history[asked].prompt
