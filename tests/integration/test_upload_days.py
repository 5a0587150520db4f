"""250 films, and a project that may upload 100 a day: three days, on a clock that runs ahead of the real one.

Films are a few bytes here, and all is real from there on: checkpoints, scheduler, ledgers, HTTP, and a stand-in that
counts as Google does, by days of Los Angeles.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from anyio import to_thread

from pipeline.model import Brief, JobStatus, Receipt, Video
from pipeline.orchestrator import jobs, scheduler
from pipeline.orchestrator.events import Notice
from pipeline.orchestrator.plan import plan_batch
from pipeline.orchestrator.scheduler import Scheduler
from pipeline.orchestrator.stages import STAGES, Stage
from pipeline.orchestrator.workshop import open_workshop
from pipeline.orchestrator.workshop.machine import Machine
from tests.standins.youtube import YouTubeStandIn
from tests.standins.youtube.clients import token_file
from tests.virtual_time import START_S, run_in_virtual_time

FILMS = 250
HOUR_S = 3600


@dataclass(kw_only=True)
class Batch:
    """What came of it."""

    youtube: YouTubeStandIn
    counts: dict[JobStatus, int] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    ended_at: datetime | None = None

    @property
    def uploads(self) -> dict[date, int]:
        """By day of Los Angeles, as the server has counted them."""
        return {day: spent["uploads"] for day, spent in self.youtube.quota.spent.items()}


@pytest.fixture
def only_uploads(monkeypatch):
    """Films are there from the beginning, in their folders."""

    def write(job, shop):
        package = shop.places.package(job.folder, job.batch)
        package.video.parent.mkdir(parents=True, exist_ok=True)
        for path in package.files:
            path.write_bytes(job.id.encode())
        package.metadata.write_text(f'{{"title": "{job.brief.title}"}}', encoding="utf-8")
        sha256 = hashlib.sha256(job.id.encode()).hexdigest()
        video = Video(frames=30, bytes=len(job.id), sha256=sha256)
        return job.evolve(receipt=Receipt(destination="folder", package=package), video=video)

    async def make(job, shop, _attempt):
        return await to_thread.run_sync(write, job, shop)

    film = Stage(name="film", run=make, fills=("receipt",), is_done=lambda job, _: job.receipt is not None)
    monkeypatch.setattr(jobs, "STAGES", (film, STAGES[-1]))
    # By the real clock, which hardly moves here.
    monkeypatch.setattr(scheduler, "_ELSEWHERE_S", 0.0)


def upload(workspace, begin, *, films=FILMS, **settings):
    async def run():
        loop = asyncio.get_running_loop()

        def clock():
            return begin + timedelta(seconds=loop.time() - START_S)

        async with YouTubeStandIn(clock=clock) as youtube:
            youtube.accounts.clock = youtube.quota.clock = clock
            await to_thread.run_sync(youtube.write_token, token_file(workspace))
            wanted = {
                "publishing.to": "youtube",
                "youtube.root_url": youtube.url,
                "youtube.token_url": youtube.token_url,
                "work.strategy": "fixed",
                "work.max_concurrent": 4,
                **settings,
            }
            opened = await to_thread.run_sync(partial(open_workshop, workspace=workspace, overrides=wanted))
            machine = Machine(workspace=opened.workspace, settings=opened.settings, clock=clock)
            shop = replace(opened, machine=machine)
            batch = Batch(youtube=youtube)
            briefs = [Brief(title=f"Film {number}", origin=f"films.txt:{number}") for number in range(films)]
            await plan_batch(briefs, shop, batch="films", source="films.txt")

            def heard(event):
                if isinstance(event, Notice):
                    batch.notices.append(event.text)

            await Scheduler(shop, "films", heard, pulse_s=HOUR_S).run()
            batch.ended_at = clock()
            standing = await to_thread.run_sync(lambda: shop.store.index("films").counts())
            batch.counts = {status: each.jobs for status, each in standing.items() if each.jobs}
            await to_thread.run_sync(shop.store.close)
        return batch

    return run_in_virtual_time(run)


@pytest.mark.parametrize(
    ("begin", "days"),
    [
        # The second day has 23 hours, or 25.
        (datetime(2026, 3, 7, 20, tzinfo=UTC), [date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9)]),
        (datetime(2026, 10, 31, 20, tzinfo=UTC), [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)]),
    ],
    ids=["spring", "autumn"],
)
def test_250_films_go_out_in_three_days_by_themselves_and_no_call_is_one_too_many(only_uploads, tmp_path, begin, days):
    batch = upload(tmp_path, begin)

    assert batch.counts == {JobStatus.COMPLETED: FILMS}
    assert batch.uploads == dict(zip(days, (100, 100, 50), strict=True))
    assert batch.youtube.quota.refused == Counter()
    assert set(batch.youtube.films_by_tag().values()) == {1}
    assert len(batch.youtube.films) == FILMS
    # The last fifty go out as soon as the third day begins: at midnight, not a day after the first.
    assert (batch.ended_at - begin) < timedelta(days=1, hours=14)
    assert batch.youtube.complaints == []
