"""Counts and sums over the index of a batch."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import NamedTuple

from pydantic import ValidationError

from pipeline.model import Cost, JobStatus, SampleStanding
from pipeline.state.index.database import Query
from pipeline.state.index.rows import cost_json


class Workload(NamedTuple):
    """The number of jobs, and of characters to speak, approximately."""

    jobs: int
    weight: int


class Totals:
    """Aggregates over one batch. All methods block briefly: call them in a thread."""

    def __init__(self, ask: Query) -> None:
        self._ask = ask

    def counts(self) -> dict[JobStatus, Workload]:
        """The jobs in each status; every status is included."""
        query = "SELECT status, COUNT(*), SUM(weight) FROM jobs WHERE position IS NOT NULL GROUP BY status"
        found = {status: Workload(jobs, weight) for status, jobs, weight in self._ask(query)}
        return {status: found.get(status.value, Workload(0, 0)) for status in JobStatus}

    def jobs(self, *, abandoned: int = 0) -> Counter[JobStatus]:
        """The number of jobs in each status; `abandoned` ones of those in progress count as pending."""
        counts = Counter({status: workload.jobs for status, workload in self.counts().items()})
        counts[JobStatus.IN_PROGRESS] -= abandoned
        counts[JobStatus.PENDING] += abandoned
        return counts

    def cost(self) -> Cost:
        """The cost of all jobs of the batch so far, in total and by model."""
        # Grouped, since most films of a batch cost the same: nothing, or one call.
        query = "SELECT cost, COUNT(*) FROM jobs WHERE position IS NOT NULL AND cost != '' GROUP BY cost"
        total = Cost()
        for text, jobs in self._ask(query):
            with contextlib.suppress(ValidationError):  # an invalid row is repaired when it is read
                total += cost_json().validate_json(text) * jobs
        return total

    def sampled(self) -> list[str]:
        """The ids of the jobs in the sample, listed or not."""
        return [job_id for (job_id,) in self._ask("SELECT id FROM jobs WHERE sample != ''")]

    def sample(self) -> SampleStanding:
        """The state of the batch's sample; cancelled jobs are left out."""
        query = (
            "SELECT sample, status, COUNT(*) FROM jobs WHERE sample != '' AND status NOT IN ('cancelled', 'completed') "
            "AND position IS NOT NULL GROUP BY sample, status UNION ALL SELECT sample, status, COUNT(*) FROM jobs "
            "WHERE sample = 'approved' AND status = 'completed' AND position IS NOT NULL GROUP BY sample, status"
        )
        counts = {"waiting": 0, "approved": 0, "rejected": 0, "failed": 0}
        for mark, status, jobs in self._ask(query):
            is_lost = mark == "waits" and status == JobStatus.FAILED
            counts["failed" if is_lost else "waiting" if mark == "waits" else mark] += jobs
        return SampleStanding(**counts)
