"""Cancelling a film while it is made: requested by `nightreel cancel`, or by a plan that replaces it."""

from __future__ import annotations

import anyio
from anyio import to_thread

from pipeline.errors import BusyError, raise_first_error
from pipeline.limits import Rank
from pipeline.model import TRANSITIONS, Job, JobStatus, advance
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.events import JobEvent, Listener, emit
from pipeline.orchestrator.film.runner import run_job

# How often a single film checks for a cancel request.
_POLL_INTERVAL_S = 1.0


async def run_until_cancelled(job: Job, context: RunContext, listen: Listener, *, rank: Rank) -> Job:
    """`run_job`, cancelled on request."""
    key = (job.batch, job.id)

    async def poll(scope: anyio.CancelScope) -> None:
        while True:
            await anyio.sleep(_POLL_INTERVAL_S)
            if await to_thread.run_sync(context.store.claims.is_cancel_requested, *key):
                scope.cancel()

    with raise_first_error():
        async with anyio.create_task_group() as tasks:
            with anyio.CancelScope() as scope:
                tasks.start_soon(poll, scope)
                job = await run_job(job, context, listen, rank=rank)
            tasks.cancel_scope.cancel()
    return await cancel_if_requested(context, *key, listen) or job


async def cancel_if_requested(context: RunContext, batch: str, job_id: str, listen: Listener) -> Job | None:
    """Set a job to cancelled and return it if that was requested, else return None. The caller holds its claim."""
    store = context.store
    if not await to_thread.run_sync(store.claims.is_cancel_requested, batch, job_id):
        return None
    job = await store.load_job(batch, job_id)
    if JobStatus.CANCELLED in TRANSITIONS[job.status]:
        why = await to_thread.run_sync(store.claims.cancel_reason, batch, job_id) or "cancelled while it was made"
        job = advance(job, JobStatus.CANCELLED, at=context.clock(), why=why)
        await store.save_job(job)
        emit(listen, JobEvent(job=job))
    await to_thread.run_sync(store.claims.clear_cancel_request, batch, job_id)
    return job


async def cancel_released(context: RunContext, batch: str, job_id: str, listen: Listener) -> Job | None:
    """`cancel_if_requested` for a job that was just released: the request may have come after the last check.

    `cancel` claims the job itself if that is free after its request, so that one of the two follows it.
    """
    claims = context.store.claims
    if not await to_thread.run_sync(claims.is_cancel_requested, batch, job_id):
        return None
    try:
        async with claims.claim(batch, job_id, what=job_id, wait_s=0):
            return await cancel_if_requested(context, batch, job_id, listen)
    except BusyError:  # `cancel` has it, or a process that will see the request
        return None
