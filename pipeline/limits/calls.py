"""The calls that pass a throttle, their limits, and the obstacles that make them wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from pipeline.errors import ProviderError
from pipeline.limits.token_budget import ReportedLimits, Spending


@dataclass(frozen=True, kw_only=True)
class ThrottleLimits:
    """How much of a service we may use, and how long we wait for it. None: no limit."""

    concurrency: int
    requests_per_min: float | None = None
    tokens_per_min: int | None = None
    requests_per_day: int | None = None
    tokens_per_day: int | None = None
    # Whether the service limits each model separately: then a model that must wait does not delay the others.
    by_model: bool = False
    # The longest wait for a closed service; a longer one is a `ClosedError`.
    patience_s: float
    # See `Breaker`.
    breaker_failures: int
    breaker_cooldown_s: float
    breaker_cooldown_max_s: float


class Call:
    """One call in a throttle."""

    def __init__(self, tokens: int, model: str = "") -> None:
        # Unique among all processes, hence random.
        self.name = uuid4().hex[:12]
        self.expected = tokens
        self.model = model
        self.spent: int | None = None
        self.minute: Spending | None = None
        # The limits reported with the response.
        self.limits: ReportedLimits | None = None
        # The ledger day that it counts for.
        self.day: date | None = None
        # When (loop time) to give up waiting for a closed service; None: it has not found it closed.
        self.gives_up_at: float | None = None

    def used(self, *, tokens: int) -> None:
        """Set the tokens that the service counted; 0 if it was not reached, or refused the call."""
        self.spent = tokens

    def report_limits(self, limits: ReportedLimits) -> None:
        """Set the limits that the service reported, with a response or with an error."""
        self.limits = limits


@dataclass(frozen=True)
class Obstacle:
    """Why a call can't begin yet: for how many seconds, and the error for callers that can't wait that long."""

    seconds: float
    error: Callable[[], ProviderError] | None = None
