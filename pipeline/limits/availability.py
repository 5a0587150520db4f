"""When a service has to be left alone: what its answers teach, and what keeps everybody away until then.

What a call comes to teaches this:

    TransientError with retry_after_s    closed for everybody until then; for this model, if limits are each one's own
    QuotaError with resets_at            likewise
    any other TransientError             counts; so many in a row open the circuit breaker (`breaker.py`) of this model
    NeedsLoginError                      closed for good: a key does not get better by being shown again
    anything else                        says nothing about the service
    nothing                              the service is well
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple

from pipeline.errors import ClosedError, NeedsLoginError, QuotaError, TransientError
from pipeline.limits.breaker import Breakers
from pipeline.limits.calls import Call, Obstacle, ThrottleLimits
from pipeline.limits.times import bounded_s, steady_s, told
from pipeline.limits.token_budget import ToldLimits

_DAY_S = 86_400


class News:
    """The news of one service. `clock` is the wall clock; `tell` gets the lines."""

    def __init__(self, name: str, *, clock: Callable[[], datetime], tell: Callable[[str], None]) -> None:
        self._name = name
        self._clock = clock
        self._tell = tell
        # Whether people were told that the door is closed, or of a daily allowance that is spent (until then).
        self.has_told_closed = False
        self._told_spent: datetime | None = None

    def closed(self, what: str, seconds: float) -> None:
        """The service `what` ("asks us to wait"), for so long."""
        self.has_told_closed = True
        now = self._clock()
        self._tell(f"{self._name} {what} until {told(now + timedelta(seconds=seconds), now)}")

    def opened(self) -> None:
        """The service answers; nothing new unless people believe that it does not."""
        if self.has_told_closed:
            self.has_told_closed = False
            self._tell(f"{self._name} answers again")

    def spent(self, quota: QuotaError) -> None:
        """The day's allowance is spent."""
        if self._told_spent != quota.resets_at:
            self._told_spent = quota.resets_at
            self._tell(str(quota))


class Closure(NamedTuple):
    """Until when nobody may ask a service, or one of its models; empty: all of them."""

    until: datetime
    model: str


class Availability:
    """Whether a service may be asked now, or one of its models, and why not. It waits for nothing, and wakes nobody.

    Waits follow a steady clock; `clock` is the wall clock. `tell` gets a line for a person whenever there is a new
    reason, and when the service answers again.
    """

    def __init__(
        self, name: str, limits: ThrottleLimits, *, clock: Callable[[], datetime], tell: Callable[[str], None]
    ) -> None:
        self._name = name
        self._clock = clock
        self._tell = tell
        self._news = News(name, clock=clock, tell=tell)
        self._breakers = Breakers(limits.breaker_failures, limits.breaker_cooldown_s, limits.breaker_cooldown_max_s)
        self._by_model = limits.by_model
        # Asked to wait: until when, by the steady clock and by model; empty: all of them.
        self._asked_until: dict[str, float] = {}
        # An allowance that is spent: until when, by the wall clock.
        self._quota: QuotaError | None = None
        self._wrong_key: NeedsLoginError | None = None

    # What is in the way ------------------------------------------------------------------------------------------

    @property
    def is_for_good(self) -> bool:
        """Whether no wait helps."""
        return self._wrong_key is not None

    def left_alone_s(self, model: str) -> float:
        """For how long a model is left alone because it keeps failing: 0 not at all, infinite while it is on trial."""
        return self._breakers[model].wait_s(steady_s())

    def keeps_others_out(self, model: str) -> bool:
        """Whether what is in the way of a model, if anything is, is in the way of the others, too."""
        return self.left_alone_s(model) <= 0 and not (model and self._asked_s(model) > self._asked_s(""))

    def obstacle(self, model: str) -> Obstacle | None:
        """What keeps everybody from beginning now who wants this model."""
        if refused := self._wrong_key:
            return Obstacle(inf, lambda: NeedsLoginError(refused.message, where=refused.where, hint=refused.hint))
        if (quota := self._quota) and quota.resets_at:
            left_s = (quota.resets_at - self._clock()).total_seconds()
            if left_s > 0:
                return Obstacle(left_s, lambda: _again(quota))
        breaker = self._breakers[model]
        seconds = max(self._asked_s(""), self._asked_s(model), breaker.wait_s(steady_s()))
        if seconds <= 0:
            return None
        # A trial tells within a time that only the service knows; whoever can't wait comes back after a cooldown.
        away_s = breaker.cooldown_s if seconds == inf else seconds
        return Obstacle(seconds, lambda: self.error(away_s, model))

    def error(self, seconds: float, model: str) -> ClosedError:
        """The error for a caller who can't wait so many seconds."""
        until = self._clock() + timedelta(seconds=seconds)
        asking = _asking("" if self.keeps_others_out(model) else model)
        why = f"{_failing(model)} and is left alone" if self._breakers[model].is_open else asking
        return ClosedError(f"{self._name} {why} until {told(until, self._clock())}", until=until)

    # What calls teach --------------------------------------------------------------------------------------------

    def begin(self, call: Call) -> None:
        """A call begins; it may be the trial of its model."""
        self._breakers[call.model].begin(call)

    def abandon(self, call: Call) -> None:
        """A call is over, whatever it came to: it is no trial any more."""
        self._breakers[call.model].abandon(call)

    def learn(self, call: Call, error: BaseException | None) -> Closure | None:
        """Change the state of the door; what all processes must stay away from, if the service said until when."""
        breaker = self._breakers[call.model]
        if error is None:
            breaker.succeed()
            is_whole = not self._breakers.any_open and not any(map(self._asked_s, self._asked_until))
            if is_whole and self.obstacle(call.model) is None:
                self._news.opened()
        elif isinstance(error, TransientError):
            if asked_s := bounded_s(error.retry_after_s or 0):
                breaker.abandon(call)
                return self.close(asked_s, call.model)
            if breaker.fail(call, steady_s()):
                self._news.closed(f"{_failing(call.model)}: left alone", breaker.wait_s(steady_s()))
        elif isinstance(error, QuotaError) and error.resets_at:
            return self._learn_quota(error, error.resets_at)
        elif isinstance(error, NeedsLoginError) and self._wrong_key is None:
            self._wrong_key = error
            self._tell(str(error))
        breaker.abandon(call)
        return None

    def _learn_quota(self, error: QuotaError, resets_at: datetime) -> Closure:
        left_s = bounded_s((resets_at - self._clock()).total_seconds())
        is_news = self._quota is None or self._quota.resets_at != resets_at
        self._quota = error
        if is_news:
            self._news.closed("has no allowance left for us", left_s)
        return Closure(self._clock() + timedelta(seconds=left_s), "")

    def close(self, seconds: float, model: str) -> Closure:
        """Close for `seconds`, or as long as it is closed anyway, to whom a call of this model speaks for."""
        model, due = self._limited(model), steady_s() + seconds
        if seconds > self._asked_s(model):
            # Two calls that were refused at the same time are one event for a person.
            is_news = seconds > self._asked_s(model) + 1 or not self._news.has_told_closed
            self._asked_until[model] = due
            if is_news:
                self._news.closed(_asking(model), seconds)
        return Closure(self._clock() + timedelta(seconds=seconds), model)

    def heed(self, told: ToldLimits, model: str) -> None:
        """The service has said with an answer of a model how much it allows."""
        if told.requests_left == 0 and told.requests_per_day:
            model = self._limited(model)
            # The allowance of a day comes back bit by bit: until the next request there is none.
            due = steady_s() + _DAY_S / told.requests_per_day
            self._asked_until[model] = max(self._asked_until.get(model, -inf), due)

    def spent(self, quota: QuotaError) -> None:
        """The day's allowance is spent, by our own count."""
        self._news.spent(quota)

    def _limited(self, model: str) -> str:
        """Who has the limits that a call of this model meets; empty: all models together."""
        return model if self._by_model else ""

    def _asked_s(self, model: str) -> float:
        """For how long we are asked to wait with this model, or (empty) with all of them; 0: not."""
        return max(0.0, self._asked_until.get(model, -inf) - steady_s())


def _asking(model: str) -> str:
    """What the service does, as it is said after its name."""
    return f"asks us to wait with {model}" if model else "asks us to wait"


def _failing(model: str) -> str:
    """What the service does, as it is said after its name."""
    return f"keeps failing with {model}" if model else "keeps failing"


def _again(quota: QuotaError) -> QuotaError:
    """The same error, with a traceback of its own."""
    return QuotaError(quota.message, where=quota.where, hint=quota.hint, resets_at=quota.resets_at)
