"""Splitting text into utterances, and the pause after each."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language.words import split_words
from pipeline.narration.spoken_text import SpokenText, normalise_text
from pipeline.narration.utterances import MAX_BYTES, size_bytes, utterances_of

LINES = st.lists(st.text(alphabet=st.sampled_from("ab Z19.,!?—:。、「」日本👍\u0301 &ดแก។"), max_size=60), max_size=4)


def texts(*lines):
    return [utterance.spoken.text for utterance in utterances_of(lines, normalise_text)]


def test_each_sentence_is_a_phrase_with_a_breath_that_fits_its_end():
    utterances = utterances_of(["Light is fast. Nothing is faster!", "Why?"], normalise_text)

    assert [utterance.spoken.text for utterance in utterances] == ["Light is fast.", "Nothing is faster!", "Why?"]
    after_sentence, after_line, _ = (utterance.pause_s for utterance in utterances)
    assert 0.3 <= after_sentence < after_line <= 0.5


def test_a_scene_goes_on_after_its_last_phrase_where_that_is_meant():
    held = utterances_of(["Look.", "Try it"], normalise_text, {2: 4.0})

    assert [utterance.hold_s for utterance in held] == [0.0, 4.0]
    assert [utterance.pause_s for utterance in held] == [
        utterance.pause_s for utterance in utterances_of(["a", "b"], normalise_text)
    ]


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

    utterances = utterances_of([text], normalise_text)

    assert len(utterances) >= 3
    assert utterances[0].spoken.text.endswith(first)
    assert all(size_bytes(utterance.spoken.text) <= MAX_BYTES for utterance in utterances)
    assert all(utterance.pause_s <= 0.2 for utterance in utterances[:-1])


def test_what_mark_up_becomes_on_the_wire_counts():
    utterances = utterances_of(["& < " * 200 + "a"], normalise_text)

    assert all(size_bytes(utterance.spoken.text) <= MAX_BYTES for utterance in utterances)


def test_text_without_spaces_is_cut_after_its_sentences():
    assert texts("天空是蓝色的。为什么？因为阳光！") == ["天空是蓝色的。", "为什么？", "因为阳光！"]


@given(LINES)
def test_the_phrases_of_a_scene_have_its_words_in_order(lines):
    utterances = utterances_of(lines, normalise_text)

    assert tuple(word for utterance in utterances for word in utterance.spoken.words) == split_words(" ".join(lines))


def test_the_space_between_two_thai_sentences_stays_though_each_is_spoken_by_itself():
    first, second = utterances_of(["ไม่กิน", "นกไม่รู้สึก"], normalise_text)

    assert (first.spoken.text, first.spoken.words[-1]) == ("ไม่กิน", "น ")
    assert second.spoken.words[-1] == "ก"


@settings(max_examples=30, deadline=None)
@given(LINES, st.integers(20, 100))
def test_pieces_of_a_long_sentence_know_where_their_words_are(lines, repeated):
    for utterance in utterances_of([line * repeated for line in lines], normalise_text):
        said = utterance.spoken
        for word, place in zip(said.words, said.places, strict=True):
            # A pause between two Thai words is part of the first.
            assert place is None or said.text[slice(*place)].rstrip() == normalise_text(word).text


def test_a_written_word_that_is_spoken_as_several_stays_in_one_piece():
    words = ("$5",) * 400
    text = " ".join(["five dollars"] * 400)
    said = SpokenText(text=text, words=words, places=tuple((13 * n, 13 * n + 12) for n in range(400)))

    utterances = utterances_of(["$5 " * 400], lambda _: said)

    assert len(utterances) > 4
    assert all(
        utterance.spoken.text.split() == ["five", "dollars"] * len(utterance.spoken.words) for utterance in utterances
    )


def test_a_line_without_a_word_is_a_silent_phrase():
    utterances = utterances_of(["— !", "Yes."], normalise_text)

    assert [utterance.spoken.is_silent for utterance in utterances] == [True, False]


def test_a_pause_that_is_meant_takes_the_place_of_the_breath_before_its_line():
    utterances = utterances_of(["Which one? This one.", "Or that one.", "That one."], normalise_text, {2: 3.0})

    assert [utterance.pause_s for utterance in utterances][2] == 3.0
    assert all(utterance.pause_s < 0.6 for utterance in utterances if utterance.pause_s != 3.0)


def test_a_pause_after_a_line_that_nobody_hears_comes_after_the_last_one_that_is_heard():
    utterances = utterances_of(["Which one?", "★", "The star."], normalise_text, {2: 3.0})

    assert next(utterance.pause_s for utterance in utterances if not utterance.spoken.is_silent) == 3.0
