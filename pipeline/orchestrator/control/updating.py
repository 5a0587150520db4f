"""Update the metadata of published films. Only on request: people also edit films in YouTube Studio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from anyio import to_thread

from pipeline.errors import QualityError
from pipeline.model import Job, JobStatus, Package, Verdict, advance, title_of
from pipeline.orchestrator.batch.batches import require_batch
from pipeline.orchestrator.batch.bulk import change_jobs, select_jobs
from pipeline.orchestrator.batch.run import run_jobs
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.control.publishing import package_of, publish_settings, subject_of
from pipeline.orchestrator.control.release_options import PRIVACY, ReleaseOptions
from pipeline.orchestrator.film.sidecars import judge_sidecars
from pipeline.publishing.sidecars import METADATA
from pipeline.quality.companions import own_metadata

_OUT = (JobStatus.COMPLETED, JobStatus.PARKED)


@dataclass(kw_only=True)
class Updated:
    """The titles of updated films, and how many others were up to date or are not published."""

    changed: list[str] = field(default_factory=list)
    same: int = 0
    not_out: int = 0


async def update_batch(
    context: RunContext,
    *,
    batch: str,
    jobs: Sequence[str],
    options: ReleaseOptions,
) -> Updated:
    """Update the published films of a batch at the hosts of `context`, or only `jobs` (id prefixes).

    A named job that is held, because a film on the same topic is published, gives its metadata to that film, and is
    completed. Costs one quota unit per film, and 50 for each change. Raises `InputError` and `ProviderError`.
    """
    await require_batch(context, batch)
    await to_thread.run_sync(options.check, context)
    done = Updated()
    for job_id in await select_jobs(context, batch, jobs, _OUT):
        job = await context.store.load_job(batch, job_id)
        is_held = job.status is JobStatus.REVIEW
        if job.receipt is None or not (
            is_held or any(each.destination in context.hosts.requested for each in job.published)
        ):
            done.not_out += 1
            continue
        words = {METADATA: job.receipt.package.metadata}
        judged = await to_thread.run_sync(judge_sidecars, job, words, context)
        updated = _wanted(job, context, options)
        hosts = (await to_thread.run_sync(context.for_request, updated.asked)).hosts
        changed = False
        for name in context.hosts.requested:
            subject = replace(hosts.subject(job), companions=judged)
            host = await to_thread.run_sync(hosts.destination, name, subject, updated.brief)
            changed |= await host.update(job.receipt.package)
        if changed:
            done.changed.append(title_of(job))
        done.same += not changed

        noted = await change_jobs(context, batch, [job_id], partial(_noted, context=context, options=options))
        if is_held:
            await run_jobs(context, batch, only=noted.changed)
    return done


def _noted(job: Job, *, context: RunContext, options: ReleaseOptions) -> Job | None:
    """The job with the release options; if it was held, it is pending now."""
    noted = _wanted(job, context, options)
    if job.status is not JobStatus.REVIEW:
        return noted if noted.brief.release != job.brief.release else None
    why = "its metadata was given to the published film"
    return advance(noted, JobStatus.PENDING, at=context.clock(), why=why).evolve(error=None)


def _wanted(job: Job, context: RunContext, options: ReleaseOptions) -> Job:
    # Keep the privacy: it was set on publication, and may have been changed by hand since.
    settings = publish_settings(job.asked.settings, context, without={PRIVACY})
    return job.evolve(brief=options.apply(job.brief), asked=replace(job.asked, settings=settings))


async def update_file(context: RunContext, video: Path, *, metadata: Path | None, options: ReleaseOptions) -> Updated:
    """Update the metadata of a published file. Raises `InputError`, `QualityError` and `ProviderError`."""
    await to_thread.run_sync(options.check, context)
    package = await to_thread.run_sync(package_of, video, metadata)
    verdict = await to_thread.run_sync(_judged, package, context)
    if not verdict.passed:
        raise QualityError("the metadata fails the check: " + "; ".join(verdict.reasons), where=str(package.metadata))
    subject, brief = await to_thread.run_sync(subject_of, context, package)
    changed = False
    for name in context.hosts.requested:
        host = await to_thread.run_sync(context.hosts.destination, name, subject, options.apply(brief))
        changed |= await host.update(package)
    return Updated(changed=[video.name] if changed else [], same=int(not changed))


def _judged(package: Package, context: RunContext) -> Verdict:
    """The verdict on the metadata of a film, if there is any. Blocks."""
    found = (own_metadata(package.metadata),) if package.metadata.is_file() else ()
    return Verdict(checks=found).under(context.profile())
