"""Money counted in memory, as `pipeline.state.MoneyLedger` counts it on disk."""

from __future__ import annotations

import anyio.lowlevel


class Coins:
    """What was spent so far."""

    def __init__(self, usd: float = 0.0) -> None:
        self.usd = usd
        self.most = usd

    async def spent(self) -> float:
        """See `MoneyLedger`."""
        await anyio.lowlevel.checkpoint()
        return self.usd

    async def reserve(self, usd: float, *, allowed: float | None) -> str | None:
        """See `MoneyLedger`."""
        await anyio.lowlevel.checkpoint()
        if allowed is not None and round(self.usd + usd, 9) > allowed:
            return None
        self.usd = round(self.usd + usd, 9)
        self.most = max(self.most, self.usd)
        return ""

    async def correct(self, counts_for: str, usd: float) -> None:
        """See `MoneyLedger`."""
        await anyio.lowlevel.checkpoint()
        self.usd = round(self.usd + usd, 9)
