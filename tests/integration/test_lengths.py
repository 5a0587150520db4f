"""Requested lengths are met, with a stand-in model that deviates like real ones, and eSpeak."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from anyio import to_thread

from pipeline.errors import PermanentError
from pipeline.language.words import split_words
from pipeline.limits import Billing, Cores, RetryPolicy
from pipeline.model import Brief, Job, Narration, Pace, Paragraph, Prosody, Script, Section
from pipeline.narration import mastering
from pipeline.narration.espeak import EspeakNarrator
from pipeline.narration.estimate import estimate
from pipeline.narration.narrate import narrate
from pipeline.narration.pace import pace_of
from pipeline.narration.sample_texts import SAMPLE_TEXTS
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.remake import discard_from
from pipeline.orchestrator.film.stages.script import write as write_stage
from pipeline.orchestrator.film.target_length import (
    adjust_to_length,
    film_duration_s,
    translate_to_length,
    write_to_length,
)
from pipeline.script import ModelWriter, TargetLength, Translation, cached_script_paths, translate_script, write_script
from pipeline.script.length import predicted_s
from pipeline.state import Cache
from pipeline.template import load_template
from tests.standins import translator
from tests.standins.free_plan import FreePlan
from tests.standins.groq import GroqStandIn
from tests.standins.models import groq_model
from tests.standins.threads import in_threads

__all__ = ["in_threads"]

# An attempt in which nothing is done ahead of its stage.
NOTHING_AHEAD = SimpleNamespace(start_soon=lambda *_: None)
ONCE = RetryPolicy(attempts=1, wait_initial_s=0, wait_max_s=0, retry_after_max_s=0)
TEMPLATE = load_template("explainer", search=[])
# 20 scripts: two thirds of them in English, the others in languages with longer words, shorter words, and none.
ASKED = [
    *((30, "en", topic) for topic in ("Rain", "Bread", "Octopuses", "Tea", "Moths")),
    *((60, "en", topic) for topic in ("Rain", "Glass", "Salt", "Bees", "Tides")),
    *((180, "en", topic) for topic in ("Clouds", "Snow", "Rivers")),
    *((length_s, language, "Rain") for length_s in (30, 60) for language in ("de", "es", "ja")),
    (180, "de", "Rain"),
]


# Films that are translated from English, into languages with longer words, with fewer of them, and without spaces.
TRANSLATED = [
    *((30, language) for language in ("de", "ja", "ar", "hi", "th")),
    *((60, language) for language in ("ja", "ko", "zh")),
    (180, "ar"),
]


@pytest.fixture
async def groq() -> AsyncIterator[GroqStandIn]:
    async with GroqStandIn() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def as_loud_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """How loud it is makes no clip longer, and takes most of the time."""
    monkeypatch.setattr(mastering, "normalise_loudness", lambda samples: (samples, None))


@pytest.mark.usefixtures("as_loud_as_it_comes")
async def test_20_scripts_asked_for_30_60_and_180_seconds_last_so_long_within_15_percent(
    groq: GroqStandIn, tmp_path: Path
) -> None:
    cache = Cache(tmp_path)
    writer = ModelWriter([groq_model(groq.url)], cache=cache, retry=ONCE)
    speak = partial(narrate, narrators=[EspeakNarrator()], voice=None, cache=cache, retry=ONCE)
    off: dict[tuple[int, str, str], float] = {}
    for wanted_s, language, topic in ASKED:
        brief = Brief(title=topic, language=language, length_s=wanted_s, facts="open")

        async def write(pace: Pace, brief: Brief = brief) -> Script:
            return await write_script(brief, writers=[writer], template=TEMPLATE, pace=pace)

        script, _ = await write_to_length(wanted_s, language, write=write, speak=speak)
        spoken: Narration = await speak(script)
        off[wanted_s, language, topic] = film_duration_s(spoken) / wanted_s - 1

    assert len(off) == 20
    assert {asked: share for asked, share in off.items() if abs(share) > 0.15} == {}
    assert sum(map(abs, off.values())) / len(off) < 0.08


@pytest.mark.usefixtures("as_loud_as_it_comes")
async def test_translations_asked_for_30_60_and_180_seconds_last_so_long_within_15_percent(
    groq: GroqStandIn, tmp_path: Path
) -> None:
    cache, model = Cache(tmp_path), groq_model(groq.url)
    speak = partial(narrate, narrators=[EspeakNarrator()], voice=None, cache=cache, retry=ONCE)
    pace = pace_of(estimate(split_words(SAMPLE_TEXTS["en"])), unit_sample=SAMPLE_TEXTS["en"])
    off: dict[tuple[int, str], float] = {}
    for wanted_s, language in TRANSLATED:
        brief = Brief(title="Rain", language="en", length_s=wanted_s, facts="open")
        writer = ModelWriter([model], cache=cache, retry=ONCE)
        script = await write_script(brief, writers=[writer], template=TEMPLATE, pace=pace)
        options = {"models": (model,), "template": TEMPLATE, "cache": cache}

        async def translate(
            length: TargetLength, script: Script = script, language: str = language, options: dict[str, Any] = options
        ) -> Script:
            wanted = Translation(script=script, language=language, length=length, **options)
            return await translate_script(wanted, retry=ONCE, billing=Billing())

        translated = await translate_to_length(wanted_s, language, translate=translate, speak=speak)
        narrated = partial(speak, translated)
        held = await adjust_to_length(await narrated(), wanted_s, prosody=Prosody(), speak=narrated)
        off[wanted_s, language] = film_duration_s(held) / wanted_s - 1

    assert {asked: share for asked, share in off.items() if abs(share) > 0.15} == {}
    # Nor do all lie at the edge: by what the stand-in draws, it is 0.03 to 0.095.
    assert sum(map(abs, off.values())) / len(off) < 0.1


async def context_for(workspace: Path, groq: GroqStandIn, **more: object) -> RunContext:
    settings = {"groq.base_url": groq.url, "groq.api_key": "gsk_test", "narration.narrator": "silence", **more}
    return await to_thread.run_sync(lambda: open_context(workspace=workspace, overrides=settings))


def job_of(brief: Brief) -> Job:
    return Job(id="0" * 16, batch="b", folder="b/rain", brief=brief, attempts=1)


def attempt_in(folder: Path) -> Attempt:
    return Attempt(
        cores=Cores(1), rank=(0,), work_folder=folder, crash_report=folder / "e.txt", background=NOTHING_AHEAD
    )


@pytest.mark.usefixtures("in_threads", "as_loud_as_it_comes")
async def test_the_stage_writes_to_length_and_keeps_the_pace(groq: GroqStandIn, tmp_path: Path) -> None:
    context = await context_for(tmp_path, groq)
    brief = await to_thread.run_sync(context.briefs.complete, Brief(title="Rain", length_s=30))
    job, attempt = job_of(brief), attempt_in(tmp_path)

    written = await write_stage(job, context, attempt)

    assert written.script
    assert written.pace
    assert predicted_s(written.script, written.pace) == pytest.approx(30, rel=0.15)
    assert "It lasts 30 seconds." in groq.history[0].prompt
    asked = len(groq.history)
    # What was paid for is found again, also by whoever makes the script afresh.
    again = await write_stage(written.evolve(script=None, attempts=2), context, attempt)
    assert (again.script, len(groq.history)) == (written.script, asked)
    kept = partial(cached_script_paths, brief, writers=context.providers.writers, template=TEMPLATE, pace=written.pace)
    assert len(list(await to_thread.run_sync(kept))) == 1


@pytest.mark.usefixtures("in_threads", "as_loud_as_it_comes")
async def test_the_stage_translates_to_length_and_what_is_made_afresh_is_asked_for_again(
    groq: GroqStandIn, tmp_path: Path
) -> None:
    context = await context_for(tmp_path, groq)
    asked = Brief(title="Rain", length_s=30, languages=("en", "de"))
    _, brief = await to_thread.run_sync(context.briefs.films_of, asked)
    attempt = attempt_in(tmp_path)

    written = await write_stage(job_of(brief), context, attempt)

    spoken = partial(narrate, narrators=context.providers.narrators, voice=None, cache=context.cache, retry=ONCE)
    assert written.script
    assert film_duration_s(await spoken(written.script)) == pytest.approx(30, rel=0.15)
    asked = [request.prompt for request in groq.history if translator.is_asked(request.body["messages"][-1]["content"])]
    assert asked
    assert all("(about " in prompt for prompt in asked)
    requests = len(groq.history)
    again = await write_stage(written.evolve(script=None, attempts=2), context, attempt)
    assert (again.script, len(groq.history)) == (written.script, requests)
    # The script is that of other films, too; the translation is this film's own.
    forgotten = await to_thread.run_sync(discard_from, "script", written.evolve(asked=context.asked), context)
    await write_stage(forgotten, context, attempt)
    assert len(groq.history) > requests
    assert all(" > de)" in topic for topic in groq.topics[requests:])


@pytest.mark.usefixtures("in_threads")
async def test_notes_that_nobody_wrote_to_length_are_translated_as_they_are(groq: GroqStandIn, tmp_path: Path) -> None:
    context = await context_for(tmp_path, groq, **{"script.writers": "outline"})
    notes = (Section(heading="", blocks=(Paragraph(text="Rain falls on the roof. Nobody asks why it does."),)),)
    asked = Brief(title="Rain", length_s=60, languages=("en", "de"), sections=notes)
    _, brief = await to_thread.run_sync(context.briefs.films_of, asked)

    written = await write_stage(job_of(brief), context, attempt_in(tmp_path))

    assert written.script
    assert written.script.language == "de"
    assert not any("(about " in request.prompt for request in groq.history)


async def test_the_first_film_too_long_for_an_account_that_has_told_nothing_before_is_told_what_fits(
    tmp_path: Path,
) -> None:
    async with GroqStandIn(plan=FreePlan(clock=monotonic)) as groq:
        context = await context_for(tmp_path, groq)
        brief = await to_thread.run_sync(context.briefs.complete, Brief(title="Rain", length_s=900))

        with pytest.raises(PermanentError, match=r"8,000 a minute\. Ask for at most \dm\d\ds, or name a service"):
            await write_stage(job_of(brief), context, attempt_in(tmp_path))


async def test_a_film_that_is_too_long_for_the_account_is_known_before_anybody_speaks_or_writes(
    groq: GroqStandIn, tmp_path: Path
) -> None:
    context = await context_for(tmp_path, groq, **{"groq.tokens_per_min": 8000})
    brief = await to_thread.run_sync(context.briefs.complete, Brief(title="Rain", length_s=900))

    with pytest.raises(PermanentError) as caught:
        await write_stage(job_of(brief), context, attempt_in(tmp_path))

    told = re.fullmatch(
        r"groq: the script takes about 1\d,\d{3} tokens in one request, and the account has 8,000 a minute\. "
        r"Ask for at most (\d)m(\d\d)s, or name a service with a larger account in script\.writers",
        str(caught.value),
    )
    assert told
    assert 240 <= 60 * int(told[1]) + int(told[2]) <= 600
    assert groq.history == []
    assert await to_thread.run_sync(context.cache.size_bytes) == 0
