"""German ordinals in words: "am 5. Mai", "das 19. Jahrhundert". eSpeak would end the sentence at their full stop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.narration.normalisation.calendar_names import month_numbers
from pipeline.narration.normalisation.edits import Edit, sentence_ends_here
from pipeline.narration.normalisation.languages import Language

_ONES = "_ ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split()  # noqa: SIM905
_IRREGULAR = {1: "erste", 3: "dritte", 7: "siebte", 8: "achte", 16: "sechzehnte", 17: "siebzehnte"}
_TENS = "_ _ zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()  # noqa: SIM905
# How far back the words before an ordinal are examined.
_CONTEXT_CHARS = 40
# Words before an ordinal that ends in -n; before a date, also a weekday: "am 5. Mai", "bis Montag, 5. Mai". "Der" may
# be of any case; after a preposition it requires -n.
_DATIVE = re.compile(
    r"\b(?:am|im|vom|zum|zur|dem|den|des|beim|seit|ab|bis|nach|vor|"
    r"(?:ab|an|auf|aus|bei|in|mit|nach|seit|unter|von|vor|während|wegen|zu|zwischen) der)\s"
    r"(?:(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag,?\s|(?:Mittwoch|Sonnabend),?\s)?$",
    re.IGNORECASE,
)
_THE = re.compile(r"\b(?:der|die|das|ins)\s$", re.IGNORECASE)
# After one of these, a number with a full stop is an ordinal if a noun or a small letter follows; also the first of
# two: "im 17. und 18. Jahrhundert".
_ANNOUNCED = re.compile(
    r"\b(?:das|dem|den|der|des|die|im|ins|am|vom|zum|zur|beim|als)\s(?:(?P<first>[1-9]\d?)\."
    r"(?:\s(?:und|oder|bis)\s(?:zum\s)?|\s?[–/]\s?))?(?P<number>[1-9]\d?)\.(?=\s)",
    re.IGNORECASE,
)
# Nouns after "als", by the likeliest gender: "als 1. Frau", "als 1. Land"; others are masculine: "als 1. Mensch".
_GENDERS = {
    "e": re.compile(
        r"\s(?:Frau|Person|Stadt|Nation|Band|Firma|Partei|\w+(?:in|ung|heit|keit|schaft|tion|tät|[^e]e))\b"
    ),
    "es": re.compile(r"\s(?:Land|Team|Kind|Tier|Mitglied|Buch|Unternehmen|Schiff|Bundesland|\w+(?:chen|lein))\b"),
}
_NOUN = re.compile(
    r"\s(?!(?:Der|Die|Das|Er|Sie|Es|Wir|Ich|Man|Ein|Eine|Und|Aber|Da|Dann|Danach|In|Im|Am|Auf)\b)[A-ZÄÖÜ]"
)
_SMALL = re.compile(r"\s(?!(?:und|oder|bis)\s\d)[a-zäöüß]")

_DAY = r"(?:[1-9]|0[1-9]|[12]\d|3[01])\.\s?(?:0?[1-9]|1[0-2])\.(?!\d)"
# "Am 3.10." and "vom 1.5. bis 3.5."; after other words, the numbers may be a section or a version.
_NUMERIC = re.compile(rf"\b(?:am|vom|zum|ab|seit)\s(?P<one>{_DAY})(?:\sbis\s(?:zum\s)?(?P<two>{_DAY}))?", re.IGNORECASE)


def say_days(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out days before the name of a month, also an abbreviated one: "5. Mai"."""
    if language.code != "de":
        return
    months = "|".join(map(re.escape, (*language.locale.months["format"]["wide"].values(), *month_numbers(language))))
    day = r"[1-9]|[12]\d|3[01]"
    first = rf"(?:(?P<first>{day})\.(?P<dash>\s?[–/-]\s?|\s(?:bis|und|oder)\s))?"
    for match in re.finditer(rf"(?<![\w.,:/-]){first}(?P<day>{day})\.(?=\s(?i:{months})\b)", text):
        before = text[: match.start()]
        link = (match["dash"] or "").strip()
        days = (ordinal(int(each), before) for each in match.group("first", "day") if each)
        spoken = f" {link if link.isalpha() else 'und' if link == '/' else 'bis'} ".join(days)
        yield [Edit(start=match.start(), end=match.end(), text=spoken)]


def say_numeric_days(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out days with a numeric month and no year: "am 3.10."."""
    for match in _NUMERIC.finditer(text) if language.code == "de" else ():
        for group in filter(match.group, ("one", "two")):
            start, end = match.span(group)
            day, month = (int(part) for part in match[group].strip(".").split("."))
            try:
                date(2000, month, day)
            except ValueError:
                continue
            name = language.locale.months["format"]["wide"][month]
            stop = "." if sentence_ends_here(text, end, often=False) else ""
            yield [Edit(start=start, end=end, text=f"{ordinal(day, text[:start])} {name}{stop}")]


def say_german_ordinals(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out ordinals after an article: "das 19. Jahrhundert", "der 2. kam später"; and after "als"."""
    if language.code != "de":
        return
    for match in _ANNOUNCED.finditer(text):
        is_as = match[0][:3].casefold() == "als"
        if not (_NOUN.match(text, match.end()) or (_SMALL.match(text, match.end()) and not is_as)):
            continue
        before = text[: match.start("first" if match["first"] else "number")]
        for group in filter(match.group, ("first", "number")):
            spoken = ordinal(int(match[group]), before)
            if is_as:
                spoken = _after_as(spoken, text, match.end())
            yield [Edit(start=match.start(group), end=match.end(group) + 1, text=spoken)]


def _after_as(spoken: str, text: str, end: int) -> str:
    """The ordinal in the gender of the noun that follows at `end`."""
    endings = (ending for ending, nouns in _GENDERS.items() if nouns.match(text, end))
    return spoken.removesuffix("er") + next(endings, "er")


def ordinal(number: int, before: str) -> str:
    """An ordinal from 1 to 99, inflected for the words before it: "am fünften", "der fünfte", and alone "fünfter"."""
    if number in _IRREGULAR:
        word = _IRREGULAR[number]
    elif number < 20:
        word = f"{_ONES[number] if number < 13 else _ONES[number - 10] + 'zehn'}te"
    else:
        word = (f"{_ONES[number % 10]}und" if number % 10 else "") + f"{_TENS[number // 10]}ste"
    before = before[-_CONTEXT_CHARS:]
    if _DATIVE.search(before):
        return f"{word}n"
    return word if _THE.search(before) else f"{word}r"
