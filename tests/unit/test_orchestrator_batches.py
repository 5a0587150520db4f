"""Many jobs: planned together, run side by side, each by itself when it fails."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest

from pipeline.errors import BusyError, InputError
from pipeline.model import Brief
from pipeline.orchestrator import batches, open_workshop
from pipeline.orchestrator import jobs as jobs_module
from pipeline.orchestrator.stages import Stage


@pytest.fixture
def shop(tmp_path):
    return open_workshop(workspace=tmp_path, overrides={"work.concurrent_jobs": 2})


@pytest.fixture
def room(monkeypatch):
    """One stage in place of all: it writes down whom it serves, fails for "Bad", and waits when it is told to."""
    room = Room()
    monkeypatch.setattr(
        jobs_module, "STAGES", (Stage(name="script", run=room.run, is_done=lambda job: "script" in job.stages),)
    )
    return room


class Room:
    def __init__(self) -> None:
        self.served: list[str] = []
        self.at_once = self.most_at_once = self.crowd = 0
        self.entered = anyio.Event()
        self.open = anyio.Event()
        self.open.set()

    async def run(self, job, shop):
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
        if job.brief.title == "Bad":
            raise InputError("is bad")
        return job


def briefs(*titles):
    return [Brief(title=title, origin=f"{title}.md") for title in titles]


def run(shop, *titles, batch="kitchen"):
    return batches.run_batch(briefs(*titles), shop, batch=batch, source="kitchen")


async def test_a_bad_film_does_not_stop_the_others(room, shop):
    jobs = await run(shop, "One", "Bad", "Two")

    assert [(job.brief.title, job.status) for job in jobs] == [
        ("One", "completed"),
        ("Bad", "failed"),
        ("Two", "completed"),
    ]
    assert [job.id for job in (await shop.store.jobs("kitchen")).jobs] == [job.id for job in jobs]


async def test_only_what_is_not_done_is_done_again(room, shop):
    await run(shop, "One", "Bad", "Two")
    room.served.clear()

    await run(shop, "One", "Bad", "Two", "Three")

    # The completed ones have no film in this test, so they are taken up, but no stage of theirs is.
    assert sorted(room.served) == ["Bad", "Three"]


async def test_a_few_are_made_at_once_and_no_more(room, shop):
    room.open, room.crowd = anyio.Event(), 2

    with anyio.fail_after(30):
        await run(shop, *"ABCDEF")

    assert room.most_at_once == 2


async def test_a_batch_of_nothing_is_nothing(room, shop):
    assert await run(shop) == ()


async def test_a_batch_belongs_to_one_process(room, shop):
    async with shop.store.batch_claim("kitchen"):
        with pytest.raises(BusyError, match=r"is working on batch “kitchen”"):
            await run(shop, "One")

    assert room.served == []
    assert await run(shop, "One")


async def test_what_left_the_source_leaves_the_batch(room, shop):
    await run(shop, "One", "Two")

    await run(shop, "Two")

    assert [job.brief.title for job in (await shop.store.jobs("kitchen")).jobs] == ["Two"]


async def test_a_changed_brief_replaces_the_job_of_the_old_one(room, shop):
    (old,) = await run(shop, "One")
    changed = [replace(brief, description="new") for brief in briefs("One")]

    (new,) = await batches.run_batch(changed, shop, batch="kitchen", source="kitchen")

    assert (new.name, new.id == old.id) == (old.name, False)
    files = await anyio.to_thread.run_sync(lambda: sorted(shop.workspace.glob("state/batches/kitchen/jobs/*.json")))
    assert [path.stem for path in files] == [new.id]


async def test_films_made_one_by_one_gather_in_one_batch(room, shop):
    for title in ("One", "Two", "One"):
        await batches.run_one(briefs(title)[0], shop)

    assert [job.brief.title for job in (await shop.store.jobs("films")).jobs] == ["Two", "One"]
    await run(shop, "Three", batch="films")
    assert [job.brief.title for job in (await shop.store.jobs("films")).jobs] == ["Two", "One", "Three"]


async def test_a_film_is_made_by_one_process_at_a_time(room, shop):
    room.open = anyio.Event()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(batches.run_one, briefs("One")[0], shop)
        await room.entered.wait()
        with pytest.raises(BusyError, match="is working on “One”"):
            await batches.run_one(briefs("One")[0], shop)
        room.open.set()

    assert room.served == ["One"]


async def test_several_films_do_not_go_into_one_file(room, shop, tmp_path):
    one_file = replace(shop, output=tmp_path / "film.mp4")

    with pytest.raises(InputError, match=r"2 films don't fit one file.*Give a folder"):
        await run(one_file, "One", "Two")

    assert list(tmp_path.iterdir()) == []
    assert len(await run(one_file, "One")) == 1


async def test_an_interruption_puts_every_film_back(room, shop):
    room.open = anyio.Event()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: run(shop, "One", "Two", "Three"))
        await room.entered.wait()
        tasks.cancel_scope.cancel()

    assert {str(job.status) for job in (await shop.store.jobs("kitchen")).jobs} == {"pending"}
    async with shop.store.batch_claim("kitchen", wait_s=0):
        pass
