"""What is read out of a table: each row as the item of a list, its numbers with the units that stand in the headers.

    | Peak | Height (m) |           Everest: 8849 m.
    | Peak | Country | Height |     Everest: Country: Nepal; Height: 8849.     where no picture shows the headers

A column has the unit of its header if it holds numbers, and none of them has one of its own; a header may be all unit
("Hours"). The digits stay as they are written; the unit stands where the language sets it, and words like "days" are in
the form that the number asks for.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from babel.units import UnknownUnitError, format_unit

from pipeline.language.locales import is_currency_first, locale_of
from pipeline.language.text import has_words
from pipeline.model import Paragraph, Table
from pipeline.script.outline.units import Measure, read_headers
from pipeline.script.outline.values import read_amount

# "5–7": two numbers with one unit.
_RANGE = re.compile(r"(\S+?)\s?[–-]\s?(\S+)")
# What stands in a cell instead of nothing.
_NOTHING = re.compile(r"[-–—−/.…]*")
_SIGN_AND_SCALE = re.compile(r"([^\w\s]{1,2}|[A-Z]{1,2}\$)\s?([^\W\d_].*)")
_SCALE_AND_SIGN = re.compile(r"([^\W\d_].*?)\s?([^\w\s.]|[A-Z]{1,2}\$)")
_FEWEST_COLUMNS = 3
# As headers, they may stand above numbers that count something else: the years of a calendar, how bright it is.
_NOT_COUNTED = frozenset({"duration-year", "speed-light-speed"})
# A shorter one is a sign, which is the same for one and for many.
_NAME_CHARS = 3


def row_sentences(block: Table, language: str, *, with_headers: bool = False, below: str = "") -> tuple[Paragraph, ...]:
    """The rows in order. `with_headers`: nothing else tells what the columns are.

    Of two columns, only amounts need it, and not `below` a heading that says it: what stands beside a word tells by
    itself what it says of it.
    """
    measures = [measure_of(block, column, language) for column in range(len(block.columns))]
    if not with_headers:
        names = [""] * len(measures)
    elif len(measures) < _FEWEST_COLUMNS:
        has_amounts = all(read_amount(row[-1], language) for row in block.rows)
        names = [measure.name if has_amounts and not _is_said(measure.name, below) else "" for measure in measures]
    else:
        names = [measure.name for measure in measures]
    names[:1] = [""]
    return tuple(Paragraph(text=_row(cells, measures, names, language)) for cells in block.rows)


def measure_of(block: Table, column: int, language: str) -> Measure:
    """What a column tells: with a unit, its cells are to be read with it."""
    header = block.columns[column]
    measure = read_headers(block.columns, language)[column]
    if not measure.unit and _is_counted(header, language):
        measure = Measure(name="", unit=header)
    return measure if measure.unit and _is_of_numbers(block, column, language) else Measure(name=header, unit="")


def with_unit(number: str, unit: str, language: str) -> str:
    """A number as it is written, with its unit: "$5", "5 €", "5 m", "8849米"."""
    if not unit or not number:
        return number
    locale = locale_of(language)
    if unit == "%":
        pattern = locale.percent_formats[None].pattern
        before = pattern.startswith("%")
        return f"%{number}" if before else f"{number}{'' if '0%' in pattern else ' '}%"
    if match := _SIGN_AND_SCALE.fullmatch(unit) or _SCALE_AND_SIGN.fullmatch(unit):
        sign, scale = sorted(match.groups(), key=lambda each: not _is_money(each))
        if _is_money(sign):
            # "€48.3m": with a space, the letter would be a word of its own.
            gap = "" if len(scale) == 1 and is_currency_first(locale) else " "
            return with_unit(f"{number}{gap}{scale}", sign, language)
    if _is_money(unit) and is_currency_first(locale):
        minus = number[:1] if number[:1] in "-−–" else ""
        return f"{minus}{unit}{number.removeprefix(minus)}"
    is_close = unit == "°" or unicodedata.east_asian_width(unit[0]) == "W"
    return f"{number}{'' if is_close else ' '}{_in_form(unit, number, language)}"


def _row(cells: tuple[str, ...], measures: list[Measure], names: list[str], language: str) -> str:
    texts = [
        "" if _NOTHING.fullmatch(cell) else with_unit(cell, measure.unit if has_words(cell) else "", language)
        for cell, measure in zip(cells, measures, strict=True)
    ]
    told = [f"{name}: {text}" if name and text else text for name, text in zip(names, texts, strict=True)]
    first, *others = filter(None, told)
    return ": ".join(filter(None, [first, ("; " if any(names) else ", ").join(others)]))


def _is_of_numbers(block: Table, column: int, language: str) -> bool:
    """Whether each cell is a number without a unit, or two of them, or has nothing to say ("–")."""
    cells = [row[column] for row in block.rows if has_words(row[column])]
    return bool(cells) and all(_is_plain(cell, language) for cell in cells)


def _is_said(name: str, heading: str) -> bool:
    """Whether a heading has the words of a header in it: "Cost" in "Cost over five years"."""
    return re.search(rf"\b{re.escape(name.casefold())}\b", heading.casefold()) is not None


def _is_counted(header: str, language: str) -> bool:
    """Whether a header is what its numbers count, in the plural as CLDR has it: "Hours", "Días"."""
    unit = _names(language).get(header.strip().casefold(), "")
    return bool(unit) and unit not in _NOT_COUNTED


def _is_plain(cell: str, language: str) -> bool:
    ends = _RANGE.fullmatch(cell)
    numbers = [cell] if read_amount(cell, language) else list(ends.groups()) if ends else [cell]
    found = [read_amount(number, language) for number in numbers]
    return all(amount is not None and not amount.unit for amount in found)


def _is_money(sign: str) -> bool:
    return any(unicodedata.category(each) == "Sc" for each in sign)


def _in_form(unit: str, number: str, language: str) -> str:
    """The name of a unit in the form that the number asks for: 1 day, 2 days. A sign stays as it is."""
    known, amount = _names(language).get(unit.casefold()), read_amount(number, language)
    if not known or amount is None:
        return unit
    locale = locale_of(language)
    # A whole one has no decimals, which would make many of it.
    value = Decimal(int(amount.value)) if amount.value.is_integer() else Decimal(repr(amount.value))
    try:
        whole = format_unit(value, known, length="long", format="0.##########", locale=locale)
    except (UnknownUnitError, KeyError, ValueError):
        return unit
    words = re.sub(r"[-−]?\d[\d.,٫]*", "", whole).strip()
    # Arabic has words for one and two that hold the number.
    return words if words and words != whole else unit


@lru_cache(maxsize=64)
def _names(language: str) -> dict[str, str]:
    """CLDR's units by the names that they have in a language, in small letters."""
    found: dict[str, str] = {}
    for unit, lengths in locale_of(language).unit_display_names.items():
        name = str(lengths.get("long", ""))
        if len(name) > _NAME_CHARS and all(each.isalpha() or each.isspace() for each in name):
            found.setdefault(name.casefold(), unit)
    return found
