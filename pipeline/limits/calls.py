"""What passes a throttle, what it is held to, and what may keep it waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from pipeline.errors import ProviderError
from pipeline.limits.token_budget import Spending, ToldLimits


@dataclass(frozen=True, kw_only=True)
class ThrottleLimits:
    """How much of a service we may use, and how patient we are with it. None: no limit."""

    concurrency: int
    requests_per_min: float | None = None
    tokens_per_min: int | None = None
    requests_per_day: int | None = None
    tokens_per_day: int | None = None
    # Whether each model has limits of its own at the service: one that has to wait keeps nobody from another.
    by_model: bool = False
    # A closed door is waited for at most this long; what takes longer is a `ClosedError`.
    patience_s: float
    # See `Breaker`.
    breaker_failures: int
    breaker_cooldown_s: float
    breaker_cooldown_max_s: float


class Call:
    """One call on its way through the throttle."""

    def __init__(self, tokens: int, model: str = "") -> None:
        # By which it is known to other processes: at random, because none knows of the others.
        self.name = uuid4().hex[:12]
        self.expected = tokens
        self.model = model
        self.spent: int | None = None
        self.minute: Spending | None = None
        # What the service has said about its limits with the answer.
        self.limits: ToldLimits | None = None
        # The day of the ledger that it counts for.
        self.day: date | None = None
        # When (loop time) it has waited long enough for a closed door; None: it has not met one.
        self.patient_until: float | None = None

    def used(self, *, tokens: int) -> None:
        """What it really spent, as soon as the service has told; 0 if it was not reached, or refused."""
        self.spent = tokens

    def told(self, limits: ToldLimits) -> None:
        """What the service says about its limits, with an answer or with a refusal."""
        self.limits = limits


@dataclass(frozen=True)
class Obstacle:
    """What keeps calls from beginning: for how many seconds, and the error for callers who can't wait so long."""

    seconds: float
    error: Callable[[], ProviderError] | None = None
