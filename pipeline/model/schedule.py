"""Time zones, weekly slots and daily hours.

Daylight saving time: a local time that does not exist (02:30, when clocks go from 02:00 to 03:00) is shifted forward by
the gap: 03:30. A local time that occurs twice is the first of the two.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
# Python's calendar ends in 9999; time zone arithmetic needs a margin.
_YEARS = range(1970, 9000)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Zone:
    """A time zone by its IANA name, e.g. "Europe/Berlin"; empty: the local one. Raises `ValueError` if unknown."""

    name: str = ""

    def __post_init__(self) -> None:
        if self.name:
            try:
                ZoneInfo(self.name)
            except (KeyError, ValueError, OSError) as error:
                raise ValueError(f"unknown time zone {self.name[:60]!r}; write e.g. Europe/Berlin") from error

    def wall(self, moment: datetime) -> datetime:
        """The local time (naive) at a moment (aware)."""
        return moment.astimezone(ZoneInfo(self.name) if self.name else None).replace(tzinfo=None)

    def moment(self, wall: datetime) -> datetime:
        """The moment (UTC) of a local time (naive)."""
        # `astimezone` interprets naive times in the system's zone.
        return (wall.replace(tzinfo=ZoneInfo(self.name)) if self.name else wall).astimezone(UTC)

    def __str__(self) -> str:
        return self.name or "this machine's time"


def parse_moment(text: str, zone: Zone) -> datetime:
    """A date and time, "2027-01-26 18:00", as UTC; without an offset or Z, it is in `zone`.

    Raises `ValueError` for anything else, and for a local time that does not exist.
    """
    stripped = text.strip()
    try:
        moment = datetime.fromisoformat(stripped)
    except ValueError:
        moment = None
    if moment is None or len(stripped) <= len("2027-01-26") or moment.year not in _YEARS:
        raise ValueError(f"{stripped[:40]!r} is not a date with a time; write e.g. 2027-01-26 18:00")
    if moment.tzinfo:
        return moment.astimezone(UTC)
    utc = zone.moment(moment)
    if zone.wall(utc) != moment:
        raise ValueError(f"{stripped} does not exist in {zone}: clocks go forward then, to {zone.wall(utc):%H:%M}")
    return utc


@dataclass(frozen=True, kw_only=True)
class Hours:
    """A daily time window, which may span midnight: "22:00-06:00"."""

    begin: time
    end: time
    zone: Zone = Zone()

    @classmethod
    def parse(cls, text: str, zone: Zone = Zone()) -> Hours:
        """Parse "22:00-06:00". Raises `ValueError`."""
        begin, dash, end = text.partition("-")
        try:
            hours = cls(begin=_time(begin), end=_time("0:00" if end.strip() == "24:00" else end), zone=zone)
        except ValueError:
            dash = ""
        if not dash or hours.begin == hours.end:
            raise ValueError(f"{text[:40]!r} is not a time window; write e.g. 22:00-06:00")
        return hours

    def contain(self, moment: datetime) -> bool:
        """Whether a moment is in the window."""
        now = self.zone.wall(moment).time()
        if self.begin < self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    def next_begin(self, moment: datetime) -> datetime:
        """The next start of the window after `moment`."""
        today = self.zone.wall(moment).date()
        days = (today + _DAY * number for number in itertools.count(-1))
        begins = (self.zone.moment(datetime.combine(day, self.begin)) for day in days)
        return next(begin for begin in begins if begin > moment)

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M} ({self.zone})"


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Weekly release slots: ("Mon-Fri 18:00", "Sat,Sun 10:00,16:00")."""

    # Weekday (0: Monday) and time.
    times: frozenset[tuple[int, time]]
    zone: Zone = field(default_factory=Zone)

    @classmethod
    def parse(cls, rules: tuple[str, ...], zone: Zone = Zone()) -> Slots:
        """Parse rules. Raises `ValueError`."""
        return cls(times=frozenset(slot for rule in rules for slot in _slots(rule)), zone=zone)

    def after(self, moment: datetime) -> Iterator[datetime]:
        """The slots after `moment` (UTC), endlessly, without duplicates."""
        day, last = self.zone.wall(moment).date() - _DAY, moment
        while self.times:
            for slot in sorted(self._on(day)):
                # A nonexistent local time may be shifted onto another slot.
                if slot > last:
                    yield slot
                    last = slot
            day += _DAY

    def _on(self, day: date) -> Iterator[datetime]:
        return (self.zone.moment(datetime.combine(day, at)) for weekday, at in self.times if weekday == day.weekday())


def _slots(rule: str) -> Iterator[tuple[int, time]]:
    days, _, times = rule.strip().rpartition(" ")
    try:
        yield from itertools.product(sorted(_weekdays(days)), [_time(each) for each in times.split(",")])
    except ValueError as error:
        raise ValueError(f"{rule[:60]!r} is not a slot; write e.g. Mon-Fri 18:00, or Sat,Sun 10:00,16:00") from error


def _weekdays(text: str) -> set[int]:
    """Parse weekdays (0 is Monday): "Mon-Fri", "Sat,Sun", "Fri-Mon,Wed" or "daily"."""
    if text.strip().casefold() == "daily":
        return set(range(len(_DAYS)))
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = (each.strip().casefold() for each in part.partition("-"))
        begin = _DAYS.index(first)
        days = (_DAYS.index(last) - begin) % len(_DAYS) if dash else 0
        found |= {(begin + number) % len(_DAYS) for number in range(days + 1)}
    return found


def _time(text: str) -> time:
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    return time(int(match[1]), int(match[2]))
