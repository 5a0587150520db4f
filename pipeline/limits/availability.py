"""Whether a service may be called now, as learnt from the outcomes of earlier calls.

TransientError with retry_after_s    no calls until then (only of this model, if each model has limits of its own)
any other TransientError             a failure: several in a row open this model's circuit breaker (`breaker.py`)
NeedsLoginError                      no more calls: a rejected key stays rejected
QuotaError                           reported only: a quota limits some of the calls, and its ledger knows which
any other error                      says nothing about the service
success                              closes the circuit breaker
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from math import inf
from typing import NamedTuple

from pipeline.errors import ClosedError, NeedsLoginError, QuotaError, TransientError
from pipeline.limits.breaker import Breaker
from pipeline.limits.calls import Call, Obstacle, ThrottleLimits
from pipeline.limits.times import bounded_s, format_time, monotonic_s
from pipeline.limits.token_budget import ReportedLimits

_DAY_S = 86_400


class Closure(NamedTuple):
    """The time until which a service, or one of its models (empty: all of them), must not be called."""

    until: datetime
    model: str


class Availability:
    """Whether a service, or one of its models, may be called now, and if not, why. Never waits, and wakes no waiters.

    Durations follow a monotonic clock; `clock` is the wall clock. `notify` receives a line for people whenever the
    service closes for a new reason, and when it answers again.
    """

    def __init__(
        self, name: str, limits: ThrottleLimits, *, clock: Callable[[], datetime], notify: Callable[[str], None]
    ) -> None:
        self._name = name
        self._clock = clock
        self._notify = notify
        # Whether the latest report was that the service is closed; `resets_at` of the quota that was reported last.
        self._has_reported_closed = False
        self._reported_reset: datetime | None = None
        # By model.
        self._breakers = defaultdict[str, Breaker](
            partial(Breaker, limits.breaker_failures, limits.breaker_cooldown_s, limits.breaker_cooldown_max_s)
        )
        self._by_model = limits.by_model
        # Retry-After: the monotonic time until which to wait, by model (empty: all of them).
        self._retry_at: dict[str, float] = {}
        self._rejected_key: NeedsLoginError | None = None

    # May a call begin? -------------------------------------------------------------------------------------------

    @property
    def is_closed_for_good(self) -> bool:
        """Whether waiting is pointless: the key was rejected."""
        return self._rejected_key is not None

    def breaker_wait_s(self, model: str) -> float:
        """Seconds until a model's circuit breaker allows a call: 0 now, infinite while a trial call is in flight."""
        return self._breakers[model].wait_s(monotonic_s())

    def blocks_all_models(self, model: str) -> bool:
        """Whether what blocks calls of a model, if anything does, blocks calls of the other models, too."""
        return self.breaker_wait_s(model) <= 0 and not (model and self._retry_after_s(model) > self._retry_after_s(""))

    def obstacle(self, model: str) -> Obstacle | None:
        """What prevents a call of this model from beginning now; None: nothing."""
        if refused := self._rejected_key:
            return Obstacle(inf, lambda: NeedsLoginError(refused.message, where=refused.where, hint=refused.hint))
        breaker = self._breakers[model]
        seconds = max(self._retry_after_s(""), self._retry_after_s(model), breaker.wait_s(monotonic_s()))
        if seconds <= 0:
            return None
        # Nobody knows how long a trial call takes: a caller that can't wait should come back after a cooldown.
        retry_after_s = breaker.cooldown_s if seconds == inf else seconds
        return Obstacle(seconds, lambda: self.error(retry_after_s, model))

    def error(self, seconds: float, model: str) -> ClosedError:
        """The error for a caller that can't wait `seconds`."""
        until = self._clock() + timedelta(seconds=seconds)
        asks = _asks_to_wait("" if self.blocks_all_models(model) else model)
        why = f"{_keeps_failing(model)} and is paused" if self._breakers[model].is_open else asks
        return ClosedError(f"{self._name} {why} until {format_time(until)}", until=until)

    # Outcomes of calls -------------------------------------------------------------------------------------------

    def begin(self, call: Call) -> None:
        """Note that a call begins; it may be its model's trial call."""
        self._breakers[call.model].begin(call)

    def abandon(self, call: Call) -> None:
        """Note that a call is over: if it still counts as the trial call, the next one becomes it."""
        self._breakers[call.model].abandon(call)

    def record_outcome(self, call: Call, error: BaseException | None) -> Closure | None:
        """Learn from the outcome of a call. Returns what other processes have to know: until when not to call."""
        breaker = self._breakers[call.model]
        if error is None:
            breaker.succeed()
            is_closed = any(each.is_open for each in self._breakers.values()) or any(
                map(self._retry_after_s, self._retry_at)
            )
            if not is_closed and self.obstacle(call.model) is None:
                self._report_opened()
        elif isinstance(error, TransientError):
            if seconds := bounded_s(error.retry_after_s or 0):
                breaker.abandon(call)
                return self.close(seconds, call.model)
            if breaker.fail(call, monotonic_s()):
                self._report_closed(f"{_keeps_failing(call.model)}: paused", breaker.wait_s(monotonic_s()))
        elif isinstance(error, QuotaError):
            self.report_spent(error)
        elif isinstance(error, NeedsLoginError) and self._rejected_key is None:
            self._rejected_key = error
            self._notify(str(error))
        breaker.abandon(call)
        return None

    def close(self, seconds: float, model: str) -> Closure:
        """Close for `seconds`, unless it is closed for longer: this model, or all, if all share their limits."""
        model, due = self._limited(model), monotonic_s() + seconds
        if seconds > self._retry_after_s(model):
            # Two calls that are refused at the same time are one event for people.
            is_new = seconds > self._retry_after_s(model) + 1 or not self._has_reported_closed
            self._retry_at[model] = due
            if is_new:
                self._report_closed(_asks_to_wait(model), seconds)
        return Closure(self._clock() + timedelta(seconds=seconds), model)

    def apply_report(self, limits: ReportedLimits, model: str) -> None:
        """Respect the limits that the service reported with a response of a model."""
        if limits.requests_left == 0 and limits.requests_per_day:
            model = self._limited(model)
            # A daily limit is refilled continuously: wait until there is one request again.
            due = monotonic_s() + _DAY_S / limits.requests_per_day
            self._retry_at[model] = max(self._retry_at.get(model, -inf), due)

    def report_spent(self, quota: QuotaError) -> None:
        """Report that a quota is spent, by the service's word or by our own count, once per reset time."""
        if self._reported_reset != quota.resets_at:
            self._reported_reset = quota.resets_at
            self._notify(str(quota))

    def _report_closed(self, what: str, seconds: float) -> None:
        """Report that the service is closed for `seconds` because it `what` ("asks us to wait")."""
        self._has_reported_closed = True
        now = self._clock()
        self._notify(f"{self._name} {what} until {format_time(now + timedelta(seconds=seconds), now)}")

    def _report_opened(self) -> None:
        """Report that the service answers again, if it was reported closed."""
        if self._has_reported_closed:
            self._has_reported_closed = False
            self._notify(f"{self._name} answers again")

    def _limited(self, model: str) -> str:
        """The model whose limits apply to a call of this model; empty: all models share theirs."""
        return model if self._by_model else ""

    def _retry_after_s(self, model: str) -> float:
        """Seconds that the service asked us to wait with this model, or (empty) with all of them; 0: none."""
        return max(0.0, self._retry_at.get(model, -inf) - monotonic_s())


def _asks_to_wait(model: str) -> str:
    """A predicate for the service's name."""
    return f"asks us to wait with {model}" if model else "asks us to wait"


def _keeps_failing(model: str) -> str:
    """A predicate for the service's name."""
    return f"keeps failing with {model}" if model else "keeps failing"
