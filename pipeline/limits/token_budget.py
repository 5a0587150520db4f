"""What may be spent: tokens by the minute, as the service tells it here; what all processes spend is in a ledger."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from datetime import date, datetime
from math import inf
from operator import attrgetter
from typing import Protocol

# What a service counts by the minute, and a second more: calls take different times to arrive, so that two which were
# begun a minute apart may be counted within one.
MINUTE_S = 61.0
# How long the service remembers a call for sure: its clock and ours are read at different moments.
_ITS_MINUTE_S = 59.99


class CallLedger(Protocol):
    """Who keeps count for all processes of a workspace; `pipeline.state.Ledger` does, on disk.

    A ledger that can't be written says so once and lets calls go on: no film fails because of its bookkeeping.
    """

    async def reserve(
        self,
        tokens: int,
        *,
        call: str,
        model: str = "",
        requests_per_min: float | None,
        tokens_per_min: int | None,
        requests_per_day: int | None,
        tokens_per_day: int | None,
    ) -> date:
        """Count one request and `tokens` as spent by `call`, a name of its own. Returns the day that it counts for.

        None is no limit. Raises `TransientError` with the seconds to wait if they don't fit into the minute,
        `QuotaError` if they don't fit into what the day allows, and `ClosedError` while another process has closed the
        door, or this `model`.
        """

    async def correct(
        self, day: date, *, call: str, tokens: int, requests: int = 0, told_tokens_per_min: int | None = None
    ) -> None:
        """Add to what `call` spent on `day`; negative numbers give back. The rest is what the service has told."""

    async def close(self, until: datetime, *, model: str = "") -> None:
        """Nobody may call before `until` (aware), or nobody this `model`."""


class Spending:
    """The tokens of one call: reserved at first, then as the service has counted them."""

    def __init__(self, tokens: int, at_s: float) -> None:
        self.tokens = tokens
        self.at_s = at_s


@dataclass(frozen=True, kw_only=True)
class ToldLimits:
    """What a service says about its limits with an answer; None: nothing."""

    # Of a minute, how many are left now, and in how many seconds all of them are there again.
    tokens_per_min: int | None = None
    tokens_left: int | None = None
    tokens_reset_s: float | None = None
    # Likewise, of a day.
    requests_per_day: int | None = None
    requests_left: int | None = None


class MinuteBudget:
    """At most `limit` tokens in any minute, whenever the service begins its minutes. Pure; times in seconds.

    That keeps a service content which counts a window that slides, and one that counts a bucket that leaks, as Groq
    does: its "Limit 6000, Used 5034, Requested 1443. Please try again in 4.77s" (elizaOS/eliza issue 4040) is what 477
    tokens too many take to leak out at 6,000 a minute. It counts what a call may use when it lets it in, prompt and
    room for the answer, and what it has used when it is over. Without a limit everything is only counted.
    """

    def __init__(self, limit: int | None) -> None:
        # As it was set, and as the service may have told since: a smaller one is the true one.
        self._set = limit
        self.limit = limit
        # The oldest first.
        self._spent: list[Spending] = []
        # What the service has counted and we have not: others use the same account, and nobody counts tokens alike.
        self._unseen: Spending | None = None

    def wait_s(self, tokens: int, now: float) -> float:
        """Seconds until `tokens` can be spent, as far as it is known now. A call beyond the limit gets all of it."""
        if self.limit is None:
            return 0.0
        self._forget(now)
        missing = min(tokens, self.limit) - self.limit + self._counted()
        for spending in self._spent:
            if missing <= 0:
                break
            missing -= spending.tokens
            if missing <= 0:
                return spending.at_s + MINUTE_S - now
        return 0.0

    def spend(self, tokens: int, now: float) -> Spending:
        """Count `tokens`; set the result's `tokens` when it is known how many they were."""
        spending = Spending(tokens, now)
        self._spent.append(spending)
        return spending

    def heed(self, told: ToldLimits, now: float) -> None:
        """The service's own count, when an answer came that began and ended before `now`; the latest one counts."""
        if told.tokens_per_min is not None:
            self.limit = told.tokens_per_min if self._set is None else min(self._set, told.tokens_per_min)
        if told.tokens_per_min is None or told.tokens_left is None:
            return
        self._forget(now)
        if self._unseen in self._spent:
            self._spent.remove(self._unseen)
        # What we remember a second longer than the service does is no part of what it has counted.
        ours = sum(spending.tokens for spending in self._spent if spending.at_s + _ITS_MINUTE_S > now)
        unseen = told.tokens_per_min - told.tokens_left - ours
        self._unseen = None
        if unseen > 0:
            left_s = min(MINUTE_S, inf if told.tokens_reset_s is None else max(0.0, told.tokens_reset_s))
            self._unseen = Spending(unseen, now + left_s - MINUTE_S)
            insort(self._spent, self._unseen, key=attrgetter("at_s"))

    def _counted(self) -> int:
        return sum(spending.tokens for spending in self._spent)

    def _forget(self, now: float) -> None:
        self._spent = [spending for spending in self._spent if spending.at_s + MINUTE_S > now]
