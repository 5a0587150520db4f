"""The money that models may cost: looked at before a call, reserved when it begins, corrected when it is over.

    async with billing.buying("groq", "openai/gpt-oss-120b", tokens_in=1_500, tokens_out=4_096) as purchase:
        async with throttle.call(...):            # may take a while: nothing is reserved meanwhile
            await purchase.reserve()
            answer = await service.ask(...)
            purchase.used(tokens_in=answer.tokens_in, tokens_out=answer.tokens_out)

Whoever buys says the most that a call may take, so that no call is made which could exceed a budget. A purchase costs
nothing when it never began, or when who buys says so (`free`), because the service was not reached or refused; any
other that ends without a bill, by a time-out or a broken connection, counts in full: it may have been charged.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Protocol

import anyio

from pipeline.errors import BudgetError, ConfigurationError
from pipeline.model import Cost, Price, price_of

# So many digits behind the point a ledger has; no token is so cheap.
_DIGITS = 9
# How often a ledger is looked into while others have reserved what is left: they tell only the ledger.
_LOOK_AGAIN_S = 2.0


class SpendingLedger(Protocol):
    """Who keeps count for all processes of a workspace; `pipeline.state.MoneyLedger` does, on disk. US dollars."""

    async def spent(self) -> float:
        """What was spent so far, with what is reserved."""

    async def certain(self) -> float:
        """What was spent for sure: without what is reserved, by whoever it is, and may still come back."""

    async def reserve(self, usd: float, *, allowed: float | None) -> str | None:
        """Count `usd` as spent; None: that would make more than `allowed` (itself None: anything goes).

        Returns the name of the reservation, for `settle`.
        """

    async def settle(self, reservation: str, usd: float) -> None:
        """It has cost `usd` in the end. A day that is over stays as it is."""


class Budget:
    """What may be spent of one ledger, by all tasks of this process and whoever else writes into it.

    `allowed` is in US dollars; None: everything is only counted. `exceeded` makes the error, of what was spent for sure
    and what the refused call may cost.
    """

    def __init__(
        self,
        ledger: SpendingLedger,
        allowed: float | None,
        exceeded: Callable[[float, float], BudgetError] | None = None,
        *,
        look_again_s: float = _LOOK_AGAIN_S,
    ) -> None:
        self._ledger = ledger
        self._exceeded = exceeded
        self._look_again_s = look_again_s
        self.allowed = allowed if exceeded else None
        # What purchases of this process have reserved, how many were settled, and who waits for that.
        self._reserved: dict[object, str] = {}
        self._settled = 0
        self._waiting: set[anyio.Event] = set()

    async def spent(self) -> float:
        """US dollars so far, with what is reserved."""
        return await self._ledger.spent()

    async def look(self, usd: float) -> None:
        """Raise `BudgetError` when `usd` could not be spent even if all that is reserved came back."""
        if self.allowed is None or self._exceeded is None:
            return
        certain = await self._ledger.certain()
        if round(certain + usd, _DIGITS) > self.allowed:
            raise self._exceeded(certain, usd)

    async def reserve(self, purchase: object, usd: float) -> None:
        """Count `usd` as spent by `purchase`, now; what others have reserved is waited for, because it may come back.

        Raises `BudgetError` when it does not.
        """
        while True:
            settled = self._settled
            reservation = await self._ledger.reserve(usd, allowed=self.allowed)
            if reservation is not None:
                self._reserved[purchase] = reservation
                return
            await self.look(usd)
            if settled == self._settled:
                await self._until_settled()

    async def settle(self, purchase: object, usd: float) -> None:
        """It has cost `usd` in the end; nothing if it has reserved nothing."""
        if purchase not in self._reserved:
            return
        try:
            await self._ledger.settle(self._reserved[purchase], usd)
        finally:
            del self._reserved[purchase]
            self._settled += 1
            for event in self._waiting:
                event.set()

    async def _until_settled(self) -> None:
        """Until a purchase of this process is over, or one of another may be."""
        event = anyio.Event()
        self._waiting.add(event)
        try:
            with anyio.move_on_after(self._look_again_s):
                await event.wait()
        finally:
            self._waiting.discard(event)


class Purchase:
    """One call that is paid for."""

    def __init__(self, model: str, price: Price | None, budgets: Sequence[Budget], most: Cost) -> None:
        self._model = model
        self._price = price
        self._budgets = budgets
        self._most_usd = most.usd
        self._has_begun = False
        # What it cost; None: nobody has told yet.
        self.cost: Cost | None = None

    async def look(self) -> None:
        """Raise `BudgetError` when it can't be afforded."""
        for budget in self._budgets:
            await budget.look(self._most_usd)

    async def reserve(self) -> None:
        """Reserve the money of the call, which begins now. Raises `BudgetError` when it can't be afforded any more."""
        for budget in self._budgets:
            await budget.reserve(self, self._most_usd)
        self._has_begun = True

    def used(self, *, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> None:
        """What it really took, as soon as the service has told. `tokens_cached` are some of `tokens_in`."""
        self.cost = Cost.of(
            self._model, self._price, tokens_in=tokens_in, tokens_out=tokens_out, tokens_cached=tokens_cached
        )

    def free(self) -> None:
        """The service was not reached, or refused: it charges nothing."""
        self._has_begun = False

    async def settle(self) -> None:
        """The call is over: what was reserved and not used is given back."""
        at_worst = self._most_usd if self._has_begun else 0.0
        usd = at_worst if self.cost is None else self.cost.usd
        for budget in self._budgets:
            await budget.settle(self, usd)


class Billing:
    """What one film may buy with: prices, the budgets that hold for it, and who is told what it cost.

    `prices` are those of models by name, or by service and model ("ollama/llama3"), which go first.
    """

    def __init__(
        self,
        *,
        prices: Mapping[str, Price] | None = None,
        budgets: Sequence[Budget] = (),
        told: Callable[[Cost], None] = lambda _cost: None,
    ) -> None:
        self._prices = prices or {}
        self._budgets = budgets
        self._told = told

    @contextlib.asynccontextmanager
    async def buying(self, service: str, model: str, *, tokens_in: int, tokens_out: int) -> AsyncIterator[Purchase]:
        """One call of a model, which will read and write at most so many tokens. The block reserves when it begins.

        Raises `BudgetError` at once when that can't be afforded, and `ConfigurationError` for a model without a price
        while a budget is set: it could cost anything.
        """
        price = price_of(self._prices, service, model)
        if price is None and any(budget.allowed is not None for budget in self._budgets):
            hint = f'Say what it costs in nightreel.toml, under [prices."{model}"]; 0 for one that costs nothing'
            raise ConfigurationError("has no price, and there is a budget to keep", where=model, hint=hint)
        most = Cost.of(model, price, tokens_in=tokens_in, tokens_out=tokens_out)
        purchase = Purchase(model, price, self._budgets, most)
        await purchase.look()
        try:
            yield purchase
        finally:
            if purchase.cost is not None:
                self._told(purchase.cost)
            with anyio.CancelScope(shield=True):
                await purchase.settle()
