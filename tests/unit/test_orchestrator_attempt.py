"""One attempt at a film: its clock, its cores, and crashed workers."""

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
from pipeline.model import (
    Brief,
    Check,
    Clip,
    Job,
    Narration,
    Paragraph,
    QualityProfile,
    Receipt,
    Script,
    Section,
    Segment,
    SourceRow,
    Subtitles,
    Table,
    Verdict,
    Video,
    VideoFormat,
)
from pipeline.model.metadata import fit_title
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film import attempt as attempts
from pipeline.orchestrator.film import segments
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.scene_renderer import SceneRenderer
from pipeline.orchestrator.film.stages import quality
from pipeline.orchestrator.film.stages.quality import inspect
from pipeline.publishing import FileNames, hash_files, sidecar_files
from pipeline.quality import Expected, Parts
from pipeline.quality.expected import NearDuplicate
from pipeline.rendering import Look, missing_glyphs
from pipeline.settings import Settings
from pipeline.template import load_template

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
async def attempt(tmp_path):
    """Nothing is done ahead here."""
    return Attempt(
        cores=Cores(1), rank=(0,), work_folder=tmp_path, crash_report=tmp_path / "evidence.txt", background=None
    )


async def test_the_time_limit_is_paused_while_a_film_waits_for_a_core(attempt):
    with attempt.time_limit(100) as scope:
        with attempt._pause_clock():
            with attempt._pause_clock():
                assert scope.deadline == inf
            # Another scene still waits.
            assert scope.deadline == inf

        assert scope.deadline == pytest.approx(anyio.current_time() + 100, abs=5)


async def test_the_time_limit_runs_while_no_task_waits(attempt):
    with attempt.time_limit(100) as scope:
        before = scope.deadline

        assert before == pytest.approx(anyio.current_time() + 100, abs=5)
    with attempt.time_limit(-1) as scope:
        await anyio.sleep_forever()
    assert scope.cancelled_caught


async def test_the_longest_scene_is_drawn_first_after_tasks_without_an_estimate(attempt, monkeypatch):
    order = []

    async def in_turn(cores, function, *arguments, rank, **_):
        async with cores.slot(rank):
            order.append(arguments[0])

    monkeypatch.setattr(attempts, "run_in_worker", in_turn)
    async with anyio.create_task_group() as tasks, attempt.cores.exclusive():
        for name, duration_hint in (("short", 112), ("long", 192), ("clip", 0), ("middle", 176)):
            tasks.start_soon(partial(attempt.compute, print, name, duration_hint=duration_hint))
        await anyio.wait_all_tasks_blocked()
        assert order == []

    assert order == ["clip", "long", "middle", "short"]


@pytest.fixture
async def studio(attempt, tmp_path, monkeypatch):
    """What is drawn does not matter: nobody comes so far."""
    monkeypatch.setattr(segments.SegmentTask, "key", property(lambda self: "ab" * 32))
    context = await anyio.to_thread.run_sync(lambda: open_context(workspace=tmp_path))
    return SceneRenderer(
        script=SimpleNamespace(scenes=("scene",) * 3),
        look=Look(title="Tea"),
        encoder=None,
        fonts="",
        transition="cut",
        context=replace(context),
        attempt=attempt,
    )


@pytest.fixture
def clip(tmp_path):
    return Clip(path=tmp_path / "clip.wav", samples=25_600, words=(), sha256="0" * 64)


async def test_a_scene_that_crashed_its_workers_is_not_tried_again(studio, clip, monkeypatch):
    deaths = []

    async def die(self, function, *arguments, duration_hint=0):
        deaths.append(function.__name__)
        raise CrashError("a worker process died twice")

    monkeypatch.setattr(Attempt, "compute", die)

    for _ in range(2):
        with pytest.raises(CrashError):
            await studio.segment(0, clip, ())

    assert deaths == ["make_segment"]


async def test_stills_are_cached_by_their_content(studio, monkeypatch):
    drawn = []

    async def draw(self, function, order, path, duration_hint=0):
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


async def test_a_scene_that_fails_inspection_is_named_and_not_cached(studio, clip, monkeypatch):
    async def refuse(self, function, order, path, duration_hint=0):
        await anyio.Path(path).write_bytes(b"a segment, black")
        raise QualityError("the scene does not pass: pictures is black")

    monkeypatch.setattr(Attempt, "compute", refuse)

    with pytest.raises(QualityError, match=r"^scene 3: the scene does not pass: pictures is black"):
        await studio.segment(2, clip, ())

    assert await anyio.to_thread.run_sync(studio.context.cache.size_bytes) == 0


class Gate:
    """The context and the attempt of a film that is judged: what was asked, kept and removed."""

    def __init__(self, *checks, film="", holds="splice"):
        self.verdict = Verdict(checks=checks, profile="standard").of_film(film)
        self.told, self.discarded, self.cleared, self.kept = (), [], [], []
        self.encoding = lambda _: SimpleNamespace(video_format=VideoFormat(), encoder=EncoderPlan(holds=holds))
        self.settings, self.cache, self.clock = Settings(), self, lambda: AT
        self.template = lambda _: load_template("explainer", search=[])
        self.profile = lambda _: QualityProfile()
        self.look = lambda *_: Look(title="Why tea cools")

    async def discard(self, path):
        self.discarded.append(path)

    async def clear_work_folder(self, *job):
        self.cleared.append(job)

    async def save(self, job):
        self.kept.append(job)

    async def compute(self, function, *told):
        if function is missing_glyphs:
            return "\u2603"
        self.told = told
        return self.verdict


def joined(clip, tmp_path, **values):
    """A film that is to be judged."""
    package = FileNames().in_folder(tmp_path)
    for path in package.files:
        path.write_bytes(b"film")
    film = Job(
        id="ab" * 8,
        batch="tea",
        folder="tea/cools",
        brief=Brief(title="Why tea cools"),
        narration=Narration(narrator="espeak", voice="en", clips=(clip,)),
        subtitles=Subtitles(scenes=((),)),
        script=Script(title="Why tea cools", language="en", scenes=()),
        package=package,
        segments=(Segment(path=tmp_path / "scene.mp4", frames=16),),
        video=Video(frames=16, bytes=4, sha256="ab" * 32),
    )
    return film.evolve(**values)


def fails(name):
    return Check.of(name, passed=False, measured="this", limit="that")


PICTURES = ("pictures", "decoded", "black", "picture_codec", "size", "frame_rate", "colours")
SOUND = ("loudness", "silence", "balance", "phase", "true_peak", "sound_codec")


@pytest.mark.parametrize(
    ("wrong", "made_again"),
    [
        *((name, True) for name in (*PICTURES, *SOUND)),
        *((name, False) for name in ("thumbnail", "index", "parts", "text")),
    ],
)
async def test_segments_are_discarded_only_for_faults_of_scenes(clip, tmp_path, wrong, made_again):
    gate, job = Gate(fails(wrong), replace(fails("pictures"), verdict="warn")), joined(clip, tmp_path)

    with pytest.raises(QualityError, match=f"{wrong} is this, must be that"):
        await inspect(job, gate, gate)

    assert gate.cleared == [("tea", job.id)]
    (after,) = gate.kept
    assert [failed.verdict.reasons for failed in after.failed_verdicts] == [(f"{wrong} is this, must be that",)]
    assert (after.package, after.verdict, after.receipt) == (None, None, None)
    assert gate.discarded == ([job.segments[0].path] if made_again else [])


async def test_a_verdict_on_an_older_film_does_not_count_and_one_repeated_after_a_crash_is_recorded_once(
    clip, tmp_path
):
    gate = Gate(fails("text"))
    receipt = Receipt(destination="folder", package=FileNames().in_folder(tmp_path))
    before = Verdict(checks=(Check.of("text", passed=True, measured="", limit=""),)).of_film("cd" * 32)
    job = joined(clip, tmp_path, verdict=before, receipt=receipt)

    async def judged(job):
        with pytest.raises(QualityError):
            await inspect(job, gate, gate)
        return gate.kept[-1]

    once = await judged(job)
    assert (once.verdict, once.receipt) == (None, None)
    again = await judged(joined(clip, tmp_path, failed_verdicts=once.failed_verdicts))
    assert again.failed_verdicts == once.failed_verdicts
    # Of a film that was made afresh since, the same may be said.
    (said,) = once.failed_verdicts
    afresh = await judged(joined(clip, tmp_path, failed_verdicts=(replace(said, again="script"),)))
    assert [each.again for each in afresh.failed_verdicts] == ["script", ""]
    other = Verdict(checks=(fails("language"),))
    different = await judged(joined(clip, tmp_path, failed_verdicts=(replace(said, verdict=other),)))
    assert len(different.failed_verdicts) == 2


async def test_a_film_that_changed_after_it_was_joined_is_rejected(clip, tmp_path):
    whole, job = Check.of("file", passed=True, measured="whole", limit="whole"), joined(clip, tmp_path)
    ours, other = Gate(whole, film=job.video.sha256), Gate(whole, film="cd" * 32)

    beside = await anyio.to_thread.run_sync(lambda: hash_files(sidecar_files(job.package)))

    done = await inspect(job, ours, ours)
    with pytest.raises(QualityError, match="has changed since it was joined"):
        await inspect(job, other, other)

    assert done.verdict.is_pass_for(job.video.sha256)
    assert done.verdict.companions == set(beside.items())


@pytest.mark.parametrize(("order", "silent"), [("espeak", False), ("silence", True), ("silence and music", False)])
async def test_the_gate_gets_everything_that_is_known_about_a_film(clip, tmp_path, monkeypatch, order, silent):
    narrator, _, music = order.partition(" and ")
    title = "Why tea cools, and " + "cools " * 20
    twin = NearDuplicate(name="job 1", share=1.0)
    monkeypatch.setattr(quality, "find_duplicate", lambda *_: twin)
    table = Table(columns=("a", "b"), rows=(("None", "x"), (" None ", "y")))
    job = joined(
        clip,
        tmp_path,
        brief=Brief(
            title=title,
            row=SourceRow(fields=(("name", "Ada"), ("town", "None"))),
            sections=(Section(heading="", blocks=(Paragraph(text="Tea cools."), table)),),
        ),
        script=Script(title=title, language="en", scenes=()),
        narration=Narration(narrator=narrator, voice="en", clips=(clip,)),
        music=tmp_path / music if music else None,
    )
    gate = Gate(
        Check.of("file", passed=True, measured="", limit=""),
        film=job.video.sha256,
        holds="variable" if silent else "splice",
    )

    await inspect(job, gate, gate)

    package, expected, parts, depth, profile = gate.told
    assert expected == Expected(
        video_format=VideoFormat(),
        lengths=(clip.samples,),
        subtitles=job.subtitles,
        codec="h264",
        silent=silent,
        variable_rate=silent,
        script=job.script,
        cells=("Ada", "None", "None", " None "),
        title=fit_title(title),
        words=(clip.words,),
        undrawable="\u2603",
        compared=True,
        near_duplicate=twin,
    )
    assert len(expected.title) <= 100 < len(title)
    assert (package, depth, profile.name) == (job.package, "parts", "standard")
    assert parts == Parts(segments=(job.segments[0].path,), sound=job.music)


def test_partial_files_of_a_killed_worker_are_removed_when_the_film_is_joined_again(tmp_path, monkeypatch):
    left, other = tmp_path / ".video.0a1b2c3d.mp4", tmp_path / "video.srt"
    left.touch()
    other.touch()
    seen = []
    monkeypatch.setattr(segments, "join_segments", lambda *_, **__: seen.extend(sorted(tmp_path.iterdir())))

    segments.join_film((), None, "Tea", tmp_path / "video.mp4", 30)

    assert seen == [other]
