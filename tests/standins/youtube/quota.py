"""What a project may spend in a day, counted as Google does: in buckets for uploads, for searches and for the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tests.standins.youtube.rules import Refusal

PACIFIC = ZoneInfo("America/Los_Angeles")
# Units of each method; of those that are not here, one.
COSTS = {
    "captions.insert": 400, "captions.update": 450, "captions.list": 50, "captions.delete": 50,
    "thumbnails.set": 50, "playlists.insert": 50, "playlists.update": 50, "playlistItems.insert": 50,
    "videos.update": 50, "videos.delete": 50,
}  # fmt: skip
# Methods with a bucket of their own.
BUCKETS = {"videos.insert": "uploads", "search.list": "searches"}


@dataclass
class Quota:
    """Counts every request, also one that is refused. A day is that of Los Angeles."""

    uploads: int = 100
    searches: int = 100
    units: int = 10_000
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    # By day: what was spent of each bucket, and what was asked in vain.
    spent: dict[date, Counter[str]] = field(default_factory=dict)
    refused: Counter[date] = field(default_factory=Counter)

    def today(self) -> Counter[str]:
        """What was spent today."""
        return self.spent.setdefault(self._day(), Counter())

    def spend(self, method: str) -> None:
        """Raises `Refusal` when the day has no more."""
        bucket = BUCKETS.get(method, "units")
        cost = COSTS.get(method, 1)
        today = self.today()
        if today[bucket] + cost > getattr(self, bucket):
            self.refused[self._day()] += 1
            raise exceeded()
        today[bucket] += cost

    def _day(self) -> date:
        return self.clock().astimezone(PACIFIC).date()


def exceeded() -> Refusal:
    """What is said when a day is spent."""
    message = 'The request cannot be completed because you have exceeded your <a href="/youtube/v3/">quota</a>.'
    return Refusal("quotaExceeded", message, status=403, domain="youtube.quota")
