"""Fifty topics on Groq's free plan, enforced by a strict stand-in: no 429, and no wasted time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from anyio import to_thread

from pipeline.model import Brief, JobStatus
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.batch.scheduler import Scheduler
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.context.runtime import Runtime
from pipeline.orchestrator.film import runner
from pipeline.orchestrator.film.stages import STAGES, script
from tests.standins.free_plan import FreePlan
from tests.standins.groq import GroqStandIn, _prompt_tokens
from tests.standins.threads import in_threads
from tests.virtual_time import START_S, run_in_virtual_time

__all__ = ["in_threads"]
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATENCY_S = 3.0
# Of a script of this length with a medium effort.
THINKING = 900


@dataclass(frozen=True, kw_only=True)
class Night:
    """What came of it; times in virtual seconds."""

    groq: GroqStandIn
    plan: FreePlan
    counts: dict[JobStatus, int]
    scripts: int
    duration_s: float

    @property
    def optimum_s(self) -> float:
        """How long anybody would take who knows the plan, and asks each as soon as it fits."""
        now, used = 0.0, []
        for request in self.groq.history:
            prompt = _prompt_tokens(request.body)
            room = request.body["max_completion_tokens"]
            while sum(tokens for at_s, tokens in used if at_s + 60 > now) + prompt + room > self.plan.tokens_per_min:
                now = min(at_s + 60 for at_s, _ in used if at_s + 60 > now)
            used.append((now, prompt + (self.written if self.plan.refunds else room)))
            now += LATENCY_S
        return now

    @property
    def written(self) -> int:
        """Tokens of an answer."""
        return 1600


@pytest.fixture
def only_scripts(monkeypatch, in_threads):
    """Films are written, and no more: virtual time would not wait for the processes that lay scenes out."""

    async def as_written(script, _look, _compute):
        return script

    monkeypatch.setattr(script, "split_scenes_to_fit", as_written)
    monkeypatch.setattr(runner, "STAGES", STAGES[:1])


def night(
    workspace: Path, *, topics: int, refunds: bool = True, tokens: int = 8_000, processes: int = 1, **settings: object
) -> Night:
    """Each process, one after the other, makes its part of the topics, and knows nothing but the workspace.

    `tokens` are those that the account has in a minute.
    """

    async def run() -> Night:
        loop = asyncio.get_running_loop()
        plan = FreePlan(clock=loop.time, tokens_per_min=tokens, refunds=refunds)
        async with GroqStandIn(latency_s=LATENCY_S, thinking_tokens=THINKING, plan=plan) as groq:
            overrides = {"groq.base_url": groq.url, "groq.api_key": "gsk_free", **settings}
            opened = await to_thread.run_sync(partial(open_context, workspace=workspace, overrides=overrides))

            def clock() -> datetime:
                return NOON + timedelta(seconds=loop.time() - START_S)

            briefs = [Brief(title=f"Question number {number} about the sky") for number in range(topics)]
            ids: list[str] = []
            start_s = loop.time()
            share = topics // processes
            for part in (briefs[at : at + share] for at in range(0, topics, share)):
                machine = Runtime(workspace=opened.workspace, settings=opened.settings, clock=clock)
                context = replace(opened, runtime=machine)
                ids += (await plan_batch(part, context, batch="sky", source="sky.txt", keep=True)).ids
                await Scheduler(context, "sky", interval_s=60).run()
            duration_s = loop.time() - start_s
            standing = await to_thread.run_sync(context.store.index("sky").totals.counts)
            counts = {status: each.jobs for status, each in standing.items() if each.jobs}
            made = [await context.store.load_job("sky", job_id) for job_id in ids]
            await to_thread.run_sync(context.store.close)
        scripts = sum(job.script is not None for job in made)
        return Night(groq=groq, plan=plan, counts=counts, scripts=scripts, duration_s=duration_s)

    return run_in_virtual_time(run)


def assert_no_429(made: Night, *, topics: int) -> None:
    assert [each.message for each in made.plan.refused] == []
    assert made.groq.complaints == []
    assert (made.counts, made.scripts) == ({JobStatus.COMPLETED: topics}, topics)


def test_fifty_topics_on_the_free_plan_never_meet_a_429_and_lose_no_time(only_scripts, tmp_path):
    made = night(tmp_path, topics=50)

    assert_no_429(made, topics=50)
    assert made.duration_s <= 1.3 * made.optimum_s


def test_where_only_requests_are_few_fifty_topics_meet_no_429_either(only_scripts, tmp_path):
    made = night(tmp_path, topics=50, tokens=1_000_000, **{"groq.concurrency": 8})

    assert_no_429(made, topics=50)
    assert made.duration_s < 60 * 50 / made.plan.requests_per_min + 10


@pytest.mark.parametrize("told", [8000, 0], ids=["a limit that is set", "a limit that the service tells"])
def test_a_process_that_begins_when_another_has_just_ended_keeps_to_what_is_left_of_the_minute(
    only_scripts, tmp_path, told
):
    made = night(tmp_path, topics=6, processes=2, **{"groq.tokens_per_min": told})

    assert_no_429(made, topics=6)


@pytest.mark.parametrize("told", [8000, 0], ids=["a limit that is set", "a limit that the service tells"])
def test_a_service_that_never_gives_back_what_was_not_used_meets_no_haste_either(only_scripts, tmp_path, told):
    made = night(tmp_path, topics=5, refunds=False, **{"groq.tokens_per_min": told})

    assert_no_429(made, topics=5)
