"""The narration of a table: each row as a list item, its numbers with the units of the headers.

    | Peak | Height (m) |           Everest: 8849 m.
    | Peak | Country | Height |     Everest: Country: Nepal; Height: 8849.     if the headers are not shown

A column has the unit of its header if it consists of numbers without units of their own; a header may consist of a unit
("Hours"). Digits stay as written; the unit is placed as the language does, and words such as "days" are inflected for
the number.
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
# Placeholders in empty cells.
_EMPTY = re.compile(r"[-–—−/.…]*")
_SIGN_AND_SCALE = re.compile(r"([^\w\s]{1,2}|[A-Z]{1,2}\$)\s?([^\W\d_].*)")
_SCALE_AND_SIGN = re.compile(r"([^\W\d_].*?)\s?([^\w\s.]|[A-Z]{1,2}\$)")
# "€/kg": the price per unit.
_PER_UNIT = re.compile(r"([^\w\s]|[A-Z]{1,2}\$|[A-Z]{3})(/.+)")
_MIN_COLUMNS = 3
# Units that mean something else as headers: years of a calendar, light.
_NOT_COUNTED = frozenset({"duration-year", "speed-light-speed"})
# Shorter names are symbols, which have no plural.
_MIN_NAME_CHARS = 3


def row_sentences(block: Table, language: str, *, with_headers: bool = False, below: str = "") -> tuple[Paragraph, ...]:
    """A sentence for each row. `with_headers` includes the headers, for scenes that do not show them.

    Tables of two columns include the header only for amounts, and not `below` a heading that contains it: other values
    are clear from the first cell.
    """
    measures = [measure_of(block, column, language) for column in range(len(block.columns))]
    if not with_headers:
        names = [""] * len(measures)
    elif len(measures) < _MIN_COLUMNS:
        has_amounts = all(read_amount(row[-1], language) for row in block.rows)
        names = [
            measure.name if has_amounts and not _is_in_heading(measure.name, below) else "" for measure in measures
        ]
    else:
        names = [measure.name for measure in measures]
    names[:1] = [""]
    return tuple(Paragraph(text=_row(cells, measures, names, language)) for cells in block.rows)


def cell_sentences(block: Table, language: str) -> tuple[tuple[Paragraph, ...], ...]:
    """For each row, a sentence for each of its cells but the first, with its header; empty cells are left out."""
    measures = [measure_of(block, column, language) for column in range(len(block.columns))]
    return tuple(
        tuple(
            Paragraph(text=f"{measure.name}: {text}" if measure.name else text)
            for text, measure in zip(texts[1:], measures[1:], strict=True)
            if text
        )
        for texts in (_cells(cells, measures, language) for cells in block.rows)
    )


def measure_of(block: Table, column: int, language: str) -> Measure:
    """The name and unit of a column; with a unit, its cells are spoken with it."""
    header = block.columns[column]
    measure = read_headers(block.columns, language)[column]
    if not measure.unit and _is_counted(header, language):
        measure = Measure(name="", unit=header)
    return measure if measure.unit and _is_of_numbers(block, column, language) else Measure(name=header, unit="")


def with_unit(number: str, unit: str, language: str) -> str:
    """A number as written, with its unit: "$5", "5 €", "5 m", "8849米"."""
    if not unit or not number:
        return number
    locale = locale_of(language)
    if unit == "%":
        pattern = locale.percent_formats[None].pattern
        before = pattern.startswith("%")
        return f"%{number}" if before else f"{number}{'' if '0%' in pattern else ' '}%"
    if match := _PER_UNIT.fullmatch(unit):
        return with_unit(number, match[1], language) + match[2]
    if match := _SIGN_AND_SCALE.fullmatch(unit) or _SCALE_AND_SIGN.fullmatch(unit):
        sign, scale = sorted(match.groups(), key=lambda each: not _is_money(each))
        if _is_money(sign):
            # "€48.3m": after a space, the letter would be a separate word.
            gap = "" if len(scale) == 1 and is_currency_first(locale) else " "
            return with_unit(f"{number}{gap}{scale}", sign, language)
    if _is_money(unit) and is_currency_first(locale):
        minus = number[:1] if number[:1] in "-−–" else ""
        return f"{minus}{unit}{number.removeprefix(minus)}"
    is_close = unit == "°" or unicodedata.east_asian_width(unit[0]) == "W"
    return f"{number}{'' if is_close else ' '}{_inflected(unit, number, language)}"


def _row(cells: tuple[str, ...], measures: list[Measure], names: list[str], language: str) -> str:
    texts = _cells(cells, measures, language)
    parts = [f"{name}: {text}" if name and text else text for name, text in zip(names, texts, strict=True)]
    first, *others = filter(None, parts)
    return ": ".join(filter(None, [first, ("; " if any(names) else ", ").join(others)]))


def _cells(cells: tuple[str, ...], measures: list[Measure], language: str) -> list[str]:
    """The cells of a row with their units; empty texts for placeholders."""
    return [
        "" if _EMPTY.fullmatch(cell) else with_unit(cell, measure.unit if has_words(cell) else "", language)
        for cell, measure in zip(cells, measures, strict=True)
    ]


def _is_of_numbers(block: Table, column: int, language: str) -> bool:
    """Whether all cells are numbers or ranges without a unit, or empty ("–")."""
    cells = [row[column] for row in block.rows if has_words(row[column])]
    return bool(cells) and all(_has_no_unit(cell, language) for cell in cells)


def _is_in_heading(name: str, heading: str) -> bool:
    """Whether a heading contains the words of a header: "Cost" in "Cost over five years"."""
    return re.search(rf"\b{re.escape(name.casefold())}\b", heading.casefold()) is not None


def _is_counted(header: str, language: str) -> bool:
    """Whether a header is a unit in CLDR's plural form: "Hours", "Días"."""
    unit = _names(language).get(header.strip().casefold(), "")
    return bool(unit) and unit not in _NOT_COUNTED


def _has_no_unit(cell: str, language: str) -> bool:
    ends = _RANGE.fullmatch(cell)
    numbers = [cell] if read_amount(cell, language) else list(ends.groups()) if ends else [cell]
    found = [read_amount(number, language) for number in numbers]
    return all(amount is not None and not amount.unit for amount in found)


def _is_money(sign: str) -> bool:
    return any(unicodedata.category(each) == "Sc" for each in sign)


def _inflected(unit: str, number: str, language: str) -> str:
    """The name of a unit inflected for the number: 1 day, 2 days. Symbols are returned unchanged."""
    known, amount = _names(language).get(unit.casefold()), read_amount(number, language)
    if not known or amount is None:
        return unit
    locale = locale_of(language)
    # Whole numbers without decimals: "1.0" would be plural.
    value = Decimal(int(amount.value)) if amount.value.is_integer() else Decimal(repr(amount.value))
    try:
        whole = format_unit(value, known, length="long", format="0.##########", locale=locale)
    except (UnknownUnitError, KeyError, ValueError):
        return unit
    words = re.sub(r"[-−]?\d[\d.,٫]*", "", whole).strip()
    # Arabic has dual forms that contain the number.
    return words if words and words != whole else unit


@lru_cache(maxsize=64)
def _names(language: str) -> dict[str, str]:
    """CLDR's units by their case-folded names in a language."""
    found: dict[str, str] = {}
    for unit, lengths in locale_of(language).unit_display_names.items():
        name = str(lengths.get("long", ""))
        if len(name) > _MIN_NAME_CHARS and all(each.isalpha() or each.isspace() for each in name):
            found.setdefault(name.casefold(), unit)
    return found
