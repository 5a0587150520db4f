"""One job, with stand-ins for the stages: what is run, kept, told and left alone."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import astuple, replace
from datetime import UTC, datetime

import anyio
import pytest

from pipeline.errors import InputError, StorageError
from pipeline.model import (
    Brief,
    Clip,
    Job,
    JobStatus,
    Narration,
    Receipt,
    Script,
    Segment,
    StageRecord,
    Subtitles,
    Verdict,
    Video,
)
from pipeline.orchestrator import STAGES, open_workshop, run_job
from pipeline.orchestrator import jobs as jobs_module
from pipeline.orchestrator.stages import Stage
from pipeline.publishing import FileNames
from pipeline.state import CheckpointStore

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
NAMES = ("script", "film", "publishing")
# The digest of what stands for a film here.
FILM = hashlib.sha256(b"film").hexdigest()
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
        return tuple(Stage(name=name, run=self._run(name), is_done=self._is_done(name)) for name in NAMES)

    def _run(self, name):
        async def run(job, shop):
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
        return lambda job: name in job.stages and name not in self.lost


@pytest.fixture
def rooms(monkeypatch):
    rooms = Rooms()
    monkeypatch.setattr(jobs_module, "STAGES", rooms.stages())
    return rooms


@pytest.fixture
def shop(tmp_path):
    return open_workshop(workspace=tmp_path)


@pytest.fixture
def job():
    return Job(id="ab" * 8, batch="kitchen", name="tea", brief=Brief(title="Tea"))


def saved(shop, job):
    return shop.store.load_job("kitchen", job.id)


def steps(job):
    return [(str(event.status), event.why) for event in job.history]


async def test_a_job_goes_through_all_stages_and_is_saved_as_completed(rooms, shop, job):
    heard = []

    done = await run_job(job, shop, lambda event: heard.append((str(event.job.status), event.job.stage)))

    assert rooms.ran == list(NAMES)
    assert done.status is JobStatus.COMPLETED
    assert list(done.stages) == list(NAMES)
    assert await saved(shop, job) == done
    assert heard == [
        ("in_progress", ""),
        ("in_progress", "script"),
        ("in_progress", "film"),
        ("in_progress", "publishing"),
        ("completed", "publishing"),
    ]


async def test_a_failure_is_kept_in_the_job_with_its_stage(rooms, shop, job):
    rooms.trouble["film"] = InputError("is broken", where="x.md")
    heard = []

    failed = await run_job(job, shop, heard.append)

    assert rooms.ran == ["script", "film"]
    assert failed.status is JobStatus.FAILED
    assert astuple(failed.error) == ("InputError", "film", "x.md: is broken", 2)
    assert await saved(shop, job) == failed
    assert heard[-1].error is rooms.trouble["film"]


@pytest.mark.logs_errors
async def test_a_defect_fails_only_its_job_and_is_logged(rooms, shop, job, caplog):
    rooms.trouble["film"] = ZeroDivisionError("two\nlines")

    failed = await run_job(job, shop)

    assert astuple(failed.error) == (
        "ZeroDivisionError", "film", "unexpected ZeroDivisionError: two lines. Run with --debug for the traceback", 1,
    )  # fmt: skip
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info
    assert "unexpected error in stage film" in record.getMessage()


async def test_a_resumed_job_does_not_repeat_what_is_done(rooms, shop, job):
    rooms.trouble["film"] = InputError("not yet")
    failed = await run_job(job, shop)
    rooms.ran.clear()
    rooms.trouble.clear()

    done = await run_job(failed, shop)

    assert rooms.ran == ["film", "publishing"]
    assert (done.status, done.attempts, done.error) == (JobStatus.COMPLETED, 2, None)
    assert steps(done)[-3:] == [("pending", "tried again"), ("in_progress", ""), ("completed", "")]


async def test_what_later_stages_have_made_stands_for_the_earlier_ones(rooms, shop, job):
    rooms.trouble["publishing"] = InputError("not yet")
    failed = await run_job(job, shop)
    rooms.ran.clear()
    rooms.trouble.clear()
    rooms.lost = {"script"}

    await run_job(failed, shop)

    assert rooms.ran == ["publishing"]


async def test_once_a_stage_is_redone_all_later_ones_are(rooms, shop, job):
    done = await run_job(job, shop)
    rooms.ran.clear()
    rooms.lost = {"film", "publishing"}

    await run_job(done, shop)

    assert rooms.ran == ["film", "publishing"]


async def test_a_listener_that_fails_does_not_stop_a_film(rooms, shop, job):
    def deaf(event):
        raise BrokenPipeError

    assert (await run_job(job, shop, deaf)).status is JobStatus.COMPLETED


async def test_a_job_whose_process_died_is_taken_up_again(rooms, shop, job):
    left = job.evolve(status=JobStatus.IN_PROGRESS, stage="film", attempts=1)

    done = await run_job(left, shop)

    assert steps(done)[0] == ("pending", "the process that worked on it is gone")
    assert (done.status, done.attempts) == (JobStatus.COMPLETED, 2)


async def test_a_cancelled_job_goes_back_to_pending_and_the_cancellation_goes_on(rooms, shop, job):
    rooms.waits_in = "film"

    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run_job, job, shop)
            await rooms.reached.wait()
            scope.cancel()

    kept = await saved(shop, job)
    assert scope.cancelled_caught
    assert (kept.status, kept.stage, list(kept.stages)) == (JobStatus.PENDING, "film", ["script"])
    assert steps(kept)[-1] == ("pending", "interrupted")


@pytest.mark.parametrize("status", list(JobStatus))
async def test_a_disk_that_is_full_from_the_start_fails_the_job(rooms, shop, job, monkeypatch, status):
    async def refuse(store, job):
        raise StorageError("can't be written", where="state")

    monkeypatch.setattr(CheckpointStore, "save_job", refuse)
    heard = []

    failed = await run_job(job.evolve(status=status), shop, heard.append)

    assert rooms.ran == []
    assert (failed.status, failed.error.exit_code) == (JobStatus.FAILED, 8)
    assert [str(event.job.status) for event in heard] == ["failed"]


# A film that has been delivered.


@pytest.fixture
def delivered(shop, job):
    """The completed job of a film whose files lie in the output folder."""
    package = FileNames().within(shop.workspace / "output" / "kitchen" / "tea")
    package.video.parent.mkdir(parents=True)
    for path in astuple(package):
        path.write_bytes(b"film")
    return job.evolve(
        status=JobStatus.COMPLETED,
        stages={name: StageRecord(started_at=AT, seconds=1.0) for name in NAMES},
        verdict=Verdict(checks=()),
        video=Video(frames=30, bytes=4, sha256=FILM),
        receipt=Receipt(destination="folder", package=package),
    )


async def test_a_completed_job_is_left_alone(rooms, shop, delivered):
    heard = []

    assert await run_job(delivered, shop, heard.append) is delivered

    assert rooms.ran == []
    assert [event.untouched for event in heard] == [True]
    assert not (shop.workspace / "state").exists()


@pytest.mark.parametrize("name", ["video.mp4", "video.srt", "thumbnail.jpg"])
async def test_a_film_that_lost_a_file_is_taken_up_again(rooms, shop, delivered, name):
    (delivered.receipt.package.video.parent / name).unlink()
    rooms.lost = {"publishing"}

    done = await run_job(delivered.evolve(stages={}), shop)

    assert rooms.ran == list(NAMES)
    assert steps(done)[0] == ("pending", "its film is gone or changed, or wanted in another place")
    assert done.status is JobStatus.COMPLETED


@pytest.mark.parametrize("content", [b"", b"another", b"mlif"], ids=["empty", "longer", "of the same length"])
async def test_another_film_in_its_place_is_not_the_film(rooms, shop, delivered, content):
    delivered.receipt.package.video.write_bytes(content)

    assert (await run_job(delivered.evolve(stages={}), shop)).history


async def test_a_process_that_died_after_the_delivery_left_a_whole_film_and_only_the_word_is_missing(
    shop, delivered, monkeypatch
):
    monkeypatch.setattr(jobs_module, "STAGES", LAST_STAGES)
    left = delivered.evolve(status=JobStatus.IN_PROGRESS)

    done = await run_job(left, shop)

    assert (done.status, done.receipt) == (JobStatus.COMPLETED, delivered.receipt)
    assert await saved(shop, left) == done


async def test_a_film_that_is_wanted_elsewhere_is_delivered_from_where_it_lies(shop, delivered, tmp_path, monkeypatch):
    monkeypatch.setattr(jobs_module, "STAGES", LAST_STAGES)
    elsewhere = replace(shop, output=tmp_path / "mine" / "tea.mp4")

    done = await run_job(delivered, elsewhere)

    assert done.status is JobStatus.COMPLETED
    assert done.receipt.package.video == tmp_path / "mine" / "tea.mp4"
    assert [path.read_bytes() for path in astuple(done.receipt.package)] == [b"film"] * 5
    assert delivered.receipt.package.video.exists()
    assert await run_job(done, elsewhere) is done


# The true table: what a job goes on with, by what is still there.


def made_until(name, folder):
    """A job for which all stages up to `name` are done, its files in `folder`."""
    clip = Clip(path=folder / "clip.wav", samples=25_600, words=(), sha256=FILM)
    package = FileNames().within(folder)
    parts = {
        "script": {"script": Script(title="Tea", language="en", scenes=())},
        "narration": {"narration": Narration(narrator="silence", voice="none", clips=(clip,))},
        "subtitles": {"subtitles": Subtitles(scenes=())},
        "scenes": {"segments": (Segment(path=folder / "segment.mp4", frames=16),)},
        "film": {"package": package, "video": Video(frames=16, bytes=4, sha256=FILM)},
        "quality": {"verdict": Verdict(checks=())},
    }
    for path in (clip.path, folder / "segment.mp4", *astuple(package)):
        path.write_bytes(b"film")
    job = Job(id="ab" * 8, batch="kitchen", name="tea", brief=Brief(title="Tea"))
    for part in list(parts)[: list(parts).index(name) + 1]:
        job = job.evolve(**parts[part])
    return job


def next_stage(job):
    return jobs_module._still_to_do(job)[0].name


@pytest.mark.parametrize("done", range(6))
def test_a_job_goes_on_after_the_last_stage_that_is_done(tmp_path, done):
    names = [stage.name for stage in STAGES]

    assert next_stage(made_until(names[done], tmp_path)) == names[done + 1]


@pytest.mark.parametrize(
    ("until", "lost", "goes_on_with"),
    [
        ("narration", "clip.wav", "narration"),
        ("subtitles", "clip.wav", "narration"),
        ("scenes", "clip.wav", "film"),
        ("scenes", "segment.mp4", "scenes"),
        ("film", "segment.mp4", "quality"),
        ("film", "video.mp4", "film"),
        ("quality", "thumbnail.jpg", "film"),
        ("quality", "clip.wav", "publishing"),
    ],
)
def test_a_job_whose_file_is_gone_makes_it_again_only_if_it_is_needed(tmp_path, until, lost, goes_on_with):
    job = made_until(until, tmp_path)
    (tmp_path / lost).unlink()

    assert next_stage(job) == goes_on_with


def test_a_job_that_lost_everything_in_the_cache_speaks_again(tmp_path):
    job = made_until("quality", tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()

    assert next_stage(job) == "narration"


def test_a_new_job_begins_at_the_beginning():
    assert next_stage(Job(id="ab" * 8, batch="kitchen", name="tea", brief=Brief(title="Tea"))) == "script"
