"""The daily quota of a project, counted as Google does: separately for uploads, searches and everything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tests.standins.youtube.rules import Refusal

PACIFIC = ZoneInfo("America/Los_Angeles")
# Units per method; methods not listed here cost one.
COSTS = {
    "captions.insert": 400, "captions.update": 450, "captions.list": 50, "captions.delete": 50,
    "thumbnails.set": 50, "playlists.insert": 50, "playlists.update": 50, "playlistItems.insert": 50,
    "videos.update": 50, "videos.delete": 50,
}  # fmt: skip
# Methods with their own quota.
BUCKETS = {"videos.insert": "uploads", "search.list": "searches"}


@dataclass
class Quota:
    """Counts every request, including rejected ones. Days are those of Pacific time."""

    uploads: int = 100
    searches: int = 100
    units: int = 10_000
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    # By day: the use of each quota, and rejected requests.
    spent: dict[date, Counter[str]] = field(default_factory=dict)
    refused: Counter[date] = field(default_factory=Counter)

    def today(self) -> Counter[str]:
        """Today's use."""
        return self.spent.setdefault(self._day(), Counter())

    def spend(self, method: str) -> None:
        """Raises `Refusal` when the day's quota is exhausted."""
        bucket = BUCKETS.get(method, "units")
        cost = COSTS.get(method, 1)
        today = self.today()
        if today[bucket] + cost > getattr(self, bucket):
            self.refused[self._day()] += 1
            raise exceeded() if bucket == "units" else spent_for_today(bucket)
        today[bucket] += cost

    def _day(self) -> date:
        return self.clock().astimezone(PACIFIC).date()


# The names of the quotas in responses.
_CALLED = {"uploads": "Video Uploads", "searches": "Search Queries"}


def spent_for_today(bucket: str = "uploads") -> Refusal:
    """The response when a separate quota is exhausted (googleapis/google-api-python-client issue 2753)."""
    return _of_service(f"Quota exceeded for quota metric '{_CALLED[bucket]}' and limit '{_CALLED[bucket]} per day'")


def spent_for_now() -> Refusal:
    """The response when a per-minute limit is exceeded."""
    return _of_service("Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'")


def _of_service(message: str) -> Refusal:
    told = f"{message} of service 'youtube.googleapis.com' for consumer 'project_number:123456789012'."
    return Refusal("rateLimitExceeded", told, status=429, domain="global")


def exceeded() -> Refusal:
    """The response when the day's units are exhausted."""
    message = 'The request cannot be completed because you have exceeded your <a href="/youtube/v3/">quota</a>.'
    return Refusal("quotaExceeded", message, status=403, domain="youtube.quota")
