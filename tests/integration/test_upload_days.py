"""250 films in a project that may upload 100 a day: three days on an accelerated clock.

The films are a few bytes; everything else is real: checkpoints, scheduler, ledgers, HTTP, and a stand-in that counts
quota as Google does, in days of Pacific time.
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

from pipeline.model import Brief, Check, JobStatus, Receipt, Verdict, Video
from pipeline.orchestrator.batch import queues
from pipeline.orchestrator.batch.planning import plan_batch
from pipeline.orchestrator.batch.scheduler import Scheduler
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.context.runtime import Runtime
from pipeline.orchestrator.events import Notice
from pipeline.orchestrator.film import runner
from pipeline.orchestrator.film.stages import STAGES, Stage
from pipeline.publishing import hash_files, sidecar_files
from tests.standins.youtube import YouTubeStandIn
from tests.standins.youtube.clients import token_file
from tests.virtual_time import START_S, run_in_virtual_time

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

    def write(job, context):
        package = context.paths.package(job.folder, job.batch)
        package.video.parent.mkdir(parents=True, exist_ok=True)
        for path in package.files:
            path.write_bytes(job.id.encode())
        package.thumbnail.write_bytes(b"\xff\xd8\xff" + job.id.encode())
        package.srt.write_text(f"1\n00:00:00,000 --> 00:00:02,000\n{job.brief.title}\n", encoding="utf-8")
        package.metadata.write_text(f'{{"title": "{job.brief.title}", "language": "en"}}', encoding="utf-8")
        sha256 = hashlib.sha256(job.id.encode()).hexdigest()
        video = Video(frames=30, bytes=len(job.id), sha256=sha256)
        check = Check.of("file", passed=True, measured="whole", limit="whole")
        verdict = Verdict(checks=(check,)).of_film(sha256, hash_files(sidecar_files(package)))
        return job.evolve(receipt=Receipt(destination="folder", package=package), video=video, verdict=verdict)

    async def make(job, context, _attempt):
        return await to_thread.run_sync(write, job, context)

    film = Stage(name="film", run=make, fills=("receipt",), is_done=lambda job, _: job.receipt is not None)
    monkeypatch.setattr(runner, "STAGES", (film, STAGES[-1]))
    # By the real clock, which hardly moves here.
    monkeypatch.setattr(queues, "_BACKOFF_S", 0.0)


def upload(workspace, begin, *, films, per_day, **settings):
    async def run():
        loop = asyncio.get_running_loop()

        def clock():
            return begin + timedelta(seconds=loop.time() - START_S)

        async with YouTubeStandIn(clock=clock) as youtube:
            youtube.accounts.clock = youtube.quota.clock = clock
            youtube.quota.uploads = per_day
            youtube.quota.units = settings.get("youtube.units_per_day", youtube.quota.units)
            await to_thread.run_sync(youtube.write_token, token_file(workspace))
            wanted = {
                "publishing.to": "youtube",
                "youtube.root_url": youtube.url,
                "youtube.token_url": youtube.token_url,
                "youtube.uploads_per_day": per_day,
                "work.strategy": "fixed",
                "work.max_concurrent": 4,
                # Films alone: what goes with them has units of its own.
                "youtube.thumbnail": False,
                "youtube.captions": False,
                "youtube.wait_for_processing_s": 0,
                **settings,
            }
            opened = await to_thread.run_sync(partial(open_context, workspace=workspace, overrides=wanted))
            machine = Runtime(workspace=opened.workspace, settings=opened.settings, clock=clock)
            context = replace(opened, runtime=machine)
            batch = Batch(youtube=youtube)
            briefs = [Brief(title=f"Film {number}", origin=f"films.txt:{number}") for number in range(films)]
            await plan_batch(briefs, context, batch="films", source="films.txt")

            def heard(event):
                if isinstance(event, Notice):
                    batch.notices.append(event.text)

            await Scheduler(context, "films", heard, interval_s=HOUR_S).run()
            batch.ended_at = clock()
            standing = await to_thread.run_sync(context.store.index("films").totals.counts)
            batch.counts = {status: each.jobs for status, each in standing.items() if each.jobs}
            await to_thread.run_sync(context.store.close)
        return batch

    return run_in_virtual_time(run)


# The second day has 23 hours, or 25.
SPRING = (datetime(2026, 3, 7, 20, tzinfo=UTC), [date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9)])
AUTUMN = (datetime(2026, 10, 31, 20, tzinfo=UTC), [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)])


@pytest.mark.parametrize(
    ("calendar", "films", "per_day"),
    [
        pytest.param(SPRING, 250, 100, id="250 in spring", marks=pytest.mark.soak),
        pytest.param(AUTUMN, 250, 100, id="250 in autumn", marks=pytest.mark.soak),
        pytest.param(SPRING, 25, 10, id="25 in spring"),
        pytest.param(AUTUMN, 25, 10, id="25 in autumn"),
    ],
)
def test_films_are_published_over_three_days_within_the_quota(only_uploads, tmp_path, calendar, films, per_day):
    begin, days = calendar
    batch = upload(tmp_path, begin, films=films, per_day=per_day)

    assert batch.counts == {JobStatus.COMPLETED: films}
    assert batch.uploads == dict(zip(days, (per_day, per_day, films - 2 * per_day), strict=True))
    assert batch.youtube.quota.refused == Counter()
    assert (len(batch.youtube.films), set(batch.youtube.films_by_tag().values())) == (films, {1})
    # The last ones go out as soon as the third day begins: at midnight, not two days after the first.
    assert (batch.ended_at - begin) < timedelta(days=1, hours=14)
    assert batch.youtube.complaints == []


def test_captions_beyond_the_daily_quota_follow_automatically_and_every_film_has_its_thumbnail(only_uploads, tmp_path):
    begin, _ = SPRING
    films, day = 7, 1_000
    settings = {"youtube.thumbnail": True, "youtube.captions": True, "youtube.units_per_day": day}
    batch = upload(tmp_path, begin, films=films, per_day=100, **settings)

    youtube = batch.youtube
    assert batch.counts == {JobStatus.COMPLETED: films}
    assert youtube.extras.thumbnails.keys() == youtube.films.keys()
    assert set(map(tuple, youtube.extras.captions.values())) == {(("en", "en"),)}
    assert len(youtube.extras.captions) == films
    # A picture, and a look at each film: the first day has one track of captions to spare, each other one two.
    assert [spent["units"] for spent in youtube.quota.spent.values()] == [films * 51 + 400, 800, 800, 800]
    assert youtube.quota.refused == Counter()
    assert (youtube.calls["videos.insert"], youtube.calls["thumbnails.set"]) == (films, films)
    assert (youtube.calls["captions.insert"], youtube.calls["captions.list"]) == (films, 0)


def test_films_wait_for_the_upload_hours_and_each_has_its_own_slot(only_uploads, tmp_path):
    noon = datetime(2026, 3, 28, 11, tzinfo=UTC)
    batch = upload(
        tmp_path,
        noon,
        films=5,
        per_day=100,
        **{"youtube.hours": "22:00-06:00", "youtube.time_zone": "Europe/Berlin", "youtube.slots": "Sat-Mon 18:00"},
    )

    assert batch.counts == {JobStatus.COMPLETED: 5}
    at = [film.published_at for film in batch.youtube.films.values()]
    # 22:00 in winter time; the night is the one in which the clocks go forward.
    assert min(at) >= datetime(2026, 3, 28, 21, tzinfo=UTC)
    assert max(at) < datetime(2026, 3, 29, 4, tzinfo=UTC)
    told = sorted(
        (film.resource["status"]["publishAt"], film.resource["status"]["privacyStatus"])
        for film in batch.youtube.films.values()
    )
    assert told == [
        ("2026-03-29T16:00:00Z", "private"),
        ("2026-03-30T16:00:00Z", "private"),
        ("2026-04-04T16:00:00Z", "private"),
        ("2026-04-05T16:00:00Z", "private"),
        ("2026-04-06T16:00:00Z", "private"),
    ]
