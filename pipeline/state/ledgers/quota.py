"""The daily YouTube API quota of a Google project, counted for all processes of a workspace.

There are two buckets, each a daily ledger of the project: `uploads` (calls of videos.insert) and `units` (every other
call, at its cost). A call is counted before it is made, and refunded only if it was never sent: Google charges for
rejected requests, too. A bucket that Google reports as exceeded is closed, whatever we have counted.

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

from anyio import to_thread

from pipeline.errors import ClosedError, QuotaError
from pipeline.files import read_file
from pipeline.keys import content_key
from pipeline.state.ledgers.daily import Ledger

UPLOAD = "videos.insert"
# The hint for people when a project's quota is spent.
CONTINUES = "It continues at midnight in California"
# The calls for each film.
CALLS_PER_FILM: Mapping[str, int] = {UPLOAD: 1}
# The time zone of Google's quota days.
_PACIFIC = "America/Los_Angeles"
# Clocks differ: an error so soon after midnight is about the day before.
_CLOCK_TOLERANCE = timedelta(minutes=10)
# Client ids are NUMBER-LETTERS.apps.googleusercontent.com, with the number of the project.
_PROJECT = re.compile(r"(\d{4,20})-")
_UNKNOWN = "unknown"


def project_of(client_id: str) -> str:
    """The project of a client, as part of a file name."""
    match = _PROJECT.match(client_id)
    return match[1] if match else content_key(client_id)[:16]


def project_of_token(path: Path) -> str:
    """The project of a token file's client; "unknown" if the file does not say. Blocks."""
    try:
        client_id = json.loads(read_file(path))["client_id"]
    except (OSError, ValueError, KeyError, TypeError):
        return _UNKNOWN
    return project_of(str(client_id))


def next_day(now: datetime) -> datetime:
    """When the quota is reset: the next midnight in California, with daylight saving time."""
    here = ZoneInfo(_PACIFIC)
    today = now.astimezone(here).date()
    midnight = datetime.combine(today, time(), tzinfo=here).astimezone(UTC)
    if now < midnight + _CLOCK_TOLERANCE:
        return midnight + _CLOCK_TOLERANCE
    return datetime.combine(today + timedelta(days=1), time(), tzinfo=here).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """The daily quota of one project; 0: no known limit."""

    uploads_per_day: int
    units_per_day: int
    # Units by method ("captions.insert"); others cost 1, uploads 0.
    costs: Mapping[str, int]

    def price(self, method: str) -> dict[str, int]:
        """What a call takes out of each bucket."""
        units = self.costs.get(method, 0 if method == UPLOAD else 1)
        return {"uploads": 1 if method == UPLOAD else 0, "units": units}

    def limit(self, bucket: str) -> int:
        """The size of a bucket."""
        return {"uploads": self.uploads_per_day, "units": self.units_per_day}[bucket]

    def films(self, spent: Mapping[str, int], calls: Mapping[str, int]) -> int | None:
        """How many films can still be published in a day, if each needs these calls. None: no limit."""
        most = None
        for bucket in ("uploads", "units"):
            each = sum(self.price(method)[bucket] * count for method, count in calls.items())
            if each and (limit := self.limit(bucket)):
                left = max(0, limit - spent.get(bucket, 0)) // each
                most = left if most is None else min(most, left)
        return most


@dataclass(frozen=True)
class _Part:
    """What one call takes out of one bucket."""

    ledger: Ledger
    day: date
    call: str
    amount: int


class ProjectQuota:
    """The buckets of one project."""

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
        """How many uploads may still be started today; None: no limit. Blocks."""
        return self._allowance.films(self.spent_today(), CALLS_PER_FILM)

    async def reserve(self, method: str, *, leave: int = 0) -> Reservation:
        """Charge a call that is about to be made, if that leaves at least `leave` units for others.

        Raises `ClosedError` with the time at which the bucket is refilled.
        """
        parts: list[_Part] = []
        for bucket, amount in self._allowance.price(method).items():
            if amount:
                try:
                    parts.append(await self._take(bucket, amount, leave=leave if bucket == "units" else 0))
                except ClosedError:
                    await Reservation(parts, self._clock).refund()
                    raise
        return Reservation(parts, self._clock)

    async def _take(self, bucket: str, amount: int, *, leave: int) -> _Part:
        ledger, call = self._ledgers[bucket], uuid4().hex[:12]
        limit = self._allowance.limit(bucket)
        if limit and leave and amount > limit - leave:
            raise self._kept_for_others()
        try:
            day = await ledger.reserve(amount, call=call, tokens_per_day=limit - leave if limit else None)
        except (ClosedError, QuotaError) as error:
            what = "uploads" if bucket == "uploads" else "quota units"
            # A closed bucket was exceeded by Google's count, whatever ours is.
            of = f" ({limit:,} by youtube.{bucket}_per_day)" if isinstance(error, QuotaError) else ", says Google"
            until = (error.until if isinstance(error, ClosedError) else error.resets_at) or next_day(self._clock())
            if leave and isinstance(error, QuotaError):
                raise self._kept_for_others() from error
            raise ClosedError(f"the project's {what} of the day are spent{of}", until=until, hint=CONTINUES) from error
        return _Part(ledger, day, call, amount)

    def _kept_for_others(self) -> ClosedError:
        what = "the project's remaining quota units of the day are kept for films that are still to come"
        return ClosedError(what, until=next_day(self._clock()), hint=CONTINUES)

    def spent_today(self) -> dict[str, int]:
        """What was spent of each bucket; all of it, if Google says so. Blocks."""
        return {
            bucket: max(ledger.spent_today()[1], self._allowance.limit(bucket) if ledger.closure() else 0)
            for bucket, ledger in self._ledgers.items()
        }

    def days(self, films: int, calls: Mapping[str, int] = CALLS_PER_FILM) -> FilmDays:
        """How many days it takes to publish that many films. Blocks."""
        per_day, left = self._allowance.films({}, calls), self._allowance.films(self.spent_today(), calls)
        if per_day is None or left is None:
            return FilmDays(films=films, films_per_day=None, left_today=None, days=1 if films else 0)
        # The first call of a day is always allowed.
        per_day = max(1, per_day)
        days = math.ceil(max(0, films - left) / per_day) + (1 if left and films else 0)
        return FilmDays(films=films, films_per_day=per_day, left_today=left, days=days)


class Reservation:
    """One charged call."""

    def __init__(self, parts: list[_Part], clock: Callable[[], datetime]) -> None:
        self._parts = parts
        self._clock = clock

    async def refund(self) -> None:
        """Refund the call: it was never sent."""
        for part in self._parts:
            await part.ledger.correct(part.day, call=part.call, tokens=-part.amount, requests=-1)

    async def close_buckets(self) -> None:
        """Close the buckets of the call for today: Google reports that they are exceeded."""
        for part in self._parts:
            await part.ledger.close(next_day(self._clock()))


class ChannelPauses:
    """Pauses of single methods on one channel, for all processes.

    YouTube limits the uploads and the thumbnails of 24 hours, to numbers that only it knows. While it refuses them,
    each further call would still be charged.
    """

    def __init__(self, folder: Path, channel: str, *, clock: Callable[[], datetime]) -> None:
        """`folder` is state/ledgers."""
        self._ledger = Ledger(folder, f"youtube-limit-{channel}", clock=clock)

    async def check(self, method: str, *, where: str) -> None:
        """Raise `ClosedError`, with the reason, during a pause that any process has begun."""
        if closure := await to_thread.run_sync(self._ledger.closure, _paused(method)):
            until, why = closure
            raise ClosedError(why or "uploads to this channel are paused", until=until, where=where)

    async def begin(self, method: str, until: datetime, *, why: str) -> None:
        """Pause calls of the method before `until`."""
        await self._ledger.close(until, model=_paused(method), why=why)


def _paused(method: str) -> str:
    """The method's name in the file, in which earlier versions recorded only uploads."""
    return "" if method == UPLOAD else method


@dataclass(frozen=True, kw_only=True)
class FilmDays:
    """How many days publishing takes. None: no limit."""

    films: int
    films_per_day: int | None
    left_today: int | None
    # Google's quota days, from midnight in California; includes today if some quota is left.
    days: int
