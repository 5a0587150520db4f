"""`nightreel voices`: the list, and the spoken sample."""

from __future__ import annotations

import numpy as np
import pytest
from anyio import to_thread

from pipeline.errors import ConfigurationError, InputError
from pipeline.media.sound.audio import read_wav
from pipeline.model import SAMPLE_RATE_HZ
from pipeline.orchestrator.context import open_context
from pipeline.orchestrator.voices import list_voices, speak_sample


async def context_in(folder, **overrides):
    return await to_thread.run_sync(lambda: open_context(workspace=folder, overrides={"offline": True, **overrides}))


@pytest.mark.parametrize(
    ("language", "overrides", "voice"),
    [("de", {}, "de"), (None, {"narration.voice": "el"}, "el"), (None, {"language": "hi"}, "hi")],
    ids=["of a language", "of a voice", "of the workspace"],
)
async def test_a_sample_is_a_file_in_which_the_voice_is_heard(tmp_path, language, overrides, voice):
    heard = await speak_sample(
        await context_in(tmp_path, **overrides), language=language, out=tmp_path / "heard" / "a.wav"
    )

    sound = await to_thread.run_sync(read_wav, tmp_path / "heard" / "a.wav")
    assert (heard.narrator, heard.voice, heard.language, heard.fallback_reason) == ("espeak", voice, voice, "")
    assert heard.length_s == len(sound) / SAMPLE_RATE_HZ > 5
    assert np.abs(sound).max() > 0.1


async def test_a_sample_says_what_the_voice_can_not_read(tmp_path):
    heard = await speak_sample(await context_in(tmp_path), language="ja", out=tmp_path / "a.wav")

    (incident,) = heard.incidents
    assert incident.startswith("espeak can't read 日")


async def test_a_language_without_a_sample_is_refused(tmp_path):
    with pytest.raises(InputError, match="no sample sentence in 'tlh'"):
        await speak_sample(await context_in(tmp_path), language="tlh", out=tmp_path / "a.wav")

    assert not (tmp_path / "a.wav").exists()


@pytest.mark.parametrize("name", ["a.mp3", "a"])
async def test_a_sample_is_not_put_into_a_file_that_is_called_otherwise(tmp_path, name):
    with pytest.raises(InputError, match=r"is not a WAV file\. Write FILE\.wav"):
        await speak_sample(await context_in(tmp_path), language="de", out=tmp_path / name)

    assert not (tmp_path / name).exists()


async def test_a_language_has_the_voices_of_its_regions_and_a_region_only_its_own(tmp_path):
    context = await context_in(tmp_path, **{"narration.narrator": "espeak"})

    (english,), (british,) = [await list_voices(context, language=language) for language in ("en", "en-GB")]

    assert {voice.language.partition("-")[0] for voice in english.voices} == {"en"}
    assert len(english.voices) > len(british.voices) > 0
    assert {voice.language.lower().startswith("en-gb") for voice in british.voices} == {True}


async def test_a_narrator_that_was_named_and_has_no_voices_is_an_error(tmp_path):
    with pytest.raises(ConfigurationError, match="edge needs the network"):
        await list_voices(await context_in(tmp_path, **{"narration.narrator": "edge"}))
