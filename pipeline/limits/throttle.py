"""The door in front of a service: so many at once, so many a minute, and nobody while it wants to be left alone.

    async with throttle.call(tokens=2_000) as call:     # waits for its turn
        answer = await service.ask(...)
        call.used(tokens=answer.tokens)
        call.told(answer.limits)

What leaves the block teaches the throttle when it has to be closed: see `availability.py`.
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
from pipeline.limits.token_budget import MINUTE_S, CallLedger, MinuteBudget

# Clocks and sums of floats are not finer than this.
_TICK_S = 0.001
# How often the ledger is looked into while other processes have spent the minute.
_LOOK_AGAIN_S = 2.0


class Throttle:
    """The door of one service, for all tasks of one process; what it learns it shares through the ledger.

    Callers are let in one at a time in the order they came, at most `concurrency` are inside, and with
    `requests_per_min` they are evenly spaced, never in a burst: services count requests in windows of their own, and a
    burst at the seam of two windows would exceed a limit that the average keeps.

    How many tokens a minute has may be left to the service to say: until it has answered once, calls that spend tokens
    go one at a time.

    A service may have several models, of which one may fail while the others do not: they share the limits, and each
    has a circuit breaker of its own, which keeps nobody waiting who wants another one. Nor does a model that asks for
    a rest, where the service limits each by itself (`by_model`).

    Waits follow a steady clock, so that a wall clock that jumps neither opens nor closes anything; `clock` is for the
    times that people and other processes read. `on_change` gets one line for a person whenever the door closes for
    a new reason, and when the service answers again.
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
        self._availability = Availability(name, limits, clock=clock, tell=self._say)
        self._budget = MinuteBudget(limits.tokens_per_min)
        # Whether the service has answered, and so has said what its limits are, if it ever does.
        self._has_answered = False
        self._inside: set[Call] = set()
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
        while obstacle := self._availability.obstacle(call.model):
            await self._wait(obstacle, call)
        self._availability.begin(call)
        async with self._under_way(call):
            yield

    async def until_open(self) -> None:
        """Wait while the service has asked us to, or is on trial; begin nothing.

        Raises as `call` does, and `ClosedError` at once while the service is left alone because it keeps failing: for
        those who have another one to go to.
        """
        self._settle()
        call = Call(0)
        while obstacle := self._availability.obstacle(call.model):
            if 0 < self._availability.left_alone_s(call.model) < inf:
                raise self._availability.error(obstacle.seconds, call.model)
            await self._wait(obstacle, call)

    # Going in ----------------------------------------------------------------------------------------------------

    async def _until_on_its_feet(self, call: Call) -> None:
        """Wait for a model that is closed by itself, beside the line: those behind may want another one."""
        while not self._availability.keeps_others_out(call.model) and (
            obstacle := self._availability.obstacle(call.model)
        ):
            await self._wait(obstacle, call)

    async def _enter(self, call: Call) -> bool:
        """Wait until nothing is in the way, and begin without another wait after the last look.

        False: the model is closed by itself, and the place in the line is given up.
        """
        while True:
            while obstacle := self._obstacle(call):
                if not self._availability.keeps_others_out(call.model):
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
        self._availability.begin(call)
        call.minute = self._budget.spend(call.expected, anyio.current_time())
        return True

    def _obstacle(self, call: Call) -> Obstacle | None:
        """What keeps `call` from beginning now."""
        if closure := self._availability.obstacle(call.model):
            return closure
        is_scout = call.expected > 0 and self._budget.limit is None and not self._has_answered
        if len(self._inside) >= (1 if is_scout else self._limits.concurrency):
            return Obstacle(inf)
        wait_s = self._budget.wait_s(call.expected, anyio.current_time())
        return Obstacle(wait_s) if wait_s > 0 else None

    async def _wait(self, obstacle: Obstacle, call: Call) -> None:
        """Wait until the obstacle may be gone. Raises its error if the call is not that patient."""
        seconds = obstacle.seconds
        if obstacle.error:
            if self._availability.is_for_good:
                raise obstacle.error()
            if call.patient_until is None:
                call.patient_until = anyio.current_time() + self._limits.patience_s
            left_s = call.patient_until - anyio.current_time()
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
            # Other processes may give back some of what they have reserved, and tell only the ledger.
            await self._wait(Obstacle(min(_LOOK_AGAIN_S, full.retry_after_s or 0.0)), call)
            return False
        except QuotaError as spent:
            if not self._inside:
                self._availability.spent(spent)
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
                self._has_answered = self._has_answered or error is None
                closure = self._availability.learn(call, error)
                self._wake()
                await self._record(call, closure)
            finally:
                # Whatever that came to (whoever is told may fail as well), the place is free, and the trial over.
                self._inside.discard(call)
                self._availability.abandon(call)
                self._wake()

    def _account(self, call: Call, error: BaseException | None) -> None:
        """Correct the minute. What could not be afforded was not asked; whatever else has no bill may be charged."""
        if call.spent is None and isinstance(error, BudgetError):
            call.spent = 0
        if call.minute and call.spent is not None:
            call.minute.tokens = call.spent
        if call.limits:
            # What the service counts goes before what we count.
            self._budget.heed(call.limits, anyio.current_time())
            self._availability.heed(call.limits, call.model)

    async def _record(self, call: Call, closure: Closure | None) -> None:
        """Write down what the day and other processes have to know."""
        if self._ledger is None:
            return
        with anyio.CancelScope(shield=True):
            if closure:
                await self._ledger.close(closure.until, model=closure.model)
            told = call.limits.tokens_per_min if call.limits else None
            more = 0 if call.spent is None else call.spent - call.expected
            if call.day and (more or told):
                await self._ledger.correct(call.day, call=call.name, tokens=more, told_tokens_per_min=told)

    def _say(self, line: str) -> None:
        self.on_change(line)  # who listens may be another by now

    def _wake(self) -> None:
        """Let whoever waits look again."""
        self._changed.set()
        self._changed = anyio.Event()

    def _settle(self) -> None:
        """Makes what belongs to a loop in the one that runs: a throttle may outlive several."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            self._turn = anyio.Lock()
            self._changed = anyio.Event()
            rate = self._limits.requests_per_min
            self._pace = AsyncLimiter(1, MINUTE_S / rate) if rate else None
