"""Jinja2 filters for the texts of a row: `{{ price | money }}`, `{{ 3 | ordinal }}`, `plural("day", "days")`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date as calendar_date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import jinja2

from pipeline.template.rows.formatting import (
    Day,
    Money,
    Number,
    date_text,
    money_text,
    number_text,
    ordinal_text,
    plural_text,
)
from pipeline.template.rows.money import is_currency_code
from pipeline.template.sandbox import TextSandbox

# The variable that holds the language of the film.
LANGUAGE = "language"


def row_sandbox() -> TextSandbox:
    """A sandbox with these filters and without files: the texts of a row can't include any."""
    sandbox = TextSandbox(jinja2.DictLoader({}))
    sandbox.filters |= FILTERS
    return sandbox


def _language(context: jinja2.runtime.Context) -> str:
    return str(context.get(LANGUAGE, "en"))


@jinja2.pass_context
def money(context: jinja2.runtime.Context, value: Any, currency: str = "") -> str:  # noqa: ANN401 - any value
    """Format an amount with its currency, or a plain number in the given `currency`."""
    if value == "":
        return ""
    if isinstance(value, Money):
        return money_text(value.amount, value.currency, _language(context))
    if not is_currency_code(currency):
        raise ValueError(
            f"money takes an amount of money, or a number and a currency: {{{{ {value} | money('EUR') }}}}"
        )
    return money_text(Decimal(str(value)), currency, _language(context))


@jinja2.pass_context
def date(context: jinja2.runtime.Context, value: Any, style: str = "long") -> str:  # noqa: ANN401
    """Format a date: short, medium, long, full, or a CLDR pattern such as "d MMMM"."""
    if value == "":
        return ""
    day = value.date if isinstance(value, Day) else calendar_date.fromisoformat(str(value))
    return date_text(day, _language(context), style)


@jinja2.pass_context
def number(context: jinja2.runtime.Context, value: Any) -> str:  # noqa: ANN401
    """Format a number with grouped digits: 1,299."""
    if value == "":
        return ""
    plain = value.amount if isinstance(value, Money) else Decimal(value) if isinstance(value, Number) else value
    return number_text(Decimal(str(plain)), _language(context))


@jinja2.pass_context
def ordinal(context: jinja2.runtime.Context, value: Any, gender: str = "masculine") -> str:  # noqa: ANN401
    """Format an ordinal number: 3rd, 3., 3e; with `gender` "feminine" 1re, 3.ª in languages that distinguish it."""
    return "" if value == "" else ordinal_text(int(value), _language(context), gender)


@jinja2.pass_context
def plural(context: jinja2.runtime.Context, value: Any, *forms: str) -> str:  # noqa: ANN401
    """Select the plural form for a number: "day" or "days"."""
    amount = value.amount if isinstance(value, Money) else Decimal(value) if isinstance(value, Number) else value
    return "" if value == "" else plural_text(amount, forms, _language(context))


@jinja2.pass_context
def title(context: jinja2.runtime.Context, value: Any) -> str:  # noqa: ANN401
    """Title-case a name: MARIA O'NEILL -> Maria O'Neill, VAN DER BERG -> Van der Berg.

    Mixed case is kept (McDonald), and so are two capitals alone (AJ may be initials). Turkish and Azeri have İ.
    """
    text = str(value)
    # Fast path for most names.
    return " ".join(text.split()) if text.istitle() else _title(text, _language(context).partition("-")[0])


# Cached: a script uses the name of a row in several texts.
@lru_cache(maxsize=1024)
def _title(text: str, language: str) -> str:
    words = text.split()
    if len(words) == 1 and len(words[0]) == 2 and words[0].isupper():
        return words[0]
    return " ".join(_title_word(words, at, language) for at in range(len(words)))


def _title_word(words: Sequence[str], at: int, language: str) -> str:
    word = words[at]
    # İ and Ğ are Turkish in any film; an I next to Ş is ambiguous (Ş is also Romanian).
    is_dotted = language in {"tr", "az"} or "İ" in word or "Ğ" in word
    if not is_dotted and "Ş" in word and "I" in word:
        return word
    # Mixed case is deliberate, while MARIA and maria are not; or it is a Roman numeral.
    if (word[:1].isupper() and any(map(str.islower, word))) or word in _ROMAN:
        return word
    if word.lower() in _CLIPPED:
        return word.lower()
    if 0 < at < len(words) - 1 and word.lower() in _PARTICLES:
        # In Vietnamese, Van is a name.
        goes_on = at < len(words) - 2 and words[at + 1].lower() in _PARTICLES
        is_name = word == "VAN" and language != "nl" and not goes_on
        return "Van" if is_name else word.lower()
    scots = word.startswith("MC") and len(word) >= 5 and word.isalpha()
    return f"Mc{_capitalise(word[2:], is_dotted=is_dotted)}" if scots else _capitalise(word, is_dotted=is_dotted)


def _capitalise(text: str, *, is_dotted: bool) -> str:
    plain = text.replace("I", "ı").replace("İ", "i").lower() if is_dotted else text.lower()
    result, before = "", " "
    for character in plain:
        begins = not before.isalpha() and (before not in "'’" or len(result.rsplit(maxsplit=1)[-1]) <= 2)
        capital = "İ" if is_dotted and character == "i" else character.title()
        result += capital if begins else character
        before = character
    return result


def default(value: Any, otherwise: Any = "", boolean: Any = None) -> Any:  # noqa: ANN401, ARG001 - Jinja2's signature
    """Return `otherwise` for an undefined value or an empty cell."""
    return otherwise if isinstance(value, jinja2.Undefined) or value == "" else value


# Particles that are lower case inside a name.
_SMALL = (
    "van der den ter ten von zu zur zum vom de del della dei di da do dos das du des la las los le y e af av bin ibn"
)
_PARTICLES = frozenset((*_SMALL.split(), "al", "el", "und", "and"))
# Dutch het and des: van 't Hof, 's Gravesande.
_CLIPPED = frozenset(("'t", "’t", "'s", "’s"))
_ROMAN = frozenset(("II", "III", "IV", "VII", "VIII", "IX", "XII", "XIII", "XIV", "XV", "XVI"))
FILTERS: Mapping[str, Callable[..., Any]] = {
    "money": money,
    "date": date,
    "number": number,
    "ordinal": ordinal,
    "plural": plural,
    "title": title,
    "default": default,
    "d": default,
}
