"""What the stand-ins have in common: faults by chance, and a door that remembers what a client was told."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

# A request that was on its way when the client was told to wait is forgiven; a busy machine takes its time to read an
# answer. Whoever does not listen comes again and again, and later than that, too.
ON_ITS_WAY_S = 0.25


class Chance:
    """Faults for a share of the requests, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def draw(self, faults: list[str], share: float) -> str | None:
        """A fault, or none. Always takes two numbers, so that one draw never shifts the next."""
        hit, which = self._random.random() < share, self._random.random()
        return faults[int(which * len(faults))] if hit and faults else None


class Door:
    """Notices who comes back before the time that was asked for."""

    def __init__(self) -> None:
        self._told_at = self._until = float("-inf")

    def tell(self, retry_after: str) -> None:
        """An answer with this Retry-After (in seconds) leaves now."""
        now = time.monotonic()
        if now >= self._until:
            self._told_at = now
        self._until = max(self._until, now + float(retry_after))

    def complaint(self) -> str | None:
        """What there is to say about a request that arrives now."""
        now = time.monotonic()
        if not self._told_at + ON_ITS_WAY_S < now < self._until:
            return None
        return f"called while closed: {now - self._told_at:.3f} s after a 429, {self._until - now:.3f} s too early"


def history(requests: Iterable[dict[str, Any]], complaints: list[str]) -> dict[str, Any]:
    """What GET /_history answers."""
    asked = list(requests)
    faults = Counter(request["fault"] for request in asked if request["fault"])
    return {"requests": asked, "faults": dict(faults), "complaints": complaints}
