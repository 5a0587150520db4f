"""`status`, `list` and `--watch`: what they show of batches, and how much of it."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from pipeline.cli import main
from pipeline.cli.batch_status import BatchStatus, all_states, write_batch
from pipeline.cli.options import CommonOptions
from pipeline.cli.output import print_json
from pipeline.cli.status_tables import print_batch, print_batches, print_list
from pipeline.cli.summary import print_summary
from pipeline.cli.watch import look
from pipeline.errors import CheckpointError, InputError
from pipeline.model import (
    Batch,
    Brief,
    Cost,
    Event,
    Job,
    JobError,
    JobStatus,
    JobSummary,
    Package,
    Receipt,
    StageRecord,
    Video,
)
from pipeline.model.episodes import Serial
from pipeline.orchestrator.batch.run import Outcome
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
    report = BatchStatus(store, "space")
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
        BatchStatus(store, "space")


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

    with store.claims.claim_now("big", four.id, what="four"):
        state = written(BatchStatus(store, "big"))
        shown = BatchStatus(store, "big")
        shown.checked_state()
        first = shown.first_jobs()

    assert state["counts"] == counts(completed=1, pending=2, in_progress=1)
    assert [job["status"] for job in state["jobs"]] == ["completed", "pending", "pending", "in_progress"]
    assert [bool(job["video"]) for job in state["jobs"]] == [True, False, False, False]
    assert [job.status for job in first] == ["pending", "in_progress", "pending", "completed"]


def test_a_person_sees_what_is_not_completed_first_and_no_more_than_fits(store, capsys):
    errors = [JobError(kind="InputError", stage="script", message=f"no notes {n}", exit_code=2) for n in range(2)]
    waiting, failed = films(250), films(252)[250:]
    stopped = [job.evolve(status=JobStatus.FAILED, error=error) for job, error in zip(failed, errors, strict=True)]
    save(store, "big", *waiting, *stopped)

    print_batch(BatchStatus(store, "big"))

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "big  250 pending · 2 failed"
    assert "Film 250" in lines[3]
    assert "no notes" in lines[3]
    assert lines[-1] == "… and 52 more: --json lists all"
    assert len(lines) == 204
    assert len(written(BatchStatus(store, "big"))["jobs"]) == 252


def test_a_parked_film_says_until_when(store, capsys):
    save(store, "big", *films(1, status=JobStatus.PARKED, parked_until=AT + timedelta(hours=1)))

    print_batch(BatchStatus(store, "big"))

    assert "parked until " in capsys.readouterr().out


def test_an_episode_is_listed_with_its_number(store, capsys):
    episode = replace(SKY.brief, series="space", episode=12, serial=Serial(titles=(("", "Space"),)))
    save(store, "big", SKY.evolve(batch="big", brief=episode))

    print_batch(BatchStatus(store, "big"))

    assert "12 · Why is the sky blue?" in capsys.readouterr().out
    (job,) = written(BatchStatus(store, "big"))["jobs"]
    assert (job["title"], job["series"], job["episode"]) == ("Why is the sky blue?", "space", 12)


@pytest.mark.parametrize(("least_gb", "refusal"), [(1, ""), (100_000, "work.min_free_disk_gb is 100000")])
def test_a_batch_that_starts_no_films_because_the_disk_is_full_says_so(store, capsys, monkeypatch, least_gb, refusal):
    (store.workspace / "nightreel.toml").write_text(f"work.min_free_disk_gb = {least_gb}\n", encoding="utf-8")
    free = shutil.disk_usage(store.workspace)._replace(free=50_000_000_000)
    monkeypatch.setattr("pipeline.limits.resources.shutil.disk_usage", lambda _: free)
    states = []

    async def work():
        async with store.claims.register_worker("kitchen"):
            states.append(await anyio.to_thread.run_sync(lambda: written(BatchStatus(store, "kitchen"))))
            await anyio.to_thread.run_sync(lambda: print_batch(BatchStatus(store, "kitchen")))

    print_batch(BatchStatus(store, "kitchen"))
    no_process_runs = capsys.readouterr().out
    anyio.run(work)

    assert refusal in states[0]["waits_because"]
    assert ("not starting new films: the disk" in capsys.readouterr().out) is bool(refusal)
    assert "not starting" not in no_process_runs


def test_an_unknown_batch_is_told_with_the_nearest_one(store):
    with pytest.raises(InputError, match=r"no batch named 'spac'. Did you mean space"):
        BatchStatus(store, "spac")


def test_the_list_says_what_there_is_and_who_works(store, capsys):
    async def work():
        async with store.claims.register_worker("kitchen"):
            await anyio.to_thread.run_sync(lambda: print_list(all_states(store, checked=False)))

    anyio.run(work)
    shown = capsys.readouterr().out
    print_json(list(all_states(store, checked=False)))

    assert "kitchen.txt" in shown
    assert "0/1" in shown
    assert " running" in shown
    kitchen, space = json.loads(capsys.readouterr().out)
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

    with store.claims.claim_now("big", moving[0].id, what="Film 0"):
        snapshot = look(store, "big", now=AT + timedelta(seconds=65))

    assert (snapshot.batch, snapshot.total, snapshot.waiting) == ("big", 30, 29)
    assert [(film.title, film.stage, film.elapsed_s) for film in snapshot.at_work] == [("Film 0", "scenes", 65.0)]


def test_a_film_whose_process_was_killed_is_not_watched_at_work(store):
    began = Event(at=AT, status=JobStatus.IN_PROGRESS)
    moving = films(1, status=JobStatus.IN_PROGRESS, stage="scenes", history=(began,))
    save(store, "big", *moving, *films(30)[1:])

    snapshot = look(store, "big", now=AT + timedelta(seconds=65))

    assert (snapshot.at_work, snapshot.total, snapshot.waiting) == ((), 30, 30)
    assert [said.text for said in snapshot.notices] == ["no process is running it: resume with nightreel resume big"]


def test_nobody_is_told_to_go_on_with_a_batch_that_is_over(store):
    save(store, "big", *films(2, status=JobStatus.COMPLETED))

    assert look(store, "big", now=AT).notices == ()


def test_a_command_that_is_told_takes_a_name_with_spaces_as_one_word(store, capsys):
    save(store, "old & new", replace(SKY, batch="old & new"))
    error = JobError(kind="InputError", stage="script", message="no notes", exit_code=2)
    row = JobSummary(id="1", batch="old & new", title="A", folder="", status=JobStatus.FAILED, error=error)
    outcome = Outcome(batch="old & new", counts={JobStatus.FAILED: 1})

    def rows(*statuses):
        return [row] if row.status in statuses else []

    print_summary(outcome, rows, refused=[], seconds=1, report=None)
    elsewhere = CommonOptions(workspace=Path("my films"))
    print_summary(outcome, rows, elsewhere, refused=[], seconds=1, report=None)

    retries = [line for line in capsys.readouterr().out.splitlines() if line.startswith("To retry")]
    assert retries == [
        "To retry: nightreel retry 'old & new'; other films stay as they are.",
        "To retry: nightreel retry 'old & new' --workspace 'my films'; other films stay as they are.",
    ]
    (said,) = look(store, "old & new", now=AT).notices
    assert said.text == "no process is running it: resume with nightreel resume 'old & new'"


def test_an_approval_of_nothing_says_so(store, tmp_path, capsys):
    (tmp_path / "nightreel.toml").touch()
    save(store, "big", *films(2, status=JobStatus.COMPLETED))

    with pytest.raises(SystemExit) as ended:
        main(["review", "big", "--approve", "--all", "--workspace", str(tmp_path)])

    assert (ended.value.code, capsys.readouterr().out) == (0, "No film of “big” is held for review.\n")


def test_watching_says_why_no_films_are_started(store):
    def watched():
        return look(store, "kitchen", now=AT, refuses=lambda: "the disk has 1 GB free")

    async def work():
        async with store.claims.register_worker("kitchen"):
            return await anyio.to_thread.run_sync(watched)

    assert [notice.text for notice in anyio.run(work).notices] == ["not starting new films: the disk has 1 GB free"]
    assert [notice.text for notice in watched().notices] == [
        "no process is running it: resume with nightreel resume kitchen"
    ]


def test_watching_leaves_out_the_sums_of_films_that_it_has_not_seen(store):
    began, ended = Event(at=AT, status=JobStatus.IN_PROGRESS), Event(at=AT, status=JobStatus.COMPLETED)
    bought = StageRecord(stage="script", attempt=1, started_at=AT, seconds=1, found=1, cost=Cost(tokens_in=10))
    made = {"status": JobStatus.COMPLETED, "history": (began, ended), "records": (bought,)}

    async def looked():
        async with store.claims.register_worker("big"):
            return await anyio.to_thread.run_sync(lambda: look(store, "big", now=AT + timedelta(seconds=65)))

    save(store, "big", *films(40, **made))
    all_of_them = anyio.run(looked)
    save(store, "big", *films(41, **made))
    some = anyio.run(looked)

    assert (all_of_them.cost.tokens_in, all_of_them.cache_share, all_of_them.elapsed_s) == (400, 1, 65)
    assert (some.cost.tokens_in, some.cache_share, some.elapsed_s) == (0, None, None)
    assert look(store, "big", now=AT).elapsed_s is None


def test_a_screen_gets_short_titles_and_whole_paths_and_a_pipe_whole_titles(store, capsys, monkeypatch):
    title, path = "Why " * 30, "/films/" + "far/" * 30 + "video.mp4"
    [job] = films(1, status=JobStatus.FAILED, error=JobError(kind="X", stage="", message=path, exit_code=2))
    save(store, "big", job.evolve(brief=Brief(title=title)))
    print_batch(BatchStatus(store, "big"))
    piped = capsys.readouterr().out
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "140")
    print_batch(BatchStatus(store, "big"))
    shown = capsys.readouterr().out

    assert title.strip()[:90] in piped
    assert title.strip()[:50] not in shown
    assert path in piped
    assert path in re.sub(r"\x1b\[[0-9;]*m", "", shown)


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_narrow_screen_gets_each_film_in_lines_that_end_with_whole_words(store, capsys, monkeypatch, columns):
    why = "no voice called Nobody. Its voices for this language are: nightreel voices --language en"
    error = JobError(kind="X", stage="script", message=f"a.md: {why}", exit_code=2, cause=why)
    there = package(store.workspace / ("far/" * 30))
    there.video.parent.mkdir(parents=True)
    there.video.touch()
    failed, made = films(2, status=JobStatus.FAILED, stage="script", error=error, attempts=2)
    made = made.evolve(status=JobStatus.COMPLETED, error=None, video=Video(frames=30, bytes=4, sha256="0" * 64))
    save(store, "big", failed, made.evolve(receipt=Receipt(destination="folder", package=there), attempts=1))
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", f"{columns}")

    print_batch(BatchStatus(store, "big"))

    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert lines[2:5] == ["000000  Film 0", "        failed at script, 2 tries", lines[4]]
    assert lines[-3:] == ["000000  Film 1", "        completed", f"        {there.video}"]
    assert " ".join(line.strip() for line in lines[4:-3]) == f"a.md: {why}"
    assert max(map(len, lines[:-1])) <= columns
    assert len(lines[4]) > columns / 2


def test_a_narrow_screen_gets_causes_and_batches_in_lines_that_end_with_whole_words(store, capsys, monkeypatch):
    save(
        store, "big", *films(8, **stopped_by("no key, since nobody has ever set one", hint="Set one in nightreel.toml"))
    )
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "30")

    print_batch(BatchStatus(store, "big"))
    print_list(all_states(store))

    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert lines[2:5] == ["  failed 8 films: no key,", "  since nobody has ever set", "  one. Set one in"]
    assert lines[lines.index("big  0/8") + 1].startswith("  2026-01-0")
    assert max(map(len, lines)) <= 30


def stopped_by(cause, *, status=JobStatus.FAILED, hint="Set one", where="", **changes):
    """A film that something has stopped."""
    message = f"{where}{cause}. {hint}"
    error = JobError(kind="X", stage="script", message=message, exit_code=5, cause=cause, hint=hint)
    return {"status": status, "error": error, **changes}


def test_films_that_one_cause_has_stopped_are_told_together_and_shortly(store, capsys):
    alike = [
        job.evolve(id=f"{n:x}abcde{n:02x}", brief=Brief(title=f"Film {n}", origin=f"space.txt:{n}"))
        for n, job in enumerate(films(8, **stopped_by("no key")))
    ]
    alone = films(9, **stopped_by("no notes"))[8]
    save(store, "big", *alike, alone)

    print_batch(BatchStatus(store, "big"))

    assert capsys.readouterr().out.splitlines() == [
        "big  9 failed",
        "",
        "  failed 8 films: no key. Set one",
        "    0abcde Film 0 (space.txt:0), 1abcde Film 1 (space.txt:1), 2abcde Film 2 (space.txt:2) and 5 more",
        "",
        "id      film    status  stage  tries  path or reason",
        "000000  Film 8  failed         0      no notes. Set one",
    ]


def test_of_many_films_that_one_cause_has_stopped_all_are_counted(store, capsys):
    save(store, "big", *films(300, **stopped_by("no key")))

    print_batch(BatchStatus(store, "big"))

    assert capsys.readouterr().out.splitlines()[2:] == [
        "  failed 300 films: no key. Set one",
        "    000000 Film 0, 000000 Film 1, 000000 Film 2 and 297 more",
    ]


def test_films_that_wait_for_one_time_tell_it_once_and_others_each_theirs(store, capsys):
    one, two, three, four = films(4)
    parked = stopped_by("the day is spent", status=JobStatus.PARKED)
    other = stopped_by("groq asks to wait", status=JobStatus.PARKED)
    hours = [{"parked_until": AT + timedelta(hours=hours)} for hours in (1, 2)]
    save(
        store,
        "big",
        *(one.evolve(**parked, **hours[0]), two.evolve(**parked, **hours[0])),
        *(three.evolve(**other, **hours[0]), four.evolve(**other, **hours[1])),
    )

    print_batch(BatchStatus(store, "big"))

    told = capsys.readouterr().out
    assert re.search(r"  parked until \w{3} \d\d:\d\d, 2 films: the day is spent", told)
    assert "000000 Film 0, 000000 Film 1\n" in told
    assert "  parked 2 films: groq asks to wait" in told
    assert re.search(r"Film 2 until \S+ \S+, 000000 Film 3 until", told)


def test_what_is_to_do_about_one_film_is_not_told_of_others(store, capsys):
    rejected = [
        job.evolve(**stopped_by("rejected: too loud", hint=f"nightreel retry big --job {job.id}")) for job in films(2)
    ]
    parked = [
        job.evolve(**stopped_by("the budget is spent", hint=f"nightreel resume big --budget {n}"))
        for n, job in enumerate(films(4)[2:], start=1)
    ]
    save(store, "big", *rejected, *parked)

    print_batch(BatchStatus(store, "big"))

    told = capsys.readouterr().out
    assert "  failed 2 films: rejected: too loud\n" in told
    assert "  failed 2 films: the budget is spent. nightreel resume big --budget 1\n" in told


def test_the_folder_of_a_film_is_not_told_as_the_place_of_what_stopped_it(store, capsys):
    (job,) = films(1, **stopped_by("is in the sample", where="big/0: "))
    save(store, "big", job.evolve(brief=Brief(title="Film 0", origin="films/tea.md")))

    print_batch(BatchStatus(store, "big"))

    assert "films/tea.md: is in the sample. Set one" in capsys.readouterr().out


def test_models_stand_below_what_they_cost(store, capsys):
    cost = Cost.of("large", None, tokens_in=10, tokens_out=1)
    bought = StageRecord(stage="script", attempt=1, started_at=AT, seconds=1, cost=cost)
    save(store, "big", *films(1, records=(bought,)))

    print_batch(BatchStatus(store, "big"))

    assert capsys.readouterr().out.splitlines()[2].startswith("  large: ")


HOSTILE = "\x1b[2J\u202eevil\u2028two\x85three\x9b[bold]"


def test_why_the_end_of_films_could_not_be_saved_is_told_with_how_the_batch_stands(store, capsys):
    outcome = Outcome(batch="big", counts={JobStatus.PENDING: 3}, unsaved_because="no space left on device")

    print_summary(outcome, store.index("big").rows, refused=(), seconds=1, report=None)

    assert "3 waiting\nCould not be saved: no space left on device\n" in capsys.readouterr().out


def test_what_stands_in_an_edited_file_can_not_steer_a_terminal(store, capsys):
    error = JobError(kind="InputError", stage="script", message=HOSTILE, exit_code=2)
    failed = [
        job.evolve(brief=Brief(title=HOSTILE, origin=HOSTILE))
        for job in films(1, status=JobStatus.FAILED, error=error, stage=HOSTILE)
    ]
    store.plan_jobs("big", failed)
    anyio.run(store.save_batch, Batch(name="big", source=HOSTILE, created_at=AT, jobs=(failed[0].id,)))
    outcome = Outcome(batch="big", counts={JobStatus.FAILED: 1}, stopped_because=HOSTILE)

    print_batch(BatchStatus(store, "big"))
    print_batches(all_states(store))
    print_list(all_states(store))
    print_summary(outcome, store.index("big").rows, refused=(), seconds=1, report=None)
    print_json({"title": HOSTILE})
    print_json(list(all_states(store)))
    write_batch(BatchStatus(store, "big"), sys.stdout)

    told = capsys.readouterr().out
    assert "evil" in told
    assert "[bold]" in told
    assert [line for line in told.split("\n") if not line.isprintable()] == []
    assert json.loads(told.splitlines()[-1])["jobs"][0]["title"] == HOSTILE


def test_a_row_begins_with_the_beginning_of_an_id_and_a_failure_with_its_place(store, capsys):
    error = JobError(kind="InputError", stage="script", message="Film 0: no notes", exit_code=2)
    (job,) = films(1, status=JobStatus.FAILED, error=error)
    save(store, "big", job.evolve(brief=Brief(title="Film 0", origin="topics/space.txt:7")))

    print_batch(BatchStatus(store, "big"))

    assert re.search(r"000000 +Film 0 +failed +0 +topics/space.txt:7: no notes", capsys.readouterr().out)


@pytest.mark.parametrize(("status", "tries"), [(JobStatus.REVIEW, False), (JobStatus.FAILED, True)])
def test_nobody_is_told_to_try_again_what_waits_for_a_look(status, tries, capsys):
    error = JobError(kind="ReviewError", stage="publishing", message="passes with warnings", exit_code=6)
    row = JobSummary(id="1", batch="big", title="Film 1", folder="", status=status, error=error)

    def rows_of(*statuses):
        return [row] if status in statuses else []

    print_summary(Outcome(batch="big", counts={status: 1}), rows_of, refused=[], seconds=5, report=None)

    assert ("nightreel retry" in capsys.readouterr().out) == tries


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("picture reef.png: is a page, not a picture. The film is made without it", "picture_remarks"),
        ("picture a.png: no such file. Without it; picture b.png: is a page. Without it", "picture_remarks"),
        ("espeak can't read 田中 and names each sign: use another voice", "spelling"),
    ],
)
def test_a_summary_tells_of_films_that_lack_a_picture_or_spell_a_name(capsys, why, said):
    told = {said: tuple(why.split("; ")) if said == "picture_remarks" else why}
    row = JobSummary(id="1", batch="big", title="Reefs", folder="", status=JobStatus.COMPLETED, **told)

    def rows_of(*statuses):
        return [row] if JobStatus.COMPLETED in statuses else []

    print_summary(Outcome(batch="big", counts={row.status: 1}), rows_of, refused=[], seconds=5, report=None)

    assert f"  warns Reefs: {why}" in capsys.readouterr().out.splitlines()


def test_a_summary_counts_the_films_with_warnings_that_it_does_not_name(capsys):
    done = JobStatus.COMPLETED
    rows = [JobSummary(id=f"{n}", batch="big", title="A", folder="", status=done, spelling="x") for n in range(4)]

    print_summary(
        Outcome(batch="big", counts={done: 4}),
        lambda *statuses: rows if done in statuses else [],
        refused=[],
        seconds=5,
        report=None,
    )

    assert "  warns 1 more film" in capsys.readouterr().out.splitlines()


def test_a_summary_tells_how_many_films_not_the_first_choice_speaks_or_writes_and_why(capsys):
    def row(number, status=JobStatus.COMPLETED, **changes):
        return JobSummary(id=f"{number}", batch="big", title=f"Film {number}", folder="", status=status, **changes)

    gone, slow = "edge could not be reached", "groq: did not answer in time"
    rows = [
        *(row(number, narrator="espeak", voice_fallback_reason=gone) for number in range(2)),
        row(3, JobStatus.REVIEW, narrator="espeak", voice_fallback_reason="edge: [b]none[/b] of its voices speaks"),
        row(4, narrator="edge", writer="outline", writer_fallback_reason=slow),
        row(5, narrator="edge", writer="groq", model="openai/gpt-oss-20b", writer_fallback_reason=slow),
        row(6, narrator="edge", writer="groq", voice_remarks=("edge sent no audio: once, spoken again",)),
        row(7, JobStatus.FAILED, narrator="espeak", voice_fallback_reason=gone),
    ]

    def rows_of(*statuses):
        return [row for row in rows if row.status in statuses]

    print_summary(Outcome(batch="big", counts={JobStatus.COMPLETED: 5}), rows_of, refused=[], seconds=5, report=None)

    assert [line for line in capsys.readouterr().out.splitlines() if " by " in line] == [
        f"  warns 3 films are spoken by espeak: {gone}; other reasons are in the report",
        f"  warns 1 film is written by outline: {slow}",
        f"  warns 1 film is written by groq, openai/gpt-oss-20b: {slow}",
    ]


def test_a_summary_of_a_night_has_hours(capsys):
    film = JobSummary(id="1", batch="big", title="Film", folder="", status=JobStatus.COMPLETED, duration_s=3723)

    def rows_of(*statuses):
        return [film] if JobStatus.COMPLETED in statuses else []

    outcome = Outcome(batch="big", counts={JobStatus.COMPLETED: 1})
    print_summary(outcome, rows_of, refused=[], seconds=44_051, report=None)

    assert "big: 1 of 1 film, total length 1:02:03, made in 12:14:11" in capsys.readouterr().out


def test_a_summary_tells_one_cause_once_and_everything_that_is_not_there(capsys):
    def row(number, cause="no key", **changes):
        error = JobError(
            kind="X", stage="script", message=f"{cause}. Set one", exit_code=5, cause=cause, hint="Set one"
        )
        values = {"origin": f"space.txt:{number}", "status": JobStatus.FAILED, "error": error, **changes}
        return JobSummary(id=f"{number}", batch="big", title=f"Film {number}", folder="", **values)

    rows = [*(row(number) for number in range(1, 9)), row(9, "Film 9: no notes")]
    # No job: the counts do not have it.
    refused = replace(row(10, "is empty"), id="", title="x.md")
    counts = {JobStatus.FAILED: 9, JobStatus.CANCELLED: 2, JobStatus.PARKED: 1, JobStatus.PENDING: 3}

    def rows_of(*statuses):
        return [row for row in rows if row.status in statuses]

    print_summary(Outcome(batch="big", counts=counts), rows_of, refused=[refused], seconds=5, report=None)

    lines = capsys.readouterr().out.splitlines()
    assert (
        lines[1] == "big: 0 of 16 films, total length 0:00, made in 0:05, 10 failed, 1 parked, 2 cancelled, 3 waiting"
    )
    assert lines[2] == "  failed 8 films: no key. Set one"
    assert lines[3] == "    Film 1 (space.txt:1), Film 2 (space.txt:2), Film 3 (space.txt:3) and 5 more"
    assert "  failed Film 9 (space.txt:9): no notes. Set one" in lines
    assert "  failed x.md (space.txt:10): is empty. Set one" in lines


def test_watching_needs_a_terminal_and_a_batch(tmp_path, capsys):
    for arguments in (["status", "--watch"], ["status", "big", "--watch"], ["status", "big", "--watch", "--json"]):
        with pytest.raises(SystemExit) as left:
            main([*arguments, "--workspace", str(tmp_path)])
        assert left.value.code == 2
        assert "--watch: needs a" in capsys.readouterr().err
