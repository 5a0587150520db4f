"""Values of programs -> cells: what a workbook, a database or JSON has as a number, a day or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


class Number(str):
    """A number that was one: with a point and no separators, wherever the table comes from."""

    __slots__ = ()


class FormattedNumber(Number):
    """A number that its program shows as a sum of money, or in per cent."""

    # How: "1299 USD", "43.5 %".
    shown: str

    def __new__(cls, number: str, shown: str = "") -> FormattedNumber:
        """`number` as it is, and as it is shown."""
        cell = super().__new__(cls, number)
        cell.shown = shown
        return cell


def formatted(cell: str) -> str:
    """A cell as its program shows it: "1299 USD" of 1299."""
    return getattr(cell, "shown", "") or cell


class UnreadableValue(str):
    """A cell whose value can't be had; the text says why."""

    __slots__ = ()


class NestedValue(str):
    """Several values in one cell, as JSON has them: a list, an object. No film shows them."""

    __slots__ = ()


def cell_of(value: object) -> str:
    """The cell for a value, the same on every machine. Never raises."""
    return _WRITERS.get(type(value), _other)(value)


def as_percent(value: object) -> str:
    """A number in per cent, as it is shown: 0.435 is 43.5."""
    return cell_of((Decimal(cell_of(value)) * 100).normalize()) if isinstance(value, int | float | Decimal) else ""


def _float(value: float) -> str:
    # Fifteen digits are all that a workbook shows: 0.1 + 0.2 is 0.3.
    return _decimal(Decimal(f"{value:.15g}"))


def _decimal(value: Decimal) -> str:
    """Without an exponent, unless nobody would read it so. What is no number is an empty cell."""
    if not value.is_finite():
        return ""
    return Number(f"{value:f}") if abs(value.adjusted()) < 30 else Number(value)


def _moment(value: datetime) -> str:
    # A workbook has no days without a time.
    is_day = value.time() == time()
    return value.date().isoformat() if is_day else value.isoformat(sep=" ", timespec="seconds")


def _span(value: timedelta) -> str:
    """In hours, as workbooks count them: Python would say "1 day, 6:05:00"."""
    minutes, seconds = divmod(round(abs(value).total_seconds()), 60)
    return f"{'-' if value < timedelta() else ''}{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _bytes(value: bytes) -> str:
    return UnreadableValue(f"holds {len(value):,} bytes that are no text")


def _many(value: object) -> str:
    return NestedValue(json.dumps(value, ensure_ascii=False, default=str))


def _other(value: object) -> str:
    return value if isinstance(value, str) else str(value)


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    str: _other,
    type(None): lambda _: "",
    bool: lambda value: "true" if value else "false",
    int: Number,
    float: _float,
    Decimal: _decimal,
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _span,
    bytes: _bytes,
    bytearray: _bytes,
    memoryview: _bytes,
    dict: _many,
    list: _many,
    tuple: _many,
}
