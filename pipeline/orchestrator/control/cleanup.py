"""What nobody needs any more: a cache that is too large, leftovers of killed processes, batches that are finished.

Films, ledgers and anything unfinished are never touched. Everything here blocks, but for `clean` and `remove_batch`.
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
from pipeline.orchestrator.context.hosts import Hosts, is_by_hand
from pipeline.orchestrator.context.series import seen_at, subject_key
from pipeline.state import CheckpointStore

_DAY_S = 24 * 3600
# What is known of a crash, or of a damaged file, is worth a look for so long.
_EVIDENCE_S = 30 * _DAY_S
_DONE = frozenset({JobStatus.COMPLETED, JobStatus.CANCELLED})
# What is left of a removed batch, below state/, until it is deleted.
_REMOVED = ".removed-"
# A file being written, or left half-written; see `files.temporary_sibling`.
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}(\.[^.]*)?")


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """What was removed, or would be; sizes in bytes."""

    cache_bytes: int = 0
    # Files and folders that killed processes, and old crashes, have left.
    leftovers: int = 0
    leftover_bytes: int = 0
    # The state of a batch, if one was named.
    batch_bytes: int = 0
    # Why the cache was left as it is; empty: it was not.
    cache_left_because: str = ""


async def clean(context: RunContext, *, cache_bytes: int | None = None, dry_run: bool = False) -> Cleaned:
    """Make the cache no larger than `cache_bytes` (None: as set), and remove leftovers of all batches.

    While a process works, the cache is left to it: it keeps the size that is set by itself, and knows what it needs.
    """
    limit = context.settings.cache.max_bytes if cache_bytes is None else cache_bytes
    return await to_thread.run_sync(partial(_clean, context, limit, dry_run=dry_run))


async def remove_batch(context: RunContext, *, batch: str, dry_run: bool = False) -> Cleaned:
    """Remove all that is known of a finished batch; its films stay.

    Films that are out stay known by the journals of their channels. Raises `InputError` when it is unknown, not
    finished, or alone in knowing that a film is out, and `BusyError` while a process works on it.
    """
    await require_batch(context, batch)
    async with context.store.claims.planning(batch):
        await to_thread.run_sync(_check_removable, context, batch)
        folder = context.store.folder(batch)
        size = await to_thread.run_sync(_size, folder)
        removed = None if dry_run else await to_thread.run_sync(_put_away, context, folder)
    if removed:
        await to_thread.run_sync(_remove, removed)
        with suppress(OSError):  # who has waited for us begins a batch of that name
            await to_thread.run_sync(folder.rmdir)
    return Cleaned(batch_bytes=size)


def _clean(context: RunContext, limit: int, *, dry_run: bool) -> Cleaned:
    cache_bytes, because = 0, ""
    if worker := _somebody_at_work(context.store):
        because = f"{worker} is at work and may need it"
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


def _somebody_at_work(store: CheckpointStore) -> str:
    """A process that makes films, in words; empty: none does."""
    if pids := store.processes():
        return f"process {min(pids)}"
    for name in store.batch_names():
        with suppress(CheckpointError):  # its index can't be read; its processes were looked for above
            if any(store.claims.is_claimed(name, turn.job) for turn in store.index(name).queue.in_progress()):
                return "a process"
    return ""


def _leftovers(context: RunContext, batch: str) -> Iterator[Path]:
    """What nobody needs of a batch, as it is found."""
    folder, store, now_s = context.store.folder(batch), context.store, time.time()
    for place in (folder, folder / "jobs", folder / "checkpoints", folder / "evidence"):
        for path in _older(place, now_s - _DAY_S):
            if _TEMPORARY.fullmatch(path.name):
                yield path
    # Looking at a lock that nobody holds removes it.
    store.claims.workers(batch)
    yield from _loose_ends(context.store, batch)
    try:
        index = store.refreshed(batch)
        counts = {status for status, standing in index.totals.counts().items() if standing.jobs}
        damaged = bool(index.damages())
    except CheckpointError:  # nothing is known of it: nothing of it is removed
        return
    for path in _children(folder / "unfinished"):
        row = index.find(path.name)
        if row is not None and row.status in _DONE and not store.claims.is_claimed(batch, path.name):
            yield path
    if counts <= _DONE and not damaged and not worker_pids(context, batch):
        yield from _older(folder / "evidence", now_s - _EVIDENCE_S)
        yield from (path for path in _older(folder / "jobs", now_s - _EVIDENCE_S) if ".json.damaged" in path.name)


def _loose_ends(store: CheckpointStore, batch: str) -> Iterator[Path]:
    """Locks that nobody holds, and wishes that nobody will hear."""
    jobs = store.folder(batch) / "jobs"
    for path in _children(jobs):
        if path.suffix == ".lock":
            if not store.claims.is_claimed(batch, path.stem) and path.exists():
                yield path  # it could not be removed by looking at it
        elif path.suffix == ".pid":
            if not path.with_suffix("").exists():
                yield path
        elif path.suffix == ".cancel" and not store.claims.is_claimed(batch, path.stem):
            row = store.index(batch).find(path.stem)
            # A process that died before it heard leaves its job to one that will hear.
            if row is None or row.status not in {JobStatus.PENDING, JobStatus.IN_PROGRESS}:
                yield path


def _check_removable(context: RunContext, batch: str) -> None:
    refuse_while_busy(context, batch)
    index = context.store.index(batch)
    left = [f"{n.jobs} {status.value}" for status, n in index.totals.counts().items() if n.jobs and status not in _DONE]
    if left:
        typed = shlex.quote(batch)
        hint = f"Finish it (nightreel resume {typed}, retry or review), or give the rest up (nightreel cancel {typed})"
        raise InputError(f"batch “{batch}” is not finished: {', '.join(left)}", hint=hint)
    # Also films that the source has no more.
    for row in filter(None, map(index.find, index.stamps())):
        job = context.store.read_job(batch, row.id) if row.published else None
        if job is not None and (url := _known_here_alone(job, context.hosts)):
            hint = "Leave the batch as it is: without it, the film could be published twice"
            raise InputError(f"batch “{batch}” alone knows that “{row.title}” is out as {url}", hint=hint)


def _known_here_alone(job: Job, hosts: Hosts) -> str:
    """Where the film is out, if no journal of a channel says so; empty: none is forgotten with the job."""
    known = seen_at(subject_key(job.brief), hosts.journals).values()
    # A folder may be filled again.
    on_channels = (each for each in job.published if not is_by_hand(each.destination))
    return next((each.url for each in on_channels if each.url not in known), "")


def _put_away(context: RunContext, folder: Path) -> Path:
    """Move all that is known of a batch out of sight, and return where it is; for who holds its planning lock.

    The lock stays where it is: whoever waits for it finds an empty place, and not one that is being emptied.
    """
    removed = context.workspace / "state" / f"{_REMOVED}{uuid4().hex[:8]}"
    context.store.close()
    with storage_errors(folder):
        removed.mkdir()
        # From its first step on there is no such batch, whatever happens.
        (folder / "batch.json").rename(removed / "batch.json")
        for path in _children(folder):
            if not path.name.startswith("planning.lock"):
                path.rename(removed / path.name)
    return removed


def _children(folder: Path) -> list[Path]:
    with suppress(OSError):  # there is none, or it is not ours to read: nothing in it is removed
        return list(folder.iterdir())
    return []


def _older(folder: Path, than_s: float) -> Iterator[Path]:
    """What lies in the folder and was last changed before that time."""
    for path in _children(folder):
        with suppress(OSError):  # another process removes leftovers, too; likewise below
            if path.stat().st_mtime < than_s:
                yield path


def _size(path: Path) -> int:
    """Bytes in a file, or in all files of a folder."""
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
        with suppress(OSError):  # what stays is found by the next `clean`
            path.unlink()
