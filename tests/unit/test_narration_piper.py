"""Peculiarities of Piper: voices are users' files, and only some report timings."""

import io
import json
import os
import wave

import pytest

from pipeline.errors import InputError, MissingToolError, PermanentError, TransientError
from pipeline.model import Prosody
from pipeline.narration import piper as piper_module
from pipeline.narration.piper import PiperNarrator
from pipeline.narration.piper.voices import find_voices
from pipeline.narration.spoken_text import normalise_text
from tests.standins.piper import write_voice

TEXT = normalise_text("Größe ist nicht alles.")


@pytest.fixture(scope="module")
def voices(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voices")
    write_voice(folder, "de_AT-one-low", "de_AT")
    write_voice(folder, "de_DE-two-low", "de_DE", tells_times=True)
    return folder


@pytest.fixture
def piper(voices):
    return PiperNarrator(folder=voices)


async def test_reported_word_times_are_used_and_missing_ones_estimated(piper):
    told = await piper.speak(TEXT, "de_DE-two-low", Prosody())
    untold = await piper.speak(TEXT, "de_AT-one-low", Prosody())

    assert (told.estimated, untold.estimated) == (False, True)
    # A phoneme lasts 48 ms: words are as long as their phonemes, with the space between.
    assert [round(word.end_s - word.start_s, 3) for word in told.words] == [0.672, 0.288, 0.576, 0.48]
    assert untold.words[0].start_s == 0


async def test_no_telemetry_is_sent(piper, tmp_path, monkeypatch):
    # Where the library stores its telemetry.
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))

    await piper.speak(TEXT, "de_DE-two-low", Prosody())

    assert list(tmp_path.rglob("*")) == []


async def test_a_voice_of_the_region_is_preferred_to_one_of_another(piper):
    assert await piper.choose_voice("de-DE", None) == "de_DE-two-low"
    assert await piper.choose_voice("de_at", None) == "de_AT-one-low"
    assert await piper.choose_voice("de-CH", None) == "de_AT-one-low"
    with pytest.raises(InputError, match="no voice for the language 'fr'") as caught:
        await piper.choose_voice("fr", None)
    assert caught.value.hint == "There are voices for de-AT, de-DE"


async def test_another_file_of_the_same_name_is_another_voice(tmp_path):
    write_voice(tmp_path, "a", "en_US")
    first = PiperNarrator(folder=tmp_path)
    await first.choose_voice("en", None)
    write_voice(tmp_path, "a", "en_US", tells_times=True)
    second = PiperNarrator(folder=tmp_path)
    await second.choose_voice("en", None)

    assert first.version != second.version


@pytest.mark.parametrize(
    "spoilt",
    [
        {"espeak": 3},
        {"espeak": {"voice": "x" * 100}},
        # Would download a dictionary.
        {"phoneme_type": "pinyin"},
        {"language": {"code": ["en"]}},
        # Contains a terminal escape.
        {"language": {"code": "en\x1b[31m"}},
        # Sample rates that would take hours of audio and all memory, no time at all, or are invalid for Piper.
        {"audio": {"sample_rate": 1}},
        {"audio": {"sample_rate": 1_000_000_000}},
        {"audio": {"sample_rate": "fast"}},
        {"audio": None},
        {"hop_length": -256},
    ],
)
def test_a_voice_with_an_unusable_configuration_is_ignored(tmp_path, spoilt):
    model = write_voice(tmp_path, "a", "en_US")
    path = model.with_name("a.onnx.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | spoilt))

    with pytest.raises(InputError, match=r"no voices here\. Put NAME\.onnx and NAME\.onnx\.json"):
        find_voices(tmp_path)


def test_a_folder_that_is_not_there_has_no_voices(tmp_path):
    with pytest.raises(InputError, match="no voices here"):
        find_voices(tmp_path / "nowhere")


async def test_a_file_that_is_not_a_model_is_refused_in_one_line(tmp_path):
    write_voice(tmp_path, "a", "en_US").write_bytes(b"not a model\n" * 9)
    piper = PiperNarrator(folder=tmp_path)

    with pytest.raises(PermanentError, match=r"Piper: .+ Is the voice file complete") as caught:
        await piper.speak(TEXT, "a", Prosody())
    assert "\n" not in str(caught.value)


async def test_implausible_times_are_estimated_from_the_text(tmp_path):
    model = write_voice(tmp_path, "a", "en_US", tells_times=True)
    path = model.with_name("a.onnx.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"hop_length": 1}))

    speech = await PiperNarrator(folder=tmp_path).speak(TEXT, "a", Prosody())

    assert speech.estimated
    assert speech.words[-1].start_s > 0.5


@pytest.mark.parametrize("frames", [0, 10, 16_000 * 3_600])
async def test_audio_that_can_not_be_the_text_is_refused(voices, monkeypatch, frames):
    sound = io.BytesIO()
    with wave.open(sound, "wb") as wav:
        wav.setparams((1, 2, 16_000, 0, "NONE", ""))
        wav.writeframes(bytes(2 * frames))
    piper = PiperNarrator(folder=voices)

    async def ask(*_):
        return b"null\n" + sound.getvalue()

    monkeypatch.setattr(piper, "_run", ask)
    with pytest.raises(PermanentError, match=r"Piper's audio lasts [\d.]+ s, which does not fit the text"):
        await piper.speak(TEXT, "de_AT-one-low", Prosody())


FAILURES = {
    "not installed": (
        "sys.stderr.write('No module piper'); sys.exit(3)",
        MissingToolError,
        r"nightreel\[piper\]",
    ),
    "chatty": ("print('Loading...')", PermanentError, "did not return audio"),
    "no wave": ("print('null'); print('noise')", PermanentError, "did not return audio"),
    "crashed": ("os.abort()", TransientError, "process failed"),
    "silent": ("time.sleep(60)", TransientError, r"within 0\.3 s"),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_failures_of_the_child_are_translated(voices, monkeypatch, tmp_path, failure):
    script, error, message = FAILURES[failure]
    (tmp_path / "child.py").write_text(f"import os, sys, time\n{script}\n")
    monkeypatch.setattr(piper_module.child, "__file__", str(tmp_path / "child.py"))
    narrator = PiperNarrator(folder=voices, timeout_s=0.3 if failure == "silent" else 30)

    with pytest.raises(error, match=message):
        await narrator.speak(TEXT, "de_AT-one-low", Prosody())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes on Windows")
def test_a_named_pipe_as_configuration_does_not_block(tmp_path):
    write_voice(tmp_path, "a", "en_US")
    (tmp_path / "a.onnx.json").unlink()
    os.mkfifo(tmp_path / "a.onnx.json")

    with pytest.raises(InputError, match="no voices"):
        find_voices(tmp_path)
