"""Films held for review: which ones, approvals and rejections, reports, alongside other processes."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from anyio import to_thread
from PIL import Image

import pipeline
from pipeline.errors import BusyError, InputError, NeedsLoginError, ReviewError, StorageError
from pipeline.limits.times import utc_now
from pipeline.model import (
    Asked,
    Batch,
    Brief,
    Check,
    HeldFilm,
    Job,
    JobStatus,
    Pictures,
    Receipt,
    Sample,
    SampleStanding,
    Verdict,
    Video,
    advance,
)
from pipeline.orchestrator.batch import sampling
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.control import review
from pipeline.orchestrator.control.publishing import publish_batch, publish_file
from pipeline.orchestrator.control.release_options import NO_RELEASE_OPTIONS, ReleaseOptions
from pipeline.orchestrator.control.review import approve_films, reject_film, review_queue
from pipeline.orchestrator.events import Notice
from pipeline.orchestrator.film import runner as jobs_module
from pipeline.orchestrator.film.approval import sample_error
from pipeline.orchestrator.film.runner import run_job
from pipeline.orchestrator.film.sidecars import judge_sidecars
from pipeline.orchestrator.film.stages import STAGES
from pipeline.publishing import FileNames, hash_files, sidecar_files
from pipeline.publishing.youtube import ManualDestination
from pipeline.state import CheckpointStore
from pipeline.state.claims import Claims
from tests.standins.films import make_film

LATER = datetime(2100, 1, 1, tzinfo=UTC)
IDS = ["a1" * 8, "b2" * 8, "c3" * 8]
WARNS = Check(name="language", verdict="warn", measured="like en", limit="a text in de")
PASSES = Check.of("size", passed=True, measured="1x1", limit="1x1")


@pytest.fixture(autouse=True)
def last_stages(monkeypatch):
    monkeypatch.setattr(jobs_module, "STAGES", STAGES[-3:])


@pytest.fixture
def context(tmp_path):
    return open_context(workspace=tmp_path)


async def film(context, number=0, *, checks=(PASSES,), to="folder:out", review="never", sampled=False, batch="kitchen"):
    """A film that is made, judged and delivered; what is left is to publish it."""
    package = FileNames().in_folder(context.workspace / "output" / batch / str(number))
    content = f"film {number}".encode()
    sha256 = hashlib.sha256(content).hexdigest()

    def write():
        package.video.parent.mkdir(parents=True)
        for path in package.files:
            path.write_bytes(content)
        package.metadata.write_text(json.dumps({"title": f"Film {number}", "description": "", "tags": []}))

    await to_thread.run_sync(write)
    settings = {"quality.review": review, **({"publishing.to": to} if to else {})}
    return Job(
        id=IDS[number],
        batch=batch,
        folder=f"{batch}/{number}",
        brief=Brief(title=f"Film {number}"),
        asked=Asked(settings=settings),
        sampled=sampled,
        video=Video(frames=30, bytes=len(content), sha256=sha256),
        verdict=Verdict(checks=checks, profile="standard").of_film(
            sha256, await to_thread.run_sync(lambda: hash_files(sidecar_files(package)))
        ),
        receipt=Receipt(destination="folder", package=package),
    )


async def batch_of(context, *jobs, sample=None):
    for job in jobs:
        await context.store.save_job(job)
    ids = tuple(job.id for job in jobs)
    await context.store.save_batch(Batch(name=jobs[0].batch, source="", created_at=utc_now(), jobs=ids, sample=sample))


async def run(context, *jobs):
    return [await run_job(await context.store.load_job(job.batch, job.id), context) for job in jobs]


def statuses(jobs):
    return [str(job.status) for job in jobs]


def out(context, number=0):
    return (context.workspace / "out" / "kitchen" / str(number) / "video.mp4").exists()


@pytest.mark.parametrize(
    ("review", "checks", "status"),
    [
        ("never", (PASSES, WARNS), "completed"),
        ("warnings", (PASSES,), "completed"),
        ("warnings", (PASSES, WARNS), "review"),
        ("all", (PASSES,), "review"),
    ],
)
@pytest.mark.parametrize("to", ["folder:out", ""])
async def test_a_film_waits_as_the_batch_was_asked_for(context, review, checks, status, to):
    job = await film(context, checks=checks, review=review, to=to)
    await batch_of(context, job)

    (done,) = await run(context, job)

    assert str(done.status) == status
    assert out(context) is (status == "completed" and bool(to))
    if status == "review":
        assert (done.error.kind, done.error.hint) == ("ReviewError", "Look at it: nightreel review kitchen")
        assert statuses(await run(context, job)) == ["review"]


async def test_an_approved_film_goes_on_and_its_history_says_who_let_it_go_and_when(context):
    job = (await film(context, checks=(PASSES, WARNS), review="warnings")).evolve(retries=2)
    await batch_of(context, job)
    await run(context, job)

    said = await approve_films(context, batch="kitchen", jobs=["a1"])
    kept = await context.store.load_job("kitchen", job.id)
    (done,) = await run(context, job)

    assert (kept.error, kept.retries) == (None, 0)
    assert (said.approved, str(done.status), out(context)) == ([job.id], "completed", True)
    assert [event.why for event in done.history if event.status is JobStatus.PENDING] == ["approved by a person"]
    assert (done.review.decision, done.review.film) == ("approved", job.video.sha256)


async def test_a_film_that_is_made_anew_after_it_was_approved_waits_again(context):
    job = await film(context, review="all")
    await batch_of(context, job)
    await run(context, job)
    await approve_films(context, batch="kitchen")
    package = job.receipt.package
    await to_thread.run_sync(package.video.write_bytes, b"another")
    other = hashlib.sha256(b"another").hexdigest()
    kept = await context.store.load_job("kitchen", job.id)
    verdict = job.verdict.of_film(other, job.verdict.beside)
    await context.store.save_job(kept.evolve(video=replace(kept.video, sha256=other), verdict=verdict))

    (held,) = await run(context, job)

    assert (str(held.status), held.error.cause) == ("review", "waits for review, like every film of this batch")
    assert not out(context)


@pytest.mark.parametrize("name", ["video.mp4", "video.srt"])
async def test_a_film_that_was_lost_while_it_waited_is_not_approved_but_made_anew_by_the_next_run(context, name):
    job = await film(context, review="all")
    await batch_of(context, job)
    await run(context, job)
    await to_thread.run_sync((job.receipt.package.video.parent / name).unlink)

    said = await approve_films(context, batch="kitchen", jobs=["a1"])
    kept = await context.store.load_job("kitchen", job.id)

    assert (said.approved, said.left, len(said.problems)) == ([], [], 1)
    assert "is made again by the next run" in said.problems[0]
    assert (kept.status, kept.review) == (JobStatus.PENDING, None)


@pytest.mark.parametrize("name", ["video.srt", "thumbnail.jpg", "metadata.json"])
async def test_a_file_that_was_changed_while_the_film_waited_holds_it_until_it_is_mended(context, name):
    job = await film(context, review="all")
    await batch_of(context, job)
    await run(context, job)
    path = job.receipt.package.video.parent / name
    before = await to_thread.run_sync(path.read_bytes)
    await to_thread.run_sync(path.write_bytes, b"nonsense")

    await approve_films(context, batch="kitchen", jobs=["a1"])
    (held,) = await run(context, job)
    told, sent = held.error, out(context)
    await to_thread.run_sync(path.write_bytes, before)
    await approve_films(context, batch="kitchen", jobs=["a1"])
    (done,) = await run(context, job)

    assert (str(held.status), told.kind, sent) == ("review", "ReviewError", False)
    assert told.cause.startswith(f"{name} was changed and can't be published: ")
    assert f"then: nightreel review kitchen --approve {job.id}" in told.hint
    assert (str(done.status), out(context)) == ("completed", True)


@pytest.mark.parametrize("name", ["thumbnail.jpg", "thumbnail-2.jpg", "metadata.json"])
async def test_a_file_of_a_film_in_another_batch_is_known_but_not_where_both_are_of_one_brief(context, name):
    ours, other, again = (
        await film(context),
        await film(context, 1, batch="garden"),
        await film(context, 2, batch="attic"),
    )
    again = again.evolve(brief=ours.brief)
    for job in (ours, other, again):
        await batch_of(context, job)
    path = ours.receipt.package.video.parent / name

    def taken_from(job):
        """What keeps the film back when its file is that of another one; both have something to see."""
        picture = Image.linear_gradient("L").resize((1280, 720)).convert("RGB")
        picture.save(path, "JPEG") if name.endswith("jpg") else path.write_text(f'{{"title": "Of {job.id}"}}')
        # Among several pictures, it may be another one there.
        beside = {**job.verdict.beside, path.stem.partition("-")[0]: hashlib.sha256(path.read_bytes()).hexdigest()}
        context.store.put_jobs(job.batch, [job.evolve(verdict=job.verdict.of_film(job.verdict.film, beside))])
        judge_sidecars(ours, {path.stem: path}, context)

    await to_thread.run_sync(taken_from, again)
    with pytest.raises(
        ReviewError, match=rf"{name} was changed and can't be published: it belongs to another film, garden/1"
    ):
        await to_thread.run_sync(taken_from, other)


async def test_a_rejected_film_stays_rejected_with_the_words_of_the_person_however_often_it_is_asked_for(context):
    job = await film(context, review="all")
    await batch_of(context, job)
    await run(context, job)

    said = await reject_film(
        context, batch="kitchen", job="a1", why="<b>the name</b>\n\x1b[31m is\u202e wrong" + " no" * 500
    )
    kept = await context.store.load_job("kitchen", job.id)
    (again,) = await run(context, job)

    assert said.rejected == [job.id]
    assert (str(kept.status), kept.error.kind, kept.error.exit_code) == ("failed", "RejectedError", 6)
    assert len(kept.review.why) == 1000
    assert kept.history[-1].why.startswith("rejected by a person: <b>the name</b>")
    assert "\x1b" not in kept.error.message + kept.history[-1].why
    assert "\u202e" not in kept.error.message + kept.history[-1].why
    assert (str(again.status), again.error.cause) == ("failed", kept.error.cause)
    assert not out(context)


async def test_a_film_that_waits_or_was_rejected_is_not_published_by_the_name_of_its_file_either(context, tmp_path):
    job = await film(context, review="all")
    await batch_of(context, job)
    await run(context, job)
    video = job.receipt.package.video
    await to_thread.run_sync(lambda: make_film(tmp_path).replace(video))

    with pytest.raises(ReviewError, match=rf"the film is review in batch “kitchen”: .*--approve {job.id}"):
        await publish_file(context, video)
    await reject_film(context, batch="kitchen", job="a1", why="the name is wrong")
    with pytest.raises(ReviewError, match=r"the film is failed in batch “kitchen”: .*the name is wrong"):
        await publish_file(context, video)


async def test_a_person_may_think_better_of_it_by_the_name_of_the_film_only(context):
    job = await film(context, review="all")
    await batch_of(context, job)
    await run(context, job)
    await reject_film(context, batch="kitchen", job="a1", why="no")
    kept = await context.store.load_job("kitchen", job.id)

    assert (await approve_films(context, batch="kitchen")).approved == []
    # What fails for another reason, nobody can let go.
    await context.store.save_job(kept.evolve(error=replace(kept.error, kind="QualityError")))
    assert (await approve_films(context, batch="kitchen", jobs=["a1"])).left == [job.id]
    await context.store.save_job(kept)
    assert (await approve_films(context, batch="kitchen", jobs=["a1"])).approved == [job.id]
    assert statuses(await run(context, job)) == ["completed"]


async def test_a_film_that_changed_while_it_waited_is_not_approved(context):
    job = await film(context, review="all")
    await batch_of(context, job)
    await run(context, job)
    await to_thread.run_sync(job.receipt.package.video.write_bytes, b"broken")

    said = await approve_films(context, batch="kitchen")

    assert (said.approved, len(said.problems)) == ([], 1)


async def test_no_reason_is_no_rejection_and_who_does_not_wait_is_left_alone(context):
    job = await film(context)
    await batch_of(context, job)
    await run(context, job)

    with pytest.raises(InputError, match="a rejection needs a reason"):
        await reject_film(context, batch="kitchen", job="a1", why=" \x00\n")
    assert (await reject_film(context, batch="kitchen", job="a1", why="no")).left == [job.id]
    assert (await approve_films(context, batch="kitchen", jobs=["a1"])).left == [job.id]
    with pytest.raises(InputError, match="no batch named"):
        await review_queue(context, "space")


async def test_of_many_warnings_three_are_told(context):
    warnings = tuple(replace(WARNS, name=f"check {number}") for number in range(5))
    job = await film(context, checks=warnings, review="warnings")
    await batch_of(context, job)

    (held,) = await run(context, job)

    assert held.error.cause == (
        "passes with warnings: check 0 is like en, must be a text in de; check 1 is like en, must be a text in de; "
        "check 2 is like en, must be a text in de; and 2 more"
    )


async def test_a_damaged_file_of_a_film_hides_no_other_and_is_told_to_whoever_decides(context):
    held = [await film(context, number, review="all") for number in range(2)]
    await batch_of(context, *held)
    await run(context, *held)
    await review_queue(context, "kitchen")
    path = context.store.folder("kitchen") / "jobs" / f"{IDS[0]}.json"
    await to_thread.run_sync(path.write_bytes, b"{")

    rejected = await reject_film(context, batch="kitchen", job=IDS[0], why="no")
    approved = await approve_films(context, batch="kitchen", jobs=IDS[:2])

    assert (rejected.rejected, approved.approved) == ([], [IDS[1]])
    for said in (rejected, approved):
        assert [problem for problem in said.problems if f"{IDS[0]}.json: is damaged" in problem]


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        (SampleStanding(failed=1), "the sample could not be made: no film has been reviewed"),
        (SampleStanding(failed=1, waiting=1), "waits until a person has reviewed the sample"),
        (SampleStanding(failed=1, rejected=1), "a film of the sample was rejected: the others are held back"),
    ],
)
async def test_why_the_rest_of_a_batch_waits_is_told(context, standing, told):
    assert sample_error(await film(context), standing).message == told


async def test_a_film_that_another_process_works_on_is_told(context):
    job = await film(context, review="all")
    await batch_of(context, job)
    await run(context, job)

    async with context.store.claims.claim("kitchen", job.id, what="film"):
        said = await approve_films(context, batch="kitchen")
        kept_back = await reject_film(context, batch="kitchen", job="a1", why="no")

    assert (said.approved, said.busy) == ([], [job.id])
    assert (kept_back.rejected, kept_back.busy) == ([], [job.id])


@pytest.mark.parametrize(("kind", "asked"), [("ReviewError", 0), ("HeldError", 1)])
async def test_a_host_is_asked_to_take_a_film_once_more_only_where_an_earlier_one_about_the_same_is_out(
    context, monkeypatch, kind, asked
):
    job = await film(context, review="all")
    await batch_of(context, job)
    (held,) = await run(context, job)
    await context.store.save_job(held.evolve(error=replace(held.error, kind=kind)))
    again = []

    async def count(host):
        again.append(host.name)

    monkeypatch.setattr(ManualDestination, "republish", count)

    assert (await approve_films(context, batch="kitchen")).approved == [job.id]
    assert len(again) == asked


async def test_a_word_of_a_person_does_not_wake_a_film_that_waits_for_its_quota(context):
    jobs = await three(context)
    await run(context, *jobs)
    spent = await context.store.load_job("kitchen", IDS[2])
    error = replace(spent.error, kind="ClosedError")
    await context.store.save_job(spent.evolve(error=error, parked_until=LATER))

    named = await approve_films(context, batch="kitchen", jobs=[IDS[2]])
    everything = await approve_films(context, batch="kitchen")

    assert (named.approved, named.left) == ([], [IDS[2]])
    assert (sorted(everything.approved), everything.released, everything.left) == (IDS[:2], [], [])
    kept = await context.store.load_job("kitchen", IDS[2])
    assert (str(kept.status), kept.parked_until, kept.error) == ("parked", LATER, error)


async def test_a_film_that_is_out_is_not_held_by_what_is_asked_for_later_and_gets_what_it_lacks(context):
    job = await film(context)
    await batch_of(context, job)
    (done,) = await run(context, job)
    asked = replace(done.asked, settings={**done.asked.settings, "quality.review": "all"})
    lacking = tuple(replace(receipt, missing=("captions",)) for receipt in done.published)
    left = advance(done.evolve(asked=asked, published=lacking), JobStatus.PENDING, at=context.clock())
    await context.store.save_job(left)

    (again,) = await run(context, left)

    assert (str(again.status), again.published) == ("completed", done.published)


# The sample.


async def three(context):
    jobs = [await film(context, number, sampled=number == 1) for number in range(3)]
    await batch_of(context, *jobs, sample=Sample(percent=5))
    return jobs


async def test_nothing_of_a_batch_is_published_before_its_sample_is_approved_and_then_all_of_it(context):
    jobs = await three(context)

    assert statuses(await run(context, *jobs)) == ["parked", "review", "parked"]
    assert not any(out(context, number) for number in range(3))
    parked = await context.store.load_job("kitchen", IDS[0])
    assert parked.error.cause == "waits until a person has reviewed the sample"
    seen = await review_queue(context, "kitchen")
    assert ([each.id for each in seen.films], seen.behind, seen.sample.waiting) == ([IDS[1]], 2, 1)

    said = await approve_films(context, batch="kitchen", jobs=[IDS[1]])

    assert (said.approved, sorted(said.released)) == ([IDS[1]], [IDS[0], IDS[2]])
    kept = await context.store.load_job("kitchen", IDS[0])
    assert (kept.error, kept.history[-1].why) == (None, "the sample is approved")
    assert statuses(await run(context, *jobs)) == ["completed"] * 3
    assert all(out(context, number) for number in range(3))


async def test_a_rejected_film_of_the_sample_holds_the_rest_and_all_of_it_says_so(context):
    jobs = await three(context)
    await run(context, *jobs)

    await reject_film(context, batch="kitchen", job=IDS[1], why="the voice is wrong")

    kept = [await context.store.load_job("kitchen", job.id) for job in jobs]
    assert statuses(kept) == ["parked", "failed", "parked"]
    assert {job.error.cause for job in kept if job.status is JobStatus.PARKED} == {
        "a film of the sample was rejected: the others are held back"
    }
    assert statuses(await run(context, *jobs)) == ["parked", "failed", "parked"]
    said = await approve_films(context, batch="kitchen")
    assert sorted(said.approved) == [IDS[0], IDS[2]]
    assert statuses(await run(context, *jobs)) == ["completed", "failed", "completed"]


async def test_a_film_that_was_about_to_wait_when_the_sample_was_approved_goes_on(context, monkeypatch):
    jobs = await three(context)
    await run(context, jobs[1])
    save = CheckpointStore.save_job

    async def save_too_late(store, job):
        if job.status is JobStatus.PARKED:
            # The person has spoken since the sample was looked at, and found nobody waiting.
            assert (await approve_films(context, batch="kitchen", jobs=[IDS[1]])).released == []
        await save(store, job)

    monkeypatch.setattr(CheckpointStore, "save_job", save_too_late)

    (done,) = await run(context, jobs[0])

    assert (str(done.status), done.history[-1].why) == ("pending", "the sample is approved")


async def test_a_film_that_its_process_has_not_yet_released_goes_on_as_well(context, monkeypatch):
    jobs = await three(context)
    await run(context, *jobs)
    claim_now, held = Claims.claim_now, ExitStack()

    @contextmanager
    def release_when_asked(claims, batch, job_id, *, what):
        # Its process looked at the sample before the approval, and is about to release it.
        try:
            with claim_now(claims, batch, job_id, what=what):
                yield
        except BusyError:
            held.close()
            raise

    await to_thread.run_sync(held.enter_context, claim_now(context.store.claims, "kitchen", IDS[0], what="one"))
    monkeypatch.setattr(Claims, "claim_now", release_when_asked)

    said = await approve_films(context, batch="kitchen", jobs=[IDS[1]])

    assert sorted(said.released) == [IDS[0], IDS[2]]


async def test_films_asked_for_one_by_one_do_not_wait_for_each_other(context):
    jobs = [await film(context, number, sampled=number == 1, batch="films") for number in range(2)]
    await batch_of(context, *jobs)

    assert statuses(await run(context, *jobs)) == ["completed", "review"]


async def test_a_rest_that_is_not_to_be_published_does_not_wait(context):
    jobs = [await film(context, number, sampled=number == 1, to="") for number in range(2)]
    await batch_of(context, *jobs)

    assert statuses(await run(context, *jobs)) == ["completed", "review"]


async def taken(context, about):
    await sampling.ensure_sampled(context, about)
    return await to_thread.run_sync(context.store.index("kitchen").totals.sampled)


async def test_the_smallest_share_takes_one_film_and_it_stays_the_one_when_others_are_added(context):
    jobs = [await film(context, number) for number in range(3)]
    sample = Sample(percent=0.001)
    # Of all three, chance takes the one that is added.
    before = [IDS[0], IDS[2]]
    assert [sample.first("kitchen", before), sample.first("kitchen", IDS)] == [IDS[2], IDS[1]]
    await batch_of(context, jobs[0], jobs[2])
    about = replace(await context.store.load_batch("kitchen"), sample=sample)

    assert await taken(context, about) == [IDS[2]]
    await context.store.save_job(jobs[1])
    assert await taken(context, replace(about, jobs=tuple(IDS))) == [IDS[2]]


@pytest.mark.parametrize("why", ["cancelled", "out", "being made"])
async def test_who_can_not_be_looked_at_first_is_not_taken_for_the_sample(context, why):
    jobs = [replace(await film(context, number), video=None, verdict=None, receipt=None) for number in range(3)]
    if why == "cancelled":
        jobs[1] = advance(jobs[1], JobStatus.CANCELLED, at=context.clock())
    if why == "out":
        jobs[1] = jobs[1].evolve(
            published=(Receipt(destination="youtube", package=FileNames().in_folder(context.workspace)),)
        )
    await batch_of(context, *jobs, sample=Sample(percent=0.001))
    about = await context.store.load_batch("kitchen")

    async with context.store.claims.claim("kitchen", IDS[1] if why == "being made" else "d4" * 8, what="film"):
        assert await taken(context, about) == [IDS[2]]


async def made(context, *, of=3):
    """A batch that was made, and is not to be published."""
    jobs = [await film(context, number, to="") for number in range(of)]
    await batch_of(context, *jobs)
    assert statuses(await run(context, *jobs)) == ["completed"] * of
    return jobs


async def publish(context, *, percent=0.0, jobs=(), again=False):
    """How the films stand after the command, and which are out."""
    asked = {"publishing.to": "folder:out", "quality.review_sample_percent": percent}
    there = await to_thread.run_sync(lambda: open_context(workspace=context.workspace, overrides=asked))
    heard = []
    await publish_batch(there, batch="kitchen", jobs=jobs, again=again, options=NO_RELEASE_OPTIONS, listen=heard.append)
    rows = await to_thread.run_sync(lambda: list(context.store.refreshed("kitchen").rows()))
    said = [event.text for event in heard if isinstance(event, Notice)]
    return [str(row.status) for row in rows], [out(context, number) for number in range(len(rows))], said


async def test_films_that_are_made_are_published_by_a_command_of_their_own_once(context):
    await made(context)

    assert await publish(context) == (["completed"] * 3, [True] * 3, [])
    assert (await publish(context))[2] == ["nothing to publish: 3 films are already published"]


async def test_films_that_are_out_and_lack_something_are_published_again(context):
    await made(context)
    await publish(context)
    job = await context.store.load_job("kitchen", IDS[0])
    lacking = tuple(replace(receipt, missing=("captions",)) for receipt in job.published)
    await context.store.save_job(job.evolve(published=lacking))

    assert (await publish(context))[2] == []

    assert [receipt.missing for receipt in (await context.store.load_job("kitchen", IDS[0])).published] == [()]


async def test_no_film_is_bound_to_go_where_nobody_is_logged_in(context):
    await made(context)
    asked = {"publishing.to": "youtube:typo"}
    there = await to_thread.run_sync(lambda: open_context(workspace=context.workspace, overrides=asked))

    with pytest.raises(NeedsLoginError, match=r"youtube:typo: not logged in.*--channel typo"):
        await publish_batch(
            there, batch="kitchen", jobs=(), again=False, options=NO_RELEASE_OPTIONS, listen=lambda _event: None
        )

    rows = await to_thread.run_sync(lambda: list(context.store.refreshed("kitchen").rows()))
    assert [str(row.status) for row in rows] == ["completed"] * 3


async def test_no_film_is_bound_to_a_folder_that_can_not_be_written(context):
    await made(context)

    def mistype():
        (context.workspace / "notes.txt").touch()
        return open_context(workspace=context.workspace, overrides={"publishing.to": "folder:notes.txt/out"})

    there = await to_thread.run_sync(mistype)

    with pytest.raises(StorageError, match=r"notes\.txt/out: can't be written"):
        await publish_batch(
            there, batch="kitchen", jobs=(), again=False, options=NO_RELEASE_OPTIONS, listen=lambda _event: None
        )

    assert (await publish(context))[:2] == (["completed"] * 3, [True] * 3)


async def test_a_time_that_can_not_be_kept_leaves_the_films_of_a_batch_as_they_are(context):
    await made(context)
    options = ReleaseOptions(publish_at="2020-01-01 09:00")
    there = await to_thread.run_sync(
        lambda: open_context(workspace=context.workspace, overrides={"publishing.to": "folder:out"})
    )

    with pytest.raises(InputError, match="--publish-at: is past"):
        await publish_batch(there, batch="kitchen", jobs=(), again=False, options=options, listen=lambda _event: None)

    assert not (await context.store.load_job("kitchen", IDS[0])).brief.publish_at


async def test_of_a_film_that_nobody_has_judged_no_bytes_may_go_out(context):
    job = (await film(context)).evolve(verdict=None)

    subject = context.hosts.subject(job)

    assert (subject.film_sha256, subject.companions) == ("", frozenset())


async def test_only_the_films_that_are_named_are_published(context):
    await made(context)

    assert await publish(context, jobs=["b2"]) == (["completed"] * 3, [False, True, False], [])
    assert (await publish(context, jobs=["b2"]))[2] == ["nothing to publish: 1 film is already published"]


async def test_films_that_are_out_are_published_once_more_on_demand(context):
    await made(context)
    await publish(context)
    await to_thread.run_sync(lambda: shutil.rmtree(context.workspace / "out"))

    assert await publish(context, again=True, jobs=["c3"]) == (["completed"] * 3, [False, False, True], [])


@pytest.mark.parametrize("percent", [0.001, 40.0])
async def test_of_films_that_are_made_already_a_small_share_takes_one_as_well_before_they_are_published(
    context, percent
):
    await made(context)

    standing, are_out, _ = await publish(context, percent=percent)
    assert (sorted(standing), are_out) == (["parked", "parked", "review"], [False] * 3)
    held = IDS[standing.index("review")]
    assert await publish(context, percent=percent) == (standing, are_out, [])

    await approve_films(context, batch="kitchen", jobs=[held])
    assert await publish(context, percent=percent) == (["completed"] * 3, [True] * 3, [])


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.IN_PROGRESS])
async def test_films_that_were_on_their_way_when_somebody_was_killed_go_on_with_the_same_command(context, status):
    jobs = await made(context)
    for job in jobs[:2]:
        begun = advance(await context.store.load_job("kitchen", job.id), JobStatus.PENDING, at=context.clock())
        await context.store.save_job(
            begun if status is JobStatus.PENDING else advance(begun, status, at=context.clock())
        )

    assert await publish(context) == (["completed"] * 3, [True] * 3, [])


async def test_who_names_a_film_publishes_no_other_that_was_on_its_way(context):
    jobs = await made(context)
    for job in jobs[:2]:
        await context.store.save_job(
            advance(await context.store.load_job("kitchen", job.id), JobStatus.PENDING, at=context.clock())
        )

    assert (await publish(context, jobs=["c3"]))[:2] == (["pending", "pending", "completed"], [False, False, True])


async def test_a_film_that_could_not_be_made_is_not_made_by_publishing_the_others(context):
    jobs = await made(context, of=2)
    lost = await context.store.load_job("kitchen", jobs[0].id)
    await context.store.save_job(lost.evolve(status=JobStatus.FAILED, video=None, verdict=None, receipt=None))

    assert await publish(context) == (["failed", "completed"], [False, True], [])
    assert (await publish(context))[2] == ["nothing to publish: 1 film is not made yet, 1 film is already published"]


async def test_a_film_that_is_held_is_published_by_no_command_that_names_it(context):
    held = await film(context, checks=(PASSES, WARNS), review="warnings")
    await batch_of(context, held)
    assert statuses(await run(context, held)) == ["review"]

    said = "nothing to publish: 1 film is held for review"
    assert await publish(context) == (["review"], [False], [said])
    assert await publish(context, jobs=["a1"]) == (["review"], [False], [said])


async def test_films_that_another_process_is_publishing_are_left_to_it(context):
    jobs = await made(context)
    begun = advance(await context.store.load_job("kitchen", jobs[0].id), JobStatus.PENDING, at=context.clock(), why="")
    await context.store.save_job(begun)

    async with context.store.claims.claim("kitchen", begun.id, what="a film"):
        assert await publish(context) == (["pending", "completed", "completed"], [False, True, True], [])
        assert (await publish(context))[2] == [
            "nothing to publish: 1 film is being published, 2 films are already published"
        ]


async def test_of_films_of_which_one_is_named_that_one_is_looked_at_and_what_is_out_is_not_taken(context):
    await made(context)
    await publish(context, jobs=["b2"])

    assert (await publish(context, percent=0.001, jobs=["a1"]))[:2] == (
        ["review", "completed", "completed"],
        [False, True, False],
    )


# The page.


async def test_the_page_names_what_waits_and_lets_no_title_in_as_markup(context):
    job = await film(context, checks=(PASSES, WARNS), review="warnings", to="")
    lacks = "picture reef.jpg: no such file. The film is made without it"
    job = job.evolve(
        brief=replace(job.brief, title="<script>alert(1)</script>\u202e Tea"), pictures=Pictures(incidents=(lacks,))
    )
    await batch_of(context, job)
    await run(context, job)

    page = await to_thread.run_sync(review.write_page, context, await review_queue(context, "kitchen"))
    text = await to_thread.run_sync(page.read_text, "utf-8")

    assert page == context.workspace / "output" / "kitchen" / "summary" / "review.html"
    assert "<script" not in text
    assert "\u202e" not in text
    assert lacks in text
    assert f'nightreel review kitchen <span class="nowrap">--approve</span> {job.id}' in text
    assert "like en" in text
    assert "0.90" in text


async def test_the_library_shows_what_waits_lets_it_go_and_keeps_it_back(context):
    held = [await film(context, number, checks=(PASSES, WARNS), review="warnings") for number in range(2)]
    await batch_of(context, *held)
    await run(context, *held)
    workspace = context.workspace

    waits, page = await pipeline.review_batch("kitchen", workspace=workspace)
    said = await pipeline.approve_films("kitchen", jobs=[held[0].id[:2]], workspace=workspace)
    kept = await pipeline.reject_film("kitchen", job=held[1].id, why="the name is wrong", workspace=workspace)
    nothing = await pipeline.review_batch("kitchen", workspace=workspace)

    package = held[0].receipt.package
    assert waits.films[0] == HeldFilm(
        id=held[0].id,
        title="Film 0",
        language="",
        why="passes with warnings: language is like en, must be a text in de",
        hint="Look at it: nightreel review kitchen",
        sampled=False,
        score=0.9,
        profile="standard",
        remarks=(WARNS,),
        duration_s=1.0,
        video=package.video,
        thumbnail=package.thumbnail,
    )
    assert [(each.id, each.remarks) for each in waits.films] == [(job.id, (WARNS,)) for job in held]
    assert "Film 1" in await to_thread.run_sync(page.read_text)
    assert (said.approved, kept.rejected) == ([held[0].id], [held[1].id])
    assert (nothing[0].films, nothing[1]) == ((), None)
    assert statuses([await context.store.load_job("kitchen", job.id) for job in held]) == ["pending", "failed"]


async def test_the_library_refuses_what_the_command_refuses(context):
    await batch_of(context, await film(context, review="all"))

    with pytest.raises(InputError, match="needs a reason"):
        await pipeline.reject_film("kitchen", job="a1", why=" ", workspace=context.workspace)
    for asked in (
        pipeline.review_batch("nothing", workspace=context.workspace),
        pipeline.approve_films("nothing", workspace=context.workspace),
        pipeline.reject_film("nothing", job="a1", why="no", workspace=context.workspace),
    ):
        with pytest.raises(InputError, match="no batch named 'nothing'"):
            await asked
