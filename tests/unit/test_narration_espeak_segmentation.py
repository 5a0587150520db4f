"""Separating words for a voice that needs their boundaries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.narration.espeak import separate_phrases
from pipeline.narration.spoken_text import normalise_text


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("ja", "太陽の光は白く見えますが、青い。", "太陽の 光は 白く 見えますが、 青い。"),
        ("ja", "QRコードは1994年に生まれました。", "QRコードは 1994年に 生まれました。"),
        ("th", "ดีมาก ครับ", "ดี มาก, ครับ"),
        ("th", "ใช้ API ได้", "ใช้ API ได้"),
        ("en", "Why is it blue?", "Why is it blue?"),
    ],
)
def test_phrases_are_separated_by_spaces_and_clauses_by_commas(language, text, told):
    assert separate_phrases(normalise_text(text), language).text == told


@given(st.text(alphabet="空青いは見るGDP 1。、กเาิ😀 ", max_size=20), st.sampled_from(["ja", "th"]))
def test_every_word_keeps_its_place(text, language):
    said = normalise_text(text)
    parted = separate_phrases(said, language)

    assert parted.words == said.words
    for before, after in zip(said.places, parted.places, strict=True):
        assert (before is None) is (after is None)
        if before and after:
            assert parted.text[slice(*after)].replace(",", "") in (
                said.text[slice(*before)],
                said.text[slice(*before)].replace(",", ""),
            )
    ends = [0, *(end for place in parted.places if place for end in place)]
    assert ends == sorted(ends)
