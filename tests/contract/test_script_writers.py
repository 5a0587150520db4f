"""The contract of all script writers, and the faults of the Groq service."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import aiohttp
import anyio
import pytest
from anyio import to_thread

from pipeline.errors import (
    InputError,
    NeedsLoginError,
    PermanentError,
    TransientError,
)
from pipeline.limits import Call, RetryPolicy
from pipeline.model import (
    Brief,
    BulletsScene,
    Paragraph,
    Script,
    Section,
    TitleScene,
    narration_of,
)
from pipeline.narration.pace import estimate_pace
from pipeline.script import (
    ModelWriter,
    OutlineWriter,
    ScriptWriter,
    cached_script_paths,
    check_size,
    offline_script,
    write_script,
)
from pipeline.script.checks import find_problems
from pipeline.settings import Settings
from pipeline.settings.services import PRESETS
from pipeline.state import Cache
from pipeline.template import Template
from tests.standins.briefs import NOTES, TOPIC
from tests.standins.free_plan import FreePlan
from tests.standins.groq import GroqStandIn
from tests.standins.models import IMPATIENT, KEY, NullCache, groq_at, groq_model, service_models
from tests.standins.openai import MODELS, OpenAIStandIn
from tests.standins.throttles import throttle
from tests.virtual_time import run_in_virtual_time


@pytest.fixture(params=["outline", "groq", *MODELS])
async def make_writer(
    request: pytest.FixtureRequest, groq: GroqStandIn
) -> AsyncIterator[Callable[[Cache], ScriptWriter]]:
    """All writers, each with a cache; a new writer has to pass these tests."""
    if request.param == "outline":
        yield lambda _cache: OutlineWriter()
    elif request.param == "groq":
        yield lambda cache: groq_at(groq.url, cache=cache)
    else:
        async with OpenAIStandIn(dialect=request.param) as server:
            models = service_models(request.param, server.url)
            yield lambda cache: ModelWriter(models, cache=cache, retry=IMPATIENT)
        assert server.complaints == []


@pytest.fixture
def writer(make_writer: Callable[[Cache], ScriptWriter]) -> ScriptWriter:
    """Each writer, without a cache."""
    return make_writer(NullCache())


def test_every_known_service_is_tested() -> None:
    assert PRESETS.keys() == MODELS.keys()


async def test_a_writer_makes_a_valid_script(writer: ScriptWriter, template: Template) -> None:
    script = await write_script(NOTES, writers=[writer], template=template)

    assert find_problems(script, template) == ()
    assert isinstance(script.scenes[0], TitleScene)
    assert all(narration_of(scene) for scene in script.scenes)


async def test_a_writer_keeps_what_the_author_has_set(writer: ScriptWriter, template: Template) -> None:
    script = await write_script(NOTES, writers=[writer], template=template)

    assert (script.title, script.language) == ("Why the sky is blue", "de")
    assert script.tags[0] == "physics"
    assert isinstance(script.scenes[0], TitleScene)
    assert script.scenes[0].kicker == "Light, explained"


async def test_a_writer_provides_the_metadata_for_publishing(writer: ScriptWriter, template: Template) -> None:
    script = await write_script(NOTES, writers=[writer], template=template)

    assert script.description
    assert 1 <= len(script.thumbnail_text.split()) <= 5
    assert set(NOTES.tags) <= set(script.tags)


async def test_the_same_brief_gives_the_same_script(writer: ScriptWriter, template: Template) -> None:
    first = await write_script(NOTES, writers=[writer], template=template)

    assert await write_script(NOTES, writers=[writer], template=template) == first


async def test_a_written_script_is_cached_and_available_offline(
    make_writer: Callable[[Cache], ScriptWriter], template: Template, tmp_path: Path
) -> None:
    writer = make_writer(Cache(tmp_path))
    known = partial(offline_script, NOTES, writers=[writer], template=template)
    kept = partial(cached_script_paths, NOTES, writers=[writer], template=template)
    writer.check()
    writer.check_size(NOTES, template)
    # Who asks nobody knows it from the beginning, and needs no cache.
    asks = not isinstance(writer, OutlineWriter)
    assert (await to_thread.run_sync(known) is None) is asks

    script = await write_script(NOTES, writers=[writer], template=template)

    assert await to_thread.run_sync(known) == script
    assert len(list(await to_thread.run_sync(kept))) == asks


async def test_every_item_is_revealed_by_a_line_of_its_own(writer: ScriptWriter, template: Template) -> None:
    # In English the stand-ins write lists.
    script = await write_script(replace(NOTES, language="en"), writers=[writer], template=template)

    lists = [scene for scene in script.scenes if isinstance(scene, BulletsScene)]
    assert lists
    for scene in lists:
        assert [line.reveals for line in scene.lines if line.reveals is not None] == list(range(len(scene.items)))


async def test_a_script_records_its_writer(writer: ScriptWriter, template: Template) -> None:
    script = await write_script(NOTES, writers=[writer], template=template)

    assert (script.writer, script.fallback_reason) == (writer.name, "")


async def test_a_bare_topic_without_a_model_is_refused_with_a_hint(template: Template) -> None:
    with pytest.raises(InputError, match="GROQ_API_KEY") as caught:
        await write_script(TOPIC, writers=[OutlineWriter()], template=template)

    assert caught.value.where == "topics/space.txt:3"


async def test_a_bare_topic_is_written_by_a_model(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    script = await write_script(TOPIC, writers=[groq_writer], template=template)

    assert script.title == "Why is the sky blue?"
    assert "Why is the sky blue?" in narration_of(script.scenes[0])
    assert "There are no notes." in groq.history[0].prompt


async def test_notes_and_language_are_in_the_prompt(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    await write_script(NOTES, writers=[groq_writer], template=template)

    prompt = groq.history[0].prompt
    assert "- It meets molecules." in prompt
    assert "(BCP-47): de" in prompt


async def test_the_request_asks_for_strict_output_and_one_attempt(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    await write_script(TOPIC, writers=[groq_writer], template=template)

    (request,) = groq.history
    assert request.body["model"] == "openai/gpt-oss-120b"
    assert request.body["response_format"]["json_schema"]["strict"] is True


async def test_other_models_are_asked_without_strict_mode(groq: GroqStandIn, template: Template) -> None:
    writer = groq_at(groq.url, model="qwen/qwen3.6-27b")

    await write_script(TOPIC, writers=[writer], template=template)

    assert groq.history[0].body["response_format"]["json_schema"]["strict"] is False


async def test_the_base_url_may_include_the_path_of_other_clients(groq: GroqStandIn, template: Template) -> None:
    writer = groq_at(f"{groq.url}/openai/v1/")

    await write_script(TOPIC, writers=[writer], template=template)

    assert len(groq.history) == 1


async def test_markup_and_invisible_characters_are_removed(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    groq.enqueue("markup")

    script = await write_script(TOPIC, writers=[groq_writer], template=template)

    assert not set(repr(script)) & set("*<>\u202e\x07")
    assert "http" not in repr(script)


@pytest.mark.parametrize("fault", ["leaked_thinking", "in_parts", "fenced"])
async def test_an_answer_is_found_after_reasoning_and_between_fences(
    fault: str, groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    plain = await write_script(TOPIC, writers=[groq_writer], template=template)
    groq.enqueue(fault)

    assert await write_script(TOPIC, writers=[groq_writer], template=template) == plain
    assert len(groq.history) == 2


@pytest.mark.parametrize("fault", ["json_validate_failed", "empty_content", "broken_off", "no_choices"])
async def test_a_missing_answer_is_requested_once_more(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template, fault: str
) -> None:
    groq.enqueue(fault)

    await write_script(TOPIC, writers=[groq_writer], template=template)

    assert groq.history[0].body == groq.history[1].body


async def test_a_truncated_answer_gets_a_higher_output_limit(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    groq.enqueue("cut_off")

    await write_script(TOPIC, writers=[groq_writer], template=template)

    first, second = (request.body["max_completion_tokens"] for request in groq.history)
    assert second > first


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("invalid_json", "Invalid JSON"),
        ("wrong_schema", "scenes: Field required"),
        ("too_long_texts", "at most 60 fit"),
    ],
)
async def test_an_invalid_answer_is_sent_back_with_its_problems(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template, fault: str, complaint: str
) -> None:
    groq.enqueue(fault)

    await write_script(TOPIC, writers=[groq_writer], template=template)

    *_, answer, correction = groq.history[1].body["messages"]
    assert answer["role"] == "assistant"
    assert complaint in correction["content"]
    assert len(groq.history) == 2


async def test_a_script_in_the_wrong_language_is_sent_back_and_then_the_next_model_is_asked(
    groq: GroqStandIn, template: Template
) -> None:
    german = Brief(title="Regen", language="de")
    async with GroqStandIn() as foreign:
        models = [groq_model(foreign.url), groq_model(groq.url)]
        writer = ModelWriter(models, cache=NullCache(), retry=IMPATIENT)
        foreign.enqueue("in_english")
        told = await write_script(german, writers=[writer], template=template)
        asked_first = len(foreign.history)
        foreign.faults = ["in_english"]
        left = await write_script(german, writers=[writer], template=template)

    assert (told.fallback_reason, asked_first) == ("", 2)
    assert "everything must be written in de" in foreign.history[1].prompt
    assert "like en" in left.fallback_reason
    assert told.scenes == left.scenes


async def test_texts_that_stay_too_long_are_cut_in_the_second_turn(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    groq.faults = ["too_long_texts"]

    script = await write_script(TOPIC, writers=[groq_writer], template=template)

    heading = script.scenes[0].heading
    assert len(heading) <= template.layout("title").limit("heading")
    assert len(groq.history) == 2
    assert "heading" in groq.history[1].body["messages"][-1]["content"]


async def test_an_endless_body_times_out(groq: GroqStandIn, template: Template) -> None:
    groq.faults = ["slow_body"]
    writer = groq_at(groq.url, timeout_s=0.2)

    with pytest.raises(TransientError, match="in time"):
        await write_script(TOPIC, writers=[writer], template=template)


async def test_after_two_time_outs_the_next_model_is_asked(groq: GroqStandIn, template: Template) -> None:
    patient = RetryPolicy(attempts=5, wait_initial_s=0, wait_max_s=0, retry_after_max_s=0)
    async with GroqStandIn(faults=["slow_body"]) as slow:
        models = [groq_model(slow.url, timeout_s=0.1), groq_model(groq.url)]
        script = await write_script(
            TOPIC, writers=[ModelWriter(models, cache=NullCache(), retry=patient)], template=template
        )

    assert (script.writer, script.fallback_reason) == ("groq", "groq: did not answer in time")
    assert [len(server.history) for server in (slow, groq)] == [2, 1]


def test_a_local_model_that_hangs_leaves_time_for_the_next_writer_within_the_stage(template: Template) -> None:
    """Two time-outs of 600 s would be more than the stage has."""
    patient = RetryPolicy(attempts=5, wait_initial_s=1, wait_max_s=30, retry_after_max_s=300)
    stage_s = Settings().time_limits.script_s

    async def film() -> tuple[Script, list[int], float]:
        async with (
            OpenAIStandIn(dialect="ollama", faults=["slow_body"] * 9) as hanging,
            OpenAIStandIn(dialect="deepseek") as well,
        ):
            servers = (hanging, well)
            models = (
                *service_models("ollama", hanging.url, models=MODELS["ollama"][:1] * 2),
                *service_models("deepseek", well.url),
            )
            start = anyio.current_time()
            with anyio.fail_after(stage_s):
                writer = ModelWriter(models, cache=NullCache(), retry=patient)
                script = await write_script(TOPIC, writers=[writer], template=template)
            return script, [len(server.history) for server in servers], anyio.current_time() - start

    script, asked, took_s = run_in_virtual_time(film)

    assert (script.writer, script.fallback_reason) == ("deepseek", "ollama: did not answer in time")
    assert asked == [2, 1]
    # The first question had what an answer takes on such a machine.
    assert took_s > PRESETS["ollama"]["timeout_s"]


async def test_a_refused_connection_is_retried(template: Template) -> None:
    async with GroqStandIn() as gone:
        writer = groq_at(gone.url)

    with pytest.raises(TransientError, match="no connection"):
        await write_script(TOPIC, writers=[writer], template=template)


@pytest.mark.parametrize(("asked", "waited"), [("1", 1.0), ("90", 90.0), ("2.5", 2.5)])
async def test_a_429_carries_its_retry_after(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template, asked: str, waited: float
) -> None:
    groq.faults, groq.retry_after = ["rate_limited"], asked

    with pytest.raises(TransientError) as caught:
        await write_script(TOPIC, writers=[groq_writer], template=template)

    assert caught.value.retry_after_s == waited


async def test_the_error_for_a_retired_model_names_the_setting(groq: GroqStandIn, template: Template) -> None:
    writer = groq_at(groq.url, model="llama-3.3-70b-versatile")

    with pytest.raises(PermanentError, match=r"llama-3\.3-70b-versatile.*NIGHTREEL_GROQ__MODELS"):
        await write_script(TOPIC, writers=[writer], template=template)


async def test_notes_beyond_the_rate_limit_are_too_long(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    long = Brief(title="T", sections=(Section(heading="", blocks=(Paragraph(text="word " * 8000),)),))

    with pytest.raises(PermanentError, match="notes and answer are too long"):
        await write_script(long, writers=[groq_writer], template=template)


@pytest.mark.parametrize("key", ["", "  ", "gsk_a\nb", "gsk_ä", "gsk a"])
def test_a_malformed_key_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(NeedsLoginError, match="GROQ_API_KEY") as caught:
        groq_at(api_key=key).check()

    assert not key.strip() or key.strip() not in str(caught.value)


def test_the_version_changes_with_the_model() -> None:
    assert groq_model().version != groq_model(model="openai/gpt-oss-20b").version


async def test_the_key_is_in_no_repr(groq: GroqStandIn, groq_writer: ModelWriter) -> None:
    assert KEY not in repr(groq_writer)


async def test_the_stand_in_refuses_a_schema_that_is_not_strict(template: Template) -> None:
    body = {
        "model": "openai/gpt-oss-120b",
        "messages": [{"role": "user", "content": "Topic: rain"}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "script",
                "strict": True,
                "schema": {"type": "object", "properties": {"a": {"type": "string"}}, "required": []},
            },
        },
    }
    async with GroqStandIn() as server, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {KEY}"}
        async with session.post(f"{server.url}/openai/v1/chat/completions", json=body, headers=headers) as response:
            assert response.status == 400
            assert "additionalProperties" in json.dumps(await response.json())
        assert server.complaints


# --- several models, several writers ------------------------------------------------------------------------------


async def test_after_a_retired_model_the_next_one_of_the_service_is_asked(
    groq: GroqStandIn, template: Template
) -> None:
    models = [groq_model(groq.url, model=name) for name in ("llama-3.3-70b-versatile", "openai/gpt-oss-20b")]
    writer = ModelWriter(models, cache=NullCache(), retry=IMPATIENT)

    script = await write_script(TOPIC, writers=[writer], template=template)

    assert (script.writer, script.model) == ("groq", "openai/gpt-oss-20b")
    assert script.fallback_reason == "groq: there is no model llama-3.3-70b-versatile"


async def test_a_bare_topic_fails_with_the_error_of_the_model_not_of_the_notes(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    groq.faults = ["overloaded"]

    with pytest.raises(TransientError, match="503"):
        await write_script(TOPIC, writers=[groq_writer, OutlineWriter()], template=template)


async def test_the_outline_writer_is_the_fallback_for_notes(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    groq.faults = ["bad_key"]

    script = await write_script(NOTES, writers=[groq_writer, OutlineWriter()], template=template)

    assert (script.writer, script.model) == ("outline", "")
    assert script.fallback_reason == "groq: refuses the key (HTTP 401)"


async def test_with_the_outline_writer_first_models_write_only_bare_topics(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    writers = [OutlineWriter(), groq_writer]

    assert (await write_script(NOTES, writers=writers, template=template)).writer == "outline"
    assert (await write_script(TOPIC, writers=writers, template=template)).writer == "groq"
    assert len(groq.history) == 1


async def test_of_several_errors_the_temporary_one_is_raised(template: Template) -> None:
    async with GroqStandIn(faults=["bad_key"]) as refusing, GroqStandIn(faults=["overloaded"]) as busy:
        writers = [groq_at(refusing.url), groq_at(busy.url)]
        with pytest.raises(TransientError, match="503"):
            await write_script(TOPIC, writers=writers, template=template)


async def test_a_service_without_a_key_is_skipped(groq: GroqStandIn, template: Template) -> None:
    models = [*service_models("deepseek", api_key=""), groq_model(groq.url)]

    script = await write_script(
        TOPIC, writers=[ModelWriter(models, cache=NullCache(), retry=IMPATIENT)], template=template
    )

    assert script.writer == "groq"
    assert script.fallback_reason == "deepseek: there is no key"


async def test_a_key_without_credit_is_tried_once_for_all_models_of_its_service(
    groq: GroqStandIn, template: Template
) -> None:
    groq.faults = ["no_credit"]
    limiter = throttle("groq")
    models = [
        groq_model(groq.url, model=name, limiter=limiter) for name in ("openai/gpt-oss-120b", "openai/gpt-oss-20b")
    ]

    for _ in range(2):
        with pytest.raises(NeedsLoginError, match="no credit left"):
            await write_script(
                TOPIC, writers=[ModelWriter(models, cache=NullCache(), retry=IMPATIENT)], template=template
            )

    assert len(groq.history) == 1


async def test_after_a_models_daily_quota_the_next_one_of_its_service_writes(
    groq: GroqStandIn, template: Template
) -> None:
    limiter = throttle("groq", by_model=True)
    models = [
        groq_model(groq.url, model=name, limiter=limiter) for name in ("openai/gpt-oss-120b", "openai/gpt-oss-20b")
    ]
    groq.enqueue("day_spent")

    for _ in range(2):
        writer = ModelWriter(models, cache=NullCache(), retry=IMPATIENT)
        script = await write_script(TOPIC, writers=[writer], template=template)
        assert script.model == "openai/gpt-oss-20b"

    asked = [request.body["model"].removeprefix("openai/gpt-oss-") for request in groq.history]
    assert asked == ["120b", "20b", "20b"]
    assert groq.complaints == []


# --- too long notes -----------------------------------------------------------------------------------------------


async def test_notes_that_are_too_long_are_truncated_between_paragraphs(
    groq: GroqStandIn, groq_writer: ModelWriter, template: Template
) -> None:
    paragraphs = tuple(Paragraph(text=f"Part {number} " + "word " * 998) for number in range(8))
    long = Brief(title="T", sections=(Section(heading="", blocks=paragraphs),))

    script = await write_script(long, writers=[groq_writer], template=template)

    (answered,) = groq.history
    assert "Part 1 word" in answered.prompt
    assert "Part 4 word" not in answered.prompt
    assert script.fallback_reason == (
        "the notes are too long for openai/gpt-oss-120b: it was given the first 2,000 of 8,000 words"
    )


# --- services besides Groq ----------------------------------------------------------------------------------------


async def test_in_json_mode_the_schema_is_in_the_prompt(template: Template) -> None:
    async with OpenAIStandIn(dialect="deepseek") as server:
        writer = ModelWriter(service_models("deepseek", server.url), cache=NullCache(), retry=IMPATIENT)
        await write_script(TOPIC, writers=[writer], template=template)

        (body,) = server.bodies

    assert body["response_format"] == {"type": "json_object"}
    assert '"thumbnail_text"' in body["messages"][0]["content"]
    assert body["messages"][1]["content"].startswith("Topic: ")


@pytest.mark.parametrize(
    ("dialect", "path", "options", "told"),
    [
        (
            "openrouter",
            "",
            {"json_mode": "object"},
            r"refuses the request \(HTTP 400.*If it refuses all requests, try another services\.openrouter\.json_mode",
        ),
        ("ollama", "", {"models": ["mistral"]}, r"there is no model mistral\. Run: ollama pull mistral"),
        ("openai", "/nowhere", {}, r"nothing at this address \(HTTP 404\).*services\.openai\.base_url"),
    ],
    ids=["unsupported JSON mode", "missing local model", "wrong address"],
)
async def test_the_error_of_a_misconfigured_service_says_what_to_change(
    template: Template, dialect: str, path: str, options: dict[str, object], told: str
) -> None:
    async with OpenAIStandIn(dialect=dialect) as server:
        writer = ModelWriter(
            service_models(dialect, f"{server.url}{path}", **options), cache=NullCache(), retry=IMPATIENT
        )
        with pytest.raises(PermanentError, match=told):
            await write_script(TOPIC, writers=[writer], template=template)


async def test_the_error_without_ollama_says_how_to_start_it(template: Template) -> None:
    async with OpenAIStandIn(dialect="ollama") as gone:
        models = service_models("ollama", gone.url)

    with pytest.raises(TransientError, match=r"ollama: no connection .*ollama serve"):
        await write_script(TOPIC, writers=[ModelWriter(models, cache=NullCache(), retry=IMPATIENT)], template=template)


LONG = Brief(title="Why is the sky blue?", length_s=900)
PACE = estimate_pace("en")


async def test_a_film_beyond_the_rate_limit_is_written_by_the_next_model(groq: GroqStandIn, template: Template) -> None:
    small = groq_at(groq.url, limiter=throttle("groq", tokens_per_min=8000))
    async with OpenAIStandIn(dialect="deepseek") as server:
        large = ModelWriter(service_models("deepseek", server.url), cache=NullCache(), retry=IMPATIENT)
        script = await write_script(LONG, writers=[small, large], template=template, pace=PACE)

    assert (script.writer, groq.history) == ("deepseek", [])
    assert re.match(r"groq: the script takes about 1\d,\d{3} tokens in one request, ", script.fallback_reason)
    assert "and the account has 8,000 a minute" in script.fallback_reason
    check_size(LONG, writers=[small, large], template=template, pace=PACE)


async def test_a_script_too_long_for_all_models_fails_without_a_request(groq: GroqStandIn, template: Template) -> None:
    small = groq_at(groq.url, limiter=throttle("groq", tokens_per_min=8000))

    with pytest.raises(PermanentError, match=r"the account has 8,000 a minute\. .*name another service"):
        check_size(LONG, writers=[small], template=template, pace=PACE)
    for brief in (replace(LONG, length_s=240), TOPIC):
        check_size(brief, writers=[small], template=template, pace=PACE)
    # Nobody has said what the account has; notes that are spoken as they are have any length.
    check_size(LONG, writers=[groq_at(groq.url)], template=template, pace=PACE)
    check_size(replace(NOTES, length_s=900), writers=[small, OutlineWriter()], template=template, pace=PACE)
    assert groq.history == []


async def test_a_reported_limit_is_remembered(groq: GroqStandIn, template: Template) -> None:
    loop = asyncio.get_running_loop()
    groq.plan = FreePlan(clock=loop.time, on_its_way_s=0)
    writer = groq_at(groq.url, limiter=throttle("groq"))
    await write_script(TOPIC, writers=[writer], template=template)

    with pytest.raises(PermanentError, match="the account has 8,000 a minute"):
        await write_script(LONG, writers=[writer], template=template, pace=PACE)

    assert len(groq.history) == 1


async def test_reported_limits_reach_the_throttle(groq: GroqStandIn, template: Template) -> None:
    limiter = throttle("groq")
    calls: list[Call] = []
    whole = limiter.call

    @asynccontextmanager
    async def watched(*, tokens: int = 0, model: str = "") -> AsyncIterator[Call]:
        async with whole(tokens=tokens, model=model) as call:
            yield call
            calls.append(call)

    limiter.call = watched  # type: ignore[method-assign]
    await write_script(TOPIC, writers=[groq_at(groq.url, limiter=limiter)], template=template)

    (call,) = calls
    assert call.limits
    assert (call.limits.tokens_per_min, call.limits.tokens_reset_s) == (30_000_000, 7.66)
    assert (call.limits.requests_per_day, call.limits.requests_left) == (1000, 998)
