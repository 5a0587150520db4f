"""From a voice's word events to a time for every word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.words import split_words
from pipeline.model import Word
from pipeline.model.pace import weight
from pipeline.narration.alignment import distribute_evenly, interpolate, match_events, spans_of_written_words
from pipeline.narration.estimate import WORDS_PER_MIN, distribute, estimate
from pipeline.narration.spoken_text import SpokenText, normalise_text

TEXTS = st.text(alphabet=st.sampled_from("ab Z1 9.,—!日本。👍\u0301 -"), max_size=40)
SPANS = st.none() | st.tuples(st.floats(-1, 20), st.floats(-1, 20))


def events(*timed):
    return [Word(text=text, start_s=start, end_s=end) for text, start, end in timed]


def is_in_order(words, length_s):
    edges = [edge for word in words for edge in (word.start_s, word.end_s)]
    return edges == sorted(edges) and all(0 <= edge <= length_s for edge in edges)


@given(st.data(), TEXTS, st.floats(0, 10))
def test_interpolated_words_are_complete_ordered_and_within_the_audio(data, text, length_s):
    words = split_words(text)
    spans = data.draw(st.lists(SPANS, min_size=len(words), max_size=len(words)))

    placed = interpolate(words, spans, length_s)

    assert tuple(word.text for word in placed) == words
    assert is_in_order(placed, length_s)


@given(TEXTS, st.lists(st.tuples(TEXTS, st.floats(0, 9), st.floats(0, 1))))
def test_any_events_can_be_matched_with_any_text(text, reported):
    words = split_words(text)

    alignment = match_events(words, events(*((said, start, start + length) for said, start, length in reported)))

    assert len(alignment.spans) == len(words)
    assert 0 <= alignment.unmatched_at_end <= len(words)


@given(TEXTS)
def test_events_of_every_word_are_returned_unchanged(text):
    words = [word for word in split_words(text) if weight(word)]
    reported = [Word(text=word, start_s=number, end_s=number + 0.5) for number, word in enumerate(words)]

    alignment = match_events(words, reported)

    assert alignment.spans == tuple((word.start_s, word.end_s) for word in reported)
    assert alignment.unmatched_at_end == 0


COSTS = SpokenText(
    text="It costs five point two million dollars now.",
    words=("It", "costs", "—", "$5.2M", "now."),
    places=((0, 2), (3, 8), None, (9, 39), (40, 44)),
)


def test_a_written_word_has_the_span_of_all_its_spoken_words():
    spans = [(number, number + 1) for number in range(8)]

    assert spans_of_written_words(COSTS, spans) == ((0, 1), (1, 2), None, (2, 7), (7, 8))


def test_words_without_events_have_no_span():
    assert spans_of_written_words(COSTS, [(0, 1), (1, 2), None, None, None, None, None, (7, 8)])[3] is None
    assert spans_of_written_words(COSTS, [(0, 1), (1, 2), None, (3, 4), (4, 5), None, None, (7, 8)])[3] == (3, 5)


def test_without_events_a_written_word_gets_the_share_of_its_spoken_words():
    timed = distribute_evenly(COSTS, 1.0, 5.0)

    assert [word.text for word in timed] == list(COSTS.words)
    assert timed[0].start_s == 1.0
    assert timed[-1].end_s == pytest.approx(5.0)
    assert timed[3].end_s - timed[3].start_s > 0.6 * (5.0 - 1.0)


@given(TEXTS, st.floats(0, 5), st.floats(0, 5))
def test_evenly_distributed_times_are_in_order_for_any_text(text, start_s, length_s):
    said = normalise_text(text)

    timed = distribute_evenly(said, start_s, start_s + length_s)

    assert tuple(word.text for word in timed) == said.words
    assert is_in_order(timed, start_s + length_s)


def test_punctuation_and_case_do_not_matter():
    words = split_words("“Don’t — stop,” he said.")

    alignment = match_events(words, events(("don't", 0, 1), ("Stop", 1, 2), ("HE", 2, 3), ("said", 3, 4)))

    assert alignment.spans == ((0, 1), None, (1, 2), (2, 3), (3, 4))


def test_a_number_spoken_as_several_words_has_their_whole_span():
    words = split_words("in 2024 people")

    alignment = match_events(words, events(("in", 0, 1), ("twenty", 1, 2), ("twenty-four", 2, 3), ("people", 3, 4)))

    assert alignment.spans[1] == (1, 3)


def test_one_event_for_several_words_is_shared_by_length():
    words = split_words("I saw antidisestablishmentarianism there")

    alignment = match_events(words, events(("I", 0, 1), ("something", 1, 5), ("there", 5, 6)))

    saw, long_word = alignment.spans[1:3]
    assert saw[0] == 1
    assert long_word[1] == 5
    assert long_word[1] - long_word[0] > 3 * (saw[1] - saw[0])


def test_events_of_several_characters_are_split_like_the_text():
    alignment = match_events(split_words("天空是蓝色。"), events(("天空", 0, 1), ("是", 1, 1.5), ("蓝色", 1.5, 2.5)))

    starts = [span[0] for span in alignment.spans]
    assert starts == sorted(starts)
    assert 0 < starts[1] < 1
    assert alignment.spans[2] == (1, 1.5)


def test_words_without_an_event_share_the_time_until_the_next_one():
    words = split_words("one two three four")

    placed = interpolate(words, [(0.5, 1.0), None, None, (3.0, 3.5)], 4.0)

    starts = [word.start_s for word in placed]
    assert starts[0] == 0.5
    assert starts[3] == 3.0
    assert 0.5 < starts[1] < starts[2] < 3.0


def test_words_after_the_last_event_take_their_estimated_time():
    placed = interpolate(split_words("one two"), [(0.0, 0.4), None], 30.0)

    assert placed[-1].end_s < 2.0


def test_punctuation_takes_no_time_from_its_neighbours():
    placed = interpolate(split_words("yes — no"), [(0.0, 0.4), None, (0.6, 1.0)], 1.0)

    assert [(word.start_s, word.end_s) for word in placed] == [(0.0, 0.4), (0.4, 0.4), (0.6, 1.0)]


@pytest.mark.parametrize(("heard", "unheard"), [(0, 8), (3, 5), (6, 2), (8, 0)])
def test_words_without_an_event_at_the_end_are_counted(heard, unheard):
    words = split_words("one two three four five six seven eight")

    assert match_events(words, estimate(words)[:heard]).unmatched_at_end == unheard


def test_other_words_at_the_end_are_not_missing_words():
    words = split_words("it costs $1,500 in 2024")

    assert (
        match_events(words, events(("it", 0, 1), ("costs", 1, 2), ("one", 2, 3), ("thousand", 3, 4))).unmatched_at_end
        == 0
    )


@given(TEXTS)
def test_estimated_words_are_in_order_and_longer_texts_take_longer(text):
    words = split_words(text)

    timed = estimate(words)

    assert tuple(word.text for word in timed) == words
    assert is_in_order(timed, float("inf"))
    assert sum(map(weight, [*words, "more"])) > sum(map(weight, words))


def test_a_minute_of_plain_english_is_estimated_as_a_minute():
    sentence = "the quick brown fox jumps over that lazy old sheep "  # 4.1 letters a word, as running text has

    timed = estimate(split_words(sentence * (WORDS_PER_MIN // 10)))

    assert timed[-1].end_s == pytest.approx(60, rel=0.15)


def test_a_comma_is_a_shorter_pause_than_a_full_stop():
    after_comma, after_stop = (estimate(split_words(text))[1].start_s for text in ("yes, no", "yes. no"))
    nothing = estimate(split_words("yes no"))[1].start_s

    assert nothing < after_comma < after_stop


@given(TEXTS, st.floats(0, 5), st.floats(0, 5))
def test_distributed_words_fill_the_given_time(text, start_s, length_s):
    words = split_words(text)

    timed = distribute(words, start_s, start_s + length_s)

    assert all(start_s <= word.start_s <= word.end_s <= start_s + length_s + 1e-9 for word in timed)
    if words and weight(words[-1]):
        assert timed[-1].end_s == pytest.approx(start_s + length_s)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Party 🎉 time 👩‍👩‍👧!", "Party time !"),
        ("20 °C → 68 °F ©", "20 °C – 68 °F ©"),
        ("a\x00b\x1b[31m \ud800 c", "ab[31m c"),
        ("5️⃣ stars ★★★", "5 stars"),
        ("نمی‌خواهم", "نمی‌خواهم"),
    ],
)
def test_emoji_and_control_characters_are_not_spoken(text, said):
    assert normalise_text(text).text == said


@given(TEXTS)
def test_every_spoken_word_has_a_place(text):
    said = normalise_text(text)

    assert said.words == split_words(text)
    for word, place_of_word in zip(said.words, said.places, strict=True):
        if place_of_word is not None:
            assert said.text[slice(*place_of_word)] in word or "👍" in word


@pytest.mark.parametrize("text", ["", " ", "…", "— !?", "🎉🎉", "\u200d\ufe0f"])
def test_a_text_without_letters_or_digits_is_silent(text):
    assert normalise_text(text).is_silent
