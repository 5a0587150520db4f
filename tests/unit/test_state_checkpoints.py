"""Checkpoints: round trips, and damaged files that hide nothing else."""

import asyncio
import errno
import json
import os
import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import get_type_hints

import anyio
import pytest
from anyio import to_thread
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import CheckpointError, DamagedError, InputError, StorageError
from pipeline.files import write_atomically
from pipeline.model import (
    Asked,
    Batch,
    Brief,
    Check,
    Clip,
    Cost,
    Cue,
    Event,
    Job,
    JobError,
    JobStatus,
    JobSummary,
    Narration,
    Package,
    Priority,
    Receipt,
    Script,
    Section,
    Segment,
    StageRecord,
    Subtitles,
    Verdict,
    Video,
    Word,
    advance,
    summary_of,
)
from pipeline.state import CheckpointStore, Damage, check_batch_name
from pipeline.state.checkpoints import documents
from pipeline.state.checkpoints import store as checkpoints
from pipeline.state.checkpoints.documents import from_json, read_document, to_json
from pipeline.state.names import check_name_collision

WORKSPACE = Path("/somewhere/space") if os.name == "posix" else Path("C:/somewhere/space")
AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)

names = st.text("abc äöü.漢-", min_size=1, max_size=8).filter(lambda name: name not in {".", ".."})
paths = st.builds(lambda parts: WORKSPACE.joinpath(*parts), st.lists(names, max_size=3)) | st.builds(
    lambda name: WORKSPACE.parent / name, names
)
zones = st.just(UTC) | st.just(timezone(timedelta(hours=2)))
moments = st.datetimes(datetime(2000, 1, 1), datetime(8999, 1, 1), timezones=zones)  # noqa: DTZ001
numbers = st.floats(-1e15, 1e15)
whole = st.integers(-(10**15), 10**15)
st.register_type_strategy(int, whole)
st.register_type_strategy(float, numbers)
flags = st.dictionaries(names, st.text(max_size=5) | st.booleans() | whole | numbers, max_size=2)
basics = {
    Path: paths,
    datetime: moments,
    datetime | None: st.none() | moments,
    float: numbers,
    float | None: st.none() | numbers,
    get_type_hints(Asked)["settings"]: flags,
    get_type_hints(Verdict)["beside"]: st.dictionaries(names, st.text(max_size=5), max_size=2),
}
for kind in (Asked, Batch, Clip, Cost, Cue, Event, Package, Receipt, Segment, StageRecord, Verdict, Video, Word):
    hints = get_type_hints(kind)
    fields = {name: basics[hint] for name, hint in hints.items() if hint in basics}
    st.register_type_strategy(kind, st.builds(kind, **fields))
records = st.lists(st.from_type(StageRecord), max_size=2).map(tuple)


def sometimes(kind: type) -> st.SearchStrategy:
    return st.none() | st.from_type(kind)


jobs = st.builds(
    Job,
    parked_until=st.none() | moments,
    records=records,
    script=sometimes(Script),
    narration=sometimes(Narration),
    subtitles=sometimes(Subtitles),
    segments=st.lists(st.from_type(Segment), max_size=2).map(tuple),
    video=sometimes(Video),
    package=sometimes(Package),
    verdict=sometimes(Verdict),
    receipt=sometimes(Receipt),
)


def job(job_id: str = "ab12" * 8, **changes: object) -> Job:
    return replace(
        Job(id=job_id, batch="space", folder=f"space/{job_id}", brief=Brief(title="Why is the sky blue?")), **changes
    )


def batch(*ids: str) -> Batch:
    return Batch(name="space", source="topics/space.txt", created_at=AT, jobs=ids)


@pytest.fixture
def store(tmp_path) -> CheckpointStore:
    return CheckpointStore(tmp_path)


def file_of(tmp_path: Path, job_id: str = "ab12" * 8) -> Path:
    return tmp_path / "state" / "batches" / "space" / "jobs" / f"{job_id}.json"


def refuse_to(number: int):
    """What the system does when it refuses."""

    def refuse(path, *_, **__):
        raise OSError(number, os.strerror(number), str(path))

    return refuse


async def listed(store: CheckpointStore) -> tuple[list[JobSummary], list[Damage]]:
    """What the batch has after its files were looked at: rows, and what can't be read."""

    def look() -> tuple[list[JobSummary], list[Damage]]:
        index = store.refreshed("space")
        return list(index.rows()), index.damages()

    return await to_thread.run_sync(look)


async def change(path: Path, **changes: object) -> None:
    """Edits a checkpoint as a person or a newer version might."""
    content = {**json.loads(await anyio.Path(path).read_text(encoding="utf-8")), **changes}
    await anyio.Path(path).write_text(json.dumps(content), encoding="utf-8")


@settings(max_examples=60, deadline=None)
@given(job=jobs)
def test_every_job_comes_back_as_it_was(job):
    assert from_json(to_json(job, WORKSPACE).encode(), Job, WORKSPACE, where="job") == job


@settings(max_examples=30, deadline=None)
@given(batch=st.from_type(Batch))
def test_every_batch_comes_back_as_it_was(batch):
    assert from_json(to_json(batch, WORKSPACE).encode(), Batch, WORKSPACE, where="batch") == batch


async def test_a_job_is_saved_at_the_documented_path(store, tmp_path):
    await store.save_job(job(status=JobStatus.COMPLETED))

    text = await anyio.Path(file_of(tmp_path)).read_text(encoding="utf-8")
    assert text.startswith('{\n  "schema": 6,\n  "id": "ab12')
    assert json.loads(text)["status"] == "completed"
    assert await store.load_job("space", "ab12" * 8) == job(status=JobStatus.COMPLETED)


async def test_jobs_are_listed_in_the_order_of_the_batch_without_removed_ones(store, tmp_path):
    first, second, third = (job(letter * 8) for letter in "cab")
    for each in (first, second, third):
        await store.save_job(each)
    await store.save_batch(batch(first.id, second.id, third.id))
    await anyio.Path(file_of(tmp_path, second.id)).unlink()

    assert await listed(store) == ([summary_of(first), summary_of(third)], [])


async def test_a_damaged_job_is_reported_by_its_id_and_others_are_read(store, tmp_path):
    first, second, third = (job(letter * 8) for letter in "cab")
    for each in (first, second, third):
        await store.save_job(each)
    await store.save_batch(batch(first.id, "no id", second.id, third.id))
    await anyio.Path(file_of(tmp_path, second.id)).write_bytes(b"\0" * 500)

    rows, (damage,) = await listed(store)

    assert [row.id for row in rows] == [first.id, third.id]
    assert damage.job == second.id
    assert "aaaaaaaa.json: is damaged" in damage.message


async def test_a_file_whose_name_is_no_id_is_ignored(store, tmp_path):
    await store.save_job(job())
    await store.save_batch(batch("ab12" * 8, "notes"))
    await anyio.Path(file_of(tmp_path, "notes")).write_text("{}")

    for _ in range(2):
        rows, damages = await listed(store)

        assert [row.id for row in rows] == ["ab12" * 8]
        assert damages == []


async def test_an_unlisted_job_can_still_be_loaded(store):
    await store.save_job(job(status=JobStatus.COMPLETED))
    await store.save_batch(batch())

    assert await to_thread.run_sync(store.read_job, "space", "ab12" * 8) == job(status=JobStatus.COMPLETED)
    assert await to_thread.run_sync(store.read_job, "space", "cd34" * 8) is None


async def test_a_quarantined_file_is_kept_and_the_job_can_start_over(store, tmp_path):
    await store.save_job(job())
    await store.save_batch(batch("ab12" * 8))
    await anyio.Path(file_of(tmp_path)).write_bytes(b"{")

    aside = await to_thread.run_sync(store.quarantine_job, "space", "ab12" * 8, "torn")

    assert await anyio.Path(aside).read_bytes() == b"{"
    assert await to_thread.run_sync(store.read_job, "space", "ab12" * 8) is None
    # Whoever comes later hears of it, and may do the same.
    assert await to_thread.run_sync(store.quarantine_job, "space", "ab12" * 8, "torn") == aside
    _, damages = await listed(store)
    assert damages == [Damage(job="ab12" * 8, message="torn")]
    # One that is damaged again takes no place of another.
    await anyio.Path(file_of(tmp_path)).write_bytes(b"[")
    later = await to_thread.run_sync(store.quarantine_job, "space", "ab12" * 8, "torn")
    assert await anyio.Path(aside).read_bytes() + await anyio.Path(later).read_bytes() == b"{["


async def test_a_file_without_read_permission_does_not_count_as_damaged(store, tmp_path, monkeypatch):
    await store.save_job(job())
    assert not await to_thread.run_sync(store.is_damaged, "space", "ab12" * 8)
    await change(file_of(tmp_path), schema=7)
    assert not await to_thread.run_sync(store.is_damaged, "space", "ab12" * 8)
    await anyio.Path(file_of(tmp_path)).write_bytes(b"{")
    assert await to_thread.run_sync(store.is_damaged, "space", "ab12" * 8)

    monkeypatch.setattr(os, "open", refuse_to(errno.EACCES))
    assert not await to_thread.run_sync(store.is_damaged, "space", "ab12" * 8)


async def test_a_failed_save_does_not_change_the_index(store, monkeypatch):
    await store.save_job(job())
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse_to(errno.ENOSPC))
        with pytest.raises(StorageError, match="no space left"):
            await store.save_job(job(status=JobStatus.COMPLETED))

    row = await to_thread.run_sync(store.index("space").find, "ab12" * 8)
    assert row.status is (await store.load_job("space", "ab12" * 8)).status is JobStatus.PENDING
    await store.save_job(job(status=JobStatus.COMPLETED))
    assert (await to_thread.run_sync(store.index("space").find, "ab12" * 8)).status is JobStatus.COMPLETED


async def test_begun_jobs_are_saved_with_fsync_and_new_ones_without(store, monkeypatch):
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)

    def flushes(save, *jobs: Job) -> bool:
        flushed.clear()
        save("space", jobs)
        return bool(flushed)

    assert not await to_thread.run_sync(flushes, store.plan_jobs, job())
    assert not await to_thread.run_sync(flushes, store.put_jobs, job())
    assert await to_thread.run_sync(flushes, store.put_jobs, job(), job("cd34" * 8, attempts=1))


async def test_ended_films_leave_nothing_in_memory(store):
    film = job()
    for status in (JobStatus.IN_PROGRESS, JobStatus.COMPLETED):
        film = advance(film, status, at=AT)
        await store.save_job(film)

    assert not store._indexed


async def test_an_unsaved_batch_is_none_and_has_no_jobs(store, tmp_path):
    assert await store.load_batch("space") is None
    assert await listed(store) == ([], [])
    assert await to_thread.run_sync(store.batch_names) == []
    assert [path async for path in anyio.Path(tmp_path).iterdir()] == []


async def test_batches_are_listed_by_name(store):
    for name in ("sea", "air", "land"):
        await store.save_batch(Batch(name=name, source="x", created_at=AT))

    assert await to_thread.run_sync(store.batch_names) == ["air", "land", "sea"]


async def test_deleting_a_job_is_idempotent(store, tmp_path):
    await store.save_job(job())

    await store.delete_job("space", "ab12" * 8)
    await store.delete_job("space", "ab12" * 8)

    assert not await anyio.Path(file_of(tmp_path)).exists()
    assert await to_thread.run_sync(store.index("space").find, "ab12" * 8) is None


async def test_paths_inside_the_workspace_move_with_it_and_others_stay(tmp_path):
    old, new, outside = tmp_path / "old", tmp_path / "new", tmp_path / "elsewhere" / "b.mp4"
    segments = (Segment(path=old / "state" / "a.mp4", frames=1), Segment(path=outside, frames=2))
    await CheckpointStore(old).save_job(job(segments=segments))
    text = await anyio.Path(file_of(old)).read_text(encoding="utf-8")
    assert json.loads(text)["segments"][0]["path"] == "state/a.mp4"

    await to_thread.run_sync(shutil.move, old, new)
    loaded = await CheckpointStore(new).load_job("space", "ab12" * 8)

    assert [segment.path for segment in loaded.segments] == [new / "state" / "a.mp4", outside]


def test_a_path_of_a_workspace_is_written_with_forward_slashes_on_every_system():
    text = to_json(job(segments=(Segment(path=WORKSPACE / "state" / "a b.mp4", frames=1),)), WORKSPACE)

    assert json.loads(text)["segments"][0]["path"] == "state/a b.mp4"


async def test_a_cancelled_save_is_still_on_disk(store):
    with anyio.CancelScope() as scope:
        scope.cancel()
        await store.save_job(job())

    assert await store.load_job("space", "ab12" * 8) == job()


async def test_a_save_interrupted_by_the_event_loop_is_still_on_disk(store):
    saving = asyncio.create_task(store.save_job(job()))
    await asyncio.sleep(0)

    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving

    assert await store.load_job("space", "ab12" * 8) == job()


async def test_a_cancelled_save_of_a_batch_returns_only_when_it_is_on_disk(store, monkeypatch):
    begun, may_end = threading.Event(), threading.Event()

    def write(*arguments):
        begun.set()
        may_end.wait(10)
        write_atomically(*arguments)

    monkeypatch.setattr(checkpoints, "write_atomically", write)
    saving = asyncio.create_task(store.save_batch(batch("ab12" * 8)))
    await to_thread.run_sync(begun.wait)
    for _ in range(2):
        saving.cancel()
        await asyncio.wait([saving], timeout=0.01)

    was_over = saving.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert not was_over
    assert await store.load_batch("space") == batch("ab12" * 8)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"{}", b'{"schema": "1"}', b'{"schema": 0}', b"null", b"[" * 99_999],
)
async def test_a_damaged_file_is_an_error_with_path_and_hint(store, tmp_path, content):
    await store.save_job(job())
    await anyio.Path(file_of(tmp_path)).write_bytes(content)

    told = r"^state/batches/space/jobs/ab12\w+\.json: is damaged: .+Remove the file"
    with pytest.raises(CheckpointError, match=told):
        await store.load_job("space", "ab12" * 8)
    with pytest.raises(CheckpointError, match=told):
        await to_thread.run_sync(store.read_job, "space", "ab12" * 8)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"mood": "sunny"}, "mood: Unexpected keyword"),
        ({"attempts": "many"}, "attempts: "),
        ({"status": "asleep"}, "status: "),
        ({"brief": {"title": "x", "secret": "gsk_1"}}, "brief.secret: "),
        ({"brief": {}}, "brief.title: "),
    ],
)
async def test_a_wrong_field_is_named_without_its_value(store, tmp_path, changes, problem):
    await store.save_job(job())
    await change(file_of(tmp_path), **changes)

    with pytest.raises(CheckpointError, match=problem) as caught:
        await store.load_job("space", "ab12" * 8)

    assert "gsk_1" not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
async def test_a_named_pipe_in_place_of_a_checkpoint_is_an_error_and_does_not_block(store, tmp_path):
    await store.save_job(job())
    await anyio.Path(file_of(tmp_path)).unlink()
    os.mkfifo(file_of(tmp_path))

    with anyio.fail_after(30), pytest.raises(CheckpointError, match="can't be read: not a file"):
        await store.load_job("space", "ab12" * 8)


async def test_a_file_of_a_newer_version_asks_for_an_update(store, tmp_path):
    await store.save_job(job())
    await change(file_of(tmp_path), schema=7, novelty=True)

    with pytest.raises(CheckpointError, match=r"newer nightreel \(schema 7; this one reads 6\)\. Update"):
        await store.load_job("space", "ab12" * 8)


@pytest.mark.parametrize(
    "folder",
    [
        "",
        "/",
        "/etc",
        "..",
        "../x",
        "space/../../x",
        "space//x",
        "space/",
        "space/.",
        "space/. .",
        "space\\x",
        "C:/x",
        "C:x",
        "sp\0ace",
        "space/a\nb",
        "space/\x7f",
        "x" * 1001,
    ],
)
async def test_an_invalid_output_folder_counts_as_damage(store, tmp_path, folder):
    await store.save_job(job())
    await change(file_of(tmp_path), folder=folder)

    with pytest.raises(DamagedError, match=r"is damaged: folder: is outside of the output folder"):
        await store.load_job("space", "ab12" * 8)
    await store.save_batch(batch("ab12" * 8))
    rows, (damage,) = await listed(store)
    assert (rows, damage.job) == ([], "ab12" * 8)


@pytest.mark.parametrize("folder", ["Film", "space/äöü 漢", "a/b/c", "space/...x", "space/-x", "x" * 1000])
async def test_a_valid_output_folder_is_accepted(store, folder):
    await store.save_job(job(folder=folder))

    assert await store.load_job("space", "ab12" * 8) == job(folder=folder)


TIMES = ["9999-12-31T23:59:59Z", "9000-01-02T00:00:00Z", "1969-12-31T00:00:00Z", "0001-01-01T00:00:00+14:00"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"title": "Why', '"title": "\\ud800 Why'),
        ('"title": "Why', '"title": "\\uDFFF Why'),
        ('"settings": {}', '"settings": {"\\udc00": 1}'),
        ('"retries": 0', '"retries": 1' + "0" * 400),
        ('"retries": 0', '"retries": 1' + "0" * 5000),
        ('"settings": {}', '"settings": {"x": NaN}'),
        ('"settings": {}', '"settings": {"x": Infinity}'),
        ('"settings": {}', '"settings": {"x": -Infinity}'),
        ('"settings": {}', '"settings": {"x": 1e999}'),
        ('"settings": {}', '"settings": {"x": 1e300}'),
        *(('"parked_until": null', f'"parked_until": "{time}"') for time in (*TIMES, "2026-01-01T00:00:00")),
        *(('"history": []', f'"history": [{{"at": "{time}", "status": "failed"}}]') for time in TIMES),
        *(
            ('"records": []', f'"records": [{{"stage": "x", "attempt": 1, "seconds": 1, "started_at": "{time}"}}]')
            for time in TIMES
        ),
    ],
)
def test_unusable_numbers_times_and_texts_count_as_damage(old, new):
    text = to_json(job(), WORKSPACE)
    assert old in text

    with pytest.raises(DamagedError, match=r"^job: is damaged: "):
        from_json(text.replace(old, new).encode(), Job, WORKSPACE, where="job")


@pytest.mark.parametrize(
    ("old", "new"),
    [("2026-01-02", "9999-12-31"), ("2026-01-02", "0001-01-01"), ("topics", "\\ud800"), ('"x": 1', '"x": NaN')],
)
def test_batches_are_validated_like_jobs(old, new):
    text = to_json(replace(batch(), asked=Asked(settings={"x": 1})), WORKSPACE)
    text = text.replace('"x": 1.0', '"x": 1')
    assert old in text

    with pytest.raises(DamagedError, match=r"^batch: is damaged: "):
        from_json(text.replace(old, new).encode(), Batch, WORKSPACE, where="batch")


def test_surrogate_pairs_in_json_are_accepted():
    text = to_json(job(), WORKSPACE).replace('"title": "Why', '"title": "\\ud83d\\ude00 Why')

    assert from_json(text.encode(), Job, WORKSPACE, where="job").brief.title == "\U0001f600 Why is the sky blue?"


async def test_a_lone_surrogate_is_an_input_error(store):
    brief = Brief(title="\ud800", origin="topics/\udc00.txt:3")

    with pytest.raises(InputError, match=r"topics/\?\.txt:3: has invalid text: a lone surrogate"):
        await store.save_job(job(brief=brief))


async def test_a_file_that_was_copied_from_another_job_is_refused(store, tmp_path):
    await store.save_job(job())
    await to_thread.run_sync(shutil.copy, file_of(tmp_path), file_of(tmp_path, "cd" * 8))

    with pytest.raises(CheckpointError, match="copied from another"):
        await store.load_job("space", "cd" * 8)


async def test_a_job_just_planned_is_loaded_without_validation_unless_its_file_has_changed(
    store, tmp_path, monkeypatch
):
    def check(*_: object, **__: object) -> None:
        raise DamagedError("is checked")

    monkeypatch.setattr(documents, "from_json", check)
    planned = [job(), replace(job(), id="cd34" * 8)]
    await to_thread.run_sync(store.plan_jobs, "space", planned)

    assert await store.load_job("space", "cd34" * 8) == planned[1]
    with pytest.raises(DamagedError, match="is checked"):
        await store.load_job("space", "ab12" * 8)
    last = file_of(tmp_path).with_name(f"{'cd34' * 8}.json")
    await change(last, attempts=7)
    with pytest.raises(DamagedError, match="is checked"):
        await store.load_job("space", "cd34" * 8)


async def test_a_job_just_planned_is_not_mistaken_for_a_copy_of_its_file(store, tmp_path):
    await to_thread.run_sync(store.plan_jobs, "space", [job()])
    shutil.copy(file_of(tmp_path), file_of(tmp_path).with_name(f"{'cd34' * 8}.json"))

    with pytest.raises(DamagedError, match="was copied"):
        await store.load_job("space", "cd34" * 8)


async def test_a_missing_job_is_a_checkpoint_error(store):
    with pytest.raises(CheckpointError, match=r"jobs/abababab\.json: is not there"):
        await store.load_job("space", "abababab")


async def test_a_state_folder_that_can_not_be_created_is_a_storage_error(store, tmp_path):
    await anyio.Path(tmp_path / "state").write_text("in the way")

    with pytest.raises(StorageError, match="can't be written"):
        await store.save_job(job())


@pytest.mark.parametrize("job_id", ["", "../../etc/passwd", "ABCDEF01", "abc", "abababab/", "ab" * 33, "ababababg"])
async def test_an_invalid_id_never_becomes_a_path(store, job_id):
    with pytest.raises(CheckpointError, match="not the id of a job"):
        await store.load_job("space", job_id)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../up",
        "a/b",
        "a\\b",
        "C:",
        "a\nb",
        "a\x00b",
        ".hidden",
        "-flag",
        " a",
        "a ",
        "a.",
        "con",
        "LPT1.txt",
        "ä" * 61,
        "\ud800",
    ],
)
async def test_batch_names_that_are_invalid_on_any_system_are_refused(store, name):
    with pytest.raises(InputError, match="--batch NAME"):
        await store.load_batch(name)


@pytest.mark.parametrize("name", ["space", "Spring 2026", "über-uns_2", "空", "a.b", "contact"])
def test_ordinary_batch_names_are_accepted(name):
    assert check_batch_name(name) == name


def test_existing_batches_whose_names_differ_only_in_case_can_be_continued(store):
    check_name_collision("CS", ["CS", "cs"])
    with pytest.raises(InputError, match="Use cs to continue that one"):
        check_name_collision("CS", ["cs"])
    anyio.run(store.save_batch, Batch(name="cs", source="", created_at=AT, jobs=()))
    with pytest.raises(InputError, match="Use cs to continue that one"):
        store.check_name_collision("CS")


def test_a_job_with_something_in_every_part_comes_back_as_it_was():
    full = job(
        error=JobError(kind="TransientError", stage="script", message="busy", exit_code=5),
        records=(
            StageRecord(stage="script", attempt=1, started_at=AT, seconds=1.5, cost=Cost(tokens_in=3, usd=0.5), made=1),
            StageRecord(
                stage="narration",
                attempt=1,
                started_at=AT,
                seconds=2.5,
                error=JobError(kind="TransientError", stage="narration", message="busy", exit_code=5),
            ),
        ),
        asked=Asked(settings={"offline": True, "template": "x", "video.quality": 3}, output="/films"),
        priority=Priority.URGENT,
        parked_until=AT,
        subtitles=Subtitles(
            scenes=((Cue(start_s=0.1, end_s=1.0, lines=((Word(text="Hi", start_s=0.1, end_s=0.4),),)),),)
        ),
        narration=Narration(
            narrator="n", voice="v", clips=(Clip(path=WORKSPACE / "c.wav", sha256="0", samples=1, words=()),)
        ),
        verdict=Verdict(checks=(Check.of("size", passed=True, measured="1", limit="1"),)),
        history=(Event(at=AT, status=JobStatus.PENDING),),
        brief=Brief(title="x", sections=(Section(heading="h", blocks=()),)),
    )
    assert from_json(to_json(full, WORKSPACE).encode(), Job, WORKSPACE, where="job") == full


async def test_the_stage_of_a_film_in_progress_is_only_in_its_file_but_indexed_fields_are_in_its_row(tmp_path):
    store = CheckpointStore(tmp_path)
    job = Job(id="a" * 8, batch="space", folder="space/sky", brief=Brief(title="Sky"))
    await store.save_job(job)
    await store.save_batch(Batch(name="space", source="", created_at=AT, jobs=(job.id,)))
    job = advance(job, JobStatus.IN_PROGRESS, at=AT)

    def stages() -> tuple[str, list[str]]:
        return store.index("space").find(job.id).stage, [row.stage for row in store.in_progress("space")]

    await store.save_job(job.evolve(stage="script"))
    await store.save_job(job.evolve(stage="narration"))
    assert await to_thread.run_sync(stages) == ("script", ["narration"])
    await to_thread.run_sync(store.refreshed, "space")
    assert await to_thread.run_sync(stages) == ("narration", ["narration"])

    await store.save_job(job.evolve(stage="scenes", sketch=("a",)))
    assert await to_thread.run_sync(stages) == ("scenes", ["scenes"])
    await anyio.Path(file_of(tmp_path, job.id)).write_bytes(b"{")
    assert await to_thread.run_sync(stages) == ("scenes", [])
    await store.save_job(advance(job.evolve(stage="film"), JobStatus.PENDING, at=AT))
    assert await to_thread.run_sync(stages) == ("film", [])


def test_a_changed_job_has_what_was_changed_and_nothing_that_jobs_do_not_have():
    job = Job(id="a" * 8, batch="space", folder="space/sky", brief=Brief(title="Sky"))

    assert job.evolve(stage="script") == replace(job, stage="script")
    assert job.stage == ""
    with pytest.raises(TypeError, match="a job has no stages"):
        job.evolve(stages="script")


def test_a_checkpoint_without_read_permission_is_an_error_with_a_hint(tmp_path, monkeypatch):
    def refuse(path, *_):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(CheckpointError) as caught:
        read_document(tmp_path / "batch.json", Batch, tmp_path, batch="space")

    assert str(caught.value) == "batch.json: can't be read: permission denied. Check its permissions"
