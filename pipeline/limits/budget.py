"""What may be spent: tokens by the minute, in this process; requests and tokens by the day, in a ledger."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

_WINDOW_S = 60.0


class DayLedger(Protocol):
    """Who keeps count of the day for all processes of a workspace; `pipeline.state.Ledger` does, on disk.

    A ledger that can't be written says so once and lets calls go on: no film fails because of its bookkeeping.
    """

    async def reserve(self, tokens: int, *, requests_per_day: int | None, tokens_per_day: int | None) -> date:
        """Count one request and `tokens` as spent. Returns the day that they count for.

        Raises `QuotaError` if they don't fit into what the day allows (None: everything), and `ClosedError` while
        another process has closed the door.
        """

    async def correct(self, day: date, *, tokens: int, requests: int = 0) -> None:
        """Add to what was spent on `day`; negative numbers give back."""

    async def close(self, until: datetime) -> None:
        """Nobody may call before `until` (aware)."""


class Spending:
    """Tokens that one call spent, or may spend."""

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
    requests_reset_s: float | None = None


class MinuteBudget:
    """At most `limit` tokens in any 60 seconds, whenever the service begins its minutes. Pure; times in seconds."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._spent: deque[Spending] = deque()

    def wait_s(self, tokens: int, now: float) -> float:
        """Seconds until `tokens` can be spent, as far as it is known now. A call beyond the limit gets all of it."""
        while self._spent and self._spent[0].at_s + _WINDOW_S <= now:
            self._spent.popleft()
        missing = min(tokens, self._limit) - self._limit + sum(spending.tokens for spending in self._spent)
        for spending in self._spent:
            if missing <= 0:
                break
            missing -= spending.tokens
            if missing <= 0:
                return spending.at_s + _WINDOW_S - now
        return 0.0

    def spend(self, tokens: int, now: float) -> Spending:
        """Count `tokens`; set the result's `tokens` when it is known how many they were."""
        spending = Spending(tokens, now)
        self._spent.append(spending)
        return spending
