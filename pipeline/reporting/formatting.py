"""Numbers and times for people, with no-break spaces inside quantities."""

from __future__ import annotations

from datetime import datetime

from pipeline.language.text import SENTENCE_ENDS
from pipeline.model import JobStatus, format_cost
from pipeline.model import format_usd as money

__all__ = [
    "clock",
    "count",
    "ended",
    "format_cost",
    "measure",
    "moment",
    "money",
    "percent",
    "period",
    "sentence",
    "size",
    "spoken",
    "status_name",
    "time_of_day",
]

# Not strftime, which depends on the locale.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def status_name(status: JobStatus) -> str:
    """The name of a status, as in commands and docs/states.md."""
    return status.value.replace("_", " ")


def count(number: int, noun: str = "") -> str:
    """12345, "film" -> 12,345 films."""
    if not noun:
        return f"{number:,}"
    return f"{number:,}\N{NO-BREAK SPACE}{noun if number == 1 else noun + 's'}"


def spoken(seconds: float) -> str:
    """0.42 -> 0.4 s, 34 -> 34 s, 161 -> 2 min 41 s, 3780 -> 1 h 03 min."""
    if seconds < 9.95:
        return _joined(f"{seconds:.1f}", "s")
    whole = round(seconds)
    if whole < 60:
        return _joined(str(whole), "s")
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return _joined(str(minutes), "min", f"{rest:02d}", "s") if rest else _joined(str(minutes), "min")
    hours, minutes = divmod(round(seconds / 60), 60)
    return _joined(f"{hours:,}", "h", f"{minutes:02d}", "min")


def clock(seconds: float) -> str:
    """The duration of a film: 161 -> 2:41, 3723 -> 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def size(number: int) -> str:
    """Bytes: 2147483648 -> 2.1 GB."""
    if number < 1000:
        return _joined(str(number), "B")
    value, unit = number / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return _joined(f"{value:,.1f}" if value < 99.95 else f"{value:,.0f}", unit)


def measure(value: float, digits: int, unit: str = "") -> str:
    """-15.04 LUFS with one digit -> −15.0 LUFS, with a minus sign."""
    number = f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return _joined(number, unit) if unit else number


def percent(share: float) -> str:
    """0.384 -> 38 %; 0 % and 100 % only for exactly 0 and 1."""
    rounded = round(100 * share)
    if rounded <= 0 and share > 0:
        return _joined("under", "1", "%")
    if rounded >= 100 and share < 1:
        return _joined("over", "99", "%")
    return _joined(str(rounded), "%")


def sentence(text: str) -> str:
    """`text` with a capital first letter, unless it begins with a name such as nightreel.toml or eSpeak."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text


def ended(text: str) -> str:
    """`text` with a full stop, unless it ends with punctuation."""
    return text if text.endswith(tuple(SENTENCE_ENDS)) else f"{text}."


def day(at: datetime, *, near: datetime | None = None) -> str:
    """21 November 2026; within the year of `near`, 21 November."""
    date = _joined(str(at.day), _MONTHS[at.month - 1])
    return date if near and at.year == near.year else _joined(date, str(at.year))


def time_of_day(at: datetime) -> str:
    """22:04."""
    return f"{at.hour:02d}:{at.minute:02d}"


def period(start: datetime, end: datetime) -> str:
    """21 November 2026, 22:04 to 23:10 UTC; with both dates if they differ. In the time zone of `start`."""
    end = end.astimezone(start.tzinfo)
    until = time_of_day(end) if end.date() == start.date() else f"{day(end, near=start)}, {time_of_day(end)}"
    return f"{day(start)}, {time_of_day(start)} to {until}\N{NO-BREAK SPACE}{end.tzname() or ''}".rstrip()


def moment(at: datetime, near: datetime) -> str:
    """A time in the time zone of `near`: 07:00, or 22 November, 07:00 on another day."""
    at = at.astimezone(near.tzinfo)
    if at.date() == near.date():
        return time_of_day(at)
    return f"{day(at, near=near)},\N{NO-BREAK SPACE}{time_of_day(at)}"


def _joined(*parts: str) -> str:
    return "\N{NO-BREAK SPACE}".join(parts)
