"""One job, with fake stages: what is run, saved, reported and left alone."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import anyio
import anyio.lowlevel
import pytest

from pipeline.errors import (
    BudgetError,
    ClosedError,
    CrashError,
    InputError,
    NeedsLoginError,
    QuotaError,
    StorageError,
    TransientError,
)
from pipeline.model import (
    STANDARD,
    Asked,
    Brief,
    Check,
    Clip,
    Cost,
    Job,
    JobError,
    JobStatus,
    Narration,
    Receipt,
    Script,
    Segment,
    StageRecord,
    Subtitles,
    Verdict,
    Video,
    summary_of,
)
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film import delivery as delivering
from pipeline.orchestrator.film import runner as jobs_module
from pipeline.orchestrator.film.delivery import film_is_intact, is_up_to_date
from pipeline.orchestrator.film.runner import run_job
from pipeline.orchestrator.film.stages import STAGES, Stage
from pipeline.orchestrator.film.stages import narration as narration_module
from pipeline.publishing import FileNames
from pipeline.rendering import Look
from pipeline.settings import ErrorSettings, TimeLimitSettings, load_settings
from pipeline.state import CheckpointStore

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
NAMES = ("script", "film", "publishing")
# The digest of what stands for a film here.
FILM = hashlib.sha256(b"film").hexdigest()
PASSED = Verdict(checks=(Check.of("size", passed=True, measured="1x1", limit="1x1"),)).of_film(FILM)
# Files of the cache vouch for their bytes in their names.
CLIP, SEGMENT = f"clip.{FILM[:16]}.wav", f"segment.{FILM[:16]}.mp4"
# The true ones at the end of the table: film, quality, publishing.
LAST_STAGES = STAGES[-3:]


class Rooms:
    """Three stages that write down that they ran. A stage counts as done when it has run and is not `lost`."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.trouble: dict[str, Exception] = {}
        self.lost: set[str] = set()
        self.reached = anyio.Event()
        self.waits_in = ""

    def stages(self) -> tuple[Stage, ...]:
        return tuple(Stage(name=name, run=self._run(name), fills=(), is_done=self._is_done(name)) for name in NAMES)

    def _run(self, name):
        async def run(job, context, attempt):
            self.ran.append(name)
            if name == self.waits_in:
                self.reached.set()
                await anyio.sleep_forever()
            if name in self.trouble:
                raise self.trouble[name]
            self.lost.discard(name)
            return job.evolve(attempts=job.attempts)

        return run

    def _is_done(self, name):
        return lambda job, context: name in job.seconds and name not in self.lost


@pytest.fixture
def rooms(monkeypatch):
    rooms = Rooms()
    monkeypatch.setattr(jobs_module, "STAGES", rooms.stages())
    return rooms


@pytest.fixture
def context(tmp_path):
    return open_context(workspace=tmp_path)


@pytest.fixture
def job():
    return Job(id="ab" * 8, batch="kitchen", folder="kitchen/tea", brief=Brief(title="Tea"))


def saved(context, job):
    return context.store.load_job("kitchen", job.id)


def steps(job):
    return [(str(event.status), event.why) for event in job.history]


async def test_a_job_goes_through_all_stages_and_is_saved_as_completed(rooms, context, job):
    heard = []

    done = await run_job(job, context, lambda event: heard.append((str(event.job.status), event.job.stage)))

    assert rooms.ran == list(NAMES)
    assert done.status is JobStatus.COMPLETED
    assert list(done.seconds) == list(NAMES)
    assert await saved(context, job) == done
    assert heard == [
        ("in_progress", "script"),
        ("in_progress", "film"),
        ("in_progress", "publishing"),
        ("completed", "publishing"),
    ]


async def test_an_error_is_recorded_in_the_job_with_its_stage(rooms, context, job):
    rooms.trouble["film"] = InputError("is broken", where="x.md")
    heard = []

    failed = await run_job(job, context, heard.append)

    assert rooms.ran == ["script", "film"]
    assert failed.status is JobStatus.FAILED
    assert failed.error == JobError(
        kind="InputError", stage="film", message="x.md: is broken", exit_code=2, cause="is broken"
    )
    assert await saved(context, job) == failed
    assert heard[-1].error is rooms.trouble["film"]


@pytest.mark.logs_errors
async def test_a_bug_fails_only_its_job_and_is_logged(rooms, context, job, caplog):
    rooms.trouble["film"] = ZeroDivisionError("two\nlines")

    failed = await run_job(job, context)

    assert (failed.error.kind, failed.error.stage, failed.error.exit_code) == ("ZeroDivisionError", "film", 1)
    assert failed.error.message == "unexpected ZeroDivisionError: two lines. Run with --debug for the traceback"
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info
    assert "unexpected error in stage film" in record.getMessage()


async def test_a_resumed_job_does_not_repeat_finished_stages(rooms, context, job):
    rooms.trouble["film"] = InputError("not yet")
    failed = await run_job(job, context)
    rooms.ran.clear()
    rooms.trouble.clear()

    done = await run_job(failed, context)

    assert rooms.ran == ["film", "publishing"]
    assert (done.status, done.attempts, done.error) == (JobStatus.COMPLETED, 2, None)
    assert steps(done)[-3:] == [("pending", "tried again"), ("in_progress", ""), ("completed", "")]


async def test_results_of_later_stages_make_earlier_ones_unnecessary(rooms, context, job):
    rooms.trouble["publishing"] = InputError("not yet")
    failed = await run_job(job, context)
    rooms.ran.clear()
    rooms.trouble.clear()
    rooms.lost = {"script"}

    await run_job(failed, context)

    assert rooms.ran == ["publishing"]


async def test_once_a_stage_is_repeated_all_later_ones_are(rooms, context, job):
    done = await run_job(job, context)
    rooms.ran.clear()
    rooms.lost = {"film", "publishing"}

    await run_job(done, context)

    assert rooms.ran == ["film", "publishing"]


async def test_a_failing_listener_does_not_stop_a_film(rooms, context, job):
    def deaf(event):
        raise BrokenPipeError

    assert (await run_job(job, context, deaf)).status is JobStatus.COMPLETED


async def test_a_job_whose_process_died_is_resumed(rooms, context, job):
    left = job.evolve(status=JobStatus.IN_PROGRESS, stage="film", attempts=1)

    done = await run_job(left, context)

    assert steps(done)[0] == ("pending", "the process that worked on it is gone")
    assert (done.status, done.attempts) == (JobStatus.COMPLETED, 2)


async def test_a_cancelled_job_returns_to_pending_and_the_cancellation_propagates(rooms, context, job):
    rooms.waits_in = "film"

    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run_job, job, context)
            await rooms.reached.wait()
            scope.cancel()

    kept = await saved(context, job)
    assert scope.cancelled_caught
    assert (kept.status, kept.stage, list(kept.seconds)) == (JobStatus.PENDING, "film", ["script"])
    assert steps(kept)[-1] == ("pending", "interrupted")


@pytest.mark.parametrize("status", [JobStatus.REVIEW, JobStatus.CANCELLED])
async def test_held_and_cancelled_jobs_are_left_alone(rooms, context, job, status):
    held = job.evolve(status=status)

    assert await run_job(held, context) is held
    assert rooms.ran == []


@pytest.mark.parametrize("status", sorted(set(JobStatus) - {JobStatus.REVIEW, JobStatus.CANCELLED}))
async def test_a_disk_that_is_full_from_the_start_fails_the_job(rooms, context, job, monkeypatch, status):
    async def refuse(store, job):
        raise StorageError("can't be written", where="state")

    monkeypatch.setattr(CheckpointStore, "save_job", refuse)
    heard = []

    failed = await run_job(job.evolve(status=status), context, heard.append)

    assert rooms.ran == []
    assert (failed.status, failed.error.exit_code) == (JobStatus.FAILED, 8)
    assert [str(event.job.status) for event in heard] == ["failed"]


# A film that has been delivered.


@pytest.fixture
def delivered(context, job):
    """The completed job of a film whose files lie in the output folder."""
    package = FileNames().in_folder(context.workspace / "output" / "kitchen" / "tea")
    package.video.parent.mkdir(parents=True)
    for path in package.files:
        path.write_bytes(b"film")
    return job.evolve(
        status=JobStatus.COMPLETED,
        records=tuple(StageRecord(stage=name, attempt=1, started_at=AT, seconds=1.0) for name in NAMES),
        verdict=PASSED,
        video=Video(frames=30, bytes=4, sha256=FILM),
        receipt=Receipt(destination="folder", package=package),
    )


async def test_a_completed_job_is_left_alone(rooms, context, delivered):
    heard = []

    assert await run_job(delivered, context, heard.append) is delivered

    assert rooms.ran == []
    assert [event.untouched for event in heard] == [True]
    assert not (context.workspace / "state").exists()


@pytest.mark.parametrize("name", ["video.mp4", "video.srt", "thumbnail.jpg"])
async def test_a_film_that_lost_a_file_is_resumed(rooms, context, delivered, name):
    (delivered.receipt.package.video.parent / name).unlink()
    rooms.lost = {"publishing"}

    done = await run_job(delivered.evolve(records=()), context)

    assert rooms.ran == list(NAMES)
    assert steps(done)[0] == ("pending", "its film is missing or changed, or has another output folder")
    assert done.status is JobStatus.COMPLETED


@pytest.mark.parametrize("content", [b"", b"another", b"mlif"], ids=["empty", "longer", "of the same length"])
async def test_a_replaced_film_does_not_count_as_delivered(rooms, context, delivered, content):
    delivered.receipt.package.video.write_bytes(content)

    assert (await run_job(delivered.evolve(records=()), context)).history


@pytest.fixture
def listed(context, delivered):
    """The row of that job, whose film was written when the job was over."""
    context.store.plan_jobs("kitchen", [delivered])
    over = time.time()
    for path in delivered.receipt.package.files:
        os.utime(path, (over, over))
    return replace(summary_of(delivered), ended_at=datetime.fromtimestamp(over, UTC))


def test_an_untouched_film_is_up_to_date_without_being_read(context, listed, monkeypatch):
    monkeypatch.setattr(delivering, "film_is_intact", pytest.fail)

    assert is_up_to_date(listed, context)
    # File systems keep times no finer than two seconds.
    assert is_up_to_date(replace(listed, ended_at=listed.ended_at - timedelta(seconds=1.9)), context)


def test_a_touched_film_is_up_to_date_if_its_content_is_the_same(context, listed):
    touched = replace(listed, ended_at=listed.ended_at - timedelta(seconds=3))

    assert is_up_to_date(touched, context)
    listed.video.write_bytes(b"mlif")
    assert not is_up_to_date(touched, context)
    assert not is_up_to_date(replace(touched, id="cd" * 8), context)


@pytest.mark.parametrize("name", ["video.mp4", "video.srt"])
@pytest.mark.parametrize("content", [None, b""], ids=["gone", "empty"])
def test_a_film_without_one_of_its_files_is_not_up_to_date(context, listed, name, content):
    path = listed.video.parent / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
        os.utime(path, (0, 0))

    assert not is_up_to_date(listed, context)


def test_a_film_that_is_elsewhere_or_unpublished_is_not_up_to_date(context, listed, tmp_path):
    wanted = replace(context, settings=load_settings(tmp_path, {"publishing.to": "youtube"}, {}))
    out = {"youtube": "https://youtu.be/1", "folder:usb": "file:///usb"}

    assert not is_up_to_date(replace(listed, ended_at=None), context)
    assert not is_up_to_date(replace(listed, video=tmp_path / "elsewhere.mp4"), context)
    assert not is_up_to_date(listed, wanted)
    assert is_up_to_date(replace(listed, published=out), wanted)


async def test_a_film_that_is_not_published_as_requested_is_not_delivered(context, delivered, tmp_path):
    wanted = replace(context, settings=load_settings(tmp_path, {"publishing.to": "folder:usb"}, {}))
    out = Receipt(destination="folder:usb", package=delivered.receipt.package)

    def told(job):
        return delivering.is_delivered(job.evolve(asked=wanted.asked), wanted)

    assert not await anyio.to_thread.run_sync(told, delivered)
    assert await anyio.to_thread.run_sync(told, delivered.evolve(published=(out,)))
    assert not await anyio.to_thread.run_sync(told, delivered.evolve(published=(replace(out, missing=("captions",)),)))


async def test_a_crash_after_the_delivery_leaves_an_intact_film_without_its_receipt(context, delivered, monkeypatch):
    monkeypatch.setattr(jobs_module, "STAGES", LAST_STAGES)
    left = delivered.evolve(status=JobStatus.IN_PROGRESS)

    done = await run_job(left, context)

    assert (done.status, done.receipt) == (JobStatus.COMPLETED, delivered.receipt)
    assert await saved(context, left) == done


async def test_a_film_requested_elsewhere_is_delivered_from_where_it_is(context, delivered, tmp_path, monkeypatch):
    monkeypatch.setattr(jobs_module, "STAGES", LAST_STAGES)
    elsewhere = replace(context, output=tmp_path / "mine" / "tea.mp4")

    done = await run_job(delivered.evolve(asked=elsewhere.asked), elsewhere)

    assert done.status is JobStatus.COMPLETED
    assert done.receipt.package.video == tmp_path / "mine" / "tea.mp4"
    assert [path.read_bytes() for path in done.receipt.package.files] == [b"film"] * 7
    assert delivered.receipt.package.video.exists()
    assert await run_job(done, elsewhere) is done


async def test_an_unreadable_film_does_not_count_as_delivered(delivered):
    def lose() -> tuple[bool, bool]:
        before, video = film_is_intact(delivered), delivered.receipt.package.video
        video.unlink()
        video.mkdir()
        return before, film_is_intact(delivered)

    assert await anyio.to_thread.run_sync(lose) == (True, False)


# The true table: what a job goes on with, by what is still there.


def made_until(name, folder):
    """A job for which all stages up to `name` are done, its files in `folder`."""
    clip = Clip(path=folder / CLIP, samples=25_600, words=(), sha256=FILM)
    package = FileNames().in_folder(folder)
    parts = {
        "script": {"script": Script(title="Tea", language="en", scenes=())},
        "narration": {"narration": Narration(narrator="silence", voice="none", clips=(clip,))},
        "subtitles": {"subtitles": Subtitles(scenes=())},
        "scenes": {"segments": (Segment(path=folder / SEGMENT, frames=16),)},
        "film": {"package": package, "video": Video(frames=16, bytes=4, sha256=FILM)},
        "quality": {"verdict": PASSED},
    }
    for path in (clip.path, folder / SEGMENT, *package.files):
        path.write_bytes(b"film")
    job = Job(id="ab" * 8, batch="kitchen", folder="kitchen/tea", brief=Brief(title="Tea"))
    for part in list(parts)[: list(parts).index(name) + 1]:
        job = job.evolve(**parts[part])
    return job


def next_stage(job, context):
    return jobs_module._stages_left(job, context)[0].name


@pytest.mark.parametrize("done", range(6))
def test_a_job_continues_after_the_last_finished_stage(context, tmp_path, done):
    names = [stage.name for stage in STAGES]

    assert next_stage(made_until(names[done], tmp_path), context) == names[done + 1]


@pytest.mark.parametrize(
    ("until", "lost", "goes_on_with"),
    [
        ("narration", CLIP, "narration"),
        ("subtitles", CLIP, "narration"),
        ("scenes", CLIP, "film"),
        ("scenes", SEGMENT, "scenes"),
        ("film", SEGMENT, "quality"),
        ("film", "video.mp4", "film"),
        ("quality", "thumbnail.jpg", "film"),
        ("quality", CLIP, "publishing"),
    ],
)
def test_a_missing_file_is_made_again_only_if_it_is_needed(context, tmp_path, until, lost, goes_on_with):
    job = made_until(until, tmp_path)
    (tmp_path / lost).unlink()

    assert next_stage(job, context) == goes_on_with


@pytest.mark.parametrize(
    "verdict",
    [None, PASSED.of_film("cd" * 32), replace(PASSED, seal=""), PASSED.under(STANDARD)],
    ids=["none", "of another film", "by hand", "of no film"],
)
def test_a_film_without_a_valid_verdict_is_judged_again(context, tmp_path, verdict):
    assert next_stage(made_until("quality", tmp_path).evolve(verdict=verdict), context) == "quality"


def test_a_job_without_its_cache_files_repeats_the_narration(context, tmp_path):
    job = made_until("quality", tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()

    assert next_stage(job, context) == "narration"


def test_a_new_job_starts_with_the_first_stage(context):
    assert (
        next_stage(Job(id="ab" * 8, batch="kitchen", folder="kitchen/tea", brief=Brief(title="Tea")), context)
        == "script"
    )


# What is written down, and what stops a job for a while.


NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


@pytest.fixture
def at_ten(context):
    """The same context at ten in the evening, for ever."""
    return replace(context, runtime=replace(context.runtime, clock=lambda: NOW))


async def test_every_stage_of_every_attempt_is_recorded(rooms, context, job):
    rooms.trouble["film"] = InputError("not yet")
    failed = await run_job(job, context)
    rooms.trouble.clear()

    done = await run_job(failed, context)

    assert [(record.stage, record.attempt, record.error and record.error.cause) for record in done.records] == [
        ("script", 1, None),
        ("film", 1, "not yet"),
        ("film", 2, None),
        ("publishing", 2, None),
    ]


async def test_the_cost_of_a_stage_is_recorded_even_if_it_fails(rooms, context, job, monkeypatch):
    async def ask(job, context, attempt):
        attempt.add_cost(Cost(tokens_in=700, tokens_out=300, usd=0.01))
        await context.cache.get_or_make("clip", "ab" * 8, ".txt", lambda path: anyio.Path(path).write_text("four"))
        raise InputError("is bad")

    monkeypatch.setattr(
        jobs_module, "STAGES", (Stage(name="script", run=ask, fills=(), is_done=lambda job, context: False),)
    )

    failed = await run_job(job, context)

    (record,) = failed.records
    assert (record.cost.tokens_in, record.cost.tokens_out, record.cost.usd) == (700, 300, 0.01)
    assert (record.found, record.made, record.bytes) == (0, 1, 4)
    assert record.error.cause == "is bad"


@pytest.mark.parametrize(
    ("error", "until"),
    [
        (QuotaError("is spent", resets_at=NOW + timedelta(hours=2)), NOW + timedelta(hours=2)),
        (QuotaError("is spent"), NOW + timedelta(hours=1)),
        (BudgetError("is spent", resets_at=NOW + timedelta(hours=3)), NOW + timedelta(hours=3)),
        (BudgetError("is spent"), None),
        (ClosedError("keeps failing", until=NOW + timedelta(minutes=5)), NOW + timedelta(minutes=5)),
        (NeedsLoginError("refuses the key"), None),
    ],
    ids=["quota", "quota without a time", "day of a budget", "batch of a budget", "closed", "login"],
)
async def test_a_job_that_waits_for_a_service_is_parked_until_then(rooms, at_ten, job, error, until):
    rooms.trouble["film"] = error

    parked = await run_job(job, at_ten)

    assert (parked.status, parked.parked_until, parked.retries) == (JobStatus.PARKED, until, 0)
    assert await saved(at_ten, job) == parked
    assert steps(parked)[-1] == ("parked", str(error))


async def test_transient_errors_are_retried_as_often_as_configured(rooms, at_ten, job):
    patient = replace(at_ten, settings=at_ten.settings.model_copy(update={"errors": ErrorSettings(retries=2)}))
    rooms.trouble["film"] = TransientError("no connection")

    once = await run_job(job, patient)
    twice = await run_job(once, patient)
    given_up = await run_job(twice, patient)

    assert [job.status for job in (once, twice, given_up)] == ["parked", "parked", "failed"]
    assert (once.parked_until, twice.parked_until) == (NOW + timedelta(minutes=1), NOW + timedelta(minutes=2))


async def test_a_crash_is_not_retried_automatically(rooms, context, job):
    rooms.trouble["film"] = CrashError("a worker process died twice")

    assert (await run_job(job, context)).status is JobStatus.FAILED


async def test_a_stage_that_exceeds_its_time_limit_is_stopped_and_names_the_setting(rooms, context, job):
    limits = TimeLimitSettings(film_s=0.01)
    hasty = replace(
        context,
        settings=context.settings.model_copy(update={"time_limits": limits, "errors": ErrorSettings(retries=0)}),
    )
    rooms.waits_in = "film"

    failed = await run_job(job, hasty)

    assert (failed.status, failed.error.kind) == (JobStatus.FAILED, "TimeLimitError")
    assert failed.error.message.startswith("film: took longer than 0.01 s. Raise time_limits.film_s")


async def run_cancelled_while(is_saved, job, context, monkeypatch):
    """`run_job`, cancelled in the middle of a save of which `is_saved` says that it is the one."""
    save = CheckpointStore.save_job
    with anyio.CancelScope() as scope:

        async def save_job(store, job):
            if is_saved(job):
                scope.cancel()
            await save(store, job)

        monkeypatch.setattr(CheckpointStore, "save_job", save_job)
        await run_job(job, context)
        await anyio.lowlevel.checkpoint()
    assert scope.cancelled_caught


@pytest.mark.parametrize("status", [JobStatus.COMPLETED, JobStatus.FAILED])
async def test_a_film_whose_completion_is_being_saved_when_the_run_is_cancelled_is_completed(
    rooms, context, job, monkeypatch, status
):
    if status is JobStatus.FAILED:
        rooms.trouble["film"] = InputError("is broken")

    await run_cancelled_while(lambda job: job.status is status, job, context, monkeypatch)

    kept = await saved(context, job)
    assert kept.status is status
    assert steps(kept)[-1][0] == str(status)


async def test_a_publication_is_not_forgotten_if_the_run_is_cancelled_during_the_save(rooms, context, job, monkeypatch):
    out = Receipt(destination="youtube", package=FileNames().in_folder(context.workspace / "films"), id="abc")

    async def publish(job, context, attempt):
        job = job.evolve(published=(out,))
        await attempt.save(job)
        await anyio.lowlevel.checkpoint()
        return job

    *others, last = jobs_module.STAGES
    monkeypatch.setattr(jobs_module, "STAGES", (*others, replace(last, run=publish)))
    await run_cancelled_while(lambda job: bool(job.published), job, context, monkeypatch)

    kept = await saved(context, job)
    assert (kept.status, kept.published) == (JobStatus.PENDING, (out,))


async def test_cache_files_of_an_earlier_attempt_are_not_evicted_while_the_film_continues(
    rooms, context, job, monkeypatch
):
    async def write(path):
        await anyio.Path(path).write_bytes(b"music")

    music, _ = await context.cache.get_or_make("music", "ab" * 32, ".wav", write)
    was_there: list[bool] = []

    async def look(job, context, attempt):
        await anyio.to_thread.run_sync(context.cache.prune, 0)
        was_there.append(await anyio.Path(music).exists())
        return job

    monkeypatch.setattr(jobs_module, "STAGES", (replace(jobs_module.STAGES[0], run=look),))
    await run_job(job.evolve(music=music), context)

    assert was_there == [True]


async def test_an_interrupted_stage_is_recorded_as_such(rooms, context, job):
    rooms.waits_in = "film"

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run_job, job, context)
        await rooms.reached.wait()
        tasks.cancel_scope.cancel()

    kept = await saved(context, job)
    assert [(record.stage, record.error and record.error.kind) for record in kept.records] == [
        ("script", None),
        ("film", "Interrupted"),
    ]


async def test_background_work_ends_with_its_attempt(rooms, context, job, monkeypatch):
    ended = []

    async def forever():
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async def begin(job, context, attempt):
        attempt.background.start_soon(forever)
        await anyio.lowlevel.checkpoint()
        return job

    monkeypatch.setattr(
        jobs_module, "STAGES", (Stage(name="script", run=begin, fills=(), is_done=lambda job, context: False),)
    )

    assert (await run_job(job, context)).status is JobStatus.COMPLETED
    assert ended == [True]


async def test_a_bug_in_background_drawing_does_not_stop_the_narration(context, job, monkeypatch):
    tried = []

    class Studio:
        look = Look(title="Tea")

        async def stills(self, episode):
            tried.append(episode)
            raise ZeroDivisionError

    async def make_renderer(*_):
        return Studio()

    async def speaker(*_):
        async def speak(script, on_clip):
            await anyio.wait_all_tasks_blocked()
            return Narration(narrator="edge", voice="v", clips=())

        return speak

    monkeypatch.setattr(narration_module, "make_renderer", make_renderer)
    monkeypatch.setattr(narration_module, "speaker", speaker)
    async with anyio.create_task_group() as ahead:
        job = job.evolve(script=Script(title="Tea", language="en", scenes=()))
        spoken = await narration_module.speak(job, context, SimpleNamespace(background=ahead))

    # The stage that needs the stills meets it again, and fails for it.
    assert (tried, spoken.narration.voice) == ([0], "v")


async def test_a_job_is_made_with_the_settings_it_was_requested_with(rooms, context, job, monkeypatch):
    seen = []

    async def look(job, context, attempt):
        seen.append(
            (context.settings.narration.narrator, str(context.paths.destination(job).has_issued), context.store)
        )
        return job

    monkeypatch.setattr(
        jobs_module, "STAGES", (Stage(name="script", run=look, fills=(), is_done=lambda job, context: False),)
    )

    await run_job(job.evolve(asked=Asked(settings={"narration.narrator": "silence"})), context)

    ((narrator, _, store),) = seen
    assert narrator == "silence"
    assert store is context.store
