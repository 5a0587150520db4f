"""Units after numbers: "km/h", "°C", "m²", "%". Their names and plural forms come from CLDR."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_decimal
from babel.units import UnknownUnitError, format_compound_unit, format_unit

from pipeline.narration.normalisation.edits import Edit
from pipeline.narration.normalisation.fractions import fraction_value
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.magnitudes import counted_noun, magnitude_form, magnitudes
from pipeline.narration.normalisation.numbers import NUMBER, RANGE, number_value_at
from pipeline.narration.normalisation.patterns import LETTER, Pattern, not_after
from pipeline.narration.normalisation.ranges import HYPHEN_IN_RANGE, range_word
from pipeline.narration.normalisation.unit_symbols import SHORT_NAMES, units_by_symbol

# Languages in which a fraction takes the genitive: "a half of a litre".
_GENITIVE = frozenset({"cs", "pl", "ru", "uk"})
_CHINESE_PERCENT = "百分之"
# Words that CLDR lacks: before and after the number.
_OWN = {
    ("zh", "percent"): (_CHINESE_PERCENT, ""),
    ("fr", "liter-per-100-kilometer"): ("", " litres aux 100 kilomètres"),
    ("ko", "percent"): ("", "퍼센트"),
    ("vi", "percent"): ("", " phần trăm"),
    ("sk", "percent"): ("", " percent"),
    ("ar", "percent"): ("", " بالمئة"),
    ("tr", "kilometer-per-hour"): ("saatte ", " kilometre"),
    ("tr", "meter-per-second"): ("saniyede ", " metre"),
}
# English names, which CLDR gives where it has none in the language.
_ENGLISH = frozenset(
    {"percent", "permille", "feet", "foot", "ounces", "gigabytes", "megabytes", "kilobytes", "terabytes"}
)
# Those of them that are words of the language, too.
_OWN_TOO = dict.fromkeys(("es", "pt"), _ENGLISH - {"percent", "permille", "feet", "foot", "ounces"})
# Units that CLDR lacks, named after those with kilo-.
_SCALED = re.compile("(?P<scale>mega|giga|tera|)(?P<base>watt-hour)")
_SCALES = ("mega", "giga", "tera")
_PREFIXES = {
    **dict.fromkeys(("kilo", "chilo", "quilo"), _SCALES),
    "кило": ("мега", "гига", "тера"),
    "кіло": ("мега", "гіга", "тера"),
    "κιλο": ("μεγα", "γιγα", "τερα"),
    "キロ": ("メガ", "ギガ", "テラ"),
    "千": ("兆", "吉", "太"),
    "킬로": ("메가", "기가", "테라"),
    "किलो": ("मेगा", "गीगा", "टेरा"),
    "كيلو": ("ميغا", "غيغا", "تيرا"),
}
_KILO = re.compile("|".join(_PREFIXES), re.IGNORECASE)
# For numbers in CLDR's names of units.
_FORMAT = "0.##########"
_APOSTROPHES = "'\u2019"
# A symbol is no unit before these: "m³", "m.n.p.m."; but is in "350°F/175°C" and "20 mg/day". The Russian "ч. л." is a
# teaspoon.
_NO_UNIT = rf"(?!{LETTER}|[²³°'’]|/(?!\d+\s?°[CF]|[^\W\d_]{{3}})|\.\w|\.\s?л\.)"
# The hours of "1h 30m"; a sign before a number; the full stop of "6 ft. tall".
_HOURS = re.compile(r"\d\s?h\s$")
_SIGNED = re.compile(r"[-−–+±]\s?$")
NO_STOP = re.compile(r"\.(?=\s[a-zß-öø-ÿа-яёіїєґ]|[,;:]|\s\d+\s?(?:in|oz|min)\b)")
# What follows a symbol that is none, in one language or all: "5%-ный", the flat of "ul. Długa 12 m. 5", "т. е.".
_OTHER_READINGS = {
    ("", "%"): re.compile(r"-[a-zà-ÿа-яё]"),
    ("pl", "m"): re.compile(r"\.\s\d"),
    ("", "т"): re.compile(r"\.\s?[едпнк]\."),
}
# "220 ккал на 100 г."
_IN_GRAMS = re.compile(r"\b[Нн]а $")
# "A 5 kilometer run": before and after the measure.
_AS_ADJECTIVE = re.compile(r"\b[Aa]n? $"), re.compile(r" [a-z]")
# Languages that write ordinals with a raised letter; a noun after what may be an ordinal.
_ORDINALS = frozenset({"it", "es", "pt"})
_ORDINAL = re.compile(r"(?<![\w.,])\d{1,3}(?P<sign>°|\.[ºª°]|(?<=\d{3})º(?! [^\W\d]))(?!\w)")
_NOUN = re.compile(
    r" (?!(?:a|di|de|do|da|e|y|o|in|en|em|con|com|al|nord|sud|est|ovest|norte|sur|sul|este|oeste|leste|sotto|sopra|"
    r"bajo|sobre|centigradi|celsius|fahrenheit|latitud\w*|longitud\w*)\b)[^\W\d_]{2}",
    re.IGNORECASE,
)


def say_units(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out units after numbers and ranges."""
    units = units_by_symbol(language)
    for match in _pattern(language).finditer(text):
        # The "m" of "$5 m" is not a metre, and "5'" is not a number.
        last = re.search(rf"(?:{NUMBER})$", match["amount"])
        value = number_value_at(text, match.start("amount") + last.start(), last[0], language) if last else None
        if value is None or _is_not_a_unit(match, value, language):
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
        affixes = affixes_of(unit, value, language.locale)
        if affixes is None:
            continue
        before, after = affixes
        start, end = match.span("amount")
        stop = NO_STOP.match(text, match.end("unit"))
        slash = ", " if re.compile(r"/\d").match(text, match.end("unit")) else ""  # "350°F/175°C"
        edits = [Edit(start=end, end=stop.end() if stop else match.end("unit") + bool(slash), text=after + slash)]
        if before.strip() and text[:start].rstrip().casefold().endswith((before.strip().casefold(), "时速")):
            before = ""  # "時速100km/h"
        if before:
            # Insert before the number's sign, if any; but a Chinese percentage has its sign first.
            sign = _SIGNED.search(text, max(0, start - 2), start) if before != _CHINESE_PERCENT else None
            at = sign.start() if sign else start
            edits.insert(0, Edit(start=at, end=at, text=before))
        if dash := HYPHEN_IN_RANGE.search(match["amount"]):
            word = range_word(text, start, language)
            at, spoken = start + dash.start(), f" {word} " if word else "–"
            edits.insert(-1, Edit(start=at, end=start + dash.end(), text=spoken))
        yield edits


def say_units_after_fractions(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out units after fractions: "½ l", "1/4 kg"."""
    units = units_by_symbol(language)
    for match in _part_pattern(language).finditer(text):
        value = fraction_value(match["whole"] or "", match["part"])
        if value < 1 and language.code not in _GENITIVE:
            value = Decimal(1)
        affixes = affixes_of(units[match["unit"]], value, language.locale)
        if affixes and not affixes[0]:
            # Half a litre is "medio litro", a quarter "un cuarto de litro".
            is_of = not match["whole"] and match["part"] not in {"½", "1/2"}
            spoken = counted_noun("", affixes[1].strip(), language) if is_of else affixes[1].strip()
            yield [Edit(start=match.end("part"), end=match.end(), text=f" {spoken}")]


@lru_cache(maxsize=64)
def _part_pattern(language: Language) -> Pattern:
    unit = "|".join(map(re.escape, units_by_symbol(language)))
    return Pattern(
        rf"{not_after('./,:–-')}(?:(?P<whole>\d{{1,3}})(?: |\s?(?=[½¼¾⅓⅔])))?(?P<part>[½¼¾⅓⅔]|[123]/[234])"
        rf"[ \u00a0\u2009\u202f]?(?P<unit>{unit}){_NO_UNIT[:-1]}"
        # "1/2 g t²" is a formula.
        r"| ?[A-Za-z][²³])"
    )


def say_units_after_magnitudes(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out units after magnitude words, in the plural of many: "228 million km", "30,3 Mio. km²"."""
    units = units_by_symbol(language)
    pattern = _large_pattern(language)
    for match in pattern.finditer(text) if pattern else ():
        value = number_value_at(text, match.start("amount"), match["amount"], language)
        affixes = None if value is None else affixes_of(units[match["unit"]], Decimal(1_000_000), language.locale)
        if value is None or affixes is None or affixes[0]:
            continue
        magnitude = magnitude_form(match["word"], value, language)
        stop = NO_STOP.match(text, match.end("unit"))
        yield [
            Edit(start=match.start("word"), end=match.end("word"), text=magnitude),
            Edit(
                start=match.start("unit"),
                end=stop.end() if stop else match.end("unit"),
                text=counted_noun(magnitude, affixes[1].strip(), language),
            ),
        ]


@lru_cache(maxsize=64)
def _large_pattern(language: Language) -> Pattern | None:
    words = "|".join(map(re.escape, magnitudes(language)))
    # Of single letters only "m" is unambiguous after a magnitude word: "5 Mio. m", but not "5 mil l".
    unit = "|".join(re.escape(symbol) for symbol in units_by_symbol(language) if len(symbol) > 1 or symbol == "m")
    if not words:
        return None
    space = "[ \u00a0\u2009\u202f]" + ("?" if language.code in SHORT_NAMES else "")
    return Pattern(
        rf"{not_after('.,:/$€£¥฿₫' + _APOSTROPHES)}(?P<amount>{NUMBER}){space}(?P<word>{words}){space}(?P<unit>{unit})"
        rf"{_NO_UNIT}"
    )


@lru_cache(maxsize=64)
def _pattern(language: Language) -> Pattern:
    unit = "|".join(map(re.escape, units_by_symbol(language)))
    edge = rf"(?:(?<=°[CF]/)|{not_after('.,:/$€£¥฿₫' + _APOSTROPHES)})(?:(?<=[\u05d0-\u05ea]-)|(?<!{LETTER}-))"
    return Pattern(rf"{edge}(?P<amount>{RANGE})(?P<space>[ \u00a0\u2009\u202f]?)(?P<unit>{unit}){_NO_UNIT}")


def _is_not_a_unit(match: re.Match[str], value: Decimal, language: Language) -> bool:
    """Whether the symbol is something else: the 1960s, the "3° posto" typed without a º."""
    if match["unit"] == "г":  # a year or a town, with a full stop or without
        may_be_year = match.string[match.end() : match.end() + 1] == "." and not _IN_GRAMS.search(
            match.string, 0, match.start()
        )
        return may_be_year or 1000 <= value <= 2100
    other = _OTHER_READINGS.get((language.code, match["unit"])) or _OTHER_READINGS.get(("", match["unit"]))
    if other and other.match(match.string, match.end()):
        return True
    if match["unit"] == "s":
        return not match["space"] and value % 10 == 0
    if match["unit"] != "°" or language.code not in _ORDINALS:
        return False
    return bool(_NOUN.match(match.string, match.end()))


def say_ordinals(text: str, language: Language) -> Iterator[list[Edit]]:
    """Rewrite the ordinals "3° posto" and "3.º lugar" with "º" alone, which voices know."""
    if language.code in _ORDINALS:
        for match in _ORDINAL.finditer(text):
            # "180º" is the temperature of an oven.
            degrees = affixes_of("degree", Decimal(180), language.locale) if match["sign"] == "º" else None
            if degrees:
                yield [Edit(start=match.start("sign"), end=match.end(), text=degrees[1])]
            elif match["sign"] != "°" or _NOUN.match(text, match.end()):
                sign = match["sign"].removeprefix(".").replace("°", "º")
                yield [Edit(start=match.start("sign"), end=match.end(), text=sign)]


def affixes_of(unit: str, value: Decimal, locale: Locale) -> tuple[str, str] | None:
    """The words before and after the number when a unit is written out; None: CLDR has none."""
    if own := _OWN.get((locale.language, unit)):
        return own
    try:
        whole = _long_form(unit, value, locale)
    except (UnknownUnitError, KeyError, ValueError):
        return None
    number = format_decimal(value, format=_FORMAT, locale=locale)
    before, found, after = whole.partition(number)
    # Arabic's words for one and two include the number; some units have only a symbol or an English name.
    return (before, after) if found and is_native_name(before + after, locale) else None


def is_native_name(words: str, locale: Locale) -> bool:
    """Whether the words are a name in the language's script, not a symbol or CLDR's English fallback."""
    letters = [character for character in words if character.isalpha()]
    own = unicodedata.name((locale.get_language_name() or "a")[0], "").startswith("LATIN")
    if words.strip() in _ENGLISH - _OWN_TOO.get(locale.language, frozenset()) and locale.language not in {"en", "nl"}:
        return False
    return bool(letters) and "/" not in words and (own or not any(map(str.isascii, letters)))


def _long_form(unit: str, value: Decimal, locale: Locale) -> str:
    if scaled := _SCALED.fullmatch(unit):
        whole = _long_form(f"kilo{scaled['base']}", value, locale)
        return _KILO.sub(lambda kilo: _scale(kilo[0], scaled["scale"], locale), whole)
    one, _, other = unit.partition("/")
    if not other:
        whole = format_unit(value, one, length="long", format=_FORMAT, locale=locale)
        if locale.language in SHORT_NAMES and any("a" <= letter <= "z" for letter in whole):
            return format_unit(value, one, length="short", format=_FORMAT, locale=locale)
        return whole
    return format_compound_unit(value, one, denominator_unit=other, length="long", format=_FORMAT, locale=locale) or ""


def _scale(kilo: str, scale: str, locale: Locale) -> str:
    """The prefix of a scale (none if empty) in the language, script and case of its word for kilo-."""
    if not scale:
        return ""
    prefix = _PREFIXES[kilo.casefold()][_SCALES.index(scale)]
    if locale.language == "fr":
        prefix = prefix.replace("e", "é")
    return prefix.capitalize() if kilo[0].isupper() else prefix
