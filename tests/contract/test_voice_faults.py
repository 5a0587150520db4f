"""Every row of the table of Edge faults in docs/faults.md, verified."""

import re
from dataclasses import dataclass
from pathlib import Path

import anyio.lowlevel
import pytest

from pipeline.limits import RetryPolicy
from pipeline.model import Script, SpokenLine, StatementScene
from pipeline.narration.edge import EdgeNarrator
from pipeline.narration.narrate import narrate
from pipeline.narration.silence import SilenceNarrator
from pipeline.state import Cache
from tests.standins.edge import FAULTS, EdgeStandIn
from tests.standins.throttles import throttle

DOCUMENT = Path(__file__).parents[2] / "docs" / "faults.md"
SENTENCE = "Sunlight looks white, but it holds every color of the rainbow, even those that nobody sees."
NOW = RetryPolicy(attempts=5, wait_initial_s=0.0, wait_max_s=0.0, retry_after_max_s=0.0)


@dataclass(frozen=True)
class Row:
    fault: str
    once: str
    for_good: str
    record: str


def rows():
    section = DOCUMENT.read_text(encoding="utf-8").split("\n## Voices\n")[1].split("\n## ")[0]
    lines = [line.split("|")[1:6] for line in section.splitlines() if line.startswith("| `")]
    cells = [[cell.strip("` ") for cell in line] for line in lines]
    return [Row(fault, once, for_good, record) for fault, _, once, for_good, record in cells]


def film(*texts):
    scenes = tuple(StatementScene(lines=(SpokenLine(text=text),), text=text) for text in texts)
    return Script(title="Light", language="en", scenes=scenes)


def narrator_at(edge, *, timeout_s=5.0, **more):
    narrator = EdgeNarrator(url=edge.url, throttle=throttle("edge", concurrency=3), timeout_s=timeout_s, **more)
    # Skips the check, so that every fault affects a text.
    narrator.check = anyio.lowlevel.checkpoint
    return narrator


async def narrated(script, folder, *narrators, voice=None):
    return await narrate(script, narrators=narrators, voice=voice, cache=Cache(folder), retry=NOW)


def in_short(told):
    """The message without the timeout and the type of the error, which the table omits."""
    return re.sub(r" within [\d.]+ s| \([A-Z]\w+\)", "", told)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The narration of a working service."""

    async def speak():
        async with EdgeStandIn() as edge:
            return await narrated(film(SENTENCE), tmp_path_factory.mktemp("undisturbed"), narrator_at(edge))

    return anyio.run(speak)


def test_every_fault_of_the_stand_in_has_a_row():
    assert [row.fault for row in rows()] == list(FAULTS)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.fault)
async def test_a_single_fault_has_the_documented_outcome(row, undisturbed, tmp_path):
    async with EdgeStandIn() as edge:
        # aiohttp retries once when a connection drops.
        edge.enqueue(*[row.fault] * (2 if row.fault == "drop_handshake" else 1))
        # Long enough for the retry, even on a busy machine.
        narrator = narrator_at(edge, timeout_s=2.0 if "stall" in row.fault else 5.0)

        narration = await narrated(film(SENTENCE), tmp_path, narrator, SilenceNarrator())
        assert edge.complaints == []

    again = row.once == "tried again"
    assert narration.narrator == ("silence" if row.once == "next narrator" else "edge")
    told = list(map(in_short, narration.incidents))
    if row.once == "estimated":
        assert told == [f"{row.record} for 1 of 1 sentences: estimated from the text"]
    else:
        assert told == ([f"{row.record.removesuffix(' within')}: once, spoken again"] if again else [])
    assert narration.fallback_reason == (row.record if row.once == "next narrator" else "")
    if narration.narrator == "edge":
        is_as_ever = narration.clips[0].sha256 == undisturbed.clips[0].sha256
        assert is_as_ever == (row.once != "left to the gate")
        assert narration.clips[0].estimated == narration.estimated == (row.once == "estimated")


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.fault)
async def test_a_persistent_fault_has_the_documented_outcome(row, tmp_path):
    async with EdgeStandIn(faults=[row.fault]) as edge:
        narrator = narrator_at(edge, timeout_s=0.3 if "stall" in row.fault else 5.0)

        narration = await narrated(film(SENTENCE), tmp_path, narrator, SilenceNarrator())
        assert edge.complaints == []

    if row.for_good != "next narrator":
        assert (row.for_good, narration.narrator) == (row.once, "edge")
        return
    record = row.record.removesuffix(" within")
    assert (narration.narrator, in_short(narration.fallback_reason)) == ("silence", record)
    told = [f"{record}: {NOW.attempts} times"] if row.once == "tried again" else []
    assert list(map(in_short, narration.incidents)) == told


async def test_truncating_one_text_in_five_shortens_no_film_and_is_recorded(tmp_path):
    texts = [
        f"Film {number} of this night begins. It goes on. Then film {number} has its end, too." for number in range(8)
    ]
    films = [film(*texts[start : start + 2]) for start in range(0, 8, 2)]
    faults = ["abort", "abort_late", "short_audio"]
    async with EdgeStandIn() as well, EdgeStandIn(faults=faults, fault_share=0.2, seed=9) as unwell:
        good = [await narrated(one, tmp_path / "good", narrator_at(well)) for one in films]

        cut = [await narrated(one, tmp_path / "cut", narrator_at(unwell)) for one in films]

    assert {request.voice for request in unwell.history} == {"en-US-AvaNeural"}
    met = sum(request.fault is not None for request in unwell.history)
    assert 3 <= met <= len(unwell.history) / 3
    assert [[clip.sha256 for clip in one.clips] for one in cut] == [[clip.sha256 for clip in one.clips] for one in good]
    assert [one.fallback_reason for one in cut] == [""] * 4
    told = [incident for one in cut for incident in one.incidents]
    assert all(re.fullmatch(r"edge broke off in the middle of a text: (once|\d times), spoken again", t) for t in told)
    assert sum(int(re.search(r"(\d) times", t)[1]) if "times" in t else 1 for t in told) == met


async def test_a_voice_that_fails_while_others_speak_leaves_the_whole_film_to_another_of_its_language(tmp_path):
    script = film("One sentence here.", "And one more there.", "That is all.")
    async with EdgeStandIn(silent_voices=frozenset({"en-US-AvaNeural"})) as edge:
        narration = await narrated(script, tmp_path, narrator_at(edge), SilenceNarrator())

    assert (narration.narrator, narration.voice) == ("edge", "en-US-AndrewNeural")
    assert narration.fallback_reason == "edge's voice en-US-AvaNeural keeps failing while others speak"
    assert narration.incidents[0].startswith("edge sent no audio: ")
    assert all(clip.loudness_lufs is not None for clip in narration.clips)


async def test_a_voice_with_an_open_circuit_is_not_used_for_the_next_film(tmp_path):
    async with EdgeStandIn(silent_voices=frozenset({"en-US-AvaNeural"})) as edge:
        narrator = narrator_at(edge)
        await narrated(film("One sentence here."), tmp_path, narrator)
        asked = len(edge.history)

        narration = await narrated(film("Another one there."), tmp_path, narrator)

    assert narration.voice == "en-US-AndrewNeural"
    assert [request.voice for request in edge.history[asked:]] == ["en-US-AndrewNeural"]


async def test_fallback_voices_of_the_settings_come_first_if_they_speak_the_language(tmp_path):
    async with EdgeStandIn(silent_voices=frozenset({"en-US-AvaNeural"})) as edge:
        narrator = narrator_at(edge, fallback_voices=["de-DE-ConradNeural", "en-GB-RyanNeural"])

        narration = await narrated(film("One sentence here."), tmp_path, narrator)

    assert narration.voice == "en-GB-RyanNeural"


async def test_a_service_that_fails_for_every_voice_opens_no_circuit(tmp_path):
    async with EdgeStandIn(faults=["no_audio"]) as edge:
        narration = await narrated(film("One sentence here."), tmp_path, narrator_at(edge), SilenceNarrator())

    assert narration.narrator == "silence"
    assert narration.fallback_reason == "edge sent no audio"
    assert narration.incidents == ("edge sent no audio: 5 times",)


async def test_each_client_keeps_its_own_clock_skew(tmp_path):
    from edge_tts.drm import DRM  # noqa: PLC0415

    async with EdgeStandIn() as skewed, EdgeStandIn() as right:
        skewed.enqueue("forbidden_skewed_clock")
        one, two = narrator_at(skewed), narrator_at(right)
        await narrated(film("One sentence here."), tmp_path / "one", one)
        await narrated(film("One sentence here."), tmp_path / "two", two)

    assert abs(one._client.skew_s) > 86_400
    assert two._client.skew_s == 0
    assert float(DRM.clock_skew_seconds) == 0
