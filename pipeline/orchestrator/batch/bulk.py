"""Change many jobs, a few at a time, each while claimed.

So fifty thousand jobs need no more open files than fifty; jobs that other processes make are skipped.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from anyio import to_thread

from pipeline.errors import BusyError, CheckpointError, InputError
from pipeline.model import Job, JobStatus
from pipeline.orchestrator.context import RunContext
from pipeline.state import CheckpointStore

# Each claim is an open file, of which a process may have few.
_AT_ONCE = 50
# Called with a claimed job. Returns the changed job; None: leave it unchanged.
Change = Callable[[Job], Job | None]


@dataclass(kw_only=True)
class BulkResult:
    """The result of a bulk change: job ids, and messages about damaged jobs."""

    changed: list[str] = field(default_factory=list)
    # Claimed by other processes.
    busy: list[str] = field(default_factory=list)
    # Left unchanged.
    left: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


async def select_jobs(
    context: RunContext,
    batch: str,
    jobs: Sequence[str],
    statuses: Collection[JobStatus],
    *,
    damaged: bool = False,
    flag: str = "--job",
) -> list[str]:
    """The ids of `jobs` (id prefixes of `flag`), else of all jobs in `statuses`, plus damaged ones if `damaged`.

    Raises `InputError` for a prefix that is unknown or ambiguous.
    """

    def look() -> list[str]:
        index = context.store.refreshed(batch)
        if jobs:
            return list(dict.fromkeys(_one(index.ids_like(prefix), prefix, batch, flag) for prefix in jobs))
        return index.ids(*statuses) + ([damage.job for damage in index.damages()] if damaged else [])

    return await to_thread.run_sync(look)


def _one(found: Sequence[str], prefix: str, batch: str, flag: str) -> str:
    if prefix and len(found) == 1:
        return found[0]
    if prefix and found:
        message = f"{len(found)} jobs of batch “{batch}” have ids starting with {prefix[:40]!r}"
        raise InputError(message, where=flag, hint=f"Give a longer prefix: {', '.join(found[:3])}")
    hint = f"nightreel status {shlex.quote(batch)} shows the ids"
    raise InputError(f"batch “{batch}” has no job {prefix[:40]!r}", where=flag, hint=hint)


async def change_jobs(
    context: RunContext, batch: str, ids: Sequence[str], change: Change, *, or_else: Callable[[str], None] | None = None
) -> BulkResult:
    """Claim, change and save each job; `or_else` is called with the ids of busy ones. Both are called in a thread."""
    done = BulkResult()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        await to_thread.run_sync(_change_some, context.store, batch, some, change, done, or_else)
    return done


def _change_some(  # noqa: PLR0917 - called in a thread, which takes no names
    store: CheckpointStore,
    batch: str,
    ids: Iterable[str],
    change: Change,
    done: BulkResult,
    or_else: Callable[[str], None] | None,
) -> None:
    fresh: list[Job] = []
    with ExitStack() as claims:
        for job_id in ids:
            try:
                claims.enter_context(store.claims.claim_now(batch, job_id, what=job_id))
                job = store.read_job(batch, job_id)
            except BusyError:
                done.busy.append(job_id)
                if or_else:
                    or_else(job_id)
            except CheckpointError as error:
                done.damaged.append(str(error))
            else:
                changed = change(job) if job else None
                if changed:
                    fresh.append(changed)
                else:
                    done.left.append(job_id)
        store.put_jobs(batch, fresh)
        for job in fresh:
            if job.status is JobStatus.CANCELLED:  # its request has been followed, and is cleared only now
                store.claims.clear_cancel_request(batch, job.id)
    done.changed += [job.id for job in fresh]
