"""Shared by all films of a workspace, whatever their settings: checkpoints, cache, cores, throttles, budgets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pipeline.limits import (
    Bandwidth,
    Budget,
    Cores,
    ResourceLimits,
    ResourceWatch,
    Strategy,
    Throttle,
    make_strategy,
)
from pipeline.orchestrator.context import provider_factory
from pipeline.orchestrator.context.budgets import budget_of_batch, budget_of_day
from pipeline.orchestrator.resources import limits_of, watch_of
from pipeline.orchestrator.uploads import allowance_of
from pipeline.settings import Settings
from pipeline.state import Cache, CheckpointStore, Ledger
from pipeline.state.ledgers.quota import ProjectQuota

# Open files per film: its lock, its connections and those of its workers.
_FILES_PER_FILM = 8
_FILES_OF_OURS = 32


def _films_by_open_files() -> int:
    """How many films may be in progress within the limit of open files. Windows has no such limit."""
    if sys.platform == "win32":
        return sys.maxsize
    import resource  # noqa: PLC0415 - POSIX only

    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if most == resource.RLIM_INFINITY else max(1, (most - _FILES_OF_OURS) // _FILES_PER_FILM)


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """One per process and workspace, with the settings of the command that runs."""

    workspace: Path
    settings: Settings
    clock: Callable[[], datetime]
    # Names of encoders that FFmpeg is known to have on this machine.
    encoders: set[str] = field(default_factory=set)
    _throttles: dict[str, Throttle] = field(default_factory=dict)
    _budgets: dict[str, Budget] = field(default_factory=dict)
    _quotas: dict[str, ProjectQuota] = field(default_factory=dict)
    # Notices that have been shown already.
    _notices: set[str] = field(default_factory=set)
    # The listener for notices, if any.
    _listeners: list[Callable[[str], None]] = field(default_factory=list)

    @cached_property
    def store(self) -> CheckpointStore:
        """The checkpoints of this workspace."""
        return CheckpointStore(self.workspace)

    @cached_property
    def cache(self) -> Cache:
        """The content-addressed cache of scripts, clips and segments."""
        return Cache(self.workspace / "state" / "cache")

    @cached_property
    def cores(self) -> Cores:
        """The limit of concurrent worker processes."""
        return Cores(self.settings.work.workers)

    def share_cores(self, processes: int) -> None:
        """Use an equal share of the cores when this many nightreel processes run."""
        self.cores.limit_to(max(1, self.settings.work.workers // max(1, processes)))

    @cached_property
    def resources(self) -> ResourceWatch:
        """The monitor of memory, disk and CPU. Slow when first used: not for the event loop."""
        return watch_of(self.workspace)

    @cached_property
    def resource_limits(self) -> ResourceLimits:
        """How much memory and disk films may use. Blocks."""
        return limits_of(self.settings)

    def make_strategy(self) -> Strategy:
        """The strategy that decides how many films are in progress at once. Blocks."""
        return make_strategy(
            self.settings.work.strategy,
            max_concurrent=min(self.settings.work.max_concurrent, _films_by_open_files()),
            cores=self.settings.work.workers,
            memory_limit_bytes=self.resource_limits.max_memory_bytes,
        )

    def throttle(self, service: str) -> Throttle:
        """The rate limiter of a service, shared by all films."""
        if service not in self._throttles:
            limits = provider_factory.throttle_limits(service, self.settings)
            throttle = Throttle(service, limits, ledger=self.ledger(service), on_change=self._notify, clock=self.clock)
            self._throttles[service] = throttle
        return self._throttles[service]

    def ledger(self, service: str) -> Ledger:
        """The usage of a service today, by all processes."""
        return Ledger(self.workspace / "state" / "ledgers", service, clock=self.clock)

    def project_quota(self, project: str) -> ProjectQuota:
        """The daily YouTube quota of a Google API project, shared by all processes."""
        if project not in self._quotas:
            folder, allowance = self.workspace / "state" / "ledgers", allowance_of(self.settings.youtube)
            self._quotas[project] = ProjectQuota(folder, project, allowance, clock=self.clock)
        return self._quotas[project]

    @cached_property
    def bandwidth(self) -> Bandwidth | None:
        """The bandwidth limit shared by all uploads of this process; None: unlimited."""
        kib_per_s = self.settings.youtube.kib_per_s
        return Bandwidth(kib_per_s * 1024) if kib_per_s else None

    def budgets(self, batch: str) -> tuple[Budget, ...]:
        """The budgets that films of a batch are charged to: of the batch and of the day."""
        if batch not in self._budgets:
            self._budgets[batch] = budget_of_batch(batch, self.store.folder(batch), self.settings)
        return self._budgets[batch], self._day_budget

    @cached_property
    def _day_budget(self) -> Budget:
        return budget_of_day(self.workspace / "state" / "ledgers", self.settings, self.clock)

    def notify_once(self, line: str) -> None:
        """Send a notice to the listener, unless it was sent before."""
        if line not in self._notices:
            self._notices.add(line)
            self._notify(line)

    def on_notice(self, listener: Callable[[str], None]) -> None:
        """Set the listener for notices, such as that a service is unavailable, or available again."""
        self._listeners[:] = [listener]

    def _notify(self, line: str) -> None:
        for listener in self._listeners:
            listener(line)
