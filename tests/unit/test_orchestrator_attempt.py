"""One attempt at a film: its clock, its cores, and what killed its workers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from math import inf
from types import SimpleNamespace

import anyio
import pytest

from pipeline.assembly import EncoderPlan
from pipeline.errors import CrashError, QualityError
from pipeline.limits import Cores
from pipeline.model import Brief, Check, Clip, Job, Narration, Script, Segment, Subtitles, Verdict, VideoFormat
from pipeline.orchestrator.film import attempt as attempts
from pipeline.orchestrator.film import scenes
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.stages.quality import inspect
from pipeline.orchestrator.film.studio import Studio
from pipeline.orchestrator.workshop import open_workshop
from pipeline.publishing import FileNames
from pipeline.rendering import Look
from pipeline.settings import Settings
from pipeline.template import load_template

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
async def attempt(tmp_path):
    """Nothing is done ahead here."""
    return Attempt(cores=Cores(1), rank=(0,), bench=tmp_path, evidence=tmp_path / "evidence.txt", ahead=None)


async def test_the_clock_of_a_stage_stands_still_while_its_film_waits_for_a_core(attempt):
    with attempt.time_limit(100) as scope:
        with attempt._standing_still():
            with attempt._standing_still():
                assert scope.deadline == inf
            # Another scene still waits.
            assert scope.deadline == inf

        assert scope.deadline == pytest.approx(anyio.current_time() + 100, abs=5)


async def test_the_clock_runs_while_no_scene_waits(attempt):
    with attempt.time_limit(100) as scope:
        before = scope.deadline

        assert before == pytest.approx(anyio.current_time() + 100, abs=5)
    with attempt.time_limit(-1) as scope:
        await anyio.sleep_forever()
    assert scope.cancelled_caught


async def test_the_longest_scene_of_a_film_is_drawn_first_and_what_scenes_wait_for_before_it(attempt, monkeypatch):
    order = []

    async def in_turn(cores, function, *arguments, rank, **_):
        async with cores.slot(rank):
            order.append(arguments[0])

    monkeypatch.setattr(attempts, "in_worker", in_turn)
    async with anyio.create_task_group() as tasks, attempt.cores.alone():
        for name, takes in (("short", 112), ("long", 192), ("clip", 0), ("middle", 176)):
            tasks.start_soon(partial(attempt.compute, print, name, takes=takes))
        await anyio.wait_all_tasks_blocked()
        assert order == []

    assert order == ["clip", "long", "middle", "short"]


@pytest.fixture
async def studio(attempt, tmp_path, monkeypatch):
    """What is drawn does not matter: nobody comes so far."""
    monkeypatch.setattr(scenes.SegmentOrder, "key", property(lambda self: "ab" * 32))
    shop = await anyio.to_thread.run_sync(lambda: open_workshop(workspace=tmp_path))
    return Studio(
        script=SimpleNamespace(scenes=("scene",) * 3),
        look=Look(title="Tea"),
        encoder=None,
        fonts="",
        transition="cut",
        shop=replace(shop),
        attempt=attempt,
    )


@pytest.fixture
def clip(tmp_path):
    return Clip(path=tmp_path / "clip.wav", samples=25_600, words=(), sha256="0" * 64)


async def test_a_scene_that_killed_its_workers_is_not_given_to_others(studio, clip, monkeypatch):
    deaths = []

    async def die(self, function, *arguments, takes=0):
        deaths.append(function.__name__)
        raise CrashError("a worker process died twice")

    monkeypatch.setattr(Attempt, "compute", die)

    for _ in range(2):
        with pytest.raises(CrashError):
            await studio.segment(0, clip, ())

    assert deaths == ["make_segment"]


async def test_stills_are_drawn_once_by_what_they_show(studio, monkeypatch):
    drawn = []

    async def draw(self, function, order, path, takes=0):
        drawn.append((function.__name__, order.script.title, order.episode))
        await anyio.Path(path).write_bytes(f"stills of {order.episode}".encode())

    monkeypatch.setattr(Attempt, "compute", draw)
    studio = replace(studio, script=Script(title="Tea", language="en", scenes=()))

    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(studio.stills, 0)
    first = await studio.stills(0)
    other = await studio.stills(7)
    renamed = await replace(studio, script=Script(title="Coffee", language="en", scenes=())).stills(0)

    assert drawn == [("make_stills", "Tea", 0), ("make_stills", "Tea", 7), ("make_stills", "Coffee", 0)]
    assert len({first, other, renamed}) == 3
    assert await anyio.Path(first).read_bytes() == b"stills of 0"


async def test_a_scene_that_does_not_pass_is_named_and_not_kept(studio, clip, monkeypatch):
    async def refuse(self, function, order, path, takes=0):
        await anyio.Path(path).write_bytes(b"a segment, black")
        raise QualityError("the scene does not pass: pictures is black")

    monkeypatch.setattr(Attempt, "compute", refuse)

    with pytest.raises(QualityError, match=r"^scene 3: the scene does not pass: pictures is black"):
        await studio.segment(2, clip, ())

    assert await anyio.to_thread.run_sync(studio.shop.cache.size_bytes) == 0


@pytest.mark.parametrize(("wrong", "made_again"), [("pictures", True), ("loudness", True), ("thumbnail", False)])
async def test_only_what_a_film_has_from_its_scenes_costs_it_the_scenes(clip, tmp_path, wrong, made_again):
    discarded, cleared, kept = [], [], []

    async def discard(path):
        discarded.append(path)

    async def clear_bench(*job):
        cleared.append(job)

    async def keep(job):
        kept.append(job)

    async def verdict(*_):
        return Verdict(checks=(Check.of(wrong, passed=False, measured="this", limit="that"),))

    segment = Segment(path=tmp_path / "scene.mp4", frames=16)
    job = Job(
        id="ab" * 8,
        batch="films",
        folder="why-tea-cools",
        brief=Brief(title="Why tea cools"),
        narration=Narration(narrator="espeak", voice="en", clips=(clip,)),
        subtitles=Subtitles(scenes=((),)),
        script=Script(title="Why tea cools", language="en", scenes=()),
        package=FileNames().within(tmp_path),
        segments=(segment,),
    )
    shop = SimpleNamespace(
        encoding=lambda _: SimpleNamespace(video_format=VideoFormat(), encoder=EncoderPlan()),
        settings=Settings(),
        template=lambda _: load_template("explainer", search=[]),
        look=lambda *_: Look(title="Why tea cools"),
        cache=SimpleNamespace(discard=discard),
        clear_bench=clear_bench,
        clock=lambda: AT,
    )

    with pytest.raises(QualityError, match=f"{wrong} is this, must be that"):
        await inspect(job, shop, SimpleNamespace(compute=verdict, keep=keep))

    assert cleared == [("films", job.id)]
    (after,) = kept
    assert [failed.verdict.reasons for failed in after.failed_verdicts] == [(f"{wrong} is this, must be that",)]
    assert (after.package, after.verdict) == (None, None)
    assert discarded == ([segment.path] if made_again else [])


def test_what_a_worker_left_that_was_killed_while_it_joined_a_film_goes_when_the_film_is_joined_again(
    tmp_path, monkeypatch
):
    left, other = tmp_path / ".video.0a1b2c3d.mp4", tmp_path / "video.srt"
    left.touch()
    other.touch()
    seen = []
    monkeypatch.setattr(scenes, "join_segments", lambda *_, **__: seen.extend(sorted(tmp_path.iterdir())))

    scenes.join_film((), None, "Tea", tmp_path / "video.mp4", 30)

    assert seen == [other]
