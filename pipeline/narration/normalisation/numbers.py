"""Numbers: digit grouping that voices stumble over, and signs.

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
WAVES = "~〜～"
RANGE = rf"(?:{NUMBER})(?:\s?[–{WAVES}-]\s?(?:{NUMBER}))?"


# CLDR's plural rules compute with 28 digits, ten of them decimals; no text has a quadrillion kilometres anyway.
_EXACT = re.compile(r"\d{1,15}(?:\.\d{1,100})?")

# In scripts without spaces, a minus follows the word directly: "气温−5度", "気温は-5℃".
_SIGN = re.compile(
    r"(?:(?<![^\s(\[„“«=×*/<>、，。（：])(?P<sign>[-−–+±])"
    r"|(?<=[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff])(?P<minus>−|-(?=\s?[\d.]+(?:[–~〜～-][\d.]+)?\s?[°℃度%％])))"
    r"\s?(?=\d|[$€£¥₹₽₩₺₴₪]\d)"
)
_EDGE = not_after(r".,:/'\u2019-")
# Groups and decimals, with different separators.
_FOREIGN = Pattern(rf"{_EDGE}[1-9]\d{{0,2}}(?:(?:\.\d{{3}})+,|(?:,\d{{3}})+\.)\d{{1,2}}(?!{LETTER}|[.,]\d)")


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


def in_own_form(number: str, language: Language) -> str:
    """A number with the groups and decimals of another language as this one writes it: "1.250,00" in English, 1250.00.

    Any other number is returned unchanged.
    """
    match = re.fullmatch(r"[1-9]\d{0,2}(?:(?P<group>[.,])\d{3})+(?!(?P=group))(?P<decimal>[.,])\d{1,2}", number)
    decimal, group = _separators(language)
    if match is None or match["group"] == group:
        return number
    return number.replace(match["group"], "").replace(match["decimal"], decimal)


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
    for match in _FOREIGN.finditer(text):
        if (number := in_own_form(match[0], language)) != match[0]:
            yield [Edit(start=match.start(), end=match.end(), text=number)]
    for match in _grouped(language).finditer(text):
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
