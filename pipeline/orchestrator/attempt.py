"""One attempt at a film: what its stages share besides the job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from anyio.abc import TaskGroup

from pipeline.limits import Cores, Rank
from pipeline.model import Cost
from pipeline.orchestrator.workers import in_worker

Result = TypeVar("Result")


@dataclass(kw_only=True)
class Attempt:
    """Made when a job is taken up, gone when it is put down."""

    cores: Cores
    # Whose work goes first when several films want a core.
    rank: Rank
    # The folder of its unfinished files, and where it is kept how it kills worker processes, if it does.
    bench: Path
    evidence: Path
    # Work that a stage begins for a later one: it ends with the attempt.
    ahead: TaskGroup
    # What services were asked to do so far, and its price.
    cost: Cost = field(default_factory=Cost)

    def spent(self, cost: Cost) -> None:
        """A service has been paid, whatever came of it."""
        self.cost += cost

    async def compute(self, function: Callable[..., Result], *arguments: object) -> Result:
        """`function(*arguments)` in a worker process, when it is this film's turn for a core. See `in_worker`."""
        return await in_worker(
            self.cores, function, *arguments, rank=self.rank, bench=self.bench, evidence=self.evidence
        )
