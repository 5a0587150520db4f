"""The rate limiter of one service: concurrency, requests and tokens per minute, daily quotas, circuit breaker.

    async with throttle.call(tokens=2_000) as call:     # waits for its turn
        answer = await service.ask(...)
        call.used(tokens=answer.tokens)
        call.report_limits(answer.limits)

The throttle learns from the errors that leave the block when to stop calling: see `availability.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from math import inf

import anyio
from aiolimiter import AsyncLimiter

from pipeline.errors import BudgetError, ClosedError, QuotaError, TransientError
from pipeline.limits.availability import Availability, Closure
from pipeline.limits.calls import Call, Obstacle, ThrottleLimits
from pipeline.limits.times import bounded_s, utc_now
from pipeline.limits.token_budget import MINUTE_S, CallLedger, TokenBudget

# The resolution of clocks and of float sums.
_TICK_S = 0.001
# How often the ledger is polled while other processes have used up the minute.
_POLL_S = 2.0


class Throttle:
    """The rate limiter of one service, for all tasks of one process; processes share what they learn in the ledger.

    Calls are admitted in order of arrival, at most `concurrency` of them are in flight, and with `requests_per_min`
    they are evenly spaced, without bursts: a burst around the boundary of two of the service's windows could exceed a
    limit that holds on average.

    The limit of tokens per minute may be left to the service to report: until its first response, calls that spend
    tokens are made one at a time.

    A service may have several models, of which one may fail while the others work: they share the limits, but each has
    its own circuit breaker, which does not delay calls of other models. Neither does a model's Retry-After if the
    service limits each model separately (`by_model`).

    Waits follow a monotonic clock, so a jump of the wall clock has no effect; `clock` (the wall clock) is for the times
    that people and other processes read. `on_change` receives a line for people whenever the service closes for a new
    reason, and when it answers again.
    """

    def __init__(
        self,
        name: str,
        limits: ThrottleLimits,
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
        self._availability = Availability(name, limits, clock=clock, notify=self._say)
        self._budget = TokenBudget(limits.tokens_per_min)
        # Whether there was a response, which reports the limits if the service ever does.
        self._has_answered = False
        self._in_flight: set[Call] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn: anyio.Lock
        self._changed: anyio.Event
        self._pace: AsyncLimiter | None

    @property
    def tokens_per_min(self) -> int | None:
        """Tokens per minute, as configured or reported by the service; None: unknown."""
        return self._budget.limit

    @contextlib.asynccontextmanager
    async def call(self, *, tokens: int = 0, model: str = "") -> AsyncIterator[Call]:
        """Wait for this call's turn, then run the block. The call will spend at most `tokens`.

        `model` is the called one, where there are several. A closed service is waited for up to `patience_s`. Raises
        `ClosedError` at once if that would not suffice, `QuotaError` when the daily quota is spent, and
        `NeedsLoginError` after the service rejected the key.
        """
        self._bind_to_loop()
        call = Call(tokens, model)
        while True:
            await self._wait_for_model(call)
            async with self._turn:
                if await self._admit(call):
                    break
        async with self._under_way(call):
            yield call

    @contextlib.asynccontextmanager
    async def probe(self) -> AsyncIterator[None]:
        """A health check of the service: like `call`, but it counts against no limit and does not queue."""
        self._bind_to_loop()
        call = Call(0)
        while obstacle := self._availability.obstacle(call.model):
            await self._wait(obstacle, call)
        self._availability.begin(call)
        async with self._under_way(call):
            yield

    async def wait_until_open(self) -> None:
        """Wait for a Retry-After or a trial call to pass, without making a call.

        Raises as `call` does, and `ClosedError` at once while the circuit breaker is open: for callers that have
        another service to turn to.
        """
        self._bind_to_loop()
        call = Call(0)
        while obstacle := self._availability.obstacle(call.model):
            if 0 < self._availability.breaker_wait_s(call.model) < inf:
                raise self._availability.error(obstacle.seconds, call.model)
            await self._wait(obstacle, call)

    # Admission ---------------------------------------------------------------------------------------------------

    async def _wait_for_model(self, call: Call) -> None:
        """Wait, outside the queue, while only this model is closed: later calls may be for another one."""
        while not self._availability.blocks_all_models(call.model) and (
            obstacle := self._availability.obstacle(call.model)
        ):
            await self._wait(obstacle, call)

    async def _admit(self, call: Call) -> bool:
        """Wait until there is no obstacle, then begin without any wait after the last check.

        False: only this model is closed, so the call has to leave the queue.
        """
        while True:
            while obstacle := self._obstacle(call):
                if not self._availability.blocks_all_models(call.model):
                    return False
                await self._wait(obstacle, call)
            if self._pace:
                await self._pace.acquire()
            if self._obstacle(call) or not await self._reserve(call):
                continue
            if not self._obstacle(call):
                break
            await self._refund(call)
        self._in_flight.add(call)
        self._availability.begin(call)
        call.minute = self._budget.spend(call.expected, anyio.current_time())
        return True

    def _obstacle(self, call: Call) -> Obstacle | None:
        """What prevents `call` from beginning now; None: nothing."""
        if closure := self._availability.obstacle(call.model):
            return closure
        is_first = call.expected > 0 and self._budget.limit is None and not self._has_answered
        if len(self._in_flight) >= (1 if is_first else self._limits.concurrency):
            return Obstacle(inf)
        wait_s = self._budget.wait_s(call.expected, anyio.current_time())
        return Obstacle(wait_s) if wait_s > 0 else None

    async def _wait(self, obstacle: Obstacle, call: Call) -> None:
        """Wait until the obstacle may be gone. Raises its error if that exceeds the call's patience."""
        seconds = obstacle.seconds
        if obstacle.error:
            if self._availability.is_closed_for_good:
                raise obstacle.error()
            if call.gives_up_at is None:
                call.gives_up_at = anyio.current_time() + self._limits.patience_s
            left_s = call.gives_up_at - anyio.current_time()
            # Nobody knows how long a trial call takes: wait for it while there is patience left.
            if left_s <= 0 if seconds == inf else seconds > left_s + _TICK_S:
                raise obstacle.error()
            seconds = seconds if seconds < inf else left_s
        with anyio.move_on_after(seconds):
            await self._changed.wait()

    async def _reserve(self, call: Call) -> bool:
        """Whether the ledger admits the call; if not, the obstacle is known now, or has been waited for."""
        if self._ledger is None:
            return True
        limits = self._limits
        changed = self._changed
        try:
            call.day = await self._ledger.reserve(
                call.expected,
                call=call.name,
                model=call.model,
                requests_per_min=limits.requests_per_min,
                tokens_per_min=self._budget.limit,
                requests_per_day=limits.requests_per_day,
                tokens_per_day=limits.tokens_per_day,
            )
        except ClosedError as closed:
            self._availability.close(bounded_s((closed.until - self._clock()).total_seconds()), call.model)
            self._wake()
            return False
        except TransientError as full:
            # Other processes may refund reservations, which only the ledger knows.
            await self._wait(Obstacle(min(_POLL_S, full.retry_after_s or 0.0)), call)
            return False
        except QuotaError as spent:
            if not self._in_flight:
                self._availability.report_spent(spent)
                raise
            # Calls in flight may refund part of their reservations.
            await changed.wait()
            return False
        return True

    async def _refund(self, call: Call) -> None:
        """Undo the reservation of a call that did not begin."""
        if self._ledger and call.day:
            with anyio.CancelScope(shield=True):
                await self._ledger.correct(call.day, call=call.name, tokens=-call.expected, requests=-1)
        call.day = None

    # Completion --------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _under_way(self, call: Call) -> AsyncIterator[None]:
        """Learn from the outcome of the block, before any other task runs."""
        error: BaseException | None = None
        try:
            yield
        except BaseException as caught:
            error = caught
            raise
        finally:
            try:
                self._account(call, error)
                self._has_answered = self._has_answered or error is None
                closure = self._availability.record_outcome(call, error)
                self._wake()
                await self._record(call, closure)
            finally:
                # Even if that failed (`on_change` may raise), the call no longer counts as in flight or as the trial.
                self._in_flight.discard(call)
                self._availability.abandon(call)
                self._wake()

    def _account(self, call: Call, error: BaseException | None) -> None:
        """Correct the minute's count. A call over budget was never made; others without a count may be charged."""
        if call.spent is None and isinstance(error, BudgetError):
            call.spent = 0
        if call.minute and call.spent is not None:
            call.minute.tokens = call.spent
        if call.limits:
            # The service's own count takes precedence over ours.
            self._budget.apply_report(call.limits, anyio.current_time())
            self._availability.apply_report(call.limits, call.model)

    async def _record(self, call: Call, closure: Closure | None) -> None:
        """Write to the ledger what affects the day's count or other processes."""
        if self._ledger is None:
            return
        with anyio.CancelScope(shield=True):
            if closure:
                await self._ledger.close(closure.until, model=closure.model)
            limit = call.limits.tokens_per_min if call.limits else None
            difference = 0 if call.spent is None else call.spent - call.expected
            if call.day and (difference or limit):
                await self._ledger.correct(call.day, call=call.name, tokens=difference, told_tokens_per_min=limit)

    def _say(self, line: str) -> None:
        self.on_change(line)  # may be replaced at any time, so it is looked up late

    def _wake(self) -> None:
        """Let all waiters check again."""
        self._changed.set()
        self._changed = anyio.Event()

    def _bind_to_loop(self) -> None:
        """Create what belongs to an event loop in the running one: a throttle may outlive several."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            self._turn = anyio.Lock()
            self._changed = anyio.Event()
            rate = self._limits.requests_per_min
            self._pace = AsyncLimiter(1, MINUTE_S / rate) if rate else None
