"""The door in front of a service: so many at once, so many a minute, and nobody while it wants to be left alone.

    async with gate.call(tokens=2_000) as call:     # waits for its turn
        answer = await service.ask(...)
        call.used(tokens=answer.tokens)
        call.told(answer.limits)

What leaves the block teaches the gate:

    TransientError with retry_after_s    closed for everybody until then
    QuotaError with resets_at            likewise
    any other TransientError             counts; so many in a row open the circuit breaker (`breaker.py`) of this model
    NeedsLoginError                      closed for good: a key does not get better by being shown again
    anything else                        says nothing about the service
    nothing                              the service is well
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from math import inf

import anyio
from aiolimiter import AsyncLimiter

from pipeline.errors import BudgetError, ClosedError, NeedsLoginError, QuotaError, TransientError
from pipeline.limits.breaker import Breakers
from pipeline.limits.budget import MINUTE_S, CallLedger, MinuteBudget, ToldLimits
from pipeline.limits.calls import Call, GateLimits, Obstacle
from pipeline.limits.news import News
from pipeline.limits.times import bounded_s, told, utc_now

# Clocks and sums of floats are not finer than this.
_TICK_S = 0.001
_DAY_S = 86_400
# How often the ledger is looked into while other processes have spent the minute.
_LOOK_AGAIN_S = 2.0


class Gate:
    """The door of one service, for all tasks of one process; what it learns it shares through the ledger.

    Callers are let in one at a time in the order they came, at most `concurrency` are inside, and with
    `requests_per_min` they are evenly spaced, never in a burst: services count requests in windows of their own, and a
    burst at the seam of two windows would exceed a limit that the average keeps.

    How many tokens a minute has may be left to the service to say: until it has answered once, calls that spend tokens
    go one at a time.

    A service may have several models, of which one may fail while the others do not: they share the limits, and each
    has a circuit breaker of its own, which keeps nobody waiting who wants another one.

    Waits follow the loop's clock, so that a wall clock that jumps neither opens nor closes anything; `clock` is for
    the times that people and other processes read. `on_change` gets one line for a person whenever the door closes for
    a new reason, and when the service answers again.
    """

    def __init__(
        self,
        name: str,
        limits: GateLimits,
        *,
        ledger: CallLedger | None = None,
        on_change: Callable[[str], None] = lambda _line: None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.name = name
        self.on_change = on_change
        self._limits = limits
        self._ledger = ledger
        self._clock = clock
        self._breakers = Breakers(limits.breaker_failures, limits.breaker_cooldown_s, limits.breaker_cooldown_max_s)
        self._budget = MinuteBudget(limits.tokens_per_min)
        # Whether the service has answered, and so has said what its limits are, if it ever does.
        self._has_answered = False
        self._inside: set[Call] = set()
        # Asked to wait: until when, in loop time.
        self._asked_until = -inf
        # An allowance that is spent: until when, by the wall clock.
        self._quota: QuotaError | None = None
        self._wrong_key: NeedsLoginError | None = None
        self._news = News(name, clock=clock, tell=self._say)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn: anyio.Lock
        self._changed: anyio.Event
        self._pace: AsyncLimiter | None

    @property
    def tokens_per_min(self) -> int | None:
        """Tokens that a minute has, as it was set or the service has told; None: nobody has said."""
        return self._budget.limit

    @contextlib.asynccontextmanager
    async def call(self, *, tokens: int = 0, model: str = "") -> AsyncIterator[Call]:
        """One call of the service, that will spend at most `tokens`: waits for its turn, then runs the block.

        `model` is the one that is asked, where there are several. A closed door is waited for up to the limits'
        patience. Raises `ClosedError` at once when that would not be enough, `QuotaError` when the day's allowance is
        spent, `NeedsLoginError` after the service refused the key.
        """
        self._settle()
        call = Call(tokens, model)
        while True:
            await self._until_on_its_feet(call)
            async with self._turn:
                if await self._enter(call):
                    break
        async with self._under_way(call):
            yield call

    @contextlib.asynccontextmanager
    async def probe(self) -> AsyncIterator[None]:
        """Ask whether the service is there: as `call`, but it counts for no limit and waits for no place."""
        self._settle()
        call = Call(0)
        while obstacle := self._closure(call.model):
            await self._wait(obstacle, call)
        self._breakers[call.model].begin(call)
        async with self._under_way(call):
            yield

    async def until_open(self) -> None:
        """Wait while the service has asked us to, or is on trial; begin nothing.

        Raises as `call` does, and `ClosedError` at once while the service is left alone because it keeps failing: for
        those who have another one to go to.
        """
        self._settle()
        call = Call(0)
        while obstacle := self._closure(call.model):
            if 0 < self._breakers[call.model].wait_s(self._now()) < inf:
                raise self._closed(obstacle.seconds, call.model)
            await self._wait(obstacle, call)

    # Going in ----------------------------------------------------------------------------------------------------

    def _is_failing(self, call: Call) -> bool:
        return self._breakers[call.model].wait_s(self._now()) > 0

    async def _until_on_its_feet(self, call: Call) -> None:
        """Wait for a model that keeps failing, beside the line: those behind may want another one."""
        while self._is_failing(call) and (obstacle := self._closure(call.model)):
            await self._wait(obstacle, call)

    async def _enter(self, call: Call) -> bool:
        """Wait until nothing is in the way, and begin without another wait after the last look.

        False: the model keeps failing, and the place in the line is given up.
        """
        while True:
            while obstacle := self._obstacle(call):
                if self._is_failing(call):
                    return False
                await self._wait(obstacle, call)
            if self._pace:
                await self._pace.acquire()
            if self._obstacle(call) or not await self._reserve(call):
                continue
            if not self._obstacle(call):
                break
            await self._give_back(call)
        self._inside.add(call)
        self._breakers[call.model].begin(call)
        call.minute = self._budget.spend(call.expected, self._now())
        return True

    def _obstacle(self, call: Call) -> Obstacle | None:
        """What keeps `call` from beginning now."""
        if closure := self._closure(call.model):
            return closure
        is_scout = call.expected > 0 and self._budget.limit is None and not self._has_answered
        if len(self._inside) >= (1 if is_scout else self._limits.concurrency):
            return Obstacle(inf)
        wait_s = self._budget.wait_s(call.expected, self._now())
        return Obstacle(wait_s) if wait_s > 0 else None

    def _closure(self, model: str) -> Obstacle | None:
        """What keeps everybody from beginning now who wants this model."""
        if refused := self._wrong_key:
            return Obstacle(inf, lambda: NeedsLoginError(refused.message, where=refused.where, hint=refused.hint))
        if (quota := self._quota) and quota.resets_at:
            left_s = (quota.resets_at - self._clock()).total_seconds()
            if left_s > 0:
                return Obstacle(left_s, lambda: _again(quota))
        breaker = self._breakers[model]
        seconds = max(self._asked_until - self._now(), breaker.wait_s(self._now()))
        if seconds <= 0:
            return None
        # A trial tells within a time that only the service knows; whoever can't wait comes back after a cooldown.
        away_s = breaker.cooldown_s if seconds == inf else seconds
        return Obstacle(seconds, lambda: self._closed(away_s, model))

    def _closed(self, seconds: float, model: str) -> ClosedError:
        until = self._clock() + timedelta(seconds=seconds)
        why = f"{_failing(model)} and is left alone" if self._breakers[model].is_open else "asks us to wait"
        return ClosedError(f"{self.name} {why} until {told(until, self._clock())}", until=until)

    async def _wait(self, obstacle: Obstacle, call: Call) -> None:
        """Wait until the obstacle may be gone. Raises its error if the call is not that patient."""
        seconds = obstacle.seconds
        if obstacle.error:
            if self._wrong_key:
                raise obstacle.error()
            if call.patient_until is None:
                call.patient_until = self._now() + self._limits.patience_s
            left_s = call.patient_until - self._now()
            # Nobody knows how long a trial takes: that is waited for while there is patience.
            if left_s <= 0 if seconds == inf else seconds > left_s + _TICK_S:
                raise obstacle.error()
            seconds = seconds if seconds < inf else left_s
        with anyio.move_on_after(seconds):
            await self._changed.wait()

    async def _reserve(self, call: Call) -> bool:
        """Whether the ledger lets the call begin; if not, what keeps it is known now, or has been waited for."""
        if self._ledger is None:
            return True
        limits = self._limits
        changed = self._changed
        try:
            call.day = await self._ledger.reserve(
                call.expected,
                call=call.name,
                requests_per_min=limits.requests_per_min,
                tokens_per_min=self._budget.limit,
                requests_per_day=limits.requests_per_day,
                tokens_per_day=limits.tokens_per_day,
            )
        except ClosedError as closed:
            self._close(bounded_s((closed.until - self._clock()).total_seconds()))
            return False
        except TransientError as full:
            # Other processes may give back some of what they have reserved, and tell only the ledger.
            await self._wait(Obstacle(min(_LOOK_AGAIN_S, full.retry_after_s or 0.0)), call)
            return False
        except QuotaError as spent:
            if not self._inside:
                self._news.spent(spent)
                raise
            # Those under way may give back some of what they have reserved.
            await changed.wait()
            return False
        return True

    async def _give_back(self, call: Call) -> None:
        """The call did not begin."""
        if self._ledger and call.day:
            with anyio.CancelScope(shield=True):
                await self._ledger.correct(call.day, call=call.name, tokens=-call.expected, requests=-1)
        call.day = None

    # Coming out --------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _under_way(self, call: Call) -> AsyncIterator[None]:
        """What the block comes to decides who may begin from now on, before anybody else runs."""
        error: BaseException | None = None
        try:
            yield
        except BaseException as caught:
            error = caught
            raise
        finally:
            try:
                self._account(call, error)
                until = self._learn(call, error)
                self._wake()
                await self._record(call, until)
            finally:
                # Whatever that came to (whoever is told may fail as well), the place is free, and the trial over.
                self._inside.discard(call)
                self._breakers[call.model].abandon(call)
                self._wake()

    def _account(self, call: Call, error: BaseException | None) -> None:
        """Correct the minute. What could not be afforded was not asked; whatever else has no bill may be charged."""
        if call.spent is None and isinstance(error, BudgetError):
            call.spent = 0
        if call.minute and call.spent is not None:
            call.minute.tokens = call.spent
        if call.limits:
            self._heed(call.limits)

    def _heed(self, told: ToldLimits) -> None:
        """What the service counts goes before what we count."""
        self._budget.heed(told, self._now())
        if told.requests_left == 0 and told.requests_per_day:
            # The allowance of a day comes back bit by bit: until the next request there is none.
            self._asked_until = max(self._asked_until, self._now() + _DAY_S / told.requests_per_day)

    async def _record(self, call: Call, until: datetime | None) -> None:
        """Write down what the day and other processes have to know."""
        if self._ledger is None:
            return
        with anyio.CancelScope(shield=True):
            if until:
                await self._ledger.close(until)
            told = call.limits.tokens_per_min if call.limits else None
            more = 0 if call.spent is None else call.spent - call.expected
            if call.day and (more or told):
                await self._ledger.correct(call.day, call=call.name, tokens=more, told_tokens_per_min=told)

    def _learn(self, call: Call, error: BaseException | None) -> datetime | None:
        """Change the state of the door; until when all processes must stay away, if the service said so."""
        breaker = self._breakers[call.model]
        if error is None:
            self._has_answered = True
            breaker.succeed()
            if self._closure(call.model) is None and not self._breakers.any_open:
                self._news.opened()
        elif isinstance(error, TransientError):
            if asked_s := bounded_s(error.retry_after_s or 0):
                breaker.abandon(call)
                return self._close(asked_s)
            if breaker.fail(call, self._now()):
                self._news.closed(f"{_failing(call.model)}: left alone", breaker.wait_s(self._now()))
        elif isinstance(error, QuotaError) and error.resets_at:
            left_s = bounded_s((error.resets_at - self._clock()).total_seconds())
            is_news = self._quota is None or self._quota.resets_at != error.resets_at
            self._quota = error
            if is_news:
                self._news.closed("has no allowance left for us", left_s)
            return self._clock() + timedelta(seconds=left_s)
        elif isinstance(error, NeedsLoginError) and self._wrong_key is None:
            self._wrong_key = error
            self.on_change(str(error))
        breaker.abandon(call)
        return None

    def _close(self, seconds: float) -> datetime:
        """Close for `seconds`, or as long as it is closed anyway; until when, by the wall clock."""
        due = self._now() + seconds
        if due > self._asked_until:
            # Two calls that were refused at the same time are one event for a person.
            is_news = due > max(self._asked_until, self._now()) + 1 or not self._news.has_told_closed
            self._asked_until = due
            if is_news:
                self._news.closed("asks us to wait", seconds)
        self._wake()
        return self._clock() + timedelta(seconds=seconds)

    def _say(self, line: str) -> None:
        self.on_change(line)  # who listens may be another by now

    def _wake(self) -> None:
        """Let whoever waits look again."""
        self._changed.set()
        self._changed = anyio.Event()

    def _now(self) -> float:
        assert self._loop is not None
        return self._loop.time()

    def _settle(self) -> None:
        """Makes what belongs to a loop in the one that runs: a gate may outlive several."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            self._turn = anyio.Lock()
            self._changed = anyio.Event()
            rate = self._limits.requests_per_min
            self._pace = AsyncLimiter(1, MINUTE_S / rate) if rate else None


def _failing(model: str) -> str:
    """What the service does, as it is said after its name."""
    return f"keeps failing with {model}" if model else "keeps failing"


def _again(quota: QuotaError) -> QuotaError:
    """The same error, with a traceback of its own."""
    return QuotaError(quota.message, where=quota.where, hint=quota.hint, resets_at=quota.resets_at)
