"""Publishes a film to the requested video hosts, with its extras: captions, thumbnail, playlist."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from anyio import to_thread

from pipeline.errors import (
    ClosedError,
    HeldError,
    NightreelError,
    ProviderError,
    ReviewError,
    TransientError,
    available_at,
)
from pipeline.model import UNFINISHED, Job, JobStatus, Package, Receipt, Script, title_of
from pipeline.orchestrator.context import RunContext
from pipeline.orchestrator.context.hosts import LanguageVersions
from pipeline.orchestrator.film.approval import check_judged
from pipeline.orchestrator.film.attempt import Attempt
from pipeline.orchestrator.film.delivery import is_published
from pipeline.orchestrator.film.episode_order import release_next_episode, skipped_episodes, turn_error
from pipeline.orchestrator.film.sidecars import with_judged_sidecars
from pipeline.publishing import publish, sidecar_files
from pipeline.settings import Settings
from pipeline.state import CheckpointStore

# No script is to be expected of a film that was given up; one that waits for a person has no known time.
_GIVEN_UP = (JobStatus.FAILED, JobStatus.CANCELLED)
_UNDER_WAY = (JobStatus.PENDING, JobStatus.IN_PROGRESS)


async def publish_to_hosts(job: Job, package: Package, context: RunContext, attempt: Attempt) -> Job:
    """Publish the film to every requested host; return the job with the receipts, each of which is saved at once.

    An error at one host does not keep the film from the others. Sidecar files that changed since inspection are
    inspected first: `ReviewError` for one that may not be published. Raises the error that kept the film from a host.
    If only extras (captions, thumbnail, playlist) are missing, raises what the job has to wait for: `ClosedError` until
    there is quota again, `TransientError` for an error that may pass. A missing extra that needs a person is reported,
    without waiting.
    """
    skipped = await _check_turn(job, context, attempt)
    try:
        job = await to_thread.run_sync(lambda: with_judged_sidecars(job, sidecar_files(package), context))
    except ReviewError:
        await attempt.save(job)
        raise
    versions = await to_thread.run_sync(language_versions_of, job, context.store)
    errors: list[NightreelError] = []
    count_pending = partial(count_unpublished, job, context.store)
    for host in await to_thread.run_sync(context.hosts.destinations, job, versions, count_pending):
        before = next(filter(host.has_issued, job.published), None)
        if before and not before.missing:
            continue
        await attempt.save(job)
        await to_thread.run_sync(check_judged, job)
        try:
            receipt = await publish(package, destination=host)
        except (ProviderError, HeldError) as error:
            errors.append(error)
            continue
        if skipped and before is None:
            receipt = replace(receipt, remarks=(*receipt.remarks, *skipped))
        job = job.evolve(published=(*(each for each in job.published if each is not before), receipt))
        _report(job, receipt, context, attempt)
    if job.brief.episode and is_published(job, context):
        await attempt.save(job)
        await release_next_episode(job, context)
    requested = set(context.hosts.requested)
    published = [each for each in job.published if each.destination in requested]
    errors += filter(None, (_missing_extras_error(job, each, context.settings) for each in published))
    if errors:
        await attempt.save(job)
        raise _first_to_resume(errors)
    return job


def _report(job: Job, receipt: Receipt, context: RunContext, attempt: Attempt) -> None:
    """Report missing extras that are not added automatically, and remarks of the host."""
    if receipt.missing and not _will_follow(job, receipt, context.settings):
        attempt.notify(_missing_notice(job, receipt))
    for remark in receipt.remarks:
        # A remark about the whole API project is the same for all films.
        context.runtime.notify_once(f"{receipt.destination}: {remark}")


async def _check_turn(job: Job, context: RunContext, attempt: Attempt) -> tuple[str, ...]:
    """A line for each episode that this one overtakes. Raises `TurnError` if the episode has to wait for its turn."""
    if not job.brief.episode or is_published(job, context):
        return ()
    if error := await to_thread.run_sync(turn_error, job, context, "publishing"):
        await attempt.save(job)
        raise error
    return await to_thread.run_sync(skipped_episodes, job, context)


def count_unpublished(job: Job, store: CheckpointStore, host: str, most: int) -> int:
    """How many other films of the batch are not yet published at a host, counted up to `most`. Blocks."""
    count = 0
    for row in store.index(job.batch).rows(*UNFINISHED):
        if count >= most:
            break
        count += row.id != job.id and host not in row.published
    return count


def _will_follow(job: Job, receipt: Receipt, settings: Settings) -> bool:
    """Whether missing extras are added automatically later."""
    return bool(receipt.missing_until or (receipt.missing_may_pass and job.retries < settings.errors.retries))


def _missing_extras_error(job: Job, receipt: Receipt, settings: Settings) -> ProviderError | None:
    """The error that makes the job wait for missing extras; None: nothing to wait for."""
    if not receipt.missing or not _will_follow(job, receipt, settings):
        return None
    # The URL is not part of the cause, by which films are grouped.
    message = f"published without {'; '.join(receipt.missing)}"
    where = f"{receipt.destination}: {receipt.url}"
    if receipt.missing_until:
        return ClosedError(message, until=receipt.missing_until, where=where)
    return TransientError(message, where=where)


def _first_to_resume(errors: Sequence[NightreelError]) -> NightreelError:
    """The error to park the job with: a transient one, else the one with the earliest time."""
    timed = [(until, number) for number, error in enumerate(errors) if (until := available_at(error))]
    transient = [error for error in errors if isinstance(error, TransientError)]
    return transient[0] if transient else errors[min(timed)[1]] if timed else errors[0]


def _missing_notice(job: Job, receipt: Receipt) -> str:
    missing = "; ".join(receipt.missing)
    command = f"nightreel publish {shlex.quote(job.batch)} --to {receipt.destination}"
    return f"“{title_of(job)}” is published as {receipt.url}, without {missing}. {command} completes it"


def language_versions_of(job: Job, store: CheckpointStore) -> LanguageVersions:
    """The same film in other languages: jobs of the batch with the same brief, variant and format. Blocks."""
    brief = job.brief
    scripts: dict[str, Script] = {}
    pending: list[str] = []
    will_follow = True
    for row in store.refreshed(job.batch).rows_where("origin", brief.origin):
        if (row.topic, row.variant, row.format) != (brief.title, brief.variant, brief.format or ""):
            continue
        if row.language == brief.language:
            continue
        sibling = store.read_job(row.batch, row.id) if row.writer else None
        if sibling and sibling.script:
            scripts[row.language] = sibling.script
        elif row.status not in _GIVEN_UP:
            pending.append(row.language)
            will_follow &= row.status in _UNDER_WAY or row.parked_until is not None
    return LanguageVersions(
        scripts=scripts, pending=tuple(sorted(pending)), pending_will_follow=bool(pending) and will_follow
    )
