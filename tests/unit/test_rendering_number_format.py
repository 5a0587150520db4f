"""Number formats by language: signs, grouping, digits, compact forms, units."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.rendering.number_format import format_number, format_numbers, looks_numeric, with_unit
from pipeline.rendering.text.line import measure
from pipeline.rendering.text.styles import BODY

AMOUNTS = st.floats(min_value=-1e15, max_value=1e15, allow_nan=False, allow_infinity=False)
LANGUAGES = ["en", "de", "fr", "pt-BR", "tr", "ar", "fa", "he", "hi", "bn", "ja", "zh-Hant", "ko", "ru", "th", "de-CH"]


@pytest.mark.parametrize(
    ("language", "unit", "written"),
    [
        ("en", "%", "1,234.5%"),
        ("de", "%", "1.234,5\u00a0%"),
        ("tr", "%", "%1.234,5"),
        ("fr", "€", "1\u202f234,50\u00a0€"),
        ("en", "€", "€1,234.50"),
        ("en", "US$", "US$1,234.50"),
        ("hi", "₹", "₹1,234.50"),
        ("en", "$bn", "$1,234.5bn"),
        ("en", "€m", "€1,234.5m"),
        ("fa", "%", "۱٬۲۳۴٫۵٪"),
        ("de-CH", "km", "1’234.5\u00a0km"),
        ("en", "×", "1,234.5×"),
        ("en", "°C", "1,234.5°C"),
        ("de", "°C", "1.234,5\u00a0°C"),
        ("ja", "人", "1,234.5人"),
        ("ja", "km", "1,234.5\u00a0km"),
        ("", "", "1,234.5"),
        ("xx-YY", "", "1,234.5"),
    ],
)
def test_numbers_use_the_symbols_and_unit_position_of_the_locale(language, unit, written):
    assert format_number(1234.5, language, unit) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ("1.23M", "950K", "12.3K", "0")),
        ("de", ("1,23\u00a0Mio.", "950.000", "12.300", "0")),
        ("ru", ("1,23\u00a0млн", "950\u00a0тыс.", "12,3\u00a0тыс.", "0")),
        ("ja", ("123.5万", "95万", "1.234万", "0")),
        ("en-IN", ("12.3L", "9.5L", "12.3K", "0")),
    ],
)
def test_large_numbers_are_compacted_by_locale(language, written):
    assert format_numbers((1_234_567, 950_000, 12_344, 0), language) == written


def test_a_compact_number_is_rounded_half_up():
    assert format_numbers((1_240_000, 385_500, 96_250), "en", "£") == ("£1.24M", "£386K", "£96.3K")
    assert format_number(124_500_000, "hi", "₹") == "₹12.5\u00a0क॰"


def test_numbers_that_are_compared_have_as_many_decimals_as_the_most_exact_needs():
    assert format_numbers((1, 1.6, 2.9, 5.5), "en") == ("1.0", "1.6", "2.9", "5.5")
    assert format_numbers((12, 3, 40), "en") == ("12", "3", "40")
    assert format_numbers((12345.67, 7), "en") == ("12,346", "7")


def test_small_values_beside_a_large_one_are_not_rounded_to_zero():
    assert format_numbers((12345, 0.4), "en") == ("12,345", "0.4")
    assert format_numbers((0.00002,), "en") == ("0.00002",)
    assert format_numbers((800, 0.6), "en") == ("800", "0.6")


def test_values_too_small_for_six_decimals_are_approximately_zero():
    assert format_numbers((1.2e-7, 0), "en", "$") == ("≈$0", "$0")
    assert format_number(-1.2e-7, "de", "%") == "≈0\u00a0%"


def test_a_negligible_value_does_not_add_decimals_to_large_ones():
    assert format_numbers((54, 25, 0.01), "en", "cm") == ("54\u00a0cm", "25\u00a0cm", "0.01\u00a0cm")


def test_a_compact_letter_is_spelt_out_before_a_unit():
    assert format_numbers((1_384_400, 950_000), "fr", "km") == ("1,38\u00a0M\u00a0km", "950 mille\u00a0km")
    assert format_numbers((1_384_400, 950_000), "fr", "€") == ("1,38\u00a0M\u00a0€", "950\u00a0k\u00a0€")
    assert format_number(384_400, "en", "km") == "384K\u00a0km"


def test_two_short_numbers_that_differ_look_different():
    assert format_numbers((1_428_627_663, 1_425_671_352), "en") == ("1.429B", "1.426B")


def test_a_minus_is_a_minus_and_stands_before_the_sign_of_a_currency():
    assert format_number(-5, "en", "$") == "−$5"
    assert format_number(-5, "de", "%") == "−5\u00a0%"
    assert with_unit("−5", "en", "km") == "−5\u00a0km"


@settings(max_examples=80, deadline=None)
@given(values=st.lists(AMOUNTS, max_size=6), language=st.sampled_from(LANGUAGES), unit=st.sampled_from(["", "%", "$"]))
def test_every_number_is_written_on_one_short_line(values, language, unit):
    for written in format_numbers(values, language, unit):
        assert 0 < len(written) <= 24
        assert "-" not in written
        assert "e" not in written.lower().replace("\u200f", "") or language not in {"en", "de"}


@pytest.mark.parametrize(
    "cell",
    [
        "1969",
        "12%",
        "−5 °C",
        "-5",
        "$1.2M",
        "€ 5",
        "1,234.5",
        "3–5 km",
        "12:30",
        "5.5×",
        "1 200 km",
        "120万",
        "~40",
        "½",
        "1½ cups",
    ],
)
def test_a_cell_with_a_number_is_numeric(cell):
    assert looks_numeric(cell)


@pytest.mark.parametrize(
    "cell", ["Mercury", "about 5 days or so", "H2O", "", "–", "hours to days", "Apollo 11", "½-size for all of us"]
)
def test_a_cell_with_words_is_not_numeric(cell):
    assert not looks_numeric(cell)


def test_tabular_digits_are_all_as_wide_as_the_widest():
    style = replace(BODY, tabular=True)
    widths = {round(measure(f"0{digit}0", style) - measure("00", style), 6) for digit in "0123456789"}

    assert len(widths) == 1
    assert measure("0111", style) > measure("0111", BODY)
