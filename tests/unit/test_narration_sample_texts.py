"""The sample sentences for hearing and measuring voices."""

import unicodedata

import pytest

from pipeline.language.text import SENTENCE_ENDS, clean_text
from pipeline.language.words import split_words
from pipeline.narration.edge.voices import DEFAULT_VOICES
from pipeline.narration.sample_texts import SAMPLE_TEXTS, sample_text


@pytest.mark.parametrize("language", SAMPLE_TEXTS)
def test_a_sample_is_two_plain_sentences_long_enough_to_be_measured(language):
    text = SAMPLE_TEXTS[language]

    assert clean_text(text) == text
    assert not any(character.isdigit() for character in text)
    assert 15 <= len(split_words(text)) <= 120
    ends = [character for character in text if character in SENTENCE_ENDS]
    assert len(ends) == (0 if language == "th" else 2)


def test_every_language_of_edge_has_a_sample():
    assert [language for language in DEFAULT_VOICES if sample_text(language) is None] == []


def test_each_sample_is_written_in_one_script():
    for text in SAMPLE_TEXTS.values():
        letters = {unicodedata.name(c).split()[0] for c in text if unicodedata.category(c)[0] == "L"}
        assert len(letters - {"CJK", "HIRAGANA", "KATAKANA"}) <= 1


@pytest.mark.parametrize(
    ("language", "same_as"),
    [("de-AT", "de"), ("pt_BR", "pt"), ("zh-TW", "zh-hant"), ("zh-Hans-CN", "zh"), ("no", "nb")],
)
def test_regions_and_aliases_find_the_sample(language, same_as):
    assert sample_text(language) == SAMPLE_TEXTS[same_as]


def test_an_unknown_language_has_no_sample():
    assert sample_text("tlh") is None
    assert sample_text("") is None
