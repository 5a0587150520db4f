"""German ordinals as words: "am 5. Mai", "das 19. Jahrhundert". eSpeak ends a sentence at their full stop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.narration.normalisation.edits import Edit, sentence_ends_here
from pipeline.narration.normalisation.languages import Language

_ONES = "_ ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split()  # noqa: SIM905
_ODD = {1: "erste", 3: "dritte", 7: "siebte", 8: "achte", 16: "sechzehnte", 17: "siebzehnte"}
_TENS = "_ _ zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()  # noqa: SIM905
# Before an ordinal that ends in -n; of a day, also one of the week: "am 5. Mai", "bis Montag, 5. Mai". "Der" may be of
# any case: behind a preposition, it is none that ends in -e.
_DATIVE = re.compile(
    r"\b(?:am|im|vom|zum|zur|dem|den|des|beim|seit|ab|bis|nach|vor|"
    r"(?:ab|an|auf|aus|bei|in|mit|nach|seit|unter|von|vor|während|wegen|zu|zwischen) der)\s"
    r"(?:(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag,?\s|(?:Mittwoch|Sonnabend),?\s)?$",
    re.IGNORECASE,
)
_THE = re.compile(r"\b(?:der|die|das|ins)\s$", re.IGNORECASE)
# Behind one of these, a number with a full stop and a noun is an ordinal.
_ANNOUNCED = re.compile(
    r"\b(?:das|dem|den|der|des|die|im|ins|am|vom|zum|zur|beim)\s(?P<number>[1-9]\d?)\.(?=\s[A-ZÄÖÜ])", re.IGNORECASE
)
_A_NOUN = re.compile(
    r"\s(?!(?:Der|Die|Das|Er|Sie|Es|Wir|Ich|Man|Ein|Eine|Und|Aber|Da|Dann|Danach|In|Im|Am|Auf)\b)[A-ZÄÖÜ]"
)

_SHORT = {
    "Jan.": 1, "Feb.": 2, "Febr.": 2, "Apr.": 4, "Aug.": 8, "Sep.": 9, "Sept.": 9, "Okt.": 10, "Nov.": 11, "Dez.": 12
}  # fmt: skip
_DAY = r"(?:[1-9]|0[1-9]|[12]\d|3[01])\.\s?(?:0?[1-9]|1[0-2])\.(?!\d)"
# "Am 3.10." and "vom 1.5. bis 3.5."; behind other words, the numbers may be those of a section or a version.
_IN_NUMBERS = re.compile(
    rf"\b(?:am|vom|zum|ab|seit)\s(?P<one>{_DAY})(?:\sbis\s(?:zum\s)?(?P<two>{_DAY}))?", re.IGNORECASE
)


def say_days(text: str, language: Language) -> Iterator[list[Edit]]:
    """The 5th of a month."""
    if language.code != "de":
        return
    months = "|".join(map(re.escape, language.locale.months["format"]["wide"].values()))
    day = r"[1-9]|[12]\d|3[01]"
    first = rf"(?:(?P<first>{day})\.(?P<dash>\s?[–-]\s?|\s(?:bis|und|oder)\s))?"
    short = "|".join(map(re.escape, _SHORT))
    month = rf"(?=\s(?:(?:{months})\b|(?P<short>{short})))"
    for match in re.finditer(rf"(?<![\w.,:/-]){first}(?P<day>{day})\.{month}", text):
        before = text[: match.start()]
        link = (match["dash"] or "").strip()
        days = (ordinal(int(each), before) for each in match.group("first", "day") if each)
        said = f" {link if link.isalpha() else 'bis'} ".join(days)
        changes = [Edit(start=match.start(), end=match.end(), text=said)]
        if match["short"]:
            changes.append(_month(_SHORT[match["short"]], *match.span("short"), text, language))
        yield changes


def say_numeric_days(text: str, language: Language) -> Iterator[list[Edit]]:
    """The 5th of a month that is a number, too, and has no year."""
    for match in _IN_NUMBERS.finditer(text) if language.code == "de" else ():
        for group in filter(match.group, ("one", "two")):
            start, end = match.span(group)
            day, month = (int(part) for part in match[group].strip(".").split("."))
            try:
                date(2000, month, day)
            except ValueError:
                continue
            last = _month(month, end, end, text, language)
            yield [Edit(start=start, end=end, text=f"{ordinal(day, text[:start])} {last.text}")]


def _month(month: int, start: int, end: int, text: str, language: Language) -> Edit:
    """The name of a month, with the full stop of the sentence that ends there."""
    stop = "." if sentence_ends_here(text[end:], often=False) else ""
    return Edit(start=start, end=end, text=f"{language.locale.months['format']['wide'][month]}{stop}")


def say_german_ordinals(text: str, language: Language) -> Iterator[list[Edit]]:
    """The 19th century, the first time: behind an article, and before a noun."""
    if language.code != "de":
        return
    for match in _ANNOUNCED.finditer(text):
        if _A_NOUN.match(text, match.end()):
            said = ordinal(int(match["number"]), text[: match.start("number")])
            yield [Edit(start=match.start("number"), end=match.end(), text=said)]


def ordinal(number: int, before: str) -> str:
    """The fifth (1 to 99), as the words before it ask: "am fünften", "der fünfte", and alone "fünfter"."""
    if number in _ODD:
        word = _ODD[number]
    elif number < 20:
        word = f"{_ONES[number] if number < 13 else _ONES[number - 10] + 'zehn'}te"
    else:
        word = (f"{_ONES[number % 10]}und" if number % 10 else "") + f"{_TENS[number // 10]}ste"
    if _DATIVE.search(before):
        return f"{word}n"
    return word if _THE.search(before) else f"{word}r"
