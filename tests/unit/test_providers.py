"""Writers and models as configured; scripts that a film has paid for are reused by its next attempt."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import anyio
import pytest
from anyio import to_thread

from pipeline.errors import ConfigurationError
from pipeline.limits import Billing
from pipeline.model import Brief, Job
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.context.provider_factory import is_service, make_models, throttle_limits, writer_names
from pipeline.orchestrator.film.stages.script import write
from pipeline.settings import Settings
from tests.standins.groq import GroqStandIn
from tests.standins.throttles import throttle

TOPIC = Brief(title="Why is the sky blue?")


def settings(*writers: str, key: str | None = None, **others: object) -> Settings:
    return Settings(script={"writers": writers or ("auto",)}, groq={"api_key": key}, **others)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (settings(), ("outline",)),
        (settings(key="gsk_a"), ("groq",)),
        (settings(key="gsk_a", offline=True), ("outline",)),
        (settings("auto", "ollama", key="gsk_a"), ("groq", "ollama")),
        (settings("auto", "outline"), ("outline",)),
        (settings("groq", "deepseek", "outline"), ("groq", "deepseek", "outline")),
        (settings("groq", "deepseek", "outline", offline=True), ("outline",)),
        (settings("groq", offline=True), ("groq",)),
    ],
)
def test_the_writers_are_those_in_the_settings(wanted, names):
    assert writer_names(wanted) == names


def test_remote_providers_are_services():
    assert [is_service(name) for name in ("groq", "deepseek", "mine", "edge")] == [True] * 4
    assert [is_service(name) for name in ("outline", "espeak", "silence")] == [False] * 3


def test_models_of_a_service_share_one_throttle_and_keep_their_order():
    models = make_models(
        "deepseek", settings(services={"deepseek": {"models": ["large", "small"]}}), throttle("deepseek")
    )

    assert [(model.service, model.model) for model in models] == [("deepseek", "large"), ("deepseek", "small")]


@pytest.mark.parametrize(
    ("name", "wanted", "told"),
    [
        ("openai", settings(), 'openai: no model is named. Set services.openai.models = ["NAME"]'),
        ("mine", settings(), "there is no service mine. Add a table [services.mine]"),
        ("groq", settings(offline=True), "groq needs the network, and --offline forbids it. Drop one of the two"),
        # A model on this very machine is reached through a socket as well.
        ("ollama", settings(offline=True), "ollama needs the network, and --offline forbids it. Drop one of the two"),
    ],
)
def test_a_service_that_can_not_be_used_says_what_to_do(name, wanted, told):
    with pytest.raises(ConfigurationError) as caught:
        make_models(name, wanted, throttle(name))

    assert str(caught.value) == told


def test_each_service_has_its_own_limits():
    wanted = settings(services={"deepseek": {"requests_per_min": 5, "tokens_per_day": 1000}})

    groq, deepseek = (throttle_limits(name, wanted) for name in ("groq", "deepseek"))
    assert (groq.requests_per_min, groq.tokens_per_day) == (30, None)
    assert (deepseek.requests_per_min, deepseek.tokens_per_day) == (5, 1000)


def test_a_service_without_a_request_limit_is_not_throttled():
    wanted = Settings(groq={"requests_per_min": 0})

    assert throttle_limits("groq", wanted).requests_per_min is None


def test_only_groq_has_limits_per_model():
    services = ("groq", "deepseek", "openai", "edge", "pexels")
    assert [name for name in services if throttle_limits(name, Settings()).by_model] == ["groq"]


async def context_in(folder, **overrides):
    return await to_thread.run_sync(lambda: open_context(workspace=folder, overrides=overrides))


async def job_id(folder, **overrides) -> str:
    context = await context_in(folder, **overrides)
    return await to_thread.run_sync(lambda: context.job_id(context.briefs.complete(TOPIC)))


async def test_fallback_providers_do_not_change_the_job_id(tmp_path):
    alone = await job_id(tmp_path, **{"script.writers": "groq", "groq.models": "a"})

    assert await job_id(tmp_path, **{"script.writers": "groq,deepseek,outline", "groq.models": "a,b"}) == alone
    assert await job_id(tmp_path, **{"script.writers": "groq", "groq.models": "b,a"}) != alone
    assert await job_id(tmp_path, **{"script.writers": "deepseek,groq", "groq.models": "a"}) != alone


async def test_a_list_from_the_library_is_stored_like_a_flag(tmp_path):
    context = await context_in(
        tmp_path, **{"script.writers": ["groq", "outline"], "services.deepseek.api_key": "sk-secret"}
    )

    assert context.asked.settings == {"script.writers": "groq,outline"}


async def test_any_service_with_a_key_may_translate(tmp_path):
    writes = {"script.writers": "outline"}
    keyless, deepseek = await context_in(tmp_path, **writes), {"services.deepseek.api_key": "sk-a"}

    assert keyless.providers.translators == ()
    assert {model.service for model in (await context_in(tmp_path, **writes, **deepseek)).providers.translators} == {
        "deepseek"
    }
    assert (await context_in(tmp_path, **writes, **deepseek, offline=True)).providers.translators == ()


async def test_a_script_with_a_target_length_has_time_to_be_spoken(tmp_path):
    context = await context_in(tmp_path)

    assert context.time_limit_s("script", TOPIC) == 900
    assert context.time_limit_s("script", replace(TOPIC, length_s=60)) == 900 + 1800
    assert context.time_limit_s("narration", replace(TOPIC, length_s=60)) == 1800


async def test_notices_of_all_services_are_delivered(tmp_path):
    context = await context_in(tmp_path)
    heard: list[str] = []

    context.runtime.on_notice(heard.append)
    context.runtime.throttle("deepseek").on_change("closed")

    assert heard == ["closed"]


async def no_fonts(*_):
    return ""


async def test_the_next_attempt_uses_the_script_that_was_paid_for(tmp_path):
    async with GroqStandIn() as groq:
        context = await context_in(
            tmp_path, **{"groq.base_url": groq.url, "groq.api_key": "gsk_a", "retry.attempts": 1}
        )
        brief = await to_thread.run_sync(context.briefs.complete, TOPIC)
        job = Job(id="1", batch="b", folder="f", brief=brief, attempts=1)
        groq.enqueue("overloaded")

        async with anyio.create_task_group() as ahead:
            attempt = SimpleNamespace(
                billing=Billing(), compute=to_thread.run_sync, font_digest=no_fonts, background=ahead
            )
            first = await write(job, context, attempt)
            # Killed before the checkpoint was written.
            second = await write(replace(job, attempts=2), context, attempt)

        assert first.script.model == second.script.model == "openai/gpt-oss-20b"
        assert len(groq.history) == 2


@pytest.mark.parametrize("name", ["groq", "deepseek", "openai", "openrouter"])
def test_two_models_of_a_service_that_are_too_slow_twice_leave_time_for_the_next_writer(name):
    wanted = settings(services={"openai": {"models": ["a", "b"]}})
    service = wanted.groq if name == "groq" else wanted.services[name]

    # 8,192 tokens, thinking included, at the pace of a model that is not fast.
    assert name == "groq" or service.timeout_s >= 8192 / 50
    assert 2 * 2 * service.timeout_s < wanted.time_limits.script_s
