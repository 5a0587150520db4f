"""Units after numbers: "km/h", "°C", "m²", "%". Their names, with the plural that the number asks for, are CLDR's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_decimal
from babel.units import UnknownUnitError, format_compound_unit, format_unit

from pipeline.narration.normalisation.edits import Edit, sentence_ends_here
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.magnitudes import WORDS, counted_noun, magnitude_form
from pipeline.narration.normalisation.numbers import HYPHEN_IN_RANGE, NUMBER, RANGE, fraction_value, number_value_at
from pipeline.narration.normalisation.patterns import LETTER, Pattern, not_after
from pipeline.narration.normalisation.unit_symbols import units_by_symbol

# For each of what: a unit, or a word.
_RATE = re.compile(
    rf"(?:[€£$¥₽₴₹]|zł|Kč|руб\.?|грн|(?<=[€£$]){NUMBER}[kKMB]?|(?<=[€£$] ){NUMBER})(?P<slash>/)"
    r"(?P<each>[^\W\d_]+[²³23]?\.?)"
)
_RATE_OF_MANY = re.compile(r"(?<=[€£$])/(?P<many>\d{1,4}) ?(?P<unit>g|kg|ml|l|km|m²)(?!\w)")
_PER = {"en": "per", "de": "pro", "fr": "par", "es": "por", "pt": "por", "nl": "per", "sv": "per"}
_EACH = {
    "en": {"hr": "hour", "mo": "month", "yr": "year", "gal": "gallon"},
    "de": {"Std.": "hour", "Std": "hour"},
    "it": {"ora": "hour", "mese": "month", "anno": "year"},
    "pl": {"godz.": "hour", "mies.": "month"},
    "ru": {"ч": "hour", "час": "hour", "мес.": "month", "месяц": "month"},
    "uk": {"год": "hour", "міс.": "month", "місяць": "month"},
}
# Languages that say "a half of a litre".
_PART_OF = frozenset({"cs", "pl", "ru", "uk"})
# What CLDR has no words for: before and after the number.
_OWN = {
    ("zh", "percent"): ("百分之", ""),
    ("fr", "liter-per-100-kilometer"): ("", " litres aux 100 kilomètres"),
    ("ko", "percent"): ("", "퍼센트"),
    ("vi", "percent"): ("", " phần trăm"),
    ("sk", "percent"): ("", " percent"),
    ("ar", "percent"): ("", " بالمئة"),
    ("tr", "kilometer-per-hour"): ("saatte ", " kilometre"),
    ("tr", "meter-per-second"): ("saniyede ", " metre"),
}
# Where CLDR's short names are the words that people say.
_SHORT_NAMES = frozenset({"ja", "ko", "zh"})
_ENGLISH = frozenset(
    {"percent", "permille", "feet", "foot", "ounces", "gigabytes", "megabytes", "kilobytes", "terabytes"}
)
# Of these, what is a word there as well.
_OWN_TOO = dict.fromkeys(("es", "pt"), _ENGLISH - {"percent", "permille", "feet", "foot", "ounces"})
_APOSTROPHES = "'\u2019"
# "1h 30m"; a sign before a number; the full stop of "6 ft. tall".
_HOURS = re.compile(r"\d\s?h\s$")
_SIGNED = re.compile(r"[-−–+±]\s?$")
_NO_STOP = re.compile(r"\.(?=\s[a-zß-öø-ÿ]|[,;:]|\s\d+\s?(?:in|oz|min)\b)")
# "5%-ный": what the two are together, the voice may know.
_ENDING = re.compile(r"-[a-zà-ÿа-яё]")
_FLAT = re.compile(r"\.\s\d")
# "A 5 kilometer run": before and after the amount.
_AS_ADJECTIVE = re.compile(r"\b[Aa]n? $"), re.compile(r" [a-z]")
# Languages that write ordinals with a raised letter; a noun after a sign that may be one.
_ORDINALS = frozenset({"it", "es", "pt"})
_ORDINAL = re.compile(r"(?<![\w.,])\d{1,3}(?P<sign>°|\.[ºª°])(?!\w)")
_NOUN = re.compile(
    r" (?!(?:a|di|de|do|da|e|y|o|in|en|em|con|com|al|nord|sud|est|ovest|norte|sur|sul|este|oeste|leste|sotto|sopra|"
    r"bajo|sobre|centigradi|celsius|fahrenheit|latitud\w*|longitud\w*)\b)[^\W\d_]{2}",
    re.IGNORECASE,
)


def say_units(text: str, language: Language) -> Iterator[list[Edit]]:
    """The names of units after numbers and ranges of numbers."""
    units = units_by_symbol(language.code)
    for match in _pattern(language.code).finditer(text):
        # "5 m" in "$5 m" is no metre, and "5'" is no number.
        last = re.search(rf"(?:{NUMBER})$", match["amount"])
        value = number_value_at(text, match.start("amount") + last.start(), last[0], language) if last else None
        if value is None or _is_something_else(match, value, language):
            continue
        unit = (
            "minute"
            if match["unit"] == "m" and _HOURS.search(text, max(0, match.start() - 4), match.start())
            else units[match["unit"]]
        )
        if (
            language.code == "en"
            and _AS_ADJECTIVE[0].search(text, 0, match.start())
            and _AS_ADJECTIVE[1].match(text, match.end())
        ):
            value = Decimal(1)
        around = _around(unit, value, language.locale)
        if around is None:
            continue
        before, after = around
        start, end = match.span("amount")
        stop = _NO_STOP.match(text, match.end("unit"))
        changes = [Edit(start=end, end=stop.end() if stop else match.end("unit"), text=f"{after}")]
        if before.strip() and text[:start].rstrip().casefold().endswith(before.strip().casefold()):
            before = ""  # "時速100km/h"
        if before:
            # Nothing comes between a sign and its number.
            sign = _SIGNED.search(text, max(0, start - 2), start)
            at = sign.start() if sign else start
            changes.insert(0, Edit(start=at, end=at, text=before))
        if dash := HYPHEN_IN_RANGE.search(match["amount"]):
            if not language.signs.to:
                continue
            at = start + dash.start()
            changes.insert(-1, Edit(start=at, end=start + dash.end(), text=f" {language.signs.to} "))
        yield changes


def say_prices_per_unit(text: str, language: Language) -> Iterator[list[Edit]]:
    """So much money for each: "25 €/h", "$5/month"."""
    symbols = {**units_by_symbol(language.code), **_EACH.get(language.code, {})}
    for match in _RATE.finditer(text):
        each = match["each"] if match["each"] in symbols else match["each"].rstrip(".")
        end = match.start("each") + len(each)
        said = f" {per} {each}" if (per := _PER.get(language.code)) and len(each) > 2 else ""
        if each in symbols and "/" not in symbols[each]:
            phrase = (
                format_compound_unit(Decimal(5), None, denominator_unit=symbols[each], locale=language.locale) or ""
            )
            before, _, after = phrase.partition("5")
            said = after if not before and _is_a_name(after, language.locale) else said
        if said:
            stop = "." if each.endswith(".") and sentence_ends_here(text[end:], often=True) else ""
            no_stop = _NO_STOP.match(text, end)
            yield [Edit(start=match.start("slash"), end=no_stop.end() if no_stop else end, text=f"{said}{stop}")]


def say_prices_per_quantity(text: str, language: Language) -> Iterator[list[Edit]]:
    """So much for so many: "1,50 €/100 g"."""
    per, units = _PER.get(language.code), units_by_symbol(language.code)
    for match in _RATE_OF_MANY.finditer(text) if per else ():
        if around := _around(units[match["unit"]], Decimal(match["many"]), language.locale):
            yield [
                Edit(start=match.start(), end=match.start("many"), text=f" {per} "),
                Edit(start=match.end("many"), end=match.end(), text=around[1]),
            ]


def say_units_after_fractions(text: str, language: Language) -> Iterator[list[Edit]]:
    """The names of units after fractions: "½ l", "1/4 kg"."""
    units = units_by_symbol(language.code)
    for match in _part_pattern(language.code).finditer(text):
        value = fraction_value(match["whole"] or "", match["part"])
        if value < 1 and language.code not in _PART_OF:
            value = Decimal(1)
        around = _around(units[match["unit"]], value, language.locale)
        if around and not around[0]:
            # Half a litre is "medio litro", a quarter "un cuarto de litro".
            is_of = not match["whole"] and match["part"] not in {"½", "1/2"}
            said = counted_noun("", around[1].strip(), language) if is_of else around[1].strip()
            yield [Edit(start=match.end("part"), end=match.end(), text=f" {said}")]


@lru_cache(maxsize=64)
def _part_pattern(code: str) -> Pattern:
    unit = "|".join(map(re.escape, sorted(units_by_symbol(code), key=len, reverse=True)))
    return Pattern(
        rf"{not_after('./,:–-')}(?:(?P<whole>\d{{1,3}})(?: |\s?(?=[½¼¾⅓⅔])))?(?P<part>[½¼¾⅓⅔]|[123]/[234])"
        rf"[ \u00a0\u2009\u202f]?(?P<unit>{unit})(?!{LETTER}|[²³/°'’]|\.\w"
        # "1/2 g t²" is a formula.
        r"| ?[A-Za-z][²³])"
    )


def say_units_after_magnitudes(text: str, language: Language) -> Iterator[list[Edit]]:
    """The names of units after millions and more: "228 million km", "30,3 Mio. km²"; in the form of many."""
    units = units_by_symbol(language.code)
    pattern = _large_pattern(language.code)
    for match in pattern.finditer(text) if pattern else ():
        value = number_value_at(text, match.start("amount"), match["amount"], language)
        around = None if value is None else _around(units[match["unit"]], Decimal(1_000_000), language.locale)
        if value is None or around is None or around[0]:
            continue
        magnitude = magnitude_form(match["word"], value, language)
        stop = _NO_STOP.match(text, match.end("unit"))
        yield [
            Edit(start=match.start("word"), end=match.end("word"), text=magnitude),
            Edit(
                start=match.start("unit"),
                end=stop.end() if stop else match.end("unit"),
                text=counted_noun(magnitude, around[1].strip(), language),
            ),
        ]


@lru_cache(maxsize=64)
def _large_pattern(code: str) -> Pattern | None:
    words = "|".join(map(re.escape, sorted(WORDS.get(code, {}), key=len, reverse=True)))
    # "5 Mio. m" is as good as certain; "5 mil l" is not, nor is any other letter alone.
    symbols = sorted(units_by_symbol(code), key=len, reverse=True)
    unit = "|".join(map(re.escape, filter(lambda symbol: len(symbol) > 1 or symbol == "m", symbols)))
    if not words:
        return None
    space = "[ \u00a0\u2009\u202f]"
    return Pattern(
        rf"{not_after('.,:/$€£¥฿₫' + _APOSTROPHES)}(?P<amount>{NUMBER}){space}(?P<word>{words}){space}(?P<unit>{unit})"
        rf"(?!{LETTER}|[²³/°'’]|\.\w)"
    )


@lru_cache(maxsize=64)
def _pattern(code: str) -> Pattern:
    symbols = sorted(units_by_symbol(code), key=len, reverse=True)
    unit = "|".join(map(re.escape, symbols))
    amount = rf"{not_after('.,:/$€£¥฿₫' + _APOSTROPHES)}(?:(?<=[\u05d0-\u05ea]-)|(?<!{LETTER}-))(?P<amount>{RANGE})"
    return Pattern(rf"{amount}(?P<space>[ \u00a0\u2009\u202f]?)(?P<unit>{unit})(?!{LETTER}|[²³/°'’]|\.\w)")


def _is_something_else(match: re.Match[str], value: Decimal, language: Language) -> bool:
    """The 1960s, and the "3° posto" of who has no º on the keyboard."""
    if match["unit"] == "г":  # a year or a town, with a full stop or without
        return match.string[match.end() : match.end() + 1] == "." or 1000 <= value <= 2100
    if match["unit"] == "m" and language.code == "pl":  # a flat: "ul. Długa 12 m. 5"
        return _FLAT.match(match.string, match.end()) is not None
    if match["unit"] == "%" and _ENDING.match(match.string, match.end()):
        return True
    if match["unit"] == "s":
        return not match["space"] and value % 10 == 0
    if match["unit"] != "°" or language.code not in _ORDINALS:
        return False
    return bool(_NOUN.match(match.string, match.end()))


def say_ordinals(text: str, language: Language) -> Iterator[list[Edit]]:
    """3° posto and 3.º lugar as 3º: voices know that sign, but neither a degree nor a full stop in its place."""
    if language.code in _ORDINALS:
        for match in _ORDINAL.finditer(text):
            if match["sign"] != "°" or _NOUN.match(text, match.end()):
                sign = match["sign"].removeprefix(".").replace("°", "º")
                yield [Edit(start=match.start("sign"), end=match.end(), text=sign)]


def _around(unit: str, value: Decimal, locale: Locale) -> tuple[str, str] | None:
    """What stands before and after the number when a unit is written out; None: CLDR has no words for it."""
    if own := _OWN.get((locale.language, unit)):
        return own
    try:
        whole = _written_out(unit, value, locale)
    except (UnknownUnitError, KeyError, ValueError):
        return None
    number = format_decimal(value, format=_FORMAT, locale=locale)
    before, found, after = whole.partition(number)
    # Arabic has words for one and two that hold the number; some units have no name but a sign, or an English one.
    return (before, after) if found and _is_a_name(before + after, locale) else None


def _is_a_name(words: str, locale: Locale) -> bool:
    letters = [character for character in words if character.isalpha()]
    own = unicodedata.name((locale.get_language_name() or "a")[0], "").startswith("LATIN")
    if words.strip() in _ENGLISH - _OWN_TOO.get(locale.language, frozenset()) and locale.language not in {"en", "nl"}:
        return False  # what CLDR says where it does not know
    return bool(letters) and "/" not in words and (own or not any(map(str.isascii, letters)))


def _written_out(unit: str, value: Decimal, locale: Locale) -> str:
    one, _, other = unit.partition("/")
    if not other:
        whole = format_unit(value, one, length="long", format=_FORMAT, locale=locale)
        if locale.language in _SHORT_NAMES and any("a" <= letter <= "z" for letter in whole):
            return format_unit(value, one, length="short", format=_FORMAT, locale=locale)
        return whole
    return format_compound_unit(value, one, denominator_unit=other, length="long", format=_FORMAT, locale=locale) or ""


_FORMAT = "0.##########"
