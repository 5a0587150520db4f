"""Commands that meet a process at the worst moment: each order is forced, none is waited for."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager, contextmanager

import anyio
import pytest
from anyio import from_thread, to_thread

from pipeline.errors import InputError, StorageError
from pipeline.model import Brief, JobStatus
from pipeline.orchestrator import control
from pipeline.orchestrator.batch import batches, cancellation
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.batch.scheduler import Scheduler
from pipeline.orchestrator.control import refresh
from pipeline.state import CheckpointStore
from pipeline.state.claims import Claims
from tests.standins.single_stage import briefs, planned


async def status(context, job_id, batch="kitchen"):
    return (await context.store.load_job(batch, job_id)).status


async def is_requested(context, job_id, batch="kitchen"):
    return await to_thread.run_sync(context.store.claims.is_cancel_requested, batch, job_id)


def at_release(monkeypatch, happens):
    """Let something happen at the first release of a job: its process has looked at everything for the last time."""
    claim_now = Claims.claim_now

    @contextmanager
    def claim(claims, batch, job_id, *, what):
        with claim_now(claims, batch, job_id, what=what):
            yield
            monkeypatch.setattr(Claims, "claim_now", claim_now)
            happens(batch, job_id)

    monkeypatch.setattr(Claims, "claim_now", claim)


@pytest.mark.parametrize("batch", ["kitchen", "queue"])
async def test_a_film_that_is_added_while_a_run_ends_is_made_by_the_run_that_was_named(
    room, context, monkeypatch, batch
):
    await planned(context, "Tea")
    remove_leftovers, named = Claims.remove_leftovers, []

    def add_first(claims, ours):
        # The run has found nothing more to do.
        monkeypatch.setattr(Claims, "remove_leftovers", remove_leftovers)
        named.append(from_thread.run(lambda: batches.add(briefs("Late"), context, batch=batch))[1])
        remove_leftovers(claims, ours)

    monkeypatch.setattr(Claims, "remove_leftovers", add_first)
    with anyio.fail_after(30):
        await Scheduler(context, "kitchen", interval_s=0.01).run()

    assert len(named[0]) == 1
    assert room.served == ["Tea", "Late"]


async def test_a_process_that_makes_a_single_film_is_not_named_for_the_queue(room, context):
    await batches.run_one(Brief(title="Tea"), context)
    async with context.store.claims.register_worker(batches.SINGLES):
        _, named = await batches.add(briefs("Late"), context, batch="queue")
    assert named == []


@pytest.mark.parametrize("batch", ["kitchen", "queue"])
async def test_a_process_that_makes_some_films_of_a_batch_is_not_named_for_others(room, context, batch):
    (tea,) = await planned(context, "Tea")
    room.open = anyio.Event()
    claims = context.store.claims

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(Scheduler(context, "kitchen", only=[tea], interval_s=0.01).run)
        await room.entered.wait()
        _, named = await batches.add(briefs("Late"), context, batch=batch)
        at_work = await to_thread.run_sync(claims.workers, "kitchen")
        room.open.set()

    assert (named, at_work) == ([], [os.getpid()])
    assert room.served == ["Tea"]


async def test_a_cancel_request_that_comes_while_its_job_is_released_is_followed(room, context, monkeypatch):
    (job_id,) = await planned(context, "Bad")
    at_release(monkeypatch, context.store.claims.request_cancel)

    with anyio.fail_after(30):
        await Scheduler(context, "kitchen", interval_s=0.01).run()

    assert await status(context, job_id) is JobStatus.CANCELLED
    assert not await is_requested(context, job_id)


async def test_a_cancel_request_is_cleared_only_when_the_job_is_cancelled(room, context, monkeypatch):
    (job_id,) = await planned(context, "Tea")
    request_cancel, put_jobs = Claims.request_cancel, CheckpointStore.put_jobs
    claim = context.store.claims.claim_now("kitchen", job_id, what="Tea")
    await to_thread.run_sync(claim.__enter__)

    def request_and_release(claims, batch, job, **more):
        request_cancel(claims, batch, job, **more)
        claim.__exit__(None, None, None)

    def fail(store, batch, jobs):
        if jobs:
            raise StorageError("no space left")
        put_jobs(store, batch, jobs)

    monkeypatch.setattr(Claims, "request_cancel", request_and_release)
    monkeypatch.setattr(CheckpointStore, "put_jobs", fail)
    with pytest.raises(StorageError):
        await control.cancel(context, batch="kitchen")
    assert await is_requested(context, job_id)

    monkeypatch.setattr(CheckpointStore, "put_jobs", put_jobs)
    assert (await control.cancel(context, batch="kitchen")).changed == [job_id]
    assert not await is_requested(context, job_id)


async def test_a_cancel_request_for_a_film_that_was_just_completed_is_cleared(room, context, monkeypatch):
    await planned(context, "Tea")
    at_release(monkeypatch, lambda *_: from_thread.run(lambda: control.cancel(context, batch="kitchen")))
    with anyio.fail_after(30):
        await Scheduler(context, "kitchen", interval_s=0.01).run()

    (job_id,) = (await context.store.load_batch("kitchen")).jobs
    assert await status(context, job_id) is JobStatus.COMPLETED
    assert not await is_requested(context, job_id)


async def test_a_cancel_request_that_comes_while_a_single_film_is_begun_is_followed(room, context, monkeypatch):
    monkeypatch.setattr(cancellation, "_POLL_INTERVAL_S", 0.01)
    load_job = CheckpointStore.load_job
    room.open = anyio.Event()

    async def load(store, batch, job_id):
        # The film is claimed, but nothing of it is made.
        monkeypatch.setattr(CheckpointStore, "load_job", load_job)
        await to_thread.run_sync(store.claims.request_cancel, batch, job_id)
        return await load_job(store, batch, job_id)

    monkeypatch.setattr(CheckpointStore, "load_job", load)
    with anyio.fail_after(30):
        job = await batches.run_one(Brief(title="Tea"), context)

    assert job.status is JobStatus.CANCELLED


async def test_a_cancel_request_that_comes_while_a_single_film_is_released_is_followed(room, context, monkeypatch):
    claim = Claims.claim

    @asynccontextmanager
    async def request_before_release(claims, batch, job_id, *, what):
        async with claim(claims, batch, job_id, what=what):
            yield
            monkeypatch.setattr(Claims, "claim", claim)
            await to_thread.run_sync(claims.request_cancel, batch, job_id)

    monkeypatch.setattr(Claims, "claim", request_before_release)
    job = await batches.run_one(Brief(title="Bad"), context)

    assert job.status is JobStatus.CANCELLED
    assert not await is_requested(context, job.id, batches.SINGLES)


async def test_an_old_cancel_request_is_void_for_a_single_film_that_is_requested_now(room, context):
    job = await batches.run_one(Brief(title="Bad"), context)
    await to_thread.run_sync(context.store.claims.request_cancel, batches.SINGLES, job.id)

    assert (await batches.run_one(Brief(title="Bad"), context)).status is JobStatus.FAILED


async def test_a_film_that_is_added_while_a_batch_is_retried_stays_an_addition(room, context, monkeypatch):
    refused = batches.refusals([InputError("is empty", where="Milk.md")])
    await plan_batch(briefs("Tea"), context, batch="kitchen", source="kitchen", refused=refused)

    async def plan_and_add(*arguments, **options):
        plan = await plan_batch(*arguments, **options)
        await batches.add(briefs("Cake"), context, batch="kitchen")
        return plan

    monkeypatch.setattr(refresh, "plan_batch", plan_and_add)
    await refresh.add_now_readable(context, "kitchen", briefs("Tea", "Milk"))

    known = await context.store.load_batch("kitchen")
    titles = [(await context.store.load_job("kitchen", job)).brief.title for job in known.added]
    assert (titles, known.refused) == (["Cake"], ())
