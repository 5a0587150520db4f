"""Operations on existing jobs: resume, retry, cancel, snapshot, restore, clean."""

from __future__ import annotations

import os
import re
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import get_args

import anyio
import anyio.lowlevel
import pytest
from anyio import to_thread

from pipeline import resume_batch, retry_batch, run_batch
from pipeline.cli.lifecycle import Stage as RetryStage
from pipeline.errors import BusyError, InputError, NeedsLoginError, TransientError
from pipeline.model import (
    Asked,
    Batch,
    Brief,
    Job,
    JobError,
    JobStatus,
    Narration,
    Pace,
    Package,
    Paragraph,
    Pictures,
    Priority,
    Receipt,
    Script,
    Section,
    Segment,
    SpokenLine,
    StatementScene,
    Subtitles,
    Video,
)
from pipeline.narration.narrate import narrate
from pipeline.narration.silence import SilenceNarrator
from pipeline.orchestrator import control
from pipeline.orchestrator.batch import batches, cancellation
from pipeline.orchestrator.batch.scheduler import QUEUE
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.context.series import subject_key
from pipeline.orchestrator.control import cleanup, restore
from pipeline.orchestrator.control.lifecycle import open_for_batch
from pipeline.orchestrator.control.published import published
from pipeline.orchestrator.events import JobEvent, Notice
from pipeline.orchestrator.film import runner as jobs_module
from pipeline.orchestrator.film.remake import discard_from
from pipeline.orchestrator.film.stages import STAGES, Stage
from pipeline.publishing.youtube.journal import WATCH_URL, Journal, Published, Record
from pipeline.state import Snapshots
from pipeline.state.claims import Claims


class Room:
    """One stage in place of all: it writes down whom it serves, fails when it is told to, and waits when it is shut."""

    def __init__(self) -> None:
        self.served: list[str] = []
        self.trouble: dict[str, Exception] = {"Bad": InputError("is bad")}
        self.entered, self.open = anyio.Event(), anyio.Event()
        self.open.set()

    async def run(self, job, context, attempt):
        self.served.append(job.brief.title)
        self.entered.set()
        await self.open.wait()
        if job.brief.title in self.trouble:
            raise self.trouble[job.brief.title]
        return job.evolve(script=Script(title=job.brief.title, language="en", scenes=()))


@pytest.fixture
def room(monkeypatch):
    room = Room()
    stage = Stage(name="script", run=room.run, fills=("script",), is_done=lambda job, context: job.script is not None)
    monkeypatch.setattr(jobs_module, "STAGES", (stage,))
    return room


@pytest.fixture
def context(tmp_path):
    settings = {"work.strategy": "fixed", "work.max_concurrent": 2, "errors.retries": 0, "offline": True}
    return open_context(workspace=tmp_path, overrides=settings)


def briefs(*titles, text=""):
    notes = (Section(heading="", blocks=(Paragraph(text=text),)),) if text else ()
    return [Brief(title=title, origin=f"{number}.md", sections=notes) for number, title in enumerate(titles, start=1)]


async def run(context, *titles, **more):
    with anyio.fail_after(30):
        return await batches.run_batch(briefs(*titles), context, batch="kitchen", source="kitchen", **more)


async def retry(context, **more):
    with anyio.fail_after(30):
        return await control.retry(context, batch="kitchen", **more)


async def rows(context, batch="kitchen"):
    return await to_thread.run_sync(lambda: list(context.store.refreshed(batch).rows()))


async def statuses(context, batch="kitchen"):
    return {row.title: str(row.status) for row in await rows(context, batch)}


async def job_of(context, title) -> Job:
    (row,) = [row for row in await rows(context) if row.title == title]
    return await context.store.load_job("kitchen", row.id)


# cancel --------------------------------------------------------------------------------------------------------------


async def test_what_is_not_completed_is_cancelled_and_not_made(room, context):
    await run(context, "One", "Bad")
    await batches.add(briefs("Two"), context, batch="kitchen")

    done = await control.cancel(context, batch="kitchen")
    await control.resume(context, batch="kitchen")

    assert (len(done.changed), done.busy) == (2, [])
    assert await statuses(context) == {"One": "completed", "Bad": "cancelled", "Two": "cancelled"}
    assert "Two" not in room.served


async def test_the_beginning_of_an_id_names_a_job_if_it_is_only_one(room, context):
    await run(context, "Bad")
    bad = await job_of(context, "Bad")

    with pytest.raises(InputError, match="has no job 'zz'"):
        await control.cancel(context, batch="kitchen", jobs=["zz"])
    with pytest.raises(InputError, match="has no job ''"):
        await control.cancel(context, batch="kitchen", jobs=[""])
    done = await control.cancel(context, batch="kitchen", jobs=[bad.id[:5]])

    assert done.changed == [bad.id]


async def test_an_id_that_means_several_jobs_is_refused(room, context):
    await run(context, *[f"Film {number}" for number in range(17)])
    ids = [row.id for row in await rows(context)]
    digit = next(digit for digit in "0123456789abcdef" if sum(job.startswith(digit) for job in ids) > 1)

    with pytest.raises(InputError, match=r"ids starting with .* Give a longer prefix"):
        await control.cancel(context, batch="kitchen", jobs=[digit])


async def test_a_film_under_way_is_stopped_by_who_makes_it(room, context):
    room.open = anyio.Event()
    heard = []

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run(context, "One", listen=heard.append))
        await room.entered.wait()
        done = await control.cancel(context, batch="kitchen")
        assert (done.changed, len(done.busy)) == ([], 1)

    assert await statuses(context) == {"One": "cancelled"}
    assert [event.job.status for event in heard if isinstance(event, JobEvent)][-1] is JobStatus.CANCELLED


async def test_a_film_that_is_made_by_itself_can_be_cancelled_as_well(room, context, monkeypatch):
    monkeypatch.setattr(cancellation, "_POLL_INTERVAL_S", 0.01)
    room.open = anyio.Event()
    made = []

    async def make():
        made.append(await batches.run_one(briefs("One")[0], context))

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(make)
            await room.entered.wait()
            await control.cancel(context, batch=batches.SINGLES)

    assert made[0].status is JobStatus.CANCELLED


async def test_a_wish_that_came_too_late_stops_no_later_attempt(room, context):
    await run(context, "One", "Bad")
    bad = await job_of(context, "Bad")
    await to_thread.run_sync(context.store.claims.request_cancel, "kitchen", bad.id)
    room.trouble.clear()

    await retry(context)

    assert await statuses(context) == {"One": "completed", "Bad": "completed"}


async def test_a_wish_that_nobody_is_left_to_hear_is_taken_back_and_followed_at_once(room, context, monkeypatch):
    await run(context, "One", "Bad")
    bad = await job_of(context, "Bad")
    claim = context.store.claims.claim_now("kitchen", bad.id, what="Bad")
    request_cancel = Claims.request_cancel

    def put_down(claims, batch, job_id):
        # Its process has looked for a request for the last time.
        request_cancel(claims, batch, job_id)
        claim.__exit__(None, None, None)

    await to_thread.run_sync(claim.__enter__)
    monkeypatch.setattr(Claims, "request_cancel", put_down)
    done = await control.cancel(context, batch="kitchen")

    assert (done.changed, done.busy) == ([bad.id], [])
    assert not await to_thread.run_sync(context.store.claims.is_cancel_requested, "kitchen", bad.id)
    assert (await statuses(context))["Bad"] == "cancelled"


async def test_many_are_cancelled_in_a_moment(context):
    jobs = [Job(id=f"{n:08x}", batch="kitchen", folder=f"{n}", brief=Brief(title=f"{n}")) for n in range(500)]
    async with context.store.claims.planning("kitchen"):
        await to_thread.run_sync(context.store.plan_jobs, "kitchen", jobs)
        await context.store.save_batch(batch_of(context, jobs))

    done = await control.cancel(context, batch="kitchen")

    assert len(done.changed) == 500
    assert set((await statuses(context)).values()) == {"cancelled"}
    assert await to_thread.run_sync(lambda: list(context.store.folder("kitchen").glob("jobs/*.lock*"))) == []


def batch_of(context, jobs):
    return Batch(name="kitchen", source="", created_at=context.clock(), jobs=tuple(job.id for job in jobs))


# resume --------------------------------------------------------------------------------------------------------------


async def test_what_waits_for_a_person_is_taken_up_and_what_failed_is_not(room, context):
    room.trouble["Login"] = NeedsLoginError("no key")
    await run(context, "Login", "Bad")
    room.trouble.clear()
    room.served.clear()

    outcome = await control.resume(context, batch="kitchen")

    assert await statuses(context) == {"Login": "completed", "Bad": "failed"}
    assert room.served == ["Login"]
    assert not outcome.is_complete


async def test_a_batch_goes_on_with_the_flags_it_was_asked_with(room, context, tmp_path):
    await run(replace(context, output=tmp_path / "films"), "Bad")

    plain = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides={"errors.retries": 3}))
    there = await control.with_batch_settings(plain, "kitchen")

    assert there.asked == Asked(settings={"offline": True}, output=str(tmp_path / "films"))
    assert there.settings.offline
    assert there.settings.errors.retries == 3


@pytest.mark.parametrize("again", [control.resume, control.retry])
async def test_a_budget_that_is_given_later_holds_for_the_commands_that_follow(room, context, tmp_path, again):
    await run(context, "One")
    larger = await to_thread.run_sync(
        lambda: open_for_batch(
            "kitchen", workspace=tmp_path, overrides={"budget.usd_per_batch": 7.5, "errors.retries": 3}
        )
    )

    await again(larger, batch="kitchen")
    await again(larger, batch="kitchen")

    asked = await context.store.load_batch("kitchen")
    assert (asked.working["budget.usd_per_batch"], asked.working["errors.retries"], len(asked.jobs)) == (7.5, 0, 1)
    plain = await to_thread.run_sync(lambda: open_for_batch("kitchen", workspace=tmp_path, overrides=None))
    assert (plain.settings.budget.usd_per_batch, plain.settings.errors.retries) == (7.5, 0)


async def test_an_unknown_batch_is_told(context):
    for asked in (control.resume, control.cancel, control.retry, cleanup.remove_batch):
        with pytest.raises(InputError, match="no batch named 'kitchen'"):
            await asked(context, batch="kitchen")
    with pytest.raises(InputError, match="no batch named 'kitchen'"):
        await control.checkpoint(context, batch="kitchen", name="one")


# retry ---------------------------------------------------------------------------------------------------------------


async def test_what_failed_or_was_cancelled_is_tried_again(room, context):
    room.trouble["Worse"] = InputError("is worse")
    await run(context, "One", "Bad", "Worse")
    await control.cancel(context, batch="kitchen", jobs=[(await job_of(context, "Worse")).id])
    room.trouble.clear()
    room.served.clear()

    outcome = await retry(context)

    assert sorted(room.served) == ["Bad", "Worse"]
    assert outcome.is_complete
    assert [step.why for step in (await job_of(context, "Bad")).history if step.why] == ["is bad", "retried"]


async def test_only_the_failed_ones_on_demand_and_nothing_else(room, context):
    await run(context, "Bad")
    await batches.add(briefs("New"), context, batch="kitchen")
    room.trouble.clear()

    await retry(context, failed=True)

    assert await statuses(context) == {"Bad": "completed", "New": "pending"}


async def test_with_nothing_failed_there_is_nothing_to_try_again_and_that_is_said(room, context):
    heard = []
    await run(context, "One")

    outcome = await retry(context, failed=True, listen=heard.append)

    assert outcome.is_complete
    assert [event.text for event in heard if isinstance(event, Notice)] == ["no job of “kitchen” has failed"]


async def test_a_named_film_is_all_that_counts_when_it_is_tried_again(room, context):
    room.trouble["Worse"] = InputError("is worse")
    await run(context, "Bad", "Worse")
    del room.trouble["Bad"]

    assert (await retry(context, jobs=[(await job_of(context, "Bad")).id])).is_complete
    assert not (await retry(context, jobs=[(await job_of(context, "Worse")).id])).is_complete
    assert not (await retry(context, failed=True)).is_complete


async def test_a_row_that_was_mended_is_made_as_it_is_now_and_new_rows_are_left(room, context):
    await run(context, "One", "Bad", "Two")
    old = await job_of(context, "Bad")
    room.served.clear()

    await retry(context, failed=True, briefs=[*briefs("One", "Good", "Two"), Brief(title="New", origin="4.md")])

    assert room.served == ["Good"]
    assert await statuses(context) == {"One": "completed", "Good": "completed", "Two": "completed"}
    assert [row.title for row in await rows(context)] == ["One", "Good", "Two"]
    assert await to_thread.run_sync(context.store.read_job, "kitchen", old.id) is None


async def test_a_row_that_is_gone_or_as_it_was_is_tried_again_as_it_was(room, context):
    await run(context, "One", "Bad")
    room.trouble.clear()

    await retry(context, failed=True, briefs=briefs("One", "Bad"))
    assert await statuses(context) == {"One": "completed", "Bad": "completed"}

    room.trouble["Bad"] = InputError("is bad")
    await retry(context, jobs=[(await job_of(context, "Bad")).id], stage="script", briefs=briefs("One"))
    assert await statuses(context) == {"One": "completed", "Bad": "failed"}


async def test_a_damaged_job_is_made_afresh_from_the_source(room, context):
    await run(context, "One", "Two")
    one = await job_of(context, "One")
    path = context.store.folder("kitchen") / "jobs" / f"{one.id}.json"
    await anyio.Path(path).write_bytes(b"\0")
    heard = []

    await retry(context, failed=True, listen=heard.append)
    assert any(isinstance(event, Notice) and "is damaged" in event.text for event in heard)
    await retry(context, failed=True, briefs=briefs("One", "Two"))

    assert await statuses(context) == {"One": "completed", "Two": "completed"}
    assert await anyio.Path(path).with_suffix(".json.damaged").exists()


async def test_what_is_parked_for_a_while_is_waited_for(room, context, tmp_path):
    settings = {**context.overrides, "errors.retries": 1, "errors.retry_wait_s": 0.2}
    patient = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=settings))
    await run(patient, "Bad")
    room.trouble["Bad"] = TransientError("busy")
    room.served.clear()

    await retry(patient, failed=True)

    assert room.served == ["Bad", "Bad"]
    assert await statuses(context) == {"Bad": "failed"}


async def test_from_a_stage_on_everything_is_made_afresh_also_what_the_cache_has(room, context):
    await run(context, "One")
    job = await job_of(context, "One")
    made = job.evolve(video=VIDEO, segments=(), package=PACKAGE)
    await context.store.save_job(made)
    room.served.clear()

    await retry(context, jobs=[job.id])
    assert room.served == []  # it is completed already
    await retry(context, jobs=[job.id[:6]], stage="script")

    again = await job_of(context, "One")
    assert room.served == ["One"]
    assert (again.video, again.package, again.receipt) == (None, None, None)
    assert "retried, from script on" in [step.why for step in again.history]
    assert len(again.records) == 2


async def test_from_the_narration_on_the_voice_is_asked_again_for_every_sentence(context, monkeypatch):
    asked = []
    speak = SilenceNarrator.speak

    async def listened(self, said, voice, prosody):
        asked.append(said.text)
        return await speak(self, said, voice, prosody)

    monkeypatch.setattr(SilenceNarrator, "speak", listened)
    scene = StatementScene(lines=(SpokenLine(text="Tea cools."), SpokenLine(text="It takes a while.")), text="Tea")
    script = Script(title="Tea", language="en", scenes=(scene,))
    narrated = partial(
        narrate, script, narrators=[SilenceNarrator()], voice=None, cache=context.cache, retry=context.retry_policy
    )
    job = Job(id="0" * 16, batch="kitchen", folder="kitchen/tea", brief=Brief(title="Tea"), script=script)
    job = job.evolve(narration=await narrated())

    await to_thread.run_sync(discard_from, "scenes", job, context)
    await narrated()
    assert len(asked) == 2
    await to_thread.run_sync(discard_from, "narration", job, context)
    await narrated()

    assert sorted(asked) == ["It takes a while.", "It takes a while.", "Tea cools.", "Tea cools."]


PACKAGE = Package(
    video=Path("/films/video.mp4"),
    srt=Path("/films/video.srt"),
    vtt=Path("/films/video.vtt"),
    thumbnail=Path("/films/thumbnail.jpg"),
    metadata=Path("/films/metadata.json"),
)
VIDEO = Video(frames=30, bytes=4, sha256="0" * 64)
NOTED = datetime(2026, 11, 27, tzinfo=UTC)
OUT = Receipt(destination="youtube", package=PACKAGE, id="abc", url=f"{WATCH_URL}abc")


async def test_a_published_film_is_no_longer_retried_and_never_published_a_second_time_by_that(room, context):
    await run(context, "One")
    job = await job_of(context, "One")
    receipt = Receipt(destination="youtube", package=PACKAGE)
    await context.store.save_job(job.evolve(published=(receipt,)))
    heard = []

    await retry(context, jobs=[job.id], stage="script", listen=heard.append)
    assert any("and skipped" in event.text for event in heard if isinstance(event, Notice))
    await retry(context, jobs=[job.id], stage="publishing")

    assert (await job_of(context, "One")).published == (receipt,)
    assert room.served == ["One"]


async def test_the_library_resumes_and_retries_as_well(room, context, tmp_path):
    source = tmp_path / "kitchen"
    for name, title in (("1", "One"), ("2", "Bad")):
        brief = anyio.Path(source, f"{name}.md")
        await brief.parent.mkdir(exist_ok=True)
        await brief.write_text(f"---\ntitle: {title}\n---\nNotes.\n", encoding="utf-8")
    await run_batch(source, workspace=tmp_path, settings={"offline": True})

    assert [film.status for film in await resume_batch("kitchen", workspace=tmp_path)] == ["completed", "failed"]
    await anyio.Path(source, "2.md").write_text("---\ntitle: Good\n---\nNotes.\n", encoding="utf-8")
    films = await retry_batch("kitchen", failed=True, workspace=tmp_path)

    assert [(film.title, film.status) for film in films] == [("One", "completed"), ("Good", "completed")]


def test_the_stages_of_the_command_are_those_of_the_story():
    assert get_args(RetryStage) == tuple(stage.name for stage in STAGES)


# add -----------------------------------------------------------------------------------------------------------------


async def test_what_was_added_stays_when_the_source_is_read_again(room, context):
    await run(context, "One")
    await batches.add([Brief(title="More", origin="")], context, batch="kitchen", priority=Priority.URGENT)

    await run(context, "One")

    assert await statuses(context) == {"One": "completed", "More": "completed"}


async def test_an_added_film_is_asked_for_like_its_batch_but_for_the_flags_given(room, context, tmp_path):
    await run(context, "One")
    flags = {"narration.voice": "x"}
    other = await to_thread.run_sync(lambda: open_context(workspace=tmp_path, overrides=flags))

    assert (await control.with_addition_settings(other, "kitchen")).asked.settings == {
        "offline": True,
        "narration.voice": "x",
    }
    assert (await control.with_addition_settings(other, QUEUE)).asked.settings == {"narration.voice": "x"}
    with pytest.raises(InputError, match="no batch named 'nope'"):
        await control.with_addition_settings(other, "nope")


@pytest.mark.parametrize(
    ("output", "of_the_flag", "there"), [("films", "", "films"), ("one.MP4", "", ""), ("films", "others", "others")]
)
async def test_an_added_film_lies_where_those_of_its_batch_do_but_never_in_the_place_of_one(
    room, context, output, of_the_flag, there
):
    tmp_path = context.workspace
    await run(replace(context, output=tmp_path / output), "One")
    other = replace(context, output=tmp_path / of_the_flag if of_the_flag else None)

    added = await control.with_addition_settings(other, "kitchen")

    assert added.asked.output == (str(tmp_path / there) if there else "")


# checkpoint and return -----------------------------------------------------------------------------------------------


async def test_a_batch_returns_to_its_checkpoint_and_forgets_nothing_that_matters(room, context):
    room.trouble["Late"] = NeedsLoginError("no key")
    await run(context, "One", "Bad", "Late")
    assert await control.checkpoint(context, batch="kitchen", name="one") == 3
    await batches.add([Brief(title="More")], context, batch="kitchen")
    late = await job_of(context, "Late")
    delivered = late.evolve(receipt=Receipt(destination="youtube", package=PACKAGE), status=JobStatus.COMPLETED)
    await context.store.save_job(delivered)
    await control.cancel(context, batch="kitchen", jobs=[(await job_of(context, "Bad")).id])
    before = await job_of(context, "Bad")

    done = await restore.restore_checkpoint(context, batch="kitchen", name="one")

    bad = await job_of(context, "Bad")
    assert (done.jobs, done.damaged) == (1, [])
    assert await statuses(context) == {"One": "completed", "Bad": "pending", "Late": "completed", "More": "pending"}
    assert await job_of(context, "Late") == delivered
    assert (bad.history[:-1], bad.records, bad.attempts) == (before.history, before.records, before.attempts)
    assert bad.history[-1].why == "restored from checkpoint one"
    assert (await restore.restore_checkpoint(context, batch="kitchen", name="one")).jobs <= 1


def test_what_a_film_returns_to_is_all_of_one_attempt(tmp_path):
    def after(attempt, **more):
        return Job(
            id="ab" * 8,
            batch="kitchen",
            folder="kitchen/tea",
            brief=Brief(title="Tea"),
            script=Script(title=f"Tea {attempt}", language="en", scenes=()),
            sketch=(str(attempt),),
            pictures=Pictures(missing=(f"search:{attempt}",)),
            pace=Pace(weight_s=0.1 * attempt, breath_s=0.3, scene_s=0.5, word_weight=4.0),
            narration=Narration(narrator="edge", voice=str(attempt), clips=()),
            segments=(Segment(path=tmp_path / f"{attempt}.mp4", frames=1),),
            music=tmp_path / f"{attempt}.mp4",
            **more,
        )

    back = restore.restored_job(after(1), after(2, attempts=2), name="one", at=datetime(2026, 1, 2, tzinfo=UTC))

    assert back == after(1, attempts=2, history=back.history)


THEN = Job(
    id="0000000000000001",
    batch="kitchen",
    folder="kitchen/tea",
    brief=Brief(title="Tea"),
    priority=Priority.URGENT,
    script=Script(title="Tea", language="en", scenes=()),
    subtitles=Subtitles(scenes=((),)),
)
AT = datetime(2026, 11, 21, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("then", "now", "status"),
    [
        (JobStatus.PENDING, JobStatus.FAILED, JobStatus.PENDING),
        (JobStatus.PENDING, JobStatus.PENDING, JobStatus.PENDING),
        (JobStatus.FAILED, JobStatus.FAILED, JobStatus.FAILED),
        (JobStatus.FAILED, JobStatus.PENDING, JobStatus.PENDING),
        (JobStatus.CANCELLED, JobStatus.PENDING, JobStatus.CANCELLED),
        (JobStatus.CANCELLED, JobStatus.FAILED, JobStatus.CANCELLED),
        (JobStatus.CANCELLED, JobStatus.CANCELLED, JobStatus.CANCELLED),
    ],
)
def test_what_a_job_has_made_since_is_no_part_of_it_when_it_returns(then, now, status):
    before = THEN.evolve(status=then)
    error = JobError(kind="InputError", stage="script", message="is bad", exit_code=2)
    since = THEN.evolve(
        status=now,
        brief=Brief(title="Coffee"),
        priority=Priority.LOW,
        stage="quality",
        retries=3,
        error=error,
        script=None,
        subtitles=None,
        segments=("a",),
        video=VIDEO,
        package=PACKAGE,
    )

    job = restore.restored_job(before, since, name="one", at=AT)

    assert job.evolve(history=()) == before.evolve(status=status)
    assert {event.why for event in job.history} == {"restored from checkpoint one"}


def test_a_job_that_is_as_it_was_or_out_by_now_does_not_return_and_one_that_is_gone_does():
    out = Receipt(destination="youtube", package=PACKAGE)

    assert restore.restored_job(THEN, THEN.evolve(retries=2, package=PACKAGE, video=VIDEO), name="one", at=AT) is None
    assert restore.restored_job(THEN, THEN.evolve(script=None, receipt=out), name="one", at=AT) is None
    again = restore.restored_job(THEN, None, name="one", at=AT)
    assert (again.evolve(history=()), [event.why for event in again.history]) == (
        THEN,
        ["restored from checkpoint one"],
    )


async def test_a_job_that_was_replaced_since_comes_back_to_a_folder_of_its_own(room, context):
    await run(context, "Bad")
    await control.checkpoint(context, batch="kitchen", name="one")
    await retry(context, failed=True, briefs=[replace(briefs("Bad")[0], tags=("new",))])

    await restore.restore_checkpoint(context, batch="kitchen", name="one")

    folders = [row.folder for row in await rows(context)]
    assert len(set(folders)) == 2
    assert all(folder.startswith("kitchen/bad") for folder in folders)


async def test_nobody_returns_while_a_process_works(room, context):
    await run(context, "Bad")
    await control.checkpoint(context, batch="kitchen", name="one")

    async with context.store.claims.register_worker("kitchen"):
        with pytest.raises(BusyError, match="is working on batch “kitchen”"):
            await restore.restore_checkpoint(context, batch="kitchen", name="one")


async def test_a_damaged_copy_is_told_and_its_job_stays(room, context, tmp_path):
    await run(context, "Bad")
    bad = await job_of(context, "Bad")
    await control.checkpoint(context, batch="kitchen", name="one")
    copy = anyio.Path(tmp_path, "state/batches/kitchen/checkpoints/one/jobs", f"{bad.id}.json")
    await copy.unlink()
    await copy.write_bytes(b"\0")

    done = await restore.restore_checkpoint(context, batch="kitchen", name="one")

    assert (done.jobs, len(done.damaged)) == (0, 1)
    assert await job_of(context, "Bad") == bad


# clean ---------------------------------------------------------------------------------------------------------------


async def test_leftovers_go_and_what_is_needed_stays(room, context, tmp_path):
    await run(context, "One", "Bad")
    one, bad = await job_of(context, "One"), await job_of(context, "Bad")
    old = time.time() - 90 * 24 * 3600

    def litter():
        folder = context.store.folder("kitchen")
        places = [
            folder / "jobs" / ".x.12345678.json",
            folder / "unfinished" / one.id / "video.mp4",
            folder / "unfinished" / bad.id / "video.mp4",
            folder / "evidence" / f"{bad.id}.txt",
            folder / "jobs" / f"{one.id}.cancel",
            folder / "jobs" / f"{one.id}.lock",
            folder / "jobs" / f"{one.id}.json.damaged-1",
            folder / "jobs" / "gone.lock.pid",
        ]
        for path in places:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"123")
            os.utime(path, (old, old))
        return folder

    def years_pass():
        for path in (folder / "jobs").glob("*.json"):
            os.utime(path, (old, old))

    folder = await to_thread.run_sync(litter)
    look = lambda: sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())  # noqa: E731
    would = await cleanup.clean(context, dry_run=True)
    done = await cleanup.clean(context)

    left = await to_thread.run_sync(look)
    assert (would.leftovers, would.leftover_bytes) == (done.leftovers, done.leftover_bytes) == (4, 12)
    # The batch is not finished: how a film died may still tell something.
    assert f"evidence/{bad.id}.txt" in left
    assert f"unfinished/{bad.id}/video.mp4" in left
    assert "jobs/gone.lock.pid" not in left
    assert {f"jobs/{one.id}.json", f"jobs/{one.id}.json.damaged-1", f"jobs/{bad.id}.json", "batch.json"} <= set(left)
    assert not [
        name for name in left if name.endswith((".lock", ".pid", ".cancel")) or "/." in name or one.id in name[11:30]
    ]

    await control.cancel(context, batch="kitchen")
    await to_thread.run_sync(years_pass)
    await cleanup.clean(context)
    left = await to_thread.run_sync(lambda: sorted(path.name for path in (folder / "jobs").iterdir()))
    assert left == sorted([f"{one.id}.json", f"{bad.id}.json"])
    assert not [name for name in await to_thread.run_sync(look) if name.startswith(("evidence", "unfinished"))]


async def test_the_cache_shrinks_but_not_under_the_feet_of_a_process(room, context):
    async def make(path):
        await to_thread.run_sync(path.write_bytes, b"x" * 100)

    path, _ = await context.cache.get_or_make("clip", "ab" * 32, ".wav", make)
    await run(context, "One")

    async with context.store.claims.register_worker("kitchen"):
        busy = await cleanup.clean(context, cache_bytes=0)
    assert (busy.cache_bytes, busy.cache_left_because[:8]) == (0, "process ")
    one = await job_of(context, "One")
    await context.store.save_job(one.evolve(status=JobStatus.IN_PROGRESS))
    async with context.store.claims.claim("kitchen", one.id, what="One"):
        claimed = await cleanup.clean(context, cache_bytes=0)
    assert (claimed.cache_bytes, claimed.cache_left_because[:10]) == (0, "a process ")
    assert (await cleanup.clean(context, cache_bytes=0, dry_run=True)).cache_bytes == 100
    assert await anyio.Path(path).exists()
    assert (await cleanup.clean(context, cache_bytes=0)).cache_bytes == 100


async def test_a_finished_batch_is_forgotten_and_an_unfinished_one_is_not(room, context):
    await run(context, "One", "Bad")

    with pytest.raises(InputError, match="batch “kitchen” is not finished: 1 failed"):
        await cleanup.remove_batch(context, batch="kitchen")
    await control.cancel(context, batch="kitchen")
    async with context.store.claims.register_worker("kitchen"):
        with pytest.raises(BusyError):
            await cleanup.remove_batch(context, batch="kitchen")
    assert (await cleanup.remove_batch(context, batch="kitchen", dry_run=True)).batch_bytes > 0
    assert await to_thread.run_sync(context.store.batch_names) == ["kitchen"]
    await cleanup.remove_batch(context, batch="kitchen")

    assert await to_thread.run_sync(context.store.batch_names) == []
    assert not await anyio.Path(context.store.folder("kitchen")).exists()


async def test_who_waits_while_a_batch_is_removed_finds_a_clean_place(room, context, tmp_path, monkeypatch):
    await run(context, "One")
    put_away, removed = cleanup._move_aside, cleanup._remove
    seen = []

    def look(context, folder):
        away = put_away(context, folder)
        seen.append(sorted(path.name for path in folder.iterdir()))
        return away

    def hold(path):
        # It is not there any more for anybody else while it is being deleted.
        seen.append(context.store.batch_names())
        removed(path)

    monkeypatch.setattr(cleanup, "_move_aside", look)
    monkeypatch.setattr(cleanup, "_remove", hold)
    async with anyio.create_task_group() as tasks, context.store.claims.planning("kitchen"):
        tasks.start_soon(lambda: cleanup.remove_batch(context, batch="kitchen"))
        await anyio.lowlevel.checkpoint()

    lock = ["planning.lock", "planning.lock.pid"] if sys.platform == "win32" else ["planning.lock"]
    assert seen == [lock, []]
    await run(context, "One")
    assert await statuses(context) == {"One": "completed"}
    assert list((tmp_path / "state").glob(".removed-*")) == []


async def test_what_a_killed_removal_has_left_is_a_leftover(context, tmp_path):
    left = tmp_path / "state" / ".removed-0123abcd"
    await to_thread.run_sync(left.mkdir, 0o777, True)

    assert (await cleanup.clean(context, dry_run=True)).leftovers == 1
    assert (await cleanup.clean(context)).leftovers == 1
    assert not await anyio.Path(left).exists()


async def out_on_channels(context, title, *receipts, status=JobStatus.COMPLETED):
    job = await job_of(context, title)
    await context.store.save_job(job.evolve(status=status, published=receipts))
    return job


async def note(context, job, *, url=OUT.url, channel="default"):
    """As its publication does, in the journal of the channel."""
    published = Published(id=OUT.id, url=url, job=job.id, title=job.brief.title, at=NOTED)
    record = Record(
        schema=1, sha256="", size_bytes=1, job=job.id, title=job.brief.title, intended_at=NOTED, published=published
    )
    await Journal(context.hosts.journals / channel, subject_key(job.brief)).write(record)


@pytest.mark.parametrize("known", ["nowhere", "otherwise", "damaged"])
@pytest.mark.parametrize("status", [JobStatus.COMPLETED, JobStatus.CANCELLED])
async def test_a_batch_that_alone_knows_of_a_published_film_is_kept(room, context, known, status):
    await run(context, "One")
    job = await out_on_channels(context, "One", OUT, status=status)
    if known != "nowhere":
        await note(context, job, url=f"{OUT.url}-2" if known == "otherwise" else OUT.url)
    if known == "damaged":
        await anyio.Path(context.hosts.journals, "default", f"{subject_key(job.brief)}.json").write_text("{}")

    with pytest.raises(InputError, match=f"has the only record that “One” is published: {re.escape(OUT.url)}"):
        await cleanup.remove_batch(context, batch="kitchen")


async def test_a_film_that_the_source_has_no_more_is_not_forgotten_with_the_others(room, context):
    await run(context, "One", "Two")
    await out_on_channels(context, "One", OUT)
    await run(context, "Two")

    with pytest.raises(InputError, match="has the only record that “One” is published"):
        await cleanup.remove_batch(context, batch="kitchen")


async def test_a_batch_is_forgotten_when_each_channel_knows_of_its_films_by_itself(room, context):
    await run(context, "One", "Two")
    by_hand = Receipt(destination="folder:/films", package=PACKAGE, url="file:///films/one")
    other = replace(OUT, destination="youtube:cooking", url=f"{OUT.url}-2")
    job = await out_on_channels(context, "One", OUT, other, by_hand)
    await note(context, job)
    await note(context, job, url=other.url, channel="cooking")
    await out_on_channels(context, "Two", by_hand)

    await cleanup.remove_batch(context, batch="kitchen")

    assert await to_thread.run_sync(context.store.batch_names) == []
    assert {one.url for one in await to_thread.run_sync(published, context)} == {OUT.url, other.url}


def test_a_copy_is_where_the_documentation_says(context):
    assert Snapshots(context.store.folder("kitchen"), context.workspace).names() == []
