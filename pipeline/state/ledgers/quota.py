"""What a project of Google's may ask of YouTube in a day, counted for all processes of a workspace.

There are two purses, and each is a day's ledger of the project: `uploads` (calls of videos.insert) and `units` (every
other call, at its cost). A call is counted before it is made, and given back only if it was never sent: Google charges
for what it refuses, too. What Google says is spent is closed for everybody, whatever we have counted.

Numbers: https://developers.google.com/youtube/v3/determine_quota_cost. They changed twice within a year: settings.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from pipeline.errors import ClosedError, QuotaError
from pipeline.files import read_file
from pipeline.keys import content_key
from pipeline.state.ledgers.daily import Ledger

UPLOAD = "videos.insert"
# What each film takes.
CALLS_PER_FILM: Mapping[str, int] = {UPLOAD: 1}
# Where Google's days begin, with summer time.
_PACIFIC = "America/Los_Angeles"
# Google's clock and ours differ: what is refused so soon after midnight was counted for yesterday.
_MIDNIGHT_BLURS = timedelta(minutes=10)
# A client is called NUMBER-LETTERS.apps.googleusercontent.com, and the number is that of its project.
_PROJECT = re.compile(r"(\d{4,20})-")
_UNKNOWN = "unknown"


def project_of(client_id: str) -> str:
    """The project of a client, as a part of a file's name."""
    match = _PROJECT.match(client_id)
    return match[1] if match else content_key(client_id)[:16]


def project_of_token(path: Path) -> str:
    """The project of the client that a token file was made for; one of its own for a file that does not say. Blocks."""
    try:
        client_id = json.loads(read_file(path))["client_id"]
    except (OSError, ValueError, KeyError, TypeError):
        return _UNKNOWN
    return project_of(str(client_id))


def next_day(now: datetime) -> datetime:
    """When a spent quota comes back: the next midnight in California, also where its clocks change."""
    here = ZoneInfo(_PACIFIC)
    today = now.astimezone(here).date()
    midnight = datetime.combine(today, time(), tzinfo=here).astimezone(UTC)
    if now < midnight + _MIDNIGHT_BLURS:
        return midnight + _MIDNIGHT_BLURS
    return datetime.combine(today + timedelta(days=1), time(), tzinfo=here).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What one project may use in a day; 0: no limit that we know of."""

    uploads_per_day: int
    units_per_day: int
    # Units by method ("captions.insert"); others cost 1, uploads none.
    costs: Mapping[str, int]

    def price(self, method: str) -> dict[str, int]:
        """What a call takes out of each bucket."""
        units = self.costs.get(method, 0 if method == UPLOAD else 1)
        return {"uploads": 1 if method == UPLOAD else 0, "units": units}

    def limit(self, bucket: str) -> int:
        """How much a bucket holds when the day begins."""
        return {"uploads": self.uploads_per_day, "units": self.units_per_day}[bucket]

    def films(self, spent: Mapping[str, int], calls: Mapping[str, int]) -> int | None:
        """How many films can still be published on a day, if each takes these calls. None: any number."""
        most = None
        for bucket in ("uploads", "units"):
            each = sum(self.price(method)[bucket] * count for method, count in calls.items())
            if each and (limit := self.limit(bucket)):
                left = max(0, limit - spent.get(bucket, 0)) // each
                most = left if most is None else min(most, left)
        return most


@dataclass(frozen=True)
class _Part:
    """What one call takes out of one bucket, as a part of its reservation."""

    ledger: Ledger
    day: date
    call: str
    amount: int


class ProjectQuota:
    """The purses of one project."""

    def __init__(self, folder: Path, project: str, allowance: Allowance, *, clock: Callable[[], datetime]) -> None:
        """`folder` is state/ledgers."""
        self._allowance = allowance
        self._clock = clock
        self._ledgers = {
            bucket: Ledger(folder, f"youtube-{bucket}-{project}", clock=clock, zone=_PACIFIC)
            for bucket in ("uploads", "units")
        }

    def price(self, method: str) -> dict[str, int]:
        """What a call takes out of each bucket."""
        return self._allowance.price(method)

    def uploads_left(self) -> int | None:
        """How many films may still be begun today; None: there is no limit. Blocks."""
        return self._allowance.films(self.spent_today(), CALLS_PER_FILM)

    async def reserve(self, method: str, *, leave: int = 0) -> Reservation:
        """Count a call that is about to be made, if so many units are left to others then.

        Raises `ClosedError` with the time at which the bucket is refilled. Not `QuotaError`: that would make a throttle
        close the channel to all calls, and an empty bucket says nothing about the others.
        """
        parts: list[_Part] = []
        for bucket, amount in self._allowance.price(method).items():
            if amount:
                try:
                    parts.append(await self._take(bucket, amount, leave=leave if bucket == "units" else 0))
                except ClosedError:
                    await Reservation(parts, self._clock).give_back()
                    raise
        return Reservation(parts, self._clock)

    async def _take(self, bucket: str, amount: int, *, leave: int) -> _Part:
        ledger, call = self._ledgers[bucket], uuid4().hex[:12]
        limit = self._allowance.limit(bucket)
        if limit and leave and amount > limit - leave:
            raise self._kept_for_others(leave)
        try:
            day = await ledger.reserve(amount, call=call, tokens_per_day=limit - leave if limit else None)
        except (ClosedError, QuotaError) as error:
            what = "videos that may be uploaded" if bucket == "uploads" else "units that may be used"
            of = f" ({limit:,} by youtube.{bucket}_per_day)" if limit else ""
            hint = "It goes on at midnight in California"
            told = error.until if isinstance(error, ClosedError) else error.resets_at
            until = told or next_day(self._clock())
            if leave and isinstance(error, QuotaError):
                raise self._kept_for_others(leave) from error
            raise ClosedError(f"the project's {what} in a day are spent{of}", until=until, hint=hint) from error
        return _Part(ledger, day, call, amount)

    def _kept_for_others(self, units: int) -> ClosedError:
        what = f"{units:,} of the project's units in a day are kept for films that are still to come"
        return ClosedError(what, until=next_day(self._clock()), hint="It goes on at midnight in California")

    def spent_today(self) -> dict[str, int]:
        """What was taken out of each bucket. Blocks."""
        return {bucket: ledger.spent_today()[1] for bucket, ledger in self._ledgers.items()}

    def days(self, films: int, calls: Mapping[str, int] = CALLS_PER_FILM) -> FilmDays:
        """How long it takes to publish so many films. Blocks."""
        per_day, left = self._allowance.films({}, calls), self._allowance.films(self.spent_today(), calls)
        if per_day is None or left is None:
            return FilmDays(films=films, films_per_day=None, left_today=None, days=1 if films else 0)
        # A fresh day always has room for one.
        per_day = max(1, per_day)
        days = math.ceil(max(0, films - left) / per_day) + (1 if left and films else 0)
        return FilmDays(films=films, films_per_day=per_day, left_today=left, days=days)


class Reservation:
    """One call that was counted."""

    def __init__(self, parts: list[_Part], clock: Callable[[], datetime]) -> None:
        self._parts = parts
        self._clock = clock

    async def give_back(self) -> None:
        """Take the call back: it was never sent."""
        for part in self._parts:
            await part.ledger.correct(part.day, call=part.call, tokens=-part.amount, requests=-1)

    async def refused(self) -> None:
        """Google says that the bucket is empty: nobody asks again today."""
        for part in self._parts:
            await part.ledger.close(next_day(self._clock()))


@dataclass(frozen=True, kw_only=True)
class FilmDays:
    """How many days publishing takes. None: there is no limit."""

    films: int
    films_per_day: int | None
    left_today: int | None
    # Today included, if something is left of it. Google's days: they begin at midnight in California.
    days: int
