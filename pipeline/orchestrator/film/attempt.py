"""State that the stages of one attempt at a film share, besides the job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import TypeVar

import anyio
from anyio.abc import TaskGroup

from pipeline.errors import NightreelError
from pipeline.limits import Billing, Budget, Cores, Rank
from pipeline.model import Cost, Job, Price, Script
from pipeline.orchestrator.processes.workers import run_in_worker
from pipeline.rendering import Look, font_digest

Result = TypeVar("Result")


def _notify_nobody(_line: str) -> None:
    """The default without a listener."""


async def _save_nothing(_job: Job) -> None:
    """The default without a checkpoint."""


@dataclass(kw_only=True)
class Attempt:
    """What the stages use from the start of an attempt until the job is completed, parked or failed."""

    cores: Cores
    # The priority of this film when several films wait for a core.
    rank: Rank
    # The folder of its unfinished files; the file that describes how the film crashed its worker processes.
    work_folder: Path
    crash_report: Path
    # For work that one stage starts and a later stage needs; cancelled at the end of the attempt.
    background: TaskGroup
    # Saves the job in the middle of a stage, so that no published film is ever forgotten.
    save: Callable[[Job], Awaitable[None]] = _save_nothing
    # Shows the user one line about the run.
    notify: Callable[[str], None] = _notify_nobody
    # Prices of models, and the budgets that calls are charged to.
    prices: Mapping[str, Price] = field(default_factory=dict)
    budgets: tuple[Budget, ...] = ()
    # Usage and cost of services in the present stage.
    cost: Cost = field(default_factory=Cost)
    # Errors of worker tasks that crashed or failed inspection, by task key: running them again would end the same.
    failed_tasks: dict[str, NightreelError] = field(default_factory=dict)
    _font_digests: dict[tuple[Script, Look], str] = field(default_factory=dict)
    _scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    # How many tasks wait for a core, and what is left of the time limit meanwhile.
    _waiting: int = 0
    _left_s: float = 0.0

    @property
    def billing(self) -> Billing:
        """Prices and budgets for calls to services; costs are added to `cost`."""
        return Billing(prices=self.prices, budgets=self.budgets, on_cost=self.add_cost)

    def add_cost(self, cost: Cost) -> None:
        """Add the cost of a call, whether it succeeded or not."""
        self.cost += cost

    @contextmanager
    def time_limit(self, limit_s: float) -> Iterator[anyio.CancelScope]:
        """Cancel the block when it takes longer. The clock is paused while the film waits for a core."""
        with anyio.move_on_after(limit_s) as scope:
            self._scope = scope
            yield scope

    async def compute(self, function: Callable[..., Result], *arguments: object, duration_hint: float = 0.0) -> Result:
        """Run `function(*arguments)` in a worker process when this film gets a core. See `run_in_worker`.

        `duration_hint` is an estimate in any unit. Among tasks of one film the longest runs first, so that no
        core idles at the end; tasks without an estimate run before all others, since later work may depend on them.
        """
        return await run_in_worker(
            self.cores,
            function,
            *arguments,
            rank=(*self.rank, -duration_hint) if duration_hint else self.rank,
            work_folder=self.work_folder,
            crash_report=self.crash_report,
            waiting=self._pause_clock,
        )

    async def font_digest(self, script: Script, look: Look) -> str:
        """The digest of the fonts that draw this script, computed in a worker: workers have the font library loaded."""
        if (script, look) not in self._font_digests:
            self._font_digests[script, look] = await self.compute(font_digest, script, look)
        return self._font_digests[script, look]

    @contextmanager
    def _pause_clock(self) -> Iterator[None]:
        """Suspend the time limit while the block runs; blocks may overlap."""
        if not self._waiting:
            self._left_s, self._scope.deadline = self._scope.deadline - anyio.current_time(), inf
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._scope.deadline = anyio.current_time() + self._left_s
