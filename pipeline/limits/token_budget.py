"""Tokens per minute: a sliding window in this process. What all processes spend is in a ledger (`CallLedger`)."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from datetime import date, datetime
from math import inf
from operator import attrgetter
from typing import Protocol

# The window of a limit per minute, plus a second: latencies differ, so two calls begun a minute apart may reach the
# service within one of its minutes.
MINUTE_S = 61.0
# A call this old is certainly still in the service's own window: its clock and ours are read at different moments.
_SERVICE_MINUTE_S = 59.99


class CallLedger(Protocol):
    """Counts the calls of all processes of a workspace; `pipeline.state.Ledger` does, on disk.

    A ledger that can't be written warns once and lets calls go on: no film fails because of bookkeeping.
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
        """Count one request and `tokens` as spent by `call` (a unique name). Returns the day that they count for.

        None is no limit. Raises `TransientError` with the seconds to wait if the limit per minute would be exceeded,
        `QuotaError` if the limit per day would be, and `ClosedError` while another process has closed the service, or
        this `model`.
        """

    async def correct(
        self, day: date, *, call: str, tokens: int, requests: int = 0, told_tokens_per_min: int | None = None
    ) -> None:
        """Add to what `call` spent on `day`; negative numbers refund. `told_tokens_per_min`: the service's limit."""

    async def close(self, until: datetime, *, model: str = "") -> None:
        """Forbid calls (of `model`, if given) before `until` (aware)."""


@dataclass(eq=False)
class Spending:
    """The tokens of one call: the reserved number at first, then the service's count."""

    tokens: int
    at_s: float


@dataclass(frozen=True, kw_only=True)
class ReportedLimits:
    """The limits that a service reports with a response; None: not reported."""

    # Per minute; left now; and seconds until the window is full again.
    tokens_per_min: int | None = None
    tokens_left: int | None = None
    tokens_reset_s: float | None = None
    # The same, per day.
    requests_per_day: int | None = None
    requests_left: int | None = None


class TokenBudget:
    """At most `limit` tokens in any minute: a sliding window. Pure; times in seconds.

    That satisfies services with a sliding window, and those with a leaky bucket, such as Groq: its "Limit 6000, Used
    5034, Requested 1443. Please try again in 4.77s" (elizaOS/eliza issue 4040) is the time in which 477 excess tokens
    leak out at 6,000 a minute. A call counts with all it may use (prompt and room for the completion) when it begins,
    and with what it has used when it is over. Without a limit, tokens are only counted.
    """

    def __init__(self, limit: int | None) -> None:
        # The configured limit, and the effective one: a service may report a lower one.
        self._configured = limit
        self.limit = limit
        # Oldest first.
        self._spent: list[Spending] = []
        # What only the service has counted: others use the same account, and tokenizers differ.
        self._unseen: Spending | None = None

    def wait_s(self, tokens: int, now: float) -> float:
        """Seconds until `tokens` can be spent, as far as known now. A call above the limit needs the whole window."""
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
        """Count `tokens`; the caller sets the result's `tokens` once the true number is known."""
        spending = Spending(tokens, now)
        self._spent.append(spending)
        return spending

    def apply_report(self, report: ReportedLimits, now: float) -> None:
        """Adopt the service's own count from a response received at `now`; the latest report wins."""
        if report.tokens_per_min is not None:
            limits = (self._configured, report.tokens_per_min)
            self.limit = min(limit for limit in limits if limit is not None)
        if report.tokens_per_min is None or report.tokens_left is None:
            return
        self._forget(now)
        if self._unseen in self._spent:
            self._spent.remove(self._unseen)
        # Calls that only our longer window still holds are not part of the service's count.
        ours = sum(spending.tokens for spending in self._spent if spending.at_s + _SERVICE_MINUTE_S > now)
        unseen = report.tokens_per_min - report.tokens_left - ours
        self._unseen = None
        if unseen > 0:
            left_s = min(MINUTE_S, inf if report.tokens_reset_s is None else max(0.0, report.tokens_reset_s))
            self._unseen = Spending(unseen, now + left_s - MINUTE_S)
            insort(self._spent, self._unseen, key=attrgetter("at_s"))

    def _counted(self) -> int:
        return sum(spending.tokens for spending in self._spent)

    def _forget(self, now: float) -> None:
        self._spent = [spending for spending in self._spent if spending.at_s + MINUTE_S > now]
