"""Many jobs: planned together, run in parallel, failing independently."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import anyio
import pytest
from anyio import to_thread

from pipeline.errors import (
    BusyError,
    CheckpointError,
    ClosedError,
    InputError,
    NeedsLoginError,
    StorageError,
    TransientError,
)
from pipeline.files import storage_error
from pipeline.limits import Load
from pipeline.model import Asked, Brief, Event, Job, JobStatus, Paragraph, Priority, Section, StageRecord, advance
from pipeline.orchestrator import control
from pipeline.orchestrator.batch import batches, queues, results
from pipeline.orchestrator.batch.results import write_results
from pipeline.orchestrator.batch.scheduler import QUEUE, Scheduler
from pipeline.orchestrator.batch.source import read_source
from pipeline.orchestrator.context import RunContext, open_context
from pipeline.orchestrator.events import JobEvent, Notice, RunMetrics
from pipeline.orchestrator.film import runner as jobs_module
from pipeline.orchestrator.film.stages import Stage
from pipeline.state.checkpoints import store as checkpoints
from pipeline.state.claims import Claims

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def context_in(tmp_path, **overrides):
    settings = {"work.strategy": "fixed", "work.max_concurrent": 2, "errors.retries": 0, "offline": True, **overrides}
    return open_context(workspace=tmp_path, overrides=settings)


@pytest.fixture
def context(tmp_path):
    return context_in(tmp_path)


@pytest.fixture
def room(monkeypatch):
    """One stage in place of all: it writes down whom it serves, fails for "Bad", and waits when it is told to."""
    room = Room()
    stage = Stage(name="script", run=room.run, fills=(), is_done=lambda job, context: "script" in job.seconds)
    monkeypatch.setattr(jobs_module, "STAGES", (stage,))
    return room


class Room:
    def __init__(self) -> None:
        self.served: list[str] = []
        self.trouble: dict[str, Exception] = {"Bad": InputError("is bad")}
        self.at_once = self.most_at_once = self.crowd = 0
        self.entered = anyio.Event()
        self.open = anyio.Event()
        self.open.set()

    async def run(self, job, context, attempt):
        self.served.append(job.brief.title)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.entered.set()
        if self.at_once == self.crowd:
            self.open.set()
        try:
            await self.open.wait()
        finally:
            self.at_once -= 1
        if job.brief.title in self.trouble:
            raise self.trouble[job.brief.title]
        return job


def briefs(*titles, **more):
    return [Brief(title=title, origin=f"{title}.md", **more) for title in titles]


async def run(context, *titles, batch="kitchen", **more):
    with anyio.fail_after(30):
        return await batches.run_batch(briefs(*titles), context, batch=batch, source="kitchen", **more)


async def rows(context, batch="kitchen"):
    return await to_thread.run_sync(lambda: list(context.store.index(batch).rows()))


async def statuses(context, batch="kitchen"):
    return {row.title: str(row.status) for row in await rows(context, batch)}


async def opened(tmp_path, **overrides):
    return await to_thread.run_sync(lambda: context_in(tmp_path, **overrides))


def notices(heard):
    return [event.text for event in heard if isinstance(event, Notice)]


async def test_a_bad_film_does_not_stop_the_others(room, context):
    outcome = await run(context, "One", "Bad", "Two")

    assert await statuses(context) == {"One": "completed", "Bad": "failed", "Two": "completed"}
    assert (outcome.counts[JobStatus.COMPLETED], outcome.counts[JobStatus.FAILED]) == (2, 1)
    assert not outcome.is_complete


async def test_only_what_is_not_done_is_done_again(room, context):
    await run(context, "One", "Bad", "Two")
    room.served.clear()

    await run(context, "One", "Bad", "Two", "Three")

    # The completed ones have no film in this test, so they are taken up, but no stage of theirs is.
    assert sorted(room.served) == ["Bad", "Three"]


async def test_a_few_are_made_at_once_and_no_more(room, context):
    room.open, room.crowd = anyio.Event(), 2

    await run(context, *"ABCDEF")

    assert room.most_at_once == 2


async def test_one_after_another_is_a_strategy(room, tmp_path):
    await run(await opened(tmp_path, **{"work.strategy": "sequential"}), *"ABCD")

    assert room.most_at_once == 1
    assert room.served == list("ABCD")


async def test_a_batch_of_nothing_is_nothing(room, context):
    assert (await run(context)).counts == {}


async def test_what_left_the_source_leaves_the_batch(room, context):
    await run(context, "One", "Two")

    await run(context, "Two")

    assert list(await statuses(context)) == ["Two"]


async def test_a_changed_brief_replaces_the_job_of_the_old_one(room, context):
    await run(context, "One")
    (old,) = await rows(context)
    changed = [replace(brief, description="new") for brief in briefs("One")]

    await batches.run_batch(changed, context, batch="kitchen", source="kitchen")

    (new,) = await rows(context)
    assert (new.folder, new.id == old.id) == (old.folder, False)
    files = await to_thread.run_sync(lambda: sorted(context.workspace.glob("state/batches/kitchen/jobs/*.json")))
    assert [path.stem for path in files] == [new.id]


async def test_films_made_one_by_one_gather_in_one_batch(room, context):
    for title in ("One", "Two", "One"):
        await batches.run_one(briefs(title)[0], context)

    assert list(await statuses(context, "films")) == ["Two", "One"]
    await run(context, "Three", batch="films")
    assert list(await statuses(context, "films")) == ["Two", "One", "Three"]


async def test_a_film_is_made_by_one_process_at_a_time(room, context):
    room.open = anyio.Event()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(batches.run_one, briefs("One")[0], context)
        await room.entered.wait()
        with pytest.raises(BusyError, match="is working on “One”"):
            await batches.run_one(briefs("One")[0], context)
        room.open.set()

    assert room.served == ["One"]


async def test_several_films_do_not_go_into_one_file(room, context, tmp_path):
    one_file = replace(context, output=tmp_path / "film.mp4")

    with pytest.raises(InputError, match=r"2 films can't share one file.*Give a folder"):
        await run(one_file, "One", "Two")

    assert list(tmp_path.iterdir()) == []
    assert (await run(one_file, "One")).is_complete


@pytest.mark.parametrize("twin", ["cafÉ", "cafe\u0301", "CAFÉ"])
async def test_a_batch_that_has_the_folder_of_another_on_some_systems_is_refused(room, context, twin):
    await run(context, "One", batch="café")

    with pytest.raises(InputError, match=r"there is a batch 'café', .* Use café to continue"):
        await run(context, "Two", batch=twin)
    with pytest.raises(InputError, match="same folder on macOS and Windows"):
        await read_source("Two", context, batch=twin)

    assert await to_thread.run_sync(context.store.batch_names) == ["café"]
    assert (await run(context, "One", "Two", batch="café")).is_complete


async def test_an_interruption_puts_every_film_back(room, context):
    room.open = anyio.Event()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run(context, "One", "Two", "Three"))
        await room.entered.wait()
        tasks.cancel_scope.cancel()

    assert set((await statuses(context)).values()) == {"pending"}
    assert not await to_thread.run_sync(context.store.claims.workers, "kitchen")


async def test_an_interrupted_batch_goes_on_without_its_source(room, context):
    await test_an_interruption_puts_every_film_back(room, context)
    room.open.set()
    room.served.clear()

    outcome = await control.resume(context, batch="kitchen")

    assert outcome.is_complete
    assert sorted(room.served) == ["One", "Three", "Two"]


async def test_only_a_batch_that_exists_can_be_resumed(room, context):
    await run(context, "One")

    with pytest.raises(InputError, match=r"no batch named 'kitchn'. Did you mean kitchen"):
        await control.resume(context, batch="kitchn")


# Who goes first.


async def test_the_urgent_go_first_and_the_low_last(room, tmp_path):
    context = await opened(tmp_path, **{"work.strategy": "sequential"})
    asked = [*briefs("low", priority=Priority.LOW), *briefs("one", "two"), *briefs("urgent", priority=Priority.URGENT)]

    await batches.run_batch(asked, context, batch="kitchen", source="kitchen")

    assert room.served == ["urgent", "one", "two", "low"]


async def test_an_urgent_film_that_is_added_later_overtakes_all_that_wait(room, tmp_path):
    context = await opened(tmp_path, **{"work.strategy": "sequential"})
    room.open = anyio.Event()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run(context, "one", "two", "three"))
        await room.entered.wait()
        plan, running = await batches.add(briefs("urgent"), context, batch="kitchen", priority=Priority.URGENT)
        room.open.set()

    assert room.served == ["one", "urgent", "two", "three"]
    assert (plan.new, len(running)) == (1, 1)


async def test_what_lies_in_the_queue_is_made_by_whoever_runs(room, context):
    room.open = anyio.Event()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run(context, "one", "two", "three"))
        await room.entered.wait()
        _, running = await batches.add(briefs("queued"), context, batch=QUEUE)
        room.open.set()

    assert len(running) == 1
    assert await statuses(context, QUEUE) == {"queued": "completed"}


async def test_smart_takes_the_short_ones_first_and_keeps_kin_together(room, tmp_path):
    context = await opened(tmp_path, **{"work.strategy": "smart", "work.max_concurrent": 1})
    long = [replace(brief, closing="and more" * 50) for brief in briefs("long en", "long de")]
    asked = [replace(long[1], language="de"), long[0], *briefs("short de", language="de"), *briefs("short en")]
    asked = [replace(brief, sections=()) for brief in asked]

    await batches.run_batch([_noted(brief) for brief in asked], context, batch="kitchen", source="kitchen")

    assert room.served == ["short de", "long de", "short en", "long en"]


def _noted(brief):
    return replace(brief, sections=(Section(heading="", blocks=(Paragraph(text="Tea."),)),))


# Several processes: two workshops on one folder are as good as two processes, but for the death of one.


async def test_a_second_process_helps_and_no_film_is_made_twice(room, context, tmp_path):
    room.open, room.crowd = anyio.Event(), 4
    other = await opened(tmp_path)
    titles = [f"Film {n}" for n in range(12)]

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run(context, *titles))
        tasks.start_soon(lambda: run(other, *titles))

    assert room.most_at_once == 4
    assert sorted(room.served) == sorted(titles)
    assert set((await statuses(context)).values()) == {"completed"}


async def test_what_a_dead_process_had_begun_is_finished(room, context):
    await run(context, "One", "Two")
    one, _ = await rows(context)
    job = await context.store.load_job("kitchen", one.id)
    await context.store.save_job(job.evolve(status=JobStatus.IN_PROGRESS, records=()))
    room.served.clear()

    outcome = await control.resume(context, batch="kitchen")

    assert room.served == ["One"]
    assert outcome.is_complete


async def test_a_run_waits_for_films_of_another_process_and_finishes_them_if_it_dies(room, context, tmp_path):
    await run(context, "One", "Two")
    one, _ = await rows(context)
    job = await context.store.load_job("kitchen", one.id)
    await context.store.save_job(job.evolve(status=JobStatus.IN_PROGRESS, records=()))
    room.served.clear()
    dies = anyio.Event()

    async def other():
        async with (await opened(tmp_path)).store.claims.claim("kitchen", one.id, what="One"):
            await dies.wait()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other)
        while not await to_thread.run_sync(context.store.claims.is_claimed, "kitchen", one.id):
            await anyio.lowlevel.checkpoint()
        tasks.start_soon(lambda: Scheduler(context, "kitchen", interval_s=0.01).run())
        for _ in range(5):
            await to_thread.run_sync(lambda: None)
        assert room.served == []
        dies.set()

    assert room.served == ["One"]


# What stops a batch, or makes it wait.


async def test_a_batch_may_stop_at_the_first_failure(room, tmp_path):
    context = await opened(tmp_path, **{"work.strategy": "sequential", "errors.on_error": "stop"})
    heard = []

    outcome = await run(context, "One", "Bad", "Two", "Three", listen=heard.append)

    assert await statuses(context) == {"One": "completed", "Bad": "failed", "Two": "pending", "Three": "pending"}
    assert outcome.stopped_because == "“Bad” failed, and errors.on_error is stop"
    assert notices(heard) == [f"not starting new films: {outcome.stopped_because}"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
async def test_a_disk_that_is_full_or_a_quota_that_is_used_up_stops_the_batch_and_later_it_goes_on(
    room, tmp_path, number
):
    context = await opened(tmp_path, **{"work.strategy": "sequential"})
    room.trouble = {"Two": storage_error(OSError(number, os.strerror(number)), Path("film.mp4"))}
    heard = []

    outcome = await run(context, "One", "Two", "Three", "Four", listen=heard.append)

    assert await statuses(context) == {"One": "completed", "Two": "parked", "Three": "pending", "Four": "pending"}
    assert notices(heard) == [f"not starting new films: {outcome.stopped_because}"]
    assert (
        outcome.stopped_because == f"a file can't be written: {os.strerror(number)[0].lower()}{os.strerror(number)[1:]}"
    )

    room.trouble = {}
    await control.resume(context, batch="kitchen", listen=heard.append)

    assert set((await statuses(context)).values()) == {"completed"}


async def test_a_failure_in_the_queue_stops_no_batch(room, tmp_path):
    context = await opened(tmp_path, **{"errors.on_error": "stop", "work.strategy": "sequential"})
    await batches.add(briefs("Bad"), context, batch=QUEUE, priority=Priority.URGENT)

    outcome = await run(context, "One", "Two")

    assert room.served == ["Bad", "One", "Two"]
    assert outcome.is_complete
    assert not outcome.stopped_because


async def test_a_batch_may_stop_after_so_many_failures(room, tmp_path):
    context = await opened(tmp_path, **{"work.strategy": "sequential", "errors.max_failures": 2})
    room.trouble = {title: InputError("is bad") for title in ("A", "C", "E")}

    outcome = await run(context, *"ABCDE")

    assert list((await statuses(context)).values()) == [
        "failed",
        "completed",
        "failed",
        "pending",
        "pending",
    ]
    assert "2 films have failed" in outcome.stopped_because


async def test_a_failure_that_may_pass_is_tried_again_in_the_same_run_when_its_time_has_come(room, tmp_path):
    clock = _Clock()
    context = await opened(tmp_path, **{"errors.retries": 1})
    context = replace(context, runtime=replace(context.runtime, clock=clock))
    room.trouble = {"One": TransientError("no connection")}
    heard = []

    def listen(event):
        heard.append(event)
        if isinstance(event, JobEvent) and event.job.status is JobStatus.PARKED:
            room.trouble.clear()
        if isinstance(event, Notice):
            clock.now += timedelta(hours=1)

    outcome = await run(context, "One", "Two", listen=listen)

    assert outcome.is_complete
    assert sorted(room.served) == ["One", "One", "Two"]
    assert [text.partition(",")[0] for text in notices(heard)] == ["all other films are parked"]


class _Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


async def test_a_film_that_waits_for_a_person_keeps_nobody_waiting(room, context):
    room.trouble = {"One": NeedsLoginError("refuses the key")}

    outcome = await run(context, "One", "Two")

    assert await statuses(context) == {"One": "parked", "Two": "completed"}
    assert not outcome.is_complete


def load(**more):
    plenty = {"memory_bytes": 0, "memory_free_bytes": 10**12, "cpu_percent": 0.0, "disk_free_bytes": 10**12}
    return Load(**(plenty | more))


async def test_no_film_is_begun_while_the_disk_is_nearly_full_and_the_batch_says_so(room, context, monkeypatch):
    samples = [load(disk_free_bytes=10**9), load(disk_free_bytes=10**9), load()]
    monkeypatch.setattr(context.runtime.resources, "sample", lambda: samples.pop(0) if len(samples) > 1 else samples[0])
    served_at_first_pulse, heard = [], []

    def listen(event):
        heard.append(event)
        if isinstance(event, RunMetrics) and not served_at_first_pulse:
            served_at_first_pulse.append(list(room.served))

    outcome = await run(context, "One", listen=listen)

    assert served_at_first_pulse == [[]]
    assert outcome.is_complete
    assert [text.partition(":")[0] for text in notices(heard)] == [
        "not starting new films",
        "enough memory and disk space again",
    ]
    assert "the disk has 1" in notices(heard)[0]


@pytest.mark.parametrize("full", ["nas", "state", "output"])
async def test_every_disk_that_films_are_written_to_is_watched(context, tmp_path, monkeypatch, full):
    full = tmp_path / "nas" if full == "nas" else context.workspace / full
    monkeypatch.setattr("pipeline.limits.resources._disk_of", str)
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=10**9 if place == full else 10**12))
    elsewhere = replace(context, output=tmp_path / "nas")

    load = await to_thread.run_sync(elsewhere.runtime.resources.sample)

    assert (load.disk, load.disk_free_bytes) == (full, 10**9)


async def test_a_disk_that_stays_full_ends_the_run_with_what_to_do(room, context, monkeypatch):
    monkeypatch.setattr(context.runtime.resources, "sample", lambda: load(disk_free_bytes=10**9))
    monkeypatch.setattr("pipeline.orchestrator.batch.admission._DISK_PATIENCE_S", 0.0)

    with pytest.raises(StorageError, match=r"the disk has 1.* GB free.*Free some space and run the command again"):
        await run(context, "One")

    assert room.served == []
    assert await statuses(context) == {"One": "pending"}


async def test_a_film_that_nobody_wants_any_more_is_stopped_where_it_is_made(room, context):
    room.open = anyio.Event()

    async with anyio.create_task_group() as tasks:
        scheduler_done = anyio.Event()

        async def work():
            await batches.add(briefs("One", "Two"), context, batch="kitchen")
            await Scheduler(context, "kitchen", interval_s=0.01).run()
            scheduler_done.set()

        tasks.start_soon(work)
        await room.entered.wait()
        one, _ = await rows(context)
        await to_thread.run_sync(context.store.claims.request_cancel, "kitchen", one.id)
        while (await statuses(context))["One"] != "cancelled":
            await to_thread.run_sync(lambda: None)
        room.open.set()

    assert await statuses(context) == {"One": "cancelled", "Two": "completed"}
    assert not await to_thread.run_sync(context.store.claims.is_cancel_requested, "kitchen", one.id)


@pytest.mark.parametrize("seems_claimed", [True, False], ids=["made", "taken up at this moment"])
async def test_a_film_that_is_wanted_otherwise_while_it_is_made_stops_and_says_why(
    room, context, monkeypatch, seems_claimed
):
    if not seems_claimed:
        monkeypatch.setattr(Claims, "is_claimed", lambda *_: False)
    room.open = anyio.Event()
    heard = []

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            work = partial(batches.run_batch, briefs("One"), context, batch="kitchen", source="", listen=heard.append)
            tasks.start_soon(work)
            await room.entered.wait()
            other = replace(briefs("One")[0], description="new")
            tasks.start_soon(partial(batches.add, [other], context, batch="kitchen"))
            while not (stopped := [e.job for e in heard if isinstance(e, JobEvent) and e.job.status == "cancelled"]):
                await to_thread.run_sync(lambda: None)
            room.open.set()

    assert stopped[0].history[-1].why == "replaced by a later command with other settings or notes"


async def test_a_checkpoint_that_breaks_during_the_run_is_set_aside_and_the_others_go_on(room, tmp_path):
    context = await opened(tmp_path, **{"work.strategy": "sequential"})
    room.open = anyio.Event()
    heard = []

    outcomes = []

    async def night():
        outcomes.append(await run(context, "One", "Two", "Three", listen=heard.append))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(night)
        await room.entered.wait()
        two = next(row for row in await rows(context) if row.title == "Two")
        file = tmp_path / "state" / "batches" / "kitchen" / "jobs" / f"{two.id}.json"
        await anyio.Path(file).write_text("{", encoding="utf-8")
        room.open.set()

    assert await statuses(context) == {"One": "completed", "Three": "completed"}
    assert (outcomes[0].counts[JobStatus.FAILED], outcomes[0].is_complete) == (1, False)
    (said,) = [text for text in notices(heard) if "made again by the next run" in text]
    # It does not vanish from its batch: who goes on without the source hears of it, and the source mends it.
    resumed = await control.resume(context, batch="kitchen")
    assert (resumed.counts[JobStatus.FAILED], resumed.is_complete) == (1, False)
    assert (await run(context, "One", "Two", "Three")).is_complete
    assert "is damaged: not JSON" in said
    assert await anyio.Path(file.with_suffix(".json.damaged")).exists()
    assert (await run(context, "One", "Two", "Three")).is_complete


# What is told, and kept.


async def test_a_pulse_tells_how_the_whole_batch_stands(room, context):
    heard = []

    await run(context, "One", "Bad", listen=heard.append)

    last = [event for event in heard if isinstance(event, RunMetrics)][-1]
    assert (last.batch, last.counts["completed"], last.counts["failed"], last.weight_left) == ("kitchen", 1, 1, 0)
    assert set(last.counts) == {status.value for status in JobStatus}
    assert (last.at_once, last.memory_bytes > 10**6) == (2, True)


async def test_there_is_a_report_of_every_night_however_it_ends(room, context, tmp_path):
    room.open = anyio.Event()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run(context, "One"))
        await room.entered.wait()
        tasks.cancel_scope.cancel()

    names = await to_thread.run_sync(lambda: {path.name for path in (tmp_path / "output/kitchen/summary").iterdir()})
    assert names == {"batch_report.json", "processing_metrics.json", "error_log.json", "report.html"}


# What must not end a night.


async def test_who_leaves_while_another_works_on_leaves_the_report_to_them(room, context, tmp_path):
    report = anyio.Path(tmp_path, "output", "kitchen", "summary", "report.html")

    async with context.store.claims.register_worker("kitchen"):
        await run(context, "One")
        assert not await report.exists()

    await run(context, "One")
    assert await report.exists()


async def test_the_reports_are_there_before_films_are_waited_for_all_night(room, context, tmp_path, monkeypatch):
    async def park(job, context, attempt):
        raise ClosedError("the quota is spent", until=context.clock() + timedelta(hours=9))

    monkeypatch.setattr(jobs_module, "STAGES", (replace(jobs_module.STAGES[0], run=park),))
    report = anyio.Path(tmp_path, "output", "kitchen", "summary", "batch_report.json")
    written = anyio.Event()

    def write(*asked):
        write_results(*asked)
        anyio.from_thread.run_sync(written.set)

    monkeypatch.setattr(results, "write_results", write)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run, context, "One")
        await written.wait()
        assert json.loads(await report.read_text(encoding="utf-8"))["counts"]["parked"] == 1
        tasks.cancel_scope.cancel()


async def test_what_is_said_all_night_is_one_line_of_the_report_and_leaves_room_for_the_rest(
    room, context, tmp_path, monkeypatch
):
    async def say(job, context, attempt):
        for second in range(10, 60):
            attempt.notify(f"groq asks us to wait until 22:07:{second}")
            attempt.notify("groq answers again")
            attempt.notify(f"all other films are parked, the first until 2026-11-{second % 18 + 10} 07:00:00")
            attempt.notify(f"pexels asks us to wait until 2026-11-{second % 18 + 10} 07:00")
        for number in range(200):
            attempt.notify(f"film {number} is quiet")
        return job

    monkeypatch.setattr(jobs_module, "STAGES", (replace(jobs_module.STAGES[0], run=say),))
    await run(context, "One")

    report = await anyio.Path(tmp_path, "output", "kitchen", "summary", "batch_report.json").read_text(encoding="utf-8")
    notices = json.loads(report)["run"]["notices"]
    assert notices[:5] == [
        "groq asks us to wait until 22:07:59 (50 times)",
        "groq answers again (50 times)",
        "all other films are parked, the first until 2026-11-15 07:00:00 (50 times)",
        "pexels asks us to wait until 2026-11-15 07:00 (50 times)",
        "film 0 is quiet",
    ]
    assert len(notices) == 100


async def test_a_job_file_that_vanishes_costs_no_other_film(room, tmp_path):
    context = await opened(tmp_path, **{"work.strategy": "sequential"})
    room.open = anyio.Event()
    outcomes = []

    async def night():
        outcomes.append(await run(context, "One", "Two", "Three"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(night)
        await room.entered.wait()
        two = next(row for row in await rows(context) if row.title == "Two")
        await anyio.Path(tmp_path / "state" / "batches" / "kitchen" / "jobs" / f"{two.id}.json").unlink()
        room.open.set()

    assert room.served == ["One", "Three"]
    assert (outcomes[0].unstartable, outcomes[0].is_complete) == (1, False)
    assert (await run(context, "One", "Two", "Three")).is_complete


async def test_a_batch_that_is_removed_while_it_runs_is_not_told_as_done(room, context, tmp_path):
    room.open = anyio.Event()

    async def remove() -> None:
        await room.entered.wait()
        # Of one film, and at once: nothing is being saved then that would stand in the way.
        await to_thread.run_sync(context.store.folder("kitchen").rename, tmp_path / "removed")
        room.open.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(remove)
        with pytest.raises(CheckpointError, match=r"kitchen: was removed during the run\. Run"):
            await run(context, "One")

    assert (await run(context, "One")).is_complete


async def test_a_job_whose_settings_are_none_any_more_fails_by_itself(room, context):
    await batches.add(briefs("One", "Two"), context, batch="kitchen")
    one, _ = await rows(context)
    job = await context.store.load_job("kitchen", one.id)
    await context.store.save_job(job.evolve(asked=Asked(settings={"subtitles.max_lines": "two"})))

    await control.resume(context, batch="kitchen")

    assert await statuses(context) == {"One": "failed", "Two": "completed"}


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.PARKED, JobStatus.IN_PROGRESS])
@pytest.mark.logs_errors
async def test_a_job_that_can_not_even_be_looked_at_fails_by_itself(room, context, monkeypatch, status):
    await batches.add(briefs("One", "Two"), context, batch="kitchen")
    one, _ = await rows(context)
    job = await context.store.load_job("kitchen", one.id)
    # Of a film that no stage was ever done for, there is nothing to look at.
    done = StageRecord(stage="script", attempt=1, started_at=context.clock(), seconds=1.0)
    until = LONG_AGO if status is JobStatus.PARKED else None
    await context.store.save_job(job.evolve(status=status, parked_until=until, records=(done,)))
    true = jobs_module._as_found

    def refuse(job, context):
        if job.brief.title == "One":
            raise PermissionError("not yours")
        return true(job, context)

    monkeypatch.setattr(jobs_module, "_as_found", refuse)

    await control.resume(context, batch="kitchen")

    assert await statuses(context) == {"One": "failed", "Two": "completed"}


async def test_a_claim_that_can_not_be_made_leaves_its_job_for_the_next_run(room, context, monkeypatch):
    true = context.store.claims.claim_now
    await batches.add(briefs("One", "Two"), context, batch="kitchen")
    one, _ = await rows(context)

    def claim(batch, job, **more):
        if job == one.id:
            raise StorageError("can't be written: too many open files", where=f"{job}.lock")
        return true(batch, job, **more)

    monkeypatch.setattr(context.store.claims, "claim_now", claim)
    outcome = await control.resume(context, batch="kitchen")

    assert await statuses(context) == {"One": "pending", "Two": "completed"}
    assert (outcome.unstartable, outcome.is_complete) == (1, False)


async def test_a_film_that_keeps_killing_its_process_is_given_up(room, context):
    await batches.add(briefs("One", "Two"), context, batch="kitchen")
    one, _ = await rows(context)
    await context.store.save_job(died(await context.store.load_job("kitchen", one.id), 5, context))

    await control.resume(context, batch="kitchen")

    assert await statuses(context) == {"One": "failed", "Two": "completed"}
    assert room.served == ["Two"]
    assert "its process died 5 times" in (await rows(context))[0].error.message


async def test_a_film_that_gets_on_between_the_deaths_of_its_processes_is_not_given_up(room, context):
    await batches.add(briefs("One"), context, batch="kitchen")
    (one,) = await rows(context)
    job = died(await context.store.load_job("kitchen", one.id), 9, context)
    done = StageRecord(stage="sources", attempt=5, started_at=NOW, seconds=1.0)
    await context.store.save_job(job.evolve(records=(replace(done, attempt=1), done)))

    await control.resume(context, batch="kitchen")

    assert await statuses(context) == {"One": "completed"}


async def test_who_tries_such_a_film_again_begins_to_count_anew(room, context):
    await batches.add(briefs("One"), context, batch="kitchen")
    (one,) = await rows(context)
    given_up = died(await context.store.load_job("kitchen", one.id), 5, context)
    given_up = advance(given_up, JobStatus.FAILED, at=context.clock())
    again = advance(given_up, JobStatus.PENDING, at=context.clock(), why="tried again")
    await context.store.save_job(died(again, 4, context))

    await control.resume(context, batch="kitchen")

    assert await statuses(context) == {"One": "completed"}


def died(job: Job, times: int, context: RunContext) -> Job:
    """The job as so many processes have left it that died before a stage was done."""
    for number in range(times):
        if number:
            job = advance(job, JobStatus.PENDING, at=context.clock(), why="the process that worked on it is gone")
        job = advance(job, JobStatus.IN_PROGRESS, at=context.clock()).evolve(attempts=job.attempts + 1)
    return job


async def test_a_job_that_was_parked_under_a_clock_that_ran_ahead_is_due_now(room, context):
    await batches.add(briefs("One"), context, batch="kitchen")
    (one,) = await rows(context)
    job = await context.store.load_job("kitchen", one.id)
    ahead = datetime(2099, 1, 1, tzinfo=UTC)
    history = (Event(at=ahead, status=JobStatus.PARKED, why="asks us to wait"),)
    parked = job.evolve(status=JobStatus.PARKED, parked_until=ahead + timedelta(minutes=1), history=history)
    await context.store.save_job(parked)

    assert (await control.resume(context, batch="kitchen")).is_complete


async def test_an_orphan_of_low_priority_does_not_go_before_an_urgent_film(room, tmp_path):
    context = await opened(tmp_path, **{"work.strategy": "sequential"})
    await batches.add(briefs("low"), context, batch="kitchen", priority=Priority.LOW)
    await batches.add(briefs("urgent"), context, batch="kitchen", priority=Priority.URGENT)
    low = next(row for row in await rows(context) if row.title == "low")
    job = await context.store.load_job("kitchen", low.id)
    await context.store.save_job(job.evolve(status=JobStatus.IN_PROGRESS))

    await control.resume(context, batch="kitchen")

    assert room.served == ["urgent", "low"]


async def test_a_brief_that_can_not_be_read_is_a_film_that_is_missing(room, context, tmp_path):
    unreadable = [InputError("is empty", where="kitchen/b.md")]

    outcome = await run(context, "One", unreadable=unreadable)

    assert (outcome.counts[JobStatus.COMPLETED], outcome.refused, outcome.is_complete) == (1, 1, False)
    known = await context.store.load_batch("kitchen")
    assert [(row.title, str(row.status), row.error.message) for row in known.refused_rows] == [
        ("kitchen/b.md", "failed", "kitchen/b.md: is empty")
    ]
    page = await anyio.Path(tmp_path / "output/kitchen/summary/report.html").read_text(encoding="utf-8")
    assert "kitchen/b.md" in page
    assert not (await control.resume(context, batch="kitchen")).is_complete
    assert (await run(context, "One")).is_complete


async def test_a_film_of_another_batch_is_not_overwritten_where_both_go_to_one_folder(room, context, tmp_path):
    films = replace(context, output=tmp_path / "films")
    await run(films, "Apples", batch="one")
    await to_thread.run_sync(lambda: (tmp_path / "films" / "apples").mkdir(parents=True))

    await run(replace(films), "Apples", batch="two")

    (one,), (two,) = await rows(context, "one"), await rows(context, "two")
    assert (one.folder, two.folder) == ("one/apples", f"two/apples-{two.id[:6]}")
    assert films.paths.summary("one") != films.paths.summary("two")


async def test_a_run_whose_last_film_fails_is_over_with_it(room, context):
    await batches.add(briefs("Bad"), context, batch="kitchen")
    scheduler = Scheduler(context, "kitchen")

    await scheduler.run()

    assert await statuses(context) == {"Bad": "failed"}
    assert scheduler._backoff._until == {}, "nothing that could keep it waiting"


async def test_a_film_whose_end_could_not_be_saved_has_no_second_turn_in_the_run(room, context, monkeypatch):
    await batches.add(briefs("Apples"), context, batch="kitchen")
    full = StorageError("no space left on device")
    taken_up = 0

    async def fill_the_disk(job, context, attempt):
        nonlocal taken_up
        taken_up += 1
        monkeypatch.setattr(checkpoints, "write_all_atomically", lambda contents: dict.fromkeys(contents, full))
        raise full

    monkeypatch.setattr(jobs_module, "STAGES", (replace(jobs_module.STAGES[0], run=fill_the_disk),))
    monkeypatch.setattr(queues, "_BACKOFF_S", 0.0)
    scheduler = Scheduler(context, "kitchen", interval_s=0.01)
    with anyio.fail_after(10):
        await scheduler.run()

    assert taken_up == scheduler.started == 1
    # Its file still says that it is under way, and nobody has claimed it.
    counts = (await batches.run_jobs(context, "kitchen", lambda _: None, only=[])).counts
    assert (counts[JobStatus.PENDING], counts[JobStatus.IN_PROGRESS]) == (1, 0)
    assert scheduler.unsaved_because == "no space left on device"
