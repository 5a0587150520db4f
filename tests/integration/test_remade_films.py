"""A film that fails is made again once, with real stages and services on loopback: costs and messages."""

from __future__ import annotations

import pytest
from anyio import to_thread

from pipeline import make_video
from pipeline.errors import QualityError
from pipeline.model import SINGLES, JobStatus
from pipeline.orchestrator.context import open_context
from tests.acceptance.command import REPOSITORY
from tests.acceptance.films import tiny_template
from tests.standins.edge import EdgeStandIn
from tests.standins.groq import GroqStandIn

TOPIC = "Why the night sky is dark"


@pytest.fixture
async def groq():
    async with GroqStandIn(terse=True) as standin:
        yield standin
    assert standin.complaints == []


@pytest.fixture
async def edge():
    async with EdgeStandIn() as standin:
        yield standin
    assert standin.complaints == []


@pytest.fixture
def make(tmp_path, groq, edge):
    """Makes the film; what was raised, and its job."""
    tiny_template(tmp_path, REPOSITORY / "templates" / "explainer")
    settings = {
        "groq.base_url": groq.url,
        "groq.api_key": "gsk_test",
        "groq.requests_per_min": 60_000,
        "edge.url": edge.url,
        "narration.narrator": "edge",
        "template": "tiny",
        "video.preset": "small",
        "work.workers": 1,
        "errors.retries": 0,
        "retry.wait_initial_s": 0,
    }

    async def make():
        error = None
        try:
            await make_video(TOPIC, workspace=tmp_path, settings=settings)
        except QualityError as raised:
            error = raised
        return error, await to_thread.run_sync(read)

    def read():
        store = open_context(workspace=tmp_path, overrides=settings).store
        (row,) = store.refreshed(SINGLES).rows()
        return store.read_job(SINGLES, row.id)

    return make


@pytest.fixture
def blind_writer(monkeypatch):
    """A writer that does not see what is left in a script: only the gate does."""
    monkeypatch.setattr("pipeline.script.writer._ScriptReader._artefacts", lambda *_: ())


async def test_a_faint_voice_is_requested_once_more_without_rewriting_the_script(make, groq, edge):
    # Both scenes say the same.
    edge.enqueue("faint_audio")

    error, job = await make()

    assert (error, job.status, job.verdict.passed) == (None, JobStatus.COMPLETED, True)
    (bad,) = job.failed_verdicts
    assert (bad.again, {check.name for check in bad.verdict.checks if not check.passed}) == (
        "narration",
        {"loudness", "silence"},
    )
    assert (len(groq.history), edge.spoken) == (1, [f"{TOPIC}."] * 2)
    assert job.history[1].why.startswith("made again from narration on, once: ")


@pytest.mark.usefixtures("blind_writer")
async def test_a_script_with_artefacts_is_rewritten_and_only_new_text_is_spoken(make, groq, edge):
    groq.enqueue("leftover_json")

    error, job = await make()

    assert (error, job.status, job.verdict.passed) == (None, JobStatus.COMPLETED, True)
    (bad,) = job.failed_verdicts
    assert (bad.again, {check.name for check in bad.verdict.checks if not check.passed}) == ("script", {"text"})
    assert len(groq.history) == 2
    assert not any("{" in line.text for scene in job.script.scenes for line in scene.lines)


@pytest.mark.usefixtures("blind_writer")
async def test_a_film_that_fails_twice_reports_its_reasons_and_is_paid_for_twice_at_most(make, groq, edge):
    groq.faults.append("leftover_json")

    error, job = await make()

    assert "text is JSON" in str(error)
    assert str(error).endswith(
        ". It was not delivered: correct the brief or the settings, or allow it in a profile ([profiles])"
    )
    assert (job.status, job.receipt, job.published) == (JobStatus.FAILED, None, ())
    assert [each.again for each in job.failed_verdicts] == ["script", ""]
    assert len(groq.history) == 2
