"""Films last as long as was asked for: a stand-in keeps to lengths as models do, and eSpeak speaks what it wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from pipeline.limits import RetryPolicy
from pipeline.media.loudness import Loudness
from pipeline.model import Brief, Narration, Pace, Script
from pipeline.narration import mastering, narrate
from pipeline.narration.espeak import EspeakNarrator
from pipeline.orchestrator.lengths import film_s, write_to_length
from pipeline.script import ModelWriter, write_script
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
