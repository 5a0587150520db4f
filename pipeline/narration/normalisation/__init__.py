"""Text normalisation: written text -> what a voice is given where it would read the text wrong.

pronunciations  the workspace's own lexicon
dates, calendar_names, german_ordinals, imperial, web, money, prices_per_unit, units, numbers, fractions, ranges,
abbreviations, roman_numerals, signs
                rules, by language             (magnitudes: millions and what follows them; unit_symbols: km/h, °C;
                                               ordinal_words)
languages       languages and their words for signs
patterns        what may stand beside a number, in scripts with and without spaces
edits           applies the rules' edits to a text and tracks where each written word ends up

A rule proposes edits; the first to claim a range keeps it. A rule that is not certain, or has no words in a language,
proposes nothing: voices read plain numbers and words well, and text is better left as written than spoken wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.narration.normalisation.abbreviations import say_abbreviations
from pipeline.narration.normalisation.calendar_names import say_months, say_weekdays
from pipeline.narration.normalisation.dates import say_dates, say_times, say_year_ranges, say_years
from pipeline.narration.normalisation.edits import CharSpan, Edit, Edits, apply
from pipeline.narration.normalisation.fractions import say_fractions
from pipeline.narration.normalisation.german_ordinals import say_days, say_german_ordinals, say_numeric_days
from pipeline.narration.normalisation.imperial import say_feet_and_inches
from pipeline.narration.normalisation.languages import Language, language_for
from pipeline.narration.normalisation.magnitudes import say_count_suffixes, say_magnitudes
from pipeline.narration.normalisation.money import say_money
from pipeline.narration.normalisation.numbers import say_grouped_numbers, say_signed_numbers
from pipeline.narration.normalisation.prices_per_unit import (
    say_periods,
    say_prices_per_quantity,
    say_prices_per_unit,
)
from pipeline.narration.normalisation.pronunciations import Pronunciation, Pronunciations
from pipeline.narration.normalisation.ranges import say_ranges
from pipeline.narration.normalisation.roman_numerals import say_roman_numerals
from pipeline.narration.normalisation.signs import say_formulas, say_ratios, say_signs
from pipeline.narration.normalisation.units import (
    say_ordinals,
    say_units,
    say_units_after_fractions,
    say_units_after_magnitudes,
)
from pipeline.narration.normalisation.web import say_addresses, say_handles, say_telephone_numbers, say_versions

__all__ = ["CharSpan", "Pronunciation", "Pronunciations", "apply", "edits_for"]

# Longer and more certain matches first.
_RULES: tuple[Callable[[str, Language], Iterator[list[Edit]]], ...] = (
    say_addresses,
    say_feet_and_inches,
    say_dates,
    say_telephone_numbers,
    say_days,
    say_numeric_days,
    say_german_ordinals,
    say_roman_numerals,
    say_years,
    say_year_ranges,
    say_months,
    say_weekdays,
    say_times,
    say_handles,
    say_money,
    say_prices_per_unit,
    say_prices_per_quantity,
    say_periods,
    say_ordinals,
    say_units_after_magnitudes,
    say_units,
    say_count_suffixes,
    say_units_after_fractions,
    say_versions,
    say_fractions,
    say_signed_numbers,
    say_ranges,
    say_magnitudes,
    say_grouped_numbers,
    say_abbreviations,
    say_formulas,
    say_ratios,
    say_signs,
)


def edits_for(text: str, tag: str, pronunciations: Pronunciations) -> Edits:
    """The edits that make `text` speakable in the language of a tag. Blocks: reads CLDR's file the first time."""
    edits = Edits()
    for group in pronunciations.edits(text, tag):
        edits.add(group)
    if language := language_for(tag):
        for rule in _RULES:
            for group in rule(text, language):
                edits.add(group)
    return edits
