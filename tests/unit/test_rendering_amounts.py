"""Numbers with units in pictures, by language."""

import pytest

from pipeline.rendering.layouts.amount import format_amount, partial_figure


@pytest.mark.parametrize(
    ("value", "unit", "language", "set_as"),
    [
        (5.5, "×", "en", ("", "5.5", "×")),
        (5.5, "x", "de", ("", "5,5", "×")),
        (384400, "km", "en", ("", "384,400", "km")),
        (384400, "km", "fr", ("", "384\u202f400", "km")),
        (1234567, "", "hi", ("", "12,34,567", "")),
        (1234567, "کیلومتر", "fa", ("", "۱٬۲۳۴٬۵۶۷", "کیلومتر")),
        (12.5, "", "mr", ("", "१२.५", "")),
        (84.9, "€", "de", ("", "84,90", "€")),
        (84.9, "€", "en", ("€", "84.90", "")),
        (85, "€", "en", ("€", "85", "")),
        (99, "USD", "en", ("USD", "99", "")),
        (99, "kr", "sv", ("", "99", "kr")),
        (2.5, "$bn", "en", ("$", "2.5", "bn")),
        (2.5, "Mrd. €", "de", ("", "2,5", "Mrd. €")),
        (71, "%", "en", ("", "71", "%")),
        (71, "%", "tr", ("%", "71", "")),
        # Mirrored afterwards: what is before stands on the right.
        (71, "%", "he", ("%", "71", "")),
        (1500, "$", "fa", ("", "۱٬۵۰۰", "$")),
        (-5.2, "°C", "sv", ("", "−5,2", "°C")),
        (-0.0, "", "en", ("", "0", "")),
        (0.1 + 0.2, "", "en", ("", "0.3", "")),
        (1969, "", "en", ("", "1969", "")),
        (1969, "people", "en", ("", "1,969", "people")),
        (3.2e30, "", "de", ("", "3,2×10³⁰", "")),
        (1e-9, "m", "en", ("", "1×10⁻⁹", "m")),
        (float("nan"), "", "en", ("", "–", "")),
        (7, "", "no-such-language", ("", "7", "")),
    ],
)
def test_a_number_is_formatted_for_its_language(value, unit, language, set_as):
    amount = format_amount(value, unit, language)

    assert (amount.before, amount.figure, amount.behind) == set_as


@pytest.mark.parametrize(
    ("value", "unit", "language", "set_as"),
    [
        (1234567890, "", "en", ("", "1.2", "B")),
        (1234567890, "€", "de", ("", "1,2", "Mrd. €")),
        (1234567890, "$", "en", ("$", "1.2", "B")),
        (384400, "km", "fr", ("", "384,4", "mille km")),
        (384400, "km", "da", ("", "384,4", "tusind km")),
        (17_500_000, "km", "en", ("", "17.5", "million km")),
        (1_100_000, "€", "en", ("€", "1.1", "M")),
        (1_100_000, "EUR", "fr", ("", "1,1", "M EUR")),
        (12345678, "人", "ja", ("", "1234.6", "万 人")),
        (1234567, "", "fa", ("", "۱٫۲", "میلیون")),
    ],
)
def test_a_long_number_is_compacted_with_a_word_for_thousands_or_millions(value, unit, language, set_as):
    amount = format_amount(value, unit, language, short=True)

    assert (amount.before, amount.figure, amount.behind) == set_as


@pytest.mark.parametrize(
    ("value", "language", "share", "reads"),
    [
        (1234, "de", 0.0, "    0"),
        (1234.5, "en", 0.1, "  123.4"),
        (12345, "en", 0.01, "   123"),
        (12345, "en", 1.0, "12,345"),
        (0.05, "en", 0.5, "0.02"),
        (1234567, "hi", 0.1, " 1,23,456"),
        (12, "fa", 0.5, " ۶"),
        (3e20, "en", 0.5, "3×10²⁰"),
    ],
)
def test_digits_keep_their_places_while_counting(value, language, share, reads):
    assert partial_figure(format_amount(value, "things", language), share) == reads
