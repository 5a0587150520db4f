"""Parsing numbers and dates in notes, in any language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.script.outline.values import Amount, is_date, is_time, read_amount, year_of


@pytest.mark.parametrize(
    ("text", "language", "value", "unit"),
    [
        ("43 %", "en", 43, "%"),
        ("43%.", "de", 43, "%"),
        ("٤٣٪", "ar", 43, "%"),
        ("1,234.5 km", "en", 1234.5, "km"),
        ("1.234,5 km", "de", 1234.5, "km"),
        ("1.234", "de", 1234, ""),
        ("1.234", "en", 1.234, ""),
        ("0,5", "en", 0.5, ""),
        ("1\u202f234\u202f567", "fr", 1234567, ""),
        ("12'500", "de-CH", 12500, ""),
        ("11,00,000 टन", "hi", 1100000, "टन"),
        ("1,23,45,678.5", "en-IN", 12345678.5, ""),
        ("٣٫٥", "fa", 3.5, ""),
        ("$12.99", "en", 12.99, "$"),
        ("12,99 €", "de", 12.99, "€"),
        ("CHF 20", "de", 20, "CHF"),
        ("−40 °C", "en", -40, "°C"),
        ("5km", "en", 5, "km"),
        ("300万", "ja", 300, "万"),
        ("12.5 million", "en", 12.5, "million"),
        ("3 hearts", "xx", 3, "hearts"),
    ],
)
def test_amounts_are_parsed_in_the_notation_of_the_language(text: str, language: str, value: float, unit: str) -> None:
    assert read_amount(text, language) == Amount(value=value, unit=unit)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "5–7", "5 of 7", "24/7", "20th", "4K", "about 3", "1.2.0", "5 (2)", "3, or 4", "R2D2", "No. 5"),
        *("38 millionths of a second", "9" * 400, "1 of every 5 birds", "5 %)"),
    ],
)
def test_texts_that_are_not_amounts_are_rejected(text: str) -> None:
    assert read_amount(text, "en") is None


@pytest.mark.parametrize(
    ("text", "language", "year"),
    [
        ("1969", "en", 1969),
        ("1990s", "en", 1990),
        ("c. 1450", "en", 1450),
        ("1914–1918", "en", 1914),
        ("20 July 1969", "en", 1969),
        ("2024-05-14", "en", 2024),
        ("Q1 2024", "en", 2024),
        ("May 3", "en", None),
        ("44 BC", "en", -44),
        ("−2000", "fr", -2000),
        ("300 BCE", "en", -300),
        ("44 v. Chr.", "de", -44),
        ("3. Oktober 1990", "de", 1990),
        ("20 de julio de 1969", "es", 1969),
        ("12 апреля 1961 г.", "ru", 1961),
        ("1969年7月20日", "ja", 1969),
        ("1969년 7월", "ko", 1969),
        ("٢٠ يوليو ١٩٦٩", "ar", 1969),
        ("tháng 7 năm 1969", "vi", 1969),
    ],
)
def test_dates_are_recognised_in_their_language(text: str, language: str, year: int | None) -> None:
    assert is_date(text, language)
    assert is_time(text, language)
    assert year_of(text, language) == year


@pytest.mark.parametrize(
    "text", ["", "x", "3", "500 g", "1000 m", "1.2.0", "Boeing 747", "Windows 2000", "Maya 12", "May", "1969 was"]
)
def test_texts_that_are_not_dates_are_rejected(text: str) -> None:
    assert not is_date(text, "en")


def test_other_words_next_to_a_year_may_be_allowed() -> None:
    assert is_date("Summer 1969", "en", words=1)
    assert not is_date("Summer of 1969", "en", words=1)
    assert not is_date("Summer 69", "en", words=1)


def test_months_and_weekdays_label_an_axis_but_are_not_dates() -> None:
    assert is_time("Jan", "en")
    assert is_time("Montag", "de")
    assert not is_time("Monday", "de")


@given(st.text(max_size=40), st.sampled_from(["en", "de", "ja", "ar", "", "xx-YY", "no such"]))
def test_parsing_never_fails(text: str, language: str) -> None:
    amount = read_amount(text, language)

    assert amount is None or abs(amount.value) < 1e15
    assert is_date(text, language) in {True, False}
    year_of(text, language)


def test_months_and_quarters_of_other_languages_are_not_dates() -> None:
    # Babel would find those of the first language that was asked for, in all that have the same alias.
    others = [("fr", "3e trimestre 2020"), ("fr", "février 2020"), ("he", "פברואר 2020"), ("ja", "2月 2020")]
    assert all(is_date(text, language) for language, text in others)

    assert not any(is_date(text, "sw") for _, text in others)
    assert is_date("Februari 2020", "sw")
