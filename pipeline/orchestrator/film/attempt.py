"""One attempt at a film: what its stages share besides the job."""

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


def _silence(_line: str) -> None:
    """Tells nobody: there is no listener."""


async def _forget(_job: Job) -> None:
    """Saves nothing: there is no checkpoint."""


@dataclass(kw_only=True)
class Attempt:
    """What the stages share from the moment a job is taken up until it is put down."""

    cores: Cores
    # Whose work goes first when several films want a core.
    rank: Rank
    # The folder of its unfinished files, and where it is kept how it kills worker processes, if it does.
    work_folder: Path
    crash_report: Path
    # Work that a stage begins for a later one: it ends with the attempt.
    background: TaskGroup
    # Saves what a stage has come to before it is over: what has left the house is never forgotten.
    save: Callable[[Job], Awaitable[None]] = _forget
    # Tells people a line about the run.
    notify: Callable[[str], None] = _silence
    # What models cost, and what may be spent on them.
    prices: Mapping[str, Price] = field(default_factory=dict)
    budgets: tuple[Budget, ...] = ()
    # What services were asked to do so far, and its price.
    cost: Cost = field(default_factory=Cost)
    # Work that has killed its processes, or did not pass, by a name of its own: it would end like that again.
    failed_tasks: dict[str, NightreelError] = field(default_factory=dict)
    # Digests of the fonts that draw a script in a look: see `font_digest`.
    fonts: dict[tuple[Script, Look], str] = field(default_factory=dict)
    _scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    # Pieces of work that wait for a core, and what is left of the time limit meanwhile.
    _waiting: int = 0
    _left_s: float = 0.0

    @property
    def billing(self) -> Billing:
        """What calls of services are paid with."""
        return Billing(prices=self.prices, budgets=self.budgets, on_cost=self.add_cost)

    def add_cost(self, cost: Cost) -> None:
        """A service has been paid, whatever came of it."""
        self.cost += cost

    @contextmanager
    def time_limit(self, limit_s: float) -> Iterator[anyio.CancelScope]:
        """Cancels the block when it takes longer. While the film waits for a core, the clock stands still."""
        with anyio.move_on_after(limit_s) as scope:
            self._scope = scope
            yield scope

    async def compute(self, function: Callable[..., Result], *arguments: object, takes: float = 0.0) -> Result:
        """`function(*arguments)` in a worker process, when it is this film's turn for a core. See `run_in_worker`.

        `takes` is about how long, in any unit: of the film's own work the longest goes first, so that no core waits for
        another in the end; before it goes what does not tell, since it may be needed to go on.
        """
        return await run_in_worker(
            self.cores,
            function,
            *arguments,
            rank=(*self.rank, -takes) if takes else self.rank,
            work_folder=self.work_folder,
            crash_report=self.crash_report,
            waiting=self._standing_still,
        )

    async def font_digest(self, script: Script, look: Look) -> str:
        """See `font_digest`, asked of a worker: these have loaded what reads fonts, and the command does without."""
        if (script, look) not in self.fonts:
            self.fonts[script, look] = await self.compute(font_digest, script, look)
        return self.fonts[script, look]

    @contextmanager
    def _standing_still(self) -> Iterator[None]:
        if not self._waiting:
            self._left_s, self._scope.deadline = self._scope.deadline - anyio.current_time(), inf
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._scope.deadline = anyio.current_time() + self._left_s
