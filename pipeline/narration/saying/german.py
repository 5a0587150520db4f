"""German ordinals as words: "am 5. Mai", "das 19. Jahrhundert". eSpeak ends a sentence at their full stop."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.narration.saying.changes import Change
from pipeline.narration.saying.tongues import Tongue

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


def say_days(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """The 5th of a month."""
    if tongue.code != "de":
        return
    months = "|".join(map(re.escape, tongue.locale.months["format"]["wide"].values()))
    day = r"[1-9]|[12]\d|3[01]"
    first = rf"(?:(?P<first>{day})\.(?P<dash>\s?[–-]\s?|\s(?:bis|und|oder)\s))?"
    for match in re.finditer(rf"(?<![\w.,:/-]){first}(?P<day>{day})\.(?=\s(?:{months})\b)", text):
        before = text[: match.start()]
        link = (match["dash"] or "").strip()
        days = (ordinal(int(each), before) for each in match.group("first", "day") if each)
        said = f" {link if link.isalpha() else 'bis'} ".join(days)
        yield [Change(start=match.start(), end=match.end(), said=said)]


def say_german_ordinals(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """The 19th century, the first time: behind an article, and before a noun."""
    if tongue.code != "de":
        return
    for match in _ANNOUNCED.finditer(text):
        if _A_NOUN.match(text, match.end()):
            said = ordinal(int(match["number"]), text[: match.start("number")])
            yield [Change(start=match.start("number"), end=match.end(), said=said)]


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
