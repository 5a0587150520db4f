"""`nightreel status --watch`: the live status of a batch that other processes run."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from rich.live import Live

from pipeline.cli.batch_status import BatchStatus, open_store, settings_of
from pipeline.cli.console import Console
from pipeline.cli.options import CommonOptions
from pipeline.cli.progress_view import render_progress
from pipeline.cli.status_tables import print_batch
from pipeline.errors import EXIT_OK
from pipeline.model import Cost, JobStatus, JobSummary
from pipeline.orchestrator.progress.snapshot import ENDED, MAX_PARKED, MAX_RECENT, Snapshot, snapshot_of_rows
from pipeline.state import CheckpointStore

_REDRAW_INTERVAL_S = 1.0
# Completed films from which the speed is estimated.
_LAST_FILMS = 40


def watch_batch(common: CommonOptions, batch: str) -> int:
    """Redraw the status until the batch has ended, then print the result. Raises `InputError`."""
    from pipeline.orchestrator.resources import disk_refusal

    store = open_store(common)
    known = store.known_batch(batch)
    settings = settings_of(known, store)
    refuses = partial(disk_refusal, store.workspace, settings, output=known.asked.output) if settings else str
    console = Console(highlight=False)
    with Live(console=console, auto_refresh=False, redirect_stdout=False) as live:
        while True:
            snapshot = look(store, batch, now=datetime.now(UTC), refuses=refuses)
            size = console.size
            live.update(render_progress(snapshot, width=size.width, height=size.height - 1, recent=True), refresh=True)
            if snapshot.done == snapshot.total:
                break
            time.sleep(_REDRAW_INTERVAL_S)
    console.print()
    print_batch(BatchStatus(store, batch))
    return EXIT_OK


def look(store: CheckpointStore, batch: str, *, now: datetime, refuses: Callable[[], str] = str) -> Snapshot:
    """A snapshot of the batch, from its counts and the few rows that are displayed.

    `refuses` returns why no film may start now; empty: one may.
    """
    index = store.index(batch)
    rows: list[JobSummary] = index.latest(*ENDED - {JobStatus.COMPLETED}, limit=MAX_RECENT)
    rows += index.latest(JobStatus.COMPLETED, limit=_LAST_FILMS)
    under_way = store.in_progress(batch)
    # A killed process leaves its jobs marked "in progress": only the lock shows whether they are.
    at_work = [row for row in under_way if store.claims.is_claimed(batch, row.id)]
    rows += at_work
    rows += index.latest(JobStatus.PARKED, limit=MAX_PARKED)
    counts = index.totals.jobs(abandoned=len(under_way) - len(at_work))
    has_ended = all(status in ENDED for status in +counts)
    is_worked_on = bool(store.claims.workers(batch))
    notices: list[str] = []
    if not is_worked_on and not has_ended:
        notices = [f"no process is running it: resume with nightreel resume {shlex.quote(batch)}"]
    elif counts[JobStatus.PENDING] and (refusal := refuses()):
        notices = [f"not starting new films: {refusal}"]
    waiting = index.totals.counts()[JobStatus.PENDING].weight
    waiting += sum(row.weight for row in under_way if row not in at_work)
    snapshot = snapshot_of_rows(rows, counts, now=now, notices=notices, weight_waiting=waiting)
    if len(rows) < sum(count for status, count in counts.items() if status is not JobStatus.PENDING):
        # The last films are enough for the speed, but not for sums over all films.
        snapshot = replace(snapshot, cost=Cost(), cache_share=None, elapsed_s=None)
    return replace(snapshot, batch=batch, elapsed_s=snapshot.elapsed_s if is_worked_on else None)
