"""What films may cost, as the settings say: of the money of their batch, and of the day's."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from pipeline.errors import BudgetError
from pipeline.limits import Budget
from pipeline.model import STANDALONE_BATCHES, Price, format_usd
from pipeline.settings import Settings
from pipeline.state import MoneyLedger


def prices_of(settings: Settings) -> dict[str, Price]:
    """What models cost, by name, or by that of their service and their own."""
    return {
        name: Price(
            usd_per_million_in=price.usd_per_million_in,
            usd_per_million_out=price.usd_per_million_out,
            usd_per_million_cached=price.usd_per_million_cached,
        )
        for name, price in settings.prices.items()
    }


def budget_of_batch(batch: str, folder: Path, settings: Settings) -> Budget:
    """The money of a batch, counted in its `folder`. What would exceed it waits for a person to raise it."""
    allowed = settings.budget.usd_per_batch

    def exceeded(spent: float, call: float) -> BudgetError:
        larger = _typed(max(2 * allowed, spent + call))
        return BudgetError(
            f"the budget of batch “{batch}” allows no further call",
            hint=f"{_of(spent, allowed, call)}. "
            f"Go on with a larger one: nightreel resume {shlex.quote(batch)} --budget {larger}",
        )

    is_limited = allowed > 0 and batch not in STANDALONE_BATCHES
    return Budget(MoneyLedger(folder / "spent.json"), allowed if is_limited else None, exceeded)


def budget_of_day(ledgers: Path, settings: Settings, clock: Callable[[], datetime]) -> Budget:
    """The money of a day, from midnight to midnight where this machine is: it is a person who goes by it.

    (An allowance of a service is counted by the days of that service.) What would exceed it waits for the next day.
    """
    allowed = settings.budget.usd_per_day

    def today() -> date:
        return clock().astimezone().date()

    def exceeded(spent: float, call: float) -> BudgetError:
        # Without a zone it is midnight here, whatever the clocks do that night.
        tomorrow = datetime.combine(today() + timedelta(days=1), time()).astimezone()
        return BudgetError(
            "the budget of the day allows no further call",
            hint=f"{_of(spent, allowed, call)}. It goes on when the day is over; raise budget.usd_per_day to go on now",
            resets_at=tomorrow.astimezone(UTC),
        )

    # No service can have this name.
    ledger = MoneyLedger(ledgers / "budget.day.json", today=today)
    return Budget(ledger, allowed or None, exceeded)


# Sums differ from film to film; where they stand in what to do, the films that wait have one cause.
def _of(spent: float, allowed: float, call: float) -> str:
    return f"{format_usd(spent)} of {format_usd(allowed)} are spent, and a call may cost {format_usd(call)}"


def _typed(usd: float) -> str:
    """At least as much, in a number that can be typed."""
    return f"{math.ceil(round(usd * 1e6, 3)) / 1e6:.6f}".rstrip("0").rstrip(".")
