"""The briefs in `world/`: thirty topics in the scripts of the world, and what becomes of them short of pictures.

All of them are spoken as they are. In each of the ten scripts, a model (its stand-in) writes about one of them as well.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import anyio
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.limits import RetryPolicy
from pipeline.media.sound.audio import Samples
from pipeline.model import SAMPLE_RATE_HZ, Narration, Script, Subtitles
from pipeline.narration.espeak import EspeakNarrator
from pipeline.narration.narrate import narrate
from pipeline.rendering.text.coverage import can_shape
from pipeline.rendering.text.fonts import face_for
from pipeline.script import ModelWriter, write_script
from pipeline.script.outline import outline
from pipeline.sources import read_brief
from pipeline.state import Cache
from pipeline.subtitles import CueLimits, make_subtitles
from pipeline.template import load_template
from tests.acceptance.command import REPOSITORY
from tests.standins.groq import GroqStandIn
from tests.standins.models import groq_model

WORLD = REPOSITORY / "tests" / "acceptance" / "world"
BRIEFS = sorted(path.stem for path in WORLD.glob("*.md"))
# Films in the suite: the scripts that are most unlike Latin. All thirty are made by `make soak`.
SHORT_FILMS = ("ar-qahwa", "he-usb", "hi-mor", "ja-sora", "th-nam")
# Those that a model writes about, and what these films are called here: "ar-qahwa, by a model".
WRITTEN = (
    "ar-qahwa", "de-himmel", "el-elia", "he-usb", "hi-mor", "ja-sora", "ko-kimchi", "ru-baykal", "th-nam", "zh-cha",
)  # fmt: skip
BY_A_MODEL = ", by a model"
TOPICS = (*BRIEFS, *(f"{name}{BY_A_MODEL}" for name in WRITTEN))
# The defaults, which are the limits of the Netflix Timed Text Style Guide.
LIMITS = CueLimits(max_chars_per_line=42, max_lines=2, max_chars_per_s=20, min_duration_s=5 / 6, max_duration_s=7)

ONCE = RetryPolicy(attempts=1, wait_initial_s=0, wait_max_s=0, retry_after_max_s=0)

_SHAPED = ("ar", "fa", "he", "hi", "mr", "th")
_IDEOGRAPHS = {"ja": "空", "ko": "한", "zh": "茶"}
# Set where fonts must be there (`.ci/run`): then nothing is skipped, and what misses its font fails.
_REQUIRED = "FONTS_REQUIRED"
# Of a clip's loudest sample: what is quieter is silence between words.
_QUIET = 0.02
_STEP_S = 0.005


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A brief, written, spoken and cut into cues."""

    script: Script
    narration: Narration
    subtitles: Subtitles

    @property
    def limits(self) -> CueLimits:
        """What its cues are held to."""
        return LIMITS.for_language(self.script.language)


def needs_font(name: str) -> None:
    """Skip, with what to install, where the brief of that name can't be drawn."""
    if name.startswith(_SHAPED) and not os.environ.get(_REQUIRED) and not can_shape():
        pytest.skip("letters are not put together here: apt-get install libfribidi0")
    letter = _IDEOGRAPHS.get(name.partition("-")[0])
    if letter and not os.environ.get(_REQUIRED) and face_for(letter, weight=400) is None:
        pytest.skip("no font for ideographs here: apt-get install fonts-noto-cjk")


def speak_all(folder: Path) -> dict[str, Topic]:
    """All topics, spoken by eSpeak, clips in `folder`."""
    topics: dict[str, Topic] = {}

    async def make() -> None:
        narrator, cache = EspeakNarrator(), Cache(folder)
        places = anyio.CapacityLimiter(4)
        async with GroqStandIn() as groq:
            writer = ModelWriter([groq_model(groq.url)], cache=cache, retry=ONCE)

            async def one(name: str) -> None:
                async with places:
                    topics[name] = await _topic(name, narrator, cache, writer)

            async with anyio.create_task_group() as tasks:
                for name in TOPICS:
                    tasks.start_soon(one, name)
            assert (len(groq.history), groq.complaints) == (len(WRITTEN), [])

    anyio.run(make)
    return topics


async def _topic(name: str, narrator: EspeakNarrator, cache: Cache, writer: ModelWriter) -> Topic:
    template = await anyio.to_thread.run_sync(partial(load_template, "explainer", search=[REPOSITORY / "templates"]))
    brief = await read_brief(WORLD / f"{name.removesuffix(BY_A_MODEL)}.md")
    if name.endswith(BY_A_MODEL):
        script = await write_script(replace(brief, facts="open"), writers=[writer], template=template)
    else:
        script = await anyio.to_thread.run_sync(outline, brief, template)
    narration = await narrate(script, narrators=[narrator], voice=None, cache=cache, retry=ONCE)
    subtitles = await anyio.to_thread.run_sync(
        partial(make_subtitles, narration, language=script.language, limits=LIMITS)
    )
    return Topic(script=script, narration=narration, subtitles=subtitles)


def onsets(sound: Samples, *, after_s: float) -> NDArray[np.float64]:
    """When sound begins, in seconds, after at least `after_s` of silence: heard, not reported by any voice."""
    step = round(SAMPLE_RATE_HZ * _STEP_S)
    level = np.abs(sound).max(axis=1)
    peaks = level[: len(level) // step * step].reshape(-1, step).max(axis=1)
    loud = np.flatnonzero(peaks > _QUIET * peaks.max())
    silence_before = np.diff(loud, prepend=-len(peaks)) - 1
    return loud[silence_before * _STEP_S >= after_s] * _STEP_S


def furthest_s(starts_s: Sequence[float], heard_s: NDArray[np.float64]) -> float:
    """How far the worst of some cues is from where a word begins to be heard."""
    return max(float(np.abs(heard_s - start_s).min()) for start_s in starts_s)
