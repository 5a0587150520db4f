"""Text normalisation: written text -> what a voice is given where it would read the text wrong.

pronunciations  the workspace's own lexicon
dates, german_ordinals, web, money, units, numbers, abbreviations, signs
                rules, by language             (magnitudes: millions and what follows them; unit_symbols: km/h, °C)
languages       languages and their words for signs
patterns        what may stand beside a number, in scripts with and without spaces
edits           applies the rules' edits to a text and tracks where each written word ends up

A rule proposes edits; the first to claim a range keeps it. A rule that is not certain, or has no words in a language,
proposes nothing: voices read plain numbers and words well, and text is better left as written than spoken wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.narration.normalisation.abbreviations import say_abbreviations
from pipeline.narration.normalisation.dates import say_dates, say_many_years, say_times, say_weekdays, say_years
from pipeline.narration.normalisation.edits import Change, Changes, Place, apply
from pipeline.narration.normalisation.german_ordinals import say_days, say_days_in_numbers, say_german_ordinals
from pipeline.narration.normalisation.languages import Tongue, tongue_for
from pipeline.narration.normalisation.magnitudes import say_counts
from pipeline.narration.normalisation.money import say_money
from pipeline.narration.normalisation.numbers import say_fractions, say_ranges, say_signs, say_thousands
from pipeline.narration.normalisation.pronunciations import Pronunciation, Pronunciations
from pipeline.narration.normalisation.signs import say_formulas, say_signs_between
from pipeline.narration.normalisation.units import (
    say_large_units,
    say_ordinals,
    say_rates,
    say_rates_of_many,
    say_units,
    say_units_of_parts,
)
from pipeline.narration.normalisation.web import say_addresses, say_handles, say_versions

__all__ = ["Place", "Pronunciation", "Pronunciations", "apply", "changes_of"]

# In this order: what is longer and more certain first.
_RULES: tuple[Callable[[str, Tongue], Iterator[list[Change]]], ...] = (
    say_addresses,
    say_dates,
    say_days,
    say_days_in_numbers,
    say_german_ordinals,
    say_years,
    say_many_years,
    say_weekdays,
    say_times,
    say_handles,
    say_money,
    say_rates,
    say_rates_of_many,
    say_ordinals,
    say_large_units,
    say_units,
    say_counts,
    say_units_of_parts,
    say_versions,
    say_fractions,
    say_signs,
    say_ranges,
    say_thousands,
    say_abbreviations,
    say_formulas,
    say_signs_between,
)


def changes_of(text: str, language: str, pronunciations: Pronunciations) -> Changes:
    """What is said otherwise than it is written. Reads CLDR's file of a language the first time."""
    changes = Changes()
    for group in pronunciations.changes(text, language):
        changes.offer(group)
    if tongue := tongue_for(language):
        for rule in _RULES:
            for group in rule(text, tongue):
                changes.offer(group)
    return changes
