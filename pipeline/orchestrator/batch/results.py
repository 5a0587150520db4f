"""The results of a batch besides its films: reports and, for a table, the manifest. Everything here blocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from pipeline.errors import InputError
from pipeline.model import Batch, JobSummary
from pipeline.orchestrator.batch.source import roster_path
from pipeline.orchestrator.context import RunContext
from pipeline.reporting import MANIFEST, RowFilms, RunFacts, write_manifest, write_reports
from pipeline.sources.campaign import TableSnapshot, read_snapshot
from pipeline.state import CheckpointStore
from pipeline.version import __version__


def write_results(context: RunContext, known: Batch, facts: RunFacts) -> tuple[Path, ...]:
    """Write the reports and the manifest of a batch, and return their paths; none for a film in a file of its own.

    Raises `StorageError`.
    """
    folder = context.paths.summary(known.name)
    if folder is None:
        return ()
    report = write_reports(folder, facts, lambda: chain(context.store.index(known.name).rows(), known.refused_rows))
    roster = read_snapshot(roster_path(context.store, known.name))
    if roster is None:
        return (report,)
    manifest = folder / MANIFEST
    films = films_by_row(context.store, known.name, roster)
    write_manifest(manifest, roster.columns, films, separator=roster.separator)
    return report, manifest


def films_by_row(store: CheckpointStore, batch: str, roster: TableSnapshot) -> Iterator[RowFilms]:
    """The rows of the table in order, each with the state of its films."""
    index = store.index(batch)
    for row in roster.rows():
        films: list[JobSummary] = index.by_row(row.name) if row.name else []
        yield RowFilms(row.cells, row.refused, films)


def rewrite_results(context: RunContext, batch: str) -> tuple[Path, ...]:
    """Write the reports again for the present state; facts about the last run are read from the old report.

    Raises `InputError` for an unknown batch, and for a film in a file of its own.
    """
    known = context.store.known_batch(batch)
    context = context.for_request(known.asked)
    context.store.refreshed(batch)
    paths = write_results(context, known, _last_run(context, known))
    if not paths:
        raise InputError("has no reports: its film is a file of its own", where=batch)
    return paths


def _last_run(context: RunContext, known: Batch) -> RunFacts:
    now = context.clock().astimezone()
    facts = RunFacts(
        batch=known.name,
        source=known.source,
        created_at=known.created_at.astimezone(),
        started_at=now,
        ended_at=now,
        seconds=0.0,
        version=__version__,
        strategy=context.settings.work.strategy,
        most_at_once=0,
        peak_memory_bytes=0,
    )
    folder = context.paths.summary(known.name)
    try:
        run = json.loads((folder / "batch_report.json").read_text(encoding="utf-8"))["run"] if folder else {}
        return replace(
            facts,
            started_at=datetime.fromisoformat(run["started_at"]),
            ended_at=datetime.fromisoformat(run["ended_at"]),
            seconds=float(run["seconds"]),
            strategy=str(run["strategy"]),
            most_at_once=int(run["most_at_once"]),
            peak_memory_bytes=int(run["peak_memory_bytes"]),
            cpu_percent=None if run["cpu_percent"] is None else float(run["cpu_percent"]),
            notices=tuple(map(str, run["notices"])),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return facts  # missing or edited: report the films without them
