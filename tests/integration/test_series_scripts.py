"""A series written by a model: each script knows the earlier ones; nothing is drawn."""

from __future__ import annotations

from threading import Event

import pytest
from anyio import to_thread

from pipeline.model import Brief, JobStatus
from pipeline.orchestrator.batch import scheduler
from pipeline.orchestrator.batch.batches import run_batch
from pipeline.orchestrator.batch.queues import BatchQueue
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film import runner
from pipeline.orchestrator.film.stages import STAGES
from tests.acceptance.command import REPOSITORY
from tests.acceptance.films import small_preset, tiny_template
from tests.standins.groq import GroqStandIn
from tests.standins.threads import in_threads

__all__ = ["in_threads"]

TOPICS = ("Why tea cools", "Why ice floats", "Why salt melts snow")
SETTINGS = """\
video.preset = "small"
[series.kitchen]
title = "Kitchen"
[series.kitchen.glossary]
tea = {means = "a drink", de = "Tee"}
"""


@pytest.fixture
def nothing_is_drawn(monkeypatch, in_threads):
    monkeypatch.setattr(runner, "STAGES", STAGES[:3])


def open_for(workspace, groq):
    if not (workspace / "templates").exists():
        tiny_template(workspace, REPOSITORY / "templates" / "explainer")
    (workspace / "nightreel.toml").write_text(SETTINGS, encoding="utf-8")
    small_preset(workspace)
    overrides = {
        "template": "tiny",
        "episodes_of": "kitchen",
        "groq.base_url": groq.url,
        "groq.api_key": "gsk_test",
        "groq.requests_per_min": 60_000,
        "narration.narrator": "silence",
        "work.workers": 1,
        "errors.retries": 0,
    }
    return open_context(workspace=workspace, overrides=overrides)


def written(groq, topic):
    """What the model was told when it wrote a film."""
    (asked,) = [request for about, request in zip(groq.topics, groq.history, strict=True) if about == topic]
    return asked.body["messages"][-1]["content"]


async def test_episodes_are_written_in_order_and_their_prompts_list_the_earlier_ones(tmp_path, nothing_is_drawn):
    async with GroqStandIn(terse=True) as groq:
        context = await to_thread.run_sync(open_for, tmp_path, groq)
        briefs = [Brief(title=title, origin=f"night.txt:{line}") for line, title in enumerate(TOPICS, start=1)]

        await run_batch(briefs, context, batch="night", source="night.txt")
        first = list(groq.topics)
        await run_batch(briefs, context, batch="night", source="night.txt")

        made = [await context.store.load_job("night", job) for job in (await context.store.load_batch("night")).jobs]
        told = [written(groq, topic) for topic in TOPICS]

    assert [job.status for job in made] == [JobStatus.COMPLETED] * 3
    assert first == groq.topics == list(TOPICS)
    assert ["what earlier episodes have covered" in each for each in told] == [False, True, True]
    assert f"1. {made[0].script.title}: " in told[2]
    assert f"2. {made[1].script.title}: " in told[2]
    assert all("- tea: a drink" in each for each in told)
    assert [job.script.scenes[0].kicker for job in made] == [f"Kitchen · Episode {number}" for number in (1, 2, 3)]
    assert groq.complaints == []


async def test_a_failed_episode_does_not_block_the_next_one(tmp_path, nothing_is_drawn):
    async with GroqStandIn(terse=True) as groq:
        context = await to_thread.run_sync(open_for, tmp_path, groq)
        briefs = [
            Brief(title=title, origin=f"night.txt:{line}", preset="nothing" if line == 1 else None)
            for line, title in enumerate(TOPICS[:2], start=1)
        ]

        await run_batch(briefs, context, batch="night", source="night.txt")

        made = [await context.store.load_job("night", job) for job in (await context.store.load_batch("night")).jobs]

    assert [job.status for job in made] == [JobStatus.FAILED, JobStatus.COMPLETED]


async def test_an_episode_that_is_released_while_the_queue_is_queried_is_made_by_this_run(
    tmp_path, nothing_is_drawn, monkeypatch
):
    queried, ended = Event(), Event()
    peek, run_job = BatchQueue.peek, scheduler.run_job
    make = scheduler.Scheduler._make

    def slow_peek(self, limit, exclude, now):
        view = peek(self, limit, exclude, now)
        if exclude and not view.entries:
            # The second episode is parked, the first in progress, and ends before this answer arrives.
            queried.set()
            ended.wait(timeout=20)
        return view

    async def late_run_job(job, *args, **options):
        if job.brief.episode == 1:
            await to_thread.run_sync(queried.wait, 20)
        return await run_job(job, *args, **options)

    async def telling_make(self, key, rank):
        await make(self, key, rank)
        if (await self._context.store.load_job(*key)).brief.episode == 1:
            ended.set()

    monkeypatch.setattr(BatchQueue, "peek", slow_peek)
    monkeypatch.setattr(scheduler, "run_job", late_run_job)
    monkeypatch.setattr(scheduler.Scheduler, "_make", telling_make)
    async with GroqStandIn(terse=True) as groq:
        context = await to_thread.run_sync(open_for, tmp_path, groq)
        briefs = [
            Brief(title=TOPICS[0], origin="night.txt:1", preset="nothing"),
            Brief(title=TOPICS[1], origin="night.txt:2"),
        ]

        await run_batch(briefs, context, batch="night", source="night.txt")

        made = [await context.store.load_job("night", job) for job in (await context.store.load_batch("night")).jobs]

    assert queried.is_set()
    assert [job.status for job in made] == [JobStatus.FAILED, JobStatus.COMPLETED]
