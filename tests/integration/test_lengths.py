"""Films last as long as was asked for: a stand-in keeps to lengths as models do, and eSpeak speaks what it wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from anyio import to_thread

from pipeline.limits import Cores, RetryPolicy
from pipeline.media.loudness import Loudness
from pipeline.model import Brief, Job, Narration, Pace, Script
from pipeline.narration import mastering
from pipeline.narration.espeak import EspeakNarrator
from pipeline.narration.narrate import narrate
from pipeline.orchestrator import stages
from pipeline.orchestrator.attempt import Attempt
from pipeline.orchestrator.lengths import film_s, write_to_length
from pipeline.orchestrator.workshop import open_workshop
from pipeline.script import ModelWriter, kept_scripts, write_script
from pipeline.script.length import predicted_s
from pipeline.state import Cache
from pipeline.template import load_template
from tests.standins.groq import GroqStandIn
from tests.standins.models import groq_model

ONCE = RetryPolicy(attempts=1, wait_initial_s=0, wait_max_s=0, retry_after_max_s=0)
TEMPLATE = load_template("explainer", search=[])
# 20 scripts: two thirds of them in English, the others in languages with longer words, shorter words, and none.
ASKED = [
    *((30, "en", topic) for topic in ("Rain", "Bread", "Octopuses", "Tea", "Moths")),
    *((60, "en", topic) for topic in ("Rain", "Glass", "Salt", "Bees", "Tides")),
    *((180, "en", topic) for topic in ("Clouds", "Snow", "Rivers")),
    *((length_s, language, "Rain") for length_s in (30, 60) for language in ("de", "es", "ja")),
    (180, "de", "Rain"),
]


@pytest.fixture
async def groq() -> AsyncIterator[GroqStandIn]:
    async with GroqStandIn() as server:
        yield server
        assert server.complaints == []


async def test_20_scripts_asked_for_30_60_and_180_seconds_last_so_long_within_15_percent(
    groq: GroqStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How loud it is makes no clip longer, and takes most of the time.
    monkeypatch.setattr(mastering, "set_loudness", lambda samples: samples)
    monkeypatch.setattr(mastering, "measure_loudness", lambda _: Loudness(integrated_lufs=None, true_peak_dbtp=0.0))
    cache = Cache(tmp_path)
    writer = ModelWriter([groq_model(groq.url)], cache=cache, retry=ONCE)
    speak = partial(narrate, narrators=[EspeakNarrator()], voice=None, cache=cache, retry=ONCE)
    off: dict[tuple[int, str, str], float] = {}
    for wanted_s, language, topic in ASKED:
        brief = Brief(title=topic, language=language, length_s=wanted_s, facts="open")

        async def write(pace: Pace, brief: Brief = brief) -> Script:
            return await write_script(brief, writers=[writer], template=TEMPLATE, pace=pace)

        script, _ = await write_to_length(wanted_s, language, write=write, speak=speak)
        spoken: Narration = await speak(script)
        off[wanted_s, language, topic] = film_s(spoken) / wanted_s - 1

    assert len(off) == 20
    assert {asked: share for asked, share in off.items() if abs(share) > 0.15} == {}
    assert sum(map(abs, off.values())) / len(off) < 0.08


async def test_the_stage_writes_to_length_and_keeps_the_pace(
    groq: GroqStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def in_thread(_: Attempt, function: Callable[..., object], *arguments: object) -> object:
        return await to_thread.run_sync(partial(function, *arguments))

    monkeypatch.setattr(Attempt, "compute", in_thread)
    settings = {"groq.base_url": groq.url, "groq.api_key": "gsk_test", "narration.narrator": "silence"}
    shop = await to_thread.run_sync(lambda: open_workshop(workspace=tmp_path, overrides=settings))
    brief = shop.wishes.complete(Brief(title="Rain", length_s=30))
    job = Job(id="0" * 16, batch="b", folder="b/rain", brief=brief, attempts=1)
    attempt = Attempt(cores=Cores(1), rank=(0,), bench=tmp_path, evidence=tmp_path / "e.txt", ahead=None)

    written = await stages.write(job, shop, attempt)

    assert written.script
    assert written.pace
    assert predicted_s(written.script, written.pace) == pytest.approx(30, rel=0.15)
    assert "It lasts 30 seconds." in groq.history[0].prompt
    asked = len(groq.history)
    # What was paid for is found again, also by whoever makes the script afresh.
    again = await stages.write(written.evolve(script=None, attempts=2), shop, attempt)
    assert (again.script, len(groq.history)) == (written.script, asked)
    kept = partial(kept_scripts, brief, writers=shop.writers, template=TEMPLATE, pace=written.pace)
    assert len(list(await to_thread.run_sync(kept))) == 1
