"""Money for model calls: checked before a call, reserved when it begins, settled when it is over.

    async with billing.purchase("groq", "openai/gpt-oss-120b", tokens_in=1_500, tokens_out=4_096) as purchase:
        async with throttle.call(...):            # may wait: nothing is reserved yet
            await purchase.reserve()
            answer = await service.ask(...)
            purchase.used(tokens_in=answer.tokens_in, tokens_out=answer.tokens_out)

The caller states the most tokens that a call may use, so no call is made that could exceed a budget. A purchase costs
nothing if the call never began, or was voided because the service was not reached or refused it. Any other call without
a known cost, after a timeout or a broken connection, counts in full: it may have been charged.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Protocol

import anyio

from pipeline.errors import BudgetError, ConfigurationError
from pipeline.model import Cost, Price, price_of

# Decimal places in a ledger; no token is that cheap.
_DIGITS = 9
# How often a ledger is polled while other processes have reserved the rest of a budget.
_POLL_S = 2.0


class SpendingLedger(Protocol):
    """Counts US dollars for all processes of a workspace; `pipeline.state.MoneyLedger` does, on disk."""

    async def spent(self) -> float:
        """Dollars spent so far, including reservations."""

    async def certain(self) -> float:
        """Dollars spent for certain: without reservations, which may still be refunded."""

    async def reserve(self, usd: float, *, allowed: float | None) -> str | None:
        """Reserve `usd`; returns a name for `settle`, or None if it would exceed `allowed` (None: no limit)."""

    async def settle(self, reservation: str, usd: float) -> None:
        """Replace a reservation by the actual cost. A past day is not changed."""


class Budget:
    """The budget of one ledger, shared by all tasks of this process and by other processes.

    `allowed` is in US dollars; None: spending is only counted. `exceeded` makes the error from the dollars spent for
    certain and the most that the refused call may cost.
    """

    def __init__(
        self,
        ledger: SpendingLedger,
        allowed: float | None,
        exceeded: Callable[[float, float], BudgetError] | None = None,
        *,
        poll_s: float = _POLL_S,
    ) -> None:
        self._ledger = ledger
        self._exceeded = exceeded
        self._poll_s = poll_s
        self.allowed = allowed if exceeded else None
        # Reservations of this process by purchase, the number of settled ones, and who waits for the next.
        self._reserved: dict[object, str] = {}
        self._settled = 0
        self._waiting: set[anyio.Event] = set()

    async def spent(self) -> float:
        """US dollars spent so far, including reservations."""
        return await self._ledger.spent()

    async def check(self, usd: float) -> None:
        """Raise `BudgetError` if `usd` would exceed the budget even if all reservations were refunded."""
        if self.allowed is None or self._exceeded is None:
            return
        certain = await self._ledger.certain()
        if round(certain + usd, _DIGITS) > self.allowed:
            raise self._exceeded(certain, usd)

    async def reserve(self, purchase: object, usd: float) -> None:
        """Reserve `usd` for `purchase`, waiting for other reservations that may be refunded.

        Raises `BudgetError` if they are not.
        """
        while True:
            settled = self._settled
            reservation = await self._ledger.reserve(usd, allowed=self.allowed)
            if reservation is not None:
                self._reserved[purchase] = reservation
                return
            await self.check(usd)
            if settled == self._settled:
                await self._wait_for_settlement()

    async def settle(self, purchase: object, usd: float) -> None:
        """Replace the reservation of `purchase`, if it has one, by the actual cost."""
        if purchase not in self._reserved:
            return
        try:
            await self._ledger.settle(self._reserved[purchase], usd)
        finally:
            del self._reserved[purchase]
            self._settled += 1
            for event in self._waiting:
                event.set()

    async def _wait_for_settlement(self) -> None:
        """Wait until a purchase of this process is settled, or one of another process may be."""
        event = anyio.Event()
        self._waiting.add(event)
        try:
            with anyio.move_on_after(self._poll_s):
                await event.wait()
        finally:
            self._waiting.discard(event)


class Purchase:
    """One paid call."""

    def __init__(self, model: str, price: Price | None, budgets: Sequence[Budget], most: Cost) -> None:
        self._model = model
        self._price = price
        self._budgets = budgets
        self._most_usd = most.usd
        self._has_begun = False
        # The actual cost; None: unknown so far.
        self.cost: Cost | None = None

    async def check(self) -> None:
        """Raise `BudgetError` if the call could exceed a budget."""
        for budget in self._budgets:
            await budget.check(self._most_usd)

    async def reserve(self) -> None:
        """Reserve the money for the call, which begins now. Raises `BudgetError` if it could exceed a budget."""
        for budget in self._budgets:
            await budget.reserve(self, self._most_usd)
        self._has_begun = True

    def used(self, *, tokens_in: int, tokens_out: int, tokens_cached: int = 0) -> None:
        """Set the usage that the service reported. `tokens_cached` are part of `tokens_in`."""
        self.cost = Cost.of(
            self._model, self._price, tokens_in=tokens_in, tokens_out=tokens_out, tokens_cached=tokens_cached
        )

    def void(self) -> None:
        """Note that the call is not charged: the service was not reached, or refused it."""
        self._has_begun = False

    async def settle(self) -> None:
        """Refund what was reserved and not used."""
        worst_usd = self._most_usd if self._has_begun else 0.0
        usd = worst_usd if self.cost is None else self.cost.usd
        for budget in self._budgets:
            await budget.settle(self, usd)


class Billing:
    """Pays for the model calls of one film: prices, the budgets that apply, and a callback for each known cost.

    `prices` are keyed by model, or by service and model ("ollama/llama3"), which takes precedence.
    """

    def __init__(
        self,
        *,
        prices: Mapping[str, Price] | None = None,
        budgets: Sequence[Budget] = (),
        on_cost: Callable[[Cost], None] = lambda _cost: None,
    ) -> None:
        self._prices = prices or {}
        self._budgets = budgets
        self._on_cost = on_cost

    @contextlib.asynccontextmanager
    async def purchase(self, service: str, model: str, *, tokens_in: int, tokens_out: int) -> AsyncIterator[Purchase]:
        """Pay for one call of a model with at most so many tokens. The block calls `reserve` when the call begins.

        Raises `BudgetError` at once if the call could exceed a budget, and `ConfigurationError` for a model without a
        price while there is a budget: it could cost anything.
        """
        price = price_of(self._prices, service, model)
        if price is None and any(budget.allowed is not None for budget in self._budgets):
            hint = f'Set its price in nightreel.toml, under [prices."{model}"]; 0 if it is free'
            raise ConfigurationError("has no price, but a budget is set", where=model, hint=hint)
        most = Cost.of(model, price, tokens_in=tokens_in, tokens_out=tokens_out)
        purchase = Purchase(model, price, self._budgets, most)
        await purchase.check()
        try:
            yield purchase
        finally:
            if purchase.cost is not None:
                self._on_cost(purchase.cost)
            with anyio.CancelScope(shield=True):
                await purchase.settle()
