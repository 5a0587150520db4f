"""Currencies of amounts that do not name their own: from the column name "Price (EUR)", or from a currency column."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from pipeline.sources.tables import formatted, is_blank_marker, normalise_name
from pipeline.template import CellProblem, Field, currency_code, currency_in_header, has_currency

# Normalised names of currency columns. With several ("Converted Currency"), it is unknown which one an amount is in.
_CURRENCY_COLUMN = re.compile(
    r"currency|währung|währg|^(?:curr?|ccy|wkz|waers|devise|monnaie|divisa|moneda|moeda|valuta|waluta|parabirimi|валюта"
    r"|货币|币种|通貨)$"
)
_DIGITS = re.compile(r"[\s\d.,'’()/+\-–−]+")
_CODES = re.compile(r"\b[A-Z]{3}\b")
_MEND = "Add the currency to the cell: 1299.00 EUR"
# Amounts without a currency are ambiguous if at least one in this many names another currency.
_AMBIGUITY_RATIO = 10


class Currencies:
    """The currencies that a table states outside its amounts."""

    def __init__(self, columns: Collection[str], amounts: Mapping[str, Field]) -> None:
        """`columns` are the columns without a field, `amounts` the money fields by column."""
        named = {column: currency_in_header(column, field.currency)[1] for column, field in amounts.items()}
        self._named = {column: {code: column} for column, code in named.items() if code}
        self._currency_columns = tuple(
            column for column in columns if amounts and _CURRENCY_COLUMN.search(normalise_name(column))
        )
        self._fields: dict[tuple[str, str], Field] = {}
        self._amounts = {column: field for column, field in amounts.items() if column not in self._named}
        # Currencies, other than the field's default, that amounts in the sample name.
        self._others: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self._named or self._currency_columns or self._others)

    def sample(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Note the currencies that amounts in these rows name, unless they are a small minority."""
        codes: list[str] = []
        for row in rows:
            for column, field in self._amounts.items():
                if not is_blank_marker(cell := row.get(column, "")):
                    code = currency_code(_DIGITS.sub(" ", formatted(cell)), field.currency)
                    codes.append("" if code == field.currency else code)
        named = frozenset(filter(None, codes))
        is_ambiguous = _AMBIGUITY_RATIO * (len(codes) - codes.count("")) >= len(codes)
        self._others = named if is_ambiguous else frozenset()

    def stated(self, column: str, field: Field, cells: Mapping[str, str]) -> dict[str, str]:
        """The currencies stated for a column's amount, with the column that states each; "": an unknown currency."""
        if column in self._named:
            return self._named[column]
        codes: dict[str, str] = {}
        for name in self._currency_columns:
            cell = cells.get(name, "")
            # Digits: an exchange rate.
            if not (is_blank_marker(cell) or any(map(str.isdigit, cell))):
                codes.setdefault(_code_of(cell, field), name)
        return codes

    def field(self, field: Field, cell: str, codes: Mapping[str, str]) -> Field:
        """The field with the currency for a cell, from the stated `codes`. Raises `CellProblem` if it is ambiguous."""
        if not (has_currency(formatted(cell)) or is_blank_marker(cell)):
            if not codes and self._others:
                others = " or ".join(sorted(self._others))
                mend = f"{_MEND}, or to the column name for all of them: Price (EUR)"
                mend = mend.replace("EUR", min(self._others))
                raise CellProblem(f"has no currency, and other amounts of the table are in {others}", mend)
            if "" in codes:
                raise CellProblem(f"has no currency, and the one in {codes[''][:40]} is unknown", _MEND)
            if len(codes) > 1:
                raise CellProblem(f"may be in {_listed(codes)}", _MEND)
        code, *more = codes or [""]
        if not code or more:
            return field
        return self._fields.setdefault((field.name, code), replace(field, currency=code))


def check_currency(text: str, codes: Mapping[str, str]) -> None:
    """Raise `CellProblem` for an amount ("1299.00 EUR") that contradicts the stated currencies."""
    if codes and text and text[-3:] not in codes and "" not in codes:
        raise CellProblem(f"is in {text[-3:]}, not in {_listed(codes)}", "Correct one of the two")


def _code_of(cell: str, field: Field) -> str:
    """The currency that a cell names: EUR, €, "Euro (EUR)"; empty: none."""
    found = (currency_code(part, field.currency) for part in (cell, *_CODES.findall(cell)))
    return next(filter(None, found), "")


def _listed(codes: Mapping[str, str]) -> str:
    return " or ".join(f"{code} (column {name[:40]})" for code, name in codes.items())
