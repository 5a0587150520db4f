"""Shared by the stand-ins: random faults, and a check that clients respect Retry-After."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

# Tolerance for requests that were already sent, and for slow reading of responses on a busy machine. A client that
# ignores Retry-After keeps coming, and is noticed anyway.
ON_ITS_WAY_S = 0.25


class RandomFaults:
    """Faults for a share of the requests, reproducible by seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def draw(self, faults: list[str], share: float) -> str | None:
        """A fault, or None. Always draws two random numbers, so that one draw never shifts the next."""
        hit, which = self._random.random() < share, self._random.random()
        return faults[int(which * len(faults))] if hit and faults else None


class RetryAfterChecker:
    """Detects clients that come back before the requested time."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._told_at = self._until = float("-inf")

    def tell(self, retry_after: str) -> None:
        """Record a response with this Retry-After (in seconds)."""
        now = self._clock_s()
        if now >= self._until:
            self._told_at = now
        self._until = max(self._until, now + float(retry_after))

    def complaint(self) -> str | None:
        """Complaints about a request that arrives now."""
        now = self._clock_s()
        if not self._told_at + ON_ITS_WAY_S < now < self._until:
            return None
        return f"called while closed: {now - self._told_at:.3f} s after a 429, {self._until - now:.3f} s too early"


def history(requests: Iterable[dict[str, Any]], complaints: list[str]) -> dict[str, Any]:
    """The response to GET /_history."""
    asked = list(requests)
    faults = Counter(request["fault"] for request in asked if request["fault"])
    return {"requests": asked, "faults": dict(faults), "complaints": complaints}
