"""Shrink the cache, delete leftovers of killed processes, and delete finished batches.

Films, ledgers and unfinished work are never touched. Everything here blocks, except `clean` and `remove_batch`.
"""

from __future__ import annotations

import re
import shlex
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from uuid import uuid4

from anyio import to_thread

from pipeline.errors import CheckpointError, InputError
from pipeline.files import storage_errors
from pipeline.model import Job, JobStatus
from pipeline.orchestrator.batch.batches import refuse_while_busy, require_batch, worker_pids
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.hosts import Hosts, is_manual
from pipeline.orchestrator.context.series import seen_at, subject_key
from pipeline.state import CheckpointStore

_DAY_S = 24 * 3600
# How long crash reports and damaged files are kept.
_EVIDENCE_S = 30 * _DAY_S
_DONE = frozenset({JobStatus.COMPLETED, JobStatus.CANCELLED})
# Prefix of folders in state/ with removed batches that are yet to be deleted.
_REMOVED = ".removed-"
# A file that is being written, or was left half-written; see `files.temporary_sibling`.
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}(\.[^.]*)?")


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """What was deleted, or would be; sizes in bytes."""

    cache_bytes: int = 0
    # Files and folders left by killed processes and old crashes.
    leftovers: int = 0
    leftover_bytes: int = 0
    # Size of the deleted state of a batch.
    batch_bytes: int = 0
    # Why the cache was not shrunk; empty if it was.
    cache_left_because: str = ""


async def clean(context: RunContext, *, cache_bytes: int | None = None, dry_run: bool = False) -> Cleaned:
    """Shrink the cache to `cache_bytes` (None: its configured size), and delete leftovers of all batches.

    While a process makes films, the cache is left to it: it enforces the configured size itself.
    """
    limit = context.settings.cache.max_bytes if cache_bytes is None else cache_bytes
    return await to_thread.run_sync(partial(_clean, context, limit, dry_run=dry_run))


async def remove_batch(context: RunContext, *, batch: str, dry_run: bool = False) -> Cleaned:
    """Delete the state of a finished batch; its films stay.

    The journals of the channels still record what is published. Raises `InputError` for an unknown or unfinished batch,
    and for one that has the only record of a publication, and `BusyError` while a process works on it.
    """
    await require_batch(context, batch)
    async with context.store.claims.planning(batch):
        await to_thread.run_sync(_check_removable, context, batch)
        folder = context.store.folder(batch)
        size = await to_thread.run_sync(_size, folder)
        removed = None if dry_run else await to_thread.run_sync(_move_aside, context, folder)
    if removed:
        await to_thread.run_sync(_remove, removed)
        with suppress(OSError):  # another process has just created a batch of that name
            await to_thread.run_sync(folder.rmdir)
    return Cleaned(batch_bytes=size)


def _clean(context: RunContext, limit: int, *, dry_run: bool) -> Cleaned:
    cache_bytes, because = 0, ""
    if worker := _running_process(context.store):
        because = f"{worker} is running and may need it"
    elif dry_run:
        cache_bytes = max(0, context.cache.size_bytes() - limit)
    else:
        cache_bytes = context.cache.prune(limit)
    count = size = 0
    leftovers = chain.from_iterable(_leftovers(context, name) for name in context.store.batch_names())
    for path in chain((context.workspace / "state").glob(f"{_REMOVED}*"), leftovers):
        count += 1
        size += _size(path)
        if not dry_run:
            _remove(path)
    return Cleaned(cache_bytes=cache_bytes, leftovers=count, leftover_bytes=size, cache_left_because=because)


def _running_process(store: CheckpointStore) -> str:
    """A description of a process that makes films; empty if there is none."""
    if pids := store.processes():
        return f"process {min(pids)}"
    for name in store.batch_names():
        with suppress(CheckpointError):  # index can't be read; its processes were checked above
            if any(store.claims.is_claimed(name, turn.job) for turn in store.index(name).queue.in_progress()):
                return "a process"
    return ""


def _leftovers(context: RunContext, batch: str) -> Iterator[Path]:
    folder, store, now_s = context.store.folder(batch), context.store, time.time()
    for place in (folder, folder / "jobs", folder / "checkpoints", folder / "evidence"):
        for path in _older(place, now_s - _DAY_S):
            if _TEMPORARY.fullmatch(path.name):
                yield path
    # Checking a free lock removes its file.
    store.claims.workers(batch)
    yield from _stale_locks(context.store, batch)
    try:
        index = store.refreshed(batch)
        statuses = +index.totals.jobs()
        damaged = bool(index.damages())
    except CheckpointError:  # state unknown: delete nothing
        return
    for path in _children(folder / "unfinished"):
        row = index.find(path.name)
        if row is not None and row.status in _DONE and not store.claims.is_claimed(batch, path.name):
            yield path
    if _DONE.issuperset(statuses) and not damaged and not worker_pids(context, batch):
        yield from _older(folder / "evidence", now_s - _EVIDENCE_S)
        yield from (path for path in _older(folder / "jobs", now_s - _EVIDENCE_S) if ".json.damaged" in path.name)


def _stale_locks(store: CheckpointStore, batch: str) -> Iterator[Path]:
    """Free lock files, and cancel requests that no process will handle."""
    jobs = store.folder(batch) / "jobs"
    for path in _children(jobs):
        if path.suffix == ".lock":
            if not store.claims.is_claimed(batch, path.stem) and path.exists():
                yield path  # checking it did not remove it
        elif path.suffix == ".pid":
            if not path.with_suffix("").exists():
                yield path
        elif path.suffix == ".cancel" and not store.claims.is_claimed(batch, path.stem):
            row = store.index(batch).find(path.stem)
            # If a process died before it handled the request, the next one on the job will.
            if row is None or row.status not in {JobStatus.PENDING, JobStatus.IN_PROGRESS}:
                yield path


def _check_removable(context: RunContext, batch: str) -> None:
    refuse_while_busy(context, batch)
    index = context.store.index(batch)
    left = [f"{count} {status.value}" for status, count in index.totals.jobs().items() if count and status not in _DONE]
    if left:
        typed = shlex.quote(batch)
        hint = f"Finish it (nightreel resume {typed}, retry or review), or cancel the rest (nightreel cancel {typed})"
        raise InputError(f"batch “{batch}” is not finished: {', '.join(left)}", hint=hint)
    # Including jobs that are no longer in the source.
    for row in filter(None, map(index.find, index.stamps())):
        job = context.store.read_job(batch, row.id) if row.published else None
        if job is not None and (url := _unrecorded_publication(job, context.hosts)):
            hint = "Keep the batch: without it, the film could be published twice"
            raise InputError(f"batch “{batch}” has the only record that “{row.title}” is published: {url}", hint=hint)


def _unrecorded_publication(job: Job, hosts: Hosts) -> str:
    """The address of a publication that is in no journal of a channel; empty if there is none."""
    known = seen_at(subject_key(job.brief), hosts.journals).values()
    # Publishing to a folder can be repeated without harm.
    on_channels = (each for each in job.published if not is_manual(each.destination))
    return next((each.url for each in on_channels if each.url not in known), "")


def _move_aside(context: RunContext, folder: Path) -> Path:
    """Move the state of a batch aside, and return the new folder. The caller holds the planning lock.

    The lock file stays: a process that waits for it then finds an empty folder, not one that is being deleted.
    """
    removed = context.workspace / "state" / f"{_REMOVED}{uuid4().hex[:8]}"
    context.store.close()
    with storage_errors(folder):
        removed.mkdir()
        # Without batch.json there is no batch, even if the rest fails.
        (folder / "batch.json").rename(removed / "batch.json")
        for path in _children(folder):
            if not path.name.startswith("planning.lock"):
                path.rename(removed / path.name)
    return removed


def _children(folder: Path) -> list[Path]:
    with suppress(OSError):  # missing or unreadable: delete nothing in it
        return list(folder.iterdir())
    return []


def _older(folder: Path, than_s: float) -> Iterator[Path]:
    """The entries of a folder that were last modified before that time."""
    for path in _children(folder):
        with suppress(OSError):  # another process may delete leftovers at the same time; likewise below
            if path.stat().st_mtime < than_s:
                yield path


def _size(path: Path) -> int:
    """Size of a file, or of all files in a folder, in bytes."""
    total = 0
    with suppress(OSError):
        if not path.is_dir():
            return path.stat().st_size
        for child in path.rglob("*"):
            with suppress(OSError):
                total += child.stat().st_size if child.is_file() else 0
    return total


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):  # left to the next `clean`
            path.unlink()
