"""Several processes on one queue: order, and nothing forgotten."""

from __future__ import annotations

import sys
from datetime import timedelta
from math import inf

import anyio
import anyio.lowlevel
import pytest
from anyio import to_thread

from pipeline.errors import ClosedError
from pipeline.model import Brief, JobStatus, advance
from pipeline.orchestrator.batch import queues
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.batch.queues import BatchQueue, JobKey, JobListQueue
from pipeline.orchestrator.batch.scheduler import Scheduler
from pipeline.orchestrator.film import runner as jobs_module
from pipeline.orchestrator.film.stages import Stage
from pipeline.state import IN_ORDER
from pipeline.state.checkpoints.documents import to_json
from pipeline.state.claims import Claims
from pipeline.state.index.batch import BatchIndex
from pipeline.state.locks import held
from tests.standins.single_stage import planned


@pytest.fixture(autouse=True)
def short_looks_away(monkeypatch):
    monkeypatch.setattr(queues, "_BACKOFF_S", 0.2)


def test_who_backs_off_leaves_a_job_alone_for_a_while_and_comes_back_to_it_but_not_to_one_that_is_over(monkeypatch):
    monkeypatch.setattr(queues, "_BACKOFF_S", 1000)
    away, over = JobKey("kitchen", "1"), JobKey("garden", "2")
    jobs = queues.Backoff()

    jobs.delay(away)
    jobs.exclude(over)

    assert jobs.keys() == {away, over}
    assert (jobs.has_delayed("kitchen"), jobs.has_delayed("garden")) == (True, False)
    monkeypatch.setattr(queues, "_BACKOFF_S", -1)
    jobs.delay(away)
    assert jobs.keys() == {over}
    assert not jobs.has_delayed("kitchen")


async def statuses(context):
    return await to_thread.run_sync(lambda: {row.title: row.status for row in context.store.index("kitchen").rows()})


async def test_a_film_that_another_process_drops_while_we_finish_our_last_one_is_ours(room, context):
    theirs, _ = await planned(context, "Theirs", "Ours")
    job = await context.store.load_job("kitchen", theirs)
    await context.store.save_job(job.evolve(status=JobStatus.IN_PROGRESS))
    room.open = anyio.Event()
    run = Scheduler(context, "kitchen", interval_s=0.01)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            async with context.store.claims.claim("kitchen", theirs, what="Theirs"):
                tasks.start_soon(run.run)
                await room.entered.wait()
                while not run._backoff._until:
                    await anyio.lowlevel.checkpoint()
            # It is gone, and before we look again, nothing of ours is under way any more.
            room.open.set()

    assert room.served == ["Ours", "Theirs"]
    assert set((await statuses(context)).values()) == {JobStatus.COMPLETED}


async def test_a_film_that_somebody_only_looked_at_is_not_forgotten(room, context):
    (job_id,) = await planned(context, "Ours")
    run = Scheduler(context, "kitchen", interval_s=0.01)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks, context.store.claims.claim("kitchen", job_id, what="Ours"):
            tasks.start_soon(run.run)
            while not run._backoff._until:
                await anyio.lowlevel.checkpoint()

    assert room.served == ["Ours"]


async def test_a_film_that_another_process_gave_up_while_we_reached_for_it_is_not_tried_again(
    room, context, monkeypatch
):
    (job_id,) = await planned(context, "Bad theirs")
    claim_now = Claims.claim_now

    def end_it_first(claims, batch, job, **more):
        # Between our look at the queue and our claim, they have claimed it, made it and put it down.
        monkeypatch.setattr(Claims, "claim_now", claim_now)
        theirs = context.store.load_job_now(batch, job)
        for status in (JobStatus.IN_PROGRESS, JobStatus.FAILED):
            theirs = advance(theirs, status, at=context.clock(), why="is bad")
        path = context.store.folder(batch) / "jobs" / f"{job}.json"
        path.write_text(to_json(theirs, context.workspace), encoding="utf-8")
        return claim_now(claims, batch, job, **more)

    monkeypatch.setattr(Claims, "claim_now", end_it_first)
    with anyio.fail_after(30):
        await Scheduler(context, "kitchen", interval_s=0.01).run()

    assert room.served == []
    assert [event.why for event in (await context.store.load_job("kitchen", job_id)).history] == ["is bad"] * 2
    assert await statuses(context) == {"Bad theirs": JobStatus.FAILED}


async def test_failed_films_are_not_remembered_for_the_rest_of_the_night(room, context):
    await planned(context, *(f"Bad {number}" for number in range(5)))
    run = Scheduler(context, "kitchen", interval_s=0.01)

    await run.run()

    assert set((await statuses(context)).values()) == {JobStatus.FAILED}
    assert inf not in run._backoff._until.values()


async def test_what_killed_processes_left_is_cleared_away_and_what_is_at_work_stays(room, context):
    ours, theirs = await planned(context, "Ours", "Theirs")
    folder = context.store.folder("kitchen")

    def leave(name):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"{")
        return path

    def look():
        gone = [leave(f"jobs/.{ours}.0123abcd.json"), leave(".batch.0123abcd.json"), leave("workers/999-0.lock")]
        gone.append(leave(f"jobs/{ours}.lock"))
        if sys.platform == "win32":  # elsewhere who holds a lock stands in it
            gone.append(leave(f"jobs/{ours}.lock.pid"))
        kept = leave(f"jobs/.{theirs}.0123abcd.json")
        with context.store.claims.claim_now("kitchen", theirs, what="Theirs"):
            context.store.claims.remove_leftovers("kitchen")
            claimed = context.store.claims.is_claimed("kitchen", theirs)
        return [path.exists() for path in gone], kept.exists(), claimed

    gone, kept, claimed = await to_thread.run_sync(look)

    assert not any(gone)
    assert kept
    assert claimed
    assert len(await statuses(context)) == 2


async def test_what_was_spent_is_not_taken_from_who_writes_it_down(room, context):
    await planned(context, "Ours")
    folder = context.store.folder("kitchen")
    half = folder / ".spent.0123abcd.json"
    await to_thread.run_sync(half.write_bytes, b"{")

    async with held(folder / "spent.lock", what="what was spent"):
        await to_thread.run_sync(context.store.claims.remove_leftovers, "kitchen")
        assert await to_thread.run_sync(half.exists)

    await to_thread.run_sync(context.store.claims.remove_leftovers, "kitchen")
    assert not await to_thread.run_sync(half.exists)


async def test_what_is_written_while_somebody_plans_is_left_alone(room, context):
    (job_id,) = await planned(context, "Ours")
    half = context.store.folder("kitchen") / "jobs" / f".{job_id}.0123abcd.json"
    await to_thread.run_sync(half.write_bytes, b"{")

    async with context.store.claims.planning("kitchen"):
        await to_thread.run_sync(context.store.claims.remove_leftovers, "kitchen")
        assert await to_thread.run_sync(half.exists)

    await to_thread.run_sync(context.store.claims.remove_leftovers, "kitchen")
    assert not await to_thread.run_sync(half.exists)


async def test_of_some_films_those_begin_that_can_and_only_if_none_can_it_is_told_when_one_may(context):
    ids = await planned(context, "Away", "Later", "Sooner", "Tea")
    away, later, sooner, tea = (JobKey("kitchen", job_id) for job_id in ids)
    now = context.clock()
    for key, hours in ((later, 2), (sooner, 1)):
        job = advance(await context.store.load_job(*key), JobStatus.IN_PROGRESS, at=now)
        until = now + timedelta(hours=hours)
        await context.store.save_job(advance(job, JobStatus.PARKED, at=now).evolve(parked_until=until))
    queue = JobListQueue(store=context.store, batch="kitchen", jobs=dict.fromkeys((*ids, "ffffffffffffffff")))

    async def look(*leave_out, places=9):
        found = await to_thread.run_sync(queue.peek, places, {away, *leave_out}, now)
        return [turn.key for turn in found.entries], found.parked_until

    assert await look() == ([tea], None)
    assert await look(tea) == ([], now + timedelta(hours=1))
    assert await look(tea, sooner, later) == ([], None)
    now += timedelta(hours=1)
    assert await look() == ([sooner, tea], None)
    assert await look(places=1) == ([sooner], None)


async def test_a_run_waits_for_its_own_parked_films_and_not_for_those_of_the_queue(context):
    (ours,) = await planned(context, "Ours")
    brief = Brief(title="Theirs", origin="theirs.md")
    (theirs,) = (await plan_batch([brief], context, batch="queue", source="queue")).ids
    now = context.clock()
    for key, hours in ((JobKey("kitchen", ours), 2), (JobKey("queue", theirs), 1)):
        job = advance(await context.store.load_job(*key), JobStatus.IN_PROGRESS, at=now)
        until = now + timedelta(hours=hours)
        await context.store.save_job(advance(job, JobStatus.PARKED, at=now).evolve(parked_until=until))
    queue = BatchQueue(store=context.store, batches=("kitchen", "queue"), order=IN_ORDER)

    found = await to_thread.run_sync(queue.peek, 9, set(), now)

    assert (found.entries, found.parked_until) == ([], now + timedelta(hours=2))


async def test_a_parked_film_whose_row_is_a_moment_behind_its_file_has_its_turn_again(context, monkeypatch):
    await planned(context, "Tea")
    served = []

    async def closed_at_first(job, context, _attempt):
        served.append(job.brief.title)
        if len(served) == 1:
            raise ClosedError("the service asks us to wait", until=context.clock())
        return job

    stage = Stage(name="script", run=closed_at_first, fills=(), is_done=lambda *_: False)
    monkeypatch.setattr(jobs_module, "STAGES", (stage,))
    monkeypatch.setattr(BatchIndex, "find", lambda *_: None)
    with anyio.fail_after(20):
        await Scheduler(context, "kitchen", interval_s=0.01).run()

    assert served == ["Tea"] * 2
    assert await statuses(context) == {"Tea": JobStatus.COMPLETED}


@pytest.mark.parametrize("only", [False, True], ids=["the batch", "one film"])
async def test_a_film_that_was_parked_under_a_clock_that_ran_ahead_does_not_wait_for_it(context, room, only):
    (job_id,) = await planned(context, "Tea")
    job = await context.store.load_job("kitchen", job_id)
    ahead = context.clock() + timedelta(days=900)
    for status in (JobStatus.IN_PROGRESS, JobStatus.PARKED):
        job = advance(job, status, at=ahead)
    await context.store.save_job(job.evolve(parked_until=ahead + timedelta(hours=1)))

    with anyio.fail_after(30):
        await Scheduler(context, "kitchen", only=[job_id] if only else None).run()
    assert room.served == ["Tea"]
