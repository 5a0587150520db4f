"""A batch in several languages, with real plan, scheduler, script and voice, but without drawing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from anyio import to_thread

from pipeline.model import Brief, JobStatus
from pipeline.orchestrator.batch.batches import run_batch
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.film import runner
from pipeline.orchestrator.film.stages import STAGES
from tests.acceptance.command import REPOSITORY
from tests.acceptance.films import tiny_template
from tests.standins.edge import EdgeStandIn
from tests.standins.groq import GroqStandIn
from tests.standins.threads import in_threads

__all__ = ["in_threads"]

TOPICS = ("Why tea cools", "Why ice floats")


@pytest.fixture
def nothing_is_drawn(monkeypatch, in_threads):
    monkeypatch.setattr(runner, "STAGES", STAGES[:3])


def open_for(workspace: Path, groq: GroqStandIn, edge: EdgeStandIn):
    tiny_template(workspace, REPOSITORY / "templates" / "explainer")
    overrides = {
        "languages": "en,es,fr",
        "voices.es": "es-ES-AlvaroNeural",
        "template": "tiny",
        "video.preset": "small",
        "groq.base_url": groq.url,
        "groq.api_key": "gsk_test",
        "groq.requests_per_min": 60_000,
        "edge.url": edge.url,
        "narration.narrator": "edge",
        "work.workers": 1,
        "errors.retries": 0,
    }
    return open_context(workspace=workspace, overrides=overrides)


async def test_two_topics_in_three_languages_are_six_films_of_two_scripts(tmp_path, nothing_is_drawn):
    async with GroqStandIn(terse=True) as groq, EdgeStandIn() as edge:
        context = await to_thread.run_sync(open_for, tmp_path, groq, edge)
        briefs = [Brief(title=title, origin=f"night.txt:{line}") for line, title in enumerate(TOPICS, start=1)]

        await run_batch(briefs, context, batch="night", source="night.txt")

        made = [await context.store.load_job("night", job) for job in (await context.store.load_batch("night")).jobs]

    assert [job.status for job in made] == [JobStatus.COMPLETED] * 6
    assert Counter(groq.topics) == Counter(
        [*TOPICS, *(f"{topic} (en > {language})" for topic in TOPICS for language in ("es", "fr"))]
    )
    assert [job.folder.removeprefix("night/why-") for job in made] == [
        "tea-cools", "tea-cools-es", "tea-cools-fr", "ice-floats", "ice-floats-es", "ice-floats-fr",
    ]  # fmt: skip
    assert [job.narration.voice for job in made[:3]] == ["en-US-AvaNeural", "es-ES-AlvaroNeural", "fr-FR-DeniseNeural"]
    assert len({job.script.title for job in made}) == 6
    assert groq.complaints + edge.complaints == []
