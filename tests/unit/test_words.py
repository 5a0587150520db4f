"""Cutting texts into words, and joining them again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import join_words, split_words

TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from("日本語。、「」（）ーっ abc1,.()“”—กิ👍\u200d"), st.characters()), max_size=15
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Why is it  blue?\n", ("Why", "is", "it", "blue?")),
        ("wait — what", ("wait", "—", "what")),
        ("空は青い。", ("空", "は", "青", "い。")),
        ("「光」です！", ("「光」", "で", "す！")),
        ("（東京）は", ("（東", "京）", "は")),
        ("2024年、GDPが3.5%増。", ("2024", "年、", "GDP", "が", "3.5%", "増。")),
        ("コーヒーとちょっと", ("コー", "ヒー", "と", "ちょっ", "と")),
        ("วันดี", ("วั", "น", "ดี")),
        ("안녕하세요 세계", ("안녕하세요", "세계")),
        (" \n ", ()),
    ],
)
def test_words_are_cut_where_a_reader_would_accept_a_line_break(text, words):
    assert split_words(text) == words


@given(st.lists(TEXTS, max_size=4))
def test_cutting_what_was_joined_gives_the_same_words(texts):
    words = [word for text in texts for word in split_words(text)]

    assert split_words(join_words(words)) == tuple(words)


@given(TEXTS)
def test_nothing_but_white_space_is_lost(text):
    assert "".join(split_words(text)) == "".join(text.split())
