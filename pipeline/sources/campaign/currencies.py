"""What a sum is in that does not say so itself: its column is called "Price (EUR)", or another one "Currency"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from pipeline.sources.tables import formatted, is_blank_marker, normalise_name
from pipeline.template import CellProblem, Field, currency_code, currency_in_header, has_currency

# In names of columns, plain. Of several ("Converted Currency"), nobody can tell which one goes with which sum.
_BESIDE = re.compile(
    r"currency|währung|währg|^(?:curr?|ccy|wkz|waers|devise|monnaie|divisa|moneda|moeda|valuta|waluta|parabirimi|валюта"
    r"|货币|币种|通貨)$"
)
_DIGITS = re.compile(r"[\s\d.,'’()/+\-–−]+")
_CODES = re.compile(r"\b[A-Z]{3}\b")
_MEND = "Write the currency into the cell: 1299.00 EUR"
# One sum in so many that is in another currency makes those doubtful that name none.
_SOME = 10


class Currencies:
    """The currencies that a table names beside its sums."""

    def __init__(self, columns: Collection[str], sums: Mapping[str, Field]) -> None:
        """`columns` are those that are no field, `sums` the fields that are sums, by their columns."""
        named = {column: currency_in_header(column, field.currency)[1] for column, field in sums.items()}
        self._named = {column: {code: column} for column, code in named.items() if code}
        self._beside = tuple(column for column in columns if sums and _BESIDE.search(normalise_name(column)))
        self._fields: dict[tuple[str, str], Field] = {}
        self._sums = {column: field for column, field in sums.items() if column not in self._named}
        # Other currencies than those of their fields, in which sums of the table say that they are.
        self._elsewhere: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self._named or self._beside or self._elsewhere)

    def look(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Note in which currencies sums of these rows are that say so. A single one says nothing of others."""
        codes: list[str] = []
        for row in rows:
            for column, field in self._sums.items():
                if not is_blank_marker(cell := row.get(column, "")):
                    code = currency_code(_DIGITS.sub(" ", formatted(cell)), field.currency)
                    codes.append("" if code == field.currency else code)
        named = frozenset(filter(None, codes))
        self._elsewhere = named if _SOME * (len(codes) - codes.count("")) >= len(codes) else frozenset()

    def around(self, column: str, field: Field, cells: Mapping[str, str]) -> dict[str, str]:
        """The currencies that are named for the sum in a column, and which column names each; "": one that is none."""
        if column in self._named:
            return self._named[column]
        codes: dict[str, str] = {}
        for name in self._beside:
            said = cells.get(name, "")
            # A rate of exchange names none.
            if not (is_blank_marker(said) or any(map(str.isdigit, said))):
                codes.setdefault(_code_of(said, field), name)
        return codes

    def field(self, field: Field, cell: str, codes: Mapping[str, str]) -> Field:
        """The field as it reads a cell for which these are named. Raises `CellProblem` where nobody can tell."""
        if not (has_currency(formatted(cell)) or is_blank_marker(cell)):
            if not codes and self._elsewhere:
                others = " or ".join(sorted(self._elsewhere))
                mend = f"{_MEND}, or for all of them into the name of their column: Price (EUR)"
                mend = mend.replace("EUR", min(self._elsewhere))
                raise CellProblem(f"names no currency, and other sums of the table are in {others}", mend)
            if "" in codes:
                raise CellProblem(f"names no currency, and what {codes[''][:40]} says is none that is known", _MEND)
            if len(codes) > 1:
                raise CellProblem(f"may be in {_told(codes)}", _MEND)
        code, *more = codes or [""]
        if not code or more:
            return field
        return self._fields.setdefault((field.name, code), replace(field, currency=code))


def check_currency(text: str, codes: Mapping[str, str]) -> None:
    """Raise `CellProblem` for a sum ("1299.00 EUR") in none of the currencies that are named for it."""
    if codes and text and text[-3:] not in codes and "" not in codes:
        raise CellProblem(f"is in {text[-3:]}, and not in {_told(codes)}", "Mend the one that is wrong")


def _code_of(said: str, field: Field) -> str:
    """The currency of a cell that names one: EUR, €, "Euro (EUR)"."""
    found = (currency_code(part, field.currency) for part in (said, *_CODES.findall(said)))
    return next(filter(None, found), "")


def _told(codes: Mapping[str, str]) -> str:
    return " or ".join(f"{code} (as {name[:40]} says)" for code, name in codes.items())
