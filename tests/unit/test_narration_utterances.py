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


def test_each_sentence_is_an_utterance_with_a_fitting_pause():
    utterances = utterances_of(["Light is fast. Nothing is faster!", "Why?"], normalise_text)

    assert [utterance.spoken.text for utterance in utterances] == ["Light is fast.", "Nothing is faster!", "Why?"]
    after_sentence, after_line, _ = (utterance.pause_s for utterance in utterances)
    assert 0.3 <= after_sentence < after_line <= 0.5


def test_sentences_are_told_apart_by_the_language():
    said = [utterances_of(["He scored 12. Messi 15."], normalise_text, language=tag) for tag in ("en", "de")]

    assert [len(utterances) for utterances in said] == [2, 1]


def test_a_pause_after_the_last_line_prolongs_the_scene():
    held = utterances_of(["Look.", "Try it"], normalise_text, {2: 4.0})

    assert [utterance.hold_s for utterance in held] == [0.0, 4.0]
    assert [utterance.pause_s for utterance in held] == [
        utterance.pause_s for utterance in utterances_of(["a", "b"], normalise_text)
    ]


def test_abbreviations_do_not_end_a_sentence():
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
def test_a_long_sentence_is_split_at_clauses_with_short_pauses(clause, first):
    text = clause * (2_500 // len(clause.encode()))

    utterances = utterances_of([text], normalise_text)

    assert len(utterances) >= 3
    assert utterances[0].spoken.text.endswith(first)
    assert all(size_bytes(utterance.spoken.text) <= MAX_BYTES for utterance in utterances)
    assert all(utterance.pause_s <= 0.2 for utterance in utterances[:-1])


def test_the_size_of_escaped_mark_up_counts():
    utterances = utterances_of(["& < " * 200 + "a"], normalise_text)

    assert all(size_bytes(utterance.spoken.text) <= MAX_BYTES for utterance in utterances)


def test_text_without_spaces_is_split_after_sentences():
    assert texts("天空是蓝色的。为什么？因为阳光！") == ["天空是蓝色的。", "为什么？", "因为阳光！"]


@given(LINES)
def test_the_utterances_of_a_scene_have_its_words_in_order(lines):
    utterances = utterances_of(lines, normalise_text)

    assert tuple(word for utterance in utterances for word in utterance.spoken.words) == split_words(" ".join(lines))


def test_the_space_between_thai_sentences_is_kept_though_they_are_split():
    first, second = utterances_of(["ไม่กิน", "นกไม่รู้สึก"], normalise_text)

    assert (first.spoken.text, first.spoken.words[-1]) == ("ไม่กิน", "น ")
    assert second.spoken.words[-1] == "ก"


@settings(max_examples=30, deadline=None)
@given(LINES, st.integers(20, 100))
def test_parts_of_a_long_sentence_map_their_words(lines, repeated):
    for utterance in utterances_of([line * repeated for line in lines], normalise_text):
        said = utterance.spoken
        for word, place in zip(said.words, said.places, strict=True):
            # A pause between two Thai words is part of the first.
            assert place is None or said.text[slice(*place)].rstrip() == normalise_text(word).text


def test_a_written_word_spoken_as_several_is_not_split():
    words = ("$5",) * 400
    text = " ".join(["five dollars"] * 400)
    said = SpokenText(text=text, words=words, places=tuple((13 * n, 13 * n + 12) for n in range(400)))

    utterances = utterances_of(["$5 " * 400], lambda _: said)

    assert len(utterances) > 4
    assert all(
        utterance.spoken.text.split() == ["five", "dollars"] * len(utterance.spoken.words) for utterance in utterances
    )


def test_a_line_without_words_is_a_silent_utterance():
    utterances = utterances_of(["— !", "Yes."], normalise_text)

    assert [utterance.spoken.is_silent for utterance in utterances] == [True, False]


def test_an_explicit_pause_replaces_the_one_before_its_line():
    utterances = utterances_of(["Which one? This one.", "Or that one.", "That one."], normalise_text, {2: 3.0})

    assert [utterance.pause_s for utterance in utterances][2] == 3.0
    assert all(utterance.pause_s < 0.6 for utterance in utterances if utterance.pause_s != 3.0)


def test_an_explicit_pause_after_a_silent_line_follows_the_last_audible_one():
    utterances = utterances_of(["Which one?", "★", "The star."], normalise_text, {2: 3.0})

    assert next(utterance.pause_s for utterance in utterances if not utterance.spoken.is_silent) == 3.0
