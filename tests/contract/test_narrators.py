"""The contract of all narrators, and the faults of the Edge service.

A new narrator is complete when it is in `NARRATORS_UNDER_TEST` and passes.
"""

import re
import socket
from dataclasses import replace
from functools import partial
from typing import get_args

import aiohttp
import anyio
import anyio.lowlevel
import numpy as np
import psutil
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from pipeline.choices import NarratorName
from pipeline.errors import InputError, MissingToolError, PermanentError, TransientError
from pipeline.language.words import split_words
from pipeline.limits import RetryPolicy, with_retries
from pipeline.media.sound.audio import read_audio, read_wav
from pipeline.model import Prosody, Script, SpokenLine, StatementScene
from pipeline.narration import espeak
from pipeline.narration.clip_metadata import Take
from pipeline.narration.clips import master
from pipeline.narration.edge import EdgeNarrator
from pipeline.narration.espeak import EspeakNarrator
from pipeline.narration.espeak.fork_server import CAN_FORK
from pipeline.narration.narrate import NARRATORS, narrate
from pipeline.narration.piper import PiperNarrator
from pipeline.narration.silence import SilenceNarrator
from pipeline.narration.speech_files import write_speech
from pipeline.narration.spoken_text import normalise_text
from pipeline.state import Cache
from tests.standins.edge import EdgeStandIn
from tests.standins.faults import ON_ITS_WAY_S
from tests.standins.piper import write_voice
from tests.standins.throttles import throttle

SENTENCE = "Sunlight looks white, but it holds every color of the rainbow."
# Languages with another name in eSpeak, from which Piper gets its phonemes.
ESPEAK = {"zh_CN": "cmn"}
TEXTS = {
    "a sentence": ("en", SENTENCE),
    "two sentences": ("en", "In 2024, about 1,500 people saw it. Why?"),
    "dashes and quotes": ("en", "“Wait” — he said – (softly) … ‘no’!"),
    "one word": ("en", "Yes"),
    "one digit": ("en", "7"),
    "emoji in between": ("en", "Look 👀 at the 🌈 sky ✨"),
    "mark-up and signs": ("en", "a < b & c > d, <speak>10 % of $5</speak> ]]> &amp; \\ [[haI]]"),
    "control characters": ("en", "one\x00two\x1b[31m three\ufffe four"),
    "a very long word": ("en", "so " + "abcdefghij" * 60 + " end"),
    "German": ("de", "Größe ist nicht alles, sagt die Fee."),
    "Chinese": ("zh-CN", "天空为什么是蓝色的？因为阳光。"),
    "Japanese": ("ja", "空はなぜ青いのですか？「光」です。"),
    "Hindi": ("hi", "आसमान नीला क्यों है?"),
}


@pytest.fixture
async def edge():
    async with EdgeStandIn() as standin:
        yield standin
        assert standin.complaints == []


def edge_at(url, *, limiter=None, timeout_s=5.0):
    return EdgeNarrator(url=url, throttle=limiter or throttle("edge", concurrency=3), timeout_s=timeout_s)


NOW = RetryPolicy(attempts=3, wait_initial_s=0.0, wait_max_s=0.0, retry_after_max_s=0.0)


async def say(narrator, text, voice, prosody=Prosody()):  # noqa: B008
    return await narrator.speak(normalise_text(text), voice, prosody)


@pytest.fixture
def edge_narrator(edge):
    return edge_at(edge.url)


NARRATORS_UNDER_TEST = ["edge", "espeak", "espeak afresh", "piper", "silence"]


def test_every_narrator_that_settings_can_name_is_under_test():
    assert NARRATORS.keys() <= set(NARRATORS_UNDER_TEST)


def test_every_narrator_can_be_selected_by_name():
    assert {"auto", *NARRATORS} == set(get_args(NarratorName))


@pytest.fixture(scope="session")
def piper_voices(tmp_path_factory):
    """Voices of a few languages; some report timings."""
    folder = tmp_path_factory.mktemp("voices")
    for language in ("de_DE", "en_US", "hi_IN", "ja_JP", "zh_CN"):
        write_voice(
            folder, f"{language}-hum-low", language, tells_times=language == "de_DE", espeak=ESPEAK.get(language, "")
        )
    return folder


@pytest.fixture
def piper_narrator(piper_voices):
    return PiperNarrator(folder=piper_voices)


@pytest.fixture(params=NARRATORS_UNDER_TEST)
def narrator(request):
    if request.param in {"edge", "piper"}:
        return request.getfixturevalue(f"{request.param}_narrator")
    made = {"espeak": EspeakNarrator, "espeak afresh": espeak_afresh, "silence": SilenceNarrator}
    return made[request.param]()


def espeak_afresh():
    """As on systems without fork: each text starts a process."""
    return EspeakNarrator(may_fork=False)


async def test_its_check_passes(narrator):
    await narrator.until_open()
    await narrator.check()


def test_its_name_and_version_can_be_part_of_a_cache_key(narrator):
    assert re.fullmatch(r"[a-z_]+", narrator.name)
    assert narrator.version


@pytest.mark.parametrize(("language", "text"), TEXTS.values(), ids=TEXTS)
async def test_every_word_of_every_text_gets_a_time_within_the_audio(narrator, language, text):
    voice = await narrator.choose_voice(language, None)

    speech = await say(narrator, text, voice)

    length_s = len(read_audio(speech.audio)) / 48_000
    edges = [edge for word in speech.words for edge in (word.start_s, word.end_s)]
    assert tuple(word.text for word in speech.words) == split_words(text)
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= length_s + 0.001
    assert edges[-1] > edges[0]


async def test_the_same_text_gives_the_same_speech(narrator):
    voice = await narrator.choose_voice("en", None)

    assert await say(narrator, SENTENCE, voice) == await say(narrator, SENTENCE, voice)


async def test_concurrent_texts_are_not_mixed_up(narrator):
    voice = await narrator.choose_voice("en", None)
    texts = [f"This is sentence number {number} of several." for number in range(6)]
    alone = [await say(narrator, text, voice) for text in texts]
    at_once = [None] * len(texts)

    async def speak(index):
        at_once[index] = await say(narrator, texts[index], voice)

    async with anyio.create_task_group() as tasks:
        for index in range(len(texts)):
            tasks.start_soon(speak, index)

    assert at_once == alone


async def test_a_chosen_voice_can_be_chosen_by_name(narrator):
    voice = await narrator.choose_voice("de", None)

    assert await narrator.choose_voice("en", voice) == voice


async def test_its_voices_are_listed_in_order_and_can_be_chosen(narrator):
    listed = await narrator.voices()

    keys = [(voice.language.lower(), voice.name.lower()) for voice in listed.voices]
    assert keys == sorted(set(keys))
    assert listed.source
    assert {voice.gender for voice in listed.voices} <= {"female", "male", ""}
    for voice in listed.voices[:3]:
        assert await narrator.choose_voice("en", voice.name) == voice.name


@pytest.mark.parametrize("wanted", ["nobody", "", "../../etc/passwd", "en-US-NobodyNeural"])
async def test_an_unknown_voice_is_an_input_error_with_a_hint(narrator, wanted):
    with pytest.raises(InputError) as caught:
        await narrator.choose_voice("en", wanted)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("language", "wanted", "told"),
    [
        ("en", "de-DE-ConradNeural", "Its voice for this language is de: nightreel voices --language de"),
        ("pt-BR", "Conrad", "Its voice for this language is pt-br: nightreel voices --language pt"),
        ("xx", "Conrad", "nightreel voices lists all of them"),
    ],
)
async def test_espeak_suggests_its_own_voice_for_the_name_of_another_services_voice(language, wanted, told):
    with pytest.raises(InputError) as caught:
        await EspeakNarrator().choose_voice(language, wanted)

    assert caught.value.hint == told


async def test_of_the_voices_of_espeak_only_the_chinese_ones_read_ideographs():
    espeak, text = EspeakNarrator(), "空気は Luft, 空"
    known = [voice.name for voice in (await espeak.voices()).voices]

    readers = {voice for voice in known if not espeak.unreadable_characters(voice, text)}

    assert readers == {voice for voice in known if voice.startswith(("cmn", "yue"))}
    assert espeak.unreadable_characters("ja", text) == "空気"


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("عبد", "عبد"),
        ("Иван", "Иван"),
        ("Νίκος", ""),
        ("דוד", "דו"),
        ("さくら", "さくら"),
        ("김민수", ""),
        ("राहुल", ""),
    ],
)
async def test_latin_voices_of_espeak_report_scripts_that_they_spell_out(name, spelt):
    espeak = EspeakNarrator()

    assert espeak.unreadable_characters("en-us", f"Hello {name}, José and Zoë.") == spelt
    assert (
        espeak.unreadable_characters("ru", "Иван")
        == espeak.unreadable_characters("el", "Νίκος")
        == espeak.unreadable_characters("ar", "عبد")
        == ""
    )


async def test_a_mistyped_voice_gets_a_suggestion(edge):
    with pytest.raises(InputError) as caught:
        await edge_at(edge.url).choose_voice("de", "de-DE-ConradNeurl")
    assert caught.value.hint == "Did you mean de-DE-ConradNeural?"


async def test_its_clips_have_the_target_loudness(narrator, tmp_path):
    speech = await say(narrator, SENTENCE, await narrator.choose_voice("en", None))

    await anyio.to_thread.run_sync(write_speech, tmp_path / "one.speech", speech)
    takes = [Take(speech=tmp_path / "one.speech")]
    clip = await anyio.to_thread.run_sync(master, takes, tmp_path / "clip.wav")

    assert clip.loudness_lufs is None or -16 <= clip.loudness_lufs <= -14
    assert (clip.loudness_lufs is None) == (narrator.name == "silence")


# --- words and audio -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("narrator", ["edge", "espeak"], indirect=True)
async def test_words_after_a_pause_start_with_the_sound(narrator):
    text = "Light travels fast. Nothing is faster. Remember that."

    speech = await say(narrator, text, await narrator.choose_voice("en", None))

    level = np.abs(read_audio(speech.audio)[:, 0])
    loud = np.flatnonzero(level > 0.02) / 48_000
    gaps = np.flatnonzero(np.diff(loud) > 0.2)
    onsets = [loud[0], *loud[gaps + 1]]
    begins = [word.start_s for word in speech.words if word.text in {"Light", "Nothing", "Remember"}]
    assert len(onsets) == 3
    # MP3 encoders add up to 50 ms at the start, and a soft consonant starts before it is loud.
    assert begins == pytest.approx(onsets, abs=0.08)


@pytest.mark.parametrize("narrator", ["edge", "espeak"], indirect=True)
async def test_no_film_has_dead_air_between_its_sentences(narrator, tmp_path):
    text = "Light travels fast. Nothing is faster… or is it? Well, remember that."
    scene = StatementScene(lines=(SpokenLine(text=text), SpokenLine(text="That is all.")), text=text)
    script = Script(title="Light", language="en", scenes=(scene,))

    narration = await narrate(script, narrators=[narrator], voice=None, cache=Cache(tmp_path), retry=NOW)

    (clip,) = narration.clips
    samples = await anyio.to_thread.run_sync(read_wav, clip.path)
    loud = np.flatnonzero(np.abs(samples[:, 0]) > 10 ** (-45 / 20)) / 48_000
    pauses = np.diff(loud)
    assert pauses.max() < 0.6
    # A pause after each sentence, and neither end of the scene is longer than a pause may be.
    assert np.count_nonzero(pauses > 0.25) >= 3
    assert 0.2 < loud[0] < 0.6
    assert 0.3 < len(samples) / 48_000 - loud[-1] < 0.6
    after_pauses = [loud[0], *loud[1:][pauses > 0.25]]
    for first_word in ("Light", "Nothing", "That"):
        begins = next(word.start_s for word in clip.words if word.text == first_word)
        assert min(abs(begins - onset) for onset in after_pauses) < 0.1


async def test_a_higher_rate_gives_shorter_speech(narrator):
    voice = await narrator.choose_voice("en", None)
    slow, usual, fast = [
        len(read_audio((await say(narrator, SENTENCE, voice, Prosody(rate_percent=rate))).audio))
        for rate in (-30, 0, 50)
    ]

    assert slow > 1.15 * usual
    assert fast < 0.85 * usual


async def test_prosody_is_sent_to_edge_in_its_own_notation(edge, edge_narrator):
    prosody = Prosody(rate_percent=-7, pitch_percent=10, volume_percent=0)

    await say(edge_narrator, SENTENCE, "en-US-AvaNeural", prosody)

    assert edge.history[-1].prosody == ("-7%", "+20Hz", "+0%")


@pytest.mark.parametrize("percent", [-20, 25, 50])
async def test_espeak_changes_pitch_by_the_requested_percentage(percent):
    narrator = EspeakNarrator()
    usual, other = [
        read_audio((await say(narrator, "Mama, aaaaah, aaaaah, oooh.", "en-us", prosody)).audio)[:, 0]
        for prosody in (Prosody(), Prosody(pitch_percent=percent))
    ]

    assert pitch_hz(other) == pytest.approx(pitch_hz(usual) * (1 + percent / 100), rel=0.08)


async def test_espeak_changes_volume():
    narrator = EspeakNarrator()

    usual, soft = [await say(narrator, SENTENCE, "en-us", Prosody(volume_percent=percent)) for percent in (0, -60)]

    assert np.abs(read_audio(soft.audio)).max() < 0.6 * np.abs(read_audio(usual.audio)).max()


def pitch_hz(sound):
    """The median fundamental frequency of a voice, by autocorrelation."""
    pitches = []
    for start in range(0, len(sound) - 6_000, 2_400):
        piece = sound[start : start + 4_800]
        if np.abs(piece).max() > 0.1:
            correlation = np.correlate(piece, piece, "full")[len(piece) - 1 :][160:1_200]
            peaks = np.flatnonzero((correlation[1:-1] >= correlation[:-2]) & (correlation[1:-1] >= correlation[2:])) + 1
            pitches += [48_000 / (160 + peak) for peak in peaks if correlation[peak] > 0.9 * correlation.max()][:1]
    return float(np.median(pitches))


# --- edge ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        ("forbidden_without_date", PermanentError, "refuses our token"),
        ("busy_429", TransientError, "busy"),
        ("bad_gateway_502", TransientError, "busy"),
        ("busy_503", TransientError, "busy"),
        ("drop_handshake", TransientError, r"can't be reached \(the connection was dropped\)"),
        ("no_audio", TransientError, "no audio"),
        ("abort", TransientError, "broke off"),
        ("abort_before_audio", TransientError, "no audio"),
        ("stall_before_audio", TransientError, "no answer within"),
        ("stall_after_audio", TransientError, "no answer within"),
        ("unknown_path", TransientError, "can't be understood"),
        ("short_binary", TransientError, "can't be understood"),
        ("broken_json", TransientError, "can't be understood"),
        ("broken_audio", TransientError, "can't be decoded"),
    ],
)
async def test_faults_of_the_service_are_translated_and_do_not_persist(edge, fault, error, message):
    narrator = edge_at(edge.url, timeout_s=0.3 if "stall" in fault else 5.0)
    edge.enqueue(*[fault] * (2 if fault == "drop_handshake" else 1))  # aiohttp retries once

    with pytest.raises(error, match=message) as caught:
        await say(narrator, SENTENCE, "en-US-AvaNeural")

    assert type(caught.value) is error
    assert "\n" not in str(caught.value)
    assert (await say(narrator, SENTENCE, "en-US-AvaNeural")).audio


@pytest.mark.parametrize("fault", ["portal_page", "portal_redirect", "proxy_407", "huge_headers", "not_http"])
async def test_a_captive_portal_or_a_proxy_does_not_pass_the_check_as_a_busy_service(edge, fault):
    edge.enqueue(fault)

    with pytest.raises(TransientError, match="edge can't be reached"):
        await edge_at(edge.url).check()


@pytest.mark.parametrize("fault", ["forbidden_skewed_clock", "other_text", "no_boundaries", "sentence_boundaries"])
async def test_some_faults_are_tolerated(edge, edge_narrator, fault):
    undisturbed = await say(edge_narrator, SENTENCE, "en-US-AvaNeural")
    edge.enqueue(fault)

    speech = await say(edge_narrator, SENTENCE, "en-US-AvaNeural")

    assert speech.audio == undisturbed.audio
    assert speech.estimated == fault.endswith("_boundaries")
    starts = [word.start_s for word in speech.words]
    assert starts == pytest.approx([word.start_s for word in undisturbed.words], abs=0.6 if speech.estimated else 0.2)


async def test_events_out_of_order_are_sorted(edge, edge_narrator):
    text = normalise_text("The sky is blue, and nobody ever asks why it is so.")
    in_order = await edge_narrator.speak(text, "en-US-AvaNeural", Prosody())
    edge.enqueue("disordered_words")

    assert await edge_narrator.speak(text, "en-US-AvaNeural", Prosody()) == in_order


async def test_retry_after_is_passed_on(edge, edge_narrator):
    edge.retry_after = "90"
    edge.enqueue("busy_429")

    with pytest.raises(TransientError) as caught:
        await say(edge_narrator, SENTENCE, "en-US-AvaNeural")

    assert caught.value.retry_after_s == 90


async def test_a_refused_connection_is_a_transient_error():
    async with EdgeStandIn() as gone:
        url = gone.url
    narrator = edge_at(url)

    with pytest.raises(TransientError, match=r"edge can't be reached \(connection refused\)"):
        await narrator.check()
    with pytest.raises(TransientError, match=r"edge can't be reached \(connection refused\)"):
        await say(narrator, SENTENCE, "en-US-AvaNeural")


async def test_an_unknown_host_is_reported_in_plain_words(monkeypatch):
    def unknown(*_arguments, **_more):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(TransientError, match=r"edge can't be reached \(no such host\)"):
        await edge_at("ws://voices.invalid/edge/v1").check()


async def test_a_url_of_something_else_is_a_permanent_error(edge):
    narrator = edge_at(edge.url.replace("/edge/v1", "/elsewhere/v1"))

    with pytest.raises(PermanentError, match="404"):
        await narrator.check()


async def test_a_check_is_one_handshake_and_no_request(edge, edge_narrator):
    await edge_narrator.check()

    assert [request.kind for request in edge.history] == ["handshake"]


async def test_clock_skew_takes_a_second_handshake_and_fails_if_it_persists(edge, edge_narrator):
    edge.enqueue("forbidden_skewed_clock")
    await edge_narrator.check()
    assert [request.kind for request in edge.history] == ["handshake", "handshake"]

    edge.faults.append("forbidden_skewed_clock")
    with pytest.raises(PermanentError, match=r"edge refuses us \(403\)"):
        await edge_narrator.check()


@pytest.mark.parametrize("ahead_s", [-86_400, 3_600])
async def test_with_clock_skew_a_film_is_spoken_after_one_correction(edge, edge_narrator, ahead_s):
    edge.ahead_s = ahead_s

    for text in ("One.", "Two."):
        assert (await say(edge_narrator, text, "en-US-AvaNeural")).audio
    await edge_narrator.check()

    assert [(each.kind, each.fault) for each in edge.history] == [
        ("handshake", "forbidden"), ("speak", None), ("speak", None), ("handshake", None)
    ]  # fmt: skip


@pytest.mark.parametrize("fault", ["busy_429", "bad_gateway_502", "busy_503"])
async def test_a_busy_or_failing_service_passes_the_check(edge, edge_narrator, fault):
    edge.faults.append(fault)

    await edge_narrator.check()

    assert [(each.kind, each.fault) for each in edge.history] == [("handshake", fault)]


def film(tmp_path, *narrators, waits_s=0.0):
    """A film of two sentences, narrated."""
    scenes = tuple(StatementScene(lines=(SpokenLine(text=text),), text=text) for text in (SENTENCE, "That is all."))
    script = Script(title="Light", language="en", scenes=scenes)
    retry = RetryPolicy(attempts=5, wait_initial_s=waits_s, wait_max_s=waits_s, retry_after_max_s=0.0)
    return narrate(script, narrators=narrators, voice=None, cache=Cache(tmp_path), retry=retry)


@pytest.mark.parametrize("fault", ["drop_handshake", "bad_gateway_502", "busy_429"])
@pytest.mark.parametrize("others", [(), (SilenceNarrator(),)], ids=["alone", "with another"])
async def test_a_failed_handshake_is_retried(edge, edge_narrator, tmp_path, fault, others):
    edge.enqueue(fault, fault)

    narration = await film(tmp_path, edge_narrator, *others)

    assert (narration.narrator, narration.fallback_reason) == ("edge", "")
    assert [request.fault for request in edge.history if request.kind == "handshake"][:2] == [fault, fault]


async def test_a_service_that_drops_every_handshake_fails_a_film_without_a_fallback(edge, edge_narrator, tmp_path):
    edge.faults.append("drop_handshake")

    with pytest.raises(TransientError, match="the connection was dropped"):
        await film(tmp_path, edge_narrator)

    assert len(edge.history) == 5 * 2  # aiohttp retries once


@pytest.mark.parametrize("waits_s", [0.0, 60.0], ids=["with short waits", "with long waits"])
async def test_with_a_fallback_an_absent_service_costs_only_the_check_timeout(tmp_path, waits_s):
    async with EdgeStandIn() as gone:
        narrator = edge_at(gone.url)

    with anyio.fail_after(2.5):
        narration = await film(tmp_path, narrator, SilenceNarrator(), waits_s=waits_s)

    assert narration.narrator == "silence"
    assert narration.fallback_reason == "edge can't be reached (connection refused)"


async def test_a_service_that_refuses_us_fails_the_check(edge, edge_narrator):
    edge.faults.append("forbidden_without_date")

    with pytest.raises(PermanentError):
        await edge_narrator.check()


async def test_narrators_with_two_urls_do_not_interfere(edge):
    async with EdgeStandIn() as other:
        one, two = edge_at(edge.url), edge_at(other.url)

        async with anyio.create_task_group() as tasks:
            for number in range(4):
                tasks.start_soon(say, one, f"one {number}", "en-US-AvaNeural")
                tasks.start_soon(say, two, f"two {number}", "en-US-AvaNeural")

        assert {text[:3] for text in edge.spoken} == {"one"}
        assert {text[:3] for text in other.spoken} == {"two"}


async def test_edge_ttss_own_url_is_unchanged(edge, edge_narrator):
    from edge_tts import communicate, constants  # noqa: PLC0415

    await say(edge_narrator, "Hello.", "en-US-AvaNeural")

    assert f"{communicate.WSS_URL}" == constants.WSS_URL


async def test_every_request_goes_through_the_throttle(edge):
    class Book:
        calls = 0

        async def reserve(self, tokens, *, call, **limits):
            self.calls += 1

        async def close(self, until):
            pass

    book = Book()
    narrator = edge_at(edge.url, limiter=throttle("edge", ledger=book))
    await narrator.check()
    for text in ("One.", "Two."):
        await say(narrator, text, "en-US-AvaNeural")

    assert book.calls == len(edge.spoken) == 2


@pytest.mark.parametrize("asked", ["first by a check", "first by a text"])
async def test_a_429_closes_the_throttle_for_all_texts_until_its_time(edge, asked):
    edge.retry_after = "0.3"
    edge.enqueue("busy_429")
    narrator = edge_at(edge.url, limiter=throttle("edge", concurrency=1))
    policy = RetryPolicy(attempts=3, wait_initial_s=0, wait_max_s=0, retry_after_max_s=60)

    async def speak(text):
        await with_retries(policy, partial(say, narrator, text, "en-US-AvaNeural"))

    if asked == "first by a check":
        await narrator.check()
    async with anyio.create_task_group() as tasks:
        for text in ("One.", "Two.", "Three."):
            tasks.start_soon(speak, text)

    assert len([request for request in edge.history if request.fault]) == 1
    assert sorted(edge.spoken) == ["One.", "Three.", "Two."]


async def test_a_short_rate_limit_does_not_change_the_voice_of_a_film(edge, tmp_path):
    edge.retry_after = "0.3"
    edge.enqueue("busy_429")
    narrator = edge_at(edge.url)
    await narrator.check()

    narration = await film(tmp_path, narrator, SilenceNarrator())

    assert (narration.narrator, narration.fallback_reason) == ("edge", "")


async def test_a_long_rate_limit_leaves_the_film_to_another_narrator(edge, tmp_path):
    edge.retry_after = "90"
    edge.enqueue("busy_429")
    narrator = edge_at(edge.url, limiter=throttle("edge", patience_s=60))
    await narrator.check()

    narration = await film(tmp_path, narrator, SilenceNarrator())

    assert narration.narrator == "silence"
    assert narration.fallback_reason.startswith("edge asks us to wait until ")
    assert len(edge.history) == 1


async def test_a_service_that_keeps_failing_is_closed_and_the_next_narrator_speaks_at_once(edge, tmp_path):
    edge.faults.append("no_audio")
    narrator = edge_at(edge.url, limiter=throttle("edge", concurrency=1, breaker_failures=2, patience_s=0))

    for _ in range(2):
        narration = await film(tmp_path, narrator, SilenceNarrator())

    assert narration.narrator == "silence"
    assert narration.fallback_reason.startswith("edge keeps failing and is paused until ")
    assert len(edge.spoken) == 2


async def test_the_stand_in_complains_about_a_client_that_does_not_wait():
    async with EdgeStandIn(retry_after="5") as standin:
        standin.enqueue("busy_503")
        with pytest.raises(TransientError):
            await say(edge_at(standin.url), "One.", "en-US-AvaNeural")
        await anyio.sleep(1.1 * ON_ITS_WAY_S)
        await say(edge_at(standin.url), "One.", "en-US-AvaNeural")

        assert [complaint[:19] for complaint in standin.complaints] == ["called while closed"]


async def test_what_was_asked_can_be_read_by_other_processes(edge, edge_narrator):
    await say(edge_narrator, "One.", "en-US-AvaNeural")

    address = f"http://127.0.0.1:{edge.port}/_history"
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        usual = {"prosody": ["+0%", "+0Hz", "+0%"]}
        assert await response.json() == {
            "requests": [{"kind": "speak", "text": "One.", "voice": "en-US-AvaNeural", "fault": None, **usual}],
            "faults": {},
            "complaints": [],
        }


async def test_a_well_formed_unknown_voice_is_detected_by_asking_the_service(edge, edge_narrator):
    assert await edge_narrator.choose_voice("en", "en-US-EmmaNeural") == "en-US-EmmaNeural"
    with pytest.raises(InputError, match=r"Did you mean en-US-EmmaNeural\?"):
        await edge_narrator.choose_voice("en", "en-US-EmaNeural")

    assert [request.kind for request in edge.history] == ["voices"]


async def test_the_list_of_voices_is_requested_with_the_corrected_clock(edge, edge_narrator):
    edge.enqueue("forbidden_skewed_clock")

    with pytest.raises(InputError, match=r"Did you mean en-US-EmmaNeural\?"):
        await edge_narrator.choose_voice("en", "en-US-EmaNeural")

    assert [request.kind for request in edge.history] == ["voices", "voices"]


@pytest.mark.parametrize("fault", ["forbidden_without_date", "busy_429", "busy_503", "drop_handshake"])
async def test_a_service_without_a_list_of_voices_can_still_speak(edge, edge_narrator, fault):
    edge.enqueue(*[fault] * (2 if fault == "drop_handshake" else 1))  # aiohttp retries once

    assert await edge_narrator.choose_voice("en", "en-US-EmmaNeural") == "en-US-EmmaNeural"
    assert (await say(edge_narrator, SENTENCE, "en-US-EmmaNeural")).audio


async def test_without_a_list_of_voices_a_well_formed_name_is_accepted():
    async with EdgeStandIn() as gone:
        narrator = edge_at(gone.url)

    assert await narrator.choose_voice("en", "en-US-EmaNeural") == "en-US-EmaNeural"


async def test_redirects_of_the_list_of_voices_are_not_followed():
    asked = []

    async def answer(request):
        asked.append(request.path)
        if request.path == "/voices/list":
            return web.Response(status=302, headers={"Location": "/inner"})
        return web.json_response([{"ShortName": "en-US-EvilNeural", "Locale": "en-US"}])

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        narrator = edge_at(f"ws://127.0.0.1:{server.port}/edge/v1")

        assert (await narrator.voices()).source == "built in: the service does not answer"

    assert asked == ["/voices/list"]


# --- espeak ----------------------------------------------------------------------------------------------------------


async def test_english_is_american_unless_asked_otherwise():
    narrator = EspeakNarrator()

    assert await narrator.choose_voice("en", None) == "en-us"
    assert await narrator.choose_voice("en-GB", None) == "en"
    assert await narrator.choose_voice("zh-Hans-CN", None) == "cmn"
    assert await narrator.choose_voice("en", "gmw/en-US-nyc") == "en-us-nyc"


async def test_a_language_espeak_does_not_have_is_an_input_error():
    with pytest.raises(InputError, match="language 'zz'"):
        await EspeakNarrator().choose_voice("zz", None)


async def test_the_version_of_the_library_is_part_of_the_narrators_once_a_voice_is_chosen():
    narrator = EspeakNarrator()

    await narrator.choose_voice("en", None)

    assert re.search(r":1\.\d+(\.\d+)?", narrator.version)


async def test_each_language_is_spoken_by_its_own_voice():
    narrator = EspeakNarrator()

    sounds = {(await say(narrator, "Die Sonne scheint.", voice)).audio for voice in ("de", "fr", "en-us")}

    assert len(sounds) == 3


WITH_AND_WITHOUT_A_HOST = pytest.mark.parametrize("may_fork", [CAN_FORK, False], ids=["host", "no host"])


@WITH_AND_WITHOUT_A_HOST
async def test_a_child_that_does_not_answer_is_killed(may_fork, monkeypatch, tmp_path):
    (tmp_path / "child.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(espeak.child, "__file__", str(tmp_path / "child.py"))

    with pytest.raises(TransientError, match=r"within 0\.3 s"):
        await EspeakNarrator(timeout_s=0.3, may_fork=may_fork).check()


@WITH_AND_WITHOUT_A_HOST
async def test_no_child_outlives_a_cancelled_film(may_fork, monkeypatch, tmp_path):
    (tmp_path / "child.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(espeak.child, "__file__", str(tmp_path / "child.py"))

    # Idle workers of tests before this one.
    others = set(psutil.Process().children())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(EspeakNarrator(may_fork=may_fork).check)
        with anyio.fail_after(5):
            while not (children := set(psutil.Process().children()) - others):
                await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()

    _, alive = await anyio.to_thread.run_sync(partial(psutil.wait_procs, children, timeout=3))
    assert alive == []


@WITH_AND_WITHOUT_A_HOST
async def test_a_missing_library_is_reported_with_what_to_install(may_fork, monkeypatch, tmp_path):
    (tmp_path / "child.py").write_text("import sys\nsys.stderr.write('not installed')\nsys.exit(3)\n")
    monkeypatch.setattr(espeak.child, "__file__", str(tmp_path / "child.py"))

    with pytest.raises(MissingToolError, match=r'pip install "nightreel\[offline\]"'):
        await EspeakNarrator(may_fork=may_fork).check()


@WITH_AND_WITHOUT_A_HOST
async def test_a_child_that_crashes_is_a_transient_error(may_fork, monkeypatch, tmp_path):
    (tmp_path / "child.py").write_text("import os\nos.abort()\n")
    monkeypatch.setattr(espeak.child, "__file__", str(tmp_path / "child.py"))

    with pytest.raises(TransientError, match="process failed"):
        await EspeakNarrator(may_fork=may_fork).check()


@WITH_AND_WITHOUT_A_HOST
async def test_a_voice_that_the_library_does_not_find_is_an_error_not_a_substitution(may_fork, monkeypatch):
    monkeypatch.setattr(espeak, "choose", lambda voices, *_: replace(voices[0], identifier="nowhere/nobody"))

    with pytest.raises(PermanentError, match="there is no voice nowhere/nobody"):
        await say(EspeakNarrator(may_fork=may_fork), "One.", "en-us")


class Refusing:
    """A library with one function that returns an error."""

    def __init__(self, refused):
        self._refused = refused

    def __getattr__(self, name):
        return lambda *_: 2 if name == self._refused else 0


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        ("espeak_SetVoiceByName", "there is no voice roa/fr"),
        ("espeak_SetParameter", "it refused parameter 1 = 160"),
        ("espeak_Synth", "it refused the text"),
        ("espeak_Synchronize", "it did not finish"),
    ],
)
def test_no_return_code_of_the_library_is_overlooked(refused, told):
    with pytest.raises(espeak.child._LibraryError, match=re.escape(f"{told} (code 2)")):
        espeak.child._speak(Refusing(refused), b"Un.", "roa/fr", [160, 50, 100, 1])
