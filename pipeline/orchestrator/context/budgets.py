"""Budgets from the settings: one per batch, one per day."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from pipeline.errors import BudgetError
from pipeline.limits import Budget
from pipeline.model import STANDALONE_BATCHES, format_usd
from pipeline.settings import Settings
from pipeline.state import MoneyLedger


def budget_of_batch(batch: str, folder: Path, settings: Settings) -> Budget:
    """The budget of a batch, counted in its `folder`. A call that would exceed it waits until a person raises it."""
    allowed = settings.budget.usd_per_batch

    def exceeded(spent: float, call: float) -> BudgetError:
        larger = _ceiling(max(2 * allowed, spent + call))
        return BudgetError(
            f"the budget of batch “{batch}” allows no further call",
            hint=f"{_state(spent, allowed, call)}. "
            f"Continue with a larger one: nightreel resume {shlex.quote(batch)} --budget {larger}",
        )

    is_limited = allowed > 0 and batch not in STANDALONE_BATCHES
    return Budget(MoneyLedger(folder / "spent.json"), allowed if is_limited else None, exceeded)


def budget_of_day(ledgers: Path, settings: Settings, clock: Callable[[], datetime]) -> Budget:
    """The budget of a day, from midnight to midnight in local time. A call that would exceed it waits for the next day.

    (The quota of a service, in contrast, is counted by the days of that service.)
    """
    allowed = settings.budget.usd_per_day

    def today() -> date:
        return clock().astimezone().date()

    def exceeded(spent: float, call: float) -> BudgetError:
        # A naive datetime is local: this is midnight even on a night with a clock change.
        tomorrow = datetime.combine(today() + timedelta(days=1), time()).astimezone()
        return BudgetError(
            "the budget of the day allows no further call",
            hint=f"{_state(spent, allowed, call)}. It continues tomorrow; raise budget.usd_per_day to continue now",
            resets_at=tomorrow.astimezone(UTC),
        )

    # A name that no service can have.
    ledger = MoneyLedger(ledgers / "budget.day.json", today=today)
    return Budget(ledger, allowed or None, exceeded)


# Amounts differ from film to film: in the hint instead of the message, waiting films still have one common cause.
def _state(spent: float, allowed: float, call: float) -> str:
    return f"{format_usd(spent)} of {format_usd(allowed)} are spent, and a call may cost {format_usd(call)}"


def _ceiling(usd: float) -> str:
    """The amount rounded up to a millionth, without trailing zeros."""
    return f"{math.ceil(round(usd * 1e6, 3)) / 1e6:.6f}".rstrip("0").rstrip(".")
