"""The forecast of a run: what it would do, and its time, cost and disk use. Nothing is made, requested or changed.

Everything that needs no service is checked film by film (`survey`); time, cost and disk use are estimated from earlier
films of the workspace (`history`).
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from anyio import to_thread

from pipeline.errors import EXIT_OK, EXIT_SOME_JOBS_FAILED, InputError
from pipeline.model import Brief, Priority
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.hosts import Hosts
from pipeline.orchestrator.forecast.findings import Cached, Films, Problem, RunSurvey
from pipeline.orchestrator.forecast.history import FilmHistory, read_history
from pipeline.orchestrator.forecast.script_costs import (
    Money,
    Quota,
    done_at,
    money_notes,
    money_of,
    quota_of,
    script_time_s,
)
from pipeline.orchestrator.forecast.survey import survey
from pipeline.orchestrator.uploads import UploadDays, upload_days


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What a run would do. `asdict` returns JSON-compatible values."""

    batch: str
    films: Films
    cached: Cached
    # Length of the films to make, and the time to make them.
    film_s: float
    seconds: float
    # The number of earlier films of the same kinds that the time is estimated from, and the kinds without any, which
    # are estimated from docs/performance.md.
    learned_from: int
    unlike: tuple[str, ...]
    # When the run ends (ISO 8601) if it starts now.
    done_at: str
    money: Money
    disk: Disk
    # None if no model is needed, or it has no daily quota.
    quota: Quota | None
    # Days that publishing takes; empty if nothing is published.
    uploads: tuple[UploadDays, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    exit_code: int


async def forecast(
    briefs: Collection[Brief],
    context: RunContext,
    *,
    batch: str,
    priority: Priority = Priority.NORMAL,
    unreadable: Sequence[InputError] = (),
) -> Forecast:
    """Check everything that a run of these briefs would need, and estimate time, cost and disk use.

    Problems are returned, not raised: those of single films, including `unreadable` ones, and those that stop the run.
    """
    found = await to_thread.run_sync(lambda: survey(briefs, context, batch=batch, priority=priority))
    problems = (*(Problem.of(error, films=1) for error in unreadable), *found.problems)
    return await to_thread.run_sync(_estimate, found, context, batch, problems)


def _estimate(found: RunSurvey, context: RunContext, batch: str, problems: tuple[Problem, ...]) -> Forecast:
    known = read_history(context)
    money, quota = money_of(found, known, context), quota_of(found, known, context)
    work_s = sum(
        work.fresh * known.rates_of(kind).work_s_per_char + work.spared * known.join_s
        for kind, work in found.work.items()
    )
    seconds = max(work_s, script_time_s(found, known, context))
    film_s = sum(work.weight for work in found.work.values()) * known.film_s_per_char
    disk = disk_of(found, known, context)
    full, tight = disk_trouble(disk, context)
    films = found.films.to_make - found.films.impossible
    uploads = upload_days(context.workspace, context.settings, films, series=found.series, clock=context.clock)
    return Forecast(
        batch=batch,
        films=found.films,
        cached=found.cached,
        film_s=round(film_s, 1),
        seconds=round(seconds, 1),
        learned_from=sum(known.rates_of(kind).films for kind in found.work),
        unlike=tuple(sorted(str(kind) for kind in found.work if not known.rates_of(kind).films)),
        done_at=done_at(context.clock(), seconds, found.scripts_to_ask, quota).isoformat(timespec="seconds"),
        money=money,
        disk=disk,
        quota=quota,
        uploads=uploads,
        notes=(*found.notes, *money_notes(money, known, context, batch), *_login_notes(uploads, context.hosts), *tight),
        problems=(*problems, *full),
        exit_code=_exit_code((*problems, *full)),
    )


def _login_notes(uploads: Sequence[UploadDays], hosts: Hosts) -> list[str]:
    names = [name for found in uploads for name in found.without_login]
    return [hosts.login_warning(name) for name in names]


def _exit_code(problems: Sequence[Problem]) -> int:
    """The exit code that the run would have."""
    stopping = [problem.exit_code for problem in problems if not problem.films]
    if stopping:
        return stopping[0]
    return EXIT_SOME_JOBS_FAILED if problems else EXIT_OK


@dataclass(frozen=True, kw_only=True)
class Disk:
    """Bytes that would be written to output/ and to the cache, and free bytes."""

    output_bytes: int
    cache_bytes: int
    free_bytes: int


def disk_of(found: RunSurvey, known: FilmHistory, context: RunContext) -> Disk:
    """The disk space that the films to make would take."""
    lengths = {kind: work.weight * known.film_s_per_char for kind, work in found.work.items()}
    cached = sum(seconds * known.rates_of(kind).cache_bytes_per_s for kind, seconds in lengths.items())
    room = max(0, context.settings.cache.max_bytes - context.cache.size_bytes())
    root = context.paths.films_root
    existing = next(folder for folder in (root, *root.parents) if folder.exists())
    return Disk(
        output_bytes=round(sum(seconds * known.rates_of(kind).output_bytes_per_s for kind, seconds in lengths.items())),
        cache_bytes=min(room, round(cached)),
        free_bytes=shutil.disk_usage(existing).free,
    )


def disk_trouble(disk: Disk, context: RunContext) -> tuple[list[Problem], list[str]]:
    """Problems that stop the run at once, and warnings that it may run out of disk space."""
    floor_gb = context.settings.work.min_free_disk_gb
    if not disk.output_bytes:
        return [], []
    if disk.free_bytes < floor_gb * 1e9:
        message = f"only {disk.free_bytes / 1e9:.1f} GB free; work.min_free_disk_gb is {floor_gb:g}"
        return [
            Problem(where=str(context.paths.films_root), message=message, hint="Free some space", films=0, exit_code=8)
        ], []
    needed = disk.output_bytes + disk.cache_bytes
    if disk.free_bytes - needed < floor_gb * 1e9:
        text = f"the disk may become full: {disk.free_bytes / 1e9:.1f} GB free, {needed / 1e9:.1f} GB needed"
        return [], [f"{text}, {floor_gb:g} GB reserved (work.min_free_disk_gb)"]
    return [], []
