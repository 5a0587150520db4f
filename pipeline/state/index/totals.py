"""How a batch stands: what its index counts and adds up."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from pydantic import ValidationError

from pipeline.model import Cost, JobStatus, SampleStanding
from pipeline.state.index.database import Ask
from pipeline.state.index.rows import cost_json


class Standing(NamedTuple):
    """How many jobs, and about how many characters they speak."""

    jobs: int
    weight: int


class Sums:
    """The sums of one batch. Every method blocks for a moment: call it in a thread."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def counts(self) -> dict[JobStatus, Standing]:
        """How many jobs are in each status, and how much work; every status is named."""
        query = "SELECT status, COUNT(*), SUM(weight) FROM jobs WHERE position IS NOT NULL GROUP BY status"
        found = {status: Standing(jobs, weight) for status, jobs, weight in self._ask(query)}
        return {status: found.get(status.value, Standing(0, 0)) for status in JobStatus}

    def cost(self) -> Cost:
        """What all jobs of the batch have cost so far, in all and by model."""
        # Most films of a batch cost the same: nothing, or what one call does.
        query = "SELECT cost, COUNT(*) FROM jobs WHERE position IS NOT NULL AND cost != '' GROUP BY cost"
        total = Cost()
        for text, jobs in self._ask(query):
            with contextlib.suppress(ValidationError):  # such a row is read again when it is looked at
                total += cost_json().validate_json(text) * jobs
        return total

    def sampled(self) -> list[str]:
        """Ids of the jobs that are in the sample, listed or not."""
        return [job_id for (job_id,) in self._ask("SELECT id FROM jobs WHERE sample != ''")]

    def sample(self) -> SampleStanding:
        """How the sample of the batch stands. What is not wanted any more is not waited for."""
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
