"""Titles, descriptions and tags are brought within hosts' limits, whatever comes in."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.metadata import (
    DESCRIPTION_MAX_BYTES,
    TAGS_MAX_CHARS,
    TITLE_MAX_CHARS,
    fit_description,
    fit_tags,
    fit_title,
    tags_chars,
    utf8_bytes,
    utf16_units,
)

WORDS = st.text(alphabet=st.sampled_from("ab <>ä空é\u0301\n,.\U0001f30d"), max_size=400)


@given(st.one_of(st.text(), WORDS))
def test_a_title_has_at_most_100_characters_and_no_angle_brackets(text: str) -> None:
    title = fit_title(text)

    assert len(title.encode("utf-16-le", errors="surrogatepass")) <= 2 * TITLE_MAX_CHARS
    assert not set(title) & set("<>")


@given(
    st.one_of(st.text(), WORDS).map(lambda text: text * 12), st.integers(min_value=3, max_value=DESCRIPTION_MAX_BYTES)
)
def test_a_description_has_at_most_its_bytes_and_no_angle_brackets(text: str, max_bytes: int) -> None:
    description = fit_description(text, max_bytes=max_bytes)

    assert utf8_bytes(description) <= max_bytes
    assert not set(description) & set("<>")


@given(st.lists(st.one_of(st.text(max_size=120), WORDS), max_size=80))
def test_tags_fit_as_hosts_count_them(tags: list[str]) -> None:
    kept = fit_tags(tags)

    assert tags_chars(kept) <= TAGS_MAX_CHARS
    assert len(set(kept)) == len(kept)
    assert not set("".join(kept)) & set('<>,"')


@given(st.text(alphabet="ab c", max_size=90))
def test_what_fits_stays_as_it_is(text: str) -> None:
    assert fit_title(text) == text
    assert fit_description(text) == text


def test_a_tag_with_a_space_counts_its_quotes_and_the_commas_count_too() -> None:
    assert tags_chars(["Foo Baz"]) == 9
    assert tags_chars(["a", "b", "c d"]) == 1 + 1 + 5 + 2
    assert tags_chars([]) == 0


@given(st.text())
def test_characters_are_counted_as_in_utf_16(text: str) -> None:
    assert utf16_units(text) == len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def test_tags_are_dropped_from_the_end() -> None:
    tags = [f"tag number {n:03}" for n in range(100)]

    kept = fit_tags(tags)

    assert list(kept) == tags[: len(kept)]
    assert tags_chars(kept) <= TAGS_MAX_CHARS < tags_chars(tags[: len(kept) + 1])


def test_a_long_title_is_cut_between_words() -> None:
    title = fit_title("Why the sea is salt, " * 8)

    assert (
        title == "Why the sea is salt, Why the sea is salt, Why the sea is salt, Why the sea is salt, Why the sea is…"
    )


@pytest.mark.parametrize("text", ["天" * 200, "e\u0301" * 100])
def test_a_text_without_spaces_is_cut_between_characters(text: str) -> None:
    title = fit_title(text)

    assert title.endswith("…")
    assert text.startswith(title[:-1])
    assert not text[len(title) - 1 :].startswith("\u0301")


def test_angle_brackets_become_marks_that_look_like_them() -> None:
    assert fit_title("Is a < b?") == "Is a ‹ b?"


def test_very_many_tags_do_not_take_the_square_of_their_number() -> None:
    begun = process_time()

    kept = fit_tags([f"tag {n}" for n in range(30_000)])

    assert tags_chars(kept) <= TAGS_MAX_CHARS
    assert process_time() - begun < 5
