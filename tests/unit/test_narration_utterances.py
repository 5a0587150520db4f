"""What is spoken in one go, and the breath after it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language.words import split_words
from pipeline.narration.spoken_text import SpokenText, spoken
from pipeline.narration.utterances import MAX_BYTES, size_bytes, utterances_of

LINES = st.lists(st.text(alphabet=st.sampled_from("ab Z19.,!?—:。、「」日本👍\u0301 &ดแก។"), max_size=60), max_size=4)


def texts(*lines):
    return [phrase.said.text for phrase in utterances_of(lines, spoken)]


def test_each_sentence_is_a_phrase_with_a_breath_that_fits_its_end():
    phrases = utterances_of(["Light is fast. Nothing is faster!", "Why?"], spoken)

    assert [phrase.said.text for phrase in phrases] == ["Light is fast.", "Nothing is faster!", "Why?"]
    after_sentence, after_line, _ = (phrase.breath_s for phrase in phrases)
    assert 0.3 <= after_sentence < after_line <= 0.5


def test_a_scene_goes_on_after_its_last_phrase_where_that_is_meant():
    held = utterances_of(["Look.", "Try it"], spoken, {2: 4.0})

    assert [phrase.hold_s for phrase in held] == [0.0, 4.0]
    assert [phrase.breath_s for phrase in held] == [phrase.breath_s for phrase in utterances_of(["a", "b"], spoken)]


def test_abbreviations_end_no_sentence():
    assert texts("Dr. Smith paid $5.20 at 3 p.m. on Monday.") == ["Dr. Smith paid $5.20 at 3 p.m. on Monday."]


@pytest.mark.parametrize(
    ("clause", "first"),
    [
        ("and so it goes on and on without an end, ", "end,"),
        ("どこまでも続く話、", "話、"),
        ("天空永远是蓝色的，", "的，"),
        ("word ", "word"),
    ],
)
def test_a_long_sentence_is_cut_at_its_clauses_and_hardly_paused_there(clause, first):
    text = clause * (2_500 // len(clause.encode()))

    phrases = utterances_of([text], spoken)

    assert len(phrases) >= 3
    assert phrases[0].said.text.endswith(first)
    assert all(size_bytes(phrase.said.text) <= MAX_BYTES for phrase in phrases)
    assert all(phrase.breath_s <= 0.2 for phrase in phrases[:-1])


def test_what_mark_up_becomes_on_the_wire_counts():
    phrases = utterances_of(["& < " * 200 + "a"], spoken)

    assert all(size_bytes(phrase.said.text) <= MAX_BYTES for phrase in phrases)


def test_text_without_spaces_is_cut_after_its_sentences():
    assert texts("天空是蓝色的。为什么？因为阳光！") == ["天空是蓝色的。", "为什么？", "因为阳光！"]


@given(LINES)
def test_the_phrases_of_a_scene_have_its_words_in_order(lines):
    phrases = utterances_of(lines, spoken)

    assert tuple(word for phrase in phrases for word in phrase.said.words) == split_words(" ".join(lines))


def test_the_space_between_two_thai_sentences_stays_though_each_is_spoken_by_itself():
    first, second = utterances_of(["ไม่กิน", "นกไม่รู้สึก"], spoken)

    assert (first.said.text, first.said.words[-1]) == ("ไม่กิน", "น ")
    assert second.said.words[-1] == "ก"


@settings(max_examples=30, deadline=None)
@given(LINES, st.integers(20, 100))
def test_pieces_of_a_long_sentence_know_where_their_words_are(lines, repeated):
    for phrase in utterances_of([line * repeated for line in lines], spoken):
        said = phrase.said
        for word, place in zip(said.words, said.places, strict=True):
            # A pause between two Thai words is part of the first.
            assert place is None or said.text[slice(*place)].rstrip() == spoken(word).text


def test_a_written_word_that_is_spoken_as_several_stays_in_one_piece():
    words = ("$5",) * 400
    text = " ".join(["five dollars"] * 400)
    said = SpokenText(text=text, words=words, places=tuple((13 * n, 13 * n + 12) for n in range(400)))

    phrases = utterances_of(["$5 " * 400], lambda _: said)

    assert len(phrases) > 4
    assert all(phrase.said.text.split() == ["five", "dollars"] * len(phrase.said.words) for phrase in phrases)


def test_a_line_without_a_word_is_a_silent_phrase():
    phrases = utterances_of(["— !", "Yes."], spoken)

    assert [phrase.said.is_silent for phrase in phrases] == [True, False]


def test_a_pause_that_is_meant_takes_the_place_of_the_breath_before_its_line():
    phrases = utterances_of(["Which one? This one.", "Or that one.", "That one."], spoken, {2: 3.0})

    assert [phrase.breath_s for phrase in phrases][2] == 3.0
    assert all(phrase.breath_s < 0.6 for phrase in phrases if phrase.breath_s != 3.0)


def test_a_pause_after_a_line_that_nobody_hears_comes_after_the_last_one_that_is_heard():
    phrases = utterances_of(["Which one?", "★", "The star."], spoken, {2: 3.0})

    assert next(phrase.breath_s for phrase in phrases if not phrase.said.is_silent) == 3.0
