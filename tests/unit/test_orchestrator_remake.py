"""A film that fails the gate is made again once, from the stage that may differ; both verdicts are kept."""

from __future__ import annotations

from datetime import UTC, datetime

import anyio
import pytest
from anyio import to_thread

from pipeline.errors import QualityError
from pipeline.model import (
    Brief,
    Check,
    FailedVerdict,
    Job,
    JobStatus,
    Narration,
    Receipt,
    Script,
    StatementScene,
    Verdict,
)
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film import runner as jobs_module
from pipeline.orchestrator.film.remake import discard_from, remake_stage
from pipeline.orchestrator.film.runner import run_job
from pipeline.orchestrator.film.segments import StillsTask
from pipeline.orchestrator.film.stages import Stage
from pipeline.publishing import FileNames
from pipeline.rendering import font_digest

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def failing(*names):
    checks = tuple(Check.of(name, passed=False, measured="this", limit="that") for name in names)
    return FailedVerdict(at=AT, verdict=Verdict(checks=checks).of_film("ab" * 32))


def job_of(*names, model="gpt", narrator="edge", stage="quality", **values):
    scene = StatementScene(lines=(), text="Tea cools.")
    return Job(
        id="ab" * 8,
        batch="kitchen",
        folder="kitchen/tea",
        brief=Brief(title="Tea"),
        script=Script(title="Tea", language="en", scenes=(scene,), model=model),
        narration=Narration(narrator=narrator, voice="v", clips=()),
        failed_verdicts=(failing(*names),),
        stage=stage,
        **values,
    )


@pytest.mark.parametrize(
    ("names", "model", "narrator", "stage"),
    [
        (["text"], "gpt", "espeak", "script"),
        (["language", "loudness"], "gpt", "edge", "script"),
        (["loudness"], "", "edge", "narration"),
        (["caption_speed", "thumbnail"], "", "edge", "narration"),
        (["pictures"], "", "espeak", "scenes"),
        # What both channels have is mixed with the scenes, and black is drawn there.
        (["balance"], "", "espeak", "scenes"),
        (["phase", "black"], "", "espeak", "scenes"),
        (["thumbnail"], "", "espeak", "film"),
        (["index", "pictures"], "", "espeak", "scenes"),
        # What is the same each time fails each time.
        (["text"], "", "edge", ""),
        (["loudness"], "gpt", "espeak", ""),
        (["true_peak"], "gpt", "piper", ""),
        (["silence", "pictures"], "gpt", "silence", ""),
        (["words"], "gpt", "edge", ""),
    ],
)
def test_a_film_is_remade_from_the_first_stage_whose_result_can_differ(names, model, narrator, stage):
    assert remake_stage(job_of(*names, model=model, narrator=narrator)) == stage


def test_no_film_is_remade_twice_or_after_publishing_or_because_of_a_destination(tmp_path):
    out = Receipt(destination="youtube", package=FileNames().in_folder(tmp_path))

    assert not remake_stage(job_of("text", remakes=1))
    assert not remake_stage(job_of("text", published=(out,)))
    assert not remake_stage(job_of("text", stage="publishing"))
    assert remake_stage(job_of("text", stage="scenes")) == "scenes"


class Gate:
    """A voice and a gate that refuses the first `bad` of what it says."""

    def __init__(self, bad):
        self.bad, self.spoken = bad, 0
        self.crash_after = None

    def stages(self):
        return (
            Stage(name="narration", run=self.speak, fills=("narration",), is_done=lambda job, _: bool(job.narration)),
            Stage(name="quality", run=self.inspect, fills=("verdict",), is_done=lambda job, _: bool(job.verdict)),
        )

    async def speak(self, job, context, attempt):
        self.spoken += 1
        return job.evolve(narration=Narration(narrator="edge", voice=str(self.spoken), clips=()))

    async def inspect(self, job, context, attempt):
        if int(job.narration.voice) > self.bad:
            return job.evolve(verdict=Verdict(checks=()))
        await attempt.save(job.evolve(failed_verdicts=(*job.failed_verdicts, failing("loudness"))))
        raise QualityError("the film does not pass: loudness is this, must be that")


@pytest.fixture
def gate(monkeypatch):
    def make(bad):
        gate = Gate(bad)
        for module in (jobs_module, __import__("pipeline.orchestrator.film.remake", fromlist=["STAGES"])):
            monkeypatch.setattr(module, "STAGES", gate.stages())
        return gate

    return make


@pytest.fixture
def context(tmp_path):
    return open_context(workspace=tmp_path)


def new_job():
    return Job(id="ab" * 8, batch="kitchen", folder="kitchen/tea", brief=Brief(title="Tea"))


async def test_the_narration_is_repeated_and_the_first_verdict_stays_in_the_record(gate, context):
    voice = gate(bad=1)

    done = await run_job(new_job(), context)

    assert (done.status, voice.spoken, done.attempts) == (JobStatus.COMPLETED, 2, 2)
    assert [(failed.again, failed.verdict.grade) for failed in done.failed_verdicts] == [("narration", "fail")]
    assert [str(event.status) for event in done.history] == [
        *("in_progress", "pending", "in_progress", "completed"),
    ]
    assert done.history[1].why.startswith("made again from narration on, once: the film does not pass: loudness")
    assert await context.store.load_job("kitchen", done.id) == done


async def test_a_film_that_fails_twice_keeps_both_verdicts_until_it_is_retried(gate, context):
    voice = gate(bad=2)

    failed = await run_job(new_job(), context)

    assert (failed.status, voice.spoken, failed.remakes) == (JobStatus.FAILED, 2, 0)
    assert [each.again for each in failed.failed_verdicts] == ["narration", ""]
    assert "loudness is this, must be that" in failed.error.message
    # The same film waits to be judged: asked for again, it may be made afresh once more.
    assert (await run_job(failed, context)).status is JobStatus.COMPLETED


async def test_a_crash_during_a_remake_continues_there_without_a_third_attempt(gate, context):
    voice = gate(bad=9)

    class Killed(BaseException):
        pass

    async def killed(job, context, attempt):
        voice.spoken += 1
        if voice.spoken == 2:
            raise Killed
        return job.evolve(narration=Narration(narrator="edge", voice=str(voice.spoken), clips=()))

    voice.speak = killed
    gates = voice.stages()
    for module in (jobs_module, __import__("pipeline.orchestrator.film.remake", fromlist=["STAGES"])):
        module.STAGES = gates
    with pytest.raises(BaseException):  # noqa: B017, PT011 - as a kill would
        await run_job(new_job(), context)

    failed = await run_job(await context.store.load_job("kitchen", new_job().id), context)

    assert (failed.status, voice.spoken) == (JobStatus.FAILED, 3)
    assert [each.again for each in failed.failed_verdicts] == ["narration", ""]
    await anyio.lowlevel.checkpoint()


async def test_a_film_that_is_joined_again_gets_new_stills(context):
    # What is wrong with a thumbnail may be a slip in the drawing of it.
    script = Script(title="Tea", language="en", scenes=(StatementScene(lines=(), text="Tea cools."),))
    job = new_job().evolve(script=script)

    async def draw(path):
        await anyio.Path(path).write_bytes(b"a slip")

    look = await to_thread.run_sync(context.look, job.brief, job.script, job.pictures)
    fonts = await to_thread.run_sync(font_digest, script, look)
    order = StillsTask(script=script, look=look, fonts=fonts)
    await context.cache.get_or_make("stills", order.key, ".zip", draw)

    await to_thread.run_sync(discard_from, "quality", job, context)
    kept = await to_thread.run_sync(context.cache.size_bytes)
    await to_thread.run_sync(discard_from, "film", job, context)
    left = await to_thread.run_sync(context.cache.size_bytes)

    assert kept > 0
    assert left == 0
