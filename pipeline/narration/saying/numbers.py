"""Numbers: separators of thousands that voices stumble over, signs before numbers, ranges and fractions.

The digits themselves are left to the voice, which knows the cases and genders of its language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from babel.numbers import get_decimal_symbol, get_group_symbol

from pipeline.narration.saying.changes import LETTER, Change, not_after
from pipeline.narration.saying.tongues import Tongue

# No-break, thin and narrow spaces are put between digits in no other meaning; plain ones only where they group.
_SPACES = "\u00a0\u2009\u202f"
_APOSTROPHES = "'\u2019"
# A number as it is written, with whatever groups and decimals it has.
NUMBER = rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,]\d+)?|\d+(?:[.,'\u2019]\d+)*"
# The same twice, with a sign of "to" between; the waves are those of Chinese, Japanese and Korean.
_WAVES = "~〜～"
RANGE = rf"(?:{NUMBER})(?:\s?[–{_WAVES}-]\s?(?:{NUMBER}))?"
# In a range that `say_ranges` leaves alone.
OTHER_TO = re.compile(r"(?<=\d)\s?-\s?(?=\d)")

# CLDR's rules reckon with 28 digits, ten of them behind the point; nobody says a quadrillion kilometres anyway.
_EXACT = re.compile(r"\d{1,15}(?:\.\d{1,100})?")

# One, few, many, and a part of one, where a language has more than two forms.
THOUSANDS = {
    "pl": "tysiąc/tysiące/tysięcy/tysiąca",
    "ru": "тысяча/тысячи/тысяч/тысячи",
    "uk": "тисяча/тисячі/тисяч/тисячі",
    "cs": "tisíc/tisíce/tisíc/tisíce",
}
MILLIONS = {
    "pl": "milion/miliony/milionów/miliona",
    "ru": "миллион/миллиона/миллионов/миллиона",
    "uk": "мільйон/мільйони/мільйонів/мільйона",
    "cs": "milion/miliony/milionů/milionu",
}
BILLIONS = {
    "pl": "miliard/miliardy/miliardów/miliarda",
    "ru": "миллиард/миллиарда/миллиардов/миллиарда",
    "uk": "мільярд/мільярди/мільярдів/мільярда",
    "cs": "miliarda/miliardy/miliard/miliardy",
}

# Alone, and after a number: "a half", "2 and a half".
_FRACTIONS = {
    "en": {"1/2": ("one half", "and a half"), "1/4": ("one quarter", "and a quarter")}
    | {"3/4": ("three quarters", "and three quarters"), "1/3": ("one third", "and a third")}
    | {"2/3": ("two thirds", "and two thirds")},
    "de": {"1/2": ("ein halb", "einhalb"), "1/4": ("ein Viertel", "ein Viertel"), "3/4": ("drei Viertel",) * 2}
    | {"1/3": ("ein Drittel", "ein Drittel"), "2/3": ("zwei Drittel", "zwei Drittel")},
    "fr": {"1/2": ("un demi", "et demi"), "1/4": ("un quart", "un quart"), "3/4": ("trois quarts", "trois quarts")}
    | {"1/3": ("un tiers", "un tiers"), "2/3": ("deux tiers", "deux tiers")},
    "es": {"1/2": ("un medio", "y medio"), "1/4": ("un cuarto", "y un cuarto")}
    | {"3/4": ("tres cuartos", "y tres cuartos"), "1/3": ("un tercio", "y un tercio")}
    | {"2/3": ("dos tercios", "y dos tercios")},
    "it": {"1/2": ("un mezzo", "e mezzo"), "1/4": ("un quarto", "e un quarto"), "3/4": ("tre quarti", "e tre quarti")}
    | {"1/3": ("un terzo", "e un terzo"), "2/3": ("due terzi", "e due terzi")},
    "pt": {"1/2": ("um meio", "e meio"), "1/4": ("um quarto", "e um quarto")}
    | {"3/4": ("três quartos", "e três quartos"), "1/3": ("um terço", "e um terço")}
    | {"2/3": ("dois terços", "e dois terços")},
    "nl": {"1/2": ("een half", "en een half"), "1/4": ("een kwart", "en een kwart")}
    | {"3/4": ("drie kwart", "en drie kwart"), "1/3": ("een derde", "en een derde")}
    | {"2/3": ("twee derde", "en twee derde")},
    "pl": {"1/2": ("jedna druga", "i pół"), "1/4": ("jedna czwarta", "i jedna czwarta")}
    | {"3/4": ("trzy czwarte", "i trzy czwarte"), "1/3": ("jedna trzecia", "i jedna trzecia")}
    | {"2/3": ("dwie trzecie", "i dwie trzecie")},
    "ru": {"1/2": ("одна вторая", "с половиной"), "1/4": ("одна четверть", "с четвертью")}
    | {"3/4": ("три четверти", "и три четверти"), "1/3": ("одна треть", "и одна треть")}
    | {"2/3": ("две трети", "и две трети")},
    "sv": {"1/2": ("en halv", "och en halv"), "1/4": ("en fjärdedel", "och en fjärdedel")}
    | {"3/4": ("tre fjärdedelar", "och tre fjärdedelar"), "1/3": ("en tredjedel", "och en tredjedel")}
    | {"2/3": ("två tredjedelar", "och två tredjedelar")},
}
_VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_FRACTION = re.compile(r"(?<![\w./,–-])(?P<whole>\d+\s?)?(?P<vulgar>[½¼¾⅓⅔])(?!\w)|(?<![\w./,:–-])[123]/[234](?![\w/])")
_SIGN = re.compile(r"(?<![^\s(\[„“«=×*/<>、，。（：])(?P<sign>[-−–+±])\s?(?=\d|[$€£¥₹₽₩₺₴₪]\d)")
_EDGE = not_after(r".,:/'\u2019-")
_EN_DASH = rf"{_EDGE}(?<!–)(?P<low>{NUMBER})(?P<dash>\s?[–{_WAVES}]\s?)(?P<high>{NUMBER})(?![–/-]\d|[.,:]\d)"
# Between two that each have their sign: "3.5%–4%", "$3.5M–$4M".
_BETWEEN_SIGNS = re.compile(r"(?<=\d[%€£MBk])\s?–\s?(?=[$€£]?\d)")
_YEARS = rf"{not_after('./:-')}(?P<low>[12]\d{{3}})(?P<dash>-)(?P<high>[12]\d{{3}})(?!{LETTER}|[/:-]|\.\d)"


def value_of(number: str, tongue: Tongue) -> Decimal | None:
    """What a number of `NUMBER` is worth, by the conventions of the language; None: it is no number there."""
    plain = re.sub(f"[{_SPACES}{_APOSTROPHES}]", "", number)
    decimal, group = _symbols(tongue)
    if group in ".," and re.fullmatch(
        rf"\d{{1,3}}(?:{re.escape(group)}\d{{2,3}})*{re.escape(group)}\d{{3}}(?!\d).*", plain
    ):
        plain = plain.replace(group, "")
    plain = plain.replace(decimal, ".") if decimal == "," and plain.count(",") == 1 else plain
    return Decimal(plain) if _EXACT.fullmatch(plain) else None


def value_at(text: str, start: int, number: str, tongue: Tongue) -> Decimal | None:
    """What the number that begins at `start` is worth, the groups before it and a plain space included."""
    if _symbols(tongue)[1].isspace() and re.match(r"\d{3}(?!\d)", number):
        groups = re.search(r"(?<![\w.,])\d{1,3}(?: \d{3})* $", text[max(0, start - 16) : start])
        number = (groups[0].replace(" ", "") if groups else "") + number
    return value_of(number, tongue)


def form_of(forms: tuple[str, ...], value: Decimal, tongue: Tongue) -> str:
    """The form of a noun for so many: of one and many; or of one, few, many, and a part of one."""
    plural = tongue.locale.plural_form(value)
    if plural == "one" or len(forms) == 1:
        return forms[0]
    if len(forms) == 2:
        return forms[1]
    if value != value.to_integral_value():
        return forms[3]
    return forms[1] if plural == "few" else forms[2]


def say_fractions(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """½ and 1/2; not 24/7, nor dates."""
    words = _FRACTIONS.get(tongue.code, {})
    for match in _FRACTION.finditer(text):
        vulgar = match["vulgar"]
        alone, after = words.get(_VULGAR.get(vulgar, match[0]), ("", ""))
        if not alone:
            continue
        start = match.start("vulgar") if vulgar else match.start()
        yield [Change(start=start, end=match.end(), said=f" {after if match['whole'] else alone}")]


def say_ranges(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """10–20 and 1914-1918, upwards only: 3–1 is a score."""
    if not tongue.signs.to:
        return
    for match in _BETWEEN_SIGNS.finditer(text):
        yield [Change(start=match.start(), end=match.end(), said=f" {tongue.signs.to} ")]
    for pattern in (_EN_DASH, _YEARS):
        for match in re.finditer(pattern, text):
            low, high = value_of(match["low"], tongue), value_of(match["high"], tongue)
            if low is not None and high is not None and low < high:
                yield [Change(start=match.start("dash"), end=match.end("dash"), said=f" {tongue.signs.to} ")]


def say_signs(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """A sign before a number: -5, +3, ±2."""
    signs = tongue.signs
    words = {"+": signs.plus, "±": f"{signs.plus} {signs.minus}" if signs.plus and signs.minus else ""}
    for match in _SIGN.finditer(text):
        if said := words.get(match["sign"], signs.minus):
            # A dash with a space after it is a dash; after a mark of Chinese or Japanese, the space is of our making.
            is_dash = match["sign"] in "-–" and text[match.end("sign")].isspace()
            if is_dash and text[max(0, match.start() - 1) : match.start()] not in tuple("、，。（："):
                continue
            yield [Change(start=match.start("sign"), end=match.end("sign"), said=f"{said} ")]


def say_thousands(text: str, tongue: Tongue) -> Iterator[list[Change]]:
    """1,234,567 without the signs between: voices read some as decimals, and some digit by digit."""
    for match in _grouped(tongue).finditer(text):
        yield [
            Change(start=position, end=position + 1, said="")
            for position in range(match.start(), match.end())
            if not text[position].isdigit()
        ]


def without_groups(number: str, tongue: Tongue) -> str:
    """A number of `NUMBER` without the signs between its groups."""
    return _grouped(tongue).sub(lambda match: re.sub(r"\D", "", match[0]), number)


def _symbols(tongue: Tongue) -> tuple[str, str]:
    return get_decimal_symbol(tongue.locale), get_group_symbol(tongue.locale)


def _grouped(tongue: Tongue) -> re.Pattern[str]:
    """The part before the decimals of numbers with groups of three; in India, of two above the last."""
    _, group = _symbols(tongue)
    groups = [f"(?:[{_SPACES}]\\d{{3}})+", f"(?:[{_APOSTROPHES}]\\d{{3}})+"]
    if group.isspace():
        groups.append(r"(?: \d{3})+")
    elif group in ".,":
        groups.append(rf"(?:{re.escape(group)}\d{{3}})+")
    if group == ",":  # lakh and crore
        groups.append(r"(?:,\d\d)+,\d{3}")
    return re.compile(rf"{_EDGE}[1-9]\d{{0,2}}(?:{'|'.join(groups)})(?!{LETTER}|['\u2019]|[.,:/-]\d{{3}}(?!\d)|-\d)")
