"""`narrate`: one narrator, one voice, fallback on failure, and nothing spoken twice."""

import contextlib
import pickle
import sys
from datetime import UTC, datetime
from itertools import pairwise

import anyio
import pytest

from pipeline.errors import (
    ClosedError,
    ConfigurationError,
    InputError,
    MissingToolError,
    PermanentError,
    TransientError,
)
from pipeline.language.words import split_words
from pipeline.limits import RetryPolicy
from pipeline.media.sound.audio import read_wav
from pipeline.model import Prosody, QuizScene, Script, SpokenLine, StatementScene, narration_of
from pipeline.narration import espeak, synthesis
from pipeline.narration.estimate import estimate
from pipeline.narration.narrate import NARRATORS, NarratorOptions, check_voice, narrate
from pipeline.narration.narrator import Speech, VoiceFailsError
from pipeline.narration.normalisation import Pronunciation, Pronunciations
from pipeline.narration.silence import SilenceNarrator, silent_wav
from pipeline.narration.spoken_text import SpokenText, normaliser_for
from pipeline.state import Cache
from tests.standins.throttles import throttle
from tests.virtual_time import START_S, run_in_virtual_time

NOW = RetryPolicy(attempts=3, wait_initial_s=0.0, wait_max_s=0.0, retry_after_max_s=0.0)


class FakeNarrator:
    """Speaks silence; each of the next calls of `speak` raises one of `errors`."""

    version = "1"

    def __init__(
        self, name="fake", *, voices=("anna", "bert"), unavailable=None, closed=None, errors=(), spares=(), reads_not=""
    ):
        self.name, self.voices, self.unavailable, self.closed = name, voices, unavailable, closed
        self.errors, self.spares, self.reads_not = list(errors), tuple(spares), reads_not
        self.spoken, self.checks = [], 0

    async def check(self):
        self.checks += 1
        if self.unavailable:
            raise self.unavailable

    async def until_open(self):
        if self.closed:
            raise self.closed

    async def choose_voice(self, language, wanted):
        if language == "xx" or (wanted and wanted not in self.voices):
            raise InputError(f"{self.name} has no voice {wanted or language}", hint="Nearest: anna")
        return wanted or self.voices[0]

    def fallback_voices(self, language, voice):
        return self.spares

    def unreadable_characters(self, voice, text):
        return "".join(sorted(set(text) & set(self.reads_not)))

    async def speak(self, said, voice, prosody):
        self.spoken.append((said.text, voice))
        if self.errors and (error := self.errors.pop(0)):
            raise error
        words = estimate(said.words)
        return Speech(audio=silent_wav(words[-1].end_s), words=words)


def script(*texts, language="en"):
    scenes = tuple(StatementScene(lines=(SpokenLine(text=text),), text=text) for text in texts)
    return Script(title="Test", language=language, scenes=scenes)


@pytest.fixture
def speak(tmp_path):
    """`narrate` with a fresh cache."""
    cache = Cache(tmp_path / "cache")

    async def run(what, *narrators, voice=None, **more):
        return await narrate(what, narrators=narrators, voice=voice, cache=cache, retry=NOW, **more)

    return run


async def test_every_scene_gets_a_clip_in_order_with_all_its_words(speak):
    film = script("The first scene.", "And a second one.", "Done!")

    narration = await speak(film, FakeNarrator())

    assert (narration.narrator, narration.voice, narration.fallback_reason) == ("fake", "anna", "")
    for scene, clip in zip(film.scenes, narration.clips, strict=True):
        assert tuple(word.text for word in clip.words) == split_words(narration_of(scene))
        assert clip.samples == len(await anyio.to_thread.run_sync(read_wav, clip.path))


async def test_characters_that_a_voice_spells_out_are_recorded_as_normalised(speak):
    film = script("空気はとても冷たい。", "そして空がとても青い。", language="ja")
    taught = Pronunciations((Pronunciation(written="空気", said="くうき", language="ja"),))
    say = await anyio.to_thread.run_sync(normaliser_for, "ja", taught)

    narration = await speak(film, FakeNarrator(reads_not="空気冷青"), normalise=say)

    told = "fake can't read 冷空青 and names each sign: use another voice, or teach it in [pronounce.ja]"
    assert (narration.incidents, narration.spelling) == ((told,), told)


MOSTLY_KANJI = script("空気冷たい。", "空が青い。", language="ja")


async def test_a_film_of_mostly_unreadable_letters_is_refused_before_anything_is_spoken(speak):
    narrator = FakeNarrator(reads_not="空気冷青")

    with pytest.raises(PermanentError, match="can't read 冷気空青: 56% of the letters") as caught:
        await speak(MOSTLY_KANJI, narrator)

    assert "nightreel voices --language ja" in caught.value.hint
    assert "[pronounce.ja]" in caught.value.hint
    assert narrator.spoken == []


async def test_a_narrator_that_reads_the_text_replaces_one_that_does_not(speak):
    narration = await speak(MOSTLY_KANJI, FakeNarrator(reads_not="空気冷青"), FakeNarrator(name="other"))

    assert narration.narrator == "other"
    assert narration.fallback_reason.startswith("fake can't read")


async def test_a_transient_error_takes_precedence_over_an_unreadable_text(speak):
    away = FakeNarrator(unavailable=TransientError("no answer"))

    with pytest.raises(TransientError, match="no answer"):
        await speak(MOSTLY_KANJI, away, FakeNarrator(name="other", reads_not="空気冷青"))


async def test_cached_clips_are_not_spoken_again(speak):
    first = await speak(script("One.", "Two."), FakeNarrator())
    again = FakeNarrator(unavailable=TransientError("offline"))

    second = await speak(script("Two.", "One.", "Two."), again)

    assert second.clips == (first.clips[1], first.clips[0], first.clips[1])
    assert again.spoken == []
    assert again.checks == 0


async def test_a_sentence_shared_by_scenes_or_films_is_spoken_once(speak):
    narrator = FakeNarrator()

    await speak(script("Hi Maria! Welcome back.", "Hi Maria! Here is more."), narrator)
    await speak(script("Hi José! Welcome back."), narrator)

    assert sorted(text for text, _ in narrator.spoken) == [
        "Here is more.",
        "Hi José!",
        "Hi Maria!",
        "Welcome back.",
    ]


async def test_concurrent_films_share_a_sentence(speak):
    narrator, both_ask = FakeNarrator(), anyio.Event()
    speak_now = narrator.speak

    async def speak_slowly(said, voice, prosody):
        await both_ask.wait()
        return await speak_now(said, voice, prosody)

    narrator.speak = speak_slowly
    async with anyio.create_task_group() as tasks:
        for ending in ("One.", "Two."):
            tasks.start_soon(speak, script(f"The same beginning. {ending}"), narrator)
        await anyio.wait_all_tasks_blocked()
        both_ask.set()

    assert sorted(text for text, _ in narrator.spoken) == ["One.", "The same beginning.", "Two."]


async def test_another_narrator_version_of_it_voice_or_prosody_is_another_clip(speak):
    newer = FakeNarrator()
    newer.version = "2"

    narrations = [
        await speak(script("One."), FakeNarrator()),
        await speak(script("One."), FakeNarrator("other")),
        await speak(script("One."), newer),
        await speak(script("One."), FakeNarrator(), voice="bert"),
        await speak(script("One."), FakeNarrator(), prosody=Prosody(rate_percent=-20)),
    ]

    assert len({narration.clips[0].path for narration in narrations}) == len(narrations)


async def test_the_normalised_text_decides_the_clip_and_written_words_are_timed(speak):
    def say(text):
        assert text == "It costs $5."
        return SpokenText(text="It costs five dollars.", words=("It", "costs", "$5."), places=((0, 2), (3, 8), (9, 22)))

    narrator = FakeNarrator()
    narration = await speak(script("It costs $5."), narrator, normalise=say)

    assert narrator.spoken == [("It costs five dollars.", "anna")]
    assert [word.text for word in narration.clips[0].words] == ["It", "costs", "$5."]


async def test_a_narrator_is_checked_once_however_many_scenes_there_are(speak):
    narrator = FakeNarrator()

    await speak(script("One.", "Two.", "Three."), narrator)

    assert narrator.checks == 1


async def test_a_transient_error_is_retried(speak):
    narrator = FakeNarrator(errors=[TransientError("dropped"), TransientError("dropped")])

    narration = await speak(script("One."), narrator)

    assert len(narrator.spoken) == 3
    assert narration.fallback_reason == ""
    assert narration.incidents == ("dropped: 2 times, spoken again",)


async def test_one_film_never_mixes_voices(speak):
    failing = FakeNarrator("good", errors=[None, PermanentError("no more"), None])
    steady = FakeNarrator("plain")

    narration = await speak(script("One.", "Two.", "Three."), failing, steady)

    assert narration.narrator == "plain"
    assert len(steady.spoken) == len(narration.clips) == 3
    assert narration.fallback_reason == "good: no more"


async def test_a_failing_voice_leaves_the_whole_film_to_a_fallback_voice(speak):
    narrator = FakeNarrator("good", errors=[None, VoiceFailsError("good's voice anna fails"), None], spares=["bert"])

    narration = await speak(script("One.", "Two.", "Three."), narrator, FakeNarrator("plain"))

    assert (narration.narrator, narration.voice) == ("good", "bert")
    assert {voice for _, voice in narrator.spoken[-3:]} == {"bert"}
    assert narration.fallback_reason == "good's voice anna fails"


async def test_when_all_voices_of_a_narrator_fail_the_next_narrator_speaks(speak):
    narrator = FakeNarrator(
        "good", errors=[VoiceFailsError("anna fails"), VoiceFailsError("bert fails")], spares=["bert"]
    )

    narration = await speak(script("One."), narrator, FakeNarrator("plain"))

    assert narration.narrator == "plain"
    assert narration.fallback_reason == "good: anna fails; good: bert fails; good: none of its voices speaks"


@pytest.mark.parametrize("error", [TransientError("offline"), MissingToolError("not installed"), PermanentError("403")])
async def test_an_unavailable_narrator_is_skipped_at_once(speak, error):
    absent = FakeNarrator("good", unavailable=error)

    narration = await speak(script("One."), absent, FakeNarrator("plain"))

    assert narration.narrator == "plain"
    assert absent.spoken == []
    assert narration.fallback_reason == f"good: {error.message}"


async def test_when_nobody_can_speak_the_last_error_is_raised(speak):
    with pytest.raises(MissingToolError, match="second"):
        await speak(
            script("One."),
            FakeNarrator("a", unavailable=TransientError("first")),
            FakeNarrator("b", unavailable=MissingToolError("second")),
        )


async def test_a_reason_names_the_narrator_once(speak):
    absent = FakeNarrator("good", unavailable=TransientError("Good can't be reached (no such host)"))

    narration = await speak(script("One."), absent, FakeNarrator("plain"))

    assert narration.fallback_reason == "Good can't be reached (no such host)"


def test_a_hanging_narrator_is_skipped_if_there_is_another(speak):
    hanging = FakeNarrator("good")
    hanging.check = anyio.sleep_forever

    async def spoken():
        return await speak(script("One."), hanging, FakeNarrator("plain")), anyio.current_time() - START_S

    narration, took_s = run_in_virtual_time(spoken)

    assert took_s == pytest.approx(synthesis._CHECK_TIMEOUT_S, abs=0.1)
    assert narration.narrator == "plain"
    assert narration.fallback_reason == "good gave no answer within 3 s"


@pytest.mark.parametrize(("others", "checks"), [((), 3), ((FakeNarrator("plain"),), 2)], ids=["alone", "with another"])
async def test_a_failed_check_is_retried_within_its_limits(speak, monkeypatch, others, checks):
    monkeypatch.setattr(synthesis, "_CHECK_ATTEMPTS", 2)
    absent = FakeNarrator("good", unavailable=TransientError("dropped"))

    with contextlib.suppress(TransientError):
        await speak(script("One."), absent, *others)

    assert absent.checks == checks


@pytest.mark.parametrize(
    "damage", [slice(5_000, 5_004), slice(0, 4), slice(-200, None)], ids=["sound", "head", "label"]
)
async def test_a_damaged_clip_is_made_again_from_cached_speech(speak, damage):
    first = await speak(script("One."), FakeNarrator())
    path = anyio.Path(first.clips[0].path)
    whole = bytearray(await path.read_bytes())
    whole[damage] = b"\x99" * len(whole[damage])
    await path.write_bytes(whole)
    narrator = FakeNarrator()

    assert await speak(script("One."), narrator) == first
    assert narrator.spoken == []


@pytest.mark.parametrize("where", ["closed", "errors"])
async def test_a_narrator_that_is_closed_for_long_is_skipped(speak, where):
    closed = ClosedError("good keeps failing and is paused until 04:12:30", until=datetime(2026, 11, 21, tzinfo=UTC))
    resting = FakeNarrator("good", **{where: closed if where == "closed" else [closed]})

    narration = await speak(script("One."), resting, FakeNarrator("plain"))

    assert (narration.narrator, narration.fallback_reason) == ("plain", closed.message)


def test_a_short_rate_limit_is_waited_out_before_the_check_timeout_starts(speak):
    resting = FakeNarrator("good")
    resting.until_open = lambda: anyio.sleep(2 * synthesis._CHECK_TIMEOUT_S)

    narration = run_in_virtual_time(lambda: speak(script("One."), resting, FakeNarrator("plain")))

    assert narration.narrator == "good"


async def test_on_clip_is_called_as_soon_as_each_clip_is_made(speak):
    told, narrator = [], FakeNarrator()
    speak_now, all_told = narrator.speak, anyio.Event()

    async def speak_the_first_last(said, voice, prosody):
        if said.text == "One.":
            await all_told.wait()
        return await speak_now(said, voice, prosody)

    def tell(index, clip):
        told.append((index, clip))
        if len(told) == 2:
            all_told.set()

    narrator.speak = speak_the_first_last
    narration = await speak(script("One.", "Two.", "Three."), narrator, on_clip=tell)

    assert told[-1][0] == 0
    assert [clip for _, clip in sorted(told, key=lambda pair: pair[0])] == list(narration.clips)


async def test_on_clip_is_called_again_for_every_clip_when_another_narrator_takes_over(speak):
    told = []
    failing = FakeNarrator("good", errors=[None, PermanentError("no more")])

    narration = await speak(
        script("One.", "Two."), failing, FakeNarrator("plain"), on_clip=lambda index, clip: told.append((index, clip))
    )

    last = dict(told)
    assert [last[0], last[1]] == list(narration.clips)


async def test_audio_is_processed_where_the_caller_decides(speak):
    worked = []

    async def compute(function, *arguments):
        pickle.dumps((function, arguments))
        worked.append(function.__name__)
        return await anyio.to_thread.run_sync(function, *arguments)

    await speak(script("One.", "Two."), FakeNarrator(), compute=compute)
    await speak(script("One.", "Two."), FakeNarrator(), compute=compute)

    assert worked == ["master", "master"]


async def test_a_bug_is_not_hidden_by_a_fallback(speak):
    with pytest.raises(ZeroDivisionError):
        await speak(script("One."), FakeNarrator(errors=[ZeroDivisionError()]), FakeNarrator("plain"))


async def test_an_unknown_voice_raises_the_first_narrators_error(speak):
    narrators = FakeNarrator("good"), FakeNarrator("plain"), SilenceNarrator()

    with pytest.raises(InputError, match=r"good has no voice nobody\. Nearest"):
        await speak(script("One."), *narrators, voice="nobody")
    assert narrators[0].spoken == narrators[1].spoken == []


async def test_narrators_without_the_voice_are_skipped(speak):
    narration = await speak(script("One."), FakeNarrator("good"), FakeNarrator("plain", voices=("carl",)), voice="carl")

    assert (narration.narrator, narration.voice) == ("plain", "carl")
    assert narration.fallback_reason == "good has no voice carl"


async def test_a_narrator_that_substitutes_the_voice_uses_its_own_and_says_so(speak):
    absent = FakeNarrator("good", unavailable=TransientError("offline"))

    narration = await speak(script("One."), absent, FakeNarrator("plain", voices=("carl",)), voice="anna")

    assert (narration.narrator, narration.voice) == ("plain", "carl")
    assert narration.fallback_reason == "good: offline; plain has no voice called anna"


async def test_a_language_that_nobody_speaks_is_an_input_error(speak):
    with pytest.raises(InputError, match="no voice xx"):
        await speak(script("One.", language="xx"), FakeNarrator(), FakeNarrator("plain"))


@pytest.mark.parametrize(
    ("language", "voice", "refusal"),
    [
        ("en", "nobody", "good has no voice nobody"),
        ("xx", None, "plain has no voice xx"),
        ("en", "carl", ""),
        ("en", None, ""),
    ],
)
async def test_an_unknown_voice_is_detected_before_anything_is_paid_for(language, voice, refusal):
    narrators = FakeNarrator("good"), FakeNarrator("plain", voices=("carl",))

    if refusal:
        with pytest.raises(InputError, match=refusal):
            await check_voice(narrators, language, voice)
    else:
        await check_voice(narrators, language, voice)
    assert narrators[0].spoken == narrators[1].spoken == []


async def test_no_narrator_at_all_is_a_configuration_error(speak):
    with pytest.raises(ConfigurationError, match="edge, espeak, piper, silence"):
        await speak(script("One."))


@pytest.mark.parametrize("text", ["", "…", "— !", "🎉 ✨"])
async def test_a_scene_without_words_is_silent_and_needs_no_narrator(speak, text):
    narrator = FakeNarrator()

    narration = await speak(script(text), narrator)

    (clip,) = narration.clips
    assert tuple(word.text for word in clip.words) == split_words(text)
    assert clip.loudness_lufs is None
    assert narrator.spoken == []
    assert narrator.checks == 0


async def test_estimated_times_are_marked_also_when_they_come_from_the_cache(speak):
    for _ in range(2):
        narration = await speak(script("One. Two."), SilenceNarrator())
        assert narration.estimated
        assert (narration.clips[0].sentences, narration.clips[0].estimated) == (2, 2)
        # Nothing audible could be out of sync.
        assert narration.incidents == ()
    narration = await speak(script("One. Two."), FakeNarrator())
    assert not narration.estimated
    assert (narration.clips[0].sentences, narration.clips[0].estimated) == (2, 0)


def test_narrators_are_made_by_name():
    options = NarratorOptions(edge_url=None, edge_throttle=throttle("edge"), edge_timeout_s=60.0)

    assert {name: factory(options).name for name, factory in NARRATORS.items()} == {
        "edge": "edge",
        "espeak": "espeak",
        "piper": "piper",
        "silence": "silence",
    }


def test_a_url_that_is_not_a_websocket_is_refused():
    with pytest.raises(ConfigurationError, match="WebSocket"):
        NARRATORS["edge"](
            NarratorOptions(edge_url="http://127.0.0.1/", edge_throttle=throttle("edge"), edge_timeout_s=60.0)
        )


async def test_the_child_process_imports_nothing_of_ours(tmp_path):
    command = [sys.executable, "-I", "-S", "-X", "importtime", espeak.child.__file__]
    done = await anyio.run_process([*command, *await anyio.to_thread.run_sync(espeak._library_paths), "voices"])

    loaded = {line.rpartition(b"|")[2].strip().decode() for line in done.stderr.splitlines()}
    assert "ctypes" in loaded
    assert loaded.isdisjoint({"pipeline", "numpy", "site", "re", "json", "typing", "subprocess"})
    assert len(done.stdout.splitlines()) > 100


async def test_before_the_answer_of_a_quiz_nobody_speaks_for_three_seconds(speak):
    lines = [
        SpokenLine(text="Which one?"),
        SpokenLine(text="This one.", reveals=0),
        SpokenLine(text="Or that one?", reveals=1),
    ]
    answer = SpokenLine(text="That one.", reveals=2)
    quiz = QuizScene(lines=(*lines, answer), text="Which one?", items=("This", "That"), answer=2)
    film = Script(title="Test", language="en", scenes=(quiz,))

    narration = await speak(film, FakeNarrator())

    words = narration.clips[0].words
    pauses = [after.start_s - before.end_s for before, after in pairwise(words)]
    assert pauses[-2] == max(pauses) == pytest.approx(3.0, abs=0.15)
    assert sorted(pauses)[-2] < 0.6
