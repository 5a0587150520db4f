"""`status`, `list` and `--watch`: what is told of batches, and how much of it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from pipeline.cli import main
from pipeline.cli.status_report import (
    BatchReport,
    all_states,
    print_batch,
    print_batches,
    print_list,
    write_batch,
    write_batches,
)
from pipeline.cli.watch import look
from pipeline.errors import CheckpointError, InputError
from pipeline.model import Batch, Brief, Event, Job, JobError, JobStatus, Package, Receipt, Video
from pipeline.state import CheckpointStore

AT = datetime(2026, 1, 2, tzinfo=UTC)
SKY = Job(id="a" * 8, batch="space", folder="space/sky", brief=Brief(title="Why is the sky blue?"))


@pytest.fixture
def store(tmp_path) -> CheckpointStore:
    """A workspace with two batches; in `space`, one job of two is damaged."""
    store = CheckpointStore(tmp_path)
    save(store, "space", SKY, others=("b" * 8,))
    (tmp_path / "state" / "batches" / "space" / "jobs" / f"{'b' * 8}.json").write_bytes(b"\0\0")
    save(store, "kitchen", replace(SKY, batch="kitchen"))
    return store


def save(store, batch, *jobs, others=()):
    store.plan_jobs(batch, jobs)
    ids = (*others, *(job.id for job in jobs))
    anyio.run(store.save_batch, Batch(name=batch, source=f"{batch}.txt", created_at=AT, jobs=ids))


def films(count, **changes):
    return [
        replace(SKY, id=f"{n:08x}", batch="big", folder=f"big/{n}", brief=Brief(title=f"Film {n}"), **changes)
        for n in range(count)
    ]


def package(folder):
    names = ("video.mp4", "video.srt", "video.vtt", "thumbnail.jpg", "metadata.json")
    video, srt, vtt, thumbnail, metadata = (folder / name for name in names)
    return Package(video=video, srt=srt, vtt=vtt, thumbnail=thumbnail, metadata=metadata)


def counts(**wanted):
    return {**dict.fromkeys((status.value for status in JobStatus), 0), **wanted}


def written(report):
    out = io.StringIO()
    write_batch(report, out)
    return json.loads(out.getvalue())


def test_a_damaged_job_is_shown_as_failed_with_what_to_do_beside_the_others(store, capsys):
    report = BatchReport(store, "space")
    state = written(report)
    print_batch(report)

    assert [(job["id"], job["status"]) for job in state["jobs"]] == [(SKY.id, "pending"), ("b" * 8, "failed")]
    assert state["counts"] == counts(pending=1, failed=1)
    shown = capsys.readouterr().out
    assert "Why is the sky blue?" in shown
    assert "bbbbbbbb.json: is damaged: not JSON. Remove the file" in shown


def test_a_damaged_batch_is_told_and_hides_no_other(store, tmp_path, capsys):
    (tmp_path / "state" / "batches" / "space" / "batch.json").write_bytes(b"\0\0")

    states = list(all_states(store))
    print_batches(states)
    print_list(states)

    assert [(state.batch, bool(state.error)) for state in states] == [("kitchen", False), ("space", True)]
    shown = capsys.readouterr().out
    assert "kitchen  1 pending" in shown
    assert "space  state/batches/space/batch.json: is damaged" in shown
    with pytest.raises(CheckpointError, match="is damaged"):
        BatchReport(store, "space")


def test_a_film_that_somebody_took_away_and_a_job_whose_process_died_are_pending(store, tmp_path):
    there, gone = package(tmp_path / "there"), package(tmp_path / "gone")
    there.video.parent.mkdir()
    there.video.write_bytes(b"film")
    done = {"status": JobStatus.COMPLETED, "video": Video(frames=30, bytes=4, sha256="0" * 64)}
    one, two, three, four = films(4)
    jobs = (
        one.evolve(receipt=Receipt(destination="folder", package=there), **done),
        two.evolve(receipt=Receipt(destination="folder", package=gone), **done),
        three.evolve(status=JobStatus.IN_PROGRESS, stage="scenes"),
        four.evolve(status=JobStatus.IN_PROGRESS, stage="scenes"),
    )
    save(store, "big", *jobs)

    with store.claim_now("big", four.id, what="four"):
        state = written(BatchReport(store, "big"))
        shown = BatchReport(store, "big")
        shown.checked_state()
        first = shown.first_jobs()

    assert state["counts"] == counts(completed=1, pending=2, in_progress=1)
    assert [job["status"] for job in state["jobs"]] == ["completed", "pending", "pending", "in_progress"]
    assert [bool(job["video"]) for job in state["jobs"]] == [True, False, False, False]
    assert [job.status for job in first] == ["pending", "in_progress", "pending", "completed"]


def test_a_person_sees_what_is_not_completed_first_and_no_more_than_fits(store, capsys):
    error = JobError(kind="InputError", stage="script", message="no notes", exit_code=2)
    waiting, failed = films(250), films(252)[250:]
    save(store, "big", *waiting, *(job.evolve(status=JobStatus.FAILED, error=error) for job in failed))

    print_batch(BatchReport(store, "big"))

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "big  250 pending · 2 failed"
    assert "Film 250" in lines[3]
    assert "no notes" in lines[3]
    assert lines[-1] == "… and 52 more: --json lists all"
    assert len(lines) == 204
    assert len(written(BatchReport(store, "big"))["jobs"]) == 252


def test_a_parked_film_says_until_when(store, capsys):
    save(store, "big", *films(1, status=JobStatus.PARKED, parked_until=AT + timedelta(hours=1)))

    print_batch(BatchReport(store, "big"))

    assert "parked until " in capsys.readouterr().out


def test_an_unknown_batch_is_told_with_the_nearest_one(store):
    with pytest.raises(InputError, match=r"no batch named 'spac'. Did you mean space"):
        BatchReport(store, "spac")


def test_the_list_says_what_there_is_and_who_works(store, capsys):
    out = io.StringIO()

    async def work():
        async with store.working("kitchen"):
            await anyio.to_thread.run_sync(lambda: print_list(all_states(store, checked=False)))

    anyio.run(work)
    write_batches(all_states(store, checked=False), out)

    shown = capsys.readouterr().out
    assert "kitchen.txt" in shown
    assert "0/1" in shown
    assert " at work" in shown
    kitchen, space = json.loads(out.getvalue())
    assert (kitchen["batch"], kitchen["source"], kitchen["workers"]) == ("kitchen", "kitchen.txt", [])
    assert kitchen["created_at"].startswith("2026-01-02T")
    assert space["counts"] == counts(pending=1, failed=1)


def test_an_empty_workspace_says_how_to_begin(tmp_path, capsys):
    print_list(all_states(CheckpointStore(tmp_path)))

    assert "Nothing has been run in this workspace yet" in capsys.readouterr().out


def test_watching_looks_at_what_moves_and_counts_the_rest(store):
    began = Event(at=AT, status=JobStatus.IN_PROGRESS)
    moving = films(1, status=JobStatus.IN_PROGRESS, stage="scenes", history=(began,))
    save(store, "big", *moving, *films(30)[1:])

    snapshot = look(store, "big", now=AT + timedelta(seconds=65))

    assert (snapshot.batch, snapshot.total, snapshot.waiting) == ("big", 30, 29)
    assert [(film.title, film.stage, film.elapsed_s) for film in snapshot.at_work] == [("Film 0", "scenes", 65.0)]
    assert snapshot.notices == ("no process works on it: nightreel resume big goes on",)


def test_watching_needs_a_terminal_and_a_batch(tmp_path, capsys):
    for arguments in (["status", "--watch"], ["status", "big", "--watch"], ["status", "big", "--watch", "--json"]):
        with pytest.raises(SystemExit) as left:
            main([*arguments, "--workspace", str(tmp_path)])
        assert left.value.code == 2
        assert "--watch: needs a" in capsys.readouterr().err
