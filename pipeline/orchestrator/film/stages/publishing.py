"""Video ─► Receipt: delivery to the output folder, then upload to the video hosts."""

from __future__ import annotations

from anyio import to_thread

from pipeline.model import Job
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.film.approval import hold_error
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.publication import publish_to_hosts
from pipeline.orchestrator.film.stages.results import require
from pipeline.publishing import publish


async def deliver(job: Job, context: RunContext, attempt: Attempt) -> Job:
    """Deliver the film to its folder, then publish it to the video hosts. Each receipt is saved at once.

    In its folder the film can be reviewed; only an approved film goes on to the hosts (`approval.py`).
    """
    if job.receipt is None:
        receipt = await publish(require(job.package), destination=context.paths.destination(job))
        await context.clear_work_folder(job.batch, job.id)
        job = job.evolve(receipt=receipt, package=None)
    if held := await to_thread.run_sync(hold_error, job, context):
        await attempt.save(job)
        raise held
    if context.hosts.requested:
        job = await publish_to_hosts(job, require(job.receipt).package, context, attempt)
    return job.evolve(package=None)
