"""Numbers: digit grouping that voices stumble over, signs, ranges and fractions.

The digits themselves are left to the voice, which knows the cases and genders of its language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_decimal_symbol, get_group_symbol

from pipeline.narration.normalisation.edits import Edit
from pipeline.narration.normalisation.languages import Language
from pipeline.narration.normalisation.patterns import LETTER, Pattern, not_after

# No-break, thin and narrow spaces between digits always group them; plain ones only in some languages.
_SPACES = "\u00a0\u2009\u202f"
_APOSTROPHES = "'\u2019"
# A written number, with any grouping and decimals.
NUMBER = rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,]\d+)?|\d+(?:[.,'\u2019]\d+)*"
# A number or a range; wave dashes are used in Chinese, Japanese and Korean.
_WAVES = "~〜～"
RANGE = rf"(?:{NUMBER})(?:\s?[–{_WAVES}-]\s?(?:{NUMBER}))?"
# The hyphen of a range that `say_ranges` leaves alone.
HYPHEN_IN_RANGE = re.compile(r"(?<=\d)\s?-\s?(?=\d)")

# CLDR's plural rules compute with 28 digits, ten of them decimals; no text has a quadrillion kilometres anyway.
_EXACT = re.compile(r"\d{1,15}(?:\.\d{1,100})?")

# Plural forms of languages with more than two: one, few, many, and fractional.
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

# Words for these fractions: alone, and after a number ("a half" and "2 and a half").
_PARTS = ("1/2", "1/4", "3/4", "1/3", "2/3")
_FRACTIONS = {
    "en": "one half:and a half|one quarter:and a quarter|three quarters:and three quarters"
    "|one third:and a third|two thirds:and two thirds",
    "de": "ein halb:einhalb|ein Viertel:ein Viertel|drei Viertel:drei Viertel"
    "|ein Drittel:ein Drittel|zwei Drittel:zwei Drittel",
    "fr": "un demi:et demi|un quart:un quart|trois quarts:trois quarts|un tiers:un tiers|deux tiers:deux tiers",
    "es": "un medio:y medio|un cuarto:y un cuarto|tres cuartos:y tres cuartos"
    "|un tercio:y un tercio|dos tercios:y dos tercios",
    "it": "un mezzo:e mezzo|un quarto:e un quarto|tre quarti:e tre quarti|un terzo:e un terzo|due terzi:e due terzi",
    "pt": "um meio:e meio|um quarto:e um quarto|três quartos:e três quartos"
    "|um terço:e um terço|dois terços:e dois terços",
    "nl": "een half:en een half|een kwart:en een kwart|drie kwart:en drie kwart"
    "|een derde:en een derde|twee derde:en twee derde",
    "pl": "jedna druga:i pół|jedna czwarta:i jedna czwarta|trzy czwarte:i trzy czwarte"
    "|jedna trzecia:i jedna trzecia|dwie trzecie:i dwie trzecie",
    "ru": "одна вторая:с половиной|одна четверть:с четвертью|три четверти:и три четверти"
    "|одна треть:и одна треть|две трети:и две трети",
    "sv": "en halv:och en halv|en fjärdedel:och en fjärdedel|tre fjärdedelar:och tre fjärdedelar"
    "|en tredjedel:och en tredjedel|två tredjedelar:och två tredjedelar",
    "uk": "одна друга:з половиною|одна чверть:з чвертю|три чверті:і три чверті"
    "|одна третина:і одна третина|дві третини:і дві третини",
    "tr": "yarım:buçuk|çeyrek:ve çeyrek|üç çeyrek:ve üç çeyrek|üçte bir:ve üçte bir|üçte iki:ve üçte iki",
    "ar": "نصف:ونصف|ربع:وربع|ثلاثة أرباع:وثلاثة أرباع|ثلث:وثلث|ثلثان:وثلثان",
    "he": "חצי:וחצי|רבע:ורבע|שלושה רבעים:ושלושה רבעים|שליש:ושליש|שני שלישים:ושני שלישים",
    "hi": "आधा:और आधा|चौथाई:और चौथाई|तीन चौथाई:और तीन चौथाई|एक तिहाई:और एक तिहाई|दो तिहाई:और दो तिहाई",
    "th": "ครึ่ง:ครึ่ง|หนึ่งในสี่:กับหนึ่งในสี่|สามในสี่:กับสามในสี่|หนึ่งในสาม:กับหนึ่งในสาม|สองในสาม:กับสองในสาม",
}
# "Half" before a noun, masculine and feminine: "1/2 taza" is "media taza".
_HALF_OF = {"es": ("medio", "media"), "it": ("mezzo", "mezza"), "pt": ("meio", "meia")}
# One and a half, two and a half; from three on, a word for "and a half" precedes the number.
_HINDI_HALVES = {"1": "डेढ़", "2": "ढाई"}
_NOUN = re.compile(r"\s(?!(?:de|del|di|do|da|dos|das|e|y|o)\b)(?P<noun>[^\W\d_]+)")
_VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_FRACTION = re.compile(
    r"(?<![\w./,–-])(?P<whole>\d+\s?)?(?P<vulgar>[½¼¾⅓⅔])(?!\w)"
    r"|(?<![\w./,:–-])(?:(?P<count>\d{1,2}) )?(?P<part>[123]/[234])(?![\w/])"
)
# In scripts without spaces, a minus follows the word directly: "气温−5度", "気温は-5℃".
_SIGN = re.compile(
    r"(?:(?<![^\s(\[„“«=×*/<>、，。（：])(?P<sign>[-−–+±])"
    r"|(?<=[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff])(?P<minus>−|-(?=\s?[\d.]+\s?[°℃度%％])))"
    r"\s?(?=\d|[$€£¥₹₽₩₺₴₪]\d)"
)
_EDGE = not_after(r".,:/'\u2019-")
_EN_DASH = Pattern(rf"{_EDGE}(?<!–)(?P<low>{NUMBER})(?P<dash>\s?[–{_WAVES}]\s?)(?P<high>{NUMBER})(?![–/-]\d|[.,:]\d)")
# Between numbers with signs or units of their own: "3.5%–4%", "$3.5M–$4M", "8h–12h"; and "10am–2pm", with any dash.
_BETWEEN_SIGNS = re.compile(
    r"(?<=\d[%€£MBkh])\s?–\s?(?=[$€£]?\d)|(?:(?<=\dh)|(?<=\dh[0-5]\d))-(?=\d{1,2}h)"
    r"|(?:(?<=\d[ap]m)|(?<=\d [ap]m)|(?<=\d [ap]\.m\.))\s?[–-]\s?(?=\d{1,2}(?::\d\d)?\s?[ap]\.?m\b)"
)
# "+420 777 123 456", "tel. 600 123 456": groups that are read one by one.
_TELEPHONE = re.compile(
    r"(?:\+\d{1,3}(?: \d{3}){3,}|\b(?:tel|tél|тел)\w*[.:]*\s?\d{1,3}(?: \d{3}){2,})$", re.IGNORECASE
)
_YEARS = Pattern(rf"{not_after('./:-')}(?P<low>[12]\d{{3}})(?P<dash>-)(?P<high>[12]\d{{3}})(?!{LETTER}|[/:-]|\.\d)")


def number_value(number: str, language: Language) -> Decimal | None:
    """The value of a match of `NUMBER` by the conventions of the language; None: it is not a number there."""
    plain = re.sub(f"[{_SPACES}{_APOSTROPHES}]", "", number)
    decimal, group = _separators(language)
    if group in ".," and re.fullmatch(
        rf"\d{{1,3}}(?:{re.escape(group)}\d{{2,3}})*{re.escape(group)}\d{{3}}(?!\d).*", plain
    ):
        plain = plain.replace(group, "")
    plain = plain.replace(decimal, ".") if decimal == "," and plain.count(",") == 1 else plain
    return Decimal(plain) if _EXACT.fullmatch(plain) else None


def number_value_at(text: str, start: int, number: str, language: Language) -> Decimal | None:
    """The value of the number at `start`, including groups before it in languages that group with plain spaces."""
    if _separators(language)[1].isspace() and re.match(r"\d{3}(?!\d)", number):
        groups = re.search(r"(?<![\w.,])\d{1,3}(?: \d{3})* $", text[max(0, start - 16) : start])
        number = (groups[0].replace(" ", "") if groups else "") + number
    return number_value(number, language)


def plural_form(forms: tuple[str, ...], value: Decimal, language: Language) -> str:
    """The plural form of a noun for a value. `forms`: one and many; or one, few, many and fractional."""
    plural = language.locale.plural_form(value)
    if plural == "one" or len(forms) == 1:
        return forms[0]
    if len(forms) == 2:
        return forms[1]
    if value != value.to_integral_value():
        return forms[3]
    return forms[1] if plural == "few" else forms[2]


def say_fractions(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out common fractions: ½ and 1/2; not 24/7, nor dates."""
    rows = _FRACTIONS.get(language.code, "").split("|")
    words = dict(zip(_PARTS, rows, strict=True)) if rows[0] else {}
    for match in _FRACTION.finditer(text):
        vulgar = match["vulgar"]
        part = _VULGAR.get(vulgar, match["part"])
        alone, _, after = words.get(part, "").partition(":")
        if not alone:
            continue
        if part == "1/2" and language.code in _HALF_OF and (noun := _NOUN.match(text, match.end())):
            half = _HALF_OF[language.code][noun["noun"].endswith(("a", "as"))]
            alone, after = half, f"{after.partition(' ')[0]} {half}"
        if part == "1/2" and language.code == "hi" and (count := (match["whole"] or match["count"] or "").strip()):
            spoken = _HINDI_HALVES.get(count, f"साढ़े {count}")
            yield [Edit(start=match.start(), end=match.end(), text=spoken)]
            continue
        start = match.start("vulgar") if vulgar else match.start("part")
        spoken = after if match["whole"] or match["count"] else alone
        yield [Edit(start=start, end=match.end(), text=f" {spoken}")]


def fraction_value(whole: str, part: str) -> Decimal:
    """The value of a whole number ("" if none) with a fraction: "2" and "½" or "1/2"."""
    over, under = _VULGAR.get(part, part).split("/")
    return round(Decimal(whole or 0) + Decimal(over) / Decimal(under), 2)


def say_ranges(text: str, language: Language) -> Iterator[list[Edit]]:
    """Replace the dash of ascending ranges (10–20, 1914-1918) with "to": 3–1 is a score."""
    if not language.signs.to:
        return
    for match in _BETWEEN_SIGNS.finditer(text):
        yield [Edit(start=match.start(), end=match.end(), text=f" {language.signs.to} ")]
    for pattern in (_EN_DASH, _YEARS):
        for match in pattern.finditer(text):
            low, high = number_value(match["low"], language), number_value(match["high"], language)
            if low is not None and high is not None and (low < high or _is_abbreviated_year(match)):
                yield [Edit(start=match.start("dash"), end=match.end("dash"), text=f" {language.signs.to} ")]


def _is_abbreviated_year(match: re.Match[str]) -> bool:
    """Whether the second number is a later year of the same century, abbreviated: 1914–18."""
    low, high = match["low"], match["high"]
    return re.fullmatch(r"[12]\d{3}", low) is not None and re.fullmatch(r"\d\d", high) is not None and low[2:] < high


def say_signed_numbers(text: str, language: Language) -> Iterator[list[Edit]]:
    """Write out signs before numbers: -5, +3, ±2."""
    signs = language.signs
    words = {"+": signs.plus, "±": f"{signs.plus} {signs.minus}" if signs.plus and signs.minus else ""}
    for match in _SIGN.finditer(text):
        sign = match["sign"] or match["minus"]
        if spoken := words.get(sign, signs.minus):
            end = match.start() + 1
            # A dash before a space is a dash, unless it follows East Asian punctuation: then the space is ours.
            is_dash = not match["minus"] and sign in "-–" and text[end].isspace()
            if is_dash and text[max(0, match.start() - 1) : match.start()] not in tuple("、，。（："):
                continue
            yield [Edit(start=match.start(), end=end, text=f"{spoken} ")]


def say_grouped_numbers(text: str, language: Language) -> Iterator[list[Edit]]:
    """Remove the grouping of 1,234,567: voices read some groups as decimals, and some digit by digit."""
    for match in _grouped(language).finditer(text):
        if _TELEPHONE.search(text[max(0, match.start() - 10) : match.end()]):
            continue
        yield [
            Edit(start=position, end=position + 1, text="")
            for position in range(match.start(), match.end())
            if not text[position].isdigit()
        ]


def without_groups(number: str, language: Language) -> str:
    """A match of `NUMBER` without its grouping."""
    return _grouped(language).sub(lambda match: re.sub(r"\D", "", match[0]), number)


def _separators(language: Language) -> tuple[str, str]:
    return get_decimal_symbol(language.locale), get_group_symbol(language.locale)


def _grouped(language: Language) -> Pattern:
    """A pattern for the integer part of grouped numbers; also with Indian grouping (lakh, crore)."""
    return _with_groups(_separators(language)[1])


@lru_cache(maxsize=64)
def _with_groups(group: str) -> Pattern:
    """The pattern for a language's own separator, besides spaces and apostrophes."""
    groups = [f"(?:[{_SPACES}]\\d{{3}})+", f"(?:[{_APOSTROPHES}]\\d{{3}})+"]
    if group.isspace():
        groups.append(r"(?: \d{3})+(?! \d)")
    elif group in ".,":
        groups.append(rf"(?:{re.escape(group)}\d{{3}})+")
    if group == ",":  # lakh and crore
        groups.append(r"(?:,\d\d)+,\d{3}")
    return Pattern(rf"{_EDGE}[1-9]\d{{0,2}}(?:{'|'.join(groups)})(?!{LETTER}|['\u2019]|[.,:/-]\d{{3}}(?!\d)|-\d)")
