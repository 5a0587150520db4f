"""Typed values of workbooks, databases and JSON -> cell strings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


class Number(str):
    """A cell that was a number in the source: decimal point, no thousands separators, independent of locale."""

    __slots__ = ()


class FormattedNumber(Number):
    """A number that the spreadsheet formats as an amount of money or a percentage."""

    # The formatted number: "1299 USD", "43.5 %".
    shown: str

    def __new__(cls, number: str, shown: str = "") -> FormattedNumber:
        """A cell `number` that is displayed as `shown`."""
        cell = super().__new__(cls, number)
        cell.shown = shown
        return cell


def formatted(cell: str) -> str:
    """The cell as the spreadsheet displays it: "1299 USD" for 1299."""
    return getattr(cell, "shown", "") or cell


class UnreadableValue(str):
    """A cell whose value can't be read; the text is the reason."""

    __slots__ = ()


def readable(cell: str) -> str:
    """The cell for a file. One that can't be read becomes an error value, which no field accepts either."""
    return "#ERROR!" if isinstance(cell, UnreadableValue) else cell


def to_cell(value: object) -> str:
    """The cell for a value, independent of locale and machine. Never raises."""
    return _WRITERS.get(type(value), _other)(value)


def as_percent(value: object) -> str:
    """A number as a percentage: 43.5 for 0.435; empty if it is no number."""
    return to_cell((Decimal(to_cell(value)) * 100).normalize()) if isinstance(value, int | float | Decimal) else ""


def _float(value: float) -> str:
    # Excel's precision is 15 digits: 0.1 + 0.2 is 0.3.
    return _decimal(Decimal(f"{value:.15g}"))


def _decimal(value: Decimal) -> str:
    """Without an exponent up to 30 digits. NaN and infinity are empty cells."""
    if not value.is_finite():
        return ""
    return Number(f"{value:f}") if abs(value.adjusted()) < 30 else Number(value)


def _moment(value: datetime) -> str:
    # Workbooks store dates as midnight.
    is_date = value.time() == time()
    return value.date().isoformat() if is_date else value.isoformat(sep=" ", timespec="seconds")


def _duration(value: timedelta) -> str:
    """In hours, as spreadsheets do ("30:05:00"); Python's `str` would be "1 day, 6:05:00"."""
    minutes, seconds = divmod(round(abs(value).total_seconds()), 60)
    return f"{'-' if value < timedelta() else ''}{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _bytes(value: bytes) -> str:
    return UnreadableValue(f"holds {len(value):,} bytes of binary data")


def _nested(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


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
    timedelta: _duration,
    bytes: _bytes,
    bytearray: _bytes,
    memoryview: _bytes,
    dict: _nested,
    list: _nested,
    tuple: _nested,
}
