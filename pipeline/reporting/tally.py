"""Statistics of a batch, aggregated job by job.

Memory grows only by one number per film and stage, for exact percentiles.
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Iterable

from pipeline.model import Cost, JobStatus, JobSummary
from pipeline.reporting.distribution import Distribution, distribution_of
from pipeline.reporting.facts import RunFacts
from pipeline.reporting.gate import GateSummary
from pipeline.reporting.groups import Groups
from pipeline.reporting.timeline import Timeline

# The most films with thumbnails on the page, and the most that are listed as the slowest.
MOST_PICTURES = 200
MOST_LONGEST = 10
# Stages that are not listed come after these.
_ORDER = ("script", "narration", "subtitles", "scenes", "film", "quality", "publishing")


class Tally:
    """The statistics of the jobs added so far."""

    def __init__(self, facts: RunFacts) -> None:
        self._facts = facts
        self.counts: Counter[JobStatus] = Counter()
        # Total duration of the completed films.
        self.film_s = 0.0
        # Number and total duration of the films completed in this run.
        self.films_now = 0
        self.film_now_s = 0.0
        # Over all attempts of all jobs.
        self.bytes = 0
        self.found = 0
        self.made = 0
        self.cost = Cost()
        self.groups = Groups()
        self.gate = GateSummary()
        self.timeline = Timeline(facts.started_at, facts.ended_at)
        # The first completed films, in the order of the batch.
        self.pictured: list[JobSummary] = []
        # Durations in seconds, at eight bytes each.
        self._stages: dict[str, array[float]] = {}
        self._films = array("d")
        # (Seconds, -position in the batch, job), the longest first.
        self._longest: list[tuple[float, int, JobSummary]] = []

    def add(self, row: JobSummary) -> None:
        """Add a job."""
        self.counts[row.status] += 1
        self.bytes += row.bytes
        self.found += row.found
        self.made += row.made
        self.cost += row.cost
        self.groups.add(row)
        self.timeline.add(row)
        self.gate.add(row)
        for stage, seconds in row.seconds.items():
            self._stages.setdefault(stage, array("d")).append(seconds)
        if row.seconds:
            entry = (work_s(row), -self.asked, row)
            self._longest = heapq.nlargest(MOST_LONGEST, (*self._longest, entry))
        if row.status is JobStatus.COMPLETED:
            self._add_film(row)

    @property
    def asked(self) -> int:
        """The number of jobs."""
        return self.counts.total()

    @property
    def completed(self) -> int:
        """The number of completed films."""
        return self.counts[JobStatus.COMPLETED]

    @property
    def cache_share(self) -> float | None:
        """The cache hit ratio, 0 to 1; None: the cache was not used."""
        needed = self.found + self.made
        return self.found / needed if needed else None

    @property
    def films_per_hour(self) -> float | None:
        """Films completed per hour of this run; None: it took no time."""
        return self.films_now / self._facts.seconds * 3600 if self._facts.seconds > 0 else None

    @property
    def longest(self) -> list[JobSummary]:
        """The jobs with the most work, longest first."""
        return [row for _, _, row in self._longest]

    def stages(self) -> dict[str, Distribution]:
        """Durations by stage, in pipeline order."""
        order = {stage: place for place, stage in enumerate(_ORDER)}
        stages = sorted(self._stages, key=lambda stage: (order.get(stage, len(order)), stage))
        found = {stage: distribution_of(self._stages[stage]) for stage in stages}
        return {stage: durations for stage, durations in found.items() if durations}

    def films(self) -> Distribution | None:
        """The work per completed film, over all stages."""
        return distribution_of(self._films)

    def _add_film(self, row: JobSummary) -> None:
        self.film_s += row.duration_s or 0
        self._films.append(work_s(row))
        if len(self.pictured) < MOST_PICTURES:
            self.pictured.append(row)
        if row.ended_at and self._facts.started_at <= row.ended_at <= self._facts.ended_at:
            self.films_now += 1
            self.film_now_s += row.duration_s or 0


def tally_of(rows: Iterable[JobSummary], facts: RunFacts) -> Tally:
    """The statistics of all jobs."""
    tally = Tally(facts)
    for row in rows:
        tally.add(row)
    return tally


def work_s(row: JobSummary) -> float:
    """The work of a job in seconds, over all stages."""
    return sum(row.seconds.values())
