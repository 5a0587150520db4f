"""Statistics of a batch, computed row by row, so that memory hardly depends on its size.

Only one number per film and stage is kept, for exact percentiles.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from pipeline.model import Cost, JobStatus, JobSummary
from pipeline.reporting.distribution import Samples, Spread
from pipeline.reporting.facts import RunFacts
from pipeline.reporting.gate import GateSummary
from pipeline.reporting.groups import Groups
from pipeline.reporting.timeline import Night

# Number of films with pictures on the page, and of films listed for their duration.
MOST_PICTURES = 200
MOST_LONGEST = 10
# Unlisted stages come after these.
_IN_ORDER = ("script", "narration", "subtitles", "scenes", "film", "quality", "publishing")


class Tally:
    """The totals of a batch so far."""

    def __init__(self, facts: RunFacts) -> None:
        self._facts = facts
        self.counts: Counter[JobStatus] = Counter()
        # Total duration of existing films, in seconds.
        self.film_s = 0.0
        # Films completed in this run: number and duration.
        self.films_now = 0
        self.film_now_s = 0.0
        # Over all attempts of all jobs.
        self.bytes = 0
        self.found = 0
        self.made = 0
        self.cost = Cost()
        self.groups = Groups()
        self.gate = GateSummary()
        self.night = Night(facts.started_at, facts.ended_at)
        # The first completed films, in the order of the batch.
        self.pictured: list[JobSummary] = []
        self._stages: dict[str, Samples] = {}
        self._films = Samples()
        # (seconds, -position in the batch, row): a heap whose smallest element is dropped first.
        self._longest: list[tuple[float, int, JobSummary]] = []

    def add(self, row: JobSummary) -> None:
        """Add a job."""
        self.counts[row.status] += 1
        self.bytes += row.bytes
        self.found += row.found
        self.made += row.made
        self.cost += row.cost
        self.groups.add(row)
        self.night.add(row)
        self.gate.add(row)
        for stage, seconds in row.seconds.items():
            self._stages.setdefault(stage, Samples()).add(seconds)
        if row.seconds:
            self._keep_if_long(row)
        if row.status is JobStatus.COMPLETED:
            self._add_film(row)

    @property
    def asked(self) -> int:
        """The number of jobs."""
        return self.counts.total()

    @property
    def completed(self) -> int:
        """The number of existing films."""
        return self.counts[JobStatus.COMPLETED]

    @property
    def cache_share(self) -> float | None:
        """The cache hit ratio, 0 to 1; None without lookups."""
        needed = self.found + self.made
        return self.found / needed if needed else None

    @property
    def films_per_hour(self) -> float | None:
        """Films completed per hour of this run; None for an empty run."""
        return self.films_now / self._facts.seconds * 3600 if self._facts.seconds > 0 else None

    @property
    def longest(self) -> list[JobSummary]:
        """The jobs with the most seconds of work, the longest first."""
        return [row for _, _, row in sorted(self._longest, reverse=True)]

    def stages(self) -> dict[str, Spread]:
        """Durations by stage, in pipeline order."""
        spreads = {stage: self._stages[stage].spread() for stage in in_order(self._stages)}
        return {stage: spread for stage, spread in spreads.items() if spread}

    def films(self) -> Spread | None:
        """Seconds of work per completed film, over all stages."""
        return self._films.spread()

    def _add_film(self, row: JobSummary) -> None:
        self.film_s += row.duration_s or 0
        self._films.add(work_s(row))
        if len(self.pictured) < MOST_PICTURES:
            self.pictured.append(row)
        if row.ended_at and _within(row.ended_at, self._facts):
            self.films_now += 1
            self.film_now_s += row.duration_s or 0

    def _keep_if_long(self, row: JobSummary) -> None:
        entry = (work_s(row), -self.asked, row)
        if len(self._longest) < MOST_LONGEST:
            heapq.heappush(self._longest, entry)
        else:
            heapq.heappushpop(self._longest, entry)


def tally_of(rows: Iterable[JobSummary], facts: RunFacts) -> Tally:
    """The totals of all rows."""
    tally = Tally(facts)
    for row in rows:
        tally.add(row)
    return tally


def work_s(row: JobSummary) -> float:
    """Seconds of work on a job, over all its stages."""
    return sum(row.seconds.values())


def _within(at: datetime, facts: RunFacts) -> bool:
    return facts.started_at <= at <= facts.ended_at


def stage_name(stage: str) -> str:
    """The label of a stage, as in `--from STAGE` and in time limits."""
    return stage.capitalize()


def in_order(stages: Iterable[str]) -> list[str]:
    """Without duplicates, in order."""
    return sorted(
        set(stages), key=lambda stage: (_IN_ORDER.index(stage) if stage in _IN_ORDER else len(_IN_ORDER), stage)
    )
