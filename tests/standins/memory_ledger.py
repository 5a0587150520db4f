"""An in-memory version of the budget ledger that `pipeline.state` keeps on disk."""

from __future__ import annotations

from uuid import uuid4

import anyio.lowlevel


class InMemoryLedger:
    """Spending so far."""

    def __init__(self, usd: float = 0.0) -> None:
        self.usd = usd
        self.most = usd
        self.reserved: dict[str, float] = {}

    async def spent(self) -> float:
        """See `MoneyLedger`."""
        await anyio.lowlevel.checkpoint()
        return self.usd

    async def certain(self) -> float:
        """See `MoneyLedger`."""
        await anyio.lowlevel.checkpoint()
        return round(self.usd - sum(self.reserved.values()), 9)

    async def reserve(self, usd: float, *, allowed: float | None) -> str | None:
        """See `MoneyLedger`."""
        await anyio.lowlevel.checkpoint()
        if allowed is not None and round(self.usd + usd, 9) > allowed:
            return None
        self.usd = round(self.usd + usd, 9)
        self.most = max(self.most, self.usd)
        reservation = uuid4().hex
        self.reserved[reservation] = usd
        return reservation

    async def settle(self, reservation: str, usd: float) -> None:
        """See `MoneyLedger`."""
        await anyio.lowlevel.checkpoint()
        self.usd = round(self.usd - self.reserved.pop(reservation) + usd, 9)
