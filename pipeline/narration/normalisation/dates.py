"""Numeric dates and times of day: "2024-03-05", "5.3.2024", "03/05/2024", "14:30"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.units import format_unit

from pipeline.narration.normalisation.edits import Edit, sentence_ends_here
from pipeline.narration.normalisation.german_ordinals import ordinal
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.patterns import LETTER, Pattern, not_after

_FROM, _TO = not_after("./:-"), rf"(?!{LETTER}|[/:-]|\.\d)"
_ISO = Pattern(rf"{_FROM}(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d){_TO}")
_DOTTED = Pattern(rf"{_FROM}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}){_TO}")
# With a year of two digits; not a version, which has no leading zeros.
_SHORT = Pattern(rf"{_FROM}(?P<day>[0-3]\d)\.(?P<month>[01]\d)\.(?P<year>\d\d){_TO}")
_DASHED = Pattern(rf"{_FROM}(?P<day>\d{{1,2}})-(?P<month>\d{{1,2}})-(?P<year>\d{{4}}){_TO}")
_SLASHED = Pattern(rf"{_FROM}(?P<one>\d{{1,2}})/(?P<two>\d{{1,2}})/(?P<year>\d{{4}}){_TO}")
_YEAR_FIRST = Pattern(rf"{_FROM}(?P<year>\d{{4}})([/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}})\.?{_TO}")
# Two digits from here on are a year of the 20th century.
_LAST_CENTURY = 50
# A year with the abbreviation of "year", and its forms after "in", elsewhere, and in "1703 г.: основание". Alone, the
# letter is a city or a gram.
_YEAR = Pattern(rf"{_FROM}[12]\d{{3}}(?P<letter>[ \u00a0\u202f]?(?P<word>[гр]|r)\.)")
_YEARS = {
    ("ru", "г"): ("году", "года", "год"),
    ("uk", "р"): ("році", "року", "рік"),
    ("pl", "r"): ("roku", "roku", "rok"),
}
_YEAR_WORDS = dict(iter(_YEARS))
_YEAR_AFTER = re.compile(r"[ \u00a0\u202f]?(?P<word>[гр]|r)\.")
# A range of years, with the abbreviation of "years".
_RANGE_OF_YEARS = re.compile(
    r"(?P<in>(?<!\w)[вуВУ] )?(?P<years>[12]\d{3}[–-][12]\d{3})[ \u00a0\u202f]?(?P<word>гг|рр)\."
)
_YEARS_PLURAL = {("ru", "гг"): ("годах", "годы"), ("uk", "рр"): ("роках", "роки")}
_MORE = re.compile(r"\s*\S")
_IN = re.compile(r"(?<!\w)[вуw] $", re.IGNORECASE)
# Abbreviations in CLDR's long dates, expanded.
_EXPANSIONS = {
    "ru": ((r"\bг\.$", "года"),),
    "uk": ((r"\bр\.$", "року"),),
    "bg": ((r"\bг\.$", "година"),),
    "th": ((r"ค\.ศ\.", "คริสต์ศักราช"),),
    "lt": ((r"\bm\.", "metų"), (r"\bd\.$", "diena")),
}

# Patterns for hours with and without minutes, in languages in which voices read "14:30" wrong. In others with words in
# `_BEFORE`, it is two numbers.
_CLOCK = {
    "en": ("{h} {m}", "{h} hundred"),
    "de": ("{h} Uhr {m}", "{h} Uhr"),
    "nl": ("{h} uur {m}", "{h} uur"),
    "fr": ("{h} heures {m}", "{h} heures"),
    "es": ("{h} y {m}", "{h} en punto"),
    "it": ("{h} e {m}", "{h}"),
    "id": ("{h} lewat {m} menit", "{h}"),
    "pt": ("{h} e {m}", "{h} horas"),
    "ja": ("{h}時{m}分", "{h}時"),
    "zh": ("{h}点{m}分", "{h}点"),
    "ko": ("{h}시 {m}분", "{h}시"),
    "el": ("{h} και {m}", "{h}"),
    "hi": ("{h} बजकर {m} मिनट", "{h} बजे"),
    "th": ("{h} นาฬิกา {m} นาที", "{h} นาฬิกา"),
}
# Languages that count hours and minutes, in CLDR's words.
_COUNTED = frozenset({"ru", "cs"})
# A score is written like a time: these words before or after it mark a time. Other languages need none.
_BEFORE = {
    "de": r"um|ab|bis|gegen|seit|vor|nach|von|und",
    "nl": r"om|vanaf|tot|rond|sinds|van",
    "fr": r"à|dès|vers|jusqu'à|de",
    "es": r"las?",
    "it": r"alle|dalle|le|ore",
    "sv": r"kl\.?|klockan",
    "da": r"kl\.?|klokken",
    "nb": r"kl\.?|klokken|klokka",
    "fi": r"klo|kello",
    "id": r"pukul|jam",
    "pt": r"às|as|das|à",
    "ru": r"в|с|до|около|после",
    "cs": r"v|ve|od|do|kolem|po",
    "pl": r"godz\.|godzin\w+",
    "el": r"στις|στη|στην",
}
_AFTER = {
    "es": r"\s?hs?\b",
    "pt": r"\s?h\b",
    "it": r"\s?h\b",
    "de": r"\s?Uhr",
    "nl": r"\s?uur",
    "fr": r"\s?heures?",
    "th": r"\s?น\.",
    "hi": r"\s?बजे",
    "cs": r"\s?h(?:od\.?)?(?!\w)",
}
# Languages that write times with a full stop after one of these words; elsewhere only before words like "Uhr".
_DOTTED_AFTER = {"it", "sv", "da", "nb", "fi", "id", "pl", "cs"}
_TIME = Pattern(
    rf"{not_after('.,:/-')}(?P<h>[01]?\d|2[0-3]|24(?=.00))(?P<colon>:|\.|\s?h\s?)(?P<m>[0-5]\d)"
    rf"(?!{LETTER}|:(?!\s)|/|[.,]\d|\s?(?:[分分]|min\b))"
)
# "5.30pm", which voices take for a decimal.
_BRITISH = re.compile(r"(?<![\w.,])\d{1,2}(?P<dot>\.)[0-5]\d(?=\s?[ap]\.?m\b)")
_TIME_RANGE = Pattern(
    rf"{not_after('.,:/-')}(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?P<dash>\s?[-–~〜～]\s?)"
    rf"(?P<until_h>[01]?\d|2[0-3]):(?P<until_m>[0-5]\d)(?!{LETTER}|[:/\d]|[.,]\d)"
)
# Languages in which two times with a dash between are a range, without any word around them.
_TO_BETWEEN_TIMES = frozenset({"en", "ja", "ko", "th", "zh"})
# "von 9.00 bis 17.00 Uhr", "de 9:00 a 18:00 h": the first is a time because the second is.
_UNTIL = re.compile(r"(?:\s(?:bis|tot|a)\s|(?P<dash>\s?[-–]\s?))(?:[01]?\d|2[0-3])[.:][0-5]\d\s?(?:Uhr|uur|hs?)\b")


def say_dates(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out dates with a year in CLDR's long format: "March 5th, 2024", "5. März 2024"."""
    short = language.locale.date_formats["short"].pattern
    others = (
        [_DASHED]
        if short.startswith("dd-MM") or language.code in {"es", "pt"}
        else [_YEAR_FIRST]
        if language.code in {"ja", "zh", "ko"}
        else []
    )
    others += [_SHORT] if re.match("dd?\\.", short) else []
    for pattern in (_ISO, _DOTTED, _SLASHED, *others):
        for match in pattern.finditer(text):
            if spoken := _date_in_words(match, language):
                year = _YEAR_AFTER.match(text, match.end()) if language.code in _YEAR_WORDS else None
                end, stop = match.end(), ""
                if year and year["word"] == _YEAR_WORDS[language.code]:
                    spoken += "" if spoken.endswith(_YEARS[language.code, year["word"]][1]) else " roku"
                    end, stop = year.end(), "" if _MORE.match(text, year.end()) else "."
                yield [Edit(start=match.start(), end=end, text=f"{spoken}{stop}")]


def say_years(text: str, language: Language) -> Iterator[list[Edit]]:
    """Expand the abbreviation of "year" after a year."""
    for match in _YEAR.finditer(text):
        if forms := _YEARS.get((language.code, match["word"])):
            is_label = match.start() == 0 and text.startswith(":", match.end())
            is_in = _IN.search(text, max(0, match.start() - 3), match.start())
            word = forms[0] if is_in else forms[2] if is_label else forms[1]
            stop = "" if _MORE.match(text, match.end()) else "."
            yield [Edit(start=match.start("letter"), end=match.end(), text=f" {word}{stop}")]


def say_year_ranges(text: str, language: Language) -> Iterator[list[Edit]]:
    """Expand the abbreviation of "years" after a range of years."""
    for match in _RANGE_OF_YEARS.finditer(text):
        if forms := _YEARS_PLURAL.get((language.code, match["word"])):
            stop = "." if sentence_ends_here(text, match.end(), often=True) else ""
            word = forms[0] if match["in"] else forms[1]
            yield [Edit(start=match.end("years"), end=match.end(), text=f" {word}{stop}")]


def say_times(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out times of day, where they certainly are times."""
    yield from _time_ranges(text, language)
    for match in _BRITISH.finditer(text) if language.code == "en" else ():
        yield [Edit(start=match.start("dot"), end=match.end("dot"), text=":")]
    for match in _TIME.finditer(text):
        colon = match["colon"].strip()
        if colon == "h" and language.code not in {"fr", "pt"}:
            continue
        after = _AFTER.get(language.code)
        named = re.compile(after).match(text, match.end()) if after else None
        until = _UNTIL.match(text, match.end())
        if colon == "." and not ((named and named[0]) or until) and language.code not in _DOTTED_AFTER:
            continue
        if not (named or until or colon == "h" or _is_announced(text, match.start(), language)):
            continue
        if spoken := _clock(int(match["h"]), int(match["m"]), language, half_day=_half_day(text, match.end())):
            if language.code == "es" and (named or until) and not int(match["m"]):
                spoken = f"{int(match['h'])} horas"  # "de 9:00 a 18:00 h"
            edits = [Edit(start=match.start(), end=named.end() if named else match.end(), text=spoken)]
            if until and until["dash"]:
                edits.append(Edit(start=until.start(), end=until.end("dash"), text=f" {language.signs.to} "))
            yield edits


def _time_ranges(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out ranges of times in the languages of `_TO_BETWEEN_TIMES`; elsewhere voices read them well."""
    for match in _TIME_RANGE.finditer(text) if language.code in _TO_BETWEEN_TIMES else ():
        half_day = _half_day(text, match.end())
        first = _clock(int(match["h"]), int(match["m"]), language, half_day=half_day)
        last = _clock(int(match["until_h"]), int(match["until_m"]), language, half_day=half_day)
        if first and last:
            named = re.compile(_AFTER.get(language.code, "")).match(text, match.end())
            yield [
                Edit(start=match.start(), end=match.start("dash"), text=first),
                Edit(start=match.start("dash"), end=match.end("dash"), text=f" {language.signs.to} "),
                Edit(start=match.end("dash"), end=named.end() if named else match.end(), text=last),
            ]


def _date_in_words(match: re.Match[str], language: Language) -> str:
    """The date in words; empty for an impossible date."""
    groups = match.groupdict()
    if "one" in groups:
        first, second = int(groups["one"]), int(groups["two"])
        month_first = language.locale.date_formats["short"].pattern.lower().startswith("m")
        month, day = (first, second) if month_first else (second, first)
        if month > 12 >= day:
            month, day = day, month
    else:
        month, day = int(groups["month"]), int(groups["day"])
    year = int(groups["year"])
    year += 0 if year > 99 else 1900 if year >= _LAST_CENTURY else 2000
    try:
        when = date(year, month, day)
    except ValueError:
        return ""
    if language.code == "en":
        return _in_english(when, language)
    written = format_date(when, "long", locale=language.locale)
    if language.code == "de":
        return re.sub(r"^\d+\.", ordinal(when.day, match.string[: match.start()]), written)
    for pattern, words in _EXPANSIONS.get(language.code, ()):
        written = re.sub(pattern, words, written)
    return re.sub(r"^1 ", "1er ", written) if language.code == "fr" else written


def _in_english(when: date, language: Language) -> str:
    """The date with an ordinal day: "March 5th, 2024" in American, "the 5th of March 2024" in other English."""
    ending = "th" if when.day in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(when.day % 10, "th")
    month = format_date(when, "MMMM", locale=language.locale)
    if language.locale.territory in {None, "US"}:
        return f"{month} {when.day}{ending}, {when.year}"
    return f"the {when.day}{ending} of {month} {when.year}"


def _is_announced(text: str, start: int, language: Language) -> bool:
    """Whether a word before `start` marks a time, in languages that need one."""
    words = _BEFORE.get(language.code)
    return (
        words is None
        or re.search(rf"(?<!\w)(?:{words})\s$", text[max(0, start - 12) : start], re.IGNORECASE) is not None
    )


def _half_day(text: str, end: int) -> bool:
    """Whether a.m. or p.m. follows."""
    return re.match(r"\s?[ap]\.?\s?m\b", text[end:], re.IGNORECASE) is not None


def _clock(hour: int, minute: int, language: Language, *, half_day: bool) -> str:
    """A time of day in words; empty if it is left to the voice."""
    if language.code in _COUNTED:
        counted = [format_unit(Decimal(hour), "hour", locale=language.locale)]
        counted += [format_unit(Decimal(minute), "minute", locale=language.locale)] if minute else []
        return " ".join(counted)
    forms = _CLOCK.get(language.code, ("{h} {m}", "{h}") if language.code in _BEFORE else None)
    if forms is None:
        return ""
    if half_day and not minute:
        return str(hour)
    spoken = (forms[0] if minute else forms[1]).format(h=hour, m=minute)
    if language.code == "en" and minute < 10:
        whole = "o'clock" if hour <= 12 else "hundred"
        return f"{hour} oh {minute}" if minute else f"{hour} {whole}"
    return spoken.replace("1 heures", "1 heure") if hour == 1 else spoken
