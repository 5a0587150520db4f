"""Long texts, cut into requests."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.model import split_words
from pipeline.narration.edge_text import requests_for, text_of
from pipeline.narration.edge_voices import DEFAULT_VOICES, for_language, looks_like_a_voice

TEXTS = st.text(alphabet=st.sampled_from("ab &<. 日本。!"), max_size=400)


@given(TEXTS, st.integers(20, 200))
def test_no_request_is_too_long_and_nothing_is_lost(text, max_bytes):
    groups = list(requests_for(split_words(text), max_bytes))

    assert all(0 < len(escape(text_of(group)).encode()) <= max_bytes for group in groups)
    assert "".join("".join(group) for group in groups) == "".join(text.split())


def test_a_long_text_is_cut_at_the_end_of_a_sentence():
    sentence = "The sky is blue because air scatters blue light. "

    groups = list(requests_for(split_words(sentence * 300)))

    assert len(groups) > 2
    assert all(group[-1] == "light." for group in groups)


def test_chinese_is_cut_too_although_it_has_no_spaces():
    groups = list(requests_for(split_words("天空为什么是蓝色的？因为阳光。" * 300)))

    assert len(groups) > 2
    assert all(group[-1][-1] in "？。" for group in groups)


def test_a_short_text_is_one_request():
    assert list(requests_for(("Hello", "world."))) == [("Hello", "world.")]


def test_there_is_a_voice_for_the_common_languages():
    assert len({tag.partition("-")[0] for tag in DEFAULT_VOICES}) >= 25
    assert all(looks_like_a_voice(voice) for voice in DEFAULT_VOICES.values())


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("en", "en-US-AvaNeural"),
        ("en-GB", "en-GB-SoniaNeural"),
        ("en-SG", "en-US-AvaNeural"),
        ("pt_PT", "pt-PT-RaquelNeural"),
        ("zh-Hant-TW", "zh-TW-HsiaoChenNeural"),
    ],
)
def test_a_region_without_a_voice_gets_that_of_its_language(language, voice):
    assert for_language(language) == voice


@pytest.mark.parametrize(("language", "hint"), [("zhh", r"Did you mean zh\?"), ("qqq", "Known, for example: en, de")])
def test_an_unknown_language_names_its_neighbours(language, hint):
    with pytest.raises(InputError, match=hint):
        for_language(language)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("en-US-EmmaMultilingualNeural", True),
        ("zh-CN-liaoning-XiaobeiNeural", True),
        ("sr-Latn-RS-NicholasNeural", True),
        ("en-us-ava", False),
        ("en-US-AvaNeural' onload='x", False),
        ("gmw/en-US", False),
    ],
)
def test_a_voice_is_known_by_its_shape(name, known):
    assert looks_like_a_voice(name) is known
